"""The command ``lightwaves evaluate``: measure LightWaveS on data sets."""

from __future__ import annotations

__all__ = ["evaluate"]

import json
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lightwaves_aeon.benchmark.classifiers import N_FEATURES, RIVALS
from lightwaves_aeon.core.selection.variants import VARIANTS

if TYPE_CHECKING:
    import pandas as pd

    from lightwaves_aeon.benchmark.console import StepProgress

# Imports of aeon and rich stand in the functions below: help must not wait for them.

Row = dict[str, Any]


def _rival_names(
    ctx: click.Context, param: click.Parameter, value: str
) -> tuple[str, ...]:
    names = [name.strip() for name in value.split(",") if name.strip()]
    for name in names:
        if name not in RIVALS:
            raise click.BadParameter(
                f"there is no rival {name!r}; choose from {', '.join(RIVALS)}"
            )
    return tuple(dict.fromkeys(names))


@click.command(short_help="Measure LightWaveS on data sets.")
@click.argument("datasets", metavar="DATASET...", nargs=-1, required=True)
@click.option(
    "--archive",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder to look in first, for DATASET/DATASET_TRAIN.ts and _TEST.ts.",
)
@click.option(
    "--variant",
    type=click.Choice(list(VARIANTS)),
    default="L1L2",
    show_default=True,
    help="Scattering levels of LightWaveS.",
)
@click.option(
    "--n-features",
    type=click.IntRange(min=1),
    default=N_FEATURES,
    show_default=True,
    help="Features that LightWaveS keeps.",
)
@click.option(
    "--against",
    "rivals",
    metavar="NAMES",
    default="",
    callback=_rival_names,
    help="Classifiers of aeon to compare with, separated by commas: "
    + ", ".join(RIVALS),
)
@click.option(
    "--jobs",
    type=click.IntRange(min=-1),
    default=1,
    show_default=True,
    help="Threads of every classifier; -1 means all processors.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    help="Random state of every classifier.",
)
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
    from lightwaves_aeon.benchmark.console import StepProgress, print_table

    names = {"lightwaves": variant.lower(), **{rival: rival for rival in rivals}}
    made = {name: (of, n_features, seed, jobs) for name, of in names.items()}
    # Warnings are for whoever made the data; here they would bury the results.
    with warnings.catch_warnings(), StepProgress(len(datasets) * len(made)) as progress:
        warnings.simplefilter("ignore")
        rows, n_failed = _measure(datasets, archive, made, progress)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        print_table("", _table(rows), n_texts=2)
    if n_failed:
        ctx.exit(1)


def _measure(
    datasets: Sequence[str],
    archive: Path | None,
    made: dict[str, tuple[str, int, int, int]],
    progress: StepProgress,
) -> tuple[list[Row], int]:
    """Evaluate each classifier on each data set; tell and count what fails."""
    from lightwaves_aeon.benchmark import evaluation
    from lightwaves_aeon.benchmark.classifiers import make
    from lightwaves_aeon.benchmark.datasets import DataSetError, load_split

    rows: list[Row] = []
    n_failed = 0
    for dataset in datasets:
        progress.starts(f"{dataset}: loading")
        try:
            train = load_split(dataset, "train", archive)
            test = load_split(dataset, "test", archive)
        except DataSetError as error:
            progress.tell(f"Error: {error}")
            progress.advance(len(made))
            n_failed += 1
            continue
        for name, arguments in made.items():
            progress.starts(f"{dataset}: {name}")
            try:
                result = evaluation.evaluate(make(*arguments), *train, *test)
            except Exception as error:  # one failure must not cost the other results
                progress.tell(f"Error: {dataset}: {name}: {error}")
                n_failed += 1
            else:
                row = {"dataset": dataset, "classifier": name, **asdict(result)}
                rows.append(row)
            progress.advance()
    return rows, n_failed


def _table(rows: Sequence[Row]) -> pd.DataFrame:
    import pandas as pd

    cells = [
        {
            "data set": row["dataset"],
            "classifier": row["classifier"],
            "accuracy": f"{row['accuracy']:.3f}",
            "balanced accuracy": f"{row['balanced_accuracy']:.3f}",
            "fit s": f"{row['fit_seconds']:.2f}",
            "predict ms/case": f"{row['predict_ms_per_case']:.2f}",
            "features": _known(row["kept_features"]),
            "channels": f"{_known(row['kept_channels'])} of {row['all_channels']}",
            "model kB": f"{row['model_kb']:.0f}",
        }
        for row in rows
    ]
    return pd.DataFrame(cells).set_index("data set") if cells else pd.DataFrame()


def _known(number: int | None) -> str:
    return "?" if number is None else str(number)
