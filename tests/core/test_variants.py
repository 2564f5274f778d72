"""What variants offer to the selection: inputs, thresholds, dilations."""

import numpy as np
import oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal

from lightwaves_aeon import LightWaveS, LightWaveSClassifier
from lightwaves_aeon.core.convolution.features import ROW, candidate_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.convolution.transform import QUANTILE_VALUES, FeatureTransform
from lightwaves_aeon.core.data.collection import UnequalLengthCollection
from lightwaves_aeon.core.selection.candidates import (
    N_PAIRS,
    CandidateSet,
    InputAtDilation,
    inputs_of,
)
from lightwaves_aeon.core.selection.scoring import CandidateScores, Shortlist
from lightwaves_aeon.core.selection.variants import VARIANTS

PLUS = VARIANTS["plus"]
CHANNEL, CHANGE, SUM, DIFFERENCE = range(len(REPRESENTATION_NAMES))
BANKS = {name: kernel_bank(name) for name in ("minirocket", "mexh", "cgau4")}

# Fields of a row that tell which feature it is.
KEY = [
    "channel",
    "input",
    "other",
    "dilation",
    "kernel",
    "level",
    "statistic",
    "start",
    "stop",
    "threshold",
]


def drawn(n_channels, seed=0, n_dilations=1):
    return inputs_of(PLUS, n_channels, n_dilations, np.random.RandomState(seed))


# Inputs


@pytest.mark.parametrize("name", ["L1", "L2", "L1L2"])
def test_paper_has_the_channels_alone(name):
    rng = np.random.RandomState(0)
    before = rng.get_state()[1].copy()
    inputs = inputs_of(VARIANTS[name], 5, 1, rng)
    assert inputs == [(CHANNEL, channel, -1) for channel in range(5)]
    # Nor is anything drawn, so that samples stay what they were.
    assert_array_equal(rng.get_state()[1], before)


@pytest.mark.parametrize("n_dilations", [1, 7, 2 * N_PAIRS])
@pytest.mark.parametrize("n_channels", [2, 3, 4, 17, 18, 50, 1000])
def test_numbers_of_inputs(n_channels, n_dilations):
    inputs = drawn(n_channels, n_dilations=n_dilations)
    numbers = [number for number, _, _ in inputs]
    n_all = n_channels * (n_channels - 1)  # a sum and a difference of any two
    n_pairs = min(n_all, N_PAIRS // n_dilations)
    assert numbers.count(CHANNEL) == n_channels
    assert CHANGE not in numbers
    assert numbers.count(SUM) + numbers.count(DIFFERENCE) == n_pairs


def test_univariate_series_have_no_pairs():
    assert drawn(1) == [(CHANNEL, 0, -1), (CHANGE, 0, -1)]


@given(n_channels=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
def test_inputs_are_in_order_and_none_is_repeated(n_channels, seed):
    inputs = drawn(n_channels, seed)
    assert inputs == sorted(set(inputs))
    for number, first, second in inputs:
        if number in (SUM, DIFFERENCE):
            assert 0 <= first < second < n_channels
        else:
            assert 0 <= first < n_channels
            assert second == -1


def test_pairs_depend_on_the_seed_alone():
    assert drawn(20) == drawn(20)
    assert len({tuple(drawn(20, seed)) for seed in range(10)}) > 1


def test_every_pair_may_be_drawn():
    pairs = {of for seed in range(200) for of in drawn(20, seed)[20:]}
    assert len(pairs) == 20 * 19


def test_inputs_are_plain_integers():
    """They are sent between processes, and stand in the table."""
    assert all(type(number) is int for of in drawn(6) for number in of)


# Thresholds


def responses_of(X, bank, dilation):
    """Responses of all kernels, not scaled by the dilation, case after case."""
    return np.array(
        [
            [
                oracle.responses(x[0], kernel, dilation, bank)[0] * dilation**1.5
                for x in X
            ]
            for kernel in range(len(bank.names))
        ]
    ).reshape(len(bank.names), -1)


def transform_of(bank, dilation=1):
    rows = candidate_rows(0, dilation, len(bank.names), (1,))
    return FeatureTransform.from_rows(rows, bank, np.zeros(1), np.ones(1))


def assert_in_the_middle_of_neighbours(thresholds, values):
    """Of responses of a kernel: half way between two of them, one in each part.

    Returns the shares of responses below.
    """
    n_values, n_thresholds = values.shape[1], thresholds.shape[1]
    shares = np.empty(thresholds.shape)
    for kernel, number in np.ndindex(thresholds.shape):
        ordered, threshold = np.sort(values[kernel]), thresholds[kernel, number]
        # What is least of all has nothing below it, and stands for itself.
        middles = (ordered[np.maximum(np.arange(n_values) - 1, 0)] + ordered) / 2
        nearest = np.argmin(np.abs(middles - threshold))
        assert_allclose(threshold, middles[nearest], rtol=1e-4, atol=1e-5)
        shares[kernel, number] = nearest / n_values
    first = np.arange(n_thresholds) / n_thresholds
    # Responses that are nearly equal may be taken for each other.
    assert (shares > first - 1.1 / n_values).all()
    assert (shares < first + 1 / n_thresholds + 0.1 / n_values).all()
    return shares


@pytest.mark.parametrize("name", BANKS)
@pytest.mark.parametrize("dilation", [1, 4])
@pytest.mark.parametrize("n_thresholds", [1, 2, 3])
@pytest.mark.parametrize("shape", [(4, 1, 25), (20, 1, 17), (1, 1, 8), (1, 1, 1)])
def test_thresholds_are_quantiles(name, dilation, n_thresholds, shape):
    bank, X = BANKS[name], np.random.default_rng(0).normal(size=shape)
    found = transform_of(bank, dilation).quantile_thresholds(X, n_thresholds)
    assert found.dtype == np.float32
    assert found.shape == (len(bank.names), n_thresholds)
    assert (np.diff(found) >= 0).all()
    values = responses_of(X, bank, dilation)
    if values.shape[1] > 8:
        assert_in_the_middle_of_neighbours(found, values)
    else:
        least, most = values.min(axis=1) - 1e-5, values.max(axis=1) + 1e-5
        assert (found >= least[:, None]).all()
        assert (found <= most[:, None]).all()


def test_thresholds_of_unequal_lengths():
    rng, bank = np.random.default_rng(0), BANKS["minirocket"]
    series = [rng.normal(size=(1, n)) for n in (9, 20, 1, 9, 41)]
    found = transform_of(bank, 2).quantile_thresholds(
        UnequalLengthCollection.from_series(series), 3
    )
    values = np.concatenate([responses_of([x], bank, 2) for x in series], axis=1)
    assert_in_the_middle_of_neighbours(found, values)


def test_thresholds_are_spread_over_all_quantiles():
    """Within a part, each kernel and dilation has another."""
    bank, X = BANKS["minirocket"], np.random.default_rng(0).normal(size=(4, 1, 100))
    of_dilations = [
        assert_in_the_middle_of_neighbours(
            transform_of(bank, d).quantile_thresholds(X, 3), responses_of(X, bank, d)
        )
        for d in (1, 2)
    ]
    for shares in of_dilations:
        counts, _ = np.histogram(shares, bins=12, range=(0, 1))
        assert (np.abs(counts - shares.size / 12) <= 4).all()
    assert not np.isclose(*of_dilations).any()


def test_thresholds_of_many_values_are_close():
    """Some of the values are enough, unless they are at the same times in all cases."""
    rng, bank = np.random.default_rng(0), BANKS["minirocket"]
    wave = np.sin(np.arange(200) * np.pi / 2) * rng.normal(size=(50, 1, 1))
    X = wave + 0.1 * rng.normal(size=wave.shape)
    found = transform_of(bank).quantile_thresholds(X, 3)
    values = responses_of(X, bank, 1)
    assert values.shape[1] > 5 * QUANTILE_VALUES
    shares = (values[:, None] < found[..., None]).mean(axis=2)
    assert (shares > np.arange(3) / 3 - 0.1).all()
    assert (shares < np.arange(1, 4) / 3 + 0.1).all()


def offered(X, quantile_cases, operators=PLUS.pooling, bank="minirocket", dilation=2):
    """The rows of candidates, their columns, and which of them are distinct."""
    candidates = CandidateSet.from_kernels(BANKS[bank], (1,), operators, quantiles=True)
    source = InputAtDilation(CHANNEL, 0, -1, dilation)
    constants = np.zeros(1), np.ones(1), np.zeros(1, int)
    return candidates.bind(source, *constants).features(X, quantile_cases)


@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("operators", [PLUS.pooling, PLUS.derived_pooling])
def test_candidates_are_what_their_rows_say(bank, operators):
    X = np.random.default_rng(0).normal(size=(9, 1, 30))
    rows, columns, distinct = offered(X, np.array([1, 4]), operators, bank)
    assert distinct.all()
    build = FeatureTransform.from_rows(rows, BANKS[bank], np.zeros(1), np.ones(1))
    assert_array_equal(build(X), columns)


def test_thresholds_split_the_cases_that_give_them():
    quantile_cases = np.arange(0, 20, 2)
    X = np.random.default_rng(0).normal(size=(20, 1, 40))
    rows, columns, _ = offered(X, quantile_cases)
    shares = (
        columns[quantile_cases][:, rows["statistic"] == 0].mean(axis=0).reshape(84, 3)
    )
    assert (shares > [2 / 3, 1 / 3, -1e-6]).all()
    assert (shares < [1 + 1e-6, 2 / 3 + 0.003, 1 / 3 + 0.003]).all()
    # A response is as often below its thresholds as quantiles say, to the last one.
    counts = shares * X[quantile_cases].size
    assert_allclose(counts, np.rint(counts), atol=1e-3)


def test_other_cases_do_not_matter_to_thresholds():
    quantile_cases = np.array([3, 5])
    X = np.random.default_rng(0).normal(size=(20, 1, 40))
    before, _, _ = offered(X, quantile_cases)
    others = np.delete(np.arange(20), quantile_cases)
    X[others] *= 100
    after, _, _ = offered(X, quantile_cases)
    assert_array_equal(after["threshold"], before["threshold"])


def test_only_shares_have_thresholds():
    X = np.random.default_rng(0).normal(size=(5, 1, 40))
    rows, _, _ = offered(X, np.arange(5))
    assert (rows["threshold"][rows["statistic"] == 0] != 0).all()
    assert_array_equal(rows["threshold"][rows["statistic"] != 0], 0)


FLAT = {
    "zeros": lambda rng: np.zeros((8, 1, 40)),
    "constant": lambda rng: np.full((8, 1, 40), 0.1),
    "a step": lambda rng: np.repeat(rng.normal(size=(8, 1, 2)), 20, axis=2),
    "rare events": lambda rng: (rng.random((8, 1, 40)) > 0.97).astype(float),
}


@pytest.mark.parametrize("make", FLAT.values(), ids=FLAT)
def test_equal_thresholds_are_offered_once(make):
    X = make(np.random.default_rng(0))
    rows, columns, distinct = offered(X, np.arange(8), dilation=1)
    assert not distinct.all()
    assert len(np.unique(rows[KEY][distinct])) == distinct.sum()
    # Nothing is lost by it: what is left out is there once more.
    kept = {tuple(row) for row in rows[KEY][distinct].tolist()}
    assert kept == {tuple(row) for row in rows[KEY].tolist()}
    assert np.isfinite(columns).all()


def test_paper_has_no_thresholds():
    candidates = CandidateSet.from_kernels(
        BANKS["minirocket"], (1, 2), VARIANTS["L1L2"].pooling, False
    )
    X = np.random.default_rng(0).normal(size=(5, 1, 40))
    rows, columns, distinct = candidates.features(X, np.arange(5))
    assert columns.shape == (5, 84 * 8)
    assert not rows["threshold"].any()
    assert distinct.all()


# The best of all candidates


def numbered(n_candidates):
    rows = np.zeros(n_candidates, ROW)
    rows["kernel"] = np.arange(n_candidates)
    return rows


def best_of(parts, size):
    shortlist = Shortlist(size)
    for part in parts:
        shortlist.add(part)
    return shortlist.best()


@given(data=st.data(), size=st.integers(1, 12), n_criteria=st.integers(1, 3))
def test_best_do_not_depend_on_how_candidates_are_split(data, size, n_criteria):
    # Few different scores, so that many are equal.
    score = st.sampled_from([0.0, 1.0, 2.0, 3.0, np.inf])
    row = st.lists(score, min_size=60, max_size=60)
    scores = np.array(data.draw(st.tuples(*[row] * n_criteria)))
    whole = CandidateScores(numbered(60), scores)
    cuts = sorted(data.draw(st.lists(st.integers(0, 60), max_size=25)))
    parts = [whole.take(some) for some in np.split(np.arange(60), cuts)]
    expected = whole.best(size)
    middle = data.draw(st.integers(0, len(parts)))
    in_two = [best_of(parts[:middle], size), best_of(parts[middle:], size)]
    for found in (best_of(parts, size), best_of(in_two, size), best_of([whole], size)):
        for one, other in zip(found, expected, strict=True):
            assert_array_equal(one, other)
    assert_array_equal(
        expected.pool(size).rows, whole.pool(size).rows
    )  # what is not among the best cannot be in the pool


def test_best_of_nothing():
    nothing = best_of([], 5)
    assert len(nothing.rows) == 0
    some = CandidateScores(numbered(3), np.ones((2, 3)))
    for parts in ([nothing, some], [some, nothing], [nothing, some, nothing]):
        assert_array_equal(best_of(parts, 5).rows["kernel"], [0, 1, 2])


# Variants, end to end


def everything(X, y, **parameters):
    """The table where all that is offered is kept."""
    transformer = LightWaveS(n_features=10**6, random_state=0, **parameters)
    with pytest.warns(UserWarning, match="all are kept"):
        return transformer.fit(X, y)


@pytest.mark.parametrize(
    ("n_timepoints", "largest"),
    [(48, 12), (32, 8), (31, 6), (16, 4), (12, 3), (8, 2), (7, 1), (1, 1)],
)
def test_dilations_reach_a_quarter_of_the_length(make_problem, n_timepoints, largest):
    X, y = make_problem(n_timepoints=n_timepoints, n_channels=1)
    found = everything(X, y, variant="plus", kernels="haar").features_["dilation"]
    dilations = (1, 2, 3, 4, 6, 8, 12)
    assert sorted(set(found.dropna())) == [d for d in dilations if d <= largest]


def test_dilations_reach_a_quarter_of_the_median_length(make_problem):
    X, y = make_problem(n_timepoints=200, n_channels=1)
    X = [x[:, : 40 if i < 14 else 200] for i, x in enumerate(X)]
    found = everything(X, y, variant="plus", kernels="haar").features_["dilation"]
    assert sorted(set(found.dropna())) == [1, 2, 3, 4, 6, 8]


@pytest.mark.parametrize("variant", ["L1", "L2", "L1L2"])
@pytest.mark.parametrize("n_timepoints", [5, 40])
def test_dilations_of_the_paper(make_problem, variant, n_timepoints):
    X, y = make_problem(n_timepoints=n_timepoints, n_channels=1)
    found = everything(X, y, variant=variant, kernels="haar").features_["dilation"]
    assert sorted(set(found)) == [1, 2, 4, 8, 16, 32]


@pytest.mark.parametrize("variant", VARIANTS)
def test_largest_dilation_may_be_asked_for(problem, variant):
    found = everything(*problem, variant=variant, kernels="haar", max_dilation=16)
    between = [3, 6, 12] if variant == "plus" else []
    wanted = sorted([1, 2, 4, 8, 16, *between])
    assert sorted(set(found.features_["dilation"].dropna())) == wanted


def test_what_plus_offers(problem):
    features = everything(*problem, variant="plus", kernels="haar").features_
    n_dilations, n_pairs = 6, 6
    of_series = features[features["level"] == 0]
    n_intervals = 1 + 3 + 7 + 15  # of a length of 40
    assert len(of_series) == 3 * n_intervals * 5
    assert set(of_series["input"]) == {"channel"}
    others = features[features["level"] > 0]
    by_input = others["input"].value_counts()
    assert by_input["channel"] == 3 * n_dilations * 3
    assert by_input["sum"] + by_input["difference"] == n_pairs * n_dilations * 3
    assert set(others["level"]) == {1}
    assert set(others["statistic"]) == {"ppv"}
    is_pair = features["input"].isin(["sum", "difference"])
    assert features["other"].notna().equals(is_pair)
    assert features["threshold"].notna().equals(features["statistic"] == "ppv")


@pytest.mark.parametrize(
    ("variant", "selector"),
    [("L1", "mrmr"), ("L2", "mrmr"), ("L1L2", "mrmr"), ("plus", "distil")],
)
def test_usual_selector(problem, variant, selector):
    parameters = {"variant": variant, "n_features": 20, "random_state": 0}
    usual = LightWaveS(**parameters).fit(*problem).features_
    named = LightWaveS(**parameters, selector=selector).fit(*problem).features_
    assert_frame_equal(named, usual, check_exact=True)
    for other in {"mrmr", "detach", "distil"} - {selector}:
        found = LightWaveS(**parameters, selector=other).fit(*problem).features_
        assert not found.equals(usual)


def constant_channel(X):
    X[:, 2] = 0.1
    return X


def integers(X):
    return np.round(X).astype(int)


# What a problem is like, and what is done to its series.
PROBLEMS = {
    "usual": ({}, None),
    "univariate": ({"n_channels": 1}, None),
    "many channels": ({"n_channels": 30, "n_timepoints": 20}, None),
    "constant channel": ({}, constant_channel),
    "constant": ({}, np.zeros_like),
    "integers": ({}, integers),
    "signs": ({"n_channels": 2}, np.sign),
    "rare events": ({}, lambda X: (X > 3).astype(float)),
    "one time point": ({"n_timepoints": 1}, None),
    "two time points": ({"n_timepoints": 2}, None),
    "eight time points": ({"n_timepoints": 8}, None),
    "eight integers": ({"n_timepoints": 8, "n_channels": 1}, integers),
    "many classes": ({"n_cases": 60, "n_classes": 20}, None),
    "two cases": ({"n_cases": 2}, None),
    "three cases of three classes": ({"n_cases": 3, "n_classes": 3}, None),
}


@pytest.fixture(params=PROBLEMS)
def any_problem(request, make_problem):
    shape, change = PROBLEMS[request.param]
    X, y = make_problem(**shape)
    return X if change is None else change(X), y


@pytest.fixture(params=["distil", "detach", "mrmr"])
def plus(request):
    parameters = {"n_features": 60, "random_state": 0}
    return LightWaveS(variant="plus", selector=request.param, **parameters)


def test_plus_with_any_series(any_problem, plus):
    X, y = any_problem
    out = plus.fit_transform(X, y)
    assert out.shape == (len(X), 60)
    assert np.isfinite(out).all()
    assert len(np.unique(plus._model.rows[KEY])) == 60
    assert len(set(plus.get_feature_names_out())) == 60
    one_by_one = [plus.transform(x[None]) for x in X]
    assert_array_equal(np.concatenate(one_by_one), out)
    assert_array_equal(plus.transform(X), out)


def test_classifier_with_any_series(any_problem):
    X, y = any_problem
    parameters = {"n_features": 60, "random_state": 0}
    classifier = LightWaveSClassifier(variant="plus", **parameters).fit(X, y)
    scores = classifier.decision_function(X)
    assert np.isfinite(scores).all()
    assert_array_equal([classifier.compile().scores(x) for x in X], scores)
    chances = classifier.predict_proba(X)
    assert_allclose(chances.sum(axis=1), 1)


@pytest.mark.filterwarnings("ignore:n_features=1000000, but only")
@pytest.mark.parametrize("name", ["constant", "integers", "rare events", "signs"])
def test_no_two_features_are_the_same_where_all_are_kept(make_problem, name):
    shape, change = PROBLEMS[name]
    X, y = make_problem(**shape)
    table = everything(change(X), y, variant="plus", kernels=["haar", "minirocket"])
    rows = table._model.rows
    assert len(np.unique(rows[KEY])) == len(rows)
    assert len(set(table.get_feature_names_out())) == len(rows)


@pytest.mark.parametrize(
    ("n_channels", "inputs"), [(1, {CHANNEL, CHANGE}), (3, {CHANNEL, SUM})]
)
def test_columns_are_what_the_table_says(make_pairs_problem, n_channels, inputs):
    X, y = make_pairs_problem(n_classes=3)
    X = X[:, :n_channels]
    transformer = LightWaveS(60, "plus", pool_size=60, random_state=0).fit(X, y)
    means, stds = X.mean(axis=(0, 2)), X.std(axis=(0, 2))
    rows = transformer._model.rows
    assert set(rows["input"]) == inputs
    expected = oracle.features(X, rows, kernel_bank("minirocket"), means, stds)
    # A response next to its threshold may fall on either side of it.
    off = np.abs(transformer.transform(X) - expected) > 1e-4
    assert off.mean() < 0.001


def test_table_scores_the_columns(make_pairs_problem):
    X, y = make_pairs_problem(n_classes=3)
    transformer = LightWaveS(60, "plus", random_state=0)
    columns = transformer.fit_transform(X, y)
    expected = [oracle.anova_f(column, y) for column in columns.T]
    assert_allclose(transformer.features_["f_score"], expected, rtol=1e-6)


@pytest.mark.parametrize("n_channels", [1, 3])
def test_names_follow_the_table(make_pairs_problem, n_channels):
    X, y = make_pairs_problem(n_classes=3)
    X = X[:, :n_channels]
    transformer = LightWaveS(90, "plus", pool_size=90, random_state=0).fit(X, y)
    signs = {"sum": "+", "difference": "-"}
    for name, row in zip(
        transformer.get_feature_names_out(),
        transformer.features_.itertuples(),
        strict=True,
    ):
        of_input = f"ch{row.channel}"
        if row.input == "change":
            of_input += "_change"
        elif row.input in signs:
            of_input += f"{signs[row.input]}ch{row.other}"
        threshold = f">{np.float32(row.threshold)}" if row.threshold else ""
        threshold = threshold if row.statistic == "ppv" else ""
        if row.level == 0:
            expected = f"{of_input}_l0_{row.statistic}"
            if (row.start, row.stop) != (0, 1):
                expected += f"[{row.start:g},{row.stop:g}]"
        else:
            convolved = f"k{row.kernel:03d}_d{row.dilation}_l1"
            expected = f"{of_input}_{convolved}_{row.statistic}"
        assert name == expected + threshold


@pytest.mark.parametrize(
    "parameters",
    [{"n_jobs": 2}, {"backend": "joblib"}, {"backend": "joblib", "n_jobs": 2}],
    ids=str,
)
def test_where_the_work_is_done_makes_no_difference(make_pairs_problem, parameters):
    X, y = make_pairs_problem(n_cases=40, n_classes=3)
    for usual in ({"random_state": 0}, {"random_state": 3, "max_cases": 15}):
        one = LightWaveS(50, "plus", **usual).fit(X, y)
        other = LightWaveS(50, "plus", **usual, **parameters).fit(X, y)
        assert other._model.rows.tobytes() == one._model.rows.tobytes()
        assert_array_equal(other.transform(X), one.transform(X))


def test_table_depends_on_the_seed_alone(make_problem):
    """Pairs and thresholds are drawn, where all cases are taken, too."""
    X, y = make_problem(n_cases=60, n_channels=6)

    def table(seed):
        return LightWaveS(50, "plus", random_state=seed).fit(X, y).features_

    assert_frame_equal(table(0), table(0), check_exact=True)
    assert not table(0).equals(table(1))


def test_only_the_channels_in_use_are_read(make_pairs_problem):
    X, y = make_pairs_problem()
    X = np.concatenate([X, np.zeros_like(X)], axis=1)
    transformer = LightWaveS(40, "plus", pool_size=40, random_state=0)
    expected = transformer.fit_transform(X, y)
    features = transformer.features_
    used = {*features["channel"], *features["other"].dropna()}
    assert transformer.channels_.tolist() == sorted(used)
    unused = sorted(set(range(6)) - used)
    assert unused
    X[:, unused] = np.nan
    assert_array_equal(transformer.transform(X), expected)
    for channel in used:
        bad = X.copy()
        bad[0, channel, 0] = np.inf
        with pytest.raises(ValueError, match=f"channel {channel} "):
            transformer.transform(bad)
        bad[0, channel] = np.nan
        differ = (transformer.transform(bad) != expected).any(axis=1)
        assert np.flatnonzero(differ).tolist() == [0]


def test_plus_sees_what_is_in_pairs_alone():
    """Two channels of noise, of which only the sum tells the classes apart."""
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    noise = 5 * rng.normal(size=(60, 80)).cumsum(axis=1)
    sine = np.sin((0.3 + y[:, None]) * np.arange(80))
    X = np.stack([noise + sine, sine - noise], axis=1)
    X[:, 1] *= noise.std() / X[:, 1].std()
    classifier = LightWaveSClassifier(n_features=50, variant="plus", random_state=0)
    assert classifier.fit(X[:30], y[:30]).score(X[30:], y[30:]) > 0.9
    assert "sum" in set(classifier.pipeline_[0].features_["input"])
