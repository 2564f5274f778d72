"""Columns of a table as arrays, and which column is what."""

from __future__ import annotations

__all__ = ["Categories", "Columns", "Roles", "plain", "ticks_of_text"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

NO_TIME = np.iinfo(np.int64).min
"""What stands for a date that is missing, in NumPy and pandas."""


class Categories(NamedTuple):
    """A column of names, each of which is kept once.

    Attributes
    ----------
    codes : np.ndarray of int, shape (n_rows,)
        Position in `values`, or -1 where there is none.
    values : np.ndarray
        In the order in which they first appear.
    """

    codes: np.ndarray
    values: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray | pd.Series) -> Categories:
        """Find the names in a column.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.tables.columns import Categories
        >>> Categories.of(np.array(["b", "a", "b"], dtype=object))
        Categories(codes=array([0, 1, 0]), values=array(['b', 'a'], dtype='<U1'))
        """
        codes, found = pd.factorize(values)
        return cls(codes, plain(found))

    @classmethod
    def of_text(cls, codes: np.ndarray, texts: Sequence[str]) -> Categories:
        """Take names of a text file, where whole numbers are text, too.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.tables.columns import Categories
        >>> Categories.of_text(np.array([0, 1]), ["7", "12"]).values
        array([ 7, 12])
        >>> Categories.of_text(np.array([0, 1]), ["007", "12"]).values
        array(['007', '12'], dtype='<U3')
        """
        values = np.array(texts, dtype=str)
        try:
            numbers = np.array([int(text) for text in texts], dtype=np.int64)
        except (ValueError, OverflowError):
            return cls(codes, values)
        is_whole = [str(number) for number in numbers] == list(texts)
        return cls(codes, numbers if is_whole else values)


@dataclass
class Columns:
    """The columns of a table that matter.

    Attributes
    ----------
    n_rows : int
    names : list of str
        Names of the channels.
    channels : list of np.ndarray, each of shape (n_rows,)
        Their values, float32 or float64; who builds the series may take them away.
    time : np.ndarray or None
        Nanoseconds since 1970, int64, or numbers, float64.
    recording : Categories or None
    label : Categories, np.ndarray or None
        Numbers, float64, where these are to be predicted.
    """

    n_rows: int
    names: list[str]
    channels: list[np.ndarray]
    time: np.ndarray | None = None
    recording: Categories | None = None
    label: Categories | np.ndarray | None = None


@dataclass(frozen=True)
class Roles:
    """Which column of a table is what.

    Attributes
    ----------
    time, recording, label : str or None
        Names of columns.
    channels : list of str or None
        None means all others that have a name.
    of_numbers : bool
        Whether labels are numbers to be predicted, not classes.
    """

    time: str | None = None
    recording: str | None = None
    label: str | None = None
    channels: Sequence[str] | None = None
    of_numbers: bool = False

    @property
    def named(self) -> list[str]:
        """The columns of time, recording and label, as far as there are any."""
        own = (self.time, self.recording, self.label)
        return [name for name in own if name is not None]

    def channels_among(self, known: Sequence[str]) -> list[str]:
        """Give the names of the channels in a table.

        Parameters
        ----------
        known : sequence of str
            Names of its columns.

        Returns
        -------
        list of str

        Raises
        ------
        ValueError
            If a column is not there, is there twice, or is to be two things.

        Examples
        --------
        >>> from lightwaves_aeon.tables.columns import Roles
        >>> Roles(time="t", label="state").channels_among(["t", "x", "y", "state"])
        ['x', 'y']
        >>> Roles(time="T").channels_among(["t", "x"])
        Traceback (most recent call last):
        ...
        ValueError: there is no column 'T' for time: the table has 't', 'x'
        """
        taken = self.named
        if isinstance(self.channels, str):
            raise ValueError(
                f"channels must be a list of names, got the text {self.channels!r}"
            )
        channels = self.channels
        if channels is None:
            # A column without a name numbers the rows, as pandas' to_csv has it.
            channels = [name for name in known if name and name not in taken]
        listed = ", ".join(map(repr, known))
        roles = [
            *((role, getattr(self, role)) for role in ("time", "recording", "label")),
            *(("channels", name) for name in channels),
        ]
        for role, name in roles:
            if name is not None and name not in known:
                raise ValueError(
                    f"there is no column {name!r} for {role}: the table has {listed}"
                )
        for name in (*taken, *channels):
            if list(known).count(name) > 1:
                raise ValueError(f"the table has the column {name!r} twice")
            if [*taken, *channels].count(name) > 1:
                raise ValueError(f"the column {name!r} is to be two things")
        if not channels:
            raise ValueError(f"there are no columns for channels: it has {listed}")
        return list(channels)


def plain(values: object) -> np.ndarray:
    """Give names or numbers as an array, of text where all are text."""
    array = np.asarray(values)
    if array.dtype == object and all(isinstance(value, str) for value in array):
        return array.astype(str)
    return array


def ticks_of_text(column: str, texts: object) -> np.ndarray:
    """Read times that are written as text.

    Parameters
    ----------
    column : str
        Name of the column, for errors.
    texts : array-like of str, shape (n_rows,)
        By ISO 8601.

    Returns
    -------
    np.ndarray of int64, shape (n_rows,)
        Nanoseconds since 1970; without a time zone, as if of UTC.

    Raises
    ------
    ValueError
        If a text is no such time.

    Examples
    --------
    >>> from lightwaves_aeon.tables.columns import ticks_of_text
    >>> ticks_of_text("t", ["1970-01-01T00:00:01", "1970-01-01T00:00:01.5"])
    array([1000000000, 1500000000])
    """
    try:
        times = pd.to_datetime(pd.Series(texts), format="ISO8601", utc=True)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"the column {column!r} holds text that is no time by ISO 8601, such as "
            f"2026-01-31T12:00:00.5: {error}"
        ) from error
    return pd.DatetimeIndex(times).as_unit("ns").asi8
