"""Ridge regression agrees with scikit-learn, leave-one-out with leaving one out."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import Ridge, RidgeCV

from lightwaves_aeon.core.linear.ridge import (
    ALPHAS,
    best_by_leave_one_out,
    best_of_gram,
    coefficients,
    error_of_gram,
    fit_ridge,
    standardised,
)
from lightwaves_aeon.core.targets import one_vs_rest_targets


@pytest.fixture(name="problem", params=[(40, 90, 3), (90, 20, 2), (30, 30, 4)])
def make_problem(request):
    n_cases, n_features, n_classes = request.param
    rng = np.random.default_rng(n_features)
    classes = np.arange(n_cases) % n_classes
    columns = rng.normal(5, 3, size=(n_cases, n_features)).astype(np.float32)
    columns[:, :5] += classes[:, None]
    return columns, one_vs_rest_targets(classes, n_classes)


def test_leave_one_out_leaves_one_out(problem):
    columns, targets = problem
    standard, _, _ = standardised(columns)
    alpha, scores = best_by_leave_one_out(standard, targets)
    for case in range(0, len(standard), 7):
        rest = np.delete(np.arange(len(standard)), case)
        ridge = Ridge(alpha).fit(standard[rest], targets[rest])
        expected = np.atleast_2d(ridge.predict(standard[[case]]))
        assert_allclose(scores[case], expected.ravel(), rtol=1e-6, atol=1e-9)


def test_penalty_is_that_of_scikit_learn(problem):
    columns, targets = problem
    standard, _, _ = standardised(columns)
    alpha, _ = best_by_leave_one_out(standard, targets)
    expected = RidgeCV(ALPHAS * len(standard)).fit(standard, targets)
    assert_allclose(alpha, expected.alpha_)


def test_error_without_eigenvalues(problem):
    columns, targets = problem
    standard, _, _ = standardised(columns)
    gram = standard @ standard.T
    for alpha in (0.5, 40.0):
        _, scores = best_of_gram(gram, targets, np.array([alpha]))
        expected = np.square(scores - targets).sum()
        assert_allclose(error_of_gram(gram, targets, alpha), expected, rtol=1e-8)


def test_known_gram_matrix_changes_nothing(problem):
    columns, targets = problem
    standard, _, _ = standardised(columns)
    gram = standard @ standard.T
    alone = best_by_leave_one_out(standard, targets)
    known = best_by_leave_one_out(standard, targets, gram)
    assert alone[0] == known[0]
    assert_allclose(alone[1], known[1], rtol=1e-9)
    before = gram.copy()
    assert_allclose(
        coefficients(standard, targets, 3.0, gram),
        coefficients(standard, targets, 3.0),
        rtol=1e-8,
        atol=1e-12,
    )
    assert_array_equal(gram, before)


def test_coefficients_are_those_of_scikit_learn(problem):
    columns, targets = problem
    standard, _, _ = standardised(columns)
    expected = Ridge(2.0).fit(standard, targets).coef_
    found = coefficients(standard, targets, 2.0)
    assert_allclose(found, np.atleast_2d(expected).T, rtol=1e-7, atol=1e-10)


def test_others_are_scored_by_the_model_of_the_rest(problem):
    columns, targets = problem
    mine, others = columns[::2], columns[1::2]
    found = fit_ridge(mine, targets[::2]).scores(others)
    standard, means, deviations = standardised(mine)
    alpha, _ = best_by_leave_one_out(standard, targets[::2])
    ridge = Ridge(alpha).fit(standard, targets[::2])
    expected = ridge.predict((others - means) / deviations).reshape(found.shape)
    assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


def test_constant_columns_have_no_say():
    columns = np.full((12, 3), 0.1, np.float32)
    targets = one_vs_rest_targets(np.arange(12) % 3, 3)
    standard, _, _ = standardised(columns)
    assert_array_equal(standard, 0)
    found = fit_ridge(columns, targets).scores(columns + 7)
    assert_allclose(found, np.tile(targets.mean(axis=0), (12, 1)))


def test_class_without_cases_is_scored_below_all():
    targets = one_vs_rest_targets(np.array([0, 0, 2, 2]), 3)
    assert_array_equal(targets[:, 1], -1)
    rng = np.random.default_rng(0)
    columns = rng.normal(size=(4, 6)).astype(np.float32)
    assert_allclose(fit_ridge(columns, targets).scores(columns)[:, 1], -1)
