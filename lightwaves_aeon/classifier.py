"""LightWaveS as an aeon classifier, to stand where RocketClassifier stood."""

from __future__ import annotations

__all__ = ["LightWaveSClassifier"]

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from aeon.base._base import _clone_estimator
from aeon.classification import BaseClassifier
from aeon.utils.validation import check_n_jobs
from sklearn.pipeline import make_pipeline
from sklearn.utils.metaestimators import available_if

from lightwaves_aeon._fitting import fit_head, make_backend, number_of_features
from lightwaves_aeon._insight import ShowsInsight
from lightwaves_aeon._shell import CollectionShell
from lightwaves_aeon.core.collection import Collection, arranged
from lightwaves_aeon.deploy.classifier_file import load_classifier, save_classifier
from lightwaves_aeon.insight.linear import LinearModel
from lightwaves_aeon.predictor import Predictor
from lightwaves_aeon.transformer import LightWaveS

Series = np.ndarray | list[np.ndarray]


class _ClassifierShell(CollectionShell):
    def fit_predict(self, X, y, **kwargs):
        with self._whole_or_not_at_all():
            return super().fit_predict(X, y, **kwargs)  # type: ignore[misc]

    def fit_predict_proba(self, X, y, **kwargs):
        with self._whole_or_not_at_all():
            return super().fit_predict_proba(X, y, **kwargs)  # type: ignore[misc]

    def score(self, X, y, *args, **kwargs):
        # aeon would take the rows of a frame for cases.
        return super().score(self._seen(X), y, *args, **kwargs)  # type: ignore[misc]

    def _seen(self, X) -> Series:
        """Check and convert cases as predict does."""
        self._check_is_fitted()  # type: ignore[attr-defined]
        X = self._preprocess_collection(X, store_metadata=False)
        self._check_shape(X)
        return X


class LightWaveSClassifier(ShowsInsight, _ClassifierShell, BaseClassifier):
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
        collection = arranged(X)
        self._n_jobs = check_n_jobs(self.n_jobs)
        transformer = LightWaveS(
            n_features=number_of_features(self.n_features, self.n_kernels),
            variant=self.variant,
            kernels=self.kernels,
            max_dilation=self.max_dilation,
            pool_size=self.pool_size,
            max_cases=self.max_cases,
            selector=self.selector,
            max_channels=self.max_channels,
            n_jobs=self._n_jobs,
            random_state=self.random_state,
            verbose=self.verbose,
            backend=self.backend,
        )
        # Step by step, since Pipeline.fit would have X checked once more.
        found = transformer.fit_checked(
            collection, y, self.metadata_, calibrate=self.estimator is None
        )
        backend = make_backend(self.backend, self._n_jobs)
        scaler, self.estimator_, self._head = fit_head(
            transformer._model.features(collection, backend, found.order),
            y[found.order],
            self.estimator,
            self.class_weight,
            found.held_out,
            backend,
            clone=lambda head: _clone_estimator(head, self.random_state),
        )
        if hasattr(self, "feature_names_in_"):
            transformer.feature_names_in_ = self.feature_names_in_
        self.pipeline_ = make_pipeline(transformer, scaler, self.estimator_)
        # Those set afterwards have no part in the model, and none in its file.
        self._fit_parameters = self.get_params(deep=False)
        return self

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
        return arranged(self._seen(X))

    def _linear(self) -> LinearModel:
        self._check_is_fitted()
        transformer, scaler, estimator = (step for _, step in self.pipeline_.steps)
        n_channels = self.metadata_["n_channels"]
        names = getattr(self, "feature_names_in_", None)
        return LinearModel.of(transformer._model, scaler, estimator, n_channels, names)

    def compile(self) -> Predictor:
        """Make a predictor of single cases, without the cost of general checks.

        aeon's ``predict`` takes a good part of a millisecond to look at its input,
        whatever its size. The predictor takes one case as an array and reads only the
        channels in use.

        Returns
        -------
        Predictor
            ``predictor(x)`` gives the label of a case x of shape (n_channels,
            n_timepoints), ``predictor.scores(x)`` its row of ``decision_function``;
            with the default estimator both are equal to the last bit to those of the
            classifier.

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> X, y = load_basic_motions(split="train")
        >>> predictor = LightWaveSClassifier(n_features=50).fit(X, y).compile()
        >>> str(predictor(X[0]))
        'standing'
        >>> predictor.scores(X[0]).shape
        (4,)
        """
        self._check_is_fitted()
        transformer, n_channels = self.pipeline_[0], self.metadata_["n_channels"]
        return Predictor(transformer._model.evaluate.one, n_channels, self._head)

    def save(self, path: str | Path) -> None:
        """Write the fitted classifier to a file, without pickle.

        Parameters
        ----------
        path : str or Path
            Where to; a file that is there already is replaced.

        Raises
        ------
        ValueError
            If `estimator` is not the default one, which is all that the file can hold.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> X, y = load_basic_motions(split="train")
        >>> clf = LightWaveSClassifier(n_features=50).fit(X, y)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     clf.save(Path(folder) / "motions.model")
        ...     again = LightWaveSClassifier.load(Path(folder) / "motions.model")
        >>> bool((again.decision_function(X) == clf.decision_function(X)).all())
        True
        """
        self._check_is_fitted()
        save_classifier(path, self)

    @classmethod
    def load(cls, path: str | Path, n_jobs: int = 1) -> Self:
        """Read a fitted classifier from a file.

        Parameters
        ----------
        path : str or Path
            A file that `save` wrote.
        n_jobs : int, default=1
            Number of threads on this machine, which need not be the one of ``fit``.

        Returns
        -------
        LightWaveSClassifier
            It predicts the same to the last bit as the one that was saved.

        Raises
        ------
        ModelFileError
            A ValueError: the file is truncated, altered, of a newer version or no model
            file at all.
        """
        return load_classifier(path, cls, n_jobs)

    @classmethod
    def _get_test_params(cls, parameter_set: str = "default") -> list[dict]:
        return [
            {"n_kernels": 400, "max_dilation": 2},
            {"n_features": 5, "variant": "L1", "kernels": "haar", "max_dilation": 4},
        ]
