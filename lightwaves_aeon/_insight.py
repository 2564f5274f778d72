"""What a fitted classifier, of any framework, says of itself."""

from __future__ import annotations

__all__ = ["ShowsInsight"]

from typing import Protocol

import numpy as np

from lightwaves_aeon.core.collection import Collection, arranged
from lightwaves_aeon.insight.linear import LinearModel

Series = np.ndarray | list[np.ndarray]


class _Fitted(Protocol):
    def _linear(self) -> LinearModel: ...


class ShowsInsight:
    """Mixin of the classifiers; see the methods."""

    def contributions(self: _Fitted, X: Series) -> np.ndarray:
        """Split the scores of cases into what each feature adds to them.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
            Cases, or a list of cases of unequal lengths.

        Returns
        -------
        np.ndarray of float64, shape (n_cases, n_features, n_classes)
            How far the score of each class is raised by a feature, by its distance from
            the average training case. Their sum over the features and the intercept of
            `estimator_` are ``decision_function``, which for two classes is that of the
            second; the first one's is its negative.
        """
        linear = self._linear()
        return linear.contributions(linear.model.evaluate(_collection(X, linear)))


def _collection(X: Series, linear: LinearModel) -> Collection:
    collection = arranged(X)
    if collection.shape[1] != linear.n_channels:
        raise ValueError(
            f"X has {collection.shape[1]} channels, but the classifier was fitted to "
            f"{linear.n_channels}"
        )
    return collection
