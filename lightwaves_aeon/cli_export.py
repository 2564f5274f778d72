"""The command ``lightwaves export``: a model for machines without Python."""

from __future__ import annotations

__all__ = ["export"]

from pathlib import Path

import click

# Imports of aeon and onnx stand in the functions: help must not wait for them.

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(short_help="Write a model as C or ONNX.")
@click.argument("model", type=FILE)
@click.option(
    "--to",
    "form",
    type=click.Choice(["c", "onnx"]),
    required=True,
    help="What to write it as.",
)
@click.option("--out", type=FOLDER, required=True, help="Folder for the files.")
@click.option(
    "--length",
    type=click.IntRange(min=1),
    help="Of C: time points of the longest series, and of the window over a stream; by "
    "default those of the training cases, if these were of one length.",
)
@click.option(
    "--hop",
    type=click.IntRange(min=1),
    help="Of C: samples of a stream from one decision to the next; by default a whole "
    "window.",
)
def export(
    model: Path, form: str, out: Path, length: int | None, hop: int | None
) -> None:
    """Write a MODEL that fit has written for machines without Python.

    As C it is one source that allocates nothing and needs no library, its header, an
    example and a Makefile. It classifies series, or a stream sample by sample. As ONNX
    it is a file, model.onnx, which takes series of any length; to write it takes onnx.
    """
    if form != "c" and (length is not None or hop is not None):
        raise click.UsageError("--length and --hop are for C.")
    try:
        text = _as_c(model, out, length, hop) if form == "c" else _as_onnx(model, out)
    except (ImportError, ValueError, TypeError, OSError, MemoryError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(text)


def _as_c(model: Path, out: Path, length: int | None, hop: int | None) -> str:
    from lightwaves_aeon.classifier import LightWaveSClassifier
    from lightwaves_aeon.deploy.c_source import export_c

    classifier = LightWaveSClassifier.load(model)
    source = export_c(classifier, out, n_timepoints=length, hop=hop)
    return (
        f"static memory: {source.work_bytes} bytes, "
        f"{source.stream_bytes} more for a stream\n"
        f"tables: {source.table_bytes} bytes\n\n" + _listed(source.files)
    )


def _as_onnx(model: Path, out: Path) -> str:
    from lightwaves_aeon.classifier import LightWaveSClassifier
    from lightwaves_aeon.deploy.onnx_model import export_onnx

    classifier, file = LightWaveSClassifier.load(model), out / "model.onnx"
    out.mkdir(parents=True, exist_ok=True)
    export_onnx(classifier, file)
    return _listed((file,))


def _listed(files: tuple[Path, ...]) -> str:
    return "\n".join(["Files:", *(f"  {file}" for file in files)])
