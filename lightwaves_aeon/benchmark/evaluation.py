"""Measure a classifier on a data set."""

from __future__ import annotations

__all__ = ["Result", "evaluate", "make_classifier", "warm_up"]

import pickle
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from aeon.classification import BaseClassifier
from sklearn.metrics import balanced_accuracy_score

from lightwaves_aeon.aeon.classifier import LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import Series

SMALLEST = {"n_features": 1, "n_kernels": 84}
"""Sizes that a classifier is warmed up with: those of one parameter or the other."""


@dataclass(frozen=True)
class Result:
    """What a classifier achieves on a data set, and at what cost.

    Attributes
    ----------
    accuracy, balanced_accuracy : float
        Of the test cases, between 0 and 1.
    fit_seconds : float
        Time to fit.
    predict_ms_per_case : float
        Time to predict all test cases in one call, in milliseconds per case.
    kept_features : int
        Features that the fitted linear head reads.
    kept_channels : int
        Channels that ``predict`` reads.
    all_channels : int
        Channels of the data set.
    model_kb : float
        Size of the pickled fitted classifier, in units of 1000 bytes.
    """

    accuracy: float
    balanced_accuracy: float
    fit_seconds: float
    predict_ms_per_case: float
    kept_features: int
    kept_channels: int
    all_channels: int
    model_kb: float


def make_classifier(
    name: str,
    *,
    variant: str = "L1L2",
    n_features: int = 500,
    n_jobs: int = 1,
    random_state: int | None = 0,
) -> BaseClassifier:
    """Make a classifier by name, with defaults for all that is not given.

    Parameters
    ----------
    name : {"lightwaves", "rocket", "minirocket"}
        `LightWaveSClassifier`, or aeon's ``RocketClassifier`` or
        ``MiniRocketClassifier``.
    variant : {"L1", "L2", "L1L2", "plus"}, default="L1L2"
        What features may come from; for ``"lightwaves"`` only.
    n_features : int, default=500
        Number of features to keep; for ``"lightwaves"`` only.
    n_jobs : int, default=1
        Number of threads; -1 means all processors.
    random_state : int or None, default=0
        Seed.

    Returns
    -------
    BaseClassifier
        Not fitted.

    Raises
    ------
    ValueError
        If there is no classifier of that name.

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.evaluation import make_classifier
    >>> make_classifier("lightwaves", n_features=100)
    LightWaveSClassifier(n_features=100, random_state=0)
    >>> make_classifier("minirocket", random_state=1)
    MiniRocketClassifier(random_state=1)
    """
    if name == "lightwaves":
        return LightWaveSClassifier(
            variant=variant,
            n_features=n_features,
            n_jobs=n_jobs,
            random_state=random_state,
        )
    if name not in ("rocket", "minirocket"):
        raise ValueError(f"there is no classifier {name!r}")
    # Imported here, for it compiles and loads much that only they need.
    from aeon.classification import convolution_based

    rivals = {
        "rocket": convolution_based.RocketClassifier,
        "minirocket": convolution_based.MiniRocketClassifier,
    }
    return rivals[name](n_jobs=n_jobs, random_state=random_state)


def warm_up(classifier: BaseClassifier, n_channels: int) -> None:
    """Have the code compiled that a classifier will use.

    A copy of the classifier with few features is fitted to a tiny problem. What is
    compiled depends on whether there are several channels.

    Parameters
    ----------
    classifier : BaseClassifier
        With a parameter ``n_features`` or ``n_kernels``. It is not changed.
    n_channels : int
        Number of channels to make ready for.

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.evaluation import make_classifier, warm_up
    >>> classifier = make_classifier("lightwaves")
    >>> warm_up(classifier, n_channels=6)
    >>> classifier.is_fitted
    False
    """
    clone = classifier.clone()
    size = "n_features" if "n_features" in clone.get_params() else "n_kernels"
    clone.set_params(**{size: SMALLEST[size]})
    X = np.random.default_rng(0).normal(size=(8, n_channels, 32))
    clone.fit(X, np.repeat(["a", "b"], 4)).predict(X)


def evaluate(
    classifier: BaseClassifier,
    X_train: Series,
    y_train: np.ndarray,
    X_test: Series,
    y_test: np.ndarray,
) -> Result:
    """Fit a classifier, test it, and measure both.

    The classifier is warmed up first: times do not include that of compilation.

    Parameters
    ----------
    classifier : BaseClassifier
        `LightWaveSClassifier` or one of aeon's that is fitted the same way, with the
        attributes ``pipeline_`` and ``estimator_``, such as ``RocketClassifier``. It is
        fitted.
    X_train, X_test : np.ndarray, shape (n_cases, n_channels, n_timepoints), or list
        The series; a list of arrays where they differ in length, which not every
        classifier can use.
    y_train, y_test : np.ndarray, shape (n_cases,)
        Their classes.

    Returns
    -------
    Result

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.datasets import load_split
    >>> from lightwaves_aeon.benchmark.evaluation import evaluate, make_classifier
    >>> train, test = load_split("UnitTest", "train"), load_split("UnitTest", "test")
    >>> result = evaluate(make_classifier("lightwaves", n_features=100), *train, *test)
    >>> result.kept_features, result.kept_channels, result.all_channels
    (100, 1, 1)
    >>> result.accuracy > 0.8
    True
    """
    n_channels = len(X_train[0])
    warm_up(classifier, n_channels)
    start = perf_counter()
    classifier.fit(X_train, y_train)
    fitted = perf_counter()
    y_pred = classifier.predict(X_test)
    predicted = perf_counter()
    return Result(
        accuracy=float(np.mean(y_pred == y_test)),
        balanced_accuracy=float(balanced_accuracy_score(y_test, y_pred)),
        fit_seconds=fitted - start,
        predict_ms_per_case=1000 * (predicted - fitted) / len(X_test),
        kept_features=int(classifier.estimator_.n_features_in_),
        kept_channels=_n_channels_read(classifier.pipeline_[0], n_channels),
        all_channels=n_channels,
        model_kb=len(pickle.dumps(classifier)) / 1000,
    )


def _n_channels_read(transformer: Any, n_channels: int) -> int:
    channels = getattr(transformer, "channels_", None)
    return n_channels if channels is None else len(channels)
