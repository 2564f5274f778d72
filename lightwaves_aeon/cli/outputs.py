"""What every command that writes files asks of them before it starts to work."""

from __future__ import annotations

__all__ = ["check_output", "force_option", "refuse_input"]

from collections.abc import Callable, Iterable
from pathlib import Path

import click

from lightwaves_aeon.atomic import check_writable, refuse_foreign

force_option = click.option(
    "--force", is_flag=True, help="Replace files of others, too."
)


def check_output(
    out: Path,
    inputs: Iterable[Path | None],
    is_ours: Callable[[bytes], bool] | None = None,
    force: bool = False,
) -> None:
    """Refuse to write where something would be lost, or nothing can be written.

    Parameters
    ----------
    out : Path
        File to be written.
    inputs : iterable of (Path or None)
        Files that the command reads.
    is_ours : callable, optional
        Tells by its first bytes whether a file may be replaced; by default none may.
    force : bool, default=False
        Whether any may, but for the inputs.

    Raises
    ------
    ValueError
        If it is one of the inputs, by whatever name.
    OSError
        If it is there and not ours, or cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from lightwaves_aeon.cli.outputs import check_output
    >>> check_output(Path("X.npy"), [Path("X.npy")])
    Traceback (most recent call last):
    ...
    ValueError: X.npy is read from, and must not be written to
    """
    refuse_input(out, inputs)
    if not out.parent.is_dir():
        raise NotADirectoryError(f"there is no folder {out.parent}")
    if not force:
        refuse_foreign(out, is_ours)
    check_writable(out)


def refuse_input(out: Path, inputs: Iterable[Path | None]) -> None:
    """Refuse an output that is one of the inputs; see `check_output`."""
    for path in inputs:
        if path is not None and _is_same(out, path):
            raise ValueError(f"{out} is read from, and must not be written to")


def _is_same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():  # links of both kinds lead to the same
        return one.samefile(other)
    return one.resolve() == other.resolve()
