"""The fitted regressor as one value that knows no framework."""

from __future__ import annotations

__all__ = ["FittedRegressor"]

from dataclasses import dataclass
from typing import Any

import numpy as np

from lightwaves_aeon.core.checks import check_coverage
from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.fitted import FittedLinear, NotLinearError
from lightwaves_aeon.core.linear.intervals import Intervals
from lightwaves_aeon.core.linear.regression import RegressionHead
from lightwaves_aeon.core.linear.shrinkage import kept_within
from lightwaves_aeon.core.model import Model


@dataclass(frozen=True)
class FittedRegressor(FittedLinear):
    """A fitted table with a linear head of numbers; see ``FittedLinear``.

    Attributes
    ----------
    intervals : Intervals or None
        What tells how far predictions are off, where it is known.
    """

    head: RegressionHead
    intervals: Intervals | None = None

    @classmethod
    def from_estimator(
        cls, model: Model, scaler: Any, estimator: Any, **about: Any
    ) -> FittedRegressor:
        """Read a linear regressor of standardised features.

        Parameters
        ----------
        model : Model
            Gives the features.
        scaler : StandardScaler
            Fitted to them.
        estimator : sklearn regressor
            Fitted to what the scaler makes of them.
        **about
            Other attributes, of which `n_channels` is needed.

        Returns
        -------
        FittedRegressor

        Raises
        ------
        NotLinearError
            A ValueError. The estimator has no ``coef_`` and ``intercept_``, or its
            predictions are not their sum.
        """
        name = type(estimator).__name__
        if not all(hasattr(estimator, part) for part in ("coef_", "intercept_")):
            raise NotLinearError(
                f"the predictions of {name} are not a sum over features: a linear "
                "estimator, such as the default one, has importances"
            )
        coef = np.atleast_2d(estimator.coef_)
        points = np.vstack([np.zeros(coef.shape[1]), np.eye(coef.shape[1])])
        found = estimator.predict(points)
        intercepts = np.broadcast_to(estimator.intercept_, len(coef))
        added = points @ coef.T + intercepts
        limits = getattr(estimator, "limits_", None)
        if limits is not None:
            added = kept_within(added, limits.reshape(2, -1))
        if not np.allclose(found.reshape(added.shape), added):
            raise NotLinearError(
                f"the predictions of {name} are not a weighted sum of the features, "
                "which is what importances are read from"
            )
        head = RegressionHead.from_standardised(
            scaler.mean_,
            scaler.scale_,
            coef[0] if found.ndim == 1 else coef,
            intercepts,
            model.allows_missing,
            limits,
        )
        stds = np.sqrt(scaler.var_)
        return cls(model, head, np.array(intercepts), scaler.mean_, stds, **about)

    @property
    def outputs(self) -> np.ndarray:
        """The numbers of the outputs, from 0."""
        return np.arange(len(self.head.bias))

    @property
    def output_column(self) -> str | None:
        """What a column of outputs is called in tables; None if there is one output."""
        return "output" if len(self.head.bias) > 1 else None

    def kept(self, outputs: np.ndarray) -> np.ndarray:
        """Keep what the features add up to within the limits of predictions."""
        limits = self.head.limits
        return outputs if limits is None else kept_within(outputs, limits)

    def predict_interval(
        self, X: Collection, coverage: float, n_jobs: int = 1
    ) -> np.ndarray:
        """Predict an interval for the number of each case.

        Parameters
        ----------
        X : Collection, shape (n_cases, n_channels, n_timepoints)
            Cases, unscaled.
        coverage : float
            Share of the cases whose numbers should be in their intervals, above 0 and
            below 1.
        n_jobs : int, default=1
            Number of threads.

        Returns
        -------
        np.ndarray of float64, shape (n_cases, 2) or (n_cases, n_outputs, 2)

        Raises
        ------
        ValueError
            If too few cases were held out for this coverage, or nothing is known of the
            errors, as of a regressor that was made smaller for a budget.
        """
        return self.interval_around(self.predict(X, n_jobs), coverage)

    def interval_around(self, found: np.ndarray, coverage: float) -> np.ndarray:
        """Give the same of what was predicted.

        Parameters
        ----------
        found : np.ndarray of float64, shape (n_cases,) or (n_cases, n_outputs)
            Predictions.
        coverage : float
            As of `predict_interval`.

        Returns
        -------
        np.ndarray of float64, shape (n_cases, 2) or (n_cases, n_outputs, 2)

        Raises
        ------
        ValueError
            As `predict_interval` does.
        """
        check_coverage(coverage)
        if self.intervals is None:
            raise ValueError("nothing is known of the errors of this regressor")
        rows = found.reshape(len(found), len(self.head.bias))
        reach = self.intervals.half_widths(rows, coverage).reshape(found.shape)
        return np.stack([found - reach, found + reach], axis=-1)
