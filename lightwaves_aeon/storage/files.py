"""Open series and read labels, whatever kind of file they are in."""

from __future__ import annotations

__all__ = ["as_array", "open_series", "read_labels"]

from collections.abc import Callable
from pathlib import Path

import numpy as np

from lightwaves_aeon.storage.choice import split_name
from lightwaves_aeon.storage.errors import DataFileError, faults_named
from lightwaves_aeon.storage.hdf5 import Hdf5Series, hdf5_labels
from lightwaves_aeon.storage.npy import NpySeries, npy_labels
from lightwaves_aeon.storage.series import StoredSeries
from lightwaves_aeon.storage.zarr_folder import ZarrSeries, is_zarr, zarr_labels

ZIP = b"PK"
"""What archives begin with."""

HDF5 = b"\x89HDF\r\n\x1a\n"

Readers = tuple[Callable[[Path], StoredSeries], Callable[[Path, bool], np.ndarray]]
"""What opens series, and what reads labels."""


def open_series(path: str | Path) -> StoredSeries:
    """Open a file of series.

    Parameters
    ----------
    path : str or Path
        Numbers, shape (n_cases, n_channels, n_timepoints): a ``.npy`` file, an HDF5
        file or a Zarr folder. Of several arrays in one file, ``FILE::NAME`` names one.

    Returns
    -------
    StoredSeries
        From which cases can be read.

    Raises
    ------
    DataFileError
        If the file is missing, truncated, of another kind, or of another shape or type.
    ImportError
        If h5py or zarr is needed and not installed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from lightwaves_aeon.storage.files import open_series
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(Path(folder) / "X.npy", np.zeros((4, 3, 40)))
    ...     series = open_series(Path(folder) / "X.npy")
    ...     X = series.read(range(1, 3))
    ...     series.check_unchanged()
    >>> X.shape
    (2, 3, 40)
    """
    series_of, _ = _readers_for(path)
    return series_of(Path(path))


def as_array(path: str | Path) -> np.ndarray:
    """Give the series of a file as an array.

    Parameters
    ----------
    path : str or Path
        As of `open_series`.

    Returns
    -------
    np.ndarray, shape (n_cases, n_channels, n_timepoints)
        A ``.npy`` file is mapped, and read as it is used; others are read.

    Raises
    ------
    DataFileError, ImportError
        As `open_series` does.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from lightwaves_aeon.storage.files import as_array
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(Path(folder) / "X.npy", np.zeros((4, 3, 40)))
    ...     X = as_array(Path(folder) / "X.npy")
    >>> X.shape
    (4, 3, 40)
    """
    series = open_series(path)
    if isinstance(series, NpySeries):
        return series.mapped()
    return series.read(range(series.shape[0]))


def read_labels(path: str | Path, of_numbers: bool = False) -> np.ndarray:
    """Read a file of labels.

    Parameters
    ----------
    path : str or Path
        Numbers or strings, shape (n_cases,): a ``.npy`` file, an HDF5 file or a Zarr
        folder. Of several arrays in one file, ``FILE::NAME`` names one.
    of_numbers : bool, default=False
        Whether of numbers that are to be predicted, one or a row a case: then these may
        be of shape (n_cases, n_outputs), and no strings.

    Returns
    -------
    np.ndarray, shape (n_cases,) or (n_cases, n_outputs)

    Raises
    ------
    DataFileError
        If the file is missing, truncated, of another kind, or of another shape or type.
    ImportError
        If h5py or zarr is needed and not installed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from lightwaves_aeon.storage.files import read_labels
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(Path(folder) / "y.npy", np.array(["no", "yes"]))
    ...     y = read_labels(Path(folder) / "y.npy")
    >>> y.tolist()
    ['no', 'yes']
    """
    _, labels_of = _readers_for(path)
    return labels_of(Path(path), of_numbers)


def _readers_for(path: str | Path) -> Readers:
    """Tell the kind of a file by what is in it, and refuse all others."""
    file, name = split_name(path)
    if file.is_dir():
        if is_zarr(file):
            return ZarrSeries, zarr_labels
        raise DataFileError(f"{file} is a directory, but that of no Zarr array")
    if file.exists() and not file.is_file():
        raise DataFileError(f"{file} is no plain file")
    if not file.is_file():
        raise DataFileError(f"there is no file {file}")
    with faults_named(file), file.open("rb") as opened:
        start = opened.read(len(HDF5))
    if not start:
        raise DataFileError(f"{file} is empty")
    if start == HDF5:
        return Hdf5Series, hdf5_labels
    if start.startswith(ZIP):
        raise DataFileError(
            f"{file} is an archive, as np.savez makes: store the one array alone, by "
            "np.save"
        )
    if not start.startswith(np.lib.format.MAGIC_PREFIX):
        raise DataFileError(
            f"{file} is no .npy file, and no HDF5 file: store the array by np.save"
        )
    if name:
        raise DataFileError(f"{file} is a .npy file of one array: leave out ::{name}")
    return NpySeries, npy_labels
