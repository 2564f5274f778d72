"""Files of series in all formats, that tests of several files write."""

import re

import numpy as np
import pytest

from lightwaves_aeon.storage.errors import DataFileError

SHAPE = (50, 3, 20)


def write_npy(folder, X):
    np.save(folder / "X.npy", X)
    return folder / "X.npy"


def write_zarr(folder, X, name="X.zarr", **options):
    zarr = pytest.importorskip("zarr")
    zarr.create_array(folder / name, data=X, **{"chunks": (8, 2, 20), **options})
    return folder / name


def write_hdf5(folder, X, **options):
    h5py = pytest.importorskip("h5py")
    with h5py.File(folder / "X.h5", "w") as file:
        file.create_dataset("X", data=X, **options)
        file["y"] = np.arange(len(X))
    return folder / "X.h5"


WRITERS = {
    "npy": write_npy,
    "zarr 3": write_zarr,
    "zarr 2": lambda folder, X: write_zarr(folder, X, zarr_format=2),
    "zarr 2 in Fortran order": lambda folder, X: write_zarr(
        folder, X, zarr_format=2, order="F"
    ),
    "zarr in shards": lambda folder, X: write_zarr(folder, X, shards=(16, 4, 20)),
    "hdf5": write_hdf5,
    "hdf5 in chunks": lambda folder, X: write_hdf5(
        folder, X, chunks=(8, 2, 20), compression="gzip"
    ),
}
each_format = pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)


def some_series(dtype="f4"):
    X = np.random.default_rng(0).normal(size=SHAPE)
    return (100 * X).astype(dtype)


def assert_refused(function, path, match):
    match = match.replace("PATH", re.escape(str(path)))
    with pytest.raises(DataFileError, match=match) as caught:
        function(path)
    assert str(path) in str(caught.value)
