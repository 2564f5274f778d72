"""The drawings that more than one page shows."""

from __future__ import annotations

__all__ = ["draw_flow", "draw_response", "response"]

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

BLUE, LIGHT, DARK, ORANGE = "#2166ac", "#dbe9f6", "#08306b", "#d95f02"

WIDTH, HEIGHT, STEP = 1.56, 0.86, 1.9

FIT = [
    ("scale", "each channel by its\nmean and deviation"),
    ("respond", "84 kernels,\nall dilations"),
    ("filter", "ANOVA F of every\nstatistic"),
    ("select", "500 that do best\ntogether"),
    ("table", "one row\nper feature"),
]
PREDICT = [
    ("scale", "only the channels\nin the table"),
    ("evaluate table", "only the responses\nin the table"),
    ("head", "a weighted sum of\nfeatures per class"),
    ("labels", "and calibrated\nprobabilities"),
]


def draw_flow() -> Figure:
    """Draw what happens in a fit and in a prediction, and the table between them."""
    figure, axes = plt.subplots(figsize=(8.4, 3.1))
    centres = {}
    for y, name, steps in ((2.0, "fit", FIT), (0.0, "predict", PREDICT)):
        axes.text(-1.0, y, name, ha="right", va="center", weight="bold", color=DARK)
        for i, (step, words) in enumerate(steps):
            centres[name, step] = i * STEP, y
            _box(axes, i * STEP, y, step, words, filled=step == "table")
            if i:
                _arrow(axes, ((i - 1) * STEP + WIDTH / 2, y), (i * STEP - WIDTH / 2, y))
    table_x, table_y = centres["fit", "table"]
    used_x, used_y = centres["predict", "evaluate table"]
    corner = (table_y + used_y) / 2
    bend = table_y - HEIGHT / 2 - 0.03
    axes.plot(
        [table_x, table_x, used_x],
        [bend, corner, corner],
        color=BLUE,
        lw=1.6,
        solid_capstyle="round",
    )
    _arrow(axes, (used_x, corner), (used_x, used_y + HEIGHT / 2), color=BLUE)
    axes.text(
        (table_x + used_x) / 2,
        corner + 0.09,
        "the fitted model is this table",
        ha="center",
        va="bottom",
        color=BLUE,
        fontsize=9,
    )
    axes.set(xlim=(-1.9, 4 * STEP + 0.9), ylim=(-0.6, 2.6), aspect="equal")
    axes.axis("off")
    return figure


def _box(axes: Axes, x: float, y: float, step: str, words: str, filled: bool) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (x - WIDTH / 2 + 0.06, y - HEIGHT / 2 + 0.06),
            WIDTH - 0.12,
            HEIGHT - 0.12,
            boxstyle="round,pad=0.06",
            facecolor=BLUE if filled else LIGHT,
            edgecolor=BLUE,
        )
    )
    ink = "white" if filled else DARK
    axes.text(x, y + 0.22, step, ha="center", va="center", weight="bold", color=ink)
    axes.text(x, y - 0.15, words, ha="center", va="center", fontsize=7, color=ink)


def _arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], color: str = DARK
) -> None:
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=11,
            shrinkA=1,
            shrinkB=1,
            color=color,
            lw=1.6 if color == BLUE else 1,
        )
    )


def response(x: np.ndarray, taps: tuple[int, int, int], dilation: int) -> np.ndarray:
    """Compute the level 1 response of one series, as the method says it.

    Parameters
    ----------
    x : np.ndarray, shape (n_timepoints,)
        A scaled channel of one case.
    taps : tuple of int
        Positions of the weights 2 among the nine taps.
    dilation : int
        Time points from one tap to the next.

    Returns
    -------
    np.ndarray, shape (n_timepoints,)
    """
    weights = np.full(9, -1.0)
    weights[list(taps)] = 2.0
    padded = np.pad(x, 4 * dilation)
    shifted = [padded[j * dilation :][: len(x)] for j in range(9)]
    return dilation**-1.5 * weights @ shifted


def _runs(is_positive: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_positive, [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def draw_response(x: np.ndarray, taps: tuple[int, int, int], dilation: int) -> Figure:
    """Draw a series, a kernel on it, the response, and four statistics of that.

    Parameters
    ----------
    x : np.ndarray, shape (n_timepoints,)
        A scaled channel of one case.
    taps : tuple of int
        Positions of the weights 2 among the nine taps.
    dilation : int
        Time points from one tap to the next.
    """
    c = response(x, taps, dilation)
    n = len(x)
    time = np.arange(n)
    figure, (above, below) = plt.subplots(
        2, sharex=True, figsize=(8, 4.9), height_ratios=(1, 1.5)
    )

    above.plot(time, x, color="0.3", lw=1)
    seen = n // 2 + (np.arange(9) - 4) * dilation
    heavy = np.isin(np.arange(9), taps)
    for at, color, label in (
        (seen[heavy], ORANGE, "weight 2"),
        (seen[~heavy], BLUE, "weight -1"),
    ):
        above.plot(at, x[at], "o", color=color, ms=6, label=label)
    above.axvline(n // 2, color="0.8", lw=0.8, zorder=0)
    above.set(ylabel="scaled channel")
    above.set_title(f"nine taps, {dilation} points apart, around t = {n // 2}")
    above.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))

    below.axhline(0, color="0.6", lw=0.8)
    below.plot(time, c, color="0.3", lw=1)
    below.plot(n // 2, c[n // 2], "o", color="0.3", ms=5)
    below.fill_between(time, 0, c, where=c > 0, color=LIGHT, lw=0)
    runs = _runs(c > 0)
    start, end = max(runs, key=lambda run: run[1] - run[0])
    within = slice(start, end)
    below.fill_between(time[within], 0, c[within], color=BLUE, alpha=0.45, lw=0)
    low, high = c.min(), c.max()
    floor = low - 0.16 * (high - low)
    for a, b in runs:
        below.plot([a, b - 1], [floor, floor], color=BLUE, lw=4, solid_capstyle="butt")
    below.set(xlabel="time point t", ylabel="response c", ylim=(floor * 1.25, None))

    top = int(np.abs(c).argmax())
    below.plot(top, c[top], "v" if c[top] > 0 else "^", color=ORANGE, ms=8)
    words = [
        (f"MAX  {np.abs(c).max():.2f}", "largest |c|", ORANGE),
        (f"LSPV  {(end - start) / n:.2f}", f"longest run,\n{end - start} of {n}", BLUE),
        (f"PPV  {(c > 0).mean():.2f}", f"c > 0 at\n{(c > 0).sum()} of {n}", BLUE),
        (f"MIN  {np.abs(c).min():.3f}", "smallest |c|", "0.3"),
    ]
    for row, (name, meaning, color) in enumerate(words):
        at = 0.97 - 0.26 * row
        beside = {"va": "top", "transform": below.transAxes}
        below.text(1.02, at, name, color=color, weight="bold", **beside)
        below.text(1.02, at - 0.085, meaning, color="0.3", fontsize=8, **beside)
    return figure
