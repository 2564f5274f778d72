"""A model in integers, arranged as the constant arrays of a program in C."""

from __future__ import annotations

__all__ = ["IntegerTables"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.kernels import CENTRE
from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES
from lightwaves_aeon.core.fitted import FittedClassifier
from lightwaves_aeon.export.c.tables import N_PARTS, Tables, compact
from lightwaves_aeon.export.integer.entry import CountEntry
from lightwaves_aeon.export.integer.model import IntegerModel
from lightwaves_aeon.export.integer.pooling import slope_shift

ORDER = (
    "channels",
    "input_channels",
    "input_representations",
    "input_others",
    "input_intervals",
    "interval_statistics",
    "interval_firsts",
    "interval_lengths",
    "interval_shifts",
    "input_groups",
    "group_dilations",
    "group_convolutions",
    "convolution_kernels",
    "convolution_level_1",
    "convolution_level_2",
    "kernel_taps",
)
"""In which arrays are written, most of which the program in floats has; others follow."""


class IntegerTables(NamedTuple):
    """A model in integers as constant arrays.

    Attributes
    ----------
    arrays : dict of str to np.ndarray
        By name, each of the smallest type that holds it.
    float_arrays : dict of str to np.ndarray
        Those that make integers of floats, which few programs need.
    flags : dict of str to bool
        Which pieces of the program the arrays call for.
    margin : int
        Zeros before and behind a series.
    model : IntegerModel
        What they are of.
    """

    arrays: dict[str, np.ndarray]
    float_arrays: dict[str, np.ndarray]
    flags: dict[str, bool]
    margin: int
    model: IntegerModel

    @classmethod
    def from_model(cls, model: IntegerModel) -> IntegerTables:
        """Arrange a model.

        Parameters
        ----------
        model : IntegerModel
            The model.

        Returns
        -------
        IntegerTables

        Raises
        ------
        ValueError
            As of `Tables`.

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> from lightwaves_aeon.core.fitted import as_fitted
        >>> from lightwaves_aeon.export.c.int16_tables import IntegerTables
        >>> from lightwaves_aeon.export.integer import IntegerModel
        >>> X, y = load_basic_motions(split="train")
        >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
        >>> model = IntegerModel.from_fitted(as_fitted(clf, "an example"), 100)
        >>> tables = IntegerTables.from_model(model)
        >>> tables.arrays["head_centres"].dtype
        dtype('int16')
        """
        n = model.n_timepoints
        tables = Tables.from_fitted(model.fitted, n)
        own: dict[str, np.ndarray] = {}
        if tables.flags["series"]:
            ends = ("interval_starts", "interval_stops")
            first, end = (
                tables.arrays[of].astype(np.int64) * n // N_PARTS for of in ends
            )
            lengths = np.maximum(end - first, 1)
            own |= {
                "interval_firsts": compact(first),
                "interval_lengths": compact(lengths),
            }
            if tables.flags["slope"]:
                largest = model.width.largest
                shifts = [slope_shift(length, largest) for length in lengths.tolist()]
                own["interval_shifts"] = compact(np.array(shifts))
        if tables.flags["thresholds"]:
            shares = model.fitted.model.rows["statistic"] == POOLING_NAMES.index("ppv")
            thresholds = model.thresholds[tables.columns[shares[tables.columns]]]
            own["thresholds"] = thresholds.astype(f"int{model.width.n_bits}")
        head = model.head
        own |= {
            "head_intercepts": head.intercepts.astype(np.int32),
            "head_centres": _signed(head.centres[tables.columns]),
            "head_shifts": compact(head.shifts[tables.columns]),
            "head_weights": _signed(head.weights[tables.columns]),
        }
        if not isinstance(model.fitted, FittedClassifier):
            own["head_limits"] = head.limits.T.astype(np.int32)
        floats = {}
        if isinstance(model.entry, CountEntry):
            own |= {
                "count_multipliers": _signed(model.entry.multipliers),
                "count_addends": _signed(model.entry.addends),
                "count_shifts": compact(model.entry.shifts),
            }
        else:
            floats = {
                "channel_means": model.entry.means,
                "channel_gains": model.entry.gains,
            }
        known = tables.arrays | own
        arrays = {name: known[name] for name in ORDER if name in known} | own
        dilations = arrays.get("group_dilations", np.zeros(1))
        margin = min(CENTRE * int(dilations.max()), n)
        return cls(arrays, floats, tables.flags, margin, model)

    @property
    def sizes(self) -> dict[str, int]:
        """The memory of the program in bytes, as `CSource` has it."""
        flags, n_used = self.flags, len(self.arrays["channels"])
        n = self.model.n_timepoints
        n_values = n + 2 * self.margin
        n_values += 2 * n * flags["convolutions"]
        n_values += flags["level_2"] * (n // 2 + 2 * self.margin)
        work_bytes = self.model.width.n_bits // 8 * n_values
        work_bytes += 2 * flags["pairs"] * n_used * n
        return {
            "work_bytes": work_bytes + 8,
            "stream_bytes": 2 * n_used * n + 8,
            "table_bytes": sum(array.nbytes for array in self.arrays.values()),
        }


def _signed(array: np.ndarray) -> np.ndarray:
    largest = max(int(array.max()), -int(array.min()) - 1)
    return array.astype(np.min_scalar_type(-largest - 1))
