"""The command ``lightwaves report``: on a model, or on what bench has found."""

from __future__ import annotations

__all__ = ["report"]

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lightwaves_aeon.cli import shared
from lightwaves_aeon.cli.shared import ARRAY
from lightwaves_aeon.cli.tables import TableOptions, cases_for, table_options

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from lightwaves_aeon.aeon.tasks import Estimator

# Imports of aeon, pandas and rich stand in the functions: help must not wait for them.

THERE = click.Path(exists=True, path_type=Path)

OF_MODELS = ("data", "labels", "groups", "date", *TableOptions._fields)
OF_RESULTS = ("published", "online_names")
"""Options that have a meaning for one of the two alone."""

Cases = tuple["np.ndarray | list[np.ndarray]", Any, "np.ndarray | None"]
"""Series, labels and groups."""


@click.command(short_help="Report on a model, or on what bench has found.")
@click.argument("source", metavar="MODEL|RESULTS", type=THERE)
@click.option(
    "--data",
    type=ARRAY,
    help="Series that the model has not seen, shape (cases, channels, points): .npy "
    "file, HDF5 file or Zarr folder; or a .ts file or a table, CSV or Parquet, which "
    "hold the labels, too.",
)
@click.option("--labels", type=ARRAY, help="Their labels, or numbers.")
@click.option(
    "--groups",
    type=ARRAY,
    help="The recording, person or machine that each case comes from.",
)
@table_options
@click.option("--date", help="Date to show. [default: when the model was written]")
@click.option(
    "--published",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="CSV file of accuracies to set beside those of classifiers: data sets in "
    "rows, classifiers in columns. May be repeated.",
)
@shared.names_option(
    "--online",
    "online_names",
    help="Classifiers, such as HC2,MR-Hydra, to load accuracies of from "
    "timeseriesclassification.com.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File for the report on a model [default: MODEL.html], or folder for that on "
    "results. [default: RESULTS/report]",
)
@shared.force_option
@click.pass_context
def report(
    context: click.Context,
    source: Path,
    data: Path | None,
    labels: Path | None,
    groups: Path | None,
    table: TableOptions,
    date: str | None,
    published: tuple[Path, ...],
    online_names: tuple[str, ...],
    out: Path | None,
    force: bool,
) -> None:
    """Report on a MODEL file, or on RESULTS, a folder of bench.

    For a model it writes a model card: one HTML page, for people who do not program,
    which says what the model decides, how good it is on the cases of --data, what it
    relies on, and which cases it gets wrong. It needs no network and no other file.

    Groups of a table are its recordings, if --recording names their column. Channels
    and the length of a window are those of the model, unless others are given.

    For results it prints the main tables, and writes all of them as CSV files and, with
    diagrams, as one page, report.md. The report on regressors is in a folder regression
    beside that page. The tables that aeon loads are written to RESULTS anew.

    An earlier report is replaced; other files only with --force.
    """
    is_model = source.is_file()
    for name in OF_RESULTS if is_model else OF_MODELS:
        if context.params[name]:
            option = next(
                param.opts[0] for param in context.command.params if param.name == name
            )
            kind = "results of bench" if is_model else "a model"
            raise click.UsageError(f"{option} is of reports on {kind}.")
    if not is_model:
        _report_results(source, published, online_names, out, force)
        return
    if data is None:
        raise click.UsageError("a report on a model needs --data.")
    is_table = table.check_for(data, labels, needs_label=True)
    is_ts = data.suffix == ".ts"
    if is_table and groups is not None:
        raise click.UsageError("--groups are of series: a table has --recording.")
    if is_ts and labels is not None:
        raise click.UsageError("a .ts file has labels: leave out --labels.")
    if not (is_table or is_ts or labels):
        raise click.UsageError("--data needs --labels.")
    page = source.with_name(f"{source.name}.html") if out is None else out
    # Warnings would be of letters that a font lacks, say.
    with warnings.catch_warnings(action="ignore"), shared.told_in_a_line():
        from lightwaves_aeon.aeon.load import load_model_file
        from lightwaves_aeon.insight.card import MARK, write_report

        inputs = source, data, labels, groups
        shared.check_output(page, inputs, lambda start: MARK in start, force)
        estimator = load_model_file(source)
        own = table if is_table else None
        X, y, names = _read(estimator, data, labels, groups, own)
        write_report(estimator, X, y, page, names, source, date)
    click.echo(f"The report is {page}")


def _read(
    estimator: Estimator,
    data: Path,
    labels: Path | None,
    groups: Path | None,
    table: TableOptions | None,
) -> Cases:
    from lightwaves_aeon.aeon.regressor import LightWaveSRegressor
    from lightwaves_aeon.benchmark.ts_file import read_ts
    from lightwaves_aeon.storage.files import as_array, read_labels

    if table is not None:
        cases = cases_for(estimator, data, table)
        names = cases.groups if table.recording else None
        return cases.X, cases.y, names
    names = None if groups is None else read_labels(groups)
    if labels is None:
        return *read_ts(data), names
    of_numbers = isinstance(estimator, LightWaveSRegressor)
    return as_array(data), read_labels(labels, of_numbers), names


def _report_results(
    results: Path,
    published: tuple[Path, ...],
    online_names: tuple[str, ...],
    out: Path | None,
    force: bool,
) -> None:
    """Make tables and diagrams of what bench has found."""
    # Pictures go to files: without this a screen might be looked for.
    os.environ.setdefault("MPLBACKEND", "agg")
    from lightwaves_aeon.benchmark.console import print_table
    from lightwaves_aeon.benchmark.figures import INSTALL
    from lightwaves_aeon.benchmark.measures import tasks_in, write_tables
    from lightwaves_aeon.benchmark.report import build, outputs, save
    from lightwaves_aeon.benchmark.store import Store

    folder = out or results / "report"
    done = []
    with shared.told_in_a_line(), shared.warnings_as_notes("left out"):
        if any(Store(results).runs()):
            write_tables(results)
        tasks = tasks_in(results)
        if (published or online_names) and "classification" not in tasks:
            raise ValueError(
                f"{results} has results of regressors alone, and accuracies are those "
                "of classifiers: leave out --published and --online"
            )
        for task in tasks:
            is_regression = task == "regression"
            own = folder / task if is_regression else folder
            others = (
                None if is_regression else _published(results, published, online_names)
            )
            found = build(results, others, task)
            shared.refuse_inputs(outputs(found, own), published)
            done.append((found, *save(found, own, force)))
    for found, page, has_diagrams in done:
        for title, name in {
            f"Means over {found.scope}": "summary",
            "Accuracy": "accuracy",
            "R2": "R2",
            "RMSE": "RMSE",
            "Published accuracies, and ours of the same data sets": "published",
        }.items():
            if name in found.tables:
                print_table(title, found.tables[name])
        if not found.failures.empty:
            click.echo("Some runs have failed; the report lists them.")
        if not has_diagrams:
            click.echo(f"There are no diagrams. To have them: {INSTALL}")
        click.echo(f"The report is {page}")


def _published(
    results: Path, published: Sequence[Path], online_names: Sequence[str]
) -> pd.DataFrame:
    """Put all published accuracies that are asked for into one table."""
    import pandas as pd

    from lightwaves_aeon.benchmark.measures import measures
    from lightwaves_aeon.benchmark.published import online
    from lightwaves_aeon.benchmark.published import published as read

    own = measures(results)
    parts = []
    for path in published:
        table, left_out = read(path)
        if left_out:
            click.echo(f"{path}: no accuracies, left out: {', '.join(left_out)}")
        source = "published" if len(published) == 1 else path.stem
        parts.append(table.add_suffix(f" ({source})"))
    if online_names:
        datasets, n_resamples = list(own["dataset"].unique()), own["resample"].nunique()
        parts.append(online(online_names, datasets, n_resamples).add_suffix(" (aeon)"))
    return pd.concat(parts, axis="columns") if parts else pd.DataFrame()
