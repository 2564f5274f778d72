"""What the symbols and files of a model in C begin with."""

from __future__ import annotations

__all__ = ["DEFAULT_NAME", "checked_name", "name_of_file"]

import re
from pathlib import Path

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
    >>> from lightwaves_aeon.export.c.names import checked_name
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
    >>> from lightwaves_aeon.export.c.names import name_of_file
    >>> name_of_file("models/left-hand.model"), name_of_file("2024.model")
    ('left_hand', 'model_2024')
    """
    name = "_".join(re.findall("[A-Za-z0-9]+", Path(path).stem)) or DEFAULT_NAME
    begins_well = name[0].isalpha() and name not in KEYWORDS.split()
    return name if begins_well else f"model_{name}"
