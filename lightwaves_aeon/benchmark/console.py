"""What is told on the terminal while runs are done, and tables of what they found."""

from __future__ import annotations

__all__ = ["RunProgress", "print_table"]

import pandas as pd
from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from lightwaves_aeon.benchmark.store import Run, RunResult
from lightwaves_aeon.benchmark.workers import Failure

A_WEEK = 7 * 24 * 3600


class RunProgress:
    """Tells on stderr how far it is: a bar on a terminal, else a line for each run.

    Parameters
    ----------
    n_runs : int
        Number of runs to be done.
    """

    def __init__(self, n_runs: int):
        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
            refresh_per_second=2,  # more would disturb the times measured
            speed_estimate_period=A_WEEK,  # a run may take hours
        )
        self._bar = self._progress.add_task("starting", total=n_runs)
        self._told: set[tuple[str, str]] = set()

    def __enter__(self) -> RunProgress:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def done(self, run: Run, result: RunResult | Failure) -> None:
        """Tell of a run that has come to an end."""
        text = f"{run.dataset}, {run.classifier}, resample {run.resample}"
        self._progress.update(self._bar, advance=1, description=text)
        if isinstance(result, Failure):
            # A set that cannot be read fails in each run for the same reason.
            if (run.dataset, result.reason) not in self._told:
                self._told.add((run.dataset, result.reason))
                self._print(f"Error: {text}: {result.reason}")
        elif not self._console.is_terminal:
            accuracy = (result.y_true == result.y_pred).mean()
            seconds = (result.fit_ms + result.predict_ms) / 1000
            self._print(f"{text}: accuracy {accuracy:.3f}, {seconds:.1f} s")

    def _print(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def print_table(title: str, table: pd.DataFrame) -> None:
    """Print a table, if there is anything in it.

    Parameters
    ----------
    title : str
        What stands above it.
    table : pd.DataFrame
        With cells of text.

    Examples
    --------
    >>> import pandas as pd
    >>> from lightwaves_aeon.benchmark.console import print_table
    >>> print_table("Nothing", pd.DataFrame())
    """
    if table.empty:
        return
    shown = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.HORIZONTALS,
        show_edge=False,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    shown.add_column(str(table.index.name or "classifier"), no_wrap=True)
    for column in table.columns:
        # Two lines for "balanced accuracy" and "LightWaveS-plus" keep columns narrow.
        head = str(column).replace(" ", "\n").replace("-", "-\n", 1)
        shown.add_column(head, justify="right", no_wrap=True)
    for name, row in zip(table.index, table.to_numpy(), strict=True):
        shown.add_row(str(name), *row)
    console = Console()
    # In fewer characters than it takes it would lose numbers.
    unbounded = console.options.update(max_width=10**6)
    wanted = console.measure(shown, options=unbounded).maximum
    console.width = max(console.width, wanted)
    console.print(shown, highlight=False)
    console.print()
