"""What fewer features or channels would cost: the paths that a fit leaves behind."""

from __future__ import annotations

__all__ = ["plot_path"]

import pandas as pd
from matplotlib.axes import Axes

from lightwaves_aeon.insight.plots._canvas import COLOURS, axes_or_new, entitle

BLUE, ORANGE = COLOURS[:2]
COUNTS = {"n_features": "features", "n_channels": "channels"}
QUALITIES = ("loo_accuracy", "loo_r2")
NEEDED = ["loo_error", "standard_error", "chosen"]
MOST_NAMED = 14
"""Channels that have room for their names."""


def plot_path(path: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the leave-one-out error, and accuracy or R2, along a path of selection.

    Parameters
    ----------
    path : pd.DataFrame
        ``selection_path_`` or ``channel_path_`` of a transformer, or ``channel_path_``
        of a channel selector.
    ax : matplotlib.axes.Axes, optional
        Where to; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        The error, with a band of one standard error to both sides; the accuracy, or R2
        of numbers, has axes of its own to the right. A vertical line is at the number
        chosen. Of channels, up to 14, each stands below the number with which it joins
        those before.

    Raises
    ------
    ValueError
        If it is no such path.

    Examples
    --------
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSChannelSelector
    >>> from lightwaves_aeon.insight.plots import plot_path
    >>> selector = LightWaveSChannelSelector(random_state=0)
    >>> selector = selector.fit(*load_basic_motions(split="train"))
    >>> ax = plot_path(selector.channel_path_)
    >>> ax.get_xlabel()
    'number of channels, and the channel that joins'
    """
    count, quality = _checked(path)
    path = path.sort_values(count)
    numbers, error, spread = path[count], path["loo_error"], path["standard_error"]

    ax = axes_or_new(ax)
    ax.plot(numbers, error, "o-", color=BLUE, ms=3)
    ax.fill_between(
        numbers, error - spread, error + spread, color=BLUE, alpha=0.2, lw=0
    )
    ax.set_ylabel("leave-one-out error, ± standard error", color=BLUE)
    right = ax.twinx()
    whole, words = (100, "accuracy (%)") if quality == "loo_accuracy" else (1, "R2")
    right.plot(numbers, whole * path[quality], "s--", color=ORANGE, ms=3, lw=1)
    right.set_ylabel(f"leave-one-out {words}", color=ORANGE)
    right.spines["right"].set_visible(True)
    low, high = right.get_ylim()
    # There is no more than 100 %.
    right.set_ylim(min(low, 0.95 * whole), min(high, 1.01 * whole))

    noun, chosen = COUNTS[count], numbers[path["chosen"]]
    for number in chosen[:1]:
        ax.axvline(number, color="0.4", ls=":", lw=1.2, zorder=0)
    title = f"{', '.join(map(str, chosen[:1]))} of {numbers.max():,} {noun} chosen"
    entitle(ax, title if len(chosen) else f"A path of {noun}")
    ax.set_xlabel(f"number of {noun}")
    if count == "n_features":
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter("{x:g}")
    elif len(path) <= MOST_NAMED:
        names = [f"{n}\n+{c}" for n, c in zip(numbers, path["channel"], strict=True)]
        ax.set_xticks(numbers, names)
        ax.set_xlabel(f"number of {noun}, and the channel that joins")
    return ax


def _checked(path: pd.DataFrame) -> tuple[str, str]:
    """Give the column that counts, and the one that judges, of what is a path."""
    columns = set(getattr(path, "columns", ()))
    count, quality = (
        next((name for name in names if name in columns), None)
        for names in (COUNTS, QUALITIES)
    )
    is_path = columns.issuperset(NEEDED) and len(path) > 0
    if count is None or quality is None or not is_path:
        raise ValueError(
            "path must be the selection_path_ or channel_path_ of a transformer, or "
            "the channel_path_ of a channel selector"
        )
    return count, quality
