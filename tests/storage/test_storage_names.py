"""Arrays of one file, by name, and labels in all formats."""

import re

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from stored import some_series, write_npy, write_zarr

from lightwaves_aeon.storage.errors import DataFileError
from lightwaves_aeon.storage.files import open_series, read_labels


@pytest.fixture
def group(tmp_path):
    """Files of several arrays, and the arrays."""
    zarr, h5py = pytest.importorskip("zarr"), pytest.importorskip("h5py")
    arrays = {"a/X": some_series(), "a/y": np.arange(50), "Z": some_series("f8")}
    root = zarr.open_group(tmp_path / "g.zarr", mode="w")
    with h5py.File(tmp_path / "g.h5", "w") as file:
        for name, array in arrays.items():
            root.create_array(name, data=array)
            file[name] = array
        file["none"] = h5py.Empty("f4")
    return [tmp_path / "g.zarr", tmp_path / "g.h5"], arrays


def test_names(group):
    paths, arrays = group
    for path in paths:
        for name in ("a/X", "/a/X", "Z"):
            stored = open_series(f"{path}::{name}")
            assert_array_equal(stored.read(range(50)), arrays[name.strip("/")])
            assert str(stored.path).startswith(str(path))
            again = open_series(stored.path)
            assert_array_equal(again.read(range(50)), arrays[name.strip("/")])
        for one_of_its_kind in (path, f"{path}::a/y"):
            assert_array_equal(read_labels(one_of_its_kind), arrays["a/y"])


def test_names_that_are_refused(group):
    shape = r"of shape \(50, 3, 20\)\)"
    X = rf"Z \(float64 {shape}, a/X \(float32 {shape}, "
    for path in group[0]:
        named = re.escape(str(path))
        with pytest.raises(DataFileError, match=f"{named} has 2 arrays.*it holds {X}"):
            open_series(path)
        for name in ("nothing", "a"):
            match = f"{named}::{name}: there is no array {name} .*it holds {X}"
            with pytest.raises(DataFileError, match=match):
                open_series(f"{path}::{name}")
        with pytest.raises(DataFileError, match=f"{named}::a/y must hold numbers of"):
            open_series(f"{path}::a/y")
        with pytest.raises(
            DataFileError, match=f"{named}::Z must hold labels, numbers"
        ):
            read_labels(f"{path}::Z")


def test_name_in_a_single_array(tmp_path):
    with pytest.raises(DataFileError, match="of one array: leave out ::X"):
        open_series(f"{write_npy(tmp_path, some_series())}::X")
    with pytest.raises(DataFileError, match=r"there is no array X .*one array \(float"):
        open_series(f"{write_zarr(tmp_path, some_series())}::X")


def test_many_arrays(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "X.h5", "w") as file:
        for i in range(30):
            file[f"{i:02}"] = np.zeros(3)
    with pytest.raises(DataFileError, match=r"has no arrays.* 19 \(.*, and 10 more$"):
        open_series(tmp_path / "X.h5")
    with h5py.File(tmp_path / "X.h5", "w"):
        pass
    with pytest.raises(DataFileError, match="it holds no arrays"):
        open_series(tmp_path / "X.h5")


def test_file_whose_name_has_colons(tmp_path):
    X = some_series()
    np.save(tmp_path / "a::b.npy", X)
    assert_array_equal(open_series(tmp_path / "a::b.npy").read(range(50)), X)


# Labels


LABELS = {
    "strings": np.array(["no", "früh", "晩い"]),
    "int": np.array([3, -5, 3]),
    "float": np.array([1.5, 2, 2]),
    "bool": np.array([True, False, True]),
    "big-endian": np.array([1, 2, 1], ">i4"),
    "none": np.zeros(0),
}


@pytest.mark.parametrize("y", LABELS.values(), ids=LABELS)
def test_labels_in_npy(tmp_path, y):
    np.save(tmp_path / "y.npy", y)
    read = read_labels(str(tmp_path / "y.npy"))
    assert_array_equal(read, y, strict=True)
    read[:] = 0


@pytest.mark.filterwarnings("ignore:The data type")
@pytest.mark.parametrize("y", list(LABELS.values())[:5], ids=list(LABELS)[:5])
@pytest.mark.parametrize("version", [2, 3])
def test_labels_in_zarr(tmp_path, y, version):
    zarr = pytest.importorskip("zarr")
    zarr.create_array(tmp_path / "y", data=y, zarr_format=version)
    read = read_labels(tmp_path / "y")
    assert_array_equal(read, y)
    assert read.dtype.kind == y.dtype.kind
    read[:] = 0


@pytest.mark.filterwarnings("ignore:The codec")
@pytest.mark.parametrize("version", [2, 3])
def test_labels_in_zarr_of_any_length(tmp_path, version):
    zarr = pytest.importorskip("zarr")
    y = LABELS["strings"]
    array = zarr.create_array(tmp_path / "y", shape=3, dtype=str, zarr_format=version)
    array[:] = y
    assert_array_equal(read_labels(tmp_path / "y"), y, strict=True)


def test_labels_in_hdf5(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "y.h5", "w") as file:
        file["any length"] = LABELS["strings"].astype(object)
        file["bytes"] = np.array([s.encode() for s in LABELS["strings"]])
        file["no text"] = np.array([b"a", b"\xff"])
        for name in ("int", "float", "bool", "big-endian"):
            file[name] = LABELS[name]
        file["complex"] = np.zeros(3, complex)
    for name in ("any length", "bytes"):
        read = read_labels(f"{tmp_path / 'y.h5'}::{name}")
        assert_array_equal(read, LABELS["strings"], strict=True)
    for name in ("int", "float", "bool", "big-endian"):
        assert_array_equal(read_labels(f"{tmp_path / 'y.h5'}::{name}"), LABELS[name])
    with pytest.raises(DataFileError, match=r"y.h5::no text cannot be read: .*decode"):
        read_labels(f"{tmp_path / 'y.h5'}::no text")
    with pytest.raises(DataFileError, match=r"y.h5::complex must hold labels"):
        read_labels(f"{tmp_path / 'y.h5'}::complex")
    with pytest.raises(DataFileError, match=r"y.h5 has 7 arrays that may be labels"):
        read_labels(tmp_path / "y.h5")
