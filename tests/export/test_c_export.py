"""Classifiers as C: compiled, and compared with Python case by case."""

import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from c_program import (
    COMPILER,
    EXACT,
    Program,
    assert_sanitizers_find_nothing,
    compiled,
    contents,
    needs_compiler,
)
from click.testing import CliRunner
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from tables import fitted_from, random_rows

from lightwaves_aeon import LightWaveSClassifier, cli
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.pooling import RESPONSE_POOLING
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.linear.head import LinearHead
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.export.c.files import file_names
from lightwaves_aeon.export.c.source import export_c

NO_DECISION, BAD_LENGTH, BAD_VALUE = -1, -2, -3


def exported(classifier, folder, **options):
    export_c(classifier, folder, **options)
    return Program(folder, len(classifier.classes_))


def assert_same(program, classifier, cases):
    """Classes are those of Python, and scores as close as single precision has them."""
    cases = [np.float32(x) for x in cases]
    predictor = classifier.compile()
    expected = np.array([predictor.scores(x) for x in cases])
    if expected.ndim == 1:
        expected = np.stack([-expected, expected], axis=1)
    labels, scores = zip(*(program.of_length(x) for x in cases), strict=True)
    assert_allclose(scores, expected, rtol=1e-5, atol=1e-6 * abs(expected).max())
    assert [program.classes[i] for i in labels] == [str(predictor(x)) for x in cases]


@pytest.fixture(scope="module")
def fit(make_problem, small):
    def fit(n_classes=3, labels=("a", "b", "c"), n_channels=3, **parameters):
        X, y = make_problem(n_classes=n_classes, n_channels=n_channels)
        clf = LightWaveSClassifier(**{**small, **parameters}, random_state=0)
        return clf.fit(X, np.array(labels)[y]), X

    return fit


@needs_compiler
@pytest.mark.parametrize(
    "parameters",
    [
        {"variant": "L1", "n_classes": 2},
        {"variant": "L2"},
        {"variant": "L1L2", "n_features": 100},
        {"variant": "plus", "n_features": 100},
        {"variant": "plus", "n_channels": 1, "n_classes": 2},
        {"kernels": ["mexh", "db4"]},
    ],
    ids=lambda parameters: " ".join(map(str, parameters.values())),
)
def test_decisions_are_those_of_python(fit, tmp_path, parameters):
    classifier, X = fit(**parameters)
    program = exported(classifier, tmp_path)
    assert_same(program, classifier, X)
    assert_array_equal(program(X[0])[1], program.of_length(X[0])[1])
    assert_same(program, classifier, [X[0, :, :n] for n in range(1, 10)])


@needs_compiler
@pytest.mark.parametrize(
    ("inputs", "kernels", "levels", "statistics", "thresholds"),
    [
        (
            REPRESENTATION_NAMES,
            range(84),
            (1, 2),
            RESPONSE_POOLING,
            (-1.5, 0, 0.1, 0.2, 0.7),
        ),
        (REPRESENTATION_NAMES, (84, 85), (1, 2), RESPONSE_POOLING, (0.25,)),
        (("channel",), range(84), (1,), ("ppv",), (0,)),
        (("channel",), range(84), (2,), ("mpv", "ppv"), (0,)),
        (("channel", "sum"), (3, 84), (1, 2), ("max", "min"), (0,)),
        (("change",), (3, 84), (2,), ("lspv",), (0,)),
        (("difference",), (84,), (2,), ("mipv",), (0,)),
        (("channel",), (7,), (1, 2), ("lspv",), (0,)),
    ],
    ids=[
        "everything",
        "everything of wavelets",
        "level 1",
        "level 2",
        "mixed kernels",
        "mixed kernels at level 2",
        "wavelet at level 2",
        "one kernel",
    ],
)
def test_features_are_equal_to_the_bit(
    tmp_path, inputs, kernels, levels, statistics, thresholds
):
    """With a head that passes each feature on as the score of a class of its own."""
    bank = kernel_bank(["minirocket", "mexh", "db4"])
    rows = random_rows(90, inputs, list(kernels), levels, statistics, thresholds)
    rng = np.random.default_rng(1)
    model = Model.from_rows(rows, bank, rng.normal(size=3), rng.uniform(0.5, 2, 3))
    n_features, n_timepoints = len(rows), 43
    assert n_features > 2
    head = LinearHead(np.eye(n_features), np.zeros(n_features), np.arange(n_features))
    export_c(fitted_from(model, head), tmp_path, n_timepoints=n_timepoints)
    program = Program(tmp_path, n_features)
    X = rng.normal(size=(4, 3, n_timepoints)).astype(np.float32)
    X[1, :, 10:30] = X[1, :, 10:11]
    X[2, 0] = 5
    for n in (n_timepoints, 42, *range(1, 10)):
        features = model.transform(X[:, :, :n])
        for x, expected in zip(X, features, strict=True):
            best, scores = program.of_length(x[:, :n])
            assert_array_equal(scores, expected)
            assert best == expected.argmax()


@needs_compiler
def test_longest_runs_of_any_length(tmp_path):
    """They are sought in words of 32 values, which short and long ones may cross."""
    bank = kernel_bank("minirocket")
    rows = random_rows(90, ("channel",), list(range(84)), (1, 2), ("lspv",), (0,))
    rows["dilation"] = np.arange(len(rows)) % 40 + 1
    model = Model.from_rows(rows, bank, np.zeros(3), np.ones(3))
    n_features, n_timepoints = len(rows), 300
    head = LinearHead(np.eye(n_features), np.zeros(n_features), np.arange(n_features))
    export_c(fitted_from(model, head), tmp_path, n_timepoints=n_timepoints)
    program = Program(tmp_path, n_features)
    smooth = np.random.default_rng(0).normal(size=(20, 3, n_timepoints)).cumsum(axis=2)
    slow = np.sin(np.arange(n_timepoints) / np.arange(1, 61).reshape(20, 3, 1))
    cases = np.float32([*smooth, *slow])
    longest = 0
    for n in (31, 32, 33, 64, 65, 97, n_timepoints):
        expected = model.transform(cases[:, :, :n])
        found = [program.of_length(np.ascontiguousarray(x[:, :n]))[1] for x in cases]
        assert_array_equal(found, expected)
        longest = max(longest, expected.max() * n)
    assert longest > 100


@needs_compiler
def test_far_from_zero(fit, tmp_path):
    """Single precision has few digits left where the mean is large."""
    classifier, X = fit()
    X, y = np.float32(X + 1000), classifier.predict(X)
    classifier.fit(X, y)
    assert_same(exported(classifier, tmp_path), classifier, X)


@needs_compiler
def test_unequal_lengths_and_a_model_file(make_problem, small, tmp_path):
    X, y = make_problem()
    X = [x[:, : 20 + i % 20] for i, x in enumerate(X)]
    clf = LightWaveSClassifier(**small, random_state=0).fit(X, y)
    clf.save(tmp_path / "some.model")
    clf = LightWaveSClassifier.load(tmp_path / "some.model")
    with pytest.raises(ValueError, match="of unequal length"):
        export_c(clf, tmp_path / "none")
    assert not (tmp_path / "none").exists()
    program = exported(clf, tmp_path / "c", n_timepoints=40)
    assert_same(program, clf, X)


@needs_compiler
def test_streams_are_cut_in_windows(fit, tmp_path):
    classifier, X = fit(n_features=40)
    window, hop = 25, 4
    program = exported(classifier, tmp_path, n_timepoints=window, hop=hop)
    stream = np.concatenate(X[:4], axis=1)
    n_decisions = 0
    for _ in range(2):
        program.reset()
        for t, sample in enumerate(stream.T):
            decision, scores = program.push(sample)
            if t + 1 < window or (t + 1 - window) % hop:
                assert decision == NO_DECISION
                assert np.isnan(scores).all()
            else:
                expected = program(stream[:, t + 1 - window : t + 1])
                assert decision == expected[0]
                assert_array_equal(scores, expected[1])
                n_decisions += 1
    assert n_decisions == 2 * (1 + (stream.shape[1] - window) // hop)


@needs_compiler
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38])
def test_bad_values(fit, tmp_path, value):
    X, y = np.random.default_rng(0).normal(size=(24, 5, 30)), np.arange(24) % 2
    X[:, 2] += 2 * np.sin((0.3 + y[:, None]) * np.arange(30))
    X[:, 2:] /= 1e6
    clf = LightWaveSClassifier(
        variant="L1L2", n_features=3, max_dilation=2, random_state=0
    ).fit(X, y)
    used = clf.pipeline_[0].channels_
    unused = np.setdiff1d(np.arange(5), used)
    assert len(unused) > 0
    program = exported(clf, tmp_path, n_timepoints=20, hop=1)
    x = X[0, :, :20].copy()
    expected = program(x)
    for t in range(19):
        program.push(x[:, t])

    for channel in unused:
        x[channel, 3:6] = value
    assert_array_equal(program(x)[1], expected[1])
    bad = x.copy()
    bad[used[-1], 19] = value
    assert program(bad)[0] == BAD_VALUE
    assert program.push(bad[:, 19])[0] == BAD_VALUE
    decision, scores = program.push(x[:, 19])
    assert decision == expected[0]
    assert_array_equal(scores, expected[1])


@needs_compiler
def test_bad_lengths(fit, tmp_path):
    classifier, X = fit()
    program = exported(classifier, tmp_path)
    for n in (-1, 0, 41, 2**31 - 1):
        assert program.of_length(X[0], n)[0] == BAD_LENGTH
    assert program.of_length(X[0], 40)[0] >= 0


@needs_compiler
def test_labels(fit, tmp_path):
    labels = ['a"b\\n', "??=é\n*/", "%d lightwaves_predict LIGHTWAVES_HOP"]
    classifier, X = fit(labels=labels)
    export_c(classifier, tmp_path, name="motions")
    program = Program(tmp_path, 3, "motions")
    assert program.classes == sorted(labels)
    assert_same(program, classifier, X[:3])


def test_weights_read_back_exactly(fit, tmp_path):
    classifier, _ = fit(n_features=100)
    export_c(classifier, tmp_path)
    text = (tmp_path / "lightwaves_model_data.h").read_text()
    for name, expected in (
        ("head_weights", classifier._state.head.weights),
        ("head_means", classifier.pipeline_[1].mean_),
    ):
        body = re.search(rf"{name}[^=]*= (.*?);", text, re.DOTALL)[1]
        numbers = np.float32(re.findall(r"[-\d.e+]+(?=f)", body))
        assert_array_equal(np.sort(numbers), np.sort(np.float32(expected).ravel()))


@needs_compiler
@pytest.mark.parametrize("variant", ["L1L2", "plus"])
def test_sanitizers_find_nothing(fit, tmp_path, variant):
    classifier, _ = fit(variant=variant, n_features=60, max_dilation=32)
    export_c(classifier, tmp_path, hop=3)
    assert_sanitizers_find_nothing(tmp_path)


@needs_compiler
def test_example_and_makefile(fit, tmp_path):
    classifier, X = fit()
    source = export_c(classifier, tmp_path)
    names = file_names("lightwaves")
    assert source.files == tuple(tmp_path / name for name in names)
    assert set(contents(tmp_path)) == set(names)
    if shutil.which("make"):
        command = ["make", "-s", "-C", tmp_path, f"CC={COMPILER}"]
        subprocess.run(command, check=True)
    else:
        sources = tmp_path / "example.c", tmp_path / "lightwaves_model.c"
        compiled(*sources, *EXACT, out=tmp_path / "example")

    def run(x, *args):
        text = "\n".join(f"{value:.9g}" for value in np.float32(x).ravel())
        command = [tmp_path / "example", *args]
        return subprocess.run(command, input=text, capture_output=True, text=True)

    done = run(X)
    assert (done.returncode, done.stderr) == (0, "")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == classifier.predict(np.float32(X)).tolist()
    program = Program(tmp_path, 3)
    scores = np.float32([row[1:] for row in rows])
    assert_array_equal(scores, [program(x)[1] for x in X])
    short = run(X[0, :, :30], "30").stdout.split()
    assert_array_equal(np.float32(short[1:]), program.of_length(X[0, :, :30])[1])
    assert run(X, "41").returncode == run(np.full(120, np.nan)).returncode == 1


@needs_compiler
def test_memory_is_as_said(fit, tmp_path):
    if shutil.which("size") is None:
        pytest.skip("needs size")
    for variant in ("L1", "L1L2", "plus"):
        classifier, _ = fit(variant=variant, n_features=60)
        source = export_c(classifier, tmp_path)
        model = tmp_path / "lightwaves_model"
        compiled(f"{model}.c", "-c", out=f"{model}.o")
        output = subprocess.run(
            ["size", f"{model}.o"], capture_output=True, text=True, check=True
        ).stdout
        text, data, bss = map(int, output.splitlines()[1].split()[:3])
        static = source.work_bytes + source.stream_bytes
        assert static <= data + bss < static + 300  # with pointers and alignment
        assert source.table_bytes < text
        header = (tmp_path / "lightwaves_model_data.h").read_text()
        for name, size in zip(("WORK", "STREAM", "TABLE"), source[1:4], strict=True):
            assert f"#define LIGHTWAVES_{name}_BYTES {size}\n" in header


@pytest.mark.skipif(shutil.which("clang") is None, reason="needs clang")
@pytest.mark.parametrize("variant", ["L1L2", "plus"])
def test_clang_has_no_objection(fit, tmp_path, variant):
    classifier, _ = fit(variant=variant)
    export_c(classifier, tmp_path)
    sources = tmp_path / "example.c", tmp_path / "lightwaves_model.c"
    compiled(*sources, out=tmp_path / "example", compiler="clang")


@needs_compiler
def test_fast_math_is_refused(fit, tmp_path):
    export_c(fit()[0], tmp_path)
    source = tmp_path / "lightwaves_model.c"
    command = [COMPILER, "-ffast-math", "-c", source, "-o", tmp_path / "model.o"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert "order of operations" in done.stderr


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"n_timepoints": 0}, "n_timepoints must be an integer from 1 to 65535, got 0"),
        ({"n_timepoints": 2**16}, "got 65536"),
        ({"n_timepoints": 9.5}, "got 9.5"),
        ({"hop": 0}, "hop must be an integer from 1"),
    ],
)
def test_options_out_of_range(fit, tmp_path, options, reason):
    with pytest.raises(ValueError, match=reason):
        export_c(fit()[0], tmp_path / "c", **options)
    assert not (tmp_path / "c").exists()


def test_classifiers_that_cannot_be_written(fit, tmp_path):
    with pytest.raises(NotFittedError):
        export_c(LightWaveSClassifier(), tmp_path / "c")
    classifier, _ = fit(estimator=LogisticRegression())
    with pytest.raises(ValueError, match="default estimator only, not Logistic"):
        export_c(classifier, tmp_path / "c")
    classifier, _ = fit()
    classifier._state.head.weights[0] = 1e39
    with pytest.raises(ValueError, match="too large for single precision"):
        export_c(classifier, tmp_path / "c")
    assert not (tmp_path / "c").exists()


def run(*args):
    return CliRunner().invoke(cli.main, ["export", *map(str, args)])


@pytest.fixture(scope="module")
def model(fit, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "some.model"
    fit()[0].save(path)
    return path


def test_command(model, tmp_path):
    out = tmp_path / "some" / "folder"
    options = ["--length", 30, "--hop", 5]
    result = run(model, "--to", "c", "--out", out, *options)
    assert (result.exit_code, result.stderr) == (0, "")
    source = export_c(
        LightWaveSClassifier.load(model),
        tmp_path / "c",
        n_timepoints=30,
        hop=5,
        name="some",
    )
    for size in source[1:4]:
        assert f" {size} " in result.stdout
    files = result.stdout.partition("Files:\n")[2].split()
    names = file_names("some")
    assert files == [str(out / name) for name in names]
    for name in names:
        assert (out / name).read_text() == (tmp_path / "c" / name).read_text()


def test_command_to_onnx(model, tmp_path):
    pytest.importorskip("onnx")
    result = run(model, "--to", "onnx", "--out", tmp_path / "o")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"Files:\n  {tmp_path / 'o' / 'model.onnx'}\n"
    assert (tmp_path / "o" / "model.onnx").stat().st_size > 0


def test_without_onnx_it_says_how_to_have_it(model, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    result = run(model, "--to", "onnx", "--out", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith("pip install 'lightwaves-aeon[onnx]'\n")
    assert not list(tmp_path.iterdir())


def test_command_fails_in_one_line(model, tmp_path):
    (tmp_path / "file").write_text("")
    for args, reason in (
        ((tmp_path / "none", "--out", tmp_path), tmp_path / "none"),
        ((__file__, "--out", tmp_path), "no model file"),
        ((model, "--out", tmp_path, "--length", 10**6), "n_timepoints must be"),
        ((model, "--out", tmp_path / "file" / "c"), tmp_path / "file"),
    ):
        result = run(*args, "--to", "c")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("Error: ")
        assert str(reason) in result.stderr
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "Missing argument 'MODEL'"),
        (["model", "--out", "c"], "Missing option '--to'"),
        (["model", "--to", "c"], "Missing option '--out'"),
        (["model", "--to", "java", "--out", "c"], "'java' is not one of"),
        (["model", "--to", "c", "--out", "c", "--hop", "0"], "0 is not in the range"),
        (["model", "--to", "c", "--out", __file__], "is a file"),
        *(
            (
                [*f"model --to onnx --out c {option}".split()],
                f"{flag} is not for --to onnx",
            )
            for option in (
                "--hop 1",
                "--name a",
                "--proba",
                "--max-ops 9",
                "--length 3",
            )
            for flag in option.split()[:1]
        ),
        (
            ["model", "--to", "wasm", "--out", "c", "--max-flash", "9"],
            "not for --to wasm",
        ),
        (["model", "--to", "wasm", "--out", "c", "--data", "X"], "not for --to wasm"),
    ],
)
def test_usage_errors(args, message):
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())
