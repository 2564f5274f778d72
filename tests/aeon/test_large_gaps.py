"""Fits to more cases than the search looks at, with missing values."""

import dask
import numpy as np
import pytest
from large import (
    LABELS,
    N_CASES,
    PARAMETERS,
    SEARCHED,
    assert_same_fit,
    made_problem,
    with_gaps,
)
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import RidgeClassifierCV
from sklearn.preprocessing import StandardScaler

from lightwaves_aeon import LightWaveS, LightWaveSClassifier
from lightwaves_aeon.aeon.files import fit_files, predict_files, transform_files
from lightwaves_aeon.core.data.sampling import stratified_sample
from lightwaves_aeon.core.linear.ridge import ALPHAS
from lightwaves_aeon.estimators import passes

FAST = {**PARAMETERS, "variant": "L1"}
SETTINGS = {"L1": FAST, "plus": PARAMETERS}


@pytest.fixture(scope="module")
def data():
    X, y = made_problem(n_channels=2)
    return with_gaps(X), y


@pytest.fixture(scope="module")
def whole():
    return made_problem(n_channels=2)


@pytest.fixture(scope="module")
def fresh():
    X, y = made_problem(2000, 2, seed=1)
    return with_gaps(X, seed=3), y


@pytest.fixture(scope="module")
def all_fitted(data):
    return {
        name: LightWaveSClassifier(**settings).fit(*data)
        for name, settings in SETTINGS.items()
    }


@pytest.fixture(params=SETTINGS)
def fitted(request, all_fitted):
    return all_fitted[request.param]


@pytest.fixture
def fast(all_fitted):
    return all_fitted["L1"]


def test_it_learns(fitted, fresh):
    X, y = fresh
    assert np.isfinite(fitted.predict_proba(X)).all()
    assert fitted.score(X, y) > np.mean(y == "low") + 0.1
    assert fitted.metadata_["missing_values"]


def test_case_without_values_has_the_shares_of_the_classes(fitted, data):
    shares = np.unique(data[1], return_counts=True)[1] / N_CASES
    nothing = np.full((1, 2, 30), np.nan)
    assert_allclose(fitted.predict_proba(nothing), [shares], rtol=1e-12)


def test_the_head_is_that_of_all_cases(data, fitted):
    """But for what stands in where nothing is observed: means of the sample."""
    (X, y), pipeline = data, fitted.pipeline_
    features = pipeline[0].transform(X).astype(np.float64)
    scaler = StandardScaler().fit(features)
    # The sample's mean is off by a deviation over the root of its number of cases.
    assert_allclose(pipeline[1].scale_, scaler.scale_, rtol=5e-3)
    assert_allclose(pipeline[1].mean_, scaler.mean_, atol=0.02 * scaler.scale_.max())
    ridge = RidgeClassifierCV(ALPHAS * len(y)).fit(scaler.transform(features), y)
    found = ridge.predict(scaler.transform(features))
    assert np.mean(found == fitted.predict(X)) > 0.995


@pytest.mark.parametrize("changed", [{"n_jobs": 2}, {"backend": "joblib"}])
def test_threads_and_workers(data, fitted, changed):
    found = LightWaveSClassifier(**{**fitted.get_params(), **changed}).fit(*data)
    assert_same_fit(found, fitted)


def test_layout_and_features_that_are_not_kept(data, fast, monkeypatch):
    """Gaps are filled in the type of the series, so another one has other bits."""
    monkeypatch.setattr(passes, "KEPT_BYTES", 0)
    X = np.asfortranarray(data[0])
    assert_same_fit(LightWaveSClassifier(**FAST).fit(X, data[1]), fast)


def test_unequal_lengths(data):
    X, y = [x[:, : 20 + i % 7] for i, x in enumerate(data[0])], data[1]
    found = LightWaveSClassifier(**FAST).fit(X, y)
    assert_same_fit(LightWaveSClassifier(**FAST, n_jobs=2).fit(X, y), found)
    assert found.score(X[:2000], y[:2000]) > 0.6


def test_files(data, fast, tmp_path):
    np.save(tmp_path / "X.npy", data[0])
    np.save(tmp_path / "y.npy", data[1])
    found = fit_files(tmp_path / "X.npy", tmp_path / "y.npy", **FAST, n_jobs=2)
    assert_same_fit(found, fast)
    assert found.metadata_ == fast.metadata_
    predicted = predict_files(fast, tmp_path / "X.npy")
    assert_array_equal(predicted, fast.predict(data[0]))
    transform_files(fast, tmp_path / "X.npy", tmp_path / "out.npy")
    features = np.load(tmp_path / "out.npy")
    expected = fast.pipeline_[0].transform(data[0])
    assert_array_equal(features, expected)


def test_zarr_and_hdf5(data, fast, tmp_path):
    zarr, h5py = map(pytest.importorskip, ("zarr", "h5py"))
    zarr.create_array(tmp_path / "X.zarr", data=data[0], chunks=(3000, 1, 20))
    with h5py.File(tmp_path / "some.h5", "w") as file:
        file.create_dataset("X", data=data[0], chunks=(1000, 1, 30))
    np.save(tmp_path / "y.npy", data[1])
    for path in (tmp_path / "X.zarr", tmp_path / "some.h5"):
        assert_same_fit(fit_files(path, tmp_path / "y.npy", **FAST), fast)
        assert_array_equal(predict_files(fast, path), fast.predict(data[0]))


def test_dask(data, fitted):
    da = pytest.importorskip("dask.array")
    from lightwaves_aeon.aeon.dask import fit_dask, predict_dask

    with dask.config.set(scheduler="threads"):
        X = da.from_array(data[0], chunks=(4096, 1, -1))
        found = fit_dask(X, data[1], **fitted.get_params())
        assert_same_fit(found, fitted)
        assert found.metadata_ == fitted.metadata_
        labels = predict_dask(fitted, X[:9000]).compute()
    assert_array_equal(labels, fitted.predict(data[0][:9000]))


def test_a_given_estimator(data, fresh):
    forest = RandomForestClassifier(9, max_depth=5)
    found = LightWaveSClassifier(**FAST, estimator=forest).fit(*data)
    assert np.isfinite(found.predict_proba(fresh[0])).all()
    assert found.score(*fresh) > 0.6


def test_the_transformer(data, fast, fresh):
    found = LightWaveS(**FAST).fit(*data)
    assert found.features_.equals(fast.pipeline_[0].features_)
    assert np.isfinite(found.transform(fresh[0])).all()
    assert found.metadata_["missing_values"]


def test_saved_and_loaded(fitted, fresh, tmp_path):
    fitted.save(tmp_path / "some.model")
    again = LightWaveSClassifier.load(tmp_path / "some.model")
    assert_same_fit(again, fitted)
    assert_array_equal(again.predict_proba(fresh[0]), fitted.predict_proba(fresh[0]))


def test_whole_cases_are_as_where_missing_values_are_an_error(whole):
    allowed = LightWaveSClassifier(**FAST).fit(*whole)
    strict = LightWaveSClassifier(**FAST, missing_values="error").fit(*whole)
    assert_same_fit(strict, allowed)
    assert not allowed.metadata_["missing_values"]


def test_gaps_that_the_search_does_not_see(whole):
    """They lie in cases outside of the sample; the head learns from these, too."""
    X, y = whole
    classes = np.searchsorted(LABELS, y)
    drawn = stratified_sample(classes, SEARCHED, np.random.RandomState(0))
    others = np.setdiff1d(np.arange(N_CASES), drawn)
    hurt = X.copy()
    hurt[others] = with_gaps(X)[others]
    table = LightWaveSClassifier(**FAST).fit(X, y).pipeline_[0].features_
    found = LightWaveSClassifier(**FAST).fit(hurt, y)
    assert found.pipeline_[0].features_.equals(table)
    assert np.isfinite(found.estimator_.coef_).all()
    assert found.score(hurt, y) > 0.65
