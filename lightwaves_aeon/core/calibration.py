"""How sure a model may be: scores of cases that had no part in it.

Features are chosen for the training cases, so these are told apart better than any
others, in leave-one-out, too. So the search is repeated without some of the cases,
from the filter on, and the scores that these get say what scores are worth.
"""

from __future__ import annotations

__all__ = ["HeldOut", "held_out_folds", "sharpness"]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from lightwaves_aeon.core.head import two_columns

N_FOLDS = 3
"""A fold is a third of the cases."""

ENOUGH_CASES = 200
"""Cases held out that are enough; more folds than it takes for them are not used."""

LEAST, MOST = -7.0, 7.0
"""Bounds of the logarithm of the sharpness."""

WRONG_LABELS = 0.5
"""Labels taken to be wrong among all that are held out (label smoothing; the half is
that of Krichevsky and Trofimov 1981)."""

CASES_A_UNIT = 4
"""Held-out cases for each unit of the mean of the sharpness's exponential prior: a few
that happen to be told apart say little."""

NOTHING_KNOWN = 1e-3
"""The sharpness where no case is held out: chances are about even."""


class HeldOut(NamedTuple):
    """Scores of cases by a search, and a ridge regression, that did not know them.

    Attributes
    ----------
    scores : np.ndarray of float64, shape (n_cases, n_scores)
        A column a class, or one for two classes.
    classes : np.ndarray of int, shape (n_cases,)
        Their classes.
    """

    scores: np.ndarray
    classes: np.ndarray


def held_out_folds(n_cases: int) -> list[np.ndarray]:
    """Split cases that are ordered by class, so that each fold has its share of each.

    Parameters
    ----------
    n_cases : int
        Number of cases.

    Returns
    -------
    list of np.ndarray of int
        The cases of each fold; not all cases are in one, where there are many.

    Examples
    --------
    >>> from lightwaves_aeon.core.calibration import held_out_folds
    >>> [fold.tolist() for fold in held_out_folds(7)]
    [[0, 3, 6], [1, 4], [2, 5]]
    """
    n_used = min(-(-ENOUGH_CASES * N_FOLDS // max(n_cases, 1)), N_FOLDS)
    return [np.arange(fold, n_cases, N_FOLDS) for fold in range(n_used)]


def sharpness(held_out: Sequence[HeldOut]) -> float:
    """Find what to multiply scores by, for a softmax of them to be probabilities.

    It is the inverse temperature (Guo et al. 2017, "On calibration of modern neural
    networks") of the greatest posterior probability. Labels are smoothed, so that no
    number of cases makes for certainty, and a prior keeps few from it.

    Parameters
    ----------
    held_out : sequence of HeldOut
        Scores of cases that the search did not know.

    Returns
    -------
    float
        Next to nothing if there are no cases.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.calibration import HeldOut, sharpness
    >>> classes = np.array([0, 0, 0, 1, 1, 1])
    >>> clear = np.array([[-1.0], [-1.0], [-1.0], [1.0], [1.0], [1.0]])
    >>> mixed = np.array([[-1.0], [-1.0], [1.0], [-1.0], [1.0], [1.0]])
    >>> [round(sharpness([HeldOut(x, classes)]), 2) for x in (clear, mixed)]
    [1.74, 0.17]
    """
    if sum(len(part.classes) for part in held_out) == 0:
        return NOTHING_KNOWN
    scores = two_columns(np.concatenate([part.scores for part in held_out]))
    classes = np.concatenate([part.classes for part in held_out])
    n_cases, n_classes = scores.shape
    doubt = WRONG_LABELS / (n_cases + WRONG_LABELS)
    targets = np.full(scores.shape, doubt / n_classes)
    targets[np.arange(n_cases), classes] += 1 - doubt

    def loss(log_factor: float) -> float:
        factor = np.exp(log_factor)
        likelihood = (targets * log_softmax(factor * scores, axis=1)).sum()
        return factor * CASES_A_UNIT / n_cases - likelihood

    found = minimize_scalar(loss, bounds=(LEAST, MOST), method="bounded")
    return float(np.exp(found.x))
