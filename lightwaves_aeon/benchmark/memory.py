"""How much memory a process takes for itself, at its peak."""

from __future__ import annotations

__all__ = ["PeakMemory"]

from pathlib import Path
from threading import Event, Thread

import numpy as np

INTERVAL = 0.02
"""Seconds between two looks."""

STATUS = Path("/proc/self/status")
OWN = "RssAnon:"


class PeakMemory:
    """Watches the resident memory of this process while a block runs.

    Pages of mapped files do not count: they are the page cache's, which gives them back
    when memory runs short. Linux alone tells them apart; elsewhere nothing is measured.

    Attributes
    ----------
    bytes : float
        The highest that was seen; NaN where it cannot be measured.

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.memory import PeakMemory
    >>> with PeakMemory() as peak:
    ...     some = bytearray(10_000_000)
    >>> peak.bytes != 0
    True
    """

    def __init__(self):
        self.bytes = np.nan
        self._over = Event()
        self._watch = Thread(target=self._watch_on, daemon=True)

    def now(self) -> float:
        """Give the memory that the process has at this moment."""
        lines = STATUS.read_text().splitlines() if STATUS.exists() else []
        for line in lines:
            if line.startswith(OWN):
                return 1024 * float(line.removeprefix(OWN).split()[0])
        return np.nan

    def __enter__(self) -> PeakMemory:
        self._watch.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._watch.join()
        self._look()  # once more, at what came since

    def _watch_on(self) -> None:
        while not self._over.wait(INTERVAL):
            self._look()

    def _look(self) -> None:
        self.bytes = float(np.fmax(self.bytes, self.now()))
