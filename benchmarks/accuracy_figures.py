"""The figures of the page on accuracy."""

from __future__ import annotations

__all__ = ["draw_ablation", "draw_cost", "draw_curve"]

from itertools import cycle
from pathlib import Path
from typing import Any

import pandas as pd

# Of Okabe and Ito, which the colour-blind can tell apart.
BLUE, ORANGE, GREEN, PURPLE, GREY = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#666666",
)
LINES = {"plus": (BLUE, "o"), "L1L2": (ORANGE, "s")}
LEVELS = {"ROCKET": (PURPLE, "--"), "MiniROCKET": (GREEN, ":")}


def draw_curve(curve: pd.DataFrame, levels: pd.Series, path: Path) -> None:
    """Draw mean accuracy over the number of features.

    Parameters
    ----------
    curve : pd.DataFrame
        Numbers of features in the index, a column for each classifier.
    levels : pd.Series
        Mean accuracies, by classifier, to draw as horizontal lines.
    path : Path
        Where to.
    """
    figure, axes = _new((6.4, 4.2))
    for name, (colour, marker) in LINES.items():
        if name in curve:
            axes.plot(curve.index, curve[name], color=colour, marker=marker, label=name)
    for name, (colour, style) in LEVELS.items():
        if name in levels:
            axes.axhline(levels[name], color=colour, linestyle=style, label=name)
    axes.set_xscale("log")
    axes.set_xticks(curve.index, map(str, curve.index))
    axes.minorticks_off()
    axes.set_xlabel("features kept")
    axes.set_ylabel("mean test accuracy")
    axes.legend()
    _save(figure, path)


def draw_cost(points: pd.DataFrame, path: Path) -> None:
    """Draw mean accuracy over the cost of a prediction.

    Parameters
    ----------
    points : pd.DataFrame
        A row for each classifier; columns ``cost``, in milliseconds a case,
        ``accuracy``, and ``ours``, which tells the colour.
    path : Path
        Where to.
    """
    figure, axes = _new((7.2, 4.2))
    # Points may lie close together, where names next to them would overlap.
    for ours, colour, markers in ((True, BLUE, "ov^D*P"), (False, ORANGE, "sXph")):
        chosen = points[points["ours"] == ours]
        for (name, row), marker in zip(chosen.iterrows(), cycle(markers), strict=False):
            at = row["cost"], row["accuracy"]
            axes.scatter(*at, s=70, c=colour, marker=marker, label=name, alpha=0.85)
    axes.set_xscale("log")
    axes.set_xlabel("time of a prediction, ms a case (geometric mean over the sets)")
    axes.set_ylabel("mean test accuracy")
    figure.legend(loc="outside right center")
    _save(figure, path)


def draw_ablation(differences: pd.DataFrame, path: Path) -> None:
    """Draw how accuracy differs from that of "plus".

    Parameters
    ----------
    differences : pd.DataFrame
        A row for each change; columns ``mean`` and ``error``, in percentage points.
    path : Path
        Where to.
    """
    figure, axes = _new((6.8, 4.2))
    axes.barh(
        differences.index,
        differences["mean"],
        xerr=differences["error"].fillna(0),
        color=[BLUE if mean >= 0 else ORANGE for mean in differences["mean"]],
        ecolor=GREY,
        capsize=3,
    )
    axes.axvline(0, color="black", linewidth=0.8)
    axes.invert_yaxis()
    axes.set_xlabel("difference of accuracy to plus, percentage points")
    _save(figure, path)


def _new(size: tuple[float, float]) -> tuple[Any, Any]:
    # Imported here: the tables can be made without it.
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)
    return figure, axes


def _save(figure: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
