"""The C program on emulated processors: its size, its answers, its instructions."""

from __future__ import annotations

__all__ = [
    "NEEDED",
    "RunResult",
    "measure",
    "on_cortex",
    "size_of",
    "write_cases",
]

import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np

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

HERE = Path(__file__).parent / "cortex"
FLAGS = ("-O2", "-ffp-contract=off", "-ffunction-sections", "-fdata-sections")
HARD = ("-mfloat-abi=hard",)
CORES = {
    "Cortex-M4F": ("mps2-an386", "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", *HARD),
    "Cortex-M7": ("mps2-an500", "-mcpu=cortex-m7", "-mfpu=fpv5-sp-d16", *HARD),
    "Cortex-M4": ("mps2-an386", "-mcpu=cortex-m4"),
    # What a Cortex-M0+ has of instructions, a Cortex-M4 has too.
    "Cortex-M0+": ("mps2-an386", "-mcpu=cortex-m0plus"),
}
"""Board of the emulator, and what the compiler is told of the core."""

WITH_FLOATS = ("Cortex-M4F", "Cortex-M7")

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
    for core in WITH_FLOATS:
        found = on_cortex(core, folder)
        right[core] = int((clf.classes_[found[:, 0]].astype(str) == expected).sum())
        instructions[core] = int(np.median(found[:, 1]))
    labels = _on_aarch64(cases, folder)
    right["aarch64"] = int((labels == expected).sum())
    flash, ram = size_of("Cortex-M4F", folder)
    return RunResult(flash, ram, instructions["Cortex-M4F"], right)


def write_cases(cases: np.ndarray, path: Path) -> None:
    """Write cases, of float32 or int16, for the program on a board."""
    is_float = cases.dtype.kind == "f"
    form, c_type = ("{:.9e}f", "float") if is_float else ("{}", "int16_t")
    rows = (", ".join(map(form.format, x.ravel())) for x in cases)
    text = ",\n".join(f"    {{{row}}}" for row in rows)
    path.write_text(
        f"enum {{ N_CASES = {len(cases)} }};\n"
        f"static const {c_type} cases[N_CASES][{cases[0].size}] = {{\n{text}\n}};\n"
    )


def _compiler(core: str) -> list[str]:
    return ["arm-none-eabi-gcc", *FLAGS, "-mthumb", *CORES[core][1:]]


def on_cortex(core: str, folder: Path) -> np.ndarray:
    """Give class and instructions of each case, of the program in a folder."""
    program = str(folder / "on_cortex.elf")
    sources = [str(HERE / "startup.c"), str(folder / "lightwaves_model.c")]
    script = ["-nostartfiles", "-Wl,--gc-sections", "-T", str(HERE / "memory.ld")]
    compiler = [*_compiler(core), "-std=gnu99", "-I", str(folder)]
    subprocess.run([*compiler, *script, "-o", program, *sources], check=True)
    emulator = ["qemu-system-arm", "-M", CORES[core][0], "-nographic"]
    emulator += ["-monitor", "none", "-serial", "null", "-icount", "shift=0"]
    emulator += ["-semihosting-config", "enable=on,target=native", "-kernel", program]
    done = subprocess.run(
        emulator, check=True, capture_output=True, text=True, timeout=TIMEOUT
    )
    # What semihosting writes comes out as diagnostics.
    lines = (done.stdout + done.stderr).split("\n")
    return np.array([line.split() for line in lines if line], int)


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


def size_of(core: str, folder: Path) -> tuple[int, int]:
    """Give the bytes of flash and of RAM of the program in a folder."""
    out, code = str(folder / "model.o"), str(folder / "lightwaves_model.c")
    compiler = [*_compiler(core), "-std=c99", "-c"]
    subprocess.run([*compiler, "-o", out, code], check=True)
    done = subprocess.run(
        ["arm-none-eabi-size", out], check=True, capture_output=True, text=True
    )
    text, data, bss = (int(n) for n in done.stdout.splitlines()[1].split()[:3])
    return text + data, data + bss
