"""What a search looks at: dilations, inputs, cases, and what is computed of them."""

from __future__ import annotations

__all__ = [
    "LARGEST_DILATION",
    "all_moments",
    "cases_for_thresholds",
    "dilations_of",
    "offers_of",
    "units_of",
    "varying_channels",
]

import warnings
from functools import partial

import numpy as np

from lightwaves_aeon.core.backends import Threads, run
from lightwaves_aeon.core.bank import KernelBank, dilations_up_to
from lightwaves_aeon.core.collection import Collection, typical_length
from lightwaves_aeon.core.features import INPUTS
from lightwaves_aeon.core.scaling import channel_moments, outlying_cases
from lightwaves_aeon.core.scoring import Offer
from lightwaves_aeon.core.variants import Variant, inputs_of

LARGEST_DILATION = 2**30
"""What the table can hold; from the length of the series on, dilations see padding."""

PAPERS_LARGEST = 32
"""The paper's largest dilation."""

CASES_FOR_THRESHOLDS = 5
"""Cases whose responses give the thresholds of PPV."""


FARTHEST = 30.0
"""Typical distances from the middle of a channel up to which a case is not outlying."""

HARMFUL = 100.0
"""How many times larger outlying cases make a deviation before it is worth a warning:
amid such values those of the other cases lose digits in single precision."""


def all_moments(
    X: Collection, cases: np.ndarray, backend: Threads, robust: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Give mean and standard deviation of all channels, in every process.

    Parameters
    ----------
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints), or Unequal
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
    own = backend.share(range(X.shape[1]))
    found = run(
        lambda channel: _moments_of(X, channel, cases, robust), own, backend.n_jobs
    )
    parts = backend.collect(np.array(list(found)).reshape(-1, 3))
    means, stds, harmful = backend.decide(lambda: np.concatenate(parts).T)
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
    >>> from lightwaves_aeon.core.candidates import varying_channels
    >>> varying_channels(np.array([1.0, 0.0, 0.5])).tolist()
    [0, 2]
    """
    varying = np.flatnonzero(stds > 0)
    return varying if len(varying) > 0 else np.arange(len(stds))


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
