"""Standard scaling of each channel, with constants taken from the training cases."""

from __future__ import annotations

__all__ = [
    "channel_moments",
    "divisors",
    "find_unusable",
    "outlying_cases",
    "scaled_channels",
]

from collections.abc import Callable

import numpy as np

from lightwaves_aeon.core.data.collection import Collection, iter_by_length
from lightwaves_aeon.core.jit import jit

LARGEST_SCALED = 1e30
"""Scaled values beyond this would overflow in the responses of level 2."""

ROUNDING = 2.0**-40
"""Share of the mean up to which a deviation is that of rounding, at least; it is the
precision of the type where that is coarser."""

PLAIN, RAISED, LOWERED = 1.0, 2.0**600, 2.0**-600
"""Units in which moments are summed up: powers of two, which change no digit."""

SQUARES = 1e-130, 1e130
"""Deviations whose squares, and sums of them, are far from the ends of the range."""

ALL = slice(None)

BLOCK_VALUES = 1 << 20
"""Values looked at in one go."""


def channel_moments(
    X: Collection, channel: int, cases: np.ndarray | None = None
) -> tuple[float, float]:
    """Mean and standard deviation of one channel over all cases and time points.

    Both are summed in float64, in an order that depends neither on the memory layout of
    `X` nor on its other channels.

    Parameters
    ----------
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        Collection of any real dtype.
    channel : int
        The channel to look at.
    cases : np.ndarray of int, optional
        The cases to look at, in this order; all by default.

    Returns
    -------
    mean, std : float
        In the units of the channel. The deviation is 0 where it is no more than that of
        rounding. In units that differ by a power of two the digits are the same.

    Raises
    ------
    ValueError
        If the channel holds NaN or infinity, or values too large to sum up.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.scaling import channel_moments
    >>> channel_moments(np.array([[[1.0, 3.0]], [[5.0, 7.0]]]), channel=0)
    (4.0, 2.23606797749979)
    """
    mean, std = _moments_of(X, channel, cases, PLAIN)
    if not SQUARES[0] < std < SQUARES[1]:
        mean, std = _in_other_units(X, channel, cases, mean, std)
    if not np.isfinite(std):
        _refuse(X, channel)
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
        Collection of any real dtype, of finite values.
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
    >>> from lightwaves_aeon.core.data.scaling import outlying_cases
    >>> X = np.array([[[1.0, 2.0]], [[0.0, 1.0]], [[2.0, 1e10]]])
    >>> outlying_cases(X, 0, np.arange(3), farthest=100).tolist()
    [False, False, True]
    """
    means = _by_case(X, channel, cases, 0.0, _case_means)
    distances = _by_case(X, channel, cases, float(np.median(means)), _case_distances)
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


def _refuse(X: Collection, channel: int) -> None:
    for block, _, numbers in iter_by_length(X):
        unusable = None
        if block.dtype.kind == "f":
            unusable = find_unusable(block[:, [channel]])
        if unusable is not None:
            case = unusable[0] if numbers is None else numbers[unusable[0]]
            raise ValueError(
                f"X holds NaN or infinity, first in case {case}, channel {channel}"
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


def divisors(stds: np.ndarray) -> np.ndarray:
    """Give what the distance from the mean is divided by.

    Parameters
    ----------
    stds : np.ndarray of float64, shape (n_channels,)
        Standard deviation of each channel; 0 for one that is constant.

    Returns
    -------
    np.ndarray of float64, shape (n_channels,)
        The same, and infinity in place of 0: a constant channel scales to zero.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.scaling import divisors
    >>> divisors(np.array([2.0, 0.0])).tolist()
    [2.0, inf]
    """
    return np.where(stds > 0, stds, np.inf)


def scaled_channels(
    X: np.ndarray,
    channels: np.ndarray,
    means: np.ndarray,
    stds: np.ndarray,
    cases: slice | np.ndarray = ALL,
    numbers: np.ndarray | range | None = None,
) -> np.ndarray:
    """Scale some channels.

    Parameters
    ----------
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
        Collection of any real dtype; it is not changed.
    channels : np.ndarray of int, shape (n_channels_in_use,)
        The channels to read.
    means, stds : np.ndarray of float64, shape (n_channels_in_use,)
        The training constants of these channels, see `channel_moments`.
    cases : slice or np.ndarray of int
        The cases to read; all by default.
    numbers : np.ndarray of int or range, optional
        What an error calls these cases; it names none by default.

    Returns
    -------
    np.ndarray of float32, shape (n_channels_in_use, n_cases, n_timepoints), C order
        In units of the training standard deviations.

    Raises
    ------
    ValueError
        If a value is NaN, infinite, or beyond 1e30 standard deviations.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.scaling import scaled_channels
    >>> X = np.array([[[1.0, 3.0, 7.0], [0.0, 0.0, 0.0]]])
    >>> scaled_channels(X, np.array([0]), np.array([3.0]), np.array([2.0]))
    array([[[-1.,  0.,  2.]]], dtype=float32)
    """
    if isinstance(cases, slice) and X.dtype in (np.float32, np.float64):
        X, read = X[cases], channels
    else:  # a copy of the channels in use, and of no other
        rows = np.arange(len(X))[cases, None]
        X, read = X[rows, channels], np.arange(len(channels))
    if X.dtype not in (np.float32, np.float64):
        X = X.astype(np.float64)
    scaled = np.empty((len(channels), len(X), X.shape[2]), np.float32)
    # Of one type, or it would be compiled twice.
    bad = _scale(X, read.astype(np.int64, copy=False), means, divisors(stds), scaled)
    if bad >= 0:
        case = ""
        if numbers is not None:
            usable = (np.abs(scaled[bad]) < LARGEST_SCALED).all(axis=1)
            case = f", first in case {numbers[int(np.argmin(usable))]}"
        raise ValueError(
            f"X: channel {channels[bad]} holds NaN, infinity or a value more than "
            f"{LARGEST_SCALED:g} standard deviations from its training mean{case}"
        )
    return scaled


@jit
def _scale(X, channels, means, scales, out):
    """Scale; return the position of the first channel that cannot be, or -1."""
    for position in range(len(channels)):
        channel, mean, scale = channels[position], means[position], scales[position]
        # A count, since a flag would keep the loop from being vectorised.
        n_unusable = 0
        for i in range(len(X)):
            for t in range(np.uint64(X.shape[2])):
                value = (X[i, channel, t] - mean) / scale
                n_unusable += not abs(value) < LARGEST_SCALED  # true for NaN, too
                out[position, i, t] = value
        if n_unusable > 0:
            return position
    return -1


def find_unusable(X: np.ndarray) -> tuple[int, int] | None:
    """Find the first NaN or infinity.

    Parameters
    ----------
    X : np.ndarray of float, shape (n_cases, n_channels, n_timepoints)
        Collection.

    Returns
    -------
    (case, channel) or None
        Where it is; None if all values are finite.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.scaling import find_unusable
    >>> find_unusable(np.array([[[0.0, 1.0], [np.inf, 0.0]]]))
    (0, 1)
    """
    step = max(1, BLOCK_VALUES // X[0].size)
    for start in range(0, len(X), step):
        block = X[start : start + step]
        # A sum is finite unless a value is not, or it overflows: the cheap look first.
        with np.errstate(over="ignore", invalid="ignore"):
            if np.isfinite(block.sum(dtype=np.float64)):
                continue
        usable = np.isfinite(block).all(axis=-1)
        if not usable.all():
            case, channel = np.argwhere(~usable)[0]
            return start + int(case), int(channel)
    return None
