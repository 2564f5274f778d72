"""Saliency: where in a case a score, or a number, comes from, by relevance propagation.

What a feature adds to it is given to the values of its response that made it
what it is; from there to what each tap of the kernel saw, in proportion to the weight
and the square of the value (as in the z-squared rule of Montavon et al. 2017, section
3.2); and last to the channels. At level 0 there is no kernel: it is given to values of
the series in the interval. Nothing is lost or gained on the way.

Of a case with gaps, what made a feature are the values of its response at time points
that were observed. What comes from there to values that were filled in is left out, and
the rest of what the feature adds is scaled up for it.
"""

from __future__ import annotations

__all__ = ["saliency"]

from collections.abc import Callable

import numpy as np

from lightwaves_aeon.core.convolution.features import refuse_missing
from lightwaves_aeon.core.convolution.kernels import KernelBank
from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.fitted import FittedLinear
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.insight.responses import (
    INPUT,
    level_1_of,
    level_2_of,
    longest_runs,
    seen_of,
    shifted,
    sources_of,
    times_of,
)

BLOCK_VALUES = 1 << 21
"""Values of responses that are looked at in one go."""

ALL = slice(None)

Part = tuple[np.ndarray, slice, np.ndarray]
"""Channels, time points, and what is given to them: one row a feature."""


def saliency(fitted: FittedLinear, x: np.ndarray, output: int) -> np.ndarray:
    """Split a score, or a number, over the time points of the channels of a case.

    Parameters
    ----------
    fitted : FittedLinear
        The table with its linear head.
    x : np.ndarray, shape (n_channels, n_timepoints)
        The case, unscaled.
    output : int
        Which of ``fitted.outputs``, by its place.

    Returns
    -------
    np.ndarray of float64, shape (n_channels, n_timepoints)
        Positive where the case speaks for the class, or raises the number. The sum is
        the score, or the number, less its intercept. There are zeros where values are
        missing, and in channels that are not in use.

    Raises
    ------
    ValueError
        If a channel in use holds infinity or a value far out of scale, or NaN where
        the model does not allow for missing values; or the table names a statistic or
        an input that is not known here.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.insight.saliency import saliency
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(40, 2, 60)), np.arange(40) % 2
    >>> X[y == 1, 1, 20:30] += 4 * np.sin(np.arange(10))
    >>> clf = LightWaveSClassifier(n_features=20, random_state=0).fit(X, y)
    >>> found = saliency(clf._linear(), X[1], output=1)
    >>> found.shape
    (2, 60)
    >>> channel, timepoint = divmod(int(found.argmax()), 60)
    >>> channel, 20 <= timepoint < 30
    (1, True)
    """
    model, transform = fitted.model, fitted.model.transform
    known = {*ATTRIBUTE, *ATTRIBUTE_IN_INTERVAL}
    refuse_missing(model.rows, "saliency", known, ATTRIBUTE_TO_CHANNELS)
    features = transform.transform_one(x)
    parts = fitted.contributions(features)[0, :, output]
    is_above = features[0] > fitted.means
    scaled, observed = transform.scaled(x[None])
    has_value = None if observed is None else ~np.isnan(x[model.channels])
    step = max(1, BLOCK_VALUES // x.shape[1])
    found = np.zeros(scaled[:, 0].shape)
    for start in range(0, len(parts), step):
        numbers = np.arange(start, min(start + step, len(parts)))
        shares = _shares(model, scaled, observed, numbers, is_above[numbers])
        shares *= parts[numbers, None]
        rows = model.rows[numbers]
        found += _to_channels(shares, scaled[:, 0], rows, model.channels, has_value)
    out = np.zeros(x.shape)
    out[model.channels] = found
    return out


def _shares(
    model: Model,
    scaled: np.ndarray,
    observed: np.ndarray | None,
    numbers: np.ndarray,
    is_above: np.ndarray,
) -> np.ndarray:
    """Split some features over the time points of what their kernels see."""
    shares, levels = np.empty((len(numbers), scaled.shape[2])), model.rows["level"]
    for level in np.unique(levels[numbers]):
        at_level = np.flatnonzero(levels[numbers] == level)
        some, high = numbers[at_level], is_above[at_level]
        rows = model.rows[some]
        seen = np.ones((len(some), scaled.shape[2]), bool)
        if observed is not None:
            seen = seen_of(model, observed, some)
        if level == 0:
            sources = sources_of(model, scaled, some)
            shares[at_level] = _in_intervals(sources, seen, rows)
            continue
        sources, response = level_1_of(model, scaled, some)
        if level == 1:
            made_by = _made_by(response, seen, rows, high)
        else:
            second = level_2_of(model, response, some)
            every_second = slice(0, 2 * second.shape[1], 2)
            made_by = np.zeros(response.shape)
            made_by[:, every_second] = _to_seen(
                _made_by(second, seen[:, every_second], rows, high),
                response[:, every_second],
                rows,
                model.bank,
            )
            made_by = _normalised(made_by)
            has_gaps = ~seen.all(axis=1)
            made_by[has_gaps & ~seen[:, every_second].any(axis=1)] = 0
        shares[at_level] = _to_seen(made_by, sources, rows, model.bank)
    return shares


def _in_intervals(
    sources: np.ndarray, seen: np.ndarray, rows: np.ndarray
) -> np.ndarray:
    """Split features of level 0 over the time points of their intervals."""
    shares = np.zeros(sources.shape)
    for series, flags, row, of_row in zip(sources, seen, rows, shares, strict=True):
        times = np.array(times_of(row, len(series)))
        times = times[flags[times]]
        if len(times) > 0:
            attribute = ATTRIBUTE_IN_INTERVAL[POOLING_NAMES[row["statistic"]]]
            made_by = attribute(series[times].astype(np.float64))
            of_row[times] = _normalised(made_by[None])[0]
    return shares


def _made_by(
    c: np.ndarray, seen: np.ndarray, rows: np.ndarray, is_above: np.ndarray
) -> np.ndarray:
    """Tell which values of each response made its feature what it is.

    `is_above` is where the feature is above that of the average training case: a high
    share is made by the values above the threshold, a low one by the others. The rows
    of the result add up to 1, over what was seen.
    """
    out = np.zeros(c.shape)
    _, alike = np.unique(rows[INPUT], return_inverse=True)
    alike[seen.all(axis=1)] = -1
    for group in np.unique(alike):
        of_group = alike == group
        flags = seen[of_group.argmax()]
        for number in np.unique(rows["statistic"][of_group]):
            chosen = of_group & (rows["statistic"] == number)
            threshold, high = rows["threshold"][chosen, None], is_above[chosen, None]
            # As if there were no time points but those.
            taken = np.ix_(chosen, flags)
            made_by = ATTRIBUTE[POOLING_NAMES[number]](c[taken], threshold, high)
            out[taken] = _normalised(made_by.astype(np.float64))
    return out


def _to_seen(
    made_by: np.ndarray, seen: np.ndarray, rows: np.ndarray, bank: KernelBank
) -> np.ndarray:
    """Carry shares of a response back to the series that the kernel saw.

    A value that was made by nothing but zeros keeps its share: nothing is lost.
    """
    weights = np.abs(bank.weights[rows["kernel"]].astype(np.float64)).T
    centres = bank.lengths[rows["kernel"]] // 2
    places = [(tap - centres) * rows["dilation"] for tap in range(len(weights))]
    energy = seen.astype(np.float64) ** 2
    total = np.zeros(seen.shape)
    for weight, place in zip(weights, places, strict=True):
        total += weight[:, None] * shifted(energy, place)

    per_energy = np.divide(made_by, total, out=np.zeros(seen.shape), where=total > 0)
    carried = np.zeros(seen.shape)
    for weight, place in zip(weights, places, strict=True):
        carried += weight[:, None] * shifted(per_energy, -place)
    return carried * energy + np.where(total > 0, 0, made_by)


def _normalised(shares: np.ndarray) -> np.ndarray:
    """Make each row add up to 1, evenly where it is zero."""
    total = shares.sum(axis=1, keepdims=True)
    return np.where(total > 0, shares, 1) / np.where(total > 0, total, shares.shape[1])


def _to_channels(
    shares: np.ndarray,
    scaled: np.ndarray,
    rows: np.ndarray,
    channels: np.ndarray,
    has_value: np.ndarray | None,
) -> np.ndarray:
    """Add up what the features give to each channel in use."""
    out, energy = np.zeros(scaled.shape), scaled.astype(np.float64) ** 2
    first, second = (np.searchsorted(channels, rows[of]) for of in ("channel", "other"))
    names = np.array(REPRESENTATION_NAMES)[rows["input"]]
    for give in dict.fromkeys(ATTRIBUTE_TO_CHANNELS.values()):
        alike = [n for n, other in ATTRIBUTE_TO_CHANNELS.items() if other is give]
        some = np.isin(names, alike)
        given = give(energy, shares[some], first[some], second[some])
        if has_value is not None:
            given = _without_gaps(given, has_value)
        for of, times, part in given:
            np.add.at(out[:, times], of, part)
    return out


def _without_gaps(given: list[Part], has_value: np.ndarray) -> list[Part]:
    """Leave out what is given to gaps, and scale the rest of each feature up for it.

    Where nothing is left, all goes to the values of the channels, evenly.
    """
    kept, evenly = [], []
    for of, times, part in given:
        is_value = has_value[of, times]
        kept.append((of, times, np.where(is_value, part, 0)))
        evenly.append((of, times, is_value * float(times == ALL)))
    whole, left, n_values = map(_totals, (given, kept, evenly))
    out = []
    for (of, times, part), (*_, even) in zip(kept, evenly, strict=True):
        share = even / np.maximum(n_values, 1)
        np.divide(part, left, out=share, where=left != 0)
        out.append((of, times, np.where(left == whole, part, share * whole)))
    return out


def _totals(given: list[Part]) -> np.ndarray:
    """Add up what each feature gives, as a column."""
    return np.sum([part.sum(axis=1, keepdims=True) for *_, part in given], axis=0)


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

# Give shares of what kernels saw to the channels in use, whose squared values are their
# energy. Two values behind one, of two channels or time points, take it by energy.


def _channel(energy, shares, first, second) -> list[Part]:
    return [(first, ALL, shares)]


def _first_difference(energy, shares, first, second) -> list[Part]:
    here, there = energy[first, 1:], energy[first, :-1]
    of_here = shares.copy()
    of_there = of_here[:, 1:] * _share_of(there, here)
    of_here[:, 1:] -= of_there
    return [(first, ALL, of_here), (first, slice(None, -1), of_there)]


def _pair(energy, shares, first, second) -> list[Part]:
    of_first = shares * _share_of(energy[first], energy[second])
    return [(first, ALL, of_first), (second, ALL, shares - of_first)]


ATTRIBUTE_TO_CHANNELS: dict[str, Callable[..., list[Part]]] = {
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
