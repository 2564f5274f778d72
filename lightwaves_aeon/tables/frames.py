"""Columns of data frames: of pandas, and through narwhals of any other."""

from __future__ import annotations

__all__ = ["columns_of_frame"]

from typing import Any, Protocol

import numpy as np
import pandas as pd
from pandas.api import types

from lightwaves_aeon.tables.columns import (
    NO_TIME,
    Categories,
    Columns,
    Roles,
    plain,
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
    frame: _Frame
    if isinstance(table, pd.DataFrame):
        frame = _PandasFrame(table)
        names = roles.channels_among(list(table.columns))
    else:
        opened = _opened(table)
        names = roles.channels_among(opened.collect_schema().names())
        frame = _NarwhalsFrame(_collected(opened, roles, names))
    columns = Columns(len(frame), names, [_numbers(frame, name) for name in names])
    if roles.time is not None:
        columns.time = frame.time(roles.time)
    if roles.recording is not None:
        columns.recording = frame.categories(roles.recording)
    if roles.label is not None and roles.of_numbers:
        columns.label = _numbers(frame, roles.label).astype(np.float64, copy=False)
    elif roles.label is not None:
        columns.label = frame.categories(roles.label)
    return columns


class _Frame(Protocol):
    def __len__(self) -> int: ...
    def is_numeric(self, name: str) -> bool: ...
    def first(self, name: str) -> Any: ...
    def numbers(self, name: str) -> np.ndarray: ...
    def time(self, name: str) -> np.ndarray: ...
    def categories(self, name: str) -> Categories: ...


def _numbers(frame: _Frame, name: str) -> np.ndarray:
    first = None if frame.is_numeric(name) else frame.first(name)
    if first is not None:
        raise ValueError(
            f"the column {name!r} holds {first!r}, which is no number: "
            "leave it out of the channels, or turn it into numbers"
        )
    return frame.numbers(name)


def _precision(dtype: object) -> type[np.floating]:
    return np.float32 if str(dtype).lower() in SMALL else np.float64


class _PandasFrame:
    """What is asked of a frame of pandas."""

    def __init__(self, table: pd.DataFrame):
        self.table = table

    def __len__(self) -> int:
        return len(self.table)

    def is_numeric(self, name: str) -> bool:
        dtype = self.table[name].dtype
        return types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype)

    def first(self, name: str) -> Any:
        known = self.table[name].dropna()
        return None if known.empty else known.iloc[0]

    def numbers(self, name: str) -> np.ndarray:
        column = self.table[name]
        dtype = _precision(column.dtype)
        if isinstance(column.dtype, np.dtype):
            return column.to_numpy().astype(dtype, copy=False)
        return column.to_numpy(dtype=dtype, na_value=np.nan)

    def time(self, name: str) -> np.ndarray:
        column = self.table[name]
        if self.is_numeric(name):
            return self.numbers(name).astype(np.float64, copy=False)
        if not types.is_datetime64_any_dtype(column.dtype):
            return ticks_of_text(name, column.to_numpy(dtype=object))
        return pd.DatetimeIndex(column).as_unit("ns").asi8

    def categories(self, name: str) -> Categories:
        codes, values = pd.factorize(self.table[name])
        return Categories(codes, plain(values))


class _NarwhalsFrame:
    """What is asked of any other frame."""

    def __init__(self, frame: Any):
        self.frame = frame

    def __len__(self) -> int:
        return len(self.frame)

    def is_numeric(self, name: str) -> bool:
        dtype = self.frame[name].dtype
        return dtype.is_numeric() or str(dtype) == "Boolean"

    def first(self, name: str) -> Any:
        known = self.frame[name].drop_nulls().head(1).to_list()
        return known[0] if known else None

    def numbers(self, name: str) -> np.ndarray:
        column = self.frame[name]
        return column.to_numpy().astype(_precision(column.dtype), copy=False)

    def time(self, name: str) -> np.ndarray:
        column = self.frame[name]
        if self.is_numeric(name):
            return column.to_numpy().astype(np.float64, copy=False)
        if str(column.dtype).startswith(("Datetime", "Date")):
            return column.dt.timestamp("ns").fill_null(NO_TIME).to_numpy()
        return ticks_of_text(name, column.to_list())

    def categories(self, name: str) -> Categories:
        column = self.frame[name]
        if str(column.dtype) in (
            "Categorical",
            "Enum",
        ):  # Arrow's have nulls of their own
            import narwhals as nw

            column = column.cast(nw.String)
        return Categories.of(column.to_numpy())


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


def _collected(frame: Any, roles: Roles, channels: list[str]) -> Any:
    """Read the columns that matter, where none are in memory yet."""
    own = (roles.time, roles.recording, roles.label)
    frame = frame.select([*(name for name in own if name is not None), *channels])
    return frame.collect() if hasattr(frame, "collect") else frame
