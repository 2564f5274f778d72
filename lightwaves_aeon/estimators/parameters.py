"""The parameters of the estimators; those of sktime and of aeon are the same.

Dataclasses write the ``__init__`` that both and scikit-learn read parameters from.
"""

from __future__ import annotations

__all__ = ["ClassifierParameters", "RegressorParameters", "TransformerParameters"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


class _Parameters:
    def __post_init__(self) -> None:
        super().__init__()  # of the framework's base class


@dataclass(eq=False, repr=False)
class TransformerParameters(_Parameters):
    """Those of a transformer, in their order."""

    n_features: int | str = 500
    variant: str = "plus"
    kernels: str | Sequence[str] = "minirocket"
    max_dilation: int | None = None
    pool_size: int | None = None
    max_cases: int = 1500
    n_jobs: int | None = 1
    random_state: int | np.random.RandomState | None = None
    verbose: int = 0
    backend: str = "threads"
    selector: str | None = None
    max_channels: int | str | None = None
    missing_values: str = "allow"
    augment_missing: float = 0.0
    channel_names: Sequence[str] | None = None
    sampling_rate: float | None = None


@dataclass(eq=False, repr=False)
class ClassifierParameters(_Parameters):
    """Those of a classifier, in their order."""

    n_kernels: int = 10000
    estimator: Any = None
    class_weight: Any = None
    n_jobs: int | None = 1
    random_state: int | np.random.RandomState | None = None
    n_features: int | str | None = None
    variant: str = "plus"
    kernels: str | Sequence[str] = "minirocket"
    max_dilation: int | None = None
    pool_size: int | None = None
    max_cases: int = 1500
    verbose: int = 0
    backend: str = "threads"
    selector: str | None = None
    max_channels: int | str | None = None
    missing_values: str = "allow"
    augment_missing: float = 0.0
    channel_names: Sequence[str] | None = None
    sampling_rate: float | None = None


@dataclass(eq=False, repr=False)
class RegressorParameters(_Parameters):
    """Those of a regressor, in their order."""

    n_kernels: int = 10000
    estimator: Any = None
    random_state: int | np.random.RandomState | None = None
    n_jobs: int | None = 1
    n_features: int | str | None = None
    variant: str = "plus"
    kernels: str | Sequence[str] = "minirocket"
    max_dilation: int | None = None
    pool_size: int | None = None
    max_cases: int = 1500
    verbose: int = 0
    backend: str = "threads"
    selector: str | None = None
    max_channels: int | str | None = None
    missing_values: str = "allow"
    augment_missing: float = 0.0
    channel_names: Sequence[str] | None = None
    sampling_rate: float | None = None
