"""Select features from the pool; repeat per fold for out-of-fold scores."""

from __future__ import annotations

__all__ = ["SELECTORS", "Selection", "Selector", "select_features"]

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.linear.ridge import (
    one_vs_rest_targets,
    scores_of_new_cases,
)
from lightwaves_aeon.core.linear.temperature import HeldOut
from lightwaves_aeon.core.parallel.blas import one_blas_thread
from lightwaves_aeon.core.selection.detachment import detach, detach_to_best
from lightwaves_aeon.core.selection.mrmr import mrmr
from lightwaves_aeon.core.selection.scoring import CRITERIA, Fold, Pool


class Selector(NamedTuple):
    """A way to select features.

    Attributes
    ----------
    pool_factor : int
        Candidates that the filter hands on, for each feature wanted.
    criteria : callable
        What candidates are scored by, see `scoring.CRITERIA`.
    select : callable
        Given the pool as columns, classes, relevance and a number of features, gives
        the order of those selected and their scores.
    select_best : callable or None
        Given columns and classes, selects the number, too, and gives the path.
    """

    pool_factor: int
    criteria: Callable[[np.ndarray, np.ndarray], np.ndarray]
    select: Callable[..., tuple[np.ndarray, np.ndarray]]
    select_best: Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]] | None = None


SELECTORS = {
    "mrmr": Selector(
        3,
        CRITERIA["all classes"],
        lambda columns, classes, relevance, n: mrmr(columns, relevance, n),
    ),
    "detach": Selector(
        6,
        CRITERIA["each class"],
        lambda columns, classes, relevance, n: detach(columns, classes, n),
        detach_to_best,
    ),
}
"""All, by the names of the parameter ``selector``."""


class Selection(NamedTuple):
    """What is selected.

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
        One for each fold that leaves out cases.
    """

    positions: np.ndarray
    relevance: np.ndarray
    scores: np.ndarray
    path: np.ndarray | None
    held_out: list[HeldOut]


@one_blas_thread
def select_features(
    columns: np.ndarray,
    pools: Sequence[Pool],
    folds: Sequence[Fold],
    selector: Selector,
    n_features: int | None,
) -> Selection:
    """Select from the pool; then again in each fold that leaves out cases.

    Parameters
    ----------
    columns : np.ndarray of float32, shape (n_cases, n_candidates)
        The candidates of all pools.
    pools : sequence of Pool
        The pool of each fold.
    folds : sequence of Fold
        The first has all cases, and what is selected with it counts; the others are for
        `HeldOut`.
    selector : Selector
        How to select.
    n_features : int or None
        How many; None to choose the number, too.

    Returns
    -------
    Selection
    """
    (pool, *other_pools), (everyone, *other_folds) = pools, folds
    order, scores, path = _select(columns, pool, everyone, selector, n_features)
    targets = one_vs_rest_targets(everyone.classes, everyone.classes[-1] + 1)
    held_out = []
    for of_fold, fold in zip(other_pools, other_folds, strict=True):
        found, _, _ = _select(columns, of_fold, fold, selector, len(order))
        features = columns[:, of_fold.positions[found]]
        left_out = np.delete(everyone.cases, fold.cases)
        of_left_out = scores_of_new_cases(
            features[fold.cases], targets[fold.cases], features[left_out]
        )
        held_out.append(HeldOut(of_left_out, everyone.classes[left_out]))
    relevance = pool.relevance[order]
    return Selection(pool.positions[order], relevance, scores, path, held_out)


def _select(
    columns: np.ndarray,
    pool: Pool,
    fold: Fold,
    selector: Selector,
    n_features: int | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    n_all = len(pool.positions)
    if n_features is not None and n_all <= n_features:
        return np.arange(n_all), np.full(n_all, np.nan), None
    part = columns[np.ix_(fold.cases, pool.positions)]
    if n_features is None and selector.select_best is not None:
        return selector.select_best(part, fold.classes)
    return *selector.select(part, fold.classes, pool.relevance, n_features), None
