"""Inputs and responses of kernels in integers."""

from __future__ import annotations

__all__ = ["DERIVE", "energy", "respond"]

from collections.abc import Callable

import numpy as np

from lightwaves_aeon.core.convolution.kernels import CENTRE
from lightwaves_aeon.export.integer.width import Width

N_HEAVY, HEAVY, LIGHT = 3, 2, -1


def _change(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.diff(first, axis=1, prepend=first[:, :1])


DERIVE: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "channel": lambda first, second: first,
    "change": _change,
    "sum": np.add,
    "difference": np.subtract,
}
"""What makes an input of one channel or two, before it is clamped."""


def respond(x: np.ndarray, taps: np.ndarray, dilation: int) -> np.ndarray:
    """Compute the responses of a MiniRocket kernel.

    Parameters
    ----------
    x : np.ndarray of int32, shape (n_cases, n_timepoints)
        What it is applied to, with zeros before and behind.
    taps : np.ndarray of int, shape (9,)
        Its taps, the three of weight 2 first.
    dilation : int
        The dilation.

    Returns
    -------
    np.ndarray of int32, shape (n_cases, n_timepoints)

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.export.integer.responses import respond
    >>> respond(np.array([[0, 1, 0, 0]], np.int32), np.arange(9), 1).tolist()
    [[-1, -1, -1, 2]]
    """
    n = x.shape[1]
    margin = min(CENTRE * dilation, n)
    padded = np.pad(x, ((0, 0), (margin, margin)))
    response = np.zeros_like(x)
    for number, tap in enumerate(taps):
        first = margin + int(np.clip((int(tap) - CENTRE) * dilation, -margin, margin))
        weight = HEAVY if number < N_HEAVY else LIGHT
        response += weight * padded[:, first : first + n]
    return response


def energy(response: np.ndarray, width: Width) -> np.ndarray:
    """Give what level 2 reads: every second magnitude, of 16 bits without its last.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.export.integer.responses import energy
    >>> from lightwaves_aeon.export.integer.width import NARROW
    >>> energy(np.array([[-17, 3, 7, 5, 100]]), NARROW).tolist()
    [[2, 0]]
    """
    half = response.shape[1] // 2
    return np.abs(response[:, : 2 * half : 2]) >> width.energy_shift
