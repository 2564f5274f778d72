"""From a table to a collection: cut, labelled, and with the recording of each case."""

from __future__ import annotations

__all__ = ["TableCollection", "collection_from_table"]

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from lightwaves_aeon.core.checks import TASKS, check_one_of
from lightwaves_aeon.tables.columns import Columns, Roles
from lightwaves_aeon.tables.files import columns_of_file
from lightwaves_aeon.tables.frames import columns_of_frame
from lightwaves_aeon.tables.labels import MIXED, MIXED_NUMBERS, labels_of
from lightwaves_aeon.tables.timeline import Timeline, timeline_of
from lightwaves_aeon.tables.windows import Windows, cut, samples_of, series_of

TIME_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
"""Seconds of the units that times may be counted in."""

MOST_MISSING = 0.9
"""Share of the time points of a whole recording, at most, that may be missing."""


@dataclass(frozen=True)
class TableCollection:
    """Cases of a table.

    Attributes
    ----------
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints), or list
        The series, float32 or float64, NaN where a sample is missing; a list of arrays
        of shape (n_channels, n_timepoints) where recordings differ in length.
    y : np.ndarray, shape (n_cases,), or None
        Labels, or numbers; None if no column of labels was named.
    groups : np.ndarray, shape (n_cases,)
        The recording of each case, for evaluations that keep recordings together; 0 if
        no column of recordings was named.
    channel_names : list of str
        Names of the channels.
    sampling_rate : float or None
        Samples per second; None without times.
    starts : np.ndarray, shape (n_cases,)
        Time of each case's first sample, as the table has it; without times the number
        of that sample in its recording.
    window, hop : int or None
        Time points of a case, and from the start of one to that of the next; None of
        whole recordings.
    """

    X: np.ndarray | list[np.ndarray]
    y: np.ndarray | None
    groups: np.ndarray
    channel_names: list[str]
    sampling_rate: float | None
    starts: np.ndarray
    window: int | None
    hop: int | None


def collection_from_table(
    table: Any,
    *,
    time: str | None = None,
    recording: str | None = None,
    label: str | None = None,
    channels: Sequence[str] | None = None,
    window: int | str | timedelta | None = None,
    hop: int | str | timedelta | None = None,
    sampling_rate: float | None = None,
    time_unit: str = "s",
    mixed: str | None = None,
    task: str = "classification",
) -> TableCollection:
    """Make a collection of the rows of a table, one case a recording or a window.

    Rows may be in any order; they are sorted by recording and time. Samples that are
    missing by their times become NaN.

    Parameters
    ----------
    table : pd.DataFrame, any table that narwhals knows, str or Path
        A row a sample. Tables of polars, Arrow and DuckDB take the extra ``data``. A
        path is that of a CSV or Parquet file, of which only the columns that matter are
        read; channels of CSV files are read in single precision.
    time : str, optional
        Column of times: dates, text by ISO 8601, or numbers. Without it, the samples
        of a recording follow each other in the order of the table.
    recording : str, optional
        Column that tells recordings apart. Without it, there is one.
    label : str, optional
        Column of labels, or of numbers to be predicted.
    channels : sequence of str, optional
        Columns of the channels; by default all others, but for an index of pandas that
        was written to a file without a name.
    window : int, str or timedelta, optional
        Length of a window, in samples (an int) or as a time such as ``"2s"``. Without
        it, each recording is one case.
    hop : int, str or timedelta, optional
        From the start of a window to that of the next; by default a window. Windows
        overlap if it is shorter.
    sampling_rate : float, optional
        Samples per second. By default that of the usual step from one time to the next;
        if both are given, they must agree.
    time_unit : {"s", "ms", "us", "ns"}, default="s"
        What times are counted in that are numbers.
    mixed : {"majority", "last", "drop", "refuse", "mean"}, optional
        The label of a case whose rows have several: the most frequent, of equally
        frequent ones the one that comes first in the table; that of the last row; or
        such cases are dropped, or an error. Numbers have "last", "mean" or "refuse". By
        default "refuse" for whole recordings; for windows "majority", and of numbers
        "last": what is known when the window is over. Rows without a label do not
        count, and a case without any label is left out.
    task : {"classification", "regression"}, default="classification"
        Whether labels are classes, or numbers to be predicted.

    Returns
    -------
    TableCollection
        Cases are in the order of recordings, as they first appear, and of time. Where
        as many samples as a window has are missing, windows begin anew after the gap.
        What is left over at the end of a recording is not used.

    Warns
    -----
    UserWarning
        If some recordings are too short for a window.

    Raises
    ------
    ValueError
        If a column is not there, or holds what it should not; a recording has a time
        twice; a case has several labels, and that is to be refused; there are too few
        rows; or times do not keep to the sampling rate.
    ImportError
        If the table takes a package that is not installed.
    TypeError
        If it is no table.

    Examples
    --------
    >>> import pandas as pd
    >>> from lightwaves_aeon import collection_from_table
    >>> log = pd.DataFrame(
    ...     {
    ...         "machine": ["A"] * 6 + ["B"] * 4,
    ...         "t": [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 0.0, 0.5, 1.0, 2.0],
    ...         "current": range(10),
    ...         "state": ["on"] * 6 + ["off"] * 4,
    ...     }
    ... )
    >>> cases = collection_from_table(
    ...     log, time="t", recording="machine", label="state", window="2s", hop="1s"
    ... )
    >>> cases.X.shape, cases.y.tolist(), cases.groups.tolist(), cases.starts.tolist()
    ((3, 1, 4), ['on', 'on', 'off'], ['A', 'A', 'B'], [0.0, 1.0, 0.0])
    >>> cases.X[2, 0].tolist(), cases.sampling_rate
    ([6.0, 7.0, 8.0, nan], 2.0)
    """
    check_one_of("task", task, TASKS)
    check_one_of("time_unit", time_unit, tuple(TIME_UNITS))
    of_numbers = task == "regression"
    if mixed is None:
        mixed = "refuse" if window is None else "last" if of_numbers else "majority"
    check_one_of("mixed", mixed, MIXED_NUMBERS if of_numbers else MIXED)
    if hop is not None and window is None:
        raise ValueError("hop is from one window to the next: give window, too")
    if sampling_rate is not None and not 0 < sampling_rate < np.inf:
        raise ValueError(
            f"sampling_rate must be a number of samples per second, got {sampling_rate}"
        )
    columns_of = columns_of_file if isinstance(table, str | Path) else columns_of_frame
    columns = columns_of(table, Roles(time, recording, label, channels, of_numbers))
    if columns.n_rows == 0:
        raise ValueError("there are too few rows: the table has none")
    timeline = timeline_of(columns, sampling_rate, TIME_UNITS[time_unit])
    rate = timeline.sampling_rate
    n_window = n_hop = None
    if window is not None:
        n_window = samples_of("window", window, rate)
        n_hop = n_window if hop is None else samples_of("hop", hop, rate)
    windows = cut(timeline, n_window, n_hop)
    if windows.n_short > 0:
        warnings.warn(
            f"{windows.n_short} recordings are not used: they have no {n_window} time "
            "points, those of a window, without a gap of that length",
            UserWarning,
            stacklevel=2,
        )
    y, windows = _labelled(columns, timeline, windows, mixed)
    if n_window is None:
        _refuse_mostly_missing(windows, timeline)
    # What is not needed any more makes room for the series.
    starts, groups = windows.starts(timeline), timeline.recordings[windows.recordings()]
    order, channel_names = timeline.order, [str(name) for name in columns.names]
    values = columns.channels
    del timeline, columns
    return TableCollection(
        X=series_of(windows, order, values),
        y=y,
        groups=groups,
        channel_names=channel_names,
        sampling_rate=rate,
        starts=starts,
        window=n_window,
        hop=n_hop,
    )


def _labelled(
    columns: Columns, timeline: Timeline, windows: Windows, mixed: str
) -> tuple[np.ndarray | None, Windows]:
    """Give the labels of the cases, and the cases that have one."""
    if columns.label is None:
        return None, windows
    y, kept = labels_of(columns.label, windows, timeline, mixed)
    if len(kept) == 0:
        raise ValueError(
            "no case has a label: the column of labels is empty there, or all cases "
            "have several"
        )
    return y, windows.of(kept)


def _refuse_mostly_missing(windows: Windows, timeline: Timeline) -> None:
    for part in windows.segments:
        n_missing = int(part.missing.sum())
        if n_missing > MOST_MISSING * part.n_timepoints:
            raise ValueError(
                f"the recording {timeline.recordings[part.recording]!s} would have "
                f"{part.n_timepoints} time points, {n_missing} of them missing: cut it "
                "into windows, or give it another name after the gap"
            )
