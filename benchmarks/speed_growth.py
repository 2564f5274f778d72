"""The part of the speed benchmark that shows how times grow with the problem."""

from __future__ import annotations

__all__ = ["growth"]

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.speed_cases import make_problem, run_all, transforms
from benchmarks.timing import Table, race, slope, spread
from lightwaves_aeon import LightWaveS

PLOT = Path(__file__).parents[1] / "docs" / "images" / "speed_growth.png"
CURVES = {
    "fit": "fit, complete",
    "pass": "fit, statistics of all channels",
    "transform": "transform",
}


class Axis(NamedTuple):
    """What grows, over which sizes, and a problem of such a size."""

    label: str
    sizes: Sequence[int]
    shape: Callable[[int], tuple[int, int, int]]
    n_features: Callable[[int], int] = lambda size: 500


AXES = {
    "cases": Axis("cases", (16, 32, 64, 128, 256, 512, 1024), lambda n: (n, 1, 100)),
    "channels": Axis("channels", (1, 2, 4, 8, 16, 32, 64), lambda n: (64, n, 100)),
    "points": Axis(
        "time points", (50, 100, 200, 400, 800, 1600, 3200), lambda n: (64, 1, n)
    ),
    "features": Axis(
        "features kept",
        (50, 100, 200, 400, 800, 1500),
        lambda n: (64, 1, 400),
        lambda n: n,
    ),
}


def growth(rounds: int, quick: bool) -> Table:
    """Time over cases, channels, points and features; also drawn into a file."""
    table = Table(
        ["what grows", "curve", "slope", "larger half", "first, ms", "last, ms"],
        note="Slopes in log-log, over all sizes and over the larger half: 0 is no "
        "growth, 1 is linear growth. The model of `transform` reads one channel.",
    )
    curves = {}
    for name, axis in AXES.items():
        sizes = axis.sizes[:3] if quick else axis.sizes
        half = len(sizes) // 2
        measured = [_times(axis, size, rounds) for size in sizes]
        for curve, label in CURVES.items():
            seconds = [times[curve] for times in measured]
            medians = [float(np.median(figures)) for figures in seconds]
            curves[name, curve] = (sizes, medians)
            table.rows.append(
                [
                    f"{axis.label}, {sizes[0]} to {sizes[-1]}",
                    label,
                    f"{slope(sizes, medians):.2f}",
                    f"{slope(sizes[half:], medians[half:]):.2f}",
                    spread(seconds[0], 1e3),
                    spread(seconds[-1], 1e3),
                ]
            )
    if not quick:
        _draw(curves)
    return table


def _times(axis: Axis, size: int, rounds: int) -> dict[str, np.ndarray]:
    n_cases, n_channels, n_timepoints = axis.shape(size)
    X, y = make_problem(n_cases, n_channels, n_timepoints)
    n_features = axis.n_features(size)
    transformer = LightWaveS(n_features=n_features, random_state=0)
    # The table reads the first channel, however many there are.
    narrow = LightWaveS(n_features=n_features, random_state=0).fit(X[:, :1], y)
    tasks = transforms(n_channels, "L1L2")
    return race(
        {
            "fit": partial(transformer.fit, X, y),
            "pass": partial(run_all, tasks, X),
            "transform": partial(narrow._model.transform, X),
        },
        rounds,
    )


def _draw(curves: dict[tuple[str, str], tuple[Sequence[int], list[float]]]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, panels = plt.subplots(
        2, 2, figsize=(9, 7), sharey=True, layout="constrained"
    )
    for panel, (name, axis) in zip(panels.flat, AXES.items(), strict=True):
        for marker, (curve, label) in zip("os^", CURVES.items(), strict=True):
            sizes, seconds = curves[name, curve]
            panel.loglog(sizes, np.multiply(seconds, 1e3), marker=marker, label=label)
        factors = [f"{2 ** slope(*curves[name, curve]):.1f}" for curve in CURVES]
        title = f"twice the {axis.label}: {', '.join(factors)} times the time"
        panel.set_title(title, fontsize="medium")
        panel.set_xticks(sizes, map(str, sizes))
        panel.minorticks_off()
        panel.set_xlabel(axis.label)
        panel.grid(alpha=0.3)
    handles, labels = panel.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    figure.supylabel("time, ms", fontsize="medium")
    PLOT.parent.mkdir(exist_ok=True)
    figure.savefig(PLOT, dpi=110)
    plt.close(figure)
