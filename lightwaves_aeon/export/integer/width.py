"""Integers of 16 and of 32 bits: how large values are, and the samples they come as."""

from __future__ import annotations

__all__ = ["NARROW", "Width", "width_of"]

from typing import NamedTuple

import numpy as np

MOST_NARROW_BITS = 9
"""Binary digits of a deviation: more of them would clamp common values in 16 bits."""

FRACTION_BITS = 12
"""Of a sample that stands for a value of 32 bits: values up to twice this power of two
are exact, larger ones have that many digits after their first."""

LARGEST_OF_SAMPLES = (2 ** (FRACTION_BITS + 1) - 1) << 6
"""What the largest of 16 bits stands for."""

LARGEST_INT16 = 2**15 - 1

LARGEST_SUM = 2**29
"""Of values over a series: the distance of two of them fits in 32 bits."""

WEIGHTS, WEIGHTS_OF_MAGNITUDES = 12, 6
"""How many times its largest input a response can be; of non-negative inputs, too."""


class Width(NamedTuple):
    """How wide the integers are that a model computes in.

    Attributes
    ----------
    n_bits : int
        Of inputs and responses, 16 or 32. Features have 32 in either case.
    largest : int
        The largest value of an input: no response is beyond `n_bits` then.
    energy_shift : int
        Bits that level 2 drops of what it reads.
    """

    n_bits: int
    largest: int
    energy_shift: int

    @property
    def is_wide(self) -> bool:
        """Whether samples of 16 bits stand for values of 32."""
        return self.n_bits == 32

    @property
    def largest_sample(self) -> int:
        """The sample of the largest value."""
        return int(self.samples(np.array(self.largest)))

    def largest_response(self, level: int) -> int:
        """Give what no response of a level exceeds."""
        largest = WEIGHTS * self.largest
        if level == 1:
            return largest
        return WEIGHTS_OF_MAGNITUDES * (largest >> self.energy_shift)

    def clamped(self, values: np.ndarray) -> np.ndarray:
        """Keep values within what an input can be.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.export.integer.width import NARROW
        >>> NARROW.clamped(np.array([-30000, 5, 2731])).tolist()
        [-2730, 5, 2730]
        """
        return np.clip(values, -self.largest, self.largest)

    def samples(self, values: np.ndarray) -> np.ndarray:
        """Give the samples that values come as.

        Those of 16 bits come as they are. Of 32 bits small ones do, and larger ones
        come as a small floating-point number: an exponent, and the digits that follow
        the first.

        Parameters
        ----------
        values : np.ndarray of int
            Clamped values.

        Returns
        -------
        np.ndarray of int16, of the same shape

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.export.integer.width import width_of
        >>> wide = width_of(bits=13, n_timepoints=100)
        >>> samples = wide.samples(np.array([-5000, 20000, 20003, 524224]))
        >>> samples.tolist(), wide.values(samples).tolist()
        ([-5000, 13192, 13193, 32767], [-5000, 20000, 20004, 524224])
        """
        if not self.is_wide:
            return values.astype(np.int16)
        sizes = np.abs(values.astype(np.int64))
        exponents = np.maximum(np.frexp(sizes)[1] - FRACTION_BITS - 1, 0)
        half = 1 << exponents >> 1
        samples = (sizes + half >> exponents) + (exponents << FRACTION_BITS)
        return np.where(values < 0, -samples, samples).astype(np.int16)

    def values(self, samples: np.ndarray) -> np.ndarray:
        """Give the values that samples stand for; those beyond count as the largest.

        Parameters
        ----------
        samples : np.ndarray of int16
            As `samples` gives, or any others.

        Returns
        -------
        np.ndarray of int32, of the same shape
        """
        samples = samples.astype(np.int32)
        if not self.is_wide:
            return self.clamped(samples)
        sizes = np.abs(samples)
        exponents = np.maximum((sizes >> FRACTION_BITS) - 1, 0)
        sizes = sizes - (exponents << FRACTION_BITS) << exponents
        return self.clamped(np.where(samples < 0, -sizes, sizes))


NARROW = Width(n_bits=16, largest=2730, energy_shift=3)
"""A kernel's weights have an absolute sum of 12: no response is beyond 16 bits."""

assert max(map(NARROW.largest_response, (1, 2))) <= LARGEST_INT16


def width_of(bits: int, n_timepoints: int) -> Width:
    """Give the width that a model has.

    Parameters
    ----------
    bits : int
        Binary digits of a deviation.
    n_timepoints : int
        Time points of a series: sums over it fit in 32 bits.

    Returns
    -------
    Width

    Examples
    --------
    >>> from lightwaves_aeon.export.integer.width import width_of
    >>> [width_of(bits, n).largest for bits, n in ((9, 100), (13, 100), (13, 9999))]
    [2730, 524224, 53688]
    """
    if bits <= MOST_NARROW_BITS:
        return NARROW
    largest = min(LARGEST_SUM // n_timepoints, LARGEST_OF_SAMPLES)
    # A value that a sample stands for.
    unit = 1 << max(largest.bit_length() - FRACTION_BITS - 1, 0)
    return Width(n_bits=32, largest=largest // unit * unit, energy_shift=0)
