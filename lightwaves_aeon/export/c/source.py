"""A fitted model as a program in C, for machines without Python."""

from __future__ import annotations

__all__ = ["CSource", "export_c", "longest_of"]

from numbers import Integral
from pathlib import Path
from typing import Any, NamedTuple

from lightwaves_aeon.core.convolution.features import refuse_missing
from lightwaves_aeon.core.fitted import FittedLinear, as_fitted
from lightwaves_aeon.export.c.check import known_case
from lightwaves_aeon.export.c.data import data_header
from lightwaves_aeon.export.c.files import (
    DEFAULT_NAME,
    checked_name,
    program_names,
    texts_of,
    write_files,
)
from lightwaves_aeon.export.c.tables import Tables
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
    """

    files: tuple[Path, ...]
    work_bytes: int
    stream_bytes: int
    table_bytes: int


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
        `predict_proba` does, which takes ``expf`` of the C library.
    force : bool, default=False
        Whether to replace files that no export has written.

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
        values, of which the classifier takes none; or if it is to make probabilities,
        which a regressor has none of.
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
    >>> from lightwaves_aeon.export.c.source import export_c
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
    refuse_missing(fitted.model.rows, "C source", program_names(), program_names())
    refuse_coarse_numbers(fitted)
    has_gaps = fitted.takes_missing(missing_values)
    tables = Tables.from_fitted(fitted, longest, has_gaps, probabilities)
    data = data_header(fitted, tables, known_case(fitted, tables), step)
    files = write_files(folder, texts_of(name, data), force)
    return CSource(tuple(files), **tables.sizes)


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
