"""The C program on emulated processors: its size, its answers, its instructions."""

from __future__ import annotations

__all__ = [
    "NEEDED",
    "RunResult",
    "measure",
]

import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.edge_boards import run_on, size_of, write_cases
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.export.c.source import export_c

NEEDED = (
    "arm-none-eabi-gcc",
    "arm-none-eabi-size",
    "qemu-system-arm",
    "aarch64-linux-gnu-gcc",
    "qemu-aarch64",
)
"""Programs; Debian has them in gcc-arm-none-eabi, libnewlib-arm-none-eabi,
qemu-system-arm, gcc-aarch64-linux-gnu and qemu-user."""

CORES = "Cortex-M4F", "Cortex-M7"
TIMEOUT = 300


class RunResult(NamedTuple):
    """What was found.

    Attributes
    ----------
    flash, ram : int
        Bytes of the model on a Cortex-M4F: code with constants, and static memory,
        that of a stream included.
    instructions : int
        Of a prediction on a Cortex-M4F, the median over the cases.
    right : dict of str to int
        Cases with the class that Python gives them, by processor.
    """

    flash: int
    ram: int
    instructions: int
    right: dict[str, int]


def measure(clf: LightWaveSClassifier, cases: np.ndarray, folder: Path) -> RunResult:
    """Build a classifier for each processor, and run it there.

    Parameters
    ----------
    clf : LightWaveSClassifier
        Fitted.
    cases : np.ndarray, shape (n_cases, n_channels, n_timepoints)
        What to classify.
    folder : Path
        Where to build.

    Returns
    -------
    RunResult
    """
    cases = cases.astype(np.float32)
    export_c(clf, folder)
    expected = clf.predict(cases).astype(str)
    write_cases(cases, folder / "cases.h")
    instructions, right = {}, {}
    for core in CORES:
        found = run_on(core, folder)
        right[core] = int((clf.classes_[found[:, 0]].astype(str) == expected).sum())
        instructions[core] = int(np.median(found[:, 1]))
    labels = _on_aarch64(cases, folder)
    right["aarch64"] = int((labels == expected).sum())
    flash, ram = size_of("Cortex-M4F", folder)
    return RunResult(flash, ram, instructions["Cortex-M4F"], right)


def _on_aarch64(cases: np.ndarray, folder: Path) -> np.ndarray:
    """Label of each case, by the example program."""
    subprocess.run(
        ["make", "-s", "-C", str(folder), "aarch64"], check=True, capture_output=True
    )
    text = "\n".join(" ".join(f"{value:.9e}" for value in x.ravel()) for x in cases)
    done = subprocess.run(
        ["qemu-aarch64", str(folder / "example-aarch64")],
        input=text,
        check=True,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    return np.array([line.split()[0] for line in done.stdout.splitlines()])
