"""Fitted models outside of Python's memory: everything here reads the fitted value."""

__all__ = [
    "ModelFileError",
    "costs_of",
    "export_c",
    "export_onnx",
    "largest_within",
]

from lightwaves_aeon.export.budget import costs_of, largest_within
from lightwaves_aeon.export.c.source import export_c
from lightwaves_aeon.export.model_file import ModelFileError
from lightwaves_aeon.export.onnx.model import export_onnx
