"""A weight of a case is a number of cases: to repeat them gives the same."""

import numpy as np
import oracle
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import Ridge
from sklearn.metrics import accuracy_score, r2_score

from lightwaves_aeon.core.data.augmentation import draw_mixtures
from lightwaves_aeon.core.data.case_order import case_order
from lightwaves_aeon.core.linear.blockwise import errors_of, normal_equations, sums_of
from lightwaves_aeon.core.linear.intervals import fit_intervals
from lightwaves_aeon.core.linear.ridge import (
    best_by_leave_one_out,
    error_of_gram,
    fit_ridge,
    standardised,
)
from lightwaves_aeon.core.linear.shrinkage import fit_slopes
from lightwaves_aeon.core.linear.temperature import HeldOut, fit_inverse_temperature
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.selection.anova import anova_f, class_f
from lightwaves_aeon.core.selection.channels import channel_path
from lightwaves_aeon.core.selection.correlation import regression_f
from lightwaves_aeon.core.selection.detachment import detach, detach_to_best
from lightwaves_aeon.core.selection.distillation import Pace, distil
from lightwaves_aeon.core.selection.mrmr import mrmr
from lightwaves_aeon.core.selection.refinement import pool_sums
from lightwaves_aeon.core.targets import (
    Standard,
    Targets,
    one_vs_rest_targets,
    standardised_numbers,
)
from lightwaves_aeon.core.weights import weighted_rows

N_CASES, N_CLASSES = 30, 3


@pytest.fixture(name="problem")
def make_problem():
    """Features, classes in order, and whole weights."""
    rng = np.random.default_rng(0)
    classes = np.repeat(np.arange(N_CLASSES), N_CASES // N_CLASSES)
    columns = rng.normal(3, 2, size=(N_CASES, 12)).astype(np.float32)
    columns[:, :4] += classes[:, None]
    return columns, classes, rng.integers(1, 5, N_CASES).astype(float)


def repeated(values, weights):
    return np.repeat(values, weights.astype(int), axis=0)


def starts(classes):
    return np.searchsorted(classes, np.arange(classes.max() + 2))


# The filter


def test_anova_of_classes(problem):
    columns, classes, weights = problem
    found = class_f(columns, starts(classes), weights)
    many, of_many = repeated(columns, weights), repeated(classes, weights)
    assert_allclose(found, class_f(many, starts(of_many)), rtol=1e-9)
    assert_array_equal(found[0], anova_f(columns, starts(classes), weights))
    expected = [oracle.anova_f(column, of_many) for column in many.T]
    assert_allclose(found[0], expected, rtol=1e-6)


def test_anova_of_shares_of_cases():
    """All may weigh less than one case: what is left of it is no case, either."""
    columns = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)
    one = class_f(columns, np.array([0, 3, 6]), np.full(6, 1 / 8))
    many = class_f(columns, np.array([0, 3, 6]))
    assert_allclose(4 * one, many)


def test_regression_of_numbers(problem):
    columns, _, weights = problem
    numbers = np.random.default_rng(1).normal(size=(N_CASES, 2)) + columns[:, :2]
    found = regression_f(columns, numbers, weights)
    expected = regression_f(repeated(columns, weights), repeated(numbers, weights))
    assert_allclose(found, expected, rtol=1e-9)


def test_mrmr(problem):
    columns, classes, weights = problem
    relevance = anova_f(columns, starts(classes), weights)
    order, scores = mrmr(columns, relevance, 12, weights)
    many = repeated(columns, weights)
    expected_order, expected_scores = oracle.mrmr(many, relevance, 12)
    assert_array_equal(order, expected_order)
    assert_allclose(scores, expected_scores, rtol=1e-6)


# Ridge regressions


@pytest.mark.parametrize("n_features", [5, 60])
def test_ridge(problem, n_features):
    _, classes, weights = problem
    targets = one_vs_rest_targets(classes, N_CLASSES)
    columns = np.random.default_rng(2).normal(size=(N_CASES, n_features))
    few = fit_ridge(columns, targets, [0.1], weights)
    many = fit_ridge(repeated(columns, weights), repeated(targets, weights), [0.1])
    for one, other in zip(few, many, strict=True):
        assert_allclose(one, other, rtol=1e-9)
    standard = (columns - few.means) / few.deviations
    ridge = Ridge(few.alpha).fit(standard, targets, sample_weight=weights)
    assert_allclose(few.weights.T, ridge.coef_, rtol=1e-7)
    assert_allclose(few.intercept, ridge.intercept_, rtol=1e-7)


@pytest.mark.parametrize("n_features", [5, 60])
def test_leave_one_out_leaves_one_out(problem, n_features):
    _, classes, weights = problem
    targets = one_vs_rest_targets(classes, N_CLASSES)
    columns = np.random.default_rng(3).normal(size=(N_CASES, n_features))
    standard, _, _ = standardised(columns, weights)
    rows = weighted_rows(standard, weights)
    alpha, scores = best_by_leave_one_out(rows, targets, weights=weights)
    for case in range(0, N_CASES, 7):
        rest = np.delete(np.arange(N_CASES), case)
        ridge = Ridge(alpha).fit(standard[rest], targets[rest], weights[rest])
        assert_allclose(scores[[case]], ridge.predict(standard[[case]]), rtol=1e-6)
    errors = weights @ np.square(scores - targets).sum(axis=1)
    found = error_of_gram(rows @ rows.T, targets, alpha, weights)
    assert_allclose(found, errors, rtol=1e-8)


def test_block_by_block(problem):
    columns, classes, weights = problem
    of_classes, origin = np.array([1.0, 2.0, 0.5]), columns.mean(axis=0)

    def solved(columns, targets):
        sums = sums_of(columns, targets, of_classes, origin)
        equations = normal_equations(sums, origin)
        return equations, equations.solve(3.0)

    few, of_few = solved(columns, Targets(classes, weights=weights))
    of_many = Targets(repeated(classes, weights))
    many, solution = solved(repeated(columns, weights), of_many)
    for one, other in zip((*few[:8], *of_few), (*many[:8], *solution), strict=True):
        assert_allclose(one, other, rtol=1e-8, atol=1e-8)
    # Errors of all cases left out together are not those of each.
    targets, alphas = Targets(classes, weights=weights), np.array([3.0])
    counts = weights * of_classes[classes]
    found = errors_of(columns, targets, of_classes, few, alphas).squared
    standard = (columns - few.means) / few.deviations
    values, total = targets.values, 0.0
    for case in range(N_CASES):
        rest = np.delete(np.arange(N_CASES), case)
        ridge = Ridge(3.0).fit(standard[rest], values[rest], counts[rest])
        off = ridge.predict(standard[[case]]) - values[case]
        total += counts[case] * np.square(off).sum()
    assert_allclose(found, total, rtol=1e-5)


def test_sums_of_a_pool(problem):
    columns, classes, weights = problem
    constants = 3, columns.mean(axis=0), columns.std(axis=0)
    few = pool_sums(columns, Targets(classes, weights=weights), *constants)
    of_many = Targets(repeated(classes, weights))
    many = pool_sums(repeated(columns, weights), of_many, *constants)
    for one, other in zip(few, many, strict=True):
        assert_allclose(one, other, rtol=1e-5, atol=1e-4)


# Selectors: heavy cases are told apart by another feature than light ones


@pytest.fixture(name="two_minds")
def make_two_minds():
    rng = np.random.default_rng(0)
    columns = rng.normal(size=(120, 30)).astype(np.float32)
    classes = np.repeat([0, 1], 40)
    is_heavy = np.arange(80) % 4 == 0
    columns[:80][is_heavy, 3] += 4 * classes[is_heavy]
    columns[:80][~is_heavy, 7] += 4 * classes[~is_heavy]
    return columns, classes, is_heavy


@pytest.mark.parametrize(("weight", "expected"), [(1, 7), (200, 3)])
def test_selectors_follow_the_weights(two_minds, weight, expected):
    columns, classes, is_heavy = two_minds
    weights = np.where(is_heavy, weight, 1.0)
    targets = Targets(classes, weights=weights / weights.mean())
    numbers = standardised_numbers(classes[:, None].astype(float), weights)[0]
    of_numbers = targets._replace(numbers=numbers)
    cases, groups, pace = (columns[:80], columns[80:]), np.zeros(30, int), Pace(0.3, 30)
    for of_cases in (targets, of_numbers):
        assert detach(columns[:80], of_cases, 1)[0].tolist() == [expected]
        assert detach_to_best(columns[:80], of_cases)[0][0] == expected
        for n_selected in (1, None):
            found = distil(*cases, of_cases, groups, n_selected, pace)
            assert found.order[0] == expected
    columns = weighted_rows(standardised(columns[:80], targets.weights)[0], weights)
    grams = np.stack([x[:, None] * x for x in columns.T]).astype(np.float32)
    assert channel_path(grams, targets, 1)["channel"][0] == expected


@pytest.mark.parametrize("of_numbers", [False, True])
def test_weights_of_one_are_none(two_minds, of_numbers):
    columns, classes, _ = two_minds
    numbers = classes[:, None] - 0.5 if of_numbers else None
    cases, how = (columns[:80], columns[80:]), (np.zeros(30, int), 5, Pace(0.3, 30))
    without = distil(*cases, Targets(classes, numbers), *how)
    alike = distil(*cases, Targets(classes, numbers, np.ones(80)), *how)
    assert_array_equal(alike.order, without.order)
    assert_allclose(alike.scores, without.scores, rtol=1e-4, atol=1e-4)


def test_mixtures_are_of_heavy_cases():
    weights = np.array([1.0, 1.0, 8.0])
    drawn = draw_mixtures(3, 2000, np.random.RandomState(0), weights=weights)
    for of in (drawn.first, drawn.second):
        assert_allclose(np.bincount(of) / 2000, weights / 10, atol=0.03)


def test_equal_cases_are_ordered_by_weight():
    X, weights = np.zeros((6, 1, 5)), np.array([3.0, 1.0, 2.0, 5.0, 4.0, 6.0])
    places = np.array([2, 0, 1, 4, 3, 5])
    found = [
        some[case_order(X, Targets(np.zeros(6, int), weights=some), Threads())]
        for some in (weights, weights[places])
    ]
    assert_array_equal(*found)


# Held-out cases


def test_quality_is_that_of_scikit_learn(problem):
    columns, classes, weights = problem
    scores = columns[:, :3].astype(float)
    found = Targets(classes, weights=weights).quality(scores)
    expected = accuracy_score(classes, scores.argmax(axis=1), sample_weight=weights)
    assert_allclose(found, expected)
    found = Targets(classes, columns[:, 3:6], weights).quality(scores)
    assert_allclose(found, r2_score(columns[:, 3:6], scores, sample_weight=weights))


def test_numbers_are_centred_by_weight(problem):
    columns, _, weights = problem
    y = columns[:, :2].astype(float)
    numbers, (means, scales) = standardised_numbers(y, weights)
    assert_allclose(weights @ numbers, 0, atol=1e-9)
    assert_allclose(numbers * scales + means, y)
    backwards = standardised_numbers(y[::-1], weights[::-1])
    assert_array_equal(backwards[0][::-1], numbers)


def test_temperature_follows_the_weights():
    classes = np.array([0, 0, 0, 1, 1, 1])
    scores = np.array([-1, -1, 1, -1, 1, 1.0])[:, None]  # the third and fourth are off
    wrong = np.array([1, 1, 2, 2, 1, 1.0])
    betas = [
        fit_inverse_temperature([HeldOut(scores, Targets(classes, weights=weights))])
        for weights in (wrong, None, 1 / wrong)
    ]
    assert betas[0] < betas[1] < betas[2]


def held_out(weights):
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(400, 1))
    scores = numbers + np.where(np.arange(400) < 200, 0.1, 1.0)[:, None] * rng.normal(
        size=(400, 1)
    )
    return HeldOut(scores, Targets(np.zeros(400, int), numbers, weights))


def test_intervals_cover_by_weight():
    standard = Standard(np.zeros(1), np.ones(1))
    heavy = np.where(np.arange(400) < 200, 1.0, 9.0)
    for weights in (heavy, 1 / heavy):
        part = held_out(weights)
        intervals = fit_intervals([part], standard)
        assert len(intervals.residuals) == int(weights.sum() ** 2 / (weights**2).sum())
        off = np.abs(part.scores - part.targets.numbers)
        within = off <= intervals.half_widths(part.scores, 0.8)
        assert_allclose(np.average(within[:, 0], weights=weights), 0.8, atol=0.02)
    alike = fit_intervals([held_out(np.ones(400))], standard)
    for one, other in zip(
        alike, fit_intervals([held_out(None)], standard), strict=True
    ):
        assert_allclose(one, other)


def test_slopes_follow_the_weights():
    exact, off = np.where(np.arange(400) < 200, [[100.0], [0.01]], [[0.01], [100.0]])
    slopes = [fit_slopes([held_out(weights)])[0] for weights in (exact, None, off)]
    assert slopes[0] > slopes[1] > slopes[2]
