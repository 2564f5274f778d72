"""How much scores, or predicted numbers, rely on features, channels, dilations.

And what it costs if a channel is lost.
"""

from __future__ import annotations

__all__ = [
    "GROUPS",
    "HeldOut",
    "channel_importance",
    "channel_loss",
    "features_with_importance",
    "held_out_quality",
    "importance_by",
    "output_units",
    "ranked_channels",
    "shares",
    "standardised_weights",
]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from lightwaves_aeon.core.convolution.features_frame import (
    features_frame,
    missing_at_level_0,
    with_channel_names,
)
from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.fitted import FittedLinear

GROUPS = ("channel", "input", "dilation", "kernel", "level", "statistic")
"""The columns of the table that importances are added up by."""

NAMES = {"input": REPRESENTATION_NAMES, "statistic": POOLING_NAMES}
"""What tells the names of numbers in the table."""

LEAST = {"dilation": 1, "kernel": 0}
"""The columns that are below these at level 0, where there are none."""


def standardised_weights(fitted: FittedLinear) -> np.ndarray:
    """Give the weights of the standardised features, which can be compared.

    Parameters
    ----------
    fitted : FittedLinear
        The table with its head.

    Returns
    -------
    np.ndarray of float64, shape (n_features, n_outputs)
        What one standard deviation of a feature adds to the score of a class, or to a
        number. Where the classes are two, one column is the negative of the other.
    """
    return fitted.output_weights * fitted.stds[:, None]


def output_units(fitted: FittedLinear) -> np.ndarray:
    """Give what makes the weights of outputs comparable: they are divided by it.

    Parameters
    ----------
    fitted : FittedLinear
        The table with its head.

    Returns
    -------
    np.ndarray of float64, shape (n_outputs,)
        1 where there is nothing to do: scores of classes have one unit. Several numbers
        need not: theirs are the sums of the absolute standardised weights.
    """
    if fitted.output_column != "output":
        return np.ones(len(fitted.outputs))
    totals = np.abs(standardised_weights(fitted)).sum(axis=0)
    return np.where(totals > 0, totals, 1.0)


def shares(fitted: FittedLinear) -> np.ndarray:
    """Give the part that each feature has in each output.

    Parameters
    ----------
    fitted : FittedLinear
        The table with its head.

    Returns
    -------
    np.ndarray of float64, shape (n_features, n_outputs)
        Absolute standardised weights over their sum: they add up to 1, or are all 0
        where all weights are. Several numbers count alike, whatever their units.
    """
    absolute = np.abs(standardised_weights(fitted)) / output_units(fitted)
    total = absolute.sum()
    return absolute / total if total > 0 else absolute


def features_with_importance(fitted: FittedLinear) -> pd.DataFrame:
    """Lay the table out with what each feature weighs.

    Parameters
    ----------
    fitted : FittedLinear
        The table with its head.

    Returns
    -------
    pd.DataFrame
        The columns of the table, then ``importance``, and ``weight_<output>`` for each
        class or number, or ``weight`` if there is one; one row per feature, in the
        order of the table.
    """
    about = fitted.channel_names, fitted.sampling_rate
    table = features_frame(fitted.model.rows, fitted.model.bank, *about)
    names = ["weight"]
    if fitted.output_column is not None:
        names = [f"weight_{output}" for output in fitted.outputs]
    weights = pd.DataFrame(standardised_weights(fitted), columns=names)
    table["importance"] = shares(fitted).sum(axis=1)
    return pd.concat([table, weights], axis=1)


def importance_by(fitted: FittedLinear, by: str | Sequence[str]) -> pd.DataFrame:
    """Add the importances of features up by what they have in common.

    Parameters
    ----------
    fitted : FittedLinear
        The table with its head.
    by : str or sequence of str
        One or several of `GROUPS`.

    Returns
    -------
    pd.DataFrame
        A row for each group of features and output: the columns `by` (with
        ``channel_name`` behind ``channel``, where channels have names), ``class`` or
        ``output``, ``n_features`` and ``importance``. Where there is one output, it has
        no column. Ascending, statistics and inputs in the order
        of their registries. Features of level 0 have no dilation and no kernel: these
        are missing, in the first of the groups. A feature of two channels counts as one
        in both of them, and its importance goes to them in halves.

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
    table = _sums_by(fitted, columns)
    if "channel" in columns:
        table = with_channel_names(table, fitted.channel_names)
    return table


def _sums_by(fitted: FittedLinear, columns: list[str]) -> pd.DataFrame:
    """Do the same, without names, by columns that are known."""
    rows, parts = fitted.model.rows, shares(fitted)
    if "channel" in columns:
        rows, parts = _by_channel(rows, parts)
    groups, group_of = np.unique(rows[columns], return_inverse=True)
    sums = np.zeros((len(groups), parts.shape[1]))
    np.add.at(sums, group_of, parts)
    found = {column: groups[column] for column in columns}
    for column, names in NAMES.items():
        if column in found:
            found[column] = np.array(names, object)[found[column]]
    for column, least in LEAST.items():
        if column in found:
            has_none = found[column] < least
            found[column] = missing_at_level_0(found[column], has_none).array
    n_outputs = len(fitted.outputs)
    table = pd.DataFrame(
        {name: column.repeat(n_outputs) for name, column in found.items()}
    )
    if fitted.output_column is not None:
        table[fitted.output_column] = np.tile(fitted.outputs, len(groups))
    table["n_features"] = np.repeat(np.bincount(group_of), n_outputs)
    table["importance"] = sums.ravel()
    return table


def channel_importance(fitted: FittedLinear) -> pd.DataFrame:
    """Add the importances of features up by channel, those not in use among them.

    Parameters
    ----------
    fitted : FittedLinear
        The table with its head.

    Returns
    -------
    pd.DataFrame
        As `importance_by` gives it, with zeros for the channels that no feature reads.
    """
    every = pd.Index(np.arange(fitted.n_channels, dtype=np.int32), name="channel")
    if fitted.output_column is not None:
        names = ["channel", fitted.output_column]
        every = pd.MultiIndex.from_product([every, fitted.outputs], names=names)
    of_used = _sums_by(fitted, ["channel"]).set_index(list(every.names))
    of_all = of_used.reindex(every, fill_value=0).reset_index()
    return with_channel_names(of_all, fitted.channel_names)


def ranked_channels(fitted: FittedLinear) -> pd.DataFrame:
    """Rank the channels in use by their importance for all outputs together.

    Parameters
    ----------
    fitted : FittedLinear
        The table with its head.

    Returns
    -------
    pd.DataFrame
        ``importance`` and ``n_features`` by channel, the most important one first.
    """
    by_channel = _sums_by(fitted, ["channel"]).groupby("channel")
    table = by_channel.agg({"importance": "sum", "n_features": "first"})
    return table.sort_values("importance", ascending=False, kind="stable")


class HeldOut(NamedTuple):
    """How good predictions for held-out cases are; NaN where none were held out.

    Attributes
    ----------
    whole : float
        Accuracy, or R2, with all channels.
    without : pd.Series
        The same without a channel, by the channels in use.
    """

    whole: float
    without: pd.Series


def held_out_quality(fitted: FittedLinear) -> HeldOut:
    """Tell how good predictions for held-out cases are, also without a channel.

    Parameters
    ----------
    fitted : FittedLinear
        The table with its head.

    Returns
    -------
    HeldOut
    """
    if fitted.channel_losses is None:
        return HeldOut(np.nan, pd.Series(np.nan, fitted.model.channels))
    table = pd.DataFrame(fitted.channel_losses).set_index("channel")
    whole, without = table.columns
    return HeldOut(float(table[whole].iloc[0]), table[without])


def channel_loss(fitted: FittedLinear) -> pd.DataFrame:
    """Tell what the loss of each channel in use costs, on held-out cases.

    Parameters
    ----------
    fitted : FittedLinear
        The table with its head.

    Returns
    -------
    pd.DataFrame
        One row a channel, ascending: ``channel`` (and ``channel_name``, where channels
        have names), ``accuracy``, ``accuracy_without``
        and ``loss``, the difference; of numbers ``r2`` and ``r2_without``. NaN where no
        case was held out.

    Raises
    ------
    ValueError
        If it is not known, as of an estimator that was given.
    """
    losses = fitted.channel_losses
    if losses is None:
        raise ValueError(
            "what the loss of a channel costs is not known: cases are held out for the "
            "default estimator alone, not for one that is given"
        )
    table = pd.DataFrame(losses)
    _, quality, without = table.columns
    table["loss"] = table[quality] - table[without]
    return with_channel_names(table, fitted.channel_names)


def _by_channel(rows: np.ndarray, parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """List features of two channels under both of them, with half of their parts."""
    of_two = rows["other"] >= 0
    parts = np.where(of_two[:, None], parts / 2, parts)
    second = rows[of_two]
    second["channel"] = second["other"]
    return np.concatenate([rows, second]), np.concatenate([parts, parts[of_two]])
