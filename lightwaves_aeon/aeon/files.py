"""Fit and predict from arrays in files, alone or in the processes of ``mpiexec``.

The series are never read whole: they are mapped into memory, and each process reads
only its share, in blocks.
"""

from __future__ import annotations

__all__ = [
    "DataFileError",
    "fit_files",
    "open_series",
    "predict_files",
    "read_labels",
]

from pathlib import Path
from typing import Any

import numpy as np

from lightwaves_aeon.aeon.classifier import LightWaveSClassifier
from lightwaves_aeon.core.parallel.backends import make_backend

ZIP = b"PK"
"""What archives begin with."""


class DataFileError(ValueError):
    """A file that does not hold what it should; the message names it."""


def fit_files(
    data: str | Path, labels: str | Path, **parameters: Any
) -> LightWaveSClassifier:
    """Fit a classifier to series in a file.

    Parameters
    ----------
    data : str or Path
        A ``.npy`` file of numbers, shape (n_cases, n_channels, n_timepoints).
    labels : str or Path
        A ``.npy`` file of numbers or strings, shape (n_cases,).
    **parameters
        Those of `LightWaveSClassifier`. With ``backend="mpi"`` all processes of
        ``mpiexec`` must make this call; each reads only its share of the channels, and
        all return the same classifier.

    Returns
    -------
    LightWaveSClassifier
        Fitted.

    Raises
    ------
    DataFileError
        If a file is missing, truncated, no ``.npy`` file or of another shape or type.
    ValueError, TypeError
        As `LightWaveSClassifier.fit` does.

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
    classifier = LightWaveSClassifier(**parameters)
    with make_backend(classifier.backend).collective():
        X, y = open_series(data), read_labels(labels)
        if len(X) != len(y):
            raise DataFileError(
                f"{data} holds {len(X)} cases, but {labels} holds {len(y)} labels"
            )
    return classifier.fit(X, y)


def predict_files(
    classifier: LightWaveSClassifier, data: str | Path, backend: str = "threads"
) -> np.ndarray:
    """Predict the labels of series in a file.

    Parameters
    ----------
    classifier : LightWaveSClassifier
        Fitted.
    data : str or Path
        A ``.npy`` file of numbers, shape (n_cases, n_channels, n_timepoints). Only the
        channels in use are read.
    backend : {"threads", "joblib", "mpi"}, default="threads"
        With ``"mpi"`` all processes of ``mpiexec`` must make this call, and each
        predicts its share of the cases.

    Returns
    -------
    np.ndarray, shape (n_cases,)
        The labels, in every process.

    Raises
    ------
    DataFileError
        If the file is missing, truncated, no ``.npy`` file or of another shape or type.
    ValueError
        As `LightWaveSClassifier.predict` does.
    """
    processes = make_backend(backend)
    with processes.collective():
        classifier._check_is_fitted()
        X, seen = open_series(data), classifier.metadata_
        if X.shape[1] != seen["n_channels"]:
            raise DataFileError(
                f"{data} holds cases of {X.shape[1]} channels, but the model was "
                f"fitted to {seen['n_channels']}"
            )
        own = processes.local_part(range(len(X)))
        part = classifier.predict(X[own[0] : own[-1] + 1]) if own else None
        parts = processes.gather(part)
        return processes.on_root(
            lambda: np.concatenate([part for part in parts if part is not None])
        )


def open_series(path: str | Path) -> np.ndarray:
    """Map a file of series into memory.

    Parameters
    ----------
    path : str or Path
        A ``.npy`` file of numbers, shape (n_cases, n_channels, n_timepoints).

    Returns
    -------
    np.ndarray, shape (n_cases, n_channels, n_timepoints)
        Read from the file as it is used.

    Raises
    ------
    DataFileError
        If the file is missing, truncated, no ``.npy`` file or of another shape or type.
    """
    X = _load(path)
    if X.ndim != 3 or X.size == 0 or X.dtype.kind not in "fiu":
        raise DataFileError(
            f"{path} must hold numbers of shape (n_cases, n_channels, n_timepoints), "
            f"not {X.dtype} of shape {X.shape}"
        )
    return X


def read_labels(path: str | Path) -> np.ndarray:
    """Read a file of labels.

    Parameters
    ----------
    path : str or Path
        A ``.npy`` file of numbers or strings, shape (n_cases,).

    Returns
    -------
    np.ndarray, shape (n_cases,)

    Raises
    ------
    DataFileError
        If the file is missing, truncated, no ``.npy`` file or of another shape or type.
    """
    y = _load(path)
    if y.ndim != 1 or y.dtype.kind not in "biufU":
        raise DataFileError(
            f"{path} must hold labels, numbers or strings of shape (n_cases,), "
            f"not {y.dtype} of shape {y.shape}"
        )
    return y.copy()


def _refuse_others(path: Path) -> None:
    """Say what is given in place of a .npy file, where it can be told."""
    if path.exists() and not path.is_file():
        raise DataFileError(f"{path} is no plain file")
    if not path.is_file():
        raise DataFileError(f"there is no file {path}")
    with path.open("rb") as file:
        start = file.read(len(np.lib.format.MAGIC_PREFIX))
    if not start:
        raise DataFileError(f"{path} is empty")
    if start.startswith(ZIP):
        raise DataFileError(
            f"{path} is an archive, as np.savez makes: store the one array alone, by "
            "np.save"
        )
    if start != np.lib.format.MAGIC_PREFIX:
        raise DataFileError(f"{path} is no .npy file: store the array by np.save")


def _load(path: str | Path) -> np.ndarray:
    _refuse_others(Path(path))
    # Mapped to be changed in memory only: to numba, what can't be written is another
    # type, for which it would compile everything once more.
    try:
        with np.errstate(over="raise"):  # of a shape beyond all bounds
            return np.asarray(np.lib.format.open_memmap(path, mode="c"))
    except Exception as error:  # whatever NumPy makes of a foreign file
        if "Python objects" in str(error):
            raise DataFileError(
                f"{path} holds Python objects, which only pickle could read: store "
                "numbers, or labels as strings, np.save(path, y.astype(str))"
            ) from error
        raise DataFileError(f"{path} cannot be read: {error}") from error
