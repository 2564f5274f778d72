"""LightWaveS as a transformer: what goes in, what comes out, what stays the same."""

import copy
import io
import pickle
from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
import pandas as pd
import pytest
from aeon.utils.conversion import convert_collection
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal
from sklearn.base import clone
from sklearn.utils import check_random_state

from lightwaves_aeon import LightWaveS

COLUMNS = [
    "channel",
    "input",
    "other",
    "kernel",
    "tap_1",
    "tap_2",
    "tap_3",
    "wavelet",
    "dilation",
    "span",
    "level",
    "start",
    "stop",
    "statistic",
    "threshold",
    "f_score",
    "selection_score",
]

# Input that every container and dtype below holds without rounding.
CONTAINERS = {
    "float16": lambda X: X.astype(np.float16),
    "float32": lambda X: X.astype(np.float32),
    "int8": lambda X: X.astype(np.int8),
    "int64": lambda X: X.astype(np.int64),
    "big-endian": lambda X: X.astype(">f8"),
    "Fortran order": np.asfortranarray,
    "time first": lambda X: np.moveaxis(np.moveaxis(X, 2, 0).copy(), 0, 2),
    "strided": lambda X: X.repeat(2, axis=0).repeat(3, axis=2)[::2, :, ::3],
    "reversed": lambda X: X[:, :, ::-1].copy()[:, :, ::-1],
    "list of arrays": list,
    "df-list": lambda X: convert_collection(X, "df-list"),
    "pd-multiindex": lambda X: convert_collection(X, "pd-multiindex"),
}
UNIVARIATE_CONTAINERS = {
    "2D": lambda X: X[:, 0],
    "2D Fortran order": lambda X: np.asfortranarray(X[:, 0]),
    "list of 1D arrays": lambda X: list(X[:, 0]),
    "list of 2D arrays": list,
    "pd-wide": lambda X: convert_collection(X, "pd-wide"),
    "df-list": lambda X: convert_collection(X, "df-list"),
}


def assert_same_model(one, other, X):
    assert_frame_equal(one.features_, other.features_, check_exact=True)
    assert_array_equal(one.transform(X), other.transform(X))


def naive_feature(scaled, row):
    """Compute the column of one table row as the paper's formulas read."""

    def respond(x):
        padded = np.pad(x, ((0, 0), (4 * row.dilation, 4 * row.dilation)))
        taps = [
            weight * padded[:, j * row.dilation :][:, : x.shape[1]]
            for j, weight in enumerate(weights)
        ]
        return sum(taps) * row.dilation**-1.5

    weights = np.full(9, -1)
    weights[[row.tap_1, row.tap_2, row.tap_3]] = 2
    response = respond(scaled[:, row.channel])
    if row.level == 2:
        half = response.shape[1] // 2
        response = respond(np.abs(response)[:, ::2][:, :half])
    if row.statistic == "ppv":
        return (response > 0).mean(axis=1)
    if row.statistic == "lspv":
        signs = ["".join(np.where(case > 0, "+", "-")) for case in response]
        return [max(map(len, s.split("-"))) / len(s) for s in signs]
    return getattr(np.abs(response), row.statistic)(axis=1)


@pytest.mark.parametrize("convert", CONTAINERS.values(), ids=CONTAINERS)
def test_container_makes_no_difference(transformer, problem, convert):
    X, y = problem
    X = np.round(X * 8)
    expected = transformer.fit_transform(X, y)
    assert_array_equal(transformer.transform(convert(X)), expected)
    assert_array_equal(transformer.fit_transform(convert(X), y), expected)


@pytest.mark.parametrize(
    "convert", UNIVARIATE_CONTAINERS.values(), ids=UNIVARIATE_CONTAINERS
)
def test_univariate_container_makes_no_difference(transformer, make_problem, convert):
    X, y = make_problem(n_channels=1)
    expected = transformer.fit_transform(X, y)
    assert_array_equal(transformer.transform(convert(X)), expected)
    assert_array_equal(transformer.fit_transform(convert(X), y), expected)


@pytest.mark.parametrize(
    "relabel",
    [
        lambda y: np.array(["no", "yes"])[y],
        lambda y: np.array(["no", "yes"], object)[y],
        lambda y: np.array([-3, 70])[y],
        lambda y: y.astype(float),
        lambda y: y == 1,
        lambda y: pd.Series(y, index=np.arange(len(y))[::-1]),
        lambda y: pd.Series(np.array(["no", "yes"])[y], index=y + 5),
        lambda y: pd.Series(np.array(["no", "yes"])[y]).astype("category"),
    ],
    ids=["str", "object", "int", "float", "bool", "Series", "str Series", "category"],
)
def test_label_type_makes_no_difference(transformer, problem, relabel):
    X, y = problem
    expected = clone(transformer).fit(X, y)
    assert_same_model(transformer.fit(X, relabel(y)), expected, X)


@pytest.mark.parametrize("variant", ["L1", "L2", "L1L2"])
@pytest.mark.parametrize("n_timepoints", [40, 41])
def test_output(transformer, make_problem, variant, n_timepoints):
    X, y = make_problem(n_timepoints=n_timepoints)
    out = transformer.set_params(variant=variant).fit_transform(X, y)
    assert isinstance(out, np.ndarray)
    assert out.shape == (len(X), 20)
    assert out.dtype == np.float32
    assert out.flags.c_contiguous
    assert np.isfinite(out).all()
    assert_array_equal(clone(transformer).fit(X, y).transform(X), out)
    levels = {"L1": {1}, "L2": {2}, "L1L2": {1, 2}}
    assert set(transformer.features_["level"]) <= levels[variant]


@pytest.mark.parametrize(
    "shape",
    [
        {"n_channels": 1},
        {"n_channels": 200, "n_timepoints": 30},
        {"n_classes": 26, "n_cases": 52},
        {"n_cases": 2},
        *({"n_timepoints": n, "n_channels": c} for n in range(1, 10) for c in (1, 3)),
    ],
    ids=str,
)
def test_unusual_shapes(transformer, make_problem, shape):
    X, y = make_problem(**shape)
    out = transformer.fit_transform(X, y)
    assert out.shape == (len(X), 20)
    assert np.isfinite(out).all()


def test_class_with_one_case(transformer, problem):
    X, y = problem
    y[0] = 2
    assert np.isfinite(transformer.fit_transform(X, y)).all()
    # The sample of cases, too, must keep it.
    sampled = transformer.set_params(max_cases=6, random_state=0)
    assert np.isfinite(sampled.fit_transform(X, y)).all()


@pytest.mark.filterwarnings("ignore:X. case 3 holds values:UserWarning")
@pytest.mark.parametrize("value", [0, 0.1, -1e9 / 3, 1e15])
def test_constant_series_and_channels(transformer, problem, value):
    X, y = problem
    X[:, 0] = value
    X[3] = value
    assert np.isfinite(transformer.fit_transform(X, y)).all()
    assert 0 not in transformer.channels_
    X[:] = value
    assert np.isfinite(transformer.fit_transform(X, y)).all()


def test_more_features_wanted_than_exist(make_problem):
    X, y = make_problem(n_channels=1)
    transformer = LightWaveS(
        variant="L1L2", n_features=9, kernels="haar", max_dilation=1
    )
    with pytest.warns(UserWarning, match="n_features=9, but only 8"):
        out = transformer.fit_transform(X, y)
    assert out.shape == (len(X), 8)
    assert len(transformer.features_) == len(transformer.get_feature_names_out()) == 8


@pytest.mark.parametrize(
    "params",
    [{"n_features": 8, "kernels": "haar", "max_dilation": 1}, {"pool_size": 20}],
    ids=["as many as exist", "as many as in the pool"],
)
def test_nothing_to_select(transformer, make_problem, params):
    X, y = make_problem(n_channels=1)
    transformer.set_params(**params)
    assert transformer.fit_transform(X, y).shape == (len(X), transformer.n_features)
    assert transformer.features_["selection_score"].isna().all()
    assert transformer.features_["f_score"].notna().all()


def test_a_case_does_not_depend_on_the_others(transformer, problem):
    X, y = problem
    expected = transformer.fit_transform(X, y)
    one_by_one = [transformer.transform(x[None]) for x in X]
    assert_array_equal(np.concatenate(one_by_one), expected)
    order = np.random.default_rng(0).permutation(len(X))
    assert_array_equal(transformer.transform(X[order]), expected[order])
    # More cases than are worked on at a time.
    assert_array_equal(
        transformer.transform(np.tile(X, (400, 1, 1))), np.tile(expected, (400, 1))
    )


def test_table_does_not_depend_on_the_order_of_channels(transformer, problem):
    X, y = problem
    features = transformer.fit(X, y).features_
    swapped = transformer.fit(X[:, [1, 2, 0]], y).features_
    assert_array_equal(np.array([1, 2, 0])[swapped["channel"]], features["channel"])
    assert_frame_equal(
        swapped.drop(columns="channel"), features.drop(columns="channel")
    )


@pytest.mark.parametrize("kernels", ["minirocket", ["haar", "mexh", "cgau1"]])
def test_n_jobs_makes_no_difference(transformer, problem, kernels):
    X, y = problem
    transformer.set_params(kernels=kernels, variant="L1L2")
    many = np.tile(X, (400, 1, 1))  # enough to be split over threads
    one = clone(transformer).fit(X, y)
    for n_jobs in (2, 3, -1):
        other = clone(transformer).set_params(n_jobs=n_jobs).fit(X, y)
        assert_same_model(other, one, many)


def test_a_surrounding_parallel_config_makes_no_difference(transformer, problem):
    X, y = problem
    expected = clone(transformer).fit(X, y)
    with joblib.parallel_config(backend="loky", n_jobs=2):
        fitted = transformer.set_params(n_jobs=2).fit(X, y)
        assert_same_model(fitted, expected, np.tile(X, (400, 1, 1)))


def test_input_is_not_changed(transformer, problem):
    X, y = problem
    X_before, y_before = X.copy(), y.copy()
    transformer.fit_transform(X, y)
    assert_array_equal(X, X_before)
    assert_array_equal(y, y_before)
    # Nor need it be writeable.
    X.flags.writeable = y.flags.writeable = False
    transformer.fit(X, y).transform(X)


def test_refit_leaves_nothing_behind(transformer, problem, make_problem):
    X, y = make_problem(n_cases=30, n_channels=5, n_timepoints=31, n_classes=4, seed=1)
    refitted = clone(transformer).fit(*problem).fit(X, y.astype(str))
    assert_same_model(refitted, transformer.fit(X, y), X)
    assert refitted.metadata_ == transformer.metadata_


def test_sample_of_cases_depends_on_the_seed_alone(transformer, make_problem):
    X, y = make_problem(n_cases=40)

    def table(random_state, **params):
        params = {"max_cases": 10, "random_state": random_state, **params}
        return clone(transformer).set_params(**params).fit(X, y).features_

    expected = table(0)
    check_random_state(None).rand()  # moves the global state
    for same in (table(0), table(0, n_jobs=2), table(np.random.RandomState(0))):
        assert_frame_equal(same, expected, check_exact=True)
    assert not table(1).equals(expected)
    assert not table(0, max_cases=1500).equals(expected)


def test_seed_has_no_effect_where_all_cases_are_taken(transformer, problem):
    X, y = problem
    transformer.set_params(max_cases=len(X))
    one = clone(transformer).set_params(random_state=1).fit(X, y)
    other = clone(transformer).set_params(random_state=None).fit(X, y)
    assert_same_model(one, other, X)


@pytest.mark.parametrize("random_state", [0, None])
@pytest.mark.parametrize("max_cases", [10, 1500])
def test_global_random_state_is_untouched(
    transformer, problem, random_state, max_cases
):
    transformer.set_params(random_state=random_state, max_cases=max_cases)
    before = pickle.dumps(check_random_state(None))
    transformer.fit_transform(*problem)
    assert pickle.dumps(check_random_state(None)) == before


@pytest.mark.parametrize("variant", ["L1", "L2", "L1L2"])
@pytest.mark.parametrize("n_timepoints", [40, 41])
def test_table_describes_the_columns(transformer, make_problem, variant, n_timepoints):
    X, y = make_problem(n_timepoints=n_timepoints)
    out = transformer.set_params(variant=variant, n_features=60).fit_transform(X, y)
    features = transformer.features_
    assert list(features.columns) == COLUMNS
    assert features.index.equals(pd.RangeIndex(60))
    # What the paper has not: derived inputs, and thresholds other than zero.
    assert set(features["input"]) == {"channel"}
    assert features["other"].isna().all()
    assert features["threshold"].isna().equals(features["statistic"] != "ppv")
    assert set(features["threshold"].dropna()) <= {0}
    X = X - X.mean(axis=(0, 2), keepdims=True)
    X /= X.std(axis=(0, 2), keepdims=True)
    for column, row in zip(out.T, features.itertuples(), strict=True):
        assert_allclose(column, naive_feature(X, row), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kernels", ["minirocket", ("haar", "mexh", "cgau1")])
def test_feature_names_follow_the_table(transformer, problem, kernels):
    transformer.set_params(kernels=kernels).fit(*problem)
    names = transformer.get_feature_names_out()
    features = transformer.features_
    kernel = features["wavelet"].fillna(
        "k" + features["kernel"].astype(str).str.zfill(3)
    )
    expected = [
        f"ch{row.channel}_{kernel[i]}_d{row.dilation}_l{row.level}_{row.statistic}"
        for i, row in enumerate(features.itertuples())
    ]
    assert names.dtype == object
    assert names.tolist() == expected
    assert len(set(names)) == len(names)
    assert (features["wavelet"].isna() == (kernels == "minirocket")).all()
    assert features["tap_1"].isna().equals(features["wavelet"].notna())


def test_features_are_relevant_and_ordered(transformer, problem):
    features = transformer.fit(*problem).features_
    assert (features["f_score"] > 0).all()
    # mRMR starts with the most relevant feature, whose score is its relevance.
    assert features["f_score"].idxmax() == 0
    assert features.loc[0, "selection_score"] == features.loc[0, "f_score"]


def test_table_is_a_copy(transformer, problem):
    X, y = problem
    expected = transformer.fit_transform(X, y)
    features = transformer.features_
    features["channel"] = 0
    transformer.channels_[:] = 0
    transformer.get_feature_names_out()[:] = ""
    assert_array_equal(transformer.transform(X), expected)
    assert transformer.channels_.tolist() == [1]


def test_only_the_channels_in_use_are_read(transformer, make_problem):
    X, y = make_problem(n_channels=5)
    X[:, 3] += X[:, 1]
    expected = transformer.set_params(n_features=60).fit_transform(X, y)
    used = transformer.channels_
    assert used.tolist() == sorted(set(transformer.features_["channel"]))
    unused = np.setdiff1d(np.arange(5), used)
    assert len(used) > 1
    assert len(unused) > 0
    X[:, unused] = np.random.default_rng(0).normal(size=X[:, unused].shape) * 1e100
    assert_array_equal(transformer.transform(X), expected)


def test_pandas_output(transformer, problem):
    X, y = problem
    expected = transformer.fit_transform(X, y)
    transformer.set_output(transform="pandas")
    # The choice outlives a fit and a clone.
    for fitted in (transformer, transformer.fit(X, y), clone(transformer).fit(X, y)):
        out = fitted.transform(X)
        assert isinstance(out, pd.DataFrame)
        assert out.columns.tolist() == fitted.get_feature_names_out().tolist()
        assert_array_equal(out, expected)
    assert_frame_equal(transformer.fit_transform(X, y), out)
    default = transformer.set_output(transform="default").fit_transform(X, y)
    assert isinstance(default, np.ndarray)


def test_pandas_output_keeps_the_index_of_cases(transformer, make_problem):
    X, y = make_problem(n_channels=1)
    wide = pd.DataFrame(X[:, 0], index=np.arange(len(X)) + 7)
    out = transformer.set_output(transform="pandas").fit_transform(wide, y)
    assert out.index.equals(wide.index)


def test_verbose(transformer, problem, capsys):
    transformer.fit(*problem)
    assert capsys.readouterr() == ("", "")
    transformer.set_params(verbose=1).fit(*problem).transform(problem[0])
    assert "100%" in capsys.readouterr().out


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
def test_copies_give_the_same_answers(transformer, problem, duplicate):
    X, y = problem
    transformer.set_params(kernels=["minirocket", "mexh"]).fit(X, y)
    copied = duplicate(transformer)
    assert_same_model(copied, transformer, X)
    assert_same_model(copied.fit(X, y), transformer, X)
    assert not duplicate(clone(transformer)).is_fitted


def test_memory_mapped_model(transformer, problem, tmp_path):
    X, y = problem
    joblib.dump(transformer.fit(X, y), tmp_path / "model")
    assert_same_model(joblib.load(tmp_path / "model", mmap_mode="r"), transformer, X)


def test_memory_mapped_input(transformer, problem, tmp_path):
    X, y = problem
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    expected = transformer.fit_transform(X, y)
    assert_array_equal(transformer.fit_transform(mapped, y), expected)


def test_parameters_are_stored_as_given(transformer, problem):
    params = {
        "n_features": 7,
        "variant": "L2",
        "kernels": ["haar", "mexh"],
        "max_dilation": 2,
        "pool_size": 30,
        "max_cases": 15,
        "n_jobs": 2,
        "random_state": 3,
        "verbose": 0,
        "backend": "joblib",
        "selector": "detach",
        "max_channels": 2,
        "missing_values": "error",
        "augment_missing": 0.0,
        "channel_names": None,
        "sampling_rate": None,
    }
    assert LightWaveS(**params).get_params() == params
    transformer.set_params(**params)
    assert transformer.fit(*problem).get_params() == params
    copied = clone(transformer)
    assert copied.get_params() == params
    assert not copied.is_fitted


def test_reset(transformer, problem):
    X, y = problem
    expected = transformer.fit_transform(X, y)
    assert transformer.reset() is transformer
    assert not transformer.is_fitted
    assert vars(transformer).keys() == vars(clone(transformer)).keys()
    assert_array_equal(transformer.fit_transform(X, y), expected)


def test_transform_from_several_threads(transformer, problem):
    X, y = problem
    expected = transformer.set_params(n_jobs=2).fit_transform(X, y)
    many = np.tile(X, (400, 1, 1))
    with ThreadPoolExecutor(2) as threads:
        for out in threads.map(transformer.transform, [many] * 4):
            assert_array_equal(out, np.tile(expected, (400, 1)))


@pytest.mark.parametrize("verbose", [0, 1])
def test_fit_from_several_threads(transformer, make_problem, verbose):
    problems = [make_problem(n_channels=c, seed=c) for c in (1, 2, 3, 4)]
    transformer.set_params(n_jobs=2, verbose=verbose)
    expected = [clone(transformer).fit_transform(X, y) for X, y in problems]
    with ThreadPoolExecutor(2) as threads:
        found = threads.map(lambda p: clone(transformer).fit_transform(*p), problems)
        for out, alone in zip(found, expected, strict=True):
            assert_array_equal(out, alone)
