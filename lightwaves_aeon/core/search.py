"""The search for the table: scale, respond, filter, select."""

from __future__ import annotations

__all__ = ["Model", "Search", "check_at_least"]

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.backends import Threads, run
from lightwaves_aeon.core.bank import KernelBank, dilations_up_to, kernel_bank
from lightwaves_aeon.core.detachment import detach
from lightwaves_aeon.core.engine import Evaluator
from lightwaves_aeon.core.features import VARIANTS, candidate_rows
from lightwaves_aeon.core.scaling import channel_moments
from lightwaves_aeon.core.selection import (
    anova_f,
    best_by_score,
    best_in_turn,
    class_f,
    mrmr,
    stratified_sample,
)

LARGEST_DILATION = 2**30
"""What the table can hold; from the length of the series on, dilations see padding."""


POOL_SIZE = {"mrmr": 3, "detach": 12}
"""Candidates that the filter hands on, by selector: so many a feature wanted."""


@dataclass(frozen=True)
class Model:
    """A fitted LightWaveS: the table, and what it takes to evaluate it.

    Attributes
    ----------
    rows : np.ndarray of dtype `ROW`, shape (n_features,)
        The table, in the order of the output columns.
    bank : KernelBank
        The base kernels.
    evaluate : Evaluator
        The table arranged for evaluation, with the scaling constants.
    """

    rows: np.ndarray
    bank: KernelBank
    evaluate: Evaluator

    @classmethod
    def of(
        cls, rows: np.ndarray, bank: KernelBank, means: np.ndarray, stds: np.ndarray
    ) -> Model:
        """Make a model of a table and the scaling constants of all channels."""
        return cls(rows, bank, Evaluator.build(rows, bank, means, stds))

    def features(
        self, X: np.ndarray, backend: Threads, cases: np.ndarray | None = None
    ) -> np.ndarray:
        """Evaluate the table where each process reads only its share of the channels.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
            Collection of any real dtype, unscaled.
        backend : Threads
            Where the work is done.
        cases : np.ndarray of int, optional
            The cases to evaluate, in this order; all by default.

        Returns
        -------
        np.ndarray of float32, shape (n_selected_cases, n_features)
            Without cases in all processes but the first.
        """
        if backend.n_processes == 1:
            return self.evaluate(X, cases, backend.n_jobs)
        n_channels = X.shape[1]
        own_channels = backend.share(range(n_channels))
        own = np.flatnonzero(np.isin(self.rows["channel"], own_channels))
        used = self.evaluate.channels
        means, stds = np.zeros((2, n_channels))
        means[used], stds[used] = self.evaluate.means, self.evaluate.stds
        evaluate = Evaluator.build(self.rows[own], self.bank, means, stds)
        part = evaluate(X, cases, backend.n_jobs)
        parts = backend.collect((own, part))
        columns = np.empty((len(part) if parts else 0, len(self.rows)), np.float32)
        for own, part in parts:
            columns[:, own] = part
        return columns


@dataclass(frozen=True)
class Search:
    """How to find the table; the parameters are those of `LightWaveS`.

    Raises
    ------
    ValueError
        If a parameter is out of its range; the message names it.
    TypeError
        If a number is not an integer.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.search import Search
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(20, 2, 30)), np.repeat([0, 1], 10)
    >>> X[y == 1, 1] *= 3
    >>> model = Search(n_features=5).fit(X, y, np.random.RandomState(0))
    >>> model.rows["channel"].tolist()
    [1, 1, 1, 1, 1]
    """

    n_features: int = 500
    variant: str = "L1L2"
    kernels: str | Sequence[str] = "minirocket"
    max_dilation: int = 32
    pool_size: int | None = None
    max_cases: int = 1500
    selector: str = "mrmr"

    def __post_init__(self):
        check_at_least("n_features", self.n_features, 1)
        check_at_least("max_dilation", self.max_dilation, 1)
        if self.max_dilation > LARGEST_DILATION:
            raise ValueError(
                f"max_dilation must be at most {LARGEST_DILATION}, "
                f"got {self.max_dilation}"
            )
        check_at_least("max_cases", self.max_cases, 2)
        if self.pool_size is not None:
            check_at_least("pool_size", self.pool_size, self.n_features)
        if self.selector not in list(POOL_SIZE):
            raise ValueError(
                f"selector must be one of {', '.join(map(repr, POOL_SIZE))}, "
                f"got {self.selector!r}"
            )
        if self.variant not in list(VARIANTS):
            raise ValueError(
                f"variant must be one of {', '.join(map(repr, VARIANTS))}, "
                f"got {self.variant!r}"
            )

    def fit(
        self,
        X: np.ndarray,
        classes: np.ndarray,
        rng: np.random.RandomState,
        backend: Threads | None = None,
        track: Callable[[Iterable, int], Iterable] = lambda results, total: results,
    ) -> Model:
        """Find the table.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
            Training cases of any real dtype, unscaled.
        classes : np.ndarray of int, shape (n_cases,)
            Class of each case, 0 to n_classes - 1, at least two.
        rng : np.random.RandomState
            Draws the sample of cases where there are more than `max_cases`.
        backend : Threads, optional
            Where the work is done; by default in the calling thread. The table does not
            depend on it.
        track : callable, optional
            Wraps the iterable of results, given also their number, to show progress.

        Returns
        -------
        Model

        Raises
        ------
        ValueError
            If `X` is empty, a channel holds NaN, infinity or values too large to scale,
            or there are more classes than `max_cases`.

        Warns
        -----
        UserWarning
            If fewer features exist than `n_features`; all are kept then.
        """
        if 0 in X.shape:
            raise ValueError(f"X is empty: its shape is {X.shape}")
        backend = backend or Threads()
        n_channels = X.shape[1]
        bank = kernel_bank(self.kernels)
        sample = backend.decide(lambda: stratified_sample(classes, self.max_cases, rng))
        class_starts = np.searchsorted(classes[sample], np.arange(classes.max() + 2))
        means, stds = _moments(X, backend)

        candidates = candidate_rows(0, 1, len(bank.names), VARIANTS[self.variant])
        evaluator = Evaluator.build(candidates, bank, np.zeros(1), np.ones(1))
        units = [
            (channel, int(dilation))
            for channel in range(n_channels)
            for dilation in dilations_up_to(self.max_dilation)
        ]
        size = self.pool_size or POOL_SIZE[self.selector] * self.n_features

        def read(unit: int) -> _Unit:
            channel, dilation = units[unit]
            features = evaluator.moved(0, dilation, means[channel], stds[channel])
            x = np.asarray(X[sample, [channel]])[:, None]
            return _Unit(unit, x, features, class_starts)

        score = _score_classes if self.selector == "detach" else _score
        own = backend.share(range(len(units)))
        scores = track(backend.map(read, score, own), len(own))
        parts = backend.collect(_Scores.best(scores, size))
        pool = backend.decide(
            lambda: _pool(candidates, units, _Scores.best(parts, size).pool(size))
        )
        if len(pool) < self.n_features:
            warnings.warn(
                f"n_features={self.n_features}, but only {len(pool)} features exist: "
                "all are kept",
                stacklevel=2,
            )
        if len(pool) > self.n_features:
            columns = Model.of(pool, bank, means, stds).features(X, backend, sample)
            pool = backend.decide(
                lambda: self._selected(pool, columns, classes[sample])
            )
        return Model.of(pool, bank, means, stds)

    def _selected(
        self, pool: np.ndarray, columns: np.ndarray, classes: np.ndarray
    ) -> np.ndarray:
        if self.selector == "detach":
            order, scores = detach(columns, classes, self.n_features)
        else:
            order, scores = mrmr(columns, pool["f_score"], self.n_features)
        rows = pool[order]
        rows["selection_score"] = scores
        return rows


class _Unit(NamedTuple):
    """All candidates of a channel at a dilation, and what it takes to score them."""

    number: int
    x: np.ndarray
    features: Evaluator
    class_starts: np.ndarray


class _Scores(NamedTuple):
    """Scores of candidates, which are counted through all units; a row a criterion."""

    candidates: np.ndarray
    scores: np.ndarray

    @classmethod
    def best(cls, parts: Iterable[_Scores], size: int) -> _Scores:
        """Keep the best, by any criterion, of parts that follow one another."""
        kept = None
        for part in parts:
            if len(part.candidates) == 0:  # of a process that has no unit
                continue
            if kept is not None:
                part = cls(*(np.hstack(pair) for pair in zip(kept, part, strict=True)))
            best = np.unique([best_by_score(row, size) for row in part.scores])
            kept = cls(part.candidates[best], part.scores[:, best])
        return kept or cls(np.empty(0, np.int64), np.empty((0, 0)))

    def pool(self, size: int) -> _Scores:
        """Keep no more than the pool holds; the criteria pick in turn."""
        best = best_in_turn(self.scores, size)
        return _Scores(self.candidates[best], self.scores[:, best])


def _moments(X: np.ndarray, backend: Threads) -> tuple[np.ndarray, np.ndarray]:
    own = backend.share(range(X.shape[1]))
    moments = run(lambda channel: channel_moments(X, channel), own, backend.n_jobs)
    parts = backend.collect(np.array(list(moments)).reshape(-1, 2))
    means, stds = backend.decide(lambda: np.concatenate(parts).T)
    return means, stds


def _score(unit: _Unit) -> _Scores:
    scores = anova_f(unit.features(unit.x), unit.class_starts)
    return _numbered(unit, scores[None])


def _score_classes(unit: _Unit) -> _Scores:
    return _numbered(unit, class_f(unit.features(unit.x), unit.class_starts))


def _numbered(unit: _Unit, scores: np.ndarray) -> _Scores:
    n_candidates = scores.shape[1]
    return _Scores(unit.number * n_candidates + np.arange(n_candidates), scores)


def _pool(
    candidates: np.ndarray, units: Sequence[tuple[int, int]], best: _Scores
) -> np.ndarray:
    """Rows of the best candidates of all units, ordered by unit, then as they stand."""
    unit, candidate = np.divmod(best.candidates, len(candidates))
    rows = candidates[candidate]
    rows["channel"], rows["dilation"] = np.array(units)[unit].T
    rows["f_score"] = best.scores[0]
    return rows


def check_at_least(name: str, value: int, least: int) -> None:
    """Refuse a parameter that is no integer, or too small; the error names it.

    Examples
    --------
    >>> from lightwaves_aeon.core.search import check_at_least
    >>> check_at_least("n_features", 0, 1)
    Traceback (most recent call last):
    ...
    ValueError: n_features must be at least 1, got 0
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
