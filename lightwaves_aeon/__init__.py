"""LightWaveS: time series classification and regression by a few hundred features."""

__all__ = [
    "LightWaveS",
    "LightWaveSChannelSelector",
    "LightWaveSClassifier",
    "LightWaveSRegressor",
    "__version__",
    "collection_from_table",
    "export_arduino",
    "export_c",
    "export_onnx",
    "export_wasm",
]
__version__ = "0.1.0"

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lightwaves_aeon._numba_cache import ensure_cache

if TYPE_CHECKING:
    from lightwaves_aeon.aeon.channel_selector import LightWaveSChannelSelector
    from lightwaves_aeon.aeon.classifier import LightWaveSClassifier
    from lightwaves_aeon.aeon.regressor import LightWaveSRegressor
    from lightwaves_aeon.aeon.transformer import LightWaveS
    from lightwaves_aeon.export import (
        export_arduino,
        export_c,
        export_onnx,
        export_wasm,
    )
    from lightwaves_aeon.tables.collection import collection_from_table

# Before any code that numba compiles is imported, that of aeon included.
ensure_cache()

_MODULES = {
    "LightWaveS": "aeon.transformer",
    "LightWaveSChannelSelector": "aeon.channel_selector",
    "LightWaveSClassifier": "aeon.classifier",
    "LightWaveSRegressor": "aeon.regressor",
    "collection_from_table": "tables.collection",
    "export_arduino": "export.c.arduino",
    "export_c": "export.c.source",
    "export_onnx": "export.onnx.model",
    "export_wasm": "export.c.wasm",
}


def __getattr__(name: str) -> Any:
    # Importing aeon takes seconds; the command line answers --help without it.
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
