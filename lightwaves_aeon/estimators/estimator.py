"""What the estimators of all frameworks do alike once they are fitted."""

from __future__ import annotations

__all__ = ["EstimatorMixin"]

from numbers import Integral
from pathlib import Path
from typing import Any, Self

import numpy as np

from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.fitted import FittedState
from lightwaves_aeon.core.predictor import Predictor
from lightwaves_aeon.core.stream import Stream
from lightwaves_aeon.estimators.fitting import number_of_features
from lightwaves_aeon.estimators.inspection import InspectionMixin
from lightwaves_aeon.export.c.source import longest_of
from lightwaves_aeon.export.integer.bits import quantised
from lightwaves_aeon.export.integer.model import IntegerModel
from lightwaves_aeon.export.model_file import ModelFileError
from lightwaves_aeon.export.saved import load_state, save_state


class EstimatorMixin(InspectionMixin):
    """Mixin of classifiers and regressors; see the methods.

    A shell sets `_state` by `_adopt`. Its `_seen` checks cases as ``predict`` does,
    `_collection` arranges them, and `_seeded` makes unfitted copies of estimators.
    """

    _state: FittedState

    # Of the shells; attributes, since methods would hide those of a base class.
    _check_is_fitted: Any
    _collection: Any
    _n_threads: Any
    _seen: Any
    _adopt: Any
    _value_type: Any
    n_features: Any
    n_kernels: Any

    def _transformer_of(self, kind: type, state: FittedState, **changed: Any) -> Any:
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

    def _predict(self, X) -> np.ndarray:
        return self._state.head.predict(self._features(X))

    def _linear(self) -> Any:
        self._check_is_fitted()
        return self._state.linear(self._value_type)

    def _fitted_for(self, target: str) -> Any:
        self._check_is_fitted()
        if self._state.fitted is None:
            raise ValueError(
                f"{target} holds the default estimator only, not "
                f"{type(self._state.estimator).__name__}: pickle this estimator "
                "instead"
            )
        return self._state.fitted

    def save(self, path: str | Path) -> None:
        """Write the fitted estimator to a file, without pickle.

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
        save_state(path, self._state)

    @classmethod
    def load(cls, path: str | Path, n_jobs: int = 1) -> Self:
        """Read a fitted estimator from a file.

        Parameters
        ----------
        path : str or Path
            A file that `save` wrote, of this class or its twin of the other framework.
        n_jobs : int, default=1
            Number of threads on this machine, which need not be the one of ``fit``.

        Returns
        -------
        LightWaveSClassifier or LightWaveSRegressor
            It predicts the same to the last bit as the one that was saved.

        Raises
        ------
        ModelFileError
            A ValueError: the file is truncated, altered, of a newer version or no model
            file at all.
        """
        if n_jobs is not None and (not isinstance(n_jobs, Integral) or n_jobs == 0):
            raise ValueError(f"n_jobs must be an integer other than 0, got {n_jobs!r}")
        state = load_state(path, cls._value_type)
        try:
            estimator = cls(**state.parameters, n_jobs=n_jobs)
            estimator._restore(state)
        except Exception as error:  # of whatever else a file may hold
            reason = f"{path} holds no fitted estimator: {error}"
            raise ModelFileError(reason) from error
        return estimator

    def _restore(self, state: FittedState) -> None:
        """Become what was saved."""
        if state.channel_names is not None:
            self.feature_names_in_ = np.array(state.channel_names, dtype=object)
        self._adopt(state._replace(parameters=self.get_params(deep=False)))  # type: ignore[attr-defined]

    def compile(self) -> Predictor:
        """Make a predictor of single cases, without the cost of general checks.

        ``predict`` checks its input each time, which costs as much as a prediction of
        one short series. The predictor accepts one case, as an array, and reads only
        the channels in use.

        Returns
        -------
        Predictor
            ``predictor(x)`` gives the label of a case x of shape (n_channels,
            n_timepoints), ``predictor.scores(x)`` its row of ``decision_function`` and
            ``predictor.predict_proba(x)`` that of ``predict_proba``; with the default
            estimator all are equal to the last bit to those of the classifier.

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

    def stream(self, hop: int = 1, n_timepoints: int | None = None) -> Stream:
        """Make a stream, which takes samples and decides about windows of them.

        Parameters
        ----------
        hop : int, default=1
            Samples from one decision to the next.
        n_timepoints : int, optional
            Samples of a window; by default those of the training cases, if these were
            of one length.

        Returns
        -------
        Stream
            ``stream.push(sample)`` gives None, or a decision, with the label or number
            and the probabilities. It decides as a C program of `export_c` with this
            `hop` does.

        Raises
        ------
        ValueError
            If `hop` or `n_timepoints` is out of range, or the latter is not known.

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> X, y = load_basic_motions(split="train")
        >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
        >>> stream = clf.stream(hop=50)
        >>> samples = X[:2].transpose(0, 2, 1).reshape(200, 6)
        >>> decisions = [found for s in samples if (found := stream.push(s))]
        >>> [(found.n_samples, str(found.predicted)) for found in decisions]
        [(100, 'standing'), (150, 'standing'), (200, 'standing')]
        """
        self._check_is_fitted()
        state, about = self._state, self._state.metadata
        if n_timepoints is None:
            if about["unequal_length"]:
                raise ValueError(
                    "the training cases were of unequal length: say how many time "
                    "points a window has"
                )
            n_timepoints = about["n_timepoints"]
        return Stream(
            state.model,
            state.head,
            about["n_channels"],
            n_timepoints,
            hop,
            state.channel_names,
        )

    def quantised(
        self,
        n_timepoints: int | None = None,
        bits: int | None = None,
        X: np.ndarray | None = None,
    ) -> IntegerModel:
        """Give the model in integers, as processors without floating point compute it.

        Parameters
        ----------
        n_timepoints : int, optional
            Time points of a series, which are all of one length; by default those of
            the training cases, if these were.
        bits : int, optional
            Binary digits of a channel's deviation, from 0 to 15; by default as many as
            `X` needs, or 8.
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints), optional
            Cases to choose `bits` by.

        Returns
        -------
        IntegerModel
            What the program of `export_c` with ``arithmetic="int16"`` computes, to the
            bit.

        Raises
        ------
        ValueError
            If the model has wavelets, statistics without an implementation in integers,
            or missing values.

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> X, y = load_basic_motions(split="train")
        >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
        >>> model = clf.quantised()
        >>> z = model.quantise(X)
        >>> bool((model.predict(z) == clf.predict(X)).all())
        True
        """
        fitted = self._fitted_for("a model in integers")
        return quantised(fitted, longest_of(fitted, n_timepoints), X, bits)[0]

    @classmethod
    def _get_test_params(cls, parameter_set: str = "default") -> list[dict]:
        return [
            {"n_kernels": 400, "max_dilation": 2},
            {"n_features": 5, "variant": "L1", "kernels": "haar", "max_dilation": 4},
        ]
