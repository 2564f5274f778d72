"""A known case for the self-test of a program in C: its values, and its scores."""

from __future__ import annotations

__all__ = ["KnownCase", "known_case", "mixed_bits"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.fitted import FittedClassifier, FittedLinear
from lightwaves_aeon.export.c.tables import Tables

MIXING = np.uint32(2654435769), np.uint32(2246822507)
SPLIT = np.float32(4097)
"""As in the sources."""

N_TRIES, N_VALUES = 16, 1 << 22
"""How many cases are tried, if they have no more values together."""


TOLERANCE = 1e-4
"""How far off a score may be, as a share of what the features add to it."""


class KnownCase(NamedTuple):
    """A case at two levels, where many responses cancel but for rounding.

    Attributes
    ----------
    first : int
        Number of its first value in a sequence, which tells the level of each.
    lows, steps : np.ndarray of float32, shape (n_channels_in_use,)
        The lower level of each channel, and the step to the upper one, which is exact
        in single precision.
    scores : np.ndarray of float64, shape (n_classes,) or (n_outputs,)
        What the program must say of it, to single precision.
    tolerances : np.ndarray of float64, shape (n_classes,) or (n_outputs,)
        How far off each of them may be.
    """

    first: int
    lows: np.ndarray
    steps: np.ndarray
    scores: np.ndarray
    tolerances: np.ndarray


def known_case(fitted: FittedLinear, tables: Tables) -> KnownCase:
    """Make up cases, and take the one whose scores hang most on rounding.

    Parameters
    ----------
    fitted : FittedLinear
        The model.
    tables : Tables
        The same, as the program has it.

    Returns
    -------
    KnownCase

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.convolution.kernels import kernel_bank
    >>> from lightwaves_aeon.core.convolution.features import candidate_rows
    >>> from lightwaves_aeon.core.fitted import FittedClassifier
    >>> from lightwaves_aeon.core.linear.head import LinearHead
    >>> from lightwaves_aeon.core.model import Model
    >>> from lightwaves_aeon.export.c.check import known_case
    >>> from lightwaves_aeon.export.c.tables import Tables
    >>> rows, bank = candidate_rows(0, 4, 2, (1,)), kernel_bank("minirocket")
    >>> model = Model.from_rows(rows, bank, np.full(1, 7.3), np.full(1, 2.5))
    >>> head = LinearHead(np.ones((8, 1)), np.zeros(1), np.array(["a", "b"]))
    >>> moments = np.zeros(8), np.ones(8)
    >>> fitted = FittedClassifier(model, head, head.bias, *moments, n_channels=1)
    >>> case = known_case(fitted, Tables.from_fitted(fitted, longest=100))
    >>> case.lows.tolist(), case.steps.tolist()
    ([6.0], [2.0])
    """
    transform, longest = fitted.model.transform, tables.longest
    steps = _steps(transform.means, transform.stds)
    n_used = len(steps)
    n_tries = max(1, min(N_TRIES, N_VALUES // (n_used * longest)))
    # Whether rounding is to be seen is luck: each case has other levels.
    grid = steps / N_TRIES
    lows = np.round(transform.means / grid) * grid - np.arange(n_tries)[:, None] * grid
    # Half of the values are at the upper level.
    is_high = mixed_bits((n_tries, n_used, longest)) >> np.uint32(31)
    values = (lows[:, :, None] + is_high * steps[:, None]).astype(np.float32)
    of_scaled = FeatureTransform(
        transform.plan._replace(channels=np.arange(n_used)),
        means=np.zeros(n_used),
        stds=np.ones(n_used),
        longest_gaps=transform.longest_gaps,
    )
    scaled, nearly = _scaled(
        values, tables.arrays["channel_means"], tables.arrays["channel_inverses"]
    )
    parts, fused = (fitted.contributions(of_scaled(x)) for x in (scaled, nearly))
    differences = np.abs(parts.sum(axis=1) - fused.sum(axis=1))
    best = int(differences.max(axis=1).argmax())
    scores = fitted.kept(parts[best].sum(axis=0) + fitted.output_intercepts)
    first = best * n_used * longest
    low, step = lows[best].astype(np.float32), steps.astype(np.float32)
    return KnownCase(first, low, step, scores, _tolerances(fitted, parts[best], scores))


def _tolerances(
    fitted: FittedLinear, parts: np.ndarray, scores: np.ndarray
) -> np.ndarray:
    if isinstance(fitted, FittedClassifier):  # whose scores are on one scale
        return np.full(len(scores), TOLERANCE * np.abs(scores).max())
    # Numbers may be large beside what the features add to them.
    steps = np.spacing(np.abs(scores).astype(np.float32))
    return TOLERANCE * np.linalg.norm(parts, axis=0) + steps


def _steps(means: np.ndarray, stds: np.ndarray) -> np.ndarray:
    """Give powers of two near a deviation, of which the mean is no large multiple.

    A float then has the digits of the mean and of small parts of a step.
    """
    spread = np.where(stds > 0, stds, 1)
    _, of_spread = np.frexp(spread)
    _, of_mean = np.frexp(means)
    return np.ldexp(1.0, np.maximum(of_spread - 1, of_mean - 16))


def mixed_bits(shape: tuple[int, ...]) -> np.ndarray:
    """Give numbers of 32 bits, as if at random, as the example program does.

    Examples
    --------
    >>> from lightwaves_aeon.export.c.check import mixed_bits
    >>> mixed_bits((3,)).tolist()
    [0, 2473448538, 1550887092]
    """
    mixed = np.arange(np.prod(shape), dtype=np.uint32) * MIXING[0]
    mixed = (mixed ^ (mixed >> np.uint32(16))) * MIXING[1]
    return mixed.reshape(shape)


def _scaled(
    x: np.ndarray, means: np.ndarray, inverses: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Scale by the operations of the program, one by one in single precision.

    The first result is that of double precision but for a last bit here and there,
    which is enough for a response that cancels to come out on the other side of zero.
    The second one is about what it is where operations are fused.
    """
    mean, mean_rest = means.T[:, :, None]
    inverse, inverse_rest = inverses.T[:, :, None]
    distance = x - mean
    back = distance - x
    compensation = ((x - (distance - back)) - (mean + back)) - mean_rest
    product = distance * inverse
    a, c = _split_high(distance), _split_high(inverse)
    b, d = distance - a, inverse - c
    rest = ((a * c - product) + a * d + b * c) + b * d
    carried = distance * inverse_rest + compensation * inverse
    return product + (rest + carried), product + carried


def _split_high(x: np.ndarray) -> np.ndarray:
    shifted = SPLIT * x
    return shifted - (shifted - x)
