"""Which channels scores, or predicted numbers, rely on, and at what time scale."""

from __future__ import annotations

__all__ = ["plot_channel_dilation", "plot_channel_importance"]

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from lightwaves_aeon.insight.importance import importance_by, ranked_channels
from lightwaves_aeon.insight.plots._canvas import (
    COLOURS,
    axes_or_new,
    channel_ticks,
    entitle,
)

MOST_BARS = 21
MOST_ROWS = 20
FEW_ROWS = 12
"""Bars or rows up to which text has its full size."""

MOST_COLUMNS = 12
"""Columns of a heat map that have room for numbers."""


def plot_channel_importance(estimator: Any, ax: Axes | None = None) -> Axes:
    """Draw the importance of each channel as bars, the strongest first.

    Parameters
    ----------
    estimator : LightWaveSClassifier or LightWaveSRegressor
        Fitted, of aeon or sktime.
    ax : matplotlib.axes.Axes, optional
        Where to; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Bars for the channels in use, of which the title has the number. Of more than 21
        the last bar is the sum of all that are weaker than the first 20.

    Raises
    ------
    ValueError
        If the estimator is not fitted.

    Examples
    --------
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.insight.plots import plot_channel_importance
    >>> clf = LightWaveSClassifier(n_features=50, variant="L1L2")
    >>> clf = clf.fit(*load_basic_motions(split="train"))
    >>> ax = plot_channel_importance(clf)
    >>> [name.get_text() for name in ax.get_yticklabels()]
    ['0', '2', '1']
    """
    fitted = estimator._linear()
    ranked = 100 * ranked_channels(fitted)["importance"]
    n_shown = len(ranked) if len(ranked) <= MOST_BARS else MOST_BARS - 1
    names = channel_ticks(fitted, ranked.index[:n_shown])
    values = list(ranked[:n_shown])
    colours = [COLOURS[0]] * n_shown
    if n_shown < len(ranked):
        names.append(f"{len(ranked) - n_shown} others")
        values.append(ranked[n_shown:].sum())
        colours.append("0.6")

    ax = axes_or_new(ax)
    n_bars = len(values)
    size = "medium" if n_bars <= FEW_ROWS else "x-small"
    bars = ax.barh(range(n_bars), values, color=colours)
    ax.bar_label(bars, fmt="%.1f", padding=3, fontsize=size)
    ax.set_yticks(range(n_bars), names, fontsize=size)
    half = max(n_bars, 4) / 2  # a single bar would fill the picture
    ax.set_ylim((n_bars - 1) / 2 + half, (n_bars - 1) / 2 - half)
    ax.margins(x=0.12)
    ax.set(xlabel="share of importance (%)", ylabel="channel")
    entitle(ax, f"Importance by channel: {len(ranked)} of {fitted.n_channels:,} in use")
    return ax


def plot_channel_dilation(estimator: Any, ax: Axes | None = None) -> Axes:
    """Draw the importance of each channel at each dilation as a heat map.

    Parameters
    ----------
    estimator : LightWaveSClassifier or LightWaveSRegressor
        Fitted, of aeon or sktime.
    ax : matplotlib.axes.Axes, optional
        Where to; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        A row for each channel, also those that are not used; of more than 20, the most
        important 20, and the title says so. A column for each dilation; the first one
        is of features without a kernel, if there are some. Cells have their numbers if
        there is room.

    Raises
    ------
    ValueError
        If the estimator is not fitted.
    """
    fitted = estimator._linear()
    by = ["channel", "dilation"]
    parts = importance_by(fitted, by)
    parts["dilation"] = parts["dilation"].fillna(0).astype(int)  # where there is none
    summed = parts.groupby(by)["importance"].sum()
    table = 100 * summed.unstack(fill_value=0)
    n_used = len(table)
    if fitted.n_channels <= MOST_ROWS:
        table = table.reindex(range(fitted.n_channels), fill_value=0)
    strongest = np.argsort(-table.sum(axis=1).to_numpy(), kind="stable")[:MOST_ROWS]
    shown = table.iloc[np.sort(strongest)]

    ax = axes_or_new(ax)
    image = ax.imshow(shown, aspect="auto", cmap="cividis", vmin=0)
    if len(shown) <= FEW_ROWS and shown.shape[1] <= MOST_COLUMNS:
        _write_numbers(ax, shown.to_numpy())
    size = "medium" if len(shown) <= FEW_ROWS else "x-small"
    ax.set_yticks(range(len(shown)), channel_ticks(fitted, shown.index), fontsize=size)
    rate, dilations = fitted.sampling_rate, shown.columns.to_numpy(float)
    labels = [f"{d / (rate or 1):.3g}" if d else "none" for d in dilations]
    ax.set_xticks(range(shown.shape[1]), labels)
    unit = "time points" if rate is None else "s"
    ax.set(xlabel=f"dilation ({unit})", ylabel="channel")
    ax.figure.colorbar(image, ax=ax, label="share of importance (%)")
    rest = f"{n_used} of {fitted.n_channels} channels in use"
    if len(shown) < len(table):
        rest = f"the strongest {MOST_ROWS} of {n_used}"
    entitle(ax, f"Importance by channel and dilation, {rest}")
    return ax


def _write_numbers(ax: Axes, shown: np.ndarray) -> None:
    """Write the percentages of a heat map into its cells, where there are any."""
    middle = shown.max() / 2
    for (row, column), share in np.ndenumerate(shown):
        if share > 0:
            ink = "black" if share > middle else "white"
            text = f"{share:.1f}"
            ax.text(column, row, text, ha="center", va="center", color=ink, fontsize=7)
