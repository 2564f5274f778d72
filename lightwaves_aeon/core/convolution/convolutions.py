"""What is computed of the inputs: the columns of a plan, one row a convolution."""

from __future__ import annotations

__all__ = ["Convolutions", "scales_of"]

from typing import NamedTuple

import numpy as np


class Convolutions(NamedTuple):
    """One kernel at one dilation of one input each, ordered so that neighbours share.

    Attributes
    ----------
    dilations, kernels : np.ndarray of int, shape (n_convolutions,)
        Dilation and row of the bank.
    scales : np.ndarray of float32, shape (n_convolutions,)
        What the dilation makes of an amplitude: ``dilation ** -1.5`` a level.
    columns : np.ndarray of int, shape (n_convolutions, 2, n_slots)
        Output column by level and slot, see `pooling`; -1 where it is not wanted.
    thresholds : np.ndarray of float32, shape (n_convolutions, 2, n_thresholds)
        Thresholds of PPV by level.
    sets : np.ndarray of int8, shape (n_convolutions, 2)
        Pooling set by level.
    pairs : np.ndarray of int8, shape (n_convolutions,)
        See `order_in_pairs`.
    """

    dilations: np.ndarray
    kernels: np.ndarray
    scales: np.ndarray
    columns: np.ndarray
    thresholds: np.ndarray
    sets: np.ndarray
    pairs: np.ndarray


def scales_of(dilations: np.ndarray) -> np.ndarray:
    """Give what dilations make of an amplitude, at level 1."""
    return (dilations**-1.5).astype(np.float32)
