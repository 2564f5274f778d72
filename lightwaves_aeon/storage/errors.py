"""Errors that name the file, and packages that only some files need."""

from __future__ import annotations

__all__ = ["DataFileError", "faults_named", "optional"]

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any


class DataFileError(ValueError):
    """A file that does not hold what it should; the message names it."""


@contextmanager
def faults_named(path: str | Path) -> Iterator[None]:
    """Turn what a library makes of a file that is broken into an error that names it.

    Parameters
    ----------
    path : str or Path
        The file.

    Raises
    ------
    DataFileError
        In place of all errors but a lack of memory.

    Examples
    --------
    >>> from lightwaves_aeon.storage.errors import faults_named
    >>> with faults_named("X.npy"):
    ...     raise OSError("no such disk")
    Traceback (most recent call last):
    ...
    lightwaves_aeon.storage.errors.DataFileError: X.npy cannot be read: no such disk
    """
    try:
        yield
    except (DataFileError, MemoryError):
        raise
    except Exception as error:
        raise DataFileError(f"{path} cannot be read: {error}") from error


def optional(package: str, path: str | Path) -> Any:
    """Import a package that few need.

    Parameters
    ----------
    package : str
        Its name.
    path : str or Path
        The file that needs it.

    Returns
    -------
    module

    Raises
    ------
    ImportError
        If it is not installed.

    Examples
    --------
    >>> from lightwaves_aeon.storage.errors import optional
    >>> optional("no_such_package", "X.h5")
    Traceback (most recent call last):
    ...
    ImportError: X.h5 takes no_such_package: pip install "lightwaves-aeon[data]"
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise ImportError(
            f'{path} takes {package}: pip install "lightwaves-aeon[data]"'
        ) from error
