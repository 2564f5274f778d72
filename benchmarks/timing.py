"""Timing on a machine that is never quite idle, and what is printed of it.

Contestants take turns, so that a disturbance hits all of them; the medians of their
rounds are compared, and the spread is shown next to each.
"""

from __future__ import annotations

__all__ = ["Table", "markdown", "race", "slope", "slower", "spread"]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

LEAST_SECONDS = 0.05
"""A function is repeated within a round until this much time has passed."""

TOLERANCE = 4 / 3
"""How much slower than the baseline is told apart from noise."""


def race(
    contestants: Mapping[str, Callable[[], object]], rounds: int
) -> dict[str, np.ndarray]:
    """Seconds a call of each contestant, one figure a round."""
    for function in contestants.values():
        function()  # compiles, fills caches
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, function in contestants.items():
            seconds[name].append(_seconds_a_call(function))
    return {name: np.array(figures) for name, figures in seconds.items()}


def _seconds_a_call(function: Callable[[], object]) -> float:
    calls, elapsed, start = 0, 0.0, perf_counter()
    while elapsed < LEAST_SECONDS:
        function()
        calls += 1
        elapsed = perf_counter() - start
    return elapsed / calls


@dataclass
class Table:
    """One part of a benchmark: ratios by name, and rows of text to print.

    Attributes
    ----------
    heads : sequence of str
        Heads of the columns.
    rows : list of list of str
        The cells.
    ratios : dict of str to float
        Time of the rival over ours, by a name that is stable between runs.
    note : str
        Printed below the table.
    """

    heads: Sequence[str]
    rows: list[list[str]] = field(default_factory=list)
    ratios: dict[str, float] = field(default_factory=dict)
    note: str = ""

    def ratio(self, name: str, rival: np.ndarray, ours: np.ndarray) -> str:
        """Keep the ratio of two contestants; its median and spread as a cell."""
        self.ratios[name] = float(f"{np.median(rival / ours):.3g}")
        return spread(rival / ours)

    def __str__(self) -> str:
        return f"{markdown(self.heads, self.rows)}\n\n{self.note}".strip()


def spread(figures: np.ndarray, scale: float = 1) -> str:
    """Median and range of the rounds, such as ``"24.1 (22.0 to 25.3)"``."""
    low, middle, high = (
        np.format_float_positional(
            scale * function(figures),
            precision=3,
            unique=False,
            fractional=False,
            trim="-",
        )
        for function in (np.min, np.median, np.max)
    )
    return f"{middle} ({low} to {high})"


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay cells out as a Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def slope(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Exponent of a power law: 0 does not grow, 1 grows linearly."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def slower(ratios: Mapping[str, float], baseline: Mapping[str, float]) -> list[str]:
    """What takes over a third longer, compared with its rival, than in the baseline."""
    return [
        f"{name}: {ratio:.3g}x, was {baseline[name]:.3g}x"
        for name, ratio in ratios.items()
        if name in baseline and ratio * TOLERANCE < baseline[name]
    ]
