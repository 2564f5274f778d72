"""What the runs of a folder come to, as tables that aeon's loaders read."""

from __future__ import annotations

__all__ = [
    "MEASURES",
    "MEASURES_OF_NUMBERS",
    "load_results",
    "measures",
    "tasks_in",
    "write_tables",
]

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import (
    log_loss,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    r2_score,
    recall_score,
    roc_auc_score,
    root_mean_squared_error,
)

from lightwaves_aeon.benchmark.classifiers import CLASSIFIERS
from lightwaves_aeon.benchmark.store import (
    ResultFileError,
    Run,
    RunResult,
    Store,
    write_whole,
)

COSTS = ("fittime", "predicttime", "casetime", "features", "channels")
"""Milliseconds to fit, to predict all test cases and to predict one of them, features
and channels kept."""

MEASURES = ("accuracy", "balacc", "auroc", "logloss", *COSTS)
"""Accuracy, balanced accuracy, AUROC, log-loss, and costs."""

ERRORS: dict[str, Callable[..., float]] = {
    "rmse": root_mean_squared_error,
    "mae": mean_absolute_error,
    "r2": r2_score,
    "mse": mean_squared_error,
    "mape": mean_absolute_percentage_error,
}
"""How far numbers are off, computed of the true ones and those predicted."""

MEASURES_OF_NUMBERS = (*ERRORS, *COSTS)
"""Root of the mean squared error, mean absolute error, R2, mean squared error and mean
absolute percentage error, and costs."""

OF_TASK = {"classification": MEASURES, "regression": MEASURES_OF_NUMBERS}

KEYS = list(Run._fields)


def load_results(folder: str | Path, measure: str = "accuracy") -> pd.DataFrame:
    r"""Load what classifiers or regressors have achieved, to be set beside others.

    Parameters
    ----------
    folder : str or Path
        What ``lightwaves bench`` has written: with the files of the runs, or with the
        tables in ``classification/MEASURE/`` and ``regression/MEASURE/`` alone.
    measure : str, default="accuracy"
        Of classifiers ``"accuracy"``, ``"balacc"`` (balanced accuracy), ``"auroc"`` or
        ``"logloss"``; of regressors ``"rmse"``, ``"mae"``, ``"r2"``, ``"mse"`` or
        ``"mape"``; of both ``"fittime"`` and ``"predicttime"`` (milliseconds),
        ``"casetime"`` (milliseconds to predict a case), ``"features"`` or
        ``"channels"`` (kept ones).

    Returns
    -------
    pd.DataFrame
        Means over the resamples: a row for each data set, a column for each classifier,
        NaN where there is no result.

    Raises
    ------
    ValueError
        If there is no such measure, or the folder has no results.

    Examples
    --------
    >>> import tempfile
    >>> from lightwaves_aeon.benchmark import load_results
    >>> from lightwaves_aeon.benchmark.store import write_whole
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "classification", "accuracy", "Mine_accuracy.csv")
    ...     write_whole(file, "Resamples:,0,1\nERing,0.9,1.0\n")
    ...     print(load_results(folder).loc['ERing', 'Mine'])
    0.95

    aeon's own loaders know the classifiers from then on. The columns go into its
    diagrams::

        results = load_results("results")
        plot_critical_difference(results.to_numpy(), list(results.columns))
    """
    known = dict.fromkeys((*MEASURES, *MEASURES_OF_NUMBERS))
    if measure not in known:
        raise ValueError(
            f"there is no measure {measure!r}; choose from {', '.join(known)}"
        )
    frames = _frames(Path(folder))
    parts = [frame for task, frame in frames.items() if measure in OF_TASK[task]]
    if not parts:
        raise ValueError(f"{folder}: there are no results that have the {measure}")
    frame = pd.concat(parts)
    table = frame.pivot_table(measure, "dataset", "classifier", dropna=False)
    for name in table.columns:
        _known_to_aeon(name)
    return table


def measures(folder: Path, task: str = "classification") -> pd.DataFrame:
    """Compute all measures of all runs in a folder.

    Parameters
    ----------
    folder : Path
        With the files of runs; without any, the tables there are read in their place.
    task : {"classification", "regression"}, default="classification"
        The runs to look at.

    Returns
    -------
    pd.DataFrame
        A row for each run: ``classifier``, ``dataset``, ``resample``, and a column for
        each of `MEASURES`, or `MEASURES_OF_NUMBERS`.

    Raises
    ------
    ValueError
        If there are no results.

    Warns
    -----
    UserWarning
        If a result cannot be read; it is left out.
    """
    frames = _frames(folder)
    if task not in frames:
        raise ValueError(f"{folder}: there are no results of {task}")
    return frames[task]


def tasks_in(folder: Path) -> list[str]:
    """List the tasks that there are results of, as `measures` reads them.

    Parameters
    ----------
    folder : Path
        As of `measures`.

    Returns
    -------
    list of str
        At least one.

    Raises
    ------
    ValueError
        If there are no results.
    """
    return list(_frames(folder))


def _frames(folder: Path) -> dict[str, pd.DataFrame]:
    """Give the measures of each task that there are runs of, one at least."""
    store = Store(folder)
    rows: dict[str, list[dict]] = {task: [] for task in OF_TASK}
    for run in store.runs():
        try:
            found = store.read(run)
            measures = pd.Series(_measures_of(found), dtype=float)
        except (OSError, ResultFileError) as error:
            warnings.warn(f"left out: {error}", stacklevel=3)
        except ValueError as error:  # of what scikit-learn or pandas cannot use
            warnings.warn(f"left out: {store.path(run)}: {error}", stacklevel=3)
        else:
            task = "regression" if found.probabilities is None else "classification"
            rows[task].append({**run._asdict(), **measures})
    frames = {}
    for task, names in OF_TASK.items():
        if any(rows.values()):
            frame = pd.DataFrame(rows[task], columns=[*KEYS, *names])
        else:
            frame = _read_tables(folder, task)
        if not frame.empty:
            frames[task] = frame.sort_values(KEYS, ignore_index=True)
    if not frames:
        raise ValueError(f"{folder}: there are no results")
    return frames


def write_tables(folder: Path) -> None:
    """Write the tables that aeon's ``get_estimator_results`` reads.

    They lie in ``classification/MEASURE/CLASSIFIER_MEASURE.csv``, a row for each data
    set, a column for each resample, so that ``get_estimator_results("ROCKET",
    path=folder)`` finds them; those of regressors lie in ``regression``. aeon loads the
    names in its ``NAME_ALIASES`` alone, to which `load_results` adds those that it
    finds.

    Parameters
    ----------
    folder : Path
        With the files of runs.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from aeon.benchmarking.results_loaders import get_estimator_results
    >>> from lightwaves_aeon.benchmark.measures import write_tables
    >>> from lightwaves_aeon.benchmark.store import RunResult, Run, Store
    >>> y = np.array([0, 1, 1, 0])
    >>> found = RunResult(y, y, np.eye(2)[y], 12.5, 3.0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Store(Path(folder)).write(Run("ROCKET", "ERing", 0), found)
    ...     write_tables(Path(folder))
    ...     scores = get_estimator_results("ROCKET", path=folder)
    >>> print(scores["ROCKET"]["ERing"])
    1.0
    """
    for task, frame in _frames(folder).items():
        for classifier, rows in frame.groupby("classifier"):
            name = _known_to_aeon(str(classifier))
            for measure in OF_TASK[task]:
                table = rows.pivot(index="dataset", columns="resample", values=measure)
                path = folder / task / measure / f"{name}_{measure}.csv"
                if table.isna().all(axis=None):
                    path.unlink(missing_ok=True)
                else:
                    write_whole(path, table.to_csv(index_label="Resamples:"))


def _known_to_aeon(classifier: str) -> str:
    """Give aeon's name of a classifier, MR of MultiROCKET, which it then knows."""
    from aeon.benchmarking.results_loaders import NAME_ALIASES, estimator_alias

    try:
        return estimator_alias(classifier)
    except ValueError:
        NAME_ALIASES[classifier] = []
        return classifier


def _read_tables(folder: Path, task: str) -> pd.DataFrame:
    titles = {_known_to_aeon(e.title): e.title for e in CLASSIFIERS.values()}
    parts = []
    for path in sorted(folder.glob(f"{task}/*/*.csv")):
        name, _, measure = path.stem.rpartition("_")
        try:
            table = pd.read_csv(path).rename(columns={"Resamples:": "dataset"})
            part = table.melt("dataset", var_name="resample").dropna()
            part = part.astype({"resample": int, "value": float})
        except (OSError, ValueError, KeyError) as error:
            warnings.warn(f"left out: {path}: {error}", stacklevel=4)
        else:
            classifier = titles.get(name, name)
            parts.append(part.assign(classifier=classifier, measure=measure))
    if not parts:
        return pd.DataFrame()
    table = pd.concat(parts).pivot(index=KEYS, columns="measure", values="value")
    return table.reindex(columns=OF_TASK[task]).reset_index().rename_axis(columns=None)


def _measures_of(outcome: RunResult) -> dict[str, Any]:
    y_true, y_pred, shares = outcome.y_true, outcome.y_pred, outcome.probabilities
    figures = {
        "fittime": outcome.fit_ms,
        "predicttime": outcome.predict_ms,
        "casetime": outcome.predict_ms / len(y_true),
        "features": outcome.facts.get("features"),
        "channels": outcome.facts.get("channels"),
    }
    if shares is None:
        return figures | {name: of(y_true, y_pred) for name, of in ERRORS.items()}
    n_classes, present = shares.shape[1], np.unique(y_true)
    figures |= {
        "accuracy": np.mean(y_pred == y_true),
        "balacc": recall_score(y_true, y_pred, labels=present, average="macro"),
        "logloss": log_loss(y_true, shares, labels=np.arange(n_classes)),
    }
    # AUROC as tsml-eval has it. It is not defined where a class has no test cases.
    if len(present) == n_classes:
        figures["auroc"] = roc_auc_score(
            y_true,
            shares[:, 1] if n_classes == 2 else shares,
            average="weighted",
            multi_class="ovr",
        )
    return figures
