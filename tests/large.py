"""A problem of more cases than the search looks at, and what fits to it must share."""

import numpy as np
from numpy.testing import assert_array_equal

N_CASES = 17_000
LABELS = np.array(["low", "mid", "top"])
PARAMETERS = {"n_features": 20, "max_cases": 60, "random_state": 0}
SEARCHED = 8192
"""Cases of the sample; the others are read in the passes over the blocks alone."""


def made_problem(n_cases=N_CASES, n_channels=1, seed=0):
    """Noise, and in channel 0 a sine at a pace of the class, some of which are rare.

    The values are those of float32, in whatever type they are stored.
    """
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_cases, n_channels, 30)).astype(np.float32)
    classes = rng.choice(3, n_cases, p=[0.6, 0.3, 0.1])
    pace = 0.3 + 0.7 * classes[:, None]
    X[:, 0] += (np.sin(pace * np.arange(30)) / 2).astype(np.float32)
    return X, LABELS[classes]


def with_gaps(X, seed=2):
    """The same with single values, ends and channels missing from half of the cases."""
    rng, X = np.random.default_rng(seed), X.copy()
    X[::4][rng.random(X[::4].shape) < 0.3] = np.nan
    X[1::8, :, 20:] = np.nan
    X[5::16, -1] = np.nan
    X[13::64] = np.nan
    return X


def assert_same_fit(found, expected):
    """Compare what two classifiers have learned, to the last bit."""
    for name in ("classes_", "coef_", "intercept_", "alpha_", "best_score_"):
        of_found, of_expected = (
            getattr(classifier.estimator_, name) for classifier in (found, expected)
        )
        assert_array_equal(of_found, of_expected, strict=True)
    table, other = (clf.pipeline_[0] for clf in (found, expected))
    assert table.features_.equals(other.features_)
    scaler, other = (clf.pipeline_[1] for clf in (found, expected))
    assert_array_equal(scaler.mean_, other.mean_)
    assert_array_equal(scaler.scale_, other.scale_)
    whole = made_problem(50, found.metadata_["n_channels"], seed=1)[0]
    for X in (whole, with_gaps(whole)) if found.missing_values == "allow" else [whole]:
        assert_array_equal(found.predict_proba(X), expected.predict_proba(X))
