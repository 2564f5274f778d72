"""From checked data to a fitted table and head, for the shells of all frameworks."""

from __future__ import annotations

__all__ = [
    "ShowsTable",
    "WholeFits",
    "fit_head",
    "make_backend",
    "number_of_features",
    "search_channels",
    "search_table",
]

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Protocol
from zlib import crc32

import numpy as np
import pandas as pd
from joblib import parallel_config
from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state

from lightwaves_aeon.core.backends import Joblib, Threads
from lightwaves_aeon.core.blas import one_blas_thread
from lightwaves_aeon.core.calibration import HeldOut, sharpness
from lightwaves_aeon.core.collection import Collection, described
from lightwaves_aeon.core.features import feature_names, features_frame
from lightwaves_aeon.core.head import LinearHead
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.search import Found, Search, check_at_least

BACKENDS = ("threads", "joblib", "mpi")

SHARE_OF_ROCKET = 0.025
"""Features kept, as a share of the two per kernel that ROCKET computes."""


def make_backend(name: str, n_jobs: int) -> Threads:
    """Make the backend that an estimator's parameter names.

    Parameters
    ----------
    name : {"threads", "joblib", "mpi"}
        The parameter.
    n_jobs : int
        Number of threads, or of joblib's workers.

    Returns
    -------
    Threads
        Or the class that differs from it.

    Raises
    ------
    ValueError
        If there is no such backend.
    ImportError
        If what the backend needs is not installed; the message says what to install.
    """
    if name not in BACKENDS:
        raise ValueError(
            f"backend must be one of {', '.join(map(repr, BACKENDS))}, got {name!r}"
        )
    if name == "mpi":
        from lightwaves_aeon.core.mpi import Mpi

        return Mpi(n_jobs)
    return Joblib(n_jobs) if name == "joblib" else Threads(n_jobs)


class WholeFits:
    """Mixin that stands before the base class of a framework.

    The frameworks reset an estimator at the start of every fit, before any check. With
    this mixin a fit that raises, for whatever reason, leaves the estimator as it was.
    With several processes it raises in all of them.
    """

    def fit(self, X, y=None, **unexpected):
        if unexpected:  # or Python would name this class
            raise TypeError(
                f"{type(self).__name__}.fit() got an unexpected keyword argument "
                f"{next(iter(unexpected))!r}"
            )
        with self._whole_or_not_at_all():
            return super().fit(X, y)  # type: ignore[misc]

    @contextmanager
    def _whole_or_not_at_all(self) -> Iterator[None]:
        before = vars(self).copy()
        backend = make_backend(self.backend, 1)  # type: ignore[attr-defined]
        # Frameworks cross-validate in workers, to which the other ranks can't talk.
        alone = (
            parallel_config("sequential") if backend.n_processes > 1 else nullcontext()
        )
        try:
            with backend.together(), alone:
                yield
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise


class _Searches(Protocol):
    variant: str
    random_state: Any
    backend: str
    max_channels: int | str | None


class _Fitted(_Searches, Protocol):
    n_features: int | str
    kernels: Any
    max_dilation: int | None
    pool_size: int | None
    max_cases: int
    verbose: int
    selector: str | None
    _model: Model
    _path: np.ndarray | None
    _channel_path: np.ndarray | None

    def _check_is_fitted(self) -> None: ...


def search_table(
    transformer: _Fitted, X: Collection, y: np.ndarray, n_jobs: int, calibrate: bool
) -> Found:
    """Fit a transformer by its parameters.

    Parameters
    ----------
    transformer : LightWaveS
        Of any framework.
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints), or Unequal
        Checked collection.
    y : np.ndarray, shape (n_cases,)
        Checked labels, of two classes at least.
    n_jobs : int
        Number of threads or workers.
    calibrate : bool
        Whether to score held-out cases.

    Returns
    -------
    Found
        What the search has found.
    """
    search = Search(
        n_features=transformer.n_features,
        variant=transformer.variant,
        kernels=transformer.kernels,
        max_dilation=transformer.max_dilation,
        pool_size=transformer.pool_size,
        max_cases=transformer.max_cases,
        selector=transformer.selector,
        max_channels=transformer.max_channels,
        calibrate=calibrate,
    )
    backend, classes, rng = _checked(search, transformer, X, y, n_jobs)
    shows = transformer.verbose and backend.is_first
    track = _progress_bar if shows else _no_progress
    found = search.fit(X, classes, rng, backend, track)
    transformer._model, transformer._path = found.model, found.path
    transformer._channel_path = found.channel_path
    return found


def search_channels(
    selector: _Searches, X: Collection, y: np.ndarray, n_jobs: int
) -> np.ndarray:
    """Find channels by the parameters of a channel selector.

    Parameters
    ----------
    selector : LightWaveSChannelSelector
        Of any framework.
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints), or Unequal
        Checked collection.
    y : np.ndarray, shape (n_cases,)
        Checked labels, of two classes at least.
    n_jobs : int
        Number of threads or workers.

    Returns
    -------
    np.ndarray of dtype `CHANNEL_PATH`, shape (n_channels,)
        See `channel_path`.
    """
    if selector.max_channels is None:
        raise ValueError("max_channels must be a number or 'auto', got None")
    search = Search(variant=selector.variant, max_channels=selector.max_channels)
    backend, classes, rng = _checked(search, selector, X, y, n_jobs)
    return search.find_channels(X, classes, rng, backend)


def _checked(
    search: Search, estimator: _Searches, X: Collection, y: np.ndarray, n_jobs: int
) -> tuple[Threads, np.ndarray, np.random.RandomState]:
    """Make the backend, sure that all its processes are asked for the same."""
    y = np.asarray(y)
    for label in y if y.dtype.hasobject else ():
        if isinstance(label, str) and label.endswith("\0"):
            raise ValueError(
                f"y holds the label {label!r}: NumPy drops the NUL at its end"
            )
    labels, classes = np.unique(y, return_inverse=True)
    # None means fresh entropy: NumPy's global generator is nobody's to advance.
    seed = estimator.random_state
    rng = check_random_state(np.random.RandomState() if seed is None else seed)
    backend = make_backend(estimator.backend, n_jobs)
    backend.check_same(
        {
            **described(X),
            "what fit was asked for": search,
            "the set of labels": labels.tolist(),
            "the checksum of y": crc32(classes.tobytes()),
        }
    )
    return backend, classes, rng


def _no_progress(results: Iterable, total: int) -> Iterable:
    return results


def _progress_bar(results: Iterable, total: int) -> Iterable:
    from rich.progress import track

    return track(results, description="LightWaveS", total=total)


class ShowsTable:
    """Mixin with what a fitted transformer, of any framework, shows of its table."""

    @property
    def features_(self: _Fitted) -> pd.DataFrame:
        """The table of the fitted model; see the class."""
        self._check_is_fitted()
        bank, names = self._model.bank, getattr(self, "feature_names_in_", None)
        return features_frame(self._model.rows, bank.taps, bank.wavelets, names)

    @property
    def channels_(self: _Fitted) -> np.ndarray:
        """The channels in use, ascending."""
        self._check_is_fitted()
        return self._model.evaluate.channels.copy()

    @property
    def selection_path_(self: _Fitted) -> pd.DataFrame:
        """The numbers of features there were to choose from; see the class."""
        self._check_is_fitted()
        if self._path is None:
            raise AttributeError("selection_path_ is there for n_features='auto' only")
        return pd.DataFrame(self._path)

    @property
    def channel_path_(self: _Fitted) -> pd.DataFrame:
        """The numbers of channels there were to choose from; see the class."""
        self._check_is_fitted()
        if self._channel_path is None:
            raise AttributeError("channel_path_ is there with max_channels only")
        return pd.DataFrame(self._channel_path)

    def get_feature_names_out(self: _Fitted, input_features=None) -> np.ndarray:
        """Name the output columns.

        Parameters
        ----------
        input_features : ignored
            Present for scikit-learn.

        Returns
        -------
        np.ndarray of object, shape (n_features,)
            Such as ``"ch3_k017_d8_l2_ppv"``: channel 3, kernel 17, dilation 8, level 2,
            share of positive values; or ``"ch1-ch5_k023_d1_l1_ppv>0.25"``: difference
            of two channels, share of values above 0.25.

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveS
        >>> transformer = LightWaveS(n_features=2).set_output(transform="pandas")
        >>> list(transformer.fit_transform(*load_basic_motions(split="train")).columns)
        ['ch0_k031_d32_l1_max', 'ch0_k061_d2_l1_max']
        """
        self._check_is_fitted()
        return feature_names(self._model.rows, self._model.bank.names)


def number_of_features(n_features: int | str | None, n_kernels: int) -> int | str:
    """Give the number asked for, or else 2.5 % of what ROCKET would compute.

    Examples
    --------
    >>> from lightwaves_aeon._fitting import number_of_features
    >>> number_of_features(None, n_kernels=10_000)
    500
    """
    check_at_least("n_kernels", n_kernels, 1)
    if n_features is not None:
        return n_features
    return max(1, round(2 * n_kernels * SHARE_OF_ROCKET))


def fit_head(
    features: np.ndarray,
    y: np.ndarray,
    estimator: Any,
    class_weight: Any,
    held_out: list[HeldOut],
    backend: Threads,
    clone: Callable[[Any], Any],
) -> tuple[StandardScaler, Any, Any]:
    """Train what stands behind the features.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_cases, n_features)
        The features of the training cases, in an order that does not depend on where
        they stand.
    y : np.ndarray, shape (n_cases,)
        Their labels.
    estimator : sklearn compatible classifier or None
        None means a ridge classifier.
    class_weight : {"balanced"}, dict or None
        Of the ridge classifier.
    held_out : list of HeldOut
        What to calibrate the ridge classifier with.
    backend : Threads
        The first of several processes fits, for all.
    clone : callable
        Makes an unfitted copy of the estimator.

    Returns
    -------
    scaler : StandardScaler
        Fitted.
    estimator : sklearn classifier
        Fitted to the scaled features.
    head : LinearHead or Pipeline
        Both in one: predicts from unscaled features.
    """
    if estimator is not None and class_weight is not None:
        warnings.warn(
            "class_weight is for the default estimator, and has no effect on the "
            f"{type(estimator).__name__} that is given as estimator",
            stacklevel=2,
        )

    def fit() -> tuple[StandardScaler, Any]:
        ridge = RidgeClassifierCV(
            alphas=np.logspace(-3, 3, 10) * len(features), class_weight=class_weight
        )
        scaler = StandardScaler().fit(features)
        unfitted = clone(ridge if estimator is None else estimator)
        with one_blas_thread if estimator is None else nullcontext():
            return scaler, unfitted.fit(scaler.transform(features), y)

    scaler, fitted = backend.decide(fit)
    if estimator is not None:
        return scaler, fitted, make_pipeline(scaler, fitted)
    head = LinearHead.fold(
        scaler.mean_,
        scaler.scale_,
        np.atleast_2d(fitted.coef_),
        np.atleast_1d(fitted.intercept_),
        fitted.classes_,
        backend.decide(lambda: sharpness(held_out)),
    )
    return scaler, fitted, head
