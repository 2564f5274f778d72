"""Series and labels in Zarr folders."""

from __future__ import annotations

__all__ = ["ZarrSeries", "is_zarr", "zarr_labels"]

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from lightwaves_aeon.storage.choice import (
    check_labels,
    choose_array,
    may_be_labels,
    may_be_series,
    split_name,
)
from lightwaves_aeon.storage.errors import faults_named, optional
from lightwaves_aeon.storage.series import StoredSeries

METADATA = ("zarr.json", ".zarray", ".zgroup")


class ZarrSeries(StoredSeries):
    """Series in a Zarr folder, of version 2 or 3.

    A chunk that is not there is read as the fill value of the array, as the format has
    it: an incomplete copy of a folder can't be told from one with empty chunks.

    Parameters
    ----------
    path : str or Path
        The folder of an array of numbers, shape (n_cases, n_channels, n_timepoints), or
        ``FOLDER::NAME``, an array in a group. The folder of a group alone, if there is
        only one array of three dimensions in it.

    Raises
    ------
    DataFileError
        If the folder cannot be read, there is no such array, or it is of another shape
        or type.
    ImportError
        If zarr is not installed.
    """

    def __init__(self, path: str | Path) -> None:
        zarr = optional("zarr", path)
        folder = _array_folder(zarr, path, may_be_series, "series")
        super().__init__(path, folder)
        with faults_named(path):
            array = self._array = zarr.open_array(folder, mode="r")
            self._holds(array.shape, array.dtype, (array.shards or array.chunks)[0])

    def _read(self, cases: np.ndarray) -> np.ndarray:
        start, stop = int(cases[0]), int(cases[-1]) + 1
        if stop - start == len(cases):
            X = self._array[start:stop]
        else:
            X = self._array.oindex[cases]
        return np.require(X, self.dtype, ["C", "W"])

    def _state(self) -> object:
        metadata = [
            path.read_bytes()
            for name in METADATA
            if (path := self._file / name).exists()
        ]
        return metadata, *_files_below(self._file)


def zarr_labels(path: str | Path, of_numbers: bool = False) -> np.ndarray:
    """Read labels.

    Parameters
    ----------
    path : str or Path
        The folder of an array of numbers or strings, shape (n_cases,), or
        ``FOLDER::NAME``, an array in a group. The folder of a group alone, if there is
        only one array of one dimension in it.
    of_numbers : bool, default=False
        Whether of numbers that are to be predicted, one or a row a case.

    Returns
    -------
    np.ndarray, shape (n_cases,) or (n_cases, n_outputs)

    Raises
    ------
    DataFileError
        If the folder cannot be read, there is no such array, or it is of another shape
        or type.
    ImportError
        If zarr is not installed.
    """
    zarr = optional("zarr", path)
    fits = partial(may_be_labels, of_numbers=of_numbers)
    folder = _array_folder(zarr, path, fits, "labels")
    with faults_named(path):
        array = zarr.open_array(folder, mode="r")
        check_labels(path, array, of_numbers)
        y = np.array(array[:])
        if y.dtype.kind == "T":  # which is what zarr has, and little else takes
            return y.astype(object).astype(str)
        return y


def is_zarr(folder: Path) -> bool:
    """Tell whether a folder is that of a Zarr array or group."""
    return any((folder / name).is_file() for name in METADATA)


def _array_folder(
    zarr: Any, path: str | Path, fits: Callable[[Any], bool], what: str
) -> Path:
    """Find the folder of the array that is meant."""
    folder, name = split_name(path)
    with faults_named(path):
        root = zarr.open(folder, mode="r")
        if isinstance(root, zarr.Array):
            arrays = {"": root}
        elif name and isinstance(named := root.get(name), zarr.Array):
            arrays = {name: named}
        else:
            members = root.members(max_depth=None)
            arrays = {some: a for some, a in members if isinstance(a, zarr.Array)}
        return folder / choose_array(path, arrays, name, fits, what)


def _files_below(folder: str | Path) -> tuple[int, int, int]:
    """Count the files below a folder: how many, their bytes, the newest's time."""
    count, size, newest = 0, 0, 0
    folders = [os.fspath(folder)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    folders.append(entry.path)
                    continue
                status = entry.stat()
                count, size = count + 1, size + status.st_size
                newest = max(newest, status.st_mtime_ns)
    return count, size, newest
