"""More cases than the search looks at, from files to files, in one process and many."""

import os
import pickle
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from large import N_CASES, PARAMETERS, SEARCHED, assert_same_fit, made_problem
from numpy.testing import assert_array_equal
from processes import MPIEXEC, needs_mpi, run_in_processes
from sklearn.naive_bayes import GaussianNB

from lightwaves_aeon import LightWaveSClassifier, cli
from lightwaves_aeon.aeon.files import (
    DataFileError,
    accuracy_of,
    fit_files,
    predict_files,
    transform_files,
)
from lightwaves_aeon.core.data.sampling import stratified_sample
from lightwaves_aeon.storage.npy import NpySeries

OPTIONS = ["--variant", "L1", "--n-features", 20, "--seed", 0]
FAST = {"variant": "L1", "n_features": 20, "random_state": 0}


@pytest.fixture(scope="module")
def data():
    return made_problem(n_channels=2)


@pytest.fixture(scope="module")
def fitted(data):
    """As the command fits, whose search takes seconds for more than this variant."""
    return LightWaveSClassifier(**FAST).fit(*data)


@pytest.fixture(scope="module")
def bad_case(data):
    """The last case that the search does not look at; the second rank has it."""
    classes = np.unique(data[1], return_inverse=True)[1]
    sample = stratified_sample(classes, SEARCHED, np.random.RandomState(0))
    return int(np.setdiff1d(np.arange(N_CASES), sample)[-1])


@pytest.fixture(scope="module")
def folder(data, fitted, bad_case, tmp_path_factory):
    """Series, labels and a model, in files that no test changes."""
    folder = tmp_path_factory.mktemp("files")
    X, y = data
    np.save(folder / "X.npy", X)
    np.save(folder / "y.npy", y)
    np.save(folder / "short.npy", y[:-1])
    np.save(folder / "three.npy", np.zeros((9, 3, 30), np.float32))
    bad = X.copy()
    bad[bad_case, 0, 4] = np.inf
    np.save(folder / "bad.npy", bad)
    fitted.save(folder / "some.model")
    return folder


def fit_command(folder, out, X="X.npy", y="y.npy", *options):
    files = ["--data", folder / X, "--labels", folder / y, "--out", out]
    return ["fit", *files, *OPTIONS, *options]


def transform_command(folder, out, X="X.npy"):
    return ["transform", folder / "some.model", "--data", folder / X, "--out", out]


def run(*args):
    return CliRunner().invoke(cli.main, [str(arg) for arg in args])


def assert_fails(result, *reasons):
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    for reason in reasons:
        assert str(reason) in result.stderr


# Commands


def test_fit_predict_and_transform(folder, data, fitted, tmp_path):
    model, features = tmp_path / "model", tmp_path / "features.npy"
    result = run(*fit_command(folder, model))
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"{model}: 20 features of " in result.stdout
    assert model.read_bytes() == (folder / "some.model").read_bytes()
    result = run(*transform_command(folder, features))
    assert (result.exit_code, result.output) == (0, "")
    expected = np.asarray(fitted.pipeline_[0].transform(data[0]), np.float32)
    assert_array_equal(np.load(features), expected, strict=True)
    assert sorted(tmp_path.iterdir()) == [features, model]


def test_threads(folder, tmp_path):
    command = fit_command(folder, tmp_path / "model", "X.npy", "y.npy", "--jobs", 2)
    assert run(*command).exit_code == 0
    model = (tmp_path / "model").read_bytes()
    assert model == (folder / "some.model").read_bytes()


def test_accuracy(folder, data, fitted, tmp_path):
    command = ["predict", folder / "some.model", "--data", folder / "X.npy"]
    result = run(*command, "--labels", folder / "y.npy")
    right = np.mean(fitted.predict(data[0]) == data[1])
    assert result.stdout == f"accuracy {right:.4f} of 17000 cases\n"
    out = tmp_path / "labels.npy"
    result = run(*command, "--labels", folder / "y.npy", "--out", out)
    assert result.stdout == f"accuracy {right:.4f} of 17000 cases\n"
    assert_array_equal(np.load(out), fitted.predict(data[0]))
    assert accuracy_of(np.load(out), folder / "y.npy", folder / "X.npy") == right
    assert_fails(
        run(*command, "--labels", folder / "short.npy"), "17000 cases", "16999 labels"
    )


def test_features_of_few_cases(folder, fitted, tmp_path):
    """Of any length, and of a file in another order and type."""
    X = np.asfortranarray(made_problem(5, 2)[0][:, :, :25].astype(">f8"))
    np.save(tmp_path / "X.npy", X)
    transform_files(fitted, tmp_path / "X.npy", tmp_path / "out.npy")
    expected = np.asarray(fitted.pipeline_[0].transform(X))
    assert_array_equal(np.load(tmp_path / "out.npy"), expected)


def test_a_file_that_is_there(folder, tmp_path):
    out = tmp_path / "out.npy"
    out.write_text("precious")
    assert_fails(run(*transform_command(folder, out)), "--force")
    assert out.read_text() == "precious"
    command = [*transform_command(folder, out, "bad.npy"), "--force"]
    assert_fails(run(*command), "holds infinity")
    assert out.read_text() == "precious"
    command = [*transform_command(folder, out), "--force"]
    assert run(*command).exit_code == 0
    assert np.load(out).shape == (N_CASES, 20)


def test_nothing_is_left_behind(folder, bad_case, tmp_path):
    out = tmp_path / "out"
    assert_fails(run(*transform_command(folder, out, "bad.npy")), f"case {bad_case}")
    command = fit_command(folder, out, "bad.npy")
    assert_fails(run(*command), f"first in case {bad_case}, channel 0")
    assert list(tmp_path.iterdir()) == []


def test_labels_of_another_length(folder, tmp_path):
    command = fit_command(folder, tmp_path / "out", y="short.npy")
    assert_fails(run(*command), folder / "X.npy", "17000 cases", "16999 labels")
    assert list(tmp_path.iterdir()) == []


def test_series_of_other_channels(folder, fitted, tmp_path):
    X, out = folder / "three.npy", tmp_path / "out.npy"
    match = "holds cases of 3 channels, but the model was fitted to 2$"
    for call in (predict_files, lambda *args: transform_files(*args, out)):
        with pytest.raises(DataFileError, match=re.escape(str(X)) + f" {match}"):
            call(fitted, X)
    assert_fails(run(*transform_command(folder, out, "three.npy")), "3 channels")
    assert list(tmp_path.iterdir()) == []


# Files that change meanwhile


def truncate(path):
    os.truncate(path, path.stat().st_size - 4)


def shorten(path):
    """To a file that is as it should be, of fewer cases."""
    np.save(path, np.load(path)[:-1])


def grow(path):
    with path.open("ab") as file:
        file.write(b"0")


def touch(path):
    os.utime(path, (1, 1))


CHANGES = [truncate, shorten, grow, touch, Path.unlink]


@pytest.fixture
def changing(folder, tmp_path, monkeypatch):
    """Have a file changed once a block is read, the first or the last.

    The first that is read is the sample.
    """

    def begin(change, at_last):
        path = tmp_path / "X.npy"
        shutil.copy(folder / "X.npy", path)
        read, changed = NpySeries.read, []

        def read_and_change(series, cases):
            X = read(series, cases)
            if not changed and (not at_last or cases[-1] == N_CASES - 1):
                change(path)
                changed.append(cases)
            return X

        monkeypatch.setattr(NpySeries, "read", read_and_change)
        return path

    return begin


@pytest.mark.parametrize("at_last", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_files_that_change_during_a_fit(folder, changing, tmp_path, change, at_last):
    path, out = changing(change, at_last), tmp_path / "out"
    assert_fails(run(*fit_command(folder, out, path)), path)
    assert set(tmp_path.iterdir()) <= {path}


@pytest.mark.parametrize("command", ["predict", "transform"])
@pytest.mark.parametrize("change", CHANGES)
def test_files_that_change_later(folder, changing, tmp_path, change, command):
    path, out = changing(change, True), tmp_path / "out"
    data = ["--data", path, "--out", out]
    assert_fails(run(command, folder / "some.model", *data), path)
    assert set(tmp_path.iterdir()) <= {path}


def test_the_error_says_what_happened(folder, changing):
    path = changing(touch, False)
    match = f"^{re.escape(str(path))} was changed after it was opened"
    with pytest.raises(DataFileError, match=match):
        fit_files(path, folder / "y.npy", **PARAMETERS)


def test_few_cases_are_in_memory(folder, monkeypatch, data):
    """No read but that of the sample is of more than a block, and few are repeated.

    One pass chooses features, and in one those chosen are computed and kept.
    """
    read, sizes = NpySeries.read, []

    def counted(series, cases):
        sizes.append(len(cases))
        return read(series, cases)

    monkeypatch.setattr(NpySeries, "read", counted)
    found = fit_files(folder / "X.npy", folder / "y.npy", **PARAMETERS)
    assert sizes[0] == SEARCHED
    assert max(sizes[1:]) <= 2048
    assert sum(sizes[1:]) == 2 * N_CASES
    assert_same_fit(found, LightWaveSClassifier(**PARAMETERS).fit(*data))


# Under mpiexec


@needs_mpi
@pytest.mark.parametrize("n_processes", [1, 2, 3])
def test_any_number_of_processes(folder, data, fitted, tmp_path, n_processes):
    model, features = tmp_path / "model", tmp_path / "features.npy"
    command = ["predict", folder / "some.model", "--data", folder / "X.npy"]
    done = run_in_processes(
        n_processes,
        fit_command(folder, model),
        transform_command(folder, features),
        [*command, "--labels", folder / "y.npy"],
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert model.read_bytes() == (folder / "some.model").read_bytes()
    expected = np.asarray(fitted.pipeline_[0].transform(data[0]), np.float32)
    assert_array_equal(np.load(features), expected, strict=True)
    assert sorted(tmp_path.iterdir()) == [features, model]
    assert len(re.findall(r"^accuracy 0\.\d+ of 17000", done.stdout, re.M)) == 1


@needs_mpi
@pytest.mark.parametrize("name", ["fit", "transform"])
def test_a_bad_case_in_the_share_of_one_process(folder, bad_case, tmp_path, name):
    """It is told once, and no file is left behind by any process."""
    command = {"fit": fit_command, "transform": transform_command}[name]
    done = run_in_processes(2, command(folder, tmp_path / "out", "bad.npy"))
    assert done.returncode != 0
    assert done.stderr.count("Error: ") == 1
    assert f"first in case {bad_case}" in done.stderr
    assert "(on rank 1 of 2)" in done.stderr
    assert list(tmp_path.iterdir()) == []


BOTH_HEADS = """
import pickle, sys
from sklearn.naive_bayes import GaussianNB
from lightwaves_aeon.aeon.files import fit_files
from lightwaves_aeon.core.parallel.mpi import Mpi
parameters = dict(n_features=20, max_cases=60, random_state=0, backend="mpi")
found = [
    fit_files(*sys.argv[1:3], **parameters, estimator=given)
    for given in (None, GaussianNB())
]
everywhere = Mpi().gather(found)
if Mpi().is_root:
    with open(sys.argv[3], "wb") as file:
        pickle.dump(everywhere, file)
"""


@needs_mpi
def test_all_processes_have_the_same_classifiers(folder, data, tmp_path):
    files = [folder / "X.npy", folder / "y.npy", tmp_path / "found"]
    command = [MPIEXEC, "-n", "2", sys.executable, "-c", BOTH_HEADS, *map(str, files)]
    subprocess.run(command, check=True, timeout=120)
    expected = LightWaveSClassifier(**PARAMETERS).fit(*data)
    given = {**PARAMETERS, "estimator": GaussianNB()}  # no BLAS, so the same bits
    expected_given = LightWaveSClassifier(**given).fit(*data)
    for found, found_given in pickle.loads(files[2].read_bytes()):
        assert_same_fit(found, expected)
        means = found_given.estimator_.theta_
        assert_array_equal(means, expected_given.estimator_.theta_)
