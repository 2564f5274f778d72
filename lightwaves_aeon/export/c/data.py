"""The data header of a program in C: sizes, tables, and a known case."""

from __future__ import annotations

__all__ = ["data_header"]

from collections.abc import Iterable, Sequence

import numpy as np

from lightwaves_aeon import __version__
from lightwaves_aeon.core.convolution.pooling import (
    N_THRESHOLDS,
    POOLING_OPERATORS,
    slots_of,
)
from lightwaves_aeon.core.convolution.representations import REPRESENTATIONS
from lightwaves_aeon.core.fitted import FittedClassifier
from lightwaves_aeon.export.c.check import KnownCase
from lightwaves_aeon.export.c.tables import Tables
from lightwaves_aeon.export.c.text import (
    array_text,
    literal,
    quoted,
    quoted_in_comment,
)

COMMENTS = {
    "channels": "Channels in use: their means and 1 / deviation, in two floats each.",
    "input_channels": "Inputs of the kernels: positions among the channels in use.",
    "input_groups": "Number of groups of convolutions of each input.",
    "group_dilations": "Groups: dilation, number of convolutions, scale of amplitudes.",
    "convolution_kernels": "Convolutions: kernel, masks of pooling operators by level.",
    "thresholds": "Thresholds of PPV, in the order in which they are needed.",
    "kernel_taps": "Taps of MiniRocket's kernels from the centre, heavy ones first.",
    "kernel_lengths": "Kernels with weights of their own.",
    "head_intercepts": "The head: scores of the average case, that case, the weights.",
}
"""What is said before an array and those that follow it."""


def data_header(
    fitted: FittedClassifier,
    tables: Tables,
    known: KnownCase,
    longest: int,
    hop: int,
    sizes: dict[str, int],
) -> str:
    """Write all that a program is told of a model.

    Parameters
    ----------
    fitted : FittedClassifier
        The model.
    tables : Tables
        Its tables.
    known : KnownCase
        The case of the self-test.
    longest, hop : int
        Time points of the longest series, and samples from decision to decision.
    sizes : dict of str to int
        Bytes, by the names of `CSource`.

    Returns
    -------
    str
        With macros and the guard named for the default name of a program.
    """
    public = {
        "N_CHANNELS": fitted.n_channels,
        "N_CLASSES": len(fitted.classes),
        "MAX_TIMEPOINTS": longest,
        "HOP": hop,
        **{name.upper(): size for name, size in sizes.items()},
    }
    numbers = {
        "N_SCORES": len(fitted.head.bias),
        "N_IN_USE": len(fitted.model.channels),
        "N_INPUTS": tables.n_inputs,
        "N_TAPPED": tables.n_tapped,
        "MARGIN": tables.margin,
        "N_PPV": N_THRESHOLDS,
    }
    bits = {name: 1 << slots_of(name)[0] for name in POOLING_OPERATORS}
    representations = {name: i for i, name in enumerate(REPRESENTATIONS)}
    arrays = (
        array_text(name, array, COMMENTS.get(name, ""))
        for name, array in tables.arrays.items()
    )
    text = "\n".join(arrays).lstrip()
    levels = zip(fitted.model.channels, known.lows, known.steps, strict=True)
    channels = (f"{{{c}, {literal(low)}, {literal(step)}}}" for c, low, step in levels)
    return f"""{_heading(fitted)}
#ifndef lightwaves_MODEL_DATA_H
#define lightwaves_MODEL_DATA_H

/* Channels, classes, time points of the longest series and of the window over a stream,
 * samples from one decision about a stream to the next. Bytes: of the work on a series;
 * of a stream, which a linker leaves out of a program without one; of the tables.
 */
{_macros("LIGHTWAVES_", public)}

#endif

#ifdef LIGHTWAVES_TABLES
#include <stdint.h>

/* Scores, channels in use, inputs of the kernels, kernels of MiniRocket, which come
 * first, zeros at both ends, as far as a kernel reaches, and thresholds of PPV.
 */
{_macros("", numbers)}

/* Bits of the pooling operators, and numbers of the representations. */
{_macros("", {name.upper(): bit for name, bit in bits.items()})}
{_macros("", {name.upper(): number for name, number in representations.items()})}

/* What the tables call for. */
{_macros("HAS_", {name.upper(): int(flag) for name, flag in _asked(tables).items()})}

{text}

#define CLASS_LABELS {_lines(quoted(str(label)) for label in fitted.classes)}
#endif

#ifdef LIGHTWAVES_KNOWN_CASE
#define KNOWN_FIRST {known.first}u
#define KNOWN_CHANNELS {_lines(channels)}
#define KNOWN_SCORES {_lines(map(literal, known.scores.astype(np.float32)))}
#endif
"""


def _asked(tables: Tables) -> dict[str, bool]:
    """Leave out the flags that the program finds out by itself."""
    own = ("tapped", "derived", "pairs", "channel")
    return {name: flag for name, flag in tables.flags.items() if name not in own}


def _heading(fitted: FittedClassifier) -> str:
    used, n_features = fitted.model.channels, len(fitted.model.rows)
    lines = [
        f"/* The data of a LightWaveS classifier, written by lightwaves-aeon "
        f"{__version__}:",
        f" * {n_features} features of {len(used)} of {fitted.n_channels} channels.",
    ]
    if fitted.channel_names is not None:
        lines += [" *", " * The channels, by the number of their row:"]
        lines += _named(fitted.channel_names, used)
    return "\n".join([*lines, " */"])


def _named(names: Sequence[str], used: np.ndarray) -> list[str]:
    return [
        f" * {number:>4} {quoted_in_comment(str(name))}"
        + ("" if number in used else ", not in use")
        for number, name in enumerate(names)
    ]


def _macros(prefix: str, values: dict[str, int]) -> str:
    return "\n".join(
        f"#define {prefix}{name} {value}" for name, value in values.items()
    )


def _lines(items: Iterable[str]) -> str:
    """List items, one a line, in a macro."""
    return "\\\n    " + ", \\\n    ".join(items)
