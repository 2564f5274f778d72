"""Where cases are read from, some at a time: arrays, or what else gives them.

Of a collection larger than memory, no more than a block of cases is there at once.
"""

from __future__ import annotations

__all__ = ["ArraySource", "CaseSource", "PartOfSource", "as_source", "read_pieces"]

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lightwaves_aeon.core.data.collection import Collection, iter_by_length, subset

PIECE_VALUES = 1 << 20
"""Values read in one go, where these are more than a case."""


class CaseSource(Protocol):
    """What cases can be read from, by several threads at once.

    Attributes
    ----------
    shape : tuple of int
        (n_cases, n_channels, n_timepoints), of unequal lengths the greatest.
    dtype : np.dtype
        Type of the values.
    """

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of cases, channels and time points."""

    @property
    def dtype(self) -> np.dtype:
        """Type of the values."""

    def read(self, cases: range | np.ndarray) -> Collection:
        """Read cases: a range of step 1, or ascending numbers."""


@dataclass(frozen=True)
class ArraySource:
    """A collection in memory as a source.

    Attributes
    ----------
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        The cases.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.source import ArraySource
    >>> ArraySource(np.zeros((4, 3, 5))).read(range(1, 3)).shape
    (2, 3, 5)
    """

    X: Collection

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of cases, channels and time points."""
        n_cases, n_channels, n_timepoints = self.X.shape
        return n_cases, n_channels, n_timepoints

    @property
    def dtype(self) -> np.dtype:
        """Type of the values, of those of the shortest cases."""
        return next(iter_by_length(self.X))[0].dtype

    def read(self, cases: range | np.ndarray) -> Collection:
        """Read cases; of a range of an array it is a view."""
        if isinstance(cases, range) and isinstance(self.X, np.ndarray):
            return self.X[cases.start : cases.stop]
        return subset(self.X, np.asarray(cases), np.arange(self.shape[1]))


@dataclass(frozen=True)
class PartOfSource:
    """Some cases of a source, such as those of a fold.

    Attributes
    ----------
    source : CaseSource
        What they are read from.
    cases : np.ndarray of int, shape (n_cases,)
        Their numbers, ascending.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.source import ArraySource, PartOfSource
    >>> X = np.arange(4.0).reshape(4, 1, 1)
    >>> PartOfSource(ArraySource(X), np.array([1, 3])).read(range(1, 2)).ravel()
    array([3.])
    """

    source: CaseSource
    cases: np.ndarray

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of cases, channels and time points."""
        _, n_channels, n_timepoints = self.source.shape
        return len(self.cases), n_channels, n_timepoints

    @property
    def dtype(self) -> np.dtype:
        """Type of the values."""
        return self.source.dtype

    def read(self, cases: range | np.ndarray) -> Collection:
        """Read cases, by their place in this part."""
        some = slice(cases.start, cases.stop) if isinstance(cases, range) else cases
        return self.source.read(self.cases[some])


def as_source(X: Collection | CaseSource) -> CaseSource:
    """Make a source of a collection; a source is as it should be."""
    return ArraySource(X) if isinstance(X, Collection) else X


def read_pieces(source: CaseSource, cases: range) -> Iterator[tuple[range, Collection]]:
    """Read a range of cases, few of which are in memory at a time.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.source import ArraySource, read_pieces
    >>> source = ArraySource(np.zeros((5, 100, 5000)))
    >>> [(piece, X.shape) for piece, X in read_pieces(source, range(1, 4))]
    [(range(1, 3), (2, 100, 5000)), (range(3, 4), (1, 100, 5000))]
    """
    _, n_channels, n_timepoints = source.shape
    step = max(1, PIECE_VALUES // (n_channels * n_timepoints))
    for start in range(cases.start, cases.stop, step):
        piece = range(start, min(start + step, cases.stop))
        yield piece, source.read(piece)
