"""What is fitted to the features of a table that was found."""

from __future__ import annotations

__all__ = ["TableFit", "Taught", "metadata_of"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lightwaves_aeon.core.data.augmentation import with_augmented
from lightwaves_aeon.core.data.collection import Collection, UnequalLengthCollection
from lightwaves_aeon.core.data.source import CaseSource, as_source
from lightwaves_aeon.core.fitted import FittedLinear, FittedState
from lightwaves_aeon.core.linear.temperature import HeldOut
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.parallel.blas import one_blas_thread
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.progress import Track
from lightwaves_aeon.core.search_result import SearchResult
from lightwaves_aeon.core.selection.distillation import Lesson
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.estimators.large import (
    BlockwiseRidge,
    features_of_all,
    fit_head,
    is_large,
)
from lightwaves_aeon.estimators.passes import Pass


class Taught(NamedTuple):
    """Cases and mixtures of them that a teacher has scored.

    Attributes
    ----------
    features : np.ndarray, shape (n_others, n_features)
        Their standardised features.
    soft_targets : np.ndarray, shape (n_others, n_scores)
        The scores.
    weights : np.ndarray of float64, shape (n_others,), or None
        How much each counts; None if all count alike.
    """

    features: np.ndarray
    soft_targets: np.ndarray
    weights: np.ndarray | None


@dataclass(frozen=True)
class TableFit:
    """A table that was found, and the cases whose features a head is fitted to.

    Attributes
    ----------
    shell : LightWaveS, LightWaveSClassifier or LightWaveSRegressor
        Of any framework, being fitted.
    X : Collection or CaseSource, shape (n_cases, n_channels, n_timepoints)
        All training cases.
    targets : Targets
        Of these cases.
    found : SearchResult
        The table.
    sample : Collection
        The cases that it is of: all, unless these are many.
    of_sample : Targets
        Of these cases.
    passes : callable
        Makes the passes over the blocks of a large collection.
    backend, track
        Where the work is done, and how progress is shown.
    """

    shell: Any
    X: Collection | CaseSource
    targets: Targets
    found: SearchResult
    sample: Collection
    of_sample: Targets
    passes: Callable[..., Pass]
    backend: Threads
    track: Track

    @property
    def is_large(self) -> bool:
        """Whether the default head is fitted block by block."""
        return is_large(self.X.shape)

    def fit_given(self, y: np.ndarray) -> FittedState:
        """Fit the estimator that was given to the features of all cases, and to `y`."""
        model, order = self.found.model, self.found.order
        if self.is_large:
            cases: np.ndarray | slice = slice(None)
            features = features_of_all(model, as_source(self.X), self.backend)
        else:
            cases = order
            features = model.features(self.sample, self.backend, order)
        weights = self.targets.take(cases).weights
        weighted = {} if weights is None else {"sample_weight": weights}

        def fit() -> tuple[StandardScaler, Any]:
            estimator = self.shell._seeded(self.shell.estimator)
            scaler = StandardScaler().fit(features, **weighted)
            standard = scaler.transform(features)
            return scaler, estimator.fit(standard, y[cases], **weighted)

        return self.state(*self.backend.on_root(fit))

    def fit_in_memory(
        self,
        lesson: Lesson | None,
        fit_head: Callable[[np.ndarray, Targets, Taught | None], Any],
    ) -> tuple[StandardScaler, Any]:
        """Fit a scaler and the default head to the features of all cases, in memory.

        Parameters
        ----------
        lesson : Lesson or None
            What a teacher says, if it is to be heard.
        fit_head : callable
            Called in the first process with the standardised features of all cases,
            their targets in the same order, and what is taught.

        Returns
        -------
        scaler : StandardScaler
        head : object
            As `fit_head` returns it.
        """
        model, order, backend = self.found.model, self.found.order, self.backend
        features = model.features(self.sample, backend, order)
        if lesson is not None:
            mixed = model.features_of_mixtures(self.sample, lesson.mixtures, backend)

        def fit() -> tuple[StandardScaler, Any]:
            ordered, taught = self.targets.take(order), None
            scaler = StandardScaler().fit(features, sample_weight=ordered.weights)
            if lesson is not None:
                place = np.argsort(order)  # of each case among the features
                of_cases = features[place[lesson.cases]]
                weights = self.targets.take(lesson.cases).weights
                taught = Taught(
                    scaler.transform(np.concatenate([of_cases, mixed])),
                    lesson.soft_targets,
                    with_augmented(weights, len(mixed)),
                )
            return scaler, fit_head(scaler.transform(features), ordered, taught)

        with one_blas_thread:
            return backend.on_root(fit)

    def fit_by_blocks(
        self, weights: np.ndarray
    ) -> tuple[StandardScaler, BlockwiseRidge, HeldOut]:
        """Fit the default head to a large collection; see `fit_head`."""
        cases = range(self.X.shape[0])
        over_all = as_source(self.X), self.targets, cases, self.backend, self.track
        of_sample = self.sample, self.of_sample, weights
        return fit_head(
            self.found.model, *of_sample, self.passes(*over_all), self.backend
        )

    @property
    def model(self) -> Model:
        """The table for a head that knows what stands in for a missing feature."""
        model = self.found.model
        if model.allows_missing:
            model = model.with_unobserved(np.full(len(model.rows), np.nan))
        return model

    @property
    def about(self) -> dict[str, Any]:
        """What a fitted value knows of the training cases."""
        _, n_channels, longest = self.X.shape
        has_lengths = isinstance(self.X, UnequalLengthCollection)
        rate = self.shell.sampling_rate
        return {
            "n_channels": n_channels,
            "n_timepoints": None if has_lengths else longest,
            "channel_names": getattr(self.shell, "feature_names_in_", None),
            "sampling_rate": None if rate is None else float(rate),
            "has_gaps": self.found.has_gaps,
        }

    def state(
        self,
        scaler: StandardScaler,
        estimator: Any,
        fitted: FittedLinear | None = None,
    ) -> FittedState:
        """Put together what was found; all in one with the default estimator."""
        about, found = self.about, self.found
        shape = self.X.shape[0], about["n_channels"], about["n_timepoints"]
        model = found.model
        if fitted is not None:
            model = fitted.model
        elif model.allows_missing:  # another estimator needs values
            model = model.with_unobserved(scaler.mean_)
        return FittedState(
            model=model,
            head=make_pipeline(scaler, estimator) if fitted is None else fitted.head,
            fitted=fitted,
            scaler=scaler,
            estimator=estimator,
            parameters=self.shell.get_params(deep=False),
            metadata=metadata_of(*shape, found.has_gaps),
            path=found.path,
            channel_path=found.channel_path,
            channel_names=about["channel_names"],
            sampling_rate=about["sampling_rate"],
        )


def metadata_of(
    n_cases: int, n_channels: int, n_timepoints: int | None, has_gaps: bool = False
) -> dict:
    """Say of a collection what aeon says; there is no one length where it is None."""
    return {
        "multivariate": n_channels > 1,
        "missing_values": has_gaps,
        "unequal_length": n_timepoints is None,
        "n_cases": n_cases,
        "n_channels": n_channels,
        "n_timepoints": n_timepoints,
    }
