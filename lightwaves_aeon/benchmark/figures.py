"""The diagrams of a report, drawn by aeon."""

from __future__ import annotations

__all__ = ["INSTALL", "Diagram", "diagrams", "draw_all", "save_png"]

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from lightwaves_aeon.atomic import open_atomic

INSTALL = "python3 -m pip install 'lightwaves-aeon[bench]'"
LEAST_CLASSIFIERS, LEAST_SETS = 3, 3
"""Fewer cannot be ranked and tested."""

OURS = "LightWaveS"
BLUE = "#0072B2"  # of Okabe and Ito, which the colour-blind can tell from black
COLOURS = ("tab10", 10), ("tab20", 20)

DOTS_PER_INCH = 150


class Diagram(NamedTuple):
    """A diagram that is still to be drawn.

    Attributes
    ----------
    title : str
        What it shows.
    file : str
        Name of the picture.
    draw : callable
        Gives the figure; raises where there is too little to be drawn.
    """

    title: str
    file: str
    draw: Callable[[], Any]


def draw_all(diagrams: Sequence[Diagram], folder: Path) -> list[str]:
    """Draw all diagrams of a report.

    Parameters
    ----------
    diagrams : sequence of Diagram
        What to draw.
    folder : Path
        Where the pictures go.

    Returns
    -------
    list of str
        What the page says: the pictures, and why some could not be drawn.

    Raises
    ------
    ImportError
        If a package is missing that `INSTALL` installs.
    """
    import matplotlib.pyplot as plt

    import_module("seaborn")  # aeon's scatter of pairs needs it

    paragraphs = []
    for title, file, draw in diagrams:
        try:
            # Warnings would be of ties, which the diagrams show.
            with warnings.catch_warnings(action="ignore"):
                save_png(draw(), folder / file, dpi=DOTS_PER_INCH)
        except Exception as error:  # a diagram must not cost the report
            paragraphs.append(f"{title}: not drawn, for {error}.")
        else:
            paragraphs += [f"### {title}", f"![{title}]({file})"]
        finally:
            plt.close("all")
    return paragraphs


def save_png(figure: Any, path: Path, **options: Any) -> None:
    """Write a figure to a file with a narrow margin.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to write.
    path : Path
        Where to.
    **options : Any
        For ``savefig``.
    """
    with open_atomic(path) as file:
        figure.savefig(
            file, format="png", bbox_inches="tight", pad_inches=0.1, **options
        )


def diagrams(
    accuracies: pd.DataFrame, milliseconds: pd.Series, published: pd.DataFrame
) -> Iterator[Diagram]:
    """List the diagrams of a report.

    Parameters
    ----------
    accuracies : pd.DataFrame
        Of the sets that all classifiers have: a row for each, and a column for each
        classifier, the best one first.
    milliseconds : pd.Series
        To predict a case, by classifier.
    published : pd.DataFrame
        Accuracies that were published, sets in rows; may be empty.

    Yields
    ------
    Diagram
    """
    yield Diagram(
        "Critical differences of accuracy",
        "critical_difference.png",
        partial(_critical_difference, accuracies),
    )
    if not published.empty:
        # Those alone that have all sets can be ranked, of the sets that are shared.
        shared = accuracies.loc[accuracies.index.intersection(published.index)]
        others = published.reindex(shared.index).dropna(axis="columns")
        yield Diagram(
            f"Critical differences of accuracy, with what was published on "
            f"{len(shared)} of the data sets",
            "critical_difference_published.png",
            partial(_critical_difference, shared.join(others)),
        )
    # The others are set beside the best LightWaveS.
    ours = [name for name in accuracies.columns if name.startswith(OURS)]
    first = [*ours, *accuracies.columns][0]
    for other in accuracies.columns.drop(first):
        yield Diagram(
            f"Accuracy of {first} and {other}",
            f"{first}_{other}.png",
            partial(_pair, accuracies, first, other),
        )
    yield Diagram(
        "Accuracy over the time of a prediction",
        "accuracy_time.png",
        partial(_over_time, accuracies.mean(), milliseconds),
    )


def _critical_difference(accuracies: pd.DataFrame) -> Any:
    from aeon.visualisation import plot_critical_difference

    _check_size(accuracies, LEAST_CLASSIFIERS, LEAST_SETS)
    names = list(accuracies.columns)
    room = 0.4 + 0.125 * max(map(len, names))
    figure, _ = plot_critical_difference(
        accuracies.to_numpy(),
        names,
        width=2 * room + 4,
        textspace=room,
        highlight={name: BLUE for name in names if name.startswith(OURS)},
    )
    return figure


def _pair(accuracies: pd.DataFrame, first: str, second: str) -> Any:
    from aeon.visualisation import plot_pairwise_scatter

    _check_size(accuracies, 2, LEAST_SETS)
    figure, axes = plot_pairwise_scatter(
        accuracies[first].to_numpy(), accuracies[second].to_numpy(), first, second
    )
    axes.set_xlabel(axes.get_xlabel(), loc="left")  # clear of the note on its right
    return figure


def _over_time(accuracy: pd.Series, milliseconds: pd.Series) -> Any:
    from aeon.visualisation import plot_score_vs_time_scatter

    names = list(accuracy.index)
    figure, axes = plot_score_vs_time_scatter(
        accuracy.to_numpy(),
        milliseconds[names].to_numpy(),
        time_unit="ms a case",
        log_time=True,
    )
    figure.set_size_inches(8.5, 5)
    axes.set_ylabel("mean accuracy")  # aeon takes scores for ranks
    # Names beside points that lie close together would overlap.
    colours, n_colours = COLOURS[len(names) > COLOURS[0][1]]
    (points,) = axes.collections
    points.set(cmap=colours, clim=(0, n_colours - 1), sizes=[60])
    handles, _ = points.legend_elements(num=None)
    axes.legend(handles, names, loc="center left", bbox_to_anchor=(1.02, 0.5))
    return figure


def _check_size(accuracies: pd.DataFrame, n_classifiers: int, n_sets: int) -> None:
    if accuracies.shape[1] < n_classifiers or len(accuracies) < n_sets:
        raise ValueError(
            f"it takes {n_classifiers} classifiers and {n_sets} data sets that all of "
            f"them have; here are {accuracies.shape[1]} and {len(accuracies)}"
        )
