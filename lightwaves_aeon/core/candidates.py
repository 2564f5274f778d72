"""What a search looks at: dilations, inputs, cases, and what is computed of them."""

from __future__ import annotations

__all__ = [
    "LARGEST_DILATION",
    "all_moments",
    "cases_for_thresholds",
    "dilations_of",
    "offers_of",
    "units_of",
]

from functools import partial

import numpy as np

from lightwaves_aeon.core.backends import Threads, run
from lightwaves_aeon.core.bank import KernelBank, dilations_up_to
from lightwaves_aeon.core.collection import Collection, typical_length
from lightwaves_aeon.core.features import INPUTS
from lightwaves_aeon.core.scaling import channel_moments
from lightwaves_aeon.core.scoring import Offer
from lightwaves_aeon.core.variants import Variant, inputs_of

LARGEST_DILATION = 2**30
"""What the table can hold; from the length of the series on, dilations see padding."""

PAPERS_LARGEST = 32
"""The paper's largest dilation."""

CASES_FOR_THRESHOLDS = 5
"""Cases whose responses give the thresholds of PPV."""


def all_moments(X: Collection, backend: Threads) -> tuple[np.ndarray, np.ndarray]:
    """Give mean and standard deviation of all channels, in every process."""
    own = backend.share(range(X.shape[1]))
    moments = run(lambda channel: channel_moments(X, channel), own, backend.n_jobs)
    parts = backend.collect(np.array(list(moments)).reshape(-1, 2))
    means, stds = backend.decide(lambda: np.concatenate(parts).T)
    return means, stds


def dilations_of(
    variant: Variant, X: Collection, max_dilation: int | None
) -> list[int]:
    """List the dilations, up to the largest of the variant where none is given.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.candidates import dilations_of
    >>> from lightwaves_aeon.core.variants import VARIANTS
    >>> dilations_of(VARIANTS["plus"], np.zeros((4, 1, 50)), None)
    [1, 2, 4, 8]
    """
    if max_dilation is None:
        max_dilation = PAPERS_LARGEST
        if variant.reach is not None:
            largest = max(1, int(variant.reach * typical_length(X)))
            max_dilation = min(largest, LARGEST_DILATION)
    return dilations_up_to(max_dilation).tolist()


def units_of(
    variant: Variant,
    channels: np.ndarray,
    dilations: list[int],
    rng: np.random.RandomState,
) -> list[tuple[int, int, int, int]]:
    """List the units: inputs made of some channels, each at a dilation.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.candidates import units_of
    >>> from lightwaves_aeon.core.variants import VARIANTS
    >>> units_of(VARIANTS["L1"], np.array([4, 7]), [1, 2], np.random.RandomState(0))
    [(0, 4, -1, 1), (0, 4, -1, 2), (0, 7, -1, 1), (0, 7, -1, 2)]
    """
    names = np.append(channels, -1).tolist()  # what is no channel stays -1
    # Other pairs at each dilation: at the same cost, more of them are looked at.
    return sorted(
        (sort, names[one], names[other], dilation)
        for dilation in dilations
        for sort, one, other in inputs_of(variant, len(channels), len(dilations), rng)
    )


def cases_for_thresholds(
    variant: Variant, n_cases: int, rng: np.random.RandomState
) -> np.ndarray:
    """Draw the cases whose responses give thresholds, ascending; none if none do."""
    if not variant.quantiles:
        return np.empty(0, np.int64)
    return np.sort(rng.permutation(n_cases)[:CASES_FOR_THRESHOLDS])


def offers_of(variant: Variant, bank: KernelBank) -> list[Offer]:
    """Make the offer of each of `INPUTS` that the variant looks at."""
    of = partial(Offer.of, bank, variant.levels, quantiles=variant.quantiles)
    derived = [of(variant.of_derived)] if variant.of_derived else []
    return [of(variant.statistics), *(len(INPUTS) - 1) * derived]
