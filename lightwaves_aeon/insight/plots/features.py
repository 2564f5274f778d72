"""One feature: its kernel, and the response that it is a statistic of."""

from __future__ import annotations

__all__ = ["plot_kernel", "plot_response"]

from collections.abc import Callable
from functools import partial
from numbers import Integral
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from lightwaves_aeon.core.convolution.features import refuse_missing
from lightwaves_aeon.core.convolution.pooling import POOLING_OPERATORS
from lightwaves_aeon.core.convolution.representations import (
    DERIVED,
    REPRESENTATION_NAMES,
)
from lightwaves_aeon.core.fitted import FittedLinear
from lightwaves_aeon.insight.plots._canvas import (
    COLOURS,
    INK,
    axes_or_new,
    draw_line,
    entitle,
    label_time,
)
from lightwaves_aeon.insight.responses import longest_runs, response_of
from lightwaves_aeon.insight.words import words_of

BLUE, ORANGE = COLOURS[:2]


def plot_kernel(estimator: Any, feature: int, ax: Axes | None = None) -> Axes:
    """Draw the kernel behind a feature: its weights over time.

    Parameters
    ----------
    estimator : LightWaveSClassifier or LightWaveSRegressor
        Fitted, of aeon or sktime.
    feature : int
        Row of ``estimator.features_``.
    ax : matplotlib.axes.Axes, optional
        Where to; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        A stem for each tap, as far from the point that the response is of as the
        dilation makes it; the title has the feature in words. At level 2 the kernel is
        applied once more, to every second point, where it reaches twice as far.

    Raises
    ------
    ValueError
        If there is no such feature, it is of level 0 and has no kernel, or the
        estimator is not fitted.
    """
    fitted = estimator._linear()
    row, words = _named(fitted, feature)
    if row["level"] == 0:
        raise ValueError(f"feature {feature} is of level 0: it has no kernel")
    bank = fitted.model.bank
    length = bank.lengths[row["kernel"]]
    offsets = (np.arange(length) - length // 2) * row["dilation"]

    ax = axes_or_new(ax)
    ax.axhline(0, color="0.7", lw=0.8)
    stems = ax.stem(offsets, bank.weights[row["kernel"], :length], basefmt=" ")
    stems.markerline.set_color(BLUE)
    stems.stemlines.set_color(BLUE)
    beyond = ", twice that at level 2" if row["level"] == 2 else ""
    label_time(ax, fitted.sampling_rate, "offset", beyond)
    ax.set_ylabel("weight")
    entitle(ax, words)
    return ax


def plot_response(
    estimator: Any, feature: int, x: np.ndarray, ax: Axes | None = None
) -> Axes:
    """Draw the response behind a feature to one case, and what is read of it.

    Parameters
    ----------
    estimator : LightWaveSClassifier or LightWaveSRegressor
        Fitted, of aeon or sktime.
    feature : int
        Row of ``estimator.features_``.
    x : np.ndarray, shape (n_channels, n_timepoints)
        The case, or a collection of one, of any type that ``predict`` takes.
    ax : matplotlib.axes.Axes, optional
        Where to; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        The response over the time points of the case, of which level 2 has every second
        one. Marked are the values above the threshold, or the positive ones; their
        longest run; the largest or the smallest absolute value. The title has the
        feature in words and its value. The response is in training standard deviations
        of the channel; for peak and least strength and for the mean of positive values
        it is scaled by the dilation, as these are. At level 0 it is the series itself;
        marked are its interval and in this the mean, the band of one standard deviation
        around it, the line that fits best, or the lowest or highest value. The line
        breaks over gaps, which are hatched, but for short ones; it is read as if it
        went on behind them.

    Raises
    ------
    ValueError
        If there is no such feature, `x` is not one case with the channels of the
        training cases, one in use holds infinity, or NaN where missing values are an
        error, or the estimator is not fitted.
    """
    fitted = estimator._linear()
    row, words = _named(fitted, feature)
    model, x = fitted.model, estimator._case_of(x)
    refuse_missing(model.rows[[feature]], "the picture", MARKS, DERIVED)
    value = model.transform.transform_one(x)[0, feature]
    response = response_of(model, x, feature)
    operator = list(POOLING_OPERATORS.values())[row["statistic"]]
    of_series = row["level"] == 0
    is_scaled = operator.unit == "amplitude" and not of_series
    c = response.last * response.scale if is_scaled else response.last
    if len(c) == 0:
        raise ValueError("x is too short: its response of level 2 has no values")
    time = np.array(response.times)

    ax = axes_or_new(ax)
    _hatch(ax, ~response.observed)
    if of_series:
        observed = np.where(response.observed, response.source, np.float32(np.nan))
        draw_line(ax, np.arange(len(observed)), observed, color=INK, lw=1)
        if len(c) < len(response.source):
            ends = time[0] - 0.5, time[-1] + 0.5
            ax.axvspan(*ends, color="0.9", lw=0, zorder=0, label="interval")
    else:
        draw_line(ax, time, c, color=INK, lw=1)
    ax.axhline(0, color="0.7", lw=0.8, zorder=1)
    is_observed = not np.isnan(c).all()
    if is_observed:
        MARKS[operator.name](ax, time, c, row["threshold"], value)
    looked_at = "scaled response" if is_scaled else "response"
    if of_series:
        looked_at = REPRESENTATION_NAMES[row["input"]]
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.18 * (high - low))  # room for the legend
    ax.legend(loc="upper left", ncols=2, fontsize="small", frameon=False)
    label_time(ax, fitted.sampling_rate)
    ax.set_ylabel(f"{looked_at} (standard deviations)")
    entitle(ax, words + _whole(f": {value:.3g}" if is_observed else ": not observed"))
    return ax


def _hatch(ax: Axes, gaps: np.ndarray) -> None:
    ends = np.flatnonzero(np.diff(np.pad(gaps, 1))).reshape(-1, 2)
    for number, (start, stop) in enumerate(ends):
        ax.axvspan(start - 0.5, stop - 0.5, label="" if number else "gap", **HATCHED)


def _named(fitted: FittedLinear, feature: int) -> tuple[np.void, str]:
    rows = fitted.model.rows
    if not isinstance(feature, Integral) or not 0 <= feature < len(rows):
        raise ValueError(
            f"feature must be a row of features_, 0 to {len(rows) - 1}, got {feature!r}"
        )
    row = rows[int(feature)]
    about = fitted.channel_names, fitted.sampling_rate
    words = words_of(row, fitted.model.bank, *about)
    if isinstance(words, str):
        return row, words
    return row, f"{words.pattern} {_whole(f'{words.span},')} {_whole(words.measured)}"


def _whole(text: str) -> str:
    """Keep a text on one line of a title."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


SHADED = {"interpolate": True, "color": BLUE, "alpha": 0.4, "lw": 0}
DASHED = {"color": ORANGE, "lw": 1, "ls": "--"}
HATCHED: dict[str, Any] = {
    "facecolor": "none",
    "edgecolor": "0.75",
    "hatch": "////",
    "lw": 0,
    "zorder": 0.5,  # above the interval
}

# Values are NaN where they were not observed; some are there.


def _mark_ppv(ax, time, c, threshold, value) -> None:
    above = f"above {threshold:.3g}"
    ax.fill_between(time, threshold, c, where=c > threshold, label=above, **SHADED)
    ax.axhline(threshold, label="threshold", **DASHED)


def _mark_point(find, words, ax, time, c, threshold, value) -> None:
    at = find(np.abs(c))
    ax.plot(time[at], c[at], "o", color=ORANGE, label=words)
    ax.vlines(time[at], 0, c[at], color=ORANGE, lw=1)


def _mark_lspv(ax, time, c, threshold, value) -> None:
    seen, run = ~np.isnan(c), np.zeros(len(c), bool)
    run[seen] = longest_runs(c[None, seen] > 0)[0]
    label = f"longest positive run: {run.sum()} of {seen.sum()} values"
    ax.fill_between(time, 0, c, where=run, label=label, **SHADED)


def _mark_mpv(ax, time, c, threshold, value) -> None:
    ax.fill_between(time, 0, c, where=c > 0, label="positive values", **SHADED)
    ax.axhline(value, label="their mean", **DASHED)


def _mark_mipv(ax, time, c, threshold, value) -> None:
    ax.fill_between(time, 0, c, where=c > 0, label="positive values", **SHADED)
    time = time[~np.isnan(c)]
    mean_time = np.interp(value * len(time), np.arange(len(time)), time)
    ax.axvline(mean_time, label="their mean time", **DASHED)


# Of level 0.


def _mark_value(ax, time, x, threshold, value) -> None:
    ax.hlines(value, time[0] - 0.5, time[-1] + 0.5, label="mean", **DASHED)


def _mark_deviation(ax, time, x, threshold, value) -> None:
    mean, ends = np.nanmean(x, dtype=np.float64), (time[0] - 0.5, time[-1] + 0.5)
    label = "mean, ± standard deviation"
    ax.fill_between(ends, mean - value, mean + value, label=label, **SHADED)


def _mark_slope(ax, time, x, threshold, value) -> None:
    seen = ~np.isnan(x)
    number, line = np.arange(seen.sum()), np.full(len(x), np.nan)
    rise = value / len(number) * (number - number.mean())
    line[seen] = x[seen].mean(dtype=np.float64) + rise
    draw_line(ax, time, line, label="best line", **DASHED)


def _mark_extreme(find, words, ax, time, x, threshold, value) -> None:
    at = find(x)
    ax.plot(time[at], x[at], "o", color=ORANGE, label=words)


MARKS: dict[str, Callable[..., None]] = {
    "ppv": _mark_ppv,
    "max": partial(_mark_point, np.nanargmax, "largest absolute value"),
    "lspv": _mark_lspv,
    "min": partial(_mark_point, np.nanargmin, "smallest absolute value"),
    "mpv": _mark_mpv,
    "mipv": _mark_mipv,
    "mean": _mark_value,
    "deviation": _mark_deviation,
    "slope": _mark_slope,
    "lowest": partial(_mark_extreme, np.nanargmin, "lowest value"),
    "highest": partial(_mark_extreme, np.nanargmax, "highest value"),
}
"""What marks what each pooling operator reads of a response, or, at level 0, of a
series in its interval."""
