"""The files of a program in C that are the same for all models, but for its name."""

from __future__ import annotations

__all__ = ["DATA_FILE", "file_names", "program_names", "static_texts"]

import re
from functools import cache
from importlib.resources import files

STATIC_FILES = (
    "lightwaves_model.h",
    "lightwaves_model.c",
    "example.c",
    "Makefile",
    "CMakeLists.txt",
)
DATA_FILE = "lightwaves_model_data.h"


def file_names(name: str) -> tuple[str, ...]:
    """Give the names of the files of an export.

    Examples
    --------
    >>> from lightwaves_aeon.export.c.static import file_names
    >>> file_names("gesture")[:3]
    ('gesture_model.h', 'gesture_model.c', 'gesture_model_data.h')
    """
    header, source, *others = STATIC_FILES
    return tuple(renamed(file, name) for file in (header, source, DATA_FILE, *others))


def renamed(text: str, name: str) -> str:
    """Have symbols, macros and files begin with a name.

    Examples
    --------
    >>> from lightwaves_aeon.export.c.static import renamed
    >>> renamed("lightwaves_predict LIGHTWAVES_HOP lightwaves-aeon", "gesture")
    'gesture_predict GESTURE_HOP lightwaves-aeon'
    """
    text = re.sub(r"\blightwaves(?=_)|(?<=project\()lightwaves", name, text)
    return re.sub(r"\bLIGHTWAVES(?=_)", name.upper(), text)


def static_texts(name: str) -> dict[str, str]:
    """Give the static files of a program by their names."""
    return {renamed(file, name): renamed(_read(file), name) for file in STATIC_FILES}


@cache
def program_names() -> frozenset[str]:
    """Give the pooling operators and representations that the program has.

    They are what it asks the data header for: HAS_PPV, HAS_CHANGE, and so on.
    """
    found = re.findall(r"\bHAS_([A-Z]+)\b", _read("lightwaves_model.c"))
    return frozenset({"channel", *(name.lower() for name in found)})


@cache
def _read(file: str) -> str:
    folder = files("lightwaves_aeon.export.c") / "templates"
    return (folder / file).read_text(encoding="ascii")
