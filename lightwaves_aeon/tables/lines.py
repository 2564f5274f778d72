"""Lines of a table as they come: of a stream, or of a file that grows."""

from __future__ import annotations

__all__ = ["Line", "follow", "lines_of"]

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import sleep
from typing import BinaryIO, NamedTuple

BLOCK = 1 << 20
PAUSE = 0.1
"""Seconds from one look at a file to the next."""


class Line(NamedTuple):
    """A line of text.

    Attributes
    ----------
    number : int
        In its file, from 1.
    text : str
        Without what ends it.
    """

    number: int
    text: str

    @classmethod
    def of(cls, number: int, content: bytes) -> Line:
        """Decode a line; what is no UTF-8 is replaced, so that the rest can be read."""
        text = content.decode("utf-8-sig" if number == 1 else "utf-8", "replace")
        return cls(number, text.rstrip("\r\n"))


def lines_of(stream: Iterable[bytes]) -> Iterator[Line]:
    r"""Go through the lines of a stream.

    Parameters
    ----------
    stream : iterable of bytes
        Such as a binary file, or the binary standard input.

    Yields
    ------
    Line

    Examples
    --------
    >>> from io import BytesIO
    >>> from lightwaves_aeon.tables.lines import lines_of
    >>> [tuple(line) for line in lines_of(BytesIO(b"t,x\n0.5,2"))]
    [(1, 't,x'), (2, '0.5,2')]
    """
    for number, content in enumerate(stream, 1):
        yield Line.of(number, content)


def follow(
    path: str | Path, from_start: bool = False, has_header: bool = True
) -> Iterator[Line]:
    """Go through the lines of a file as they are written to it, without an end.

    A file that is not there yet is waited for. Where another takes its place, or it is
    written anew, as logs are rotated, that is read from its first line on. A line is
    given when it is complete.

    Parameters
    ----------
    path : str or Path
        The file.
    from_start : bool, default=False
        Whether lines count that are there already.
    has_header : bool, default=True
        Whether the first line counts in any case.

    Yields
    ------
    Line
    """
    while True:
        try:
            file = open(path, "rb")  # noqa: SIM115 - closed below
        except FileNotFoundError:
            sleep(PAUSE)
            continue
        with file:
            yield from _lines_of_growing(file, path, from_start, has_header)
        from_start = True


def _lines_of_growing(
    file: BinaryIO, path: str | Path, from_start: bool, has_header: bool
) -> Iterator[Line]:
    """Go through the lines of a file up to its end, once another is in its place."""
    number, begun, is_over = 0, b"", False
    if not (from_start or has_header):
        number = _skip_lines(file)
    while True:
        begun += file.readline()
        if begun.endswith(b"\n"):
            number, content, begun = number + 1, begun, b""
            yield Line.of(number, content)
            if number == 1 and has_header and not from_start:
                number += _skip_lines(file)
        elif is_over:
            return
        else:
            is_over = _is_replaced(file, path)  # what was written up to then counts
            if not is_over:
                sleep(PAUSE)


def _skip_lines(file: BinaryIO) -> int:
    """Skip the lines that are complete; tell how many these are."""
    n_lines, position = 0, file.tell()
    end = position
    while block := file.read(BLOCK):
        n_lines += block.count(b"\n")
        last = block.rfind(b"\n")
        if last >= 0:
            end = position + last + 1
        position += len(block)
    file.seek(end)
    return n_lines


def _is_replaced(file: BinaryIO, path: str | Path) -> bool:
    own = os.fstat(file.fileno())
    if own.st_size < file.tell():
        return True
    try:
        return not os.path.samestat(own, os.stat(path))
    except FileNotFoundError:  # for a moment, while logs are rotated
        return False
