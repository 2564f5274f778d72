"""The command ``lightwaves inspect``: what a model in a file says."""

from __future__ import annotations

__all__ = ["inspect"]

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lightwaves_aeon.cli import shared
from lightwaves_aeon.cli.shared import FILE, FOLDER

if TYPE_CHECKING:
    import numpy as np

    from lightwaves_aeon.aeon.tasks import Estimator

# Imports of aeon and matplotlib stand in the functions: help must not wait for them.

MARK = "lightwaves-aeon"
"""What the pictures say of who has made them."""

SIZE = (6, 4)
DOTS_PER_INCH = 150

Data = tuple["np.ndarray", "np.ndarray | None"]


@click.command(short_help="Show what a model relies on, in words and pictures.")
@click.argument("model", type=FILE)
@click.option(
    "--data",
    type=FILE,
    help=".npy file of series, shape (cases, channels, points), for pictures of them.",
)
@click.option(
    "--labels",
    type=FILE,
    help=".npy file of their labels, or numbers, for the colours of cases.",
)
@click.option(
    "--case",
    type=click.IntRange(min=0),
    default=0,
    help="The case whose saliency and response are drawn.",
)
@click.option("--out", type=FOLDER, help="Folder for the pictures.")
@shared.force_option
def inspect(
    model: Path,
    data: Path | None,
    labels: Path | None,
    case: int,
    out: Path | None,
    force: bool,
) -> None:
    """Say which channels and patterns a MODEL file relies on.

    With --out it is drawn, too: the importance of channels and dilations, the kernel of
    the strongest feature that has one, and the paths along which features and channels
    were chosen, if they were. With --data there are pictures of one case, its saliency
    and what the strongest feature reads of it, and one of all cases in a plane.
    Pictures need matplotlib. They replace earlier pictures; other files only with
    --force.
    """
    if data is not None and out is None:
        raise click.UsageError("--data is for pictures, which need --out.")
    if labels is not None and data is None:
        raise click.UsageError("--labels are those of --data.")
    # Warnings would be of letters that a font lacks, say.
    with warnings.catch_warnings(action="ignore"), shared.told_in_a_line():
        from lightwaves_aeon.aeon.load import load_model_file
        from lightwaves_aeon.benchmark.figures import save_png

        estimator = load_model_file(model)
        lines = [estimator.describe()]
        if out is not None:
            series = None if data is None else _read(estimator, data, labels, case)
            pictures = dict(_pictures(estimator, series, case))
            from matplotlib.figure import Figure  # pyplot would look for a screen

            figures = {}
            for name, draw in pictures.items():
                figure = Figure(figsize=SIZE, dpi=DOTS_PER_INCH, layout="constrained")
                draw(ax=figure.subplots())
                figures[out / f"{name}.png"] = figure
            out.mkdir(parents=True, exist_ok=True)
            inputs, mark = (model, data, labels), MARK.encode()
            for file in figures:
                shared.check_output(file, inputs, lambda start: mark in start, force)
            for file, figure in figures.items():
                save_png(figure, file, metadata={"Software": MARK})
            lines += ["\nPictures:", *(f"  {file}" for file in figures)]
    click.echo("\n".join(lines))


def _read(estimator: Estimator, data: Path, labels: Path | None, case: int) -> Data:
    from lightwaves_aeon.storage.files import as_array, read_labels

    X, n_channels = as_array(data), estimator.metadata_["n_channels"]
    y = None if labels is None else read_labels(labels)
    if X.shape[1] != n_channels:
        reason = f"{data} holds cases of {X.shape[1]} channels, but the model was "
        reason += f"fitted to {n_channels}"
    elif case >= len(X):
        reason = f"there is no case {case}: {data} holds {len(X)}, the first of which "
        reason += "is 0"
    elif y is not None and len(y) != len(X):
        reason = f"{data} holds {len(X)} cases, but {labels} holds {len(y)} labels"
    else:
        return X, y
    raise ValueError(reason)


def _pictures(
    estimator: Estimator, series: Data | None, case: int
) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Name the pictures that there are, each with what draws it into axes."""
    from lightwaves_aeon.insight import plots

    table = estimator.features_
    importance, of_kernels = table["importance"], table["level"] > 0
    strongest = int(importance.to_numpy().argmax())
    yield "channel_importance", partial(plots.plot_channel_importance, estimator)
    yield "channel_dilation", partial(plots.plot_channel_dilation, estimator)
    if of_kernels.any():  # at level 0 there are none
        with_kernel = int(importance.where(of_kernels, -1).to_numpy().argmax())
        yield "kernel", partial(plots.plot_kernel, estimator, with_kernel)
    for name in ("selection_path", "channel_path"):
        path = getattr(estimator, f"{name}_", None)
        if path is not None:
            yield name, partial(plots.plot_path, path)
    if series is not None:
        X, y = series
        yield "saliency", partial(plots.plot_saliency, estimator, X[case])
        yield "response", partial(plots.plot_response, estimator, strongest, X[case])
        if len(X) > 1:
            yield "embedding", partial(plots.plot_embedding, estimator, X, y)
