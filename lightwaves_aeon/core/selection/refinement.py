"""Choose the features of a pool by more cases than the search looks at.

Of many cases the labels tell which few features carry what all of a pool know together:
no teacher is needed. The pool is detached as a student is, by products of its features,
which are summed up block by block.
"""

from __future__ import annotations

__all__ = ["CASES_TO_REFINE", "REFINED_POOL", "PoolSums", "detach_pool", "pool_sums"]

from operator import add
from typing import NamedTuple, Self

import numpy as np

from lightwaves_aeon.core.selection.student import detached_by_products
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.core.weights import number_of_cases, weighted_rows, weighted_sum

REFINED_POOL = 3000
"""Features that the search hands on."""

CASES_TO_REFINE = 1 << 15
"""Cases that are looked at, at most."""

SHARE = 0.15
"""Features dropped in each step of the detachment."""


class PoolSums(NamedTuple):
    """Sums over cases, of standardised features.

    Attributes
    ----------
    n_cases : int or float
        Number of cases, which count by their weights here as in all sums.
    sums : np.ndarray of float64, shape (n_features,)
        Of the features.
    products : np.ndarray of float32, shape (n_features, n_features)
        Of the products of features: their rounding is far below the penalty.
    targets : np.ndarray of float64, shape (n_scores,)
        Of the targets.
    cross : np.ndarray of float64, shape (n_features, n_scores)
        Of the products of features and targets.
    """

    n_cases: float
    sums: np.ndarray
    products: np.ndarray
    targets: np.ndarray
    cross: np.ndarray

    def plus(self, other: Self) -> PoolSums:
        """Add the sums over other cases."""
        return PoolSums(*map(add, self, other))


def pool_sums(
    features: np.ndarray,
    targets: Targets,
    n_classes: int,
    means: np.ndarray,
    deviations: np.ndarray,
) -> PoolSums:
    """Sum up the products of a block.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_cases, n_features)
        Features of the block.
    targets : Targets
        Of these cases, with their weights.
    n_classes : int
        Number of classes.
    means, deviations : np.ndarray of float64, shape (n_features,)
        What features are standardised by, about; see `standardised`.

    Returns
    -------
    PoolSums

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.refinement import pool_sums
    >>> from lightwaves_aeon.core.targets import Targets
    >>> x, targets = np.array([[1.0], [5.0]], np.float32), Targets(np.array([0, 1]))
    >>> sums = pool_sums(x, targets, 2, np.array([3.0]), np.array([2.0]))
    >>> sums.products.tolist(), sums.cross.tolist()
    ([[2.0]], [[2.0]])
    """
    values = ((features - means) / deviations).astype(np.float32)
    of_cases, weights = targets.values_among(n_classes), targets.weights
    rows = weighted_rows(values, weights)
    of_rows = weighted_rows(of_cases.astype(np.float32), weights)
    return PoolSums(
        n_cases=number_of_cases(features, weights),
        sums=weighted_sum(values, weights),
        products=rows.T @ rows,
        targets=weighted_sum(of_cases, weights),
        cross=(rows.T @ of_rows).astype(np.float64),
    )


def detach_pool(sums: PoolSums, n_features: int) -> tuple[np.ndarray, np.ndarray]:
    """Select features by detachment.

    Parameters
    ----------
    sums : PoolSums
        Of all cases.
    n_features : int
        Number of features to select, at most those of the pool.

    Returns
    -------
    order : np.ndarray of int, shape (n_features,)
        The features, the weightiest first; ties go to the lower index.
    weights : np.ndarray of float64, shape (n_features,)
        Sum of the squared coefficients of each in the regression of all of them.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.refinement import detach_pool, pool_sums
    >>> from lightwaves_aeon.core.targets import Targets
    >>> rng = np.random.default_rng(0)
    >>> features, classes = rng.normal(size=(60, 8)), np.arange(60) % 2
    >>> features[:, 5] += 3 * classes
    >>> sums = pool_sums(features, Targets(classes), 2, np.zeros(8), np.ones(8))
    >>> detach_pool(sums, 1)[0]
    array([5])
    """
    n_cases, centre = sums.n_cases, sums.sums / sums.n_cases
    products = sums.products - np.outer(sums.sums, centre)
    projected = sums.cross - np.outer(centre, sums.targets)
    steps = detached_by_products(products, projected, n_cases, n_features, SHARE)
    *_, (kept, weights) = steps
    order = np.argsort(-weights, kind="stable")
    return kept[order], weights[order]
