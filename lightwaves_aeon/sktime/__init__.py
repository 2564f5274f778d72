"""LightWaveS for sktime; needs sktime, and no aeon."""

__all__ = ["LightWaveS", "LightWaveSClassifier", "LightWaveSRegressor"]

from lightwaves_aeon.sktime.classifier import LightWaveSClassifier
from lightwaves_aeon.sktime.regressor import LightWaveSRegressor
from lightwaves_aeon.sktime.transformer import LightWaveS
