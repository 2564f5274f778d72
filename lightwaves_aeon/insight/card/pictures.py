"""Cases with their saliency, and what is said of each."""

from __future__ import annotations

__all__ = ["Picture", "of_classes", "of_numbers"]

from typing import Any, NamedTuple

import numpy as np

from lightwaves_aeon.core.data.collection import Collection, iter_by_length
from lightwaves_aeon.core.fitted import FittedClassifier, FittedLinear
from lightwaves_aeon.insight.card.cases import (
    mistakes,
    spread,
    strongest_part,
    typical,
)
from lightwaves_aeon.insight.card.figures import draw_case
from lightwaves_aeon.insight.card.text import percent
from lightwaves_aeon.insight.words import channel_label, seconds


class Picture(NamedTuple):
    """A case as the page shows it.

    Attributes
    ----------
    number : int
        Which of the cases.
    group : object
        Where it comes from; None if that is not known.
    y, predicted : object
        The label or the number, and what is predicted.
    part : str
        Where most of the prediction comes from.
    svg : str
        The picture.
    probability, probability_of_y : float
        Of the predicted class and the right one; NaN where not known.
    """

    number: int
    group: object
    y: object
    predicted: object
    part: str
    svg: str
    probability: float = np.nan
    probability_of_y: float = np.nan


def of_classes(
    estimator: Any,
    fitted: FittedClassifier,
    cases: Collection,
    y: np.ndarray,
    predicted: np.ndarray,
    probabilities: np.ndarray | None,
    groups: np.ndarray | None,
) -> tuple[list[Picture], list[Picture]]:
    """Draw a typical case of each class, and the most certain mistakes.

    Parameters
    ----------
    estimator : LightWaveSClassifier
        Fitted.
    fitted : FittedClassifier
        The same as a value.
    cases : Collection
        All of them.
    y, predicted : np.ndarray, shape (n_cases,)
        Labels, and what is predicted.
    probabilities : np.ndarray of float, shape (n_cases, n_classes), or None
        Of the classes.
    groups : np.ndarray, shape (n_cases,), or None
        What each case comes from.

    Returns
    -------
    examples, mistakes : list of Picture
    """
    n_cases, classes = len(y), fitted.classes
    stated, of_y = np.full(n_cases, np.nan), np.full(n_cases, np.nan)
    if probabilities is not None:
        places = np.searchsorted(classes, predicted)
        stated = probabilities[np.arange(n_cases), places]
        known = np.flatnonzero(np.isin(y, classes))
        of_y[known] = probabilities[known, np.searchsorted(classes, y[known])]
    certainty = np.nan_to_num(stated, nan=1.0)

    def picture(number: int) -> Picture:
        x, label = _case(cases, number), predicted[number]
        found = estimator.saliency(x, classes[np.searchsorted(classes, label)].item())
        drawn = _drawn(fitted, x, found, number, str(label), str(label))
        group = None if groups is None else groups[number]
        shares = float(stated[number]), float(of_y[number])
        return Picture(number, group, y[number], label, *drawn, *shares)

    right = typical(y, predicted, certainty, classes)
    wrong = mistakes(np.where(y == predicted, 0, certainty))
    return [picture(number) for number in right], [picture(number) for number in wrong]


def of_numbers(
    estimator: Any,
    fitted: FittedLinear,
    cases: Collection,
    y: np.ndarray,
    predicted: np.ndarray,
    groups: np.ndarray | None,
) -> tuple[list[Picture], list[Picture]]:
    """Draw cases of a low, a middle and a high prediction, and the worst mistakes.

    Parameters
    ----------
    estimator : LightWaveSRegressor
        Fitted.
    fitted : FittedRegressor
        The same as a value.
    cases : Collection
        All of them.
    y, predicted : np.ndarray of float, shape (n_cases, n_outputs)
        Numbers, and what is predicted; of several outputs the first is shown.
    groups : np.ndarray, shape (n_cases,), or None
        What each case comes from.

    Returns
    -------
    examples, mistakes : list of Picture
    """
    y, predicted = y[:, 0], predicted[:, 0]

    def picture(number: int) -> Picture:
        x, value = _case(cases, number), float(predicted[number])
        found = estimator.saliency(x)
        drawn = _drawn(fitted, x, found, number, f"{value:.4g}", "a higher number")
        group = None if groups is None else groups[number]
        return Picture(number, group, float(y[number]), value, *drawn)

    some = spread(predicted)
    worst = [n for n in mistakes(np.abs(predicted - y)) if n not in some]
    return [picture(number) for number in some], [picture(number) for number in worst]


def _drawn(
    fitted: FittedLinear,
    x: np.ndarray,
    saliency: np.ndarray,
    number: int,
    predicted: str,
    towards: str,
) -> tuple[str, str]:
    """Say where a prediction comes from, and draw it."""
    labels = [channel_label(n, fitted.channel_names) for n in range(len(x))]
    found = strongest_part(saliency)
    part, rate = "Nothing in the series speaks for or against it.", fitted.sampling_rate
    if found is not None:
        side = "for" if found.is_for else "against"
        part = (
            f"The strongest part is in {labels[found.channel]}, "
            f"{_times(found.start, found.stop, rate)}: it speaks {side} {towards} and "
            f"makes up {percent(found.share)} of the evidence for and against."
        )
    words = f"Case {number}, predicted to be {predicted}. {part}"
    return part, draw_case(x, saliency, labels, str(number), words, rate)


def _times(start: int, stop: int, sampling_rate: float | None) -> str:
    if sampling_rate is not None:
        return f"{seconds(start / sampling_rate)} to {seconds(stop / sampling_rate)}"
    if stop - start == 1:
        return f"time point {start}"
    return f"time points {start} to {stop - 1}"


def _case(cases: Collection, number: int) -> np.ndarray:
    block, rows, _ = next(iter_by_length(cases, np.array([number])))
    return np.asarray(block[rows])[0]
