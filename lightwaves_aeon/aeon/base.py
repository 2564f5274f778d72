"""What all aeon shells share: complete input checks, and fits that fail cleanly."""

from __future__ import annotations

__all__ = ["CollectionShell", "LabelledShell", "Series", "TransformerShell"]

from copy import copy
from functools import cache

import numpy as np
import pandas as pd
from aeon.utils.validation import check_n_jobs
from aeon.utils.validation.collection import get_type
from sklearn.utils.metadata_routing import MetadataRequest

from lightwaves_aeon.core.data.collection import Collection, as_collection
from lightwaves_aeon.estimators.atomic_fit import IN_FIT, WEIGHTS, AtomicFitMixin
from lightwaves_aeon.estimators.frames import (
    aligned,
    cases_of_frame,
    channel_names,
    check_labels,
    refuse_masked,
)
from lightwaves_aeon.estimators.heads import metadata_of

Series = np.ndarray | list[np.ndarray]


KEPT = ("_sklearn_output_config", "_metadata_request", IN_FIT, WEIGHTS)
"""Attributes that outlive the reset at the start of a fit: what scikit-learn is told,
the backend, and the weights."""


class CollectionShell(AtomicFitMixin):
    """Mixin that stands before the base class of an aeon collection estimator.

    What ``set_output`` and ``set_fit_request`` choose outlives a fit.
    """

    def reset(self, keep: str | list[str] | None = None):
        """Forget a fit; see aeon's base class."""
        kept = [keep] if isinstance(keep, str) else list(keep or [])
        return super().reset(keep=[*kept, *KEPT])  # type: ignore[misc]

    def get_tag(self, tag_name, raise_error=True, tag_value_default=None):
        """Look up a tag; see aeon's base class."""
        # aeon copies all tags to look one up, which costs more than small transforms.
        of_class = _class_tags(type(self))  # type: ignore[arg-type]
        for tags in (self._tags_dynamic, of_class):  # type: ignore[attr-defined]
            if tag_name in tags:
                return copy(tags[tag_name])
        return super().get_tag(tag_name, raise_error, tag_value_default)  # type: ignore[misc]

    # What follows answers for arrays at once what aeon finds out in many steps, and
    # before aeon, whose errors would not name channel or argument. The core looks for
    # NaN, in what it reads: in all channels for a fit, then in those in use.

    def _preprocess_collection(self, X, store_metadata=True):
        if not (type(X) is np.ndarray and X.ndim == 3 and X.size > 0):
            refuse_masked(X, "X")
            _refuse_empty(X)
            X = self._as_arrays(X, is_fit=store_metadata)
        return super()._preprocess_collection(X, store_metadata)  # type: ignore[misc]

    def _as_arrays(self, X, is_fit: bool):
        """Make arrays of frames, whose cases and channels aeon would sort by name."""
        if isinstance(X, list) and isinstance(X[0], np.ndarray):
            return [np.asarray(x) for x in X]
        is_multiindex = isinstance(X, pd.DataFrame) and X.index.nlevels > 1
        columns = channel_names(X.columns) if is_multiindex else None
        kind = get_type(X)
        if kind == "pd-wide":
            return X.to_numpy()
        if kind == "pd-multiindex":
            series = cases_of_frame(X)
            names = len(series) * [columns]
        elif kind == "df-list":
            series = [x.to_numpy() for x in X]
            names = [channel_names(x.index) for x in X]
        else:
            return np.asarray(X)
        return aligned(self, is_fit, series, names, lambda x, order: x[order])

    def _check_X(self, X):  # noqa: N802 - the name is aeon's
        get_type(X)
        # As an array it is of one channel where it has two dimensions.
        cases = X if isinstance(X, list) else [X[0] if X.ndim == 3 else X[:1]]
        lengths = {x.shape[1] for x in cases}
        n_channels = sorted({len(x) for x in cases})
        if len(n_channels) > 1:
            raise ValueError(
                f"X: the number of channels differs between cases: {n_channels}"
            )
        if len(lengths) > 1 and not self.get_tag("capability:unequal_length"):
            return super()._check_X(X)  # type: ignore[misc]
        # aeon would copy the data to warn of series without variation, which are no
        # harm here; all else that it asks of arrays, their shapes answer.
        n_timepoints = None if len(lengths) > 1 else max(lengths)
        return metadata_of(len(X), n_channels[0], n_timepoints)

    def _convert_X(self, X):  # noqa: N802 - the name is aeon's
        if isinstance(X, np.ndarray):
            return X if X.ndim == 3 else X[:, None]
        return np.stack(X) if len({x.shape for x in X}) == 1 else X

    def _check_shape(self, X):
        n_channels = self.metadata_["n_channels"]
        if len(X[0]) != n_channels:
            raise ValueError(
                f"X has {len(X[0])} channels, but {type(self).__name__} was fitted to "
                f"{n_channels}"
            )

    def _collection(self, X: Series) -> Collection:
        return as_collection(X)

    def _n_threads(self) -> int:
        return self._n_jobs

    def _mark_fitted(self, metadata: dict) -> None:
        self._n_jobs = check_n_jobs(self.n_jobs)  # type: ignore[attr-defined]
        self.metadata_, self.is_fitted = dict(metadata), True

    def get_metadata_routing(self) -> MetadataRequest:
        """Tell scikit-learn which methods take weights; aeon's has no answer."""
        request = self._get_metadata_request()  # type: ignore[attr-defined]
        # Pipelines hand it to score, as None, whether or not anything asks for it.
        request.score.add_request(param="sample_weight", alias=None)
        return request


class LabelledShell(CollectionShell):
    """The same for one that is fitted to labels."""

    def _check_y(self, y, *args, **kwargs):
        check_labels(y)
        return super()._check_y(y, *args, **kwargs)  # type: ignore[misc]


class TransformerShell(LabelledShell):
    """The same for an aeon collection transformer."""

    def fit_transform(self, X, y=None, **unexpected):
        """Fit and transform; see aeon's base class."""
        self._refuse_unexpected("fit_transform", unexpected)
        with self._atomic_fit():
            return super().fit_transform(X, y)  # type: ignore[misc]


@cache
def _class_tags(estimator_class):
    return estimator_class.get_class_tags()


def _refuse_empty(X) -> None:
    if hasattr(X, "__len__") and getattr(X, "ndim", 1) > 0 and len(X) == 0:
        raise ValueError("X is empty: it has no cases")
    cases = X if isinstance(X, list) else [X]
    types = sorted({type(x).__name__ for x in cases})
    if len(types) > 1:
        raise TypeError(f"X is a list of cases of several types: {types}")
    for case, x in enumerate(cases):
        if getattr(x, "size", 1) == 0:
            raise ValueError(f"X is empty: case {case} has the shape {x.shape}")
