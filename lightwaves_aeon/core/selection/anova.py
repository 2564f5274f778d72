"""The ANOVA filter: how well single features tell the classes apart."""

from __future__ import annotations

__all__ = ["anova_f", "class_f"]

import numpy as np

from lightwaves_aeon.core.jit import jit


def anova_f(
    features: np.ndarray, class_starts: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """One-way ANOVA F of each feature (paper, section III-C), in float64.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_cases, n_features)
        Cases ordered by class.
    class_starts : np.ndarray of int, shape (n_classes + 1,)
        First case of each class, and n_cases at the end.
    weights : np.ndarray of float64, shape (n_cases,), optional
        How much each case counts, 2 as two cases do; all alike by default.

    Returns
    -------
    np.ndarray of float64, shape (n_features,)
        Infinite where each class has a value of its own and no spread; 0 where the
        feature is constant.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.anova import anova_f
    >>> features = np.array([[1, 0, 5], [2, 0, 5], [3, 1, 5], [4, 1, 5]], np.float32)
    >>> anova_f(features, np.array([0, 2, 4])).tolist()
    [8.0, inf, 0.0]
    """
    sizes, means, _, between, within = _sums(features, class_starts, weights)
    freedom = max(sizes.sum() - len(means), 1) / max(len(means) - 1, 1)
    return _f(between, within, freedom)


def class_f(
    features: np.ndarray, class_starts: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """One-way ANOVA F of each feature, of all classes and of each against the rest.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_cases, n_features)
        Cases ordered by class.
    class_starts : np.ndarray of int, shape (n_classes + 1,)
        First case of each class, and n_cases at the end.
    weights : np.ndarray of float64, shape (n_cases,), optional
        As of `anova_f`.

    Returns
    -------
    np.ndarray of float64, shape (n_classes + 1, n_features)
        First the score of all classes, as of `anova_f`, then that of each class.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.anova import class_f
    >>> features = np.array([[0], [1], [0], [1], [8], [9]], np.float32)
    >>> class_f(features, np.array([0, 2, 4, 6])).ravel().round(1).tolist()
    [85.3, 1.3, 1.3, 227.6]
    """
    sizes, means, overall, between, within = _sums(features, class_starts, weights)
    n_cases, n_classes = sizes.sum(), len(means)
    freedom = max(n_cases - n_classes, 1) / max(n_classes - 1, 1)
    scores = [_f(between, within, freedom)]
    for mean, size in zip(means, sizes, strict=True):
        rest = n_cases - size
        # The rest's mean lies on the other side of the overall one, nearer to it.
        apart = (mean - overall) ** 2 * size * n_cases / (rest if rest > 0 else 1)
        left = np.maximum(between - apart, 0.0) + within
        scores.append(_f(apart, left, max(n_cases - 2, 1)))
    return np.stack(scores)


def _f(between: np.ndarray, within: np.ndarray, freedom: float) -> np.ndarray:
    scores = np.where(between > 0, np.inf, 0.0)
    np.divide(between, within, out=scores, where=within > 0)
    return scores * freedom


def _sums(
    features: np.ndarray, class_starts: np.ndarray, weights: np.ndarray | None
) -> tuple[np.ndarray, ...]:
    weights = np.ones(len(features)) if weights is None else weights
    return _sums_of_squares(features, class_starts, weights)


@jit
def _sums_of_squares(features, class_starts, weights):
    """Sizes and means of classes and overall, squares between and within classes."""
    n_features = features.shape[1]
    n_classes = len(class_starts) - 1
    # Values are counted from the first case of their class, and means of classes from
    # the first case of all, so that what does not vary gives exact zeros. All loops are
    # written out: array expressions would take seconds to compile.
    sizes = np.zeros(n_classes)
    means = np.zeros((n_classes, n_features))
    overall = np.zeros(n_features)
    between = np.zeros(n_features)
    within = np.zeros(n_features)
    for c in range(n_classes):
        for i in range(class_starts[c], class_starts[c + 1]):
            sizes[c] += weights[i]
    total = sizes.sum()
    for c in range(n_classes):
        first, last = class_starts[c], class_starts[c + 1]
        for i in range(first, last):
            for j in range(n_features):
                offset = np.float64(features[i, j]) - features[first, j]
                means[c, j] += weights[i] * offset
        for j in range(n_features):
            means[c, j] /= sizes[c]
        for i in range(first, last):
            for j in range(n_features):
                offset = np.float64(features[i, j]) - features[first, j]
                within[j] += weights[i] * (offset - means[c, j]) ** 2
        for j in range(n_features):
            means[c, j] += np.float64(features[first, j]) - features[0, j]
            overall[j] += means[c, j] * sizes[c] / total
    for c in range(n_classes):
        for j in range(n_features):
            between[j] += sizes[c] * (means[c, j] - overall[j]) ** 2
    return sizes, means, overall, between, within
