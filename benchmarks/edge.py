"""Models in C and ONNX: whether they agree with Python, and how fast they are.

``python -m benchmarks.edge --archive DIR`` writes ``docs/edge.md``. It takes gcc,
onnxruntime, and some twenty minutes; with compilers and emulators of ARM processors,
those are measured, too.
"""

from __future__ import annotations

__all__ = ["main"]

import argparse
import csv
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from aeon.classification.convolution_based import (
    MiniRocketClassifier,
    RocketClassifier,
)
from rich.progress import track

from benchmarks.edge_builds import CBuild, OnnxBuild
from benchmarks.edge_devices import NEEDED, measure
from benchmarks.pages import section_of
from benchmarks.timing import markdown, race
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import load_split

PAGE = Path(__file__).parents[1] / "docs" / "edge.md"
PAPER = Path(__file__).parent / "reference" / "paper_tables.csv"
DATASETS = (
    "ArticularyWordRecognition",
    "ERing",
    "Epilepsy",
    "FingerMovements",
    "HandMovementDirection",
    "Handwriting",
    "LSST",
    "NATOPS",
    "SelfRegulationSCP2",
    "SpokenArabicDigits",
)
VARIANTS = {
    "L1": {"variant": "L1"},
    "L2": {"variant": "L2"},
    "L1L2": {"variant": "L1L2"},
    "L1L2, 1500": {"variant": "L1L2", "n_features": 1500},
    "plus": {"variant": "plus"},
}
WAVELETS = {"mexh, db4": {"kernels": ["mexh", "db4"], "n_features": 90}}
IN_PAPER = {"L1": "L1", "L2": "L2", "L1L2": "L1L2", "L1L2, 1500": "L1L2_1500"}
ROUNDS = 5
TIE = 1e-5


def agreement(python: np.ndarray, other: np.ndarray) -> tuple[int, int, float]:
    """Count cases of another class, ties among them, and the largest difference.

    A tie is a case whose two highest scores are within `TIE` in Python. The difference
    of scores is relative to the largest absolute one of the case.
    """
    differs = python.argmax(axis=1) != other.argmax(axis=1)
    two = np.sort(python, axis=1)[:, -2:]
    tied = differs & (two[:, 1] - two[:, 0] <= TIE)
    size = np.abs(python).max(axis=1, keepdims=True)
    return (
        int(differs.sum()),
        int(tied.sum()),
        float((np.abs(other - python) / size).max()),
    )


def class_scores(classifier: LightWaveSClassifier, X) -> np.ndarray:
    """Give a column of scores for each class, of two classes as well."""
    scores = classifier.decision_function(X)
    return np.stack([-scores, scores], axis=1) if scores.ndim == 1 else scores


def agreement_rows(name: str, archive: Path, folder: Path) -> list[list[str]]:
    """Compare all test cases of one set, in all variants."""
    X, y = load_split(name, "train", archive)
    X_test, _ = load_split(name, "test", archive)
    longest = max(x.shape[1] for x in (*X, *X_test))
    rows = []
    for variant, parameters in {**VARIANTS, **WAVELETS}.items():
        clf = LightWaveSClassifier(random_state=0, **parameters).fit(X, y)
        # What a device would be given: single precision, in Python, too.
        cases = [np.asarray(x, np.float32) for x in X_test]
        same_length = len({x.shape for x in cases}) == 1
        python = class_scores(clf, np.stack(cases) if same_length else cases)
        c = CBuild(clf, folder / f"{name} {variant}", longest)
        onnx = OnnxBuild(clf, folder / f"{name} {variant}.onnx")
        cells = [name, variant, str(len(cases))]
        for build in (c, onnx):
            found = np.stack([build.scores(x) for x in cases])
            differ, tied, largest = agreement(python, found)
            cells += [f"{differ} ({tied} ties)" if differ else "0", f"{largest:.1e}"]
        rows.append(cells)
    return rows


def latencies(name: str, archive: Path, folder: Path) -> dict[str, float]:
    """Median milliseconds to classify one case, contestants taking turns."""
    X, y = load_split(name, "train", archive)
    x = load_split(name, "test", archive)[0][0]
    contestants = {}
    for variant, parameters in VARIANTS.items():
        clf = LightWaveSClassifier(random_state=0, **parameters).fit(X, y)
        where = folder / f"speed {name} {variant}"
        contestants[f"C, {variant}"] = CBuild(clf, where, x.shape[1]).prepared(x)
        if variant in ("L1L2", "plus"):
            onnx = OnnxBuild(clf, where.with_suffix(".onnx")).prepared(x)
            contestants[f"ONNX, {variant}"] = onnx
            predictor = clf.compile()
            contestants[f"Python, {variant}"] = lambda p=predictor: p(x)
    rivals = {"MiniROCKET": MiniRocketClassifier, "ROCKET": RocketClassifier}
    for rival, make in rivals.items():
        fitted = make(random_state=0).fit(X, y)
        contestants[rival] = lambda clf=fitted: clf.predict(x[None])
    seconds = race(contestants, ROUNDS)
    return {key: 1e3 * float(np.median(times)) for key, times in seconds.items()}


def table_latency(found: dict[str, dict[str, float]]) -> str:
    """Lay out milliseconds, and how many times as long the rivals take as C."""
    columns = [
        f"{way}, {v}" for v in ("L1L2", "plus") for way in ("C", "ONNX", "Python")
    ]
    ways, rivals = (*columns, "MiniROCKET", "ROCKET"), ("MiniROCKET", "ROCKET")
    ratios = [(rival, f"C, {v}") for v in ("L1L2", "plus") for rival in rivals]
    milliseconds = [
        [name, *(f"{times[way]:.3g}" for way in ways)] for name, times in found.items()
    ]
    times_as_long = [
        [name, *(f"{times[rival] / times[way]:,.0f}x" for rival, way in ratios)]
        for name, times in found.items()
    ]
    heads = [f"{rival} / {way}" for rival, way in ratios]
    return (
        f"{markdown(['set', *ways], milliseconds)}\n\n"
        f"{markdown(['set', *heads], times_as_long)}"
    )


def table_paper(found: dict[str, dict[str, float]]) -> str:
    """Set the paper's speed-ups next to ours."""
    with PAPER.open(newline="") as file:
        paper = {row["dataset"]: row for row in csv.DictReader(file)}
    rows = []
    for name, times in found.items():
        for variant, key in IN_PAPER.items():
            cells = [name, variant]
            for rival, short in (("ROCKET", "ROCKET"), ("MiniROCKET", "Mini")):
                theirs = paper[name][f"{key}_speedup_{short}"]
                ours = times[rival] / times[f"C, {variant}"]
                cells += [f"{float(theirs):.1f}x" if theirs else "", f"{ours:,.0f}x"]
            rows.append(cells)
    heads = ["set", "variant", "over ROCKET, paper", "ours in C"]
    return markdown([*heads, "over MiniROCKET, paper", "ours in C"], rows)


def table_devices(archive: Path, folder: Path) -> str:
    """Measure what a model of six channels and 100 points takes on other processors."""
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing:
        return f"(not measured: there is no {missing[0]})"
    X, y = load_split("BasicMotions", "train", archive)
    X_test, _ = load_split("BasicMotions", "test", archive)
    rows = []
    for variant, parameters in VARIANTS.items():
        clf = LightWaveSClassifier(random_state=0, **parameters).fit(X, y)
        found = measure(clf, X_test, folder / f"devices {variant}".replace(" ", "_"))
        rows.append(
            [
                variant,
                str(len(clf.features_)),
                f"{found.flash / 1024:.1f}",
                f"{found.ram / 1024:.1f}",
                f"{found.instructions / 1e6:.2f}",
                *(f"{n} of {len(X_test)}" for n in found.right.values()),
            ]
        )
    heads = ["variant", "features", "flash, KiB", "RAM, KiB", "million instructions"]
    return markdown([*heads, *(f"same on {core}" for core in found.right)], rows)


def main() -> None:
    """Measure all, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--datasets", nargs="+", default=DATASETS)
    parser.add_argument("--page", type=Path, default=PAGE)
    args = parser.parse_args()
    names: Sequence[str] = args.datasets
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # ROCKET takes series of equal lengths only.
        equal = [n for n in names if n != "SpokenArabicDigits"]
        found = {
            n: latencies(n, args.archive, folder) for n in track(equal, transient=True)
        }
        rows = [
            row
            for n in track(names, transient=True)
            for row in agreement_rows(n, args.archive, folder)
        ]
        heads = ["set", "variant", "cases", "C: other class", "C: score"]
        args.page.write_text(
            TEXT.format(
                latency=table_latency(found),
                paper=table_paper(found),
                devices=table_devices(args.archive, folder),
                # That of benchmarks.edge_integers.
                processors=section_of(
                    PAGE.read_text(encoding="utf-8"), "In floats and in integers"
                ),
                agreement=markdown([*heads, "ONNX: other class", "ONNX: score"], rows),
            ),
            encoding="utf-8",
        )


TEXT = """# Edge benchmark

`lightwaves export` writes a fitted classifier as a C program or an ONNX model. A
benchmark writes this page: it compares their speed, size and answers with Python's.

<!-- not run: takes minutes -->
```bash
python -m benchmarks.edge --archive DIR
```

## One case at a time

Milliseconds to classify one case: medians of five rounds, taking turns, on one core of
a shared server. C is built by gcc with `-O3 -march=native` and called from Python,
which adds about a microsecond; ONNX runs in onnxruntime; Python is `clf.compile()`;
MiniROCKET and ROCKET are aeon's classifiers. The second table has their times divided
by those of C.

{latency}

## Beside the paper

The paper's speed-ups are for whole test sets, in Python, on an edge device; ours are
for one case at a time, in C, on a server.

{paper}

## On other processors

A model of BasicMotions, six channels of 100 points, built by `arm-none-eabi-gcc -O2`:
flash is for code and tables, RAM is static and includes a stream. Nothing is allocated,
and the stack needs well below a kilobyte. Instructions are those of one prediction on a
Cortex-M4F, counted by qemu, which emulates all three processors. The last columns count
the test cases that get the same class as in Python.

{devices}

## In floats and in integers

{processors}

## The same answers

All test cases, in single precision as on a device. "Other class" counts cases whose
class differs from that of `predict` in Python, and how many of these are ties (two
highest scores within 1e-5). "Score" is the largest difference of a score, relative to
the largest score of the case.

{agreement}
"""


if __name__ == "__main__":
    main()
