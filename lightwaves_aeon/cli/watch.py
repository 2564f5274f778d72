"""The command ``lightwaves watch``: decisions about a log as it is written."""

from __future__ import annotations

__all__ = ["watch"]

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lightwaves_aeon.cli import shared
from lightwaves_aeon.cli.shared import FILE, SHARE
from lightwaves_aeon.cli.tables import OPTIONS, span

if TYPE_CHECKING:
    from lightwaves_aeon.aeon.tasks import Estimator
    from lightwaves_aeon.core.stream import Decision
    from lightwaves_aeon.tables.columns import Roles
    from lightwaves_aeon.tables.lines import Line
    from lightwaves_aeon.tables.live import LiveDecision, LiveLog
    from lightwaves_aeon.tables.rows import RowReader

# Imports of aeon and pandas stand in the functions: help must not wait for them.

UNSURE = "unsure"


@click.command(short_help="Decide about the rows of a log as they come.")
@click.argument("model", type=FILE)
@click.option(
    "--follow",
    "path",
    type=FILE,
    metavar="LOG",
    help="A CSV file that grows, of which rows written from now on count; it may be "
    "replaced, as logs are rotated. [default: standard input]",
)
@click.option("--from-start", is_flag=True, help="Of --follow: all rows count.")
@OPTIONS["recording"]
@OPTIONS["time"]
@OPTIONS["time_unit"]
@shared.names_option(
    "--channels",
    help="Columns of the channels, in the order of the model. [default: by the names "
    "that the model has for them, or all other columns]",
)
@click.option(
    "--header/--no-header",
    default=True,
    help="Whether the first line names the columns; without, these are the channels "
    "in the order of the model, and nothing else.",
)
@click.option(
    "--window",
    type=span,
    help="Length of a window, in samples or as a time such as 2s. [default: that of "
    "the model]",
)
@click.option(
    "--hop",
    type=span,
    default="1",
    help="From one decision to the next, as --window.",
)
@click.option("--proba", is_flag=True, help="Add the probability of each class.")
@click.option(
    "--min-probability",
    type=SHARE,
    metavar="SHARE",
    help=f"Decide '{UNSURE}', in JSON null, where the class is less probable.",
)
@shared.interval_option
@click.option("--json", "as_json", is_flag=True, help="A line of JSON a decision.")
def watch(
    model: Path,
    path: Path | None,
    from_start: bool,
    recording: str | None,
    time: str | None,
    time_unit: str | None,
    channels: tuple[str, ...],
    header: bool,
    window: int | str | None,
    hop: int | str,
    as_json: bool,
    **asked: Any,
) -> None:
    """Decide about the rows of a CSV log as they come, by a MODEL that fit has written.

    A row is a sample. The first decision comes as soon as there are as many rows as a
    window has, the next ones each --hop later: those of a C program that was exported
    with the same --hop. Each is a line with the number of its last row's line, its
    recording and time, and the label or number; as TSV with a header, or as --json.

    A row that cannot be used is told on standard error, and left out. Samples that are
    missing by --time are taken for missing values; where the model allows none, or a
    whole window is missing, the window begins anew. Recordings have windows of their
    own. The end of the input, or Ctrl-C, ends it, with a count of all that came; the
    exit status is 0 if there was any row that could be used.
    """
    if from_start and path is None:
        raise click.UsageError("--from-start is of --follow.")
    if not header and (recording or time or channels):
        raise click.UsageError("--no-header leaves no names for columns.")
    with shared.told_in_a_line():
        shared.tell_of_compiling()
        from lightwaves_aeon.aeon.load import load_model_file
        from lightwaves_aeon.tables.columns import Roles
        from lightwaves_aeon.tables.lines import follow, lines_of

        estimator = load_model_file(model)
        names = channels or estimator._state.channel_names
        log = _log_of(estimator, time, time_unit, window, hop)
        form = _Form(estimator, recording, time, as_json, **asked)
        reading = _Reading(estimator, Roles(time, recording, None, names), header)
        lines: Iterable[Line]
        if path is None:
            lines = lines_of(sys.stdin.buffer)
        else:
            if not path.exists():
                _tell(f"waiting for {path}")
            lines = follow(path, from_start, header)
        _decide(lines, reading, log, form)


def _log_of(
    estimator: Estimator,
    time: str | None,
    time_unit: str | None,
    window: int | str | None,
    hop: int | str,
) -> LiveLog:
    from lightwaves_aeon.tables.clock import Clock
    from lightwaves_aeon.tables.collection import TIME_UNITS
    from lightwaves_aeon.tables.live import LiveLog
    from lightwaves_aeon.tables.windows import samples_of

    rate, clock = estimator._state.sampling_rate, None
    n_hop = samples_of("hop", hop, rate)
    n_window = None if window is None else samples_of("window", window, rate)
    if time is not None and rate is not None:
        clock = Clock(rate, TIME_UNITS[time_unit or "s"])
    elif time is not None:
        _tell("the model has no sampling rate: samples that are missing are not seen")
    estimator.stream(n_hop, n_window)  # an error now, not with the first row
    return LiveLog(lambda: estimator.stream(n_hop, n_window), clock, _tell)


class _Reading:
    """Reads rows by the header above them."""

    def __init__(self, estimator: Estimator, roles: Roles, has_header: bool):
        self._n_channels = estimator.metadata_["n_channels"]
        self._roles, self._has_header = roles, has_header
        self._header: str | None = None
        self.rows: RowReader | None = None

    def is_header(self, line: Line) -> bool:
        """Take a header; one that comes again, as where logs are put together, too."""
        from lightwaves_aeon.tables.rows import RowReader

        if not self._has_header:
            if self.rows is None:
                names = self._roles.channels or map(str, range(self._n_channels))
                self.rows = RowReader.of_first_row(line.text, list(names))
            return False
        if line.text == self._header:
            return True
        if self.rows is not None and line.number > 1:
            return False
        rows = RowReader.of_header(line.text, self._roles)
        names = rows.channel_names
        if len(names) != self._n_channels:
            raise ValueError(
                f"the header names {len(names)} channels, {', '.join(names)}, but the "
                f"model was fitted to {self._n_channels}: name them by --channels"
            )
        self.rows, self._header = rows, line.text
        return True


class _Form:
    """How decisions are written."""

    def __init__(
        self,
        estimator: Estimator,
        recording: str | None,
        time: str | None,
        as_json: bool,
        proba: bool,
        min_probability: float | None,
        interval: float | None,
    ):
        from lightwaves_aeon.aeon.regressor import LightWaveSRegressor

        named = ("recording", recording), ("time", time)
        self._where = ["line", *(name for name, column in named if column is not None)]
        self._fitted, self._classes = estimator._state.fitted, []
        self._proba, self._min_probability = proba, min_probability
        self._interval, self._as_json = interval, as_json
        if not isinstance(estimator, LightWaveSRegressor):
            if interval is not None:
                raise TypeError(
                    "a classifier has no intervals: --interval is of regressors"
                )
            self._classes = estimator.classes_.tolist()
        elif proba or min_probability is not None:
            raise TypeError("a regressor has no probabilities")

    def header(self) -> str:
        """Name the columns; JSON needs no header."""
        if self._as_json:
            return ""
        kinds = ["predicted"] + ["lower", "upper"] * (self._interval is not None)
        n_outputs = 1 if self._classes else len(self._fitted.outputs)
        if n_outputs > 1:
            kinds = [f"{kind} {i}" for i in range(n_outputs) for kind in kinds]
        shares = [f"P({label})" for label in self._classes] if self._proba else []
        return shared.delimited([[*self._where, *kinds, *shares]])

    def text(self, found: LiveDecision) -> str:
        """Write a decision."""
        where = {name: getattr(found, name) for name in self._where}
        written = self._label if self._classes else self._number
        record, values = written(found.decision)
        if self._as_json:
            return f"{json.dumps(where | record, ensure_ascii=False)}\n"
        return shared.delimited([[*where.values(), *values]])

    def _label(self, found: Decision) -> tuple[dict[str, Any], list[Any]]:
        """Give a label as JSON, and as columns."""
        predicted: Any = found.predicted.item()
        assert found.probabilities is not None
        shares = found.probabilities.tolist()
        of_label = shares[self._classes.index(predicted)]
        is_sure = self._min_probability is None or of_label >= self._min_probability
        record = {"predicted": predicted if is_sure else None}
        if self._proba:
            names = map(str, self._classes)
            record["probabilities"] = dict(zip(names, shares, strict=True))
        label = predicted if is_sure else UNSURE
        return record, [label, *shares] if self._proba else [label]

    def _number(self, found: Decision) -> tuple[dict[str, Any], list[Any]]:
        """Give numbers as JSON, and as columns."""
        import numpy as np

        numbers = np.asarray(found.predicted, np.float64)
        record = {"predicted": numbers}
        if self._interval is not None:
            ends = self._fitted.interval_around(numbers[None], self._interval)[0]
            record |= {"lower": ends[..., 0], "upper": ends[..., 1]}
        columns = np.stack(list(record.values()), axis=-1)
        return {k: v.tolist() for k, v in record.items()}, columns.ravel().tolist()


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _decide(
    lines: Iterable[Line], reading: _Reading, log: LiveLog, form: _Form
) -> None:
    """Write a decision as soon as it is made, until there are no more rows."""
    n_rows = n_bad = n_decisions = 0
    out = sys.stdout
    try:
        out.write(form.header())
        out.flush()
        for line in lines:
            if not line.text.strip() or reading.is_header(line):
                continue
            n_rows += 1
            try:
                assert reading.rows is not None
                decisions = list(log.take(line.number, reading.rows.read(line.text)))
            except ValueError as error:
                n_bad += 1
                _tell(f"line {line.number}: {error}")
                continue
            for found in decisions:
                out.write(form.text(found))
                out.flush()
                n_decisions += 1
    except KeyboardInterrupt:
        pass
    except BrokenPipeError:  # whoever reads the decisions has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        told = f"{n_rows} rows, {n_bad} of them left out; {n_decisions} decisions"
        missing = f"; {log.n_missing} missing samples" if log.n_missing else ""
        _tell(told + missing)
    if n_rows == n_bad:
        sys.exit(1)
