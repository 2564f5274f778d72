"""Augmented cases against a slow oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from lightwaves_aeon.core.data.augmentation import (
    LARGEST_SHIFT,
    Mixtures,
    draw_mixtures,
    mix,
)
from lightwaves_aeon.core.data.collection import UnequalLengthCollection


def mixed_slowly(first, second, share, shift):
    """Mix two channels, value by value."""
    length = len(first)
    places = np.arange(len(second))
    stretched = np.interp(np.linspace(0, len(second) - 1, length), places, second)
    steps = round(shift * max(1, int(LARGEST_SHIFT * length)))
    out = []
    for t in range(length):
        seen = min(max(t - steps, 0), length - 1)
        out.append(share * first[seen] + (1 - share) * stretched[seen])
    return out


@given(
    n_timepoints=st.integers(1, 130),
    n_channels=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_mixtures_of_equal_lengths(n_timepoints, n_channels, seed):
    X = np.random.default_rng(seed).normal(size=(5, n_channels, n_timepoints))
    mixtures = draw_mixtures(5, 7, np.random.RandomState(seed))
    found = mix(X, mixtures, np.arange(n_channels))
    for case, (i, j, share, shift, *_) in zip(
        found, zip(*mixtures, strict=True), strict=True
    ):
        for channel in range(n_channels):
            wanted = mixed_slowly(X[i, channel], X[j, channel], share, shift)
            assert_allclose(case[channel], wanted, rtol=1e-12, atol=1e-12)


@given(seed=st.integers(0, 2**32 - 1))
def test_mixtures_of_unequal_lengths(seed):
    rng = np.random.default_rng(seed)
    series = [rng.normal(size=(2, n)) for n in rng.integers(1, 60, size=6)]
    mixtures = draw_mixtures(6, 9, np.random.RandomState(seed))
    found = mix(UnequalLengthCollection.from_series(series), mixtures, np.arange(2))
    assert_array_equal(found.lengths, [series[i].shape[1] for i in mixtures.first])
    for numbers, block in zip(found.cases, found.blocks, strict=True):
        for number, case in zip(numbers, block, strict=True):
            i, j, share, shift, *_ = (field[number] for field in mixtures)
            for channel in range(2):
                of_pair = series[i][channel], series[j][channel]
                wanted = mixed_slowly(*of_pair, share, shift)
                assert_allclose(case[channel], wanted, rtol=1e-12, atol=1e-12)


def test_channels_that_are_not_wanted_are_zero():
    X = np.ones((2, 3, 4))
    mixtures = draw_mixtures(2, 5, np.random.RandomState(0))
    found = mix(X, mixtures, np.array([1]))
    assert (found[:, 1] == 1).all()
    assert not found[:, [0, 2]].any()


@pytest.mark.parametrize(
    ("dtype", "wanted"),
    [("float32", "float32"), ("float64", "float64"), ("int32", "float64")],
)
def test_mixtures_are_of_floating_point(dtype, wanted):
    X = np.ones((2, 1, 4), dtype)
    mixtures = draw_mixtures(2, 5, np.random.RandomState(0))
    assert mix(X, mixtures, np.array([0])).dtype == wanted


def test_no_mixtures_draw_nothing():
    rng = np.random.RandomState(0)
    before = rng.get_state()[1].copy()
    assert len(draw_mixtures(5, 0, rng).first) == 0
    assert_array_equal(rng.get_state()[1], before)


def test_within_and_of():
    one = np.ones(3)
    cases = np.array([0, 1, 2]), np.array([1, 1, 0])
    mixtures = Mixtures(*cases, one, one, 0 * one, one, -cases[0] - 1)
    assert mixtures.within(np.array([0, 1])).tolist() == [0, 1]
    named = mixtures.of(np.array([7, 8, 9]))
    assert (named.first.tolist(), named.second.tolist()) == ([7, 8, 9], [8, 8, 7])
    assert mixtures.take(np.array([2])).first.tolist() == [2]
