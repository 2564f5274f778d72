"""A feature in words: what is looked at, at what scale, and what is measured."""

from __future__ import annotations

__all__ = [
    "LEVEL_WORDS",
    "channel_label",
    "in_words",
    "scale_of",
    "short_label",
]

from collections.abc import Sequence

import numpy as np

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


def in_words(
    rows: np.ndarray, bank: KernelBank, channel_names: Sequence[str] | None = None
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

    Returns
    -------
    list of str, length n_features
        What is looked at (scaled channels), the scale with the dilation d and the
        number of time points that the kernel spans, the kernel by its name, and what is
        measured. A "pattern" is level 1: how much the series is like the kernel; its
        "second-order activity" is level 2: how much the strength of the pattern, over
        time, is like the kernel, which looks at three times the span. At level 0 there
        is no kernel: what is measured is said first, then of what, and of which part.
        Two features may share their words where their thresholds are close.

    Examples
    --------
    >>> from lightwaves_aeon.core.convolution.kernels import kernel_bank
    >>> from lightwaves_aeon.core.convolution.features import (
    ...     candidate_rows,
    ...     series_rows,
    ... )
    >>> from lightwaves_aeon.insight.words import in_words
    >>> rows = candidate_rows(3, 16, 84, (1, 2))
    >>> pattern, activity = in_words(rows[[1, 6]], kernel_bank("minirocket"))
    >>> print(pattern)
    channel 3, long-scale pattern k000 (d=16, 129 points), peak strength
    >>> print(activity.partition(", ")[2])
    long-scale second-order activity k000 (d=16, 129 points), longest positive run
    >>> in_words(series_rows(3, 16)[[0, 25]], kernel_bank("minirocket"))
    ['mean of channel 3', 'mean of channel 3 from 12.5% to 37.5% of the series']
    """
    words = []
    for row in rows:
        kernel, dilation = row["kernel"], row["dilation"]
        representation = list(REPRESENTATIONS.values())[row["input"]]
        fields = ("channel", "other")[: representation.n_channels]
        names = (channel_label(row[field], channel_names) for field in fields)
        looked_at = representation.words.format(*names)
        operator = list(POOLING_OPERATORS.values())[row["statistic"]]
        if row["level"] == 0:
            words.append(f"{operator.words} of {looked_at}{_part(row)}")
            continue
        wavelet = "" if bank.wavelets[kernel] is None else "wavelet "
        span = (bank.lengths[kernel] - 1) * dilation + 1
        above = f" above {row['threshold']:.3g}" if operator.n_thresholds else ""
        words.append(
            f"{looked_at}, {scale_of(dilation)}-scale "
            f"{LEVEL_WORDS[int(row['level'])]} {wavelet}{bank.names[kernel]} "
            f"(d={dilation}, {span} points), {operator.words}{above}"
        )
    return words


def _part(row: np.void) -> str:
    """Say which part of the series an interval is; nothing of the whole."""
    start, stop = (100 * float(row[end]) for end in ("start", "stop"))
    if (start, stop) == (0, 100):
        return ""
    return f" from {start:.4g}% to {stop:.4g}% of the series"


def channel_label(channel: int, channel_names: Sequence[str] | None) -> str:
    """Say which channel, with its name where it has one.

    Examples
    --------
    >>> from lightwaves_aeon.insight.words import channel_label
    >>> channel_label(1, ["gyro", "magnet"]), channel_label(1, None)
    ('1 (magnet)', '1')
    """
    if channel_names is None:
        return str(channel)
    return f"{channel} ({short_label(channel_names[channel])})"


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
