"""Regressors from files to files, and where the chunks of Dask arrays are."""

import re

import numpy as np
import pytest
from click.testing import CliRunner
from large import N_CASES, made_problem
from numpy.testing import assert_array_equal
from processes import needs_mpi, run_in_processes
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.neighbors import KNeighborsRegressor

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor, cli
from lightwaves_aeon.aeon.files import (
    DataFileError,
    errors_of,
    fit_files,
    predict_files,
)
from lightwaves_aeon.aeon.load import load_model_file
from lightwaves_aeon.estimators import passes

FAST = {"variant": "L1", "n_features": 20, "random_state": 0}
PLUS = {"n_features": 20, "max_cases": 60, "random_state": 0}
OPTIONS = ["--variant", "L1", "--n-features", 20, "--seed", 0]


def paces(n_cases, seed=0):
    """Noise, and in channel 0 a sine whose pace is the number."""
    X, _ = made_problem(n_cases, n_channels=2, seed=seed)
    y = np.random.default_rng(seed + 100).uniform(-3, 40, n_cases)
    X[:, 0] += np.sin((0.3 + y[:, None] / 40) * np.arange(30)).astype(np.float32)
    return X, y


def two_of(y):
    return np.stack([y, -3 * y + 1], axis=1)


@pytest.fixture(scope="module")
def data():
    return paces(60)


@pytest.fixture(scope="module")
def fitted(data):
    return LightWaveSRegressor(**FAST).fit(*data)


@pytest.fixture(scope="module")
def large():
    return paces(N_CASES)


@pytest.fixture(scope="module")
def large_fit(large):
    return LightWaveSRegressor(**FAST).fit(*large)


@pytest.fixture(scope="module")
def folder(data, fitted, large, large_fit, tmp_path_factory):
    """Series, numbers and models, in files that no test changes."""
    folder = tmp_path_factory.mktemp("files")
    for name, (X, y) in {"": data, "large_": large}.items():
        np.save(folder / f"{name}X.npy", X)
        np.save(folder / f"{name}y.npy", y)
        np.save(folder / f"{name}two.npy", two_of(y))
    np.save(folder / "words.npy", data[1].astype(str))
    fitted.save(folder / "some.model")
    large_fit.save(folder / "large.model")
    labels = data[1] > 20
    LightWaveSClassifier(**FAST).fit(data[0], labels).save(folder / "labels.model")
    return folder


def assert_same_fit(found, expected, X):
    """Compare what two regressors have learned, to the last bit."""
    for name in ("coef_", "intercept_", "alpha_"):
        of_found, of_expected = (getattr(e.estimator_, name) for e in (found, expected))
        assert_array_equal(of_found, of_expected, strict=True)
    assert found.pipeline_[0].features_.equals(expected.pipeline_[0].features_)
    assert_array_equal(found.predict_interval(X), expected.predict_interval(X))


def run(*args):
    return CliRunner().invoke(cli.main, [str(arg) for arg in args])


def fit_command(folder, out, name="", y="y.npy", *more):
    files = ["--data", folder / f"{name}X.npy", "--labels", folder / f"{name}{y}"]
    return ["fit", "--task", "regression", *files, "--out", out, *OPTIONS, *more]


def predict_command(folder, model, *more):
    return ["predict", folder / model, "--data", folder / "X.npy", *more]


def assert_fails(result, *reasons):
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    for reason in reasons:
        assert str(reason) in result.stderr


# Functions


@pytest.mark.parametrize("dtype", ["f8", "f4", ">f8", "i4", "?"])
def test_numbers_of_any_type(folder, data, tmp_path, dtype):
    y = (data[1] > 20 if dtype == "?" else data[1]).astype(dtype)
    np.save(tmp_path / "y.npy", y)
    expected = LightWaveSRegressor(**FAST).fit(data[0], y)
    found = fit_files(folder / "X.npy", tmp_path / "y.npy", task="regression", **FAST)
    assert type(found) is LightWaveSRegressor
    assert_same_fit(found, expected, data[0])
    predicted = predict_files(found, folder / "X.npy")
    assert_array_equal(predicted, expected.predict(data[0]), strict=True)


def test_numbers_in_other_files(folder, data, fitted, tmp_path):
    h5py, zarr = pytest.importorskip("h5py"), pytest.importorskip("zarr")
    with h5py.File(tmp_path / "all.h5", "w") as file:
        file["X"], file["y"], file["two"] = *data, two_of(data[1])
        file["word"] = ["text"]
    zarr.create_array(tmp_path / "y", data=data[1])
    zarr.create_array(tmp_path / "two", data=two_of(data[1]))
    both = LightWaveSRegressor(**FAST).fit(data[0], two_of(data[1]))
    for X, y, expected in [
        (tmp_path / "all.h5::X", tmp_path / "all.h5::y", fitted),
        (tmp_path / "all.h5", tmp_path / "all.h5::two", both),
        (folder / "X.npy", tmp_path / "y", fitted),
        (folder / "X.npy", tmp_path / "two", both),
    ]:
        found = fit_files(X, y, task="regression", **FAST)
        assert_same_fit(found, expected, data[0])
    for y in ("all.h5::X", "all.h5::word"):
        with pytest.raises(DataFileError, match="must hold numbers of shape"):
            fit_files(folder / "X.npy", tmp_path / y, task="regression")
    with pytest.raises(DataFileError, match="2 arrays that may be labels"):
        fit_files(folder / "X.npy", tmp_path / "all.h5", task="regression")


@pytest.mark.parametrize("order", ["C", "F"])
def test_several_outputs(folder, data, tmp_path, order):
    two = two_of(data[1])
    np.save(tmp_path / "two.npy", np.asarray(two, order=order))
    expected = LightWaveSRegressor(**FAST).fit(data[0], two)
    files = folder / "X.npy", tmp_path / "two.npy"
    found = fit_files(*files, task="regression", **FAST)
    assert_same_fit(found, expected, data[0])
    predicted = predict_files(found, files[0])
    assert_array_equal(predicted, expected.predict(data[0]), strict=True)
    with_ends = predict_files(found, files[0], coverage=0.8)
    assert with_ends.shape == (60, 2, 3)
    assert_array_equal(with_ends[..., 1:], expected.predict_interval(data[0], 0.8))
    errors = errors_of(predicted, files[1], files[0])
    assert errors.r2 == r2_score(two, predicted)
    with pytest.raises(
        DataFileError, match=r"\(60,\), but those predicted .*\(60, 2\)"
    ):
        errors_of(predicted, folder / "y.npy", files[0])


@pytest.mark.parametrize("backend", ["threads", "joblib"])
def test_predictions_and_intervals(folder, data, fitted, backend):
    X = folder / "X.npy"
    found = predict_files(fitted, X, backend, coverage=0.9)
    assert_array_equal(found[:, 0], fitted.predict(data[0]))
    assert_array_equal(found[:, 1:], fitted.predict_interval(data[0], 0.9))
    assert_array_equal(found[:, 0], predict_files(fitted, X, backend))


def test_errors(folder, data, tmp_path):
    y, shift = data[1], np.arange(60) % 3
    errors = errors_of(y + shift, folder / "y.npy", folder / "X.npy")
    assert errors.rmse == pytest.approx(root_mean_squared_error(y, y + shift))
    assert errors.mae == pytest.approx(mean_absolute_error(y, y + shift))
    assert errors.r2 == pytest.approx(r2_score(y, y + shift))
    column = tmp_path / "column.npy"
    np.save(column, y[:, None])
    assert errors_of(y + shift, column, folder / "X.npy") == errors
    with pytest.raises(DataFileError, match=r"holds 59 cases, but .* 60 labels"):
        errors_of(y[1:], folder / "y.npy", folder / "X.npy")
    np.save(column, np.where(np.arange(60) == 7, np.nan, y))
    with pytest.raises(DataFileError, match="NaN or infinity, first for case 7"):
        errors_of(y, column, folder / "X.npy")


def test_what_is_refused(folder, data, fitted, tmp_path):
    X, y = folder / "X.npy", folder / "y.npy"
    with pytest.raises(ValueError, match="task must be one of 'classification', 're"):
        fit_files(X, y, task="clustering")
    with pytest.raises(DataFileError, match=r"words\.npy must hold numbers of shape"):
        fit_files(X, folder / "words.npy", task="regression")
    with pytest.raises(DataFileError, match=r"60 cases, but .* 17000 labels"):
        fit_files(X, folder / "large_y.npy", task="regression")
    np.save(tmp_path / "y.npy", np.where(np.arange(60) == 7, np.inf, data[1]))
    with pytest.raises(ValueError, match="NaN or infinity, first for case 7"):
        fit_files(X, tmp_path / "y.npy", task="regression")
    np.save(tmp_path / "y.npy", np.zeros((60, 2, 2)))
    with pytest.raises(DataFileError, match=r"not float64 of shape \(60, 2, 2\)"):
        fit_files(X, tmp_path / "y.npy", task="regression")
    with pytest.raises(DataFileError, match="must hold labels, numbers or strings"):
        fit_files(X, folder / "two.npy")
    with pytest.raises(ValueError, match="coverage must be above 0 and below 1"):
        predict_files(fitted, X, coverage=90)
    with pytest.raises(ValueError, match="too few for a coverage"):
        predict_files(fitted, X, coverage=0.9999)
    classifier = load_model_file(folder / "labels.model")
    with pytest.raises(TypeError, match="a classifier has no intervals"):
        predict_files(classifier, X, coverage=0.9)
    given = LightWaveSRegressor(**FAST, estimator=KNeighborsRegressor(3)).fit(*data)
    assert_array_equal(predict_files(given, X), given.predict(data[0]))
    with pytest.raises(ValueError, match="default estimator only"):
        predict_files(given, X, coverage=0.9)


def test_model_files_of_either_kind(folder, data, fitted):
    found = load_model_file(folder / "some.model", n_jobs=2)
    assert (type(found), found.n_jobs) == (LightWaveSRegressor, 2)
    assert_same_fit(found, fitted, data[0])
    assert type(load_model_file(folder / "labels.model")) is LightWaveSClassifier
    with pytest.raises(ValueError, match=r"X\.npy"):
        load_model_file(folder / "X.npy")


# Commands


def test_fit_and_predict(folder, data, fitted, tmp_path):
    model, out = tmp_path / "model", tmp_path / "out.npy"
    result = run(*fit_command(folder, model))
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"{model}: 20 features of " in result.stdout
    assert model.read_bytes() == (folder / "some.model").read_bytes()
    result = run(*predict_command(folder, model, "--out", out))
    assert (result.exit_code, result.output) == (0, "")
    expected = fitted.predict(data[0])
    assert_array_equal(np.load(out), expected, strict=True)
    printed = run(*predict_command(folder, model)).stdout.splitlines()
    assert_array_equal([float(line) for line in printed], expected)


def test_intervals_of_the_command(folder, data, fitted, tmp_path):
    out = tmp_path / "out.npy"
    command = predict_command(folder, "some.model", "--interval", 0.9)
    assert run(*command, "--out", out).exit_code == 0
    expected = predict_files(fitted, folder / "X.npy", coverage=0.9)
    assert_array_equal(np.load(out), expected, strict=True)
    printed = [line.split("\t") for line in run(*command).stdout.splitlines()]
    assert_array_equal(np.array(printed, float), expected)
    command = predict_command(folder, "labels.model", "--interval", 0.9)
    assert_fails(run(*command), "a classifier has no intervals")
    for share in (0, 1, 90):
        result = run(*predict_command(folder, "some.model", "--interval", share))
        assert (result.exit_code, result.stdout) == (2, "")
    both = "--interval", 0.9, "--labels", folder / "y.npy"
    result = run(*predict_command(folder, "some.model", *both))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "give --out, too" in " ".join(result.stderr.split())
    result = run(*predict_command(folder, "some.model", *both, "--out", out, "--force"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("RMSE ")
    assert_array_equal(np.load(out), expected, strict=True)


def test_errors_of_the_command(folder, data, fitted):
    given = "--labels", folder / "y.npy"
    result = run(*predict_command(folder, "some.model", *given))
    rmse, mae, r2 = errors_of(fitted.predict(data[0]), given[1], folder / "X.npy")
    expected = f"RMSE {rmse:.4g}, MAE {mae:.4g}, R2 {r2:.4f} of 60 cases\n"
    assert result.stdout == expected
    result = run(*predict_command(folder, "some.model", "--labels", folder / "two.npy"))
    assert_fails(result, "two.npy", "(60, 2)")


def test_the_command_refuses_words(folder, tmp_path):
    result = run(*fit_command(folder, tmp_path / "model", "", "words.npy"))
    assert_fails(result, "words.npy must hold numbers")
    result = run(*fit_command(folder, tmp_path / "model"), "--task", "ranking")
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])


def test_features(folder, data, fitted, tmp_path):
    out = tmp_path / "out.npy"
    X = ["--data", folder / "X.npy", "--out", out]
    assert run("transform", folder / "some.model", *X).exit_code == 0
    expected = np.asarray(fitted.pipeline_[0].transform(data[0]), np.float32)
    assert_array_equal(np.load(out), expected, strict=True)


# More cases than the search looks at: the same bits


def test_from_memory_and_from_files(folder, large, large_fit):
    files = folder / "large_X.npy", folder / "large_y.npy"
    found = fit_files(*files, task="regression", **FAST, n_jobs=2)
    assert_same_fit(found, large_fit, large[0][:50])
    predicted = predict_files(found, files[0], coverage=0.5)
    assert_array_equal(predicted[:, 0], large_fit.predict(large[0]))
    assert r2_score(large[1], predicted[:, 0]) > 0.5
    inside = (predicted[:, 1] <= large[1]) & (large[1] <= predicted[:, 2])
    assert np.mean(inside) == pytest.approx(0.5, abs=0.03)


def test_the_default_from_files(folder, large, monkeypatch):
    """Whose features are chosen by a pass over blocks, too."""
    expected = LightWaveSRegressor(**PLUS).fit(large[0], two_of(large[1]))
    monkeypatch.setattr(passes, "KEPT_BYTES", 0)
    files = folder / "large_X.npy", folder / "large_two.npy"
    found = fit_files(*files, task="regression", **PLUS)
    assert_same_fit(found, expected, large[0][:50])


@needs_mpi
@pytest.mark.parametrize("n_processes", [1, 2, 3])
def test_any_number_of_processes(folder, data, fitted, tmp_path, n_processes):
    small, large = tmp_path / "small", tmp_path / "large"
    out, features = tmp_path / "out.npy", tmp_path / "features.npy"
    ends = predict_command(folder, "some.model", "--interval", 0.9, "--out", out)
    X = ["--data", folder / "X.npy", "--out", features]
    done = run_in_processes(
        n_processes,
        fit_command(folder, small),
        fit_command(folder, large, "large_"),
        ends,
        ["transform", folder / "some.model", *X],
        predict_command(folder, "some.model", "--labels", folder / "y.npy"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert small.read_bytes() == (folder / "some.model").read_bytes()
    assert large.read_bytes() == (folder / "large.model").read_bytes()
    expected = predict_files(fitted, folder / "X.npy", coverage=0.9)
    assert_array_equal(np.load(out), expected, strict=True)
    expected = np.asarray(fitted.pipeline_[0].transform(data[0]), np.float32)
    assert_array_equal(np.load(features), expected, strict=True)
    assert len(re.findall(r"^RMSE .* of 60 cases$", done.stdout, re.M)) == 1
