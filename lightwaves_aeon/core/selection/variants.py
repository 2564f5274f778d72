"""What each variant of the method offers to the selection."""

from __future__ import annotations

__all__ = ["SELECTOR_NAMES", "VARIANTS", "Variant"]

from typing import NamedTuple

from lightwaves_aeon.core.convolution.pooling import PAPER_POOLING

SELECTOR_NAMES = "mrmr", "detach", "distil"
"""The selectors, which `select` has."""


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
    series : bool
        Whether there are statistics of channels themselves, over intervals.
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
    series: bool = False
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
        pooling=THREE_PPV,
        derived_pooling=THREE_PPV,
        series=True,
        quantiles=True,
        selector="distil",
        max_dilation_fraction=0.25,
        robust=True,
    ),
}
"""The paper's three, and the one that goes beyond."""
