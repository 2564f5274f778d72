"""How loops are compiled: without the GIL, kept on disk, and dividing as NumPy does."""

from __future__ import annotations

__all__ = ["jit", "jit_closure", "jit_inner"]

from collections.abc import Callable
from typing import Any

from numba import njit

jit = njit(nogil=True, cache=True, error_model="numpy", no_cfunc_wrapper=True)
"""For what Python calls."""

INNER = {
    "nogil": True,
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}

jit_inner = njit(**INNER)
"""For what is called from compiled code only, and kept as a part of that: without
wrappers for Python it compiles in half the time."""

_names: set[str] = set()


def jit_closure(*parts: object) -> Callable[[Callable], Any]:
    """Compile as `jit_inner` does a function that another one makes.

    Numba tells functions apart by their names and a number that counts them in a
    process. Compiled code that different processes have kept would be mixed up, without
    a word, if functions of one name had different constants.

    Parameters
    ----------
    *parts : object
        What makes the name one of its own, such as the constants.

    Returns
    -------
    callable
        Decorator.

    Examples
    --------
    >>> from lightwaves_aeon.core.jit import jit_closure
    >>> def adder(number):
    ...     @jit_closure("example", number)
    ...     def add(x):
    ...         return x + number
    ...
    ...     return add
    >>> adder(1).__name__
    'add_example_1'
    """

    def decorate(function: Callable) -> Any:
        name = "_".join([function.__name__, *map(str, parts)])
        if name in _names:
            raise NameError(f"there are two compiled functions named {name}")
        _names.add(name)
        function.__name__ = function.__qualname__ = name
        return njit(**INNER, forceinline=True)(function)

    return decorate
