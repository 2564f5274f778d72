"""What the classifiers of all frameworks do alike once they are fitted."""

from __future__ import annotations

__all__ = ["ClassifierMixin"]

from collections.abc import Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.utils.metaestimators import available_if

from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.fitted import ClassifierState, FittedClassifier
from lightwaves_aeon.core.predictor import Predictor
from lightwaves_aeon.estimators.fitting import number_of_features
from lightwaves_aeon.estimators.inspection import InspectionMixin
from lightwaves_aeon.export.model_file import ModelFileError
from lightwaves_aeon.export.saved import load_classifier, save_classifier


class ClassifierMixin(InspectionMixin):
    """Mixin with the parameters of a classifier; see the methods.

    A shell sets `_state` by `_adopt`. Its `_seen` checks cases as ``predict`` does,
    `_collection` arranges them, and `_seeded` makes unfitted copies of estimators.
    """

    _state: ClassifierState

    # Of the shells; attributes, since methods would hide those of a base class.
    _check_is_fitted: Any
    _collection: Any
    _n_threads: Any
    _seen: Any
    _adopt: Any

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

    def _transformer_of(
        self, kind: type, state: ClassifierState, **changed: Any
    ) -> Any:
        """Make the fitted transformer that has the same parameters."""
        n_features = number_of_features(self.n_features, self.n_kernels)
        own = {name: getattr(self, name) for name in kind().get_params(deep=False)}
        transformer = kind(**{**own, "n_features": n_features, **changed})
        if hasattr(self, "feature_names_in_"):
            transformer.feature_names_in_ = self.feature_names_in_
        if state.model.allows_missing:  # a pipeline needs values, which a head does not
            model = state.model.with_unobserved(state.scaler.mean_)
            state = state._replace(model=model)
        transformer._take(state)._mark_fitted(state.metadata)
        return transformer

    def _collection_of(self, X) -> Collection:
        return self._collection(self._seen(X))

    def _features(self, X) -> np.ndarray:
        return self._state.model.transform(
            self._collection(X), n_jobs=self._n_threads()
        )

    def _predict(self, X) -> np.ndarray:
        return self._state.head.predict(self._features(X))

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

    def _linear(self) -> FittedClassifier:
        self._check_is_fitted()
        return self._state.linear

    def _fitted_for(self, target: str) -> FittedClassifier:
        self._check_is_fitted()
        if self._state.fitted is None:
            raise ValueError(
                f"{target} holds the default estimator only, not "
                f"{type(self._state.estimator).__name__}: pickle this classifier "
                "instead"
            )
        return self._state.fitted

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
        >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     clf.save(Path(folder) / "motions.model")
        ...     again = LightWaveSClassifier.load(Path(folder) / "motions.model")
        >>> bool((again.decision_function(X) == clf.decision_function(X)).all())
        True
        """
        self._fitted_for("a model file")
        save_classifier(path, self._state)

    @classmethod
    def load(cls, path: str | Path, n_jobs: int = 1) -> Self:
        """Read a fitted classifier from a file.

        Parameters
        ----------
        path : str or Path
            A file that `save` wrote, of a classifier of any framework.
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
        if n_jobs is not None and (not isinstance(n_jobs, Integral) or n_jobs == 0):
            raise ValueError(f"n_jobs must be an integer other than 0, got {n_jobs!r}")
        state = load_classifier(path)
        try:
            classifier = cls(**state.parameters, n_jobs=n_jobs)
            classifier._restore(state)
        except Exception as error:  # of whatever else a file may hold
            reason = f"{path} holds no fitted classifier: {error}"
            raise ModelFileError(reason) from error
        return classifier

    def _restore(self, state: ClassifierState) -> None:
        """Become what was saved."""
        classes = state.head.classes
        self.classes_, self.n_classes_ = classes, len(classes)
        self._class_dictionary = {label: i for i, label in enumerate(classes)}
        if state.channel_names is not None:
            self.feature_names_in_ = np.array(state.channel_names, dtype=object)
        self._adopt(state._replace(parameters=self.get_params(deep=False)))  # type: ignore[attr-defined]

    def compile(self) -> Predictor:
        """Make a predictor of single cases, without the cost of general checks.

        The ``predict`` of a framework takes a good part of a millisecond to look at its
        input, whatever its size. The predictor takes one case as an array and reads
        only the channels in use.

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
        >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
        >>> predictor = clf.compile()
        >>> str(predictor(X[0]))
        'standing'
        >>> predictor.scores(X[0]).shape
        (4,)
        """
        self._check_is_fitted()
        state = self._state
        return Predictor(state.model, state.metadata["n_channels"], state.head)

    @classmethod
    def _get_test_params(cls, parameter_set: str = "default") -> list[dict]:
        return [
            {"n_kernels": 400, "max_dilation": 2},
            {"n_features": 5, "variant": "L1", "kernels": "haar", "max_dilation": 4},
        ]
