"""How good a regressor is on cases: errors, and whether its intervals hold."""

from __future__ import annotations

__all__ = ["Coverage", "Estimate", "OutputMeasures", "measure_output"]

import warnings
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from lightwaves_aeon.insight.card.shares import CONFIDENCE, Share, share_of

N_RESAMPLES = 999
"""Draws of the bootstrap."""


class Estimate(NamedTuple):
    """A value on the cases given, with an interval; NaN where it is not known."""

    value: float
    low: float = float("nan")
    high: float = float("nan")

    @property
    def has_interval(self) -> bool:
        """Whether the interval is known."""
        return not np.isnan(self.low)


class Coverage(NamedTuple):
    """Whether intervals hold as many numbers as they are to.

    Attributes
    ----------
    stated : float
        The share that they are made for.
    found : Share
        The numbers that lie in them.
    half_width : float
        Mean distance from a prediction to the ends.
    """

    stated: float
    found: Share
    half_width: float


@dataclass(frozen=True)
class OutputMeasures:
    """How far predictions of one number are off.

    Attributes
    ----------
    mae, rmse, r2 : Estimate
        Mean absolute error, root of the mean square error, and the share of the
        variance that is explained; this is NaN where the numbers are all the same.
    bias : float
        Mean of the predictions less that of the numbers.
    coverages : list of Coverage
        Empty where nothing is known of the errors.
    groups : list of (object, float, int)
        Name, mean absolute error and number of cases of each group, the largest error
        first.
    """

    mae: Estimate
    rmse: Estimate
    r2: Estimate
    bias: float
    coverages: list[Coverage]
    groups: list[tuple[object, float, int]]


def measure_output(
    y: np.ndarray,
    predicted: np.ndarray,
    intervals: dict[float, np.ndarray] | None = None,
    groups: np.ndarray | None = None,
) -> OutputMeasures:
    """Compare predictions with numbers.

    Parameters
    ----------
    y, predicted : np.ndarray of float, shape (n_cases,)
        The numbers, and what is predicted.
    intervals : dict of float to np.ndarray, each of shape (n_cases, 2), optional
        By coverage, between which numbers they are said to lie.
    groups : np.ndarray, shape (n_cases,), optional
        What each case comes from: groups are drawn as a whole for the intervals of
        `mae`, `rmse` and `r2`, which are those of a bootstrap.

    Returns
    -------
    OutputMeasures

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.insight.card.outputs import measure_output
    >>> y = np.arange(10.0)
    >>> found = measure_output(y, y + 0.5, {0.9: np.stack([y - 1, y + 1], axis=1)})
    >>> found.mae.value, found.bias, found.coverages[0].found.value
    (0.5, 0.5, 1.0)
    """
    residuals = predicted - y
    mae, rmse, r2 = _estimates(_sums(y, residuals, groups))
    coverages = [
        Coverage(
            stated,
            share_of((of[:, 0] <= y) & (y <= of[:, 1]), groups),
            float((of[:, 1] - of[:, 0]).mean() / 2),
        )
        for stated, of in sorted((intervals or {}).items())
    ]
    return OutputMeasures(
        mae=mae,
        rmse=rmse,
        r2=r2,
        bias=float(residuals.mean()),
        coverages=coverages,
        groups=[] if groups is None else _by_group(np.abs(residuals), groups),
    )


def _by_group(off: np.ndarray, groups: np.ndarray) -> list[tuple[object, float, int]]:
    errors = pd.Series(off).groupby(groups).agg(["mean", "size"])
    errors = errors.sort_values("mean", ascending=False, kind="stable")
    return list(errors.itertuples(name=None))


def _sums(
    y: np.ndarray, residuals: np.ndarray, groups: np.ndarray | None
) -> np.ndarray:
    """Sum up what the measures are made of, for each group, or case."""
    # About the mean: squares of large numbers would cancel.
    y = y - y.mean()
    parts = np.stack([np.ones(len(y)), np.abs(residuals), residuals**2, y, y**2], 1)
    if groups is None:
        return parts
    names, of_case = np.unique(groups, return_inverse=True)
    out = np.zeros((len(names), parts.shape[1]))
    np.add.at(out, of_case, parts)
    return out


def _estimates(sums: np.ndarray) -> list[Estimate]:
    """Give MAE, RMSE and R2, with intervals if there are several groups, or cases."""
    values = _measures(sums.sum(axis=0))
    if len(sums) < 2:
        return [Estimate(value) for value in values.tolist()]
    rng, n_drawn = np.random.default_rng(0), len(sums)
    drawn = np.array(
        [
            np.bincount(rng.integers(n_drawn, size=n_drawn), minlength=n_drawn) @ sums
            for _ in range(N_RESAMPLES)
        ]
    )
    outside = (1 - CONFIDENCE) / 2
    with warnings.catch_warnings(action="ignore"):  # of an R2 that is never known
        ends = np.nanquantile(_measures(drawn.T), (outside, 1 - outside), axis=1)
    return [Estimate(*of) for of in np.vstack([values, ends]).T.tolist()]


def _measures(totals: np.ndarray) -> np.ndarray:
    """Give MAE, RMSE and R2 of sums, those of several draws as columns."""
    n_cases, absolute, squares, of_y, of_squares = totals
    spread = of_squares - of_y**2 / n_cases
    with np.errstate(invalid="ignore", divide="ignore"):
        r2 = np.where(spread > 1e-12 * of_squares, 1 - squares / spread, np.nan)
    return np.stack([absolute / n_cases, np.sqrt(squares / n_cases), r2])
