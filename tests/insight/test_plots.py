"""Pictures of fitted classifiers: what is drawn, where, and what is refused."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.text import Text  # noqa: E402
from tables import fitted_from  # noqa: E402

from lightwaves_aeon import LightWaveSChannelSelector, LightWaveSClassifier  # noqa: E402
from lightwaves_aeon.core.convolution.features import (  # noqa: E402
    candidate_rows,
    series_rows,
)
from lightwaves_aeon.core.convolution.kernels import kernel_bank  # noqa: E402
from lightwaves_aeon.core.convolution.pooling import (  # noqa: E402
    PAPER_POOLING,
    POOLING_NAMES,
    RESPONSE_POOLING,
    SERIES_POOLING,
)
from lightwaves_aeon.core.linear.head import LinearHead  # noqa: E402
from lightwaves_aeon.core.model import Model  # noqa: E402
from lightwaves_aeon.insight import plots  # noqa: E402


def of_sktime(**parameters):
    module = pytest.importorskip("lightwaves_aeon.sktime", exc_type=ImportError)
    return module.LightWaveSClassifier(**parameters)


KINDS = {
    "L1": {"variant": "L1"},
    "L2": {"variant": "L2"},
    "L1L2, two classes": {"n_classes": 2},
    "L1L2, ten classes": {"n_classes": 10},
    "plus": {"variant": "plus"},
    "plus, univariate": {"variant": "plus", "n_channels": 1},
    "univariate": {"n_channels": 1},
    "wavelets": {"kernels": ["haar", "cmor1.5-1.0"]},
    "one feature": {"n_features": 1},
    "file": {"variant": "plus", "loaded": True},
    "sktime": {"shell": of_sktime},
}


@pytest.fixture(scope="module")
def fit(make_problem, small):
    def fit(n_classes=3, n_channels=3, shell=LightWaveSClassifier, **parameters):
        X, y = make_problem(40, n_channels, 40, n_classes)
        clf = shell(**{**small, "random_state": 0, **parameters})
        return clf.fit(X, y), X, y

    return fit


@pytest.fixture(scope="module", params=KINDS.values(), ids=KINDS)
def case(request, fit, tmp_path_factory):
    parameters = dict(request.param)
    is_loaded = parameters.pop("loaded", False)
    clf, X, y = fit(**parameters)
    if is_loaded:
        path = tmp_path_factory.mktemp("models") / "a.model"
        clf.save(path)
        clf = LightWaveSClassifier.load(path)
    return clf, X, y


@pytest.fixture(scope="module")
def plus(fit):
    return fit(variant="plus")


@pytest.fixture(autouse=True)
def no_figures():
    """No picture is left over, and none is begun where an error is raised."""
    plt.close("all")  # of whatever was tested before
    before = dict(plt.rcParams)
    yield
    plt.close("all")
    assert dict(plt.rcParams) == before


DRAWN = {
    "channel_importance": lambda clf, X, y, **to: plots.plot_channel_importance(
        clf, **to
    ),
    "channel_dilation": lambda clf, X, y, **to: plots.plot_channel_dilation(clf, **to),
    "saliency": lambda clf, X, y, **to: plots.plot_saliency(clf, X[1], **to),
    "kernel": lambda clf, X, y, **to: plots.plot_kernel(
        clf, int((clf.features_["level"] > 0).to_numpy().argmax()), **to
    ),
    "response": lambda clf, X, y, **to: plots.plot_response(clf, 0, X[1], **to),
    "embedding": lambda clf, X, y, **to: plots.plot_embedding(clf, X, y, **to),
}


def texts(ax):
    """All that is written in or next to axes, but for empty tick labels."""
    written = [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts]
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        ticks = axis.get_major_ticks()
        written += [tick.label1 for tick in ticks if low <= tick.get_loc() <= high]
    if ax.get_legend():
        written += ax.get_legend().get_texts()
    return [text for text in written if text.get_text() and text.get_visible()]


def assert_readable(ax):
    """Labels are there, whole, and none lies on another."""
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert ax.get_title()
    figure = ax.figure
    figure.draw_without_rendering()
    left, bottom, right, top = figure.bbox.extents
    boxes = []
    for each in figure.axes:
        for text in filter(
            Text.get_text, (each.title, each.xaxis.label, each.yaxis.label)
        ):
            box = text.get_window_extent()
            assert left - 1 <= box.x0 <= box.x1 <= right + 1, text
            assert bottom - 1 <= box.y0 <= box.y1 <= top + 1, text
        boxes.append([text.get_window_extent() for text in texts(each)])
    for some in boxes:
        for i, one in enumerate(some):
            for other in some[i + 1 :]:
                across = min(one.x1, other.x1) - max(one.x0, other.x0)
                up = min(one.y1, other.y1) - max(one.y0, other.y0)
                assert across < 1 or up < 1, (one, other)


# All of them


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_a_new_figure_of_every_classifier(case, draw):
    clf, X, y = case
    ax = draw(clf, X, y)
    assert plt.get_fignums() == [1]
    assert ax.figure.get_size_inches().tolist() == [6, 4]
    assert_readable(ax)


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_axes_that_are_given(plus, draw):
    figure = matplotlib.figure.Figure(figsize=(12, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    assert draw(*plus, ax=right) is right
    assert right.has_data()
    assert not left.has_data()
    assert not plt.get_fignums()
    assert_readable(right)


NOT_DRAWN = {
    "no such feature": lambda clf, X, y: plots.plot_kernel(clf, 20),
    "no feature": lambda clf, X, y: plots.plot_response(clf, -1, X[0]),
    "half a feature": lambda clf, X, y: plots.plot_kernel(clf, 1.5),
    "a feature by name": lambda clf, X, y: plots.plot_kernel(clf, "ch0"),
    "other channels": lambda clf, X, y: plots.plot_response(clf, 0, X[0, :2]),
    "a collection": lambda clf, X, y: plots.plot_saliency(clf, X),
    "a list": lambda clf, X, y: plots.plot_saliency(clf, X[0].tolist()),
    "no such class": lambda clf, X, y: plots.plot_saliency(clf, X[0], label="none"),
    "infinity": lambda clf, X, y: plots.plot_saliency(clf, np.full((3, 40), np.inf)),
    "one case": lambda clf, X, y: plots.plot_embedding(clf, X[:1]),
    "a case for cases": lambda clf, X, y: plots.plot_embedding(clf, X[0]),
    "cases of others": lambda clf, X, y: plots.plot_embedding(clf, X[:, :2]),
    "labels of others": lambda clf, X, y: plots.plot_embedding(clf, X, y[:-1]),
    "a label": lambda clf, X, y: plots.plot_embedding(clf, X, 1),
    "no path": lambda clf, X, y: plots.plot_path(clf.features_),
    "an array": lambda clf, X, y: plots.plot_path(np.zeros(3)),
}
REASONS = {
    "feature": "^feature must be a row of features_, 0 to 19, got",
    "other channels": r"^x must be one case, of shape \(3, n_timepoints\), got \(2, 40",
    "a collection": "^x must be one case, of shape .*, got 40 cases",
    "a list": "<class 'list'>",
    "no such class": "^label must be one of",
    "infinity": "holds infinity",
    "one case": "two cases at least, got 1",
    "cases": "^X must be cases of 3 channels",
    "labels": r"^y must have a label for each of the 40 cases, got .* \(39,\)",
    "a label": r"^y must have a label .* \(\)",
    "path": "^path must be the selection_path_",
    "array": "^path must be",
}


@pytest.mark.parametrize("name", NOT_DRAWN)
def test_what_cannot_be_drawn(plus, name):
    reason = REASONS.get(name) or next(r for n, r in REASONS.items() if n in name)
    with pytest.raises((ValueError, TypeError), match=reason):
        NOT_DRAWN[name](*plus)
    assert not plt.get_fignums()


def test_not_fitted():
    with pytest.raises(ValueError, match="not been fitted"):
        plots.plot_channel_importance(LightWaveSClassifier())


def test_without_matplotlib():
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from lightwaves_aeon import LightWaveSClassifier\n"
        "try: import lightwaves_aeon.insight.plots\n"
        "except ImportError as error: print(error)"
    )
    command = [sys.executable, "-c", code]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert output.endswith("python3 -m pip install 'lightwaves-aeon[plots]'\n")


# Channels


def widths(ax):
    return [bar.get_width() for bar in ax.patches]


def tick_names(axis):
    return [text.get_text() for text in axis.get_ticklabels()]


def test_bars_are_the_importances(plus):
    clf, _, _ = plus
    ax = plots.plot_channel_importance(clf)
    expected = clf.channel_importance().groupby("channel")["importance"].sum()
    expected = 100 * expected[expected > 0].sort_values(ascending=False)
    assert widths(ax) == pytest.approx(expected.tolist())
    assert tick_names(ax.yaxis) == [str(channel) for channel in expected.index]
    assert ax.get_title().endswith(f"{len(expected)} of 3 in use")


@pytest.fixture(scope="module")
def wide():
    X, y = np.random.default_rng(0).normal(size=(30, 60, 40)), np.arange(30) % 3
    clf = LightWaveSClassifier(
        variant="L1L2", n_features=200, max_dilation=4, random_state=0
    )
    return clf.fit(X, y), X, y


def test_of_many_channels_the_weak_ones_are_one_bar(wide):
    clf, _, _ = wide
    n_used = len(clf.pipeline_[0].channels_)
    assert n_used > 21
    ax = plots.plot_channel_importance(clf)
    assert len(widths(ax)) == 21
    assert sum(widths(ax)) == pytest.approx(100)
    assert tick_names(ax.yaxis)[-1] == f"{n_used - 20} others"
    assert_readable(ax)


def test_of_many_channels_the_heat_map_has_the_strongest(wide):
    clf, _, _ = wide
    ax = plots.plot_channel_dilation(clf)
    shares = clf.importance("channel").groupby("channel")["importance"].sum()
    strongest = shares.sort_values(ascending=False, kind="stable").index[:20]
    assert tick_names(ax.yaxis) == [str(channel) for channel in sorted(strongest)]
    assert "the strongest 20 of" in ax.get_title()
    assert_readable(ax)


def test_heat_map_is_the_importance_by_channel_and_dilation(plus):
    clf, _, _ = plus
    ax = plots.plot_channel_dilation(clf)
    (image,) = ax.images
    assert image.get_cmap().name == "cividis"
    assert image.get_array().sum() == pytest.approx(100)
    assert image.get_clim()[0] == 0
    assert set(tick_names(ax.xaxis)) == set(clf.features_["dilation"].astype(str))
    assert [a.get_ylabel() for a in ax.figure.axes[1:]] == ["share of importance (%)"]


# Cases


def test_colours_are_the_saliency(plus):
    clf, X, _ = plus
    ax = plots.plot_saliency(clf, X[1])
    (mesh,) = ax.collections
    label = clf.predict(X[1:2])[0]
    used = clf.pipeline_[0].channels_
    found = clf.saliency(X[1], label)
    np.testing.assert_array_equal(mesh.get_array(), found[used])
    low, high = mesh.get_clim()
    assert low == -high == -np.abs(found).max()
    assert mesh.get_cmap().name == "RdBu_r"
    assert ax.figure.axes[1].get_ylabel() == f"adds to the score of class {label}"
    assert tick_names(ax.yaxis) == [str(channel) for channel in used]


def test_saliency_of_any_class(plus):
    clf, X, _ = plus
    for label in clf.classes_:
        ax = plots.plot_saliency(clf, X[1], label)
        expected = clf.saliency(X[1], label)[clf.pipeline_[0].channels_]
        np.testing.assert_array_equal(ax.collections[0].get_array(), expected)
        assert ax.get_title() == f"Where the score of class {label} comes from"


def test_saliency_of_many_channels_and_time_points(wide):
    clf, X, _ = wide
    x = np.concatenate(X[:25], axis=1)
    ax = plots.plot_saliency(clf, x)
    found = np.abs(clf.saliency(x)).sum(axis=1)
    strongest = np.sort(np.argsort(-found)[:6])
    assert tick_names(ax.yaxis) == [str(channel) for channel in strongest]
    assert "the most salient 6 of" in ax.get_title()
    assert ax.figure.axes[1].get_ylabel().endswith(", by 4 time points")
    total = ax.collections[0].get_array().sum()
    assert total == pytest.approx(clf.saliency(x)[strongest].sum())
    assert_readable(ax)


def test_constant_channels(plus):
    clf, _, _ = plus
    assert_readable(plots.plot_saliency(clf, np.zeros((3, 40))))


@pytest.mark.parametrize("n_classes", [2, 8, 40])
def test_classes_differ_by_colour_and_marker(plus, n_classes):
    clf, X, _ = plus
    X = np.concatenate([X, X])
    y = np.array([f"class number {i % n_classes}" for i in range(len(X))])
    ax = plots.plot_embedding(clf, X, y)
    looks = {
        (tuple(points.get_facecolor()[0]), points.get_paths()[0].vertices.tobytes())
        for points in ax.collections
    }
    assert len(looks) == len(ax.get_legend().get_texts()) == n_classes
    if n_classes <= 8:
        assert len({look[0] for look in looks}) == n_classes
        assert len({look[1] for look in looks}) == n_classes
    assert_readable(ax)


def test_too_many_classes(plus):
    clf, X, _ = plus
    X = np.concatenate([X, X])
    with pytest.raises(ValueError, match="80 classes, of which 40 can be told apart"):
        plots.plot_embedding(clf, X, np.arange(80))


def test_embedding_is_that_of_the_contributions(plus):
    clf, X, _ = plus
    ax = plots.plot_embedding(clf, X)
    places = ax.collections[0].get_offsets().data
    parts = clf.contributions(X).reshape(len(X), -1)
    u, s, _ = np.linalg.svd(parts - parts.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(places), np.abs(u * s)[:, :2], atol=1e-6)
    share = s[0] ** 2 / (s**2).sum()
    assert ax.get_xlabel() == f"component 1 ({share:.0%} of variance)"


def test_embedding_of_equal_cases_and_of_unequal_lengths(plus):
    clf, X, y = plus
    assert_readable(plots.plot_embedding(clf, np.repeat(X[:1], 3, axis=0), y[:3]))
    assert_readable(
        plots.plot_embedding(clf, [x[:, : 40 - i] for i, x in enumerate(X[:9])])
    )


@pytest.mark.parametrize("label", ["a$b$c", "$", "_hidden", "l" * 500, "%s {x}"])
def test_labels_are_no_formulas(fit, label):
    clf, X, y = fit()
    labels = np.array([label, "b", "c"])[y]
    clf = LightWaveSClassifier(variant="L1L2", n_features=20, max_dilation=4).fit(
        X, labels
    )
    ax = plots.plot_embedding(clf, X, labels)
    assert len(ax.get_legend().get_texts()) == 3
    assert_readable(ax)
    ax = plots.plot_saliency(clf, X[0], label)
    assert_readable(ax)


# Features


@pytest.fixture(scope="module")
def of_statistic(make_problem):
    """A classifier with a feature of a statistic, and the number of the feature."""
    X, _ = make_problem(n_channels=1)
    bank = kernel_bank("minirocket")
    plain = series_rows(0, X.shape[2])
    rows = np.append(candidate_rows(0, 2, 84, (1, 2), RESPONSE_POOLING), plain)
    rows["threshold"][rows["statistic"] == POOLING_NAMES.index("ppv")] = 0.2
    model = Model.from_rows(rows, bank, np.zeros(1), np.ones(1), np.full(1, 4))
    head = LinearHead(np.ones((len(rows), 1)), np.zeros(1), np.arange(2))
    fitted = fitted_from(model, head, n_channels=1)
    clf = SimpleNamespace(_linear=lambda: fitted, _case_of=np.asarray)

    def find(statistic, level=1, start=0.0, stop=1.0):
        found = rows["statistic"] == POOLING_NAMES.index(statistic)
        for field, value in (("level", level), ("start", start), ("stop", stop)):
            found &= rows[field] == value
        return clf, X, int(np.flatnonzero(found)[0])

    return find


@pytest.mark.parametrize("interval", [(0.0, 1.0), (0.25, 0.5)], ids=str)
@pytest.mark.parametrize("statistic", SERIES_POOLING)
def test_series_names_the_value_and_marks_it(of_statistic, statistic, interval):
    clf, X, feature = of_statistic(statistic, 0, *interval)
    ax = plots.plot_response(clf, feature, X[3])
    x = X[3, 0].astype(np.float32)
    value = clf._linear().model.transform.transform_one(X[3])[0, feature]
    assert ax.get_title().endswith(f":\N{NO-BREAK SPACE}{value:.3g}")
    assert ax.get_ylabel() == "channel (standard deviations)"
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), x)
    first, last = (int(end * len(x)) for end in interval)
    x, time = x[first:last], np.arange(first, last)
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert ("interval" in names) == (interval != (0, 1))
    marked = ax.lines[-1]
    if statistic in ("lowest", "highest"):
        at = x.argmin() if statistic == "lowest" else x.argmax()
        assert marked.get_xdata() == [time[at]]
        assert marked.get_ydata() == [x[at]] == [value]
    elif statistic == "slope":
        best = np.polyval(np.polyfit(time, x, 1), time)
        np.testing.assert_allclose(marked.get_xdata(), time)
        np.testing.assert_allclose(marked.get_ydata(), best, atol=1e-5)
    else:
        (drawn,) = [c for c in ax.collections if c.get_label() in names]
        ends = drawn.get_paths()[0].vertices
        assert ends[:, 0].min() == first - 0.5
        assert ends[:, 0].max() == last - 0.5
        spread = value if statistic == "deviation" else 0
        assert ends[:, 1].min() == pytest.approx(x.mean() - spread, abs=1e-5)
        assert ends[:, 1].max() == pytest.approx(x.mean() + spread, abs=1e-5)
    assert_readable(ax)


@pytest.mark.parametrize("statistic", SERIES_POOLING)
def test_a_series_of_one_time_point(of_statistic, statistic):
    clf, X, feature = of_statistic(statistic, 0, 0.25, 0.5)
    assert_readable(plots.plot_response(clf, feature, X[3, :, :1]))


def test_level_0_has_no_kernel_to_draw(of_statistic):
    clf, _, feature = of_statistic("mean", 0)
    with pytest.raises(ValueError, match=f"feature {feature} is of level 0"):
        plots.plot_kernel(clf, feature)


@pytest.mark.parametrize("n_features", [10, 200])
def test_level_0_has_a_column_of_its_own(make_step_problem, n_features):
    of_series = {"variant": "plus", "selector": "mrmr", "random_state": 0}
    clf = LightWaveSClassifier(n_features=n_features, **of_series)
    clf.fit(*make_step_problem(n_classes=3))
    ax = plots.plot_channel_dilation(clf)
    table, shown = clf.features_, tick_names(ax.xaxis)
    none = table["dilation"].isna()
    assert none.any()
    others = sorted(table["dilation"].dropna().unique())
    assert shown == ["none", *map(str, others)]
    share = 100 * table["importance"][none].sum()
    assert ax.images[0].get_array()[:, 0].sum() == pytest.approx(share)


@pytest.mark.parametrize(
    ("statistic", "level"),
    [
        *((name, 1) for name in RESPONSE_POOLING),
        *((name, 2) for name in PAPER_POOLING),
    ],
)
def test_response_names_the_value_and_marks_it(of_statistic, statistic, level):
    clf, X, feature = of_statistic(statistic, level)
    ax = plots.plot_response(clf, feature, X[3])
    value = clf._linear().model.transform(X[3:4])[0, feature]
    assert ax.get_title().endswith(f":\N{NO-BREAK SPACE}{value:.3g}")
    line, time = ax.lines[0].get_ydata(), ax.lines[0].get_xdata()
    assert time[:3].tolist() == [0, level, 2 * level]
    assert len(ax.get_legend().get_texts()) > 0
    marked = ax.lines[-1]
    if statistic in ("max", "min"):
        extreme = np.abs(line).max() if statistic == "max" else np.abs(line).min()
        assert extreme == pytest.approx(value, rel=1e-5)
        assert np.abs(marked.get_ydata()) == pytest.approx([value], rel=1e-5)
    elif statistic == "mpv":
        assert line[line > 0].mean() == pytest.approx(value, rel=1e-5)
        assert marked.get_ydata()[0] == pytest.approx(value)
    elif statistic == "ppv":
        threshold = clf._linear().model.rows["threshold"][feature]
        assert (line > threshold).mean() == pytest.approx(value)
        assert marked.get_ydata()[0] == pytest.approx(threshold)
    elif statistic == "mipv":
        assert time[line > 0].mean() == pytest.approx(marked.get_xdata()[0], rel=1e-4)
    else:
        shaded = ax.collections[0].get_paths()[0].vertices[:, 0]
        n_values = round(value * len(line))
        assert n_values - 1 <= np.ptp(shaded) / level <= n_values + 1
    assert_readable(ax)


def test_a_response_that_is_nowhere_positive(of_statistic):
    clf, X, feature = of_statistic("lspv")
    ax = plots.plot_response(clf, feature, np.zeros_like(X[0]))
    assert ":" in ax.get_title()


def test_a_case_too_short_for_level_2(fit):
    clf, X, _ = fit(variant="L2")
    with pytest.raises(ValueError, match="x is too short"):
        plots.plot_response(clf, 0, X[0, :, :1])


def test_stems_are_the_weights(fit):
    clf, _, _ = fit(variant="L1")
    ax = plots.plot_kernel(clf, 0)
    row = clf.features_.iloc[0]
    offsets, weights = ax.containers[0].markerline.get_data()
    assert offsets.tolist() == [(j - 4) * row["dilation"] for j in range(9)]
    heavy = row[["tap_1", "tap_2", "tap_3"]].tolist()
    assert weights.tolist() == [2 if j in heavy else -1 for j in range(9)]
    assert ax.get_xlabel() == "offset (time points)"


# Gaps


def with_gaps(x):
    """Of the last axis, gaps that are short and long, a value alone, and the end."""
    x = x.copy()
    for start, stop in ((3, 6), (10, 16), (17, 22), (34, 40)):
        x[..., start:stop] = np.nan
    return x


GAPS = np.r_[10:16, 17:22, 34:40]  # the first is short


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_cases_with_gaps(case, draw):
    clf, X, y = case
    assert_readable(draw(clf, with_gaps(X), y))


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_cases_of_nothing(plus, draw):
    clf, X, y = plus
    X = np.concatenate([X[:3], np.full((2, 3, 40), np.nan)])
    assert_readable(draw(clf, X[::-1], y[:5]))


@pytest.mark.parametrize(
    ("statistic", "level"),
    [
        *((name, 0) for name in SERIES_POOLING),
        *((name, 1) for name in RESPONSE_POOLING),
        *((name, 2) for name in PAPER_POOLING),
    ],
)
def test_response_breaks_over_gaps(of_statistic, statistic, level):
    clf, X, feature = of_statistic(statistic, level)
    x = with_gaps(X[3])
    ax = plots.plot_response(clf, feature, x)
    value = clf._linear().model.transform.transform_one(x)[0, feature]
    assert ax.get_title().endswith(f":\N{NO-BREAK SPACE}{value:.3g}")
    line, time = ax.lines[0].get_ydata(), ax.lines[0].get_xdata()
    np.testing.assert_array_equal(np.isnan(line), np.isin(time, GAPS))
    assert time[ax.lines[0].get_markevery()].tolist() == [16]
    hatched = [bar for bar in ax.patches if bar.get_hatch()]
    gaps = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in hatched]
    assert gaps == [(9.5, 15.5), (16.5, 21.5), (33.5, 39.5)]
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names.count("gap") == 1
    seen, marked = line[~np.isnan(line)], ax.lines[-1]
    if statistic in ("max", "min"):
        extreme = np.abs(seen).max() if statistic == "max" else np.abs(seen).min()
        assert extreme == pytest.approx(value, rel=1e-5)
        assert np.abs(marked.get_ydata()) == pytest.approx([value], rel=1e-5)
    elif statistic in ("lowest", "highest"):
        assert marked.get_ydata() == [value]
        assert value == (seen.min() if statistic == "lowest" else seen.max())
    elif statistic == "mean":
        assert seen.mean() == pytest.approx(value, abs=1e-6)
    elif statistic == "slope":
        best = np.polyval(
            np.polyfit(np.arange(len(seen)), seen, 1), np.arange(len(seen))
        )
        drawn = marked.get_ydata()
        np.testing.assert_allclose(drawn[~np.isnan(drawn)], best, atol=1e-5)
        np.testing.assert_array_equal(np.isnan(drawn), np.isnan(line))
    elif statistic == "ppv":
        assert (seen > 0.2).mean() == pytest.approx(value)
    elif statistic == "lspv":
        n_values = round(value * len(seen))
        assert f"longest positive run: {n_values} of {len(seen)} values" in names
    elif statistic == "mpv":
        assert seen[seen > 0].mean() == pytest.approx(value, rel=1e-5)
        assert marked.get_ydata()[0] == pytest.approx(value)
    elif statistic == "mipv":
        places = np.flatnonzero(seen > 0).mean()
        assert places / len(seen) == pytest.approx(value, rel=1e-5)
    assert_readable(ax)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_response_of_nothing_says_so(of_statistic, level):
    clf, X, feature = of_statistic("mean" if level == 0 else "max", level)
    ax = plots.plot_response(clf, feature, np.full_like(X[3], np.nan))
    assert ax.get_title().endswith(":\N{NO-BREAK SPACE}not\N{NO-BREAK SPACE}observed")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["gap"]
    assert_readable(ax)


def test_an_interval_that_lies_in_a_gap(of_statistic):
    clf, X, feature = of_statistic("mean", 0, 0.25, 0.375)
    ax = plots.plot_response(clf, feature, with_gaps(X[3]))
    assert ax.get_title().endswith("not\N{NO-BREAK SPACE}observed")
    assert_readable(ax)


def test_saliency_is_grey_where_values_are_missing(plus):
    clf, X, _ = plus
    x, used = with_gaps(X[1]), clf.pipeline_[0].channels_
    ax = plots.plot_saliency(clf, x)
    (mesh,) = ax.collections
    np.testing.assert_array_equal(mesh.get_array().mask, np.isnan(x[used]))
    np.testing.assert_array_equal(mesh.get_array().filled(0), clf.saliency(x)[used])
    assert ax.get_title().endswith("; grey: no values")
    np.testing.assert_array_equal(
        np.isnan(ax.lines[0].get_ydata()), np.isnan(x[used[0]])
    )


def test_of_many_time_points_those_are_grey_that_have_no_values(wide):
    clf, X, _ = wide
    x = np.concatenate(X[:25], axis=1)
    x[:, 401:420] = np.nan
    ax = plots.plot_saliency(clf, x)
    grey = ax.collections[0].get_array().mask
    assert (grey == np.isin(np.arange(250), range(101, 105))).all()
    assert_readable(ax)


def test_embedding_of_cases_with_gaps_is_that_of_the_contributions(plus):
    clf, X, _ = plus
    X = with_gaps(X)
    X[3], X[5:9, 1] = np.nan, np.nan
    places = plots.plot_embedding(clf, X).collections[0].get_offsets().data
    parts = clf.contributions(X).reshape(len(X), -1)
    u, s, _ = np.linalg.svd(parts - parts.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(places), np.abs(u * s)[:, :2], atol=1e-6)


# Paths


@pytest.fixture(scope="module")
def paths(fit):
    parameters = {"n_features": "auto", "variant": "plus", "max_channels": "auto"}
    parameters["selector"] = "detach"
    clf, X, y = fit(**parameters)
    selector = LightWaveSChannelSelector(random_state=0).fit(X, y)
    transformer = clf.pipeline_[0]
    return {
        "features": transformer.selection_path_,
        "channels": transformer.channel_path_,
        "selector": selector.channel_path_,
    }


@pytest.mark.parametrize("name", ["features", "channels", "selector"])
def test_path(paths, name):
    path = paths[name]
    ax = plots.plot_path(path)
    count = "n_features" if name == "features" else "n_channels"
    chosen = path[count][path["chosen"]].item()
    assert ax.get_title().startswith(f"{chosen} of {path[count].max():,} ")
    assert ax.get_xscale() == ("log" if name == "features" else "linear")
    error = ax.lines[0]
    order = path.sort_values(count)
    assert error.get_xdata().tolist() == order[count].tolist()
    assert error.get_ydata().tolist() == order["loo_error"].tolist()
    (right,) = [other for other in ax.figure.axes if other is not ax]
    shares = 100 * order["loo_accuracy"]
    assert right.lines[0].get_ydata().tolist() == pytest.approx(shares.tolist())
    assert right.get_ylabel() == "leave-one-out accuracy (%)"
    if name != "features":
        joins = [f"{n}\n+{c}" for n, c in order[[count, "channel"]].to_numpy()]
        assert tick_names(ax.xaxis) == joins
    assert_readable(ax)


def test_paths_of_one_or_of_many(paths):
    path = paths["channels"]
    assert_readable(plots.plot_path(path[:1].assign(chosen=False)))
    many = path.iloc[np.arange(300) % len(path)].assign(
        n_channels=np.arange(1, 301), chosen=np.arange(300) == 20
    )
    ax = plots.plot_path(many)
    assert ax.get_xlabel() == "number of channels"
    assert_readable(ax)


def test_no_path_of_nothing(paths):
    with pytest.raises(ValueError, match="path must be"):
        plots.plot_path(paths["channels"][:0])
