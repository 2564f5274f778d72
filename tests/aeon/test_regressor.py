"""LightWaveSRegressor of aeon: its contract, and what it shares with the classifier."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from aeon.datasets import load_cardano_sentiment, load_covid_3month
from aeon.regression.convolution_based import RocketRegressor
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor
from lightwaves_aeon.core.targets import Targets, quantile_classes, standardised_numbers
from lightwaves_aeon.estimators import large
from lightwaves_aeon.export.model_file import ModelFileError

FEW = {"n_features": 20, "random_state": 0}


def amplitudes(n_cases=60, n_channels=2, n_timepoints=50, seed=0):
    """Noise, and in the last channel a sine whose height is the number."""
    rng = np.random.default_rng(seed)
    y = rng.uniform(1, 4, n_cases)
    X = rng.normal(scale=0.3, size=(n_cases, n_channels, n_timepoints))
    phases = rng.uniform(0, 2 * np.pi, (n_cases, 1))
    X[:, -1] += y[:, None] * np.sin(0.5 * np.arange(n_timepoints) + phases)
    return X, y


@pytest.fixture(scope="module")
def problem():
    return amplitudes()


@pytest.fixture(scope="module")
def fitted(problem):
    return LightWaveSRegressor(**FEW).fit(*problem)


@pytest.mark.parametrize("load", [load_covid_3month, load_cardano_sentiment])
def test_in_the_place_of_rocket(load):
    X, y = load(split="train")
    X_test, y_test = load(split="test")
    ours, rocket = (
        kind(n_kernels=1000, random_state=0, n_jobs=1).fit(X, y)
        for kind in (LightWaveSRegressor, RocketRegressor)
    )
    assert ours.predict(X_test).shape == rocket.predict(X_test).shape
    assert ours.pipeline_.predict(X_test).shape == (len(X_test),)
    assert len(ours.pipeline_[0].features_) == 50
    scores = [reg.score(X_test, y_test, metric="r2") for reg in (ours, rocket)]
    assert scores[0] > scores[1]


def test_new_cases_are_predicted(fitted):
    X, y = amplitudes(seed=1)
    assert fitted.score(X, y) > 0.9
    intervals = fitted.predict_interval(X, coverage=0.8)
    assert intervals.shape == (60, 2)
    inside = (intervals[:, 0] <= y) & (y <= intervals[:, 1])
    assert 0.6 < inside.mean() < 1
    assert_allclose(intervals.mean(axis=1), fitted.predict(X))


@pytest.mark.parametrize("variant", ["L1", "L1L2", "plus"])
@pytest.mark.parametrize("selector", ["mrmr", "detach", "distil"])
def test_variants_and_selectors(problem, variant, selector):
    asked = {"variant": variant, "selector": selector, "max_dilation": 4, **FEW}
    reg = LightWaveSRegressor(**asked).fit(*problem)
    assert len(reg.pipeline_[0].features_) == 20
    assert reg.score(*amplitudes(seed=1)) > 0.8


def test_number_of_features_and_channels_by_itself(problem):
    X, y = problem
    reg = LightWaveSRegressor(n_features="auto", max_channels="auto", random_state=0)
    transformer = reg.fit(X, y).pipeline_[0]
    assert "loo_r2" in transformer.selection_path_.columns
    assert "loo_r2" in transformer.channel_path_.columns
    assert_array_equal(transformer.channels_, [1])
    assert reg.score(*amplitudes(seed=1)) > 0.9


def test_what_y_is_counted_in_does_not_matter(problem, fitted):
    X, y = problem
    scaled = LightWaveSRegressor(**FEW).fit(X, 1024 * y - 512)
    expected = 1024 * fitted.predict(X) - 512
    assert_allclose(scaled.predict(X), expected, rtol=1e-6)


def test_neither_order_nor_threads_nor_batch_count(problem, fitted):
    X, y = problem
    order = np.random.default_rng(0).permutation(len(X))
    again = LightWaveSRegressor(**FEW, n_jobs=2).fit(X[order], y[order])
    expected = fitted.predict(X)
    assert_array_equal(again.predict(X), expected)
    assert_array_equal(again.predict_interval(X), fitted.predict_interval(X))
    assert_array_equal(np.concatenate([fitted.predict(x[None]) for x in X]), expected)
    predictor = fitted.compile()
    assert_array_equal([predictor(x) for x in X], expected)


def test_equal_cases_of_other_numbers():
    X, y = amplitudes(n_cases=20)
    X, y = np.repeat(X, 2, axis=0), np.repeat(y, 2) + np.tile([0, 0.1], 20)
    order = np.random.default_rng(0).permutation(len(X))
    one, other = (
        LightWaveSRegressor(**FEW).fit(X[some], y[some])
        for some in (np.arange(len(X)), order)
    )
    assert_array_equal(one.predict(X), other.predict(X))


def test_unequal_lengths_and_missing_values(problem):
    X, y = problem
    series = [x[:, : 30 + i % 20] for i, x in enumerate(X)]
    reg = LightWaveSRegressor(**FEW).fit(series, y)
    assert np.corrcoef(reg.predict(series), y)[0, 1] > 0.9
    gappy = np.where(np.random.default_rng(0).random(X.shape) < 0.2, np.nan, X)
    reg = LightWaveSRegressor(**FEW).fit(gappy, y)
    assert np.corrcoef(reg.predict(gappy), y)[0, 1] > 0.9
    # Of nothing observed, the average of what is seen in training is all there is.
    nothing = np.full((1, *X.shape[1:]), np.nan)
    assert_allclose(reg.predict(nothing), y.mean(), atol=0.2)
    with pytest.raises(ValueError, match="NaN"):
        LightWaveSRegressor(missing_values="error", **FEW).fit(gappy, y)


def test_a_model_file_holds_all_of_it(problem, fitted, tmp_path):
    X, _ = problem
    fitted.save(tmp_path / "heights.model")
    again = LightWaveSRegressor.load(tmp_path / "heights.model")
    assert_array_equal(again.predict(X), fitted.predict(X))
    assert_array_equal(again.predict_interval(X), fitted.predict_interval(X))
    assert_array_equal(again.pipeline_.predict(X), fitted.pipeline_.predict(X))
    assert again.get_params() == fitted.get_params()
    with pytest.raises(ModelFileError, match="holds a regressor, not a classifier"):
        LightWaveSClassifier.load(tmp_path / "heights.model")
    clf = LightWaveSClassifier(**FEW).fit(X, np.arange(len(X)) % 2)
    clf.save(tmp_path / "classes.model")
    with pytest.raises(ModelFileError, match="holds a classifier, not a regressor"):
        LightWaveSRegressor.load(tmp_path / "classes.model")


def test_altered_model_files(fitted, tmp_path):
    path = tmp_path / "heights.model"
    fitted.save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelFileError):
        LightWaveSRegressor.load(path)


def test_pickle_and_clone(problem, fitted):
    X, _ = problem
    again = pickle.loads(pickle.dumps(fitted))
    assert_array_equal(again.predict(X), fitted.predict(X))
    assert clone(fitted).get_params() == fitted.get_params()


@pytest.mark.parametrize("given", [Ridge(), RandomForestRegressor(n_estimators=5)])
def test_another_estimator(problem, given):
    X, y = problem
    reg = LightWaveSRegressor(estimator=given, **FEW).fit(X, y)
    assert type(reg.estimator_) is type(given)
    assert reg.score(X, y) > 0.8
    assert_array_equal(reg.predict(X), reg.pipeline_.predict(X))
    with pytest.raises(ValueError, match="default estimator only"):
        reg.predict_interval(X)


def test_composition(problem):
    X, y = problem
    reg = LightWaveSRegressor(**FEW, variant="L1")
    assert cross_val_score(reg, X, y, cv=3).shape == (3,)
    search = GridSearchCV(reg, {"n_features": [5, 10]}, cv=2).fit(X, y)
    assert search.best_params_["n_features"] in (5, 10)
    assert make_pipeline(clone(reg)).fit(X, y).predict(X).shape == (60,)
    assert reg.fit_predict(X, y).shape == (60,)


# Numbers of every kind


@pytest.mark.parametrize("kind", [list, pd.Series, np.float32, np.int64, "object"])
def test_kinds_of_numbers(problem, kind):
    X, y = problem
    if kind in (np.float32, np.int64):
        given = y.astype(kind)
    else:
        given = y.astype(object) if kind == "object" else kind(y)
    reg = LightWaveSRegressor(**FEW).fit(X, given)
    assert reg.predict(X).dtype == np.float64


def test_two_numbers(problem):
    X, y = problem
    reg = LightWaveSRegressor(**FEW).fit(X, y > 2.5)
    assert np.corrcoef(reg.predict(X), y)[0, 1] > 0.7


BAD = {
    "NaN": (lambda y: np.where(np.arange(len(y)) == 3, np.nan, y), "first for case 3"),
    "infinity": (lambda y: np.append(y[:-1], np.inf), "first for case 59"),
    "text": (lambda y: y.astype(str), "must hold numbers"),
    "objects": (lambda y: np.array(["high", *y[1:]], object), "must hold numbers"),
    "complex": (lambda y: y * 1j, "must hold numbers"),
    "too few": (lambda y: y[:-1], "59 numbers for 60 cases"),
    "cube": (lambda y: y.reshape(60, 1, 1), "must be numbers of the shape"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_numbers(problem, name):
    X, y = problem
    spoil, message = BAD[name]
    reg = LightWaveSRegressor(**FEW)
    with pytest.raises((TypeError, ValueError), match=message):
        reg.fit(X, spoil(y))
    assert not reg.is_fitted


def test_one_case(problem):
    X, y = problem
    with pytest.raises(ValueError, match="one case is not enough"):
        LightWaveSRegressor(**FEW).fit(X[:1], y[:1])


@pytest.mark.parametrize("n_cases", [2, 3, 5])
def test_very_few_cases(problem, n_cases):
    X, y = problem
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reg = LightWaveSRegressor(**FEW).fit(X[:n_cases], y[:n_cases])
    assert np.isfinite(reg.predict(X)).all()
    with pytest.raises(ValueError, match="too few for a coverage"):
        reg.predict_interval(X)


@pytest.mark.parametrize("value", [0.0, 0.1, -1e6])
def test_constant_numbers(problem, value):
    X, _ = problem
    with pytest.warns(UserWarning, match="there is nothing to learn"):
        reg = LightWaveSRegressor(**FEW).fit(X, np.full(len(X), value))
    assert_array_equal(reg.predict(X), value)


@pytest.mark.parametrize("coverage", [0, 1, 90, -0.5, "0.9", True, None])
def test_bad_coverage(problem, fitted, coverage):
    with pytest.raises((TypeError, ValueError), match="coverage must be"):
        fitted.predict_interval(problem[0], coverage)


def test_huge_and_tiny_numbers(problem, fitted):
    X, y = problem
    for scale in (1e-200, 1e200):
        found = LightWaveSRegressor(**FEW).fit(X, scale * y).predict(X)
        assert_allclose(found / scale, fitted.predict(X), rtol=1e-6)


# More cases than are in memory together


def test_many_cases(monkeypatch):
    monkeypatch.setattr(large, "LARGE", 300)
    monkeypatch.setattr(large, "SCALED_BY", 128)
    monkeypatch.setattr(large, "CASES_TO_REFINE", 256)
    X, y = amplitudes(n_cases=700, n_timepoints=30)
    asked = {**FEW, "max_cases": 100}
    one, other = (
        LightWaveSRegressor(**asked, n_jobs=n_jobs).fit(X, y) for n_jobs in (1, 2)
    )
    assert one.score(*amplitudes(n_timepoints=30, seed=1)) > 0.8
    assert_array_equal(one.predict(X), other.predict(X))
    intervals = one.predict_interval(X)
    inside = (intervals[:, 0] <= y) & (y <= intervals[:, 1])
    assert 0.8 < inside.mean() < 1


def test_targets_are_standardised_numbers_and_their_classes():
    y = np.random.default_rng(0).normal(size=(30, 2))
    numbers, _ = standardised_numbers(y)
    targets = Targets(quantile_classes(numbers), numbers)
    some = targets.take(np.arange(5))
    assert_array_equal(some.values, numbers[:5])
    both = Targets.joined([some, some])
    assert_array_equal(both.values, np.vstack([numbers[:5]] * 2))
