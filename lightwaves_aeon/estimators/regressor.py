"""What the regressors of all frameworks do alike."""

from __future__ import annotations

__all__ = ["RegressorMixin"]

from collections.abc import Sequence

import numpy as np

from lightwaves_aeon.core.fitted_regressor import FittedRegressor
from lightwaves_aeon.estimators.estimator import EstimatorMixin
from lightwaves_aeon.estimators.regression import fit_regressor


class RegressorMixin(EstimatorMixin):
    """Mixin with the parameters of a regressor; see the methods."""

    _find = fit_regressor
    _value_type = FittedRegressor

    def __init__(
        self,
        n_kernels: int = 10000,
        estimator=None,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = 1,
        n_features: int | str | None = None,
        variant: str = "plus",
        kernels: str | Sequence[str] = "minirocket",
        max_dilation: int | None = None,
        pool_size: int | None = None,
        max_cases: int = 1500,
        verbose: int = 0,
        backend: str = "threads",
        selector: str | None = None,
        max_channels: int | str | None = None,
        missing_values: str = "allow",
        augment_missing: float = 0.0,
    ):
        self.n_kernels = n_kernels
        self.estimator = estimator
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.n_features = n_features
        self.variant = variant
        self.kernels = kernels
        self.max_dilation = max_dilation
        self.pool_size = pool_size
        self.max_cases = max_cases
        self.verbose = verbose
        self.backend = backend
        self.selector = selector
        self.max_channels = max_channels
        self.missing_values = missing_values
        self.augment_missing = augment_missing

        super().__init__()

    def predict_interval(self, X, coverage: float = 0.9) -> np.ndarray:
        """Predict between which numbers those of cases lie.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
            Collection, or any other type that ``predict`` takes.
        coverage : float, default=0.9
            Share of the cases whose numbers lie between them, above 0 and below 1.

        Returns
        -------
        np.ndarray of float64, shape (n_cases, 2) or (n_cases, n_outputs, 2)
            The lower end and the upper end.

        Raises
        ------
        ValueError
            If `estimator` was given, as nothing is known of its errors, or if too few
            cases were held out for this coverage.
        """
        fitted = self._fitted_for("predict_interval")
        return fitted.predict_interval(
            self._collection_of(X), coverage, self._n_threads()
        )

    @classmethod
    def _get_test_params(cls, parameter_set: str = "default") -> list[dict]:
        return [
            {"n_kernels": 400, "max_dilation": 2},
            {"n_features": 5, "variant": "L1", "kernels": "haar", "max_dilation": 4},
        ]
