"""The fitted model: one table, and what it takes to evaluate it."""

from __future__ import annotations

__all__ = ["Model"]

from dataclasses import dataclass

import numpy as np

from lightwaves_aeon.core.convolution.kernels import KernelBank
from lightwaves_aeon.core.convolution.plan import Plan
from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.parallel.threads import Threads


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
        cls, rows: np.ndarray, bank: KernelBank, means: np.ndarray, stds: np.ndarray
    ) -> Model:
        """Make a model of a table and the scaling constants of all channels."""
        return cls(rows, bank, FeatureTransform.from_rows(rows, bank, means, stds))

    @property
    def channels(self) -> np.ndarray:
        """Channels that the table names, ascending."""
        return self.transform.plan.channels

    def first(self, n_features: int) -> Model:
        """Keep the first features of the table."""
        return self.some(np.arange(n_features))

    def some(self, features: np.ndarray) -> Model:
        """Keep some features of the table, in the order given."""
        rows, channels = self.rows[features], self.channels
        plan = Plan.from_rows(rows, self.bank)
        used = np.searchsorted(channels, plan.channels)
        means, stds = self.transform.means[used], self.transform.stds[used]
        return Model(rows, self.bank, FeatureTransform(plan, means, stds))

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
        if backend.n_processes == 1:
            return self.transform(X, cases, backend.n_jobs)
        own_channels = backend.local_part(range(X.shape[1]))
        own = np.flatnonzero(np.isin(self.rows["channel"], own_channels))
        part = self.some(own).transform(X, cases, backend.n_jobs)
        parts = backend.gather((own, part))
        columns = np.empty((len(part) if parts else 0, len(self.rows)), np.float32)
        for own, part in parts:
            columns[:, own] = part
        return columns
