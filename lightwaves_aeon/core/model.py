"""The fitted model: one table, and what it takes to evaluate it."""

from __future__ import annotations

__all__ = ["Model"]

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from lightwaves_aeon.core.convolution.kernels import KernelBank
from lightwaves_aeon.core.convolution.plan import Plan
from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.data.augmentation import Mixtures, mix
from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.parallel.threads import Threads

MIXED_AT_A_TIME = 512
"""Mixtures that are in memory at a time."""


@dataclass(frozen=True)
class Model:
    """A fitted LightWaveS: the table, and what it takes to evaluate it.

    Attributes
    ----------
    rows : np.ndarray of dtype `ROW`, shape (n_features,)
        The table, in the order of the output columns.
    bank : KernelBank
        The base kernels.
    transform : FeatureTransform
        The table arranged for evaluation, with the scaling constants of the channels
        that it reads.
    """

    rows: np.ndarray
    bank: KernelBank
    transform: FeatureTransform

    @classmethod
    def from_rows(
        cls,
        rows: np.ndarray,
        bank: KernelBank,
        means: np.ndarray,
        stds: np.ndarray,
        longest_gaps: np.ndarray | None = None,
    ) -> Model:
        """Make a model of a table and the constants of all channels."""
        constants = means, stds, longest_gaps
        return cls(rows, bank, FeatureTransform.from_rows(rows, bank, *constants))

    @property
    def channels(self) -> np.ndarray:
        """Channels that the table names, ascending."""
        return self.transform.plan.channels

    @property
    def allows_missing(self) -> bool:
        """Whether NaN stands for what was not observed, or is an error."""
        return self.transform.unobserved is not None

    def some(self, features: np.ndarray) -> Model:
        """Keep some features of the table, in the order given."""
        rows, channels = self.rows[features], self.channels
        plan = Plan.from_rows(rows, self.bank)
        used = np.searchsorted(channels, plan.channels)
        whole = self.transform
        unobserved = None if whole.unobserved is None else whole.unobserved[features]
        constants = whole.means[used], whole.stds[used], whole.longest_gaps[used]
        return Model(rows, self.bank, FeatureTransform(plan, *constants, unobserved))

    def with_unobserved(self, values: np.ndarray | None) -> Model:
        """Give features these values where nothing of them is observed.

        With None it is an error where a value is missing.
        """
        if values is not None:
            values = np.asarray(values, np.float32)
        return replace(self, transform=self.transform._replace(unobserved=values))

    def scored(self, scores: np.ndarray) -> Model:
        """Give the features these scores by which they were selected."""
        rows = self.rows.copy()
        rows["selection_score"] = scores
        return replace(self, rows=rows)

    def features(
        self, X: Collection, backend: Threads, cases: np.ndarray | None = None
    ) -> np.ndarray:
        """Evaluate the table where each process reads only its share of the channels.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
            Collection of any real dtype, unscaled.
        backend : Threads
            Where the work is done.
        cases : np.ndarray of int, optional
            The cases to evaluate, in this order; all by default.

        Returns
        -------
        np.ndarray of float32, shape (n_selected_cases, n_features)
            Without cases in all processes but the first.
        """
        return self._shared_out(
            X, backend, lambda model: model.transform(X, cases, backend.n_jobs)
        )

    def features_of_mixtures(
        self, X: Collection, mixtures: Mixtures, backend: Threads
    ) -> np.ndarray:
        """Do the same for mixtures of cases; few of them are in memory at a time."""

        def evaluate(model: Model) -> np.ndarray:
            parts = [np.empty((0, len(model.rows)), np.float32)]
            for start in range(0, len(mixtures.first), MIXED_AT_A_TIME):
                some = mixtures.take(slice(start, start + MIXED_AT_A_TIME))
                mixed = mix(X, some, model.channels, model.transform.longest_gaps)
                parts.append(model.transform(mixed, n_jobs=backend.n_jobs))
            return np.concatenate(parts)

        return self._shared_out(X, backend, evaluate)

    def _shared_out(
        self, X: Collection, backend: Threads, evaluate: Callable[[Model], np.ndarray]
    ) -> np.ndarray:
        if backend.n_processes == 1:
            return evaluate(self)
        own_channels = backend.local_part(range(X.shape[1]))
        own = np.flatnonzero(np.isin(self.rows["channel"], own_channels))
        part = evaluate(self.some(own))
        parts = backend.gather((own, part))
        columns = np.empty((len(part) if parts else 0, len(self.rows)), np.float32)
        for own, part in parts:
            columns[:, own] = part
        return columns
