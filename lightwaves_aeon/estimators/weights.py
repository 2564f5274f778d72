"""Weights of cases, as they are given to a fit."""

from __future__ import annotations

__all__ = ["check_takes_weights", "weighted_cases"]

from math import fsum
from typing import Any

import numpy as np
from sklearn.utils.validation import has_fit_parameter

from lightwaves_aeon.core.data.collection import Collection, subset
from lightwaves_aeon.core.data.source import CaseSource, PartOfSource
from lightwaves_aeon.estimators.frames import refuse_masked
from lightwaves_aeon.estimators.passes import refuse_unusable


def weighted_cases(
    X: Collection | CaseSource,
    y: np.ndarray,
    sample_weight: Any,
    allow_missing: bool = True,
) -> tuple[Collection | CaseSource, np.ndarray, np.ndarray | None]:
    """Check weights, and leave out the cases without any.

    Parameters
    ----------
    X : Collection or CaseSource, shape (n_cases, n_channels, n_timepoints)
        Cases.
    y : np.ndarray, shape (n_cases,) or (n_cases, n_outputs)
        Their labels, or numbers.
    sample_weight : array-like, shape (n_cases,), or None
        Their weights; None if all count alike.
    allow_missing : bool, default=True
        Whether NaN stands for what was not observed, or is an error.

    Returns
    -------
    X : Collection or CaseSource
        The cases that count.
    y : np.ndarray
        Their labels, or numbers.
    weights : np.ndarray of float64, shape (n_cases,), or None
        Their weights, 1 on average; None if all count alike. A factor in all that were
        given changes nothing, to the last bit: they are in single precision.

    Raises
    ------
    TypeError
        If weights are no real numbers.
    ValueError
        If there is not one weight for each case, one is negative, NaN or infinite, or
        all are zero.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.estimators.weights import weighted_cases
    >>> X, y = np.arange(3.0)[:, None, None], np.array(["a", "b", "b"])
    >>> X, y, weights = weighted_cases(X, y, [30, 0, 10])
    >>> X.ravel().tolist(), y.tolist(), weights.tolist()
    ([0.0, 2.0], ['a', 'b'], [1.5, 0.5])
    """
    if sample_weight is None:
        return X, y, None
    given = _checked(sample_weight, X.shape[0])
    kept = np.flatnonzero(given > 0)
    if len(kept) < len(given):
        if isinstance(X, Collection):
            X = subset(X, kept, np.arange(X.shape[1]))
            refuse_unusable(X, kept, allow_missing)  # later they have other numbers
        else:
            X = PartOfSource(X, kept)
        y = y[kept]
    weights = given[kept] / given.max()
    weights /= fsum(weights) / len(weights)
    least = np.finfo(np.float32).tiny
    weights = np.maximum(weights.astype(np.float32), least).astype(np.float64)
    return X, y, None if (weights == 1).all() else weights


def _checked(sample_weight: Any, n_cases: int) -> np.ndarray:
    refuse_masked(sample_weight, "sample_weight")
    given = np.asarray(sample_weight)
    if given.dtype.kind == "c":
        raise TypeError("sample_weight must hold numbers: these are complex")
    try:
        weights = given.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"sample_weight must hold numbers: {error}") from error
    if given.shape != (n_cases,):
        raise ValueError(
            f"sample_weight must hold one number for each of the {n_cases} cases, got "
            f"the shape {given.shape}"
        )
    unusable = ~(np.isfinite(weights) & (weights >= 0))
    if unusable.any():
        case = int(unusable.argmax())
        raise ValueError(
            "sample_weight must hold finite numbers that are not negative, got "
            f"{weights[case]:g} for case {case}"
        )
    if not weights.any():
        raise ValueError("sample_weight is zero for all cases: one at least must count")
    return weights


def check_takes_weights(estimator: Any, weights: np.ndarray | None) -> None:
    """Refuse weights that an estimator cannot be fitted with.

    Parameters
    ----------
    estimator : sklearn estimator or None
        The one that was given, if any.
    weights : np.ndarray or None
        Weights of the cases, if these do not count alike.

    Raises
    ------
    ValueError
        If its ``fit`` takes no ``sample_weight``.
    """
    if estimator is None or weights is None:
        return
    if not has_fit_parameter(estimator, "sample_weight"):
        name = type(estimator).__name__
        raise ValueError(
            f"sample_weight was given, but {name}.fit takes none: give an estimator "
            "whose fit takes sample_weight, or no estimator, for the default one"
        )
