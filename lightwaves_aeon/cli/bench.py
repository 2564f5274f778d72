"""The command for whole archives: ``lightwaves bench``."""

from __future__ import annotations

__all__ = ["bench"]

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lightwaves_aeon.benchmark.classifiers import CLASSIFIERS, refuse_auto, title_of
from lightwaves_aeon.cli import shared
from lightwaves_aeon.cli.shared import COUNT, FOLDER

if TYPE_CHECKING:
    from lightwaves_aeon.benchmark.runs import Task
    from lightwaves_aeon.benchmark.store import Store

# Imports of aeon, pandas and rich stand in the functions: help must not wait for them.

INTERRUPTED = 130
"""Exit status that shells give to what Ctrl-C has ended."""


@click.command(short_help="Run classifiers over an archive of data sets.")
@shared.archive_option
@shared.names_option(
    "--datasets",
    metavar="uea|ucr|tser|NAMES",
    required=True,
    help="Names of data sets, separated by commas, or all of the UEA or UCR archive, "
    "or of TSER, the one for regression, that the folder holds.",
)
@shared.names_option(
    "--classifiers",
    choices=CLASSIFIERS,
    kind="classifier",
    default=("plus,l1l2,rocket,minirocket",),
    help="Separated by commas",
)
@click.option(
    "--resamples",
    type=COUNT,
    default=1,
    help="Splits of each data set: the default one, and more drawn by class, or of "
    "all cases where labels are numbers.",
)
@click.option("--out", type=FOLDER, required=True, help="Folder for the results.")
@click.option(
    "--jobs",
    type=COUNT,
    default=1,
    help="Runs at a time, each in one thread of a process of its own.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="End and skip a run that takes longer to fit and predict.",
)
@shared.features_option(
    help="Features that LightWaveS keeps; another number shows in its name, and auto "
    "finds as few as predict about as well as any.",
)
@click.option(
    "--train-files",
    is_flag=True,
    help="Cross-validate on the training cases, too, for the trainResample files of "
    "tsml-eval. Takes about ten times as long.",
)
def bench(
    archive: Path | None,
    datasets: tuple[str, ...],
    classifiers: tuple[str, ...],
    resamples: int,
    out: Path,
    jobs: int,
    time_limit: float | None,
    n_features: int | str,
    train_files: bool,
) -> None:
    """Run classifiers over data sets and resamples, and keep every result.

    On a data set whose labels are numbers, the regressor of the same method is run.
    Resamples and files are those of aeon and tsml-eval: predictions are in
    CLASSIFIER/Predictions/DATASET/testResampleI.csv below the folder, tables in
    classification/MEASURE/ and regression/MEASURE/. The seed of a classifier or
    regressor is the number of the resample.

    Finished runs are skipped: after a crash or Ctrl-C give the same command again. A
    run that fails is noted beside where its result would be, and tried again next time;
    the exit status is then 1. Of the classifiers, LightWaveS alone accepts series of
    unequal length.
    """
    from lightwaves_aeon.benchmark.runs import Task, dataset_names
    from lightwaves_aeon.benchmark.store import Run, Store

    names, missing = dataset_names(datasets, archive)
    if missing:
        click.echo(f"{len(missing)} data sets of the list are not in {archive}.")
    if archive is None:
        names = _without_those_away(names, datasets)
    if not names or not classifiers:
        raise click.UsageError("there is nothing to run")
    titles: dict[str, str] = {}
    for name in classifiers:  # two of one title are the same
        titles.setdefault(title_of(name, n_features), name)
    options = n_features, archive, train_files
    tasks = [
        Task(Run(title, dataset, resample), name, *options)
        for dataset in names
        for resample in range(resamples)
        for title, name in titles.items()
    ]
    store = Store(out)
    with shared.told_in_a_line():
        if n_features == "auto":
            refuse_auto(classifiers)
        lock = store.lock()
    with lock:
        n_failed = _run_all(store, tasks, jobs, time_limit)
    if n_failed:
        click.echo(
            f"{n_failed} runs have failed; the same command tries them again.", err=True
        )
        sys.exit(1)


def _without_those_away(names: list[str], asked: Sequence[str]) -> list[str]:
    """Leave out sets of a list that aeon would have to download, if it cannot."""
    from lightwaves_aeon.benchmark.datasets import DataSetError, is_at_hand, load_split

    away = [name for name in names if name not in asked and not is_at_hand(name)]
    if not away:
        return names
    try:
        load_split(away[0], "train")
    except DataSetError as error:
        click.echo(
            f"{len(away)} data sets of the list are not on this machine, and are left "
            f"out: --archive names the folder they are in. {error}",
            err=True,
        )
        return [name for name in names if name not in away]
    return names


def _run_all(
    store: Store, tasks: Sequence[Task], jobs: int, time_limit: float | None
) -> int:
    """Do the runs that are not done, keep their results, and count those that fail."""
    from lightwaves_aeon.benchmark.console import RunProgress
    from lightwaves_aeon.benchmark.measures import write_tables
    from lightwaves_aeon.benchmark.workers import Failure, run_all

    out, n_failed = store.folder, 0
    try:
        store.clean()
        to_do = [task for task in tasks if not store.is_done(task.run, task.with_train)]
        click.echo(f"{len(tasks)} runs, {len(tasks) - len(to_do)} of them done before.")
        if to_do:
            shared.tell_of_compiling()
        with (
            RunProgress(len(to_do)) as progress,
            closing(run_all(to_do, jobs, time_limit)) as results,
        ):
            for task, result in results:
                if isinstance(result, Failure):
                    n_failed += 1
                    store.fail(task.run, *result)
                else:
                    store.write(task.run, result)
                progress.done(task.run, result)
        if n_failed < len(tasks):
            write_tables(out)
            click.echo(f"Results are in {out}; lightwaves report {out} shows them.")
    except KeyboardInterrupt:
        click.echo(
            f"Interrupted. What is done is kept in {out}; give the same command again "
            "to go on.",
            err=True,
        )
        sys.exit(INTERRUPTED)
    return n_failed
