"""The ONNX model of a regressor gives the numbers that Python gives."""

import json

import numpy as np
import onnx
import pytest
from aeon.datasets import load_cardano_sentiment, load_covid_3month
from numpy.testing import assert_allclose, assert_array_equal
from onnx.reference import ReferenceEvaluator
from sklearn.linear_model import Ridge
from test_onnx import exported, flattened, session
from test_onnx_gaps import VARIANTS_AND_KERNELS, masks, with_gaps

from lightwaves_aeon import LightWaveSRegressor
from lightwaves_aeon.export.onnx.model import export_onnx

PLUS = {"variant": "plus", "n_features": 60, "random_state": 0}
GAPS = masks(n_timepoints=40)


def numbers_of(X):
    """Numbers that the middle of the series tells, and some noise."""
    noise = np.random.default_rng(1).normal(scale=0.1, size=len(X))
    return np.nanmean(X[:, 1, 10:20] ** 2, axis=1) + noise


@pytest.fixture(scope="module")
def series(make_problem):
    return make_problem(n_cases=60, n_timepoints=40, n_classes=4)[0]


@pytest.fixture(scope="module")
def two_outputs(series):
    module = pytest.importorskip("lightwaves_aeon.sktime", exc_type=ImportError)
    y = np.column_stack([numbers_of(series), 1e6 + series[:, 0].max(axis=1)])
    return module.LightWaveSRegressor(**PLUS).fit(series[:40], y[:40])


def run(model, X):
    (found,) = session(model).run(["variable"], {"X": np.asarray(X, np.float32)})
    assert found.dtype == np.float32
    return found


def assert_same(reg, path, X):
    """Compare with Python, to 1e-5 of the numbers and of how far they spread."""
    X = [np.float32(x) for x in X] if isinstance(X, list) else np.float32(X)
    expected = reg.predict(X).reshape(len(X), -1)
    found = [run(path, x[None])[0] for x in X] if isinstance(X, list) else run(path, X)
    assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * expected.std())


@pytest.mark.parametrize("load", [load_covid_3month, load_cardano_sentiment])
@pytest.mark.parametrize("missing_values", [False, True])
def test_data_of_the_archive(load, missing_values, tmp_path):
    reg = LightWaveSRegressor(random_state=0).fit(*load(split="train"))
    X, path = load(split="test")[0], tmp_path / "some.onnx"
    export_onnx(reg, path, missing_values=missing_values)
    assert_same(reg, path, X)
    if missing_values:
        is_missing = np.random.default_rng(0).random(X.shape) < 0.2
        assert_same(reg, path, np.where(is_missing, np.nan, X))


@pytest.mark.parametrize("parameters", VARIANTS_AND_KERNELS)
def test_predicts_what_python_predicts(parameters, series, small, tmp_path):
    train, test = series[:40], series[40:]
    reg = LightWaveSRegressor(**{**small, **parameters}).fit(train, numbers_of(train))
    path = exported(reg, tmp_path)
    for X in (test, flattened(test), test[:1]):
        assert_same(reg, path, X)


@pytest.mark.parametrize("is_fitted_to_gaps", [False, True])
def test_predicts_the_same_of_gaps(is_fitted_to_gaps, make_problem, tmp_path):
    X, _ = make_problem(n_cases=32 + len(GAPS), n_classes=4)
    y, test = numbers_of(X), with_gaps(X[32:], GAPS)
    if is_fitted_to_gaps:
        X[:32:3] = with_gaps(X[:32:3], masks(40, seed=1)[1:12])
    reg, path = LightWaveSRegressor(**PLUS).fit(X[:32], y[:32]), tmp_path / "a.onnx"
    export_onnx(reg, path, missing_values=None if is_fitted_to_gaps else True)
    assert_same(reg, path, test)
    nothing = np.full_like(test[:1], np.nan)
    assert_allclose(run(path, nothing), [[reg.estimator_.intercept_]], rtol=1e-6)


def test_predicts_the_same_of_unequal_lengths(series, tmp_path):
    X = [np.float32(x[:, : 20 + i % 20]) for i, x in enumerate(series)]
    reg = LightWaveSRegressor(**PLUS).fit(X[:40], numbers_of(series[:40]))
    assert_same(reg, exported(reg, tmp_path), X[40:])


def test_two_outputs(two_outputs, series, tmp_path):
    path = exported(two_outputs, tmp_path)
    found = run(path, series)
    assert found.shape == (60, 2)
    assert_allclose(found, two_outputs.predict(np.float32(series)), rtol=1e-5)
    assert_array_equal(run(path, series[3:5]), found[3:5])


def test_keeps_within_limits(two_outputs, series, tmp_path):
    far = np.float32(np.concatenate([100 * series, series / 100, -100 * series]))
    expected, limits = two_outputs.predict(far), two_outputs.estimator_.limits_
    found = run(exported(two_outputs, tmp_path), far)
    for limit in limits:
        is_there = expected == limit
        assert is_there.any()
        assert_array_equal(found[is_there], np.float32(expected[is_there]))
    assert_allclose(found, expected, rtol=1e-6)


# Double precision


@pytest.mark.parametrize(("offset", "scale"), [(1e6, 1.0), (-1e6, 1.0), (0.0, 1e-6)])
@pytest.mark.parametrize("missing_values", [False, True])
def test_offsets_and_scales(series, offset, scale, missing_values, tmp_path):
    y = numbers_of(series)
    y = offset + scale * (y - y.mean()) / y.std()
    reg, path = LightWaveSRegressor(**PLUS).fit(series[:40], y[:40]), tmp_path / "a"
    export_onnx(reg, path, missing_values=missing_values)
    X = np.float32(series)
    if missing_values:
        X[:, :, 12:15], X[4] = np.nan, np.nan
    found, expected = run(path, X)[:, 0], reg.predict(X)
    assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * scale)
    # No farther off than rounding to single precision is, where the offset is large.
    coarse = np.spacing(np.float32(abs(offset))) / 2
    assert_allclose(found, expected, rtol=0, atol=1.01 * coarse + 1e-5 * scale)


def test_outputs_that_single_precision_cannot_tell_apart(series, tmp_path):
    y = numbers_of(series[:40])
    for offset, scale in ((1e10, 1.0), (0.0, 1e50), (1e50, 1e45), (0.0, 1e-60)):
        reg = LightWaveSRegressor(**PLUS).fit(series[:40], offset + scale * y)
        with pytest.raises(ValueError, match=r"output 0 varies by .* single precision"):
            export_onnx(reg, tmp_path / "some.onnx")
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings("ignore:all numbers in y are")
def test_numbers_that_do_not_vary(series, tmp_path):
    reg = LightWaveSRegressor(**PLUS).fit(series, np.full(60, 1e10))
    assert_array_equal(run(exported(reg, tmp_path), series), np.full((60, 1), 1e10))


# What it says


def test_model_says_what_it_takes_and_gives(two_outputs, tmp_path):
    model = onnx.load(exported(two_outputs, tmp_path))
    (output,) = model.graph.output
    shape = [d.dim_value or d.dim_param for d in output.type.tensor_type.shape.dim]
    assert (output.name, shape) == ("variable", ["batch", 2])
    assert (model.producer_name, model.ir_version) == ("lightwaves-aeon", 8)
    assert model.doc_string.startswith("LightWaveS: 60 features of ")
    assert model.doc_string.endswith(" channels, 2 outputs")
    about = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    names = two_outputs.transformer_.get_feature_names_out()
    assert about == {"features": list(names)}


def test_what_is_no_number_is_nan(series, tmp_path):
    reg = LightWaveSRegressor(**PLUS, missing_values="error")
    path = exported(reg.fit(series, numbers_of(series)), tmp_path)
    hurt = np.float32(series[:6])
    hurt[1, 1, 3], hurt[4, 1, 3] = np.nan, np.inf
    found, whole = run(path, hurt), run(path, series[:6])
    assert np.isnan(found[[1, 4]]).all()
    assert_array_equal(np.delete(found, [1, 4], 0), np.delete(whole, [1, 4], 0))


def test_another_runtime_gives_the_same(two_outputs, series, tmp_path):
    path, X = exported(two_outputs, tmp_path), np.float32(series[:3])
    (found,) = ReferenceEvaluator(onnx.load(path)).run(None, {"X": X})
    assert_allclose(found, run(path, X), rtol=1e-6)


def test_predicts_the_same_of_a_loaded_model(series, tmp_path):
    reg = LightWaveSRegressor(**PLUS).fit(series, numbers_of(series))
    reg.save(tmp_path / "some.model")
    loaded = LightWaveSRegressor.load(tmp_path / "some.model")
    found = run(exported(loaded, tmp_path), series)
    assert_array_equal(found, run(exported(reg, tmp_path), series))


def test_refuses_another_estimator(series, tmp_path):
    reg = LightWaveSRegressor(**PLUS, estimator=Ridge()).fit(series, numbers_of(series))
    with pytest.raises(ValueError, match="default estimator only, not Ridge"):
        export_onnx(reg, tmp_path / "some.onnx")
