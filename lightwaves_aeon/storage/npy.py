"""Series and labels in ``.npy`` files.

They are read, not mapped into memory: of a mapped file that is truncated meanwhile, the
system ends the process.
"""

from __future__ import annotations

__all__ = ["NpySeries", "npy_labels"]

import os
from io import BufferedReader
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.storage.choice import check_labels
from lightwaves_aeon.storage.errors import DataFileError, faults_named
from lightwaves_aeon.storage.series import (
    GAP_BYTES,
    PIECE_BYTES,
    StoredSeries,
    pieces,
)

READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


class NpySeries(StoredSeries):
    """Series in a ``.npy`` file.

    Parameters
    ----------
    path : str or Path
        The file: numbers, shape (n_cases, n_channels, n_timepoints). In Fortran order
        it takes a read for each time point.

    Raises
    ------
    DataFileError
        If the file is missing, of another size than its header says, or of another
        shape or type.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from lightwaves_aeon.storage.npy import NpySeries
    >>> X = np.arange(24.0).reshape(4, 2, 3)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(Path(folder) / "X.npy", X)
    ...     series = NpySeries(Path(folder) / "X.npy")
    ...     some = series.read(np.array([0, 3]))
    >>> series.shape, bool((some == X[[0, 3]]).all())
    ((4, 2, 3), True)
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__(path, Path(path))
        with faults_named(path), self._file.open("rb") as file:
            self._header = _read_header(file, self.path)
        self._holds(self._header.shape, self._header.dtype)

    def mapped(self) -> np.ndarray:
        """Map the file into memory, for which it must not be truncated meanwhile.

        Returns
        -------
        np.ndarray, shape (n_cases, n_channels, n_timepoints)
            What is written to it is not written to the file.
        """
        # Writable: to numba, what can't be written is another type, for which it would
        # compile everything once more.
        with faults_named(self.path):
            mapped = np.memmap(
                self._file,
                self._header.dtype,
                mode="c",
                offset=self._header.offset,
                shape=self.shape,
                order="F" if self._header.fortran_order else "C",
            )
        return np.asarray(mapped)

    def _read(self, cases: np.ndarray) -> np.ndarray:
        stored, (n_cases, *of_case) = self._header.dtype, self.shape
        with self._file.open("rb") as file:
            if self._header.fortran_order:  # the cases of a time point side by side
                points = np.empty((prod(of_case), len(cases)), stored)
                for row, of_point in enumerate(points):
                    self._read_rows(file, row * n_cases, cases, of_point)
                X = points.reshape(*of_case[::-1], len(cases)).T.copy()
            else:
                X = np.empty((len(cases), *of_case), stored)
                self._read_rows(file, 0, cases, X)
        return X if stored.isnative else X.byteswap(inplace=True).view(self.dtype)

    def _read_rows(
        self, file: BufferedReader, first: int, rows: np.ndarray, out: np.ndarray
    ) -> None:
        """Read rows of the size of those of `out`, counted from the first one."""
        size = out[0].nbytes
        gap, block = (max(n // size, 1) for n in (GAP_BYTES, PIECE_BYTES))
        for i, j in pieces(rows, gap, block):
            start, stop = int(rows[i]), int(rows[j - 1]) + 1
            file.seek(self._header.offset + (first + start) * size)
            if stop - start == j - i:
                _fill(out[i:j], file, self.path)
            else:
                span = np.empty((stop - start, *out.shape[1:]), out.dtype)
                _fill(span, file, self.path)
                np.take(span, rows[i:j] - start, axis=0, out=out[i:j], mode="clip")


def npy_labels(path: Path, of_numbers: bool = False) -> np.ndarray:
    """Read labels.

    Parameters
    ----------
    path : Path
        A ``.npy`` file of numbers or strings, shape (n_cases,).
    of_numbers : bool, default=False
        Whether of numbers that are to be predicted, one or a row a case.

    Returns
    -------
    np.ndarray, shape (n_cases,) or (n_cases, n_outputs)

    Raises
    ------
    DataFileError
        If the file is missing, of another size than its header says, or of another
        shape or type.
    """
    with faults_named(path), path.open("rb") as file:
        header = _read_header(file, path)
        check_labels(path, header, of_numbers)
        y = np.empty(header.shape, header.dtype, "F" if header.fortran_order else "C")
        if y.nbytes > 0:
            _fill(y.ravel("K"), file, path)
    return y


class _Header(NamedTuple):
    shape: tuple[int, ...]
    fortran_order: bool
    dtype: np.dtype
    offset: int
    """Where the numbers begin."""


def _read_header(file: BufferedReader, path: Path) -> _Header:
    """Read the header, and leave the file where the numbers begin."""
    version = np.lib.format.read_magic(file)
    if version not in READERS:
        raise DataFileError(
            f"{path} is of version {version[0]}.{version[1]} of the .npy format, which "
            "arrays of numbers or strings don't need: store the array by np.save"
        )
    shape, fortran_order, dtype = READERS[version](file)
    header = _Header(shape, fortran_order, dtype, file.tell())
    if header.dtype.hasobject:
        raise DataFileError(
            f"{path} holds Python objects, which only pickle could read: store "
            "numbers, or labels as strings, np.save(path, y.astype(str))"
        )
    if min(header.shape, default=0) < 0:
        raise DataFileError(f"{path} cannot be read: its shape is {header.shape}")
    said = header.offset + prod(header.shape) * header.dtype.itemsize
    size = os.fstat(file.fileno()).st_size
    if size != said:
        wrong = "is damaged, or something writes to it"
        if size < said:
            wrong = "is truncated, or not yet written to its end"
        raise DataFileError(
            f"{path} {wrong}: it has {size} bytes, but by its header {said}"
        )
    return header


def _fill(array: np.ndarray, file: BufferedReader, path: Path) -> None:
    """Read an array from where the file stands."""
    content = array.reshape(-1).view(np.uint8).data
    if file.readinto(content) < len(content):
        raise DataFileError(f"{path} was truncated while it was read")
