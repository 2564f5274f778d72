"""A table arranged for evaluation: what to convolve, and where features of it go."""

from __future__ import annotations

__all__ = ["Convolutions", "Plan", "scales_of"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.batch import (
    evaluate_any,
    evaluate_level_1,
    evaluate_paper,
)
from lightwaves_aeon.core.convolution.batch_memory import DERIVED_IN_LANES
from lightwaves_aeon.core.convolution.batch_pooling import FINALIZE
from lightwaves_aeon.core.convolution.features import refuse_missing
from lightwaves_aeon.core.convolution.kernels import KernelBank
from lightwaves_aeon.core.convolution.pooling import (
    N_SLOTS,
    N_THRESHOLDS,
    POOLING_OPERATORS,
    slots_of,
)
from lightwaves_aeon.core.convolution.pooling_sets import EMPTY, PAPER, smallest_sets
from lightwaves_aeon.core.convolution.representations import DERIVED, Inputs
from lightwaves_aeon.core.convolution.single import POOL

N_LEVELS = 2


class Convolutions(NamedTuple):
    """One kernel at one dilation of one input each, ordered so that neighbours share.

    Attributes
    ----------
    dilations, kernels : np.ndarray of int, shape (n_convolutions,)
        Dilation and row of the bank.
    scales : np.ndarray of float32, shape (n_convolutions,)
        What the dilation makes of an amplitude: ``dilation ** -1.5`` a level.
    columns : np.ndarray of int, shape (n_convolutions, 2, n_slots)
        Output column by level and slot, see `pooling`; -1 where it is not wanted.
    thresholds : np.ndarray of float32, shape (n_convolutions, 2, n_thresholds)
        Thresholds of PPV by level.
    sets : np.ndarray of int8, shape (n_convolutions, 2)
        Pooling set by level.
    """

    dilations: np.ndarray
    kernels: np.ndarray
    scales: np.ndarray
    columns: np.ndarray
    thresholds: np.ndarray
    sets: np.ndarray


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
        Ordered by input, dilation and kernel.
    bank : KernelBank
        The base kernels.
    n_features : int
        Number of output columns.
    """

    channels: np.ndarray
    inputs: Inputs
    starts: np.ndarray
    convolutions: Convolutions
    bank: KernelBank
    n_features: int

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
        inputs, input_of_row = np.unique(names, axis=0, return_inverse=True)
        first, numbers, second = inputs.T
        channels = np.unique(np.append(first, second[second >= 0]))

        # A convolution has some thresholds at most; then there is another like it.
        threshold = _numbers_of_thresholds(rows)
        where = input_of_row, rows["dilation"], rows["kernel"]
        keys = np.stack([*where, threshold // N_THRESHOLDS], axis=1)
        found, convolution = np.unique(keys, axis=0, return_inverse=True)
        first_slots = np.array([slots_of(name)[0] for name in POOLING_OPERATORS])
        has_threshold = _has_threshold(rows)
        slot = first_slots[rows["statistic"]] + threshold % N_THRESHOLDS
        level = rows["level"] - 1
        columns = np.full((len(found), N_LEVELS, N_SLOTS), -1, np.int32)
        columns[convolution, level, slot] = np.arange(len(rows))
        thresholds = np.zeros((len(found), N_LEVELS, N_THRESHOLDS), np.float32)
        of_threshold = convolution, level, threshold % N_THRESHOLDS
        chosen = tuple(index[has_threshold] for index in of_threshold)
        thresholds[chosen] = rows["threshold"][has_threshold]
        dilations, kernels = found[:, 1].copy(), found[:, 2].copy()
        return cls(
            channels=channels,
            inputs=Inputs(
                numbers.astype(np.int8),
                np.searchsorted(channels, first),
                np.searchsorted(channels, np.where(second < 0, first, second)),
            ),
            starts=np.searchsorted(found[:, 0], np.arange(len(inputs) + 1)),
            convolutions=Convolutions(
                dilations,
                kernels,
                scales_of(dilations),
                columns,
                thresholds,
                smallest_sets(columns),
            ),
            bank=bank,
            n_features=len(rows),
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

    @property
    def loop(self):
        """The compiled loop with no more in it than the plan needs."""
        sets = self.convolutions.sets
        if (self.bank.taps[self.convolutions.kernels, 0] < 0).any():
            return evaluate_any
        if (sets <= PAPER).all() and not self.inputs.representations.any():
            return evaluate_paper
        return evaluate_level_1 if (sets[:, 1] == EMPTY).all() else evaluate_any


def scales_of(dilations: np.ndarray) -> np.ndarray:
    """Give what dilations make of an amplitude, at level 1."""
    return (dilations**-1.5).astype(np.float32)


def _has_threshold(rows: np.ndarray) -> np.ndarray:
    have = [operator.n_thresholds > 0 for operator in POOLING_OPERATORS.values()]
    return np.array(have)[rows["statistic"]]


def _refuse_unknown(rows: np.ndarray) -> None:
    refuse_missing(rows, "the loop for one case", POOL, DERIVED)
    refuse_missing(rows, "the loop for sixteen cases", FINALIZE, DERIVED_IN_LANES)


def _numbers_of_thresholds(rows: np.ndarray) -> np.ndarray:
    """Give the rank of each PPV row among those of the same response, as they stand."""
    numbers = np.zeros(len(rows), np.int64)
    counted = np.flatnonzero(_has_threshold(rows))
    if len(counted) == 0:
        return numbers
    of_response = ["channel", "input", "other", "dilation", "kernel", "level"]
    _, group = np.unique(rows[of_response][counted], return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(group.max() + 1))
    numbers[counted[order]] = np.arange(len(order)) - starts[group[order]]
    return numbers
