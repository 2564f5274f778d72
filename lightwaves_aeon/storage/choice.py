"""Which array of a file is meant, and whether it holds series or labels."""

from __future__ import annotations

__all__ = [
    "check_labels",
    "check_series",
    "choose_array",
    "may_be_labels",
    "may_be_series",
    "split_name",
]

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lightwaves_aeon.storage.errors import DataFileError

SEPARATOR = "::"

MOST_NAMES = 20
"""How many arrays an error names."""


def split_name(path: str | Path) -> tuple[Path, str]:
    """Split ``FILE::NAME`` into the file and the name, empty if there is none.

    Parameters
    ----------
    path : str or Path
        As the user gives it.

    Returns
    -------
    file : Path
        The file or folder.
    name : str
        The name of the array in it.

    Examples
    --------
    >>> from lightwaves_aeon.storage.choice import split_name
    >>> file, name = split_name("some.h5::train/X")
    >>> str(file), name
    ('some.h5', 'train/X')
    """
    file, separator, name = str(path).rpartition(SEPARATOR)
    if not separator or Path(path).exists():
        return Path(path), ""
    return Path(file), name.strip("/")


def choose_array(
    path: str | Path,
    arrays: Mapping[str, Any],
    name: str,
    fits: Callable[[Any], bool],
    what: str,
) -> str:
    """Give the name of the array that is meant.

    Parameters
    ----------
    path : str or Path
        The file, to be named in errors.
    arrays : mapping of str to arrays
        What is in the file, each with a `shape` and a `dtype`.
    name : str
        The name that the user gave, empty if none.
    fits : callable
        Whether an array may be the one, if no name was given.
    what : str
        What is looked for, in words.

    Returns
    -------
    str
        The name.

    Raises
    ------
    DataFileError
        If there is no array of this name, or if, without one, no array fits or several.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.storage.choice import choose_array, may_be_series
    >>> arrays = {"X": np.zeros((4, 3, 40)), "y": np.zeros(4)}
    >>> choose_array("some.h5", arrays, "", may_be_series, "series")
    'X'
    """
    if name in arrays:
        return name
    listed = [
        f"{some or 'one array'} ({array.dtype} of shape {array.shape})"
        for some, array in sorted(arrays.items())
    ]
    if len(listed) > MOST_NAMES:
        listed[MOST_NAMES:] = [f"and {len(listed) - MOST_NAMES} more"]
    held = f"it holds {', '.join(listed) or 'no arrays'}"
    if name:
        raise DataFileError(f"{path}: there is no array {name} in this file; {held}")
    fitting = [some for some, array in arrays.items() if fits(array)]
    if len(fitting) == 1:
        return fitting[0]
    raise DataFileError(
        f"{path} has {len(fitting) or 'no'} arrays that may be {what}: name the one "
        f"that is meant, {path}{SEPARATOR}NAME; {held}"
    )


def may_be_series(array: Any) -> bool:
    """Tell whether an array has the dimensions and the type of series."""
    return len(array.shape) == 3 and array.dtype.kind in "fiu"


def may_be_labels(array: Any, of_numbers: bool = False) -> bool:
    """Tell whether an array has the dimension and the type of labels.

    Parameters
    ----------
    array : array
        With a `shape` and a `dtype`.
    of_numbers : bool, default=False
        Whether numbers are looked for that are to be predicted, one or a row a case.

    Returns
    -------
    bool

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.storage.choice import may_be_labels
    >>> may_be_labels(np.zeros((9, 2))), may_be_labels(np.zeros((9, 2)), True)
    (False, True)
    """
    if of_numbers:
        return len(array.shape) in (1, 2) and array.dtype.kind in "biuf"
    return len(array.shape) == 1 and array.dtype.kind in "biufUT"


def check_series(path: str | Path, shape: tuple[int, ...], dtype: np.dtype) -> None:
    """Refuse what are no series.

    Parameters
    ----------
    path : str or Path
        The file, to be named.
    shape : tuple of int
        The shape of the array in it.
    dtype : np.dtype
        Its type.

    Raises
    ------
    DataFileError
        If these are no numbers of three dimensions, or none at all.
    """
    if len(shape) != 3 or 0 in shape or dtype.kind not in "fiu":
        raise DataFileError(
            f"{path} must hold numbers of shape (n_cases, n_channels, n_timepoints), "
            f"not {dtype} of shape {shape}"
        )


def check_labels(path: str | Path, array: Any, of_numbers: bool = False) -> None:
    """Refuse what are no labels.

    Parameters
    ----------
    path : str or Path
        The file, to be named.
    array : array
        What is in it, with a `shape` and a `dtype`.
    of_numbers : bool, default=False
        As of `may_be_labels`.

    Raises
    ------
    DataFileError
        If these are no numbers or strings of one dimension; if numbers are wanted, no
        numbers of one or two.
    """
    if not may_be_labels(array, of_numbers):
        wanted = "labels, numbers or strings of shape (n_cases,)"
        if of_numbers:
            wanted = "numbers of shape (n_cases,) or (n_cases, n_outputs)"
        raise DataFileError(
            f"{path} must hold {wanted}, not {array.dtype} of shape {array.shape}"
        )
