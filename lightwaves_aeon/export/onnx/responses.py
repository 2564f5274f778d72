"""The responses of a table as a part of an ONNX graph.

They come out of the same operations in the same order as in `single`, so that they
are equal to the last bit: a convolution would sum in an order of its own, and where a
series is flat its rounding noise would be counted as positive or not. The copies of a
series that a kernel weighs are slices of the padded series, taken for all convolutions
of a dilation at once.
"""

from __future__ import annotations

__all__ = ["Level", "responses_by_level"]

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import NamedTuple, Self

import numpy as np

from lightwaves_aeon.core.convolution.kernels import KernelBank
from lightwaves_aeon.core.convolution.plan import Plan
from lightwaves_aeon.export.onnx.gaps import NOT_OBSERVED, Observed, every_second
from lightwaves_aeon.export.onnx.graph import TIME, Graph
from lightwaves_aeon.export.onnx.inputs import Series, joined, take

ZERO, TWO, THREE = np.float32(0), np.float32(2), np.float32(3)
ANY = np.float32(np.inf)
AXIS, STEP = np.array([[TIME], [2]])


class Level(NamedTuple):
    """The responses of a level that a table pools.

    Attributes
    ----------
    number : int
        0 and 1, the first and the second level.
    responses : str
        Of shape (batch, n_rows, length), not scaled by the dilation; `NOT_OBSERVED`
        where values were missing.
    row_of_convolution : np.ndarray of int, shape (n_convolutions,)
        The row of each convolution; -1 where it has none.
    row_of_input : np.ndarray of int, shape (n_convolutions,)
        The row of its input.
    observed : Observed or None
        Where the inputs were observed, at the time points of this level, if values may
        be missing.
    """

    number: int
    responses: str
    row_of_convolution: np.ndarray
    row_of_input: np.ndarray
    observed: Observed | None


def responses_by_level(graph: Graph, plan: Plan, series: Series) -> list[Level]:
    """Add the responses that a table pools.

    Parameters
    ----------
    graph : Graph
        Added to.
    plan : Plan
        The table.
    series : Series
        Its inputs.

    Returns
    -------
    list of Level
        Without those that nothing wants.
    """
    if len(plan.convolutions.kernels) == 0:
        return []
    rows = np.repeat(series.row_of_input, np.diff(plan.starts))
    wanted = plan.convolutions.columns.max(axis=2) >= 0
    groups = _groups(plan)
    shifts = sorted({shift for group in groups for shift in group.shifts})
    length = graph("Shape", series.values, start=TIME)
    whole = _Window.of(graph, length, shifts)
    padded = whole.padded(series.values)
    parts: list[list[tuple[str, np.ndarray]]] = [[], []]
    for group in groups:
        response = group.level_1(whole, padded, rows[group.members])
        if wanted[group.members, 0].any():
            parts[0].append((response, group.members))
        deeper = np.flatnonzero(wanted[group.members, 1])
        if len(deeper) > 0:
            energy = graph("Abs", take(graph, response, deeper))
            energy = every_second(graph, energy)
            half = _Window.of(graph, graph("Div", length, STEP), shifts)
            below = group.some(deeper)
            parts[1].append((below.level_2(half, energy), below.members))
    return [
        _level(graph, number, of_level, rows, series.observed)
        for number, of_level in enumerate(parts)
        if of_level
    ]


def _level(
    graph: Graph,
    number: int,
    parts: list[tuple[str, np.ndarray]],
    rows: np.ndarray,
    observed: Observed | None,
) -> Level:
    responses, row_of = joined(graph, parts, len(rows))
    if observed is not None:
        observed = observed.at_level_2() if number == 1 else observed
        members = np.concatenate([some for _, some in parts])
        # Faster than to choose by flags.
        limits = graph("Where", observed.flags, ANY, NOT_OBSERVED)
        responses = graph("Min", responses, take(graph, limits, rows[members]))
    return Level(number, responses, row_of, rows, observed)


class _Window(NamedTuple):
    """Where the shifted copies of a series begin and end in it, once it is padded.

    From the length of the series on, a copy shows nothing but padding, however far it
    is shifted: so the margin is as wide as the series at most.
    """

    graph: Graph
    pads: str
    bounds: dict[int, tuple[str, str]]

    @classmethod
    def of(cls, graph: Graph, length: str, shifts: list[int]) -> _Window:
        """Find the bounds in a series of some length for all shifts at once."""
        margin = graph("Min", np.abs(shifts).max(keepdims=True), length)
        nothing = np.zeros(2, np.int64)
        pads = graph("Concat", nothing, margin, nothing, margin, axis=0)
        close = graph("Min", np.array(shifts), length)
        close = graph("Max", close, graph("Neg", length))
        starts = graph("Add", close, margin)
        ends = graph("Add", starts, length)
        bounds = [graph.split(bound, len(shifts)) for bound in (starts, ends)]
        return cls(
            graph, pads, dict(zip(shifts, zip(*bounds, strict=True), strict=True))
        )

    def padded(self, series: str) -> str:
        """Put zeros on both sides."""
        return self.graph("Pad", series, self.pads)

    def copy(self, padded: str, shift: int) -> str:
        """Time point t of the copy is t + shift of the series."""
        return self.graph("Slice", padded, *self.bounds[shift], AXIS)


@dataclass
class _Group:
    """Convolutions at one dilation, with the taps or weights of their kernels."""

    members: np.ndarray
    dilation: int
    kernels: np.ndarray
    """Of shape (n_members, width), where tap ``width // 2`` is the centre of each."""

    @property
    def shifts(self) -> list[int]:
        width = self.kernels.shape[1]
        return [(tap - width // 2) * self.dilation for tap in range(width)]

    def some(self, which: np.ndarray) -> Self:
        return replace(self, members=self.members[which], kernels=self.kernels[which])


class _Tapped(_Group):
    """Convolutions of MiniRocket's kernels, by their taps."""

    def level_1(self, window: _Window, padded: str, rows: np.ndarray) -> str:
        """Three tripled copies, less the total of all nine, which all kernels share."""
        graph = window.graph
        distinct, row = np.unique(rows, return_inverse=True)
        copies = self._copies(window, take(graph, padded, distinct))
        total = _sum(graph, [_sum(graph, copies[i : i + 3]) for i in (0, 3, 6)])
        tripled = graph("Mul", graph("Concat", *copies, axis=1), THREE)
        heavy = self._three(graph, tripled, 0, len(distinct), row)
        return graph("Sub", heavy, take(graph, total, row))

    def level_2(self, window: _Window, energy: str) -> str:
        """Add up three copies at a time, in the order of the weights."""
        graph, n_rows = window.graph, len(self.members)
        copies = self._copies(window, window.padded(energy))
        joined = graph("Concat", *copies, axis=1)
        heavy, light, rest = (
            self._three(graph, joined, first, n_rows, np.arange(n_rows))
            for first in (0, 3, 6)
        )
        return graph("Sub", graph("Sub", graph("Mul", heavy, TWO), light), rest)

    def _copies(self, window: _Window, padded: str) -> list[str]:
        return [window.copy(padded, shift) for shift in self.shifts]

    def _three(
        self, graph: Graph, copies: str, first: int, n_rows: int, row: np.ndarray
    ) -> str:
        """Sum of three copies for each convolution, of copies one below the other."""
        taps = self.kernels[:, first : first + 3].T
        return _sum(graph, [take(graph, copies, tap * n_rows + row) for tap in taps])


class _Weighted(_Group):
    """Convolutions of kernels with weights of their own."""

    def level_1(self, window: _Window, padded: str, rows: np.ndarray) -> str:
        """Weigh rows of the padded series."""
        return self._response(window, take(window.graph, padded, rows))

    def level_2(self, window: _Window, energy: str) -> str:
        """Weigh the energy of each convolution."""
        return self._response(window, window.padded(energy))

    def _response(self, window: _Window, padded: str) -> str:
        """Weigh the differences from the centre, tap by tap."""
        graph = window.graph
        centre = window.copy(padded, 0)
        response = graph("Mul", centre, ZERO)
        for shift, weights in zip(self.shifts, self.kernels.T, strict=True):
            difference = graph("Sub", window.copy(padded, shift), centre)
            weighted = graph("Mul", difference, weights[:, None])
            response = graph("Add", response, weighted)
        return response


def _sum(graph: Graph, terms: Sequence[str]) -> str:
    """Add from left to right."""
    return reduce(partial(graph, "Add"), terms)


def _groups(plan: Plan) -> list[_Tapped | _Weighted]:
    """Group convolutions by dilation and by how their kernels are computed."""
    bank, kernels = plan.bank, plan.convolutions.kernels
    dilations = plan.convolutions.dilations
    is_tapped = bank.taps[kernels, 0] >= 0
    kinds = (_Tapped, bank.taps, is_tapped), (_Weighted, _centred(bank), ~is_tapped)
    groups: list[_Tapped | _Weighted] = []
    for dilation in np.unique(dilations).tolist():
        for kind, of_kernels, which in kinds:
            members = np.flatnonzero((dilations == dilation) & which)
            if len(members) > 0:
                groups.append(kind(members, dilation, of_kernels[kernels[members]]))
    return groups


def _centred(bank: KernelBank) -> np.ndarray:
    """Move weights so that the centres of all kernels are at one tap."""
    half = bank.weights.shape[1] // 2
    weights = np.zeros((len(bank.lengths), 2 * half + 1), np.float32)
    for row, own, length in zip(weights, bank.weights, bank.lengths, strict=True):
        first = half - length // 2
        row[first : first + length] = own[:length]
    return weights
