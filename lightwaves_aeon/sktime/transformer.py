"""LightWaveS as an sktime transformer."""

from __future__ import annotations

__all__ = ["LightWaveS"]

import numpy as np
import pandas as pd
from sklearn.utils.multiclass import check_classification_targets
from sktime.transformations.base import BaseTransformer

from lightwaves_aeon.estimators.fitting import fit_table, targets_of_labels
from lightwaves_aeon.estimators.frames import check_labels
from lightwaves_aeon.estimators.table import FeatureTableMixin
from lightwaves_aeon.sktime.base import PanelShell, Series


class LightWaveS(FeatureTableMixin, PanelShell, BaseTransformer):
    """Wavelet scattering features, a few hundred selected for the classes at hand.

    The same as the class of this name for aeon: with the same parameters and data it
    gives the same features, to the last bit [1]_.

    Parameters
    ----------
    n_features : int or "auto", default=500
        Number of features to keep. Where fewer exist, all are kept, with a warning.
        ``"auto"``, for the selectors "distil" and "detach" only, keeps the smallest
        number whose leave-one-out score is within one standard error of the best.
    variant : {"L1", "L2", "L1L2", "plus"}, default="plus"
        What features may come from; see the transformer for aeon. "plus" is the most
        accurate, the others are the paper's.
    kernels : str or sequence of str, default="minirocket"
        ``"minirocket"``, or the name of a PyWavelets wavelet, or a list or tuple of
        such names.
    max_dilation : int or None, default=None
        Largest dilation, in time points. None means the paper's 32, and for "plus" a
        quarter of the median length of the series.
    pool_size : int or None, default=None
        Number of features that the ANOVA filter hands on to the selector.
    max_cases : int, default=1500
        Number of training cases on which features are selected; of more than 16,384
        more are looked at, see ``lightwaves_aeon.LightWaveS``.
    n_jobs : int or None, default=1
        Number of threads; -1 means all processors. Results do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Draws the sample of cases, where there are more than `max_cases`, for "plus" the
        pairs of channels and the cases behind the thresholds, and for the selector
        "distil" the augmented cases. None draws anew each time.
    verbose : int, default=0
        Above 0, a progress bar is shown while fitting.
    backend : {"threads", "joblib", "mpi"}, default="threads"
        Where ``fit`` works. The result is the same to the last bit.
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
    features_ : pd.DataFrame, one row per feature
        The table of the fitted model; see the transformer for aeon. Rows of level 0
        have no kernel, but an interval from ``start`` to ``stop``, in fractions of the
        length.
    channels_ : np.ndarray of int
        The channels in use, ascending.
    selection_path_ : pd.DataFrame
        With ``n_features="auto"``: the numbers of features there were to choose from.
    feature_names_in_ : np.ndarray of str, shape (n_channels,)
        Names of the channels, if there are some: `channel_names`, or those of the
        columns of the data frames that were fitted to. Frames given later are brought
        into their order.

    See Also
    --------
    LightWaveSClassifier : With a ridge classifier behind.

    References
    ----------
    .. [1] Pantiskas, L., Verstoep, K., Hoogendoorn, M. and Bal, H., 2022. Taking ROCKET
        on an efficiency mission: multivariate time series classification with
        LightWaveS. DCOSS 2022. arXiv:2204.01379.

    Examples
    --------
    >>> from sktime.datasets import load_basic_motions
    >>> from lightwaves_aeon.sktime import LightWaveS
    >>> X, y = load_basic_motions(split="train", return_type="numpy3D")
    >>> transformer = LightWaveS(n_features=50, random_state=0)
    >>> transformer.fit_transform(X, y).shape
    (40, 50)
    >>> papers = LightWaveS(n_features=50, variant="L1L2").fit(X, y)
    >>> papers.features_[["channel", "dilation", "level", "statistic"]].head(2)
       channel  dilation  level statistic
    0        0        32      1       max
    1        2        16      1      lspv
    """

    _tags = {
        "scitype:transform-input": "Series",
        "scitype:transform-output": "Primitives",
        "scitype:transform-labels": "Primitives",
        "scitype:instancewise": False,
        "requires_y": True,
        "fit_is_empty": False,
        "capability:unequal_length:removes": True,
    }

    def set_output(self, *, transform: str | None = None) -> LightWaveS:
        """Choose the container of the output, as scikit-learn's transformers do.

        Parameters
        ----------
        transform : {"default", "pandas"} or None, default=None
            All the same: the output is a data frame, as of all transformers of sktime
            that give a row a case. Its columns are named by `get_feature_names_out`.

        Returns
        -------
        LightWaveS
            This one.
        """
        if transform not in (None, "default", "pandas"):
            raise ValueError(
                "transformers of sktime give data frames of pandas, not of "
                f"{transform!r}"
            )
        return self

    def _check_X_y(self, X=None, y=None, return_metadata=False):  # noqa: N802
        check_labels(y)
        return super()._check_X_y(self._given(X), y, return_metadata)

    def _fit(self, X: Series, y: np.ndarray) -> LightWaveS:
        check_classification_targets(y)
        if len(np.unique(y)) < 2:
            raise ValueError("y must have two classes at least, got one")
        fit = fit_table(self, self._collection(X), *targets_of_labels(y))
        return self._take(fit.found)

    def _transform(self, X: Series, y=None) -> pd.DataFrame:
        return pd.DataFrame(self._features(X), columns=self.get_feature_names_out())
