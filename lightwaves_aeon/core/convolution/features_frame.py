"""The table as a data frame, with the names of channels."""

from __future__ import annotations

__all__ = ["features_frame", "missing_at_level_0", "with_channel_names"]

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lightwaves_aeon.core.convolution.features import spans_of
from lightwaves_aeon.core.convolution.kernels import KernelBank
from lightwaves_aeon.core.convolution.pooling import POOLING_OPERATORS
from lightwaves_aeon.core.convolution.representations import REPRESENTATIONS


def features_frame(
    rows: np.ndarray,
    bank: KernelBank,
    channel_names: Sequence[str] | None = None,
    sampling_rate: float | None = None,
) -> pd.DataFrame:
    """Lay the table out as a DataFrame, one row per feature.

    Parameters
    ----------
    rows : np.ndarray of dtype `ROW`, shape (n_features,)
        The table.
    bank : KernelBank
        Its kernels.
    channel_names : sequence of str, length n_channels, optional
        Names of all channels, where they have any.
    sampling_rate : float, optional
        Time points a second.

    Returns
    -------
    pd.DataFrame
        Columns ``channel``, ``input``, ``other`` (missing but for sums and
        differences), ``kernel``, ``tap_1``, ``tap_2``, ``tap_3`` (missing for
        wavelets), ``wavelet`` (missing for MiniRocket kernels), ``dilation``, ``span``
        (see `spans_of`), ``level``, ``start``, ``stop``, ``statistic``, ``threshold``
        (missing but for PPV), ``f_score`` and ``selection_score``. What says of the
        kernel is missing at level 0, where ``kernel``, ``dilation`` and ``span`` are of
        a nullable type then. With names, ``channel_name`` and ``other_name`` follow
        ``channel`` and ``other``; with a sampling rate, ``span_seconds``, the time from
        the first to the last time point of the span, follows ``span``.

    Examples
    --------
    >>> from lightwaves_aeon.core.convolution.kernels import kernel_bank
    >>> from lightwaves_aeon.core.convolution.features import candidate_rows
    >>> from lightwaves_aeon.core.convolution.features_frame import features_frame
    >>> bank = kernel_bank("minirocket")
    >>> frame = features_frame(candidate_rows(0, 1, 84, (1,)), bank)
    >>> frame[["kernel", "tap_1", "tap_2", "tap_3", "statistic"]].iloc[3:5]
       kernel  tap_1  tap_2  tap_3 statistic
    3       0      0      1      2       min
    4       1      0      1      3       ppv
    """
    kernel, has_none = rows["kernel"], rows["level"] == 0
    heavy = pd.DataFrame(bank.taps[kernel, :3], columns=["tap_1", "tap_2", "tap_3"])
    heavy[has_none] = -1
    other = pd.Series(rows["other"], dtype="Int64")
    operators, inputs = list(POOLING_OPERATORS), list(REPRESENTATIONS)
    has_threshold = [row.n_thresholds > 0 for row in POOLING_OPERATORS.values()]
    # The last of the names is for -1, which is no kernel.
    known = [*bank.wavelets, None]
    names = pd.Series([known[k] for k in kernel], dtype="string")
    spans = spans_of(rows, bank.lengths)
    frame = pd.DataFrame(
        {
            "channel": rows["channel"],
            "input": [inputs[i] for i in rows["input"]],
            "other": other.mask(other < 0),
            "kernel": missing_at_level_0(kernel, has_none),
            **heavy.astype("Int64").mask(heavy < 0),
            "wavelet": names,
            "dilation": missing_at_level_0(rows["dilation"], has_none),
            "span": missing_at_level_0(spans, has_none),
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
    for column in ("channel", "other"):
        frame = with_channel_names(frame, channel_names, column)
    if sampling_rate is not None:
        seconds = np.where(has_none, np.nan, (spans - 1) / sampling_rate)
        frame.insert(list(frame.columns).index("span") + 1, "span_seconds", seconds)
    return frame


def with_channel_names(
    frame: pd.DataFrame, channel_names: Sequence[str] | None, column: str = "channel"
) -> pd.DataFrame:
    """Put names of channels behind their numbers, where there are names.

    Parameters
    ----------
    frame : pd.DataFrame
        With a column of numbers of channels.
    channel_names : sequence of str or None
        Names of all channels.
    column : str, default="channel"
        The column.

    Returns
    -------
    pd.DataFrame

    Examples
    --------
    >>> import pandas as pd
    >>> from lightwaves_aeon.core.convolution.features_frame import (
    ...     with_channel_names,
    ... )
    >>> with_channel_names(pd.DataFrame({"channel": [1, 0]}), ["x", "y"])
       channel channel_name
    0        1            y
    1        0            x
    """
    if channel_names is None:
        return frame
    names = frame[column].map(dict(enumerate(channel_names))).astype("string")
    named = frame.copy()
    named.insert(list(frame.columns).index(column) + 1, f"{column}_name", names)
    return named


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
    >>> from lightwaves_aeon.core.convolution.features_frame import (
    ...     missing_at_level_0,
    ... )
    >>> missing_at_level_0(np.array([0, 8]), np.array([True, False])).tolist()
    [<NA>, 8]
    """
    column = pd.Series(numbers)
    return column.astype("Int64").mask(has_none) if has_none.any() else column
