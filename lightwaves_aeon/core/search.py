"""The search for the table: scale, respond, filter, select."""

from __future__ import annotations

__all__ = ["Model", "Search", "check_at_least"]

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np

from lightwaves_aeon.core.backends import run
from lightwaves_aeon.core.bank import KernelBank, dilations_up_to, kernel_bank
from lightwaves_aeon.core.engine import Evaluator
from lightwaves_aeon.core.features import VARIANTS, candidate_rows
from lightwaves_aeon.core.scaling import channel_moments
from lightwaves_aeon.core.selection import (
    anova_f,
    best_by_score,
    mrmr,
    stratified_sample,
)

LARGEST_DILATION = 2**30
"""What the table can hold; from the length of the series on, dilations see padding."""


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
        n_jobs: int = 1,
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
        n_jobs : int, default=1
            Number of threads. The table does not depend on it.
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
        n_channels = X.shape[1]
        bank = kernel_bank(self.kernels)
        sample = stratified_sample(classes, self.max_cases, rng)
        class_starts = np.searchsorted(classes[sample], np.arange(classes.max() + 2))
        moments = run(
            lambda channel: channel_moments(X, channel), range(n_channels), n_jobs
        )
        means, stds = np.array(list(moments)).T

        candidates = candidate_rows(0, 1, len(bank.names), VARIANTS[self.variant])
        evaluator = Evaluator.build(candidates, bank, means, stds)

        def respond(unit: tuple[int, int]) -> np.ndarray:
            channel, dilation = unit
            features = evaluator.moved(channel, dilation, means[channel], stds[channel])
            return anova_f(features(X, sample), class_starts)

        units = [
            (channel, int(dilation))
            for channel in range(n_channels)
            for dilation in dilations_up_to(self.max_dilation)
        ]
        scores = list(track(run(respond, units, n_jobs), len(units)))
        rows = _pool(candidates, units, scores, self.pool_size or 3 * self.n_features)
        if len(rows) < self.n_features:
            warnings.warn(
                f"n_features={self.n_features}, but only {len(rows)} features exist: "
                "all are kept",
                stacklevel=2,
            )
        if len(rows) > self.n_features:
            evaluate = Evaluator.build(rows, bank, means, stds)
            order, quotients = mrmr(
                evaluate(X, sample, n_jobs), rows["f_score"], self.n_features
            )
            rows = rows[order]
            rows["selection_score"] = quotients
        return Model(rows, bank, Evaluator.build(rows, bank, means, stds))


def _pool(
    candidates: np.ndarray,
    units: Sequence[tuple[int, int]],
    scores: Sequence[np.ndarray],
    size: int,
) -> np.ndarray:
    """Rows of the best candidates of all units, ordered by unit, then as they stand."""
    flat = np.concatenate(scores)
    kept = best_by_score(flat, size)
    unit, candidate = np.divmod(kept, len(candidates))
    rows = candidates[candidate]
    rows["channel"], rows["dilation"] = np.array(units)[unit].T
    rows["f_score"] = flat[kept]
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
