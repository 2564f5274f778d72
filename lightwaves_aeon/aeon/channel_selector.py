"""The channels alone, as an aeon channel selector, for whatever comes behind."""

from __future__ import annotations

__all__ = ["LightWaveSChannelSelector"]

from collections.abc import Sequence

import numpy as np
import pandas as pd
from aeon.transformations.collection.channel_selection.base import BaseChannelSelector
from aeon.utils.validation import check_n_jobs
from aeon.utils.validation.labels import check_classification_y

from lightwaves_aeon.aeon.base import TransformerShell
from lightwaves_aeon.core.convolution.features_frame import with_channel_names
from lightwaves_aeon.core.data.gaps import holds_missing
from lightwaves_aeon.core.selection.channels import selected_channels
from lightwaves_aeon.estimators.fitting import search_channels


class LightWaveSChannelSelector(TransformerShell, BaseChannelSelector):
    """Selects the channels that tell the classes apart together.

    All responses of each channel to MiniRocket's kernels go into a ridge regression of
    the classes; then one channel after the other is left out, each time that which is
    missed least in leave-one-out. A channel that says what others say is thus not kept,
    however well it tells the classes apart alone. ``LightWaveS(max_channels=...)``
    finds its channels in this way.

    Parameters
    ----------
    max_channels : int or "auto", default="auto"
        Number of channels to keep, all if there are no more. ``"auto"`` finds the
        smallest number whose leave-one-out error is within one standard error, of the
        difference, from the least; see `channel_path_`.
    variant : {"L1", "L2", "L1L2", "plus"}, default="plus"
        Which responses and statistics of a channel to look at; see `LightWaveS`.
    n_jobs : int, default=1
        Number of threads for ``fit``; -1 means all processors. The channels do not
        depend on it.
    random_state : int, RandomState instance or None, default=None
        Draws the cases to look at, where there are more than 500, and for "plus" those
        behind the thresholds. None draws anew each time.
    backend : {"threads", "joblib", "mpi"}, default="threads"
        Where ``fit`` works; see `LightWaveS`.
    channel_names : list of str or None, default=None
        Names of the channels; see `LightWaveS`.

    Attributes
    ----------
    channels_selected_ : list of int
        The channels kept, ascending.
    channel_path_ : pd.DataFrame
        For each number of channels, from 1 to all, ``channel`` (the one that so many
        channels have and one fewer have not), ``loo_error`` (squared leave-one-out
        error of a case, summed over the classes), ``standard_error`` (of the difference
        from the least error), ``loo_accuracy``, and ``chosen``. Where channels have
        names, ``channel_name`` follows ``channel``.

    See Also
    --------
    LightWaveS : Features of such channels; `max_channels` there is the same.

    Notes
    -----
    Cases must be of equal length, as aeon has it for channel selectors;
    ``LightWaveS(max_channels=...)`` takes any.

    With very many channels fewer cases are looked at, so that a matrix of them for each
    channel takes 256 MB in all, and while there are more than 32 channels left, the one
    that carries least of the scores is left out.

    Examples
    --------
    >>> from aeon.classification.convolution_based import MiniRocketClassifier
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSChannelSelector
    >>> from sklearn.pipeline import make_pipeline
    >>> X, y = load_basic_motions(split="train")
    >>> selector = LightWaveSChannelSelector(max_channels=2, random_state=0)
    >>> selector.fit_transform(X, y).shape
    (40, 2, 100)
    >>> clf = make_pipeline(selector, MiniRocketClassifier(random_state=0)).fit(X, y)
    """

    _tags = {
        "X_inner_type": "numpy3D",
        "requires_y": True,
        "capability:multivariate": True,
        "capability:missing_values": True,
        "capability:multithreading": True,
    }

    def __init__(
        self,
        max_channels: int | str = "auto",
        variant: str = "plus",
        n_jobs: int = 1,
        random_state: int | np.random.RandomState | None = None,
        backend: str = "threads",
        channel_names: Sequence[str] | None = None,
    ):
        self.max_channels = max_channels
        self.variant = variant
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.backend = backend
        self.channel_names = channel_names

        super().__init__()

    def _fit(self, X: np.ndarray, y: np.ndarray) -> LightWaveSChannelSelector:
        check_classification_y(y)
        self._n_jobs = check_n_jobs(self.n_jobs)
        path = search_channels(self, X, y)
        names = getattr(self, "feature_names_in_", None)
        self.channel_path_ = with_channel_names(pd.DataFrame(path), names)
        self.channels_selected_ = selected_channels(path).tolist()
        self.metadata_["missing_values"] = holds_missing(X)
        return self

    @classmethod
    def _get_test_params(cls, parameter_set: str = "default") -> list[dict]:
        return [{"max_channels": 1, "variant": "L1"}, {"max_channels": "auto"}]
