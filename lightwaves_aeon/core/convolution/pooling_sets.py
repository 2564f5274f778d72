"""Pooling sets: one compiled loop for each set of slots.

Most convolutions of a fitted model want one thing of their response, and those of a
search all of them. A loop computes the slots of its set and no others.
"""

from __future__ import annotations

__all__ = [
    "ANY",
    "EMPTY",
    "LSPV_ONLY",
    "MAX_ONLY",
    "PAPER",
    "POOLING_SETS",
    "PPV_ONLY",
    "PPV_SEVERAL",
    "smallest_sets",
]

import numpy as np

from lightwaves_aeon.core.convolution.pooling import (
    N_SLOTS,
    PAPER_POOLING,
    slots_of,
)

EMPTY, PPV_ONLY, MAX_ONLY, LSPV_ONLY, PAPER, PPV_SEVERAL, ANY = range(7)


def _first_slots(*names: str) -> tuple[int, ...]:
    return tuple(slots_of(name)[0] for name in names)


POOLING_SETS = {
    EMPTY: (),
    PPV_ONLY: _first_slots("ppv"),
    MAX_ONLY: _first_slots("max"),
    LSPV_ONLY: _first_slots("lspv"),
    PAPER: _first_slots(*PAPER_POOLING),
    PPV_SEVERAL: tuple(slots_of("ppv")),
    ANY: tuple(range(N_SLOTS)),
}
"""The slots of each set. Up to `PAPER` they are those of the paper's operators."""


def smallest_sets(columns: np.ndarray) -> np.ndarray:
    """Find the smallest set for each convolution and level.

    Parameters
    ----------
    columns : np.ndarray of int, shape (n_convolutions, n_levels, n_slots)
        Output column by level and slot; -1 where it is not wanted.

    Returns
    -------
    np.ndarray of int8, shape (n_convolutions, n_levels)
        The first of `POOLING_SETS`, by the number of their slots, with all that is
        wanted.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.convolution.pooling import N_SLOTS
    >>> from lightwaves_aeon.core.convolution.pooling_sets import smallest_sets
    >>> columns = np.full((1, 2, N_SLOTS), -1)
    >>> columns[0, 1, :5] = 0
    >>> smallest_sets(columns).tolist()
    [[0, 6]]
    """
    sets = np.full(columns.shape[:2], ANY, np.int8)
    wanted = columns >= 0
    for number, slots in sorted(POOLING_SETS.items(), key=lambda item: -len(item[1])):
        others = np.delete(wanted, slots, axis=2)
        sets[~others.any(axis=2)] = number
    return sets
