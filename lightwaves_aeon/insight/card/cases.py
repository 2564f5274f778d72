"""Which cases a card shows, and where in them a prediction comes from."""

from __future__ import annotations

__all__ = [
    "MOST_CLASSES",
    "MOST_MISTAKES",
    "Strongest",
    "mistakes",
    "spread",
    "strongest_part",
    "typical",
]

from typing import NamedTuple

import numpy as np

MOST_CLASSES, MOST_MISTAKES = 20, 12
"""Classes that have an example, and mistakes that are shown."""

N_EXAMPLES = 3
"""Examples of a regressor."""

PARTS = 10
"""A part of a series that is named is one of so many."""


class Strongest(NamedTuple):
    """The part of a case that speaks most, for or against.

    Attributes
    ----------
    channel : int
        In which channel.
    start, stop : int
        From which time point to before which.
    share : float
        Of all absolute saliency of the case.
    is_for : bool
        Whether it speaks for the class, or raises the number.
    """

    channel: int
    start: int
    stop: int
    share: float
    is_for: bool


def typical(
    y: np.ndarray, predicted: np.ndarray, certainty: np.ndarray, classes: np.ndarray
) -> list[int]:
    """Choose a correct case of each class.

    Parameters
    ----------
    y, predicted : np.ndarray, shape (n_cases,)
        The labels, and what is predicted.
    certainty : np.ndarray of float, shape (n_cases,)
        The larger, the more certain a prediction is.
    classes : np.ndarray
        Those that the model knows.

    Returns
    -------
    list of int
        For each of the first 20 classes that has correct cases, that of median
        certainty.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.insight.card.cases import typical
    >>> y, predicted = np.array(list("aaaab")), np.array(list("aaaba"))
    >>> certainty = np.array([0.9, 0.5, 0.7, 0.6, 0.8])
    >>> typical(y, predicted, certainty, np.array(["a", "b"]))
    [2]
    """
    chosen = []
    for label in classes[:MOST_CLASSES]:
        right = np.flatnonzero((y == label) & (predicted == label))
        if len(right):
            order = right[np.argsort(certainty[right], kind="stable")]
            chosen.append(int(order[(len(order) - 1) // 2]))
    return chosen


def mistakes(off: np.ndarray) -> list[int]:
    """Choose the worst mistakes.

    Parameters
    ----------
    off : np.ndarray of float, shape (n_cases,)
        How wrong each case is; 0 if it is right.

    Returns
    -------
    list of int
        Twelve at most, the worst first.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.insight.card.cases import mistakes
    >>> mistakes(np.array([0.0, 0.4, 0.0, 0.9]))
    [3, 1]
    """
    order = np.argsort(-off, kind="stable")[:MOST_MISTAKES]
    return [int(case) for case in order if off[case] > 0]


def spread(predicted: np.ndarray) -> list[int]:
    """Choose a case of a low prediction, a middle one and a high one.

    Parameters
    ----------
    predicted : np.ndarray of float, shape (n_cases,)
        What is predicted.

    Returns
    -------
    list of int
        Those at a tenth, the half and nine tenths of the cases.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.insight.card.cases import spread
    >>> spread(np.arange(11.0)[::-1])
    [9, 5, 1]
    """
    order = np.argsort(predicted, kind="stable")
    places = np.linspace(0.1, 0.9, N_EXAMPLES) * (len(order) - 1)
    return list(dict.fromkeys(order[places.round().astype(int)].tolist()))


def strongest_part(saliency: np.ndarray) -> Strongest | None:
    """Find the part of a case that says most.

    Parameters
    ----------
    saliency : np.ndarray of float, shape (n_channels, n_timepoints)
        As ``estimator.saliency`` gives it.

    Returns
    -------
    Strongest or None
        A tenth of the time points, of the channel in which their sum is the largest;
        None if nothing says anything.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.insight.card.cases import strongest_part
    >>> saliency = np.zeros((2, 30))
    >>> saliency[1, 12:15], saliency[0, 3] = -1, 1
    >>> strongest_part(saliency)
    Strongest(channel=1, start=12, stop=15, share=0.75, is_for=False)
    """
    whole = np.abs(saliency).sum()
    if whole == 0:
        return None
    width = -(-saliency.shape[1] // PARTS)
    sums = np.cumsum(np.pad(saliency, ((0, 0), (1, 0))), axis=1)
    of_parts = sums[:, width:] - sums[:, :-width]
    place = np.unravel_index(np.abs(of_parts).argmax(), of_parts.shape)
    channel, start = map(int, place)
    part = saliency[channel, start : start + width]
    share, is_for = float(np.abs(part).sum() / whole), bool(part.sum() > 0)
    return Strongest(channel, start, start + width, share, is_for)
