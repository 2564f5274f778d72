"""Weights of cases, given to the fits of both frameworks, in memory and not."""

import numpy as np
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from large import PARAMETERS, assert_same_fit, made_problem
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV, RidgeCV
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import lightwaves_aeon
import lightwaves_aeon.sktime
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.aeon.files import fit_files
from lightwaves_aeon.core.linear.ridge import ALPHAS
from lightwaves_aeon.estimators.weights import weighted_cases
from lightwaves_aeon.export.saved import save_state

SHELLS = {"aeon": lightwaves_aeon, "sktime": lightwaves_aeon.sktime}
FAST = {"n_features": 9, "max_dilation": 2, "variant": "L1"}
PLUS = {"n_features": 9, "max_dilation": 2, "random_state": 0}
HOW = {
    "distil": PLUS,
    "mrmr": FAST,
    "detach": {**FAST, "selector": "detach", "n_features": "auto"},
    "channels": {**FAST, "max_channels": 2},
    "augment": {**PLUS, "augment_missing": 0.3},
}


@pytest.fixture(name="problem", params=["Classifier", "Regressor"])
def make_problem_of_task(request, make_problem):
    """Fits an estimator, by how, of a framework; gives cases, labels and weights."""
    X, y = make_problem(n_cases=48, n_classes=3)
    weights = np.arange(48) % 5 * 0.3
    if request.param == "Regressor":
        y = y + np.random.default_rng(1).normal(size=48)

    def fit(X, y, weights, how=FAST, shell="aeon"):
        kind = getattr(SHELLS[shell], f"LightWaveS{request.param}")
        return kind(**how).fit(X, y, sample_weight=weights)

    return fit, X, y, weights


@pytest.fixture(name="bits")
def make_bits(tmp_path):
    def bits(estimator):
        path = tmp_path / "of.model"
        save_state(path, estimator._state)
        return path.read_bytes()

    return bits


@pytest.mark.parametrize("how", HOW)
def test_what_changes_nothing(problem, bits, how):
    fit, X, y, weights = problem
    found, some = bits(fit(X, y, weights, HOW[how])), weights > 0
    shuffled = np.random.default_rng(0).permutation(len(y))
    for same in (
        (X[some], y[some], weights[some]),
        (X, y, 0.1 * weights),
        (X, y, 7e200 * weights),
        (X[shuffled], y[shuffled], weights[shuffled]),
    ):
        assert bits(fit(*same, HOW[how])) == found
    assert bits(fit(X, y, np.full(len(y), 0.7), HOW[how])) == bits(
        fit(X, y, None, HOW[how])
    )
    assert bits(fit(X, y, None, HOW[how])) != found


@pytest.mark.parametrize("shell", SHELLS)
def test_frameworks_agree(problem, shell, bits):
    fit, X, y, weights = problem
    frames = [x for x in X] if shell == "aeon" else X.copy()
    found = fit(frames, y, weights.tolist(), shell=shell)
    expected = fit(X, y, weights)
    assert_array_equal(found.predict(X), expected.predict(X))
    assert "_sample_weight" not in vars(found)


# Times the factor none becomes so small that digits are lost.
WEIGHTS = st.just(0.0) | st.floats(1e-300, 1e6)


@settings(max_examples=50, deadline=None)
@given(
    weights=arrays(float, st.integers(1, 40), elements=WEIGHTS),
    factor=st.floats(1e-6, 1e6),
)
def test_weights_are_one_on_average(weights, factor):
    X, y = np.zeros((len(weights), 1, 1)), np.arange(len(weights))
    if not weights.any():
        return
    scaled = [weighted_cases(X, y, of) for of in (weights, factor * weights)]
    (_, kept, found), (_, _, again) = scaled
    found = np.ones(len(kept)) if found is None else found
    assert_array_equal(kept, np.flatnonzero(weights))
    assert_allclose(found, weights[kept] / weights[kept].mean(), rtol=1e-6, atol=1e-37)
    assert (found > 0).all()
    assert_allclose(np.ones(len(kept)) if again is None else again, found, rtol=1e-6)


@pytest.mark.parametrize("how", ["distil", "mrmr"])
def test_weights_shift_the_decision(how):
    rng = np.random.default_rng(0)
    y = np.repeat(["often", "rare"], [80, 16])
    X = rng.normal(size=(96, 1, 40))
    X[y == "rare", 0, ::2] += 0.3
    clf = LightWaveSClassifier(**HOW[how])
    found = [
        (clf.fit(X, y, sample_weight=np.where(y == "rare", weight, 1)).predict(X))
        for weight in (1, 5, 50)
    ]
    n_rare = [(labels == "rare").sum() for labels in found]
    assert n_rare[0] < n_rare[1] <= n_rare[2]
    assert clf._state.head.unobserved.priors[1] == pytest.approx(800 / 880)


def test_head_is_that_of_scikit_learn(problem):
    fit, X, y, weights = problem
    found, some = fit(X, y, weights), weights > 0
    features = found.pipeline_[0].transform(X[some])
    given = {"sample_weight": weights[some] / weights[some].mean()}
    scaler = StandardScaler().fit(features, **given)
    assert_allclose(found.pipeline_[1].scale_, scaler.scale_)
    kind = RidgeClassifierCV if isinstance(found, LightWaveSClassifier) else RidgeCV
    ridge = kind(ALPHAS * some.sum()).fit(scaler.transform(features), y[some], **given)
    assert_allclose(found.estimator_.alpha_, ridge.alpha_)
    if kind is RidgeClassifierCV:
        assert_allclose(found.estimator_.coef_, ridge.coef_, rtol=1e-5)


@pytest.mark.parametrize("problem", ["Classifier"], indirect=True)
def test_weights_of_classes_multiply(problem):
    fit, X, y, weights = problem
    found = fit(X, y, weights, {**FAST, "class_weight": {0: 1, 1: 5, 2: 0.5}})
    some = weights > 0
    standard = found.pipeline_[:2].transform(X[some])
    counts = weights[some] / weights[some].mean() * np.array([1, 5, 0.5])[y[some]]
    ridge = RidgeClassifierCV(ALPHAS * some.sum()).fit(standard, y[some], counts)
    assert_allclose(found.estimator_.coef_, ridge.coef_, rtol=1e-5)


def test_given_estimator(problem):
    fit, X, y, weights = problem
    is_classifier = y.dtype.kind == "i"
    takes = LogisticRegression() if is_classifier else RidgeCV()
    found = fit(X, y, weights, {**FAST, "estimator": takes})
    some = weights > 0
    features = found.pipeline_[0].transform(X[some])
    standard = found.pipeline_[1].transform(features)
    given = weights[some] / weights[some].mean()
    takes.fit(standard, y[some], sample_weight=given)
    assert_allclose(found.estimator_.coef_, takes.coef_, rtol=1e-3)
    other = KNeighborsClassifier() if is_classifier else KNeighborsRegressor()
    fit(X, y, np.full(len(y), 3), {**FAST, "estimator": other})
    with pytest.raises(ValueError, match=r"KNeighbors\w+\.fit takes none"):
        fit(X, y, weights, {**FAST, "estimator": other})


BAD = {
    "too few": ([1, 2], ValueError, r"each of the 48 cases, got the shape \(2,\)"),
    "a column": (np.ones((48, 1)), ValueError, r"shape \(48, 1\)"),
    "negative": ([1, -2] * 24, ValueError, "not negative, got -2 for case 1"),
    "NaN": ([1, 1, np.nan] * 16, ValueError, "finite numbers .* got nan for case 2"),
    "infinite": ([np.inf] * 48, ValueError, "got inf for case 0"),
    "nothing": (np.zeros(48), ValueError, "zero for all cases"),
    "complex": (np.ones(48) + 1j, TypeError, "these are complex"),
    "words": (["a"] * 48, TypeError, "sample_weight must hold numbers"),
    "masked": (np.ma.masked_equal(np.arange(48), 3), ValueError, "sample_weight"),
}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("bad", BAD)
def test_bad_weights(problem, shell, bad):
    fit, X, y, _ = problem
    given, error, message = BAD[bad]
    with pytest.raises(error, match=message):
        fit(X, y, given, shell=shell)


@pytest.mark.parametrize("shell", SHELLS)
def test_class_without_weight(shell, make_problem):
    X, y = make_problem(n_cases=24, n_classes=3)
    clf = SHELLS[shell].LightWaveSClassifier(**FAST)
    labels = np.array(["a", "b", "c"])[y]
    with pytest.raises(ValueError, match="zero for all cases of the class 'b'"):
        clf.fit(X, labels, sample_weight=y != 1)
    assert not clf.is_fitted
    assert "_sample_weight" not in vars(clf)


def test_spoilt_case_is_named_by_its_place(make_problem):
    X, y = make_problem(n_cases=24)
    X[5, 1, 3] = np.inf
    with pytest.raises(ValueError, match="infinity, first in case 5, channel 1"):
        LightWaveSClassifier(**FAST).fit(X, y, sample_weight=np.arange(24))
    weights = np.arange(24) != 5
    LightWaveSClassifier(**FAST).fit(X, y, sample_weight=weights)


def test_several_columns_of_labels(make_problem):
    X, y = make_problem(n_cases=24)
    clf = lightwaves_aeon.sktime.LightWaveSClassifier(**FAST)
    with pytest.raises(ValueError, match="sample_weight is for one column"):
        clf.fit(X, np.stack([y, 1 - y], axis=1), sample_weight=np.arange(24))


def test_routing(make_problem):
    X, y = make_problem(n_cases=24)
    clf, weights = LightWaveSClassifier(**FAST), np.arange(24) % 3 + 1.0
    expected = clf.clone().fit(X, y, sample_weight=weights).decision_function(X)
    with sklearn.config_context(enable_metadata_routing=True):
        asks = clf.clone().set_fit_request(sample_weight=True)
        scorer = get_scorer("accuracy").set_score_request(sample_weight=True)
        grid = GridSearchCV(asks, {"n_features": [9]}, cv=2, scoring=scorer)
        pipeline = make_pipeline(grid).fit(X, y, sample_weight=weights)
    assert_array_equal(pipeline.decision_function(X), expected)


def test_many_cases(tmp_path):
    X, y = made_problem()
    weights = np.random.default_rng(0).integers(0, 4, len(y)).astype(float)
    how, some = {**PARAMETERS, "variant": "L1"}, weights > 0
    X, y, weights = (np.concatenate([of, of[:6000]]) for of in (X, y, weights))
    some = weights > 0
    found = LightWaveSClassifier(**how).fit(X, y, sample_weight=weights)
    left = X[some], y[some], weights[some]
    again = LightWaveSClassifier(**how).fit(left[0], left[1], sample_weight=left[2])
    assert_same_fit(found, again)
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)
    files = tmp_path / "X.npy", tmp_path / "y.npy"
    assert_same_fit(fit_files(*files, sample_weight=weights, **how), found)
    given = {"sample_weight": left[2] / left[2].mean()}
    features = found.pipeline_[0].transform(left[0])
    scaler = StandardScaler().fit(features, **given)
    assert_allclose(found.pipeline_[1].mean_, scaler.mean_, rtol=1e-5)
    assert_allclose(found.pipeline_[1].scale_, scaler.scale_, rtol=1e-5)
    ridge = RidgeClassifierCV(ALPHAS * some.sum())
    ridge.fit(scaler.transform(features), left[1], **given)
    assert_allclose(found.estimator_.coef_, ridge.coef_, rtol=1e-4, atol=1e-6)


def test_dask_array():
    da = pytest.importorskip("dask.array")
    from lightwaves_aeon.aeon.dask import fit_dask

    X, y = made_problem(24_000)
    weights = np.arange(len(y)) % 5
    how = {**PARAMETERS, "variant": "L1"}
    expected = LightWaveSClassifier(**how).fit(X, y, sample_weight=weights)
    chunks = da.from_array(X, chunks=(7000, -1, -1))
    assert_same_fit(fit_dask(chunks, y, sample_weight=weights, **how), expected)
