"""What the features of an ONNX graph are made of: the inputs that a table names."""

from __future__ import annotations

__all__ = ["DERIVE", "DERIVE_OBSERVED", "Series", "input_series", "joined", "take"]

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.representations import REPRESENTATIONS
from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.data.scaling import LARGEST_SCALED, divisors
from lightwaves_aeon.export.onnx.gaps import Observed, fill_gaps
from lightwaves_aeon.export.onnx.graph import DOUBLE, FLOAT, TIME, Graph

ZERO = np.float32(0)
NONE, AXIS, LAST = np.array([[0], [TIME], [-1]])


class Series(NamedTuple):
    """The inputs that a table names, as tensors.

    Attributes
    ----------
    values : str
        Of shape (batch, n_inputs, n_timepoints); all zeros for cases that are not fit
        for it.
    row_of_input : np.ndarray of int, shape (n_inputs,)
        The row of each input.
    usable : str
        Of shape (batch, 1, 1): whether all values in use are finite, or missing where
        that is allowed, and as near to the mean as Python wants them.
    observed : Observed or None
        Where the rows were observed, if values may be missing. Gaps are filled then.
    """

    values: str
    row_of_input: np.ndarray
    usable: str
    observed: Observed | None


def input_series(
    graph: Graph, transform: FeatureTransform, missing_values: bool
) -> Series:
    """Scale the channels in use, and derive of them the inputs that a table names.

    Parameters
    ----------
    graph : Graph
        Added to; its input is ``"X"``.
    transform : FeatureTransform
        The table.
    missing_values : bool
        Whether NaN stands for what was not observed.

    Returns
    -------
    Series
    """
    scaled, usable = _scaled_channels(graph, transform, missing_values)
    if not missing_values:
        return Series(*_derived(graph, transform, scaled, DERIVE), usable, None)
    filled, observed = fill_gaps(graph, scaled, transform.longest_gaps)
    flags, _ = _derived(graph, transform, observed, DERIVE_OBSERVED)
    values, row_of_input = _derived(graph, transform, filled, DERIVE)
    return Series(values, row_of_input, usable, Observed(graph, flags, flags))


def _scaled_channels(
    graph: Graph, transform: FeatureTransform, missing_values: bool
) -> tuple[str, str]:
    used = graph("Gather", "X", transform.plan.channels.astype(np.int32), axis=1)
    centred = graph("Sub", graph("Cast", used, to=DOUBLE), transform.means[:, None])
    scaled = graph("Div", centred, divisors(transform.stds)[:, None])
    near = graph("Less", graph("Abs", scaled), np.float64(LARGEST_SCALED))
    if missing_values:  # not of the scaled values: infinity may have become NaN
        near = graph("Or", near, graph("IsNaN", used))
    all_near = graph("ReduceMin", graph("Cast", near, to=FLOAT), axes=[1, 2])
    usable = graph("Greater", all_near, ZERO)
    return graph("Where", usable, graph("Cast", scaled, to=FLOAT), ZERO), usable


Derive = Callable[[Graph, str, str], str]


def _derived(
    graph: Graph, transform: FeatureTransform, channels: str, derive: dict[str, Derive]
) -> tuple[str, np.ndarray]:
    inputs, parts = transform.plan.inputs, []
    for number, name in enumerate(REPRESENTATIONS):
        some = np.flatnonzero(inputs.representations == number)
        if len(some) > 0:
            first, second = (
                take(graph, channels, of[some]) for of in (inputs.first, inputs.second)
            )
            parts.append((derive[name](graph, first, second), some))
    return joined(graph, parts, len(inputs.first))


def _before(graph: Graph, series: str) -> str:
    # The first value twice: there the difference is 0.
    at_first = graph("Slice", series, NONE, np.array([1]), AXIS)
    but_last = graph("Slice", series, NONE, LAST, AXIS)
    return graph("Concat", at_first, but_last, axis=TIME)


DERIVE: dict[str, Derive] = {
    "channel": lambda graph, first, second: first,
    "change": lambda graph, first, _: graph("Sub", first, _before(graph, first)),
    "sum": lambda graph, first, second: graph("Add", first, second),
    "difference": lambda graph, first, second: graph("Sub", first, second),
}
"""What derives each representation of its first and its second scaled channel."""

DERIVE_OBSERVED: dict[str, Derive] = {
    "channel": lambda graph, first, second: first,
    "change": lambda graph, first, _: graph("And", first, _before(graph, first)),
    "sum": lambda graph, first, second: graph("And", first, second),
    "difference": lambda graph, first, second: graph("And", first, second),
}
"""The same of flags: where all that it is made of was observed."""


def take(graph: Graph, tensor: str, rows: np.ndarray) -> str:
    """Take rows of a tensor of shape (batch, n_rows, ...)."""
    return graph("Gather", tensor, rows.astype(np.int32), axis=1)


def joined(
    graph: Graph, parts: Sequence[tuple[str, np.ndarray]], n_numbers: int
) -> tuple[str, np.ndarray]:
    """Put rows one below the other; say where those of each number have gone.

    Parameters
    ----------
    graph : Graph
        Added to.
    parts : sequence of (tensor, numbers)
        Tensors of shape (batch, n_rows, n_timepoints), and the number of each row.
    n_numbers : int
        How many numbers there are.

    Returns
    -------
    tensor : str
        All rows.
    row_of_number : np.ndarray of int, shape (n_numbers,)
        The row of each number; -1 where it has none.
    """
    numbers = np.concatenate([some for _, some in parts])
    row_of = np.full(n_numbers, -1)
    row_of[numbers] = np.arange(len(numbers))
    return graph("Concat", *(tensor for tensor, _ in parts), axis=1), row_of
