"""A peer on small processors: a random forest in integers, written in C by emlearn.

It takes ``pip install emlearn==0.23.2``, which nothing else does.
"""

from __future__ import annotations

__all__ = ["table_forest"]

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rich.progress import track
from sklearn.ensemble import RandomForestClassifier

from benchmarks.edge_boards import HERE, run_on, size_of, write_cases
from benchmarks.edge_builds import SHORTS, IntegerBuild, library
from benchmarks.timing import markdown
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import load
from lightwaves_aeon.export import largest_within

DATASETS = (
    "BasicMotions",
    "ArticularyWordRecognition",
    "ERing",
    "Epilepsy",
    "Handwriting",
    "NATOPS",
)
"""Sets of series of equal length without electroencephalograms and light curves."""

N_TREES = 100
N_CASES = 6
LARGEST = 8191
"""What the largest value of a channel in training becomes."""

OF_A_CROSSING = 64
"""What a crossing of the mean counts: thresholds are rounded to integers."""

SMALL = 8 * 1024
CORES = "Cortex-M0+", "Cortex-M4F"


def statistics(z: np.ndarray) -> np.ndarray:
    """Compute of each channel what the program in C does, and as it does."""
    z = z.astype(np.int32)
    n = z.shape[2]
    mean = np.fix(z.sum(axis=2) / n).astype(int)
    off = z - mean[:, :, None]
    columns = (
        mean,
        np.abs(off).sum(axis=2) // n,
        z.min(axis=2),
        z.max(axis=2),
        np.abs(np.diff(z, axis=2)).sum(axis=2) // (n - 1),
        OF_A_CROSSING * (np.diff((off < 0).astype(int), axis=2) != 0).sum(axis=2),
    )
    return np.stack(columns, axis=2).reshape(len(z), -1).astype(np.int16)


def whole(z: np.ndarray) -> np.ndarray:
    """Give the values of all channels, one behind the other."""
    return z.reshape(len(z), -1)


WAYS = {"statistics": statistics, "series": whole}


def write_forest(
    forest: RandomForestClassifier, shape: tuple[int, int], is_of_series: bool, to: Path
) -> None:
    """Write a fitted forest in C."""
    import emlearn

    to.mkdir()
    model = emlearn.convert(forest, method="inline", dtype="int16_t", leaf_bits=0)
    model.save(name="forest", file=str(to / "forest_model.h"))
    (to / "forest_shape.h").write_text(
        f"enum {{ N_CHANNELS = {shape[0]}, N_TIMEPOINTS = {shape[1]} }};\n"
        f"#define IS_OF_SERIES {int(is_of_series)}\n"
    )
    (to / "predict.h").write_text(
        "int forest_classify(const int16_t *values);\n#define predict forest_classify\n"
    )
    shutil.copy(HERE / "forest.c", to)


def _on_cores(
    folder: Path, cases: np.ndarray, expected: np.ndarray, source: str
) -> list[str]:
    """Give cells: flash, RAM, instructions on each core, of which the classes agree."""
    write_cases(cases, folder / "cases.h")
    flash, ram = size_of(CORES[0], folder, source)
    cells = [f"{flash / 1024:.1f}", f"{ram / 1024:.1f}"]
    for core in CORES:
        found = run_on(core, folder, source)
        if (found[:, 0] != expected).any():
            raise ValueError(f"{folder.name}, {core}: another class")
        cells.append(f"{np.median(found[:, 1]) / 1e6:.3f}")
    return cells


def _rows(name: str, archive: Path, folder: Path) -> Iterator[list[str]]:
    X, y, X_test, y_test = load(name, archive)
    some = np.linspace(0, len(X_test) - 1, N_CASES).astype(int)
    clf = LightWaveSClassifier(random_state=0).fit(X, y)
    small = largest_within(clf, X, y, max_flash=SMALL, arithmetic="int16")
    for which, fitted in (("plus", clf), ("plus, in 8 KiB", small)):
        where = folder / f"{name}_{which}".replace(" ", "_")
        build = IntegerBuild(fitted, where, X)
        found = build.predict(X_test)
        classes = np.searchsorted(clf.classes_, found[some])
        z = build.model.quantise(X_test[some])
        cells = _on_cores(where, z, classes, "lightwaves_model.c")
        yield [name, which, f"{(found == y_test).mean():.2%}", *cells]
    scale = LARGEST / np.abs(X).max(axis=(0, 2), keepdims=True)
    z, z_test = (
        np.clip(np.round(of * scale), -2 * LARGEST, 2 * LARGEST).astype(np.int16)
        for of in (X, X_test)
    )
    for way, columns_of in WAYS.items():
        forest = RandomForestClassifier(N_TREES, random_state=0)
        forest.fit(columns_of(z), np.searchsorted(clf.classes_, y))
        where = folder / f"{name}_forest_{way}"
        write_forest(forest, X.shape[1:], way == "series", where)
        found = _classes(where, z_test)
        cells = _on_cores(where, z_test[some], found[some], "forest.c")
        accuracy = (clf.classes_[found] == y_test).mean()
        yield [name, f"forest of {way}", f"{accuracy:.2%}", *cells]


def _classes(folder: Path, z: np.ndarray) -> np.ndarray:
    """Classify cases by a forest in C on this machine."""
    classify = library(folder, "forest.c").forest_classify
    classify.argtypes = [SHORTS]
    return np.array([classify(of.ctypes.data_as(SHORTS)) for of in z])


def table_forest(archive: Path, folder: Path) -> str:
    """Measure forests beside models, set by set."""
    rows = [
        row
        for name in track(DATASETS, transient=True)
        for row in _rows(name, archive, folder)
    ]
    heads = ["set", "model", "accuracy", "flash, KiB", "RAM, KiB"]
    heads += [f"on {core.removeprefix('Cortex-')}" for core in CORES]
    return markdown(heads, rows)
