"""What is told on the terminal while runs are done, and tables of what they found."""

from __future__ import annotations

__all__ = ["RunProgress", "print_table"]

import os
from typing import Literal

import pandas as pd
from rich import box, progress
from rich.console import Console
from rich.table import Table
from sklearn.metrics import r2_score

from lightwaves_aeon.benchmark.store import Run, RunResult
from lightwaves_aeon.benchmark.workers import Failure

A_WEEK = 7 * 24 * 3600

NARROWEST = 80
"""Characters that a table takes at least; in fewer it would lose numbers."""

WIDTH_OF_A_PIPE = 200
"""A pipe has no width: there, enough that every row stays on one line."""


class RunProgress(progress.Progress):
    """Tells on stderr how far it is: a bar on a terminal, and what goes wrong.

    Parameters
    ----------
    n_steps : int
        Number of steps to be done.
    """

    def __init__(self, n_steps: int):
        console = Console(stderr=True)
        super().__init__(
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(bar_width=20),
            progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
            progress.TextColumn("left"),
            progress.TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
            refresh_per_second=2,  # more would disturb the times measured
            speed_estimate_period=A_WEEK,  # a step may take hours
        )
        self._bar = self.add_task("starting", total=n_steps)
        self._told: set[tuple[str, str]] = set()

    def stop(self) -> None:
        """End the bar, if there is one."""
        if not self.disable:  # else some versions of rich print an empty line
            super().stop()

    def starts(self, text: str, n_done: int = 0) -> None:
        """Say what is done now, and count steps as done."""
        self.update(self._bar, description=text, advance=n_done, refresh=True)

    def tell(self, text: str) -> None:
        """Print a line."""
        self.print(text, markup=False, highlight=False, soft_wrap=True)

    def done(self, run: Run, result: RunResult | Failure) -> None:
        """Tell of a run that has come to an end: without a terminal, in a line."""
        text = f"{run.dataset}, {run.classifier}, resample {run.resample}"
        self.starts(text, n_done=1)
        if isinstance(result, Failure):
            # A set that cannot be read fails in each run for the same reason.
            if (run.dataset, result.reason) not in self._told:
                self._told.add((run.dataset, result.reason))
                self.tell(f"Error: {text}: {result.reason}")
        elif self.disable:
            if result.probabilities is None:
                score = f"R2 {r2_score(result.y_true, result.y_pred):.3f}"
            else:
                score = f"accuracy {(result.y_true == result.y_pred).mean():.3f}"
            seconds = (result.fit_ms + result.predict_ms) / 1000
            self.tell(f"{text}: {score}, {seconds:.1f} s")


def print_table(title: str, table: pd.DataFrame, n_texts: int = 1) -> None:
    """Print a table, if there is anything in it, no narrower than its numbers take.

    Parameters
    ----------
    title : str
        What stands above it.
    table : pd.DataFrame
        With cells of text.
    n_texts : int, default=1
        How many columns, the index included, are text: left-justified, and with two of
        them the first is folded where it is too wide.

    Examples
    --------
    >>> import pandas as pd
    >>> from lightwaves_aeon.benchmark.console import print_table
    >>> print_table("Nothing", pd.DataFrame())
    """
    if table.empty:
        return
    console = Console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = WIDTH_OF_A_PIPE
    console.width = max(console.width, NARROWEST)
    shown = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=box.HORIZONTALS,
        show_edge=False,
        padding=(0, 1, 0, 0),  # the box itself puts a blank between columns
        pad_edge=False,
    )
    first = str(table.index.name or "classifier")
    shown.add_column(first, no_wrap=n_texts == 1, overflow="fold")
    for number, column in enumerate(table.columns, start=1):
        # Two lines for "balanced accuracy" and "LightWaveS-plus" keep columns narrow.
        head = str(column).replace(" ", "\n").replace("-", "-\n", 1)
        justify: Literal["left", "right"] = "left" if number < n_texts else "right"
        shown.add_column(head, justify=justify, no_wrap=True)
    for cells in table.itertuples():
        shown.add_row(*map(str, cells))
    unbounded = console.options.update(max_width=10**6)
    if console.measure(shown, options=unbounded).maximum > console.width:
        shown.padding = (0, 0, 0, 0)
        if n_texts == 1:
            wanted = console.measure(shown, options=unbounded).maximum
            console.width = max(console.width, wanted)
    console.print(shown, highlight=False)
    if title:
        console.print()
