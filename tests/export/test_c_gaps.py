"""C that takes missing values: compared with Python over many kinds of gaps."""

import shutil
import subprocess

import numpy as np
import pytest
from c_program import (
    Program,
    assert_known_case_and_no_warnings,
    assert_sanitizers_find_nothing,
    compiled,
    contents,
    needs_compiler,
)
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from tables import fitted_from, random_rows

from lightwaves_aeon import LightWaveSClassifier, cli
from lightwaves_aeon.core.convolution.features import series_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.pooling import (
    POOLING_NAMES,
    RESPONSE_POOLING,
    SERIES_POOLING,
)
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.linear.head import LinearHead
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.export.budget import costs_of, largest_within
from lightwaves_aeon.export.c.source import export_c

NO_DECISION, BAD_VALUE = -1, -3
BANK = kernel_bank(["minirocket", "mexh", "db4"])
MINIROCKET, WAVELETS = range(84), (84, 85)


# Kinds of gaps: what is missing of a case, channel by channel


def share(missing):
    return lambda shape, rng: rng.random(shape) < missing


def block(shape, rng):
    """A part of each channel, also none or all of it."""
    ends = np.sort(rng.integers(0, shape[1] + 1, (shape[0], 2)))
    times = np.arange(shape[1])
    return (times >= ends[:, :1]) & (times < ends[:, 1:])


def first_and_last(shape, rng):
    return ~block(shape, rng)


def all_but_one(shape, rng):
    return np.arange(shape[1]) != rng.integers(0, shape[1], (shape[0], 1))


def whole_channel(shape, rng):
    return np.broadcast_to(np.arange(shape[0])[:, None] == rng.integers(3), shape)


def everything(shape, rng):
    return np.ones(shape, bool)


KINDS = (
    *(share(missing) for missing in (0.03, 0.3, 0.6, 0.95)),
    block,
    first_and_last,
    all_but_one,
    whole_channel,
    everything,
)


def with_gaps(X, seed=0):
    """Cases with gaps of each kind in turn."""
    rng = np.random.default_rng(seed)
    gapped = []
    for i, x in enumerate(X):
        missing = KINDS[i % len(KINDS)](x.shape, rng)
        gapped.append(np.where(missing, np.float32(np.nan), np.float32(x)))
    return gapped


# Features


def of_series(statistics=SERIES_POOLING, inputs=REPRESENTATION_NAMES, length=16):
    parts = []
    for channel, name in enumerate(inputs):
        rows = series_rows(channel, length)
        rows["input"] = REPRESENTATION_NAMES.index(name)
        rows["channel"], rows["other"] = channel % 3, -1
        if name in ("sum", "difference"):
            rows["other"] = (channel + 1) % 3
        parts.append(rows)
    rows = np.concatenate(parts)
    numbers = [POOLING_NAMES.index(name) for name in statistics]
    return rows[np.isin(rows["statistic"], numbers)]


def of_kernels(inputs=REPRESENTATION_NAMES, levels=(1, 2), statistics=RESPONSE_POOLING):
    kernels = [*MINIROCKET[::7], *WAVELETS]
    return random_rows(60, inputs, kernels, levels, statistics)


THRESHOLDS = -1.5, 0, 0.1, 0.2, 0.7
TABLES = {
    "all": lambda: random_rows(
        90, REPRESENTATION_NAMES, MINIROCKET, (1, 2), RESPONSE_POOLING, THRESHOLDS
    ),
    "all of wavelets": lambda: random_rows(
        90, REPRESENTATION_NAMES, WAVELETS, (1, 2), RESPONSE_POOLING, (0.25,)
    ),
    "level 1": lambda: of_kernels(levels=(1,)),
    "level 2": lambda: of_kernels(levels=(2,)),
    "level 2 of MiniRocket": lambda: random_rows(
        60, ("channel",), MINIROCKET, (2,), ("ppv", "mpv")
    ),
    "one kernel": lambda: random_rows(60, ("change",), (7,), (1, 2), ("max", "lspv")),
    **{name: lambda name=name: of_kernels((name,)) for name in REPRESENTATION_NAMES},
    **{
        name: lambda name=name: of_kernels(statistics=(name,))
        for name in RESPONSE_POOLING
    },
}
TABLES_OF_SERIES = {
    "level 0": of_series,
    "level 0 of channels": lambda: of_series(inputs=("channel",), length=64),
    "levels 0 and 1": lambda: np.concatenate([of_series(), of_kernels(levels=(1,))]),
    **{name: lambda name=name: of_series((name,)) for name in SERIES_POOLING},
}
ALL_TABLES = TABLES | TABLES_OF_SERIES
SOME_TABLES = "all", "all of wavelets", "level 2", "level 0", "levels 0 and 1"


def model_of(rows):
    rng = np.random.default_rng(1)
    scaling = rng.normal(size=3), rng.uniform(0.5, 2, 3)
    return Model.from_rows(rows, BANK, *scaling, longest_gaps=np.array([0, 3, 9]))


def features_as_scores(rows, n_timepoints):
    """A classifier whose scores are the features, and 0 where nothing was observed."""
    n = len(rows)
    head = LinearHead(np.eye(n), np.zeros(n), np.arange(max(n, 2)))
    return fitted_from(model_of(rows), head, n_timepoints=n_timepoints)


def classifier_of(rows, n_timepoints=70):
    rng, n = np.random.default_rng(0), len(rows)
    head = LinearHead(rng.normal(size=(n, 3)), rng.normal(size=3), np.arange(3))
    means = rng.normal(size=n)
    return fitted_from(model_of(rows), head, means, n_timepoints=n_timepoints)


def features_in_both(fitted, folder, n_timepoints):
    """What Python and C make of cases of many lengths, and the cases."""
    export_c(fitted, folder, missing_values=True)
    program = Program(folder, len(fitted.classes))
    rng = np.random.default_rng(2)
    for n in (n_timepoints, n_timepoints - 1, 33, *range(1, 12)):
        X = with_gaps(rng.normal(size=(3 * len(KINDS), 3, n)), seed=n)
        for x, expected in zip(X, fitted.features(np.stack(X)), strict=True):
            scores = program.of_length(x)[1]
            yield x, np.nan_to_num(expected), scores[-len(expected) :]


@needs_compiler
@pytest.mark.parametrize("which", TABLES)
def test_features_are_equal_to_the_bit(tmp_path, which):
    rows = TABLES[which]()
    assert len(rows) > 2
    for _, expected, found in features_in_both(
        features_as_scores(rows, 75), tmp_path, 75
    ):
        assert_array_equal(found, expected)


@needs_compiler
@pytest.mark.parametrize("which", TABLES_OF_SERIES)
def test_statistics_of_intervals(tmp_path, which):
    fitted = features_as_scores(TABLES_OF_SERIES[which](), 150)
    for x, expected, found in features_in_both(fitted, tmp_path, 150):
        largest = np.nanmax(abs(x), initial=1)
        assert_allclose(found, expected, rtol=1e-6, atol=1e-6 * largest)


@pytest.fixture(scope="module")
def compiled_once(tmp_path_factory):
    if shutil.which("gcc") is None:
        pytest.skip("needs a C compiler")
    folder = tmp_path_factory.mktemp("gaps")
    rows = random_rows(
        90, REPRESENTATION_NAMES, [*MINIROCKET, *WAVELETS], (1, 2), RESPONSE_POOLING
    )
    fitted = features_as_scores(rows, 75)
    export_c(fitted, folder, missing_values=True)
    return fitted, Program(folder, len(rows))


runs = st.lists(st.integers(0, 30), min_size=1, max_size=12)
"""Numbers of values that are there, and that are missing, in turn."""


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(lengths=st.tuples(runs, runs, runs), n=st.integers(1, 75), first=st.booleans())
def test_any_gaps(compiled_once, lengths, n, first):
    fitted, program = compiled_once
    x = np.random.default_rng(100 + n).normal(size=(3, n)).astype(np.float32)
    for channel, of_channel in zip(x, lengths, strict=True):
        missing = (np.arange(len(of_channel)) % 2 == first).repeat(of_channel)[:n]
        channel[: len(missing)][missing] = np.nan
    expected = np.nan_to_num(fitted.features(x[None])[0])
    assert_array_equal(program.of_length(x)[1], expected)


# Classifiers


@pytest.fixture(scope="module")
def fit(make_problem, small):
    """Fitted to cases of which a tenth is missing, and the same cases without gaps.

    There are fewer of one class, so that no scores are equal where nothing is observed.
    """

    def fit(n_classes=3, n_channels=3, unequal=False, **parameters):
        X, y = make_problem(60, n_channels=n_channels, n_classes=n_classes)
        kept = (y != 0) | (np.arange(len(y)) % 5 < 3)
        X, y = X[kept], y[kept]
        missing = np.random.default_rng(3).random(X.shape) < 0.1
        X_train = np.where(missing, np.nan, X)
        if unequal:
            X_train = [x[:, : 20 + i % 20] for i, x in enumerate(X_train)]
            X = [x[:, : 20 + i % 21] for i, x in enumerate(X)]
        clf = LightWaveSClassifier(**{**small, **parameters}, random_state=0)
        return clf.fit(X_train, np.array(list("abc"))[y]), X

    return fit


@pytest.fixture(scope="module")
def fitted(fit):
    return fit(variant="plus", n_features=60)


def assert_same(program, classifier, cases):
    predictor = classifier.compile()
    expected = np.array([predictor.scores(x) for x in cases])
    if expected.ndim == 1:
        expected = np.stack([-expected, expected], axis=1)
    labels, scores = zip(*(program.of_length(x) for x in cases), strict=True)
    assert_allclose(scores, expected, rtol=1e-5, atol=1e-6 * abs(expected).max())
    assert [program.classes[i] for i in labels] == [str(predictor(x)) for x in cases]


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
        {"variant": "plus", "unequal": True},
    ],
    ids=lambda parameters: " ".join(map(str, parameters.values())),
)
def test_decisions_are_those_of_python(fit, tmp_path, parameters):
    classifier, X = fit(**parameters)
    export_c(classifier, tmp_path, n_timepoints=40)  # which takes missing values
    program = Program(tmp_path, len(classifier.classes_))
    assert_same(program, classifier, [np.float32(x) for x in X])
    assert_same(program, classifier, with_gaps(X))
    for n in range(1, 10):
        assert_same(program, classifier, with_gaps([x[:, :n] for x in X[:9]], n))


@needs_compiler
def test_nothing_observed_gives_the_intercepts(fitted, tmp_path):
    classifier, _ = fitted
    export_c(classifier, tmp_path)
    program = Program(tmp_path, 3)
    intercepts = classifier._state.fitted.output_intercepts
    for n in (1, 7, 40):
        best, scores = program.of_length(np.full((3, n), np.nan))
        assert_allclose(scores, intercepts, rtol=1e-6)
        assert best == intercepts.argmax()


@needs_compiler
def test_streams(fitted, tmp_path):
    classifier, X = fitted
    window, hop = 25, 4
    export_c(classifier, tmp_path, n_timepoints=window, hop=hop)
    program = Program(tmp_path, 3)
    stream = np.concatenate(with_gaps(X[:18]), axis=1)
    windows = []
    for t, sample in enumerate(stream.T):
        decision, scores = program.push(sample)
        if decision >= 0:
            windows.append(stream[:, t + 1 - window : t + 1])
            best, expected = program(windows[-1])
            assert decision == best
            assert_array_equal(scores, expected)
    assert len(windows) == 1 + (stream.shape[1] - window) // hop
    assert_same(program, classifier, windows)


@needs_compiler
@pytest.mark.parametrize("value", [np.inf, -np.inf, 3e38])
def test_bad_values_stay_bad(tmp_path, value):
    fitted = classifier_of(ALL_TABLES["level 1"](), 40)
    export_c(fitted, tmp_path, hop=1, missing_values=True)
    program = Program(tmp_path, 3)
    x = np.random.default_rng(0).normal(size=(3, 40)).astype(np.float32)
    for missing in (slice(0), slice(0, 5), slice(12, 40), slice(None)):
        for channel in range(3):
            bad = x.copy()
            bad[:, missing] = np.nan
            assert program(bad)[0] >= 0
            bad[channel, 11] = value
            assert program(bad)[0] == program.push(bad[:, 11])[0] == BAD_VALUE
    assert program(x)[0] >= 0
    assert program.push(np.full(3, np.nan))[0] == NO_DECISION


# Without the option


@needs_compiler
def test_it_is_taken_if_values_of_the_fit_were_missing(fitted, problem, tmp_path):
    classifier, X = fitted
    export_c(classifier, tmp_path / "gaps")
    export_c(classifier, tmp_path / "none", missing_values=False)
    gapped = X[0].copy()
    gapped[classifier.pipeline_[0].channels_[0], 3] = np.nan
    programs = [Program(tmp_path / folder, 3) for folder in ("gaps", "none")]
    assert_array_equal(programs[0](X[0])[1], programs[1](X[0])[1])
    assert programs[0](gapped)[0] >= 0
    assert programs[1](gapped)[0] == programs[1].push(gapped[:, 3])[0] == BAD_VALUE

    whole = LightWaveSClassifier(n_features=20, random_state=0).fit(*problem)
    sources = [export_c(whole, tmp_path / "a")]
    sources.append(export_c(whole, tmp_path / "b", missing_values=False))
    assert sources[0][1:] == sources[1][1:]
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


@needs_compiler
@pytest.mark.parametrize("which", SOME_TABLES)
def test_what_it_takes_is_not_there_without_it(tmp_path, which):
    if shutil.which("nm") is None:
        pytest.skip("needs nm")
    symbols = []
    for missing_values in (False, True):
        export_c(
            classifier_of(ALL_TABLES[which]()), tmp_path, missing_values=missing_values
        )
        model = compiled(tmp_path / "lightwaves_model.c", "-c", out=tmp_path / "m.o")
        done = subprocess.run(["nm", model], capture_output=True, text=True, check=True)
        symbols.append({line.split()[-1] for line in done.stdout.splitlines()})
        header = (tmp_path / "lightwaves_model_data.h").read_text()
        assert f"#define HAS_GAPS {int(missing_values)}\n" in header
        for words in ("NaN stands for", "longest_gaps"):
            assert missing_values == (words in header)
    own = {"gaps", "run_starts", "run_stops", "n_runs", "fill_gaps", "find_runs"}
    assert own <= symbols[1] - symbols[0]
    assert symbols[0] < symbols[1]


def test_classifiers_that_take_no_missing_values(problem, tmp_path):
    classifier = LightWaveSClassifier(
        n_features=20, missing_values="error", random_state=0
    ).fit(*problem)
    export_c(classifier, tmp_path / "c")
    for function in (
        lambda: export_c(classifier, tmp_path / "d", missing_values=True),
        lambda: costs_of(classifier, missing_values=True),
    ):
        with pytest.raises(ValueError, match="missing_values='allow'"):
            function()
    assert not (tmp_path / "d").exists()
    with pytest.raises(ValueError, match="must be True, False or None, got 'error'"):
        export_c(classifier, tmp_path / "d", missing_values="error")


# The program as people build it


@needs_compiler
@pytest.mark.parametrize("which", [*SOME_TABLES, "level 1", "one kernel", "mean"])
def test_known_case_and_no_warnings(tmp_path, which):
    export_c(classifier_of(ALL_TABLES[which]()), tmp_path, missing_values=True)
    assert_known_case_and_no_warnings(tmp_path)


@needs_compiler
@pytest.mark.parametrize("which", SOME_TABLES)
@pytest.mark.parametrize("missing", [4, 30, 88, 89])
def test_sanitizers_find_nothing(tmp_path, which, missing):
    fitted = classifier_of(ALL_TABLES[which]())
    export_c(fitted, tmp_path, n_timepoints=65, hop=3, missing_values=True)
    assert_sanitizers_find_nothing(tmp_path, missing)


@needs_compiler
def test_example(fitted, tmp_path):
    classifier, X = fitted
    export_c(classifier, tmp_path)
    sources = tmp_path / "example.c", tmp_path / "lightwaves_model.c"
    example = compiled(*sources, "-ffp-contract=off", out=tmp_path / "example")
    X = with_gaps(X[:9])
    text = "\n".join(f"{value:.9g}" for x in X for value in x.ravel())
    done = subprocess.run([example], input=text, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    labels = [line.split()[0] for line in done.stdout.splitlines()]
    assert labels == classifier.predict(np.stack(X)).tolist()


# Budgets


@needs_compiler
@pytest.mark.parametrize("which", SOME_TABLES)
@pytest.mark.parametrize("n_timepoints", [1, 64, 65])
def test_memory_is_as_said(tmp_path, which, n_timepoints):
    if shutil.which("size") is None:
        pytest.skip("needs size")
    fitted = classifier_of(ALL_TABLES[which](), n_timepoints)
    source = export_c(fitted, tmp_path, missing_values=True)
    costs = costs_of(fitted, missing_values=True)
    model = compiled(tmp_path / "lightwaves_model.c", "-c", out=tmp_path / "model.o")
    done = subprocess.run(["size", model], capture_output=True, text=True, check=True)
    text, data, bss = map(int, done.stdout.splitlines()[1].split()[:3])
    static = source.work_bytes + source.stream_bytes
    assert costs.ram == static
    assert static <= data + bss < static + 300  # with pointers and alignment
    assert source.table_bytes < text
    without = costs_of(fitted)
    assert costs.ram > without.ram
    assert costs.flash > without.flash


def test_room_for_the_program(tmp_path):
    """A Cortex-M4F needs no more for it than is counted, whatever the model has."""
    programs = "arm-none-eabi-gcc", "arm-none-eabi-size", "make"
    if not all(map(shutil.which, programs)):
        pytest.skip("needs make and a compiler for Cortex-M")
    rows = np.concatenate([of_series(), ALL_TABLES["all"](), of_kernels()])
    fitted = classifier_of(rows)
    export_c(fitted, tmp_path, missing_values=True)
    command = ["make", "-s", "-C", tmp_path, "cortex-m4"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    text = int(done.stdout.splitlines()[1].split()[0])
    flash = costs_of(fitted, missing_values=True).flash
    assert text <= flash < text + 2048


def test_a_smaller_model_takes_them_too(fit, tmp_path):
    classifier, X = fit(variant="plus", n_features=100)
    y = classifier.predict(X)
    X = np.stack(with_gaps(X))
    whole = costs_of(classifier)
    small = largest_within(classifier, X, y, max_flash=whole.flash - 1000)
    assert len(small.model.rows) < 100
    assert small.has_gaps
    assert costs_of(small).flash <= whole.flash - 1000
    more = largest_within(
        classifier, X, y, max_flash=whole.flash - 1000, missing_values=False
    )
    assert len(more.model.rows) > len(small.model.rows)
    export_c(small, tmp_path)
    program = Program(tmp_path, 3)
    labels = [program.classes[program(x)[0]] for x in X]
    assert labels == small.predict(X).tolist()


# The command


def run(*args):
    return CliRunner().invoke(cli.main, ["export", *map(str, args)])


@pytest.mark.parametrize("option", [None, True, False])
def test_command(fitted, tmp_path, option):
    classifier, _ = fitted
    classifier.save(tmp_path / "some.model")
    words = {None: [], True: ["--missing-values"], False: ["--no-missing-values"]}
    result = run(
        tmp_path / "some.model", "--to", "c", "--out", tmp_path / "c", *words[option]
    )
    assert (result.exit_code, result.stderr) == (0, "")
    export_c(classifier, tmp_path / "d", name="some", missing_values=option)
    assert contents(tmp_path / "c") == contents(tmp_path / "d")
    costs = costs_of(classifier, missing_values=option)
    assert f"RAM: {costs.ram} bytes" in result.stdout


def test_command_refuses(problem, tmp_path):
    classifier = LightWaveSClassifier(
        n_features=20, missing_values="error", random_state=0
    ).fit(*problem)
    classifier.save(tmp_path / "some.model")
    out = "--out", tmp_path / "c", "--missing-values"
    result = run(tmp_path / "some.model", "--to", "c", *out)
    assert result.exit_code == 1
    assert "missing values are an error" in result.stderr
    assert not (tmp_path / "c").exists()
    result = run(tmp_path / "some.model", "--to", "onnx", *out)
    assert result.exit_code == 1
    assert "missing values are an error" in result.stderr
