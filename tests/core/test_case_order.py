"""No result depends on where the training cases stand."""

import mpi_programs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from sklearn.ensemble import RandomForestClassifier

from lightwaves_aeon import (
    LightWaveS,
    LightWaveSChannelSelector,
    LightWaveSClassifier,
)
from lightwaves_aeon.core.data.case_order import case_order, content_ranks
from lightwaves_aeon.core.data.collection import as_collection
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.export.budget import costs_of, largest_within

SETTINGS = {
    "L1": {"variant": "L1"},
    "L2": {"variant": "L2"},
    "L1L2": {"variant": "L1L2"},
    "plus": {"variant": "plus"},
    "detachment": {"variant": "L1L2", "selector": "detach"},
    "wavelets": {"kernels": ("haar", "mexh")},
    "sample": {"max_cases": 20},
    "plus, sample": {"variant": "plus", "max_cases": 20},
    "auto": {"variant": "plus", "n_features": "auto"},
    "channels": {"max_channels": 2},
    "plus, channels": {"variant": "plus", "max_channels": "auto"},
    "weights of classes": {"class_weight": "balanced"},
    "forest": {"estimator": RandomForestClassifier(n_estimators=5)},
    "joblib": {"variant": "plus", "backend": "joblib", "n_jobs": 2},
}


@pytest.fixture(name="problem", scope="module")
def weak_problem():
    """Classes that are hard to tell apart, and cases that are there twice."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 3, 40)), rng.integers(0, 3, 50)
    X[:, 1] += 0.5 * np.sin(np.arange(40) * (0.3 + 0.2 * y[:, None]))
    X[7] = X[9]
    X[11], y[[11, 12]] = X[12], [0, 1]
    return X, y


def unequal(X):
    return [x[:, : 40 - 7 * (i % 3)] for i, x in enumerate(X)]


def lists(X, order):
    return [X[i] for i in order]


def answers(classifier, others):
    names = ["predict", "predict_proba", "decision_function"]
    return [getattr(classifier, n)(others) for n in names if hasattr(classifier, n)]


@pytest.mark.parametrize("shape", ["equal lengths", "unequal lengths"])
@pytest.mark.parametrize("setting", SETTINGS)
def test_same_bits_for_any_permutation(problem, setting, shape):
    X, y = problem
    others = np.random.default_rng(1).normal(size=(30, 3, 40))
    order = np.random.default_rng(2).permutation(len(y))
    parameters = {"n_features": 30, "random_state": 0, **SETTINGS[setting]}
    if shape == "equal lengths":
        given = X, X[order]
    else:
        given = unequal(X), lists(unequal(X), order)
    one, other = (
        LightWaveSClassifier(**parameters).fit(x, labels)
        for x, labels in zip(given, (y, y[order]), strict=True)
    )
    tables = [clf.pipeline_[0].features_ for clf in (one, other)]
    assert tables[0].equals(tables[1])
    for found, expected in zip(
        answers(other, others), answers(one, others), strict=True
    ):
        assert_array_equal(found, expected)


def test_transformer_and_channel_selector(problem):
    X, y = problem
    order = np.random.default_rng(3).permutation(len(y))
    for estimator in (
        LightWaveS(n_features=20, variant="plus", random_state=0),
        LightWaveSChannelSelector(max_channels=1, random_state=0),
    ):
        found = estimator.fit(X, y).transform(X)
        assert_array_equal(estimator.fit(X[order], y[order]).transform(X), found)


def test_smaller_model_of_a_budget(problem):
    X, y = problem
    order = np.random.default_rng(4).permutation(len(y))
    clf = LightWaveSClassifier(variant="L1L2", n_features=60, random_state=0).fit(X, y)
    limit = costs_of(clf).flash * 0.8
    one = largest_within(clf, X, y, max_flash=limit)
    other = largest_within(clf, X[order], y[order], max_flash=limit)
    scores = (model.head.decision_function(model.features(X)) for model in (one, other))
    assert_array_equal(*scores)


def test_problems_of_the_backends_are_the_same_permuted():
    """Under MPI they are compared with what threads find of them."""
    found = [
        LightWaveS(variant="plus", n_features=20, max_cases=10, random_state=3)
        .fit(*make())
        .features_
        for make in (mpi_programs.pairs, mpi_programs.permuted_pairs)
    ]
    assert found[0].equals(found[1])


def ranks_naively(cases):
    keys = [(x.shape[1], *(x + 0.0).ravel()) for x in cases]
    return [sum(other < key for other in keys) for key in keys]


@settings(deadline=None)
@given(
    arrays(
        np.float64,
        st.tuples(st.integers(1, 9), st.integers(1, 3), st.integers(1, 9)),
        elements=st.sampled_from([0.0, -0.0, 1.0, -2.5, 1e-310, 1e300]),
    ),
    st.data(),
)
def test_ranks_against_sorted_tuples(X, data):
    channels = range(X.shape[1])
    assert content_ranks(X, channels).tolist() == ranks_naively(X)
    length = st.integers(1, X.shape[2])
    cases = [x[:, : data.draw(length)] for x in X]
    assert content_ranks(as_collection(cases), channels).tolist() == ranks_naively(
        cases
    )


@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.float16])
def test_order_of_other_types(dtype):
    X = np.random.default_rng(5).integers(-2, 3, size=(200, 2, 3)).astype(dtype)
    assert content_ranks(X, range(2)).tolist() == ranks_naively(X)


def test_likes_are_not_side_by_side():
    """Folds and samples go by position: sorted cases would be too much alike there."""
    X = np.arange(300.0)[:, None, None]
    order = case_order(X, Targets(np.zeros(300, int)), Threads())
    assert np.median(np.abs(np.diff(X[order, 0, 0]))) > 30


def test_cases_told_apart_late_and_not_at_all():
    X = np.zeros((40, 2, 3000))
    X[::2, 1, 2999] = 1
    ranks = content_ranks(X, range(2))
    assert_array_equal(ranks, np.where(np.arange(40) % 2 == 0, 20, 0))
