"""How loops are compiled: without the GIL, kept on disk, and dividing as NumPy does."""

from __future__ import annotations

__all__ = ["jit", "jit_inner"]

from numba import njit

jit = njit(nogil=True, cache=True, error_model="numpy", no_cfunc_wrapper=True)
"""For what Python calls."""

jit_inner = njit(
    nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
)
"""For what is called from compiled code only, and kept as a part of that: without
wrappers for Python it compiles in half the time."""
