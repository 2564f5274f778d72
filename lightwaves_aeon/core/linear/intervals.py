"""Prediction intervals by split conformal prediction, on residuals of held-out cases.

Of residuals of cases that a search did not know, an empirical quantile is as far as
those of new cases reach (Lei et al. 2018, "Distribution-free predictive inference for
regression").
"""

from __future__ import annotations

__all__ = ["Intervals", "fit_intervals"]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.linear.temperature import HeldOut
from lightwaves_aeon.core.targets import Standard


class Intervals(NamedTuple):
    """How far predictions of cases held out were off.

    Attributes
    ----------
    residuals : np.ndarray of float64, shape (n_held_out, n_outputs)
        Absolute differences, each column ascending.
    """

    residuals: np.ndarray

    def half_widths(self, coverage: float) -> np.ndarray:
        """Give how far predictions are off at most, in a share of the cases.

        Parameters
        ----------
        coverage : float
            The share, between 0 and 1.

        Returns
        -------
        np.ndarray of float64, shape (n_outputs,)

        Raises
        ------
        ValueError
            If there are too few cases held out for this coverage.
        """
        n_cases = len(self.residuals)
        rank = int(np.ceil((n_cases + 1) * coverage))
        if rank > n_cases:
            raise ValueError(
                f"{n_cases} held-out cases are too few for a coverage of {coverage}"
            )
        return self.residuals[rank - 1]


def fit_intervals(held_out: Sequence[HeldOut], standard: Standard) -> Intervals:
    """Collect the residuals of cases held out."""
    parts = [
        np.abs(part.scores - part.targets.values) * standard.scales for part in held_out
    ]
    none = np.empty((0, len(standard.scales)))
    return Intervals(np.sort(np.concatenate([none, *parts]), axis=0))
