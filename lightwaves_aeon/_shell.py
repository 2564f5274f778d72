"""What both aeon shells share: complete input checks, and fits that fail cleanly."""

from __future__ import annotations

__all__ = ["CollectionShell"]

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from aeon.utils.conversion import convert_collection

from lightwaves_aeon.core.scaling import BLOCK, find_unusable


class CollectionShell:
    """Mixin that stands before the base class of an aeon collection estimator.

    aeon resets an estimator at the start of every fit, before any check. With this
    mixin a fit that raises, for whatever reason, leaves the estimator as it was, and
    the choice of output container made by ``set_output`` outlives a fit.
    """

    def fit(self, X, y=None):
        with self._unchanged_on_error():
            return super().fit(X, y)  # type: ignore[misc]

    @contextmanager
    def _unchanged_on_error(self) -> Iterator[None]:
        before = vars(self).copy()
        try:
            yield
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    def reset(self, keep: str | list[str] | None = None):
        kept = [keep] if isinstance(keep, str) else list(keep or [])
        return super().reset(keep=[*kept, "_sklearn_output_config"])  # type: ignore[misc]

    # Both checks run before aeon's, whose errors would not name channel or argument.

    def _preprocess_collection(self, X, store_metadata=True):
        _check_series(X)
        return super()._preprocess_collection(X, store_metadata)  # type: ignore[misc]

    def _check_X(self, X):  # noqa: N802 - the name is aeon's
        # aeon's checks copy what they look at; of a block at a time, that is little.
        if not isinstance(X, np.ndarray):
            return super()._check_X(X)  # type: ignore[misc]
        step = max(1, BLOCK // X[0].size)
        check = super()._check_X  # type: ignore[misc]
        first, *_ = [check(X[i : i + step]) for i in range(0, len(X), step)]
        return {**first, "n_cases": len(X)}

    def _check_y(self, y, *args, **kwargs):
        _check_labels(y)
        return super()._check_y(y, *args, **kwargs)  # type: ignore[misc]


def _check_series(X) -> None:
    if hasattr(X, "__len__") and getattr(X, "ndim", 1) > 0 and len(X) == 0:
        raise ValueError("X is empty: it has no cases")
    if isinstance(X, list):
        types = sorted({type(x).__name__ for x in X})
        if len(types) > 1:
            raise TypeError(f"X is a list of cases of several types: {types}")
    is_arrays = isinstance(X[0] if isinstance(X, list) else X, np.ndarray)
    for case, series in enumerate(X if is_arrays else convert_collection(X, "np-list")):
        if series.size == 0:
            raise ValueError(f"X is empty: case {case} has the shape {series.shape}")
        if series.dtype.kind == "f":
            channel = find_unusable(np.atleast_2d(series))
            if channel is not None:
                raise ValueError(
                    f"X holds NaN or infinity, first in case {case}, channel {channel}"
                )


def _check_labels(y) -> None:
    if not isinstance(y, (np.ndarray, pd.Series)) or y.ndim != 1:
        return  # aeon has a clear error for those
    missing = np.asarray(pd.isna(y))
    if missing.any():
        raise ValueError(f"y holds a missing label, first for case {missing.argmax()}")
    try:
        np.unique(y)
    except TypeError as error:
        raise TypeError(f"y mixes labels that cannot be sorted: {error}") from error
