"""How many binary digits of a deviation a model needs, found by trying."""

from __future__ import annotations

__all__ = ["Agreement", "choose_bits", "quantised"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.fitted import FittedClassifier, FittedLinear
from lightwaves_aeon.export.integer.entry import counts_of, of_all_channels
from lightwaves_aeon.export.integer.model import DEFAULT_BITS, IntegerModel

CANDIDATES = (7, 8, 9, 11, 12, 13, 14)
"""In 16 bits up to 9 of them: fewer would do no better, and more in 32 bits."""

SAME_LABELS = 0.995
LARGEST_ERROR = 0.01
"""How far scores may be off, as a share of their deviation.

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

    Scores, or the numbers of a regressor, may be off by 1 % of their deviation. Where
    none are as close, those that come closest are taken. With more than 9 digits the
    model computes in 32 bits.

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
    >>> found.labels, found.error < 0.02
    (1.0, True)
    """
    is_classifier = isinstance(fitted, FittedClassifier)
    values = X
    if scale is not None:
        a, b = (of_all_channels(of, X.shape[1])[:, None] for of in (scale, offset))
        values = b + a * counts_of(X)
    parts = fitted.contributions(fitted.features(values)).sum(axis=1)
    expected = fitted.kept(parts + fitted.output_intercepts)
    spread = expected.std(axis=0)
    if not spread.all():
        raise ValueError("X must hold cases that differ, to choose bits by")
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
        if agreement.error <= LARGEST_ERROR and not labels < SAME_LABELS:
            break
    assert best is not None
    return best


def quantised(
    fitted: FittedLinear,
    n_timepoints: int,
    X: np.ndarray | None = None,
    bits: int | None = None,
    scale: float | np.ndarray | None = None,
    offset: float | np.ndarray = 0.0,
) -> tuple[IntegerModel, Agreement | None]:
    """Quantise a model by as many binary digits as cases need, or as are asked for.

    Parameters
    ----------
    fitted : FittedClassifier or FittedRegressor
        The model.
    n_timepoints : int
        Time points of a series.
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints), optional
        Cases to choose `bits` by, and to tell how far it agrees.
    bits : int, optional
        Binary digits of a deviation; by default those chosen by `X`, or 8.
    scale, offset : float or np.ndarray of shape (n_channels,), optional
        As of `IntegerModel.from_fitted`.

    Returns
    -------
    model : IntegerModel
        The model in integers.
    agreement : Agreement or None
        How far it agrees with `fitted` on `X`, if that is given.

    Raises
    ------
    ValueError
        As `IntegerModel.from_fitted` does; or if `X` is of another shape.

    Examples
    --------
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.core.fitted import as_fitted
    >>> from lightwaves_aeon.export.integer.bits import quantised
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
    >>> model, agreement = quantised(as_fitted(clf, "an example"), 100)
    >>> model.bits, agreement
    (8, None)
    """
    agreement = None
    if X is not None:
        expected, shapes = (fitted.n_channels, n_timepoints), {np.shape(x) for x in X}
        if shapes != {expected}:
            others = shapes - {expected} or {"no case"}
            raise ValueError(
                f"X must hold cases of shape {expected}, got {others.pop()}"
            )
        used = np.asarray(X)[:, fitted.model.channels]
        if used.dtype.kind == "f" and np.isnan(used).any():
            raise ValueError("X holds NaN, and integers take no missing values")
        agreement = choose_bits(fitted, np.asarray(X), bits, scale, offset)
        bits = agreement.bits
    bits = DEFAULT_BITS if bits is None else bits
    model = IntegerModel.from_fitted(fitted, n_timepoints, bits, scale, offset)
    return model, agreement
