"""The largest model that fits a device: the first features of a table, and what for."""

from __future__ import annotations

__all__ = ["Costs", "costs_of", "largest_within"]

from copy import copy
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from lightwaves_aeon._fitting import fit_head
from lightwaves_aeon.core.backends import Threads
from lightwaves_aeon.core.bank import N_TAPS
from lightwaves_aeon.core.case_order import case_order
from lightwaves_aeon.core.collection import Collection
from lightwaves_aeon.core.engine import Evaluator
from lightwaves_aeon.core.head import LinearHead
from lightwaves_aeon.core.kinds import NOTHING
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.deploy.c_source import bytes_of, longest_of
from lightwaves_aeon.deploy.c_tables import Tables
from lightwaves_aeon.deploy.linear_head import linear_head

if TYPE_CHECKING:
    from lightwaves_aeon.classifier import LightWaveSClassifier

CODE_BYTES = 4096
"""For the program beside its tables; on a Cortex-M4F it takes two to three thousand."""

OF_SCALING, OF_TOTAL, OF_SHARED, OF_STATISTIC = 20, 8, 4, 3
"""Operations a time point: of scaling a channel, of the sum of nine copies, of a
response that uses it, and of a statistic."""

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
    classifier: LightWaveSClassifier,
    n_timepoints: int | None = None,
    n_features: int | None = None,
) -> Costs:
    """Say what a classifier, or the first features of its table, would take in C.

    Parameters
    ----------
    classifier : LightWaveSClassifier
        Fitted, with the default estimator.
    n_timepoints : int, optional
        Time points of the longest series; by default those of the training cases.
    n_features : int, optional
        How many features of the table, from the first on; by default all.

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
    >>> from lightwaves_aeon.deploy.budget import costs_of
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(random_state=0).fit(X, y)
    >>> costs_of(clf).ram
    6208
    >>> costs_of(clf, n_features=100).flash < costs_of(clf).flash / 2
    True
    """
    head, longest = (
        linear_head(classifier, "C source"),
        longest_of(classifier, n_timepoints),
    )
    model = classifier.pipeline_[0]._model
    if n_features is not None:
        model = _first(model, n_features, classifier.metadata_["n_channels"])
    n_kept, evaluate = len(model.rows), model.evaluate
    nothing = LinearHead(head.weights[:n_kept], head.bias, head.classes)
    tables = Tables.of(evaluate, nothing, np.zeros(n_kept), longest)
    sizes = bytes_of(tables, len(evaluate.channels), longest)
    return Costs(
        sizes["table_bytes"] + CODE_BYTES,
        sizes["work_bytes"] + sizes["stream_bytes"],
        _operations(evaluate, longest) + OF_WEIGHT * n_kept * len(head.bias),
    )


def largest_within(
    classifier: LightWaveSClassifier,
    X: Collection,
    y: np.ndarray,
    *,
    n_timepoints: int | None = None,
    max_flash: float = np.inf,
    max_ram: float = np.inf,
    max_operations: float = np.inf,
) -> LightWaveSClassifier:
    """Keep as many features as a device has room for, in the order of selection.

    Parameters
    ----------
    classifier : LightWaveSClassifier
        Fitted, with the default estimator; it is not changed.
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints), or Unequal
        The training cases, to train the head of fewer features.
    y : np.ndarray, shape (n_cases,)
        Their labels.
    n_timepoints : int, optional
        Time points of the longest series; by default those of the training cases.
    max_flash, max_ram, max_operations : float
        What a model may take at most, see `Costs`.

    Returns
    -------
    LightWaveSClassifier
        The same if all of it fits. The scores of a smaller one make probabilities by
        the sharpness of the whole one.

    Raises
    ------
    ValueError
        If not even one feature fits; the message says what it would take. If channels,
        labels or their number are not those of the training cases.

    Examples
    --------
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.deploy.budget import costs_of, largest_within
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(random_state=0).fit(X, y)
    >>> small = largest_within(clf, X, y, max_flash=8 * 1024)
    >>> 7 * 1024 < costs_of(small).flash <= 8 * 1024
    True
    """
    limits = max_flash, max_ram, max_operations
    if costs_of(classifier, n_timepoints).within(*limits):
        return classifier
    least = costs_of(classifier, n_timepoints, 1)
    if not least.within(*limits):
        raise ValueError(
            f"no model fits: one feature alone takes {least.flash} bytes of flash, "
            f"{least.ram} bytes of RAM and {least.operations} operations"
        )
    fits, too_many = 1, len(classifier.pipeline_[0]._model.rows)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if costs_of(classifier, n_timepoints, middle).within(*limits):
            fits = middle
        else:
            too_many = middle
    return _with_first(classifier, fits, X, y)


def _with_first(
    classifier: LightWaveSClassifier, n_features: int, X: Collection, y: np.ndarray
) -> LightWaveSClassifier:
    """Train a head for the first features of a table."""
    n_channels = classifier.metadata_["n_channels"]
    if X.shape[:2] != (len(y), n_channels):
        raise ValueError(
            f"X must be {len(y)} cases, as many as there are labels, of {n_channels} "
            f"channels, got {X.shape[0]} of {X.shape[1]}"
        )
    if not np.array_equal(np.unique(y), classifier.classes_):
        raise ValueError("y must have the labels that the classifier was fitted to")
    transformer = copy(classifier.pipeline_[0])
    transformer._model = _first(transformer._model, n_features, n_channels)
    smaller, backend = copy(classifier), Threads(classifier._n_jobs)
    order = case_order(X, np.unique(y, return_inverse=True)[1], backend)
    features = transformer._model.features(X, backend, order)
    scaler, smaller.estimator_, head = fit_head(
        features, y[order], None, classifier.class_weight, [], backend, clone
    )
    smaller._head = head._replace(sharpness=classifier._head.sharpness)
    smaller.pipeline_ = make_pipeline(transformer, scaler, smaller.estimator_)
    return smaller


def _first(model: Model, n_features: int, n_channels: int) -> Model:
    means, stds = np.zeros((2, n_channels))
    used = model.evaluate.channels
    means[used], stds[used] = model.evaluate.means, model.evaluate.stds
    return Model.of(model.rows[:n_features], model.bank, means, stds)


def _operations(evaluate: Evaluator, n: int) -> int:
    """Count those of all features, by the steps of the program."""
    tapped = evaluate.bank.taps[evaluate.kernels, 0] >= 0
    of_taps = 2 * evaluate.bank.lengths[evaluate.kernels]
    first, second = (evaluate.kinds != NOTHING).T
    n_first = np.where(first, n, n // 2)  # level 2 sees every second value
    operations = (np.where(tapped, OF_SHARED, of_taps) * n_first).sum()
    operations += (np.where(tapped, N_TAPS + 1, of_taps) * (n // 2) * second).sum()
    wanted = (evaluate.columns >= 0).sum(axis=(0, 2))
    operations += OF_STATISTIC * (wanted @ [n, n // 2])
    starts = np.repeat(np.arange(len(evaluate.inputs.sorts)), np.diff(evaluate.starts))
    groups = np.unique(np.stack([starts, evaluate.dilations])[:, tapped], axis=1)
    operations += OF_TOTAL * n * groups.shape[1]
    return int(operations + OF_SCALING * n * len(evaluate.inputs.sorts))
