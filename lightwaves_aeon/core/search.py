"""The search for the table: scale, respond, filter, select."""

from __future__ import annotations

__all__ = ["Found", "Search", "check_at_least"]

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.backends import Threads
from lightwaves_aeon.core.bank import KernelBank, kernel_bank
from lightwaves_aeon.core.blas import one_blas_thread
from lightwaves_aeon.core.calibration import HeldOut, held_out_folds
from lightwaves_aeon.core.candidates import (
    LARGEST_DILATION,
    all_moments,
    cases_for_thresholds,
    dilations_of,
    offers_of,
    units_of,
    varying_channels,
)
from lightwaves_aeon.core.case_order import case_order
from lightwaves_aeon.core.channels import (
    ChannelUnit,
    cases_to_look_at,
    channel_path,
    gram_of,
    kept_channels,
)
from lightwaves_aeon.core.choice import Pool, choose
from lightwaves_aeon.core.collection import Collection, taken, typical_length
from lightwaves_aeon.core.features import ROW
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.scoring import (
    Offer,
    Scores,
    Shortlist,
    Trial,
    Unit,
    score,
    score_by_class,
)
from lightwaves_aeon.core.selection import stratified_sample
from lightwaves_aeon.core.variants import VARIANTS

USUAL_FEATURES = 500
"""The paper's number of features, for which there is a pool where none is given."""

NARROW = 0.05
"""Share of the series that is little for a kernel to see at most."""

POOL_SIZE = {"mrmr": 3, "detach": 6}
"""Candidates that the filter hands on, by selector: so many a feature wanted."""


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
    >>> found = Search(n_features=5).fit(X, y, np.random.RandomState(0))
    >>> found.model.rows["channel"].tolist()
    [1, 1, 1, 1, 1]
    """

    n_features: int | str = 500
    variant: str = "L1L2"
    kernels: str | Sequence[str] = "minirocket"
    max_dilation: int | None = None
    pool_size: int | None = None
    max_cases: int = 1500
    selector: str | None = None
    max_channels: int | str | None = None
    calibrate: bool = False

    def __post_init__(self):
        if self.n_features != "auto":
            check_at_least("n_features", self.n_features, 1)
        if self.max_dilation is not None:
            check_at_least("max_dilation", self.max_dilation, 1)
            if self.max_dilation > LARGEST_DILATION:
                raise ValueError(
                    f"max_dilation must be at most {LARGEST_DILATION}, "
                    f"got {self.max_dilation}"
                )
        check_at_least("max_cases", self.max_cases, 2)
        if self.pool_size is not None:
            check_at_least("pool_size", self.pool_size, self._number or 1)
        if self.max_channels not in (None, "auto"):
            check_at_least("max_channels", self.max_channels, 1)
        if self.selector is not None and self.selector not in list(POOL_SIZE):
            raise ValueError(
                f"selector must be one of {', '.join(map(repr, POOL_SIZE))}, "
                f"got {self.selector!r}"
            )
        if self.variant not in list(VARIANTS):
            raise ValueError(
                f"variant must be one of {', '.join(map(repr, VARIANTS))}, "
                f"got {self.variant!r}"
            )
        if self._number is None and self._selector != "detach":
            raise ValueError("n_features='auto' needs selector='detach'")

    def fit(
        self,
        X: Collection,
        classes: np.ndarray,
        rng: np.random.RandomState,
        backend: Threads | None = None,
        track: Callable[[Iterable, int], Iterable] = lambda results, total: results,
    ) -> Found:
        """Find the table.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints), or Unequal
            Training cases of any real dtype, unscaled.
        classes : np.ndarray of int, shape (n_cases,)
            Class of each case, 0 to n_classes - 1, at least two.
        rng : np.random.RandomState
            Draws the sample of cases where there are more than `max_cases`, and for the
            variant "plus" pairs of channels and the cases behind the thresholds.
        backend : Threads, optional
            Where the work is done; by default in the calling thread. The table does not
            depend on it.
        track : callable, optional
            Wraps the iterable of results, given also their number, to show progress.

        Returns
        -------
        Found

        Raises
        ------
        ValueError
            If `X` is empty, a channel holds NaN, infinity or values too large to scale,
            or there are more classes than `max_cases`.

        Warns
        -----
        UserWarning
            If fewer features exist than `n_features`; all are kept then. If the paper's
            largest dilation sees little of the series, or spoilt cases set the scale of
            a channel.
        """
        if 0 in X.shape:
            raise ValueError(f"X is empty: its shape is {X.shape}")
        backend = backend or Threads()
        variant = VARIANTS[self.variant]
        bank = kernel_bank(self.kernels)
        self._warn_of_narrow_view(X, bank)
        order = case_order(X, classes, backend)
        means, stds = all_moments(X, order, backend, variant.robust)
        channels, channel_path = varying_channels(stds), None
        if self.max_channels is not None:
            channel_path = self._channel_path(
                X, classes, order, rng, backend, means, stds
            )
            channels = kept_channels(channel_path)
        dilations = self._dilations(X)
        sample, units, few = backend.decide(
            lambda: (
                order[stratified_sample(classes[order], self.max_cases, rng)],
                units_of(variant, channels, dilations, rng),
                cases_for_thresholds(variant, min(self.max_cases, len(classes)), rng),
            )
        )
        trials = self._trials(classes[sample])

        offers = offers_of(variant, bank)
        stride = len(offers[0].rows)  # of numbers, from unit to unit
        size = self.pool_size or self._usual_pool_size

        def read(number: int) -> Unit:
            sort, channel, other, dilation = units[number]
            channels = [channel] if other < 0 else [channel, other]
            offer = offers[sort]
            evaluate = offer.evaluate.moved(
                sort, dilation, means[channels], stds[channels]
            )
            return Unit(
                number * stride,
                offer._replace(evaluate=evaluate),
                taken(X, sample, channels),
                few,
                trials,
            )

        scored = score_by_class if self._selector == "detach" else score
        own = backend.share(range(len(units)))
        shortlists = [Shortlist(size) for _ in trials]
        for of_trials in track(backend.map(read, scored, own), len(own)):
            for shortlist, part in zip(shortlists, of_trials, strict=True):
                shortlist.add(part)
        parts = backend.collect([shortlist.best() for shortlist in shortlists])
        rows, pools = backend.decide(
            lambda: _pools(offers, units, parts, len(trials), size)
        )
        if len(pools[0].positions) < (self._number or 0):
            warnings.warn(
                f"n_features={self.n_features}, but only {len(pools[0].positions)} "
                "features exist: all are kept",
                stacklevel=2,
            )
        columns = Model.of(rows, bank, means, stds).features(X, backend, sample)
        chosen = backend.decide(
            lambda: choose(columns, pools, trials, self._selector, self._number)
        )
        table = rows[chosen.positions]
        table["f_score"], table["selection_score"] = chosen.relevance, chosen.scores
        model = Model.of(table, bank, means, stds)
        return Found(model, chosen.path, channel_path, chosen.held_out, order)

    def find_channels(
        self,
        X: Collection,
        classes: np.ndarray,
        rng: np.random.RandomState,
        backend: Threads | None = None,
    ) -> np.ndarray:
        """Find the channels alone, as `fit` does before it looks for features in them.

        Parameters
        ----------
        X, classes, rng, backend
            As of `fit`.

        Returns
        -------
        np.ndarray of dtype `CHANNEL_PATH`, shape (n_channels,)
            See `channel_path`.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.search import Search
        >>> rng = np.random.default_rng(0)
        >>> X, y = rng.normal(size=(20, 3, 30)), np.repeat([0, 1], 10)
        >>> X[y == 1, 1] *= 3
        >>> search = Search(max_channels="auto")
        >>> path = search.find_channels(X, y, np.random.RandomState(0))
        >>> path["channel"][:1].tolist(), path["chosen"].tolist()
        ([1], [True, False, False])
        """
        if 0 in X.shape:
            raise ValueError(f"X is empty: its shape is {X.shape}")
        backend = backend or Threads()
        order = case_order(X, classes, backend)
        moments = all_moments(X, order, backend, VARIANTS[self.variant].robust)
        return self._channel_path(X, classes, order, rng, backend, *moments)

    def _channel_path(
        self,
        X: Collection,
        classes: np.ndarray,
        order: np.ndarray,
        rng: np.random.RandomState,
        backend: Threads,
        means: np.ndarray,
        stds: np.ndarray,
    ) -> np.ndarray:
        channels = varying_channels(stds)
        n_channels = len(channels)
        n_cases = min(self.max_cases, cases_to_look_at(n_channels, classes.max() + 1))
        variant, dilations = VARIANTS[self.variant], self._dilations(X)
        sample, few = backend.decide(
            lambda: (
                order[stratified_sample(classes[order], n_cases, rng)],
                cases_for_thresholds(variant, min(n_cases, len(classes)), rng),
            )
        )
        offer = offers_of(variant, kernel_bank(self.kernels))[0]

        def read(channel: int) -> ChannelUnit:
            constants = means[[channel]], stds[[channel]]
            offers = [
                offer._replace(evaluate=offer.evaluate.moved(0, dilation, *constants))
                for dilation in dilations
            ]
            return ChannelUnit(offers, taken(X, sample, [channel]), few)

        own = backend.share(channels.tolist())
        with one_blas_thread:  # once, rather than for each channel
            grams = list(backend.map(read, gram_of, own))
        parts = backend.collect(grams)
        wanted = self.max_channels
        most = None if isinstance(wanted, str) else wanted
        return backend.decide(
            lambda: channel_path(
                np.stack([gram for part in parts for gram in part]),
                classes[sample],
                most,
                channels,
                X.shape[1],
            )
        )

    def _warn_of_narrow_view(self, X: Collection, bank: KernelBank) -> None:
        if self.max_dilation is not None or VARIANTS[self.variant].reach is not None:
            return
        span = int(bank.lengths.max() - 1) * self._dilations(X)[-1] + 1
        length = typical_length(X)
        if span < NARROW * length:
            warnings.warn(
                f"a kernel sees {span} of {length} time points at most, and patterns "
                "that are slower are missed: set max_dilation, "
                f'{length // 4}, say, or use variant="plus"',
                stacklevel=2,
            )

    def _dilations(self, X: Collection) -> list[int]:
        return dilations_of(VARIANTS[self.variant], X, self.max_dilation)

    @property
    def _usual_pool_size(self) -> int:
        return POOL_SIZE[self._selector] * (self._number or USUAL_FEATURES)

    @property
    def _number(self) -> int | None:
        return None if isinstance(self.n_features, str) else self.n_features

    @property
    def _selector(self) -> str:
        return self.selector or VARIANTS[self.variant].selector

    def _trials(self, classes: np.ndarray) -> list[Trial]:
        """All cases of the sample; to calibrate, then those without each fold.

        A fold is left out where it holds all cases of a class: what is found without
        them says nothing of the scores that this class gets.
        """
        everyone = np.arange(len(classes))
        trials = [Trial(everyone, classes)]
        for fold in held_out_folds(len(classes)) if self.calibrate else ():
            rest = np.delete(everyone, fold)
            if len(np.unique(classes[rest])) == classes[-1] + 1:
                trials.append(Trial(rest, classes[rest]))
        return trials


class Found(NamedTuple):
    """What a search finds.

    Attributes
    ----------
    model : Model
        The table, and what it takes to evaluate it.
    path : np.ndarray of dtype `PATH` or None
        The numbers of features that there were to choose from, with ``"auto"``.
    channel_path : np.ndarray of dtype `CHANNEL_PATH` or None
        The channels that there were to choose from, with `max_channels`.
    held_out : list of HeldOut
        To calibrate with; one for each time that the search was repeated.
    order : np.ndarray of int, shape (n_cases,)
        The training cases in an order that depends on what they hold alone.
    """

    model: Model
    path: np.ndarray | None
    channel_path: np.ndarray | None
    held_out: list[HeldOut]
    order: np.ndarray


def _pools(
    offers: Sequence[Offer],
    units: Sequence[tuple[int, int, int, int]],
    parts: Sequence[Sequence[Scores]],
    n_trials: int,
    size: int,
) -> tuple[np.ndarray, list[Pool]]:
    """Pool of each trial, and the rows of all pools, by unit, then as they stand."""
    best = []
    for trial in range(n_trials):
        shortlist = Shortlist(size)
        for part in parts:
            shortlist.add(part[trial])
        best.append(shortlist.best().pool(size))
    numbers, first = np.unique(
        np.concatenate([pool.numbers for pool in best]), return_index=True
    )
    unit, candidate = np.divmod(numbers, len(offers[0].rows))
    sort, channel, other, dilation = np.array(units)[unit].T
    rows = np.empty(len(unit), ROW)
    for of, offer in enumerate(offers):
        rows[sort == of] = offer.rows[candidate[sort == of]]
    rows["channel"], rows["input"], rows["other"] = channel, sort, other
    rows["dilation"] = dilation
    rows["threshold"] = np.concatenate([pool.thresholds for pool in best])[first]
    return rows, [
        Pool(np.searchsorted(numbers, pool.numbers), pool.scores[0]) for pool in best
    ]


def check_at_least(name: str, value: object, least: int) -> None:
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
