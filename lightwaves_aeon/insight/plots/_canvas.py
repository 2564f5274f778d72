"""What the pictures share: axes, colours, and how labels and titles are set."""

from __future__ import annotations

__all__ = [
    "COLOURS",
    "INK",
    "MANY_COLOURS",
    "axes_or_new",
    "channel_ticks",
    "draw_line",
    "entitle",
    "heights",
    "label_time",
    "no_formula",
]

import textwrap
from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.ticker import MaxNLocator

from lightwaves_aeon.core.fitted import FittedLinear
from lightwaves_aeon.insight.words import channel_label

COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#000000",
    "#F0E442",
)
"""Of Okabe and Ito, which the colour-blind can tell apart."""

MANY_COLOURS = tuple(
    to_hex(colormaps["tab20"](2 * i % 20 + i // 10)) for i in range(20)
)
"""For more classes: ten dark colours, then the same ones light."""

INK = "0.25"
SIZE = (6, 4)
"""Width and height of a new figure, in inches."""

TITLE_WIDTH, MOST_LINES = 70, 3


def axes_or_new(ax: Axes | None) -> Axes:
    """Give the axes, or those of a new figure."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt  # chooses a backend: only where one is needed

    _, new = plt.subplots(figsize=SIZE, layout="constrained")
    return new


def draw_line(ax: Axes, time: np.ndarray, values: np.ndarray, **style: Any) -> None:
    """Draw a line that breaks where values are NaN, and a dot for a value alone."""
    is_there = np.pad(~np.isnan(values), 1)
    alone = np.flatnonzero(is_there[1:-1] & ~is_there[:-2] & ~is_there[2:])
    if len(alone) > 0:
        style |= {"marker": ".", "markevery": alone}
    ax.plot(time, values, **style)


def heights(series: np.ndarray) -> np.ndarray:
    """Bring a series between 0 and 1, a flat one to the half; gaps stay."""
    is_value = np.isfinite(series)
    if not is_value.any():
        return np.full(len(series), np.nan)
    low, high = float(series[is_value].min()), float(series[is_value].max())
    return (series - low) / (high - low) if low < high else 0 * series + 0.5


def entitle(ax: Axes, text: str) -> None:
    """Set a title, on as many lines as it needs."""
    lines = textwrap.wrap(
        text,
        TITLE_WIDTH,
        break_on_hyphens=False,
        max_lines=MOST_LINES,
        placeholder=" ...",
    )
    ax.set_title(no_formula("\n".join(lines)), fontsize="medium")


def channel_ticks(fitted: FittedLinear, channels: Iterable[int]) -> list[str]:
    """Label channels by their names, or else their numbers."""
    names = fitted.channel_names
    return [no_formula(channel_label(channel, names, "{}")) for channel in channels]


def label_time(
    ax: Axes, sampling_rate: float | None, what: str = "time", more: str = ""
) -> None:
    """Label the axis of time points, in seconds where the sampling rate is known."""
    if sampling_rate is None:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        unit = "time point" if what == "time" else f"{what} (time points{more})"
        ax.set_xlabel(unit)
        return
    low, high = (end / sampling_rate for end in ax.get_xlim())
    ticks = np.array(MaxNLocator(9).tick_values(low, high))
    ticks = ticks[(low <= ticks) & (ticks <= high)]
    ax.set_xticks(ticks * sampling_rate, [f"{tick:.6g}" for tick in ticks])
    ax.set_xlabel(f"{what} (s{more})")


def no_formula(text: str) -> str:
    """Have matplotlib take a text as it is."""
    return text.replace("$", r"\$")
