"""A feature in words: what is looked at, at what scale, and what is measured."""

from __future__ import annotations

__all__ = [
    "LEVEL_WORDS",
    "STATISTIC_WORDS",
    "channel_label",
    "in_words",
    "refuse_unworded",
    "scale_of",
    "short_label",
]

from collections.abc import Sequence

import numpy as np

from lightwaves_aeon.core.bank import KernelBank
from lightwaves_aeon.core.features import INPUTS, STATISTICS, refuse_unknown

INPUT_WORDS = {
    "channel": "channel {}",
    "change": "change of channel {}",
    "sum": "channel {} plus channel {}",
    "difference": "channel {} minus channel {}",
}
"""What a kernel is applied to, of one or two scaled channels."""

STATISTIC_WORDS = {
    "ppv": "share of time",
    "max": "peak strength",
    "lspv": "longest positive run",
    "min": "least strength",
    "mpv": "mean of positive values",
    "mipv": "mean time of positive values",
}
"""What each statistic measures of a response; strength is its absolute value. The share
of time is that above a threshold."""

LEVEL_WORDS = {1: "pattern", 2: "second-order activity"}
"""What the responses of a level show: where the series looks like the kernel, and where
the strength of this likeness does."""

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
        time, is like the kernel, which looks at three times the span. Two features may
        share their words where their thresholds are close.

    Examples
    --------
    >>> from lightwaves_aeon.core.bank import kernel_bank
    >>> from lightwaves_aeon.core.features import candidate_rows
    >>> from lightwaves_aeon.insight.words import in_words
    >>> rows = candidate_rows(3, 16, 84, (1, 2))
    >>> pattern, activity = in_words(rows[[1, 6]], kernel_bank("minirocket"))
    >>> print(pattern)
    channel 3, long-scale pattern k000 (d=16, 129 points), peak strength
    >>> print(activity.partition(", ")[2])
    long-scale second-order activity k000 (d=16, 129 points), longest positive run
    """
    refuse_unworded(rows)
    return [_in_words(row, bank, channel_names) for row in rows]


def refuse_unworded(rows: np.ndarray) -> None:
    """Refuse a table that names what there are no words for; the error says what."""
    refuse_unknown(rows, "the description", tuple(STATISTIC_WORDS), tuple(INPUT_WORDS))


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


def _in_words(
    row: np.void, bank: KernelBank, channel_names: Sequence[str] | None
) -> str:
    kernel, dilation = row["kernel"], row["dilation"]
    looked_at = INPUT_WORDS[INPUTS[row["input"]]].format(
        *(channel_label(row[field], channel_names) for field in ("channel", "other"))
    )
    wavelet = "" if bank.wavelets[kernel] is None else "wavelet "
    span = (bank.lengths[kernel] - 1) * dilation + 1
    statistic = STATISTICS[row["statistic"]]
    above = f" above {row['threshold']:.3g}" if statistic == "ppv" else ""
    return (
        f"{looked_at}, {scale_of(dilation)}-scale "
        f"{LEVEL_WORDS[int(row['level'])]} {wavelet}{bank.names[kernel]} "
        f"(d={dilation}, {span} points), {STATISTIC_WORDS[statistic]}{above}"
    )


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
