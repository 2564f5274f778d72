"""Fits to more cases than the search looks at, in memory and in files."""

import pickle
from functools import partial

import numpy as np
import pytest
from large import (
    LABELS,
    N_CASES,
    PARAMETERS,
    SEARCHED,
    assert_same_fit,
    made_problem,
)
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
from sklearn.preprocessing import StandardScaler

from lightwaves_aeon import (
    LightWaveS,
    LightWaveSChannelSelector,
    LightWaveSClassifier,
)
from lightwaves_aeon.aeon.files import fit_files, predict_files
from lightwaves_aeon.core.data.sampling import stratified_sample
from lightwaves_aeon.core.data.source import ArraySource, PartOfSource
from lightwaves_aeon.core.linear.blockwise import sums_of
from lightwaves_aeon.core.linear.ridge import ALPHAS
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.estimators import passes
from lightwaves_aeon.estimators.large import is_large

N_TEST = 2000
FAST = {"variant": "L1"}


@pytest.fixture(scope="module")
def data():
    return made_problem()


@pytest.fixture(scope="module")
def fresh():
    return made_problem(N_TEST, seed=1)


@pytest.fixture(scope="module")
def fitted(data):
    return LightWaveSClassifier(**PARAMETERS).fit(*data)


@pytest.fixture(scope="module")
def two_channels():
    """The second channel says nothing, and is not in use if there may be but one."""
    return made_problem(n_channels=2)


@pytest.fixture(scope="module")
def fast(data):
    """Without the search of the default, which takes longer than all the rest."""
    return classifier(**FAST).fit(*data)


def classifier(**parameters):
    return LightWaveSClassifier(**{**PARAMETERS, **parameters})


def sample_of(y, seed=0):
    """The cases that the search looks at."""
    classes = np.searchsorted(LABELS, y)
    return stratified_sample(classes, SEARCHED, np.random.RandomState(seed))


def inside_and_outside(y):
    """A case that the search looks at and one that it does not, in a later block."""
    sample = np.sort(sample_of(y))
    outside = np.setdiff1d(np.arange(len(y)), sample)
    return sample[-1], outside[len(outside) // 2]


# What is fitted


def test_the_size_from_which_a_sample_is_taken():
    assert not is_large((16_384, 1, 30))
    assert is_large((16_385, 1, 30))


def test_it_learns(fitted, fresh):
    majority = np.mean(fresh[1] == "low")
    assert fitted.score(*fresh) > majority + 0.15


def test_the_head_is_that_of_all_cases(data, fitted):
    """The table is that of the sample, by the search as it is of so many cases."""
    X, y = data
    features = fitted.pipeline_[0].transform(X).astype(np.float64)
    scaler = StandardScaler().fit(features)
    ridge = RidgeClassifierCV(ALPHAS * len(y)).fit(scaler.transform(features), y)
    assert_allclose(fitted.pipeline_[1].scale_, scaler.scale_, rtol=1e-9)
    assert fitted.estimator_.alpha_ == ridge.alpha_
    largest = np.abs(ridge.coef_).max()
    assert_allclose(fitted.estimator_.coef_, ridge.coef_, rtol=0, atol=1e-9 * largest)
    assert_array_equal(fitted.predict(X), ridge.predict(scaler.transform(features)))


def test_a_pipeline_that_predicts_the_same(fitted, fresh):
    assert_array_equal(fitted.pipeline_.predict(fresh[0]), fitted.predict(fresh[0]))
    assert fitted.metadata_["n_cases"] == N_CASES
    assert fitted.classes_.tolist() == LABELS.tolist()


def test_seeds(data, fitted):
    other = classifier(random_state=1).fit(*data)
    assert (other.estimator_.coef_ != fitted.estimator_.coef_).any()
    again = classifier(random_state=np.random.RandomState(0)).fit(*data)
    assert_same_fit(again, fitted)


# The same bits


@pytest.mark.parametrize("changed", [{"n_jobs": 2}, {"backend": "joblib"}])
def test_threads_and_workers(data, fitted, changed):
    assert_same_fit(classifier(**changed).fit(*data), fitted)


@pytest.mark.parametrize("dtype", ["f8", ">f4"])
def test_types(data, fitted, dtype):
    assert_same_fit(classifier().fit(data[0].astype(dtype), data[1]), fitted)


def test_features_that_are_not_kept(data, fitted, monkeypatch):
    """They are computed again in the second pass."""
    monkeypatch.setattr(passes, "KEPT_BYTES", 0)
    assert_same_fit(classifier(n_jobs=2).fit(*data), fitted)


def test_memory_layout(data, fast):
    X = np.asfortranarray(data[0])
    assert_same_fit(classifier(**FAST).fit(X, data[1]), fast)


def test_a_list_of_arrays_of_one_length(data, fast):
    assert_same_fit(classifier(**FAST).fit(list(data[0]), data[1]), fast)


def write_npy(folder, X, y):
    np.save(folder / "X.npy", X)
    np.save(folder / "y.npy", y)
    return folder / "X.npy", folder / "y.npy"


def write_zarr(folder, X, y):
    zarr = pytest.importorskip("zarr")
    zarr.create_array(folder / "X.zarr", data=X, chunks=(3000, 1, 20))
    zarr.create_array(folder / "y.zarr", data=y, zarr_format=2)
    return folder / "X.zarr", folder / "y.zarr"


def write_hdf5(folder, X, y):
    h5py = pytest.importorskip("h5py")
    with h5py.File(folder / "some.h5", "w") as file:
        file.create_dataset("X", data=X, chunks=(1000, 1, 30))
        file["y"] = y.astype(object)
    return f"{folder / 'some.h5'}::X", f"{folder / 'some.h5'}::y"


@pytest.mark.parametrize("write", [write_npy, write_zarr, write_hdf5])
@pytest.mark.parametrize(("dtype", "n_jobs"), [("f4", 1), ("f8", 2)])
def test_files(data, fitted, fresh, tmp_path, write, dtype, n_jobs):
    paths = write(tmp_path, data[0].astype(dtype), data[1])
    assert_same_fit(fit_files(*paths, **PARAMETERS, n_jobs=n_jobs), fitted)
    assert_array_equal(predict_files(fitted, paths[0]), fitted.predict(data[0]))


def test_a_part_of_a_source(data):
    """Of the cases of a fold, say, which are never in memory together."""
    X, y = data
    cases = np.flatnonzero(np.arange(N_CASES) % 100)
    part = PartOfSource(ArraySource(X), cases)
    found = classifier(**FAST)._fit_source(part, y[cases])
    assert_same_fit(found, classifier(**FAST).fit(X[cases], y[cases]))


def test_sktime(data, fitted, fresh):
    pytest.importorskip("sktime")
    from lightwaves_aeon.sktime import LightWaveSClassifier as ForSktime

    other = ForSktime(**PARAMETERS).fit(*data)
    assert_array_equal(other.estimator_.coef_, fitted.estimator_.coef_, strict=True)
    assert_array_equal(other.predict_proba(fresh[0]), fitted.predict_proba(fresh[0]))


@pytest.fixture(scope="module")
def unequal(data):
    X, y = data
    return [x[:, : 20 + i % 7] for i, x in enumerate(X)], y


def test_unequal_lengths(unequal):
    found = classifier().fit(*unequal)
    assert_same_fit(classifier(n_jobs=2).fit(*unequal), found)
    assert found.score(unequal[0][:N_TEST], unequal[1][:N_TEST]) > 0.7
    assert found.metadata_["n_timepoints"] is None
    features = found.pipeline_[0].transform(unequal[0]).astype(np.float64)
    assert_allclose(found.pipeline_[1].mean_, features.mean(axis=0), rtol=1e-9)


# Copies


def test_saved_and_loaded(fitted, fresh, tmp_path):
    fitted.save(tmp_path / "some.model")
    again = LightWaveSClassifier.load(tmp_path / "some.model", n_jobs=2)
    for other in (again, pickle.loads(pickle.dumps(fitted))):
        assert_same_fit(other, fitted)
        assert_array_equal(other.predict(fresh[0]), fitted.predict(fresh[0]))


def test_compiled(fitted, fresh):
    predictor = fitted.compile()
    labels = [predictor(x) for x in fresh[0][:20]]
    assert_array_equal(labels, fitted.predict(fresh[0][:20]))


# Other heads, and none


@pytest.mark.parametrize("class_weight", ["balanced", {"top": 6.0}])
def test_class_weights_find_the_rare_class(data, fast, fresh, class_weight):
    found = classifier(**FAST, class_weight=class_weight).fit(*data)
    assert found.pipeline_[0].features_.equals(fast.pipeline_[0].features_)
    assert_array_equal(found.pipeline_[1].mean_, fast.pipeline_[1].mean_)
    rare = fresh[0][fresh[1] == "top"]
    before, after = (np.mean(clf.predict(rare) == "top") for clf in (fast, found))
    assert after > before + 0.1


def test_two_classes(data):
    X, y = data
    found = classifier(**FAST, n_jobs=2).fit(X, y == "low")
    assert found.score(X, y == "low") > 0.7
    assert found.decision_function(X[:5]).shape == (5,)
    assert found.predict_proba(X[:5]).shape == (5, 2)


def test_a_given_estimator_learns_from_all_cases(data, fast, fresh, tmp_path):
    given = LogisticRegression(tol=0.01)
    found = classifier(**FAST, estimator=given).fit(*data)
    features = np.asarray(found.pipeline_[0].transform(data[0]))
    scaler = StandardScaler().fit(features)
    expected = LogisticRegression(tol=0.01, random_state=0)
    expected.fit(scaler.transform(features), data[1])
    assert_array_equal(found.estimator_.coef_, expected.coef_)
    assert found.pipeline_[0].features_.equals(fast.pipeline_[0].features_)
    assert found.score(*fresh) > 0.65
    files = write_npy(tmp_path, *data)
    other = fit_files(*files, **PARAMETERS, **FAST, estimator=given)
    assert_array_equal(other.estimator_.coef_, found.estimator_.coef_)


def test_the_transformer(data, fitted, fresh):
    found = LightWaveS(**PARAMETERS).fit(*data)
    assert found.features_.equals(fitted.pipeline_[0].features_)
    features = found.transform(fresh[0])
    assert_array_equal(features, fitted.pipeline_[0].transform(fresh[0]))
    again = LightWaveS(**PARAMETERS, n_jobs=2).fit_transform(*data)
    assert_array_equal(again[:100], found.transform(data[0][:100]))
    assert len(again) == N_CASES


def test_the_channel_selector(two_channels):
    X, y = two_channels
    found = LightWaveSChannelSelector(random_state=0).fit(X, y)
    assert found.channels_selected_ == [0]
    cases = np.sort(sample_of(y))
    assert len(cases) == SEARCHED
    rng = np.random.RandomState(0)
    sample_of_it = LightWaveSChannelSelector(random_state=rng, n_jobs=2)
    stratified_sample(np.searchsorted(LABELS, y), SEARCHED, rng)  # as fit draws it
    sample_of_it.fit(X[cases], y[cases])
    assert sample_of_it.channel_path_.equals(found.channel_path_)


def test_channels_may_be_left_out(two_channels):
    found = classifier(max_channels=1).fit(*two_channels)
    assert found.pipeline_[0].channels_.tolist() == [0]
    assert found.score(two_channels[0][:N_TEST], two_channels[1][:N_TEST]) > 0.7


# What is refused


@pytest.mark.parametrize(
    ("value", "n_jobs", "missing_values"), [(np.nan, 1, "error"), (np.inf, 2, "allow")]
)
@pytest.mark.parametrize("channel", [0, 1])
@pytest.mark.parametrize("given", [None, LogisticRegression()])
def test_unusable_values_are_named(
    two_channels, tmp_path, value, missing_values, channel, n_jobs, given
):
    """Channel 1 is not in use."""
    X, y = two_channels
    for case in inside_and_outside(y):
        bad = X.copy()
        bad[case, channel, 3] = value
        parameters = {**FAST, "max_channels": 1, "n_jobs": n_jobs}
        clf = classifier(**parameters, estimator=given, missing_values=missing_values)
        match = "NaN" if missing_values == "error" else "infinity"
        with pytest.raises(ValueError, match=f"holds {match}") as caught:
            clf.fit(bad, y)
        assert f"case {case}" in str(caught.value)
        assert f"channel {channel}" in str(caught.value)
        assert not clf.is_fitted


def test_unusable_values_of_unequal_lengths(unequal):
    X, y = unequal
    for case in inside_and_outside(y):
        bad = list(X)
        bad[case] = X[case].copy()
        for value, missing_values in ((np.nan, "error"), (np.inf, "allow")):
            bad[case][0, -1] = value
            with pytest.raises(ValueError, match=f"first in case {case}, channel 0$"):
                classifier(**FAST, missing_values=missing_values).fit(bad, y)


def test_a_failed_fit_leaves_the_one_before(data, fast):
    clf = classifier(**FAST).fit(*data)
    bad = data[0].copy()
    bad[inside_and_outside(data[1])[1], 0, 0] = np.inf
    with pytest.raises(ValueError, match="holds infinity"):
        clf.fit(bad, data[1])
    assert_same_fit(clf, fast)


def test_labels_that_are_refused(data):
    X, y = data
    with pytest.raises(ValueError, match="at least 2"):
        classifier().fit(X, np.zeros(N_CASES))
    with pytest.raises(ValueError, match="17000"):
        classifier().fit(X, y[:-1])
    with pytest.raises(ValueError, match="class_weight"):
        classifier(class_weight="unbalanced").fit(X, y)


def test_a_class_of_few_cases(data):
    """One case of it is in the sample, whichever is drawn."""
    X, y = data
    y = y.astype(object)
    y[[5, 16_999]] = "two"
    found = classifier(**FAST).fit(X, y.astype(str))
    assert found.classes_.tolist() == ["low", "mid", "top", "two"]
    assert np.isfinite(found.predict_proba(X[:9])).all()


def test_nothing_that_tells_the_classes_apart():
    """All features are constant, and the most frequent class is as good as any."""
    _, y = made_problem()
    found = classifier().fit(np.ones((N_CASES, 1, 30)), y)
    assert set(found.predict(np.ones((3, 1, 30)))) == {"low"}


def test_tasks_can_be_sent(data, fitted):
    """To other machines, with the model."""
    sums_of_head = partial(sums_of, weights=np.ones(3), origin=np.zeros(20))
    task = passes.BlockTask(fitted._state.model, sums_of_head)
    again = pickle.loads(pickle.dumps(task))
    X, targets = data[0][:100], Targets(np.searchsorted(LABELS, data[1][:100]))
    sums = [some.sums(some.features(X, range(100)), targets) for some in (task, again)]
    assert_array_equal(sums[0].products, sums[1].products)
