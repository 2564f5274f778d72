"""Models in integers: what they take on small processors, and how far they agree.

``python -m benchmarks.edge_integers --archive DIR --univariate DIR`` writes
``docs/edge_integers.md``, and a table of ``docs/edge.md``. It takes some twenty
minutes, emlearn, compilers and emulators of processors; ``--only processors forest``
measures these two parts in two minutes, and keeps the rest of the page.
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
from benchmarks.edge_boards import versions
from benchmarks.edge_builds import CBuild, IntegerBuild
from benchmarks.edge_forest import table_forest
from benchmarks.edge_small import (
    Pair,
    measured,
    table_avr,
    table_processors,
    table_summary,
)
from benchmarks.pages import with_section
from benchmarks.timing import markdown, race
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import Data, load

DOCS = Path(__file__).parents[1] / "docs"
PAGE, EDGE_PAGE = DOCS / "edge_integers.md", DOCS / "edge.md"
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
N_TO_CHOOSE_BY = 200
"""Training cases, evenly spaced, by which binary digits are chosen."""

AT_EQUAL_LENGTH, EVERY = 40, 4
"""Time points that series of unequal length are brought to; of such a set, which has
thousands of cases, every fourth is taken to train."""

ROUNDS = 5
VARIANT_CORES = "Cortex-M4F", "Cortex-M0+"


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


def table_variants(found: dict[str, dict[str, Pair]]) -> str:
    """Lay out what models of all variants take in both arithmetics."""
    rows = []
    for variant, by_core in found.items():
        cells = [variant]
        for way in (0, 1):
            of = by_core["Cortex-M0+"][way]
            cells += [f"{of.flash / 1024:.1f}", f"{of.ram / 1024:.1f}"]
            cells += [
                f"{by_core[core][way].instructions / 1e6:.2f}" for core in VARIANT_CORES
            ]
        rows.append(cells)
    cores = [core.removeprefix("Cortex-") for core in VARIANT_CORES]
    heads = ["flash, KiB", "RAM, KiB", *(f"on {core}" for core in cores)]
    heads = [f"{way}: {head}" for way in ("float", "int16") for head in heads]
    return markdown(["variant", *heads], rows)


def processors(args: argparse.Namespace, folder: Path) -> str:
    """Measure small processors; write the short table of the other page, too."""
    data = load("BasicMotions", args.archive)
    found = {v: measured(data, folder, v) for v in track(COMPARED, transient=True)}
    others = [v for v in VARIANTS if v not in COMPARED]
    by_variant = {v: measured(data, folder, v, VARIANT_CORES) for v in others} | found
    page = EDGE_PAGE.read_text(encoding="utf-8")
    summary = SUMMARY.format(summary=table_summary(found["plus"]))
    page = with_section(page, IN_SHORT, summary)
    EDGE_PAGE.write_text(page, encoding="utf-8")
    return PROCESSORS.format(
        variants=table_variants({v: by_variant[v] for v in VARIANTS}),
        processors=table_processors(found),
        avr=table_avr(data, folder),
        versions=versions(),
    )


def forest(args: argparse.Namespace, folder: Path) -> str:
    """Measure random forests beside models."""
    return FOREST.format(forest=table_forest(args.archive, folder))


def labels(args: argparse.Namespace, folder: Path) -> str:
    """Compare labels, and times on this machine."""
    found: list[Compared] = []
    for dataset in track(args.datasets, transient=True):
        archive = args.univariate if dataset in UNIVARIATE else args.archive
        found += compared(dataset, archive, folder)
    return LABELS.format(overall=table_overall(found), agreement=table_agreement(found))


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


PARTS = {
    "processors": ("On small processors", processors),
    "forest": ("Beside a random forest", forest),
    "labels": ("The same labels", labels),
}
"""Headings of the sections, and what measures them."""


def main() -> None:
    """Measure all or some; each part is written as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--univariate", type=Path)
    parser.add_argument("--datasets", nargs="+", default=(*DATASETS, *UNIVARIATE))
    parser.add_argument("--only", nargs="+", choices=PARTS, default=tuple(PARTS))
    args = parser.parse_args()
    if "labels" in args.only and args.univariate is None:
        parser.error("the labels take --univariate")
    for part in args.only:
        heading, measure = PARTS[part]
        with tempfile.TemporaryDirectory() as folder:
            text = measure(args, Path(folder))
        page = with_section(PAGE.read_text(encoding="utf-8"), heading, text)
        PAGE.write_text(page, encoding="utf-8")


PROCESSORS = """
A model of BasicMotions, six channels of 100 points, built by gcc with `-O2`: flash for
code and tables, and static RAM, that of a stream included, here on a Cortex-M0+; and
million instructions of one prediction, counted by qemu. The Cortex-M4F has a
floating-point unit, which integers do without; the Cortex-M0+ has none, and calls a
library for each operation of the program in floats, whose own size is not counted.
Measured with {versions}.

{variants}

The same on other processors; of these only Cortex-M4F and Cortex-M7 have a
floating-point unit. The Cortex-M0 is that of the emulated board microbit, with 256 KB
of flash and 16 KB of RAM, the other Cortex-M are those of the boards mps2, and RV32IMC
is that of the board virt. There is no board with a Cortex-M0+ in qemu: its program runs
on that of the Cortex-M4, whose instructions include those of the Cortex-M0+. Six test
cases of all classes have on all of them the class that Python gives. Million
instructions of a prediction and estimates of microjoules, then KiB of flash and RAM:

{processors}

Energy is no measurement. It takes 1.5 cycles for an instruction, and for a cycle what
manufacturers say of a running processor: 93 uA/MHz of an STM32L0 (data sheet DS10888)
and 79 uA/MHz of an STM32L412 (DS12469), both at 3.0 V; and for an ESP32-C3 26.8 mA at
160 MHz and 3.3 V, its radio off, [as someone has
measured](https://robdobson.com/2023/11/investigating-esp32-c3-power-management/). A
processor that is awake for other reasons takes it all the same.

An AVR reads constants as memory, so that all tables are in RAM: those of the 500
features of this model, some 8 KB, do not fit in the 8 KB of an ATmega2560. The model
does as `largest_within(..., max_flash=7 * 1024, arithmetic="int16")` reduces it, and
leaves most of a kilobyte for the stack. In floats the series and the work on it leave
no room for tables. Cycles are those of simavr, to 1,024.

{avr}
"""

FOREST = """
[emlearn](https://emlearn.org) 0.23.2 writes models of scikit-learn in C. Here these are
random forests of 100 trees as branches of code, in integers, which take a series of
values scaled to 14 bits, or six statistics of each of its channels, computed in
integers as well: mean, mean absolute deviation, lowest and highest value, mean absolute
change, crossings of the mean. Beside them are models with their default of 500
features, and as `largest_within(..., max_flash=8 * 1024, arithmetic="int16")` reduces
them. Flash and RAM are those of a Cortex-M0+, ours with a stream, which a forest has
not; instructions are millions. Accuracy is that of the program in C over all test
cases. As emlearn truncates thresholds to integers, a crossing counts 64.

{forest}

A forest takes a fraction of the instructions. It is for problems that such statistics,
or values at certain points of time, tell apart.
"""

IN_SHORT = "In floats and in integers"
SUMMARY = """
The model of `plus` on more processors, in floats and [in integers](edge_integers.md),
where this is measured: million instructions of a prediction, and KiB of flash and RAM.
All give the class that Python does. Cortex-M4F and Cortex-M7 have floating-point units.

{summary}
"""

LABELS = """
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
