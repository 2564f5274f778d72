"""Cases that need not count alike: their number, sums, and rows of matrices.

Least squares with weights are those of rows that are multiplied by the roots of the
weights, once all is centred by the weighted means. Weights are None where all cases
count alike, and then every bit is what it is without any.
"""

from __future__ import annotations

__all__ = [
    "centred_targets",
    "number_of_cases",
    "products_of_weighted",
    "weighted_rows",
    "weighted_sum",
]

import numpy as np


def number_of_cases(rows: np.ndarray, weights: np.ndarray | None) -> float:
    """Count cases by their weights.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.weights import number_of_cases
    >>> number_of_cases(np.zeros((2, 1)), None)
    2
    """
    return len(rows) if weights is None else float(weights.sum())


def weighted_sum(values: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """Add up rows of values, of shape (n_cases, ...), each times its weight.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.weights import weighted_sum
    >>> weighted_sum(np.array([[1.0], [2.0]]), np.array([3.0, 1.0])).tolist()
    [5.0]
    """
    if weights is None:
        return values.sum(axis=0, dtype=np.float64)
    return weights @ values


def weighted_rows(rows: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """Multiply rows, one a case, by the roots of the weights, if there are any.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.weights import weighted_rows
    >>> weighted_rows(np.ones((2, 1)), np.array([4.0, 9.0])).tolist()
    [[2.0], [3.0]]
    """
    if weights is None:
        return rows
    return rows * np.sqrt(weights)[:, None].astype(rows.dtype)


def centred_targets(
    targets: np.ndarray, weights: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Centre targets by their weighted means; give weighted rows, and the means.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.weights import centred_targets
    >>> centred, means = centred_targets(np.array([[0.0], [4.0]]), np.array([3.0, 1]))
    >>> centred[1].tolist(), means.tolist()
    ([3.0], [1.0])
    """
    means = np.average(targets, axis=0, weights=weights)
    return weighted_rows(targets - means, weights), means


def products_of_weighted(grams: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """Make products of cases, in place, those of weighted rows.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.weights import products_of_weighted
    >>> products_of_weighted(np.ones((2, 2)), np.array([1.0, 4.0])).tolist()
    [[1.0, 2.0], [2.0, 4.0]]
    """
    if weights is not None:
        roots = np.sqrt(weights)
        grams *= roots[:, None] * roots
    return grams
