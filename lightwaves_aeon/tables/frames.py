"""Columns of data frames: of pandas, and through narwhals of any other."""

from __future__ import annotations

__all__ = ["columns_of_frame"]

from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from lightwaves_aeon.tables.columns import (
    NO_TIME,
    Categories,
    Columns,
    Roles,
    ticks_of_text,
)

SMALL = ("float16", "float32", "int8", "int16", "uint8", "uint16", "bool", "boolean")
"""Types of columns whose values single precision holds, in lower case."""


def columns_of_frame(table: Any, roles: Roles) -> Columns:
    """Take what matters out of a data frame.

    Parameters
    ----------
    table : pd.DataFrame, or any table that narwhals knows
        Of polars, Arrow, DuckDB and others, lazy ones, too.
    roles : Roles
        Which column is what.

    Returns
    -------
    Columns

    Raises
    ------
    TypeError
        If it is no table.
    ImportError
        If it takes narwhals, which is not installed.
    ValueError
        If a column is missing, or holds what it should not.

    Examples
    --------
    >>> import pandas as pd
    >>> from lightwaves_aeon.tables.columns import Roles
    >>> from lightwaves_aeon.tables.frames import columns_of_frame
    >>> table = pd.DataFrame({"t": [0.0, 0.1], "x": [1.0, 2.0], "state": ["a", "b"]})
    >>> columns = columns_of_frame(table, Roles(time="t", label="state"))
    >>> columns.names, columns.channels, columns.label.values.tolist()
    (['x'], [array([1., 2.])], ['a', 'b'])
    """
    frame: Any
    if isinstance(table, pd.DataFrame):
        names, frame = roles.channels_among(list(table.columns)), table
    else:
        opened = _opened(table)
        names = roles.channels_among(opened.collect_schema().names())
        # Only now are columns read that are not in memory yet.
        frame = opened.select([*roles.named, *names])
        frame = frame.collect() if hasattr(frame, "collect") else frame
    columns = Columns(len(frame), names, [_numbers(frame[name]) for name in names])
    if roles.time is not None:
        columns.time = _times(frame[roles.time])
    if roles.recording is not None:
        columns.recording = _categories(frame[roles.recording])
    if roles.label is not None and roles.of_numbers:
        columns.label = _numbers(frame[roles.label]).astype(np.float64, copy=False)
    elif roles.label is not None:
        columns.label = _categories(frame[roles.label])
    return columns


def _numbers(column: Any) -> np.ndarray:
    column = _of_pandas(column)
    if not _is_numeric(column) and column.notna().any():
        known = column.dropna()
        is_number = pd.to_numeric(known, errors="coerce").notna()
        first = (known if is_number.all() else known[~is_number]).iloc[0]
        raise ValueError(
            f"the column {column.name!r} holds {first!r}, which is no number: "
            "leave it out of the channels, or turn it into numbers"
        )
    dtype = _precision(column.dtype)
    if isinstance(column.dtype, np.dtype):
        return column.to_numpy().astype(dtype, copy=False)
    return column.to_numpy(dtype=dtype, na_value=np.nan)


def _times(column: Any) -> np.ndarray:
    column = _of_pandas(column)
    if _is_numeric(column):
        return _numbers(column).astype(np.float64, copy=False)
    if not types.is_datetime64_any_dtype(column.dtype):
        return ticks_of_text(column.name, column.to_numpy(dtype=object))
    return pd.DatetimeIndex(column).as_unit("ns").asi8


def _categories(column: Any) -> Categories:
    if isinstance(column, pd.Series):
        return Categories.of(column)
    if str(column.dtype) not in ("Categorical", "Enum"):
        return Categories.of(column.to_numpy())
    import narwhals as nw

    native = column.to_native()
    chunks = getattr(native, "chunks", None)  # of Arrow, where names may be null
    if chunks is not None and not any(chunk.dictionary.null_count for chunk in chunks):
        # Each name is there once, not once a row.
        codes, names = Categories.of(native.to_pandas())
        return Categories(codes.astype(np.int32), names)
    return Categories.of(column.cast(nw.String).to_numpy())


def _is_numeric(column: pd.Series) -> bool:
    dtype = column.dtype
    return types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype)


def _precision(dtype: object) -> type[np.floating]:
    return np.float32 if str(dtype).lower() in SMALL else np.float64


def _of_pandas(column: Any) -> pd.Series:
    """Give numbers, times or text as a column of pandas."""
    if isinstance(column, pd.Series):
        return column
    kind = str(column.dtype)
    if column.dtype.is_numeric() or kind == "Boolean":
        values = column.to_numpy().astype(_precision(kind), copy=False)
    elif kind.startswith("Date"):  # and time, or a date alone
        ticks = column.dt.timestamp("ns").fill_null(NO_TIME)
        values = ticks.to_numpy().view("datetime64[ns]")
    else:
        values = column.to_numpy().astype(object)
    return pd.Series(values, name=column.name, copy=False)


def _opened(table: Any) -> Any:
    """Have narwhals take a table."""
    try:
        import narwhals as nw
    except ImportError as error:
        raise ImportError(
            f"a table of the type {type(table).__qualname__} takes narwhals: "
            'pip install "lightwaves-aeon[data]"; frames of pandas do not'
        ) from error
    try:
        return nw.from_native(table)
    except TypeError as error:
        raise TypeError(
            f"table must be a data frame or the name of a file, got "
            f"{type(table).__qualname__}"
        ) from error
