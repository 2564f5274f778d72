"""What all series in files have in common: some of the cases can be read."""

from __future__ import annotations

__all__ = ["StoredSeries", "pieces"]

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from lightwaves_aeon.storage.choice import check_series
from lightwaves_aeon.storage.errors import DataFileError, faults_named

PIECE_BYTES = 8 * 2**20
"""How much is read at once, where cases between those wanted are read as well."""

GAP_BYTES = 2**16
"""To read these as well takes no longer than to begin anew after them."""


class StoredSeries(ABC):
    """Series in a file or folder, of which some cases are read at a time.

    Nothing is kept open: an object can be pickled, and read from several threads.

    Parameters
    ----------
    path : str or Path
        As the user gives it.
    file : Path
        The file or folder alone.

    Attributes
    ----------
    path : Path
        As given, for messages and to open it again.
    shape : tuple of int
        (n_cases, n_channels, n_timepoints).
    dtype : np.dtype
        Of what is read, in the byte order of the machine.
    block_cases : int or None
        How many cases are stored together, so that to read one is to read all of them;
        None if each case stands for itself.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype
    block_cases: int | None = None

    def __init__(self, path: str | Path, file: Path) -> None:
        self.path = Path(path)
        self._file = file
        with faults_named(path):
            # Before anything is read: what changes from now on is found.
            self._as_opened = self._state()

    def _holds(
        self, shape: tuple[int, ...], dtype: np.dtype, block_cases: int | None = None
    ) -> None:
        """Take what is known of the array, which must be one of series."""
        check_series(self.path, shape, dtype)
        n_cases, n_channels, n_timepoints = shape
        self.shape = n_cases, n_channels, n_timepoints
        self.dtype, self.block_cases = dtype.newbyteorder("="), block_cases

    def read(self, cases: range | np.ndarray) -> np.ndarray:
        """Read cases.

        Parameters
        ----------
        cases : range or np.ndarray of int
            Which; a range of step 1, or numbers that ascend.

        Returns
        -------
        np.ndarray, shape (len(cases), n_channels, n_timepoints)
            A new array, in C order.

        Raises
        ------
        DataFileError
            If the file cannot be read, or was truncated.
        IndexError
            If there are no such cases.
        ValueError
            If `cases` do not ascend.
        """
        wanted = self._checked(cases)
        if len(wanted) == 0:
            return np.empty((0, *self.shape[1:]), self.dtype)
        with faults_named(self.path):
            return self._read(wanted)

    def check_unchanged(self) -> None:
        """Make sure that the file is the one that was opened.

        Raises
        ------
        DataFileError
            If its size or the time of its last change is another.
        """
        with faults_named(self.path):
            now = self._state()
        if now != self._as_opened:
            raise DataFileError(
                f"{self.path} was changed after it was opened: try again once nothing "
                "writes to it"
            )

    @abstractmethod
    def _read(self, cases: np.ndarray) -> np.ndarray:
        """Read cases, at least one, that ascend and exist."""

    def _state(self) -> object:
        """Whatever is another if the file is changed."""
        status = self._file.stat()
        return status.st_size, status.st_mtime_ns

    def _checked(self, cases: range | np.ndarray) -> np.ndarray:
        if isinstance(cases, range) and cases.step == 1:
            cases = np.arange(cases.start, cases.stop)
        if (
            not isinstance(cases, np.ndarray)
            or cases.ndim != 1
            or cases.dtype.kind not in "iu"
        ):
            raise ValueError(
                "cases must be a range of step 1 or an array of int of one dimension"
            )
        cases = cases.astype(np.int64, copy=False)
        if (cases[1:] <= cases[:-1]).any():
            raise ValueError("cases must ascend, and none may be repeated")
        if len(cases) > 0 and (cases[0] < 0 or cases[-1] >= self.shape[0]):
            raise IndexError(
                f"cases {cases[0]} to {cases[-1]} wanted, but {self.path} holds "
                f"{self.shape[0]}"
            )
        return cases


def pieces(cases: np.ndarray, gap: int, block: int) -> Iterator[tuple[int, int]]:
    """Group cases that are read at once, with those between them.

    Parameters
    ----------
    cases : np.ndarray of int
        At least one, ascending.
    gap : int
        The greatest difference of neighbours in a group; 1 for none between them.
    block : int
        No group reaches over a multiple of this number.

    Yields
    ------
    first, end : int
        The group is ``cases[first:end]``.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.storage.series import pieces
    >>> cases = np.array([0, 1, 3, 4, 5, 9])
    >>> [cases[i:j].tolist() for i, j in pieces(cases, gap=2, block=4)]
    [[0, 1, 3], [4, 5], [9]]
    """
    apart = (np.diff(cases) > gap) | (np.diff(cases // block) > 0)
    inner = (np.flatnonzero(apart) + 1).tolist()
    yield from pairwise([0, *inner, len(cases)])
