"""The command-line program ``lightwaves``."""

from __future__ import annotations

__all__ = ["main"]

import json
import os
import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lightwaves_aeon import __version__
from lightwaves_aeon.cli.bench import bench, report
from lightwaves_aeon.cli.export import export
from lightwaves_aeon.cli.files import fit, predict
from lightwaves_aeon.cli.inspect import inspect

if TYPE_CHECKING:
    from rich.table import Table

# Imports of aeon and rich stand in the functions below: help must not wait for them.
# For the same reason these repeat what the package knows.
VARIANTS = ("L1", "L2", "L1L2", "plus")
RIVALS = ("rocket", "minirocket")

COLUMNS = (
    "accuracy",
    "balanced\naccuracy",
    "fit s",
    "predict\nms/case",
    "features",
    "channels",
    "model\nkB",
)
NARROWEST = 80
"""Characters that a table takes at least; in fewer it would lose numbers."""
WIDTH_OF_A_PIPE = 200
"""A pipe has no width: there, enough that every row stays on one line."""

Row = dict[str, Any]


@click.group()
@click.version_option(__version__, prog_name="lightwaves")
def main() -> None:
    """LightWaveS: time series classification with a few hundred features."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # labels may be in any script
            stream.reconfigure(errors="backslashreplace")


main.add_command(fit)
main.add_command(predict)
main.add_command(inspect)
main.add_command(export)
main.add_command(bench)
main.add_command(report)


def _rival_names(
    ctx: click.Context, param: click.Parameter, value: str
) -> tuple[str, ...]:
    names = [name.strip() for name in value.split(",") if name.strip()]
    for name in names:
        if name not in RIVALS:
            raise click.BadParameter(
                f"there is no rival {name!r}; choose from {', '.join(RIVALS)}"
            )
    return tuple(dict.fromkeys(names))


@main.command(short_help="Measure LightWaveS on data sets.")
@click.argument("datasets", metavar="DATASET...", nargs=-1, required=True)
@click.option(
    "--archive",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder to look in first, for DATASET/DATASET_TRAIN.ts and _TEST.ts.",
)
@click.option(
    "--variant",
    type=click.Choice(VARIANTS),
    default="L1L2",
    show_default=True,
    help="Scattering levels of LightWaveS.",
)
@click.option(
    "--n-features",
    type=click.IntRange(min=1),
    default=500,
    show_default=True,
    help="Features that LightWaveS keeps.",
)
@click.option(
    "--against",
    "rivals",
    metavar="NAMES",
    default="",
    callback=_rival_names,
    help="Classifiers of aeon to compare with, separated by commas: "
    + ", ".join(RIVALS),
)
@click.option(
    "--jobs",
    type=click.IntRange(min=-1),
    default=1,
    show_default=True,
    help="Threads of every classifier; -1 means all processors.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    help="Random state of every classifier.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of a table.")
@click.pass_context
def evaluate(
    ctx: click.Context,
    datasets: tuple[str, ...],
    archive: Path | None,
    variant: str,
    n_features: int,
    rivals: tuple[str, ...],
    jobs: int,
    seed: int,
    as_json: bool,
) -> None:
    """Train LightWaveS on each DATASET, test it, and print what it achieves.

    A DATASET that the archive does not hold is loaded by aeon, which ships with some,
    such as BasicMotions, and downloads others once.

    Times do not include compilation: every classifier is first fitted to a tiny
    generated problem. The time to predict is that of all test cases in one call, and
    the size of a model is that of the pickled classifier.
    """
    parameters = {
        "variant": variant,
        "n_features": n_features,
        "n_jobs": jobs,
        "random_state": seed,
    }
    # Warnings are for whoever made the data; here they would bury the results.
    with (
        warnings.catch_warnings(),
        _Report(len(datasets) * (1 + len(rivals))) as report,
    ):
        warnings.simplefilter("ignore")
        rows = _measure(datasets, archive, ("lightwaves", *rivals), parameters, report)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    elif rows:
        _print_table(rows)
    if report.has_failures:
        ctx.exit(1)


class _Report:
    """Tells on stderr what runs, as a progress bar, and what fails."""

    def __init__(self, n_steps: int):
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        console = Console(stderr=True)
        self.has_failures = False
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
            refresh_per_second=4,  # more would disturb the times measured
        )
        self._task = self._progress.add_task("starting", total=n_steps)

    def __enter__(self) -> _Report:
        if not self._progress.disable:
            self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        if not self._progress.disable:
            self._progress.stop()

    def runs(self, what: str) -> None:
        self._progress.update(self._task, description=what, refresh=True)

    def done(self, n_steps: int = 1) -> None:
        self._progress.advance(self._task, n_steps)

    def failed(self, reason: str) -> None:
        self.has_failures = True
        self._progress.console.print(
            f"Error: {reason}", markup=False, highlight=False, soft_wrap=True
        )


def _measure(
    datasets: Sequence[str],
    archive: Path | None,
    classifiers: Sequence[str],
    parameters: dict[str, Any],
    report: _Report,
) -> list[Row]:
    """Evaluate each classifier on each data set; what fails is reported, left out."""
    from lightwaves_aeon.benchmark import datasets as sets
    from lightwaves_aeon.benchmark import evaluation

    rows: list[Row] = []
    for dataset in datasets:
        report.runs(f"{dataset}: loading")
        try:
            train = sets.load_split(dataset, "train", archive)
            test = sets.load_split(dataset, "test", archive)
        except sets.DataSetError as error:
            report.failed(str(error))
            report.done(len(classifiers))
            continue
        for name in classifiers:
            report.runs(f"{dataset}: {name}")
            classifier = evaluation.make_classifier(name, **parameters)
            try:
                result = evaluation.evaluate(classifier, *train, *test)
            except Exception as error:  # one failure must not cost the other results
                report.failed(f"{dataset}: {name}: {error}")
            else:
                row = {"dataset": dataset, "classifier": name, **asdict(result)}
                rows.append(row)
            report.done()
    return rows


def _print_table(rows: Sequence[Row]) -> None:
    from rich.console import Console

    console = Console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = WIDTH_OF_A_PIPE
    console.width = max(console.width, NARROWEST)
    table = _table(rows, gap=2)
    if console.measure(table).maximum >= console.width:
        table = _table(rows, gap=1)
    console.print(table, highlight=False)


def _table(rows: Sequence[Row], gap: int) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(
        box=box.HORIZONTALS,
        show_edge=False,
        padding=(0, gap - 1, 0, 0),  # the box itself puts a blank between columns
        pad_edge=False,
    )
    table.add_column("data set", overflow="fold")
    table.add_column("classifier", no_wrap=True)
    for column in COLUMNS:
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row["dataset"],
        row["classifier"],
        f"{row['accuracy']:.3f}",
        f"{row['balanced_accuracy']:.3f}",
        f"{row['fit_seconds']:.2f}",
        f"{row['predict_ms_per_case']:.2f}",
        str(row["kept_features"]),
        f"{row['kept_channels']} of {row['all_channels']}",
        f"{row['model_kb']:.0f}",
    )
