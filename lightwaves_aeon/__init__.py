"""LightWaveS: time series classification with a few hundred named features."""

__all__ = ["LightWaveS", "LightWaveSClassifier", "__version__"]
__version__ = "0.1.0"

from lightwaves_aeon.classifier import LightWaveSClassifier
from lightwaves_aeon.transformer import LightWaveS
