"""A folder for compiled code where there is none: in containers without a home, say.

Numba keeps compiled code beside the source, else in a cache folder of the user, and
refuses to work where it can write to neither.
"""

from __future__ import annotations

__all__ = ["ensure_cache", "is_empty"]

import atexit
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

VARIABLE = "NUMBA_CACHE_DIR"
COMPILED = {"lightwaves_aeon": "core/convolution", "aeon": "utils"}
"""Packages with code that numba compiles, and where in them some is."""


def ensure_cache() -> None:
    """Give numba a temporary folder if it has no other, here and in child processes.

    Warns
    -----
    UserWarning
        If the code is compiled anew in each process.
    """
    if os.environ.get(VARIABLE) or all(map(_can_write, _beside_the_sources())):
        return
    if _can_write(_of_the_user()):
        return
    folder = tempfile.mkdtemp(prefix="lightwaves-numba-")
    atexit.register(_remove, folder, os.getpid())
    os.environ[VARIABLE] = folder
    if "numba" in sys.modules:  # which has read the environment already
        sys.modules["numba"].config.CACHE_DIR = folder
    warnings.warn(
        "compiled code can be kept nowhere, so that each process compiles anew, which "
        f"takes a minute: set {VARIABLE} to a folder that can be written to",
        stacklevel=3,
    )


def is_empty() -> bool:
    """Tell whether no compiled code of this package is kept."""
    given, package = os.environ.get(VARIABLE), Path(__file__).parent
    places = [Path(given)] if given else [package, _of_the_user()]
    # Of a module that every fit and every prediction needs.
    kept = (path for place in places for path in place.rglob("series_pooling.*.nbi"))
    return next(kept, None) is None


def _beside_the_sources() -> Iterator[Path]:
    for package, folder in COMPILED.items():
        spec = find_spec(package)
        for place in (spec.submodule_search_locations or []) if spec else []:
            yield Path(place) / folder / "__pycache__"


def _of_the_user() -> Path:
    """Where numba keeps what it cannot keep beside the source."""
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home)) / "numba"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "numba"
    return Path(os.environ.get("XDG_CACHE_HOME", home / ".cache")) / "numba"


def _can_write(folder: Path) -> bool:
    """Tell whether a folder, or one to be made in its place, can be written to."""
    try:
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        return False


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
