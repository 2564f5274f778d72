"""Select features from the pool; repeat per fold for out-of-fold scores."""

from __future__ import annotations

__all__ = ["SELECTORS", "Selection", "Selector", "select_features"]

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.data.augmentation import Mixtures, with_augmented
from lightwaves_aeon.core.linear.channel_loss import channels_lost
from lightwaves_aeon.core.linear.ridge import SOFT_ALPHAS, Ridge, fit_ridge
from lightwaves_aeon.core.linear.temperature import HeldOut
from lightwaves_aeon.core.linear.unobserved import importances_of
from lightwaves_aeon.core.parallel.blas import one_blas_thread
from lightwaves_aeon.core.selection.detachment import detach, detach_to_best
from lightwaves_aeon.core.selection.distillation import Pace, distil, group_of_rows
from lightwaves_aeon.core.selection.mrmr import mrmr
from lightwaves_aeon.core.selection.scoring import CRITERIA, Criteria, Fold, Pool
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.core.weights import number_of_cases

CLASS_PACES = Pace(0.15, 4000), Pace(0.3, 4000)
"""Pace of a student; and where only scores of held-out cases are wanted of it."""

NUMBER_PACES = Pace(0.25, 4000), Pace(0.5, 2000)
"""The same of numbers, which lose nothing by it."""


class SelectionTask(NamedTuple):
    """What to select from in a fold.

    Attributes
    ----------
    columns : np.ndarray of float32, shape (n_cases, n_candidates)
        The pool, in the training cases of the fold.
    augmented : np.ndarray of float32, shape (n_augmented, n_candidates)
        The pool, in augmented cases that are made of them.
    gapped : np.ndarray of the same dtype and shape, or None
        The same after values are dropped, if any are.
    targets : Targets
        Of the training cases.
    relevance : np.ndarray of float64, shape (n_candidates,)
        F of each candidate, see `scoring.CRITERIA`.
    rows : np.ndarray of dtype `ROW`, shape (n_candidates,)
        The candidates.
    coarse : bool
        Whether a selection that is less fine will do.
    group_weights : np.ndarray or None
        What a teacher is to weigh its groups by, if that is known.
    """

    columns: np.ndarray
    augmented: np.ndarray
    gapped: np.ndarray | None
    targets: Targets
    relevance: np.ndarray
    rows: np.ndarray
    coarse: bool
    group_weights: np.ndarray | None


class Selected(NamedTuple):
    """What is selected in a fold.

    Attributes
    ----------
    order : np.ndarray of int, shape (n_selected,)
        Candidates, in the order of selection.
    scores : np.ndarray of float64, shape (n_selected,)
        The score by which each was selected.
    path : np.ndarray or None
        The numbers of features there were to choose from, where none was asked for.
    soft_targets : np.ndarray, shape (n_cases + n_augmented, n_scores), or None
        What the head is trained to give, in place of the labels.
    group_weights : np.ndarray or None
        What a teacher weighed its groups by.
    """

    order: np.ndarray
    scores: np.ndarray
    path: np.ndarray | None = None
    soft_targets: np.ndarray | None = None
    group_weights: np.ndarray | None = None


def _mrmr(task: SelectionTask, n_features: int | None) -> Selected:
    assert n_features is not None  # which a search makes sure of
    weights = task.targets.weights
    return Selected(*mrmr(task.columns, task.relevance, n_features, weights))


def _detach(task: SelectionTask, n_features: int | None) -> Selected:
    if n_features is None:
        return Selected(*detach_to_best(task.columns, task.targets))
    return Selected(*detach(task.columns, task.targets, n_features))


def _distil(task: SelectionTask, n_features: int | None) -> Selected:
    paces = CLASS_PACES if task.targets.numbers is None else NUMBER_PACES
    cases = task.columns, task.augmented, task.targets
    how = paces[task.coarse], task.gapped, task.group_weights
    return Selected(*distil(*cases, group_of_rows(task.rows), n_features, *how))


class Selector(NamedTuple):
    """A way to select features.

    Attributes
    ----------
    least_pool, pool_factor : int
        Candidates that the filter hands on: at least, and for each feature wanted.
    criteria : callable
        What candidates are scored by, see `scoring.CRITERIA`.
    select : callable
        Selects a number of features from a task, or the number, too, given None.
    chooses_number : bool
        Whether it can be given None.
    augmentation, most_augmented : int
        Augmented cases wanted: for each training case, and in all at most; with any,
        there are soft targets.
    """

    least_pool: int
    pool_factor: int
    criteria: Criteria
    select: Callable[[SelectionTask, int | None], Selected]
    chooses_number: bool = False
    augmentation: int = 0
    most_augmented: int = 0

    def pool_size(self, n_features: int) -> int:
        """Give the number of candidates that the filter hands on."""
        return max(self.pool_factor * n_features, self.least_pool)

    def n_augmented(self, n_cases: int) -> int:
        """Give the number of augmented cases wanted beside so many training cases."""
        return min(self.augmentation * n_cases, self.most_augmented)

    @property
    def by_feature(self) -> bool:
        """Whether it reads features one by one, as `distil` does."""
        return self.augmentation > 0

    def arranged(self, columns: np.ndarray) -> np.ndarray:
        """Arrange a pool so that to take features is to copy stretches of memory."""
        return np.asarray(columns, order="F" if self.by_feature else "C")


SELECTORS = {
    "mrmr": Selector(0, 3, CRITERIA["all classes"], _mrmr),
    "detach": Selector(0, 6, CRITERIA["each class"], _detach, True),
    "distil": Selector(12_000, 6, CRITERIA["each class"], _distil, True, 5, 2000),
}
"""All, by the names of the parameter ``selector``."""


class Selection(NamedTuple):
    """What is selected.

    Attributes
    ----------
    positions : np.ndarray of int, shape (n_features,)
        The features, in the order of selection.
    relevance, scores : np.ndarray of float64, shape (n_features,)
        F of each, and the score by which it was selected; NaN where all of the
        pool is kept.
    means : np.ndarray of float64, shape (n_features,)
        Mean of each over the cases.
    path : np.ndarray or None
        The numbers of features there were to choose from, where none was asked for.
    soft_targets : np.ndarray, shape (n_cases + n_augmented, n_scores), or None
        What the head is trained to give, in place of the labels.
    held_out : list of HeldOut
        One for each fold that leaves out cases.
    """

    positions: np.ndarray
    relevance: np.ndarray
    scores: np.ndarray
    means: np.ndarray
    path: np.ndarray | None
    soft_targets: np.ndarray | None
    held_out: list[HeldOut]


def _held_out(
    ridges: Sequence[Ridge], features: np.ndarray, targets: Targets, rows: np.ndarray
) -> HeldOut:
    """Score cases by the mean of regressions, with all channels and without each."""

    def scores_of(features: np.ndarray) -> np.ndarray:
        return np.mean([ridge.scores(features) for ridge in ridges], axis=0)

    importances = importances_of(np.mean([ridge.weights for ridge in ridges], axis=0))
    channels_of = rows["channel"], rows["other"]
    means = ridges[0].means
    lost = channels_lost(features, means, importances, channels_of, scores_of)
    return HeldOut(scores_of(features), targets, tuple(lost))


@one_blas_thread
def select_features(
    rows: np.ndarray,
    columns: np.ndarray,
    augmented: np.ndarray,
    gapped: np.ndarray | None,
    mixtures: Mixtures,
    pools: Sequence[Pool],
    folds: Sequence[Fold],
    selector: Selector,
    n_features: int | None,
) -> Selection:
    """Select from the pool; then again in each fold that leaves out cases.

    Parameters
    ----------
    rows : np.ndarray of dtype `ROW`, shape (n_candidates,)
        The candidates of all pools.
    columns : np.ndarray of float32, shape (n_cases, n_candidates)
        Their values.
    augmented : np.ndarray of float32, shape (n_mixtures, n_candidates)
        The same, of augmented cases.
    gapped : np.ndarray of float32, shape (n_mixtures, n_candidates), or None
        The same after values are dropped, if any are.
    mixtures : Mixtures
        Which cases these are made of.
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

    def part_of(
        table: np.ndarray, cases: np.ndarray, features: np.ndarray
    ) -> np.ndarray:
        everything = len(cases), len(features)
        if everything == table.shape and (np.diff(features) == 1).all():
            return table  # cases are ascending, too
        if selector.by_feature:
            return table.T[features].take(cases, axis=1).T
        return table[cases].take(features, axis=1)

    def select(
        pool: Pool,
        fold: Fold,
        n_features: int | None,
        group_weights: np.ndarray | None = None,
    ) -> Selected:
        n_all = len(pool.positions)
        if n_features is not None and n_all <= n_features:
            if selector.augmentation == 0:
                return Selected(np.arange(n_all), np.full(n_all, np.nan))
            n_features = n_all
        within = mixtures.within(fold.cases)
        task = SelectionTask(
            part_of(columns, fold.cases, pool.positions),
            part_of(augmented, within, pool.positions),
            None if gapped is None else part_of(gapped, within, pool.positions),
            fold.targets,
            pool.relevance,
            rows[pool.positions],
            fold is not everyone,
            group_weights,
        )
        return selector.select(task, n_features)

    found = select(pool, everyone, n_features)
    values, of_numbers = everyone.targets.values, everyone.targets.numbers is not None
    # A few weights that all cases chose tell next to nothing of those held out.
    group_weights = found.group_weights if of_numbers else None
    held_out, alphas = [], SOFT_ALPHAS
    for of_fold, fold in zip(other_pools, other_folds, strict=True):
        chosen = select(of_fold, fold, len(found.order), group_weights)
        positions = of_fold.positions[chosen.order]
        features = part_of(columns, fold.cases, positions)
        left_out = np.delete(everyone.cases, fold.cases)
        others = part_of(columns, left_out, positions)
        ridges = []
        # Numbers are as noisy as labels, and the teacher's predictions of them are not.
        if chosen.soft_targets is None or not of_numbers:
            of_cases = values[fold.cases]
            ridges.append(fit_ridge(features, of_cases, weights=fold.targets.weights))
        if chosen.soft_targets is not None:
            seen = augmented if gapped is None else gapped
            of_mixtures = part_of(seen, mixtures.within(fold.cases), positions)
            lesson = np.concatenate([features, of_mixtures]), chosen.soft_targets
            counts = with_augmented(fold.targets.weights, len(of_mixtures))
            ridges.append(fit_ridge(*lesson, alphas, counts))
            if of_numbers:  # the penalty that serves one fold serves the others
                n_cases = number_of_cases(lesson[0], counts)
                alphas = np.array([ridges[-1].alpha / n_cases])
        of_others = others, everyone.targets.take(left_out), rows[positions]
        scored, known = _held_out(ridges, *of_others), fold.targets.numbers
        if known is not None:
            ends = np.array([known.min(axis=0), known.max(axis=0)])
            scored = scored._replace(known=ends)
        held_out.append(scored)
    positions = pool.positions[found.order]
    return Selection(
        positions,
        pool.relevance[found.order],
        found.scores,
        columns[:, positions].mean(axis=0, dtype=np.float64),
        found.path,
        found.soft_targets,
        held_out,
    )
