"""What a feature is: the row of a table that names it, and the words for it."""

from __future__ import annotations

__all__ = [
    "ROW",
    "candidate_rows",
    "feature_names",
    "refuse_missing",
    "series_rows",
    "spans_of",
]

from collections.abc import Container, Sequence

import numpy as np

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


def feature_names(
    rows: np.ndarray,
    kernel_names: Sequence[str],
    channel_names: Sequence[str] | None = None,
) -> np.ndarray:
    """Name features so that a person can read what each one measures.

    Parameters
    ----------
    rows : np.ndarray of dtype `ROW`, shape (n_features,)
        The table.
    kernel_names : sequence of str
        Name of each kernel of the bank.
    channel_names : sequence of str, optional
        Names of all channels, to stand in the place of ``"ch3"``.

    Returns
    -------
    np.ndarray of object, shape (n_features,)
        Unique names, such as ``"ch3_k017_d8_l2_ppv"``; of the changes of a channel
        ``"ch3_change_..."``, of a sum or difference ``"ch3+ch5_..."`` or
        ``"ch3-ch5_..."``; a threshold other than 0 follows as in ``"..._ppv>0.25"``.
        At level 0 there is no kernel; an interval other than the whole series follows
        as in ``"ch3_l0_mean[0.25,0.5]"``. Channels go by their numbers where their
        names would make two features the same.

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
        numbers = (int(row[field]) for field in ("channel", "other"))
        channels = [channel_names[i] if channel_names else f"ch{i}" for i in numbers]
        name = representations[row["input"]].prefix.format(*channels)
        if row["level"] > 0:
            name += f"_{kernel_names[row['kernel']]}_d{row['dilation']}"
        name += f"_l{row['level']}_{operators[row['statistic']]}"
        if row["threshold"] != 0:
            name += f">{row['threshold']}"
        if row["level"] == 0 and (row["start"], row["stop"]) != (0, 1):
            ends = (str(row[end]).removesuffix(".0") for end in ("start", "stop"))
            name += f"[{','.join(ends)}]"
        names.append(name)
    if channel_names and len(set(names)) < len(names):
        return feature_names(rows, kernel_names)
    return np.array(names, dtype=object)


def spans_of(rows: np.ndarray | np.void, lengths: np.ndarray) -> np.ndarray:
    """Tell how many time points of the series one value of a response depends on.

    Parameters
    ----------
    rows : np.ndarray of dtype `ROW`, shape (n_features,)
        The table, or one row of it.
    lengths : np.ndarray of int, shape (n_kernels,)
        Length of each kernel of the bank.

    Returns
    -------
    np.ndarray of int, shape (n_features,)
        From the first to the last of them, both included. At level 2 the kernel is
        applied to every second value of responses of level 1, so that they reach over
        three times the distance. 0 at level 0, where there is no kernel.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.convolution.features import candidate_rows, spans_of
    >>> spans_of(candidate_rows(0, 16, 1, (1, 2), ["max"]), np.array([9])).tolist()
    [129, 385]
    """
    taps = np.append(lengths, 1)[rows["kernel"]]  # the last one is for no kernel
    steps = (taps - 1) * rows["dilation"] * np.where(rows["level"] == 2, 3, 1)
    of_input = np.array([row.n_timepoints for row in REPRESENTATIONS.values()])
    return np.where(rows["level"] == 0, 0, steps + of_input[rows["input"]])


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
