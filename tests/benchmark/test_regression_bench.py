"""Runs on data sets whose labels are numbers: splits, files, tables and reports."""

import json

import numpy as np
import pandas as pd
import pytest
from aeon.benchmarking.resampling import resample_data
from aeon.benchmarking.results_loaders import get_estimator_results
from aeon.datasets import load_covid_3month, save_to_ts_file
from aeon.datasets.tser_datasets import tser_soton
from click.testing import CliRunner
from numpy.testing import assert_array_equal
from sklearn.metrics import (
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    r2_score,
    root_mean_squared_error,
)

from lightwaves_aeon import LightWaveSRegressor, cli
from lightwaves_aeon.benchmark import load_results
from lightwaves_aeon.benchmark.classifiers import CLASSIFIERS, make
from lightwaves_aeon.benchmark.datasets import load
from lightwaves_aeon.benchmark.evaluation import RegressionResult, evaluate
from lightwaves_aeon.benchmark.measures import (
    MEASURES_OF_NUMBERS,
    measures,
    write_tables,
)
from lightwaves_aeon.benchmark.runs import dataset_names, resampled
from lightwaves_aeon.benchmark.store import ResultFileError, Run, RunResult, Store

SCORES = {
    "rmse": root_mean_squared_error,
    "mae": mean_absolute_error,
    "r2": r2_score,
    "mse": mean_squared_error,
    "mape": mean_absolute_percentage_error,
}
SETS = ("Heat", "Load", "Price")
REGRESSORS = ("LightWaveS-plus", "ROCKET", "MultiROCKET")


@pytest.fixture(scope="module")
def archive(tmp_path_factory, make_problem):
    """Folder of tiny sets: of equal and unequal lengths, and one with classes."""
    folder = tmp_path_factory.mktemp("archive")
    for seed, split in enumerate(["TRAIN", "TEST"]):
        X, y = make_problem(seed=seed, n_classes=12)
        uneven = [series[:, : 30 + case % 3] for case, series in enumerate(X)]
        write(folder, "Paces", X, y + 0.25, split)
        write(folder, "Uneven", uneven, 10.0 * y, split)
        write(folder, "Classes", X, y % 2, split, "classification")
    return folder


def write(folder, name, X, y, split, label_type="regression"):
    save_to_ts_file(
        X,
        y,
        label_type=label_type,
        path=str(folder / name),
        problem_name=name,
        file_suffix=f"_{split}",
    )


def run(*args):
    return CliRunner().invoke(cli.main, [str(arg) for arg in args])


def bench(archive, out, datasets, classifiers, *more):
    given = ["--datasets", datasets, "--classifiers", classifiers, *more]
    return run("bench", "--archive", archive, "--out", out, *given)


def made_up(seed, n_cases=20):
    rng = np.random.default_rng(seed)
    y_true = rng.normal(size=n_cases)
    y_pred = y_true + rng.normal(size=n_cases) / 3
    facts = {"features": 500, "channels": 3}
    return RunResult(y_true, y_pred, None, 1500.0, 60.0, facts)


def read_as_tsml_eval_does(path):
    """Give the numbers, after the comparison that tsml-eval makes."""
    lines = path.read_text().splitlines()
    figures, rows = lines[2].split(","), [line.split(",") for line in lines[3:]]
    assert len(figures) == 8
    assert all(len(row) == 2 for row in rows)
    y_true, y_pred = (np.array([float(row[i]) for row in rows]) for i in (0, 1))
    assert mean_squared_error(y_true, y_pred) == float(figures[0])
    return y_true, y_pred, lines, figures


@pytest.fixture
def results(tmp_path):
    """Folder of runs that nobody has done."""
    store = Store(tmp_path / "results")
    for i, regressor in enumerate(REGRESSORS):
        for j, dataset in enumerate(SETS):
            for resample in range(2):
                found = made_up(100 * i + 10 * j + resample)
                store.write(Run(regressor, dataset, resample), found)
    return tmp_path / "results"


# Data sets, splits and regressors


@pytest.mark.parametrize("resample", [0, 1, 7])
def test_resamples_are_those_of_aeon(resample):
    expected = (*load_covid_3month(split="train"), *load_covid_3month(split="test"))
    if resample:
        expected = resample_data(*expected, random_state=resample)
    found = resampled(load("Covid3Month"), resample)
    for mine, theirs in zip(found, expected, strict=True):
        assert_array_equal(mine, theirs)


def test_the_list_of_the_archive():
    assert dataset_names(["TSER"]) == (tser_soton, [])


def test_regressors():
    for name, entry in CLASSIFIERS.items():
        if "hydra" in name:  # which needs torch
            continue
        if entry.has_regressor:
            regressor = make(name, seed=3, task="regression")
            assert type(regressor).__name__.endswith("Regressor")
            assert regressor.get_params().get("random_state", 3) == 3
        else:
            with pytest.raises(ValueError, match=f"no regressor {name!r}"):
                make(name, task="regression")
    assert make("l1", 20, n_jobs=2, task="regression").n_features == 20
    with pytest.raises(ValueError, match="task must be one of"):
        make("l1", task="ranking")


def test_result_of_a_rival():
    data = load("CardanoSentiment")
    regressor = make("rocket", task="regression").set_params(n_kernels=100)
    result = evaluate(regressor, *data)
    assert isinstance(result, RegressionResult)
    assert result.rmse == root_mean_squared_error(data[3], regressor.predict(data[2]))
    assert (result.kept_features, result.kept_channels) == (200, 2)


# Files


@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_file_is_as_tsml_eval_reads_it(tmp_path, dtype):
    store, run_of, written = Store(tmp_path), Run("A", "B", 3), made_up(0)
    y_pred = written.y_pred.astype(dtype)
    store.write(run_of, RunResult(written.y_true, y_pred, None, 1.25, 0.5, {"a": 1}))
    path = tmp_path / "A/Predictions/B/testResample3.csv"
    y_true, found, lines, figures = read_as_tsml_eval_does(path)
    assert_array_equal(y_true, written.y_true)
    assert_array_equal(found, y_pred)
    assert lines[0] == "B,A,TEST,3,MILLISECONDS,"
    assert json.loads(lines[1]) == {"n_cases": 20, "a": 1}
    assert figures[1:] == ["1.25", "0.5", "-1", "-1.0", "", "-1", "-1"]
    read = store.read(run_of)
    assert_array_equal(read.y_true, written.y_true)
    assert_array_equal(read.y_pred, y_pred)
    assert read.probabilities is None
    assert (read.fit_ms, read.predict_ms, read.facts) == (1.25, 0.5, {"a": 1})
    path.write_text("\n".join(lines[:-1]) + "\n")
    with pytest.raises(ResultFileError, match="testResample3"):
        store.read(run_of)


def test_file_of_tsml_eval_is_read(tmp_path):
    store, run_of = Store(tmp_path), Run("ROCKET", "Covid3Month", 0)
    store.path(run_of).parent.mkdir(parents=True)
    lines = [
        "Covid3Month,ROCKET,TEST,0,NANOSECONDS,Generated by run_regression_experiment",
        "{'estimator': None, 'n_jobs': 1}",
        "0.25,3e6,2e6,812,4300800,,-1,-1",
        "0.5,1.0\n0.25,-0.25",
    ]
    store.path(run_of).write_text("\n".join(lines) + "\n")
    found = store.read(run_of)
    assert_array_equal(found.y_true, [0.5, 0.25])
    assert_array_equal(found.y_pred, [1, -0.25])
    assert (found.fit_ms, found.predict_ms, found.facts) == (3, 2, {})


def test_runs(archive, tmp_path):
    given = archive, tmp_path, "Paces,Uneven,Classes", "l1,dummy", "--n-features", 20
    result = bench(*given, "--resamples", 2, "--train-files")
    assert result.exit_code == 0, result.output
    assert "12 runs, 0 of them done before" in result.output
    for resample in range(2):
        data = resampled(load("Paces", archive), resample)
        name = "LightWaveS-L1-20"
        path = tmp_path / f"{name}/Predictions/Paces/testResample{resample}.csv"
        y_true, y_pred, lines, _ = read_as_tsml_eval_does(path)
        of_l1 = {"variant": "L1", "n_features": 20, "random_state": resample}
        regressor = LightWaveSRegressor(**of_l1).fit(*data[:2])
        assert_array_equal(y_true, data[3])
        assert_array_equal(y_pred, regressor.predict(data[2]))
        facts = json.loads(lines[1])
        assert (facts["features"], "classes" in facts) == (20, False)
        path = path.with_name(f"trainResample{resample}.csv")
        y_true, _, lines, figures = read_as_tsml_eval_does(path)
        assert_array_equal(y_true, data[1])
        assert lines[0] == f"Paces,{name},TRAIN,{resample},MILLISECONDS,"
        assert (figures[2], figures[5]) == ("-1", "10-fold CV")
        both = float(figures[1]) + float(figures[6])
        assert float(figures[7]) == pytest.approx(both)
    assert list(load_results(tmp_path).index) == ["Classes"]
    assert list(load_results(tmp_path, "rmse").index) == ["Paces", "Uneven"]
    features = load_results(tmp_path, "features")["LightWaveS-L1-20"]
    assert features.to_dict() == {"Classes": 20, "Paces": 20, "Uneven": 20}
    found = load_results(tmp_path, "r2")
    for dataset in ("Paces", "Uneven"):
        assert found.loc[dataset, "LightWaveS-L1-20"] > found.loc[dataset, "Dummy"]
    again = bench(*given, "--resamples", 2, "--train-files")
    assert "12 of them done before" in again.output


def test_classifier_without_a_regressor(archive, tmp_path):
    result = bench(archive, tmp_path, "Paces", "arsenal,dummy")
    assert result.exit_code == 1
    assert (
        "Paces, Arsenal, resample 0: there is no regressor 'arsenal'" in result.output
    )
    assert list(load_results(tmp_path, "rmse").columns) == ["Dummy"]


# Measures, tables and reports


def test_measures_are_those_of_scikit_learn(tmp_path):
    found = made_up(1)
    Store(tmp_path).write(Run("A", "B", 0), found)
    (row,) = measures(tmp_path, "regression").to_dict("records")
    scores = {name: score(found.y_true, found.y_pred) for name, score in SCORES.items()}
    assert row == {
        "classifier": "A",
        "dataset": "B",
        "resample": 0,
        **scores,
        "fittime": 1500,
        "predicttime": 60,
        "casetime": 3,
        "features": 500,
        "channels": 3,
    }
    with pytest.raises(ValueError, match="there are no results of classification"):
        measures(tmp_path)
    with pytest.raises(ValueError, match="no results that have the accuracy"):
        load_results(tmp_path)


@pytest.mark.parametrize("measure", MEASURES_OF_NUMBERS)
def test_tables_stand_for_the_runs(results, tmp_path, measure):
    write_tables(results)
    (results / "regression").rename(tmp_path / "regression")
    expected = load_results(results, measure)
    pd.testing.assert_frame_equal(load_results(tmp_path, measure), expected)
    if measure in SCORES:
        found = get_estimator_results(
            ["MultiROCKET", "LightWaveS-plus"],
            num_resamples=None,
            task="regression",
            measure=measure,
            path=str(tmp_path),
        )
        for regressor, of_sets in found.items():
            means = {dataset: scores.mean() for dataset, scores in of_sets.items()}
            assert means == pytest.approx(expected[regressor].to_dict())


def test_report(results):
    result = run("report", results)
    assert result.exit_code == 0, result.output
    assert "Means over the 3 data sets with results of all regressors" in result.output
    out = results / "report" / "regression"
    assert f"The report is {out / 'report.md'}" in result.output
    assert not (results / "report" / "report.md").exists()
    page = (out / "report.md").read_text()
    assert "Rank is the mean rank by R2. RMSE and MAE are in the units" in page
    for title in ("R2", "RMSE", "MAE", "fit s", "channels"):
        assert f"## By data set: {title}" in page
    summary = pd.read_csv(out / "summary.csv", index_col=0)
    assert summary.index.name == "regressor"
    scores = load_results(results, "r2")
    assert summary.index[0] == scores.mean().idxmax()
    assert not {"RMSE", "MAE", "accuracy"} & set(summary)
    table = pd.read_csv(out / "rmse.csv", index_col=0)
    expected = load_results(results, "rmse")
    assert table.loc["Heat", "ROCKET"] == pytest.approx(
        expected.loc["Heat", "ROCKET"], rel=1e-3
    )
    again = run("report", results, "--online", "HC2")
    assert again.exit_code == 1
    assert "has results of regressors alone" in again.output


def test_diagrams(results):
    pytest.importorskip("seaborn")
    assert run("report", results).exit_code == 0
    out = results / "report" / "regression"
    assert {path.name for path in out.glob("*.png")} == {
        "critical_difference.png",
        "LightWaveS-plus_MultiROCKET.png",
        "LightWaveS-plus_ROCKET.png",
        "R2_time.png",
    }


def test_reports_on_both(results):
    store, y = Store(results), np.array([0, 1, 1, 0])
    shares = np.eye(2)[y]
    store.write(Run("ROCKET", "ERing", 0), RunResult(y, y, shares, 12.5, 3.0))
    store.fail(Run("MultiROCKET", "ERing", 0), "no memory", "Traceback")
    store.fail(Run("MultiROCKET", "Heat", 7), "no luck", "Traceback")
    result = run("report", results)
    assert result.exit_code == 0, result.output
    folder = results / "report"
    pages = [page.read_text() for page in sorted(folder.rglob("report.md"))]
    of_numbers, of_classes = sorted(pages, key=lambda page: "RMSE" not in page)
    assert ("no luck" in of_numbers, "no memory" in of_numbers) == (True, False)
    assert ("no luck" in of_classes, "no memory" in of_classes) == (False, True)
    assert result.output.count("The report is ") == 2
    assert run("report", results).exit_code == 0
