"""Data sets in the layout of the MONSTER archive."""

import re

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from lightwaves_aeon.storage.errors import DataFileError
from lightwaves_aeon.storage.monster import is_monster, open_monster

X = np.random.default_rng(0).normal(size=(10, 2, 30)).astype("f4")
Y = np.arange(10) % 3
FOLD_0 = "test_indices_fold_0.txt"


@pytest.fixture
def folder(tmp_path):
    """A data set of three folds, of which the second is missing."""
    np.save(tmp_path / "Some-17_X.npy", X)
    np.save(tmp_path / "Some-17_y.npy", Y)
    np.save(tmp_path / "Some-17_metadata.npy", Y)
    (tmp_path / FOLD_0).write_text("7\n2\n0\n")
    (tmp_path / "test_indices_fold_10.txt").write_text("\n1\r\n  3 \n\n")
    (tmp_path / "test_indices_fold_2.txt").write_text("4.000000000000000000e+00\n5")
    (tmp_path / "test_indices_fold_x.txt").write_text("no fold")
    return tmp_path


def assert_refused(function, *parts):
    with pytest.raises(DataFileError) as caught:
        function()
    for part in parts:
        assert str(part) in str(caught.value)


def test_data_set(folder):
    dataset = open_monster(str(folder))
    assert dataset.folder == folder
    assert dataset.name == "Some-17"
    assert dataset.folds == (0, 2, 10)
    assert_array_equal(dataset.series.read(range(10)), X)
    assert_array_equal(dataset.labels, Y)
    for fold, expected in {0: [0, 2, 7], 2: [4, 5], 10: [1, 3]}.items():
        train, test = dataset.split(fold)
        assert test.tolist() == expected
        assert train.tolist() == sorted(set(range(10)) - set(expected))
        assert train.dtype == test.dtype == np.int64
        assert_array_equal(dataset.series.read(test), X[test])


def test_labels_may_be_strings(folder):
    np.save(folder / "Some-17_y.npy", Y.astype(str))
    assert_array_equal(open_monster(folder).labels, Y.astype(str))


def test_fold_that_is_not_there(folder):
    for fold in (1, -1):
        refused = f"{folder} has no fold {fold}, but 0, 2, 10"
        assert_refused(lambda fold=fold: open_monster(folder).split(fold), refused)


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("3\n10\n", "line 2: '10' is no case: there are 10, counted from 0"),
        ("-1\n", "line 1: '-1' is no case"),
        ("3\n\n4\n3\n", "line 4: '3' stands in a line before"),
        ("3\nabc\n", "line 2: 'abc' is no whole number"),
        ("3 4\n", "line 1: '3 4' is no whole number"),
        ("1.5\n", "line 1: '1.5' is no whole number"),
        ("1\nnan\n", "line 2: 'nan' is no whole number"),
        ("inf\n", "line 1: 'inf' is no whole number"),
        ("# cases\n1\n", "line 1: '# cases' is no whole number"),
        ("", "tests none of the 10 cases"),
        (" \n\n", "tests none of the 10 cases"),
        ("\n".join(map(str, range(10))), "tests all of the 10 cases"),
    ],
)
def test_bad_folds(folder, text, refused):
    (folder / FOLD_0).write_text(text)
    dataset = open_monster(folder)
    assert_refused(lambda: dataset.split(0), folder / FOLD_0, refused)
    assert dataset.split(2)[1].tolist() == [4, 5]


def test_fold_that_cannot_be_read(folder):
    dataset = open_monster(folder)
    (folder / FOLD_0).write_bytes(b"\xff\xfe1\n")
    assert_refused(lambda: dataset.split(0), folder / FOLD_0, "cannot be read")
    (folder / FOLD_0).unlink()
    assert_refused(lambda: dataset.split(0), folder / FOLD_0, "cannot be read")


def test_files_that_are_missing(folder):
    for end in ("_X.npy", "_y.npy"):
        path = folder / f"Some-17{end}"
        content = path.read_bytes()
        path.unlink()
        refused = f"{folder} has no file NAME{end}"
        assert_refused(lambda: open_monster(folder), refused)
        assert is_monster(folder)
        path.write_bytes(content)
    for path in folder.glob("test_indices_fold_*"):
        path.unlink()
    assert_refused(lambda: open_monster(folder), f"{folder} has no file {FOLD_0}")
    assert is_monster(folder)
    none = folder / "none"
    assert_refused(lambda: open_monster(none), f"there is no folder {none}")


@pytest.mark.parametrize("end", ["_X.npy", "_y.npy"])
def test_files_of_several_data_sets(folder, end):
    (folder / f"Other{end}").write_bytes(b"")
    refused = f"has 2 files NAME{end}, Other{end} and others"
    assert_refused(lambda: open_monster(folder), folder, refused)


def test_files_of_different_data_sets(folder):
    (folder / "Some-17_y.npy").rename(folder / "Some-34_y.npy")
    assert_refused(lambda: open_monster(folder), "Some-17_X.npy and Some-34_y.npy")


def test_numbers_that_differ(folder):
    np.save(folder / "Some-17_y.npy", Y[:9])
    refused = ("Some-17_X.npy holds 10 cases", "Some-17_y.npy holds 9 labels")
    assert_refused(lambda: open_monster(folder), *refused)


def test_bad_series_are_named(folder):
    (folder / "Some-17_X.npy").write_bytes(b"")
    with pytest.raises(DataFileError, match=re.escape("Some-17_X.npy is empty")):
        open_monster(folder)


def test_is_monster(folder, tmp_path):
    assert is_monster(folder)
    assert is_monster(str(folder))
    assert not is_monster(folder / "Some-17_X.npy")
    assert not is_monster(folder / "none")
    (folder / "other").mkdir()
    np.save(folder / "other" / "X.npy", X)
    assert not is_monster(folder / "other")
