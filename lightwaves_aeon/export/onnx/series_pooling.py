"""Statistics of the series themselves over intervals, in an ONNX graph.

All features of one statistic are computed at once, so that the number of nodes does not
grow with the table: a flag for each time point says whether it is in the interval.
"""

from __future__ import annotations

__all__ = ["SERIES_POOL", "PooledSeries", "series_features"]

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES
from lightwaves_aeon.core.convolution.series_pooling import PlainFeatures
from lightwaves_aeon.export.onnx.graph import DOUBLE, FLOAT, INTEGER, TIME, Graph
from lightwaves_aeon.export.onnx.inputs import Series, take
from lightwaves_aeon.export.onnx.pooling import Features

NONE, ALL = np.float64(0), np.array([TIME])
NOTHING, ONE, FIRST = np.float32(0), np.array(1), np.array([0])


class PooledSeries(NamedTuple):
    """Statistics of series, of shape (batch, n_rows, n_timepoints), over intervals.

    There is an interval for each row: its first time point, of shape (n_rows, 1), the
    number of its time points, and a flag for each time point that says whether it is
    within. Where there are gaps, the number and the flags are of what was observed, and
    there are some for each case. Sums are taken in double precision, as Python takes
    them.
    """

    graph: Graph
    series: str
    times: str
    first: str
    length: str
    within: str
    has_gaps: bool

    def mean(self) -> str:
        """Mean of the values."""
        return self._squeezed(self._mean(self._double(self.series)))

    def deviation(self) -> str:
        """Root of the mean squared distance from the mean."""
        values = self._double(self.series)
        centred = self.graph("Sub", values, self._mean(values))
        square = self.graph("Mul", centred, centred)
        return self._squeezed(self.graph("Sqrt", self._mean(square)))

    def slope(self) -> str:
        """Rise of the least-squares line over the interval."""
        graph = self.graph
        before = graph("Sub", self.length, ONE)
        if self.has_gaps:  # those before a time point are as many as its number
            flags = graph("Cast", self.within, to=INTEGER)
            since = graph("CumSum", flags, np.array(TIME), exclusive=1)
        else:
            since = graph("Sub", self.times, self.first)
        balance = graph("Sub", graph("Add", since, since), before)
        values = graph("Mul", self._double(self.series), self._double(balance))
        after = graph("Add", self.length, ONE)
        divisor = self._double(graph("Mul", after, graph("Max", before, ONE)))
        six = graph("Mul", self._total(values), np.float64(6))
        return self._squeezed(graph("Div", six, divisor))

    def extreme(self, operator: str, beyond: float) -> str:
        """Lowest or highest value; `beyond` stands for those outside."""
        values = self.graph("Where", self.within, self.series, np.float32(beyond))
        return self.graph(operator, values, axes=[TIME], keepdims=0)

    def _mean(self, values: str) -> str:
        return self.graph("Div", self._total(values), self._double(self.length))

    def _total(self, values: str) -> str:
        within = self.graph("Where", self.within, values, NONE)
        return self.graph("ReduceSum", within, ALL, keepdims=1)

    def _squeezed(self, values: str) -> str:
        return self.graph("Cast", self.graph("Squeeze", values, ALL), to=FLOAT)

    def _double(self, tensor: str) -> str:
        return self.graph("Cast", tensor, to=DOUBLE)


SERIES_POOL: dict[str, Callable[[PooledSeries], str]] = {
    "mean": PooledSeries.mean,
    "deviation": PooledSeries.deviation,
    "slope": PooledSeries.slope,
    "lowest": lambda pooled: pooled.extreme("ReduceMin", np.inf),
    "highest": lambda pooled: pooled.extreme("ReduceMax", -np.inf),
}
"""What makes a feature of series over intervals, for each operator of level 0."""


def series_features(
    graph: Graph, plain: PlainFeatures, series: Series
) -> list[Features]:
    """Add the features of level 0 that a table names.

    Parameters
    ----------
    graph : Graph
        Added to.
    plain : PlainFeatures
        The features.
    series : Series
        The inputs of the table.

    Returns
    -------
    list of Features
    """
    parts: list[Features] = []
    if len(plain.columns) == 0:
        return []
    rows = np.repeat(series.row_of_input, np.diff(plain.starts))
    n_timepoints = graph("Shape", series.values, start=TIME)
    number = graph("Squeeze", n_timepoints, FIRST)
    times = graph("Range", np.array(0), number, ONE)
    for statistic in np.unique(plain.statistics):
        some = plain.statistics == statistic
        first, last = _bounds(graph, n_timepoints, plain.ends[some])
        from_first = graph("GreaterOrEqual", times, first)
        values = take(graph, series.values, rows[some])
        length = graph("Sub", last, first)
        within = graph("And", from_first, graph("Less", times, last))
        unobserved = None
        if series.observed is not None:
            seen = take(graph, series.observed.flags, rows[some])
            within = graph("And", within, seen)
            counted = graph("Cast", within, to=FLOAT)
            n_seen = graph("ReduceSum", counted, ALL, keepdims=1)
            unobserved = graph("Squeeze", graph("Equal", n_seen, NOTHING), ALL)
            length = graph("Max", graph("Cast", n_seen, to=INTEGER), ONE)
        pooled = PooledSeries(
            graph, values, times, first, length, within, unobserved is not None
        )
        made = SERIES_POOL[POOLING_NAMES[statistic]](pooled)
        parts.append(Features(made, plain.columns[some], unobserved))
    return parts


def _bounds(graph: Graph, n_timepoints: str, ends: np.ndarray) -> tuple[str, str]:
    """Give the first time point of each interval, and the one after its last.

    Of shape (n_rows, 1): fractions of the length are rounded down in double precision.
    """
    length = graph("Cast", n_timepoints, to=DOUBLE)
    first, last = (
        graph("Cast", graph("Mul", length, end[:, None]), to=INTEGER)
        for end in ends.T.astype(np.float64)
    )
    return first, graph("Max", last, graph("Add", first, ONE))
