"""The largest model that fits a device: the first features of a table, and what for."""

from __future__ import annotations

__all__ = ["Costs", "costs_of", "largest_within"]

from bisect import bisect_left
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from sklearn.preprocessing import StandardScaler

from lightwaves_aeon.core.convolution.features import refuse_missing
from lightwaves_aeon.core.convolution.kernels import N_TAPS
from lightwaves_aeon.core.convolution.plan import Plan
from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES
from lightwaves_aeon.core.convolution.pooling_sets import EMPTY
from lightwaves_aeon.core.convolution.series_pooling import PlainFeatures
from lightwaves_aeon.core.data.case_order import case_order
from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.fitted import FittedClassifier, FittedLinear, as_fitted
from lightwaves_aeon.core.fitted_regressor import FittedRegressor
from lightwaves_aeon.core.linear.head import default_ridge
from lightwaves_aeon.core.linear.regression import DistilledRidgeRegressor
from lightwaves_aeon.core.linear.unobserved import importances_of
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.parallel.blas import one_blas_thread
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.targets import (
    Targets,
    quantile_classes,
    standardised_numbers,
)
from lightwaves_aeon.export.c.files import program_names
from lightwaves_aeon.export.c.source import longest_of
from lightwaves_aeon.export.c.tables import Tables
from lightwaves_aeon.export.single_precision import refuse_coarse_numbers

CODE_BYTES = 4096
"""For the program beside its tables; on a Cortex-M4F it takes one to four thousand."""

SERIES_BYTES = 1280
"""For what takes statistics of intervals, if any are wanted: there, 500 to 1250."""

GAPS_BYTES = 1280
"""For what takes missing values, where the program does: there, 500 to 1210."""

PROBABILITIES_BYTES = 1024
"""For probabilities, if wanted: with the C library, there, 820, and 1610 with gaps."""

OF_SCALING, OF_TOTAL, OF_SHARED, OF_POOLING = 20, 8, 4, 3
"""Operations a time point: of scaling a channel, of the sum of nine copies, of a
response that uses it, and of a pooling operator."""

OF_SERIES = {"mean": 4, "deviation": 11, "slope": 9, "lowest": 2, "highest": 2}
"""Operations a time point of an interval of level 0, with what carries the rounding
along."""

OF_WEIGHT = 7
"""Operations a feature and score, with what carries the rounding along."""


class Costs(NamedTuple):
    """What a model in C takes.

    Attributes
    ----------
    flash : int
        Bytes of its tables and program.
    ram : int
        Bytes of static memory, those of a stream included.
    operations : int
        Additions, multiplications and comparisons of a prediction, about.
    """

    flash: int
    ram: int
    operations: int

    def within(self, flash: float, ram: float, operations: float) -> bool:
        """Tell whether none of the three is more than is allowed."""
        return self.flash <= flash and self.ram <= ram and self.operations <= operations


def costs_of(
    estimator: Any,
    n_timepoints: int | None = None,
    n_features: int | None = None,
    missing_values: bool | None = None,
    probabilities: bool = False,
) -> Costs:
    """Say what an estimator, or the first features of its table, would take in C.

    Parameters
    ----------
    estimator : LightWaveSClassifier, LightWaveSRegressor or FittedLinear
        Fitted, of aeon or sktime, with the default estimator; or its one value.
    n_timepoints : int, optional
        Time points of the longest series; by default those of the training cases.
    n_features : int, optional
        How many features of the table, from the first on; by default all.
    missing_values : bool, optional
        Whether the program takes missing values, see `export_c`.
    probabilities : bool, default=False
        Whether it makes probabilities of scores, see `export_c`.

    Returns
    -------
    Costs

    Raises
    ------
    ValueError
        As `export_c` does.

    Examples
    --------
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.export.budget import costs_of
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(random_state=0).fit(X, y)
    >>> costs_of(clf).ram
    8008
    >>> costs_of(clf, n_features=100).flash < costs_of(clf).flash / 2
    True
    """
    fitted = as_fitted(estimator, "C source")
    longest, model, head = longest_of(fitted, n_timepoints), fitted.model, fitted.head
    refuse_missing(model.rows, "C source", program_names(), program_names())
    refuse_coarse_numbers(fitted)
    if n_features is not None:
        model = model.first(n_features)
    n_kept, n_scores = len(model.rows), len(head.bias)
    head = head._replace(weights=head.weights[:n_kept])
    kept = replace(fitted, model=model, head=head, means=np.zeros(n_kept))
    has_gaps = fitted.takes_missing(missing_values)
    tables = Tables.from_fitted(kept, longest, has_gaps, probabilities)
    sizes, flags = tables.sizes, tables.flags
    of_code = CODE_BYTES + SERIES_BYTES * flags["series"] + GAPS_BYTES * has_gaps
    of_code += PROBABILITIES_BYTES * probabilities * (1 + has_gaps)
    return Costs(
        sizes["table_bytes"] + of_code,
        sizes["work_bytes"] + sizes["stream_bytes"],
        _operations(model.transform.plan, longest) + OF_WEIGHT * n_kept * n_scores,
    )


def largest_within(
    estimator: Any,
    X: Collection,
    y: np.ndarray,
    *,
    class_weight: Any = None,
    n_timepoints: int | None = None,
    missing_values: bool | None = None,
    probabilities: bool = False,
    max_flash: float = np.inf,
    max_ram: float = np.inf,
    max_operations: float = np.inf,
) -> FittedLinear:
    """Keep as many features as a device has room for, in the order of selection.

    Parameters
    ----------
    estimator : LightWaveSClassifier, LightWaveSRegressor or FittedLinear
        Fitted, of aeon or sktime, with the default estimator; or its one value.
    X : Collection, shape (n_cases, n_channels, n_timepoints)
        The training cases, to train the head of fewer features.
    y : np.ndarray, shape (n_cases,)
        Their labels; of a regressor their numbers, also of several outputs.
    class_weight : {"balanced"}, dict or None, default=None
        Weights of the classes, as for the whole model.
    n_timepoints : int, optional
        Time points of the longest series; by default those of the training cases.
    missing_values : bool, optional
        Whether the program takes missing values, see `export_c`.
    probabilities : bool, default=False
        Whether it makes probabilities of scores, see `export_c`.
    max_flash, max_ram, max_operations : float
        What a model may take at most, see `Costs`.

    Returns
    -------
    FittedClassifier or FittedRegressor
        All of it if it fits. The scores of a smaller one make probabilities by the
        inverse temperature of the whole one; how far the numbers of a smaller one are
        off is not known.

    Raises
    ------
    ValueError
        If not even one feature fits; the message says what it would take. If channels,
        labels, outputs or the number of cases are not those of the fit.

    Examples
    --------
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.export.budget import costs_of, largest_within
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(random_state=0).fit(X, y)
    >>> small = largest_within(clf, X, y, max_flash=8 * 1024)
    >>> 7 * 1024 < costs_of(small).flash <= 8 * 1024
    True
    """
    limits = max_flash, max_ram, max_operations
    fitted = as_fitted(estimator, "C source")
    n_features = len(fitted.model.rows)

    def costs(n_kept: int) -> Costs:
        return costs_of(fitted, n_timepoints, n_kept, missing_values, probabilities)

    def is_too_many(n_kept: int) -> bool:
        return not costs(n_kept).within(*limits)

    if not is_too_many(n_features):
        return fitted
    n_kept = bisect_left(range(1, n_features), True, key=is_too_many)
    if n_kept == 0:
        least = costs(1)
        raise ValueError(
            f"no model fits: one feature alone takes {least.flash} bytes of flash, "
            f"{least.ram} bytes of RAM and {least.operations} operations"
        )
    if X.shape[:2] != (len(y), fitted.n_channels):
        raise ValueError(
            f"X must be {len(y)} cases, as many as y has, of "
            f"{fitted.n_channels} channels, got {X.shape[0]} of {X.shape[1]}"
        )
    model = fitted.model.first(n_kept)
    if isinstance(fitted, FittedRegressor):
        return _trained_to_numbers(fitted, model, X, y)
    return _trained_to_labels(fitted, model, X, y, class_weight)


def _trained_to_labels(
    fitted: FittedClassifier,
    model: Model,
    X: Collection,
    y: np.ndarray,
    class_weight: Any,
) -> FittedClassifier:
    """Train a head for the first features of a table."""
    labels, classes = np.unique(y, return_inverse=True)
    if not np.array_equal(labels, fitted.classes):
        raise ValueError("y must have the labels that the classifier was fitted to")
    features, order = _features_in_order(fitted, model, X, Targets(classes))
    scaler, ridge = StandardScaler().fit(features), default_ridge(len(y), class_weight)
    with one_blas_thread:
        ridge.fit(scaler.transform(features), y[order])
    unobserved = fitted.head.unobserved
    if unobserved is not None:
        importances = importances_of(np.atleast_2d(ridge.coef_).T)
        unobserved = unobserved._replace(means=scaler.mean_, importances=importances)
    return FittedClassifier.from_estimator(
        model,
        scaler,
        ridge,
        fitted.head.inverse_temperature,
        unobserved,
        **_about(fitted),
    )


def _trained_to_numbers(
    fitted: FittedRegressor, model: Model, X: Collection, y: np.ndarray
) -> FittedRegressor:
    """Train a head for the first features of a table."""
    n_outputs = len(fitted.head.bias)
    given = np.asarray(y, np.float64).reshape(len(y), -1)
    if given.shape[1] != n_outputs or not np.isfinite(given).all():
        raise ValueError(
            f"y must be finite numbers of {n_outputs} outputs, as the regressor was "
            "fitted to"
        )
    numbers, _ = standardised_numbers(given)
    targets = Targets(quantile_classes(numbers), numbers)
    features, order = _features_in_order(fitted, model, X, targets)
    scaler, ridge = StandardScaler().fit(features), DistilledRidgeRegressor()
    with one_blas_thread:
        seen = scaler.transform(features)
        ridge.fit(seen, given[order, 0] if fitted.head.is_vector else given[order])
    return FittedRegressor.from_estimator(model, scaler, ridge, **_about(fitted))


def _features_in_order(
    fitted: FittedLinear, model: Model, X: Collection, targets: Targets
) -> tuple[np.ndarray, np.ndarray]:
    order = case_order(X, targets, Threads())
    if model.allows_missing:
        model = model.with_unobserved(fitted.means[: len(model.rows)])
    return model.transform(X, order), order


def _about(fitted: FittedLinear) -> dict[str, Any]:
    return {
        "n_channels": fitted.n_channels,
        "n_timepoints": fitted.n_timepoints,
        "channel_names": fitted.channel_names,
        "sampling_rate": fitted.sampling_rate,
        "has_gaps": fitted.has_gaps,
    }


def _operations(plan: Plan, n: int) -> int:
    """Count those of all features, by the steps of the program."""
    convolutions, bank, n_inputs = plan.convolutions, plan.bank, len(plan.inputs.first)
    kernels = convolutions.kernels
    tapped, of_taps = bank.taps[kernels, 0] >= 0, 2 * bank.lengths[kernels]
    first, second = (convolutions.sets != EMPTY).T
    n_first = np.where(first, n, n // 2)  # level 2 sees every second value
    operations = (np.where(tapped, OF_SHARED, of_taps) * n_first).sum()
    operations += (np.where(tapped, N_TAPS + 1, of_taps) * (n // 2) * second).sum()
    wanted = (convolutions.columns >= 0).sum(axis=(0, 2))
    operations += OF_POOLING * (wanted @ [n, n // 2])
    starts = np.repeat(np.arange(n_inputs), np.diff(plan.starts))
    groups = np.unique(np.stack([starts, convolutions.dilations])[:, tapped], axis=1)
    operations += OF_TOTAL * n * groups.shape[1]
    operations += _operations_of_series(plan.plain, n)
    return int(operations + OF_SCALING * n * n_inputs)


def _operations_of_series(plain: PlainFeatures, n: int) -> int:
    first, end = np.floor(plain.ends.T.astype(np.float64) * n)
    of_each = [OF_SERIES[POOLING_NAMES[number]] for number in plain.statistics]
    return int((np.maximum(end - first, 1) * of_each).sum())
