"""What the sktime classifier and regressor share: fitted parts around a state."""

from __future__ import annotations

__all__ = ["PredictorShell"]

from typing import Any, Self

import numpy as np
from sklearn.base import clone
from sktime.base import BaseEstimator
from sktime.utils.random_state import set_random_state

from lightwaves_aeon.core.fitted import FittedState
from lightwaves_aeon.estimators.atomic_fit import WEIGHTS, WeightedFitMixin
from lightwaves_aeon.estimators.estimator import EstimatorMixin
from lightwaves_aeon.estimators.frames import check_labels, refuse_masked
from lightwaves_aeon.sktime.base import PanelShell, Series
from lightwaves_aeon.sktime.transformer import LightWaveS


class PredictorShell(WeightedFitMixin, PanelShell):
    """Mixin that stands before the mixin of a task, and before sktime's base class."""

    # Of the mixins and of sktime.
    _find: Any
    _transformer_of: Any
    check_is_fitted: Any
    get_tag: Any
    random_state: Any

    def _fit(self, X: Series, y: np.ndarray) -> Self:
        weights = vars(self).get(WEIGHTS)
        return self._adopt(self._find(self._collection(X), y, sample_weight=weights))

    def _adopt(self, state: FittedState) -> Self:
        self._mark_fitted(state.metadata)
        self.transformer_ = self._transformer_of(LightWaveS, state)
        self.scaler_, self.estimator_ = state.scaler, state.estimator
        self._state = state
        return self

    def _restore(self, state: FittedState) -> None:
        super()._restore(state)  # type: ignore[misc]
        # What sktime compares later cases and its answers with.
        n_channels = state.metadata["n_channels"]
        self._X_metadata = {**state.metadata, "is_univariate": n_channels == 1}
        self._y_metadata = {
            "is_univariate": getattr(state.head, "is_vector", True),
            "mtype": "numpy2D",
        }
        self._y_inner_mtype = self.get_tag("y_inner_mtype")

    def _vectorize(self, methodname: str, **kwargs):
        # sktime fits clones to the columns of y, and has no weights for them.
        if vars(self).get(WEIGHTS) is not None:
            raise ValueError(
                "sample_weight is for one column of labels: y has several, so fit a "
                "classifier to each of them"
            )
        return super()._vectorize(methodname, **kwargs)  # type: ignore[misc]

    def _internal_convert(self, X, y=None):
        X = self._given(X)
        if self.get_tag("object_type") == "classifier":
            check_labels(y)
        else:
            refuse_masked(y, "y")
        return super()._internal_convert(X, y)  # type: ignore[misc]

    def _check_is_fitted(self) -> None:
        super()._check_is_fitted()
        # sktime itself serves one class, and clones serve several columns of labels.
        if "_state" not in vars(self):
            raise AttributeError(
                f"{type(self).__name__} has no table: it was fitted to a single class, "
                "or to several columns of labels"
            )

    def _seeded(self, estimator):
        estimator = clone(estimator)
        if self.random_state is not None:
            set_random_state(estimator, self.random_state)
        return estimator

    def _seen(self, X) -> Series:
        self.check_is_fitted()
        return self._check_convert_X_for_predict(X)  # type: ignore[attr-defined]

    def save(self, path=None, serialization_format: str = "pickle"):
        """Write the fitted estimator to a file.

        Parameters
        ----------
        path : str or Path, optional
            Where to.
        serialization_format : {"pickle", "cloudpickle", "lightwaves"}, default="pickle"
            ``"lightwaves"`` writes a small file without pickle, which `load` reads, as
            does the class of this name for aeon; it holds the default estimator only.
            The others are those of sktime, for ``sktime.base.load``.

        Returns
        -------
        As sktime has it; None for ``"lightwaves"``.
        """
        if serialization_format == "lightwaves":
            return EstimatorMixin.save(self, path)  # type: ignore[arg-type]
        return BaseEstimator.save(self, path, serialization_format)
