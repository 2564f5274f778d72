"""What a fitted model relies on, in a text that is read in a minute."""

from __future__ import annotations

__all__ = ["describe", "strongest_features"]

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from lightwaves_aeon.core.checks import check_at_least
from lightwaves_aeon.core.convolution.pooling import POOLING_OPERATORS
from lightwaves_aeon.core.fitted import FittedClassifier, FittedLinear
from lightwaves_aeon.core.fitted_regressor import FittedRegressor
from lightwaves_aeon.insight.importance import (
    held_out_quality,
    importance_by,
    ranked_channels,
    shares,
    standardised_weights,
)
from lightwaves_aeon.insight.words import LEVEL_WORDS, in_words, seconds, short_label

WIDTH = 80
BAR = 32

MOST_CHANNELS = 8
"""Channels that are shown one by one."""

MOST_LINES = 2
"""Of a list of classes, widths of intervals, or channels."""

COVERAGE = 0.9
"""Of the intervals whose width is said."""

LEAST_R2 = -100
"""R2 from which on it is said with two digits behind the point."""

GROUPS: dict[str, tuple[str, Callable[[Any, float | None], str]]] = {
    "input": ("Inputs: ", lambda name, rate: name),
    "level": ("Levels: ", lambda level, rate: f"{level} ({LEVEL_WORDS[level]})"),
    "statistic": ("Statistics: ", lambda name, rate: POOLING_OPERATORS[name].words),
    "dilation": ("Dilations: ", lambda dilation, rate: _words_of(dilation, rate)),
}
"""Title of the shares by a column, and the words for its values, given the sampling
rate."""


def describe(fitted: FittedLinear, n_strongest: int) -> str:
    """Describe a classifier or a regressor in words.

    Parameters
    ----------
    fitted : FittedLinear
        The table with its head.
    n_strongest : int
        Number of features to say in words; those without weight are left out.

    Returns
    -------
    str
        Lines of 80 characters at most: what there is; the shares of channels, and what
        their loss costs; those of levels, statistics and dilations; the strongest
        features.
    """
    check_at_least("n_strongest", n_strongest, 0)
    paragraphs = [
        WORDS[type(fitted)].head(fitted),
        _of_channels(fitted),
        _of_groups(fitted),
        _of_strongest(fitted, n_strongest),
    ]
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def _of_channels(fitted: FittedLinear) -> list[str]:
    ranked, held_out = ranked_channels(fitted), held_out_quality(fitted)
    shown, others = ranked[:MOST_CHANNELS], ranked[MOST_CHANNELS:]
    lines = [
        f"Channels: {len(ranked)} of {fitted.n_channels} in use, by their share of the "
        "standardised weights"
    ]
    without, words = None, WORDS[type(fitted)]
    if not np.isnan(held_out.whole) and len(held_out.without) > 1:
        lines.append(words.without.format(words.quality(held_out.whole)))
        without = held_out.without.map(words.quality)
    lines += _bars(shown, without, fitted.channel_names)
    if len(others):
        share = _percent(others["importance"].sum())
        lines.append(f"  and {_count(len(others), 'other')} with {share}")
    unused = list(_between(sorted(ranked.index), fitted.n_channels))
    return lines + (_listed("  Not used: ", unused, MOST_LINES) if unused else [])


def _bars(
    shown: pd.DataFrame, without: pd.Series | None, names: Sequence[str] | None
) -> list[str]:
    """Draw the share of each channel, with what else there is to say of it."""
    columns = [[_count(n_features, "feature") for n_features in shown["n_features"]]]
    if without is not None:
        columns.append([f"without it {without[of]}" for of in shown.index])
    if names is not None:
        columns.append([short_label(names[channel]) for channel in shown.index])
    widths = [max(map(len, column)) for column in columns]
    largest, digits = shown["importance"].max() or 1.0, len(str(shown.index.max()))
    lines = []
    for channel, share, *rest in zip(
        shown.index, shown["importance"], *columns, strict=True
    ):
        start = f"  {channel:>{digits}} {_percent(share):>6}  "
        aligned = map(str.ljust, rest, widths)
        end = "".join(f"  {text}" for text in aligned)
        width = min(BAR, WIDTH - len(start + end))
        bar = "#" * round(width * share / largest)
        lines.append(f"{start}{bar:<{width}}{end}".rstrip())
    return lines


def _of_groups(fitted: FittedLinear) -> list[str]:
    lines = []
    for by, (title, words) in GROUPS.items():
        groups = importance_by(fitted, by).groupby(by, sort=False, dropna=False)
        summed = groups["importance"].sum()
        if by != "input" or list(summed.index) != ["channel"]:
            items = [
                f"{words(value, fitted.sampling_rate)} {_percent(share)}"
                for value, share in summed.items()
            ]
            lines += _listed(title, items)
    return lines


def _words_of(dilation: Any, rate: float | None) -> str:
    if pd.isna(dilation):
        return "none"
    return f"d={dilation}" if rate is None else seconds(dilation / rate)


def strongest_features(
    fitted: FittedLinear, n_strongest: int
) -> list[tuple[str, str, float]]:
    """Say what the strongest features are.

    Parameters
    ----------
    fitted : FittedLinear
        The table with its head.
    n_strongest : int
        How many; those without weight are left out.

    Returns
    -------
    list of (str, str, float)
        Each in words, what a high value says, and its importance.
    """
    parts, weights = shares(fitted), standardised_weights(fitted)
    importance = parts.sum(axis=1)
    order = np.argsort(-importance, kind="stable")[:n_strongest]
    order = order[importance[order] > 0]
    rows, bank = fitted.model.rows[order], fitted.model.bank
    words = in_words(rows, bank, fitted.channel_names, fitted.sampling_rate)
    says = WORDS[type(fitted)].says
    return [
        (text, says(weights[row], parts[row], fitted.outputs), float(importance[row]))
        for text, row in zip(words, order, strict=True)
    ]


def _of_strongest(fitted: FittedLinear, n_strongest: int) -> list[str]:
    found = strongest_features(fitted, n_strongest)
    lines = ["Strongest features, and what a high value says:"] if found else []
    for rank, (words, says, importance) in enumerate(found, start=1):
        start = f" {rank:>2}. {_percent(importance):>6}  "
        lines += textwrap.wrap(
            f"{words}: {says}",
            WIDTH,
            initial_indent=start,
            subsequent_indent=" " * len(start),
            break_on_hyphens=False,
        )
    return lines


def _between(used: Iterable[int], n_channels: int) -> Iterator[str]:
    """Name the ranges of channels that are not among some, which ascend."""
    first = 0
    for channel in (*used, n_channels):
        if channel - first > 1:
            yield f"{first}-{channel - 1}"
        elif channel > first:
            yield str(first)
        first = channel + 1


def _listed(title: str, items: list[str], max_lines: int | None = None) -> list[str]:
    return textwrap.wrap(
        title + ", ".join(items),
        WIDTH,
        subsequent_indent=" " * len(title),
        max_lines=max_lines,
        placeholder=" ...",
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


# Of classes


def _head_of_classes(fitted: FittedClassifier) -> list[str]:
    n_features, classes = len(fitted.model.rows), fitted.classes
    title = f"LightWaveS classifier: {_count(n_features, 'feature')}"
    return [
        f"{title}, {len(classes)} classes",
        *_listed("Classes: ", [short_label(label) for label in classes], MOST_LINES),
    ]


def _says_of_classes(
    weights: np.ndarray, parts: np.ndarray, classes: np.ndarray
) -> str:
    # Of two classes the weights are opposites, so that one of them is always positive.
    strongest = np.argmax(weights if len(classes) == 2 else np.abs(weights))
    verb = "points to" if weights[strongest] > 0 else "speaks against"
    return f"{verb} {short_label(classes[strongest])}"


# Of numbers


def _head_of_numbers(fitted: FittedRegressor) -> list[str]:
    title = f"LightWaveS regressor: {_count(len(fitted.model.rows), 'feature')}"
    n_outputs, whole = len(fitted.outputs), held_out_quality(fitted).whole
    several = n_outputs > 1
    lines = [f"{title}, {n_outputs} outputs" if several else title]
    if not np.isnan(whole):
        averaged = ", averaged over the outputs" if several else ""
        lines.append(f"R2 on held-out cases: {_r2(whole)}{averaged}")
    if fitted.intervals is not None:
        at = fitted.intervals.predictions
        with suppress(ValueError):  # too few cases were held out
            widths = fitted.intervals.half_widths(at, COVERAGE).T
            title = f"Half width{'s' if several else ''} of {COVERAGE:.0%} intervals: "
            lines += _listed(title, list(map(_range, widths)), MOST_LINES)
    return lines


def _says_of_numbers(
    weights: np.ndarray, parts: np.ndarray, outputs: np.ndarray
) -> str:
    strongest = np.argmax(parts)  # weights of several are in different units
    verb = "raises" if weights[strongest] > 0 else "lowers"
    name = f"output {outputs[strongest]}" if len(outputs) > 1 else "the number"
    return f"{verb} {name}"


def _range(values: np.ndarray) -> str:
    ends = dict.fromkeys(f"{end:.3g}" for end in (values.min(), values.max()))
    return " to ".join(ends)


def _r2(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}" if value > LEAST_R2 else f"{value:.3g}"


class _Words(NamedTuple):
    """What is said of a kind of outputs.

    Attributes
    ----------
    head : callable
        The first lines.
    quality : callable
        How good predictions are.
    without : str
        What stands over the channels, with a place for that where it is not said yet.
    says : callable
        What a high value of a feature says, by its weights, its shares, and the names
        of the outputs.
    """

    head: Callable[[Any], list[str]]
    quality: Callable[[float], str]
    without: str
    says: Callable[[np.ndarray, np.ndarray, np.ndarray], str]


WORDS: dict[type, _Words] = {
    FittedClassifier: _Words(
        _head_of_classes,
        _percent,
        "Held-out cases that are right: {}; without a channel, as its line says",
        _says_of_classes,
    ),
    FittedRegressor: _Words(
        _head_of_numbers,
        _r2,
        "Without a channel, R2 on the held-out cases is as its line says",
        _says_of_numbers,
    ),
}
"""What is said of classes, and of numbers."""
