"""Level 0: statistics of a series over intervals, against their definitions."""

import numpy as np
import oracle
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.core.convolution.features import (
    candidate_rows,
    feature_names,
    series_rows,
)
from lightwaves_aeon.core.convolution.features_frame import features_frame
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.plan import Plan
from lightwaves_aeon.core.convolution.pooling import (
    N_SLOTS,
    POOLING_NAMES,
    SERIES_POOLING,
    slots_of,
)
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.convolution.series_pooling import timepoints_of
from lightwaves_aeon.core.data.collection import as_collection
from lightwaves_aeon.core.linear.head import LinearHead
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.predictor import Predictor

BANK = kernel_bank(["minirocket", "db2"])
MEANS, STDS = np.array([0.5, -1.0, 3.0]), np.array([1.0, 2.0, 0.25])


def plain_rows(seed=0):
    """All intervals and statistics, of many inputs, in a random order."""
    rng = np.random.default_rng(seed)
    rows = series_rows(0, 1000)
    rows["channel"] = rng.integers(3, size=len(rows))
    rows["input"] = rng.integers(len(REPRESENTATION_NAMES), size=len(rows))
    rows["other"] = np.where(rows["input"] < 2, -1, (rows["channel"] + 1) % 3)
    return rng.permutation(rows)


def mixed_rows(seed=0):
    """The same among features of responses."""
    rng = np.random.default_rng(seed)
    of_responses = [
        candidate_rows(channel, dilation, len(BANK.names), (1, 2), ("ppv", "max"))
        for channel, dilation in ((0, 1), (2, 4))
    ]
    rows = np.concatenate([*of_responses, plain_rows(seed)])
    return rng.permutation(rows)[:400]


ROWS = {"plain": plain_rows(), "mixed": mixed_rows()}


def model_of(rows):
    return Model.from_rows(rows, BANK, MEANS, STDS)


def cases(n_cases, length, seed=0):
    return np.random.default_rng(seed).normal(size=(n_cases, 3, length))


# What is computed


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("length", [1, 2, 3, 31, 32, 33, 64, 200])
def test_definition(rows, length):
    X = cases(3, length)
    found = model_of(rows).transform(X)
    assert_allclose(found, oracle.features(X, rows, BANK, MEANS, STDS), atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(
    length=st.integers(1, 200),
    ends=st.lists(st.floats(0, 1, width=32), min_size=2, max_size=2, unique=True),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_interval_of_any_length(length, ends, seed):
    rows = plain_rows(seed)[:40]
    rows["start"], rows["stop"] = sorted(ends)
    X = cases(2, length, seed)
    found = model_of(rows).transform(X)
    assert_allclose(found, oracle.features(X, rows, BANK, MEANS, STDS), atol=1e-5)


@pytest.mark.parametrize("length", [1, 7, 96, 1000])
def test_intervals_are_in_the_series_and_hold_a_time_point(length):
    for row in series_rows(0, 1000):
        first, last = timepoints_of(row["start"], row["stop"], length)
        assert 0 <= first < last <= length


def test_statistics_of_long_series_keep_their_digits():
    rows = series_rows(0, 1)
    X = np.full((1, 1, 1_000_003), 4096.1, np.float32)
    X[0, 0, ::2] += 1
    model = Model.from_rows(rows, BANK, np.zeros(1), np.ones(1))
    expected = oracle.features(X.astype(float), rows, BANK, np.zeros(1), np.ones(1))
    assert_allclose(model.transform(X), expected, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("n_cases", [1, 2, 3, 16, 19])
def test_one_case_is_as_in_a_batch(rows, n_cases):
    model, X = model_of(rows), cases(n_cases, 50)
    found = model.transform(X)
    for x, expected in zip(X, found, strict=True):
        assert_array_equal(model.transform.transform_one(x)[0], expected)
    assert_array_equal(model.transform(X, n_jobs=3), found)


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_unequal_lengths(rows):
    model = model_of(rows)
    X = [cases(1, length, seed=length)[0] for length in (200, 1, 33, 2, 33, 7, 64)]
    found = model.transform(as_collection(X))
    for x, row in zip(X, found, strict=True):
        assert_array_equal(row, model.transform.transform_one(x)[0])


def test_output_columns_are_each_written_once():
    for rows in ROWS.values():
        plan = Plan.from_rows(rows, BANK)
        columns = plan.convolutions.columns
        written = np.append(columns[columns >= 0], plan.plain.columns)
        assert_array_equal(np.sort(written), np.arange(len(rows)))
        assert len(plan.plain.columns) == (rows["level"] == 0).sum()
        assert plan.plain.starts[-1] == len(plan.plain.columns)


def test_no_convolutions_of_a_plain_table():
    plan = Plan.from_rows(ROWS["plain"], BANK)
    assert len(plan.convolutions.kernels) == 0
    assert len(plan.inputs.first) == len(np.unique(plan.inputs.representations)) * 3


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_some_and_first_features(rows):
    model, X = model_of(rows), cases(5, 40)
    found = model.transform(X)
    some = np.random.default_rng(1).permutation(len(rows))[:30]
    assert_array_equal(model.some(some).transform(X), found[:, some])
    assert_array_equal(model.some(np.arange(7)).transform(X), found[:, :7])
    one = np.flatnonzero(rows["level"] == 0)[:1]
    assert_array_equal(model.some(one).transform(X), found[:, one])


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_predictor(rows):
    model, X = model_of(rows), cases(5, 40)
    weights = np.random.default_rng(2).normal(size=(len(rows), 3))
    head = LinearHead(weights, np.zeros(3), np.arange(3))
    predictor, expected = Predictor(model, 3, head), head.predict(model.transform(X))
    assert [predictor(x) for x in X] == list(expected)


@pytest.mark.parametrize("name", SERIES_POOLING)
def test_slots(name):
    assert len(slots_of(name)) == 0
    assert slots_of("mipv").stop == N_SLOTS


@pytest.mark.parametrize(
    ("level", "name", "loop"),
    [(0, "max", "over intervals"), (1, "mean", "for one case")],
)
def test_statistics_of_another_level_are_refused(level, name, loop):
    row = ROWS["mixed"][ROWS["mixed"]["level"] == level][:1].copy()
    row["statistic"] = POOLING_NAMES.index(name)
    with pytest.raises(ValueError, match=f"the loop {loop} .* statistic '{name}'"):
        Plan.from_rows(row, BANK)


# How it is named


def one_row(statistic="mean", **fields):
    rows = series_rows(3, 1)
    rows = rows[rows["statistic"] == POOLING_NAMES.index(statistic)]
    for field, value in fields.items():
        rows[field] = value
    return rows


NAMES = {
    "ch3_l0_mean": one_row(),
    "ch3_l0_slope[0.25,0.5]": one_row("slope", start=0.25, stop=0.5),
    "ch3_l0_lowest[0,0.015625]": one_row("lowest", stop=1 / 64),
    "ch3_change_l0_highest[0.984375,1]": one_row("highest", input=1, start=1 - 1 / 64),
    "ch3-ch5_l0_deviation": one_row("deviation", input=3, other=5),
}


@pytest.mark.parametrize("name", NAMES)
def test_names(name):
    assert feature_names(NAMES[name], BANK.names).tolist() == [name]


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_names_are_unique(rows):
    assert len(set(feature_names(rows, BANK.names))) == len(rows)


OF_A_KERNEL = ["kernel", "tap_1", "tap_2", "tap_3", "wavelet", "dilation", "span"]


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_frame(rows):
    frame = features_frame(rows, BANK)
    is_plain = rows["level"] == 0
    assert frame.loc[is_plain, [*OF_A_KERNEL, "threshold"]].isna().all(axis=None)
    others = rows[~is_plain]
    for column in ("kernel", "dilation"):
        assert frame[column].dtype == "Int64"
        assert frame.loc[~is_plain, column].tolist() == others[column].tolist()
    for column in ("level", "start", "stop"):
        assert_array_equal(frame[column], rows[column])
    assert [POOLING_NAMES[s] for s in rows["statistic"]] == frame["statistic"].tolist()
    columns = list(frame.columns)
    assert columns[columns.index("level") :][:4] == [
        "level",
        "start",
        "stop",
        "statistic",
    ]


def test_frame_without_level_0_has_plain_types():
    rows = ROWS["mixed"][ROWS["mixed"]["level"] > 0]
    frame = features_frame(rows, BANK)
    assert frame["kernel"].dtype == frame["dilation"].dtype == np.int32
    assert (frame["start"] == 0).all()
    assert (frame["stop"] == 1).all()
    both = features_frame(ROWS["mixed"], BANK)
    kept = both[ROWS["mixed"]["level"] > 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, frame, check_dtype=False)


def test_what_rounding_alone_makes_vary_is_no_feature():
    """Of series that are standardised each the mean and the deviation are none."""
    rng, y = np.random.default_rng(0), np.arange(60) % 2
    X = rng.normal(size=(60, 1, 24))
    X[:, 0] += np.sin((0.3 + 0.4 * y[:, None]) * np.arange(24))
    X -= X.mean(axis=2, keepdims=True)
    X /= X.std(axis=2, keepdims=True)
    clf = LightWaveSClassifier(random_state=0).fit(X, y)
    for moved in (X, np.round(X, 4), X + 1e-5):
        assert clf.score(moved, y) == 1
    table = clf.features_.query("level == 0 and start == 0 and stop == 1")
    assert not table["statistic"].isin(["mean", "deviation"]).any()
    assert_allclose(
        clf.predict_proba(X.astype(np.float32)), clf.predict_proba(X), atol=1e-3
    )
