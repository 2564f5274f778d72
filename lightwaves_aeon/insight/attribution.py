"""Attribution: which values made a feature, and from which channels these came."""

from __future__ import annotations

__all__ = ["ATTRIBUTE", "ATTRIBUTE_TO_CHANNELS"]

from collections.abc import Callable

import numpy as np

from lightwaves_aeon.insight.responses import longest_runs

# Of responses c, one a row: weights of the values, which need not add up to 1. `high`
# is whether the feature is above that of the average training case.


ATTRIBUTE: dict[str, Callable[..., np.ndarray]] = {
    "ppv": lambda c, threshold, high: (c > threshold) == high,
    "max": lambda c, *_: np.abs(c) == np.abs(c).max(axis=1, keepdims=True, initial=0),
    "lspv": lambda c, _, high: longest_runs(c > 0) == high,
    "min": lambda c, *_: (
        np.abs(c) == np.abs(c).min(axis=1, keepdims=True, initial=np.inf)
    ),
    "mpv": lambda c, *_: np.maximum(c, 0),
    "mipv": lambda c, *_: c > 0,
}
"""What weighs the values of a response, for each pooling operator."""

# Add shares of what kernels saw to the channels in use, whose squared values are their
# energy. Two values behind one, of two channels or time points, take it by energy.


def _channel(out, energy, shares, first, second) -> None:
    np.add.at(out, first, shares)


def _first_difference(out, energy, shares, first, second) -> None:
    here, there = energy[first, 1:], energy[first, :-1]
    of_here = shares.copy()
    of_there = of_here[:, 1:] * _share_of(there, here)
    of_here[:, 1:] -= of_there
    np.add.at(out, first, of_here)
    np.add.at(out[:, :-1], first, of_there)


def _pair(out, energy, shares, first, second) -> None:
    of_first = shares * _share_of(energy[first], energy[second])
    np.add.at(out, first, of_first)
    np.add.at(out, second, shares - of_first)


ATTRIBUTE_TO_CHANNELS = {
    "channel": _channel,
    "sum": _pair,
    "difference": _pair,
    "change": _first_difference,
}
"""What gives shares to the channels, for each representation."""


def _share_of(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Give the share of the one in both, a half where both are zero."""
    both = one + other
    return np.divide(one, both, out=np.full(both.shape, 0.5), where=both > 0)
