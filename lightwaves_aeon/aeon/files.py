"""Fit and predict from arrays in files, alone or in the processes of ``mpiexec``.

The series are never read whole: each process reads only its share, in blocks.
"""

from __future__ import annotations

__all__ = [
    "Errors",
    "accuracy_of",
    "errors_of",
    "fit_files",
    "predict_files",
    "transform_files",
]

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple, overload

import numpy as np
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from lightwaves_aeon.aeon.classifier import LightWaveSClassifier
from lightwaves_aeon.aeon.regressor import LightWaveSRegressor
from lightwaves_aeon.aeon.tasks import Estimator, Task, class_of
from lightwaves_aeon.atomic import open_atomic
from lightwaves_aeon.core.data.blocks import block_ranges
from lightwaves_aeon.core.data.source import read_pieces
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.parallel.backends import make_backend
from lightwaves_aeon.core.parallel.threads import Threads
from lightwaves_aeon.core.progress import Track, no_progress
from lightwaves_aeon.core.targets import labels_of_type
from lightwaves_aeon.estimators.large import is_large
from lightwaves_aeon.storage.errors import DataFileError
from lightwaves_aeon.storage.files import as_array, open_series, read_labels
from lightwaves_aeon.storage.series import StoredSeries

VALUE = np.dtype("<f4")
"""Of the features in a file."""


class Errors(NamedTuple):
    """How far predictions of numbers are off.

    Attributes
    ----------
    rmse, mae : float
        Root of the mean square and mean of the absolute differences; of several
        outputs, the mean over these.
    r2 : float
        Share of the variance that is explained; of several outputs, the mean.
    """

    rmse: float
    mae: float
    r2: float


@overload
def fit_files(
    data: str | Path,
    labels: str | Path,
    *,
    task: Literal["classification"] = ...,
    sample_weight: np.ndarray | None = ...,
    **parameters: Any,
) -> LightWaveSClassifier: ...
@overload
def fit_files(
    data: str | Path,
    labels: str | Path,
    *,
    task: Task,
    sample_weight: np.ndarray | None = ...,
    **parameters: Any,
) -> Estimator: ...
def fit_files(
    data: str | Path,
    labels: str | Path,
    *,
    task: Task = "classification",
    sample_weight: np.ndarray | None = None,
    **parameters: Any,
) -> Estimator:
    """Fit a classifier or a regressor to series in a file.

    Parameters
    ----------
    data : str or Path
        Numbers, shape (n_cases, n_channels, n_timepoints): a ``.npy`` file, a Zarr
        folder or an HDF5 file, see ``open_series``.
    labels : str or Path
        Numbers or strings, shape (n_cases,), in a file of any of these kinds; for a
        regression numbers, shape (n_cases,) or (n_cases, n_outputs).
    task : {"classification", "regression"}, default="classification"
        Whether labels are classes, or numbers to be predicted.
    sample_weight : np.ndarray, shape (n_cases,), or None, default=None
        How much each case counts, as of ``fit``; the same in all processes.
    **parameters
        Those of `LightWaveSClassifier` or ``LightWaveSRegressor``. With
        ``backend="mpi"`` all processes of ``mpiexec`` must make this call; each reads
        only its share of the channels, and of the cases, where these are many, and all
        return the same estimator.

    Returns
    -------
    LightWaveSClassifier or LightWaveSRegressor
        Fitted.

    Raises
    ------
    DataFileError
        If a file is missing, truncated, of another kind, shape or type, or is changed
        before the fit is over.
    ValueError, TypeError
        If there is no such task, or as ``fit`` does.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon.aeon.files import fit_files, predict_files
    >>> X, y = load_basic_motions(split="train")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     data, labels = Path(folder) / "X.npy", Path(folder) / "y.npy"
    ...     np.save(data, X), np.save(labels, y)
    ...     clf = fit_files(data, labels, n_features=50, random_state=0)
    ...     predicted = predict_files(clf, data)
    (None, None)
    >>> bool((predicted == clf.predict(X)).all())
    True
    """
    estimator = class_of(task)(**parameters)
    backend = make_backend(estimator.backend)
    with backend.collective():
        series, y = open_series(data), read_labels(labels, task == "regression")
        _check_labels(data, series.shape[0], labels, y)
        X = None if is_large(series.shape) else as_array(data)
    if X is None:
        estimator._fit_source(series, y, sample_weight=sample_weight)
    else:  # mapped where it can be: a process reads its share of the channels alone
        estimator.fit(X, y, sample_weight=sample_weight)
    with backend.collective():
        series.check_unchanged()
    return estimator


def predict_files(
    classifier: Estimator,
    data: str | Path,
    backend: str = "threads",
    track: Track = no_progress,
    coverage: float | None = None,
    probabilities: bool = False,
) -> np.ndarray:
    """Predict the labels, or numbers, of series in a file.

    Parameters
    ----------
    classifier : LightWaveSClassifier or LightWaveSRegressor
        Fitted.
    data : str or Path
        As of `fit_files`. Few cases are in memory at a time.
    backend : {"threads", "joblib", "mpi"}, default="threads"
        With ``"mpi"`` all processes of ``mpiexec`` must make this call, and each
        predicts its share of the cases.
    track : callable, optional
        Wraps the iterable of blocks, given also their number, to show progress.
    coverage : float or None, default=None
        Of a regressor with the default estimator: give intervals, too, in which this
        share of the numbers lies, as ``predict_interval`` does.
    probabilities : bool, default=False
        Of a classifier: give the probabilities of the classes, as ``predict_proba``
        does, in place of labels.

    Returns
    -------
    np.ndarray, shape (n_cases,) or (n_cases, n_outputs)
        The labels, or numbers, in every process. With `coverage` there is an axis more,
        of three: the number, the lower and the upper end of its interval; with
        `probabilities` the shape is (n_cases, n_classes).

    Raises
    ------
    DataFileError
        If the file is missing, truncated, of another kind, shape or type, or is changed
        meanwhile.
    ValueError
        As ``predict`` and ``predict_interval`` do.
    TypeError
        If `coverage` is asked of a classifier, or `probabilities` of a regressor.
    """
    processes = make_backend(backend)
    with processes.collective():
        series = _series_for(classifier, data)
        ends = None if coverage is None else _ends(classifier, coverage)
        head, model = classifier._state.head, classifier._state.model
        if probabilities and not hasattr(head, "predict_proba"):
            raise TypeError(f"{type(classifier).__name__} has no probabilities")
        answer = head.predict_proba if probabilities else head.predict
        parts = [
            answer(features)
            for _, features in _features(classifier, model, series, processes, track)
        ]
        series.check_unchanged()
        everywhere = processes.gather(parts)
        found = processes.on_root(
            lambda: np.concatenate([part for parts in everywhere for part in parts])
        )
        if ends is None:
            return found
        return np.concatenate([found[..., None], ends(found)], axis=-1)


def accuracy_of(predicted: np.ndarray, labels: str | Path, data: str | Path) -> float:
    """Share of labels that are predicted right.

    Parameters
    ----------
    predicted : np.ndarray, shape (n_cases,)
        As `predict_files` gives them.
    labels : str or Path
        File of the right labels.
    data : str or Path
        What these are the labels of, for errors.

    Returns
    -------
    float

    Raises
    ------
    DataFileError
        As ``read_labels`` does, or if there are not as many labels as cases.
    """
    y = read_labels(labels)
    _check_labels(data, len(predicted), labels, y)
    return float(np.mean(predicted == labels_of_type(y, predicted)))


def errors_of(predicted: np.ndarray, labels: str | Path, data: str | Path) -> Errors:
    """Give how far predictions of numbers are off.

    Parameters
    ----------
    predicted : np.ndarray, shape (n_cases,) or (n_cases, n_outputs)
        As `predict_files` gives them, without a coverage.
    labels : str or Path
        File of the right numbers.
    data : str or Path
        What these are the numbers of, for errors.

    Returns
    -------
    Errors

    Raises
    ------
    DataFileError
        As ``read_labels`` does, or if there are not as many numbers as were predicted,
        or some are NaN or infinite.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from lightwaves_aeon.aeon.files import errors_of
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     labels = Path(folder) / "y.npy"
    ...     np.save(labels, [1.0, 3.0])
    ...     errors_of(np.array([1.5, 2.5]), labels, "X.npy")
    Errors(rmse=0.5, mae=0.5, r2=0.75)
    """
    y = read_labels(labels, of_numbers=True).astype(np.float64, order="C")
    _check_labels(data, len(predicted), labels, y)
    if y.ndim == 2 and predicted.ndim == 1 and y.shape[1] == 1:
        y = y[:, 0]
    if y.shape != predicted.shape:
        raise DataFileError(
            f"{labels} holds numbers of the shape {y.shape}, but those predicted are "
            f"of the shape {predicted.shape}"
        )
    unusable = ~np.isfinite(y.reshape(len(y), -1)).all(axis=1)
    if unusable.any():
        raise DataFileError(
            f"{labels} holds NaN or infinity, first for case {int(unusable.argmax())}"
        )
    return Errors(
        float(root_mean_squared_error(y, predicted)),
        float(mean_absolute_error(y, predicted)),
        float(r2_score(y, predicted)),
    )


def transform_files(
    classifier: Estimator,
    data: str | Path,
    out: str | Path,
    backend: str = "threads",
    track: Track = no_progress,
) -> None:
    """Write the features of series in a file to another.

    Parameters
    ----------
    classifier, data, backend, track
        As of `predict_files`.
    out : str or Path
        The ``.npy`` file to write: float32, shape (n_cases, n_features). It is there
        once it is complete, and not before.

    Raises
    ------
    DataFileError, ValueError, OSError
        As `predict_files` does, or if the file cannot be written.
    """
    processes = make_backend(backend)
    with processes.collective():
        series = _series_for(classifier, data)
        model = classifier.pipeline_[0]._model  # features that are missing have means
        shape, parts = (series.shape[0], len(model.rows)), (series, processes, track)
        with ExitStack() as opened:  # by the first process alone
            name, start = processes.on_root(
                lambda: _begin(opened.enter_context(open_atomic(out)), shape)
            )
            with open(name, "r+b") as file:
                for cases, features in _features(classifier, model, *parts):
                    file.seek(start + VALUE.itemsize * shape[1] * cases.start)
                    file.write(features.astype(VALUE, copy=False).tobytes())
            series.check_unchanged()
            processes.gather(None)  # before the file takes its place, all have written


def _begin(file: BinaryIO, shape: tuple[int, int]) -> tuple[str, int]:
    """Write a header, make room; give the file's name and where the values begin."""
    about = {"descr": VALUE.str, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, about)
    start = file.tell()
    file.truncate(start + VALUE.itemsize * shape[0] * shape[1])
    file.flush()
    return file.name, start


def _ends(classifier: Estimator, coverage: float) -> Callable[[np.ndarray], np.ndarray]:
    """Give what finds intervals, which has been tried: the work may take hours."""
    if not isinstance(classifier, LightWaveSRegressor):
        raise TypeError("a classifier has no intervals: coverage is of regressors")
    fitted = classifier._fitted_for("an interval")
    n_outputs = () if fitted.head.is_vector else (len(fitted.head.bias),)
    fitted.interval_around(np.empty((0, *n_outputs)), coverage)
    return partial(fitted.interval_around, coverage=coverage)


def _features(
    classifier: Estimator,
    model: Model,
    series: StoredSeries,
    processes: Threads,
    track: Track,
) -> Iterator[tuple[range, np.ndarray]]:
    """Go through this process's share of the cases, with their features."""
    n_jobs = classifier._n_threads()
    own = processes.local_part(block_ranges(series.shape[0]))
    for cases in track(own, len(own)):
        for piece, X in read_pieces(series, cases):
            yield piece, model.transform(X, n_jobs=n_jobs, names=piece)


def _series_for(classifier: Estimator, data: str | Path) -> StoredSeries:
    classifier._check_is_fitted()
    series, n_channels = open_series(data), classifier.metadata_["n_channels"]
    if series.shape[1] != n_channels:
        raise DataFileError(
            f"{data} holds cases of {series.shape[1]} channels, but the model was "
            f"fitted to {n_channels}"
        )
    return series


def _check_labels(
    data: str | Path, n_cases: int, labels: str | Path, y: np.ndarray
) -> None:
    if len(y) != n_cases:
        raise DataFileError(
            f"{data} holds {n_cases} cases, but {labels} holds {len(y)} labels"
        )
