"""What commands share that read tables: options, and the cases."""

from __future__ import annotations

__all__ = [
    "TableOptions",
    "cases_for",
    "read_cases",
    "table_options",
]

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from lightwaves_aeon.cli import shared

if TYPE_CHECKING:
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

    @property
    def given(self) -> dict[str, Any]:
        """The options that were given."""
        of_all = self._asdict().items()
        return {name: value for name, value in of_all if value not in (None, ())}

    def check_for(
        self, data: Path | None, labels: Path | None = None, needs_label: bool = False
    ) -> bool:
        """Tell whether data are a table, and refuse options that do not belong to them.

        Parameters
        ----------
        data : Path or None
            Where series are.
        labels : Path or None
            File of labels.
        needs_label : bool, default=False
            Whether a table must have a column of labels.

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
            given = list(self.given)
            if given:
                flag = f"--{given[0].replace('_', '-')}"
                raise click.UsageError(f"{flag} is for tables: CSV and Parquet files.")
            return False
        if labels is not None:
            raise click.UsageError("--labels are of series: a table has --label.")
        if needs_label and self.label is None:
            raise click.UsageError("a table takes --label, its column of labels.")
        return True


def span(value: str) -> int | str:
    """Take digits for a number of samples, and all else for a length of time."""
    return int(value) if value.isdecimal() else value


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
        type=span,
        help="Of a table: length of a window, in samples or as a time such as 2s; by "
        "default a recording is one case.",
    ),
    "hop": click.option(
        "--hop",
        type=span,
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

    with shared.warnings_as_notes():
        return collection_from_table(
            data, **table.given, sampling_rate=sampling_rate, task=task
        )


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
