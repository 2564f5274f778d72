"""The registry of representations: what kernels are applied to.

A row says what can be declared of a representation. How it is derived from the scaled
channels is written out once for each target, in a table by name: here for one case, in
`batch` for sixteen, and in the exports and the saliency. Targets that lack one refuse
tables that name it.
"""

from __future__ import annotations

__all__ = [
    "DERIVED",
    "DIFFERENCE",
    "FIRST_DIFFERENCE",
    "REPRESENTATIONS",
    "REPRESENTATION_NAMES",
    "SUM",
    "Inputs",
    "Representation",
    "derive",
    "derive_seen",
    "number_of",
]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.jit import jit


class Representation(NamedTuple):
    """What can be declared of a representation.

    Attributes
    ----------
    name : str
        As in the column ``input`` of the table.
    n_channels : int
        Number of channels that it is made of, 1 or 2.
    prefix : str
        How names of features begin, given those of the two channels.
    words : str
        What is said of it, given what is said of the two channels.
    n_timepoints : int
        Number of time points of a channel that a value is made of.
    """

    name: str
    n_channels: int
    prefix: str
    words: str
    n_timepoints: int = 1


_ROWS = (
    Representation("channel", 1, "{0}", "{0}"),
    # First differences; at the first time point it is 0.
    Representation("change", 1, "{0}_change", "change of {0}", n_timepoints=2),
    Representation("sum", 2, "{0}+{1}", "{0} plus {1}"),
    Representation("difference", 2, "{0}-{1}", "{0} minus {1}"),
)

REPRESENTATIONS = {row.name: row for row in _ROWS}
"""All by name; the table names them by their number in this order."""

REPRESENTATION_NAMES = tuple(REPRESENTATIONS)


def number_of(name: str) -> int:
    """Give the number by which the table names a representation.

    Examples
    --------
    >>> from lightwaves_aeon.core.convolution.representations import number_of
    >>> number_of("sum")
    2
    """
    return list(REPRESENTATIONS).index(name)


FIRST_DIFFERENCE, SUM, DIFFERENCE = map(number_of, ("change", "sum", "difference"))


class Inputs(NamedTuple):
    """The inputs that a table names; channels by their position among those in use.

    Attributes
    ----------
    representations : np.ndarray of int8, shape (n_inputs,)
        Number of the representation.
    first, second : np.ndarray of int, shape (n_inputs,)
        Position of the channel and, where it is made of two, of the second one.
    """

    representations: np.ndarray
    first: np.ndarray
    second: np.ndarray


@jit
def derive(x, inputs, i, case, out, start):
    """Derive one input of one case.

    Parameters
    ----------
    x : np.ndarray of float32, shape (n_channels_in_use, n_cases, n_timepoints)
        Scaled channels.
    inputs : Inputs
        What is wanted of them.
    i, case : int
        The input and the case.
    out : np.ndarray of float32, flat
        Written to, from `start` on.
    start : int
        Where in `out` the first time point is.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.convolution.representations import (
    ...     Inputs,
    ...     derive,
    ...     number_of,
    ... )
    >>> x = np.array([[[1, 2, 4]], [[5, 5, 5]]], np.float32)
    >>> numbers = np.array([number_of(name) for name in ("change", "difference")])
    >>> inputs = Inputs(numbers, first=np.array([0, 1]), second=np.array([0, 0]))
    >>> out = np.zeros(6, np.float32)
    >>> for i in range(2):
    ...     derive(x, inputs, i, 0, out, 3 * i)
    >>> out.tolist()
    [0.0, 1.0, 2.0, 4.0, 3.0, 1.0]
    """
    number = inputs.representations[i]
    a, b = inputs.first[i], inputs.second[i]
    n_timepoints = x.shape[2]
    if number == FIRST_DIFFERENCE:
        out[start] = np.float32(0)
        for t in range(1, n_timepoints):
            out[start + t] = x[a, case, t] - x[a, case, t - 1]
    elif number == SUM:
        for t in range(n_timepoints):
            out[start + t] = x[a, case, t] + x[b, case, t]
    elif number == DIFFERENCE:
        for t in range(n_timepoints):
            out[start + t] = x[a, case, t] - x[b, case, t]
    else:
        for t in range(n_timepoints):
            out[start + t] = x[a, case, t]


@jit
def derive_seen(observed, inputs, i, case, out):
    """List the time points at which all that an input is made of was observed.

    Parameters
    ----------
    observed : np.ndarray of bool, shape (n_channels_in_use, n_cases, n_timepoints)
        Where the channels were observed.
    inputs : Inputs
        What is wanted of them.
    i, case : int
        The input and the case.
    out : np.ndarray of int, shape (n_timepoints,)
        Written to, from the start on.

    Returns
    -------
    int
        Number of these time points.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.convolution.representations import (
    ...     Inputs,
    ...     derive_seen,
    ...     number_of,
    ... )
    >>> observed = np.array([[[True, True, False]], [[True, False, True]]])
    >>> numbers = np.array([number_of(name) for name in ("change", "difference")])
    >>> inputs = Inputs(numbers, first=np.array([0, 1]), second=np.array([0, 0]))
    >>> out = np.zeros(3, int)
    >>> [out[: derive_seen(observed, inputs, i, 0, out)].tolist() for i in range(2)]
    [[0, 1], [0]]
    """
    number = inputs.representations[i]
    a, b = inputs.first[i], inputs.second[i]
    n_seen = 0
    for t in range(observed.shape[2]):
        seen = observed[a, case, t]
        if number == FIRST_DIFFERENCE:
            seen &= observed[a, case, max(t - 1, 0)]
        elif number in (SUM, DIFFERENCE):
            seen &= observed[b, case, t]
        if seen:
            out[n_seen] = t
            n_seen += 1
    return n_seen


DERIVED = frozenset({"channel", "change", "sum", "difference"})
"""What `derive` has an implementation of."""
