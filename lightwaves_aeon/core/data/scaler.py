"""Fit the scaling of all channels: each process those of its share."""

from __future__ import annotations

__all__ = ["fit_scaler", "varying_channels"]

import warnings

import numpy as np

from lightwaves_aeon.core.data.collection import Collection, iter_by_length
from lightwaves_aeon.core.data.gaps import holds_missing
from lightwaves_aeon.core.data.interpolation import longest_interpolated
from lightwaves_aeon.core.data.moments import channel_moments, outlying_cases
from lightwaves_aeon.core.parallel.threads import Threads, run

FARTHEST = 30.0
"""Typical distances from the middle of a channel up to which a case is not outlying."""

HARMFUL = 100.0
"""How many times larger outlying cases make a deviation before it is worth a warning:
amid such values those of the other cases lose digits in single precision."""


def fit_scaler(
    X: Collection,
    cases: np.ndarray,
    backend: Threads,
    robust: bool,
    allow_missing: bool = False,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, bool]:
    """Give mean and standard deviation of all channels, in every process.

    Parameters
    ----------
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        Collection of any real dtype.
    cases : np.ndarray of int, shape (n_cases,)
        All cases, in the order in which they are summed up.
    backend : Threads
        Where the work is done; each process reads its share of the channels.
    robust : bool
        Whether to leave out outlying cases, channel by channel.
    allow_missing : bool, default=False
        Whether NaN stands for what was not observed, or is an error.

    Returns
    -------
    means, stds : np.ndarray of float64, shape (n_channels,)
        See `channel_moments`.
    longest_gaps : np.ndarray of int, shape (n_channels,)
        See `longest_interpolated`.
    has_gaps : bool
        Whether any value is missing.

    Warns
    -----
    UserWarning
        If outlying cases are not left out, and a deviation is theirs more than that of
        all others.
    """
    own = backend.local_part(range(X.shape[1]))
    found = run(
        lambda channel: _moments_of(X, channel, cases, robust, allow_missing),
        own,
        backend.n_jobs,
    )
    parts = backend.gather(np.array(list(found)).reshape(-1, 5))
    means, stds, harmful, longest, gaps = backend.on_root(
        lambda: np.concatenate(parts).T
    )
    if (harmful >= 0).any():
        channel = int(np.argmax(harmful >= 0))
        warnings.warn(
            f"X: case {int(harmful[channel])} holds values in channel {channel} that "
            "are so far from those of the other cases that they set its scale; leave "
            'the case out if it is spoilt, or use variant="plus", which scales by the '
            "others",
            stacklevel=2,
        )
    return means, stds, longest.astype(np.int64), bool(gaps.any())


def _moments_of(
    X: Collection, channel: int, cases: np.ndarray, robust: bool, allow_missing: bool
) -> tuple[float, float, int, int, bool]:
    """Mean, deviation, first case that sets the latter alone or -1, and of gaps."""
    mean, std = channel_moments(X, channel, cases, allow_missing)
    has_gaps = any(
        holds_missing(block[:, channel]) for block, _, _ in iter_by_length(X)
    )
    gaps = longest_interpolated(X, channel, cases), has_gaps
    outlying = outlying_cases(X, channel, cases, FARTHEST)
    if not outlying.any():
        return mean, std, -1, *gaps
    others = channel_moments(X, channel, cases[~outlying], allow_missing)
    if robust:
        return *others, -1, *gaps
    harmful = std > HARMFUL * others[1]
    return mean, std, int(cases[outlying].min()) if harmful else -1, *gaps


def varying_channels(stds: np.ndarray) -> np.ndarray:
    """List the channels that vary over the training cases; all of them if none does.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.scaler import varying_channels
    >>> varying_channels(np.array([1.0, 0.0, 0.5])).tolist()
    [0, 2]
    """
    varying = np.flatnonzero(stds > 0)
    return varying if len(varying) > 0 else np.arange(len(stds))
