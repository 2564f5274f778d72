"""A feature in words: what is looked at, at what scale, and what is measured."""

from __future__ import annotations

__all__ = [
    "LEVEL_WORDS",
    "Words",
    "channel_label",
    "in_words",
    "scale_of",
    "seconds",
    "short_label",
    "words_of",
]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.features import spans_of
from lightwaves_aeon.core.convolution.kernels import KernelBank
from lightwaves_aeon.core.convolution.pooling import POOLING_OPERATORS
from lightwaves_aeon.core.convolution.representations import REPRESENTATIONS

LEVEL_WORDS = {0: "series itself", 1: "pattern", 2: "second-order activity"}
"""What a level looks at: the series, and what its responses show: where the series
looks like the kernel, and where the strength of this likeness does."""

MEDIUM, LONG = 4, 16
"""The dilations from which on a scale is called so."""

LONGEST_LABEL = 19


def scale_of(dilation: int) -> str:
    """Name the scale of a dilation.

    Parameters
    ----------
    dilation : int
        Time points from one tap of the kernel to the next.

    Returns
    -------
    {"short", "medium", "long"}
        Of nine taps these reach over 17 time points at most, 33 or 65, and 129 or more.

    Examples
    --------
    >>> from lightwaves_aeon.insight.words import scale_of
    >>> [scale_of(dilation) for dilation in (1, 2, 4, 8, 16)]
    ['short', 'short', 'medium', 'medium', 'long']
    """
    if dilation < MEDIUM:
        return "short"
    return "medium" if dilation < LONG else "long"


class Words(NamedTuple):
    """What is said of a feature of level 1 or 2.

    Attributes
    ----------
    pattern : str
        What is looked at, and for what.
    span : str
        How far one value of the response reaches, in brackets.
    measured : str
        What is measured of the response.
    """

    pattern: str
    span: str
    measured: str


def words_of(
    row: np.void,
    bank: KernelBank,
    channel_names: Sequence[str] | None = None,
    sampling_rate: float | None = None,
) -> Words | str:
    """Say in words what one feature measures, in parts; see `in_words`.

    Parameters
    ----------
    row : np.void of dtype `ROW`
        A row of the table.
    bank, channel_names, sampling_rate
        See `in_words`.

    Returns
    -------
    Words or str
        One text at level 0, which has no parts.
    """
    representation = list(REPRESENTATIONS.values())[row["input"]]
    fields = ("channel", "other")[: representation.n_channels]
    names = (channel_label(row[field], channel_names) for field in fields)
    looked_at = representation.words.format(*names)
    operator = list(POOLING_OPERATORS.values())[row["statistic"]]
    if row["level"] == 0:
        return f"{operator.words} of {looked_at}{_part(row)}"
    kernel, dilation = row["kernel"], row["dilation"]
    wavelet = "" if bank.wavelets[kernel] is None else "wavelet "
    n_points = int(spans_of(row, bank.lengths))
    span = f"(d={dilation}, {n_points} points)"
    if sampling_rate is not None:
        span = f"({seconds((n_points - 1) / sampling_rate)})"
    above = f" above {row['threshold']:.3g}" if operator.n_thresholds else ""
    return Words(
        f"{looked_at}, {scale_of(dilation)}-scale "
        f"{LEVEL_WORDS[int(row['level'])]} {wavelet}{bank.names[kernel]}",
        span,
        f"{operator.words}{above}",
    )


def in_words(
    rows: np.ndarray,
    bank: KernelBank,
    channel_names: Sequence[str] | None = None,
    sampling_rate: float | None = None,
) -> list[str]:
    """Say in words what features measure.

    Parameters
    ----------
    rows : np.ndarray of dtype `ROW`, shape (n_features,)
        The table.
    bank : KernelBank
        Its kernels.
    channel_names : sequence of str, optional
        Names of all channels.
    sampling_rate : float, optional
        Time points a second.

    Returns
    -------
    list of str, length n_features
        What is looked at (scaled channels), the scale with the dilation d and the
        number of time points that one value of the response depends on, or how long
        they last, the kernel by its name, and what is measured. A "pattern" is level 1:
        how much the series is like the kernel; its "second-order activity" is level 2:
        how much the strength of the pattern, over time, is like the kernel, which
        reaches three times as far. At level 0 there is no kernel: what is measured is
        said first, then of what, and of which part. Two features may share their words
        where their thresholds are close.

    Examples
    --------
    >>> from lightwaves_aeon.core.convolution.kernels import kernel_bank
    >>> from lightwaves_aeon.core.convolution.features import (
    ...     candidate_rows,
    ...     series_rows,
    ... )
    >>> from lightwaves_aeon.insight.words import in_words
    >>> rows, bank = candidate_rows(1, 16, 84, (1, 2)), kernel_bank("minirocket")
    >>> pattern, activity = in_words(rows[[1, 6]], bank)
    >>> print(pattern)
    channel 1, long-scale pattern k000 (d=16, 129 points), peak strength
    >>> print(activity.partition(", ")[2])
    long-scale second-order activity k000 (d=16, 385 points), longest positive run
    >>> print(*in_words(rows[[1]], bank, ["accel x", "accel y"], sampling_rate=80))
    accel y, long-scale pattern k000 (1.6 s), peak strength
    >>> in_words(series_rows(3, 16)[[0, 25]], bank)
    ['mean of channel 3', 'mean of channel 3 from 12.5% to 37.5% of the series']
    """
    found = (words_of(row, bank, channel_names, sampling_rate) for row in rows)
    return [
        words if isinstance(words, str) else "{} {}, {}".format(*words)
        for words in found
    ]


def _part(row: np.void) -> str:
    """Say which part of the series an interval is; nothing of the whole."""
    start, stop = (100 * float(row[end]) for end in ("start", "stop"))
    if (start, stop) == (0, 100):
        return ""
    return f" from {start:.4g}% to {stop:.4g}% of the series"


def seconds(duration: float) -> str:
    """Say how many seconds something lasts.

    Examples
    --------
    >>> from lightwaves_aeon.insight.words import seconds
    >>> seconds(0.8), seconds(86400.0)
    ('0.8 s', '86,400 s')
    """
    return f"{duration:.3g} s" if duration < 1000 else f"{duration:,.0f} s"


def channel_label(
    channel: int, channel_names: Sequence[str] | None, of_number: str = "channel {}"
) -> str:
    """Say which channel: by its name, where it has one that is not too long.

    Parameters
    ----------
    channel : int
        Its number.
    channel_names : sequence of str or None
        Names of all channels.
    of_number : str, default="channel {}"
        What is said of the number, where there is no name or the name is cut.

    Returns
    -------
    str

    Examples
    --------
    >>> from lightwaves_aeon.insight.words import channel_label
    >>> channel_label(1, ["gyro", "magnet"]), channel_label(1, None)
    ('magnet', 'channel 1')
    >>> channel_label(0, ["upper left magnetometer"])
    'channel 0 (upper le...etometer)'
    """
    number = of_number.format(channel)
    if channel_names is None:
        return number
    name = str(channel_names[channel])
    short = short_label(name)
    return name if short == name else f"{number} ({short})"


def short_label(label: object) -> str:
    """Say a class in 19 characters at most.

    Parameters
    ----------
    label : label
        The class.

    Returns
    -------
    str
        A long one without its middle.

    Examples
    --------
    >>> from lightwaves_aeon.insight.words import short_label
    >>> short_label("walking"), short_label("walking slowly downstairs")
    ('walking', 'walking ...nstairs')
    """
    text = str(label)
    if len(text) <= LONGEST_LABEL:
        return text
    half = (LONGEST_LABEL - 3) // 2  # labels may differ at either end
    return f"{text[:half]}...{text[-half:]}"
