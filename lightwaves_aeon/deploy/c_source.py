"""A fitted classifier as a program in C, for machines without Python."""

from __future__ import annotations

__all__ = [
    "CSource",
    "bytes_of",
    "export_c",
    "file_names",
    "longest_of",
    "write_c",
]

from collections.abc import Iterable, Sequence
from importlib.resources import files
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lightwaves_aeon import __version__
from lightwaves_aeon.core.head import LinearHead
from lightwaves_aeon.core.kinds import N_SHARES
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.deploy.c_check import KnownCase, known_case
from lightwaves_aeon.deploy.c_files import write_files
from lightwaves_aeon.deploy.c_names import DEFAULT_NAME, checked_name
from lightwaves_aeon.deploy.c_tables import STATISTICS, Tables
from lightwaves_aeon.deploy.c_text import (
    INDENT,
    array_text,
    literal,
    quoted,
    quoted_in_comment,
    rendered,
)
from lightwaves_aeon.deploy.linear_head import linear_head

if TYPE_CHECKING:
    from lightwaves_aeon.classifier import LightWaveSClassifier

LONGEST = 2**16 - 1
"""Time points of a series: their sum fits in 32 bits."""

LARGEST_HOP = 2**31 - 1

TEMPLATES = ("model.h", "model.c", "example.c", "Makefile", "CMakeLists.txt")

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
        Header, source, example, Makefile and CMakeLists.txt.
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
    name: str = DEFAULT_NAME,
    force: bool = False,
) -> CSource:
    """Write a fitted classifier as C99, which C++ takes too, with an example.

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
        All files are written, or none.
    n_timepoints : int, optional
        Time points of the longest series, and of the window over a stream; by default
        those of the training cases, if these were of one length.
    hop : int, optional
        Samples of a stream from one decision to the next; by default a whole window.
    name : str, default="lightwaves"
        What symbols, macros and the names of source and header begin with; models of
        one program must differ in it.
    force : bool, default=False
        Whether to replace files that no export has written.

    Returns
    -------
    CSource
        The files, and the memory that the program takes.

    Raises
    ------
    ValueError
        If the estimator is not the default one; if `n_timepoints` or `hop` is out of
        range, or `n_timepoints` is not known; if `name` is no identifier; if a constant
        is too large for single precision; or if the table names a statistic, an input
        or a level that the program does not know.
    FileExistsError
        If a file is there that no export has written; the message names it.
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
    ...     source = export_c(clf, folder, hop=10, name="motions")
    ...     [file.name for file in source.files]
    ['motions_model.h', 'motions_model.c', 'example.c', 'Makefile', 'CMakeLists.txt']
    """
    head = linear_head(classifier, "C source")
    n_timepoints = longest_of(classifier, n_timepoints)
    transformer, scaler = (step for _, step in classifier.pipeline_.steps[:2])
    return write_c(
        transformer._model,
        head,
        scaler.mean_,
        classifier.metadata_["n_channels"],
        folder,
        n_timepoints,
        hop,
        name=name,
        channel_names=getattr(classifier, "feature_names_in_", None),
        force=force,
    )


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
    *,
    name: str = DEFAULT_NAME,
    channel_names: Sequence[str] | None = None,
    force: bool = False,
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
    folder, n_timepoints, hop, name, force
        As for `export_c`.
    channel_names : sequence of str, length n_channels, optional
        For a comment in the header.

    Returns
    -------
    CSource
    """
    longest = _checked("n_timepoints", n_timepoints, LONGEST)
    name = checked_name(name)
    step = longest if hop is None else _checked("hop", hop, LARGEST_HOP)
    tables = Tables.of(model.evaluate, head, means, longest)
    n_used = len(model.evaluate.channels)
    sizes = bytes_of(tables, n_used, longest)
    channels = model.evaluate.channels
    known = known_case(model.evaluate, tables, head, longest)
    values = {
        **sizes,
        **_words(tables),
        **_bits(),
        **_known_words(known, channels),
        "version": __version__,
        "name": name,
        "NAME": name.upper(),
        "classes": _lines(quoted(str(label)) for label in head.classes),
        "channel_names": _channel_names(channel_names, channels),
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
    flags = {
        **_branches(tables.flags),
        "two_classes": len(head.bias) == 1,
        "named_channels": channel_names is not None,
    }
    texts = {
        file: rendered(_template(template), flags, values)
        for file, template in zip(file_names(name), TEMPLATES, strict=True)
    }
    return CSource(tuple(write_files(folder, texts, force)), **sizes)


def file_names(name: str) -> tuple[str, ...]:
    """Give the names of the files of an export.

    Examples
    --------
    >>> from lightwaves_aeon.deploy.c_source import file_names
    >>> file_names("gesture")[:3]
    ('gesture_model.h', 'gesture_model.c', 'example.c')
    """
    return tuple(
        f"{name}_{template}" if template.startswith("model") else template
        for template in TEMPLATES
    )


def _template(name: str) -> str:
    return (files("lightwaves_aeon.deploy") / "c" / name).read_text(encoding="ascii")


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


def _words(tables: Tables) -> dict[str, str]:
    """Give the pieces of the source that no table of flags can choose."""
    flags = tables.flags
    scaled = flags["amplitudes"]
    needs = ["job_level_1[job]"] * flags["level_1"]
    needs += ["job_kernels[job] >= N_TAPPED"] * flags["weighted"]
    arrays = (
        array_text(name, array, COMMENTS.get(name, ""))
        for name, array in tables.arrays.items()
    )
    return {
        "tables": "\n".join(arrays).lstrip(),
        "less_tapped": " - N_TAPPED" if flags["tapped"] else "",
        "scale": "float scale, " if scaled else "",
        "scale_1": "group_scales[group], " if scaled else "",
        "scale_2": "scale * scale, " if scaled else "",
        "tally_parameter": ", Tally *tally" if flags["level_1"] else "",
        "tally": ", tally" if flags["level_1"] else "",
        "needs_response": " || ".join(needs),
    }


def _bits() -> dict[str, int]:
    """Give the bits of masks; PPV, the first statistic, has several."""
    bits = {f"bit_{name}": 1 << N_SHARES + i for i, name in enumerate(STATISTICS[1:])}
    return {"n_shares": N_SHARES, **bits}


def _known_words(known: KnownCase, channels: np.ndarray) -> dict[str, str]:
    levels = zip(channels, known.lows, known.steps, strict=True)
    return {
        "known_first": str(known.first),
        "known_channels": _lines(
            f"{{{channel}, {literal(low)}, {literal(step)}}}"
            for channel, low, step in levels
        ),
        "known_scores": _lines(map(literal, known.scores.astype(np.float32))),
    }


def _channel_names(names: Sequence[str] | None, used: np.ndarray) -> str:
    """List the channels by number, for a comment."""
    return "\n".join(
        f" * {number:>4} {quoted_in_comment(str(name))}"
        + ("" if number in used else ", not in use")
        for number, name in enumerate([] if names is None else names)
    )


def _lines(items: Iterable[str]) -> str:
    return ",\n".join(INDENT + item for item in items)
