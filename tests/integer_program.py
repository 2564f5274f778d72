"""Models in integers at random, and their C, called as functions of arrays."""

import ctypes
import dataclasses
import subprocess

import numpy as np
from c_program import COMPILER, compiled
from tables import fitted_from, random_rows

from lightwaves_aeon.core.convolution.features import ROW, series_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.linear.head import LinearHead
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.export.integer.pooling import POOL
from lightwaves_aeon.export.integer.width import NARROW

LARGEST = NARROW.largest

STATISTICS = tuple(POOL)

SHORTS, LONGS = ctypes.POINTER(ctypes.c_int16), ctypes.POINTER(ctypes.c_int32)
FLOATS = ctypes.POINTER(ctypes.c_float)


class IntegerProgram:
    """The compiled source of a folder."""

    def __init__(self, folder, n_scores, *flags, compiler=COMPILER):
        library = folder / "lightwaves.so"
        flags = ["-O2", "-shared", "-fPIC", "-D", "LIGHTWAVES_FLOAT_INPUT", *flags]
        source = folder / "lightwaves_model.c"
        compiled(source, *flags, "-lm", out=library, compiler=compiler)
        self._library, self._n_scores = ctypes.CDLL(str(library)), n_scores

    def __call__(self, z):
        return self._scored("predict", z)

    def of_length(self, z, n_timepoints):
        return self._scored("predict_length", z, n_timepoints)

    def push(self, sample):
        return self._scored("push", sample)

    def probabilities(self, scores):
        given = np.ascontiguousarray(scores, np.int32)
        found = np.zeros(self._n_scores, np.float32)
        pointers = given.ctypes.data_as(LONGS), found.ctypes.data_as(FLOATS)
        self._library.lightwaves_probabilities(*pointers)
        return found

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


def run_example(folder, X):
    example = folder / "example"
    sources = folder / "example.c", folder / "lightwaves_model.c"
    compiled(*sources, "-D", "LIGHTWAVES_FLOAT_INPUT", out=example)
    text = "\n".join(" ".join(f"{value:.9e}" for value in x.ravel()) for x in X)
    done = subprocess.run([example], input=text, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done


TABLES = {
    "everything": (43, (0, 1, 2), REPRESENTATION_NAMES, STATISTICS),
    "level 0": (257, (0,), REPRESENTATION_NAMES, STATISTICS),
    "level 0 of changes": (64, (0,), ("change",), STATISTICS),
    "level 1": (43, (1,), ("channel",), ("ppv",)),
    "level 2": (42, (2,), ("channel", "sum"), ("ppv", "min")),
    "extremes": (31, (1, 2), ("difference",), ("max", "min")),
    "runs": (30, (1, 2), ("change",), ("lspv",)),
    "shares of short series": (9, (1, 2), ("channel",), ("ppv", "max")),
    "one time point": (1, (0, 1, 2), ("channel", "sum"), STATISTICS),
    "two time points": (2, (0, 1, 2), ("channel", "change"), STATISTICS),
}


def table_at_random(n_timepoints, levels, inputs, statistics=STATISTICS, seed=0):
    """A fitted classifier of random rows, each with random weights for four classes."""
    parts = []
    if set(levels) - {0}:
        thresholds = (-1.5, 0, 0.1, 0.2, 0.7)
        kernels = list(range(84)), [level for level in levels if level > 0]
        rows = random_rows(90, inputs, *kernels, statistics, thresholds, seed)
        rows["stop"] = 1
        parts.append(rows)
    if 0 in levels:
        for name in inputs:
            rows = series_rows(1, n_timepoints)
            rows["input"] = REPRESENTATION_NAMES.index(name)
            rows["other"] = 2 if name in ("sum", "difference") else -1
            parts.append(rows)
    rows = np.concatenate(parts).astype(ROW)
    rng = np.random.default_rng(seed)
    moments = np.array([0.0, 3.0, -100.0]), np.array([1.0, 0.01, 7.0])
    model = Model.from_rows(rows, kernel_bank("minirocket"), *moments)
    walks = rng.normal(size=(20, 3, n_timepoints)).cumsum(axis=2) / 4
    X = moments[0][:, None] + moments[1][:, None] * walks
    features = model.transform(X)
    stds = features.std(axis=0, dtype=float)
    weights = rng.normal(size=(len(rows), 4)) / np.where(stds > 0, stds, 1)[:, None]
    head = LinearHead(weights, rng.normal(size=4), np.array(list("abcd")))
    fitted = fitted_from(model, head, features.mean(axis=0, dtype=float))
    return dataclasses.replace(fitted, stds=stds, n_timepoints=n_timepoints), X


def extremes(n_cases, shape, seed=0):
    """Any int16, up to the ends, and steps between the largest that count."""
    rng = np.random.default_rng(seed)
    ends = -(2**15), -LARGEST, 0, LARGEST, 2**15 - 1
    noise = rng.integers(-(2**15), 2**15, (n_cases, *shape))
    steps = rng.choice(ends, (n_cases, *shape))
    small = rng.integers(-LARGEST, LARGEST + 1, (n_cases, *shape))
    return np.concatenate([noise, steps, small]).astype(np.int16)


PAIRS = """
/* What a Cortex-M4 does to two values of 16 bits. Each sum sets flags anew. */
#include <stdint.h>
static uint32_t flags;
static inline uint32_t both(int32_t low, int32_t high, int low_flag, int high_flag)
{
    flags = (low_flag ? 0xFFFFu : 0) | (high_flag ? 0xFFFF0000u : 0);
    return ((uint32_t)low & 0xFFFFu) | (uint32_t)high << 16;
}
static inline uint32_t __uadd16(uint32_t a, uint32_t b)
{
    const int32_t low = (uint16_t)a + (uint16_t)b;
    const int32_t high = (int32_t)(a >> 16) + (int32_t)(b >> 16);
    return both(low, high, low > 0xFFFF, high > 0xFFFF);
}
static inline uint32_t __usub16(uint32_t a, uint32_t b)
{
    const int32_t low = (uint16_t)a - (uint16_t)b;
    const int32_t high = (int32_t)(a >> 16) - (int32_t)(b >> 16);
    return both(low, high, low >= 0, high >= 0);
}
static inline uint32_t __ssub16(uint32_t a, uint32_t b)
{
    const int32_t low = (int16_t)a - (int16_t)b;
    const int32_t high = (int16_t)(a >> 16) - (int16_t)(b >> 16);
    return both(low, high, low >= 0, high >= 0);
}
static inline uint32_t __sel(uint32_t a, uint32_t b)
{
    return (a & flags) | (b & ~flags);
}
"""
