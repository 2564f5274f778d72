"""Temperature scaling (Guo et al. 2017) on out-of-fold scores of the whole search.

Features are chosen for the training cases, so these are told apart better than any
others, in leave-one-out, too. So the search is repeated without some of the cases,
from the filter on, and the scores that these get say what scores are worth.
"""

from __future__ import annotations

__all__ = ["ChannelLost", "HeldOut", "fit_inverse_temperature", "held_out_folds"]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from lightwaves_aeon.core.linear.head import two_columns
from lightwaves_aeon.core.targets import Targets

N_FOLDS = 3
"""A fold is a third of the cases."""

HELD_OUT_CASES = 200
"""Cases held out that are enough; more folds than it takes for them are not used."""

LOG_BETA_BOUNDS = -7.0, 7.0
"""Bounds of the logarithm of the inverse temperature."""

SMOOTHED_LABELS = 0.5
"""Labels taken to be wrong among all that are held out (label smoothing; the half is
that of Krichevsky and Trofimov 1981)."""

CASES_PER_UNIT = 4
"""Held-out cases for each unit of the mean of the exponential prior of the inverse
temperature: a few that happen to be told apart say little."""

BETA_WITHOUT_CASES = 1e-3
"""The inverse temperature where no case is held out: chances are about even."""


class ChannelLost(NamedTuple):
    """Scores that held-out cases get without a channel.

    Attributes
    ----------
    channel : int
        The channel.
    information : float
        Share of the importance that the other features have.
    scores : np.ndarray of float64, shape (n_cases, n_scores)
        The scores.
    """

    channel: int
    information: float
    scores: np.ndarray


class HeldOut(NamedTuple):
    """Scores of cases by a search, and a ridge regression, that did not know them.

    Attributes
    ----------
    scores : np.ndarray of float64, shape (n_cases, n_scores)
        A column a class, or one for two classes, or one an output.
    targets : Targets
        Of these cases.
    channels_lost : sequence of ChannelLost
        Their scores without each of the channels that were in use.
    known : np.ndarray of float64, shape (2, n_outputs), or None
        The least and the largest number of the cases that the search knew.
    """

    scores: np.ndarray
    targets: Targets
    channels_lost: Sequence[ChannelLost] = ()
    known: np.ndarray | None = None

    def scores_without(self, channel: int) -> np.ndarray:
        """Give the scores without a channel, which need not be in use."""
        of_channel = [of.scores for of in self.channels_lost if of.channel == channel]
        return of_channel[0] if of_channel else self.scores


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
    >>> from lightwaves_aeon.core.linear.temperature import held_out_folds
    >>> [fold.tolist() for fold in held_out_folds(7)]
    [[0, 3, 6], [1, 4], [2, 5]]
    """
    n_used = min(-(-HELD_OUT_CASES * N_FOLDS // max(n_cases, 1)), N_FOLDS)
    return [np.arange(fold, n_cases, N_FOLDS) for fold in range(n_used)]


def fit_inverse_temperature(held_out: Sequence[HeldOut]) -> float:
    """Fit the inverse temperature by maximum a posteriori, with label smoothing.

    A softmax of the scores times the inverse temperature gives probabilities (Guo et
    al. 2017, "On calibration of modern neural networks"). Labels are smoothed, so that
    no number of cases makes for certainty, and a prior keeps few from it.

    Parameters
    ----------
    held_out : sequence of HeldOut
        Scores of cases that the search did not know; these count by their weights.

    Returns
    -------
    float
        Next to nothing if there are no cases.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.temperature import (
    ...     HeldOut,
    ...     fit_inverse_temperature,
    ... )
    >>> from lightwaves_aeon.core.targets import Targets
    >>> classes = np.array([0, 0, 0, 1, 1, 1])
    >>> clear = np.array([[-1.0], [-1.0], [-1.0], [1.0], [1.0], [1.0]])
    >>> mixed = np.array([[-1.0], [-1.0], [1.0], [-1.0], [1.0], [1.0]])
    >>> held_out = [HeldOut(scores, Targets(classes)) for scores in (clear, mixed)]
    >>> [round(fit_inverse_temperature([part]), 2) for part in held_out]
    [1.74, 0.17]
    """
    if sum(len(part.scores) for part in held_out) == 0:
        return BETA_WITHOUT_CASES
    scores = two_columns(np.concatenate([part.scores for part in held_out]))
    of_cases = Targets.joined([part.targets for part in held_out])
    n_cases, n_classes = scores.shape
    label_smoothing = SMOOTHED_LABELS / (n_cases + SMOOTHED_LABELS)
    targets = np.full(scores.shape, label_smoothing / n_classes)
    targets[np.arange(n_cases), of_cases.classes] += 1 - label_smoothing
    if of_cases.weights is not None:
        targets *= of_cases.weights[:, None]

    def loss(log_beta: float) -> float:
        beta = np.exp(log_beta)
        likelihood = (targets * log_softmax(beta * scores, axis=1)).sum()
        return beta * CASES_PER_UNIT / n_cases - likelihood

    found = minimize_scalar(loss, bounds=LOG_BETA_BOUNDS, method="bounded")
    return float(np.exp(found.x))
