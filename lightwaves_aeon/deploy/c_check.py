"""A known case for the self-test of a program in C: its values, and its scores."""

from __future__ import annotations

__all__ = ["KnownCase", "known_case"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.engine import Evaluator
from lightwaves_aeon.core.head import LinearHead
from lightwaves_aeon.deploy.c_tables import Tables

MIXING = np.uint32(2654435769), np.uint32(2246822507)
SPLIT = np.float32(4097)
"""As in the sources."""


class KnownCase(NamedTuple):
    """A case at four levels, where many responses cancel but for rounding.

    Attributes
    ----------
    centres, steps : np.ndarray of float32, shape (n_channels_in_use,)
        The levels of a channel are a step below its centre, at it, and one and two
        steps above. All of them are exact in single precision.
    scores : np.ndarray of float64, shape (n_classes,)
        What the program must say of it, to single precision.
    """

    centres: np.ndarray
    steps: np.ndarray
    scores: np.ndarray


def known_case(
    evaluate: Evaluator, tables: Tables, head: LinearHead, longest: int
) -> KnownCase:
    """Make up a case, and score it.

    Parameters
    ----------
    evaluate : Evaluator
        The table of the model.
    tables : Tables
        The same, as the program has it.
    head : LinearHead
        Gives the scores.
    longest : int
        Time points of the case.

    Returns
    -------
    KnownCase

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.bank import kernel_bank
    >>> from lightwaves_aeon.core.engine import Evaluator
    >>> from lightwaves_aeon.core.features import candidate_rows
    >>> from lightwaves_aeon.core.head import LinearHead
    >>> from lightwaves_aeon.deploy.c_check import known_case
    >>> from lightwaves_aeon.deploy.c_tables import Tables
    >>> rows, bank = candidate_rows(0, 4, 2, (1,)), kernel_bank("minirocket")
    >>> evaluate = Evaluator.build(rows, bank, np.full(1, 7.3), np.full(1, 2.5))
    >>> head = LinearHead(np.ones((8, 1)), np.zeros(1), np.array(["a", "b"]))
    >>> tables = Tables.of(evaluate, head, np.zeros(8), longest=100)
    >>> case = known_case(evaluate, tables, head, longest=100)
    >>> case.centres.tolist(), case.steps.tolist()
    ([7.0, 1.0], [1.0])
    """
    steps = _steps(evaluate.means, evaluate.stds)
    centres = np.round(evaluate.means / steps) * steps
    levels = _levels(len(steps), longest)
    values = np.float32(centres[:, None] + levels * steps[:, None])
    scaled = _scaled(
        values, tables.arrays["channel_means"], tables.arrays["channel_inverses"]
    )
    n_used = len(steps)
    of_scaled = evaluate._replace(
        channels=np.arange(n_used), means=np.zeros(n_used), stds=np.ones(n_used)
    )
    scores = np.atleast_2d(head.decision_function(of_scaled(scaled[None])).T).T[0]
    if len(scores) == 1:
        scores = np.array([-scores[0], scores[0]])
    return KnownCase(np.float32(centres), np.float32(steps), scores)


def _steps(means: np.ndarray, stds: np.ndarray) -> np.ndarray:
    """Give powers of two near half a deviation, of which the mean is no large multiple.

    Values that are a few steps from it then have no more digits than a float.
    """
    spread = np.where(stds > 0, stds, 1)
    _, of_spread = np.frexp(spread)
    _, of_mean = np.frexp(means)
    return np.ldexp(1.0, np.maximum(of_spread - 2, of_mean - 20))


def _levels(n_rows: int, n_timepoints: int) -> np.ndarray:
    """Give levels from -1 to 2, as if at random."""
    mixed = np.arange(n_rows * n_timepoints, dtype=np.uint32) * MIXING[0]
    mixed = (mixed ^ (mixed >> np.uint32(16))) * MIXING[1]
    levels = (mixed >> np.uint32(30)).astype(np.int64) - 1
    return levels.reshape(n_rows, n_timepoints)


def _scaled(x: np.ndarray, means: np.ndarray, inverses: np.ndarray) -> np.ndarray:
    """Scale by the operations of the program, one by one in single precision.

    They give what double precision gives but for a last bit here and there, which is
    enough for a response that cancels to come out on the other side of zero.
    """
    mean, mean_rest = means.T[:, :, None]
    inverse, inverse_rest = inverses.T[:, :, None]
    distance = x - mean
    back = distance - x
    lost = ((x - (distance - back)) - (mean + back)) - mean_rest
    product = distance * inverse
    a, c = _upper_half(distance), _upper_half(inverse)
    b, d = distance - a, inverse - c
    rest = ((a * c - product) + a * d + b * c) + b * d
    return product + (rest + (distance * inverse_rest + lost * inverse))


def _upper_half(x: np.ndarray) -> np.ndarray:
    shifted = SPLIT * x
    return shifted - (shifted - x)
