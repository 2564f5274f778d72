"""Write what the runs say into the page on accuracy, between its marker comments."""

from __future__ import annotations

__all__ = ["blocks", "fill", "write"]

import csv
import platform
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from llvmlite.binding import get_host_cpu_name

from benchmarks.accuracy_classifiers import CALIBRATED, OURS
from benchmarks.accuracy_figures import draw_ablation, draw_cost, draw_curve
from benchmarks.accuracy_runs import UNEQUAL
from benchmarks.accuracy_store import Store
from benchmarks.accuracy_tables import (
    COMPARED,
    ablation_differences,
    by_set,
    complete,
    cost_points,
    curve_means,
    means,
    to_frame,
)
from benchmarks.timing import markdown

REFERENCE = Path(__file__).parent / "reference"
PAPER = REFERENCE / "paper_tables.csv"
OF_PEERS = REFERENCE / "uea_published_accuracy.csv"
PUBLISHED = {"L1L2, paper": "L1L2_acc", "ROCKET, paper": "ROCKET_acc"}
PROBABLE = ("L1L2", "plus", "plus auto", "ROCKET", *CALIBRATED)
MISSING = "–"  # noqa: RUF001 - the dash of tables
NOTHING = "(no runs yet)"
WIDTH = 92


def write(store: Store, template: Path, page: Path) -> None:
    """Write page and figures.

    Parameters
    ----------
    store : Store
        The runs.
    template : Path
        A page with the markers; it may be the page itself.
    page : Path
        Where to; figures go to ``images`` next to it.
    """
    text = fill(template.read_text(), blocks(store))
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text)
    frame = to_frame(store.records.values())
    images = page.parent / "images"
    curve, differences = curve_means(frame), ablation_differences(frame)
    if len(curve):
        levels = means(by_set(frame, "accuracy")).dropna()
        draw_curve(curve, levels, images / "accuracy_features.png")
    if len(points := cost_points(frame)):
        peers = pd.read_csv(OF_PEERS, index_col="dataset").mean()
        draw_cost(points, peers, images / "accuracy_cost.png")
    if len(differences):
        draw_ablation(differences, images / "accuracy_ablation.png")


def fill(text: str, parts: Mapping[str, str]) -> str:
    """Replace what stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``.

    Parameters
    ----------
    text : str
        The page.
    parts : mapping of str to str
        What is to stand there, by name.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the page lacks a pair of markers, or has one that nothing is known for.

    Examples
    --------
    >>> from benchmarks.accuracy_page import fill
    >>> print(fill("<!-- begin x -->old<!-- end x -->", {"x": "new"}))
    <!-- begin x -->
    <BLANKLINE>
    new
    <BLANKLINE>
    <!-- end x -->
    """
    pattern = re.compile(r"<!-- begin (\w+) -->.*?<!-- end \1 -->", re.DOTALL)
    found = {match[1] for match in pattern.finditer(text)}
    if found != set(parts):
        odd = ", ".join(sorted(found ^ set(parts)))
        raise ValueError(f"markers of the page do not fit what is known: {odd}")
    return pattern.sub(
        lambda match: (
            f"<!-- begin {match[1]} -->\n\n{parts[match[1]]}\n\n<!-- end {match[1]} -->"
        ),
        text,
    )


def blocks(store: Store) -> dict[str, str]:
    """Make all that the page takes from the runs.

    Parameters
    ----------
    store : Store
        The runs, at least one.

    Returns
    -------
    dict of str to str
        Markdown, by the name of the markers.
    """
    frame = to_frame(store.records.values())
    makers: tuple[Callable[[pd.DataFrame], str], ...] = (
        headline,
        accuracy,
        seeds,
        kept,
        cost,
        log_loss,
        calibration,
        unequal,
        curve,
        ablation,
    )
    return {
        **{maker.__name__: maker(frame) for maker in makers},
        "measured": _measured(store),
    }


def headline(frame: pd.DataFrame) -> str:
    table = by_set(frame, "accuracy")
    points = cost_points(frame)
    if "plus" not in points.index:
        return NOTHING
    averages = points["accuracy"].sort_values(ascending=False)
    listed = ", ".join(f"{name} {value:.3f}" for name, value in averages.items())
    lines = [f"Mean test accuracy over {_n_sets(table)}: {listed}."]
    for rival in ("MiniROCKET", "ROCKET"):
        if rival in points.index:
            better, equal, worse = _record(table["plus"] - table[rival])
            ratio = points["cost"][rival] / points["cost"]["plus"]
            lines.append(
                f"Beside {rival}, plus is better on {better}, equal on {equal} and "
                f"worse on {worse} of the sets, and takes {ratio:.0f} times less time "
                "to predict."
            )
    return textwrap.fill(" ".join(lines), WIDTH)


def accuracy(frame: pd.DataFrame) -> str:
    table = by_set(frame, "accuracy")
    whole = complete(table)
    with open(PAPER, newline="") as file:
        paper = pd.DataFrame(list(csv.DictReader(file))).set_index("dataset")
    published = paper[list(PUBLISHED.values())].reindex(table.index).astype(float)
    joined = table.join(published.set_axis(list(PUBLISHED), axis="columns"))
    ranks = whole.rank(axis="columns", ascending=False).mean()
    best = whole.eq(whole.max(axis="columns"), axis="index").sum()
    rows = _rows(joined)
    rows.append([f"mean of {len(whole)}", *_cells(means(joined), 3)])
    rows.append(["mean rank", *_cells(ranks.reindex(joined.columns), 1)])
    rows.append(["best, or as good", *_cells(best.reindex(joined.columns), 0)])
    if "plus" in whole:
        gaps = whole.rsub(whole["plus"], axis="index")
        cells = [
            " / ".join(map(str, _record(gaps[name])))
            if name in gaps and name != "plus"
            else MISSING
            for name in joined.columns
        ]
        rows.append(["plus better / equal / worse", *cells])
    return markdown(["set", *joined.columns], rows)


def seeds(frame: pd.DataFrame) -> str:
    runs = frame[(frame["part"] == "main") & (frame["classifier"] == "plus")]
    table = runs[~runs["dataset"].isin(UNEQUAL)].pivot(
        index="dataset", columns="seed", values="accuracy"
    )
    table = complete(table)
    if table.empty:
        return NOTHING
    spread = pd.DataFrame(
        {
            "mean": table.mean(axis="columns"),
            "lowest": table.min(axis="columns"),
            "highest": table.max(axis="columns"),
            "standard deviation": table.std(axis="columns"),
        }
    )
    overall = table.mean()
    sentence = (
        f"The mean over {_n_sets(table)} is {overall.mean():.3f} on average over "
        f"{len(overall)} seeds, {overall.min():.3f} to {overall.max():.3f}."
    )
    return f"{sentence}\n\n{markdown(['set', *spread], _rows(spread))}"


def kept(frame: pd.DataFrame) -> str:
    names = ["L1L2", "plus", "plus auto"]
    table = by_set(frame, "channels", names).add_suffix(", channels")
    table.insert(0, "channels", by_set(frame, "n_channels", names).max(axis="columns"))
    sizes = by_set(frame, "features", ["plus auto"]).add_suffix(", features")
    return markdown(
        ["set", *table, *sizes], _rows(table.join(sizes).reindex(table.index), 0)
    )


def cost(frame: pd.DataFrame) -> str:
    names = [*COMPARED, *CALIBRATED]
    of = {
        measure: complete(by_set(frame, measure, names))
        for measure in ("predict_ms", "fit_seconds", "balanced_accuracy")
    }
    if of["predict_ms"].empty:
        return NOTHING
    fit, predict = (
        np.exp(np.log(of[measure]).mean()) for measure in ("fit_seconds", "predict_ms")
    )
    rows = [
        [
            name,
            f"{of['balanced_accuracy'][name].mean():.3f}",
            f"{fit[name]:.3g}",
            f"{predict[name]:.3g}",
            f"{predict[name] / predict['MiniROCKET']:.3g}"
            if "MiniROCKET" in predict
            else MISSING,
        ]
        for name in predict.index
    ]
    heads = (
        "",
        "balanced accuracy",
        "fit, s",
        "predict, ms per case",
        "of MiniROCKET's",
    )
    n_sets = _n_sets(of["predict_ms"])
    note = f"Accuracy is the mean, times are geometric means over {n_sets}."
    return f"{markdown(heads, rows)}\n\n{note}"


def log_loss(frame: pd.DataFrame) -> str:
    return _with_means(by_set(frame, "log_loss", PROBABLE))


def calibration(frame: pd.DataFrame) -> str:
    return _with_means(by_set(frame, "calibration_error", PROBABLE))


def unequal(frame: pd.DataFrame) -> str:
    measures = {"accuracy": "test accuracy", "fit_seconds": "fit, s"}
    tables = [
        by_set(frame, measure, list(OURS), datasets=UNEQUAL).rename("{}, ".format)
        for measure in measures
    ]
    rows = [
        [f"{name}{label}", *cells]
        for table, label in zip(tables, measures.values(), strict=True)
        for name, *cells in _rows(table)
    ]
    return markdown(["set", *OURS], rows) if rows else NOTHING


def curve(frame: pd.DataFrame) -> str:
    table = curve_means(frame)
    if table.empty:
        return NOTHING
    return markdown(["features", *table.columns], _rows(table))


def ablation(frame: pd.DataFrame) -> str:
    differences = ablation_differences(frame)
    if differences.empty:
        return NOTHING
    of_plus = by_set(frame, "accuracy", ["plus"], "ablation")
    rows = [
        [
            str(name),
            f"{row['accuracy']:.3f}",
            f"{row['mean']:+.1f}",
            MISSING if np.isnan(row["error"]) else f"{row['error']:.1f}",
            f"{row['better']:.0f}",
            f"{row['worse']:.0f}",
        ]
        for name, row in differences.iterrows()
    ]
    rows.insert(0, ["plus as it is", *_cells(of_plus.mean(), 3), *4 * [MISSING]])
    heads = ("", "accuracy", "difference, points", "standard error", "better", "worse")
    return markdown(heads, rows)


def _measured(store: Store) -> str:
    libraries = ("lightwaves-aeon", "aeon", "numba", "numpy", "scikit-learn")
    stale = len(set(store.records) - store.finished())
    lines = [
        f"{len(store.records)} runs. Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in libraries)
        + f"; {get_host_cpu_name()}, {platform.system()}."
    ]
    if stale:
        lines.append(f"{stale} of the runs are of an earlier state of the code.")
    return textwrap.fill(" ".join(lines), WIDTH)


def _n_sets(table: pd.DataFrame) -> str:
    return f"{len(complete(table))} data sets"


def _record(gaps: pd.Series) -> tuple[int, int, int]:
    return int((gaps > 0).sum()), int((gaps == 0).sum()), int((gaps < 0).sum())


def _with_means(table: pd.DataFrame) -> str:
    rows = [
        *_rows(table),
        [f"mean of {len(complete(table))}", *_cells(means(table), 3)],
    ]
    return markdown(["set", *table.columns], rows)


def _rows(table: pd.DataFrame, digits: int = 3) -> list[list[str]]:
    return [[str(name), *_cells(row, digits)] for name, row in table.iterrows()]


def _cells(values: pd.Series | Sequence[float], digits: int) -> list[str]:
    return [MISSING if np.isnan(value) else f"{value:.{digits}f}" for value in values]
