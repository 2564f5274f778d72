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
from lightwaves_aeon.core.features import STATISTICS
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
WIDTH = np.uint64(LANES)

_jit = njit(nogil=True, cache=True, error_model="numpy")


@_jit
def evaluate_groups(x, dilations, kernels, columns, weights, lengths, taps, out):
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
    pair = np.empty(length * LANES, np.float32)
    response = np.empty(length * LANES, np.float32)
    counts = np.zeros(2 * LANES, np.int32)
    found = np.zeros(len(STATISTICS) * LANES, np.float32)

    for start in range(0, n_cases, LANES):
        group = out[start : start + LANES]
        for lane in range(len(group)):
            for t in range(length):
                series[(margin + t) * LANES + lane] = x[start + lane, t]
        shifted_by = 0
        first, second = -1, -1
        for job in range(len(kernels)):
            dilation, kernel = dilations[job], kernels[job]
            tapped = taps[kernel, 0] >= 0
            own = weights[kernel, : lengths[kernel]]
            if tapped:
                if shifted_by != dilation:
                    _sum_shifted(series, margin, dilation, total)
                    shifted_by, first = dilation, -1
                if first != taps[kernel, 0] or second != taps[kernel, 1]:
                    first, second = taps[kernel, 0], taps[kernel, 1]
                    _add_pair(series, margin, dilation, first, second, total, pair)
                _add_third(series, margin, dilation, taps[kernel, 2], pair, response)
            else:
                _weighted(series, margin, dilation, own, response, length)
            wanted = columns[job, 0]
            if wanted.max() >= 0:
                _summarise(response, length, scales[job], wanted, counts, found)
                _store(found, wanted, group)
            wanted = columns[job, 1]
            if wanted.max() >= 0:
                _rectify(response, energy, margin, half)
                if tapped:
                    _tapped(energy, margin, dilation, taps[kernel], response, half)
                else:
                    _weighted(energy, margin, dilation, own, response, half)
                scale = scales[job] * scales[job]
                _summarise(response, half, scale, wanted, counts, found)
                _store(found, wanted, group)


@_jit
def _origin(margin, tap, dilation):
    """Flat index of the lanes that a tap sees at time point 0."""
    return np.uint64(first_seen(margin, tap, dilation) * LANES)


@_jit
def _sum_shifted(series, margin, dilation, total):
    centre = np.uint64(margin * LANES)
    a, b, c = _origins(margin, dilation, (0, 1, 2))
    d, e, f = _origins(margin, dilation, (3, 4, 5))
    g, h, i = _origins(margin, dilation, (6, 7, 8))
    for t in range(np.uint64(0), np.uint64(len(total)), WIDTH):
        here = load(series, centre + t)
        differences = same(np.float32(0))
        for place in (a, b, c, d, e, f, g, h, i):
            differences = differences + (load(series, place + t) - here)
        store(total, t, differences)


@_jit
def _add_pair(series, margin, dilation, a, b, total, out):
    centre = np.uint64(margin * LANES)
    a = _origin(margin, a - CENTRE, dilation)
    b = _origin(margin, b - CENTRE, dilation)
    three = same(np.float32(3))
    for t in range(np.uint64(len(out) // LANES)):
        i = t * WIDTH
        here = load(series, centre + i)
        two = three * (load(series, a + i) - here) + three * (
            load(series, b + i) - here
        )
        store(out, i, two - load(total, i))


@_jit
def _add_third(series, margin, dilation, c, pair, out):
    centre = np.uint64(margin * LANES)
    c = _origin(margin, c - CENTRE, dilation)
    three = same(np.float32(3))
    for t in range(np.uint64(0), np.uint64(len(out)), WIDTH):
        third = three * (load(series, c + t) - load(series, centre + t))
        store(out, t, load(pair, t) + third)


@_jit
def _weighted(series, margin, dilation, weights, out, length):
    centre = np.uint64(margin * LANES)
    origins = np.empty(len(weights), np.uint64)
    for tap in range(len(weights)):
        origins[tap] = _origin(margin, tap - len(weights) // 2, dilation)
    for t in range(np.uint64(0), np.uint64(length) * WIDTH, WIDTH):
        here = load(series, centre + t)
        value = same(np.float32(0))
        for tap in range(len(weights)):
            there = load(series, origins[tap] + t)
            value = value + same(weights[tap]) * (there - here)
        store(out, t, value)


@_jit
def _tapped(series, margin, dilation, taps, out, length):
    centre = np.uint64(margin * LANES)
    a, b, c = _origins(margin, dilation, taps[:3])
    d, e, f = _origins(margin, dilation, taps[3:6])
    g, h, i = _origins(margin, dilation, taps[6:])
    two = same(np.float32(2))
    for t in range(np.uint64(0), np.uint64(length) * WIDTH, WIDTH):
        here = load(series, centre + t)
        heavy = _differences(series, a + t, b + t, c + t, here)
        light = _differences(series, d + t, e + t, f + t, here)
        rest = _differences(series, g + t, h + t, i + t, here)
        store(out, t, two * heavy - light - rest)


@_jit
def _origins(margin, dilation, taps):
    return (
        _origin(margin, taps[0] - CENTRE, dilation),
        _origin(margin, taps[1] - CENTRE, dilation),
        _origin(margin, taps[2] - CENTRE, dilation),
    )


@_jit
def _differences(series, a, b, c, here):
    return (
        (load(series, a) - here) + (load(series, b) - here) + (load(series, c) - here)
    )


@_jit
def _rectify(response, out, margin, half):
    """Absolute response at every second time point: the input of level 2."""
    start = np.uint64(margin * LANES)
    for t in range(np.uint64(half)):
        store(
            out, start + t * WIDTH, magnitude(load(response, np.uint64(2) * t * WIDTH))
        )


@_jit
def _store(found, wanted, out):
    for statistic in range(len(wanted)):
        if wanted[statistic] >= 0:
            for lane in range(len(out)):
                out[lane, wanted[statistic]] = found[statistic * LANES + lane]


@_jit
def _summarise(response, length, scale, wanted, counts, found):
    """Wanted statistics of the responses; those of empty ones are zero."""
    if wanted[PPV] >= 0 or wanted[MAX] >= 0 or wanted[MIN] >= 0:
        _share_and_range(response, length, counts, found)
    if wanted[LSPV] >= 0:
        _longest_run(response, length, counts)
    for lane in range(LANES):
        found[PPV * LANES + lane] = counts[lane] / max(length, 1)
        found[LSPV * LANES + lane] = counts[LANES + lane] / max(length, 1)
        found[MAX * LANES + lane] *= scale
        found[MIN * LANES + lane] *= scale


@_jit
def _share_and_range(response, length, counts, found):
    count = zeros()
    largest = same(np.float32(0))
    smallest = same(np.float32(np.inf if length > 0 else 0))
    for t in range(np.uint64(0), np.uint64(length) * WIDTH, WIDTH):
        value = load(response, t)
        count = count - positive(value)
        size = magnitude(value)
        largest = larger(largest, size)
        smallest = smaller(smallest, size)
    store(counts, np.uint64(0), count)
    store(found, np.uint64(MAX * LANES), largest)
    store(found, np.uint64(MIN * LANES), smallest)


@_jit
def _longest_run(response, length, counts):
    run, longest = zeros(), zeros()
    one = zeros() - positive(same(np.float32(1)))
    for t in range(np.uint64(0), np.uint64(length) * WIDTH, WIDTH):
        # A run grows by one where the value is positive and falls to zero elsewhere.
        run = (run + one) & positive(load(response, t))
        longest = larger(longest, run)
    store(counts, WIDTH, longest)
