"""Numbers in the sentences of a page."""

from __future__ import annotations

__all__ = ["FILTERS", "counted", "enumerated", "percent", "significant"]

from collections.abc import Callable, Iterable
from math import isnan
from typing import Any

from lightwaves_aeon.insight.words import seconds, short_label

MOST_LISTED = 12
"""Names of a list in a sentence."""


def percent(share: float) -> str:
    """Say a share; what is not all is never said to be so.

    Examples
    --------
    >>> from lightwaves_aeon.insight.card.text import percent
    >>> percent(0.5), percent(1), percent(0.9999), percent(0.0001), percent(0)
    ('50%', '100%', '99.9%', '0.1%', '0%')
    """
    if isnan(share):
        return "—"
    tenths = round(1000 * share)
    if 0 < share < 1:
        tenths = min(max(tenths, 1), 999)
    return f"{tenths / 10:g}%"


def significant(number: float) -> str:
    """Say a number by three digits.

    Examples
    --------
    >>> from lightwaves_aeon.insight.card.text import significant
    >>> significant(0.123456), significant(1234.5), significant(float("nan"))
    ('0.123', '1,234', '—')
    """
    if isnan(number):
        return "—"
    is_long = 1000 <= abs(number) < 1e9
    return f"{number:,.0f}" if is_long else f"{number:.3g}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Say how many there are.

    Examples
    --------
    >>> from lightwaves_aeon.insight.card.text import counted
    >>> counted(1, "case"), counted(1200, "case"), counted(2, "class", "classes")
    ('1 case', '1,200 cases', '2 classes')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def enumerated(items: Iterable[Any]) -> str:
    """List names in a sentence, twelve at most.

    Examples
    --------
    >>> from lightwaves_aeon.insight.card.text import enumerated
    >>> enumerated(["a"]), enumerated("abc"), enumerated(range(14))[-20:]
    ('a', 'a, b and c', '9, 10, 11 and 2 more')
    """
    names = [str(item) for item in items]
    if len(names) > MOST_LISTED + 1:
        names[MOST_LISTED:] = [f"{len(names) - MOST_LISTED} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


FILTERS: dict[str, Callable[..., str]] = {
    "percent": percent,
    "significant": significant,
    "counted": counted,
    "enumerated": enumerated,
    "short": short_label,
    "seconds": seconds,
}
"""By their names in templates."""
