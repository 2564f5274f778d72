"""From files to files: `fit_files`, `predict_files`, and the commands around them."""

import functools
import mmap
import re
import sys
from pathlib import Path
from time import sleep

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.testing import assert_array_equal
from processes import needs_mpi, run_in_processes
from sklearn.exceptions import NotFittedError

from lightwaves_aeon import LightWaveSClassifier, cli
from lightwaves_aeon.aeon import files
from lightwaves_aeon.aeon.files import DataFileError, fit_files, predict_files
from lightwaves_aeon.benchmark.memory import PeakMemory
from lightwaves_aeon.core.parallel import mpi

LABELS = np.array(["no", "yes"])
OPTIONS = ["--variant", "L1L2", "--n-features", 20, "--max-dilation", 4]
SPENT = r"\d+\.\d s; peak memory (\d+ to )?\d+ MB"


@pytest.fixture(scope="module")
def data(make_problem):
    X, y = make_problem()
    return X, LABELS[y]


@pytest.fixture(scope="module")
def fitted(data, small):
    return LightWaveSClassifier(**small, random_state=0).fit(*data)


@pytest.fixture(scope="module")
def folder(data, fitted, tmp_path_factory):
    """Series, labels and a model, in files that no test changes."""
    folder = tmp_path_factory.mktemp("files")
    np.save(folder / "X.npy", data[0])
    np.save(folder / "y.npy", data[1])
    fitted.save(folder / "some.model")
    return folder


def contents(classifier, path):
    classifier.save(path)
    return path.read_bytes()


# Functions


@pytest.mark.parametrize("dtype", ["f4", "f8", ">f8", "f2", "i2", "i8", "u1"])
def test_fit_files_is_fit(data, small, tmp_path, dtype):
    X = np.clip(30 * data[0] + 100, 0, 255).astype(dtype)
    for name, values in {"X": X, "F": np.asfortranarray(X), "y": data[1]}.items():
        np.save(tmp_path / f"{name}.npy", values)
    clf = LightWaveSClassifier(**small, random_state=0).fit(X, data[1])
    for name in ("X", "F"):
        series = tmp_path / f"{name}.npy"
        before = series.read_bytes()
        again = fit_files(series, str(tmp_path / "y.npy"), **small, random_state=0)
        assert contents(again, tmp_path / "2") == contents(clf, tmp_path / "1")
        assert_array_equal(predict_files(again, str(series)), clf.predict(X))
        assert series.read_bytes() == before


@pytest.mark.parametrize("labels", [[3, -5], [1.0, 2.0], [False, True]])
def test_labels_that_are_no_strings(folder, data, small, tmp_path, labels):
    y = np.array(labels)[(data[1] == "yes").astype(int)]
    np.save(tmp_path / "y.npy", y)
    clf = fit_files(folder / "X.npy", tmp_path / "y.npy", **small)
    predicted = predict_files(clf, folder / "X.npy")
    assert predicted.dtype == y.dtype
    assert_array_equal(predicted, y)


@pytest.mark.parametrize("backend", ["threads", "joblib"])
def test_predict_files_is_predict(folder, fitted, data, backend):
    predicted = predict_files(fitted, folder / "X.npy", backend)
    assert_array_equal(predicted, fitted.predict(data[0]))


def test_channels_not_in_use_take_no_memory(make_problem, tmp_path):
    X, y = make_problem(n_channels=20, n_timepoints=200)
    clf = LightWaveSClassifier(variant="L1L2", n_features=2, max_dilation=1).fit(X, y)
    path = tmp_path / "X.npy"
    shape = (2000, 20, 200)
    np.lib.format.open_memmap(path, "w+", np.float64, shape)  # zeros, of 64 MB
    with PeakMemory() as before:
        pass
    with PeakMemory() as peak:
        predicted = predict_files(clf, path)
    assert len(predicted) == 2000
    assert not peak.bytes > before.bytes + 30e6  # also where nothing is measured


def npy(descr, shape, data=b""):
    def write(path):
        header = {"descr": descr, "fortran_order": False, "shape": shape}
        with path.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, header)
            file.write(data)

    return write


def saves(array, **options):
    return lambda path: np.save(path, array, **options)


def cut(n_bytes):
    def write(path):
        np.save(path, np.zeros((4, 3, 40)))
        path.write_bytes(path.read_bytes()[:n_bytes])

    return write


BAD_SERIES = {
    "missing": lambda path: None,
    "folder": lambda path: path.mkdir(),
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("some words\n" * 50),
    "npz": lambda path: np.savez(path.open("wb"), X=np.zeros((4, 3, 40))),
    "header alone": cut(128),
    "half of the header": cut(40),
    "truncated": cut(-1),
    "objects": saves(np.zeros((4, 3, 40), object)),
    "strings": saves(np.full((4, 3, 40), "1.5")),
    "complex": saves(np.zeros((4, 3, 40), complex)),
    "booleans": saves(np.zeros((4, 3, 40), bool)),
    "dates": saves(np.zeros((4, 3, 40), "M8[s]")),
    "records": saves(np.zeros((4, 3, 40), "f8,f8")),
    "one dimension": saves(np.zeros(4)),
    "two dimensions": saves(np.zeros((4, 40))),
    "four dimensions": saves(np.zeros((1, 4, 3, 40))),
    "a number": saves(np.float64(3)),
    "no cases": saves(np.zeros((0, 3, 40))),
    "no channels": saves(np.zeros((24, 0, 40))),
    "no time points": saves(np.zeros((24, 3, 0))),
    "negative shape": npy("<f8", (-1, 3, 40), bytes(960)),
    "too many cases": npy("<f8", (2**62, 3, 40), bytes(960)),
    "more cases than counts": npy("<f8", (2**70, 3, 40), bytes(960)),
    "cases that wrap around": npy("<f8", (2**32, 2**32, 1), bytes(960)),
}
BAD_LABELS = {
    **{
        name: BAD_SERIES[name]
        for name in ("missing", "folder", "empty", "text", "truncated", "objects")
    },
    "two dimensions": saves(np.zeros((24, 1))),
    "a number": saves(np.int64(3)),
    "complex": saves(np.zeros(24, complex)),
    "bytes": saves(np.full(24, b"a")),
    "records": saves(np.zeros(24, "i4,i4")),
    "none": saves(np.zeros(0)),
    "too few": saves(np.arange(23) % 2),
    "too many": saves(np.arange(25) % 2),
}


@pytest.mark.parametrize("write", BAD_SERIES.values(), ids=BAD_SERIES)
def test_bad_series(folder, fitted, tmp_path, write):
    path = tmp_path / "X.npy"
    write(path)
    for call in (
        lambda: fit_files(path, folder / "y.npy"),
        lambda: predict_files(fitted, path),
    ):
        with pytest.raises(DataFileError, match=re.escape(str(path))):
            call()


@pytest.mark.parametrize("write", BAD_LABELS.values(), ids=BAD_LABELS)
def test_bad_labels(folder, tmp_path, write):
    path = tmp_path / "y.npy"
    write(path)
    with pytest.raises(DataFileError, match=re.escape(str(path))):
        fit_files(folder / "X.npy", path)


@pytest.mark.parametrize("shape", [(4, 2, 40), (4, 4, 40), (4, 2, 39), (4, 1, 120)])
def test_series_of_other_channels(fitted, tmp_path, shape):
    path = tmp_path / "X.npy"
    np.save(path, np.zeros(shape))
    match = rf"{path} holds cases of {shape[1]} channels, .* was fitted to 3$"
    with pytest.raises(DataFileError, match=match):
        predict_files(fitted, path)


@pytest.mark.parametrize("n_timepoints", [1, 39, 41])
def test_series_of_another_length(make_problem, fitted, tmp_path, n_timepoints):
    X, _ = make_problem(n_timepoints=n_timepoints)
    np.save(tmp_path / "X.npy", X)
    expected = np.concatenate([fitted.predict(x[None]) for x in X])
    assert_array_equal(predict_files(fitted, tmp_path / "X.npy"), expected)


def test_what_fit_and_predict_refuse(folder, tmp_path):
    X, y = folder / "X.npy", folder / "y.npy"
    with pytest.raises(ValueError, match="variant"):
        fit_files(X, y, variant="L3")
    with pytest.raises(TypeError, match="nonsense"):
        fit_files(X, y, nonsense=1)
    with pytest.raises(ValueError, match="backend must be one of"):
        fit_files(X, y, backend="threats")
    with pytest.raises(NotFittedError):
        predict_files(LightWaveSClassifier(), X)
    np.save(tmp_path / "y.npy", np.zeros(24))
    with pytest.raises(ValueError, match="at least 2"):
        fit_files(X, tmp_path / "y.npy")
    series = np.load(X)
    series[3, 1, 5] = np.nan
    np.save(tmp_path / "X.npy", series)
    with pytest.raises(ValueError, match="NaN or infinity, first in case 3, channel 1"):
        fit_files(tmp_path / "X.npy", y, missing_values="error")
    series[3, 1, 5] = np.inf
    np.save(tmp_path / "X.npy", series)
    with pytest.raises(ValueError, match="holds infinity, first in case 3, channel 1"):
        fit_files(tmp_path / "X.npy", y)


# Memory


STATUS = "/proc/self/status"


@pytest.fixture
def no_status(monkeypatch):
    """A system that has no such file, as most have not."""
    exists = Path.exists
    monkeypatch.setattr(
        Path, "exists", lambda path, **of: str(path) != STATUS and exists(path, **of)
    )


def fresh_memory(n_bytes):
    """Memory of the system: an array might get what was freed, which is no more."""
    memory = mmap.mmap(-1, n_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for _ in range(10):
        memory.write(bytes(n_bytes // 10))
    return memory


@pytest.mark.skipif(not Path(STATUS).exists(), reason="only Linux tells")
def test_peak_memory():
    with PeakMemory() as before:
        pass
    with PeakMemory() as short:
        some = fresh_memory(40_000_000)
    assert short.bytes >= before.bytes + 30e6
    del some
    with PeakMemory() as peak:
        some = fresh_memory(40_000_000)
        for _ in range(500):  # until the thread has seen it
            if peak.bytes >= before.bytes + 30e6:
                break
            sleep(0.01)
        del some
    assert before.bytes + 30e6 <= peak.bytes < before.bytes + 90e6


@pytest.fixture
def no_such_line(monkeypatch):
    """A system whose file does not tell the memory of a process alone."""
    monkeypatch.setattr(Path, "exists", lambda path: str(path) == STATUS)
    monkeypatch.setattr(Path, "read_text", lambda path: "Name: python\n")


@pytest.mark.parametrize("system", ["no_status", "no_such_line"])
def test_peak_memory_where_it_cannot_be_measured(request, system):
    request.getfixturevalue(system)
    with PeakMemory() as peak:
        pass
    assert np.isnan(peak.bytes)


# Commands


def run(*args):
    return CliRunner().invoke(cli.main, [str(arg) for arg in args])


def fit_command(folder, out, X="X.npy", y="y.npy"):
    return ["fit", "--data", folder / X, "--labels", folder / y, "--out", out, *OPTIONS]


def predict_command(folder, *options, X="X.npy"):
    return ["predict", folder / "some.model", "--data", folder / X, *options]


def assert_fails(result, *reasons):
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    for reason in reasons:
        assert str(reason) in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_fit_writes_a_model_and_a_line(folder, fitted, tmp_path):
    out = tmp_path / "some.model"
    result = run(*fit_command(folder, out))
    assert (result.exit_code, result.stderr) == (0, "")
    used = len(fitted.pipeline_[0].channels_)
    line = rf"{re.escape(str(out))}: 20 features of {used} of 3 channels; {SPENT}\n"
    assert re.fullmatch(line, result.stdout)
    assert out.read_bytes() == (folder / "some.model").read_bytes()
    assert list(tmp_path.iterdir()) == [out]


def test_fit_hands_its_options_on(folder, tmp_path):
    options = ["--variant", "l2", "--n-features", 5, "--max-dilation", 2, "--seed", 7]
    options += ["--max-channels", "auto", "--selector", "DETACH"]
    command = [*fit_command(folder, tmp_path / "1")[:-4], *options]
    assert run(*command, "--jobs", 2).exit_code == 0
    parameters = {
        "variant": "L2",
        "n_features": 5,
        "max_dilation": 2,
        "max_channels": "auto",
        "selector": "detach",
        "random_state": 7,
    }
    clf = fit_files(folder / "X.npy", folder / "y.npy", **parameters)
    assert contents(clf, tmp_path / "2") == (tmp_path / "1").read_bytes()


def test_line_where_memory_cannot_be_measured(folder, tmp_path, no_status):
    result = run(*fit_command(folder, tmp_path / "some.model"))
    assert result.stdout.endswith("peak memory not known\n")


def test_fit_finds_numbers_itself(folder, tmp_path):
    out = tmp_path / "model"
    options = ["--variant", "plus", "--n-features", "auto"]
    assert run(*fit_command(folder, out)[:-6], *options).exit_code == 0
    clf = fit_files(
        folder / "X.npy", folder / "y.npy", n_features="auto", random_state=0
    )
    assert contents(clf, tmp_path / "2") == out.read_bytes()


def test_predict_gives_probabilities(folder, data, fitted, tmp_path):
    expected = fitted.predict_proba(data[0])
    result = run(*predict_command(folder, "--proba"))
    first, *lines = result.stdout.splitlines()
    assert first.split("\t") == list(fitted.classes_)
    assert_array_equal([line.split("\t") for line in lines], expected.astype(str))
    out = tmp_path / "proba.npy"
    assert run(*predict_command(folder, "--proba", "--out", out)).exit_code == 0
    assert_array_equal(np.load(out), expected)
    labels = "--labels", folder / "y.npy"
    refused = run(*predict_command(folder, "--proba", *labels))
    assert "--proba has no labels for --labels" in refused.stderr


@pytest.mark.parametrize("options", [[], ["--jobs", 2], ["--backend", "joblib"]])
def test_predict_prints_labels(folder, data, fitted, options):
    result = run(*predict_command(folder, *options))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.split("\n") == [*fitted.predict(data[0]), ""]


def test_predict_writes_labels(folder, data, fitted, tmp_path):
    out = tmp_path / "labels"
    result = run(*predict_command(folder, "--out", out))
    assert (result.exit_code, result.output) == (0, "")
    labels = np.load(out, allow_pickle=False)
    assert labels.dtype == data[1].dtype
    assert_array_equal(labels, fitted.predict(data[0]))
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("name", ["missing", "truncated", "no cases", "two dimensions"])
def test_bad_files_are_named(folder, tmp_path, name):
    X, out = tmp_path / "X.npy", tmp_path / "out"
    BAD_SERIES[name](X)
    before = set(tmp_path.iterdir())
    assert_fails(run(*fit_command(folder, out, X=X)), X)
    assert_fails(run(*predict_command(folder, X=X)), X)
    assert_fails(run(*predict_command(folder, "--out", out, X=X)), X)
    assert set(tmp_path.iterdir()) == before


def test_bad_labels_are_named(folder, tmp_path):
    y = tmp_path / "y.npy"
    np.save(y, np.arange(23))
    result = run(*fit_command(folder, tmp_path / "out", y=y))
    assert_fails(result, folder / "X.npy", "24 cases", y, "23 labels")
    assert list(tmp_path.iterdir()) == [y]


def test_bad_models_are_named(folder, tmp_path):
    data = ["--data", folder / "X.npy"]
    assert_fails(run("predict", folder / "y.npy", *data), "y.npy is no model file")
    assert_fails(run("predict", tmp_path / "none", *data), tmp_path / "none")
    broken = tmp_path / "broken"
    broken.write_bytes((folder / "some.model").read_bytes()[:-100])
    assert_fails(run("predict", broken, *data), broken)


def test_missing_folder_is_refused_before_any_work(folder, tmp_path, monkeypatch):
    def fail(*args, **parameters):
        raise AssertionError

    monkeypatch.setattr(files, "fit_files", fail)
    monkeypatch.setattr(files, "predict_files", fail)
    out = tmp_path / "none" / "out"
    assert_fails(run(*fit_command(folder, out)), f"there is no folder {out.parent}")
    result = run(*predict_command(folder, "--out", out))
    assert_fails(result, f"there is no folder {out.parent}")


def test_failed_write_is_told(folder, tmp_path, monkeypatch):
    def fail(*args):
        raise OSError(28, "No space left on device", "some file")

    monkeypatch.setattr(np, "save", fail)
    monkeypatch.setattr("os.replace", fail)
    for command in (fit_command(folder, tmp_path / "a"), predict_command(folder)):
        options = ["--out", tmp_path / "b"] if "predict" in command else []
        assert_fails(run(*command, *options), "No space left on device", "some file")


def test_mpi_that_is_not_installed(folder, tmp_path, monkeypatch):
    fresh = functools.cache(mpi._communicator.__wrapped__)
    monkeypatch.setattr(mpi, "_communicator", fresh)
    monkeypatch.setitem(sys.modules, "mpi4py", None)
    result = run(*fit_command(folder, tmp_path / "out"), "--backend", "mpi")
    assert_fails(result, "pip install")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["fit"], "Missing option '--data'"),
        (["fit", "--data", "X", "--labels", "y"], "Missing option '--out'"),
        (["fit", "--out", "."], "'.' is a directory"),
        (["fit", "--n-features", "0"], "0 is not in the range"),
        (["fit", "--variant", "L3"], "'L3' is not one of"),
        (["fit", "--backend", "cloud"], "'cloud' is not one of"),
        (["predict"], "Missing argument 'MODEL'"),
        (["predict", "model"], "Missing option '--data'"),
        (["predict", "."], "'.' is a directory"),
        (["predict", "model", "--jobs", "-2"], "-2 is not in the range"),
    ],
)
def test_usage_errors(args, message):
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())


# Under mpiexec


@needs_mpi
def test_fit_in_two_processes(folder, tmp_path):
    """The second command fails in one of the processes: that is told once."""
    X = np.load(folder / "X.npy")
    X[4, 2, 0] = np.inf
    np.save(tmp_path / "X.npy", X)
    out, other = tmp_path / "out", tmp_path / "other"
    done = run_in_processes(
        2,
        fit_command(folder, out),
        fit_command(folder, other, X=tmp_path / "X.npy"),
    )
    line = rf"{re.escape(str(out))}: 20 features of \d of 3 channels; {SPENT} a rank, "
    line += r"2 ranks; moved (\d+ to )?\d+ MB a rank\n"
    assert re.fullmatch(line, done.stdout), done
    assert out.read_bytes() == (folder / "some.model").read_bytes()
    assert done.returncode != 0
    assert done.stderr.count("Error: ") == 1
    assert "infinity, first in case 4, channel 2 (on rank 1 of 2)\n" in done.stderr
    assert not other.exists()


@needs_mpi
def test_predict_in_three_processes(folder, data, fitted, tmp_path):
    """The second time with two cases, so that one process has none."""
    np.save(tmp_path / "two.npy", data[0][:2])
    done = run_in_processes(
        3,
        predict_command(folder, "--out", tmp_path / "out"),
        predict_command(folder, X=tmp_path / "two.npy"),
        predict_command(folder, X=tmp_path / "none.npy"),
    )
    expected = fitted.predict(data[0])
    assert_array_equal(np.load(tmp_path / "out"), expected)
    assert done.stdout.split() == list(expected[:2])
    assert done.stderr.count("Error: ") == 1
    assert f"Error: there is no file {tmp_path / 'none.npy'}\n" in done.stderr
    assert done.returncode != 0
