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
def evaluate_groups(x, dilations, kernels, columns, wants, weights, lengths, taps, out):
    """Compute the wanted statistics of one channel, sixteen cases at a time.

    The parameters are those of `evaluate_channel`.
    """
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
            if tapped:
                if summed != dilations[job]:
                    summed = dilations[job]
                    _sum_of_nine(series, margin, summed, total)
                state = _shared(
                    series, margin, places, job, total, step, energy, deeper
                )
            else:
                own = weights[kernel, : lengths[kernel]]
                state = _weighted(
                    series, margin, places, job, own, length, step, energy, deeper
                )
            if wants[job, 0]:
                _spill(state, counts, extremes)
                _store(counts, extremes, length, scales[job], columns, job, 0, group)
            if deeper:
                if tapped:
                    state = _tapped(energy, margin, places, job, half)
                else:
                    own = weights[kernel, : lengths[kernel]]
                    state = _weighted(
                        energy, margin, places, job, own, half, 1, energy, False
                    )
                scale = scales[job] * scales[job]
                _spill(state, counts, extremes)
                _store(counts, extremes, half, scale, columns, job, 1, group)


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
    """Sum of the differences to the nine shifted copies: it serves all 84 kernels."""
    centre = np.uint64(margin * LANES)
    store_at = np.uint64(len(total))
    for t in range(np.uint64(0), store_at, WIDTH):
        store(total, t, same(np.float32(0)))
    for tap in range(N_TAPS):
        place = np.uint64(first_seen(margin, tap - CENTRE, dilation) * LANES)
        for t in range(np.uint64(0), store_at, WIDTH):
            difference = load(series, place + t) - load(series, centre + t)
            store(total, t, load(total, t) + difference)


@_jit
def _shared(series, margin, places, job, total, step, energy, deeper):
    """Level 1 of a MiniRocket kernel: ``3 * (d_a + d_b + d_c) - sum(d)``."""
    centre = np.uint64(margin * LANES)
    a, b, c = places[job, 0], places[job, 1], places[job, 2]
    three = same(np.float32(3))
    end = _end_of_energy(len(total) // LANES, deeper)
    state = _nothing(len(total))
    for t in range(np.uint64(0), np.uint64(len(total)), np.uint64(step) * WIDTH):
        here = load(series, centre + t)
        heavy = _differences(series, a + t, b + t, c + t, here)
        value = three * heavy - load(total, t)
        state = _include(state, value)
        if t < end and t & WIDTH == ZERO:
            store(energy, centre + t // TWO, magnitude(value))
    return state


@_jit
def _tapped(series, margin, places, job, length):
    """Level 2 of a MiniRocket kernel, of a series that no other kernel shares."""
    centre = np.uint64(margin * LANES)
    a, b, c = places[job, 0], places[job, 1], places[job, 2]
    d, e, f = places[job, 3], places[job, 4], places[job, 5]
    g, h, i = places[job, 6], places[job, 7], places[job, 8]
    two = same(np.float32(2))
    state = _nothing(length)
    for t in range(ZERO, np.uint64(length) * WIDTH, WIDTH):
        here = load(series, centre + t)
        heavy = _differences(series, a + t, b + t, c + t, here)
        light = _differences(series, d + t, e + t, f + t, here)
        rest = _differences(series, g + t, h + t, i + t, here)
        state = _include(state, two * heavy - light - rest)
    return state


@_jit
def _differences(series, a, b, c, here):
    return (
        (load(series, a) - here) + (load(series, b) - here) + (load(series, c) - here)
    )


@_jit
def _weighted(series, margin, places, job, weights, length, step, energy, deeper):
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
        state = _include(state, value)
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
def _include(state, value):
    count, largest, smallest, run, longest = state
    minus_one = positive(value)
    size = magnitude(value)
    # A run grows by one where the value is positive and falls to zero elsewhere.
    run = (run - minus_one) & minus_one
    largest, smallest = larger(largest, size), smaller(smallest, size)
    return count - minus_one, largest, smallest, run, larger(longest, run)


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
