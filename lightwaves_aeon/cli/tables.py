"""What commands share that read tables: options, the cases, and what was predicted."""

from __future__ import annotations

__all__ = [
    "TableOptions",
    "TablePredictions",
    "cases_for",
    "fit_cases",
    "predicted_of_table",
    "read_cases",
    "table_options",
]

import csv
import warnings
from collections.abc import Callable
from functools import wraps
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from lightwaves_aeon.atomic import open_atomic
from lightwaves_aeon.cli import shared

if TYPE_CHECKING:
    import numpy as np

    from lightwaves_aeon.aeon.tasks import Estimator
    from lightwaves_aeon.tables import TableCollection

# Imports of pandas stand in the functions: help must not wait for them.

TIME_UNITS = ("s", "ms", "us", "ns")
MIXED = ("majority", "last", "mean", "drop", "refuse")


class TableOptions(NamedTuple):
    """What was said of a table; see ``collection_from_table``."""

    time: str | None = None
    time_unit: str | None = None
    recording: str | None = None
    label: str | None = None
    channels: tuple[str, ...] = ()
    window: int | str | None = None
    hop: int | str | None = None
    mixed: str | None = None

    def check_for(
        self, data: Path | None, labels: Path | None = None, is_fit: bool = False
    ) -> bool:
        """Tell whether data are a table, and refuse options that do not belong to them.

        Parameters
        ----------
        data : Path or None
            Where series are.
        labels : Path or None
            File of labels.
        is_fit : bool, default=False
            Whether there must be labels.

        Returns
        -------
        bool

        Raises
        ------
        UsageError
            If there are options of tables, but no table, or the other way round.
        """
        from lightwaves_aeon.tables.files import is_table_file

        if data is None or not is_table_file(data):
            given = [name for name, value in self._asdict().items() if value]
            if given:
                flag = f"--{given[0].replace('_', '-')}"
                raise click.UsageError(f"{flag} is for tables: CSV and Parquet files.")
            if is_fit and labels is None:
                raise click.UsageError("Missing option '--labels'.")
            return False
        if labels is not None:
            raise click.UsageError("--labels are of series: a table has --label.")
        if is_fit and self.label is None:
            raise click.UsageError("a table takes --label, its column of labels.")
        return True


class Span(click.ParamType):
    """A number of samples, or a length of time."""

    name = "span"

    def convert(self, value: Any, param: Any, ctx: Any) -> int | str:
        """Take digits for a number of samples."""
        return int(value) if str(value).isdecimal() else value


OPTIONS = {
    "recording": click.option(
        "--recording", help="Of a table: column that tells recordings apart."
    ),
    "time": click.option(
        "--time", help="Of a table: column of times, dates or numbers."
    ),
    "time_unit": click.option(
        "--time-unit",
        type=click.Choice(TIME_UNITS),
        help="Of a table: what times are counted in that are numbers. [default: s]",
    ),
    "label": click.option("--label", help="Of a table: column of labels."),
    "channels": shared.names_option(
        "--channels", help="Of a table: columns of the channels. [default: all others]"
    ),
    "window": click.option(
        "--window",
        type=Span(),
        help="Of a table: length of a window, in samples or as a time such as 2s; by "
        "default a recording is one case.",
    ),
    "hop": click.option(
        "--hop",
        type=Span(),
        help="Of a table: from the start of a window to that of the next, as --window. "
        "[default: a window]",
    ),
    "mixed": click.option(
        "--mixed",
        type=click.Choice(MIXED),
        help="Of a table: the label of a window whose rows have several. [default: "
        "majority; of numbers last]",
    ),
}


def table_options(command: Callable) -> Callable:
    """Give a command the options of tables, which it takes as one, ``table``.

    A command that has an option of the same name keeps its own.
    """

    @wraps(command)
    def run(**given: Any) -> Any:
        own = {name: given.pop(name) for name in added}
        return command(table=TableOptions(**own), **given)

    known = {parameter.name for parameter in getattr(run, "__click_params__", ())}
    added = [name for name in OPTIONS if name not in known]
    for name in reversed(added):
        run = OPTIONS[name](run)
    return run


def read_cases(
    data: Path,
    table: TableOptions,
    sampling_rate: float | None = None,
    task: str = "classification",
) -> TableCollection:
    """Read the cases of a table, and tell on stderr what is to be known of them.

    Parameters
    ----------
    data : Path
        The file.
    table : TableOptions
        What was said of it.
    sampling_rate : float, optional
        Samples per second.
    task : {"classification", "regression"}, default="classification"
        What labels are for.

    Returns
    -------
    TableCollection

    Raises
    ------
    ValueError, OSError, ImportError
        As ``collection_from_table`` does.
    """
    from lightwaves_aeon.tables import collection_from_table

    asked = {name: value for name, value in table._asdict().items() if value}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        cases = collection_from_table(
            data, **asked, sampling_rate=sampling_rate, task=task
        )
    for warning in told:
        click.echo(f"Note: {warning.message}", err=True)
    return cases


def cases_for(estimator: Estimator, data: Path, table: TableOptions) -> TableCollection:
    """Read the cases of a table as a model was fitted to them.

    Parameters
    ----------
    estimator : LightWaveSClassifier or LightWaveSRegressor
        Fitted. Channels, sampling rate and the length of a window are its own, unless
        others were given.
    data : Path
        The file.
    table : TableOptions
        What was said of it.

    Returns
    -------
    TableCollection

    Raises
    ------
    ValueError, OSError, ImportError
        As ``collection_from_table`` does, or if the number of channels is not that of
        the model.
    """
    from lightwaves_aeon.aeon.regressor import LightWaveSRegressor

    about = estimator.metadata_
    state = estimator._state
    if not table.channels and state.channel_names is not None:
        table = table._replace(channels=tuple(state.channel_names))
    if table.window is None and not about["unequal_length"]:
        table = table._replace(window=about["n_timepoints"])
    is_number = isinstance(estimator, LightWaveSRegressor)
    task = "regression" if is_number else "classification"
    cases = read_cases(data, table, state.sampling_rate, task)
    if len(cases.channel_names) != about["n_channels"]:
        raise ValueError(
            f"{data} gives cases of {len(cases.channel_names)} channels, "
            f"{', '.join(cases.channel_names)}, but the model was fitted to "
            f"{about['n_channels']}: name them by --channels"
        )
    return cases


def fit_cases(
    data: Path,
    table: TableOptions,
    task: str,
    sampling_rate: float | None,
    **parameters: Any,
) -> Estimator:
    """Fit a model to the cases of a table.

    Parameters
    ----------
    data : Path
        The file.
    table : TableOptions
        What was said of it, with a column of labels.
    task : {"classification", "regression"}
        What labels are for.
    sampling_rate : float or None
        Samples per second; None means as times have them.
    **parameters
        Those of `LightWaveSClassifier` or ``LightWaveSRegressor``.

    Returns
    -------
    LightWaveSClassifier or LightWaveSRegressor
        Fitted; it knows the channels by their columns, and the sampling rate.

    Raises
    ------
    ValueError, OSError, ImportError
        As ``collection_from_table`` and ``fit`` do.
    """
    from lightwaves_aeon.aeon.tasks import class_of

    cases = read_cases(data, table, sampling_rate, task)
    parameters |= {
        "channel_names": cases.channel_names,
        "sampling_rate": cases.sampling_rate,
    }
    return class_of(task)(**parameters).fit(cases.X, cases.y)


class TablePredictions(NamedTuple):
    """What was predicted of the cases of a table.

    Attributes
    ----------
    columns : dict of str to sequence
        A line a case: its recording, start and label.
    quality : str or None
        How good it is, where right labels are known.
    """

    columns: dict[str, Any]
    quality: str | None

    def as_text(self, delimiter: str) -> str:
        """Write a header, and a line a case."""
        text = StringIO()
        writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(zip(*self.columns.values(), strict=True))
        return text.getvalue()

    def tell(self, out: Path | None) -> None:
        """Write to a file, TSV by its name or else CSV; print what is not written."""
        if self.quality is not None:
            click.echo(self.quality)
        elif out is None:
            click.echo(self.as_text("\t"), nl=False)
        if out is not None:
            delimiter = "\t" if out.suffix.lower() == ".tsv" else ","
            with open_atomic(out) as file:
                file.write(self.as_text(delimiter).encode())


def predicted_of_table(
    estimator: Estimator,
    data: Path,
    table: TableOptions,
    coverage: float | None = None,
    with_probabilities: bool = False,
) -> TablePredictions:
    """Predict the cases of a table.

    Parameters
    ----------
    estimator : LightWaveSClassifier or LightWaveSRegressor
        Fitted.
    data : Path
        The file.
    table : TableOptions
        What was said of it.
    coverage : float or None
        Of a regressor: give intervals, too, in which this share of the numbers lies.
    with_probabilities : bool, default=False
        Of a classifier: give the probability of each class, too.

    Returns
    -------
    TablePredictions

    Raises
    ------
    ValueError, OSError, ImportError, TypeError
        As `cases_for` and ``predict`` do, or if a classifier is asked for intervals, or
        a regressor for probabilities.
    """
    from lightwaves_aeon.aeon.regressor import LightWaveSRegressor

    of_numbers = isinstance(estimator, LightWaveSRegressor)
    if coverage is not None and not of_numbers:
        raise TypeError("a classifier has no intervals: --interval is of regressors")
    if with_probabilities and of_numbers:
        raise TypeError("a regressor has no probabilities: --proba is of classifiers")
    cases = cases_for(estimator, data, table)
    columns: dict[str, Any] = {}
    if table.recording is not None:
        columns[table.recording] = cases.groups
    is_date = cases.starts.dtype.kind == "M"
    columns["start"] = (
        [_short(time) for time in cases.starts] if is_date else cases.starts
    )
    if table.label is not None:
        columns[table.label] = cases.y
    predicted = estimator.predict(cases.X)
    columns["predicted"] = predicted
    if coverage is not None:
        ends = estimator.predict_interval(cases.X, coverage)
        columns |= {"lower": ends[..., 0], "upper": ends[..., 1]}
    if with_probabilities:
        shares = estimator.predict_proba(cases.X)
        columns |= {f"P({c})": shares[:, i] for i, c in enumerate(estimator.classes_)}
    quality = None
    if cases.y is not None:
        quality = (
            f"{_quality(predicted, cases.y, of_numbers)} of {len(predicted)} cases"
        )
    return TablePredictions(columns, quality)


def _short(time: np.datetime64) -> str:
    """Give a date by ISO 8601, in no more digits than it takes."""
    text = str(time)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _quality(predicted: np.ndarray, y: np.ndarray, of_numbers: bool) -> str:
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    if not of_numbers:
        return f"accuracy {(predicted == y).mean():.4f}"
    rmse, mae = root_mean_squared_error(y, predicted), mean_absolute_error(y, predicted)
    return f"RMSE {rmse:.4g}, MAE {mae:.4g}, R2 {r2_score(y, predicted):.4f}"
