"""What kernels are applied to: scaled channels, and what is derived from them."""

from __future__ import annotations

__all__ = ["CHANGE", "CHANNEL", "DIFFERENCE", "SUM", "Inputs", "fill"]

from typing import NamedTuple

import numpy as np
from numba import njit

from lightwaves_aeon.core.features import INPUTS

CHANNEL, CHANGE, SUM, DIFFERENCE = range(len(INPUTS))


class Inputs(NamedTuple):
    """The inputs that a table names; channels by their position among those in use.

    Attributes
    ----------
    sorts : np.ndarray of int8, shape (n_inputs,)
        Index into `INPUTS`.
    first, second : np.ndarray of int, shape (n_inputs,)
        Position of the channel and, for a sum or difference, of the second one.
    """

    sorts: np.ndarray
    first: np.ndarray
    second: np.ndarray


@njit(nogil=True, cache=True, error_model="numpy")
def fill(x, inputs, i, case, out, start):
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
        Written to, from `start` on. The change at a time point is the difference from
        the one before; at the first it is 0.
    start : int
        Where in `out` the first time point is.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.inputs import CHANGE, DIFFERENCE, Inputs, fill
    >>> x = np.array([[[1, 2, 4]], [[5, 5, 5]]], np.float32)
    >>> sorts, first, second = np.array([[CHANGE, DIFFERENCE], [0, 1], [0, 0]])
    >>> out = np.zeros(6, np.float32)
    >>> for i in range(2):
    ...     fill(x, Inputs(sorts, first, second), i, 0, out, 3 * i)
    >>> out.tolist()
    [0.0, 1.0, 2.0, 4.0, 3.0, 1.0]
    """
    sort, a, b = inputs.sorts[i], inputs.first[i], inputs.second[i]
    n_timepoints = x.shape[2]
    if sort == CHANGE:
        out[start] = np.float32(0)
        for t in range(1, n_timepoints):
            out[start + t] = x[a, case, t] - x[a, case, t - 1]
    elif sort == SUM:
        for t in range(n_timepoints):
            out[start + t] = x[a, case, t] + x[b, case, t]
    elif sort == DIFFERENCE:
        for t in range(n_timepoints):
            out[start + t] = x[a, case, t] - x[b, case, t]
    else:
        for t in range(n_timepoints):
            out[start + t] = x[a, case, t]
