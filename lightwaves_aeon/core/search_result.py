"""What a search for the table finds."""

from __future__ import annotations

__all__ = ["SearchResult"]

from typing import NamedTuple

import numpy as np

from lightwaves_aeon.core.linear.temperature import HeldOut
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.selection.distillation import Lesson


class SearchResult(NamedTuple):
    """What a search finds.

    Attributes
    ----------
    model : Model
        The table, and what it takes to evaluate it.
    path : np.ndarray of dtype `PATH` or None
        The numbers of features that there were to choose from, with ``"auto"``.
    channel_path : np.ndarray of dtype `CHANNEL_PATH` or None
        The channels that there were to choose from, with `max_channels`.
    held_out : list of HeldOut
        To calibrate with; one for each time that the search was repeated.
    order : np.ndarray of int, shape (n_cases,)
        The training cases in an order that depends on what they hold alone.
    lesson : Lesson or None
        What the head is trained on, of a selector that distils.
    has_gaps : bool
        Whether any value of the cases is missing.
    """

    model: Model
    path: np.ndarray | None
    channel_path: np.ndarray | None
    held_out: list[HeldOut]
    order: np.ndarray
    lesson: Lesson | None
    has_gaps: bool
