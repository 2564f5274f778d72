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
CONVERSION = ["-Wconversion", "-Wsign-conversion", "-Wundef", "-Wmissing-prototypes"]
IN_C = [*STRICT, *CONVERSION]
IN_CXX = ["-x", "c++", "-std=c++11", *STRICT[1:]]
WAYS = [("gcc", IN_C), ("clang", IN_C), ("g++", IN_CXX), ("clang++", IN_CXX)]
SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g"]
FLOATS = ctypes.POINTER(ctypes.c_float)


class Program:
    """The compiled source of a folder, as functions of arrays."""

    def __init__(self, folder, n_classes, name="lightwaves", flags=EXACT):
        self._name = name
        library = folder / f"{name}.so"
        source = folder / f"{name}_model.c"
        compiled(source, "-shared", "-fPIC", *flags, "-lm", out=library)
        self._open(library, n_classes)

    @classmethod
    def of_library(cls, library, n_classes, name="lightwaves"):
        program = cls.__new__(cls)
        program._name = name
        program._open(library, n_classes)
        return program

    def _open(self, library, n_classes):
        name = self._name
        self._library, self._n_scores = ctypes.CDLL(str(library)), n_classes
        labels = (ctypes.c_char_p * n_classes).in_dll(self._library, f"{name}_classes")
        self.classes = [label.decode() for label in labels]

    def __call__(self, x):
        return self._scored("predict", x)

    def of_length(self, x, n_timepoints=None):
        n_timepoints = x.shape[1] if n_timepoints is None else n_timepoints
        return self._scored("predict_length", x, n_timepoints)

    def push(self, sample):
        return self._scored("push", sample)

    def probabilities(self, scores):
        """Of the scores of the last prediction."""
        given = np.ascontiguousarray(scores, np.float32)
        found = np.full(self._n_scores, np.nan, np.float32)
        function = getattr(self._library, f"{self._name}_probabilities")
        function(given.ctypes.data_as(FLOATS), found.ctypes.data_as(FLOATS))
        return found

    def reset(self):
        getattr(self._library, f"{self._name}_reset")()

    def _scored(self, name, values, *args):
        values = np.ascontiguousarray(values, np.float32)
        scores = np.full(self._n_scores, np.nan, np.float32)
        function = getattr(self._library, f"{self._name}_{name}")
        pointers = (array.ctypes.data_as(FLOATS) for array in (values, scores))
        first, last = pointers
        return function(first, *args, last), scores


class RegressionProgram(Program):
    """The same of a regressor, which has numbers for scores."""

    def _open(self, library, n_outputs):
        self._library, self._n_scores = ctypes.CDLL(str(library)), n_outputs


def compiled(*files, out, compiler=COMPILER):
    command = [compiler, *STRICT, *map(str, files), "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out


def contents(folder):
    """The bytes of all files of a folder, by their places in it."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def assert_known_case_and_no_warnings(folder):
    """By whatever compilers of C and C++ there are."""
    sources = folder / "example.c", folder / "lightwaves_model.c", "-lm"
    for compiler, flags in WAYS:
        if shutil.which(compiler):
            command = [compiler, "-O1", *flags, *sources, "-o", folder / "example"]
            done = subprocess.run(command, capture_output=True, text=True)
            assert (done.returncode, done.stderr) == (0, "")
            command = [folder / "example", "--self-test"]
            done = subprocess.run(command, capture_output=True, text=True)
            assert (done.stdout, done.stderr) == ("self-test passed\n", "")


DRIVER = """
#include <math.h>
#include <stdio.h>
#include "lightwaves_model.h"
enum { N = LIGHTWAVES_N_CHANNELS * LIGHTWAVES_MAX_TIMEPOINTS };
#ifdef LIGHTWAVES_N_CLASSES
static float scores[LIGHTWAVES_N_CLASSES];
#else
static float scores[LIGHTWAVES_N_OUTPUTS];
#endif
static float values[N];
int main(void)
{
    int sum = 0;
    for (int i = 0; i < N; i++)
        values[i] = i % 89 < MISSING ? NAN : (float)(i * 7919 % 101) / 50.0f;
    for (int n = 0; n <= LIGHTWAVES_MAX_TIMEPOINTS + 1; n++)
        sum += lightwaves_predict_length(values, n, scores);
    for (int t = 0; t < 3 * LIGHTWAVES_MAX_TIMEPOINTS; t++)
        sum += lightwaves_push(values + t % 30, scores);
    printf("%d", sum);
    return 0;
}
"""


def assert_sanitizers_find_nothing(folder, missing=0):
    """In calls for series of all lengths, and for a stream.

    Of 89 values so many are missing, one after the other.
    """
    empty = folder / "empty.c"
    empty.write_text("int main(void) { return 0; }\n")
    command = [COMPILER, *SANITIZE, str(empty), "-o", str(folder / "empty")]
    if subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("the compiler has no sanitizers")
    (folder / "driver.c").write_text(DRIVER)
    sources = folder / "driver.c", folder / "lightwaves_model.c"
    flags = [*SANITIZE, f"-DMISSING={missing}"]
    driver = compiled(*sources, *flags, out=folder / "driver")
    done = subprocess.run([driver], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
