"""Numbers as targets: standardised, filtered, shrunk, and intervals around them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.feature_selection import f_regression
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from lightwaves_aeon.core.linear.channel_loss import (
    CHANNEL_LOSS_OF_NUMBERS,
    channel_losses,
)
from lightwaves_aeon.core.linear.intervals import fit_intervals
from lightwaves_aeon.core.linear.shrinkage import (
    MARGINS,
    fit_limits,
    fit_slopes,
    kept_within,
    shrunk,
)
from lightwaves_aeon.core.linear.temperature import ChannelLost, HeldOut
from lightwaves_aeon.core.selection.correlation import regression_f
from lightwaves_aeon.core.selection.detachment import PATH_OF_NUMBERS, detach_to_best
from lightwaves_aeon.core.selection.scoring import CRITERIA, Fold
from lightwaves_aeon.core.targets import (
    MOST_QUANTILES,
    Standard,
    Targets,
    quantile_classes,
    standardised_numbers,
)

finite = st.floats(-1e6, 1e6, width=32)


def targets_of(numbers):
    return Targets(quantile_classes(numbers), numbers)


# Standardised


@settings(max_examples=60, deadline=None)
@given(
    y=arrays(
        np.float64, st.tuples(st.integers(2, 30), st.integers(1, 3)), elements=finite
    )
)
def test_numbers_are_standardised_and_come_back(y):
    numbers, (means, scales) = standardised_numbers(y)
    assert (scales > 0).all()
    assert_allclose(numbers * scales + means, y, rtol=1e-9, atol=1e-6)
    varies = np.ptp(y, axis=0) > 1e-3 * np.abs(y).max(axis=0)
    assert_allclose(numbers.mean(axis=0)[varies], 0, atol=1e-6)
    assert_allclose(numbers.std(axis=0)[varies], 1, rtol=1e-6)


def test_constant_numbers_are_zeros():
    numbers, standard = standardised_numbers(np.full((5, 1), 0.1))
    assert not numbers.any()
    assert_array_equal(standard.means, [0.1])
    assert_array_equal(standard.scales, [1.0])


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_sizes_of_numbers(size):
    y = size * np.array([[1.0], [2.0], [4.0]])
    numbers, _ = standardised_numbers(y)
    assert_allclose(numbers, standardised_numbers(y / size)[0], rtol=1e-12)


def test_neither_order_nor_layout_counts():
    y = np.random.default_rng(0).normal(size=(101, 2)) * [1, 1e3]
    order = np.random.default_rng(1).permutation(len(y))
    numbers, standard = standardised_numbers(y)
    for other in (y[order], np.asfortranarray(y)):
        _, again = standardised_numbers(other)
        for one, two in zip(standard, again, strict=True):
            assert_array_equal(one, two)
    assert_array_equal(standardised_numbers(y[order])[0], numbers[order])


# Classes of quantiles


@settings(max_examples=60, deadline=None)
@given(y=arrays(np.float64, st.integers(1, 80), elements=finite | st.integers(0, 3)))
def test_classes_of_quantiles(y):
    classes = quantile_classes(y[:, None])
    assert_array_equal(np.unique(classes), np.arange(classes.max() + 1))
    assert classes.max() < MOST_QUANTILES
    order = np.argsort(y, kind="stable")
    assert (np.diff(classes[order]) >= 0).all()
    assert (np.diff(classes[order])[np.diff(y[order]) == 0] == 0).all()
    assert (classes.max() > 0) == (len(np.unique(y)) > 1)


def test_quantiles_are_of_one_size():
    y = np.random.default_rng(0).lognormal(size=160)
    assert_array_equal(np.bincount(quantile_classes(y[:, None])), 20)


# The filter


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_f_is_that_of_scikit_learn(n_outputs):
    rng = np.random.default_rng(0)
    features = rng.normal(3, size=(40, 20)).astype(np.float32)
    numbers = features[:, :n_outputs] + rng.normal(size=(40, n_outputs))
    expected = [f_regression(features.astype(float), y)[0] for y in numbers.T]
    if n_outputs > 1:
        expected = [np.max(expected, axis=0), *expected]
    assert_allclose(regression_f(features, numbers), expected, rtol=1e-8, atol=1e-9)


def test_f_of_lines_and_constants():
    numbers = np.array([[-1.0], [0.25], [0.75]])
    features = np.float32([[-8, 1, 0.1], [2, 1, 0.1], [6, 1, 0.1]])
    assert_array_equal(regression_f(features, numbers), [[np.inf, 0, 0]])
    assert_array_equal(regression_f(features, 0 * numbers), [[0, 0, 0]])


def test_criteria_of_numbers():
    columns = np.random.default_rng(0).normal(size=(300, 8)).astype(np.float32)
    numbers = 2 * columns[:, 3] ** 2 + columns[:, 5]
    order = np.argsort(numbers)  # and so by class, as of a sample
    columns, numbers = columns[order], numbers[order, None].astype(float)
    fold = Fold(np.arange(300), targets_of(numbers))
    first = CRITERIA["all classes"](columns, fold)
    assert_array_equal(first, regression_f(columns, numbers))
    scores = CRITERIA["each class"](columns, fold)
    n_classes = fold.targets.classes.max() + 1
    assert scores.shape == (1 + 1 + n_classes + 1, 8)
    assert_array_equal(scores[0], first[0])
    # What no line tells, classes of quantiles do.
    assert scores[0].argmax() == 5
    assert scores[2 + n_classes - 1].argmax() == 3
    assert sorted(scores[-1]) == list(range(-7, 1))


# Detachment


def test_path_of_numbers():
    rng = np.random.default_rng(0)
    columns = rng.normal(size=(50, 30)).astype(np.float32)
    numbers, _ = standardised_numbers(columns[:, [4]] + 0.1 * rng.normal(size=(50, 1)))
    order, _, path = detach_to_best(columns, targets_of(numbers))
    assert path.dtype == PATH_OF_NUMBERS
    assert order[0] == 4
    chosen = path[path["chosen"]][0]
    assert chosen["n_features"] == len(order) < 30
    assert 0.9 < chosen["loo_r2"] < 1
    assert_allclose(1 - path["loo_r2"], path["loo_error"], rtol=1e-9)


# Held-out cases


def held_out(slope=1.0, noise=0.3, n_cases=400, n_outputs=1, seed=0):
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(n_cases, n_outputs))
    scores = (numbers + noise * rng.normal(size=numbers.shape)) / slope
    ends = np.array([numbers.min(axis=0), numbers.max(axis=0)])
    return HeldOut(scores, targets_of(numbers), known=ends)


def test_quality_is_that_of_scikit_learn():
    part = held_out(n_outputs=2)
    expected = r2_score(part.targets.numbers, part.scores)
    assert part.targets.quality(part.scores) == pytest.approx(expected)


@pytest.mark.parametrize("slope", [0.5, 0.8, 1.0, 3.0])
def test_slopes(slope):
    part = held_out(slope)
    found = fit_slopes([part])
    line = LinearRegression(fit_intercept=False).fit(part.scores, part.targets.numbers)
    assert min(line.coef_[0, 0], 1) <= found[0] <= min(line.coef_[0, 0] * 1.2, 1)


def test_slope_of_noise_and_of_nothing():
    rng = np.random.default_rng(9)
    noise = held_out()._replace(scores=rng.normal(size=(400, 1)))
    assert 0 <= fit_slopes([noise])[0] < 0.15
    assert fit_slopes([]) == 1
    none = held_out()
    assert_array_equal(fit_slopes([none._replace(scores=0 * none.scores)]), [1])


def test_limits_are_where_held_out_cases_are_predicted_best():
    part = held_out(noise=0.0)
    far = part._replace(scores=3 * part.scores)
    numbers = part.targets.numbers
    least, largest = numbers.min(), numbers.max()
    assert_allclose(fit_limits([far], 1.0, numbers), [[least], [largest]])
    beyond = part._replace(known=part.known / 2)
    wide = fit_limits([beyond], 1.0, numbers)
    assert_allclose(wide[1] - largest, max(MARGINS) * (largest - least))
    usual = fit_limits([part], 1.0, numbers)
    assert_allclose(usual[1] - largest, MARGINS[0] * (largest - least))


def test_what_is_held_out_is_shrunk_as_predictions_are():
    lost = ChannelLost(3, 0.5, np.array([[4.0], [0.5]]))
    targets = Targets(np.array([0, 1]), np.array([[-1.0], [1.0]]))
    part = HeldOut(np.array([[-8.0], [1.0]]), targets, [lost])
    (found,) = shrunk([part], 0.5, np.array([[-1.5], [1.0]]))
    assert_array_equal(found.scores, [[-1.5], [0.5]])
    assert_array_equal(found.channels_lost[0].scores, [[1.0], [0.25]])


def test_losses_of_channels():
    part = held_out(noise=0.0)
    part = part._replace(channels_lost=[ChannelLost(2, 0.5, 0 * part.scores)])
    parts = [part, held_out(noise=0.0, seed=1)]
    found = channel_losses(parts, np.array([2, 7]), CHANNEL_LOSS_OF_NUMBERS)
    assert_allclose(found["r2"], 1)
    assert_allclose(found["r2_without"], [0.5, 1], atol=0.05)
    none = channel_losses([], np.array([2, 7]), CHANNEL_LOSS_OF_NUMBERS)
    assert np.isnan(none["r2"]).all()
    assert_array_equal(none["channel"], [2, 7])


# Intervals

ORIGIN = Standard(np.zeros(1), np.ones(1))


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.95])
def test_intervals_cover_new_cases(coverage):
    known, new = held_out(noise=0.5), held_out(noise=0.5, n_cases=4000, seed=1)
    intervals = fit_intervals([known], ORIGIN)
    reach = intervals.half_widths(new.scores, coverage)
    share = (np.abs(new.scores - new.targets.numbers) <= reach).mean()
    assert abs(share - coverage) < 0.06


def test_intervals_are_narrow_where_predictions_are_good():
    rng = np.random.default_rng(0)
    numbers = np.sort(rng.uniform(-1, 1, size=(400, 1)), axis=0)
    noise = np.where(numbers > 0, 1.0, 0.1) * rng.normal(size=numbers.shape)
    part = HeldOut(numbers, targets_of(numbers + noise))
    reach = fit_intervals([part], ORIGIN).half_widths(np.array([[-0.5], [0.5]]), 0.9)
    assert reach[1] > 2 * reach[0]


def test_intervals_are_in_units_of_the_numbers():
    part, standard = held_out(n_outputs=2), Standard(np.ones(2), np.array([2.0, 10.0]))
    plain = fit_intervals([part], Standard(np.zeros(2), np.ones(2)))
    units = fit_intervals([part], standard)
    at = np.array([[0.3, -0.7]])
    found = units.half_widths(at * standard.scales + standard.means, 0.9)
    assert_allclose(found, plain.half_widths(at, 0.9) * standard.scales)


def test_too_few_cases_for_a_coverage():
    intervals = fit_intervals([held_out(n_cases=10)], ORIGIN)
    assert intervals.half_widths(np.zeros((1, 1)), 0.9).shape == (1, 1)
    with pytest.raises(
        ValueError, match="10 held-out cases are too few for a coverage"
    ):
        intervals.half_widths(np.zeros((1, 1)), 0.95)
    with pytest.raises(ValueError, match="0 held-out cases"):
        fit_intervals([], ORIGIN).half_widths(np.zeros((1, 1)), 0.1)


def test_kept_within():
    limits = np.array([[0.0, -1.0], [1.0, 1.0]])
    assert_array_equal(kept_within(np.array([[-5.0, 5.0]]), limits), [[0.0, 1.0]])
