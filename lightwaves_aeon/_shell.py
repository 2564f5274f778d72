"""What both aeon shells share: complete input checks, and fits that fail cleanly."""

from __future__ import annotations

__all__ = ["CollectionShell"]

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from lightwaves_aeon.core.scaling import find_unusable


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

    def _preprocess_collection(self, X, store_metadata=True):
        # Arrays are checked before aeon does, whose error would not name the channel.
        is_array = isinstance(X, np.ndarray) and X.ndim in (2, 3)
        is_list = isinstance(X, list) and all(isinstance(x, np.ndarray) for x in X)
        if is_array or is_list:
            _refuse_unusable(X)
        X = super()._preprocess_collection(X, store_metadata)  # type: ignore[misc]
        if not (is_array or is_list):
            _refuse_unusable(X)
        return X


def _refuse_unusable(X) -> None:
    for case, series in enumerate(X):
        if series.dtype.kind == "f":
            channel = find_unusable(np.atleast_2d(series))
            if channel is not None:
                raise ValueError(
                    f"X holds NaN or infinity, first in case {case}, channel {channel}"
                )
