"""Decisions about a log as it is written."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor
from lightwaves_aeon.cli import main

SMALL = {"variant": "L1", "n_features": 20, "max_dilation": 2}
NAMES = ["current", "pressure"]
WINDOW, HOP = 20, 10
NAMED = ["--recording", "pump", "--time", "t"]


def run(*args, code=0, stdin=""):
    result = CliRunner().invoke(main, ["watch", *map(str, args)], input=stdin)
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 2, WINDOW)), np.arange(40) % 2
    X[:, 0] += 2 * np.sin((0.3 + y[:, None]) * np.arange(WINDOW))
    named = {**SMALL, "channel_names": NAMES, "sampling_rate": 10}
    labels = np.array(["good", "wörn"])[y]
    LightWaveSClassifier(**named).fit(X, labels).save(folder / "pump.model")
    LightWaveSClassifier(**SMALL).fit(X, y).save(folder / "plain.model")
    numbers = y + X[:, 0].std(axis=1)
    LightWaveSRegressor(**named).fit(X, numbers).save(folder / "wear.model")
    both = np.stack([numbers, -numbers], axis=1)
    LightWaveSRegressor(**SMALL).fit(X, both).save(folder / "both.model")
    return folder


@pytest.fixture(scope="module")
def log(models):
    """Rows of two pumps, in turn, with a column that is no channel."""
    rng = np.random.default_rng(1)
    t = np.repeat(np.arange(50) / 10, 2)
    table = pd.DataFrame({"pump": ["A", "B"] * 50, "t": t, "by": "Ann"})
    table["pressure"] = rng.normal(size=100).round(3)
    pace = np.where(table["pump"] == "A", 3, 13)
    table["current"] = (2 * np.sin(pace * t) + rng.normal(size=100)).round(3)
    path = models / "log.csv"
    table.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def expected(models, log):
    """What predict gives of the file, in the order of time."""
    out = models / "found.csv"
    given = ["predict", models / "pump.model", "--data", log, *NAMED, "--hop", HOP]
    args = [str(arg) for arg in [*given, "--proba", "--out", out]]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 0, result.output
    found = pd.read_csv(out, float_precision="round_trip")
    return found.sort_values("start", kind="stable").reset_index()


def frame(text):
    lines = [line.split("\t") for line in text.splitlines()]
    return pd.DataFrame(lines[1:], columns=lines[0])


def test_tsv(models, log, expected):
    given = [models / "pump.model", *NAMED, "--hop", "1s", "--proba"]
    result = run(*given, stdin=log.read_text())
    found = frame(result.stdout)
    names = ["line", "recording", "time", "predicted", "P(good)", "P(wörn)"]
    assert list(found) == names
    assert found["line"][0] == str(2 * WINDOW)
    assert found["recording"].tolist() == expected["pump"].tolist() == ["A", "B"] * 4
    assert found["predicted"].tolist() == expected["predicted"].tolist()
    for name in names[-2:]:
        assert found[name].astype(float).tolist() == expected[name].tolist()
    assert result.stderr == "100 rows, 0 of them left out; 8 decisions\n"


def test_json(models, log, expected):
    given = [models / "pump.model", *NAMED, "--hop", HOP, "--json"]
    found = run(*given, "--proba", stdin=log.read_text()).stdout.splitlines()
    first = json.loads(found[0])
    assert list(first) == ["line", "recording", "time", "predicted", "probabilities"]
    assert first["predicted"] == expected["predicted"][0]
    assert first["probabilities"]["wörn"] == expected["P(wörn)"][0]


def test_unsure(models, log, expected):
    best = expected[["P(good)", "P(wörn)"]].max(axis=1)
    limit = best.median()
    given = [models / "pump.model", *NAMED, "--hop", HOP, "--min-probability", limit]
    found = frame(run(*given, stdin=log.read_text()).stdout)["predicted"]
    assert ((found == "unsure") == (best < limit)).all()
    lines = run(*given, "--json", stdin=log.read_text()).stdout.splitlines()
    assert [json.loads(line)["predicted"] is None for line in lines] == (
        (best < limit).tolist()
    )


def test_columns_without_names(models, log):
    """Of a model without names, by a header, by options, and by their places."""
    table = pd.read_csv(log)[["current", "pressure"]]
    model = models / "plain.model"
    whole = run(model, stdin=table.to_csv(index=False))
    other = table.assign(note="-")[["note", "pressure", "current"]]
    text = other.to_csv(index=False, sep=";")
    named = run(model, "--channels", "current,pressure", stdin=text)
    assert named.stdout == whole.stdout
    bare = table.to_csv(index=False, header=False)
    placed = run(model, "--no-header", stdin=bare)
    assert frame(placed.stdout)["predicted"].equals(frame(whole.stdout)["predicted"])
    assert len(frame(whole.stdout)) == 100 - WINDOW + 1
    result = run(model, stdin=text, code=1)
    assert "the header names 3 channels, note, pressure, current" in result.stderr


def test_regressors(models, log):
    named = [*NAMED, "--hop", HOP]
    text = log.read_text()
    result = run(models / "wear.model", *named, "--interval", 0.5, stdin=text)
    found = frame(result.stdout)
    assert list(found)[3:] == ["predicted", "lower", "upper"]
    numbers = found.iloc[:, 3:].astype(float)
    assert (numbers["lower"] < numbers["predicted"]).all()
    result = run(models / "wear.model", *named, "--json", stdin=text)
    record = json.loads(result.stdout.splitlines()[0])
    assert record["predicted"] == numbers["predicted"][0]
    given = [models / "both.model", "--channels", "current,pressure"]
    result = run(*given, "--interval", 0.5, stdin=text)
    names = [
        f"{kind} {i}" for i in range(2) for kind in ("predicted", "lower", "upper")
    ]
    assert list(frame(result.stdout))[1:] == names
    result = run(*given, "--interval", 0.5, "--json", stdin=text)
    record = json.loads(result.stdout.splitlines()[0])
    assert [len(record[name]) for name in ("predicted", "lower", "upper")] == [2] * 3


def test_bad_rows_and_gaps_are_told(models, log):
    lines = log.read_text().splitlines()
    header, rows = lines[0], lines[1::2]  # of pump A
    rows[5] = rows[5].rpartition(",")[0] + ",inf"
    rows[6] = rows[6].rpartition(",")[0] + ",many"
    del rows[30:33]
    rows.insert(3, "A,0.3")
    rows.insert(9, header)  # of a log put behind another
    rows.insert(12, "")
    text = "\n".join([header, *rows, ",5,Ann,1,1", "A,0,Ann,1,1"])
    given = [models / "pump.model", *NAMED, "--hop", HOP]
    result = run(*given, stdin=text)
    assert result.stderr.splitlines() == [
        "line 5: 2 values, not 5",
        "line 8: channel current is inf: infinity and values more than 1e+30 standard "
        "deviations from the training mean cannot be used",
        "line 9: column 'current' holds 'many', which is no number",
        "line 52: it names no recording",
        "time goes back from 4.9 to 0: the window begins anew",
        "50 rows, 4 of them left out; 4 decisions; 5 missing samples",
    ]
    assert frame(result.stdout)["time"].tolist() == ["1.9", "2.9", "3.9", "4.9"]
    plain = [models / "plain.model", "--channels", "current,pressure", "--time", "t"]
    result = run(*plain, stdin=text)
    assert "no sampling rate: samples that are missing are not seen" in result.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["pump.model", "--from-start"], "--from-start is of --follow"),
        (["pump.model", "--no-header", "--time", "t"], "leaves no names for columns"),
        (["pump.model", "--time", "when"], "there is no column 'when' for time"),
        (["pump.model", "--interval", "0.9"], "a classifier has no intervals"),
        (["wear.model", "--proba"], "a regressor has no probabilities"),
        (["plain.model", "--hop", "2s"], "hop is given as a time"),
        (["pump.model", "--hop", "0"], "hop must be one sample at least"),
        (["log.csv"], "log.csv"),
    ],
)
def test_what_cannot_be_done(models, log, args, message):
    path = models / args[0]
    code = 2 if "--from-start" in args or "--no-header" in args else 1
    result = run(path, *args[1:], stdin=log.read_text(), code=code)
    assert message in result.stderr


def test_no_rows(models):
    header = "current,pressure\n"
    assert run(models / "pump.model", stdin="", code=1).stdout == "line\tpredicted\n"
    result = run(models / "pump.model", stdin=f"{header}1\n", code=1)
    assert "1 rows, 1 of them left out; 0 decisions" in result.stderr


PROGRAM = [sys.executable, "-m", "lightwaves_aeon", "watch"]


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent")
def test_follow_until_it_is_stopped(models, log, tmp_path):
    lines = log.read_text().splitlines(keepends=True)
    growing, out, told = (tmp_path / name for name in ("log.csv", "out", "told"))
    given = [models / "pump.model", "--follow", growing, "--from-start", *NAMED]
    with out.open("w") as stdout, told.open("w") as stderr:
        command = [*PROGRAM, *map(str, given), "--hop", str(HOP)]
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr)
    try:
        wait_for(lambda: told.read_text() == f"waiting for {growing}\n")
        growing.write_text("".join(lines[:61]))
        wait_for(lambda: len(out.read_text().splitlines()) == 1 + 4)
        with growing.open("a") as file:
            file.write("".join(lines[61:81]))
        wait_for(lambda: len(out.read_text().splitlines()) == 1 + 6)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
    told = told.read_text().splitlines()[1:]
    assert told == ["80 rows, 0 of them left out; 6 decisions"]


@pytest.mark.skipif(os.name == "nt", reason="pipes break in another way")
def test_a_reader_that_has_seen_enough(models, log):
    """Closes the pipe after a line, and what is still written has no place."""
    command = [*PROGRAM, str(models / "pump.model"), *NAMED]
    with log.open() as file:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = subprocess.Popen(command, stdin=file, **pipes)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    told = process.stderr.read()
    process.stderr.close()
    assert "Traceback" not in told
    assert "of them left out" in told
