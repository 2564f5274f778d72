"""The table of a model, arranged as the constant arrays of a program in C."""

from __future__ import annotations

__all__ = ["N_PARTS", "Tables", "compact"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.convolutions import Convolutions
from lightwaves_aeon.core.convolution.kernels import CENTRE, N_TAPS, KernelBank
from lightwaves_aeon.core.convolution.plan import Plan
from lightwaves_aeon.core.convolution.pooling import (
    POOLING_NAMES,
    POOLING_OPERATORS,
    RESPONSE_POOLING,
    SERIES_POOLING,
    slots_of,
)
from lightwaves_aeon.core.convolution.representations import REPRESENTATIONS
from lightwaves_aeon.core.convolution.series_pooling import PlainFeatures
from lightwaves_aeon.core.data.scaling import divisors
from lightwaves_aeon.core.fitted import FittedClassifier, FittedLinear
from lightwaves_aeon.export.c.probabilities import probability_arrays
from lightwaves_aeon.export.single_precision import refuse_coarse

N_HEAVY = 3
"""Taps that level 1 of MiniRocket's kernels takes beside the sum of all nine."""

N_PARTS = 64
"""Parts of a series, at whose ends intervals of level 0 begin and end."""


class Tables(NamedTuple):
    """A model as constant arrays.

    Attributes
    ----------
    arrays : dict of str to np.ndarray
        By name, each of the smallest type that holds it.
    flags : dict of str to bool
        Which pieces of the program the arrays call for.
    n_tapped : int
        Number of MiniRocket's kernels among those in use; they come first.
    margin : int
        Zeros before and behind a series.
    longest : int
        Time points of the longest series.
    columns : np.ndarray of int, shape (n_features,)
        Rows of the table in the order of the program.
    """

    arrays: dict[str, np.ndarray]
    flags: dict[str, bool]
    n_tapped: int
    margin: int
    longest: int
    columns: np.ndarray

    @classmethod
    def from_fitted(
        cls,
        fitted: FittedLinear,
        longest: int,
        missing_values: bool = False,
        probabilities: bool = False,
    ) -> Tables:
        """Arrange a model.

        Parameters
        ----------
        fitted : FittedClassifier or FittedRegressor
            The model; scores are counted from the means of its features.
        longest : int
            Time points of the longest series.
        missing_values : bool, default=False
            Whether the program takes NaN for a value that was not observed.
        probabilities : bool, default=False
            Whether it makes probabilities of scores.

        Returns
        -------
        Tables

        Raises
        ------
        ValueError
            If a constant is too large for single precision, or a channel too coarse in
            it; if an interval of level 0 is not made of 64ths of the series; or if
            there are no probabilities to be had.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.convolution.features import candidate_rows
        >>> from lightwaves_aeon.core.convolution.kernels import kernel_bank
        >>> from lightwaves_aeon.core.fitted import FittedClassifier
        >>> from lightwaves_aeon.core.linear.head import LinearHead
        >>> from lightwaves_aeon.core.model import Model
        >>> from lightwaves_aeon.export.c.tables import Tables
        >>> rows, bank = candidate_rows(0, 4, 2, (1,)), kernel_bank("minirocket")
        >>> model = Model.from_rows(rows, bank, np.zeros(1), np.ones(1))
        >>> head = LinearHead(np.ones((8, 1)), np.zeros(1), np.array(["a", "b"]))
        >>> moments = np.zeros(8), np.ones(8)
        >>> fitted = FittedClassifier(model, head, head.bias, *moments, n_channels=1)
        >>> tables = Tables.from_fitted(fitted, longest=100)
        >>> tables.arrays["convolution_level_1"]
        array([57, 57], dtype=uint8)
        >>> tables.arrays["kernel_taps"].tolist()
        [[-4, -3, -2], [-4, -3, -1]]
        """
        transform = fitted.model.transform
        refuse_coarse(transform)
        plan, bank, inputs = transform.plan, transform.plan.bank, transform.plan.inputs
        tapped = bank.taps[plan.convolutions.kernels, 0] >= 0
        n_inputs = len(inputs.first)
        input_of = np.repeat(np.arange(n_inputs), np.diff(plan.starts))
        # What shares a sum of nine copies is side by side.
        order = np.lexsort((~tapped, plan.convolutions.dilations, input_of))
        convolutions = Convolutions(*(part[order] for part in plan.convolutions))
        tapped, wanted = tapped[order], convolutions.columns >= 0
        intervals, plain_columns, input_of_plain = _intervals(plan.plain)
        flags = _flags(tapped, wanted, plan, convolutions.thresholds)
        flags["gaps"] = missing_values
        used = np.unique(convolutions.kernels)
        used = used[np.argsort(bank.taps[used, 0] < 0, kind="stable")]
        position = np.zeros(len(bank.names), np.int64)
        position[used] = np.arange(len(used))
        keys = np.stack([input_of[order], convolutions.dilations, ~tapped])
        starts = _starts_of_groups(keys)
        masks = wanted @ (1 << np.arange(wanted.shape[2]))
        # Scores from the average case: terms far from zero would cancel badly.
        weights, means = fitted.head.weights, _single(fitted.means)
        intercepts = fitted.head.bias + means @ weights
        # Numbers, unlike scores, may be large beside what they vary by.
        is_classifier = isinstance(fitted, FittedClassifier)
        intercepts = (_single if is_classifier else _pairs_of_floats)(intercepts)
        of_convolutions = np.repeat(input_of[order], wanted.sum(axis=(1, 2)))
        input_of_row = np.append(input_of_plain, of_convolutions)
        columns = np.append(plain_columns, convolutions.columns[wanted])
        columns = columns[np.argsort(input_of_row, kind="stable")]
        shortened = np.minimum(convolutions.dilations, longest)
        reaches = (bank.lengths[convolutions.kernels] // 2 + 1) * shortened
        candidates = {
            "channels": plan.channels,
            "channel_means": _pairs_of_floats(transform.means),
            "channel_inverses": _pairs_of_floats(1 / divisors(transform.stds)),
            "longest_gaps": np.minimum(transform.longest_gaps, longest),
            "input_channels": inputs.first,
            "input_representations": inputs.representations,
            "input_others": inputs.second,
            **intervals,
            "input_groups": np.bincount(keys[0, starts], minlength=n_inputs),
            "group_dilations": shortened[starts],
            "group_convolutions": np.diff(np.append(starts, len(order))),
            "group_scales": convolutions.scales[starts],
            "convolution_kernels": position[convolutions.kernels],
            "convolution_level_1": masks[:, 0],
            "convolution_level_2": masks[:, 1],
            "thresholds": convolutions.thresholds[wanted[:, :, slots_of("ppv")]],
            **_kernels(bank, used, N_TAPS if flags["tapped_level_2"] else N_HEAVY),
            "head_intercepts": intercepts,
            **_limits(fitted),
            "head_means": means[columns],
            "head_weights": _single(weights[columns]),
        }
        if probabilities:
            of_scores = probability_arrays(fitted, columns, missing_values)
            candidates |= {name: _single(of_scores[name]) for name in of_scores}
        return cls(
            arrays={
                name: compact(array)
                for name, array in candidates.items()
                if name not in NEEDS or flags[NEEDS[name]]
            },
            flags=flags,
            n_tapped=int((bank.taps[used, 0] >= 0).sum()),
            margin=min(int(reaches.max(initial=0)), longest),
            longest=longest,
            columns=columns,
        )

    @property
    def n_inputs(self) -> int:
        """Number of inputs."""
        return len(self.arrays["input_channels"])

    @property
    def sizes(self) -> dict[str, int]:
        """The memory of the program in bytes, as `CSource` has it."""
        flags, longest, n_used = self.flags, self.longest, len(self.arrays["channels"])
        padded = longest + 2 * self.margin
        n_values = (1 + flags["tapped"]) * padded
        has_response = flags["convolutions"] or flags["gaps"]
        n_values += (has_response + flags["tapped"]) * longest
        n_values += flags["level_2"] * (longest // 2 + 2 * self.margin)
        n_values += flags["pairs"] * n_used * longest
        work_bytes = 4 * n_values
        if flags["gaps"]:
            n_rows, n_words = n_used if flags["pairs"] else 1, -(-longest // 32)
            work_bytes += 4 * (n_rows * n_words + 1)
            work_bytes += 2 * 2 * ((longest + 1) // 2)  # ends of runs
        return {
            "work_bytes": work_bytes,
            "stream_bytes": 4 * (n_used * longest + 2),
            "table_bytes": sum(array.nbytes for array in self.arrays.values()),
        }


NEEDS = {
    "longest_gaps": "gaps",
    "input_representations": "derived",
    "input_others": "pairs",
    "input_intervals": "series",
    "interval_starts": "series",
    "interval_stops": "series",
    "interval_statistics": "series",
    "input_groups": "convolutions",
    "group_dilations": "convolutions",
    "group_convolutions": "convolutions",
    "group_scales": "amplitudes",
    "convolution_kernels": "convolutions",
    "convolution_level_1": "level_1",
    "convolution_level_2": "level_2",
    "thresholds": "thresholds",
    "kernel_taps": "tapped",
    "kernel_lengths": "weighted",
    "kernel_starts": "weighted",
    "kernel_weights": "weighted",
}
"""The arrays that not every program has, and the flag that calls for each."""


def _flags(
    tapped: np.ndarray, wanted: np.ndarray, plan: Plan, thresholds: np.ndarray
) -> dict[str, bool]:
    inputs, of_series = plan.inputs, {*np.array(POOLING_NAMES)[plan.plain.statistics]}
    level_1, level_2 = wanted[:, 0].any(axis=1), wanted[:, 1].any(axis=1)
    slots = {name: wanted[:, :, slots_of(name)] for name in RESPONSE_POOLING}
    used = {name: bool(of_name.any()) for name, of_name in slots.items()}
    names = set(np.array(list(REPRESENTATIONS))[inputs.representations])
    units = {POOLING_OPERATORS[name].unit for name in used if used[name]}
    flags = {
        **used,
        **{name: name in names for name in REPRESENTATIONS},
        "amplitudes": "amplitude" in units,
        "thresholds": thresholds[slots["ppv"]].any(),
        "derived": names != {"channel"},
        "pairs": (inputs.first != inputs.second).any(),
        "convolutions": len(tapped) > 0,
        "tapped": tapped.any(),
        "weighted": not tapped.all(),
        "level_1": level_1.any(),
        "level_2": level_2.any(),
        "tapped_level_1": (tapped & level_1).any(),
        "energy_only": (tapped & ~level_1).any(),
        "rectified": (level_2 & (level_1 | ~tapped)).any(),
        "tapped_level_2": (tapped & level_2).any(),
        "weighted_level_2": (~tapped & level_2).any(),
        **{name: name in of_series for name in SERIES_POOLING},
        "series": len(of_series) > 0,
    }
    return {name: bool(flag) for name, flag in flags.items()}


def _intervals(
    plain: PlainFeatures,
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Arrange intervals of level 0, and the statistics wanted of each.

    Returns
    -------
    arrays : dict of str to np.ndarray
        Of each input the number of its intervals; of these the ends in parts of the
        series, and the bits of the statistics.
    columns, input_of_row : np.ndarray of int, shape (n_plain,)
        Columns of the features in the order of the intervals and bits, and their
        inputs.
    """
    n_inputs = len(plain.starts) - 1
    input_of_row = np.repeat(np.arange(n_inputs), np.diff(plain.starts))
    ends = plain.ends.T * N_PARTS
    if (ends != np.round(ends)).any():
        raise ValueError(
            f"C source has no intervals but those made of {N_PARTS}ths of a series"
        )
    keys = np.stack([input_of_row, *ends.astype(np.int64)])
    order = np.lexsort((plain.statistics, *keys[::-1]))
    keys, statistics = keys[:, order], plain.statistics[order]
    first = _starts_of_groups(keys)
    number = statistics.astype(np.int64) - POOLING_NAMES.index(SERIES_POOLING[0])
    arrays = {
        "input_intervals": np.bincount(keys[0, first], minlength=n_inputs),
        "interval_starts": keys[1, first],
        "interval_stops": keys[2, first],
        "interval_statistics": np.add.reduceat(1 << number, first),
    }
    return arrays, plain.columns[order], keys[0]


def _limits(fitted: FittedLinear) -> dict[str, np.ndarray]:
    """Give the least prediction and the largest of each output of a regressor."""
    if isinstance(fitted, FittedClassifier):
        return {}
    limits = fitted.head.limits
    if limits is None:
        largest = np.finfo(np.float32).max
        limits = np.array([[-largest], [largest]]).repeat(len(fitted.head.bias), 1)
    return {"head_limits": _single(limits.T)}


def _pairs_of_floats(values: np.ndarray) -> np.ndarray:
    """Split doubles in two floats, whose sum they are but for some bits."""
    high = _single(values)
    return np.stack([high, _single(values - high)], axis=1)


def _single(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        single = values.astype(np.float32)
    if not np.isfinite(single).all():
        raise ValueError("a constant of the model is too large for single precision")
    return single


def _starts_of_groups(keys: np.ndarray) -> np.ndarray:
    """Find where neighbours differ."""
    differ = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    return np.flatnonzero(np.append(True, differ)[: keys.shape[1]])


def _kernels(bank: KernelBank, used: np.ndarray, n_taps: int) -> dict[str, np.ndarray]:
    is_tapped = bank.taps[used, 0] >= 0
    tapped, weighted = used[is_tapped], used[~is_tapped]
    lengths = bank.lengths[weighted]
    own = np.arange(bank.weights.shape[1]) < lengths[:, None]
    return {
        "kernel_taps": (bank.taps[tapped, :n_taps] - CENTRE).astype(np.int8),
        "kernel_lengths": lengths,
        "kernel_starts": np.cumsum(lengths) - lengths,
        "kernel_weights": bank.weights[weighted][own],
    }


def compact(array: np.ndarray) -> np.ndarray:
    """Give an array the smallest unsigned type that holds it, if it has no other.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.export.c.tables import compact
    >>> compact(np.array([3, 256])).dtype
    dtype('uint16')
    """
    if array.dtype.kind == "f" or array.dtype == np.int8:
        return array
    return array.astype(np.min_scalar_type(int(array.max())))
