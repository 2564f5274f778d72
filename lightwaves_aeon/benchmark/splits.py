"""Splits of cases that come from recordings."""

from __future__ import annotations

__all__ = ["SPLITS", "by_window", "splits_of", "warn_of_unseen"]

import warnings
from collections.abc import Sequence

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    LeaveOneGroupOut,
    StratifiedGroupKFold,
    StratifiedKFold,
)

from lightwaves_aeon.core.checks import check_one_of

SPLITS = ("recording", "time", "window")
"""What test cases are split off by."""

FEW = 10
"""Recordings, at most, each of which is a fold of its own."""

N_FOLDS = 5
"""Folds of more recordings, and of windows."""

LATEST = 0.3
"""Share of the cases of each recording that a split by time tests on."""

Split = tuple[np.ndarray, np.ndarray]


def splits_of(
    split: str,
    y: np.ndarray,
    groups: np.ndarray,
    *,
    gap: int = 1,
    random_state: int = 0,
    of_numbers: bool = False,
) -> list[Split]:
    """Split cases into those of training and those of test, once or several times.

    Parameters
    ----------
    split : {"recording", "time", "window"}
        What test cases are split off by; see ``evaluate_groups``.
    y, groups : np.ndarray, shape (n_cases,)
        Labels, or numbers, and recordings.
    gap : int, default=1
        Of a split by time: cases of each recording left out between the two.
    random_state : int, default=0
        Draws the folds.
    of_numbers : bool, default=False
        Whether labels are numbers, which folds cannot have the same shares of.

    Returns
    -------
    list of (train, test)
        Positions of cases.

    Raises
    ------
    ValueError
        If there are too few recordings, or cases of them.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.benchmark.splits import splits_of
    >>> splits_of("time", np.zeros(10), np.repeat(["a", "b"], 5))
    [(array([0, 1, 5, 6]), array([3, 4, 8, 9]))]
    """
    check_one_of("split", split, SPLITS)
    n_groups = len(np.unique(groups))
    if split == "window":
        return by_window(y, N_FOLDS, random_state, of_numbers)
    if split == "time":
        return [_by_time(groups, gap)]
    if n_groups < 2:
        raise ValueError(
            "there is one recording only: name the column that tells recordings apart, "
            "or split by time"
        )
    if n_groups <= FEW:
        return list(LeaveOneGroupOut().split(y, y, groups))
    kind = GroupKFold if of_numbers else StratifiedGroupKFold
    folds = kind(N_FOLDS, shuffle=True, random_state=random_state)
    with warnings.catch_warnings(action="ignore"):  # of classes of few cases
        return list(folds.split(y, y, groups))


def by_window(
    y: np.ndarray, n_folds: int, random_state: int = 0, of_numbers: bool = False
) -> list[Split]:
    """Deal cases into folds at random, whatever recordings they are of.

    Parameters
    ----------
    y : np.ndarray, shape (n_cases,)
        Labels, or numbers.
    n_folds : int
        How many.
    random_state, of_numbers
        As of `splits_of`.

    Returns
    -------
    list of (train, test)
    """
    kind = KFold if of_numbers else StratifiedKFold
    folds = kind(n_folds, shuffle=True, random_state=random_state)
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


def warn_of_unseen(y: np.ndarray, splits: Sequence[Split]) -> None:
    """Warn of classes that are tested and not among the training cases."""
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
