"""Cases: where the score of one comes from, and many in a plane."""

from __future__ import annotations

__all__ = ["plot_embedding", "plot_saliency"]

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import CenteredNorm
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from sklearn.decomposition import PCA

from lightwaves_aeon.core.data.collection import as_collection, checked_case
from lightwaves_aeon.core.fitted import FittedClassifier
from lightwaves_aeon.insight.plots._canvas import (
    COLOURS,
    INK,
    axes_or_new,
    channel_ticks,
    draw_line,
    entitle,
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
    classifier: Any,
    x: np.ndarray,
    label: object = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the channels of a case over what each time point adds to a score.

    Parameters
    ----------
    classifier : LightWaveSClassifier
        Fitted, of aeon or sktime.
    x : np.ndarray, shape (n_channels, n_timepoints)
        The case.
    label : label, default=None
        The class; None means the predicted one.
    ax : matplotlib.axes.Axes, optional
        Where to; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        The channels in use one below the other, each stretched to the height there is;
        of more than six, those of the largest absolute saliency in all. The colour
        behind is ``classifier.saliency(x, label)``; of more than 300 time points, the
        sums of so many as the colour bar says. It is grey where values are missing.

    Raises
    ------
    ValueError
        If the label is not a class, `x` is not one case with the channels of the
        training cases, one in use holds infinity, or NaN where missing values are an
        error, or the estimator is not fitted.
    """
    fitted = classifier._linear()
    x = checked_case(x, fitted.n_channels)
    label = classifier.compile()(x) if label is None else label
    found = classifier.saliency(x, label)
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
        line, style = row - _stretched(x[channel]), {"color": "black", "lw": 0.9}
        draw_line(ax, np.arange(len(line)), line, path_effects=halo, **style)
    ax.invert_yaxis()
    ax.set_yticks(range(len(shown)), channel_ticks(fitted, shown))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="time point", ylabel="channel (each in its own range)")
    summed = "" if width == 1 else f", by {width} time points"
    name = short_label(label)
    ax.figure.colorbar(
        mesh, ax=ax, label=no_formula(f"adds to the score of {name}{summed}")
    )
    some = f"{len(shown)} of {len(used)} channels in use"
    rest = f", by the most salient {some}" if len(shown) < len(used) else ""
    grey = "; grey: no values" if is_missing.any() else ""
    entitle(ax, f"Where the score of {name} comes from{rest}{grey}")
    return ax


def _stretched(series: np.ndarray) -> np.ndarray:
    """Bring a series between -0.2 and 0.4: below is room to see the colours."""
    is_value = ~np.isnan(series)
    if not is_value.any():
        return series
    low, high = float(series[is_value].min()), float(series[is_value].max())
    if low == high:
        return np.where(is_value, 0.1, np.nan)
    return 0.6 * (series - low) / (high - low) - 0.2


def plot_embedding(
    classifier: Any,
    X: np.ndarray | list[np.ndarray],
    y: Sequence | np.ndarray | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw cases in the plane in which their features differ most.

    Parameters
    ----------
    classifier : LightWaveSClassifier
        Fitted, of aeon or sktime.
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
        Two cases at least, or a list of cases of unequal lengths.
    y : array-like, shape (n_cases,), optional
        Labels to tell apart by colour and marker, of 40 classes at most.
    ax : matplotlib.axes.Axes, optional
        Where to; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        The plane of the first two principal components of the standardised features,
        each times the root of the sum over the classes of its squared weights. This
        makes them the principal components of ``classifier.contributions(X)``: a
        feature counts as it does in the scores, but neither the scores nor `y` say in
        what direction to look. One of which nothing was observed counts as in the
        average training case.

    Raises
    ------
    ValueError
        If there are fewer than two cases, they have other channels than those of the
        training cases, `y` is not of their number or has too many classes, or the
        estimator is not fitted.

    Notes
    -----
    Cases that the classifier was trained on lie further apart than new ones: the
    features were chosen, and weighted, for them.
    """
    fitted = classifier._linear()
    places, parts = _projected(_features(fitted, X), fitted)
    labels, members = _classes(np.zeros(len(places)) if y is None else y, len(places))

    ax = axes_or_new(ax)
    size = np.clip(8000 / len(places), 8, 30)
    drawn = []
    for number in range(len(labels)):
        across, up = places[members == number].T
        points = ax.scatter(
            across,
            up,
            s=size,
            c=COLOURS[number % len(COLOURS)],
            # Where colours come again, they meet with another marker.
            marker=MARKERS[(number + number // len(COLOURS)) % len(MARKERS)],
            edgecolors=INK,
            linewidths=0.4,
            alpha=0.85,
        )
        drawn.append(points)
    ax.set_aspect("equal", adjustable="datalim")
    if y is not None:
        _legend(ax, drawn, labels)
    first, second = (f"component {i + 1} ({parts[i]:.0%} of variance)" for i in (0, 1))
    ax.set(xlabel=first, ylabel=second)
    entitle(ax, f"{len(places):,} cases by their features, weighted as in the scores")
    return ax


def _features(fitted: FittedClassifier, X: np.ndarray | list[np.ndarray]) -> np.ndarray:
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


def _projected(
    features: np.ndarray, fitted: FittedClassifier
) -> tuple[np.ndarray, np.ndarray]:
    """Give places in the plane, and the share of the variance of each axis."""
    distances = features - fitted.means
    distances[np.isnan(distances)] = 0  # nothing was observed of these
    weighted = distances * np.linalg.norm(fitted.output_weights, axis=1)
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
