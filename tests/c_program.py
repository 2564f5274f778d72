"""The C of an export: compiled, and called as functions of arrays."""

import ctypes
import shutil
import subprocess

import numpy as np
import pytest

COMPILER = shutil.which("gcc") or shutil.which("cc")
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="needs a C compiler")

STRICT = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wdouble-promotion"]
EXACT = ["-O2", "-ffp-contract=off"]
FLOATS = ctypes.POINTER(ctypes.c_float)


class Program:
    """The compiled source of a folder, as functions of arrays."""

    def __init__(self, folder, n_classes, name="lightwaves", flags=EXACT):
        self._name = name
        library = folder / f"{name}.so"
        source = folder / f"{name}_model.c"
        compiled(source, "-shared", "-fPIC", *flags, out=library)
        self._open(library, n_classes)

    @classmethod
    def of_library(cls, library, n_classes, name="lightwaves"):
        program = cls.__new__(cls)
        program._name = name
        program._open(library, n_classes)
        return program

    def _open(self, library, n_classes):
        name = self._name
        self._library = ctypes.CDLL(str(library))
        labels = (ctypes.c_char_p * n_classes).in_dll(self._library, f"{name}_classes")
        self.classes = [label.decode() for label in labels]

    def __call__(self, x):
        return self._scored("predict", x)

    def of_length(self, x, n_timepoints=None):
        n_timepoints = x.shape[1] if n_timepoints is None else n_timepoints
        return self._scored("predict_length", x, n_timepoints)

    def push(self, sample):
        return self._scored("push", sample)

    def reset(self):
        getattr(self._library, f"{self._name}_reset")()

    def _scored(self, name, values, *args):
        values = np.ascontiguousarray(values, np.float32)
        scores = np.full(len(self.classes), np.nan, np.float32)
        function = getattr(self._library, f"{self._name}_{name}")
        pointers = (array.ctypes.data_as(FLOATS) for array in (values, scores))
        first, last = pointers
        return function(first, *args, last), scores


def compiled(*files, out, compiler=COMPILER):
    command = [compiler, *STRICT, *map(str, files), "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out
