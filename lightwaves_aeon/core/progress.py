"""What shows how much of a work is done."""

from __future__ import annotations

__all__ = ["Track", "no_progress"]

from collections.abc import Callable, Iterable

Track = Callable[[Iterable, int], Iterable]
"""Wraps the iterable of results, given also their number, to show progress."""


def no_progress(results: Iterable, total: int) -> Iterable:
    """Show nothing."""
    return results
