"""Data frames in their own order and by their names, masks, and metadata routing."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_array_equal
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

import lightwaves_aeon
import lightwaves_aeon.sktime
from lightwaves_aeon.insight import plots

SHELLS = {"aeon": lightwaves_aeon, "sktime": lightwaves_aeon.sktime}
NAMES = ["c10", "c2", "alpha"]


@pytest.fixture(params=SHELLS)
def shell(request):
    return request.param


@pytest.fixture(params=["LightWaveS", "LightWaveSClassifier"])
def estimator(request, shell):
    kind = getattr(SHELLS[shell], request.param)
    return kind(n_features=20, max_dilation=4, variant="plus", random_state=0)


@pytest.fixture(name="problem", scope="module")
def of_unlike_channels():
    """Only channel 1 tells the classes apart; the others differ in scale."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 40)
    X = rng.normal(size=(40, 3, 30)) * [[1], [5], [100]]
    X[:, 1] += 10 * np.sin(np.arange(30) * (0.3 + 0.4 * y[:, None]))
    return X, np.array(["no", "yes"])[y]


def answer(estimator, X):
    if hasattr(estimator, "predict_proba"):
        return estimator.predict_proba(X)
    return np.asarray(estimator.transform(X))


def multiindex(X, names=NAMES, ids=None):
    """One row a time point; by default with ids that sort in another order."""
    ids = [f"T{i}" for i in range(len(X))] if ids is None else ids
    parts = [pd.DataFrame(x.T, columns=names) for x in X]
    return pd.concat(parts, keys=ids, names=["case", "time"])


def df_list(X, names=NAMES, kind="aeon"):
    """One frame a case; those of aeon have a row for each channel."""
    if kind == "aeon":
        return [pd.DataFrame(x, index=names) for x in X]
    return [pd.DataFrame(x.T, columns=names) for x in X]


def unequal(X):
    return [x[:, : 30 - i % 3] for i, x in enumerate(X)]


def test_saliency_takes_what_predict_takes(shell, problem):
    X, y = problem
    kind = SHELLS[shell].LightWaveSClassifier
    clf = kind(20, n_features=20, variant="L1", max_dilation=4).fit(X, y)
    expected = clf.saliency(X[3])
    frame = multiindex(X, ids=range(len(X)))
    given = [X[3:4], list(X[3:4]), frame.loc[[3]], df_list(X, kind=shell)[3]]
    if shell == "sktime":
        given.append(pd.DataFrame([[pd.Series(channel) for channel in X[3]]]))
    for x in given:
        assert_array_equal(clf.saliency(x), expected)
        assert clf.contributions([x] if x is given[3] else x).shape == (1, 20, 2)
    with pytest.raises(ValueError, match=r"one case, of shape .*, got 2 cases"):
        clf.saliency(X[:2])


# Order


@pytest.mark.parametrize("lengths", ["equal", "unequal"])
def test_cases_and_channels_of_a_frame_keep_their_order(estimator, problem, lengths):
    X, y = problem
    X = X if lengths == "equal" else unequal(X)
    expected = answer(estimator.clone().fit(X, y), X)
    fitted = estimator.clone().fit(multiindex(X), y)
    assert_array_equal(answer(fitted, multiindex(X)), expected)
    assert_array_equal(answer(fitted, X), expected)
    assert_array_equal(
        answer(estimator.clone().fit(X, y), multiindex(X, names=range(3))), expected
    )
    assert fitted.feature_names_in_.tolist() == NAMES


def test_ids_set_afterwards(shell, problem):
    """T10 comes before T2 where ids are sorted, and labels are those of the rows."""
    X, y = problem
    clf = SHELLS[shell].LightWaveSClassifier(variant="L1L2", n_features=20).fit(X, y)
    frame = multiindex(X, ids=range(len(X))).reset_index()
    frame["case"] = [f"T{i}" for i in frame["case"]]
    frame = frame.set_index(["case", "time"])
    assert clf.score(frame, y) == clf.score(X, y) == 1


def test_rows_in_any_order(problem):
    X, y = problem
    clf = lightwaves_aeon.LightWaveSClassifier(variant="L1L2", n_features=20).fit(
        multiindex(X), y
    )
    expected = clf.predict_proba(X)
    mixed = multiindex(X).swaplevel().sort_index(level=0, sort_remaining=False)
    mixed = mixed.swaplevel()  # time point by time point, the cases in their order
    assert mixed.index[1][0] != mixed.index[0][0]
    assert_array_equal(clf.predict_proba(mixed), expected)
    backwards = pd.concat([part[::-1] for _, part in multiindex(X).groupby(level=0)])
    order = pd.factorize(backwards.index.get_level_values(0))[1]
    rows = [int(name[1:]) for name in order]
    assert_array_equal(clf.predict_proba(backwards), expected[rows])
    with pytest.raises(ValueError, match="time point of case T1 twice"):
        clf.predict(pd.concat([multiindex(X), multiindex(X[1:2], ids=["T1"])]))


def test_wide_frames_and_lists_without_names(problem):
    X, y = problem
    wide = pd.DataFrame(X[:, 1], index=[f"T{i}" for i in range(40)])
    clf = lightwaves_aeon.LightWaveSClassifier(variant="L1L2", n_features=20).fit(
        X[:, 1], y
    )
    assert_array_equal(clf.predict_proba(wide), clf.predict_proba(X[:, 1:2]))
    clf.fit([pd.DataFrame(x) for x in X], y)
    assert not hasattr(clf, "feature_names_in_")
    assert_array_equal(clf.predict(X), y)


# Names


def containers(kind, X, names):
    return [multiindex(X, names), df_list(X, names, kind)]


def test_other_order_of_names(estimator, shell, problem):
    X, y = problem
    order = [2, 0, 1]
    names = [NAMES[i] for i in order]
    expected = answer(estimator.fit(X, y), X)
    for given, other in zip(
        containers(shell, X, NAMES), containers(shell, X[:, order], names), strict=True
    ):
        fitted = estimator.clone().fit(given, y)
        assert_array_equal(answer(fitted, other), expected)
        assert_array_equal(answer(fitted, X), expected)


def test_other_names_are_refused(estimator, shell, problem):
    X, y = problem
    fitted = estimator.fit(multiindex(X), y)
    for given in containers(shell, X, ["c10", "beta", "alpha"]):
        with pytest.raises(ValueError, match=r"missing are \['c2'\].*\['beta'\]"):
            answer(fitted, given)
    with pytest.raises(ValueError, match=r"missing are \['alpha'\].*none"):
        answer(fitted, multiindex(X[:, :2], NAMES[:2]))


def test_cases_of_other_order_in_a_list(estimator, shell, problem):
    X, y = problem
    cases = df_list(X, kind=shell)
    axis = 0 if shell == "aeon" else 1
    mixed = [
        x.reindex(sorted(NAMES), axis=axis) if i % 2 else x for i, x in enumerate(cases)
    ]
    expected = answer(estimator.clone().fit(X, y), X)
    fitted = estimator.fit(mixed, y)
    assert fitted.feature_names_in_.tolist() == NAMES
    assert_array_equal(answer(fitted, mixed), expected)


def test_names_that_stand_twice_are_refused(estimator, problem):
    X, y = problem
    with pytest.raises((ValueError, TypeError), match=r"(?i)c2|unique"):
        estimator.fit(multiindex(X, ["c10", "c2", "c2"]), y)


def test_names_are_forgotten(estimator, problem):
    X, y = problem
    estimator.fit(multiindex(X), y)
    estimator.fit(X, y)
    assert not hasattr(estimator, "feature_names_in_")
    assert "channel_name" not in estimator.features_


def test_names_are_shown(shell, problem):
    X, y = problem
    clf = SHELLS[shell].LightWaveSClassifier(
        n_features=60, variant="plus", random_state=0
    )
    table = clf.fit(multiindex(X), y).features_
    for column in ("channel", "other"):
        some = table[column].notna()
        numbers = table[column][some].astype(int)
        assert [NAMES[i] for i in numbers] == table[f"{column}_name"][some].tolist()
        assert table[f"{column}_name"][~some].isna().all()
    assert "c2" in clf.describe().split("Strongest")[1]
    assert "c2" in clf.describe().split("Strongest")[0]
    assert max(map(len, clf.describe().splitlines())) <= 80
    for draw in (plots.plot_channel_importance, plots.plot_channel_dilation):
        ticks = [label.get_text() for label in draw(clf).get_yticklabels()]
        assert "c2" in ticks
    ticks = plots.plot_saliency(clf, X[0]).get_yticklabels()
    assert "c2" in [label.get_text() for label in ticks]
    with_kernel = table["importance"].where(table["level"] > 0, -1)
    strongest = int(with_kernel.argmax())
    assert "c2" in plots.plot_kernel(clf, strongest).get_title()
    for level in (0, 1):
        of_level = table[(table["level"] == level) & (table["channel"] == 1)]
        ax = plots.plot_response(clf, int(of_level.index[0]), X[0])
        assert "c2" in ax.get_title().replace("\N{NO-BREAK SPACE}", " ")


# Masks


def masked(X, where=(5, 1, 3)):
    mask = np.zeros(X.shape, bool)
    mask[where] = True
    return np.ma.array(X, mask=mask)


def answers(estimator):
    names = "predict", "predict_proba", "decision_function", "contributions"
    found = [getattr(estimator, n) for n in (*names, "score") if hasattr(estimator, n)]
    if hasattr(estimator, "transform"):
        found.append(estimator.transform)
    return found


def test_masked_values_are_refused(estimator, problem):
    X, y = problem
    fitted = estimator.clone().fit(X, y)
    bad = masked(X)
    for given in (bad, list(bad), bad[:, 1]):
        with pytest.raises(ValueError, match="X holds masked values, first in case 5"):
            estimator.clone().fit(given, y)
        for ask in answers(fitted):
            arguments = (given, y) if ask.__name__ == "score" else (given,)
            with pytest.raises(ValueError, match="masked values, first in case 5"):
                ask(*arguments)


@pytest.mark.parametrize("dtype", [str, object])
def test_masked_labels_are_refused(estimator, problem, dtype):
    X, y = problem
    labels = np.ma.array(y.astype(dtype), mask=np.arange(len(y)) == 7)
    with pytest.raises(ValueError, match="y holds masked values, first in case 7"):
        estimator.fit(X, labels)


def test_a_mask_that_hides_nothing(estimator, problem):
    X, y = problem
    expected = answer(estimator.clone().fit(X, y), X)
    plain = np.ma.array(X)
    fitted = estimator.fit(plain, np.ma.array(y))
    for given in (plain, list(plain), X):
        assert_array_equal(answer(fitted, given), expected)


@pytest.mark.parametrize("change", ["mask", "bool", "object", "complex", "string"])
def test_single_cases_are_checked(shell, problem, change):
    X, y = problem
    clf = (
        SHELLS[shell]
        .LightWaveSClassifier(variant="L1L2", n_features=20, random_state=0)
        .fit(X, y)
    )
    bad = (
        masked(X)[5]
        if change == "mask"
        else X[5].astype(change if change != "string" else str)
    )
    predictor = clf.compile()
    for ask in (predictor, predictor.scores, clf.saliency):
        with pytest.raises((ValueError, TypeError), match=r"masked|real numbers"):
            ask(bad)
    assert_array_equal(predictor.scores(np.ma.array(X[5])), predictor.scores(X[5]))


# NaN where nobody looks


def test_channels_not_in_use_are_not_read(shell, problem):
    X, y = problem
    clf = SHELLS[shell].LightWaveSClassifier(
        n_features=5, random_state=0, variant="L1", missing_values="error"
    )
    clf.fit(X, y)
    used = clf.importance("channel")["channel"].unique()
    others = np.delete(np.arange(3), used)
    assert len(others) > 0
    hurt = X.copy()
    hurt[:, others] = np.nan
    given = [hurt, list(hurt), multiindex(hurt), df_list(hurt, kind=shell)]
    for case in given:
        assert_array_equal(clf.predict_proba(case), clf.predict_proba(X))
        assert_array_equal(clf.contributions(case), clf.contributions(X))
        with pytest.raises(ValueError, match=f"NaN.*channel {others[0]}"):
            clf.clone().fit(case, y)
    assert_array_equal(clf.compile()(hurt[0]), clf.predict(X[:1])[0])
    hurt[4, used[0]] = np.inf
    for case in (hurt, list(hurt), multiindex(hurt), df_list(hurt, kind=shell)):
        match = f"channel {used[0]} holds NaN.* first in case 4"
        with pytest.raises(ValueError, match=match):
            clf.predict(case)


# What scikit-learn asks


def test_fitted_or_not(estimator, problem):
    with pytest.raises(NotFittedError):
        check_is_fitted(estimator)
    check_is_fitted(estimator.fit(*problem))


def test_output_of_the_transformer(shell, problem):
    X, y = problem
    transformer = SHELLS[shell].LightWaveS(variant="L1L2", n_features=9)
    found = transformer.set_output(transform="pandas").fit(X, y).transform(X)
    assert list(found.columns) == list(transformer.get_feature_names_out())
    pipeline = make_pipeline(transformer, StandardScaler(), LogisticRegression())
    assert pipeline.set_output(transform="pandas").fit(X, y).score(X, y) == 1


def test_unknown_output_of_sktime():
    with pytest.raises(ValueError, match="'polars'"):
        lightwaves_aeon.sktime.LightWaveS().set_output(transform="polars")


def test_decision_function_of_sktime(problem):
    X, y = problem
    ours, theirs = (
        shell.LightWaveSClassifier(variant="L1L2", n_features=20, random_state=0).fit(
            X, y
        )
        for shell in SHELLS.values()
    )
    expected = ours.decision_function(X)
    assert_array_equal(theirs.decision_function(X), expected)
    assert_array_equal(theirs.decision_function(multiindex(X)), expected)


def test_arrays_of_one_channel(estimator, problem):
    X, y = problem
    expected = answer(estimator.clone().fit(X[:, 1:2], y), X[:, 1:2])
    assert_array_equal(answer(estimator.fit(X[:, 1], y), X[:, 1]), expected)


def test_class_weight_with_an_own_estimator(shell, problem):
    clf = SHELLS[shell].LightWaveSClassifier(
        variant="L1L2",
        n_features=9,
        estimator=LogisticRegression(),
        class_weight="balanced",
    )
    with pytest.warns(UserWarning, match="class_weight .* no effect on the Logistic"):
        clf.fit(*problem)


def test_unexpected_keyword(estimator, problem):
    X, y = problem
    name = type(estimator).__name__
    with pytest.raises(TypeError, match=rf"^{name}\.fit\(\) .* 'weights'$"):
        estimator.fit(X, y, weights=np.ones(len(y)))


def test_metadata_routing(shell, problem):
    X, y = problem
    clf = SHELLS[shell].LightWaveSClassifier(n_features=9, variant="L1", max_dilation=2)
    transformer = SHELLS[shell].LightWaveS(n_features=9, variant="L1", max_dilation=2)
    with sklearn.config_context(enable_metadata_routing=True):
        assert cross_validate(clf, X, y, cv=2)["test_score"].mean() > 0.9
        pipeline = make_pipeline(transformer, StandardScaler(), LogisticRegression())
        assert cross_validate(pipeline, X, y, cv=2)["test_score"].mean() > 0.9
        if shell == "aeon":
            assert make_pipeline(clf).fit(X, y).score(X, y) > 0.9
        grid = GridSearchCV(clf, {"n_features": [5, 9]}, cv=2).fit(X, y)
        assert grid.best_score_ > 0.9
        if shell == "aeon":
            assert CalibratedClassifierCV(clf, cv=2).fit(X, y).score(X, y) > 0.9
