"""Which features are kept: the ANOVA filter and the mRMR selection, on plain arrays."""

from __future__ import annotations

__all__ = [
    "among_best",
    "anova_f",
    "best_by_score",
    "best_in_turn",
    "class_f",
    "mrmr",
    "stratified_sample",
]

import numpy as np
from numba import njit

CORRELATION_FLOOR = 0.001
"""Smallest |correlation| that counts as redundancy: a quotient needs a bound."""


def stratified_sample(
    classes: np.ndarray, n_wanted: int, rng: np.random.RandomState
) -> np.ndarray:
    """Draw cases without replacement, each class in proportion to its size.

    Parameters
    ----------
    classes : np.ndarray of int, shape (n_cases,)
        Class of each case, 0 to n_classes - 1; every class occurs.
    n_wanted : int
        Number of cases to draw; all are taken if there are no more than that.
    rng : np.random.RandomState
        Source of the draw; not touched when all cases are taken.

    Returns
    -------
    np.ndarray of int, shape (min(n_cases, n_wanted),)
        Indices of cases, ordered by class, then by index. Every class keeps at least
        one case.

    Raises
    ------
    ValueError
        If `n_wanted` is below the number of classes.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection import stratified_sample
    >>> classes = np.repeat([0, 1], [90, 10])
    >>> sample = stratified_sample(classes, 20, np.random.RandomState(0))
    >>> np.bincount(classes[sample]).tolist()
    [18, 2]
    """
    by_class = np.argsort(classes, kind="stable")
    sizes = np.bincount(classes)
    if len(classes) <= n_wanted:
        return by_class
    if n_wanted < len(sizes):
        raise ValueError(
            f"max_cases={n_wanted} is below the number of classes, {len(sizes)}"
        )
    share = sizes * (n_wanted / len(classes))
    quota = np.maximum(1, share.astype(int))
    while quota.sum() < n_wanted:
        quota[np.argmax(share - quota)] += 1
    while quota.sum() > n_wanted:  # classes smaller than their one sure case
        quota[np.argmax(np.where(quota > 1, quota - share, -np.inf))] -= 1
    members = np.split(by_class, np.cumsum(sizes)[:-1])
    drawn = [
        np.sort(rng.permutation(cases)[:n])
        for cases, n in zip(members, quota, strict=True)
    ]
    return np.concatenate(drawn)


@njit(nogil=True, cache=True, error_model="numpy")
def anova_f(features, class_starts):
    """One-way ANOVA F of each feature (paper, section III-C), in float64.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_cases, n_features)
        Cases ordered by class.
    class_starts : np.ndarray of int, shape (n_classes + 1,)
        First case of each class, and n_cases at the end.

    Returns
    -------
    np.ndarray of float64, shape (n_features,)
        Infinite where each class has a value of its own and no spread; 0 where the
        feature is constant.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection import anova_f
    >>> features = np.array([[1, 0, 5], [2, 0, 5], [3, 1, 5], [4, 1, 5]], np.float32)
    >>> anova_f(features, np.array([0, 2, 4])).tolist()
    [8.0, inf, 0.0]
    """
    means, _, between, within = _sums_of_squares(features, class_starts)
    n_cases, n_features = features.shape
    freedom = max(n_cases - len(means), 1) / (len(means) - 1)
    scores = np.empty(n_features)
    for j in range(n_features):
        scores[j] = _f(between[j], within[j], freedom)
    return scores


@njit(nogil=True, cache=True, error_model="numpy")
def class_f(features, class_starts):
    """One-way ANOVA F of each feature, of all classes and of each against the rest.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_cases, n_features)
        Cases ordered by class.
    class_starts : np.ndarray of int, shape (n_classes + 1,)
        First case of each class, and n_cases at the end.

    Returns
    -------
    np.ndarray of float64, shape (n_classes + 1, n_features)
        First the score of all classes, as of `anova_f`, then that of each class.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection import class_f
    >>> features = np.array([[0], [1], [0], [1], [8], [9]], np.float32)
    >>> class_f(features, np.array([0, 2, 4, 6])).ravel().round(1).tolist()
    [85.3, 1.3, 1.3, 227.6]
    """
    means, overall, between, within = _sums_of_squares(features, class_starts)
    n_cases, n_features = features.shape
    n_classes = len(means)
    scores = np.empty((n_classes + 1, n_features))
    freedom = max(n_cases - n_classes, 1) / (n_classes - 1)
    for j in range(n_features):
        scores[0, j] = _f(between[j], within[j], freedom)
    for c in range(n_classes):
        size = class_starts[c + 1] - class_starts[c]
        for j in range(n_features):
            # The rest's mean lies on the other side of the overall one, nearer to it.
            apart = (means[c, j] - overall[j]) ** 2 * size * n_cases / (n_cases - size)
            left = max(between[j] - apart, 0.0) + within[j]
            scores[c + 1, j] = _f(apart, left, max(n_cases - 2, 1))
    return scores


@njit(nogil=True, cache=True, error_model="numpy")
def _f(between, within, freedom):
    if within > 0:
        return between / within * freedom
    return np.inf if between > 0 else 0.0


@njit(nogil=True, cache=True, error_model="numpy")
def _sums_of_squares(features, class_starts):
    """Means of classes and overall, sums of squares between and within classes."""
    n_cases, n_features = features.shape
    n_classes = len(class_starts) - 1
    # Values are counted from the first case of their class, and means of classes from
    # the first case of all, so that what does not vary gives exact zeros. All loops are
    # written out: array expressions would take seconds to compile.
    means = np.zeros((n_classes, n_features))
    overall = np.zeros(n_features)
    between = np.zeros(n_features)
    within = np.zeros(n_features)
    for c in range(n_classes):
        first, last = class_starts[c], class_starts[c + 1]
        for i in range(first, last):
            for j in range(n_features):
                means[c, j] += np.float64(features[i, j]) - features[first, j]
        for j in range(n_features):
            means[c, j] /= last - first
        for i in range(first, last):
            for j in range(n_features):
                offset = np.float64(features[i, j]) - features[first, j]
                within[j] += (offset - means[c, j]) ** 2
        for j in range(n_features):
            means[c, j] += np.float64(features[first, j]) - features[0, j]
            overall[j] += means[c, j] * (last - first) / n_cases
    for c in range(n_classes):
        size = class_starts[c + 1] - class_starts[c]
        for j in range(n_features):
            between[j] += size * (means[c, j] - overall[j]) ** 2
    return means, overall, between, within


def best_by_score(scores: np.ndarray, n_best: int) -> np.ndarray:
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
    >>> from lightwaves_aeon.core.selection import best_by_score
    >>> best_by_score(np.array([1.0, 3.0, np.inf, 3.0]), 2).tolist()
    [1, 2]
    """
    return np.flatnonzero(among_best(scores, n_best))


def among_best(scores: np.ndarray, n_best: int) -> np.ndarray:
    """Tell which scores are the highest, as `best_by_score` does.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection import among_best
    >>> among_best(np.array([1.0, 3.0, np.inf, 3.0]), 2).tolist()
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


def best_in_turn(scores: np.ndarray, n_best: int) -> np.ndarray:
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
    >>> from lightwaves_aeon.core.selection import best_in_turn
    >>> best_in_turn(np.array([[9.0, 8.0, 7.0, 0.0], [0.0, 1.0, 2.0, 3.0]]), 2).tolist()
    [0, 3]
    """
    n_lists, n_scores = scores.shape
    n_best = min(n_best, n_scores)
    n_rounds, chosen = n_best // n_lists, np.empty(0, np.int64)
    while len(chosen) < n_best:
        n_rounds = min(max(2 * n_rounds, 1), n_scores)
        # Round by round the next choice of each; to be chosen once more adds nothing.
        turns = np.stack([_ranked(row, n_rounds) for row in scores], axis=1).ravel()
        chosen, first = np.unique(turns, return_index=True)
    return np.sort(chosen[np.argsort(first)[:n_best]])


def _ranked(scores: np.ndarray, n_best: int) -> np.ndarray:
    """Find the highest scores, in their order; ties go to the lower index."""
    best = best_by_score(scores, n_best)
    return best[np.argsort(-scores[best], kind="stable")]


def mrmr(
    columns: np.ndarray, relevance: np.ndarray, n_selected: int
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

    Returns
    -------
    order : np.ndarray of int, shape (n_selected,)
        Column indices, in the order of selection; ties go to the lower index.
    scores : np.ndarray of float64, shape (n_selected,)
        The quotient with which each was selected; the first one's is its relevance.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection import mrmr
    >>> first = np.array([0.0, 0.0, 1.0, 1.0])
    >>> columns = np.stack([first, first, [0.0, 1.0, 0.0, 1.0]], axis=1)
    >>> mrmr(columns.astype(np.float32), np.array([9.0, 9.0, 1.0]), 2)[0].tolist()
    [0, 2]
    """
    # Large enough to stay ahead of any finite relevance, whatever the redundancy.
    infinite = np.finfo(np.float64).max * CORRELATION_FLOOR
    order, scores = _mrmr(
        _standardised(columns), np.minimum(relevance, infinite), n_selected
    )
    return order, np.where(np.isinf(relevance[order]), np.inf, scores)


@njit(nogil=True, cache=True, error_model="numpy")
def _standardised(columns):
    """Centre the columns and divide by their l2 norm; constant ones become zero."""
    n_cases, n_features = columns.shape
    standard = np.empty((n_cases, n_features))
    mean = np.zeros(n_features)
    norm = np.zeros(n_features)
    for i in range(n_cases):
        for j in range(n_features):
            standard[i, j] = np.float64(columns[i, j]) - columns[0, j]
            mean[j] += standard[i, j]
    mean /= n_cases
    for i in range(n_cases):
        for j in range(n_features):
            standard[i, j] -= mean[j]
            norm[j] += standard[i, j] ** 2
    for j in range(n_features):
        norm[j] = 1 / np.sqrt(norm[j]) if norm[j] > 0 else 0.0
    for i in range(n_cases):
        for j in range(n_features):
            standard[i, j] *= norm[j]
    return standard


@njit(nogil=True, cache=True, error_model="numpy")
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


@njit(nogil=True, cache=True, error_model="numpy")
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
