"""The sktime shells: the same results as the aeon shells, in sktime's company."""

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import (
    GridSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import make_pipeline

import lightwaves_aeon as for_aeon

pytest.importorskip("sktime")

from sktime.base import load as load_estimator
from sktime.classification.compose import ClassifierPipeline, SklearnClassifierPipeline
from sktime.datatypes import convert
from sktime.transformations.panel.padder import PaddingTransformer
from sktime.transformations.series.summarize import SummaryTransformer

from lightwaves_aeon.sktime import (
    LightWaveS,
    LightWaveSClassifier,
    LightWaveSRegressor,
)

VARIANTS = ["L1", "L2", "L1L2", "plus"]
UNUSABLE = r"holds {0}.* case 4, channel 1|channel 1 holds {0}.*case 4"
SEEDED = {"n_features": 30, "random_state": 0}


@pytest.fixture(params=[LightWaveS, LightWaveSClassifier])
def estimator(request, small):
    return request.param(**small)


@pytest.fixture
def classifier(small):
    return LightWaveSClassifier(**small)


@pytest.fixture
def unequal(problem):
    X, y = problem
    return [x[:, : 40 - i % 3] for i, x in enumerate(X)], y


def frames(X):
    return [pd.DataFrame(x.T) for x in X]


def results(estimator, X):
    return np.asarray(
        estimator.transform(X)
        if isinstance(estimator, LightWaveS)
        else estimator.predict_proba(X)
    )


# The same as for aeon


@pytest.mark.parametrize("variant", VARIANTS)
def test_same_features_as_for_aeon(problem, variant):
    ours = LightWaveS(variant=variant, **SEEDED).fit(*problem)
    theirs = for_aeon.LightWaveS(variant=variant, **SEEDED).fit(*problem)
    features = ours.transform(problem[0])
    assert_array_equal(features, theirs.transform(problem[0]))
    assert_array_equal(features.columns, theirs.get_feature_names_out())
    assert_array_equal(ours.channels_, theirs.channels_)
    pd.testing.assert_frame_equal(ours.features_, theirs.features_)


@pytest.mark.parametrize("variant", VARIANTS)
def test_same_predictions_as_for_aeon(problem, variant):
    X, y = problem
    y = np.array(["no", "yes"])[y]
    ours = LightWaveSClassifier(variant=variant, **SEEDED).fit(X, y)
    theirs = for_aeon.LightWaveSClassifier(variant=variant, **SEEDED).fit(X, y)
    assert_array_equal(ours.predict(X), theirs.predict(X))
    assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))


@pytest.mark.parametrize("variant", VARIANTS)
def test_same_as_for_aeon_where_lengths_differ(unequal, variant):
    X, y = unequal
    ours = LightWaveSClassifier(variant=variant, **SEEDED).fit(frames(X), y)
    theirs = for_aeon.LightWaveSClassifier(variant=variant, **SEEDED).fit(X, y)
    assert_array_equal(ours.predict_proba(frames(X)), theirs.predict_proba(X))


@pytest.mark.filterwarnings("ignore:The max_iter was reached")
def test_same_as_for_aeon_with_an_estimator_of_ones_own(problem):
    # Of the kind that draws, so that the seed must arrive.
    head = LogisticRegression(solver="saga", max_iter=5)
    parameters = {"estimator": head, "n_features": 30, "random_state": 3}
    ours = LightWaveSClassifier(**parameters).fit(*problem)
    theirs = for_aeon.LightWaveSClassifier(**parameters).fit(*problem)
    assert_array_equal(ours.predict_proba(problem[0]), theirs.predict_proba(problem[0]))
    assert not hasattr(head, "coef_")


def test_number_of_features_chosen(problem):
    ours = LightWaveS(
        variant="L1L2", n_features="auto", selector="detach", random_state=0
    )
    theirs = for_aeon.LightWaveS(
        "auto", variant="L1L2", selector="detach", random_state=0
    )
    pd.testing.assert_frame_equal(
        ours.fit(*problem).selection_path_, theirs.fit(*problem).selection_path_
    )


def test_parameters_have_the_same_names_and_defaults():
    for cls in (LightWaveS, LightWaveSClassifier):
        other = getattr(for_aeon, cls.__name__)
        assert cls().get_params() == other().get_params()


def test_aeon_is_not_imported():
    code = (
        "import sys; sys.modules['aeon'] = None\n"
        "import numpy as np\n"
        "from lightwaves_aeon.sktime import LightWaveSClassifier\n"
        "X, y = np.random.default_rng(0).normal(size=(8, 2, 30)), [0, 1] * 4\n"
        "LightWaveSClassifier(n_features=5).fit(X, np.array(y)).predict(X)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)


# Input


@pytest.mark.parametrize("mtype", ["df-list", "nested_univ", "pd-multiindex"])
def test_containers(estimator, problem, mtype):
    X, y = problem
    expected = results(estimator.clone().fit(X, y), X)
    other = convert(X, "numpy3D", mtype, "Panel")
    fitted = estimator.fit(other, y)
    assert_array_equal(results(fitted, other), expected)
    assert_array_equal(results(fitted, X), expected)


def test_labels_in_a_series(classifier, problem):
    X, y = problem
    expected = classifier.clone().fit(X, y).predict(X)
    assert_array_equal(classifier.fit(X, pd.Series(y)).predict(X), expected)


def test_other_lengths_than_in_fit(estimator, problem):
    X, y = problem
    estimator.fit(X, y)
    assert_array_equal(
        results(estimator, frames([*X[:3], X[3, :, :20]]))[:3],
        results(estimator, X[:3]),
    )


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_no_numbers(estimator, problem, bad):
    X, y = problem
    hurt = X.copy()
    hurt[4, 1, 7] = bad
    is_missing = np.isnan(bad)
    estimator.set_params(missing_values="error" if is_missing else "allow")
    unusable = UNUSABLE.format("NaN" if is_missing else "infinity")
    with pytest.raises(ValueError, match=unusable):
        estimator.clone().fit(hurt, y)
    estimator.fit(X, y)
    with pytest.raises(ValueError, match=unusable):
        results(estimator, hurt)


def test_other_channels_than_in_fit(estimator, problem):
    X, y = problem
    estimator.fit(X, y)
    with pytest.raises(
        ValueError, match=r"2 channels, but LightWaveS\w* was fitted to 3"
    ):
        results(estimator, X[:, :2])


@pytest.mark.filterwarnings("ignore:only single label seen")
def test_one_class(problem):
    X, y = problem
    with pytest.raises(ValueError, match="two classes"):
        LightWaveS().fit(X, np.zeros_like(y))
    # sktime's classifiers then predict that class.
    one = LightWaveSClassifier().fit(X, np.full(len(y), "all"))
    assert set(one.predict(X)) == {"all"}
    several = LightWaveSClassifier(variant="L1").fit(X, np.stack([y, y], axis=1))
    for without in (one, several):
        with pytest.raises(AttributeError, match=r"no table: .* a single class, or"):
            without.describe()


def test_labels_that_are_missing(problem):
    X, y = problem
    for estimator in (LightWaveS(), LightWaveSClassifier()):
        with pytest.raises(ValueError, match="missing label, first for case 2"):
            estimator.fit(X, np.where(np.arange(len(y)) == 2, None, y.astype(object)))


def test_targets_that_are_no_classes(problem):
    with pytest.raises(ValueError, match="Unknown label type"):
        LightWaveS().fit(problem[0], np.linspace(0.1, 0.9, len(problem[1])))


def test_bad_parameters(estimator, problem):
    for name, value in [("variant", "L3"), ("backend", "abacus"), ("max_cases", 1)]:
        with pytest.raises(ValueError, match=name):
            estimator.clone().set_params(**{name: value}).fit(*problem)


def test_fit_that_fails_changes_nothing(estimator, problem):
    X, y = problem
    estimator.fit(X, y)
    before = results(estimator, X)
    estimator.variant = "L3"  # sktime's set_params would reset it
    with pytest.raises(ValueError, match="variant"):
        estimator.fit(X, y)
    assert estimator.is_fitted
    assert_array_equal(results(estimator, X), before)


def test_data_and_generator_are_left_alone(estimator, problem):
    X, y = problem
    copy, state = X.copy(), np.random.mtrand._rand.get_state()[1].copy()
    results(estimator.set_params(variant="plus").fit(X, y), X)
    assert_array_equal(X, copy)
    assert_array_equal(np.random.mtrand._rand.get_state()[1], state)


# Threads, files, tags


@pytest.mark.parametrize("more", [{"n_jobs": 2}, {"n_jobs": -1}, {"backend": "joblib"}])
def test_threads_and_backends(estimator, problem, more):
    X, y = problem
    expected = results(estimator.clone().fit(X, y), X)
    assert_array_equal(results(estimator.set_params(**more).fit(X, y), X), expected)


def test_pickle_and_sktimes_own_files(estimator, problem, tmp_path):
    X, y = problem
    expected = results(estimator.fit(X, y), X)
    assert_array_equal(results(pickle.loads(pickle.dumps(estimator)), X), expected)
    estimator.save(tmp_path / "estimator")
    assert_array_equal(results(load_estimator(tmp_path / "estimator.zip"), X), expected)


def test_compiled_predictor(classifier, problem):
    X, y = problem
    predict = classifier.fit(X, y).compile()
    assert_array_equal([predict(x) for x in X], classifier.predict(X))
    with pytest.raises(ValueError, match="must be one case"):
        predict(X)


def test_class_weight_is_used(make_problem):
    X, y = make_problem(n_cases=30)
    rare = np.r_[np.flatnonzero(y == 0), np.flatnonzero(y == 1)[:3]]
    weighted, plain = (
        LightWaveSClassifier(variant="L1L2", n_features=5, class_weight=weight).fit(
            X[rare], y[rare]
        )
        for weight in ("balanced", None)
    )
    assert (weighted.predict_proba(X) != plain.predict_proba(X)).any()


def test_scikit_learn_takes_it_for_a_classifier(classifier):
    assert is_classifier(classifier)
    assert not is_classifier(LightWaveS())


# scikit-learn


def test_cross_validation(classifier, problem):
    X, y = problem
    found = cross_validate(
        classifier, X, y, cv=3, error_score="raise", return_estimator=True
    )
    assert found["test_score"].min() > 0.8
    assert not classifier.is_fitted
    # What scikit-learn leaves for the time of a fit is gone.
    assert not any("callback" in name for e in found["estimator"] for name in vars(e))
    proba = cross_val_predict(classifier, X, y, cv=3, method="predict_proba")
    assert proba.shape == (len(X), 2)


def test_folds_are_stratified(classifier, problem):
    X, y = problem
    in_order = np.argsort(y, kind="stable")
    scores = cross_val_score(classifier, X[in_order], y[in_order], cv=3)
    assert scores.min() > 0.8


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_grid_search(classifier, problem, n_jobs):
    grid = {"variant": ["L1", "plus"], "n_features": [2, 20]}
    search = GridSearchCV(classifier, grid, cv=3, n_jobs=n_jobs, error_score="raise")
    search.fit(*problem)
    assert search.best_score_ > 0.8
    assert search.best_estimator_.predict(problem[0]).shape == problem[1].shape


def test_calibration_by_scikit_learn(classifier, problem):
    X, y = problem
    calibrated = CalibratedClassifierCV(classifier, cv=3).fit(X, y)
    assert calibrated.predict_proba(X).shape == (len(X), 2)


def test_pipeline_of_scikit_learn(small, problem):
    X, y = problem
    pipeline = make_pipeline(LightWaveS(**small), RidgeClassifier())
    assert cross_val_score(pipeline, X, y, cv=3, error_score="raise").min() > 0.8


# sktime's pipelines


def test_transformer_before_a_tabular_classifier(small, problem):
    X, y = problem
    pipeline = LightWaveS(**small) * RidgeClassifier()
    assert isinstance(pipeline, SklearnClassifierPipeline)
    assert (pipeline.fit(X, y).predict(X) == y).all()


def test_classifier_behind_a_transformer(classifier, unequal):
    X, y = unequal
    pipeline = PaddingTransformer() * classifier
    assert isinstance(pipeline, ClassifierPipeline)
    assert (pipeline.fit(frames(X), y).predict(frames(X)) == y).all()


def test_next_to_another_transformer(small, problem):
    X, y = problem
    union = LightWaveS(**small) + SummaryTransformer()
    features = union.fit_transform(X, y)
    assert features.shape[1] > 20
    assert len(features) == len(X)


# Regressors


def heights(n_cases=40):
    rng = np.random.default_rng(0)
    X = rng.normal(scale=0.3, size=(n_cases, 2, 40))
    y = rng.uniform(1, 3, size=(n_cases, 2))
    X += y[:, :, None] * np.sin(np.arange(40) / [[2], [3]])
    return X, y


def test_the_regressor_of_aeon_predicts_the_same():
    X, y = heights()
    asked = {"n_features": 20, "random_state": 0}
    of_sktime = LightWaveSRegressor(**asked).fit(X, y[:, 0])
    of_aeon = for_aeon.LightWaveSRegressor(**asked).fit(X, y[:, 0])
    assert_array_equal(of_sktime.predict(X), of_aeon.predict(X))
    assert_array_equal(of_sktime.predict_interval(X), of_aeon.predict_interval(X))


def test_several_numbers_from_one_table(tmp_path):
    X, y = heights()
    names = ["height", "depth"]
    reg = LightWaveSRegressor(n_features=20, random_state=0)
    reg.fit(X, pd.DataFrame(y, columns=names))
    found = reg.predict(X)
    assert list(found.columns) == names
    assert all(
        np.corrcoef(found[of], y[:, i])[0, 1] > 0.9 for i, of in enumerate(names)
    )
    assert reg.predict_interval(X, coverage=0.8).shape == (40, 2, 2)
    assert len(reg.transformer_.features_) == 20
    reg.save(tmp_path / "two.model", serialization_format="lightwaves")
    again = LightWaveSRegressor.load(tmp_path / "two.model")
    assert_array_equal(again.predict_interval(X), reg.predict_interval(X))
    assert_array_equal(np.asarray(again.predict(X)), found)
    scaled = LightWaveSRegressor(n_features=20, random_state=0)
    scaled.fit(X, y * [1e-3, 1e3])
    assert_allclose(scaled.predict(X), found * [1e-3, 1e3], rtol=1e-6)


def test_a_row_of_constant_numbers_is_learned_beside_others():
    X, y = heights()
    y[:, 1] = 7.0
    with pytest.warns(UserWarning, match="all numbers of output 1 in y are 7"):
        reg = LightWaveSRegressor(n_features=20, random_state=0).fit(X, y)
    found = reg.predict(X)
    assert_array_equal(found[:, 1], 7)
    assert np.corrcoef(found[:, 0], y[:, 0])[0, 1] > 0.9
