"""What a feature is: the row of a table that names it, and the words for it."""

from __future__ import annotations

__all__ = [
    "ROW",
    "STATISTICS",
    "VARIANTS",
    "candidate_rows",
    "feature_names",
    "features_frame",
]

from collections.abc import Sequence

import numpy as np
import pandas as pd

STATISTICS = ("ppv", "max", "lspv", "min")
"""The statistics of a response, in the order of their columns (paper, section III)."""

VARIANTS = {"L1": (1,), "L2": (2,), "L1L2": (1, 2)}
"""The scattering levels that each variant of the method draws its features from."""

ROW = np.dtype(
    [
        ("channel", np.int32),
        ("dilation", np.int32),
        ("kernel", np.int32),
        ("level", np.int8),
        ("statistic", np.int8),
        ("f_score", np.float64),
        ("selection_score", np.float64),
    ]
)
"""One feature. ``statistic`` indexes `STATISTICS`; ``kernel`` is a row of the bank."""


def candidate_rows(
    channel: int, dilation: int, n_kernels: int, levels: Sequence[int]
) -> np.ndarray:
    """List every feature that one channel offers at one dilation.

    Parameters
    ----------
    channel, dilation : int
        Where the responses are taken.
    n_kernels : int
        Number of kernels in the bank.
    levels : sequence of int
        Scattering levels, a value of `VARIANTS`.

    Returns
    -------
    np.ndarray of dtype `ROW`, shape (n_kernels * len(levels) * 4,)
        Ordered by kernel, then level, then statistic; scores are NaN.

    Examples
    --------
    >>> from lightwaves_aeon.core.features import candidate_rows
    >>> candidate_rows(channel=2, dilation=8, n_kernels=84, levels=(1, 2)).shape
    (672,)
    """
    kernel, level, statistic = np.meshgrid(
        np.arange(n_kernels), levels, np.arange(len(STATISTICS)), indexing="ij"
    )
    rows = np.zeros(kernel.size, ROW)
    rows["channel"], rows["dilation"] = channel, dilation
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
        Unique names, such as ``"ch3_k017_d8_l2_ppv"``.

    Examples
    --------
    >>> from lightwaves_aeon.core.features import candidate_rows, feature_names
    >>> feature_names(candidate_rows(3, 8, 1, (2,)), ["k017"])[0]
    'ch3_k017_d8_l2_ppv'
    """
    names = [
        f"ch{row['channel']}_{kernel_names[row['kernel']]}_d{row['dilation']}"
        f"_l{row['level']}_{STATISTICS[row['statistic']]}"
        for row in rows
    ]
    return np.array(names, dtype=object)


def features_frame(
    rows: np.ndarray, taps: np.ndarray, wavelets: Sequence[str | None]
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

    Returns
    -------
    pd.DataFrame
        Columns ``channel``, ``kernel``, ``tap_1``, ``tap_2``, ``tap_3`` (missing for
        wavelets), ``wavelet`` (missing for MiniRocket kernels), ``dilation``,
        ``level``, ``statistic``, ``f_score`` and ``selection_score``.

    Examples
    --------
    >>> from lightwaves_aeon.core.bank import kernel_bank
    >>> from lightwaves_aeon.core.features import candidate_rows, features_frame
    >>> bank = kernel_bank("minirocket")
    >>> frame = features_frame(candidate_rows(0, 1, 84, (1,)), bank.taps, bank.wavelets)
    >>> frame[["kernel", "tap_1", "tap_2", "tap_3", "statistic"]].iloc[3:5]
       kernel  tap_1  tap_2  tap_3 statistic
    3       0      0      1      2       min
    4       1      0      1      3       ppv
    """
    kernel = rows["kernel"]
    heavy = pd.DataFrame(taps[kernel, :3], columns=["tap_1", "tap_2", "tap_3"])
    names = pd.Series([wavelets[k] for k in kernel], dtype="string")
    return pd.DataFrame(
        {
            "channel": rows["channel"],
            "kernel": kernel,
            **heavy.astype("Int64").mask(heavy < 0),
            "wavelet": names,
            "dilation": rows["dilation"],
            "level": rows["level"],
            "statistic": [STATISTICS[s] for s in rows["statistic"]],
            "f_score": rows["f_score"],
            "selection_score": rows["selection_score"],
        }
    )
