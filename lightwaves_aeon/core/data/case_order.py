"""An order of the training cases that depends on what they hold alone.

Whatever is drawn, split into folds or summed up in this order comes out the same, to
the last bit, for any permutation of the cases. Values are compared with values of the
same channel and time point only, so that the order does not depend on units either.
"""

from __future__ import annotations

__all__ = ["case_order", "content_ranks"]

from collections.abc import Sequence

import numpy as np

from lightwaves_aeon.core.data.collection import Collection, iter_by_length
from lightwaves_aeon.core.data.gaps import holds_missing
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.targets import Targets

SEED = 0
"""Of the shuffle: any number will do."""

BLOCK_VALUES = 1 << 20
"""Values compared in one go."""


def case_order(X: Collection, targets: Targets, backend: Threads) -> np.ndarray:
    """Order cases by class, those of a class at random but the same for the same cases.

    They are sorted by length and values, then shuffled: sorted cases would meet their
    likes in folds and samples.

    Parameters
    ----------
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        Collection of any real dtype.
    targets : Targets
        Classes of the cases; numbers and weights tell equal cases of a class apart.
    backend : Threads
        Where the work is done; each process compares its share of the channels.

    Returns
    -------
    np.ndarray of int, shape (n_cases,)
        Indices of the cases. Which of two equal cases of a class comes first depends on
        where they stand, and nothing can depend on that.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.parallel.threads import Threads
    >>> from lightwaves_aeon.core.data.case_order import case_order
    >>> from lightwaves_aeon.core.targets import Targets
    >>> X = np.array([[[3.0, 1.0]], [[2.0, 9.0]], [[2.0, 5.0]]])
    >>> X[case_order(X, Targets(np.array([0, 1, 1])), Threads()), 0, 1].tolist()
    [1.0, 9.0, 5.0]
    >>> X = X[[1, 0, 2]]
    >>> X[case_order(X, Targets(np.array([1, 0, 1])), Threads()), 0, 1].tolist()
    [1.0, 9.0, 5.0]
    """
    own = content_ranks(X, backend.local_part(range(X.shape[1])))
    parts = backend.gather(own)
    numbers = () if targets.numbers is None else targets.numbers.T
    weights = () if targets.weights is None else (targets.weights,)

    def order() -> np.ndarray:
        # The shares of the processes are channels in their order: the first come first.
        ordered = np.lexsort((*weights, *numbers, *parts[::-1], targets.classes))
        shuffled = ordered[np.random.RandomState(SEED).permutation(len(ordered))]
        return shuffled[np.argsort(targets.classes[shuffled], kind="stable")]

    return backend.on_root(order)


def content_ranks(X: Collection, channels: Sequence[int]) -> np.ndarray:
    """Rank cases by length, then by their values, channel by channel.

    Parameters
    ----------
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        Collection of any real dtype.
    channels : sequence of int
        The channels to compare, the most significant first.

    Returns
    -------
    np.ndarray of int, shape (n_cases,)
        Number of cases that come before each; equal cases share a rank.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.case_order import content_ranks
    >>> X = np.array([[[3.0, 1.0]], [[2.0, 5.0]], [[3.0, 1.0]], [[2.0, 4.0]]])
    >>> content_ranks(X, [0]).tolist()
    [2, 1, 2, 0]
    """
    ranks, n_before = np.empty(X.shape[0], np.int64), 0
    for block, _, cases in iter_by_length(X):  # the shortest first
        of_block = _ranks_of_equal_length(block, channels) + n_before
        ranks[slice(None) if cases is None else cases] = of_block
        n_before += len(block)
    return ranks


def _ranks_of_equal_length(X: np.ndarray, channels: Sequence[int]) -> np.ndarray:
    ranks = np.zeros(len(X), np.int64)
    tied, width = np.arange(len(X)), 1
    for channel in channels:
        start = 0
        while start < X.shape[2] and len(tied) > 1:
            values = X[tied, channel, start : start + width]
            if holds_missing(values):  # NaN is not equal to itself
                values = np.where(np.isnan(values), np.inf, values)
            ranks[tied] = _refined(ranks[tied], values)
            start += width
            tied = _tied(ranks)
            # Few values tell most cases apart; equal ones are gone through faster.
            width = min(2 * width, max(1, BLOCK_VALUES // max(len(tied), 1)))
    return ranks


def _tied(ranks: np.ndarray) -> np.ndarray:
    """Find the cases that share their rank with others, those of a rank together."""
    order = np.argsort(ranks, kind="stable")
    equal = np.diff(ranks[order]) == 0
    return order[np.append(equal, False) | np.append(False, equal)]


def _refined(ranks: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Tell cases of equal rank apart by more of their values.

    Parameters
    ----------
    ranks : np.ndarray of int, shape (n_cases,)
        Ascending.
    values : np.ndarray, shape (n_cases, n_values)
        The first of them count most.
    """
    together = np.diff(ranks) == 0
    differ = (values[1:] != values[:-1]) & together[:, None]
    columns = values[:, differ.any(axis=0)]
    if columns.shape[1] == 0:
        return ranks
    order = np.lexsort((*columns.T[::-1], ranks))
    columns = columns[order]
    # Ranks stand in the order that they had: a group is sorted in its own place.
    new_group = np.append(True, ~together)
    new = new_group | np.append(True, (columns[1:] != columns[:-1]).any(axis=1))
    number = np.arange(len(ranks))
    group_start = np.maximum.accumulate(np.where(new_group, number, 0))
    start = np.maximum.accumulate(np.where(new, number, 0))
    refined = np.empty_like(ranks)
    refined[order] = ranks + start - group_start
    return refined
