"""A fitted classifier as a program in C, for machines without Python."""

from __future__ import annotations

__all__ = ["CSource", "bytes_of", "export_c", "linear_head", "longest_of", "write_c"]

import re
import textwrap
from importlib.resources import files
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lightwaves_aeon import __version__
from lightwaves_aeon.core.head import LinearHead
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.deploy.c_tables import Tables

if TYPE_CHECKING:
    from lightwaves_aeon.classifier import LightWaveSClassifier

LONGEST = 2**16 - 1
"""Time points of a series: their sum fits in 32 bits."""

LARGEST_HOP = 2**31 - 1

FILES = ("lightwaves_model.h", "lightwaves_model.c", "example.c", "Makefile")

WIDTH, INDENT = 88, "    "

COMMENTS = {
    "channels": "Channels in use: their means and 1 / deviation, in two floats each.",
    "input_channels": "Inputs of the kernels: positions among the channels in use.",
    "input_groups": "Number of groups of jobs of each input.",
    "group_dilations": "Groups of jobs: dilation, number of jobs, scale of amplitudes.",
    "job_kernels": "Jobs: the kernel, and a mask of the wanted statistics by level.",
    "thresholds": "Thresholds of PPV, in the order in which they are needed.",
    "kernel_taps": "Taps of MiniRocket's kernels from the centre, heavy ones first.",
    "kernel_lengths": "Kernels with weights of their own.",
    "head_intercepts": "The head: scores of the average case, that case, the weights.",
}
"""What is said before an array and those that follow it."""


class CSource(NamedTuple):
    """What has been written, and the memory that it takes.

    Attributes
    ----------
    files : tuple of Path
        Header, source, example and Makefile.
    work_bytes : int
        Static memory of the work on a series.
    stream_bytes : int
        Static memory of a stream, which a program without one does not have.
    table_bytes : int
        Constant tables.
    """

    files: tuple[Path, ...]
    work_bytes: int
    stream_bytes: int
    table_bytes: int


def export_c(
    classifier: LightWaveSClassifier,
    folder: str | Path,
    *,
    n_timepoints: int | None = None,
    hop: int | None = None,
) -> CSource:
    """Write a fitted classifier as C99, with an example and a Makefile.

    The program allocates nothing, needs no library and computes in single precision,
    operation for operation as Python does: from the same float32 series it computes the
    same features, but for a last bit here and there if the mean of a channel is
    thousands of times its deviation. Scores are those of Python to single precision.

    Parameters
    ----------
    classifier : LightWaveSClassifier
        Fitted, with the default estimator.
    folder : str or Path
        Where to; it is made if need be, and files of an earlier export are replaced.
    n_timepoints : int, optional
        Time points of the longest series, and of the window over a stream; by default
        those of the training cases, if these were of one length.
    hop : int, optional
        Samples of a stream from one decision to the next; by default a whole window.

    Returns
    -------
    CSource
        The files, and the memory that the program takes.

    Raises
    ------
    ValueError
        If the estimator is not the default one; if `n_timepoints` or `hop` is out of
        range, or `n_timepoints` is not known; or if a constant is too large for single
        precision.
    OSError
        If the files cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.deploy.c_source import export_c
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source = export_c(clf, folder, hop=10)
    ...     [file.name for file in source.files]
    ['lightwaves_model.h', 'lightwaves_model.c', 'example.c', 'Makefile']
    """
    head = linear_head(classifier)
    n_timepoints = longest_of(classifier, n_timepoints)
    transformer, scaler = (step for _, step in classifier.pipeline_.steps[:2])
    n_channels = classifier.metadata_["n_channels"]
    return write_c(
        transformer._model, head, scaler.mean_, n_channels, folder, n_timepoints, hop
    )


def linear_head(classifier: LightWaveSClassifier) -> LinearHead:
    """Give the head of a fitted classifier, which must be the default one."""
    classifier._check_is_fitted()
    head = classifier._head
    if classifier.estimator is not None or not isinstance(head, LinearHead):
        raise ValueError(
            "C source holds the default estimator only, not "
            f"{type(classifier.estimator_).__name__}"
        )
    return head


def longest_of(classifier: LightWaveSClassifier, n_timepoints: int | None) -> int:
    """Give the number of time points asked for, or else that of the training cases."""
    if n_timepoints is None:
        n_timepoints = classifier.metadata_["n_timepoints"]
        if classifier.metadata_["unequal_length"] or n_timepoints is None:
            raise ValueError(
                "the training cases were of unequal length: say how many time points "
                "the longest series has"
            )
    return _checked("n_timepoints", n_timepoints, LONGEST)


def bytes_of(tables: Tables, n_used: int, longest: int) -> dict[str, int]:
    """Count the memory of a program, as `CSource` has it."""
    return {
        "work_bytes": _work_bytes(tables, longest),
        "stream_bytes": 4 * (n_used * longest + 2),
        "table_bytes": sum(array.nbytes for array in tables.arrays.values()),
    }


def write_c(
    model: Model,
    head: LinearHead,
    means: np.ndarray,
    n_channels: int,
    folder: str | Path,
    n_timepoints: int,
    hop: int | None = None,
) -> CSource:
    """Write any table and linear head as C99.

    Parameters
    ----------
    model : Model
        The table, and what it takes to evaluate it.
    head : LinearHead
        Gives the scores.
    means : np.ndarray, shape (n_features,)
        Average of each feature.
    n_channels : int
        Number of channels of a case.
    folder, n_timepoints, hop
        As for `export_c`.

    Returns
    -------
    CSource
    """
    longest = _checked("n_timepoints", n_timepoints, LONGEST)
    step = longest if hop is None else _checked("hop", hop, LARGEST_HOP)
    tables = Tables.of(model.evaluate, head, means, longest)
    n_used = len(model.evaluate.channels)
    sizes = bytes_of(tables, n_used, longest)
    values = {
        **sizes,
        **_words(tables, head),
        "version": __version__,
        "n_features": len(model.rows),
        "n_used": n_used,
        "n_channels": n_channels,
        "n_classes": len(head.classes),
        "n_scores": len(head.bias),
        "n_timepoints": longest,
        "hop": step,
        "n_inputs": len(tables.arrays["input_channels"]),
        "n_tapped": tables.n_tapped,
        "margin": tables.margin,
    }
    flags = {**_branches(tables.flags), "two_classes": len(head.bias) == 1}
    texts = {name: _rendered(_template(name), flags, values) for name in FILES}
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (out / name).write_text(text, encoding="ascii", newline="\n")
    return CSource(tuple(out / name for name in FILES), **sizes)


def _checked(name: str, value: int, largest: int) -> int:
    if not isinstance(value, Integral) or not 1 <= value <= largest:
        raise ValueError(f"{name} must be an integer from 1 to {largest}, got {value}")
    return int(value)


def _work_bytes(tables: Tables, longest: int) -> int:
    flags, padded = tables.flags, longest + 2 * tables.margin
    n_values = padded + longest
    n_values += flags["tapped"] * (padded + longest)
    n_values += flags["level_2"] * (longest // 2 + 2 * tables.margin)
    n_values += flags["pairs"] * len(tables.arrays["channels"]) * longest
    return 4 * n_values


def _branches(flags: dict[str, bool]) -> dict[str, bool]:
    """Add which of two functions a program calls, where it may have both."""
    branches = {"alone": not flags["pairs"]}
    for name, tapped, weighted in (
        ("series", "by_total", "weighted"),
        ("energy", "tapped_deeper", "weighted_deeper"),
        ("total", "tapped", "weighted"),
    ):
        one, other = flags[tapped], flags[weighted]
        branches[f"{name}_by_both"] = one and other
        branches[f"{name}_by_taps"] = one and not other
        branches[f"{name}_by_weights"] = other and not one
    return {**flags, **branches}


def _words(tables: Tables, head: LinearHead) -> dict[str, str]:
    """Give the pieces of the source that no table of flags can choose."""
    flags = tables.flags
    scaled = flags["amplitudes"]
    needs = ["job_level_1[job]"] * flags["level_1"]
    needs += ["job_kernels[job] >= N_TAPPED"] * flags["weighted"]
    return {
        "tables": "\n".join(_array(*item) for item in tables.arrays.items()).lstrip(),
        "classes": ",\n".join(f"    {_string(str(label))}" for label in head.classes),
        "less_tapped": " - N_TAPPED" if flags["tapped"] else "",
        "scale": "float scale, " if scaled else "",
        "scale_1": "group_scales[group], " if scaled else "",
        "scale_2": "scale * scale, " if scaled else "",
        "tally_parameter": ", Tally *tally" if flags["level_1"] else "",
        "tally": ", tally" if flags["level_1"] else "",
        "needs_response": " || ".join(needs),
    }


def _array(name: str, array: np.ndarray) -> str:
    """Define a constant array, with the comment that it begins a section with."""
    c_type = "float" if array.dtype.kind == "f" else f"{array.dtype}_t"
    shape = "".join(f"[{size}]" for size in array.shape)
    literals = [_literal(row) for row in array]
    comment = f"\n/* {COMMENTS[name]} */\n" if name in COMMENTS else ""
    start = f"static const {c_type} {name}{shape} = {{"
    if len(start) + sum(len(literal) + 2 for literal in literals) < WIDTH:
        return f"{comment}{start}{', '.join(literals)}}};"
    lines = [f"{literal}," for literal in literals]
    if array.ndim == 1:
        lines = textwrap.wrap(" ".join(lines), WIDTH - len(INDENT))
    body = "\n".join(INDENT + line for line in lines)
    return f"{comment}{start}\n{body}\n}};"


def _literal(value: np.ndarray) -> str:
    if value.ndim > 0:
        return f"{{{', '.join(map(_literal, value))}}}"
    if value.dtype.kind != "f":
        return str(value)
    text = f"{value:.9g}"  # which reads back exactly
    return f"{text}f" if set(text) & {".", "e"} else f"{text}.0f"


def _string(text: str) -> str:
    """Quote a string; what is not plain ASCII, or may be a trigraph, as octal bytes."""
    plain = (
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\?' else f"\\{byte:03o}"
        for byte in text.encode("utf-8", "surrogatepass")
    )
    return f'"{"".join(plain)}"'


def _template(name: str) -> str:
    return (files("lightwaves_aeon.deploy") / "c" / name).read_text(encoding="ascii")


def _rendered(template: str, flags: dict[str, bool], values: dict[str, object]) -> str:
    """Fill in a template.

    Lines between ``//if flag`` and ``//end`` stay where the flag is set; ``@name@``
    stands for a value.
    """
    lines, kept = [], [True]
    for line in template.splitlines(keepends=True):
        if line.startswith("//if "):
            kept.append(kept[-1] and flags[line.split()[1]])
        elif line.startswith("//end"):
            kept.pop()
        elif kept[-1]:
            lines.append(line)
    return re.sub(r"@(\w+)@", lambda match: str(values[match[1]]), "".join(lines))
