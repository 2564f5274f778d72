"""From checked numbers to a fitted regressor, for the shells of all frameworks."""

from __future__ import annotations

__all__ = ["checked_numbers", "fit_regressor"]

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.data.source import CaseSource
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
from lightwaves_aeon.core.targets import (
    Targets,
    quantile_classes,
    standardised_numbers,
)
from lightwaves_aeon.estimators.fitting import fit_table
from lightwaves_aeon.estimators.frames import refuse_masked
from lightwaves_aeon.estimators.heads import Taught
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
    fit = fit_table(shell, X, targets, passes=passes)
    if shell.estimator is not None:
        return fit.fit_given(y)
    held_out = fit.found.held_out
    if fit.is_large:
        of_classes = np.ones(int(targets.classes.max()) + 1)
        scaler, solved, scored = fit.fit_by_blocks(of_classes)
        ridge = solved.alpha, solved.coef, solved.intercept
        ends = np.array([numbers.min(axis=0), numbers.max(axis=0)])
        held_out = [scored._replace(known=ends)]
    else:
        scaler, ridge = fit.fit_in_memory(fit.found.lesson, _fit_ridge)
    slopes = fit_slopes(held_out)
    limits = fit_limits(held_out, slopes, numbers)
    held_out = shrunk(held_out, slopes, limits)
    alpha, coef, intercept = ridge
    solution = alpha, (coef.T * slopes).T, intercept * slopes, limits
    estimator = DistilledRidgeRegressor()
    estimator.set_solution(*solution, standard, y.ndim == 1)
    model = fit.model
    fitted = FittedRegressor.from_estimator(
        model,
        scaler,
        estimator,
        channel_losses=channel_losses(
            held_out, model.channels, CHANNEL_LOSS_OF_NUMBERS
        ),
        intervals=fit_intervals(held_out, standard),
        **fit.about,
    )
    return fit.state(scaler, estimator, fitted)


def _fit_ridge(
    features: np.ndarray, targets: Targets, taught: Taught | None
) -> tuple[float, np.ndarray, np.ndarray]:
    """Give the penalty, the coefficients and the intercept of a ridge regression.

    Where there is a teacher, it is one of its predictions: numbers are as noisy as
    labels.
    """
    if taught is None:
        ridge = fit_ridge(features, targets.values, weights=targets.weights)
    else:
        of_teacher = taught.features, taught.soft_targets
        ridge = fit_ridge(*of_teacher, SOFT_ALPHAS, taught.weights)
    return (ridge.alpha, *mean_ridge([ridge]))
