"""Load a data set of the aeon archives and measure a classifier on it."""

from __future__ import annotations

__all__ = [
    "DataSetError",
    "Result",
    "evaluate",
    "load_split",
    "make_classifier",
    "warm_up",
]

import pickle
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

import numpy as np
from aeon.classification import BaseClassifier
from aeon.datasets import load_classification, load_from_ts_file
from aeon.utils.validation.collection import is_equal_length
from sklearn.metrics import balanced_accuracy_score

from lightwaves_aeon.classifier import LightWaveSClassifier

SMALLEST = {"n_features": 1, "n_kernels": 84}
"""Sizes that a classifier is warmed up with: those of one parameter or the other."""


class DataSetError(ValueError):
    """A data set that cannot be found, or not be used; the message names it."""


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


def load_split(
    name: str, split: Literal["train", "test"], archive: str | Path | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Load the training or the test cases of a data set.

    Parameters
    ----------
    name : str
        Name of the data set, such as ``"BasicMotions"``.
    split : {"train", "test"}
        Cases to load.
    archive : str, Path or None, default=None
        Folder that is looked in first, for ``NAME/NAME_TRAIN.ts`` and
        ``NAME/NAME_TEST.ts``. Sets that it does not hold are loaded by aeon, which
        ships with some, and downloads others once to its own data folder.

    Returns
    -------
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
        The series.
    y : np.ndarray of str, shape (n_cases,)
        Their classes.

    Raises
    ------
    DataSetError
        If the set cannot be found or read, is empty, has no classes, or its series
        differ in length.

    Examples
    --------
    >>> from lightwaves_aeon.evaluation import load_split
    >>> X, y = load_split("UnitTest", "train")
    >>> X.shape, y.shape
    ((20, 1, 24), (20,))
    """
    if archive is not None and not Path(archive).is_dir():
        raise DataSetError(f"{name}: there is no archive folder {archive}")
    file = None if archive is None else _find(name, split, Path(archive))
    X, y = _load_by_aeon(name, split, archive) if file is None else _read(name, file)
    if len(X) == 0:
        raise DataSetError(f"{name}: there are no {split} cases")
    if not is_equal_length(X):
        raise DataSetError(
            f"{name}: the {split} series differ in length, and no classifier here can "
            f"use them; {name}_eq, where it exists, is a version of equal length"
        )
    return np.asarray(X), y


def _find(name: str, split: str, archive: Path) -> Path | None:
    # The folder of NAME_eq, the version of equal length, is that of NAME.
    for folder in (archive / name, archive / name.removesuffix("_eq")):
        if (folder / f"{name}_TRAIN.ts").is_file():
            return folder / f"{name}_{split.upper()}.ts"
    return None


# Both functions below catch everything, since aeon's readers raise almost anything.


def _read(name: str, file: Path) -> tuple[Any, np.ndarray]:
    # Not by load_classification, which would download to the archive what misses there.
    try:
        X, y, header = load_from_ts_file(str(file), return_meta_data=True)
    except Exception as error:
        raise DataSetError(f"{name}: {file} cannot be read: {error}") from error
    if not header["classlabel"]:
        raise DataSetError(f"{name}: {file} has no class labels")
    return X, y


def _load_by_aeon(
    name: str, split: str, archive: str | Path | None
) -> tuple[Any, np.ndarray]:
    try:
        return load_classification(name, split=split)
    except Exception as error:
        missed = "" if archive is None else f"it is not in {archive}, and "
        raise DataSetError(
            f"{name}: {missed}aeon, which ships with some data sets and downloads "
            f"others, cannot load it: {str(error).strip()}"
        ) from error


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
    variant : {"L1", "L2", "L1L2"}, default="L1L2"
        Scattering levels; for ``"lightwaves"`` only.
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
    >>> from lightwaves_aeon.evaluation import make_classifier
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
    >>> from lightwaves_aeon.evaluation import make_classifier, warm_up
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
    X_train: np.ndarray,
    y_train: np.ndarray,
    X_test: np.ndarray,
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
    X_train, X_test : np.ndarray, shape (n_cases, n_channels, n_timepoints)
        The series.
    y_train, y_test : np.ndarray, shape (n_cases,)
        Their classes.

    Returns
    -------
    Result

    Examples
    --------
    >>> from lightwaves_aeon.evaluation import evaluate, load_split, make_classifier
    >>> train, test = load_split("UnitTest", "train"), load_split("UnitTest", "test")
    >>> result = evaluate(make_classifier("lightwaves", n_features=100), *train, *test)
    >>> result.kept_features, result.kept_channels, result.all_channels
    (100, 1, 1)
    >>> result.accuracy > 0.8
    True
    """
    n_channels = X_train.shape[1]
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
