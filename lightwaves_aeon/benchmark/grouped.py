"""How well estimators do on recordings that they have never seen."""

from __future__ import annotations

__all__ = [
    "GroupResult",
    "GroupedErrors",
    "GroupedResult",
    "evaluate_groups",
    "mean_interval",
    "share_interval",
]

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import clone
from sklearn.metrics import (
    balanced_accuracy_score,
    confusion_matrix,
    r2_score,
    root_mean_squared_error,
)

from lightwaves_aeon.benchmark.splits import by_window, splits_of, warn_of_unseen
from lightwaves_aeon.core.checks import TASKS, check_one_of
from lightwaves_aeon.core.progress import Track, no_progress

Series = np.ndarray | Sequence[np.ndarray]

Tested = tuple[np.ndarray, np.ndarray]
"""Positions of cases, and what was predicted of them."""
INTERVAL = 0.95
"""How often intervals are to hold what they are of."""


class GroupResult(NamedTuple):
    """What an estimator achieves on a recording.

    Attributes
    ----------
    group : object
        The recording.
    n_cases : int
        Its test cases.
    score : float
        Share of them that is right; of numbers the mean absolute error.
    """

    group: Any
    n_cases: int
    score: float


@dataclass(frozen=True)
class GroupedResult:
    """What a classifier achieves on recordings.

    Attributes
    ----------
    accuracy : float
        Share of the test cases that is right.
    interval : tuple of float
        Between which the accuracy lies on recordings like these, at 95 %; see
        `share_interval`.
    balanced_accuracy : float
        Mean over classes of the share of their test cases that is right.
    window_accuracy : float
        The accuracy of a careless evaluation, that splits at random by window: what is
        above `accuracy` comes from windows of one recording in both parts.
    labels : np.ndarray, shape (n_classes,)
        The classes.
    confusion : np.ndarray of int, shape (n_classes, n_classes)
        Number of test cases by their class, row, and the class predicted, column.
    groups : list of GroupResult
        Recording by recording.
    """

    accuracy: float
    interval: tuple[float, float]
    balanced_accuracy: float
    window_accuracy: float
    labels: np.ndarray
    confusion: np.ndarray
    groups: list[GroupResult]


@dataclass(frozen=True)
class GroupedErrors:
    """What a regressor achieves on recordings.

    Attributes
    ----------
    mae, rmse : float
        Mean of the absolute differences and root of the mean square.
    interval : tuple of float
        Between which the mean absolute error lies on recordings like these, at 95 %;
        see `mean_interval`.
    r2 : float
        Share of the variance that is explained.
    window_mae : float
        The mean absolute error by a careless evaluation, that splits at random by
        window.
    groups : list of GroupResult
        Recording by recording.
    """

    mae: float
    interval: tuple[float, float]
    rmse: float
    r2: float
    window_mae: float
    groups: list[GroupResult]


def evaluate_groups(
    estimators: Mapping[str, Any],
    X: Series,
    y: np.ndarray,
    groups: np.ndarray,
    *,
    split: str = "recording",
    gap: int = 1,
    task: str = "classification",
    random_state: int = 0,
    track: Track = no_progress,
) -> dict[str, Any]:
    """Cross-validate classifiers or regressors so that no recording is in both parts.

    Parameters
    ----------
    estimators : mapping of str to classifier or regressor
        Of aeon, sktime or scikit-learn, by name. Copies of them are fitted, all to the
        same cases.
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints), or list
        The series.
    y : np.ndarray, shape (n_cases,)
        Their classes, or numbers.
    groups : np.ndarray, shape (n_cases,)
        The recording of each case.
    split : {"recording", "time", "window"}, default="recording"
        "recording": each of up to ten recordings is tested by what all others teach;
        more are dealt into five folds with about the same classes in each. "time": of
        each recording the last 30 % of the cases, in the order in which they stand, are
        tested by the earlier ones of all. "window": at random, which is no evidence for
        new recordings.
    gap : int, default=1
        Of a split by time: cases of each recording left out between training and test,
        so that they do not overlap.
    task : {"classification", "regression"}, default="classification"
        Whether labels are classes, or numbers to be predicted.
    random_state : int, default=0
        Draws the folds.
    track : callable, optional
        Wraps the iterable of fits, given also their number, to show progress.

    Returns
    -------
    dict of str to GroupedResult, or GroupedErrors of a regression

    Warns
    -----
    UserWarning
        If test cases have a class that their training cases lack.

    Raises
    ------
    ValueError
        If there is one recording only, there are not as many labels and groups as
        cases, one is missing, numbers are wanted and `y` has none, or there is no such
        split.

    Examples
    --------
    >>> import numpy as np
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.benchmark.grouped import evaluate_groups
    >>> X, y = load_basic_motions()
    >>> clf = LightWaveSClassifier(n_features=50, variant="L1", random_state=0)
    >>> result = evaluate_groups({"L1": clf}, X, y, groups=np.arange(80) % 4)["L1"]
    >>> result.accuracy > 0.9, len(result.groups)
    (True, 4)
    """
    check_one_of("task", task, TASKS)
    y, groups = np.asarray(y), np.asarray(groups)
    if not len(X) == len(y) == len(groups):
        raise ValueError(
            f"there are {len(X)} cases, {len(y)} labels and {len(groups)} groups"
        )
    for name, values in (("y", y), ("groups", groups)):
        if pd.isna(values).any():
            case = int(np.argwhere(pd.isna(values))[0, 0])
            raise ValueError(f"{name} holds a missing value, first for case {case}")
    of_numbers = task == "regression"
    if of_numbers and y.dtype.kind not in "fiub":
        raise ValueError(f"y must hold numbers for task='regression', got {y.dtype}")
    about: dict[str, Any] = {"random_state": random_state, "of_numbers": of_numbers}
    rounds = [splits_of(split, y, groups, gap=gap, **about)]
    if not of_numbers:
        warn_of_unseen(y, rounds[0])
    if split != "window":  # with about as many training cases
        n_folds = len(rounds[0]) if split == "recording" else 3
        rounds.append(by_window(y, n_folds, **about))
    jobs = [
        (name, number, train, test)
        for name in estimators
        for number, folds in enumerate(rounds)
        for train, test in folds
    ]
    found: dict[str, tuple[list, list]] = {name: ([], []) for name in estimators}
    for name, number, train, test in track(jobs, len(jobs)):
        estimator = clone(estimators[name]).fit(_cases(X, train), y[train])
        found[name][number].append((test, estimator.predict(_cases(X, test))))
    compare = _errors if of_numbers else _result
    return {
        name: compare(_joined(own), _joined(careless or own), y, groups)
        for name, (own, careless) in found.items()
    }


def share_interval(
    is_right: np.ndarray, groups: np.ndarray, coverage: float = INTERVAL
) -> tuple[float, float]:
    """Give an interval for a share of cases that come in groups.

    Cases of a group are alike, so that there is less to learn from them than from as
    many cases that have nothing to do with each other. The interval is that of Clopper
    and Pearson for the number of independent cases that would vary as much, as Korn and
    Graubard proposed for surveys; where nothing varies, each group counts as one case.

    Parameters
    ----------
    is_right : np.ndarray of bool, shape (n_cases,)
        What the share is of.
    groups : np.ndarray, shape (n_cases,)
        The group of each case.
    coverage : float, default=0.95
        How often such intervals hold the share of all cases of all groups.

    Returns
    -------
    low, high : float
        NaN if there is one group only.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.benchmark.grouped import share_interval
    >>> is_right = np.arange(100) % 5 > 0
    >>> alone, together = np.arange(100), np.repeat(np.arange(5), 20)
    >>> [round(end, 2) for end in share_interval(is_right, alone)]
    [0.71, 0.87]
    >>> is_right = np.arange(100) >= 20
    >>> [round(end, 2) for end in share_interval(is_right, together)]
    [0.08, 1.0]
    """
    share, variance, n_groups = _mean_of_groups(is_right, groups)
    n_cases, tail = len(groups), (1 - coverage) / 2
    if n_groups < 2:
        return np.nan, np.nan
    number = float(n_groups)
    if variance > 0:
        wide, narrow = stats.t.ppf(tail, [n_groups - 1, n_cases - 1])
        number = share * (1 - share) / variance * (narrow / wide) ** 2
    number = min(number, n_cases)
    right, wrong = share * number, (1 - share) * number
    low = stats.beta.ppf(tail, right, wrong + 1) if right > 0 else 0.0
    high = stats.beta.ppf(1 - tail, right + 1, wrong) if wrong > 0 else 1.0
    return float(low), float(high)


def mean_interval(
    values: np.ndarray, groups: np.ndarray, coverage: float = INTERVAL
) -> tuple[float, float]:
    """Give an interval for a mean over cases that come in groups, by Student's t.

    Parameters
    ----------
    values : np.ndarray, shape (n_cases,)
        What the mean is of.
    groups, coverage
        As of `share_interval`.

    Returns
    -------
    low, high : float
        NaN if there is one group only.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.benchmark.grouped import mean_interval
    >>> values, groups = np.arange(6) / 2, np.repeat(["a", "b", "c"], 2)
    >>> [round(end, 2) for end in mean_interval(values, groups)]
    [-1.23, 3.73]
    """
    mean, variance, n_groups = _mean_of_groups(values, groups)
    # Student's t is NaN where one group leaves no degrees of freedom.
    off = stats.t.ppf((1 + coverage) / 2, n_groups - 1) * np.sqrt(variance)
    return float(mean - off), float(mean + off)


def _mean_of_groups(values: np.ndarray, groups: np.ndarray) -> tuple[float, float, int]:
    """Give a mean over cases, its variance if groups were drawn, and their number."""
    _, codes = np.unique(groups, return_inverse=True)
    sizes = np.bincount(codes)
    mean, n_groups = float(np.mean(values)), len(sizes)
    off = np.bincount(codes, weights=values) - mean * sizes
    variance = n_groups / max(n_groups - 1, 1) * np.sum(off**2) / len(codes) ** 2
    return mean, float(variance), n_groups


def _cases(X: Series, numbers: np.ndarray) -> Series:
    return X[numbers] if isinstance(X, np.ndarray) else [X[i] for i in numbers]


def _joined(parts: list) -> Tested:
    """Give all test cases, and what was predicted of them."""
    tested, predicted = map(np.concatenate, zip(*parts, strict=True))
    order = np.argsort(tested, kind="stable")
    return tested[order], predicted[order]


def _result(
    own: Tested, careless: Tested, y: np.ndarray, groups: np.ndarray
) -> GroupedResult:
    (tested, predicted), labels = own, np.unique(y)
    right, of_case = y[tested], groups[tested]
    is_right = predicted == right
    with warnings.catch_warnings(action="ignore"):  # of classes that are not tested
        balanced = balanced_accuracy_score(right, predicted)
    return GroupedResult(
        accuracy=float(is_right.mean()),
        interval=share_interval(is_right, of_case),
        balanced_accuracy=float(balanced),
        window_accuracy=float(np.mean(careless[1] == y[careless[0]])),
        labels=labels,
        confusion=confusion_matrix(right, predicted, labels=labels),
        groups=list(_of_groups(is_right, of_case)),
    )


def _errors(
    own: Tested, careless: Tested, y: np.ndarray, groups: np.ndarray
) -> GroupedErrors:
    tested, predicted = own
    right, of_case = y[tested], groups[tested]
    off = np.abs(predicted - right)
    low, high = mean_interval(off, of_case)
    return GroupedErrors(
        mae=float(off.mean()),
        interval=(float(np.clip(low, 0, None)), high),
        rmse=float(root_mean_squared_error(right, predicted)),
        r2=float(r2_score(right, predicted)),
        window_mae=float(np.mean(np.abs(careless[1] - y[careless[0]]))),
        groups=list(_of_groups(off, of_case)),
    )


def _of_groups(scores: np.ndarray, groups: np.ndarray) -> Iterator[GroupResult]:
    for group in dict.fromkeys(groups.tolist()):
        own = groups == group
        yield GroupResult(group, int(own.sum()), float(scores[own].mean()))
