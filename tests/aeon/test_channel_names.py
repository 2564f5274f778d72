"""Names of channels and sampling rates, given as parameters."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from numpy.testing import assert_array_equal

import lightwaves_aeon
import lightwaves_aeon.sktime
from lightwaves_aeon import LightWaveS, LightWaveSChannelSelector, LightWaveSClassifier
from lightwaves_aeon.cli import main
from lightwaves_aeon.core.convolution.features import candidate_rows, feature_names
from lightwaves_aeon.export.c.source import export_c

NAMES = ["gyro", "accel x", "accel y"]
ABOUT = {"channel_names": NAMES, "sampling_rate": 10.0}
KINDS = ["LightWaveS", "LightWaveSClassifier", "LightWaveSRegressor"]
SMALL = {"n_features": 20, "max_dilation": 4, "variant": "L1L2", "random_state": 0}


@pytest.fixture(name="problem", scope="module")
def of_three_channels():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 15)
    X = rng.normal(size=(30, 3, 40))
    X[y == 1, 1:, ::2] *= 3
    return X, y


@pytest.fixture(name="clf", scope="module")
def fitted(problem):
    return LightWaveSClassifier(**SMALL, **ABOUT).fit(*problem)


@pytest.mark.parametrize("rate", [np.int64(10), np.float32(10)])
def test_rates_of_any_type_are_saved(problem, tmp_path, rate):
    LightWaveSClassifier(**SMALL, sampling_rate=rate).fit(*problem).save(tmp_path / "m")
    assert LightWaveSClassifier.load(tmp_path / "m").sampling_rate == 10


@pytest.mark.parametrize("package", [lightwaves_aeon, lightwaves_aeon.sktime])
@pytest.mark.parametrize("kind", KINDS)
def test_names_and_rate_show_and_change_nothing_else(package, kind, problem):
    X, y = problem
    y = y + np.linspace(0, 1, 30) if kind == "LightWaveSRegressor" else y
    estimators = [
        getattr(package, kind)(**SMALL, **more).fit(X, y) for more in (ABOUT, {})
    ]
    named, plain = (estimator.features_ for estimator in estimators)
    added = ["channel_name", "other_name", "span_seconds"]
    pd.testing.assert_frame_equal(named.drop(columns=added), plain)
    assert_array_equal(named["channel_name"], np.array(NAMES)[plain["channel"]])
    assert_array_equal(named["span_seconds"], (plain["span"] - 1) / 10)
    assert estimators[0].feature_names_in_.tolist() == NAMES


def test_names_stand_in_names_of_features(problem):
    X, y = problem
    named = LightWaveS(**SMALL, **ABOUT).fit(X, y).get_feature_names_out()
    plain = LightWaveS(**SMALL).fit(X, y).get_feature_names_out()
    expected = [f"{NAMES[int(name[2])]}{name[3:]}" for name in plain]
    assert named.tolist() == expected


def test_tables_and_words_have_names(clf):
    for table in (
        clf.importance("channel"),
        clf.importance(["level", "channel"]),
        clf.channel_importance(),
        clf.channel_loss(),
    ):
        assert_array_equal(table["channel_name"], np.array(NAMES)[table["channel"]])
    assert "channel_name" not in clf.importance("level")
    text = clf.describe()
    assert "accel x, short-scale" in text
    assert "Dilations: 0.1 s" in text
    assert "points)" not in text


def test_paths_have_names(problem):
    clf = LightWaveSClassifier(**SMALL, **ABOUT, max_channels=2).fit(*problem)
    selector = LightWaveSChannelSelector(2, "L1", channel_names=NAMES).fit(*problem)
    for path in (clf.pipeline_[0].channel_path_, selector.channel_path_):
        assert_array_equal(path["channel_name"], np.array(NAMES)[path["channel"]])


def test_names_and_rate_outlive_files(clf, problem, tmp_path):
    clf.save(tmp_path / "model")
    again = LightWaveSClassifier.load(tmp_path / "model")
    pd.testing.assert_frame_equal(again.features_, clf.features_)
    assert again.describe() == clf.describe()
    assert again.get_params() == clf.get_params()
    of_sktime = lightwaves_aeon.sktime.LightWaveSClassifier.load(tmp_path / "model")
    assert of_sktime.describe() == clf.describe()
    export_c(clf, tmp_path / "c")
    text = (tmp_path / "c" / "lightwaves_model_data.h").read_text()
    assert "1 accel x" in text.replace('"', "")
    assert "Sampled 10 times a second." in text


def test_pictures_tell_seconds(clf, problem):
    plots = pytest.importorskip("lightwaves_aeon.insight.plots")
    from matplotlib.figure import Figure

    X, _ = problem
    labels = {}
    for draw, *more in (
        (plots.plot_kernel, 0),
        (plots.plot_response, 0, X[0]),
        (plots.plot_saliency, X[0]),
        (plots.plot_channel_dilation,),
    ):
        labels[draw.__name__] = draw(clf, *more, ax=Figure().subplots())
    assert {name: ax.get_xlabel() for name, ax in labels.items()} == {
        "plot_kernel": "offset (s)"
        if clf.features_["level"][0] == 1
        else "offset (s, twice that at level 2)",
        "plot_response": "time (s)",
        "plot_saliency": "time (s)",
        "plot_channel_dilation": "dilation (s)",
    }
    ax = labels["plot_saliency"]
    for tick, label in zip(ax.get_xticks(), ax.get_xticklabels(), strict=True):
        assert tick / 10 == pytest.approx(float(label.get_text()))
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert set(names) <= set(NAMES)


def test_frames_are_brought_into_the_order_of_names(clf, problem):
    X, y = problem
    order = [2, 0, 1]
    columns = [NAMES[i] for i in order]
    parts = [pd.DataFrame(x[order].T, columns=columns) for x in X]
    frame = pd.concat(parts, keys=range(len(X)))
    assert_array_equal(clf.decision_function(frame), clf.decision_function(X))
    other = LightWaveSClassifier(**SMALL, **ABOUT).fit(frame, y)
    assert_array_equal(other.decision_function(X), clf.decision_function(X))
    with pytest.raises(ValueError, match=r"missing are \['no'\]"):
        LightWaveSClassifier(**SMALL, channel_names=[*NAMES[:2], "no"]).fit(frame, y)


@pytest.mark.parametrize("package", [lightwaves_aeon, lightwaves_aeon.sktime])
@pytest.mark.parametrize(
    ("parameter", "value", "error", "words"),
    [
        ("channel_names", ["a", "b"], ValueError, "X has 3 channels, got 2 names"),
        ("channel_names", ["a", "b", "a"], ValueError, "holds 'a' twice"),
        ("channel_names", ["a", "b", " "], ValueError, "empty name"),
        ("channel_names", ["a", "b", 3], TypeError, "list of texts"),
        ("channel_names", "abc", TypeError, "list of texts"),
        ("sampling_rate", 0, ValueError, "above 0"),
        ("sampling_rate", np.inf, ValueError, "finite"),
        ("sampling_rate", "10", TypeError, "must be a number"),
    ],
)
def test_bad_names_and_rates_are_refused(
    package, parameter, value, error, words, problem
):
    for kind in KINDS:
        estimator = getattr(package, kind)(**SMALL, **{parameter: value})
        with pytest.raises(error, match=words):
            estimator.fit(*problem)


def test_names_that_make_features_alike_give_way_to_numbers():
    rows = candidate_rows(0, 1, 1, (1,), ["max"] * 2)
    rows["input"], rows["channel"], rows["other"] = [0, 2], [2, 0], [-1, 1]
    assert feature_names(rows, ["k"], ["a", "b", "a+b"]).tolist() == [
        "ch2_k_d1_l1_max",
        "ch0+ch1_k_d1_l1_max",
    ]


def test_the_command_line_takes_names_and_rate(problem, tmp_path):
    X, y = problem
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)
    call = f"fit --data {tmp_path}/X.npy --labels {tmp_path}/y.npy --n-features 20"
    rest = ["--channel-names", "gyro,accel x,accel y", "--sampling-rate", "10"]
    out = ["--out", f"{tmp_path}/model"]
    assert CliRunner().invoke(main, [*call.split(), *rest, *out]).exit_code == 0
    text = CliRunner().invoke(main, ["inspect", f"{tmp_path}/model"]).output
    assert "accel" in text
    assert "Dilations: 0.1 s" in text
