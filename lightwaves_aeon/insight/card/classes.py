"""How good a classifier is on cases: by class, by group, and in its probabilities."""

from __future__ import annotations

__all__ = ["Bin", "ClassMeasures", "Confusion", "Probabilities", "measure_classes"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.insight.card.shares import Share, share_of

MOST_BINS, CASES_A_BIN = 10, 10
"""Bins of the calibration diagram: at most, and cases of one at least."""

LEAST_PROBABILITY = 1e-15
"""That of log-loss, which would be infinite at 0."""


class Bin(NamedTuple):
    """Cases of about the same stated probability.

    Attributes
    ----------
    stated : float
        Mean probability of the predicted classes.
    right : Share
        How many of the predictions are right.
    """

    stated: float
    right: Share


class Confusion(NamedTuple):
    """Cases of one class that are taken for another."""

    label: object
    predicted: object
    n_cases: int


@dataclass(frozen=True)
class Probabilities:
    """How far stated probabilities can be trusted.

    Attributes
    ----------
    log_loss : float
        Mean of the negative logarithm of the probability of the right class, over the
        cases whose class the model knows.
    base_log_loss : float
        The same if each class always had its share of the cases.
    stated : float
        Mean probability of the predicted classes.
    bins : list of Bin
        From the least certain predictions to the most certain.
    """

    log_loss: float
    base_log_loss: float
    stated: float
    bins: list[Bin]


@dataclass(frozen=True)
class ClassMeasures:
    """What is right and wrong of the predictions for some cases.

    Attributes
    ----------
    labels : np.ndarray
        The classes of the model, then labels of cases that it does not know.
    n_known : int
        How many of them the model knows.
    accuracy : Share
        Cases that are right.
    balanced_accuracy : float
        Mean of `found` over the classes that have cases.
    found : list of Share
        Of the cases of each label, those that are predicted so.
    trusted : list of Share
        Of the cases for which a class is predicted, those that are of it.
    counts : np.ndarray of int, shape (n_labels, n_known)
        Cases by label and predicted class.
    groups : list of (object, Share)
        The same as `accuracy` by group, the weakest first.
    probabilities : Probabilities or None
        None where the model has none.
    """

    labels: np.ndarray
    n_known: int
    accuracy: Share
    balanced_accuracy: float
    found: list[Share]
    trusted: list[Share]
    counts: np.ndarray
    groups: list[tuple[object, Share]]
    probabilities: Probabilities | None

    def confusions(self) -> list[Confusion]:
        """Give the classes that are taken for others, the most frequent first."""
        counts = self.counts.copy()
        np.fill_diagonal(counts, 0)
        order = np.argsort(-counts, axis=None, kind="stable")
        order = order[: np.count_nonzero(counts)]
        rows, columns = np.unravel_index(order, counts.shape)
        return [
            Confusion(self.labels[row], self.labels[column], int(counts[row, column]))
            for row, column in zip(rows, columns, strict=True)
        ]


def measure_classes(
    y: np.ndarray,
    predicted: np.ndarray,
    classes: np.ndarray,
    probabilities: np.ndarray | None = None,
    groups: np.ndarray | None = None,
) -> ClassMeasures:
    """Compare predictions with labels.

    Parameters
    ----------
    y, predicted : np.ndarray, shape (n_cases,)
        The labels, and what is predicted.
    classes : np.ndarray, shape (n_classes,)
        Those that the model knows, ascending.
    probabilities : np.ndarray of float, shape (n_cases, n_classes), optional
        Of each class.
    groups : np.ndarray, shape (n_cases,), optional
        What each case comes from; see ``share_of``.

    Returns
    -------
    ClassMeasures

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.insight.card.classes import measure_classes
    >>> y, predicted = np.array(list("aaabb")), np.array(list("aabbb"))
    >>> found = measure_classes(y, predicted, np.array(["a", "b"]))
    >>> found.accuracy.n_hits, found.counts.tolist()
    (4, [[2, 1], [0, 2]])
    >>> [share.value for share in found.trusted]
    [1.0, 0.6666666666666666]
    """
    unknown = np.setdiff1d(y, classes)
    labels = np.concatenate([classes, unknown])
    place = {label: number for number, label in enumerate(labels.tolist())}
    rows = np.array([place[label] for label in y.tolist()], int)
    columns = np.array([place[label] for label in predicted.tolist()], int)
    counts = np.zeros((len(labels), len(classes)), int)
    np.add.at(counts, (rows, columns), 1)
    right = rows == columns

    def share(of: np.ndarray) -> Share:
        return share_of(right[of], None if groups is None else groups[of])

    found = [share(rows == number) for number in range(len(labels))]
    by_group = [
        (name, share_of(right[groups == name]))
        for name in np.unique([] if groups is None else groups)
    ]
    trust = None
    if probabilities is not None:
        trust = _probabilities(probabilities, rows, columns, share)
    return ClassMeasures(
        labels=labels,
        n_known=len(classes),
        accuracy=share_of(right, groups),
        balanced_accuracy=float(np.nanmean([of.value for of in found])),
        found=found,
        trusted=[share(columns == number) for number in range(len(classes))],
        counts=counts,
        groups=sorted(by_group, key=lambda group: group[1].value),
        probabilities=trust,
    )


def _probabilities(
    probabilities: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    share: Callable[[np.ndarray], Share],
) -> Probabilities:
    """Judge probabilities, given the share of some cases that is right."""
    n_cases, n_classes = probabilities.shape
    known = np.flatnonzero(rows < n_classes)
    of_right = probabilities[known, rows[known]].clip(LEAST_PROBABILITY)
    shares = np.bincount(rows[known], minlength=n_classes) / len(known)
    shares = shares[shares > 0]
    stated = probabilities[np.arange(n_cases), columns]
    order = np.argsort(stated, kind="stable")
    n_bins = min(max(n_cases // CASES_A_BIN, 1), MOST_BINS)
    bins = [
        Bin(float(stated[some].mean()), share(some))
        for some in np.array_split(order, n_bins)
    ]
    return Probabilities(
        log_loss=float(-np.log(of_right).mean()),
        base_log_loss=float(-(shares * np.log(shares)).sum()),
        stated=float(stated.mean()),
        bins=bins,
    )
