"""Fewer features of a fitted model: which, and what is trained for them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor
from lightwaves_aeon.core.data.collection import UnequalLengthCollection
from lightwaves_aeon.core.fitted import as_fitted
from lightwaves_aeon.core.reduction import Reduction, some_of
from lightwaves_aeon.core.selection.student import (
    detach_student,
    losses_without,
    rank_by_detachment,
)
from lightwaves_aeon.core.targets import Targets

SHARE = 0.15


def noise(n_features, n_cases, seed=0):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n_features, n_cases)).astype(np.float32)
    features -= features.mean(axis=1, keepdims=True)
    return features, features[:7].T.astype(float) @ rng.normal(size=(7, 3))


@pytest.mark.parametrize("n_cases", [20, 90])
def test_ranking_is_that_of_detachment(n_cases):
    """Also of fewer cases than features, where it goes by products of the cases."""
    features, scores = noise(50, n_cases)
    ranking = rank_by_detachment(features, scores, SHARE)
    assert_array_equal(np.sort(ranking), np.arange(50))
    targets = Targets(np.arange(n_cases) % 2)
    size = 50
    while size > 1:
        size = max(1, int(size * (1 - SHARE)))
        kept, *_ = detach_student(features, scores, size, SHARE, targets)
        assert_array_equal(np.sort(ranking[:size]), np.sort(kept))


def test_what_the_scores_are_made_of_comes_first():
    features, scores = noise(40, 200)
    assert_array_equal(
        np.sort(rank_by_detachment(features, scores, SHARE)[:7]), range(7)
    )


def test_losses_are_those_of_fits_without():
    features, scores = noise(30, 60)
    groups = [np.arange(30) < 5, np.arange(30) % 3 == 0, np.arange(30) == 6]

    def loss(rows):
        x, penalty = rows.astype(float), 1e-2 * 60
        w = np.linalg.solve(x @ x.T + penalty * np.eye(len(x)), x @ centred)
        return np.square(x.T @ w - centred).sum() + penalty * np.square(w).sum()

    centred = scores - scores.mean(axis=0)
    expected = [loss(features[~group]) - loss(features) for group in groups]
    found = losses_without(features, scores, groups)
    assert_allclose(found, expected, rtol=1e-4)


@pytest.fixture(scope="module")
def problem(make_problem):
    return make_problem(n_cases=60, n_classes=3)


@pytest.fixture(scope="module")
def classifier(problem):
    return as_fitted(
        LightWaveSClassifier(n_features=100, random_state=0).fit(*problem), "a test"
    )


def test_all_features_give_the_same(problem, classifier):
    X, y = problem
    whole = some_of(classifier, np.arange(100))
    found = whole.head.decision_function(whole.features(X))
    expected = classifier.head.decision_function(classifier.features(X))
    assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    again = Reduction.from_cases(classifier, X, y, None).reduced(100)
    assert_array_equal(again.model.rows, classifier.model.rows)
    found = again.head.decision_function(again.features(X))
    assert np.abs(found - expected).max() < 0.1 * expected.std()


def test_the_average_case_keeps_its_scores(classifier):
    few = some_of(classifier, np.array([3, 50, 77]))
    found = few.means @ few.head.weights + few.head.bias
    assert_allclose(found, classifier.intercepts)
    assert_array_equal(few.model.rows, classifier.model.rows[[3, 50, 77]])


def test_weights_of_classes_are_those_of_labels_alone(problem, classifier):
    X, y = problem
    heavy = {0: 1, 1: 1, 2: 50}
    reduction = Reduction.from_cases(classifier, X, y, heavy)
    plain = Reduction.from_cases(classifier, X, y, None)
    assert_array_equal(reduction.kept(9), plain.kept(9))
    counts = [(of.reduced(2).predict(X) == 2).sum() for of in (reduction, plain)]
    assert counts[0] >= counts[1]


def test_what_costs_is_given_up(problem, classifier):
    X, y = problem
    reduction = Reduction.from_cases(classifier, X, y, None)

    def n_channels(model):
        return len(model.model.channels)

    few = reduction.within(n_channels, 1)
    assert n_channels(few.untrained(len(few.ranking))) == 1
    assert 1 < len(few.ranking) < 100
    assert len(reduction.within(n_channels, 3).ranking) == 100
    assert len(reduction.within(n_channels, 0).ranking) == len(few.ranking)


@pytest.mark.parametrize("gaps", [False, True])
def test_two_outputs(make_problem, gaps):
    X, y = make_problem(n_cases=60, n_classes=3)
    if gaps:
        X[::3, 1, 5:] = np.nan
    numbers = np.stack([1e3 * y + 1e6, -y], axis=1)
    whole = LightWaveSRegressor(n_features=60, random_state=0).fit(X, numbers)
    fitted = as_fitted(whole, "a test")
    few = Reduction.from_cases(fitted, X, numbers, None).reduced(20)
    errors = np.abs(few.predict(X) - whole.predict(X)) / [1e3, 1]
    assert errors.max() < 0.5
    assert_array_equal(few.head.limits, fitted.head.limits)


def test_unequal_lengths(make_problem):
    X, y = make_problem(n_cases=30, n_classes=2)
    X = [x[:, : 30 + i % 10] for i, x in enumerate(X)]
    whole = LightWaveSClassifier(n_features=60, random_state=0).fit(X, y)
    series = UnequalLengthCollection.from_series(X)
    few = Reduction.from_cases(as_fitted(whole, "a test"), series, y, None).reduced(9)
    assert (few.predict(series) == y).mean() > 0.9
