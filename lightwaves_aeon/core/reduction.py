"""Fewer features of a fitted model, which give what all of them do.

The path of detachment is gone further: the model is its own teacher. Its features are
dropped step by step, so that those that are left reproduce its scores of training and
augmented cases, see `distillation`.
"""

from __future__ import annotations

__all__ = ["Reduction", "some_of"]

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

import numpy as np
from sklearn.preprocessing import StandardScaler

from lightwaves_aeon.core.data.augmentation import draw_mixtures
from lightwaves_aeon.core.data.case_order import case_order
from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.data.sampling import stratified_sample
from lightwaves_aeon.core.fitted import FittedClassifier, FittedLinear
from lightwaves_aeon.core.fitted_regressor import FittedRegressor
from lightwaves_aeon.core.linear.head import DistilledRidge, default_ridge
from lightwaves_aeon.core.linear.regression import DistilledRidgeRegressor
from lightwaves_aeon.core.linear.ridge import (
    SOFT_ALPHAS,
    fit_ridge,
    mean_ridge,
    standardised,
)
from lightwaves_aeon.core.linear.shrinkage import fit_limits
from lightwaves_aeon.core.linear.unobserved import importances_of
from lightwaves_aeon.core.parallel.blas import one_blas_thread
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.selection.distillation import LARGEST_VALUE
from lightwaves_aeon.core.selection.select import SELECTORS
from lightwaves_aeon.core.selection.student import losses_without, rank_by_detachment
from lightwaves_aeon.core.targets import (
    Standard,
    Targets,
    quantile_classes,
    standardised_numbers,
)

SHARE = 0.05
"""Features dropped in each step: of a few hundred, one after the other costs little."""

MOST_CASES = 1500
"""Training cases that are scored, at most."""


def some_of(fitted: FittedLinear, features: np.ndarray) -> FittedLinear:
    """Keep some features with the weights that they have; nothing is trained.

    Parameters
    ----------
    fitted : FittedClassifier or FittedRegressor
        The model.
    features : np.ndarray of int
        Its features to keep, ascending.

    Returns
    -------
    FittedClassifier or FittedRegressor
        It gives the same for the average training case.

    Examples
    --------
    >>> import numpy as np
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.core.fitted import as_fitted
    >>> from lightwaves_aeon.core.reduction import some_of
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
    >>> len(some_of(as_fitted(clf, "an example"), np.arange(9)).model.rows)
    9
    """
    means, weights = fitted.means[features], fitted.head.weights[features]
    bias = fitted.intercepts - means @ weights
    changed = {"weights": weights, "bias": bias}
    unobserved = getattr(fitted.head, "unobserved", None)
    if unobserved is not None:
        changed["unobserved"] = unobserved._replace(
            means=means, importances=unobserved.importances[features]
        )
    return replace(
        fitted,
        model=fitted.model.some(features),
        head=fitted.head._replace(**changed),
        means=means,
        stds=fitted.stds[features],
    )


@dataclass(frozen=True)
class Reduction:
    """A fitted model, and what heads of fewer of its features are trained on.

    Attributes
    ----------
    fitted : FittedClassifier or FittedRegressor
        The model.
    features : np.ndarray of float32, shape (n_cases, n_features)
        Its features of all training cases.
    targets : Targets
        Of these cases.
    standard : Standard or None
        What the numbers are standardised by, if it is a regressor.
    taught : np.ndarray of float32, shape (n_taught, n_features)
        The features of some of the cases, and of augmented ones, clipped.
    rows : np.ndarray of float32, shape (n_features, n_taught)
        The same, standardised and centred.
    soft_targets : np.ndarray of float64, shape (n_taught, n_scores)
        The scores of the model for these.
    ranking : np.ndarray of int
        Its features, or those that are left to choose from; the first of them are those
        to keep.
    class_weight : {"balanced"}, dict or None
        Weights of the classes; with any the heads are trained on labels alone.
    """

    fitted: FittedLinear
    features: np.ndarray
    targets: Targets
    standard: Standard | None
    taught: np.ndarray
    rows: np.ndarray
    soft_targets: np.ndarray
    ranking: np.ndarray
    class_weight: Any = None

    @classmethod
    def from_cases(
        cls, fitted: FittedLinear, X: Collection, y: np.ndarray, class_weight: Any
    ) -> Reduction:
        """Score the training cases, and augmented ones, and rank the features.

        Parameters
        ----------
        fitted : FittedClassifier or FittedRegressor
            The model.
        X : Collection, shape (n_cases, n_channels, n_timepoints)
            The training cases.
        y : np.ndarray, shape (n_cases,) or (n_cases, n_outputs)
            Their labels, or numbers.
        class_weight : {"balanced"}, dict or None
            Weights of the classes.

        Returns
        -------
        Reduction
            It does not depend on the order of the cases.

        Raises
        ------
        ValueError
            If channels, labels, outputs or the number of cases are not those of the
            fit.

        Examples
        --------
        >>> from aeon.datasets import load_basic_motions
        >>> from lightwaves_aeon import LightWaveSClassifier
        >>> from lightwaves_aeon.core.fitted import as_fitted
        >>> from lightwaves_aeon.core.reduction import Reduction
        >>> X, y = load_basic_motions(split="train")
        >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
        >>> reduction = Reduction.from_cases(as_fitted(clf, "an example"), X, y, None)
        >>> bool((reduction.reduced(5).predict(X) == y).all())
        True
        """
        if X.shape[:2] != (len(y), fitted.n_channels):
            raise ValueError(
                f"X must be {len(y)} cases, as many as y has, of "
                f"{fitted.n_channels} channels, got {X.shape[0]} of {X.shape[1]}"
            )
        targets, standard = _targets_of(fitted, y)
        model = fitted.model
        if model.allows_missing:
            model = model.with_unobserved(fitted.means)
        order, rng = case_order(X, targets, Threads()), np.random.RandomState(0)
        targets, features = targets.take(order), model.transform(X, order)
        some = stratified_sample(targets.classes, MOST_CASES, rng)
        n_mixtures = SELECTORS["distil"].n_augmented(len(some))
        mixtures = draw_mixtures(len(some), n_mixtures, rng).of(order[some])
        augmented = model.features_of_mixtures(X, mixtures, Threads())
        taught = np.concatenate([features[some], augmented])
        _, means, deviations = standardised(features)
        scaled = (taught - means) / deviations
        np.clip(scaled, -LARGEST_VALUE, LARGEST_VALUE, out=scaled)
        reach = np.where(np.isfinite(deviations), deviations, 0)
        taught = means + scaled * reach
        scores = taught @ fitted.head.weights + fitted.head.bias
        if standard is not None:
            scores = (scores - standard.means) / standard.scales
        rows = (scaled - scaled.mean(axis=0)).T.astype(np.float32)
        with one_blas_thread:
            ranking = rank_by_detachment(rows, scores, SHARE)
        return cls(
            fitted,
            features,
            targets,
            standard,
            taught.astype(np.float32),
            rows,
            scores,
            ranking,
            class_weight,
        )

    def within(self, cost: Callable[[FittedLinear], float], most: float) -> Reduction:
        """Drop what many features share, until those that are left cost no more.

        That is a channel, pairs of channels, level 2, all convolutions, or the largest
        dilation: each time what is missed least for what it costs.

        Parameters
        ----------
        cost : callable
            What a model costs, of some of the features.
        most : float
            What it may cost.

        Returns
        -------
        Reduction
            Of the features that are left, which may cost more yet, where nothing is
            left to be dropped.
        """
        left = np.arange(len(self.rows))
        spent = cost(self.fitted)
        with one_blas_thread:
            while spent > most:
                found = []
                for group, loss in self._shared(left):
                    rest = left[~group]
                    cheaper = cost(some_of(self.fitted, rest))
                    if cheaper < spent:
                        found.append((loss / (spent - cheaper), cheaper, rest))
                if not found:
                    break
                _, spent, left = min(found, key=itemgetter(0))
        return self.only(left)

    def only(self, features: np.ndarray) -> Reduction:
        """Choose from some features alone, which are ranked anew."""
        with one_blas_thread:
            order = rank_by_detachment(self.rows[features], self.soft_targets, SHARE)
        return replace(self, ranking=features[order])

    def loss(self, n_features: int) -> float:
        """Tell how much of the scores is lost by so few features."""
        others = np.ones(len(self.rows), bool)
        others[self.ranking[:n_features]] = False
        with one_blas_thread:
            return float(losses_without(self.rows, self.soft_targets, [others])[0])

    def _shared(self, left: np.ndarray) -> list[tuple[np.ndarray, float]]:
        """Give features that share what takes memory, and what is lost without them.

        Of the channels, which take the same, it is the one that is missed least.
        """
        rows = self.fitted.model.rows[left]
        first, second = rows["channel"], rows["other"]
        channels = np.union1d(first, second[second >= 0])
        groups = [
            second >= 0,
            rows["level"] == 2,
            rows["level"] > 0,
            rows["dilation"] == rows["dilation"].max(),
            *((first == channel) | (second == channel) for channel in channels),
        ]
        n_others = len(groups) - len(channels)
        lost = losses_without(self.rows[left], self.soft_targets, groups)
        least = n_others + int(np.argmin(lost[n_others:]))
        return [
            (groups[number], float(lost[number]))
            for number in (*range(n_others), least)
            if groups[number].any() and not groups[number].all()
        ]

    def kept(self, n_features: int) -> np.ndarray:
        """Give the features to keep, ascending."""
        return np.sort(self.ranking[:n_features])

    def untrained(self, n_features: int) -> FittedLinear:
        """Keep them with the weights that they have, see `some_of`."""
        return some_of(self.fitted, self.kept(n_features))

    def reduced(self, n_features: int) -> FittedLinear:
        """Train a head for fewer features.

        Parameters
        ----------
        n_features : int
            How many.

        Returns
        -------
        FittedClassifier or FittedRegressor
            Its probabilities are by the inverse temperature of the whole model; how far
            its numbers are off is not known.
        """
        kept, fitted = self.kept(n_features), self.fitted
        model, scaler = fitted.model.some(kept), StandardScaler()
        seen = scaler.fit_transform(self.features[:, kept])
        taught = scaler.transform(self.taught[:, kept])
        about = {
            "n_channels": fitted.n_channels,
            "n_timepoints": fitted.n_timepoints,
            "channel_names": fitted.channel_names,
            "sampling_rate": fitted.sampling_rate,
            "has_gaps": fitted.has_gaps,
        }
        with one_blas_thread:
            if isinstance(fitted, FittedRegressor):
                regressor = self._trained_to_numbers(fitted, taught)
                return FittedRegressor.from_estimator(model, scaler, regressor, **about)
            assert isinstance(fitted, FittedClassifier)
            ridge = self._trained_to_labels(fitted, seen, taught)
        head = fitted.head
        unobserved = head.unobserved
        if unobserved is not None:
            importances = importances_of(np.atleast_2d(ridge.coef_).T)
            unobserved = unobserved._replace(
                means=scaler.mean_, importances=importances
            )
        return FittedClassifier.from_estimator(
            model, scaler, ridge, head.inverse_temperature, unobserved, **about
        )

    def _trained_to_labels(
        self, fitted: FittedClassifier, seen: np.ndarray, taught: np.ndarray
    ) -> Any:
        labels = fitted.classes[self.targets.classes]
        if self.class_weight is not None:
            return default_ridge(len(labels), self.class_weight).fit(seen, labels)
        return DistilledRidge().fit(seen, labels, taught, self.soft_targets)

    def _trained_to_numbers(
        self, fitted: FittedRegressor, taught: np.ndarray
    ) -> DistilledRidgeRegressor:
        """As in a fit: numbers are as noisy as labels, what the model gives is not."""
        standard, numbers = self.standard, self.targets.numbers
        assert standard is not None
        assert numbers is not None
        ridge = fit_ridge(taught, self.soft_targets, SOFT_ALPHAS)
        limits = fit_limits([], 1.0, numbers)
        if fitted.head.limits is not None:
            limits = (fitted.head.limits - standard.means) / standard.scales
        solution = ridge.alpha, *mean_ridge([ridge]), limits, standard
        is_vector = fitted.head.is_vector
        return DistilledRidgeRegressor().set_solution(*solution, is_vector)


def _targets_of(fitted: FittedLinear, y: np.ndarray) -> tuple[Targets, Standard | None]:
    if isinstance(fitted, FittedClassifier):
        labels, classes = np.unique(y, return_inverse=True)
        if not np.array_equal(labels, fitted.classes):
            raise ValueError("y must have the labels that the classifier was fitted to")
        return Targets(classes), None
    n_outputs = len(fitted.head.bias)
    given = np.asarray(y, np.float64).reshape(len(y), -1)
    if given.shape[1] != n_outputs or not np.isfinite(given).all():
        raise ValueError(
            f"y must be finite numbers of {n_outputs} outputs, as the regressor was "
            "fitted to"
        )
    numbers, standard = standardised_numbers(given)
    return Targets(quantile_classes(numbers), numbers), standard
