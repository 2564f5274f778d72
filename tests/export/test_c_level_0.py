"""Statistics of the series over intervals, without a kernel, as C."""

import shutil
import subprocess

import numpy as np
import pytest
from c_program import (
    Program,
    assert_known_case_and_no_warnings,
    assert_sanitizers_find_nothing,
    compiled,
    needs_compiler,
)
from numpy.testing import assert_allclose, assert_array_equal
from tables import fitted_from

from lightwaves_aeon.core.convolution.features import candidate_rows, series_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.pooling import (
    POOLING_NAMES,
    RESPONSE_POOLING,
    SERIES_POOLING,
)
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.convolution.series_pooling import timepoints_of
from lightwaves_aeon.core.linear.head import LinearHead
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.export.budget import OF, costs_of
from lightwaves_aeon.export.c.source import LONGEST, export_c
from lightwaves_aeon.export.c.tables import N_PARTS

N_TIMEPOINTS = 150
UNSCALED = {"means": (0, 0, 0), "stds": (1, 1, 1)}
BANK = kernel_bank(["minirocket", "db2"])


def of_series(inputs=("channel",), statistics=SERIES_POOLING, channel=0, length=10**6):
    """Rows of level 0; those of two channels have the next one, too."""
    parts = []
    for name in inputs:
        rows = series_rows(channel, length)
        rows["input"] = REPRESENTATION_NAMES.index(name)
        rows["other"] = (channel + 1) % 3 if name in ("sum", "difference") else -1
        parts.append(rows)
    rows = np.concatenate(parts)
    numbers = [POOLING_NAMES.index(name) for name in statistics]
    return rows[np.isin(rows["statistic"], numbers)]


def of_kernels(channel, levels, operators=RESPONSE_POOLING):
    rows = candidate_rows(channel, 3, len(BANK.names), levels, operators)[::11]
    rows["threshold"][rows["statistic"] == POOLING_NAMES.index("ppv")] = 0.5
    return rows


def model_of(rows, means=(0.1, -1, 2), stds=(0.5, 1, 3)):
    """Of a table in an order at random."""
    rows = np.random.default_rng(0).permutation(rows)
    return Model.from_rows(rows, BANK, np.float64(means), np.float64(stds))


def fitted_to(rows, n_timepoints=N_TIMEPOINTS, **scaling):
    """A classifier whose scores are the features."""
    n = len(rows)
    head = LinearHead(np.eye(n), np.zeros(n), np.arange(max(n, 2)))
    return fitted_from(model_of(rows, **scaling), head, n_timepoints=n_timepoints)


def classifier_of(rows):
    """A classifier of three classes."""
    rng, n = np.random.default_rng(0), len(rows)
    head = LinearHead(rng.normal(size=(n, 3)), rng.normal(size=3), np.arange(3))
    means = rng.normal(size=n)
    return fitted_from(model_of(rows), head, means, n_timepoints=N_TIMEPOINTS)


def some_of_each():
    """Inputs with intervals and kernels, with one of them alone, and pairs."""
    return np.concatenate(
        [
            of_series(("channel", "change"), length=64),
            of_series(("sum",), ("deviation", "slope"), channel=1),
            of_kernels(0, (1, 2)),
            of_kernels(2, (1,)),
        ]
    )


TABLES = {
    "level 0 alone": lambda: of_series(),
    "level 0 of all inputs": lambda: of_series(REPRESENTATION_NAMES, channel=2),
    "with kernels": some_of_each,
    "plus": lambda: np.concatenate(
        [of_series(("channel", "change")), of_kernels(1, (1,), ["ppv"])]
    ),
    "level 2": lambda: np.concatenate(
        [of_series(statistics=["mean"]), of_kernels(0, (2,), ["mpv"])]
    ),
    "one feature": lambda: of_series(statistics=["slope"])[:1],
    **{
        name: lambda name=name: of_series(statistics=[name], length=9)
        for name in SERIES_POOLING
    },
}


@pytest.fixture(scope="module", name="X")
def cases():
    X = np.random.default_rng(1).normal(size=(5, 3, N_TIMEPOINTS)).astype(np.float32)
    X[1] = X[1].cumsum(axis=1)
    X[2, :, 10:120] = X[2, :, 10:11]
    X[3] += 20
    X[4, 0] = 0.3
    return X


def assert_same_features(program, fitted, X):
    for x, expected in zip(X, fitted.features(X), strict=True):
        scores = program.of_length(x)[1][-len(expected) :]
        assert_allclose(scores, expected, rtol=1e-6, atol=1e-6 * abs(x).max())


@needs_compiler
@pytest.mark.parametrize("which", TABLES)
def test_features_are_those_of_python(X, tmp_path, which):
    fitted = fitted_to(TABLES[which]())
    export_c(fitted, tmp_path)
    program = Program(tmp_path, len(fitted.classes))
    for n in (N_TIMEPOINTS, 149, 64, *range(1, 8)):
        assert_same_features(program, fitted, X[:, :, :n])


@needs_compiler
@pytest.mark.parametrize("which", TABLES)
def test_known_case_and_no_warnings(tmp_path, which):
    export_c(classifier_of(TABLES[which]()), tmp_path)
    assert_known_case_and_no_warnings(tmp_path)


def test_ends_are_those_of_python():
    """By integers, as the program has them, and by fractions."""
    parts, n = np.arange(N_PARTS + 1), np.arange(1, 5001)[:, None]
    fractions = np.float32(parts / N_PARTS)
    expected = np.array([[int(f * int(m)) for f in fractions] for m in n[:, 0]])
    assert_array_equal(parts * n // N_PARTS, expected)
    for m in range(1, 5001, 7):
        for start in range(0, N_PARTS, 3):
            ends = timepoints_of(fractions[start], fractions[start + 1], m)
            first, last = start * m // N_PARTS, (start + 1) * m // N_PARTS
            assert ends == (first, max(last, first + 1))
    assert LONGEST * N_PARTS < 2**31


@needs_compiler
def test_ends_in_the_program(tmp_path):
    """On a ramp the extremes are the ends."""
    rows = of_series(statistics=["lowest", "highest"])
    fitted = fitted_to(rows, LONGEST, **UNSCALED)
    export_c(fitted, tmp_path)
    program = Program(tmp_path, len(rows))
    ramp = np.tile(np.arange(LONGEST, dtype=np.float32), (3, 1))
    for n in (*range(1, 300), 4999, 5000, 2**15 - 1, LONGEST):
        x = ramp[:, :n]
        assert_array_equal(program.of_length(x)[1], fitted.features(x[None])[0])


@needs_compiler
def test_sums_of_long_intervals(tmp_path):
    """Single precision alone would lose digits."""
    fitted = fitted_to(of_series(), LONGEST, **UNSCALED)
    export_c(fitted, tmp_path)
    program = Program(tmp_path, len(fitted.classes))
    rng = np.random.default_rng(0)
    X = rng.normal([[[3]], [[0]], [[100]]], size=(3, 3, LONGEST)).astype(np.float32)
    assert_same_features(program, fitted, X)


@needs_compiler
@pytest.mark.parametrize("scale", [1e-12, 1e15, 1e25, 1e28])
def test_any_scale(X, tmp_path, scale):
    """Squares would be beyond single precision."""
    fitted = fitted_to(of_series(), **UNSCALED)
    export_c(fitted, tmp_path)
    program = Program(tmp_path, len(fitted.classes))
    assert_same_features(program, fitted, X[:2] * np.float32(scale))


@needs_compiler
def test_flat_series_have_no_deviation(tmp_path):
    rows = of_series(statistics=["deviation", "slope"])
    fitted = fitted_to(rows)
    export_c(fitted, tmp_path)
    program = Program(tmp_path, len(rows))
    scores = program(np.full((3, N_TIMEPOINTS), 0.7, np.float32))[1]
    assert_allclose(scores, 0, atol=1e-7)


@needs_compiler
@pytest.mark.parametrize("which", ["level 0 alone", "with kernels"])
def test_streams(X, tmp_path, which):
    fitted, window, hop = fitted_to(TABLES[which]()), 50, 7
    export_c(fitted, tmp_path, n_timepoints=window, hop=hop)
    program = Program(tmp_path, len(fitted.classes))
    n_decisions = 0
    for t, sample in enumerate(X[0].T):
        decision, scores = program.push(sample)
        if decision >= 0:
            part = X[0, :, t + 1 - window : t + 1]
            assert_array_equal(scores, program(part)[1])
            n_decisions += 1
    assert n_decisions == 1 + (N_TIMEPOINTS - window) // hop


@needs_compiler
@pytest.mark.parametrize("which", TABLES)
def test_sanitizers_find_nothing(tmp_path, which):
    export_c(classifier_of(TABLES[which]()), tmp_path, n_timepoints=70, hop=3)
    assert_sanitizers_find_nothing(tmp_path)


@needs_compiler
@pytest.mark.parametrize("which", TABLES)
def test_memory_is_as_said(tmp_path, which):
    if shutil.which("size") is None:
        pytest.skip("needs size")
    fitted = classifier_of(TABLES[which]())
    source, costs = export_c(fitted, tmp_path), costs_of(fitted)
    model = compiled(tmp_path / "lightwaves_model.c", "-c", out=tmp_path / "model.o")
    done = subprocess.run(["size", model], capture_output=True, text=True, check=True)
    text, data, bss = map(int, done.stdout.splitlines()[1].split()[:3])
    static = source.work_bytes + source.stream_bytes
    assert costs.ram == static
    assert static <= data + bss < static + 300  # with pointers and alignment
    assert source.table_bytes < text


def test_nothing_but_what_is_needed(tmp_path):
    def header(rows):
        export_c(classifier_of(rows), tmp_path)
        return (tmp_path / "lightwaves_model_data.h").read_text()

    text = header(TABLES["mean"]())
    assert "#define HAS_MEAN 1\n" in text
    for name in SERIES_POOLING[1:]:
        assert f"#define HAS_{name.upper()} 0\n" in text
    assert "uint8_t interval_starts[" in text
    assert "uint8_t interval_stops[" in text
    for name in ("input_groups", "group_", "convolution_", "kernel_", "thresholds["):
        assert f" {name}" not in text
    text = header(of_kernels(0, (1,)))
    assert "interval_" not in text
    assert "input_intervals" not in text


def test_other_intervals_are_refused(tmp_path):
    rows = of_series()[:5]
    rows["stop"] = 0.3
    for function in (lambda fitted: export_c(fitted, tmp_path / "c"), costs_of):
        with pytest.raises(ValueError, match="but those made of 64ths of a series"):
            function(fitted_to(rows))
    assert not (tmp_path / "c").exists()


# Budgets


def test_operations_of_intervals():
    series = OF["float"].series
    assert all(of.series.keys() == set(SERIES_POOLING) for of in OF.values())
    whole = of_series()[:5]
    n = N_TIMEPOINTS
    for row in (whole[i : i + 1] for i in range(5)):
        name = POOLING_NAMES[row["statistic"][0]]
        half = row.copy()
        half["stop"] = 0.5
        costs = [costs_of(fitted_to(rows)).operations for rows in (row, half)]
        assert costs[0] - costs[1] == series[name] * n // 2
    with_kernels = np.concatenate([of_kernels(1, (1,)), whole])
    without = costs_of(fitted_to(of_kernels(1, (1,))))
    both = costs_of(fitted_to(with_kernels))
    assert both.operations > without.operations + sum(series.values()) * n
    assert both.flash > without.flash
    assert both.ram > without.ram  # of the stream, which has one channel more


def test_room_for_the_program(tmp_path):
    """A Cortex-M4F needs no more for it than is counted, whatever the model has."""
    programs = "arm-none-eabi-gcc", "arm-none-eabi-size", "make"
    if not all(map(shutil.which, programs)):
        pytest.skip("needs make and a compiler for Cortex-M")
    everything = [of_series(REPRESENTATION_NAMES), of_kernels(1, (1, 2))]
    fitted = classifier_of(np.concatenate(everything))
    export_c(fitted, tmp_path)
    command = ["make", "-s", "-C", tmp_path, "cortex-m4"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    text = int(done.stdout.splitlines()[1].split()[0])
    flash = costs_of(fitted).flash
    assert text <= flash < text + 2048
