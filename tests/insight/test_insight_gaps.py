"""What is said of cases with gaps, and of channels that are lost."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from loops import (
    BANKS,
    LONGEST,
    USED,
    by_loops,
    make_linear,
    only,
    seen_by,
    statistic_of,
)
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression
from tables import fitted_from

from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.core.convolution.features import candidate_rows, series_rows
from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.linear.head import LinearHead
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.selection import select
from lightwaves_aeon.core.selection.variants import VARIANTS
from lightwaves_aeon.insight.report import describe
from lightwaves_aeon.insight.responses import response_of
from lightwaves_aeon.insight.saliency import saliency

LENGTHS = [1, 2, 3, 8, 25, 40]
KINDS = ["long", "short", "scattered", "ends", "channel", "other points"]


def of_sktime(**parameters):
    module = pytest.importorskip("lightwaves_aeon.sktime", exc_type=ImportError)
    return module.LightWaveSClassifier(**parameters)


SHELLS = pytest.mark.parametrize("shell", [LightWaveSClassifier, of_sktime])


def with_gaps(x, kind):
    x, length = np.array(x, np.float64), x.shape[1]
    third, rng = length // 3, np.random.default_rng(length)
    if kind == "long":
        x[0, third : 2 * third + 1] = np.nan
    elif kind == "short":
        for start in range(1, length, LONGEST + 2):
            x[[0, 2], start : start + LONGEST] = np.nan
    elif kind == "scattered":
        x[rng.random(x.shape) < 0.5] = np.nan
    elif kind == "ends":
        x[0, :third], x[2, length - third :] = np.nan, np.nan
    elif kind == "channel":
        x[2] = np.nan
    else:  # nothing is there of both channels
        x[0, ::2], x[2, 1::2] = np.nan, np.nan
    return x


def totals(linear, x):
    return linear.contributions(linear.model.transform.transform_one(x))[0].sum(axis=0)


def assert_splits(found, x, total):
    assert np.isfinite(found).all()
    assert not found[np.isnan(x)].any()
    assert_allclose(found.sum(), total, rtol=1e-6, atol=1e-6)


# The responses


def observed_slowly(x):
    """Where there are values, and in gaps of `LONGEST` time points at most."""
    observed, length = ~np.isnan(x), x.shape[1]
    for channel, flags in zip(x, observed, strict=True):
        text = "".join("g" if missing else "." for missing in np.isnan(channel))
        for t in np.flatnonzero(~flags):
            left, right = text.rfind(".", 0, t), text.find(".", t)
            right = length if right < 0 else right
            is_all = right - left - 1 == length
            flags[t] = right - left - 1 <= LONGEST and not is_all
    return observed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", LENGTHS)
def test_statistics_of_observed_values_are_the_features(length, kind):
    linear = make_linear(BANKS["mix"], 150, seed=length)
    x = with_gaps(np.random.default_rng(length).normal(size=(3, length)), kind)
    features = linear.model.transform.transform_one(x)[0]
    observed = observed_slowly(x)
    for number, row in enumerate(linear.model.rows):
        response = response_of(linear.model, x, number)
        assert_array_equal(statistic_of(response, row), features[number])
        seen = seen_by(row, observed)
        assert_array_equal(np.flatnonzero(response.observed), seen)
        is_seen = np.isin(np.array(response.times, int), seen)
        assert_array_equal(~np.isnan(response.last), is_seen)
        assert np.isfinite(response.source).all()
        assert np.isfinite(response.first).all()


# Saliency


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("name", BANKS)
def test_equals_loops(name, length, kind):
    linear = make_linear(BANKS[name], 60, seed=length)
    x = with_gaps(np.random.default_rng(length).normal(size=(3, length)), kind)
    for case in (x, np.where(np.isnan(x), np.nan, 0.3)):
        found, expected = saliency(linear, case, 1), by_loops(linear, case, 1)
        assert_allclose(found, expected, rtol=1e-6, atol=1e-9)
        assert_splits(found, case, totals(linear, case)[1])


def test_tables_here_have_every_operator_and_representation():
    rows = make_linear(BANKS["mix"], 150).model.rows
    assert set(rows["statistic"]) == set(range(len(POOLING_NAMES)))
    assert set(rows["input"]) == set(range(len(REPRESENTATION_NAMES)))
    assert set(rows["level"]) == {0, 1, 2}


@pytest.mark.parametrize("name", BANKS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_adds_up_to_the_score(name, data):
    length = data.draw(st.integers(1, 40))
    shape, linear = (3, length), make_linear(BANKS[name], 60)
    x = data.draw(arrays(np.float32, shape, elements=st.floats(-100, 100, width=32)))
    x[data.draw(arrays(bool, shape))] = np.nan
    for index, total in enumerate(totals(linear, x)):
        assert_splits(saliency(linear, x, index), x, total)


@pytest.mark.parametrize("kind", KINDS)
def test_adds_up_feature_by_feature(kind):
    linear = make_linear(BANKS["mix"], 100)
    x = with_gaps(np.random.default_rng(0).normal(size=(3, 30)), kind)
    features = linear.model.transform.transform_one(x)
    parts = linear.contributions(features)[0, :, 1]
    each = [saliency(only(linear, i), x, 1) for i in range(len(parts))]
    assert_allclose([found.sum() for found in each], parts, rtol=1e-9, atol=1e-12)
    assert_allclose(np.sum(each, axis=0), saliency(linear, x, 1), atol=1e-9)
    for found, row, value in zip(each, linear.model.rows, features[0], strict=True):
        assert not np.isnan(value) or not found.any()
        read = {int(row["channel"]), int(row["other"])} - {-1}
        assert set(np.flatnonzero(found.any(axis=1)).tolist()) <= read


def test_features_of_channels_without_gaps_keep_their_bits():
    linear = make_linear(BANKS["minirocket"], 100)
    x = np.random.default_rng(0).normal(size=(3, 30))
    gappy, rows = with_gaps(x, "channel"), linear.model.rows
    untouched = np.flatnonzero((rows["channel"] == 0) & (rows["other"] <= 0))
    assert len(untouched) > 20
    for i in untouched:
        alone = only(linear, i)
        assert_array_equal(saliency(alone, gappy, 1), saliency(alone, x, 1))
    of_others = replace(linear, model=linear.model.with_unobserved(None))
    assert_array_equal(saliency(linear, x, 1), saliency(of_others, x, 1))


def test_a_case_of_nothing_has_nothing():
    linear = make_linear(BANKS["mix"], 100)
    assert not saliency(linear, np.full((3, 30), np.nan), 0).any()
    with_means = linear.model.with_unobserved(np.full(100, 0.1))
    linear = replace(linear, model=with_means, means=np.full(100, 0.1))
    assert not saliency(linear, np.full((3, 30), np.nan), 0).any()
    x = with_gaps(np.random.default_rng(0).normal(size=(3, 30)), "channel")
    assert_splits(saliency(linear, x, 1), x, totals(linear, x)[1])


def one_feature(row, length):
    row["input"], row["other"] = 0, -1
    constants = np.zeros(1), np.ones(1), np.full(1, LONGEST)
    model = Model.from_rows(row, BANKS["minirocket"], *constants)
    head = LinearHead(np.array([[-7.0]]), np.zeros(1), np.arange(2))
    linear = fitted_from(model, head, n_channels=1)
    return linear, np.zeros((1, length))


def test_a_maximum_that_a_hand_can_follow():
    # A gap of 5 is long: what is highest in it is interpolated.
    row = series_rows(0, 40)[POOLING_NAMES.index("highest") - len(POOLING_NAMES) :][:1]
    row["start"], row["stop"] = 0, 1
    linear, x = one_feature(row, 40)
    x[0, 9], x[0, 10:15], x[0, 30] = 3, np.nan, 3
    expected = np.zeros((1, 40))
    expected[0, [9, 30]] = -7 * 3 / 2
    assert_array_equal(saliency(linear, x, 1), expected)


def test_a_short_gap_that_a_hand_can_follow():
    # Gaps of 4 count as observed: six values of 3, of which two are there.
    row = series_rows(0, 40)[:1]
    assert POOLING_NAMES[row["statistic"][0]] == "mean"
    linear, x = one_feature(row, 40)
    x[0, 9], x[0, 10:14], x[0, 14] = 3, np.nan, 3
    expected = np.zeros((1, 40))
    expected[0, [9, 14]] = -7 * (6 * 3 / 40) / 2
    assert_allclose(saliency(linear, x, 1), expected, rtol=1e-6)


def test_an_interval_of_a_short_gap_gives_to_all_values():
    row = series_rows(0, 40)[:1]
    row["start"], row["stop"] = 10 / 40, 14 / 40
    linear, x = one_feature(row, 40)
    x[:], x[0, 10:14] = 2, np.nan
    expected = np.full((1, 40), -7 * 2 / 36)
    expected[0, 10:14] = 0
    assert_allclose(saliency(linear, x, 1), expected, rtol=1e-6)


def test_a_run_goes_on_behind_a_gap():
    # Of 5 positive values before a gap and 4 behind it, and 6 elsewhere.
    row = candidate_rows(0, 1, 1, (1,), ("lspv",))
    linear, _ = one_feature(row, 60)
    x = np.sin(np.arange(60) / 5)[None]
    response = response_of(linear.model, x, 0).last
    start = int(np.flatnonzero(response > 0)[4])
    x[0, start + 3 : start + 13] = np.nan
    response = response_of(linear.model, x, 0)
    seen = response.last[response.observed]
    value = linear.model.transform.transform_one(x)[0, 0]
    runs = "".join("+" if flag else " " for flag in seen > 0).split()
    assert value == np.float32(max(map(len, runs)) / len(seen))
    assert_splits(saliency(linear, x, 1), x, totals(linear, x)[1])


# The method of the classifiers


def problem(make_problem, share=0.2):
    X, y = make_problem(40, 3, 40, 3)
    X[np.random.default_rng(0).random(X.shape) < share] = np.nan
    X[:5, 0], X[2:8, 1, 10:25], X[9] = np.nan, np.nan, np.nan
    return X, y


@SHELLS
@pytest.mark.parametrize("variant", VARIANTS)
def test_method_splits_the_scores(make_problem, small, shell, variant):
    X, y = problem(make_problem)
    clf = shell(**{**small, "variant": variant}, random_state=0).fit(X, y)
    intercepts, predicted = clf._linear().output_intercepts, clf.predict(X[:12])
    scores = clf.compile()
    for x, label in zip(X[:12], predicted, strict=True):
        for index, score in enumerate(scores.scores(x)):
            found = clf.saliency(x, clf.classes_[index])
            assert_splits(found, x, score - intercepts[index])
        assert_array_equal(clf.saliency(x), clf.saliency(x, label))


@pytest.mark.parametrize("variant", ["plus", "L1L2"])
def test_of_an_estimator_that_is_given(make_problem, small, variant):
    X, y = problem(make_problem)
    clf = LightWaveSClassifier(
        **{**small, "variant": variant}, estimator=LogisticRegression(), random_state=0
    ).fit(X, y)
    scores = clf.decision_function(X[:12]) - clf._linear().output_intercepts
    for x, of_classes in zip(X, scores, strict=False):
        for label, score in enumerate(of_classes):
            assert_splits(clf.saliency(x, label), x, score)


def test_contributions_of_what_was_not_observed_are_zero(make_problem, small):
    X, y = problem(make_problem)
    X[:, 1] = X[:, 0]  # so that they tell the same
    X[:5, 0] = np.nan
    clf = LightWaveSClassifier(**{**small, "n_features": 100}, random_state=0)
    parts = clf.fit(X, y).contributions(X)
    assert np.isfinite(parts).all()
    assert not parts[9].any()
    of_first = (clf.features_["channel"] == 0).to_numpy()
    assert of_first.any()
    assert not parts[:5, of_first].any()
    scores = parts.sum(axis=1) + clf.estimator_.intercept_
    assert_allclose(scores, clf.decision_function(X), atol=1e-6)


def test_where_missing_values_are_an_error(make_problem, small):
    X, y = make_problem()
    clf = LightWaveSClassifier(**small, missing_values="error").fit(X, y)
    x = np.where(np.arange(40) == 5, np.nan, X[0])
    for call in (clf.saliency, lambda x: response_of(clf._linear().model, x, 0)):
        with pytest.raises(ValueError, match="holds NaN, infinity"):
            call(x)


# What the loss of a channel costs


@pytest.fixture
def held_out(monkeypatch):
    """What each fold that leaves out cases is scored by."""
    found, score = [], select._held_out

    def recorded(ridges, features, targets, rows):
        found.append((ridges, features, targets.classes, rows))
        return score(ridges, features, targets, rows)

    monkeypatch.setattr(select, "_held_out", recorded)
    return found


def n_right_without(channel, ridges, features, classes, rows):
    right = 0
    for case, label in zip(features, classes, strict=True):
        case = case.copy()
        for i, row in enumerate(rows):
            if channel in (row["channel"], row["other"]):
                case[i] = ridges[0].means[i]
        scores = ridges[0].scores(case[None])[0]
        for ridge in ridges[1:]:
            scores = (scores + ridge.scores(case[None])[0]) / 2
        predicted = int(scores[0] > 0) if len(scores) == 1 else int(scores.argmax())
        right += predicted == label
    return right


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("variant", ["plus", "L1L2"])
@pytest.mark.parametrize("gaps", [False, True], ids=["whole", "gaps"])
def test_channel_loss_against_loops(make_problem, held_out, n_classes, variant, gaps):
    X, y = make_problem(60, 4, 40, n_classes)
    X += np.random.default_rng(1).normal(size=X.shape)
    if gaps:
        X[np.random.default_rng(0).random(X.shape) < 0.2] = np.nan
    clf = LightWaveSClassifier(n_features=30, variant=variant, random_state=0)
    table = clf.fit(X, y).channel_loss()
    columns = ["channel", "accuracy", "accuracy_without", "loss"]
    assert table.columns.tolist() == columns
    used = {*clf.features_["channel"], *clf.features_["other"].dropna()}
    assert table["channel"].tolist() == sorted(used)
    n_cases = sum(len(classes) for _, _, classes, _ in held_out)
    assert n_cases == len(X)
    for of_channel in table.itertuples():
        for column, channel in ("accuracy", -2), ("accuracy_without", None):
            lost = of_channel.channel if channel is None else channel
            right = sum(n_right_without(lost, *of_fold) for of_fold in held_out)
            assert getattr(of_channel, column) == right / n_cases
    losses = table["accuracy"] - table["accuracy_without"]
    assert_array_equal(table["loss"], losses)


@SHELLS
def test_the_channel_that_tells_the_classes_apart_is_missed(make_problem, shell):
    X, y = make_problem(60, 3, 40, 3)
    clf = shell(n_features=100, random_state=0).fit(X, y)
    losses = clf.channel_loss().set_index("channel")["loss"]
    assert losses[1] > 0.5
    assert (losses.drop(1) < 0.1).all()


def test_a_model_file_keeps_what_a_loss_costs(make_problem, small, tmp_path):
    clf = LightWaveSClassifier(**small, random_state=0).fit(*make_problem())
    clf.save(tmp_path / "a.model")
    again = LightWaveSClassifier.load(tmp_path / "a.model")
    pd.testing.assert_frame_equal(again.channel_loss(), clf.channel_loss())
    assert again.describe() == clf.describe()


@SHELLS
def test_what_a_loss_costs_is_not_known_of_estimators_that_are_given(
    make_problem, small, shell
):
    clf = shell(**small, estimator=LogisticRegression()).fit(*make_problem())
    with pytest.raises(ValueError, match=r"not known: .* not for one that is given"):
        clf.channel_loss()
    assert "Held-out" not in clf.describe()
    assert "without it" not in clf.describe()


# The report


def with_losses(linear, without, accuracy=0.9625, **changed):
    losses = linear.channel_losses.copy()
    losses["accuracy"], losses["accuracy_without"] = accuracy, without
    return replace(linear, channel_losses=losses, **changed)


@pytest.fixture(scope="module")
def linear():
    X, y = np.random.default_rng(0).normal(size=(24, 12, 40)), np.arange(24) % 3
    clf = LightWaveSClassifier(n_features=60, random_state=0, variant="L1L2")
    linear = clf.fit(X, y)._linear()
    assert len(linear.model.channels) > 9
    return linear


def test_report_says_what_a_loss_costs(linear):
    without = np.linspace(0.5, 1, len(linear.model.channels))
    lines = describe(with_losses(linear, without), 3).splitlines()
    head = "Held-out cases that are right: 96.2%; without a channel, as its line says"
    place = lines.index(head)
    assert lines[place - 1].startswith("Channels: ")
    shown = [line.split() for line in lines[place + 1 : place + 9]]
    names = [f"{100 * share:.1f}%" for share in without]
    said = dict(zip(linear.model.channels.tolist(), names, strict=True))
    assert len({words[0] for words in shown}) == 8
    for words in shown:
        assert words[-3:] == ["without", "it", said[int(words[0])]]
    assert lines[place + 9].startswith("  and ")
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("first", [0, 90, 12_000])
def test_report_has_room_for_names_and_for_large_numbers(linear, first):
    # As many channels before those in use as make their numbers long.
    rows = linear.model.rows.copy()
    rows["channel"] += first
    constants = np.zeros(first + 12), np.ones(first + 12)
    model = Model.from_rows(rows, linear.model.bank, *constants)
    losses = linear.channel_losses.copy()
    losses["channel"] += first
    names = [f"{i} is the name of a channel {i}" for i in range(first + 12)]
    changed = {"model": model, "channel_names": names, "n_channels": first + 12}
    linear = with_losses(replace(linear, channel_losses=losses), 1.0, 1.0, **changed)
    lines = describe(linear, 0).splitlines()
    shown = [line for line in lines if "without it 100.0%  " in line]
    assert len(shown) == 8
    for line in shown:
        channel = int(line.split()[0])
        assert line.endswith(f"el {channel}")
        assert "##" in line or " 0." in line
    assert max(map(len, lines)) <= 80


def test_report_leaves_out_what_is_not_known(linear):
    without = np.full(len(linear.model.channels), np.nan)
    unknown = with_losses(linear, without, np.nan)
    given = replace(linear, channel_losses=None)
    assert describe(unknown, 3) == describe(given, 3)
    assert "out it" not in describe(unknown, 3)
    assert "Held-out" not in describe(unknown, 3)


def test_report_of_one_channel_does_without(make_problem):
    X, y = make_problem(n_channels=1)
    clf = LightWaveSClassifier(n_features=10, random_state=0).fit(X, y)
    assert len(clf.channel_loss()) == 1
    assert "Held-out" not in clf.describe()
    assert "without it" not in clf.describe()


def test_channels_in_use_of_the_tables_here():
    assert make_linear(BANKS["mix"], 150).model.channels.tolist() == USED
