"""Level 0: statistics of the series itself over intervals, without a kernel.

In scattering, the order zero is the series without a wavelet (Andén and Mallat 2014,
"Deep scattering spectrum"); dyadic intervals are those of QUANT (Dempster et al. 2024).
One loop serves a single case and many, side by side in lanes: what takes time is to
wait for a sum before the next value is added to it.
"""

from __future__ import annotations

__all__ = [
    "STATISTICS",
    "PlainFeatures",
    "evaluate_plain",
    "evaluate_plain_seen",
    "timepoints_of",
]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.batch_memory import WIDTH, ZERO, aligned_zeros
from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES
from lightwaves_aeon.core.convolution.representations import (
    Inputs,
    derive,
    derive_seen,
)
from lightwaves_aeon.core.convolution.simd import (
    LANES,
    load,
    maximum,
    minimum,
    narrowed,
    root,
    splat,
    store,
    widened,
)
from lightwaves_aeon.core.jit import jit, jit_inner

# A plain number would be a type of its own, and what it is given to compiled twice.
FIRST = np.int64(0)


class PlainFeatures(NamedTuple):
    """The features of level 0 that a table names, ordered by input.

    Attributes
    ----------
    starts : np.ndarray of int, shape (n_inputs + 1,)
        First feature of each input.
    columns : np.ndarray of int, shape (n_plain,)
        Output column of each.
    statistics : np.ndarray of int8, shape (n_plain,)
        Number of the pooling operator.
    ends : np.ndarray of float32, shape (n_plain, 2)
        The interval, in fractions of the length.
    """

    starts: np.ndarray
    columns: np.ndarray
    statistics: np.ndarray
    ends: np.ndarray


@jit
def timepoints_of(start, stop, length):
    """Give the first time point of an interval, and the one after its last.

    The fractions are rounded down to time points; an interval has one at least.

    Examples
    --------
    >>> from lightwaves_aeon.core.convolution.series_pooling import timepoints_of
    >>> of = timepoints_of.py_func  # compiled code calls it without
    >>> of(0.25, 0.75, 10), of(0.25, 0.5, 3)
    ((2, 7), (0, 1))
    """
    first = int(np.float64(start) * length)
    return first, max(int(np.float64(stop) * length), first + 1)


# Statistics of cases side by side, between two places in their lanes. Sums are taken in
# double precision: of a long interval they would lose digits.


@jit_inner
def _n_timepoints(first, last):
    return splat(np.float64((last - first) // WIDTH))


@jit_inner
def _wide_mean(series, first, last):
    total = splat(np.float64(0))
    for t in range(first, last, WIDTH):
        total = total + widened(load(series, t))
    return total / _n_timepoints(first, last)


@jit_inner
def _mean(series, first, last):
    return narrowed(_wide_mean(series, first, last))


@jit_inner
def _deviation(series, first, last):
    mean, total = _wide_mean(series, first, last), splat(np.float64(0))
    for t in range(first, last, WIDTH):
        distance = widened(load(series, t)) - mean
        total = total + distance * distance
    return narrowed(root(total / _n_timepoints(first, last)))


@jit_inner
def _slope(series, first, last):
    # Of the least-squares line, over the whole interval: in the unit of the values.
    n, total = np.float64((last - first) // WIDTH), splat(np.float64(0))
    weight, two = splat(np.float64(1) - n), splat(np.float64(2))
    for t in range(first, last, WIDTH):
        total = total + weight * widened(load(series, t))
        weight = weight + two
    divisor = (n + 1) * max(n - 1, np.float64(1))
    return narrowed(splat(np.float64(6)) * total / splat(divisor))


@jit_inner
def _lowest(series, first, last):
    low = load(series, first)
    for t in range(first + WIDTH, last, WIDTH):
        low = minimum(low, load(series, t))
    return low


@jit_inner
def _highest(series, first, last):
    high = load(series, first)
    for t in range(first + WIDTH, last, WIDTH):
        high = maximum(high, load(series, t))
    return high


STATISTICS = {
    "mean": _mean,
    "deviation": _deviation,
    "slope": _slope,
    "lowest": _lowest,
    "highest": _highest,
}
"""What makes a feature of an interval, for each operator of level 0."""

MEAN, DEVIATION, SLOPE, LOWEST = map(POOLING_NAMES.index, [*STATISTICS][:4])


@jit
def evaluate_plain(x, first, last, inputs, plain, out):
    """Compute features of level 0.

    Parameters
    ----------
    x : np.ndarray of float32, shape (n_channels_in_use, n_cases, n_timepoints)
        The scaled channels.
    first, last : int
        Range of the cases to evaluate.
    inputs : tuple
        The fields of `Inputs`.
    plain : tuple
        The fields of `PlainFeatures`.
    out : np.ndarray of float32, shape (n_cases, n_features)
        Written to, in the columns named.
    """
    inputs, plain = Inputs(*inputs), PlainFeatures(*plain)
    length = x.shape[2]
    series = np.empty(length, np.float32)
    lanes, pooled = aligned_zeros(length * LANES), aligned_zeros(LANES)
    for i in range(len(inputs.first)):
        if plain.starts[i] == plain.starts[i + 1]:
            continue
        for start in range(first, last, LANES):
            n_cases = min(LANES, last - start)
            for lane in range(n_cases):
                derive(x, inputs, i, start + lane, series, FIRST)
                for t in range(length):
                    lanes[t * LANES + lane] = series[t]
            for k in range(plain.starts[i], plain.starts[i + 1]):
                begin, end = timepoints_of(plain.ends[k, 0], plain.ends[k, 1], length)
                number = plain.statistics[k]
                places = np.uint64(begin) * WIDTH, np.uint64(end) * WIDTH
                store(pooled, ZERO, _pooled(number, lanes, *places))
                for lane in range(n_cases):
                    out[start + lane, plain.columns[k]] = pooled[lane]


@jit
def evaluate_plain_seen(x, observed, first, last, inputs, plain, out):
    """Compute features of level 0 of inputs with gaps, from what was observed.

    Parameters
    ----------
    observed : np.ndarray of bool, shape (n_channels_in_use, n_cases, n_timepoints)
        Where there are no gaps.
    x, first, last, inputs, plain, out
        As of `evaluate_plain`. Features are NaN where nothing was observed.
    """
    inputs, plain = Inputs(*inputs), PlainFeatures(*plain)
    length = x.shape[2]
    series, seen = np.empty(length, np.float32), np.empty(length, np.int64)
    lanes, pooled = aligned_zeros(length * LANES), aligned_zeros(LANES)
    for i in range(len(inputs.first)):
        if plain.starts[i] == plain.starts[i + 1]:
            continue
        for case in range(first, last):
            n_seen = derive_seen(observed, inputs, i, case, seen)
            if n_seen == length:
                continue
            derive(x, inputs, i, case, series, FIRST)
            for k in range(plain.starts[i], plain.starts[i + 1]):
                begin, end = timepoints_of(plain.ends[k, 0], plain.ends[k, 1], length)
                n_taken = 0
                for t in seen[:n_seen]:
                    if begin <= t < end:
                        lanes[n_taken * LANES] = series[t]  # the first lane alone
                        n_taken += 1
                value = np.float32(np.nan)
                if n_taken > 0:
                    number, stop = plain.statistics[k], np.uint64(n_taken) * WIDTH
                    store(pooled, ZERO, _pooled(number, lanes, ZERO, stop))
                    value = pooled[0]
                out[case, plain.columns[k]] = value


@jit_inner
def _pooled(number, series, first, last):
    if number == MEAN:
        return _mean(series, first, last)
    if number == DEVIATION:
        return _deviation(series, first, last)
    if number == SLOPE:
        return _slope(series, first, last)
    if number == LOWEST:
        return _lowest(series, first, last)
    return _highest(series, first, last)
