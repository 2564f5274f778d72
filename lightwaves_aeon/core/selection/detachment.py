"""Sequential feature detachment (SFD): drop what weighs least in a ridge regression.

The method of Uribarri et al. 2023, arXiv 2309.14518, in its dual form: a ridge
model of all features needs only the Gram matrix of the cases, a sum over features, so
that to drop some is to subtract their share.
"""

from __future__ import annotations

__all__ = ["PATH", "detach", "detach_targets", "detach_to_best"]

from collections.abc import Iterator

import numpy as np

from lightwaves_aeon.core.linear.ridge import (
    best_by_leave_one_out,
    coefficients,
    one_vs_rest_targets,
    standardised,
)

SHARE_DROPPED = 0.3
"""Features dropped in each step, as a share of those that are left."""

SMALL_SHARE, LARGE_SHARE = 0.15, 0.5
"""The same, where the targets are scores of a model: of some features, and of many."""

MANY_FEATURES = 4000
"""What is many then: these steps are dear, and most features clearly superfluous."""

WEIGHT_DIGITS = 10
"""Digits in which weights are compared: equal features then weigh equally."""

PATH = np.dtype(
    [
        ("n_features", np.int64),
        ("loo_error", np.float64),
        ("standard_error", np.float64),
        ("loo_accuracy", np.float64),
        ("chosen", np.bool_),
    ]
)
"""One number of features: the leave-one-out error of a case, the squared differences of
its scores from 1 and -1 summed over the classes; the standard error of its mean over
the cases; the share of the cases that are classified right; and whether it is the
number chosen."""


def detach(
    columns: np.ndarray, classes: np.ndarray, n_selected: int
) -> tuple[np.ndarray, np.ndarray]:
    """Select features by ridge-based sequential detachment.

    A ridge regression of the class indicators is solved on the standardised features,
    those with the smallest sum of absolute coefficients are dropped, and so on, until
    so many are left as are wanted. The penalty is chosen by leave-one-out.

    Parameters
    ----------
    columns : np.ndarray of float32, shape (n_cases, n_features)
        The pool.
    classes : np.ndarray of int, shape (n_cases,)
        Class of each case, 0 to n_classes - 1, at least two.
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
    >>> from lightwaves_aeon.core.selection.detachment import detach
    >>> rng = np.random.default_rng(0)
    >>> columns = rng.normal(size=(40, 30)).astype(np.float32)
    >>> classes = np.repeat([0, 1], 20)
    >>> columns[:, 7] += 3 * classes
    >>> detach(columns, classes, 1)[0].tolist()
    [7]
    """
    standard, _, _ = standardised(columns)
    targets = one_vs_rest_targets(classes, classes.max() + 1)
    *_, kept = _detached(standard, targets, n_selected)
    return _ordered(standard, targets, kept)


def detach_targets(
    standard: np.ndarray,
    targets: np.ndarray,
    n_selected: int | None,
    alpha: float,
    classes: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Select features that give targets without noise, in smaller steps.

    Features weigh by their squared coefficients: several scores that need a feature a
    little count less than one that needs it much.

    Parameters
    ----------
    standard : np.ndarray of float64, shape (n_cases, n_features)
        Centred features.
    targets : np.ndarray of float64, shape (n_cases, n_scores)
        What the regression is to give.
    n_selected : int or None
        Number of features to select, at most n_features; None to choose it, too, by
        how well the labels of the first cases are predicted.
    alpha : float
        The penalty.
    classes : np.ndarray of int, shape (n_labelled,)
        Class of each of the first cases.

    Returns
    -------
    order, weights, path : np.ndarray
        As of `detach_to_best`, the path None where the number is given; weights are
        sums of squares.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.detachment import detach_targets
    >>> standard = np.random.default_rng(0).normal(size=(60, 30))
    >>> targets, classes = standard[:, [4]], (standard[:, 4] > 0).astype(int)
    >>> detach_targets(standard, targets, 1, 0.1, classes)[0].tolist()
    [4]
    """
    parameters = alpha, SMALL_SHARE, 2
    steps = list(_detached(standard, targets, n_selected or 1, *parameters))
    kept, path = steps[-1], None
    if n_selected is None:
        labelled = standard[: len(classes)]
        kept, path = _smallest_good(labelled - labelled.mean(axis=0), classes, steps)
    return *_ordered(standard, targets, kept, alpha, 2), path


def detach_to_best(
    columns: np.ndarray, classes: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Select as few features as predict about as well as any number along the path.

    That is the smallest number whose leave-one-out error is within one standard error
    of the least.

    Parameters
    ----------
    columns : np.ndarray of float32, shape (n_cases, n_features)
        The pool.
    classes : np.ndarray of int, shape (n_cases,)
        Class of each case, 0 to n_classes - 1, at least two.

    Returns
    -------
    order, weights : np.ndarray
        As of `detach`.
    path : np.ndarray of dtype `PATH`, shape (n_steps,)
        What there is to choose from, the largest number of features first.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.detachment import detach_to_best
    >>> rng = np.random.default_rng(0)
    >>> columns = rng.normal(size=(40, 30)).astype(np.float32)
    >>> classes = np.repeat([0, 1], 20)
    >>> columns[:, 7] += 9 * classes
    >>> order, _, path = detach_to_best(columns, classes)
    >>> order[0], path["n_features"][:4].tolist()
    (np.int64(7), [30, 21, 14, 9])
    """
    standard, _, _ = standardised(columns)
    targets = one_vs_rest_targets(classes, classes.max() + 1)
    steps = list(_detached(standard, targets, 1))
    kept, path = _smallest_good(standard, classes, steps)
    return *_ordered(standard, targets, kept), path


def _smallest_good(
    standard: np.ndarray, classes: np.ndarray, steps: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Find the step with the fewest features that predict the labels well; the path."""
    targets = one_vs_rest_targets(classes, classes.max() + 1)
    path = np.zeros(len(steps), PATH)
    for point, kept in zip(path, steps, strict=True):
        _, scores = best_by_leave_one_out(standard[:, kept], targets)
        errors = np.square(scores - targets).sum(axis=1)
        point["n_features"] = len(kept)
        point["loo_error"] = errors.mean()
        point["standard_error"] = errors.std() / np.sqrt(len(errors))
        found = scores[:, 0] > 0 if scores.shape[1] == 1 else scores.argmax(axis=1)
        point["loo_accuracy"] = (found == classes).mean()
    best = path[np.argmin(path["loo_error"])]
    good = path["loo_error"] <= best["loo_error"] + best["standard_error"]
    chosen = np.flatnonzero(good)[-1]
    path["chosen"][chosen] = True
    return steps[chosen], path


def _detached(
    standard: np.ndarray,
    targets: np.ndarray,
    n_least: int,
    alpha: float | None = None,
    share: float = SHARE_DROPPED,
    power: int = 1,
) -> Iterator[np.ndarray]:
    """Drop features step by step; yield those that are left, from all to the least."""
    n_cases, n_features = standard.shape
    kept = np.arange(n_features)
    yield kept
    if n_features <= n_least:
        return
    gram: np.ndarray | None = standard @ standard.T
    if alpha is None:
        alpha, _ = best_by_leave_one_out(standard, targets, gram)
    while len(kept) > n_least:
        weights = _weights(standard[:, kept], targets, alpha, gram, power)
        large = share == SMALL_SHARE and len(kept) > MANY_FEATURES
        left = int(len(kept) * (1 - (LARGE_SHARE if large else share)))
        size = max(n_least, MANY_FEATURES if large else 1, left)
        by_weight = np.argsort(-weights, kind="stable")
        if 2 * size < n_cases:  # from here on the features' own matrix costs less
            gram = None
        elif gram is not None:
            dropped = standard[:, kept[by_weight[size:]]]
            gram -= dropped @ dropped.T
        kept = np.sort(kept[by_weight[:size]])
        yield kept


def _ordered(
    standard: np.ndarray,
    targets: np.ndarray,
    kept: np.ndarray,
    alpha: float | None = None,
    power: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Order features by their weight in a model of their own, and give it."""
    standard = standard[:, kept]
    n_cases, n_features = standard.shape
    gram = standard @ standard.T if n_cases < n_features else None
    if alpha is None:
        # The penalty that is best for the pool is not what is best for a few.
        alpha, _ = best_by_leave_one_out(standard, targets, gram)
    weights = _weights(standard, targets, alpha, gram, power)
    order = np.argsort(-weights, kind="stable")
    return kept[order], weights[order]


def _weights(
    standard: np.ndarray,
    targets: np.ndarray,
    alpha: float,
    gram: np.ndarray | None,
    power: int,
) -> np.ndarray:
    """Sum powers of coefficients, without the digits that are rounding noise."""
    absolute = np.abs(coefficients(standard, targets, alpha, gram))
    weights = (absolute**power).sum(axis=1)
    largest = weights.max()
    return (
        np.round(weights / largest, WEIGHT_DIGITS) * largest if largest > 0 else weights
    )
