"""Select channels by backward elimination, with ridge regressions on all responses.

A ridge regression of many features needs only the Gram matrix of the cases, and that of
several channels is the sum of theirs. So each channel is gone through once, whatever
the number of its features, and from then on to leave one out is a subtraction.
"""

from __future__ import annotations

__all__ = [
    "CHANNEL_PATH",
    "CHANNEL_PATH_OF_NUMBERS",
    "ChannelTask",
    "channel_path",
    "gram_of",
    "n_cases_for_grams",
    "selected_channels",
]

from math import isqrt
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.linear.ridge import best_of_gram, error_of_gram, standardised
from lightwaves_aeon.core.parallel.blas import one_blas_thread
from lightwaves_aeon.core.selection.candidates import CandidateSet
from lightwaves_aeon.core.selection.detachment import path_dtype, standard_error
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.core.weights import centred_targets, weighted_rows

GRAM_CASES = 500
"""Cases that are enough to tell channels apart."""

GRAM_VALUES = 1 << 26
"""Values in the Gram matrices of all channels; with more channels, of fewer cases."""

FEW_CHANNELS = 32
"""Above this many channels, one is dropped by its dual weight, the smallest part in the
scores; from there on by leave-one-out error."""

GRAM_ALPHAS = np.logspace(-4, 2, 13)
"""Penalties to choose from, for Gram matrices with a mean diagonal of 1."""

ERROR_DIGITS, WEIGHT_DIGITS = 7, 5
"""Digits in which errors are compared, and dual weights, which are summed in float32:
equal channels then count as equal."""


CHANNEL_PATH = path_dtype(["n_channels", "channel"], "loo_accuracy")
"""One number of channels: the channel that so many have and one fewer have not; the
squared leave-one-out error of a case, summed over the classes; the standard error of
how far its mean over the cases is from the least one; the share of the cases that are
classified right; and whether it is the number chosen."""

CHANNEL_PATH_OF_NUMBERS = path_dtype(["n_channels", "channel"], "loo_r2")
"""The same of numbers: the error is that of standardised ones, summed over the outputs;
R2 is the share of their variance that is explained."""


class ChannelTask(NamedTuple):
    """The candidates of one channel at all dilations."""

    candidates: list[CandidateSet]
    X: Collection
    quantile_cases: np.ndarray
    weights: np.ndarray | None = None


def n_cases_for_grams(n_channels: int, n_classes: int) -> int:
    """Give the number of cases of which there are Gram matrices.

    Examples
    --------
    >>> from lightwaves_aeon.core.selection.channels import n_cases_for_grams
    >>> n_cases_for_grams(24, 6), n_cases_for_grams(1000, 6)
    (500, 259)
    """
    return max(min(GRAM_CASES, isqrt(GRAM_VALUES // n_channels)), n_classes)


@one_blas_thread
def gram_of(task: ChannelTask) -> np.ndarray:
    """Compute the Gram matrix of the standardised features of a channel.

    Parameters
    ----------
    task : ChannelTask
        The channel.

    Returns
    -------
    np.ndarray of float32, shape (n_cases, n_cases)
        Divided by the number of features.
    """
    gram, n_features = np.zeros((task.X.shape[0],) * 2), 0
    for candidates in task.candidates:
        _, columns, distinct = candidates.features(task.X, task.quantile_cases)
        standard, _, _ = standardised(columns[:, distinct], task.weights)
        standard = weighted_rows(standard, task.weights)
        gram += standard @ standard.T
        n_features += standard.shape[1]
    return (gram / n_features).astype(np.float32)


@one_blas_thread
def channel_path(
    grams: np.ndarray,
    targets: Targets,
    max_channels: int | None,
    channels: np.ndarray | None = None,
    n_channels: int | None = None,
) -> np.ndarray:
    """Leave out one channel after the other, that which is missed least.

    Parameters
    ----------
    grams : np.ndarray of float32, shape (n_channels, n_cases, n_cases)
        See `gram_of`.
    targets : Targets
        Of the cases.
    max_channels : int or None
        How many to keep at most; None for the smallest number whose leave-one-out error
        is no more than a standard error of the difference from the least.
    channels : np.ndarray of int, optional
        Which channels these are, ascending; by default 0, 1, 2, ...
    n_channels : int, optional
        Number of all channels, those that do not vary included: these are left out
        first, at no loss.

    Returns
    -------
    np.ndarray of dtype `CHANNEL_PATH` or `CHANNEL_PATH_OF_NUMBERS`, shape (n_channels,)
        From one channel to all. Of channels that are missed equally, those with the
        lower numbers are kept.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.channels import channel_path
    >>> from lightwaves_aeon.core.targets import Targets
    >>> rng = np.random.default_rng(0)
    >>> classes = np.repeat([0, 1], 20)
    >>> columns = rng.normal(size=(3, 40, 10))
    >>> columns[2] += 2 * classes[:, None] - 1
    >>> grams = np.stack([x @ x.T for x in columns - columns.mean(axis=1)[:, None]])
    >>> path = channel_path(grams / 10, Targets(classes), max_channels=1)
    >>> int(path["channel"][0]), path["loo_accuracy"][0] > 0.9
    (2, np.True_)
    """
    values, weights = targets.values, targets.weights
    left, total = list(range(len(grams))), grams.sum(axis=0, dtype=np.float64)
    is_numbers = targets.numbers is not None
    path = np.zeros(len(left), CHANNEL_PATH_OF_NUMBERS if is_numbers else CHANNEL_PATH)
    errors = np.empty((len(left), len(values)))
    while left:
        alpha, scores = best_of_gram(total / len(left), values, GRAM_ALPHAS, weights)
        dropped = _elimination_step(grams, targets, left, total, alpha)
        errors[len(left) - 1] = np.square(scores - values).sum(axis=1)
        point = path[len(left) - 1]
        point["n_channels"], point["channel"] = len(left), dropped
        point[f"loo_{targets.quality_name}"] = targets.quality(scores)
        left.remove(dropped)
        total -= grams[dropped]
    path["loo_error"] = np.average(errors, axis=1, weights=weights)
    best = np.argmin(path["loo_error"])
    # Case by case: some are hard for any channels, which says nothing of a difference.
    apart = errors - errors[best]
    path["standard_error"] = [standard_error(point, weights) for point in apart]
    if max_channels is None:
        rise = path["loo_error"] - path["loo_error"][best]
        max_channels = int(np.argmax(rise <= path["standard_error"])) + 1
    path["chosen"][min(max_channels, len(path)) - 1] = True
    if channels is not None:
        path["channel"] = channels[path["channel"]]
    return _with_others(path, len(path) if n_channels is None else n_channels)


def _with_others(path: np.ndarray, n_channels: int) -> np.ndarray:
    """Add the channels that have no part in the path: they change nothing."""
    others = np.setdiff1d(np.arange(n_channels), path["channel"])
    last = np.repeat(path[-1:], len(others))
    last["channel"], last["chosen"] = others, False
    last["n_channels"] += 1 + np.arange(len(others))
    return np.concatenate([path, last])


def selected_channels(path: np.ndarray) -> np.ndarray:
    """Read from a path which channels are chosen.

    Parameters
    ----------
    path : np.ndarray of dtype `CHANNEL_PATH`
        See `channel_path`.

    Returns
    -------
    np.ndarray of int
        Ascending.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.selection.channels import (
    ...     CHANNEL_PATH,
    ...     selected_channels,
    ... )
    >>> path = np.zeros(3, CHANNEL_PATH)
    >>> path["channel"], path["chosen"] = [2, 0, 1], [False, True, False]
    >>> selected_channels(path).tolist()
    [0, 2]
    """
    return np.sort(path["channel"][: np.argmax(path["chosen"]) + 1])


def _elimination_step(
    grams: np.ndarray,
    targets: Targets,
    left: list[int],
    total: np.ndarray,
    alpha: float,
) -> int:
    """Find the channel that is missed least: one backward-elimination step."""
    if len(left) == 1:
        return left[0]
    values, weights = targets.values, targets.weights
    if len(left) > FEW_CHANNELS:
        digits = WEIGHT_DIGITS
        regular = total / len(left) + alpha * np.eye(len(total))
        duals = np.linalg.solve(regular, centred_targets(values, weights)[0])
        loss = np.tensordot(grams[left], (duals @ duals.T).astype(np.float32), axes=2)
    else:
        digits = ERROR_DIGITS
        rest = ((total - grams[channel]) / (len(left) - 1) for channel in left)
        loss = np.array([error_of_gram(of, values, alpha, weights) for of in rest])
    loss = np.round(loss / (np.abs(loss).max() or 1.0), digits)
    return left[len(left) - 1 - int(np.argmin(loss[::-1]))]
