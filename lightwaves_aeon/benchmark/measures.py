"""What the runs of a folder come to, as tables that aeon's loaders read."""

from __future__ import annotations

__all__ = ["MEASURES", "load_results", "measures", "write_tables"]

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss, recall_score, roc_auc_score

from lightwaves_aeon.benchmark.classifiers import CLASSIFIERS
from lightwaves_aeon.benchmark.store import (
    ResultFileError,
    Run,
    RunResult,
    Store,
    write_whole,
)

MEASURES = (
    "accuracy",
    "balacc",
    "auroc",
    "logloss",
    "fittime",
    "predicttime",
    "casetime",
    "features",
    "channels",
)
"""Accuracy, balanced accuracy, AUROC, log-loss, milliseconds to fit, to predict all
test cases and to predict one of them, features and channels kept."""

KEYS = list(Run._fields)
TASK = "classification"


def load_results(folder: str | Path, measure: str = "accuracy") -> pd.DataFrame:
    r"""Load what classifiers have achieved, to be set beside others.

    Parameters
    ----------
    folder : str or Path
        What ``lightwaves bench`` has written: with the files of the runs, or with the
        tables in ``classification/MEASURE/`` alone.
    measure : str, default="accuracy"
        ``"accuracy"``, ``"balacc"`` (balanced accuracy), ``"auroc"``, ``"logloss"``,
        ``"fittime"`` and ``"predicttime"`` (milliseconds), ``"casetime"`` (milliseconds
        to predict a case), ``"features"`` or ``"channels"`` (kept ones).

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
    if measure not in MEASURES:
        raise ValueError(
            f"there is no measure {measure!r}; choose from {', '.join(MEASURES)}"
        )
    frame = measures(Path(folder))
    table = frame.pivot_table(measure, "dataset", "classifier", dropna=False)
    for name in table.columns:
        _known_to_aeon(name)
    return table


def measures(folder: Path) -> pd.DataFrame:
    """Compute all measures of all runs in a folder.

    Parameters
    ----------
    folder : Path
        With the files of runs; without any, the tables there are read in their place.

    Returns
    -------
    pd.DataFrame
        A row for each run: ``classifier``, ``dataset``, ``resample``, and a column for
        each of `MEASURES`.

    Raises
    ------
    ValueError
        If there are no results.

    Warns
    -----
    UserWarning
        If a result cannot be read; it is left out.
    """
    store, rows = Store(folder), []
    for run in store.runs():
        try:
            found = store.read(run)
        except (OSError, ResultFileError) as error:
            warnings.warn(f"left out: {error}", stacklevel=2)
        else:
            rows.append({**run._asdict(), **_measures_of(found)})
    frame = pd.DataFrame(rows) if rows else _read_tables(folder)
    if frame.empty:
        raise ValueError(f"{folder}: there are no results")
    return frame.sort_values(KEYS, ignore_index=True)


def write_tables(folder: Path) -> None:
    """Write the tables that aeon's ``get_estimator_results`` reads.

    They lie in ``classification/MEASURE/CLASSIFIER_MEASURE.csv``, a row for each data
    set, a column for each resample, so that ``get_estimator_results("ROCKET",
    path=folder)`` finds them. aeon loads the names in its ``NAME_ALIASES`` alone, to
    which `load_results` adds those that it finds.

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
    frame = measures(folder)
    for classifier, rows in frame.groupby("classifier"):
        name = _known_to_aeon(str(classifier))
        for measure in MEASURES:
            table = rows.pivot(index="dataset", columns="resample", values=measure)
            path = folder / TASK / measure / f"{name}_{measure}.csv"
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


def _read_tables(folder: Path) -> pd.DataFrame:
    titles = {_known_to_aeon(e.title): e.title for e in CLASSIFIERS.values()}
    parts = []
    for path in sorted(folder.glob(f"{TASK}/*/*.csv")):
        name, _, measure = path.stem.rpartition("_")
        try:
            table = pd.read_csv(path).rename(columns={"Resamples:": "dataset"})
            part = table.melt("dataset", var_name="resample").dropna()
            part = part.astype({"resample": int, "value": float})
        except (OSError, ValueError, KeyError) as error:
            warnings.warn(f"left out: {path}: {error}", stacklevel=2)
        else:
            classifier = titles.get(name, name)
            parts.append(part.assign(classifier=classifier, measure=measure))
    if not parts:
        return pd.DataFrame()
    table = pd.concat(parts).pivot(index=KEYS, columns="measure", values="value")
    return table.reindex(columns=MEASURES).reset_index().rename_axis(columns=None)


def _measures_of(outcome: RunResult) -> pd.Series:
    y_true, y_pred, shares = outcome.y_true, outcome.y_pred, outcome.probabilities
    n_classes, present = shares.shape[1], np.unique(y_true)
    figures = {
        "accuracy": np.mean(y_pred == y_true),
        "balacc": recall_score(y_true, y_pred, labels=present, average="macro"),
        "logloss": log_loss(y_true, shares, labels=np.arange(n_classes)),
        "fittime": outcome.fit_ms,
        "predicttime": outcome.predict_ms,
        "casetime": outcome.predict_ms / len(y_true),
        "features": outcome.facts.get("features"),
        "channels": outcome.facts.get("channels"),
    }
    # AUROC as tsml-eval has it. It is not defined where a class has no test cases.
    if len(present) == n_classes:
        figures["auroc"] = roc_auc_score(
            y_true,
            shares[:, 1] if n_classes == 2 else shares,
            average="weighted",
            multi_class="ovr",
        )
    return pd.Series(figures, index=MEASURES, dtype=float)
