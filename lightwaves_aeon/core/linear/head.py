"""The linear head: scores of classes from features, one case like a thousand."""

from __future__ import annotations

__all__ = [
    "DistilledRidge",
    "LinearHead",
    "default_ridge",
    "fitted_ridge",
    "fitted_scaler",
    "linear_scores",
    "two_columns",
]

from typing import Any, NamedTuple

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator
from sklearn.linear_model import RidgeClassifierCV
from sklearn.linear_model._base import LinearClassifierMixin
from sklearn.preprocessing import LabelBinarizer, StandardScaler

from lightwaves_aeon.core.jit import jit
from lightwaves_aeon.core.linear.ridge import (
    ALPHAS,
    SOFT_ALPHAS,
    fit_ridge,
    mean_ridge,
)
from lightwaves_aeon.core.linear.unobserved import Unobserved
from lightwaves_aeon.core.targets import one_vs_rest_targets


class LinearHead(NamedTuple):
    """A linear classifier with the scaling of its input folded in.

    Attributes
    ----------
    weights : np.ndarray of float64, shape (n_features, n_scores)
        One column a class, or a single one for two classes.
    bias : np.ndarray of float64, shape (n_scores,)
        Added to the scores.
    classes : np.ndarray, shape (n_classes,)
        The labels.
    inverse_temperature : float
        What scores are multiplied by, for a softmax of them to be probabilities.
    unobserved : Unobserved or None
        What stands in for features that are missing, which are NaN; None if none are.
    """

    weights: np.ndarray
    bias: np.ndarray
    classes: np.ndarray
    inverse_temperature: float = 1.0
    unobserved: Unobserved | None = None

    @classmethod
    def from_standardised(
        cls,
        means: np.ndarray,
        scales: np.ndarray,
        coef: np.ndarray,
        intercept: np.ndarray,
        classes: np.ndarray,
        inverse_temperature: float = 1.0,
        unobserved: Unobserved | None = None,
    ) -> LinearHead:
        """Fold the standardisation of the features into the coefficients.

        Parameters
        ----------
        means, scales : np.ndarray, shape (n_features,)
            As of a fitted ``StandardScaler``.
        coef : np.ndarray, shape (n_scores, n_features)
            Coefficients of the standardised features.
        intercept : np.ndarray, shape (n_scores,)
            Scores where all standardised features are zero.
        classes : np.ndarray, shape (n_classes,)
            The labels.
        inverse_temperature : float, default=1.0
            See the class.
        unobserved : Unobserved, optional
            See the class.

        Returns
        -------
        LinearHead

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.linear.head import LinearHead
        >>> head = LinearHead.from_standardised(
        ...     means=np.ones(1),
        ...     scales=np.full(1, 2.0),
        ...     coef=np.ones((1, 1)),
        ...     intercept=np.zeros(1),
        ...     classes=np.array(["low", "high"]),
        ... )
        >>> features = np.array([[0.0], [3.0]], np.float32)
        >>> head.decision_function(features), head.predict(features).tolist()
        (array([-0.5,  1. ]), ['low', 'high'])
        """
        weights = np.ascontiguousarray((coef / scales).T, np.float64)
        bias = intercept - means @ weights
        return cls(weights, bias, classes, inverse_temperature, unobserved)

    def decision_function(self, features: np.ndarray) -> np.ndarray:
        """Score cases; a case's scores do not depend on the others, to the last bit.

        Parameters
        ----------
        features : np.ndarray of float32, shape (n_cases, n_features)
            The unscaled features; NaN where they are missing.

        Returns
        -------
        np.ndarray of float64, shape (n_cases,) or (n_cases, n_classes)
            As scikit-learn has it: one column for two classes, positive for the second.
        """
        scores = self._scores(features)
        return scores[:, 0] if len(self.bias) == 1 else scores

    def _scores(self, features: np.ndarray) -> np.ndarray:
        scores, has_missing = linear_scores(features, self.weights, self.bias)
        if has_missing and self.unobserved is not None:
            completed = self.unobserved.completed(features)
            scores, _ = linear_scores(completed, self.weights, self.bias)
        return scores

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Label cases with the class of the highest score.

        Parameters
        ----------
        features : np.ndarray of float32, shape (n_cases, n_features)
            The unscaled features.

        Returns
        -------
        np.ndarray, shape (n_cases,)
        """
        scores = self.decision_function(features)
        best = scores > 0 if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes[best.astype(np.intp)]

    def predict_proba(self, features: np.ndarray) -> np.ndarray:
        """Estimate the probabilities of the classes.

        Parameters
        ----------
        features : np.ndarray of float32, shape (n_cases, n_features)
            The unscaled features.

        Returns
        -------
        np.ndarray of float64, shape (n_cases, n_classes)
            The largest is that of the class that `predict` gives, unless features are
            missing. Of a case without features they are the shares of the classes in
            the training cases.
        """
        logits = self.inverse_temperature * two_columns(self._scores(features))
        if self.unobserved is not None and np.isnan(features).any():
            moved = self.unobserved.logits(features, logits)
            some = np.isnan(features).any(axis=1)
            logits[some] = moved[some]
        return softmax(logits, axis=1)


def default_ridge(n_cases: int, class_weight: Any = None) -> RidgeClassifierCV:
    """Make the default estimator, for standardised features (paper, section III-E).

    Parameters
    ----------
    n_cases : int
        Number of training cases, by which the penalties are multiplied.
    class_weight : {"balanced"}, dict or None, default=None
        Weights of the classes.

    Returns
    -------
    RidgeClassifierCV
        Not fitted.

    Examples
    --------
    >>> from lightwaves_aeon.core.linear.head import default_ridge
    >>> default_ridge(n_cases=10).alphas[[0, -1]].tolist()
    [0.01, 10000.0]
    """
    return RidgeClassifierCV(alphas=ALPHAS * n_cases, class_weight=class_weight)


def fitted_scaler(
    means: np.ndarray, deviations: np.ndarray, n_cases: float
) -> StandardScaler:
    """Make the scaler that was fitted to features of these moments.

    Parameters
    ----------
    means, deviations : np.ndarray of float64, shape (n_features,)
        The deviation of a constant is infinite.
    n_cases : int or float
        Number of cases, or the sum of their weights.

    Returns
    -------
    StandardScaler

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.head import fitted_scaler
    >>> scaler = fitted_scaler(np.array([1.0, 5.0]), np.array([2.0, np.inf]), 10)
    >>> scaler.transform([[5.0, 5.0]]).tolist()
    [[2.0, 0.0]]
    """
    scaler = StandardScaler()
    varies = np.isfinite(deviations)
    scaler.mean_, scaler.scale_ = means, np.where(varies, deviations, 1.0)
    scaler.var_ = np.where(varies, np.square(scaler.scale_), 0.0)
    scaler.n_features_in_, scaler.n_samples_seen_ = len(means), n_cases
    return scaler


def fitted_ridge(
    classes: np.ndarray,
    alphas: np.ndarray,
    alpha: float,
    best_score: float,
    coef: np.ndarray,
    intercept: np.ndarray,
    class_weight: Any = None,
) -> RidgeClassifierCV:
    """Make the default estimator that was fitted with this outcome.

    Parameters
    ----------
    classes : np.ndarray, shape (n_classes,)
        The labels.
    alphas : np.ndarray of float64, shape (n_alphas,)
        Penalties there were to choose from.
    alpha, best_score : float
        The one that was chosen, and its leave-one-out error, negative.
    coef : np.ndarray of float64, shape (n_scores, n_features) or (n_features,)
        Coefficients of the features.
    intercept : np.ndarray of float64, shape (n_scores,) or ()
        Scores where all features are zero.
    class_weight : {"balanced"}, dict or None, default=None
        Weights of the classes.

    Returns
    -------
    RidgeClassifierCV

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.head import fitted_ridge
    >>> classes, coef, intercept = np.array(["a", "b"]), np.array([[1.0]]), np.ones(1)
    >>> ridge = fitted_ridge(classes, np.ones(1), 1.0, -0.1, coef, intercept / 2)
    >>> ridge.predict([[-1.0], [0.0]]).tolist()
    ['a', 'b']
    """
    ridge = RidgeClassifierCV(alphas, class_weight=class_weight)
    ridge.coef_, ridge.intercept_ = coef, intercept
    ridge.alpha_, ridge.best_score_ = alpha, best_score
    ridge.n_features_in_ = coef.shape[-1]
    ridge._label_binarizer = LabelBinarizer(pos_label=1, neg_label=-1).fit(classes)
    if not hasattr(ridge, "classes_"):  # which older versions look up in the binarizer
        ridge.classes_ = ridge._label_binarizer.classes_
    return ridge


class DistilledRidge(LinearClassifierMixin, BaseEstimator):
    """Mean of two ridge regressions: of the labels, and of the scores of a teacher.

    Attributes
    ----------
    alphas_ : np.ndarray of float64, shape (2,)
        The penalties that were chosen by leave-one-out.
    classes_ : np.ndarray, shape (n_classes,)
        The labels.
    n_features_in_ : int
        Number of features.
    coef_ : np.ndarray of float64, shape (n_scores, n_features)
        Coefficients of the features.
    intercept_ : np.ndarray of float64, shape (n_scores,)
        Scores where all features are zero.
    """

    def fit(
        self,
        X: np.ndarray,
        y: np.ndarray,
        X_soft: np.ndarray,
        soft_targets: np.ndarray,
        sample_weight: np.ndarray | None = None,
        soft_weight: np.ndarray | None = None,
    ) -> DistilledRidge:
        """Fit to labels and scores.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_features)
            Features of the training cases.
        y : np.ndarray, shape (n_cases,)
            Their labels.
        X_soft : np.ndarray, shape (n_others, n_features)
            Features of the cases that a teacher has scored.
        soft_targets : np.ndarray of float64, shape (n_others, n_scores)
            The scores: one column a class, or a single one for two.
        sample_weight : np.ndarray of float64, shape (n_cases,), optional
            How much each training case counts; all alike by default.
        soft_weight : np.ndarray of float64, shape (n_others,), optional
            How much each of the others counts; all alike by default.

        Returns
        -------
        DistilledRidge
            Itself.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.linear.head import DistilledRidge
        >>> X, y = np.array([[-1.0], [1.0]]), np.array(["low", "high"])
        >>> DistilledRidge().fit(X, y, X, -X).predict([[0.5]]).tolist()
        ['high']
        """
        self.classes_, classes = np.unique(y, return_inverse=True)
        self.n_features_in_ = X.shape[1]
        labels = one_vs_rest_targets(classes, len(self.classes_))
        parts = (
            fit_ridge(X, labels, weights=sample_weight),
            fit_ridge(X_soft, soft_targets, SOFT_ALPHAS, soft_weight),
        )
        self.alphas_ = np.array([part.alpha for part in parts])
        self.coef_, self.intercept_ = mean_ridge(parts)
        return self


def two_columns(scores: np.ndarray) -> np.ndarray:
    """Give the first of two classes a column of its own, where there are but two.

    Parameters
    ----------
    scores : np.ndarray of float64, shape (n_cases, n_scores)
        One column, positive for the second class, or a column a class.

    Returns
    -------
    np.ndarray of float64, shape (n_cases, n_classes)
        Their differences are the scores, where there was one column.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.head import two_columns
    >>> two_columns(np.array([[0.5], [-2.0]])).tolist()
    [[0.0, 0.5], [0.0, -2.0]]
    """
    if scores.shape[1] > 1:
        return scores
    return np.hstack([np.zeros_like(scores), scores])


@jit
def linear_scores(features, weights, bias):
    """Add up features times weights; tell, too, whether any feature is missing."""
    # In the order of the features, which BLAS would not promise.
    scores, has_missing = np.empty((len(features), len(bias))), False
    for i in range(len(features)):
        for k in range(len(bias)):
            scores[i, k] = bias[k]
        for j in range(len(weights)):
            for k in range(len(bias)):
                scores[i, k] += features[i, j] * weights[j, k]
        has_missing |= np.isnan(scores[i, 0])
    return scores, has_missing
