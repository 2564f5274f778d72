"""NaN is a value that was not observed: fit and predict of the aeon shells."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lightwaves_aeon import (
    LightWaveS,
    LightWaveSChannelSelector,
    LightWaveSClassifier,
)
from lightwaves_aeon.core.data.collection import as_collection

SETTINGS = {
    "L1": {"variant": "L1"},
    "L2": {"variant": "L2"},
    "L1L2": {"variant": "L1L2"},
    "plus": {"variant": "plus"},
    "plus, mrmr": {"variant": "plus", "selector": "mrmr"},
    "detachment": {"variant": "L1L2", "selector": "detach"},
    "wavelets": {"variant": "plus", "kernels": ["db2", "mexh"]},
    "sample": {"variant": "plus", "max_cases": 20},
    "auto": {"variant": "plus", "n_features": "auto"},
    "channels": {"variant": "plus", "max_channels": 2},
    "weights of classes": {"variant": "plus", "class_weight": "balanced"},
    "augmented": {"variant": "plus", "augment_missing": 0.4},
    "forest": {"variant": "plus", "estimator": RandomForestClassifier(n_estimators=5)},
}
WITHOUT_LOSSES = {name: of for name, of in SETTINGS.items() if name != "augmented"}
WITH_OUR_HEAD = {name: of for name, of in SETTINGS.items() if "estimator" not in of}
FEW = {name: SETTINGS[name] for name in ("L1L2", "plus", "channels", "augmented")}
VARIANTS = ["L1L2", "plus"]
ESTIMATORS = {
    "forest": RandomForestClassifier(n_estimators=9),
    "logistic": LogisticRegression(),
    "ridge": RidgeClassifier(),
}


def made(**parameters):
    return LightWaveSClassifier(
        **{"n_features": 30, "max_dilation": 2, "random_state": 0, **parameters}
    )


def with_gaps(X, seed=0):
    """Single values, blocks and channels are missing; every fifth case is whole."""
    rng, X = np.random.default_rng(seed), X.astype(float).copy()
    for i, x in enumerate(X):
        kind, length = i % 5, x.shape[1]
        if kind == 1:
            x[rng.random(x.shape) < 0.2] = np.nan
        if kind == 2:
            x[:, length // 4 : length // 2] = np.nan
        if kind == 3:
            x[rng.integers(len(x))] = np.nan
        if kind == 4:
            x[rng.random(x.shape) < 0.7] = np.nan
    return X


def unequal(X):
    return [x[:, : X.shape[2] - i % 7] for i, x in enumerate(X)]


@pytest.fixture(name="problem", scope="module")
def problem_with_gaps(make_problem):
    X, y = make_problem(n_cases=40, n_classes=3)
    return with_gaps(X), np.array(["high", "low", "mid"])[y]


@pytest.fixture(name="whole", scope="module")
def problem_without_gaps(make_problem):
    X, y = make_problem(n_cases=40, n_classes=3)
    return X, np.array(["high", "low", "mid"])[y]


@pytest.fixture(scope="module", params=VARIANTS)
def fitted(request, problem):
    return made(variant=request.param).fit(*problem)


def head_of(clf):
    return clf._state.fitted.head


def assert_same(one, other, X):
    """Compare two classifiers to the last bit."""
    for part in ("features_", "channels_"):
        of_one, of_other = (getattr(clf.pipeline_[0], part) for clf in (one, other))
        if part == "features_":
            pd.testing.assert_frame_equal(of_one, of_other, check_exact=True)
        else:
            assert_array_equal(of_one, of_other)
    assert_array_equal(one.predict_proba(X), other.predict_proba(X))


# Fit and predict


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_fit_and_predict(problem, settings):
    X, y = problem
    clf = made(**settings).fit(X, y)
    others = with_gaps(X, seed=1)
    for cases in (X, others):
        probabilities = clf.predict_proba(cases)
        assert np.isfinite(probabilities).all()
        assert_allclose(probabilities.sum(axis=1), 1)
        assert np.isfinite(clf.pipeline_[0].transform(cases)).all()
    assert clf.score(X, y) > 0.6
    assert_array_equal(
        made(**settings).fit(X, y).predict_proba(X), clf.predict_proba(X)
    )


@pytest.mark.parametrize("settings", WITHOUT_LOSSES.values(), ids=WITHOUT_LOSSES)
def test_whole_cases_are_as_where_missing_values_are_an_error(whole, settings):
    X, y = whole
    one = made(**settings).fit(X, y)
    other = made(**settings, missing_values="error").fit(X, y)
    assert_same(one, other, X)
    assert not one.metadata_["missing_values"]
    assert not one.pipeline_[0].metadata_["missing_values"]


@pytest.mark.parametrize("settings", FEW.values(), ids=FEW)
@pytest.mark.parametrize("arranged", [np.asarray, unequal])
def test_order_of_cases_does_not_matter(problem, settings, arranged):
    X, y = problem
    X = [*map(np.ascontiguousarray, arranged(X))]
    order = np.random.default_rng(3).permutation(len(y))
    moved = [X[i] for i in order]
    assert_same(made(**settings).fit(X, y), made(**settings).fit(moved, y[order]), X)


@pytest.mark.parametrize("settings", FEW.values(), ids=FEW)
@pytest.mark.parametrize("more", [{"n_jobs": 3}, {"backend": "joblib", "n_jobs": 2}])
def test_threads_and_backends_do_not_matter(problem, settings, more):
    X, y = problem
    assert_same(made(**settings).fit(X, y), made(**settings, **more).fit(X, y), X)


@pytest.mark.parametrize("exponents", [[3] * 3, [600] * 3, [-43, 0, 90]])
@pytest.mark.parametrize("variant", VARIANTS)
def test_units_do_not_matter(problem, variant, exponents):
    (X, y), units = problem, 2.0 ** np.array(exponents)[:, None]
    one, other = (made(variant=variant).fit(of, y) for of in (X, X * units))
    assert one.pipeline_[0].features_.equals(other.pipeline_[0].features_)
    assert_array_equal(one.predict_proba(X), other.predict_proba(X * units))


def multi_indexed(X):
    cases = {i: pd.DataFrame(x.T) for i, x in enumerate(X)}
    return pd.concat(cases, names=["case", "time"])


CONTAINERS = {
    "list": list,
    "frames": lambda X: [pd.DataFrame(x) for x in X],
    "frame of several levels": multi_indexed,
    "float32": lambda X: X.astype(np.float32).astype(float),
    "Fortran order": np.asfortranarray,
}


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_containers(problem, variant, container):
    X, y = problem[0].astype(np.float32).astype(float), problem[1]
    expected, given = made(variant=variant).fit(X, y), container(X)
    found = made(variant=variant).fit(given, y)
    assert_same(found, expected, X)
    assert_array_equal(found.predict_proba(given), expected.predict_proba(X))
    assert found.metadata_["missing_values"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_unequal_lengths(problem, variant):
    X, y = unequal(problem[0]), problem[1]
    clf = made(variant=variant).fit(X, y)
    found = clf.predict_proba(X)
    assert np.isfinite(found).all()
    for x, row in zip(X, found, strict=True):
        assert_array_equal(clf.predict_proba(x[None])[0], row)
    frames = [pd.DataFrame(x) for x in X]
    assert_array_equal(made(variant=variant).fit(frames, y).predict_proba(X), found)
    assert clf.metadata_["missing_values"]
    assert clf.metadata_["unequal_length"]


def test_univariate(make_problem):
    X, y = make_problem(n_cases=40, n_channels=1)
    hurt = with_gaps(X)
    clf = made(variant="plus").fit(hurt, y)
    found = clf.predict_proba(hurt)
    assert_array_equal(clf.predict_proba(hurt[:, 0]), found)
    assert clf.score(hurt, y) > 0.6


def test_case_does_not_depend_on_the_others(fitted, problem):
    X = problem[0]
    found = fitted.predict_proba(X)
    for x, row in zip(X, found, strict=True):
        assert_array_equal(fitted.predict_proba(x[None])[0], row)
    assert_array_equal(fitted.predict_proba(X[::-1]), found[::-1])


def test_whole_cases_among_gapped_ones(fitted, problem):
    X = problem[0]
    found, some = fitted.predict_proba(X), ~np.isnan(X).any(axis=(1, 2))
    assert some.sum() == 8
    assert_array_equal(fitted.predict_proba(X[some]), found[some])


def test_data_are_left_alone(problem):
    X, y = problem[0].copy(), problem[1]
    frozen = X.copy()
    frozen.flags.writeable = False
    clf = made().fit(frozen, y)
    clf.predict(frozen)
    clf.compile()(frozen[1])
    assert_array_equal(frozen, X)


def test_cross_validation(problem):
    scores = cross_val_score(made(variant="plus"), *problem, cv=3, error_score="raise")
    assert np.mean(scores) > 0.5


# Nothing is observed


@pytest.fixture(scope="module")
def unbalanced(make_problem):
    X, y = make_problem(n_cases=40, n_classes=4, seed=2)
    keep = (y < 2) | (np.arange(40) < 20)
    return X[keep], y[keep]


@pytest.mark.parametrize("gapped", [True, False])
@pytest.mark.parametrize("settings", WITH_OUR_HEAD.values(), ids=WITH_OUR_HEAD)
def test_case_without_values_has_the_shares_of_the_classes(
    unbalanced, settings, gapped
):
    X, y = unbalanced
    clf = made(**settings).fit(with_gaps(X) if gapped else X, y)
    for n in (1, 40):
        nothing = np.full((2, 3, n), np.nan)
        shares = np.bincount(y) / len(y)
        assert_allclose(clf.predict_proba(nothing), [shares] * 2, rtol=1e-12)
        scores = clf.decision_function(nothing)
        assert_allclose(scores, [clf._state.fitted.output_intercepts] * 2, atol=1e-5)
        assert_array_equal(clf.predict(nothing), clf.classes_[scores.argmax(axis=1)])


@pytest.mark.parametrize("variant", VARIANTS)
def test_two_classes_without_values(make_problem, variant):
    X, y = make_problem(n_cases=30)
    X, y = X[:25], np.where(np.arange(25) < 20, y[:25], 1)
    clf = made(variant=variant).fit(X, y)
    nothing = np.full((1, 3, 40), np.nan)
    shares = np.bincount(y) / len(y)
    assert_allclose(clf.predict_proba(nothing), [shares], rtol=1e-12)
    assert clf.decision_function(nothing).shape == (1,)


def test_channel_that_is_dead_at_predict(fitted, problem):
    """Its features add nothing: those of the others alone make the scores."""
    X, table = np.nan_to_num(problem[0]), fitted._state.model.rows
    state = fitted._state.fitted
    for channel in fitted.pipeline_[0].channels_:
        hurt = X.copy()
        hurt[:, channel] = np.nan
        lost = np.any([table["channel"] == channel, table["other"] == channel], axis=0)
        assert lost.any()
        features = state.features(hurt)
        assert_array_equal(np.isnan(features), np.tile(lost, (len(X), 1)))
        expected = np.where(lost, state.means, state.features(X))
        scores = expected @ state.head.weights + state.head.bias
        assert_allclose(fitted.decision_function(hurt), scores, atol=1e-5)
        labels = fitted.classes_[fitted.decision_function(hurt).argmax(axis=1)]
        assert_array_equal(fitted.predict(hurt), labels)


def test_probabilities_move_towards_the_shares_of_the_classes(whole):
    X, y = whole
    clf = made(variant="plus").fit(X, y)
    assert clf._state.fitted.head.unobserved.exponent > 0
    surest = []
    for n_lost in range(4):
        hurt = X.copy()
        hurt[:, [1, 0, 2][:n_lost]] = np.nan
        surest.append(clf.predict_proba(hurt).max(axis=1).mean())
    assert surest[0] > surest[1] >= surest[-1]
    assert_allclose(surest[-1], np.unique(y, return_counts=True)[1].max() / len(y))


@pytest.mark.parametrize("settings", FEW.values(), ids=FEW)
def test_channel_without_values_in_training(whole, settings):
    X, y = whole
    hurt = np.concatenate([X, np.full_like(X[:, :1], np.nan)], axis=1)
    clf = made(**settings).fit(hurt, y)
    assert 3 not in clf.pipeline_[0].channels_
    expected = clf.predict_proba(hurt)
    assert np.isfinite(expected).all()
    hurt[:, 3] = 7.0  # what it says then has no part
    assert_array_equal(clf.predict_proba(hurt), expected)
    assert clf.score(hurt, y) > 0.6


@pytest.mark.parametrize("variant", VARIANTS)
def test_training_cases_without_any_values(variant):
    y = np.array([0, 1, 1, 0, 1, 1])
    clf = made(variant=variant).fit(np.full((6, 2, 30), np.nan), y)
    nothing = np.full((1, 2, 30), np.nan)
    assert_allclose(clf.predict_proba(nothing), [[1 / 3, 2 / 3]], rtol=1e-12)
    for cases in (nothing, np.ones((1, 2, 30))):
        assert clf.predict(cases) == 1
        assert np.isfinite(clf.predict_proba(cases)).all()


@pytest.mark.parametrize("settings", FEW.values(), ids=FEW)
def test_class_without_values(whole, settings):
    X, y = whole
    hurt = X.copy()
    hurt[y == "mid"] = np.nan
    clf = made(**settings).fit(hurt, y)
    found = clf.predict_proba(np.concatenate([X, hurt]))
    assert np.isfinite(found).all()
    others = y != "mid"
    assert (clf.predict(X[others]) == y[others]).mean() > 0.8


def test_few_cases_with_values(whole):
    X, y = whole
    hurt = np.full_like(X, np.nan)
    hurt[:6] = X[:6]
    assert np.isfinite(made(variant="plus").fit(hurt, y).predict_proba(X)).all()


# What is refused


def message(case, channel):
    return rf"case {case}, channel {channel}$|channel {channel} holds .*case {case}$"


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("arranged", [np.asarray, unequal])
@pytest.mark.parametrize("kind", [LightWaveS, LightWaveSClassifier])
def test_missing_values_may_be_an_error(whole, variant, arranged, kind):
    (X, y), bad = whole, whole[0].copy()
    bad[17, 1, 5] = np.nan
    estimator = kind(
        n_features=30, max_dilation=4, variant=variant, missing_values="error"
    )
    with pytest.raises(
        ValueError, match=rf"NaN or infinity, first in {message(17, 1)}"
    ):
        estimator.fit(arranged(bad), y)
    assert not estimator.is_fitted
    estimator.fit(arranged(X), y)
    asks = [estimator.transform] if kind is LightWaveS else [estimator.predict]
    if kind is LightWaveSClassifier:
        asks += [estimator.predict_proba, estimator.decision_function]
    for ask in asks:
        with pytest.raises(ValueError, match=rf"NaN.*{message(17, 1)}"):
            ask(arranged(bad))


def test_compiled_predictor_may_refuse_missing_values(whole):
    X, y = whole
    predictor = made(missing_values="error").fit(X, y).compile()
    bad = X[3].copy()
    bad[1, 5] = np.nan
    with pytest.raises(ValueError, match="channel 1 holds NaN"):
        predictor(bad)
    with pytest.raises(ValueError, match="channel 1 holds NaN"):
        predictor.scores(bad)


@pytest.mark.parametrize("value", [np.inf, -np.inf])
@pytest.mark.parametrize("arranged", [np.asarray, unequal])
def test_infinity_is_refused_among_gaps(fitted, problem, value, arranged):
    bad, y = problem[0].copy(), problem[1]
    bad[15, 1, 5] = value
    with pytest.raises(ValueError, match="holds infinity, first in case 15, channel 1"):
        made().fit(arranged(bad), y)
    with pytest.raises(ValueError, match=r"channel 1 holds infinity .* case 15$"):
        fitted.predict(arranged(bad))
    with pytest.raises(ValueError, match="channel 1 holds infinity"):
        fitted.compile()(bad[15])


@pytest.mark.parametrize("constant", [0.0, 7.0, np.nan])
@pytest.mark.parametrize("missing_values", ["allow", "error"])
def test_infinity_is_refused_in_a_channel_of_constants(whole, constant, missing_values):
    X, y = whole[0].copy(), whole[1]
    X[:, 2] = constant
    X[9, 2, 3] = np.inf
    with pytest.raises(ValueError, match=r"infinity, first in case \d+, channel 2"):
        made(missing_values=missing_values).fit(X, y)


# What comes of a fit


@pytest.mark.parametrize("estimator", ESTIMATORS.values(), ids=ESTIMATORS)
@pytest.mark.parametrize("gapped", [True, False])
def test_estimators_that_know_nothing_of_missing_values(
    whole, problem, estimator, gapped
):
    X, y = problem if gapped else whole
    clf = made(variant="plus", estimator=estimator).fit(X, y)
    hurt = with_gaps(np.nan_to_num(X), seed=4)
    hurt[0] = np.nan
    features = clf.pipeline_[0].transform(hurt)
    assert np.isfinite(features).all()
    assert_allclose(features[0], clf.pipeline_[1].mean_, rtol=1e-5, atol=1e-6)
    expected = clf.pipeline_[1:].predict(features)
    assert_array_equal(clf.predict(hurt), expected)
    assert np.isfinite(clf.predict_proba(hurt)).all()
    assert_array_equal([clf.compile()(x) for x in hurt], expected)
    assert clf.score(hurt[1:], y[1:]) > 0.6


def test_pipeline_predicts_the_same(fitted, problem):
    X = problem[0]
    assert_array_equal(fitted.pipeline_.predict(X), fitted.predict(X))
    scores = fitted.pipeline_.decision_function(X)
    assert_allclose(scores, fitted.decision_function(X), atol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("arranged", [np.asarray, unequal])
def test_transformer(problem, variant, arranged):
    X, y = arranged(problem[0]), problem[1]
    transformer = LightWaveS(
        n_features=30, max_dilation=4, variant=variant, random_state=0
    )
    features = transformer.fit_transform(X, y)
    assert features.shape == (len(y), 30)
    assert np.isfinite(features).all()
    assert transformer.metadata_["missing_values"]
    nothing = np.full((1, 3, 40), np.nan)
    assert_allclose(transformer.transform(nothing)[0], features.mean(axis=0), atol=1e-5)
    clf = make_pipeline(StandardScaler(), RidgeClassifier()).fit(features, y)
    assert clf.score(features, y) > 0.6


@pytest.mark.parametrize("arranged", [np.asarray, unequal])
def test_transformer_has_the_means_of_what_was_observed(problem, arranged):
    X, y = problem
    transformer = LightWaveS(n_features=30, max_dilation=4, random_state=0).fit(
        arranged(X), y
    )
    raw = transformer._model.with_unobserved(np.full(30, np.nan)).transform
    observed = raw(as_collection(arranged(X)))
    assert np.isnan(observed).any()
    found = transformer.transform(arranged(X))
    means = np.nanmean(observed.astype(float), axis=0)
    expected = np.where(np.isnan(observed), means, observed)
    assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    there = ~np.isnan(observed)
    assert_array_equal(found[there], observed[there])


def test_compiled_predictor(fitted, problem):
    X = with_gaps(np.nan_to_num(problem[0]), seed=5)
    X[0] = np.nan
    X[1, 1] = np.nan
    predictor = fitted.compile()
    assert [predictor(x) for x in X] == fitted.predict(X).tolist()
    scores = fitted.decision_function(X)
    for x, row in zip(X, scores, strict=True):
        assert_array_equal(predictor.scores(x), row)
    again = pickle.loads(pickle.dumps(predictor))
    assert_array_equal([again.scores(x) for x in X], scores)


@pytest.mark.parametrize("settings", WITH_OUR_HEAD.values(), ids=WITH_OUR_HEAD)
@pytest.mark.parametrize("missing_values", ["allow", "error"])
def test_model_files(problem, whole, settings, missing_values, tmp_path):
    if missing_values == "error":
        settings = {**settings, "augment_missing": 0.0}
    X, y = problem if missing_values == "allow" else whole
    clf = made(**settings, missing_values=missing_values).fit(X, y)
    clf.save(tmp_path / "model")
    again = LightWaveSClassifier.load(tmp_path / "model")
    assert again.metadata_ == clf.metadata_
    assert again.get_params() == clf.get_params() | {"n_jobs": 1}
    assert again.metadata_["missing_values"] == (missing_values == "allow")
    hurt = with_gaps(np.nan_to_num(X), seed=6)
    hurt[0] = np.nan
    if missing_values == "error":
        with pytest.raises(ValueError, match="NaN"):
            again.predict(hurt)
        hurt = X
    assert_array_equal(again.predict_proba(hurt), clf.predict_proba(hurt))
    assert_array_equal(again.decision_function(hurt), clf.decision_function(hurt))
    features = clf.pipeline_[0].transform(hurt)
    assert_array_equal(again.pipeline_[0].transform(hurt), features)
    assert_array_equal(again.compile().scores(hurt[0]), clf.compile().scores(hurt[0]))
    again.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "model").read_bytes()


def test_pickles(fitted, problem):
    again = pickle.loads(pickle.dumps(fitted))
    assert_same(again, fitted, problem[0])


@pytest.mark.parametrize("variant", VARIANTS)
def test_metadata_tell_whether_there_were_gaps(whole, problem, variant):
    for (X, y), expected in ((problem, True), (whole, False)):
        clf = made(variant=variant).fit(X, y)
        assert clf.metadata_["missing_values"] is expected
        assert clf.pipeline_[0].metadata_["missing_values"] is expected
        assert clf._state.fitted.has_gaps is expected
        clf.predict(problem[0])
        assert clf.metadata_["missing_values"] is expected


def test_channel_selector(problem):
    X, y = problem
    parameters = {"max_channels": 1, "random_state": 0}
    selector = LightWaveSChannelSelector(**parameters).fit(X, y)
    assert selector.channels_selected_ == [1]
    assert selector.metadata_["missing_values"]
    assert_array_equal(selector.transform(X), X[:, [1]])
    order = np.random.default_rng(0).permutation(len(y))
    moved = LightWaveSChannelSelector(**parameters).fit(X[order], y[order])
    assert moved.channel_path_.equals(selector.channel_path_)
    kept = LightWaveS(max_channels=1, random_state=0, n_features=20).fit(X, y)
    assert kept.channels_.tolist() == [1]


def test_augmented_cases_lose_values(whole):
    X, y = whole
    tables = [
        made(variant="plus", augment_missing=share).fit(X, y).pipeline_[0].features_
        for share in (0.0, 0.5, 0.5)
    ]
    assert tables[1].equals(tables[2])
    assert not tables[0].equals(tables[1])
