"""Commands lose nothing that was there, and try their outputs before they work."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import c_program as of_c
import numpy as np
import pytest
from click.testing import CliRunner
from numpy.testing import assert_array_equal

import lightwaves_aeon
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon import sktime as of_sktime
from lightwaves_aeon.atomic import check_writable, open_atomic
from lightwaves_aeon.benchmark.measures import measures, write_tables
from lightwaves_aeon.benchmark.store import Run, RunResult, Store
from lightwaves_aeon.cli import main
from lightwaves_aeon.export.budget import costs_of
from lightwaves_aeon.export.c.source import export_c
from lightwaves_aeon.export.model_file import ModelFileError
from lightwaves_aeon.export.onnx.model import export_onnx

needs_linux = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="needs the devices of Linux"
)


@pytest.fixture(name="files")
def input_files(make_problem, tmp_path, monkeypatch):
    """Series, labels and a model, in the folder where commands run."""
    X, y = make_problem()
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)
    fitted = LightWaveSClassifier(
        variant="L1L2", n_features=9, max_dilation=2, random_state=0
    )
    fitted.fit(X, y).save(tmp_path / "some.model")
    (tmp_path / "mine.txt").write_text("precious")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


FIT = ("fit", "--data", "X.npy", "--labels", "y.npy", "--n-features", 9, "--out")
PREDICT = ("predict", "some.model", "--data", "X.npy", "--out")
INSPECT = ("inspect", "some.model", "--data", "X.npy", "--labels", "y.npy", "--out")


# What is there


@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "force"])
@pytest.mark.parametrize(
    ("command", "out"),
    [
        (FIT, "X.npy"),
        (FIT, "y.npy"),
        (FIT, "link"),
        (FIT, "hard"),
        (FIT, "../{folder}/X.npy"),
        (PREDICT, "X.npy"),
        (PREDICT, "some.model"),
        (PREDICT, "link"),
    ],
)
def test_an_input_is_no_output(files, command, out, force):
    os.symlink("X.npy", "link")
    os.link("X.npy", "hard")
    before = contents(files)
    found = run(*command, out.format(folder=files.name), *force)
    assert found.exit_code == 1
    assert "is read from, and must not be written to" in found.stderr
    assert contents(files) == before


def test_pictures_do_not_replace_an_input(files):
    os.rename("X.npy", "kernel.png")
    before = contents(files)
    found = run(
        "inspect", "some.model", "--data", "kernel.png", "--out", ".", "--force"
    )
    assert "kernel.png is read from" in found.stderr
    assert contents(files) == before


@pytest.mark.parametrize(
    ("command", "name", "reason"),
    [
        (FIT, "mine.txt", "mine.txt was not written by lightwaves-aeon"),
        (PREDICT, "mine.txt", "mine.txt is there: choose"),
        (INSPECT, "kernel.png", "kernel.png was not written by lightwaves-aeon"),
        (INSPECT, "embedding.png", "embedding.png was not written by"),
    ],
)
def test_files_of_others_are_replaced_by_force_only(files, command, name, reason):
    (files / name).write_text("precious")
    out = "." if command is INSPECT else name
    before = contents(files)
    found = run(*command, out)
    assert found.exit_code == 1
    assert reason in found.stderr
    assert contents(files) == before
    assert run(*command, out, "--force").exit_code == 0
    assert (files / name).read_bytes() != b"precious"


def test_files_of_ours_are_replaced(files):
    for command, out in ((FIT, "some.model"), (INSPECT, "pictures")):
        for _ in range(2):
            assert run(*command, out).exit_code == 0
    labels = files / "labels.npy"
    assert run(*PREDICT, labels).exit_code == 0
    assert run(*PREDICT, labels).exit_code == 1
    assert run(*PREDICT, labels, "--force").exit_code == 0


@needs_linux
def test_devices_and_pipes_stay_what_they_are(files):
    before = os.stat("/dev/null").st_mode
    assert run(*PREDICT, "/dev/null").exit_code == 0
    assert run(*FIT, "/dev/null").exit_code == 0
    assert os.stat("/dev/null").st_mode == before
    found = run(*PREDICT, "/dev/full")
    assert found.exit_code == 1
    assert "/dev/full" in found.stderr
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)
    os.mkfifo("pipe")
    with subprocess.Popen(["cat", "pipe"], stdout=subprocess.PIPE) as reader:
        assert run(*PREDICT, "pipe").exit_code == 0
        out, _ = reader.communicate()
    assert out.startswith(b"\x93NUMPY")
    assert stat.S_ISFIFO(os.stat("pipe").st_mode)


def test_links_are_followed_and_permissions_kept(files):
    (files / "private.model").write_bytes((files / "some.model").read_bytes())
    os.chmod("private.model", 0o600)
    os.symlink("private.model", "latest.model")
    assert run(*FIT, "latest.model").exit_code == 0
    assert os.path.islink("latest.model")
    assert stat.S_IMODE(os.stat("private.model").st_mode) == 0o600
    clf = LightWaveSClassifier.load("private.model")
    clf.save("latest.model")
    assert os.path.islink("latest.model")
    assert stat.S_IMODE(os.stat("private.model").st_mode) == 0o600


# What cannot be written


@pytest.mark.parametrize(
    ("out", "reason"),
    [
        ("no/such/folder/m", "there is no folder no/such/folder"),
        ("X.npy/m", "there is no folder X.npy"),
        pytest.param("/proc/m", "'/proc/m'", marks=needs_linux),
    ],
)
@pytest.mark.parametrize("command", [FIT, PREDICT], ids=["fit", "predict"])
def test_outputs_are_tried_first(files, monkeypatch, command, out, reason):
    def forbidden(*args, **kwargs):
        raise AssertionError("worked before it tried the output")

    monkeypatch.setattr("lightwaves_aeon.aeon.files.fit_files", forbidden)
    monkeypatch.setattr("lightwaves_aeon.aeon.files.predict_files", forbidden)
    found = run(*command, out)
    assert found.exit_code == 1
    assert reason in found.stderr
    assert ".part" not in found.stderr


def test_trying_leaves_no_trace(tmp_path):
    check_writable(tmp_path / "new")
    assert not list(tmp_path.iterdir())
    with pytest.raises(IsADirectoryError):
        check_writable(tmp_path)


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="root may write all")
def test_files_that_may_not_be_written(tmp_path):
    file = tmp_path / "old"
    file.write_text("old")
    file.chmod(0o444)
    for ask in (check_writable, lambda path: open_atomic(path).__enter__()):
        with pytest.raises(PermissionError, match="old"):
            ask(file)


def test_what_was_there_stays_if_writing_fails(tmp_path):
    file = tmp_path / "a"
    file.write_text("old")
    with pytest.raises(TypeError), open_atomic(file) as out:
        out.write(b"new" + None)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


# Labels and consoles

MAIN = "from lightwaves_aeon.cli import main; main()"


@pytest.mark.parametrize("command", ["predict", "inspect"])
def test_labels_that_the_console_cannot_say(make_problem, tmp_path, command):
    X, y = make_problem()
    clf = LightWaveSClassifier(variant="L1L2", n_features=9, max_dilation=2)
    clf.fit(X, np.array(["früh", "晩い"])[y]).save(tmp_path / "m")
    np.save(tmp_path / "X.npy", X)
    given = ["--data", tmp_path / "X.npy"] if command == "predict" else []
    found = subprocess.run(
        [sys.executable, "-c", MAIN, command, tmp_path / "m", *given],
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        encoding="cp1252",
    )
    assert found.returncode == 0, found.stderr
    assert "früh" in found.stdout
    assert r"\u6669\u3044" in found.stdout


# Data files


@pytest.mark.parametrize("which", ["X", "y"])
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda f, a: np.savez(f, a), "is an archive, as np.savez makes"),
        (lambda f, a: f.write_text("1,2,3\n"), "is no .npy file"),
        (lambda f, a: f.write_text(""), "is empty"),
        (lambda f, a: f.mkdir(), "is a directory"),
        (lambda f, a: os.mkfifo(f), "is no plain file"),
        (lambda f, a: None, "there is no file"),
        (
            lambda f, a: np.save(f, a.astype(object), allow_pickle=True),
            r"Python objects.* np.save\(path, y.astype\(str\)\)",
        ),
        (lambda f, a: np.save(f, a + 1j), "complex128"),
        (lambda f, a: np.save(f, a.astype("datetime64[s]")), "datetime64"),
        (lambda f, a: np.save(f, np.zeros(len(a), "i4,f8")), "must hold"),
    ],
)
def test_files_that_hold_something_else(files, which, make, reason):
    file = files / f"other {which}.npy"
    arrays = {name: np.load(f"{name}.npy") for name in "Xy"}
    make(file, arrays[which])
    if not file.exists() and (npz := file.with_name(file.name + ".npz")).exists():
        npz.rename(file)
    given = {"X": "X.npy", "y": "y.npy"} | {which: file}
    out = ["--out", "new.model"]
    found = run("fit", "--data", given["X"], "--labels", given["y"], *out)
    assert found.exit_code == 1
    assert f"other {which}.npy" in found.stderr
    assert re.search(reason, found.stderr), found.stderr
    assert not (files / "new.model").exists()


# Model files


def frames(X, kind):
    import pandas as pd

    if kind == "array":
        return X
    if kind == "list":
        return list(X)
    if kind == "df-list":
        return [pd.DataFrame(x) for x in X]
    if kind == "wide":
        return pd.DataFrame(X[:, 1])
    keys = [f"T{i}" for i in range(len(X))]
    return pd.concat([pd.DataFrame(x.T, columns=list("abc")) for x in X], keys=keys)


@pytest.mark.parametrize("kind", ["array", "list", "df-list", "wide", "multiindex"])
@pytest.mark.parametrize("labels", ["array", "series"])
def test_saves_after_every_container(make_problem, tmp_path, kind, labels):
    import pandas as pd

    X, y = make_problem()
    given = frames(X, kind)
    clf = LightWaveSClassifier(
        variant="L1L2", n_features=9, max_dilation=2, random_state=0
    )
    clf.fit(given, pd.Series(y) if labels == "series" else y).save(tmp_path / "m")
    again = LightWaveSClassifier.load(tmp_path / "m")
    assert_array_equal(again.predict_proba(given), clf.predict_proba(given))
    assert hasattr(again, "feature_names_in_") == (kind == "multiindex")
    if kind == "multiindex":
        shuffled = given[["c", "a", "b"]]
        assert_array_equal(again.predict_proba(shuffled), clf.predict_proba(given))
        assert again.describe() == clf.describe()


def test_saves_the_parameters_of_the_fit(make_problem, tmp_path):
    clf = LightWaveSClassifier(
        variant="L1L2", n_features=9, max_dilation=2, random_state=0
    )
    clf.fit(*make_problem())
    clf.set_params(n_features=500, variant="plus", class_weight="balanced")
    clf.save(tmp_path / "m")
    again = LightWaveSClassifier.load(tmp_path / "m")
    assert (again.n_features, again.variant, again.class_weight) == (9, "L1L2", None)
    again.set_params(variant="L2").save(tmp_path / "m")
    assert LightWaveSClassifier.load(tmp_path / "m").variant == "L1L2"


@pytest.mark.parametrize("labels", [["a", "a\0"], ["\0", "b"]])
@pytest.mark.parametrize("shell", [lightwaves_aeon, of_sktime], ids=["aeon", "sktime"])
def test_labels_that_numpy_would_change(make_problem, labels, shell):
    X, y = make_problem()
    for name in ("LightWaveS", "LightWaveSClassifier"):
        with pytest.raises(ValueError, match="NumPy drops the NUL"):
            getattr(shell, name)(n_features=9).fit(X, np.array(labels, object)[y])


def test_labels_that_a_file_can_hold(make_problem, tmp_path):
    X, y = make_problem()
    for labels in (["", "b"], ["a\0b", "b"], ["\N{SNOWMAN}", "b"]):
        clf = LightWaveSClassifier(variant="L1L2", n_features=9, max_dilation=2)
        clf.fit(X, np.array(labels)[y]).save(tmp_path / "m")
        again = LightWaveSClassifier.load(tmp_path / "m")
        assert_array_equal(again.predict(X), clf.predict(X))


@needs_linux
def test_endless_files_are_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/zero", "/dev/urandom", tmp_path / "pipe"):
        with pytest.raises(ModelFileError, match="is no plain file"):
            LightWaveSClassifier.load(path)


def test_classifiers_of_sktime(make_problem, tmp_path):
    X, y = make_problem()
    clf = of_sktime.LightWaveSClassifier(
        variant="L1L2", n_features=9, max_dilation=2
    ).fit(X, y)
    other = LightWaveSClassifier(variant="L1L2", n_features=9, max_dilation=2).fit(X, y)
    for one, name in ((clf, "a"), (other, "b")):
        export_c(one, tmp_path / name)
        export_onnx(one, tmp_path / name / "m.onnx")
    assert of_c.contents(tmp_path / "a") == of_c.contents(tmp_path / "b")
    assert costs_of(clf) == costs_of(other)


# Results


def outcome():
    y = np.array([0, 1, 1, 0])
    return RunResult(y, y, np.eye(2)[y], 12.5, 3.0)


@pytest.mark.parametrize("text", ["", "ERing,", "a\nb\nc\n", "\xff"])
def test_damaged_results_are_left_out(tmp_path, text):
    store = Store(tmp_path)
    store.write(Run("ROCKET", "ERing", 0), outcome())
    damaged = store.path(Run("ROCKET", "LSST", 0))
    damaged.parent.mkdir(parents=True)
    damaged.write_text(text, encoding="latin-1")
    damaged.with_name("testResample1_failed.json").write_text(text, encoding="latin-1")
    with pytest.warns(UserWarning, match=r"left out: .*LSST.testResample0"):
        found = measures(tmp_path)
    assert found["dataset"].tolist() == ["ERing"]
    with pytest.warns(UserWarning, match="left out"):
        write_tables(tmp_path)
    assert store.failures() == []
    result = run("report", tmp_path)
    assert result.stderr.count("Note: left out") == 1
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("text", ["", "nothing\n", "Resamples:,0\nERing,high\n"])
def test_damaged_tables_are_left_out(tmp_path, text):
    Store(tmp_path).write(Run("ROCKET", "ERing", 0), outcome())
    write_tables(tmp_path)
    (tmp_path / "ROCKET" / "Predictions" / "ERing" / "testResample0.csv").unlink()
    (tmp_path / "classification" / "accuracy" / "Mine_accuracy.csv").write_text(text)
    with pytest.warns(UserWarning, match=r"left out: .*Mine_accuracy"):
        assert measures(tmp_path)["classifier"].tolist() == ["ROCKET"]


def test_only_half_files_of_ours_are_removed(tmp_path):
    store = Store(tmp_path)
    store.write(Run("ROCKET", "ERing", 0), outcome())
    ours = store.path(Run("ROCKET", "ERing", 1))
    ours = ours.with_name(f"{ours.name}.123.part")
    theirs = tmp_path / "film.mkv.part"
    for path in (ours, theirs):
        path.write_text("half")
    store.clean()
    assert theirs.exists()
    assert not ours.exists()


def test_a_report_replaces_no_files_but_those_of_a_report(tmp_path):
    Store(tmp_path).write(Run("ROCKET", "ERing", 0), outcome())
    page = tmp_path / "page"
    page.mkdir()
    for name in ("summary.csv", "report.md", "accuracy_time.png"):
        (page / name).write_text("precious")
        found = run("report", tmp_path, "--out", page)
        assert found.exit_code == 1
        assert f"{name} was not written by lightwaves-aeon" in found.stderr
        assert [path.read_text() for path in page.iterdir()] == ["precious"]
        (page / name).unlink()
    for _ in range(2):
        assert run("report", tmp_path, "--out", page).exit_code == 0
    (page / "report.md").write_text("precious")
    assert run("report", tmp_path, "--out", page).exit_code == 1
    assert run("report", tmp_path, "--out", page, "--force").exit_code == 0


def test_a_report_replaces_no_table_that_it_reads(tmp_path):
    Store(tmp_path).write(Run("ROCKET", "ERing", 0), outcome())
    table = tmp_path / "published.csv"
    table.write_text("dataset,HC2\nERing,0.99\n")
    given = ["--published", table, "--out", tmp_path, "--force"]
    found = run("report", tmp_path, *given)
    assert found.exit_code == 1
    assert "published.csv is read from" in found.stderr
    assert table.read_text().startswith("dataset,HC2")
