"""What both sktime shells share: input of the core's kind, and fits that fail whole."""

from __future__ import annotations

__all__ = ["PanelShell", "Series"]

from typing import Any

import numpy as np
import pandas as pd
from joblib import effective_n_jobs
from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags, TransformerTags

from lightwaves_aeon.core.data.collection import Collection, as_collection
from lightwaves_aeon.estimators.atomic_fit import IN_FIT, WEIGHTS, AtomicFitMixin
from lightwaves_aeon.estimators.frames import aligned, channel_names, refuse_masked

Series = np.ndarray | list[pd.DataFrame]

KEPT = (IN_FIT, WEIGHTS, "_parent_callback_ctx", "_skl_callbacks")
"""Attributes that outlive the reset at the start of a fit: the backend, the weights,
and those of scikit-learn's callbacks."""


class PanelShell(AtomicFitMixin):
    """Mixin that stands before the base class of an sktime panel estimator."""

    _tags = {
        "authors": ["lightwaves-aeon"],
        "maintainers": ["lightwaves-aeon"],
        "python_dependencies": ["numba", "PyWavelets"],
        # A list of any lengths of all but arrays: those stay arrays.
        "X_inner_mtype": ["df-list", "numpy3D"],
        "y_inner_mtype": "numpy1D",
        "capability:multivariate": True,
        "capability:unequal_length": True,
        "capability:missing_values": True,
        "capability:categorical_in_X": False,
        "capability:random_state": True,
        "property:randomness": "derandomized",
    }

    is_fitted: Any
    n_jobs: int | None

    def reset(self):
        """Forget a fit; see sktime's base class."""
        # scikit-learn leaves attributes on an estimator that it is about to fit, and
        # takes them away after; sktime forgets them at the start of the fit.
        kept = {name: vars(self)[name] for name in KEPT if name in vars(self)}
        super().reset()  # type: ignore[misc]
        vars(self).update(kept)
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return self.is_fitted

    def __sklearn_tags__(self) -> Tags:
        # sktime has none, and scikit-learn takes what has none for no classifier.
        kind = self.get_tag("object_type")  # type: ignore[attr-defined]
        return Tags(
            estimator_type=kind,
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags() if kind == "classifier" else None,
            transformer_tags=TransformerTags() if kind == "transformer" else None,
            input_tags=InputTags(three_d_array=True),
        )

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict]:
        """Give parameters for sktime's tests.

        Parameters
        ----------
        parameter_set : str, default="default"
            Ignored: there is one.

        Returns
        -------
        list of dict
        """
        return cls._get_test_params(parameter_set)  # type: ignore[attr-defined]

    def _check_is_fitted(self) -> None:
        self.check_is_fitted()  # type: ignore[attr-defined]

    def _given(self, X):
        """Look at cases before sktime does: masks, names, arrays of one channel."""
        refuse_masked(X, "X")
        if isinstance(X, np.ndarray):
            X = np.asarray(X)
            return X[:, None] if X.ndim == 2 else X
        if isinstance(X, list) and all(
            isinstance(x, np.ndarray) and x.ndim == 2 for x in X
        ):
            return [pd.DataFrame(np.asarray(x).T) for x in X]
        frames = [X] if isinstance(X, pd.DataFrame) else X
        if not isinstance(frames, list) or not all(
            isinstance(frame, pd.DataFrame) for frame in frames
        ):
            return X
        names = [channel_names(frame.columns) for frame in frames]
        ordered = aligned(
            self, not self.is_fitted, frames, names, lambda x, order: x.iloc[:, order]
        )
        return ordered[0] if isinstance(X, pd.DataFrame) else ordered

    def _collection(self, X: Series) -> Collection:
        """Arrange cases for the core; they have the channels of those of fit."""
        cases: np.ndarray | list[np.ndarray]
        if isinstance(X, np.ndarray):
            cases = X
        else:
            cases = [np.ascontiguousarray(x.to_numpy().T) for x in X]
            if len({x.shape for x in cases}) == 1:
                cases = np.stack(cases)
        collection = as_collection(cases)
        n_channels = collection.shape[1]
        if not self.is_fitted:
            self._n_channels = n_channels
        if n_channels != self._n_channels:
            raise ValueError(
                f"X has {n_channels} channels, but {type(self).__name__} was fitted to "
                f"{self._n_channels}"
            )
        return collection

    def _n_threads(self) -> int:
        return effective_n_jobs(self.n_jobs)

    def _mark_fitted(self, metadata: dict) -> None:
        self._n_channels, self._is_fitted = metadata["n_channels"], True
