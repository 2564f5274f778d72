"""Measure an estimator on a data set: the one loop, with or without a store behind."""

from __future__ import annotations

__all__ = [
    "Costs",
    "Measured",
    "RegressionResult",
    "Result",
    "evaluate",
    "kept",
    "measure",
    "result_of",
    "warm_up",
    "watched",
]

import pickle
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from aeon.classification import BaseClassifier
from aeon.regression import BaseRegressor
from sklearn.metrics import (
    balanced_accuracy_score,
    mean_absolute_error,
    r2_score,
    root_mean_squared_error,
)

from lightwaves_aeon.benchmark.datasets import Series
from lightwaves_aeon.benchmark.memory import PeakMemory


class Measured(NamedTuple):
    """What a classifier or regressor answers, and what it takes.

    Attributes
    ----------
    labels : np.ndarray, shape (n_test_cases,)
        Predicted classes, or numbers.
    shares : np.ndarray, shape (n_test_cases, n_classes), or None
        Probabilities, where they were asked for.
    fit_seconds, predict_seconds : float
        Times to fit, and to predict all test cases in one call, or, of a fold, in
        blocks, without the time to read them.
    memory : float
        Bytes that fitting took at its peak; NaN where it cannot be measured.
    kept_features, kept_channels : int or None
        Features that the fitted linear head reads, and channels that ``predict`` reads,
        where it can be told.
    """

    labels: np.ndarray
    shares: np.ndarray | None
    fit_seconds: float
    predict_seconds: float
    memory: float
    kept_features: int | None
    kept_channels: int | None


@dataclass(frozen=True)
class Costs:
    """What an estimator takes on a data set.

    Attributes
    ----------
    fit_seconds : float
        Time to fit; of a fold with that to read the training cases.
    predict_ms_per_case : float
        Time to predict, see `Measured`, in milliseconds per case.
    kept_features, kept_channels : int or None
        See `Measured`.
    all_channels : int
        Channels of the data set.
    model_kb : float
        Size of the pickled fitted estimator, in units of 1000 bytes.
    """

    fit_seconds: float
    predict_ms_per_case: float
    kept_features: int | None
    kept_channels: int | None
    all_channels: int
    model_kb: float


@dataclass(frozen=True)
class _Accuracies:
    accuracy: float
    balanced_accuracy: float


@dataclass(frozen=True)
class _Errors:
    rmse: float
    mae: float
    r2: float


# Fields of the last base come first.


@dataclass(frozen=True)
class Result(Costs, _Accuracies):
    """What a classifier achieves on a data set, and at what cost, see `Costs`.

    Attributes
    ----------
    accuracy, balanced_accuracy : float
        Of the test cases, between 0 and 1.
    """


@dataclass(frozen=True)
class RegressionResult(Costs, _Errors):
    """What a regressor achieves on a data set, and at what cost, see `Costs`.

    Attributes
    ----------
    rmse, mae : float
        Root of the mean square and mean of the absolute differences, of the test cases.
    r2 : float
        Share of the variance of the test cases that is explained.
    """


def warm_up(
    classifier: BaseClassifier | BaseRegressor,
    n_channels: int,
    is_list: bool = False,
    dtype: type[np.floating] = np.float64,
) -> None:
    """Have the code compiled that a classifier or regressor will use.

    Parameters
    ----------
    classifier : BaseClassifier or BaseRegressor
        A copy of it is fitted to a tiny problem: as it is, since what is compiled may
        depend on any parameter.
    n_channels : int
        Number of channels to make ready for.
    is_list : bool, default=False
        Whether for series of unequal length.
    dtype : type, default=np.float64
        Type of the series.

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.classifiers import make
    >>> from lightwaves_aeon.benchmark.evaluation import warm_up
    >>> classifier = make("l1l2")
    >>> warm_up(classifier, n_channels=6)
    >>> classifier.is_fitted
    False
    """
    rng = np.random.default_rng(0)
    X: Any = rng.normal(size=(12, n_channels, 40)).astype(dtype, copy=False)
    if is_list:
        X = [series[:, : 40 - case // 11] for case, series in enumerate(X)]
    of_numbers = isinstance(classifier, BaseRegressor)
    y = rng.normal(size=12) if of_numbers else np.tile(["a", "b"], 6)
    # Warnings would be of fewer features than wanted, and the like.
    with warnings.catch_warnings(action="ignore"):
        clone = classifier.clone().fit(X, y)
        # Several cases and one alone: each have their loops.
        clone.predict(X)
        clone.predict(X[:1])


def measure(
    classifier: BaseClassifier | BaseRegressor,
    X_train: Series,
    y_train: np.ndarray,
    X_test: Series,
    with_probabilities: bool = False,
) -> Measured:
    """Fit a classifier or regressor and predict, with a watch on both.

    Parameters
    ----------
    classifier : BaseClassifier or BaseRegressor
        It is fitted; `warm_up` before makes the times free of compilation.
    X_train, X_test : np.ndarray, shape (n_cases, n_channels, n_timepoints), or list
        The series; a list of arrays where they differ in length, which not every
        classifier can use.
    y_train : np.ndarray, shape (n_cases,)
        Classes of the training cases, or numbers.
    with_probabilities : bool, default=False
        Whether to ask for probabilities, too; that takes no part in the time.

    Returns
    -------
    Measured
    """
    fit_seconds, memory = watched(lambda: classifier.fit(X_train, y_train))
    start = perf_counter()
    labels = classifier.predict(X_test)
    predict_seconds = perf_counter() - start
    shares = classifier.predict_proba(X_test) if with_probabilities else None
    found = labels, shares, fit_seconds, predict_seconds, memory
    return Measured(*found, *kept(classifier, len(X_train[0])))


def evaluate(
    classifier: BaseClassifier | BaseRegressor,
    X_train: Series,
    y_train: np.ndarray,
    X_test: Series,
    y_test: np.ndarray,
) -> Result | RegressionResult:
    """Fit a classifier or regressor, test it, and measure both.

    It is warmed up first: times do not include that of compilation.

    Parameters
    ----------
    classifier : BaseClassifier or BaseRegressor
        Ours, or any of aeon's. It is fitted.
    X_train, X_test : np.ndarray, shape (n_cases, n_channels, n_timepoints), or list
        See `measure`.
    y_train, y_test : np.ndarray, shape (n_cases,)
        Their classes, or numbers for a regressor.

    Returns
    -------
    Result or RegressionResult

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.classifiers import make
    >>> from lightwaves_aeon.benchmark.datasets import load_split
    >>> from lightwaves_aeon.benchmark.evaluation import evaluate
    >>> train, test = load_split("UnitTest", "train"), load_split("UnitTest", "test")
    >>> result = evaluate(make("l1l2", n_features=100), *train, *test)
    >>> result.kept_features, result.kept_channels, result.all_channels
    (100, 1, 1)
    >>> result.accuracy > 0.8
    True
    """
    warm_up(classifier, len(X_train[0]), isinstance(X_train, list))
    found = measure(classifier, X_train, y_train, X_test)
    return result_of(classifier, found, y_test, len(X_train[0]))


def watched(fit: Callable[[], object]) -> tuple[float, float]:
    """Fit, with a watch on time and memory.

    Parameters
    ----------
    fit : callable
        What is called, once.

    Returns
    -------
    seconds : float
        The time that it takes.
    memory : float
        See `Measured`.
    """
    with PeakMemory() as peak:
        before, start = peak.now(), perf_counter()
        fit()
        fitted = perf_counter()
    return fitted - start, max(peak.bytes - before, 0.0)  # NaN stays NaN


def result_of(
    classifier: BaseClassifier | BaseRegressor,
    found: Measured,
    y_test: np.ndarray,
    n_channels: int,
) -> Result | RegressionResult:
    """Compare what a classifier or regressor answers with what is right.

    Parameters
    ----------
    classifier : BaseClassifier or BaseRegressor
        Fitted.
    found : Measured
        What it answers, and what that took.
    y_test : np.ndarray, shape (n_test_cases,)
        Classes of the test cases, or their numbers.
    n_channels : int
        Channels of the data set.

    Returns
    -------
    Result or RegressionResult
    """
    costs: dict[str, Any] = {
        "fit_seconds": found.fit_seconds,
        "predict_ms_per_case": 1000 * found.predict_seconds / len(y_test),
        "kept_features": found.kept_features,
        "kept_channels": found.kept_channels,
        "all_channels": n_channels,
        "model_kb": len(pickle.dumps(classifier)) / 1000,
    }
    if isinstance(classifier, BaseRegressor):
        return RegressionResult(
            rmse=float(root_mean_squared_error(y_test, found.labels)),
            mae=float(mean_absolute_error(y_test, found.labels)),
            r2=float(r2_score(y_test, found.labels)),
            **costs,
        )
    return Result(
        accuracy=float(np.mean(found.labels == y_test)),
        balanced_accuracy=float(balanced_accuracy_score(y_test, found.labels)),
        **costs,
    )


def kept(classifier: Any, n_channels: int) -> tuple[int | None, int | None]:
    """Count features and channels that an estimator reads, where it can be told.

    Parameters
    ----------
    classifier : BaseClassifier or BaseRegressor
        Fitted.
    n_channels : int
        Channels of the data set.

    Returns
    -------
    features, channels : int or None
    """
    if not hasattr(classifier, "pipeline_"):
        return None, None
    first, *_, last = (step for _, step in classifier.pipeline_.steps)
    channels = getattr(first, "channels_", range(n_channels))
    return int(last.n_features_in_), len(channels)
