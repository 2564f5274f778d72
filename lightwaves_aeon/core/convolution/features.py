"""What a feature is: the row of a table that names it, and the words for it."""

from __future__ import annotations

__all__ = [
    "ROW",
    "candidate_rows",
    "feature_names",
    "features_frame",
    "refuse_missing",
]

from collections.abc import Container, Sequence

import numpy as np
import pandas as pd

from lightwaves_aeon.core.convolution.pooling import (
    PAPER_POOLING,
    POOLING_OPERATORS,
)
from lightwaves_aeon.core.convolution.representations import REPRESENTATIONS

ROW = np.dtype(
    [
        ("channel", np.int32),
        ("input", np.int8),
        ("other", np.int32),
        ("dilation", np.int32),
        ("kernel", np.int32),
        ("level", np.int8),
        ("statistic", np.int8),
        ("threshold", np.float32),
        ("f_score", np.float64),
        ("selection_score", np.float64),
    ]
)
"""One feature. ``input`` is the number of a representation, ``statistic`` that of a
pooling operator; ``other`` is the second channel of a sum or difference, else -1;
``kernel`` is a row of the bank. PPV counts the values above ``threshold``, in units of
the response before its scaling by the dilation."""


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
    names = [
        f"{representations[row['input']].prefix.format(row['channel'], row['other'])}"
        f"_{kernel_names[row['kernel']]}_d{row['dilation']}"
        f"_l{row['level']}_{operators[row['statistic']]}"
        + (f">{row['threshold']}" if row["threshold"] != 0 else "")
        for row in rows
    ]
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
        ``level``, ``statistic``, ``threshold`` (missing but for PPV), ``f_score`` and
        ``selection_score``. With names, ``channel_name`` and ``other_name`` follow
        ``channel`` and ``other``.

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
    kernel = rows["kernel"]
    heavy = pd.DataFrame(taps[kernel, :3], columns=["tap_1", "tap_2", "tap_3"])
    other = pd.Series(rows["other"], dtype="Int64")
    operators, inputs = list(POOLING_OPERATORS), list(REPRESENTATIONS)
    has_threshold = [row.n_thresholds > 0 for row in POOLING_OPERATORS.values()]
    names = pd.Series([wavelets[k] for k in kernel], dtype="string")
    frame = pd.DataFrame(
        {
            "channel": rows["channel"],
            "input": [inputs[i] for i in rows["input"]],
            "other": other.mask(other < 0),
            "kernel": kernel,
            **heavy.astype("Int64").mask(heavy < 0),
            "wavelet": names,
            "dilation": rows["dilation"],
            "level": rows["level"],
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
