"""Models in integers: what they take on small processors, and how far they agree.

``python -m benchmarks.edge_integers --archive DIR`` writes ``docs/edge_integers.md``.
It takes some minutes, and compilers and an emulator of ARM processors.
"""

from __future__ import annotations

__all__ = ["main"]

import argparse
import tempfile
from pathlib import Path

import numpy as np
from rich.progress import track

from benchmarks.edge import DATASETS, VARIANTS
from benchmarks.edge_devices import on_cortex, size_of, write_cases
from benchmarks.timing import markdown
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import load_split
from lightwaves_aeon.core.fitted import as_fitted
from lightwaves_aeon.export import export_c
from lightwaves_aeon.export.integer import IntegerModel, choose_bits

PAGE = Path(__file__).parents[1] / "docs" / "edge_integers.md"
COMPARED = ("L1L2", "plus")
BITS = (6, 7, 8, 9)
N_CASES = 6


def table_devices(archive: Path, folder: Path) -> str:
    """Measure what a model of six channels and 100 points takes in both arithmetics."""
    X, y = load_split("BasicMotions", "train", archive)
    cases = load_split("BasicMotions", "test", archive)[0][:N_CASES]
    rows = []
    for variant, parameters in track(VARIANTS.items(), transient=True):
        clf = LightWaveSClassifier(random_state=0, **parameters).fit(X, y)
        expected = clf.predict(cases)
        cells = [variant]
        ways = [
            ("float", cases.astype(np.float32), ("Cortex-M4F", "Cortex-M0+")),
            ("int16", clf.quantised().quantise(cases), ("Cortex-M4", "Cortex-M0+")),
        ]
        for arithmetic, values, cores in ways:
            where = folder / f"{variant}_{arithmetic}".replace(" ", "_")
            export_c(clf, where, arithmetic=arithmetic)
            write_cases(values, where / "cases.h")
            flash, ram = size_of("Cortex-M0+", where)
            cells += [f"{flash / 1024:.1f}", f"{ram / 1024:.1f}"]
            for core in cores:
                found = on_cortex(core, where)
                if (clf.classes_[found[:, 0]] != expected).any():
                    raise ValueError(f"{variant}, {arithmetic}: another class")
                cells.append(f"{np.median(found[:, 1]) / 1e6:.2f}")
        rows.append(cells)
    heads = ["flash, KiB", "RAM, KiB", "on {}", "on M0+"]
    heads = [
        f"{arithmetic}: {head}".format(core)
        for arithmetic, core in (("float", "M4F"), ("int16", "M4"))
        for head in heads
    ]
    return markdown(["variant", *heads], rows)


def agreement_rows(name: str, archive: Path) -> list[list[str]]:
    """Compare all test cases of one set."""
    X, y = load_split(name, "train", archive)
    X_test, y_test = load_split(name, "test", archive)
    rows = []
    for variant in COMPARED:
        clf = LightWaveSClassifier(random_state=0, **VARIANTS[variant]).fit(X, y)
        fitted = as_fitted(clf, "a model in integers")
        expected = clf.predict(X_test)
        found = {}
        for bits in BITS:
            model = IntegerModel.from_fitted(fitted, X.shape[2], bits)
            found[bits] = model.predict(model.quantise(X_test))
        chosen = choose_bits(fitted, X).bits
        right = (of == y_test for of in (expected, found[chosen]))
        cells = [name, variant, str(len(X_test)), str(chosen)]
        cells += [f"{of.mean():.2%}" for of in right]
        cells += [f"{(found[bits] == expected).mean():.2%}" for bits in (chosen, *BITS)]
        rows.append(cells)
    return rows


def main() -> None:
    """Measure all, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, required=True)
    equal = [name for name in DATASETS if name != "SpokenArabicDigits"]
    parser.add_argument("--datasets", nargs="+", default=equal)
    parser.add_argument("--page", type=Path, default=PAGE)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        devices = table_devices(args.archive, Path(name))
    rows = [
        row
        for name in track(args.datasets, transient=True)
        for row in agreement_rows(name, args.archive)
    ]
    heads = ["set", "variant", "cases", "bits", "accuracy, float", "accuracy, int16"]
    heads += ["same label", *(f"with {bits} bits" for bits in BITS)]
    args.page.write_text(
        TEXT.format(devices=devices, agreement=markdown(heads, rows)), encoding="utf-8"
    )


TEXT = """# In integers

`lightwaves export --arithmetic int16` writes a classifier as a C program without
floating point, see [](deploying.md). This page is written by a benchmark.

<!-- not run: takes minutes -->
```bash
python -m benchmarks.edge_integers --archive DIR
```

## On small processors

A model of BasicMotions, six channels of 100 points, built by `arm-none-eabi-gcc -O2`:
flash for code and tables, and static RAM, that of a stream included, on a Cortex-M0+;
and million instructions of one prediction, counted by qemu. The Cortex-M4F has a
floating-point unit, which integers do without; the Cortex-M0+ has none, and calls a
library for each operation of the program in floats.

{devices}

## The same labels

All test cases. "Bits" are the binary digits of a deviation that were chosen by the
training cases; "same label" counts the test cases with the label that `predict` gives.

{agreement}
"""


if __name__ == "__main__":
    main()
