"""CSV files read by pyarrow, some rows at a time, so that nothing is there twice."""

from __future__ import annotations

__all__ = ["columns_by_arrow"]

import re
from pathlib import Path
from typing import Any

import numpy as np

from lightwaves_aeon.storage.errors import DataFileError, faults_named
from lightwaves_aeon.tables.columns import Categories, Columns, Roles, ticks_of_text

BLOCK = 1 << 20
"""Bytes that are read at a time."""

SPARE = 1.2
"""Room that is made for rows, as a share of those that the first block lets expect."""


def columns_by_arrow(
    path: Path, roles: Roles, known: list[str], names: list[str], delimiter: str
) -> Columns:
    """Read the columns that matter from a CSV file.

    Parameters
    ----------
    path : Path
        The file.
    roles : Roles
        Which column is what.
    known : list of str
        All columns of the file.
    names : list of str
        Those of channels.
    delimiter : str
        What stands between values.

    Returns
    -------
    Columns

    Raises
    ------
    DataFileError
        If the file is damaged, or a value is not what its column should hold.
    """
    import pyarrow as pa
    from pyarrow import csv

    parsed = csv.ParseOptions(delimiter=delimiter)
    types = dict.fromkeys(names, pa.float32())
    if roles.time is not None:
        types[roles.time] = _type_of_time(path, roles.time, parsed)
    if roles.recording is not None:
        types[roles.recording] = pa.dictionary(pa.int32(), pa.string())
    if roles.label is not None:
        of_text = pa.dictionary(pa.int32(), pa.string())
        types[roles.label] = pa.float64() if roles.of_numbers else of_text
    options = csv.ConvertOptions(
        include_columns=list(types), column_types=types, strings_can_be_null=True
    )
    columns = {name: _Column(name, types[name]) for name in types}
    try:
        with csv.open_csv(
            path,
            csv.ReadOptions(block_size=BLOCK),
            parse_options=parsed,
            convert_options=options,
        ) as file:
            for batch in file:
                expected = int(SPARE * len(batch) * (1 + path.stat().st_size / BLOCK))
                for name, column in columns.items():
                    column.add(batch.column(name), expected)
    except pa.ArrowInvalid as error:
        text = re.sub(
            r"In CSV column #(\d+)",
            lambda found: f"in the column {known[int(found[1])]!r}",
            str(error),
        )
        raise DataFileError(f"{path} cannot be read: {text}") from error
    found: dict[str, Any] = {name: column.whole() for name, column in columns.items()}
    return Columns(
        columns[names[0]].n_rows,
        names,
        [found.pop(name) for name in names],
        time=found.get(str(roles.time)),
        recording=found.get(str(roles.recording)),
        label=found.get(str(roles.label)),
    )


class _Column:
    """A column that grows; names are kept once, and their numbers in its rows."""

    def __init__(self, name: str, kind: Any):
        import pyarrow as pa

        self.name = name
        self.is_text = pa.types.is_dictionary(kind)
        dtype = np.int32 if self.is_text else np.int64  # of names, or of ticks
        if pa.types.is_floating(kind):
            dtype = kind.to_pandas_dtype()
        self.values = np.empty(0, dtype)
        self.n_rows = 0
        self.numbers: dict[str, int] = {}

    def add(self, part: Any, expected: int) -> None:
        """Add some rows; room for those expected costs nothing until it is used."""
        stop = self.n_rows + len(part)
        if stop > len(self.values):
            grown = np.empty(max(expected, 2 * stop), self.values.dtype)
            grown[: self.n_rows] = self.values[: self.n_rows]
            self.values = grown
        self.values[self.n_rows : stop] = self._numbers(part)
        self.n_rows = stop

    def whole(self) -> np.ndarray | Categories:
        """Give all rows."""
        values = self.values[: self.n_rows]
        return (
            Categories.of_text(values, list(self.numbers)) if self.is_text else values
        )

    def _numbers(self, part: Any) -> np.ndarray:
        import pyarrow as pa

        if self.is_text:
            # One more for what is missing, whose number -1 stands for the last.
            own = [*part.dictionary.to_pylist(), None]
            numbers = [self.numbers.setdefault(t, len(self.numbers)) for t in own[:-1]]
            return np.array([*numbers, -1])[part.indices.fill_null(-1).to_numpy()]
        if pa.types.is_string(part.type):
            return ticks_of_text(self.name, part.to_pandas())
        if pa.types.is_timestamp(part.type):
            ticks = part.to_numpy(zero_copy_only=False)
            return ticks.astype("datetime64[ns]").view(np.int64)
        return part.to_numpy(zero_copy_only=False)


def _type_of_time(path: Path, name: str, parsed: Any) -> Any:
    """Tell by the first rows of a CSV file whether times are numbers."""
    import pyarrow as pa
    from pyarrow import csv

    only = csv.ConvertOptions(include_columns=[name])
    with (
        faults_named(path),
        csv.open_csv(path, parse_options=parsed, convert_options=only) as file,
    ):
        kind = file.schema.field(name).type
    if pa.types.is_timestamp(kind):
        return pa.timestamp("ns", kind.tz)
    is_text = pa.types.is_string(kind) or pa.types.is_date(kind)
    return pa.string() if is_text else pa.float64()
