"""A fitted model as a program in C, for machines without Python."""

from __future__ import annotations

__all__ = ["CSource", "check_arithmetic", "export_c", "longest_of"]

from numbers import Integral
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.features import refuse_missing
from lightwaves_aeon.core.fitted import FittedLinear, as_fitted
from lightwaves_aeon.export.c.check import known_case
from lightwaves_aeon.export.c.data import data_header
from lightwaves_aeon.export.c.files import (
    ARITHMETICS,
    DEFAULT_NAME,
    checked_name,
    program_names,
    texts_of,
    write_files,
)
from lightwaves_aeon.export.c.int16_data import integer_data_header
from lightwaves_aeon.export.c.int16_tables import IntegerTables
from lightwaves_aeon.export.c.tables import Tables
from lightwaves_aeon.export.integer.bits import Agreement, quantised
from lightwaves_aeon.export.integer.model import IntegerModel
from lightwaves_aeon.export.single_precision import refuse_coarse_numbers

LONGEST = 2**16 - 1
"""Time points of a series: their sum fits in 32 bits."""

LARGEST_HOP = 2**31 - 1


class CSource(NamedTuple):
    """What has been written, and the memory that it takes.

    Attributes
    ----------
    files : tuple of Path
        Header, source, data, example, Makefile, CMakeLists.txt and a Zephyr module.
    work_bytes : int
        Static memory of the work on a series.
    stream_bytes : int
        Static memory of a stream, which a program without one does not have.
    table_bytes : int
        Constant tables.
    agreement : Agreement or None
        Of integers: binary digits of a deviation, and the share of the cases given on
        which the program agrees with Python.
    integers : IntegerModel or None
        Of integers: the model that the program computes, to the bit.
    """

    files: tuple[Path, ...]
    work_bytes: int
    stream_bytes: int
    table_bytes: int
    agreement: Agreement | None = None
    integers: IntegerModel | None = None


def export_c(
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
    """Write a fitted estimator as C99, which C++ takes too, with an example.

    The program allocates nothing, needs no library and computes in single precision,
    operation for operation as Python does: from the same float32 series it computes the
    same features, but for a last bit here and there if the mean of a channel is
    thousands of times its deviation. Scores, and the numbers that a regressor predicts,
    are those of Python to single precision.

    Parameters
    ----------
    estimator : LightWaveSClassifier, LightWaveSRegressor or FittedLinear
        Fitted, of aeon or sktime, with the default estimator; or its one value.
    folder : str or Path
        Where to; it is made if need be, and files of an earlier export are replaced.
        All files are written, or none.
    n_timepoints : int, optional
        Time points of the longest series, and of the window over a stream; by default
        those of the training cases, if these were of one length.
    hop : int, optional
        Samples of a stream from one decision to the next; by default a whole window.
    name : str, default="lightwaves"
        What symbols, macros and the names of source and header begin with; models of
        one program must differ in it.
    missing_values : bool, optional
        Whether NaN stands for a value that was not observed, as in Python, or is a bad
        value, which takes less memory; by default the first if values of the training
        cases were missing.
    probabilities : bool, default=False
        Whether the program can make probabilities of the scores of a classifier, as
        `predict_proba` does, which takes ``expf`` of the C library; in integers this
        alone has floating point.
    force : bool, default=False
        Whether to replace files that no export has written.
    arithmetic : {"float", "int16"}, default="float"
        What it computes in; what follows is of "int16" only.
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints), optional
        Cases by which `bits` is chosen, see `choose_bits`; counts where `scale` is
        given. Their agreement with Python is told.
    bits : int, optional
        Binary digits of a channel's deviation, from 0 to 15; by default those chosen by
        `X`, or 8.
    scale, offset : float or np.ndarray of shape (n_channels,), optional
        The program reads counts of a sensor, which stand for ``offset + scale * count``
        in the units of the training series; by default it reads integers that a
        function of its own makes of floats, where it is asked for that.

    Returns
    -------
    CSource
        The files, and the memory that the program takes.

    Raises
    ------
    ValueError
        If the estimator is not the default one; if `n_timepoints` or `hop` is out of
        range, or `n_timepoints` is not known; if `name` is no identifier; if a constant
        is too large for single precision, or numbers vary too little for it; if the
        table names a statistic or an input
        that the program has no implementation of; if the program is to take missing
        values, of which the classifier takes none, or which integers have none for; or
        if it is to make probabilities, which a regressor has none of.
    FileExistsError
        If a file is there that no export has written; the message names it.
    OSError
        If the files cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon import export_c
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source = export_c(clf, folder, hop=10, name="motions")
    ...     [file.name for file in source.files][:3]
    ['motions_model.h', 'motions_model.c', 'motions_model_data.h']
    """
    fitted = as_fitted(estimator, "C source")
    longest, name = longest_of(fitted, n_timepoints), checked_name(name)
    step = longest if hop is None else _checked("hop", hop, LARGEST_HOP)
    check_arithmetic(arithmetic, missing_values)
    tables: Tables | IntegerTables
    names, model, agreement = program_names(arithmetic), None, None
    if arithmetic == "int16":
        refuse_missing(fitted.model.rows, "C source in integers", names, names)
        model, agreement = quantised(fitted, longest, X, bits, scale, offset)
        tables = IntegerTables.from_model(model)
        data = integer_data_header(tables, step, probabilities)
    else:
        if any(asked is not None for asked in (X, bits, scale)) or np.any(offset):
            raise ValueError("X, bits, scale and offset are for arithmetic='int16'")
        refuse_missing(fitted.model.rows, "C source", names, names)
        refuse_coarse_numbers(fitted)
        has_gaps = fitted.takes_missing(missing_values)
        tables = Tables.from_fitted(fitted, longest, has_gaps, probabilities)
        data = data_header(fitted, tables, known_case(fitted, tables), step)
    files = write_files(folder, texts_of(name, data, arithmetic), force)
    return CSource(tuple(files), **tables.sizes, agreement=agreement, integers=model)


def check_arithmetic(arithmetic: str, missing_values: bool | None) -> None:
    """Check what a program is to compute in, and whether missing values go with it.

    Raises
    ------
    ValueError
        If they do not, or there is no such arithmetic.
    """
    if arithmetic not in ARITHMETICS:
        raise ValueError(
            f"arithmetic must be one of {', '.join(ARITHMETICS)}, got {arithmetic!r}"
        )
    if arithmetic == "int16" and missing_values:
        raise ValueError("missing values have no place in integers")


def longest_of(fitted: FittedLinear, n_timepoints: int | None) -> int:
    """Give the number of time points asked for, or else that of the training cases."""
    if n_timepoints is None:
        n_timepoints = fitted.n_timepoints
        if n_timepoints is None:
            raise ValueError(
                "the training cases were of unequal length: say how many time points "
                "the longest series has"
            )
    return _checked("n_timepoints", n_timepoints, LONGEST)


def _checked(name: str, value: int, largest: int) -> int:
    if not isinstance(value, Integral) or not 1 <= value <= largest:
        raise ValueError(f"{name} must be an integer from 1 to {largest}, got {value}")
    return int(value)
