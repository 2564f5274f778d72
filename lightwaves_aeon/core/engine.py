"""The engine: evaluate the features that a table names, and nothing else.

One kernel serves fitting and transforming. Fitting hands it the table of all features
of a channel at a dilation, transforming the table of the fitted model.

Every response is built from differences ``x[t + shift] - x[t]``, which is the same as
the weighted sum because the weights sum to zero, but is exactly zero where the series
is flat: PPV and LSPV then do not count rounding noise. Each value is computed by the
same operations in the same order wherever it is needed, so results are equal to the
last bit for any split of the work.
"""

from __future__ import annotations

__all__ = ["Evaluator"]

from typing import NamedTuple

import numpy as np
from numba import njit

from lightwaves_aeon.core.backends import run
from lightwaves_aeon.core.bank import N_TAPS, KernelBank
from lightwaves_aeon.core.features import STATISTICS
from lightwaves_aeon.core.scaling import scaled_channel

N_LEVELS = 2
PPV, MAX, LSPV, MIN = range(len(STATISTICS))

# Values of one channel that a thread works on at a time; a block stays in the cache and
# a transform of any size needs little memory beside its input and output.
BLOCK = 1 << 18
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
    columns : np.ndarray of int, shape (n_jobs, 2, 4)
        Output column by level and statistic; -1 where it is not wanted.
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
    kernels: np.ndarray
    columns: np.ndarray
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
            kernels=jobs[:, 2].copy(),
            columns=columns,
            n_features=len(rows),
            bank=bank,
            means=means[channels],
            stds=stds[channels],
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
        work = n_cases * len(self.kernels) * n_timepoints
        n_jobs = n_jobs if work > WORTH_A_THREAD else 1
        step = max(1, min(BLOCK // n_timepoints, -(-n_cases // n_jobs)))

        def evaluate(start: int) -> None:
            block = slice(start, start + step)
            chosen = block if cases is None else cases[block]
            self._evaluate_block(X, chosen, out[block])

        for _ in run(evaluate, range(0, n_cases, step), n_jobs):
            pass
        return out

    def _evaluate_block(self, X: np.ndarray, cases, out: np.ndarray) -> None:
        for position, channel in enumerate(self.channels):
            jobs = slice(self.starts[position], self.starts[position + 1])
            _evaluate_channel(
                scaled_channel(
                    X, channel, self.means[position], self.stds[position], cases
                ),
                self.dilations[jobs],
                self.kernels[jobs],
                self.columns[jobs],
                self.bank.weights,
                self.bank.lengths,
                self.bank.taps,
                out,
            )


_jit = njit(nogil=True, cache=True, error_model="numpy")


# The loops below take whole buffers with an offset and a length, not slices of them: a
# slice counts a reference, atomically, and there would be a dozen of them in each job.


@_jit
def _evaluate_channel(x, dilations, kernels, columns, weights, lengths, taps, out):
    """Fill the columns of one channel's jobs; x is scaled, (n_cases, n_timepoints)."""
    n_cases, length = x.shape
    half = length // 2
    scales = (dilations**-1.5).astype(np.float32)
    margin = 0
    for job in range(len(kernels)):
        margin = max(margin, (lengths[kernels[job]] // 2 + 1) * dilations[job])

    # Both levels are read through a margin of zeros: that is the zero padding.
    series = np.zeros(length + 2 * margin, np.float32)
    energy = np.zeros(half + 2 * margin, np.float32)
    shifted = np.empty((N_TAPS, length), np.float32)
    total = np.empty(length, np.float32)
    pair = np.empty(length, np.float32)
    response = np.empty(length, np.float32)
    bits = response.view(np.int32)
    found = np.empty(columns.shape[2], np.float32)
    found_bits = found.view(np.int32)

    for case in range(n_cases):
        for t in range(length):
            series[margin + t] = x[case, t]
        shifted_by = 0
        first, second = -1, -1
        for job in range(len(kernels)):
            kernel, dilation = kernels[job], dilations[job]
            scale = scales[job]
            if taps[kernel, 0] >= 0:
                if shifted_by != dilation:
                    _shift(series, margin, dilation, shifted, total)
                    shifted_by, first = dilation, -1
                if first != taps[kernel, 0] or second != taps[kernel, 1]:
                    first, second = taps[kernel, 0], taps[kernel, 1]
                    _add_pair(shifted, first, second, total, pair)
                _add_third(pair, shifted, taps[kernel, 2], response)
            else:
                _weighted(
                    series, margin, dilation, weights, lengths, kernel, response, length
                )
            if _statistics(bits, length, scale, columns, job, 0, found, found_bits):
                _store(found, columns, job, 0, out, case)
            if _wanted(columns, job, 1):
                _rectify(response, energy, margin, half)
                if taps[kernel, 0] >= 0:
                    _tapped(energy, margin, dilation, taps, kernel, response, half)
                else:
                    _weighted(
                        energy,
                        margin,
                        dilation,
                        weights,
                        lengths,
                        kernel,
                        response,
                        half,
                    )
                _statistics(
                    bits, half, scale * scale, columns, job, 1, found, found_bits
                )
                _store(found, columns, job, 1, out, case)


@_jit
def _wanted(columns, job, level):
    for statistic in range(columns.shape[2]):
        if columns[job, level, statistic] >= 0:
            return True
    return False


@_jit
def _store(found, columns, job, level, out, case):
    for statistic in range(columns.shape[2]):
        column = columns[job, level, statistic]
        if column >= 0:
            out[case, column] = found[statistic]


@_jit
def _shift(series, margin, dilation, shifted, total):
    """Three times the difference to each of the nine shifted copies, and their sum.

    With these, a kernel's response is ``3 * (d_a + d_b + d_c) - sum(d)`` for its taps
    a, b, c of weight 2: the copies serve all 84 kernels.
    """
    length = len(total)
    for t in range(length):
        total[t] = np.float32(0)
    for tap in range(N_TAPS):
        start = np.uint64(margin + (tap - N_TAPS // 2) * dilation)
        centre = np.uint64(margin)
        for t in range(length):
            t = np.uint64(t)
            difference = series[start + t] - series[centre + t]
            shifted[tap, t] = np.float32(3) * difference
            total[t] += difference


@_jit
def _add_pair(shifted, a, b, total, out):
    for t in range(len(out)):
        out[t] = (shifted[a, t] + shifted[b, t]) - total[t]


@_jit
def _add_third(pair, shifted, c, out):
    for t in range(len(out)):
        out[t] = pair[t] + shifted[c, t]


@_jit
def _tapped(series, margin, dilation, taps, kernel, out, length):
    """Response of one MiniRocket kernel to a series that no other kernel shares."""
    # Three copies a loop: with nine, the compiler gives up on vectorising.
    origin = margin - N_TAPS // 2 * dilation
    centre = np.uint64(margin)
    for group in range(3):
        a = np.uint64(origin + taps[kernel, 3 * group] * dilation)
        b = np.uint64(origin + taps[kernel, 3 * group + 1] * dilation)
        c = np.uint64(origin + taps[kernel, 3 * group + 2] * dilation)
        if group == 0:
            for t in range(length):
                t = np.uint64(t)
                here = series[centre + t]
                heavy = (
                    (series[a + t] - here)
                    + (series[b + t] - here)
                    + (series[c + t] - here)
                )
                out[t] = np.float32(2) * heavy
        else:
            for t in range(length):
                t = np.uint64(t)
                here = series[centre + t]
                out[t] -= (
                    (series[a + t] - here)
                    + (series[b + t] - here)
                    + (series[c + t] - here)
                )


@_jit
def _weighted(series, margin, dilation, weights, lengths, kernel, out, length):
    """Response of a kernel with weights of its own."""
    for t in range(length):
        out[t] = np.float32(0)
    for tap in range(lengths[kernel]):
        start = np.uint64(margin + (tap - lengths[kernel] // 2) * dilation)
        centre = np.uint64(margin)
        weight = weights[kernel, tap]
        for t in range(length):
            t = np.uint64(t)
            out[t] += weight * (series[start + t] - series[centre + t])


@_jit
def _rectify(response, out, margin, half):
    """Absolute response at every second time point: the input of level 2."""
    margin = np.uint64(margin)
    for t in range(half):
        t = np.uint64(t)
        out[margin + t] = abs(response[np.uint64(2) * t])


@_jit
def _statistics(bits, length, scale, columns, job, level, found, found_bits):
    """Statistics of a response; those of an empty response are zero."""
    if not _wanted(columns, job, level):
        return False
    found[:] = np.float32(0)
    if length == 0:
        return True
    # Non-negative floats order as their bit patterns do, and a float is positive when
    # its bits are positive as an integer: integer reductions vectorise, float ones not.
    if (
        columns[job, level, PPV] >= 0
        or columns[job, level, MAX] >= 0
        or columns[job, level, MIN] >= 0
    ):
        positive = np.int32(0)
        largest = np.int32(0)
        smallest = np.int32(0x7FFFFFFF)
        for t in range(length):
            positive = np.int32(positive + np.int32(bits[t] > 0))
            magnitude = np.int32(bits[t] & np.int32(0x7FFFFFFF))
            largest = max(largest, magnitude)
            smallest = min(smallest, magnitude)
        found_bits[MAX] = largest
        found_bits[MIN] = smallest
        found[PPV] = positive / length
        found[MAX] *= scale
        found[MIN] *= scale
    if columns[job, level, LSPV] >= 0:
        run_length = 0
        longest = 0
        for t in range(length):
            run_length = run_length + 1 if bits[t] > 0 else 0
            longest = max(longest, run_length)
        found[LSPV] = longest / length
    return True
