"""Read the ``.ts`` files of the archives, and take nothing in them for something else.

The format is that of timeseriesclassification.com: a header of tags, ``@data``, then a
line for each case, of values separated by commas, channels and the label by colons. In
files for regression, with ``@targetLabel true``, the label is a number.
"""

from __future__ import annotations

__all__ = ["TsFileError", "read_ts"]

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

COMMENTS = ("#", "%")
MISSING = "?"


class TsFileError(ValueError):
    """A file that cannot be read as it is meant; the message names file and line."""


def read_ts(path: str | Path) -> tuple[list[np.ndarray], np.ndarray]:
    r"""Read the cases of a file.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    X : list of np.ndarray of float64, each of shape (n_channels, n_timepoints)
        The series; missing values are NaN.
    y : np.ndarray of str, or of float64, shape (n_cases,)
        Their labels, in lower case, as aeon has them, unless two would be the same; of
        a file for regression the numbers.

    Raises
    ------
    TsFileError
        If there are no cases or no labels; if a label is not among those declared, or
        no finite number in a file for regression, or missing; if a value is no number,
        or channels differ in length or number; or if the series have time stamps, which
        are not read.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lightwaves_aeon.benchmark.ts_file import read_ts
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "a.ts"
    ...     _ = file.write_text("@classLabel true Up down\n@data\n1,2:3,4:Up\n")
    ...     X, y = read_ts(file)
    >>> X[0].tolist(), y.tolist()
    ([[1.0, 2.0], [3.0, 4.0]], ['up'])
    """
    lines = _lines(Path(path))
    declared = _declared(Path(path), lines)
    X: list[np.ndarray] = []
    labels: list[str | float] = []
    for where, line in lines:
        *channels, label = line.split(":")
        X.append(_values(channels, where))
        labels.append(_label(label.strip(), declared, where))
    if not X:
        raise TsFileError(f"{path}: there are no cases")
    n_channels = len(X[0])
    for number, x in enumerate(X):
        if len(x) != n_channels:
            raise TsFileError(
                f"{path}: case {number} has {len(x)} channels, case 0 has {n_channels}"
            )
    if declared and len({label.lower() for label in declared}) == len(set(declared)):
        labels = [str(label).lower() for label in labels]
    return X, np.array(labels)


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Give the lines that say something, each with where it stands."""
    # What is no UTF-8 may stand in comments, and in labels that stay apart.
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        for number, line in enumerate(file, start=1):
            line = line.strip()
            if line and not line.startswith(COMMENTS):
                yield f"{path}, line {number}", line


def _declared(path: Path, lines: Iterator[tuple[str, str]]) -> list[str] | None:
    """Read the header, up to the data; give the labels it declares, None of numbers."""
    declared: list[str] = []
    of_numbers = False
    for where, line in lines:
        tag, *words = line.split()
        tag = tag.lower()
        if not tag.startswith("@"):
            raise TsFileError(f"{where}: there is no @data line before the data")
        if tag == "@data":
            if declared and of_numbers:
                raise TsFileError(f"{path} declares both class labels and numbers")
            if not declared and not of_numbers:
                raise TsFileError(f"{path} has no class labels")
            return None if of_numbers else declared
        is_true = [word.lower() for word in words[:1]] == ["true"]
        if tag == "@timestamps" and is_true:
            raise TsFileError(f"{where}: series with time stamps are not read")
        if tag == "@targetlabel":
            of_numbers = is_true
        if tag == "@classlabel":
            declared = words[1:] if is_true else []
    raise TsFileError(f"{path} has no @data line: it is no .ts file, or cut short")


def _values(channels: Sequence[str], where: str) -> np.ndarray:
    if not channels:
        raise TsFileError(f"{where}: there is no label")
    try:
        rows = [
            np.array(channel.replace(MISSING, "nan").split(","), dtype=np.float64)
            for channel in channels
        ]
    except ValueError as error:
        raise TsFileError(f"{where}: a value is no number: {error}") from error
    lengths = sorted({len(row) for row in rows})
    if len(lengths) > 1:
        raise TsFileError(f"{where}: channels are of different lengths: {lengths}")
    return np.stack(rows)


def _label(label: str, declared: Sequence[str] | None, where: str) -> str | float:
    """Give one of the labels that are declared; where numbers are, the number."""
    if not label:
        raise TsFileError(f"{where}: the label is empty")
    number = _number(label)
    if declared is None:
        if not np.isfinite(number):
            raise TsFileError(f"{where}: the label {label!r} is no finite number")
        return number
    if label in declared:
        return label
    for other in declared:  # 1 and 1.0 are the same label, written by two programs
        if number == _number(other):
            return other
    raise TsFileError(
        f"{where}: the label {label!r} is not among those declared by @classLabel"
    )


def _number(text: str) -> float:
    """Read a number; NaN, which equals none, of what is no number."""
    try:
        return float(text)
    except ValueError:
        return np.nan
