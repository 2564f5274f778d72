"""The backends by name."""

from __future__ import annotations

__all__ = ["BACKENDS", "make_backend"]

from importlib import import_module
from typing import TYPE_CHECKING

from lightwaves_aeon.core.checks import check_one_of

if TYPE_CHECKING:
    from lightwaves_aeon.core.parallel.threads import Threads

BACKENDS = {
    "threads": "threads:Threads",
    "joblib": "threads:Joblib",
    "mpi": "mpi:Mpi",
}
"""Module and class of each; imported when asked for, since the command line reads the
names alone, and MPI may not be there."""


def make_backend(name: str, n_jobs: int = 1) -> Threads:
    """Make the backend that an estimator's parameter names.

    Parameters
    ----------
    name : {"threads", "joblib", "mpi"}
        The parameter.
    n_jobs : int, default=1
        Number of threads, or of joblib's workers.

    Returns
    -------
    Threads
        Or the class that differs from it.

    Raises
    ------
    ValueError
        If there is no such backend.
    ImportError
        If what the backend needs is not installed; the message says what to install.

    Examples
    --------
    >>> from lightwaves_aeon.core.parallel.backends import make_backend
    >>> make_backend("threads", n_jobs=2)
    Threads(n_jobs=2)
    """
    check_one_of("backend", name, BACKENDS)
    module, kind = BACKENDS[name].split(":")
    found = import_module(f"lightwaves_aeon.core.parallel.{module}")
    return getattr(found, kind)(n_jobs)
