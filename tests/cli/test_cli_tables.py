"""Commands that read tables."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from lightwaves_aeon import LightWaveSClassifier, collection_from_table
from lightwaves_aeon.aeon.load import load_model_file
from lightwaves_aeon.cli import main
from tests.logs import ROLES

NAMED = ["--recording", "machine", "--time", "t"]
CUT = [*NAMED, "--label", "state", "--window", "2s", "--hop", "1s"]
SMALL = ["--variant", "L1", "--n-features", "20"]


def run(*args, code=0):
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A file of five recordings whose pace tells the state."""
    rng = np.random.default_rng(0)
    time = np.arange(400) / 20
    parts = []
    for number in range(5):
        state = np.where(time % 10 < 5, "on", "off")
        pace = np.where(time % 10 < 5, 6, 2)
        parts.append(
            pd.DataFrame(
                {
                    "machine": f"pump {number}",
                    "t": pd.Timestamp("2026-01-31 12:00") + pd.to_timedelta(time, "s"),
                    "state": state,
                    "load": time + rng.normal(size=400),
                    "current": np.sin(pace * time) + 0.3 * rng.normal(size=400),
                    "pressure": rng.normal(size=400),
                }
            )
        )
    path = tmp_path_factory.mktemp("log") / "log.csv"
    pd.concat(parts).to_csv(path, index=False)
    return path


CHANNELS = ["--channels", "current,pressure"]


@pytest.fixture(scope="module")
def model(log):
    path = log.with_name("pump.model")
    run("fit", "--data", log, *CUT, *CHANNELS, *SMALL, "--out", path)
    return path


def test_fit_is_that_of_python(log, model):
    cases = collection_from_table(
        log, **ROLES, window="2s", hop="1s", channels=["current", "pressure"]
    )
    clf = load_model_file(model)
    own = LightWaveSClassifier(variant="L1", n_features=20, random_state=0)
    own.fit(cases.X, cases.y)
    np.testing.assert_array_equal(
        clf.decision_function(cases.X), own.decision_function(cases.X)
    )
    assert clf.sampling_rate == 20
    assert list(clf.feature_names_in_) == ["current", "pressure"]


def test_predict_cuts_as_the_model_was_fitted(log, model, tmp_path):
    lines = run("predict", model, "--data", log, *NAMED).stdout.splitlines()
    assert lines[0].split("\t") == ["machine", "start", "predicted"]
    assert len(lines) == 1 + 5 * 10
    assert lines[2].split("\t")[:2] == ["pump 0", "2026-01-31T12:00:02"]
    hop = [*NAMED, "--hop", "500ms", "--label", "state"]
    out = tmp_path / "found.csv"
    result = run("predict", model, "--data", log, *hop, "--out", out)
    found = pd.read_csv(out)
    assert list(found) == ["machine", "start", "state", "predicted"]
    accuracy = np.mean(found["state"] == found["predicted"])
    assert result.stdout == f"accuracy {accuracy:.4f} of {len(found)} cases\n"
    assert accuracy > 0.8
    assert found["start"][1] == "2026-01-31T12:00:00.5"
    again = tmp_path / "found.tsv"
    run("predict", model, "--data", log, *hop, "--out", again)
    pd.testing.assert_frame_equal(pd.read_csv(again, sep="\t"), found)


def test_probabilities(log, model, tmp_path):
    out = tmp_path / "found.csv"
    run("predict", model, "--data", log, *NAMED, "--proba", "--out", out)
    found = pd.read_csv(out)
    assert list(found)[2:] == ["predicted", "P(off)", "P(on)"]
    np.testing.assert_allclose(found["P(off)"] + found["P(on)"], 1)
    assert ((found["P(on)"] > 0.5) == (found["predicted"] == "on")).all()


def test_transform(log, model, tmp_path):
    run("transform", model, "--data", log, *NAMED, "--out", tmp_path / "F.npy")
    assert np.load(tmp_path / "F.npy").shape == (50, 20)


def test_regression(log, tmp_path):
    cut = [*NAMED, "--label", "load", "--window", 40, *CHANNELS]
    model = tmp_path / "load.model"
    given = ["--data", log, *cut]
    run("fit", *given, "--task", "regression", *SMALL, "--out", model)
    out = tmp_path / "found.csv"
    result = run("predict", model, *given, "--interval", 0.9, "--out", out)
    assert result.stdout.startswith("RMSE ")
    found = pd.read_csv(out)
    assert list(found)[2:] == ["load", "predicted", "lower", "upper"]
    assert (found["lower"] < found["predicted"]).all()
    rows = run("evaluate", log, *cut, "--task", "regression", *SMALL, "--json")
    (row,) = json.loads(rows.stdout)["results"]
    assert row["regressor"] == "lightwaves"
    assert len(row["recordings"]) == 5
    text = run("evaluate", log, *cut, "--task", "regression", *SMALL).stdout
    assert "Mean absolute error by recording" in text


def test_export(log, model, tmp_path):
    given = ["--data", log, *NAMED]
    to_c = ["export", model, "--to", "c", "--out", tmp_path]
    result = run(*to_c, *given, "--arithmetic", "int16")
    assert "same label: " in result.output
    result = run(*to_c, *given, "--arithmetic", "int16", "--bits", 12)
    assert "same label: " in result.output
    labelled = [*given, "--label", "state", "--hop", 20]
    result = run(*to_c, *labelled, "--max-ops", 10000)
    assert "features: " in result.output
    result = run(*to_c, *given, "--max-ops", 10000, code=2)
    assert "--data and --label belong together" in result.output


def test_evaluate(log):
    given = ["evaluate", log, *CUT, *CHANNELS, *SMALL]
    found = json.loads(run(*given, "--json", "--against", "minirocket").stdout)
    about = {"n_recordings": 5, "window": 40, "hop": 20, "sampling_rate": 20.0}
    assert about.items() <= found.items()
    assert [row["classifier"] for row in found["results"]] == [
        "lightwaves",
        "minirocket",
    ]
    row = found["results"][0]
    assert row["interval"][0] <= row["accuracy"] <= row["interval"][1]
    assert row["labels"] == ["off", "on"]
    assert np.sum(row["confusion"]) == found["n_cases"] == 95
    assert row["recordings"][0]["group"] == "pump 0"
    text = run(*given, "--split", "time").stdout
    assert "95 windows of 40 time points (2 s), of 5 recordings" in text
    assert "fitted to the first 70 % of each recording" in text
    assert "Accuracy by recording" in text


def test_notes_are_lines(log, tmp_path):
    table = pd.read_csv(log)
    short = table[(table["machine"] != "pump 4") | (table.index % 400 < 30)]
    short.to_csv(tmp_path / "log.csv", index=False)
    out = tmp_path / "pump.model"
    result = run(
        "fit", "--data", tmp_path / "log.csv", *CUT, *CHANNELS, *SMALL, "--out", out
    )
    assert "Note: 1 recordings are not used" in result.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["fit", "--data", "LOG", "--out", "m"], "a table takes --label"),
        (["fit", "--data", "X.npy", "--out", "m"], "Missing option '--labels'"),
        (
            [
                "fit",
                "--data",
                "X.npy",
                "--labels",
                "y.npy",
                "--time",
                "t",
                "--out",
                "m",
            ],
            "--time is for tables",
        ),
        (
            ["fit", "--data", "LOG", "--labels", "y.npy", "--out", "m"],
            "a table has --label",
        ),
        (
            ["fit", "--data", "LOG", *CUT, "--channel-names", "a", "--out", "m"],
            "the channels of a table have names",
        ),
        (["evaluate", "LOG", *NAMED], "a table takes --label"),
        (["evaluate", "LOG", "BasicMotions"], "a table is evaluated alone"),
        (["evaluate", "UnitTest", "--split", "time"], "--split is for tables"),
        (["evaluate", "UnitTest", "--window", "9"], "--window is for tables"),
    ],
)
def test_options_that_do_not_fit(log, args, message):
    result = run(*[log if arg == "LOG" else arg for arg in args], code=2)
    assert message in result.output


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--label", "mood"], "there is no column 'mood' for label"),
        (["--label", "state"], "rows of the labels on, off in one case"),
        (["--label", "state", "--window", "1h"], "too few rows"),
    ],
)
def test_errors_are_lines(log, tmp_path, args, message):
    out = tmp_path / "m"
    result = run("fit", "--data", log, *NAMED, *CHANNELS, *args, "--out", out, code=1)
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert not out.exists()


def test_a_table_of_other_channels_is_refused(log, model, tmp_path):
    table = pd.read_csv(log).drop(columns="pressure")
    table.to_csv(tmp_path / "log.csv", index=False)
    result = run("predict", model, "--data", tmp_path / "log.csv", *NAMED, code=1)
    assert "there is no column 'pressure' for channels" in result.stderr
    given = [*NAMED, "--channels", "current"]
    result = run("predict", model, "--data", log, *given, code=1)
    assert "gives cases of 1 channels, current, but the model was" in result.stderr


def test_labels_are_numbers_here_and_text_there(tmp_path):
    """Of a column that is whole numbers but for one name, all labels are text."""
    rng, t = np.random.default_rng(0), np.arange(40)
    rows = [
        {"who": f"r{n}", "t": at / 20, "state": state, "x": np.sin(state * at)}
        for n, state in enumerate([1, 2] * 4)
        for at in t
    ]
    table = pd.DataFrame(rows)
    table["x"] += rng.normal(size=len(table)) / 10
    table.to_csv(tmp_path / "numbers.csv", index=False)
    renamed = table.assign(who="s" + table["who"], state=table["state"].astype(str))
    renamed.loc[renamed["who"] == "sr7", "state"] = "pause"
    renamed.to_csv(tmp_path / "mixed.csv", index=False)
    cut = ["--recording", "who", "--time", "t", "--label", "state"]
    for of_fit, other, n_right in (("numbers", "mixed", 7), ("mixed", "numbers", 7)):
        path = tmp_path / f"{of_fit}.model"
        run("fit", "--data", tmp_path / f"{of_fit}.csv", *cut, *SMALL, "--out", path)
        found = run("predict", path, "--data", tmp_path / f"{other}.csv", *cut)
        assert found.stdout == f"accuracy {n_right / 8:.4f} of 8 cases\n"


@pytest.mark.parametrize("option", ["--window", "--hop"])
def test_no_samples_are_no_window(log, model, option):
    result = run("predict", model, "--data", log, *NAMED, option, "0", code=1)
    assert "must be one sample at least" in result.output


def test_columns_of_the_output_have_one_meaning(log, model, tmp_path):
    renamed = pd.read_csv(log).rename(columns={"machine": "start"})
    renamed.to_csv(tmp_path / "log.csv", index=False)
    named = ["--recording", "start", "--time", "t"]
    result = run("predict", model, "--data", tmp_path / "log.csv", *named, code=1)
    assert "'start' is the name of a column that is written" in result.output
