"""The figures of the page on accuracy."""

from __future__ import annotations

__all__ = ["draw_ablation", "draw_cost", "draw_curve"]

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
LABELS = {
    "plus auto": ((-9, 3), "right"),
    "L1": ((-9, 0), "right"),
    "L2": ((9, -3), "left"),
}
"""Where names stand beside their points, in points, other than to the right."""

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


def draw_cost(points: pd.DataFrame, published: pd.Series, path: Path) -> None:
    """Draw mean accuracy over the time of a prediction.

    Parameters
    ----------
    points : pd.DataFrame
        A row for each classifier; columns ``cost``, in milliseconds per case,
        ``accuracy``, and ``ours``, which tells the colour.
    published : pd.Series
        Mean accuracies of classifiers whose times are not known here, by name: marked
        on the right axis.
    path : Path
        Where to.
    """
    figure, axes = _new((8, 4.4))
    for name, row in points.iterrows():
        at, colour = (row["cost"], row["accuracy"]), BLUE if row["ours"] else ORANGE
        is_default = name == "plus"
        axes.scatter(
            *at,
            s=130 if is_default else 60,
            c=colour,
            marker="*" if is_default else "o",
            zorder=3,
        )
        offset, align = LABELS.get(str(name), ((9, 0), "left"))
        axes.annotate(
            "LightWaveS (plus, the default)" if is_default else str(name),
            at,
            offset,
            textcoords="offset points",
            ha=align,
            va="center",
            color=colour,
            weight="bold" if is_default else "normal",
        )
    axes.set_xscale("log")
    axes.set_xlim(points["cost"].min() / 6, points["cost"].max() * 8)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("time of a prediction, ms per case (log scale)")
    axes.set_ylabel("mean test accuracy")
    axes.set_title(
        "blue: this package; orange: aeon's, same machine", fontsize="medium"
    )
    right = axes.secondary_yaxis("right")
    right.set_yticks(published, [f"{n} {v:.3f}" for n, v in published.items()])
    right.set_ylabel("published, time not measured here", color=GREY)
    right.tick_params(colors=GREY)
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
