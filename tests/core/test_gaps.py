"""Series with gaps: against the oracle, to the last bit, and what is said of them."""

from functools import cache
from itertools import product

import numpy as np
import oracle
import pytest
from bounds import EPS, ROUNDING, bounds
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from lightwaves_aeon.core.convolution import transform
from lightwaves_aeon.core.convolution.features import candidate_rows, series_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.pooling import (
    POOLING_NAMES,
    POOLING_OPERATORS,
    RESPONSE_POOLING,
)
from lightwaves_aeon.core.convolution.representations import (
    REPRESENTATION_NAMES,
    REPRESENTATIONS,
)
from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.data.collection import as_collection

BANK = kernel_bank(["minirocket", "db2", "mexh"])
KERNELS = 0, 17, 40, 83, 84, 85
DILATIONS = 1, 3, 8
PPV = POOLING_NAMES.index("ppv")
MEANS, STDS = np.array([0.5, -1.0, 3.0]), np.array([1.0, 2.0, 0.25])
LONGEST = np.array([2, 0, 5])
"""The longest gaps of the channels that are short."""
LENGTHS = 1, 2, 3, 10, 19, 20, 40, 61


def of_inputs(rows):
    """The same of each representation: of channels 0 and 2, 1, 0 and 1, 2 and 0."""
    parts = []
    inputs = (
        (0, "channel"),
        (2, "channel"),
        (1, "change"),
        (0, "sum"),
        (2, "difference"),
    )
    for channel, name in inputs:
        part = rows.copy()
        part["channel"], part["input"] = channel, REPRESENTATION_NAMES.index(name)
        if REPRESENTATIONS[name].n_channels == 2:
            part["other"] = 1 if name == "sum" else 0
        parts.append(part)
    return np.concatenate(parts)


@cache
def all_rows():
    """All operators and representations, at levels 0, 1 and 2, in a random order."""
    names = ["ppv", *RESPONSE_POOLING, "ppv"]
    some = [candidate_rows(0, d, len(BANK.names), (1, 2), names) for d in DILATIONS]
    rows = np.concatenate(some)
    rows = rows[np.isin(rows["kernel"], KERNELS)]
    rows = of_inputs(np.append(rows, series_rows(0, 40)))
    rng = np.random.default_rng(0)
    of_ppv = rows["statistic"] == PPV
    rows["threshold"][of_ppv] = rng.choice([-1.1, -0.3, 0, 0.4, 1.3], of_ppv.sum())
    return rng.permutation(np.unique(rows))


def evaluator(rows, stds=STDS, longest=LONGEST):
    return FeatureTransform.from_rows(rows, BANK, MEANS, stds, longest)


@pytest.fixture(scope="module")
def evaluate():
    return evaluator(all_rows())


# What is missing of a case of three channels


def between(first, last):
    """A gap of all channels."""
    return lambda t, rng: np.tile((first(len(t)) <= t) & (t < last(len(t))), (3, 1))


def of_length(more, place):
    """A gap of the longest that is short in each channel, or of one more."""

    def missing(t, rng):
        n_missing = LONGEST[:, None] + more
        start = (place * np.maximum(len(t) - n_missing, 0)).astype(int)
        return (start <= t) & (t < start + n_missing)

    return missing


def at_random(share):
    return lambda t, rng: rng.random((3, len(t))) < share


def gaps_of_channels(t, rng):
    """None, a block and an end."""
    n = len(t)
    return np.array([t < 0, (n // 4 <= t) & (t < n // 2), t >= n - n // 3])


MASKS = {
    "a tenth": at_random(0.1),
    "half": at_random(0.5),
    "nine tenths": at_random(0.9),
    "block": between(lambda n: n // 3, lambda n: 2 * n // 3 + 1),
    "first": between(lambda n: 0, lambda n: n // 3 + 1),
    "last": between(lambda n: n // 2, lambda n: n),
    "just short": of_length(0, 0.5),
    "not quite short": of_length(1, 0.5),
    "short at the start": of_length(0, 0),
    "not quite short at the start": of_length(1, 0),
    "short at the end": of_length(0, 1),
    "not quite short at the end": of_length(1, 1),
    "even times": lambda t, rng: np.tile(t % 2 == 0, (3, 1)),
    "odd times": lambda t, rng: np.tile(t % 2 == 1, (3, 1)),
    "all but one value": lambda t, rng: t != rng.integers(len(t), size=(3, 1)),
    "all": lambda t, rng: np.ones((3, len(t)), bool),
    "a channel": lambda t, rng: np.tile([[False], [True], [False]], len(t)),
    "each channel its own": gaps_of_channels,
    "none": lambda t, rng: np.zeros((3, len(t)), bool),
}

KINDS = {
    "noise": lambda rng, n: rng.normal(MEANS[:, None], STDS[:, None], (3, n)),
    "constant": lambda rng, n: np.tile([[1.5], [-1.0], [2.9]], n),
    "steps": lambda rng, n: rng.integers(-1, 2, size=(3, n)).astype(float),
}


def with_gaps(length, names=tuple(MASKS), kinds=tuple(KINDS), seed=0):
    """Cases of all kinds with all gaps."""
    rng = np.random.default_rng((seed, length))
    cases = []
    for kind, name in product(kinds, names):
        x = KINDS[kind](rng, length)
        x[MASKS[name](np.arange(length), rng)] = np.nan
        cases.append(x)
    return np.array(cases)


# Against the oracle


def allowed(row, values, peak):
    """The least and the largest value of a feature, of what it pools."""
    if row["level"] == 0:
        value, error = oracle.feature(values, row), 4 * EPS * peak
        return value - error, value + error
    gain = np.abs(BANK.weights[row["kernel"]]).sum() * row["dilation"] ** -1.5
    error = ROUNDING * peak * gain ** row["level"]
    if row["statistic"] == PPV and len(values) > 0:
        threshold = oracle.threshold_of(row)
        shares = [(values + e > threshold).mean() for e in (-error, error)]
        return tuple(np.float32(shares))
    low, high = bounds(values, error)
    return low[row["statistic"]], high[row["statistic"]]


def assert_agrees(found, X, rows):
    """Compare the features of some cases; return the share that had to be equal."""
    certain = []
    for case, (x, features) in enumerate(zip(X, found, strict=True)):
        whole, observed = oracle.scaled(x, MEANS, STDS, LONGEST)
        for row, feature in zip(rows, features, strict=True):
            values = oracle.pooled(whole, observed, row, BANK)
            if values is None:
                assert np.isnan(feature), (case, row)
                continue
            # Of two channels, which may cancel.
            low, high = allowed(row, values, 2 * np.abs(whole).max())
            assert low <= feature <= high, (case, row)
            certain.append(low == high)
    return np.mean(certain) if certain else 1.0


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_agrees_with_oracle(length, kind):
    rows = all_rows()[:: 4 + length // 8]
    assert set(rows["statistic"]) == set(range(len(POOLING_OPERATORS)))
    assert set(rows["input"]) == set(range(len(REPRESENTATIONS)))
    assert set(rows["level"]) == {0, 1, 2}
    X = with_gaps(length, kinds=[kind])
    assert assert_agrees(evaluator(rows)(X), X, rows) > 0.2


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_agrees_with_oracle_on_any_gaps(data):
    length = data.draw(st.integers(1, 45))
    missing = data.draw(arrays(bool, (2, 3, length)))
    kinds = data.draw(st.lists(st.sampled_from(list(KINDS)), min_size=2, max_size=2))
    seed = data.draw(st.integers(0, 1000))
    rng = np.random.default_rng(seed)
    X = np.array([KINDS[kind](rng, length) for kind in kinds])
    rows = all_rows()[seed % 100 :: 100]
    X[missing] = np.nan
    assert_agrees(evaluator(rows)(X), X, rows)


@pytest.mark.parametrize("length", [1, 2, 30, 31])
def test_zeros_give_what_zeros_give(length):
    """A gap between equal values is flat: rounding does not count as positive."""
    rows = all_rows()
    X = with_gaps(length, kinds=["noise"])
    X = np.where(np.isnan(X), X, MEANS[:, None])
    found = evaluator(rows)(X)
    of_zeros = evaluator(rows)(np.tile(MEANS[:, None], length)[None])
    assert_array_equal(found, np.where(np.isnan(found), np.nan, of_zeros))


def test_constant_channel_with_gaps_is_zero():
    rows, stds = all_rows(), np.array([0.0, 0.0, 0.0])
    X = with_gaps(30, kinds=["noise"])  # values off the mean are scaled to zero, too
    flat = np.where(np.isnan(X), X, MEANS[:, None])
    assert_array_equal(evaluator(rows, stds)(X), evaluator(rows, STDS)(flat))


# To the last bit


@pytest.fixture(scope="module", name="X")
def collection():
    """57 cases: more than three groups of lanes, in which some have no gaps."""
    return with_gaps(37)


@pytest.fixture(scope="module")
def found(evaluate, X):
    return evaluate(X)


def test_shape_and_dtype(found, X):
    assert found.shape == (len(X), len(all_rows()))
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    missing = np.isnan(found)
    assert missing[np.isnan(X).all(axis=(1, 2))].all()
    assert not missing[~np.isnan(X).any(axis=(1, 2))].any()
    assert 0.1 < missing.mean() < 0.5


def test_case_does_not_depend_on_the_others(evaluate, X, found):
    for case in range(len(X)):
        assert_array_equal(evaluate(X[case : case + 1])[0], found[case])


def test_one_case_by_itself(evaluate, X, found):
    for x, expected in zip(X, found, strict=True):
        assert_array_equal(evaluate.transform_one(x), expected[None])


def test_cases_without_gaps_are_as_among_others_without(evaluate, X, found):
    whole = np.flatnonzero(~np.isnan(X).any(axis=(1, 2)))
    assert len(whole) == len(KINDS)
    assert_array_equal(evaluate(X[whole]), found[whole])
    many = np.concatenate([X[whole]] * 6)
    assert_array_equal(evaluate(many), np.tile(found[whole], (6, 1)))


@pytest.mark.parametrize("channel", range(3))
def test_inputs_without_gaps_are_as_of_whole_cases(evaluate, channel):
    rows = all_rows()
    X, hurt = with_gaps(37, ["none"] * len(MASKS)), with_gaps(37)
    hurt = np.where(np.arange(3)[:, None] == channel, hurt, X)
    assert np.isnan(hurt).any(axis=(0, 2)).tolist() == [i == channel for i in range(3)]
    others = (rows["channel"] != channel) & (rows["other"] != channel)
    assert 0 < others.sum() < len(rows)
    assert_array_equal(evaluate(hurt)[:, others], evaluate(X)[:, others])


@pytest.mark.parametrize("cases", [[4], [8, 0, 50], [2, 2, 1], []])
def test_chosen_cases_in_their_order(evaluate, X, found, cases):
    cases = np.array(cases, dtype=int)
    assert_array_equal(evaluate(X, cases), found[cases])


@pytest.mark.parametrize("block", [1, 1 << 11, 1 << 20])
def test_threads_and_blocks_do_not_matter(evaluate, X, found, monkeypatch, block):
    monkeypatch.setattr(transform, "WORTH_A_THREAD", 0)
    monkeypatch.setattr(transform, "BLOCK_VALUES", block)
    for n_jobs in (1, 2, 3):
        assert_array_equal(evaluate(X, n_jobs=n_jobs), found)


@pytest.mark.parametrize("name", POOLING_NAMES)
def test_one_statistic_alone(X, found, name):
    """Of PPV alone there are other loops, too."""
    some = all_rows()["statistic"] == POOLING_NAMES.index(name)
    assert_array_equal(evaluator(all_rows()[some])(X), found[:, some])


@pytest.mark.parametrize("levels", [[0], [1], [2], [0, 2]])
@pytest.mark.parametrize("bank", ["minirocket", "all"])
def test_some_levels_alone(X, found, levels, bank):
    rows = all_rows()
    some = np.isin(rows["level"], levels) & (
        rows["kernel"] < (84 if bank == "minirocket" else 99)
    )
    assert_array_equal(evaluator(rows[some])(X), found[:, some])


@pytest.mark.parametrize("level", [1, 2])
def test_ppv_of_minirocket_alone(X, found, level):
    rows = all_rows()
    some = (rows["statistic"] == PPV) & (rows["level"] == level) & (rows["kernel"] < 84)
    evaluate = evaluator(rows[some])
    assert ("ppv" in evaluate.plan.loops) == (level == 1)
    assert_array_equal(evaluate(X), found[:, some])


def test_permuted_rows_give_permuted_columns(X, found):
    order = np.random.default_rng(0).permutation(len(all_rows()))
    assert_array_equal(evaluator(all_rows()[order])(X), found[:, order])


def test_unequal_lengths(evaluate):
    X = [x for length in (1, 40, 2, 33) for x in with_gaps(length, kinds=["noise"])]
    X = [X[i] for i in np.random.default_rng(0).permutation(len(X))]
    found = evaluate(as_collection(X))
    for x, row in zip(X, found, strict=True):
        assert_array_equal(row, evaluate.transform_one(x)[0])
    some = np.array([5, 0, 70])
    assert_array_equal(evaluate(as_collection(X), some), found[some])


LAYOUTS = {
    "Fortran": np.asfortranarray,
    "channels last": lambda X: np.moveaxis(np.moveaxis(X, 1, 2).copy(), 2, 1),
    "every second": lambda X: X.repeat(2, axis=0).repeat(2, axis=2)[::2, :, ::2],
    "big-endian": lambda X: X.astype(X.dtype.newbyteorder(">")),
    "read only": lambda X: np.frombuffer(X.tobytes(), X.dtype).reshape(X.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_layout_does_not_matter(evaluate, X, layout, dtype):
    X = X.astype(dtype)
    found = evaluate(X.astype(np.float64))
    arranged = LAYOUTS[layout](X)
    assert_array_equal(evaluate(arranged), found)
    assert_array_equal(evaluate(arranged, np.array([3, 1])), found[[3, 1]])
    assert_array_equal(arranged, X)


def test_units_do_not_matter(evaluate, X, found):
    units = np.array([[2.0**40], [2.0**-30], [8.0]])
    means, stds = (of * units[:, 0] for of in (MEANS, STDS))
    moved = FeatureTransform.from_rows(all_rows(), BANK, means, stds, LONGEST)
    assert_array_equal(moved(X * units), found)


# What stands in for features, and what is refused


def test_values_of_what_is_not_observed(evaluate, X, found):
    values = np.arange(found.shape[1], dtype=np.float32) - 7
    filled = evaluate._replace(unobserved=values)
    expected = np.where(np.isnan(found), values, found)
    assert_array_equal(filled(X), expected)
    for x, row in zip(X[:20], expected[:20], strict=True):
        assert_array_equal(filled.transform_one(x)[0], row)


@pytest.mark.parametrize("length", [1, 37])
def test_gaps_are_an_error_where_nothing_stands_in(evaluate, length):
    strict = evaluate._replace(unobserved=None)
    X = with_gaps(length, ["none"] * 7)
    assert_array_equal(strict(X), evaluate(X))
    X[4, 2, 0] = np.nan
    with pytest.raises(ValueError, match=r"channel 2 holds NaN.* first in case 4$"):
        strict(X)
    with pytest.raises(ValueError, match=r"channel 2 holds NaN.* first in case 104$"):
        strict(X, names=range(100, 100 + len(X)))
    with pytest.raises(ValueError, match="channel 2 holds NaN"):
        strict.transform_one(X[4])


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e32])
@pytest.mark.parametrize("case", [0, 36])
def test_infinity_is_refused_among_gaps(evaluate, X, value, case):
    bad = X.copy()
    bad[case, 1, 5] = value
    match = f"channel 1 holds infinity .* first in case {case}$"
    with pytest.raises(ValueError, match=match) as caught:
        evaluate(bad)
    assert "NaN" not in str(caught.value)
    with pytest.raises(ValueError, match="channel 1 holds infinity"):
        evaluate.transform_one(bad[case])


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinity_is_refused_in_a_constant_channel(X, value):
    constant = evaluator(all_rows(), stds=np.array([1.0, 0.0, 1.0]))
    constant(X)
    bad = X.copy()
    bad[20, 1, 5] = value
    with pytest.raises(ValueError, match=r"channel 1 holds infinity .* case 20$"):
        constant(bad)


def test_gaps_of_channels_that_are_not_in_use_do_not_matter(X):
    rows = all_rows()[(all_rows()["channel"] != 1) & (all_rows()["other"] != 1)]
    hurt = X.copy()
    hurt[:, 1] = np.nan
    assert_array_equal(evaluator(rows)(hurt), evaluator(rows)(X))


# Thresholds are quantiles of what is observed


def thresholds(X, number="channel", n=3):
    name = REPRESENTATION_NAMES.index(number)
    n_channels = REPRESENTATIONS[number].n_channels
    rows = candidate_rows(0, 1, len(BANK.names), (1,))
    here = FeatureTransform.from_rows(rows, BANK, np.zeros(1), np.ones(1))
    constants = (of[:n_channels] for of in (MEANS, STDS, LONGEST))
    bound = here.bind(name, 2, *constants)
    return bound.quantile_thresholds(X[:, :n_channels], n)


@pytest.mark.parametrize("number", REPRESENTATION_NAMES)
def test_thresholds_are_of_what_was_observed(number):
    n_channels = REPRESENTATIONS[number].n_channels
    X = with_gaps(20, kinds=["noise"])
    found = thresholds(X, number)
    assert np.isfinite(found).all()
    row = candidate_rows(0, 2, 1, (1,))[0]
    row["input"], row["other"] = REPRESENTATION_NAMES.index(number), n_channels - 1
    for kernel in KERNELS:
        row["kernel"], values = kernel, []
        for x in X:
            case = oracle.scaled(x[:2], MEANS[:2], STDS[:2], LONGEST[:2])
            some = oracle.pooled(*case, row, BANK)
            values.extend([] if some is None else some)
        shares = [(np.array(values) * 2**1.5 <= at).mean() for at in found[kernel]]
        assert (np.floor(np.array(shares) * 3 + 1e-9) == [0, 1, 2]).all(), shares


def test_thresholds_of_nothing_are_zero():
    found = thresholds(np.full((4, 1, 20), np.nan))
    assert_array_equal(found, np.zeros((len(BANK.names), 3)))


def test_cases_of_gaps_alone_have_no_part_in_thresholds():
    X = with_gaps(20, ["none", "half"])
    more = np.insert(X, [0, 2, 5], np.nan, axis=0)
    assert_array_equal(thresholds(more), thresholds(X))
