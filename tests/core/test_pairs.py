"""Pairs of convolutions: what is paired, and that the bits are those of each alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from lightwaves_aeon.core.convolution.features import candidate_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.pairs import (
    N_HEAVY_TAPS,
    NO_PAIR,
    order_in_pairs,
)
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.convolution.transform import FeatureTransform

BANK = kernel_bank("minirocket")


@settings(max_examples=100, deadline=None)
@given(
    n_kernels=st.integers(0, 84),
    n_groups=st.integers(1, 5),
    share=st.floats(0, 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_pairs_differ_in_one_tap_and_are_neighbours(n_kernels, n_groups, share, seed):
    rng = np.random.default_rng(seed)
    groups = np.sort(rng.integers(n_groups, size=n_kernels))
    taps = BANK.taps[rng.integers(len(BANK.taps), size=n_kernels)]
    can_pair = rng.random(n_kernels) < share
    order, pairs = order_in_pairs(groups, taps, can_pair)
    assert_array_equal(np.sort(order), np.arange(n_kernels))
    assert_array_equal(groups[order], groups)
    first = np.flatnonzero(pairs != NO_PAIR)
    assert (pairs[first + 1] == NO_PAIR).all()
    for place in first:
        one, two = order[place : place + 2]
        assert can_pair[one]
        assert can_pair[two]
        assert groups[one] == groups[two]
        others = np.delete(np.arange(N_HEAVY_TAPS), pairs[place])
        assert_array_equal(taps[one, others], taps[two, others])


def test_nearly_all_of_many_kernels_are_paired():
    n_kernels = len(BANK.taps)
    _, pairs = order_in_pairs(
        np.zeros(n_kernels, int), BANK.taps, np.ones(n_kernels, bool)
    )
    assert (pairs != NO_PAIR).sum() >= 0.45 * n_kernels


@pytest.mark.parametrize("length", [1, 2, 9, 33, 100])
@pytest.mark.parametrize("number", range(2), ids=REPRESENTATION_NAMES[:2])
def test_bits_of_each_alone(number, length):
    rng = np.random.default_rng(length)
    rows = np.concatenate(
        [candidate_rows(0, d, len(BANK.names), (1,), ("ppv",)) for d in (1, 3)]
    )
    rows = rows[rng.random(len(rows)) < 0.6]
    rows["input"], rows["threshold"] = number, rng.normal(size=len(rows))
    # One more threshold of some, without which channels need no loop with pairs.
    rows = np.concatenate([rows, rows[::9]])
    rows["threshold"][-5:] = 0.5
    rows = rng.permutation(rows)
    X = rng.normal(size=(20, 1, length))
    found = transform(rows)
    assert set(found.plan.convolutions.pairs) == {NO_PAIR, *range(N_HEAVY_TAPS)}
    alone = np.concatenate([transform(row[None])(X) for row in rows], axis=1)
    assert_array_equal(found(X), alone)
    assert_array_equal(np.concatenate([found.transform_one(x) for x in X]), found(X))


def transform(rows):
    return FeatureTransform.from_rows(rows, BANK, np.zeros(1), np.ones(1))
