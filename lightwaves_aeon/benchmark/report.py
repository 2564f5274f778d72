"""What a report says: tables over data sets and classifiers, and a page with them."""

from __future__ import annotations

__all__ = ["Report", "build", "outputs", "save"]

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from lightwaves_aeon.atomic import refuse_foreign
from lightwaves_aeon.benchmark.figures import INSTALL, Diagram, diagrams, draw_all
from lightwaves_aeon.benchmark.measures import measures, tasks_in
from lightwaves_aeon.benchmark.store import Store, write_whole

HEADING = b"<!-- written by lightwaves-aeon -->"
"""How the page of a report begins."""

COLUMNS = {
    "rank": ("rank", 1, ".2f"),
    "accuracy": ("accuracy", 1, ".4f"),
    "balacc": ("balanced accuracy", 1, ".4f"),
    "auroc": ("AUROC", 1, ".4f"),
    "logloss": ("log-loss", 1, ".4f"),
    "r2": ("R2", 1, ".4f"),
    "rmse": ("RMSE", 1, ".4g"),
    "mae": ("MAE", 1, ".4g"),
    "fittime": ("fit s", 0.001, ".2f"),
    "casetime": ("predict ms/case", 1, ".3f"),
    "features": ("features", 1, ".0f"),
    "channels": ("channels", 1, ".1f"),
}
"""Name, factor and format of each measure in tables."""

IN_UNITS = ("rmse", "mae")
"""Those that are in the units of each data set, and have no means over sets."""


class Wording(NamedTuple):
    """What differs between reports on the two tasks.

    Attributes
    ----------
    kind : str
        What has done the runs.
    main : str
        The measure by which they are ranked, of which higher ones are better.
    note : str
        What is to be said of measures.
    """

    kind: str
    main: str
    note: str


WORDING = {
    "classification": Wording(
        "classifier",
        "accuracy",
        "Log-loss and AUROC of a classifier without probabilities are those of zeros "
        "and ones.",
    ),
    "regression": Wording(
        "regressor",
        "r2",
        "RMSE and MAE are in the units of each data set, and have no means over them.",
    ),
}


@dataclass(frozen=True)
class Report:
    """The tables of a report, as text that is ready to be shown.

    Attributes
    ----------
    scope : str
        What the means are over.
    tables : dict of str to pd.DataFrame
        ``"summary"``, the means of all measures, by classifier; for each measure the
        means over resamples, sets by classifiers; and ``"published"``, if there are
        any, the means of published accuracies, each next to ours over the same sets.
    diagrams : sequence of Diagram
        What may be drawn.
    counts : pd.DataFrame
        Numbers of resamples, sets by classifiers; empty where they are all the same.
    failures : pd.DataFrame
        Classifiers and data sets with runs that have failed, and why.
    note : str
        What is to be said of measures.
    """

    scope: str
    tables: dict[str, pd.DataFrame]
    diagrams: Sequence[Diagram]
    counts: pd.DataFrame
    failures: pd.DataFrame
    note: str


def build(
    folder: Path,
    published: pd.DataFrame | None = None,
    task: str = "classification",
) -> Report:
    r"""Make the tables of a report.

    Parameters
    ----------
    folder : Path
        With results, as `measures` reads them.
    published : pd.DataFrame or None, default=None
        Published accuracies: a row for each data set, a column for each classifier.
    task : {"classification", "regression"}, default="classification"
        The runs to report on.

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
    ...     build(Path(folder)).tables["summary"].loc["Mine", "accuracy"]
    '0.9500'
    """
    kind, main, note = WORDING[task]
    title = COLUMNS[main][0]
    frame = measures(folder, task).rename(columns={"classifier": kind})
    by_set = {
        name: frame.pivot_table(name, "dataset", kind, dropna=False)
        for name in COLUMNS
        if name in frame
    }
    counts = frame.pivot_table("resample", "dataset", kind, aggfunc="count")
    counts = counts.fillna(0).astype(int)
    scores = by_set[main].dropna()
    sets = "the one data set" if len(scores) == 1 else f"the {len(scores)} data sets"
    scope = f"{sets} with results of all {kind}s"
    if scores.empty:
        scores = by_set[main]
        scope = f"the data sets with results of each {kind}, which differ"
    order = scores.mean().sort_values(ascending=False, kind="stable").index
    # Ties share a rank, as in aeon's diagrams.
    means = {"rank": scores.rank(axis="columns", ascending=False).mean()}
    for name, table in by_set.items():
        means[name] = table.reindex(scores.index).mean()
    summary = {
        COLUMNS[name][0]: _text(numbers, name)
        for name, numbers in means.items()
        if name not in IN_UNITS
    }
    tables = {"summary": pd.DataFrame(summary).loc[order]}
    for name, table in by_set.items():
        if not table.isna().all(axis=None):
            tables[COLUMNS[name][0]] = table[order].apply(_text, args=(name,))
    published = pd.DataFrame() if published is None else published
    beside = _published_means(by_set[main][order], published)
    if not beside.empty:
        tables["published"] = beside
    return Report(
        scope=scope,
        tables=tables,
        diagrams=list(diagrams(scores[order], means["casetime"], published, title)),
        counts=counts[order] if counts.nunique().max() > 1 else pd.DataFrame(),
        failures=_failures(folder, task),
        note=f"Rank is the mean rank by {title}. {note}",
    )


def save(report: Report, folder: Path, force: bool = False) -> tuple[Path, bool]:
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
    has_diagrams : bool
        False where a package is missing that draws them.

    Raises
    ------
    FileExistsError
        If a file would be replaced, and the folder has no report of ours.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "report.md"
    is_made_before = page.is_file() and page.read_bytes().startswith(HEADING)
    if not force and not is_made_before:
        for path in outputs(report, folder):
            refuse_foreign(path, lambda start: False)
    for title, table in report.tables.items():
        write_whole(folder / _file_of(title), table.to_csv())
    try:
        figures, has_diagrams = draw_all(report.diagrams, folder), True
    except ImportError:
        missing = f"There are none without matplotlib and seaborn: `{INSTALL}`."
        figures, has_diagrams = [missing], False
    write_whole(page, "\n\n".join(_page(report, figures)) + "\n")
    return page, has_diagrams


def outputs(report: Report, folder: Path) -> list[Path]:
    """List the files that `save` writes."""
    pictures = (diagram.file for diagram in report.diagrams)
    return [
        folder / name
        for name in ("report.md", *map(_file_of, report.tables), *pictures)
    ]


def _file_of(title: str) -> str:
    return f"{title.replace('/', '_per_').replace(' ', '_').lower()}.csv"


def _page(report: Report, figures: Sequence[str]) -> list[str]:
    by_set = dict(report.tables)
    summary, published = by_set.pop("summary"), by_set.pop("published", None)
    parts = [
        HEADING.decode(),
        "# Results",
        f"Means over {report.scope}; of each, first over its resamples. {report.note}",
        _markdown(summary),
    ]
    if published is not None:
        parts += [
            "## Beside published accuracies",
            "Each over the data sets that are in our results, too.",
            _markdown(published),
        ]
    parts += ["## Diagrams", *figures]
    for title, table in by_set.items():
        parts += [f"## By data set: {title}", _markdown(table)]
    if not report.counts.empty:
        parts += ["## Resamples done", _markdown(report.counts)]
    if not report.failures.empty:
        parts += ["## Failed runs", _markdown(report.failures, "---")]
    return parts


def _markdown(table: pd.DataFrame, align: str = "--:") -> str:
    shown = table.reset_index(names=table.index.name or "classifier").astype(str)
    head = [list(shown), ["---"] + [align] * table.shape[1]]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |"
        for line in [*head, *shown.to_numpy()]
    )


def _published_means(accuracies: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    rows = {}
    for name, column in published.items():
        shared = accuracies.index.intersection(column.dropna().index)
        if len(shared):
            ours = accuracies.loc[shared].mean(skipna=False)
            means = pd.Series({"accuracy": column[shared].mean(), **ours})
            rows[name] = {"sets": str(len(shared)), **_text(means, "accuracy")}
    return pd.DataFrame.from_dict(rows, orient="index")


def _failures(folder: Path, task: str) -> pd.DataFrame:
    """List failed runs, but for those on data sets that others were run on."""
    by = ["classifier", "dataset", "reason"]
    frame = pd.DataFrame(Store(folder).failures(), columns=[*by, "resample"])
    others = [] if frame.empty else tasks_in(folder)
    for other in others:
        if other != task:
            of_other = measures(folder, other)["dataset"]
            frame = frame[~frame["dataset"].isin(of_other)]
    # One line for all resamples that fail for the same reason.
    alike = frame.sort_values("resample").astype(str).groupby(by)["resample"]
    found = alike.agg(", ".join).rename("resamples").reset_index()
    return found.set_index("classifier").rename_axis(WORDING[task].kind)


def _text(numbers: pd.Series, measure: str) -> pd.Series:
    """Show numbers as COLUMNS says, and nothing where there is none."""
    _, factor, form = COLUMNS[measure]
    return numbers.map(lambda x: "" if pd.isna(x) else format(factor * x, form))
