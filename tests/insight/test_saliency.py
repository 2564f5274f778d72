"""Where a score comes from: against the engine, slow loops, and what is known."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from loops import BANKS, USED, by_loops, make_linear, only, statistic_of
from numpy.testing import assert_allclose, assert_array_equal
from tables import fitted_from

from benchmarks.saliency import deletions, shares_inside
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import load_split
from lightwaves_aeon.core.convolution.features import candidate_rows
from lightwaves_aeon.core.linear.head import LinearHead
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.selection.variants import VARIANTS
from lightwaves_aeon.insight.responses import response_of
from lightwaves_aeon.insight.saliency import saliency

ARCHIVE = Path(__file__).parents[3] / "shared" / "uea"


def totals(linear, x):
    return linear.contributions(linear.model.transform.transform_one(x))[0].sum(axis=0)


# The responses


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize("length", [*range(1, 10), 40, 61])
def test_statistics_of_responses_are_the_features(name, length):
    linear = make_linear(BANKS[name], 100, seed=length)
    model = linear.model
    for x in (
        np.random.default_rng(length).normal(size=(3, length)),
        np.ones((3, length)),
    ):
        features = model.transform.transform_one(x)[0]
        for number, row in enumerate(model.rows):
            found = statistic_of(response_of(model, x, number), row)
            assert found == features[number], row


def test_responses_of_a_fitted_model(make_problem, small):
    X, y = make_problem()
    for variant in VARIANTS:
        model = (
            LightWaveSClassifier(**{**small, "variant": variant})
            .fit(X, y)
            ._linear()
            .model
        )
        features = model.transform.transform_one(X[0])[0]
        for number, row in enumerate(model.rows):
            response = response_of(model, X[0], number)
            assert statistic_of(response, row) == features[number]
            assert len(response.source) == len(response.first) == X.shape[2]
            assert len(response.last) == len(response.times)
            if row["level"] == 0:
                ends = row["start"] * X.shape[2], row["stop"] * X.shape[2]
                times = [
                    t for t in range(X.shape[2]) if int(ends[0]) <= t < int(ends[1])
                ]
                assert list(response.times) == times
                assert_array_equal(response.last, response.source[times])
            else:
                assert len(response.last) == X.shape[2] // row["level"]
                assert response.times.step == row["level"]


# Nothing is lost


@pytest.mark.parametrize("name", BANKS)
@settings(max_examples=40, deadline=None)
@given(
    x=arrays(
        np.float32,
        st.tuples(st.just(3), st.integers(1, 40)),
        elements=st.floats(-100, 100, width=32),
    ),
    mean=st.sampled_from([-0.1, 0.0, 0.3, 1.0]),
)
def test_adds_up_to_the_score(name, x, mean):
    linear = make_linear(BANKS[name], 60, means=mean)
    for index, total in enumerate(totals(linear, x)):
        found = saliency(linear, x, index)
        assert np.isfinite(found).all()
        assert_allclose(found.sum(), total, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("length", [1, 2, 9, 30])
def test_adds_up_feature_by_feature(length):
    linear = make_linear(BANKS["mix"], 100)
    x = np.random.default_rng(length).normal(size=(3, length))
    parts = linear.contributions(linear.model.transform.transform_one(x))[0, :, 1]
    each = [saliency(only(linear, i), x, 1) for i in range(len(parts))]
    assert_allclose([found.sum() for found in each], parts, rtol=1e-9, atol=1e-12)
    assert_allclose(np.sum(each, axis=0), saliency(linear, x, 1), atol=1e-9)
    for found, row in zip(each, linear.model.rows, strict=True):
        read = {int(row["channel"]), int(row["other"])} - {-1}
        assert set(np.flatnonzero(found.any(axis=1)).tolist()) <= read


def test_channel_that_is_not_in_use_has_zeros():
    linear = make_linear(BANKS["minirocket"])
    x = np.random.default_rng(0).normal(size=(3, 50))
    found = saliency(linear, x, 0)
    assert not found[1].any()
    assert found[USED].any(axis=1).all()
    x[1] = np.nan  # it is not read
    assert_array_equal(saliency(linear, x, 0), found)


# Against loops


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize("length", [1, 2, 3, 8, 25])
def test_equals_loops(name, length):
    linear = make_linear(BANKS[name], 60, seed=length)
    x = np.random.default_rng(length).normal(size=(3, length))
    for case in (x, np.full_like(x, 0.3)):
        found, expected = saliency(linear, case, 1), by_loops(linear, case, 1)
        assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


def test_a_feature_that_a_hand_can_follow():
    # Of the response to a unit at 10, the taps of kernel 0 see it at 14, 13 and 12.
    bank, n = BANKS["minirocket"], 21
    rows = candidate_rows(0, 1, 1, (1,), ("ppv",))
    model = Model.from_rows(rows, bank, np.zeros(1), np.ones(1))
    head = LinearHead(np.array([[7.0, 0, -7]]), np.zeros(3), np.arange(3))
    linear = fitted_from(model, head, n_channels=1)
    x = np.zeros((1, n))
    x[0, 10] = 1
    assert_array_equal(np.flatnonzero(response_of(model, x, 0).last > 0), [12, 13, 14])
    expected = np.zeros((1, n))
    expected[0, 10] = 7 * 3 / n
    assert_allclose(saliency(linear, x, 0), expected, atol=1e-12)


# The method of the classifiers


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kernels", ["minirocket", ["mexh", "haar"]])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_method_splits_the_scores(make_problem, small, variant, kernels, n_classes):
    X, y = make_problem(n_classes=n_classes)
    clf = LightWaveSClassifier(**{**small, "variant": variant}, kernels=kernels).fit(
        X, y
    )
    scores = clf.decision_function(X[:1])[0]
    of_classes = [-scores, scores] if n_classes == 2 else scores
    intercepts = clf._linear().output_intercepts
    for label, score in enumerate(of_classes):
        total = clf.saliency(X[0], label).sum()
        assert_allclose(total + intercepts[label], score, rtol=1e-5, atol=1e-5)
    predicted = clf.saliency(X[0], clf.predict(X[:1])[0])
    assert_array_equal(clf.saliency(X[0]), predicted)


def test_method_takes_cases_of_any_length(small):
    X, y = load_split("JapaneseVowels", "train")
    clf = LightWaveSClassifier(**{**small, "variant": "plus"}).fit(X, y)
    for x in X[:5]:
        assert clf.saliency(x).shape == x.shape


def test_method_says_what_is_wrong(make_problem, small):
    X, y = make_problem()
    clf = LightWaveSClassifier(**small).fit(X, y.astype(str))
    for label in (0, "2", "", np.nan):
        with pytest.raises(ValueError, match="label"):
            clf.saliency(X[0], label)
    for x in (X, X[0, 0], X[0, :2], X[0, :, :0]):
        with pytest.raises(ValueError, match=r"one case, of shape \(3, n_timepoints\)"):
            clf.saliency(x)
    with pytest.raises(TypeError, match="list"):
        clf.saliency(X[0].tolist())
    x = X[0].copy()
    x[:, 5] = np.inf
    with pytest.raises(ValueError, match="holds infinity"):
        clf.saliency(x)
    x[:, 5] = np.nan
    clf = LightWaveSClassifier(**small, missing_values="error").fit(X, y)
    with pytest.raises(ValueError, match="NaN"):
        clf.saliency(x)


# What is known


@pytest.mark.parametrize(
    ("variant", "of_channel", "of_window"),
    # Statistics over intervals, of level 0, are less sharp in time.
    [("plus", 0.6, 0.25), ("L1L2", 2 / 3, 1 / 3)],
)
def test_finds_the_window_that_tells_the_classes(variant, of_channel, of_window):
    within_channel, within_window = shares_inside(variant, seed=0, n_cases=20)
    assert within_channel > of_channel  # a third by chance
    assert within_window > of_window  # a thirtieth by chance


@pytest.mark.parametrize("variant", ["plus", "L1L2"])
@pytest.mark.parametrize(
    "name", ["BasicMotions", "JapaneseVowels", "NATOPS", "ArticularyWordRecognition"]
)
def test_what_is_salient_matters(name, variant):
    embedded = name in ("BasicMotions", "JapaneseVowels")
    if not embedded and not (ARCHIVE / name).is_dir():
        pytest.skip(f"{ARCHIVE / name} is not there")
    archive = None if embedded else ARCHIVE
    margins, _ = deletions(name, variant, archive, seed=0, n_cases=40)
    assert margins["salient"] < min(margins["random"], margins["shifted"]) - 0.05
    assert margins["salient"] < 0.9


def test_long_series_are_gone_through_in_blocks_of_features():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(6, 1, 150_000)), np.arange(6) % 2
    X[y == 1] *= 1 + np.linspace(0, 1, X.shape[2])
    clf = LightWaveSClassifier(variant="L1L2", n_features=40, max_dilation=2).fit(X, y)
    score = clf.decision_function(X[:1])[0]
    total = clf.saliency(X[0], label=1).sum() + clf._linear().output_intercepts[1]
    assert_allclose(total, score, rtol=1e-5, atol=1e-5)
