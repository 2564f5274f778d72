"""Streams decide as `predict` does of the windows, and as the exported C does."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor, export_c
from lightwaves_aeon.sktime import LightWaveSClassifier as SktimeClassifier
from tests.c_program import Program, needs_compiler

BAD_VALUE = -3
SMALL = {"n_features": 30, "random_state": 0}


def noise(n_cases=24, n_channels=3, n_timepoints=30, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_cases, n_channels, n_timepoints)).astype(np.float32)
    y = np.arange(n_cases) % 3
    X[:, 0] *= 1 + y[:, None]
    return X, y


X, Y = noise()
SAMPLES = X[:6].transpose(0, 2, 1).reshape(-1, 3)


@pytest.fixture(scope="module")
def clf():
    return LightWaveSClassifier(**SMALL).fit(X, Y)


def decisions(stream, samples=SAMPLES):
    return [found for sample in samples if (found := stream.push(sample))]


@settings(max_examples=20, deadline=None)
@given(hop=st.integers(1, 50), length=st.integers(1, 60), seed=st.integers(0, 9))
def test_decisions_are_those_of_windows(clf, hop, length, seed):
    samples = noise(seed=seed)[0][:4].transpose(0, 2, 1).reshape(-1, 3)
    samples[np.random.default_rng(seed).random(samples.shape) < 0.02] = np.nan
    found = decisions(clf.stream(hop, n_timepoints=length), samples)
    ends = [decision.n_samples for decision in found]
    assert ends == list(range(length, len(samples) + 1, hop))
    predictor = clf.compile()
    for end, decision in zip(ends, found, strict=True):
        window = np.ascontiguousarray(samples[end - length : end].T)
        assert decision.predicted == predictor(window)
        expected = predictor.predict_proba(window)
        np.testing.assert_array_equal(decision.probabilities, expected)


@needs_compiler
@pytest.mark.parametrize("hop", [1, 7, 45])
def test_decisions_are_those_of_c(clf, tmp_path, hop):
    export_c(clf, tmp_path, hop=hop, probabilities=True)
    program, stream, n_decisions = Program(tmp_path, 3), clf.stream(hop), 0
    samples = SAMPLES.copy()
    samples[40, 1] = np.inf  # both leave it out
    for sample in samples:
        (code, scores), decision = program.push(sample), None
        if np.isfinite(sample).all():
            decision = stream.push(sample)
        else:
            assert code == BAD_VALUE
            with pytest.raises(ValueError, match="channel 1 is inf: infinity and val"):
                stream.push(sample)
        assert (code >= 0) == (decision is not None)
        if decision is not None:
            n_decisions += 1
            assert decision.predicted == clf.classes_[code]
            of_c = program.probabilities(scores)
            np.testing.assert_allclose(decision.probabilities, of_c, atol=1e-5)
    assert n_decisions == (len(samples) - 1 - 30) // hop + 1


def test_reset_begins_anew(clf):
    stream, first = clf.stream(hop=5), clf.stream(hop=5)
    decisions(stream)
    stream.reset()
    assert stream.n_samples == 0
    for one, other in zip(decisions(stream), decisions(first), strict=True):
        assert one[:2] == other[:2]


def test_regressors_give_numbers():
    reg = LightWaveSRegressor(**SMALL).fit(X, X[:, 0].std(axis=1))
    (found,) = decisions(reg.stream(), SAMPLES[:30])
    assert found == (30, reg.compile()(X[0]), None)


def test_other_estimators_and_sktime():
    given = {**SMALL, "variant": "L1", "max_dilation": 2}
    for kind in (LightWaveSClassifier, SktimeClassifier):
        clf = kind(**given, estimator=LogisticRegression()).fit(X, Y)
        (found,) = decisions(clf.stream(), SAMPLES[:30])
        np.testing.assert_array_equal(found.probabilities, clf.predict_proba(X[:1])[0])


def test_what_cannot_be_used_is_left_out(clf):
    strict = LightWaveSClassifier(
        **SMALL, missing_values="error", channel_names=["a", "b", "c"]
    ).fit(X, Y)
    stream = strict.stream()
    with pytest.raises(ValueError, match="channel b is nan: NaN, infinity and values"):
        stream.push([0, np.nan, 0])
    with pytest.raises(ValueError, match="channel a is inf"):
        stream.push([1e300, 0, 0])
    with pytest.raises(ValueError, match=r"3 values, one a channel, got .* \(2,\)"):
        stream.push([0, 0])
    assert stream.n_samples == 0
    assert clf.stream().push([0, np.nan, 0]) is None


def test_windows_and_hops_are_checked(clf):
    with pytest.raises(ValueError, match="hop must be at least 1, got 0"):
        clf.stream(hop=0)
    with pytest.raises(TypeError, match="n_timepoints must be an integer"):
        clf.stream(n_timepoints=2.5)
    unequal = [x[:, : 20 + i] for i, x in enumerate(X)]
    other = LightWaveSClassifier(**SMALL).fit(unequal, Y)
    with pytest.raises(ValueError, match="unequal length: say how many time points"):
        other.stream()
    assert other.stream(n_timepoints=9).n_timepoints == 9


def test_values_with_names_are_put_in_order():
    names = ["x", "y", "z"]
    clf = LightWaveSClassifier(channel_names=names, **SMALL).fit(X, Y)
    by_place, by_name = (clf.stream(n_timepoints=30) for _ in range(2))
    for sample in X[4].T:
        expected = by_place.push(pd.Series(sample))
        found = by_name.push(pd.Series(sample, names)[["z", "x", "y"]])
    np.testing.assert_array_equal(found.probabilities, expected.probabilities)
    with pytest.raises(ValueError, match="values of x, y, q, but the channels are x"):
        by_name.push(pd.Series(X[0, :, 0], ["x", "y", "q"]))
