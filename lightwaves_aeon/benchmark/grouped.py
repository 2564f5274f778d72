"""How well estimators do on recordings that they have never seen."""

from __future__ import annotations

__all__ = [
    "SPLITS",
    "GroupResult",
    "GroupedResult",
    "evaluate_groups",
    "share_interval",
]

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import stats
from sklearn.base import clone
from sklearn.metrics import balanced_accuracy_score, confusion_matrix
from sklearn.model_selection import (
    LeaveOneGroupOut,
    StratifiedGroupKFold,
    StratifiedKFold,
)

from lightwaves_aeon.core.checks import check_one_of
from lightwaves_aeon.core.progress import Track, no_progress

SPLITS = ("recording", "time", "window")
"""What test cases are split off by."""

FEW = 10
"""Recordings, at most, each of which is a fold of its own."""

N_FOLDS = 5
"""Folds of more recordings."""

LATEST = 0.3
"""Share of the cases of each recording that a split by time tests on."""

Series = np.ndarray | Sequence[np.ndarray]
Split = tuple[np.ndarray, np.ndarray]


class GroupResult(NamedTuple):
    """What a classifier achieves on a recording.

    Attributes
    ----------
    group : object
        The recording.
    n_cases : int
        Its test cases.
    accuracy : float
        Share of them that is right.
    """

    group: Any
    n_cases: int
    accuracy: float


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


def evaluate_groups(
    estimators: Mapping[str, Any],
    X: Series,
    y: np.ndarray,
    groups: np.ndarray,
    *,
    split: str = "recording",
    gap: int = 1,
    random_state: int = 0,
    track: Track = no_progress,
) -> dict[str, GroupedResult]:
    """Cross-validate classifiers so that no recording is in both parts.

    Parameters
    ----------
    estimators : mapping of str to classifier
        Of aeon, sktime or scikit-learn, by name. Copies of them are fitted, all to the
        same cases.
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints), or list
        The series.
    y : np.ndarray, shape (n_cases,)
        Their classes.
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
    random_state : int, default=0
        Draws the folds.
    track : callable, optional
        Wraps the iterable of fits, given also their number, to show progress.

    Returns
    -------
    dict of str to GroupedResult

    Warns
    -----
    UserWarning
        If test cases have a class that their training cases lack.

    Raises
    ------
    ValueError
        If there is one recording only, there are not as many labels and groups as
        cases, or there is no such split.

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
    check_one_of("split", split, SPLITS)
    y, groups = np.asarray(y), np.asarray(groups)
    if not len(X) == len(y) == len(groups):
        raise ValueError(
            f"there are {len(X)} cases, {len(y)} labels and {len(groups)} groups"
        )
    honest = _splits(split, y, groups, gap, random_state)
    _warn_of_unseen(y, honest)
    careless = honest
    if split != "window":
        n_folds = len(honest) if split == "recording" else N_FOLDS
        careless = _by_window(y, n_folds, random_state)
    jobs = [
        (name, number, train, test)
        for name in estimators
        for number, folds in enumerate((honest, careless)[: 1 + (split != "window")])
        for train, test in folds
    ]
    found: dict[str, tuple[list, list]] = {name: ([], []) for name in estimators}
    for name, number, train, test in track(jobs, len(jobs)):
        estimator = clone(estimators[name]).fit(_cases(X, train), y[train])
        found[name][number].append((test, estimator.predict(_cases(X, test))))
    return {name: _result(*parts, y, groups) for name, parts in found.items()}


def share_interval(
    is_right: np.ndarray, groups: np.ndarray, coverage: float = 0.95
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
    _, codes = np.unique(groups, return_inverse=True)
    sizes = np.bincount(codes)
    n_cases, n_groups = len(codes), len(sizes)
    if n_groups < 2:
        return np.nan, np.nan
    share = float(np.mean(is_right))
    off = np.bincount(codes, weights=is_right) - share * sizes
    variance = n_groups / (n_groups - 1) * np.sum(off**2) / n_cases**2
    tail = (1 - coverage) / 2
    number = float(n_groups)
    if variance > 0:
        wide, narrow = stats.t.ppf(tail, [n_groups - 1, n_cases - 1])
        number = share * (1 - share) / variance * (narrow / wide) ** 2
    number = min(number, n_cases)
    right, wrong = share * number, (1 - share) * number
    low = stats.beta.ppf(tail, right, wrong + 1) if right > 0 else 0.0
    high = stats.beta.ppf(1 - tail, right + 1, wrong) if wrong > 0 else 1.0
    return float(low), float(high)


def _splits(
    split: str, y: np.ndarray, groups: np.ndarray, gap: int, random_state: int
) -> list[Split]:
    n_groups = len(np.unique(groups))
    if split == "window":
        return _by_window(y, N_FOLDS, random_state)
    if split == "time":
        return [_by_time(groups, gap)]
    if n_groups < 2:
        raise ValueError(
            "there is one recording only: name the column that tells recordings apart, "
            "or split by time"
        )
    if n_groups <= FEW:
        return list(LeaveOneGroupOut().split(y, y, groups))
    folds = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=random_state)
    with warnings.catch_warnings(action="ignore"):  # of classes of few cases
        return list(folds.split(y, y, groups))


def _by_window(y: np.ndarray, n_folds: int, random_state: int) -> list[Split]:
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=random_state)
    with warnings.catch_warnings(action="ignore"):  # of classes of few cases
        return list(folds.split(y, y))


def _by_time(groups: np.ndarray, gap: int) -> Split:
    """Split off the last cases of each recording, some before them left out."""
    train, test = [], []
    for group in np.unique(groups):
        own = np.flatnonzero(groups == group)
        n_early = len(own) - round(LATEST * len(own))
        train.append(own[: max(n_early - gap, 0)])
        test.append(own[n_early:])
    parts = np.concatenate(train), np.concatenate(test)
    if min(map(len, parts)) == 0:
        raise ValueError("recordings have too few cases to split them by time")
    return parts


def _warn_of_unseen(y: np.ndarray, splits: Sequence[Split]) -> None:
    unseen = {
        str(label)
        for train, test in splits
        for label in np.setdiff1d(y[test], y[train])
    }
    if unseen:
        warnings.warn(
            f"cases of {', '.join(sorted(unseen))} are tested without such cases among "
            "those of training: a class should be in several recordings",
            UserWarning,
            stacklevel=3,
        )


def _cases(X: Series, numbers: np.ndarray) -> Series:
    return X[numbers] if isinstance(X, np.ndarray) else [X[i] for i in numbers]


def _result(
    honest: list, careless: list, y: np.ndarray, groups: np.ndarray
) -> GroupedResult:
    tested, predicted = _joined(honest)
    right, is_right = y[tested], predicted == y[tested]
    labels = np.unique(y)
    of_case = groups[tested]
    with warnings.catch_warnings(action="ignore"):  # of classes that are not tested
        balanced = balanced_accuracy_score(right, predicted)
    accuracy = float(is_right.mean())
    window_accuracy = accuracy
    if careless:
        other, guessed = _joined(careless)
        window_accuracy = float(np.mean(guessed == y[other]))
    return GroupedResult(
        accuracy=accuracy,
        interval=share_interval(is_right, of_case),
        balanced_accuracy=float(balanced),
        window_accuracy=window_accuracy,
        labels=labels,
        confusion=confusion_matrix(right, predicted, labels=labels),
        groups=list(_of_groups(is_right, of_case)),
    )


def _joined(parts: list[tuple[np.ndarray, np.ndarray]]) -> Split:
    tested, predicted = zip(*parts, strict=True)
    return np.concatenate(tested), np.concatenate(predicted)


def _of_groups(is_right: np.ndarray, groups: np.ndarray) -> Iterator[GroupResult]:
    for group in dict.fromkeys(groups.tolist()):
        own = groups == group
        yield GroupResult(group, int(own.sum()), float(is_right[own].mean()))
