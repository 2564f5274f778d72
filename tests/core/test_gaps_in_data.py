"""What is done with missing values before anything is convolved."""

import numpy as np
import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from lightwaves_aeon.core.data.augmentation import Mixtures, draw_mixtures, mix
from lightwaves_aeon.core.data.case_order import case_order, content_ranks
from lightwaves_aeon.core.data.collection import UnequalLengthCollection, as_collection
from lightwaves_aeon.core.data.gaps import (
    fill_columns,
    filled,
    filled_channel,
    holds_missing,
    observed_values,
)
from lightwaves_aeon.core.data.interpolation import (
    ALWAYS_SHORT,
    GAPS,
    LARGEST_ERROR,
    holds_blocks,
    longest_interpolated,
)
from lightwaves_aeon.core.data.moments import channel_moments, outlying_cases
from lightwaves_aeon.core.data.scaler import fit_scaler
from lightwaves_aeon.core.data.scaling import find_unusable, scaled_channels
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.targets import Targets


def with_gaps(n_cases=20, n_channels=2, length=30, share=0.3, seed=0, nothing=()):
    """Random walks, and what is missing of them; of some cases all is."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_cases, n_channels, length)).cumsum(axis=2) + 5
    X[rng.random(X.shape) < share] = np.nan
    X[list(nothing)] = np.nan
    return X


def unequal(X):
    return as_collection([x[:, : X.shape[2] - i % 7] for i, x in enumerate(X)])


# Filling


@settings(max_examples=200, deadline=None)
@given(
    missing=arrays(bool, st.tuples(st.integers(1, 4), st.integers(1, 40))),
    longest=st.integers(0, 12),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 100),
)
def test_filled_by_lines(missing, longest, dtype, seed):
    X = np.random.default_rng(seed).normal(size=missing.shape).astype(dtype)
    X[missing] = np.nan
    before = X.copy()
    found, observed = filled(X, longest)
    assert_array_equal(X, before)
    if not missing.any():
        assert found is X
        assert observed is None
        return
    assert found.dtype == dtype
    assert_array_equal(found[~missing], X[~missing])
    for x, line, there in zip(X, found, observed, strict=True):
        expected, expected_there = oracle.filled(x, longest)
        if np.isnan(x).all():
            assert np.isnan(line).all()
        else:
            tolerance = {np.float32: 1e-5, np.float64: 1e-13}[dtype]
            assert_allclose(line, expected, rtol=tolerance, atol=tolerance)
        assert_array_equal(there, expected_there)


@pytest.mark.parametrize("value", [0.0, 0.1, -1 / 3, 1e30])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_between_equal_values_all_are_equal(value, dtype):
    X = np.full((40, 1, 50), value, dtype)
    X[np.random.default_rng(0).random(X.shape) < 0.6] = np.nan
    assert_array_equal(filled(X)[0], np.full(X.shape, value, dtype))


def test_lines_of_integers_are_exact_where_they_can_be():
    x = np.array([4, np.nan, np.nan, np.nan, 8, np.nan, -2], np.float32)
    assert filled(x)[0].tolist() == [4, 5, 6, 7, 8, 3, -2]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_holds_missing(dtype):
    X = np.arange(24, dtype=dtype).reshape(2, 3, 4)
    X[0, 0, :2] = np.inf, -np.inf
    assert not holds_missing(X)
    for place in ((0, 0, 0), (1, 2, 3), (1, 0, 0)):
        hurt = X.copy()
        hurt[place] = np.nan
        assert holds_missing(hurt)
        assert holds_missing(np.asfortranarray(hurt))
    assert not holds_missing(X[:0])
    assert not holds_missing(X[1:].astype(int))


def test_columns_are_filled_by_means_or_what_is_given():
    nan = np.nan
    features = np.float32([[1, nan, nan, 4], [nan, 2, nan, 5], [3, 6, nan, 9]])
    expected = np.float32([[1, 4, 0, 4], [2, 2, 0, 5], [3, 6, 0, 9]])
    assert_array_equal(fill_columns(features.copy()), expected)
    given = np.array([7, 8, 9, 10])
    missing = np.isnan(features)
    expected = np.where(missing, given, features).astype(np.float32)
    assert_array_equal(fill_columns(features.copy(), given), expected)
    in_place = np.asfortranarray(features)
    assert fill_columns(in_place) is in_place
    assert not np.isnan(in_place).any()


def test_scaled_and_filled_channel_by_channel():
    X = with_gaps(9, 3, nothing=[4])
    X[:, 1] = np.nan_to_num(X[:, 1])
    channels, longest = np.array([0, 2]), np.array([1, 4])
    means, stds = np.array([5.0, 4.0]), np.array([3.0, 0.5])
    scaled, observed = scaled_channels(X, channels, means, stds, longest_gaps=longest)
    for case, x in enumerate(X):
        whole, there = oracle.scaled(x[channels], means, stds, longest)
        assert_allclose(scaled[:, case], whole, rtol=1e-5, atol=1e-5)
        assert_array_equal(observed[:, case], there)
    assert not scaled[:, 4].any()
    assert scaled.flags.c_contiguous
    some = np.array([7, 4, 0])
    of_some = scaled_channels(X, channels, means, stds, some, longest_gaps=longest)
    for found, of_all in zip(of_some, (scaled, observed), strict=True):
        assert_array_equal(found, of_all[:, some])
    complete = np.array([1])
    of_whole = scaled_channels(
        X, complete, means[:1], stds[:1], longest_gaps=longest[:1]
    )
    assert of_whole[1] is None


# Moments


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("nothing", [(), (0,), (3, 19)])
def test_moments_are_of_what_was_observed(dtype, nothing):
    X = with_gaps(nothing=nothing).astype(dtype)
    for channel in range(2):
        values = X[:, channel].astype(float)
        expected = np.nanmean(values), np.nanstd(values)
        found = channel_moments(X, channel, allow_missing=True)
        assert_allclose(found, expected, rtol=1e-12)
        some = np.array([7, 2, 11])
        expected = np.nanmean(values[some]), np.nanstd(values[some])
        found = channel_moments(X, channel, some, allow_missing=True)
        assert_allclose(found, expected, rtol=1e-12)


def test_moments_of_unequal_lengths():
    X = unequal(with_gaps(nothing=[2]))
    for channel in range(2):
        values = np.concatenate([block[:, channel].ravel() for block in X.blocks])
        found = channel_moments(X, channel, allow_missing=True)
        assert_allclose(found, (np.nanmean(values), np.nanstd(values)), rtol=1e-12)
        assert_array_equal(observed_values(X, channel), values[~np.isnan(values)])


@pytest.mark.parametrize("value", [0.0, 0.1, -1 / 3, 1e9 + 0.1, 1e300])
def test_constants_with_gaps_have_no_spread(value):
    X = np.where(np.isnan(with_gaps(nothing=[0])), np.nan, value)
    assert channel_moments(X, 0, allow_missing=True) == (value, 0.0)


def test_moments_of_nothing_and_of_one_value():
    X = np.full((3, 1, 9), np.nan)
    assert channel_moments(X, 0, allow_missing=True) == (0, 0)
    assert channel_moments(unequal(X), 0, allow_missing=True) == (0, 0)
    X[1, 0, 5] = 0.1
    assert channel_moments(X, 0, allow_missing=True) == (0.1, 0)


@pytest.mark.parametrize("exponent", [600, -600, -1000, 1])
def test_moments_in_units_of_powers_of_two(exponent):
    X, unit = with_gaps(), 2.0**exponent
    found = channel_moments(X * unit, 0, allow_missing=True)
    expected = channel_moments(X, 0, allow_missing=True)
    assert found == tuple(of * unit for of in expected)


def test_moments_where_there_are_no_gaps_are_the_same():
    X = with_gaps(share=0)
    assert channel_moments(X, 1, allow_missing=True) == channel_moments(X, 1)
    X[0, 0, 0] = np.nan
    assert channel_moments(X, 1, allow_missing=True) == channel_moments(X, 1)


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_moments_refuse_infinity_among_gaps(value):
    X = with_gaps()
    X[6, 1, 5] = value
    channel_moments(X, 0, allow_missing=True)
    match = r"^X holds infinity, first in case 6, channel 1$"
    for cases in (X, unequal(X)):
        with pytest.raises(ValueError, match=match):
            channel_moments(cases, 1, allow_missing=True)
    with pytest.raises(ValueError, match=r"^X holds NaN or infinity, first in case 0"):
        channel_moments(X, 0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_find_unusable_passes_over_gaps(value):
    X = with_gaps()
    assert find_unusable(X) is not None
    assert find_unusable(X, allow_missing=True) is None
    X[4, 1, 7] = value
    found = find_unusable(X, allow_missing=True)
    assert found == (None if np.isnan(value) else (4, 1))


# Cases that lie far out


@pytest.mark.parametrize("arranged", [np.asarray, unequal])
def test_outlying_cases_have_their_gaps_filled(arranged):
    X = with_gaps(21, 1)
    X[5] *= 1e4
    order = np.random.default_rng(0).permutation(21)
    found = outlying_cases(arranged(X), 0, order, farthest=30)
    assert order[found].tolist() == [5]
    whole = np.array([oracle.filled(x, 0)[0] for x in X[:, 0]])[:, None]
    assert_allclose(filled_channel(X, 0), whole)
    assert_array_equal(outlying_cases(arranged(whole), 0, order, 30), found)


@pytest.mark.parametrize("n_empty", [2, 12, 19])
def test_cases_of_nothing_have_no_part_in_what_is_outlying(n_empty):
    """They are in the middle of nothing: no case is closer or farther for them."""
    X = with_gaps(21, 1)
    X[5] *= 1e4
    expected = outlying_cases(X, 0, np.arange(21), 30)
    empty = np.full((n_empty, 1, 30), np.nan)
    X = np.concatenate([empty, X])
    found = outlying_cases(X, 0, np.arange(len(X)), 30)
    assert not found[:n_empty].any()
    assert_array_equal(found[n_empty:], expected)


def test_cases_of_nothing_are_not_outlying():
    X = np.full((9, 1, 12), np.nan)
    assert not outlying_cases(X, 0, np.arange(9), 30).any()
    X[2] = 7.0
    assert not outlying_cases(X, 0, np.arange(9), 30).any()


@pytest.mark.parametrize("robust", [False, True])
def test_scaler_of_channels_with_gaps(robust):
    X = with_gaps(40, 4)
    X[:, 1] = np.nan_to_num(X[:, 1])
    X[:, 2] = np.nan
    X[11, 3] *= 40
    order = np.arange(40)
    means, stds, longest, has_gaps = fit_scaler(X, order, Threads(), robust, True)
    for channel in (0, 1, 3):
        left = np.delete(order, 11) if robust and channel == 3 else order
        values = X[left, channel]
        expected = np.nanmean(values), np.nanstd(values)
        assert_allclose((means[channel], stds[channel]), expected, rtol=1e-10)
    assert (means[2], stds[2], longest[2]) == (0, 0, X.shape[2] // ALWAYS_SHORT)
    assert has_gaps
    found = fit_scaler(X, order, Threads(n_jobs=2), robust, True)
    for one, other in zip(found, (means, stds, longest, has_gaps), strict=True):
        assert_array_equal(one, other)
    assert not fit_scaler(X[:, 1:2], order, Threads(), robust, True)[3]
    with pytest.raises(ValueError, match="X holds NaN or infinity, first in case 0"):
        fit_scaler(X, order, Threads(), robust)


# The longest gap that is short


def longest_slowly(series):
    """The longest gap up to which lines tell enough of the middle."""
    variance = np.mean([(v - np.nanmean(x)) ** 2 for x in series for v in seen(x)])
    longest = 0
    for gap in GAPS:
        after, errors = (gap + 1) // 2, []
        for x in series:
            for t in range(len(x) - gap - 1):
                line = x[t] + (x[t + gap + 1] - x[t]) * after / (gap + 1)
                errors.append((x[t + after] - line) ** 2)
        if np.isnan(errors).all() or np.nanmean(errors) > LARGEST_ERROR * variance:
            break
        longest = gap
    return max(longest, int(np.median([len(x) for x in series])) // ALWAYS_SHORT)


def seen(x):
    return x[~np.isnan(x)]


@pytest.mark.parametrize("share", [0.0, 0.2, 0.6])
@pytest.mark.parametrize("pace", [0.02, 0.2, 0.5, 2.0])
def test_longest_gap_that_a_line_tells(share, pace):
    rng = np.random.default_rng(1)
    X = np.sin(pace * np.arange(120) + rng.uniform(0, 6, size=(12, 1, 1)))
    X += rng.normal(scale=0.1, size=X.shape)
    X[rng.random(X.shape) < share] = np.nan
    expected = longest_slowly(X[:, 0])
    assert longest_interpolated(X, 0, np.arange(12)) == expected
    assert (expected > 15) == (pace < 0.2)
    several = unequal(X)
    expected = longest_slowly([x for block in several.blocks for x in block[:, 0]])
    assert longest_interpolated(several, 0, np.arange(12)) == expected


@pytest.mark.parametrize("exponent", [3, -43, 500, 600, 1000, -600, -1060])
def test_longest_gap_does_not_depend_on_units(exponent):
    walk = np.round(1024 * with_gaps(20, 1, 60))
    expected = longest_interpolated(walk, 0, np.arange(20))
    assert 4 < expected < 60
    assert longest_interpolated(walk * 2.0**exponent, 0, np.arange(20)) == expected


@pytest.mark.parametrize("n_lost", [1, 5, 6, 40])
def test_blocks_are_longer_than_an_eighth(n_lost):
    X = with_gaps(5, length=40, share=0)
    X[3, 1, :n_lost], X[0, 0, ::2] = np.nan, np.nan
    assert holds_blocks(X) == (n_lost > 5)
    few = as_collection([X[3], X[0, :, :30], X[1, :, :50]])
    assert holds_blocks(few) == (n_lost > 5)


@pytest.mark.parametrize("length", [1, 2, 30])
def test_few_gaps_are_short_where_nothing_varies_or_is_known(length):
    for value in (np.nan, 0.0, 7.0):
        X = np.full((4, 1, length), value)
        assert longest_interpolated(X, 0, np.arange(4)) == length // ALWAYS_SHORT


@pytest.mark.parametrize("dtype", [np.int16, np.float16, np.float32, np.float64])
def test_longest_gap_of_any_type(dtype):
    X = np.round(50 * with_gaps(share=0)).astype(dtype)
    expected = longest_interpolated(X.astype(np.float64), 1, np.arange(20))
    assert longest_interpolated(X, 1, np.arange(20)) == expected > 0


# Order of cases


def test_ranks_tell_gaps_apart():
    nan = np.nan
    X = np.array([[1, nan], [1, 2], [nan, 1], [1, nan], [1, 3], [nan, nan]])[:, None]
    # What is missing comes after all values; equal gaps share a rank.
    assert content_ranks(X, [0]).tolist() == [2, 0, 4, 2, 1, 5]


@settings(max_examples=60, deadline=None)
@given(
    X=arrays(
        np.float64,
        st.tuples(st.integers(1, 9), st.integers(1, 2), st.integers(1, 6)),
        elements=st.sampled_from([0.0, 1.0, np.nan]),
    ),
    seed=st.integers(0, 99),
)
def test_order_of_cases_with_gaps_does_not_depend_on_where_they_stand(X, seed):
    rng = np.random.default_rng(seed)
    classes, moved = rng.integers(2, size=len(X)), rng.permutation(len(X))
    ordered = X[case_order(X, Targets(classes), Threads())]
    again = X[moved][case_order(X[moved], Targets(classes[moved]), Threads())]
    assert_array_equal(again, ordered)


# Augmented cases


def one_mixture(share=0.75, shift=0.0, dropped=0.0, seed=0, gaps_of=-1):
    first, second, one = np.array([0]), np.array([1]), np.ones(1)
    lost = dropped * one, seed + 0 * first, np.array([gaps_of])
    return Mixtures(first, second, share * one, shift * one, *lost)


@settings(max_examples=100, deadline=None)
@given(
    missing=arrays(bool, st.tuples(st.just(2), st.integers(1, 60))),
    longest=st.integers(0, 8),
    shift=st.sampled_from([-1.0, 0.0, 1.0]),
)
def test_mixtures_have_the_gaps_of_the_first(missing, longest, shift):
    length = missing.shape[1]
    X = np.random.default_rng(0).normal(size=(2, 1, length))
    X[:, 0][missing] = np.nan
    limits = np.array([longest])
    found = mix(X, one_mixture(shift=shift), np.array([0]), limits)[0, 0]
    moved = np.clip(
        np.arange(length) - int(shift) * max(1, length // 50), 0, length - 1
    )
    first, observed = (of[moved] for of in oracle.filled(X[0, 0], longest))
    second = oracle.filled(X[1, 0], longest)[0][moved]
    if np.isnan(X[1, 0]).all():
        second = first
    expected = np.where(observed, 0.75 * first + 0.25 * second, np.nan)
    assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("unequal", [False, True])
def test_mixtures_may_have_the_gaps_of_a_third_case(unequal):
    series = np.random.default_rng(0).normal(size=(3, 2, 20))
    series[2, 0, 5:14], series[2, 1] = np.nan, np.nan
    X = UnequalLengthCollection.from_series([*series]) if unequal else series
    channels, limits = np.arange(2), np.zeros(2, int)

    def mixed(mixture):
        found = mix(X, mixture, channels, limits)
        return (found.blocks[0] if unequal else found)[0]

    whole, found = mixed(one_mixture()), mixed(one_mixture(gaps_of=2))
    assert_array_equal(np.isnan(found), np.isnan(series[2]))
    assert_array_equal(found[~np.isnan(found)], whole[~np.isnan(found)])
    assert_array_equal(mixed(one_mixture(gaps_of=2).whole()), whole)


def test_gaps_of_a_third_case_of_another_length_are_stretched():
    series = [np.ones((1, 20)), np.ones((1, 20)), np.ones((1, 40))]
    series[2][0, 20:] = np.nan
    X = UnequalLengthCollection.from_series(series)
    found = mix(X, one_mixture(gaps_of=2), np.arange(1), np.zeros(1, int))
    missing = np.isnan(found.blocks[0][0, 0])
    assert not missing[:10].any()
    assert missing[11:].all()


def test_mixtures_of_unequal_lengths_with_gaps():
    series = [x[:, : 12 + 5 * (i % 3)] for i, x in enumerate(with_gaps(8))]
    series[4][:] = np.nan
    mixtures = draw_mixtures(8, 30, np.random.RandomState(0))
    X = UnequalLengthCollection.from_series(series)
    limits = np.array([0, 2])
    found = mix(X, mixtures, np.arange(2), limits)
    n_gaps = 0
    for numbers, block in zip(found.cases, found.blocks, strict=True):
        for number, case in zip(numbers, block, strict=True):
            first, second = (series[of[number]] for of in mixtures[:2])
            length = first.shape[1]
            assert case.shape == first.shape
            shift = round(mixtures.shifts[number])
            moved = np.clip(np.arange(length) - shift, 0, length - 1)
            places = np.linspace(0, second.shape[1] - 1, length)
            for channel in range(2):
                of_first = oracle.filled(first[channel], limits[channel])
                whole, observed = (of[moved] for of in of_first)
                other, _ = oracle.filled(second[channel], 0)
                other = np.interp(places, np.arange(len(other)), other)[moved]
                if np.isnan(second[channel]).all():
                    other = whole
                share = mixtures.shares[number]
                mixed = share * whole + (1 - share) * other
                expected = np.where(observed, mixed, np.nan)
                assert_allclose(case[channel], expected, rtol=1e-9)
                n_gaps += np.isnan(expected).sum()
    assert n_gaps > 100


def test_whole_mixtures_are_the_same_among_others_with_gaps():
    X = with_gaps(9, share=0)
    mixtures = draw_mixtures(9, 40, np.random.RandomState(0))
    expected = mix(X, mixtures, np.arange(2))
    hurt = X.copy()
    hurt[2, 1, 5:] = np.nan
    found = mix(hurt, mixtures, np.arange(2))
    whole = (mixtures.first != 2) & (mixtures.second != 2)
    assert 0 < whole.sum() < 40
    assert_array_equal(found[whole], expected[whole])
    assert_array_equal(found[:, 0], expected[:, 0])
    assert np.isnan(found[mixtures.first == 2, 1]).any(axis=1).all()
    assert not np.isnan(found[mixtures.first != 2]).any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_mixtures_keep_their_type(dtype):
    X = with_gaps(5).astype(dtype)
    mixtures = draw_mixtures(5, 9, np.random.RandomState(0))
    assert mix(X, mixtures, np.arange(2)).dtype == dtype
