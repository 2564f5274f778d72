"""How long a gap of a channel may be for a line across it to tell what was missed."""

from __future__ import annotations

__all__ = ["holds_blocks", "longest_interpolated"]

import numpy as np

from lightwaves_aeon.core.data.collection import (
    Collection,
    iter_by_length,
    typical_length,
)
from lightwaves_aeon.core.data.gaps import holds_missing, with_short_gaps_filled

GAPS = tuple(sorted({int(2 ** (k / 2)) for k in range(33)}))
"""Lengths of gaps that are tried, in time points."""

LARGEST_ERROR = 1.0
"""Squared error of lines in the middle of gaps, as a share of the variance within a
case, up to which they tell what was missed: the mean of a case does no better then."""

ALWAYS_SHORT = 8
"""Gaps of up to the length divided by it are short, whatever lines tell: so little of a
series is better guessed than left out."""

VALUES_LOOKED_AT = 1 << 13
"""Values of a channel that are enough to tell."""


def longest_interpolated(X: Collection, channel: int, cases: np.ndarray) -> int:
    """Find the longest gap of a channel that a line across it tells enough of.

    Parameters
    ----------
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        Collection of any real dtype; NaN where nothing was observed.
    channel : int
        The channel.
    cases : np.ndarray of int, shape (n_cases,)
        The cases; some of them, evenly spread, are looked at.

    Returns
    -------
    int
        In time points; an eighth of the series where no line is good enough.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.interpolation import longest_interpolated
    >>> noise = np.random.default_rng(0).normal(size=(9, 1, 50))
    >>> longest_interpolated(noise, 0, np.arange(9))
    6
    >>> longest_interpolated(noise.cumsum(axis=2), 0, np.arange(9)) >= 10
    True
    """
    step = max(1, len(cases) * X.shape[2] // VALUES_LOOKED_AT)
    series = [
        np.asarray(block[rows, channel], np.float64)
        for block, rows, _ in iter_by_length(X, cases[::step])
    ]
    # In units in which no square overflows or vanishes; powers of two change no digit.
    largest = max(np.max(np.abs(x), where=~np.isnan(x), initial=0) for x in series)
    series = [np.ldexp(x, -np.frexp(largest)[1]) for x in series]
    spreads = [x - _mean(x, axis=1, keepdims=True) for x in series]
    variance, longest = _mean_square(spreads), typical_length(X) // ALWAYS_SHORT
    for gap in GAPS:
        errors = [_errors_in(x, gap) for x in series if x.shape[1] > gap + 1]
        if not variance > 0 or not _mean_square(errors) <= LARGEST_ERROR * variance:
            break
        longest = max(longest, gap)
    return longest


def holds_blocks(X: Collection) -> bool:
    """Tell whether any gap is longer than such as are always short.

    Parameters
    ----------
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        Collection of floating point; NaN where nothing was observed.

    Returns
    -------
    bool

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.interpolation import holds_blocks
    >>> X = np.zeros((1, 1, 16))
    >>> X[0, 0, [3, 4, 9]] = np.nan
    >>> holds_blocks(X)
    False
    """
    longest = np.full(X.shape[1], typical_length(X) // ALWAYS_SHORT)
    left = with_short_gaps_filled(X, longest)
    return any(holds_missing(block) for block, _, _ in iter_by_length(left))


def _errors_in(x: np.ndarray, gap: int) -> np.ndarray:
    """Compare what is in the middle of gaps with the lines across them."""
    after = (gap + 1) // 2
    before, share = gap + 1 - after, after / (gap + 1)
    line = (1 - share) * x[:, : -gap - 1] + share * x[:, gap + 1 :]
    return x[:, after:-before] - line


def _mean(x: np.ndarray, **axis) -> np.ndarray:
    seen = ~np.isnan(x)
    total = np.where(seen, x, 0).sum(**axis)
    return total / np.maximum(seen.sum(**axis), 1)


def _mean_square(parts: list[np.ndarray]) -> float:
    """Give the mean of the squares; NaN of nothing."""
    seen = (part[~np.isnan(part)] if np.isnan(part).any() else part for part in parts)
    squares = [part**2 for part in seen]
    n_values = sum(part.size for part in squares)
    return sum(part.sum() for part in squares) / n_values if n_values > 0 else np.nan
