"""Mean and spread of a channel over the training cases, and cases that lie far out."""

from __future__ import annotations

__all__ = ["channel_moments", "outlying_cases"]

from collections.abc import Callable

import numpy as np

from lightwaves_aeon.core.data.collection import Collection, iter_by_length
from lightwaves_aeon.core.data.gaps import filled_channel, observed_values
from lightwaves_aeon.core.data.scaling import find_unusable
from lightwaves_aeon.core.jit import jit

ROUNDING = 2.0**-40
"""Share of the mean up to which a deviation is that of rounding, at least; it is the
precision of the type where that is coarser."""

PLAIN, RAISED, LOWERED = 1.0, 2.0**600, 2.0**-600
"""Units in which moments are summed up: powers of two, which change no digit."""

SQUARES = 1e-130, 1e130
"""Deviations whose squares, and sums of them, are far from the ends of the range."""


def channel_moments(
    X: Collection,
    channel: int,
    cases: np.ndarray | None = None,
    allow_missing: bool = False,
) -> tuple[float, float]:
    """Mean and standard deviation of what was observed of one channel.

    Both are summed in float64 over all cases and time points, in an order that depends
    neither on the memory layout of `X` nor on its other channels.

    Parameters
    ----------
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        Collection of any real dtype.
    channel : int
        The channel to look at.
    cases : np.ndarray of int, optional
        The cases to look at, in this order; all by default.
    allow_missing : bool, default=False
        Whether NaN stands for what was not observed, or is an error.

    Returns
    -------
    mean, std : float
        In the units of the channel; both are 0 where nothing was observed. The
        deviation is 0 where it is no more than that of rounding. In units that differ
        by a power of two the digits are the same.

    Raises
    ------
    ValueError
        If the channel holds infinity, NaN unless that is allowed, or values too large
        to sum up.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.moments import channel_moments
    >>> channel_moments(np.array([[[1.0, 3.0]], [[5.0, 7.0]]]), channel=0)
    (4.0, 2.23606797749979)
    """
    mean, std = _moments_of(X, channel, cases, PLAIN)
    if allow_missing and np.isnan(std):  # of a gap, unless a value is infinite
        observed = observed_values(X, channel, cases)
        if np.isfinite(observed).all():
            some = observed[None, None]
            return channel_moments(some, 0) if some.size > 0 else (0.0, 0.0)
    if not SQUARES[0] < std < SQUARES[1]:
        mean, std = _in_other_units(X, channel, cases, mean, std)
    if not np.isfinite(std):
        _refuse(X, channel, allow_missing)
    coarsest = max(_precision(block.dtype) for block, _, _ in iter_by_length(X))
    return mean, std if std > coarsest * abs(mean) else 0.0


def outlying_cases(
    X: Collection, channel: int, cases: np.ndarray, farthest: float
) -> np.ndarray:
    """Find the cases that are many times as far from the middle as the typical case.

    The distance of a case is its root mean square from the median of the means of all
    cases. The typical distance is the median of those above zero, the lower one of two:
    one case in any number cannot move it beyond the distance of another.

    Parameters
    ----------
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        Collection of any real dtype; gaps are filled. Cases of which nothing was
        observed are not outlying, and make no others so.
    channel : int
        The channel to look at.
    cases : np.ndarray of int, shape (n_looked_at,)
        The cases to look at.
    farthest : float
        So many typical distances are not outlying yet.

    Returns
    -------
    np.ndarray of bool, shape (n_looked_at,)

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.moments import outlying_cases
    >>> X = np.array([[[1.0, 2.0]], [[0.0, 1.0]], [[2.0, 1e10]]])
    >>> outlying_cases(X, 0, np.arange(3), farthest=100).tolist()
    [False, False, True]
    """
    means = _by_case(X, channel, cases, 0.0, _case_means)
    if np.isnan(means).any():
        X, channel = filled_channel(X, channel), 0
        means = _by_case(X, channel, cases, 0.0, _case_means)
    is_known = ~np.isnan(means)
    middle = float(np.median(means[is_known])) if is_known.any() else 0.0
    distances = _by_case(X, channel, cases, middle, _case_distances)
    distances[~is_known] = 0
    some = np.sort(distances[distances > 0])
    if len(some) == 0:
        return np.zeros(len(cases), bool)
    return distances > farthest * some[(len(some) - 1) // 2]


def _by_case(
    X: Collection,
    channel: int,
    cases: np.ndarray,
    origin: float,
    of_cases: Callable[..., np.ndarray],
) -> np.ndarray:
    found = np.empty(len(cases))
    for block, rows, positions in iter_by_length(X, cases):
        read = channel
        if block.dtype not in (np.float32, np.float64):
            block, read = block[:, [channel]].astype(np.float64), 0
        part = of_cases(block, read, np.asarray(rows), origin)
        found[slice(None) if positions is None else positions] = part
    return found


@jit
def _case_means(X, channel, cases, origin):
    means = np.zeros(len(cases))
    for position, i in enumerate(cases):
        for t in range(X.shape[2]):
            means[position] += np.float64(X[i, channel, t]) / X.shape[2]
    return means


@jit
def _case_distances(X, channel, cases, origin):
    """Largest distance times the root mean square of shares of it: none overflows."""
    distances = np.zeros(len(cases))
    for position, i in enumerate(cases):
        largest = 0.0
        for t in range(X.shape[2]):
            largest = max(largest, abs(X[i, channel, t] - origin))
        if largest > 0:
            total = 0.0
            for t in range(X.shape[2]):
                total += ((X[i, channel, t] - origin) / largest) ** 2
            distances[position] = largest * np.sqrt(total / X.shape[2])
    return distances


def _precision(dtype: np.dtype) -> float:
    if dtype.kind != "f":
        return ROUNDING
    return max(ROUNDING, float(np.finfo(dtype).eps))


def _in_other_units(
    X: Collection, channel: int, cases: np.ndarray | None, mean: float, std: float
) -> tuple[float, float]:
    """Sum up once more where squares were too small or too large, or all are equal."""
    unit = RAISED if std <= SQUARES[0] else LOWERED
    raised_mean, raised_std = _moments_of(X, channel, cases, unit)
    if unit == RAISED and not raised_std > 0:  # constant, or too large to be raised
        return mean, std
    return raised_mean / unit, raised_std / unit


def _refuse(X: Collection, channel: int, allow_missing: bool) -> None:
    for block, _, numbers in iter_by_length(X):
        unusable = find_unusable(block[:, [channel]], allow_missing)
        if unusable is not None:
            case = unusable[0] if numbers is None else numbers[unusable[0]]
            nan = "" if allow_missing else "NaN or "
            raise ValueError(
                f"X holds {nan}infinity, first in case {case}, channel {channel}"
            )
    raise ValueError(f"X: channel {channel} holds values too large to scale")


def _moments_of(
    X: Collection, channel: int, cases: np.ndarray | None, unit: float
) -> tuple[float, float]:
    """Give the moments times the unit."""
    parts = []
    for block, rows, _ in iter_by_length(X, cases):
        read = channel
        if block.dtype not in (np.float32, np.float64):
            block, read = block[:, [channel]].astype(np.float64), 0
        rows = np.arange(len(block)) if rows is None else rows
        n_values = len(rows) * block.shape[2]
        parts.append((n_values, *_moments(block, read, rows, unit)))
    if len(parts) == 1:
        return parts[0][1:]
    sizes, means, stds = np.array(parts).T
    shares = sizes / sizes.sum()
    # Counted from the first, so that equal means have no spread.
    with np.errstate(over="ignore", invalid="ignore"):
        apart = means - means[0]
        apart -= shares @ apart
        std = np.sqrt(shares @ (stds**2 + apart**2))
    return float(means[0] - apart[0]), float(std)


@jit
def _moments(X, channel, cases, unit):
    """Sum up each time point over the cases first: such sums can be vectorised."""
    n_timepoints = X.shape[2]
    n_values = len(cases) * n_timepoints
    # Counted from the first value, so that a constant channel has no spread at all.
    origin = np.float64(X[cases[0], channel, 0]) * unit
    offset, squares = 0.0, 0.0
    sums = np.zeros(n_timepoints)
    for i in cases:
        for t in range(np.uint64(n_timepoints)):
            sums[t] += np.float64(X[i, channel, t]) * unit - origin
    for t in range(n_timepoints):
        offset += sums[t] / n_values
        sums[t] = 0
    for i in cases:
        for t in range(np.uint64(n_timepoints)):
            sums[t] += (np.float64(X[i, channel, t]) * unit - origin - offset) ** 2
    for t in range(n_timepoints):
        squares += sums[t] / n_values
    return origin + offset, np.sqrt(squares)
