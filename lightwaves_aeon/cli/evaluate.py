"""The command ``lightwaves evaluate``: measure LightWaveS on data sets."""

from __future__ import annotations

__all__ = ["evaluate"]

import json
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from lightwaves_aeon.benchmark.classifiers import RIVALS
from lightwaves_aeon.cli import shared

# Imports of aeon and rich stand in the functions below: help must not wait for them.

CELLS = {
    "data set": "{dataset}",
    "classifier": "{classifier}",
    "accuracy": "{accuracy:.3f}",
    "balanced accuracy": "{balanced_accuracy:.3f}",
    "fit s": "{fit_seconds:.2f}",
    "predict ms/case": "{predict_ms_per_case:.2f}",
    "features": "{kept_features}",
    "channels": "{kept_channels} of {all_channels}",
    "model kB": "{model_kb:.0f}",
}
"""Columns of the table, and what is in them of a row."""


@click.command(short_help="Measure LightWaveS on data sets.")
@click.argument("datasets", metavar="DATASET...", nargs=-1, required=True)
@shared.archive_option
@shared.variant_option(help="Scattering levels of LightWaveS.")
@shared.features_option("--n-features", help="Features that LightWaveS keeps.")
@shared.names_option(
    "--against",
    "rivals",
    choices=RIVALS,
    kind="rival",
    help="Classifiers of aeon to compare with, separated by commas: "
    + ", ".join(RIVALS),
)
@shared.jobs_option(help="Threads of every classifier; -1 means all processors.")
@shared.seed_option(help="Random state of every classifier.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of a table.")
@click.pass_context
def evaluate(
    ctx: click.Context,
    datasets: tuple[str, ...],
    archive: Path | None,
    variant: str,
    n_features: int,
    rivals: tuple[str, ...],
    jobs: int,
    seed: int,
    as_json: bool,
) -> None:
    """Train LightWaveS on each DATASET, test it, and print what it achieves.

    A DATASET that the archive does not hold is loaded by aeon, which ships with some,
    such as BasicMotions, and downloads others once.

    Times do not include compilation: every classifier is first fitted to a tiny
    generated problem. The time to predict is that of all test cases in one call, and
    the size of a model is that of the pickled classifier.
    """
    import pandas as pd

    from lightwaves_aeon.benchmark.classifiers import make
    from lightwaves_aeon.benchmark.console import RunProgress, print_table
    from lightwaves_aeon.benchmark.datasets import DataSetError, load
    from lightwaves_aeon.benchmark.evaluation import evaluate as measured

    names = {"lightwaves": variant.lower(), **{rival: rival for rival in rivals}}
    rows: list[dict[str, Any]] = []
    n_failed = 0
    # Warnings are for whoever made the data; here they would bury the results.
    with (
        warnings.catch_warnings(),
        RunProgress(len(datasets) * len(names)) as progress,
    ):
        warnings.simplefilter("ignore")
        for dataset in datasets:
            progress.starts(f"{dataset}: loading")
            try:
                data = load(dataset, archive)
            except DataSetError as error:
                progress.tell(f"Error: {error}")
                progress.starts(dataset, n_done=len(names))
                n_failed += 1
                continue
            for name, of in names.items():
                text = f"{dataset}: {name}"
                progress.starts(text)
                try:
                    result = measured(make(of, n_features, seed, jobs), *data)
                except Exception as error:  # one must not cost the other results
                    progress.tell(f"Error: {text}: {error}")
                    n_failed += 1
                else:
                    row = {"dataset": dataset, "classifier": name}
                    rows.append({**row, **asdict(result)})
                progress.starts(text, n_done=1)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    elif rows:
        known = [{k: "?" if v is None else v for k, v in row.items()} for row in rows]
        cells = [{k: v.format(**row) for k, v in CELLS.items()} for row in known]
        print_table("", pd.DataFrame(cells).set_index("data set"), n_texts=2)
    if n_failed:
        ctx.exit(1)
