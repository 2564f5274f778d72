"""The registry of pooling operators: what a response is summed up by.

A row says what can be declared of an operator. Its arithmetic is written out once for
each target, in a table of functions by name: `single` for one case, `batch_pooling` for
sixteen, and those of the exports and of the saliency. Targets that lack an operator
refuse tables that name it.
"""

from __future__ import annotations

__all__ = [
    "NEUTRAL_TIME",
    "N_SLOTS",
    "N_THRESHOLDS",
    "PAPER_POOLING",
    "POOLING_NAMES",
    "POOLING_OPERATORS",
    "RESPONSE_POOLING",
    "SERIES_POOLING",
    "PoolingOperator",
    "slots_of",
]

from typing import Literal, NamedTuple

N_THRESHOLDS = 3
"""Thresholds of PPV in one convolution; where there are more, it is computed again."""

NEUTRAL_TIME = 0.5
"""MIPV where nothing is positive: neither early nor late."""


class PoolingOperator(NamedTuple):
    """What can be declared of a pooling operator.

    Attributes
    ----------
    name : str
        As in the column ``statistic`` of the table.
    words : str
        What it measures of a response; strength is its absolute value.
    unit : {"share", "amplitude", "time"}
        An amplitude is scaled by the dilation; the others lie between 0 and 1.
    reads : {"sign", "magnitude", "value"}
        What of the values it depends on.
    n_thresholds : int
        How many thresholds one convolution may have for it; 0 for none.
    of_series : bool
        Whether it is of level 0, taken of the series itself over an interval.
    """

    name: str
    words: str
    unit: Literal["share", "amplitude", "time"]
    reads: Literal["sign", "magnitude", "value"]
    n_thresholds: int = 0
    of_series: bool = False


_ROWS = (
    # Of the paper (section III): PPV (Dempster et al. 2020), extremes, and the longest
    # stretch of positive values (Tan et al. 2022, section 3.2).
    PoolingOperator("ppv", "share of time", "share", "value", N_THRESHOLDS),
    PoolingOperator("max", "peak strength", "amplitude", "magnitude"),
    PoolingOperator("lspv", "longest positive run", "share", "sign"),
    PoolingOperator("min", "least strength", "amplitude", "magnitude"),
    # Mean, and mean of the indices, of the positive values (Tan et al. 2022).
    PoolingOperator("mpv", "mean of positive values", "amplitude", "value"),
    PoolingOperator("mipv", "mean time of positive values", "time", "sign"),
    # Of the series itself; slope is that of the least-squares line, times the length.
    PoolingOperator("mean", "mean", "amplitude", "value", of_series=True),
    PoolingOperator("deviation", "deviation", "amplitude", "value", of_series=True),
    PoolingOperator("slope", "rise", "amplitude", "value", of_series=True),
    PoolingOperator("lowest", "lowest value", "amplitude", "value", of_series=True),
    PoolingOperator("highest", "highest value", "amplitude", "value", of_series=True),
)

POOLING_OPERATORS = {row.name: row for row in _ROWS}
"""All operators by name; the table names them by their number in this order."""

POOLING_NAMES = tuple(POOLING_OPERATORS)

RESPONSE_POOLING = tuple(row.name for row in _ROWS if not row.of_series)
"""Those of responses of kernels."""

SERIES_POOLING = tuple(row.name for row in _ROWS if row.of_series)
"""Those of the series itself."""

PAPER_POOLING = ("ppv", "max", "lspv", "min")
"""Those that the paper takes of each response."""


def slots_of(name: str) -> range:
    """Give the slots of an operator in the output columns of a convolution.

    Operators of level 0 have none.

    Examples
    --------
    >>> from lightwaves_aeon.core.convolution.pooling import slots_of
    >>> slots_of("ppv"), slots_of("max")
    (range(0, 3), range(3, 4))
    """
    first = 0
    for operator in POOLING_OPERATORS.values():
        last = first + (0 if operator.of_series else max(operator.n_thresholds, 1))
        if operator.name == name:
            return range(first, last)
        first = last
    raise ValueError(f"there is no pooling operator {name!r}")


N_SLOTS = slots_of(_ROWS[-1].name).stop
"""Slots of a convolution: one for each operator and threshold."""
