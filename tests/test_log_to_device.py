"""From a log to decisions on a device: the script of the documentation."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ARCHIVE = ROOT.parent / "shared" / "uea"
NEEDED = "bash", "cc", "lightwaves"
IN_PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


@pytest.mark.skipif(
    not all(shutil.which(program, path=IN_PATH) for program in NEEDED),
    reason="needs bash, a C compiler and the command lightwaves",
)
@pytest.mark.parametrize(
    ("dataset", "decisions"), [("BasicMotions", 23), ("ERing", 35)]
)
def test_python_and_c_decide_alike(tmp_path, dataset, decisions):
    pytest.importorskip("jinja2", reason="lightwaves report takes it")
    given = [dataset]
    if dataset != "BasicMotions":  # which comes with aeon
        if not (ARCHIVE / dataset).is_dir():
            pytest.skip(f"there is no {ARCHIVE / dataset}")
        given.append(str(ARCHIVE))
    done = subprocess.run(
        ["bash", ROOT / "docs" / "from_log_to_device.sh", tmp_path, *given],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": IN_PATH},
    )
    assert done.returncode == 0, done.stderr
    last = f"{decisions} decisions, the same of all three"
    assert done.stdout.splitlines()[-1] == last
    assert (tmp_path / "report.html").stat().st_size > 0
