"""Constants of a model as text of a program in C."""

from __future__ import annotations

__all__ = ["array_text", "literal", "quoted", "quoted_in_comment"]

import textwrap

import numpy as np

WIDTH, INDENT = 88, "    "


def array_text(name: str, array: np.ndarray, comment: str = "") -> str:
    """Define a constant array.

    Parameters
    ----------
    name : str
        Its name.
    array : np.ndarray
        Its values, float32 or integers.
    comment : str
        What is said before it, if it begins a section.

    Returns
    -------
    str

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.export.c.text import array_text
    >>> array_text("steps", np.array([1, 0.1], np.float32))
    'static const float steps[2] = {1.0f, 0.100000001f};'
    """
    c_type = "float" if array.dtype.kind == "f" else f"{array.dtype}_t"
    shape = "".join(f"[{size}]" for size in array.shape)
    literals = [literal(row) for row in array]
    before = f"\n/* {comment} */\n" if comment else ""
    start = f"static const {c_type} {name}{shape} = {{"
    if len(start) + sum(len(literal) + 2 for literal in literals) < WIDTH:
        return f"{before}{start}{', '.join(literals)}}};"
    lines = [f"{literal}," for literal in literals]
    if array.ndim == 1:
        lines = textwrap.wrap(" ".join(lines), WIDTH - len(INDENT))
    body = "\n".join(INDENT + line for line in lines)
    return f"{before}{start}\n{body}\n}};"


def literal(value: np.ndarray | np.generic) -> str:
    """Write a number, which reads back exactly, or the rows of an array.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.export.c.text import literal
    >>> literal(np.float32(2)), literal(np.array([3, -4]))
    ('2.0f', '{3, -4}')
    """
    if isinstance(value, np.ndarray):
        return f"{{{', '.join(map(literal, value))}}}"
    if value.dtype.kind != "f":
        return str(value)
    text = f"{value:.9g}"
    return f"{text}f" if set(text) & {".", "e"} else f"{text}.0f"


def quoted(text: str, escaped: bytes = b'"\\?') -> str:
    r"""Quote a string; what is not plain ASCII, or may be a trigraph, as octal bytes.

    Examples
    --------
    >>> from lightwaves_aeon.export.c.text import quoted
    >>> print(quoted("on? é"))
    "on\077 \303\251"
    """
    plain = (
        chr(byte) if 32 <= byte < 127 and byte not in escaped else f"\\{byte:03o}"
        for byte in text.encode("utf-8", "surrogatepass")
    )
    return f'"{"".join(plain)}"'


def quoted_in_comment(text: str) -> str:
    r"""Quote a string so that no part of it begins or ends a comment.

    Examples
    --------
    >>> from lightwaves_aeon.export.c.text import quoted_in_comment
    >>> print(quoted_in_comment("a */ b"))
    "a *\057 b"
    """
    return quoted(text, b'"\\?/')
