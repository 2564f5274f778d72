"""Compiled functions that are made by functions have names of their own."""

import pytest

from lightwaves_aeon.core import jit
from lightwaves_aeon.core.convolution import batch_loops, batch_pooling, single


def made(number):
    @jit.jit_closure("of the test", number)
    def add(x):
        return x + number

    return add


def test_two_of_one_name_are_refused():
    """Numba would mix up what different processes have kept of them."""
    made(1), made(2)
    with pytest.raises(NameError, match="two compiled functions named add_of the test"):
        made(2)


def test_every_function_that_is_made_is_named():
    for module in (batch_loops, batch_pooling, single):
        found = [value for value in vars(module).values() if hasattr(value, "py_func")]
        names = [function.py_func.__qualname__ for function in found]
        assert not [name for name in names if "<locals>" in name]
        assert len(set(names)) == len({id(function) for function in found})
