"""Probabilities say how often the classifier is right."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import log_loss

from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.core.linear.temperature import (
    HeldOut,
    fit_inverse_temperature,
    held_out_folds,
)
from lightwaves_aeon.core.targets import Targets


def noisy_problem(n_cases, n_classes, strength, seed):
    """Classes that differ in the frequency of one of three channels, or hardly."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n_cases) % n_classes)
    X = rng.normal(size=(n_cases, 3, 60))
    X[:, 1] += strength * np.sin(np.arange(60) * (0.3 + 0.2 * y[:, None]))
    return X, y


@pytest.mark.parametrize("n_cases", [1, 2, 7, 40, 300, 1500])
def test_folds_share_out_cases(n_cases):
    folds = held_out_folds(n_cases)
    together = np.concatenate(folds)
    assert len(np.unique(together)) == len(together)
    assert len(together) == n_cases or len(together) >= 200
    assert all((np.diff(fold) == 3).all() for fold in folds)


@pytest.mark.parametrize("n_scores", [1, 4])
@pytest.mark.parametrize("factor", [0.2, 3.0, 40.0])
def test_sharpness_is_found_again(n_scores, factor):
    rng = np.random.default_rng(n_scores)
    scores = rng.normal(size=(4000, n_scores)) / factor
    logits = factor * scores
    if n_scores == 1:
        logits = np.hstack([np.zeros_like(logits), logits])
    chances = softmax(logits, axis=1)
    classes = (rng.random((4000, 1)) > chances.cumsum(axis=1)).sum(axis=1)
    halves = [HeldOut(scores[i::2], Targets(classes[i::2])) for i in (0, 1)]
    assert_allclose(fit_inverse_temperature(halves), factor, rtol=0.1)


def test_no_number_of_cases_makes_for_certainty():
    sizes = (3, 30, 300)
    found = []
    for n_cases in sizes:
        classes = np.arange(n_cases) % 3
        scores = np.where(classes[:, None] == np.arange(3), 1.0, -1.0)
        p = softmax(
            fit_inverse_temperature([HeldOut(scores, Targets(classes))]) * scores,
            axis=1,
        )
        found.append(1 - p[0, classes[0]])
    assert all(f * (n + 1) > 0.3 for f, n in zip(found, sizes, strict=True))


def test_scores_that_say_nothing_give_even_chances():
    rng = np.random.default_rng(0)
    held_out = [HeldOut(rng.normal(size=(600, 3)), Targets(np.arange(600) % 3))]
    p = softmax(fit_inverse_temperature(held_out) * held_out[0].scores, axis=1)
    assert np.abs(p - 1 / 3).max() < 0.1


def test_nothing_held_out():
    empty = HeldOut(np.empty((0, 1)), Targets(np.empty(0, int)))
    assert fit_inverse_temperature([]) == fit_inverse_temperature([empty]) < 0.01


def random_labels(n_cases, n_classes, even, rng):
    """Labels of which each occurs; at random, or as many of each."""
    some = np.arange(n_cases) % n_classes
    if not even:
        some[n_classes:] = rng.integers(0, n_classes, n_cases - n_classes)
    return rng.permutation(some)


@pytest.mark.parametrize("variant", ["L1", "L2", "L1L2", "plus"])
@pytest.mark.parametrize("n_classes", [2, 3, 4, 5])
@pytest.mark.parametrize("even", [True, False])
def test_noise_gives_no_confidence(variant, n_classes, even):
    """Log-loss of pure noise is about that of even chances, however few the cases."""
    for n_cases in range(n_classes, 11):
        losses = []
        for seed in range(5):
            rng = np.random.default_rng([seed, n_cases, n_classes])
            y = random_labels(n_cases, n_classes, even, rng)
            X, others = rng.normal(size=(n_cases, 1, 40)), rng.normal(size=(60, 1, 40))
            clf = LightWaveSClassifier(n_features=60, variant=variant, random_state=0)
            p = clf.fit(X, y).predict_proba(others)
            truth = rng.integers(0, n_classes, 60)
            losses.append(log_loss(truth, p, labels=range(n_classes)))
        assert np.mean(losses) < 1.3 * np.log(n_classes), n_cases


@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_one_case_a_class_gives_even_chances(n_classes):
    clf = LightWaveSClassifier(variant="L1L2", random_state=0)
    clf.fit(*noisy_problem(n_classes, n_classes, 2.0, seed=6))
    others, _ = noisy_problem(50, n_classes, 2.0, seed=7)
    p = clf.predict_proba(others)
    assert np.abs(p - 1 / n_classes).max() < 0.2
    assert_array_equal(clf.classes_[p.argmax(axis=1)], clf.predict(others))


def test_folds_that_hold_all_cases_of_a_class_do_not_count():
    """One of two classes has a case alone: found without it, scores say nothing."""
    X, y = noisy_problem(40, 2, 3.0, seed=8)
    X, y = np.concatenate([X[y == 0], X[y == 1][:1]]), np.repeat([0, 1], [20, 1])
    p = (
        LightWaveSClassifier(variant="L1L2", n_features=30, random_state=0)
        .fit(X, y)
        .predict_proba(X)
    )
    assert (p.argmax(axis=1) == y).all()
    assert p.max() < 1


@pytest.mark.parametrize("variant", ["L1L2", "plus"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_probabilities_agree_with_predictions(variant, n_classes):
    X, y = noisy_problem(90, n_classes, 0.7, seed=1)
    clf = LightWaveSClassifier(n_features=30, variant=variant, random_state=0)
    clf.fit(X[:60], y[:60])
    p = clf.predict_proba(X[60:])
    assert_allclose(p.sum(axis=1), 1)
    assert_array_equal(clf.classes_[p.argmax(axis=1)], clf.predict(X[60:]))
    assert len(np.unique(p)) > n_classes


@pytest.mark.parametrize("variant", ["L1L2", "plus"])
def test_labels_at_random_give_no_confidence(variant):
    """The selected features tell the training cases apart, whatever the labels."""
    X, y = noisy_problem(120, 2, 0.0, seed=2)
    clf = LightWaveSClassifier(n_features=100, variant=variant, random_state=0)
    clf.fit(X[:60], y[:60])
    assert clf.score(X[:60], y[:60]) > 0.95
    assert log_loss(y[60:], clf.predict_proba(X[60:])) < 1.0


def test_clear_classes_give_confidence():
    X, y = noisy_problem(120, 3, 4.0, seed=3)
    clf = LightWaveSClassifier(variant="L1L2", n_features=30, random_state=0).fit(
        X[:60], y[:60]
    )
    assert log_loss(y[60:], clf.predict_proba(X[60:])) < 0.1


@pytest.mark.parametrize("counts", [(1, 1), (1, 5), (2, 2, 1), (1, 1, 1)])
def test_classes_of_a_case_or_two(counts):
    y = np.repeat(np.arange(len(counts)), counts)
    X = np.random.default_rng(0).normal(size=(len(y), 2, 30)) + y[:, None, None]
    p = LightWaveSClassifier(variant="L1L2", n_features=5).fit(X, y).predict_proba(X)
    assert np.isfinite(p).all()
    assert_allclose(p.sum(axis=1), 1)


def test_own_estimator_keeps_its_probabilities():
    X, y = noisy_problem(60, 2, 1.0, seed=4)
    clf = LightWaveSClassifier(
        variant="L1L2", n_features=20, estimator=LogisticRegression()
    ).fit(X, y)
    features = clf.pipeline_[:-1].transform(X)
    assert_allclose(clf.predict_proba(X), clf.estimator_.predict_proba(features))
    # aeon's answer for an estimator that has none.
    clf = LightWaveSClassifier(
        variant="L1L2", n_features=20, estimator=RidgeClassifier()
    ).fit(X, y)
    assert set(np.unique(clf.predict_proba(X))) == {0.0, 1.0}


def test_transformer_alone_holds_no_cases_out(monkeypatch):
    def forbidden(n_cases):
        raise AssertionError

    monkeypatch.setattr(
        "lightwaves_aeon.core.selection.scoring.held_out_folds", forbidden
    )
    X, y = noisy_problem(30, 2, 1.0, seed=5)
    own = LightWaveSClassifier(
        variant="L1L2", n_features=5, estimator=RidgeClassifier()
    ).fit(X, y)
    assert own.pipeline_[0].features_.shape[0] == 5
