"""How many binary digits of a deviation a model needs, found by trying."""

from __future__ import annotations

__all__ = ["Agreement", "choose_bits"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.fitted import FittedClassifier, FittedLinear
from lightwaves_aeon.export.integer.model import IntegerModel

CANDIDATES = (6, 7, 8, 9, 10)
ENOUGH_LABELS, SMALL_ERROR = 0.995, 0.01


class Agreement(NamedTuple):
    """How far a model in integers agrees with the one it was made of.

    Attributes
    ----------
    bits : int
        Binary digits of a deviation.
    share : float
        Share of the cases with the same label; of a regressor, 1 less the deviation of
        its numbers from those of floats as a share of their spread.
    """

    bits: int
    share: float


def choose_bits(
    fitted: FittedLinear,
    X: np.ndarray,
    bits: int | None = None,
    scale: float | np.ndarray | None = None,
    offset: float | np.ndarray = 0.0,
) -> Agreement:
    """Take the fewest binary digits that keep 99.5 % of the labels.

    Of a regressor, those by which its numbers change by less than 1 % of their spread.
    Where none do, those that agree most are taken.

    Parameters
    ----------
    fitted : FittedClassifier or FittedRegressor
        The model.
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
        Cases, of which the labels need not be known; counts where `scale` is given.
    bits : int, optional
        Try this number alone.
    scale, offset : float or np.ndarray of shape (n_channels,), optional
        As of `IntegerModel.from_fitted`.

    Returns
    -------
    Agreement

    Examples
    --------
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.core.fitted import as_fitted
    >>> from lightwaves_aeon.export.integer import choose_bits
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
    >>> choose_bits(as_fitted(clf, "an example"), X).share
    1.0
    """
    is_classifier = isinstance(fitted, FittedClassifier)
    enough = ENOUGH_LABELS if is_classifier else 1 - SMALL_ERROR
    values = X if scale is None else _values(X, scale, offset)
    expected = fitted.predict(values)
    best = Agreement(0, -np.inf)
    for candidate in CANDIDATES if bits is None else (bits,):
        model = IntegerModel.from_fitted(fitted, X.shape[2], candidate, scale, offset)
        found = model.predict(model.quantise(X))
        if is_classifier:
            share = float((found == expected).mean())
        else:
            errors = np.sqrt(((found - expected) ** 2).mean(axis=0))
            spread = np.maximum(expected.std(axis=0), np.finfo(float).tiny)
            share = 1 - float((errors / spread).max())
        if share > best.share:
            best = Agreement(candidate, share)
        if share >= enough:
            break
    return best


def _values(
    X: np.ndarray, scale: float | np.ndarray, offset: float | np.ndarray
) -> np.ndarray:
    n_channels = X.shape[1]
    a, b = (np.broadcast_to(of, n_channels)[:, None] for of in (scale, offset))
    return b + a * X
