"""Standard scaling of each channel, with constants taken from the training cases."""

from __future__ import annotations

__all__ = ["ALL", "divisors", "find_unusable", "scaled_channels"]

import numpy as np

from lightwaves_aeon.core.data.gaps import fill_gaps
from lightwaves_aeon.core.jit import jit

LARGEST_SCALED = 1e30
"""Scaled values beyond this would overflow in the responses of level 2."""

ALL = slice(None)

BLOCK_VALUES = 1 << 20
"""Values looked at in one go."""


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
    longest_gaps: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Scale some channels, and fill their gaps.

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
    longest_gaps : np.ndarray of int, shape (n_channels_in_use,), optional
        The longest gaps of these channels that are short. Without it NaN is an error.

    Returns
    -------
    scaled : np.ndarray of float32, shape (n_channels_in_use, n_cases, n_timepoints)
        In units of the training standard deviations, in C order. Gaps are filled, see
        `fill_gaps`, with zeros where nothing was observed of a channel.
    observed : np.ndarray of bool, of the same shape, or None
        Where there are no gaps, but short ones; None if there are none at all.

    Raises
    ------
    ValueError
        If a value is infinite, beyond 1e30 standard deviations, or NaN unless that is
        allowed.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.scaling import scaled_channels
    >>> X = np.array([[[1.0, 3.0, 7.0], [0.0, 0.0, 0.0]]])
    >>> scaled_channels(X, np.array([0]), np.array([3.0]), np.array([2.0]))[0].tolist()
    [[[-1.0, 0.0, 2.0]]]
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
    read = read.astype(np.int64, copy=False)
    if _scale(X, read, means, divisors(stds), scaled) == 0:
        return scaled, None
    for position, channel in enumerate(read):
        usable = np.abs(scaled[position]) < LARGEST_SCALED
        if longest_gaps is not None:  # of X: infinity may be scaled to NaN
            usable |= np.isnan(X[:, channel])
        if not usable.all():
            case = ""
            if numbers is not None:
                first = int(np.argmin(usable.all(axis=1)))
                case = f", first in case {numbers[first]}"
            nan = "NaN, " if longest_gaps is None else ""
            raise ValueError(
                f"X: channel {channels[position]} holds {nan}infinity or a value more "
                f"than {LARGEST_SCALED:g} standard deviations from its training mean"
                f"{case}"
            )
    observed, length = np.empty(scaled.shape, bool), scaled.shape[2]
    limits = np.repeat(np.asarray(longest_gaps), scaled.shape[1])
    fill_gaps(scaled.reshape(-1, length), limits, observed.reshape(-1, length))
    scaled[np.isnan(scaled)] = 0
    return scaled, observed


@jit
def _scale(X, channels, means, scales, out):
    """Scale; return the number of values that are NaN, infinite or far out."""
    # A count, since a flag would keep the loop from being vectorised.
    n_unusable = 0
    for position in range(len(channels)):
        channel, mean, scale = channels[position], means[position], scales[position]
        for i in range(len(X)):
            for t in range(np.uint64(X.shape[2])):
                value = (X[i, channel, t] - mean) / scale
                n_unusable += not abs(value) < LARGEST_SCALED  # true for NaN, too
                out[position, i, t] = value
    return n_unusable


def find_unusable(X: np.ndarray, allow_missing: bool = False) -> tuple[int, int] | None:
    """Find the first infinity, or NaN unless that is allowed.

    Parameters
    ----------
    X : np.ndarray of float, shape (n_cases, n_channels, n_timepoints)
        Collection.
    allow_missing : bool, default=False
        Whether NaN stands for what was not observed.

    Returns
    -------
    (case, channel) or None
        Where it is; None if there is none.

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
        usable = ~np.isinf(block) if allow_missing else np.isfinite(block)
        usable = usable.all(axis=-1)
        if not usable.all():
            case, channel = np.argwhere(~usable)[0]
            return start + int(case), int(channel)
    return None
