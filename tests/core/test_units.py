"""Units do not matter; nor do channels that do not vary, nor spoilt cases, to plus."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from lightwaves_aeon import LightWaveS, LightWaveSChannelSelector, LightWaveSClassifier
from lightwaves_aeon.core.data.moments import channel_moments, outlying_cases

VARIANTS = ["L1", "L2", "L1L2", "plus"]


def make_problem(n_cases=40, n_channels=4, seed=0):
    """Classes that differ in the frequency of the last channel, and in a sum."""
    rng = np.random.default_rng(seed)
    y = np.arange(n_cases) % 2
    X = rng.normal(size=(n_cases, n_channels, 60))
    X[:, -1] += np.sin(np.arange(60) * (0.3 + 0.3 * y[:, None]))
    return X, y


def fitted(X, y, **parameters):
    return LightWaveSClassifier(n_features=40, random_state=0, **parameters).fit(X, y)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("exponents", [[3] * 4, [-43] * 4, [600] * 4, [-7, 0, 90, -90]])
def test_powers_of_two_change_no_bit(variant, exponents):
    X, y = make_problem()
    others, _ = make_problem(seed=1)
    units = 2.0 ** np.array(exponents)[:, None]
    one, other = fitted(X, y, variant=variant), fitted(X * units, y, variant=variant)
    assert one.pipeline_[0].features_.equals(other.pipeline_[0].features_)
    assert_array_equal(one.predict_proba(others), other.predict_proba(others * units))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("unit", [1e-13, 1e-60, 1e-310, 1e12])
def test_other_units_give_the_same_table(variant, unit):
    X, y = make_problem()
    others, _ = make_problem(seed=1)
    one, other = fitted(X, y, variant=variant), fitted(X * unit, y, variant=variant)
    names = [clf.pipeline_[0].get_feature_names_out() for clf in (one, other)]
    assert len(set(names[0]) & set(names[1])) >= 38
    found = other.predict_proba(others * unit)
    assert_allclose(found, one.predict_proba(others), atol=1e-3)


def test_single_cases_in_small_units():
    X, y = make_problem()
    predictor = fitted(X * 1e-310, y).compile()
    expected = fitted(X, y).compile()
    for x in X[:5]:
        assert_allclose(predictor.scores(x * 1e-310), expected.scores(x), atol=1e-3)


@pytest.mark.parametrize("offset", [5.0, 0.1, -1e9 / 3])
@pytest.mark.parametrize("jitter", [0.0, 1e-15])
def test_deviation_of_rounding_is_none(offset, jitter):
    X = offset * (1 + jitter * np.random.default_rng(0).choice([-1, 1], (9, 1, 20)))
    assert channel_moments(X, 0)[1] == 0
    single = X.astype(np.float32)
    single[::2] = np.nextafter(single[::2], np.float32(np.inf))
    assert channel_moments(single, 0)[1] == 0
    # What a sensor far from zero says is no rounding.
    X = offset * (1 + 1e-9 * np.random.default_rng(0).normal(size=(9, 1, 20)))
    assert channel_moments(X, 0)[1] > 0


@pytest.mark.parametrize("variant", VARIANTS)
def test_channels_that_do_not_vary_have_no_part(variant):
    X, y = make_problem(n_channels=6)
    X[:, [0, 3]] = [[5.0], [0.0]]
    others, truth = make_problem(seed=1, n_channels=6)
    clf = fitted(X, y, variant=variant)
    assert not {0, 3} & set(clf.pipeline_[0].channels_)
    table = clf.features_
    assert not {0, 3} & set(table["other"].dropna())
    before = clf.predict_proba(others)
    others[:, [0, 3]] += 1e6 * np.random.default_rng(2).normal(size=(40, 2, 60))
    assert_array_equal(clf.predict_proba(others), before)
    assert clf.score(others, truth) > 0.7


def test_channels_that_do_not_vary_go_first():
    X, y = make_problem()
    X[:, 1] = 3.0
    selector = LightWaveSChannelSelector(max_channels=4, random_state=0).fit(X, y)
    assert selector.channels_selected_ == [0, 2, 3]
    path = selector.channel_path_
    assert path["channel"].tolist()[-1] == 1
    assert sorted(path["channel"]) == path.index.tolist() == [0, 1, 2, 3]
    few = LightWaveS(n_features=10, max_channels=2, variant="plus", random_state=0)
    assert 1 not in few.fit(X, y).channels_


@pytest.mark.parametrize("variant", VARIANTS)
def test_nothing_varies(variant):
    X, y = np.full((12, 2, 30), 7.0), np.arange(12) % 3
    clf = fitted(X, y, variant=variant)
    p = clf.predict_proba(X + np.random.default_rng(0).normal(size=X.shape))
    assert_allclose(p, 1 / 3, atol=0.05)


SPOILT = {
    "value": lambda X: X[3, :, 5].fill(1e10),
    "channel": lambda X: X[3, -1].fill(-1e10),
    "case": lambda X: np.multiply(X[3], 1e10, out=X[3]),
    "little": lambda X: np.multiply(X[3], 1e3, out=X[3]),
}


@pytest.mark.parametrize("spoil", SPOILT)
def test_one_spoilt_case_does_no_harm_to_plus(spoil):
    X, y = make_problem(n_cases=60)
    others, truth = make_problem(n_cases=100, seed=1)
    clean = fitted(X, y, variant="plus").score(others, truth)
    SPOILT[spoil](X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clf = fitted(X, y, variant="plus")
    assert clf.score(others, truth) >= clean - 0.05
    assert clf.pipeline_[0]._model.transform.stds.max() < 2


@pytest.mark.parametrize("variant", ["L1", "L2", "L1L2"])
@pytest.mark.parametrize("spoil", ["value", "channel", "case"])
def test_one_spoilt_case_is_warned_of(variant, spoil):
    X, y = make_problem(n_cases=60)
    SPOILT[spoil](X)
    channel = 3 if spoil == "channel" else 0
    with pytest.warns(UserWarning, match=rf"case 3 holds values in channel {channel}"):
        fitted(X, y, variant=variant)
    with pytest.warns(UserWarning, match="case 3 holds values"):
        fitted([x[:, : 50 + i % 3] for i, x in enumerate(X)], y, variant=variant)


def test_plus_scales_as_ever_where_nothing_is_spoilt():
    X, y = make_problem()
    evaluate = fitted(X, y, variant="plus").pipeline_[0]._model.transform
    for channel, std in zip(evaluate.plan.channels, evaluate.stds, strict=True):
        assert_allclose(std, X[:, channel].std(), rtol=1e-12)


def outlying_naively(X, farthest):
    distances = np.sqrt(((X - np.median(X.mean(axis=1))) ** 2).mean(axis=1))
    some = sorted(d for d in distances if d > 0)
    return distances > farthest * some[(len(some) - 1) // 2]


@pytest.mark.parametrize("n_cases", [2, 3, 8, 51])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_outlying_cases_naively(n_cases, dtype):
    rng = np.random.default_rng(n_cases)
    X = (1000 * rng.standard_cauchy((n_cases, 1, 20))).astype(dtype)
    found = outlying_cases(X, 0, np.arange(n_cases), 10.0)
    assert_array_equal(found, outlying_naively(X[:, 0].astype(float), 10.0))


def test_warns_once_of_patterns_too_slow_for_a_kernel():
    """Three periods or four in 20,000 points: a kernel of the paper sees 257."""
    rng = np.random.default_rng(0)
    y = np.arange(12) % 2
    t = np.linspace(0, 2 * np.pi, 20_000)
    phase = rng.uniform(0, 2 * np.pi, (12, 1))
    X = (np.sin((3 + y[:, None]) * t + phase) + rng.normal(size=(12, 20_000)))[:, None]
    with pytest.warns(UserWarning, match=r"257 of 20000 .*max_dilation") as caught:
        LightWaveSClassifier(n_features=10, variant="L1L2", random_state=0).fit(X, y)
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clf = LightWaveSClassifier(n_features=50, variant="plus", random_state=0)
        assert clf.fit(X[:8], y[:8]).score(X[8:], y[8:]) == 1
        LightWaveS(10, "L1L2", max_dilation=64).fit(X, y)
        LightWaveS(10, "L1L2").fit(X[:, :, :5000], y)
