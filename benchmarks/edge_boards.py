"""Boards, emulated: programs in C for them, their size, answers and instructions.

Debian has all that it takes in gcc-arm-none-eabi, libnewlib-arm-none-eabi,
qemu-system-arm, gcc-riscv64-unknown-elf, picolibc-riscv64-unknown-elf,
qemu-system-misc, gcc-avr, avr-libc and simavr.
"""

from __future__ import annotations

__all__ = ["BOARDS", "SOURCE", "Board", "run_on", "size_of", "versions", "write_cases"]

import re
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

HERE = Path(__file__).parent / "boards"
FLAGS = ("-O2", "-ffp-contract=off", "-ffunction-sections", "-fdata-sections")
SOURCE = "lightwaves_model.c"

TIMEOUT = 300


class Board(NamedTuple):
    """How a program is built for a board, and run there.

    Attributes
    ----------
    prefix : str
        Of the names of the compiler and its tools.
    core : tuple of str
        What the compiler is told of the core.
    main : str
        The program around the model.
    link : tuple of str
        What else it takes to build that.
    emulator : tuple of str
        The command that runs it, up to the name of the program.
    """

    prefix: str
    core: tuple[str, ...]
    main: str
    link: tuple[str, ...]
    emulator: tuple[str, ...]


COUNTED = ("-nographic", "-monitor", "none", "-serial", "null", "-icount", "shift=0")
COUNTED += ("-semihosting-config", "enable=on,target=native", "-kernel")


def _cortex(
    machine: str, *core: str, flash: str = "4M", memory: str = "4M", ticks: int = 80
) -> Board:
    """Describe a board whose clock gives `ticks`: instructions in two of them."""
    link = ("-nostartfiles", "-T", str(HERE / "cortex.ld"))
    link += (f"-Wl,--defsym=FLASH_SIZE={flash},--defsym=RAM_SIZE={memory}",)
    link += (f"-DINSTRUCTIONS_OF_TWO_TICKS={ticks}",)
    emulator = ("qemu-system-arm", "-M", machine, *COUNTED)
    return Board("arm-none-eabi", ("-mthumb", *core), "cortex.c", link, emulator)


MICROBIT: dict[str, Any] = {"flash": "256K", "memory": "16K", "ticks": 125}
HARD = ("-mfloat-abi=hard",)
RISCV = ("--oslib=semihost", "--crt0=hosted")
RISCV += ("-Wl,--defsym=__flash=0x80000000,--defsym=__flash_size=4M",)
RISCV += ("-Wl,--defsym=__ram=0x80400000,--defsym=__ram_size=4M",)

BOARDS = {
    "Cortex-M0": _cortex("microbit", "-mcpu=cortex-m0", **MICROBIT),
    # What a Cortex-M0+ has of instructions, a Cortex-M4 has too.
    "Cortex-M0+": _cortex("mps2-an386", "-mcpu=cortex-m0plus"),
    "Cortex-M3": _cortex("mps2-an385", "-mcpu=cortex-m3"),
    "Cortex-M4F": _cortex("mps2-an386", "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", *HARD),
    "Cortex-M7": _cortex("mps2-an500", "-mcpu=cortex-m7", "-mfpu=fpv5-sp-d16", *HARD),
    # Its compiler uses no atomic operations; libraries are there with them alone.
    "RV32IMC": Board(
        "riscv64-unknown-elf",
        ("-march=rv32imac", "-mabi=ilp32", "--specs=picolibc.specs"),
        "riscv.c",
        RISCV,
        ("qemu-system-riscv32", "-M", "virt", "-bios", "none", *COUNTED),
    ),
    "ATmega2560": Board(
        "avr",
        ("-mmcu=atmega2560",),
        "avr.c",
        (),
        ("simavr", "-m", "atmega2560", "-f", "16000000"),
    ),
}
"""By the processor."""


def write_cases(cases: np.ndarray, path: Path) -> None:
    """Write cases, of float32 or int16, for the program on a board."""
    is_float = cases.dtype.kind == "f"
    form, c_type = ("{:.9e}f", "float") if is_float else ("{}", "int16_t")
    rows = (", ".join(map(form.format, x.ravel())) for x in cases)
    text = ",\n".join(f"    {{{row}}}" for row in rows)
    path.write_text(
        "#ifndef IN_FLASH\n#define IN_FLASH\n#endif\n"
        f"enum {{ N_CASES = {len(cases)} }};\n"
        f"static const {c_type} cases[N_CASES][{cases[0].size}] IN_FLASH = {{\n"
        f"{text}\n}};\n"
    )


def _compiler(board: Board) -> list[str]:
    return [f"{board.prefix}-gcc", *FLAGS, *board.core, "-std=gnu99"]


def run_on(name: str, folder: Path, source: str = SOURCE) -> np.ndarray:
    """Run the program in a folder on the cases beside it.

    Parameters
    ----------
    name : str
        Of `BOARDS`.
    folder : Path
        Where the program is, and ``cases.h``.
    source : str
        The program.

    Returns
    -------
    np.ndarray, shape (n_cases, 2)
        Class of each, and instructions; of an AVR cycles.
    """
    board, program = BOARDS[name], folder / "on_board.elf"
    sources = HERE / board.main, folder / source
    include = ["-I", folder, "-I", HERE, "-Wl,--gc-sections"]
    command = [*_compiler(board), *board.link, *include, "-o", program, *sources]
    subprocess.run(command, check=True)
    done = subprocess.run(
        [*board.emulator, program],
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    # What semihosting writes may come out as diagnostics, and a serial port in colour.
    lines = re.findall(r"(?m)(?:^|m)(\d+) (\d+)\.?$", done.stdout + done.stderr)
    return np.array(lines, int)


def size_of(name: str, folder: Path, source: str = SOURCE) -> tuple[int, int]:
    """Give the bytes of flash and of RAM of the program in a folder."""
    board, out = BOARDS[name], folder / "model.o"
    include = ["-I", folder, "-c", "-o", out]
    subprocess.run([*_compiler(board), *include, folder / source], check=True)
    command = [f"{board.prefix}-size", out]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    text, data, bss = (int(n) for n in done.stdout.splitlines()[1].split()[:3])
    return text + data, data + bss


def versions() -> str:
    """Name the compilers and emulators."""
    compilers = sorted({board.prefix for board in BOARDS.values()})
    told = []
    for prefix in compilers:
        command = [f"{prefix}-gcc", "-dumpversion"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        told.append(f"{prefix}-gcc {done.stdout.strip()}")
    command = ["qemu-system-arm", "--version"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return ", ".join([*told, "qemu " + re.findall(r"version (\S+)", done.stdout)[0]])
