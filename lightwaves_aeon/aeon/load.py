"""A model file, whichever kind of estimator it holds."""

from __future__ import annotations

__all__ = ["load_model_file"]

from pathlib import Path

from lightwaves_aeon.aeon.classifier import LightWaveSClassifier
from lightwaves_aeon.aeon.regressor import LightWaveSRegressor
from lightwaves_aeon.core.fitted import FittedClassifier
from lightwaves_aeon.export.saved import value_type_of


def load_model_file(
    path: str | Path, n_jobs: int = 1
) -> LightWaveSClassifier | LightWaveSRegressor:
    """Read a fitted estimator from a file, a classifier or a regressor.

    Parameters
    ----------
    path : str or Path
        A file that ``save`` of either wrote, of aeon or sktime.
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
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aeon.datasets import load_covid_3month
    >>> from lightwaves_aeon import LightWaveSRegressor
    >>> from lightwaves_aeon.aeon.load import load_model_file
    >>> X, y = load_covid_3month(split="train")
    >>> reg = LightWaveSRegressor(n_features=20, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     reg.save(Path(folder) / "covid.model")
    ...     again = load_model_file(Path(folder) / "covid.model")
    >>> type(again).__name__, bool((again.predict(X) == reg.predict(X)).all())
    ('LightWaveSRegressor', True)
    """
    if value_type_of(path) is FittedClassifier:
        return LightWaveSClassifier.load(path, n_jobs)
    return LightWaveSRegressor.load(path, n_jobs)
