"""Candidates and their scores: what one input offers at one dilation, and the pool."""

from __future__ import annotations

__all__ = [
    "Offer",
    "Scores",
    "Shortlist",
    "Trial",
    "Unit",
    "score",
    "score_by_class",
]

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.bank import KernelBank
from lightwaves_aeon.core.collection import Collection, taken
from lightwaves_aeon.core.engine import Evaluator
from lightwaves_aeon.core.features import candidate_rows
from lightwaves_aeon.core.kinds import PPV
from lightwaves_aeon.core.selection import (
    among_best,
    anova_f,
    best_in_turn,
    class_f,
)

PRUNED_AT = 2
"""Candidates beyond those kept that are let pile up, in sizes of the pool."""


class Offer(NamedTuple):
    """All candidates of an input at a dilation, wherever that is.

    Attributes
    ----------
    rows : np.ndarray of dtype `ROW`, shape (n_candidates,)
        The candidates, as of channel 0 and dilation 1, with thresholds of 0.
    evaluate : Evaluator
        The same, arranged for evaluation.
    n_thresholds : int
        Number of quantiles of the responses that PPV has for thresholds; 0 to leave
        its threshold 0.
    """

    rows: np.ndarray
    evaluate: Evaluator
    n_thresholds: int

    @classmethod
    def of(
        cls,
        bank: KernelBank,
        levels: Sequence[int],
        statistics: tuple[str, ...],
        quantiles: bool,
    ) -> Offer:
        """Offer some statistics of the responses of all kernels."""
        rows = candidate_rows(0, 1, len(bank.names), levels, statistics)
        evaluate = Evaluator.build(rows, bank, np.zeros(1), np.ones(1))
        return cls(rows, evaluate, statistics.count("ppv") if quantiles else 0)

    def features(
        self, X: Collection, few: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Compute the candidates.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints), or Unequal
            The channels that the input is made of.
        few : np.ndarray of int
            Cases whose responses give the thresholds.

        Returns
        -------
        columns : np.ndarray of float32, shape (n_cases, n_candidates)
            The candidates.
        thresholds : np.ndarray of float32, shape (n_candidates,)
            That of each; 0 for what has none.
        distinct : np.ndarray of bool, shape (n_candidates,)
            False for those that a threshold makes equal to another.
        """
        evaluate, n_shares = self.evaluate, self.n_thresholds
        thresholds = np.zeros(len(self.rows), np.float32)
        distinct = np.ones(len(self.rows), bool)
        if n_shares > 0:
            found = evaluate.thresholds_at(taken(X, few, range(X.shape[1])), n_shares)
            of_jobs = evaluate.thresholds.copy()
            of_jobs[:, 0, :n_shares] = found
            evaluate = evaluate._replace(thresholds=of_jobs)
            shares = evaluate.columns[:, 0, PPV : PPV + n_shares]
            thresholds[shares] = found
            distinct[shares[:, 1:][found[:, 1:] == found[:, :-1]]] = False
        return evaluate(X), thresholds, distinct


class Trial(NamedTuple):
    """Cases that the table, or one like it, is searched with.

    Attributes
    ----------
    cases : np.ndarray of int, shape (n_cases,)
        Positions in the sample, ordered by class.
    classes : np.ndarray of int, shape (n_cases,)
        Class of each, 0 to n_classes - 1, of those that are there.
    """

    cases: np.ndarray
    classes: np.ndarray

    @classmethod
    def of(cls, cases: np.ndarray, classes: np.ndarray) -> Trial:
        """Make one of some cases, and count the classes that they have."""
        return cls(cases, np.unique(classes, return_inverse=True)[1])

    @property
    def class_starts(self) -> np.ndarray:
        """First case of each class, and the number of cases at the end."""
        return np.searchsorted(self.classes, np.arange(self.classes[-1] + 2))


class Unit(NamedTuple):
    """The candidates of one input at one dilation, and what it takes to score them."""

    first: int
    """Number of its first candidate; they are counted through all units."""
    offer: Offer
    X: Collection
    few: np.ndarray
    trials: Sequence[Trial]


class Scores(NamedTuple):
    """Scores of candidates.

    Attributes
    ----------
    numbers : np.ndarray of int, shape (n_candidates,)
        Which candidates these are, ascending.
    thresholds : np.ndarray of float32, shape (n_candidates,)
        The threshold of each.
    scores : np.ndarray of float64, shape (n_criteria, n_candidates)
        Their scores by each criterion.
    """

    numbers: np.ndarray
    thresholds: np.ndarray
    scores: np.ndarray

    def best(self, size: int) -> Scores:
        """Keep those that are among the best by any criterion."""
        chosen = np.zeros(len(self.numbers), bool)
        for row in self.scores:
            chosen |= among_best(row, size)
        return self.some(np.flatnonzero(chosen))

    def pool(self, size: int) -> Scores:
        """Keep no more than the pool holds; the criteria pick in turn."""
        return self.some(best_in_turn(self.scores, size))

    def some(self, positions: np.ndarray) -> Scores:
        """Take some candidates."""
        return Scores(*(of.take(positions, axis=-1) for of in self))


class Shortlist:
    """The best candidates of those seen so far, by any criterion.

    Parameters
    ----------
    size : int
        How many to keep by each criterion.
    """

    def __init__(self, size: int):
        self._size = size
        self._parts: list[Scores] = []
        self._n_new = 0

    def add(self, part: Scores) -> None:
        """See candidates that follow those seen before."""
        if len(part.numbers) == 0:  # of a process that has no unit
            return
        self._parts.append(part)
        self._n_new += len(part.numbers)
        # Now and then, since each time all that is kept is looked through.
        if self._n_new > max(len(self._parts[0].numbers), PRUNED_AT * self._size):
            self._parts, self._n_new = [self.best()], 0

    def best(self) -> Scores:
        """Give the best of them."""
        if not self._parts:
            nothing = np.empty(0, np.int64), np.empty(0, np.float32)
            return Scores(*nothing, np.empty((0, 0)))
        columns = zip(*self._parts, strict=True)
        return Scores(*(np.concatenate(c, axis=-1) for c in columns)).best(self._size)


def score(unit: Unit) -> list[Scores]:
    """Score by the ANOVA F of all classes, trial by trial."""
    return _scored(unit, lambda *trial: anova_f(*trial)[None])


def score_by_class(unit: Unit) -> list[Scores]:
    """Score by the ANOVA F of all classes, by that of each, and by the place in a unit.

    The last is 0 for the best of the unit by the F of all classes, then -1, and so on,
    so that there is a place in the pool for each channel.
    """
    return _scored(unit, _class_f_and_place)


def _class_f_and_place(columns: np.ndarray, class_starts: np.ndarray) -> np.ndarray:
    scores = class_f(columns, class_starts)
    place = np.empty(scores.shape[1])
    place[np.argsort(-scores[0], kind="stable")] = -np.arange(len(place))
    return np.vstack([scores, place])


def _scored(
    unit: Unit, criteria: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> list[Scores]:
    columns, thresholds, distinct = unit.offer.features(unit.X, unit.few)
    numbers = unit.first + np.arange(len(thresholds))
    found = []
    for trial in unit.trials:
        everyone = len(trial.cases) == len(columns)
        of_trial = columns if everyone else columns[trial.cases]
        scores = criteria(of_trial, trial.class_starts)
        of_all = Scores(numbers, thresholds, scores)
        found.append(
            of_all if distinct.all() else of_all.some(np.flatnonzero(distinct))
        )
    return found
