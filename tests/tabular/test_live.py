"""Rows as they come: lines, rows, times, and decisions equal to those of tables."""

import threading
import time
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightwaves_aeon import LightWaveSClassifier, collection_from_table
from lightwaves_aeon.tables.clock import Clock
from lightwaves_aeon.tables.columns import Roles
from lightwaves_aeon.tables.lines import follow, lines_of
from lightwaves_aeon.tables.live import LiveLog
from lightwaves_aeon.tables.rows import Row, RowReader

SMALL = {"variant": "L1", "n_features": 20, "max_dilation": 2, "sampling_rate": 10}
WINDOW = 8


@pytest.fixture(scope="module")
def clf():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 2, WINDOW)), np.arange(20) % 2
    return LightWaveSClassifier(**SMALL).fit(X * (1 + y[:, None, None]), y)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 1000),
    hop=st.integers(1, 12),
    lost=st.sampled_from([0, 0.05, 0.2]),
    as_date=st.booleans(),
)
def test_decisions_are_those_of_tables(clf, tmp_path_factory, seed, hop, lost, as_date):
    rng = np.random.default_rng(seed)
    t = np.arange(80) / 10
    parts = []
    for name in "AB":
        part = pd.DataFrame({"m": name, "t": t, "x": 0.0, "y": 0.0})
        part[["x", "y"]] = rng.normal(size=(80, 2)).round(3)
        parts.append(part[(rng.random(80) >= lost) & ((t < 2) | (t > 2.5 + lost))])
    table = pd.concat(parts).sort_values("t", kind="stable")  # recordings interleave
    table["x"] = table["x"].mask(rng.random(len(table)) < 0.1)
    if as_date:
        table["t"] = pd.Timestamp("2026-01-31") + pd.to_timedelta(table["t"], "s")
    path = tmp_path_factory.mktemp("log") / "log.csv"
    table.to_csv(path, index=False)
    roles = {"time": "t", "recording": "m"}
    given = {"window": WINDOW, "hop": hop, "sampling_rate": 10}
    cases = collection_from_table(path, **roles, **given)
    log = LiveLog(lambda: clf.stream(hop), Clock(10))
    lines = lines_of(BytesIO(path.read_bytes()))
    reader = RowReader.of_header(next(lines).text, Roles(**roles))
    found = [d for line in lines for d in log.take(line.number, reader.read(line.text))]
    names = list(dict.fromkeys(cases.groups.tolist()))
    found.sort(key=lambda d: names.index(d.recording))
    assert [d.recording for d in found] == cases.groups.tolist()
    expected = clf.predict_proba(cases.X)
    for decision, start, row in zip(found, cases.starts, expected, strict=True):
        np.testing.assert_array_equal(decision.decision.probabilities, row)
        if as_date:
            seconds = (pd.Timestamp(decision.time) - start).total_seconds()
        else:
            seconds = float(decision.time) - start
        assert seconds == pytest.approx((WINDOW - 1) / 10)


def test_time_that_goes_wrong(clf):
    told = []
    log = LiveLog(clf.stream, Clock(10), told.append)

    def take(time, value=0.0):
        return list(log.take(2, Row([value, value], str(time))))

    for n in range(7):
        assert not take(n / 10)
    for late in ("0.6", "0.3"):
        with pytest.raises(ValueError, match=r"is not after 0\.6, that of the row bef"):
            take(late)
    with pytest.raises(ValueError, match="is no number, nor a time by ISO 8601"):
        take("noon")
    with pytest.raises(ValueError, match="is not written as the one before"):
        take("2026-01-31T12:00")
    with pytest.raises(ValueError, match="its time is nan"):
        take("nan")
    with pytest.raises(ValueError, match="infinity"):
        take(1.2, np.inf)
    assert log.n_missing == 0  # no time passed for that row
    found = take(1.2)
    assert [d.time for d in found] == ["0.7", "0.8", "0.9", "1", "1.1", "1.2"]
    assert log.n_missing == 5
    assert not take(9)
    assert told == ["77 samples are missing before 9: the window begins anew"]
    assert not take(0)
    assert told[1:] == ["time goes back from 9 to 0: the window begins anew"]
    for n in range(1, 8):
        found = take(n / 10)
    assert len(found) == 1


def test_models_without_missing_values_begin_anew():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 1, WINDOW)), np.arange(20) % 2
    clf = LightWaveSClassifier(**SMALL, missing_values="error").fit(X, y)
    told = []
    log = LiveLog(clf.stream, Clock(10), told.append)
    times = [0, 0.1, 0.2, *np.arange(4, 13) / 10]
    found = [d for t in times for d in log.take(1, Row([t], f"{t:.1f}"))]
    assert [d.time for d in found] == ["1.1", "1.2"]
    assert told == ["1 samples are missing before 0.4: the window begins anew"]


@pytest.mark.parametrize(
    ("text", "sample"),
    [
        ("A,1,2.5,on", [2.5, 1]),
        (' A , 1, 2.5 ,"on, or so"', [2.5, 1]),
        ("A,,NA,", [np.nan, np.nan]),
        ("A,1e3,-nan,x_y", [np.nan, 1000]),
    ],
)
def test_rows(text, sample):
    reader = RowReader.of_header(
        "m,x,y,state", Roles(recording="m", channels=["y", "x"])
    )
    row = reader.read(text)
    assert row.recording.strip() == "A"
    np.testing.assert_array_equal(row.sample, sample)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A,1,2", "3 values, not 4"),
        ("A", "1 value, not 4"),
        ("A,1,2,on,5", "5 values, not 4"),
        ('A,"1,2,on', "2 values, not 4"),
        ("A,1,1_0,on", "column 'y' holds '1_0', which is no number"),
        ("A,0x1,2,on", "column 'x' holds '0x1', which is no number"),
        (f"A,1,2,{'x' * 200000}", "field larger than field limit"),
    ],
)
def test_rows_that_cannot_be_read(text, message):
    reader = RowReader.of_header(
        "m,x,y,state", Roles(recording="m", channels=["x", "y"])
    )
    with pytest.raises(ValueError, match=message):
        reader.read(text)


FIELDS = st.sampled_from(["0", "-1e308", "1e308", "9999-12-31", "", '"', "nan", "\0"])


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.lists(FIELDS | st.text(), min_size=2, max_size=4)))
def test_whatever_a_row_holds_is_told(clf, rows):
    reader = RowReader.of_header("t,x,y", Roles(time="t"))
    log = LiveLog(clf.stream, Clock(10), str)
    for row in rows:
        try:
            list(log.take(1, reader.read(",".join(row))))
        except ValueError as error:
            assert str(error)  # noqa: PT017 - most rows are wrong, not all


def test_semicolons_tabs_and_no_header():
    assert RowReader.of_header("x;y", Roles()).read("1;2").sample == [1, 2]
    assert RowReader.of_header("x\ty", Roles()).read("1\t2").sample == [1, 2]
    assert RowReader.of_first_row("1;2", ["x", "y"]).read("1;2").sample == [1, 2]


def test_lines_of_any_bytes():
    content = "\ufefft,x\r\n".encode() + b"\xff\n\nlast"
    assert [tuple(line) for line in lines_of(BytesIO(content))] == [
        (1, "t,x"),
        (2, "\ufffd"),
        (3, ""),
        (4, "last"),
    ]


def wait_for(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


class Follower:
    """Follows a file in a thread."""

    def __init__(self, path, *args):
        self.lines = []
        thread = threading.Thread(target=self._run, args=(path, *args), daemon=True)
        thread.start()

    def _run(self, *args):
        for line in follow(*args):
            self.lines.append(tuple(line))
            if line.text == "end":
                return

    def expect(self, *lines):
        wait_for(lambda: len(self.lines) >= len(lines))
        assert self.lines == list(lines)
        self.lines = []


def append(path, text):
    with path.open("a") as file:
        file.write(text)


def test_follow_a_file_that_grows_and_is_replaced(tmp_path):
    path = tmp_path / "log.csv"
    follower = Follower(path, True)
    append(path, "t,x\n1,")
    follower.expect((1, "t,x"))
    append(path, "2\n3,4\n5")
    follower.expect((2, "1,2"), (3, "3,4"))
    path.rename(tmp_path / "log.csv.1")
    append(tmp_path / "log.csv.1", ",6\n")
    append(path, "x,t\n7,8\n")
    follower.expect((4, "5,6"), (1, "x,t"), (2, "7,8"))
    path.write_text("t\n")  # shorter: written anew
    follower.expect((1, "t"))
    append(path, "end\n")
    follower.expect((2, "end"))


@pytest.mark.parametrize("has_header", [True, False])
def test_follow_from_the_end(tmp_path, has_header):
    path = tmp_path / "log.csv"
    path.write_text("t,x\n1,2\n3,4\n5")
    follower = Follower(path, False, has_header)
    if has_header:
        follower.expect((1, "t,x"))
    else:
        time.sleep(0.3)
    append(path, ",6\nend\n")
    follower.expect((4, "5,6"), (5, "end"))
