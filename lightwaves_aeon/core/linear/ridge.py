"""Ridge regression of one-vs-rest targets, its penalty chosen by leave-one-out.

Errors of all cases left out in turn follow from one decomposition, for all penalties
(Golub, Heath and Wahba 1979; Rifkin and Lippert 2007, "Notes on regularized least
squares").

Where cases have weights, their features are given as weighted rows, once they are
centred by the weighted means; see ``core.weights``.
"""

from __future__ import annotations

__all__ = [
    "ALPHAS",
    "SOFT_ALPHAS",
    "Ridge",
    "best_by_leave_one_out",
    "best_of_gram",
    "coefficients",
    "error_of_gram",
    "fit_ridge",
    "mean_ridge",
    "solve_normal_equations",
    "standardised",
]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve, eigh
from scipy.linalg.lapack import dpotrf, dpotri

from lightwaves_aeon.core.weights import centred_targets, number_of_cases, weighted_rows

ALPHAS = np.logspace(-3, 3, 10)
"""Penalties to choose from, a case: those of the paper's head."""

SOFT_ALPHAS = np.logspace(-5, 2, 10)
"""Those for soft targets, which hold less noise than labels."""

SMALLEST_DEVIATION = 1e-7
"""Share of the largest value below which a deviation is that of rounding."""

RANK = 1e-12
"""Share of the largest eigenvalue below which one is that of rounding."""


def standardised(
    columns: np.ndarray, weights: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centre the columns and divide by their deviation; constant ones become zero.

    Parameters
    ----------
    columns : np.ndarray of float32, shape (n_cases, n_features)
        Features.
    weights : np.ndarray of float64, shape (n_cases,), optional
        How much each case counts for means and deviations; all alike by default.

    Returns
    -------
    standard : np.ndarray of float64, shape (n_cases, n_features)
    means, deviations : np.ndarray of float64, shape (n_features,)
        The deviation is infinite where it is that of rounding.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.ridge import standardised
    >>> standardised(np.array([[1, 0.1], [3, 0.1]], np.float32))[0].tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    standard = columns.astype(np.float64)
    means = np.average(standard, axis=0, weights=weights)
    standard -= means
    if weights is None:
        deviations = standard.std(axis=0)
    else:
        deviations = np.sqrt(np.average(np.square(standard), axis=0, weights=weights))
    deviations[deviations <= SMALLEST_DEVIATION * np.abs(columns).max(axis=0)] = np.inf
    standard /= deviations
    return standard, means, deviations


def best_by_leave_one_out(
    standard: np.ndarray,
    targets: np.ndarray,
    gram: np.ndarray | None = None,
    alphas: np.ndarray = ALPHAS,
    weights: np.ndarray | None = None,
) -> tuple[float, np.ndarray]:
    """Choose the penalty of the smallest squared leave-one-out error.

    Parameters
    ----------
    standard : np.ndarray of float64, shape (n_cases, n_features)
        Standardised features; weighted rows, see ``weighted_rows``.
    targets : np.ndarray of float64, shape (n_cases, n_scores)
        Indicators of the classes.
    gram : np.ndarray of float64, shape (n_cases, n_cases), optional
        ``standard @ standard.T``, where it is known.
    alphas : np.ndarray, default=ALPHAS
        Penalties to choose from, a case.
    weights : np.ndarray of float64, shape (n_cases,), optional
        How much each case counts, and its error; all alike by default.

    Returns
    -------
    alpha : float
        The penalty, one of `alphas` times the number of cases, or their weight.
    scores : np.ndarray of float64, shape (n_cases, n_scores)
        Score of each case by the regression on all others, with that penalty.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.ridge import best_by_leave_one_out
    >>> x = np.linspace(-1, 1, 20)[:, None]
    >>> alpha, scores = best_by_leave_one_out(x, np.sign(x))
    >>> round(alpha, 3), scores[[0, -1], 0].round(1).tolist()
    (0.431, [-1.4, 1.4])
    """
    n_cases, n_features = standard.shape
    penalties = alphas * number_of_cases(standard, weights)
    if n_features >= n_cases:
        gram = standard @ standard.T if gram is None else gram
        return best_of_gram(gram, targets, penalties, weights)
    values, vectors = eigh(standard.T @ standard, driver="evd")  # the smaller matrix
    some = values > RANK * max(values[-1], 0)
    values = values[some]
    vectors = standard @ vectors[:, some] / np.sqrt(values)
    return _best(values, vectors, targets, penalties, weights)


def best_of_gram(
    gram: np.ndarray,
    targets: np.ndarray,
    alphas: np.ndarray,
    weights: np.ndarray | None = None,
) -> tuple[float, np.ndarray]:
    """Choose the penalty of the smallest squared leave-one-out error.

    Parameters
    ----------
    gram : np.ndarray of float64, shape (n_cases, n_cases)
        Products of the cases, in centred features.
    targets : np.ndarray of float64, shape (n_cases, n_scores)
        Indicators of the classes.
    alphas : np.ndarray of float64, shape (n_alphas,)
        Penalties to choose from.
    weights : np.ndarray of float64, shape (n_cases,), optional
        As of `best_by_leave_one_out`.

    Returns
    -------
    alpha : float
        The penalty.
    scores : np.ndarray of float64, shape (n_cases, n_scores)
        Score of each case by the regression on all others, with that penalty.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.ridge import best_of_gram
    >>> x = np.array([[-1.0], [-1.0], [1.0], [1.0]])
    >>> best_of_gram(x @ x.T, x, np.array([0.1, 10.0]))[0]
    0.1
    """
    values, vectors = eigh(gram, driver="evd")
    return _best(np.maximum(values, 0), vectors, targets, alphas, weights)


def error_of_gram(
    gram: np.ndarray,
    targets: np.ndarray,
    alpha: float,
    weights: np.ndarray | None = None,
) -> float:
    """Sum up the squared leave-one-out errors of one penalty, without eigenvalues.

    Parameters
    ----------
    gram : np.ndarray of float64, shape (n_cases, n_cases)
        Products of the cases, in centred features.
    targets : np.ndarray of float64, shape (n_cases, n_scores)
        Indicators of the classes.
    alpha : float
        The penalty.
    weights : np.ndarray of float64, shape (n_cases,), optional
        As of `best_by_leave_one_out`.

    Returns
    -------
    float

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.ridge import best_of_gram, error_of_gram
    >>> x = np.array([[-1.0], [-1.0], [1.0], [1.0]])
    >>> _, scores = best_of_gram(x @ x.T, x, np.array([0.1]))
    >>> round(error_of_gram(x @ x.T, x, 0.1) / float(np.square(scores - x).sum()), 6)
    1.0
    """
    regular = gram.copy()
    regular[np.diag_indices_from(regular)] += alpha
    lower, _ = dpotri(dpotrf(regular, lower=True)[0], lower=True)
    inverse = np.tril(lower) + np.tril(lower, -1).T
    # The last term is that of the intercept, which is not penalised.
    counts = 1 if weights is None else weights
    free = alpha * np.diag(inverse) - counts / number_of_cases(gram, weights)
    residuals = alpha * (inverse @ centred_targets(targets, weights)[0])
    return float(np.square(residuals / np.maximum(free, RANK)[:, None]).sum())


def _best(
    values: np.ndarray,
    vectors: np.ndarray,
    targets: np.ndarray,
    alphas: np.ndarray,
    weights: np.ndarray | None,
) -> tuple[float, np.ndarray]:
    centred, _ = centred_targets(targets, weights)
    counts = 1 if weights is None else weights
    roots = 1 if weights is None else np.sqrt(weights)[:, None]
    of_intercept = counts / number_of_cases(targets, weights)
    projected, squares = vectors.T @ centred, vectors**2
    least, best, scores = np.inf, np.nan, targets
    for alpha in alphas:
        shrunk = values / (values + alpha)
        residuals = centred - (vectors * shrunk) @ projected
        # The last term is that of the intercept, which is not penalised.
        free = 1 - squares @ shrunk - of_intercept
        errors = residuals / np.maximum(free, RANK)[:, None]
        if np.square(errors).sum() < least:
            least, best = np.square(errors).sum(), alpha
            scores = targets - errors / roots
    return float(best), scores


def coefficients(
    standard: np.ndarray,
    targets: np.ndarray,
    alpha: float,
    gram: np.ndarray | None = None,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Solve a ridge regression.

    Parameters
    ----------
    standard : np.ndarray of float64, shape (n_cases, n_features)
        Centred features; weighted rows, see ``weighted_rows``.
    targets : np.ndarray of float64, shape (n_cases, n_scores)
        Indicators of the classes.
    alpha : float
        The penalty.
    gram : np.ndarray of float64, shape (n_cases, n_cases), optional
        ``standard @ standard.T``, where it is known and the smaller matrix.
    weights : np.ndarray of float64, shape (n_cases,), optional
        How much each case counts; all alike by default.

    Returns
    -------
    np.ndarray of float64, shape (n_features, n_scores)

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.ridge import coefficients
    >>> x = np.array([[-1.0], [1.0]])
    >>> coefficients(x, x, alpha=2.0).tolist()
    [[0.5]]
    """
    centred, _ = centred_targets(targets, weights)
    if gram is None:
        products = standard.T @ standard, standard.T @ centred
        return solve_normal_equations(*products, alpha)
    return standard.T @ solve_normal_equations(gram, centred, alpha)


def solve_normal_equations(
    gram: np.ndarray, cross: np.ndarray, alpha: float
) -> np.ndarray:
    """Solve ``(gram + alpha * identity) @ x = cross`` for x."""
    matrix = gram.copy()
    matrix[np.diag_indices_from(matrix)] += alpha
    factor = cho_factor(matrix, overwrite_a=True, check_finite=False)
    return cho_solve(factor, cross, check_finite=False)


class Ridge(NamedTuple):
    """A ridge regression of standardised features.

    Attributes
    ----------
    weights : np.ndarray of float64, shape (n_features, n_scores)
        Of the standardised features.
    intercept : np.ndarray of float64, shape (n_scores,)
        The scores where these are zero.
    means, deviations : np.ndarray of float64, shape (n_features,)
        What they are standardised by; the deviation of a constant is infinite.
    alpha : float
        The penalty that was chosen.
    """

    weights: np.ndarray
    intercept: np.ndarray
    means: np.ndarray
    deviations: np.ndarray
    alpha: float

    def scores(self, columns: np.ndarray) -> np.ndarray:
        """Score cases by their features, which are as they are."""
        return (columns - self.means) / self.deviations @ self.weights + self.intercept


def fit_ridge(
    columns: np.ndarray,
    targets: np.ndarray,
    alphas: np.ndarray = ALPHAS,
    weights: np.ndarray | None = None,
) -> Ridge:
    """Fit a ridge regression to features as they are.

    Parameters
    ----------
    columns : np.ndarray of float32, shape (n_cases, n_features)
        Features of the cases to fit to.
    targets : np.ndarray of float64, shape (n_cases, n_scores)
        What it is to give for them.
    alphas : np.ndarray, default=ALPHAS
        Penalties to choose from by leave-one-out, a case; of one there is no choice.
    weights : np.ndarray of float64, shape (n_cases,), optional
        How much each case counts; all alike by default.

    Returns
    -------
    Ridge

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.ridge import fit_ridge
    >>> x = np.array([[-1.0], [1.0]], np.float32)
    >>> fit_ridge(x, x.astype(float)).scores(np.array([[2.0]])).round(2).tolist()
    [[2.0]]
    """
    standard, means, deviations = standardised(columns, weights)
    standard = weighted_rows(standard, weights)
    n_cases, n_features = standard.shape
    alpha = alphas[0] * number_of_cases(standard, weights)
    if len(alphas) > 1:
        alpha, _ = best_by_leave_one_out(standard, targets, None, alphas, weights)
    gram = standard @ standard.T if n_cases < n_features else None
    coef = coefficients(standard, targets, alpha, gram, weights)
    intercept = np.average(targets, axis=0, weights=weights)
    return Ridge(coef, intercept, means, deviations, alpha)


def mean_ridge(parts: Sequence[Ridge]) -> tuple[np.ndarray, np.ndarray]:
    """Average regressions, and fold what features are standardised by into them.

    Parameters
    ----------
    parts : sequence of Ridge
        One at least.

    Returns
    -------
    coef : np.ndarray of float64, shape (n_scores, n_features)
        Coefficients of the features as they are.
    intercept : np.ndarray of float64, shape (n_scores,)

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.ridge import fit_ridge, mean_ridge
    >>> x = np.array([[0.0], [2.0]], np.float32)
    >>> coef, intercept = mean_ridge([fit_ridge(x, x.astype(float))])
    >>> coef.round(2).tolist(), intercept.round(2).tolist()
    ([[1.0]], [0.0])
    """
    weights = [part.weights / part.deviations[:, None] for part in parts]
    biases = [
        part.intercept - part.means @ of
        for part, of in zip(parts, weights, strict=True)
    ]
    return np.mean(weights, axis=0).T, np.mean(biases, axis=0)
