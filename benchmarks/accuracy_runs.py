"""The runs of the accuracy benchmark, and how one of them is done."""

from __future__ import annotations

__all__ = [
    "EQUAL",
    "FOLDS",
    "REPEATS",
    "SEEDS",
    "UNEQUAL",
    "all_runs",
    "calibration_error",
    "load",
    "measure",
]

import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import cache
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.metrics import balanced_accuracy_score, log_loss
from sklearn.model_selection import RepeatedStratifiedKFold
from threadpoolctl import threadpool_limits

from benchmarks.accuracy_classifiers import (
    ABLATIONS,
    CALIBRATED,
    CONTESTANTS,
    CURVE,
    OURS,
    Contestant,
    changed,
)
from benchmarks.accuracy_store import Run
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import load_split

# Those whose runs take longest come first, so that none of them is left to the end.
EQUAL = (
    "SelfRegulationSCP2",
    "LSST",
    "HandMovementDirection",
    "Handwriting",
    "ArticularyWordRecognition",
    "Epilepsy",
    "NATOPS",
    "FingerMovements",
    "ERing",
    "BasicMotions",
)
"""Data sets whose series are of one length."""

UNEQUAL = ("JapaneseVowels", "SpokenArabicDigits")
"""Data sets whose series differ in length."""

SEEDS = range(5)
"""Those that "plus" is run with."""

FOLDS, REPEATS = 3, 1
"""Of the training cases, for the ablation; fewer folds where a class has fewer."""

LEAST_SECONDS, MOST_CALLS = 0.2, 50
"""A prediction is repeated so long, but not more often, and the median taken."""

N_BINS = 10

# Rivals are not last: their long runs would leave one core idle.
ORDER = (
    *("plus", "L1L2", "MiniROCKET", "ROCKET", "L1", "L2", *CALIBRATED, "MultiROCKET"),
    *("L1L2 detach", "plus auto"),
)

Data = tuple[Any, np.ndarray]
Measures = dict[str, float | int | None]


def all_runs(datasets: Sequence[str]) -> list[Run]:
    """List the runs on some data sets, the parts in turn, so that each gets on.

    Parameters
    ----------
    datasets : sequence of str
        Of `EQUAL` and `UNEQUAL`.

    Returns
    -------
    list of Run

    Examples
    --------
    >>> from benchmarks.accuracy_runs import all_runs
    >>> runs = all_runs(["ERing"])
    >>> sorted({run.part for run in runs})
    ['ablation', 'curve', 'main']
    """
    equal = [name for name in EQUAL if name in datasets]
    unequal = [name for name in UNEQUAL if name in datasets]
    parts = [
        [
            *(Run("main", *of) for of in product(unequal, OURS)),
            *(Run("main", name, by) for by, name in product(ORDER, equal)),
            *(Run("main", *of) for of in product(equal, ["plus"], SEEDS[1:])),
        ],
        [Run("curve", name, by) for by, name in product(CURVE, equal)],
        [Run("ablation", name, by) for by, name in product(ABLATIONS, equal)],
    ]
    places = {run: i / len(part) for part in parts for i, run in enumerate(part)}
    return sorted(places, key=places.__getitem__)


load = cache(load_split)
"""Runs of one data set follow each other."""


def measure(run: Run, archive: Path) -> Measures:
    """Do one run on one core.

    Parameters
    ----------
    run : Run
        What to do.
    archive : Path
        Folder of the data sets.

    Returns
    -------
    dict of str to number
        ``accuracy``, ``balanced_accuracy``, ``log_loss``, ``calibration_error``,
        ``fit_seconds``, ``predict_ms`` a case, ``features`` and ``channels`` kept (None
        where there is no one number), and of the data ``n_channels``. For the ablation
        means over the folds.
    """
    train = load(run.dataset, "train", archive)
    context: Any = nullcontext(CONTESTANTS.get(run.classifier))
    if run.part == "ablation":
        context = changed(ABLATIONS[run.classifier])
        pairs = _folds(*train)
    else:
        pairs = [(train, load(run.dataset, "test", archive))]
    with context as contestant, threadpool_limits(1), warnings.catch_warnings():
        # That fewer features exist than wanted, or that a fold lacks a class.
        warnings.simplefilter("ignore")
        if run.part != "ablation":
            _warm_up(run.classifier, len(train[0][0]), run.dataset in UNEQUAL)
        rows = [_measure(contestant, run.seed, *pair) for pair in pairs]
    return rows[0] if len(rows) == 1 else _averaged(rows)


def _averaged(rows: Sequence[Measures]) -> Measures:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return {
        name: float(np.mean([value for value in values if value is not None]))
        for name, values in columns.items()
    }


def _folds(X: np.ndarray, y: np.ndarray) -> list[tuple[Data, Data]]:
    n_folds = max(2, min(FOLDS, _smallest_class(y)))
    splitter = RepeatedStratifiedKFold(
        n_splits=n_folds, n_repeats=REPEATS, random_state=0
    )
    return [
        ((X[fit], y[fit]), (X[held], y[held])) for fit, held in splitter.split(X, y)
    ]


def _smallest_class(y: np.ndarray) -> int:
    return int(np.unique(y, return_counts=True)[1].min())


@cache
def _warm_up(name: str, n_channels: int, unequal: bool) -> None:
    # As it is, since what is compiled may depend on any parameter.
    rng = np.random.default_rng(0)
    X: Any = rng.normal(size=(12, n_channels, 40))
    if unequal:
        X = [x[:, : 40 - i // 11] for i, x in enumerate(X)]
    classifier = CONTESTANTS[name].make(0, 2).fit(X, np.tile(["a", "b"], 6))
    # Several cases and one alone: each have their loops.
    classifier.predict(X)
    classifier.predict(X[:1])


def _measure(contestant: Contestant, seed: int, train: Data, test: Data) -> Measures:
    (X_train, y_train), (X, y) = train, test
    classifier = contestant.make(seed, _smallest_class(y_train))
    start = perf_counter()
    classifier.fit(X_train, y_train)
    fit_seconds = perf_counter() - start
    classes = classifier.classes_
    if contestant.answers == "probabilities":
        shares, seconds = _timed(classifier.predict_proba, X)
        y_pred = classes[shares.argmax(axis=1)]
    else:
        y_pred, seconds = _timed(classifier.predict, X)
        if contestant.answers == "labels":
            shares = (y_pred[:, None] == classes).astype(float)
        else:
            shares = classifier.predict_proba(X)
    features, channels = _kept(classifier, len(X[0]))
    return {
        "accuracy": float(np.mean(y_pred == y)),
        "balanced_accuracy": float(balanced_accuracy_score(y, y_pred)),
        "log_loss": float(log_loss(y, shares, labels=classes)),
        "calibration_error": calibration_error(y, shares, classes),
        "fit_seconds": fit_seconds,
        "predict_ms": 1000 * seconds / len(X),
        "features": features,
        "channels": channels,
        "n_channels": len(X[0]),
    }


def _timed(function: Callable[[Any], np.ndarray], X: Any) -> tuple[np.ndarray, float]:
    seconds: list[float] = []
    while sum(seconds) < LEAST_SECONDS and len(seconds) < MOST_CALLS:
        start = perf_counter()
        found = function(X)
        seconds.append(perf_counter() - start)
    return found, float(np.median(seconds))


def _kept(classifier: Any, n_channels: int) -> tuple[int | None, int]:
    if not hasattr(classifier, "pipeline_"):
        return None, n_channels  # one of several fits, calibrated from outside
    if isinstance(classifier, LightWaveSClassifier):
        transformer = classifier.pipeline_[0]
        return len(transformer.features_), len(transformer.channels_)
    return int(classifier.pipeline_[-1].n_features_in_), n_channels


def calibration_error(y: np.ndarray, shares: np.ndarray, classes: np.ndarray) -> float:
    """Compute the expected calibration error of the likeliest class.

    Cases are sorted into ten bins of equal width by the probability of their likeliest
    class. The error is how far that is off the share of cases which are of that class,
    bin by bin, averaged with the numbers of cases for weights.

    Parameters
    ----------
    y : np.ndarray, shape (n_cases,)
        The classes.
    shares : np.ndarray, shape (n_cases, n_classes)
        The probabilities.
    classes : np.ndarray, shape (n_classes,)
        What the columns are.

    Returns
    -------
    float

    Examples
    --------
    >>> import numpy as np
    >>> from benchmarks.accuracy_runs import calibration_error
    >>> shares = np.array([[0.75, 0.25], [0.75, 0.25]])
    >>> calibration_error(np.array(["a", "b"]), shares, np.array(["a", "b"]))
    0.25
    """
    sure = shares.max(axis=1)
    right = classes[shares.argmax(axis=1)] == y
    bins = np.minimum((N_BINS * sure).astype(int), N_BINS - 1)
    gaps = np.bincount(bins, weights=right - sure, minlength=N_BINS)
    return float(np.abs(gaps).sum() / len(y))
