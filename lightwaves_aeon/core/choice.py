"""The choice from the pool, and what it is worth to cases that had no part in it."""

from __future__ import annotations

__all__ = ["Choice", "Pool", "choose"]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.blas import one_blas_thread
from lightwaves_aeon.core.calibration import HeldOut
from lightwaves_aeon.core.detachment import detach, detach_to_best
from lightwaves_aeon.core.ridge import indicators, scores_of_others
from lightwaves_aeon.core.scoring import Trial
from lightwaves_aeon.core.selection import mrmr


class Pool(NamedTuple):
    """The candidates that a trial chooses from.

    Attributes
    ----------
    positions : np.ndarray of int, shape (n_candidates,)
        Where they stand among those of all trials.
    relevance : np.ndarray of float64, shape (n_candidates,)
        ANOVA F of each.
    """

    positions: np.ndarray
    relevance: np.ndarray


class Choice(NamedTuple):
    """What is chosen.

    Attributes
    ----------
    positions : np.ndarray of int, shape (n_features,)
        The features, in the order of selection.
    relevance, scores : np.ndarray of float64, shape (n_features,)
        ANOVA F of each, and the score by which it was selected; NaN where all of the
        pool is kept.
    path : np.ndarray of dtype `PATH` or None
        The numbers of features there were to choose from, where none was asked for.
    held_out : list of HeldOut
        One for each trial that leaves out cases.
    """

    positions: np.ndarray
    relevance: np.ndarray
    scores: np.ndarray
    path: np.ndarray | None
    held_out: list[HeldOut]


@one_blas_thread
def choose(
    columns: np.ndarray,
    pools: Sequence[Pool],
    trials: Sequence[Trial],
    selector: str,
    n_features: int | None,
) -> Choice:
    """Choose from the pool; then again in each trial that leaves out cases.

    Parameters
    ----------
    columns : np.ndarray of float32, shape (n_cases, n_candidates)
        The candidates of all pools.
    pools : sequence of Pool
        The pool of each trial.
    trials : sequence of Trial
        The first has all cases, and its is the choice; the others are for `HeldOut`.
    selector : {"mrmr", "detach"}
        How to choose.
    n_features : int or None
        How many; None to choose the number, too, for which the selector is detachment.

    Returns
    -------
    Choice
    """
    (pool, *other_pools), (trial, *other_trials) = pools, trials
    order, scores, path = _order(columns, pool, trial, selector, n_features)
    targets = indicators(trial.classes, trial.classes[-1] + 1)
    held_out = []
    for other_pool, other in zip(other_pools, other_trials, strict=True):
        found, _, _ = _order(columns, other_pool, other, selector, len(order))
        features = columns[:, other_pool.positions[found]]
        left_out = np.delete(trial.cases, other.cases)
        others_scores = scores_of_others(
            features[other.cases], targets[other.cases], features[left_out]
        )
        held_out.append(HeldOut(others_scores, trial.classes[left_out]))
    relevance = pool.relevance[order]
    return Choice(pool.positions[order], relevance, scores, path, held_out)


def _order(
    columns: np.ndarray,
    pool: Pool,
    trial: Trial,
    selector: str,
    n_features: int | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    n_all = len(pool.positions)
    if n_features is not None and n_all <= n_features:
        return np.arange(n_all), np.full(n_all, np.nan), None
    part = columns[np.ix_(trial.cases, pool.positions)]
    if n_features is None:
        return detach_to_best(part, trial.classes)
    if selector == "detach":
        return *detach(part, trial.classes, n_features), None
    return *mrmr(part, pool.relevance, n_features), None
