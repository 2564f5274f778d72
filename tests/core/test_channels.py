"""Fewer channels: those that are missed least go first, and features follow."""

import pickle

import numpy as np
import oracle
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from lightwaves_aeon import (
    LightWaveS,
    LightWaveSChannelSelector,
    LightWaveSClassifier,
)
from lightwaves_aeon.core.convolution.features import candidate_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.selection.candidates import InputAtDilation, candidate_sets
from lightwaves_aeon.core.selection.channels import (
    CHANNEL_PATH,
    GRAM_ALPHAS,
    ChannelTask,
    channel_path,
    gram_of,
    n_cases_for_grams,
    selected_channels,
)
from lightwaves_aeon.core.selection.variants import VARIANTS
from lightwaves_aeon.core.targets import Targets, one_vs_rest_targets

N_CASES, N_COLUMNS = 18, 5


def make_columns(n_channels, n_classes, seed):
    """Standardised columns of each channel, some of which know the classes a little."""
    rng = np.random.default_rng(seed)
    classes = np.sort(np.arange(N_CASES) % n_classes)
    columns = rng.normal(size=(n_channels, N_CASES, N_COLUMNS))
    strength = rng.uniform(0, 1.5, size=(n_channels, 1, N_COLUMNS))
    columns += strength * rng.normal(size=(n_classes, N_COLUMNS))[classes]
    columns -= columns.mean(axis=1, keepdims=True)
    return columns / columns.std(axis=1, keepdims=True), classes


def grams_of(columns):
    return np.stack([x @ x.T for x in columns]).astype(np.float32) / N_COLUMNS


# The oracle: regressions on the columns themselves, with one case left out each time


def errors_left_out(columns, left, targets, alpha):
    """Squared error of each case by a regression on all others."""
    x = np.hstack(columns[left]) / np.sqrt(N_COLUMNS * len(left))
    errors = []
    for case in range(len(x)):
        rest = np.delete(np.arange(len(x)), case)
        # Left out of the fit, but not of the mean of the columns, nor of the targets.
        ridge = Ridge(alpha).fit(x[rest], targets[rest])
        found = np.atleast_2d(ridge.predict(x[[case]])).reshape(1, -1)
        errors.append(np.square(found - targets[case]).sum())
    return np.array(errors)


def best_alpha(columns, left, targets):
    totals = [errors_left_out(columns, left, targets, a).sum() for a in GRAM_ALPHAS]
    return GRAM_ALPHAS[int(np.argmin(totals))]


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_each_step_drops_what_is_missed_least(n_classes, seed):
    columns, classes = make_columns(4, n_classes, seed)
    targets = one_vs_rest_targets(classes, n_classes)
    path = channel_path(grams_of(columns), Targets(classes), 2)
    assert_array_equal(path["n_channels"], [1, 2, 3, 4])
    left = [0, 1, 2, 3]
    while len(left) > 1:
        alpha = best_alpha(columns, left, targets)
        point = path[len(left) - 1]
        error = errors_left_out(columns, left, targets, alpha).mean()
        assert_allclose(point["loo_error"], error, rtol=1e-4)
        without = [
            errors_left_out(
                columns, [c for c in left if c != dropped], targets, alpha
            ).sum()
            for dropped in left
        ]
        expected = left[int(np.argmin(without))]
        assert point["channel"] == expected
        left.remove(expected)
    assert path["channel"][0] == left[0]


@pytest.mark.parametrize("seed", range(2))
def test_of_more_than_32_the_lightest_is_dropped(seed):
    columns, classes = make_columns(35, 3, seed)
    targets = one_vs_rest_targets(classes, 3)
    path = channel_path(grams_of(columns), Targets(classes), 2)
    left = list(range(35))
    while len(left) > 32:
        alpha = best_alpha(columns, left, targets)
        x = np.hstack(columns[left]) / np.sqrt(N_COLUMNS * len(left))
        weights = Ridge(alpha).fit(x, targets).coef_
        parts = np.square(weights).reshape(len(weights), len(left), -1).sum(axis=(0, 2))
        expected = left[int(np.argmin(parts))]
        assert path["channel"][len(left) - 1] == expected
        left.remove(expected)


# The path


@given(
    st.integers(1, 6), st.sampled_from([2, 3]), st.integers(0, 99), st.integers(1, 9)
)
def test_path_has_each_channel_once(n_channels, n_classes, seed, max_channels):
    columns, classes = make_columns(n_channels, n_classes, seed)
    path = channel_path(grams_of(columns), Targets(classes), max_channels)
    assert path.dtype == CHANNEL_PATH
    assert_array_equal(np.sort(path["channel"]), np.arange(n_channels))
    assert path["chosen"].sum() == 1
    kept = selected_channels(path)
    assert len(kept) == min(max_channels, n_channels)
    assert_array_equal(kept, np.unique(path["channel"][: len(kept)]))


@given(st.integers(0, 99))
def test_number_chosen_is_the_smallest_within_a_standard_error(seed):
    columns, classes = make_columns(5, 2, seed)
    path = channel_path(grams_of(columns), Targets(classes), None)
    best = path[np.argmin(path["loo_error"])]
    chosen = path[path["chosen"]][0]
    assert best["standard_error"] == 0
    assert chosen["loo_error"] <= best["loo_error"] + chosen["standard_error"]
    fewer = path[: chosen["n_channels"] - 1]
    assert (fewer["loo_error"] > best["loo_error"] + fewer["standard_error"]).all()


@pytest.mark.parametrize("n_channels", [4, 36])
def test_of_equal_channels_the_first_is_kept(n_channels):
    columns, classes = make_columns(1, 2, 0)
    path = channel_path(
        grams_of(np.repeat(columns, n_channels, axis=0)), Targets(classes), 1
    )
    assert_array_equal(path["channel"], np.arange(n_channels))


def knowing(known, n_classes=3, seed=0):
    """Columns of channels that know some class each; or none, where it is None."""
    rng = np.random.default_rng(seed)
    classes = np.sort(np.arange(N_CASES) % n_classes)
    columns = rng.normal(size=(len(known), N_CASES, N_COLUMNS))
    for column, of in zip(columns, known, strict=True):
        column += 0 if of is None else 4 * (classes == of)[:, None]
    return columns - columns.mean(axis=1, keepdims=True), classes


def test_what_is_said_twice_is_not_kept():
    columns, classes = knowing([0, 0, 1])
    columns[1] = columns[0]
    path = channel_path(grams_of(columns), Targets(classes), 2)
    assert selected_channels(path).tolist() == [0, 2]


def test_what_says_nothing_goes_first():
    columns, classes = knowing([None, 0, None, 1, 2])
    columns[2] = 0
    path = channel_path(grams_of(columns), Targets(classes), 3)
    assert selected_channels(path).tolist() == [1, 3, 4]


def test_nothing_to_tell_classes_apart_by():
    path = channel_path(
        np.zeros((3, 12, 12), np.float32), Targets(np.repeat([0, 1], 6)), None
    )
    assert np.isfinite(path["loo_error"]).all()
    assert selected_channels(path).tolist() == [0]


def test_number_of_cases():
    assert n_cases_for_grams(1, 2) == n_cases_for_grams(256, 2) == 500
    assert n_cases_for_grams(4000, 2) ** 2 * 4000 <= 2**26
    assert n_cases_for_grams(10**6, 40) == 40  # one of each class at least


# The Gram matrix


@pytest.mark.parametrize("variant", ["L1", "L1L2"])
def test_gram_matrix_is_that_of_all_features(variant):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(6, 1, 20))
    bank = kernel_bank(["haar", "mexh"])
    of_channel = candidate_sets(VARIANTS[variant], bank)[0]
    mean, std = np.zeros(1), np.ones(1)
    constants = mean, std, np.zeros(1, int)
    bound = [of_channel.bind(InputAtDilation(0, 0, -1, d), *constants) for d in (1, 2)]
    rows = np.concatenate(
        [candidate_rows(0, d, 2, VARIANTS[variant].levels) for d in (1, 2)]
    )
    features = oracle.features(X, rows, bank, mean, std)
    deviation = features.std(axis=0)
    deviation[deviation < 1e-6] = np.inf
    standard = (features - features.mean(axis=0)) / deviation
    found = gram_of(ChannelTask(bound, X, np.empty(0, int)))
    assert_allclose(found, standard @ standard.T / len(rows), atol=2e-3)
    assert_allclose(np.trace(found) / len(X), np.isfinite(deviation).mean(), rtol=1e-5)


# The estimators


def make_problem(n_cases=24, seed=0):
    """Five channels: 1 and 3 know a class each, 4 says what 1 says, others nothing."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_cases, 5, 40))
    y = np.arange(n_cases) % 3
    wave = np.sin(0.7 * np.arange(40))
    X[y == 0, 1] += 3 * wave
    X[y == 1, 3] += 3 * wave
    X[:, 4] = X[:, 1] + 0.5 * rng.normal(size=(n_cases, 40))
    return X, y


@pytest.mark.parametrize("variant", ["L1", "L2", "L1L2", "plus"])
@pytest.mark.parametrize("max_channels", [1, 2, 3])
def test_features_are_of_so_many_channels(variant, max_channels):
    X, y = make_problem()
    transformer = LightWaveS(
        n_features=30,
        max_dilation=4,
        variant=variant,
        max_channels=max_channels,
        random_state=0,
    ).fit(X, y)
    path = transformer.channel_path_
    kept = path["channel"][path["n_channels"] <= max_channels]
    assert set(transformer.channels_) <= set(kept)
    table = transformer.features_
    assert set(table["channel"]) | set(table["other"].dropna()) <= set(kept)
    assert len(table) == 30
    if max_channels == 2:
        assert set(kept) in ({1, 3}, {3, 4})
    others = np.setdiff1d(np.arange(5), kept)
    changed = X.copy()
    changed[:, others] = 99
    assert_array_equal(transformer.transform(changed), transformer.transform(X))


@pytest.mark.parametrize("variant", ["L1", "L2", "L1L2"])
def test_features_are_those_of_the_channels_alone(variant):
    X, y = make_problem()
    parameters = {"n_features": 25, "max_dilation": 4, "variant": variant}
    few = LightWaveS(**parameters, max_channels=2).fit(X, y)
    path = few.channel_path_
    kept = np.sort(path["channel"][:2])
    alone = LightWaveS(**parameters).fit(X[:, kept], y)
    table = alone.features_.assign(channel=kept[alone.features_["channel"]])
    pd.testing.assert_frame_equal(few.features_, table, check_dtype=False)
    assert_array_equal(few.transform(X), alone.transform(X[:, kept]))


def test_more_channels_than_there_are(problem, small):
    few = LightWaveS(**small, max_channels=9).fit(*problem)
    pd.testing.assert_frame_equal(
        few.features_, LightWaveS(**small).fit(*problem).features_
    )
    assert few.channel_path_["chosen"].tolist() == [False, False, True]


def test_path_is_there_with_max_channels_only(problem, transformer):
    with pytest.raises(AttributeError, match="max_channels"):
        _ = transformer.fit(*problem).channel_path_


def test_classifier_of_few_channels_predicts():
    X, y = make_problem(60)
    clf = LightWaveSClassifier(
        n_features=50, variant="plus", max_channels=2, random_state=0
    ).fit(X[:30], y[:30])
    assert clf.score(X[30:], y[30:]) > 0.9
    assert len(clf.pipeline_[0].channels_) == 2


def test_unequal_lengths():
    X, y = make_problem()
    series = [x[:, : 30 + i % 10] for i, x in enumerate(X)]
    for variant in ("L1L2", "plus"):
        transformer = LightWaveS(
            n_features=20,
            variant=variant,
            max_channels=2,
            random_state=0,
        ).fit(series, y)
        assert len(transformer.channels_) <= 2
        assert 3 in transformer.channels_


def test_one_channel(make_problem, small):
    X, y = make_problem(n_channels=1)
    few = LightWaveS(**small, max_channels="auto").fit(X[:, 0], y)
    assert few.channel_path_["channel"].tolist() == [0]


def test_path_outlives_a_model_file(tmp_path):
    X, y = make_problem()
    clf = LightWaveSClassifier(
        variant="L1L2", n_features=10, max_dilation=2, max_channels="auto"
    )
    clf.fit(X, y).save(tmp_path / "model")
    again = LightWaveSClassifier.load(tmp_path / "model")
    assert again.max_channels == "auto"
    pd.testing.assert_frame_equal(
        again.pipeline_[0].channel_path_, clf.pipeline_[0].channel_path_
    )


# The selector


def test_selector_finds_the_channels_of_the_transformer():
    X, y = make_problem()
    selector = LightWaveSChannelSelector(2, variant="L1L2").fit(X, y)
    transformer = LightWaveS(variant="L1L2", n_features=20, max_channels=2).fit(X, y)
    pd.testing.assert_frame_equal(selector.channel_path_, transformer.channel_path_)
    assert_array_equal(selector.transform(X), X[:, selector.channels_selected_])


def test_selector_in_a_pipeline():
    X, y = make_problem(48)
    classifier = LightWaveSClassifier(variant="L1L2", n_features=20, max_dilation=2)
    pipeline = make_pipeline(LightWaveSChannelSelector(random_state=0), classifier)
    grid = {"lightwaveschannelselector__max_channels": [1, 2, "auto"]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(X[:24], y[:24])
    assert search.best_params_["lightwaveschannelselector__max_channels"] != 1
    assert search.score(X[24:], y[24:]) > 0.8


def test_selector_can_be_cloned_and_pickled():
    X, y = make_problem()
    selector = LightWaveSChannelSelector("auto", random_state=3).fit(X, y)
    again = pickle.loads(pickle.dumps(selector))
    assert_array_equal(again.transform(X), selector.transform(X))
    other = clone(selector).fit(X, y)
    assert other.channels_selected_ == selector.channels_selected_
    with pytest.raises(ValueError, match="max_channels"):
        selector.set_params(max_channels=None).fit(X, y)
    assert_array_equal(selector.transform(X), again.transform(X))  # as it was


@pytest.mark.parametrize("n_cases", [30, 700])
def test_seed_and_threads(n_cases):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(n_cases, 4, 12)), np.arange(n_cases) % 2
    paths = [
        LightWaveSChannelSelector(2, n_jobs=n_jobs, random_state=seed)
        .fit(X, y)
        .channel_path_
        for n_jobs, seed in ((1, 0), (2, 0), (1, 1))
    ]
    pd.testing.assert_frame_equal(paths[0], paths[1])
    assert not paths[0].equals(paths[2])


def test_input_is_not_changed():
    X, y = make_problem()
    before = X.copy()
    found = LightWaveSChannelSelector(2).fit_transform(X, y)
    assert_array_equal(X, before)
    assert found.base is not X
