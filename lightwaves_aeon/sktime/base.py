"""What both sktime shells share: input of the core's kind, and fits that fail whole."""

from __future__ import annotations

__all__ = ["INNER_MTYPES", "PanelShell", "Series"]

import numpy as np
import pandas as pd

from lightwaves_aeon.core.data.collection import Collection, as_collection
from lightwaves_aeon.estimators.atomic_fit import IN_FIT, AtomicFitMixin
from lightwaves_aeon.estimators.frames import channel_names, in_order_of, refuse_masked

Series = np.ndarray | list[pd.DataFrame]

INNER_MTYPES = ["df-list", "numpy3D"]
"""A list of any lengths, which sktime makes of all but arrays: those stay arrays."""

KEPT = (IN_FIT, "_parent_callback_ctx", "_skl_callbacks")
"""Attributes that outlive the reset at the start of a fit: the backend, and those of
scikit-learn's callbacks."""


class PanelShell(AtomicFitMixin):
    """Mixin that stands before the base class of an sktime panel estimator."""

    def reset(self):
        """Forget a fit; see sktime's base class."""
        # scikit-learn leaves attributes on an estimator that it is about to fit, and
        # takes them away after; sktime forgets them at the start of the fit.
        kept = {name: vars(self)[name] for name in KEPT if name in vars(self)}
        super().reset()  # type: ignore[misc]
        vars(self).update(kept)
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return self.is_fitted  # type: ignore[attr-defined]

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
        is_fit = not self.is_fitted  # type: ignore[attr-defined]
        known = None if is_fit else getattr(self, "feature_names_in_", None)
        wanted = known if known is not None else names[0]
        if wanted is None:
            return X
        if is_fit:
            self.feature_names_in_ = np.array(wanted, dtype=object)
        ordered = [
            frame if own is None else frame.iloc[:, in_order_of(own, wanted)]
            for frame, own in zip(frames, names, strict=True)
        ]
        return ordered[0] if isinstance(X, pd.DataFrame) else ordered

    def _check_capabilities(self, X_metadata):
        # The core looks for missing values, in what it reads.
        super()._check_capabilities({**X_metadata, "has_nans": False})  # type: ignore[misc]

    def _collection(self, X: Series) -> Collection:
        """Arrange cases for the core."""
        cases: np.ndarray | list[np.ndarray]
        if isinstance(X, np.ndarray):
            cases = X
        else:
            cases = [np.ascontiguousarray(x.to_numpy().T) for x in X]
            if len({x.shape for x in cases}) == 1:
                cases = np.stack(cases)
        return as_collection(cases)

    def _collection_like(self, X: Series, n_channels: int) -> Collection:
        """Arrange cases that must have the channels of those of fit."""
        collection = self._collection(X)
        if collection.shape[1] != n_channels:
            raise ValueError(
                f"X has {collection.shape[1]} channels, but {type(self).__name__} was "
                f"fitted to {n_channels}"
            )
        return collection
