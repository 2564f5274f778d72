"""One run: load a data set, resample it, fit a classifier or regressor, test it."""

from __future__ import annotations

__all__ = ["Task", "dataset_names", "measure", "resampled"]

import warnings
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from aeon.benchmarking.resampling import resample_data, stratified_resample_data
from aeon.datasets import tsc_datasets
from aeon.datasets.tser_datasets import tser_soton
from sklearn.model_selection import cross_val_predict

from lightwaves_aeon.benchmark import evaluation
from lightwaves_aeon.benchmark.classifiers import CLASSIFIERS, make
from lightwaves_aeon.benchmark.datasets import Data, DataSetError, is_in, is_regression
from lightwaves_aeon.benchmark.store import Estimate, Run, RunResult

LISTS = {
    "uea": tsc_datasets.multivariate,
    "ucr": tsc_datasets.univariate,
    "tser": tser_soton,
}
"""Names that stand for all sets of an archive."""

MOST_FOLDS = 10
"""Of a cross-validation on the training cases."""


class Task(NamedTuple):
    """What a worker is to do.

    Attributes
    ----------
    run : Run
        What it is of.
    classifier : str
        Name of the classifier among `CLASSIFIERS`.
    n_features : int or "auto"
        Features that LightWaveS keeps.
    archive : Path or None
        Folder that is looked in before aeon is asked.
    with_train : bool
        Whether to estimate the training cases by cross-validation, too.
    """

    run: Run
    classifier: str
    n_features: int | str
    archive: Path | None
    with_train: bool = False


def dataset_names(
    asked: Sequence[str], archive: Path | None = None
) -> tuple[list[str], list[str]]:
    """List the data sets that are asked for.

    Parameters
    ----------
    asked : sequence of str
        Names of data sets, or ``"uea"``, ``"ucr"`` or ``"tser"``, those for regression,
        for aeon's list of them.
    archive : Path or None, default=None
        Folder that the sets of a list must be in. Without, aeon loads each.

    Returns
    -------
    names : list of str
        Each once. A set asked for by its own name is there, wherever it is.
    missing : list of str
        Sets of a list that the archive does not hold.

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.runs import dataset_names
    >>> names, missing = dataset_names(["GunPoint", "uea"])
    >>> len(names), missing
    (31, [])
    """
    names: list[str] = []
    missing: list[str] = []
    for name in asked:
        listed = LISTS.get(name.lower(), ())
        for member in listed or [name]:
            is_there = not listed or archive is None or is_in(member, archive)
            (names if is_there else missing).append(member)
    return list(dict.fromkeys(names)), list(dict.fromkeys(missing))


def resampled(data: Data, resample: int) -> Data:
    """Split a data set anew, as aeon's and tsml-eval's experiments do.

    Parameters
    ----------
    data : tuple
        As `load` gives it.
    resample : int
        0 for the split as it is. Above, all cases are pooled and drawn from with this
        seed, as many for training as before: of each class, where there are classes.

    Returns
    -------
    X_train, y_train, X_test, y_test
        Of the same types and sizes.

    Raises
    ------
    DataSetError
        If a class has no training or no test cases: aeon's way needs both.

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.datasets import load
    >>> from lightwaves_aeon.benchmark.runs import resampled
    >>> X_train, y_train, X_test, y_test = resampled(load("UnitTest"), 1)
    >>> X_train.shape, X_test.shape
    ((20, 1, 24), (22, 1, 24))
    """
    if resample == 0:
        return data
    _, y_train, _, y_test = data
    if is_regression(y_train):
        return resample_data(*data, random_state=resample)
    if set(y_train) != set(y_test):
        raise DataSetError(
            "a class has no training cases or no test cases, so that it cannot be "
            "resampled by class"
        )
    return stratified_resample_data(*data, random_state=resample)


def measure(task: Task, data: Data, begins: Callable[[], None]) -> RunResult:
    """Do one run, by a regressor where the data set has numbers to predict.

    It is first fitted to a tiny problem, so that what it runs is compiled.

    Parameters
    ----------
    task : Task
        What to do.
    data : tuple
        The data set as `load` gives it; it is resampled here.
    begins : callable
        Called when all is ready and fitting begins.

    Returns
    -------
    RunResult

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.datasets import load
    >>> from lightwaves_aeon.benchmark.runs import Task, measure
    >>> from lightwaves_aeon.benchmark.store import Run
    >>> task = Task(Run("Dummy", "UnitTest", 0), "dummy", 500, None)
    >>> measure(task, load("UnitTest"), lambda: None).probabilities.shape
    (22, 2)
    """
    X_train, y_train, X_test, y_test = resampled(data, task.run.resample)
    what, classes = "regression", None
    if not is_regression(y_train):
        what, classes = "classification", np.unique(np.concatenate([y_train, y_test]))
    estimator = make(task.classifier, task.n_features, task.run.resample, task=what)
    parameters, n_channels = estimator.get_params(), len(X_train[0])
    is_list = isinstance(X_train, list)
    # One that has none would predict once more for the sake of zeros and ones.
    has_probabilities = CLASSIFIERS[task.classifier].has_probabilities
    asked = has_probabilities and classes is not None
    # Warnings would be of fewer features than wanted, and the like: no result changes.
    with warnings.catch_warnings(action="ignore"):
        _warm_up(task.classifier, task.n_features, what, n_channels, is_list)
        begins()
        found = evaluation.measure(estimator, X_train, y_train, X_test, asked)
        train = None
        if task.with_train:
            train = _estimate(estimator, X_train, y_train, classes)
    y_true, y_pred, probabilities = y_test, found.labels, None
    facts: dict[str, Any] = {
        "features": found.kept_features,
        "channels": found.kept_channels,
        "all_channels": n_channels,
    }
    if classes is not None:
        y_true, y_pred = (np.searchsorted(classes, y) for y in (y_true, y_pred))
        probabilities = np.eye(len(classes))[y_pred]
        if found.shares is not None:
            probabilities = _of_all(found.shares, estimator.classes_, classes)
        facts["classes"] = [str(label) for label in classes]
    facts["parameters"] = {name: repr(value) for name, value in parameters.items()}
    facts["versions"] = {name: version(name) for name in ("lightwaves-aeon", "aeon")}
    return RunResult(
        y_true=y_true,
        y_pred=y_pred,
        probabilities=probabilities,
        fit_ms=1000 * found.fit_seconds,
        predict_ms=1000 * found.predict_seconds,
        memory=-1.0 if np.isnan(found.memory) else found.memory,
        train=train,
        facts=facts,
    )


def _estimate(
    estimator: Any, X: Any, y: np.ndarray, classes: np.ndarray | None
) -> Estimate:
    """Cross-validate on the training cases, in as many folds as tsml-eval has."""
    method, most = "predict", len(y)
    if classes is not None:
        known, sizes = np.unique(y, return_counts=True)
        method, most = "predict_proba", max(2, int(sizes.min()))
    n_folds, start = min(MOST_FOLDS, most), perf_counter()
    found = cross_val_predict(estimator, X, y, cv=n_folds, method=method)
    ms = 1000 * (perf_counter() - start)
    if classes is None:
        return Estimate(y, found, None, n_folds, ms)
    shares = _of_all(found, known, classes)
    y_true, y_pred = np.searchsorted(classes, y), shares.argmax(axis=1)
    return Estimate(y_true, y_pred, shares, n_folds, ms)


def _of_all(shares: np.ndarray, known: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Give shares of all classes: none of those that were not trained on."""
    of_all = np.zeros((len(shares), len(classes)))
    of_all[:, np.searchsorted(classes, known)] = shares
    return of_all


@cache
def _warm_up(
    name: str, n_features: int | str, task: str, n_channels: int, is_list: bool
) -> None:
    evaluation.warm_up(make(name, n_features, task=task), n_channels, is_list)
