"""Fit the scaling of all channels: each process those of its share."""

from __future__ import annotations

__all__ = ["fit_scaler", "varying_channels"]

import warnings

import numpy as np

from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.data.scaling import channel_moments, outlying_cases
from lightwaves_aeon.core.parallel.threads import Threads, run

FARTHEST = 30.0
"""Typical distances from the middle of a channel up to which a case is not outlying."""

HARMFUL = 100.0
"""How many times larger outlying cases make a deviation before it is worth a warning:
amid such values those of the other cases lose digits in single precision."""


def fit_scaler(
    X: Collection, cases: np.ndarray, backend: Threads, robust: bool
) -> tuple[np.ndarray, np.ndarray]:
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

    Returns
    -------
    means, stds : np.ndarray of float64, shape (n_channels,)
        See `channel_moments`.

    Warns
    -----
    UserWarning
        If outlying cases are not left out, and a deviation is theirs more than that of
        all others.
    """
    own = backend.local_part(range(X.shape[1]))
    found = run(
        lambda channel: _moments_of(X, channel, cases, robust), own, backend.n_jobs
    )
    parts = backend.gather(np.array(list(found)).reshape(-1, 3))
    means, stds, harmful = backend.on_root(lambda: np.concatenate(parts).T)
    if (harmful >= 0).any():
        channel = int(np.argmax(harmful >= 0))
        warnings.warn(
            f"X: case {int(harmful[channel])} holds values in channel {channel} that "
            "are so far from those of the other cases that they set its scale; leave "
            'the case out if it is spoilt, or use variant="plus", which scales by the '
            "others",
            stacklevel=2,
        )
    return means, stds


def _moments_of(
    X: Collection, channel: int, cases: np.ndarray, robust: bool
) -> tuple[float, float, int]:
    """Mean, deviation, and the first case that sets the latter alone, else -1."""
    mean, std = channel_moments(X, channel, cases)
    outlying = outlying_cases(X, channel, cases, FARTHEST)
    if not outlying.any():
        return mean, std, -1
    others = channel_moments(X, channel, cases[~outlying])
    if robust:
        return *others, -1
    return mean, std, int(cases[outlying].min()) if std > HARMFUL * others[1] else -1


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
