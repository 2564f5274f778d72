"""Fits and predictions where the chunks of Dask arrays are."""

import os
import re
import signal
from contextlib import contextmanager, suppress

import numpy as np
import pytest
from large import LABELS, N_CASES, PARAMETERS, SEARCHED, assert_same_fit, made_problem
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.naive_bayes import GaussianNB

pytest.importorskip("distributed")

import dask
import dask.array as da
from distributed import Client, KilledWorker, LocalCluster

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor
from lightwaves_aeon.aeon.dask import fit_dask, predict_dask
from lightwaves_aeon.core.data.sampling import stratified_sample
from lightwaves_aeon.estimators import passes

CHUNKS = {
    "small": (1000, -1, -1),
    "uneven": (7777, -1, -1),
    "blocks": (4096, -1, -1),
    "of channels": (5000, 1, 7),
    "whole": (-1, -1, -1),
    "of many sizes": ((1, 8000, 2048, 6951), -1, -1),
}


@pytest.fixture(scope="module")
def data():
    return made_problem(n_channels=2)


@pytest.fixture(scope="module")
def fitted(data):
    return LightWaveSClassifier(**PARAMETERS).fit(*data)


@contextmanager
def cluster_of(n_workers):
    with (
        LocalCluster(
            n_workers=n_workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def one_worker():
    with cluster_of(1) as client:
        yield client


@pytest.fixture(scope="module")
def two_workers():
    with cluster_of(2) as client:
        yield client


@pytest.fixture
def in_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


def chunked(X, chunks=CHUNKS["blocks"]):
    return da.from_array(X, chunks=chunks)


# In this process


@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS)
def test_any_chunks(data, fitted, in_this_thread, chunks):
    found = fit_dask(chunked(data[0], chunks), data[1], **PARAMETERS)
    assert isinstance(found, LightWaveSClassifier)
    assert_same_fit(found, fitted)
    assert found.metadata_ == fitted.metadata_


def test_threads(data, fitted):
    """The scheduler that Dask has by default for arrays."""
    with dask.config.set(scheduler="threads"):
        found = fit_dask(chunked(data[0]), da.from_array(data[1]), **PARAMETERS)
        assert_same_fit(found, fitted)


def test_features_that_are_not_kept(data, fitted, in_this_thread, monkeypatch):
    monkeypatch.setattr(passes, "KEPT_BYTES", 0)
    assert not passes.keeps_features(N_CASES, 20)
    found = fit_dask(chunked(data[0]), data[1], **PARAMETERS)
    assert_same_fit(found, fitted)


def test_class_weights(data, in_this_thread):
    weighted = {**PARAMETERS, "variant": "L1", "class_weight": "balanced"}
    found = fit_dask(chunked(data[0]), data[1], **weighted)
    assert_same_fit(found, LightWaveSClassifier(**weighted).fit(*data))


@pytest.mark.parametrize("n_cases", [1, 300])
def test_small_collections(data, in_this_thread, n_cases):
    """All cases are gathered; a chunk may hold one."""
    X, y = data[0][:300], data[1][:300]
    found = fit_dask(chunked(X, (n_cases, 1, -1)), y, **PARAMETERS)
    expected = LightWaveSClassifier(**PARAMETERS).fit(X, y)
    assert_array_equal(found.estimator_.coef_, expected.estimator_.coef_, strict=True)
    assert_array_equal(found.predict_proba(X), expected.predict_proba(X))


def test_a_given_estimator(data, in_this_thread):
    given = {**PARAMETERS, "variant": "L1", "estimator": GaussianNB()}
    found = fit_dask(chunked(data[0]), data[1], **given)
    expected = LightWaveSClassifier(**given).fit(*data)
    assert_array_equal(found.estimator_.theta_, expected.estimator_.theta_)
    labels = predict_dask(found, chunked(data[0])).compute()
    assert_array_equal(labels, expected.predict(data[0]))


@pytest.mark.parametrize("dtype", ["f8", ">f4"])
def test_types(data, fitted, in_this_thread, dtype):
    found = fit_dask(chunked(data[0].astype(dtype)), data[1], **PARAMETERS)
    assert_same_fit(found, fitted)


# On clusters


@pytest.mark.parametrize(
    ("n_workers", "chunks"),
    [
        ("one_worker", "uneven"),
        ("two_workers", "small"),
        ("two_workers", "uneven"),
        ("two_workers", "of channels"),
    ],
)
def test_any_cluster(data, fitted, request, n_workers, chunks):
    request.getfixturevalue(n_workers)
    X, y = chunked(data[0], CHUNKS[chunks]), da.from_array(data[1], chunks=3000)
    assert_same_fit(fit_dask(X, y, **PARAMETERS), fitted)
    labels = predict_dask(fitted, X).compute()
    assert_array_equal(labels, fitted.predict(data[0]))


def dies_once(block, marker, info=None):
    """End the process that works on the last chunk, the first time."""
    if block.size and info and info[0]["chunk-location"][0] > 0:
        try:
            marker.touch(exist_ok=False)
        except FileExistsError:
            return block
        os.kill(os.getpid(), signal.SIGKILL)
    return block


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL")
def test_a_worker_that_is_killed(data, fitted, tmp_path):
    """Its chunks are computed again, by whichever worker is there."""
    with cluster_of(2):
        marker = tmp_path / "killed"

        def frail(block, block_info=None):
            return dies_once(block, marker, block_info)

        X = chunked(data[0]).map_blocks(frail, dtype=data[0].dtype)
        with suppress(KilledWorker):  # which names the task, and is as good an end
            assert_same_fit(fit_dask(X, data[1], **PARAMETERS), fitted)
        assert marker.exists()


# Regressors


@pytest.fixture(scope="module")
def numbers(data):
    """Of two outputs."""
    y = np.searchsorted(LABELS, data[1]) + np.random.default_rng(1).normal(size=N_CASES)
    return np.stack([y, y * y], axis=1)


@pytest.mark.parametrize(
    ("cluster", "variant", "outputs"),
    [
        ("in_this_thread", "L1", 0),
        ("in_this_thread", "plus", slice(None)),
        ("two_workers", "L1", slice(None)),
    ],
)
def test_regressors(data, numbers, request, cluster, variant, outputs):
    request.getfixturevalue(cluster)
    y, parameters = numbers[:, outputs], {**PARAMETERS, "variant": variant}
    expected = LightWaveSRegressor(**parameters).fit(data[0], y)
    X = chunked(data[0], CHUNKS["uneven"])
    found = fit_dask(X, da.from_array(y), task="regression", **parameters)
    assert isinstance(found, LightWaveSRegressor)
    for name in ("coef_", "intercept_", "alpha_"):
        of_found, of_expected = (getattr(e.estimator_, name) for e in (found, expected))
        assert_array_equal(of_found, of_expected, strict=True)
    few = data[0][:50]
    assert_array_equal(found.predict_interval(few), expected.predict_interval(few))
    predicted = predict_dask(found, X)
    assert (predicted.shape, predicted.dtype) == (y.shape, np.float64)
    assert_array_equal(predicted.compute(), expected.predict(data[0]), strict=True)


def test_numbers_that_are_refused(data, numbers, in_this_thread):
    X = chunked(data[0])
    for y in (numbers[:-1], numbers[:, :, None], 3.0):
        with pytest.raises(ValueError, match="one number, or a row of them"):
            fit_dask(X, y, task="regression", **PARAMETERS)
    with pytest.raises(TypeError, match="y must hold numbers, got <U3"):
        fit_dask(X, data[1], task="regression", **PARAMETERS)
    with pytest.raises(ValueError, match="task must be one of"):
        fit_dask(X, numbers, task="forecasting", **PARAMETERS)
    with pytest.raises(ValueError, match="one label for each case"):
        fit_dask(X, numbers, **PARAMETERS)


# Predictions


def test_predictions_are_lazy(data, fitted, in_this_thread):
    read = []

    def noted(block):
        read.append(len(block))
        return block

    X = chunked(data[0], (1000, 1, 10)).map_blocks(noted, dtype=data[0].dtype)
    X._meta = np.empty((0, 0, 0), data[0].dtype)
    read.clear()  # of what Dask tries out
    labels = predict_dask(fitted, X)
    assert read == []
    assert (labels.shape, labels.dtype) == ((N_CASES,), fitted.classes_.dtype)
    assert labels.chunks[0] == X.chunks[0]
    some = labels[3100:3105].compute()
    assert_array_equal(some, fitted.predict(data[0][3100:3105]), strict=True)
    assert set(read) == {1000}
    assert len(read) == 6  # all parts of a chunk of cases
    assert_array_equal(labels.compute(), fitted.predict(data[0]), strict=True)


def test_predictions_for_chunks_of_unknown_size(data, fitted, in_this_thread):
    """Some of which turn out to be empty."""
    X, cases = chunked(data[0]), da.arange(N_CASES, chunks=4096)
    labels = predict_dask(fitted, X[(cases > 5000) & (cases % 3 == 0)])
    numbers = np.arange(N_CASES)
    wanted = data[0][(numbers > 5000) & (numbers % 3 == 0)]
    assert_array_equal(labels.compute(), fitted.predict(wanted))


def test_labels_that_are_numbers(data, in_this_thread):
    y = np.searchsorted(LABELS, data[1]) - 1
    clf = LightWaveSClassifier(**PARAMETERS, variant="L1").fit(data[0], y)
    labels = predict_dask(clf, chunked(data[0][:50]))
    assert labels.dtype == y.dtype
    assert_array_equal(labels.compute(), clf.predict(data[0][:50]), strict=True)


def test_predictions_that_are_refused(data, fitted, in_this_thread):
    X = chunked(data[0])
    for other in (X[:, :1], X[:, [0, 1, 1]]):
        match = f"X has {other.shape[1]} channels, but the model was fitted to 2"
        with pytest.raises(ValueError, match=match):
            predict_dask(fitted, other)
    with pytest.raises(NotFittedError):
        predict_dask(LightWaveSClassifier(), X)
    with pytest.raises(TypeError, match=r"must be a dask\.array\.Array, got ndarray"):
        predict_dask(fitted, data[0])
    with pytest.raises(ValueError, match="dimensions"):
        predict_dask(fitted, X[:, 0])


def test_unusable_values_are_named_by_predictions(data, fitted, in_this_thread):
    X = data[0].copy()
    X[9001, 0, 3] = np.inf
    labels = predict_dask(fitted, chunked(X, (1000, 1, 10)))
    match = r"channel 0 holds infinity.* first in case 9001$"
    with pytest.raises(ValueError, match=match):
        labels.compute()
    assert_array_equal(labels[:9000].compute(), fitted.predict(X[:9000]))


# What is refused


def inside_and_outside(y):
    """A case that the search looks at and one that it does not, in a later chunk."""
    rng = np.random.RandomState(0)
    sample = np.sort(stratified_sample(np.searchsorted(LABELS, y), SEARCHED, rng))
    return sample[-1], np.setdiff1d(np.arange(len(y)), sample)[-1]


@pytest.mark.parametrize("channel", [0, 1])
@pytest.mark.parametrize("cluster", ["in_this_thread", "two_workers"])
def test_unusable_values_are_named(data, request, channel, cluster):
    """Channel 1 is not in use."""
    request.getfixturevalue(cluster)
    (X, y), parameters = data, {**PARAMETERS, "variant": "L1", "max_channels": 1}
    kinds = (np.nan, "error", "NaN or infinity"), (np.inf, "allow", "infinity")
    for case, kind in zip(inside_and_outside(y), kinds, strict=True):
        bad = X.copy()
        bad[case, channel, 3], parameters["missing_values"], words = kind
        match = f"holds {words}, first in case {case}, channel {channel}$"
        with pytest.raises(ValueError, match=match):
            fit_dask(chunked(bad), y, **parameters)


REFUSED = {
    "an array": (lambda X: np.zeros((9, 1, 5)), TypeError, "got ndarray"),
    "a list": (lambda X: [1, 2], TypeError, "got list"),
    "one dimension": (lambda X: X[:, 0, 0], ValueError, "1 of them: (17000,)"),
    "two dimensions": (lambda X: X[:, 0], ValueError, "2 of them: (17000, 30)"),
    "four dimensions": (lambda X: X[:, None], ValueError, "4 of them"),
    "booleans": (lambda X: X > 0, TypeError, "real numbers, got bool"),
    "complex": (lambda X: X + 1j, TypeError, "real numbers, got complex"),
    "objects": (lambda X: X.astype(object), TypeError, "real numbers, got object"),
    "unknown sizes": (
        lambda X: X[X[:, 0, 0] > 0],
        ValueError,
        "X.compute_chunk_sizes() finds them out",
    ),
    "unknown lengths": (
        lambda X: X[:, :, X[0, 0] > 0],
        ValueError,
        "X.compute_chunk_sizes() finds them out",
    ),
    "no cases": (lambda X: X[:0], ValueError, "X is empty: its shape is (0, 2, 30)"),
    "no points": (lambda X: X[:, :, :0], ValueError, "X is empty"),
}


@pytest.mark.parametrize(("change", "kind", "match"), REFUSED.values(), ids=REFUSED)
def test_arrays_that_are_refused(data, in_this_thread, change, kind, match):
    X = change(chunked(data[0]))
    with pytest.raises(kind, match=re.escape(match)):
        fit_dask(X, data[1], **PARAMETERS)


@pytest.mark.parametrize(
    "change",
    [lambda y: y[:-1], lambda y: np.append(y, "low"), lambda y: y[:, None], min],
)
def test_labels_that_are_refused(data, in_this_thread, change):
    with pytest.raises(ValueError, match="17000 cases, but y has the shape"):
        fit_dask(chunked(data[0]), change(data[1]), **PARAMETERS)


def test_other_things_that_are_refused(data, in_this_thread):
    X = chunked(data[0])
    with pytest.raises(ValueError, match="at least 2"):
        fit_dask(X, np.zeros(N_CASES), **PARAMETERS)
    with pytest.raises(ValueError, match="variant"):
        fit_dask(X, data[1], variant="L3")
    with pytest.raises(TypeError, match="nonsense"):
        fit_dask(X, data[1], nonsense=1)
    missing = data[1].astype(object)
    missing[7] = None
    with pytest.raises(ValueError, match="missing label, first for case 7"):
        fit_dask(X, missing, **PARAMETERS)
