"""What the code computes is what was frozen, bit by bit."""

import subprocess
import sys
from pathlib import Path


def test_no_bit_has_changed():
    script = Path(__file__).with_name("freeze.py")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
