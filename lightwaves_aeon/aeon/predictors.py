"""What the aeon classifier and regressor share: a fitted pipeline around a state."""

from __future__ import annotations

__all__ = ["ClassifierShell", "RegressorShell"]

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from aeon.base._base import _clone_estimator
from aeon.utils.validation import check_n_jobs
from sklearn.pipeline import make_pipeline

from lightwaves_aeon.aeon.base import CollectionShell, LabelledShell, Series
from lightwaves_aeon.aeon.transformer import LightWaveS
from lightwaves_aeon.core.data.source import CaseSource
from lightwaves_aeon.core.fitted import FittedState
from lightwaves_aeon.estimators.atomic_fit import WEIGHTS, WeightedFitMixin
from lightwaves_aeon.estimators.heads import metadata_of
from lightwaves_aeon.estimators.passes import LocalPass, Pass
from lightwaves_aeon.estimators.regression import checked_numbers


class PredictorShell(WeightedFitMixin, CollectionShell):
    """The same for an aeon classifier or regressor."""

    # Of the mixins and of aeon.
    _check_y: Any
    _find: Any
    _transformer_of: Any
    n_jobs: Any
    random_state: Any
    reset: Any

    def _fit(self, X: Series, y: np.ndarray) -> Self:
        self._n_jobs = check_n_jobs(self.n_jobs)
        weights = vars(self).get(WEIGHTS)
        return self._adopt(self._find(self._collection(X), y, sample_weight=weights))

    def _adopt(self, state: FittedState) -> Self:
        self._mark_fitted(state.metadata)
        transformer = self._transformer_of(LightWaveS, state, n_jobs=self._n_jobs)
        self.pipeline_ = make_pipeline(transformer, state.scaler, state.estimator)
        self.estimator_, self._state = state.estimator, state
        return self

    def _seeded(self, estimator: Any) -> Any:
        return _clone_estimator(estimator, self.random_state)

    def fit_predict(self, X, y, **kwargs):
        """Fit, and predict in cross-validation; see aeon's base class."""
        with self._atomic_fit():
            return super().fit_predict(X, y, **kwargs)  # type: ignore[misc]

    def score(self, X, y, *args, **kwargs):
        """Score predictions; see aeon's base class."""
        # aeon would take the rows of a frame for cases.
        return super().score(self._seen(X), y, *args, **kwargs)  # type: ignore[misc]

    def _fit_source(
        self,
        X: CaseSource,
        y: np.ndarray,
        passes: Callable[..., Pass] = LocalPass,
        sample_weight: Any = None,
    ):
        """Fit to cases that are not in memory; see `_find`."""
        n_cases, n_channels, n_timepoints = X.shape
        with self._atomic_fit():
            self.reset()
            self.metadata_ = metadata_of(n_cases, n_channels, n_timepoints)
            y = self._check_y(y, n_cases)
            self._n_jobs = check_n_jobs(self.n_jobs)
            return self._adopt(self._find(X, y, passes, sample_weight))

    def _seen(self, X) -> Series:
        """Check and convert cases as predict does."""
        self._check_is_fitted()  # type: ignore[attr-defined]
        X = self._preprocess_collection(X, store_metadata=False)
        self._check_shape(X)
        return X


class ClassifierShell(PredictorShell, LabelledShell):
    """The same for an aeon classifier."""

    def fit_predict_proba(self, X, y, **kwargs):
        """Fit, and predict in cross-validation; see aeon's base class."""
        with self._atomic_fit():
            return super().fit_predict_proba(X, y, **kwargs)  # type: ignore[misc]


class RegressorShell(PredictorShell):
    """The same for an aeon regressor."""

    def _check_y(self, y, n_cases):
        # aeon would refuse numbers of two values, and name no case.
        return checked_numbers(y, n_cases)
