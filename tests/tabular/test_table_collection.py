"""Collections of tables against plain loops, and what is refused."""

import re
import warnings
from collections import Counter
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightwaves_aeon import collection_from_table
from tests.logs import ROLES, log_of


def by_loops(log, window, hop, rate):
    """Windows of each recording, one at a time, by a dictionary of its samples."""
    cases = []
    for name in log["machine"].unique():
        own = log[log["machine"] == name].sort_values("t")
        numbers = np.rint((own["t"] - own["t"].iloc[0]) * rate).astype(int).to_numpy()
        parts = np.split(
            np.arange(len(own)), np.flatnonzero(np.diff(numbers) > window) + 1
        )
        for rows in parts:
            at = dict(zip(numbers[rows] - numbers[rows[0]], rows, strict=True))
            for start in range(0, max(at) - window + 2, hop):
                seen = [at.get(number) for number in range(start, start + window)]
                values = own[["c0", "c1"]].to_numpy()
                x = [[np.nan] * 2 if i is None else values[i] for i in seen]
                states = [own["state"].iloc[i] for i in seen if i is not None]
                time = own["t"].iloc[rows[0]] + start / rate
                cases.append((np.transpose(x), states, name, time))
    return cases


@settings(deadline=None, max_examples=60)
@given(
    lengths=st.lists(st.integers(3, 30), min_size=1, max_size=4),
    window=st.integers(1, 8),
    hop=st.integers(1, 9),
    seed=st.integers(0, 99),
    lost=st.floats(0, 0.4),
    shuffled=st.booleans(),
    mixed=st.sampled_from(["majority", "last", "drop"]),
)
def test_windows_are_those_of_plain_loops(
    lengths, window, hop, seed, lost, shuffled, mixed
):
    rng = np.random.default_rng(seed)
    log = log_of(lengths)
    log["state"] = rng.choice(["on", "off", "idle"], len(log))
    log = log[rng.random(len(log)) >= lost]
    if shuffled:
        log = log.sample(frac=1, random_state=seed)
    wanted = by_loops(log, window, hop, 10) if len(log) else []
    if mixed == "drop":
        wanted = [case for case in wanted if len(set(case[1])) == 1]
    options = {**ROLES, "sampling_rate": 10.0, "window": window, "hop": hop}
    try:
        with warnings.catch_warnings(action="ignore"):  # of short recordings
            found = collection_from_table(log, **options, mixed=mixed)
    except ValueError as error:
        if not re.search(
            "too few rows|no case has|samples per second|uneven", str(error)
        ):
            raise
        return
    assert len(found.X) == len(wanted)
    first = list(dict.fromkeys(log.sort_index()["state"])) if not shuffled else None
    for number, (x, states, name, time) in enumerate(wanted):
        np.testing.assert_array_equal(found.X[number], x)
        assert found.groups[number] == name
        assert found.starts[number] == pytest.approx(time)
        if mixed == "majority":
            counts = Counter(states)
            assert counts[found.y[number]] == max(counts.values())
            if first is not None:
                best = [s for s in first if counts[s] == max(counts.values())]
                assert found.y[number] == best[0]
        else:
            assert found.y[number] == states[-1]


def test_a_recording_a_case():
    log = log_of((12, 12, 12)).assign(state=lambda table: table["machine"].str.lower())
    found = collection_from_table(log, **ROLES)
    assert found.X.shape == (3, 2, 12)
    assert found.y.tolist() == ["a", "b", "c"]
    assert (found.window, found.hop, found.sampling_rate) == (None, None, 10.0)
    assert found.channel_names == ["c0", "c1"]
    np.testing.assert_array_equal(found.X[1, 0], log["c0"][12:24])
    uneven = collection_from_table(log.drop(index=[0, 20]), **ROLES)
    assert [x.shape for x in uneven.X] == [(2, 11), (2, 12), (2, 12)]
    assert np.isnan(uneven.X[1]).sum(axis=1).tolist() == [1, 1]
    assert uneven.starts.tolist() == pytest.approx([0.1, 0.0, 0.0])


def test_without_times_recordings_and_labels():
    log = log_of()[["c0", "c1"]]
    found = collection_from_table(log, window=5, hop=4)
    assert (found.y, found.sampling_rate) == (None, None)
    assert found.starts.tolist() == [0, 4, 8, 12, 16]
    assert found.groups.tolist() == [0] * 5
    named = collection_from_table(log, window="500ms", sampling_rate=10)
    assert named.window == named.hop == 5
    with pytest.raises(ValueError, match="window is given as a time, '2s': name the"):
        collection_from_table(log, window="2s")


@pytest.mark.parametrize("zone", [None, "Europe/Paris"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_dates(zone, unit):
    log = log_of(rate=1.0)
    start = pd.Timestamp("2026-03-29 00:59:55", tz=zone)  # summer time begins
    log["t"] = (start + pd.to_timedelta(log["t"], unit="s")).astype(
        f"datetime64[{unit}, {zone}]" if zone else f"datetime64[{unit}]"
    )
    for window in ("3s", timedelta(seconds=3), np.timedelta64(3, "s"), 3):
        found = collection_from_table(log, **ROLES, window=window)
        assert (found.window, found.sampling_rate) == (3, 1.0)
    wanted = start.tz_convert("UTC").tz_localize(None) if zone else start
    assert found.starts[1] == np.datetime64(wanted) + np.timedelta64(3, "s")
    log["t"] = log["t"].map(lambda time: time.isoformat())
    again = collection_from_table(log, **ROLES, window=3)
    np.testing.assert_array_equal(again.starts, found.starts)


def test_milliseconds():
    log = log_of().assign(t=lambda table: (1000 * table["t"]).astype(int))
    found = collection_from_table(log, **ROLES, time_unit="ms", window="300ms")
    assert (found.window, found.sampling_rate) == (3, 10.0)


def test_uneven_steps_are_samples_and_long_ones_are_gaps():
    log = log_of((200,))
    rng = np.random.default_rng(0)
    log["t"] = 1.02 * log["t"] + rng.uniform(-0.02, 0.02, len(log))
    found = collection_from_table(log.drop(index=[50, 51]), **ROLES, window=10)
    assert np.isnan(found.X).sum() == 2 * 2
    assert found.sampling_rate == pytest.approx(10 / 1.02, rel=1e-3)


def test_windows_begin_anew_after_a_long_gap():
    log = log_of((20,)).drop(index=range(7, 12))
    found = collection_from_table(log, **ROLES, window=5)
    assert found.starts.tolist() == pytest.approx([0.0, 1.2])
    assert not np.isnan(found.X).any()
    whole = log.drop(columns="state").assign(t=lambda table: table["t"] * 1.0)
    whole.loc[19, "t"] = 1e6
    with pytest.raises(ValueError, match="recording A would have 10000001 time points"):
        collection_from_table(whole, time="t", recording="machine")


def test_numbers_to_be_predicted():
    log = log_of().assign(state=lambda table: np.arange(len(table)) / 2)
    options = {**ROLES, "task": "regression", "window": 4}
    last = collection_from_table(log, **options)
    assert last.y.tolist() == [1.5, 3.5, 5.5, 7.5, 9.5]
    mean = collection_from_table(log, **options, mixed="mean")
    assert mean.y.tolist() == [0.75, 2.75, 4.75, 6.75, 8.75]
    with pytest.raises(ValueError, match="mixed must be one of"):
        collection_from_table(log, **options, mixed="majority")


def test_rows_without_a_label_do_not_count():
    log = log_of((12,))
    log["state"] = [None] * 4 + ["on", None, None, None] + ["on", "on", "off", None]
    found = collection_from_table(log, **ROLES, window=4, mixed="last")
    assert (found.y.tolist(), found.starts.tolist()) == (["on", "off"], [0.4, 0.8])


def test_types_of_values():
    log = log_of().astype({"c0": "float32", "c1": "float32"})
    assert collection_from_table(log, **ROLES, window=3).X.dtype == np.float32
    log["c1"] = pd.array([None, *range(len(log) - 1)], dtype="Int64")
    found = collection_from_table(log, **ROLES, window=3)
    assert found.X.dtype == np.float64
    assert np.isnan(found.X[0, 1]).tolist() == [True, False, False]
    log["c1"] = log["c0"] > 0
    found = collection_from_table(log, **ROLES, window=3)
    assert found.X.dtype == np.float32
    assert set(np.unique(found.X[:, 1])) == {0.0, 1.0}


def test_whole_recordings_of_two_labels_may_be_asked_for():
    log = log_of()
    with pytest.raises(ValueError, match="recording A has rows of the labels on, off"):
        collection_from_table(log, **ROLES)
    assert collection_from_table(log, **ROLES, mixed="last").y.tolist() == ["off"] * 2


def test_short_recordings_are_told_of():
    with pytest.warns(UserWarning, match="1 recordings are not used: they have no 10"):
        found = collection_from_table(log_of((12, 9)), **ROLES, window=10)
    assert found.groups.tolist() == ["A"]


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({}, {"label": "mood"}, "there is no column 'mood' for label: the table has"),
        ({}, {"channels": ["c0", "c7"]}, "there is no column 'c7' for channels"),
        ({}, {"channels": "c0"}, "channels must be a list of names"),
        ({}, {"channels": []}, "there are no columns for channels"),
        ({}, {"channels": ["t"]}, "the column 't' is to be two things"),
        ({"c0": "high"}, {}, "the column 'c0' holds 'high', which is no number"),
        ({"t": "noon"}, {}, "the column 't' holds text that is no time by ISO 8601"),
        ({"t": 1.0}, {}, "the recording A has the time 1.0 twice"),
        ({"t": np.nan}, {}, "row 0 has no time"),
        ({"machine": None}, {}, "row 0 names no recording"),
        ({"state": None}, {}, "no case has a label"),
        ({}, {"window": 13}, "a window takes 13 time points.* has 12"),
        ({}, {"window": 0}, "window must be one sample at least"),
        ({}, {"window": 2.5}, "window must be a whole number of samples, or a time"),
        ({}, {"window": "25"}, "window must be a whole number of samples, or a time"),
        ({}, {"window": "2 parsecs"}, "window must be a whole number of samples"),
        ({}, {"window": None, "hop": 3}, "give window, too"),
        ({}, {"sampling_rate": 50}, "10 samples per second, but .* given is 50"),
        ({}, {"sampling_rate": 0}, "sampling_rate must be a number"),
        ({}, {"mixed": "refuse"}, "rows of the labels on, off in one case"),
        ({}, {"time_unit": "h"}, "time_unit must be one of"),
    ],
)
def test_refused(change, options, message):
    with pytest.raises(ValueError, match=message):
        collection_from_table(
            log_of().assign(**change), **{**ROLES, "window": 4} | options
        )


def test_rows_that_are_none_or_too_uneven():
    with pytest.raises(ValueError, match="too few rows: the table has none"):
        collection_from_table(log_of()[:0], **ROLES)
    log = log_of((100,))
    log["t"] = np.cumsum(np.tile([0.1, 0.1, 0.1, 0.01], 25))
    with pytest.raises(ValueError, match="times are too uneven"):
        collection_from_table(log, **ROLES, window=4)
    log = pd.concat([log_of((30,)), log_of((30,), rate=20).assign(machine="Z")])
    with pytest.raises(ValueError, match=r"the recording . has .* of the others"):
        collection_from_table(log, **ROLES, window=4)


def test_what_is_no_table():
    pytest.importorskip("narwhals")
    with pytest.raises(TypeError, match=r"table must be a data frame .* got int"):
        collection_from_table(3)
