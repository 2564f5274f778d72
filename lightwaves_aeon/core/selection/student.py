"""Detachment of a student: few features that reproduce the scores of a teacher.

As of `detachment`, but for targets that hold no noise: one small penalty, and features
weigh by their squared coefficients, so that several scores that need a feature a
little count less than one that needs it much. Products are taken in single precision,
whose rounding is far below the penalty; systems are solved in double.
"""

from __future__ import annotations

__all__ = [
    "detach_student",
    "detached_by_products",
    "losses_without",
    "rank_by_detachment",
    "squared_weights",
]

from collections.abc import Iterator, Sequence

import numpy as np

from lightwaves_aeon.core.linear.ridge import solve_normal_equations
from lightwaves_aeon.core.selection.detachment import smallest_good
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.core.weights import centred_targets, weighted_rows

PENALTY = 1e-2
"""Penalty a case: soft targets hold no noise to speak of."""

LEAST_PENALTY = 1e-6
"""The penalty at least, as a share of the trace: products are rounded to less."""

WEIGHT_BITS = 12
"""Bits in which weights are compared: equal features then weigh equally."""


def detach_student(
    features: np.ndarray,
    soft_targets: np.ndarray,
    n_selected: int | None,
    share_dropped: float,
    targets: Targets,
    weights: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Select features that give targets without noise.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_features, n_cases)
        Centred features, a row each.
    soft_targets : np.ndarray of float64, shape (n_cases, n_scores)
        What the regression is to give.
    n_selected : int or None
        Number of features to select, at most n_features; None to choose it, too, by
        how well the targets of the first cases are predicted.
    share_dropped : float
        Features dropped in each step, as a share of those that are left.
    targets : Targets
        Of the first cases, without those that are augmented.
    weights : np.ndarray of float64, shape (n_cases,), optional
        How much each case counts; all alike by default.

    Returns
    -------
    order : np.ndarray of int, shape (n_selected,)
        The features, the weightiest first; ties go to the lower index.
    weights : np.ndarray of float64, shape (n_selected,)
        Sum of the squared coefficients of each in the last model, which is that of the
        selected features.
    path : np.ndarray or None
        The numbers of features there were to choose from, where none was given.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.student import detach_student
    >>> from lightwaves_aeon.core.targets import Targets
    >>> rng = np.random.default_rng(0)
    >>> features = rng.normal(size=(30, 60)).astype(np.float32)
    >>> soft_targets, targets = features[[4]].T, Targets((features[4] > 0).astype(int))
    >>> detach_student(features, soft_targets, 1, 0.15, targets)[0].tolist()
    [4]
    """
    centred, _ = centred_targets(soft_targets, weights)
    rows = weighted_rows(features.T, weights).T
    steps = list(_detached(rows, centred, n_selected or 1, share_dropped))
    (kept, of_kept), path = steps[-1], None
    if n_selected is None:
        labelled = features[:, : len(targets.classes)].T.astype(np.float64)
        labelled -= np.average(labelled, axis=0, weights=targets.weights)
        labelled = weighted_rows(labelled, targets.weights)
        kept, path = smallest_good(labelled, targets, [step for step, _ in steps])
        of_kept = next(of for step, of in steps if len(step) == len(kept))
    order = np.argsort(-of_kept, kind="stable")
    return kept[order], of_kept[order], path


def rank_by_detachment(
    features: np.ndarray, soft_targets: np.ndarray, share_dropped: float
) -> np.ndarray:
    """Order features so that of each number the first are those that detachment keeps.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_features, n_cases)
        Centred features, a row each.
    soft_targets : np.ndarray of float64, shape (n_cases, n_scores)
        What the regression is to give.
    share_dropped : float
        Features dropped in each step, as a share of those that are left; the weightiest
        of them are dropped last.

    Returns
    -------
    np.ndarray of int, shape (n_features,)

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.student import rank_by_detachment
    >>> rng = np.random.default_rng(0)
    >>> features = rng.normal(size=(3, 60)).astype(np.float32)
    >>> soft_targets = features[[2]].T + 5 * features[[1]].T
    >>> rank_by_detachment(features, soft_targets, 0.15).tolist()
    [1, 2, 0]
    """
    ranking = np.empty(0, np.int64)
    steps = list(_detached(features, soft_targets, 1, share_dropped))
    for kept, weights in reversed(steps):
        by_weight = kept[np.argsort(-weights, kind="stable")]
        # Those that stay are the weightiest, and have their ranks.
        ranking = np.append(ranking, by_weight[len(ranking) :])
    return ranking


def losses_without(
    features: np.ndarray, soft_targets: np.ndarray, groups: Sequence[np.ndarray]
) -> np.ndarray:
    """Tell by how much the regression of all features gets worse without some.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_features, n_cases)
        Centred features, a row each.
    soft_targets : np.ndarray of float64, shape (n_cases, n_scores)
        What the regression is to give.
    groups : sequence of np.ndarray of bool, shape (n_features,)
        The features to go without.

    Returns
    -------
    np.ndarray of float64, shape (n_groups,)
        The rise of the penalised sum of squares.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.student import losses_without
    >>> features = np.array([[1, -1, 0], [1, 1, -2]], np.float32)
    >>> groups = np.eye(2, dtype=bool)
    >>> losses_without(features, features[[1]].T.astype(float), groups).round().tolist()
    [0.0, 6.0]
    """
    products, n_cases = _products(features), features.shape[1]
    inverse = _solved(products, np.eye(len(products)), n_cases)
    solution = inverse @ (features @ (soft_targets - soft_targets.mean(axis=0)))
    lost = np.zeros(len(groups))
    for number, group in enumerate(groups):
        some, block = solution[group], inverse[np.ix_(group, group)]
        lost[number] = (some * np.linalg.solve(block, some)).sum()
    return lost


def squared_weights(coefficients: np.ndarray) -> np.ndarray:
    """Sum up the squares for each feature, without the bits that are rounding noise.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.student import squared_weights
    >>> squared_weights(np.array([[1.0, 2.0], [0.0, 0.0]])).tolist()
    [5.0, 0.0]
    """
    fraction, exponent = np.frexp(np.square(coefficients).sum(axis=1))
    return np.ldexp(np.rint(fraction * 2**WEIGHT_BITS) / 2**WEIGHT_BITS, exponent)


def _detached(
    features: np.ndarray, centred: np.ndarray, n_least: int, share_dropped: float
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Drop features step by step; yield those that are left, and their weights."""
    n_features, n_cases = features.shape
    kept = np.arange(n_features)
    gram = _products(features.T) if n_features > n_cases else None
    while gram is not None:  # of the cases, as long as that is the smaller matrix
        solution = _solved(gram, centred, n_cases).astype(np.float32)
        weights = squared_weights(features @ solution)
        yield kept, weights
        if len(kept) == n_least:
            return
        stay, drop = _stay_and_drop(weights, n_least, share_dropped)
        gram = None if len(stay) <= n_cases else gram - _products(features[drop].T)
        kept, features = kept[stay], features[stay]
    products, projected = _products(features), features @ centred
    for stay, weights in detached_by_products(
        products, projected, n_cases, n_least, share_dropped
    ):
        yield kept[stay], weights


def detached_by_products(
    products: np.ndarray,
    projected: np.ndarray,
    n_cases: float,
    n_least: int,
    share_dropped: float,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Drop features step by step, of which no more than their products are known.

    Parameters
    ----------
    products : np.ndarray of float64, shape (n_features, n_features)
        Of the centred features, summed over the cases.
    projected : np.ndarray of float64, shape (n_features, n_scores)
        Products of the features and the centred targets.
    n_cases : int or float
        Number of cases, or the sum of their weights.
    n_least : int
        Features that are left at last.
    share_dropped : float
        Features dropped in each step, as a share of those that are left.

    Yields
    ------
    kept : np.ndarray of int
        The features that are left, ascending.
    weights : np.ndarray of float64
        Their weights, see `squared_weights`.
    """
    kept = np.arange(len(products))
    while True:
        weights = squared_weights(_solved(products, projected, n_cases))
        yield kept, weights
        if len(kept) == n_least:
            return
        stay, _ = _stay_and_drop(weights, n_least, share_dropped)
        kept, projected = kept[stay], projected[stay]
        products = products[np.ix_(stay, stay)]


def _products(rows: np.ndarray) -> np.ndarray:
    return (rows @ rows.T).astype(np.float64)


def _solved(matrix: np.ndarray, right: np.ndarray, n_cases: float) -> np.ndarray:
    penalty = max(PENALTY * n_cases, LEAST_PENALTY * np.trace(matrix))
    return solve_normal_equations(matrix, right, penalty)


def _stay_and_drop(
    weights: np.ndarray, n_least: int, share_dropped: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give the places of those that stay, and of the others, each ascending."""
    size = max(n_least, int(len(weights) * (1 - share_dropped)))
    by_weight = np.argsort(-weights, kind="stable")
    return np.sort(by_weight[:size]), np.sort(by_weight[size:])
