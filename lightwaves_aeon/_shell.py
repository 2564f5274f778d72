"""What both aeon shells share: complete input checks, and fits that fail cleanly."""

from __future__ import annotations

__all__ = ["CollectionShell", "TransformerShell"]

from copy import copy
from functools import cache

import numpy as np
import pandas as pd
from aeon.utils.conversion import convert_collection
from aeon.utils.validation.collection import get_type

from lightwaves_aeon._fitting import WholeFits
from lightwaves_aeon.core.scaling import find_unusable


class CollectionShell(WholeFits):
    """Mixin that stands before the base class of an aeon collection estimator.

    The choice of output container made by ``set_output`` outlives a fit.
    """

    def reset(self, keep: str | list[str] | None = None):
        kept = [keep] if isinstance(keep, str) else list(keep or [])
        return super().reset(keep=[*kept, "_sklearn_output_config"])  # type: ignore[misc]

    def get_tag(self, tag_name, raise_error=True, tag_value_default=None):
        # aeon copies all tags to look one up, which costs more than small transforms.
        of_class = _class_tags(type(self))  # type: ignore[arg-type]
        for tags in (self._tags_dynamic, of_class):  # type: ignore[attr-defined]
            if tag_name in tags:
                return copy(tags[tag_name])
        return super().get_tag(tag_name, raise_error, tag_value_default)  # type: ignore[misc]

    # What follows answers for arrays at once what aeon finds out in many steps, and
    # before aeon, whose errors would not name channel or argument.

    def _preprocess_collection(self, X, store_metadata=True):
        # The core checks what it reads of an array, and need not read all of it.
        if not (isinstance(X, np.ndarray) and X.ndim == 3 and X.size > 0):
            _check_series(X)
        return super()._preprocess_collection(X, store_metadata)  # type: ignore[misc]

    def _check_X(self, X):  # noqa: N802 - the name is aeon's
        if not isinstance(X, np.ndarray):
            return super()._check_X(X)  # type: ignore[misc]
        # aeon would copy the data to warn of series without variation, which are no
        # harm here; all else that it asks of an array, its shape answers.
        get_type(X)
        n_channels = X.shape[1] if X.ndim == 3 else 1
        return {
            "multivariate": n_channels > 1,
            "missing_values": False,
            "unequal_length": False,
            "n_cases": len(X),
            "n_channels": n_channels,
            "n_timepoints": X.shape[-1],
        }

    def _convert_X(self, X):  # noqa: N802 - the name is aeon's
        if isinstance(X, np.ndarray) and X.ndim == 3:
            return X
        # aeon would convert as fit did, though lengths may be unequal now.
        series = convert_collection(X, "np-list")
        return np.stack(series) if len({x.shape for x in series}) == 1 else series

    def _check_shape(self, X):
        n_channels = self.metadata_["n_channels"]  # type: ignore[attr-defined]
        if len(X[0]) != n_channels:
            raise ValueError(
                f"X has {len(X[0])} channels, but {type(self).__name__} was fitted to "
                f"{n_channels}"
            )

    def _check_y(self, y, *args, **kwargs):
        _check_labels(y)
        return super()._check_y(y, *args, **kwargs)  # type: ignore[misc]


class TransformerShell(CollectionShell):
    """The same for an aeon collection transformer."""

    def fit_transform(self, X, y=None):
        with self._whole_or_not_at_all():
            return super().fit_transform(X, y)  # type: ignore[misc]


@cache
def _class_tags(estimator_class):
    return estimator_class.get_class_tags()


def _check_series(X) -> None:
    if hasattr(X, "__len__") and getattr(X, "ndim", 1) > 0 and len(X) == 0:
        raise ValueError("X is empty: it has no cases")
    if isinstance(X, list):
        types = sorted({type(x).__name__ for x in X})
        if len(types) > 1:
            raise TypeError(f"X is a list of cases of several types: {types}")
    if isinstance(X, np.ndarray):
        _refuse_unusable(X[:, None] if X.ndim == 2 else X, first_case=0)
    else:
        is_arrays = isinstance(X, list) and isinstance(X[0], np.ndarray)
        for case, series in enumerate(
            X if is_arrays else convert_collection(X, "np-list")
        ):
            _refuse_unusable(np.atleast_2d(series)[None], case)


def _refuse_unusable(X: np.ndarray, first_case: int) -> None:
    if X.size == 0:
        raise ValueError(f"X is empty: case {first_case} has the shape {X.shape[1:]}")
    unusable = find_unusable(X) if X.dtype.kind == "f" else None
    if unusable is not None:
        case, channel = unusable
        raise ValueError(
            f"X holds NaN or infinity, first in case {first_case + case}, "
            f"channel {channel}"
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
