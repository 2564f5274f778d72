"""What each variant of the method offers to the selection."""

from __future__ import annotations

__all__ = ["VARIANTS", "Variant", "inputs_of"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.pooling import PAPER_POOLING
from lightwaves_aeon.core.convolution.representations import number_of


class Variant(NamedTuple):
    """What a variant offers.

    Attributes
    ----------
    levels : tuple of int
        Scattering levels.
    pooling : tuple of str
        Pooling operators of the responses of a channel; PPV once for each threshold.
    derived_pooling : tuple of str
        Those of the responses of derived inputs: sums and differences of channels, or
        the first differences of a channel that is alone; without any, there are none.
    quantiles : bool
        Whether the thresholds of PPV are quantiles of training responses, not 0.
    selector : str
        The selector, unless another is asked for.
    max_dilation_fraction : float or None
        Largest dilation, as a share of the typical length; None for the paper's 32.
    robust : bool
        Whether channels are scaled by the cases that are not outlying, not by all.
    """

    levels: tuple[int, ...] = (1,)
    pooling: tuple[str, ...] = PAPER_POOLING
    derived_pooling: tuple[str, ...] = ()
    quantiles: bool = False
    selector: str = "mrmr"
    max_dilation_fraction: float | None = None
    robust: bool = False


THREE_PPV = ("ppv",) * 3

VARIANTS = {
    "L1": Variant(levels=(1,)),
    "L2": Variant(levels=(2,)),
    "L1L2": Variant(levels=(1, 2)),
    "plus": Variant(
        pooling=(*THREE_PPV, "max", "mpv", "mipv"),
        derived_pooling=THREE_PPV,
        quantiles=True,
        selector="detach",
        max_dilation_fraction=0.25,
        robust=True,
    ),
}
"""The paper's three, and the one that goes beyond."""

N_PAIRS = 300
"""Sums and differences that are looked at, in all dilations together."""


def inputs_of(
    variant: Variant, n_channels: int, n_dilations: int, rng: np.random.RandomState
) -> list[tuple[int, int, int]]:
    """List the inputs that kernels are applied to at one of the dilations.

    Parameters
    ----------
    variant : Variant
        What is offered.
    n_channels : int
        Number of channels.
    n_dilations : int
        Number of dilations that the pairs of channels are spread over.
    rng : np.random.RandomState
        Draws the pairs of channels, where a variant has any.

    Returns
    -------
    list of tuple of int
        Number of the representation; channel; and the other channel or -1. First the
        channels, then sums and differences; the first differences of a channel that is
        alone.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.variants import VARIANTS, inputs_of
    >>> inputs_of(VARIANTS["L1"], 2, 1, np.random.RandomState(0))
    [(0, 0, -1), (0, 1, -1)]
    >>> inputs_of(VARIANTS["plus"], 2, 1, np.random.RandomState(0))[2:]
    [(2, 0, 1), (3, 0, 1)]
    >>> inputs_of(VARIANTS["plus"], 1, 1, np.random.RandomState(0))[1:]
    [(1, 0, -1)]
    """
    of_pair = [number_of("sum"), number_of("difference")]
    inputs = [(number_of("channel"), channel, -1) for channel in range(n_channels)]
    if not variant.derived_pooling:
        return inputs
    # First differences help where there is nothing else, and add nothing beside pairs.
    if n_channels == 1:
        return [*inputs, (number_of("change"), 0, -1)]
    n_all = n_channels * (n_channels - 1) // 2 * len(of_pair)
    n_pairs = min(n_all, N_PAIRS // n_dilations)
    drawn = rng.permutation(n_all)[:n_pairs]
    one, other = np.triu_indices(n_channels, 1)
    pair, of = np.divmod(drawn, len(of_pair))
    return inputs + sorted(
        zip(
            np.array(of_pair)[of].tolist(),
            one[pair].tolist(),
            other[pair].tolist(),
            strict=True,
        )
    )
