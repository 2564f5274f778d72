"""Files that are written whole or not at all, and take the place of none but ours."""

from __future__ import annotations

__all__ = ["check_writable", "open_atomic", "refuse_foreign"]

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EACCES, EISDIR
from pathlib import Path
from typing import BinaryIO

PART = ".part"
"""Ending of a file that is being written."""


WITHIN = 200
"""Bytes at the start of a file that say who has written it."""


def refuse_foreign(
    path: str | Path, is_ours: Callable[[bytes], bool] | None = None
) -> None:
    """Refuse to replace a file that somebody else has written.

    Parameters
    ----------
    path : str or Path
        Where something is to be written.
    is_ours : callable, optional
        Tells by the first bytes of a file whether it is ours; by default none is.

    Raises
    ------
    FileExistsError
        If there is a plain file that is not ours.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lightwaves_aeon.atomic import refuse_foreign
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "labels.npy"
    ...     refuse_foreign(file)
    ...     _ = file.write_text("precious")
    ...     try:
    ...         refuse_foreign(file)
    ...     except FileExistsError:
    ...         print("refused")
    refused
    """
    path = Path(path)
    if path.is_file():
        with path.open("rb") as file:
            start = file.read(WITHIN)
        if is_ours is None or not is_ours(start):
            what = (
                "is there" if is_ours is None else "was not written by lightwaves-aeon"
            )
            raise FileExistsError(
                f"{path} {what}: choose another place, or replace it with force=True "
                "or --force"
            )


@contextmanager
def open_atomic(path: str | Path, durable: bool = False) -> Iterator[BinaryIO]:
    """Open a file to be written, which takes its place when all of it is there.

    If anything fails on the way, what was there before stays as it was. A link is
    followed, a file that is replaced keeps its permissions, and what is no plain file,
    such as a device or a pipe, is written to as it stands.

    Parameters
    ----------
    path : str or Path
        Where to.
    durable : bool, default=False
        Whether to wait until the disk has it.

    Yields
    ------
    BinaryIO
        To write to.

    Raises
    ------
    OSError
        If the file cannot be written; the error names `path`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lightwaves_aeon.atomic import open_atomic
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "a.txt"
    ...     with open_atomic(file) as out:
    ...         _ = out.write(b"text")
    ...     file.read_text()
    'text'
    """
    asked, path = path, Path(path)
    part: Path | None = None
    try:
        _check_permission(path)
        mode = path.stat().st_mode if path.exists() else None
        if mode is not None and not stat.S_ISREG(mode):
            with path.open("wb") as file:
                yield file
            return
        path = path.resolve()
        part = _part_of(path)
        with part.open("wb") as file:
            if mode is not None:
                os.chmod(part, stat.S_IMODE(mode))
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.replace(part, path)
        if durable and os.name == "posix":  # the new name is safe with its folder
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        if error.errno is not None and error.filename in (None, str(part)):
            raise OSError(error.errno, error.strerror, str(asked)) from error
        raise
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def check_writable(path: str | Path) -> None:
    """Try whether a file can be written, and leave no trace.

    Parameters
    ----------
    path : str or Path
        Where something is to be written.

    Raises
    ------
    OSError
        If it cannot; the error names `path`.

    Examples
    --------
    >>> from lightwaves_aeon.atomic import check_writable
    >>> check_writable("no/such/folder/file")
    Traceback (most recent call last):
    ...
    FileNotFoundError: [Errno 2] No such file or directory: 'no/such/folder/file'
    """
    path = Path(path)
    if path.is_dir():
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(path))
    _check_permission(path)
    if path.exists() and not path.is_file():
        return
    part = _part_of(path.resolve())
    try:
        part.touch()
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        part.unlink(missing_ok=True)


def _part_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.{os.getpid()}{PART}")


def _check_permission(path: Path) -> None:
    """Refuse a file that may not be written to, though another could take its place."""
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(EACCES, os.strerror(EACCES), str(path))
