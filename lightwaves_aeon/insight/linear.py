"""The linear head, read feature by feature: weights and contributions to scores."""

from __future__ import annotations

__all__ = ["LinearModel", "NotLinearError"]

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from lightwaves_aeon.core.model import Model


class NotLinearError(ValueError, AttributeError):
    """The scores of an estimator are no sum over features, one a class.

    It is an AttributeError too, so that ``hasattr`` says no to a property.
    """


class LinearModel(NamedTuple):
    """A fitted table with its linear head, a column of weights for each class.

    Attributes
    ----------
    model : Model
        The table, and what it takes to evaluate it.
    weights : np.ndarray of float64, shape (n_features, n_classes)
        What a unit of each feature adds to the score of each class.
    intercepts : np.ndarray of float64, shape (n_classes,)
        The scores of a case whose features are those of the average training case.
    means, deviations : np.ndarray of float64, shape (n_features,)
        Of each feature over the training cases.
    classes : np.ndarray, shape (n_classes,)
        The labels.
    n_channels : int
        Number of channels of a case, in use or not.
    channel_names : sequence of str or None
        Names of all channels, where they have any.
    """

    model: Model
    weights: np.ndarray
    intercepts: np.ndarray
    means: np.ndarray
    deviations: np.ndarray
    classes: np.ndarray
    n_channels: int
    channel_names: Sequence[str] | None = None

    @classmethod
    def of(
        cls,
        model: Model,
        scaler: Any,
        estimator: Any,
        n_channels: int,
        channel_names: Sequence[str] | None = None,
    ) -> LinearModel:
        """Read a linear classifier of standardised features.

        Parameters
        ----------
        model : Model
            Gives the features.
        scaler : StandardScaler
            Fitted to them.
        estimator : sklearn classifier
            Fitted to what the scaler makes of them.
        n_channels : int
            Number of channels of a case.
        channel_names : sequence of str, optional
            Their names.

        Returns
        -------
        LinearModel

        Raises
        ------
        NotLinearError
            A ValueError. The estimator has no ``coef_``, ``intercept_`` and
            ``decision_function``; or they are not those of one score for two classes,
            and one a class for more.
        """
        name = type(estimator).__name__
        needed = ("coef_", "intercept_", "decision_function")
        if not all(hasattr(estimator, attribute) for attribute in needed):
            raise NotLinearError(
                f"the scores of {name} are not a sum over features: a linear "
                "estimator, such as the default one, has importances"
            )
        coefficients = np.atleast_2d(estimator.coef_)
        intercepts = np.broadcast_to(estimator.intercept_, len(coefficients))
        average = np.zeros((1, len(scaler.mean_)))
        # Some count votes of pairs of classes, which for three classes are three too.
        adds_up = np.array_equal(
            np.ravel(estimator.decision_function(average)), intercepts
        )
        if len(coefficients) == 1:  # positive for the second of two classes
            coefficients = np.concatenate([-coefficients, coefficients])
            intercepts = np.concatenate([-intercepts, intercepts])
        n_classes = len(estimator.classes_)
        if not adds_up or len(coefficients) != n_classes:
            raise NotLinearError(
                f"the scores of {name} are not a weighted sum of the features for each "
                f"of the {n_classes} classes, which is what importances are read from"
            )
        return cls(
            model,
            np.ascontiguousarray((coefficients / scaler.scale_).T, np.float64),
            intercepts,
            scaler.mean_,
            np.sqrt(scaler.var_),
            estimator.classes_,
            n_channels,
            channel_names,
        )

    def contributions(self, features: np.ndarray) -> np.ndarray:
        """Split scores of cases into what each feature adds to them.

        Parameters
        ----------
        features : np.ndarray of float32, shape (n_cases, n_features)
            The features of the cases.

        Returns
        -------
        np.ndarray of float64, shape (n_cases, n_features, n_classes)
            What a feature adds by its distance from the average training case. Summed
            over the features, with `intercepts`, it gives the scores of the classes.

        Examples
        --------
        >>> import numpy as np
        >>> from sklearn.linear_model import RidgeClassifier
        >>> from sklearn.preprocessing import StandardScaler
        >>> from lightwaves_aeon.core.search import Search
        >>> from lightwaves_aeon.insight.linear import LinearModel
        >>> rng = np.random.default_rng(0)
        >>> X, y = rng.normal(size=(20, 2, 30)), np.repeat([0, 1], 10)
        >>> model = Search(n_features=5).fit(X, y, np.random.RandomState(0)).model
        >>> features = model.evaluate(X)
        >>> scaler = StandardScaler().fit(features)
        >>> ridge = RidgeClassifier().fit(scaler.transform(features), y)
        >>> linear = LinearModel.of(model, scaler, ridge, n_channels=2)
        >>> parts = linear.contributions(features)
        >>> parts.shape
        (20, 5, 2)
        >>> scores = parts.sum(axis=1) + linear.intercepts
        >>> of_ridge = ridge.decision_function(scaler.transform(features))
        >>> bool(np.allclose(scores[:, 1], of_ridge))
        True
        """
        return (features - self.means)[:, :, None] * self.weights
