"""Fit to more cases than are looked at in the search: a sample, then block by block.

The table is searched on a sample. What is left to be learned of all cases, the linear
head, takes one block of them at a time, and the sums of their products.
"""

from __future__ import annotations

__all__ = [
    "LARGE",
    "BlockTask",
    "LocalPass",
    "Pass",
    "class_weights",
    "features_of_all",
    "fit_head",
    "is_large",
    "keeps_features",
    "sampled",
]

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from sklearn.linear_model import RidgeClassifierCV
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_class_weight

from lightwaves_aeon.core.data.blocks import block_ranges, sum_blocks
from lightwaves_aeon.core.data.collection import Collection, iter_by_length
from lightwaves_aeon.core.data.sampling import stratified_sample
from lightwaves_aeon.core.data.scaling import find_unusable
from lightwaves_aeon.core.data.source import CaseSource, as_source, read_pieces
from lightwaves_aeon.core.linear.blockwise import (
    NormalEquations,
    errors_of,
    normal_equations,
    sums_of,
)
from lightwaves_aeon.core.linear.head import fitted_ridge, fitted_scaler
from lightwaves_aeon.core.linear.ridge import ALPHAS
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.parallel.blas import one_blas_thread
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.search import Search, Track

LARGE = 1 << 14
"""Cases up to which a collection is not large: all of them are scaled by, and their
features are in memory together."""

SCALED_BY = 8192
"""Cases of a large collection that the scaling of its channels is taken from, at least;
those of the search are among them."""

KEPT_BYTES = 1 << 28
"""Features that are kept from one pass over the blocks to the next, if all fit in."""


def is_large(shape: tuple[int, ...]) -> bool:
    """Tell whether a collection of this shape is fitted block by block."""
    return shape[0] > LARGE


def sampled(
    search: Search,
    X: Collection | CaseSource,
    classes: np.ndarray,
    rng: np.random.RandomState,
    backend: Threads,
) -> tuple[Search, Collection, np.ndarray]:
    """Draw the cases of a large collection to search on; of others take all.

    Real cases serve better than mixtures of them, and there are enough: so many more
    take part in place of these.

    Parameters
    ----------
    search : Search
        What is asked for.
    X : Collection or CaseSource, shape (n_cases, n_channels, n_timepoints)
        All cases.
    classes : np.ndarray of int, shape (n_cases,)
        Class of each.
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
    classes : np.ndarray of int
        Class of each.
    """
    if not is_large(X.shape):
        everything = X if isinstance(X, Collection) else X.read(range(X.shape[0]))
        return search, everything, classes
    search = search.without_mixtures()
    n_cases = max(search.max_cases, SCALED_BY)
    drawn = backend.on_root(lambda: np.sort(stratified_sample(classes, n_cases, rng)))
    sample = as_source(X).read(drawn)
    _refuse_unusable(sample, drawn)
    return search, sample, classes[drawn]


def _refuse_unusable(X: Collection, names: range | np.ndarray) -> None:
    """Refuse NaN and infinity in any channel; errors call the cases by these names."""
    for block, _, numbers in iter_by_length(X):
        unusable = find_unusable(block) if block.dtype.kind == "f" else None
        if unusable is not None:
            case, channel = unusable
            case = names[case if numbers is None else numbers[case]]
            raise ValueError(
                f"X holds NaN or infinity, first in case {case}, channel {channel}"
            )


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
    >>> from lightwaves_aeon.estimators.large import class_weights
    >>> class_weights("balanced", np.array(["a", "b"]), np.array([30, 10])).round(2)
    array([0.67, 2.  ])
    """
    if isinstance(class_weight, str) and class_weight == "balanced":
        return sizes.sum() / (len(sizes) * sizes)
    weights = compute_class_weight(class_weight, classes=labels, y=labels)
    return weights.astype(np.float64)


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
    parts = [np.empty((0, len(model.rows)), np.float32)]
    for cases in backend.local_part(block_ranges(source.shape[0])):
        for piece, X in read_pieces(source, cases):
            n_jobs, first = backend.n_jobs, piece.start
            parts.append(model.transform(X, n_jobs=n_jobs, first_case=first))
    return np.concatenate([parts[0], *backend.gather(np.concatenate(parts))])


def keeps_features(n_cases: int, n_features: int) -> bool:
    """Tell whether features are kept from one pass to the next."""
    return 4 * n_cases * n_features <= KEPT_BYTES


@dataclass(frozen=True)
class BlockTask:
    """What is summed up of a block of cases; it can be sent to other machines.

    Attributes
    ----------
    model : Model
        Gives the features.
    weights : np.ndarray of float64, shape (n_classes,)
        Weight of a case of each class.
    origin : np.ndarray of float64, shape (n_features,)
        What features are counted from, in the first pass.
    equations : NormalEquations or None
        What the first pass has found, for the second.
    """

    model: Model
    weights: np.ndarray
    origin: np.ndarray
    equations: NormalEquations | None = None

    def features(self, X: Collection, first: int) -> np.ndarray:
        """Compute the features of cases, the first of which is number `first` of all.

        Raises
        ------
        ValueError
            If any channel, in use or not, holds NaN or infinity, or one in use holds a
            value far out of scale; the message names case and channel.
        """
        _refuse_unusable(X, range(first, first + X.shape[0]))
        return self.model.transform(X, first_case=first)

    def sums(self, features: np.ndarray, classes: np.ndarray) -> Any:
        """Sum up what the pass needs."""
        if self.equations is None:
            return sums_of(features, classes, self.weights, self.origin)
        alphas = ALPHAS * self.equations.n_cases
        return errors_of(features, classes, self.weights, self.equations, alphas)


Pass = Callable[[BlockTask], Any]
"""Gives the sum over all blocks, in every process."""


def fit_head(
    model: Model,
    sample: Collection,
    labels: np.ndarray,
    sizes: np.ndarray,
    class_weight: Any,
    over_blocks: Pass,
    on_root: Callable[[Callable[[], Any]], Any],
) -> tuple[StandardScaler, RidgeClassifierCV]:
    """Fit scaler and ridge regression to the features of all cases.

    Parameters
    ----------
    model : Model
        Gives the features.
    sample : Collection
        Some cases; features are counted from their means.
    labels : np.ndarray, shape (n_classes,)
        Labels of the classes.
    sizes : np.ndarray of int, shape (n_classes,)
        Number of cases of each.
    class_weight : {"balanced"}, dict or None
        Weights of the classes.
    over_blocks : callable
        Carries out a task for all blocks and sums up; called twice.
    on_root : callable
        Calls a function once for all processes.

    Returns
    -------
    scaler : StandardScaler
    ridge : RidgeClassifierCV
        As fitted to all cases at once.
    """
    weights = class_weights(class_weight, labels, sizes)
    origin = model.transform(sample).mean(axis=0, dtype=np.float64)
    task = BlockTask(model, weights, origin)
    sums = over_blocks(task)
    with one_blas_thread:
        equations = on_root(lambda: normal_equations(sums, origin))
    errors = over_blocks(replace(task, equations=equations)).squared
    alphas, best = ALPHAS * equations.n_cases, int(np.argmin(errors))
    alpha = float(alphas[best])
    with one_blas_thread:
        coefficients, intercept = on_root(lambda: equations.solve(alpha))
    mean_error = float(errors[best]) / (equations.n_cases * len(intercept))
    scaler = fitted_scaler(equations.means, equations.deviations, equations.n_cases)
    ridge = fitted_ridge(
        labels, alphas, alpha, -mean_error, coefficients.T, intercept, class_weight
    )
    return scaler, ridge


@dataclass(frozen=True)
class LocalPass:
    """Passes over the blocks of a source by the processes and threads of a backend.

    Attributes
    ----------
    source : CaseSource
        The cases.
    classes : np.ndarray of int, shape (n_cases,)
        Class of each.
    backend : Threads
        Where the work is done.
    track : callable
        Wraps the results of blocks, to show progress.
    """

    source: CaseSource
    classes: np.ndarray
    backend: Threads
    track: Track
    kept: dict[int, np.ndarray] = field(default_factory=dict)

    @one_blas_thread
    def __call__(self, task: BlockTask) -> Any:
        """Sum up what the task finds in all blocks."""
        n_cases = len(self.classes)
        keeps = keeps_features(n_cases, len(task.origin))

        def of_block(cases: range) -> Any:
            features = self.kept.get(cases.start)
            if features is None:
                features = np.concatenate(
                    [
                        task.features(X, piece.start)
                        for piece, X in read_pieces(self.source, cases)
                    ]
                )
                if keeps:
                    self.kept[cases.start] = features
            return task.sums(features, self.classes[cases.start : cases.stop])

        return sum_blocks(of_block, n_cases, self.backend, self.track)
