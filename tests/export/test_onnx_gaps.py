"""ONNX models that take missing values give what Python gives."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from onnx.reference import ReferenceEvaluator
from tables import fitted_from
from test_onnx import SUMMED, assert_same, flattened, run, session, table

from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.cli import main
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.linear.head import LinearHead
from lightwaves_aeon.core.linear.unobserved import Unobserved
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.export.onnx.inputs import DERIVE, DERIVE_OBSERVED
from lightwaves_aeon.export.onnx.model import build_model, export_onnx

N_CHANNELS, N_TIMEPOINTS = 3, 40


def random(rng, n_timepoints, share):
    return rng.random((N_CHANNELS, n_timepoints)) < share


def block(rng, n_timepoints, length):
    """A gap of some length in each channel."""
    start = rng.integers(0, max(n_timepoints - length, 0) + 1, (N_CHANNELS, 1))
    times = np.arange(n_timepoints)
    return (times >= start) & (times < start + length)


def all_but(n_timepoints, *kept):
    return ~np.isin(np.arange(n_timepoints), kept) & np.ones((N_CHANNELS, 1), bool)


def masks(n_timepoints, seed=0):
    """Where values are missing, of many kinds; the first and the last have no gaps."""
    rng, n = np.random.default_rng(seed), n_timepoints
    nowhere = np.zeros((N_CHANNELS, n), bool)
    one_channel, first, last = nowhere.copy(), nowhere.copy(), nowhere.copy()
    one_channel[1], first[:, :1], last[:, -1:] = True, True, True
    first_half, last_half = nowhere.copy(), nowhere.copy()
    first_half[:, : n // 2], last_half[0, n // 2 :] = True, True
    return np.stack(
        [
            nowhere,
            *(random(rng, n, share) for share in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97)),
            *(block(rng, n, length) for length in (1, 3, 4, 5)),
            *(block(rng, n, n // part) for part in (2, 4)),
            first,
            last,
            first | last,
            first_half,
            last_half,
            *(all_but(n, t) for t in (0, n // 2, n - 1)),
            all_but(n, 0, n - 1),
            one_channel,
            one_channel | random(rng, n, 0.3),
            ~one_channel,
            ~nowhere,
            nowhere,
        ]
    )


def with_gaps(X, missing):
    return np.where(missing, np.nan, X).astype(np.float32)


def cases(n_timepoints, seed=0):
    missing = masks(n_timepoints, seed)
    X = np.random.default_rng(seed).normal(size=missing.shape)
    return with_gaps(X, missing)


VARIANTS_AND_KERNELS = [
    {"variant": "L1"},
    {"variant": "L2"},
    {"variant": "L1L2"},
    {"variant": "plus", "n_features": 100, "random_state": 0},
    {"kernels": ["mexh", "db4", "haar"]},
    {"kernels": ["minirocket", "morl"], "variant": "plus", "random_state": 0},
]


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("parameters", VARIANTS_AND_KERNELS)
@pytest.mark.parametrize("is_fitted_to_gaps", [False, True])
def test_predicts_what_python_predicts(
    is_fitted_to_gaps, parameters, n_classes, make_problem, small, tmp_path
):
    missing = masks(N_TIMEPOINTS)
    X, y = make_problem(n_cases=32 + len(missing), n_classes=n_classes)
    # Classes of unequal size: else all have the same score where nothing is observed.
    train = np.flatnonzero(np.arange(32) // n_classes >= y[:32])
    test = X[32:]
    if is_fitted_to_gaps:
        X[:32:3] = with_gaps(X[:32:3], masks(N_TIMEPOINTS, seed=1)[1:12])
    y = y if n_classes == 2 else np.array(["a", "bb", "ccc", "d"])[y]
    clf = LightWaveSClassifier(**{**small, **parameters}).fit(X[train], y[train])
    path = tmp_path / "some.onnx"
    export_onnx(clf, path, missing_values=None if is_fitted_to_gaps else True)
    assert_same(clf, path, with_gaps(test, missing))
    assert_same(clf, path, with_gaps(flattened(test), missing))
    for case in (1, -2):
        assert_same(clf, path, with_gaps(test[[case]], missing[[case]]))


def test_predicts_the_same_of_one_channel_and_its_changes(make_problem, tmp_path):
    X, y = make_problem(n_channels=1)
    parameters = {"n_features": 150, "pool_size": 400, "random_state": 0}
    clf = LightWaveSClassifier(variant="plus", **parameters).fit(X, y)
    export_onnx(clf, tmp_path / "some.onnx", missing_values=True)
    missing = masks(N_TIMEPOINTS)[: len(X), :1]
    assert_same(clf, tmp_path / "some.onnx", with_gaps(X, missing))


def test_predicts_the_same_of_unequal_lengths(make_problem, small, tmp_path):
    X, y = make_problem()
    rng = np.random.default_rng(0)
    X = with_gaps(X, rng.random(X.shape) < rng.random((len(X), 1, 1)))
    X = [x[:, : 10 + i] for i, x in enumerate(X)]
    clf = LightWaveSClassifier(**small).fit(X, y)
    export_onnx(clf, tmp_path / "some.onnx")
    for x, scores in zip(X, clf.decision_function(X), strict=True):
        found = run(tmp_path / "some.onnx", x[None])[2]
        assert_allclose(found, [scores], rtol=1e-4, atol=1e-5)


# Feature by feature


def gapped_table(*arguments, **options):
    """A table, and a model with short gaps of any length or none, by channel."""
    rows, model = table(*arguments, **options)
    transform = model.transform._replace(longest_gaps=np.array([0, 4, 1000]))
    return rows, replace(model, transform=transform)


def features_model(rows, model):
    """A model whose scores are the features; their means are their numbers."""
    n = len(rows)
    stands_in = Unobserved(np.arange(n) + 0.5, np.ones(n), np.ones(n), 1.0)
    head = LinearHead(np.eye(n), np.zeros(n), np.arange(n), 1.0, stands_in)
    return build_model(fitted_from(model, head), missing_values=True)


def expected_of(model, X):
    features = model.transform(X)
    return np.where(np.isnan(features), np.arange(features.shape[1]) + 0.5, features)


@pytest.fixture(scope="module")
def everything():
    rows, model = gapped_table(dilations=(1, 2, 8, 2**30))
    return rows, model, session(features_model(rows, model))


def assert_features(everything, X):
    rows, model, of_onnx = everything
    features, expected = of_onnx.run(["scores"], {"X": X})[0], expected_of(model, X)
    summed = np.isin(rows["statistic"], SUMMED)
    assert_array_equal(features[:, ~summed], expected[:, ~summed])
    assert_allclose(features[:, summed], expected[:, summed], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("n_timepoints", [*range(1, 13), 40, 101])
@pytest.mark.parametrize("is_flat", [False, True])
def test_features_are_those_of_the_engine(everything, n_timepoints, is_flat):
    X = cases(n_timepoints)
    assert_features(everything, flattened(X) if is_flat else X)


@settings(max_examples=60, deadline=None)
@given(
    missing=st.tuples(st.integers(1, 3), st.just(3), st.integers(1, 45)).flatmap(
        lambda shape: arrays(bool, shape)
    ),
    seed=st.integers(0, 9),
)
def test_features_are_those_of_the_engine_whatever_is_missing(
    everything, missing, seed
):
    X = np.random.default_rng(seed).normal(size=missing.shape)
    assert_features(everything, with_gaps(X, missing))


@pytest.mark.parametrize("n_timepoints", [1, 2, 3, 30])
def test_another_runtime_gives_the_same(n_timepoints):
    rows, model = gapped_table(dilations=(1, 8), n_rows=60)
    X = flattened(cases(n_timepoints))[::3]
    reference = ReferenceEvaluator(features_model(rows, model))
    with np.errstate(invalid="ignore"):  # nothing times infinity, which is left out
        features = reference.run(["scores"], {"X": X})[0]
    assert_allclose(features, expected_of(model, X), rtol=1e-5, atol=1e-6)


def test_table_without_convolutions():
    rows, _ = table(dilations=(1,), n_rows=1300)
    rows = rows[rows["level"] == 0]
    model = Model.from_rows(rows, kernel_bank("haar"), np.zeros(3), np.ones(3))
    X = cases(N_TIMEPOINTS)
    for series in (X, flattened(X), X + 1000):
        scores = run(features_model(rows, model), series)[2]
        assert_allclose(scores, expected_of(model, series), rtol=1e-5, atol=1e-5)


# What is as it was


@pytest.fixture(scope="module", params=["L1L2", "plus"])
def fitted(request, make_problem, small):
    X, y = make_problem(n_cases=30, n_classes=3)
    parameters = {**small, "variant": request.param, "random_state": 0}
    return LightWaveSClassifier(**parameters).fit(X, y), np.float32(X)


def files(clf, folder):
    """Export without missing values, and with them."""
    found = []
    for missing_values in (False, True):
        found.append(folder / f"{missing_values}.onnx")
        export_onnx(clf, found[-1], missing_values=missing_values)
    return found


def test_complete_cases_among_others_are_as_without(fitted, tmp_path):
    clf, X = fitted
    without, path = files(clf, tmp_path)
    X = X[: len(masks(N_TIMEPOINTS))]
    missing = masks(N_TIMEPOINTS)
    is_complete = ~missing.any(axis=(1, 2))
    assert is_complete.sum() == 2
    found = run(path, with_gaps(X, missing))
    for tensor, expected in zip(found, run(without, X), strict=True):
        assert_array_equal(tensor[is_complete], expected[is_complete])
    for tensor, expected in zip(run(path, X), run(without, X), strict=True):
        assert_array_equal(tensor, expected)


def test_what_is_no_number(fitted, tmp_path):
    clf, X = fitted
    _, path = files(clf, tmp_path)
    X = with_gaps(X, np.random.default_rng(0).random(X.shape) < 0.2)
    expected, hurt = run(path, X), X.copy()
    channel, bad = clf.pipeline_[0].channels_[-1], [1, 3, 6]
    for case, value in zip(bad, (np.inf, -np.inf, 1e38), strict=True):
        hurt[case, channel, 5] = value
    found = run(path, hurt)
    for tensor, whole in zip(found, expected, strict=True):
        assert_array_equal(np.delete(tensor, bad, 0), np.delete(whole, bad, 0))
    label, probabilities, scores = found
    assert np.isnan(probabilities[bad]).all()
    assert np.isnan(scores[bad]).all()
    assert (label[bad] == clf.classes_[0]).all()
    for case in bad:
        with pytest.raises(ValueError, match=f"channel {channel}"):
            clf.predict(hurt[[case]])


def test_infinity_in_a_channel_that_does_not_vary():
    rows, model = table(dilations=(1,), n_rows=20)
    model = Model.from_rows(rows, model.bank, np.zeros(3), np.zeros(3))
    X = np.zeros((3, 3, 20), np.float32)
    X[0, 0, 3], X[1, 0, 3] = np.inf, np.nan
    scores = run(features_model(rows, model), X)[2]
    assert np.isnan(scores).all(axis=1).tolist() == [True, False, False]


def test_nothing_observed_has_the_frequencies_of_the_classes(fitted, tmp_path):
    clf, X = fitted
    _, path = files(clf, tmp_path)
    probabilities = run(path, np.full_like(X[:1], np.nan))[1]
    assert_allclose(probabilities, [[1 / 3] * 3], atol=1e-6)


def test_does_not_read_channels_out_of_use(make_problem, tmp_path):
    X, y = make_problem()
    parameters = {"n_features": 5, "max_dilation": 2, "max_channels": 1}
    clf = LightWaveSClassifier(**parameters).fit(X, y)
    without, path = files(clf, tmp_path)
    other = np.full_like(X, np.nan)
    other[:, clf.pipeline_[0].channels_] = X[:, clf.pipeline_[0].channels_]
    for tensor, expected in zip(run(path, other), run(without, X), strict=True):
        assert_array_equal(tensor, expected)


# The option


def test_takes_missing_values_if_the_training_cases_lacked_some(
    make_problem, small, tmp_path
):
    X, y = make_problem()
    for value, is_taken in ((0.0, False), (np.nan, True)):
        X[3, 1, 5:20] = value
        clf = LightWaveSClassifier(**small).fit(X, y)
        export_onnx(clf, tmp_path / "default.onnx")
        content = (tmp_path / "default.onnx").read_bytes()
        found = [path.read_bytes() == content for path in files(clf, tmp_path)]
        assert found == [not is_taken, is_taken]


def test_refuses_missing_values_where_they_are_an_error(make_problem, small, tmp_path):
    clf = LightWaveSClassifier(**small, missing_values="error").fit(*make_problem())
    with pytest.raises(ValueError, match="missing values are an error to this"):
        export_onnx(clf, tmp_path / "some.onnx", missing_values=True)
    assert not list(tmp_path.iterdir())
    export_onnx(clf, tmp_path / "some.onnx")


def test_command(make_problem, small, tmp_path):
    clf = LightWaveSClassifier(**small).fit(*make_problem())
    clf.save(tmp_path / "some.model")
    for path, option in zip(files(clf, tmp_path), ("--no-", "--"), strict=True):
        command = ["export", tmp_path / "some.model", "--to", "onnx", "--out", tmp_path]
        options = [f"{option}missing-values"]
        result = CliRunner().invoke(main, [*map(str, command), *options])
        assert result.exit_code == 0, result.output
        assert (tmp_path / "model.onnx").read_bytes() == path.read_bytes()


def test_model_has_standard_operators_only(fitted, tmp_path):
    model = onnx.load(files(fitted[0], tmp_path)[1])
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 17)]
    assert {node.domain for node in model.graph.node} == {""}
    assert {"Loop", "Scan", "If"}.isdisjoint(node.op_type for node in model.graph.node)
    assert model.doc_string.endswith("3 classes, NaN for missing values")


def test_representations_are_derived_of_flags_too():
    assert DERIVE.keys() == DERIVE_OBSERVED.keys()


def test_number_of_nodes_does_not_grow_with_the_table():
    sizes = [
        len(features_model(*table((1, 4), n_rows)).graph.node) for n_rows in (50, 800)
    ]
    assert sizes[1] < 1.2 * sizes[0] < 1200
