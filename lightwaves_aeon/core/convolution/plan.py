"""A table arranged for evaluation: what to convolve, and where features of it go."""

from __future__ import annotations

__all__ = ["Plan"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.batch import (
    evaluate_any,
    evaluate_paper,
    evaluate_ppv,
)
from lightwaves_aeon.core.convolution.batch_memory import DERIVED_IN_LANES
from lightwaves_aeon.core.convolution.batch_pooling import FINALIZE
from lightwaves_aeon.core.convolution.convolutions import Convolutions, scales_of
from lightwaves_aeon.core.convolution.features import refuse_missing
from lightwaves_aeon.core.convolution.kernels import KernelBank
from lightwaves_aeon.core.convolution.pairs import NO_PAIR, order_in_pairs
from lightwaves_aeon.core.convolution.pooling import (
    N_SLOTS,
    N_THRESHOLDS,
    POOLING_OPERATORS,
    slots_of,
)
from lightwaves_aeon.core.convolution.pooling_sets import (
    EMPTY,
    PAPER,
    PPV_ONLY,
    PPV_SEVERAL,
    smallest_sets,
)
from lightwaves_aeon.core.convolution.representations import DERIVED, Inputs
from lightwaves_aeon.core.convolution.series_pooling import (
    STATISTICS,
    PlainFeatures,
    evaluate_plain,
    evaluate_plain_seen,
)
from lightwaves_aeon.core.convolution.single import POOL, evaluate_cases

N_LEVELS = 2

LOOPS = {"ppv": evaluate_ppv, "paper": evaluate_paper, "any": evaluate_any}
"""The loops for sixteen cases."""


class Plan(NamedTuple):
    """What a table asks for.

    Attributes
    ----------
    channels : np.ndarray of int, shape (n_channels_in_use,)
        Channels that the table names, ascending.
    inputs : Inputs
        What the kernels are applied to.
    starts : np.ndarray of int, shape (n_inputs + 1,)
        First convolution of each input.
    convolutions : Convolutions
        Ordered by input, dilation and kernel, but for pairs.
    plain : PlainFeatures
        The features of level 0.
    bank : KernelBank
        The base kernels.
    n_features : int
        Number of output columns.
    loops : tuple of two str
        Names in `LOOPS` of what computes features of channels alone, and of derived
        inputs, too. A compiled function in a pickle would be compiled anew from it.
    """

    channels: np.ndarray
    inputs: Inputs
    starts: np.ndarray
    convolutions: Convolutions
    plain: PlainFeatures
    bank: KernelBank
    n_features: int
    loops: tuple[str, str]

    @classmethod
    def from_rows(cls, rows: np.ndarray, bank: KernelBank) -> Plan:
        """Arrange a table.

        Parameters
        ----------
        rows : np.ndarray of dtype `ROW`, shape (n_features,)
            The table, in the order of the output columns.
        bank : KernelBank
            The base kernels that the table refers to.

        Returns
        -------
        Plan

        Raises
        ------
        ValueError
            If the table names what the compiled loops have no implementation of.
        """
        _refuse_unknown(rows)
        names = np.stack([rows["channel"], rows["input"], rows["other"]], axis=1)
        inputs, input_of_row = _distinct(names)
        first, numbers, second = inputs.T
        channels = np.unique(np.append(first, second[second >= 0]))

        is_plain = rows["level"] == 0
        plain = np.flatnonzero(is_plain)
        plain = plain[np.argsort(input_of_row[plain], kind="stable")]
        everything, input_of_all, rows = rows, input_of_row, rows[~is_plain]
        input_of_row = input_of_all[~is_plain]

        # A convolution has some thresholds at most; then there is another like it.
        threshold = _numbers_of_thresholds(rows)
        where = input_of_row, rows["dilation"], rows["kernel"]
        keys = np.stack([*where, threshold // N_THRESHOLDS], axis=1)
        found, convolution = _distinct(keys)
        first_slots = np.array([slots_of(name).start for name in POOLING_OPERATORS])
        has_threshold = _has_threshold(rows)
        slot = first_slots[rows["statistic"]] + threshold % N_THRESHOLDS
        level = rows["level"] - 1
        columns = np.full((len(found), N_LEVELS, N_SLOTS), -1, np.int32)
        columns[convolution, level, slot] = np.flatnonzero(~is_plain)
        thresholds = np.zeros((len(found), N_LEVELS, N_THRESHOLDS), np.float32)
        of_threshold = convolution, level, threshold % N_THRESHOLDS
        chosen = tuple(index[has_threshold] for index in of_threshold)
        thresholds[chosen] = rows["threshold"][has_threshold]
        dilations, kernels = found[:, 1].copy(), found[:, 2].copy()
        sets, taps = smallest_sets(columns), bank.taps[kernels]
        loops = _loops_for(sets, bool((taps[:, 0] >= 0).all()))
        convolutions = Convolutions(
            dilations,
            kernels,
            scales_of(dilations),
            columns,
            thresholds,
            sets,
            np.full(len(found), NO_PAIR, np.int8),
        )
        if "ppv" in loops:
            convolutions = _in_pairs(convolutions, found[:, 0], taps)
        return cls(
            channels=channels,
            inputs=Inputs(
                numbers.astype(np.int8),
                np.searchsorted(channels, first),
                np.searchsorted(channels, np.where(second < 0, first, second)),
            ),
            starts=np.searchsorted(found[:, 0], np.arange(len(inputs) + 1)),
            convolutions=convolutions,
            plain=PlainFeatures(
                np.searchsorted(input_of_all[plain], np.arange(len(inputs) + 1)),
                plain,
                everything["statistic"][plain],
                np.stack([everything[end][plain] for end in ("start", "stop")], axis=1),
            ),
            bank=bank,
            n_features=len(everything),
            loops=loops,
        )

    def at(self, number: int, dilation: int, n_channels: int) -> Plan:
        """Move a plan of one input and dilation to another.

        Parameters
        ----------
        number : int
            Number of the representation, which is made of channel 0 and, if it is made
            of two, of channel 1.
        dilation : int
            The dilation.
        n_channels : int
            How many it is made of.

        Returns
        -------
        Plan
            Cheaper than to arrange the table once more.
        """
        dilations = np.full_like(self.convolutions.dilations, dilation)
        second = np.array([n_channels - 1])
        return self._replace(
            channels=np.arange(n_channels),
            inputs=Inputs(np.array([number], np.int8), np.array([0]), second),
            convolutions=self.convolutions._replace(
                dilations=dilations, scales=scales_of(dilations)
            ),
        )

    def evaluate(self, x: np.ndarray, cases: range, out: np.ndarray) -> None:
        """Compute the features of some cases, sixteen at a time.

        Parameters
        ----------
        x : np.ndarray of float32, shape (n_channels_in_use, n_cases, n_timepoints)
            The scaled channels.
        cases : range
            The cases.
        out : np.ndarray of float32, shape (n_cases, n_features)
            Written to.
        """
        if len(self.convolutions.kernels) > 0:
            loop = LOOPS[self.loops[int(self.inputs.representations.any())]]
            loop(x, cases.start, cases.stop, *self._arguments, out)
        self._evaluate_plain(x, cases, out)

    def evaluate_one_by_one(self, x: np.ndarray, cases: range, out: np.ndarray) -> None:
        """Do the same for one case after the other."""
        if len(self.convolutions.kernels) > 0:
            beyond_ppv = None if "ppv" in self.loops else True
            parts = *self._arguments, out, beyond_ppv, None
            evaluate_cases(x, cases.start, cases.stop, *parts)
        self._evaluate_plain(x, cases, out)

    def evaluate_seen(
        self, x: np.ndarray, observed: np.ndarray, out: np.ndarray
    ) -> None:
        """Compute the features of inputs with gaps, of all cases, and no others.

        Parameters
        ----------
        x : np.ndarray of float32, shape (n_channels_in_use, n_cases, n_timepoints)
            The scaled channels, their gaps filled.
        observed : np.ndarray of bool, of the same shape
            Where there are no gaps.
        out : np.ndarray of float32, shape (n_cases, n_features)
            Written to; NaN where nothing of a feature was observed.
        """
        if len(self.convolutions.kernels) > 0:
            beyond_ppv = None if "ppv" in self.loops else True
            parts = *self._arguments, out, beyond_ppv, observed
            evaluate_cases(x, 0, len(out), *parts)
        if len(self.plain.columns) > 0:
            parts = tuple(self.inputs), tuple(self.plain)
            evaluate_plain_seen(x, observed, 0, len(out), *parts, out)

    def _evaluate_plain(self, x: np.ndarray, cases: range, out: np.ndarray) -> None:
        if len(self.plain.columns) > 0:
            parts = tuple(self.inputs), tuple(self.plain)
            evaluate_plain(x, cases.start, cases.stop, *parts, out)

    @property
    def _arguments(self) -> tuple:
        # Plain tuples: numba takes a tenth of the time to look at them.
        return (
            tuple(self.inputs),
            self.starts,
            tuple(self.convolutions),
            (self.bank.weights, self.bank.lengths, self.bank.taps),
        )


def _distinct(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """List distinct rows of integers, ascending, and give the number of each row.

    As `np.unique` does, which would take a fifth of the time of a small fit.
    """
    order = np.lexsort(keys.T[::-1])
    ordered = keys[order]
    is_new = np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1))[: len(keys)]
    numbers = np.empty(len(keys), np.int64)
    numbers[order] = np.cumsum(is_new) - 1
    return ordered[is_new], numbers


def _loops_for(sets: np.ndarray, is_tapped: bool) -> tuple[str, str]:
    """Choose the loops with no more in them than is needed: of channels, of others."""
    if not is_tapped:
        return "any", "any"
    level_1_only = (sets[:, 1] == EMPTY).all()
    if level_1_only and np.isin(sets[:, 0], (PPV_ONLY, PPV_SEVERAL)).all():
        return "ppv", "ppv"
    return "paper" if (sets <= PAPER).all() else "any", "any"


def _in_pairs(
    convolutions: Convolutions, input_of: np.ndarray, taps: np.ndarray
) -> Convolutions:
    """Put those that want but PPV, once, next to another that shares two taps."""
    where = np.column_stack([input_of, convolutions.dilations])
    is_new = (where[1:] != where[:-1]).any(axis=1)
    groups = np.append(0, np.cumsum(is_new))[: len(where)]
    order, pairs = order_in_pairs(groups, taps, convolutions.sets[:, 0] == PPV_ONLY)
    return Convolutions(*(part[order] for part in convolutions))._replace(pairs=pairs)


def _has_threshold(rows: np.ndarray) -> np.ndarray:
    have = [operator.n_thresholds > 0 for operator in POOLING_OPERATORS.values()]
    return np.array(have)[rows["statistic"]]


def _refuse_unknown(rows: np.ndarray) -> None:
    plain, others = rows[rows["level"] == 0], rows[rows["level"] > 0]
    refuse_missing(plain, "the loop over intervals", STATISTICS, DERIVED)
    refuse_missing(others, "the loop for one case", POOL, DERIVED)
    refuse_missing(others, "the loop for sixteen cases", FINALIZE, DERIVED_IN_LANES)


def _numbers_of_thresholds(rows: np.ndarray) -> np.ndarray:
    """Give the rank of each PPV row among those of the same response, as they stand."""
    numbers = np.zeros(len(rows), np.int64)
    counted = np.flatnonzero(_has_threshold(rows))
    if len(counted) == 0:
        return numbers
    of_response = ["channel", "input", "other", "dilation", "kernel", "level"]
    keys = np.stack([rows[name][counted] for name in of_response], axis=1)
    _, group = _distinct(keys)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(group.max() + 1))
    numbers[counted[order]] = np.arange(len(order)) - starts[group[order]]
    return numbers
