"""What the loops for sixteen cases work on: lanes in one flat memory."""

from __future__ import annotations

__all__ = [
    "DERIVED_IN_LANES",
    "WIDTH",
    "ZERO",
    "aligned_zeros",
    "copy_channel",
    "derive_series",
    "difference",
    "fill_channels",
    "prepare",
    "scatter",
    "sum_of_nine",
    "sum_of_three",
]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.batch_pooling import (
    LIMITS_PER_CONVOLUTION,
    WIDTH,
)
from lightwaves_aeon.core.convolution.kernels import CENTRE, N_TAPS
from lightwaves_aeon.core.convolution.pooling import N_THRESHOLDS
from lightwaves_aeon.core.convolution.representations import (
    DIFFERENCE,
    FIRST_DIFFERENCE,
    SUM,
)
from lightwaves_aeon.core.convolution.simd import LANES, load, splat, store
from lightwaves_aeon.core.convolution.single import first_seen, widest_reach
from lightwaves_aeon.core.jit import jit_inner

# Flat indices are unsigned, see `single`; so are the steps between them.
ZERO, ONE, TWO = np.uint64(0), np.uint64(1), np.uint64(2)


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
def aligned_zeros(size):
    """Make a flat array whose lanes begin with a cache line: or each would take two."""
    memory = np.zeros(size + LANES, np.float32)
    ahead = np.int64(memory.ctypes.data) // memory.itemsize % LANES
    return memory[LANES - ahead : LANES - ahead + size]


@jit_inner
def prepare(shape, n_features, convolutions, kernels):
    """Lay the memory out, and put thresholds, scales and places of taps into it."""
    dilations, thresholds = convolutions.dilations, convolutions.thresholds
    n_channels, _, length = shape
    n_convolutions = len(dilations)
    margin = widest_reach(dilations, convolutions.kernels, kernels.lengths, length)
    # All lanes are in one flat array: compiled loops take one cheaper than several.
    # Both levels are read through a margin of zeros, that of level 2 longer than needs.
    at = _layout(length, margin, n_features, n_channels, n_convolutions)
    memory = aligned_zeros(np.int64(at.end))
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
    n_limits = np.uint64(n_convolutions) * LIMITS_PER_CONVOLUTION
    channels = limits + (n_limits + WIDTH - ONE) // WIDTH * WIDTH
    end = channels + np.uint64(n_channels) * length
    return _Layout(
        length, margin, series, total, energy, features, limits, channels, end
    )


@jit_inner
def fill_channels(x, start, n_cases, work):
    """Put the cases side by side."""
    memory, at = work.memory, work.at
    for channel in range(len(x)):
        first = at.channels + np.uint64(channel) * at.length
        for lane in range(n_cases):
            for t in range(x.shape[2]):
                place = first + np.uint64(t * LANES + lane)
                memory[place] = x[channel, start + lane, t]


@jit_inner
def copy_channel(inputs, i, work):
    """Put a channel between the margins, as it is and tripled."""
    memory, at = work.memory, work.at
    a = at.channels + np.uint64(inputs.first[i]) * at.length
    first, three = at.series + at.centre, splat(np.float32(3))
    for t in range(ZERO, at.length, WIDTH):
        value = load(memory, a + t)
        store(memory, first + t, value)
        store(memory, at.centre + t, three * value)


@jit_inner
def derive_series(inputs, i, work):
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
"""What `derive_series` has an implementation of."""


@jit_inner
def scatter(cases, work):
    """Give each case its row."""
    for lane in range(len(cases)):
        for column in range(cases.shape[1]):
            place = work.at.features + np.uint64(column * LANES + lane)
            cases[lane, column] = work.memory[place]


@jit_inner
def sum_of_nine(dilation, work):
    """Sum of the nine shifted copies: it serves all 84 kernels."""
    memory, at, nine = work.memory, work.at, work.places[len(work.places) - 1]
    for tap in range(N_TAPS):
        nine[tap] = first_seen(work.margin, tap - CENTRE, dilation) * LANES
    a, b, c, d, e = nine[0], nine[1], nine[2], nine[3], nine[4]
    f, g, h, i = nine[5], nine[6], nine[7], nine[8]
    for t in range(ZERO, at.length, WIDTH):
        u = at.series + t
        left = sum_of_three(memory, a + u, b + u, c + u)
        middle = sum_of_three(memory, d + u, e + u, f + u)
        right = sum_of_three(memory, g + u, h + u, i + u)
        store(memory, at.total + t, left + middle + right)


@jit_inner
def sum_of_three(series, a, b, c):
    """Add three copies, from left to right."""
    return load(series, a) + load(series, b) + load(series, c)


@jit_inner
def difference(memory, total, a, b, c, t):
    """Level 1 of a MiniRocket kernel: three tripled copies less the sum of nine."""
    return sum_of_three(memory, a + t, b + t, c + t) - load(memory, total + t)
