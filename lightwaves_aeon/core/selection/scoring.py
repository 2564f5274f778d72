"""Score candidates, one input at one dilation at a time, in the sample and in folds."""

from __future__ import annotations

__all__ = [
    "CRITERIA",
    "CandidateScores",
    "Criteria",
    "Fold",
    "Pool",
    "ScoringTask",
    "Shortlist",
    "folds_of",
    "score_all",
]

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.features import ROW
from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.linear.temperature import held_out_folds
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.selection.anova import anova_f, class_f
from lightwaves_aeon.core.selection.candidates import CandidateSet, InputAtDilation
from lightwaves_aeon.core.selection.correlation import regression_f
from lightwaves_aeon.core.selection.top_k import round_robin, top_k_mask
from lightwaves_aeon.core.targets import Targets

PRUNED_AT = 6
"""Candidates beyond those kept that are let pile up, in sizes of the pool."""

SORT_KEY = (
    "threshold",
    "statistic",
    "stop",
    "start",
    "level",
    "kernel",
    "dilation",
    "other",
    "channel",
    "input",
)
"""Order of candidates, the last field first."""


class Fold(NamedTuple):
    """The training side of a fold; fold 0 is the whole sample.

    Attributes
    ----------
    cases : np.ndarray of int, shape (n_cases,)
        Positions in the sample, ordered by class.
    targets : Targets
        Of these cases.
    """

    cases: np.ndarray
    targets: Targets

    @property
    def class_starts(self) -> np.ndarray:
        """First case of each class, and the number of cases at the end."""
        classes = self.targets.classes
        return np.searchsorted(classes, np.arange(classes[-1] + 2))


def folds_of(targets: Targets, calibrate: bool) -> list[Fold]:
    """List the whole sample and, to calibrate, the training sides of folds.

    A fold is left out where it holds all cases of a class: what is found without them
    says nothing of the scores that this class gets.

    Parameters
    ----------
    targets : Targets
        Of the cases of the sample, ordered by class.
    calibrate : bool
        Whether there are folds.

    Returns
    -------
    list of Fold

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.scoring import folds_of
    >>> from lightwaves_aeon.core.targets import Targets
    >>> targets = Targets(np.array([0, 0, 1, 1]))
    >>> [fold.cases.tolist() for fold in folds_of(targets, True)]
    [[0, 1, 2, 3], [1, 2], [0, 2, 3], [0, 1, 3]]
    """
    classes = targets.classes
    everyone = np.arange(len(classes))
    folds = [Fold(everyone, targets)]
    for held_out in held_out_folds(len(classes)) if calibrate else ():
        rest = np.delete(everyone, held_out)
        if len(np.unique(classes[rest])) == classes[-1] + 1:
            folds.append(Fold(rest, targets.take(rest)))
    return folds


Criteria = Callable[[np.ndarray, Fold], np.ndarray]
"""Scores columns of the cases of a fold; gives one row a criterion."""


class ScoringTask(NamedTuple):
    """The candidates of one input at one dilation, and what it takes to score them."""

    candidates: CandidateSet
    X: Collection
    quantile_cases: np.ndarray
    folds: Sequence[Fold]
    criteria: Criteria


class CandidateScores(NamedTuple):
    """Scores of candidates.

    Attributes
    ----------
    rows : np.ndarray of dtype `ROW`, shape (n_candidates,)
        The candidates, in the order of `SORT_KEY`.
    scores : np.ndarray of float64, shape (n_criteria, n_candidates)
        Their scores by each criterion.
    """

    rows: np.ndarray
    scores: np.ndarray

    def best(self, size: int) -> CandidateScores:
        """Keep those that are among the best by any criterion."""
        chosen = np.logical_or.reduce([top_k_mask(row, size) for row in self.scores])
        return self.take(np.flatnonzero(chosen))

    def pool(self, size: int) -> CandidateScores:
        """Keep no more than the pool holds; the criteria pick in turn."""
        return self.take(round_robin(self.scores, size))

    def take(self, positions: np.ndarray) -> CandidateScores:
        """Take some candidates."""
        rows = _bytes_of(self.rows)[positions].ravel().view(ROW)
        return CandidateScores(rows, self.scores[:, positions])


def _bytes_of(rows: np.ndarray) -> np.ndarray:
    """View rows as bytes, which NumPy takes and joins in a tenth of the time."""
    return np.ascontiguousarray(rows).view(np.uint8).reshape(-1, ROW.itemsize)


class Shortlist:
    """The best candidates of those seen so far, by any criterion.

    Parameters
    ----------
    size : int
        How many to keep by each criterion.
    """

    def __init__(self, size: int):
        self._size = size
        self._parts: list[CandidateScores] = []
        self._n_new = 0

    def add(self, part: CandidateScores) -> None:
        """See candidates that follow those seen before."""
        if len(part.rows) == 0:  # of a process that has no task
            return
        self._parts.append(part)
        self._n_new += len(part.rows)
        # Now and then, since each time all that is kept is looked through.
        if self._n_new > max(len(self._parts[0].rows), PRUNED_AT * self._size):
            self._parts, self._n_new = [self.best()], 0

    def best(self) -> CandidateScores:
        """Give the best of them."""
        if not self._parts:
            return CandidateScores(np.empty(0, ROW), np.empty((0, 0)))
        rows, scores = zip(*self._parts, strict=True)
        joined = np.concatenate([_bytes_of(part) for part in rows]).ravel().view(ROW)
        return CandidateScores(joined, np.concatenate(scores, axis=1)).best(self._size)


class Pool(NamedTuple):
    """The candidates that features are selected from in a fold.

    Attributes
    ----------
    positions : np.ndarray of int, shape (n_candidates,)
        Where they stand among those of all folds.
    relevance : np.ndarray of float64, shape (n_candidates,)
        Score of each by the first criterion.
    """

    positions: np.ndarray
    relevance: np.ndarray


def pools_of(
    parts: Sequence[Sequence[CandidateScores]], size: int
) -> tuple[np.ndarray, list[Pool]]:
    """Merge the shortlists of all processes.

    Parameters
    ----------
    parts : sequence of sequence of CandidateScores
        Of each process the shortlist of each fold, in the order of their tasks.
    size : int
        Size of a pool.

    Returns
    -------
    rows : np.ndarray of dtype `ROW`
        The candidates of all pools, each once.
    pools : list of Pool
        One for each fold.
    """
    pools = []
    for of_fold in zip(*parts, strict=True):
        shortlist = Shortlist(size)
        for part in of_fold:
            shortlist.add(part)
        pools.append(shortlist.best().pool(size))
    everything = np.concatenate([pool.rows for pool in pools])
    order = np.lexsort([everything[field] for field in SORT_KEY])
    # Rows are compared as bytes, which takes a tenth of the time.
    ordered = _bytes_of(everything)[order]
    number = np.cumsum(np.append(False, (ordered[1:] != ordered[:-1]).any(axis=1)))
    positions = np.empty(len(order), np.int64)
    positions[order] = number
    starts = np.cumsum([len(pool.rows) for pool in pools])[:-1]
    _, first = np.unique(number, return_index=True)
    return everything[order[first]], [
        Pool(of_pool, pool.scores[0])
        for of_pool, pool in zip(np.split(positions, starts), pools, strict=True)
    ]


def _all_classes(columns: np.ndarray, fold: Fold) -> np.ndarray:
    """Score by the ANOVA F of all classes; of numbers by that of a regression."""
    if fold.targets.numbers is None:
        return anova_f(columns, fold.class_starts, fold.targets.weights)[None]
    return regression_f(columns, fold.targets.numbers, fold.targets.weights)[:1]


def _by_class_and_place(columns: np.ndarray, fold: Fold) -> np.ndarray:
    """Score by the ANOVA F of all classes, by that of each, and by the place in a task.

    Before them come, of numbers, the F of regressions. The last is 0 for the best of
    the task by the first, then -1, and so on, so that there is a place in the pool for
    each channel.
    """
    targets = fold.targets
    scores = class_f(columns, fold.class_starts, targets.weights)
    if targets.numbers is not None:
        of_numbers = regression_f(columns, targets.numbers, targets.weights)
        scores = np.vstack([of_numbers, scores])
    place = np.empty(scores.shape[1])
    place[np.argsort(-scores[0], kind="stable")] = -np.arange(len(place))
    return np.vstack([scores, place])


CRITERIA = {"all classes": _all_classes, "each class": _by_class_and_place}
"""What candidates are scored by."""


def score(task: ScoringTask) -> list[CandidateScores]:
    """Score candidates in each fold.

    Parameters
    ----------
    task : ScoringTask
        The candidates.

    Returns
    -------
    list of CandidateScores
        One for each fold; without those that a threshold makes equal to another.
    """
    rows, columns, distinct = task.candidates.features(task.X, task.quantile_cases)
    found = []
    for fold in task.folds:
        everyone = len(fold.cases) == len(columns)
        of_fold = columns if everyone else columns[fold.cases]
        scores = CandidateScores(rows, task.criteria(of_fold, fold))
        all_distinct = distinct.all()
        found.append(scores if all_distinct else scores.take(np.flatnonzero(distinct)))
    return found


def score_all(
    read: Callable[[InputAtDilation], ScoringTask],
    sources: Sequence[InputAtDilation],
    n_folds: int,
    size: int,
    backend: Threads,
    track: Callable[[Iterable, int], Iterable],
) -> tuple[np.ndarray, list[Pool]]:
    """Score all candidates; give those of the pools as rows, and the pools."""
    own = backend.local_part(sources)
    shortlists = [Shortlist(size) for _ in range(n_folds)]
    for of_folds in track(backend.map(read, score, own), len(own)):
        for shortlist, part in zip(shortlists, of_folds, strict=True):
            shortlist.add(part)
    parts = backend.gather([shortlist.best() for shortlist in shortlists])
    return backend.on_root(lambda: pools_of(parts, size))
