"""Base kernels and dilations."""

from itertools import combinations

import numpy as np
import pytest
import pywt
from numpy.testing import assert_allclose, assert_array_equal

from lightwaves_aeon.core.convolution.kernels import dilations_up_to, kernel_bank

# PyWavelets asks for parameters in the names of these families.
bare_names_allowed = pytest.mark.filterwarnings("ignore:Wavelets:FutureWarning")


def own_weights(bank, kernel):
    return bank.weights[kernel, : bank.lengths[kernel]].astype(np.float64)


def test_minirocket_has_every_choice_of_three_taps_in_order():
    bank = kernel_bank("minirocket")
    heavy = [tuple(np.flatnonzero(weights == 2).tolist()) for weights in bank.weights]
    assert heavy == list(combinations(range(9), 3))
    assert_array_equal(np.unique(bank.weights), [-1, 2])
    assert_array_equal(bank.weights.sum(axis=1), 0)
    assert_array_equal(bank.lengths, np.full(84, 9))


def test_minirocket_taps_name_the_heavy_ones_first():
    bank = kernel_bank("minirocket")
    in_order = np.take_along_axis(bank.weights, bank.taps.astype(int), axis=1)
    assert_array_equal(in_order, np.tile([2] * 3 + [-1] * 6, (84, 1)))
    assert_array_equal(np.sort(bank.taps, axis=1), np.tile(np.arange(9), (84, 1)))


def test_minirocket_names_number_the_kernels():
    bank = kernel_bank("minirocket")
    assert bank.names[:2] == ("k000", "k001")
    assert len(set(bank.names)) == 84
    assert bank.wavelets == (None,) * 84


@bare_names_allowed
@pytest.mark.parametrize("name", pywt.wavelist())
def test_every_wavelet_gives_kernels_of_zero_mean(name):
    bank = kernel_bank(name)
    parts = (f"{name}.real", f"{name}.imag")
    assert bank.names in ((name,), parts)
    assert bank.wavelets == bank.names
    assert bank.weights.dtype == np.float32
    assert_array_equal(bank.taps, -1)
    for kernel, length in enumerate(bank.lengths):
        weights = own_weights(bank, kernel)
        assert np.isfinite(weights).all()
        assert np.abs(weights).max() > 0.1
        assert abs(weights.sum()) < 1e-6
        assert_array_equal(bank.weights[kernel, length:], 0)


@pytest.mark.parametrize("name", pywt.wavelist(kind="discrete"))
def test_discrete_wavelet_gives_its_high_pass_filter(name):
    expected = np.array(pywt.Wavelet(name).dec_hi)
    bank = kernel_bank(name)
    assert_allclose(own_weights(bank, 0), expected - expected.mean(), atol=1e-7)


@bare_names_allowed
@pytest.mark.parametrize("name", pywt.wavelist(kind="continuous"))
def test_continuous_wavelet_is_centred(name):
    bank = kernel_bank(name)
    for kernel in range(len(bank.names)):
        weights = own_weights(bank, kernel)
        assert len(weights) % 2 == 1
        # Even or odd about the middle tap: no mother wavelet of PyWavelets is neither.
        mirrored = weights[::-1]
        parity = np.sign(weights @ mirrored)
        assert_allclose(weights, parity * mirrored, atol=1e-3 * np.abs(weights).max())


@bare_names_allowed
@pytest.mark.parametrize("name", pywt.wavelist(kind="continuous"))
def test_complex_wavelet_gives_two_kernels(name):
    is_complex = pywt.ContinuousWavelet(name).complex_cwt
    assert len(kernel_bank(name).names) == (2 if is_complex else 1)


def test_mexican_hat_is_sampled_four_times_a_period():
    # Its central frequency is 0.25: the samples stand at the integers.
    weights = own_weights(kernel_bank("mexh"), 0)
    t = np.arange(len(weights)) - len(weights) // 2
    hat = 2 / (np.sqrt(3) * np.pi**0.25) * (1 - t**2) * np.exp(-(t**2) / 2)
    assert_allclose(weights, hat - hat.mean(), atol=1e-3)


def test_names_with_parameters():
    bank = kernel_bank("cmor1.5-1.0")
    assert bank.names == ("cmor1.5-1.0.real", "cmor1.5-1.0.imag")


@pytest.mark.parametrize("sequence", [list, tuple])
def test_several_names_stand_one_after_another(sequence):
    bank = kernel_bank(sequence(["db4", "minirocket", "cgau1"]))
    assert len(bank.names) == len(set(bank.names)) == 87
    assert bank.names[:2] == ("db4", "k000")
    assert bank.names[-2:] == ("cgau1.real", "cgau1.imag")
    alone = kernel_bank("minirocket")
    assert_array_equal(bank.weights[1:85, :9], alone.weights)
    assert_array_equal(bank.taps[1:85], alone.taps)
    assert_allclose(own_weights(bank, 0), own_weights(kernel_bank("db4"), 0))


@pytest.mark.parametrize("name", ["", "nope", "minirocket ", "db", "db400", "cmor1.5"])
def test_unknown_name_is_an_error(name):
    with pytest.raises(ValueError, match=f"kernels.*{name!r}"):
        kernel_bank(["haar", name])


@pytest.mark.parametrize("kernels", [[], (), ["db4", "haar", "db4"]])
def test_no_name_or_one_given_twice_is_an_error(kernels):
    with pytest.raises(ValueError, match="kernels"):
        kernel_bank(kernels)


@pytest.mark.parametrize("kernels", [None, 3, ["db4", 3], {"db4"}, b"db4"])
def test_anything_but_names_is_an_error(kernels):
    with pytest.raises(TypeError, match="kernels"):
        kernel_bank(kernels)


@pytest.mark.parametrize(
    ("largest", "expected"),
    [
        (1, [1]),
        (2, [1, 2]),
        (3, [1, 2]),
        (31, [1, 2, 4, 8, 16]),
        (32, [1, 2, 4, 8, 16, 32]),
    ],
)
def test_dilations_are_the_powers_of_two_up_to_the_largest(largest, expected):
    assert dilations_up_to(largest).tolist() == expected
    assert dilations_up_to(np.int64(largest)).tolist() == expected
