"""Cases: where the score or number of one comes from, and many in a plane."""

from __future__ import annotations

__all__ = ["plot_embedding", "plot_saliency"]

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import CenteredNorm
from matplotlib.patheffects import withStroke
from sklearn.decomposition import PCA

from lightwaves_aeon.core.data.collection import as_collection
from lightwaves_aeon.core.fitted import FittedLinear
from lightwaves_aeon.core.fitted_regressor import FittedRegressor
from lightwaves_aeon.insight.importance import output_units
from lightwaves_aeon.insight.plots._canvas import (
    COLOURS,
    INK,
    MANY_COLOURS,
    axes_or_new,
    channel_ticks,
    draw_line,
    entitle,
    heights,
    label_time,
    no_formula,
)
from lightwaves_aeon.insight.words import short_label

MOST_CHANNELS = 6
MOST_STEPS = 300
"""Colours that can be told apart along the time points."""

MARKERS = "os^DvPX*"
MOST_CLASSES = 40
IN_COLUMN = 20
"""Classes in a column of the legend."""


def plot_saliency(
    estimator: Any,
    x: np.ndarray,
    label: Any = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the channels of a case over what each time point adds to what is predicted.

    Parameters
    ----------
    estimator : LightWaveSClassifier or LightWaveSRegressor
        Fitted, of aeon or sktime.
    x : np.ndarray, shape (n_channels, n_timepoints)
        The case, or a collection of one, of any type that ``predict`` takes.
    label : label or int, default=None
        The class; None means the predicted one. Of a regressor, which of several
        outputs; None means the first.
    ax : matplotlib.axes.Axes, optional
        Where to; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        The channels in use one below the other, each stretched to the height there is;
        of more than six, those of the largest absolute saliency in all. The colour
        behind is ``estimator.saliency(x, label)``; of more than 300 time points, the
        sums of so many as the colour bar says. It is grey where values are missing.

    Raises
    ------
    ValueError
        If the label is not a class, or no output, `x` is not one case with the channels
        of the training cases, one in use holds infinity, or NaN where missing values
        are an error, or the estimator is not fitted.
    """
    fitted = estimator._linear()
    x = estimator._case_of(x)
    if isinstance(fitted, FittedRegressor):
        output = 0 if label is None else label
        found = estimator.saliency(x, output)
        number = np.ravel(estimator.compile()(x))[output]
        added_to, title = _words_of_number(fitted, number, output)
    else:
        label = estimator.compile()(x) if label is None else label
        found = estimator.saliency(x, label)
        added_to = f"the score of class {short_label(label)}"
        title = f"Where {added_to} comes from"
    used = fitted.model.channels
    order = np.argsort(-np.abs(found[used]).sum(axis=1), kind="stable")
    shown = used[np.sort(order[:MOST_CHANNELS])]
    width = -(-x.shape[1] // MOST_STEPS)
    steps = np.arange(0, x.shape[1], width)
    colours = np.add.reduceat(found[shown], steps, axis=1)
    strongest = np.abs(colours).max() or 1.0
    is_missing = np.logical_and.reduceat(np.isnan(x[shown]), steps, axis=1)
    colours[is_missing] = np.nan

    ax = axes_or_new(ax)
    mesh = ax.pcolormesh(
        np.append(steps, x.shape[1]) - 0.5,
        np.arange(len(shown) + 1) - 0.5,
        colours,
        cmap=colormaps["RdBu_r"].with_extremes(bad="0.8"),
        norm=CenteredNorm(halfrange=strongest),
        rasterized=True,
    )
    halo = [withStroke(linewidth=2.2, foreground="white")]
    for row, channel in enumerate(shown):
        if row:
            ax.axhline(row - 0.5, color="white", lw=2)
        # Below it is room to see the colours.
        line, style = row - (0.6 * heights(x[channel]) - 0.2), {"color": "black"}
        draw_line(ax, np.arange(len(line)), line, lw=0.9, path_effects=halo, **style)
    ax.invert_yaxis()
    label_time(ax, fitted.sampling_rate)
    if fitted.n_channels == 1 and fitted.channel_names is None:
        ax.set_yticks([])
        ax.set_ylabel("value")
    else:
        ax.set_yticks(range(len(shown)), channel_ticks(fitted, shown))
        ax.set_ylabel("channel (each in its own range)")
    summed = "" if width == 1 else f", by {width} time points"
    ax.figure.colorbar(mesh, ax=ax, label=no_formula(f"adds to {added_to}{summed}"))
    some = f"{len(shown)} of {len(used)} channels in use"
    rest = f", by the most salient {some}" if len(shown) < len(used) else ""
    grey = "; grey: no values" if is_missing.any() else ""
    entitle(ax, f"{title}{rest}{grey}")
    return ax


def _words_of_number(
    fitted: FittedRegressor, number: float, output: Any
) -> tuple[str, str]:
    """Say what is added to, and what the picture is of."""
    name = "the number" if fitted.output_column is None else f"output {output}"
    rise = number - fitted.output_intercepts[output]
    far = f"{abs(rise):.3g} {'below' if rise < 0 else 'above'} average"
    return name, f"Why {name} is {number:.5g}, {far}"


def plot_embedding(
    estimator: Any,
    X: np.ndarray | list[np.ndarray],
    y: Sequence | np.ndarray | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw cases by a PCA of their weighted features.

    Parameters
    ----------
    estimator : LightWaveSClassifier or LightWaveSRegressor
        Fitted, of aeon or sktime.
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
        Two cases at least, or a list of cases of unequal lengths.
    y : array-like, shape (n_cases,), optional
        Labels to tell apart by colour and marker, of 40 classes at most; of a regressor
        numbers, by colour.
    ax : matplotlib.axes.Axes, optional
        Where to; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        The plane of the first two principal components of the standardised features,
        each times the root of the sum over the outputs of its squared weights. This
        makes them the principal components of ``estimator.contributions(X)``, where
        several numbers have been given one unit, as for importances: a feature counts
        as it does in the scores, or numbers, but neither these nor `y` say in what
        direction to look. One of which nothing was observed counts as in the
        average training case.

    Raises
    ------
    ValueError
        If there are fewer than two cases, they have other channels than those of the
        training cases, `y` is not of their number, has too many classes, or is no
        finite numbers for a regressor, or the estimator is not fitted.

    Notes
    -----
    Cases that the estimator was trained on lie further apart than new ones: the
    features were chosen, and weighted, for them.
    """
    fitted = estimator._linear()
    places, parts = _projected(_features(fitted, X), fitted)
    is_regressor, n_cases = isinstance(fitted, FittedRegressor), len(places)
    if is_regressor and y is not None:
        draw = partial(_draw_numbers, numbers=_numbers(y, n_cases))
    else:
        labels, members = _classes(np.zeros(n_cases) if y is None else y, n_cases)
        names = None if y is None else labels
        draw = partial(_draw_classes, members=members, labels=names)

    ax = axes_or_new(ax)
    draw(ax, places)
    ax.set_aspect("equal", adjustable="datalim")
    first, second = (f"component {i + 1} ({parts[i]:.0%} of variance)" for i in (0, 1))
    ax.set(xlabel=first, ylabel=second)
    weighted = "predictions" if is_regressor else "scores"
    entitle(ax, f"{n_cases:,} cases by their features, weighted as in the {weighted}")
    return ax


def _style(n_cases: int) -> dict[str, Any]:
    size = np.clip(8000 / n_cases, 8, 30)
    return {"s": size, "edgecolors": INK, "linewidths": 0.4, "alpha": 0.85}


def _draw_numbers(ax: Axes, places: np.ndarray, numbers: np.ndarray) -> None:
    across, up = places.T
    points = ax.scatter(across, up, c=numbers, cmap="cividis", **_style(len(places)))
    ax.figure.colorbar(points, ax=ax, label="number")


def _draw_classes(
    ax: Axes, places: np.ndarray, members: np.ndarray, labels: np.ndarray | None
) -> None:
    drawn, n_classes = [], members.max() + 1
    colours = COLOURS if n_classes <= len(COLOURS) else MANY_COLOURS
    for number in range(n_classes):
        across, up = places[members == number].T
        points = ax.scatter(
            across,
            up,
            c=colours[number % len(colours)],
            # Where colours are repeated, they have another marker.
            marker=MARKERS[(number + number // len(colours)) % len(MARKERS)],
            **_style(len(places)),
        )
        drawn.append(points)
    if labels is not None:
        _legend(ax, drawn, labels)


def _features(fitted: FittedLinear, X: np.ndarray | list[np.ndarray]) -> np.ndarray:
    if len(X) < 2:
        raise ValueError(f"X must have two cases at least, got {len(X)}")
    collection = as_collection(X)
    if len(collection.shape) != 3 or collection.shape[1] != fitted.n_channels:
        raise ValueError(
            f"X must be cases of {fitted.n_channels} channels, an array of shape "
            f"(n_cases, {fitted.n_channels}, n_timepoints) or a list, got shape "
            f"{collection.shape}"
        )
    return fitted.features(collection)


def _classes(y: Sequence | np.ndarray, n_cases: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the labels there are, and which of them each case has."""
    y = np.asarray(y)
    if y.shape != (n_cases,):
        raise ValueError(
            f"y must have a label for each of the {n_cases} cases, got an array of "
            f"shape {y.shape}"
        )
    labels, members = np.unique(y, return_inverse=True)
    if len(labels) > MOST_CLASSES:
        raise ValueError(
            f"y has {len(labels)} classes, of which {MOST_CLASSES} can be told apart"
        )
    return labels, members


def _numbers(y: Any, n_cases: int) -> np.ndarray:
    """Check the number of each case."""
    y = np.asarray(y)
    if y.shape != (n_cases,) or y.dtype.kind not in "fiub":
        raise ValueError(
            f"y must have a number for each of the {n_cases} cases, got an array of "
            f"shape {y.shape} and type {y.dtype}"
        )
    if not np.isfinite(y).all():
        raise ValueError("y holds NaN or infinity")
    return y


def _projected(
    features: np.ndarray, fitted: FittedLinear
) -> tuple[np.ndarray, np.ndarray]:
    """Give places in the plane, and the share of the variance of each axis."""
    distances = features - fitted.means
    distances[np.isnan(distances)] = 0  # nothing was observed of these
    weights = fitted.output_weights / output_units(fitted)
    weighted = distances * np.linalg.norm(weights, axis=1)
    if weighted.shape[1] == 1:
        weighted = np.pad(weighted, ((0, 0), (0, 1)))
    if not weighted.std(axis=0).any():  # of which there are no shares
        return np.zeros((len(weighted), 2)), np.zeros(2)
    pca = PCA(n_components=2, svd_solver="full")
    return pca.fit_transform(weighted), pca.explained_variance_ratio_


def _legend(ax: Axes, drawn: list[PathCollection], labels: np.ndarray) -> None:
    # With names of its own: those that matplotlib keeps of what is drawn may not start
    # with an underscore.
    names, n_classes = [no_formula(short_label(label)) for label in labels], len(labels)
    ax.legend(
        drawn,
        names,
        title="class",
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        ncols=-(-n_classes // IN_COLUMN),
        fontsize="small" if n_classes <= IN_COLUMN / 2 else "x-small",
        frameon=False,
        columnspacing=0.8,
        handletextpad=0.2,
        borderaxespad=0.0,
    )
