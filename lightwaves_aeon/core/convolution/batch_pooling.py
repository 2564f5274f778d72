"""Pooling of sixteen responses at once: streaming accumulators, one case a lane.

For each pooling set there is what goes through the values of a response, `updater`, and
what makes features of it, `finalizer`: they compute no others than are in the set.
"""

from __future__ import annotations

__all__ = [
    "FINALIZE",
    "LIMITS_PER_CONVOLUTION",
    "WIDTH",
    "finalizer",
    "init",
    "limits_of",
    "scale_of",
    "updater",
]

from functools import cache

import numpy as np

from lightwaves_aeon.core.convolution.pooling import (
    N_THRESHOLDS,
    NEUTRAL_TIME,
    POOLING_OPERATORS,
    RESPONSE_POOLING,
    slots_of,
)
from lightwaves_aeon.core.convolution.pooling_sets import POOLING_SETS
from lightwaves_aeon.core.convolution.simd import (
    LANES,
    fraction,
    greater,
    magnitude,
    mask,
    maximum,
    mean,
    minimum,
    splat,
    store,
    zeros,
)
from lightwaves_aeon.core.jit import jit_closure, jit_inner

# Flat indices are unsigned, see `single`; so are the steps between them.
WIDTH, ONE, TWO = np.uint64(LANES), np.uint64(1), np.uint64(2)
# Thresholds of both levels, and the scale of amplitudes.
LIMITS_PER_CONVOLUTION = np.uint64(2 * N_THRESHOLDS + 1)
LIMITS_PER_LEVEL = np.uint64(N_THRESHOLDS)


@jit_inner
def init(length):
    """Give the accumulators as they are before the first value."""
    none, floor = zeros(), splat(np.float32(0))
    least = splat(np.float32(np.inf if length > 0 else 0))
    return (none, none, none), floor, least, none, none, none, floor, floor, floor


@jit_inner
def limits_of(convolution, level, work):
    """Load the thresholds of PPV."""
    memory, at = work.memory, work.at
    first = (
        at.limits
        + np.uint64(convolution) * LIMITS_PER_CONVOLUTION
        + np.uint64(level) * LIMITS_PER_LEVEL
    )
    a, b, c = memory[first], memory[first + ONE], memory[first + TWO]
    return splat(a), splat(b), splat(c)


@jit_inner
def scale_of(convolution, work):
    """Load what amplitudes of level 1 are multiplied by."""
    last = np.uint64(convolution) * LIMITS_PER_CONVOLUTION + TWO * LIMITS_PER_LEVEL
    return work.memory[work.at.limits + last]


@cache
def updater(pooling_set):
    """Make what takes a value into the accumulators that a set needs."""
    slots = POOLING_SETS[pooling_set]
    first, second, third = (slot in slots for slot in slots_of("ppv"))
    has = {name: slots_of(name)[0] in slots for name in RESPONSE_POOLING}
    largest_wanted, smallest_wanted, runs = has["max"], has["min"], has["lspv"]
    sums, times = has["mpv"], has["mipv"]
    counts = sums or times

    @jit_closure(pooling_set)
    def update(state, value, limits):
        (a, b, c), largest, smallest, run, longest, count, total, time, late = state
        if first:
            a = a - greater(value, limits[0])
        if second:
            b = b - greater(value, limits[1])
        if third:
            c = c - greater(value, limits[2])
        if largest_wanted:
            largest = maximum(largest, magnitude(value))
        if smallest_wanted:
            smallest = minimum(smallest, magnitude(value))
        if runs or counts:
            minus_one = greater(value, splat(np.float32(0)))
        if runs:
            # A run grows by one where the value is positive, elsewhere it ends.
            run = (run - minus_one) & minus_one
            longest = maximum(longest, run)
        if counts:
            count = count - minus_one
        if sums:
            total = total + mask(value, minus_one)
        if times:
            late = late + mask(time, minus_one)
            time = time + splat(np.float32(1))
        return (a, b, c), largest, smallest, run, longest, count, total, time, late

    return update


def _ppv(number):
    @jit_closure(number)
    def ppv(state, n):
        return fraction(state[0][number], n)

    return ppv


@jit_inner
def _max(state, n):
    return state[1]


@jit_inner
def _min(state, n):
    return state[2]


@jit_inner
def _lspv(state, n):
    return fraction(state[4], n)


@jit_inner
def _mpv(state, n):
    return mean(state[6], state[5], np.int64(1), np.float32(0))


@jit_inner
def _mipv(state, n):
    return mean(state[8], state[5], n, np.float32(NEUTRAL_TIME))


FINALIZE = {
    "ppv": tuple(map(_ppv, range(N_THRESHOLDS))),
    "max": (_max,),
    "lspv": (_lspv,),
    "min": (_min,),
    "mpv": (_mpv,),
    "mipv": (_mipv,),
}
"""What makes a feature of the accumulators, for each slot of an operator; amplitudes
are not scaled by the dilation yet."""


@cache
def finalizer(pooling_set):
    """Make what stores the features of a set, where wanted, for `scatter`."""
    operators = tuple(
        (name, number, slot)
        for name in RESPONSE_POOLING
        for number, slot in enumerate(slots_of(name))
        if slot in POOLING_SETS[pooling_set]
    )
    if not operators:
        return _store_nothing
    value_of = _value_from(operators, 0)
    slots, n_values = tuple(slot for _, _, slot in operators), len(operators)

    @jit_closure(pooling_set)
    def finalize(state, n, scale, convolution, level, work):
        memory, columns, features = work.memory, work.columns, work.at.features
        for k in range(n_values):
            column = columns[convolution, level, slots[k]]
            if column >= 0:
                place = features + np.uint64(column) * WIDTH
                store(memory, place, value_of(k, state, n, scale))

    return finalize


@cache
def _value_from(operators, first):
    """Make what gives the feature of a number, of a chain that a compiler unrolls."""
    name, number, _ = operators[first]
    pool, is_amplitude = (
        FINALIZE[name][number],
        POOLING_OPERATORS[name].unit == "amplitude",
    )
    is_last = first == len(operators) - 1
    then = pool if is_last else _value_from(operators, first + 1)

    @jit_closure(first, *(f"{name}{slot}" for name, _, slot in operators))
    def value(k, state, n, scale):
        if is_last or k == first:
            found = pool(state, n)
            return found * splat(scale) if is_amplitude else found
        return then(k, state, n, scale)

    return value


@jit_inner
def _store_nothing(state, n, scale, convolution, level, work):
    pass
