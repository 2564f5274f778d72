"""Scaling constants of channels, and the scaling itself."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from lightwaves_aeon.core.data.moments import channel_moments
from lightwaves_aeon.core.data.scaling import find_unusable, scaled_channels


def scaled_channel(X, channel, mean, std, cases=slice(None)):
    """Scale one channel, among others that nobody looks at."""
    channels = np.array([0, channel])
    means, stds = np.array([0.0, mean]), np.array([1e300, std])
    return scaled_channels(X, channels, means, stds, cases)[0][1]


LAYOUTS = {
    "Fortran": np.asfortranarray,
    "channels last": lambda X: np.moveaxis(np.moveaxis(X, 1, 2).copy(), 2, 1),
    "negative strides": lambda X: X[::-1, ::-1, ::-1].copy()[::-1, ::-1, ::-1],
    "big-endian": lambda X: X.astype(X.dtype.newbyteorder(">")),
}


@pytest.fixture(name="X")
def collection():
    """Three channels of different location and scale."""
    location, scale = np.array([[0], [1e6], [-3]]), np.array([[1], [2], [1e-3]])
    return np.random.default_rng(0).normal(location, scale, size=(11, 3, 17))


def test_moments_agree_with_numpy(X):
    for channel in range(3):
        expected = X[:, channel].mean(), X[:, channel].std()
        assert_allclose(channel_moments(X, channel), expected, rtol=1e-9)


@pytest.mark.parametrize(
    "dtype", [np.float16, np.float32, np.int8, np.uint8, np.int32, np.int64]
)
def test_moments_are_taken_in_float64(dtype):
    # Sums that overflow the small types.
    X = np.random.default_rng(0).integers(90, 127, size=(70, 1, 90)).astype(dtype)
    wide = X.astype(np.float64)
    assert channel_moments(X, 0) == channel_moments(wide, 0)
    assert_allclose(channel_moments(X, 0), (wide.mean(), wide.std()))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_moments_do_not_depend_on_the_layout(X, layout):
    for channel in range(3):
        arranged = LAYOUTS[layout](X)
        assert channel_moments(arranged, channel) == channel_moments(X, channel)


def test_moments_do_not_depend_on_other_channels(X):
    alone = channel_moments(X[:, 1:2].copy(), 0)
    X[:, [0, 2]] = np.nan
    assert channel_moments(X, 1) == alone


@pytest.mark.parametrize("value", [0.0, 0.1, -1 / 3, 1e6 + 0.1, 1e9 + 0.1])
def test_constant_channel_has_no_spread_and_scales_to_zero(value):
    X = np.full((7, 1, 33), value)
    assert channel_moments(X, 0) == (value, 0.0)
    assert_array_equal(scaled_channel(X, 0, *channel_moments(X, 0)), 0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_moments_that_do_not_exist_are_an_error_that_names_the_channel(X, value):
    X[3:5, 2, 6] = value
    channel_moments(X, 1)
    with pytest.raises(ValueError, match=r"channel 2\b"):
        channel_moments(X, 2)


def test_scaled_channel_has_mean_zero_and_deviation_one(X):
    for channel in range(3):
        scaled = scaled_channel(X, channel, *channel_moments(X, channel))
        assert_allclose(scaled.mean(dtype=float), 0, atol=1e-5)
        assert_allclose(scaled.std(dtype=float), 1, rtol=2e-5)


def test_scaled_channel_is_ready_for_the_engine(X):
    before = X.copy()
    scaled = scaled_channel(np.asfortranarray(X), 1, 1e6, 2.0)
    assert scaled.dtype == np.float32
    assert scaled.flags.c_contiguous
    assert_allclose(scaled, (X[:, 1] - 1e6) / 2, rtol=1e-6)
    assert_array_equal(X, before)


def test_scaled_channel_of_some_cases(X):
    scaled = scaled_channel(X, 1, 1e6, 2.0)
    assert_array_equal(scaled_channel(X, 1, 1e6, 2.0, np.array([5, 2])), scaled[[5, 2]])
    assert_array_equal(scaled_channel(X, 1, 1e6, 2.0, slice(3, 6)), scaled[3:6])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e32, -1e300])
def test_value_that_cannot_be_scaled_is_an_error_that_names_the_channel(X, value):
    X[3, 2, 6] = value
    scaled_channel(X, 2, 0.0, 1.0, np.array([0, 1]))
    with pytest.raises(ValueError, match="channel 2 "):
        scaled_channel(X, 2, 0.0, 1.0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_find_unusable_gives_the_first_case_and_channel(dtype, value):
    X = np.ones((7, 4, 1 << 17), dtype)  # more than is looked at in one go
    assert find_unusable(X) is None
    X[5, 3, 0] = X[5, 1, 8] = X[6, 0, 0] = value
    assert find_unusable(X) == (5, 1)


def test_find_unusable_sees_infinities_that_cancel():
    assert find_unusable(np.array([[[0.0, 1.0], [np.inf, -np.inf]]])) == (0, 1)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_find_unusable_allows_large_values(dtype):
    assert find_unusable(np.full((3, 2, 9), np.finfo(dtype).max)) is None
