"""Evaluate the features that a table names, and nothing else.

One transform serves fitting and predicting: a search hands it the table of all features
of an input at a dilation, a fitted model its own table.
"""

from __future__ import annotations

__all__ = ["FeatureTransform"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.kernels import KernelBank
from lightwaves_aeon.core.convolution.plan import Plan
from lightwaves_aeon.core.convolution.representations import derive_seen
from lightwaves_aeon.core.convolution.simd import LANES
from lightwaves_aeon.core.convolution.single import level_1
from lightwaves_aeon.core.data.collection import Collection, iter_by_length
from lightwaves_aeon.core.data.scaling import ALL, scaled_channels
from lightwaves_aeon.core.parallel.threads import run

# Values that a thread works on at a time: a transform of any size needs little memory
# beside its input and output.
BLOCK_VALUES = 1 << 20
# From this many cases on, a group of lanes is faster than one case after the other.
SMALLEST_BATCH = 3
# Blocks a thread at least: one that is held up leaves the rest to the others.
BLOCKS_PER_THREAD = 4
# Kernel evaluations times time points below which threads cost more than they save.
WORTH_A_THREAD = 1 << 21
# Values of a response that are enough to tell its quantiles.
QUANTILE_VALUES = 250
# Multiples of it, modulo 1, are spread evenly, however many there are: a sequence of
# low discrepancy, as MiniRocket takes it for its biases (Dempster et al. 2021).
GOLDEN = (np.sqrt(5) - 1) / 2


class FeatureTransform(NamedTuple):
    """A plan, and the constants of the channels that it reads.

    Attributes
    ----------
    plan : Plan
        What to compute.
    means, stds : np.ndarray of float64, shape (n_channels_in_use,)
        Scaling constants of ``plan.channels``.
    longest_gaps : np.ndarray of int, shape (n_channels_in_use,)
        Their longest gaps that are short: filled, they count as observed.
    unobserved : np.ndarray of float32, shape (n_features,), or None
        Values of the features where nothing of them was observed; with None, it is an
        error where a value is missing.
    """

    plan: Plan
    means: np.ndarray
    stds: np.ndarray
    longest_gaps: np.ndarray
    unobserved: np.ndarray | None = None

    @classmethod
    def from_rows(
        cls,
        rows: np.ndarray,
        bank: KernelBank,
        means: np.ndarray,
        stds: np.ndarray,
        longest_gaps: np.ndarray | None = None,
    ) -> FeatureTransform:
        """Arrange a table.

        Parameters
        ----------
        rows : np.ndarray of dtype `ROW`, shape (n_features,)
            The table, in the order of the output columns.
        bank : KernelBank
            The base kernels that the table refers to.
        means, stds : np.ndarray of float64, shape (n_channels,)
            Scaling constants of all channels.
        longest_gaps : np.ndarray of int, shape (n_channels,), optional
            The longest gaps of all channels that are short; by default none is.

        Returns
        -------
        FeatureTransform
            Features of which nothing was observed are NaN.
        """
        plan = Plan.from_rows(rows, bank)
        unobserved = np.full(plan.n_features, np.nan, np.float32)
        if longest_gaps is None:
            longest_gaps = np.zeros(len(means), np.int64)
        means, stds, longest = (of[plan.channels] for of in (means, stds, longest_gaps))
        return cls(plan, means, stds, longest, unobserved)

    def bind(
        self,
        number: int,
        dilation: int,
        means: np.ndarray,
        stds: np.ndarray,
        longest_gaps: np.ndarray,
    ) -> FeatureTransform:
        """Return a copy bound to another representation, dilation and channels.

        Parameters
        ----------
        number, dilation : int
            Number of the representation, and the dilation; see `Plan.at`.
        means, stds : np.ndarray of float64, shape (n_channels,)
            Scaling constants of the channels that the representation is made of.
        longest_gaps : np.ndarray of int, shape (n_channels,)
            Their longest gaps that are short.

        Returns
        -------
        FeatureTransform
            Of a table of one input and dilation.
        """
        plan = self.plan.at(number, dilation, len(means))
        constants = {"means": means, "stds": stds, "longest_gaps": longest_gaps}
        return self._replace(plan=plan, **constants)

    def __call__(
        self,
        X: Collection,
        cases: np.ndarray | None = None,
        n_jobs: int = 1,
        names: range | np.ndarray | None = None,
    ) -> np.ndarray:
        """Compute the features of a collection.

        Parameters
        ----------
        X : Collection, shape (n_cases, n_channels, n_timepoints)
            Collection of any real dtype, unscaled. Only the channels in use are read.
        cases : np.ndarray of int, optional
            The cases to evaluate, in this order; all by default.
        n_jobs : int, default=1
            Threads to split the cases over; small work stays in the calling thread.
        names : range or np.ndarray of int, optional
            What an error calls the cases of `X`; by default their numbers.

        Returns
        -------
        np.ndarray of float32, shape (n_selected_cases, n_features), C order

        Raises
        ------
        ValueError
            If a channel in use holds infinity, a value far out of scale or, without
            `unobserved`, NaN.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.convolution.kernels import kernel_bank
        >>> from lightwaves_aeon.core.convolution.transform import FeatureTransform
        >>> from lightwaves_aeon.core.convolution.features import candidate_rows
        >>> rows = candidate_rows(channel=0, dilation=1, n_kernels=84, levels=(1, 2))
        >>> transform = FeatureTransform.from_rows(
        ...     rows, kernel_bank("minirocket"), means=np.zeros(1), stds=np.ones(1)
        ... )
        >>> transform(np.random.default_rng(0).normal(size=(10, 1, 50))).shape
        (10, 672)
        """
        n_cases = X.shape[0] if cases is None else len(cases)
        out = np.empty((n_cases, self.plan.n_features), np.float32)
        if self.plan.n_features == 0:
            return out
        work = n_cases * len(self.plan.convolutions.kernels) * X.shape[2]
        n_jobs = n_jobs if work > WORTH_A_THREAD else 1
        tasks = [
            (block, rows, positions, span)
            for block, rows, positions in iter_by_length(X, cases)
            for span in self._spans(block if rows is None else rows, block, n_jobs)
        ]

        def evaluate(task: _Task) -> None:
            block, rows, positions, span = task
            chosen = span if rows is None else rows[span]
            of_span = range(n_cases)[span] if positions is None else positions[span]
            numbers = of_span if cases is None else None
            if names is not None:
                numbers = np.asarray(names)[of_span]
            if positions is None:
                self._evaluate_block(block, chosen, out[span], numbers)
            else:
                found = np.empty((len(of_span), self.plan.n_features), np.float32)
                self._evaluate_block(block, chosen, found, numbers)
                out[positions[span]] = found

        for _ in run(evaluate, tasks, n_jobs):
            pass
        return out

    def _spans(self, cases: np.ndarray, block: np.ndarray, n_jobs: int) -> list[slice]:
        """Split cases of one length into what a thread works on at a time."""
        n_cases = len(cases)
        step = BLOCK_VALUES // (block.shape[2] * len(self.plan.inputs.first))
        if n_jobs > 1:
            step = min(step, -(-n_cases // (n_jobs * BLOCKS_PER_THREAD)))
        step = -(-max(step, 1) // LANES) * LANES
        return [
            slice(start, min(start + step, n_cases))
            for start in range(0, n_cases, step)
        ]

    def transform_one(self, x: np.ndarray) -> np.ndarray:
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
            If a channel in use holds infinity, a value far out of scale or, without
            `unobserved`, NaN.
        """
        out = np.empty((1, self.plan.n_features), np.float32)
        self._evaluate_block(x[None], slice(None), out)
        return out

    def quantile_thresholds(self, X: Collection, n_thresholds: int) -> np.ndarray:
        """Find one stratified quantile of the responses of level 1 for each threshold.

        Parameters
        ----------
        X : Collection, shape (n_cases, n_channels, n_timepoints)
            The cases to look at.
        n_thresholds : int
            Number of quantiles: one in each of so many strata of the distribution, at
            an offset of low discrepancy over kernels and dilations: MiniRocket's biases
            (Dempster et al. 2021, section 3.2).

        Returns
        -------
        np.ndarray of float32, shape (n_kernels, n_thresholds)
            Ascending, for a table of one input and dilation. Each lies half way between
            the values on both sides of it, so that it is equal to none by chance. All
            are 0 where nothing was observed.
        """
        bank, dilation = self.plan.bank, self.plan.convolutions.dilations[0]
        parts = []
        for block, _, _ in iter_by_length(X):
            x, observed = self.scaled(block)
            part = np.empty((len(bank.names), x[0].size), np.float32)
            level_1(x, tuple(self.plan.inputs), dilation, tuple(bank.arrays), part)
            if observed is not None:
                part = part[:, self._seen_by_first_input(observed)]
            parts.append(part)
        values = np.concatenate(parts, axis=1)
        if values.shape[1] == 0:
            return np.zeros((len(values), n_thresholds), np.float32)
        # An odd step, so as not to meet the same time points in case after case.
        step = values.shape[1] // QUANTILE_VALUES | 1
        values = np.sort(values[:, ::step], axis=1)
        n_kernels, n_values = values.shape
        number = np.arange(n_kernels * n_thresholds).reshape(n_kernels, n_thresholds)
        within = (number + dilation) * GOLDEN % 1
        quantiles = (np.arange(n_thresholds) + within) / n_thresholds
        upper = np.minimum((quantiles * n_values).astype(int), n_values - 1)
        lower = np.maximum(upper - 1, 0)
        kernel = np.arange(n_kernels)[:, None]
        return (values[kernel, lower] + values[kernel, upper]) / np.float32(2)

    def scaled(
        self,
        X: np.ndarray,
        cases: slice | np.ndarray = ALL,
        numbers: np.ndarray | range | None = None,
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Scale the channels in use, and fill their gaps; see `scaled_channels`."""
        constants = self.plan.channels, self.means, self.stds
        longest_gaps = None if self.unobserved is None else self.longest_gaps
        return scaled_channels(X, *constants, cases, numbers, longest_gaps)

    def _evaluate_block(
        self,
        X: np.ndarray,
        cases: slice | np.ndarray,
        out: np.ndarray,
        numbers: np.ndarray | range | None = None,
    ) -> None:
        (x, observed), n_cases = self.scaled(X, cases, numbers), len(out)
        rest = n_cases % LANES
        batched = n_cases - (rest if rest < SMALLEST_BATCH else 0)
        if batched > 0:
            self.plan.evaluate(x, range(batched), out)
        if batched < n_cases:
            self.plan.evaluate_one_by_one(x, range(batched, n_cases), out)
        if observed is not None and self.unobserved is not None:
            gapped = np.flatnonzero(~observed.all(axis=(0, 2)))
            part = out[gapped]
            self.plan.evaluate_seen(x[:, gapped], observed[:, gapped], part)
            out[gapped] = np.where(np.isnan(part), self.unobserved, part)

    def _seen_by_first_input(self, observed: np.ndarray) -> np.ndarray:
        """Tell which time points of which cases, one after the other, were observed."""
        _, n_cases, length = observed.shape
        seen, found = np.empty(length, np.int64), np.zeros((n_cases, length), bool)
        for case in range(n_cases):
            n_seen = derive_seen(observed, self.plan.inputs, 0, case, seen)
            found[case, seen[:n_seen]] = True
        return found.ravel()


_Task = tuple[np.ndarray, np.ndarray | None, np.ndarray | None, slice]
