"""LightWaveS as an sktime classifier."""

from __future__ import annotations

__all__ = ["LightWaveSClassifier"]

from sktime.classification.base import BaseClassifier

from lightwaves_aeon.estimators.classifier import ClassifierMixin
from lightwaves_aeon.sktime.predictors import PredictorShell


class LightWaveSClassifier(PredictorShell, ClassifierMixin, BaseClassifier):
    """LightWaveS features with a ridge classifier.

    The same as the class of this name for aeon: with the same parameters and data it
    makes the same predictions, to the last bit. In place of ROCKET's two features a
    kernel it keeps 2.5 % of them [1]_.

    Parameters
    ----------
    n_kernels : int, default=10,000
        Number of ROCKET kernels to match, where `n_features` is None: 2.5 % of the
        ``2 * n_kernels`` features that they would give are kept. It is no number of
        kernels here, which are MiniRocket's 84, or those of `kernels`.
    estimator : sklearn compatible classifier or None, default=None
        Trained on the standardised features. None means a ``RidgeClassifierCV`` whose
        alpha is chosen by leave-one-out from ``logspace(-3, 3, 10) * n_cases``; with
        the selector "distil" its scores are averaged with those of a ridge regression
        of the teacher's scores.
    class_weight : {"balanced"}, dict or None, default=None
        Weights of the classes in the default estimator, which is trained on the labels
        alone then; see ``RidgeClassifierCV``.
    n_jobs : int or None, default=1
        Number of threads for ``fit`` and ``predict``; -1 means all processors. Results
        do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Draws the sample of cases on which features are selected, where there are more
        than `max_cases`, and for "plus" what it looks at and augmented cases; handed on
        to `estimator`. None draws anew each time.
    n_features : int, "auto" or None, default=None
        Number of features to keep. None means 2.5 % of ROCKET's, 500 by default;
        ``"auto"``, for the selectors "distil" and "detach" only, the smallest
        number that predicts about as well as any, see `LightWaveS`.
    variant : {"L1", "L2", "L1L2", "plus"}, default="plus"
        What features may come from; see `LightWaveS`. "plus" is the most accurate, and
        not the paper's; ``variant="L1L2"`` gives the model of the paper.
    kernels : str or sequence of str, default="minirocket"
        ``"minirocket"``, or the name of a PyWavelets wavelet, or a list or tuple of
        such names.
    max_dilation : int or None, default=None
        Largest dilation, in time points; see `LightWaveS`.
    pool_size : int or None, default=None
        Number of features that the ANOVA filter hands on to the selector.
    max_cases : int, default=1500
        Number of training cases on which features are selected. The estimator is
        trained on all of them. Of more than 16,384 cases more are looked at, see
        `LightWaveS`, and the default estimator, a ``RidgeClassifierCV`` of the labels,
        is fitted block by block.
    verbose : int, default=0
        Above 0, a progress bar is shown while fitting.
    backend : {"threads", "joblib", "mpi"}, default="threads"
        Where ``fit`` works. The fitted model is the same to the last bit.
    selector : {"mrmr", "detach", "distil"} or None, default=None
        How features are chosen from the pool. None means "distil" for "plus", else
        "mrmr".
    max_channels : int, "auto" or None, default=None
        Largest number of channels to read. ``"auto"`` finds the smallest that predicts
        about as well as any, None means no limit.
    missing_values : {"allow", "error"}, default="allow"
        Whether NaN stands for a value that was not observed, or is an error; see
        ``lightwaves_aeon.LightWaveS``.
    augment_missing : float, default=0.0
        Share of the values, at most, that augmented cases of the selector "distil"
        lose, for models of sensors that fail now and then.
    channel_names : list of str or None, default=None
        Names of the channels, one each, for tables, words, pictures and exports. None
        means those of the columns of a data frame, if these are texts.
    sampling_rate : float or None, default=None
        Time points a second, so that words and pictures can tell seconds.

    Attributes
    ----------
    classes_ : np.ndarray, shape (n_classes,)
        The class labels.
    transformer_ : LightWaveS
        The fitted transformer; ``transformer_.features_`` is the table of the features
        in use.
    scaler_ : StandardScaler
        Fitted to the features.
    estimator_ : sklearn classifier
        Fitted to the standardised features: without `estimator` a
        ``RidgeClassifierCV``, or, of the selector "distil" without `class_weight`, a
        linear classifier that is the mean of two ridge regressions.
    feature_names_in_ : np.ndarray of str, shape (n_channels,)
        Names of the channels, if there are some: `channel_names`, or those of the
        columns of the data frames that were fitted to. Frames given later are brought
        into their order.

    See Also
    --------
    LightWaveS : The features alone.

    References
    ----------
    .. [1] Pantiskas, L., Verstoep, K., Hoogendoorn, M. and Bal, H., 2022. Taking ROCKET
        on an efficiency mission: multivariate time series classification with
        LightWaveS. DCOSS 2022. arXiv:2204.01379.

    Examples
    --------
    >>> from sktime.datasets import load_basic_motions
    >>> from lightwaves_aeon.sktime import LightWaveSClassifier
    >>> X_train, y_train = load_basic_motions(split="train", return_type="numpy3D")
    >>> X_test, y_test = load_basic_motions(split="test", return_type="numpy3D")
    >>> clf = LightWaveSClassifier(random_state=0).fit(X_train, y_train)
    >>> float(clf.score(X_test, y_test))
    1.0
    >>> clf.channels_.tolist()
    [0, 1, 2, 3, 4, 5]
    """

    _tags = {
        "capability:multithreading": True,
        "capability:sample_weight": True,
        "capability:predict_proba": True,
        "capability:class_weight": True,
        "classifier_type": "kernel",
    }
