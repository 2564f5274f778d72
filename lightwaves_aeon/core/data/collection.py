"""Collections of cases of equal and of unequal length."""

from __future__ import annotations

__all__ = [
    "Collection",
    "UnequalLengthCollection",
    "as_collection",
    "fingerprint",
    "iter_by_length",
    "subset",
    "typical_length",
]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np


@dataclass(frozen=True)
class UnequalLengthCollection:
    """A collection of cases of unequal length, those of one length side by side.

    Attributes
    ----------
    blocks : tuple of np.ndarray, each of shape (n_cases_of_length, n_channels, length)
        The cases, by length, the shortest first.
    cases : tuple of np.ndarray of int, each of shape (n_cases_of_length,)
        Which cases of the collection these are, ascending.
    """

    blocks: tuple[np.ndarray, ...]
    cases: tuple[np.ndarray, ...]

    @classmethod
    def from_series(cls, series: Sequence[np.ndarray]) -> UnequalLengthCollection:
        """Arrange cases, at least one, each of shape (n_channels, n_timepoints).

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.data.collection import UnequalLengthCollection
        >>> series = [np.zeros((2, 5)), np.zeros((2, 3)), np.zeros((2, 5))]
        >>> X = UnequalLengthCollection.from_series(series)
        >>> X.shape, [cases.tolist() for cases in X.cases]
        ((3, 2, 5), [[1], [0, 2]])
        """
        lengths = np.array([x.shape[1] for x in series])
        cases = tuple(np.flatnonzero(lengths == n) for n in np.unique(lengths))
        blocks = tuple(np.stack([series[i] for i in some]) for some in cases)
        return cls(blocks, cases)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of cases and channels, and the greatest length."""
        n_cases = sum(len(block) for block in self.blocks)
        _, n_channels, longest = self.blocks[-1].shape
        return n_cases, n_channels, longest

    @property
    def lengths(self) -> np.ndarray:
        """Number of time points of each case."""
        lengths = np.empty(self.shape[0], np.int64)
        for block, cases in zip(self.blocks, self.cases, strict=True):
            lengths[cases] = block.shape[2]
        return lengths


Collection = np.ndarray | UnequalLengthCollection
"""An array of shape (n_cases, n_channels, n_timepoints), or cases of unequal length."""


def as_collection(X: np.ndarray | Sequence[np.ndarray]) -> Collection:
    """Arrange a list of cases; an array is as it should be.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.collection import as_collection
    >>> as_collection([np.zeros((2, 5)), np.zeros((2, 3))]).lengths.tolist()
    [5, 3]
    """
    return X if isinstance(X, np.ndarray) else UnequalLengthCollection.from_series(X)


def checked_case(x: np.ndarray, n_channels: int) -> np.ndarray:
    """Give a single case as it is, if it is one.

    Parameters
    ----------
    x : np.ndarray, shape (n_channels, n_timepoints)
        The case.
    n_channels : int
        Number of its channels.

    Returns
    -------
    np.ndarray
        The same.

    Raises
    ------
    ValueError
        If `x` is no array, of another shape, empty or masked.
    TypeError
        If it does not hold real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.collection import checked_case
    >>> checked_case(np.zeros((2, 5)), n_channels=3)
    Traceback (most recent call last):
    ...
    ValueError: x must be one case, of shape (3, n_timepoints), got (2, 5)
    """
    is_case = isinstance(x, np.ndarray) and x.ndim == 2 and x.size > 0
    if is_case and len(x) == n_channels:
        if x.dtype.kind not in "fiu":
            raise TypeError(f"x must hold real numbers, got {x.dtype}")
        if isinstance(x, np.ma.MaskedArray):
            if np.ma.is_masked(x):
                raise ValueError("x holds masked values: fill them in")
            return x.data
        return x
    raise ValueError(
        f"x must be one case, of shape ({n_channels}, n_timepoints), got "
        f"{x.shape if isinstance(x, np.ndarray) else type(x)}"
    )


def iter_by_length(
    X: Collection, cases: np.ndarray | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray | None, np.ndarray | None]]:
    """Go through the cases, those of one length at a time.

    Parameters
    ----------
    X : Collection
        Collection.
    cases : np.ndarray of int, optional
        The cases wanted; all by default.

    Yields
    ------
    block : np.ndarray, shape (n_cases_of_length, n_channels, length)
        Cases of one length.
    rows : np.ndarray of int or None
        Those wanted of them; None for all, in their order.
    positions : np.ndarray of int or None
        Where they stand among the cases wanted; None if there are no others.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.collection import as_collection, iter_by_length
    >>> X = as_collection([np.zeros((1, 5)), np.zeros((1, 3)), np.zeros((1, 5))])
    >>> for block, rows, positions in iter_by_length(X, np.array([2, 1])):
    ...     print(block.shape, rows, positions)
    (1, 1, 3) [0] [1]
    (2, 1, 5) [1] [0]
    """
    if isinstance(X, np.ndarray):
        yield X, cases, None
        return
    for block, numbers in zip(X.blocks, X.cases, strict=True):
        if cases is None:
            yield block, None, numbers
            continue
        positions = np.flatnonzero(np.isin(cases, numbers))
        if len(positions) > 0:
            yield block, np.searchsorted(numbers, cases[positions]), positions


def subset(
    X: Collection, cases: np.ndarray, channels: Sequence[int] | np.ndarray
) -> Collection:
    """Take some channels of some cases.

    Parameters
    ----------
    X : Collection
        Collection.
    cases : np.ndarray of int
        The cases to take.
    channels : sequence of int
        The channels to take.

    Returns
    -------
    np.ndarray or UnequalLengthCollection
        A copy, in which no others are.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.collection import subset
    >>> subset(np.zeros((4, 3, 5)), np.array([0, 2]), [1]).shape
    (2, 1, 5)
    """
    channels = np.asarray(channels)
    if isinstance(X, np.ndarray):
        return np.asarray(X[cases[:, None], channels])
    parts = list(iter_by_length(X, cases))
    return UnequalLengthCollection(
        tuple(block[np.asarray(rows)[:, None], channels] for block, rows, _ in parts),
        tuple(np.asarray(positions) for _, _, positions in parts),
    )


def typical_length(X: Collection) -> int:
    """Median number of time points.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.collection import typical_length
    >>> typical_length(np.zeros((4, 3, 5)))
    5
    """
    if isinstance(X, np.ndarray):
        return X.shape[2]
    return int(np.median(X.lengths))


def fingerprint(X: Any) -> dict[str, object]:
    """Say in words what must be the same for all processes that fit to a collection.

    That is an array, cases of unequal length, or anything else of a shape and dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.collection import fingerprint
    >>> fingerprint(np.zeros((4, 3, 5)))["the shape of X"]
    (4, 3, 5)
    """
    # The same names for all: a process may have the one, and another the other.
    lengths = "equal"
    if isinstance(X, UnequalLengthCollection):
        lengths = f"unequal (checksum {crc32(X.lengths.tobytes())})"
        types = {str(block.dtype) for block in X.blocks}
    else:
        types = {str(X.dtype)}
    return {
        "the shape of X": X.shape,
        "the lengths of X": lengths,
        "the type of X": ", ".join(sorted(types)),
    }
