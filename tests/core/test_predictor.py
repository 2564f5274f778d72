"""The lean path for one case, and the head it shares with the classifier."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from lightwaves_aeon import LightWaveSClassifier


@pytest.fixture(params=[2, 3], ids=["two classes", "three classes"])
def fitted(request, make_problem):
    X, y = make_problem(n_classes=request.param)
    clf = LightWaveSClassifier(variant="L1L2", n_features=40, max_dilation=4)
    return clf.fit(X, np.array(["a", "b", "c"])[y]), X


def layouts(x):
    wide = np.zeros((*x.shape, 2))
    wide[..., 0] = x
    return {
        "float64": x,
        "Fortran order": np.asfortranarray(x),
        "strided": wide[..., 0],
        "read-only": np.frombuffer(x.tobytes(), x.dtype).reshape(x.shape),
    }


@pytest.mark.parametrize("layout", layouts(np.zeros((1, 1))))
def test_answers_are_those_of_the_classifier_to_the_bit(fitted, layout):
    clf, X = fitted
    predictor = clf.compile()
    cases = [layouts(x)[layout] for x in X]
    assert_array_equal([predictor(x) for x in cases], clf.predict(X))
    assert_array_equal([predictor.scores(x) for x in cases], clf.decision_function(X))


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_dtypes(fitted, dtype):
    clf, X = fitted
    X = (100 * X).astype(dtype)
    scores = [clf.compile().scores(x) for x in X]
    assert_array_equal(scores, clf.decision_function(X))


@pytest.mark.parametrize("n_timepoints", [1, 7, 39, 100])
def test_another_length_than_in_fit(fitted, n_timepoints):
    clf, X = fitted
    predictor, X = clf.compile(), np.tile(X, 3)[:, :, :n_timepoints]
    assert_array_equal([predictor(x) for x in X], clf.predict(X))
    assert_array_equal([predictor.scores(x) for x in X], clf.decision_function(X))


def test_scores_are_those_of_the_pipeline(fitted):
    clf, X = fitted
    assert_allclose(
        clf.decision_function(X), clf.pipeline_.decision_function(X), atol=1e-6
    )
    assert_array_equal(clf.predict(X), clf.pipeline_.predict(X))


def test_custom_estimator(make_problem):
    X, y = make_problem()
    clf = LightWaveSClassifier(
        variant="L1L2", estimator=LogisticRegression(), n_features=20
    )
    predictor = clf.fit(X, y).compile()
    assert_array_equal([predictor(x) for x in X], clf.predict(X))
    scores = [predictor.scores(x) for x in X]
    assert_allclose(scores, clf.decision_function(X), rtol=1e-5, atol=1e-6)


def test_reads_only_the_channels_in_use(make_problem):
    X, y = make_problem(n_channels=3)
    clf = LightWaveSClassifier(variant="L1L2", n_features=2, max_dilation=2).fit(X, y)
    unused = sorted({0, 1, 2} - set(clf.pipeline_[0].channels_))
    assert unused
    spoilt = X[0].copy()
    spoilt[unused] = np.nan
    predictor = clf.compile()
    assert_array_equal(predictor.scores(spoilt), predictor.scores(X[0]))


def test_bad_input(fitted):
    clf, X = fitted
    predictor = clf.compile()
    used = int(clf.pipeline_[0].channels_[0])
    for value in (np.inf, -np.inf, 1e300):
        x = X[0].copy()
        x[used, 3] = value
        with pytest.raises(ValueError, match=f"channel {used} holds infinity"):
            predictor(x)
    x[used, 3] = np.nan
    assert predictor(x) == clf.predict(x[None])[0]
    for x in (X[0][:2], X[0][:, :0], X[0].T, X[0][0], X[:1], X[0].tolist(), None):
        with pytest.raises(ValueError, match="x must be one case"):
            predictor(x)
    with pytest.raises(NotFittedError):
        LightWaveSClassifier().compile()


def test_outlives_a_refit_and_a_pickle(fitted):
    clf, X = fitted
    predictor = clf.compile()
    expected = [predictor.scores(x) for x in X]
    copy = pickle.loads(pickle.dumps(predictor))
    clf.fit(X[:, :1], np.arange(len(X)) % 2)
    assert_array_equal([predictor.scores(x) for x in X], expected)
    assert_array_equal([copy.scores(x) for x in X], expected)


def test_two_threads(fitted):
    clf, X = fitted
    predictor = clf.compile()
    with ThreadPoolExecutor(2) as threads:
        labels = list(threads.map(predictor, np.tile(X, (20, 1, 1))))
    assert_array_equal(labels, np.tile(clf.predict(X), 20))
