"""Models in integers: C is the reference to the bit, and both are near the floats."""

import dataclasses

import numpy as np
import pytest
from aeon.datasets import load_basic_motions, load_italy_power_demand
from c_program import needs_compiler
from integer_program import (
    PAIRS,
    TABLES,
    IntegerProgram,
    extremes,
    run_example,
    table_at_random,
)
from numpy.testing import assert_allclose, assert_array_equal
from tables import fitted_from

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor
from lightwaves_aeon.core.convolution.features import series_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.fitted import as_fitted
from lightwaves_aeon.core.linear.head import LinearHead
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.export import export_c
from lightwaves_aeon.export.c.files import program_names
from lightwaves_aeon.export.integer import IntegerModel, choose_bits
from lightwaves_aeon.export.integer.bits import CANDIDATES
from lightwaves_aeon.export.integer.head import LARGEST_STEP
from lightwaves_aeon.export.integer.pooling import POOL, SERIES_POOL
from lightwaves_aeon.export.integer.responses import DERIVE
from lightwaves_aeon.export.integer.width import NARROW, width_of

NO_DECISION, BAD_LENGTH = -1, -2
LARGEST = NARROW.largest


def assert_same(program, model, z):
    """Scores are equal to the bit, and so are decisions."""
    expected = model.scores(z)
    found = [program(x) for x in z]
    assert_array_equal([scores for _, scores in found], expected)
    if hasattr(model.fitted, "classes"):
        assert_array_equal([best for best, _ in found], expected.argmax(axis=1))


@pytest.fixture(scope="module")
def fit(make_problem, small):
    def fit(n_classes=3, n_channels=3, **parameters):
        X, y = make_problem(n_classes=n_classes, n_channels=n_channels)
        clf = LightWaveSClassifier(**{**small, **parameters}, random_state=0)
        return clf.fit(X, y), X

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
        {"variant": "plus", "n_classes": 6, "n_features": 100},
    ],
    ids=lambda parameters: " ".join(map(str, parameters.values())),
)
def test_scores_are_those_of_the_reference(fit, tmp_path, parameters):
    classifier, X = fit(**parameters)
    source = export_c(classifier, tmp_path, arithmetic="int16", X=X)
    fitted = as_fitted(classifier, "a test")
    model = IntegerModel.from_fitted(fitted, 40, source.agreement.bits)
    program = IntegerProgram(tmp_path, len(classifier.classes_))
    z = model.quantise(X)
    for x, expected in zip(X, z, strict=True):
        assert_array_equal(program.quantise(x)[1], expected)
    assert_same(program, model, z)
    assert_same(program, model, extremes(20, X[0].shape))
    assert (model.predict(z) == classifier.predict(X)).mean() > 0.95


@needs_compiler
@pytest.mark.parametrize(
    ("bits", "packed"),
    [(7, False), (7, True), (13, False)],
    ids=["16 bits", "in pairs", "32 bits"],
)
@pytest.mark.parametrize("which", TABLES)
def test_tables_at_random(tmp_path, which, bits, packed):
    """With values of any size nothing overflows: the sanitizer would stop it."""
    fitted, X = table_at_random(*TABLES[which])
    export_c(fitted, tmp_path, arithmetic="int16", bits=bits)
    model = IntegerModel.from_fitted(fitted, fitted.n_timepoints, bits)
    flags = ["-fsanitize=undefined", "-fno-sanitize-recover=all"]
    if packed:
        (tmp_path / "arm_acle.h").write_text(PAIRS)
        flags += ["-I", str(tmp_path), "-D", "__ARM_FEATURE_SIMD32"]
        flags += ["-Wno-unused-function"]
    program = IntegerProgram(tmp_path, 4, *flags)
    assert_same(program, model, model.quantise(X))
    assert_same(program, model, extremes(10, X[0].shape))


@needs_compiler
@pytest.mark.parametrize("bits", [8, 13])
@pytest.mark.parametrize("n", [1000, 65535])
def test_sums_over_long_series(tmp_path, n, bits):
    fitted, _ = table_at_random(500, (0,), ("channel",))
    export_c(fitted, tmp_path, arithmetic="int16", n_timepoints=n, bits=bits)
    model = IntegerModel.from_fitted(fitted, n, bits)
    program = IntegerProgram(tmp_path, 4, "-fsanitize=undefined")
    largest = model.width.largest_sample
    ramp = np.linspace(-largest, largest, n).astype(np.int16)
    steps = np.where(np.arange(n) < n // 2, -largest, largest)
    flat = np.full(n, largest)
    z = np.int16([[of] * 3 for of in (ramp, -ramp, steps, -steps, flat, -flat)])
    assert_same(program, model, z)


@pytest.mark.parametrize("levels", [(0,), (1,), (2,)])
def test_features_are_those_of_floats(levels):
    """But for rounding; those that vary by few integers are left aside."""
    fitted, X = table_at_random(120, levels, REPRESENTATION_NAMES)
    model = IntegerModel.from_fitted(fitted, 120)
    features, expected = model.features(model.quantise(X)), fitted.features(X)
    errors = (features * model.units - expected).std(axis=0)
    varies = fitted.stds > 8 * model.units
    assert varies.mean() > 0.2
    shares = errors[varies] / fitted.stds[varies]
    assert shares.max() < 0.3
    assert np.median(shares) < 0.02


@needs_compiler
@pytest.mark.parametrize("bits", [8, 13])
@pytest.mark.parametrize("counts", [False, True])
def test_streams_are_cut_in_windows(fit, tmp_path, counts, bits):
    classifier, X = fit(variant="plus", n_features=60)
    window, hop = 25, 4
    options = {"scale": 0.002, "offset": 1.0} if counts else {}
    given = dict(n_timepoints=window, hop=hop, arithmetic="int16", bits=bits)
    export_c(classifier, tmp_path, **given, **options)
    program = IntegerProgram(tmp_path, 3)
    stream = np.concatenate(X[:4], axis=1)
    if counts:
        stream = np.round((stream - 1) / 0.002).astype(np.int16)
    else:
        stream = program.quantise(stream)[1]
    n_decisions = 0
    for _ in range(2):
        program.reset()
        for t, sample in enumerate(stream.T):
            decision, scores = program.push(sample)
            if t + 1 < window or (t + 1 - window) % hop:
                assert decision == NO_DECISION
                assert not scores.any()
            else:
                expected = program(stream[:, t + 1 - window : t + 1])
                assert decision == expected[0]
                assert_array_equal(scores, expected[1])
                n_decisions += 1
    assert n_decisions == 2 * (1 + (stream.shape[1] - window) // hop)


@needs_compiler
@pytest.mark.parametrize("variant", ["L1", "plus"])
@pytest.mark.parametrize("bits", [8, 13])
def test_clamped_values_are_counted(fit, tmp_path, variant, bits):
    """Once each, however many inputs a channel is part of, and not if not in use."""
    classifier, X = fit(variant=variant, n_features=60)
    fitted = as_fitted(classifier, "a test")
    export_c(classifier, tmp_path, arithmetic="int16", hop=1, bits=bits)
    program = IntegerProgram(tmp_path, 3)
    model = IntegerModel.from_fitted(fitted, 40, bits)
    z = model.quantise(X[:1])[0]
    used, largest = fitted.model.channels, model.width.largest_sample
    expected = program(np.where(z < 0, -largest, z))[1]
    assert program.n_clamped == 0
    beyond = np.where(z < 0, -(2**15), z)
    assert_array_equal(program(beyond)[1], expected)
    assert program.n_clamped == (z[used] < 0).sum()
    program.reset()
    for sample in beyond.T:
        program.push(sample)
        assert program.n_clamped == (sample[used] < -largest).sum()
    assert program.n_clamped_of_stream == (z[used] < 0).sum()
    program.reset()
    assert program.n_clamped_of_stream == program.n_clamped == 0
    assert program.of_length(z, 39)[0] == BAD_LENGTH


@needs_compiler
def test_floats_that_are_no_numbers(fit, tmp_path):
    classifier, X = fit()
    fitted = as_fitted(classifier, "a test")
    export_c(classifier, tmp_path, arithmetic="int16")
    program, model = IntegerProgram(tmp_path, 3), IntegerModel.from_fitted(fitted, 40)
    x, channel = X[0].copy(), fitted.model.channels[0]
    values = np.nan, np.inf, -np.inf, 3e38, -1e30
    x[channel, :5] = values
    n_beyond, z = program.quantise(x)
    assert_array_equal(z[channel, :5], [0, LARGEST, -LARGEST, LARGEST, -LARGEST])
    assert n_beyond == 5
    assert_array_equal(z, model.quantise(x[None])[0])


@needs_compiler
@pytest.mark.parametrize(
    ("scale", "offset"), [(0.004, 0.0), (-0.01, 5.0), (0.3, -2.0), (1e-4, [0, 1, 2])]
)
@pytest.mark.parametrize("bits", [8, 13])
def test_counts_of_a_sensor(fit, tmp_path, scale, offset, bits):
    """Whatever int16 they are, the product of one fits in 32 bits."""
    classifier, X = fit(variant="plus")
    fitted = as_fitted(classifier, "a test")
    of = {"scale": scale, "offset": offset}
    offsets = np.broadcast_to(offset, 3)[:, None]
    counts = np.clip(np.round((X - offsets) / scale), -(2**15), 2**15 - 1)
    counts = counts.astype(np.int16)
    export_c(classifier, tmp_path, arithmetic="int16", X=counts, bits=bits, **of)
    model = IntegerModel.from_fitted(fitted, 40, bits, **of)
    program = IntegerProgram(tmp_path, 3, "-fsanitize=undefined")
    for values in (counts, extremes(10, X[0].shape)):
        z = model.quantise(values)
        found = [program(x)[1] for x in values]
        assert_array_equal(found, model.scores(z))
    floats = IntegerModel.from_fitted(fitted, 40, bits)
    expected = floats.quantise(offsets + scale * counts)
    values, expected = map(model.width.values, (model.quantise(counts), expected))
    # One unit, or the last of the digits of a large value; and the scale is rounded.
    assert (abs(values - expected) <= 1 + abs(expected) * 2.0**-12).all()


@needs_compiler
@pytest.mark.parametrize("n_outputs", [1, 2])
def test_regressors(tmp_path, make_problem, n_outputs):
    X, y = make_problem(n_classes=12)
    y = 1.0 * y
    if n_outputs == 2:
        y = np.stack([y, 1e4 - 300 * y], axis=1)
    reg = LightWaveSRegressor(n_features=60, random_state=0).fit(X, y)
    source = export_c(reg, tmp_path, arithmetic="int16", X=X)
    assert np.isnan(source.agreement.labels)
    assert source.agreement.error < 0.05
    fitted = as_fitted(reg, "a test")
    model = IntegerModel.from_fitted(fitted, X.shape[2], source.agreement.bits)
    program, z = IntegerProgram(tmp_path, n_outputs), model.quantise(X)
    assert_same(program, model, z)
    assert_same(program, model, extremes(20, X[0].shape))
    found, expected = model.predict(z), reg.predict(X)
    assert found.shape == expected.shape
    assert (np.abs(found - expected) < 0.2 * expected.std(axis=0)).all()
    least, largest = fitted.head.limits
    numbers = model.numbers(extremes(20, X[0].shape))
    slack = 2.0**-model.head.bits
    assert (numbers >= least - slack).all()
    assert (numbers <= largest + slack).all()
    done = run_example(tmp_path, X[:2])
    printed = [list(map(float, line.split())) for line in done.stdout.splitlines()]
    # In single precision, which numbers near 0 have of the whole range.
    spread = expected.std(axis=0)
    numbers = model.numbers(z[:2])
    assert_allclose(printed / spread, numbers / spread, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("load", [load_basic_motions, load_italy_power_demand])
@pytest.mark.parametrize("variant", ["L1L2", "plus"])
def test_labels_are_those_of_floats(load, variant):
    X, y = load(split="train")
    clf = LightWaveSClassifier(variant=variant, random_state=0).fit(X, y)
    fitted = as_fitted(clf, "a test")
    found = choose_bits(fitted, X)
    assert found.labels == 1
    assert found.error < 0.05
    X, _ = load(split="test")
    for bits in (found.bits, 8, 13):
        model = IntegerModel.from_fitted(fitted, X.shape[2], bits)
        assert (model.predict(model.quantise(X)) == clf.predict(X)).mean() > 0.99


def test_bits_are_tried_until_enough(fit):
    classifier, X = fit(n_features=60)
    fitted = as_fitted(classifier, "a test")
    tried = [choose_bits(fitted, X, bits) for bits in CANDIDATES]
    enough = [of for of in tried if of.labels >= 0.995 and of.error <= 0.01]
    best = min(tried, key=lambda of: of.error)
    assert choose_bits(fitted, X) == (enough[0] if enough else best)


def test_estimators_give_the_reference(fit):
    classifier, X = fit()
    found = choose_bits(as_fitted(classifier, "a test"), X)
    assert classifier.quantised().bits == 8
    assert classifier.quantised(X=X).bits == found.bits
    model = classifier.quantised(n_timepoints=30, bits=7)
    assert (model.n_timepoints, model.bits) == (30, 7)
    z = model.quantise(X[:, :, :30])
    assert (model.predict(z) == classifier.predict(X[:, :, :30])).mean() > 0.9


@pytest.mark.parametrize("n_timepoints", [1, 1025, 65535])
def test_samples_stand_for_values(n_timepoints):
    """Each for another one, and values for the sample that is nearest."""
    width = width_of(13, n_timepoints)
    samples = np.arange(-width.largest_sample, width.largest_sample + 1)
    values = width.values(samples.astype(np.int16))
    assert (np.diff(values) > 0).all()
    assert values[-1] == -values[0] == width.largest
    assert_array_equal(width.samples(values), samples)
    between = np.linspace(-width.largest, width.largest, 100_003).astype(int)
    nearest = width.values(width.samples(between))
    assert (abs(nearest - between) <= abs(between) * 2.0**-13).all()
    assert 12 * 6 * width.largest < 2**31
    assert width.largest * n_timepoints <= 2**29
    assert_array_equal(width.values(np.int16([-(2**15)])), -width.largest)


@pytest.mark.parametrize("bits", [8, 13])
def test_hard_bounds(bits):
    """What limits scores are weights and ranges of features, whatever the series."""
    for which in TABLES:
        fitted, _ = table_at_random(*TABLES[which])
        model = IntegerModel.from_fitted(fitted, fitted.n_timepoints, bits)
        z = extremes(30, (3, fitted.n_timepoints))
        features, head = model.features(z), model.head
        distances = features - head.centres
        assert np.abs(distances).max() < 2**31
        steps = np.minimum(np.abs(distances >> head.shifts), LARGEST_STEP)
        sums = steps @ np.abs(head.weights) + np.abs(head.intercepts)
        assert sums.max() < 2**31


def test_features_finer_than_the_integers_are_left_out(make_problem):
    """Such as means of series that are standardised: they are rounding, no more."""
    X, _ = make_problem(n_channels=1)
    X = (X - X.mean(axis=2, keepdims=True)) / X.std(axis=2, keepdims=True)
    rows = series_rows(0, 40)[:10]
    model = Model.from_rows(rows, kernel_bank("minirocket"), np.zeros(1), np.ones(1))
    features = model.transform(X)
    stds = features.std(axis=0, dtype=float)
    means, weights = features.mean(axis=0, dtype=float), 1 / np.maximum(stds, 1e-9)
    head = LinearHead(weights[:, None], np.array([-means @ weights]), np.arange(2))
    fitted = fitted_from(model, head, means, n_channels=1)
    fitted = dataclasses.replace(fitted, stds=stds)
    weights = IntegerModel.from_fitted(fitted, 40).head.weights
    assert weights[0] == weights[1] == 0  # mean and deviation of the whole series
    assert (weights[5:] != 0).all()


# What is refused


def assert_refused(error, fitted, folder, **options):
    with pytest.raises(ValueError, match=error):
        export_c(fitted, folder / "c", arithmetic="int16", **options)
    assert not (folder / "c").exists()


@pytest.mark.parametrize("name", ["mpv", "mipv"])
def test_other_statistics_are_refused(tmp_path, name):
    fitted, _ = table_at_random(40, (1,), ("channel",), ("ppv", name))
    assert_refused(f"no implementation of the statistic '{name}'", fitted, tmp_path)
    with pytest.raises(ValueError, match=f"integers has no .* statistic '{name}'"):
        IntegerModel.from_fitted(fitted, 40)


def test_wavelets_are_refused(fit, tmp_path):
    classifier, _ = fit(kernels=["mexh", "db4"])
    assert_refused("no implementation of the kernel 'mexh'", classifier, tmp_path)


def test_gaps_are_refused(fit, tmp_path, make_problem, small):
    classifier, X = fit()
    assert_refused("missing values", classifier, tmp_path, missing_values=True)
    X, y = make_problem()
    X[::3, :, 4:7] = np.nan
    clf = LightWaveSClassifier(**small, missing_values="allow", random_state=0)
    assert_refused("missing values", clf.fit(X, y), tmp_path)


@pytest.mark.parametrize(
    ("error", "options"),
    [
        ("bits must be", {"bits": 16}),
        ("bits must be", {"bits": 1.5}),
        ("not those of the series", {"scale": 1e6}),
        ("not those of the series", {"scale": 1e-3, "offset": 1e6}),
        ("finite", {"scale": 0}),
        ("one number or 3", {"scale": [1.0, 2.0]}),
        ("whole numbers", {"scale": 0.01, "X": np.full((4, 3, 40), 0.5)}),
        ("of 16 bits", {"scale": 0.01, "X": np.full((4, 3, 40), 4e4)}),
        ("finite", {"scale": 1, "offset": np.nan}),
        (r"of shape \(3, 40\), got \(3, 39\)", {"X": np.zeros((4, 3, 39))}),
        (r"got \(3, 9\)", {"X": [np.zeros((3, 40)), np.zeros((3, 9))]}),
        ("got no case", {"X": []}),
        ("cases that differ", {"X": np.zeros((2, 3, 40))}),
        ("holds NaN", {"X": np.full((2, 3, 40), np.nan)}),
        ("needs scale", {"offset": 5.0}),
    ],
)
def test_options_out_of_range(fit, tmp_path, error, options):
    assert_refused(error, fit()[0], tmp_path, **options)


def test_options_of_floats(fit, tmp_path):
    classifier, X = fit()
    for options in ({"X": X}, {"bits": 8}, {"scale": 1}, {"offset": 1}):
        with pytest.raises(ValueError, match="are for arithmetic='int16'"):
            export_c(classifier, tmp_path, **options)
    with pytest.raises(ValueError, match="one of float, int16"):
        export_c(classifier, tmp_path, arithmetic="int8")
    model = IntegerModel.from_fitted(as_fitted(classifier, "a test"), 40)
    with pytest.raises(ValueError, match="39 time points, not 40"):
        model.scores(model.quantise(X)[:, :, :39])
    with pytest.raises(TypeError, match="must be of int16"):
        model.scores(X)
    for other in (X[:, :2], X[0]):
        with pytest.raises(ValueError, match=r"of shape \(n_cases, 3, n_timepoints\)"):
            model.quantise(other)


def test_the_program_has_what_the_reference_has():
    names = {*POOL, *SERIES_POOL, *DERIVE}
    assert names <= program_names("int16")
    assert not {"mpv", "mipv"} & program_names("int16")
