"""Series in files: what is read is what was written, until a file changes."""

import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from stored import (
    SHAPE,
    WRITERS,
    assert_refused,
    each_format,
    some_series,
    write_hdf5,
    write_npy,
    write_zarr,
)

from lightwaves_aeon.storage import hdf5, npy
from lightwaves_aeon.storage.files import open_series
from lightwaves_aeon.storage.series import pieces

CASES = [
    range(50),
    range(0),
    range(50, 50),
    range(7, 8),
    range(5, 31),
    np.array([], int),
    np.array([0, 49]),
    np.array([3, 4, 5, 9, 10, 30]),
    np.arange(0, 50, 2),
    np.arange(4, 9, dtype=np.uint8),
]


def picked(X, cases):
    return X[cases.start : cases.stop] if isinstance(cases, range) else X[cases]


# What is read


@each_format
@pytest.mark.parametrize("dtype", ["f4", "f8", "f2", "i2", "u1", ">f4", ">f8", ">i2"])
def test_reads_are_those_of_numpy(tmp_path, write, dtype):
    X = some_series(dtype)
    path = write(tmp_path, X)
    stored = open_series(path)
    assert stored.path == path
    assert stored.shape == SHAPE
    assert stored.dtype == X.dtype.newbyteorder("=")
    assert stored.dtype.isnative
    for cases in CASES:
        read = stored.read(cases)
        assert_array_equal(read, picked(X, cases), strict=stored.dtype == X.dtype)
        assert read.dtype == stored.dtype
        assert read.dtype.isnative
        assert read.flags.c_contiguous
        assert read.flags.writeable
        read[:] = 0
    assert_array_equal(stored.read(range(50)), X)
    stored.check_unchanged()


@each_format
def test_cases_that_are_refused(tmp_path, write):
    stored = open_series(write(tmp_path, some_series()))
    for cases in (range(49, 51), range(-1, 3), np.array([2, 50]), np.array([-1, 2])):
        with pytest.raises(IndexError, match=r"X.* holds 50"):
            stored.read(cases)
    for cases in (np.array([2, 2]), np.array([3, 1]), np.array([-1, 3, 0])):
        with pytest.raises(ValueError, match="must ascend"):
            stored.read(cases)
    for cases in (
        range(0, 9, 2),
        range(9, 0, -1),
        [1],
        np.zeros(2),
        np.eye(2, dtype=int),
    ):
        with pytest.raises(ValueError, match="range of step 1 or an array of int"):
            stored.read(cases)


@each_format
def test_threads_and_copies(tmp_path, write):
    X = some_series()
    stored = pickle.loads(pickle.dumps(open_series(write(tmp_path, X))))
    rng = np.random.default_rng(1)
    wanted = [np.flatnonzero(rng.random(50) < 0.5) for _ in range(40)]
    with ThreadPoolExecutor(4) as pool:
        for cases, read in zip(wanted, pool.map(stored.read, wanted), strict=True):
            assert_array_equal(read, X[cases])
    stored.check_unchanged()


@pytest.fixture(scope="module", params=WRITERS)
def both(request, tmp_path_factory):
    X = some_series()
    return X, open_series(WRITERS[request.param](tmp_path_factory.mktemp("both"), X))


@settings(max_examples=25, deadline=None)
@given(
    cases=st.sets(st.integers(0, SHAPE[0] - 1)).map(sorted),
    gap=st.integers(1, 2000),
    piece=st.integers(1, 5000),
)
def test_any_cases(both, cases, gap, piece):
    X, stored = both
    cases = np.array(cases, int)
    with pytest.MonkeyPatch.context() as patch:
        for module in (npy, hdf5):
            patch.setattr(module, "GAP_BYTES", gap)
            patch.setattr(module, "PIECE_BYTES", piece)
        assert_array_equal(stored.read(cases), X[cases])


@given(
    cases=st.sets(st.integers(0, 300), min_size=1).map(sorted).map(np.array),
    gap=st.integers(1, 20),
    block=st.integers(1, 50),
)
def test_pieces(cases, gap, block):
    groups = [cases[i:j] for i, j in pieces(cases, gap, block)]
    assert_array_equal(np.concatenate(groups), cases)
    for group in groups:
        assert (np.diff(group) <= gap).all()
        assert group[0] // block == group[-1] // block
    for one, two in pairwise(groups):
        assert two[0] - one[-1] > gap or two[0] // block > one[-1] // block


def test_block_cases(tmp_path):
    X = some_series()
    assert open_series(write_npy(tmp_path, X)).block_cases is None
    assert open_series(write_zarr(tmp_path, X)).block_cases == 8
    shards = write_zarr(tmp_path, X, "shards.zarr", shards=(16, 4, 20))
    assert open_series(shards).block_cases == 16
    assert open_series(write_hdf5(tmp_path, X)).block_cases is None
    assert open_series(write_hdf5(tmp_path, X, chunks=(5, 3, 20))).block_cases == 5


# Files that change


def files_of(path):
    """Files that hold the numbers of a file or folder."""
    if path.is_file():
        return [path]
    files = [file for file in path.rglob("*") if file.is_file()]
    return [file for file in files if not file.name.startswith((".z", "zarr.json"))]


@each_format
def test_truncated_after_it_was_opened(tmp_path, write):
    path = write(tmp_path, some_series())
    stored = open_series(path)
    for file in files_of(path):
        os.truncate(file, file.stat().st_size // 2)
    for cases in (range(50), np.array([2, 48])):
        assert_refused(lambda _, cases=cases: stored.read(cases), path, "PATH ")
    assert_refused(lambda _: stored.check_unchanged(), path, "PATH was changed after")


def test_truncated_npy(tmp_path):
    X = some_series()
    path = write_npy(tmp_path, X)
    stored = open_series(path)
    os.truncate(path, path.stat().st_size - 1)
    assert_array_equal(stored.read(range(49)), X[:49])
    for cases in (range(49, 50), np.array([3, 4, 49])):
        match = "PATH was truncated while it was read"
        assert_refused(lambda _, cases=cases: stored.read(cases), path, match)


@each_format
def test_removed_after_it_was_opened(tmp_path, write):
    path = write(tmp_path, some_series())
    stored = open_series(path)
    for file in files_of(path):
        file.unlink()
    assert_refused(lambda _: stored.check_unchanged(), path, "PATH ")


@each_format
def test_written_after_it_was_opened(tmp_path, write):
    path = write(tmp_path, some_series())
    stored = open_series(path)
    file = files_of(path)[0]
    times = file.stat()
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns + 10**9))
    assert_refused(lambda _: stored.check_unchanged(), path, "PATH was changed after")


def test_npy_that_grows(tmp_path):
    path = write_npy(tmp_path, some_series())
    stored = open_series(path)
    with path.open("ab") as file:
        file.write(b"more")
    os.utime(path, ns=(0, stored._as_opened[1]))
    assert_refused(lambda _: stored.check_unchanged(), path, "PATH was changed after")


def test_zarr_that_grows(tmp_path):
    zarr = pytest.importorskip("zarr")
    path = write_zarr(tmp_path, some_series())
    stored = open_series(path)
    zarr.open_array(path, mode="r+").resize((60, 3, 20))
    assert_refused(lambda _: stored.check_unchanged(), path, "PATH was changed after")
    stored = open_series(path)
    zarr.open_array(path, mode="r+")[50:] = 1
    assert_refused(lambda _: stored.check_unchanged(), path, "PATH was changed after")


def test_disk_that_fails(tmp_path, monkeypatch):
    path = write_npy(tmp_path, some_series())
    stored = open_series(path)

    def fail(*args, **options):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(npy, "_fill", fail)
    assert_refused(
        lambda _: stored.read(range(3)), path, "PATH cannot be read: .*Input"
    )
