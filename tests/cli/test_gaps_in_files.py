"""The command line, and the functions behind it, on files with missing values."""

import json

import numpy as np
import pytest
from aeon.datasets import save_to_ts_file
from click.testing import CliRunner
from numpy.testing import assert_array_equal
from processes import needs_mpi, run_in_processes

from lightwaves_aeon import LightWaveSClassifier, cli
from lightwaves_aeon.aeon.files import fit_files, predict_files, transform_files
from lightwaves_aeon.benchmark.ts_file import read_ts

OPTIONS = ["--variant", "plus", "--n-features", 20, "--max-dilation", 4]
PARAMETERS = {"variant": "plus", "n_features": 20, "max_dilation": 4, "random_state": 0}


def with_gaps(X, seed=0):
    rng, X = np.random.default_rng(seed), X.copy()
    X[1::4][rng.random(X[1::4].shape) < 0.3] = np.nan
    X[2::4, :, 8:20] = np.nan
    X[3::4, -1] = np.nan
    X[7] = np.nan
    return X


@pytest.fixture(scope="module")
def data(make_problem):
    X, y = make_problem(n_cases=30)
    return with_gaps(X), np.array(["no", "yes"])[y]


@pytest.fixture(scope="module")
def fitted(data):
    return LightWaveSClassifier(**PARAMETERS).fit(*data)


@pytest.fixture(scope="module")
def folder(data, fitted, tmp_path_factory):
    """Series, labels and a model, in files that no test changes."""
    folder = tmp_path_factory.mktemp("gaps")
    np.save(folder / "X.npy", data[0])
    np.save(folder / "y.npy", data[1])
    fitted.save(folder / "some.model")
    return folder


def fit_command(folder, out, *options):
    files = ["--data", folder / "X.npy", "--labels", folder / "y.npy", "--out", out]
    return ["fit", *files, *OPTIONS, *options]


def predict_command(folder, *options):
    return ["predict", folder / "some.model", "--data", folder / "X.npy", *options]


def run(*args):
    return CliRunner().invoke(cli.main, [str(arg) for arg in args])


# Functions


@pytest.mark.parametrize("dtype", ["f4", "f8", ">f8", "f2"])
def test_functions(data, tmp_path, dtype):
    X, y = data[0].astype(dtype), data[1]
    np.save(tmp_path / "X.npy", np.asfortranarray(X))
    np.save(tmp_path / "y.npy", y)
    expected = LightWaveSClassifier(**PARAMETERS).fit(X, y)
    found = fit_files(tmp_path / "X.npy", tmp_path / "y.npy", **PARAMETERS)
    assert found.metadata_ == expected.metadata_
    assert found.metadata_["missing_values"]
    assert_array_equal(found.predict_proba(X), expected.predict_proba(X))
    assert_array_equal(predict_files(found, tmp_path / "X.npy"), expected.predict(X))
    transform_files(found, tmp_path / "X.npy", tmp_path / "out.npy")
    features = np.load(tmp_path / "out.npy")
    assert_array_equal(features, expected.pipeline_[0].transform(X))


# Commands


def test_fit(folder, tmp_path):
    result = run(*fit_command(folder, tmp_path / "out"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert (tmp_path / "out").read_bytes() == (folder / "some.model").read_bytes()


def test_predict(folder, data, fitted, tmp_path):
    result = run(*predict_command(folder))
    assert result.stdout.split() == fitted.predict(data[0]).tolist()
    result = run(*predict_command(folder, "--labels", folder / "y.npy"))
    score = fitted.score(*data)
    assert result.stdout == f"accuracy {score:.4f} of 30 cases\n"
    assert score > 0.8


def test_transform(folder, data, fitted, tmp_path):
    out = tmp_path / "out.npy"
    command = "transform", folder / "some.model", "--data", folder / "X.npy"
    assert run(*command, "--out", out).exit_code == 0
    assert_array_equal(np.load(out), fitted.pipeline_[0].transform(data[0]))


def test_missing_values_may_be_an_error(folder, data, tmp_path):
    options = "--missing-values", "error"
    result = run(*fit_command(folder, tmp_path / "out", *options))
    assert result.exit_code == 1
    assert (
        result.stderr == "Error: X holds NaN or infinity, first in case 1, channel 0\n"
    )
    assert not (tmp_path / "out").exists()
    np.save(tmp_path / "X.npy", np.nan_to_num(data[0]))
    np.save(tmp_path / "y.npy", data[1])
    assert run(*fit_command(tmp_path, tmp_path / "out", *options)).exit_code == 0
    result = run("predict", tmp_path / "out", "--data", folder / "X.npy")
    assert result.exit_code == 1
    assert "holds NaN" in result.stderr
    assert "first in case 1\n" in result.stderr
    result = run(*fit_command(folder, tmp_path / "out", "--missing-values", "fill"))
    assert result.exit_code == 2
    assert "'fill' is not one of 'allow', 'error'" in result.stderr


def test_infinity_is_an_error(folder, data, tmp_path):
    X = data[0].copy()
    X[5, 1, 4] = -np.inf
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", data[1])
    result = run(*fit_command(tmp_path, tmp_path / "out"))
    assert result.exit_code == 1
    assert result.stderr == "Error: X holds infinity, first in case 5, channel 1\n"
    result = run("predict", folder / "some.model", "--data", tmp_path / "X.npy")
    assert "channel 1 holds infinity" in result.stderr
    assert "first in case 5\n" in result.stderr


def test_augmented_cases_lose_values(folder, data, tmp_path):
    out = tmp_path / "out"
    result = run(*fit_command(folder, out, "--augment-missing", 0.4))
    assert result.exit_code == 0
    clf = LightWaveSClassifier.load(out)
    assert clf.augment_missing == 0.4
    expected = LightWaveSClassifier(**PARAMETERS, augment_missing=0.4).fit(*data)
    assert_array_equal(clf.predict_proba(data[0]), expected.predict_proba(data[0]))
    result = run(*fit_command(folder, out, "--augment-missing", 1))
    assert result.exit_code == 2


@pytest.mark.parametrize("missing", ["NaN", "?"])
def test_evaluate_on_ts_files(data, make_problem, tmp_path, missing):
    X_test, y_test = make_problem(n_cases=30, seed=1)
    splits = {
        "TRAIN": data,
        "TEST": (with_gaps(X_test), np.array(["no", "yes"])[y_test]),
    }
    for split, (X, y) in splits.items():
        place = {"path": str(tmp_path / "Gaps"), "problem_name": "Gaps"}
        label_type = "classification"
        save_to_ts_file(X, y, label_type=label_type, **place, file_suffix=f"_{split}")
        path = tmp_path / "Gaps" / f"Gaps_{split}.ts"
        path.write_text(path.read_text().replace("NaN", missing))
        read, labels = read_ts(path)
        assert_array_equal(np.stack(read), X)
        assert_array_equal(labels, y)
    command = ["evaluate", "Gaps", "--archive", tmp_path, "--n-features", 20]
    result = run(*command, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    (row,) = json.loads(result.stdout)
    clf = LightWaveSClassifier(n_features=20, random_state=0).fit(*data)
    assert row["accuracy"] == clf.score(*splits["TEST"])
    assert row["accuracy"] > 0.7


@needs_mpi
def test_two_processes(folder, data, fitted, tmp_path):
    done = run_in_processes(
        2,
        fit_command(folder, tmp_path / "out"),
        predict_command(folder, "--out", tmp_path / "labels.npy"),
        fit_command(folder, tmp_path / "no", "--missing-values", "error"),
    )
    assert (tmp_path / "out").read_bytes() == (folder / "some.model").read_bytes()
    assert_array_equal(np.load(tmp_path / "labels.npy"), fitted.predict(data[0]))
    assert done.returncode != 0
    assert done.stderr.count("Error: ") == 1
    assert "holds NaN or infinity, first in case 1, channel 0" in done.stderr
