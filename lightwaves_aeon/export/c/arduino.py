"""A fitted model as a library for Arduino, with sketches."""

from __future__ import annotations

__all__ = ["arduino_file_names", "export_arduino"]

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np

from lightwaves_aeon.export.c.files import (
    DEFAULT_NAME,
    read_template,
    renamed,
    write_files,
)
from lightwaves_aeon.export.c.source import CSource, export_c

SOURCES = "lightwaves_model.h", "lightwaves_model.c", "lightwaves_model_data.h"
"""Of the program in C, to be put into ``src``."""

OTHERS = (
    "library.properties",
    "keywords.txt",
    "examples/lightwaves_array/lightwaves_array.ino",
    "examples/lightwaves_stream/lightwaves_stream.ino",
)

TEMPLATES = "library.properties", "array.ino", "stream.ino"
"""What the package has the others as; keywords are those of the header."""


def arduino_file_names(name: str) -> tuple[str, ...]:
    """Give the names of the files of an export.

    Examples
    --------
    >>> from lightwaves_aeon.export.c.arduino import arduino_file_names
    >>> for file in arduino_file_names("gesture"):
    ...     print(file)
    src/gesture_model.h
    src/gesture_model.c
    src/gesture_model_data.h
    library.properties
    keywords.txt
    examples/gesture_array/gesture_array.ino
    examples/gesture_stream/gesture_stream.ino
    """
    files = *(f"src/{file}" for file in SOURCES), *OTHERS
    return tuple(renamed(file, name) for file in files)


def export_arduino(
    estimator: Any,
    folder: str | Path,
    *,
    n_timepoints: int | None = None,
    hop: int | None = None,
    name: str = DEFAULT_NAME,
    missing_values: bool | None = None,
    probabilities: bool = False,
    force: bool = False,
    arithmetic: Literal["float", "int16"] = "float",
    X: np.ndarray | None = None,
    bits: int | None = None,
    scale: float | np.ndarray | None = None,
    offset: float | np.ndarray = 0.0,
) -> CSource:
    """Write a fitted estimator as a library for Arduino, with two sketches.

    The library is the program of `export_c`, laid out as Arduino's specification of
    libraries, 1.5, has it. One sketch predicts from an array, and compares with Python;
    the other from a stream of samples.

    Parameters
    ----------
    estimator : LightWaveSClassifier, LightWaveSRegressor or FittedLinear
        As of `export_c`.
    folder : str or Path
        The folder of the library, such as ``Arduino/libraries/motions_model``.
    n_timepoints, hop, name, missing_values, probabilities, force
        As of `export_c`. The library is called by the name, with ``_model``.
    arithmetic, X, bits, scale, offset
        As of `export_c`.

    Returns
    -------
    CSource
        The files, and the memory that the program takes.

    Raises
    ------
    ValueError, FileExistsError, OSError
        As of `export_c`.

    Examples
    --------
    >>> import tempfile
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon import export_arduino
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source = export_arduino(clf, folder, name="motions")
    ...     [file.name for file in source.files][3:]
    ['library.properties', 'keywords.txt', 'motions_array.ino', 'motions_stream.ino']
    """
    with TemporaryDirectory() as sources:
        source = export_c(
            estimator,
            sources,
            n_timepoints=n_timepoints,
            hop=hop,
            name=name,
            missing_values=missing_values,
            probabilities=probabilities,
            arithmetic=arithmetic,
            X=X,
            bits=bits,
            scale=scale,
            offset=offset,
        )
        program = [file.read_text("ascii") for file in source.files[: len(SOURCES)]]
    properties, *sketches = (
        read_template(f"arduino/{file}", arithmetic) for file in TEMPLATES
    )
    keywords = _keywords(read_template("lightwaves_model.h", arithmetic))
    others = [renamed(text, name) for text in (properties, keywords, *sketches)]
    texts = dict(zip(arduino_file_names(name), program + others, strict=True))
    return source._replace(files=tuple(write_files(folder, texts, force)))


def _keywords(header: str) -> str:
    """List for Arduino's editor what a header names: it is to be in colour."""
    kinds = {"lightwaves_model": "KEYWORD1", "lightwaves_classes": "LITERAL1"}
    kinds |= dict.fromkeys(re.findall(r"lightwaves_\w+(?=\()", header), "KEYWORD2")
    kinds |= dict.fromkeys(re.findall(r"LIGHTWAVES_\w+", header), "LITERAL1")
    rows = (f"{name}\t{kind}\n" for name, kind in kinds.items())
    return "".join(["# For a LightWaveS model, written by lightwaves-aeon.\n", *rows])
