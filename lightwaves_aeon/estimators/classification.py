"""From checked labels to a fitted classifier, for the shells of all frameworks."""

from __future__ import annotations

__all__ = ["class_weights", "fit_classifier"]

import warnings
from collections.abc import Callable, Sequence
from math import fsum
from typing import Any

import numpy as np
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_class_weight

from lightwaves_aeon.core.data.augmentation import with_augmented
from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.data.source import CaseSource, as_source
from lightwaves_aeon.core.fitted import FittedClassifier, FittedState
from lightwaves_aeon.core.linear.channel_loss import channel_losses, fit_exponent
from lightwaves_aeon.core.linear.head import DistilledRidge, default_ridge, fitted_ridge
from lightwaves_aeon.core.linear.temperature import HeldOut, fit_inverse_temperature
from lightwaves_aeon.core.linear.unobserved import Unobserved, importances_of
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.parallel.blas import one_blas_thread
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.search_result import SearchResult
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.estimators.fitting import (
    about,
    backend_of,
    features_asked,
    fit_estimator,
    fit_table,
    state_of,
    targets_of_labels,
    track_of,
)
from lightwaves_aeon.estimators.large import features_of_all, fit_head, is_large
from lightwaves_aeon.estimators.passes import LocalPass, Pass
from lightwaves_aeon.estimators.weights import check_takes_weights, weighted_cases


def class_weights(
    class_weight: Any, labels: np.ndarray, sizes: np.ndarray
) -> np.ndarray:
    """Give the weight of a case of each class, as scikit-learn has it.

    Parameters
    ----------
    class_weight : {"balanced"}, dict or None
        The parameter.
    labels : np.ndarray, shape (n_classes,)
        Labels of the classes.
    sizes : np.ndarray of int, shape (n_classes,)
        Number of cases of each.

    Returns
    -------
    np.ndarray of float64, shape (n_classes,)

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.estimators.classification import class_weights
    >>> class_weights("balanced", np.array(["a", "b"]), np.array([30, 10])).round(2)
    array([0.67, 2.  ])
    """
    if isinstance(class_weight, str) and class_weight == "balanced":
        return sizes.sum() / (len(sizes) * sizes)
    weights = compute_class_weight(class_weight, classes=labels, y=labels)
    return weights.astype(np.float64)


def fit_classifier(
    shell: Any,
    X: Collection | CaseSource,
    y: np.ndarray,
    passes: Callable[..., Pass] = LocalPass,
    sample_weight: Any = None,
) -> FittedState:
    """Fit table and head by the parameters of a classifier.

    Parameters
    ----------
    shell : LightWaveSClassifier
        Of any framework, being fitted.
    X : Collection or CaseSource, shape (n_cases, n_channels, n_timepoints)
        Checked collection; of a large one, few cases are in memory at a time.
    y : np.ndarray, shape (n_cases,)
        Checked labels, of two classes at least.
    passes : callable, default=LocalPass
        Makes the passes over the blocks of a large collection.
    sample_weight : array-like, shape (n_cases,), optional
        How much each case counts; see `weighted_cases`.

    Returns
    -------
    FittedState

    Raises
    ------
    ValueError, TypeError
        As `weighted_cases` does, or if all cases of a class have the weight zero, or
        the estimator that was given takes no weights.
    """
    given = shell.estimator
    if given is not None and shell.class_weight is not None:
        warnings.warn(
            "class_weight is for the default estimator, and has no effect on the "
            f"{type(given).__name__} that is given as estimator",
            stacklevel=2,
        )
    n_features = features_asked(shell)
    of_cases = X, y, sample_weight, shell.missing_values == "allow"
    X, counted, case_weights = weighted_cases(*of_cases)
    check_takes_weights(given, case_weights)
    _check_no_class_is_lost(y, counted)
    y = counted
    targets, labels = targets_of_labels(y)
    targets = targets._replace(weights=case_weights)
    sizes = np.bincount(targets.classes)
    found, sample, of_sample = fit_table(
        shell, X, targets, labels, n_features, calibrate=given is None, passes=passes
    )
    backend, held_out = backend_of(shell), found.held_out
    if not is_large(X.shape):
        scaler, estimator = _fit_to_all(shell, found, sample, y, case_weights, backend)
    elif given is None:
        weight = shell.class_weight
        weights = class_weights(weight, labels, sizes)
        over_all = as_source(X), targets, range(len(y)), backend
        over_blocks = passes(*over_all, track_of(shell, backend))
        scaler, ridge, scored = fit_head(
            found.model, sample, of_sample, weights, over_blocks, backend
        )
        estimator = fitted_ridge(labels, *ridge, weight)
        held_out = [scored]
    else:
        features = features_of_all(found.model, as_source(X), backend)
        scaler, estimator = backend.on_root(
            lambda: fit_estimator(shell._seeded(given), features, y, case_weights)
        )
    if given is not None:
        return state_of(shell, X, found, scaler, estimator)
    fitted = _fitted_value(
        found.model,
        scaler,
        estimator,
        held_out,
        _shares_of_classes(targets),
        backend,
        **about(shell, X, found),
    )
    return state_of(shell, X, found, scaler, estimator, fitted)


def _check_no_class_is_lost(y: np.ndarray, counted: np.ndarray) -> None:
    if len(counted) == len(y):
        return
    lost = np.setdiff1d(y, counted)
    if len(lost) > 0:
        raise ValueError(
            f"sample_weight is zero for all cases of the class {lost.tolist()[0]!r}: "
            "leave these cases out of X and y if the class is not to be told"
        )


def _shares_of_classes(targets: Targets) -> np.ndarray:
    """Give the share of each class in the cases, by their weights."""
    if targets.weights is None:
        return np.bincount(targets.classes) / len(targets.classes)
    sums = [  # exact, in any order of the cases
        fsum(targets.weights[targets.classes == number])
        for number in range(int(targets.classes.max()) + 1)
    ]
    return np.array(sums) / fsum(sums)


def _fitted_value(
    model: Model,
    scaler: StandardScaler,
    estimator: Any,
    held_out: Sequence[HeldOut],
    priors: np.ndarray,
    backend: Threads,
    **other: Any,
) -> FittedClassifier:
    """Calibrate the default estimator, and make one value of it and the table."""

    def calibrated() -> tuple[float, float, np.ndarray]:
        inverse_temperature = fit_inverse_temperature(held_out)
        exponent = fit_exponent(held_out, inverse_temperature, priors)
        return inverse_temperature, exponent, channel_losses(held_out, model.channels)

    inverse_temperature, exponent, losses = backend.on_root(calibrated)
    if model.allows_missing:  # the head knows what stands in for a feature
        model = model.with_unobserved(np.full(len(model.rows), np.nan))
    importances = importances_of(np.atleast_2d(estimator.coef_).T)
    unobserved = Unobserved(scaler.mean_, importances, priors, exponent)
    return FittedClassifier.from_estimator(
        model,
        scaler,
        estimator,
        inverse_temperature,
        unobserved,
        channel_losses=losses,
        **other,
    )


def _fit_to_all(
    shell: Any,
    found: SearchResult,
    X: Collection,
    y: np.ndarray,
    weights: np.ndarray | None,
    backend: Threads,
) -> tuple[StandardScaler, Any]:
    """Fit scaler and estimator to the features of all cases, in memory together."""
    given, order = shell.estimator, found.order
    features, y = found.model.features(X, backend, order), y[order]
    ordered = None if weights is None else weights[order]
    of_fit = features, y, ordered
    if given is not None:
        return backend.on_root(lambda: fit_estimator(shell._seeded(given), *of_fit))
    lesson = found.lesson if shell.class_weight is None else None
    if lesson is None:
        ridge = default_ridge(len(y), shell.class_weight)
        with one_blas_thread:
            return backend.on_root(lambda: fit_estimator(ridge, *of_fit))
    of_mixtures = found.model.features_of_mixtures(X, lesson.mixtures, backend)

    def fit_distilled() -> tuple[StandardScaler, DistilledRidge]:
        scaler = StandardScaler().fit(features, sample_weight=ordered)
        place = np.argsort(order)  # of each case among the features
        of_cases = features[place[lesson.cases]]
        taught = scaler.transform(np.concatenate([of_cases, of_mixtures]))
        standard, targets = scaler.transform(features), lesson.soft_targets
        of_taught = None if weights is None else weights[lesson.cases]
        counts = ordered, with_augmented(of_taught, len(of_mixtures))
        with one_blas_thread:
            return scaler, DistilledRidge().fit(standard, y, taught, targets, *counts)

    return backend.on_root(fit_distilled)
