"""How long a CSV file takes to become a collection, and how much memory.

``python -m benchmarks.tables --rows 1000000`` generates a log of six channels, and has
pyarrow and polars read it, then ``collection_from_table`` cut it into windows, each in
a process of its own. The file is deleted.
"""

from __future__ import annotations

__all__ = ["main"]

import argparse
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pandas as pd

from lightwaves_aeon import collection_from_table
from lightwaves_aeon.benchmark.memory import PeakMemory

N_CHANNELS = 6
PER_RECORDING = 50_000
RATE = 100
OURS = "collection_from_table"


def _write(path: Path, n_rows: int) -> None:
    """Write recordings one after the other."""
    rng = np.random.default_rng(0)
    for number, start in enumerate(range(0, n_rows, PER_RECORDING)):
        n = min(PER_RECORDING, n_rows - start)
        values = rng.normal(size=(n, N_CHANNELS)).astype(np.float32)
        part = pd.DataFrame(values, columns=[f"c{i}" for i in range(N_CHANNELS)])
        part.insert(0, "machine", f"machine {number}")
        part.insert(1, "t", np.arange(n) / RATE)
        part.insert(2, "state", np.where(np.arange(n) // 1000 % 2, "on", "off"))
        part.to_csv(path, mode="a", index=False, header=start == 0)


def _measure(path: Path, reader: str) -> tuple[float, float]:
    """Read the file, and give seconds and the peak of memory, in bytes."""
    if reader == "pyarrow":
        from pyarrow.csv import read_csv as read
    elif reader == "polars":
        from polars import read_csv as read
    else:
        import pyarrow.csv  # noqa: F401 - not to count the import

        def read(path):
            roles = {"recording": "machine", "time": "t", "label": "state"}
            return collection_from_table(path, **roles, window="1s")

    with PeakMemory() as peak:
        before, start = peak.now(), perf_counter()
        read(path)
        seconds = perf_counter() - start
    return seconds, peak.bytes - before


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", help="for the file, in place of a temporary one")
    asked = parser.parse_args()
    with TemporaryDirectory(dir=asked.folder) as folder:
        path = Path(folder) / "log.csv"
        _write(path, asked.rows)
        size, values = path.stat().st_size, 4.0 * asked.rows * N_CHANNELS
        rows = {}
        for reader in ("pyarrow", "polars", OURS):
            found = []
            for _ in range(asked.repeats):
                with ProcessPoolExecutor(1, get_context("spawn")) as alone:
                    found.append(alone.submit(_measure, path, reader).result())
            rows[reader] = np.min(found, axis=0)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["s", "peak MB"])
    fastest = table["s"].drop(OURS).min()
    table["times the reader"] = (table["s"] / fastest).round(2)
    table["times the values"] = (table["peak MB"] / values).round(2)
    table["peak MB"] = (table["peak MB"] / 1e6).round()
    table["s"] = table["s"].round(2)
    print(f"{asked.rows} rows, {size / 1e6:.0f} MB; values {values / 1e6:.0f} MB\n")
    print(table.to_string())


if __name__ == "__main__":
    main()
