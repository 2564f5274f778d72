"""The diagrams of a report, drawn by aeon."""

from __future__ import annotations

__all__ = ["INSTALL", "Figure", "draw_all", "names_of"]

import warnings
from collections.abc import Callable, Iterator
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


class Figure(NamedTuple):
    """A diagram, or why there is none.

    Attributes
    ----------
    title : str
        What it shows.
    file : str or None
        Name of the picture, None if it could not be drawn.
    reason : str
        Why it could not be.
    """

    title: str
    file: str | None
    reason: str = ""


def draw_all(
    accuracies: pd.DataFrame,
    milliseconds: pd.Series,
    published: pd.DataFrame,
    folder: Path,
) -> list[Figure]:
    """Draw all diagrams of a report.

    Parameters
    ----------
    accuracies : pd.DataFrame
        Of the sets that all classifiers have: a row for each, and a column for each
        classifier, the best one first.
    milliseconds : pd.Series
        To predict a case, by classifier.
    published : pd.DataFrame
        Accuracies that were published, sets in rows; may be empty.
    folder : Path
        Where the pictures go.

    Returns
    -------
    list of Figure

    Raises
    ------
    ImportError
        If a package is missing that `INSTALL` installs.
    """
    import matplotlib.pyplot as plt

    import_module("seaborn")  # aeon's scatter of pairs needs it

    figures = []
    for title, name, draw in _diagrams(accuracies, milliseconds, published):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of ties; the diagrams show them
                figure = draw()
                with open_atomic(folder / name) as file:
                    figure.savefig(
                        file,
                        format="png",
                        dpi=DOTS_PER_INCH,
                        bbox_inches="tight",
                        pad_inches=0.1,
                    )
        except Exception as error:  # a diagram must not cost the report
            figures.append(Figure(title, None, f"{error}"))
        else:
            figures.append(Figure(title, name))
        finally:
            plt.close("all")
    return figures


def names_of(
    accuracies: pd.DataFrame, milliseconds: pd.Series, published: pd.DataFrame
) -> list[str]:
    """List the files that `draw_all` may write."""
    return [name for _, name, _ in _diagrams(accuracies, milliseconds, published)]


def _diagrams(
    accuracies: pd.DataFrame, milliseconds: pd.Series, published: pd.DataFrame
) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    yield (
        "Critical differences of accuracy",
        "critical_difference.png",
        partial(_critical_difference, accuracies),
    )
    if not published.empty:
        # Those alone that have all sets can be ranked, of the sets that are shared.
        shared = accuracies.loc[accuracies.index.intersection(published.index)]
        others = published.reindex(shared.index).dropna(axis="columns")
        yield (
            f"Critical differences of accuracy, with what was published on "
            f"{len(shared)} of the data sets",
            "critical_difference_published.png",
            partial(_critical_difference, shared.join(others)),
        )
    first = _first(list(accuracies.columns))
    for other in accuracies.columns.drop(first):
        yield (
            f"Accuracy of {first} and {other}",
            f"{first}_{other}.png",
            partial(_pair, accuracies, first, other),
        )
    yield (
        "Accuracy over the time of a prediction",
        "accuracy_time.png",
        partial(_over_time, accuracies.mean(), milliseconds),
    )


def _first(names: list[str]) -> str:
    """Choose the classifier that the others are set published: the best LightWaveS."""
    return next((name for name in names if name.startswith(OURS)), names[0])


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
