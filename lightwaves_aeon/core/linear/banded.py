"""Banded ridge regression: a penalty of its own for each group of features.

Groups that predict the targets count much, others little or not at all, however many
features they have (Dupré la Tour et al. 2022, "Feature-space selection with banded
ridge regression"). As in multiple kernel learning, a group takes part by its Gram
matrix of the cases, and a penalty is a weight of that.
"""

from __future__ import annotations

__all__ = [
    "group_grams",
    "group_weights",
    "penalties_of",
    "summed_gram",
    "weighted_gram",
]

import numpy as np
from scipy.linalg.blas import dsyrk

from lightwaves_aeon.core.linear.ridge import best_of_gram
from lightwaves_aeon.core.weights import products_of_weighted, weighted_rows

CASES_FOR_WEIGHTS = 300
"""Cases that are enough to weigh groups by."""

WEIGHTS = (0.0, 0.1, 0.3, 1.0)
"""Weights of a group to choose from."""

MOST_VALUES = 3 << 23
"""Products of cases that are in memory at a time, of all groups, at most."""

ADDED_AT_A_TIME = 512
"""Features whose products are added to those of others."""

N_PASSES = 2
"""How often each group has its turn, at most."""

ALPHAS = np.logspace(-7.5, -1.5, 13)
"""Penalties to choose from, for Gram matrices with a trace of 1."""

LEAST_GAIN = 1e-9
"""Share of the error by which a weight must be better than the one before."""


def penalties_of(gram: np.ndarray) -> np.ndarray:
    """Give the penalties to choose from for a Gram matrix of the cases."""
    trace = float(np.trace(gram))
    return ALPHAS * (trace if trace > 0 else 1)


def group_grams(features: np.ndarray, groups: np.ndarray, n_cases: int) -> np.ndarray:
    """Multiply cases with each other, in the features of each group.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_features, n_all)
        Centred features, a row each.
    groups : np.ndarray of int, shape (n_features,)
        Group of each, 0 to n_groups - 1.
    n_cases : int
        The first cases, which count.

    Returns
    -------
    np.ndarray of float64, shape (n_groups, n_cases, n_cases)

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.banded import group_grams
    >>> features = np.array([[1, -1], [2, -2]], np.float32)
    >>> group_grams(features, np.array([0, 1]), 2)[:, 0].tolist()
    [[1.0, -1.0], [4.0, -4.0]]
    """
    grams = np.empty((groups.max() + 1, n_cases, n_cases))
    for group, gram in enumerate(grams):
        # In double precision: the least penalty is below what single ones round off.
        columns = features[groups == group, :n_cases].astype(np.float64)
        gram[:] = columns.T @ columns
    return grams


def weighted_gram(
    features: np.ndarray,
    groups: np.ndarray,
    targets: np.ndarray,
    first: np.ndarray,
    case_weights: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Weigh the groups, and add up their products of the cases.

    Of many cases the sum alone is in memory.

    Parameters
    ----------
    features, groups
        As of `group_grams`.
    targets : np.ndarray of float64, shape (n_cases, n_scores)
        Indicators of the classes.
    first : np.ndarray of int
        The groups that count from the beginning.
    case_weights : np.ndarray of float64, shape (n_cases,), optional
        How much each case counts; all alike by default.

    Returns
    -------
    weights : np.ndarray of float64, shape (n_groups,)
        See `group_weights`.
    gram : np.ndarray of float64, shape (n_cases, n_cases)
        Sum of the products of each group, times its weight; of weighted rows, see
        ``weighted_rows``.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.banded import weighted_gram
    >>> features = np.array([[1, -1], [2, -2]], np.float32)
    >>> targets = np.array([[1.0], [-1.0]])
    >>> weights, gram = weighted_gram(features, np.zeros(2, int), targets, [0])
    >>> weights.tolist(), gram[0].tolist()
    ([1.0], [5.0, -5.0])
    """
    n_cases = len(targets)
    some = slice(None, None, -(-n_cases // CASES_FOR_WEIGHTS))
    of_some = None if case_weights is None else case_weights[some]
    if (groups.max() + 1) * n_cases**2 <= MOST_VALUES:
        grams = products_of_weighted(
            group_grams(features, groups, n_cases), case_weights
        )
        weights = group_weights(grams[:, some, some], targets[some], first, of_some)
        return weights, np.tensordot(weights, grams, 1)
    few = features[:, :n_cases][:, some]
    grams = products_of_weighted(group_grams(few, groups, few.shape[1]), of_some)
    weights = group_weights(grams, targets[some], first, of_some)
    gram = summed_gram(features[:, :n_cases], weights[groups])
    return weights, products_of_weighted(gram, case_weights)


def summed_gram(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Add up the products of the cases in place, some features at a time.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_features, n_cases)
        Centred features, a row each.
    weights : np.ndarray of float64, shape (n_features,)
        What the products of each are multiplied by.

    Returns
    -------
    np.ndarray of float64, shape (n_cases, n_cases)

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.banded import summed_gram
    >>> summed_gram(np.array([[1, -1]], np.float32), np.array([4.0])).tolist()
    [[4.0, -4.0], [-4.0, 4.0]]
    """
    n_cases, rows = features.shape[1], np.flatnonzero(weights)
    gram = np.zeros((n_cases, n_cases), order="F")
    for start in range(0, len(rows), ADDED_AT_A_TIME):
        some = rows[start : start + ADDED_AT_A_TIME]
        part = features[some].astype(np.float64)
        part *= np.sqrt(weights[some])[:, None]
        gram = dsyrk(1.0, part.T, beta=1.0, c=gram, lower=True, overwrite_c=True)
    for start in range(0, n_cases, ADDED_AT_A_TIME):  # the other half
        stop = start + ADDED_AT_A_TIME
        square = np.tril(gram[start:stop, start:stop])
        gram[start:stop, start:stop] = square + np.tril(square, -1).T
        gram[start:stop, stop:] = gram[stop:, start:stop].T
    return gram


def group_weights(
    grams: np.ndarray,
    targets: np.ndarray,
    first: np.ndarray,
    case_weights: np.ndarray | None = None,
) -> np.ndarray:
    """Weigh groups of features by the leave-one-out error of all together.

    One group after the other gets the weight that is best while those of the others
    stay.

    Parameters
    ----------
    grams : np.ndarray of float64, shape (n_groups, n_cases, n_cases)
        Products of the cases in the features of each group, see `group_grams`; with
        weights, of weighted rows.
    targets : np.ndarray of float64, shape (n_cases, n_scores)
        Indicators of the classes.
    first : np.ndarray of int
        The groups that count from the beginning.
    case_weights : np.ndarray of float64, shape (n_cases,), optional
        How much each case counts; all alike by default.

    Returns
    -------
    np.ndarray of float64, shape (n_groups,)
        What the Gram matrix of each group is to be multiplied by, the largest 1:
        the features of a group share its weight.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.banded import group_grams, group_weights
    >>> rng = np.random.default_rng(0)
    >>> features, groups = rng.normal(size=(40, 60)), np.repeat([0, 1], 20)
    >>> targets = features[:20].T @ rng.normal(size=(20, 1))
    >>> grams = group_grams(features, groups, 60)
    >>> group_weights(grams, targets, np.array([0, 1])).tolist()
    [1.0, 0.0]
    """
    traces = np.trace(grams, axis1=1, axis2=2)
    varies = traces > 0
    if not varies.any():
        return np.ones(len(grams))
    weights = np.zeros(len(grams))
    weights[first] = 1

    def per_trace(weights: np.ndarray) -> np.ndarray:
        return np.divide(weights, traces, out=np.zeros(len(grams)), where=varies)

    def error_of(weights: np.ndarray) -> float:
        gram = np.tensordot(per_trace(weights), grams, 1)
        penalties = penalties_of(gram)
        _, scores = best_of_gram(gram, targets, penalties, case_weights)
        return float(np.square(weighted_rows(scores - targets, case_weights)).sum())

    least = error_of(weights)
    for _ in range(N_PASSES):
        before = weights.copy()
        for group in np.flatnonzero(varies):
            for weight in WEIGHTS:
                trial = weights.copy()
                trial[group] = weight
                if trial.any() and weight != weights[group]:
                    error = error_of(trial)
                    if error < least * (1 - LEAST_GAIN):
                        least, weights = error, trial
        if (weights == before).all():
            break
    found = per_trace(weights)
    return found / found.max() if found.any() else np.ones(len(grams))
