"""Sequential detachment agrees with ridge models solved one after the other."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import Ridge, RidgeCV

from lightwaves_aeon import LightWaveS
from lightwaves_aeon.core.linear.ridge import ALPHAS
from lightwaves_aeon.core.selection.detachment import (
    SHARE_DROPPED,
    detach,
    detach_to_best,
)
from lightwaves_aeon.core.targets import Targets


def detach_naively(columns, classes, n_selected):
    """The same by scikit-learn, each model from scratch."""
    standard = columns.astype(np.float64) - columns.mean(axis=0, dtype=np.float64)
    deviation = standard.std(axis=0)
    standard /= np.where(deviation > 1e-7 * np.abs(columns).max(axis=0), deviation, 1e9)
    targets = np.where(classes[:, None] == np.unique(classes), 1.0, -1.0)
    targets = targets[:, 1:] if targets.shape[1] == 2 else targets
    alphas = ALPHAS * len(classes)

    def weights(features, alpha):
        coef = Ridge(alpha).fit(features, targets).coef_
        return np.abs(np.atleast_2d(coef)).sum(axis=0)

    def best_alpha(features):
        return RidgeCV(alphas).fit(features, targets).alpha_

    kept = np.arange(columns.shape[1])
    alpha = best_alpha(standard)
    while len(kept) > n_selected:
        size = max(n_selected, int(len(kept) * (1 - SHARE_DROPPED)))
        found = weights(standard[:, kept], alpha)
        kept = np.sort(kept[np.argsort(-found, kind="stable")[:size]])
    found = weights(standard[:, kept], best_alpha(standard[:, kept]))
    order = np.argsort(-found, kind="stable")
    return kept[order], found[order]


@pytest.fixture(name="problem", params=[2, 3, 5])
def make_problem(request):
    rng = np.random.default_rng(request.param)
    classes = np.sort(np.arange(60) % request.param)
    columns = rng.normal(size=(60, 150)).astype(np.float32)
    columns[:, :20] += rng.normal(size=20) * classes[:, None]
    columns[:, 30] = 7
    return columns, classes


@pytest.mark.parametrize("n_selected", [1, 10, 120, 150])
def test_agrees_with_ridge_models_from_scratch(problem, n_selected):
    columns, classes = problem
    order, weights = detach(columns, Targets(classes), n_selected)
    expected_order, expected_weights = detach_naively(columns, classes, n_selected)
    assert_array_equal(order, expected_order)
    assert_allclose(weights, expected_weights, rtol=1e-6, atol=1e-12)


def test_more_cases_than_features():
    rng = np.random.default_rng(0)
    classes = np.arange(200) % 4
    columns = rng.normal(size=(200, 30)).astype(np.float32) + classes[:, None] % 2
    order, weights = detach(columns, Targets(classes), 8)
    expected_order, expected_weights = detach_naively(columns, classes, 8)
    assert_array_equal(order, expected_order)
    assert_allclose(weights, expected_weights, rtol=1e-6)


def test_equal_features_are_dropped_from_the_end(problem):
    columns, classes = problem
    twice = np.concatenate([columns[:, :20]] * 2, axis=1)
    order, _ = detach(twice, Targets(classes), 20)
    first = np.sort(order[order < 20])
    assert set(order[order >= 20] - 20) <= set(first)


def test_scale_and_shift_do_not_matter(problem):
    columns, classes = problem
    moved = (columns * 2.0**20 + 2.0**18).astype(np.float32)
    assert_array_equal(
        detach(moved, Targets(classes), 9)[0], detach(columns, Targets(classes), 9)[0]
    )


def test_columns_without_variation_are_dropped_first(problem):
    columns, classes = problem
    order, weights = detach(columns, Targets(classes), 149)
    assert 30 not in order
    assert (weights > 0).all()
    assert not detach(np.ones_like(columns), Targets(classes), 5)[1].any()


def test_input_is_not_changed(problem):
    columns, classes = problem
    before = columns.copy()
    detach(columns, Targets(classes), 5)
    assert_array_equal(columns, before)


def test_no_class_is_left_out_of_the_pool():
    """One class stands out in many features, the others differ in one channel."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 12)
    X = rng.normal(size=(36, 4, 60))
    X[y == 0, :3] *= 4
    X[y == 1, 3] += 2 * np.sin(0.9 * np.arange(60))
    channels = {
        selector: LightWaveS(
            n_features=20,
            variant="L1L2",
            pool_size=60,
            selector=selector,
            max_dilation=2,
        )
        .fit(X, y)
        .channels_.tolist()
        for selector in ("mrmr", "detach")
    }
    assert 3 in channels["detach"]
    assert 3 not in channels["mrmr"]


def test_table_does_not_depend_on_threads():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 3, 40)), np.arange(30) % 3
    one, two = (
        LightWaveS(15, "L1L2", selector="detach", n_jobs=n).fit(X, y)._model.rows
        for n in (1, 2)
    )
    assert one.tobytes() == two.tobytes()


# The number of features along the path


def test_path_to_the_best_number():
    rng = np.random.default_rng(0)
    classes = np.sort(np.arange(90) % 3)
    columns = rng.normal(size=(90, 200)).astype(np.float32)
    columns[:, :6] += 2 * (classes[:, None] == np.arange(3)).repeat(2, axis=1)
    order, weights, path = detach_to_best(columns, Targets(classes))
    number = path["n_features"]
    assert number[0] == 200
    assert number[-1] == 1
    assert (np.diff(number) < 0).all()
    assert path["chosen"].sum() == 1
    chosen, best = path[path["chosen"]][0], path[np.argmin(path["loo_error"])]
    assert chosen["n_features"] == len(order) == len(weights)
    limit = best["loo_error"] + best["standard_error"]
    assert chosen["loo_error"] <= limit
    assert (path["loo_error"][number < len(order)] > limit).all()
    assert set(range(6)) <= set(order.tolist())


@pytest.mark.parametrize("n_features", [30, 200])
def test_errors_of_the_path_are_those_of_scikit_learn(n_features):
    rng = np.random.default_rng(1)
    classes = np.arange(60) % 2
    columns = rng.normal(size=(60, n_features)).astype(np.float32)
    columns[:, 3] += classes
    standard = (columns - columns.mean(axis=0, dtype=float)) / columns.std(
        axis=0, dtype=float
    )
    targets = 2.0 * classes - 1
    ridge = RidgeCV(ALPHAS * 60, store_cv_results=True).fit(standard, targets)
    errors = ridge.cv_results_[:, np.argmin(ridge.cv_results_.mean(axis=0))]
    _, _, path = detach_to_best(columns, Targets(classes))
    assert_allclose(path["loo_error"][0], errors.mean(), rtol=1e-5)
    assert_allclose(path["standard_error"][0], errors.std() / 60**0.5, rtol=1e-5)


def test_as_many_features_as_it_takes():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    X = rng.normal(size=(60, 3, 40))
    X[y == 1, 1] += 2 * np.sin(np.arange(40))
    transformer = LightWaveS(n_features="auto", variant="plus", random_state=0)
    features = transformer.fit_transform(X, y)
    path = transformer.selection_path_
    assert path.loc[path["chosen"], "n_features"].item() == features.shape[1]
    assert features.shape[1] < path["n_features"].max()
    assert len(transformer.features_) == features.shape[1]


def test_path_is_there_for_auto_only():
    X, y = np.random.default_rng(0).normal(size=(12, 1, 30)), np.arange(12) % 2
    transformer = LightWaveS(5, "L1L2", selector="detach").fit(X, y)
    assert not hasattr(transformer, "selection_path_")
    with pytest.raises(ValueError, match="needs selector='distil'"):
        LightWaveS("auto", "L1L2").fit(X, y)


def test_auto_does_not_depend_on_threads():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 3, 40)), np.arange(30) % 3
    one, two = (
        LightWaveS("auto", "L1L2", selector="detach", pool_size=200, n_jobs=n).fit(X, y)
        for n in (1, 2)
    )
    assert one._model.rows.tobytes() == two._model.rows.tobytes()
    assert one.selection_path_.equals(two.selection_path_)
