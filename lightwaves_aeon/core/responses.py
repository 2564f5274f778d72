"""The compiled loops: responses of kernels to one channel, and their statistics.

A response is exactly zero where the series is flat, so that PPV and LSPV do not count
rounding noise. MiniRocket's kernels get there by sums of three copies of the series at
a time. At level 1 it is the sum of three tripled copies, less the total of all nine
copies, which serves all 84 kernels; at level 2, where nothing is shared, it is ``2 *
heavy - light - rest``. On a flat stretch these cancel to the last bit, since a sum of
three equal floats is the float next to their triple. Other kernels weigh the
differences ``x[t + shift] - x[t]``, as their weights sum to zero. Each value comes out
of the same operations in the same order wherever it is needed: results are equal to the
last bit for any table and any split of the work.

The loops take whole buffers with offsets, and count with unsigned integers: a slice
would cost an atomic count of references in each job, and a signed index a test for
negative values, which keeps a loop from being vectorised.
"""

from __future__ import annotations

__all__ = ["evaluate_cases", "first_seen", "widest_reach"]

import numpy as np
from numba import njit

from lightwaves_aeon.core.bank import N_TAPS
from lightwaves_aeon.core.features import STATISTICS
from lightwaves_aeon.core.lanes import float_of

PPV, MAX, LSPV, MIN = map(STATISTICS.index, ("ppv", "max", "lspv", "min"))
# What a job wants of a level: one statistic alone, several, or nothing.
NOTHING, ANY = -2, -1
CENTRE = N_TAPS // 2
WITHOUT_SIGN, INFINITY = np.int32(0x7FFFFFFF), 0x7F800000

_jit = njit(nogil=True, cache=True, error_model="numpy")


@_jit
def evaluate_cases(x, first, last, starts, jobs, bank, out):
    """Compute the wanted statistics, one case after the other.

    Parameters
    ----------
    x : np.ndarray of float32, shape (n_channels_in_use, n_cases, n_timepoints)
        The scaled channels.
    first, last : int
        Range of the cases to evaluate.
    starts : np.ndarray of int, shape (n_channels_in_use + 1,)
        First job of each channel.
    jobs : tuple of np.ndarray
        ``dilations, scales, kernels, columns, kinds`` of the jobs, see `Evaluator`.
    bank : tuple of np.ndarray
        ``weights, lengths, taps`` of the kernels, see `KernelBank`.
    out : np.ndarray of float32, shape (n_cases, n_features)
        Written to, in the columns named.
    """
    dilations, scales, kernels, columns, kinds = jobs
    weights, lengths, taps = bank
    n_channels, _, length = x.shape
    half = length // 2
    margin = widest_reach(dilations, kernels, lengths, length)

    # Both levels are read through a margin of zeros: that is the zero padding.
    series = np.zeros(length + 2 * margin, np.float32)
    tripled = np.zeros(length + 2 * margin, np.float32)
    energy = np.zeros(half + 2 * margin, np.float32)
    total = np.empty(length, np.float32)
    response = np.empty(length, np.float32)
    bits = response.view(np.int32)

    for channel in range(n_channels):
        for case in range(first, last):
            for t in range(length):
                series[margin + t] = x[channel, case, t]
                tripled[margin + t] = np.float32(3) * x[channel, case, t]
            summed = 0
            for job in range(starts[channel], starts[channel + 1]):
                dilation, kernel = dilations[job], kernels[job]
                tapped = taps[kernel, 0] >= 0
                if tapped:
                    if summed != dilation:
                        _sum_of_nine(series, margin, dilation, total)
                        summed = dilation
                    _shared(tripled, margin, dilation, taps, kernel, total, response)
                else:
                    _weighted(
                        series,
                        margin,
                        dilation,
                        weights,
                        lengths,
                        kernel,
                        response,
                        length,
                    )
                if kinds[job, 0] != NOTHING:
                    _summarise(bits, length, scales[job], columns, job, 0, out, case)
                if kinds[job, 1] != NOTHING:
                    _rectify(response, energy, margin, half)
                    if tapped:
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
                    scale = scales[job] * scales[job]
                    _summarise(bits, half, scale, columns, job, 1, out, case)


@_jit
def widest_reach(dilations, kernels, lengths, length):
    """Time points that any kernel sees beyond the ends, the length at most.

    From there on a kernel sees nothing but padding, however far it reaches.
    """
    reach = 0
    for job in range(len(kernels)):
        reach = max(reach, (lengths[kernels[job]] // 2 + 1) * dilations[job])
    return min(reach, length)


@_jit
def first_seen(margin, tap, dilation):
    """Index of what a tap, counted from the centre, sees at time point 0."""
    return margin + min(max(tap * dilation, -margin), margin)


@_jit
def _sum_of_nine(series, margin, dilation, total):
    """Sum of the nine shifted copies: it serves all 84 kernels."""
    for group in range(3):
        a = np.uint64(first_seen(margin, 3 * group - CENTRE, dilation))
        b = np.uint64(first_seen(margin, 3 * group + 1 - CENTRE, dilation))
        c = np.uint64(first_seen(margin, 3 * group + 2 - CENTRE, dilation))
        for t in range(np.uint64(len(total))):
            three = series[a + t] + series[b + t] + series[c + t]
            total[t] = three if group == 0 else total[t] + three


@_jit
def _shared(tripled, margin, dilation, taps, kernel, total, out):
    """Level 1 of a MiniRocket kernel, by the total that all kernels share."""
    a = np.uint64(first_seen(margin, taps[kernel, 0] - CENTRE, dilation))
    b = np.uint64(first_seen(margin, taps[kernel, 1] - CENTRE, dilation))
    c = np.uint64(first_seen(margin, taps[kernel, 2] - CENTRE, dilation))
    for t in range(np.uint64(len(out))):
        out[t] = tripled[a + t] + tripled[b + t] + tripled[c + t] - total[t]


@_jit
def _tapped(series, margin, dilation, taps, kernel, out, length):
    """Level 2 of a MiniRocket kernel, of a series that no other kernel shares."""
    # Three copies a loop: with nine, the compiler gives up on vectorising.
    for group in range(3):
        first = 3 * group
        a = np.uint64(first_seen(margin, taps[kernel, first] - CENTRE, dilation))
        b = np.uint64(first_seen(margin, taps[kernel, first + 1] - CENTRE, dilation))
        c = np.uint64(first_seen(margin, taps[kernel, first + 2] - CENTRE, dilation))
        for t in range(np.uint64(length)):
            three = series[a + t] + series[b + t] + series[c + t]
            out[t] = np.float32(2) * three if group == 0 else out[t] - three


@_jit
def _weighted(series, margin, dilation, weights, lengths, kernel, out, length):
    """Response of a kernel with weights of its own."""
    length = np.uint64(length)
    centre = np.uint64(margin)
    for t in range(length):
        out[t] = np.float32(0)
    for tap in range(lengths[kernel]):
        start = np.uint64(first_seen(margin, tap - lengths[kernel] // 2, dilation))
        weight = weights[kernel, tap]
        for t in range(length):
            out[t] += weight * (series[start + t] - series[centre + t])


@_jit
def _rectify(response, out, margin, half):
    """Absolute response at every second time point: the input of level 2."""
    start = np.uint64(margin)
    for t in range(np.uint64(half)):
        out[start + t] = abs(response[np.uint64(2) * t])


@_jit
def _summarise(bits, length, scale, columns, job, level, out, case):
    """Wanted statistics of a response, given as its bit pattern; zeros if it is empty.

    Non-negative floats order as their bits do, and a float is positive when its bits
    are as an integer: reductions of integers vectorise, those of floats do not.
    """
    ppv, lspv = columns[job, level, PPV], columns[job, level, LSPV]
    largest, smallest = columns[job, level, MAX], columns[job, level, MIN]
    if ppv >= 0 or largest >= 0 or smallest >= 0:
        positive = np.int32(0)
        high = np.int32(0)
        low = np.int32(INFINITY if length > 0 else 0)
        for t in range(np.uint64(length)):
            positive = np.int32(positive + np.int32(bits[t] > 0))
            magnitude = np.int32(bits[t] & WITHOUT_SIGN)
            high = max(high, magnitude)
            low = min(low, magnitude)
        if ppv >= 0:
            out[case, ppv] = positive / max(length, 1)
        if largest >= 0:
            out[case, largest] = float_of(high) * scale
        if smallest >= 0:
            out[case, smallest] = float_of(low) * scale
    if lspv >= 0:
        run, longest = 0, 0
        for t in range(np.uint64(length)):
            run = run + 1 if bits[t] > 0 else 0
            longest = max(longest, run)
        out[case, lspv] = longest / max(length, 1)
