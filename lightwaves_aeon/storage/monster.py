"""Data sets in the layout of the MONSTER archive.

Dempster et al. (2025), "MONSTER: Monash Scalable Time Series Evaluation Repository",
arXiv:2502.15122.
"""

from __future__ import annotations

__all__ = ["MonsterDataset", "is_monster", "open_monster"]

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightwaves_aeon.storage.errors import DataFileError, faults_named
from lightwaves_aeon.storage.files import open_series, read_labels
from lightwaves_aeon.storage.series import StoredSeries

SERIES_END, LABELS_END = "_X.npy", "_y.npy"

FOLD_FILE = "test_indices_fold_{}.txt"

FOLD = re.compile(r"test_indices_fold_(0|[1-9][0-9]*)\.txt")


@dataclass(frozen=True, eq=False)
class MonsterDataset:
    """A data set of the MONSTER archive.

    Attributes
    ----------
    folder : Path
        Where it is.
    name : str
        Its name.
    series : StoredSeries
        All cases.
    labels : np.ndarray, shape (n_cases,)
        Their labels.
    folds : tuple of int
        The folds that there are, ascending.
    """

    folder: Path
    name: str
    series: StoredSeries
    labels: np.ndarray
    folds: tuple[int, ...]

    def split(self, fold: int) -> tuple[np.ndarray, np.ndarray]:
        """Split the cases as a fold has it.

        Parameters
        ----------
        fold : int
            One of `folds`.

        Returns
        -------
        train, test : np.ndarray of int64
            The cases to fit to, and those to test on, both ascending.

        Raises
        ------
        DataFileError
            If there is no such fold, or if its file holds what are no cases, one of
            them twice, none or all.
        """
        if fold not in self.folds:
            there_are = ", ".join(map(str, self.folds))
            raise DataFileError(f"{self.folder} has no fold {fold}, but {there_are}")
        path, n_cases = self.folder / FOLD_FILE.format(fold), len(self.labels)
        tested = _read_fold(path, n_cases)
        if tested.all() or not tested.any():
            which = "all" if tested.all() else "none"
            raise DataFileError(
                f"{path} tests {which} of the {n_cases} cases: it must list some, one "
                "a line"
            )
        return np.flatnonzero(~tested), np.flatnonzero(tested)


def is_monster(folder: str | Path) -> bool:
    """Tell whether a folder is laid out as those of the MONSTER archive are.

    Parameters
    ----------
    folder : str or Path
        Any path.

    Returns
    -------
    bool
        True as well if something is missing, which `open_monster` tells.

    Examples
    --------
    >>> from lightwaves_aeon.storage.monster import is_monster
    >>> is_monster("no such folder")
    False
    """
    folder = Path(folder)
    return folder.is_dir() and any(
        path.name.endswith(SERIES_END) or FOLD.fullmatch(path.name)
        for path in folder.iterdir()
    )


def open_monster(folder: str | Path) -> MonsterDataset:
    r"""Open a data set of the MONSTER archive.

    Parameters
    ----------
    folder : str or Path
        With ``NAME_X.npy``, shape (n_cases, n_channels, n_timepoints), ``NAME_y.npy``,
        shape (n_cases,), and ``test_indices_fold_K.txt``, the cases of which fold K
        tests, one a line, counted from 0.

    Returns
    -------
    MonsterDataset

    Raises
    ------
    DataFileError
        If one of the files is missing, there are those of several data sets, or they
        are not as they should be.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from lightwaves_aeon.storage.monster import open_monster
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(Path(folder) / "Some_X.npy", np.zeros((4, 1, 40)))
    ...     np.save(Path(folder) / "Some_y.npy", np.array([0, 1, 0, 1]))
    ...     fold = (Path(folder) / "test_indices_fold_0.txt").write_text("2\n3\n")
    ...     dataset = open_monster(folder)
    ...     train, test = dataset.split(0)
    >>> dataset.name, dataset.folds, train.tolist(), test.tolist()
    ('Some', (0,), [0, 1], [2, 3])
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataFileError(f"there is no folder {folder}")
    series_path = _only(folder, SERIES_END)
    labels_path = _only(folder, LABELS_END)
    name = series_path.name.removesuffix(SERIES_END)
    if labels_path.name != name + LABELS_END:
        raise DataFileError(
            f"{folder} has {series_path.name} and {labels_path.name}, which are of "
            "different data sets by their names"
        )
    found = (FOLD.fullmatch(path.name) for path in folder.iterdir())
    folds = tuple(sorted(int(match[1]) for match in found if match))
    if not folds:
        raise DataFileError(
            f"{folder} has no file {FOLD_FILE.format(0)}: it must list the cases to "
            "test on, one a line, counted from 0"
        )
    series, labels = open_series(series_path), read_labels(labels_path)
    if series.shape[0] != len(labels):
        raise DataFileError(
            f"{series_path} holds {series.shape[0]} cases, but {labels_path} holds "
            f"{len(labels)} labels"
        )
    return MonsterDataset(folder, name, series, labels, folds)


def _only(folder: Path, end: str) -> Path:
    """Find the one file of a folder whose name ends so."""
    paths = sorted(path for path in folder.iterdir() if path.name.endswith(end))
    if len(paths) == 1:
        return paths[0]
    if not paths:
        raise DataFileError(f"{folder} has no file NAME{end}")
    raise DataFileError(
        f"{folder} has {len(paths)} files NAME{end}, {paths[0].name} and others: each "
        "data set needs a folder of its own"
    )


def _read_fold(path: Path, n_cases: int) -> np.ndarray:
    """Read which cases a fold tests."""
    tested = np.zeros(n_cases, bool)
    seen = tested.data  # a view, of which single ones are faster to get and set
    with faults_named(path), path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            text = line.strip()
            if not text:
                continue
            case = _whole_number(text)
            if case is None:
                wrong = "is no whole number"
            elif not 0 <= case < n_cases:
                wrong = f"is no case: there are {n_cases}, counted from 0"
            elif seen[case]:
                wrong = "stands in a line before as well"
            else:
                seen[case] = True
                continue
            raise DataFileError(f"{path}, line {number}: {text[:40]!r} {wrong}")
    return tested


def _whole_number(text: str) -> int | None:
    """Read a number; also one as np.savetxt writes it, 3.0e+00."""
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() else None
