"""A fitted model in integers: what a program without floating point computes."""

from __future__ import annotations

__all__ = ["IntegerModel"]

from dataclasses import dataclass
from numbers import Integral

import numpy as np

from lightwaves_aeon.core.convolution.features import refuse_missing
from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES, POOLING_OPERATORS
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.convolution.series_pooling import timepoints_of
from lightwaves_aeon.core.fitted import FittedClassifier, FittedLinear
from lightwaves_aeon.export.integer.entry import (
    CountEntry,
    FloatEntry,
    counts_of,
    of_all_channels,
)
from lightwaves_aeon.export.integer.head import IntegerHead
from lightwaves_aeon.export.integer.pooling import POOL, SERIES_POOL
from lightwaves_aeon.export.integer.responses import DERIVE, energy, respond
from lightwaves_aeon.export.integer.width import Width, width_of

DEFAULT_BITS, MOST_BITS = 8, 15
TARGET = "a model in integers"
POOLING = POOL | SERIES_POOL


@dataclass(frozen=True)
class IntegerModel:
    """A model that reads int16, and computes in integers up to its scores in int32.

    Values of a channel are distances from its mean in units of ``2 ** -bits`` of its
    deviation. With 9 digits or less, values and responses are of 16 bits, with more of
    32. All series are of one length.

    Attributes
    ----------
    fitted : FittedClassifier or FittedRegressor
        What it was made of.
    n_timepoints : int
        Time points of a series.
    bits : int
        Binary digits of a deviation.
    width : Width
        How wide integers are, and how large the values of a channel.
    entry : FloatEntry or CountEntry
        How series come in.
    units : np.ndarray of float64, shape (n_features,)
        What one of a feature's integers is.
    thresholds : np.ndarray of int64, shape (n_features,)
        Of the features that count what is above one.
    head : IntegerHead
        Predicts from features.
    """

    fitted: FittedLinear
    n_timepoints: int
    bits: int
    width: Width
    entry: FloatEntry | CountEntry
    units: np.ndarray
    thresholds: np.ndarray
    head: IntegerHead

    @classmethod
    def from_fitted(
        cls,
        fitted: FittedLinear,
        n_timepoints: int,
        bits: int = DEFAULT_BITS,
        scale: float | np.ndarray | None = None,
        offset: float | np.ndarray = 0.0,
    ) -> IntegerModel:
        """Quantise a model.

        Parameters
        ----------
        fitted : FittedClassifier or FittedRegressor
            The model.
        n_timepoints : int
            Time points of a series.
        bits : int, default=8
            Binary digits of a deviation, from 0 to 15; with more than 9
            what is computed is of 32 bits.
        scale, offset : float or np.ndarray of shape (n_channels,), optional
            Series are counts of a sensor, which stand for ``offset + scale * count``.

        Returns
        -------
        IntegerModel

        Raises
        ------
        ValueError
            If the model has kernels with weights of their own, statistics without an
            implementation in integers, or missing values; or if bits, scale or
            offset is out of range.

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> from lightwaves_aeon.core.fitted import as_fitted
        >>> from lightwaves_aeon.export.integer import IntegerModel
        >>> X, y = load_basic_motions(split="train")
        >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
        >>> model = IntegerModel.from_fitted(as_fitted(clf, "an example"), 100)
        >>> z = model.quantise(X)
        >>> z.dtype, bool((model.predict(z) == clf.predict(X)).all())
        (dtype('int16'), True)
        """
        rows = fitted.model.rows
        refuse_missing(rows, TARGET, POOLING, DERIVE)
        _refuse_others(fitted, bits)
        transform = fitted.model.transform
        width = width_of(bits, n_timepoints)
        entry: FloatEntry | CountEntry
        if scale is None and np.any(offset):
            raise ValueError("offset is of counts: it needs scale")
        if scale is None:
            entry = FloatEntry.from_transform(transform, bits, width)
        else:
            of_channels = [
                of_all_channels(of, fitted.n_channels)[transform.plan.channels]
                for of in (scale, offset)
            ]
            entry = CountEntry.from_transform(transform, bits, width, *of_channels)
        found = [_unit_and_bounds(row, n_timepoints, bits, width) for row in rows]
        units, bounds = (np.array(of) for of in zip(*found, strict=True))
        # Sums at level 2 lack the bits that it does not read.
        steps = 2.0 ** (bits - width.energy_shift * (rows["level"] == 2))
        thresholds = np.floor(rows["threshold"].astype(np.float64) * steps)
        largest = 2 ** (width.n_bits - 1) - 1
        thresholds = np.clip(thresholds, -largest, largest).astype(np.int64)
        head = IntegerHead.from_fitted(fitted, units, bounds)
        constants = entry, units, thresholds, head
        return cls(fitted, n_timepoints, int(bits), width, *constants)

    def quantise(self, X: np.ndarray) -> np.ndarray:
        """Turn series into samples of 16 bits.

        With 9 digits or less these are the values, with more they stand for them as
        `Width.samples` says.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
            Series of floats or, of a model with `scale`, counts.

        Returns
        -------
        np.ndarray of int16, of the same shape
            Zeros in channels that are not in use.

        Raises
        ------
        ValueError
            If there are other channels, or a count is none of int16.
        """
        if np.ndim(X) != 3 or np.shape(X)[1] != self.fitted.n_channels:
            raise ValueError(
                f"X must be of shape (n_cases, {self.fitted.n_channels}, n_timepoints),"
                f" got {np.shape(X)}"
            )
        channels = self.fitted.model.channels
        if isinstance(self.entry, CountEntry):
            used = counts_of(X)[:, channels]
        else:
            used = np.asarray(X)[:, channels].astype(np.float32)
        out = np.zeros(np.shape(X), np.int16)
        out[:, channels] = self.entry(used)
        return out

    def features(self, z: np.ndarray) -> np.ndarray:
        """Compute the features of series, a row of the table at a time.

        Parameters
        ----------
        z : np.ndarray of int16, shape (n_cases, n_channels, n_timepoints)
            What `quantise` gives; values beyond the largest count as that.

        Returns
        -------
        np.ndarray of int64, shape (n_cases, n_features)

        Raises
        ------
        ValueError
            If the series are of another length.
        TypeError
            If they are not of int16.
        """
        if z.dtype != np.int16:
            raise TypeError(f"z must be of int16, as quantise gives it, got {z.dtype}")
        if z.shape[2] != self.n_timepoints:
            raise ValueError(
                f"series have {z.shape[2]} time points, not {self.n_timepoints}"
            )
        z = self.width.values(z)
        rows = self.fitted.model.rows
        out = np.zeros((len(z), len(rows)), np.int64)
        for column, row in enumerate(rows):
            out[:, column] = self._feature(z, row, self.thresholds[column])
        return out

    def _feature(self, z: np.ndarray, row: np.void, threshold: int) -> np.ndarray:
        derive = DERIVE[REPRESENTATION_NAMES[row["input"]]]
        # Where there is no second channel its number is -1, and it is not read.
        x = self.width.clamped(derive(z[:, row["channel"]], z[:, row["other"]]))
        name, level = POOLING_NAMES[row["statistic"]], int(row["level"])
        compute = POOLING[name].compute
        if level == 0:
            first, end = _timepoints_of(row, self.n_timepoints)
            return compute(x[:, first:end], self.width.largest, threshold)
        taps = self.fitted.model.bank.taps[row["kernel"]]
        response = respond(x, taps, int(row["dilation"]))
        if level == 2:
            magnitudes = energy(response, self.width)
            response = respond(magnitudes, taps, int(row["dilation"]))
        limit = self.width.largest_response(level)
        assert np.abs(response).max(initial=0) <= limit < 2 ** (self.width.n_bits - 1)
        return compute(response, limit, threshold)

    def scores(self, z: np.ndarray) -> np.ndarray:
        """Compute the scores of series.

        Parameters
        ----------
        z : np.ndarray of int16, shape (n_cases, n_channels, n_timepoints)
            What `quantise` gives.

        Returns
        -------
        np.ndarray of int64, shape (n_cases, n_classes) or (n_cases, n_outputs)
            They fit in int32. Those of two classes differ in their sign only; those of
            a regressor are distances from `offsets` of the head.
        """
        scores = self.head(self.features(z))
        if isinstance(self.fitted, FittedClassifier) and scores.shape[1] == 1:
            return np.hstack([-scores, scores])
        return scores

    def predict(self, z: np.ndarray) -> np.ndarray:
        """Predict labels, the first of equals, or numbers.

        Parameters
        ----------
        z : np.ndarray of int16, shape (n_cases, n_channels, n_timepoints)
            What `quantise` gives.

        Returns
        -------
        np.ndarray, shape (n_cases,) or (n_cases, n_outputs)
        """
        if isinstance(self.fitted, FittedClassifier):
            return self.fitted.classes[self.scores(z).argmax(axis=1)]
        numbers = self.numbers(z)
        return numbers[:, 0] if numbers.shape[1] == 1 else numbers

    def numbers(self, z: np.ndarray) -> np.ndarray:
        """Compute what the scores of series are in the units of the whole model.

        Parameters
        ----------
        z : np.ndarray of int16, shape (n_cases, n_channels, n_timepoints)
            What `quantise` gives.

        Returns
        -------
        np.ndarray of float64, shape (n_cases, n_classes) or (n_cases, n_outputs)
        """
        return self.head.offsets + self.scores(z) * 2.0**-self.head.bits


def _refuse_others(fitted: FittedLinear, bits: int) -> None:
    bank, rows = fitted.model.bank, fitted.model.rows
    kernels = np.unique(rows["kernel"][rows["level"] > 0])
    for kernel in kernels[bank.taps[kernels, 0] < 0]:
        raise ValueError(
            f"{TARGET} has no implementation of the kernel {bank.names[kernel]!r}"
        )
    if fitted.takes_missing(None):
        raise ValueError(
            f"{TARGET} takes no missing values, which this one was fitted to"
        )
    if not isinstance(bits, Integral) or not 0 <= bits <= MOST_BITS:
        raise ValueError(f"bits must be an integer from 0 to {MOST_BITS}, got {bits}")


def _timepoints_of(row: np.void, n: int) -> tuple[int, int]:
    first, end = timepoints_of.py_func(row["start"], row["stop"], n)
    return int(first), int(end)


def _unit_and_bounds(
    row: np.void, n: int, bits: int, width: Width
) -> tuple[float, tuple[int, int]]:
    """Give what one of a feature's integers is, and their range."""
    name, level = POOLING_NAMES[row["statistic"]], int(row["level"])
    pooling = POOLING[name]
    if level == 0:
        first, end = _timepoints_of(row, n)
        of = end - first, width.largest
        return 2.0**-bits * pooling.unit(*of), pooling.bounds(*of)
    of = n // level, width.largest_response(level)
    unit = pooling.unit(*of)
    if POOLING_OPERATORS[name].unit == "amplitude":
        unit *= 2.0 ** (width.energy_shift * (level - 1) - bits)
        unit *= float(row["dilation"]) ** (-1.5 * level)
    return unit, pooling.bounds(*of)
