"""Results in a folder: one file a run, in tsml's format, whole or not there."""

from __future__ import annotations

__all__ = [
    "Estimate",
    "InUseError",
    "ResultFileError",
    "Run",
    "RunResult",
    "Store",
    "write_whole",
]

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from filelock import FileLock, Timeout
from sklearn.metrics import mean_squared_error

from lightwaves_aeon.atomic import PART, open_atomic
from lightwaves_aeon.core.checks import TASKS

FAILED = "_failed.json"
LOCK = ".lock"
MILLISECONDS = {"NANOSECONDS": 1e-6, "MILLISECONDS": 1.0, "SECONDS": 1000.0}
"""In each unit of time that tsml's files have."""

N_LINES_ABOVE = 3
"""Lines of a result file before those of the cases."""

N_FIGURES_OF_NUMBERS = 8
"""Figures in the last of these lines of a regressor; of a classifier there is one more,
the number of classes."""


class ResultFileError(ValueError):
    """A result file that is not whole or not in tsml's format."""


class InUseError(OSError):
    """A folder that another process writes results to."""


class Run(NamedTuple):
    """What one run is of.

    Attributes
    ----------
    classifier : str
        Name of the classifier or regressor in the results.
    dataset : str
        Name of the data set.
    resample : int
        0 for the default split, else the seed of the resample.
    """

    classifier: str
    dataset: str
    resample: int


@dataclass(frozen=True)
class Answers:
    """What a classifier or regressor says of cases.

    Attributes
    ----------
    y_true, y_pred : np.ndarray of int, or of float64, shape (n_cases,)
        Classes of the cases, as positions in the sorted list of classes; of a regressor
        numbers.
    probabilities : np.ndarray, shape (n_cases, n_classes), or None
        Of each class; None of a regressor.
    """

    y_true: np.ndarray
    y_pred: np.ndarray
    probabilities: np.ndarray | None


@dataclass(frozen=True)
class Estimate(Answers):
    """What cross-validation on the training cases makes a run expect.

    Attributes
    ----------
    n_folds : int
        Folds of the cross-validation.
    ms : float
        Milliseconds that it took.
    """

    n_folds: int
    ms: float


@dataclass(frozen=True)
class RunResult(Answers):
    """What one run found of the test cases.

    Attributes
    ----------
    fit_ms, predict_ms : float
        Milliseconds that it took to fit, and to predict all test cases in one call.
    facts : dict
        What else is to be kept: anything that JSON can hold.
    memory : float
        Bytes that fitting took beside the data, at most; -1 if it is not known.
    train : Estimate or None
        Of the training cases, where it was asked for.
    """

    fit_ms: float
    predict_ms: float
    facts: dict[str, Any] = field(default_factory=dict)
    memory: float = -1.0
    train: Estimate | None = None


class Store:
    """Results below a folder, in ``CLASSIFIER/Predictions/DATASET/testResampleI.csv``.

    Estimates of the training cases lie beside them, in ``trainResampleI.csv``.

    Parameters
    ----------
    folder : Path
        It need not be there yet. One process at a time may write to it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from lightwaves_aeon.benchmark.store import RunResult, Run, Store
    >>> labels, run = np.array([0, 1, 1]), Run("ROCKET", "ERing", 0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = Store(Path(folder))
    ...     store.write(run, RunResult(labels, labels, np.eye(2)[labels], 12.5, 3.0))
    ...     store.is_done(run), store.read(run).fit_ms
    (True, 12.5)
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def lock(self) -> AbstractContextManager:
        """Lock the folder for this process; the system unlocks it where one is killed.

        Returns
        -------
        context manager
            Of a lock that is held, and let go of at the end.

        Raises
        ------
        InUseError
            If another process holds it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            return FileLock(self.folder / LOCK).acquire(timeout=0)
        except Timeout as error:
            raise InUseError(
                f"another lightwaves bench is writing to {self.folder}: wait until it "
                "is done, or give another folder"
            ) from error

    def clean(self) -> None:
        """Remove what a killed process has left: half-written files."""
        # By their names, since the folder may hold what is not ours.
        tables = (f"{task}/*/*" for task in TASKS)
        for pattern in ("*/Predictions/*/*Resample*", *tables):
            for path in self.folder.glob(f"{pattern}.*{PART}"):
                path.unlink()

    def path(self, run: Run) -> Path:
        """Where the result of a run lies, or would lie."""
        folder = self.folder / run.classifier / "Predictions" / run.dataset
        return folder / f"testResample{run.resample}.csv"

    def is_done(self, run: Run, with_train: bool = False) -> bool:
        """Whether there is a whole result of a run, and an estimate if it is wanted."""
        if with_train and not self._train(run).is_file():
            return False
        try:
            self.read(run)
        except (OSError, ResultFileError):
            return False
        return True

    def write(self, run: Run, outcome: RunResult) -> None:
        """Write a result, so that it outlives whatever happens next."""
        facts, fit_ms, memory = outcome.facts, outcome.fit_ms, outcome.memory
        if (train := outcome.train) is not None:  # first: without it it is not done
            method = f"{train.n_folds}-fold CV", train.ms, fit_ms + train.ms
            text = _text(run, "TRAIN", train, facts, (fit_ms, -1, -1, memory), method)
            write_whole(self._train(run), text)
        costs = fit_ms, outcome.predict_ms, -1, memory
        text = _text(run, "TEST", outcome, facts, costs, ("", -1, -1))
        write_whole(self.path(run), text)
        self._failed(run).unlink(missing_ok=True)

    def fail(self, run: Run, reason: str, trace: str) -> None:
        """Write down why a run has failed; another failure of it takes its place."""
        record = {**run._asdict(), "reason": reason, "trace": trace}
        write_whole(self._failed(run), json.dumps(record, indent=2) + "\n")

    def read(self, run: Run) -> RunResult:
        """Read a result.

        Parameters
        ----------
        run : Run
            What it is of.

        Returns
        -------
        RunResult

        Raises
        ------
        OSError
            If there is none.
        ResultFileError
            If the file is not whole or not in the format.
        """
        path = self.path(run)
        try:
            return _parse(run, path.read_text(encoding="utf-8"))
        except (ValueError, LookupError) as error:
            raise ResultFileError(f"{path}: {error}") from error

    def runs(self) -> Iterator[Run]:
        """List the runs that there are results of, by classifier, set and resample."""
        found = [
            Run(path.parts[-4], path.parts[-2], int(number))
            for path in self.folder.glob("*/Predictions/*/testResample*.csv")
            if (number := path.stem.removeprefix("testResample")).isdecimal()
        ]
        yield from sorted(found)

    def failures(self) -> list[dict[str, Any]]:
        """List the runs that have failed and have not succeeded since.

        Returns
        -------
        list of dict
            ``classifier``, ``dataset``, ``resample``, ``reason`` and ``trace`` of each.
        """
        paths = sorted(self.folder.glob(f"*/Predictions/*/testResample*{FAILED}"))
        records = [_json(path.read_text("utf-8", errors="replace")) for path in paths]
        # Both files are there where the process was killed between two steps.
        return [
            record
            for record in records
            if record.keys() >= set(Run._fields)
            and not self.is_done(Run(*(record[name] for name in Run._fields)))
        ]

    def _train(self, run: Run) -> Path:
        path = self.path(run)
        return path.with_name(path.name.replace("test", "train", 1))

    def _failed(self, run: Run) -> Path:
        path = self.path(run)
        return path.with_name(path.stem + FAILED)


def write_whole(path: Path, text: str) -> None:
    """Write a file that is whole or not there, whenever the process is killed.

    Parameters
    ----------
    path : Path
        Where to; folders are made, and a file that is there already is replaced.
    text : str
        What is to be in it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lightwaves_aeon.benchmark.store import write_whole
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(Path(folder) / "new" / "a.txt", "text")
    ...     (Path(folder) / "new" / "a.txt").read_text()
    'text'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_atomic(path, durable=True) as file:
        file.write(text.encode())


# The third line is as tsml-eval has it: accuracy, or of numbers the mean squared error;
# time to fit, to predict, and of a benchmark of the machine; memory; number of classes,
# not of numbers; how training cases were estimated, the time that this took, and that
# with the fit; -1 for what there is not.


def _text(
    run: Run,
    split: str,
    found: Answers,
    facts: dict[str, Any],
    costs: tuple[Any, ...],
    method: tuple[Any, ...],
) -> str:
    y_true, y_pred, shares = found.y_true, found.y_pred, found.probabilities
    if shares is None:
        # tsml-eval compares it with what it computes from the file, in float64.
        y_true, y_pred = (numbers.astype(np.float64) for numbers in (y_true, y_pred))
        figures = mean_squared_error(y_true, y_pred), *costs, *method
    else:
        figures = np.mean(y_pred == y_true), *costs, shares.shape[1], *method
    lines = [
        f"{run.dataset},{run.classifier},{split},{run.resample},MILLISECONDS,",
        # Free text. It tells the number of cases that must follow.
        json.dumps({"n_cases": len(y_true), **facts}),
        ",".join(map(str, figures)),
    ]
    for case, (true, predicted) in enumerate(zip(y_true, y_pred, strict=True)):
        # As Python prints a float, it is read back to the last bit.
        of_classes = [] if shares is None else ["", *shares[case].tolist()]
        lines.append(",".join(map(str, (true, predicted, *of_classes))))
    return "\n".join(lines) + "\n"


def _parse(run: Run, text: str) -> RunResult:
    lines = text.splitlines()
    of = lines[0].split(",")
    if (of[0], of[1], of[3]) != (run.dataset, run.classifier, str(run.resample)):
        raise ValueError(f"it is of another run: {lines[0]}")
    facts = _json(lines[1])
    unit = MILLISECONDS[of[4]]
    numbers = lines[2].split(",")
    rows = [line.split(",") for line in lines[N_LINES_ABOVE:]]
    n_cases = facts.pop("n_cases", max(len(rows), 1))
    n_columns, probabilities = 2, None
    kind: type[int] | type[float] = float
    if len(numbers) > N_FIGURES_OF_NUMBERS:
        n_columns, kind = 3 + int(numbers[5]), int
        probabilities = np.array([[float(share) for share in row[3:]] for row in rows])
    if len(rows) != n_cases or any(len(row) != n_columns for row in rows):
        raise ValueError(f"there are not {n_cases} cases with {n_columns} cells each")
    return RunResult(
        y_true=np.array([kind(row[0]) for row in rows]),
        y_pred=np.array([kind(row[1]) for row in rows]),
        probabilities=probabilities,
        fit_ms=unit * float(numbers[1]),
        predict_ms=unit * float(numbers[2]),
        facts=facts,
        memory=float(numbers[4]),
    )


def _json(text: str) -> dict[str, Any]:
    # Others write what they like in their files, which may lie beside ours.
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
