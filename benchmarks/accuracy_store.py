"""Finished runs in a file: each is written at once, and counts while its code does."""

from __future__ import annotations

__all__ = ["Run", "Store", "code_of"]

import ast
import json
import os
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.accuracy_classifiers import RIVALS

ROOT = Path(__file__).parents[1]
OUR_CODE = (
    "lightwaves_aeon/core/**/*.py",
    "lightwaves_aeon/estimators/classification.py",
    "lightwaves_aeon/estimators/fitting.py",
    "lightwaves_aeon/estimators/heads.py",
    "lightwaves_aeon/aeon/classifier.py",
    "lightwaves_aeon/aeon/transformer.py",
    "benchmarks/accuracy_classifiers.py",
)


class Run(NamedTuple):
    """What one run is of.

    Attributes
    ----------
    part : {"main", "curve", "ablation"}
        Part of the benchmark.
    dataset : str
        Name of the data set.
    classifier : str
        Name of the classifier or of the change to it.
    seed : int
        Its seed.
    """

    part: str
    dataset: str
    classifier: str
    seed: int = 0


class Store:
    """Runs in ``runs.jsonl`` of a folder, one to a line; the last of its kind counts.

    Parameters
    ----------
    folder : Path
        It is made, if it is not there. What a killed run left half-written is removed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from benchmarks.accuracy_store import Run, Store
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Store(Path(folder)).add(Run("main", "ERing", "ROCKET"), {"accuracy": 0.98})
    ...     [of.dataset for of in Store(Path(folder)).finished()]
    ['ERing']
    """

    def __init__(self, folder: Path):
        _our_code()  # once and now: files may be edited while runs are done
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "runs.jsonl"
        self.records: dict[Run, dict[str, Any]] = {}
        if self._file.exists():
            text = self._file.read_bytes()
            whole = text[: text.rfind(b"\n") + 1]
            if whole != text:
                os.truncate(self._file, len(whole))
            for line in whole.splitlines():
                record = json.loads(line)
                key = Run(**{field: record[field] for field in Run._fields})
                self.records[key] = record

    def add(self, run: Run, measures: dict[str, Any]) -> None:
        """Write a finished run, so that it outlives whatever happens next."""
        record = {**run._asdict(), "code": code_of(run.classifier), **measures}
        with open(self._file, "a") as file:
            file.write(json.dumps(record) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.records[run] = record

    def finished(self) -> set[Run]:
        """Runs that need not be done again: those by the code as it is now."""
        return {
            run
            for run, record in self.records.items()
            if record["code"] == code_of(run.classifier)
        }


def code_of(classifier: str) -> str:
    """Name the code that a classifier runs: versions of libraries, or a hash of ours.

    Parameters
    ----------
    classifier : str
        Name of a contestant or of a change to "plus".

    Returns
    -------
    str

    Examples
    --------
    >>> from benchmarks.accuracy_store import code_of
    >>> code_of("plus") == code_of("L1")
    True
    >>> "scikit-learn" in code_of("ROCKET")
    True
    """
    if classifier in RIVALS:
        libraries = ("aeon", "scikit-learn")
        return ", ".join(f"{name} {version(name)}" for name in libraries)
    return _our_code()


@cache
def _our_code() -> str:
    return _hash(sorted(path for pattern in OUR_CODE for path in ROOT.glob(pattern)))


class _WithoutText(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        value = node.value
        is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
        return None if is_text else node


def _hash(paths: Iterable[Path]) -> str:
    # Comments and docstrings change no result.
    digest = sha256()
    for path in paths:
        tree = _WithoutText().visit(ast.parse(path.read_text()))
        digest.update(ast.dump(tree).encode())
    return digest.hexdigest()[:12]
