"""Columns of CSV and Parquet files, of which only those that matter are read."""

from __future__ import annotations

__all__ = ["columns_of_file", "is_table_file"]

import csv
import gzip
import re
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lightwaves_aeon.storage.errors import DataFileError, faults_named, optional
from lightwaves_aeon.tables.arrow_csv import columns_by_arrow
from lightwaves_aeon.tables.columns import (
    Categories,
    Columns,
    Roles,
)
from lightwaves_aeon.tables.frames import columns_of_frame

TEXT = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
PARQUET = (".parquet", ".pq")
DELIMITERS = ",;\t"

INDEX = re.compile(r"__index_level_\d+__")


def is_table_file(path: str | Path) -> bool:
    """Tell by its name whether a file holds a table.

    Parameters
    ----------
    path : str or Path
        Of a file, which need not be there.

    Returns
    -------
    bool

    Examples
    --------
    >>> from lightwaves_aeon.tables import is_table_file
    >>> is_table_file("log.csv"), is_table_file("log.parquet"), is_table_file("X.npy")
    (True, True, False)
    """
    return Path(path).name.lower().endswith(TEXT + PARQUET)


def columns_of_file(path: str | Path, roles: Roles) -> Columns:
    r"""Read the columns that matter from a file.

    Parameters
    ----------
    path : str or Path
        A CSV file with a header, with commas, semicolons or tabs between values, or a
        Parquet file. Channels of a CSV file are read in single precision.
    roles : Roles
        Which column is what.

    Returns
    -------
    Columns

    Raises
    ------
    DataFileError
        If the file is missing, or no such table, or lacks a column.
    ImportError
        If it is a Parquet file and pyarrow is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lightwaves_aeon.tables.columns import Roles
    >>> from lightwaves_aeon.tables.files import columns_of_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "log.csv"
    ...     size = path.write_text("t,x\n0.0,1.5\n0.1,2.5\n")
    ...     columns = columns_of_file(path, Roles(time="t"))
    >>> columns.names, columns.channels[0].tolist()
    (['x'], [1.5, 2.5])
    """
    path = Path(path)
    if not path.is_file():
        raise DataFileError(f"there is no file {path}")
    try:
        if path.name.lower().endswith(PARQUET):
            return _parquet(path, roles)
        if path.name.lower().endswith(TEXT):
            return _csv(path, roles)
    except (DataFileError, MemoryError):
        raise
    except ValueError as error:
        raise DataFileError(f"{path}: {error}") from error
    raise DataFileError(
        f"{path} is no table: its name must end in {', '.join(TEXT + PARQUET)}"
    )


def _parquet(path: Path, roles: Roles) -> Columns:
    parquet = optional("pyarrow.parquet", path)
    with faults_named(path):
        known = parquet.read_schema(path).names
    # Of pandas: an index without a name, which numbers the rows.
    own = [name for name in known if not INDEX.fullmatch(name)]
    names = roles.channels_among(known if roles.channels else own)
    texts = [name for name in (roles.recording, roles.label) if name is not None]
    with faults_named(path):
        table = parquet.read_table(
            path, columns=[*roles.named, *names], read_dictionary=texts
        )
    return columns_of_frame(table, replace(roles, channels=names))


def _csv(path: Path, roles: Roles) -> Columns:
    known, delimiter = _header(path)
    names = roles.channels_among(known)
    try:
        import pyarrow.csv  # noqa: F401 - several times as fast as pandas
    except ImportError:
        return _csv_by_pandas(path, roles, names, delimiter)
    return columns_by_arrow(path, roles, known, names, delimiter)


def _header(path: Path) -> tuple[list[str], str]:
    """Give the names of the columns of a CSV file, and what stands between them."""
    opened: Any = gzip.open if path.suffix.lower() == ".gz" else open
    with faults_named(path), opened(path, "rt", encoding="utf-8-sig") as file:
        line = file.readline()
    if not line.strip():
        raise DataFileError(f"{path} is empty, or has no header")
    delimiter = max(DELIMITERS, key=line.count)
    return next(csv.reader([line], delimiter=delimiter)), delimiter


def _csv_by_pandas(
    path: Path, roles: Roles, names: list[str], delimiter: str
) -> Columns:
    of_text = [roles.recording, *([] if roles.of_numbers else [roles.label])]
    texts = [name for name in of_text if name is not None]
    with faults_named(path), warnings.catch_warnings():
        # Rows with more values than the header has names would lose them.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        table = pd.read_csv(
            path,
            sep=delimiter,
            index_col=False,
            dtype=dict.fromkeys(texts, "str"),
            encoding="utf-8-sig",
        )
    columns = columns_of_frame(table, replace(roles, channels=names))
    columns.channels = [channel.astype(np.float32) for channel in columns.channels]
    for role in ("recording", "label"):
        names_of_role = getattr(columns, role)
        if isinstance(names_of_role, Categories):
            codes, values = names_of_role
            setattr(columns, role, Categories.of_text(codes, values.tolist()))
    return columns
