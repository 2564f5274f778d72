"""Files of series and labels that are refused, and what is said of them."""

import os
import re
import sys

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from stored import SHAPE, assert_refused, some_series, write_hdf5, write_zarr

from lightwaves_aeon.storage.errors import faults_named
from lightwaves_aeon.storage.files import open_series, read_labels


def saves(array):
    return lambda path: np.save(path, array, allow_pickle=True)


def npy_of(descr, shape, data=b"", write=np.lib.format.write_array_header_1_0):
    def write_it(path):
        header = {"descr": descr, "fortran_order": False, "shape": shape}
        with path.open("wb") as file:
            write(file, header)
            file.write(data)

    return write_it


def changed(change):
    """Write a file of the right kind, and then change its bytes."""

    def write(path):
        np.save(path, np.zeros((4, 3, 40)))
        path.write_bytes(change(path.read_bytes()))

    return write


def archive(path):
    with path.open("wb") as file:
        np.savez(file, X=np.zeros((4, 3, 40)))


BAD_FILES = {
    "missing": (lambda path: None, "there is no file PATH$"),
    "folder": (lambda path: path.mkdir(), "PATH is a directory, but that of no Zarr"),
    "pipe": (lambda path: os.mkfifo(path), "PATH is no plain file"),
    "empty": (lambda path: path.write_bytes(b""), "PATH is empty"),
    "text": (lambda path: path.write_text("words\n" * 50), "PATH is no .npy file"),
    "short": (lambda path: path.write_text("a"), "PATH is no .npy file"),
    "npz": (archive, "PATH is an archive, as np.savez makes: store the one array"),
    "header alone": (changed(lambda b: b[:128]), "truncated.* 128 bytes.* 3968$"),
    "half of the header": (changed(lambda b: b[:40]), "PATH cannot be read: EOF"),
    "magic alone": (changed(lambda b: b[:6]), "PATH cannot be read: EOF"),
    "truncated": (changed(lambda b: b[:-1]), "PATH is truncated, .* has 3967 bytes"),
    "too long": (changed(lambda b: b + b"0"), "PATH is damaged, .* has 3969 bytes"),
    "no header": (changed(lambda b: b[:10] + b[128:]), "PATH cannot be read"),
    "version 3": (
        changed(lambda b: b[:6] + b"\3\0" + b[8:10] + b"\0\0" + b[10:]),
        "PATH is of version 3.0",
    ),
    "objects": (saves(np.zeros((4, 3, 40), object)), r"Python objects.*y.astype\(str"),
}
BAD_SERIES = {
    "strings": saves(np.full((4, 3, 40), "1.5")),
    "complex": saves(np.zeros((4, 3, 40), complex)),
    "booleans": saves(np.zeros((4, 3, 40), bool)),
    "dates": saves(np.zeros((4, 3, 40), "M8[s]")),
    "records": saves(np.zeros((4, 3, 40), "f8,f8")),
    "one dimension": saves(np.zeros(4)),
    "two dimensions": saves(np.zeros((4, 40))),
    "four dimensions": saves(np.zeros((1, 4, 3, 40))),
    "a number": saves(np.float64(3)),
    "no cases": saves(np.zeros((0, 3, 40))),
    "no channels": saves(np.zeros((24, 0, 40))),
    "no time points": saves(np.zeros((24, 3, 0))),
}
BAD_SHAPES = {
    "negative": ((-1, 3, 40), "cannot be read: its shape is"),
    "too many cases": ((2**62, 3, 40), "truncated"),
    "more cases than counts": ((2**70, 3, 40), "truncated"),
    "cases that wrap around": ((2**32, 2**32, 1), "truncated"),
}
BAD_LABELS = {
    "two dimensions": saves(np.zeros((24, 1))),
    "a number": saves(np.int64(3)),
    "complex": saves(np.zeros(24, complex)),
    "bytes": saves(np.full(24, b"a")),
    "records": saves(np.zeros(24, "i4,i4")),
}


@pytest.mark.parametrize("function", [open_series, read_labels])
@pytest.mark.parametrize(("write", "match"), BAD_FILES.values(), ids=BAD_FILES)
def test_bad_files(tmp_path, function, write, match):
    write(tmp_path / "X.npy")
    assert_refused(function, tmp_path / "X.npy", match)


@pytest.mark.parametrize("write", BAD_SERIES.values(), ids=BAD_SERIES)
def test_bad_series(tmp_path, write):
    write(tmp_path / "X.npy")
    match = r"PATH must hold numbers of shape .* not \S+.* of shape \(.*\)$"
    assert_refused(open_series, tmp_path / "X.npy", match)


@pytest.mark.parametrize(("shape", "match"), BAD_SHAPES.values(), ids=BAD_SHAPES)
def test_bad_shapes(tmp_path, shape, match):
    npy_of("<f8", shape, bytes(960))(tmp_path / "X.npy")
    assert_refused(open_series, tmp_path / "X.npy", match)


@pytest.mark.parametrize("write", BAD_LABELS.values(), ids=BAD_LABELS)
def test_bad_labels(tmp_path, write):
    write(tmp_path / "y.npy")
    assert_refused(read_labels, tmp_path / "y.npy", "PATH must hold labels, numbers or")


def test_header_of_version_2(tmp_path):
    X = some_series()
    write = np.lib.format.write_array_header_2_0
    npy_of("<f4", SHAPE, X.tobytes(), write)(tmp_path / "X.npy")
    assert_array_equal(open_series(tmp_path / "X.npy").read(range(3, 9)), X[3:9])


def test_bad_zarr(tmp_path):
    zarr = pytest.importorskip("zarr")
    for name, X in {
        "flat": np.zeros((4, 40)),
        "bool": np.zeros((4, 3, 4), bool),
    }.items():
        zarr.create_array(tmp_path / name, data=X)
        assert_refused(open_series, tmp_path / name, "PATH must hold numbers of shape")
    zarr.create_array(tmp_path / "bytes", data=np.array([b"a"]), zarr_format=2)
    assert_refused(read_labels, tmp_path / "bytes", "PATH must hold labels")
    zarr.open_group(tmp_path / "group", mode="w")
    assert_refused(open_series, tmp_path / "group", "no arrays.*it holds no arrays")
    (tmp_path / "flat" / "zarr.json").write_text("{")
    assert_refused(open_series, tmp_path / "flat", "PATH cannot be read")


def test_bad_hdf5(tmp_path):
    path = write_hdf5(tmp_path, some_series())
    path.write_bytes(path.read_bytes()[:-100])
    for function in (open_series, read_labels):
        assert_refused(function, path, "PATH cannot be read: .*truncated")


@pytest.mark.parametrize("package", ["zarr", "h5py"])
def test_packages_that_are_not_installed(tmp_path, monkeypatch, package):
    write = {"zarr": write_zarr, "h5py": write_hdf5}[package]
    path = write(tmp_path, some_series())
    monkeypatch.setitem(sys.modules, package, None)
    match = (
        rf'{re.escape(str(path))} takes {package}: pip install "lightwaves-aeon\[data'
    )
    for function in (open_series, read_labels):
        with pytest.raises(ImportError, match=match):
            function(path)


def test_memory_that_is_not_there_is_no_fault_of_the_file():
    with pytest.raises(MemoryError), faults_named("X.npy"):
        raise MemoryError
