"""How series come in: floats, or counts of a sensor, as integers of a common unit."""

from __future__ import annotations

__all__ = ["CountEntry", "FloatEntry", "counts_of", "of_all_channels"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.data.scaling import divisors
from lightwaves_aeon.export.integer.width import Width

LARGEST_INT32, COUNTS = 2**31 - 1, 2**15
LARGEST_GAIN = LARGEST_INT32 // (3 * COUNTS)
"""Of counts, the farthest of which is three times 2**15 from the mean at most."""

LARGEST_SHIFT = 30


def of_all_channels(value: float | np.ndarray, n_channels: int) -> np.ndarray:
    """Give one number a channel, of one for all or of as many as there are.

    Raises
    ------
    ValueError
        If there are others.

    Examples
    --------
    >>> from lightwaves_aeon.export.integer.entry import of_all_channels
    >>> of_all_channels(0.5, 3).tolist()
    [0.5, 0.5, 0.5]
    """
    values = np.asarray(value, np.float64)
    if values.shape not in ((), (n_channels,)):
        raise ValueError(
            f"scale and offset must be one number or {n_channels}, one a channel; got "
            f"shape {values.shape}"
        )
    return np.broadcast_to(values, n_channels)


def counts_of(X: np.ndarray) -> np.ndarray:
    """Give counts as int16, of whatever type they are.

    Raises
    ------
    ValueError
        If they are none of int16.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.export.integer.entry import counts_of
    >>> counts_of(np.array([[[3.0, -7.0]]])).dtype
    dtype('int16')
    """
    values = np.asarray(X)
    limits = np.iinfo(np.int16)
    # NaN fails both of them.
    if not ((values >= limits.min) & (values <= limits.max)).all():
        raise ValueError("X must hold counts of 16 bits, from -32768 to 32767")
    counts = values.astype(np.int16)
    if (counts != values).any():
        raise ValueError("X must hold counts, which are whole numbers")
    return counts


class FloatEntry(NamedTuple):
    """Constants by which floats become integers, in single precision.

    Attributes
    ----------
    means : np.ndarray of float32, shape (n_channels_in_use, 2)
        Means, each the sum of two.
    gains : np.ndarray of float32, shape (n_channels_in_use,)
        What a unit of the values is.
    width : Width
        Of the integers.
    """

    means: np.ndarray
    gains: np.ndarray
    width: Width

    @classmethod
    def from_transform(
        cls, transform: FeatureTransform, bits: int, width: Width
    ) -> FloatEntry:
        """Take the constants of the channels in use.

        Parameters
        ----------
        transform : FeatureTransform
            The table, with the scaling constants of the channels in use.
        bits : int
            The unit of the integers is this power of 1/2 of a deviation.
        width : Width
            Of the integers.

        Returns
        -------
        FloatEntry

        Raises
        ------
        ValueError
            If one is beyond single precision.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.convolution.features import candidate_rows
        >>> from lightwaves_aeon.core.convolution.kernels import kernel_bank
        >>> from lightwaves_aeon.core.convolution.transform import FeatureTransform
        >>> from lightwaves_aeon.export.integer.entry import FloatEntry
        >>> from lightwaves_aeon.export.integer.width import NARROW
        >>> rows, bank = candidate_rows(0, 4, 2, (1,)), kernel_bank("minirocket")
        >>> moments = np.array([5.0]), np.array([2.0])
        >>> transform = FeatureTransform.from_rows(rows, bank, *moments)
        >>> entry = FloatEntry.from_transform(transform, 8, NARROW)
        >>> entry(np.float32([[[5, 6, 7, 100]]])).tolist()
        [[[0, 128, 256, 2730]]]
        """
        high = transform.means.astype(np.float32)
        means = np.stack([high, (transform.means - high).astype(np.float32)], axis=1)
        with np.errstate(over="ignore"):
            gains = (2.0**bits / divisors(transform.stds)).astype(np.float32)
        if not (np.isfinite(means).all() and np.isfinite(gains).all()):
            raise ValueError("a constant of a channel is beyond single precision")
        return cls(means, gains, width)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Turn the channels in use into samples, operation for operation as C.

        Parameters
        ----------
        x : np.ndarray of float32, shape (n_cases, n_channels_in_use, n_timepoints)
            Values; one that is no number counts as the mean.

        Returns
        -------
        np.ndarray of int16, of the same shape
        """
        high, low = self.means.T[:, :, None]
        with np.errstate(all="ignore"):
            scaled = ((x - high) - low) * self.gains[:, None]
        largest = np.float32(self.width.largest)
        scaled = np.where(np.isnan(scaled), np.float32(0), scaled)
        scaled = np.clip(scaled, -largest, largest) + (largest + np.float32(0.5))
        return self.width.samples(scaled.astype(np.int32) - self.width.largest)


class CountEntry(NamedTuple):
    """Constants by which counts become integers: a product, a sum, and a shift.

    Attributes
    ----------
    multipliers, addends : np.ndarray of int32, shape (n_channels_in_use,)
        Of each channel.
    shifts : np.ndarray of int, shape (n_channels_in_use,)
        Bits to be dropped at last.
    width : Width
        Of the integers.
    """

    multipliers: np.ndarray
    addends: np.ndarray
    shifts: np.ndarray
    width: Width

    @classmethod
    def from_transform(
        cls,
        transform: FeatureTransform,
        bits: int,
        width: Width,
        scale: np.ndarray,
        offset: np.ndarray,
    ) -> CountEntry:
        """Find the most precise constants by which no count can overflow 32 bits.

        Parameters
        ----------
        transform : FeatureTransform
            The table, with the scaling constants of the channels in use.
        bits : int
            The unit of the integers is this power of 1/2 of a deviation.
        width : Width
            Of the integers.
        scale, offset : np.ndarray of float64, shape (n_channels_in_use,)
            A count stands for the value ``offset + scale * count``.

        Raises
        ------
        ValueError
            If a scale is 0 or not finite, if a single count is beyond the range of the
            integers, or if the mean is far from what any count stands for.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.convolution.features import candidate_rows
        >>> from lightwaves_aeon.core.convolution.kernels import kernel_bank
        >>> from lightwaves_aeon.core.convolution.transform import FeatureTransform
        >>> from lightwaves_aeon.export.integer.entry import CountEntry
        >>> from lightwaves_aeon.export.integer.width import NARROW
        >>> rows, bank = candidate_rows(0, 4, 2, (1,)), kernel_bank("minirocket")
        >>> moments = np.array([5.0]), np.array([2.0])
        >>> transform = FeatureTransform.from_rows(rows, bank, *moments)
        >>> hundredths = np.array([0.01]), np.array([0.0])
        >>> entry = CountEntry.from_transform(transform, 8, NARROW, *hundredths)
        >>> entry(np.int16([[[500, 600, 700, 10000]]])).tolist()
        [[[0, 128, 256, 2730]]]
        """
        if not (np.isfinite([scale, offset]).all() and scale.all()):
            raise ValueError("scale and offset must be finite, and scale not 0")
        gains = scale * 2.0**bits / divisors(transform.stds)
        centres = np.where(gains == 0, 0, (transform.means - offset) / scale)
        is_beyond = (np.abs(gains) > min(width.largest, LARGEST_GAIN)) | (
            np.abs(centres) > 2 * COUNTS
        )
        for channel in transform.plan.channels[is_beyond]:
            raise ValueError(
                f"channel {channel}: scale and offset are not those of the series that "
                "the model was fitted to"
            )
        found = map(_constants, gains.tolist(), centres.tolist())
        multipliers, addends, shifts = np.array(list(found), np.int64).T
        return cls(
            multipliers.astype(np.int32), addends.astype(np.int32), shifts, width
        )

    def __call__(self, counts: np.ndarray) -> np.ndarray:
        """Turn counts of the channels in use into samples.

        Parameters
        ----------
        counts : np.ndarray of int16, shape (n_cases, n_channels_in_use, n_timepoints)
            The counts.

        Returns
        -------
        np.ndarray of int16, of the same shape
        """
        products = counts.astype(np.int64) * self.multipliers[:, None]
        sums = products + self.addends[:, None]
        assert np.abs(sums).max(initial=0) <= LARGEST_INT32
        return self.width.samples(self.width.clamped(sums >> self.shifts[:, None]))


def _constants(gain: float, centre: float) -> tuple[int, int, int]:
    for shift in range(LARGEST_SHIFT, -1, -1):
        multiplier = round(gain * 2.0**shift)
        half = 1 << shift >> 1
        # From the rounded product: counts near the centre come out right.
        addend = round(-centre * multiplier) + half
        if COUNTS * abs(multiplier) + abs(addend) <= LARGEST_INT32:
            return multiplier, addend, shift
    raise AssertionError("a count beyond the range has been refused")
