"""The files of a program in C: their names and symbols, and how they are written."""

from __future__ import annotations

__all__ = [
    "ARITHMETICS",
    "DEFAULT_NAME",
    "MARK",
    "checked_name",
    "file_names",
    "name_of_file",
    "program_names",
    "read_template",
    "renamed",
    "texts_of",
    "write_files",
]

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

from lightwaves_aeon.atomic import open_atomic, refuse_foreign

DEFAULT_NAME = "lightwaves"

KEYWORDS = """
alignas alignof and and_eq asm auto bitand bitor bool break case catch char
class compl concept const const_cast consteval constexpr constinit continue
co_await co_return co_yield decltype default delete do double dynamic_cast else
enum explicit export extern false float for friend goto if inline int long
mutable namespace new noexcept not not_eq nullptr operator or or_eq private
protected public register reinterpret_cast requires restrict return short signed
sizeof static static_assert static_cast struct switch template this thread_local
throw true try typedef typeid typename typeof typeof_unqual union unsigned using
virtual void volatile wchar_t while xor xor_eq
"""
"""Of C and C++."""


def checked_name(name: str) -> str:
    """Give back a name if symbols of C and C++ can begin with it.

    Parameters
    ----------
    name : str
        To be checked.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If it is no identifier of ASCII letters, digits and underscores that begins with
        a letter, if it has two underscores in a row or ends with one, which C++ keeps
        for itself, or if it is a keyword.
    TypeError
        If it is no string.

    Examples
    --------
    >>> from lightwaves_aeon.export.c.files import checked_name
    >>> checked_name("gesture_2")
    'gesture_2'
    """
    if not isinstance(name, str):
        raise TypeError(f"name must be a string, got {type(name).__name__}")
    if not re.fullmatch(r"[A-Za-z](_?[A-Za-z0-9])*", name):
        raise ValueError(
            "name must be an identifier of C: letters, digits and single underscores "
            f"between them, and a letter first; got {name!r}"
        )
    if name in KEYWORDS.split():
        raise ValueError(f"name must not be a keyword of C or C++, got {name!r}")
    return name


def name_of_file(path: str | Path) -> str:
    """Make a name of that of a model file.

    Parameters
    ----------
    path : str or Path
        The file; its ending does not count.

    Returns
    -------
    str
        What else there is, with underscores in place of what no identifier has.

    Examples
    --------
    >>> from lightwaves_aeon.export.c.files import name_of_file
    >>> name_of_file("models/left-hand.model"), name_of_file("2024.model")
    ('left_hand', 'model_2024')
    """
    name = "_".join(re.findall("[A-Za-z0-9]+", Path(path).stem)) or DEFAULT_NAME
    begins_well = name[0].isalpha() and name not in KEYWORDS.split()
    return name if begins_well else f"model_{name}"


DATA_FILE = "lightwaves_model_data.h"
"""The one that differs from model to model."""

FILES = (
    "lightwaves_model.h",
    "lightwaves_model.c",
    DATA_FILE,
    "example.c",
    "Makefile",
    "CMakeLists.txt",
    "zephyr/module.yml",
)

ARITHMETICS = ("float", "int16")
"""What programs compute in; each has templates of its own."""


def file_names(name: str) -> tuple[str, ...]:
    """Give the names of the files of an export.

    Examples
    --------
    >>> from lightwaves_aeon.export.c.files import file_names
    >>> file_names("gesture")[:3]
    ('gesture_model.h', 'gesture_model.c', 'gesture_model_data.h')
    """
    return tuple(renamed(file, name) for file in FILES)


def renamed(text: str, name: str) -> str:
    """Have symbols, macros and files begin with a name.

    Examples
    --------
    >>> from lightwaves_aeon.export.c.files import renamed
    >>> renamed("lightwaves_predict LIGHTWAVES_HOP lightwaves-aeon", "gesture")
    'gesture_predict GESTURE_HOP lightwaves-aeon'
    """
    text = re.sub(r"\blightwaves(?=_)|(?<=project\()lightwaves", name, text)
    return re.sub(r"\bLIGHTWAVES(?=_)", name.upper(), text)


def texts_of(name: str, data: str, arithmetic: str) -> dict[str, str]:
    """Give the texts of the files of an export, by their names."""
    texts = {
        file: data if file == DATA_FILE else read_template(file, arithmetic)
        for file in FILES
    }
    return {renamed(file, name): renamed(text, name) for file, text in texts.items()}


@cache
def program_names(arithmetic: str = "float") -> frozenset[str]:
    """Give the pooling operators and representations that a program has.

    They are what it asks the data header for: HAS_PPV, HAS_CHANGE, and so on.
    """
    text = read_template("lightwaves_model.c", arithmetic)
    found = re.findall(r"\bHAS_([A-Z]+)\b", text)
    return frozenset({"channel", *(name.lower() for name in found)})


@cache
def read_template(file: str, arithmetic: str = "") -> str:
    """Give the text of a file of the package, as exports have it.

    Those of an arithmetic come first, then those that all exports share.
    """
    folder = files("lightwaves_aeon.export.c") / "templates"
    if (folder / arithmetic / file).is_file():
        folder = folder / arithmetic
    return (folder / file).read_text(encoding="ascii")


MARK = b"written by lightwaves-aeon"
"""What the first line of files of ours says."""


def write_files(
    folder: str | Path, texts: Mapping[str, str | bytes], force: bool
) -> list[Path]:
    """Write files to a folder; if that fails, what was there stays as it was.

    Parameters
    ----------
    folder : str or Path
        Where to; it is made if need be.
    texts : mapping of str to (str or bytes)
        What to write, text in ASCII, by name of the file, which may be in a folder.
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
    with ExitStack() as stack:
        stack.enter_context(_folders(out, texts))
        opened = [stack.enter_context(open_atomic(path)) for path in paths]
        for file, text in zip(opened, texts.values(), strict=True):
            file.write(text if isinstance(text, bytes) else text.encode("ascii"))
        # A full disk shows here, before the first of them takes its place.
        for file in opened:
            file.flush()
    return paths


@contextmanager
def _folders(out: Path, names: Iterable[str]) -> Iterator[None]:
    """Make the folders of files; if what follows fails, none that is new is left."""
    folders = [out / part for name in names for part in reversed(Path(name).parents)]
    made = [folder for folder in dict.fromkeys(folders) if not folder.exists()]
    try:
        for folder in made:
            folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise
