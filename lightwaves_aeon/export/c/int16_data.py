"""The data header of a program in C that computes in integers."""

from __future__ import annotations

__all__ = ["integer_data_header"]

import numpy as np

from lightwaves_aeon.core.convolution.pooling import N_THRESHOLDS
from lightwaves_aeon.core.fitted import FittedClassifier
from lightwaves_aeon.export.c.check import mixed_bits
from lightwaves_aeon.export.c.data import COMMENTS as COMMENTS_OF_FLOATS
from lightwaves_aeon.export.c.data import (
    arrays_text,
    heading,
    labels_macro,
    lines,
    literal,
    macros,
    operators_text,
)
from lightwaves_aeon.export.c.int16_tables import IntegerTables
from lightwaves_aeon.export.c.probabilities import logit_scale
from lightwaves_aeon.export.integer.entry import CountEntry
from lightwaves_aeon.export.integer.head import LARGEST_STEP
from lightwaves_aeon.export.integer.model import IntegerModel
from lightwaves_aeon.export.integer.pooling import POOL, SERIES_POOL
from lightwaves_aeon.export.integer.responses import DERIVE
from lightwaves_aeon.export.integer.width import FRACTION_BITS

COMMENTS = COMMENTS_OF_FLOATS | {
    "channels": "Channels in use.",
    "input_intervals": "Number of intervals of each input; what is wanted, and where.",
    "group_dilations": "Groups: dilation, number of convolutions.",
    "kernel_taps": "Taps of the kernels from the centre, heavy ones first.",
    "head_intercepts": "The head: scores of the average case, that case, bits to be "
    "dropped, the weights.",
    "head_limits": "The least score of each output, and the largest.",
    "count_multipliers": "Counts of channels: product, sum, and bits to be dropped.",
}
"""What is said before an array and those that follow it."""

FLAGS = (
    *(name for name in DERIVE if name != "channel"),
    *POOL,
    *SERIES_POOL,
    "thresholds",
    "level_1",
    "level_2",
    "energy_only",
    "rectified",
)
"""What the program asks for."""

COUNT_SHIFT, NARROW_SHIFT = 16, 19
"""Bits that are dropped of 32 to make samples of the known case, which are counts or
stand for values of 32 bits, or are values of 16: integers of 13 bits go beyond what is
clamped, not all of them."""


def integer_data_header(tables: IntegerTables, hop: int, probabilities: bool) -> str:
    """Write all that a program in integers is told of a model.

    Parameters
    ----------
    tables : IntegerTables
        The model as tables.
    hop : int
        Samples from decision to decision.
    probabilities : bool
        Whether the program makes probabilities of scores.

    Returns
    -------
    str
        With macros and the guard named for the default name of a program.

    Raises
    ------
    ValueError
        If there are no probabilities to be had.
    """
    model, fitted = tables.model, tables.model.fitted
    is_classifier = isinstance(fitted, FittedClassifier)
    has_counts = isinstance(model.entry, CountEntry)
    outputs = "classes" if is_classifier else "outputs"
    public = {
        "N_CHANNELS": fitted.n_channels,
        f"N_{outputs.upper()}": len(fitted.outputs),
        "N_TIMEPOINTS": model.n_timepoints,
        "HOP": hop,
        "BITS": model.bits,
        "LARGEST": model.width.largest_sample,
        **({"COUNTS": 1} if has_counts else {}),
        **({"SCORE_BITS": int(model.head.bits[0])} if is_classifier else {}),
        **tables.sizes,
    }
    numbers = {
        "N_SCORES": len(model.head.intercepts),
        "N_IN_USE": len(fitted.model.channels),
        "N_INPUTS": len(tables.arrays["input_channels"]),
        "MARGIN": tables.margin,
        "N_PPV": N_THRESHOLDS,
        "ENERGY_SHIFT": model.width.energy_shift,
        "IS_WIDE": int(model.width.is_wide),
        "LARGEST_INPUT": model.width.largest,
        "FRACTION_BITS": FRACTION_BITS,
        "LARGEST_STEP": LARGEST_STEP,
    }
    floats = ""
    if probabilities:
        public["HAS_PROBABILITIES"] = 1
        unit = 2.0 ** -model.head.bits[0]
        scale = literal(np.float32(logit_scale(fitted) * unit))
        floats = f"""
/* Probabilities: what scores are multiplied by. */
#define LOGIT_SCALE {scale}
"""
    if tables.float_arrays:
        floats += f"""
#ifdef LIGHTWAVES_FLOAT_INPUT
/* Channels in use: their means in two floats each, and units in one. */
{arrays_text(tables.float_arrays, COMMENTS)}
#endif
"""
    return f"""{heading(fitted, "All is computed in integers.")}
#ifndef lightwaves_MODEL_DATA_H
#define lightwaves_MODEL_DATA_H

/* Channels, {outputs}, time points of a series and of the window over a stream,
 * samples from one decision about a stream to the next. Binary digits of a deviation,
 * and the largest sample of a channel. Bytes: of the work on a series; of a stream,
 * which a linker leaves out of a program without one; of the tables.
 */
{macros("LIGHTWAVES_", public)}
{"" if is_classifier else _numbers_text(model)}
#endif

#ifdef LIGHTWAVES_TABLES
#include <stdint.h>

/* Scores, channels in use, inputs, zeros at both ends, as far as a kernel reaches,
 * thresholds of PPV, and bits that level 2 does not read. Whether inputs and responses
 * are of 32 bits, what no input exceeds, digits of a sample that stands for one, and
 * what no distance of a feature from its mean counts beyond.
 */
{macros("", numbers)}

{operators_text(POOL, {name: tables.flags[name] for name in FLAGS})}

{arrays_text(tables.arrays, COMMENTS)}
{floats}{labels_macro(fitted)}#endif

#ifdef LIGHTWAVES_KNOWN_CASE
{_known_case(model)}
#endif
"""


def _numbers_text(model: IntegerModel) -> str:
    units = (2.0**-model.head.bits).astype(np.float32)
    offsets = model.head.offsets.astype(np.float32)
    return f"""
/* What scores are multiplied by, and what is added, for the numbers that they mean. */
#define LIGHTWAVES_UNITS {lines(map(literal, units))}
#define LIGHTWAVES_OFFSETS {lines(map(literal, offsets))}
"""


def _known_case(model: IntegerModel) -> str:
    """Give the scores of values as if at random, many of them out of range."""
    shape = model.fitted.n_channels, model.n_timepoints
    has_counts = isinstance(model.entry, CountEntry)
    is_any = has_counts or model.width.is_wide
    shift = COUNT_SHIFT if is_any else NARROW_SHIFT
    mixed = mixed_bits(shape).astype(np.int64) >> shift
    values = (mixed - (1 << 31 - shift)).astype(np.int16)[None]
    scores = model.scores(model.quantise(values) if has_counts else values)[0]
    return (
        f"#define KNOWN_SHIFT {shift}\n"
        f"#define KNOWN_SCORES {lines(map(literal, scores))}"
    )
