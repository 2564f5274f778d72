"""Times of rows as they come, counted in samples."""

from __future__ import annotations

__all__ = ["Clock"]

from datetime import datetime, timedelta
from typing import Any


class Clock:
    """Reads times, and counts the samples between them.

    Parameters
    ----------
    sampling_rate : float
        Samples per second.
    time_unit : float, default=1.0
        Seconds of one unit of times that are numbers.

    Examples
    --------
    >>> from lightwaves_aeon.tables.clock import Clock
    >>> clock = Clock(sampling_rate=50)
    >>> before = clock.read("2026-01-31T12:00:00")
    >>> clock.samples_between(before, clock.read("2026-01-31T12:00:00.5"))
    25.0
    >>> clock.later(before, 1)
    '2026-01-31T12:00:00.020000'
    """

    def __init__(self, sampling_rate: float, time_unit: float = 1.0):
        self._rate, self._unit = sampling_rate, time_unit

    def read(self, text: str) -> Any:
        """Read a time.

        Parameters
        ----------
        text : str
            A number, or a date and time by ISO 8601.

        Returns
        -------
        float or datetime

        Raises
        ------
        ValueError
            If it is neither.
        """
        try:
            time = float(text)
        except ValueError:
            try:
                return datetime.fromisoformat(text.strip())
            except ValueError:
                raise ValueError(
                    f"its time, {text!r}, is no number, nor a time by ISO 8601"
                ) from None
        if time - time != 0:  # of infinity and NaN
            raise ValueError(f"its time is {text}")
        return time

    def samples_between(self, before: Any, after: Any) -> float:
        """Count the sampling periods from one time to another.

        Parameters
        ----------
        before, after : float or datetime
            Times that were read.

        Returns
        -------
        float
            Negative if `after` is the earlier.

        Raises
        ------
        ValueError
            If one is a number and the other a date, or one has a time zone alone.
        """
        try:
            step = after - before
        except TypeError:
            raise ValueError(
                f"its time, {after}, is not written as the one before, {before}"
            ) from None
        is_date = isinstance(step, timedelta)
        return (step.total_seconds() if is_date else step * self._unit) * self._rate

    def later(self, time: Any, n_samples: int) -> str:
        """Write the time that is some samples later.

        Parameters
        ----------
        time : float or datetime
            A time that was read.
        n_samples : int
            How many.

        Returns
        -------
        str
        """
        seconds = n_samples / self._rate
        if isinstance(time, datetime):
            return (time + timedelta(seconds=seconds)).isoformat()
        return f"{time + seconds / self._unit:.15g}"
