"""Distillation: features selected to reproduce the scores of a model of the whole pool.

The labels of some hundred cases cannot tell which few of thousands of features carry
what all of them know together. So a banded ridge regression on the whole pool, the
teacher, scores training and augmented cases, and the features are selected to
reproduce these scores, the soft targets (Hinton et al. 2015, "Distilling the knowledge
in a neural network"; augmented cases as of Bucila et al. 2006, "Model compression").
"""

from __future__ import annotations

__all__ = ["Distilled", "Lesson", "Pace", "distil", "group_of_rows"]

from typing import NamedTuple

import numpy as np
from scipy.linalg import solve

from lightwaves_aeon.core.convolution.representations import REPRESENTATIONS
from lightwaves_aeon.core.data.augmentation import Mixtures, with_augmented
from lightwaves_aeon.core.linear.banded import penalties_of, summed_gram, weighted_gram
from lightwaves_aeon.core.linear.ridge import best_of_gram, standardised
from lightwaves_aeon.core.selection.student import detach_student, squared_weights
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.core.weights import (
    centred_targets,
    products_of_weighted,
    weighted_rows,
)

LARGEST_VALUE = 4.0
"""Standardised features are clipped to it, in deviations: one that is rare in training
cases would else be far out in an augmented one, and rule its scores."""

MOST_OF_STUDENT = 2500
"""Features wanted beyond which detachment would drop too few to be worth its time."""

CASES_FOR_PENALTY = 2000
"""Cases that are enough to choose the teacher's penalty by: eigenvalues take as many
operations as the cube of their number."""

STANDARDISED_AT_A_TIME = 512
"""Features that are in double precision at a time."""


N_GROUPS = 9
"""Groups of the teacher: three kinds of representations, at three levels each."""


class Pace(NamedTuple):
    """How fast a student drops features.

    Attributes
    ----------
    share_dropped : float
        Features dropped in each step, as a share of those that are left.
    most_features : int
        Features that detachment starts from, at most, or as many as are wanted.
    """

    share_dropped: float
    most_features: int


class Distilled(NamedTuple):
    """What distillation finds.

    Attributes
    ----------
    order : np.ndarray of int, shape (n_selected,)
        Column indices, the weightiest first; ties go to the lower index.
    weights : np.ndarray of float64, shape (n_selected,)
        Sum of the squared coefficients of each in the student, the regression of the
        selected features.
    path : np.ndarray or None
        The numbers of features there were to choose from, where none was given.
    scores : np.ndarray of float64, shape (n_cases + n_augmented, n_scores)
        The teacher's, of training cases, then of augmented ones.
    group_weights : np.ndarray of float64, shape (N_GROUPS,)
        The teacher's weight of each group of features.
    """

    order: np.ndarray
    weights: np.ndarray
    path: np.ndarray | None
    scores: np.ndarray
    group_weights: np.ndarray


class Lesson(NamedTuple):
    """What the head is trained on, in place of the labels.

    Attributes
    ----------
    cases : np.ndarray of int
        Training cases.
    mixtures : Mixtures
        Augmented cases that are made of them.
    soft_targets : np.ndarray, shape (n_cases + n_mixtures, n_scores)
        The scores to give them.
    """

    cases: np.ndarray
    mixtures: Mixtures
    soft_targets: np.ndarray


def group_of_rows(rows: np.ndarray) -> np.ndarray:
    """Tell which group of the teacher each candidate belongs to.

    There is one for each representation and level.

    Parameters
    ----------
    rows : np.ndarray of dtype `ROW`, shape (n_candidates,)
        The candidates.

    Returns
    -------
    np.ndarray of int, shape (n_candidates,)

    Examples
    --------
    >>> from lightwaves_aeon.core.convolution.features import candidate_rows
    >>> from lightwaves_aeon.core.selection.distillation import group_of_rows
    >>> group_of_rows(candidate_rows(0, 1, 1, (1, 2), ("ppv",))).tolist()
    [1, 2]
    """
    is_pair = np.array([row.n_channels == 2 for row in REPRESENTATIONS.values()])
    kind = np.where(is_pair[rows["input"]], 2, np.minimum(rows["input"], 1))
    return 3 * kind + rows["level"]


def distil(
    columns: np.ndarray,
    augmented: np.ndarray,
    targets: Targets,
    groups: np.ndarray,
    n_selected: int | None,
    pace: Pace,
    gapped: np.ndarray | None = None,
    group_weights: np.ndarray | None = None,
) -> Distilled:
    """Select features by detachment, to reproduce a teacher's scores.

    Parameters
    ----------
    columns : np.ndarray of float32, shape (n_cases, n_features)
        The pool, in training cases.
    augmented : np.ndarray of float32, shape (n_augmented, n_features)
        The pool, in augmented cases.
    targets : Targets
        Of the training cases; augmented ones, which are drawn by the weights of these,
        count 1 each.
    groups : np.ndarray of int, shape (n_features,)
        The group of each, see `group_of_rows`.
    n_selected : int or None
        Number of features to select, at most n_features; None to choose it, too.
    pace : Pace
        Of the detachment.
    gapped : np.ndarray of float32, shape (n_augmented, n_features), optional
        The augmented cases as the student sees them, after values are dropped.
    group_weights : np.ndarray of float64, shape (N_GROUPS,), optional
        The teacher's weights of the groups, where they are known.

    Returns
    -------
    Distilled

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.distillation import Pace, distil
    >>> from lightwaves_aeon.core.targets import Targets
    >>> rng = np.random.default_rng(0)
    >>> columns = rng.normal(size=(60, 30)).astype(np.float32)
    >>> classes = np.repeat([0, 1], 20)
    >>> columns[:40, 7] += 3 * classes
    >>> cases, groups = (columns[:40], columns[40:]), np.zeros(30, int)
    >>> found = distil(*cases, Targets(classes), groups, 1, Pace(0.15, 30))
    >>> found.order.tolist(), found.scores.shape
    ([7], (60, 1))
    """
    features = _standardised_rows(columns, augmented, targets.weights)
    scores, weights, scales, group_weights = _taught(
        features, targets, groups, group_weights
    )
    wanted = n_selected or 1
    most = wanted if wanted > MOST_OF_STUDENT else max(wanted, pace.most_features)
    # The teacher's own weights are those of a student that has all features.
    first = np.argsort(-weights, kind="stable")[:most]
    kept = np.sort(first[(scales[first] > 0) | (np.arange(len(first)) < wanted)])
    student = features[kept]
    del features  # the largest array of a fit
    if gapped is not None:
        some = columns[:, kept], gapped[:, kept]
        student = _standardised_rows(*some, targets.weights)
    student *= np.where(scales > 0, scales, 1)[kept, None].astype(np.float32)
    counts = with_augmented(targets.weights, len(augmented))
    if counts is None:
        means = student.mean(axis=1, dtype=np.float64).astype(np.float32)
    else:
        means = student @ (counts / counts.sum()).astype(np.float32)
    student -= means[:, None]
    order, weights, path = detach_student(
        student, scores, n_selected, pace.share_dropped, targets, counts
    )
    return Distilled(kept[order], weights, path, scores, group_weights)


def _standardised_rows(
    columns: np.ndarray, augmented: np.ndarray, case_weights: np.ndarray | None
) -> np.ndarray:
    """Standardise by the training cases and clip; give features as rows."""
    n_cases, n_features = columns.shape
    rows = np.empty((n_features, n_cases + len(augmented)), np.float32)
    for start in range(0, n_features, STANDARDISED_AT_A_TIME):
        some = slice(start, start + STANDARDISED_AT_A_TIME)
        of_cases, means, deviations = standardised(columns[:, some], case_weights)
        others = (augmented[:, some] - means) / deviations
        both = np.concatenate([of_cases.T, others.T], axis=1)
        np.clip(both, -LARGEST_VALUE, LARGEST_VALUE, out=both)
        both -= np.average(
            both[:, :n_cases], axis=1, weights=case_weights, keepdims=True
        )
        rows[some] = both
    return rows


def _taught(
    features: np.ndarray,
    targets: Targets,
    groups: np.ndarray,
    group_weights: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Fit the teacher.

    Give its scores, weights and scales of the features, and weights of the groups.
    """
    values, case_weights = targets.values, targets.weights
    n_cases = len(values)
    present, number = np.unique(groups, return_inverse=True)
    if group_weights is None:
        first = np.flatnonzero(present % 3 > 0)
        if len(first) == 0:
            first = np.arange(len(present))
        of_fit = features, number, values, first, case_weights
        of_groups, gram = weighted_gram(*of_fit)
        group_weights = np.zeros(N_GROUPS)
        group_weights[present] = of_groups
    else:
        of_groups = group_weights[present]
        gram = summed_gram(features[:, :n_cases], of_groups[number])
        gram = products_of_weighted(gram, case_weights)
    some = slice(None, None, -(-n_cases // CASES_FOR_PENALTY))
    few = np.ascontiguousarray(gram[some, some])
    of_few = None if case_weights is None else case_weights[some]
    alpha, _ = best_of_gram(few, values[some], penalties_of(gram), of_few)
    centred, mean = centred_targets(values, case_weights)
    gram[np.diag_indices_from(gram)] += alpha
    dual = solve(gram, centred, assume_a="pos", overwrite_a=True)
    dual = weighted_rows(dual, case_weights)  # of the rows as they are
    scales = np.sqrt(of_groups)[number]
    coefficients = (features[:, :n_cases] @ dual.astype(np.float32)) * scales[:, None]
    weights = squared_weights(coefficients)
    coefficients *= scales[:, None]
    scores = features.T @ coefficients.astype(np.float32)
    return scores.astype(np.float64) + mean, weights, scales, group_weights
