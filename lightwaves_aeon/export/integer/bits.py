"""How many binary digits of a deviation a model needs, found by trying."""

from __future__ import annotations

__all__ = ["Agreement", "choose_bits"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.fitted import FittedClassifier, FittedLinear
from lightwaves_aeon.export.integer.model import IntegerModel

CANDIDATES = (6, 7, 8, 9)
SAME_LABELS = 0.995
OF_SCORES, OF_NUMBERS = 0.03, 0.01
"""How far scores may be off, as a share of their deviation, and numbers of a regressor.

Labels alone do not tell: those of training cases are far from any other.
"""


class Agreement(NamedTuple):
    """How far a model in integers agrees with the one it was made of.

    Attributes
    ----------
    bits : int
        Binary digits of a deviation.
    labels : float
        Share of the cases with the same label; NaN of a regressor.
    error : float
        How far scores or numbers are off, as a share of their deviation.
    """

    bits: int
    labels: float
    error: float


def choose_bits(
    fitted: FittedLinear,
    X: np.ndarray,
    bits: int | None = None,
    scale: float | np.ndarray | None = None,
    offset: float | np.ndarray = 0.0,
) -> Agreement:
    """Take the fewest binary digits that keep 99.5 % of the labels, and the scores.

    Scores may be off by 3 % of their deviation, the numbers of a regressor by 1 %.
    Where none are as close, those that come closest are taken.

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
    >>> found = choose_bits(as_fitted(clf, "an example"), X)
    >>> found.labels, found.error < 0.03
    (1.0, True)
    """
    is_classifier = isinstance(fitted, FittedClassifier)
    values = X if scale is None else _values(X, scale, offset)
    parts = fitted.contributions(fitted.features(values)).sum(axis=1)
    expected = fitted.kept(parts + fitted.output_intercepts)
    spread = np.maximum(expected.std(axis=0), np.finfo(float).tiny)
    best = None
    for candidate in CANDIDATES if bits is None else (bits,):
        model = IntegerModel.from_fitted(fitted, X.shape[2], candidate, scale, offset)
        found = model.numbers(model.quantise(X))
        errors = np.sqrt(((found - expected) ** 2).mean(axis=0)) / spread
        labels = np.nan
        if is_classifier:
            labels = float((found.argmax(axis=1) == expected.argmax(axis=1)).mean())
        agreement = Agreement(candidate, labels, float(errors.max()))
        if best is None or agreement.error < best.error:
            best = agreement
        if agreement.error <= OF_NUMBERS:
            break
        if agreement.error <= OF_SCORES and labels >= SAME_LABELS:
            break
    assert best is not None
    return best


def _values(
    X: np.ndarray, scale: float | np.ndarray, offset: float | np.ndarray
) -> np.ndarray:
    n_channels = X.shape[1]
    a, b = (np.broadcast_to(of, n_channels)[:, None] for of in (scale, offset))
    return b + a * X
