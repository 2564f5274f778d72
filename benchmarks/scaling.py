"""How a fit scales over ranks and cases: measured here, predicted for a cluster.

``python -m benchmarks.scaling`` runs every part on this machine and draws the plot;
``--part cases`` measures but how it scales over cases, ``--part ranks`` all else;
``--quick`` takes small data. Data are written to a temporary folder, 2 GiB of it for
the parts on memory and on cases.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.scaling_cases import SIZES, cases
from benchmarks.scaling_model import CostModel, Run, draw, predictions
from benchmarks.timing import markdown, spread

PLOT = Path(__file__).parents[1] / "docs" / "images" / "scaling.png"
N_CLASSES = 4
BLOCK = 100
"""Cases written at a time."""

SINGLE, TWO, MANY = 1, 2, 4
STRONG = (1500, 128, 500)
WEAK = (1500, 32, 500)
MEMORY = (2000, 512, 512)
POINTS = (100, 400, 1600)
# Small runs that tell the terms of the cost model apart.
CALIBRATION = (
    (200, 8, 100),
    (200, 8, 800),
    (200, 48, 100),
    (1500, 4, 100),
    (1500, 4, 400),
    (3000, 8, 100),
)


def write_problem(folder: Path, shape: Sequence[int]) -> tuple[Path, Path]:
    """Noise in files, and in every fourth channel a sine whose pace tells the class."""
    X_path, y_path = folder / "X.npy", folder / "y.npy"
    n_cases, n_channels, n_timepoints = shape
    rng = np.random.default_rng(0)
    y = np.arange(n_cases) % N_CLASSES
    X = np.lib.format.open_memmap(X_path, "w+", np.float32, tuple(shape))
    pace = rng.uniform(0.05, 0.5, (n_channels, 1))
    for start in range(0, n_cases, BLOCK):
        block = X[start : start + BLOCK]
        block[:] = rng.standard_normal(block.shape, np.float32)
        label = y[start : start + BLOCK, None, None]
        phase = rng.uniform(0, 2 * np.pi, (len(block), n_channels, 1))
        wave = np.sin(pace * (1 + 0.2 * label) * np.arange(n_timepoints) + phase)
        block[:, ::4] += wave[:, ::4]
    X.flush()
    np.save(y_path, y)
    return X_path, y_path


def fit(n_ranks: int, paths: Sequence[Path], shape: Sequence[int]) -> Run:
    """Fit once with so many ranks."""
    command = ["mpiexec", "-n", str(n_ranks), sys.executable, "-m"]
    done = subprocess.run(
        [*command, "benchmarks.scaling_rank", *map(str, paths)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
    )
    return Run(tuple(shape), json.loads(done.stdout))


def strong(folder: Path, shape: Sequence[int], rounds: int) -> tuple[str, list[Run]]:
    """The same data for one rank, two, and more ranks than cores."""
    paths = write_problem(folder, shape)
    runs = {n: [] for n in (SINGLE, TWO, MANY)}
    for _ in range(rounds):
        for n_ranks, done in runs.items():
            if n_ranks != MANY or not done:
                done.append(fit(n_ranks, paths, shape))
    seconds = {n: np.array([run.seconds for run in done]) for n, done in runs.items()}
    rows = [
        [
            str(n),
            spread(seconds[n]),
            spread(seconds[n] / seconds[SINGLE][: len(seconds[n])]),
            spread(np.array([run.step("units") for run in runs[n]])),
            f"{runs[n][0].megabytes:.1f}",
            f"{runs[n][0].memory:.0f}",
        ]
        for n in runs
    ]
    heads = [
        "ranks",
        "fit, s",
        "of one rank's",
        "fit pass, s",
        "moved, MB",
        "memory, MB",
    ]
    return markdown(heads, rows), [run for done in runs.values() for run in done]


def weak(folder: Path, shape: Sequence[int]) -> tuple[str, list[Run]]:
    """As many channels for each rank."""
    n_cases, n_channels, n_timepoints = shape
    runs = []
    for n_ranks in (SINGLE, TWO, MANY):
        larger = (n_cases, n_channels * n_ranks, n_timepoints)
        runs.append(fit(n_ranks, write_problem(folder, larger), larger))
    rows = [
        [
            str(run.n_ranks),
            str(run.shape[1]),
            f"{run.seconds:.1f}",
            f"{run.step('units'):.1f}",
            f"{run.megabytes:.1f}",
            f"{run.memory:.0f}",
        ]
        for run in runs
    ]
    heads = ["ranks", "channels", "fit, s", "fit pass, s", "moved, MB", "memory, MB"]
    return markdown(heads, rows), runs


def traffic(folder: Path) -> tuple[str, list[Run]]:
    """Bytes over time points: none of the series travels."""
    runs = []
    for n_timepoints in POINTS:
        shape = (1500, 12, n_timepoints)
        runs.append(fit(TWO, write_problem(folder, shape), shape))
    allowed = 3 * 1500 * 1500 * 4 / 1e6
    rows = [[str(run.shape[2]), f"{run.megabytes:.2f}"] for run in runs]
    table = markdown(["time points", "moved, MB per rank"], rows)
    return f"{table}\n\nLimit: 3 x cases x pool x 4 bytes = {allowed:.1f} MB.", runs


def memory(folder: Path, shape: Sequence[int]) -> tuple[str, list[Run]]:
    """A file larger than what any rank may take."""
    paths = write_problem(folder, shape)
    size = paths[0].stat().st_size / 1e6
    runs = [fit(n_ranks, paths, shape) for n_ranks in (SINGLE, TWO, MANY)]
    rows = [
        [str(run.n_ranks), f"{run.memory:.0f}", f"{run.seconds:.1f}"] for run in runs
    ]
    table = markdown(["ranks", "highest of a rank, MB", "fit, s"], rows)
    name = " x ".join(map(str, shape))
    return f"{table}\n\n{name} of float32 in a file of {size:.0f} MB.", runs


def main() -> None:
    """Run the parts, fit the cost model to all runs, predict."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="of the strong scaling")
    parser.add_argument("--quick", action="store_true", help="an eighth of the cases")
    parser.add_argument("--part", choices=("ranks", "cases"), help="but one of these")
    args = parser.parse_args()
    if args.part != "ranks":
        with tempfile.TemporaryDirectory() as name:
            sizes = SIZES[:2] if args.quick else SIZES
            print(f"## cases\n\n{cases(Path(name), sizes)}\n", flush=True)
    if args.part == "cases":
        return

    def sized(shape: Sequence[int]) -> tuple[int, ...]:
        return (shape[0] // 8, *shape[1:]) if args.quick else tuple(shape)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = {
            "strong": lambda: strong(folder, sized(STRONG), args.rounds),
            "weak": lambda: weak(folder, sized(WEAK)),
            "traffic": lambda: traffic(folder),
            "memory": lambda: memory(folder, sized(MEMORY)),
        }
        runs = []
        for part, measure in parts.items():
            table, measured = measure()
            runs += measured
            print(f"## {part}\n\n{table}\n", flush=True)
        for shape in CALIBRATION:
            paths = write_problem(folder, shape)
            runs += [fit(n_ranks, paths, shape) for n_ranks in (SINGLE, TWO)]
    model = CostModel.fit(runs)
    print(f"## model\n\n{model.table(runs)}\n\n## prediction\n\n{predictions(model)}")
    draw(model, runs, PLOT)


if __name__ == "__main__":
    main()
