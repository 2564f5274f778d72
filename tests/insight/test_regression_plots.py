"""Pictures of fitted regressors: what is drawn of numbers, and what is refused."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

from matplotlib import pyplot as plt  # noqa: E402
from test_regression import SMALL, make_problem, of_sktime  # noqa: E402

from lightwaves_aeon import LightWaveSRegressor  # noqa: E402
from lightwaves_aeon.insight import plots  # noqa: E402


@pytest.fixture(scope="module")
def one():
    X, y, _ = make_problem()
    return LightWaveSRegressor(**SMALL).fit(X, y), X, y


@pytest.fixture(scope="module")
def two():
    X, _, y = make_problem()
    return of_sktime(**SMALL).fit(X, y), X, y


def test_of_the_table(one, two):
    for reg, X, _ in (one, two):
        bars = plots.plot_channel_importance(reg).patches
        assert sum(bar.get_width() for bar in bars) == pytest.approx(100)
        (image,) = plots.plot_channel_dilation(reg).images
        assert image.get_array().sum() == pytest.approx(100)
        has_kernel = (reg.features_["level"] > 0).to_numpy()
        assert plots.plot_kernel(reg, int(has_kernel.argmax())).get_title()
        assert plots.plot_response(reg, 0, X[0]).get_title()


def test_saliency_says_what_is_predicted(one, two):
    reg, X, _ = one
    ax = plots.plot_saliency(reg, X[1])
    (mesh,) = ax.collections
    used = reg.pipeline_[0].channels_
    assert_array_equal(mesh.get_array(), reg.saliency(X[1])[used])
    number = reg.predict(X[1:2])[0]
    rise = number - reg.estimator_.intercept_
    far = f"{abs(rise):.3g} {'below' if rise < 0 else 'above'} average"
    assert ax.get_title() == f"Why the number is {number:.5g}, {far}"
    assert ax.figure.axes[1].get_ylabel() == "adds to the number"
    reg, X, _ = two
    ax = plots.plot_saliency(reg, X[1], 1)
    assert ax.get_title().startswith("Why output 1 is 1.00")
    assert ax.figure.axes[1].get_ylabel() == "adds to output 1"
    expected = reg.saliency(X[1], 1)[reg.transformer_.channels_]
    assert_array_equal(ax.collections[0].get_array(), expected)
    with pytest.raises(ValueError, match="output must be 0 to 1, got 2"):
        plots.plot_saliency(reg, X[1], 2)


@pytest.mark.parametrize("is_constant", [False, True])
def test_embedding_has_numbers_for_colours(one, is_constant):
    reg, X, y = one
    y = np.ones_like(y) if is_constant else y
    ax = plots.plot_embedding(reg, X, y)
    (points,) = ax.collections
    assert_array_equal(points.get_array(), y)
    assert [other.get_ylabel() for other in ax.figure.axes[1:]] == ["number"]
    assert "weighted as in the predictions" in ax.get_title()
    parts = reg.contributions(X)
    u, s, _ = np.linalg.svd(parts - parts.mean(axis=0), full_matrices=False)
    places = points.get_offsets().data
    assert_allclose(np.abs(places), np.abs(u * s)[:, :2], atol=1e-6)


def test_embedding_does_not_depend_on_units(two):
    reg, X, y = two
    places = plots.plot_embedding(reg, X).collections[0].get_offsets().data
    other = of_sktime(**SMALL).fit(X, y * [1, 2**-10])
    again = plots.plot_embedding(other, X, y[:, 1]).collections[0].get_offsets().data
    assert_allclose(np.abs(again), np.abs(places), atol=1e-9)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.ones(59), r"a number for each of the 60 cases, .* shape \(59,\)"),
        (np.ones((60, 2)), "a number for each of the 60 cases"),
        (["a"] * 60, "a number for each of the 60 cases"),
        (np.r_[np.ones(59), np.nan], "y holds NaN or infinity"),
    ],
)
def test_what_is_no_number(one, y, message):
    reg, X, _ = one
    with pytest.raises(ValueError, match=message):
        plots.plot_embedding(reg, X, y)
    assert not plt.get_fignums()


def test_paths_have_r2():
    X, y, _ = make_problem()
    auto = {"n_features": "auto", "max_channels": "auto", "random_state": 0}
    transformer = LightWaveSRegressor(**auto).fit(X, y).pipeline_[0]
    for path in (transformer.selection_path_, transformer.channel_path_):
        ax = plots.plot_path(path)
        (right,) = [other for other in ax.figure.axes if other is not ax]
        assert right.get_ylabel() == "leave-one-out R2"
        count = next(name for name in path if name.startswith("n_"))
        shown = path.sort_values(count)["loo_r2"]
        assert right.lines[0].get_ydata().tolist() == shown.tolist()
        assert right.get_ylim()[1] <= 1.01
