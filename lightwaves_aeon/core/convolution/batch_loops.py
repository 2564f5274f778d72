"""The loops for sixteen cases: a kind of convolution, pooled by a set of operators."""

from __future__ import annotations

__all__ = [
    "energy_only",
    "shared_any",
    "shared_deeper_any",
    "shared_deeper_paper",
    "shared_pair",
    "shared_paper",
    "shared_ppv",
    "tapped_any",
    "tapped_paper",
    "weighted_any",
    "weighted_paper",
]

from functools import cache

import numpy as np

from lightwaves_aeon.core.convolution.batch_memory import (
    ZERO,
    difference,
    sum_of_three,
)
from lightwaves_aeon.core.convolution.batch_pooling import (
    WIDTH,
    finalizer,
    init,
    limits_of,
    scale_of,
    updater,
)
from lightwaves_aeon.core.convolution.pairs import N_HEAVY_TAPS
from lightwaves_aeon.core.convolution.pooling_sets import (
    ANY,
    EMPTY,
    LSPV_ONLY,
    MAX_ONLY,
    PAPER,
    PPV_ONLY,
    PPV_SEVERAL,
)
from lightwaves_aeon.core.convolution.simd import load, magnitude, splat, store
from lightwaves_aeon.core.jit import jit_closure, jit_inner

TWO = np.uint64(2)
# Plain numbers would be types of their own, and what they are given to compiled twice.
LEVEL_1, LEVEL_2 = np.int64(0), np.int64(1)


@cache
def _shared_for(pooling_set):
    """Level 1 of a MiniRocket kernel, by the total that all kernels share."""
    update, finalize = updater(pooling_set), finalizer(pooling_set)

    @jit_closure(pooling_set)
    def shared(convolution, work):
        memory, at, places = work.memory, work.at, work.places
        a, b, c = places[convolution, 0], places[convolution, 1], places[convolution, 2]
        state, limits = init(at.length), limits_of(convolution, LEVEL_1, work)
        for t in range(ZERO, at.length, WIDTH):
            value = difference(memory, at.total, a, b, c, t)
            state = update(state, value, limits)
        n, scale = np.int64(at.length // WIDTH), scale_of(convolution, work)
        finalize(state, n, scale, convolution, LEVEL_1, work)

    return shared


_update_ppv, _finalize_ppv = updater(PPV_ONLY), finalizer(PPV_ONLY)


@jit_inner
def shared_pair(differs_in, convolution, work):
    """PPV of this and the next convolution, see `pairs`, added up as each by itself."""
    memory, at, places = work.memory, work.at, work.places
    other, last = convolution + 1, N_HEAVY_TAPS - 1
    one, two = places[convolution, differs_in], places[other, differs_in]
    a = places[convolution, 0 if differs_in > 0 else 1]
    b = places[convolution, last if differs_in < last else 1]
    state, limits = init(at.length), limits_of(convolution, LEVEL_1, work)
    state_2, limits_2 = init(at.length), limits_of(other, LEVEL_1, work)
    if differs_in == last:
        for t in range(ZERO, at.length, WIDTH):
            both = load(memory, a + t) + load(memory, b + t)
            total = load(memory, at.total + t)
            value = both + load(memory, one + t) - total
            state = _update_ppv(state, value, limits)
            value = both + load(memory, two + t) - total
            state_2 = _update_ppv(state_2, value, limits_2)
    else:
        for t in range(ZERO, at.length, WIDTH):
            at_a, at_b = load(memory, a + t), load(memory, b + t)
            total = load(memory, at.total + t)
            value = load(memory, one + t) + at_a + at_b - total
            state = _update_ppv(state, value, limits)
            value = load(memory, two + t) + at_a + at_b - total
            state_2 = _update_ppv(state_2, value, limits_2)
    n, scale = np.int64(at.length // WIDTH), scale_of(convolution, work)
    _finalize_ppv(state, n, scale, convolution, LEVEL_1, work)
    _finalize_ppv(state_2, n, scale, other, LEVEL_1, work)


@cache
def _shared_deeper_for(pooling_set):
    """Make the same, which leaves the energy at every second point for level 2."""
    update, finalize = updater(pooling_set), finalizer(pooling_set)
    wanted = pooling_set != EMPTY

    @jit_closure(pooling_set)
    def shared_deeper(convolution, work):
        memory, at, places = work.memory, work.at, work.places
        a, b, c = places[convolution, 0], places[convolution, 1], places[convolution, 2]
        centre = at.energy + at.centre
        even = _half(at.length) * TWO
        state, limits = init(at.length), limits_of(convolution, LEVEL_1, work)
        for t in range(ZERO, even, TWO * WIDTH):
            value = difference(memory, at.total, a, b, c, t)
            store(memory, centre + t // TWO, magnitude(value))
            state = update(state, value, limits)
            if wanted:
                value = difference(memory, at.total, a, b, c, t + WIDTH)
                state = update(state, value, limits)
        if wanted:
            # The last of an odd number of points has no place in level 2.
            for t in range(even, at.length, WIDTH):
                value = difference(memory, at.total, a, b, c, t)
                state = update(state, value, limits)
            n, scale = np.int64(at.length // WIDTH), scale_of(convolution, work)
            finalize(state, n, scale, convolution, LEVEL_1, work)

    return shared_deeper


@jit_inner
def _half(length):
    """Length of level 2, in floats."""
    return length // (TWO * WIDTH) * WIDTH


@cache
def _tapped_for(pooling_set):
    """Level 2 of a MiniRocket kernel, of a series that no other kernel shares."""
    update, finalize = updater(pooling_set), finalizer(pooling_set)

    @jit_closure(pooling_set)
    def tapped(convolution, work):
        memory, at, places = work.memory, work.at, work.places[convolution]
        a, b, c = places[0], places[1], places[2]
        d, e, f = places[3], places[4], places[5]
        g, h, i = places[6], places[7], places[8]
        two, length = splat(np.float32(2)), _half(at.length)
        state, limits = init(length), limits_of(convolution, LEVEL_2, work)
        for t in range(at.energy, at.energy + length, WIDTH):
            heavy = sum_of_three(memory, a + t, b + t, c + t)
            light = sum_of_three(memory, d + t, e + t, f + t)
            rest = sum_of_three(memory, g + t, h + t, i + t)
            state = update(state, two * heavy - light - rest, limits)
        scale = scale_of(convolution, work)
        n = np.int64(length // WIDTH)
        finalize(state, n, scale * scale, convolution, LEVEL_2, work)

    return tapped


@cache
def _weighted_for(pooling_set):
    """Either level of a kernel with weights of its own; level 1 leaves its energy."""
    update, finalize = updater(pooling_set), finalizer(pooling_set)

    @jit_closure(pooling_set)
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
    """Compile a loop for each of the paper's sets, and choose by the first argument."""
    ppv, largest, run, paper = map(loop_for, (PPV_ONLY, MAX_ONLY, LSPV_ONLY, PAPER))

    @jit_closure("paper", loop_for.__name__)
    def dispatch(pooling_set, convolution, work):
        if pooling_set == PPV_ONLY:
            ppv(convolution, work)
        elif pooling_set == MAX_ONLY:
            largest(convolution, work)
        elif pooling_set == LSPV_ONLY:
            run(convolution, work)
        else:
            paper(convolution, work)

    return dispatch


def _by_few_sets(loop_for):
    """Do the same with fewer loops, where few convolutions need another."""
    ppv, paper = loop_for(PPV_ONLY), loop_for(PAPER)

    @jit_closure("few", loop_for.__name__)
    def dispatch(pooling_set, convolution, work):
        if pooling_set == PPV_ONLY:
            ppv(convolution, work)
        else:
            paper(convolution, work)

    return dispatch


def _by_ppv_set(loop_for):
    """Do the same for one or several PPV."""
    ppv, several = loop_for(PPV_ONLY), loop_for(PPV_SEVERAL)

    @jit_closure("ppv", loop_for.__name__)
    def dispatch(pooling_set, convolution, work):
        if pooling_set == PPV_ONLY:
            ppv(convolution, work)
        else:
            several(convolution, work)

    return dispatch


def _by_any_set(of_paper, loop):
    """Use one loop for all sets beyond the paper's."""

    @jit_closure("any", of_paper.__name__)
    def dispatch(pooling_set, convolution, work):
        if pooling_set <= PAPER:
            of_paper(pooling_set, convolution, work)
        else:
            loop(convolution, work)

    return dispatch


energy_only = _shared_deeper_for(EMPTY)
shared_paper = _by_paper_set(_shared_for)
shared_deeper_paper = _by_few_sets(_shared_deeper_for)
tapped_paper = _by_paper_set(_tapped_for)
shared_ppv = _by_ppv_set(_shared_for)
shared_any = _by_any_set(shared_paper, _shared_for(ANY))
shared_deeper_any = _by_any_set(shared_deeper_paper, _shared_deeper_for(ANY))
tapped_any = _by_any_set(tapped_paper, _tapped_for(ANY))
weighted_paper, weighted_any = _weighted_for(PAPER), _weighted_for(ANY)
