"""Tables of all kinds give the same collection."""

import gzip
import sys

import numpy as np
import pandas as pd
import pytest

from lightwaves_aeon import collection_from_table
from lightwaves_aeon.storage.errors import DataFileError
from tests.logs import ROLES, log_of

OPTIONS = {**ROLES, "window": 4, "hop": 3}


@pytest.fixture(scope="module")
def log():
    """A log in which rows, values and labels are missing."""
    log = log_of((40, 30)).astype({"c0": "float32", "c1": "float32"})
    log.loc[5, "c1"] = np.nan
    log.loc[20:24, "state"] = None
    return log.drop(index=[9, 50]).reset_index(drop=True)


def check_same(found, wanted):
    np.testing.assert_array_equal(found.X, wanted.X)
    for name in ("y", "groups", "starts"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name))
    assert found.channel_names == wanted.channel_names
    assert found.sampling_rate == wanted.sampling_rate


def test_polars(log):
    polars = pytest.importorskip("polars")
    pytest.importorskip("narwhals")
    wanted = collection_from_table(log, **OPTIONS)
    values = {name: log[name].astype(object) for name in log}
    table = polars.DataFrame(
        {
            name: column.where(column.notna(), None).to_list()
            for name, column in values.items()
        }
    ).cast({"c0": polars.Float32, "c1": polars.Float32})
    check_same(collection_from_table(table, **OPTIONS), wanted)
    check_same(collection_from_table(table.lazy(), **OPTIONS), wanted)
    dated = table.with_columns((polars.col("t") * 1e6).cast(polars.Datetime("us")))
    found = collection_from_table(dated, **OPTIONS)
    assert found.sampling_rate == 10
    assert found.starts[1] == np.datetime64("1970-01-01T00:00:00.3")
    with pytest.raises(ValueError, match="the column 'state' holds 'on', which is no"):
        collection_from_table(table, time="t", recording="machine", window=4)
    with pytest.raises(ValueError, match="there is no column 'mood' for label"):
        collection_from_table(table.lazy(), label="mood")


def test_arrow_and_duckdb(log):
    arrow = pytest.importorskip("pyarrow")
    pytest.importorskip("narwhals")
    wanted = collection_from_table(log, **OPTIONS)
    table = arrow.Table.from_pandas(log, preserve_index=False)
    check_same(collection_from_table(table, **OPTIONS), wanted)
    duckdb = pytest.importorskip("duckdb")
    check_same(collection_from_table(duckdb.from_arrow(table), **OPTIONS), wanted)


@pytest.fixture(params=["pyarrow", "pandas"])
def reader(request, monkeypatch):
    """What reads CSV files."""
    if request.param == "pyarrow":
        pytest.importorskip("pyarrow")
    else:
        monkeypatch.setitem(sys.modules, "pyarrow.csv", None)


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(("ending", "sep"), [("csv", ","), ("csv", ";"), ("tsv", "\t")])
def test_csv(log, tmp_path, ending, sep):
    log = log.assign(comment="no number")
    path = tmp_path / f"log.{ending}"
    log.to_csv(path, sep=sep, index=False)
    options = {**OPTIONS, "channels": ["c1", "c0"]}
    wanted = collection_from_table(log, **options)
    found = collection_from_table(path, **options)
    check_same(found, wanted)
    assert found.X.dtype == np.float32
    packed = tmp_path / f"log.{ending}.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    check_same(collection_from_table(str(packed), **options), wanted)
    log["t"] = pd.Timestamp("2026-01-31 12:00") + pd.to_timedelta(log["t"], unit="s")
    for zone in (None, "Asia/Kolkata"):
        log.assign(t=log["t"].dt.tz_localize(zone)).to_csv(path, sep=sep, index=False)
        dated = collection_from_table(path, **options)
        assert dated.sampling_rate == 10
        hours = np.timedelta64(330 if zone else 0, "m")
        assert dated.starts[0] == np.datetime64("2026-01-31T12:00") - hours


@pytest.mark.usefixtures("reader")
def test_csv_of_numbers_as_names(tmp_path):
    log = log_of().assign(machine=[7] * 12 + [12] * 9, state=3)
    log.to_csv(tmp_path / "log.csv", index=False)
    found = collection_from_table(tmp_path / "log.csv", **OPTIONS)
    assert found.groups.tolist() == [7, 7, 7, 12, 12]
    assert found.y.tolist() == [3] * 5
    numbers = collection_from_table(tmp_path / "log.csv", **OPTIONS, task="regression")
    assert numbers.y.tolist() == [3.0] * 5
    log.assign(machine="007").to_csv(tmp_path / "log.csv", index=False)
    with pytest.raises(ValueError, match="the recording 007 has the time"):
        collection_from_table(tmp_path / "log.csv", **OPTIONS)


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty, or has no header"),
        ("machine,t,state,c0\n", "too few rows"),
        ("machine,t,state,c0\nA,0,on,high\n", "'?c0'?.*(high)"),
        ("machine,t,state\nA,0,on\n", "there are no columns for channels"),
        ("machine,t,state,c0\nA,0,on,1\nA,1,on\n", "cannot be read|time points"),
        ("machine,t,state,c0\nA,noon,on,1\n", "is no time by ISO 8601"),
    ],
)
def test_csv_refused(tmp_path, text, message):
    (tmp_path / "log.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        collection_from_table(tmp_path / "log.csv", **OPTIONS)


def test_parquet(log, tmp_path):
    pytest.importorskip("pyarrow")
    pytest.importorskip("narwhals")
    log = log.assign(comment="no number")
    log.to_parquet(tmp_path / "log.parquet")
    options = {**OPTIONS, "channels": ["c0", "c1"]}
    wanted = collection_from_table(log, **options)
    check_same(collection_from_table(tmp_path / "log.parquet", **options), wanted)
    kinds = {"machine": pd.CategoricalDtype(["C", "B", "A"]), "state": "category"}
    log.astype(kinds).to_parquet(tmp_path / "log.parquet")
    check_same(collection_from_table(tmp_path / "log.parquet", **options), wanted)
    log.assign(machine=(log["machine"] == "B") + 1).to_parquet(tmp_path / "log.parquet")
    found = collection_from_table(tmp_path / "log.parquet", **options)
    assert found.groups.tolist() == [1 + (name == "B") for name in wanted.groups]
    (tmp_path / "log.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataFileError, match=r"log\.parquet cannot be read"):
        collection_from_table(tmp_path / "log.parquet", **options)


def test_files_that_are_no_tables(tmp_path):
    with pytest.raises(DataFileError, match="there is no file"):
        collection_from_table(tmp_path / "log.csv")
    (tmp_path / "log.xlsx").write_bytes(b"PK")
    with pytest.raises(DataFileError, match="is no table: its name must end in"):
        collection_from_table(tmp_path / "log.xlsx")


def test_tables_of_pandas_take_no_extra(log, monkeypatch):
    monkeypatch.setitem(sys.modules, "narwhals", None)
    assert len(collection_from_table(log, **OPTIONS).X) > 0
    with pytest.raises(ImportError, match=r"list takes narwhals: pip install"):
        collection_from_table([1, 2])


def test_the_index_of_pandas_is_no_channel(log, tmp_path):
    wanted = collection_from_table(log, **OPTIONS)
    moved = log.set_index(np.arange(len(log)) * 7)
    moved.to_csv(tmp_path / "log.csv")
    found = collection_from_table(tmp_path / "log.csv", **OPTIONS)
    assert found.channel_names == wanted.channel_names
    pytest.importorskip("pyarrow")
    moved.to_parquet(tmp_path / "log.parquet")
    check_same(collection_from_table(tmp_path / "log.parquet", **OPTIONS), wanted)


def test_a_row_with_too_many_values(tmp_path, monkeypatch):
    (tmp_path / "log.csv").write_text("t,x,y\n0,1,2\n1,2,3,9\n")
    with pytest.raises(ValueError, match=r"log\.csv"):
        collection_from_table(tmp_path / "log.csv", time="t")
    monkeypatch.setitem(sys.modules, "pyarrow.csv", None)
    with pytest.raises(ValueError, match=r"log\.csv"):
        collection_from_table(tmp_path / "log.csv", time="t")


def test_the_value_that_is_no_number_is_named():
    table = pd.DataFrame({"t": [0, 1, 2], "x": pd.Series([1, "a", 3], dtype=object)})
    with pytest.raises(ValueError, match="'x' holds 'a', which is no number"):
        collection_from_table(table, time="t")
