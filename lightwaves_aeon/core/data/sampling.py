"""Samples of the cases, stratified by class."""

from __future__ import annotations

__all__ = ["numbered_classes", "stratified_sample"]

import numpy as np

NUMBERED_AT_A_TIME = 1 << 16
"""Labels that are looked up together."""


def stratified_sample(
    classes: np.ndarray, n_wanted: int, rng: np.random.RandomState
) -> np.ndarray:
    """Draw cases without replacement, each class in proportion to its size.

    Parameters
    ----------
    classes : np.ndarray of int, shape (n_cases,)
        Class of each case, 0 to n_classes - 1; every class occurs.
    n_wanted : int
        Number of cases to draw; all are taken if there are no more than that.
    rng : np.random.RandomState
        Source of the draw; not touched when all cases are taken.

    Returns
    -------
    np.ndarray of int, shape (min(n_cases, n_wanted),)
        Indices of cases, ordered by class, then by index. Every class keeps at least
        one case.

    Raises
    ------
    ValueError
        If `n_wanted` is below the number of classes.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.sampling import stratified_sample
    >>> classes = np.repeat([0, 1], [90, 10])
    >>> sample = stratified_sample(classes, 20, np.random.RandomState(0))
    >>> np.bincount(classes[sample]).tolist()
    [18, 2]
    """
    sizes = np.bincount(classes)
    if len(classes) <= n_wanted:
        return np.argsort(classes, kind="stable")
    if n_wanted < len(sizes):
        raise ValueError(
            f"max_cases={n_wanted} is below the number of classes, {len(sizes)}"
        )
    share = sizes * (n_wanted / len(classes))
    quota = np.maximum(1, share.astype(int))
    while quota.sum() < n_wanted:
        quota[np.argmax(share - quota)] += 1
    while quota.sum() > n_wanted:  # classes smaller than their one sure case
        quota[np.argmax(np.where(quota > 1, quota - share, -np.inf))] -= 1
    drawn = [
        np.sort(rng.permutation(np.flatnonzero(classes == number))[:n])
        for number, n in enumerate(quota)
    ]
    return np.concatenate(drawn)


def numbered_classes(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give each class a number, in little memory where there are many cases.

    Parameters
    ----------
    y : np.ndarray, shape (n_cases,)
        Labels.

    Returns
    -------
    labels : np.ndarray, shape (n_classes,)
        Ascending.
    classes : np.ndarray of int, shape (n_cases,)
        Class of each case, 0 to n_classes - 1.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.data.sampling import numbered_classes
    >>> numbered_classes(np.array(["b", "a", "b"]))[1].tolist()
    [1, 0, 1]
    """
    if len(y) <= NUMBERED_AT_A_TIME:
        return np.unique(y, return_inverse=True)
    labels = np.unique(y)
    classes = np.empty(len(y), np.min_scalar_type(-len(labels)))
    for start in range(0, len(y), NUMBERED_AT_A_TIME):
        some = slice(start, start + NUMBERED_AT_A_TIME)
        classes[some] = np.searchsorted(labels, y[some])
    return labels, classes
