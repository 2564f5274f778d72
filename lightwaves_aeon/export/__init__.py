"""Fitted models outside of Python's memory: everything here reads the fitted value."""

__all__ = [
    "ModelFileError",
    "costs_of",
    "export_arduino",
    "export_c",
    "export_onnx",
    "export_wasm",
    "largest_within",
]

from lightwaves_aeon.export.budget import costs_of, largest_within
from lightwaves_aeon.export.c.arduino import export_arduino
from lightwaves_aeon.export.c.source import export_c
from lightwaves_aeon.export.c.wasm import export_wasm
from lightwaves_aeon.export.model_file import ModelFileError
from lightwaves_aeon.export.onnx.model import export_onnx
