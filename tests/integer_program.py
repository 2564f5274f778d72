"""The C of an export in integers: compiled, and called as functions of arrays."""

import ctypes

import numpy as np
from c_program import COMPILER, compiled

SHORTS, LONGS = ctypes.POINTER(ctypes.c_int16), ctypes.POINTER(ctypes.c_int32)
FLOATS = ctypes.POINTER(ctypes.c_float)


class IntegerProgram:
    """The compiled source of a folder."""

    def __init__(self, folder, n_scores, *flags, compiler=COMPILER):
        library = folder / "lightwaves.so"
        flags = ["-O2", "-shared", "-fPIC", "-D", "LIGHTWAVES_FLOAT_INPUT", *flags]
        compiled(folder / "lightwaves_model.c", *flags, out=library, compiler=compiler)
        self._library, self._n_scores = ctypes.CDLL(str(library)), n_scores

    def __call__(self, z):
        return self._scored("predict", z)

    def of_length(self, z, n_timepoints):
        return self._scored("predict_length", z, n_timepoints)

    def push(self, sample):
        return self._scored("push", sample)

    def reset(self):
        self._library.lightwaves_reset()

    @property
    def n_clamped(self):
        return self._library.lightwaves_n_clamped()

    @property
    def n_clamped_of_stream(self):
        return self._library.lightwaves_n_clamped_of_stream()

    def quantise(self, x):
        x = np.ascontiguousarray(x, np.float32)
        out = np.full(x.shape, 77, np.int16)
        pointers = x.ctypes.data_as(FLOATS), x.shape[1], out.ctypes.data_as(SHORTS)
        return self._library.lightwaves_quantise(*pointers), out

    def _scored(self, name, values, *args):
        values = np.ascontiguousarray(values, np.int16)
        scores = np.zeros(self._n_scores, np.int32)
        function = getattr(self._library, f"lightwaves_{name}")
        first, last = values.ctypes.data_as(SHORTS), scores.ctypes.data_as(LONGS)
        return function(first, *args, last), scores
