"""Gaps of series, NaN, in an ONNX graph: what fills them, and what is pooled then.

Responses are set to minus infinity where nothing was observed: that is below every
threshold, and tells pooling operators what to leave out.
"""

from __future__ import annotations

__all__ = ["NOT_OBSERVED", "Observed", "every_second", "fill_gaps"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.export.onnx.graph import FLOAT, INTEGER, TIME, Graph

NOT_OBSERVED = np.float32(-np.inf)
"""Stands in responses where nothing was observed."""

NONE, ONE, TWO, LAST, AXIS = np.array([[0], [1], [2], [-1], [TIME]])
ZERO, TWO_MORE = np.float32(0), np.array([0, 0, 2])


def fill_gaps(graph: Graph, series: str, longest_gaps: np.ndarray) -> tuple[str, str]:
    """Fill in the gaps of series, as `fill_gaps` of the core does, to the last bit.

    Parameters
    ----------
    graph : Graph
        Added to.
    series : str
        Of shape (batch, n_rows, n_timepoints), with NaN in the gaps.
    longest_gaps : np.ndarray of int, shape (n_rows,)
        The longest gaps that are short.

    Returns
    -------
    filled : str
        The series without gaps; zeros where nothing at all was observed.
    observed : str
        Flags of the same shape: where there were values, or a short gap.
    """
    is_known = graph("Not", graph("IsNaN", series))
    known = graph("Where", is_known, series, ZERO)
    length = graph("Shape", series, start=TIME)
    times = graph("Range", np.array(0), graph("Squeeze", length, NONE), np.array(1))

    # The time points of the values, from slot 1 on; slots without one stand for the
    # end. Nobody reads slot 0, where all others are put.
    rank = graph("CumSum", graph("Cast", is_known, to=INTEGER), np.array(TIME))
    empty = graph("Expand", length, graph("Add", graph("Shape", series), TWO_MORE))
    slot = graph("Where", is_known, rank, NONE)
    put = graph("Where", is_known, times, length)
    slots = graph("ScatterElements", empty, slot, put, axis=TIME)
    last = _at(graph, slots, rank)
    last = graph("Where", graph("Greater", rank, NONE), last, LAST)
    following = _at(graph, slots, graph("Add", rank, ONE))

    # Beyond the ends stands the nearest value.
    final = graph("Sub", length, ONE)
    left = graph("Where", graph("Less", last, NONE), following, last)
    left = graph("Min", left, final)
    right = graph("Where", graph("Less", following, length), following, left)
    left_value, right_value = (_at(graph, known, of) for of in (left, right))
    steps, distance = (graph("Sub", of, last) for of in (times, following))
    rise, run = graph("Sub", right_value, left_value), graph("Cast", distance, to=FLOAT)
    slope, steps = graph("Div", rise, run), graph("Cast", steps, to=FLOAT)
    between = graph("Add", graph("Mul", slope, steps), left_value)
    # A gap from end to end is none that a value could tell of.
    longest = graph("Min", longest_gaps.astype(np.int64)[:, None], final)
    is_short = graph("LessOrEqual", graph("Sub", distance, ONE), longest)
    filled = graph("Where", is_known, known, between)
    return filled, graph("Or", is_known, is_short)


def _at(graph: Graph, values: str, times: str) -> str:
    return graph("GatherElements", values, times, axis=TIME)


def every_second(graph: Graph, series: str) -> str:
    """Take every second time point, but the last of an odd number of them."""
    return graph("Slice", series, NONE, LAST, AXIS, TWO)


class Observed(NamedTuple):
    """Where series were observed: flags of shape (batch, n_rows, n_timepoints).

    There are flags of the time points that are pooled, and of all.
    """

    graph: Graph
    flags: str
    of_all: str

    def at_level_2(self) -> Observed:
        """Keep the time points that level 2 has."""
        return self._replace(flags=every_second(self.graph, self.flags))

    def number(self) -> str:
        """Count the time points of each series; of shape (batch, n_rows)."""
        counted = self.graph("Cast", self.flags, to=FLOAT)
        return self.graph("ReduceSum", counted, AXIS, keepdims=0)

    def has_nothing(self) -> str:
        """Tell whether gaps have left nothing of a series; of shape (batch, n_rows).

        Of one time point level 2 has nothing, with or without a gap.
        """
        graph, everywhere = self.graph, self.graph("Cast", self.of_all, to=FLOAT)
        everywhere = graph("ReduceMin", everywhere, axes=[TIME], keepdims=0)
        is_empty = graph("Equal", self.number(), ZERO)
        return graph("And", is_empty, graph("Equal", everywhere, ZERO))
