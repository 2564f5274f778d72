"""Where in a case the score of a class comes from: channel by channel, point by point.

What a feature adds to the score is given to the values of its response that made it
what it is, from there to what each tap of the kernel saw, by the tap's weight and the
square of the value, and last to the channels. Nothing is lost or gained on the way.
"""

from __future__ import annotations

__all__ = ["saliency"]

import numpy as np

from lightwaves_aeon.core.bank import KernelBank
from lightwaves_aeon.core.features import STATISTICS, refuse_unknown
from lightwaves_aeon.core.inputs import CHANGE
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.scaling import scaled_channels
from lightwaves_aeon.insight.linear import LinearModel
from lightwaves_aeon.insight.responses import (
    level_1_of,
    level_2_of,
    longest_runs,
    shifted,
)

KNOWN_STATISTICS = ("ppv", "max", "lspv", "min", "mpv", "mipv")
KNOWN_INPUTS = ("channel", "change", "sum", "difference")
"""What is split here; anything else would be taken for one of them."""

BLOCK = 1 << 21
"""Values of responses that are looked at in one go."""


def saliency(linear: LinearModel, x: np.ndarray, class_index: int) -> np.ndarray:
    """Split the score of a class over the time points of the channels of a case.

    Parameters
    ----------
    linear : LinearModel
        The table with its linear head.
    x : np.ndarray, shape (n_channels, n_timepoints)
        The case, unscaled.
    class_index : int
        Which of ``linear.classes``.

    Returns
    -------
    np.ndarray of float64, shape (n_channels, n_timepoints)
        Positive where the case speaks for the class. The sum is the score of the class
        less its intercept. Channels that are not in use have zeros.

    Raises
    ------
    ValueError
        If a channel in use holds NaN, infinity or a value far out of scale, or the
        table names a statistic or an input that is not known here.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.insight.saliency import saliency
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(40, 2, 60)), np.arange(40) % 2
    >>> X[y == 1, 1, 20:30] += 4 * np.sin(np.arange(10))
    >>> clf = LightWaveSClassifier(n_features=20).fit(X, y)
    >>> found = saliency(clf._linear(), X[1], class_index=1)
    >>> found.shape
    (2, 60)
    >>> bool(found[1, 20:30].sum() > 0.5 * found.sum())
    True
    """
    model, evaluate = linear.model, linear.model.evaluate
    refuse_unknown(model.rows, "saliency", KNOWN_STATISTICS, KNOWN_INPUTS)
    features = evaluate.one(x)
    parts = linear.contributions(features)[0, :, class_index]
    is_above = features[0] > linear.means
    scaled = scaled_channels(x[None], evaluate.channels, evaluate.means, evaluate.stds)
    step = max(1, BLOCK // x.shape[1])
    found = np.zeros(scaled[:, 0].shape)
    for start in range(0, len(parts), step):
        numbers = np.arange(start, min(start + step, len(parts)))
        shares = _shares(model, scaled, numbers, is_above[numbers])
        shares *= parts[numbers, None]
        rows = model.rows[numbers]
        found += _to_channels(shares, scaled[:, 0], rows, evaluate.channels)
    out = np.zeros(x.shape)
    out[evaluate.channels] = found
    return out


def _shares(
    model: Model, scaled: np.ndarray, numbers: np.ndarray, is_above: np.ndarray
) -> np.ndarray:
    """Split some features over the time points of what their kernels see."""
    sources, first = level_1_of(model, scaled, numbers)
    shares = np.empty(sources.shape)
    for level in (1, 2):
        at_level = np.flatnonzero(model.rows["level"][numbers] == level)
        rows, response = model.rows[numbers[at_level]], first[at_level]
        if level == 1:
            made_by = _made_by(response, rows, is_above[at_level])
        else:
            second = level_2_of(model, response, numbers[at_level])
            seen = slice(0, 2 * second.shape[1], 2)
            made_by = np.zeros(response.shape)
            made_by[:, seen] = _to_seen(
                _made_by(second, rows, is_above[at_level]),
                response[:, seen],
                rows,
                model.bank,
            )
        shares[at_level] = _to_seen(made_by, sources[at_level], rows, model.bank)
    return shares


def _made_by(c: np.ndarray, rows: np.ndarray, is_above: np.ndarray) -> np.ndarray:
    """Tell which values of each response made its statistic what it is.

    `is_above` is where the feature is above that of the average training case: a high
    share is made by the values above the threshold, a low one by the others.
    """
    out = np.empty(c.shape)
    for number in np.unique(rows["statistic"]):
        chosen = rows["statistic"] == number
        value, statistic = c[chosen], STATISTICS[number]
        size, positive = np.abs(value), value > 0
        high = is_above[chosen, None]
        if statistic == "ppv":
            made_by = (value > rows["threshold"][chosen, None]) == high
        elif statistic == "lspv":
            made_by = longest_runs(positive) == high
        elif statistic == "max":
            made_by = size == size.max(axis=1, keepdims=True, initial=0)
        elif statistic == "min":
            made_by = size == size.min(axis=1, keepdims=True, initial=np.inf)
        elif statistic == "mpv":
            made_by = np.where(positive, size, 0)
        else:  # mean time of the positive values
            made_by = positive
        out[chosen] = made_by
    return out


def _to_seen(
    made_by: np.ndarray, seen: np.ndarray, rows: np.ndarray, bank: KernelBank
) -> np.ndarray:
    """Carry shares of a response back to the series that the kernel saw.

    A value that was made by nothing but zeros keeps its share, as do all where none has
    any: the rows of the result add up to 1.
    """
    weights = np.abs(bank.weights[rows["kernel"]].astype(np.float64)).T
    centres = bank.lengths[rows["kernel"]] // 2
    places = [(tap - centres) * rows["dilation"] for tap in range(len(weights))]
    energy = seen.astype(np.float64) ** 2
    total = np.zeros(seen.shape)
    for weight, place in zip(weights, places, strict=True):
        total += weight[:, None] * shifted(energy, place)

    shares = _normalised(made_by)
    per_energy = np.divide(shares, total, out=np.zeros(seen.shape), where=total > 0)
    carried = np.zeros(seen.shape)
    for weight, place in zip(weights, places, strict=True):
        carried += weight[:, None] * shifted(per_energy, -place)
    return carried * energy + np.where(total > 0, 0, shares)


def _normalised(shares: np.ndarray) -> np.ndarray:
    """Make each row add up to 1, evenly where it is zero."""
    total = shares.sum(axis=1, keepdims=True)
    return np.where(total > 0, shares, 1) / np.where(total > 0, total, shares.shape[1])


def _to_channels(
    shares: np.ndarray, scaled: np.ndarray, rows: np.ndarray, channels: np.ndarray
) -> np.ndarray:
    """Add up what the features give to each channel in use.

    Two values behind one, of two channels or two time points, take it by their squares.
    """
    out, energy = np.zeros(scaled.shape), scaled.astype(np.float64) ** 2
    first = np.searchsorted(channels, rows["channel"])
    is_pair, is_change = rows["other"] >= 0, rows["input"] == CHANGE
    alone = ~is_pair & ~is_change
    np.add.at(out, first[alone], shares[alone])

    one, other = first[is_pair], np.searchsorted(channels, rows["other"][is_pair])
    of_one = shares[is_pair] * _share_of(energy[one], energy[other])
    np.add.at(out, one, of_one)
    np.add.at(out, other, shares[is_pair] - of_one)

    here, there = energy[first[is_change], 1:], energy[first[is_change], :-1]
    of_here = shares[is_change]
    of_there = of_here[:, 1:] * _share_of(there, here)
    of_here[:, 1:] -= of_there
    np.add.at(out, first[is_change], of_here)
    np.add.at(out[:, :-1], first[is_change], of_there)
    return out


def _share_of(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Give the share of the one in both, a half where both are zero."""
    both = one + other
    return np.divide(one, both, out=np.full(both.shape, 0.5), where=both > 0)
