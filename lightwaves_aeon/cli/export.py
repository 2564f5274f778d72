"""The command ``lightwaves export``: a model for machines without Python."""

from __future__ import annotations

__all__ = ["export"]

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lightwaves_aeon.cli import shared
from lightwaves_aeon.cli.shared import COUNT, FILE, FOLDER
from lightwaves_aeon.cli.tables import TableOptions, cases_for, table_options

if TYPE_CHECKING:
    from lightwaves_aeon.aeon.tasks import Estimator
    from lightwaves_aeon.core.data.collection import Collection
    from lightwaves_aeon.core.fitted import FittedLinear

# Imports of aeon and onnx stand in the functions: help must not wait for them.

LIMITS = "max_flash", "max_ram", "max_operations"
OF_INTEGERS = {"bits", "scale", "offset"}
OF_PROGRAMS = {"length", "hop", "name", "probabilities", "data", *OF_INTEGERS}
OF_DEVICES = OF_PROGRAMS | {*LIMITS, "labels"}
FORMS = {"c": OF_DEVICES, "arduino": OF_DEVICES, "wasm": OF_PROGRAMS, "onnx": set()}
"""What a model can be written as, with the options that not all of them have."""

FLAGS = {name: f"--{name.replace('_', '-')}" for name in OF_DEVICES}
FLAGS |= {"max_operations": "--max-ops", "probabilities": "--proba"}

UNITS = {"": 1, "k": 1024, "m": 1024**2}


def number(value: str) -> float:
    """Read a positive number, such as 65536, 1e6, or 64k for 64 times 1,024."""
    text = value.strip().lower()
    found = re.fullmatch(r"(\d+(?:\.\d*)?(?:e\d{1,2})?)([km]?)", text)
    if found is None or float(found[1]) == 0:
        raise click.BadParameter(f"{value!r} is no positive number, such as 64k or 1e6")
    return float(found[1]) * UNITS[found[2]]


def numbers(value: str) -> list[float]:
    """Read numbers with commas between them."""
    try:
        return [float(part) for part in value.split(",")]
    except ValueError:
        text = f"{value!r} is no number, nor several with commas"
        raise click.BadParameter(text) from None


@click.command(short_help="Write a model as C, WebAssembly or ONNX.")
@table_options
@click.argument("model", type=FILE)
@click.option(
    "--to",
    "form",
    type=click.Choice(list(FORMS)),
    required=True,
    help="What to write it as: C, a library for Arduino, WebAssembly, or ONNX.",
)
@click.option("--out", type=FOLDER, required=True, help="Folder for the files.")
@click.option(
    "--length",
    type=COUNT,
    help="Not of ONNX: time points of the longest series, and of the window over a "
    "stream; by default those of the training cases, if these were of one length.",
)
@click.option(
    "--hop",
    type=COUNT,
    help="Not of ONNX: samples of a stream from one decision to the next; by default a "
    "whole window. So many also lie between windows of a table.",
)
@click.option(
    "--max-flash",
    type=number,
    help="Of C and Arduino: most bytes of program and tables.",
)
@click.option(
    "--max-ram",
    type=number,
    help="Of C and Arduino: most bytes of memory, with a stream.",
)
@click.option(
    "--max-ops",
    "max_operations",
    type=number,
    help="Of C and Arduino: most operations of a prediction, about.",
)
@click.option(
    "--arithmetic",
    type=click.Choice(["float", "int16"]),
    default="float",
    help="Not of ONNX: what it computes in; int16 is for processors without floating "
    "point.",
)
@click.option(
    "--bits",
    type=click.IntRange(0, 15),
    help="Of int16: binary digits of a channel's deviation; by default as many as "
    "--data need, or 8.",
)
@click.option(
    "--scale",
    type=numbers,
    help="Of int16: it reads counts of a sensor, each of which stands for this much; "
    "one number, or one per channel, separated by commas.",
)
@click.option(
    "--offset",
    type=numbers,
    help="Of int16: what a count of 0 stands for; by default 0.",
)
@click.option(
    "--data",
    type=FILE,
    help="Training series, .npy or a table, for a smaller model where the whole one "
    "does not fit. Of int16: series, or counts, to choose --bits by.",
)
@click.option("--labels", type=FILE, help="Their labels, or numbers, .npy.")
@click.option(
    "--name",
    help="Not of ONNX: what symbols, macros and the names of files begin with; by "
    "default the name of the model file. Models of one program must differ in it.",
)
@click.option(
    "--missing-values/--no-missing-values",
    default=None,
    help="Whether it takes NaN for what was not observed; by default if values of the "
    "training cases were missing.",
)
@click.option(
    "--proba",
    "probabilities",
    is_flag=True,
    help="Not of ONNX, which has them anyway: with probabilities of the classes.",
)
@click.option(
    "--force", is_flag=True, help="Replace files that no export has written, too."
)
def export(
    model: Path,
    form: str,
    out: Path,
    data: Path | None,
    labels: Path | None,
    table: TableOptions,
    name: str | None,
    missing_values: bool | None,
    force: bool,
    arithmetic: str,
    **more: Any,
) -> None:
    """Export a MODEL file to machines without Python.

    With --to c: a source file that allocates nothing and needs no library, its header,
    an example with a self-test, a Makefile and a CMakeLists.txt. The program predicts
    from series, or from a stream sample by sample. With --to arduino: the same as a
    library with sketches. With --to wasm: a WebAssembly module with a loader; this
    needs clang and lld. With --to onnx: a file, model.onnx, which accepts series of any
    length; this needs onnx.

    With --max-flash, --max-ram or --max-ops, such as 64k or 1e6, the C program has as
    many features as fit, those that reproduce the whole model best. If not all fit,
    pass --data and --labels of the fit; the head is refitted.
    """
    given = {"data": data, "labels": labels, "name": name, **more}
    is_integer = arithmetic == "int16"
    if is_integer and form == "onnx":
        raise click.UsageError(f"--arithmetic int16 is not for --to {form}.")
    allowed = set(FORMS[form])
    if "labels" not in allowed and not is_integer:
        allowed -= {"data"}  # which serves to choose the bits, or with labels
    for option, value in given.items():
        if value not in (None, False):
            if option not in allowed:
                raise click.UsageError(f"{FLAGS[option]} is not for --to {form}.")
            if option in OF_INTEGERS and not is_integer:
                raise click.UsageError(
                    f"{FLAGS[option]} is not for --arithmetic {arithmetic}."
                )
    if more["offset"] is not None and more["scale"] is None:
        raise click.UsageError("--offset needs --scale.")
    is_table = table.check_for(data, labels)
    table = table._replace(hop=more["hop"])
    has_labels = labels is not None or table.label is not None
    if (data is None) == has_labels and (data is None or not is_integer):
        raise click.UsageError(
            f"--data and {'--label' if is_table else '--labels'} belong together."
        )
    with shared.told_in_a_line():
        from lightwaves_aeon.aeon.load import load_model_file
        from lightwaves_aeon.export.c.files import checked_name, name_of_file
        from lightwaves_aeon.export.onnx.model import export_onnx

        name = name_of_file(model) if name is None else checked_name(name)
        files = [out / file for file in _file_names(form, name)]
        shared.refuse_inputs(files, [model, data, labels])
        estimator = load_model_file(model)
        if form == "onnx":
            export_onnx(estimator, files[0], missing_values=missing_values, force=force)
            click.echo("\n  ".join(["Files:", *map(str, files)]))
            return
        asked = {
            "n_timepoints": more["length"],
            "missing_values": missing_values,
            "probabilities": more["probabilities"],
        }
        X, y = _read(estimator, data, labels, table if is_table else None)
        if is_integer:
            asked |= _of_integers(estimator, more, X)
        budget = {limit: more[limit] or math.inf for limit in LIMITS}
        fitted = _within(estimator, asked, budget, X, y)
        about = {"hop": more["hop"], "name": name, "force": force}
        about["X"] = X if is_integer else None
        _write_program(form, estimator, fitted, out, asked, about)
        click.echo("\n  ".join(["Files:", *map(str, files)]))


def _file_names(form: str, name: str) -> tuple[str, ...]:
    from lightwaves_aeon.export.c.arduino import arduino_file_names
    from lightwaves_aeon.export.c.files import file_names
    from lightwaves_aeon.export.c.wasm import wasm_file_names

    if form == "onnx":
        return ("model.onnx",)
    names = {"c": file_names, "arduino": arduino_file_names, "wasm": wasm_file_names}
    return names[form](name)


def _write_program(
    form: str,
    estimator: Estimator,
    fitted: FittedLinear,
    out: Path,
    asked: dict[str, Any],
    about: dict[str, Any],
) -> None:
    """Write a program, and say what it takes."""
    from lightwaves_aeon.export import export_arduino, export_c, export_wasm
    from lightwaves_aeon.export.budget import costs_of

    write = {"c": export_c, "arduino": export_arduino, "wasm": export_wasm}[form]
    source = write(fitted, out, **asked, **about)
    click.echo(
        f"features: {len(fitted.model.rows)} of {estimator.estimator_.n_features_in_}"
    )
    if form != "wasm":
        costs = costs_of(fitted, **asked)
        click.echo(
            f"flash: about {costs.flash} bytes; RAM: {costs.ram} bytes; "
            f"operations: about {costs.operations}"
        )
    click.echo(
        f"static memory: {source.work_bytes} bytes, "
        f"{source.stream_bytes} more for a stream\n"
        f"tables: {source.table_bytes} bytes\n"
    )
    found = source.agreement
    if found is not None:
        same = "" if math.isnan(found.labels) else f"same label: {found.labels:.2%}; "
        off = f"off by {found.error:.2%} of the deviation of scores"
        click.echo(f"bits: {found.bits}; {same}{off}\n")


def _read(
    estimator: Estimator,
    data: Path | None,
    labels: Path | None,
    table: TableOptions | None,
) -> tuple[Any, Any]:
    """Read cases, and labels, if there are any."""
    from lightwaves_aeon.storage.files import as_array, read_labels

    if data is None:
        return None, None
    if table is not None:
        from lightwaves_aeon.core.data.collection import UnequalLengthCollection

        cases = cases_for(estimator, data, table)
        if isinstance(cases.X, list):
            return UnequalLengthCollection.from_series(cases.X), cases.y
        return cases.X, cases.y
    return as_array(data), None if labels is None else read_labels(labels)


def _of_integers(
    estimator: Estimator, more: dict[str, Any], X: Collection | None
) -> dict[str, Any]:
    """Give what a program in integers is asked for; the whole model tells the bits."""
    from lightwaves_aeon.core.data.collection import UnequalLengthCollection
    from lightwaves_aeon.core.fitted import as_fitted
    from lightwaves_aeon.export.c.source import longest_of
    from lightwaves_aeon.export.integer.bits import quantised

    if isinstance(X, UnequalLengthCollection):
        raise ValueError("cases for int16 must be of one length: give --window")
    asked: dict[str, Any] = {"bits": more["bits"]}
    for option in ("scale", "offset"):
        given = more[option]
        if given is not None:
            asked[option] = given[0] if len(given) == 1 else given
    if X is not None and more["bits"] is None:
        fitted = as_fitted(estimator, "C source")
        longest = longest_of(fitted, more["length"])
        asked["bits"] = quantised(fitted, longest, X, **asked)[0].bits
    return {"arithmetic": "int16", **asked}


def _within(
    estimator: Estimator,
    asked: dict[str, Any],
    budget: dict[str, float],
    X: Any,
    y: Any,
) -> FittedLinear:
    """Give the largest model that fits, which takes the training cases if not all."""
    from lightwaves_aeon.core.fitted import as_fitted
    from lightwaves_aeon.export.budget import costs_of, largest_within
    from lightwaves_aeon.export.integer.entry import of_all_channels

    costs = costs_of(estimator, **asked)
    if costs.within(*budget.values()):
        return as_fitted(estimator, "C source")
    if X is None or y is None:
        raise ValueError(
            f"the model takes {costs.flash} bytes of flash, {costs.ram} bytes of RAM "
            f"and {costs.operations} operations, too much; for a smaller one there "
            "must be --data and --labels, the cases it was fitted to"
        )
    if "scale" in asked:  # they are counts
        of = asked["scale"], asked.get("offset", 0.0)
        scale, offset = (of_all_channels(number, X.shape[1])[:, None] for number in of)
        X = offset + scale * X
    weights = getattr(estimator, "class_weight", None)  # a regressor has none
    return largest_within(estimator, X, y, class_weight=weights, **asked, **budget)
