"""Model files of fitted classifiers, for the shells of all frameworks."""

from __future__ import annotations

__all__ = ["SavingMixin"]

from numbers import Integral
from pathlib import Path
from typing import Any, Protocol, Self

from lightwaves_aeon.core.fitted import FittedClassifier
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.predictor import Predictor
from lightwaves_aeon.export.model_file import ModelFileError
from lightwaves_aeon.export.saved import (
    SavedClassifier,
    load_classifier,
    save_classifier,
)


class _Saves(Protocol):
    estimator_: Any
    _fitted: FittedClassifier | None
    _head: Any

    def _check_is_fitted(self) -> None: ...

    def _fitted_for(self, target: str) -> FittedClassifier: ...

    def _table(self) -> tuple[Model, int]:
        """Give the fitted model, and the number of channels of a case."""

    def _saved(self, fitted: FittedClassifier) -> SavedClassifier:
        """Say what of the estimator stands in a file."""

    def _restore(self, saved: SavedClassifier) -> None:
        """Become what was saved."""


class SavingMixin:
    """Mixin of the classifiers; see the methods."""

    def _fitted_for(self: _Saves, target: str) -> FittedClassifier:
        self._check_is_fitted()
        if self._fitted is None:
            raise ValueError(
                f"{target} holds the default estimator only, not "
                f"{type(self.estimator_).__name__}: pickle this classifier instead"
            )
        return self._fitted

    def save(self: _Saves, path: str | Path) -> None:
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
        >>> from numbers import Integral
        from pathlib import Path
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
        save_classifier(path, self._saved(self._fitted_for("a model file")))

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
        saved = load_classifier(path)
        try:
            classifier = cls(**saved.parameters, n_jobs=n_jobs)  # type: ignore[call-arg]
            classifier._restore(saved)  # type: ignore[attr-defined]
        except Exception as error:  # of whatever a file may hold that someone else made
            raise ModelFileError(
                f"{path} holds no fitted classifier: {error}"
            ) from error
        return classifier

    def compile(self: _Saves) -> Predictor:
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
        >>> predictor = LightWaveSClassifier(n_features=50).fit(X, y).compile()
        >>> str(predictor(X[0]))
        'standing'
        >>> predictor.scores(X[0]).shape
        (4,)
        """
        self._check_is_fitted()
        return Predictor(*self._table(), self._head)
