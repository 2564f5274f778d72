"""LightWaveS as an aeon transformer."""

from __future__ import annotations

__all__ = ["LightWaveS"]

import numpy as np
from aeon.transformations.collection import BaseCollectionTransformer
from aeon.utils.validation import check_n_jobs
from aeon.utils.validation.labels import check_classification_y

from lightwaves_aeon.aeon.base import Series, TransformerShell
from lightwaves_aeon.estimators.fitting import fit_table, targets_of_labels
from lightwaves_aeon.estimators.table import FeatureTableMixin


class LightWaveS(FeatureTableMixin, TransformerShell, BaseCollectionTransformer):
    """Wavelet scattering features, a few hundred selected for the classes at hand.

    Each channel is convolved with MiniRocket's 84 kernels at several dilations, and
    every response is summarised by a few statistics. Of these thousands of features per
    channel an ANOVA filter and a selector keep `n_features`. ``transform`` computes
    these and nothing else.

    The method of the paper [1]_ is the variants "L1", "L2" and "L1L2" with the selector
    "mrmr". The default, "plus", is ours: it looks at more, selects in another way, and
    is more accurate.

    Cases may be of unequal length, and of another length than those of ``fit``: all
    statistics are relative to each series' own length.

    Parameters
    ----------
    n_features : int or "auto", default=500
        Number of features to keep. Where fewer exist, all are kept, with a warning.
        ``"auto"``, for the selectors "distil" and "detach" only, finds the smallest
        number that predicts about as well as any, by leave-one-out along the path of
        detachment; see `selection_path_`.
    variant : {"L1", "L2", "L1L2", "plus"}, default="plus"
        What features may come from. "L1", "L2" and "L1L2" are those of the paper: the
        responses of one scattering level, of the convolutions of their absolute values
        (level 2), or both, each summed up by four statistics. "plus" goes beyond:
        shares of the values above three quantiles, of responses of level 1 to the
        channels and to sums and differences of channels, or, of univariate series, to
        their changes from point to point; and level 0, mean, deviation, slope, lowest
        and highest value of the channels themselves (of univariate series, of their
        changes, too) over intervals: the whole, halves, quarters and so on, each
        overlapping the next by half.
    kernels : str or sequence of str, default="minirocket"
        ``"minirocket"``, or the name of a PyWavelets wavelet, or a list or tuple of
        such names.
    max_dilation : int or None, default=None
        Largest dilation, in time points; those used are the powers of two up to it,
        and for "plus" also the numbers half way between them: 1, 2, 3, 4, 6, 8, 12 and
        so on. None means the paper's 32, and for "plus" a quarter of the median length.
    pool_size : int or None, default=None
        Number of features that the ANOVA filter hands on to the selector. None means
        three times `n_features` for mRMR and six times for detachment, where ``"auto"``
        stands for 500, and as many for distillation, but 12,000 at least.
    max_cases : int, default=1500
        Number of training cases on which features are selected. Where there are more,
        a sample stratified by class is drawn. Of more than 16,384 cases, as many more
        take part as "distil" would make augmented ones, channels are scaled by 8,192 of
        them, and "distil" chooses from its best 3,000 features by 32,768 cases.
    n_jobs : int, default=1
        Number of threads for ``fit`` and ``transform``; -1 means all processors.
        Results do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Draws the sample of cases, where there are more than `max_cases`, for "plus" the
        pairs of channels and the cases behind the thresholds, and for the selector
        "distil" the augmented cases. None draws anew each time.
    verbose : int, default=0
        Above 0, a progress bar is shown while fitting.
    backend : {"threads", "joblib", "mpi"}, default="threads"
        Where ``fit`` works: in `n_jobs` threads of this process; in workers of joblib,
        on which ``joblib.parallel_config`` decides while `n_jobs` is 1; or in all
        processes of ``mpiexec``, which then must all call ``fit``, with `n_jobs`
        threads each. The fitted model is the same to the last bit.
    selector : {"mrmr", "detach", "distil"} or None, default=None
        How features are chosen from the pool: "mrmr", the paper's; "detach",
        sequential detachment, which drops those that weigh least in a ridge regression
        of the labels; or "distil", which drops those that weigh least in giving the
        scores of a teacher, a ridge regression on the whole pool, of the training cases
        and of mixtures of two, five for each training case and 2,000 at most. With the
        last two the pool has candidates for each class. None means "distil" for "plus",
        else "mrmr".
    max_channels : int, "auto" or None, default=None
        Largest number of channels to read. Channels are removed one at a time, always
        the least useful in a ridge regression of all responses, by leave-one-out;
        features are then searched in the remaining channels alone. ``"auto"`` finds the
        smallest number that predicts about as well as any; see `channel_path_`. None
        means no limit.
    missing_values : {"allow", "error"}, default="allow"
        Whether NaN stands for a value that was not observed, at fit and at transform,
        or is an error. See the notes.
    augment_missing : float, default=0.0
        Share of the values, at most, that augmented cases of the selector "distil"
        lose: single ones, stretches, or channels as a whole. The features
        then depend less on single values and channels. From 0 to below 1.
    channel_names : list of str or None, default=None
        Names of the channels, one each, which then stand in the place of their numbers
        in tables, words, pictures and exports, and in `get_feature_names_out`. Columns
        of data frames are brought into their order. None means the names of the columns
        of a data frame, if these are texts.
    sampling_rate : float or None, default=None
        Time points a second. Where it is known, words and pictures tell seconds. What
        is fitted does not depend on it.

    Attributes
    ----------
    features_ : pd.DataFrame
        The fitted model as a table: one row per output column, in output order, which
        is the order of selection. Columns ``channel``, ``input`` (``"channel"``, its
        ``"change"``, or the ``"sum"`` or ``"difference"`` with the channel in the
        column ``other``), ``kernel``, ``tap_1`` to ``tap_3`` (positions of the weights
        2 among the nine taps), ``wavelet``, ``dilation`` (time points), ``span`` (time
        points that one value of the response depends on, from first to last),
        ``level``, ``start`` and ``stop`` (of level 0: the interval, in fractions of the
        length), ``statistic``, ``threshold`` (in units of the response to the scaled
        channel, before the factor ``dilation ** -1.5``), ``f_score`` (one-way ANOVA F)
        and ``selection_score`` (of mRMR: F over mean absolute correlation to the
        features selected before; of detachment: the sum of absolute coefficients; of
        distillation: the sum of squared coefficients in the student, the regression of
        the teacher's scores on the selected features; NaN where mRMR or detachment
        kept all features). The statistics of levels 1 and 2 are ``"ppv"``, the share of
        values above the ``threshold``, which is 0 but for "plus"; ``"max"`` and
        ``"min"``, of the absolute response; and ``"lspv"``, the longest run of positive
        values over the length. Those of level 0, where kernel, taps, dilation and
        span are missing, are of the scaled input in the interval: ``"mean"``,
        ``"deviation"``, ``"slope"`` (rise of the least-squares line over the whole
        interval), ``"lowest"`` and ``"highest"``. Where channels have names,
        ``channel_name`` and ``other_name`` follow their numbers, and with a
        `sampling_rate` ``span_seconds`` follows ``span``.
    channels_ : np.ndarray of int
        The channels in use, ascending; ``transform`` reads no others.
    selection_path_ : pd.DataFrame
        With ``n_features="auto"`` only: for each number of features on the path, from
        the whole pool to 1, ``loo_error`` (squared leave-one-out error of a case,
        summed over the classes), ``standard_error`` (of its mean over the cases),
        ``loo_accuracy``, and ``chosen``. The features are those that suit these cases
        best, so the errors are lower than those of new cases.
    channel_path_ : pd.DataFrame
        With `max_channels` only: for each number of channels, from 1 to all,
        ``channel`` (the one that so many channels have and one fewer have not),
        ``loo_error`` and ``loo_accuracy`` (as above, of a ridge regression of all
        responses of these channels, of which none was selected), ``standard_error`` (of
        the difference from the least error), and ``chosen``: with ``"auto"`` the
        smallest number that is within one standard error of the least.

    feature_names_in_ : np.ndarray of str, shape (n_channels,)
        Names of the channels, if there are some: `channel_names`, or those of the
        columns of the data frames that were fitted to. Frames given later are brought
        into their order.

    See Also
    --------
    LightWaveSClassifier : These features with a ridge classifier.

    Notes
    -----
    Gaps in a channel are filled by linear interpolation for the kernels to read. Those
    that are long, for how far lines tell what was missed in the training cases, are
    left out of the statistics: each is of the time points that were observed, as if
    there were no others. A feature of which
    nothing was observed has its training mean. Series without gaps are not affected.

    Channels are scaled by their own training mean and standard deviation, so inputs
    need no scaling, and units do not matter. Constant channels are ignored.
    The variant "plus" leaves cases out of the scaling of a channel that are more than
    30 times as far from its middle as the typical case; with the others there is a
    warning where such cases set the scale. Nothing depends on the order of the training
    cases, unless there are more than 16,384. From the paper's variants the published
    code differs in a few places that this class does right: see "How it works".

    References
    ----------
    .. [1] Pantiskas, L., Verstoep, K., Hoogendoorn, M. and Bal, H., 2022. Taking ROCKET
        on an efficiency mission: multivariate time series classification with
        LightWaveS. DCOSS 2022. arXiv:2204.01379.

    Examples
    --------
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveS
    >>> X, y = load_basic_motions(split="train")
    >>> transformer = LightWaveS(n_features=50, random_state=0)
    >>> transformer.fit_transform(X, y).shape
    (40, 50)
    >>> bool(transformer.features_["level"].isin([0, 1]).all())
    True

    Those of the paper:

    >>> papers = LightWaveS(n_features=50, variant="L1L2").fit(X, y)
    >>> papers.features_[["channel", "dilation", "level", "statistic"]].head(2)
       channel  dilation  level statistic
    0        0        32      1       max
    1        2        16      1      lspv
    """

    _tags = {
        "output_data_type": "Tabular",
        "X_inner_type": ["np-list", "numpy3D"],
        "requires_y": True,
        "capability:multivariate": True,
        "capability:missing_values": True,
        "capability:unequal_length": True,
        "capability:multithreading": True,
        "algorithm_type": "convolution",
    }

    def _fit(self, X: Series, y: np.ndarray) -> LightWaveS:
        check_classification_y(y)
        self._n_jobs = check_n_jobs(self.n_jobs)
        found = fit_table(self, self._collection(X), *targets_of_labels(y)).found
        self.metadata_["missing_values"] = found.has_gaps
        return self._take(found)

    def _transform(self, X: Series, y=None) -> np.ndarray:
        return self._features(X)
