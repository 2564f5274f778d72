"""Checks of parameters; errors name the parameter."""

from __future__ import annotations

__all__ = ["check_at_least", "check_one_of"]

from collections.abc import Iterable
from numbers import Integral


def check_at_least(name: str, value: object, least: int) -> None:
    """Refuse a parameter that is no integer, or too small.

    Examples
    --------
    >>> from lightwaves_aeon.core.checks import check_at_least
    >>> check_at_least("n_features", 0, 1)
    Traceback (most recent call last):
    ...
    ValueError: n_features must be at least 1, got 0
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")


def check_one_of(name: str, value: object, known: Iterable[str]) -> None:
    """Refuse a parameter that is not one of some names.

    Examples
    --------
    >>> from lightwaves_aeon.core.checks import check_one_of
    >>> check_one_of("variant", "L3", ["L1", "L2"])
    Traceback (most recent call last):
    ...
    ValueError: variant must be one of 'L1', 'L2', got 'L3'
    """
    names = list(known)
    if value not in names:
        raise ValueError(
            f"{name} must be one of {', '.join(map(repr, names))}, got {value!r}"
        )
