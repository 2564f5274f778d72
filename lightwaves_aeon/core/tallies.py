"""Statistics of responses in lanes: taken value by value, and put to their place.

Made for each kind of `kinds`, so that a loop computes no others than are wanted.
"""

from __future__ import annotations

__all__ = ["PER_JOB", "WIDTH", "include_for", "limits_of", "nothing", "write_for"]

import numpy as np
from numba import njit

from lightwaves_aeon.core.kinds import (
    KINDS,
    LSPV,
    MAX,
    MIN,
    MIPV,
    MPV,
    N_SHARES,
    NEUTRAL,
    PPV,
)
from lightwaves_aeon.core.lanes import (
    LANES,
    above,
    fraction,
    kept,
    larger,
    magnitude,
    mean,
    same,
    smaller,
    store,
    zeros,
)

# Flat indices are unsigned, see `responses`; so are the steps between them.
WIDTH, ONE, TWO = np.uint64(LANES), np.uint64(1), np.uint64(2)
PER_JOB = np.uint64(2 * N_SHARES)
PER_LEVEL = np.uint64(N_SHARES)

_jit = njit(nogil=True, cache=True, error_model="numpy")
# Made by functions, so cached only as a part of what calls them.
_jit_closure = njit(nogil=True, error_model="numpy")


@_jit
def nothing(length):
    """Give what is known before the first value."""
    none, floor = zeros(), same(np.float32(0))
    least = same(np.float32(np.inf if length > 0 else 0))
    return (none, none, none), floor, least, none, none, none, floor, floor, floor


@_jit
def limits_of(job, level, work):
    """Thresholds of the shares."""
    memory, at, _, _, _ = work
    first = at.limits + np.uint64(job) * PER_JOB + np.uint64(level) * PER_LEVEL
    a, b, c = memory[first], memory[first + ONE], memory[first + TWO]
    return same(a), same(b), same(c)


def include_for(kind):
    """Take a value into the statistics of a kind."""
    slots = KINDS[kind]
    first, second, third = (PPV + i in slots for i in range(N_SHARES))
    high, low, runs = MAX in slots, MIN in slots, LSPV in slots
    sums, times = MPV in slots, MIPV in slots
    counts = sums or times

    @_jit_closure
    def include(state, value, limits):
        (a, b, c), largest, smallest, run, longest, count, total, time, late = state
        if first:
            a = a - above(value, limits[0])
        if second:
            b = b - above(value, limits[1])
        if third:
            c = c - above(value, limits[2])
        if high:
            largest = larger(largest, magnitude(value))
        if low:
            smallest = smaller(smallest, magnitude(value))
        if runs or counts:
            minus_one = above(value, same(np.float32(0)))
        if runs:
            # A run grows by one where the value is positive, elsewhere it ends.
            run = (run - minus_one) & minus_one
            longest = larger(longest, run)
        if counts:
            count = count - minus_one
        if sums:
            total = total + kept(value, minus_one)
        if times:
            late = late + kept(time, minus_one)
            time = time + same(np.float32(1))
        return (a, b, c), largest, smallest, run, longest, count, total, time, late

    return include


def write_for(kind):
    """Put the statistics of a kind, where wanted, to where `_scatter` finds them."""
    slots = KINDS[kind]
    first, second, third = (PPV + i in slots for i in range(N_SHARES))
    high, low, runs = MAX in slots, MIN in slots, LSPV in slots
    sums, times = MPV in slots, MIPV in slots

    @_jit_closure
    def write(state, length, scale, job, level, work):
        memory, at, _, _, columns = work
        (a, b, c), largest, smallest, _, longest, count, total, _, late = state
        n = np.int64(length // WIDTH)
        scales = same(scale)
        wanted = columns[job, level]
        if first:
            _put(fraction(a, n), wanted[PPV], memory, at)
        if second:
            _put(fraction(b, n), wanted[PPV + 1], memory, at)
        if third:
            _put(fraction(c, n), wanted[PPV + 2], memory, at)
        if high:
            _put(largest * scales, wanted[MAX], memory, at)
        if low:
            _put(smallest * scales, wanted[MIN], memory, at)
        if runs:
            _put(fraction(longest, n), wanted[LSPV], memory, at)
        if sums:
            average = mean(total, count, np.int64(1), np.float32(0))
            _put(average * scales, wanted[MPV], memory, at)
        if times:
            _put(mean(late, count, n, NEUTRAL), wanted[MIPV], memory, at)

    return write


@_jit
def _put(lanes, column, memory, at):
    if column >= 0:
        store(memory, at.features + np.uint64(column) * WIDTH, lanes)
