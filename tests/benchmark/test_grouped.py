"""Evaluations that keep recordings together, and what careless ones make up."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsClassifier

from lightwaves_aeon.benchmark.grouped import (
    evaluate_groups,
    mean_interval,
    share_interval,
)
from lightwaves_aeon.benchmark.splits import splits_of


class Nearest(BaseEstimator):
    """The label of the nearest case, whatever its recording."""

    def fit(self, X, y):
        self.model_ = KNeighborsClassifier(1).fit(np.reshape(X, (len(X), -1)), y)
        return self

    def predict(self, X):
        return self.model_.predict(np.reshape(X, (len(X), -1)))


class Line(BaseEstimator):
    """A number by the means of the channels."""

    def fit(self, X, y):
        self.model_ = Ridge().fit(np.mean(X, axis=2), y)
        return self

    def predict(self, X):
        return self.model_.predict(np.mean(X, axis=2))


def recordings(n_recordings, seed, n_windows=15, effect=0.7):
    """Windows with a pattern of their recording, and a little of its label."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(n_recordings), n_windows)
    y = groups % 2
    own = rng.normal(size=(n_recordings, 2, 1))
    X = own[groups] + 0.05 * rng.normal(size=(len(groups), 2, 8))
    return X + effect * y[:, None, None], np.array(["off", "on"])[y], groups


def test_a_split_by_window_makes_accuracy_up():
    X_new, y_new, _ = recordings(400, seed=99)
    held = 0
    for seed in range(20):
        X, y, groups = recordings(12, seed)
        result = evaluate_groups({"nearest": Nearest()}, X, y, groups)["nearest"]
        assert result.window_accuracy > 0.97 > 0.9 > result.accuracy
        low, high = result.interval
        on_new = np.mean(Nearest().fit(X, y).predict(X_new) == y_new)
        held += low <= on_new <= high
    assert held >= 18


def test_what_a_result_holds():
    X, y, groups = recordings(4, seed=0)
    groups = np.array(["d", "b", "c", "a"])[groups]
    found = evaluate_groups({"a": Nearest(), "b": Nearest()}, X, y, groups)
    result = found["a"]
    assert [group.group for group in result.groups] == ["d", "b", "c", "a"]
    assert [group.n_cases for group in result.groups] == [15] * 4
    predicted = np.empty_like(y)
    for group in np.unique(groups):
        own = groups == group
        predicted[own] = Nearest().fit(X[~own], y[~own]).predict(X[own])
    assert result.accuracy == np.mean(predicted == y)
    assert result.groups[1].score == np.mean(predicted[15:30] == y[15:30])
    assert result.confusion[1, 0] == np.sum((y == "on") & (predicted == "off"))
    assert result.balanced_accuracy == pytest.approx(
        np.mean(result.confusion.diagonal() / result.confusion.sum(axis=1))
    )
    listed = evaluate_groups({"a": Nearest()}, list(X), y, groups)["a"]
    assert listed.accuracy == result.accuracy == found["b"].accuracy


def test_numbers():
    X, _, groups = recordings(6, seed=0, effect=0)
    y = X.mean(axis=(1, 2)) + groups
    result = evaluate_groups({"line": Line()}, X, y, groups, task="regression")["line"]
    assert result.window_mae < result.mae < result.rmse
    assert 0 <= result.interval[0] < result.mae < result.interval[1]
    assert np.mean([group.score for group in result.groups]) == pytest.approx(
        result.mae
    )
    assert result.r2 < 1


@pytest.mark.parametrize(("n_groups", "n_folds"), [(2, 2), (10, 10), (11, 5)])
@pytest.mark.parametrize("of_numbers", [False, True])
def test_recordings_are_in_one_part(n_groups, n_folds, of_numbers):
    groups = np.repeat(np.arange(n_groups), 6)
    y = np.arange(len(groups)) % 3
    splits = splits_of("recording", y, groups, of_numbers=of_numbers)
    assert len(splits) == n_folds
    tested = np.concatenate([test for _, test in splits])
    np.testing.assert_array_equal(np.sort(tested), np.arange(len(y)))
    for train, test in splits:
        assert not set(groups[train]) & set(groups[test])


def test_a_split_by_time_leaves_a_gap():
    groups = np.tile(["a", "b"], 10)
    ((train, test),) = splits_of("time", groups, groups, gap=2)
    for group in "ab":
        own = [part[groups[part] == group] for part in (train, test)]
        assert [len(part) for part in own] == [5, 3]
        assert own[0].max() < own[1].min()
    with pytest.raises(ValueError, match="too few cases to split them by time"):
        splits_of("time", groups, groups, gap=9)


def test_intervals_hold_as_often_as_they_say():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(8), 25)
    held_share = held_mean = 0
    for _ in range(400):
        shares = rng.beta(6, 2, 8)[groups]
        low, high = share_interval(rng.random(200) < shares, groups)
        held_share += low <= 0.75 <= high
        values = rng.normal(size=8)[groups] + rng.normal(size=200)
        low, high = mean_interval(values, groups)
        held_mean += low <= 0 <= high
    assert held_share > 370
    assert 365 < held_mean < 395


def test_intervals_where_nothing_varies():
    groups = np.repeat(np.arange(5), 10)
    low, high = share_interval(np.ones(50, bool), groups)
    assert (low, high) == (pytest.approx(0.025 ** (1 / 5)), 1.0)
    assert share_interval(np.zeros(50, bool), groups) == pytest.approx((0, 1 - low))
    assert np.isnan(share_interval(np.ones(5, bool), np.zeros(5))).all()


def test_refused():
    X, y, groups = recordings(4, seed=0)
    with pytest.raises(ValueError, match="there is one recording only"):
        evaluate_groups({"a": Nearest()}, X, y, np.zeros(len(y)))
    with pytest.raises(ValueError, match="60 cases, 60 labels and 59 groups"):
        evaluate_groups({"a": Nearest()}, X, y, groups[1:])
    with pytest.raises(ValueError, match="split must be one of"):
        evaluate_groups({"a": Nearest()}, X, y, groups, split="day")
    with pytest.raises(ValueError, match="groups holds a missing value, first for"):
        evaluate_groups({"a": Nearest()}, X, y, np.where(groups == 1, np.nan, groups))
    with pytest.raises(ValueError, match="y must hold numbers for task='regression'"):
        evaluate_groups({"a": Nearest()}, X, y.astype(str), groups, task="regression")
    X, y, groups = recordings(6, seed=0)
    y = np.where(groups == 0, "idle", y)
    with pytest.warns(UserWarning, match="cases of idle are tested without such"):
        evaluate_groups({"a": Nearest()}, X, y, groups)
