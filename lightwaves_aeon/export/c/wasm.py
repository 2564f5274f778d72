"""A fitted model as a WebAssembly module, which clang makes of its program in C."""

from __future__ import annotations

__all__ = ["export_wasm", "wasm_file_names"]

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np

from lightwaves_aeon.core.fitted import FittedClassifier, as_fitted
from lightwaves_aeon.export.c.files import (
    DEFAULT_NAME,
    MARK,
    read_template,
    renamed,
    write_files,
)
from lightwaves_aeon.export.c.source import CSource, export_c, longest_of
from lightwaves_aeon.export.integer.entry import CountEntry
from lightwaves_aeon.export.integer.model import IntegerModel

FILES = "lightwaves_model.wasm", "lightwaves_model.mjs"

CALLS = "predict_length", "push", "reset", "probabilities", "n_clamped", "quantise"
"""Functions that the loader calls where the program has them."""

INSTALL = "on Debian: apt-get install clang lld; elsewhere LLVM has them"

COMPILE = (
    *("--target=wasm32", "-std=c99", "-O3", "-ffreestanding", "-ffp-contract=off"),
    *("-nostdlib", "-Wl,--no-entry", "-Wl,--strip-all", "-Wl,--export=__heap_base"),
)


def wasm_file_names(name: str) -> tuple[str, ...]:
    """Give the names of the files of an export.

    Examples
    --------
    >>> from lightwaves_aeon.export.c.wasm import wasm_file_names
    >>> wasm_file_names("gesture")
    ('gesture_model.wasm', 'gesture_model.mjs')
    """
    return tuple(renamed(file, name) for file in FILES)


def export_wasm(
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
    """Write a fitted estimator as a WebAssembly module and a loader, for web pages.

    The module is the program of `export_c`, compiled by clang. The loader is a module
    of JavaScript for browsers and node, with no other part.

    Parameters
    ----------
    estimator, folder, n_timepoints, hop, name, missing_values, probabilities, force
        As of `export_c`.
    arithmetic, X, bits, scale, offset
        As of `export_c`. The loader takes floats also where the module computes in
        integers, unless `scale` is given.

    Returns
    -------
    CSource
        The module and the loader, and the memory that the program takes.

    Raises
    ------
    ImportError
        If clang or its linker wasm-ld is missing, or cannot make WebAssembly.
    ValueError, FileExistsError, OSError
        As of `export_c`.

    Examples
    --------
    >>> import tempfile
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon import export_wasm
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:  # doctest: +SKIP
    ...     source = export_wasm(clf, folder, name="motions")
    ...     [file.name for file in source.files]
    ['motions_model.wasm', 'motions_model.mjs']
    """
    missing = [tool for tool in ("clang", "wasm-ld") if shutil.which(tool) is None]
    if missing:
        raise ImportError(
            f"export to WebAssembly needs {' and '.join(missing)}: {INSTALL}"
        )
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
        module = _compiled(Path(sources), name)
    module_name, loader_name = wasm_file_names(name)
    loader = _loader(estimator, n_timepoints, name, source.integers)
    files = write_files(folder, {module_name: module, loader_name: loader}, force)
    return source._replace(files=tuple(files))


def _compiled(folder: Path, name: str) -> bytes:
    # In place of the header of this machine, which is not for WebAssembly.
    (folder / "math.h").write_text(read_template("wasm_math.h"))
    exports = (f"-Wl,--export-if-defined={name}_{call}" for call in CALLS)
    out = folder / "out.wasm"
    files = "-I", str(folder), str(folder / f"{name}_model.c"), "-o", str(out)
    with_floats = "-D", f"{name.upper()}_FLOAT_INPUT"
    command = ["clang", *COMPILE, *with_floats, *exports, *files]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        reason = (done.stderr.strip() or "no reason given").splitlines()[0]
        raise ImportError(f"clang does not make WebAssembly: {reason}")
    module = out.read_bytes()
    # A section that is for readers only says whose file it is.
    note = bytes([0, len(MARK) + 1, len(MARK)]) + MARK
    return module[:8] + note + module[8:]


def _loader(
    estimator: Any,
    n_timepoints: int | None,
    name: str,
    integers: IntegerModel | None,
) -> str:
    fitted = as_fitted(estimator, "WebAssembly")
    is_classifier = isinstance(fitted, FittedClassifier)
    longest, n_outputs = longest_of(fitted, n_timepoints), len(fitted.outputs)
    values = {
        "N_CHANNELS": fitted.n_channels,
        "MAX_TIMEPOINTS": longest,
        "N_TIMEPOINTS": longest,
        "N_OUTPUTS": n_outputs,
    }
    if integers is not None:
        head = integers.head
        for key, of in (("UNITS", 2.0**-head.bits), ("OFFSETS", head.offsets)):
            values[key] = np.broadcast_to(of, n_outputs).tolist()
        values["TAKES_COUNTS"] = isinstance(integers.entry, CountEntry)
    # The last: they may hold any of the names.
    values["LABELS"] = [*map(str, fitted.outputs)] if is_classifier else None
    template = read_template("lightwaves_model.mjs", "int16" if integers else "float")
    text = renamed(template, name)
    for key, value in values.items():
        text = text.replace(f"= {key}", f"= {json.dumps(value)}")
    return text
