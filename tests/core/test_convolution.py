"""The engine against the oracle, against the published code, and against itself."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import oracle
import pytest
from bounds import both_levels, bounds
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from lightwaves_aeon.core.convolution.features import candidate_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.pooling import (
    N_SLOTS,
    N_THRESHOLDS,
    PAPER_POOLING,
    RESPONSE_POOLING,
    slots_of,
)
from lightwaves_aeon.core.convolution.pooling_sets import POOLING_SETS, smallest_sets
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.convolution.transform import FeatureTransform

PPV, MAX, LSPV, MIN, MPV, MIPV = range(len(RESPONSE_POOLING))
CHANNEL, CHANGE, SUM, DIFFERENCE = range(len(REPRESENTATION_NAMES))
REFERENCE = Path(__file__).parents[3] / "shared" / "reference"

BANKS = {
    "minirocket": kernel_bank("minirocket"),
    "haar": kernel_bank("haar"),
    "db4": kernel_bank("db4"),
    "mexh": kernel_bank("mexh"),
    "complex": kernel_bank("cgau4"),
    "mix": kernel_bank(["db2", "minirocket", "mexh", "cgau1"]),
}


def full_table(n_channels, dilations, bank, statistics=RESPONSE_POOLING):
    """Every feature: by channel, dilation, kernel, level, then statistic."""
    return np.concatenate(
        [
            candidate_rows(channel, dilation, len(bank.names), (1, 2), statistics)
            for channel, dilation in product(range(n_channels), dilations)
        ]
    )


def of_input(rows, number, channel, other=-1):
    """The same of another input."""
    rows = rows.copy()
    rows["input"], rows["channel"], rows["other"] = number, channel, other
    return rows


def with_thresholds(rows, thresholds):
    """The same with thresholds in turn, where there is something to count."""
    rows = rows.copy()
    counts = rows["statistic"] == PPV
    rows["threshold"][counts] = np.resize(thresholds, counts.sum())
    return rows


def on_scaled(rows, bank):
    """An evaluator of data that are scaled already."""
    n_channels = max(rows["channel"].max(), rows["other"].max()) + 1
    means, stds = np.zeros(n_channels), np.ones(n_channels)
    return FeatureTransform.from_rows(rows, bank, means, stds)


def assert_agrees(found, x, kernels, dilations, bank):
    """Compare one series' features, of shape (dilation, kernel, level, statistic).

    Returns the share of responses whose PPV and LSPV were bound to be equal.
    """
    certain = []
    for (i, dilation), (j, kernel) in product(enumerate(dilations), enumerate(kernels)):
        for level, (c, error) in enumerate(both_levels(x, kernel, dilation, bank)):
            low, high = bounds(c, error)
            statistics = found[i, j, level]
            assert (low <= statistics).all(), (kernel, dilation, level + 1)
            assert (statistics <= high).all(), (kernel, dilation, level + 1)
            certain.append(low[PPV] == high[PPV])
    return np.mean(certain)


# Against the oracle


@pytest.mark.parametrize("length", range(1, 65))
def test_agrees_with_oracle_at_every_length(length):
    bank, dilations = BANKS["minirocket"], (1, 2, 2 ** (2 + length % 4))
    x = np.random.default_rng(length).normal(size=length).astype(np.float32)
    found = on_scaled(full_table(1, dilations, bank), bank)(x[None, None])
    found = found.reshape(len(dilations), 84, 2, 6)
    assert assert_agrees(found, x, range(84), dilations, bank) > 0.95


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize("length", [1, 2, 9, 40, 201])
def test_agrees_with_oracle_for_every_bank(name, length):
    bank, dilations = BANKS[name], (1, 4, 32)
    x = np.random.default_rng(length).normal(size=length)
    found = on_scaled(full_table(1, dilations, bank), bank)(x[None, None])
    n_kernels = len(bank.names)
    found = found.reshape(len(dilations), n_kernels, 2, 6)
    assert assert_agrees(found, x, range(n_kernels), dilations, bank) > 0.5


@st.composite
def kernels_of_a_bank(draw):
    bank = BANKS[draw(st.sampled_from(sorted(BANKS)))]
    kernel = st.integers(0, len(bank.names) - 1)
    return bank, sorted(draw(st.sets(kernel, min_size=1, max_size=6)))


# Next to zero float32 has fewer digits than the bounds take for granted.
values = st.floats(-100, 100, width=32).filter(lambda v: v == 0 or abs(v) > 1e-30)


@settings(max_examples=150, deadline=None)
@given(
    x=arrays(np.float32, st.integers(1, 64), elements=values),
    selection=kernels_of_a_bank(),
    dilation=st.integers(1, 40),
)
def test_agrees_with_oracle_on_any_values(x, selection, dilation):
    bank, kernels = selection
    rows = full_table(1, [dilation], bank)
    rows = rows[np.isin(rows["kernel"], kernels)]
    found = on_scaled(rows, bank)(x[None, None]).reshape(1, len(kernels), 2, 6)
    assert_agrees(found, x, kernels, [dilation], bank)


@st.composite
def tables(draw, n_channels, max_size=40):
    """Any table whatsoever, in any order; few kernels, so that rows share responses."""
    kernels = draw(st.lists(st.integers(0, 83), min_size=1, max_size=3))
    channel = st.integers(0, n_channels - 1)
    numbers = st.sampled_from(range(len(REPRESENTATION_NAMES)))

    @st.composite
    def row(draw):
        number, statistic = (
            draw(numbers),
            draw(st.sampled_from(range(len(RESPONSE_POOLING)))),
        )
        return (
            draw(channel),
            number,
            draw(channel) if number in (SUM, DIFFERENCE) else -1,
            draw(st.sampled_from([1, 4, 16])),
            draw(st.sampled_from(kernels)),
            draw(st.integers(1, 2)),
            statistic,
            0,
            1,
            # Halves lie between integers, integers may be equal to responses.
            draw(st.integers(-30, 30)) / 2 if statistic == PPV else 0,
            np.nan,
            np.nan,
        )

    rows = draw(
        st.lists(row(), min_size=1, max_size=max_size, unique_by=lambda r: r[:10])
    )
    return np.array(rows, candidate_rows(0, 1, 1, (1,)).dtype)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_equals_oracle_on_small_integers(data):
    # d ** -1.5 is a power of two here, so that neither side rounds: zeros are zeros.
    n_channels = data.draw(st.integers(1, 3))
    rows = data.draw(tables(n_channels))
    length = data.draw(st.integers(1, 64))
    shape = data.draw(st.integers(1, 7)), n_channels, length  # both compiled loops
    X = data.draw(arrays(np.int8, shape, elements=st.integers(-6, 6)))
    dtype = data.draw(st.sampled_from([np.int8, np.int64, np.float32, np.float64]))
    means, stds = np.zeros(n_channels), np.ones(n_channels)
    found = FeatureTransform.from_rows(rows, BANKS["minirocket"], means, stds)(
        X.astype(dtype)
    )
    expected = oracle.features(X, rows, BANKS["minirocket"], means, stds)
    assert_array_equal(found, expected.astype(np.float32))


@pytest.mark.parametrize("name", ["minirocket", "mexh", "complex"])
@pytest.mark.parametrize("n_shares", [1, 2, 3, 4, 6, 7])
def test_agrees_with_oracle_for_any_number_of_thresholds(name, n_shares):
    bank, dilations = BANKS[name], (1, 8)
    rng = np.random.default_rng(n_shares)
    x = rng.normal(size=50)
    rows = full_table(1, dilations, bank, ["max", *["ppv"] * n_shares, "mpv"])
    rows = with_thresholds(rows, rng.normal(scale=3, size=len(rows)))
    found = on_scaled(rows, bank)(x[None, None])[0]
    certain = []
    for share, row in zip(found, rows, strict=True):
        if row["statistic"] != PPV:
            continue
        dilation, level = int(row["dilation"]), int(row["level"])
        c, error = list(both_levels(x, row["kernel"], dilation, bank))[level - 1]
        threshold = row["threshold"] * dilation ** (-1.5 * level)
        low, high = np.float32([(c + e > threshold).mean() for e in (-error, error)])
        assert low <= share <= high
        certain.append(low == high)
    assert len(certain) == len(rows) * n_shares / (n_shares + 2)
    assert np.mean(certain) > 0.95


@pytest.mark.parametrize("n_cases", [1, 20])
@pytest.mark.parametrize("name", ["minirocket", "mix"])
def test_what_equals_a_threshold_is_not_above_it(name, n_cases):
    bank = BANKS[name]
    rows = with_thresholds(
        full_table(1, [1, 2], bank, ["ppv"] * 4), [0, -0.0, 1e-45, -1e-45]
    )
    found = on_scaled(rows, bank)(np.zeros((n_cases, 1, 30)))
    assert_array_equal(found, np.tile(rows["threshold"] < 0, (n_cases, 1)))


def test_scales_the_channels_in_use_by_their_constants():
    rng = np.random.default_rng(0)
    means, stds = np.array([5.0, -300.0, 0.001]), np.array([0.1, 70.0, 1e-4])
    X = rng.normal(means[:, None], stds[:, None], size=(2, 3, 31))
    bank = BANKS["mexh"]
    rows = full_table(3, [1, 2], bank)
    rows = rows[rows["channel"] != 1]
    found = FeatureTransform.from_rows(rows, bank, means, stds)(X)
    expected = oracle.features(X, rows, bank, means, stds)
    assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("n_timepoints", [1, 2, 31])
def test_derives_inputs_from_scaled_channels(n_timepoints):
    rng = np.random.default_rng(0)
    means, stds = np.array([5.0, -300.0, 0.001]), np.array([0.1, 70.0, 1e-4])
    X = rng.normal(means[:, None], stds[:, None], size=(6, 3, n_timepoints))
    bank = BANKS["mexh"]
    rows = full_table(1, [1, 2], bank)
    rows = np.concatenate(
        [
            of_input(rows, CHANGE, 2),
            of_input(rows, SUM, 0, 2),
            of_input(rows, DIFFERENCE, 0, 2),
            of_input(rows, DIFFERENCE, 2, 0),
            of_input(rows, CHANNEL, 1),
        ]
    )
    expected = oracle.features(X, rows, bank, means, stds)
    for part in (X, X[:1]):
        found = FeatureTransform.from_rows(rows, bank, means, stds)(part)
        assert_allclose(found, expected[: len(part)], rtol=1e-4, atol=1e-5)


def nothing_positive(rows):
    """The statistics of zeros."""
    return np.where(rows["statistic"] == MIPV, 0.5, 0)


@pytest.mark.parametrize("n_cases", [1, 6])
def test_level_2_of_a_single_point_is_empty(n_cases):
    rows = with_thresholds(full_table(1, [1], BANKS["mix"]), [-5, 0, 5])
    rows = rows[rows["level"] == 2]
    found = on_scaled(rows, BANKS["mix"])(np.full((n_cases, 1, 1), 3.0))
    assert_array_equal(found, np.tile(nothing_positive(rows), (n_cases, 1)))


# Flat stretches: rounding must not count as positive


@pytest.mark.parametrize("value", [0.1, -1 / 3, 12345.678, 1e-20])
@pytest.mark.parametrize("name", BANKS)
def test_flat_interior_is_exactly_zero(name, value):
    bank, length = BANKS[name], 400
    rows = full_table(1, [1, 2, 4], bank)
    found = on_scaled(rows, bank)(np.full((1, 1, length), value))[0]
    # Only points that see the padding respond; at level 2 they are half as many, and
    # those that see them respond, too.
    reach = bank.lengths[rows["kernel"]] // 2 * rows["dilation"]
    first = rows["level"] == 1
    edge = np.where(first, reach, reach / 2 + reach)
    size = np.where(first, length, length // 2)
    count = np.rint(found * size)
    ppv, lspv = rows["statistic"] == PPV, rows["statistic"] == LSPV
    assert (count[ppv] <= 2 * edge[ppv]).all()
    assert (count[lspv] <= edge[lspv]).all()
    assert_array_equal(found[rows["statistic"] == MIN], 0)


@pytest.mark.parametrize("name", BANKS)
def test_series_of_zeros_gives_zeros(name):
    rows = full_table(1, [1, 8], BANKS[name])
    found = on_scaled(rows, BANKS[name])(np.zeros((2, 1, 50)))
    assert_array_equal(found, np.tile(nothing_positive(rows), (2, 1)))


@pytest.mark.parametrize("name", BANKS)
def test_flat_inputs_give_zeros(name):
    """A channel less itself, its sum with its mirror image, and one without change."""
    bank, X = BANKS[name], np.random.default_rng(0).normal(size=(6, 3, 50))
    X[:, 1], X[:, 2] = -X[:, 0], 0.1
    rows = full_table(1, [1, 8], bank)
    flat = ((SUM, 0, 1), (DIFFERENCE, 0, 0), (CHANGE, 2, -1))
    rows = np.concatenate([of_input(rows, *which) for which in flat])
    expected = np.tile(nothing_positive(rows), (6, 1))
    assert_array_equal(on_scaled(rows, bank)(X), expected)


def test_constant_channel_at_its_mean_gives_zeros():
    bank = BANKS["mix"]
    rows = full_table(1, [1, 2], bank)
    evaluate = FeatureTransform.from_rows(rows, bank, np.array([0.1]), np.array([0.0]))
    found = evaluate(np.full((2, 1, 50), 0.1))
    assert_array_equal(found, np.tile(nothing_positive(rows), (2, 1)))


# To the last bit


@pytest.fixture(scope="module")
def table():
    """All statistics of all inputs, and of some five thresholds more."""
    of_channels = full_table(3, [1, 4], BANKS["mix"])
    rows = full_table(1, [1, 4], BANKS["mix"])
    shares = with_thresholds(
        full_table(1, [1, 4], BANKS["mix"], ["ppv"] * 5), np.arange(-13, 13) / 4 + 0.1
    )
    parts = [
        of_channels,
        shares,
        of_input(rows, CHANGE, 2),
        of_input(rows, SUM, 0, 1)[::7],
        of_input(shares, SUM, 0, 2)[::7],
        of_input(rows, DIFFERENCE, 1, 2)[::7],
        of_input(rows, DIFFERENCE, 2, 1)[::11],
    ]
    return np.concatenate(parts)


@pytest.fixture(scope="module")
def evaluate(table):
    return on_scaled(table, BANKS["mix"])


@pytest.fixture(scope="module", name="X")
def collection():
    return np.random.default_rng(0).normal(size=(9, 3, 37)).astype(np.float32)


@pytest.fixture(scope="module")
def found(evaluate, X):
    return evaluate(X)


def test_shape_and_dtype(found, X, table):
    assert found.shape == (len(X), len(table))
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    assert np.isfinite(found).all()


def test_no_cases(evaluate, table):
    assert evaluate(np.zeros((0, 3, 37))).shape == (0, len(table))


def test_case_does_not_depend_on_the_others(evaluate, X, found):
    for case in range(len(X)):
        assert_array_equal(evaluate(X[case : case + 1])[0], found[case])


@pytest.mark.parametrize("cases", [[4], [8, 0, 3], [2, 2, 1], []])
def test_chosen_cases_in_their_order(evaluate, X, found, cases):
    cases = np.array(cases, dtype=int)
    assert_array_equal(evaluate(X, cases), found[cases])


def test_threads_do_not_matter(evaluate):
    # Work enough to be split, and an odd number of cases to be split unevenly.
    X = np.random.default_rng(1).normal(size=(201, 3, 64))
    cases = np.random.default_rng(2).permutation(len(X))
    alone = evaluate(X)
    assert_array_equal(evaluate(X, n_jobs=2), alone)
    assert_array_equal(evaluate(X, n_jobs=3), alone)
    assert_array_equal(evaluate(X, cases, n_jobs=2), alone[cases])


def test_blocks_do_not_matter():
    bank = BANKS["mix"]
    evaluate = on_scaled(full_table(1, [2], bank)[::50], bank)
    X = np.random.default_rng(1).normal(size=(3000, 1, 200))
    found = evaluate(X)
    for case in (0, 1309, 1310, 1311, 2621, 2999):
        assert_array_equal(evaluate(X[case : case + 1])[0], found[case])


def test_callers_in_several_threads_do_not_disturb_each_other(evaluate, X, found):
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(evaluate, [X] * 12):
            assert_array_equal(result, found)


@pytest.mark.parametrize("seed", range(3))
def test_permuted_rows_give_permuted_columns(table, X, found, seed):
    order = np.random.default_rng(seed).permutation(len(table))
    assert_array_equal(on_scaled(table[order], BANKS["mix"])(X), found[:, order])


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("statistic", range(len(RESPONSE_POOLING)))
def test_one_statistic_alone(table, X, found, level, statistic):
    some = (table["level"] == level) & (table["statistic"] == statistic)
    assert_array_equal(on_scaled(table[some], BANKS["mix"])(X), found[:, some])


@pytest.mark.parametrize("number", range(len(REPRESENTATION_NAMES)))
def test_one_input_alone(table, X, found, number):
    some = table["input"] == number
    assert_array_equal(on_scaled(table[some], BANKS["mix"])(X), found[:, some])


def test_one_case_by_itself(evaluate, X, found):
    for x, expected in zip(X, found, strict=True):
        assert_array_equal(evaluate.transform_one(x), expected[None])


@pytest.mark.parametrize("number", range(len(REPRESENTATION_NAMES)))
def test_bound_is_arranged_there(X, number):
    bank, means, stds = BANKS["mix"], np.array([0.5, -0.2]), np.array([2.0, 0.7])
    rows = with_thresholds(candidate_rows(0, 1, len(bank.names), (1, 2)), [-1, 0, 2])
    here = FeatureTransform.from_rows(rows, bank, np.zeros(1), np.ones(1))
    rows["dilation"], two = 8, number in (SUM, DIFFERENCE)
    there = of_input(rows, number, 0, 1 if two else -1)
    n_used = 2 if two else 1
    moved = here.bind(number, 8, means[:n_used], stds[:n_used], np.zeros(n_used, int))
    expected = FeatureTransform.from_rows(there, bank, means, stds)(X)
    assert_array_equal(moved(X[:, :n_used]), expected)


# Pooling sets: each has a loop of its own


@pytest.fixture(params=["minirocket", "db4"])
def all_sets(request):
    """A table with each pooling set at level 1 and each at level 2."""
    bank = BANKS[request.param]
    names = [name for name in RESPONSE_POOLING for _ in slots_of(name)]
    rows, sets = [], []
    for place, pair in enumerate(product(POOLING_SETS, repeat=2)):
        dilation, kernel = divmod(place, len(bank.names))
        for level, number in enumerate(pair, start=1):
            wanted = [names[slot] for slot in POOLING_SETS[number]]
            some = candidate_rows(0, dilation + 1, 1, (level,), wanted)
            some["kernel"] = kernel
            rows.append(with_thresholds(some, [-0.5, 0, 0.5]))
        sets.append(pair)
    return np.concatenate(rows), bank, sets[1:]  # the first has no rows


def test_convolutions_of_every_set(all_sets):
    rows, bank, sets = all_sets
    found = on_scaled(rows, bank).plan.convolutions.sets
    # Convolutions are ordered by dilation, then kernel, as they were made.
    assert found.tolist() == list(map(list, sets))


@pytest.mark.parametrize("length", [1, 2, 3, 32, 33])
def test_every_set_gives_the_same_bits_on_both_paths(all_sets, length):
    rows, bank, _ = all_sets
    X = np.random.default_rng(length).normal(size=(20, 1, length))
    evaluate = on_scaled(rows, bank)
    found = evaluate(X)
    assert_array_equal(np.concatenate([evaluate(x[None]) for x in X]), found)
    assert_array_equal(evaluate(np.concatenate([X] * 2)), np.tile(found, (2, 1)))


@pytest.mark.parametrize("length", [1, 2, 33])
def test_every_set_gives_the_bits_of_what_computes_all(all_sets, length):
    rows, bank, _ = all_sets
    X = np.random.default_rng(length).normal(size=(17, 1, length))
    found = on_scaled(rows, bank)(X)
    dilations, shares = range(1, rows["dilation"].max() + 1), ["ppv"] * N_THRESHOLDS
    everything = full_table(1, dilations, bank, [*shares, *RESPONSE_POOLING[1:]])
    everything = with_thresholds(everything, [-0.5, 0, 0.5])
    of_all = on_scaled(everything, bank)
    assert (of_all.plan.convolutions.sets == max(POOLING_SETS)).all()
    fields = ["dilation", "kernel", "level", "statistic", "threshold"]
    number = {tuple(row): i for i, row in enumerate(everything[fields].tolist())}
    same = [number[tuple(row)] for row in rows[fields].tolist()]
    assert_array_equal(found, of_all(X)[:, same])


def test_set_is_the_smallest_that_has_all():
    wanted = np.array(list(product([False, True], repeat=N_SLOTS)))
    found = smallest_sets(np.where(wanted, 7, -1)[:, None])[:, 0]
    for slots, number in zip(wanted, found, strict=True):
        slots = set(np.flatnonzero(slots))
        able = [len(has) for has in POOLING_SETS.values() if slots <= set(has)]
        assert slots <= set(POOLING_SETS[number])
        assert len(POOLING_SETS[number]) == min(able)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_some_rows_give_the_same_columns(table, X, found, data):
    row = st.integers(0, len(table) - 1)
    some = np.array(data.draw(st.lists(row, min_size=1, max_size=40, unique=True)))
    assert_array_equal(on_scaled(table[some], BANKS["mix"])(X), found[:, some])


def test_input_is_not_changed(evaluate, X):
    frozen = X.copy()
    frozen.flags.writeable = False
    evaluate(frozen)
    evaluate(frozen, np.array([1, 0]))
    assert_array_equal(frozen, X)


LAYOUTS = {
    "Fortran": np.asfortranarray,
    "channels last": lambda X: np.moveaxis(np.moveaxis(X, 1, 2).copy(), 2, 1),
    "negative strides": lambda X: X[::-1, ::-1, ::-1].copy()[::-1, ::-1, ::-1],
    "every second": lambda X: X.repeat(2, axis=0).repeat(2, axis=2)[::2, :, ::2],
    "big-endian": lambda X: X.astype(X.dtype.newbyteorder(">")),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_layout_does_not_matter(evaluate, X, found, layout, dtype):
    arranged = LAYOUTS[layout](X.astype(dtype))
    assert_array_equal(evaluate(arranged), found)
    assert_array_equal(evaluate(arranged, np.array([3, 1])), found[[3, 1]])


@pytest.mark.parametrize(
    "dtype", [np.float16, np.float32, np.uint8, np.int16, np.int32, np.int64]
)
def test_dtype_does_not_matter(table, dtype):
    X = np.random.default_rng(0).integers(0, 200, size=(3, 3, 30))
    means, stds = np.array([99.5, 0.3, 250.0]), np.array([50.0, 7.0, 1e-3])
    evaluate = FeatureTransform.from_rows(table, BANKS["mix"], means, stds)
    assert_array_equal(evaluate(X.astype(dtype)), evaluate(X.astype(np.float64)))


def test_only_channels_in_use_are_read(table, X, found):
    used = (table["channel"] != 1) & (table["other"] != 1)
    assert {0, 1, 2, 3} == set(table["input"][used]) | {DIFFERENCE}
    bad = X.copy()
    bad[:, 1] = np.nan
    means, stds = np.zeros(3), np.ones(3)
    evaluate = FeatureTransform.from_rows(table[used], BANKS["mix"], means, stds)
    assert_array_equal(evaluate(bad), found[:, used])


@pytest.mark.parametrize("number", [SUM, DIFFERENCE])
@pytest.mark.parametrize("order", [(0, 2), (2, 0)])
def test_both_channels_of_a_pair_are_read(table, X, number, order):
    rows = of_input(table[:10], number, *order)
    bad = X.copy()
    bad[:, 1] = np.nan
    evaluate = on_scaled(rows, BANKS["mix"])
    assert_array_equal(evaluate.plan.channels, [0, 2])
    assert_array_equal(evaluate(bad), evaluate(X))
    for channel in order:
        bad = X.copy()
        bad[2, channel, 3] = np.nan
        with pytest.raises(ValueError, match=f"channel {channel} holds NaN"):
            evaluate._replace(unobserved=None)(bad)
        differ = (evaluate(bad) != evaluate(X)).any(axis=1)
        assert np.flatnonzero(differ).tolist() == [2]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e31])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_unusable_value_is_an_error_that_names_the_channel(evaluate, value, n_jobs):
    X = np.zeros((201, 3, 64))
    X[150, 1, 5] = value
    strict = evaluate._replace(unobserved=None)
    for refuses in [strict] if np.isnan(value) else [strict, evaluate]:
        with pytest.raises(ValueError, match=r"channel 1 .* first in case 150$"):
            refuses(X, n_jobs=n_jobs)


# Against what the published code computes


@pytest.mark.parametrize(
    "name", ["BasicMotions", "ERing", "HandMovementDirection", "NATOPS"]
)
def test_agrees_with_published_code(name):
    path = REFERENCE / f"features_{name}.npz"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    reference = np.load(path)
    X, dilations = reference["X"], reference["dilations"].tolist()
    bank = BANKS["minirocket"]
    number = {tuple(taps): i for i, taps in enumerate(bank.taps[:, :3].tolist())}
    ours = [number[tuple(sorted(taps))] for taps in reference["taps"].tolist()]

    found = on_scaled(full_table(2, dilations, bank, PAPER_POOLING), bank)(X)
    found = found.reshape(len(X), 2, len(dilations), 84, 2, 4)[:, :, :, ours]
    published = np.swapaxes(reference["features"], 2, 3).reshape(found.shape)

    clear = 0
    for case, channel, i, j in np.ndindex(found.shape[:4]):
        both = both_levels(X[case, channel], ours[j], dilations[i], bank)
        for level, (c, error) in enumerate(both):
            mine = found[case, channel, i, j, level]
            theirs = published[case, channel, i, j, level]
            size = [MAX, MIN]
            assert_allclose(mine[size], theirs[size], rtol=1e-4, atol=error)
            # Counts differ by no more than the responses that are zero to rounding.
            unclear = (np.abs(c) <= error).sum()
            assert abs(mine[PPV] - theirs[PPV]) * len(c) <= unclear + 1e-3
            if unclear == 0:
                # The published code forgets a run that reaches the last point.
                runs = oracle.runs(c > 0)
                closed = runs[:-1] if c[-1] > 0 else runs
                assert np.rint(mine[LSPV] * len(c)) == max(runs, default=0)
                assert np.rint(theirs[LSPV] * len(c)) == max(closed, default=0)
                clear += 1
    assert clear > 0.85 * found[..., LSPV].size


def test_a_pickle_holds_no_compiled_function(evaluate, X, found):
    """It would be compiled anew by each process that loads it, for seconds."""
    packed = pickle.dumps(evaluate)
    assert b"numba" not in packed
    assert_array_equal(pickle.loads(packed)(X), found)
