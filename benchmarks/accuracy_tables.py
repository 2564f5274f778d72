"""Tables and sentences of the page on accuracy, made of the runs."""

from __future__ import annotations

__all__ = [
    "ablation_differences",
    "by_set",
    "complete",
    "cost_points",
    "curve_means",
    "means",
    "to_frame",
]

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.accuracy_classifiers import ABLATIONS, CURVE, OURS
from benchmarks.accuracy_runs import EQUAL

COMPARED = (*OURS, "ROCKET", "MiniROCKET", "MultiROCKET")
"""The columns of the main table."""


def to_frame(records: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Lay finished runs out, one to a row.

    Parameters
    ----------
    records : iterable of mapping
        As they are stored.

    Returns
    -------
    pd.DataFrame
        Data sets that are not of the equal-length ones come last; all by name.
    """
    frame = pd.DataFrame(list(records))
    return frame.sort_values(["part", "dataset", "seed"], ignore_index=True)


def by_set(
    frame: pd.DataFrame,
    measure: str,
    names: Sequence[str] = COMPARED,
    part: str = "main",
    datasets: Sequence[str] = EQUAL,
) -> pd.DataFrame:
    """Pick one measure of runs with seed 0.

    Parameters
    ----------
    frame : pd.DataFrame
        All runs.
    measure : str
        A column of it.
    names : sequence of str
        Classifiers.
    part : str
        Part of the benchmark.
    datasets : sequence of str
        Data sets to look at.

    Returns
    -------
    pd.DataFrame
        A row for each data set that any of the classifiers was run on, by name; a
        column for each classifier; missing where a run is.
    """
    chosen = frame[
        (frame["part"] == part) & (frame["seed"] == 0) & frame["dataset"].isin(datasets)
    ]
    table = chosen.pivot(index="dataset", columns="classifier", values=measure)
    return table.reindex(columns=list(names)).astype(float).dropna(how="all")


def complete(table: pd.DataFrame) -> pd.DataFrame:
    """Drop classifiers without any run, then data sets that lack a run."""
    return table.dropna(axis="columns", how="all").dropna()


def means(table: pd.DataFrame) -> pd.Series:
    """Average over those data sets that have all runs; missing without any."""
    return complete(table).mean().reindex(table.columns)


def cost_points(frame: pd.DataFrame) -> pd.DataFrame:
    """Set mean accuracy next to the geometric mean of the time of a prediction.

    Parameters
    ----------
    frame : pd.DataFrame
        All runs.

    Returns
    -------
    pd.DataFrame
        A row for each classifier; columns ``cost``, ``accuracy``, ``ours``.
    """
    costs = complete(by_set(frame, "predict_ms"))
    points = pd.DataFrame(
        {
            "cost": np.exp(np.log(costs).mean()),
            "accuracy": means(by_set(frame, "accuracy")),
        }
    ).reindex(list(COMPARED))
    points = points.dropna()
    points["ours"] = [name in OURS for name in points.index]
    return points


def curve_means(frame: pd.DataFrame) -> pd.DataFrame:
    """Average accuracy along the curve.

    Parameters
    ----------
    frame : pd.DataFrame
        All runs.

    Returns
    -------
    pd.DataFrame
        Numbers of features in the index; columns ``plus`` and ``L1L2``.
    """
    averages = means(by_set(frame, "accuracy", list(CURVE), "curve")).dropna()
    split = [name.rsplit(" ", 1) for name in averages.index]
    averages.index = pd.MultiIndex.from_tuples(
        [(int(n), name) for name, n in split], names=["features", "classifier"]
    )
    return averages.unstack("classifier")


def ablation_differences(frame: pd.DataFrame) -> pd.DataFrame:
    """Compare altered "plus" with "plus", in percentage points of accuracy.

    Parameters
    ----------
    frame : pd.DataFrame
        All runs.

    Returns
    -------
    pd.DataFrame
        A row for each change; columns ``accuracy``, ``mean``, ``error`` (the standard
        error over data sets), ``better``, ``worse`` (numbers of data sets).
    """
    table = complete(by_set(frame, "accuracy", list(ABLATIONS), "ablation"))
    if "plus" not in table:
        return pd.DataFrame(columns=["accuracy", "mean", "error", "better", "worse"])
    gaps = 100 * table.drop(columns="plus").sub(table["plus"], axis="index")
    return pd.DataFrame(
        {
            "accuracy": table.mean(),
            "mean": gaps.mean(),
            "error": gaps.sem(),
            "better": (gaps > 0).sum(),
            "worse": (gaps < 0).sum(),
        }
    ).loc[gaps.columns]
