"""Level 0: statistics of the series itself over intervals, without a kernel.

In scattering, the order zero is the series without a wavelet (Andén and Mallat 2014,
"Deep scattering spectrum"); dyadic intervals are those of QUANT (Dempster et al. 2024).
One loop serves a single case and many: it is a small part of the work.
"""

from __future__ import annotations

__all__ = ["STATISTICS", "PlainFeatures", "evaluate_plain", "timepoints_of"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES
from lightwaves_aeon.core.convolution.representations import Inputs, derive
from lightwaves_aeon.core.jit import jit, jit_inner


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


# Sums are taken in double precision: of a long interval they would lose digits. It is
# asked for where the code without compilation would take a scalar of single precision.


@jit_inner
def _mean(x, first, last):
    total = 0.0
    for t in range(first, last):
        total += np.float64(x[t])
    return total / (last - first)


@jit_inner
def _deviation(x, first, last):
    mean, total = _mean(x, first, last), 0.0
    for t in range(first, last):
        total += (np.float64(x[t]) - mean) ** 2
    return np.sqrt(total / (last - first))


@jit_inner
def _slope(x, first, last):
    # Of the least-squares line, over the whole interval: in the unit of the values.
    n, total = last - first, 0.0
    for t in range(first, last):
        total += (2 * (t - first) - (n - 1)) * np.float64(x[t])
    return 6 * total / ((n + 1) * max(n - 1, 1))


@jit_inner
def _lowest(x, first, last):
    low = x[first]
    for t in range(first + 1, last):
        low = min(low, x[t])
    return np.float64(low)


@jit_inner
def _highest(x, first, last):
    high = x[first]
    for t in range(first + 1, last):
        high = max(high, x[t])
    return np.float64(high)


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
    for i in range(len(inputs.first)):
        if plain.starts[i] == plain.starts[i + 1]:
            continue
        for case in range(first, last):
            derive(x, inputs, i, case, series, 0)
            for k in range(plain.starts[i], plain.starts[i + 1]):
                start, stop = plain.ends[k, 0], plain.ends[k, 1]
                begin, end = timepoints_of(start, stop, length)
                number = plain.statistics[k]
                if number == MEAN:
                    value = _mean(series, begin, end)
                elif number == DEVIATION:
                    value = _deviation(series, begin, end)
                elif number == SLOPE:
                    value = _slope(series, begin, end)
                elif number == LOWEST:
                    value = _lowest(series, begin, end)
                else:
                    value = _highest(series, begin, end)
                out[case, plain.columns[k]] = value
