"""What the transformers of all frameworks share."""

from __future__ import annotations

__all__ = ["FeatureTableMixin"]

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd

from lightwaves_aeon.core.convolution.features import feature_names
from lightwaves_aeon.core.convolution.features_frame import features_frame
from lightwaves_aeon.core.fitted import FittedState
from lightwaves_aeon.core.search_result import SearchResult
from lightwaves_aeon.estimators.frames import checked_names
from lightwaves_aeon.estimators.inspection import TableMixin


class FeatureTableMixin(TableMixin):
    """Mixin with the parameters of a transformer, and what it shows of its table.

    A shell has `_collection`, which arranges checked cases, and `_n_threads`.
    """

    _sampling_rate: float | None
    _names_given: list[str] | None

    def __init__(
        self,
        n_features: int | str = 500,
        variant: str = "plus",
        kernels: str | Sequence[str] = "minirocket",
        max_dilation: int | None = None,
        pool_size: int | None = None,
        max_cases: int = 1500,
        n_jobs: int | None = 1,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
        backend: str = "threads",
        selector: str | None = None,
        max_channels: int | str | None = None,
        missing_values: str = "allow",
        augment_missing: float = 0.0,
        channel_names: Sequence[str] | None = None,
        sampling_rate: float | None = None,
    ):
        self.n_features = n_features
        self.variant = variant
        self.kernels = kernels
        self.max_dilation = max_dilation
        self.pool_size = pool_size
        self.max_cases = max_cases
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose
        self.backend = backend
        self.selector = selector
        self.max_channels = max_channels
        self.missing_values = missing_values
        self.augment_missing = augment_missing
        self.channel_names = channel_names
        self.sampling_rate = sampling_rate

        super().__init__()

    def _take(self, found: SearchResult | FittedState) -> Self:
        """Have the table that a search, or a classifier, has found."""
        self._model, self._path = found.model, found.path
        self._channel_path = found.channel_path
        self._sampling_rate = self.sampling_rate
        self._names_given = checked_names(self.channel_names)
        return self

    @property
    def features_(self) -> pd.DataFrame:
        """The table of the fitted model; see the class."""
        self._check_is_fitted()
        names = getattr(self, "feature_names_in_", None)
        return features_frame(
            self._model.rows, self._model.bank, names, self._sampling_rate
        )

    def get_feature_names_out(self, input_features=None) -> np.ndarray:
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
            of two channels, share of values above 0.25; or ``"ch3_l0_mean[0.25,0.5]"``:
            mean of channel 3 over the second quarter of the series. With
            `channel_names`, the name of the channel replaces ``"ch3"``.

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveS
        >>> transformer = LightWaveS(n_features=2, variant="L1L2")
        >>> transformer.fit(*load_basic_motions(split="train"))
        LightWaveS(n_features=2, variant='L1L2')
        >>> transformer.get_feature_names_out().tolist()
        ['ch0_k031_d32_l1_max', 'ch0_k061_d2_l1_max']
        """
        self._check_is_fitted()
        names = self._names_given
        return feature_names(self._model.rows, self._model.bank.names, names)

    @classmethod
    def _get_test_params(cls, parameter_set: str = "default") -> list[dict]:
        return [
            {"n_features": 20, "max_dilation": 2},
            {
                "n_features": 5,
                "variant": "L1",
                "kernels": ("haar", "mexh"),
                "max_dilation": 4,
                "max_cases": 6,
            },
        ]
