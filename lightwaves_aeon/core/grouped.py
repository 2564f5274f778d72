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
    fraction,
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
    ANY,
    LSPV,
    MAX,
    MIN,
    NOTHING,
    PPV,
    first_seen,
    widest_reach,
)

CENTRE = N_TAPS // 2
# Flat indices are unsigned, see `responses`; so are the steps between them.
WIDTH, ZERO, TWO = np.uint64(LANES), np.uint64(0), np.uint64(2)

_jit = njit(nogil=True, cache=True, error_model="numpy")
# Made by functions, so cached only as a part of what calls them.
_jit_closure = njit(nogil=True, error_model="numpy")


@_jit
def evaluate_groups(x, first, last, starts, jobs, bank, out):
    """Compute the wanted statistics, sixteen cases at a time.

    The parameters are those of `evaluate_cases`.
    """
    dilations, scales, kernels, columns, kinds = jobs
    weights, lengths, taps = bank
    n_channels, _, length = x.shape
    half = length // 2
    margin = widest_reach(dilations, kernels, lengths, length)

    # Flat arrays of lanes; both levels are read through a margin of zeros.
    series = np.zeros((length + 2 * margin) * LANES, np.float32)
    tripled = np.zeros((length + 2 * margin) * LANES, np.float32)
    energy = np.zeros((half + 2 * margin) * LANES, np.float32)
    total = np.empty(length * LANES, np.float32)
    features = np.empty(out.shape[1] * LANES, np.float32)
    places = np.zeros((len(kernels), weights.shape[1]), np.uint64)
    _fill_places(margin, dilations, kernels, lengths, taps, places)
    work = margin, tripled, total, energy, places, scales, columns, features

    for start in range(first, last, LANES):
        group = out[start : min(start + LANES, last)]
        for channel in range(n_channels):
            _fill_series(x, channel, start, len(group), margin, series, tripled)
            summed = 0
            for job in range(starts[channel], starts[channel + 1]):
                kernel, kind, deeper = kernels[job], kinds[job, 0], kinds[job, 1]
                if taps[kernel, 0] < 0:
                    own = weights[kernel, : lengths[kernel]]
                    _weighted(series, length, 0, own, job, work)
                    if deeper != NOTHING:
                        _weighted(energy, half, 1, own, job, work)
                    continue
                if summed != dilations[job]:
                    summed = dilations[job]
                    _sum_of_nine(series, margin, summed, total)
                if deeper == NOTHING:
                    _shared(kind, job, work)
                else:
                    _shared_deeper(kind, job, work)
                    _tapped(deeper, job, work)
        _scatter(features, group)


@_jit
def _fill_series(x, channel, start, n_cases, margin, series, tripled):
    """Put the cases of a group side by side."""
    length = x.shape[2]
    for lane in range(n_cases):
        for t in range(length):
            series[(margin + t) * LANES + lane] = x[channel, start + lane, t]
    three, first = same(np.float32(3)), np.uint64(margin * LANES)
    for t in range(first, first + np.uint64(length) * WIDTH, WIDTH):
        store(tripled, t, three * load(series, t))


@_jit
def _scatter(features, group):
    """Give each case its row."""
    for lane in range(len(group)):
        for column in range(group.shape[1]):
            group[lane, column] = features[column * LANES + lane]


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
def _nothing(length):
    """Count, maximum, minimum, run and longest run before the first value."""
    least = same(np.float32(np.inf if length > 0 else 0))
    return zeros(), same(np.float32(0)), least, zeros(), zeros()


def _statistics_for(kind):
    """Make what takes a value into the statistics of a kind, and what writes them."""
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

    @_jit_closure
    def write(state, length, scales, columns, job, level, features):
        count, largest, smallest, _, longest = state
        scale = scales[job] if level == 0 else scales[job] * scales[job]
        if share:
            _put(fraction(count, length), columns[job, level, PPV], features)
        if high:
            _put(largest * same(scale), columns[job, level, MAX], features)
        if runs:
            _put(fraction(longest, length), columns[job, level, LSPV], features)
        if low:
            _put(smallest * same(scale), columns[job, level, MIN], features)

    return include, write


@_jit
def _put(lanes, column, features):
    if column >= 0:
        store(features, np.uint64(column) * WIDTH, lanes)


@_jit
def _difference(tripled, total, a, b, c, t):
    return _sum_of_three(tripled, a + t, b + t, c + t) - load(total, t)


def _shared_for(kind):
    """Level 1 of a MiniRocket kernel, by the total that all kernels share."""
    include, write = _statistics_for(kind)

    @_jit_closure
    def shared(job, work):
        _, tripled, total, _, places, scales, columns, features = work
        a, b, c = places[job, 0], places[job, 1], places[job, 2]
        length = np.uint64(len(total))
        state = _nothing(length)
        for t in range(ZERO, length, WIDTH):
            state = include(state, _difference(tripled, total, a, b, c, t))
        write(state, len(total) // LANES, scales, columns, job, 0, features)

    return shared


def _shared_deeper_for(kind):
    """Make the same, which leaves the energy at every second point for level 2."""
    include, write = _statistics_for(kind)
    wanted = kind != NOTHING

    @_jit_closure
    def shared_deeper(job, work):
        margin, tripled, total, energy, places, scales, columns, features = work
        a, b, c = places[job, 0], places[job, 1], places[job, 2]
        centre, n_timepoints = np.uint64(margin * LANES), len(total) // LANES
        even = np.uint64(n_timepoints // 2 * 2 * LANES)
        state = _nothing(n_timepoints)
        for t in range(ZERO, even, TWO * WIDTH):
            value = _difference(tripled, total, a, b, c, t)
            store(energy, centre + t // TWO, magnitude(value))
            state = include(state, value)
            if wanted:
                value = _difference(tripled, total, a, b, c, t + WIDTH)
                state = include(state, value)
        if wanted:
            # The last of an odd number of points has no place in level 2.
            for t in range(even, np.uint64(len(total)), WIDTH):
                state = include(state, _difference(tripled, total, a, b, c, t))
            write(state, n_timepoints, scales, columns, job, 0, features)

    return shared_deeper


def _tapped_for(kind):
    """Level 2 of a MiniRocket kernel, of a series that no other kernel shares."""
    include, write = _statistics_for(kind)

    @_jit_closure
    def tapped(job, work):
        _, _, total, energy, places, scales, columns, features = work
        a, b, c = places[job, 0], places[job, 1], places[job, 2]
        d, e, f = places[job, 3], places[job, 4], places[job, 5]
        g, h, i = places[job, 6], places[job, 7], places[job, 8]
        two, length = same(np.float32(2)), len(total) // LANES // 2
        state = _nothing(length)
        for t in range(ZERO, np.uint64(length) * WIDTH, WIDTH):
            heavy = _sum_of_three(energy, a + t, b + t, c + t)
            light = _sum_of_three(energy, d + t, e + t, f + t)
            rest = _sum_of_three(energy, g + t, h + t, i + t)
            state = include(state, two * heavy - light - rest)
        write(state, length, scales, columns, job, 1, features)

    return tapped


def _by_kind(loop_for):
    """Compile a loop for each kind, and choose among them by the first argument."""
    share, high, run = map(loop_for, (PPV, MAX, LSPV))
    nothing, several = map(loop_for, (NOTHING, ANY))

    @_jit_closure
    def choose(kind, job, work):
        if kind == PPV:
            share(job, work)
        elif kind == MAX:
            high(job, work)
        elif kind == LSPV:
            run(job, work)
        elif kind == NOTHING:
            nothing(job, work)
        else:
            several(job, work)

    return choose


_shared, _tapped = _by_kind(_shared_for), _by_kind(_tapped_for)
_shared_deeper = _by_kind(_shared_deeper_for)
_include, _write = _statistics_for(ANY)


@_jit
def _weighted(series, length, level, weights, job, work):
    """Either level of a kernel with weights of its own; level 1 leaves its energy."""
    margin, _, _, energy, places, scales, columns, features = work
    centre = np.uint64(margin * LANES)
    end = np.uint64(length // 2 * 2 * LANES if level == 0 else 0)
    state = _nothing(length)
    for t in range(ZERO, np.uint64(length) * WIDTH, WIDTH):
        here = load(series, centre + t)
        value = same(np.float32(0))
        for tap in range(len(weights)):
            difference = load(series, places[job, tap] + t) - here
            value = value + same(weights[tap]) * difference
        state = _include(state, value)
        if t < end and t & WIDTH == ZERO:
            store(energy, centre + t // TWO, magnitude(value))
    _write(state, length, scales, columns, job, level, features)
