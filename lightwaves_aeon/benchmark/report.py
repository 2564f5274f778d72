"""What a report says: tables over data sets and classifiers, and a page with them."""

from __future__ import annotations

__all__ = ["Report", "build", "outputs", "save"]

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from lightwaves_aeon.atomic import refuse_foreign
from lightwaves_aeon.benchmark.figures import INSTALL, Figure, draw_all, names_of
from lightwaves_aeon.benchmark.measures import measures
from lightwaves_aeon.benchmark.store import Store, write_whole

HEADING = b"<!-- written by lightwaves-aeon -->"
"""How the page of a report begins."""

COLUMNS = {
    "accuracy": ("accuracy", 1, 4),
    "balacc": ("balanced accuracy", 1, 4),
    "auroc": ("AUROC", 1, 4),
    "logloss": ("log-loss", 1, 4),
    "fittime": ("fit s", 0.001, 2),
    "casetime": ("predict ms/case", 1, 3),
    "features": ("features", 1, 0),
    "channels": ("channels", 1, 1),
}
"""Name, factor and decimals of each measure in tables."""


@dataclass(frozen=True)
class Report:
    """The tables of a report, as text that is ready to be shown.

    Attributes
    ----------
    accuracies : pd.DataFrame
        Of the sets that all classifiers have, as numbers, for diagrams.
    milliseconds : pd.Series
        To predict a case of these sets, by classifier, as numbers.
    scope : str
        What the means are over.
    summary : pd.DataFrame
        Means of all measures, by classifier.
    by_set : dict of str to pd.DataFrame
        For each measure the means over resamples, sets by classifiers.
    published : pd.DataFrame
        Published accuracies, as numbers, sets by classifiers; may be empty.
    published_means : pd.DataFrame
        Means of published accuracies, each next to ours over the same sets.
    counts : pd.DataFrame
        Numbers of resamples, sets by classifiers; empty where they are all the same.
    failures : pd.DataFrame
        Classifiers and data sets with runs that have failed, and why.
    """

    accuracies: pd.DataFrame
    milliseconds: pd.Series
    scope: str
    summary: pd.DataFrame
    by_set: dict[str, pd.DataFrame]
    published: pd.DataFrame
    published_means: pd.DataFrame
    counts: pd.DataFrame
    failures: pd.DataFrame


def build(folder: Path, published: pd.DataFrame | None = None) -> Report:
    r"""Make the tables of a report.

    Parameters
    ----------
    folder : Path
        With results, as `measures` reads them.
    published : pd.DataFrame or None, default=None
        Published accuracies: a row for each data set, a column for each classifier.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If there are no results.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lightwaves_aeon.benchmark.report import build
    >>> from lightwaves_aeon.benchmark.store import write_whole
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "classification", "accuracy", "Mine_accuracy.csv")
    ...     write_whole(file, "Resamples:,0,1\nERing,0.9,1.0\n")
    ...     build(Path(folder)).summary.loc["Mine", "accuracy"]
    '0.9500'
    """
    frame = measures(folder)
    tables = {
        name: frame.pivot_table(name, "dataset", "classifier", dropna=False)
        for name in COLUMNS
    }
    counts = frame.pivot_table("resample", "dataset", "classifier", aggfunc="count")
    counts = counts.fillna(0).astype(int)
    accuracies = tables["accuracy"].dropna()
    scope = f"the {len(accuracies)} data sets that all classifiers have results of"
    if accuracies.empty:
        accuracies = tables["accuracy"]
        scope = "the data sets that each classifier has results of, which differ"
    order = accuracies.mean().sort_values(ascending=False, kind="stable").index
    means = {
        name: table.reindex(accuracies.index).mean() for name, table in tables.items()
    }
    # Ties share a rank, as in aeon's diagrams.
    ranks = accuracies.rank(axis="columns", ascending=False).mean()
    summary = {"rank": ranks.map(lambda rank: _number(rank, 2))}
    for name, (title, factor, decimals) in COLUMNS.items():
        summary[title] = means[name].map(_formatter(factor, decimals))
    published = pd.DataFrame() if published is None else published
    return Report(
        accuracies=accuracies[order],
        milliseconds=means["casetime"],
        scope=scope,
        summary=pd.DataFrame(summary).loc[order],
        by_set={
            COLUMNS[name][0]: table[order].map(_formatter(*COLUMNS[name][1:]))
            for name, table in tables.items()
            if not table.isna().all(axis=None)
        },
        published=published,
        published_means=_published_means(tables["accuracy"][order], published),
        counts=counts[order] if counts.nunique().max() > 1 else pd.DataFrame(),
        failures=_failures(Store(folder)),
    )


def save(
    report: Report, folder: Path, force: bool = False
) -> tuple[Path, list[Figure] | None]:
    """Write a report as CSV files, pictures, and a Markdown page with all of it.

    Parameters
    ----------
    report : Report
        What to write.
    folder : Path
        Where to; it is made, if it is not there.
    force : bool, default=False
        Whether to replace files in a folder that has no report yet.

    Returns
    -------
    page : Path
        ``report.md``.
    figures : list of Figure or None
        None where a package is missing that draws them.

    Raises
    ------
    FileExistsError
        If a file would be replaced, and the folder has no report of ours.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables, page = _tables(report), folder / "report.md"
    is_made_before = page.is_file() and page.read_bytes().startswith(HEADING)
    if not force and not is_made_before:
        for path in outputs(report, folder):
            refuse_foreign(path, lambda start: False)
    for name, table in tables.items():
        write_whole(folder / name, table.to_csv())
    figures: list[Figure] | None
    try:
        figures = draw_all(
            report.accuracies, report.milliseconds, report.published, folder
        )
    except ImportError:
        figures = None
    write_whole(page, "\n\n".join(_page(report, figures)) + "\n")
    return page, figures


def outputs(report: Report, folder: Path) -> list[Path]:
    """List the files that `save` writes."""
    figures = names_of(report.accuracies, report.milliseconds, report.published)
    return [folder / name for name in ("report.md", *_tables(report), *figures)]


def _tables(report: Report) -> dict[str, pd.DataFrame]:
    """Name the tables by their files."""
    tables = {"summary": report.summary, **report.by_set}
    if not report.published_means.empty:
        tables["published"] = report.published_means
    return {
        f"{title.replace('/', '_per_').replace(' ', '_').lower()}.csv": table
        for title, table in tables.items()
    }


def _page(report: Report, figures: Sequence[Figure] | None) -> list[str]:
    parts = [
        HEADING.decode(),
        "# Results",
        f"Means over {report.scope}, after those over the resamples of each. "
        "Rank is the mean rank by accuracy. Log-loss and AUROC of a classifier without "
        "probabilities are those of zeros and ones.",
        _markdown(report.summary),
    ]
    if not report.published_means.empty:
        parts += [
            "## Beside published accuracies",
            "Each over the data sets that it shares with our results.",
            _markdown(report.published_means),
        ]
    parts.append("## Diagrams")
    if figures is None:
        parts.append(f"There are none without matplotlib and seaborn: `{INSTALL}`.")
    for figure in figures or ():
        if figure.file is None:
            parts.append(f"{figure.title}: not drawn, for {figure.reason}.")
        else:
            parts += [f"### {figure.title}", f"![{figure.title}]({figure.file})"]
    for title, table in report.by_set.items():
        parts += [f"## By data set: {title}", _markdown(table)]
    if not report.counts.empty:
        parts += ["## Resamples done", _markdown(report.counts)]
    if not report.failures.empty:
        parts += [
            "## Failed runs",
            _markdown(report.failures.set_index("classifier"), "---"),
        ]
    return parts


def _markdown(table: pd.DataFrame, align: str = "--:") -> str:
    head = [str(table.index.name or "classifier"), *map(str, table.columns)]
    rows = zip(table.index, table.to_numpy(), strict=True)
    lines = [head, ["---"] + [align] * (len(head) - 1)]
    lines += [[str(name), *map(str, row)] for name, row in rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _published_means(accuracies: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    rows: dict[str, dict[str, Any]] = {}
    for name, column in published.items():
        shared = accuracies.index.intersection(column.dropna().index)
        if len(shared):
            ours = accuracies.loc[shared].mean(skipna=False)
            rows[str(name)] = {
                "sets": str(len(shared)),
                "accuracy": _number(column[shared].mean(), 4),
                **{str(mine): _number(mean, 4) for mine, mean in ours.items()},
            }
    return pd.DataFrame.from_dict(rows, orient="index")


def _failures(store: Store) -> pd.DataFrame:
    frame = pd.DataFrame(store.failures())
    if frame.empty:
        return frame
    frame = frame.sort_values("resample")
    frame["resamples"] = frame["resample"].astype(str)
    # One line for all resamples that fail for the same reason.
    by = ["classifier", "dataset", "reason"]
    return frame.groupby(by)["resamples"].agg(", ".join).reset_index()


def _formatter(factor: float, decimals: int) -> Any:
    return lambda value: _number(factor * value, decimals)


def _number(value: float, decimals: int) -> str:
    return "" if pd.isna(value) else f"{value:.{decimals}f}"
