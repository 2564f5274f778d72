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

ANY = -1  # the kind of a job that wants more than one statistic

_jit = njit(nogil=True, cache=True, error_model="numpy")
# Made by functions, so cached only as a part of what calls them.
_jit_closure = njit(nogil=True, error_model="numpy")


@_jit
def evaluate_groups(x, first, last, starts, jobs, bank, out):
    """Compute the wanted statistics, sixteen cases at a time.

    The parameters are those of `evaluate_cases`.
    """
    dilations, kernels, columns, wants = jobs
    weights, lengths, taps = bank
    n_channels, _, length = x.shape
    half = length // 2
    scales = (dilations**-1.5).astype(np.float32)
    margin = widest_reach(dilations, kernels, lengths, length)

    # Flat arrays of lanes; both levels are read through a margin of zeros.
    series = np.zeros((length + 2 * margin) * LANES, np.float32)
    tripled = np.zeros((length + 2 * margin) * LANES, np.float32)
    energy = np.zeros((half + 2 * margin) * LANES, np.float32)
    total = np.empty(length * LANES, np.float32)
    counts = np.empty(2 * LANES, np.int32)
    extremes = np.empty(2 * LANES, np.float32)
    places = np.zeros((len(kernels), weights.shape[1]), np.uint64)
    _fill_places(margin, dilations, kernels, lengths, taps, places)

    for channel in range(n_channels):
        for start in range(first, last, LANES):
            group = out[start : min(start + LANES, last)]
            for lane in range(len(group)):
                for t in range(length):
                    value = x[channel, start + lane, t]
                    series[(margin + t) * LANES + lane] = value
                    tripled[(margin + t) * LANES + lane] = np.float32(3) * value
            summed = 0
            for job in range(starts[channel], starts[channel + 1]):
                kernel = kernels[job]
                tapped, deeper = taps[kernel, 0] >= 0, wants[job, 1]
                # For level 2 alone, level 1 is needed at every second point.
                step = 1 if wants[job, 0] else 2
                kind = _kind(columns, job, 0)
                if tapped:
                    if summed != dilations[job]:
                        summed = dilations[job]
                        _sum_of_nine(series, margin, summed, total)
                    state = _shared(
                        kind, tripled, margin, places, job, total, step, energy, deeper
                    )
                else:
                    own = weights[kernel, : lengths[kernel]]
                    state = _weighted(
                        series, margin, places, job, own, length, step, energy, deeper
                    )
                if wants[job, 0]:
                    _spill(state, counts, extremes)
                    _store(
                        counts, extremes, length, scales[job], columns, job, 0, group
                    )
                if deeper:
                    kind = _kind(columns, job, 1)
                    if tapped:
                        state = _tapped(kind, energy, places, job, half)
                    else:
                        own = weights[kernel, : lengths[kernel]]
                        state = _weighted(
                            energy, margin, places, job, own, half, 1, energy, False
                        )
                    scale = scales[job] * scales[job]
                    _spill(state, counts, extremes)
                    _store(counts, extremes, half, scale, columns, job, 1, group)


@_jit
def _kind(columns, job, level):
    """Which statistic is wanted alone; `ANY` if it is several."""
    kind = ANY
    for statistic in range(columns.shape[2]):
        if columns[job, level, statistic] >= 0:
            if kind != ANY:
                return ANY
            kind = statistic
    return kind


@_jit
def _fill_places(margin, dilations, kernels, lengths, taps, places):
    """Where each tap's lanes are at time point 0; taps of weight 2 come first."""
    for job in range(len(kernels)):
        kernel = kernels[job]
        for i in range(lengths[kernel]):
            tap = taps[kernel, i] if taps[kernel, 0] >= 0 else i
            seen = first_seen(margin, tap - lengths[kernel] // 2, dilations[job])
            places[job, i] = seen * LANES


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
def _end_of_energy(length, deeper):
    """Flat index up to which level 2 sees level 1: the last of an odd length is not."""
    return np.uint64(length // 2 * 2 * LANES if deeper else 0)


@_jit
def _nothing(length):
    """Count, maximum, minimum, run and longest run before the first value."""
    least = same(np.float32(np.inf if length > 0 else 0))
    return zeros(), same(np.float32(0)), least, zeros(), zeros()


def _include_for(kind):
    """Take a value into the statistics: one alone, or any."""
    share, high = kind in (ANY, PPV), kind in (ANY, MAX)
    runs, low = kind in (ANY, LSPV), kind in (ANY, MIN)

    @_jit_closure
    def include(state, value):
        count, largest, smallest, run, longest = state
        if share:
            count = count - positive(value)
        if high:
            largest = larger(largest, magnitude(value))
        if low:
            smallest = smaller(smallest, magnitude(value))
        if runs:
            # A run grows by one where the value is positive, elsewhere it ends.
            minus_one = positive(value)
            run = (run - minus_one) & minus_one
            longest = larger(longest, run)
        return count, largest, smallest, run, longest

    return include


def _shared_for(kind):
    """Level 1 of a MiniRocket kernel, by the total that all kernels share."""
    include = _include_for(kind)

    @_jit_closure
    def shared(tripled, margin, places, job, total, step, energy, deeper):
        centre = np.uint64(margin * LANES)
        a, b, c = places[job, 0], places[job, 1], places[job, 2]
        end = _end_of_energy(len(total) // LANES, deeper)
        state = _nothing(len(total))
        for t in range(ZERO, np.uint64(len(total)), np.uint64(step) * WIDTH):
            value = _sum_of_three(tripled, a + t, b + t, c + t) - load(total, t)
            state = include(state, value)
            if t < end and t & WIDTH == ZERO:
                store(energy, centre + t // TWO, magnitude(value))
        return state

    return shared


def _tapped_for(kind):
    """Level 2 of a MiniRocket kernel, of a series that no other kernel shares."""
    include = _include_for(kind)

    @_jit_closure
    def tapped(series, places, job, length):
        a, b, c = places[job, 0], places[job, 1], places[job, 2]
        d, e, f = places[job, 3], places[job, 4], places[job, 5]
        g, h, i = places[job, 6], places[job, 7], places[job, 8]
        two = same(np.float32(2))
        state = _nothing(length)
        for t in range(ZERO, np.uint64(length) * WIDTH, WIDTH):
            heavy = _sum_of_three(series, a + t, b + t, c + t)
            light = _sum_of_three(series, d + t, e + t, f + t)
            rest = _sum_of_three(series, g + t, h + t, i + t)
            state = include(state, two * heavy - light - rest)
        return state

    return tapped


def _by_kind(loop_for):
    """Compile a loop for each kind, and choose among them by the first argument."""
    share, high, run, low = map(loop_for, (PPV, MAX, LSPV, MIN))
    everything = loop_for(ANY)

    @_jit_closure
    def choose(kind, *arguments):
        if kind == PPV:
            return share(*arguments)
        if kind == MAX:
            return high(*arguments)
        if kind == LSPV:
            return run(*arguments)
        if kind == MIN:
            return low(*arguments)
        return everything(*arguments)

    return choose


_shared, _tapped = _by_kind(_shared_for), _by_kind(_tapped_for)
_include = _include_for(ANY)


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
    share, run = columns[job, level, PPV], columns[job, level, LSPV]
    high, low = columns[job, level, MAX], columns[job, level, MIN]
    if share >= 0:
        for lane in range(len(out)):
            out[lane, share] = counts[lane] / length
    if high >= 0:
        for lane in range(len(out)):
            out[lane, high] = extremes[lane] * scale
    if run >= 0:
        for lane in range(len(out)):
            out[lane, run] = counts[LANES + lane] / length
    if low >= 0:
        for lane in range(len(out)):
            out[lane, low] = extremes[LANES + lane] * scale
