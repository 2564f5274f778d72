"""LightWaveS as an aeon regressor, a drop-in replacement for RocketRegressor."""

from __future__ import annotations

__all__ = ["LightWaveSRegressor"]

from aeon.regression import BaseRegressor

from lightwaves_aeon.aeon.predictors import RegressorShell
from lightwaves_aeon.estimators.regressor import RegressorMixin


class LightWaveSRegressor(RegressorMixin, RegressorShell, BaseRegressor):
    """LightWaveS features with a ridge regression.

    The first four parameters are those of aeon's ``RocketRegressor``, so it is a
    drop-in replacement. In place of ROCKET's two features per kernel it keeps 2.5 % of
    them.

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
    n_jobs : int, default=1
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
    pipeline_ : sklearn.pipeline.Pipeline
        Fitted `LightWaveS` transformer, ``StandardScaler`` and `estimator_`.
    features_ : pd.DataFrame
        The table of the features in use, as of `LightWaveS`, with what each weighs.
    channels_ : np.ndarray of int
        The channels in use, ascending.
    selection_path_, channel_path_ : pd.DataFrame
        What there was to choose from, with ``n_features="auto"`` or `max_channels`; see
        `LightWaveS`.

    See Also
    --------
    LightWaveSClassifier : The same for classes.

    Examples
    --------
    >>> from aeon.datasets import load_covid_3month
    >>> from lightwaves_aeon import LightWaveSRegressor
    >>> X_train, y_train = load_covid_3month(split="train")
    >>> X_test, y_test = load_covid_3month(split="test")
    >>> reg = LightWaveSRegressor(random_state=0).fit(X_train, y_train)
    >>> reg.predict(X_test).shape
    (61,)
    >>> reg.predict_interval(X_test, coverage=0.9).shape
    (61, 2)
    """

    _tags = {
        "X_inner_type": ["np-list", "numpy3D"],
        "capability:multivariate": True,
        "capability:missing_values": True,
        "capability:unequal_length": True,
        "capability:multithreading": True,
        "algorithm_type": "convolution",
    }
