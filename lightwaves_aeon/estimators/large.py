"""Fit to more cases than are looked at together.

The table is searched on a sample, and chosen by more cases. What is left to be learned
of all cases, the linear head, takes one block of them at a time.
"""

from __future__ import annotations

__all__ = [
    "LARGE",
    "BlockwiseRidge",
    "features_of_all",
    "fit_head",
    "is_large",
    "refined",
    "sampled",
]

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from sklearn.preprocessing import StandardScaler

from lightwaves_aeon.core.data.blocks import block_ranges
from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.data.sampling import stratified_sample
from lightwaves_aeon.core.data.source import (
    CaseSource,
    PartOfSource,
    as_source,
    read_pieces,
)
from lightwaves_aeon.core.linear.blockwise import (
    errors_of,
    leave_one_out_scores,
    normal_equations,
    sums_of,
)
from lightwaves_aeon.core.linear.channel_loss import channels_lost
from lightwaves_aeon.core.linear.head import fitted_scaler
from lightwaves_aeon.core.linear.ridge import ALPHAS, standardised
from lightwaves_aeon.core.linear.temperature import HeldOut
from lightwaves_aeon.core.linear.unobserved import importances_of
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.parallel.blas import one_blas_thread
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.progress import Track
from lightwaves_aeon.core.search import Search
from lightwaves_aeon.core.selection.refinement import (
    CASES_TO_REFINE,
    detach_pool,
    pool_sums,
)
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.estimators.passes import (
    BlockTask,
    Pass,
    refuse_unusable,
)

LARGE = 1 << 14
"""Cases up to which a collection is not large: all of them are scaled by, and their
features are in memory together."""

SCALED_BY = 8192
"""Cases of a large collection that the scaling of its channels is taken from, at least;
those of the search are among them."""

STANDARDISED_BY = 2048
"""Cases of these that features of a pool are standardised by."""


def is_large(shape: tuple[int, ...]) -> bool:
    """Tell whether a collection of this shape is fitted block by block."""
    return shape[0] > LARGE


def sampled(
    search: Search,
    X: Collection | CaseSource,
    targets: Targets,
    rng: np.random.RandomState,
    backend: Threads,
) -> tuple[Search, Collection, Targets]:
    """Draw the cases of a large collection to search on; of others take all.

    Parameters
    ----------
    search : Search
        What is asked for.
    X : Collection or CaseSource, shape (n_cases, n_channels, n_timepoints)
        All cases.
    targets : Targets
        Of all cases.
    rng : np.random.RandomState
        Draws them; that of the first process alone.
    backend : Threads
        Where the work is done.

    Returns
    -------
    search : Search
        What to do with the sample.
    sample : Collection
        The cases, in their order.
    targets : Targets
        Of these cases.
    """
    if not is_large(X.shape):
        everything = X if isinstance(X, Collection) else X.read(range(X.shape[0]))
        return search, everything, targets
    if isinstance(X, Collection):  # others are looked at when they are read
        refuse_unusable(X, range(X.shape[0]), search.allow_missing)
    search = search.for_sample()
    n_cases = max(search.max_cases, SCALED_BY)
    drawn = _drawn(targets.classes, n_cases, rng, backend)
    sample = as_source(X).read(drawn)
    refuse_unusable(sample, drawn, search.allow_missing)
    return search, sample, targets.take(drawn)


def _drawn(
    classes: np.ndarray, n_cases: int, rng: np.random.RandomState, backend: Threads
) -> np.ndarray:
    return backend.on_root(lambda: np.sort(stratified_sample(classes, n_cases, rng)))


def refined(
    model: Model,
    n_features: int,
    sample: Collection,
    source: CaseSource,
    targets: Targets,
    rng: np.random.RandomState,
    passes: Callable[..., Pass],
    backend: Threads,
    track: Track,
) -> Model:
    """Choose features of a pool by more cases than were searched on.

    Parameters
    ----------
    model : Model
        Of the pool.
    n_features : int
        Number of features wanted.
    sample : Collection
        Some cases, by which features are standardised.
    source, targets
        All cases, and their targets.
    rng : np.random.RandomState
        Draws the cases that are looked at; that of the first process alone.
    passes : callable
        Makes the passes over blocks.
    backend, track
        Where the work is done, and how progress is shown.

    Returns
    -------
    Model
        Of the features chosen, the weightiest first.
    """
    if len(model.rows) <= n_features:
        return model
    drawn = _drawn(targets.classes, CASES_TO_REFINE, rng, backend)
    part, of_part = PartOfSource(source, drawn), targets.take(drawn)
    some = np.arange(0, sample.shape[0], max(1, sample.shape[0] // STANDARDISED_BY))
    features = model.transform(sample, some, backend.n_jobs)
    _, means, deviations = standardised(features)
    over_blocks = passes(part, of_part, drawn, backend, track)
    of_pool = partial(
        pool_sums,
        n_classes=int(targets.classes.max()) + 1,
        means=means,
        deviations=deviations,
    )
    sums = over_blocks(BlockTask(model, of_pool))
    with one_blas_thread:
        order, weights = backend.on_root(lambda: detach_pool(sums, n_features))
    return model.some(order).scored(weights)


class BlockwiseRidge(NamedTuple):
    """A ridge regression that was fitted block by block.

    Attributes
    ----------
    alphas : np.ndarray of float64, shape (n_alphas,)
        Penalties there were to choose from.
    alpha, best_score : float
        The one that was chosen, and its leave-one-out error, negative.
    coef : np.ndarray of float64, shape (n_scores, n_features)
        Coefficients of the standardised features.
    intercept : np.ndarray of float64, shape (n_scores,)
        Scores where these are zero.
    """

    alphas: np.ndarray
    alpha: float
    best_score: float
    coef: np.ndarray
    intercept: np.ndarray


def fit_head(
    model: Model,
    sample: Collection,
    targets: Targets,
    weights: np.ndarray,
    over_blocks: Pass,
    backend: Threads,
) -> tuple[StandardScaler, BlockwiseRidge, HeldOut]:
    """Fit scaler and ridge regression to the features of all cases.

    Parameters
    ----------
    model : Model
        Gives the features.
    sample : Collection
        Some cases; features are counted from their means.
    targets : Targets
        Of the sample.
    weights : np.ndarray of float64, shape (n_classes,)
        Weight of a case of each class.
    over_blocks : callable
        Carries out a task for all blocks and sums up; called twice.
    backend : Threads
        Where the work is done.

    Returns
    -------
    scaler : StandardScaler
    ridge : BlockwiseRidge
        As fitted to all cases at once.
    held_out : HeldOut
        Leave-one-out scores of the sample.
    """
    features = model.transform(sample, n_jobs=backend.n_jobs)
    origin = features.mean(axis=0, dtype=np.float64)
    of_head = partial(sums_of, weights=weights, origin=origin)
    sums = over_blocks(BlockTask(model, of_head))
    with one_blas_thread:
        equations = backend.on_root(lambda: normal_equations(sums, origin))
    alphas = ALPHAS * equations.n_cases
    left_out = partial(errors_of, weights=weights, equations=equations, alphas=alphas)
    errors = over_blocks(BlockTask(model, left_out)).squared
    best = int(np.argmin(errors))
    alpha = float(alphas[best])

    def solve() -> tuple[np.ndarray, np.ndarray, HeldOut]:
        of_sample = features, targets, weights, equations, alpha
        scores = leave_one_out_scores(*of_sample)
        coefficients, intercept = equations.solve(alpha)
        standard = (features - equations.means) / equations.deviations
        means = np.zeros(len(coefficients))
        lost = channels_lost(
            standard,
            means,
            importances_of(coefficients),
            (model.rows["channel"], model.rows["other"]),
            lambda left: scores + (left - standard) @ coefficients,
        )
        return coefficients, intercept, HeldOut(scores, targets, tuple(lost))

    with one_blas_thread:
        coefficients, intercept, held_out = backend.on_root(solve)
    score = -float(errors[best]) / (equations.n_cases * len(intercept))
    scaler = fitted_scaler(equations.means, equations.deviations, equations.n_cases)
    ridge = BlockwiseRidge(alphas, alpha, score, coefficients.T, intercept)
    return scaler, ridge, held_out


def features_of_all(model: Model, source: CaseSource, backend: Threads) -> np.ndarray:
    """Compute the features of all cases; each process those of its share of blocks.

    Parameters
    ----------
    model : Model
        Gives the features.
    source : CaseSource
        The cases.
    backend : Threads
        Where the work is done.

    Returns
    -------
    np.ndarray of float32, shape (n_cases, n_features)
        Without cases in all processes but the first.
    """
    none = np.empty((0, len(model.rows)), np.float32)
    parts = [none]
    for cases in backend.local_part(block_ranges(source.shape[0])):
        for piece, X in read_pieces(source, cases):
            refuse_unusable(X, piece, model.allows_missing)
            parts.append(model.transform(X, n_jobs=backend.n_jobs, names=piece))
    return np.concatenate([none, *backend.gather(np.concatenate(parts))])
