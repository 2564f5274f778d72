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
from lightwaves_aeon.core.collection import Collection, equal_parts
from lightwaves_aeon.core.features import STATISTICS
from lightwaves_aeon.core.grouped import evaluate_groups, evaluate_level_1
from lightwaves_aeon.core.inputs import Inputs
from lightwaves_aeon.core.kinds import (
    N_SHARES,
    N_SLOTS,
    NOTHING,
    PPV,
    SLOTS,
    kinds_of,
)
from lightwaves_aeon.core.lanes import LANES
from lightwaves_aeon.core.responses import evaluate_cases, level_1
from lightwaves_aeon.core.scaling import scaled_channels

N_LEVELS = 2

# Values that a thread works on at a time: a transform of any size needs little memory
# beside its input and output.
BLOCK = 1 << 20
# From this many cases on, a group of lanes is faster than one case after the other.
FEW = 3
# Blocks a thread at least: one that is held up leaves the rest to the others.
SHARES = 4
# Kernel evaluations times time points below which threads cost more than they save.
WORTH_A_THREAD = 1 << 21
# Values of a response that are enough to tell its quantiles.
ENOUGH_VALUES = 250
# Multiples of it, modulo 1, are spread evenly, however many there are.
GOLDEN = (np.sqrt(5) - 1) / 2


class Evaluator(NamedTuple):
    """A table, arranged for evaluation.

    The rows are grouped into jobs: a job is one kernel at one dilation of one input,
    with the output column of each of its statistics. Jobs are ordered by input,
    dilation and kernel, so that neighbours share work.

    Attributes
    ----------
    channels : np.ndarray of int, shape (n_channels_in_use,)
        Channels that the table names, ascending.
    inputs : Inputs
        What the kernels are applied to.
    starts : np.ndarray of int, shape (n_inputs + 1,)
        First job of each input.
    dilations, kernels : np.ndarray of int, shape (n_jobs,)
        Dilation and row of the bank.
    scales : np.ndarray of float32, shape (n_jobs,)
        What the dilation makes of an amplitude: ``dilation ** -1.5`` a level.
    columns : np.ndarray of int, shape (n_jobs, 2, n_slots)
        Output column by level and slot, see `kinds`; -1 where it is not wanted.
    thresholds : np.ndarray of float32, shape (n_jobs, 2, 3)
        Thresholds of PPV by level.
    kinds : np.ndarray of int8, shape (n_jobs, 2)
        Kind of the job, by level.
    level_1_only : bool
        Whether all jobs are of MiniRocket's kernels, and none wants level 2.
    n_features : int
        Number of output columns.
    bank : KernelBank
        The base kernels.
    means, stds : np.ndarray of float64, shape (n_channels_in_use,)
        Scaling constants of the channels in use.
    """

    channels: np.ndarray
    inputs: Inputs
    starts: np.ndarray
    dilations: np.ndarray
    scales: np.ndarray
    kernels: np.ndarray
    columns: np.ndarray
    thresholds: np.ndarray
    kinds: np.ndarray
    level_1_only: bool
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
        names = np.stack([rows["channel"], rows["input"], rows["other"]], axis=1)
        inputs, input_of_row = np.unique(names, axis=0, return_inverse=True)
        first, sorts, second = inputs.T
        channels = np.unique(np.append(first, second[second >= 0]))

        # A job has some thresholds at most; from there on there is another like it.
        share, slots = _numbers_of_shares(rows), np.array(SLOTS)[rows["statistic"]]
        keys = np.stack(
            [input_of_row, rows["dilation"], rows["kernel"], share // N_SHARES], axis=1
        )
        jobs, job_of_row = np.unique(keys, axis=0, return_inverse=True)
        level, slot = rows["level"] - 1, slots + share % N_SHARES
        columns = np.full((len(jobs), N_LEVELS, N_SLOTS), -1, np.int32)
        columns[job_of_row, level, slot] = np.arange(len(rows))
        thresholds = np.zeros((len(jobs), N_LEVELS, N_SHARES), np.float32)
        counts = slots == PPV
        where = job_of_row[counts], level[counts], slot[counts]
        thresholds[where] = rows["threshold"][counts]
        kinds = kinds_of(columns)
        tapped = bank.taps[jobs[:, 2], 0] >= 0
        return cls(
            channels=channels,
            inputs=Inputs(
                sorts.astype(np.int8),
                np.searchsorted(channels, first),
                np.searchsorted(channels, np.where(second < 0, first, second)),
            ),
            starts=np.searchsorted(jobs[:, 0], np.arange(len(inputs) + 1)),
            dilations=jobs[:, 1].copy(),
            scales=_scales(jobs[:, 1]),
            kernels=jobs[:, 2].copy(),
            columns=columns,
            thresholds=thresholds,
            kinds=kinds,
            level_1_only=bool((kinds[:, 1] == NOTHING).all() and tapped.all()),
            n_features=len(rows),
            bank=bank,
            means=means[channels],
            stds=stds[channels],
        )

    def moved(
        self,
        sort: int,
        dilation: int,
        means: np.ndarray,
        stds: np.ndarray,
    ) -> Evaluator:
        """Evaluate the same features of one other input, at one other dilation.

        Parameters
        ----------
        sort, dilation : int
            Where to; the input, an index into `INPUTS`, is made of channel 0 and, if it
            is made of two, of channel 1.
        means, stds : np.ndarray of float64, shape (n_channels,)
            Scaling constants of these channels.

        Returns
        -------
        Evaluator
            Cheaper than to build it: only for a table of one input and dilation.
        """
        dilations = np.full_like(self.dilations, dilation)
        second = np.array([len(means) - 1])
        return self._replace(
            channels=np.arange(len(means)),
            inputs=Inputs(np.array([sort], np.int8), np.array([0]), second),
            dilations=dilations,
            scales=_scales(dilations),
            means=means,
            stds=stds,
        )

    def __call__(
        self, X: Collection, cases: np.ndarray | None = None, n_jobs: int = 1
    ) -> np.ndarray:
        """Compute the features of a collection.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints), or Unequal
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
        out = np.empty((n_cases, self.n_features), np.float32)
        if self.n_features == 0:
            return out
        work = n_cases * len(self.kernels) * X.shape[2]
        n_jobs = n_jobs if work > WORTH_A_THREAD else 1
        tasks = [
            (block, rows, positions, span)
            for block, rows, positions in equal_parts(X, cases)
            for span in self._spans(block if rows is None else rows, block, n_jobs)
        ]

        def evaluate(task: _Task) -> None:
            block, rows, positions, span = task
            chosen = span if rows is None else rows[span]
            of_span = range(n_cases)[span] if positions is None else positions[span]
            numbers = of_span if cases is None else None
            if positions is None:
                self._evaluate_block(block, chosen, out[span], numbers)
            else:
                found = np.empty((len(of_span), self.n_features), np.float32)
                self._evaluate_block(block, chosen, found, numbers)
                out[positions[span]] = found

        for _ in run(evaluate, tasks, n_jobs):
            pass
        return out

    def _spans(self, cases: np.ndarray, block: np.ndarray, n_jobs: int) -> list[slice]:
        """Split cases of one length into what a thread works on at a time."""
        n_cases = len(cases)
        step = BLOCK // (block.shape[2] * len(self.inputs.sorts))
        if n_jobs > 1:
            step = min(step, -(-n_cases // (n_jobs * SHARES)))
        step = -(-max(step, 1) // LANES) * LANES
        return [
            slice(start, min(start + step, n_cases))
            for start in range(0, n_cases, step)
        ]

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

    def thresholds_at(self, X: Collection, n_thresholds: int) -> np.ndarray:
        """Find quantiles of the responses of level 1, kernel by kernel.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints), or Unequal
            The cases to look at.
        n_thresholds : int
            Number of quantiles: one in each of so many equal parts of the distribution,
            spread within it over kernels and dilations.

        Returns
        -------
        np.ndarray of float32, shape (n_kernels, n_thresholds)
            Ascending, for a table of one input and dilation. Each lies half way between
            the values on both sides of it, so that it is equal to none by chance.
        """
        parts = []
        for block, _, _ in equal_parts(X):
            x = self._scaled(block, slice(None))
            part = np.empty((len(self.bank.names), x[0].size), np.float32)
            level_1(x, self.inputs, self.dilations[0], self.bank[:3], part)
            parts.append(part)
        values = np.concatenate(parts, axis=1)
        # An odd step, so as not to meet the same time points in case after case.
        step = values.shape[1] // ENOUGH_VALUES | 1
        values = np.sort(values[:, ::step], axis=1)
        n_kernels, n_values = values.shape
        number = np.arange(n_kernels * n_thresholds).reshape(n_kernels, n_thresholds)
        within = (number + self.dilations[0]) * GOLDEN % 1
        quantiles = (np.arange(n_thresholds) + within) / n_thresholds
        above = np.minimum((quantiles * n_values).astype(int), n_values - 1)
        below = np.maximum(above - 1, 0)
        kernel = np.arange(n_kernels)[:, None]
        return (values[kernel, below] + values[kernel, above]) / np.float32(2)

    def _scaled(self, X: np.ndarray, cases, numbers=None) -> np.ndarray:
        constants = self.channels, self.means, self.stds
        return scaled_channels(X, *constants, cases, numbers)

    def _evaluate_block(
        self,
        X: np.ndarray,
        cases: slice | np.ndarray,
        out: np.ndarray,
        numbers: np.ndarray | range | None = None,
    ) -> None:
        x = self._scaled(X, cases, numbers)
        jobs = (
            self.dilations,
            self.scales,
            self.kernels,
            self.columns,
            self.thresholds,
            self.kinds,
        )
        table = self.starts, jobs, self.bank[:3], out
        rest = len(out) % LANES
        grouped = len(out) - (rest if rest < FEW else 0)
        if grouped > 0:
            evaluate = evaluate_level_1 if self.level_1_only else evaluate_groups
            evaluate(x, self.inputs, 0, grouped, *table)
        if grouped < len(out):
            evaluate_cases(x, self.inputs, grouped, len(out), *table)


_Task = tuple[np.ndarray, np.ndarray | None, np.ndarray | None, slice]


def _scales(dilations: np.ndarray) -> np.ndarray:
    return (dilations**-1.5).astype(np.float32)


def _numbers_of_shares(rows: np.ndarray) -> np.ndarray:
    """Count the rows of PPV that differ in their thresholds only, as they stand."""
    numbers = np.zeros(len(rows), np.int64)
    shares = np.flatnonzero(rows["statistic"] == STATISTICS.index("ppv"))
    if len(shares) == 0:
        return numbers
    of_response = ["channel", "input", "other", "dilation", "kernel", "level"]
    _, group = np.unique(rows[of_response][shares], return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(group.max() + 1))
    numbers[shares[order]] = np.arange(len(order)) - starts[group[order]]
    return numbers
