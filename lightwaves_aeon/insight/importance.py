"""How much the scores of a linear classifier lean on features, channels, dilations."""

from __future__ import annotations

__all__ = [
    "GROUPS",
    "channel_importance",
    "features_with_importance",
    "importance_by",
    "shares",
    "standardised_weights",
]

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lightwaves_aeon.core.features import INPUTS, STATISTICS, features_frame
from lightwaves_aeon.insight.linear import LinearModel

GROUPS = ("channel", "input", "dilation", "kernel", "level", "statistic")
"""The columns of the table that importances are added up by."""

WORDS = {"input": INPUTS, "statistic": STATISTICS}


def standardised_weights(linear: LinearModel) -> np.ndarray:
    """Give the weights of the standardised features, which can be compared.

    Parameters
    ----------
    linear : LinearModel
        The classifier.

    Returns
    -------
    np.ndarray of float64, shape (n_features, n_classes)
        What one standard deviation of a feature adds to the score of a class. Where the
        classes are two, one column is the negative of the other.
    """
    return linear.weights * linear.deviations[:, None]


def shares(linear: LinearModel) -> np.ndarray:
    """Give the part that each feature has in the scores of each class.

    Parameters
    ----------
    linear : LinearModel
        The classifier.

    Returns
    -------
    np.ndarray of float64, shape (n_features, n_classes)
        Absolute standardised weights over their sum: they add up to 1, or are all 0
        where all weights are.
    """
    absolute = np.abs(standardised_weights(linear))
    total = absolute.sum()
    return absolute / total if total > 0 else absolute


def features_with_importance(linear: LinearModel) -> pd.DataFrame:
    """Lay the table out with what each feature weighs.

    Parameters
    ----------
    linear : LinearModel
        The classifier.

    Returns
    -------
    pd.DataFrame
        The columns of the table, then ``importance``, and ``weight_<label>`` for each
        class; one row a feature, in the order of the table.
    """
    bank = linear.model.bank
    table = features_frame(
        linear.model.rows, bank.taps, bank.wavelets, linear.channel_names
    )
    names = [f"weight_{label}" for label in linear.classes]
    weights = pd.DataFrame(standardised_weights(linear), columns=names)
    table["importance"] = shares(linear).sum(axis=1)
    return pd.concat([table, weights], axis=1)


def importance_by(linear: LinearModel, by: str | Sequence[str]) -> pd.DataFrame:
    """Add the importances of features up by what they have in common.

    Parameters
    ----------
    linear : LinearModel
        The classifier.
    by : str or sequence of str
        One or several of `GROUPS`.

    Returns
    -------
    pd.DataFrame
        A row for each group of features and class: the columns `by`, ``class``,
        ``n_features`` and ``importance``. Ascending, statistics and inputs in the order
        of `STATISTICS` and `INPUTS`. A feature of two channels counts as one in both of
        them, and its importance goes to them in halves.

    Raises
    ------
    ValueError
        If `by` names no column, one twice, or one that is not among `GROUPS`.
    """
    columns = [by] if isinstance(by, str) else list(by)
    known = all(column in GROUPS for column in columns)
    if not columns or not known or len(set(columns)) < len(columns):
        raise ValueError(
            f"by must be one or several of {', '.join(map(repr, GROUPS))}, got {by!r}"
        )
    rows, parts = linear.model.rows, shares(linear)
    if "channel" in columns:
        rows, parts = _by_channel(rows, parts)
    groups, group_of = np.unique(rows[columns], return_inverse=True)
    sums = np.zeros((len(groups), len(linear.classes)))
    np.add.at(sums, group_of, parts)
    return _tidy(groups, np.bincount(group_of), sums, linear.classes)


def channel_importance(linear: LinearModel) -> pd.DataFrame:
    """Add the importances of features up by channel, those not in use among them.

    Parameters
    ----------
    linear : LinearModel
        The classifier.

    Returns
    -------
    pd.DataFrame
        As `importance_by` gives it, with zeros for the channels that no feature reads.
    """
    rows, parts = _by_channel(linear.model.rows, shares(linear))
    channels = np.zeros(linear.n_channels, [("channel", np.int32)])
    channels["channel"] = np.arange(linear.n_channels)
    sums = np.zeros((linear.n_channels, len(linear.classes)))
    np.add.at(sums, rows["channel"], parts)
    sizes = np.bincount(rows["channel"], minlength=linear.n_channels)
    return _tidy(channels, sizes, sums, linear.classes)


def _by_channel(rows: np.ndarray, parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """List features of two channels under both of them, with half of their parts."""
    of_two = rows["other"] >= 0
    parts = np.where(of_two[:, None], parts / 2, parts)
    second = rows[of_two]
    second["channel"] = second["other"]
    return np.concatenate([rows, second]), np.concatenate([parts, parts[of_two]])


def _tidy(
    groups: np.ndarray, sizes: np.ndarray, sums: np.ndarray, classes: np.ndarray
) -> pd.DataFrame:
    columns = {column: groups[column] for column in groups.dtype.names or ()}
    for column, words in WORDS.items():
        if column in columns:
            columns[column] = np.array(words, object)[columns[column]]
    return pd.DataFrame(
        {
            **{
                name: np.repeat(column, len(classes))
                for name, column in columns.items()
            },
            "class": np.tile(classes, len(groups)),
            "n_features": np.repeat(sizes, len(classes)),
            "importance": sums.ravel(),
        }
    )
