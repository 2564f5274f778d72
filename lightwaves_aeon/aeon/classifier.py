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
from sklearn.utils.metaestimators import available_if

from lightwaves_aeon.aeon.base import ClassifierShell, Series
from lightwaves_aeon.aeon.transformer import LightWaveS
from lightwaves_aeon.core.data.collection import Collection, as_collection
from lightwaves_aeon.core.fitted import FittedClassifier
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.estimators.fitting import fit_classifier, number_of_features
from lightwaves_aeon.estimators.inspection import InspectionMixin
from lightwaves_aeon.estimators.saving import SavingMixin
from lightwaves_aeon.export.saved import SavedClassifier


class LightWaveSClassifier(
    InspectionMixin, SavingMixin, ClassifierShell, BaseClassifier
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
        self._n_jobs = check_n_jobs(self.n_jobs)
        fit = fit_classifier(
            self,
            as_collection(X),
            y,
            self._n_jobs,
            clone=lambda head: _clone_estimator(head, self.random_state),
        )
        found = fit.search
        transformer = self._transformer().adopt(
            found.model, found.path, found.channel_path, self.metadata_
        )
        self._assemble(transformer, fit.scaler, fit.estimator, fit.fitted, fit.head)
        return self

    def _transformer(self) -> LightWaveS:
        """Make the transformer that has the same parameters."""
        names = LightWaveS._get_param_names()
        parameters = {name: getattr(self, name) for name in names}
        parameters["n_features"] = number_of_features(self.n_features, self.n_kernels)
        return LightWaveS(**{**parameters, "n_jobs": self._n_jobs})

    def _assemble(self, transformer, scaler, estimator, fitted, head) -> None:
        if hasattr(self, "feature_names_in_"):
            transformer.feature_names_in_ = self.feature_names_in_
        self.pipeline_ = make_pipeline(transformer, scaler, estimator)
        self.estimator_, self._fitted, self._head = estimator, fitted, head
        # Those set afterwards have no part in the model, and none in its file.
        self._fit_parameters = self.get_params(deep=False)

    def _predict(self, X: Series) -> np.ndarray:
        return self._head.predict(self.pipeline_[0]._transform(X))

    def _predict_proba(self, X: Series) -> np.ndarray:
        if hasattr(self._head, "predict_proba"):
            return self._head.predict_proba(self.pipeline_[0]._transform(X))
        return super()._predict_proba(X)

    @available_if(lambda self: hasattr(self.estimator_, "decision_function"))
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
        return self._head.decision_function(self.pipeline_[0]._transform(self._seen(X)))

    def _collection_of(self, X) -> Collection:
        return as_collection(self._seen(X))

    def _table(self) -> tuple[Model, int]:
        return self.pipeline_[0]._model, self.metadata_["n_channels"]

    def _linear(self) -> FittedClassifier:
        self._check_is_fitted()
        if self._fitted is not None:
            return self._fitted
        (model, n_channels), (_, scaler, estimator) = self._table(), self.pipeline_
        return FittedClassifier.from_estimator(
            model,
            scaler,
            estimator,
            n_channels=n_channels,
            channel_names=getattr(self, "feature_names_in_", None),
        )

    def _saved(self, fitted: FittedClassifier) -> SavedClassifier:
        transformer, scaler, ridge = self.pipeline_
        return SavedClassifier(
            fitted,
            scaler,
            ridge,
            self._fit_parameters,
            self.metadata_,
            transformer._path,
            transformer._channel_path,
        )

    def _restore(self, saved: SavedClassifier) -> None:
        self._n_jobs = check_n_jobs(self.n_jobs)
        fitted = saved.fitted
        if fitted.channel_names is not None:
            self.feature_names_in_ = np.array(fitted.channel_names, dtype=object)
        self.metadata_, self.is_fitted = saved.metadata, True
        self.classes_ = fitted.classes
        self.n_classes_ = len(self.classes_)
        self._class_dictionary = {label: i for i, label in enumerate(self.classes_)}
        transformer = self._transformer().adopt(
            fitted.model, saved.path, saved.channel_path, dict(saved.metadata)
        )
        self._assemble(transformer, saved.scaler, saved.ridge, fitted, fitted.head)

    @classmethod
    def _get_test_params(cls, parameter_set: str = "default") -> list[dict]:
        return [
            {"n_kernels": 400, "max_dilation": 2},
            {"n_features": 5, "variant": "L1", "kernels": "haar", "max_dilation": 4},
        ]
