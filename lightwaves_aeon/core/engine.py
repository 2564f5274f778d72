"""The engine: evaluate the features that a table names, and nothing else.

One kernel serves fitting and transforming. Fitting hands it the table of all features
of a channel at a dilation, transforming the table of the fitted model.
"""

from __future__ import annotations

__all__ = ["Evaluator"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.backends import run
from lightwaves_aeon.core.bank import KernelBank
from lightwaves_aeon.core.features import STATISTICS
from lightwaves_aeon.core.grouped import evaluate_groups
from lightwaves_aeon.core.lanes import LANES
from lightwaves_aeon.core.responses import ANY, NOTHING, evaluate_cases
from lightwaves_aeon.core.scaling import scaled_channels

N_LEVELS = 2

# Values that a thread works on at a time: a transform of any size needs little memory
# beside its input and output.
BLOCK = 1 << 20
# From this many cases on, a group of lanes is faster than one case after the other.
FEW = 5
# Blocks a thread at least: one that is held up leaves the rest to the others.
SHARES = 4
# Kernel evaluations times time points below which threads cost more than they save.
WORTH_A_THREAD = 1 << 21


class Evaluator(NamedTuple):
    """A table, arranged for evaluation.

    The rows are grouped into jobs: a job is one kernel at one dilation of one channel,
    with the output column of each of its statistics. Jobs are ordered by channel,
    dilation and kernel, so that neighbours share work.

    Attributes
    ----------
    channels : np.ndarray of int, shape (n_channels_in_use,)
        Channels that the table names, ascending.
    starts : np.ndarray of int, shape (n_channels_in_use + 1,)
        First job of each channel.
    dilations, kernels : np.ndarray of int, shape (n_jobs,)
        Dilation and row of the bank.
    scales : np.ndarray of float32, shape (n_jobs,)
        What the dilation makes of an amplitude: ``dilation ** -1.5`` a level.
    columns : np.ndarray of int, shape (n_jobs, 2, 4)
        Output column by level and statistic; -1 where it is not wanted.
    kinds : np.ndarray of int, shape (n_jobs, 2)
        The statistic wanted, by level; or `ANY` of several, or `NOTHING`.
    n_features : int
        Number of output columns.
    bank : KernelBank
        The base kernels.
    means, stds : np.ndarray of float64, shape (n_channels_in_use,)
        Scaling constants of the channels in use.
    """

    channels: np.ndarray
    starts: np.ndarray
    dilations: np.ndarray
    scales: np.ndarray
    kernels: np.ndarray
    columns: np.ndarray
    kinds: np.ndarray
    n_features: int
    bank: KernelBank
    means: np.ndarray
    stds: np.ndarray

    @classmethod
    def build(
        cls, rows: np.ndarray, bank: KernelBank, means: np.ndarray, stds: np.ndarray
    ) -> Evaluator:
        """Arrange a table.

        Parameters
        ----------
        rows : np.ndarray of dtype `ROW`, shape (n_features,)
            The table, in the order of the output columns.
        bank : KernelBank
            The base kernels that the table refers to.
        means, stds : np.ndarray of float64, shape (n_channels,)
            Scaling constants of all channels.

        Returns
        -------
        Evaluator
        """
        keys = np.stack([rows["channel"], rows["dilation"], rows["kernel"]], axis=1)
        jobs, job_of_row = np.unique(keys, axis=0, return_inverse=True)
        columns = np.full((len(jobs), N_LEVELS, len(STATISTICS)), -1, np.int32)
        columns[job_of_row.ravel(), rows["level"] - 1, rows["statistic"]] = np.arange(
            len(rows)
        )
        channels, starts = np.unique(jobs[:, 0], return_index=True)
        return cls(
            channels=channels,
            starts=np.append(starts, len(jobs)),
            dilations=jobs[:, 1].copy(),
            scales=_scales(jobs[:, 1]),
            kernels=jobs[:, 2].copy(),
            columns=columns,
            kinds=_kinds(columns),
            n_features=len(rows),
            bank=bank,
            means=means[channels],
            stds=stds[channels],
        )

    def moved(self, channel: int, dilation: int, mean: float, std: float) -> Evaluator:
        """Evaluate the same features of one other channel, at one other dilation.

        Parameters
        ----------
        channel, dilation : int
            Where to.
        mean, std : float
            Scaling constants of that channel.

        Returns
        -------
        Evaluator
            Cheaper than to build it: only for a table of one channel and dilation.
        """
        dilations = np.full_like(self.dilations, dilation)
        return self._replace(
            channels=np.array([channel]),
            dilations=dilations,
            scales=_scales(dilations),
            means=np.array([mean]),
            stds=np.array([std]),
        )

    def __call__(
        self, X: np.ndarray, cases: np.ndarray | None = None, n_jobs: int = 1
    ) -> np.ndarray:
        """Compute the features of a collection.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
            Collection of any real dtype, unscaled. Only the channels in use are read.
        cases : np.ndarray of int, optional
            The cases to evaluate, in this order; all by default.
        n_jobs : int, default=1
            Threads to split the cases over; small work stays in the calling thread.

        Returns
        -------
        np.ndarray of float32, shape (n_selected_cases, n_features), C order

        Raises
        ------
        ValueError
            If a channel in use holds NaN, infinity or a value far out of scale.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.bank import kernel_bank
        >>> from lightwaves_aeon.core.engine import Evaluator
        >>> from lightwaves_aeon.core.features import candidate_rows
        >>> rows = candidate_rows(channel=0, dilation=1, n_kernels=84, levels=(1, 2))
        >>> evaluator = Evaluator.build(
        ...     rows, kernel_bank("minirocket"), means=np.zeros(1), stds=np.ones(1)
        ... )
        >>> evaluator(np.random.default_rng(0).normal(size=(10, 1, 50))).shape
        (10, 672)
        """
        n_cases = X.shape[0] if cases is None else len(cases)
        n_timepoints = X.shape[2]
        out = np.empty((n_cases, self.n_features), np.float32)
        if self.n_features == 0:
            return out
        work = n_cases * len(self.kernels) * n_timepoints
        n_jobs = n_jobs if work > WORTH_A_THREAD else 1
        step = BLOCK // (n_timepoints * len(self.channels))
        if n_jobs > 1:
            step = min(step, -(-n_cases // (n_jobs * SHARES)))
        step = -(-max(step, 1) // LANES) * LANES

        def evaluate(start: int) -> None:
            block = slice(start, start + step)
            chosen = block if cases is None else cases[block]
            self._evaluate_block(X, chosen, out[block])

        for _ in run(evaluate, range(0, n_cases, step), n_jobs):
            pass
        return out

    def one(self, x: np.ndarray) -> np.ndarray:
        """Compute the features of one case, with as little around it as possible.

        Parameters
        ----------
        x : np.ndarray, shape (n_channels, n_timepoints)
            The case, unscaled. Only the channels in use are read.

        Returns
        -------
        np.ndarray of float32, shape (1, n_features)
            Equal to the last bit to those of the case in a collection.

        Raises
        ------
        ValueError
            If a channel in use holds NaN, infinity or a value far out of scale.
        """
        out = np.empty((1, self.n_features), np.float32)
        self._evaluate_block(x[None], slice(None), out)
        return out

    def _evaluate_block(self, X: np.ndarray, cases, out: np.ndarray) -> None:
        x = scaled_channels(X, self.channels, self.means, self.stds, cases)
        jobs = (self.dilations, self.scales, self.kernels, self.columns, self.kinds)
        rest = len(out) % LANES
        grouped = len(out) - (rest if rest < FEW else 0)
        if grouped > 0:
            evaluate_groups(x, 0, grouped, self.starts, jobs, self.bank[:3], out)
        if grouped < len(out):
            evaluate_cases(x, grouped, len(out), self.starts, jobs, self.bank[:3], out)


def _scales(dilations: np.ndarray) -> np.ndarray:
    return (dilations**-1.5).astype(np.float32)


def _kinds(columns: np.ndarray) -> np.ndarray:
    wanted = columns >= 0
    number = wanted.sum(axis=2)
    return np.select(
        [number == 0, number == 1], [NOTHING, wanted.argmax(axis=2)], ANY
    ).astype(np.int8)
