"""Models in integers: what they take on small processors, and how far they agree.

``python -m benchmarks.edge_integers --archive DIR --univariate DIR`` writes
``docs/edge_integers.md``. It takes some ten minutes, compilers and an emulator of ARM
processors.
"""

from __future__ import annotations

__all__ = ["main"]

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rich.progress import track

from benchmarks.edge import DATASETS, VARIANTS
from benchmarks.edge_builds import CBuild, IntegerBuild
from benchmarks.edge_devices import on_cortex, size_of, write_cases
from benchmarks.timing import markdown, race
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import Data, load
from lightwaves_aeon.export import export_c

PAGE = Path(__file__).parents[1] / "docs" / "edge_integers.md"
UNIVARIATE = (
    "ChlorineConcentration",
    "CricketX",
    "DistalPhalanxOutlineCorrect",
    "ECG200",
    "ECGFiveDays",
    "FaceAll",
    "FreezerRegularTrain",
    "GunPoint",
    "InsectWingbeatSound",
    "OSULeaf",
    "PowerCons",
    "ProximalPhalanxOutlineCorrect",
)
COMPARED = ("plus", "L1L2")
N_CASES = 6
N_TO_CHOOSE_BY = 200
"""Training cases, evenly spaced, by which binary digits are chosen."""

AT_EQUAL_LENGTH, EVERY = 40, 4
"""Time points that series of unequal length are brought to; of such a set, which has
thousands of cases, every fourth is taken to train."""

ROUNDS = 5


class Compared(NamedTuple):
    """A model beside itself in integers, on the test cases of a set.

    Attributes
    ----------
    name, variant : str
        The set, and the variant.
    n_cases, n_same : int
        Test cases, and those among them that get the same label.
    bits, n_bits : int
        Binary digits of a deviation, and bits of a response.
    accuracies : tuple of float
        Of floats and of integers.
    microseconds : tuple of float
        Of a prediction in floats and in integers.
    """

    name: str
    variant: str
    n_cases: int
    n_same: int
    bits: int
    n_bits: int
    accuracies: tuple[float, float]
    microseconds: tuple[float, float]


def table_devices(archive: Path, folder: Path) -> str:
    """Measure what a model of six channels and 100 points takes in both arithmetics."""
    X, y, cases, _ = load("BasicMotions", archive)
    cases = cases[:N_CASES]
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


def loaded(name: str, archive: Path) -> Data:
    """Load a set; its series are brought to one length, if they are not of one."""
    X, y, X_test, y_test = load(name, archive)
    if isinstance(X, list):
        X, y = X[::EVERY], y[::EVERY]
        X, X_test = _of_equal_length(X), _of_equal_length(X_test)
    return X, y, X_test, y_test


def _of_equal_length(cases: list[np.ndarray]) -> np.ndarray:
    places = np.linspace(0, 1, AT_EQUAL_LENGTH)
    return np.array(
        [
            [np.interp(places, np.linspace(0, 1, len(row)), row) for row in case]
            for case in cases
        ]
    )


def compared(name: str, archive: Path, folder: Path) -> Iterator[Compared]:
    """Compare all test cases of one set, and the time that one takes."""
    X, y, X_test, y_test = loaded(name, archive)
    some = X[:: -(-len(X) // N_TO_CHOOSE_BY)]
    for variant in COMPARED:
        clf = LightWaveSClassifier(random_state=0, **VARIANTS[variant]).fit(X, y)
        expected = clf.predict(X_test)
        floats = CBuild(clf, folder / f"{name}_{variant}", X.shape[2])
        integers = IntegerBuild(clf, folder / f"{name}_{variant}_int16", some)
        found = integers.predict(X_test)
        z = integers.model.quantise(X_test[:1])[0]
        ways = {"float": floats.prepared(X_test[0]), "int16": integers.prepared(z)}
        times = [1e6 * float(np.median(of)) for of in race(ways, ROUNDS).values()]
        yield Compared(
            name,
            variant,
            len(X_test),
            int((found == expected).sum()),
            integers.model.bits,
            integers.model.width.n_bits,
            (float((expected == y_test).mean()), float((found == y_test).mean())),
            (times[0], times[1]),
        )


def table_agreement(found: list[Compared]) -> str:
    """Lay out a row for each set and variant."""
    rows = [
        [
            of.name,
            of.variant,
            str(of.n_cases),
            f"{of.bits} in {of.n_bits}",
            *(f"{accuracy:.2%}" for accuracy in of.accuracies),
            f"{of.n_same / of.n_cases:.2%}",
            *(f"{time:.0f}" for time in of.microseconds),
            f"{of.microseconds[0] / of.microseconds[1]:.2f}",
        ]
        for of in found
    ]
    heads = ["set", "variant", "cases", "digits", "accuracy, float", "accuracy, int16"]
    heads += ["same label", "float, us", "int16, us", "times as fast"]
    return markdown(heads, rows)


def table_overall(found: list[Compared]) -> str:
    """Sum up, by variant and kind of set."""
    rows = []
    for variant in COMPARED:
        for kind, of in (
            ("all", {row.name for row in found}),
            ("multivariate", set(DATASETS)),
            ("univariate", set(UNIVARIATE)),
        ):
            some = [row for row in found if row.variant == variant and row.name in of]
            if not some:
                continue
            cases, same = (sum(row[at] for row in some) for at in (2, 3))
            shares = np.mean([row.n_same / row.n_cases for row in some])
            floats, integers = np.array([row.accuracies for row in some]).T
            ratios = [row.microseconds[0] / row.microseconds[1] for row in some]
            rows.append(
                [
                    variant,
                    f"{kind}, {len(some)}",
                    f"{same} of {cases}",
                    f"{same / cases:.2%}",
                    f"{shares:.2%}",
                    f"{floats.mean():.4f}",
                    f"{integers.mean():.4f}",
                    f"{integers.mean() - floats.mean():+.4f}",
                    f"{np.exp(np.log(ratios).mean()):.2f}",
                ]
            )
    heads = ["variant", "sets", "same label", "share", "mean share of a set"]
    heads += ["mean accuracy, float", "mean accuracy, int16", "difference"]
    return markdown([*heads, "times as fast, geometric mean"], rows)


def main() -> None:
    """Measure all, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--univariate", type=Path, required=True)
    parser.add_argument("--datasets", nargs="+", default=(*DATASETS, *UNIVARIATE))
    parser.add_argument("--page", type=Path, default=PAGE)
    args = parser.parse_args()
    found: list[Compared] = []
    with tempfile.TemporaryDirectory() as name:
        devices = table_devices(args.archive, Path(name))
        for dataset in track(args.datasets, transient=True):
            archive = args.univariate if dataset in UNIVARIATE else args.archive
            found += compared(dataset, archive, Path(name))
    args.page.write_text(
        TEXT.format(
            devices=devices,
            overall=table_overall(found),
            agreement=table_agreement(found),
        ),
        encoding="utf-8",
    )


TEXT = """# In integers

`lightwaves export --arithmetic int16` writes a classifier as a C program without
floating point, see [](deploying.md). This page is written by a benchmark.

<!-- not run: takes minutes -->
```bash
python -m benchmarks.edge_integers --archive DIR --univariate DIR
```

## On small processors

A model of BasicMotions, six channels of 100 points, built by `arm-none-eabi-gcc -O2`:
flash for code and tables, and static RAM, that of a stream included, on a Cortex-M0+;
and million instructions of one prediction, counted by qemu. The Cortex-M4F has a
floating-point unit, which integers do without; the Cortex-M0+ has none, and calls a
library for each operation of the program in floats.

{devices}

## The same labels

All test cases of ten multivariate and twelve univariate sets. "Same label" counts those
that get the label which `predict` gives, over all cases together and as the mean of the
shares of the sets; "times as fast" compares C with C, built by gcc with `-O3
-march=native`.

{overall}

"Digits" are the binary digits of a deviation that 200 training cases have chosen, and
the bits in which responses of kernels are computed for them. Times are microseconds of
one prediction, medians of five rounds in turns. Series of SpokenArabicDigits, which are
of unequal length, are brought to 40 points, and every fourth of its training cases is
taken.

{agreement}

Where labels of `L1L2` differ most, features are noise in floats as well: the signs of
responses that are zero but for rounding.
"""


if __name__ == "__main__":
    main()
