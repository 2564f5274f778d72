"""NaN is a value that was not observed: fit and predict of the sktime shells."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

import lightwaves_aeon as for_aeon

pytest.importorskip("sktime")

from sktime.base import load as load_estimator
from sktime.datatypes import convert

from lightwaves_aeon.sktime import LightWaveS, LightWaveSClassifier

SETTINGS = {
    "L1L2": {"variant": "L1L2"},
    "plus": {"variant": "plus"},
    "channels": {"variant": "plus", "max_channels": 2},
    "augmented": {"variant": "plus", "augment_missing": 0.4},
}
SEEDED = {"n_features": 30, "max_dilation": 4, "random_state": 0}
KINDS = pytest.mark.parametrize("kind", [LightWaveS, LightWaveSClassifier])


@pytest.fixture(scope="module")
def whole(make_problem):
    X, y = make_problem(n_cases=30, n_classes=3)
    return X, np.array(["high", "low", "mid"])[y]


@pytest.fixture(scope="module", name="problem")
def problem_with_gaps(whole):
    rng, X = np.random.default_rng(0), whole[0].copy()
    X[1::5][rng.random(X[1::5].shape) < 0.3] = np.nan
    X[2::5, :, 8:20] = np.nan
    X[3::5, -1] = np.nan
    X[4::5][rng.random(X[4::5].shape) < 0.7] = np.nan
    X[11] = np.nan
    return X, whole[1]


@pytest.fixture(scope="module", params=SETTINGS.values(), ids=SETTINGS)
def fitted(request, problem):
    return LightWaveSClassifier(**SEEDED, **request.param).fit(*problem)


def frames(X):
    return [pd.DataFrame(x.T) for x in X]


def unequal(X):
    return [x[:, : 40 - i % 3] for i, x in enumerate(X)]


def results(estimator, X):
    if isinstance(estimator, LightWaveS):
        return np.asarray(estimator.transform(X))
    return np.asarray(estimator.predict_proba(X))


def test_same_as_for_aeon(fitted, problem):
    X, y = problem
    theirs = for_aeon.LightWaveSClassifier(**fitted.get_params()).fit(X, y)
    found = fitted.predict_proba(X)
    assert_array_equal(found, theirs.predict_proba(X))
    assert_array_equal(fitted.predict(X), theirs.predict(X))
    assert np.isfinite(found).all()
    assert fitted._state.metadata == theirs.metadata_
    assert fitted._state.metadata["missing_values"]


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_transformer_is_the_same_as_for_aeon(problem, settings):
    X, y = problem
    ours = LightWaveS(**SEEDED, **settings).fit(X, y)
    theirs = for_aeon.LightWaveS(**SEEDED, **settings).fit(X, y)
    features = ours.transform(X)
    assert_array_equal(features, theirs.transform(X))
    assert np.isfinite(features).all(axis=None)
    pd.testing.assert_frame_equal(ours.features_, theirs.features_)


@pytest.mark.parametrize("variant", ["L1L2", "plus"])
def test_unequal_lengths(problem, variant):
    X, y = unequal(problem[0]), problem[1]
    ours = LightWaveSClassifier(**SEEDED, variant=variant).fit(frames(X), y)
    theirs = for_aeon.LightWaveSClassifier(**SEEDED, variant=variant).fit(X, y)
    assert_array_equal(ours.predict_proba(frames(X)), theirs.predict_proba(X))
    other = LightWaveSClassifier(**SEEDED, variant=variant).fit(X, y)
    assert_array_equal(other.predict_proba(X), theirs.predict_proba(X))


@KINDS
@pytest.mark.parametrize("mtype", ["df-list", "nested_univ", "pd-multiindex"])
def test_containers(kind, problem, mtype):
    X, y = problem
    expected = results(kind(**SEEDED).fit(X, y), X)
    other = convert(X, "numpy3D", mtype, "Panel")
    fitted = kind(**SEEDED).fit(other, y)
    assert_array_equal(results(fitted, other), expected)
    assert_array_equal(results(fitted, X), expected)


@KINDS
@pytest.mark.parametrize("arranged", [np.asarray, lambda X: frames(unequal(X))])
def test_missing_values_may_be_an_error(kind, whole, arranged):
    (X, y), bad = whole, whole[0].copy()
    bad[17, 1, 5] = np.nan
    strict = kind(**SEEDED, missing_values="error")
    with pytest.raises(
        ValueError, match=r"NaN or infinity, first in case 17, channel 1"
    ):
        strict.clone().fit(arranged(bad), y)
    strict.fit(arranged(X), y)
    with pytest.raises(ValueError, match=r"channel 1 holds NaN.* first in case 17$"):
        results(strict, arranged(bad))


@KINDS
@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinity_is_refused_among_gaps(kind, problem, value):
    (X, y), bad = problem, problem[0].copy()
    bad[15, 1, 5] = value
    with pytest.raises(ValueError, match="holds infinity, first in case 15, channel 1"):
        kind(**SEEDED).fit(bad, y)
    fitted = kind(**SEEDED).fit(X, y)
    with pytest.raises(ValueError, match=r"channel 1 holds infinity.* case 15$"):
        results(fitted, bad)


def test_nothing_is_observed(fitted, problem):
    shares = np.unique(problem[1], return_counts=True)[1] / len(problem[1])
    nothing = np.full((2, 3, 40), np.nan)
    assert_allclose(fitted.predict_proba(nothing), [shares] * 2, rtol=1e-12)


@pytest.mark.parametrize(
    "estimator", [RandomForestClassifier(9), LogisticRegression()], ids=str
)
def test_estimators_that_know_nothing_of_missing_values(whole, problem, estimator):
    clf = LightWaveSClassifier(**SEEDED, estimator=estimator).fit(*whole)
    found = clf.predict_proba(problem[0])
    assert np.isfinite(found).all()
    theirs = for_aeon.LightWaveSClassifier(**SEEDED, estimator=estimator).fit(*whole)
    assert_array_equal(found, theirs.predict_proba(problem[0]))


def test_compiled_saved_and_pickled(fitted, problem, tmp_path):
    X, expected = problem[0], fitted.predict_proba(problem[0])
    predictor = fitted.compile()
    assert [predictor(x) for x in X] == fitted.predict(X).tolist()
    fitted.save(tmp_path / "estimator")
    again = load_estimator(tmp_path / "estimator.zip")
    for one in (again, pickle.loads(pickle.dumps(fitted))):
        assert_array_equal(one.predict_proba(X), expected)


@KINDS
@pytest.mark.parametrize("more", [{"n_jobs": 2}, {"backend": "joblib", "n_jobs": 2}])
def test_threads_and_backends(kind, problem, more):
    X, y = problem
    expected = results(kind(**SEEDED).fit(X, y), X)
    assert_array_equal(results(kind(**SEEDED, **more).fit(X, y), X), expected)
