"""What the regressors of all frameworks do alike."""

from __future__ import annotations

__all__ = ["RegressorMixin"]

from collections.abc import Sequence
from numbers import Integral

import numpy as np
import pandas as pd

from lightwaves_aeon.core.fitted_regressor import FittedRegressor
from lightwaves_aeon.estimators.estimator import EstimatorMixin
from lightwaves_aeon.estimators.inspection import Series
from lightwaves_aeon.estimators.regression import fit_regressor
from lightwaves_aeon.insight.importance import channel_loss
from lightwaves_aeon.insight.report import describe
from lightwaves_aeon.insight.saliency import saliency


class RegressorMixin(EstimatorMixin):
    """Mixin with the parameters of a regressor; see the methods."""

    _find = fit_regressor
    _value_type = FittedRegressor

    def __init__(
        self,
        n_kernels: int = 10000,
        estimator=None,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = 1,
        n_features: int | str | None = None,
        variant: str = "plus",
        kernels: str | Sequence[str] = "minirocket",
        max_dilation: int | None = None,
        pool_size: int | None = None,
        max_cases: int = 1500,
        verbose: int = 0,
        backend: str = "threads",
        selector: str | None = None,
        max_channels: int | str | None = None,
        missing_values: str = "allow",
        augment_missing: float = 0.0,
        channel_names: Sequence[str] | None = None,
        sampling_rate: float | None = None,
    ):
        self.n_kernels = n_kernels
        self.estimator = estimator
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.n_features = n_features
        self.variant = variant
        self.kernels = kernels
        self.max_dilation = max_dilation
        self.pool_size = pool_size
        self.max_cases = max_cases
        self.verbose = verbose
        self.backend = backend
        self.selector = selector
        self.max_channels = max_channels
        self.missing_values = missing_values
        self.augment_missing = augment_missing
        self.channel_names = channel_names
        self.sampling_rate = sampling_rate

        super().__init__()

    def predict_interval(self, X, coverage: float = 0.9) -> np.ndarray:
        """Predict an interval for the number of each case.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
            Collection, or any other type that ``predict`` accepts.
        coverage : float, default=0.9
            Share of the cases whose numbers should be in their intervals, above 0 and
            below 1.

        Returns
        -------
        np.ndarray of float64, shape (n_cases, 2) or (n_cases, n_outputs, 2)
            The lower end and the upper end.

        Raises
        ------
        ValueError
            If `estimator` was given, as nothing is known of its errors, or if too few
            cases were held out for this coverage.

        Notes
        -----
        Intervals are conformal: as wide as the residuals of cases that ``fit`` held
        out. They assume independent cases; with dependent ones, such as overlapping
        windows of one recording, coverage is lower.

        Examples
        --------
        >>> from aeon.datasets import load_covid_3month
        >>> from lightwaves_aeon import LightWaveSRegressor
        >>> X, y = load_covid_3month(split="train")
        >>> reg = LightWaveSRegressor(n_features=50, random_state=0).fit(X, y)
        >>> low, high = reg.predict_interval(X, coverage=0.8).T
        >>> bool(((low <= y) & (y <= high)).mean() > 0.7)
        True
        """
        fitted = self._fitted_for("predict_interval")
        return fitted.predict_interval(
            self._collection_of(X), coverage, self._n_threads()
        )

    def channel_loss(self) -> pd.DataFrame:
        """Measure the cost of losing a channel, for each channel in use.

        Importance shows what the predictions use; this shows what would be missed. If
        other channels carry the same information, an important one may be lost at no
        cost.

        Returns
        -------
        pd.DataFrame
            One row per channel, ascending, with the columns ``channel``; ``r2`` on
            cases held out, the share of the variance of their numbers that is
            explained, averaged over the outputs, which is the same in all rows;
            ``r2_without``, that without the channel; and ``loss``, the difference,
            which chance may make negative. The cases are those that ``fit`` holds out
            for `predict_interval`: a search that does not know them finds features, and
            a regression weighs them; of a collection too large for memory, cases of a
            sample, each left out of the regression alone. Features of a channel that is
            lost stand at their training means, as they do in ``predict`` where nothing
            of it is observed. All but the channel is NaN if there were too few cases to
            hold any out.

        Raises
        ------
        ValueError
            If `estimator` was given: cases are held out for the default one alone.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon import LightWaveSRegressor
        >>> rng = np.random.default_rng(0)
        >>> X, y = rng.normal(size=(60, 3, 50)), rng.uniform(1, 3, size=60)
        >>> X[:, :2, :25] *= y[:, None, None]
        >>> reg = LightWaveSRegressor(n_features=50, random_state=0).fit(X, y)
        >>> reg.channel_loss().round(2)
           channel    r2  r2_without  loss
        0        0  0.86        0.39  0.47
        1        1  0.86        0.51  0.35
        2        2  0.86        0.85  0.01
        """
        return channel_loss(self._linear())

    def describe(self, n_strongest: int = 10) -> str:
        """Describe the fitted regressor in words.

        Parameters
        ----------
        n_strongest : int, default=10
            Number of features to describe.

        Returns
        -------
        str
            Some forty lines of plain text, of 80 characters at most: R2 on held-out
            cases, see `channel_loss`, and how far intervals of `predict_interval` reach
            to both sides, which is not the same for all predictions, where these are
            known; the channels in use, the
            strongest eight with their shares and R2 without them, and those not in use;
            the shares of levels, statistics and dilations; the strongest features, each
            with its share and whether a high value raises or lowers the number, or, of
            several outputs, the one in which its share is largest. A share is an
            importance, see `features_`. A pattern is level 1, how much the series is
            like a kernel; its second-order activity is level 2, how much the strength
            of the pattern is. Of both, d is the dilation, and the points are those that
            one value of the response depends on, in place of which stands the time they
            last where there is a `sampling_rate`.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon import LightWaveSRegressor
        >>> rng = np.random.default_rng(0)
        >>> X, y = rng.normal(size=(60, 3, 50)), rng.uniform(1, 3, size=60)
        >>> X[:, :2, :25] *= y[:, None, None]
        >>> reg = LightWaveSRegressor(n_features=50, random_state=0).fit(X, y)
        >>> print(reg.describe(n_strongest=1))
        LightWaveS regressor: 50 features
        R2 on held-out cases: 0.86
        Half width of 90% intervals: 0.294 to 0.353
        <BLANKLINE>
        Channels: 3 of 3 in use, by their share of the standardised weights
        Without a channel, R2 on the held-out cases is as its line says
          0  53.7%  ################################  32 features  without it 0.39
          1  42.7%  #########################         26 features  without it 0.51
          2   3.6%  ##                                5 features   without it 0.85
        <BLANKLINE>
        Inputs: channel 78.6%, sum 11.0%, difference 10.4%
        Levels: 0 (series itself) 16.9%, 1 (pattern) 83.1%
        Statistics: share of time 83.1%, deviation 15.1%, lowest value 1.8%
        Dilations: none 16.9%, d=1 6.3%, d=2 5.2%, d=3 14.1%, d=4 21.7%, d=6 12.6%, d=8
                   16.3%, d=12 6.9%
        <BLANKLINE>
        Strongest features, and what a high value says:
          1.   3.6%  deviation of channel 0: raises the number
        """
        return describe(self._linear(), n_strongest)

    def contributions(self, X: Series) -> np.ndarray:
        """Split the predictions for cases into what each feature adds to them.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
            Cases, or any other type that ``predict`` accepts.

        Returns
        -------
        np.ndarray of float64, shape (n_cases, n_features)
            How far the number is raised by a feature, by its distance from the average
            training case; 0 if nothing of it was observed. Their sum over the features
            and ``estimator_.intercept_``, which is what is predicted for the average
            training case, are ``predict``, which moves numbers beyond
            ``estimator_.limits_`` to these. Of several outputs, the shape is (n_cases,
            n_features, n_outputs).

        Raises
        ------
        ValueError
            If the estimator is not linear.

        Examples
        --------
        >>> import numpy as np
        >>> from aeon.datasets import load_cardano_sentiment
        >>> from lightwaves_aeon import LightWaveSRegressor
        >>> X, y = load_cardano_sentiment(split="train")
        >>> reg = LightWaveSRegressor(n_features=50, random_state=0).fit(X, y)
        >>> parts = reg.contributions(X)
        >>> parts.shape
        (74, 50)
        >>> numbers = parts.sum(axis=1) + reg.estimator_.intercept_
        >>> np.allclose(numbers, reg.predict(X))
        True
        """
        linear, collection = self._linear(), self._collection_of(X)
        parts = linear.contributions(linear.features(collection))
        return parts[:, :, 0] if linear.output_column is None else parts

    def saliency(self, x: np.ndarray, output: int = 0) -> np.ndarray:
        """Split a predicted number over the time points of the channels of a case.

        Parameters
        ----------
        x : np.ndarray, shape (n_channels, n_timepoints)
            The case, or a collection of one, of any type that ``predict`` takes.
        output : int, default=0
            Which number, of several.

        Returns
        -------
        np.ndarray of float64, shape (n_channels, n_timepoints)
            Positive where the case raises the number. The sum is the prediction, before
            it is moved to a limit, less the intercept of the output; see
            `contributions`. There are zeros where values are missing, and in channels
            not in use.

        Raises
        ------
        ValueError
            If there is no such output, `x` is not one case with the channels of the
            training cases, one in use holds infinity, or NaN where missing values are
            an error, or the estimator is not linear.

        Examples
        --------
        >>> import numpy as np
        >>> from aeon.datasets import load_cardano_sentiment
        >>> from lightwaves_aeon import LightWaveSRegressor
        >>> X, y = load_cardano_sentiment(split="train")
        >>> reg = LightWaveSRegressor(n_features=50, random_state=0).fit(X, y)
        >>> found = reg.saliency(X[0])
        >>> found.shape
        (2, 24)
        >>> number = found.sum() + reg.estimator_.intercept_
        >>> np.allclose(number, reg.predict(X[:1]))
        True
        """
        linear = self._linear()
        x, n_outputs = self._case_of(x), len(linear.outputs)
        if not isinstance(output, Integral) or not 0 <= output < n_outputs:
            some = "0" if n_outputs == 1 else f"0 to {n_outputs - 1}"
            raise ValueError(f"output must be {some}, got {output!r}")
        return saliency(linear, x, int(output))
