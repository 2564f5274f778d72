"""Load a model file, whatever it holds."""

from __future__ import annotations

__all__ = ["load_model_file"]

from pathlib import Path

from lightwaves_aeon.aeon.classifier import LightWaveSClassifier
from lightwaves_aeon.aeon.regressor import LightWaveSRegressor
from lightwaves_aeon.core.fitted_regressor import FittedRegressor
from lightwaves_aeon.export.model_file import load_model
from lightwaves_aeon.export.saved_heads import HEADS


def load_model_file(path: str | Path) -> LightWaveSClassifier | LightWaveSRegressor:
    """Read a fitted classifier or regressor from a file.

    Parameters
    ----------
    path : str or Path
        A file that ``save`` wrote.

    Returns
    -------
    LightWaveSClassifier or LightWaveSRegressor

    Raises
    ------
    ModelFileError
        A ValueError: the file is truncated, altered, of a newer version or no model
        file at all.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aeon.datasets import load_cardano_sentiment
    >>> from lightwaves_aeon import LightWaveSRegressor
    >>> from lightwaves_aeon.aeon.load import load_model_file
    >>> X, y = load_cardano_sentiment(split="train")
    >>> reg = LightWaveSRegressor(n_features=50, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     reg.save(Path(folder) / "some.model")
    ...     type(load_model_file(Path(folder) / "some.model")).__name__
    'LightWaveSRegressor'
    """
    header, _ = load_model(path)
    is_regressor = header.get("estimator") in HEADS[FittedRegressor].estimators
    return (LightWaveSRegressor if is_regressor else LightWaveSClassifier).load(path)
