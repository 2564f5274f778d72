"""WebAssembly: compiled, loaded in node, and compared with Python case by case."""

import json
import shutil
import subprocess

import numpy as np
import pytest
from aeon.datasets import (
    load_basic_motions,
    load_covid_3month,
    load_gunpoint,
    load_italy_power_demand,
)
from click.testing import CliRunner
from numpy.testing import assert_allclose

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor, cli
from lightwaves_aeon.export.c import wasm
from lightwaves_aeon.export.c.wasm import export_wasm

needs_clang = pytest.mark.skipif(
    not (shutil.which("clang") and shutil.which("wasm-ld")), reason="needs clang, lld"
)
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs node")

SCRIPT = """
import { readFileSync } from "node:fs";
const { load, labels, nChannels, maxTimepoints, nTimepoints } =
  await import(process.argv[2]);
const model = await load();
const plain = (found) => found && Object.fromEntries(Object.entries(found).map(
  ([key, value]) => [key, ArrayBuffer.isView(value) ? [...value] : value]));
const told = (call) => {
  try { return plain(call()); } catch (error) { return { error: error.message }; }
};
const { cases, samples } = JSON.parse(readFileSync(process.argv[3]));
const read = (values) => values.map((value) => value ?? NaN);
console.log(JSON.stringify({
  labels, nChannels, nTimepoints: maxTimepoints ?? nTimepoints,
  predicted: cases.map((values) => told(() => model.predict(read(values)))),
  pushed: samples.map((values) => told(() => model.push(read(values)))),
}));
"""


def run(folder, name="lightwaves", cases=(), samples=()):
    def told(values):
        return [None if np.isnan(x) else float(x) for x in np.float32(values).ravel()]

    (folder / "run.mjs").write_text(SCRIPT)
    given = {"cases": [*map(told, cases)], "samples": [*map(told, samples)]}
    (folder / "given.json").write_text(json.dumps(given))
    loader = f"./{name}_model.mjs"
    command = ["node", folder / "run.mjs", loader, folder / "given.json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@needs_clang
@needs_node
@pytest.mark.parametrize(
    "load", [load_basic_motions, load_gunpoint, load_italy_power_demand]
)
def test_labels_of_whole_test_sets(tmp_path, load):
    X, y = load(split="train")
    clf = LightWaveSClassifier(n_features=150, random_state=0).fit(X, y)
    X = np.float32(load(split="test")[0])
    export_wasm(clf, tmp_path, probabilities=True)
    found = run(tmp_path, cases=X)
    assert found["labels"] == [str(label) for label in clf.classes_]
    assert (found["nChannels"], found["nTimepoints"]) == X.shape[1:]
    predicted = found["predicted"]
    assert [case["label"] for case in predicted] == list(map(str, clf.predict(X)))
    scores = np.array([case["scores"] for case in predicted])
    expected = clf.decision_function(X)
    scores = scores[:, 1] if expected.ndim == 1 else scores
    assert_allclose(scores, expected, rtol=1e-5, atol=1e-5)
    probabilities = [case["probabilities"] for case in predicted]
    assert_allclose(probabilities, clf.predict_proba(X), rtol=0, atol=1e-5)


@needs_clang
@needs_node
def test_numbers_of_a_regressor(tmp_path):
    X, y = load_covid_3month(split="train")
    reg = LightWaveSRegressor(n_features=60, random_state=0).fit(X, y)
    X = np.float32(load_covid_3month(split="test")[0])
    export_wasm(reg, tmp_path, name="covid")
    found = run(tmp_path, "covid", cases=X)
    assert found["labels"] is None
    numbers = np.ravel([case["numbers"] for case in found["predicted"]])
    assert_allclose(numbers, reg.predict(X), rtol=1e-5, atol=1e-6)


INTEGERS = {"arithmetic": "int16"}


@needs_clang
@needs_node
@pytest.mark.parametrize("counts", [False, True])
def test_integers_are_those_of_python(tmp_path, counts):
    """A case, one with values out of range, and a stream."""
    X, y = load_basic_motions(split="train")
    clf = LightWaveSClassifier(n_features=150, random_state=0).fit(X, y)
    given, entry = X[:8].astype(np.float32), {}
    if counts:
        given, entry = np.round(512 * X[:8]), {"scale": 1 / 512}
    given[3, :, 10:20] = 32000
    asked = {**INTEGERS, **entry, "probabilities": True, "hop": 7}
    model = export_wasm(clf, tmp_path, **asked).integers
    z = model.quantise(given)
    found = run(tmp_path, cases=given, samples=np.concatenate(given[:2], axis=1).T)
    predicted, pushed = found["predicted"], found["pushed"]
    assert (found["nChannels"], found["nTimepoints"]) == X.shape[1:]
    assert [case["label"] for case in predicted] == model.predict(z).tolist()
    assert [case["scores"] for case in predicted] == model.numbers(z).tolist()
    assert [case["nClamped"] > 0 for case in predicted] == [i == 3 for i in range(8)]
    sums = np.sum([case["probabilities"] for case in predicted], axis=1)
    assert_allclose(sums, 1, atol=1e-6)
    decisions = [t for t, decision in enumerate(pushed) if decision is not None]
    assert decisions == list(range(99, 200, 7))
    stream = np.concatenate(z[:2], axis=1)
    for t in decisions:
        scores = model.numbers(stream[None, :, t - 99 : t + 1])[0]
        assert pushed[t]["scores"] == scores.tolist()


@needs_clang
@needs_node
def test_integers_refuse_what_is_none(tmp_path, make_problem, small):
    X, y = make_problem(n_classes=3)
    reg = LightWaveSRegressor(**small, random_state=0).fit(X, y + 0.5)
    model = export_wasm(reg, tmp_path, **INTEGERS, scale=0.01, name="ints").integers
    counts = np.round(100 * X[:1])
    cases = [counts[0], counts[0] + 0.5, counts[0] + 1e6, counts[0, :, 1:]]
    found, *errors = run(tmp_path, "ints", cases)["predicted"]
    assert found["numbers"] == [model.predict(model.quantise(counts)).item()]
    assert ["of 16 bits" in case["error"] for case in errors] == [True, True, False]
    assert errors[2]["error"] == "no 3 rows of 40 values"


LABELS = ['a"b\\n', "??=é\n/*", "*/ lightwaves_x `${N_OUTPUTS}` = LABELS \u2028"]


@pytest.fixture(scope="module")
def fitted(make_problem, small):
    X, y = make_problem(n_classes=3)
    X[::5, :, 3:20] = np.nan
    clf = LightWaveSClassifier(**small, random_state=0)
    return clf.fit(X, np.array(LABELS)[y]), X


@needs_clang
@needs_node
def test_streams_gaps_lengths_and_labels(fitted, tmp_path):
    clf, X = fitted
    export_wasm(clf, tmp_path, name="gaps", n_timepoints=30, hop=4, probabilities=True)
    cases = [X[0], X[0, :, :30], X[5, :, :17], [1.0] * 91, [1.0], []]
    found = run(tmp_path, "gaps", cases, samples=[*X[5].T, [1.0]])
    assert found["labels"] == sorted(LABELS)
    too_long, full, short, *wrong = found["predicted"]
    assert {case["error"] for case in (too_long, *wrong)} == {
        "no whole rows of 1 to 30 values"
    }
    for case, x in ((full, X[:1, :, :30]), (short, X[5:6, :, :17])):
        assert case["label"] == clf.predict(np.float32(x))[0]
        expected = clf.predict_proba(np.float32(x))[0]
        assert_allclose(case["probabilities"], expected, rtol=0, atol=1e-5)
    *pushed, last = found["pushed"]
    assert "error" in last
    decisions = [t for t, decision in enumerate(pushed) if decision is not None]
    assert decisions == [29, 33, 37]
    for t in decisions:
        window = np.float32(X[5:6, :, t - 29 : t + 1])
        assert_allclose(
            pushed[t]["scores"], clf.decision_function(window)[0], rtol=1e-5, atol=1e-5
        )


@needs_clang
@needs_node
def test_bad_values(fitted, tmp_path):
    clf, X = fitted
    export_wasm(clf, tmp_path, missing_values=False)
    x = X[1].copy()
    x[clf.pipeline_[0].channels_[0], 3] = np.nan
    error = run(tmp_path, cases=[x])["predicted"][0]["error"]
    assert error == "a value is infinite, far out of scale, or NaN"


@needs_clang
def test_files_of_others_stay(fitted, tmp_path):
    names = wasm.wasm_file_names("some")
    for name in names:
        (tmp_path / name).write_bytes(b"\0asm\1\0\0\0")
        with pytest.raises(FileExistsError, match=f"{name} was not written by"):
            export_wasm(fitted[0], tmp_path, name="some")
        assert [path.name for path in tmp_path.iterdir()] == [name]
        (tmp_path / name).unlink()
    for _ in range(2):
        source = export_wasm(fitted[0], tmp_path, name="some")
    assert [path.name for path in source.files] == list(names)


@pytest.fixture(scope="module")
def model(fitted, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "some.model"
    fitted[0].save(path)
    return path


def command(model, out, *options):
    args = ["export", model, "--to", "wasm", "--out", out, *options]
    return CliRunner().invoke(cli.main, [*map(str, args)])


@needs_clang
def test_command(model, tmp_path):
    result = command(model, tmp_path, "--length", 30, "--hop", 5, "--proba")
    assert (result.exit_code, result.stderr) == (0, "")
    files = result.stdout.partition("Files:\n")[2].split()
    assert files == [str(tmp_path / f"some_model.{end}") for end in ("wasm", "mjs")]
    assert "maxTimepoints = 30;" in (tmp_path / "some_model.mjs").read_text()


@pytest.mark.parametrize("tool", ["clang", "wasm-ld"])
def test_without_clang_it_says_how_to_have_it(model, tmp_path, monkeypatch, tool):
    def which(name):
        return None if name == tool else f"/usr/bin/{name}"

    monkeypatch.setattr(wasm.shutil, "which", which)
    result = command(model, tmp_path / "c")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: export to WebAssembly needs {tool}: ")
    assert "apt-get install clang lld" in result.stderr
    assert not (tmp_path / "c").exists()


def test_a_clang_without_webassembly(model, tmp_path, monkeypatch):
    """As Apple's, which knows no such target."""
    monkeypatch.setattr(wasm.shutil, "which", lambda name: name)
    refused = subprocess.CompletedProcess([], 1, "", "error: unknown target\nmore\n")
    monkeypatch.setattr(wasm.subprocess, "run", lambda *_, **__: refused)
    result = command(model, tmp_path / "c")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: clang does not make WebAssembly: error: unknown target\n"
    )
    assert not (tmp_path / "c").exists()
