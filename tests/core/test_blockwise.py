"""The ridge regression by sums over blocks, against slow and plain ones."""

from math import ceil
from pathlib import Path
from types import SimpleNamespace
from warnings import catch_warnings, simplefilter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import RidgeClassifierCV
from sklearn.preprocessing import StandardScaler

from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import load_split
from lightwaves_aeon.core.convolution.features import ROW
from lightwaves_aeon.core.linear.blockwise import (
    errors_of,
    leave_one_out_scores,
    normal_equations,
    sums_of,
)
from lightwaves_aeon.core.linear.head import fitted_ridge
from lightwaves_aeon.core.linear.ridge import ALPHAS
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.targets import Targets, one_vs_rest_targets
from lightwaves_aeon.estimators.classification import class_weights
from lightwaves_aeon.estimators.large import fit_head

ARCHIVE = Path(__file__).parents[3] / "shared" / "uea"
SETS = sorted(file.parent.name for file in ARCHIVE.glob("*/*_TRAIN.ts"))
MOST_CASES = 1500
SAMPLE = 50
"""Cases that features are counted from the means of."""

CLASS_WEIGHTS = [None, {0: 3.0, 1: 0.25}, "balanced"]


def made_features(n_cases=30, n_features=5, n_classes=2, seed=0):
    """Features of several scales, some of which tell unequal classes apart."""
    rng = np.random.default_rng(seed)
    classes = rng.choice(
        n_classes, n_cases, p=np.arange(1, n_classes + 1) / 3 / 2 ** (n_classes - 2)
    )
    classes[:n_classes] = np.arange(n_classes)
    features = rng.normal(size=(n_cases, n_features))
    features[:, :2] += classes[:, None]
    features *= 10.0 ** rng.integers(-2, 3, n_features)
    return features.astype(np.float32), classes


def blocks_of(features, classes, size):
    for start in range(0, len(features), size):
        some = slice(start, start + size)
        yield features[some], Targets(classes[some])


def summed(parts):
    parts = iter(parts)
    total = next(parts)
    for part in parts:
        total = total.plus(part)
    return total


def equations_of(features, classes, weights, size, origin):
    blocks = blocks_of(features, classes, size)
    return normal_equations(
        summed(sums_of(*block, weights, origin) for block in blocks), origin
    )


def squared_errors(features, classes, weights, equations, alphas, size):
    blocks = blocks_of(features, classes, size)
    return summed(
        errors_of(*block, weights, equations, alphas) for block in blocks
    ).squared


def by_blocks(features, classes, class_weight=None, size=64):
    """Scaler and ridge of `fit_head`, whose model hands out features as they are."""
    labels, sizes = np.unique(classes, return_counts=True)
    places = np.searchsorted(labels, classes)
    rows = np.zeros(features.shape[1], ROW)
    rows["channel"], rows["other"] = np.arange(len(rows)), -1
    scaler, ridge, held_out = fit_head(
        SimpleNamespace(transform=lambda X, n_jobs: X, rows=rows),
        features[:SAMPLE],
        Targets(places[:SAMPLE]),
        class_weights(class_weight, labels, sizes),
        lambda task: summed(
            task.sums(*block) for block in blocks_of(features, places, size)
        ),
        Threads(),
    )
    assert np.isfinite(held_out.scores).all()
    assert_array_equal(held_out.targets.classes, places[:SAMPLE])
    return scaler, fitted_ridge(labels, *ridge, class_weight)


def at_once(features, classes, class_weight=None):
    """The same by scikit-learn, in double precision."""
    scaler = StandardScaler().fit(features.astype(np.float64))
    ridge = RidgeClassifierCV(ALPHAS * len(features), class_weight=class_weight)
    return scaler, ridge.fit(scaler.transform(features.astype(np.float64)), classes)


def assert_close(found, expected, share=1e-9):
    """Compare with a tolerance that is a share of the largest value."""
    atol = share * np.abs(expected).max()
    assert_allclose(found, expected, rtol=0, atol=atol)


def assert_same_head(found, expected, share=1e-9):
    (scaler, ridge), (scaler_at_once, ridge_at_once) = found, expected
    assert_allclose(scaler.scale_, scaler_at_once.scale_, rtol=share)
    shift = (scaler.mean_ - scaler_at_once.mean_) / scaler_at_once.scale_
    assert_allclose(shift, 0, atol=share)
    assert scaler.n_samples_seen_ == scaler_at_once.n_samples_seen_
    assert_array_equal(ridge.alphas, ridge_at_once.alphas)
    assert ridge.alpha_ == ridge_at_once.alpha_
    coef = np.atleast_2d(
        ridge_at_once.coef_
    )  # of two classes, some versions have a row
    assert_close(ridge.coef_, coef, share)
    scores = np.abs(ridge_at_once.coef_).max(), np.abs(ridge_at_once.intercept_).max()
    assert_allclose(
        ridge.intercept_, ridge_at_once.intercept_, rtol=0, atol=share * max(scores)
    )
    assert_allclose(ridge.best_score_, ridge_at_once.best_score_, rtol=share)
    assert_array_equal(ridge.classes_, ridge_at_once.classes_)


# By really leaving cases out


def weighted_ridge(standard, targets, counts, alpha):
    """Solve for weights and an intercept that is not penalised, as one matrix."""
    design = np.hstack([standard, np.ones((len(standard), 1))])
    penalty = np.diag([*np.full(standard.shape[1], alpha), 0.0])
    products = design.T @ (counts[:, None] * design)
    return np.linalg.solve(products + penalty, design.T @ (counts[:, None] * targets))


def scores_left_out(standard, targets, counts, alpha):
    scores = np.empty_like(targets)
    for case in range(len(standard)):
        others = np.arange(len(standard)) != case
        solved = weighted_ridge(
            standard[others], targets[others], counts[others], alpha
        )
        scores[case] = np.append(standard[case], 1) @ solved
    return scores


@pytest.mark.parametrize("n_features", [1, 5, 40])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_errors_are_those_of_cases_left_out(n_features, n_classes, weighted):
    features, classes = made_features(31, max(n_features, 2), n_classes)
    features = features[:, :n_features]
    weights = np.array([3.0, 0.25, 1.5])[:n_classes] if weighted else np.ones(n_classes)
    standard = StandardScaler().fit_transform(features.astype(np.float64))
    targets, counts = one_vs_rest_targets(classes, n_classes), weights[classes]
    alphas = np.array([0.03, 1.0, 31.0, 3e4])
    origin = features[:4].mean(axis=0, dtype=np.float64)
    equations = equations_of(features, classes, weights, 8, origin)
    found = squared_errors(features, classes, weights, equations, alphas, 8)
    for alpha, error in zip(alphas, found, strict=True):
        scores = scores_left_out(standard, targets, counts, alpha)
        expected = counts @ np.square(scores - targets).sum(axis=1)
        assert_allclose(error, expected, rtol=1e-9)
        some = slice(3, 17)
        of_some = features[some], Targets(classes[some]), weights, equations, alpha
        assert_close(leave_one_out_scores(*of_some), scores[some])
        solved = weighted_ridge(standard, targets, counts, alpha)
        coefficients, intercept = equations.solve(alpha)
        assert_close(np.vstack([coefficients, intercept]), solved)


def test_the_sums_are_those_of_plain_loops():
    features, classes = made_features(9, 3, 3)
    weights, origin = np.array([3.0, 0.25, 1.5]), np.array([0.5, -2.0, 0.0])
    sums = sums_of(features, Targets(classes), weights, origin)
    targets = one_vs_rest_targets(classes, 3)
    products, cross = np.zeros((3, 3)), np.zeros((3, 3))
    for x, target, of in zip(features - origin, targets, classes, strict=True):
        products += weights[of] * np.outer(x, x)
        cross += weights[of] * np.outer(x, target)
    counts = weights[classes]
    assert sums.n_cases == 9
    assert sums.weight == pytest.approx(counts.sum())
    assert_allclose(sums.products, products)
    assert_allclose(sums.cross, cross)
    assert_allclose(sums.sums, (features - origin).sum(axis=0))
    assert_allclose(sums.squares, np.square(features - origin).sum(axis=0))
    assert_allclose(sums.weighted, counts @ (features - origin))
    assert_allclose(sums.targets, counts @ targets)
    assert_array_equal(sums.largest, np.abs(features).max(axis=0))


# Against scikit-learn


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("class_weight", CLASS_WEIGHTS)
def test_the_head_is_that_of_scikit_learn(n_classes, class_weight):
    features, classes = made_features(700, 30, n_classes)
    found = by_blocks(features, classes, class_weight)
    assert_same_head(found, at_once(features, classes, class_weight))


@pytest.mark.parametrize("class_weight", CLASS_WEIGHTS)
def test_more_features_than_cases(class_weight):
    features, classes = made_features(60, 90)
    found = by_blocks(features, classes, class_weight)
    assert_same_head(found, at_once(features, classes, class_weight))


def test_noise_has_a_large_penalty():
    features, classes = made_features(700, 10)
    noise = np.random.default_rng(1).normal(size=features.shape).astype(np.float32)
    found, of_noise = by_blocks(features, classes), by_blocks(noise, classes)
    assert_same_head(of_noise, at_once(noise, classes))
    assert of_noise[1].alpha_ > found[1].alpha_


@settings(max_examples=20, deadline=None)
@given(size=st.integers(1, 500), class_weight=st.sampled_from(CLASS_WEIGHTS))
def test_blocks_of_any_size(size, class_weight):
    features, classes = made_features(400, 10, 3)
    found = by_blocks(features, classes, class_weight, size)
    whole = by_blocks(features, classes, class_weight, 400)
    assert_same_head(found, whole, share=1e-12)


def assert_constant(scaler, ridge, feature, value):
    assert (scaler.scale_[feature], scaler.var_[feature]) == (1, 0)
    assert scaler.mean_[feature] == pytest.approx(value, rel=1e-12)
    assert (ridge.coef_[:, feature] == 0).all()


@pytest.mark.parametrize("value", [0.0, 0.1, -3e4, 1e-20])
@pytest.mark.parametrize("class_weight", CLASS_WEIGHTS)
def test_constant_features(value, class_weight):
    features, classes = made_features(400, 10)
    features[:, 4] = value
    found = by_blocks(features, classes, class_weight)
    assert_constant(*found, 4, np.float32(value))
    assert_same_head(found, at_once(features, classes, class_weight))


@pytest.mark.parametrize("class_weight", CLASS_WEIGHTS)
def test_all_features_constant(class_weight):
    """Nothing tells the classes apart: the scores are the means of the targets."""
    features, classes = made_features(400, 3)
    features[:] = [0, 0.1, 7]
    scaler, ridge = by_blocks(features, classes, class_weight)
    for feature, value in enumerate(features[0]):
        assert_constant(scaler, ridge, feature, value)
    _, expected = at_once(features, classes, class_weight)
    assert_allclose(ridge.intercept_, expected.intercept_, rtol=1e-9)
    assert_allclose(ridge.best_score_, expected.best_score_, rtol=1e-9)


@pytest.mark.parametrize("class_weight", CLASS_WEIGHTS)
def test_a_feature_far_from_zero(class_weight):
    """Squares of it would have lost half of their digits."""
    features, classes = made_features(2000, 10)
    rng = np.random.default_rng(1)
    features[:, 1] = 1e4 + rng.normal(size=2000) + classes / 2
    found = by_blocks(features, classes, class_weight)
    assert_same_head(found, at_once(features, classes, class_weight))


@pytest.mark.parametrize("class_weight", CLASS_WEIGHTS)
def test_features_that_are_the_same(class_weight):
    features, classes = made_features(400, 10)
    features[:, 5:8] = features[:, [1]]
    found = by_blocks(features, classes, class_weight)
    assert_same_head(found, at_once(features, classes, class_weight))
    coef = found[1].coef_
    assert_close(coef[:, 5:8], np.repeat(coef[:, [1]], 3, axis=1))


def test_a_feature_that_varies_in_few_cases():
    """None of them is in the sample, nor in the first blocks."""
    features, classes = made_features(2000, 10)
    features[:, 3] = 2
    features[[1700, 1999], 3] = [2.5, 1]
    found = by_blocks(features, classes)
    assert_same_head(found, at_once(features, classes))


# Weights of the classes


@pytest.mark.parametrize("weight", [{"a": 2.0}, {"b": 0.0, "a": 1, "c": 3}, None])
def test_class_weights(weight):
    labels, sizes = np.array(["a", "b", "c"]), np.array([5, 1, 3])
    given = {} if weight is None else weight
    expected = [given.get(label, 1.0) for label in labels]
    assert class_weights(weight, labels, sizes).tolist() == expected


def test_balanced_class_weights():
    labels, sizes = np.array([0, 1, 2]), np.array([5, 1, 3])
    assert_allclose(class_weights("balanced", labels, sizes) * sizes, [3, 3, 3])


# On real series


@pytest.mark.skipif(not SETS, reason="the data sets are not there")
@pytest.mark.parametrize("name", SETS)
def test_features_of_real_series(name):
    X, y = load_split(name, "train", ARCHIVE)
    step = ceil(len(y) / MOST_CASES)
    X, y = X[::step], y[::step]
    clf = LightWaveSClassifier(variant="L1", n_features=100, random_state=0)
    with catch_warnings():
        simplefilter("ignore")  # there may be fewer features
        features = np.asarray(clf.fit(X, y).pipeline_[0].transform(X))
    found, expected = by_blocks(features, y, size=256), at_once(features, y)
    assert_same_head(found, expected)
    labels, expected_labels = (
        ridge.predict(scaler.transform(features.astype(np.float64)))
        for scaler, ridge in (found, expected)
    )
    assert_array_equal(labels, expected_labels)
