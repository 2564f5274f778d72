"""The linear head: scores of classes from features, one case like a thousand."""

from __future__ import annotations

__all__ = ["LinearHead", "linear_scores"]

from typing import NamedTuple

import numpy as np
from numba import njit


class LinearHead(NamedTuple):
    """A linear classifier with the scaling of its input folded in.

    Attributes
    ----------
    weights : np.ndarray of float64, shape (n_features, n_scores)
        One column a class, or a single one for two classes.
    bias : np.ndarray of float64, shape (n_scores,)
        Added to the scores.
    """

    weights: np.ndarray
    bias: np.ndarray

    @classmethod
    def fold(
        cls, means: np.ndarray, scales: np.ndarray, coef: np.ndarray, intercept
    ) -> LinearHead:
        """Fold the standardisation of the features into the coefficients.

        Parameters
        ----------
        means, scales : np.ndarray, shape (n_features,)
            As of a fitted ``StandardScaler``.
        coef : np.ndarray, shape (n_features,) or (n_scores, n_features)
            Coefficients of the standardised features.
        intercept : float or np.ndarray, shape (n_scores,)
            As of the fitted classifier.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.head import LinearHead
        >>> LinearHead.fold(np.ones(1), np.full(1, 2.0), np.ones((1, 1)), 3.0)
        LinearHead(weights=array([[0.5]]), bias=array([2.5]))
        """
        weights = (np.atleast_2d(coef) / scales).T.astype(np.float64)
        return cls(np.ascontiguousarray(weights), intercept - means @ weights)

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Score cases; a case's scores do not depend on the others, to the last bit.

        Parameters
        ----------
        features : np.ndarray of float32, shape (n_cases, n_features)
            The unscaled features.

        Returns
        -------
        np.ndarray of float64, shape (n_cases, n_scores)
        """
        return linear_scores(features, self.weights, self.bias)


@njit(nogil=True, cache=True, error_model="numpy")
def linear_scores(features, weights, bias):
    """Sum up in the order of the features, which BLAS would not promise."""
    scores = np.empty((len(features), len(bias)))
    for i in range(len(features)):
        scores[i] = bias
        for j in range(len(weights)):
            for k in range(len(bias)):
                scores[i, k] += features[i, j] * weights[j, k]
    return scores
