"""What commands share: options, and what they ask of files that they will write."""

from __future__ import annotations

__all__ = [
    "ARRAY",
    "COUNT",
    "FILE",
    "FOLDER",
    "SHARE",
    "archive_option",
    "channels_option",
    "check_output",
    "delimited",
    "features_option",
    "force_option",
    "interval_option",
    "jobs_option",
    "names_option",
    "refuse_inputs",
    "seed_option",
    "selector_option",
    "tell_of_compiling",
    "told_in_a_line",
    "variant_option",
    "warnings_as_notes",
]

import csv
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import click

from lightwaves_aeon._numba_cache import is_empty
from lightwaves_aeon.atomic import check_writable, refuse_foreign
from lightwaves_aeon.benchmark.classifiers import N_FEATURES
from lightwaves_aeon.core.selection.variants import SELECTOR_NAMES, VARIANTS

ARRAY = click.Path(path_type=Path)
"""A file or folder that holds an array, or FILE::NAME."""

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
FOLDER_THERE = click.Path(exists=True, file_okay=False, path_type=Path)
COUNT = click.IntRange(min=1)
SEED = click.IntRange(0, 2**32 - 1)
SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)


def count_or_auto(value: Any) -> int | str:
    """Read a number of things to keep, or "auto" to have it found."""
    if str(value).lower() == "auto":
        return "auto"
    try:
        return COUNT.convert(value, None, None)
    except click.BadParameter as error:
        raise click.BadParameter(f"{error.message} Or it is 'auto'.") from None


archive_option = click.option(
    "--archive",
    type=FOLDER_THERE,
    help="Folder to look in first, for DATASET/DATASET_TRAIN.ts and _TEST.ts.",
)
force_option = click.option("--force", is_flag=True, help="Replace other files, too.")
# To be called with what is left to say.
features_option = partial(
    click.option,
    "--n-features",
    type=count_or_auto,
    metavar="N|auto",
    default=N_FEATURES,
)
channels_option = click.option(
    "--max-channels",
    type=count_or_auto,
    metavar="N|auto",
    help="Largest number of channels for LightWaveS to read; auto finds the smallest "
    "that predicts about as well as any. [default: all]",
)
selector_option = click.option(
    "--selector",
    type=click.Choice(SELECTOR_NAMES, case_sensitive=False),
    help="How LightWaveS chooses features. [default: distil for plus, else mrmr]",
)
interval_option = click.option(
    "--interval",
    type=SHARE,
    metavar="SHARE",
    help="Of a regression: add the ends between which this share of the numbers lies.",
)
jobs_option = partial(
    click.option, "--jobs", "n_jobs", type=click.IntRange(min=-1), default=1
)
seed_option = partial(click.option, "--seed", "random_state", type=SEED, default=0)
variant_option = partial(
    click.option,
    "--variant",
    type=click.Choice(list(VARIANTS), case_sensitive=False),
    default="plus",
)


def names_option(
    *flags: str, help: str, choices: Iterable[str] = (), kind: str = "", **more: Any
) -> Callable:
    """Make an option of names, separated by commas, each of which counts once."""

    def read(
        ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
    ) -> tuple[str, ...]:
        names = [name.strip() for name in ",".join(values).split(",")]
        names = list(dict.fromkeys(name for name in names if name))
        for name in names:
            if choices and name not in choices:
                raise click.BadParameter(
                    f"there is no {kind} {name!r}; choose from {', '.join(choices)}"
                )
        return tuple(names)

    options = {"metavar": "NAMES", "multiple": True, "callback": read, **more}
    text = f"{help}: {', '.join(choices)}" if choices else help
    return click.option(*flags, help=text, **options)


def tell_of_compiling() -> None:
    """Say why the first command takes long, where it is the first."""
    if is_empty():
        click.echo(
            "Compiling, this first time, which takes some ten seconds or more; later "
            "commands find the compiled code.",
            err=True,
        )


@contextmanager
def told_in_a_line() -> Iterator[None]:
    """End with one line on stderr where a file or a package is of no use."""
    try:
        yield
    except BrokenPipeError:  # whoever reads what is printed has seen enough
        raise
    except (ImportError, ValueError, TypeError, OSError, MemoryError) as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def warnings_as_notes(start: str = "") -> Iterator[None]:
    """Say warnings that begin like this, each once, on stderr; leave out others."""
    with warnings.catch_warnings(record=True, action="always") as told:
        try:
            yield
        finally:
            for text in dict.fromkeys(str(warning.message) for warning in told):
                if text.startswith(start):
                    click.echo(f"Note: {text}", err=True)


def delimited(rows: Iterable[Iterable[Any]], delimiter: str = "\t") -> str:
    r"""Write rows as lines of text, quoted where it takes quotes.

    Examples
    --------
    >>> from lightwaves_aeon.cli.shared import delimited
    >>> delimited([["line", "predicted"], [7, "on, off"]], ",")
    'line,predicted\n7,"on, off"\n'
    """
    text = StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()


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
        Files that the command reads; of ``FILE::NAME`` the file counts.
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
    >>> from lightwaves_aeon.cli.shared import check_output
    >>> check_output(Path("X.npy"), [Path("X.npy")])
    Traceback (most recent call last):
    ...
    ValueError: X.npy is read from, and must not be written to
    """
    refuse_inputs([out], inputs)
    if not out.parent.is_dir():
        raise NotADirectoryError(f"there is no folder {out.parent}")
    if not force:
        refuse_foreign(out, is_ours)
    check_writable(out)


def refuse_inputs(outputs: Iterable[Path], inputs: Iterable[Path | None]) -> None:
    """Refuse outputs that are among the inputs; see `check_output`."""
    from lightwaves_aeon.storage.choice import split_name  # with NumPy

    files = [split_name(path)[0] for path in inputs if path is not None]
    for out in outputs:
        for file in files:
            if _is_same(out, file):
                raise ValueError(f"{out} is read from, and must not be written to")


def _is_same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():  # links of both kinds lead to the same
        return one.samefile(other)
    return one.resolve() == other.resolve()
