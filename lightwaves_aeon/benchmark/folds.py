"""Measure an estimator on a fold of a data set that may be larger than memory."""

from __future__ import annotations

__all__ = ["evaluate_fold"]

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import numpy as np
from aeon.classification import BaseClassifier
from aeon.regression import BaseRegressor

from lightwaves_aeon.aeon.tasks import Estimator
from lightwaves_aeon.benchmark.evaluation import (
    Measured,
    RegressionResult,
    Result,
    kept,
    result_of,
    warm_up,
    watched,
)
from lightwaves_aeon.core.data.blocks import block_ranges
from lightwaves_aeon.core.data.scaling import find_unusable
from lightwaves_aeon.core.data.source import PartOfSource, read_pieces
from lightwaves_aeon.storage.errors import DataFileError
from lightwaves_aeon.storage.monster import MonsterDataset
from lightwaves_aeon.storage.series import StoredSeries


def evaluate_fold(
    classifier: BaseClassifier | BaseRegressor, dataset: MonsterDataset, fold: int
) -> Result | RegressionResult:
    r"""Fit an estimator to the training cases of a fold, test it, and measure both.

    The estimator is warmed up first, as `evaluate` does. The time to fit includes that
    to read the training cases; the time to predict does not include reading.

    Parameters
    ----------
    classifier : BaseClassifier or BaseRegressor
        It is fitted. `LightWaveSClassifier` and ``LightWaveSRegressor`` read the
        training cases in blocks; any other is given all of them at once. Test cases are
        read and predicted in blocks.
    dataset : MonsterDataset
        The data set.
    fold : int
        One of its folds.

    Returns
    -------
    Result or RegressionResult

    Raises
    ------
    DataFileError
        If there is no such fold, or a file is damaged or was changed meanwhile.
    ValueError
        As ``fit`` and ``predict`` do. Where there are values that are not finite, the
        first case that has one is named, as numbered in the file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon.benchmark.classifiers import make
    >>> from lightwaves_aeon.benchmark.folds import evaluate_fold
    >>> from lightwaves_aeon.storage.monster import open_monster
    >>> X, y = load_basic_motions()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(Path(folder) / "Motions_X.npy", X)
    ...     np.save(Path(folder) / "Motions_y.npy", y)
    ...     cases = "\n".join(map(str, range(40, 80)))
    ...     fold = (Path(folder) / "test_indices_fold_0.txt").write_text(cases)
    ...     result = evaluate_fold(make("l1l2", 100), open_monster(folder), 0)
    >>> result.accuracy, result.kept_features
    (1.0, 100)
    """
    train, test = dataset.split(fold)
    series, n_channels = dataset.series, dataset.series.shape[1]
    # Series of all types but one are made float64.
    dtype = np.float32 if series.dtype == np.float32 else np.float64
    warm_up(classifier, n_channels, dtype=dtype)
    with _unusable_named(series, train):
        fit_seconds, memory = watched(
            lambda: _fit(classifier, PartOfSource(series, train), dataset.labels[train])
        )
    labels, predict_seconds = _predict(classifier, series, test)
    series.check_unchanged()
    found = labels, None, fit_seconds, predict_seconds, memory
    measured = Measured(*found, *kept(classifier, n_channels))
    return result_of(classifier, measured, dataset.labels[test], n_channels)


def _fit(
    classifier: BaseClassifier | BaseRegressor, cases: PartOfSource, y: np.ndarray
) -> None:
    if isinstance(classifier, Estimator):
        classifier._fit_source(cases, y)
    else:
        classifier.fit(cases.read(range(len(y))), y)


def _predict(
    classifier: BaseClassifier | BaseRegressor, series: StoredSeries, test: np.ndarray
) -> tuple[np.ndarray, float]:
    """Predict, and give the seconds that it takes, without those to read."""
    parts, seconds = [], 0.0
    for block in block_ranges(len(test)):
        for piece, X in read_pieces(PartOfSource(series, test), block):
            with _unusable_named(series, test[piece.start : piece.stop]):
                start = perf_counter()
                parts.append(classifier.predict(X))
                seconds += perf_counter() - start
    return np.concatenate(parts), seconds


@contextmanager
def _unusable_named(series: StoredSeries, cases: np.ndarray) -> Iterator[None]:
    """Say which case of the file is not finite, if that may be why something fails."""
    try:
        yield
    except DataFileError:
        raise
    except ValueError as error:
        is_float, some = series.dtype.kind == "f", range(len(cases))
        for piece, X in read_pieces(PartOfSource(series, cases), some):
            unusable = find_unusable(X, allow_missing=True) if is_float else None  # type: ignore[arg-type]
            if unusable is not None:
                case, channel = cases[piece[unusable[0]]], unusable[1]
                raise ValueError(
                    f"{series.path} holds infinity, first in case {case}, "
                    f"channel {channel}"
                ) from error
        raise
