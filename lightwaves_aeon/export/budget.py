"""The largest model that fits a device: what models take, and what few features do."""

from __future__ import annotations

__all__ = ["Costs", "costs_of", "largest_within"]

from bisect import bisect_left
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from lightwaves_aeon.core.convolution.features import refuse_missing
from lightwaves_aeon.core.convolution.kernels import N_TAPS
from lightwaves_aeon.core.convolution.plan import Plan
from lightwaves_aeon.core.convolution.pooling import POOLING_NAMES
from lightwaves_aeon.core.convolution.pooling_sets import EMPTY
from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.fitted import FittedLinear, as_fitted
from lightwaves_aeon.core.reduction import Reduction, some_of
from lightwaves_aeon.export.c.files import program_names
from lightwaves_aeon.export.c.int16_tables import IntegerTables
from lightwaves_aeon.export.c.probabilities import logit_scale
from lightwaves_aeon.export.c.source import check_arithmetic, longest_of
from lightwaves_aeon.export.c.tables import Tables
from lightwaves_aeon.export.integer.bits import quantised
from lightwaves_aeon.export.single_precision import refuse_coarse_numbers


class Arithmetic(NamedTuple):
    """What a program takes beside its tables, by what it computes in.

    Attributes
    ----------
    code, of_series, of_gaps, of_probabilities : int
        Bytes of the program at most, on a Cortex-M; and more of them where it takes
        statistics of intervals, missing values, and probabilities, these with the C
        library, and in integers with the floating point that processors lack.
    scaling, total, shared, pooling : int
        Operations a time point: of scaling a channel, of the sum of nine copies, of a
        response that uses it, and of a pooling operator.
    series : dict of str to int
        Operations a time point of an interval of level 0.
    weight : int
        Operations a feature and score.
    """

    code: int
    of_series: int
    of_gaps: int
    of_probabilities: int
    scaling: int
    total: int
    shared: int
    pooling: int
    series: dict[str, int]
    weight: int


OF = {
    # What carries the rounding along is counted with scaling, intervals and weights.
    "float": Arithmetic(
        *(4096, 1280, 1280, 1024),
        *(20, 8, 4, 3),
        {"mean": 4, "deviation": 11, "slope": 9, "lowest": 2, "highest": 2},
        7,
    ),
    "int16": Arithmetic(
        *(3328, 1280, 0, 4864),
        *(5, 8, 4, 2),
        {"mean": 1, "deviation": 3, "slope": 4, "lowest": 2, "highest": 2},
        3,
    ),
}
"""By the names of `ARITHMETICS`."""


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
    arithmetic: str = "float",
    bits: int | None = None,
    scale: float | np.ndarray | None = None,
    offset: float | np.ndarray = 0.0,
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
    arithmetic : {"float", "int16"}, default="float"
        What it computes in. In integers, what makes them of floats is not counted.
    bits, scale, offset
        Of integers, see `export_c`.

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
    >>> costs_of(clf, arithmetic="int16").ram < costs_of(clf).ram / 2
    True
    """
    check_arithmetic(arithmetic, missing_values)
    fitted, names = as_fitted(estimator, "C source"), program_names(arithmetic)
    longest = longest_of(fitted, n_timepoints)
    if probabilities:
        logit_scale(fitted)  # if there is none, there are no probabilities
    refuse_missing(fitted.model.rows, "C source", names, names)
    if n_features is not None:
        n_rows = len(fitted.model.rows)
        if not 1 <= n_features <= n_rows:
            raise ValueError(f"n_features must be from 1 to {n_rows}, got {n_features}")
        fitted = some_of(fitted, np.arange(n_features))
    n_kept, n_scores = len(fitted.model.rows), len(fitted.head.bias)
    has_gaps = arithmetic == "float" and fitted.takes_missing(missing_values)
    tables: Tables | IntegerTables
    if arithmetic == "int16":
        model, _ = quantised(fitted, longest, None, bits, scale, offset)
        tables = IntegerTables.from_model(model)
    else:
        refuse_coarse_numbers(fitted)
        tables = Tables.from_fitted(fitted, longest, has_gaps, probabilities)
    of, sizes = OF[arithmetic], tables.sizes
    of_code = of.code + of.of_series * tables.flags["series"] + of.of_gaps * has_gaps
    of_code += of.of_probabilities * probabilities * (1 + has_gaps)
    operations = _operations(fitted.model.transform.plan, longest, of)
    return Costs(
        sizes["table_bytes"] + of_code,
        sizes["work_bytes"] + sizes["stream_bytes"],
        operations + of.weight * n_kept * n_scores,
    )


def largest_within(
    estimator: Any,
    X: Collection,
    y: np.ndarray,
    *,
    class_weight: Any = None,
    max_flash: float = np.inf,
    max_ram: float = np.inf,
    max_operations: float = np.inf,
    **program: Any,
) -> FittedLinear:
    """Keep as many features as a device has room for.

    They are not the first of the table, but those that reproduce the scores of the
    whole model best, see `Reduction`; so is their head trained. Where memory is short,
    channels, pairs of them, level 2 or large dilations are given up first, and where
    flash is, all statistics of intervals, if that is for the better.

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
    max_flash, max_ram, max_operations : float
        What a model may take at most, see `Costs`.
    **program
        What program it is to be: `n_timepoints`, `missing_values`, `probabilities`,
        `arithmetic`, `bits`, `scale` and `offset`, as of `costs_of`.

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

    def costs(model: FittedLinear) -> Costs:
        return costs_of(model, **program)

    if costs(fitted).within(*limits):
        return fitted

    def largest(of: Callable[[int], FittedLinear], n_most: int) -> int:
        def is_too_many(n_kept: int) -> bool:
            return not costs(of(n_kept)).within(*limits)

        return bisect_left(range(1, n_most + 1), True, key=is_too_many)

    whole = Reduction.from_cases(fitted, X, y, class_weight)
    reductions, is_convolved = [whole], fitted.model.rows["level"] > 0
    if is_convolved.any() and not is_convolved.all():  # each kind takes flash
        reductions.append(whole.only(np.flatnonzero(is_convolved)))
    if costs(fitted).ram > max_ram:  # few features need less of it only by chance
        reductions.append(whole.within(lambda model: costs(model).ram, max_ram))
    found = [(of, largest(of.untrained, len(of.ranking))) for of in reductions]
    fitting = [(of, n_kept) for of, n_kept in found if n_kept > 0]
    reduction, n_kept = min(
        fitting or found[-1:], key=lambda of_n_kept: of_n_kept[0].loss(of_n_kept[1])
    )
    # In integers the weights of a head decide how wide they are.
    if n_kept > 0 and not costs(reduction.reduced(n_kept)).within(*limits):
        n_kept = largest(reduction.reduced, n_kept)
    if n_kept == 0:
        least = costs(reduction.reduced(1))
        raise ValueError(
            f"no model fits: one feature alone takes {least.flash} bytes of flash, "
            f"{least.ram} bytes of RAM and {least.operations} operations"
        )
    return reduction.reduced(n_kept)


def _operations(plan: Plan, n: int, of: Arithmetic) -> int:
    """Count those of all features, by the steps of the program."""
    convolutions, bank, n_inputs = plan.convolutions, plan.bank, len(plan.inputs.first)
    kernels = convolutions.kernels
    tapped, of_taps = bank.taps[kernels, 0] >= 0, 2 * bank.lengths[kernels]
    first, second = (convolutions.sets != EMPTY).T
    n_first = np.where(first, n, n // 2)  # level 2 sees every second value
    operations = (np.where(tapped, of.shared, of_taps) * n_first).sum()
    operations += (np.where(tapped, N_TAPS + 1, of_taps) * (n // 2) * second).sum()
    wanted = (convolutions.columns >= 0).sum(axis=(0, 2))
    operations += of.pooling * (wanted @ [n, n // 2])
    starts = np.repeat(np.arange(n_inputs), np.diff(plan.starts))
    groups = np.unique(np.stack([starts, convolutions.dilations])[:, tapped], axis=1)
    operations += of.total * n * groups.shape[1]
    first, end = np.floor(plan.plain.ends.T.astype(np.float64) * n)
    of_each = [of.series[POOLING_NAMES[number]] for number in plan.plain.statistics]
    operations += int((np.maximum(end - first, 1) * of_each).sum())
    return int(operations + of.scaling * n * n_inputs)
