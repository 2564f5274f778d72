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
            paragraphs.append(f"{title}: not drawn: {error}.")
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
    scores: pd.DataFrame,
    milliseconds: pd.Series,
    published: pd.DataFrame,
    measure: str = "accuracy",
) -> Iterator[Diagram]:
    """List the diagrams of a report.

    Parameters
    ----------
    scores : pd.DataFrame
        Of the sets that all classifiers have: a row for each, and a column for each
        classifier, the best one first.
    milliseconds : pd.Series
        To predict a case, by classifier.
    published : pd.DataFrame
        Scores that were published, sets in rows; may be empty.
    measure : str, default="accuracy"
        What the scores are, of which higher ones are better.

    Yields
    ------
    Diagram
    """
    yield Diagram(
        f"Critical differences of {measure}",
        "critical_difference.png",
        partial(_critical_difference, scores),
    )
    if not published.empty:
        # Those alone that have all sets can be ranked, of the sets that are shared.
        shared = scores.loc[scores.index.intersection(published.index)]
        others = published.reindex(shared.index).dropna(axis="columns")
        yield Diagram(
            f"Critical differences of {measure}, with what was published on "
            f"{len(shared)} of the data sets",
            "critical_difference_published.png",
            partial(_critical_difference, shared.join(others)),
        )
    # The others are set beside the best LightWaveS.
    ours = [name for name in scores.columns if name.startswith(OURS)]
    first = [*ours, *scores.columns][0]
    title = measure[:1].upper() + measure[1:]
    for other in scores.columns.drop(first):
        yield Diagram(
            f"{title} of {first} and {other}",
            f"{first}_{other}.png",
            partial(_pair, scores, first, other, measure),
        )
    yield Diagram(
        f"{title} over the time of a prediction",
        f"{measure}_time.png",
        partial(_over_time, scores.mean(), milliseconds, measure),
    )


def _critical_difference(scores: pd.DataFrame) -> Any:
    from aeon.visualisation import plot_critical_difference

    _check_size(scores, LEAST_CLASSIFIERS, LEAST_SETS)
    names = list(scores.columns)
    room = 0.4 + 0.125 * max(map(len, names))
    figure, _ = plot_critical_difference(
        scores.to_numpy(),
        names,
        width=2 * room + 4,
        textspace=room,
        highlight={name: BLUE for name in names if name.startswith(OURS)},
    )
    return figure


def _pair(scores: pd.DataFrame, first: str, second: str, measure: str) -> Any:
    from aeon.visualisation import plot_pairwise_scatter

    _check_size(scores, 2, LEAST_SETS)
    of_both = scores[first].to_numpy(), scores[second].to_numpy()
    figure, axes = plot_pairwise_scatter(*of_both, first, second, metric=measure)
    axes.set_xlabel(axes.get_xlabel(), loc="left")  # clear of the note on its right
    return figure


def _over_time(means: pd.Series, milliseconds: pd.Series, measure: str) -> Any:
    from aeon.visualisation import plot_score_vs_time_scatter
    from matplotlib.ticker import NullFormatter

    names = list(means.index)
    figure, axes = plot_score_vs_time_scatter(
        means.to_numpy(),
        milliseconds[names].to_numpy(),
        time_unit="ms per case",
        log_time=True,
    )
    figure.set_size_inches(8.5, 5)
    axes.set_ylabel(f"mean {measure}")  # aeon takes scores for ranks
    axes.set_ylim(top=min(axes.get_ylim()[1], 1.005))
    axes.xaxis.set_minor_formatter(NullFormatter())  # they would overlap
    axes.xaxis.set_major_formatter("{x:g}")
    # Names beside points that lie close together would overlap.
    colours, n_colours = COLOURS[len(names) > COLOURS[0][1]]
    (points,) = axes.collections
    points.set(cmap=colours, clim=(0, n_colours - 1), sizes=[60])
    handles, _ = points.legend_elements(num=None)
    axes.legend(handles, names, loc="center left", bbox_to_anchor=(1.02, 0.5))
    return figure


def _check_size(scores: pd.DataFrame, n_classifiers: int, n_sets: int) -> None:
    if scores.shape[1] < n_classifiers or len(scores) < n_sets:
        raise ValueError(
            f"it needs at least {n_classifiers} classifiers and {n_sets} data sets "
            f"with results of all, and there are {scores.shape[1]} classifiers and "
            f"{len(scores)} data sets"
        )
