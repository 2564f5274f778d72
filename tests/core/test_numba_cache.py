"""Without a folder for compiled code the package works, and says so once."""

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import lightwaves_aeon
from lightwaves_aeon import _numba_cache

DROP_FROM_BOUNDS, OVERRIDE_PERMISSIONS = 24, 1

# Both fits need the same compiled code: in the second, workers are to find that of the
# first, for to compile it takes many seconds.
FIT = """
import numpy as np
from lightwaves_aeon import LightWaveSClassifier
X, y = np.random.default_rng(0).normal(size=(8, 1, 20)), np.arange(8) % 2
for parameters in ({}, {"backend": "joblib", "n_jobs": 2}):
    clf = LightWaveSClassifier(n_features=5, variant="L1", **parameters).fit(X, y)
    print(len(clf.predict(X)), lightwaves_aeon.__file__)
"""
COMPILE = """
import numpy as np
from lightwaves_aeon.core.selection.anova import anova_f
print(len(anova_f(np.eye(4, dtype=np.float32), np.array([0, 2, 4]))))
"""


def obey_permissions():
    """Take from root, who runs tests in containers, the right to write anywhere."""
    if os.getuid() == 0:
        ctypes.CDLL(None).prctl(DROP_FROM_BOUNDS, OVERRIDE_PERMISSIONS)


@pytest.fixture(scope="module")
def read_only(tmp_path_factory):
    """A copy of the package that cannot be written to."""
    folder = tmp_path_factory.mktemp("site")
    package = Path(lightwaves_aeon.__file__).parent
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(package, folder / "lightwaves_aeon", ignore=ignored)
    folders = [path for path in folder.rglob("*") if path.is_dir()]
    for path in folders:
        path.chmod(0o555)
    yield folder
    for path in folders:
        path.chmod(0o755)


def run(program, folder, **environment):
    command = f"import sys; sys.path.insert(0, {str(folder)!r}); import lightwaves_aeon"
    names = ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "PYTHONPATH")
    kept = {name: v for name, v in os.environ.items() if name not in names}
    return subprocess.run(
        [sys.executable, "-B", "-c", command + program],
        env=kept | {"HOME": "/proc/nowhere"} | environment,
        preexec_fn=obey_permissions,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
    )


linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


@linux
def test_works_without_a_cache_and_says_so_once(read_only, tmp_path):
    found = run(FIT, read_only, TMPDIR=str(tmp_path))
    assert found.returncode == 0, found.stderr
    lines = found.stdout.splitlines()
    assert [line.startswith(f"8 {read_only}") for line in lines] == [True, True]
    assert found.stderr.count("NUMBA_CACHE_DIR") == 1
    assert not list(tmp_path.iterdir())  # removed at the end


@linux
def test_a_cache_that_is_given_is_used(read_only, tmp_path):
    found = run(COMPILE, read_only, NUMBA_CACHE_DIR=str(tmp_path))
    assert (found.returncode, found.stdout) == (0, "4\n"), found.stderr
    assert "NUMBA_CACHE_DIR" not in found.stderr
    assert list(tmp_path.rglob("*.nbi"))


@linux
def test_a_home_is_used(read_only, tmp_path):
    found = run("; print('done')", read_only, HOME=str(tmp_path))
    assert (found.returncode, found.stdout, found.stderr) == (0, "done\n", "")


def test_nothing_changes_where_there_is_a_cache(recwarn, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    _numba_cache.ensure_cache()
    assert "NUMBA_CACHE_DIR" not in os.environ
    assert not recwarn.list


def test_code_of_aeon_needs_a_place_too(monkeypatch, tmp_path):
    """It may be installed where nobody can write, and this package elsewhere."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    places = [str(path) for path in _numba_cache._beside_the_sources()]
    assert [Path(place).parts[-3:-1] for place in places] == [
        ("core", "convolution"),
        ("aeon", "utils"),
    ]
