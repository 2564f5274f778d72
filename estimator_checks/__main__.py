"""Run the suites of aeon and sktime, and print the counts.

That of aeon is run compiled, as plain Python code, and under MPI.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).parent
RUNS = (
    ("aeon", "compiled", 0),
    ("aeon", "without JIT", 0),
    ("aeon", "mpi, 2 ranks", 2),
    ("sktime", "compiled", 0),
)
TIMEOUT = 900


def command(suite: str, report: Path, *options: str) -> list[str]:
    """Give the command of one process."""
    checks = HERE / f"test_{suite}.py"
    pytest = [sys.executable, "-m", "pytest", checks, "-q", "-p", "no:cacheprovider"]
    return [*map(str, pytest), f"--junitxml={report}", *options]


def launcher() -> str:
    """Find the mpiexec of this environment, or of the system."""
    beside = shutil.which("mpiexec", path=Path(sys.executable).parent)
    found = beside or shutil.which("mpiexec")
    if found is None or find_spec("mpi4py") is None:
        sys.exit('no mpiexec or no mpi4py: python -m pip install -e ".[dev]"')
    return found


def run(suite: str, n_ranks: int, jit: bool, folder: Path) -> dict[str, int]:
    """Run the suite in processes of its own and count the outcomes."""
    reports = [folder / f"report_{rank}.xml" for rank in range(max(1, n_ranks))]
    if n_ranks == 0:
        whole = command(suite, reports[0])
    else:
        parts = [
            ["-n", "1", *command(suite, report, f"--ranks={n_ranks}"), ":"]
            for report in reports
        ]
        whole = [launcher(), *chain(*parts)][:-1]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "0" if jit else "1"}
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(whole, env=environment, cwd=HERE.parent, timeout=TIMEOUT)
    return worst([count(report) for report in reports])


def count(report: Path) -> dict[str, int]:
    """Count the outcomes in a report; a process that wrote none has failed."""
    if not report.exists():
        return {"passed": 0, "failed": 1, "skipped": 0}
    suite = ElementTree.parse(report).getroot().find("testsuite")
    failed = int(suite.get("failures")) + int(suite.get("errors"))
    skipped = int(suite.get("skipped"))
    passed = int(suite.get("tests")) - failed - skipped
    counts = {"passed": passed, "failed": failed, "skipped": skipped}
    # One test may stand for many checks, and says how many.
    of_checks = list(suite.iter("property"))
    if of_checks and skipped == 0 and suite.get("errors") == "0":
        counts |= {"passed": 0, "failed": 0}
        for one in of_checks:
            counts[one.get("name")] += int(one.get("value"))
    return counts


def worst(counts: list[dict[str, int]]) -> dict[str, int]:
    """Count as passed what has passed in every process, as failed what has in any."""
    return {
        "passed": min(count["passed"] for count in counts),
        "failed": max(count["failed"] for count in counts),
        "skipped": max(count["skipped"] for count in counts),
    }


def main() -> int:
    """Print one line a run; fail unless all checks ran and passed."""
    launcher()
    lines, bad = [], False
    for suite, name, n_ranks in RUNS:
        with tempfile.TemporaryDirectory() as folder:
            counts = run(suite, n_ranks, name != "without JIT", Path(folder))
        counted = ", ".join(f"{n} {outcome}" for outcome, n in counts.items())
        lines.append(f"{suite}, {name}: {counted}")
        bad |= counts["passed"] == 0 or counts["failed"] + counts["skipped"] > 0
    print("\n".join(lines))
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
