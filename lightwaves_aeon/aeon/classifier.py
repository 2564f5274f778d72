"""LightWaveS as an aeon classifier, to stand where RocketClassifier stood."""

from __future__ import annotations

__all__ = ["LightWaveSClassifier"]

from collections.abc import Sequence

import numpy as np
from aeon.base._base import _clone_estimator
from aeon.classification import BaseClassifier
from aeon.utils.validation import check_n_jobs
from aeon.utils.validation.labels import check_classification_y
from sklearn.pipeline import make_pipeline

from lightwaves_aeon.aeon.base import ClassifierShell, Series
from lightwaves_aeon.aeon.transformer import LightWaveS
from lightwaves_aeon.core.data.collection import Collection, as_collection
from lightwaves_aeon.core.fitted import ClassifierState
from lightwaves_aeon.estimators.classifier import ClassifierMixin
from lightwaves_aeon.estimators.fitting import fit_classifier
from lightwaves_aeon.estimators.inspection import InspectionMixin


class LightWaveSClassifier(
    InspectionMixin, ClassifierMixin, ClassifierShell, BaseClassifier
):
    """LightWaveS features with a ridge classifier.

    The first five parameters are those of aeon's ``RocketClassifier``, so that changing
    the name of the class is all it takes to change from one to the other. In place of
    ROCKET's two features a kernel it keeps 2.5 % of them [1]_.

    Parameters
    ----------
    n_kernels : int, default=10,000
        Number of ROCKET kernels to match: ``n_features=None`` keeps 2.5 % of the
        ``2 * n_kernels`` features that they would give.
    estimator : sklearn compatible classifier or None, default=None
        Trained on the standardised features. None means a ``RidgeClassifierCV`` whose
        alpha is chosen by leave-one-out from ``logspace(-3, 3, 10) * n_cases``, which
        on standardised features is the paper's choice.
    class_weight : {"balanced"}, dict or None, default=None
        Weights of the classes in the default estimator; see ``RidgeClassifierCV``.
    n_jobs : int, default=1
        Number of threads for ``fit`` and ``predict``; -1 means all processors. Results
        do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Draws the sample of cases on which features are selected, where there are more
        than `max_cases`, and what "plus" looks at; handed on to `estimator`. None draws
        others each time.
    n_features : int, "auto" or None, default=None
        Number of features to keep. None means 2.5 % of ROCKET's, 500 by default;
        ``"auto"``, for ``variant="plus"`` or ``selector="detach"`` only, as few as
        predict about as well as any number, see `LightWaveS`.
    variant : {"L1", "L2", "L1L2", "plus"}, default="L1L2"
        What features may come from; see `LightWaveS`. "plus" is the most accurate.
    kernels : str or sequence of str, default="minirocket"
        ``"minirocket"``, or the name of a PyWavelets wavelet, or a list or tuple of
        such names.
    max_dilation : int or None, default=None
        Largest dilation, in time points; see `LightWaveS`.
    pool_size : int or None, default=None
        Number of features that the ANOVA filter hands on to the selector; see
        `LightWaveS`.
    max_cases : int, default=1500
        Number of training cases on which features are selected. The estimator is
        trained on all of them.
    verbose : int, default=0
        Above 0, a progress bar is shown while fitting.
    backend : {"threads", "joblib", "mpi"}, default="threads"
        Where ``fit`` works; see `LightWaveS`. The fitted model is the same to the last
        bit, and prediction is always in `n_jobs` threads of this process.
    selector : {"mrmr", "detach"} or None, default=None
        How features are chosen from the pool; see `LightWaveS`. None means detachment
        for "plus", else mRMR.
    max_channels : int, "auto" or None, default=None
        Largest number of channels to read; see `LightWaveS`. ``"auto"`` finds the
        smallest that predicts about as well as any, None means no limit.

    Attributes
    ----------
    classes_ : np.ndarray, shape (n_classes,)
        The class labels.
    n_classes_ : int
        The number of classes.
    feature_names_in_ : np.ndarray of str, shape (n_channels,)
        Names of the channels, if the classifier was fitted to data frames with named
        columns. Frames given later are brought into their order.
    estimator_ : sklearn classifier
        The fitted estimator.
    pipeline_ : sklearn.pipeline.Pipeline
        Fitted `LightWaveS` transformer, ``StandardScaler`` and `estimator_`.
        ``pipeline_[0].features_`` is the table of the features in use.

    See Also
    --------
    LightWaveS : The features alone.

    References
    ----------
    .. [1] Pantiskas, L., Verstoep, K., Hoogendoorn, M. and Bal, H., 2022. Taking ROCKET
        on an efficiency mission: multivariate time series classification with
        LightWaveS. DCOSS 2022. arXiv:2204.01379.

    Examples
    --------
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> X_train, y_train = load_basic_motions(split="train")
    >>> X_test, y_test = load_basic_motions(split="test")
    >>> clf = LightWaveSClassifier(random_state=0).fit(X_train, y_train)
    >>> float(clf.score(X_test, y_test))
    1.0
    >>> clf.pipeline_[0].channels_.tolist()
    [0, 1, 2, 4, 5]
    """

    _tags = {
        "X_inner_type": ["np-list", "numpy3D"],
        "capability:multivariate": True,
        "capability:unequal_length": True,
        "capability:multithreading": True,
        "algorithm_type": "convolution",
    }

    def __init__(
        self,
        n_kernels: int = 10000,
        estimator=None,
        class_weight=None,
        n_jobs: int = 1,
        random_state: int | np.random.RandomState | None = None,
        n_features: int | str | None = None,
        variant: str = "L1L2",
        kernels: str | Sequence[str] = "minirocket",
        max_dilation: int | None = None,
        pool_size: int | None = None,
        max_cases: int = 1500,
        verbose: int = 0,
        backend: str = "threads",
        selector: str | None = None,
        max_channels: int | str | None = None,
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

        super().__init__()

    def _fit(self, X: Series, y: np.ndarray) -> LightWaveSClassifier:
        check_classification_y(y)
        self._adopt(
            fit_classifier(
                self,
                as_collection(X),
                y,
                check_n_jobs(self.n_jobs),
                clone=lambda head: _clone_estimator(head, self.random_state),
            )
        )
        return self

    def _adopt(self, state: ClassifierState) -> None:
        self._n_jobs = check_n_jobs(self.n_jobs)
        transformer = self._transformer_of(LightWaveS, n_jobs=self._n_jobs)
        transformer.adopt(state.model, state.path, state.channel_path, state.metadata)
        self.pipeline_ = make_pipeline(transformer, state.scaler, state.estimator)
        self.estimator_, self._state = state.estimator, state
        self.metadata_, self.is_fitted = dict(state.metadata), True

    def _n_threads(self) -> int:
        return self._n_jobs

    def _predict(self, X: Series) -> np.ndarray:
        return self._state.head.predict(self._features(as_collection(X)))

    def _predict_proba(self, X: Series) -> np.ndarray:
        if hasattr(self._state.head, "predict_proba"):
            return self._state.head.predict_proba(self._features(as_collection(X)))
        return super()._predict_proba(X)

    def _collection_of(self, X) -> Collection:
        return as_collection(self._seen(X))

    @classmethod
    def _get_test_params(cls, parameter_set: str = "default") -> list[dict]:
        return [
            {"n_kernels": 400, "max_dilation": 2},
            {"n_features": 5, "variant": "L1", "kernels": "haar", "max_dilation": 4},
        ]
