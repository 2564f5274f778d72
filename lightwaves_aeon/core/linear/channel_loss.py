"""What the loss of a channel costs, on held-out cases."""

from __future__ import annotations

__all__ = [
    "CHANNEL_LOSS",
    "CHANNEL_LOSS_OF_NUMBERS",
    "channel_losses",
    "channels_lost",
    "fit_exponent",
]

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from lightwaves_aeon.core.linear.head import two_columns
from lightwaves_aeon.core.linear.temperature import ChannelLost, HeldOut
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.core.weights import weighted_sum

CHANNEL_LOSS = np.dtype(
    [("channel", np.int32), ("accuracy", np.float64), ("accuracy_without", np.float64)]
)
"""Accuracy on held-out cases, with and without a channel; NaN where there are none."""

CHANNEL_LOSS_OF_NUMBERS = np.dtype(
    [("channel", np.int32), ("r2", np.float64), ("r2_without", np.float64)]
)
"""The same of numbers: R2 is the share of their variance that is explained."""

EXPONENT_BOUNDS = 0.0, 4.0
"""Bounds of the exponent of `Unobserved`."""

USUAL_EXPONENT = 1.0
"""The exponent where there are no cases to fit it by."""


def channels_lost(
    features: np.ndarray,
    means: np.ndarray,
    importances: np.ndarray,
    channels_of: Sequence[np.ndarray],
    scores_of: Callable[[np.ndarray], np.ndarray],
) -> Iterator[ChannelLost]:
    """Score cases without each of the channels that features are made of.

    Parameters
    ----------
    features : np.ndarray of float, shape (n_cases, n_features)
        Features of the cases.
    means, importances : np.ndarray of float64, shape (n_features,)
        As of `Unobserved`.
    channels_of : sequence of np.ndarray of int, each of shape (n_features,)
        The channels that a feature is made of; -1 is none.
    scores_of : callable
        Scores cases by their features.

    Yields
    ------
    ChannelLost
    """
    channels = np.unique(np.concatenate(channels_of))
    for channel in channels[channels >= 0]:
        lost = np.any([of == channel for of in channels_of], axis=0)
        scores = scores_of(np.where(lost, means, features))
        yield ChannelLost(int(channel), float(importances[~lost].sum()), scores)


def fit_exponent(
    held_out: Sequence[HeldOut], inverse_temperature: float, priors: np.ndarray
) -> float:
    """Fit the exponent of `Unobserved` to cases that have lost a channel.

    Parameters
    ----------
    held_out : sequence of HeldOut
        Scores of cases that the search did not know, with and without channels.
    inverse_temperature : float
        What their scores are multiplied by.
    priors : np.ndarray of float64, shape (n_classes,)
        Share of each class in the training cases.

    Returns
    -------
    float
        That of the least log-loss; 1 where nothing depends on it.
    """
    parts = [
        (of.information, two_columns(of.scores), part.targets)
        for part in held_out
        for of in part.channels_lost
        if 0 < of.information < 1 and len(part.scores) > 0
    ]
    if not parts:
        return USUAL_EXPONENT
    information, scores, targets = zip(*parts, strict=True)
    sizes = list(map(len, scores))
    ends = np.cumsum(sizes)[:-1]
    classes = np.concatenate([of.classes for of in targets])
    own = np.arange(len(classes)), classes
    logits, log_priors = inverse_temperature * np.concatenate(scores), np.log(priors)

    def loss(exponent: float) -> float:
        left = np.repeat([share**exponent for share in information], sizes)[:, None]
        moved = log_softmax(left * logits + (1 - left) * log_priors, axis=1)
        of_parts = np.split(moved[own], ends)
        weights = (of.weights for of in targets)
        return -float(sum(map(weighted_sum, of_parts, weights)))

    found = minimize_scalar(loss, bounds=EXPONENT_BOUNDS, method="bounded")
    return float(found.x)


def channel_losses(
    held_out: Sequence[HeldOut],
    channels: np.ndarray,
    dtype: np.dtype = CHANNEL_LOSS,
) -> np.ndarray:
    """Compare the accuracy on held-out cases with that without each channel.

    Parameters
    ----------
    held_out : sequence of HeldOut
        Scores of cases that the search did not know, with and without channels.
    channels : np.ndarray of int, shape (n_channels_in_use,)
        The channels of the fitted table.
    dtype : np.dtype, default=CHANNEL_LOSS
        That, or `CHANNEL_LOSS_OF_NUMBERS`.

    Returns
    -------
    np.ndarray of this dtype, shape (n_channels_in_use,)
        A part that does not use a channel has nothing to lose by it.
    """
    found = np.array([(channel, np.nan, np.nan) for channel in channels], dtype)
    parts = [part for part in held_out if len(part.scores) > 0]
    if not parts:
        return found
    targets = Targets.joined([part.targets for part in parts])
    with_all = np.concatenate([part.scores for part in parts])
    for row, channel in zip(found, channels.tolist(), strict=True):
        without = np.concatenate([part.scores_without(channel) for part in parts])
        row[targets.quality_name] = targets.quality(with_all)
        row[f"{targets.quality_name}_without"] = targets.quality(without)
    return found
