"""Saliency: where in a case the score of a class comes from, by relevance propagation.

What a feature adds to the score is given to the values of its response that made it
what it is; from there to what each tap of the kernel saw, in proportion to the weight
and the square of the value (as in the z-squared rule of Montavon et al. 2017, section
3.2); and last to the channels. At level 0 there is no kernel: it is given to values of
the series in the interval. Nothing is lost or gained on the way.
"""

from __future__ import annotations

__all__ = ["saliency"]

from collections.abc import Callable

import numpy as np

from lightwaves_aeon.core.convolution.features import refuse_missing
from lightwaves_aeon.core.convolution.kernels import KernelBank
from lightwaves_aeon.core.convolution.pooling import POOLING_OPERATORS
from lightwaves_aeon.core.convolution.representations import REPRESENTATIONS
from lightwaves_aeon.core.data.scaling import scaled_channels
from lightwaves_aeon.core.fitted import FittedClassifier
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.insight.responses import (
    interval_of,
    level_1_of,
    level_2_of,
    longest_runs,
    shifted,
    sources_of,
)

BLOCK_VALUES = 1 << 21
"""Values of responses that are looked at in one go."""


def saliency(fitted: FittedClassifier, x: np.ndarray, class_index: int) -> np.ndarray:
    """Split the score of a class over the time points of the channels of a case.

    Parameters
    ----------
    fitted : FittedClassifier
        The table with its linear head.
    x : np.ndarray, shape (n_channels, n_timepoints)
        The case, unscaled.
    class_index : int
        Which of ``fitted.classes``.

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
    >>> clf = LightWaveSClassifier(n_features=20, random_state=0).fit(X, y)
    >>> found = saliency(clf._linear(), X[1], class_index=1)
    >>> found.shape
    (2, 60)
    >>> channel, timepoint = divmod(int(found.argmax()), 60)
    >>> channel, 20 <= timepoint < 30
    (1, True)
    """
    model, transform = fitted.model, fitted.model.transform
    is_plain = model.rows["level"] == 0
    for rows, known in (
        (model.rows[is_plain], ATTRIBUTE_IN_INTERVAL),
        (model.rows[~is_plain], ATTRIBUTE),
    ):
        refuse_missing(rows, "saliency", known, ATTRIBUTE_TO_CHANNELS)
    features = transform.transform_one(x)
    parts = fitted.contributions(features)[0, :, class_index]
    is_above = features[0] > fitted.means
    constants = transform.means, transform.stds
    scaled, _ = scaled_channels(x[None], model.channels, *constants)
    step = max(1, BLOCK_VALUES // x.shape[1])
    found = np.zeros(scaled[:, 0].shape)
    for start in range(0, len(parts), step):
        numbers = np.arange(start, min(start + step, len(parts)))
        shares = _shares(model, scaled, numbers, is_above[numbers])
        shares *= parts[numbers, None]
        rows = model.rows[numbers]
        found += _to_channels(shares, scaled[:, 0], rows, model.channels)
    out = np.zeros(x.shape)
    out[model.channels] = found
    return out


def _shares(
    model: Model, scaled: np.ndarray, numbers: np.ndarray, is_above: np.ndarray
) -> np.ndarray:
    """Split some features over the time points of what their kernels see."""
    shares = np.empty((len(numbers), scaled.shape[2]))
    for level in (0, 1, 2):
        at_level = np.flatnonzero(model.rows["level"][numbers] == level)
        some, high = numbers[at_level], is_above[at_level]
        rows = model.rows[some]
        if len(some) == 0:
            continue
        if level == 0:
            shares[at_level] = _in_intervals(sources_of(model, scaled, some), rows)
            continue
        sources, response = level_1_of(model, scaled, some)
        if level == 1:
            made_by = _made_by(response, rows, high)
        else:
            second = level_2_of(model, response, some)
            seen = slice(0, 2 * second.shape[1], 2)
            made_by = np.zeros(response.shape)
            made_by[:, seen] = _to_seen(
                _made_by(second, rows, high),
                response[:, seen],
                rows,
                model.bank,
            )
        shares[at_level] = _to_seen(made_by, sources, rows, model.bank)
    return shares


def _in_intervals(sources: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Split features of level 0 over the time points of their intervals."""
    shares, names = np.zeros(sources.shape), list(POOLING_OPERATORS)
    for series, row, of_row in zip(sources, rows, shares, strict=True):
        times = interval_of(row, len(series))
        within = slice(times.start, times.stop)
        seen = series[within].astype(np.float64)
        made_by = ATTRIBUTE_IN_INTERVAL[names[row["statistic"]]](seen)
        of_row[within] = _normalised(made_by[None])[0]
    return shares


def _made_by(c: np.ndarray, rows: np.ndarray, is_above: np.ndarray) -> np.ndarray:
    """Tell which values of each response made its feature what it is.

    `is_above` is where the feature is above that of the average training case: a high
    share is made by the values above the threshold, a low one by the others.
    """
    out, names = np.empty(c.shape), list(POOLING_OPERATORS)
    for number in np.unique(rows["statistic"]):
        chosen = rows["statistic"] == number
        threshold, high = rows["threshold"][chosen, None], is_above[chosen, None]
        out[chosen] = ATTRIBUTE[names[number]](c[chosen], threshold, high)
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
    """Add up what the features give to each channel in use."""
    out, energy = np.zeros(scaled.shape), scaled.astype(np.float64) ** 2
    first, second = (np.searchsorted(channels, rows[of]) for of in ("channel", "other"))
    names = np.array(list(REPRESENTATIONS))[rows["input"]]
    for give in dict.fromkeys(ATTRIBUTE_TO_CHANNELS.values()):
        alike = [n for n, other in ATTRIBUTE_TO_CHANNELS.items() if other is give]
        some = np.isin(names, alike)
        give(out, energy, shares[some], first[some], second[some])
    return out


# Of responses c, one a row: weights of the values, which need not add up to 1. `high`
# is whether the feature is above that of the average training case.


ATTRIBUTE: dict[str, Callable[..., np.ndarray]] = {
    "ppv": lambda c, threshold, high: (c > threshold) == high,
    "max": lambda c, *_: np.abs(c) == np.abs(c).max(axis=1, keepdims=True, initial=0),
    "lspv": lambda c, _, high: longest_runs(c > 0) == high,
    "min": lambda c, *_: (
        np.abs(c) == np.abs(c).min(axis=1, keepdims=True, initial=np.inf)
    ),
    "mpv": lambda c, *_: np.maximum(c, 0),
    "mipv": lambda c, *_: c > 0,
}
"""What weighs the values of a response, for each pooling operator."""


def _of_slope(x: np.ndarray) -> np.ndarray:
    time = np.arange(len(x))
    return np.abs((time - time.mean()) * (x - x.mean()))


ATTRIBUTE_IN_INTERVAL: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mean": np.abs,
    "deviation": lambda x: (x - x.mean()) ** 2,
    "slope": _of_slope,
    "lowest": lambda x: x == x.min(),
    "highest": lambda x: x == x.max(),
}
"""What weighs the values of a series in an interval, for each operator of level 0."""

# Add shares of what kernels saw to the channels in use, whose squared values are their
# energy. Two values behind one, of two channels or time points, take it by energy.


def _channel(out, energy, shares, first, second) -> None:
    np.add.at(out, first, shares)


def _first_difference(out, energy, shares, first, second) -> None:
    here, there = energy[first, 1:], energy[first, :-1]
    of_here = shares.copy()
    of_there = of_here[:, 1:] * _share_of(there, here)
    of_here[:, 1:] -= of_there
    np.add.at(out, first, of_here)
    np.add.at(out[:, :-1], first, of_there)


def _pair(out, energy, shares, first, second) -> None:
    of_first = shares * _share_of(energy[first], energy[second])
    np.add.at(out, first, of_first)
    np.add.at(out, second, shares - of_first)


ATTRIBUTE_TO_CHANNELS = {
    "channel": _channel,
    "sum": _pair,
    "difference": _pair,
    "change": _first_difference,
}
"""What gives shares to the channels, for each representation."""


def _share_of(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Give the share of the one in both, a half where both are zero."""
    both = one + other
    return np.divide(one, both, out=np.full(both.shape, 0.5), where=both > 0)
