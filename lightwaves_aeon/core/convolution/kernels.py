"""Base kernels and dilations: MiniRocket's 84 kernels, or wavelets of PyWavelets."""

from __future__ import annotations

__all__ = [
    "CENTRE",
    "N_TAPS",
    "KernelArrays",
    "KernelBank",
    "dilations_up_to",
    "kernel_bank",
]

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

# MiniRocket's kernels (Dempster et al. 2021, section 3.1): nine taps, three of weight 2
# and six of weight -1, so that each kernel sums to zero.
N_TAPS = 9
CENTRE = N_TAPS // 2
HEAVY, LIGHT = 2.0, -1.0

# A wavelet is sampled this often in one period of its central frequency: twice what
# Nyquist asks for, so that dilation 1 is the finest scale which the samples can carry.
SAMPLES_PER_PERIOD = 4
# Samples at both ends below this share of the peak are cut: they cost time for nothing.
NEGLIGIBLE = 0.01


class KernelArrays(NamedTuple):
    """What compiled loops read of a `KernelBank`."""

    weights: np.ndarray
    lengths: np.ndarray
    taps: np.ndarray


class KernelBank(NamedTuple):
    """The base kernels of a model; a feature names one by its row.

    Attributes
    ----------
    weights : np.ndarray of float32, shape (n_kernels, longest)
        Zero-mean weights, padded with zeros behind the kernel's own length.
    lengths : np.ndarray of int32, shape (n_kernels,)
        Number of taps of each kernel; tap ``length // 2`` is the centre.
    taps : np.ndarray of int32, shape (n_kernels, 9)
        For MiniRocket's kernels the tap positions, the three of weight 2 first; -1 for
        wavelets.
    names : tuple of str
        Short name of each kernel, as used in feature names.
    wavelets : tuple of str or None
        Name of the wavelet behind each kernel; None for MiniRocket's kernels.
    """

    weights: np.ndarray
    lengths: np.ndarray
    taps: np.ndarray
    names: tuple[str, ...]
    wavelets: tuple[str | None, ...]

    @property
    def arrays(self) -> KernelArrays:
        """The arrays, without the names."""
        return KernelArrays(self.weights, self.lengths, self.taps)


def dilations_up_to(max_dilation: int) -> np.ndarray:
    """Give the dilations 1, 2, 4, ... that do not exceed `max_dilation`.

    Examples
    --------
    >>> from lightwaves_aeon.core.convolution.kernels import dilations_up_to
    >>> dilations_up_to(32).tolist()
    [1, 2, 4, 8, 16, 32]
    """
    return 2 ** np.arange(int(max_dilation).bit_length())


def kernel_bank(kernels: str | Sequence[str]) -> KernelBank:
    """Build the base kernels by name.

    Parameters
    ----------
    kernels : str or sequence of str
        ``"minirocket"`` for its 84 kernels, or the name of a PyWavelets wavelet. A
        discrete wavelet gives its high-pass decomposition filter, a continuous one its
        mother wavelet, sampled four times in a period of its central frequency; a
        complex one gives two kernels, its real and its imaginary part. Each is made
        zero-mean.

    Returns
    -------
    KernelBank

    Raises
    ------
    ValueError
        If a name is unknown, given twice, or none is given.
    TypeError
        If `kernels` is neither a string nor a sequence of strings.

    Examples
    --------
    >>> from lightwaves_aeon.core.convolution.kernels import kernel_bank
    >>> kernel_bank("minirocket").weights.shape
    (84, 9)
    >>> kernel_bank(["mexh", "db4"]).names
    ('mexh', 'db4')
    """
    requested = [kernels] if isinstance(kernels, str) else kernels
    if not isinstance(requested, (list, tuple)) or not all(
        isinstance(name, str) for name in requested
    ):
        raise TypeError(
            f"kernels must be a name or a list or tuple of names, got {kernels!r}"
        )
    if not requested or len({name.lower() for name in requested}) < len(requested):
        raise ValueError(f"kernels must be distinct names, at least one: {kernels!r}")

    parts = [
        part
        for name in requested
        for part in (_minirocket() if name == "minirocket" else _wavelet(name))
    ]
    lengths = np.array([len(weights) for _, weights, _, _ in parts], np.int32)
    padded = np.zeros((len(parts), lengths.max()), np.float32)
    for row, (_, weights, _, _) in zip(padded, parts, strict=True):
        row[: len(weights)] = weights
    return KernelBank(
        weights=padded,
        lengths=lengths,
        taps=np.array([taps for _, _, taps, _ in parts], np.int32),
        names=tuple(name for name, _, _, _ in parts),
        wavelets=tuple(wavelet for _, _, _, wavelet in parts),
    )


_Part = tuple[str, np.ndarray, list[int], str | None]


def _minirocket() -> list[_Part]:
    parts: list[_Part] = []
    for number, heavy in enumerate(combinations(range(N_TAPS), 3)):
        light = [tap for tap in range(N_TAPS) if tap not in heavy]
        weights = np.full(N_TAPS, LIGHT)
        weights[list(heavy)] = HEAVY
        parts.append((f"k{number:03d}", weights, [*heavy, *light], None))
    return parts


def _wavelet(name: str) -> list[_Part]:
    import pywt  # only where wavelets are asked for: it is a third of the import time

    if name in pywt.wavelist(kind="discrete"):
        sampled = {name: np.asarray(pywt.Wavelet(name).dec_hi)}
    else:
        try:
            wavelet = pywt.ContinuousWavelet(name)
        except (ValueError, AttributeError) as error:
            raise ValueError(
                f"kernels: unknown wavelet {name!r}; use 'minirocket' or a name from "
                f"pywt.wavelist()"
            ) from error
        psi = _sample(wavelet)
        if np.iscomplexobj(psi):
            sampled = {f"{name}.real": psi.real, f"{name}.imag": psi.imag}
        else:
            sampled = {name: psi}

    parts: list[_Part] = []
    for part, weights in sampled.items():
        parts.append((part, weights - weights.mean(), [-1] * N_TAPS, part))
    return parts


def _sample(wavelet) -> np.ndarray:
    """Sample a mother wavelet around zero at a fixed share of its main period."""
    import pywt

    step = 1 / (SAMPLES_PER_PERIOD * pywt.central_frequency(wavelet))
    half = int(max(-wavelet.lower_bound, wavelet.upper_bound) / step)
    psi, x = wavelet.wavefun(level=12)
    points = np.arange(-half, half + 1) * step
    sampled = np.interp(points, x, psi.real, left=0, right=0)
    if np.iscomplexobj(psi):
        sampled = sampled + 1j * np.interp(points, x, psi.imag, left=0, right=0)
    matters = np.abs(sampled) >= NEGLIGIBLE * np.abs(sampled).max()
    reach = np.abs(np.flatnonzero(matters) - half).max()
    return sampled[half - reach : half + reach + 1]
