"""A model in floats and in integers, on processor after processor."""

from __future__ import annotations

__all__ = ["Measured", "measured", "table_avr", "table_processors", "table_summary"]

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.edge import VARIANTS
from benchmarks.edge_boards import run_on, size_of, write_cases
from benchmarks.timing import markdown
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import Data
from lightwaves_aeon.export import export_c, largest_within

PROCESSORS = (
    "Cortex-M0",
    "Cortex-M0+",
    "Cortex-M3",
    "Cortex-M4F",
    "Cortex-M7",
    "RV32IMC",
)
N_CASES = 6

CYCLES_AN_INSTRUCTION = 1.5
NANOJOULES_A_CYCLE = {
    "Cortex-M0+": 93e-3 * 3.0,  # uA/MHz, of the STM32L0 (DS10888), and volts
    "Cortex-M4F": 79e-3 * 3.0,  # of the STM32L412 without a converter (DS12469)
    "RV32IMC": 26.8 / 160 * 3.3,  # mA at 160 MHz, of an ESP32-C3 as measured
}

AVR, AVR_FLASH = "ATmega2560", 7 * 1024
"""The processor, and what its model may take as if the tables were in flash alone, so
that tables, work and a series are within its 8 KiB of RAM."""


class Measured(NamedTuple):
    """What a program takes on a processor.

    Attributes
    ----------
    flash, ram : int
        Bytes of the model.
    instructions : float
        Of a prediction, the median over the cases.
    """

    flash: int
    ram: int
    instructions: float


Pair = tuple[Measured, Measured]


def _measure(processor: str, folder: Path, expected: np.ndarray) -> Measured:
    """Build and run a program; its classes must be those that Python gives."""
    found = run_on(processor, folder)
    if not np.array_equal(found[:, 0], expected):
        raise ValueError(f"{folder.name} on {processor}: another class")
    return Measured(*size_of(processor, folder), float(np.median(found[:, 1])))


def evenly_spaced(cases: np.ndarray) -> np.ndarray:
    """Take some of many cases, of all classes."""
    return cases[np.linspace(0, len(cases) - 1, N_CASES).astype(int)]


def measured(
    data: Data, folder: Path, variant: str, processors: tuple[str, ...] = PROCESSORS
) -> dict[str, Pair]:
    """Measure a model in floats and in integers, by processor."""
    X, y, cases, _ = data
    cases = evenly_spaced(cases)
    clf = LightWaveSClassifier(random_state=0, **VARIANTS[variant]).fit(X, y)
    expected = np.searchsorted(clf.classes_, clf.predict(cases))
    where = {}
    for arithmetic in ("float", "int16"):
        where[arithmetic] = folder / f"{variant}_{arithmetic}".replace(" ", "_")
        model = export_c(clf, where[arithmetic], arithmetic=arithmetic).integers
        values = cases.astype(np.float32) if model is None else model.quantise(cases)
        write_cases(values, where[arithmetic] / "cases.h")
    return {
        processor: (
            _measure(processor, where["float"], expected),
            _measure(processor, where["int16"], expected),
        )
        for processor in processors
    }


def _energy(processor: str, of: Measured) -> str:
    """Estimate microjoules of a prediction."""
    if processor not in NANOJOULES_A_CYCLE:
        return ""
    cycles = of.instructions * CYCLES_AN_INSTRUCTION
    return f"{cycles * NANOJOULES_A_CYCLE[processor] / 1e3:,.0f}"


def _cells(processor: str, pair: Pair, with_energy: bool) -> Iterator[str]:
    for of in pair:
        yield f"{of.instructions / 1e6:.2f}"
        yield f"{of.flash / 1024:.1f}"
        yield f"{of.ram / 1024:.1f}"
        if with_energy:
            yield _energy(processor, of)


def _heads(with_energy: bool) -> list[str]:
    heads = ["million instructions", "flash, KiB", "RAM, KiB"]
    heads += ["energy, uJ"] if with_energy else []
    return [f"{way}: {head}" for way in ("float", "int16") for head in heads]


def table_processors(found: dict[str, dict[str, Pair]]) -> str:
    """Lay out a row for each variant and processor."""
    rows = [
        [variant, processor, *_cells(processor, pair, with_energy=True)]
        for variant, by_processor in found.items()
        for processor, pair in by_processor.items()
    ]
    return markdown(["variant", "processor", *_heads(with_energy=True)], rows)


def table_summary(found: dict[str, Pair]) -> str:
    """Lay out a row for each processor."""
    rows = [
        [
            processor,
            *_cells(processor, pair, with_energy=False),
            f"{pair[0].instructions / pair[1].instructions:.1f}",
        ]
        for processor, pair in found.items()
    ]
    return markdown(["processor", *_heads(with_energy=False), "times fewer"], rows)


def table_avr(data: Data, folder: Path) -> str:
    """Measure a model that fits an AVR, whose tables are in RAM."""
    X, y, cases, labels = data
    clf = LightWaveSClassifier(random_state=0).fit(X, y)
    small = largest_within(clf, X, y, max_flash=AVR_FLASH, arithmetic="int16")
    source = export_c(small, folder / "avr", arithmetic="int16")
    model = source.integers
    predicted = model.predict(model.quantise(cases))
    some = evenly_spaced(cases)
    write_cases(model.quantise(some), folder / "avr" / "cases.h")
    expected = np.searchsorted(clf.classes_, model.predict(model.quantise(some)))
    of = _measure(AVR, folder / "avr", expected)
    in_ram = of.ram + source.table_bytes
    cells = [str(len(small.model.rows)), f"{(predicted == labels).mean():.2%}"]
    cells += [f"{of.flash / 1024:.1f}", f"{in_ram / 1024:.1f}"]
    cells += [f"{of.instructions / 1e6:.2f}", f"{of.instructions / 16e3:.0f}"]
    heads = ["features", "accuracy", "flash, KiB", "RAM with tables, KiB"]
    return markdown([*heads, "million cycles", "ms at 16 MHz"], [cells])
