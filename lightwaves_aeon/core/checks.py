"""Checks of parameters; errors name the parameter."""

from __future__ import annotations

__all__ = [
    "MISSING_VALUES",
    "TASKS",
    "check_at_least",
    "check_coverage",
    "check_one_of",
    "check_positive",
    "check_share",
]

from collections.abc import Iterable
from math import inf
from numbers import Integral, Real

MISSING_VALUES = "allow", "error"
"""Whether NaN stands for a value that was not observed, or is an error."""

TASKS = "classification", "regression"
"""Whether labels are classes, or numbers to be predicted."""


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


def check_coverage(value: object) -> None:
    """Refuse a coverage that is no number above 0 and below 1.

    Examples
    --------
    >>> from lightwaves_aeon.core.checks import check_coverage
    >>> check_coverage(90)
    Traceback (most recent call last):
    ...
    ValueError: coverage must be above 0 and below 1, got 90
    """
    if not 0 < _number("coverage", value) < 1:
        raise ValueError(f"coverage must be above 0 and below 1, got {value}")


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


def check_positive(name: str, value: object) -> None:
    """Refuse a parameter that is no finite number above 0.

    Examples
    --------
    >>> from lightwaves_aeon.core.checks import check_positive
    >>> check_positive("sampling_rate", 0.0)
    Traceback (most recent call last):
    ...
    ValueError: sampling_rate must be a finite number above 0, got 0.0
    """
    if not 0 < _number(name, value) < inf:
        raise ValueError(f"{name} must be a finite number above 0, got {value}")


def check_share(name: str, value: object) -> None:
    """Refuse a parameter that is no number from 0 to below 1.

    Examples
    --------
    >>> from lightwaves_aeon.core.checks import check_share
    >>> check_share("augment_missing", 1.5)
    Traceback (most recent call last):
    ...
    ValueError: augment_missing must be from 0 to below 1, got 1.5
    """
    if not 0 <= _number(name, value) < 1:
        raise ValueError(f"{name} must be from 0 to below 1, got {value}")


def _number(name: str, value: object) -> float:
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, got {value!r}")
    return float(value)
