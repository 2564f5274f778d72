"""Rows of a table as they come, by its header."""

from __future__ import annotations

__all__ = ["Row", "RowReader"]

import csv
from collections.abc import Sequence
from typing import NamedTuple

from lightwaves_aeon.tables.columns import Roles
from lightwaves_aeon.tables.files import DELIMITERS

NO_VALUE = {"", "NA", "N/A", "n/a", "NULL", "null"}
"""Texts for a value that is missing, beside nan."""


class Row(NamedTuple):
    """A row: a sample, and where it belongs.

    Attributes
    ----------
    sample : list of float
        A value of each channel; NaN where it is missing.
    time, recording : str or None
        As they are written.
    """

    sample: list[float]
    time: str | None = None
    recording: str | None = None


class RowReader:
    """Reads rows of text with commas, semicolons or tabs between values.

    Parameters
    ----------
    names : sequence of str
        Names of the columns.
    delimiter : str
        What stands between values.
    roles : Roles
        Which column is what.

    Raises
    ------
    ValueError
        If a column is missing.
    """

    def __init__(self, names: Sequence[str], delimiter: str, roles: Roles):
        self.channel_names = roles.channels_among(names)
        self._names, self._delimiter = list(names), delimiter
        self._channels = [self._names.index(name) for name in self.channel_names]
        self._time, self._recording = (
            None if name is None else self._names.index(name)
            for name in (roles.time, roles.recording)
        )

    @classmethod
    def of_header(cls, text: str, roles: Roles) -> RowReader:
        """Read a header.

        Parameters
        ----------
        text : str
            The line.
        roles : Roles
            Which column is what.

        Returns
        -------
        RowReader

        Raises
        ------
        ValueError
            If a column is missing.

        Examples
        --------
        >>> from lightwaves_aeon.tables.columns import Roles
        >>> from lightwaves_aeon.tables.rows import RowReader
        >>> rows = RowReader.of_header("t,x,y", Roles(time="t", channels=["y", "x"]))
        >>> rows.read("0.5,1,2")
        Row(sample=[2.0, 1.0], time='0.5', recording=None)
        >>> rows.read("0.5,1,two")
        Traceback (most recent call last):
        ...
        ValueError: column 'y' holds 'two', which is no number
        """
        delimiter = _delimiter_of(text)
        return cls(_fields(text, delimiter), delimiter, roles)

    @classmethod
    def of_first_row(cls, text: str, channels: Sequence[str]) -> RowReader:
        """Read rows without a header, of channels alone.

        Parameters
        ----------
        text : str
            The first row, which tells what stands between values.
        channels : sequence of str
            Names of the columns.

        Returns
        -------
        RowReader
        """
        return cls(channels, _delimiter_of(text), Roles(channels=channels))

    def read(self, text: str) -> Row:
        """Read a row.

        Parameters
        ----------
        text : str
            The line.

        Returns
        -------
        Row

        Raises
        ------
        ValueError
            If it has too few values or too many, or one of a channel is no number.
        """
        fields = _fields(text, self._delimiter)
        if len(fields) != len(self._names):
            values = "value" if len(fields) == 1 else "values"
            raise ValueError(f"{len(fields)} {values}, not {len(self._names)}")
        try:
            sample = [float(fields[i]) for i in self._channels]
            if "_" in text:  # float takes 1_0 for 10
                raise ValueError
        except ValueError:
            sample = [self._value(fields[i], i) for i in self._channels]
        time, recording = (
            None if position is None else fields[position]
            for position in (self._time, self._recording)
        )
        return Row(sample, time, recording)

    def _value(self, text: str, position: int) -> float:
        text = text.strip()
        try:
            if text in NO_VALUE:
                return float("nan")
            if "_" not in text:
                return float(text)
        except ValueError:
            pass
        name = self._names[position]
        raise ValueError(f"column {name!r} holds {text!r}, which is no number")


def _delimiter_of(text: str) -> str:
    return max(DELIMITERS, key=text.count)


def _fields(text: str, delimiter: str) -> list[str]:
    # A line at a time: a quote without its end must not take the lines that follow.
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error as error:
        raise ValueError(str(error)) from error
