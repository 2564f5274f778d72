"""From checked numbers to a fitted regressor, for the shells of all frameworks."""

from __future__ import annotations

__all__ = ["checked_numbers", "fit_regressor"]

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.preprocessing import StandardScaler

from lightwaves_aeon.core.data.augmentation import with_augmented
from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.data.source import CaseSource, as_source
from lightwaves_aeon.core.fitted import FittedState
from lightwaves_aeon.core.fitted_regressor import FittedRegressor
from lightwaves_aeon.core.linear.channel_loss import (
    CHANNEL_LOSS_OF_NUMBERS,
    channel_losses,
)
from lightwaves_aeon.core.linear.intervals import fit_intervals
from lightwaves_aeon.core.linear.regression import DistilledRidgeRegressor
from lightwaves_aeon.core.linear.ridge import SOFT_ALPHAS, fit_ridge, mean_ridge
from lightwaves_aeon.core.linear.shrinkage import fit_limits, fit_slopes, shrunk
from lightwaves_aeon.core.parallel.blas import one_blas_thread
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.search_result import SearchResult
from lightwaves_aeon.core.targets import (
    Targets,
    quantile_classes,
    standardised_numbers,
)
from lightwaves_aeon.estimators.fitting import (
    about,
    backend_of,
    features_asked,
    fit_estimator,
    fit_table,
    state_of,
    track_of,
)
from lightwaves_aeon.estimators.frames import refuse_masked
from lightwaves_aeon.estimators.large import features_of_all, fit_head, is_large
from lightwaves_aeon.estimators.passes import LocalPass, Pass
from lightwaves_aeon.estimators.weights import check_takes_weights, weighted_cases


def checked_numbers(y: Any, n_cases: int) -> np.ndarray:
    """Check the numbers that a regressor is fitted to, or scored by.

    Parameters
    ----------
    y : array-like, shape (n_cases,) or (n_cases, n_outputs)
        To be checked.
    n_cases : int
        Number of cases.

    Returns
    -------
    np.ndarray of float64
        Of one dimension if there is one output.

    Raises
    ------
    TypeError
        If `y` holds anything but real numbers.
    ValueError
        If there are not as many as cases, or one is NaN or infinite; the message names
        the first.

    Examples
    --------
    >>> from lightwaves_aeon.estimators.regression import checked_numbers
    >>> checked_numbers([1, 2], 2).tolist()
    [1.0, 2.0]
    >>> checked_numbers([1, float("nan")], 2)
    Traceback (most recent call last):
    ...
    ValueError: y holds NaN or infinity, first for case 1
    """
    refuse_masked(y, "y")
    given = np.asarray(y)
    if given.dtype.hasobject:
        given = np.array([_number(value) for value in given.ravel()]).reshape(
            given.shape
        )
    if given.dtype.kind not in "fiub":
        raise TypeError(f"y must hold numbers, got {given.dtype}")
    # In one order, by which sums are added up.
    numbers = np.asarray(given, np.float64, order="C")
    if numbers.ndim == 2 and numbers.shape[1] == 1:
        numbers = numbers[:, 0]
    if numbers.ndim not in (1, 2) or numbers.size == 0:
        raise ValueError(
            "y must be numbers of the shape (n_cases,) or (n_cases, n_outputs), got "
            f"the shape {given.shape}"
        )
    if len(numbers) != n_cases:
        raise ValueError(
            f"y holds {len(numbers)} numbers for {n_cases} cases: the number of cases "
            "in X and y must be the same"
        )
    unusable = ~np.isfinite(numbers.reshape(n_cases, -1)).all(axis=1)
    if unusable.any():
        raise ValueError(
            f"y holds NaN or infinity, first for case {int(unusable.argmax())}"
        )
    return numbers


def _number(value: Any) -> float:
    if isinstance(value, str | bytes | complex):
        raise TypeError(f"y must hold numbers, got {value!r}")
    return float(value)


def fit_regressor(
    shell: Any,
    X: Collection | CaseSource,
    y: np.ndarray,
    passes: Callable[..., Pass] = LocalPass,
    sample_weight: Any = None,
) -> FittedState:
    """Fit table and head by the parameters of a regressor.

    Parameters
    ----------
    shell : LightWaveSRegressor
        Of any framework, being fitted.
    X : Collection or CaseSource, shape (n_cases, n_channels, n_timepoints)
        Checked collection; of a large one, few cases are in memory at a time.
    y : np.ndarray of float64, shape (n_cases,) or (n_cases, n_outputs)
        Checked numbers of two cases at least.
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
        If there is one case, or one with a weight; as `weighted_cases` does; or if the
        estimator that was given takes no weights.

    Warns
    -----
    UserWarning
        If all numbers of an output are the same.
    """
    of_cases = X, y, sample_weight, shell.missing_values == "allow"
    X, y, case_weights = weighted_cases(*of_cases)
    check_takes_weights(shell.estimator, case_weights)
    if len(y) < 2:
        raise ValueError("one case is not enough to fit a regressor: two are needed")
    numbers, standard = standardised_numbers(y.reshape(len(y), -1), case_weights)
    for output in np.flatnonzero(~numbers.any(axis=0)):
        which = "" if y.ndim == 1 else f" of output {output}"
        warnings.warn(
            f"all numbers{which} in y are {standard.means[output]:g}: there is nothing "
            "to learn",
            stacklevel=2,
        )
    targets = Targets(quantile_classes(numbers), numbers, case_weights)
    given = shell.estimator
    n_features = features_asked(shell)
    found, sample, of_sample = fit_table(
        shell,
        X,
        targets,
        n_features=n_features,
        calibrate=given is None,
        passes=passes,
    )
    backend, held_out, model = backend_of(shell), found.held_out, found.model
    if given is not None:
        features, order = _features_in_order(found, X, sample, backend)
        weights = targets.take(order).weights
        scaler, estimator = backend.on_root(
            lambda: fit_estimator(shell._seeded(given), features, y[order], weights)
        )
    elif not is_large(X.shape):
        scaler, ridge = _fit_to_all(found, sample, targets, backend)
    else:
        of_classes = np.ones(int(targets.classes.max()) + 1)
        over_all = as_source(X), targets, range(len(y)), backend
        over_blocks = passes(*over_all, track_of(shell, backend))
        of_fit = model, sample, of_sample, of_classes, over_blocks, backend
        scaler, solved, scored = fit_head(*of_fit)
        ridge = solved.alpha, solved.coef, solved.intercept
        ends = np.array([numbers.min(axis=0), numbers.max(axis=0)])
        held_out = [scored._replace(known=ends)]
    if given is not None:
        return state_of(shell, X, found, scaler, estimator)
    slopes = fit_slopes(held_out)
    limits = fit_limits(held_out, slopes, numbers)
    held_out = shrunk(held_out, slopes, limits)
    alpha, coef, intercept = ridge
    solution = alpha, (coef.T * slopes).T, intercept * slopes, limits
    estimator = DistilledRidgeRegressor()
    estimator.set_solution(*solution, standard, y.ndim == 1)
    if model.allows_missing:  # the head knows what stands in for a feature
        model = model.with_unobserved(np.full(len(model.rows), np.nan))
    fitted = FittedRegressor.from_estimator(
        model,
        scaler,
        estimator,
        channel_losses=channel_losses(
            held_out, model.channels, CHANNEL_LOSS_OF_NUMBERS
        ),
        intervals=fit_intervals(held_out, standard),
        **about(shell, X, found),
    )
    return state_of(shell, X, found, scaler, estimator, fitted)


def _features_in_order(
    found: SearchResult,
    X: Collection | CaseSource,
    sample: Collection,
    backend: Threads,
) -> tuple[np.ndarray, np.ndarray | slice]:
    """Compute the features of all cases, and tell in what order these are."""
    if is_large(X.shape):
        return features_of_all(found.model, as_source(X), backend), slice(None)
    return found.model.features(sample, backend, found.order), found.order


def _fit_to_all(
    found: SearchResult, X: Collection, targets: Targets, backend: Threads
) -> tuple[StandardScaler, tuple[float, np.ndarray, np.ndarray]]:
    """Fit scaler and ridge regression to the features of all cases, in memory.

    The regression is given as its penalty, coefficients and intercept. Where there is a
    teacher, it is one of its predictions: numbers are as noisy as labels.
    """
    order, lesson = found.order, found.lesson
    features = found.model.features(X, backend, order)
    of_mixtures = None
    if lesson is not None:
        mixtures = lesson.mixtures
        of_mixtures = found.model.features_of_mixtures(X, mixtures, backend)

    def fit() -> tuple[StandardScaler, tuple[float, np.ndarray, np.ndarray]]:
        ordered = targets.take(order)
        scaler = StandardScaler().fit(features, sample_weight=ordered.weights)
        if lesson is None:
            standard = scaler.transform(features)
            ridge = fit_ridge(standard, ordered.values, weights=ordered.weights)
        else:
            place = np.argsort(order)  # of each case among the features
            of_cases = features[place[lesson.cases]]
            taught = scaler.transform(np.concatenate([of_cases, of_mixtures]))
            of_taught = targets.take(lesson.cases).weights
            counts = with_augmented(of_taught, len(lesson.mixtures.first))
            ridge = fit_ridge(taught, lesson.soft_targets, SOFT_ALPHAS, counts)
        return scaler, (ridge.alpha, *mean_ridge([ridge]))

    with one_blas_thread:
        return backend.on_root(fit)
