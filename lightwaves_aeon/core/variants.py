"""What each variant of the method offers to the selection."""

from __future__ import annotations

__all__ = ["VARIANTS", "Variant", "inputs_of"]

from itertools import combinations
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.features import INPUTS, PAPER


class Variant(NamedTuple):
    """What a variant offers.

    Attributes
    ----------
    levels : tuple of int
        Scattering levels.
    statistics : tuple of str
        Statistics of the responses of a channel; PPV once for each threshold.
    of_derived : tuple of str
        Statistics of the responses of changes, sums and differences; without any, these
        are not looked at.
    quantiles : bool
        Whether the thresholds of PPV are quantiles of training responses, not 0.
    selector : str
        The selector, unless another is asked for.
    reach : float or None
        Largest dilation, as a share of the typical length; None for the paper's 32.
    """

    levels: tuple[int, ...] = (1,)
    statistics: tuple[str, ...] = PAPER
    of_derived: tuple[str, ...] = ()
    quantiles: bool = False
    selector: str = "mrmr"
    reach: float | None = None


SHARES = ("ppv",) * 3

VARIANTS = {
    "L1": Variant(levels=(1,)),
    "L2": Variant(levels=(2,)),
    "L1L2": Variant(levels=(1, 2)),
    "plus": Variant(
        statistics=(*SHARES, "max", "mpv", "mipv"),
        of_derived=SHARES,
        quantiles=True,
        selector="detach",
        reach=0.25,
    ),
}
"""The paper's three, and the one that goes beyond."""

PAIRS_PER_CHANNEL, MOST_PAIRS = 6, 56
"""Sums and differences: so many for each channel, but no more than so many in all, at
each dilation."""


def inputs_of(
    variant: Variant, n_channels: int, rng: np.random.RandomState
) -> list[tuple[int, int, int]]:
    """List the inputs that kernels are applied to.

    Parameters
    ----------
    variant : Variant
        What is offered.
    n_channels : int
        Number of channels.
    rng : np.random.RandomState
        Draws the pairs of channels, where a variant has any.

    Returns
    -------
    list of tuple of int
        Input, as an index into `INPUTS`; channel; and the other channel or -1. First
        the channels, then their changes, then sums and differences.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.variants import VARIANTS, inputs_of
    >>> inputs_of(VARIANTS["L1"], 2, np.random.RandomState(0))
    [(0, 0, -1), (0, 1, -1)]
    >>> inputs_of(VARIANTS["plus"], 2, np.random.RandomState(0))[2:]
    [(1, 0, -1), (1, 1, -1), (2, 0, 1), (3, 0, 1)]
    """
    of_channel, change, *of_pair = range(len(INPUTS))
    inputs = [(of_channel, channel, -1) for channel in range(n_channels)]
    if not variant.of_derived:
        return inputs
    inputs += [(change, channel, -1) for channel in range(n_channels)]
    n_all = n_channels * (n_channels - 1) // 2 * len(of_pair)
    n_pairs = min(n_all, PAIRS_PER_CHANNEL * n_channels, MOST_PAIRS)
    drawn = rng.permutation(n_all)[:n_pairs]
    pairs = np.array(list(combinations(range(n_channels), 2))).reshape(-1, 2)
    return inputs + sorted(
        (of_pair[number % len(of_pair)], *pairs[number // len(of_pair)].tolist())
        for number in drawn.tolist()
    )
