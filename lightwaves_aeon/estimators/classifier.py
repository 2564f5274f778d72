"""What the classifiers of all frameworks do alike."""

from __future__ import annotations

__all__ = ["ClassifierMixin"]

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.utils.metaestimators import available_if

from lightwaves_aeon.core.fitted import FittedClassifier, FittedState
from lightwaves_aeon.estimators.classification import fit_classifier
from lightwaves_aeon.estimators.estimator import EstimatorMixin
from lightwaves_aeon.estimators.inspection import Series
from lightwaves_aeon.insight.importance import channel_loss
from lightwaves_aeon.insight.report import describe
from lightwaves_aeon.insight.saliency import saliency


class ClassifierMixin(EstimatorMixin):
    """Mixin with the parameters of a classifier; see the methods."""

    _find = fit_classifier
    _value_type = FittedClassifier

    def __init__(
        self,
        n_kernels: int = 10000,
        estimator=None,
        class_weight=None,
        n_jobs: int | None = 1,
        random_state: int | np.random.RandomState | None = None,
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
        self.class_weight = class_weight
        self.n_jobs = n_jobs
        self.random_state = random_state
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

    def _predict_proba(self, X) -> np.ndarray:
        if hasattr(self._state.head, "predict_proba"):
            return self._state.head.predict_proba(self._features(X))
        return super()._predict_proba(X)  # type: ignore[misc]

    @available_if(lambda self: hasattr(self._state.estimator, "decision_function"))
    def decision_function(self, X) -> np.ndarray:
        """Confidence scores of the estimator, where it has them.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
            Collection, or any other type that ``predict`` accepts.

        Returns
        -------
        np.ndarray, shape (n_cases,) or (n_cases, n_classes)
            As scikit-learn has it: one column for two classes, positive for the second.
        """
        return self._state.head.decision_function(self._features(self._seen(X)))

    def channel_loss(self) -> pd.DataFrame:
        """Measure the cost of losing a channel, for each channel in use.

        Importance shows what the scores use; this shows what would be missed. If other
        channels carry the same information, an important one may be lost at no cost.

        Returns
        -------
        pd.DataFrame
            One row per channel, ascending, with the columns ``channel``; ``accuracy``
            on cases held out, which is the same in all rows; ``accuracy_without``, that
            without the channel; and ``loss``, the difference, which chance may make
            negative. The cases are those that ``fit`` holds out to calibrate
            probabilities: a search that does not know them finds features, and a
            regression weighs them; of a collection too large for memory, cases of a
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
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> clf = LightWaveSClassifier(n_features=50, variant="L1L2")
        >>> clf = clf.fit(*load_basic_motions(split="train"))
        >>> clf.channel_loss()
           channel  accuracy  accuracy_without  loss
        0        0       1.0              0.65  0.35
        1        1       1.0              1.00  0.00
        2        2       1.0              1.00  0.00
        """
        return channel_loss(self._linear())

    def describe(self, n_strongest: int = 10) -> str:
        """Describe the fitted classifier in words.

        Parameters
        ----------
        n_strongest : int, default=10
            Number of features to describe.

        Returns
        -------
        str
            Some forty lines of plain text, of 80 characters at most: the channels in
            use, the strongest eight with their shares, and those not in use; the shares
            of levels, statistics and dilations; the strongest features, each with its
            share and the class that a high value supports or opposes most. A
            share is an importance, see `features_`. Next to the share of a channel
            is the accuracy without it on held-out cases, see `channel_loss`, where
            it is known and there are others. A pattern is level 1, how much the
            series is like a kernel; its second-order activity is level 2, how much the
            strength of the pattern is. Of both, d is the dilation, and the points are
            those that one value of the response depends on, in place of which stands
            the time they last where there is a `sampling_rate`.

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> clf = LightWaveSClassifier(n_features=50, variant="L1L2")
        >>> clf = clf.fit(*load_basic_motions(split="train"))
        >>> print(clf.describe(n_strongest=1))
        LightWaveS classifier: 50 features, 4 classes
        Classes: badminton, running, standing, walking
        <BLANKLINE>
        Channels: 3 of 6 in use, by their share of the standardised weights
        Held-out cases that are right: 100.0%; without a channel, as its line says
          0  76.5%  ################################  38 features  without it 65.0%
          2  15.4%  ######                            10 features  without it 100.0%
          1   8.0%  ###                               2 features   without it 100.0%
          Not used: 3-5
        <BLANKLINE>
        Levels: 1 (pattern) 85.8%, 2 (second-order activity) 14.2%
        Statistics: peak strength 74.5%, longest positive run 25.5%
        Dilations: d=1 29.8%, d=2 18.7%, d=4 2.9%, d=8 1.1%, d=16 17.2%, d=32 30.3%
        <BLANKLINE>
        Strongest features, and what a high value says:
          1.   6.3%  channel 0, short-scale pattern k001 (d=1, 9 points), peak strength:
                     points to badminton
        """
        return describe(self._linear(), n_strongest)

    def contributions(self, X: Series) -> np.ndarray:
        """Split the scores of cases into what each feature adds to them.

        Parameters
        ----------
        X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
            Cases, or any other type that ``predict`` accepts.

        Returns
        -------
        np.ndarray of float64, shape (n_cases, n_features, n_classes)
            How far the score of each class is raised by a feature, by its distance from
            the average training case; 0 if nothing of it was observed. Their sum over
            the features and the intercept of `estimator_` are ``decision_function``,
            which for two classes is that of the second; the first one's is its
            negative.
        """
        linear, collection = self._linear(), self._collection_of(X)
        return linear.contributions(linear.features(collection))

    def saliency(self, x: np.ndarray, label: object = None) -> np.ndarray:
        """Split the score of a class over the time points of the channels of a case.

        Parameters
        ----------
        x : np.ndarray, shape (n_channels, n_timepoints)
            The case, or a collection of one, of any type that ``predict`` takes.
        label : label, default=None
            The class; None means the predicted one.

        Returns
        -------
        np.ndarray of float64, shape (n_channels, n_timepoints)
            Positive where the case raises the score of the class. The sum is the score
            of the class minus its intercept; of two classes the first one's score is
            the negative of ``decision_function``. There are zeros where values are
            missing, and in channels not in use.

        Raises
        ------
        ValueError
            If the label is not a class, `x` is not one case with the channels of the
            training cases, one in use holds infinity, or NaN where missing values are
            an error, or the estimator is not linear.

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> X, y = load_basic_motions(split="train")
        >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
        >>> clf.saliency(X[0]).shape
        (6, 100)
        """
        linear = self._linear()
        x = self._case_of(x)
        classes = linear.classes.tolist()
        if label is None:
            parts = linear.contributions(linear.model.transform.transform_one(x))[0]
            label = classes[(parts.sum(axis=0) + linear.output_intercepts).argmax()]
        if label not in classes:
            raise ValueError(f"label must be one of {classes}, got {label!r}")
        return saliency(linear, x, classes.index(label))

    def _restore(self, state: FittedState) -> None:
        classes = state.head.classes
        self.classes_, self.n_classes_ = classes, len(classes)
        self._class_dictionary = {label: i for i, label in enumerate(classes)}
        super()._restore(state)
