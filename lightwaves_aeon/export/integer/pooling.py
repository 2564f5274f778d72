"""Pooling operators in integers: what they compute, in which unit, and its range."""

from __future__ import annotations

__all__ = ["POOL", "SERIES_POOL", "Pooling", "slope_shift"]

from collections.abc import Callable
from math import isqrt
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.export.integer.width import LARGEST_SUM


class Pooling(NamedTuple):
    """An operator in integers.

    Attributes
    ----------
    compute : callable
        Gives the integers of values of shape (n_cases, n), none larger than a limit,
        and of a threshold.
    unit : callable
        Gives what one of them is, in the unit of the values, for n of them, none larger
        than a limit.
    bounds : callable
        Gives the least and the largest of them, for n values, none larger than a limit.
    """

    compute: Callable[[np.ndarray, int, int], np.ndarray]
    unit: Callable[[int, int], float]
    bounds: Callable[[int, int], tuple[int, int]]


def _ppv(response: np.ndarray, limit: int, threshold: int) -> np.ndarray:
    return (response > threshold).sum(axis=1)


def _max(response: np.ndarray, limit: int, threshold: int) -> np.ndarray:
    return np.abs(response).max(axis=1, initial=0)


def _min(response: np.ndarray, limit: int, threshold: int) -> np.ndarray:
    if response.shape[1] == 0:
        return np.zeros(len(response), np.int64)
    return np.abs(response).min(axis=1)


def _lspv(response: np.ndarray, limit: int, threshold: int) -> np.ndarray:
    run = longest = np.zeros(len(response), np.int64)
    for values in response.T:
        run = np.where(values > 0, run + 1, 0)
        longest = np.maximum(longest, run)
    return longest


def _share(n: int, limit: int) -> float:
    return 1 / max(n, 1)


def _one(n: int, limit: int) -> float:
    return 1.0


POOL = {
    "ppv": Pooling(_ppv, _share, lambda n, limit: (0, n)),
    "max": Pooling(_max, _one, lambda n, limit: (0, limit)),
    "lspv": Pooling(_lspv, _share, lambda n, limit: (0, n)),
    "min": Pooling(_min, _one, lambda n, limit: (0, limit)),
}
"""Those of responses; shares are counted, and amplitudes not scaled by the dilation."""


def slope_shift(n: int, limit: int) -> int:
    """Give the bits that sums of slopes over n values drop, none larger than a limit.

    Examples
    --------
    >>> from lightwaves_aeon.export.integer.pooling import slope_shift
    >>> slope_shift(100, 2730), slope_shift(10000, 2730)
    (0, 8)
    """
    return max((limit * (n * n // 2) // LARGEST_SUM).bit_length(), 0)


def _mean(x: np.ndarray, limit: int, threshold: int) -> np.ndarray:
    return x.sum(axis=1, dtype=np.int64)


def _deviation(x: np.ndarray, limit: int, threshold: int) -> np.ndarray:
    x = x.astype(np.int64)
    squares = x.shape[1] * (x * x).sum(axis=1) - x.sum(axis=1) ** 2
    return np.array([isqrt(square) for square in squares.tolist()], np.int64)


def _slope(x: np.ndarray, limit: int, threshold: int) -> np.ndarray:
    n = x.shape[1]
    weights = 1 - n + 2 * np.arange(n, dtype=np.int64)
    return (x * weights).sum(axis=1) >> slope_shift(n, limit)


def _unit_of_slope(n: int, limit: int) -> float:
    # As of the least-squares line, times the length.
    return 2.0 ** slope_shift(n, limit) * 6 / ((n + 1) * max(n - 1, 1))


def _bounds_of_slope(n: int, limit: int) -> tuple[int, int]:
    largest = limit * (n * n // 2)
    shift = slope_shift(n, limit)
    return -largest >> shift, largest >> shift


def _lowest(x: np.ndarray, limit: int, threshold: int) -> np.ndarray:
    return x.min(axis=1)


def _highest(x: np.ndarray, limit: int, threshold: int) -> np.ndarray:
    return x.max(axis=1)


SERIES_POOL = {
    "mean": Pooling(_mean, _share, lambda n, limit: (-n * limit, n * limit)),
    "deviation": Pooling(_deviation, _share, lambda n, limit: (0, n * limit)),
    "slope": Pooling(_slope, _unit_of_slope, _bounds_of_slope),
    "lowest": Pooling(_lowest, _one, lambda n, limit: (-limit, limit)),
    "highest": Pooling(_highest, _one, lambda n, limit: (-limit, limit)),
}
"""Those of intervals of an input."""
