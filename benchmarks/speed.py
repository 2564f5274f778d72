"""How fast the package is, compared with plain loops and aeon's Rocket and MiniRocket.

``python -m benchmarks.speed`` runs every part, ``python -m benchmarks.speed fit`` the
part named. All is done in one thread, except where two are compared with one, and in
one process, except where a fresh one is what is measured. Ratios are the rival's time
over ours: medians, and the range, of rounds in which the contestants take turns.
"""

import os

# Read once, when the libraries are loaded.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import argparse
import json
import platform
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

from llvmlite.binding import get_host_cpu_name

from benchmarks.speed_cases import classifiers, fit, single, threads, transform
from benchmarks.speed_growth import growth
from benchmarks.speed_processes import cold, memory
from benchmarks.timing import slower

BASELINE = Path(__file__).with_name("speed_baseline.json")
PARTS = {
    part.__name__: part
    for part in (fit, transform, single, classifiers, growth, threads, cold, memory)
}


def main() -> None:
    """Run the parts, print their tables, compare with the baseline."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="part")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="few shapes, two rounds")
    parser.add_argument("--write-baseline", action="store_true")
    args = parser.parse_args()

    names = ("lightwaves-aeon", "aeon", "numba", "numpy", "scikit-learn")
    print(
        f"Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in names)
        + f"; {get_host_cpu_name()}, one thread"
    )
    ratios = {}
    for name in args.parts or PARTS:
        start = perf_counter()
        table = PARTS[name](2 if args.quick else args.rounds, args.quick)
        took = perf_counter() - start
        print(f"\n## {name}\n\n{table}\n\n({took:.0f} s)", flush=True)
        ratios |= table.ratios

    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    lost = slower(ratios, baseline)
    print("\nSlower than the baseline by more than a third:", end=" ")
    print("nothing" if not lost else "\n- " + "\n- ".join(lost))
    if args.write_baseline:
        BASELINE.write_text(json.dumps(baseline | ratios, indent=2) + "\n")


if __name__ == "__main__":
    main()
