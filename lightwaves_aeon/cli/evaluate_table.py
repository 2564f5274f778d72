"""What ``lightwaves evaluate`` does of a table: recordings are kept together."""

from __future__ import annotations

__all__ = ["evaluate_table", "split_option"]

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lightwaves_aeon.cli import shared
from lightwaves_aeon.cli.tables import TableOptions, read_cases

if TYPE_CHECKING:
    from lightwaves_aeon.benchmark.grouped import GroupedErrors, GroupedResult
    from lightwaves_aeon.tables import TableCollection

# Imports of aeon, pandas and rich stand in the functions: help must not wait for them.

SPLITS = {
    "recording": "tested on recordings that it was not fitted to",
    "time": "fitted to the first 70 % of each recording, tested on what follows",
    "window": "tested on windows at random, of recordings that it was fitted to, too",
}
"""How cases may be split, and what that means."""

CELLS = {
    "classifier": {
        "accuracy": "{0.accuracy:.3f}",
        "interval": "{0.interval[0]:.3f} to {0.interval[1]:.3f}",
        "balanced accuracy": "{0.balanced_accuracy:.3f}",
        "split by window": "{0.window_accuracy:.3f}",
    },
    "regressor": {
        "MAE": "{0.mae:.4g}",
        "interval": "{0.interval[0]:.4g} to {0.interval[1]:.4g}",
        "RMSE": "{0.rmse:.4g}",
        "R2": "{0.r2:.3f}",
        "MAE split by window": "{0.window_mae:.4g}",
    },
}
"""Columns of the tables of classifiers and of regressors, and what is in them."""

MEASURES = {
    "classifier": ("accuracy", "accuracy", ".3f"),
    "regressor": ("mean absolute error", "mae", ".4g"),
}
"""What is told of recordings: in words, the field of a result, and its digits."""

split_option = click.option(
    "--split",
    type=click.Choice(list(SPLITS)),
    help="Of a table: what test cases are split off by. [default: recording]",
)


def evaluate_table(
    data: Path,
    table: TableOptions,
    sampling_rate: float | None,
    split: str,
    task: str,
    estimators: Mapping[str, Any],
    as_json: bool,
) -> None:
    """Cross-validate classifiers, or regressors, on a table; print what they achieve.

    Parameters
    ----------
    data : Path
        The file.
    table : TableOptions
        What was said of it.
    sampling_rate : float or None
        Samples per second; None means as times have them.
    split : {"recording", "time", "window"}
        What test cases are split off by.
    task : {"classification", "regression"}
        What labels are for.
    estimators : mapping of str to classifier or regressor
        By name.
    as_json : bool
        Whether to print JSON in place of tables.

    Raises
    ------
    ValueError, OSError, ImportError
        If the table cannot be read or split.
    """
    from lightwaves_aeon.benchmark.grouped import evaluate_groups
    from lightwaves_aeon.core.progress import no_progress
    from lightwaves_aeon.estimators.fitting import progress_bar

    if table.label is None:
        raise click.UsageError("a table takes --label, its column of labels.")
    cases = read_cases(data, table, sampling_rate, task)
    gap = 1
    if cases.window is not None and cases.hop is not None:
        # Between the last of training and the first of test lies a whole window.
        gap = -(-2 * cases.window // cases.hop) - 1
    # Others are for whoever made the data.
    with shared.warnings_as_notes("cases of"):
        results = evaluate_groups(
            estimators,
            cases.X,
            cases.y,  # type: ignore[arg-type]
            cases.groups,
            split=split,
            gap=gap,
            task=task,
            track=progress_bar if sys.stderr.isatty() else no_progress,
        )
    kind = "regressor" if task == "regression" else "classifier"
    if as_json:
        found = {
            "data": str(data),
            "split": split,
            "n_recordings": _n_recordings(cases),
            "n_cases": len(cases.groups),
            "window": cases.window,
            "hop": cases.hop,
            "sampling_rate": cases.sampling_rate,
            "channels": cases.channel_names,
            "results": [{kind: name, **_plain(one)} for name, one in results.items()],
        }
        click.echo(json.dumps(found, indent=2))
        return
    click.echo(f"{data}: {_size_of(cases)}")
    click.echo(f"Split by {split}: {SPLITS[split]}\n")
    _print(kind, results)


def _plain(result: GroupedResult | GroupedErrors) -> dict[str, Any]:
    """Give a result as JSON has it."""
    plain = asdict(result)
    groups = plain.pop("groups")
    plain = {k: v.tolist() if hasattr(v, "tolist") else v for k, v in plain.items()}
    return plain | {"recordings": [group._asdict() for group in groups]}


def _n_recordings(cases: TableCollection) -> int:
    return len(set(cases.groups.tolist()))


def _size_of(cases: TableCollection) -> str:
    """Say how many cases there are, and of what."""
    recordings = f"{_n_recordings(cases)} recordings"
    if cases.window is None:
        return recordings
    span = f"{cases.window} time points"
    if cases.sampling_rate is not None:
        span += f" ({cases.window / cases.sampling_rate:.4g} s)"
    return f"{len(cases.groups)} windows of {span}, of {recordings}"


def _print(kind: str, results: Mapping[str, Any]) -> None:
    import pandas as pd

    from lightwaves_aeon.benchmark.console import print_table

    rows = [
        {kind: name, **{k: v.format(result) for k, v in CELLS[kind].items()}}
        for name, result in results.items()
    ]
    print_table("", pd.DataFrame(rows).set_index(kind))
    name, first = next(iter(results.items()))
    click.echo(f"\n{_careless(kind, name, first)}\n")
    if kind == "classifier":
        labels = first.labels.astype(str)
        index = pd.Index(labels, name="label")
        confusion = pd.DataFrame(first.confusion, index=index, columns=labels)
        click.echo(f"{name}: cases by label, and by what was predicted")
        print_table("", confusion)
        click.echo()
    what, _, form = MEASURES[kind]
    parts = {"cases": [str(group.n_cases) for group in first.groups]}
    for name, result in results.items():
        parts[name] = [format(group.score, form) for group in result.groups]
    index = pd.Index([str(group.group) for group in first.groups], name="recording")
    click.echo(f"{what.capitalize()} by recording")
    print_table("", pd.DataFrame(parts, index=index))


def _careless(kind: str, name: str, result: GroupedResult | GroupedErrors) -> str:
    """Say what an evaluation would have shown that does not mind recordings."""
    what, field, form = MEASURES[kind]
    found, careless = getattr(result, field), getattr(result, f"window_{field}")
    off = careless - found
    differs = f"{format(abs(off), form)} {'higher' if off > 0 else 'lower'}"
    if format(careless, form) == format(found, form):
        differs = "the same"
    return (
        f"Windows split at random, those of one recording into both parts, would give "
        f"{name}\nthe {what} {format(careless, form)}: {differs}. The interval takes "
        "the windows of a recording\nfor alike."
    )
