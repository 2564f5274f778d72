"""Labels of cases by those of their rows."""

from __future__ import annotations

__all__ = ["MIXED", "MIXED_NUMBERS", "labels_of"]

import numpy as np

from lightwaves_aeon.tables.columns import Categories
from lightwaves_aeon.tables.timeline import Timeline
from lightwaves_aeon.tables.windows import Windows

MIXED = ("majority", "last", "drop", "refuse")
"""What the label of a case with rows of several classes may be."""

MIXED_NUMBERS = ("last", "mean", "refuse")
"""The same of numbers."""


def labels_of(
    label: Categories | np.ndarray, windows: Windows, timeline: Timeline, mixed: str
) -> tuple[np.ndarray, np.ndarray]:
    """Give the label of each case.

    Parameters
    ----------
    label : Categories or np.ndarray, shape (n_rows,)
        Classes, or numbers, of the rows of the table.
    windows : Windows
        The cases.
    timeline : Timeline
        What they are cut from.
    mixed : str
        One of `MIXED`, or of `MIXED_NUMBERS`: what the label of a case is whose rows
        have several. Rows without a label do not count.

    Returns
    -------
    labels : np.ndarray, shape (n_kept,)
    kept : np.ndarray of int, shape (n_kept,)
        The cases that have a label.

    Raises
    ------
    ValueError
        If the rows of a case have several labels, and that is to be refused.
    """
    numbers = label.codes if isinstance(label, Categories) else label
    if timeline.order is not None:
        numbers = numbers[timeline.order]
    known = numbers >= 0 if isinstance(label, Categories) else np.isfinite(numbers)
    rows = windows.rows
    if not known.all():  # among those that have one, rows of a case stand together
        rows = np.concatenate([[0], np.cumsum(known)])[rows]
        numbers = numbers[known]
    kept = np.flatnonzero(rows[:, 1] > rows[:, 0])
    rows = rows[kept]
    found = numbers[rows[:, 1] - 1]
    changes = np.flatnonzero(numbers[1:] != numbers[:-1]) + 1
    first, last = np.searchsorted(changes, (rows[:, 0], rows[:, 1] - 1), side="right")
    several = np.flatnonzero(first != last)
    if mixed == "refuse" and len(several):
        of_case = np.unique(numbers[slice(*rows[several[0]])])[:3]
        if isinstance(label, Categories):
            of_case = label.values[of_case]
        number = windows.recordings()[kept[several[0]]]
        raise ValueError(
            f"the recording {timeline.recordings[number]!s} has rows of the labels "
            f"{', '.join(map(str, of_case))} in one case: cut it into windows, or say "
            "by mixed= which label such a case has"
        )
    if mixed in ("majority", "mean"):
        for case in several:
            own = numbers[slice(*rows[case])]
            found[case] = own.mean() if mixed == "mean" else np.bincount(own).argmax()
    elif mixed == "drop":
        kept, found = np.delete(kept, several), np.delete(found, several)
    return label.values[found] if isinstance(label, Categories) else found, kept
