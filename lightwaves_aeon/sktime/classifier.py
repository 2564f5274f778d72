"""LightWaveS as an sktime classifier."""

from __future__ import annotations

__all__ = ["LightWaveSClassifier"]

from collections.abc import Sequence

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import clone
from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags
from sklearn.utils.metaestimators import available_if
from sktime.classification.base import BaseClassifier
from sktime.utils.random_state import set_random_state

from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.fitted import FittedClassifier
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.estimators.fitting import fit_classifier, number_of_features
from lightwaves_aeon.estimators.frames import refuse_masked
from lightwaves_aeon.estimators.inspection import InspectionMixin
from lightwaves_aeon.estimators.saving import SavingMixin
from lightwaves_aeon.export.saved import SavedClassifier
from lightwaves_aeon.sktime.base import INNER_MTYPES, PanelShell, Series
from lightwaves_aeon.sktime.transformer import LightWaveS


class LightWaveSClassifier(InspectionMixin, SavingMixin, PanelShell, BaseClassifier):
    """LightWaveS features with a ridge classifier.

    The same as the class of this name for aeon: with the same parameters and data it
    makes the same predictions, to the last bit. In place of ROCKET's two features a
    kernel it keeps 2.5 % of them [1]_.

    Parameters
    ----------
    n_kernels : int, default=10,000
        Number of ROCKET kernels to match: ``n_features=None`` keeps 2.5 % of the
        ``2 * n_kernels`` features that they would give.
    estimator : sklearn compatible classifier or None, default=None
        Trained on the standardised features. None means a ``RidgeClassifierCV`` whose
        alpha is chosen by leave-one-out from ``logspace(-3, 3, 10) * n_cases``.
    class_weight : {"balanced"}, dict or None, default=None
        Weights of the classes in the default estimator; see ``RidgeClassifierCV``.
    n_jobs : int or None, default=1
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
        Number of features that the ANOVA filter hands on to the selector.
    max_cases : int, default=1500
        Number of training cases on which features are selected. The estimator is
        trained on all of them.
    verbose : int, default=0
        Above 0, a progress bar is shown while fitting.
    backend : {"threads", "joblib", "mpi"}, default="threads"
        Where ``fit`` works. The fitted model is the same to the last bit.
    selector : {"mrmr", "detach"} or None, default=None
        How features are chosen from the pool. None means detachment for "plus", else
        mRMR.
    max_channels : int, "auto" or None, default=None
        Largest number of channels to read. ``"auto"`` finds the smallest that predicts
        about as well as any, None means no limit.

    Attributes
    ----------
    classes_ : np.ndarray, shape (n_classes,)
        The class labels.
    transformer_ : LightWaveS
        The fitted transformer; ``transformer_.features_`` is the table of the features
        in use.
    scaler_ : StandardScaler
        Fitted to the features.
    estimator_ : sklearn classifier
        Fitted to the standardised features.
    feature_names_in_ : np.ndarray of str, shape (n_channels,)
        Names of the channels, if the classifier was fitted to data frames with named
        columns. Frames given later are brought into their order.

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
    >>> from sktime.datasets import load_basic_motions
    >>> from lightwaves_aeon.sktime import LightWaveSClassifier
    >>> X_train, y_train = load_basic_motions(split="train", return_type="numpy3D")
    >>> X_test, y_test = load_basic_motions(split="test", return_type="numpy3D")
    >>> clf = LightWaveSClassifier(random_state=0).fit(X_train, y_train)
    >>> float(clf.score(X_test, y_test))
    1.0
    >>> clf.transformer_.channels_.tolist()
    [0, 1, 2, 4, 5]
    """

    _tags = {
        "authors": ["lightwaves-aeon"],
        "maintainers": ["lightwaves-aeon"],
        "python_dependencies": ["numba", "PyWavelets"],
        "X_inner_mtype": INNER_MTYPES,
        "y_inner_mtype": "numpy1D",
        "capability:multivariate": True,
        "capability:unequal_length": True,
        "capability:missing_values": False,
        "capability:categorical_in_X": False,
        "capability:multithreading": True,
        "capability:predict_proba": True,
        "capability:class_weight": True,
        "capability:random_state": True,
        "property:randomness": "derandomized",
        "classifier_type": "kernel",
    }

    def __init__(
        self,
        n_kernels: int = 10000,
        estimator=None,
        class_weight=None,
        n_jobs: int | None = 1,
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

    def __sklearn_tags__(self) -> Tags:
        # sktime has none, and without them scikit-learn takes this for no classifier.
        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags(),
            input_tags=InputTags(three_d_array=True),
        )

    def _fit(self, X: Series, y: np.ndarray) -> LightWaveSClassifier:
        collection, n_jobs = self._collection(X), effective_n_jobs(self.n_jobs)
        fit = fit_classifier(self, collection, y, n_jobs, clone=self._seeded)
        n_cases, n_channels, n_timepoints = collection.shape
        is_unequal = not isinstance(collection, np.ndarray)
        # As aeon has it, so that model files are the same.
        self._metadata_of_fit = {
            "multivariate": n_channels > 1,
            "missing_values": False,
            "unequal_length": is_unequal,
            "n_cases": n_cases,
            "n_channels": n_channels,
            "n_timepoints": None if is_unequal else n_timepoints,
        }
        found = fit.search
        transformer = self._transformer().adopt(
            found.model, found.path, found.channel_path, n_channels
        )
        self._assemble(transformer, fit.scaler, fit.estimator, fit.fitted, fit.head)
        return self

    def _transformer(self) -> LightWaveS:
        """Make the transformer that has the same parameters."""
        names = LightWaveS.get_param_names()
        parameters = {name: getattr(self, name) for name in names}
        parameters["n_features"] = number_of_features(self.n_features, self.n_kernels)
        return LightWaveS(**parameters)

    def _assemble(self, transformer, scaler, estimator, fitted, head) -> None:
        if hasattr(self, "feature_names_in_"):
            transformer.feature_names_in_ = self.feature_names_in_
        self.transformer_, self.scaler_ = transformer, scaler
        self.estimator_, self._fitted, self._head = estimator, fitted, head
        # Those set afterwards have no part in the model, and none in its file.
        self._fit_parameters = self.get_params(deep=False)

    def _internal_convert(self, X, y=None):
        X = self._given(X)
        refuse_masked(y, "y")
        return super()._internal_convert(X, y)

    def _seeded(self, estimator):
        estimator = clone(estimator)
        if self.random_state is not None:
            set_random_state(estimator, self.random_state)
        return estimator

    def _features(self, X: Series) -> np.ndarray:
        transformer = self.transformer_
        collection = self._collection_like(X, transformer._n_channels)
        return transformer._evaluate(collection)

    def _predict(self, X: Series) -> np.ndarray:
        return self._head.predict(self._features(X))

    def _predict_proba(self, X: Series) -> np.ndarray:
        if hasattr(self._head, "predict_proba"):
            return self._head.predict_proba(self._features(X))
        return super()._predict_proba(X)

    @available_if(lambda self: hasattr(self.estimator_, "decision_function"))
    def decision_function(self, X) -> np.ndarray:
        """Confidence scores of the estimator, where it has them.

        Parameters
        ----------
        X : any type that ``predict`` takes
            Cases.

        Returns
        -------
        np.ndarray, shape (n_cases,) or (n_cases, n_classes)
            As scikit-learn has it: one column for two classes, positive for the second.
        """
        return self._head.decision_function(self._features(self._seen(X)))

    def _seen(self, X) -> Series:
        """Check and convert cases as predict does."""
        self.check_is_fitted()
        return self._check_convert_X_for_predict(X)

    def _collection_of(self, X) -> Collection:
        return self._collection_like(self._seen(X), self.transformer_._n_channels)

    def _table(self) -> tuple[Model, int]:
        return self.transformer_._model, self.transformer_._n_channels

    def _linear(self) -> FittedClassifier:
        self.check_is_fitted()
        if self._fitted is not None:
            return self._fitted
        model, n_channels = self._table()
        return FittedClassifier.from_estimator(
            model,
            self.scaler_,
            self.estimator_,
            n_channels=n_channels,
            channel_names=getattr(self, "feature_names_in_", None),
        )

    def save(self, path=None, serialization_format: str = "pickle"):
        """Write the fitted classifier to a file.

        Parameters
        ----------
        path : str or Path, optional
            Where to.
        serialization_format : {"pickle", "cloudpickle", "lightwaves"}, default="pickle"
            ``"lightwaves"`` writes a small file without pickle, which `load` reads, as
            does the class of this name for aeon; it holds the default estimator only.
            The others are those of sktime, for ``sktime.base.load``.

        Returns
        -------
        As sktime has it; None for ``"lightwaves"``.
        """
        if serialization_format == "lightwaves":
            return SavingMixin.save(self, path)
        return BaseClassifier.save(self, path, serialization_format)

    def _saved(self, fitted: FittedClassifier) -> SavedClassifier:
        return SavedClassifier(
            fitted,
            self.scaler_,
            self.estimator_,
            self._fit_parameters,
            self._metadata_of_fit,
            self.transformer_._path,
            self.transformer_._channel_path,
        )

    def _restore(self, saved: SavedClassifier) -> None:
        fitted = saved.fitted
        if fitted.channel_names is not None:
            self.feature_names_in_ = np.array(fitted.channel_names, dtype=object)
        self._metadata_of_fit, self._is_fitted = saved.metadata, True
        self.classes_ = fitted.classes
        self.n_classes_ = len(self.classes_)
        self._class_dictionary = {label: i for i, label in enumerate(self.classes_)}
        # What sktime compares later cases with.
        self._X_metadata = {**saved.metadata, "is_univariate": fitted.n_channels == 1}
        transformer = self._transformer().adopt(
            fitted.model, saved.path, saved.channel_path, fitted.n_channels
        )
        self._assemble(transformer, saved.scaler, saved.ridge, fitted, fitted.head)

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict]:
        """Give parameters for sktime's tests.

        Parameters
        ----------
        parameter_set : str, default="default"
            Ignored: there is one.

        Returns
        -------
        list of dict
        """
        return [
            {"n_kernels": 400, "max_dilation": 2},
            {"n_features": 5, "variant": "L1", "kernels": "haar", "max_dilation": 4},
        ]
