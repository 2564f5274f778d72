"""From checked labels to a fitted classifier, for the shells of all frameworks."""

from __future__ import annotations

__all__ = ["class_weights", "fit_classifier"]

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from math import fsum
from typing import Any

import numpy as np
from sklearn.linear_model import RidgeClassifierCV
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_class_weight

from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.data.source import CaseSource
from lightwaves_aeon.core.fitted import FittedClassifier, FittedState
from lightwaves_aeon.core.linear.channel_loss import channel_losses, fit_exponent
from lightwaves_aeon.core.linear.head import DistilledRidge, default_ridge, fitted_ridge
from lightwaves_aeon.core.linear.temperature import HeldOut, fit_inverse_temperature
from lightwaves_aeon.core.linear.unobserved import Unobserved, importances_of
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.estimators.fitting import (
    fit_table,
    targets_of_labels,
)
from lightwaves_aeon.estimators.heads import TableFit, Taught
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
    of_cases = X, y, sample_weight, shell.missing_values == "allow"
    X, counted, case_weights = weighted_cases(*of_cases)
    check_takes_weights(given, case_weights)
    _check_no_class_is_lost(y, counted)
    y = counted
    targets, labels = targets_of_labels(y)
    targets = targets._replace(weights=case_weights)
    fit = fit_table(shell, X, targets, labels, passes)
    if given is not None:
        return fit.fit_given(y)
    weight, held_out = shell.class_weight, fit.found.held_out
    if fit.is_large:
        weights = class_weights(weight, labels, np.bincount(targets.classes))
        scaler, ridge, scored = fit.fit_by_blocks(weights)
        estimator, held_out = fitted_ridge(labels, *ridge, weight), [scored]
    else:
        lesson = fit.found.lesson if weight is None else None
        scaler, estimator = fit.fit_in_memory(
            lesson, partial(_fit_ridge, labels, weight)
        )
    fitted = _fitted_value(fit, scaler, estimator, held_out)
    return fit.state(scaler, estimator, fitted)


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
    fit: TableFit, scaler: StandardScaler, estimator: Any, held_out: Sequence[HeldOut]
) -> FittedClassifier:
    """Calibrate the default estimator, and make one value of it and the table."""
    model, priors = fit.model, _shares_of_classes(fit.targets)

    def calibrated() -> tuple[float, float, np.ndarray]:
        inverse_temperature = fit_inverse_temperature(held_out)
        exponent = fit_exponent(held_out, inverse_temperature, priors)
        losses = channel_losses(held_out, model.channels)
        return inverse_temperature, exponent, losses

    inverse_temperature, exponent, losses = fit.backend.on_root(calibrated)
    importances = importances_of(np.atleast_2d(estimator.coef_).T)
    unobserved = Unobserved(scaler.mean_, importances, priors, exponent)
    return FittedClassifier.from_estimator(
        model,
        scaler,
        estimator,
        inverse_temperature,
        unobserved,
        channel_losses=losses,
        **fit.about,
    )


def _fit_ridge(
    labels: np.ndarray,
    class_weight: Any,
    features: np.ndarray,
    targets: Targets,
    taught: Taught | None,
) -> RidgeClassifierCV | DistilledRidge:
    """Fit the default estimator in memory; see `TableFit`."""
    y, weights = labels[targets.classes], targets.weights
    if taught is None:
        ridge = default_ridge(len(y), class_weight)
        return ridge.fit(features, y, sample_weight=weights)
    of_teacher = taught.features, taught.soft_targets
    return DistilledRidge().fit(features, y, *of_teacher, weights, taught.weights)
