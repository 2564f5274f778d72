"""Cases of unequal length: each is worked on as if it were alone."""

import pickle

import numpy as np
import oracle
import pandas as pd
import pytest
from aeon.utils.conversion import convert_collection
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from lightwaves_aeon import LightWaveS, LightWaveSClassifier
from lightwaves_aeon.core.convolution.features import candidate_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.pooling import RESPONSE_POOLING
from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.data.collection import (
    UnequalLengthCollection,
    fingerprint,
    iter_by_length,
    subset,
    typical_length,
)
from lightwaves_aeon.core.data.moments import channel_moments
from lightwaves_aeon.core.selection.variants import VARIANTS


def make_series(lengths, n_channels=2, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(n_channels, n)).astype(dtype) for n in lengths]


def listed(X):
    """The cases of a collection, one by one, in their order."""
    if isinstance(X, np.ndarray):
        return list(X)
    found = dict(
        item
        for block, cases in zip(X.blocks, X.cases, strict=True)
        for item in zip(cases.tolist(), block, strict=True)
    )
    assert sorted(found) == list(range(X.shape[0]))
    return [found[case] for case in range(len(found))]


def assert_same_series(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype
        assert_array_equal(one, other)


some_lengths = st.lists(st.integers(1, 9), min_size=1, max_size=12)


# The collection


@given(lengths=some_lengths)
def test_collection_keeps_all_cases(lengths):
    series = make_series(lengths)
    X = UnequalLengthCollection.from_series(series)
    assert_same_series(listed(X), series)
    assert X.shape == (len(lengths), 2, max(lengths))
    assert X.lengths.tolist() == lengths
    assert [block.shape[2] for block in X.blocks] == sorted(set(lengths))
    assert all((np.diff(cases) > 0).all() for cases in X.cases)


@given(data=st.data(), lengths=some_lengths)
def test_parts_are_the_cases_wanted(data, lengths):
    series = make_series(lengths)
    case = st.integers(0, len(lengths) - 1)
    cases = np.array(data.draw(st.lists(case, max_size=20)), int)
    found = [None] * len(cases)
    for block, rows, positions in iter_by_length(
        UnequalLengthCollection.from_series(series), cases
    ):
        assert len(rows) == len(positions) > 0
        for row, position in zip(rows, positions, strict=True):
            assert found[position] is None
            found[position] = block[row]
    assert_same_series(found, [series[i] for i in cases])


def test_parts_without_a_choice():
    series = make_series([3, 5, 3])
    parts = list(iter_by_length(UnequalLengthCollection.from_series(series)))
    assert [rows for _, rows, _ in parts] == [None, None]
    assert [positions.tolist() for _, _, positions in parts] == [[0, 2], [1]]
    assert_array_equal(parts[0][0], np.stack([series[0], series[2]]))


@pytest.mark.parametrize("cases", [None, np.array([2, 0])])
def test_an_array_is_one_part(cases):
    X = np.zeros((3, 2, 5))
    ((block, rows, positions),) = iter_by_length(X, cases)
    assert block is X
    assert rows is cases
    assert positions is None


@given(data=st.data(), lengths=some_lengths)
def test_taken_are_some_channels_of_some_cases(data, lengths):
    series = make_series(lengths, n_channels=3)
    case, channel = st.integers(0, len(lengths) - 1), st.integers(0, 2)
    cases = np.array(data.draw(st.lists(case, min_size=1, unique=True)), int)
    channels = data.draw(st.lists(channel, min_size=1, max_size=2))
    found = subset(UnequalLengthCollection.from_series(series), cases, channels)
    assert_same_series(listed(found), [series[i][channels] for i in cases])
    assert found.shape[:2] == (len(cases), len(channels))
    assert [len(block) for block in found.blocks] == [len(some) for some in found.cases]


def test_taken_from_an_array():
    X = np.arange(24.0).reshape(4, 3, 2)
    found = subset(X, np.array([3, 0]), [2, 1])
    assert_array_equal(found, X[[3, 0]][:, [2, 1]])


def test_taken_is_a_copy():
    X = np.zeros((2, 1, 3))
    unequal = UnequalLengthCollection.from_series(make_series([3, 4]))
    for whole in (X, unequal):
        for block, _, _ in iter_by_length(subset(whole, np.arange(2), [0])):
            assert not any(
                np.shares_memory(block, other) for other, _, _ in iter_by_length(whole)
            )


@pytest.mark.parametrize(
    ("lengths", "median"), [([7], 7), ([3, 9], 6), ([3, 4], 3), ([9, 1, 2, 2, 9], 2)]
)
def test_typical_length(lengths, median):
    assert (
        typical_length(UnequalLengthCollection.from_series(make_series(lengths)))
        == median
    )


def test_typical_length_of_an_array():
    assert typical_length(np.zeros((4, 3, 5))) == 5


def test_description_tells_collections_apart():
    series = make_series([3, 5, 3])
    first = fingerprint(UnequalLengthCollection.from_series(series))
    assert (
        fingerprint(UnequalLengthCollection.from_series([x + 1 for x in series]))
        == first
    )
    others = [
        UnequalLengthCollection.from_series(make_series([5, 3, 3])),
        UnequalLengthCollection.from_series(make_series([3, 5, 5])),
        UnequalLengthCollection.from_series(make_series([3, 6, 3])),
        UnequalLengthCollection.from_series(make_series([3, 5, 3], n_channels=1)),
        UnequalLengthCollection.from_series(make_series([3, 5, 3], dtype=np.float32)),
        np.zeros((3, 2, 5)),
    ]
    for other in others:
        # The same names, since processes compare what they find under each.
        assert fingerprint(other).keys() == first.keys()
        assert fingerprint(other) != first


# Moments


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int16])
@pytest.mark.parametrize("lengths", [[4], [5, 3], [1, 1, 2], [7, 2, 30, 7, 1, 7]])
def test_moments_agree_with_numpy(lengths, dtype):
    scale, location = np.array([[1], [20]]), np.array([[0], [-700]])
    series = [(x * scale + location).astype(dtype) for x in make_series(lengths)]
    for channel in range(2):
        values = np.concatenate([x[channel] for x in series]).astype(np.float64)
        found = channel_moments(UnequalLengthCollection.from_series(series), channel)
        assert_allclose(found, (values.mean(), values.std()), rtol=1e-9)


def test_moments_of_equal_lengths_are_those_of_the_array():
    series = make_series([9] * 5)
    of_array = channel_moments(np.stack(series), 1)
    assert channel_moments(UnequalLengthCollection.from_series(series), 1) == of_array


@pytest.mark.parametrize("value", [0.0, 0.1, -1 / 3, 1e6 + 0.1, 1e15, -1e300])
def test_constant_channel_has_no_spread(value):
    series = [np.full((1, n), value) for n in (7, 3, 3, 1, 100)]
    assert channel_moments(UnequalLengthCollection.from_series(series), 0) == (
        value,
        0.0,
    )


def test_spread_between_lengths_counts():
    """All cases of one length are constant, but not the same."""
    series = [np.full((1, n), n % 2 + 1e8) for n in (7, 3, 4, 2)]
    mean, std = channel_moments(UnequalLengthCollection.from_series(series), 0)
    assert_allclose((mean, std), (1e8 + 10 / 16, np.sqrt(60) / 16), rtol=1e-9)


def test_moments_do_not_depend_on_other_channels():
    series = make_series([4, 6, 4])
    alone = channel_moments(
        UnequalLengthCollection.from_series([x[1:] for x in series]), 0
    )
    for x in series:
        x[0] = np.nan
    assert channel_moments(UnequalLengthCollection.from_series(series), 1) == alone


@pytest.mark.parametrize("case", range(5))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nan_is_an_error_that_names_case_and_channel(case, dtype):
    series = make_series([6, 4, 6, 5, 4], dtype=dtype)
    series[case][1, -1] = np.nan
    X = UnequalLengthCollection.from_series(series)
    channel_moments(X, 0)
    with pytest.raises(ValueError, match=f"first in case {case}, channel 1$"):
        channel_moments(X, 1)


@pytest.mark.parametrize("exponent", [-550, 550])
def test_moments_do_not_depend_on_units(exponent):
    series = make_series([6, 4])
    moments = np.array(channel_moments(UnequalLengthCollection.from_series(series), 1))
    scaled = UnequalLengthCollection.from_series([x * 2.0**exponent for x in series])
    assert_array_equal(channel_moments(scaled, 1), moments * 2.0**exponent)


# The engine


LENGTHS = [17, 3, 64, 17, 1, 2, 17, 64, 33, 17, 17, 17, 17] + [17] * 20


@pytest.fixture(scope="module")
def evaluate():
    """All statistics and inputs, with some thresholds."""
    bank = kernel_bank(["minirocket", "db4"])
    rows = candidate_rows(0, 4, len(bank.names), (1, 2), ("ppv", *RESPONSE_POOLING))
    rows["threshold"][::7] = 0.3
    rows["channel"], rows["input"] = np.arange(len(rows)) % 2, np.arange(len(rows)) % 4
    rows["other"] = np.where(rows["input"] < 2, -1, 1)
    return FeatureTransform.from_rows(
        rows, bank, np.array([0.1, -0.2]), np.array([1.0, 2.0])
    )


@pytest.fixture(scope="module")
def series():
    return make_series(LENGTHS)


@pytest.fixture(scope="module")
def found(evaluate, series):
    return evaluate(UnequalLengthCollection.from_series(series))


def test_case_does_not_depend_on_the_others(evaluate, series, found):
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    for x, expected in zip(series, found, strict=True):
        assert_array_equal(evaluate(x[None])[0], expected)
        assert_array_equal(evaluate.transform_one(x)[0], expected)


@pytest.mark.parametrize("seed", range(3))
def test_order_of_cases_does_not_matter(evaluate, series, found, seed):
    order = np.random.default_rng(seed).permutation(len(series))
    X = UnequalLengthCollection.from_series([series[i] for i in order])
    assert_array_equal(evaluate(X), found[order])


@settings(max_examples=30, deadline=None)
@given(cases=st.lists(st.integers(0, len(LENGTHS) - 1), max_size=40))
def test_chosen_cases_in_their_order(evaluate, series, found, cases):
    cases = np.array(cases, int)
    assert_array_equal(
        evaluate(UnequalLengthCollection.from_series(series), cases), found[cases]
    )


@pytest.mark.parametrize("n_jobs", [2, 3])
def test_threads_do_not_matter(evaluate, series, found, n_jobs):
    # Work enough to be split, of each length that there is.
    X, cases = (
        UnequalLengthCollection.from_series(series * 8),
        np.random.default_rng(0).permutation(200),
    )
    alone = np.tile(found, (8, 1))
    assert_array_equal(evaluate(X, n_jobs=n_jobs), alone)
    assert_array_equal(evaluate(X, cases, n_jobs=n_jobs), alone[cases])


def test_unusable_value_is_an_error_that_names_the_channel(evaluate, series):
    bad = [x.copy() for x in series]
    bad[4][1, 0] = np.inf
    with pytest.raises(ValueError, match="channel 1 "):
        evaluate(UnequalLengthCollection.from_series(bad))
    good = np.delete(np.arange(len(bad)), 4)
    assert np.isfinite(evaluate(UnequalLengthCollection.from_series(bad), good)).all()


# The estimators


@pytest.fixture(name="unequal")
def unequal_problem(make_problem):
    """The usual problem, in cases of seven lengths."""
    X, y = make_problem()
    return [x[:, : 30 + i * i % 11] for i, x in enumerate(X)], y


@pytest.fixture(params=VARIANTS)
def variant(request):
    return {"variant": request.param, "n_features": 30, "random_state": 0}


def answer(estimator, X):
    if isinstance(estimator, LightWaveS):
        return estimator.transform(X)
    return estimator.decision_function(X)


def assert_each_alone(estimator, cases):
    """What is answered for the cases is what is answered for each of them alone."""
    alone = np.concatenate([answer(estimator, x[None]) for x in cases])
    assert np.isfinite(alone).all()
    assert_array_equal(answer(estimator, cases), alone)


@pytest.mark.parametrize("cls", [LightWaveS, LightWaveSClassifier])
def test_each_case_is_as_if_alone(cls, unequal, variant):
    X, y = unequal
    estimator = cls(**variant).fit(X, y)
    assert_each_alone(estimator, X)
    order = np.random.default_rng(0).permutation(len(X))
    shuffled = [X[i] for i in order]
    assert_array_equal(answer(estimator, shuffled), answer(estimator, X)[order])


def test_classes_are_told_apart(unequal, variant):
    X, y = unequal
    classifier = LightWaveSClassifier(**variant).fit(X[:16], y[:16])
    assert classifier.score(X[16:], y[16:]) == 1


@pytest.mark.parametrize("cls", [LightWaveS, LightWaveSClassifier])
def test_list_of_equal_lengths_is_the_array(cls, problem, variant):
    X, y = problem
    of_array, of_list = cls(**variant).fit(X, y), cls(**variant).fit(list(X), y)
    assert of_list.metadata_ == of_array.metadata_
    for given_as in (X, list(X)):
        assert_array_equal(answer(of_list, given_as), answer(of_array, X))


def test_table_scores_the_columns(unequal, variant):
    """The table's F is that of the columns that transform computes."""
    X, y = unequal
    transformer = LightWaveS(**variant)
    columns = transformer.fit_transform(X, y)
    expected = [oracle.anova_f(column, y) for column in columns.T]
    assert_allclose(transformer.features_["f_score"], expected, rtol=1e-6)


def test_order_of_training_cases_does_not_matter(unequal):
    X, y = unequal
    order = np.random.default_rng(0).permutation(len(X))
    one = LightWaveS(variant="L1L2", n_features=30, max_dilation=4).fit(X, y)
    other = clone(one).fit([X[i] for i in order], y[order])
    assert_frame_equal(other.features_, one.features_, rtol=1e-9)
    assert_allclose(other.transform(X), one.transform(X), rtol=1e-5, atol=1e-6)


UNSEEN = {
    "longer": lambda X: [np.tile(x, 3) for x in X],
    "shorter": lambda X: [x[:, :9] for x in X],
    "one time point": lambda X: [x[:, :1] for x in X],
    "two time points": lambda X: [x[:, :2] for x in X],
    "all lengths": lambda X: [np.tile(x, 3)[:, : 1 + 5 * i] for i, x in enumerate(X)],
    "one case": lambda X: [X[0][:, :23]],
}


@pytest.mark.parametrize("change", UNSEEN.values(), ids=UNSEEN)
@pytest.mark.parametrize("equal", [True, False], ids=["equal fit", "unequal fit"])
@pytest.mark.parametrize("cls", [LightWaveS, LightWaveSClassifier])
def test_length_unseen_in_fit(cls, problem, unequal, variant, equal, change):
    estimator = cls(**variant).fit(*(problem if equal else unequal))
    assert_each_alone(estimator, change(unequal[0]))


@pytest.mark.parametrize("cls", [LightWaveS, LightWaveSClassifier])
def test_lengths_of_one_kind_in_fit_and_of_another_afterwards(
    cls, problem, unequal, variant
):
    (X, y), (series, _) = problem, unequal
    fitted = cls(**variant).fit(series, y)
    assert_array_equal(answer(fitted, X), answer(fitted, list(X)))
    assert_each_alone(fitted, X)
    fitted = cls(**variant).fit(X, y)
    assert_each_alone(fitted, series)


CONTAINERS = ["df-list", "pd-multiindex"]


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("cls", [LightWaveS, LightWaveSClassifier])
def test_container_makes_no_difference(cls, unequal, variant, container):
    X, y = unequal
    fitted, converted = cls(**variant).fit(X, y), convert_collection(X, container)
    assert_array_equal(answer(fitted, converted), answer(fitted, X))
    again = clone(fitted).fit(converted, y)
    assert_array_equal(answer(again, X), answer(fitted, X))


def test_univariate_cases_need_no_axis_for_the_channel(unequal, variant):
    X, y = [x[1:2] for x in unequal[0]], unequal[1]
    fitted = LightWaveS(**variant).fit(X, y)
    flat = [x[0] for x in X]
    assert_array_equal(fitted.transform(flat), fitted.transform(X))
    again = clone(fitted).fit(flat, y)
    assert_array_equal(again.transform(X), fitted.transform(X))


LAYOUTS = {
    "Fortran order": np.asfortranarray,
    "strided": lambda x: x.repeat(2, axis=1)[:, ::2],
    "big-endian": lambda x: x.astype(">f8"),
    "float32": lambda x: x.astype(np.float32),
    "integers": lambda x: x.astype(np.int32),
}


@pytest.mark.parametrize("convert", LAYOUTS.values(), ids=LAYOUTS)
def test_type_of_the_cases_makes_no_difference(transformer, unequal, convert):
    X, y = [np.round(8 * x) for x in unequal[0]], unequal[1]
    expected = transformer.fit_transform(X, y)
    for part in (slice(None), slice(0, None, 2)):  # all, or some among others
        mixed = list(X)
        mixed[part] = [convert(x) for x in X[part]]
        assert_array_equal(transformer.transform(mixed), expected)
        assert_array_equal(clone(transformer).fit_transform(mixed, y), expected)


def test_input_is_not_changed(classifier, unequal):
    X, y = unequal
    before = [x.copy() for x in X]
    for x in X:
        x.flags.writeable = False
    classifier.fit(X, y).predict(X)
    assert_same_series(X, before)


@pytest.mark.parametrize(
    "parameters",
    [{"n_jobs": 2}, {"backend": "joblib"}, {"backend": "joblib", "n_jobs": 2}],
    ids=str,
)
def test_where_the_work_is_done_makes_no_difference(unequal, variant, parameters):
    X, y = unequal
    one = LightWaveSClassifier(**variant).fit(X, y)
    other = LightWaveSClassifier(**variant, **parameters).fit(X, y)
    ours, theirs = one.pipeline_[0]._model.rows, other.pipeline_[0]._model.rows
    assert ours.tobytes() == theirs.tobytes()
    assert_array_equal(other.decision_function(X), one.decision_function(X))


def test_sample_of_cases_depends_on_the_seed_alone(unequal, variant):
    X, y = unequal
    variant = {**variant, "max_cases": 10}
    one = LightWaveS(**variant).fit(X, y)
    again = LightWaveS(**variant, n_jobs=2).fit(X, y)
    assert_frame_equal(again.features_, one.features_, check_exact=True)
    other = LightWaveS(**{**variant, "random_state": 1}).fit(X, y)
    assert not other.features_.equals(one.features_)


@pytest.mark.parametrize("copied", ["file", "pickle"])
def test_copies_give_the_same_answers(unequal, variant, tmp_path, copied):
    X, y = unequal
    classifier = LightWaveSClassifier(**variant).fit(X, y)
    if copied == "file":
        classifier.save(tmp_path / "model")
        again = LightWaveSClassifier.load(tmp_path / "model")
    else:
        again = pickle.loads(pickle.dumps(classifier))
    assert again.metadata_ == classifier.metadata_
    assert again.metadata_["unequal_length"]
    longer = [np.tile(x, 2) for x in X]
    for series in (X, longer, np.stack([x[:, :30] for x in X])):
        expected = classifier.decision_function(series)
        assert_array_equal(again.decision_function(series), expected)
        assert_array_equal([again.compile().scores(x) for x in series], expected)


def test_lengths_of_all_classes_apart(make_problem, variant):
    """A class may have a length of its own, or a case."""
    X, y = make_problem(n_classes=3)
    of_class = [x[:, : 20 + 9 * c] for x, c in zip(X, y, strict=True)]
    of_case = [x[:, : 10 + i] for i, x in enumerate(X)]
    for series in (of_class, of_case):
        assert_each_alone(LightWaveS(**variant).fit(series, y), series)


def test_shortest_cases(unequal, variant):
    """Down to one time point in fit, where level 2 sees nothing at all."""
    X, y = unequal
    X = [x[:, : 1 + i % 5] for i, x in enumerate(X)]
    estimator = LightWaveS(**variant).fit(X, y)
    assert_each_alone(estimator, X)


def test_cross_validation(classifier, unequal):
    assert cross_val_score(classifier, *unequal, cv=3).min() > 0.8


def test_refit_to_other_lengths_leaves_nothing_behind(problem, unequal, variant):
    (X, y), (series, _) = problem, unequal
    fresh = LightWaveSClassifier(**variant).fit(X, y)
    refitted = LightWaveSClassifier(**variant).fit(series, y).fit(X, y)
    assert refitted.metadata_ == fresh.metadata_
    assert_array_equal(answer(refitted, series), answer(fresh, series))


# What is refused


def with_case(X, number, case):
    return [*X[:number], case, *X[number + 1 :]]


def spoilt(X, value=np.nan):
    case = X[7].copy()
    case[:, 3] = value
    return with_case(X, 7, case)


def frames(X):
    return [pd.DataFrame(x) for x in X]


BAD = {
    "NaN": (spoilt, "NaN.* first in case 7"),
    "NaN, df-list": (lambda X: frames(spoilt(X)), "NaN.* first in case 7"),
    "infinity": (lambda X: spoilt(X, np.inf), "holds infinity.* first in case 7"),
    "infinity, df-list": (
        lambda X: frames(spoilt(X, -np.inf)),
        "holds infinity.* first in case 7",
    ),
    "fewer channels": (lambda X: with_case(X, 7, X[7][:2]), "number of channels"),
    "more channels": (
        lambda X: with_case(X, 23, np.tile(X[7], (2, 1))),
        "number of channels",
    ),
    "empty case": (lambda X: with_case(X, 7, X[7][:, :0]), "X is empty: case 7"),
    "empty case, df-list": (
        lambda X: convert_collection(with_case(X, 7, X[7][:, :0]), "df-list"),
        "X is empty: case 7",
    ),
    "objects": (lambda X: with_case(X, 7, X[7].astype(object)), "numeric"),
    "three dimensions": (lambda X: with_case(X, 7, X[7][None]), "2D"),
    "another type": (lambda X: with_case(X, 7, X[7].tolist()), "several types"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_case(estimator, unequal, name):
    (spoil, match), (X, y) = BAD[name], unequal
    if name.startswith("NaN"):
        estimator.set_params(missing_values="error")
    with pytest.raises((ValueError, TypeError), match=match):
        estimator.fit(spoil(X), y)
    assert not estimator.is_fitted
    expected = answer(estimator.fit(X, y), X)
    for ask in (lambda bad: estimator.fit(bad, y), lambda bad: answer(estimator, bad)):
        with pytest.raises((ValueError, TypeError), match=match):
            ask(spoil(X))
        assert_array_equal(answer(estimator, X), expected)


def test_labels_of_other_cases(estimator, unequal):
    X, y = unequal
    with pytest.raises(ValueError, match="number of cases"):
        estimator.fit(X[1:], y)


def test_other_channels_than_in_fit(estimator, unequal):
    X, y = unequal
    estimator.fit(X, y)
    with pytest.raises(ValueError, match=r"X has 2 channels, .* fitted to 3$"):
        answer(estimator, [x[:2] for x in X])
