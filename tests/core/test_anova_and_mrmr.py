"""The filter and the selection against the oracle, scikit-learn and their contracts."""

import numpy as np
import oracle
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.feature_selection import f_classif

from lightwaves_aeon.core.data.sampling import stratified_sample
from lightwaves_aeon.core.selection.anova import anova_f, class_f
from lightwaves_aeon.core.selection.mrmr import mrmr
from lightwaves_aeon.core.selection.top_k import round_robin, top_k


def starts(sizes):
    """First case of each class, and the number of cases."""
    return np.cumsum([0, *sizes])


def classes_of(sizes):
    return np.repeat(np.arange(len(sizes)), sizes)


def column(values):
    return np.array(values, np.float32)[:, None]


# ANOVA F

sizes_of_classes = st.lists(st.integers(1, 12), min_size=2, max_size=5)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), sizes=sizes_of_classes)
def test_anova_agrees_with_oracle(data, sizes):
    value = st.integers(-5, 5) | st.integers(-64000, 64000).map(lambda n: n / 64)
    feature = data.draw(arrays(np.float32, sum(sizes), elements=value))
    found = anova_f(feature[:, None], starts(sizes))
    expected = oracle.anova_f(feature, classes_of(sizes))
    assert_allclose(found, [expected], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("sizes", [(20, 30), (1, 5, 40), (10,) * 9, (2, 1, 1)])
def test_anova_agrees_with_scikit_learn(sizes):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(sum(sizes), 50)).astype(np.float32)
    features += rng.random(50, np.float32) * classes_of(sizes)[:, None]
    expected, _ = f_classif(features.astype(np.float64), classes_of(sizes))
    assert_allclose(anova_f(features, starts(sizes)), expected, rtol=1e-9)


@settings(max_examples=100, deadline=None)
@given(
    classes=st.lists(
        st.tuples(st.floats(-1e6, 1e6, width=32), st.integers(1, 60)),
        min_size=2,
        max_size=5,
        unique_by=lambda value_and_size: value_and_size[0],
    )
)
@example([(0.0, 3), (1.0, 3)])
@example([(1e-7, 10), (0.3333, 700)])
@example([(1e6, 300), (0.1, 300), (1e-3, 7)])
def test_anova_of_a_perfect_feature_is_infinite(classes):
    values, sizes = np.transpose(classes)
    sizes = sizes.astype(int)
    feature = column(np.repeat(values, sizes))
    assert_array_equal(anova_f(feature, starts(sizes)), np.inf)


@pytest.mark.parametrize("value", [0.0, 0.1, -1 / 3, 1e-30, 7e5, 1e30])
@pytest.mark.parametrize("sizes", [(1, 1), (3, 7), (333, 500, 41)])
def test_anova_of_a_constant_is_zero(value, sizes):
    feature = column(np.full(sum(sizes), value))
    assert_array_equal(anova_f(feature, starts(sizes)), 0)


def test_anova_of_equal_class_means_is_zero():
    assert_array_equal(anova_f(column([1, 3, 0, 4, 2, 2]), starts((2, 2, 2))), 0)


def test_anova_does_not_cancel_at_a_large_offset():
    # Multiples of 1/16 stay exact next to a million in float32.
    steps = np.random.default_rng(0).integers(-3, 4, size=(60, 20)) / 16
    steps[30:] += np.arange(20) / 16
    near, far = steps.astype(np.float32), (steps + 1e6).astype(np.float32)
    assert_allclose(anova_f(far, starts((30, 30))), anova_f(near, starts((30, 30))))


def test_anova_with_one_case_a_class():
    features = np.array([[1, 5], [2, 5], [4, 5]], np.float32)
    assert_array_equal(anova_f(features, starts((1, 1, 1))), [np.inf, 0])


def test_anova_of_a_feature_does_not_depend_on_the_others():
    features = np.random.default_rng(0).normal(size=(41, 33)).astype(np.float32)
    together = anova_f(features, starts((20, 21)))
    for j in range(33):
        alone = anova_f(features[:, j : j + 1].copy(), starts((20, 21)))
        assert_array_equal(alone, together[j])


# The best of many


@given(
    scores=st.lists(st.sampled_from([0.0, 1.0, 2.5, np.inf]), max_size=30),
    n_best=st.integers(0, 35),
)
def test_best_by_score_breaks_ties_by_index(scores, n_best):
    ranked = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    found = top_k(np.array(scores), n_best)
    assert found.tolist() == sorted(ranked[:n_best])


# mRMR


@pytest.mark.parametrize("seed", range(5))
def test_mrmr_agrees_with_oracle(seed):
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(30, 20)) @ rng.normal(size=(20, 20))
    columns = columns.astype(np.float32)
    relevance = rng.exponential(size=20)
    order, scores = mrmr(columns, relevance, 20)
    expected_order, expected_scores = oracle.mrmr(columns, relevance, 20)
    assert_array_equal(order, expected_order)
    assert_allclose(scores, expected_scores, rtol=1e-9)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), n_cases=st.integers(1, 9), n_features=st.integers(1, 7))
def test_each_pick_of_mrmr_is_the_best_by_the_oracle(data, n_cases, n_features):
    value = st.integers(-2, 2) | st.floats(-100, 100, width=32)
    score = st.integers(0, 3) | st.floats(0, 1e6)
    columns = data.draw(arrays(np.float32, (n_cases, n_features), elements=value))
    relevance = data.draw(arrays(np.float64, n_features, elements=score))
    order, scores = mrmr(columns, relevance, n_features)
    assert sorted(order) == list(range(n_features))
    for step, (pick, quotient) in enumerate(zip(order, scores, strict=True)):
        # The oracle follows the same path, so that ties need no special care.
        candidates = oracle.quotients(columns, relevance, order[:step].tolist())
        assert_allclose(quotient, candidates[pick], rtol=1e-6)
        assert_allclose(quotient, candidates.max(), rtol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_mrmr_breaks_ties_by_index(seed):
    rng = np.random.default_rng(seed)
    twin_of = rng.integers(0, 8, size=40)
    columns = rng.normal(size=(25, 8)).astype(np.float32)[:, twin_of]
    relevance = rng.exponential(size=8)[twin_of]
    order, _ = mrmr(columns, relevance, 40)
    for twin in range(8):
        picked = order[twin_of[order] == twin]
        assert_array_equal(picked, np.sort(picked))


def test_mrmr_starts_with_the_most_relevant():
    columns = np.random.default_rng(0).normal(size=(10, 4)).astype(np.float32)
    order, scores = mrmr(columns, np.array([1.0, 7.0, 7.0, 3.0]), 1)
    assert (order.tolist(), scores.tolist()) == ([1], [7.0])


def test_mrmr_puts_infinite_relevance_first_and_its_least_redundant_ahead():
    rng = np.random.default_rng(0)
    first, other = rng.normal(size=(2, 40))
    unrelated = rng.normal(size=(40, 2))
    columns = [unrelated[:, 0], first, first + 0.1 * other, other, unrelated[:, 1]]
    relevance = np.array([1e200, np.inf, np.inf, np.inf, 1.0])
    order, scores = mrmr(np.stack(columns, axis=1).astype(np.float32), relevance, 5)
    assert order[:4].tolist() == [1, 3, 2, 0]
    assert_array_equal(np.isinf(scores), [True, True, True, False, False])


def test_mrmr_takes_a_constant_for_uncorrelated():
    rng = np.random.default_rng(0)
    columns = rng.normal(size=(20, 3)).astype(np.float32)
    columns[:, 1] = 0.1
    order, scores = mrmr(columns, np.array([2.0, 1.0, 1.0]), 2)
    assert order.tolist() == [0, 1]
    assert_allclose(scores, [2, 1 / oracle.FLOOR])


def test_mrmr_with_no_relevance_takes_features_in_order():
    columns = np.random.default_rng(0).normal(size=(10, 5)).astype(np.float32)
    order, scores = mrmr(columns, np.zeros(5), 5)
    assert_array_equal(order, np.arange(5))
    assert_array_equal(scores, 0)


# The sample of cases


@st.composite
def samples(draw):
    """Classes in any order, a number of cases to draw and a seed."""
    sizes = draw(st.lists(st.integers(1, 40), min_size=1, max_size=8))
    seed = draw(st.integers(0, 1000))
    classes = np.random.default_rng(seed).permutation(classes_of(sizes))
    return classes, draw(st.integers(len(sizes), len(classes) + 3)), seed


@given(samples())
def test_sample_has_its_size_and_every_class(sample_of):
    classes, n_wanted, seed = sample_of
    sample = stratified_sample(classes, n_wanted, np.random.RandomState(seed))
    assert len(sample) == min(n_wanted, len(classes))
    assert len(np.unique(sample)) == len(sample)
    assert_array_equal(np.unique(classes[sample]), np.unique(classes))
    assert_array_equal(sample, sample[np.lexsort((sample, classes[sample]))])


@given(samples())
def test_sample_is_proportional(sample_of):
    classes, n_wanted, seed = sample_of
    sample = stratified_sample(classes, n_wanted, np.random.RandomState(seed))
    share = np.bincount(classes) * (len(sample) / len(classes))
    drawn = np.bincount(classes[sample])
    # Small classes keep a case at the cost of larger ones.
    assert (drawn < np.maximum(share, 1) + 1).all()
    if share.min() >= 1:
        assert (np.abs(drawn - share) < 1).all()


@given(samples())
def test_sample_follows_from_the_seed(sample_of):
    classes, n_wanted, seed = sample_of
    one, same = (
        stratified_sample(classes, n_wanted, np.random.RandomState(seed))
        for _ in range(2)
    )
    assert_array_equal(one, same)


def test_sample_differs_between_seeds():
    classes = classes_of((50, 50))
    one, other = (
        stratified_sample(classes, 20, np.random.RandomState(seed)) for seed in (0, 1)
    )
    assert (one != other).any()


def test_every_case_can_be_drawn():
    classes = classes_of((5, 15))
    rng = np.random.RandomState(0)
    drawn = {i for _ in range(100) for i in stratified_sample(classes, 4, rng)}
    assert drawn == set(range(20))


@pytest.mark.parametrize("n_wanted", [6, 7])
def test_sample_of_all_cases_leaves_the_source_alone(n_wanted):
    rng = np.random.RandomState(0)
    sample = stratified_sample(np.array([1, 0, 1, 0, 2, 1]), n_wanted, rng)
    assert sample.tolist() == [1, 3, 0, 2, 5, 4]
    assert rng.randint(1 << 30) == np.random.RandomState(0).randint(1 << 30)


def test_sample_smaller_than_the_classes_is_an_error():
    with pytest.raises(ValueError, match="max_cases=2 "):
        stratified_sample(np.array([0, 1, 2, 2]), 2, np.random.RandomState(0))


@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_class_f_is_that_of_the_class_against_the_rest(n_classes):
    rng = np.random.default_rng(n_classes)
    classes = np.sort(np.arange(40) % n_classes)
    features = rng.normal(classes[:, None], 2, (40, 9)).astype(np.float32)
    features[:, 0], features[:, 1] = 3, classes == 1
    class_starts = np.searchsorted(classes, np.arange(n_classes + 1))
    scores = class_f(features, class_starts)
    assert_array_equal(scores[0], anova_f(features, class_starts))
    for c in range(n_classes):
        order = np.argsort(classes == c, kind="stable")
        split = np.array([0, (classes != c).sum(), 40])
        assert_allclose(scores[c + 1], anova_f(features[order], split), rtol=1e-9)


@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(
            st.lists(st.integers(0, 5), min_size=n, max_size=n), min_size=1, max_size=12
        )
    ),
    st.integers(1, 15),
)
def test_best_in_turn_lets_each_score_choose(columns, n_best):
    scores = np.array(columns, float).T
    choices = [
        sorted(range(len(columns)), key=lambda i: (-row[i], i)) for row in scores
    ]
    chosen = []
    for turn in zip(*choices, strict=True):
        for choice in turn:
            if choice not in chosen and len(chosen) < n_best:
                chosen.append(choice)
    assert round_robin(scores, n_best).tolist() == sorted(chosen)
