"""The files of an export: all of them are written or none, and no others replaced."""

from __future__ import annotations

__all__ = ["write_files"]

from contextlib import ExitStack
from pathlib import Path

from lightwaves_aeon.atomic import open_atomic, refuse_foreign

MARK = b"written by lightwaves-aeon"
"""What the first line of files of ours says."""


def write_files(folder: str | Path, texts: dict[str, str], force: bool) -> list[Path]:
    """Write files to a folder; if that fails, what was there stays as it was.

    Parameters
    ----------
    folder : str or Path
        Where to; it is made if need be.
    texts : dict of str to str
        What to write, in ASCII, by name of the file.
    force : bool
        Whether to replace files that are not of an earlier export.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    FileExistsError
        If one of the files is there and not of an earlier export.
    OSError
        If the files cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from lightwaves_aeon.export.c.files import write_files
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (Path(folder) / "Makefile").write_text("all:")
    ...     try:
    ...         write_files(folder, {"Makefile": "example:"}, force=False)
    ...     except FileExistsError:
    ...         print("refused")
    4
    refused
    """
    out = Path(folder)
    paths = [out / name for name in texts]
    if not force:
        for path in paths:
            refuse_foreign(path, lambda start: MARK in start.split(b"\n")[0])
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        files = [stack.enter_context(open_atomic(path)) for path in paths]
        for file, text in zip(files, texts.values(), strict=True):
            file.write(text.encode("ascii"))
        # A full disk shows here, before the first of them takes its place.
        for file in files:
            file.flush()
    return paths
