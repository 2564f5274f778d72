"""In the place of RocketClassifier: its uses, with only the class name changed."""

import pickle

import joblib
import numpy as np
import pytest
from aeon.benchmarking.resampling import stratified_resample_data
from aeon.classification import BaseClassifier
from aeon.classification.compose import (
    ClassifierChannelEnsemble,
    ClassifierEnsemble,
    ClassifierPipeline,
)
from aeon.classification.convolution_based import RocketClassifier
from aeon.datasets import load_basic_motions, load_japanese_vowels, load_unit_test
from aeon.pipeline import make_pipeline as aeon_pipeline
from aeon.transformations.collection import Normalizer, Tabularizer
from aeon.transformations.collection.channel_selection import ElbowClassSum
from aeon.transformations.collection.unequal_length import Padder, Truncator
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    ConfusionMatrixDisplay,
    accuracy_score,
    classification_report,
)
from sklearn.model_selection import (
    GridSearchCV,
    LeaveOneOut,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
    permutation_test_score,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from lightwaves_aeon import LightWaveSClassifier

pytestmark = pytest.mark.filterwarnings("ignore:The number of unique classes")

FEW = {"n_kernels": 2000, "random_state": 0}


@pytest.fixture(params=[RocketClassifier, LightWaveSClassifier])
def name(request):
    """The one word that differs."""
    return request.param


@pytest.fixture(scope="module")
def motions():
    X, y = load_basic_motions(split="train")
    X_test, y_test = load_basic_motions(split="test")
    return X[:, :, :60], y, X_test[::2, :, :60], y_test[::2]


@pytest.fixture(scope="module")
def chinatown():
    return *load_unit_test(split="train"), *load_unit_test(split="test")


# aeon's own way


def test_first_steps(name, motions):
    X, y, X_test, y_test = motions
    classifier = name(**FEW)
    assert classifier.fit(X, y) is classifier
    predicted = classifier.predict(X_test)
    assert accuracy_score(y_test, predicted) == classifier.score(X_test, y_test) > 0.9
    proba = classifier.predict_proba(X_test)
    assert_allclose(proba.sum(axis=1), 1)
    assert_array_equal(classifier.classes_[proba.argmax(axis=1)], predicted)
    assert_array_equal(classifier.classes_, np.unique(y))
    assert isinstance(classifier, BaseClassifier)
    assert is_classifier(classifier)


def test_positional_parameters(name, motions):
    X, y, *_ = motions
    forest = RandomForestClassifier(5)
    classifier = name(100, forest, None, 1, 3).fit(X, y)
    assert isinstance(classifier.pipeline_[-1], RandomForestClassifier)
    assert classifier.pipeline_[-1].n_estimators == 5


def test_predictions_for_the_training_cases(name, chinatown):
    X, y, *_ = chinatown
    classifier = name(**FEW)
    assert classifier.fit_predict(X, y).shape == y.shape
    assert name(**FEW).fit_predict_proba(X, y).shape == (len(y), 2)


@pytest.mark.parametrize("container", ["2D", "list", "float32", "integers"])
def test_containers(name, chinatown, container):
    X, y, X_test, _ = chinatown
    X, X_test = (
        {
            "2D": lambda X: X[:, 0],
            "list": list,
            "float32": lambda X: X.astype(np.float32),
            "integers": lambda X: X.astype(int),
        }[container](of)
        for of in (X, X_test)
    )
    assert name(**FEW).fit(X, y).predict(X_test).shape == (len(X_test),)


@pytest.mark.parametrize("labels", [["no", "yes"], [False, True], [-1, 1], [0.0, 1.0]])
def test_labels(name, chinatown, labels):
    X, y, *_ = chinatown
    y = np.array(labels)[np.unique(y, return_inverse=True)[1]]
    predicted = name(**FEW).fit(X, y).predict(X)
    assert predicted.dtype == y.dtype
    assert (predicted == y).mean() > 0.9


def test_seeds(name, motions):
    X, y, X_test, _ = motions
    for seed in (7, np.random.RandomState(7)):
        one, other = (
            name(n_kernels=100, random_state=pickle.loads(pickle.dumps(seed)))
            .fit(X, y)
            .predict_proba(X_test)
            for _ in range(2)
        )
        assert_array_equal(one, other)


@pytest.mark.parametrize("n_jobs", [2, -1])
def test_threads(name, motions, n_jobs):
    X, y, X_test, _ = motions
    expected = name(**FEW).fit(X, y).predict(X_test)
    assert_array_equal(name(**FEW, n_jobs=n_jobs).fit(X, y).predict(X_test), expected)


def test_class_weight(name, motions):
    X, y, X_test, y_test = motions
    rare = np.r_[0:20, 20:23]
    for weight in ("balanced", dict.fromkeys(np.unique(y), 2.0)):
        classifier = name(**FEW, class_weight=weight).fit(X[rare], y[rare])
        assert classifier.score(X_test, y_test) > 0.3


def test_estimator_of_ones_own(name, motions):
    X, y, X_test, y_test = motions
    head = LogisticRegression(max_iter=1000)
    classifier = name(**FEW, estimator=head).fit(X, y)
    assert classifier.score(X_test, y_test) > 0.9
    proba = classifier.predict_proba(X_test)
    assert ((proba > 0) & (proba < 1)).all()
    assert not hasattr(head, "coef_")


def test_one_case_at_a_time(name, motions):
    X, y, X_test, _ = motions
    classifier = name(**FEW).fit(X, y)
    expected = classifier.predict(X_test)
    assert_array_equal([classifier.predict(x[None])[0] for x in X_test], expected)


def test_errors(name, motions):
    X, y, *_ = motions
    with pytest.raises(ValueError, match="not been fitted"):
        name().predict(X)
    hurt = X.copy()
    hurt[0, 0, 0] = np.nan
    if name is LightWaveSClassifier:  # and no other
        assert name(**FEW).fit(hurt, y).score(hurt, y) > 0.9
        strict = name(**FEW, missing_values="error")
    else:
        strict = name(**FEW)
    with pytest.raises(ValueError, match=r"missing|NaN"):
        strict.fit(hurt, y)
    with pytest.raises(ValueError, match=r"cases|number"):
        name(**FEW).fit(X, y[:-1])


def test_resamples(name, chinatown):
    X, y, X_test, y_test = chinatown
    for resample in range(3):
        X_1, y_1, X_2, y_2 = stratified_resample_data(
            X, y, X_test, y_test, random_state=resample
        )
        assert name(**FEW).fit(X_1, y_1).score(X_2, y_2) > 0.7


# Pipelines


@pytest.mark.parametrize("together", [make_pipeline, aeon_pipeline])
def test_pipeline(name, motions, together):
    X, y, X_test, y_test = motions
    pipeline = together(Normalizer(), name(**FEW))
    assert accuracy_score(y_test, pipeline.fit(X, y).predict(X_test)) > 0.9


def test_classifier_pipeline(name, motions):
    X, y, X_test, y_test = motions
    pipeline = ClassifierPipeline(Normalizer(), name(n_kernels=2000), random_state=0)
    assert clone(pipeline).fit(X, y).score(X_test, y_test) > 0.9


def test_selection_of_channels(name, motions):
    X, y, X_test, y_test = motions
    pipeline = aeon_pipeline(ElbowClassSum(), name(**FEW))
    assert accuracy_score(y_test, pipeline.fit(X, y).predict(X_test)) > 0.8


@pytest.mark.parametrize("equal", [Padder, Truncator])
def test_series_made_equal(name, equal):
    X, y = load_japanese_vowels(split="train")
    pipeline = aeon_pipeline(equal(), name(**FEW))
    predicted = pipeline.fit(X, y).predict(X)
    # Cut to seven time points, most dilations see nothing but padding.
    assert (predicted == y).mean() > (0.8 if equal is Padder else 2 / 9)


def test_function_before(name, motions):
    X, y, X_test, y_test = motions
    pipeline = make_pipeline(FunctionTransformer(lambda X: X[:, 3:]), name(**FEW))
    assert pipeline.fit(X, y).score(X_test, y_test) > 0.8


# Ensembles


def test_channel_ensemble(name, motions):
    X, y, X_test, y_test = motions
    ensemble = ClassifierChannelEnsemble(
        [("acceleration", name(**FEW)), ("turning", name(**FEW))],
        channels=[[0, 1, 2], [3, 4, 5]],
    )
    assert ensemble.fit(X, y).score(X_test, y_test) > 0.8


def test_ensemble(name, motions):
    X, y, X_test, y_test = motions
    members = [name(n_kernels=200, random_state=seed) for seed in range(2)]
    assert ClassifierEnsemble(members).fit(X, y).score(X_test, y_test) > 0.8


@pytest.mark.parametrize("voting", ["hard", "soft"])
def test_voting(name, motions, voting):
    X, y, X_test, y_test = motions
    table = make_pipeline(Tabularizer(), RandomForestClassifier(random_state=0))
    members = [("waves", name(**FEW)), ("points", table)]
    ensemble = VotingClassifier(members, voting=voting, weights=[2, 1]).fit(X, y)
    assert ensemble.score(X_test, y_test) > 0.8


def test_stacking(name, chinatown):
    X, y, X_test, y_test = chinatown
    members = [("a", name(**FEW)), ("b", name(n_kernels=100, random_state=1))]
    ensemble = StackingClassifier(members, LogisticRegression(), cv=2)
    assert ensemble.fit(X, y).score(X_test, y_test) > 0.8


def test_one_against_the_rest(name, motions):
    X, y, X_test, y_test = motions
    many = OneVsRestClassifier(name(**FEW)).fit(X, y)
    assert accuracy_score(y_test, many.predict(X_test)) > 0.8


# Choice and calibration


def test_cross_validation(name, motions):
    X, y, *_ = motions
    assert cross_val_score(name(**FEW), X, y, cv=2, error_score="raise").mean() > 0.8
    assert cross_val_predict(name(**FEW), X, y, cv=2).shape == y.shape


def test_leave_one_out(name, motions):
    X, y, *_ = motions
    few = np.r_[0:3, 10:13]
    predicted = cross_val_predict(name(**FEW), X[few], y[few], cv=LeaveOneOut())
    assert predicted.shape == (6,)


def test_cross_validation_in_parallel(name, motions):
    X, y, *_ = motions
    scores = cross_val_score(name(**FEW), X, y, cv=2, n_jobs=2, error_score="raise")
    assert scores.mean() > 0.8


def test_threads_within_parallel_cross_validation(motions):
    """RocketClassifier raises here: its workers have fewer threads than it asks for."""
    X, y, *_ = motions
    many = LightWaveSClassifier(**FEW, n_jobs=-1)
    scores = cross_val_score(many, X, y, cv=2, n_jobs=2, error_score="raise")
    assert scores.mean() > 0.8


def test_grid_search(name, motions):
    X, y, X_test, y_test = motions
    grid = {"n_kernels": [100, 200], "estimator": [None, RandomForestClassifier(5)]}
    search = GridSearchCV(name(random_state=0), grid, cv=2, error_score="raise")
    assert search.fit(X, y).score(X_test, y_test) > 0.8


def test_random_search_in_a_pipeline(name, motions):
    X, y, X_test, y_test = motions
    pipeline = make_pipeline(Normalizer(), name(random_state=0))
    grid = {f"{name.__name__.lower()}__n_kernels": [100, 200, 400]}
    search = RandomizedSearchCV(
        pipeline, grid, n_iter=2, cv=2, random_state=0, error_score="raise"
    )
    assert search.fit(X, y).score(X_test, y_test) > 0.8


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_calibration(name, motions, method):
    X, y, X_test, y_test = motions
    calibrated = CalibratedClassifierCV(name(**FEW), cv=2, method=method).fit(X, y)
    assert calibrated.score(X_test, y_test) > 0.8
    assert_allclose(calibrated.predict_proba(X_test).sum(axis=1), 1)


def test_permutations(name, chinatown):
    X, y, *_ = chinatown
    score, others, _ = permutation_test_score(
        name(n_kernels=100, random_state=0),
        X,
        y,
        cv=2,
        n_permutations=2,
        random_state=0,
    )
    assert score > others.mean()


# Reports and files


def test_reports(name, motions):
    pytest.importorskip("matplotlib").use("Agg")
    X, y, X_test, y_test = motions
    classifier = name(**FEW).fit(X, y)
    assert "badminton" in classification_report(y_test, classifier.predict(X_test))
    display = ConfusionMatrixDisplay.from_estimator(classifier, X_test, y_test)
    assert display.confusion_matrix.sum() == len(y_test)


def test_pickle_and_joblib(name, motions, tmp_path):
    X, y, X_test, _ = motions
    classifier = name(**FEW).fit(X, y)
    expected = classifier.predict_proba(X_test)
    again = pickle.loads(pickle.dumps(classifier))
    assert_array_equal(again.predict_proba(X_test), expected)
    joblib.dump(classifier, tmp_path / "classifier.joblib", compress=3)
    again = joblib.load(tmp_path / "classifier.joblib")
    assert_array_equal(again.predict_proba(X_test), expected)


def test_clone_and_parameters(name, motions):
    X, y, *_ = motions
    classifier = name(**FEW).fit(X, y)
    other = clone(classifier)
    assert not other.is_fitted
    assert other.get_params() == classifier.get_params()
    assert other.set_params(n_kernels=100).n_kernels == 100
    assert {"n_kernels", "estimator", "class_weight", "n_jobs", "random_state"} <= set(
        other.get_params()
    )
    assert "n_kernels=100" in repr(other)
