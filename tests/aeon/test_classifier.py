"""LightWaveSClassifier: a drop-in for RocketClassifier, and what it adds."""

import copy
import inspect
import io
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from aeon.classification.convolution_based import RocketClassifier
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, RidgeClassifier, RidgeClassifierCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from lightwaves_aeon import LightWaveS, LightWaveSClassifier


def test_parameters_begin_with_those_of_rocket():
    def parameters(cls):
        return [
            (p.name, p.default, p.kind)
            for p in inspect.signature(cls).parameters.values()
        ]

    expected = parameters(RocketClassifier)
    assert len(expected) == 5
    assert parameters(LightWaveSClassifier)[:5] == expected


def test_fitted_attributes_are_those_of_rocket(classifier, problem):
    X, y = problem
    rocket = RocketClassifier(n_kernels=10).fit(X, y)
    classifier.fit(X, y)

    def public(estimator):
        return {name for name in vars(estimator) if name.endswith("_")}

    assert public(classifier) == public(rocket)
    assert {"classes_", "n_classes_", "estimator_", "pipeline_"} <= public(classifier)
    assert_array_equal(classifier.classes_, rocket.classes_)
    assert classifier.n_classes_ == rocket.n_classes_
    assert type(classifier.pipeline_) is type(rocket.pipeline_)
    assert type(classifier.estimator_) is type(rocket.estimator_)
    for method in ("predict", "predict_proba"):
        ours, theirs = getattr(classifier, method)(X), getattr(rocket, method)(X)
        assert ours.shape == theirs.shape
        assert ours.dtype == theirs.dtype


@pytest.mark.parametrize(
    ("n_kernels", "n_features"), [(10_000, 500), (400, 20), (20, 1), (1, 1)]
)
@pytest.mark.filterwarnings("ignore:n_kernels=")
def test_n_kernels_sets_the_number_of_features(problem, n_kernels, n_features):
    X, y = problem
    classifier = LightWaveSClassifier(n_kernels, variant="L1L2", max_dilation=4).fit(
        X, y
    )
    assert classifier.pipeline_[0].n_features == n_features
    assert classifier.pipeline_[0].transform(X).shape == (len(X), n_features)


def test_few_kernels_are_hardly_what_was_meant(problem):
    clf = LightWaveSClassifier(84, variant="L1", max_dilation=4)
    with pytest.warns(UserWarning, match="n_kernels=84 keeps 4 features"):
        clf.fit(*problem)
    clf.set_params(n_features=4).fit(*problem)  # for which there is no warning


def test_n_features_goes_before_n_kernels(problem):
    classifier = LightWaveSClassifier(
        400, variant="L1L2", n_features=7, max_dilation=4
    ).fit(*problem)
    assert len(classifier.pipeline_[0].features_) == 7
    assert classifier.n_kernels == 400


def test_parameters_reach_the_transformer(make_problem):
    X, y = make_problem(n_cases=30)
    params = {
        "n_features": 7,
        "variant": "L2",
        "kernels": ("haar", "mexh"),
        "max_dilation": 2,
        "pool_size": 30,
        "max_cases": 15,
        "random_state": 3,
    }
    classifier = LightWaveSClassifier(**params, n_jobs=2).fit(X, y)
    expected = LightWaveS(**params).fit(X, y)
    assert classifier.pipeline_[0].features_.equals(expected.features_)
    assert classifier.pipeline_[0].n_jobs == 2


def test_verbose(classifier, problem, capsys):
    classifier.fit(*problem)
    assert capsys.readouterr() == ("", "")
    classifier.set_params(verbose=1).fit(*problem)
    assert "100%" in capsys.readouterr().out


def test_default_head(classifier, problem):
    X, y = problem
    classifier.fit(X, y)
    steps = [step for _, step in classifier.pipeline_.steps]
    assert [type(step) for step in steps] == [
        LightWaveS,
        StandardScaler,
        RidgeClassifierCV,
    ]
    assert steps[-1] is classifier.estimator_
    assert classifier.estimator is None
    assert_allclose(classifier.estimator_.alphas, np.logspace(-3, 3, 10) * len(X))
    assert classifier.estimator_.class_weight is None


def test_class_weight_reaches_the_default_head(classifier, problem):
    X, y = problem
    y[6:] = 0  # three of class 1 are left
    X = np.random.default_rng(0).normal(size=X.shape)
    plain = clone(classifier).fit(X, y)
    for class_weight in ("balanced", {0: 1, 1: 7}):
        weighted = clone(classifier).set_params(class_weight=class_weight).fit(X, y)
        assert weighted.estimator_.class_weight == class_weight
        assert (weighted.predict(X) == 1).sum() >= (plain.predict(X) == 1).sum()
        assert not np.allclose(
            weighted.decision_function(X), plain.decision_function(X)
        )


@pytest.mark.parametrize("seed", [None, 7, np.random.RandomState(0)], ids=str)
def test_custom_estimator(classifier, problem, seed):
    X, y = problem
    X = np.random.default_rng(0).normal(size=X.shape)  # trees are in two minds here
    forest = RandomForestClassifier(n_estimators=5)
    classifier.set_params(estimator=forest, random_state=seed).fit(X, y)
    assert classifier.estimator is forest
    assert not hasattr(forest, "estimators_")
    assert forest.random_state is None
    assert isinstance(classifier.estimator_, RandomForestClassifier)
    assert classifier.estimator_ is classifier.pipeline_[-1]
    assert (classifier.estimator_.random_state is None) == (seed is None)
    proba = classifier.predict_proba(X)
    assert_array_equal(proba, classifier.pipeline_.predict_proba(X))
    assert ((proba > 0) & (proba < 1)).any()
    if isinstance(seed, int):
        again = clone(classifier).fit(X, y)
        assert_array_equal(again.predict_proba(X), proba)


@pytest.mark.parametrize("n_classes", [2, 5, 26])
@pytest.mark.parametrize(
    "head", [None, LogisticRegression(), KNeighborsClassifier(3)], ids=str
)
def test_predict_proba(classifier, make_problem, n_classes, head):
    X, y = make_problem(n_cases=52, n_classes=n_classes)
    classes = np.array([f"class {label:02}" for label in range(n_classes)])[::-1]
    classifier.set_params(estimator=head).fit(X, classes[y])
    proba = classifier.predict_proba(X)
    assert proba.shape == (len(X), n_classes)
    assert_allclose(proba.sum(axis=1), 1, rtol=1e-6)
    assert (proba >= 0).all()
    assert_array_equal(classifier.classes_, np.sort(classes))
    best = classifier.classes_[proba.argmax(axis=1)]
    assert_array_equal(best, classifier.predict(X))
    predict_proba = classifier.compile().predict_proba
    if head is None:
        assert_array_equal([predict_proba(x) for x in X], proba)
    else:
        assert_allclose([predict_proba(x) for x in X], proba, rtol=1e-5, atol=1e-6)


def test_compiled_probabilities_only_where_there_are_some(classifier, problem):
    classifier.set_params(estimator=RidgeClassifier()).fit(*problem)
    assert not hasattr(classifier.compile(), "predict_proba")


def test_the_model_shows_without_a_detour(classifier, problem):
    chosen = classifier.set_params(max_channels=1, selector="detach", n_features="auto")
    clf, transformer = chosen.fit(*problem), chosen.pipeline_[0]
    assert_array_equal(clf.channels_, transformer.channels_)
    for name in ("selection_path_", "channel_path_"):
        pd.testing.assert_frame_equal(getattr(clf, name), getattr(transformer, name))
    clf = clone(clf).set_params(max_channels=None, n_features=5).fit(*problem)
    assert not hasattr(clf, "selection_path_")
    assert not hasattr(clf, "channel_path_")


@pytest.mark.parametrize("head", [None, LogisticRegression(), SVC()], ids=str)
@pytest.mark.parametrize("n_classes", [2, 4])
def test_decision_function(classifier, make_problem, head, n_classes):
    X, y = make_problem(n_classes=n_classes)
    classifier.set_params(estimator=head).fit(X, y)
    scores = classifier.decision_function(X)
    # Summed in another order, and from float32 there.
    expected = classifier.pipeline_.decision_function(X)
    assert_allclose(scores, expected, rtol=1e-5, atol=1e-6)
    assert_array_equal(scores, classifier.decision_function(list(X)))
    if n_classes == 2:
        assert scores.shape == (len(X),)
        best = (scores > 0).astype(int)
    else:
        assert scores.shape == (len(X), n_classes)
        best = scores.argmax(axis=1)
    assert_array_equal(classifier.classes_[best], classifier.predict(X))


def test_decision_function_only_where_the_estimator_has_one(classifier, problem):
    X, y = problem
    assert not hasattr(classifier, "decision_function")
    with pytest.raises((AttributeError, NotFittedError)):
        classifier.decision_function(X)
    classifier.fit(X, y)
    assert hasattr(classifier, "decision_function")
    classifier.set_params(estimator=RandomForestClassifier(n_estimators=2)).fit(X, y)
    assert not hasattr(classifier, "decision_function")
    with pytest.raises(AttributeError, match="decision_function"):
        classifier.decision_function(X)


@pytest.mark.parametrize(
    "relabel",
    [
        lambda y: np.array(["no", "yes"])[y],
        lambda y: np.array([7, -3])[y],
        lambda y: y.astype(np.int8),
        lambda y: y == 1,
        lambda y: y.astype(float),
        lambda y: pd.Series(np.array([7, -3])[y], index=y + 5),
    ],
    ids=["str", "int", "int8", "bool", "float", "Series"],
)
def test_labels_come_back_as_they_went_in(classifier, problem, relabel):
    X, y = problem
    labels = relabel(y)
    classifier.fit(X, labels)
    predicted = classifier.predict(X)
    assert isinstance(predicted, np.ndarray)
    assert predicted.dtype == classifier.classes_.dtype == labels.dtype
    # Classes this far apart leave no doubt.
    assert_array_equal(predicted, labels)
    assert_array_equal(classifier.classes_, np.unique(labels))
    assert classifier.score(X, labels) == 1


@pytest.mark.parametrize(
    "relabel",
    [
        lambda y: np.array(["no", "yes"], object)[y],
        lambda y: pd.Series(np.array(["no", "yes"])[y]),
        lambda y: pd.Series(np.array(["no", "yes"])[y]).astype("category"),
        lambda y: pd.Series(y).astype("Int64"),
        lambda y: pd.DataFrame({"label": y}),
        # Scalars of NumPy among those of Python sort and compare like them.
        lambda y: np.array(
            [np.str_("no"), *np.array(["no", "yes"])[y[1:]].tolist()], "O"
        ),
    ],
    ids=["object", "str Series", "category", "Int64", "DataFrame", "str_"],
)
def test_labels_in_other_containers(classifier, problem, relabel):
    X, y = problem
    labels = relabel(y)
    predicted = classifier.fit(X, labels).predict(X)
    assert_array_equal(predicted, np.asarray(labels).ravel())


def test_many_classes(classifier, make_problem):
    X, y = make_problem(n_cases=78, n_classes=26)
    labels = np.array(list("abcdefghijklmnopqrstuvwxyz"))[y]
    classifier.set_params(n_features=60).fit(X, labels)
    assert classifier.n_classes_ == 26
    assert classifier.score(X, labels) > 0.5


def test_class_with_one_case(classifier, problem):
    X, y = problem
    y[0] = 2
    X[0] += 10
    assert_array_equal(classifier.fit(X, y).predict(X), y)


@pytest.mark.parametrize("head", [None, RandomForestClassifier(n_estimators=5)])
def test_n_jobs_makes_no_difference(classifier, problem, head):
    X, y = problem
    many = np.tile(X, (400, 1, 1))  # enough to be split over threads
    classifier.set_params(estimator=head, random_state=0)
    expected = clone(classifier).fit(X, y).predict_proba(many)
    for n_jobs in (2, -1):
        other = clone(classifier).set_params(n_jobs=n_jobs).fit(X, y)
        assert_array_equal(other.predict_proba(many), expected)


def test_a_case_does_not_depend_on_the_others(classifier, problem):
    X, y = problem
    classifier.fit(X, y)
    for method in (classifier.predict, classifier.predict_proba):
        assert_array_equal(np.concatenate([method(x[None]) for x in X]), method(X))


def test_univariate_2d_input(classifier, make_problem):
    X, y = make_problem(n_channels=1)
    classifier.fit(X[:, 0], y)
    assert_array_equal(classifier.predict(X[:, 0]), classifier.predict(X))
    assert_array_equal(classifier.predict(X[:1, 0]), y[:1])


def test_same_seed_same_predictions(classifier, make_problem):
    X, y = make_problem(n_cases=40)
    forest = RandomForestClassifier(n_estimators=5)
    classifier.set_params(max_cases=10, estimator=forest, random_state=5)
    one, other = clone(classifier).fit(X, y), clone(classifier).fit(X, y)
    assert_array_equal(one.predict_proba(X), other.predict_proba(X))
    assert_array_equal(one.fit(X, y).predict_proba(X), other.predict_proba(X))


def _joblib(estimator):
    file = io.BytesIO()
    joblib.dump(estimator, file)
    file.seek(0)
    return joblib.load(file)


@pytest.mark.parametrize(
    "duplicate",
    [lambda e: pickle.loads(pickle.dumps(e)), _joblib, copy.deepcopy],
    ids=["pickle", "joblib", "deepcopy"],
)
@pytest.mark.parametrize("head", [None, LogisticRegression()], ids=str)
def test_copies_give_the_same_answers(classifier, problem, duplicate, head):
    X, y = problem
    copied = duplicate(classifier.set_params(estimator=head).fit(X, y))
    assert_array_equal(copied.decision_function(X), classifier.decision_function(X))
    assert_array_equal(copied.predict_proba(X), classifier.predict_proba(X))
    assert not duplicate(clone(classifier)).is_fitted


def test_clone(classifier, problem):
    X, y = problem
    forest = RandomForestClassifier(n_estimators=3)
    classifier.set_params(estimator=forest, random_state=0).fit(X, y)
    copied = clone(classifier)
    assert not copied.is_fitted
    assert copied.estimator is not forest
    assert repr(copied) == repr(classifier)
    assert_array_equal(copied.fit(X, y).predict_proba(X), classifier.predict_proba(X))


def test_nested_parameters(classifier):
    classifier.set_params(estimator=RandomForestClassifier())
    classifier.set_params(estimator__n_estimators=3, variant="L1")
    assert classifier.estimator.n_estimators == 3
    assert classifier.get_params()["estimator__n_estimators"] == 3
    assert classifier.get_params(deep=False)["variant"] == "L1"


def test_refit_leaves_nothing_behind(classifier, problem, make_problem):
    X, y = make_problem(n_cases=30, n_channels=5, n_timepoints=31, n_classes=4, seed=1)
    labels = np.array(list("abcd"))[y]
    refitted = clone(classifier).fit(*problem).fit(X, labels)
    fresh = classifier.fit(X, labels)
    assert_array_equal(refitted.classes_, fresh.classes_)
    assert_array_equal(refitted.decision_function(X), fresh.decision_function(X))
    assert refitted.metadata_ == fresh.metadata_


def test_reset(classifier, problem):
    classifier.fit(*problem)
    assert classifier.reset() is classifier
    assert not classifier.is_fitted
    assert vars(classifier).keys() == vars(clone(classifier)).keys()
    assert classifier.fit(*problem).is_fitted


def test_fit_predict(classifier, problem):
    X, y = problem
    assert (classifier.fit_predict(X, y) == y).mean() > 0.9
    assert classifier.is_fitted
    assert classifier.fit_predict_proba(X, y).shape == (len(X), 2)


def test_input_is_not_changed(classifier, problem):
    X, y = problem
    X.flags.writeable = y.flags.writeable = False
    classifier.fit(X, y).predict_proba(X)


def test_is_a_classifier(classifier):
    assert is_classifier(classifier)
