"""What "plus" costs next to L1L2 and ROCKET, in one thread, contestants taking turns.

``python -m benchmarks.accuracy_cost --archive FOLDER`` prints one row a data set.
"""

import os

# Read once, when the libraries are loaded.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import argparse
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
from aeon.classification.convolution_based import RocketClassifier

from benchmarks.accuracy_runs import EQUAL
from benchmarks.timing import markdown, race, spread
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import load_split


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()

    heads = ["data set", "fit, L1L2 s", "fit, plus / L1L2", "fit, ROCKET / plus"]
    print(markdown([*heads, "transform, plus / L1L2"], []))
    for name in EQUAL:
        print(f"| {name} | {' | '.join(costs(name, args.archive, args.rounds))} |")


def costs(name: str, archive: Path, rounds: int) -> list[str]:
    """Measure on one data set; give the cells of its row."""
    X, y = load_split(name, "train", archive)
    test, _ = load_split(name, "test", archive)
    classifiers = {
        variant: LightWaveSClassifier(variant=variant, random_state=0)
        for variant in ("L1L2", "plus")
    }
    fits = race({v: partial(c.fit, X, y) for v, c in classifiers.items()}, rounds)
    start = perf_counter()
    RocketClassifier(random_state=0).fit(X, y)
    rocket = perf_counter() - start
    transforms = race(
        {v: partial(c.pipeline_[0].transform, test) for v, c in classifiers.items()},
        rounds,
    )
    return [
        spread(fits["L1L2"]),
        spread(fits["plus"] / fits["L1L2"]),
        f"{rocket / np.median(fits['plus']):.1f}",
        spread(transforms["plus"] / transforms["L1L2"]),
    ]


if __name__ == "__main__":
    main()
