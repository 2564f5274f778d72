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

__all__ = ["evaluate_cases", "first_seen", "level_1", "widest_reach"]

import numpy as np
from numba import njit

from lightwaves_aeon.core.bank import N_TAPS
from lightwaves_aeon.core.inputs import fill
from lightwaves_aeon.core.kinds import (
    LSPV,
    MAX,
    MIN,
    MIPV,
    MPV,
    N_SHARES,
    NEUTRAL,
    NOTHING,
    PPV,
)
from lightwaves_aeon.core.lanes import float_of

CENTRE = N_TAPS // 2
WITHOUT_SIGN, INFINITY = np.int32(0x7FFFFFFF), 0x7F800000

_jit = njit(nogil=True, cache=True, error_model="numpy")


@_jit
def evaluate_cases(x, inputs, first, last, starts, jobs, bank, out):
    """Compute the wanted statistics, one case after the other.

    Parameters
    ----------
    x : np.ndarray of float32, shape (n_channels_in_use, n_cases, n_timepoints)
        The scaled channels.
    inputs : Inputs
        What the kernels are applied to.
    first, last : int
        Range of the cases to evaluate.
    starts : np.ndarray of int, shape (n_inputs + 1,)
        First job of each input.
    jobs : tuple of np.ndarray
        ``dilations, scales, kernels, columns, thresholds, kinds`` of the jobs, see
        `Evaluator`.
    bank : tuple of np.ndarray
        ``weights, lengths, taps`` of the kernels, see `KernelBank`.
    out : np.ndarray of float32, shape (n_cases, n_features)
        Written to, in the columns named.
    """
    dilations, scales, kernels, columns, thresholds, kinds = jobs
    weights, lengths, taps = bank
    length = x.shape[2]
    half = length // 2
    margin = widest_reach(dilations, kernels, lengths, length)

    # Both levels are read through a margin of zeros: that is the zero padding.
    series = np.zeros(length + 2 * margin, np.float32)
    tripled = np.zeros(length + 2 * margin, np.float32)
    energy = np.zeros(half + 2 * margin, np.float32)
    total = np.empty(length, np.float32)
    response = np.empty(length, np.float32)
    bits = response.view(np.int32)

    for i in range(len(inputs.sorts)):
        for case in range(first, last):
            _fill(x, inputs, i, case, margin, series, tripled)
            summed = 0
            for job in range(starts[i], starts[i + 1]):
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
                    scale = scales[job]
                    _summarise(bits, length, scale, columns, job, 0, out, case)
                    _share(response, length, thresholds, columns, job, 0, out, case)
                    _positives(response, length, scale, columns, job, 0, out, case)
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
                    _share(response, half, thresholds, columns, job, 1, out, case)
                    _positives(response, half, scale, columns, job, 1, out, case)


@_jit
def level_1(x, inputs, dilation, bank, out):
    """Compute the responses of all kernels at one dilation, not scaled by it.

    Parameters
    ----------
    x : np.ndarray of float32, shape (n_channels_in_use, n_cases, n_timepoints)
        The scaled channels.
    inputs : Inputs
        What the kernels are applied to: the first of them.
    dilation : int
        The dilation.
    bank : tuple of np.ndarray
        As for `evaluate_cases`.
    out : np.ndarray of float32, shape (n_kernels, n_cases * n_timepoints)
        Written to, case after case.
    """
    weights, lengths, taps = bank
    _, n_cases, length = x.shape
    kernels = np.arange(len(lengths))
    margin = widest_reach(np.full_like(kernels, dilation), kernels, lengths, length)
    series = np.zeros(length + 2 * margin, np.float32)
    tripled = np.zeros(length + 2 * margin, np.float32)
    total = np.empty(length, np.float32)
    response = np.empty(length, np.float32)
    for case in range(n_cases):
        _fill(x, inputs, 0, case, margin, series, tripled)
        _sum_of_nine(series, margin, dilation, total)
        for kernel in kernels:
            if taps[kernel, 0] >= 0:
                _shared(tripled, margin, dilation, taps, kernel, total, response)
            else:
                _weighted(
                    series, margin, dilation, weights, lengths, kernel, response, length
                )
            out[kernel, case * length : (case + 1) * length] = response


@_jit
def _fill(x, inputs, i, case, margin, series, tripled):
    """Put an input of a case between the margins, as it is and tripled."""
    fill(x, inputs, i, case, series, margin)
    for t in range(margin, margin + x.shape[2]):
        tripled[t] = np.float32(3) * series[t]


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
    lspv = columns[job, level, LSPV]
    largest, smallest = columns[job, level, MAX], columns[job, level, MIN]
    if largest >= 0 or smallest >= 0:
        high = np.int32(0)
        low = np.int32(INFINITY if length > 0 else 0)
        for t in range(np.uint64(length)):
            magnitude = np.int32(bits[t] & WITHOUT_SIGN)
            high = max(high, magnitude)
            low = min(low, magnitude)
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


@_jit
def _share(response, length, thresholds, columns, job, level, out, case):
    """Wanted shares of values above a threshold; zeros if there are none."""
    for i in range(N_SHARES):
        column, threshold = columns[job, level, PPV + i], thresholds[job, level, i]
        if column >= 0:
            above = np.int32(0)
            for t in range(np.uint64(length)):
                above = np.int32(above + np.int32(response[t] > threshold))
            out[case, column] = above / max(length, 1)


@_jit
def _positives(response, length, scale, columns, job, level, out, case):
    """Mean of the positive values, and their mean time as a share of the length."""
    size, time = columns[job, level, MPV], columns[job, level, MIPV]
    if size < 0 and time < 0:
        return
    count = 0
    total, late = np.float32(0), np.float32(0)
    for t in range(np.uint64(length)):
        if response[t] > 0:
            count += 1
            total += response[t]
            late += np.float32(t)
    if size >= 0:
        mean = np.float32(np.float64(total) / max(count, 1))
        out[case, size] = mean * scale
    if time >= 0:
        share = np.float64(late) / (np.float64(max(count, 1)) * length)
        out[case, time] = share if count > 0 else NEUTRAL
