"""What a fitted classifier or regressor, of any framework, says of itself."""

from __future__ import annotations

__all__ = ["InspectionMixin", "Series", "TableMixin"]

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd

from lightwaves_aeon.core.convolution.features_frame import with_channel_names
from lightwaves_aeon.core.data.collection import checked_case, iter_by_length
from lightwaves_aeon.core.fitted import FittedState
from lightwaves_aeon.insight.importance import (
    channel_importance,
    features_with_importance,
    importance_by,
)

Series = np.ndarray | list[np.ndarray]
"""Cases of one length, or of several."""


class TableMixin:
    """Mixin of all that have a table, as `_model`, and the paths that led to it."""

    _model: Any
    _path: Any
    _channel_path: Any

    # Of the shells; attributes, since methods would hide those of a base class.
    _check_is_fitted: Any
    _collection: Any
    _n_threads: Any

    def _features(self, X) -> np.ndarray:
        return self._model.transform(self._collection(X), n_jobs=self._n_threads())

    @property
    def channels_(self) -> np.ndarray:
        """The channels in use, ascending; no others are read.

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> clf = LightWaveSClassifier(n_features=50, variant="L1L2")
        >>> clf.fit(*load_basic_motions(split="train")).channels_.tolist()
        [0, 1, 2]
        """
        self._check_is_fitted()
        return self._model.channels.copy()

    @property
    def selection_path_(self) -> pd.DataFrame:
        """The numbers of features there were to choose from, with "auto".

        See ``LightWaveS``; it is there with ``n_features="auto"`` only.
        """
        self._check_is_fitted()
        if self._path is None:
            raise AttributeError("selection_path_ is there for n_features='auto' only")
        return pd.DataFrame(self._path)

    @property
    def channel_path_(self) -> pd.DataFrame:
        """The numbers of channels there were to choose from, with `max_channels`.

        See ``LightWaveS``; it is there with `max_channels` only.
        """
        self._check_is_fitted()
        if self._channel_path is None:
            raise AttributeError("channel_path_ is there with max_channels only")
        names = getattr(self, "feature_names_in_", None)
        return with_channel_names(pd.DataFrame(self._channel_path), names)


class InspectionMixin(TableMixin):
    """Mixin of classifiers and regressors; see the methods."""

    _collection_of: Any
    _linear: Any
    _state: FittedState
    _model = property(attrgetter("_state.model"))
    _path = property(attrgetter("_state.path"))
    _channel_path = property(attrgetter("_state.channel_path"))

    def _case_of(self, x: Any) -> np.ndarray:
        """Check one case: an array, or in any container that ``predict`` takes."""
        self._check_is_fitted()
        n_channels = self._state.metadata["n_channels"]
        if isinstance(x, np.ndarray) and x.ndim != 3:
            return checked_case(x, n_channels)
        if isinstance(x, pd.DataFrame) and x.index.nlevels == 1:
            is_nested = x.size > 0 and isinstance(x.iloc[0, 0], pd.Series)
            x = x if is_nested else [x]
        collection = self._collection_of(x)
        if collection.shape[0] != 1:
            raise ValueError(
                f"x must be one case, of shape ({n_channels}, n_timepoints), got "
                f"{collection.shape[0]} cases"
            )
        return next(block[0] for block, _, _ in iter_by_length(collection))

    @property
    def features_(self) -> pd.DataFrame:
        """The table of the fitted model, with what each feature weighs.

        One row per feature, in the order of the transformer's ``features_`` and with
        its columns, then ``importance`` and weights. A weight is what one standard
        deviation of the feature, over the training cases, adds to an output. Of a
        classifier there is, for each class, ``weight_<label>`` with the label as
        ``str`` says it, which is added to the score of the class; of two classes they
        are opposites. Of a regressor there is ``weight``, which is added to the number;
        or, of several outputs, ``weight_0`` and so on. The importance is the sum of the
        absolute weights, divided by the sum over all features: importances add up to 1,
        or are all 0 where all weights are. Several numbers count alike, whatever their
        units: the weights of each are divided by their sum before. If features carry
        the same information, ridge regression spreads the weight over them: one of
        small importance may be informative.

        It is there with a linear `estimator` only, such as the default one.

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> clf = LightWaveSClassifier(n_features=50, variant="L1L2")
        >>> table = clf.fit(*load_basic_motions(split="train")).features_
        >>> float(table["importance"].sum().round(6))
        1.0
        >>> table.columns[-5:-2].tolist()
        ['importance', 'weight_badminton', 'weight_running']
        """
        return features_with_importance(self._linear())

    def importance(self, by: str | Sequence[str]) -> pd.DataFrame:
        """Add the importances of features up by what they have in common.

        Parameters
        ----------
        by : str or sequence of str
            One or several of ``"channel"``, ``"input"``, ``"dilation"``, ``"kernel"``,
            ``"level"`` and ``"statistic"``, the columns of `features_`.

        Returns
        -------
        pd.DataFrame
            One row for each group that has features, and output; ascending, statistics
            and inputs in the order of the table's documentation. The columns `by`;
            ``class``, or ``output`` of a regressor that has several;
            ``n_features``, the size of the group, which is the same for all outputs;
            ``importance``, the share of the group and output in the absolute weights of
            all features and outputs, so that the column adds up to 1. By channel, a
            feature of the sum or difference of two channels counts as one of each of
            them, and its importance goes to them in halves.

        Raises
        ------
        ValueError
            If `by` names anything else, or the estimator is not linear.

        Examples
        --------
        Where the scores look, for a heat map:

        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> clf = LightWaveSClassifier(n_features=50, variant="L1L2")
        >>> clf = clf.fit(*load_basic_motions(split="train"))
        >>> table = clf.importance(["channel", "dilation"])
        >>> table.columns.tolist()
        ['channel', 'dilation', 'class', 'n_features', 'importance']
        >>> shares = table.groupby(["channel", "dilation"])["importance"].sum()
        >>> shares.unstack(fill_value=0).columns.tolist()
        [1, 2, 4, 8, 16, 32]
        """
        return importance_by(self._linear(), by)

    def channel_importance(self) -> pd.DataFrame:
        """Add the importances of features up by channel, unused channels among them.

        Returns
        -------
        pd.DataFrame
            ``importance("channel")``, and zeros for the channels that no feature reads,
            which can be left out: all channels, ascending.

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> clf = LightWaveSClassifier(n_features=50, variant="L1L2")
        >>> clf = clf.fit(*load_basic_motions(split="train"))
        >>> shares = clf.channel_importance().groupby("channel")["importance"].sum()
        >>> shares[shares == 0].index.tolist()
        [3, 4, 5]
        """
        return channel_importance(self._linear())

    def dilation_importance(self) -> pd.DataFrame:
        """Add the importances of features up by dilation.

        Returns
        -------
        pd.DataFrame
            ``importance("dilation")``, in time points.

        Examples
        --------
        >>> from aeon.datasets import load_cardano_sentiment
        >>> from lightwaves_aeon import LightWaveSRegressor
        >>> reg = LightWaveSRegressor(n_features=50, variant="L1L2")
        >>> reg = reg.fit(*load_cardano_sentiment(split="train"))
        >>> reg.dilation_importance().columns.tolist()
        ['dilation', 'n_features', 'importance']
        """
        return importance_by(self._linear(), "dilation")
