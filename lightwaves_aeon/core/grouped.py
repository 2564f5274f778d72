"""The compiled loops for sixteen cases at a time: one case a lane.

The operations are those of `responses`, in the same order, so the results are equal to
the last bit; but here no statistic needs a reduction, and each loop pays its start for
sixteen cases at once.
"""

from __future__ import annotations

__all__ = ["evaluate_groups", "evaluate_level_1"]

from typing import NamedTuple

import numpy as np
from numba import njit

from lightwaves_aeon.core.bank import N_TAPS
from lightwaves_aeon.core.inputs import CHANGE, DIFFERENCE, SUM
from lightwaves_aeon.core.kinds import (
    ANY,
    HIGH,
    MEAN,
    N_SHARES,
    NOTHING,
    PAPER,
    POSITIVES,
    RUN,
    SHARE,
    SHARES,
    TIME,
)
from lightwaves_aeon.core.lanes import LANES, load, magnitude, same, store
from lightwaves_aeon.core.responses import first_seen, widest_reach
from lightwaves_aeon.core.tallies import (
    PER_JOB,
    WIDTH,
    include_for,
    limits_of,
    nothing,
    write_for,
)

CENTRE = N_TAPS // 2
# Flat indices are unsigned, see `responses`; so are the steps between them.
ZERO, ONE, TWO = np.uint64(0), np.uint64(1), np.uint64(2)

_jit = njit(nogil=True, cache=True, error_model="numpy")
# Made by functions, so cached only as a part of what calls them.
_jit_closure = njit(nogil=True, error_model="numpy")


@_jit
def evaluate_groups(x, inputs, first, last, starts, jobs, bank, out):
    """Compute the wanted statistics, sixteen cases at a time.

    The parameters are those of `evaluate_cases`.
    """
    dilations, scales, kernels, columns, _, kinds = jobs
    weights, lengths, taps = bank
    margin = widest_reach(dilations, kernels, lengths, x.shape[2])
    memory, at, places = _prepared(x.shape, margin, out.shape[1], jobs, bank)
    work = memory, at, places, scales, columns

    for start in range(first, last, LANES):
        group = out[start : min(start + LANES, last)]
        for channel in range(len(x)):
            _fill_channel(x, channel, start, len(group), memory, at)
        for i in range(len(inputs.sorts)):
            _fill_series(inputs, i, memory, at)
            summed = 0
            for job in range(starts[i], starts[i + 1]):
                kernel, kind, deeper = kernels[job], kinds[job, 0], kinds[job, 1]
                if taps[kernel, 0] < 0:
                    own = weights[kernel, : lengths[kernel]]
                    for level in range(2 if deeper != NOTHING else 1):
                        if kinds[job, level] <= PAPER:
                            _weighted_of_paper(level, own, job, work)
                        else:
                            _weighted_several(level, own, job, work)
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


@_jit
def evaluate_level_1(x, inputs, first, last, starts, jobs, bank, out):
    """Compute the same for MiniRocket's kernels where no level 2 is wanted.

    With loops for more kinds of jobs: all in one function would take a minute to
    compile, of which half would be for nothing.
    """
    dilations, scales, kernels, columns, _, kinds = jobs
    margin = widest_reach(dilations, kernels, bank[1], x.shape[2])
    memory, at, places = _prepared(x.shape, margin, out.shape[1], jobs, bank)
    work = memory, at, places, scales, columns

    for start in range(first, last, LANES):
        group = out[start : min(start + LANES, last)]
        for channel in range(len(x)):
            _fill_channel(x, channel, start, len(group), memory, at)
        for i in range(len(inputs.sorts)):
            _fill_series(inputs, i, memory, at)
            summed = 0
            for job in range(starts[i], starts[i + 1]):
                if summed != dilations[job]:
                    summed = dilations[job]
                    _sum_of_nine(memory, at, margin, summed)
                _shared_alone(kinds[job, 0], job, work)
        _scatter(memory, at, group)


@_jit
def _prepared(shape, margin, n_features, jobs, bank):
    """Memory of the lanes, where things are in it, and the places of the taps."""
    dilations, _, kernels, _, thresholds, _ = jobs
    weights, lengths, taps = bank
    n_channels, _, length = shape
    # All lanes are in one flat array: compiled loops take one cheaper than several.
    # Both levels are read through a margin of zeros, that of level 2 longer than needs.
    at = _layout(length, margin, n_features, n_channels, len(kernels))
    memory = np.zeros(at.end, np.float32)
    # Loops, where array expressions would take seconds to compile.
    place = at.limits
    for job in range(len(kernels)):
        for level in range(thresholds.shape[1]):
            for i in range(N_SHARES):
                memory[place] = thresholds[job, level, i]
                place += ONE
    places = np.zeros((len(kernels), weights.shape[1]), np.uint64)
    _fill_places(margin, dilations, kernels, lengths, taps, places)
    return memory, at, places


class _Layout(NamedTuple):
    """Where in the flat array things begin, in floats."""

    length: np.uint64
    centre: np.uint64
    series: np.uint64
    total: np.uint64
    energy: np.uint64
    features: np.uint64
    limits: np.uint64
    channels: np.uint64
    end: np.uint64


@_jit
def _layout(length, margin, n_features, n_channels, n_jobs):
    """Tripled series first, so that the places of level 1 need no offset."""
    length, margin = np.uint64(length) * WIDTH, np.uint64(margin) * WIDTH
    series = length + TWO * margin
    total = TWO * series
    energy = total + length
    features = energy + series
    limits = features + np.uint64(n_features) * WIDTH
    channels = limits + np.uint64(n_jobs) * PER_JOB
    end = channels + np.uint64(n_channels) * length
    return _Layout(
        length, margin, series, total, energy, features, limits, channels, end
    )


@_jit
def _fill_channel(x, channel, start, n_cases, memory, at):
    """Put the cases of a group side by side."""
    first = at.channels + np.uint64(channel) * at.length
    for lane in range(n_cases):
        for t in range(x.shape[2]):
            place = first + np.uint64(t * LANES + lane)
            memory[place] = x[channel, start + lane, t]


@_jit
def _fill_series(inputs, i, memory, at):
    """Derive an input from the channels; put it between the margins, tripled, too."""
    sort = inputs.sorts[i]
    a = at.channels + np.uint64(inputs.first[i]) * at.length
    b = at.channels + np.uint64(inputs.second[i]) * at.length
    first = at.series + at.centre
    three = same(np.float32(3))
    before = load(memory, a)
    for t in range(ZERO, at.length, WIDTH):
        value = load(memory, a + t)
        if sort == CHANGE:
            here = value
            value = here - before
            before = here
        elif sort == SUM:
            value = value + load(memory, b + t)
        elif sort == DIFFERENCE:
            value = value - load(memory, b + t)
        store(memory, first + t, value)
        store(memory, at.centre + t, three * value)


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
def _difference(memory, total, a, b, c, t):
    return _sum_of_three(memory, a + t, b + t, c + t) - load(memory, total + t)


def _shared_for(kind):
    """Level 1 of a MiniRocket kernel, by the total that all kernels share."""
    include, write = include_for(kind), write_for(kind)

    @_jit_closure
    def shared(job, work):
        memory, at, places, scales, _ = work
        a, b, c = places[job, 0], places[job, 1], places[job, 2]
        state, limits = nothing(at.length), limits_of(job, 0, work)
        for t in range(ZERO, at.length, WIDTH):
            value = _difference(memory, at.total, a, b, c, t)
            state = include(state, value, limits)
        write(state, at.length, scales[job], job, 0, work)

    return shared


def _shared_deeper_for(kind):
    """Make the same, which leaves the energy at every second point for level 2."""
    include, write = include_for(kind), write_for(kind)
    wanted = kind != NOTHING

    @_jit_closure
    def shared_deeper(job, work):
        memory, at, places, scales, _ = work
        a, b, c = places[job, 0], places[job, 1], places[job, 2]
        centre = at.energy + at.centre
        even = _half(at.length) * TWO
        state, limits = nothing(at.length), limits_of(job, 0, work)
        for t in range(ZERO, even, TWO * WIDTH):
            value = _difference(memory, at.total, a, b, c, t)
            store(memory, centre + t // TWO, magnitude(value))
            state = include(state, value, limits)
            if wanted:
                value = _difference(memory, at.total, a, b, c, t + WIDTH)
                state = include(state, value, limits)
        if wanted:
            # The last of an odd number of points has no place in level 2.
            for t in range(even, at.length, WIDTH):
                value = _difference(memory, at.total, a, b, c, t)
                state = include(state, value, limits)
            write(state, at.length, scales[job], job, 0, work)

    return shared_deeper


@_jit
def _half(length):
    """Length of level 2, in floats."""
    return length // (TWO * WIDTH) * WIDTH


def _tapped_for(kind):
    """Level 2 of a MiniRocket kernel, of a series that no other kernel shares."""
    include, write = include_for(kind), write_for(kind)

    @_jit_closure
    def tapped(job, work):
        memory, at, places, scales, _ = work
        a, b, c = places[job, 0], places[job, 1], places[job, 2]
        d, e, f = places[job, 3], places[job, 4], places[job, 5]
        g, h, i = places[job, 6], places[job, 7], places[job, 8]
        two, length = same(np.float32(2)), _half(at.length)
        state, limits = nothing(length), limits_of(job, 1, work)
        for t in range(at.energy, at.energy + length, WIDTH):
            heavy = _sum_of_three(memory, a + t, b + t, c + t)
            light = _sum_of_three(memory, d + t, e + t, f + t)
            rest = _sum_of_three(memory, g + t, h + t, i + t)
            state = include(state, two * heavy - light - rest, limits)
        write(state, length, scales[job] * scales[job], job, 1, work)

    return tapped


def _weighted_for(kind):
    """Either level of a kernel with weights of its own; level 1 leaves its energy."""
    include, write = include_for(kind), write_for(kind)

    @_jit_closure
    def weighted(level, weights, job, work):
        memory, at, places, scales, _ = work
        origin = at.energy if level else at.series
        length = _half(at.length) if level else at.length
        end = ZERO if level else TWO * _half(at.length)
        state, limits = nothing(length), limits_of(job, level, work)
        for t in range(ZERO, length, WIDTH):
            here = load(memory, origin + at.centre + t)
            value = same(np.float32(0))
            for tap in range(len(weights)):
                difference = load(memory, origin + places[job, tap] + t) - here
                value = value + same(weights[tap]) * difference
            state = include(state, value, limits)
            if t < end and t & WIDTH == ZERO:
                store(memory, at.energy + at.centre + t // TWO, magnitude(value))
        scale = scales[job] * scales[job] if level else scales[job]
        write(state, length, scale, job, level, work)

    return weighted


def _of_paper(loop_for, other):
    """Compile a loop for each of the paper's kinds, and choose by the first argument.

    What is none of them goes to the other loop.
    """
    share, high, run, paper = map(loop_for, (SHARE, HIGH, RUN, PAPER))

    @_jit_closure
    def choose(kind, job, work):
        if kind == SHARE:
            share(job, work)
        elif kind == HIGH:
            high(job, work)
        elif kind == RUN:
            run(job, work)
        elif kind == PAPER:
            paper(job, work)
        else:
            other(kind, job, work)

    return choose


def _of_positives(loop_for):
    """Compile a loop for each of the other kinds, and choose in the same way."""
    size, time, shares, positives = map(loop_for, (MEAN, TIME, SHARES, POSITIVES))
    several = loop_for(ANY)

    @_jit_closure
    def choose(kind, job, work):
        if kind == SHARES:
            shares(job, work)
        elif kind == POSITIVES:
            positives(job, work)
        elif kind == MEAN:
            size(job, work)
        elif kind == TIME:
            time(job, work)
        else:
            several(job, work)

    return choose


def _alone(loop):
    @_jit_closure
    def choose(kind, job, work):
        loop(job, work)

    return choose


_shared = _of_paper(_shared_for, _alone(_shared_for(ANY)))
_shared_alone = _of_paper(_shared_for, _of_positives(_shared_for))
_shared_deeper = _of_paper(_shared_deeper_for, _alone(_shared_deeper_for(ANY)))
_energy_only = _shared_deeper_for(NOTHING)
_tapped = _of_paper(_tapped_for, _alone(_tapped_for(ANY)))
_weighted_several, _weighted_of_paper = _weighted_for(ANY), _weighted_for(PAPER)
