"""LightWaveS inside the machinery of scikit-learn and aeon."""

import joblib
import numpy as np
import pytest
from aeon.classification.compose import (
    ClassifierChannelEnsemble,
    ClassifierEnsemble,
    ClassifierPipeline,
)
from aeon.pipeline import make_pipeline as aeon_pipeline
from aeon.transformations.collection import Normalizer
from aeon.transformations.collection.unequal_length import Padder
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import (
    GridSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import FeatureUnion
from sklearn.pipeline import make_pipeline as sklearn_pipeline
from sklearn.preprocessing import StandardScaler

from lightwaves_aeon import LightWaveS, LightWaveSClassifier

PIPELINES = pytest.mark.parametrize(
    "make_pipeline", [sklearn_pipeline, aeon_pipeline], ids=["sklearn", "aeon"]
)


@PIPELINES
def test_transformer_in_a_pipeline(transformer, problem, make_pipeline):
    X, y = problem
    pipeline = make_pipeline(transformer, StandardScaler(), RidgeClassifier())
    predicted = clone(pipeline).fit(X, y).predict(X)
    features = StandardScaler().fit_transform(clone(transformer).fit_transform(X, y))
    assert_array_equal(predicted, RidgeClassifier().fit(features, y).predict(features))
    assert (predicted == y).all()


@PIPELINES
def test_classifier_at_the_end_of_a_pipeline(classifier, problem, make_pipeline):
    X, y = problem
    pipeline = make_pipeline(Normalizer(), classifier)
    predicted = clone(pipeline).fit(X, y).predict_proba(X)
    normalized = Normalizer().fit_transform(X)
    expected = clone(classifier).fit(normalized, y).predict_proba(normalized)
    assert_array_equal(predicted, expected)


@PIPELINES
def test_unequal_lengths_padded_in_a_pipeline(classifier, problem, make_pipeline):
    X, y = problem
    unequal = [x[:, : 40 - i % 3] for i, x in enumerate(X)]
    pipeline = make_pipeline(Padder(), classifier)
    assert pipeline.fit(unequal, y).predict(unequal).shape == y.shape


@pytest.mark.parametrize("cls", [LightWaveS, LightWaveSClassifier])
def test_aeon_classifier_pipeline(problem, small, cls):
    X, y = problem
    head = LogisticRegression() if cls is LightWaveS else cls(**small)
    steps = [Normalizer(), cls(**small)] if cls is LightWaveS else [Normalizer()]
    pipeline = ClassifierPipeline(steps, head, random_state=0)
    assert (clone(pipeline).fit(X, y).predict(X) == y).all()
    assert_array_equal(clone(pipeline).fit(X, y).classes_, [0, 1])


def test_pipeline_names_its_features(transformer, problem):
    X, y = problem
    pipeline = sklearn_pipeline(transformer, StandardScaler()).fit(X, y)
    expected = pipeline[0].get_feature_names_out()
    assert_array_equal(pipeline.get_feature_names_out(), expected)
    frame = pipeline.set_output(transform="pandas").fit(X, y).transform(X)
    assert_array_equal(frame.columns, expected)


def test_feature_union(transformer, problem):
    X, y = problem
    union = FeatureUnion(
        [(v, clone(transformer).set_params(variant=v)) for v in ("L1", "L2")]
    )
    assert union.fit_transform(X, y).shape == (len(X), 40)
    names = union.get_feature_names_out()
    assert names[0].startswith("L1__ch1_k")
    assert len(set(names)) == 40


def test_cached_pipeline(transformer, problem, tmp_path):
    X, y = problem
    pipeline = sklearn_pipeline(transformer, RidgeClassifier(), memory=str(tmp_path))
    first, second = pipeline.fit(X, y).predict(X), pipeline.fit(X, y).predict(X)
    assert_array_equal(first, second)


@PIPELINES
def test_cross_validation_of_a_pipeline(transformer, problem, make_pipeline):
    pipeline = make_pipeline(transformer, RidgeClassifier())
    assert cross_val_score(pipeline, *problem, cv=3).min() > 0.8


def test_cross_validation(classifier, problem):
    X, y = problem
    labels = np.array(["no", "yes"])[y]
    result = cross_validate(
        classifier,
        X,
        labels,
        cv=3,
        scoring=["accuracy", "balanced_accuracy"],
        error_score="raise",
        return_estimator=True,
    )
    assert result["test_accuracy"].min() > 0.8
    assert all(e.is_fitted for e in result["estimator"])
    assert not classifier.is_fitted
    proba = cross_val_predict(classifier, X, labels, cv=3, method="predict_proba")
    assert proba.shape == (len(X), 2)
    auc = cross_val_score(classifier, X, labels, cv=3, scoring="roc_auc")
    assert auc.min() > 0.8


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_cross_validation_in_parallel(classifier, problem, backend):
    """Workers have fewer threads than ``n_jobs=-1`` asks for, which Rocket trips on."""
    expected = cross_val_score(classifier, *problem, cv=3)
    with joblib.parallel_config(backend=backend):
        scores = cross_val_score(
            clone(classifier).set_params(n_jobs=-1),
            *problem,
            cv=3,
            n_jobs=2,
            error_score="raise",
        )
    assert_array_equal(scores, expected)


def test_large_input_to_parallel_workers(classifier, make_problem):
    # joblib hands arrays of over a megabyte to its workers as read-only memory maps.
    X, y = make_problem(n_cases=40, n_timepoints=1500)
    assert X.nbytes > 1 << 20
    scores = cross_val_score(classifier, X, y, cv=2, n_jobs=2, error_score="raise")
    assert_array_equal(scores, 1)


def test_grid_search(classifier, problem):
    X, y = problem
    grid = {"variant": ["L1", "L2"], "n_features": [3, 10]}
    search = GridSearchCV(classifier, grid, cv=2, error_score="raise").fit(X, y)
    assert set(search.best_params_) == set(grid)
    assert len(search.best_estimator_.pipeline_[0].features_) in (3, 10)
    assert (search.predict(X) == y).all()


def test_grid_search_in_a_pipeline(transformer, problem):
    X, y = problem
    pipeline = sklearn_pipeline(transformer, RidgeClassifier())
    grid = {"lightwaves__variant": ["L1", "L2"], "ridgeclassifier__alpha": [0.1, 1]}
    search = GridSearchCV(pipeline, grid, cv=2, n_jobs=2, error_score="raise")
    assert (search.fit(X, y).predict(X) == y).all()


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_calibration(classifier, problem, method):
    X, y = problem
    calibrated = CalibratedClassifierCV(classifier, cv=2, method=method).fit(X, y)
    proba = calibrated.predict_proba(X)
    # Probabilities proper, not the zeros and ones of the bare classifier.
    assert ((proba > 0) & (proba < 1)).any() or method == "isotonic"
    assert_array_equal(calibrated.predict(X), y)


@pytest.mark.parametrize("voting", ["hard", "soft"])
def test_voting(classifier, problem, voting):
    X, y = problem
    members = [
        (v, clone(classifier).set_params(variant=v)) for v in ("L1", "L2", "L1L2")
    ]
    ensemble = VotingClassifier(members, voting=voting).fit(X, y)
    assert (ensemble.predict(X) == y).all()


def test_stacking(classifier, problem):
    X, y = problem
    members = [(v, clone(classifier).set_params(variant=v)) for v in ("L1", "L2")]
    ensemble = StackingClassifier(members, cv=2).fit(X, y)
    assert (ensemble.predict(X) == y).all()


def test_aeon_channel_ensemble(classifier, problem):
    X, y = problem
    ensemble = ClassifierChannelEnsemble(
        [("noise", classifier), ("signal", clone(classifier))], channels=[0, [1, 2]]
    )
    ensemble = clone(ensemble).fit(X, y)
    assert ensemble.predict_proba(X).shape == (len(X), 2)
    assert [c.metadata_["n_channels"] for _, c in ensemble.ensemble_] == [1, 2]


def test_aeon_ensemble(classifier, problem):
    X, y = problem
    members = [clone(classifier).set_params(variant=v) for v in ("L1", "L2", "L1L2")]
    assert (ClassifierEnsemble(members).fit(X, y).predict(X) == y).all()
