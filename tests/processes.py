"""Commands in the processes of ``mpiexec``."""

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

MPIEXEC = shutil.which("mpiexec", path=Path(sys.executable).parent) or shutil.which(
    "mpiexec"
)
needs_mpi = pytest.mark.skipif(
    MPIEXEC is None or find_spec("mpi4py") is None, reason="needs mpiexec and mpi4py"
)
SEVERAL = """
import json, sys
from lightwaves_aeon.cli import main
for command in json.loads(sys.argv[1]):
    main(command, standalone_mode=False)
"""


def run_in_processes(n_processes, *commands):
    """Run commands one after the other: to start processes takes seconds."""
    return subprocess.run(
        [
            *(MPIEXEC, "-n", str(n_processes), sys.executable, "-c", SEVERAL),
            json.dumps([[str(arg) for arg in command] for command in commands]),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
