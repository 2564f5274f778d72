"""What a feature is: the row of a table that names it, and the words for it."""

from __future__ import annotations

__all__ = [
    "ROW",
    "candidate_rows",
    "feature_names",
    "features_frame",
    "missing_at_level_0",
    "refuse_missing",
    "series_rows",
]

from collections.abc import Container, Sequence

import numpy as np
import pandas as pd

from lightwaves_aeon.core.convolution.pooling import (
    PAPER_POOLING,
    POOLING_OPERATORS,
    SERIES_POOLING,
)
from lightwaves_aeon.core.convolution.representations import REPRESENTATIONS

DEPTH = 6
"""Halvings of the length, and one, that intervals of level 0 have: 120 of them."""

SHORTEST_INTERVAL = 4
"""Time points of an interval of level 0, at least."""

ROW = np.dtype(
    [
        ("channel", np.int32),
        ("input", np.int8),
        ("other", np.int32),
        ("dilation", np.int32),
        ("kernel", np.int32),
        ("level", np.int8),
        ("statistic", np.int8),
        ("start", np.float32),
        ("stop", np.float32),
        ("threshold", np.float32),
        ("f_score", np.float64),
        ("selection_score", np.float64),
    ]
)
"""One feature. ``input`` is the number of a representation, ``statistic`` that of a
pooling operator; ``other`` is the second channel of a sum or difference, else -1;
``kernel`` is a row of the bank. At level 0 there is no kernel, which is -1 then, and
the dilation is 0; ``start`` and ``stop`` are the interval in fractions of the length,
else 0 and 1. PPV counts the values above ``threshold``, in units of the response before
its scaling by the dilation."""


def candidate_rows(
    channel: int,
    dilation: int,
    n_kernels: int,
    levels: Sequence[int],
    operators: Sequence[str] = PAPER_POOLING,
) -> np.ndarray:
    """List every feature that one channel offers at one dilation.

    Parameters
    ----------
    channel, dilation : int
        Where the responses are taken.
    n_kernels : int
        Number of kernels in the bank.
    levels : sequence of int
        Scattering levels.
    operators : sequence of str
        Pooling operators; ``"ppv"`` once for each of its thresholds, which are 0 here.

    Returns
    -------
    np.ndarray of dtype `ROW`, shape (n_kernels * len(levels) * len(operators),)
        Ordered by kernel, then level, then operator; scores are NaN.

    Examples
    --------
    >>> from lightwaves_aeon.core.convolution.features import candidate_rows
    >>> candidate_rows(channel=2, dilation=8, n_kernels=84, levels=(1, 2)).shape
    (672,)
    """
    numbers = [list(POOLING_OPERATORS).index(name) for name in operators]
    kernel, level, statistic = np.meshgrid(
        np.arange(n_kernels), levels, numbers, indexing="ij"
    )
    rows = np.zeros(kernel.size, ROW)
    rows["channel"], rows["dilation"] = channel, dilation
    rows["other"] = -1
    rows["kernel"] = kernel.ravel()
    rows["level"] = level.ravel()
    rows["statistic"] = statistic.ravel()
    rows["stop"] = 1
    rows["f_score"] = rows["selection_score"] = np.nan
    return rows


def series_rows(channel: int, length: float) -> np.ndarray:
    """List the features of level 0 of a channel: statistics over dyadic intervals.

    Parameters
    ----------
    channel : int
        The channel.
    length : float
        Number of time points; the shortest intervals have some of them.

    Returns
    -------
    np.ndarray of dtype `ROW`
        Ordered by interval, the longest first, then by operator; scores are NaN.

    Examples
    --------
    >>> from lightwaves_aeon.core.convolution.features import series_rows
    >>> rows = series_rows(channel=2, length=10)
    >>> rows[["start", "stop"]][::5].tolist()
    [(0.0, 1.0), (0.0, 0.5), (0.25, 0.75), (0.5, 1.0)]
    """
    intervals = [
        (part / (2 * n_parts), (part + 2) / (2 * n_parts))
        for n_parts in 2 ** np.arange(DEPTH)
        if n_parts == 1 or length // n_parts >= SHORTEST_INTERVAL
        for part in range(2 * n_parts - 1)
    ]
    operators = [list(POOLING_OPERATORS).index(name) for name in SERIES_POOLING]
    rows = np.zeros(len(intervals) * len(operators), ROW)
    rows["channel"], rows["other"], rows["kernel"] = channel, -1, -1
    rows["statistic"] = np.tile(operators, len(intervals))
    ends = np.repeat(np.array(intervals), len(operators), axis=0)
    rows["start"], rows["stop"] = ends.T
    rows["f_score"] = rows["selection_score"] = np.nan
    return rows


def feature_names(rows: np.ndarray, kernel_names: Sequence[str]) -> np.ndarray:
    """Name features so that a person can read what each one measures.

    Parameters
    ----------
    rows : np.ndarray of dtype `ROW`, shape (n_features,)
        The table.
    kernel_names : sequence of str
        Name of each kernel of the bank.

    Returns
    -------
    np.ndarray of object, shape (n_features,)
        Unique names, such as ``"ch3_k017_d8_l2_ppv"``; of the changes of a channel
        ``"ch3_change_..."``, of a sum or difference ``"ch3+ch5_..."`` or
        ``"ch3-ch5_..."``; a threshold other than 0 follows as in ``"..._ppv>0.25"``.
        At level 0 there is no kernel; an interval other than the whole series follows
        as in ``"ch3_l0_mean[0.25,0.5]"``.

    Examples
    --------
    >>> from lightwaves_aeon.core.convolution.features import (
    ...     candidate_rows,
    ...     feature_names,
    ... )
    >>> feature_names(candidate_rows(3, 8, 1, (2,)), ["k017"])[0]
    'ch3_k017_d8_l2_ppv'
    """
    operators, representations = list(POOLING_OPERATORS), [*REPRESENTATIONS.values()]
    names = []
    for row in rows:
        prefix = representations[row["input"]].prefix
        name = prefix.format(row["channel"], row["other"])
        if row["level"] > 0:
            name += f"_{kernel_names[row['kernel']]}_d{row['dilation']}"
        name += f"_l{row['level']}_{operators[row['statistic']]}"
        if row["threshold"] != 0:
            name += f">{row['threshold']}"
        if row["level"] == 0 and (row["start"], row["stop"]) != (0, 1):
            ends = (str(row[end]).removesuffix(".0") for end in ("start", "stop"))
            name += f"[{','.join(ends)}]"
        names.append(name)
    return np.array(names, dtype=object)


def refuse_missing(
    rows: np.ndarray,
    target: str,
    operators: Container[str],
    representations: Container[str],
) -> None:
    """Refuse a table that names what a target has no implementation of.

    Parameters
    ----------
    rows : np.ndarray of dtype `ROW`
        The table.
    target : str
        What the error calls the target.
    operators, representations : container of str
        Names of those that it has, such as its table of functions.

    Raises
    ------
    ValueError
        If the table names another one; the message says which.

    Examples
    --------
    >>> from lightwaves_aeon.core.convolution.features import (
    ...     candidate_rows,
    ...     refuse_missing,
    ... )
    >>> refuse_missing(candidate_rows(0, 1, 1, (1,)), "a target", ["ppv"], ["channel"])
    Traceback (most recent call last):
    ...
    ValueError: a target has no implementation of the statistic 'max'
    """
    for field, names, known in (
        ("statistic", list(POOLING_OPERATORS), operators),
        ("input", list(REPRESENTATIONS), representations),
    ):
        for number in np.unique(rows[field]):
            if names[number] not in known:
                raise ValueError(
                    f"{target} has no implementation of the {field} {names[number]!r}"
                )


def features_frame(
    rows: np.ndarray,
    taps: np.ndarray,
    wavelets: Sequence[str | None],
    channel_names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Lay the table out as a DataFrame, one row a feature.

    Parameters
    ----------
    rows : np.ndarray of dtype `ROW`, shape (n_features,)
        The table.
    taps : np.ndarray of int, shape (n_kernels, 9)
        Tap positions of each kernel, those of weight 2 first; -1 for a wavelet.
    wavelets : sequence of str or None, length n_kernels
        Name of the wavelet behind each kernel; None for a MiniRocket kernel.
    channel_names : sequence of str, length n_channels, optional
        Names of all channels, where they have any.

    Returns
    -------
    pd.DataFrame
        Columns ``channel``, ``input``, ``other`` (missing but for sums and
        differences), ``kernel``, ``tap_1``, ``tap_2``, ``tap_3`` (missing for
        wavelets), ``wavelet`` (missing for MiniRocket kernels), ``dilation``,
        ``level``, ``start``, ``stop``, ``statistic``, ``threshold`` (missing but for
        PPV), ``f_score`` and ``selection_score``. What says of the kernel is missing at
        level 0, where ``kernel`` and ``dilation`` are of a nullable type then. With
        names, ``channel_name`` and ``other_name`` follow ``channel`` and ``other``.

    Examples
    --------
    >>> from lightwaves_aeon.core.convolution.kernels import kernel_bank
    >>> from lightwaves_aeon.core.convolution.features import (
    ...     candidate_rows,
    ...     features_frame,
    ... )
    >>> bank = kernel_bank("minirocket")
    >>> frame = features_frame(candidate_rows(0, 1, 84, (1,)), bank.taps, bank.wavelets)
    >>> frame[["kernel", "tap_1", "tap_2", "tap_3", "statistic"]].iloc[3:5]
       kernel  tap_1  tap_2  tap_3 statistic
    3       0      0      1      2       min
    4       1      0      1      3       ppv
    """
    kernel, has_none = rows["kernel"], rows["level"] == 0
    heavy = pd.DataFrame(taps[kernel, :3], columns=["tap_1", "tap_2", "tap_3"])
    heavy[has_none] = -1
    other = pd.Series(rows["other"], dtype="Int64")
    operators, inputs = list(POOLING_OPERATORS), list(REPRESENTATIONS)
    has_threshold = [row.n_thresholds > 0 for row in POOLING_OPERATORS.values()]
    # The last of the names is for -1, which is no kernel.
    known = [*wavelets, None]
    names = pd.Series([known[k] for k in kernel], dtype="string")
    frame = pd.DataFrame(
        {
            "channel": rows["channel"],
            "input": [inputs[i] for i in rows["input"]],
            "other": other.mask(other < 0),
            "kernel": missing_at_level_0(kernel, has_none),
            **heavy.astype("Int64").mask(heavy < 0),
            "wavelet": names,
            "dilation": missing_at_level_0(rows["dilation"], has_none),
            "level": rows["level"],
            "start": rows["start"],
            "stop": rows["stop"],
            "statistic": [operators[s] for s in rows["statistic"]],
            "threshold": np.where(
                np.array(has_threshold)[rows["statistic"]], rows["threshold"], np.nan
            ),
            "f_score": rows["f_score"],
            "selection_score": rows["selection_score"],
        }
    )
    if channel_names is not None:
        for column in ("other", "channel"):
            place = list(frame.columns).index(column) + 1
            # The last of the names is for -1, which is no channel.
            named = np.array([*channel_names, None], dtype=object)[rows[column]]
            frame.insert(place, f"{column}_name", pd.Series(named, dtype="string"))
    return frame


def missing_at_level_0(numbers: np.ndarray, has_none: np.ndarray) -> pd.Series:
    """Give kernels or dilations as a column, of a nullable type if some are missing.

    Parameters
    ----------
    numbers : np.ndarray of int32, shape (n_features,)
        The field of the table.
    has_none : np.ndarray of bool, shape (n_features,)
        Whether a feature is of level 0, which has no kernel.

    Returns
    -------
    pd.Series

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.convolution.features import missing_at_level_0
    >>> missing_at_level_0(np.array([0, 8]), np.array([True, False])).tolist()
    [<NA>, 8]
    """
    column = pd.Series(numbers)
    return column.astype("Int64").mask(has_none) if has_none.any() else column
