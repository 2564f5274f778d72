"""The teacher, the student that reproduces it, and the head of both."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import Ridge, RidgeClassifierCV
from sklearn.preprocessing import StandardScaler

from lightwaves_aeon import LightWaveS, LightWaveSClassifier
from lightwaves_aeon.core.convolution.features import candidate_rows, series_rows
from lightwaves_aeon.core.linear.banded import WEIGHTS, group_grams, group_weights
from lightwaves_aeon.core.linear.head import DistilledRidge
from lightwaves_aeon.core.linear.ridge import (
    ALPHAS,
    best_of_gram,
)
from lightwaves_aeon.core.selection.distillation import Pace, distil, group_of_rows
from lightwaves_aeon.core.targets import Targets, one_vs_rest_targets

PACE = Pace(0.15, 4000)


def made_problem(n_cases=60, n_augmented=90, n_features=40, n_classes=3, seed=0):
    """Features of which one in ten tells the classes apart."""
    rng = np.random.default_rng(seed)
    classes = np.sort(np.arange(n_cases) % n_classes)
    columns = rng.normal(size=(n_cases + n_augmented, n_features)).astype(np.float32)
    columns[:n_cases, ::10] += 2 * (classes[:, None] == np.arange(4))
    return columns[:n_cases], columns[n_cases:], classes


# The teacher


def test_groups_differ_in_representation_and_level():
    rows = np.concatenate([candidate_rows(0, 1, 1, (1, 2)), series_rows(0, 20)])
    change = rows.copy()
    change["input"] = 1
    total = rows[rows["level"] > 0].copy()
    total["input"], total["other"] = 2, 1
    difference = total.copy()
    difference["input"] = 3
    groups = [group_of_rows(some) for some in (rows, change, total, difference)]
    assert [sorted(set(some.tolist())) for some in groups] == [
        [0, 1, 2],
        [3, 4, 5],
        [7, 8],
        [7, 8],
    ]


def test_one_group_has_a_weight_of_one():
    columns, _, classes = made_problem()
    standard = StandardScaler().fit_transform(columns)
    targets = one_vs_rest_targets(classes, 3)
    groups = np.zeros(columns.shape[1], int)
    grams = group_grams(standard.T, groups, len(columns))
    assert group_weights(grams, targets, np.array([0])).tolist() == [1]


def test_noise_gets_a_small_weight():
    columns, _, classes = made_problem()
    noise = np.random.default_rng(1).normal(size=(len(columns), 400))
    standard = StandardScaler().fit_transform(np.hstack([columns, noise]))
    groups = np.repeat([0, 1], [columns.shape[1], 400])
    targets = one_vs_rest_targets(classes, 3)
    grams = group_grams(standard.T, groups, len(columns))
    weights = group_weights(grams, targets, np.array([0, 1]))
    assert weights[0] == 1
    # A tenth is the least weight that is not none, of a trace ten times as large.
    assert weights[1] <= WEIGHTS[1] / 10 * 1.2


def test_weights_are_those_of_least_error_one_at_a_time():
    """No other weight of any group would have a smaller leave-one-out error."""
    rng = np.random.default_rng(3)
    columns, _, classes = made_problem()
    groups = rng.integers(0, 3, size=40)
    standard = StandardScaler().fit_transform(columns)
    targets = one_vs_rest_targets(classes, 3)
    traces = [np.square(standard[:, groups == g]).sum() for g in range(3)]
    grams = group_grams(standard.T, groups, len(columns))
    weights = group_weights(grams, targets, np.arange(3)) * traces
    weights /= weights.max()

    def error_of(weights):
        scaled = standard * np.sqrt(weights / traces)[groups]
        gram = scaled @ scaled.T
        penalties = np.logspace(-7.5, -1.5, 13) * np.trace(gram)
        _, scores = best_of_gram(gram, targets, penalties)
        return np.square(scores - targets).sum()

    least = error_of(weights)
    for group in range(3):
        for weight in WEIGHTS:
            trial = weights.copy()
            trial[group] = weight
            if trial.any():
                assert error_of(trial) >= least * (1 - 1e-6)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_scores_are_those_of_a_ridge_regression(n_classes):
    columns, augmented, classes = made_problem(n_classes=n_classes)
    groups = np.zeros(columns.shape[1], int)
    scores = distil(columns, augmented, Targets(classes), groups, 5, PACE).scores
    scaler = StandardScaler().fit(columns)
    standard = np.clip(scaler.transform(columns), -4, 4)
    others = np.clip(scaler.transform(augmented), -4, 4)
    targets = one_vs_rest_targets(classes, n_classes)
    centred = standard - standard.mean(axis=0)
    gram = centred @ centred.T
    alpha, _ = best_of_gram(gram, targets, np.logspace(-7.5, -1.5, 13) * gram.trace())
    ridge = Ridge(alpha).fit(standard, targets)
    wanted = ridge.predict(np.concatenate([standard, others]))
    assert_allclose(scores, wanted.reshape(scores.shape), rtol=1e-4, atol=1e-4)


def test_weights_of_groups_that_are_known():
    columns, augmented, classes = made_problem()
    problem = columns, augmented, Targets(classes), np.repeat([1, 2, 4, 5], 10)
    found = distil(*problem, 5, PACE)
    again = distil(*problem, 5, PACE, group_weights=found.group_weights)
    assert_array_equal(again.order, found.order)
    assert_allclose(again.scores, found.scores, rtol=1e-6)


# The student


def test_the_features_of_the_teacher_are_found():
    columns, augmented, classes = made_problem()
    groups = np.zeros(columns.shape[1], int)
    order, weights, path, *_ = distil(
        columns, augmented, Targets(classes), groups, 3, PACE
    )
    assert set(order) <= {0, 10, 20, 30}
    assert (np.diff(weights) <= 0).all()
    assert path is None


def test_ties_go_to_the_lower_index():
    columns, augmented, classes = made_problem()
    columns[:, 35], augmented[:, 35] = columns[:, 10], augmented[:, 10]
    groups = np.zeros(columns.shape[1], int)
    order, *_ = distil(columns, augmented, Targets(classes), groups, 2, PACE)
    assert 35 not in order or list(order).index(10) < list(order).index(35)


@pytest.mark.parametrize("n_selected", [40, 39, 1])
def test_any_number_of_features(n_selected):
    columns, augmented, classes = made_problem()
    groups = np.repeat([0, 1, 2, 5], 10)
    order, weights, *_ = distil(
        columns, augmented, Targets(classes), groups, n_selected, PACE
    )
    assert len(set(order)) == len(weights) == n_selected


def test_the_number_is_chosen_along_the_path():
    columns, augmented, classes = made_problem()
    groups = np.zeros(columns.shape[1], int)
    order, _, path, *_ = distil(
        columns, augmented, Targets(classes), groups, None, PACE
    )
    assert path["n_features"][path["chosen"]].tolist() == [len(order)]
    assert path["n_features"][0] == columns.shape[1]
    assert path["n_features"][-1] == 1
    fixed, *_ = distil(columns, augmented, Targets(classes), groups, len(order), PACE)
    assert_array_equal(order, fixed)


def test_columns_that_do_not_vary():
    columns, augmented, classes = made_problem()
    columns[:, :7] = 3
    groups = np.zeros(columns.shape[1], int)
    order, weights, _, scores, _ = distil(
        columns, augmented, Targets(classes), groups, 5, PACE
    )
    assert not set(order) & set(range(7))
    assert np.isfinite(weights).all()
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("n_cases", [4, 6, 9])
@pytest.mark.parametrize("n_features", [20, 500, 20_000])
def test_few_cases_and_many_features(n_cases, n_features):
    """Products of few cases are singular, and rounding makes them worse."""
    rng = np.random.default_rng(n_cases)
    X, y = rng.normal(size=(n_cases, 2, 80)).cumsum(axis=2), np.arange(n_cases) % 2
    X[-1] = X[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # fewer features exist
        clf = LightWaveSClassifier(n_features=n_features, random_state=0).fit(X, y)
    assert np.isfinite(clf.predict_proba(X)).all()


# The head


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_head_is_the_mean_of_two(n_classes):
    columns, augmented, classes = made_problem(n_classes=n_classes)
    scaler = StandardScaler().fit(columns)
    X, X_soft = scaler.transform(columns), scaler.transform(augmented)
    soft = X_soft[:, : n_classes if n_classes > 2 else 1] * 0.3
    labels = np.array(["a", "b", "c"])[classes]
    head = DistilledRidge().fit(X, labels, X_soft, soft)
    of_labels = RidgeClassifierCV(alphas=ALPHAS * len(X)).fit(X, labels)
    assert head.classes_.tolist() == of_labels.classes_.tolist()
    rest = 2 * head.decision_function(X_soft) - of_labels.decision_function(X_soft)
    assert np.corrcoef(rest.ravel(), soft.ravel())[0, 1] > 0.999


def test_class_weights_and_other_estimators_learn_from_labels(problem):
    X, y = problem
    parameters = {"n_features": 20, "max_dilation": 4, "random_state": 0}
    default = LightWaveSClassifier(**parameters).fit(X, y)
    assert isinstance(default.estimator_, DistilledRidge)
    for other in ({"class_weight": "balanced"}, {"estimator": RidgeClassifierCV()}):
        classifier = LightWaveSClassifier(**parameters, **other).fit(X, y)
        assert isinstance(classifier.estimator_, RidgeClassifierCV)


def test_the_default_distils(problem):
    X, y = problem
    parameters = {"n_features": 20, "max_dilation": 4, "random_state": 0}
    default = LightWaveS(**parameters).fit(X, y).features_
    named = LightWaveS(**parameters, variant="plus", selector="distil").fit(X, y)
    assert default.equals(named.features_)
    other = LightWaveS(**parameters, selector="detach").fit(X, y).features_
    assert not default.equals(other)


def test_more_training_cases_than_are_sampled(make_problem):
    X, y = make_problem(n_cases=80)
    parameters = {"n_features": 20, "max_dilation": 4, "random_state": 0}
    classifier = LightWaveSClassifier(**parameters, max_cases=30).fit(X, y)
    assert classifier.score(X, y) > 0.9


def test_unequal_lengths(make_problem):
    X, y = make_problem()
    series = [x[:, : 30 + i % 10] for i, x in enumerate(X)]
    parameters = {"n_features": 20, "max_dilation": 4, "random_state": 0}
    classifier = LightWaveSClassifier(**parameters).fit(series, y)
    assert classifier.score(series, y) > 0.9
