"""Sequential feature detachment (SFD): drop what weighs least in a ridge regression.

The method of Uribarri et al. 2023, arXiv 2309.14518, in its dual form: a ridge
model of all features needs only the Gram matrix of the cases, a sum over features, so
that to drop some is to subtract their share.
"""

from __future__ import annotations

__all__ = [
    "PATH",
    "PATH_OF_NUMBERS",
    "detach",
    "detach_to_best",
    "path_dtype",
    "smallest_good",
    "standard_error",
]

from collections.abc import Iterator, Sequence

import numpy as np

from lightwaves_aeon.core.linear.ridge import (
    best_by_leave_one_out,
    coefficients,
    standardised,
)
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.core.weights import weighted_rows

SHARE_DROPPED = 0.3
"""Features dropped in each step, as a share of those that are left."""

WEIGHT_DIGITS = 10
"""Digits in which weights are compared: equal features then weigh equally."""


def path_dtype(counted: Sequence[str], quality: str) -> np.dtype:
    """Make the type of what there is to choose from, given what stands before errors.

    Examples
    --------
    >>> from lightwaves_aeon.core.selection.detachment import path_dtype
    >>> path_dtype(["n_features"], "loo_r2").names
    ('n_features', 'loo_error', 'standard_error', 'loo_r2', 'chosen')
    """
    numbers = [(name, np.int64) for name in counted]
    errors = [(name, np.float64) for name in ("loo_error", "standard_error", quality)]
    return np.dtype([*numbers, *errors, ("chosen", np.bool_)])


PATH = path_dtype(["n_features"], "loo_accuracy")
"""One number of features: the leave-one-out error of a case, the squared differences of
its scores from 1 and -1 summed over the classes; the standard error of its mean over
the cases; the share of the cases that are classified right; and whether it is the
number chosen."""

PATH_OF_NUMBERS = path_dtype(["n_features"], "loo_r2")
"""The same of numbers: the error is that of standardised ones, summed over the outputs;
R2 is the share of their variance that is explained."""


def detach(
    columns: np.ndarray, targets: Targets, n_selected: int
) -> tuple[np.ndarray, np.ndarray]:
    """Select features by ridge-based sequential detachment.

    A ridge regression of the targets is solved on the standardised features,
    those with the smallest sum of absolute coefficients are dropped, and so on, until
    so many are left as are wanted. The penalty is chosen by leave-one-out.

    Parameters
    ----------
    columns : np.ndarray of float32, shape (n_cases, n_features)
        The pool.
    targets : Targets
        Of the cases.
    n_selected : int
        Number of features to select, at most n_features.

    Returns
    -------
    order : np.ndarray of int, shape (n_selected,)
        Column indices, the weightiest first; ties go to the lower index.
    weights : np.ndarray of float64, shape (n_selected,)
        Sum of the absolute coefficients of each in the last model, which is that of the
        selected features.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.targets import Targets
    >>> from lightwaves_aeon.core.selection.detachment import detach
    >>> rng = np.random.default_rng(0)
    >>> columns = rng.normal(size=(40, 30)).astype(np.float32)
    >>> classes = np.repeat([0, 1], 20)
    >>> columns[:, 7] += 3 * classes
    >>> detach(columns, Targets(classes), 1)[0].tolist()
    [7]
    """
    standard = _standardised_rows(columns, targets)
    *_, kept = _detached(standard, targets, n_selected)
    return _ordered(standard, targets, kept)


def detach_to_best(
    columns: np.ndarray, targets: Targets
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Select as few features as predict about as well as any number along the path.

    That is the smallest number whose leave-one-out error is within one standard error
    of the least.

    Parameters
    ----------
    columns : np.ndarray of float32, shape (n_cases, n_features)
        The pool.
    targets : Targets
        Of the cases.

    Returns
    -------
    order, weights : np.ndarray
        As of `detach`.
    path : np.ndarray of dtype `PATH` or `PATH_OF_NUMBERS`, shape (n_steps,)
        What there is to choose from, the largest number of features first.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.targets import Targets
    >>> from lightwaves_aeon.core.selection.detachment import detach_to_best
    >>> rng = np.random.default_rng(0)
    >>> columns = rng.normal(size=(40, 30)).astype(np.float32)
    >>> classes = np.repeat([0, 1], 20)
    >>> columns[:, 7] += 9 * classes
    >>> order, _, path = detach_to_best(columns, Targets(classes))
    >>> order[0], path["n_features"][:4].tolist()
    (np.int64(7), [30, 21, 14, 9])
    """
    standard = _standardised_rows(columns, targets)
    steps = list(_detached(standard, targets, 1))
    kept, path = smallest_good(standard, targets, steps)
    return *_ordered(standard, targets, kept), path


def _standardised_rows(columns: np.ndarray, targets: Targets) -> np.ndarray:
    standard, _, _ = standardised(columns, targets.weights)
    return weighted_rows(standard, targets.weights)


def smallest_good(
    standard: np.ndarray, targets: Targets, steps: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Find the step with the fewest features that predict the targets well.

    Parameters
    ----------
    standard : np.ndarray of float, shape (n_cases, n_features)
        Centred features; weighted rows, see ``weighted_rows``.
    targets : Targets
        Of the cases.
    steps : list of np.ndarray of int
        The features of each step.

    Returns
    -------
    kept : np.ndarray of int
        One of the steps.
    path : np.ndarray of dtype `PATH` or `PATH_OF_NUMBERS`, shape (n_steps,)
        What there was to choose from.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.targets import Targets
    >>> from lightwaves_aeon.core.selection.detachment import smallest_good
    >>> standard = np.array([[1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0]])
    >>> steps = [np.array([0, 1]), np.array([0])]
    >>> smallest_good(standard, Targets(np.array([1, 1, 0, 0])), steps)[0].tolist()
    [0]
    """
    values, weights = targets.values, targets.weights
    path = np.zeros(len(steps), PATH if targets.numbers is None else PATH_OF_NUMBERS)
    for point, kept in zip(path, steps, strict=True):
        _, scores = best_by_leave_one_out(standard[:, kept], values, weights=weights)
        errors = np.square(scores - values).sum(axis=1)
        point["n_features"] = len(kept)
        point["loo_error"] = np.average(errors, weights=weights)
        point["standard_error"] = standard_error(errors, weights)
        point[f"loo_{targets.quality_name}"] = targets.quality(scores)
    best = path[np.argmin(path["loo_error"])]
    good = path["loo_error"] <= best["loo_error"] + best["standard_error"]
    chosen = np.flatnonzero(good)[-1]
    path["chosen"][chosen] = True
    return steps[chosen], path


def standard_error(errors: np.ndarray, weights: np.ndarray | None) -> float:
    """Give the standard error of the weighted mean of errors, one a case.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.detachment import standard_error
    >>> standard_error(np.array([1.0, 3.0]), None).round(3)
    np.float64(0.707)
    """
    if weights is None:
        return errors.std() / np.sqrt(len(errors))
    apart = weights * (errors - np.average(errors, weights=weights))
    return np.sqrt(np.square(apart).sum()) / weights.sum()


def _detached(
    standard: np.ndarray, targets: Targets, n_least: int
) -> Iterator[np.ndarray]:
    """Drop features step by step; yield those that are left, from all to the least."""
    n_cases, n_features = standard.shape
    kept = np.arange(n_features)
    yield kept
    if n_features <= n_least:
        return
    gram: np.ndarray | None = standard @ standard.T
    of_fit = targets.values, gram
    alpha, _ = best_by_leave_one_out(standard, *of_fit, weights=targets.weights)
    while len(kept) > n_least:
        weights = _weights(standard[:, kept], targets, alpha, gram)
        size = max(n_least, int(len(kept) * (1 - SHARE_DROPPED)))
        by_weight = np.argsort(-weights, kind="stable")
        if 2 * size < n_cases:  # from here on the features' own matrix costs less
            gram = None
        elif gram is not None:
            dropped = standard[:, kept[by_weight[size:]]]
            gram -= dropped @ dropped.T
        kept = np.sort(kept[by_weight[:size]])
        yield kept


def _ordered(
    standard: np.ndarray, targets: Targets, kept: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Order features by their weight in a model of their own, and give it."""
    standard = standard[:, kept]
    n_cases, n_features = standard.shape
    gram = standard @ standard.T if n_cases < n_features else None
    # The penalty that is best for the pool is not what is best for a few.
    of_fit = targets.values, gram
    alpha, _ = best_by_leave_one_out(standard, *of_fit, weights=targets.weights)
    weights = _weights(standard, targets, alpha, gram)
    order = np.argsort(-weights, kind="stable")
    return kept[order], weights[order]


def _weights(
    standard: np.ndarray,
    targets: Targets,
    alpha: float,
    gram: np.ndarray | None,
) -> np.ndarray:
    """Sum absolute coefficients, without the digits that are rounding noise."""
    of_fit = targets.values, alpha, gram, targets.weights
    weights = np.abs(coefficients(standard, *of_fit)).sum(axis=1)
    unit = weights.max() or 1.0
    return np.round(weights / unit, WEIGHT_DIGITS) * unit
