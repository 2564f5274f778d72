"""Pooling of the responses of an ONNX graph."""

from __future__ import annotations

__all__ = ["POOL", "Features", "PooledGraph"]

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.pooling import NEUTRAL_TIME
from lightwaves_aeon.export.onnx.gaps import NOT_OBSERVED
from lightwaves_aeon.export.onnx.graph import FLOAT, INTEGER, TIME, Graph

ZERO, ONE = np.float32(0), np.float32(1)
NONE, SINGLE = np.array([[0], [1]])


class Features(NamedTuple):
    """Features of one operator.

    Attributes
    ----------
    values : str
        Of shape (batch, n_columns).
    columns : np.ndarray of int, shape (n_columns,)
        The columns of the table that they are.
    unobserved : str or None
        Flags of the shape of the values: whether nothing of them was observed; None
        where no value may be missing.
    """

    values: str
    columns: np.ndarray
    unobserved: str | None


class PooledGraph(NamedTuple):
    """Pooling operators of responses, of shape (batch, n_rows, length).

    There is a threshold, and a scale of amplitudes, for each row. The divisor is the
    number of time points that are pooled, but at least one: of each row, where gaps are
    left out.
    """

    graph: Graph
    length: str
    divisor: str
    is_maybe_empty: bool
    has_gaps: bool
    responses: str
    thresholds: np.ndarray
    scales: np.ndarray

    def share(self) -> str:
        """PPV."""
        above = self.graph("Greater", self.responses, self.thresholds[:, None])
        return self.graph("Div", self._count(above), self._float(self.divisor))

    def extreme(self, operator: str, beyond: float) -> str:
        """Largest or smallest absolute value; `beyond` stands for those left out."""
        magnitude = self.graph("Abs", self.responses)
        if self.has_gaps:
            seen = self._seen(self.responses)
            magnitude = self.graph("Where", seen, magnitude, np.float32(beyond))
        if self.is_maybe_empty:
            at_least_one = self.graph("Max", self.length, SINGLE)
            missing = self.graph("Sub", at_least_one, self.length)
            pads = self.graph("Concat", np.zeros(5, np.int64), missing, axis=0)
            magnitude = self.graph("Pad", magnitude, pads)
        extreme = self.graph(operator, magnitude, axes=[TIME], keepdims=0)
        return self.graph("Mul", extreme, self.scales)

    def longest_run(self) -> str:
        """LSPV: where a run ends, write down how far the end before is away."""
        graph = self.graph
        # One more time point, at which all runs end.
        longer = graph("Pad", self.responses, np.array([0, 0, 0, 0, 0, 1]))
        is_end = graph("LessOrEqual", longer, ZERO)
        if self.has_gaps:
            is_end = graph("And", is_end, self._seen(longer))
        flat = graph("Reshape", is_end, np.array([-1]))
        ends = graph("Squeeze", graph("NonZero", flat), NONE)
        places = ends
        if self.has_gaps:  # among what was observed, of all rows
            seen = graph("Reshape", self._seen(longer), np.array([-1]))
            numbers = self._number_before(graph("Cast", seen, to=INTEGER), 0)
            places = graph("Gather", numbers, ends, axis=0)
        but_last = graph("Slice", places, NONE, np.array([-1]), NONE)
        before = graph("Concat", np.array([-1]), but_last, axis=0)
        runs = graph("Sub", graph("Sub", places, before), SINGLE)
        nowhere = graph("Expand", ZERO, graph("Shape", flat))
        at_ends = graph("ScatterElements", nowhere, ends, self._float(runs), axis=0)
        laid_out = graph("Reshape", at_ends, graph("Shape", longer))
        longest = graph("ReduceMax", laid_out, axes=[TIME], keepdims=0)
        return graph("Div", longest, self._float(self.divisor))

    def mean(self) -> str:
        """MPV, the mean of the positive values."""
        total = self._sum(self.graph("Relu", self.responses))
        count = self.graph("Max", self._count(self._positive()), ONE)
        return self.graph("Mul", self.graph("Div", total, count), self.scales)

    def mean_time(self) -> str:
        """MIPV, the mean time of the positive values."""
        graph, positive = self.graph, self._positive()
        if self.has_gaps:
            seen = self._float(self._seen(self.responses))
            times = self._number_before(seen, TIME)
        else:
            length = graph("Squeeze", self.length)
            times = self._float(graph("Range", np.array(0), length, np.array(1)))
        late = self._sum(graph("Where", positive, times, ZERO))
        count = self._count(positive)
        some = graph("Max", count, ONE)
        share = graph("Div", late, graph("Mul", some, self._float(self.divisor)))
        return graph(
            "Where", graph("Greater", count, ZERO), share, np.float32(NEUTRAL_TIME)
        )

    def _seen(self, responses: str) -> str:
        return self.graph("Greater", responses, NOT_OBSERVED)

    def _number_before(self, seen: str, axis: int) -> str:
        """Give what was observed its number, from 0 on."""
        return self.graph("CumSum", seen, np.array(axis), exclusive=1)

    def _positive(self) -> str:
        return self.graph("Greater", self.responses, ZERO)

    def _count(self, flags: str) -> str:
        return self._sum(self._float(flags))

    def _sum(self, values: str) -> str:
        return self.graph("ReduceSum", values, np.array([TIME]), keepdims=0)

    def _float(self, tensor: str) -> str:
        return self.graph("Cast", tensor, to=FLOAT)


POOL: dict[str, Callable[[PooledGraph], str]] = {
    "ppv": PooledGraph.share,
    "max": lambda pooled: pooled.extreme("ReduceMax", 0),
    "lspv": PooledGraph.longest_run,
    "min": lambda pooled: pooled.extreme("ReduceMin", np.inf),
    "mpv": PooledGraph.mean,
    "mipv": PooledGraph.mean_time,
}
"""What makes a feature of responses, for each operator."""
