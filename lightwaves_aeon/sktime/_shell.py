"""What both sktime shells share: input of the core's kind, and fits that fail whole."""

from __future__ import annotations

__all__ = ["INNER_MTYPES", "PanelShell", "Series"]

import numpy as np
import pandas as pd

from lightwaves_aeon._fitting import WholeFits
from lightwaves_aeon.core.collection import Collection, arranged
from lightwaves_aeon.core.scaling import find_unusable

Series = np.ndarray | list[pd.DataFrame]

INNER_MTYPES = ["df-list", "numpy3D"]
"""A list of any lengths, which sktime makes of all but arrays: those stay arrays."""

OF_CALLBACKS = ("_parent_callback_ctx", "_skl_callbacks")


class PanelShell(WholeFits):
    """Mixin that stands before the base class of an sktime panel estimator."""

    def reset(self):
        # scikit-learn leaves attributes on an estimator that it is about to fit, and
        # takes them away after; sktime forgets them at the start of the fit.
        kept = {name: vars(self)[name] for name in OF_CALLBACKS if name in vars(self)}
        super().reset()  # type: ignore[misc]
        vars(self).update(kept)
        return self

    def _check_is_fitted(self) -> None:
        self.check_is_fitted()  # type: ignore[attr-defined]

    def _collection(self, X: Series) -> Collection:
        """Check what sktime leaves to estimators, and arrange it for the core."""
        cases: np.ndarray | list[np.ndarray]
        if isinstance(X, np.ndarray):
            cases = X
        else:
            cases = [np.ascontiguousarray(x.to_numpy().T) for x in X]
            if len({x.shape for x in cases}) == 1:
                cases = np.stack(cases)
        for case, x in enumerate(cases):
            unusable = find_unusable(x[None]) if x.dtype.kind == "f" else None
            if unusable is not None:
                raise ValueError(
                    f"X holds NaN or infinity, first in case {case}, "
                    f"channel {unusable[1]}"
                )
        return arranged(cases)

    def _collection_like(self, X: Series, n_channels: int) -> Collection:
        """Arrange cases that must have the channels of those of fit."""
        collection = self._collection(X)
        if collection.shape[1] != n_channels:
            raise ValueError(
                f"X has {collection.shape[1]} channels, but {type(self).__name__} was "
                f"fitted to {n_channels}"
            )
        return collection
