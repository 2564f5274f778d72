"""Fit and predict where the chunks of a Dask array are, on any Dask cluster.

The cases that the search looks at are gathered; features and their products are
computed where the chunks are, and one small sum comes back. What has been computed is
the same as of an array in memory, to the last bit, however the array is chunked.
"""

from __future__ import annotations

__all__ = ["fit_dask", "predict_dask"]

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from lightwaves_aeon.aeon.classifier import LightWaveSClassifier
from lightwaves_aeon.aeon.tasks import Estimator, Task, class_of
from lightwaves_aeon.core.data.blocks import (
    BLOCK_CASES,
    Node,
    add_node,
    block_ranges,
    join_nodes,
    total_of,
)
from lightwaves_aeon.core.data.source import PartOfSource
from lightwaves_aeon.core.parallel.blas import one_blas_thread
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.progress import Track
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.estimators.passes import BlockTask, keeps_features

if TYPE_CHECKING:
    import dask.array as da

JOINED_AT_A_TIME = 8
"""Chunks whose sums are joined in one task."""


@overload
def fit_dask(
    X: da.Array,
    y: Any,
    *,
    task: Literal["classification"] = ...,
    sample_weight: Any = ...,
    **parameters: Any,
) -> LightWaveSClassifier: ...
@overload
def fit_dask(
    X: da.Array, y: Any, *, task: Task, sample_weight: Any = ..., **parameters: Any
) -> Estimator: ...
def fit_dask(
    X: da.Array,
    y: Any,
    *,
    task: Task = "classification",
    sample_weight: Any = None,
    **parameters: Any,
) -> Estimator:
    """Fit to a Dask array, by the scheduler or client that is active.

    Parameters
    ----------
    X : dask.array.Array, shape (n_cases, n_channels, n_timepoints)
        Numbers; from Zarr, HDF5 or object storage, say. Chunks are joined or split
        along the cases to multiples of 2,048, which costs least where they are that.
    y : dask.array.Array or np.ndarray, shape (n_cases,)
        Labels; for a regression numbers, which may be of shape (n_cases, n_outputs).
    task : {"classification", "regression"}, default="classification"
        Whether labels are classes, or numbers to be predicted.
    sample_weight : dask.array.Array or np.ndarray, shape (n_cases,), or None
        How much each case counts, as of ``fit``; by default all count alike.
    **parameters
        Those of `LightWaveSClassifier` or ``LightWaveSRegressor``. With
        ``backend="joblib"`` within ``joblib.parallel_config("dask")`` the search is
        spread over the workers, too, which is worth it where channels are many.

    Returns
    -------
    LightWaveSClassifier or LightWaveSRegressor
        Fitted; the same, to the last bit, as to the array in memory, on machines whose
        processors are of one kind.

    Raises
    ------
    ImportError
        If Dask is not installed.
    TypeError, ValueError
        If `X` is no such array, there is no such task, the number of labels differs, or
        as ``fit`` does.

    Examples
    --------
    >>> import dask.array as da
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon.aeon.dask import fit_dask, predict_dask
    >>> X, y = load_basic_motions(split="train")
    >>> clf = fit_dask(da.from_array(X, chunks=(10, -1, -1)), y, n_features=50)
    >>> predict_dask(clf, da.from_array(X, chunks=(20, -1, -1))).compute().shape
    (40,)
    """
    kind = class_of(task)
    _check_series(X)
    labels = np.asarray(y)  # computes those of a Dask array
    most = 1 if kind is LightWaveSClassifier else 2
    if not 1 <= labels.ndim <= most or len(labels) != len(X):
        each = "one label" if most == 1 else "one number, or a row of them,"
        raise ValueError(
            f"X holds {len(X)} cases, but y has the shape {labels.shape}: there must "
            f"be {each} for each case"
        )
    source = _DaskSource(X)
    return kind(**parameters)._fit_source(source, labels, _DaskPass, sample_weight)


def predict_dask(classifier: Estimator, X: da.Array) -> da.Array:
    """Predict labels, or numbers, where the chunks of a Dask array are.

    Parameters
    ----------
    classifier : LightWaveSClassifier or LightWaveSRegressor
        Fitted.
    X : dask.array.Array, shape (n_cases, n_channels, n_timepoints)
        Numbers.

    Returns
    -------
    dask.array.Array, shape (n_cases,) or (n_cases, n_outputs)
        The labels, or numbers, which nothing has been computed for yet.

    Raises
    ------
    ImportError
        If Dask is not installed.
    TypeError, ValueError
        If `X` is no such array, or of another number of channels. When computed, as
        ``predict`` does.
    """
    _check_series(X, may_be_unknown=True)
    classifier._check_is_fitted()
    state = classifier._state
    n_channels = state.metadata["n_channels"]
    if X.shape[1] != n_channels:
        raise ValueError(
            f"X has {X.shape[1]} channels, but the model was fitted to {n_channels}"
        )

    def labels(block: np.ndarray, block_info: Any = None) -> np.ndarray:
        first = block_info[0]["array-location"][0][0] if block_info else 0
        first = 0 if np.isnan(first) else int(first)
        return state.head.predict(
            state.model.transform(block, names=range(first, first + len(block)))
        )

    whole = X.rechunk({1: -1, 2: -1})
    some = np.zeros((1, len(state.model.rows)), np.float32)
    none = state.head.predict(some)[:0]  # tells the type, and the outputs
    shape: dict[str, Any] = {"drop_axis": [1, 2]}
    if none.ndim == 2:
        shape = {"drop_axis": [2], "chunks": (whole.chunks[0], none.shape[1:])}
    return whole.map_blocks(labels, **shape, dtype=none.dtype, meta=none)


def _check_series(X: Any, may_be_unknown: bool = False) -> None:
    try:
        import dask.array as da
    except ImportError as error:
        raise ImportError(
            'this needs Dask: pip install "lightwaves-aeon[dask]"'
        ) from error
    if not isinstance(X, da.Array):
        raise TypeError(f"X must be a dask.array.Array, got {type(X).__name__}")
    if X.ndim != 3:
        raise ValueError(
            "X must have the dimensions (n_cases, n_channels, n_timepoints), got "
            f"{X.ndim} of them: {X.shape}"
        )
    if X.dtype.kind not in "fiu":
        raise TypeError(f"X must hold real numbers, got {X.dtype}")
    unknown = np.isnan(np.array(X.shape, float))
    if unknown[1:].any() or (unknown[0] and not may_be_unknown):
        raise ValueError(
            "X has chunks of unknown size: X.compute_chunk_sizes() finds them out"
        )
    if X.size == 0:
        raise ValueError(f"X is empty: its shape is {X.shape}")


@dataclass(frozen=True)
class _DaskSource:
    """A Dask array as a `CaseSource`."""

    X: da.Array

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.X.shape

    @property
    def dtype(self) -> np.dtype:
        return self.X.dtype

    def read(self, cases: range | np.ndarray) -> np.ndarray:
        some = slice(cases.start, cases.stop) if isinstance(cases, range) else cases
        return np.ascontiguousarray(self.X[some].compute())


@dataclass(frozen=True)
class _DaskPass:
    """Passes over the blocks of a Dask array, as `LocalPass` makes them of others."""

    source: _DaskSource | PartOfSource
    targets: Targets
    names: range | np.ndarray
    backend: Threads
    track: Track
    kept: list[Any] = field(default_factory=list)

    def __call__(self, task: BlockTask) -> Any:
        import dask

        shared, blocks = dask.delayed(task), self._blocks()
        ends = np.cumsum(blocks.chunks[0]).tolist()
        spans = [slice(a, b) for a, b in zip([0, *ends], ends, strict=False)]
        features = self.kept or [
            dask.delayed(_features)(block, shared, self.names[span])
            for block, span in zip(blocks.to_delayed().ravel(), spans, strict=True)
        ]
        keeps = keeps_features(len(self.targets.classes), len(task.model.rows))
        if keeps and not self.kept:
            self.kept.extend(dask.persist(*features))
            features = self.kept
        nodes = [
            dask.delayed(_nodes)(of, shared, self.targets.take(span), span.start)
            for of, span in zip(features, spans, strict=True)
        ]
        while len(nodes) > 1:
            parts = range(0, len(nodes), JOINED_AT_A_TIME)
            nodes = [
                dask.delayed(join_nodes)(nodes[part : part + JOINED_AT_A_TIME])
                for part in parts
            ]
        return total_of(nodes[0].compute())

    def _blocks(self) -> da.Array:
        """Chunks along the cases alone, of whole blocks and about their size."""
        X = _array_of(self.source)
        size = max(1, round(max(X.chunks[0]) / BLOCK_CASES)) * BLOCK_CASES
        return X.rechunk((min(size, len(X)), -1, -1))


def _array_of(source: Any) -> da.Array:
    if isinstance(source, PartOfSource):
        return _array_of(source.source)[source.cases]
    return source.X


def _features(
    X: np.ndarray, task: BlockTask, names: range | np.ndarray
) -> list[np.ndarray]:
    """Compute the features of each block of a chunk."""
    blocks = (slice(cases.start, cases.stop) for cases in block_ranges(len(X)))
    return [task.features(X[block], names[block]) for block in blocks]


@one_blas_thread
def _nodes(
    features: Sequence[np.ndarray], task: BlockTask, targets: Targets, start: int
) -> list[Node]:
    """Sum up the blocks of a chunk as far as they have neighbours."""
    nodes: list[Node] = []
    for i, of_block in enumerate(features):
        first = i * BLOCK_CASES
        some = slice(first, first + len(of_block))
        value = task.sums(of_block, targets.take(some))
        add_node(nodes, Node(0, start // BLOCK_CASES + i, value))
    return nodes
