"""What a fitted regressor says: sums that are its predictions, words and pictures."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.ensemble import RandomForestRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Lasso, PoissonRegressor, Ridge

from lightwaves_aeon import LightWaveSRegressor
from lightwaves_aeon.insight.importance import GROUPS
from lightwaves_aeon.insight.report import describe

CALLS = {
    "features_": lambda reg: reg.features_,
    "importance": lambda reg: reg.importance("level"),
    "channel_importance": lambda reg: reg.channel_importance(),
    "channel_loss": lambda reg: reg.channel_loss(),
    "dilation_importance": lambda reg: reg.dilation_importance(),
    "describe": lambda reg: reg.describe(),
    "contributions": lambda reg: reg.contributions(np.zeros((1, 3, 40))),
    "saliency": lambda reg: reg.saliency(np.zeros((3, 40))),
}
SMALL = {"n_features": 30, "random_state": 0}


def of_sktime(**parameters):
    module = pytest.importorskip("lightwaves_aeon.sktime", exc_type=ImportError)
    return module.LightWaveSRegressor(**parameters)


SHELLS = pytest.mark.parametrize("shell", [LightWaveSRegressor, of_sktime])


def make_problem(n_cases=60, n_channels=3, gaps=False, seed=0):
    """Noise that is louder in channel 1 (or 0) the higher the number; a second one."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(n_cases, n_channels, 40)), rng.uniform(1, 3, n_cases)
    X[:, min(1, n_channels - 1), :20] *= y[:, None]
    second = 1e6 + 1e3 * (X[:, -1].max(axis=1) + y)
    if gaps:
        X[::3][rng.random(X[::3].shape) < 0.3], X[1], X[4, 0] = np.nan, np.nan, np.nan
    return X, y, np.column_stack([y, second])


@pytest.fixture(scope="module")
def one():
    X, y, _ = make_problem()
    return LightWaveSRegressor(**SMALL).fit(X, y), X, y


@pytest.fixture(scope="module")
def two():
    X, _, y = make_problem()
    return of_sktime(**SMALL).fit(X, y), X, y


# Sums


def assert_adds_up(reg, X, share=1e-7):
    """Contributions and saliency, and the intercept, are what is predicted.

    As exactly as a share of how far predictions spread: means of features stand in gaps
    in float32, and estimators that are given may predict in it.
    """
    parts, predicted = reg.contributions(X), reg.predict(X)
    assert parts.shape[:2] == (len(X), len(reg.features_))
    added = parts.sum(axis=1) + reg.estimator_.intercept_
    limits = getattr(reg.estimator_, "limits_", [-np.inf, np.inf])
    found = np.clip(added, *limits)
    assert found.shape == predicted.shape
    spread = np.ptp(predicted, axis=0)
    assert (np.abs(found - predicted) <= share * spread).all()
    rises = (added - reg.estimator_.intercept_).reshape(len(X), -1)
    for x, of_case in zip(X[:4], rises, strict=False):
        for output, rise in enumerate(of_case):
            found = reg.saliency(x, output)
            assert found.shape == x.shape
            assert not found[np.isnan(x)].any()
            assert_allclose(found.sum(), rise, atol=10 * share * np.max(spread))


@SHELLS
@pytest.mark.parametrize("variant", ["L1", "L2", "L1L2", "plus"])
@pytest.mark.parametrize("n_channels", [1, 3])
def test_adds_up(shell, variant, n_channels):
    X, y, _ = make_problem(n_channels=n_channels)
    reg = shell(**SMALL, variant=variant).fit(X, y)
    assert reg.contributions(X).shape == (60, 30)
    assert_adds_up(reg, X)
    assert_allclose(reg.contributions(X).mean(axis=0), 0, atol=1e-6)


@SHELLS
def test_adds_up_with_gaps(shell):
    X, y, _ = make_problem(gaps=True)
    reg = shell(**SMALL).fit(X, y)
    assert_adds_up(reg, X)
    assert not reg.contributions(X[1:2]).any()
    assert_allclose(reg.predict(X[1:2]), reg.estimator_.intercept_)


def test_adds_up_to_what_is_moved_to_a_limit(one):
    reg, X, _ = one
    far = 20 * X
    assert np.isin(reg.predict(far), reg.estimator_.limits_).any()
    assert_adds_up(reg, far)


@SHELLS
def test_adds_up_of_unequal_lengths(shell):
    X, y, _ = make_problem()
    X = [x[:, : 40 - i % 7] for i, x in enumerate(X)]
    assert_adds_up(shell(**SMALL).fit(X, y), X)


@pytest.mark.parametrize("gaps", [False, True])
def test_adds_up_of_two_outputs(gaps):
    X, _, y = make_problem(gaps=gaps)
    reg = of_sktime(**SMALL).fit(X, y)
    assert reg.contributions(X).shape == (60, 30, 2)
    assert_adds_up(reg, X)


@pytest.mark.parametrize(("offset", "scale"), [(1e6, 1.0), (0.0, 1e-6)])
def test_adds_up_of_any_offset_and_scale(offset, scale):
    X, y, _ = make_problem()
    whole, moved = (
        LightWaveSRegressor(**SMALL).fit(X, z) for z in (y, offset + scale * y)
    )
    parts = moved.contributions(X)
    # What is left of the numbers beside the offset.
    atol = 1e-8 * scale + 10 * np.spacing(abs(offset))
    assert_allclose(parts, scale * whole.contributions(X), rtol=1e-4, atol=atol)
    assert_adds_up(moved, X)


@pytest.mark.parametrize(
    "estimator",
    [Ridge(), Lasso(alpha=0.01), Ridge(fit_intercept=False)],
    ids=["Ridge", "Lasso", "without intercept"],
)
@pytest.mark.parametrize("gaps", [False, True])
def test_other_linear_estimators(estimator, gaps):
    X, y, _ = make_problem(gaps=gaps)
    reg = LightWaveSRegressor(**SMALL, estimator=estimator).fit(X, y)
    assert_adds_up(reg, X, share=1e-5)
    assert reg.features_["importance"].sum() == pytest.approx(1)
    assert "R2" not in reg.describe()
    assert "intervals" not in reg.describe()
    with pytest.raises(ValueError, match="cases are held out for the default"):
        reg.channel_loss()


def test_another_linear_estimator_of_two_outputs():
    X, _, y = make_problem()
    reg = of_sktime(**SMALL, estimator=Ridge()).fit(X, y - [0, 1e6])
    assert_adds_up(reg, X, share=1e-5)


def test_a_model_file_keeps_what_a_regressor_says(one, tmp_path):
    reg, X, _ = one
    reg.save(tmp_path / "a.model")
    again = LightWaveSRegressor.load(tmp_path / "a.model")
    assert_array_equal(again.contributions(X), reg.contributions(X))
    assert_array_equal(again.saliency(X[0]), reg.saliency(X[0]))
    pd.testing.assert_frame_equal(again.features_, reg.features_)
    pd.testing.assert_frame_equal(again.channel_loss(), reg.channel_loss())
    assert again.describe() == reg.describe()


# Where there is nothing to say


@SHELLS
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_not_fitted(shell, call):
    with pytest.raises(ValueError, match="not been fitted") as caught:
        call(shell())
    assert caught.type.__name__ == NotFittedError.__name__
    assert not hasattr(shell(), "features_")


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (RandomForestRegressor(n_estimators=5), "RandomForest.* not a sum over feat"),
        (PoissonRegressor(), "PoissonRegressor are not a weighted sum of the features"),
    ],
    ids=["forest", "logarithm"],
)
def test_not_linear(call, estimator, message):
    X, y, _ = make_problem(n_cases=20)
    reg = LightWaveSRegressor(**SMALL, estimator=estimator).fit(X, y)
    with pytest.raises(ValueError, match=message):
        call(reg)
    assert not hasattr(reg, "features_")


@pytest.mark.parametrize("output", [1, -1, None, "a", 0.0])
def test_no_such_output(one, output):
    reg, X, _ = one
    with pytest.raises(ValueError, match="output must be 0, got "):
        reg.saliency(X[0], output)


def test_no_such_output_of_two(two):
    reg, X, _ = two
    with pytest.raises(ValueError, match="output must be 0 to 1, got 2"):
        reg.saliency(X[0], 2)


# The tables


def test_weights_are_those_of_the_estimator(one):
    reg, _, _ = one
    table = reg.features_
    assert table.columns[-2:].tolist() == ["importance", "weight"]
    width = reg.pipeline_[0].features_.shape[1]
    assert table.shape == (30, width + 2)
    assert_allclose(table["weight"], reg.estimator_.coef_, rtol=1e-5)
    shares = np.abs(reg.estimator_.coef_)
    assert_allclose(table["importance"], shares / shares.sum(), rtol=1e-5)


def test_outputs_count_alike_in_any_unit(two):
    reg, X, y = two
    table, coef = reg.features_, reg.estimator_.coef_
    assert table.columns[-3:].tolist() == ["importance", "weight_0", "weight_1"]
    assert_allclose(table["weight_1"], coef[1], rtol=1e-5)
    shares = np.abs(coef) / np.abs(coef).sum(axis=1, keepdims=True)
    assert_allclose(table["importance"], shares.mean(axis=0), rtol=1e-5)
    of_outputs = reg.importance("channel").groupby("output")["importance"].sum()
    assert_allclose(of_outputs, [0.5, 0.5])
    other = of_sktime(**SMALL).fit(X, y * [1, 2**-10])
    assert_allclose(other.features_["importance"], table["importance"], rtol=1e-9)


@pytest.mark.parametrize("by", [*([column] for column in GROUPS), ["channel", "level"]])
def test_importances_add_up(one, two, by):
    for (reg, *_), column in ((one, []), (two, ["output"])):
        table = reg.importance(by)
        assert table.columns.tolist() == [*by, *column, "n_features", "importance"]
        assert table["importance"].sum() == pytest.approx(1)
        keys = table[[*by, *column]]
        assert not keys.duplicated().any()
    assert one[0].dilation_importance().equals(one[0].importance("dilation"))


def test_all_channels_are_listed():
    X, y, ys = make_problem()
    reg = LightWaveSRegressor(**SMALL, max_channels=1).fit(X, y)
    table = reg.channel_importance()
    assert table.columns.tolist() == ["channel", "n_features", "importance"]
    assert table["channel"].tolist() == [0, 1, 2]
    assert table["importance"].tolist() == pytest.approx([0, 1, 0])
    assert table["n_features"].tolist() == [0, 30, 0]
    table = of_sktime(**SMALL).fit(X, ys).channel_importance()
    assert table["channel"].tolist() == [0, 0, 1, 1, 2, 2]
    assert table["output"].tolist() == [0, 1] * 3


@SHELLS
def test_what_the_loss_of_a_channel_costs(shell):
    X, y, _ = make_problem()
    table = shell(**SMALL).fit(X, y).channel_loss()
    assert table.columns.tolist() == ["channel", "r2", "r2_without", "loss"]
    assert table["r2"].nunique() == 1
    assert_array_equal(table["loss"], table["r2"] - table["r2_without"])
    assert table["channel"][table["loss"].argmax()] == 1


# The report


def assert_short(text):
    lines = text.splitlines()
    assert len(lines) <= 48
    assert max(map(len, lines)) <= 80
    assert all(line == line.rstrip() for line in lines)


def half_widths_of(reg):
    """The ranges of half widths, output by output, over all that may be predicted."""
    fitted = reg._linear()
    ends = [fitted.head.limits[0], *fitted.intervals.predictions, fitted.head.limits[1]]
    found = fitted.intervals.half_widths(np.array(ends), 0.9)
    return [f"{of.min():.3g} to {of.max():.3g}" for of in found.T]


def test_report(one):
    reg, _, _ = one
    text = reg.describe()
    assert_short(text)
    loss, half_widths = reg.channel_loss(), half_widths_of(reg)[0]
    assert text.splitlines()[:3] == [
        "LightWaveS regressor: 30 features",
        f"R2 on held-out cases: {loss['r2'][0]:.2f}",
        f"Half width of 90% intervals: {half_widths}",
    ]
    for channel in loss.itertuples():
        (line,) = (
            t for t in text.splitlines() if t.startswith(f"  {channel.channel} ")
        )
        assert line.endswith(f"  without it {round(channel.r2_without, 2) + 0.0:.2f}")
    assert "Strongest" not in reg.describe(n_strongest=0)


def says(text):
    """What a high value of each of the strongest features says."""
    words = " ".join(text.partition("a high value says:")[2].split())
    parts = [
        words.partition(f"{rank}. ")[2].partition(f" {rank + 1}. ")[0]
        for rank in range(1, 11)
    ]
    return [part.rpartition(": ")[2] for part in parts]


def test_what_high_values_do(one, two):
    (reg, *_), (of_two, *_) = one, two
    strongest = np.argsort(-reg.features_["importance"], kind="stable")[:10]
    weights = reg.features_["weight"][strongest]
    verbs = ["raises" if weight > 0 else "lowers" for weight in weights]
    assert says(reg.describe()) == [f"{verb} the number" for verb in verbs]
    table = of_two.features_
    strongest = np.argsort(-table["importance"], kind="stable")[:10]
    weights = table[["weight_0", "weight_1"]].to_numpy()
    shares = np.abs(weights) / np.abs(weights).sum(axis=0)
    expected = []
    for feature in strongest:
        output = shares[feature].argmax()
        verb = "raises" if weights[feature, output] > 0 else "lowers"
        expected.append(f"{verb} output {output}")
    assert says(of_two.describe()) == expected
    assert len({words.rpartition(" ")[2] for words in expected}) == 2


def test_report_of_two_outputs(two):
    reg, _, _ = two
    text = reg.describe()
    assert_short(text)
    assert text.startswith("LightWaveS regressor: 30 features, 2 outputs\n")
    assert ", averaged over the outputs\n" in text
    assert f"of 90% intervals: {', '.join(half_widths_of(reg))}\n" in text


def test_report_of_many_channels_and_outputs_is_short():
    X, y, _ = make_problem(n_channels=60)
    y = np.column_stack([y * 10.0**k for k in range(-20, 20)])
    assert_short(of_sktime(**SMALL).fit(X, y).describe())


@pytest.mark.parametrize("n_channels", [1, 3])
def test_report_of_few_cases(n_channels):
    X, y, _ = make_problem(n_cases=8, n_channels=n_channels)
    text = LightWaveSRegressor(**SMALL).fit(X, y).describe()
    assert_short(text)
    assert "intervals" not in text  # too few were held out for 90 %
    X, y, _ = make_problem(n_cases=2, n_channels=n_channels)
    text = LightWaveSRegressor(**SMALL).fit(X, y).describe()
    assert_short(text)
    assert "R2" not in text


@pytest.mark.parametrize(
    ("r2", "words"), [(-0.001, "0.00"), (-99.9, "-99.90"), (-1.4e6, "-1.4e+06")]
)
def test_report_of_predictions_that_are_far_off(one, r2, words):
    fitted = one[0]._linear()
    losses = fitted.channel_losses.copy()
    losses["r2"], losses["r2_without"] = r2, 2 * r2
    text = describe(replace(fitted, channel_losses=losses), n_strongest=10)
    assert_short(text)
    assert f"R2 on held-out cases: {words}\n" in text
