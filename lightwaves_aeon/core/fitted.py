"""The fitted classifier, or regressor, as one value that knows no framework.

Shells hold one; predictors, insight, budgets, model files and exports take one.
"""

from __future__ import annotations

__all__ = [
    "FittedClassifier",
    "FittedLinear",
    "FittedState",
    "NotLinearError",
    "as_fitted",
]

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.linear.head import LinearHead
from lightwaves_aeon.core.linear.unobserved import Unobserved
from lightwaves_aeon.core.model import Model


class NotLinearError(ValueError, AttributeError):
    """The scores of an estimator are no sum over features, one a class.

    It is an AttributeError too, so that ``hasattr`` says no to a property.
    """


@dataclass(frozen=True)
class FittedLinear(ABC):
    """A fitted table with a linear head, of classes or of numbers.

    Attributes
    ----------
    model : Model
        The table, and what it takes to evaluate it.
    head : LinearHead or RegressionHead
        Predicts from features.
    intercepts : np.ndarray of float64, shape (n_scores,)
        The scores of a case whose features are those of the average training case.
    means, stds : np.ndarray of float64, shape (n_features,)
        Mean and standard deviation of each feature over the training cases.
    n_channels : int
        Number of channels of a case, in use or not.
    n_timepoints : int or None
        Number of time points of the training cases; None if their lengths differ.
    channel_names : sequence of str or None
        Names of all channels, where they have any.
    sampling_rate : float or None
        Time points a second, where it is known.
    channel_losses : np.ndarray of dtype `CHANNEL_LOSS`, or that of numbers, or None
        What the loss of each channel in use costs, where it is known.
    has_gaps : bool
        Whether values of the training cases were missing.
    """

    model: Model
    head: Any
    intercepts: np.ndarray
    means: np.ndarray
    stds: np.ndarray
    n_channels: int
    n_timepoints: int | None = None
    channel_names: Sequence[str] | None = None
    sampling_rate: float | None = None
    channel_losses: np.ndarray | None = None
    has_gaps: bool = False

    @property
    @abstractmethod
    def outputs(self) -> np.ndarray:
        """The labels, or the numbers of the outputs."""

    @property
    @abstractmethod
    def output_column(self) -> str | None:
        """What a column of outputs is called in tables; None if there is one output."""

    @property
    def output_weights(self) -> np.ndarray:
        """What a unit of each feature adds to each output.

        Of shape (n_features, n_outputs).
        """
        return self.head.weights

    @property
    def output_intercepts(self) -> np.ndarray:
        """What is given for the average training case, one an output."""
        return self.intercepts

    def kept(self, outputs: np.ndarray) -> np.ndarray:
        """Keep what the features add up to within the limits there are.

        Parameters
        ----------
        outputs : np.ndarray of float64, shape (..., n_outputs)
            The sums of contributions and intercepts.

        Returns
        -------
        np.ndarray of the same shape
        """
        return outputs

    def takes_missing(self, asked: bool | None) -> bool:
        """Tell whether an export takes NaN for what was not observed.

        Parameters
        ----------
        asked : bool or None
            None means: if values of the training cases were missing.

        Returns
        -------
        bool

        Raises
        ------
        ValueError
            If that is asked for, but missing values are an error to the estimator.
        """
        if asked not in (None, False, True):
            raise ValueError(
                f"missing_values must be True, False or None, got {asked!r}"
            )
        allowed = self.model.allows_missing
        if asked and not allowed:
            raise ValueError(
                "missing values are an error to this estimator: for an export that "
                "takes them, fit it with missing_values='allow'"
            )
        return allowed and (self.has_gaps if asked is None else bool(asked))

    def features(self, X: Collection, n_jobs: int = 1) -> np.ndarray:
        """Compute the features of cases; see `FeatureTransform`."""
        return self.model.transform(X, n_jobs=n_jobs)

    def predict(self, X: Collection, n_jobs: int = 1) -> np.ndarray:
        """Predict for cases, as the estimator does that this is the value of."""
        return self.head.predict(self.features(X, n_jobs))

    def contributions(self, features: np.ndarray) -> np.ndarray:
        """Split what is predicted for cases into what each feature adds.

        Parameters
        ----------
        features : np.ndarray of float32, shape (n_cases, n_features)
            The features of the cases; NaN where they are missing.

        Returns
        -------
        np.ndarray of float64, shape (n_cases, n_features, n_outputs)
            What a feature adds by its distance from the average training case. Summed
            over the features, with `output_intercepts`, it gives the scores of the
            classes, or the numbers.

        Examples
        --------
        >>> import numpy as np
        >>> from sklearn.linear_model import RidgeClassifier
        >>> from sklearn.preprocessing import StandardScaler
        >>> from lightwaves_aeon.core.fitted import FittedClassifier
        >>> from lightwaves_aeon.core.search import Search
        >>> from lightwaves_aeon.core.targets import Targets
        >>> rng = np.random.default_rng(0)
        >>> X, y = rng.normal(size=(20, 2, 30)), np.repeat([0, 1], 10)
        >>> search, rng = Search(n_features=5), np.random.RandomState(0)
        >>> model = search.fit(X, Targets(y), rng).model
        >>> features = model.transform(X)
        >>> scaler = StandardScaler().fit(features)
        >>> ridge = RidgeClassifier().fit(scaler.transform(features), y)
        >>> fitted = FittedClassifier.from_estimator(model, scaler, ridge, n_channels=2)
        >>> parts = fitted.contributions(features)
        >>> parts.shape
        (20, 5, 2)
        >>> scores = parts.sum(axis=1) + fitted.output_intercepts
        >>> of_ridge = ridge.decision_function(scaler.transform(features))
        >>> bool(np.allclose(scores[:, 1], of_ridge))
        True
        """
        distances = features - self.means
        distances[np.isnan(distances)] = 0
        return distances[:, :, None] * self.output_weights


@dataclass(frozen=True)
class FittedClassifier(FittedLinear):
    """A fitted table with its linear head; see `FittedLinear`."""

    head: LinearHead

    @classmethod
    def from_estimator(
        cls,
        model: Model,
        scaler: Any,
        estimator: Any,
        inverse_temperature: float = np.nan,
        unobserved: Unobserved | None = None,
        **about: Any,
    ) -> FittedClassifier:
        """Read a linear classifier of standardised features.

        Parameters
        ----------
        model : Model
            Gives the features.
        scaler : StandardScaler
            Fitted to them.
        estimator : sklearn classifier
            Fitted to what the scaler makes of them.
        inverse_temperature : float, default=np.nan
            Of the probabilities, where there are any.
        unobserved : Unobserved, optional
            What stands in for features that are missing.
        **about
            Other attributes, of which `n_channels` is needed.

        Returns
        -------
        FittedClassifier

        Raises
        ------
        NotLinearError
            A ValueError. The estimator has no ``coef_``, ``intercept_`` and
            ``decision_function``; or they are not those of one score for two classes,
            and one a class for more.
        """
        name = type(estimator).__name__
        needed = ("coef_", "intercept_", "decision_function")
        if not all(hasattr(estimator, attribute) for attribute in needed):
            raise NotLinearError(
                f"the scores of {name} are not a sum over features: a linear "
                "estimator, such as the default one, has importances"
            )
        coefficients = np.atleast_2d(estimator.coef_)
        intercepts = np.broadcast_to(estimator.intercept_, len(coefficients))
        of_average = estimator.decision_function(np.zeros((1, len(scaler.mean_))))
        # Some count votes of pairs of classes, which for three classes are three too.
        adds_up = np.array_equal(np.ravel(of_average), intercepts)
        n_classes = len(estimator.classes_)
        if not adds_up or len(coefficients) != (1 if n_classes == 2 else n_classes):
            raise NotLinearError(
                f"the scores of {name} are not a weighted sum of the features for each "
                f"of the {n_classes} classes, which is what importances are read from"
            )
        head = LinearHead.from_standardised(
            scaler.mean_,
            scaler.scale_,
            coefficients,
            intercepts,
            estimator.classes_,
            inverse_temperature,
            unobserved,
        )
        stds = np.sqrt(scaler.var_)
        return cls(model, head, intercepts, scaler.mean_, stds, **about)

    @property
    def classes(self) -> np.ndarray:
        """The labels."""
        return self.head.classes

    @property
    def outputs(self) -> np.ndarray:
        """The labels."""
        return self.classes

    @property
    def output_column(self) -> str:
        """What a column of labels is called in tables."""
        return "class"

    @property
    def output_weights(self) -> np.ndarray:
        """What a unit of each feature adds to the score of each class.

        Of shape (n_features, n_classes); of two classes they are opposites.
        """
        weights = self.head.weights
        return weights if weights.shape[1] > 1 else np.hstack([-weights, weights])

    @property
    def output_intercepts(self) -> np.ndarray:
        """The scores of the average training case, one a class."""
        if len(self.intercepts) > 1:
            return self.intercepts
        return np.concatenate([-self.intercepts, self.intercepts])


class FittedState(NamedTuple):
    """What a fit finds: the fitted value, and beside it what frameworks show.

    Attributes
    ----------
    model : Model
        The table.
    head : LinearHead, RegressionHead or Pipeline
        Predicts from unscaled features.
    fitted : FittedLinear or None
        All in one, with the default estimator.
    scaler : StandardScaler
        Fitted to the features.
    estimator : sklearn classifier or regressor
        Fitted to the standardised features.
    parameters : dict
        Those of the estimator of the framework; what is set afterwards has no part in
        the model.
    metadata : dict
        What is known of the training cases: their number, those of their channels and
        time points, and whether there are several channels, missing values, and
        unequal lengths.
    path : np.ndarray or None
        The numbers of features that there were to choose from.
    channel_path : np.ndarray or None
        The channels that there were to choose from.
    channel_names : sequence of str or None
        Names of all channels, where they have any.
    sampling_rate : float or None
        Time points a second, where it is known.
    """

    model: Model
    head: Any
    fitted: Any
    scaler: Any
    estimator: Any
    parameters: dict[str, Any]
    metadata: dict[str, Any]
    path: np.ndarray | None
    channel_path: np.ndarray | None
    channel_names: Sequence[str] | None
    sampling_rate: float | None

    def linear(self, kind: Any) -> Any:
        """Give the fitted value of any linear estimator.

        Parameters
        ----------
        kind : type
            FittedClassifier or FittedRegressor.

        Returns
        -------
        FittedLinear

        Raises
        ------
        NotLinearError
            If the estimator is not linear.
        """
        if self.fitted is not None:
            return self.fitted
        return kind.from_estimator(
            self.model,
            self.scaler,
            self.estimator,
            n_channels=self.metadata["n_channels"],
            channel_names=self.channel_names,
            sampling_rate=self.sampling_rate,
        )


def as_fitted(estimator: Any, target: str) -> Any:
    """Give the fitted value of an estimator, if it is one that can be written down.

    Parameters
    ----------
    estimator : FittedLinear, LightWaveSClassifier or LightWaveSRegressor
        Fitted; an estimator of any framework.
    target : str
        Where to it is to be written, for errors.

    Returns
    -------
    FittedLinear

    Raises
    ------
    ValueError
        If its estimator is not the default one.
    """
    if isinstance(estimator, FittedLinear):
        return estimator
    return estimator._fitted_for(target)
