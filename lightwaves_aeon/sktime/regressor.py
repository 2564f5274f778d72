"""LightWaveS as an sktime regressor."""

from __future__ import annotations

__all__ = ["LightWaveSRegressor"]

import numpy as np
from sktime.regression.base import BaseRegressor

from lightwaves_aeon.estimators.regression import checked_numbers
from lightwaves_aeon.estimators.regressor import RegressorMixin
from lightwaves_aeon.sktime.base import Series
from lightwaves_aeon.sktime.predictors import PredictorShell


class LightWaveSRegressor(PredictorShell, RegressorMixin, BaseRegressor):
    """LightWaveS features with a ridge regression.

    The same as the class of this name for aeon: with the same parameters and data it
    makes the same predictions, to the last bit. Several numbers a case are predicted
    from one table: `y` may have several columns.

    Parameters
    ----------
    n_kernels : int, default=10,000
        Number of ROCKET kernels to match, where `n_features` is None: 2.5 % of the
        ``2 * n_kernels`` features that they would give are kept. It is no number of
        kernels here, which are MiniRocket's 84, or those of `kernels`.
    estimator : sklearn compatible regressor or None, default=None
        Trained on the standardised features. None means a ridge regression of the
        standardised numbers, whose penalty is chosen by leave-one-out from
        ``logspace(-3, 3, 10) * n_cases``; with the selector "distil" the mean of this
        one and of a ridge regression of the teacher's predictions.
    random_state : int, RandomState instance or None, default=None
        Draws the sample of cases on which features are selected, where there are more
        than `max_cases`, and for "plus" what it looks at and augmented cases; handed on
        to `estimator`. None draws anew each time.
    n_jobs : int or None, default=1
        Number of threads for ``fit`` and ``predict``; -1 means all processors. Results
        do not depend on it.
    n_features : int, "auto" or None, default=None
        Number of features to keep. None means 2.5 % of ROCKET's, 500 by default;
        ``"auto"``, for the selectors "distil" and "detach" only, the smallest
        number that predicts about as well as any, see `LightWaveS`.
    variant : {"L1", "L2", "L1L2", "plus"}, default="plus"
        What features may come from; see `LightWaveS`. "plus" is the most accurate.
    kernels : str or sequence of str, default="minirocket"
        ``"minirocket"``, or the name of a PyWavelets wavelet, or a list or tuple of
        such names.
    max_dilation : int or None, default=None
        Largest dilation, in time points; see `LightWaveS`.
    pool_size : int or None, default=None
        Number of features that the filter hands on to the selector; see `LightWaveS`.
        Candidates are filtered by the F of the regression of the numbers on each, and
        by ANOVA F over classes of quantiles of the numbers.
    max_cases : int, default=1500
        Number of training cases on which features are selected. The estimator is
        trained on all of them. Of more than 16,384 cases more are looked at, see
        `LightWaveS`, and the default estimator is fitted block by block.
    verbose : int, default=0
        Above 0, a progress bar is shown while fitting.
    backend : {"threads", "joblib", "mpi"}, default="threads"
        Where ``fit`` works; see `LightWaveS`. The fitted model is the same to the last
        bit, and prediction is always in `n_jobs` threads of this process.
    selector : {"mrmr", "detach", "distil"} or None, default=None
        How features are chosen from the pool; see `LightWaveS`. None means "distil"
        for "plus", else "mrmr".
    max_channels : int, "auto" or None, default=None
        Largest number of channels to read; see `LightWaveS`. ``"auto"`` finds the
        smallest that predicts about as well as any, None means no limit.
    missing_values : {"allow", "error"}, default="allow"
        Whether NaN means a value that was not observed, at fit and at predict, or is an
        error; see `LightWaveS`. Features of what was not observed at all count
        as those of the average training case.
    augment_missing : float, default=0.0
        Share of the values, at most, that augmented cases lose, for sensors
        that may fail; see `LightWaveS`.
    channel_names : list of str or None, default=None
        Names of the channels, one each, for tables, words, pictures and exports. None
        means those of the columns of a data frame, if these are texts.
    sampling_rate : float or None, default=None
        Time points a second, so that words and pictures can tell seconds.

    Attributes
    ----------
    feature_names_in_ : np.ndarray of str, shape (n_channels,)
        Names of the channels, if there are some: `channel_names`, or those of the
        columns of the data frames that were fitted to. Frames given later are brought
        into their order.
    estimator_ : sklearn regressor
        The fitted estimator.
    transformer_ : LightWaveS
        The fitted transformer.
    scaler_ : StandardScaler
        Fitted to its features.

    See Also
    --------
    LightWaveSClassifier : The same for classes.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.sktime import LightWaveSRegressor
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(30, 2, 50)), rng.uniform(1, 3, size=30)
    >>> X[:, 1] *= y[:, None]
    >>> reg = LightWaveSRegressor(n_features=20, random_state=0).fit(X, y)
    >>> reg.predict(X).shape
    (30,)
    """

    _tags = {
        "y_inner_mtype": "numpy2D",
        "capability:multioutput": True,
        "capability:multithreading": True,
        "capability:sample_weight": True,
    }

    def _fit(self, X: Series, y: np.ndarray) -> LightWaveSRegressor:
        return super()._fit(X, checked_numbers(y, len(X)))
