"""What the tests start under mpiexec, and the problems that every backend is given.

``mpiexec -n 3 python mpi_programs.py FOLDER NAME ...`` runs programs one after another,
since to start processes takes seconds; what a rank finds lies in FOLDER then.
"""

import copy
import faulthandler
import json
import os
import pickle
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from itertools import chain
from pathlib import Path
from time import perf_counter, sleep, time
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression, RidgeClassifier

from lightwaves_aeon.core import search
from lightwaves_aeon.core.data import scaler
from lightwaves_aeon.core.parallel.mpi import Mpi, bytes_moved
from lightwaves_aeon.core.selection import scoring, select

# Problems


def basic_motions():
    from aeon.datasets import load_basic_motions

    return load_basic_motions(split="train")


def japanese_vowels():
    from aeon.datasets import load_japanese_vowels

    X, y = load_japanese_vowels(split="train")
    shortest = min(x.shape[1] for x in X)
    return np.stack([x[:, :shortest] for x in X]), y


def italy_power_demand():
    from aeon.datasets import load_italy_power_demand

    return load_italy_power_demand(split="train")


def noise(n_timepoints=40, n_cases=24, n_channels=3):
    """Noise, and in channel 1 a sine at the pace of the class."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_cases, n_channels, n_timepoints))
    y = np.arange(n_cases) % 2
    X[:, 1] += 2 * np.sin((0.3 + y[:, None]) * np.arange(n_timepoints))
    return X, y


def unequal(X):
    return [x[:, : 40 - i * i % 21] for i, x in enumerate(X)]


def unequal_noise():
    X, y = noise()
    return unequal(X), y


def whole_japanese_vowels():
    from aeon.datasets import load_japanese_vowels

    return load_japanese_vowels(split="train")


def pairs():
    """Noise that cancels in sums or differences of channels alone; six channels."""
    X, y = noise(n_cases=30, n_channels=6)
    return X + 9 * X[:, :1] * np.array([[1], [-1], [1], [1], [-1], [1]]), y


def permuted_pairs():
    """The same in another order."""
    X, y = pairs()
    order = np.random.default_rng(1).permutation(len(X))
    return X[order], y[order]


def with_gaps(X):
    """Single values, blocks and channels are missing; every fifth case is whole."""
    rng, X = np.random.default_rng(5), X.copy()
    X[1::5][rng.random(X[1::5].shape) < 0.2] = np.nan
    X[2::5, :, 9:20] = np.nan
    X[3::5, rng.integers(X.shape[1])] = np.nan
    X[4::5][rng.random(X[4::5].shape) < 0.6] = np.nan
    X[7] = np.nan
    return X


def pairs_with_gaps():
    X, y = pairs()
    return with_gaps(X), y


def noise_with_gaps():
    X, y = noise()
    return with_gaps(X), y


def unequal_noise_with_gaps():
    X, y = noise()
    return unequal(with_gaps(X)), y


def ties():
    """Small integers; each channel is there twice, and all cases are, too."""
    X = np.random.default_rng(0).integers(-2, 3, size=(6, 2, 30))
    y = np.tile([0, 1, 2], 4)
    X = np.tile(X, (2, 2, 1))
    X[:, 1, 10:20] += 2 * y[:, None]
    X[:, 3] = X[:, 1]
    return X, y


PROBLEMS = {
    "basic motions": (
        basic_motions,
        {"n_features": 40, "max_dilation": 4, "variant": "L1L2"},
    ),
    "unequal lengths cut": (
        japanese_vowels,
        {"n_features": 30, "max_dilation": 2, "variant": "L2"},
    ),
    "unequal lengths": (
        unequal_noise,
        {"n_features": 30, "max_dilation": 4, "variant": "L1L2"},
    ),
    "unequal lengths, sample": (
        unequal_noise,
        {"n_features": 20, "variant": "L2", "max_cases": 10, "random_state": 3},
    ),
    "plus": (pairs, {"n_features": 50, "variant": "plus", "random_state": 0}),
    "plus, sample": (
        pairs,
        {"n_features": 20, "variant": "plus", "max_cases": 10, "random_state": 3},
    ),
    "plus, permuted": (
        permuted_pairs,
        {"n_features": 20, "variant": "plus", "max_cases": 10, "random_state": 3},
    ),
    "plus, univariate": (
        italy_power_demand,
        {"n_features": 20, "variant": "plus", "random_state": 0},
    ),
    "plus, ties": (ties, {"n_features": 60, "variant": "plus", "random_state": 0}),
    "plus, unequal lengths": (
        whole_japanese_vowels,
        {
            "n_features": 30,
            "variant": "plus",
            "max_dilation": 2,
            "max_cases": 60,
            "random_state": 0,
        },
    ),
    "univariate": (
        italy_power_demand,
        {"n_features": 30, "max_dilation": 8, "variant": "L1L2"},
    ),
    "one unit": (
        italy_power_demand,
        {"n_features": 5, "max_dilation": 1, "variant": "L1L2"},
    ),
    "ties": (ties, {"n_features": 40, "max_dilation": 4, "variant": "L1"}),
    "sample": (
        noise,
        {
            "n_features": 20,
            "max_dilation": 4,
            "max_cases": 10,
            "random_state": 3,
            "variant": "L1L2",
        },
    ),
    "nothing to select": (
        noise,
        {"n_features": 20, "max_dilation": 4, "pool_size": 20, "variant": "L1L2"},
    ),
    "detachment": (
        japanese_vowels,
        {"n_features": 5, "max_dilation": 1, "variant": "L1", "selector": "detach"},
    ),
    "wavelets": (
        noise,
        {
            "n_features": 10,
            "max_dilation": 4,
            "kernels": ("haar", "mexh"),
            "variant": "L1L2",
        },
    ),
    "few channels": (
        pairs,
        {"n_features": 20, "variant": "plus", "max_channels": 2, "random_state": 0},
    ),
    "few channels, ties": (
        ties,
        {
            "n_features": 20,
            "max_dilation": 2,
            "max_channels": "auto",
            "variant": "L1L2",
        },
    ),
    "few channels, unequal lengths": (
        whole_japanese_vowels,
        {
            "n_features": 20,
            "variant": "L1",
            "max_dilation": 2,
            "max_cases": 60,
            "max_channels": 3,
            "random_state": 0,
        },
    ),
    "gaps": (noise_with_gaps, {"n_features": 20, "variant": "L1L2"}),
    "gaps, plus": (
        pairs_with_gaps,
        {"n_features": 50, "variant": "plus", "random_state": 0, "max_dilation": 4},
    ),
    "gaps, unequal lengths": (
        unequal_noise_with_gaps,
        {"n_features": 20, "variant": "plus", "random_state": 0, "max_dilation": 4},
    ),
    "gaps, few channels": (
        pairs_with_gaps,
        {"n_features": 20, "variant": "L1", "max_channels": 2, "max_dilation": 4},
    ),
    "gaps, another estimator": (
        noise_with_gaps,
        {"n_features": 9, "variant": "L1", "estimator": RidgeClassifier()},
    ),
    "augmented cases lose values": (
        pairs,
        {
            "n_features": 20,
            "variant": "plus",
            "augment_missing": 0.4,
            "max_dilation": 2,
            "random_state": 0,
        },
    ),
    "another estimator": (
        noise,
        {
            "n_features": 10,
            "max_dilation": 2,
            "estimator": LogisticRegression(),
            "variant": "L1L2",
        },
    ),
}

WITH_THREADS = [
    *("basic motions", "univariate", "wavelets", "plus", "unequal lengths"),
    *("gaps", "gaps, plus"),
]


def make_classifier(problem: str, **parameters):
    from lightwaves_aeon import LightWaveSClassifier

    return LightWaveSClassifier(**{**PROBLEMS[problem][1], **parameters})


def answers(problem: str, **parameters) -> dict[str, np.ndarray]:
    """Fit, and tell all that must be the same to the last bit wherever that is done."""
    X, y = PROBLEMS[problem][0]()
    classifier = make_classifier(problem, **parameters).fit(X, y)
    if classifier.estimator is None:
        head = classifier._state.fitted.head
        weights, bias, beta = head.weights, head.bias, head.inverse_temperature
    else:
        head = classifier.estimator_
        weights, bias, beta = head.coef_, head.intercept_, np.nan
    return {
        "table": classifier.pipeline_[0]._model.rows,
        "weights": weights,
        "bias": bias,
        "classes": classifier.classes_,
        "inverse temperature": np.array(beta),
        "longest short gaps": classifier._state.model.transform.longest_gaps,
        "predictions": classifier.predict(X),
        "scores": classifier.decision_function(X),
        "probabilities": classifier.predict_proba(X),
        "without values": classifier.predict_proba(np.full((1, len(X[0]), 9), np.nan)),
        "has gaps": np.array(classifier.metadata_["missing_values"]),
    }


@cache
def expected(problem: str) -> dict[str, np.ndarray]:
    return answers(problem)


def assert_same_bits(found, wanted):
    assert found.keys() == wanted.keys()
    for name, array in wanted.items():
        assert found[name].dtype == array.dtype, name
        assert found[name].shape == array.shape, name
        assert found[name].tobytes() == array.tobytes(), name


# Programs


def identity(folder: Path, rank: int) -> None:
    fit_all(folder / f"identity_{rank}", PROBLEMS)


def identity_with_threads(folder: Path, rank: int) -> None:
    fit_all(folder / f"identity_with_threads_{rank}", WITH_THREADS, n_jobs=2)


def fit_all(folder: Path, names, **parameters) -> None:
    folder.mkdir()
    for name in names:
        np.savez(folder / name, **answers(name, backend="mpi", **parameters))


def without_seed(folder: Path, rank: int) -> None:
    """Fit twice with a sample of cases, pairs and thresholds that no seed draws."""
    X, y = noise(n_cases=60)
    for variant in ("L1L2", "plus"):
        parameters = {
            "variant": variant,
            "max_cases": 10,
            "random_state": None,
            "backend": "mpi",
        }
        fits = [make_classifier("nothing to select", **parameters) for _ in range(2)]
        tables = [fit.fit(X, y).pipeline_[0]._model.rows for fit in fits]
        np.savez(folder / f"without_seed_{variant}_{rank}", *tables)


def other_ways_to_fit(folder: Path, rank: int) -> None:
    for n_jobs in (1, 2):
        path = folder / f"other_ways_{n_jobs}_{rank}"
        np.savez(path, **other_ways("mpi", n_jobs))


def other_ways(backend: str, n_jobs: int) -> dict[str, np.ndarray]:
    """Fit in one go with what follows; cross-validation fits ten times in that."""
    X, y = noise()
    classifier = make_classifier("wavelets", backend=backend, n_jobs=n_jobs)
    transformer = clone(classifier.fit(X, y).pipeline_[0])
    return {
        "fit_transform": transformer.fit_transform(X, y),
        "fit_predict": classifier.fit_predict(X, y),
        "fit_predict_proba": classifier.fit_predict_proba(X, y),
        **numbers_of(backend, n_jobs),
    }


def numbers_of(backend: str, n_jobs: int) -> dict[str, np.ndarray]:
    """Fit a regressor, and say what it gives for its training cases."""
    from lightwaves_aeon import LightWaveSRegressor

    X, y = noise(n_cases=60)
    y = y + X[:, 1].std(axis=1)
    regressor = LightWaveSRegressor(
        n_features=20, max_dilation=4, random_state=0, backend=backend, n_jobs=n_jobs
    ).fit(X, y)
    return {
        "numbers": regressor.predict(X),
        "intervals": regressor.predict_interval(X),
        "coefficients": regressor.estimator_.coef_,
    }


def protocol(folder: Path, rank: int) -> None:
    """What the backend gives to this rank, for several numbers of tasks."""
    backend = Mpi()
    found = []
    for n_tasks in (0, 1, 2, 3, 7):
        share = backend.local_part(range(n_tasks))
        done = list(backend.map(lambda task: task + 1, lambda task: 10 * task, share))
        collected = backend.gather(done)
        decision = backend.on_root(lambda parts=collected: list(chain(*parts)))
        found.append([list(share), done, collected, decision])
    backend.check_same({"one": 1, "two": [2]})
    tell(folder, "protocol", rank, found)
    tell(folder, "is_root", rank, backend.is_root)


def traffic(folder: Path, rank: int) -> None:
    """Bytes moved in fits to short and long series, with a pool of all candidates."""
    from lightwaves_aeon import LightWaveS

    n_candidates = 3 * 3 * 8
    found = {"before": bytes_moved()}
    for n_timepoints in (50, 5000):
        X, y = noise(n_timepoints, n_cases=60)
        before = bytes_moved()
        transformer = LightWaveS(
            variant="L1L2",
            n_features=20,
            kernels="haar",
            max_dilation=4,
            pool_size=n_candidates,
            max_cases=50,
            random_state=0,
            backend="mpi",
        )
        transformer.fit(X, y)
        found[str(n_timepoints)] = bytes_moved() - before
    found["bound"] = 3 * 50 * n_candidates * 4
    tell(folder, "traffic", rank, found)


def copies(folder: Path, rank: int) -> None:
    """Copy a fitted estimator in every way; the ranks fit a copy of it again."""
    X, y = noise()
    classifier = make_classifier("sample", backend="mpi").fit(X, y)
    scores = classifier.decision_function(X)
    packed = pickle.dumps(classifier)
    for copied in (pickle.loads(packed), copy.deepcopy(classifier)):
        assert copied.get_params() == classifier.get_params()
        assert (copied.decision_function(X) == scores).all()
        assert (copied.fit(X, y).decision_function(X) == scores).all()
    cloned = clone(classifier)
    assert not cloned.is_fitted
    assert cloned.get_params() == classifier.get_params()
    assert (cloned.fit(X, y).decision_function(X) == scores).all()
    alone = clone(classifier).set_params(backend="threads").fit(X, y)
    assert (alone.decision_function(X) == scores).all()
    (folder / f"copy_{rank}.pickle").write_bytes(packed)
    np.save(folder / f"copy_{rank}.npy", scores)


def uncaught(folder: Path, rank: int) -> None:
    """Fail, and end the job with that."""
    X, y = noise()
    tell(folder, "uncaught", rank, time())
    if rank == 2:
        X[5, 2, 7] = np.inf
    make_classifier("sample", backend="mpi").fit(X, y)


def killed(folder: Path, rank: int) -> None:
    """Fit, while one rank dies in the middle."""
    X, y = noise()
    tell(folder, "killed", rank, time())

    def die(*args):
        os.kill(os.getpid(), signal.SIGKILL)

    with ExitStack() as stack:
        if rank == 1:
            stack.enter_context(patch.object(scoring, "anova_f", die))
        make_classifier("sample", backend="mpi").fit(X, y)


# What goes wrong in a fit


class Situation:
    """What is given to a fit, for a fault to change."""

    def __init__(self, classifier, stack: ExitStack):
        self.X, self.y = noise()
        self.classifier = classifier
        self._stack = stack

    def replace(self, name: str, function: Callable) -> None:
        """Have the search call another function, till the fit is over."""
        module = next(m for m in (search, select, scoring, scaler) if hasattr(m, name))
        self._stack.enter_context(patch.object(module, name, function))


class Fault(NamedTuple):
    """What is done to a fit on one rank, or on all, and what all must raise.

    An error that cannot be sent may have another type, `own_error`, on its own rank.
    """

    cause: Callable[[Situation], Any]
    error: str
    says: str
    rank: int | None = 1
    own_error: str | None = None
    before_any_work: bool = False


class AwkwardError(Exception):
    """It cannot be pickled."""

    def __init__(self, text):
        super().__init__(text)
        self.unpicklable = lambda: None


class DemandingError(Exception):
    """It can be pickled, but not unpickled."""

    def __init__(self, first, second):
        super().__init__(f"{first} and {second}")


class Failing(ClassifierMixin, BaseEstimator):
    """A head whose fit does not come back."""

    def fit(self, X, y):
        raise OverflowError("the head has failed")


class Clinging(RidgeClassifier):
    """A head that cannot be sent once it is fitted."""

    def fit(self, X, y):
        self.unpicklable = lambda: None
        return super().fit(X, y)


MOMENTS = search.fit_scaler
THE_SAME = RuntimeError("the same once more")


def puts(name: str, value: Callable) -> Callable:
    """Make a fault that replaces what a fit is given."""
    return lambda given: setattr(given, name, value(getattr(given, name)))


def sets(**parameters) -> Callable:
    return lambda given: given.classifier.set_params(**parameters)


def both(*faults: Callable) -> Callable:
    return lambda given: [fault(given) for fault in faults]


def fails(error: BaseException | Callable, where: str = "anova_f") -> Callable:
    """Make a fault in the middle of the search."""

    def fail(*args):
        if isinstance(error, BaseException):
            raise error
        raise error()

    return lambda given: given.replace(where, fail)


def numpy_runs_out_of_memory():
    return np.empty(1 << 59)


def interrupted_in_waiting(X, order, backend, *others):
    """Have rank 1 interrupted while the others have not come yet."""
    if backend.local_part(range(3))[0] != 1:
        sleep(0.5)
    else:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
    return MOMENTS(X, order, backend, *others)


def on_rank(rank):
    return Mpi().local_part(range(3))[0] == rank


def spoilt(X, channel, value=np.inf):
    X = X.copy()
    X[5, channel, 7] = value
    return X


def with_hole(y):
    y = y.astype(object)
    y[3] = None
    return y


RANK_1 = r"\(on rank 1 of 3\)$"
# The ranks have a channel each to find the moments of.
FAULTS = {
    "infinity in the data of one rank": Fault(
        puts("X", lambda X: spoilt(X, 1)),
        "ValueError",
        rf"holds infinity.* case 5, channel 1 {RANK_1}",
    ),
    "infinity in a channel that one rank reads": Fault(
        puts("X", lambda X: spoilt(X, 2)),
        "ValueError",
        r"holds infinity.* case 5, channel 2 \(on rank 2 of 3\)$",
        rank=None,
    ),
    "infinity in the channels of two ranks": Fault(
        puts("X", lambda X: spoilt(spoilt(X, 2), 1)),
        "ValueError",
        rf"holds infinity.* case 5, channel 1 {RANK_1}",
        rank=None,
    ),
    "missing values that are an error": Fault(
        both(
            puts("X", lambda X: spoilt(spoilt(X, 2, np.nan), 1, np.nan)),
            sets(missing_values="error"),
        ),
        "ValueError",
        rf"holds NaN.* case 5, channel 1 {RANK_1}",
        rank=None,
    ),
    "objects": Fault(
        puts("X", lambda X: X.astype(object)),
        "ValueError|TypeError",
        rf"(?s)numeric.* {RANK_1}",
        before_any_work=True,
    ),
    "list of lists": Fault(
        puts("X", lambda X: X.tolist()),
        "ValueError|TypeError",
        rf"(?s)list.* {RANK_1}",
        before_any_work=True,
    ),
    "unequal lengths": Fault(
        puts("X", unequal),
        "ValueError",
        r"^the lengths of X differs .*: equal on rank 0, unequal .* on rank 1$",
        before_any_work=True,
    ),
    "unequal lengths on the first rank": Fault(
        puts("X", unequal),
        "ValueError",
        r"^the lengths of X differs .*: unequal .* on rank 0, equal on rank 1$",
        rank=0,
        before_any_work=True,
    ),
    "other unequal lengths on each rank": Fault(
        puts("X", lambda X: unequal(X[::-1]) if on_rank(1) else unequal(X)[::-1]),
        "ValueError",
        r"^the lengths of X differs .*: unequal .* on rank 0, unequal .* on rank 1$",
        rank=None,
        before_any_work=True,
    ),
    "infinity in a case of unequal lengths": Fault(
        puts("X", lambda X: unequal(spoilt(X, 1))),
        "ValueError",
        rf"holds infinity.* case 5, channel 1 {RANK_1}",
        rank=None,
    ),
    "an empty case": Fault(
        puts("X", lambda X: [*X[:5], X[5, :, :0], *X[6:]]),
        "ValueError",
        rf"empty: case 5 .* {RANK_1}",
        before_any_work=True,
    ),
    "no data": Fault(
        puts("X", lambda X: X[:0]),
        "ValueError",
        rf"empty.* {RANK_1}",
        before_any_work=True,
    ),
    "missing label": Fault(
        puts("y", with_hole),
        "ValueError",
        rf"^y .*missing label.* case 3 {RANK_1}",
        before_any_work=True,
    ),
    "missing label on all ranks": Fault(
        puts("y", with_hole),
        "ValueError",
        r"^y .*missing label.* case 3$",
        rank=None,
        before_any_work=True,
    ),
    "too few labels": Fault(
        puts("y", lambda y: y[1:]),
        "ValueError",
        rf"(?s)number of cases.* {RANK_1}",
        before_any_work=True,
    ),
    "one class": Fault(
        puts("y", np.zeros_like),
        "ValueError",
        rf"(?s)at least 2.* {RANK_1}",
        before_any_work=True,
    ),
    "parameter out of range": Fault(
        sets(n_features=0),
        "ValueError",
        rf"^n_features must be at least 1, got 0 {RANK_1}",
        before_any_work=True,
    ),
    "other labels": Fault(
        puts("y", lambda y: y + 1),
        "ValueError",
        r"^the set of labels differs .*\[0, 1\] on rank 0, \[1, 2\] on rank 1$",
        before_any_work=True,
    ),
    "labels of another type": Fault(
        puts("y", lambda y: y.astype(str)),
        "ValueError",
        r"^the set of labels differs .*\[0, 1\] on rank 0, \['0', '1'\] on rank 1$",
        before_any_work=True,
    ),
    "labels in another order": Fault(
        puts("y", lambda y: y[::-1]),
        "ValueError",
        r"\by differs between ranks: .* on rank 0, .* on rank 1$",
        before_any_work=True,
    ),
    "fewer channels": Fault(
        puts("X", lambda X: X[:, :2]),
        "ValueError",
        r"^the shape of X differs .*\(24, 3, 40\) on rank 0, \(24, 2, 40\) on rank 1$",
        before_any_work=True,
    ),
    "fewer time points on the first rank": Fault(
        puts("X", lambda X: X[:, :, 1:]),
        "ValueError",
        r"^the shape of X differs .*\(24, 3, 39\) on rank 0, \(24, 3, 40\) on rank 1$",
        rank=0,
        before_any_work=True,
    ),
    "X of another type": Fault(
        puts("X", lambda X: X.astype(np.float32)),
        "ValueError",
        r"^the type of X differs .*float64 on rank 0, float32 on rank 1$",
        before_any_work=True,
    ),
    "other parameters": Fault(
        sets(n_features=19),
        "ValueError",
        r"differs between ranks: .*n_features=20.* on rank 0, "
        r".*n_features=19.* on rank 1$",
        before_any_work=True,
    ),
    "another estimator": Fault(
        sets(estimator=RidgeClassifier(alpha=3.0)),
        "ValueError",
        r"^estimator differs between ranks: None on rank 0, RidgeClassifier of .*3.0.* "
        r"on rank 1$",
        before_any_work=True,
    ),
    "other weights of the classes": Fault(
        sets(class_weight="balanced"),
        "ValueError",
        r"^class_weight differs between ranks: None on rank 0, 'balanced' on rank 1$",
        before_any_work=True,
    ),
    "other ways with missing values": Fault(
        sets(missing_values="error"),
        "ValueError",
        r"differs between ranks: .*'allow'.* on rank 0, .*'error'.* on rank 1$",
        before_any_work=True,
    ),
    "other parameters on the last rank": Fault(
        sets(variant="L1"),
        "ValueError",
        r"differs between ranks: .*'L1L2'.* on rank 0, .*'L1'.* on rank 2$",
        rank=2,
        before_any_work=True,
    ),
    "RuntimeError": Fault(
        fails(RuntimeError("broken")), "RuntimeError", rf"^broken {RANK_1}"
    ),
    "MemoryError": Fault(fails(MemoryError), "MemoryError", rf"^MemoryError {RANK_1}"),
    "MemoryError of NumPy": Fault(
        fails(numpy_runs_out_of_memory), "_ArrayMemoryError|MemoryError", "rank 1 of 3"
    ),
    "KeyboardInterrupt": Fault(
        fails(KeyboardInterrupt), "KeyboardInterrupt", rf"^KeyboardInterrupt {RANK_1}"
    ),
    "error in the moments": Fault(
        fails(RuntimeError("broken"), "channel_moments"),
        "RuntimeError",
        rf"^broken {RANK_1}",
    ),
    "error of the operating system": Fault(
        fails(FileNotFoundError(2, "No such file", "X.npy")),
        "FileNotFoundError",
        r"(?s)(?=.*X\.npy)(?=.*rank 1 of 3)",
    ),
    "error that cannot be pickled": Fault(
        fails(lambda: AwkwardError("broken")),
        "RuntimeError",
        rf"broken {RANK_1}",
        own_error="AwkwardError|RuntimeError",
    ),
    "error that cannot be unpickled": Fault(
        fails(lambda: DemandingError("this", "that")),
        "RuntimeError",
        rf"this and that {RANK_1}",
        own_error="DemandingError|RuntimeError",
    ),
    "another error in each rank": Fault(
        fails(lambda: RuntimeError(f"process {os.getpid()} is broken")),
        "RuntimeError",
        r"^process \d+ is broken \(on rank 0 of 3\)$",
        rank=None,
    ),
    "error in the head": Fault(
        sets(estimator=Failing()),
        "OverflowError",
        r"^the head has failed \(on rank 0 of 3\)$",
        rank=None,
    ),
    "error in selecting": Fault(
        fails(RuntimeError("broken"), "mrmr"),
        "RuntimeError",
        r"^broken \(on rank 0 of 3\)$",
        rank=None,
    ),
    # What a bug might make wait for ever stands last, not to hide the others.
    "KeyboardInterrupt while waiting": Fault(
        lambda given: given.replace("fit_scaler", interrupted_in_waiting),
        "KeyboardInterrupt",
        rf"^KeyboardInterrupt {RANK_1}",
        rank=None,
    ),
    "an error seen before": Fault(
        fails(THE_SAME), "RuntimeError", r"^the same once more .*\(on rank 1 of 3\)"
    ),
    "the error seen before once more": Fault(
        fails(THE_SAME), "RuntimeError", r"^the same once more .*\(on rank 1 of 3\)"
    ),
    "head that cannot be pickled": Fault(
        sets(estimator=Clinging()), ".*", "(?i)pickle.*rank 0 of 3", rank=None
    ),
}


def faults(folder: Path, rank: int) -> None:
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    """Fit again with one fault after the other, and without in between."""
    X, y = noise()
    classifier = make_classifier("sample", backend="mpi").fit(X, y)
    parameters = classifier.get_params()
    scores = classifier.decision_function(X)
    for name, fault in FAULTS.items():
        with ExitStack() as stack:
            given = Situation(classifier, stack)
            calls = count_moments(given)
            if fault.rank in (rank, None):
                fault.cause(given)
            before = vars(classifier).copy()
            start = perf_counter()
            found = raised(classifier.fit, given.X, given.y)
            found["seconds"] = perf_counter() - start
            found["worked"] = len(calls) > 0
        found["unchanged"] = (
            vars(classifier).keys() == before.keys()
            and all(vars(classifier)[key] is value for key, value in before.items())
            and bool((classifier.decision_function(X) == scores).all())
        )
        classifier.set_params(**parameters).fit(X, y)
        found["fits again"] = bool((classifier.decision_function(X) == scores).all())
        tell(folder, name, rank, found)


def first_fit_fails(folder: Path, rank: int) -> None:
    X, y = noise()
    classifier = make_classifier("sample", backend="mpi")
    before = vars(classifier).copy()
    found = raised(classifier.fit, spoilt(X, 2), y)
    found["unchanged"] = vars(classifier) == before and not classifier.is_fitted
    classifier.fit(X, y)
    alone = make_classifier("sample").fit(X, y)
    same = classifier.decision_function(X) == alone.decision_function(X)
    found["fits again"] = bool(same.all())
    tell(folder, "first_fit_fails", rank, found)


def count_moments(given: Situation) -> list:
    calls, channel_moments = [], scaler.channel_moments

    def counted(X, channel, *cases):
        calls.append(channel)
        return channel_moments(X, channel, *cases)

    given.replace("channel_moments", counted)
    return calls


def raised(function: Callable, *args) -> dict[str, Any]:
    try:
        function(*args)
    except BaseException as error:
        says = [str(error), *getattr(error, "__notes__", [])]
        return {"error": type(error).__name__, "says": " ".join(says)}
    return {"error": "None", "says": "nothing was raised"}


def tell(folder: Path, name: str, rank: int, found: Any) -> None:
    (folder / f"{name}_{rank}.json").write_text(json.dumps(found))


def main(folder: str, *names: str) -> None:
    # A rank that waits for ever tells where, and mpiexec ends the others.
    faulthandler.dump_traceback_later(100, exit=True)
    from mpi4py import MPI

    for name in names:
        globals()[name](Path(folder), MPI.COMM_WORLD.rank)


if __name__ == "__main__":
    main(*sys.argv[1:])
