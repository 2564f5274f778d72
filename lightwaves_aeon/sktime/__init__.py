"""LightWaveS for sktime; needs sktime, and no aeon."""

__all__ = ["LightWaveS", "LightWaveSClassifier", "LightWaveSRegressor"]

from importlib.util import find_spec

if find_spec("sktime") is None:
    raise ModuleNotFoundError(
        'lightwaves_aeon.sktime needs sktime: pip install "lightwaves-aeon[sktime]"',
        name="sktime",
    )

from lightwaves_aeon.sktime.classifier import LightWaveSClassifier
from lightwaves_aeon.sktime.regressor import LightWaveSRegressor
from lightwaves_aeon.sktime.transformer import LightWaveS
