"""The compiled loops for sixteen cases at a time: one case a lane.

The operations are those of `responses`, in the same order, so the results are equal to
the last bit; but here no statistic needs a reduction, and each loop pays its start for
sixteen cases at once.
"""

from __future__ import annotations

__all__ = ["evaluate_groups"]

import numpy as np
from numba import njit

from lightwaves_aeon.core.bank import N_TAPS
from lightwaves_aeon.core.lanes import (
    LANES,
    larger,
    load,
    magnitude,
    positive,
    same,
    smaller,
    store,
    zeros,
)
from lightwaves_aeon.core.responses import (
    LSPV,
    MAX,
    MIN,
    PPV,
    first_seen,
    widest_reach,
)

CENTRE = N_TAPS // 2
# Flat indices are unsigned, see `responses`; so are the steps between them.
WIDTH, ZERO, TWO = np.uint64(LANES), np.uint64(0), np.uint64(2)

_jit = njit(nogil=True, cache=True, error_model="numpy")


@_jit
def evaluate_groups(x, jobs, bank, out):
    """Compute the wanted statistics of one channel, sixteen cases at a time.

    The parameters are those of `evaluate_channel`.
    """
    dilations, kernels, columns, wants = jobs
    weights, lengths, taps = bank
    n_cases, length = x.shape
    half = length // 2
    scales = (dilations**-1.5).astype(np.float32)
    margin = widest_reach(dilations, kernels, lengths, length)

    # Flat arrays of lanes; both levels are read through a margin of zeros.
    series = np.zeros((length + 2 * margin) * LANES, np.float32)
    energy = np.zeros((half + 2 * margin) * LANES, np.float32)
    total = np.empty(length * LANES, np.float32)
    counts = np.empty(2 * LANES, np.int32)
    extremes = np.empty(2 * LANES, np.float32)
    places = _places(margin, dilations, kernels, lengths, taps)

    for start in range(0, n_cases, LANES):
        group = out[start : start + LANES]
        for lane in range(len(group)):
            for t in range(length):
                series[(margin + t) * LANES + lane] = x[start + lane, t]
        summed = 0
        for job in range(len(kernels)):
            kernel = kernels[job]
            tapped, deeper = taps[kernel, 0] >= 0, wants[job, 1]
            # Where level 1 is not wanted, level 2 needs it at every second point only.
            step = 1 if wants[job, 0] else 2
            ranged, runs = _kinds(columns, job, 0)
            if tapped:
                if summed != dilations[job]:
                    summed = dilations[job]
                    _sum_of_nine(series, margin, summed, total)
                state = _shared(
                    series,
                    margin,
                    places,
                    job,
                    total,
                    step,
                    energy,
                    deeper,
                    ranged,
                    runs,
                )
            else:
                own = weights[kernel, : lengths[kernel]]
                state = _weighted(
                    series,
                    margin,
                    places,
                    job,
                    own,
                    length,
                    step,
                    energy,
                    deeper,
                    ranged,
                    runs,
                )
            if wants[job, 0]:
                _spill(state, counts, extremes)
                _store(counts, extremes, length, scales[job], columns, job, 0, group)
            if deeper:
                ranged, runs = _kinds(columns, job, 1)
                if tapped:
                    state = _tapped(energy, places, job, half, ranged, runs)
                else:
                    own = weights[kernel, : lengths[kernel]]
                    state = _weighted(
                        energy,
                        margin,
                        places,
                        job,
                        own,
                        half,
                        1,
                        energy,
                        False,
                        ranged,
                        runs,
                    )
                scale = scales[job] * scales[job]
                _spill(state, counts, extremes)
                _store(counts, extremes, half, scale, columns, job, 1, group)


@_jit
def _kinds(columns, job, level):
    """Whether share or range, and whether the longest run, are wanted."""
    share, largest = columns[job, level, PPV], columns[job, level, MAX]
    ranged = share >= 0 or largest >= 0 or columns[job, level, MIN] >= 0
    return ranged, columns[job, level, LSPV] >= 0


@_jit
def _places(margin, dilations, kernels, lengths, taps):
    """Where each tap's lanes are at time point 0; taps of weight 2 come first."""
    places = np.zeros((len(kernels), np.max(lengths)), np.uint64)
    for job in range(len(kernels)):
        kernel = kernels[job]
        for i in range(lengths[kernel]):
            tap = taps[kernel, i] if taps[kernel, 0] >= 0 else i
            seen = first_seen(margin, tap - lengths[kernel] // 2, dilations[job])
            places[job, i] = seen * LANES
    return places


@_jit
def _sum_of_nine(series, margin, dilation, total):
    """Sum of the nine shifted copies: it serves all 84 kernels."""
    a, b, c = (
        _seen(margin, 0, dilation),
        _seen(margin, 1, dilation),
        _seen(margin, 2, dilation),
    )
    d, e, f = (
        _seen(margin, 3, dilation),
        _seen(margin, 4, dilation),
        _seen(margin, 5, dilation),
    )
    g, h, i = (
        _seen(margin, 6, dilation),
        _seen(margin, 7, dilation),
        _seen(margin, 8, dilation),
    )
    for t in range(ZERO, np.uint64(len(total)), WIDTH):
        left = _sum_of_three(series, a + t, b + t, c + t)
        middle = _sum_of_three(series, d + t, e + t, f + t)
        right = _sum_of_three(series, g + t, h + t, i + t)
        store(total, t, left + middle + right)


@_jit
def _seen(margin, tap, dilation):
    return np.uint64(first_seen(margin, tap - CENTRE, dilation) * LANES)


@_jit
def _sum_of_three(series, a, b, c):
    return load(series, a) + load(series, b) + load(series, c)


@_jit
def _shared(series, margin, places, job, total, step, energy, deeper, ranged, runs):
    """Level 1 of a MiniRocket kernel, by the sum that all kernels share."""
    centre = np.uint64(margin * LANES)
    a, b, c = places[job, 0], places[job, 1], places[job, 2]
    three = same(np.float32(3))
    end = _end_of_energy(len(total) // LANES, deeper)
    state = _nothing(len(total))
    for t in range(ZERO, np.uint64(len(total)), np.uint64(step) * WIDTH):
        heavy = _sum_of_three(series, a + t, b + t, c + t)
        value = three * heavy - load(total, t)
        state = _include(state, value, ranged, runs)
        if t < end and t & WIDTH == ZERO:
            store(energy, centre + t // TWO, magnitude(value))
    return state


@_jit
def _tapped(series, places, job, length, ranged, runs):
    """Level 2 of a MiniRocket kernel, of a series that no other kernel shares."""
    a, b, c = places[job, 0], places[job, 1], places[job, 2]
    d, e, f = places[job, 3], places[job, 4], places[job, 5]
    g, h, i = places[job, 6], places[job, 7], places[job, 8]
    two = same(np.float32(2))
    state = _nothing(length)
    for t in range(ZERO, np.uint64(length) * WIDTH, WIDTH):
        heavy = _sum_of_three(series, a + t, b + t, c + t)
        light = _sum_of_three(series, d + t, e + t, f + t)
        rest = _sum_of_three(series, g + t, h + t, i + t)
        state = _include(state, two * heavy - light - rest, ranged, runs)
    return state


@_jit
def _weighted(
    series, margin, places, job, weights, length, step, energy, deeper, ranged, runs
):
    """Either level of a kernel with weights of its own."""
    centre = np.uint64(margin * LANES)
    end = _end_of_energy(length, deeper)
    state = _nothing(length)
    for t in range(ZERO, np.uint64(length) * WIDTH, np.uint64(step) * WIDTH):
        here = load(series, centre + t)
        value = same(np.float32(0))
        for tap in range(len(weights)):
            difference = load(series, places[job, tap] + t) - here
            value = value + same(weights[tap]) * difference
        state = _include(state, value, ranged, runs)
        if t < end and t & WIDTH == ZERO:
            store(energy, centre + t // TWO, magnitude(value))
    return state


@_jit
def _end_of_energy(length, deeper):
    """Flat index up to which level 2 sees level 1: the last of an odd length is not."""
    return np.uint64(length // 2 * 2 * LANES if deeper else 0)


@_jit
def _nothing(length):
    """Count, maximum, minimum, run and longest run before the first value."""
    least = same(np.float32(np.inf if length > 0 else 0))
    return zeros(), same(np.float32(0)), least, zeros(), zeros()


@_jit
def _include(state, value, ranged, runs):
    count, largest, smallest, run, longest = state
    minus_one = positive(value)
    if ranged:
        count = count - minus_one
        size = magnitude(value)
        largest, smallest = larger(largest, size), smaller(smallest, size)
    if runs:
        # A run grows by one where the value is positive and falls to zero elsewhere.
        run = (run - minus_one) & minus_one
        longest = larger(longest, run)
    return count, largest, smallest, run, longest


@_jit
def _spill(state, counts, extremes):
    """Move the statistics from registers to memory."""
    count, largest, smallest, _, longest = state
    store(counts, ZERO, count)
    store(counts, WIDTH, longest)
    store(extremes, ZERO, largest)
    store(extremes, WIDTH, smallest)


@_jit
def _store(counts, extremes, length, scale, columns, job, level, out):
    """Write the wanted statistics; those of an empty response are zero."""
    length = max(length, 1)
    for lane in range(len(out)):
        if columns[job, level, PPV] >= 0:
            out[lane, columns[job, level, PPV]] = counts[lane] / length
        if columns[job, level, MAX] >= 0:
            out[lane, columns[job, level, MAX]] = extremes[lane] * scale
        if columns[job, level, LSPV] >= 0:
            out[lane, columns[job, level, LSPV]] = counts[LANES + lane] / length
        if columns[job, level, MIN] >= 0:
            out[lane, columns[job, level, MIN]] = extremes[LANES + lane] * scale
