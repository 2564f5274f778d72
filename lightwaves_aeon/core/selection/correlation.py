"""The filter for numbers: how well single features predict them in a line."""

from __future__ import annotations

__all__ = ["regression_f"]

import numpy as np

from lightwaves_aeon.core.jit import jit


def regression_f(
    features: np.ndarray, numbers: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """F of the simple regression of numbers on each feature, in float64.

    Parameters
    ----------
    features : np.ndarray of float32, shape (n_cases, n_features)
        Features.
    numbers : np.ndarray of float64, shape (n_cases, n_outputs)
        What is to be predicted, about zero.
    weights : np.ndarray of float64, shape (n_cases,), optional
        How much each case counts, 2 as two cases do; all alike by default.

    Returns
    -------
    np.ndarray of float64, shape (n_scores, n_features)
        Of several outputs, the largest and then that of each. Infinite where a line
        gives the numbers without error; 0 where the feature or the number is constant.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.correlation import regression_f
    >>> features = np.array([[1, 0, 5], [2, 2, 5], [3, 1, 5]], np.float32)
    >>> regression_f(features, np.array([[-2.0], [0.0], [2.0]])).round(2).tolist()
    [[inf, 0.33, 0.0]]
    """
    weights = np.ones(len(features)) if weights is None else weights
    covariances, of_features, of_numbers = _sums_of_products(features, numbers, weights)
    product = of_features * of_numbers[:, None]
    explained = np.square(covariances)
    left = product - explained
    # Where nothing but rounding is left, nothing is.
    left[left <= np.finfo(np.float64).eps * len(features) * product] = 0
    scores = np.where(explained > 0, np.inf, 0.0)
    np.divide(explained, left, out=scores, where=left > 0)
    scores *= max(weights.sum() - 2, 1)
    return scores if len(scores) == 1 else np.vstack([scores.max(axis=0), scores])


@jit
def _sums_of_products(features, numbers, weights):
    """Sum up products of features and numbers, and squares of each, all centred."""
    n_cases, n_features = features.shape
    n_outputs = numbers.shape[1]
    # Values are counted from those of the first case, so that what does not vary gives
    # exact zeros. In the order of the cases, which BLAS would not promise.
    total = weights.sum()
    means = np.zeros(n_features)
    of_features = np.zeros(n_features)
    of_numbers = np.zeros(n_outputs)
    covariances = np.zeros((n_outputs, n_features))
    for i in range(n_cases):
        for j in range(n_features):
            means[j] += weights[i] * (np.float64(features[i, j]) - features[0, j])
    for j in range(n_features):
        means[j] /= total
    centres = np.zeros(n_outputs)
    for i in range(n_cases):
        for k in range(n_outputs):
            centres[k] += weights[i] * (numbers[i, k] - numbers[0, k]) / total
    for i in range(n_cases):
        for k in range(n_outputs):
            number = numbers[i, k] - numbers[0, k] - centres[k]
            of_numbers[k] += weights[i] * number * number
            for j in range(n_features):
                offset = np.float64(features[i, j]) - features[0, j] - means[j]
                covariances[k, j] += weights[i] * number * offset
        for j in range(n_features):
            offset = np.float64(features[i, j]) - features[0, j] - means[j]
            of_features[j] += weights[i] * offset * offset
    return covariances, of_features, of_numbers
