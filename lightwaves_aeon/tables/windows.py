"""Cases of a timeline: whole recordings, or windows of them."""

from __future__ import annotations

__all__ = ["Windows", "cut", "samples_of", "series_of"]

from datetime import timedelta
from itertools import pairwise
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from lightwaves_aeon.tables.timeline import Segment, Timeline


class Windows(NamedTuple):
    """Cases, by where they begin.

    Attributes
    ----------
    segments : list of Segment
        What they are cut from, each of which has some.
    segment : np.ndarray of int, shape (n_cases,)
        Which one.
    position : np.ndarray of int, shape (n_cases,)
        First time point in it.
    length : np.ndarray of int, shape (n_cases,)
        Number of time points.
    rows : np.ndarray of int, shape (n_cases, 2)
        First row of the timeline, and that after the last.
    n_short : int
        Recordings that are too short for any window.
    """

    segments: list[Segment]
    segment: np.ndarray
    position: np.ndarray
    length: np.ndarray
    rows: np.ndarray
    n_short: int

    def of(self, kept: np.ndarray) -> Windows:
        """Keep some of the cases."""
        return self._replace(
            segment=self.segment[kept],
            position=self.position[kept],
            length=self.length[kept],
            rows=self.rows[kept],
        )

    def runs(self) -> list[slice]:
        """Give the cases of each segment, which stand together."""
        bounds = np.searchsorted(self.segment, np.arange(len(self.segments) + 1))
        return [slice(*pair) for pair in pairwise(bounds.tolist())]

    def recordings(self) -> np.ndarray:
        """Give the position of each case's recording."""
        return np.array([part.recording for part in self.segments])[self.segment]

    def starts(self, timeline: Timeline) -> np.ndarray:
        """Give the time of each case's first sample; without times, its number."""
        firsts, at_start = self.rows[:, 0], []
        parts = zip(self.segments, self.runs(), strict=True)
        for part, own in parts:
            positions = firsts[own] - part.start
            if len(part.gaps):
                positions = part.positions()[positions]
            at_start.append(positions - self.position[own])
        if timeline.time is None:
            return firsts - timeline.bounds[self.recordings()]
        late = np.concatenate(at_start)  # where the first sample is missing itself
        times = timeline.time[firsts]
        if late.any():
            times = times - (late * (timeline.period or 0)).astype(times.dtype)
        return times.view("datetime64[ns]") if times.dtype.kind == "i" else times


def samples_of(name: str, span: Any, sampling_rate: float | None) -> int:
    """Give a length of time in samples.

    Parameters
    ----------
    name : str
        What an error calls it.
    span : int, str or timedelta
        A number of samples, or a length of time, such as ``"2s"``.
    sampling_rate : float or None
        Samples per second.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If it is neither, or less than a sample, or the sampling rate is not known.

    Examples
    --------
    >>> from lightwaves_aeon.tables.windows import samples_of
    >>> samples_of("window", 100, None), samples_of("window", "500ms", 50.0)
    (100, 25)
    """
    if isinstance(span, Integral) and not isinstance(span, bool | np.timedelta64):
        samples = int(span)
    else:
        seconds = _seconds(name, span)
        if sampling_rate is None:
            raise ValueError(
                f"{name} is given as a time, {span!r}: name the column of times, or "
                "give the sampling rate"
            )
        samples = round(seconds * sampling_rate)
    if samples < 1:
        raise ValueError(f"{name} must be one sample at least, got {span!r}")
    return samples


def _seconds(name: str, span: Any) -> float:
    # A text without a unit pandas would take for nanoseconds.
    has_unit = not isinstance(span, str) or span.strip()[-1:].isalpha()
    if has_unit and isinstance(span, str | timedelta | np.timedelta64):
        try:
            seconds = pd.Timedelta(span).total_seconds()
        except ValueError:
            seconds = np.nan
        if not np.isnan(seconds):
            return seconds
    raise ValueError(
        f"{name} must be a whole number of samples, or a time such as '2s', got "
        f"{span!r}"
    )


def cut(timeline: Timeline, window: int | None, hop: int | None) -> Windows:
    """Cut a timeline into cases.

    Parameters
    ----------
    timeline : Timeline
        What to cut.
    window, hop : int or None
        Time points of a window, and from the start of one to that of the next; None
        means whole recordings.

    Returns
    -------
    Windows
        Where as many samples as a window has are missing, windows begin anew after the
        gap. What is left over at the end is not used.

    Raises
    ------
    ValueError
        If no recording is as long as a window.
    """
    longest = None if window is None else window - 1
    segments: list[Segment] = []
    parts = []
    for part in timeline.segments(longest):
        n_points = part.n_timepoints
        length = n_points if window is None else window
        if n_points < length:
            continue
        positions = np.arange(0, n_points - length + 1, hop or n_points)
        rows = part.start + np.stack([positions, positions + length], axis=1)
        if len(part.gaps):
            rows = part.start + np.searchsorted(part.positions(), rows - part.start)
        of_part = np.full(len(positions), len(segments))
        parts.append((of_part, positions, np.full(len(positions), length), rows))
        segments.append(part)
    if not segments:
        n_points = max(part.n_timepoints for part in timeline.segments(longest))
        raise ValueError(
            f"there are too few rows: a window takes {window} time points, and the "
            f"longest stretch without a gap of that length has {n_points}"
        )
    segment, position, sizes, rows = map(np.concatenate, zip(*parts, strict=True))
    n_used = len({part.recording for part in segments})
    n_short = len(timeline.recordings) - n_used
    return Windows(segments, segment, position, sizes, rows, n_short)


def series_of(
    windows: Windows, order: np.ndarray | None, channels: list[np.ndarray]
) -> np.ndarray | list[np.ndarray]:
    """Copy the values of the cases, channel by channel.

    Parameters
    ----------
    windows : Windows
        The cases.
    order : np.ndarray or None
        The rows in the order of the timeline, if they are in another.
    channels : list of np.ndarray, each of shape (n_rows,)
        Taken out one by one, so that they need not be in memory twice.

    Returns
    -------
    np.ndarray, shape (n_cases, n_channels, n_timepoints), or list
        A list of arrays of shape (n_channels, n_timepoints) where lengths differ.
    """
    n_channels = len(channels)
    dtype = np.result_type(*channels)
    lengths = windows.length
    X: np.ndarray | list[np.ndarray]
    if (lengths == lengths[0]).all():
        X = np.empty((len(lengths), n_channels, int(lengths[0])), dtype)
    else:
        X = [np.empty((n_channels, length), dtype) for length in lengths.tolist()]
    for channel in range(n_channels):
        values = channels.pop(0)
        if order is not None:
            values = values[order]
        for part, own in zip(windows.segments, windows.runs(), strict=True):
            if own.start == own.stop:
                continue
            spread = part.spread(values)
            if isinstance(X, list):
                X[own.start][channel] = spread  # a recording is one case
            else:
                views = sliding_window_view(spread, X.shape[2])
                X[own, channel] = views[_every(windows.position[own])]
    return X


def _every(positions: np.ndarray) -> slice | np.ndarray:
    """Say positions as a slice, which copies nothing, where they are evenly spaced."""
    first, last = int(positions[0]), int(positions[-1])
    if len(positions) == 1:
        return slice(first, first + 1)
    hop = int(positions[1]) - first
    is_even = bool((np.diff(positions) == hop).all())
    return slice(first, last + 1, hop) if is_even else positions
