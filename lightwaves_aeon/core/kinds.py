"""What a job may want of a response: slots for its statistics, and kinds of jobs.

For each kind the engine compiles a loop that computes the slots of the kind and no
others. One share of positive values alone is what most jobs of a fitted model want.
"""

from __future__ import annotations

__all__ = [
    "ANY",
    "HIGH",
    "KINDS",
    "LSPV",
    "MAX",
    "MEAN",
    "MIN",
    "MIPV",
    "MPV",
    "NEUTRAL",
    "NOTHING",
    "N_SHARES",
    "N_SLOTS",
    "PAPER",
    "POSITIVES",
    "PPV",
    "RUN",
    "SHARE",
    "SHARES",
    "SLOTS",
    "TIME",
    "kinds_of",
]

import numpy as np

from lightwaves_aeon.core.features import STATISTICS

N_SHARES = 3
"""Thresholds of PPV in one job; where a response has more, it has several jobs."""

N_SLOTS = N_SHARES - 1 + len(STATISTICS)
PPV, MAX, LSPV, MIN, MPV, MIPV = SLOTS = (0, *range(N_SHARES, N_SLOTS))
"""The slot of each of `STATISTICS`; PPV has `N_SHARES`, of which this is the first."""

NEUTRAL = np.float32(0.5)
"""MIPV where nothing is positive: neither early nor late."""

NOTHING, SHARE, HIGH, RUN, PAPER, MEAN, TIME, SHARES, POSITIVES, ANY = range(10)

_SHARES = tuple(range(PPV, PPV + N_SHARES))
KINDS = {
    NOTHING: (),
    SHARE: (PPV,),
    HIGH: (MAX,),
    RUN: (LSPV,),
    PAPER: (PPV, MAX, LSPV, MIN),
    MEAN: (MPV,),
    TIME: (MIPV,),
    SHARES: _SHARES,
    POSITIVES: (*_SHARES, MAX, MPV, MIPV),
    ANY: tuple(range(N_SLOTS)),
}
"""The slots of each kind."""


def kinds_of(columns: np.ndarray) -> np.ndarray:
    """Find the cheapest kind of each job and level.

    Parameters
    ----------
    columns : np.ndarray of int, shape (n_jobs, n_levels, n_slots)
        Output column by level and slot; -1 where it is not wanted.

    Returns
    -------
    np.ndarray of int8, shape (n_jobs, n_levels)
        The first of `KINDS`, in the order of the number of their slots, with all that
        is wanted.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.kinds import N_SLOTS, kinds_of
    >>> columns = np.full((1, 2, N_SLOTS), -1)
    >>> columns[0, 1, :5] = 0
    >>> kinds_of(columns).tolist()
    [[0, 9]]
    """
    kinds = np.full(columns.shape[:2], ANY, np.int8)
    wanted = columns >= 0
    for kind, slots in sorted(KINDS.items(), key=lambda item: -len(item[1])):
        others = np.delete(wanted, slots, axis=2)
        kinds[~others.any(axis=2)] = kind
    return kinds
