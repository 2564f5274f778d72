"""The linear head of numbers: a sum over features for each output."""

from __future__ import annotations

__all__ = ["DistilledRidgeRegressor", "RegressionHead"]

from typing import NamedTuple

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin

from lightwaves_aeon.core.linear.head import linear_scores
from lightwaves_aeon.core.linear.ridge import SOFT_ALPHAS, fit_ridge, mean_ridge
from lightwaves_aeon.core.targets import Standard


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
    """

    weights: np.ndarray
    bias: np.ndarray
    is_vector: bool = True
    means: np.ndarray | None = None

    @classmethod
    def from_standardised(
        cls,
        means: np.ndarray,
        scales: np.ndarray,
        coef: np.ndarray,
        intercept: np.ndarray,
        allow_missing: bool = False,
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
        return cls(weights, bias, np.ndim(coef) == 1, kept)

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
        return found[:, 0] if self.is_vector else found


class DistilledRidgeRegressor(RegressorMixin, BaseEstimator):
    """Ridge regression, or the mean of two: of numbers, and of a teacher's predictions.

    Attributes
    ----------
    alphas_ : np.ndarray of float64, shape (1,) or (2,)
        The penalties that were chosen by leave-one-out.
    n_features_in_ : int
        Number of features.
    coef_ : np.ndarray of float64, shape (n_features,) or (n_outputs, n_features)
        Coefficients of the features.
    intercept_ : float or np.ndarray of float64, shape (n_outputs,)
        What is predicted where all features are zero.
    """

    def fit(
        self,
        X: np.ndarray,
        y: np.ndarray,
        standard: Standard,
        is_vector: bool = True,
        lesson: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> DistilledRidgeRegressor:
        """Fit to numbers and predictions.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_features)
            Features of the training cases.
        y : np.ndarray of float64, shape (n_cases, n_outputs)
            Their numbers, standardised.
        standard : Standard
            What these are standardised by.
        is_vector : bool, default=True
            Whether a case has a number, rather than a row of them.
        lesson : tuple of np.ndarray, optional
            Features of cases, shape (n_others, n_features), and a teacher's predictions
            for them, of standardised numbers, shape (n_others, n_outputs).

        Returns
        -------
        DistilledRidgeRegressor
            Itself.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.linear.regression import DistilledRidgeRegressor
        >>> from lightwaves_aeon.core.targets import standardised_numbers
        >>> X, y = np.array([[-1.0], [1.0]]), np.array([[5.0], [9.0]])
        >>> ridge = DistilledRidgeRegressor().fit(X, *standardised_numbers(y))
        >>> ridge.predict(np.zeros((1, 1))).tolist()
        [7.0]
        """
        parts = [fit_ridge(X, y)]
        if lesson is not None:
            parts.append(fit_ridge(*lesson, SOFT_ALPHAS))
        alphas = np.array([part.alpha for part in parts])
        return self.solved(alphas, *mean_ridge(parts), standard, is_vector)

    def solved(
        self,
        alphas: np.ndarray,
        coef: np.ndarray,
        intercept: np.ndarray,
        standard: Standard,
        is_vector: bool,
    ) -> DistilledRidgeRegressor:
        """Become the regression of these coefficients, for standardised numbers."""
        coef = coef * standard.scales[:, None]
        intercept = intercept * standard.scales + standard.means
        self.alphas_, self.n_features_in_ = alphas, coef.shape[1]
        self.coef_ = coef[0] if is_vector else coef
        self.intercept_ = float(intercept[0]) if is_vector else intercept
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Predict from features, of shape (n_cases, n_features)."""
        return np.asarray(X) @ np.transpose(self.coef_) + self.intercept_
