"""The engine against the oracle, against the published code, and against itself."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from lightwaves_aeon.core.bank import kernel_bank
from lightwaves_aeon.core.engine import Evaluator
from lightwaves_aeon.core.features import STATISTICS, candidate_rows

PPV, MAX, LSPV, MIN = range(len(STATISTICS))
REFERENCE = Path(__file__).parents[2] / "shared" / "reference"

# Rounding error of the engine, in units of the largest response that could occur.
ROUNDING = 4e-6

BANKS = {
    "minirocket": kernel_bank("minirocket"),
    "haar": kernel_bank("haar"),
    "db4": kernel_bank("db4"),
    "mexh": kernel_bank("mexh"),
    "complex": kernel_bank("cgau4"),
    "mix": kernel_bank(["db2", "minirocket", "mexh", "cgau1"]),
}


def full_table(n_channels, dilations, bank):
    """Every feature: by channel, dilation, kernel, level, then statistic."""
    return np.concatenate(
        [
            candidate_rows(channel, dilation, len(bank.names), (1, 2))
            for channel, dilation in product(range(n_channels), dilations)
        ]
    )


def on_scaled(rows, bank):
    """An evaluator of data that are scaled already."""
    n_channels = rows["channel"].max() + 1
    means, stds = np.zeros(n_channels), np.full(n_channels, 1 - 1e-8)
    return Evaluator.build(rows, bank, means, stds)


def both_levels(x, kernel, dilation, bank):
    """The responses by the oracle, each with the rounding error it may have."""
    gain = np.abs(bank.weights[kernel]).sum() * dilation**-1.5
    peak = np.abs(x).max()
    for level, c in enumerate(oracle.responses(x, kernel, dilation, bank), start=1):
        yield c, ROUNDING * peak * gain**level


def bounds(c, error):
    """Least and greatest statistics of the responses that lie within the error of c.

    They are the same for PPV and LSPV where no response is close to zero.
    """
    low, high = oracle.statistics(c - error), oracle.statistics(c + error)
    size = oracle.statistics(c)[[MAX, MIN]]
    low[[MAX, MIN]], high[[MAX, MIN]] = size - error, size + error
    return low.astype(np.float32), high.astype(np.float32)


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
    found = found.reshape(len(dilations), 84, 2, 4)
    assert assert_agrees(found, x, range(84), dilations, bank) > 0.95


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize("length", [1, 2, 9, 40, 201])
def test_agrees_with_oracle_for_every_bank(name, length):
    bank, dilations = BANKS[name], (1, 4, 32)
    x = np.random.default_rng(length).normal(size=length)
    found = on_scaled(full_table(1, dilations, bank), bank)(x[None, None])
    n_kernels = len(bank.names)
    found = found.reshape(len(dilations), n_kernels, 2, 4)
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
    found = on_scaled(rows, bank)(x[None, None]).reshape(1, len(kernels), 2, 4)
    assert_agrees(found, x, kernels, [dilation], bank)


@settings(max_examples=100, deadline=None)
@given(
    X=arrays(
        np.int8,
        st.tuples(st.integers(1, 2), st.just(1), st.integers(1, 64)),
        elements=st.integers(-6, 6),
    ),
    dtype=st.sampled_from([np.int8, np.int64, np.float32, np.float64]),
    kernels=st.sets(st.integers(0, 83), min_size=1, max_size=6),
    dilation=st.sampled_from([1, 4, 16]),
)
def test_equals_oracle_on_small_integers(X, dtype, kernels, dilation):
    # d ** -1.5 is a power of two here, so that neither side rounds: zeros are zeros.
    bank = BANKS["minirocket"]
    rows = full_table(1, [dilation], bank)
    rows = rows[np.isin(rows["kernel"], sorted(kernels))]
    found = on_scaled(rows, bank)(X.astype(dtype))
    expected = oracle.features(X, rows, bank, np.zeros(1), np.full(1, 1 - 1e-8))
    assert_array_equal(found, expected.astype(np.float32))


def test_scales_the_channels_in_use_by_their_constants():
    rng = np.random.default_rng(0)
    means, stds = np.array([5.0, -300.0, 0.001]), np.array([0.1, 70.0, 1e-4])
    X = rng.normal(means[:, None], stds[:, None], size=(2, 3, 31))
    bank = BANKS["mexh"]
    rows = full_table(3, [1, 2], bank)
    rows = rows[rows["channel"] != 1]
    found = Evaluator.build(rows, bank, means, stds)(X)
    expected = oracle.features(X, rows, bank, means, stds)
    assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_level_2_of_a_single_point_is_empty():
    rows = full_table(1, [1], BANKS["mix"])
    found = on_scaled(rows, BANKS["mix"])(np.full((1, 1, 1), 3.0))
    assert_array_equal(found[0, rows["level"] == 2], 0)


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
    found = on_scaled(full_table(1, [1, 8], BANKS[name]), BANKS[name])
    assert_array_equal(found(np.zeros((2, 1, 50))), 0)


def test_constant_channel_at_its_mean_gives_zeros():
    bank = BANKS["mix"]
    rows = full_table(1, [1, 2], bank)
    evaluate = Evaluator.build(rows, bank, np.array([0.1]), np.array([0.0]))
    assert_array_equal(evaluate(np.full((2, 1, 50), 0.1)), 0)


# To the last bit


@pytest.fixture(scope="module")
def table():
    return full_table(3, [1, 4], BANKS["mix"])


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
@pytest.mark.parametrize("statistic", range(4))
def test_one_statistic_alone(table, X, found, level, statistic):
    some = (table["level"] == level) & (table["statistic"] == statistic)
    assert_array_equal(on_scaled(table[some], BANKS["mix"])(X), found[:, some])


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
    evaluate = Evaluator.build(table, BANKS["mix"], means, stds)
    assert_array_equal(evaluate(X.astype(dtype)), evaluate(X.astype(np.float64)))


def test_only_channels_in_use_are_read(table, X, found):
    used = table["channel"] != 1
    bad = X.copy()
    bad[:, 1] = np.nan
    means, stds = np.zeros(3), np.full(3, 1 - 1e-8)
    evaluate = Evaluator.build(table[used], BANKS["mix"], means, stds)
    assert_array_equal(evaluate(bad), found[:, used])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e31])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_unusable_value_is_an_error_that_names_the_channel(evaluate, value, n_jobs):
    X = np.zeros((201, 3, 64))
    X[150, 1, 5] = value
    with pytest.raises(ValueError, match="channel 1 "):
        evaluate(X, n_jobs=n_jobs)


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

    found = on_scaled(full_table(2, dilations, bank), bank)(X)
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
