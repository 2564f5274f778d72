"""Pairs of convolutions whose kernels share two of the three taps of weight 2.

What takes the time of a convolution is to load four values a time point: a pair loads
five, not eight.
"""

from __future__ import annotations

__all__ = ["NO_PAIR", "N_HEAVY_TAPS", "order_in_pairs"]

import numpy as np

N_HEAVY_TAPS = 3

NO_PAIR = -1


def order_in_pairs(
    groups: np.ndarray, taps: np.ndarray, can_pair: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find pairs, and an order in which the two of each are next to each other.

    Parameters
    ----------
    groups : np.ndarray of int, shape (n_convolutions,)
        The input and dilation of each, as a number; ascending.
    taps : np.ndarray of int, shape (n_convolutions, 9)
        The taps of the kernels, those of weight 2 first.
    can_pair : np.ndarray of bool, shape (n_convolutions,)
        Which may be one of a pair.

    Returns
    -------
    order : np.ndarray of int, shape (n_convolutions,)
        The convolutions; the groups stay where they are.
    pairs : np.ndarray of int8, shape (n_convolutions,)
        In that order, for the first of a pair: the column of `taps` in which the two
        differ. -1 elsewhere.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.convolution.pairs import order_in_pairs
    >>> taps = np.array([[0, 1, 2], [0, 3, 4], [1, 2, 5], [0, 1, 8]])
    >>> order, pairs = order_in_pairs(np.zeros(4, int), taps, np.ones(4, bool))
    >>> order.tolist(), pairs.tolist()
    ([0, 3, 1, 2], [2, -1, -1, -1])
    """
    n_convolutions = len(groups)
    first_of = np.arange(n_convolutions)
    differs_in = np.full(n_convolutions, NO_PAIR, np.int8)
    left = np.flatnonzero(can_pair)
    for column in range(N_HEAVY_TAPS):
        shared = np.delete(taps[left, :N_HEAVY_TAPS], column, axis=1)
        keys = np.column_stack([groups[left], shared])
        by_key = np.lexsort(keys.T[::-1])
        left, keys = left[by_key], keys[by_key]
        is_new = np.append(True, (keys[1:] != keys[:-1]).any(axis=1))[: len(left)]
        places = np.arange(len(left))
        rank = places - np.maximum.accumulate(np.where(is_new, places, 0))
        second = places[rank % 2 == 1]
        first_of[left[second]] = left[second - 1]
        differs_in[left[second - 1]] = column
        left = np.delete(left, np.append(second, second - 1))
    order = np.lexsort((first_of != np.arange(n_convolutions), first_of))
    return order, differs_in[order]
