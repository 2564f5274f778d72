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
    "no_formula",
]

import textwrap
from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

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
    """Label channels by number and, where they have names, name."""
    names = fitted.channel_names
    return [no_formula(channel_label(channel, names)) for channel in channels]


def no_formula(text: str) -> str:
    """Have matplotlib take a text as it is."""
    return text.replace("$", r"\$")
