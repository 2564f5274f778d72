"""The ridge regression of `ridge`, of cases that are never all in memory.

A first pass over the blocks sums up products of features, from which everything but the
penalty follows. A second one sums up the leave-one-out errors of each penalty, which
need every case once more (Golub, Heath and Wahba 1979).
"""

from __future__ import annotations

__all__ = [
    "Errors",
    "FeatureSums",
    "NormalEquations",
    "errors_of",
    "leave_one_out_scores",
    "normal_equations",
    "sums_of",
]

from operator import add
from typing import NamedTuple, Self

import numpy as np
from scipy.linalg import eigh

from lightwaves_aeon.core.linear.ridge import (
    RANK,
    SMALLEST_DEVIATION,
    solve_normal_equations,
)
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.core.weights import number_of_cases, weighted_sum


class FeatureSums(NamedTuple):
    """Sums over cases, of features less an origin.

    Attributes
    ----------
    n_cases : int or float
        Number of cases, which count by their own weights, or once if they have none.
    sums, squares : np.ndarray of float64, shape (n_features,)
        Of the features, the cases counting so.
    largest : np.ndarray of float32, shape (n_features,)
        Largest absolute value, as it is.
    weight : float
        Sum of the weights of the cases, times those of their classes, by which the
        following count.
    weighted : np.ndarray of float64, shape (n_features,)
        Sums of the features.
    products : np.ndarray of float64, shape (n_features, n_features)
        Sums of the products of features.
    targets : np.ndarray of float64, shape (n_scores,)
        Sums of the targets.
    cross : np.ndarray of float64, shape (n_features, n_scores)
        Sums of the products of features and targets.
    """

    n_cases: float
    sums: np.ndarray
    squares: np.ndarray
    largest: np.ndarray
    weight: float
    weighted: np.ndarray
    products: np.ndarray
    targets: np.ndarray
    cross: np.ndarray

    def plus(self, other: Self) -> FeatureSums:
        """Add the sums over other cases, less the same origin."""
        largest = np.maximum(self.largest, other.largest)
        return FeatureSums(*map(add, self, other))._replace(largest=largest)


class Errors(NamedTuple):
    """Squared leave-one-out errors, summed over cases and scores.

    Attributes
    ----------
    squared : np.ndarray of float64, shape (n_alphas,)
        For each penalty.
    """

    squared: np.ndarray

    def plus(self, other: Self) -> Errors:
        """Add those of other cases."""
        return Errors(self.squared + other.squared)


class NormalEquations(NamedTuple):
    """What is left to solve, for any penalty.

    Attributes
    ----------
    n_cases : int or float
        As of `FeatureSums`.
    means, deviations : np.ndarray of float64, shape (n_features,)
        What features are standardised by; the deviation of a constant is infinite.
    weight : float
        Sum of the weights of the cases.
    centre : np.ndarray of float64, shape (n_features,)
        Weighted means of the features.
    target_means : np.ndarray of float64, shape (n_scores,)
        Weighted means of the targets.
    gram : np.ndarray of float64, shape (n_features, n_features)
        Weighted products of the standardised features, less their centre.
    cross : np.ndarray of float64, shape (n_features, n_scores)
        Weighted products of these and the targets, less their means.
    basis : np.ndarray of float64, shape (n_features, n_components)
        Turns standardised features into uncorrelated ones, whose squares sum up to 1.
    values : np.ndarray of float64, shape (n_components,)
        Eigenvalues of `gram`.
    """

    n_cases: float
    means: np.ndarray
    deviations: np.ndarray
    weight: float
    centre: np.ndarray
    target_means: np.ndarray
    gram: np.ndarray
    cross: np.ndarray
    basis: np.ndarray
    values: np.ndarray

    def solve(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Give weights and intercept of the standardised features.

        Parameters
        ----------
        alpha : float
            The penalty.

        Returns
        -------
        weights : np.ndarray of float64, shape (n_features, n_scores)
        intercept : np.ndarray of float64, shape (n_scores,)
        """
        weights = solve_normal_equations(self.gram, self.cross, alpha)
        moved = (self.centre - self.means) / self.deviations
        return weights, self.target_means - moved @ weights


def sums_of(
    features: np.ndarray,
    targets: Targets,
    weights: np.ndarray,
    origin: np.ndarray,
) -> FeatureSums:
    """Sum up the products of a block.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_cases, n_features)
        Features of the block.
    targets : Targets
        Of these cases, with their own weights.
    weights : np.ndarray of float64, shape (n_classes,)
        Weight of a case of each class.
    origin : np.ndarray of float64, shape (n_features,)
        What features are counted from: near their means, squares of them keep digits.

    Returns
    -------
    FeatureSums

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.blockwise import sums_of
    >>> from lightwaves_aeon.core.targets import Targets
    >>> x = np.array([[1.0], [3.0]], np.float32)
    >>> sums = sums_of(x, Targets(np.array([0, 1])), np.ones(2), np.array([2.0]))
    >>> sums.products.tolist(), sums.cross.tolist()
    ([[2.0]], [[2.0]])
    """
    values, of_cases = features - origin, targets.values_among(len(weights))
    own, counts = targets.weights, _counts(targets, weights)
    alike = own is None and bool((counts == 1).all())
    roots = np.sqrt(counts)[:, None]
    weighted = values if alike else values * roots
    products = weighted.T @ weighted
    sums = weighted_sum(values, own)
    return FeatureSums(
        n_cases=number_of_cases(features, own),
        sums=sums,
        squares=np.diag(products) if alike else weighted_sum(np.square(values), own),
        largest=np.maximum(features.max(axis=0), -features.min(axis=0)),
        weight=float(counts.sum()),
        weighted=sums if alike else roots[:, 0] @ weighted,
        products=products,
        targets=counts @ of_cases,
        cross=weighted.T @ (of_cases * roots),
    )


def _counts(targets: Targets, weights: np.ndarray) -> np.ndarray:
    """Give what each case counts: its weight times that of its class."""
    of_classes = weights[targets.classes]
    return of_classes if targets.weights is None else targets.weights * of_classes


def normal_equations(sums: FeatureSums, origin: np.ndarray) -> NormalEquations:
    """Standardise what was summed up, and decompose it.

    Parameters
    ----------
    sums : FeatureSums
        Of all cases.
    origin : np.ndarray of float64, shape (n_features,)
        What features were counted from.

    Returns
    -------
    NormalEquations

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.blockwise import normal_equations, sums_of
    >>> from lightwaves_aeon.core.targets import Targets
    >>> x, origin = np.array([[1.0], [3.0]], np.float32), np.zeros(1)
    >>> sums = sums_of(x, Targets(np.array([0, 1])), np.ones(2), origin)
    >>> equations = normal_equations(sums, origin)
    >>> equations.means.tolist(), equations.gram.tolist(), equations.solve(2.0)[0]
    ([2.0], [[2.0]], array([[0.5]]))
    """
    moved, centre = sums.sums / sums.n_cases, sums.weighted / sums.weight
    variances = sums.squares / sums.n_cases - moved**2
    deviations = np.sqrt(np.maximum(variances, 0))
    deviations[deviations <= SMALLEST_DEVIATION * sums.largest] = np.inf
    target_means = sums.targets / sums.weight
    gram = sums.products - np.outer(sums.weighted, centre)
    gram /= deviations[:, None]
    gram /= deviations
    cross = sums.cross - np.outer(sums.weighted, target_means)
    values, vectors = eigh(gram, driver="evd")
    some = values > RANK * max(values[-1], 0)
    return NormalEquations(
        n_cases=sums.n_cases,
        means=origin + moved,
        deviations=deviations,
        weight=sums.weight,
        centre=origin + centre,
        target_means=target_means,
        gram=gram,
        cross=cross / deviations[:, None],
        basis=vectors[:, some] / np.sqrt(values[some]),
        values=values[some],
    )


def errors_of(
    features: np.ndarray,
    targets: Targets,
    weights: np.ndarray,
    equations: NormalEquations,
    alphas: np.ndarray,
) -> Errors:
    """Sum up the squared leave-one-out errors of a block.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_cases, n_features)
        Features of the block.
    targets : Targets
        Of these cases.
    weights : np.ndarray of float64, shape (n_classes,)
        Weight of a case of each class.
    equations : NormalEquations
        Of all cases.
    alphas : np.ndarray of float64, shape (n_alphas,)
        The penalties.

    Returns
    -------
    Errors

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.blockwise import (
    ...     errors_of,
    ...     normal_equations,
    ...     sums_of,
    ... )
    >>> from lightwaves_aeon.core.targets import Targets
    >>> x = np.array([[-1.0], [-1.0], [1.0], [1.0]])
    >>> targets = Targets(np.array([0, 0, 1, 1]))
    >>> sums = sums_of(x.astype(np.float32), targets, np.ones(2), np.zeros(1))
    >>> equations = normal_equations(sums, np.zeros(1))
    >>> errors = errors_of(x, targets, np.ones(2), equations, np.array([0.1, 10.0]))
    >>> errors.squared.round(3).tolist()
    [0.009, 4.432]
    """
    errors = _leave_one_out_errors(features, targets, weights, equations, alphas)
    return Errors(_counts(targets, weights) @ np.square(errors).sum(axis=2))


def leave_one_out_scores(
    features: np.ndarray,
    targets: Targets,
    weights: np.ndarray,
    equations: NormalEquations,
    alpha: float,
) -> np.ndarray:
    """Score cases by the regression on all others.

    Parameters
    ----------
    features, targets, weights, equations
        As of `errors_of`; the cases are some of those of the equations.
    alpha : float
        The penalty.

    Returns
    -------
    np.ndarray of float64, shape (n_cases, n_scores)
    """
    alphas = np.array([alpha])
    errors = _leave_one_out_errors(features, targets, weights, equations, alphas)
    return targets.values_among(len(weights)) - errors[:, 0]


def _leave_one_out_errors(
    features: np.ndarray,
    targets: Targets,
    weights: np.ndarray,
    equations: NormalEquations,
    alphas: np.ndarray,
) -> np.ndarray:
    """Give them in the shape (n_cases, n_alphas, n_scores)."""
    centred = targets.values_among(len(weights)) - equations.target_means
    values, counts = equations.values, _counts(targets, weights)
    basis = equations.basis / equations.deviations[:, None]
    parts = (features - equations.centre) @ basis
    projected = equations.basis.T @ equations.cross
    shrunk = values[:, None] / (values[:, None] + alphas)  # (n_components, n_alphas)
    by_alpha = shrunk[:, :, None] * projected[:, None]
    fitted = np.tensordot(parts, by_alpha, 1)
    # The last term is that of the intercept, which is not penalised.
    leverage = np.square(parts) @ shrunk + 1 / equations.weight
    free = np.maximum(1 - counts[:, None] * leverage, RANK)
    return (centred[:, None] - fitted) / free[:, :, None]
