"""The command ``lightwaves evaluate``."""

from __future__ import annotations

__all__ = ["evaluate"]

import json
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from lightwaves_aeon.benchmark.classifiers import CLASSIFIERS, make
from lightwaves_aeon.cli import shared
from lightwaves_aeon.cli.evaluate_table import evaluate_table, split_option
from lightwaves_aeon.cli.tables import TableOptions, table_options
from lightwaves_aeon.core.checks import TASKS

if TYPE_CHECKING:
    from aeon.classification import BaseClassifier
    from aeon.regression import BaseRegressor

    from lightwaves_aeon.benchmark.console import RunProgress
    from lightwaves_aeon.benchmark.evaluation import RegressionResult, Result
    from lightwaves_aeon.storage.errors import DataFileError
    from lightwaves_aeon.storage.monster import MonsterDataset

# Imports of aeon, pandas and rich stand in the functions: help must not wait for them.

COSTS = {
    "fit s": "{fit_seconds:.2f}",
    "predict ms/case": "{predict_ms_per_case:.2f}",
    "features": "{kept_features}",
    "channels": "{kept_channels} of {all_channels}",
    "model kB": "{model_kb:.0f}",
}
CELLS = {
    "classifier": {
        "data set": "{dataset}",
        "classifier": "{classifier}",
        "accuracy": "{accuracy:.3f}",
        "balanced accuracy": "{balanced_accuracy:.3f}",
        **COSTS,
    },
    "regressor": {
        "data set": "{dataset}",
        "regressor": "{regressor}",
        "RMSE": "{rmse:.4g}",
        "MAE": "{mae:.4g}",
        "R2": "{r2:.3f}",
        **COSTS,
    },
}
"""Columns of the tables of classifiers and of regressors, and what is in them of a
row."""

MEAN = "mean"
"""What stands in the place of a fold in a row of means."""

Row = dict[str, Any]


class Part(NamedTuple):
    """What estimators are measured on: a data set, or a fold of one."""

    row: Row
    """The fields that name it."""

    task: str

    evaluate: Callable[[BaseClassifier | BaseRegressor], Result | RegressionResult]


@click.command(short_help="Measure LightWaveS on data sets.")
@click.argument("datasets", metavar="DATASET...", nargs=-1, required=True)
@shared.archive_option
@click.option(
    "--fold",
    "folds",
    type=click.IntRange(min=0),
    multiple=True,
    metavar="K",
    help="Fold of a data set in a folder; may be repeated. [default: all]",
)
@shared.variant_option(help="What features of LightWaveS may come from.")
@shared.features_option(
    help="Features that LightWaveS keeps; auto finds as few as predict about as well "
    "as any."
)
@shared.channels_option
@shared.selector_option
@shared.names_option(
    "--against",
    "rivals",
    choices=CLASSIFIERS,
    kind="rival",
    help="Classifiers, or regressors, to compare with, separated by commas",
)
@table_options
@click.option(
    "--sampling-rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Of a table: samples a second. [default: as times have them]",
)
@split_option
@click.option(
    "--task",
    type=click.Choice(TASKS),
    help="Of a table: whether labels are classes, or numbers to be predicted. "
    "[default: classification]",
)
@shared.jobs_option(help="Threads of every classifier; -1 means all processors.")
@shared.seed_option(help="Random state of every classifier.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of a table.")
def evaluate(
    datasets: tuple[str, ...],
    archive: Path | None,
    folds: tuple[int, ...],
    variant: str,
    n_features: int | str,
    max_channels: int | str | None,
    selector: str | None,
    rivals: tuple[str, ...],
    table: TableOptions,
    sampling_rate: float | None,
    split: str | None,
    task: str | None,
    n_jobs: int,
    random_state: int,
    as_json: bool,
) -> None:
    """Train LightWaveS on each DATASET, test it, and print accuracy and cost.

    A DATASET that the archive does not hold is loaded by aeon, which ships with some,
    such as BasicMotions, and downloads others once. On one whose labels are numbers to
    predict, such as Covid3Month, regressors are measured. One that is a folder of the
    MONSTER archive, with NAME_X.npy, NAME_y.npy and test_indices_fold_K.txt, is
    evaluated fold by fold, and LightWaveS reads its series in blocks. One that is a
    table, a CSV or Parquet file with a row a sample, is cross-validated: recordings
    are kept together unless --split says otherwise, and what a split at random by
    window would have shown stands beside.

    Times do not include compilation: every classifier is first fitted to a tiny
    generated problem. The time to predict is that of all test cases in one call, or, of
    a fold, in blocks; the size of a model is that of the pickled classifier. The time
    to fit to a fold includes that to read it.
    """
    from lightwaves_aeon.benchmark.console import RunProgress
    from lightwaves_aeon.benchmark.datasets import DataSetError
    from lightwaves_aeon.storage.errors import DataFileError
    from lightwaves_aeon.storage.monster import MonsterDataset

    asked = n_features, random_state, n_jobs
    more: dict[str, Any] = {"max_channels": max_channels, "selector": selector}
    classifiers = {"lightwaves": partial(make, variant.lower(), *asked, **more)}
    classifiers |= {rival: partial(make, rival, *asked) for rival in rivals}
    is_table = table.check_for(Path(datasets[0]))
    if is_table and (len(datasets) > 1 or folds or archive is not None):
        raise click.UsageError(
            "a table is evaluated alone, without --fold and --archive."
        )
    of_tables = {"--split": split, "--task": task, "--sampling-rate": sampling_rate}
    for flag, value in of_tables.items():
        if value is not None and not is_table:
            raise click.UsageError(f"{flag} is for tables: CSV and Parquet files.")
    shared.tell_of_compiling()
    if is_table:
        task = task or "classification"
        how = table, sampling_rate, split or "recording", task
        with shared.told_in_a_line():
            made = {name: make_one(task=task) for name, make_one in classifiers.items()}
            evaluate_table(Path(datasets[0]), *how, made, as_json)
        return
    folds = tuple(dict.fromkeys(folds))
    opened = _opened(datasets, folds)
    sizes = [
        len(folds or one.folds) if isinstance(one, MonsterDataset) else 1
        for one in opened
    ]
    rows: list[Row] = []
    n_failed = 0
    # Warnings are for whoever made the data; here they would bury the results.
    with (
        warnings.catch_warnings(action="ignore"),
        RunProgress(sum(sizes) * len(classifiers)) as progress,
    ):
        for dataset, one, n_parts in zip(datasets, opened, sizes, strict=True):
            progress.starts(f"{dataset}: loading")
            try:
                parts = _parts(dataset, one, archive, folds)
            except (DataSetError, DataFileError) as error:
                progress.tell(f"Error: {error}")
                progress.starts(dataset, n_done=n_parts * len(classifiers))
                n_failed += 1
                continue
            found: list[Row] = []
            for part in parts:
                results = _measure(part, classifiers, progress)
                found += results
                n_failed += len(classifiers) - len(results)
            rows += found
            if n_parts > 1:
                rows += _means(found, n_parts)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    elif rows:
        _print(rows)
    if n_failed:
        sys.exit(1)


def _opened(
    datasets: Sequence[str], folds: Sequence[int]
) -> list[MonsterDataset | DataFileError | None]:
    """Open the data sets that are in folders; None is for those that are not."""
    from lightwaves_aeon.storage.errors import DataFileError
    from lightwaves_aeon.storage.monster import is_monster, open_monster

    opened: list[MonsterDataset | DataFileError | None] = []
    for dataset in datasets:
        try:
            opened.append(open_monster(dataset) if is_monster(dataset) else None)
        except DataFileError as error:
            opened.append(error)
    if folds and None in opened:
        raise click.UsageError(
            f"{datasets[opened.index(None)]} has no folds: --fold is for folders of "
            "the MONSTER archive"
        )
    return opened


def _parts(
    dataset: str,
    opened: MonsterDataset | DataFileError | None,
    archive: Path | None,
    folds: Sequence[int],
) -> list[Part]:
    """Give what to measure on: the data set, or its folds."""
    from lightwaves_aeon.benchmark.datasets import is_regression, load
    from lightwaves_aeon.benchmark.evaluation import evaluate as measured
    from lightwaves_aeon.benchmark.folds import evaluate_fold

    if isinstance(opened, Exception):
        raise opened
    if opened is None:
        data = load(dataset, archive)
        task = "regression" if is_regression(data[1]) else "classification"
        return [Part({"dataset": dataset}, task, lambda one: measured(one, *data))]
    return [
        Part(
            {"dataset": opened.name, "fold": fold},
            "classification",
            partial(evaluate_fold, dataset=opened, fold=fold),
        )
        for fold in folds or opened.folds
    ]


def _measure(
    part: Part,
    classifiers: Mapping[str, Callable[..., BaseClassifier | BaseRegressor]],
    progress: RunProgress,
) -> list[Row]:
    """Give the rows of the classifiers that do not fail, and tell of those that do."""
    from lightwaves_aeon.storage.errors import DataFileError

    rows, title = [], _title(part.row)
    kind = "regressor" if part.task == "regression" else "classifier"
    for n_before, (name, make_one) in enumerate(classifiers.items()):
        text = f"{title}: {name}"
        progress.starts(text)
        try:
            result = part.evaluate(make_one(task=part.task))
        except DataFileError as error:  # which the others would meet, too
            progress.tell(f"Error: {title}: {error}")
            progress.starts(text, n_done=len(classifiers) - n_before)
            break
        except Exception as error:  # one must not cost the other results
            progress.tell(f"Error: {text}: {error}")
        else:
            rows.append({**part.row, kind: name, **asdict(result)})
        progress.starts(text, n_done=1)
    return rows


def _title(row: Row) -> str:
    """Name a data set, a fold of it, or the mean of all."""
    if "fold" not in row:
        return row["dataset"]
    fold = row["fold"]
    return f"{row['dataset']}, {fold if fold == MEAN else f'fold {fold}'}"


def _means(rows: Sequence[Row], n_folds: int) -> Iterator[Row]:
    """Give the means over folds, of the classifiers that have not failed in any."""
    from lightwaves_aeon.benchmark.evaluation import Result

    for name in dict.fromkeys(row["classifier"] for row in rows):
        own = [row for row in rows if row["classifier"] == name]
        if len(own) == n_folds:
            results = {
                field.name: _mean([row[field.name] for row in own])
                for field in fields(Result)
            }
            yield {**own[0], "fold": MEAN, **results}


def _mean(values: Sequence[float | None]) -> float | None:
    """Give the mean, if all are known; that of equal numbers is the same number."""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    return known[0] if len(set(known)) == 1 else sum(known) / len(known)


def _print(rows: Sequence[Row]) -> None:
    """Print a table of classifiers and one of regressors, if there are any."""
    import pandas as pd

    from lightwaves_aeon.benchmark.console import print_table

    titled = [{**row, "dataset": _title(row), **_counts(row)} for row in rows]
    of_kinds = {kind: [row for row in titled if kind in row] for kind in CELLS}
    tables = {
        kind: [{k: v.format(**row) for k, v in CELLS[kind].items()} for row in own]
        for kind, own in of_kinds.items()
        if own
    }
    for number, cells in enumerate(tables.values()):
        if number > 0:
            click.echo()
        print_table("", pd.DataFrame(cells).set_index("data set"), n_texts=2)


def _counts(row: Row) -> dict[str, str]:
    """Put into words what may be unknown, or a mean."""
    counts = {name: row[name] for name in ("kept_features", "kept_channels")}
    return {
        name: "?" if count is None else f"{count:.1f}".removesuffix(".0")
        for name, count in counts.items()
    }
