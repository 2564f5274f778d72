"""Rows of a table in the order of time, by recording, and what is missing between."""

from __future__ import annotations

__all__ = ["Segment", "Timeline", "timeline_of"]

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lightwaves_aeon.tables.columns import NO_TIME, Categories, Columns

MOST_UNEVEN = 0.05
"""Share of steps, at most, that may be shorter than half a sampling period."""


@dataclass(frozen=True)
class Timeline:
    """Rows in the order of time, recording by recording.

    Attributes
    ----------
    order : np.ndarray or None
        The rows in that order; None where they have it already.
    bounds : np.ndarray, shape (n_recordings + 1,)
        Where recordings begin and end, in that order.
    recordings : np.ndarray, shape (n_recordings,)
        Their names.
    time : np.ndarray or None
        Times in that order.
    period : float or None
        From one sample to the next, in units of `time`.
    sampling_rate : float or None
        Samples per second, where it is known.
    gaps : np.ndarray of int
        Rows before which samples are missing.
    missing : np.ndarray of int
        How many.
    """

    order: np.ndarray | None
    bounds: np.ndarray
    recordings: np.ndarray
    time: np.ndarray | None
    period: float | None
    sampling_rate: float | None
    gaps: np.ndarray
    missing: np.ndarray

    def segments(self, longest_gap: int | None = None) -> Iterator[Segment]:
        """Go through the recordings, in parts where gaps are too long.

        Parameters
        ----------
        longest_gap : int, optional
            Samples that may be missing within a part.

        Yields
        ------
        Segment
        """
        for number, (start, stop) in enumerate(pairwise(self.bounds.tolist())):
            # A gap is before a row of the recording, but never before its first.
            own = slice(*np.searchsorted(self.gaps, (start + 1, stop)))
            gaps, missing = self.gaps[own], self.missing[own]
            is_long = np.zeros(len(gaps), bool)
            if longest_gap is not None:
                is_long = missing > longest_gap
            cuts = [start, *gaps[is_long].tolist(), stop]
            for low, high in pairwise(cuts):
                inside = (gaps > low) & (gaps < high)
                yield Segment(number, low, high, gaps[inside] - low, missing[inside])


@dataclass(frozen=True)
class Segment:
    """Rows of a recording that belong together.

    Attributes
    ----------
    recording : int
        Position of the recording.
    start, stop : int
        Its rows.
    gaps, missing : np.ndarray of int
        Rows, counted from the first, before which samples are missing; how many.
    """

    recording: int
    start: int
    stop: int
    gaps: np.ndarray
    missing: np.ndarray

    @property
    def n_timepoints(self) -> int:
        """Number of time points, with those that are missing."""
        return self.stop - self.start + int(self.missing.sum())

    def positions(self) -> np.ndarray:
        """Give the time points of the rows, counted from the first."""
        steps = np.ones(self.stop - self.start, np.int64)
        steps[0] = 0
        steps[self.gaps] += self.missing
        return np.cumsum(steps)

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Give the values of a column at all time points, NaN where there is none."""
        own = values[self.start : self.stop]
        if len(self.gaps) == 0:
            return own
        spread = np.full(self.n_timepoints, np.nan, values.dtype)
        spread[self.positions()] = own
        return spread


def timeline_of(
    columns: Columns, sampling_rate: float | None, time_unit: float
) -> Timeline:
    """Bring rows into the order of time, and find the gaps.

    Parameters
    ----------
    columns : Columns
        Of at least one row.
    sampling_rate : float or None
        Samples per second; None means that of the usual step.
    time_unit : float
        Seconds of one unit of times that are numbers.

    Returns
    -------
    Timeline

    Raises
    ------
    ValueError
        If a row has no time or no recording, a time is there twice, or steps are not
        those of the sampling rate.
    """
    recordings = columns.recording
    if recordings is None:
        recordings = Categories(np.zeros(columns.n_rows, np.int8), np.zeros(1, int))
    time, codes = columns.time, recordings.codes
    _refuse_missing(time, codes)
    order = _order(time, codes)
    if order is not None:
        codes = codes[order]
        time = None if time is None else time[order]
    changes = np.flatnonzero(codes[1:] != codes[:-1]) + 1
    bounds = np.concatenate([[0], changes, [columns.n_rows]])
    names = recordings.values[codes[bounds[:-1]]]
    none = np.empty(0, np.int64)
    if time is None:
        return Timeline(order, bounds, names, None, None, sampling_rate, none, none)
    is_date = time.dtype.kind == "i"
    per_second = 1e9 if is_date else 1 / time_unit
    steps = np.diff(time)
    inside = np.ones(len(steps), bool)  # a recording, not from one to the next
    inside[changes - 1] = False
    _refuse_repeated(inside & (steps == 0), time, bounds, names)
    period = None if sampling_rate is None else per_second / sampling_rate
    period = _period(steps, inside, bounds, names, period, per_second)
    if period is None:  # no recording has two rows
        return Timeline(order, bounds, names, time, None, None, none, none)
    if sampling_rate is None:
        sampling_rate = float(f"{per_second / period:.6g}")
    gaps = np.flatnonzero(inside & (steps >= 1.5 * period))
    missing = np.rint(steps[gaps] / period).astype(np.int64) - 1
    return Timeline(
        order, bounds, names, time, period, sampling_rate, gaps + 1, missing
    )


def _refuse_missing(time: np.ndarray | None, codes: np.ndarray) -> None:
    unknown = codes < 0
    if unknown.any():
        raise ValueError(f"row {int(unknown.argmax())} names no recording")
    if time is not None:
        unknown = time == NO_TIME if time.dtype.kind == "i" else ~np.isfinite(time)
        if unknown.any():
            raise ValueError(f"row {int(unknown.argmax())} has no time")


def _order(time: np.ndarray | None, codes: np.ndarray) -> np.ndarray | None:
    """Give the order by recording, then time, if rows are in another."""
    same = codes[1:] == codes[:-1]
    # Codes count up as recordings appear: together if none comes back.
    is_ordered = bool((codes[1:] >= codes[:-1]).all())
    if is_ordered and time is not None:
        is_ordered = bool(((time[1:] >= time[:-1]) | ~same).all())
    if is_ordered:
        return None
    if time is None:
        return np.argsort(codes, kind="stable")
    return np.lexsort((time, codes))


def _refuse_repeated(
    is_repeated: np.ndarray, time: np.ndarray, bounds: np.ndarray, names: np.ndarray
) -> None:
    if is_repeated.any():
        row = int(is_repeated.argmax())
        name = names[np.searchsorted(bounds, row, side="right") - 1]
        when = np.datetime64(int(time[row]), "ns") if time.dtype.kind == "i" else None
        raise ValueError(
            f"the recording {name!s} has the time {when or time[row]} twice: name the "
            "column that tells recordings apart, or leave out the time and give the "
            "sampling rate"
        )


def _period(
    steps: np.ndarray,
    inside: np.ndarray,
    bounds: np.ndarray,
    names: np.ndarray,
    period: float | None,
    per_second: float,
) -> float | None:
    """Give the sampling period, and make sure that all recordings keep to it."""
    usual = np.array(
        [
            np.median(steps[start : stop - 1]) if stop - start > 1 else np.nan
            for start, stop in pairwise(bounds.tolist())
        ]
    )
    known = np.flatnonzero(~np.isnan(usual))
    if len(known) == 0:
        return period
    is_given = period is not None
    if period is None:
        middle = np.quantile(usual[known], 0.5, method="lower")
        near = inside & (steps < 1.5 * middle) & (steps > 0.5 * middle)
        period = float(np.mean(steps, where=near)) if near.any() else middle
    ratios = usual[known] / period
    is_off = (ratios < 2 / 3) | (ratios > 1.5)
    if is_off.any():
        other = known[int(is_off.argmax())]
        rate = "given" if is_given else "of the others"
        raise ValueError(
            f"the recording {names[other]!s} has {per_second / usual[other]:.6g} "
            f"samples per second, but the sampling rate {rate} is "
            f"{per_second / period:.6g}: resample it first"
        )
    if np.mean(inside & (steps < period / 2)) > MOST_UNEVEN:
        raise ValueError(
            "times are too uneven to be taken for samples at a steady rate: resample "
            "the table first, or leave out the time and give the sampling rate"
        )
    return float(period)
