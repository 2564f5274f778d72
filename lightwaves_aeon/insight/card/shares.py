"""Shares of cases, and between which values they are likely to lie for new cases."""

from __future__ import annotations

__all__ = ["CONFIDENCE", "Share", "share_of"]

from typing import NamedTuple

import numpy as np
from scipy.stats import norm, t

CONFIDENCE = 0.95
"""Of all intervals on a card."""


class Share(NamedTuple):
    """How many of some cases, with an interval for the share.

    Attributes
    ----------
    n_hits, n_cases : int
        How many, of how many.
    low, high : float
        Ends of the interval; NaN where it is not known.
    """

    n_hits: int
    n_cases: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself; NaN of no cases."""
        return self.n_hits / self.n_cases if self.n_cases else float("nan")

    @property
    def has_interval(self) -> bool:
        """Whether the interval is known."""
        return not np.isnan(self.low)


def share_of(hits: np.ndarray, groups: np.ndarray | None = None) -> Share:
    """Count hits, with Wilson's interval for their share.

    Cases of one group are often right or wrong together, so they count for fewer cases:
    as many as would vary by chance as much as the groups do (the effective sample size
    of surveys). Where all cases are hits, or none, each group counts as one case.

    Parameters
    ----------
    hits : np.ndarray of bool, shape (n_cases,)
        Which cases count.
    groups : np.ndarray, shape (n_cases,), optional
        The recording, person or machine that each case comes from.

    Returns
    -------
    Share
        Without an interval if there are no cases, or only one group.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.insight.card.shares import share_of
    >>> hits = np.repeat([True, False], [90, 10])
    >>> share = share_of(hits)
    >>> share.value, round(share.low, 3), round(share.high, 3)
    (0.9, 0.826, 0.945)
    >>> grouped = share_of(hits, np.repeat(np.arange(10), 10))
    >>> round(grouped.low, 3), round(grouped.high, 3)
    (0.523, 0.987)
    """
    n_hits, n_cases = int(np.sum(hits)), len(hits)
    size, deviations = float(n_cases), norm.ppf((1 + CONFIDENCE) / 2)
    if groups is not None and n_cases > 0:
        of_case = np.unique(groups, return_inverse=True)[1]
        n_groups = int(of_case.max()) + 1
        size = _effective_size(np.asarray(hits, float), of_case) if n_groups > 1 else 0
        deviations = t.ppf((1 + CONFIDENCE) / 2, max(n_groups - 1, 1))
    if size == 0:
        return Share(n_hits, n_cases, np.nan, np.nan)
    low, high = _wilson(n_hits / n_cases, size, deviations)
    return Share(n_hits, n_cases, low, high)


def _effective_size(hits: np.ndarray, of_case: np.ndarray) -> float:
    """Give the number of independent cases whose share would vary as this one does."""
    n_cases, share = len(hits), hits.mean()
    n_groups = of_case.max() + 1
    if share in (0, 1):
        return float(n_groups)
    squares = (np.bincount(of_case, hits - share) ** 2).sum()
    variance = squares * n_groups / (n_groups - 1) / n_cases**2
    return min(n_cases, share * (1 - share) / variance) if variance > 0 else n_cases


def _wilson(share: float, size: float, deviations: float) -> tuple[float, float]:
    part = deviations**2 / size
    centre = (share + part / 2) / (1 + part)
    reach = np.sqrt(part * share * (1 - share) + part**2 / 4) / (1 + part)
    # Rounding must not leave a share of 0 or 1 outside.
    low = 0.0 if share == 0 else float(centre - reach)
    return low, 1.0 if share == 1 else float(centre + reach)
