"""The ANOVA filter: how well single features tell the classes apart."""

from __future__ import annotations

__all__ = ["anova_f", "class_f"]

import numpy as np

from lightwaves_aeon.core.jit import jit


def anova_f(features: np.ndarray, class_starts: np.ndarray) -> np.ndarray:
    """One-way ANOVA F of each feature (paper, section III-C), in float64.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_cases, n_features)
        Cases ordered by class.
    class_starts : np.ndarray of int, shape (n_classes + 1,)
        First case of each class, and n_cases at the end.

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
    means, _, between, within = _sums_of_squares(features, class_starts)
    freedom = max(len(features) - len(means), 1) / max(len(means) - 1, 1)
    return _f(between, within, freedom)


def class_f(features: np.ndarray, class_starts: np.ndarray) -> np.ndarray:
    """One-way ANOVA F of each feature, of all classes and of each against the rest.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_cases, n_features)
        Cases ordered by class.
    class_starts : np.ndarray of int, shape (n_classes + 1,)
        First case of each class, and n_cases at the end.

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
    means, overall, between, within = _sums_of_squares(features, class_starts)
    n_cases, n_classes = len(features), len(means)
    freedom = max(n_cases - n_classes, 1) / max(n_classes - 1, 1)
    scores = [_f(between, within, freedom)]
    for mean, size in zip(means, np.diff(class_starts), strict=True):
        # The rest's mean lies on the other side of the overall one, nearer to it.
        apart = (mean - overall) ** 2 * size * n_cases / max(n_cases - size, 1)
        left = np.maximum(between - apart, 0.0) + within
        scores.append(_f(apart, left, max(n_cases - 2, 1)))
    return np.stack(scores)


def _f(between: np.ndarray, within: np.ndarray, freedom: float) -> np.ndarray:
    scores = np.where(between > 0, np.inf, 0.0)
    np.divide(between, within, out=scores, where=within > 0)
    return scores * freedom


@jit
def _sums_of_squares(features, class_starts):
    """Means of classes and overall, sums of squares between and within classes."""
    n_cases, n_features = features.shape
    n_classes = len(class_starts) - 1
    # Values are counted from the first case of their class, and means of classes from
    # the first case of all, so that what does not vary gives exact zeros. All loops are
    # written out: array expressions would take seconds to compile.
    means = np.zeros((n_classes, n_features))
    overall = np.zeros(n_features)
    between = np.zeros(n_features)
    within = np.zeros(n_features)
    for c in range(n_classes):
        first, last = class_starts[c], class_starts[c + 1]
        for i in range(first, last):
            for j in range(n_features):
                means[c, j] += np.float64(features[i, j]) - features[first, j]
        for j in range(n_features):
            means[c, j] /= last - first
        for i in range(first, last):
            for j in range(n_features):
                offset = np.float64(features[i, j]) - features[first, j]
                within[j] += (offset - means[c, j]) ** 2
        for j in range(n_features):
            means[c, j] += np.float64(features[first, j]) - features[0, j]
            overall[j] += means[c, j] * (last - first) / n_cases
    for c in range(n_classes):
        size = class_starts[c + 1] - class_starts[c]
        for j in range(n_features):
            between[j] += size * (means[c, j] - overall[j]) ** 2
    return means, overall, between, within
