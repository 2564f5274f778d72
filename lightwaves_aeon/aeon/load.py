"""Load a model file, whichever estimator is in it."""

from __future__ import annotations

__all__ = ["load_model_file"]

from pathlib import Path

from lightwaves_aeon.aeon.classifier import LightWaveSClassifier
from lightwaves_aeon.aeon.regressor import LightWaveSRegressor
from lightwaves_aeon.core.fitted_regressor import FittedRegressor
from lightwaves_aeon.export.model_file import load_model
from lightwaves_aeon.export.saved_heads import HEADS


def load_model_file(
    path: str | Path, n_jobs: int = 1
) -> LightWaveSClassifier | LightWaveSRegressor:
    """Read a fitted classifier or regressor from a model file.

    Parameters
    ----------
    path : str or Path
        A file that ``save`` wrote, or ``lightwaves fit``.
    n_jobs : int, default=1
        Number of threads on this machine.

    Returns
    -------
    LightWaveSClassifier or LightWaveSRegressor
        It predicts the same to the last bit as the one that was saved.

    Raises
    ------
    ModelFileError
        A ValueError: the file is truncated, altered, of a newer version or no model
        file at all.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aeon.datasets import load_covid_3month
    >>> from lightwaves_aeon import LightWaveSRegressor
    >>> from lightwaves_aeon.aeon.load import load_model_file
    >>> X, y = load_covid_3month(split="train")
    >>> reg = LightWaveSRegressor(n_features=50, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     reg.save(Path(folder) / "covid.model")
    ...     again = load_model_file(Path(folder) / "covid.model")
    >>> type(again).__name__, bool((again.predict(X) == reg.predict(X)).all())
    ('LightWaveSRegressor', True)
    """
    header, _ = load_model(path)
    of_numbers = header.get("estimator") in HEADS[FittedRegressor].estimators
    kind = LightWaveSRegressor if of_numbers else LightWaveSClassifier
    return kind.load(path, n_jobs)
