"""A predictor of single cases."""

from __future__ import annotations

__all__ = ["Predictor"]

from typing import Any

import numpy as np
from sklearn.utils.metaestimators import available_if

from lightwaves_aeon.core.data.collection import checked_case
from lightwaves_aeon.core.model import Model


class Predictor:
    """Predicts single cases with as little around it as possible.

    Made by ``LightWaveSClassifier.compile``; it may be pickled, and called from several
    threads at once. To fit the classifier again does not change it.

    Parameters
    ----------
    model : Model
        Gives the features of a case.
    n_channels : int
        Number of channels of a case.
    head : LinearHead or sklearn classifier
        Predicts from features.
    """

    def __init__(self, model: Model, n_channels: int, head: Any):
        self._transform_one = model.transform.transform_one
        self._n_channels, self._head = n_channels, head

    def __call__(self, x: np.ndarray):
        """Predict the label of one case.

        Parameters
        ----------
        x : np.ndarray, shape (n_channels, n_timepoints)
            The case, unscaled.

        Returns
        -------
        Label, of the type of the training labels.

        Raises
        ------
        ValueError
            If the channels are not those of the training cases, or one in use holds
            infinity or a value far out of scale, or NaN where the model was fitted
            with ``missing_values="error"``.
        """
        return self._head.predict(self._features_of(x))[0]

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Give the decision values of one case.

        Parameters
        ----------
        x : np.ndarray, shape (n_channels, n_timepoints)
            The case, unscaled.

        Returns
        -------
        np.ndarray, shape (n_classes,), or () for two classes
            The case's row of ``decision_function``.

        Raises
        ------
        ValueError
            As for a call.
        """
        return self._head.decision_function(self._features_of(x))[0]

    @available_if(lambda self: hasattr(self._head, "predict_proba"))
    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Give the probabilities of the classes for one case.

        Parameters
        ----------
        x : np.ndarray, shape (n_channels, n_timepoints)
            The case, unscaled.

        Returns
        -------
        np.ndarray of float64, shape (n_classes,)
            The case's row of ``predict_proba``. A regressor has none, nor has an
            estimator that was given without.

        Raises
        ------
        ValueError
            As for a call.
        """
        return self._head.predict_proba(self._features_of(x))[0]

    def _features_of(self, x: np.ndarray) -> np.ndarray:
        return self._transform_one(checked_case(x, self._n_channels))
