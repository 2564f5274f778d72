"""Features of which nothing was observed, in the head, and channels that are lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import log_softmax, softmax

from lightwaves_aeon.core.linear.channel_loss import (
    EXPONENT_BOUNDS,
    channel_losses,
    channels_lost,
    fit_exponent,
)
from lightwaves_aeon.core.linear.head import LinearHead, two_columns
from lightwaves_aeon.core.linear.temperature import ChannelLost, HeldOut
from lightwaves_aeon.core.linear.unobserved import Unobserved, importances_of
from lightwaves_aeon.core.targets import Targets

N_FEATURES = 12
BETA = 1.7


def made_head(n_classes=3, exponent=1.5, seed=0):
    rng = np.random.default_rng(seed)
    n_scores = n_classes if n_classes > 2 else 1
    weights, means = (
        rng.normal(size=(N_FEATURES, n_scores)),
        rng.normal(size=N_FEATURES),
    )
    priors = np.arange(1.0, n_classes + 1) / np.arange(n_classes + 1).sum()
    unobserved = Unobserved(means, importances_of(weights), priors, exponent)
    labels = np.array(["a", "b", "c", "d"])[:n_classes]
    return LinearHead(weights, rng.normal(size=n_scores), labels, BETA, unobserved)


def made_features(n_cases=40, seed=1):
    """Some cases are whole, of some nothing is there."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n_cases, N_FEATURES)).astype(np.float32)
    features[::2][rng.random(features[::2].shape) < 0.4] = np.nan
    features[[4, 9]] = np.nan
    return features


@pytest.fixture(params=[2, 3, 4])
def head(request):
    return made_head(request.param)


# The head


def test_scores_are_those_at_the_means(head):
    features, unobserved = made_features(), head.unobserved
    whole = np.where(np.isnan(features), np.float32(unobserved.means), features)
    expected = whole.astype(np.float64) @ head.weights + head.bias
    found = head.decision_function(features)
    assert_allclose(np.atleast_2d(found.T).T.reshape(expected.shape), expected)
    plain = head._replace(unobserved=None)
    assert_array_equal(plain.decision_function(whole), found)
    assert_array_equal(plain.predict(whole), head.predict(features))


def test_probabilities_by_their_definition(head):
    features, (means, importances, priors, exponent) = made_features(), head.unobserved
    for x, found in zip(features, head.predict_proba(features), strict=True):
        missing = np.isnan(x)
        left = 0.0 if missing.all() else (1 - importances[missing].sum()) ** exponent
        score = np.where(missing, np.float32(means), x) @ head.weights + head.bias
        logits = BETA * two_columns(score[None])[0]
        expected = softmax(left * logits + (1 - left) * np.log(priors))
        assert_allclose(found, expected, rtol=1e-12)


def test_nothing_is_there(head):
    nothing = np.full((1, N_FEATURES), np.nan, np.float32)
    assert_allclose(head.predict_proba(nothing), [head.unobserved.priors], rtol=1e-14)


def test_whole_cases_have_the_same_bits_as_without_missing_values(head):
    features = made_features()
    whole = ~np.isnan(features).any(axis=1)
    plain = head._replace(unobserved=None)
    for method in ("decision_function", "predict", "predict_proba"):
        expected = getattr(plain, method)(features[whole])
        assert_array_equal(getattr(head, method)(features)[whole], expected)


@pytest.mark.parametrize("n_cases", [1, 2, 7, 40])
def test_case_does_not_depend_on_the_others(head, n_cases):
    features = made_features()
    for method in ("decision_function", "predict", "predict_proba"):
        found = getattr(head, method)(features)
        for start in range(0, len(features), n_cases):
            some = slice(start, start + n_cases)
            assert_array_equal(getattr(head, method)(features[some]), found[some])


@settings(max_examples=100, deadline=None)
@given(missing=arrays(bool, N_FEATURES), exponent=st.floats(0, 4))
def test_confidence_falls_with_what_is_missing(missing, exponent):
    unobserved = made_head(exponent=exponent).unobserved
    features = np.zeros((N_FEATURES + 1, N_FEATURES))
    for n in range(N_FEATURES + 1):
        features[n, :n] = np.nan
    features[:, missing] = np.nan
    found = unobserved.confidence(features)
    assert (np.diff(found) <= 0).all()
    assert found[-1] == 0
    assert (found >= 0).all()
    assert (found <= 1).all()
    assert missing.any() or found[0] == 1


def test_importances():
    weights = np.array([[3.0, -1.0], [0.0, 0.0], [-2.0, 2.0]])
    assert importances_of(weights).tolist() == [0.5, 0, 0.5]
    assert importances_of(np.zeros((3, 2))).tolist() == [0, 0, 0]


# Channels that are lost


def test_scores_without_channels():
    rng = np.random.default_rng(0)
    features, weights = rng.normal(size=(5, 6)), rng.normal(size=(6, 2))
    means, importances = rng.normal(size=6), np.arange(6) / 15
    first, second = np.array([7, 2, 2, 7, 4, 2]), np.array([-1, 4, -1, 2, -1, 2])
    found = list(
        channels_lost(
            features, means, importances, (first, second), lambda x: x @ weights
        )
    )
    assert [of.channel for of in found] == [2, 4, 7]
    for of in found:
        lost = (first == of.channel) | (second == of.channel)
        assert_allclose(of.information, importances[~lost].sum())
        assert_allclose(of.scores, np.where(lost, means, features) @ weights)


def held_out(n_cases=200, n_scores=3, noise=1.0, seed=0):
    """Scores that tell classes apart, and without channel 0 or 1 less well."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(max(n_scores, 2), size=n_cases)
    truth = np.eye(3)[classes] if n_scores > 1 else 2.0 * classes[:, None] - 1

    def scores(noise):
        return 2 * truth + rng.normal(scale=noise, size=truth.shape)

    lost = ChannelLost(0, 0.6, scores(noise)), ChannelLost(1, 0.3, scores(2 * noise))
    return HeldOut(scores(0.5), Targets(classes), lost)


@pytest.mark.parametrize("n_scores", [1, 3])
@pytest.mark.parametrize("noise", [0.2, 1.0, 4.0])
def test_exponent_of_the_least_loss(n_scores, noise):
    parts = [held_out(n_scores=n_scores, noise=noise, seed=seed) for seed in (0, 1)]
    priors = np.array([0.2, 0.5, 0.3]) if n_scores == 3 else np.array([0.3, 0.7])

    def loss(exponent):
        total = 0.0
        for part in parts:
            for of in part.channels_lost:
                left = of.information**exponent
                logits = left * BETA * two_columns(of.scores)
                logits = log_softmax(logits + (1 - left) * np.log(priors), axis=1)
                total -= logits[np.arange(len(part.scores)), part.targets.classes].sum()
        return total

    found = fit_exponent(parts, BETA, priors)
    least = min(map(loss, np.linspace(*EXPONENT_BOUNDS, 401)))
    assert loss(found) <= least + 1e-3
    assert (found < 0.1) == (noise == 0.2)


def test_exponent_without_anything_to_tell_it_by():
    priors = np.array([0.5, 0.5])
    one = HeldOut(np.ones((3, 1)), Targets(np.zeros(3, int)), ())
    none = HeldOut(np.ones((0, 1)), Targets(np.zeros(0, int)), ())
    all_there = one._replace(channels_lost=[ChannelLost(0, 1.0, np.ones((3, 1)))])
    for parts in ([], [one], [none], [all_there]):
        assert fit_exponent(parts, BETA, priors) == 1


def test_losses_of_channels():
    scores = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]])
    classes = np.array([0, 1, 2, 2])
    lost = ChannelLost(3, 0.5, scores[[0, 0, 0, 0]]), ChannelLost(8, 0.1, scores)
    parts = [
        HeldOut(scores, Targets(classes), lost),
        HeldOut(
            scores[:2], Targets(classes[:2]), (ChannelLost(3, 0.5, scores[[1, 1]]),)
        ),
    ]
    found = channel_losses(parts, np.array([3, 5, 8]))
    assert found["channel"].tolist() == [3, 5, 8]
    assert_allclose(found["accuracy"], [5 / 6] * 3)
    # Of the first part one is right without channel 3, of the second another.
    assert_allclose(found["accuracy_without"], [2 / 6, 5 / 6, 5 / 6])


def test_losses_of_two_classes():
    scores = np.array([[1.0], [-1.0], [2.0]])
    lost = ChannelLost(0, 0.5, -scores)
    found = channel_losses(
        [HeldOut(scores, Targets(np.array([1, 0, 0])), (lost,))], np.array([0])
    )
    assert_allclose(found["accuracy"], 2 / 3)
    assert_allclose(found["accuracy_without"], 1 / 3)


def test_losses_where_no_case_is_held_out():
    found = channel_losses([], np.array([1, 2]))
    assert np.isnan(found["accuracy"]).all()
    assert np.isnan(found["accuracy_without"]).all()
