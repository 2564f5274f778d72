"""Distillation: features selected to reproduce the scores of a model of the whole pool.

The labels of some hundred cases cannot tell which few of thousands of features carry
what all of them know together. So a banded ridge regression on the whole pool, the
teacher, scores training and augmented cases, and the features are selected to
reproduce these scores, the soft targets (Hinton et al. 2015, "Distilling the knowledge
in a neural network"; augmented cases as of Bucila et al. 2006, "Model compression").
"""

from __future__ import annotations

__all__ = ["Lesson", "distil", "group_of_rows"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.representations import REPRESENTATIONS
from lightwaves_aeon.core.data.augmentation import Mixtures
from lightwaves_aeon.core.linear.banded import group_weights, penalties_of
from lightwaves_aeon.core.linear.ridge import (
    best_of_gram,
    coefficients,
    one_vs_rest_targets,
    standardised,
)
from lightwaves_aeon.core.selection.detachment import detach_targets

LARGEST_VALUE = 4.0
"""Standardised features are clipped to it, in deviations: one that is rare in training
cases would else be far out in an augmented one, and rule its scores."""

STUDENT_ALPHA = 1e-2
"""Penalty of the student, a case: soft targets hold no noise to speak of."""


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
    classes: np.ndarray,
    groups: np.ndarray,
    n_selected: int | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray]:
    """Select features by detachment, to reproduce a teacher's scores.

    Parameters
    ----------
    columns : np.ndarray of float32, shape (n_cases, n_features)
        The pool, in training cases.
    augmented : np.ndarray of float32, shape (n_augmented, n_features)
        The pool, in augmented cases.
    classes : np.ndarray of int, shape (n_cases,)
        Class of each training case, 0 to n_classes - 1, at least two.
    groups : np.ndarray of int, shape (n_features,)
        The group of each, see `group_of_rows`.
    n_selected : int or None
        Number of features to select, at most n_features; None to choose it, too.

    Returns
    -------
    order : np.ndarray of int, shape (n_selected,)
        Column indices, the weightiest first; ties go to the lower index.
    weights : np.ndarray of float64, shape (n_selected,)
        Sum of the squared coefficients of each in the student, the regression of the
        selected features.
    path : np.ndarray of dtype `PATH` or None
        The numbers of features there were to choose from, where none was given.
    scores : np.ndarray of float64, shape (n_cases + n_augmented, n_scores)
        The teacher's, of training cases, then of augmented ones.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.distillation import distil
    >>> rng = np.random.default_rng(0)
    >>> columns = rng.normal(size=(60, 30)).astype(np.float32)
    >>> classes = np.repeat([0, 1], 20)
    >>> columns[:40, 7] += 3 * classes
    >>> order, _, _, scores = distil(
    ...     columns[:40], columns[40:], classes, np.zeros(30, int), 1
    ... )
    >>> order.tolist(), scores.shape
    ([7], (60, 1))
    """
    standard, scores, scales = _taught(columns, augmented, classes, groups)
    kept = np.flatnonzero(scales > 0)
    if n_selected is not None and len(kept) < n_selected:
        kept = np.arange(len(scales))
    # In place, since these are the largest arrays of a fit.
    student = standard if len(kept) == len(scales) else standard[:, kept]
    student *= np.where(scales > 0, scales, 1)[kept]
    student -= student.mean(axis=0)
    penalty = STUDENT_ALPHA * len(student)
    order, weights, path = detach_targets(student, scores, n_selected, penalty, classes)
    return kept[order], weights, path, scores


def _taught(
    columns: np.ndarray, augmented: np.ndarray, classes: np.ndarray, groups: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fit the teacher; give all standardised, its scores and the scales of features."""
    of_cases, means, deviations = standardised(columns)
    n_cases = len(of_cases)
    standard = np.concatenate([of_cases, (augmented - means) / deviations])
    np.clip(standard, -LARGEST_VALUE, LARGEST_VALUE, out=standard)
    standard -= standard[:n_cases].mean(axis=0)
    targets = one_vs_rest_targets(classes, classes.max() + 1)
    present, number = np.unique(groups, return_inverse=True)
    first = np.flatnonzero(present % 3 > 0)
    if len(first) == 0:
        first = np.arange(len(present))
    scales = group_weights(standard[:n_cases], number, targets, first)
    of_cases = standard[:n_cases] * scales
    gram = of_cases @ of_cases.T
    alpha, _ = best_of_gram(gram, targets, penalties_of(gram))
    weights = coefficients(of_cases, targets, alpha, gram) * scales[:, None]
    return standard, standard @ weights + targets.mean(axis=0), scales
