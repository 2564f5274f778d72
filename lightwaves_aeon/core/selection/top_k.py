"""The best by one score, or by several in turn; ties go to the lower index."""

from __future__ import annotations

__all__ = ["round_robin", "top_k", "top_k_mask"]

import numpy as np


def top_k(scores: np.ndarray, n_best: int) -> np.ndarray:
    """Find the highest scores; ties go to the lower index.

    Parameters
    ----------
    scores : np.ndarray of float, shape (n_scores,)
        Infinity allowed, NaN not.
    n_best : int
        Number of scores wanted; all are taken if there are no more than that.

    Returns
    -------
    np.ndarray of int, shape (min(n_scores, n_best),)
        Their indices, ascending.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.top_k import top_k
    >>> top_k(np.array([1.0, 3.0, np.inf, 3.0]), 2).tolist()
    [1, 2]
    """
    return np.flatnonzero(top_k_mask(scores, n_best))


def top_k_mask(scores: np.ndarray, n_best: int) -> np.ndarray:
    """Tell which scores are the highest, as `top_k` does.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.top_k import top_k_mask
    >>> top_k_mask(np.array([1.0, 3.0, np.inf, 3.0]), 2).tolist()
    [False, True, True, False]
    """
    if len(scores) <= n_best:
        return np.ones(len(scores), bool)
    if n_best == 0:
        return np.zeros(len(scores), bool)
    least = np.partition(scores, -n_best)[-n_best]
    best = scores > least
    n_ties = n_best - np.count_nonzero(best)
    best[np.flatnonzero(scores == least)[:n_ties]] = True
    return best


def round_robin(scores: np.ndarray, n_best: int) -> np.ndarray:
    """Find the best by several scores, which pick in turn.

    Parameters
    ----------
    scores : np.ndarray of float, shape (n_lists, n_scores)
        Infinity allowed, NaN not.
    n_best : int
        Number wanted; all are taken if there are no more than that.

    Returns
    -------
    np.ndarray of int, shape (min(n_scores, n_best),)
        Their indices, ascending.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.top_k import round_robin
    >>> round_robin(np.array([[9.0, 8.0, 7.0, 0.0], [0.0, 1.0, 2.0, 3.0]]), 2).tolist()
    [0, 3]
    """
    n_lists, n_scores = scores.shape
    n_best = min(n_best, n_scores)
    n_rounds = n_best // n_lists
    chosen = np.zeros(n_scores, bool)
    while np.count_nonzero(chosen) < n_best:
        n_rounds = min(max(2 * n_rounds, 1), n_scores)
        chosen = np.logical_or.reduce([top_k_mask(row, n_rounds) for row in scores])
    # The turn at which each is first chosen; to be chosen once more adds nothing.
    turns = np.full(n_scores, n_rounds * n_lists)
    for number, row in enumerate(scores):
        best = top_k(row, n_rounds)
        ranked = best[np.argsort(-row[best], kind="stable")]
        own = np.arange(len(ranked)) * n_lists + number
        turns[ranked] = np.minimum(turns[ranked], own)
    return top_k(-turns, n_best)
