"""What a fitted transformer, of any framework, shows of its table."""

from __future__ import annotations

__all__ = ["FeatureTableMixin"]

from typing import Protocol

import numpy as np
import pandas as pd

from lightwaves_aeon.core.convolution.features import feature_names, features_frame
from lightwaves_aeon.core.model import Model


class _HasTable(Protocol):
    _model: Model
    _path: np.ndarray | None
    _channel_path: np.ndarray | None

    def _check_is_fitted(self) -> None: ...


class FeatureTableMixin:
    """Mixin with what a fitted transformer, of any framework, shows of its table."""

    @property
    def features_(self: _HasTable) -> pd.DataFrame:
        """The table of the fitted model; see the class."""
        self._check_is_fitted()
        bank, names = self._model.bank, getattr(self, "feature_names_in_", None)
        return features_frame(self._model.rows, bank.taps, bank.wavelets, names)

    @property
    def channels_(self: _HasTable) -> np.ndarray:
        """The channels in use, ascending."""
        self._check_is_fitted()
        return self._model.channels.copy()

    @property
    def selection_path_(self: _HasTable) -> pd.DataFrame:
        """The numbers of features there were to choose from; see the class."""
        self._check_is_fitted()
        if self._path is None:
            raise AttributeError("selection_path_ is there for n_features='auto' only")
        return pd.DataFrame(self._path)

    @property
    def channel_path_(self: _HasTable) -> pd.DataFrame:
        """The numbers of channels there were to choose from; see the class."""
        self._check_is_fitted()
        if self._channel_path is None:
            raise AttributeError("channel_path_ is there with max_channels only")
        return pd.DataFrame(self._channel_path)

    def get_feature_names_out(self: _HasTable, input_features=None) -> np.ndarray:
        """Name the output columns.

        Parameters
        ----------
        input_features : ignored
            Present for scikit-learn.

        Returns
        -------
        np.ndarray of object, shape (n_features,)
            Such as ``"ch3_k017_d8_l2_ppv"``: channel 3, kernel 17, dilation 8, level 2,
            share of positive values; or ``"ch1-ch5_k023_d1_l1_ppv>0.25"``: difference
            of two channels, share of values above 0.25.

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveS
        >>> transformer = LightWaveS(n_features=2).set_output(transform="pandas")
        >>> list(transformer.fit_transform(*load_basic_motions(split="train")).columns)
        ['ch0_k031_d32_l1_max', 'ch0_k061_d2_l1_max']
        """
        self._check_is_fitted()
        return feature_names(self._model.rows, self._model.bank.names)
