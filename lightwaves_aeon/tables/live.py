"""Decisions about the rows of a log as they come."""

from __future__ import annotations

__all__ = ["LiveDecision", "LiveLog"]

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from lightwaves_aeon.core.stream import Decision, Stream
from lightwaves_aeon.tables.clock import Clock
from lightwaves_aeon.tables.rows import Row


class LiveDecision(NamedTuple):
    """A decision, and what it is of.

    Attributes
    ----------
    line : int
        Number of the line of the last row in the window.
    recording, time : str or None
        The recording, and the time of the last sample.
    decision : Decision
        What is predicted.
    """

    line: int
    recording: str | None
    time: str | None
    decision: Decision


@dataclass
class _Recording:
    """A stream, and the last row that it has taken."""

    stream: Stream
    line: int = 0
    time: Any = None
    text: str | None = None


class LiveLog:
    """Takes rows, and decides about windows of each recording.

    Where times tell of samples that are missing, these are taken for NaN, or, if the
    model allows no missing values or a whole window is missing, windows begin anew.

    Parameters
    ----------
    new_stream : callable
        Makes the ``Stream`` of a recording.
    clock : Clock, optional
        Reads times; without it they do not matter.
    tell : callable, optional
        Is told, in words, where windows begin anew.

    Attributes
    ----------
    n_missing : int
        Samples so far that were taken for NaN.

    Examples
    --------
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.tables.clock import Clock
    >>> from lightwaves_aeon.tables.live import LiveLog
    >>> from lightwaves_aeon.tables.rows import Row
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
    >>> log = LiveLog(lambda: clf.stream(hop=20), Clock(sampling_rate=10))
    >>> for t in [*range(50), *range(60, 100)]:
    ...     for found in log.take(t + 2, Row(X[0, :, t].tolist(), time=str(t / 10))):
    ...         print(found.line, found.time, found.decision.predicted)
    101 9.9 standing
    >>> log.n_missing
    10
    """

    def __init__(
        self,
        new_stream: Callable[[], Stream],
        clock: Clock | None = None,
        tell: Callable[[str], object] | None = None,
    ):
        self._new_stream, self._clock, self._tell = new_stream, clock, tell
        self._recordings: dict[str | None, _Recording] = {}
        self.n_missing = 0

    def take(self, line: int, row: Row) -> Iterator[LiveDecision]:
        """Take a row.

        Parameters
        ----------
        line : int
            Number of its line.
        row : Row
            The row.

        Yields
        ------
        LiveDecision
            Several where samples before it were missing.

        Raises
        ------
        ValueError
            If the sample cannot be used, or its time is not after that of the row
            before; the row is left out then.
        """
        if row.recording == "":
            raise ValueError("it names no recording")
        own = self._recordings.get(row.recording)
        if own is None:
            own = _Recording(self._new_stream())
        time = None
        if self._clock is not None and row.time is not None:
            time = self._clock.read(row.time)
            if own.time is not None:
                yield from self._pass_time(own, time, row)
        decision = own.stream.push(row.sample)
        self._recordings[row.recording] = own
        own.line, own.time, own.text = line, time, row.time
        if decision is not None:
            yield LiveDecision(line, row.recording, row.time, decision)

    def _pass_time(
        self, own: _Recording, time: Any, row: Row
    ) -> Iterator[LiveDecision]:
        """Take what is missing between two rows for NaN, or begin anew."""
        assert self._clock is not None
        stream = own.stream
        steps = self._clock.samples_between(own.time, time)
        if 0 < steps < 1.5:
            return
        stream.checked(row.sample)  # no time passes for a row that is left out
        if steps <= 0:
            if -steps < stream.n_timepoints:
                raise ValueError(
                    f"its time, {row.time}, is not after {own.text}, that of the row "
                    "before"
                )
            self._begin_anew(stream, f"time goes back from {own.text} to {row.time}")
            return
        n_missing = np.rint(steps) - 1
        if n_missing >= stream.n_timepoints or not stream.allows_missing:
            told = f"{n_missing:.0f} samples are missing before {row.time}"
            self._begin_anew(stream, told)
            return
        self.n_missing += int(n_missing)
        for number in range(1, int(n_missing) + 1):
            decision = stream.push(np.full(len(row.sample), np.nan))
            if decision is not None:
                when = self._clock.later(own.time, number)
                yield LiveDecision(own.line, row.recording, when, decision)

    def _begin_anew(self, stream: Stream, why: str) -> None:
        stream.reset()
        if self._tell is not None:
            self._tell(f"{why}: the window begins anew")
