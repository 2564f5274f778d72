"""Banded ridge regression: a penalty of its own for each group of features.

Groups that predict the targets count much, others little or not at all, however many
features they have (Dupré la Tour et al. 2022, "Feature-space selection with banded
ridge regression"). As in multiple kernel learning, a group takes part by its Gram
matrix of the cases, and a penalty is a weight of that.
"""

from __future__ import annotations

__all__ = ["group_weights", "penalties_of"]

import numpy as np

from lightwaves_aeon.core.linear.ridge import best_of_gram

CASES_FOR_WEIGHTS = 300
"""Cases that are enough to weigh groups by."""

WEIGHTS = (0.0, 0.1, 0.3, 1.0)
"""Weights of a group to choose from."""

N_PASSES = 2
"""How often each group has its turn, at most."""

ALPHAS = np.logspace(-7.5, -1.5, 13)
"""Penalties to choose from, for Gram matrices with a trace of 1."""

LEAST_GAIN = 1e-9
"""Share of the error by which a weight must be better than the one before."""


def penalties_of(gram: np.ndarray) -> np.ndarray:
    """Give the penalties to choose from for a Gram matrix of the cases."""
    trace = float(np.trace(gram))
    return ALPHAS * (trace if trace > 0 else 1)


def group_weights(
    standard: np.ndarray, groups: np.ndarray, targets: np.ndarray, first: np.ndarray
) -> np.ndarray:
    """Weigh groups of features by the leave-one-out error of all together.

    One group after the other gets the weight that is best while those of the others
    stay.

    Parameters
    ----------
    standard : np.ndarray of float, shape (n_cases, n_features)
        Centred features.
    groups : np.ndarray of int, shape (n_features,)
        Group of each, 0 to n_groups - 1.
    targets : np.ndarray of float64, shape (n_cases, n_scores)
        Indicators of the classes.
    first : np.ndarray of int
        The groups that count from the beginning.

    Returns
    -------
    np.ndarray of float64, shape (n_features,)
        What each feature is to be multiplied by, the largest 1: the features of a group
        share its weight.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.linear.banded import group_weights
    >>> rng = np.random.default_rng(0)
    >>> standard, groups = rng.normal(size=(60, 40)), np.repeat([0, 1], 20)
    >>> targets = standard[:, :20] @ rng.normal(size=(20, 1))
    >>> scales = group_weights(standard, groups, targets, np.array([0, 1]))
    >>> scales[[0, -1]].tolist()
    [1.0, 0.0]
    """
    some = slice(None, None, -(-len(standard) // CASES_FOR_WEIGHTS))
    targets = targets[some]
    traces, grams = [], []
    for group in range(groups.max() + 1):
        columns = standard[some, groups == group].astype(np.float64)
        gram = columns @ columns.T
        traces.append(np.trace(gram))
        grams.append(gram / traces[-1] if traces[-1] > 0 else gram)
    weights = np.zeros(len(grams))
    weights[first] = 1

    def error_of(weights: np.ndarray) -> float:
        gram = sum(w * part for w, part in zip(weights, grams, strict=True) if w > 0)
        _, scores = best_of_gram(gram, targets, penalties_of(gram))
        return float(np.square(scores - targets).sum())

    least = error_of(weights)
    for _ in range(N_PASSES):
        before = weights.copy()
        for group in range(len(grams)):
            for weight in WEIGHTS:
                trial = weights.copy()
                trial[group] = weight
                if traces[group] > 0 and trial.any() and weight != weights[group]:
                    error = error_of(trial)
                    if error < least * (1 - LEAST_GAIN):
                        least, weights = error, trial
        if (weights == before).all():
            break
    if not any(traces):  # where nothing varies
        return np.ones(len(groups))
    is_used = (weights > 0) & (np.array(traces) > 0)
    per_trace = np.divide(weights, traces, out=np.zeros(len(grams)), where=is_used)
    return np.sqrt(per_trace / per_trace.max())[groups]
