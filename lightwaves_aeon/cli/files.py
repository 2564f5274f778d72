"""The commands that go from files to files: ``fit``, ``predict``, ``transform``."""

from __future__ import annotations

__all__ = ["fit", "predict", "transform"]

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from math import isnan
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from lightwaves_aeon.atomic import open_atomic
from lightwaves_aeon.cli import shared
from lightwaves_aeon.cli.shared import ARRAY, COUNT, FILE
from lightwaves_aeon.cli.table_models import fit_cases, predicted_of_table
from lightwaves_aeon.cli.tables import TableOptions, cases_for, table_options
from lightwaves_aeon.core.checks import MISSING_VALUES, TASKS
from lightwaves_aeon.core.parallel.backends import BACKENDS

if TYPE_CHECKING:
    import numpy as np

    from lightwaves_aeon.core.parallel.threads import Threads
    from lightwaves_aeon.core.progress import Track

# Imports of aeon stand in the functions below: help must not wait for them.

LAUNCHERS = ("PMI_SIZE", "PMIX_RANK", "OMPI_COMM_WORLD_SIZE")
"""What mpiexec and srun set in the environment of the processes that they start."""

data_option = click.option(
    "--data",
    required=True,
    type=ARRAY,
    help="Series, shape (cases, channels, points): .npy file, HDF5 file or Zarr folder,"
    " of whose arrays FILE::NAME names one; or a table, a CSV or Parquet file.",
)
backend_option = click.option(
    "--backend",
    type=click.Choice(list(BACKENDS)),
    help="Where to work. [default: mpi under mpiexec or srun, else threads]",
)
threads_option = shared.jobs_option(
    help="Threads of each process; -1 means all processors."
)


@click.command(short_help="Fit a model to series in a file.")
@data_option
@click.option(
    "--labels",
    type=ARRAY,
    help="Labels, one per case, in files as for --data; a table has --label.",
)
@table_options
@click.option(
    "--task",
    type=click.Choice(TASKS),
    default="classification",
    help="Whether labels are classes, or numbers to be predicted.",
)
@click.option("--out", required=True, type=FILE, help="File to write the model to.")
@shared.variant_option(help="What features may come from; plus is the most accurate.")
@shared.features_option(
    help="Features to keep; auto finds as few as predict about as well as any."
)
@click.option(
    "--max-dilation",
    type=COUNT,
    help="Largest dilation, in time points. [default: 32; for plus, a quarter of the "
    "median length]",
)
@shared.channels_option
@shared.selector_option
@click.option(
    "--missing-values",
    type=click.Choice(MISSING_VALUES),
    default="allow",
    help="Whether NaN stands for a value that was not observed, or is an error.",
)
@click.option(
    "--augment-missing",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.0,
    help="Share of the values, at most, that augmented cases lose.",
)
@shared.names_option(
    "--channel-names",
    help="Names of the channels, separated by commas, one each.",
)
@click.option(
    "--sampling-rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Time points a second; inspect tells seconds then.",
)
@shared.seed_option(help="Draws the cases on which features are selected.")
@backend_option
@threads_option
@shared.force_option
def fit(
    data: Path,
    labels: Path | None,
    table: TableOptions,
    out: Path,
    backend: str | None,
    force: bool,
    channel_names: tuple[str, ...],
    **parameters: Any,
) -> None:
    """Fit LightWaveS to series in a file, and write a model file.

    The series are never all in memory: each process reads its share of the channels or,
    with more than 16,384 cases, a sample, and then its share of the cases in blocks.
    Under mpiexec all processes fit one model together. A model file of that name is
    replaced, any other file only with --force.

    A table, a CSV or Parquet file with one row per sample, is cut into recordings or
    windows, all of which are in memory: --data log.csv --recording machine --time t
    --label state --window 2s --hop 1s.
    """
    start = perf_counter()
    is_table = table.check_for(data, labels, needs_label=True)
    if is_table and channel_names:
        raise click.UsageError("the channels of a table have names: --channels.")
    if not is_table and labels is None:
        raise click.UsageError("Missing option '--labels'.")
    with _together(backend) as (processes, name):
        from lightwaves_aeon.aeon.files import fit_files
        from lightwaves_aeon.benchmark.memory import PeakMemory
        from lightwaves_aeon.core.parallel.mpi import bytes_moved
        from lightwaves_aeon.export.model_file import is_model_file

        # Before the work, which may take hours.
        processes.on_root(
            lambda: shared.check_output(out, [data, labels], is_model_file, force)
        )
        parameters |= {"backend": name, "verbose": int(sys.stderr.isatty())}
        with PeakMemory() as peak:
            if is_table:
                estimator = fit_cases(data, table, **parameters)
            elif labels is not None:
                names = list(channel_names) or None
                estimator = fit_files(data, labels, channel_names=names, **parameters)
        processes.on_root(lambda: estimator.save(out))
        costs = processes.gather((peak.bytes, bytes_moved()))
    if processes.is_root:
        channels = estimator.channels_
        click.echo(
            f"{out}: {estimator.estimator_.n_features_in_} features of "
            f"{len(channels)} of {estimator.metadata_['n_channels']} channels; "
            f"{_spent(start, costs)}"
        )


@click.command(short_help="Predict labels, or numbers, of series in a file.")
@click.argument("model", type=FILE)
@data_option
@click.option(
    "--out",
    type=FILE,
    help="File for the labels: .npy, or of a table CSV, or TSV if its name ends in "
    ".tsv; without, they are printed.",
)
@click.option(
    "--labels",
    type=ARRAY,
    help="The right labels, which a table has by --label: the accuracy is printed in "
    "place of labels; of numbers RMSE, MAE and R2.",
)
@table_options
@shared.interval_option
@click.option(
    "--proba",
    is_flag=True,
    help="Probabilities of the classes in place of labels, a column a class, in the "
    "order of the classes, which the line above what is printed names.",
)
@backend_option
@threads_option
@shared.force_option
def predict(
    model: Path,
    data: Path,
    out: Path | None,
    labels: Path | None,
    table: TableOptions,
    interval: float | None,
    proba: bool,
    backend: str | None,
    n_jobs: int,
    force: bool,
) -> None:
    """Predict the labels of series in a file with a MODEL file.

    A model of a regression predicts numbers, with --interval three of each: the number,
    the lower and the upper end. Few series are in memory at a time. Under mpiexec each
    process predicts its share of the cases. A file that is there already is replaced
    with --force only.

    Of a table, a CSV or Parquet file, each case has a line with its recording, the time
    at which it starts and the label; --proba adds the probability of each class.
    Channels, sampling rate and length of a window are those of the model, unless others
    are given; with --label, cases without a label are left out.
    """
    is_table = table.check_for(data, labels)
    is_compared = labels is not None or table.label is not None
    if interval is not None and is_compared and out is None:
        raise click.UsageError(
            "--interval adds ends to the predictions, which --labels has not printed: "
            "give --out, too."
        )
    if proba and (labels is not None or interval is not None):
        other = "--labels" if interval is None else "--interval"
        raise click.UsageError(f"--proba has no labels for {other}.")
    with _together(backend) as (processes, name):
        if out is not None:
            inputs = model, data, labels
            processes.on_root(lambda: shared.check_output(out, inputs, force=force))
        from lightwaves_aeon.aeon.files import predict_files
        from lightwaves_aeon.aeon.load import load_model_file
        from lightwaves_aeon.aeon.regressor import LightWaveSRegressor

        estimator = load_model_file(model, n_jobs)
        if is_table:
            of_table = predicted_of_table(estimator, data, table, interval, proba)
            processes.on_root(lambda: of_table.tell(out))
            return
        how = _progress(processes), interval, proba
        found = predict_files(estimator, data, name, *how)
        lines: Iterable[str] = ()
        if labels is not None:
            of_numbers = isinstance(estimator, LightWaveSRegressor)
            predicted = found if interval is None else found[..., 0]
            lines = [_compared(predicted, labels, data, of_numbers)]
        elif out is None:
            lines = _lines([estimator.classes_, *found] if proba else found)
        processes.on_root(lambda: _write(lines, found, out))


@click.command(short_help="Compute features of series in a file.")
@click.argument("model", type=FILE)
@data_option
@table_options
@click.option(
    "--out",
    required=True,
    type=FILE,
    help=".npy file for the features, one row per case.",
)
@backend_option
@threads_option
@shared.force_option
def transform(
    model: Path,
    data: Path,
    table: TableOptions,
    out: Path,
    backend: str | None,
    n_jobs: int,
    force: bool,
) -> None:
    """Write the features of series in a file, by a MODEL file.

    Few series are in memory at a time. Under mpiexec each process writes its share of
    the cases. A file that is there already is replaced with --force only. The cases of
    a table are those that predict lists.
    """
    is_table = table.check_for(data)
    with _together(backend) as (processes, name):
        inputs = model, data
        processes.on_root(lambda: shared.check_output(out, inputs, force=force))
        from lightwaves_aeon.aeon.files import transform_files
        from lightwaves_aeon.aeon.load import load_model_file

        estimator = load_model_file(model, n_jobs)
        if is_table:
            X = cases_for(estimator, data, table).X
            features = estimator.pipeline_[0].transform(X)
            processes.on_root(lambda: _save(features, out))
            return
        transform_files(estimator, data, out, name, _progress(processes))


def _progress(processes: Threads) -> Track:
    """Show progress, and the time left, where a person looks on."""
    from lightwaves_aeon.core.progress import no_progress
    from lightwaves_aeon.estimators.fitting import progress_bar

    shows = sys.stderr.isatty() and processes.is_root
    return progress_bar if shows else no_progress


@contextmanager
def _together(backend: str | None) -> Iterator[tuple[Threads, str]]:
    """Make the backend; what any process fails of, the first one tells, and all end."""
    from lightwaves_aeon.core.parallel.backends import make_backend

    launched = any(variable in os.environ for variable in LAUNCHERS)
    name = backend or ("mpi" if launched else "threads")
    with shared.told_in_a_line():
        processes = make_backend(name)
    try:
        with processes.collective():
            if processes.is_root:
                shared.tell_of_compiling()
            yield processes, name
    except BrokenPipeError:  # whoever reads the labels has seen enough
        raise
    except (ValueError, TypeError, OSError, MemoryError) as error:
        reason = f"Error: {error}"
        # All wait for it: mpiexec may kill the others when one ends in failure.
        processes.on_root(lambda: click.echo(reason, err=True))
        sys.exit(1)


def _spent(start: float, costs: Sequence[tuple[float, int]]) -> str:
    memory, moved = zip(*costs, strict=True)
    text = f"{perf_counter() - start:.1f} s; peak memory {_megabytes(memory)}"
    if len(costs) == 1:
        return text
    return f"{text} a rank, {len(costs)} ranks; moved {_megabytes(moved)} a rank"


def _megabytes(figures: Sequence[float]) -> str:
    if any(map(isnan, figures)):
        return "not known"
    low, high = (f"{figure / 1e6:.0f}" for figure in (min(figures), max(figures)))
    return f"{low} MB" if low == high else f"{low} to {high} MB"


def _compared(found: np.ndarray, labels: Path, data: Path, of_numbers: bool) -> str:
    """Say how good predictions are."""
    from lightwaves_aeon.aeon.files import accuracy_of, errors_of

    if of_numbers:
        rmse, mae, r2 = errors_of(found, labels, data)
        text = f"RMSE {rmse:.4g}, MAE {mae:.4g}, R2 {r2:.4f}"
    else:
        text = f"accuracy {accuracy_of(found, labels, data):.4f}"
    return f"{text} of {len(found)} cases"


def _lines(rows: Iterable) -> Iterator[str]:
    import numpy as np

    return ("\t".join(map(str, np.ravel(row))) for row in rows)


def _write(lines: Iterable[str], found: np.ndarray, out: Path | None) -> None:
    for line in lines:
        click.echo(line)
    if out is not None:
        _save(found, out)


def _save(array: np.ndarray, out: Path) -> None:
    import numpy as np

    # NumPy would write to the file itself, which a pipe has no place for.
    content = BytesIO()
    np.save(content, array)
    with open_atomic(out) as file:
        file.write(content.getvalue())
