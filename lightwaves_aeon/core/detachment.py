"""Selection by ridge regression: features that carry little weight are dropped in turn.

Sequential detachment (Uribarri et al. 2023, arXiv 2309.14518) in its dual form: a ridge
model of all features needs only the Gram matrix of the cases, a sum over features, so
that to drop some is to subtract their share.
"""

from __future__ import annotations

__all__ = ["detach"]

import numpy as np
from scipy.linalg import cho_factor, cho_solve, eigh

SHARE_DROPPED = 0.2
"""Features dropped in each step, as a share of those that are left."""

SMALLEST_DEVIATION = 1e-7
"""Share of the largest value below which a deviation is that of rounding."""

DIGITS = 10
"""Digits in which weights are compared: equal features then weigh equally."""

ALPHAS = np.logspace(-3, 3, 10)
"""Penalties to choose from, a case: those of the head."""


def detach(
    columns: np.ndarray, classes: np.ndarray, n_selected: int
) -> tuple[np.ndarray, np.ndarray]:
    """Select features by ridge-based sequential detachment.

    A ridge regression of the class indicators is solved on the standardised features,
    those with the smallest sum of absolute coefficients are dropped, and so on, until
    so many are left as are wanted. The penalty is chosen by leave-one-out.

    Parameters
    ----------
    columns : np.ndarray of float32, shape (n_cases, n_features)
        The pool.
    classes : np.ndarray of int, shape (n_cases,)
        Class of each case, 0 to n_classes - 1, at least two.
    n_selected : int
        Number of features to select, at most n_features.

    Returns
    -------
    order : np.ndarray of int, shape (n_selected,)
        Column indices, the weightiest first; ties go to the lower index.
    weights : np.ndarray of float64, shape (n_selected,)
        Sum of the absolute coefficients of each in the last model, which is that of the
        selected features.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.detachment import detach
    >>> rng = np.random.default_rng(0)
    >>> columns = rng.normal(size=(40, 30)).astype(np.float32)
    >>> classes = np.repeat([0, 1], 20)
    >>> columns[:, 7] += 3 * classes
    >>> detach(columns, classes, 1)[0].tolist()
    [7]
    """
    standard = _standardised(columns)
    targets = _indicators(classes)
    kept = np.arange(standard.shape[1])
    gram = standard @ standard.T
    alpha = _best_alpha(gram, targets)
    while len(kept) > n_selected:
        weights = _weights(standard[:, kept], gram, targets, alpha)
        size = max(n_selected, int(len(kept) * (1 - SHARE_DROPPED)))
        by_weight = np.argsort(-weights, kind="stable")
        dropped = standard[:, kept[by_weight[size:]]]
        gram -= dropped @ dropped.T
        kept = np.sort(kept[by_weight[:size]])
    # The penalty that is best for the pool is not what is best for a few.
    alpha = _best_alpha(gram, targets)
    weights = _weights(standard[:, kept], gram, targets, alpha)
    order = np.argsort(-weights, kind="stable")
    return kept[order], weights[order]


def _standardised(columns: np.ndarray) -> np.ndarray:
    """Centre the columns and divide by their deviation; constant ones become zero."""
    standard = columns.astype(np.float64)
    standard -= standard.mean(axis=0)
    deviation = standard.std(axis=0)
    deviation[deviation <= SMALLEST_DEVIATION * np.abs(columns).max(axis=0)] = np.inf
    standard /= deviation
    return standard


def _indicators(classes: np.ndarray) -> np.ndarray:
    """1 for the class and -1 for the others, centred; one column for two classes."""
    targets = np.where(classes[:, None] == np.arange(classes.max() + 1), 1.0, -1.0)
    targets = targets[:, 1:] if targets.shape[1] == 2 else targets
    return targets - targets.mean(axis=0)


def _best_alpha(gram: np.ndarray, targets: np.ndarray) -> float:
    """Penalty of the smallest squared leave-one-out error."""
    n_cases = len(gram)
    values, vectors = eigh(gram)
    values = np.maximum(values, 0)
    projected = vectors.T @ targets
    errors = []
    for alpha in ALPHAS * n_cases:
        shrunk = values / (values + alpha)
        residuals = targets - (vectors * shrunk) @ projected
        # The last term is that of the intercept, which is not penalised.
        free = 1 - (vectors**2) @ shrunk - 1 / n_cases
        errors.append(np.square(residuals / free[:, None]).sum())
    return float(ALPHAS[np.argmin(errors)] * n_cases)


def _weights(
    standard: np.ndarray, gram: np.ndarray, targets: np.ndarray, alpha: float
) -> np.ndarray:
    """Sum the absolute coefficients, without the digits that are rounding noise."""
    penalised = gram + alpha * np.eye(len(gram))
    dual = cho_solve(cho_factor(penalised, overwrite_a=True), targets)
    weights = np.abs(standard.T @ dual).sum(axis=1)
    largest = weights.max()
    return np.round(weights / largest, DIGITS) * largest if largest > 0 else weights
