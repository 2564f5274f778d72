"""The responses behind the features of one case, value by value."""

from __future__ import annotations

__all__ = [
    "INPUT",
    "FeatureResponse",
    "level_1_of",
    "level_2_of",
    "longest_runs",
    "response_of",
    "seen_of",
    "shifted",
    "sources_of",
    "times_of",
]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.kernels import (
    N_TAPS,
    KernelArrays,
    KernelBank,
)
from lightwaves_aeon.core.convolution.representations import (
    Inputs,
    derive,
    derive_seen,
)
from lightwaves_aeon.core.convolution.series_pooling import timepoints_of
from lightwaves_aeon.core.convolution.single import level_1
from lightwaves_aeon.core.model import Model

INPUT = ["input", "channel", "other"]
"""Columns of the table that name an input."""


class FeatureResponse(NamedTuple):
    """What one feature of a case is a statistic of.

    Attributes
    ----------
    source : np.ndarray of float32, shape (n_timepoints,)
        What the kernel is applied to: a scaled channel, its gaps filled, or what is
        derived from it.
    first : np.ndarray of float32, shape (n_timepoints,)
        The response of level 1; for level 0, without a kernel, the same as `source`.
    last : np.ndarray of float32, shape (n_times,)
        What the statistic is taken of: for level 0 and 1 the values of `first` at
        `times`, for level 2 the response to their absolute values. NaN where the input
        was not observed: the statistic is that of the others, as if there were no
        more.
    scale : np.float32
        What a value of `last` is multiplied by in max, min and mpv. Both responses are
        as they are before that, in the units of the thresholds of the table.
    times : range, of length n_times
        The time points of the case that `last` is of, see `times_of`.
    observed : np.ndarray of bool, shape (n_timepoints,)
        Where the input was observed, or its gap is a short one.
    """

    source: np.ndarray
    first: np.ndarray
    last: np.ndarray
    scale: np.float32
    times: range
    observed: np.ndarray


def response_of(model: Model, x: np.ndarray, feature: int) -> FeatureResponse:
    """Give the response behind one feature of one case.

    Parameters
    ----------
    model : Model
        The table, and what it takes to evaluate it.
    x : np.ndarray, shape (n_channels, n_timepoints)
        The case, unscaled.
    feature : int
        Row of the table.

    Returns
    -------
    FeatureResponse
        Equal to the last bit to what the feature is computed from.

    Raises
    ------
    ValueError
        If a channel in use holds infinity or a value far out of scale, or NaN where
        the model does not allow for missing values.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.convolution.kernels import kernel_bank
    >>> from lightwaves_aeon.core.convolution.features import candidate_rows
    >>> from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES
    >>> from lightwaves_aeon.core.model import Model
    >>> from lightwaves_aeon.insight.responses import response_of
    >>> rows = candidate_rows(channel=0, dilation=2, n_kernels=84, levels=(2,))
    >>> bank = kernel_bank("minirocket")
    >>> model = Model.from_rows(rows, bank, means=np.zeros(1), stds=np.ones(1))
    >>> x = np.random.default_rng(0).normal(size=(1, 50))
    >>> response = response_of(model, x, feature=1)
    >>> POOLING_NAMES[rows["statistic"][1]], response.last.shape
    ('max', (25,))
    >>> value = model.transform.transform_one(x)[0, 1]
    >>> np.abs(response.last).max() * response.scale == value
    np.True_
    """
    features, transform = np.array([feature]), model.transform
    scaled, observed = transform.scaled(x[None])
    row, length = model.rows[feature], scaled.shape[2]
    times, seen = times_of(row, length), np.ones(length, bool)
    if observed is not None:
        seen = seen_of(model, observed, features)[0]
    scale = np.float32(1)
    if row["level"] == 0:
        source = first = sources_of(model, scaled, features)[0]
        last = first[times.start : times.stop]
    else:
        sources, responses = level_1_of(model, scaled, features)
        source, first = sources[0], responses[0]
        scale, last = np.float32(float(row["dilation"]) ** -1.5), first
        if row["level"] == 2:
            scale, last = scale * scale, level_2_of(model, responses, features)[0]
    last = np.where(seen[np.array(times, int)], last, np.float32(np.nan))
    return FeatureResponse(source, first, last, scale, times, seen)


def times_of(row: np.void, length: int) -> range:
    """Give the time points that a feature is of, were they all observed.

    Parameters
    ----------
    row : np.void of dtype `ROW`
        The feature.
    length : int
        Number of time points of the case.

    Returns
    -------
    range
        For level 0 the time points of the interval, for level 1 all, for level 2 every
        second one, from 0 on.

    Examples
    --------
    >>> from lightwaves_aeon.core.convolution.features import series_rows
    >>> from lightwaves_aeon.insight.responses import times_of
    >>> times_of(series_rows(channel=0, length=10)[5], 11)
    range(0, 5)
    """
    if row["level"] == 0:
        return range(*timepoints_of(row["start"], row["stop"], length))
    step = int(row["level"])
    return range(0, length // step * step, step)


def seen_of(model: Model, observed: np.ndarray, features: np.ndarray) -> np.ndarray:
    """Tell where the inputs of features were observed.

    Parameters
    ----------
    model : Model
        The table, and what it takes to evaluate it.
    observed : np.ndarray of bool, shape (n_channels_in_use, 1, n_timepoints)
        Where the channels of one case were observed, see `scaled_channels`.
    features : np.ndarray of int, shape (n_chosen,)
        Rows of the table.

    Returns
    -------
    np.ndarray of bool, shape (n_chosen, n_timepoints)
        Where all that an input is made of was observed.
    """
    groups, group_of_row = np.unique(model.rows[features][INPUT], return_inverse=True)
    found = np.zeros((len(groups), observed.shape[2]), bool)
    seen = np.empty(observed.shape[2], np.int64)
    for flags, group in zip(found, groups, strict=True):
        n_seen = derive_seen(observed, _inputs_of(model, group), 0, 0, seen)
        flags[seen[:n_seen]] = True
    return found[group_of_row]


def sources_of(model: Model, scaled: np.ndarray, features: np.ndarray) -> np.ndarray:
    """Give what kernels are applied to, or statistics of level 0 are taken of.

    Parameters
    ----------
    model : Model
        The table, and what it takes to evaluate it.
    scaled : np.ndarray of float32, shape (n_channels_in_use, 1, n_timepoints)
        The scaled channels of one case.
    features : np.ndarray of int, shape (n_chosen,)
        Rows of the table.

    Returns
    -------
    np.ndarray of float32, shape (n_chosen, n_timepoints)
    """
    groups, group_of_row = np.unique(model.rows[features][INPUT], return_inverse=True)
    found = np.empty((len(groups), scaled.shape[2]), np.float32)
    for source, group in zip(found, groups, strict=True):
        derive(scaled, _inputs_of(model, group), 0, 0, source, 0)
    return found[group_of_row]


def level_1_of(
    model: Model, scaled: np.ndarray, features: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give what kernels are applied to, and their responses of level 1.

    Parameters
    ----------
    model : Model
        The table, and what it takes to evaluate it.
    scaled : np.ndarray of float32, shape (n_channels_in_use, 1, n_timepoints)
        The scaled channels of one case.
    features : np.ndarray of int, shape (n_chosen,)
        Rows of the table, of levels with kernels.

    Returns
    -------
    sources, responses : np.ndarray of float32, shape (n_chosen, n_timepoints)
        Not scaled by the dilation.
    """
    rows = model.rows[features]
    fields = [*INPUT, "dilation"]
    groups, group_of_row = np.unique(rows[fields], return_inverse=True)
    responses = np.empty((len(rows), scaled.shape[2]), np.float32)
    for number, group in enumerate(groups):
        members = np.flatnonzero(group_of_row == number)
        inputs, dilation = _inputs_of(model, group), int(group["dilation"])
        of_members = rows["kernel"][members]
        kernels = KernelArrays(*(part[of_members] for part in model.bank.arrays))
        found = np.empty((len(members), scaled.shape[2]), np.float32)
        level_1(scaled, tuple(inputs), dilation, tuple(kernels), found)
        responses[members] = found
    return sources_of(model, scaled, features), responses


def _inputs_of(model: Model, row: np.void) -> Inputs:
    pair = [row["channel"], row["channel"] if row["other"] < 0 else row["other"]]
    places = np.searchsorted(model.channels, pair)
    return Inputs(np.array([row["input"]], np.int8), places[:1], places[1:])


def level_2_of(model: Model, first: np.ndarray, features: np.ndarray) -> np.ndarray:
    """Give responses of level 2, by the operations of the compiled loops, in order.

    Parameters
    ----------
    model : Model
        The table, and what it takes to evaluate it.
    first : np.ndarray of float32, shape (n_chosen, n_timepoints)
        The responses of level 1.
    features : np.ndarray of int, shape (n_chosen,)
        Rows of the table.

    Returns
    -------
    np.ndarray of float32, shape (n_chosen, n_timepoints // 2)
        Not scaled by the dilation.
    """
    energy = np.abs(first[:, : first.shape[1] // 2 * 2 : 2])
    rows, out = model.rows[features], np.empty_like(energy)
    tapped = model.bank.taps[rows["kernel"], 0] >= 0
    out[tapped] = _tapped(energy[tapped], rows[tapped], model.bank)
    out[~tapped] = _weighted(energy[~tapped], rows[~tapped], model.bank)
    return out


def _tapped(series: np.ndarray, rows: np.ndarray, bank: KernelBank) -> np.ndarray:
    taps = bank.taps[rows["kernel"]] - N_TAPS // 2
    copies = [shifted(series, tap * rows["dilation"]) for tap in taps.T]
    heavy, light, rest = (copies[i] + copies[i + 1] + copies[i + 2] for i in (0, 3, 6))
    return np.float32(2) * heavy - light - rest


def _weighted(series: np.ndarray, rows: np.ndarray, bank: KernelBank) -> np.ndarray:
    out = np.zeros_like(series)
    centres = bank.lengths[rows["kernel"]] // 2
    # Kernels shorter than the longest have weights of zero, which add nothing.
    for tap, weights in enumerate(bank.weights[rows["kernel"]].T):
        copy = shifted(series, (tap - centres) * rows["dilation"])
        out += weights[:, None] * (copy - series)
    return out


def shifted(series: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Move each series, with zeros for what lies beyond its ends.

    Parameters
    ----------
    series : np.ndarray of float, shape (n_series, n_timepoints)
        The series.
    shifts : np.ndarray of int, shape (n_series,)
        How far to the right of a time point the value is that comes to it.

    Returns
    -------
    np.ndarray of the same dtype and shape

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.insight.responses import shifted
    >>> shifted(np.array([[1, 2, 3], [1, 2, 3]]), np.array([1, -2]))
    array([[2, 3, 0],
           [0, 0, 1]])
    """
    out, length = np.zeros_like(series), series.shape[1]
    for shift in np.unique(shifts[np.abs(shifts) < length]):
        of_shift = np.flatnonzero(shifts == shift)
        left, right = max(-shift, 0), max(shift, 0)
        out[of_shift, left : length - right] = series[of_shift, right : length - left]
    return out


def longest_runs(flags: np.ndarray) -> np.ndarray:
    """Mark the longest run of each row, the first of several.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.insight.responses import longest_runs
    >>> longest_runs(np.array([[1, 0, 1, 1, 0, 1, 1]], bool)).astype(int).tolist()
    [[0, 0, 1, 1, 0, 0, 0]]
    """
    if flags.shape[1] == 0:
        return flags
    time = np.arange(flags.shape[1])
    before = np.maximum.accumulate(np.where(flags, -1, time), axis=1)
    lengths = time - before
    last = lengths.argmax(axis=1)[:, None]
    return (time <= last) & (time > last - lengths.max(axis=1, keepdims=True))
