"""The head in integers: weights, and the shifts by which no score can overflow."""

from __future__ import annotations

__all__ = ["IntegerHead"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.fitted import FittedClassifier, FittedLinear
from lightwaves_aeon.export.integer.width import LARGEST_INT16

LARGEST_INT32 = 2**31 - 1

STEPS = 256
"""Steps of a feature that are kept of its deviation, or half as many; finer ones tell
nothing."""

LARGEST_STEP = 2**14 - 1
"""Steps that count, a hundred deviations: where features can go says nothing then of
how fine the steps are."""

LEAST_DEVIATION = 2.0**-5
"""Deviation, in integers, of a feature that is in use."""

LARGEST_BITS = 62

NOISE = 2.0**-10
"""What rounding may do to a score, as a share of what features do, so that weights of
16 bits are taken in place of those of 32."""

ROUNDING = 12**-0.5
"""Deviation of what is rounded from what is not."""


class IntegerHead(NamedTuple):
    """A linear head that adds up ``weights * (features - centres >> shifts)``.

    What is weighed is kept within `LARGEST_STEP`.

    Attributes
    ----------
    centres : np.ndarray of int64, shape (n_features,)
        Near the means of the features; half a step less, which rounds the shift.
    shifts : np.ndarray of int64, shape (n_features,)
        Bits to be dropped.
    weights : np.ndarray of int64, shape (n_features, n_scores)
        They fit in 32 bits, mostly in 16.
    intercepts : np.ndarray of int64, shape (n_scores,)
        Scores of a case with features at the centres.
    bits : np.ndarray of int64, shape (n_scores,)
        The unit of a score is this power of 1/2: one for all classes, and one for each
        output of a regressor.
    offsets : np.ndarray of float64, shape (n_scores,)
        What is to be added to the numbers of a regressor; 0 for classes.
    limits : np.ndarray of int64, shape (2, n_scores)
        The least and the largest score.
    """

    centres: np.ndarray
    shifts: np.ndarray
    weights: np.ndarray
    intercepts: np.ndarray
    bits: np.ndarray
    offsets: np.ndarray
    limits: np.ndarray

    @classmethod
    def from_fitted(
        cls, fitted: FittedLinear, units: np.ndarray, bounds: np.ndarray
    ) -> IntegerHead:
        """Scale a head for features in integers.

        Parameters
        ----------
        fitted : FittedLinear
            The model.
        units : np.ndarray of float64, shape (n_features,)
            What one of a feature's integers is.
        bounds : np.ndarray of int64, shape (n_features, 2)
            The least and the largest integer that a feature can be.

        Returns
        -------
        IntegerHead

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> X, y = load_basic_motions(split="train")
        >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
        >>> head = clf.quantised().head
        >>> int(abs(head.weights).max()) < 2**15
        True
        """
        low, high = bounds.T
        means = np.clip(np.round(fitted.means / units), low, high).astype(np.int64)
        deviations = np.minimum(fitted.stds / units, high - low)
        shifts = np.maximum(np.log2(np.maximum(deviations, STEPS) / STEPS), 0)
        shifts = np.minimum(shifts, LARGEST_BITS // 2).astype(np.int64)
        reach = _reach(low, high, means, shifts)
        # What moves by less than its integers are rounded tells nothing any more.
        is_told = (reach > 0) & (deviations >= LEAST_DEVIATION)
        weights = np.where(is_told, units * 2.0**shifts, 0)[:, None]
        weights = weights * fitted.head.weights
        centres = np.where(is_told, units * means, fitted.means)
        base = fitted.head.bias + centres @ fitted.head.weights
        is_classifier = isinstance(fitted, FittedClassifier)
        intercepts = base if is_classifier else np.zeros_like(base)
        steps = deviations / 2.0**shifts
        bits = _bits(weights, intercepts, reach, steps, is_classifier)
        rounded = np.round(weights * 2.0**bits).astype(np.int64)
        offsets = base - intercepts
        return cls(
            centres=means - (1 << shifts >> 1),
            shifts=shifts,
            weights=rounded,
            intercepts=np.round(intercepts * 2.0**bits).astype(np.int64),
            bits=bits,
            offsets=offsets,
            limits=_limits(fitted, offsets, bits),
        )

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Add up the scores of cases.

        Parameters
        ----------
        features : np.ndarray of int64, shape (n_cases, n_features)
            The features.

        Returns
        -------
        np.ndarray of int64, shape (n_cases, n_scores)
            They fit in 32 bits.
        """
        steps = features - self.centres >> self.shifts
        steps = np.clip(steps, -LARGEST_STEP, LARGEST_STEP)
        scores = steps @ self.weights + self.intercepts
        assert np.abs(scores).max(initial=0) <= LARGEST_INT32
        return np.clip(scores, *self.limits)


def _reach(
    low: np.ndarray, high: np.ndarray, means: np.ndarray, shifts: np.ndarray
) -> np.ndarray:
    """Give how far from zero a feature can be once it is shifted."""
    centres = means - (1 << shifts >> 1)
    ends = low - centres >> shifts, high - centres >> shifts
    return np.minimum(np.maximum(*np.abs(ends)), LARGEST_STEP)


def _bits(
    weights: np.ndarray,
    intercepts: np.ndarray,
    reach: np.ndarray,
    steps: np.ndarray,
    is_common: bool,
) -> np.ndarray:
    """Find the finest units in which no sum, in any order, exceeds 32 bits."""

    def is_too_large(bits: np.ndarray) -> np.ndarray:
        rounded = np.abs(np.round(weights * 2.0**bits))
        terms = reach @ rounded + np.abs(np.round(intercepts * 2.0**bits))
        return (terms > LARGEST_INT32) | (
            rounded.max(axis=0, initial=0) > LARGEST_INT32
        )

    def lowered(bits: np.ndarray) -> np.ndarray:
        while (too_large := is_too_large(bits)).any():
            bits = bits - (too_large.any() if is_common else too_large)
        return bits

    largest = np.abs(intercepts) + reach @ np.abs(weights)
    with np.errstate(divide="ignore"):
        bits = np.floor(np.log2(LARGEST_INT32 / largest)) + 1
        narrow = np.floor(np.log2(LARGEST_INT16 / np.abs(weights).max(axis=0)))
    bits, narrow = (np.minimum(of, LARGEST_BITS) for of in (bits, narrow))
    if is_common:
        bits, narrow = (np.full_like(of, of.min()) for of in (bits, narrow))
    bits = lowered(bits)
    narrow = np.minimum(narrow, bits)
    noise = ROUNDING * np.linalg.norm(steps) * 2.0**-narrow
    spread = np.linalg.norm(weights * steps[:, None], axis=0)
    return (narrow if (noise <= NOISE * spread).all() else bits).astype(np.int64)


def _limits(fitted: FittedLinear, offsets: np.ndarray, bits: np.ndarray) -> np.ndarray:
    limits = getattr(fitted.head, "limits", None)
    if limits is None:
        return np.array([[-LARGEST_INT32], [LARGEST_INT32]]).repeat(len(bits), 1)
    scores = np.round((limits - offsets) * 2.0**bits)
    return np.clip(scores, -LARGEST_INT32, LARGEST_INT32).astype(np.int64)
