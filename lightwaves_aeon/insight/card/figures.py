"""The pictures of a card: calibration, predictions, cases with their saliency."""

from __future__ import annotations

__all__ = ["draw_calibration", "draw_case", "draw_predictions", "draw_residuals"]

from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator, PercentFormatter

from lightwaves_aeon.insight.card.classes import Bin
from lightwaves_aeon.insight.card.svg import (
    ACCENT,
    INK,
    QUIET,
    SECOND,
    drawing,
    inline,
)
from lightwaves_aeon.insight.plots._canvas import draw_line, heights, no_formula

MOST_CHANNELS = 4
"""Of a case, the most salient."""

MOST_STEPS = 240
"""Colours along the time points of a case."""

WIDTH, ROW, BELOW = 4.2, 0.72, 0.42
"""Inches of the picture of a case: width, height of a channel, and of what is below."""

LABEL = 0.24
"""Part of the height of a channel that its label has."""

MOST_POINTS = 2000
"""Cases in a picture of predictions; of more, as many evenly."""

FOR, AGAINST = (0.84, 0.15, 0.16), (0.12, 0.42, 0.80)
"""Red and blue of what speaks for a prediction and against it."""


def draw_calibration(bins: Sequence[Bin]) -> str:
    """Draw how often predictions are right over how certain they claim to be.

    Parameters
    ----------
    bins : sequence of Bin
        What ``measure_classes`` has found.

    Returns
    -------
    str
        An SVG element.
    """
    stated = [100 * of.stated for of in bins]
    right = [100 * of.right.value for of in bins]
    low, high = ([100 * of.right[end] for of in bins] for end in (2, 3))
    steps = "; ".join(
        f"where it states {at:.0f}%, {share:.0f}% of {of.right.n_cases} cases are right"
        for at, share, of in zip(stated, right, bins, strict=True)
    )
    words = f"How often predictions are right: {steps}."
    with drawing(4.2, 3.4) as figure:
        ax = figure.subplots()
        ax.plot([0, 100], [0, 100], color=QUIET, ls="--", lw=1)
        ax.vlines(stated, low, high, color=ACCENT, lw=1.2)
        ax.plot(stated, right, "o-", color=ACCENT, ms=5, lw=1.2)
        start = max(0, min(min(stated), np.nanmin([*low, *right])) - 5)
        ax.set(xlim=(start, 102), ylim=(start, 102))
        ax.set(xlabel="probability that the model states", ylabel="share that is right")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(PercentFormatter(decimals=0))
        return inline(figure, "calibration", words)


def draw_predictions(
    y: np.ndarray, predicted: np.ndarray, ends: np.ndarray | None, name: str
) -> str:
    """Draw predicted numbers over true ones, with their intervals.

    Parameters
    ----------
    y, predicted : np.ndarray of float, shape (n_cases,)
        The numbers, and what is predicted.
    ends : np.ndarray of float, shape (n_cases, 2), or None
        Lower and upper ends.
    name : str
        As of ``inline``.

    Returns
    -------
    str
        An SVG element.
    """
    some = _evenly(len(y))
    both = np.concatenate([y, predicted])
    low, high = float(both.min()), float(both.max())
    words = (
        f"Predicted numbers over true ones, which go from {y.min():.4g} to "
        f"{y.max():.4g}; predictions are off by {np.abs(predicted - y).mean():.3g} on "
        "average."
    )
    with drawing(4.2, 3.6) as figure:
        ax = figure.subplots()
        ax.plot([low, high], [low, high], color=QUIET, ls="--", lw=1)
        if ends is not None:
            ax.vlines(y[some], *ends[some].T, color=ACCENT, lw=0.8, alpha=0.35)
        ax.plot(y[some], predicted[some], "o", color=ACCENT, ms=3, alpha=0.8)
        ax.set(xlabel="true number", ylabel="predicted number")
        return inline(figure, f"predictions{name}", words)


def draw_residuals(y: np.ndarray, predicted: np.ndarray, name: str) -> str:
    """Draw how far predictions are off over what is predicted.

    Parameters
    ----------
    y, predicted : np.ndarray of float, shape (n_cases,)
        The numbers, and what is predicted.
    name : str
        As of ``inline``.

    Returns
    -------
    str
        An SVG element.
    """
    some, off = _evenly(len(y)), predicted - y
    words = (
        f"Predicted less true number over the predicted one, from {off.min():.3g} to "
        f"{off.max():.3g}."
    )
    with drawing(4.2, 3.6) as figure:
        ax = figure.subplots()
        ax.axhline(0, color=QUIET, ls="--", lw=1)
        ax.plot(predicted[some], off[some], "o", color=SECOND, ms=3, alpha=0.8)
        ax.set(xlabel="predicted number", ylabel="predicted less true number")
        return inline(figure, f"residuals{name}", words)


def draw_case(
    x: np.ndarray,
    saliency: np.ndarray,
    labels: Sequence[str],
    name: str,
    words: str,
    sampling_rate: float | None = None,
) -> str:
    """Draw a case over what each of its time points adds to a prediction.

    Parameters
    ----------
    x, saliency : np.ndarray, shape (n_channels, n_timepoints)
        The case, and what ``estimator.saliency`` says of it.
    labels : sequence of str
        Of all channels.
    name, words : str
        As of ``inline``.
    sampling_rate : float, optional
        Time points of a second; without, time is in these.

    Returns
    -------
    str
        An SVG element: the most salient channels one below the other, each in its own
        range. Red speaks for what is predicted, blue against it, in strength by the
        strongest time point of the case.
    """
    weights = np.abs(saliency).sum(axis=1)
    n_shown = min(max(np.count_nonzero(weights), 1), MOST_CHANNELS)
    shown = np.sort(np.argsort(-weights, kind="stable")[:n_shown])
    width = -(-x.shape[1] // MOST_STEPS)
    steps = np.arange(0, x.shape[1], width)
    found = np.add.reduceat(saliency[shown], steps, axis=1)
    strength = np.abs(found) / (np.abs(found).max() or 1)
    unit = sampling_rate or 1
    time = np.arange(x.shape[1]) / unit
    edges = (np.append(steps, x.shape[1]) - 0.5) / unit
    height = BELOW + ROW * len(shown)
    with drawing(WIDTH, height, layout=None) as figure:
        # Without a layout to be found, which would take most of the time.
        ax = figure.add_axes((0.01, BELOW / height, 0.98, 1 - BELOW / height))
        for row, (channel, sums, alpha) in enumerate(
            zip(shown, found, strength, strict=True)
        ):
            colours = np.where(sums[:, None] > 0, FOR, AGAINST)
            ax.imshow(
                np.column_stack([colours, 0.85 * alpha])[None],
                aspect="auto",
                extent=(edges[0], edges[-1], row + 1, row + LABEL),
                interpolation="nearest",
            )
            line = row + 0.94 - (0.88 - LABEL) * heights(x[channel])
            draw_line(ax, time, line, color=INK, lw=1)
            text = no_formula(labels[channel])
            ax.text(edges[0], row + 0.18, text, fontsize="small")
        ax.set(xlim=(edges[0], edges[-1]), ylim=(len(shown), 0), yticks=[])
        ax.spines[["left", "bottom"]].set_visible(False)
        ax.xaxis.set_major_locator(MaxNLocator(integer=sampling_rate is None))
        ax.set_xlabel("time point" if sampling_rate is None else "seconds")
        return inline(figure, f"case{name}", words)


def _evenly(n_cases: int) -> np.ndarray:
    return np.unique(np.linspace(0, n_cases - 1, min(n_cases, MOST_POINTS)).astype(int))
