"""The compiled loops for sixteen cases at a time: one case a lane.

The operations are those of `responses`, in the same order, so the results are equal to
the last bit; but here no statistic needs a reduction, and each loop pays its start for
sixteen cases at once.
"""

from __future__ import annotations

__all__ = ["evaluate_groups"]

from typing import NamedTuple

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
    margin = widest_reach(dilations, kernels, lengths, length)

    # All lanes are in one flat array: compiled loops take one cheaper than several.
    # Both levels are read through a margin of zeros, that of level 2 longer than needs.
    at = _layout(length, margin)
    memory = np.zeros(at.features + np.uint64(out.shape[1]) * WIDTH, np.float32)
    places = np.zeros((len(kernels), weights.shape[1]), np.uint64)
    _fill_places(margin, dilations, kernels, lengths, taps, places)
    work = memory, at, places, scales, columns

    for start in range(first, last, LANES):
        group = out[start : min(start + LANES, last)]
        for channel in range(n_channels):
            _fill_series(x, channel, start, len(group), memory, at)
            summed = 0
            for job in range(starts[channel], starts[channel + 1]):
                kernel, kind, deeper = kernels[job], kinds[job, 0], kinds[job, 1]
                if taps[kernel, 0] < 0:
                    own = weights[kernel, : lengths[kernel]]
                    _weighted(0, own, job, work)
                    if deeper != NOTHING:
                        _weighted(1, own, job, work)
                    continue
                if summed != dilations[job]:
                    summed = dilations[job]
                    _sum_of_nine(memory, at, margin, summed)
                if deeper == NOTHING:
                    _shared(kind, job, work)
                    continue
                if kind == NOTHING:
                    _energy_only(job, work)
                else:
                    _shared_deeper(kind, job, work)
                _tapped(deeper, job, work)
        _scatter(memory, at, group)


class _Layout(NamedTuple):
    """Where in the flat array things begin, in floats."""

    length: np.uint64
    centre: np.uint64
    series: np.uint64
    total: np.uint64
    energy: np.uint64
    features: np.uint64


@_jit
def _layout(length, margin):
    """Tripled series first, so that the places of level 1 need no offset."""
    length, margin = np.uint64(length) * WIDTH, np.uint64(margin) * WIDTH
    series = length + TWO * margin
    total = TWO * series
    energy = total + length
    return _Layout(length, margin, series, total, energy, energy + series)


@_jit
def _fill_series(x, channel, start, n_cases, memory, at):
    """Put the cases of a group side by side, as they are and tripled."""
    first = at.series + at.centre
    for lane in range(n_cases):
        for t in range(x.shape[2]):
            place = first + np.uint64(t * LANES + lane)
            memory[place] = x[channel, start + lane, t]
    three = same(np.float32(3))
    for t in range(ZERO, at.length, WIDTH):
        store(memory, at.centre + t, three * load(memory, first + t))


@_jit
def _scatter(memory, at, group):
    """Give each case its row."""
    for lane in range(len(group)):
        for column in range(group.shape[1]):
            place = at.features + np.uint64(column * LANES + lane)
            group[lane, column] = memory[place]


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
def _sum_of_nine(memory, at, margin, dilation):
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
    for t in range(ZERO, at.length, WIDTH):
        u = at.series + t
        left = _sum_of_three(memory, a + u, b + u, c + u)
        middle = _sum_of_three(memory, d + u, e + u, f + u)
        right = _sum_of_three(memory, g + u, h + u, i + u)
        store(memory, at.total + t, left + middle + right)


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


def _include_for(kind):
    """Take a value into the statistics: into one alone, or into all."""
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


@_jit
def _write(state, length, scale, job, level, work):
    """Put the wanted statistics where `_scatter` finds them."""
    memory, at, _, _, columns = work
    n_timepoints = np.int64(length // WIDTH)
    count, largest, smallest, _, longest = state
    _put(fraction(count, n_timepoints), columns[job, level, PPV], memory, at)
    _put(largest * same(scale), columns[job, level, MAX], memory, at)
    _put(fraction(longest, n_timepoints), columns[job, level, LSPV], memory, at)
    _put(smallest * same(scale), columns[job, level, MIN], memory, at)


@_jit
def _put(lanes, column, memory, at):
    if column >= 0:
        store(memory, at.features + np.uint64(column) * WIDTH, lanes)


@_jit
def _difference(memory, total, a, b, c, t):
    return _sum_of_three(memory, a + t, b + t, c + t) - load(memory, total + t)


def _shared_for(kind):
    """Level 1 of a MiniRocket kernel, by the total that all kernels share."""
    include = _include_for(kind)

    @_jit_closure
    def shared(job, work):
        memory, at, places, scales, _ = work
        a, b, c = places[job, 0], places[job, 1], places[job, 2]
        state = _nothing(at.length)
        for t in range(ZERO, at.length, WIDTH):
            state = include(state, _difference(memory, at.total, a, b, c, t))
        _write(state, at.length, scales[job], job, 0, work)

    return shared


def _shared_deeper_for(kind):
    """Make the same, which leaves the energy at every second point for level 2."""
    include = _include_for(kind)
    wanted = kind != NOTHING

    @_jit_closure
    def shared_deeper(job, work):
        memory, at, places, scales, _ = work
        a, b, c = places[job, 0], places[job, 1], places[job, 2]
        centre = at.energy + at.centre
        even = _half(at.length) * TWO
        state = _nothing(at.length)
        for t in range(ZERO, even, TWO * WIDTH):
            value = _difference(memory, at.total, a, b, c, t)
            store(memory, centre + t // TWO, magnitude(value))
            state = include(state, value)
            if wanted:
                value = _difference(memory, at.total, a, b, c, t + WIDTH)
                state = include(state, value)
        if wanted:
            # The last of an odd number of points has no place in level 2.
            for t in range(even, at.length, WIDTH):
                state = include(state, _difference(memory, at.total, a, b, c, t))
            _write(state, at.length, scales[job], job, 0, work)

    return shared_deeper


@_jit
def _half(length):
    """Length of level 2, in floats."""
    return length // (TWO * WIDTH) * WIDTH


def _tapped_for(kind):
    """Level 2 of a MiniRocket kernel, of a series that no other kernel shares."""
    include = _include_for(kind)

    @_jit_closure
    def tapped(job, work):
        memory, at, places, scales, _ = work
        a, b, c = places[job, 0], places[job, 1], places[job, 2]
        d, e, f = places[job, 3], places[job, 4], places[job, 5]
        g, h, i = places[job, 6], places[job, 7], places[job, 8]
        two, length = same(np.float32(2)), _half(at.length)
        state = _nothing(length)
        for t in range(at.energy, at.energy + length, WIDTH):
            heavy = _sum_of_three(memory, a + t, b + t, c + t)
            light = _sum_of_three(memory, d + t, e + t, f + t)
            rest = _sum_of_three(memory, g + t, h + t, i + t)
            state = include(state, two * heavy - light - rest)
        _write(state, length, scales[job] * scales[job], job, 1, work)

    return tapped


def _by_kind(loop_for):
    """Compile a loop for each kind, and choose among them by the first argument."""
    share, high, run, several = map(loop_for, (PPV, MAX, LSPV, ANY))

    @_jit_closure
    def choose(kind, job, work):
        if kind == PPV:
            share(job, work)
        elif kind == MAX:
            high(job, work)
        elif kind == LSPV:
            run(job, work)
        else:
            several(job, work)

    return choose


_shared, _tapped = _by_kind(_shared_for), _by_kind(_tapped_for)
_shared_deeper, _energy_only = _by_kind(_shared_deeper_for), _shared_deeper_for(NOTHING)
_include = _include_for(ANY)


@_jit
def _weighted(level, weights, job, work):
    """Either level of a kernel with weights of its own; level 1 leaves its energy."""
    memory, at, places, scales, _ = work
    origin = at.energy if level else at.series
    length = _half(at.length) if level else at.length
    end = ZERO if level else TWO * _half(at.length)
    state = _nothing(length)
    for t in range(ZERO, length, WIDTH):
        here = load(memory, origin + at.centre + t)
        value = same(np.float32(0))
        for tap in range(len(weights)):
            difference = load(memory, origin + places[job, tap] + t) - here
            value = value + same(weights[tap]) * difference
        state = _include(state, value)
        if t < end and t & WIDTH == ZERO:
            store(memory, at.energy + at.centre + t // TWO, magnitude(value))
    scale = scales[job] * scales[job] if level else scales[job]
    _write(state, length, scale, job, level, work)
