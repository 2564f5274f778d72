"""A model in floats and in integers, on processor after processor."""

from __future__ import annotations

__all__ = ["Measured", "measured", "table_avr", "table_processors", "table_summary"]

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


def _instructions(pair: Pair) -> list[str]:
    """Give cells of millions, in floats and in integers, and their ratio."""
    floats, integers = (of.instructions for of in pair)
    cells = [f"{of / 1e6:.2f}" for of in (floats, integers)]
    return [*cells, f"{floats / integers:.1f}"]


def _sizes(pair: Pair) -> list[str]:
    flash = [f"{of.flash / 1024:.1f}" for of in pair]
    return [*flash, *(f"{of.ram / 1024:.1f}" for of in pair)]


INSTRUCTIONS = ["float, millions", "int16, millions", "times fewer"]
SIZES = ["float, flash", "int16, flash", "float, RAM", "int16, RAM"]


def table_processors(found: dict[str, dict[str, Pair]]) -> str:
    """Lay out instructions and energy, then sizes, by variant and processor."""
    pairs = [(v, p, pair) for v, of in found.items() for p, pair in of.items()]
    heads = ["variant", "processor"]
    work = [
        [v, p, *_instructions(pair), *(_energy(p, of) for of in pair)]
        for v, p, pair in pairs
    ]
    sizes = [[v, p, *_sizes(pair)] for v, p, pair in pairs]
    energy = ["float, uJ", "int16, uJ"]
    return (
        f"{markdown([*heads, *INSTRUCTIONS, *energy], work)}\n\n"
        f"{markdown([*heads, *SIZES], sizes)}"
    )


def table_summary(found: dict[str, Pair]) -> str:
    """Lay out a row for each processor."""
    rows = [[p, *_instructions(pair), *_sizes(pair)] for p, pair in found.items()]
    return markdown(["processor", *INSTRUCTIONS, *SIZES], rows)


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
