"""The fitted model: one table, and what it takes to evaluate it."""

from __future__ import annotations

__all__ = ["Model"]

from dataclasses import dataclass

import numpy as np

from lightwaves_aeon.core.backends import Threads
from lightwaves_aeon.core.bank import KernelBank
from lightwaves_aeon.core.collection import Collection
from lightwaves_aeon.core.engine import Evaluator


@dataclass(frozen=True)
class Model:
    """A fitted LightWaveS: the table, and what it takes to evaluate it.

    Attributes
    ----------
    rows : np.ndarray of dtype `ROW`, shape (n_features,)
        The table, in the order of the output columns.
    bank : KernelBank
        The base kernels.
    evaluate : Evaluator
        The table arranged for evaluation, with the scaling constants.
    """

    rows: np.ndarray
    bank: KernelBank
    evaluate: Evaluator

    @classmethod
    def of(
        cls, rows: np.ndarray, bank: KernelBank, means: np.ndarray, stds: np.ndarray
    ) -> Model:
        """Make a model of a table and the scaling constants of all channels."""
        return cls(rows, bank, Evaluator.build(rows, bank, means, stds))

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
            return self.evaluate(X, cases, backend.n_jobs)
        n_channels = X.shape[1]
        own_channels = backend.share(range(n_channels))
        own = np.flatnonzero(np.isin(self.rows["channel"], own_channels))
        used = self.evaluate.channels
        means, stds = np.zeros((2, n_channels))
        means[used], stds[used] = self.evaluate.means, self.evaluate.stds
        evaluate = Evaluator.build(self.rows[own], self.bank, means, stds)
        part = evaluate(X, cases, backend.n_jobs)
        parts = backend.collect((own, part))
        columns = np.empty((len(part) if parts else 0, len(self.rows)), np.float32)
        for own, part in parts:
            columns[:, own] = part
        return columns
