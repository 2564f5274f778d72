"""Prediction intervals by conformal prediction, on residuals of held-out cases.

Of residuals of cases that a search did not know, an empirical quantile is as far as
those of new cases reach (Lei et al. 2018, "Distribution-free predictive inference for
regression"). They are divided by what is usual near a prediction, so that intervals are
narrow where predictions are good.
"""

from __future__ import annotations

__all__ = ["Intervals", "fit_intervals"]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.linear.temperature import HeldOut
from lightwaves_aeon.core.targets import Standard, Targets

MOST_GROUPS, CASES_A_GROUP = 8, 15
"""Groups of cases with predictions near each other: at most, and cases of one."""

SHARE_OF_ALL = 0.3
"""Part that the mean residual of all cases has in the usual one of a group."""


class Intervals(NamedTuple):
    """How far predictions of cases held out were off.

    Attributes
    ----------
    residuals : np.ndarray of float64, shape (n_held_out, n_outputs)
        Absolute differences in units of the usual ones, each column ascending; of cases
        with weights, as many quantiles of them as such cases are worth of equal ones.
    predictions, usual : np.ndarray of float64, shape (n_groups, n_outputs)
        Mean predictions of groups, ascending, and what difference is usual there.
    """

    residuals: np.ndarray
    predictions: np.ndarray
    usual: np.ndarray

    def half_widths(self, predicted: np.ndarray, coverage: float) -> np.ndarray:
        """Give how far predictions are off at most, in a share of the cases.

        Parameters
        ----------
        predicted : np.ndarray of float64, shape (n_cases, n_outputs)
            The predictions.
        coverage : float
            The share, above 0 and below 1.

        Returns
        -------
        np.ndarray of float64, shape (n_cases, n_outputs)

        Raises
        ------
        ValueError
            If there are too few cases held out for this coverage.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.linear.intervals import Intervals
        >>> residuals, one = np.arange(1.0, 20.0)[:, None], np.ones((1, 1))
        >>> Intervals(residuals, one, one).half_widths(one, 0.9).tolist()
        [[18.0]]
        """
        n_cases = len(self.residuals)
        rank = int(np.ceil((n_cases + 1) * coverage))
        if rank > n_cases:
            raise ValueError(
                f"{n_cases} held-out cases are too few for a coverage of {coverage:g}"
            )
        usual = map(np.interp, predicted.T, self.predictions.T, self.usual.T)
        return np.transpose(list(usual)) * self.residuals[rank - 1]


def fit_intervals(held_out: Sequence[HeldOut], standard: Standard) -> Intervals:
    """Learn from cases held out how far predictions are off.

    Parameters
    ----------
    held_out : sequence of HeldOut
        Their numbers, and what is predicted for them, both standardised.
    standard : Standard
        What numbers are standardised by.

    Returns
    -------
    Intervals

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.intervals import fit_intervals
    >>> from lightwaves_aeon.core.linear.temperature import HeldOut
    >>> from lightwaves_aeon.core.targets import Standard, Targets
    >>> numbers = np.linspace(-1, 1, 20)[:, None]
    >>> held_out = HeldOut(numbers + 0.5, Targets(np.zeros(20, int), numbers))
    >>> intervals = fit_intervals([held_out], Standard(np.zeros(1), np.full(1, 10.0)))
    >>> intervals.half_widths(np.zeros((1, 1)), 0.9).round(6).tolist()
    [[5.0]]
    """
    none = np.empty((0, len(standard.scales)))
    parts = [HeldOut(none, Targets(np.empty(0, int), none)), *held_out]
    predicted = np.concatenate([part.scores for part in parts])
    targets = Targets.joined([part.targets for part in parts])
    found = [
        _of_output(*of_output, targets.weights)
        for of_output in zip(predicted.T, targets.values.T, strict=True)
    ]
    residuals, at, usual = (np.transpose(part) for part in zip(*found, strict=True))
    means, scales = standard
    return Intervals(residuals, at * scales + means, usual * scales)


def _of_output(
    predicted: np.ndarray, numbers: np.ndarray, weights: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if len(predicted) == 0:
        return predicted, np.zeros(1), np.ones(1)
    # Equal predictions by their residuals: the order of the cases is nothing's concern.
    ties = () if weights is None else (weights,)
    order = np.lexsort((*ties, np.abs(predicted - numbers), predicted))
    predicted, off = predicted[order], np.abs(predicted - numbers)[order]
    weights = None if weights is None else weights[order]
    n_groups = min(max(len(off) // CASES_A_GROUP, 1), MOST_GROUPS)
    groups = np.array_split(np.arange(len(off)), n_groups)
    at = np.array([predicted[group].mean() for group in groups])
    of_groups = np.array([_mean(off, weights, group) for group in groups])
    usual = (1 - SHARE_OF_ALL) * of_groups + SHARE_OF_ALL * _mean(off, weights)
    usual = np.where(usual > 0, usual, 1.0)
    return _spread_evenly(off / np.interp(predicted, at, usual), weights), at, usual


def _mean(
    values: np.ndarray,
    weights: np.ndarray | None,
    some: np.ndarray | slice = slice(None),
) -> float:
    return np.average(values[some], weights=None if weights is None else weights[some])


def _spread_evenly(residuals: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """Sort residuals; of those with weights, give quantiles that count alike.

    There are as many of these as equal weights would be worth the given ones (Kish
    1965, "Survey sampling"): a heavy case is no evidence of several.
    """
    order = np.argsort(residuals, kind="stable")
    if weights is None:
        return residuals[order]
    n_worth = max(1, int(weights.sum() ** 2 / np.square(weights).sum()))
    reached = np.cumsum(weights[order]) / weights.sum()
    found = np.searchsorted(reached, (np.arange(n_worth) + 0.5) / n_worth)
    return residuals[order][np.minimum(found, len(residuals) - 1)]
