"""Gaps of series: NaN stands for a value that was not observed.

A gap is filled for the kernels to read, by linear interpolation, and at the ends of a
series by the nearest value. The time points of a short gap, see `interpolation`, then
count as observed, and those of a longer one are left out of the pooling.
"""

from __future__ import annotations

__all__ = [
    "fill_columns",
    "fill_gaps",
    "filled",
    "filled_channel",
    "holds_missing",
    "observed_values",
    "with_short_gaps_filled",
]

import numpy as np

from lightwaves_aeon.core.data.collection import (
    Collection,
    UnequalLengthCollection,
    iter_by_length,
)
from lightwaves_aeon.core.jit import jit


def holds_missing(X: np.ndarray) -> bool:
    """Tell whether an array holds NaN, in little more time than it takes to read it.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.gaps import holds_missing
    >>> holds_missing(np.array([1.0, np.nan])), holds_missing(np.array([1, 2]))
    (True, False)
    """
    if X.dtype.kind != "f" or X.size == 0:
        return False
    # The largest value is NaN where any is.
    with np.errstate(invalid="ignore"):
        return bool(np.isnan(X.max()))


@jit
def fill_gaps(series, longest, observed):
    """Fill in the gaps of some series, in place.

    Parameters
    ----------
    series : np.ndarray of float, shape (n_series, n_timepoints), C order
        Of series that hold no value at all, nothing is changed.
    longest : np.ndarray of int, shape (n_series,)
        The longest gaps that are short.
    observed : np.ndarray of bool, of the same shape
        Written to: where there are values, or a short gap between or beside them.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.gaps import fill_gaps
    >>> series = np.array([[np.nan, 1.0, np.nan, np.nan, 4.0, np.nan]])
    >>> observed = np.empty(series.shape, bool)
    >>> fill_gaps(series, np.array([1]), observed)
    >>> series.tolist(), observed[0].astype(int).tolist()
    ([[1.0, 1.0, 2.0, 3.0, 4.0, 4.0]], [1, 1, 0, 0, 1, 1])
    """
    n_timepoints = series.shape[1]
    for i in range(series.shape[0]):
        x, last = series[i], -1  # the last time point that was observed
        for t in range(n_timepoints + 1):
            if t < n_timepoints and np.isnan(x[t]):
                continue
            is_short = t - last - 1 <= longest[i]
            for gap in range(last + 1, t):
                if last < 0 and t == n_timepoints:  # nothing was observed
                    observed[i, gap] = False
                    continue
                observed[i, gap] = is_short
                if last < 0:
                    x[gap] = x[t]
                elif t == n_timepoints:
                    x[gap] = x[last]
                else:
                    slope = (x[t] - x[last]) / x.dtype.type(t - last)
                    x[gap] = slope * x.dtype.type(gap - last) + x[last]
            if t < n_timepoints:
                observed[i, t] = True
            last = t


def filled(X: np.ndarray, longest: int = 0) -> tuple[np.ndarray, np.ndarray | None]:
    """Fill in the gaps of series, in a copy where there are any.

    Parameters
    ----------
    X : np.ndarray, shape (..., n_timepoints)
        Series; NaN where they were not observed.
    longest : int, default=0
        The longest gap that is short.

    Returns
    -------
    series : np.ndarray of the same shape
        See `fill_gaps`.
    observed : np.ndarray of bool, of the same shape, or None
        As there; None where there are no gaps.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.gaps import filled
    >>> filled(np.array([0.0, np.nan, 1.0]))[0].tolist()
    [0.0, 0.5, 1.0]
    """
    if not holds_missing(X):
        return X, None
    series = X.astype(np.result_type(X.dtype, np.float32), order="C", copy=True)
    observed, length = np.empty(X.shape, bool), X.shape[-1]
    limits = np.full(X.size // length, longest)
    fill_gaps(series.reshape(-1, length), limits, observed.reshape(-1, length))
    return series, observed


def observed_values(
    X: Collection, channel: int, cases: np.ndarray | None = None
) -> np.ndarray:
    """Give what was observed of a channel, case after case.

    Parameters
    ----------
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        Collection of floating point.
    channel : int
        The channel.
    cases : np.ndarray of int, optional
        The cases, in this order; all by default.

    Returns
    -------
    np.ndarray of float, shape (n_observed,)

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.gaps import observed_values
    >>> observed_values(np.array([[[0.0, np.nan]], [[np.nan, 2.0]]]), 0).tolist()
    [0.0, 2.0]
    """
    parts = []
    for block, rows, _ in iter_by_length(X, cases):
        values = block[slice(None) if rows is None else rows, channel]
        parts.append(values[~np.isnan(values)])
    return np.concatenate(parts)


def with_short_gaps_filled(X: Collection, longest: np.ndarray) -> Collection:
    """Fill in the short gaps of all channels.

    Parameters
    ----------
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        Collection of any real dtype.
    longest : np.ndarray of int, shape (n_channels,)
        The longest gaps of all channels that are short.

    Returns
    -------
    Collection
        A copy, with NaN in longer gaps.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.gaps import with_short_gaps_filled
    >>> X = np.array([[[0.0, np.nan, 1.0]]])
    >>> with_short_gaps_filled(X, np.array([1])).tolist()
    [[[0.0, 0.5, 1.0]]]
    """
    blocks = []
    for block, _, _ in iter_by_length(X):
        out = block.astype(np.result_type(block.dtype, np.float32))
        for channel in range(block.shape[1]):
            series, observed = filled(block[:, channel], longest[channel])
            if observed is not None:
                out[:, channel] = np.where(observed, series, np.nan)
        blocks.append(out)
    if isinstance(X, np.ndarray):
        return blocks[0]
    return UnequalLengthCollection(tuple(blocks), X.cases)


def filled_channel(X: Collection, channel: int) -> Collection:
    """Give a channel without its gaps; a case of nothing else stays as it is.

    Parameters
    ----------
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        Collection of floating point.
    channel : int
        The channel.

    Returns
    -------
    Collection, shape (n_cases, 1, n_timepoints)
    """
    blocks = [filled(block[:, [channel]])[0] for block, _, _ in iter_by_length(X)]
    if isinstance(X, np.ndarray):
        return blocks[0]
    return UnequalLengthCollection(tuple(blocks), X.cases)


def fill_columns(
    features: np.ndarray, otherwise: np.ndarray | None = None
) -> np.ndarray:
    """Fill in features of which nothing was observed, in place.

    Parameters
    ----------
    features : np.ndarray of float, shape (n_cases, n_features)
        NaN where nothing was observed.
    otherwise : np.ndarray of float, shape (n_features,), optional
        What to fill in; by default the means of the others, or 0 where there are none.

    Returns
    -------
    np.ndarray of float, shape (n_cases, n_features)
        The same array.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.gaps import fill_columns
    >>> fill_columns(np.array([[1.0, np.nan], [np.nan, np.nan]])).tolist()
    [[1.0, 0.0], [1.0, 0.0]]
    """
    if not holds_missing(features):
        return features
    for column in np.flatnonzero(np.isnan(features).any(axis=0)):
        missing = np.isnan(features[:, column])
        value = 0 if otherwise is None else otherwise[column]
        if otherwise is None and not missing.all():
            value = features[~missing, column].mean(dtype=np.float64)
        features[missing, column] = value
    return features
