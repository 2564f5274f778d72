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
from lightwaves_aeon.core.model import Model


@dataclass(frozen=True)
class FittedRegressor(FittedLinear):
    """A fitted table with a linear head of numbers; see `FittedLinear`.

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
        intercepts, units = (
            np.atleast_1d(estimator.intercept_),
            np.eye(len(scaler.mean_)),
        )
        found = estimator.predict(np.vstack([0 * units[:1], units]))
        n_outputs = 1 if found.ndim == 1 else found.shape[1]
        intercepts = np.broadcast_to(intercepts, n_outputs)
        added = np.vstack([0 * units[:1], units]) @ np.atleast_2d(estimator.coef_).T
        if not np.allclose(found.reshape(len(found), -1), added + intercepts):
            raise NotLinearError(
                f"the predictions of {name} are not a weighted sum of the features, "
                "which is what importances are read from"
            )
        coef = np.atleast_2d(estimator.coef_)
        head = RegressionHead.from_standardised(
            scaler.mean_,
            scaler.scale_,
            coef[0] if found.ndim == 1 else coef,
            intercepts,
            model.allows_missing,
        )
        stds = np.sqrt(scaler.var_)
        return cls(
            model=model,
            head=head,
            intercepts=np.array(intercepts),
            means=scaler.mean_,
            stds=stds,
            **about,
        )

    @property
    def outputs(self) -> np.ndarray:
        """The numbers of the outputs, from 0."""
        return np.arange(len(self.head.bias))

    @property
    def output_weights(self) -> np.ndarray:
        """What a unit of each feature adds to each output."""
        return self.head.weights

    @property
    def output_intercepts(self) -> np.ndarray:
        """What is predicted for the average training case, one an output."""
        return self.intercepts

    def predict_interval(
        self, X: Collection, coverage: float, n_jobs: int = 1
    ) -> np.ndarray:
        """Predict between which numbers those of cases lie.

        Parameters
        ----------
        X : Collection, shape (n_cases, n_channels, n_timepoints)
            Cases, unscaled.
        coverage : float
            Share of the cases whose numbers lie between them, above 0 and below 1.
        n_jobs : int, default=1
            Number of threads.

        Returns
        -------
        np.ndarray of float64, shape (n_cases, 2) or (n_cases, n_outputs, 2)

        Raises
        ------
        ValueError
            If too few cases were held out for this coverage.
        """
        reach = self.reach(coverage)
        found = self.predict(X, n_jobs)
        return np.stack([found - reach, found + reach], axis=-1)

    def reach(self, coverage: float) -> np.ndarray:
        """Give how far on either side of a prediction its interval reaches.

        Parameters
        ----------
        coverage : float
            As of `predict_interval`.

        Returns
        -------
        np.ndarray of float64, shape () or (n_outputs,)

        Raises
        ------
        ValueError
            As `predict_interval` does.
        """
        check_coverage(coverage)
        assert self.intervals is not None  # of the default estimator
        half_widths = self.intervals.half_widths(coverage)
        return half_widths[0] if self.head.is_vector else half_widths
