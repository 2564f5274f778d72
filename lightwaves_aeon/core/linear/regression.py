"""The linear head of numbers: a sum over features for each output."""

from __future__ import annotations

__all__ = ["DistilledRidgeRegressor", "RegressionHead"]

from typing import NamedTuple

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin

from lightwaves_aeon.core.linear.head import linear_scores
from lightwaves_aeon.core.linear.ridge import fit_ridge, mean_ridge
from lightwaves_aeon.core.linear.shrinkage import fit_limits, kept_within
from lightwaves_aeon.core.targets import Standard, standardised_numbers


class RegressionHead(NamedTuple):
    """A linear regression with the scaling of its input folded in.

    Attributes
    ----------
    weights : np.ndarray of float64, shape (n_features, n_outputs)
        What a unit of each feature adds to each output.
    bias : np.ndarray of float64, shape (n_outputs,)
        Added to the outputs.
    is_vector : bool
        Whether a case has a number, rather than a row of them.
    means : np.ndarray of float64, shape (n_features,), or None
        What stands in for features that are missing, which are NaN; None if none are.
    limits : np.ndarray of float64, shape (2, n_outputs), or None
        The least prediction and the largest, if there are any.
    """

    weights: np.ndarray
    bias: np.ndarray
    is_vector: bool = True
    means: np.ndarray | None = None
    limits: np.ndarray | None = None

    @classmethod
    def from_standardised(
        cls,
        means: np.ndarray,
        scales: np.ndarray,
        coef: np.ndarray,
        intercept: np.ndarray,
        allow_missing: bool = False,
        limits: np.ndarray | None = None,
    ) -> RegressionHead:
        """Fold the standardisation of the features into the coefficients.

        Parameters
        ----------
        means, scales : np.ndarray, shape (n_features,)
            As of a fitted ``StandardScaler``.
        coef : np.ndarray, shape (n_features,) or (n_outputs, n_features)
            Coefficients of the standardised features.
        intercept : float or np.ndarray, shape (n_outputs,)
            Outputs where all standardised features are zero.
        allow_missing : bool, default=False
            Whether features may be missing.
        limits : np.ndarray, shape (2,) or (2, n_outputs), optional
            See the class.

        Returns
        -------
        RegressionHead

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.linear.regression import RegressionHead
        >>> means, scales = np.ones(1), np.full(1, 2.0)
        >>> head = RegressionHead.from_standardised(means, scales, np.ones(1), 5.0)
        >>> head.predict(np.array([[1.0], [3.0]], np.float32)).tolist()
        [5.0, 6.0]
        """
        weights = np.ascontiguousarray((np.atleast_2d(coef) / scales).T, np.float64)
        bias = np.atleast_1d(intercept) - means @ weights
        kept = means if allow_missing else None
        limits = None if limits is None else limits.reshape(2, -1)
        return cls(weights, bias, np.ndim(coef) == 1, kept, limits)

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Predict; what a case gets does not depend on the others, to the last bit.

        Parameters
        ----------
        features : np.ndarray of float32, shape (n_cases, n_features)
            The unscaled features; NaN where they are missing.

        Returns
        -------
        np.ndarray of float64, shape (n_cases,) or (n_cases, n_outputs)
        """
        found, has_missing = linear_scores(features, self.weights, self.bias)
        if has_missing and self.means is not None:
            means = self.means.astype(features.dtype)
            completed = np.where(np.isnan(features), means, features)
            found, _ = linear_scores(completed, self.weights, self.bias)
        if self.limits is not None:
            found = kept_within(found, self.limits)
        return found[:, 0] if self.is_vector else found


class DistilledRidgeRegressor(RegressorMixin, BaseEstimator):
    """Ridge regression of numbers, or of a teacher's predictions of them.

    Attributes
    ----------
    alpha_ : float
        The penalty that was chosen by leave-one-out.
    n_features_in_ : int
        Number of features.
    coef_ : np.ndarray of float64, shape (n_features,) or (n_outputs, n_features)
        Coefficients of the features.
    intercept_ : float or np.ndarray of float64, shape (n_outputs,)
        What is predicted where all features are zero.
    limits_ : np.ndarray of float64, shape (2,) or (2, n_outputs)
        The least prediction and the largest.
    """

    def fit(self, X: np.ndarray, y: np.ndarray) -> DistilledRidgeRegressor:
        """Fit to numbers, without a teacher.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_features)
            Features of the training cases.
        y : np.ndarray, shape (n_cases,) or (n_cases, n_outputs)
            Their numbers.

        Returns
        -------
        DistilledRidgeRegressor
            Itself.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.linear.regression import DistilledRidgeRegressor
        >>> ridge = DistilledRidgeRegressor().fit([[-1.0], [1.0]], [5.0, 9.0])
        >>> ridge.predict(np.zeros((1, 1))).tolist()
        [7.0]
        """
        y = np.asarray(y, np.float64)
        numbers, standard = standardised_numbers(y.reshape(len(y), -1))
        ridge = fit_ridge(np.asarray(X), numbers)
        limits = fit_limits([], 1.0, numbers)
        solution = ridge.alpha, *mean_ridge([ridge]), limits
        return self.set_solution(*solution, standard, y.ndim == 1)

    def set_solution(
        self,
        alpha: float,
        coef: np.ndarray,
        intercept: np.ndarray,
        limits: np.ndarray,
        standard: Standard,
        is_vector: bool,
    ) -> DistilledRidgeRegressor:
        """Become the regression of numbers, given that of standardised ones.

        Parameters
        ----------
        alpha : float
            The penalty that was chosen.
        coef : np.ndarray of float64, shape (n_outputs, n_features)
            Coefficients of the features.
        intercept : np.ndarray of float64, shape (n_outputs,)
            What is predicted where all features are zero.
        limits : np.ndarray of float64, shape (2, n_outputs)
            The least prediction and the largest.
        standard : Standard
            What numbers are standardised by.
        is_vector : bool
            Whether a case has a number, rather than a row of them.

        Returns
        -------
        DistilledRidgeRegressor
            Itself.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.linear.regression import DistilledRidgeRegressor
        >>> from lightwaves_aeon.core.targets import Standard
        >>> standard, limits = Standard(np.zeros(1), np.full(1, 10.0)), [[-1.0], [2.0]]
        >>> solution = 1.0, np.ones((1, 1)), np.zeros(1), np.array(limits)
        >>> ridge = DistilledRidgeRegressor().set_solution(*solution, standard, True)
        >>> ridge.predict([[0.5], [5.0]]).tolist()
        [5.0, 20.0]
        """
        means, scales = standard
        self.alpha_, self.n_features_in_ = alpha, coef.shape[1]
        coef, intercept = coef * scales[:, None], intercept * scales + means
        limits = limits * scales + means
        self.coef_ = coef[0] if is_vector else coef
        self.intercept_ = float(intercept[0]) if is_vector else intercept
        self.limits_ = limits[:, 0] if is_vector else limits
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Predict from features, of shape (n_cases, n_features)."""
        found = np.asarray(X) @ np.transpose(self.coef_) + self.intercept_
        return kept_within(found, self.limits_)
