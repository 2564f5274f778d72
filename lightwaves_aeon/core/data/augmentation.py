"""Augmented cases: mixtures of two training cases, moved by a few time points.

Convex combinations of cases are mixup (Zhang et al. 2018, arXiv 1710.09412); their
labels are not mixed here, but left to a teacher.
"""

from __future__ import annotations

__all__ = ["Mixtures", "draw_mixtures", "mix", "with_augmented"]

from typing import NamedTuple, Self

import numpy as np

from lightwaves_aeon.core.data.collection import Collection, UnequalLengthCollection
from lightwaves_aeon.core.data.gaps import filled, holds_missing

LEAST_SHARE = 0.6
"""Share of the first case in a mixture, at least."""

LARGEST_SHIFT = 0.02
"""Share of the length that a mixture is moved by, at most, but for one time point."""


class Mixtures(NamedTuple):
    """What augmented cases are made of.

    Attributes
    ----------
    first, second : np.ndarray of int, shape (n_mixtures,)
        The two cases; a mixture has the length of the first.
    shares : np.ndarray of float64, shape (n_mixtures,)
        Share of the first.
    shifts : np.ndarray of float64, shape (n_mixtures,)
        From -1 to 1, in units of the largest shift; later is positive.
    dropped : np.ndarray of float64, shape (n_mixtures,)
        Share of the values that are dropped.
    seeds : np.ndarray of int, shape (n_mixtures,)
        Draw what is dropped.
    gaps_of : np.ndarray of int, shape (n_mixtures,)
        The case whose gaps a mixture has, too; -1 for none.
    """

    first: np.ndarray
    second: np.ndarray
    shares: np.ndarray
    shifts: np.ndarray
    dropped: np.ndarray
    seeds: np.ndarray
    gaps_of: np.ndarray

    @property
    def lose_values(self) -> bool:
        """Whether any mixture loses values, or may."""
        return bool(self.dropped.any() or (self.gaps_of >= 0).any())

    def whole(self) -> Self:
        """Give the same with nothing lost."""
        none = np.full_like(self.gaps_of, -1)
        return self._replace(dropped=np.zeros_like(self.dropped), gaps_of=none)

    def take(self, positions: np.ndarray | slice) -> Self:
        """Take some of them."""
        return type(self)(*(field[positions] for field in self))

    def of(self, cases: np.ndarray) -> Self:
        """Name the cases by their place in a collection, given those of a sample."""
        gaps_of = np.where(self.gaps_of < 0, -1, cases[self.gaps_of])
        first, second = cases[self.first], cases[self.second]
        return self._replace(first=first, second=second, gaps_of=gaps_of)

    def alone(self) -> Self:
        """Name the cases by their places in collections of one case each."""
        zero = np.zeros(len(self.first), np.int64)
        gaps_of = np.minimum(self.gaps_of, 0)
        return self._replace(first=zero, second=zero, gaps_of=gaps_of)

    def within(self, cases: np.ndarray) -> np.ndarray:
        """Give the positions of those that are made of some cases alone."""
        return np.flatnonzero(np.isin(self.first, cases) & np.isin(self.second, cases))


def draw_mixtures(
    n_cases: int,
    n_mixtures: int,
    rng: np.random.RandomState,
    dropped: float = 0.0,
    have_gaps: bool = False,
    weights: np.ndarray | None = None,
) -> Mixtures:
    """Draw pairs of cases, and how they are mixed.

    Parameters
    ----------
    n_cases : int
        Number of cases to draw from.
    n_mixtures : int
        Number of mixtures.
    rng : np.random.RandomState
        Source of the draw; not touched for no mixtures.
    dropped : float, default=0.0
        Share of the values that are dropped from a mixture, at most.
    have_gaps : bool, default=False
        Whether mixtures have the gaps of a third case, too.
    weights : np.ndarray of float64, shape (n_cases,), optional
        How often cases are drawn; all alike by default.

    Returns
    -------
    Mixtures

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.augmentation import draw_mixtures
    >>> mixtures = draw_mixtures(10, 30, np.random.RandomState(0))
    >>> len(mixtures.first), bool((mixtures.shares >= 0.6).all())
    (30, True)
    """
    shares = None if weights is None else weights / weights.sum()
    mixtures = Mixtures(
        rng.choice(n_cases, n_mixtures, p=shares),
        rng.choice(n_cases, n_mixtures, p=shares),
        rng.uniform(LEAST_SHARE, 1, size=n_mixtures),
        rng.uniform(-1, 1, size=n_mixtures),
        np.zeros(n_mixtures),
        np.zeros(n_mixtures, np.int64),
        np.full(n_mixtures, -1),
    )
    if dropped > 0:
        mixtures = mixtures._replace(
            dropped=rng.uniform(0, dropped, size=n_mixtures),
            seeds=rng.randint(2**31, size=n_mixtures),
        )
    if have_gaps:
        mixtures = mixtures._replace(gaps_of=rng.randint(n_cases, size=n_mixtures))
    return mixtures


def with_augmented(weights: np.ndarray | None, n_augmented: int) -> np.ndarray | None:
    """Give weights of training cases and of augmented ones, which count 1 each.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.augmentation import with_augmented
    >>> with_augmented(np.array([0.5, 1.5]), 2).tolist()
    [0.5, 1.5, 1.0, 1.0]
    """
    return None if weights is None else np.append(weights, np.ones(n_augmented))


def mix(
    X: Collection,
    mixtures: Mixtures,
    channels: np.ndarray,
    longest_gaps: np.ndarray | None = None,
) -> Collection:
    """Make augmented cases.

    Parameters
    ----------
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        The cases that they are made of, unscaled.
    mixtures : Mixtures
        How; at least one.
    channels : np.ndarray of int
        The channels that are wanted; the others are zero.
    longest_gaps : np.ndarray of int, optional
        The longest gaps of these channels that are short; by default none is.

    Returns
    -------
    Collection, shape (n_mixtures, n_channels, n_timepoints)
        Of floating point. Where a mixture is moved, the value at its end is repeated;
        where the second case is of another length, it is stretched to that of the
        first. Gaps are those of the first case, but short ones, and what is lost.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.augmentation import Mixtures, mix
    >>> X = np.array([[[0.0, 0.0, 8.0]], [[4.0, 4.0, 4.0]]])
    >>> first, second, one = np.array([0]), np.array([1]), np.ones(1)
    >>> mixtures = Mixtures(first, second, 0.75 * one, -one, 0 * one, first, -second)
    >>> mix(X, mixtures, np.array([0])).tolist()
    [[[1.0, 7.0, 7.0]]]
    """
    if longest_gaps is None:
        longest_gaps = np.zeros(len(channels), np.int64)
    if isinstance(X, np.ndarray):
        return _mixed(X, X, X, mixtures, channels, longest_gaps)
    mixed = []
    for number in range(len(mixtures.first)):
        mixture = mixtures.take(slice(number, number + 1))
        first, second = _case(X, mixture.first[0]), _case(X, mixture.second[0])
        length = first.shape[1]
        third = _case(X, max(mixture.gaps_of[0], 0))
        third = third[:, np.linspace(0, third.shape[1] - 1, length).astype(int)]
        cases = first[None], _stretched(second, length)[None], third[None]
        mixed.append(_mixed(*cases, mixture.alone(), channels, longest_gaps)[0])
    return UnequalLengthCollection.from_series(mixed)


def _mixed(
    first: np.ndarray,
    second: np.ndarray,
    third: np.ndarray,
    mixtures: Mixtures,
    channels: np.ndarray,
    longest_gaps: np.ndarray,
) -> np.ndarray:
    n_mixtures, length = len(mixtures.shares), first.shape[2]
    dtype = np.result_type(first.dtype, second.dtype, np.float32)
    # Pages that are not written to take no memory.
    out = np.zeros((n_mixtures, first.shape[1], length), dtype)
    largest = max(1, int(LARGEST_SHIFT * length))
    shifts = np.rint(mixtures.shifts * largest).astype(np.int64)
    seen = np.clip(np.arange(length) - shifts[:, None], 0, length - 1)
    shares = mixtures.shares.astype(dtype)[:, None]
    for channel, longest in zip(channels, longest_gaps, strict=True):
        a, observed = filled(first[mixtures.first, channel], longest)
        b, _ = filled(second[mixtures.second, channel])
        b = np.where(np.isnan(b), a, b) if holds_missing(b) else b
        a, b = (np.take_along_axis(of, seen, axis=1) for of in (a, b))
        mixed = shares * a + (1 - shares) * b
        if observed is not None:
            observed = np.take_along_axis(observed, seen, axis=1)
            mixed = np.where(observed, mixed, np.nan)
        with_gaps = np.flatnonzero(mixtures.gaps_of >= 0)
        unseen = np.isnan(third[mixtures.gaps_of[with_gaps], channel])
        mixed[with_gaps] = np.where(unseen, np.nan, mixed[with_gaps])
        for i in np.flatnonzero(mixtures.dropped):
            lost = _lost(length, channel, mixtures.dropped[i], mixtures.seeds[i])
            mixed[i, lost] = np.nan
        out[:, channel] = mixed
    return out


def _lost(length: int, channel: int, share: float, seed: int) -> np.ndarray:
    """Draw the time points at which a channel of a case is lost.

    A third of the cases each lose single values, a stretch of every channel, and
    channels as a whole.
    """
    rng, kind = np.random.RandomState((seed, channel)), seed % 3
    if kind == 0:
        return rng.uniform(size=length) < share
    if kind == 1:
        n_lost = round(share * length)
        time = np.arange(length) - rng.randint(length - n_lost + 1)
        return (time >= 0) & (time < n_lost)
    return np.full(length, rng.uniform() < share)


def _case(X: UnequalLengthCollection, case: int) -> np.ndarray:
    block = int(np.flatnonzero([case in cases for cases in X.cases])[0])
    return X.blocks[block][np.searchsorted(X.cases[block], case)]


def _stretched(x: np.ndarray, length: int) -> np.ndarray:
    if x.shape[1] == length:
        return x
    (x, _), wanted = filled(x), np.linspace(0, x.shape[1] - 1, length)
    have = np.arange(x.shape[1])
    return np.stack([np.interp(wanted, have, channel) for channel in x])
