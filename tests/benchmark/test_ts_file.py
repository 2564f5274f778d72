"""``.ts`` files: what aeon reads, and nothing taken for something else."""

from pathlib import Path

import aeon.datasets
import numpy as np
import pytest
from aeon.datasets import load_from_ts_file
from click.testing import CliRunner
from numpy.testing import assert_array_equal

from lightwaves_aeon.benchmark.datasets import DataSetError, load, load_split
from lightwaves_aeon.benchmark.ts_file import TsFileError, read_ts
from lightwaves_aeon.cli import main

OF_AEON = Path(aeon.datasets.__file__).parent / "data"
SHARED = Path(__file__).parents[3] / "shared"
SETS = [
    "BasicMotions",
    "ItalyPowerDemand",
    "JapaneseVowels",
    "PickupGestureWiimoteZ",
    "Covid3Month",
    "CardanoSentiment",
]

HEADER = "@problemName a\n@timeStamps false\n@classLabel true 1 2\n@data\n"
OF_NUMBERS = HEADER.replace("@classLabel true 1 2", "@targetlabel true")


def written(folder, text, name="a.ts", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def same_as_aeon(path):
    X, y = read_ts(path)
    others, labels = load_from_ts_file(str(path))
    assert len(X) == len(others)
    for x, other in zip(X, others, strict=True):
        assert_array_equal(x, other)
    assert_array_equal(y, labels)
    assert y.dtype == labels.dtype


@pytest.mark.parametrize("split", ["TRAIN", "TEST"])
@pytest.mark.parametrize("name", SETS)
def test_reads_what_aeon_reads(name, split):
    same_as_aeon(OF_AEON / name / f"{name}_{split}.ts")


@pytest.mark.parametrize(
    "name", ["uea/NATOPS", "uea/LSST", "ucr/DodgerLoopDay", "ucr/Fish"]
)
def test_reads_what_aeon_reads_of_archives(name):
    path = SHARED / name / f"{Path(name).name}_TRAIN.ts"
    if not path.exists():
        pytest.skip("needs the archives")
    same_as_aeon(path)


def test_labels_that_differ_in_case_stay_apart(tmp_path):
    text = HEADER.replace("1 2", "A a b") + "1,2:A\n3,4:a\n5,6:b\n1,1:a\n"
    _, y = read_ts(written(tmp_path, text))
    assert y.tolist() == ["A", "a", "b", "a"]


def test_labels_are_in_lower_case_otherwise(tmp_path):
    text = HEADER.replace("1 2", "Up Down") + "1,2:Up\n3,4:Down\n"
    assert read_ts(written(tmp_path, text))[1].tolist() == ["up", "down"]


@pytest.mark.parametrize(
    ("data", "labels"),
    [
        ("1,2:1\n3,4: 2\n5,6:\t1 \n", ["1", "2", "1"]),
        ("1,2:1\n3,4:2.0\n5,6:1.0\n", ["1", "2", "1"]),
        ("# no case\n\n1,2:1\n   \n% nor this\n3,4:2\n", ["1", "2"]),
        ("1,2:1\r\n3,4:2\r\n", ["1", "2"]),
        (" 1 , 2 :1\n3,4:2", ["1", "2"]),
    ],
)
def test_labels_of_data(tmp_path, data, labels):
    X, y = read_ts(written(tmp_path, HEADER + data))
    assert y.tolist() == labels
    assert X[0].tolist() == [[1, 2]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_other_letters(tmp_path, encoding):
    text = HEADER.replace("1 2", "früh 晩い") + "1,2:früh\n3,4:晩い\n"
    _, y = read_ts(written(tmp_path, text, encoding=encoding))
    assert y.tolist() == ["früh", "晩い"]
    _, y = read_ts(written(tmp_path, text.replace("晩い", "spät"), "b.ts", "latin-1"))
    assert len(set(y)) == 2


def test_numbers(tmp_path):
    text = OF_NUMBERS + "1,2:1\n3,4: -2.5e3\n5,6:0.1\n"
    for change in (
        str,
        str.lower,
        lambda t: t.replace("@data", "@classLabel false\n@data"),
    ):
        _, y = read_ts(written(tmp_path, change(text)))
        assert y.dtype == np.float64
        assert y.tolist() == [1, -2500, 0.1]


def test_missing_and_unequal(tmp_path):
    X, _ = read_ts(written(tmp_path, HEADER + "1,?,-3e2:NaN,2,inf:1\n4:5:2\n"))
    assert_array_equal(X[0], [[1, np.nan, -300], [np.nan, 2, np.inf]])
    assert_array_equal(X[1], [[4], [5]])


REFUSED = {
    "time stamps": (
        HEADER.replace("timeStamps false", "timestamps TRUE") + "(1,-2),(2,-3):1\n",
        r"a\.ts, line 2: series with time stamps",
    ),
    "time stamps over plain values": (
        HEADER.replace("timeStamps false", "timeStamps true") + "1,2:1\n",
        "time stamps",
    ),
    "time stamps unsaid": (
        HEADER + "(1,-2),(2,-3):1\n",
        "line 5: a value is no number",
    ),
    "a label not declared": (
        HEADER + "1,2:1\n3,4:3\n",
        r"line 6: the label '3' is not among",
    ),
    "an empty label": (HEADER + "1,2:1\n3,4:\n", "line 6: the label is empty"),
    "no label": (HEADER + "1,2\n", "line 5: there is no label"),
    "no cases": (HEADER, "there are no cases"),
    "no data": (HEADER.replace("@data\n", ""), "has no @data line"),
    "no header": ("1,2:1\n", "there is no @data line before"),
    "an empty file": ("", "has no @data line"),
    "no labels declared": (
        HEADER.replace("@classLabel true 1 2", "@classLabel false") + "1,2:1\n",
        "has no class labels",
    ),
    "classes and numbers": (
        HEADER.replace("@data", "@targetLabel true\n@data") + "1,2:1\n",
        "declares both class labels and numbers",
    ),
    "neither": (
        OF_NUMBERS.replace("true", "false") + "1,2:1\n",
        "has no class labels",
    ),
    "a word for a number": (
        OF_NUMBERS + "1,2:1\n3,4:up\n",
        r"a\.ts, line 6: the label 'up' is no finite number",
    ),
    "a missing number": (OF_NUMBERS + "1,2:?\n", r"the label '\?' is no finite number"),
    "no number": (OF_NUMBERS + "1,2:\n", "line 5: the label is empty"),
    "NaN": (OF_NUMBERS + "1,2:NaN\n", "the label 'NaN' is no finite number"),
    "infinity": (OF_NUMBERS + "1,2:-inf\n", "the label '-inf' is no finite number"),
    "a word": (HEADER + "1,two:1\n", "line 5: a value is no number"),
    "a trailing comma": (HEADER + "1,2,:1\n", "line 5: a value is no number"),
    "channels of unlike length": (HEADER + "1,2:3:1\n", r"different lengths: \[1, 2\]"),
    "unlike channels": (HEADER + "1,2:1\n1,2:3,4:2\n", "case 1 has 2 channels"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_refused(tmp_path, text, reason):
    with pytest.raises(TsFileError, match=reason):
        read_ts(written(tmp_path, text))


@pytest.mark.parametrize("which", ["TRAIN", "TEST"])
def test_evaluate_says_what_is_wrong(tmp_path, which):
    folder = tmp_path / "Mine"
    folder.mkdir()
    good = HEADER + "".join(f"{i},2,{i * i},4:{1 + i % 2}\n" for i in range(8))
    for name in ("TRAIN", "TEST"):
        text = good.replace("4:2", "4:3") if name == which else good
        written(folder, text, f"Mine_{name}.ts")
    found = CliRunner().invoke(main, ["evaluate", "Mine", "--archive", str(tmp_path)])
    assert found.exit_code == 1
    assert f"Mine_{which}.ts, line 6: the label '3' is not among" in found.stderr
    assert found.stdout == ""


def test_embedded_sets_are_read_by_the_same_reader(monkeypatch):
    def forbidden(*args, **kwargs):
        raise AssertionError

    for name in ("load_classification", "load_regression"):
        monkeypatch.setattr(f"lightwaves_aeon.benchmark.datasets.{name}", forbidden)
    assert load_split("UnitTest", "train")[0].shape == (20, 1, 24)
    X, y = load_split("Covid3Month", "train")
    assert (X.shape, y.dtype) == ((140, 1, 84), np.float64)


@pytest.mark.parametrize(
    ("name", "loader"),
    [("FloodModeling1", "load_regression"), ("Nonesuch", "load_classification")],
)
def test_who_loads_what_is_not_here(monkeypatch, name, loader):
    def fails(name, split, load_equal_length):
        raise ValueError("no network")

    monkeypatch.setattr(f"lightwaves_aeon.benchmark.datasets.{loader}", fails)
    with pytest.raises(DataSetError, match=f"^{name}: .* no network"):
        load_split(name, "train")


def test_classes_and_numbers_of_one_set(tmp_path):
    folder = tmp_path / "Mine"
    folder.mkdir()
    written(folder, HEADER + "1,2:1\n3,4:2\n", "Mine_TRAIN.ts")
    written(folder, OF_NUMBERS + "1,2:1\n3,4:2\n", "Mine_TEST.ts")
    with pytest.raises(DataSetError, match=r"^Mine: .* alone have numbers to predict"):
        load("Mine", tmp_path)
