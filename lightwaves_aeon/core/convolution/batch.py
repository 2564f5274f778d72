"""The compiled loops for sixteen cases at a time: one case a lane.

The operations are those of `single`, in the same order, so the results are equal to the
last bit; but here no pooling operator needs a reduction, and each loop pays its start
for sixteen cases at once.
"""

from __future__ import annotations

__all__ = ["DERIVED_IN_LANES", "evaluate_any", "evaluate_level_1", "evaluate_paper"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.batch_pooling import (
    LIMITS_PER_CONVOLUTION,
    WIDTH,
    finalizer,
    init,
    limits_of,
    scale_of,
    updater,
)
from lightwaves_aeon.core.convolution.kernels import CENTRE, N_TAPS
from lightwaves_aeon.core.convolution.pooling import N_THRESHOLDS
from lightwaves_aeon.core.convolution.pooling_sets import (
    ANY,
    EMPTY,
    LSPV_ONLY,
    MAX_ONLY,
    MIPV_ONLY,
    MPV_ONLY,
    PAPER,
    PLUS,
    PPV_ONLY,
    PPV_SEVERAL,
)
from lightwaves_aeon.core.convolution.representations import (
    DIFFERENCE,
    FIRST_DIFFERENCE,
    SUM,
)
from lightwaves_aeon.core.convolution.simd import LANES, load, magnitude, splat, store
from lightwaves_aeon.core.convolution.single import first_seen, widest_reach
from lightwaves_aeon.core.jit import jit, jit_inner

# Flat indices are unsigned, see `single`; so are the steps between them.
ZERO, ONE, TWO = np.uint64(0), np.uint64(1), np.uint64(2)
# Plain numbers would be types of their own, and what they are given to compiled twice.
LEVEL_1, LEVEL_2 = np.int64(0), np.int64(1)

# Three entries, since each pooling set of each kind of loop takes a part of a second to
# compile: most models need but one, with the loops in it and no others.


@jit
def evaluate_paper(x, inputs, first, last, starts, convolutions, kernels, out):
    """Compute features of channels by MiniRocket's kernels and the paper's pooling.

    The parameters are those of `evaluate_cases`.
    """
    work = _work(x.shape, out.shape[1], convolutions, kernels)
    dilations, sets = convolutions.dilations, convolutions.sets
    for start in range(first, last, LANES):
        cases = out[start : min(start + LANES, last)]
        _fill_channels(x, start, len(cases), work)
        for i in range(len(inputs.first)):
            _copy_channel(inputs, i, work)
            summed = 0
            for convolution in range(starts[i], starts[i + 1]):
                if summed != dilations[convolution]:
                    summed = dilations[convolution]
                    _sum_of_nine(summed, work)
                level_1, level_2 = sets[convolution, 0], sets[convolution, 1]
                if level_2 == EMPTY:
                    _shared_paper(level_1, convolution, work)
                    continue
                if level_1 == EMPTY:
                    _energy_only(convolution, work)
                else:
                    _shared_deeper_paper(level_1, convolution, work)
                _tapped_paper(level_2, convolution, work)
        _scatter(cases, work)


@jit
def evaluate_level_1(x, inputs, first, last, starts, convolutions, kernels, out):
    """Compute features of level 1 of MiniRocket's kernels by any pooling operators."""
    work = _work(x.shape, out.shape[1], convolutions, kernels)
    dilations, sets = convolutions.dilations, convolutions.sets
    for start in range(first, last, LANES):
        cases = out[start : min(start + LANES, last)]
        _fill_channels(x, start, len(cases), work)
        for i in range(len(inputs.first)):
            _derive_series(inputs, i, work)
            summed = 0
            for convolution in range(starts[i], starts[i + 1]):
                if summed != dilations[convolution]:
                    summed = dilations[convolution]
                    _sum_of_nine(summed, work)
                _shared_plus(sets[convolution, 0], convolution, work)
        _scatter(cases, work)


@jit
def evaluate_any(x, inputs, first, last, starts, convolutions, kernels, out):
    """Compute features of any kernels and levels by any pooling operators."""
    work = _work(x.shape, out.shape[1], convolutions, kernels)
    dilations, sets = convolutions.dilations, convolutions.sets
    for start in range(first, last, LANES):
        cases = out[start : min(start + LANES, last)]
        _fill_channels(x, start, len(cases), work)
        for i in range(len(inputs.first)):
            _derive_series(inputs, i, work)
            summed = 0
            for convolution in range(starts[i], starts[i + 1]):
                level_1, level_2 = sets[convolution, 0], sets[convolution, 1]
                kernel = convolutions.kernels[convolution]
                if kernels.taps[kernel, 0] < 0:
                    own = kernels.weights[kernel, : kernels.lengths[kernel]]
                    for level in range(2 if level_2 != EMPTY else 1):
                        if sets[convolution, level] <= PAPER:
                            _weighted_paper(level, own, convolution, work)
                        else:
                            _weighted_any(level, own, convolution, work)
                    continue
                if summed != dilations[convolution]:
                    summed = dilations[convolution]
                    _sum_of_nine(summed, work)
                if level_2 == EMPTY:
                    _shared_any(level_1, convolution, work)
                    continue
                if level_1 == EMPTY:
                    _energy_only(convolution, work)
                else:
                    _shared_deeper_any(level_1, convolution, work)
                _tapped_any(level_2, convolution, work)
        _scatter(cases, work)


class _Layout(NamedTuple):
    """Where in the flat memory things begin, in floats."""

    length: np.uint64
    centre: np.uint64
    series: np.uint64
    total: np.uint64
    energy: np.uint64
    features: np.uint64
    limits: np.uint64
    channels: np.uint64
    end: np.uint64


class _Work(NamedTuple):
    """What the loops work on: memory of the lanes, and the places of taps in it.

    The last row of places is for those of the sum of nine copies. Few arrays: each is a
    dozen arguments to every compiled function.
    """

    memory: np.ndarray
    at: _Layout
    margin: int
    places: np.ndarray
    columns: np.ndarray


@jit_inner
def _work(shape, n_features, convolutions, kernels):
    dilations, thresholds = convolutions.dilations, convolutions.thresholds
    n_channels, _, length = shape
    n_convolutions = len(dilations)
    margin = widest_reach(dilations, convolutions.kernels, kernels.lengths, length)
    # All lanes are in one flat array: compiled loops take one cheaper than several.
    # Both levels are read through a margin of zeros, that of level 2 longer than needs.
    at = _layout(length, margin, n_features, n_channels, n_convolutions)
    memory = np.zeros(at.end, np.float32)
    # Loops, where array expressions would take seconds to compile.
    place = at.limits
    for convolution in range(n_convolutions):
        for level in range(thresholds.shape[1]):
            for i in range(N_THRESHOLDS):
                memory[place] = thresholds[convolution, level, i]
                place += ONE
        memory[place] = convolutions.scales[convolution]
        place += ONE
    width = max(kernels.weights.shape[1], N_TAPS)
    places = np.zeros((n_convolutions + 1, width), np.uint64)
    for convolution in range(n_convolutions):
        kernel = convolutions.kernels[convolution]
        length_of = kernels.lengths[kernel]
        for i in range(length_of):
            # The taps of weight 2 come first.
            tap = kernels.taps[kernel, i] if kernels.taps[kernel, 0] >= 0 else i
            shift = tap - length_of // 2
            seen = first_seen(margin, shift, dilations[convolution])
            places[convolution, i] = seen * LANES
    return _Work(memory, at, margin, places, convolutions.columns)


@jit_inner
def _layout(length, margin, n_features, n_channels, n_convolutions):
    """Tripled series first, so that the places of level 1 need no offset."""
    length, margin = np.uint64(length) * WIDTH, np.uint64(margin) * WIDTH
    series = length + TWO * margin
    total = TWO * series
    energy = total + length
    features = energy + series
    limits = features + np.uint64(n_features) * WIDTH
    channels = limits + np.uint64(n_convolutions) * LIMITS_PER_CONVOLUTION
    end = channels + np.uint64(n_channels) * length
    return _Layout(
        length, margin, series, total, energy, features, limits, channels, end
    )


@jit_inner
def _fill_channels(x, start, n_cases, work):
    """Put the cases side by side."""
    memory, at = work.memory, work.at
    for channel in range(len(x)):
        first = at.channels + np.uint64(channel) * at.length
        for lane in range(n_cases):
            for t in range(x.shape[2]):
                place = first + np.uint64(t * LANES + lane)
                memory[place] = x[channel, start + lane, t]


@jit_inner
def _copy_channel(inputs, i, work):
    """Put a channel between the margins, as it is and tripled."""
    memory, at = work.memory, work.at
    a = at.channels + np.uint64(inputs.first[i]) * at.length
    first, three = at.series + at.centre, splat(np.float32(3))
    for t in range(ZERO, at.length, WIDTH):
        value = load(memory, a + t)
        store(memory, first + t, value)
        store(memory, at.centre + t, three * value)


@jit_inner
def _derive_series(inputs, i, work):
    """Do the same with an input that is derived from the channels."""
    memory, at = work.memory, work.at
    number = inputs.representations[i]
    a = at.channels + np.uint64(inputs.first[i]) * at.length
    b = at.channels + np.uint64(inputs.second[i]) * at.length
    first, three = at.series + at.centre, splat(np.float32(3))
    before = load(memory, a)
    for t in range(ZERO, at.length, WIDTH):
        value = load(memory, a + t)
        if number == FIRST_DIFFERENCE:
            here = value
            value = here - before
            before = here
        elif number == SUM:
            value = value + load(memory, b + t)
        elif number == DIFFERENCE:
            value = value - load(memory, b + t)
        store(memory, first + t, value)
        store(memory, at.centre + t, three * value)


DERIVED_IN_LANES = frozenset({"channel", "change", "sum", "difference"})
"""What `_derive_series` has an implementation of."""


@jit_inner
def _scatter(cases, work):
    """Give each case its row."""
    for lane in range(len(cases)):
        for column in range(cases.shape[1]):
            place = work.at.features + np.uint64(column * LANES + lane)
            cases[lane, column] = work.memory[place]


@jit_inner
def _sum_of_nine(dilation, work):
    """Sum of the nine shifted copies: it serves all 84 kernels."""
    memory, at, nine = work.memory, work.at, work.places[len(work.places) - 1]
    for tap in range(N_TAPS):
        nine[tap] = first_seen(work.margin, tap - CENTRE, dilation) * LANES
    a, b, c, d, e = nine[0], nine[1], nine[2], nine[3], nine[4]
    f, g, h, i = nine[5], nine[6], nine[7], nine[8]
    for t in range(ZERO, at.length, WIDTH):
        u = at.series + t
        left = _sum_of_three(memory, a + u, b + u, c + u)
        middle = _sum_of_three(memory, d + u, e + u, f + u)
        right = _sum_of_three(memory, g + u, h + u, i + u)
        store(memory, at.total + t, left + middle + right)


@jit_inner
def _sum_of_three(series, a, b, c):
    return load(series, a) + load(series, b) + load(series, c)


@jit_inner
def _difference(memory, total, a, b, c, t):
    return _sum_of_three(memory, a + t, b + t, c + t) - load(memory, total + t)


def _shared_for(pooling_set):
    """Level 1 of a MiniRocket kernel, by the total that all kernels share."""
    update, finalize = updater(pooling_set), finalizer(pooling_set)

    @jit_inner
    def shared(convolution, work):
        memory, at, places = work.memory, work.at, work.places
        a, b, c = places[convolution, 0], places[convolution, 1], places[convolution, 2]
        state, limits = init(at.length), limits_of(convolution, LEVEL_1, work)
        for t in range(ZERO, at.length, WIDTH):
            value = _difference(memory, at.total, a, b, c, t)
            state = update(state, value, limits)
        n, scale = np.int64(at.length // WIDTH), scale_of(convolution, work)
        finalize(state, n, scale, convolution, LEVEL_1, work)

    return shared


def _shared_deeper_for(pooling_set):
    """Make the same, which leaves the energy at every second point for level 2."""
    update, finalize = updater(pooling_set), finalizer(pooling_set)
    wanted = pooling_set != EMPTY

    @jit_inner
    def shared_deeper(convolution, work):
        memory, at, places = work.memory, work.at, work.places
        a, b, c = places[convolution, 0], places[convolution, 1], places[convolution, 2]
        centre = at.energy + at.centre
        even = _half(at.length) * TWO
        state, limits = init(at.length), limits_of(convolution, LEVEL_1, work)
        for t in range(ZERO, even, TWO * WIDTH):
            value = _difference(memory, at.total, a, b, c, t)
            store(memory, centre + t // TWO, magnitude(value))
            state = update(state, value, limits)
            if wanted:
                value = _difference(memory, at.total, a, b, c, t + WIDTH)
                state = update(state, value, limits)
        if wanted:
            # The last of an odd number of points has no place in level 2.
            for t in range(even, at.length, WIDTH):
                value = _difference(memory, at.total, a, b, c, t)
                state = update(state, value, limits)
            n, scale = np.int64(at.length // WIDTH), scale_of(convolution, work)
            finalize(state, n, scale, convolution, LEVEL_1, work)

    return shared_deeper


@jit_inner
def _half(length):
    """Length of level 2, in floats."""
    return length // (TWO * WIDTH) * WIDTH


def _tapped_for(pooling_set):
    """Level 2 of a MiniRocket kernel, of a series that no other kernel shares."""
    update, finalize = updater(pooling_set), finalizer(pooling_set)

    @jit_inner
    def tapped(convolution, work):
        memory, at, places = work.memory, work.at, work.places[convolution]
        a, b, c = places[0], places[1], places[2]
        d, e, f = places[3], places[4], places[5]
        g, h, i = places[6], places[7], places[8]
        two, length = splat(np.float32(2)), _half(at.length)
        state, limits = init(length), limits_of(convolution, LEVEL_2, work)
        for t in range(at.energy, at.energy + length, WIDTH):
            heavy = _sum_of_three(memory, a + t, b + t, c + t)
            light = _sum_of_three(memory, d + t, e + t, f + t)
            rest = _sum_of_three(memory, g + t, h + t, i + t)
            state = update(state, two * heavy - light - rest, limits)
        scale = scale_of(convolution, work)
        n = np.int64(length // WIDTH)
        finalize(state, n, scale * scale, convolution, LEVEL_2, work)

    return tapped


def _weighted_for(pooling_set):
    """Either level of a kernel with weights of its own; level 1 leaves its energy."""
    update, finalize = updater(pooling_set), finalizer(pooling_set)

    @jit_inner
    def weighted(level, weights, convolution, work):
        memory, at, places = work.memory, work.at, work.places
        origin = at.energy if level else at.series
        length = _half(at.length) if level else at.length
        end = ZERO if level else TWO * _half(at.length)
        state, limits = init(length), limits_of(convolution, level, work)
        for t in range(ZERO, length, WIDTH):
            here = load(memory, origin + at.centre + t)
            value = splat(np.float32(0))
            for tap in range(len(weights)):
                seen = origin + places[convolution, tap] + t
                value = value + splat(weights[tap]) * (load(memory, seen) - here)
            state = update(state, value, limits)
            if t < end and t & WIDTH == ZERO:
                store(memory, at.energy + at.centre + t // TWO, magnitude(value))
        scale = scale_of(convolution, work)
        scale = scale * scale if level else scale
        n = np.int64(length // WIDTH)
        finalize(state, n, scale, convolution, level, work)

    return weighted


def _by_paper_set(loop_for):
    """Compile a loop for each set of the paper's operators, and choose by the first."""
    ppv, largest, run, paper = map(loop_for, (PPV_ONLY, MAX_ONLY, LSPV_ONLY, PAPER))

    @jit_inner
    def choose(pooling_set, convolution, work):
        if pooling_set == PPV_ONLY:
            ppv(convolution, work)
        elif pooling_set == MAX_ONLY:
            largest(convolution, work)
        elif pooling_set == LSPV_ONLY:
            run(convolution, work)
        else:
            paper(convolution, work)

    return choose


def _by_few_sets(loop_for):
    """Do the same with fewer loops, where few convolutions need another."""
    ppv, paper = loop_for(PPV_ONLY), loop_for(PAPER)

    @jit_inner
    def choose(pooling_set, convolution, work):
        if pooling_set == PPV_ONLY:
            ppv(convolution, work)
        else:
            paper(convolution, work)

    return choose


def _by_plus_set(loop_for):
    """Do the same for the sets of "plus"; all others go to the loop for any."""
    ppv, several, plus = map(loop_for, (PPV_ONLY, PPV_SEVERAL, PLUS))
    largest, size, time = map(loop_for, (MAX_ONLY, MPV_ONLY, MIPV_ONLY))
    several_operators = loop_for(ANY)

    @jit_inner
    def choose(pooling_set, convolution, work):
        if pooling_set == PPV_ONLY:
            ppv(convolution, work)
        elif pooling_set == PPV_SEVERAL:
            several(convolution, work)
        elif pooling_set == PLUS:
            plus(convolution, work)
        elif pooling_set == MAX_ONLY:
            largest(convolution, work)
        elif pooling_set == MPV_ONLY:
            size(convolution, work)
        elif pooling_set == MIPV_ONLY:
            time(convolution, work)
        else:
            several_operators(convolution, work)

    return choose


def _by_any_set(of_paper, loop):
    """Use one loop for all sets beyond the paper's."""

    @jit_inner
    def choose(pooling_set, convolution, work):
        if pooling_set <= PAPER:
            of_paper(pooling_set, convolution, work)
        else:
            loop(convolution, work)

    return choose


_energy_only = _shared_deeper_for(EMPTY)
_shared_paper = _by_paper_set(_shared_for)
_shared_deeper_paper = _by_few_sets(_shared_deeper_for)
_tapped_paper = _by_paper_set(_tapped_for)
_shared_plus = _by_plus_set(_shared_for)
_shared_any = _by_any_set(_shared_paper, _shared_for(ANY))
_shared_deeper_any = _by_any_set(_shared_deeper_paper, _shared_deeper_for(ANY))
_tapped_any = _by_any_set(_tapped_paper, _tapped_for(ANY))
_weighted_paper, _weighted_any = _weighted_for(PAPER), _weighted_for(ANY)
