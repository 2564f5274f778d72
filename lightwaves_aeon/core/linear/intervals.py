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
from lightwaves_aeon.core.targets import Standard

MOST_GROUPS, CASES_A_GROUP = 8, 15
"""Groups of cases with predictions near each other: at most, and cases of one."""

SHARE_OF_ALL = 0.3
"""Part that the mean residual of all cases has in the usual one of a group."""


class Intervals(NamedTuple):
    """How far predictions of cases held out were off.

    Attributes
    ----------
    residuals : np.ndarray of float64, shape (n_held_out, n_outputs)
        Absolute differences in units of the usual ones, each column ascending.
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
        usual = [
            np.interp(of_output, at, size)
            for of_output, at, size in zip(
                predicted.T, self.predictions.T, self.usual.T, strict=True
            )
        ]
        return np.transpose(usual) * self.residuals[rank - 1]


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
    predicted = np.concatenate([none, *(part.scores for part in held_out)])
    numbers = np.concatenate([none, *(part.targets.values for part in held_out)])
    found = [_of_output(*of) for of in zip(predicted.T, numbers.T, strict=True)]
    residuals, at, usual = (np.transpose(part) for part in zip(*found, strict=True))
    means, scales = standard
    return Intervals(residuals, at * scales + means, usual * scales)


def _of_output(
    predicted: np.ndarray, numbers: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if len(predicted) == 0:
        return predicted, np.zeros(1), np.ones(1)
    # Equal predictions by their residuals: the order of the cases is nothing's concern.
    order = np.lexsort((np.abs(predicted - numbers), predicted))
    predicted, off = predicted[order], np.abs(predicted - numbers)[order]
    n_groups = min(max(len(off) // CASES_A_GROUP, 1), MOST_GROUPS)
    groups = np.array_split(np.arange(len(off)), n_groups)
    at = np.array([predicted[group].mean() for group in groups])
    of_groups = np.array([off[group].mean() for group in groups])
    usual = (1 - SHARE_OF_ALL) * of_groups + SHARE_OF_ALL * off.mean()
    usual = np.where(usual > 0, usual, 1.0)
    return np.sort(off / np.interp(predicted, at, usual)), at, usual
