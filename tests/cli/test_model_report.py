"""The command ``lightwaves report`` on a model in a file."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from aeon.datasets import save_to_ts_file
from click.testing import CliRunner

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor, cli

pytest.importorskip("matplotlib")
pytest.importorskip("jinja2")


@pytest.fixture(scope="module")
def folder(make_problem, small, tmp_path_factory):
    """Series, labels and models, in files that no test changes."""
    folder = tmp_path_factory.mktemp("files")
    X, y = make_problem(40)
    y = np.array(["no", "yes"])[y]
    arrays = {"X": X, "y": y, "numbers": X[:, 0, 0], "groups": np.arange(40) // 8}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    place = {"path": str(folder), "problem_name": "cases"}
    save_to_ts_file(X, y, label_type="classification", **place)
    clf = LightWaveSClassifier(**small, random_state=0).fit(X, y)
    clf.save(folder / "some.model")
    reg = LightWaveSRegressor(**small, random_state=0).fit(X, X[:, 0, 0])
    reg.save(folder / "regressor.model")
    os.utime(folder / "some.model", (0, 1e9))
    return folder


def run(*args):
    return CliRunner().invoke(cli.main, ["report", *map(str, args)])


def command(folder, *options, model="some.model", labels="y.npy"):
    files = ["--data", folder / "X.npy", "--labels", folder / labels]
    return [folder / model, *files, *options]


def test_a_page(folder, tmp_path):
    page = tmp_path / "page.html"
    args = command(folder, "--out", page, "--groups", folder / "groups.npy")
    result = run(*args)
    assert (result.exit_code, result.stdout) == (0, f"The report is {page}\n")
    text = page.read_text(encoding="utf-8")
    checksum = hashlib.sha256((folder / "some.model").read_bytes()).hexdigest()
    for part in ("a classifier in some.model", "5 groups", checksum, "2001-09-09"):
        assert part in text
    assert run(*args, "--date", "some day").exit_code == 0  # ours is replaced
    assert page.read_text(encoding="utf-8") == text.replace("2001-09-09", "some day")


def test_a_ts_file_has_labels(folder, tmp_path):
    pages = [tmp_path / name for name in ("a.html", "b.html")]
    ts = next(folder.rglob("cases*.ts"))
    of_ts = [folder / "some.model", "--data", ts, "--out", pages[0]]
    assert run(*of_ts).exit_code == 0
    assert run(*command(folder, "--out", pages[1])).exit_code == 0
    texts = [page.read_text(encoding="utf-8") for page in pages]
    start = "Of the 40 cases"
    assert texts[0].partition(start)[2][:60] == texts[1].partition(start)[2][:60]


def test_a_table_has_labels_and_groups(folder, tmp_path):
    X, y = np.load(folder / "X.npy"), np.load(folder / "y.npy")
    rows = [
        [*values, label, f"recording {case // 4}"]
        for case, (x, label) in enumerate(zip(X, y, strict=True))
        for values in x.T
    ]
    table = pd.DataFrame(rows, columns=["a", "b", "c", "state", "recording"])
    table.to_csv(tmp_path / "log.csv", index=False)
    page = tmp_path / "a.html"
    command = [folder / "some.model", "--data", tmp_path / "log.csv", "--out", page]
    columns = ["--label", "state", "--recording", "recording"]
    assert run(*command, *columns).exit_code == 0
    text = page.read_text(encoding="utf-8")
    for part in ("40 cases", "10 groups", "recording 7"):
        assert part in text
    result = run(*command)
    assert (result.exit_code, "takes --label" in result.stderr) == (2, True)


def test_a_regressor(folder, tmp_path):
    of_numbers = {"model": "regressor.model", "labels": "numbers.npy"}
    result = run(*command(folder, "--out", tmp_path / "a.html", **of_numbers))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "predicts a number" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_the_page_stands_beside_the_model(folder, tmp_path):
    model = tmp_path / "b.model"
    model.write_bytes((folder / "some.model").read_bytes())
    assert run(*command(folder)[1:], model).exit_code == 0
    assert (tmp_path / "b.model.html").exists()


def test_files_of_others_are_kept(folder, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("precious")
    result = run(*command(folder, "--out", page))
    assert (result.exit_code, page.read_text()) == (1, "precious")
    assert "was not written by lightwaves-aeon" in result.stderr
    assert run(*command(folder, "--out", folder / "X.npy", "--force")).exit_code == 1
    assert run(*command(folder, "--out", page, "--force")).exit_code == 0
    assert "precious" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ([], "a report on a model needs --data"),
        (["--data", "X.npy"], "--data needs --labels"),
        (["--data", "a.ts", "--labels", "y.npy"], "leave out --labels"),
        (["--online", "HC2"], "--online is of reports on results of bench"),
    ],
)
def test_usage_errors(folder, options, reason):
    result = run(folder / "some.model", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr


def test_results_have_no_data(folder):
    result = run(folder, "--labels", "y.npy")
    assert result.exit_code == 2
    assert "--labels is of reports on a model" in result.stderr


def test_data_that_does_not_fit(folder, tmp_path):
    page = tmp_path / "page.html"
    for labels, reason in {
        "numbers.npy": "is a class of the model",
        "none.npy": "there is no file",
    }.items():
        result = run(*command(folder, "--out", page, labels=labels))
        assert (result.exit_code, result.stdout) == (1, "")
        assert reason in result.stderr
        assert not page.exists()


def test_without_jinja_it_says_how_to_have_it(folder, tmp_path):
    code = (
        "import sys; sys.modules['jinja2'] = None\n"
        "from lightwaves_aeon.cli import main; main(sys.argv[1:])"
    )
    args = ["report", *command(folder, "--out", tmp_path / "page.html")]
    call = [sys.executable, "-c", code, *map(str, args)]
    done = subprocess.run(call, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("python3 -m pip install 'lightwaves-aeon[report]'\n")
    assert done.stderr.count("\n") == 1
