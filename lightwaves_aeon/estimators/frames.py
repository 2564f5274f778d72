"""Collections in pandas data frames: cases and channels in the order given, with names.

The converters of the frameworks sort cases by their id, and columns by their name: then
labels belong to other cases, and numbers to other channels.
"""

from __future__ import annotations

__all__ = [
    "aligned",
    "cases_of_frame",
    "channel_names",
    "check_labels",
    "checked_names",
    "in_order_of",
    "refuse_masked",
]

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd


def refuse_masked(data: object, name: str) -> None:
    """Refuse arrays with masked values, as NaN is refused: nobody would see the mask.

    Parameters
    ----------
    data : object
        An array, a list of arrays, or anything else, which has no mask.
    name : str
        What an error calls it.

    Raises
    ------
    ValueError
        If a value is masked; the message tells where.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.estimators.frames import refuse_masked
    >>> refuse_masked(np.ma.array([[1.0, 2.0]], mask=[[False, True]]), "X")
    Traceback (most recent call last):
    ...
    ValueError: X holds masked values, first in case 0: fill them in, or leave it out
    """
    if isinstance(data, np.ma.MaskedArray):
        parts: Iterable[object] = [data] if data.ndim == 0 else data
        if np.ma.is_masked(data) or data.dtype.hasobject:
            _refuse_masked(parts, name)
    elif isinstance(data, list | tuple):
        _refuse_masked(data, name)
    elif isinstance(data, np.ndarray) and data.dtype.hasobject:
        _refuse_masked(data.ravel(), name)


def check_labels(y: object) -> None:
    """Refuse labels of which some are missing, or that cannot be sorted.

    Parameters
    ----------
    y : object
        Labels; the frameworks have clear errors for all but arrays and series of one
        dimension.

    Raises
    ------
    ValueError
        If a label is masked or missing; the message names the case.
    TypeError
        If they cannot be sorted, as numbers and text together cannot.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.estimators.frames import check_labels
    >>> check_labels(np.array(["a", None], dtype=object))
    Traceback (most recent call last):
    ...
    ValueError: y holds a missing label, first for case 1
    """
    refuse_masked(y, "y")
    if not isinstance(y, (np.ndarray, pd.Series)) or y.ndim != 1:
        return
    missing = np.asarray(pd.isna(y))
    if missing.any():
        raise ValueError(f"y holds a missing label, first for case {missing.argmax()}")
    try:
        np.unique(y)
    except TypeError as error:
        raise TypeError(f"y mixes labels that cannot be sorted: {error}") from error


def _refuse_masked(parts: Iterable[object], name: str) -> None:
    for case, part in enumerate(parts):
        if part is np.ma.masked or np.ma.is_masked(part):
            raise ValueError(
                f"{name} holds masked values, first in case {case}: fill them in, or "
                "leave it out"
            )


def channel_names(labels: Iterable[Hashable]) -> list[str] | None:
    """Take the labels of columns for names of channels, if they are names.

    Parameters
    ----------
    labels : iterable
        Labels of the columns of a frame, in their order.

    Returns
    -------
    list of str or None
        None unless all are strings: numbers are mere positions.

    Raises
    ------
    ValueError
        If a label stands twice.

    Examples
    --------
    >>> from lightwaves_aeon.estimators.frames import channel_names
    >>> channel_names(["x", "y"]), channel_names(range(2))
    (['x', 'y'], None)
    """
    names = list(labels)
    if not names or not all(isinstance(name, str) for name in names):
        return None
    twice = sorted({str(name) for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"X has several channels of the name {', '.join(twice)}")
    return [str(name) for name in names]


def checked_names(given: Any, n_channels: int | None = None) -> list[str] | None:
    """Check names of channels that were given as a parameter.

    Parameters
    ----------
    given : sequence of str or None
        The names; None means that there are none.
    n_channels : int, optional
        Number of channels, where it is known.

    Returns
    -------
    list of str or None

    Raises
    ------
    TypeError
        If they are no texts.
    ValueError
        If one is empty or stands twice, or they are not one a channel.

    Examples
    --------
    >>> from lightwaves_aeon.estimators.frames import checked_names
    >>> checked_names(["accel x", "accel y"], n_channels=3)
    Traceback (most recent call last):
    ...
    ValueError: channel_names must be one a channel: X has 3 channels, got 2 names
    """
    if given is None:
        return None
    is_listed = isinstance(given, list | tuple | np.ndarray | pd.Index)
    names = list(given) if is_listed else [given]
    if not is_listed or not all(isinstance(name, str) for name in names):
        raise TypeError(f"channel_names must be a list of texts, got {given!r}")
    names = [str(name) for name in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"channel_names holds {', '.join(map(repr, twice))} twice")
    if not all(name.strip() for name in names):
        raise ValueError(f"channel_names holds an empty name: {names}")
    if n_channels not in (None, len(names)):
        raise ValueError(
            f"channel_names must be one a channel: X has {n_channels} channels, got "
            f"{len(names)} names"
        )
    return names


def in_order_of(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Find where channels stand in other data.

    Parameters
    ----------
    names : sequence of str
        Names of the channels that the data have.
    wanted : sequence of str
        Names of the channels of the training cases.

    Returns
    -------
    list of int
        Position of each of `wanted` among `names`.

    Raises
    ------
    ValueError
        If they are not the same names; the message tells which.

    Examples
    --------
    >>> from lightwaves_aeon.estimators.frames import in_order_of
    >>> in_order_of(["y", "x"], ["x", "y"])
    [1, 0]
    """
    missing = [name for name in wanted if name not in names]
    unknown = [name for name in names if name not in wanted]
    if missing or unknown:
        raise ValueError(
            "X has other channels than the training cases: missing are "
            f"{missing or 'none'}, unknown are {unknown or 'none'}"
        )
    return [list(names).index(name) for name in wanted]


def cases_of_frame(frame: pd.DataFrame) -> list[np.ndarray]:
    """Split a frame, whose index tells cases and time points, into its cases.

    Parameters
    ----------
    frame : pd.DataFrame
        Index levels case and time point, a column for each channel.

    Returns
    -------
    list of np.ndarray, each of shape (n_channels, n_timepoints)
        In the order in which cases first appear; channels in that of the columns; time
        points of a case by their index.

    Raises
    ------
    ValueError
        If a time point of a case stands twice.

    Examples
    --------
    >>> import pandas as pd
    >>> from lightwaves_aeon.estimators.frames import cases_of_frame
    >>> index = pd.MultiIndex.from_tuples([("T9", 0), ("T9", 1), ("T10", 0)])
    >>> frame = pd.DataFrame({"y": [1, 2, 3], "x": [4, 5, 6]}, index)
    >>> [case.tolist() for case in cases_of_frame(frame)]
    [[[1, 2], [4, 5]], [[3], [6]]]
    """
    numbers, ids = pd.factorize(frame.index.get_level_values(0))
    times = frame.index.get_level_values(1)
    order = np.argsort(numbers, kind="stable")
    starts = np.searchsorted(numbers[order], np.arange(1, len(ids)))
    values = frame.to_numpy()
    cases = []
    for name, rows in zip(ids, np.split(order, starts), strict=True):
        of_case = times[rows]
        if not of_case.is_unique:
            raise ValueError(f"X has a time point of case {name} twice")
        if not of_case.is_monotonic_increasing:
            rows = rows[np.argsort(of_case, kind="stable")]
        cases.append(np.ascontiguousarray(values[rows].T))
    return cases


def aligned(
    shell: Any,
    is_fit: bool,
    cases: Sequence[Any],
    names: Sequence[list[str] | None],
    reorder: Callable[[Any, list[int]], Any],
) -> list[Any]:
    """Bring the channels of all cases into one order, by their names.

    Parameters
    ----------
    shell : estimator
        Of any framework. In a fit its `channel_names`, or else the names of the first
        case, if it has any, become its `feature_names_in_`; later they are those
        wanted.
    is_fit : bool
        Whether the cases are training cases.
    cases : sequence
        The cases, of any type.
    names : sequence of (list of str or None)
        Names of the channels of each case, where it has any.
    reorder : callable
        Gives a case with its channels in another order.

    Returns
    -------
    list
        The cases; one without names is taken as it is.

    Raises
    ------
    ValueError
        If the names of a case are not those wanted.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from lightwaves_aeon.estimators.frames import aligned
    >>> shell = SimpleNamespace(feature_names_in_=["x", "y"])
    >>> def reorder(case, order):
    ...     return [case[i] for i in order]
    >>> aligned(shell, False, [[1, 2], [4, 3]], [["x", "y"], ["y", "x"]], reorder)
    [[1, 2], [3, 4]]
    """
    if is_fit:
        wanted = checked_names(shell.channel_names) or names[0]
    else:
        wanted = getattr(shell, "feature_names_in_", names[0])
    if wanted is None:
        return list(cases)
    wanted = list(wanted)
    if is_fit:
        shell.feature_names_in_ = np.array(wanted, dtype=object)
    return [
        case if own in (None, wanted) else reorder(case, in_order_of(own, wanted))
        for case, own in zip(cases, names, strict=True)
    ]
