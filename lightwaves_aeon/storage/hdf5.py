"""Series and labels in HDF5 files."""

from __future__ import annotations

__all__ = ["Hdf5Series", "hdf5_labels"]

from math import prod
from pathlib import Path
from threading import Lock
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
from lightwaves_aeon.storage.series import (
    GAP_BYTES,
    PIECE_BYTES,
    StoredSeries,
    pieces,
)

LOCK = Lock()
"""HDF5 does one thing at a time, in all files together."""


class Hdf5Series(StoredSeries):
    """Series in a dataset of an HDF5 file.

    Parameters
    ----------
    path : str or Path
        ``FILE::NAME``, a dataset of numbers, shape (n_cases, n_channels, n_timepoints).
        ``FILE`` alone, if there is only one of three dimensions in it.

    Raises
    ------
    DataFileError
        If the file cannot be read, there is no such dataset, or it is of another shape
        or type.
    ImportError
        If h5py is not installed.
    """

    def __init__(self, path: str | Path) -> None:
        h5py, (file, name) = optional("h5py", path), split_name(path)
        super().__init__(path, file)
        with faults_named(path), LOCK, h5py.File(file, "r") as opened:
            datasets = _datasets(h5py, opened, name)
            self._name = choose_array(path, datasets, name, may_be_series, "series")
            dataset = datasets[self._name]
            block_cases = dataset.chunks[0] if dataset.chunks else None
            self._holds(dataset.shape, dataset.dtype, block_cases)

    def _read(self, cases: np.ndarray) -> np.ndarray:
        of_case = self.shape[1:]
        case_bytes = prod(of_case) * self.dtype.itemsize
        together = self.block_cases or max(GAP_BYTES // case_bytes, 1)
        block = max(PIECE_BYTES // case_bytes // together, 1) * together
        X = np.empty((len(cases), *of_case), self.dtype)
        h5py = optional("h5py", self.path)
        with LOCK, h5py.File(self._file, "r") as opened:
            dataset = opened[self._name]
            # HDF5 takes a list of cases one by one; a range is read at once.
            for i, j in pieces(cases, together, block):
                start, stop = int(cases[i]), int(cases[j - 1]) + 1
                if stop - start == j - i:
                    dataset.read_direct(X, np.s_[start:stop], np.s_[i:j])
                else:
                    X[i:j] = dataset[start:stop][cases[i:j] - start]
        return X


def hdf5_labels(path: str | Path, of_numbers: bool = False) -> np.ndarray:
    """Read labels.

    Parameters
    ----------
    path : str or Path
        ``FILE::NAME``, a dataset of numbers or strings, shape (n_cases,). ``FILE``
        alone, if there is only one of one dimension in it.
    of_numbers : bool, default=False
        Whether of numbers that are to be predicted, one or a row a case.

    Returns
    -------
    np.ndarray, shape (n_cases,) or (n_cases, n_outputs)
        Strings as str.

    Raises
    ------
    DataFileError
        If the file cannot be read, there is no such dataset, or it is of another shape
        or type.
    ImportError
        If h5py is not installed.
    """
    h5py, (file, name) = optional("h5py", path), split_name(path)

    def fits(dataset: Any) -> bool:
        texts = not of_numbers and h5py.check_string_dtype(dataset.dtype) is not None
        of_texts = texts and len(dataset.shape) == 1
        return may_be_labels(dataset, of_numbers) or of_texts

    with faults_named(path), LOCK, h5py.File(file, "r") as opened:
        datasets = _datasets(h5py, opened, name)
        dataset = datasets[choose_array(path, datasets, name, fits, "labels")]
        if not fits(dataset):
            check_labels(path, dataset, of_numbers)
        if h5py.check_string_dtype(dataset.dtype) is None:
            return dataset[:]
        return dataset.asstr("utf-8")[:].astype(str)


def _datasets(h5py: Any, opened: Any, name: str) -> dict[str, Any]:
    """Give the dataset of a name, if there is one; all otherwise."""
    named = opened.get(name) if name else None
    if isinstance(named, h5py.Dataset) and named.shape is not None:
        return {name: named}
    found = {}

    def visit(some: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and item.shape is not None:
            found[some] = item

    opened.visititems(visit)
    return found
