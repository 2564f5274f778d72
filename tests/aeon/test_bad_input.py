"""Bad input is refused with a word on what is wrong, and leaves no trace."""

from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError

from lightwaves_aeon import LightWaveS, LightWaveSClassifier


def spoilt(value):
    """Give a function that puts a bad value into channel 1."""

    def spoil(X):
        X[5, 1, 7] = value
        return X

    return spoil


def frames(X):
    return [pd.DataFrame(x) for x in X]


def unequal(X):
    return [x[:, : 20 + i % 20] for i, x in enumerate(X)]


# Said to be empty, or not to go with y or with the data seen in fit.
EMPTY = "(?i)empty|number of c|length"
BAD_VALUES = {"NaN": np.nan, "inf": np.inf, "-inf": -np.inf}

# What is done to X, and what the message must say, in fit and in transform.
BAD_X = {
    **{name: (spoilt(v), "channel 1") for name, v in BAD_VALUES.items()},
    **{
        f"{name}, {kind}": (lambda X, v=v, c=convert: c(spoilt(v)(X)), message)
        for name, v in BAD_VALUES.items()
        for kind, convert, message in [
            ("float32", lambda X: X.astype(np.float32), "channel 1"),
            ("Fortran order", np.asfortranarray, "channel 1"),
            ("2D", lambda X: X[:, 1], "channel 0|X has 1 channels"),
            ("list", list, "channel 1"),
            ("list of 1D", lambda X: list(X[:, 1]), "channel 0|X has 1 channels"),
            ("df-list", frames, "channel 1"),
        ]
    },
    **{
        f"{name}, unequal length": (lambda X, v=v: unequal(spoilt(v)(X)), "channel 1")
        for name, v in BAD_VALUES.items()
    },
    "unequal channels": (lambda X: [X[0, :1], *X[1:]], "number of channels"),
    "unequal length and channels": (
        lambda X: [X[0, :1], *unequal(X)[1:]],
        "number of channels",
    ),
    "an empty case": (lambda X: [*X[:5], X[5, :, :0], *X[6:]], "(?i)empty.*case 5"),
    "a case without channels": (lambda X: [*X[:5], X[5, :0], *X[6:]], EMPTY),
    "no cases": (lambda X: X[:0], EMPTY),
    "no cases, 2D": (lambda X: X[:0, 0], EMPTY),
    "no cases, list": (lambda X: [], EMPTY),
    "no channels": (lambda X: X[:, :0], EMPTY),
    "no time points": (lambda X: X[:, :, :0], EMPTY),
    "no time points, 2D": (lambda X: X[:, 0, :0], EMPTY),
    "no time points, list": (lambda X: list(X[:, :, :0]), EMPTY),
    "strings": (lambda X: X.astype(str), "numeric"),
    "objects": (lambda X: X.astype(object), "numeric"),
    "complex": (lambda X: X + 1j, "numeric"),
    "a string": (lambda X: "X", "type"),
    "None": (lambda X: None, "type"),
    "list of strings": (lambda X: ["a"] * len(X), "list"),
    "mixed list": (lambda X: [*X[:-1], "a"], "(?i)list|type|numeric"),
    "list of lists": (lambda X: X.tolist(), "list"),
    "1D": (lambda X: X[0, 0], "2D or 3D"),
    "4D": (lambda X: X[None], "2D or 3D"),
}
GAPS = [name for name in BAD_X if name.startswith("NaN")]
"""What is bad only where missing values are an error."""

# What is done to X after fit, and the number of channels that it has then.
BAD_SHAPES = {
    "fewer channels": (lambda X: X[:, :2], 2),
    "more channels": (lambda X: np.tile(X, (1, 2, 1)), 6),
    "2D": (lambda X: X[:, 0], 1),
    "fewer channels, list": (lambda X: list(X[:, :2]), 2),
    "fewer channels, unequal length": (lambda X: unequal(X[:, :2]), 2),
    "fewer channels, another length": (lambda X: X[:, :2, 1:], 2),
    "channels and length swapped": (lambda X: X.transpose(0, 2, 1), 40),
}
OTHER_LENGTHS = {
    "shorter": lambda X: X[:, :, 1:],
    "longer": lambda X: np.tile(X, 2),
    "one time point": lambda X: X[:, :, :1],
    "unequal": unequal,
}


def with_hole(y, hole):
    y = np.array(["no", "yes"], object)[y]
    y[3] = hole
    return y


BAD_Y = {
    "one class": (lambda y: np.zeros_like(y), "at least 2"),
    "too short": (lambda y: y[1:], "number of cases"),
    "too long": (lambda y: np.tile(y, 2), "number of cases"),
    "empty": (lambda y: y[:0], "number of cases|empty"),
    "NaN": (lambda y: np.where(y == 1, np.nan, 0.0), r"\by\b.*(NaN|missing)"),
    "NaN among strings": (lambda y: with_hole(y, np.nan), r"\by\b"),
    "None among strings": (lambda y: with_hole(y, None), r"\by\b"),
    "missing in a Series": (lambda y: pd.Series(with_hole(y, None)), r"\by\b"),
    "mixed types": (lambda y: with_hole(y, 1), r"\by\b"),
    "continuous": (lambda y: y + np.linspace(0, 0.5, len(y)), r"\by\b.*continuous"),
    "2D": (lambda y: np.stack([y, y], axis=1), r"\by\b.*1-dimensional"),
    "column": (lambda y: y[:, None], r"\by\b.*1-dimensional"),
    "list": (lambda y: y.tolist(), r"\by\b.*list"),
    "None": (lambda y: None, r"\by\b.*None"),
}

BAD_PARAMETERS = [
    ({"variant": "L3"}, "variant.*'L3'"),
    ({"variant": None}, "variant"),
    ({"variant": ["L1"]}, "variant"),
    ({"kernels": "no such wavelet"}, "kernels.*'no such wavelet'"),
    ({"kernels": ["haar", "nope"]}, "kernels.*'nope'"),
    ({"kernels": ["haar", "haar"]}, "kernels"),
    ({"kernels": []}, "kernels"),
    ({"kernels": 3}, "kernels"),
    ({"kernels": None}, "kernels"),
    ({"kernels": ["haar", 3]}, "kernels"),
    ({"n_features": 0}, "n_features"),
    ({"n_features": -1}, "n_features"),
    ({"n_features": 20.0}, "n_features"),
    ({"n_features": "20"}, "n_features"),
    ({"n_features": True}, "n_features"),
    ({"max_dilation": 0}, "max_dilation"),
    ({"max_dilation": 2.0}, "max_dilation"),
    ({"max_dilation": "32"}, "max_dilation"),
    ({"max_dilation": 2**30 + 1}, "max_dilation must be at most 1073741824"),
    ({"selector": "best"}, "selector.*'best'"),
    ({"selector": ["mrmr"]}, "selector"),
    ({"max_channels": 0}, "max_channels must be at least 1"),
    ({"max_channels": 2.0}, "max_channels"),
    ({"max_channels": "2"}, "max_channels"),
    ({"max_channels": True}, "max_channels"),
    ({"pool_size": 19}, "pool_size"),
    ({"pool_size": 60.0}, "pool_size"),
    ({"max_cases": 1}, "max_cases"),
    ({"max_cases": 2.5}, "max_cases"),
    ({"max_cases": None}, "max_cases"),
    ({"max_cases": 2}, "max_cases.*classes"),
    ({"n_jobs": 1.5}, "n_jobs"),
    ({"n_jobs": "all"}, "n_jobs"),
    ({"random_state": "seed"}, "seed"),
    ({"missing_values": "impute"}, "missing_values must be .*'allow'.*'impute'"),
    ({"missing_values": None}, "missing_values"),
    ({"missing_values": True}, "missing_values"),
    ({"augment_missing": 1.0}, "augment_missing must be from 0 to below 1"),
    ({"augment_missing": -0.1}, "augment_missing"),
    ({"augment_missing": np.nan}, "augment_missing"),
    ({"augment_missing": "0.3"}, "augment_missing"),
    ({"augment_missing": True}, "augment_missing"),
    ({"augment_missing": 0.3}, "augment_missing needs selector='distil'"),
    (
        {"augment_missing": 0.3, "selector": "distil", "missing_values": "error"},
        "augment_missing needs missing_values='allow'",
    ),
]
BAD_CLASSIFIER_PARAMETERS = [
    ({"n_kernels": 0, "n_features": None}, "n_kernels"),
    ({"n_kernels": 2.5, "n_features": None}, "n_kernels"),
    ({"class_weight": "even"}, "class_weight"),
    ({"estimator": 3}, "estimator"),
]


@contextmanager
def unchanged(estimator, X=None):
    """Check that the attributes, and the answers where fitted, stay the same."""
    before = vars(estimator).copy()
    answers = None if X is None else answer(estimator, X)
    yield
    assert vars(estimator).keys() == before.keys()
    assert all(vars(estimator)[name] is value for name, value in before.items())
    if X is not None:
        assert_array_equal(answer(estimator, X), answers)


def answer(estimator, X):
    if isinstance(estimator, LightWaveS):
        return estimator.transform(X)
    return estimator.decision_function(X)


def check_fit_refuses(estimator, X, y, error, match, fit="fit"):
    with unchanged(estimator), pytest.raises(error, match=match):
        getattr(estimator, fit)(X, y)
    assert not estimator.is_fitted


def check_refit_refuses(estimator, X, y, error, match, seen, fit="fit"):
    with unchanged(estimator, seen), pytest.raises(error, match=match):
        getattr(estimator, fit)(X, y)
    assert estimator.is_fitted


BAD = (ValueError, TypeError)

# aeon and scikit-learn compute with the bad values before they refuse them.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.mark.parametrize("name", BAD_X)
def test_bad_collection(estimator, problem, name):
    (spoil, match), (X, y) = BAD_X[name], problem
    bad = spoil(X.copy())
    if name in GAPS:
        estimator.set_params(missing_values="error")
    check_fit_refuses(estimator, bad, y, BAD, match)
    estimator.fit(X, y)
    check_refit_refuses(estimator, bad, y, BAD, match, seen=X)
    with unchanged(estimator, X), pytest.raises(BAD, match=match):
        answer(estimator, bad)


@pytest.mark.parametrize("name", GAPS)
def test_missing_values_are_no_bad_input(estimator, problem, name):
    X, y = problem
    gapped = BAD_X[name][0](X.copy())
    estimator.fit(gapped, y)
    assert estimator.metadata_["missing_values"]
    assert np.isfinite(answer(estimator, gapped)).all()


@pytest.mark.parametrize(("spoil", "n_channels"), BAD_SHAPES.values(), ids=BAD_SHAPES)
def test_other_channels_than_in_fit(estimator, problem, spoil, n_channels):
    X, y = problem
    estimator.fit(X, y)
    match = rf"X has {n_channels} channels, but {type(estimator).__name__} .* to 3$"
    with unchanged(estimator, X), pytest.raises(ValueError, match=match):
        answer(estimator, spoil(X))


@pytest.mark.parametrize("change", OTHER_LENGTHS.values(), ids=OTHER_LENGTHS)
def test_another_length_than_in_fit_is_no_error(estimator, problem, change):
    X, y = problem
    other = change(X)
    estimator.fit(X, y)
    with unchanged(estimator, X):
        found = answer(estimator, other)
        alone = [answer(estimator, x[None]) for x in other]
    assert_array_equal(found, np.concatenate(alone))


@pytest.mark.parametrize("missing_values", ["allow", "error"])
@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_every_way_to_predict_checks(classifier, problem, method, missing_values):
    X, y = problem
    classifier.set_params(missing_values=missing_values)
    predict = getattr(classifier.fit(X, y), method)
    value, word = (np.nan, "NaN") if missing_values == "error" else (np.inf, "inf")
    for bad, match in [
        (spoilt(value)(X.copy()), f"channel 1 holds {word}.* first in case 5"),
        (X[:, :2], "X has 2 channels"),
        (unequal(X[:, :2]), "X has 2 channels"),
        (unequal(spoilt(value)(X.copy())), f"channel 1 holds {word}.* in case 5"),
    ]:
        with unchanged(classifier, X), pytest.raises(ValueError, match=match):
            predict(bad)


@pytest.mark.parametrize("value", BAD_VALUES.values(), ids=BAD_VALUES)
def test_channels_that_the_table_does_not_name_are_not_read(estimator, problem, value):
    X, y = problem
    estimator.set_params(n_features=1, missing_values="error").fit(X, y)
    transformer = getattr(estimator, "pipeline_", [estimator])[0]
    (used,) = transformer.channels_
    unused = [channel for channel in range(X.shape[1]) if channel != used]
    spoilt_there = X.copy()
    spoilt_there[:, unused] = value
    assert_array_equal(answer(estimator, spoilt_there), answer(estimator, X))
    with pytest.raises(ValueError, match=f"channel {unused[0]}"):
        estimator.fit(spoilt_there, y)


@pytest.mark.parametrize(("spoil", "match"), BAD_Y.values(), ids=BAD_Y)
def test_bad_labels(estimator, problem, spoil, match):
    X, y = problem
    check_fit_refuses(estimator, X, spoil(y), BAD, match)
    estimator.fit(X, y)
    check_refit_refuses(estimator, X, spoil(y), BAD, match, seen=X)


@pytest.mark.parametrize(("params", "match"), BAD_PARAMETERS, ids=str)
def test_bad_parameters(estimator, make_problem, params, match):
    X, y = make_problem(n_classes=3)
    estimator.fit(X, y).set_params(**params)
    check_refit_refuses(estimator, X, y, BAD, match, seen=X)
    check_fit_refuses(estimator.reset(), X, y, BAD, match)


@pytest.mark.parametrize(("params", "match"), BAD_CLASSIFIER_PARAMETERS, ids=str)
def test_bad_classifier_parameters(classifier, problem, params, match):
    X, y = problem
    classifier.fit(X, y).set_params(**params)
    check_refit_refuses(classifier, X, y, BAD, match, seen=X)
    check_fit_refuses(classifier.reset(), X, y, BAD, match)


@pytest.mark.parametrize("variant", ["L1L2", "plus"])
def test_transformer_needs_a_number_of_features(transformer, problem, variant):
    transformer.set_params(n_features=None, variant=variant)
    check_fit_refuses(transformer, *problem, TypeError, "n_features")


@pytest.mark.parametrize(
    ("cls", "fit"),
    [
        (LightWaveS, "fit_transform"),
        (LightWaveSClassifier, "fit_predict"),
        (LightWaveSClassifier, "fit_predict_proba"),
    ],
)
def test_other_ways_to_fit_leave_no_trace_either(problem, small, cls, fit):
    X, y = problem
    bad = spoilt(np.inf)(X.copy())
    check_fit_refuses(cls(**small), bad, y, ValueError, "channel 1", fit)
    fitted = cls(**small).fit(X, y)
    check_refit_refuses(fitted, bad, y, ValueError, "channel 1", X, fit)


class Failing(ClassifierMixin, BaseEstimator):
    """A head whose fit does not come back."""

    def __init__(self, error):
        self.error = error

    def fit(self, X, y):
        raise self.error


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, RuntimeError])
def test_fit_broken_off_in_the_head(classifier, problem, error):
    X, y = problem
    classifier.fit(X, y).set_params(estimator=Failing(error))
    check_refit_refuses(classifier, X, y, error, match=None, seen=X)
    check_fit_refuses(classifier.reset(), X, y, error, match=None)


@pytest.mark.parametrize(
    ("cls", "ask"),
    [
        (LightWaveS, lambda e, X: e.transform(X)),
        (LightWaveS, lambda e, X: e.features_),
        (LightWaveS, lambda e, X: e.channels_),
        (LightWaveS, lambda e, X: e.get_feature_names_out()),
        (LightWaveSClassifier, lambda e, X: e.predict(X)),
        (LightWaveSClassifier, lambda e, X: e.predict_proba(X)),
        (LightWaveSClassifier, lambda e, X: e.score(X, np.zeros(len(X)))),
    ],
    ids=[
        "transform",
        "features_",
        "channels_",
        "get_feature_names_out",
        "predict",
        "predict_proba",
        "score",
    ],
)
def test_not_fitted(problem, cls, ask):
    X, y = problem
    unfitted = cls()
    with unchanged(unfitted), pytest.raises(NotFittedError, match=cls.__name__):
        ask(unfitted, X)
    with pytest.raises(ValueError, match="channel"):
        unfitted.fit(np.full_like(X, np.inf), y)
    with pytest.raises(NotFittedError, match=cls.__name__):
        ask(unfitted, X)


def test_fit_succeeds_after_a_failure(estimator, problem):
    X, y = problem
    expected = answer(estimator.fit(X, y), X)
    with pytest.raises(ValueError, match="channel 1"):
        estimator.fit(spoilt(np.inf)(X.copy()), y)
    assert_array_equal(answer(estimator.fit(X, y), X), expected)


def test_value_far_out_of_scale(estimator, problem):
    X, y = problem
    huge = X.copy()
    huge[0, 1, 0] = 1e200
    estimator.fit(X, y)
    with pytest.raises(ValueError, match="channel 1"):
        answer(estimator, huge)
