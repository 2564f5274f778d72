"""What a fitted classifier says: importances, contributions and the report."""

import numpy as np
import pandas as pd
import pytest
from aeon.datasets import load_basic_motions
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.svm import SVC

from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES
from lightwaves_aeon.insight.importance import GROUPS

VARIANTS = ["L1", "L2", "L1L2", "plus"]
CALLS = {
    "features_": lambda clf: clf.features_,
    "importance": lambda clf: clf.importance("level"),
    "channel_importance": lambda clf: clf.channel_importance(),
    "channel_loss": lambda clf: clf.channel_loss(),
    "dilation_importance": lambda clf: clf.dilation_importance(),
    "describe": lambda clf: clf.describe(),
    "contributions": lambda clf: clf.contributions(np.zeros((1, 3, 40))),
}
LABELS = {
    "int": np.array([3, 7, 20]),
    "float": np.array([-1.0, 0.0, 20.0]),
    "str": np.array(["", "a b", "weight"]),
    "object": np.array(["x", "y", "z"], object),
    "bool": np.array([False, True]),
}


def of_sktime(**parameters):
    module = pytest.importorskip("lightwaves_aeon.sktime", exc_type=ImportError)
    return module.LightWaveSClassifier(**parameters)


SHELLS = pytest.mark.parametrize("shell", [LightWaveSClassifier, of_sktime])
N_CLASSES = pytest.mark.parametrize("n_classes", [2, 3])


@pytest.fixture(scope="module")
def fit(make_problem, small):
    def fit(n_classes=3, shell=LightWaveSClassifier, **parameters):
        X, y = make_problem(n_classes=n_classes)
        return shell(**{**small, "random_state": 0, **parameters}).fit(X, y), X

    return fit


@pytest.fixture(scope="module", params=[2, 3], ids=["two classes", "three classes"])
def of_pairs(request, make_pairs_problem):
    X, y = make_pairs_problem(n_classes=request.param)
    clf = LightWaveSClassifier(n_features=30, variant="plus", random_state=0)
    return clf.fit(X, y)


@pytest.fixture(scope="module")
def motions():
    return LightWaveSClassifier(variant="L1L2").fit(*load_basic_motions(split="train"))


# Contributions


def assert_adds_up(clf, X):
    parts = clf.contributions(X)
    assert parts.shape == (len(X), len(clf.features_), len(clf.classes_))
    summed = parts.sum(axis=1)
    if len(clf.classes_) == 2:
        assert_array_equal(parts[:, :, 0], -parts[:, :, 1])
        summed = summed[:, 1]
    predictor = clf.compile()
    scores = np.array([predictor.scores(x) for x in X])
    assert_allclose(summed + clf.estimator_.intercept_, scores, atol=1e-6)


@N_CLASSES
@SHELLS
@pytest.mark.parametrize("variant", VARIANTS)
def test_contributions_add_up_to_the_scores(fit, n_classes, shell, variant):
    clf, X = fit(n_classes, shell, variant=variant)
    assert_adds_up(clf, X)
    average = clf.contributions(X).mean(axis=0)  # of the training cases
    assert_allclose(average, 0, atol=1e-6)


def test_contributions_add_up_to_decision_function(motions):
    X, _ = load_basic_motions(split="test")
    summed = motions.contributions(X).sum(axis=1) + motions.estimator_.intercept_
    assert_allclose(summed, motions.decision_function(X), atol=1e-6)


@SHELLS
def test_contributions_with_wavelets(fit, shell):
    assert_adds_up(*fit(shell=shell, kernels=("haar", "mexh")))


@SHELLS
def test_contributions_to_cases_of_unequal_lengths(fit, shell):
    clf, X = fit(shell=shell)
    assert_adds_up(clf, [x[:, : 40 - i % 3] for i, x in enumerate(X)])


@N_CLASSES
def test_a_model_file_keeps_what_a_classifier_says(fit, tmp_path, n_classes):
    clf, X = fit(n_classes)
    clf.save(tmp_path / "a.model")
    again = LightWaveSClassifier.load(tmp_path / "a.model")
    assert_adds_up(again, X)
    assert_array_equal(again.contributions(X), clf.contributions(X))
    pd.testing.assert_frame_equal(again.features_, clf.features_)
    assert again.describe() == clf.describe()


@N_CLASSES
@pytest.mark.parametrize(
    "estimator",
    [LogisticRegression(), RidgeClassifier(fit_intercept=False)],
    ids=["logistic", "without intercept"],
)
def test_other_linear_estimators(fit, n_classes, estimator):
    clf, X = fit(n_classes, estimator=estimator)
    assert_adds_up(clf, X)
    assert clf.features_["importance"].sum() == pytest.approx(1)


def test_wrong_number_of_channels(fit):
    clf, X = fit()
    with pytest.raises(ValueError, match=r"X has 2 channels, .* fitted to 3"):
        clf.contributions(X[:, :2])


# Where there is nothing to say


@SHELLS
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_not_fitted(shell, call):
    with pytest.raises(ValueError, match="not been fitted") as caught:
        call(shell())
    assert caught.type.__name__ == NotFittedError.__name__
    assert not hasattr(shell(), "features_")


@pytest.mark.filterwarnings("ignore:Attribute `prob:FutureWarning")  # of SVC's own
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (RandomForestClassifier(n_estimators=5), "RandomForest.* not a sum over feat"),
        (SVC(kernel="linear"), "SVC are not a weighted sum .* of the 3 classes"),
    ],
    ids=["forest", "one against one"],
)
def test_not_linear(fit, call, estimator, message):
    clf, _ = fit(estimator=estimator)
    with pytest.raises(ValueError, match=message):
        call(clf)
    assert not hasattr(clf, "features_")
    assert "estimator_" in clf.get_fitted_params()


# The table


@SHELLS
@pytest.mark.parametrize("variant", VARIANTS)
def test_table_is_that_of_the_transformer_and_more(fit, shell, variant):
    clf, _ = fit(shell=shell, variant=variant)
    pipeline = getattr(clf, "pipeline_", None)
    table = clf.transformer_.features_ if pipeline is None else pipeline[0].features_
    width = table.shape[1]
    pd.testing.assert_frame_equal(clf.features_.iloc[:, :width], table)
    added = ["importance", "weight_0", "weight_1", "weight_2"]
    assert clf.features_.columns[width:].tolist() == added


@pytest.mark.parametrize("by", ["dilation", "kernel", ["channel", "dilation"]], ids=str)
def test_level_0_is_a_group_without_a_kernel(make_step_problem, by):
    of_series = {"variant": "plus", "selector": "mrmr", "random_state": 0}
    clf = LightWaveSClassifier(n_features=20, **of_series)
    clf.fit(*make_step_problem(n_classes=3))
    table = clf.features_
    of_series = table["level"] == 0
    assert of_series.any()
    assert not of_series.all()
    column = "kernel" if by == "kernel" else "dilation"
    groups = clf.importance(by)
    missing = groups[column].isna()
    assert_allclose(
        groups["importance"][missing].sum(), table["importance"][of_series].sum()
    )
    assert_allclose(groups["importance"].sum(), 1)
    assert groups[column].dtype == "Int64"
    assert set(groups[column].dropna()) == set(table[column].dropna())
    if by == column:
        assert missing.tolist() == [True] * 3 + [False] * (len(groups) - 3)
        assert groups["n_features"][0] == of_series.sum()
    text = clf.describe()
    assert "none " in text.partition("Dilations: ")[2].partition("%")[0]
    assert "0 (series itself)" in text


def coefficients(clf):
    """Those of the standardised features, one row for each class."""
    coef = np.atleast_2d(clf.pipeline_[-1].coef_)
    return np.vstack([-coef, coef]) if len(clf.classes_) == 2 else coef


@N_CLASSES
def test_weights_and_importances_are_those_of_the_estimator(fit, n_classes):
    clf, _ = fit(n_classes)
    table, coef = clf.features_, coefficients(clf)
    for k in range(n_classes):
        assert_allclose(table[f"weight_{k}"], coef[k], rtol=1e-5)
    shares = np.abs(coef).sum(axis=0) / np.abs(coef).sum()
    assert_allclose(table["importance"], shares, rtol=1e-5)


@pytest.mark.parametrize("name", LABELS)
def test_labels(make_problem, small, name):
    labels = LABELS[name]
    X, y = make_problem(n_classes=len(labels))
    clf = LightWaveSClassifier(**small).fit(X, labels[y])
    weights = [c for c in clf.features_.columns if c.startswith("weight_")]
    assert weights == [f"weight_{label}" for label in labels]
    assert clf.features_.columns.is_unique
    assert clf.channel_importance()["class"].unique().tolist() == labels.tolist()
    assert f"{len(labels)} classes" in clf.describe()


# Importances


def shares_one_by_one(clf, columns):
    """Share and number of features of each group and class, feature by feature."""
    coef, shares, sizes = coefficients(clf), {}, {}
    total = sum(abs(value) for row in coef for value in row)
    for i, feature in clf.pipeline_[0].features_.iterrows():
        channels = [feature["channel"]]
        if "channel" in columns and feature["input"] in ("sum", "difference"):
            channels.append(feature["other"])
        for channel in channels:
            named = {**feature, "channel": channel}
            for k, label in enumerate(clf.classes_):
                key = (*(named[column] for column in columns), label)
                share = abs(coef[k][i]) / total / len(channels)
                shares[key] = shares.get(key, 0) + share
                sizes[key] = sizes.get(key, 0) + 1
    return shares, sizes


@pytest.mark.parametrize(
    "by", [*([column] for column in GROUPS), ["channel", "dilation"], list(GROUPS)]
)
def test_importances_against_an_obvious_loop(of_pairs, by):
    assert of_pairs.features_["input"].isin(["sum", "difference"]).any()
    table = of_pairs.importance(by)
    assert table.columns.tolist() == [*by, "class", "n_features", "importance"]
    assert table["importance"].sum() == pytest.approx(1)
    shares, sizes = shares_one_by_one(of_pairs, by)
    keys = list(table[[*by, "class"]].itertuples(index=False, name=None))
    assert len(keys) == len(shares)
    assert_allclose(table["importance"], [shares[key] for key in keys], rtol=1e-5)
    assert_array_equal(table["n_features"], [sizes[key] for key in keys])


def test_groups_ascend_in_the_order_of_the_table(motions):
    table = motions.importance(["statistic", "level", "dilation"])
    numbered = table.assign(statistic=table["statistic"].map(POOLING_NAMES.index))
    keys = numbered[["statistic", "level", "dilation", "class"]]
    pd.testing.assert_frame_equal(keys, keys.sort_values(list(keys)))
    assert motions.importance("level").equals(motions.importance(["level"]))
    assert motions.importance("dilation").equals(motions.dilation_importance())


def test_a_feature_of_two_channels_goes_to_both_in_halves(make_pairs_problem):
    X, y = make_pairs_problem()
    X[:, 0] = 0  # so that 1 and 2 are what there is to add
    clf = LightWaveSClassifier(n_features=1, variant="plus", random_state=0).fit(X, y)
    assert clf.features_["other"].notna().all()
    shares = clf.channel_importance()
    used = shares[shares["importance"] > 0]
    assert used["channel"].nunique() == 2
    assert_allclose(used["importance"], 0.25)
    assert (used["n_features"] == 1).all()


@SHELLS
def test_all_channels_are_listed(fit, shell):
    clf, _ = fit(shell=shell, n_features=1)
    table = clf.channel_importance()
    assert table["channel"].tolist() == np.repeat([0, 1, 2], 3).tolist()
    unused = table[table["channel"] != clf.features_["channel"][0]]
    assert len(unused) == 6
    assert not unused[["n_features", "importance"]].any(axis=None)
    assert table["importance"].sum() == pytest.approx(1)
    used = table[table["n_features"] > 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(used, clf.importance("channel"))


def test_all_weights_zero(fit):
    clf, _ = fit(estimator=LogisticRegression())
    clf.estimator_.coef_[:] = 0
    assert (clf.features_["importance"] == 0).all()
    assert (clf.importance("channel")["importance"] == 0).all()
    assert "Strongest" not in clf.describe()


@pytest.mark.parametrize(
    "by", ["threshold", "nonsense", [], ["level", "level"], ["channel", "f_score"], [1]]
)
def test_unknown_groups(motions, by):
    with pytest.raises(ValueError, match="by must be one or several of 'channel'"):
        motions.importance(by)


# The report


def assert_short(text):
    lines = text.splitlines()
    assert len(lines) <= 46
    assert max(map(len, lines)) <= 80
    assert all(line == line.rstrip() for line in lines)


def test_report_of_basic_motions(motions):
    text = motions.describe()
    assert_short(text)
    assert text.startswith("LightWaveS classifier: 500 features, 4 classes\n")
    assert "Classes: badminton, running, standing, walking\n" in text
    assert "Channels: 5 of 6 in use" in text
    assert "  Not used: 3\n" in text
    shares = motions.channel_importance().groupby("channel")["importance"].sum()
    assert f"  0  {100 * shares[0]:.1f}%  #########" in text
    assert "Inputs" not in text
    assert "\n 10. " in text
    assert "Strongest" not in motions.describe(n_strongest=0)
    with pytest.raises(ValueError, match="n_strongest must be at least 0, got -1"):
        motions.describe(n_strongest=-1)


@SHELLS
@N_CLASSES
def test_what_high_values_speak_for(fit, shell, n_classes):
    clf, _ = fit(n_classes, shell)
    table = clf.features_.sort_values("importance", ascending=False, kind="stable")
    weights = table.filter(like="weight_").head(10).to_numpy()
    text = " ".join(clf.describe().partition("a high value says:")[2].split())
    for rank, of_classes in enumerate(weights, 1):
        k = np.abs(of_classes).argmax() if n_classes > 2 else of_classes.argmax()
        verb = "points to" if of_classes[k] > 0 else "speaks against"
        own = text.partition(f"{rank}. ")[2].partition(f" {rank + 1}. ")[0]
        assert own.endswith(f": {verb} {k}")
    if n_classes == 2:
        assert "speaks against" not in text


def test_report_of_pairs_says_so(of_pairs):
    assert_short(of_pairs.describe())
    assert "Inputs: " in of_pairs.describe()
    assert "Levels: 1 (pattern) 100.0%\n" in of_pairs.describe()


def test_report_of_many_channels_and_classes_is_short(make_problem):
    X, y = make_problem(n_cases=60, n_channels=200, n_classes=20)
    labels = np.array([f"a rather long label for class number {k}" for k in range(20)])
    clf = LightWaveSClassifier(
        n_features=90, variant="plus", max_dilation=2, random_state=0
    ).fit(X, labels[y])
    text = clf.describe()
    assert_short(text)
    assert " of 200 in use" in text
    assert "a rather...number 0, " in text
    assert "others with " in text
    assert " ...\n" in text


def test_report_of_one_feature(make_problem):
    X, y = make_problem(n_channels=1)
    text = LightWaveSClassifier(variant="L1L2", n_features=1).fit(X, y).describe()
    assert "1 feature, 2 classes" in text
    assert "Channels: 1 of 1 in use" in text
    assert "Not used" not in text
