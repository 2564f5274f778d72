"""What the classifiers of all frameworks do alike."""

from __future__ import annotations

__all__ = ["ClassifierMixin"]

from collections.abc import Sequence

import numpy as np
from sklearn.utils.metaestimators import available_if

from lightwaves_aeon.core.fitted import FittedClassifier, FittedState
from lightwaves_aeon.estimators.classification import fit_classifier
from lightwaves_aeon.estimators.estimator import EstimatorMixin


class ClassifierMixin(EstimatorMixin):
    """Mixin with the parameters of a classifier; see the methods."""

    _find = fit_classifier
    _value_type = FittedClassifier

    def __init__(
        self,
        n_kernels: int = 10000,
        estimator=None,
        class_weight=None,
        n_jobs: int | None = 1,
        random_state: int | np.random.RandomState | None = None,
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
        self.class_weight = class_weight
        self.n_jobs = n_jobs
        self.random_state = random_state
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

    def _predict_proba(self, X) -> np.ndarray:
        if hasattr(self._state.head, "predict_proba"):
            return self._state.head.predict_proba(self._features(X))
        return super()._predict_proba(X)  # type: ignore[misc]

    @available_if(lambda self: hasattr(self._state.estimator, "decision_function"))
    def decision_function(self, X) -> np.ndarray:
        """Confidence scores of the estimator, where it has them.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
            Collection, or any other type that ``predict`` takes.

        Returns
        -------
        np.ndarray, shape (n_cases,) or (n_cases, n_classes)
            As scikit-learn has it: one column for two classes, positive for the second.
        """
        return self._state.head.decision_function(self._features(self._seen(X)))

    def _restore(self, state: FittedState) -> None:
        classes = state.head.classes
        self.classes_, self.n_classes_ = classes, len(classes)
        self._class_dictionary = {label: i for i, label in enumerate(classes)}
        super()._restore(state)

    @classmethod
    def _get_test_params(cls, parameter_set: str = "default") -> list[dict]:
        return [
            {"n_kernels": 400, "max_dilation": 2},
            {"n_features": 5, "variant": "L1", "kernels": "haar", "max_dilation": 4},
        ]
