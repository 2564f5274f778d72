"""The data header of a program in C: sizes, tables, and a known case."""

from __future__ import annotations

__all__ = [
    "COMMENTS",
    "arrays_text",
    "data_header",
    "heading",
    "labels_macro",
    "lines",
    "literal",
    "macros",
    "operators_text",
]

import re
import textwrap
from collections.abc import Iterable, Mapping

import numpy as np

from lightwaves_aeon import __version__
from lightwaves_aeon.core.convolution.pooling import (
    N_THRESHOLDS,
    RESPONSE_POOLING,
    SERIES_POOLING,
    slots_of,
)
from lightwaves_aeon.core.convolution.representations import REPRESENTATIONS
from lightwaves_aeon.core.fitted import FittedClassifier, FittedLinear
from lightwaves_aeon.export.c.check import KnownCase
from lightwaves_aeon.export.c.tables import N_PARTS, Tables

WIDTH, INDENT = 88, "    "

OF_GAPS = "NaN stands for a value that was not observed."

COMMENTS = {
    "channels": "Channels in use: their means and 1 / deviation, in two floats each.",
    "input_channels": "Inputs: positions among the channels in use.",
    "longest_gaps": "The longest gaps of the channels that are short.",
    "input_intervals": "Number of intervals of each input; their ends, and masks.",
    "input_groups": "Number of groups of convolutions of each input.",
    "group_dilations": "Groups: dilation, number of convolutions, scale of amplitudes.",
    "convolution_kernels": "Convolutions: kernel, masks of pooling operators by level.",
    "thresholds": "Thresholds of PPV, in the order in which they are needed.",
    "kernel_taps": "Taps of MiniRocket's kernels from the centre, heavy ones first.",
    "kernel_lengths": "Kernels with weights of their own.",
    "head_intercepts": "The head: scores of the average case, that case, the weights.",
    "head_limits": "The least number that is given for each output, and the largest.",
    "logit_scale": "Probabilities: what scores are multiplied by.",
    "class_logs": "Of cases with features missing: logarithms of the class shares.",
    "head_exponent": "Of the importance of what is there; that of each feature.",
}
"""What is said before an array and those that follow it."""


def data_header(
    fitted: FittedLinear,
    tables: Tables,
    known: KnownCase,
    hop: int,
) -> str:
    """Write all that a program is told of a model.

    Parameters
    ----------
    fitted : FittedLinear
        The model.
    tables : Tables
        Its tables.
    known : KnownCase
        The case of the self-test.
    hop : int
        Samples from decision to decision.

    Returns
    -------
    str
        With macros and the guard named for the default name of a program.
    """
    outputs = "classes" if isinstance(fitted, FittedClassifier) else "outputs"
    public = {
        "N_CHANNELS": fitted.n_channels,
        f"N_{outputs.upper()}": len(fitted.outputs),
        "MAX_TIMEPOINTS": tables.longest,
        "HOP": hop,
        **tables.sizes,
    }
    if "logit_scale" in tables.arrays:
        public["HAS_PROBABILITIES"] = 1
    numbers = {
        "N_SCORES": len(fitted.head.bias),
        "N_IN_USE": len(fitted.model.channels),
        "N_INPUTS": tables.n_inputs,
        "N_TAPPED": tables.n_tapped,
        "MARGIN": tables.margin,
        "N_PPV": N_THRESHOLDS,
        "N_PARTS": N_PARTS,
    }
    # The program finds out the others by itself.
    own = ("tapped", "derived", "pairs", "channel", "series", "convolutions")
    asked = {name: flag for name, flag in tables.flags.items() if name not in own}
    remarks = [OF_GAPS] if tables.flags["gaps"] else []
    levels = zip(fitted.model.channels, known.lows, known.steps, strict=True)
    channels = (f"{{{c}, {literal(low)}, {literal(step)}}}" for c, low, step in levels)
    return f"""{heading(fitted, *remarks)}
#ifndef lightwaves_MODEL_DATA_H
#define lightwaves_MODEL_DATA_H

/* Channels, {outputs}, time points of the longest series and of the window over a
 * stream, samples from one decision about a stream to the next. Bytes: of the work on
 * a series; of a stream, which a linker leaves out of a program without one; of the
 * tables.
 */
{macros("LIGHTWAVES_", public)}

#endif

#ifdef LIGHTWAVES_TABLES
#include <stdint.h>

/* Scores, channels in use, inputs, kernels of MiniRocket, which come first, zeros at
 * both ends, as far as a kernel reaches, thresholds of PPV, and parts of a series that
 * intervals are made of.
 */
{macros("", numbers)}

{operators_text(RESPONSE_POOLING, asked)}

{arrays_text(tables.arrays, COMMENTS)}
{labels_macro(fitted)}#endif

#ifdef LIGHTWAVES_KNOWN_CASE
#define KNOWN_FIRST {known.first}u
#define KNOWN_CHANNELS {lines(channels)}
#define KNOWN_SCORES {lines(map(literal, known.scores.astype(np.float32)))}
#define KNOWN_TOLERANCES {lines(map(literal, known.tolerances.astype(np.float32)))}
#endif
"""


def heading(fitted: FittedLinear, *remarks: str) -> str:
    """Say in a comment what a header is of: the model, remarks, and its channels.

    Parameters
    ----------
    fitted : FittedLinear
        The model.
    *remarks : str
        What else there is to say.

    Returns
    -------
    str
    """
    used, n_features = fitted.model.channels, len(fitted.model.rows)
    kind = "classifier" if isinstance(fitted, FittedClassifier) else "regressor"
    text = [
        f"/* The data of a LightWaveS {kind}, written by lightwaves-aeon "
        f"{__version__}:",
        f" * {n_features} features of {len(used)} of {fitted.n_channels} channels.",
    ]
    if fitted.sampling_rate is not None:
        text.append(f" * Sampled {fitted.sampling_rate:.10g} times a second.")
    for remark in remarks:
        text += [" *", f" * {remark}"]
    if fitted.channel_names is not None:
        text += [" *", " * The channels, by the number of their row:"]
        for number, name in enumerate(fitted.channel_names):
            rest = "" if number in used else ", not in use"
            text.append(f" * {number:>4} {quoted_in_comment(str(name))}{rest}")
    return "\n".join([*text, " */"])


def labels_macro(fitted: FittedLinear) -> str:
    """Define the labels of a classifier, and nothing of a regressor."""
    if not isinstance(fitted, FittedClassifier):
        return ""
    listed = lines(quoted(str(label)) for label in fitted.classes)
    return f"\n#define CLASS_LABELS {listed}\n"


def operators_text(pooling: Iterable[str], asked: Mapping[str, bool]) -> str:
    """Define the bits and numbers of operators, and what the tables call for.

    Parameters
    ----------
    pooling : iterable of str
        The pooling operators of responses that the program has.
    asked : mapping of str to bool
        The pieces of the program, and whether the tables call for each.

    Returns
    -------
    str
    """
    numbers = {name: 1 << slots_of(name)[0] for name in pooling}
    numbers |= {name: 1 << i for i, name in enumerate(SERIES_POOLING)}
    numbers |= {name: i for i, name in enumerate(REPRESENTATIONS)}
    return f"""\
/* Bits of the pooling operators, of responses and of intervals, and numbers of the
 * representations.
 */
{macros("", numbers)}

/* What the tables call for. */
{macros("HAS_", {name: int(flag) for name, flag in asked.items()})}"""


def macros(prefix: str, values: Mapping[str, int]) -> str:
    r"""Define numbers.

    Examples
    --------
    >>> from lightwaves_aeon.export.c.data import macros
    >>> macros("HAS_", {"ppv": 1, "max": 0})
    '#define HAS_PPV 1\n#define HAS_MAX 0'
    """
    return "\n".join(
        f"#define {prefix}{name.upper()} {value}" for name, value in values.items()
    )


def lines(items: Iterable[str]) -> str:
    r"""List items, one a line, in a macro.

    Examples
    --------
    >>> from lightwaves_aeon.export.c.data import lines
    >>> lines(["1", "2"])
    '\\\n    1, \\\n    2'
    """
    return "\\\n    " + ", \\\n    ".join(items)


def arrays_text(arrays: Mapping[str, np.ndarray], comments: Mapping[str, str]) -> str:
    """Define constant arrays, some of which begin a section with a comment."""
    texts = (
        array_text(name, of, comments.get(name, "")) for name, of in arrays.items()
    )
    return "\n".join(texts).lstrip()


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
    >>> from lightwaves_aeon.export.c.data import array_text
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
    rows = [f"{literal}," for literal in literals]
    if array.ndim == 1:
        rows = textwrap.wrap(" ".join(rows), WIDTH - len(INDENT))
    body = "\n".join(INDENT + row for row in rows)
    return f"{before}{start}\n{body}\n}};"


def literal(value: np.ndarray | np.generic) -> str:
    """Write a number, which reads back exactly, or the rows of an array.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.export.c.data import literal
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
    >>> from lightwaves_aeon.export.c.data import quoted
    >>> print(quoted("on? é"))
    "on\077 \303\251"
    """
    plain = (
        chr(byte) if 32 <= byte < 127 and byte not in escaped else f"\\{byte:03o}"
        for byte in text.encode("utf-8", "surrogatepass")
    )
    # Symbols of the program are renamed afterwards, and texts must not be.
    text = re.sub("(?i)(lightwaves)_", r"\1\\137", "".join(plain))
    return f'"{text}"'


def quoted_in_comment(text: str) -> str:
    r"""Quote a string so that no part of it begins or ends a comment.

    Examples
    --------
    >>> from lightwaves_aeon.export.c.data import quoted_in_comment
    >>> print(quoted_in_comment("a */ b"))
    "a *\057 b"
    """
    return quoted(text, b'"\\?/')
