"""The two tasks, and the estimator of each."""

from __future__ import annotations

__all__ = ["Estimator", "Task", "class_of"]

from typing import Literal

from lightwaves_aeon.aeon.classifier import LightWaveSClassifier
from lightwaves_aeon.aeon.regressor import LightWaveSRegressor
from lightwaves_aeon.core.checks import TASKS, check_one_of

Task = Literal["classification", "regression"]

Estimator = LightWaveSClassifier | LightWaveSRegressor


def class_of(task: str) -> type[Estimator]:
    """Give the class of the estimator for a task.

    Parameters
    ----------
    task : {"classification", "regression"}
        What is to be done.

    Returns
    -------
    type

    Raises
    ------
    ValueError
        If there is no such task.

    Examples
    --------
    >>> from lightwaves_aeon.aeon.tasks import class_of
    >>> class_of("regression").__name__
    'LightWaveSRegressor'
    """
    check_one_of("task", task, TASKS)
    return LightWaveSRegressor if task == "regression" else LightWaveSClassifier
