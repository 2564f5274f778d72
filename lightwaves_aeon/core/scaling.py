"""Standard scaling of each channel, with constants taken from the training cases."""

from __future__ import annotations

__all__ = ["channel_moments", "divisors", "find_unusable", "scaled_channels"]

import numpy as np
from numba import njit

from lightwaves_aeon.core.collection import Collection, equal_parts

LARGEST = 1e30
"""Scaled values beyond this would overflow in the responses of level 2."""

ALL = slice(None)

BLOCK = 1 << 20
"""Values looked at in one go."""


def channel_moments(X: Collection, channel: int) -> tuple[float, float]:
    """Mean and standard deviation of one channel over all cases and time points.

    Both are summed in float64, in an order that depends neither on the memory layout of
    `X` nor on its other channels.

    Parameters
    ----------
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints), or Unequal
        Collection of any real dtype.
    channel : int
        The channel to look at.

    Returns
    -------
    mean, std : float
        In the units of the channel.

    Raises
    ------
    ValueError
        If the channel holds NaN or infinity, or values whose squares overflow.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.scaling import channel_moments
    >>> channel_moments(np.array([[[1.0, 3.0]], [[5.0, 7.0]]]), channel=0)
    (4.0, 2.23606797749979)
    """
    parts = [
        (len(block) * block.shape[2], *_moments_of(block, channel, cases))
        for block, _, cases in equal_parts(X)
    ]
    sizes, means, stds = np.array(parts).T
    shares = sizes / sizes.sum()
    # Counted from the first, so that equal means have no spread.
    apart = means - means[0]
    apart -= shares @ apart
    std = np.sqrt(shares @ (stds**2 + apart**2)) if len(parts) > 1 else stds[0]
    return float(means[0] - apart[0]), float(std)


def _moments_of(
    X: np.ndarray, channel: int, cases: np.ndarray | None
) -> tuple[float, float]:
    read = channel
    if X.dtype not in (np.float32, np.float64):
        X, read = X[:, [channel]].astype(np.float64), 0
    mean, std = _moments(X, read)
    if not np.isfinite(std):
        unusable = find_unusable(X[:, [read]])
        if unusable is None:
            raise ValueError(f"X: channel {channel} holds values too large to scale")
        case = unusable[0] if cases is None else cases[unusable[0]]
        raise ValueError(
            f"X holds NaN or infinity, first in case {case}, channel {channel}"
        )
    return mean, std


@njit(nogil=True, cache=True, error_model="numpy")
def _moments(X, channel):
    """Sum up each time point over the cases first: such sums can be vectorised."""
    n_cases, _, n_timepoints = X.shape
    n_values = n_cases * n_timepoints
    # Counted from the first value, so that a constant channel has no spread at all.
    origin, offset, squares = np.float64(X[0, channel, 0]), 0.0, 0.0
    sums = np.zeros(n_timepoints)
    for i in range(n_cases):
        for t in range(np.uint64(n_timepoints)):
            sums[t] += np.float64(X[i, channel, t]) - origin
    for t in range(n_timepoints):
        offset += sums[t] / n_values
        sums[t] = 0
    for i in range(n_cases):
        for t in range(np.uint64(n_timepoints)):
            sums[t] += (np.float64(X[i, channel, t]) - origin - offset) ** 2
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
    >>> from lightwaves_aeon.core.scaling import divisors
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
    >>> from lightwaves_aeon.core.scaling import scaled_channels
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
    bad = _scale(X, read, means, divisors(stds), scaled)
    if bad >= 0:
        raise ValueError(
            f"X: channel {channels[bad]} holds NaN, infinity or a value more than "
            f"{LARGEST:g} standard deviations from its training mean"
        )
    return scaled


@njit(nogil=True, cache=True, error_model="numpy")
def _scale(X, channels, means, scales, out):
    """Scale; return the position of the first channel that cannot be, or -1."""
    for position in range(len(channels)):
        channel, mean, scale = channels[position], means[position], scales[position]
        # A count, since a flag would keep the loop from being vectorised.
        n_unusable = 0
        for i in range(len(X)):
            for t in range(np.uint64(X.shape[2])):
                value = (X[i, channel, t] - mean) / scale
                n_unusable += not abs(value) < LARGEST  # true for NaN, too
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
    >>> from lightwaves_aeon.core.scaling import find_unusable
    >>> find_unusable(np.array([[[0.0, 1.0], [np.inf, 0.0]]]))
    (0, 1)
    """
    step = max(1, BLOCK // X[0].size)
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
