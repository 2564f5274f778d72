"""What held-out cases say of predicted numbers: how far to trust and to extend them.

Features are chosen for the training cases, so regressions of these promise more than
they keep. Predictions of cases that a search did not know tell by how much: they are
shrunk towards the mean by their calibration slope (Copas 1983, "Regression, prediction
and shrinkage"), and kept within limits.
"""

from __future__ import annotations

__all__ = ["fit_limits", "fit_slopes", "kept_within", "shrunk"]

from collections.abc import Sequence

import numpy as np

from lightwaves_aeon.core.linear.temperature import HeldOut
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.core.weights import weighted_sum

MARGINS = (0.25, 0.1, 0.0, 0.5)
"""How far predictions may lie beyond the training numbers, in shares of their range;
the first counts where held-out cases do not tell."""


def fit_slopes(held_out: Sequence[HeldOut]) -> np.ndarray | float:
    """Fit what predictions are multiplied by, as deviations from the mean.

    Parameters
    ----------
    held_out : sequence of HeldOut
        Predictions of standardised numbers of cases that the search did not know; these
        count by their weights.

    Returns
    -------
    np.ndarray of float64, shape (n_outputs,), or float
        The slope of the numbers over their predictions and one standard error, from 0
        to 1; 1 where nothing tells.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.shrinkage import fit_slopes
    >>> from lightwaves_aeon.core.linear.temperature import HeldOut
    >>> from lightwaves_aeon.core.targets import Targets
    >>> truth = np.array([[-1.0], [1.0]] * 50)
    >>> targets = Targets(np.array([0, 1] * 50), truth)
    >>> fit_slopes([HeldOut(4 * truth, targets)]).round(2).tolist()
    [0.25]
    """
    parts = [_within_known(part) for part in held_out]
    if sum(map(len, parts)) == 0:
        return 1.0
    scores = np.concatenate(parts)
    targets = Targets.joined([part.targets for part in held_out])
    numbers, weights = targets.values, targets.weights
    squares = weighted_sum(np.square(scores), weights)
    told = squares > 0
    squares = np.where(told, squares, 1.0)
    slopes = weighted_sum(scores * numbers, weights) / squares
    # Robust to errors that grow with the numbers (White 1980).
    off = (numbers - slopes * scores) * scores
    leverages = weighted_sum(np.square(off), None if weights is None else weights**2)
    slopes += np.sqrt(leverages) / squares
    return np.where(told, np.clip(slopes, 0, 1), 1.0)


def fit_limits(
    held_out: Sequence[HeldOut], slopes: np.ndarray | float, numbers: np.ndarray
) -> np.ndarray:
    """Choose the limits of predictions.

    Parameters
    ----------
    held_out : sequence of HeldOut
        As of `fit_slopes`.
    slopes : np.ndarray of float64, shape (n_outputs,), or float
        What these are multiplied by.
    numbers : np.ndarray of float64, shape (n_cases, n_outputs)
        The standardised training numbers.

    Returns
    -------
    np.ndarray of float64, shape (2, n_outputs)
        The least prediction and the largest: those of the training numbers and a margin
        beyond, the same share of their range on both sides, by which held-out cases
        would have been predicted best.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.shrinkage import fit_limits
    >>> fit_limits([], 1.0, np.array([[-1.0], [1.0]])).ravel().tolist()
    [-1.5, 1.5]
    """
    ends = np.array([numbers.min(axis=0), numbers.max(axis=0)])
    errors = np.zeros((len(MARGINS), numbers.shape[1]))
    for part in held_out:
        known = ends if part.known is None else part.known
        for error, margin in zip(errors, MARGINS, strict=True):
            kept = kept_within(part.scores * slopes, _widened(known, margin))
            off = np.square(kept - part.targets.values)
            error += weighted_sum(off, part.targets.weights)
    best = np.array(MARGINS)[errors.argmin(axis=0)]
    return _widened(ends, best)


def shrunk(
    held_out: Sequence[HeldOut], slopes: np.ndarray | float, limits: np.ndarray
) -> list[HeldOut]:
    """Shrink the predictions of held-out cases, and keep them within limits."""

    def changed(scores: np.ndarray) -> np.ndarray:
        return kept_within(scores * slopes, limits)

    return [
        part._replace(
            scores=changed(part.scores),
            channels_lost=[
                of._replace(scores=changed(of.scores)) for of in part.channels_lost
            ],
        )
        for part in held_out
    ]


def kept_within(scores: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Move what lies outside of limits, of shape (2, n_outputs), to them."""
    return np.clip(scores, limits[0], limits[1])


def _within_known(part: HeldOut) -> np.ndarray:
    # One prediction far out would rule the slope.
    if part.known is None:
        return part.scores
    return kept_within(part.scores, _widened(part.known, MARGINS[0]))


def _widened(ends: np.ndarray, margin: np.ndarray | float) -> np.ndarray:
    reach = margin * (ends[1] - ends[0])
    return np.array([ends[0] - reach, ends[1] + reach])
