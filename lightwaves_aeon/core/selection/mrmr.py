"""Minimum redundancy, maximum relevance: the paper's selection (section III-D)."""

from __future__ import annotations

__all__ = ["mrmr"]

import numpy as np

from lightwaves_aeon.core.jit import jit, jit_inner

CORRELATION_FLOOR = 0.001
"""Smallest |correlation| that counts as redundancy: a quotient needs a bound."""


def mrmr(
    columns: np.ndarray,
    relevance: np.ndarray,
    n_selected: int,
    weights: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Select features by minimum redundancy and maximum relevance, quotient form.

    The next feature is the one with the highest relevance over its mean absolute
    Pearson correlation to those selected (FCQ: Zhao, Anand and Wang 2019, section II).

    Parameters
    ----------
    columns : np.ndarray of float32, shape (n_cases, n_features)
        The pool.
    relevance : np.ndarray of float64, shape (n_features,)
        Non-negative; infinite values come first, the least redundant of them ahead.
    n_selected : int
        Number of features to select, at most n_features.
    weights : np.ndarray of float64, shape (n_cases,), optional
        How much each case counts; all alike by default.

    Returns
    -------
    order : np.ndarray of int, shape (n_selected,)
        Column indices, in the order of selection; ties go to the lower index.
    scores : np.ndarray of float64, shape (n_selected,)
        The quotient with which each was selected; the first one's is its relevance.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.mrmr import mrmr
    >>> first = np.array([0.0, 0.0, 1.0, 1.0])
    >>> columns = np.stack([first, first, [0.0, 1.0, 0.0, 1.0]], axis=1)
    >>> mrmr(columns.astype(np.float32), np.array([9.0, 9.0, 1.0]), 2)[0].tolist()
    [0, 2]
    """
    # Large enough to stay ahead of any finite relevance, whatever the redundancy.
    infinite = np.finfo(np.float64).max * CORRELATION_FLOOR
    weights = np.ones(len(columns)) if weights is None else weights
    standard = _standardised(columns, weights)
    order, scores = _mrmr(standard, np.minimum(relevance, infinite), n_selected)
    return order, np.where(np.isinf(relevance[order]), np.inf, scores)


@jit
def _standardised(columns, weights):
    """Centre the columns and divide by their l2 norm; constant ones become zero.

    Their products are weighted correlations.
    """
    n_cases, n_features = columns.shape
    standard = np.empty((n_cases, n_features))
    mean = np.zeros(n_features)
    norm = np.zeros(n_features)
    for i in range(n_cases):
        for j in range(n_features):
            standard[i, j] = np.float64(columns[i, j]) - columns[0, j]
            mean[j] += weights[i] * standard[i, j]
    mean /= weights.sum()
    for i in range(n_cases):
        root = np.sqrt(weights[i])
        for j in range(n_features):
            standard[i, j] = (standard[i, j] - mean[j]) * root
            norm[j] += standard[i, j] ** 2
    for j in range(n_features):
        norm[j] = 1 / np.sqrt(norm[j]) if norm[j] > 0 else 0.0
    for i in range(n_cases):
        for j in range(n_features):
            standard[i, j] *= norm[j]
    return standard


@jit
def _mrmr(standard, relevance, n_selected):
    n_features = standard.shape[1]
    order = np.empty(n_selected, np.int64)
    scores = np.empty(n_selected)
    redundancy = np.zeros(n_features)
    correlation = np.empty(n_features)
    quotient = relevance.copy()
    for step in range(n_selected):
        pick = np.argmax(quotient)
        order[step] = pick
        scores[step] = quotient[pick]
        _correlate(standard, pick, correlation)
        for j in range(n_features):
            redundancy[j] += max(abs(correlation[j]), CORRELATION_FLOOR)
            quotient[j] = relevance[j] / (redundancy[j] / (step + 1))
        for s in range(step + 1):
            quotient[order[s]] = -1.0
    return order, scores


@jit_inner
def _correlate(standard, pick, correlation):
    """Correlate one column with all.

    Summed case by case rather than by BLAS: equal columns then correlate equally to the
    last bit wherever they stand, and ties stay ties.
    """
    n_cases, n_features = standard.shape
    correlation[:] = 0.0
    # Four cases a pass, in their order: a quarter of the traffic to the sums.
    for i in range(0, n_cases - 3, 4):
        a, b = standard[i, pick], standard[i + 1, pick]
        c, d = standard[i + 2, pick], standard[i + 3, pick]
        for j in range(n_features):
            total = correlation[j] + standard[i, j] * a + standard[i + 1, j] * b
            total += standard[i + 2, j] * c
            correlation[j] = total + standard[i + 3, j] * d
    for i in range(n_cases - n_cases % 4, n_cases):
        a = standard[i, pick]
        for j in range(n_features):
            correlation[j] += standard[i, j] * a
