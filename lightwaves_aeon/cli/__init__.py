"""The command-line program ``lightwaves``."""

from __future__ import annotations

__all__ = ["main"]

import sys
from io import TextIOWrapper

import click

from lightwaves_aeon import __version__
from lightwaves_aeon.cli.bench import bench
from lightwaves_aeon.cli.evaluate import evaluate
from lightwaves_aeon.cli.export import export
from lightwaves_aeon.cli.files import fit, predict, transform
from lightwaves_aeon.cli.inspect import inspect
from lightwaves_aeon.cli.report import report
from lightwaves_aeon.cli.watch import watch


@click.group(context_settings={"show_default": True})
@click.version_option(__version__, prog_name="lightwaves")
def main() -> None:
    """LightWaveS: time series classification and regression with a few features."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # labels may be in any script
            stream.reconfigure(errors="backslashreplace")


for command in (
    evaluate,
    fit,
    predict,
    watch,
    transform,
    inspect,
    export,
    bench,
    report,
):
    main.add_command(command)
