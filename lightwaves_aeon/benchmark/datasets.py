"""Load the data sets of the aeon archives, from a folder or by aeon."""

from __future__ import annotations

__all__ = [
    "Data",
    "DataSetError",
    "Series",
    "is_at_hand",
    "is_in",
    "is_regression",
    "load",
    "load_split",
]

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any, Literal

import aeon.datasets
import numpy as np
from aeon.datasets import load_classification, load_regression
from aeon.datasets.tser_datasets import tser_soton

from lightwaves_aeon.benchmark.ts_file import TsFileError, read_ts

Series = np.ndarray | list[np.ndarray]
"""Cases as an array of shape (n_cases, n_channels, n_timepoints), or as a list."""

Data = tuple[Any, np.ndarray, Any, np.ndarray]
"""Training series and labels, test series and labels: classes, or numbers."""

VERSIONS = ("_eq", "_nmv")

OF_AEON = [
    Path(aeon.datasets.__file__).parent / name for name in ("data", "local_data")
]
"""Where aeon keeps the sets that it ships with, and those that it has downloaded."""


class DataSetError(ValueError):
    """A data set that cannot be found, or not be used; the message names it."""


def load(name: str, archive: str | Path | None = None) -> Data:
    """Load a data set, of whatever lengths its series are.

    Parameters
    ----------
    name : str
        Name of the data set.
    archive : str, Path or None, default=None
        Folder that is looked in first, see `load_split`.

    Returns
    -------
    X_train, y_train, X_test, y_test
        Series as one array each where all are of one length, else as lists of arrays of
        shape (n_channels, n_timepoints).

    Raises
    ------
    DataSetError
        If the set cannot be found or read, has no cases, or has classes for training
        and numbers for testing, or the other way round.

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.datasets import load
    >>> X_train, y_train, X_test, y_test = load("UnitTest")
    >>> X_train.shape, X_test.shape
    ((20, 1, 24), (22, 1, 24))
    """
    X_train, y_train = load_split(name, "train", archive)
    X_test, y_test = load_split(name, "test", archive)
    if len({series.shape for X in (X_train, X_test) for series in X}) > 1:
        X_train, X_test = list(X_train), list(X_test)
    if is_regression(y_train) != is_regression(y_test):
        raise DataSetError(
            f"{name}: training or test cases alone have numbers to predict, the others "
            "have classes"
        )
    return X_train, y_train, X_test, y_test


def is_regression(y: np.ndarray) -> bool:
    """Tell whether labels of a data set are numbers to be predicted, not classes.

    Parameters
    ----------
    y : np.ndarray, shape (n_cases,)
        As `load_split` gives them.

    Returns
    -------
    bool

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.datasets import is_regression, load_split
    >>> is_regression(load_split("Covid3Month", "train")[1])
    True
    >>> is_regression(load_split("UnitTest", "train")[1])
    False
    """
    return y.dtype.kind == "f"


def load_split(
    name: str, split: Literal["train", "test"], archive: str | Path | None = None
) -> tuple[Series, np.ndarray]:
    """Load the training or the test cases of a data set, of whatever lengths.

    Parameters
    ----------
    name : str
        Name of the data set, such as ``"BasicMotions"`` or, for regression,
        ``"Covid3Month"``.
    split : {"train", "test"}
        Cases to load.
    archive : str, Path or None, default=None
        Folder that is looked in first, for ``NAME/NAME_TRAIN.ts`` and
        ``NAME/NAME_TEST.ts``. Sets that it does not hold are loaded by aeon, which
        ships with some, and downloads others once to its own data folder.

    Returns
    -------
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints), or list of np.ndarray
        The series; a list of arrays of shape (n_channels, n_timepoints) where they
        differ in length.
    y : np.ndarray of str, or of float64, shape (n_cases,)
        Their classes; of a set for regression the numbers to predict.

    Raises
    ------
    DataSetError
        If the set cannot be found or read, is empty or has no labels.

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.datasets import load_split
    >>> X, y = load_split("UnitTest", "train")
    >>> X.shape, y.shape
    ((20, 1, 24), (20,))
    """
    if archive is not None and not Path(archive).is_dir():
        raise DataSetError(f"{name}: there is no archive folder {archive}")
    folders = [] if archive is None else [Path(archive)]
    file = _find(name, split, folders) or _find_of_aeon(name, split)
    if file is None:
        ask = load_regression if name in tser_soton else load_classification
        try:
            X, y = ask(name, split=split, load_equal_length=False)
        except Exception as error:  # it raises almost anything
            missed = "" if archive is None else f"it is not in {archive}, and "
            raise DataSetError(
                f"{name}: {missed}aeon, which ships with some data sets and downloads "
                f"others, cannot load it: {str(error).strip()}"
            ) from error
        file = _find_of_aeon(name, split)  # if it was downloaded to there
    if file is not None:
        # Not by aeon, which would merge labels, drop signs of time-stamped series and
        # download to the archive what misses there.
        try:
            X, y = read_ts(file)
        except TsFileError as error:
            raise DataSetError(f"{name}: {error}") from error
        except OSError as error:
            raise DataSetError(f"{name}: {file} cannot be read: {error}") from error
    if len(X) == 0:
        raise DataSetError(f"{name}: there are no {split} cases")
    # The header of a file may say that lengths differ where they do not.
    return np.stack(X) if len({x.shape for x in X}) == 1 else X, y


def is_in(name: str, archive: str | Path) -> bool:
    """Tell whether a folder holds a data set.

    Parameters
    ----------
    name : str
        Name of the data set.
    archive : str or Path
        As for `load_split`.

    Returns
    -------
    bool

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.datasets import is_in
    >>> is_in("UnitTest", "no/such/folder")
    False
    """
    return _find(name, "train", [Path(archive)]) is not None


def is_at_hand(name: str) -> bool:
    """Tell whether aeon ships with a data set, or has downloaded it before.

    Parameters
    ----------
    name : str
        Name of the data set.

    Returns
    -------
    bool

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.datasets import is_at_hand
    >>> is_at_hand("UnitTest")
    True
    """
    return _find_of_aeon(name, "train") is not None


def _find(name: str, split: str, folders: Sequence[Path]) -> Path | None:
    # Versions of a set, of equal length or without missing values, share its folder.
    for folder, suffix in product(folders, ("", *VERSIONS)):
        own = folder / name.removesuffix(suffix)
        if (own / f"{name}_TRAIN.ts").is_file():
            return own / f"{name}_{split.upper()}.ts"
    return None


def _find_of_aeon(name: str, split: str) -> Path | None:
    # aeon takes the version without missing values, where there is one.
    return _find(f"{name}_nmv", split, OF_AEON) or _find(name, split, OF_AEON)
