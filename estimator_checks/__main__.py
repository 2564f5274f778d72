"""Run the suite with compiled and with plain Python code, and print the counts."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).parent


def count(jit: bool, report: Path) -> dict[str, int]:
    """Run the suite in a process of its own and count the outcomes."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "0" if jit else "1"}
    command = [sys.executable, "-m", "pytest", str(HERE), "-q", f"--junitxml={report}"]
    subprocess.run(command, env=environment, cwd=HERE.parent, check=False)
    suite = ElementTree.parse(report).getroot().find("testsuite")
    counts = {key: int(suite.get(key)) for key in ("tests", "failures", "errors")}
    return {**counts, "skipped": int(suite.get("skipped"))}


def main() -> int:
    """Print one line a run; fail unless all checks ran and passed."""
    import tempfile

    lines, bad = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for jit in (True, False):
            counts = count(jit, Path(folder) / "report.xml")
            failed = counts["failures"] + counts["errors"]
            passed = counts["tests"] - failed - counts["skipped"]
            bad += failed + counts["skipped"] + (counts["tests"] == 0)
            lines.append(
                f"aeon, {'compiled' if jit else 'without JIT'}: {passed} passed, "
                f"{failed} failed, {counts['skipped']} skipped"
            )
    print("\n".join(lines))
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
