"""Models of tables: fitted to their cases, and what they predict of them."""

from __future__ import annotations

__all__ = ["TablePredictions", "fit_cases", "predicted_of_table"]

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from lightwaves_aeon.atomic import open_atomic
from lightwaves_aeon.cli import shared
from lightwaves_aeon.cli.tables import TableOptions, cases_for, read_cases

if TYPE_CHECKING:
    import numpy as np

    from lightwaves_aeon.aeon.tasks import Estimator

OUTPUTS = ("start", "predicted", "lower", "upper")
"""Columns beside the recording, the label and the probabilities."""

# Imports of aeon and scikit-learn stand in the functions: help must not wait for them.


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
    parameters["channel_names"] = cases.channel_names
    parameters["sampling_rate"] = cases.sampling_rate
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

    def tell(self, out: Path | None) -> None:
        """Write to a file, TSV by its name or else CSV; print what is not written."""
        rows = [self.columns, *zip(*self.columns.values(), strict=True)]
        if self.quality is not None:
            click.echo(self.quality)
        elif out is None:
            click.echo(shared.delimited(rows), nl=False)
        if out is not None:
            delimiter = "\t" if out.suffix.lower() == ".tsv" else ","
            with open_atomic(out) as file:
                file.write(shared.delimited(rows, delimiter).encode())


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
    for name in {table.recording, table.label} & set(OUTPUTS):
        raise ValueError(
            f"{data}: {name!r} is the name of a column that is written, too: rename it"
        )
    cases = cases_for(estimator, data, table)
    columns: dict[str, Any] = {}
    if table.recording is not None:
        columns[table.recording] = cases.groups
    is_date = cases.starts.dtype.kind == "M"
    columns["start"] = list(map(_short, cases.starts)) if is_date else cases.starts
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
    quality = None if cases.y is None else _quality(predicted, cases.y, of_numbers)
    return TablePredictions(columns, quality)


def _short(time: np.datetime64) -> str:
    """Give a date by ISO 8601, in no more digits than it takes."""
    text = str(time)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _quality(predicted: np.ndarray, y: np.ndarray, of_numbers: bool) -> str:
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    from lightwaves_aeon.core.targets import labels_of_type

    if of_numbers:
        rmse = root_mean_squared_error(y, predicted)
        mae, r2 = mean_absolute_error(y, predicted), r2_score(y, predicted)
        text = f"RMSE {rmse:.4g}, MAE {mae:.4g}, R2 {r2:.4f}"
    else:
        right = predicted == labels_of_type(y, predicted)
        text = f"accuracy {right.mean():.4f}"
    return f"{text} of {len(predicted)} cases"
