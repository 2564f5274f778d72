"""What a search learns to tell of a case: its class, or numbers."""

from __future__ import annotations

__all__ = [
    "Standard",
    "Targets",
    "labels_of_type",
    "one_vs_rest_targets",
    "quantile_classes",
    "standardised_numbers",
]

from collections.abc import Sequence
from math import fsum
from typing import Any, NamedTuple, Self

import numpy as np

from lightwaves_aeon.core.weights import weighted_sum

MOST_QUANTILES = 8
"""Classes that numbers are divided into, at most."""

CASES_A_QUANTILE = 5
"""Cases of such a class, at least, but for two classes."""


class Targets(NamedTuple):
    """Classes of cases, or numbers that are to be predicted.

    Attributes
    ----------
    classes : np.ndarray of int, shape (n_cases,)
        Class of each case, 0 to n_classes - 1; of numbers, see `quantile_classes`.
    numbers : np.ndarray of float64, shape (n_cases, n_outputs), or None
        Standardised numbers; None if the classes are what is to be told.
    weights : np.ndarray of float64, shape (n_cases,), or None
        How much each case counts, above 0; None if all count alike.
    """

    classes: np.ndarray
    numbers: np.ndarray | None = None
    weights: np.ndarray | None = None

    @property
    def quality_name(self) -> str:
        """What `quality` is called."""
        return "accuracy" if self.numbers is None else "r2"

    @property
    def values(self) -> np.ndarray:
        """What a regression is fitted to, of shape (n_cases, n_scores)."""
        if self.numbers is not None:  # of no case, perhaps
            return self.numbers
        return self.values_among(int(self.classes.max()) + 1)

    def values_among(self, n_classes: int) -> np.ndarray:
        """Give the same of cases that need not be of all classes."""
        if self.numbers is not None:
            return self.numbers
        return one_vs_rest_targets(self.classes, n_classes)

    def take(self, cases: np.ndarray | slice) -> Self:
        """Take some cases."""
        numbers = None if self.numbers is None else self.numbers[cases]
        weights = None if self.weights is None else self.weights[cases]
        return type(self)(self.classes[cases], numbers, weights)

    @classmethod
    def joined(cls, parts: Sequence[Targets]) -> Self:
        """Put those of several collections together; one at least."""

        def joined(field: Sequence) -> Any:
            given = [values for values in field if values is not None]
            return np.concatenate(given) if given else None

        return cls(*map(joined, zip(*parts, strict=True)))

    def quality(self, scores: np.ndarray) -> float:
        """Judge scores of all cases, which count by their weights.

        Parameters
        ----------
        scores : np.ndarray of float64, shape (n_cases, n_scores)
            What regressions give in place of `values`.

        Returns
        -------
        float
            Share of the cases that are classified right; of numbers R2, the share of
            their variance that is explained, averaged over the outputs.

        Examples
        --------
        >>> import numpy as np
        >>> from lightwaves_aeon.core.targets import Targets
        >>> scores = np.array([[-0.5], [0.5]])
        >>> Targets(np.array([0, 1])).quality(scores)
        1.0
        >>> Targets(np.array([0, 1]), 2 * scores).quality(scores)
        0.75
        """
        if self.numbers is None:
            found = scores[:, 0] > 0 if scores.shape[1] == 1 else scores.argmax(axis=1)
            return float(np.average(found == self.classes, weights=self.weights))
        means = np.average(self.numbers, axis=0, weights=self.weights)
        left = weighted_sum(np.square(scores - self.numbers), self.weights)
        spread = weighted_sum(np.square(self.numbers - means), self.weights)
        share = np.divide(left, spread, out=np.ones(len(left)), where=spread > 0)
        return float(1 - share.mean())


def one_vs_rest_targets(classes: np.ndarray, n_classes: int) -> np.ndarray:
    """Give 1 for the class of a case and -1 for the others.

    Parameters
    ----------
    classes : np.ndarray of int, shape (n_cases,)
        Class of each case, 0 to n_classes - 1.
    n_classes : int
        Number of classes.

    Returns
    -------
    np.ndarray of float64, shape (n_cases, n_scores)
        A column a class; that of the second one alone where there are two.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.targets import one_vs_rest_targets
    >>> one_vs_rest_targets(np.array([0, 1, 1]), 2).ravel().tolist()
    [-1.0, 1.0, 1.0]
    """
    targets = np.where(classes[:, None] == np.arange(n_classes), 1.0, -1.0)
    return targets[:, 1:] if n_classes == 2 else targets


def labels_of_type(y: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Bring labels to the type of others: 1 in a file and "1" in another are one class.

    Parameters
    ----------
    y : np.ndarray, shape (n_cases,)
        Labels.
    like : np.ndarray, shape (n_labels,)
        Labels of the type wanted: numbers, or text.

    Returns
    -------
    np.ndarray, shape (n_cases,)
        Those that have no counterpart stay as they are.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.targets import labels_of_type
    >>> labels_of_type(np.array(["1", "2"]), np.array([2, 1])).tolist()
    [1, 2]
    >>> labels_of_type(np.array([1.0, 3.0]), np.array(["1", "2"])).tolist()
    ['1', 3.0]
    """
    if (y.dtype.kind in "OSU") == (like.dtype.kind in "OSU"):
        return y
    names = {_name(label): label for label in like.tolist()}
    found = np.empty(len(y), object)
    found[:] = [names.get(_name(label), label) for label in y.tolist()]
    return found


def _name(label: object) -> str:
    is_whole = isinstance(label, float) and label.is_integer()
    return f"{label:.0f}" if is_whole else str(label)


class Standard(NamedTuple):
    """What numbers are standardised by.

    Attributes
    ----------
    means, scales : np.ndarray of float64, shape (n_outputs,)
        Their means, and their deviations, or 1 where numbers do not vary.
    """

    means: np.ndarray
    scales: np.ndarray


def standardised_numbers(
    y: np.ndarray, weights: np.ndarray | None = None
) -> tuple[np.ndarray, Standard]:
    """Centre numbers and divide by their deviation.

    Parameters
    ----------
    y : np.ndarray of float64, shape (n_cases, n_outputs)
        Numbers.
    weights : np.ndarray of float64, shape (n_cases,), optional
        How much each case counts for their mean; the deviation is a unit alone.

    Returns
    -------
    numbers : np.ndarray of float64, shape (n_cases, n_outputs)
    standard : Standard
        It does not depend on the order of the cases.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.targets import standardised_numbers
    >>> standardised_numbers(np.array([[1.0], [3.0]]))[0].ravel().tolist()
    [-1.0, 1.0]
    """
    ascending = np.sort(np.ascontiguousarray(y), axis=0)  # sums hang on the layout
    largest = np.abs(y).max(axis=0)
    # Squares, and sums, of what is near the largest float would overflow.
    units = np.where(largest > 0, largest, 1.0)
    constant = ascending[0] == ascending[-1]
    means = np.where(constant, ascending[0], (ascending / units).mean(axis=0) * units)
    scales = (ascending / units - means / units).std(axis=0) * units
    scales[constant] = 1.0
    if weights is not None:
        shares = weights / fsum(weights)
        moved = [fsum(shares * column) for column in (y / units - means / units).T]
        means = np.where(constant, means, means + np.array(moved) * units)
    return (y - means) / scales, Standard(means, scales)


def quantile_classes(numbers: np.ndarray) -> np.ndarray:
    """Divide cases into classes of about one size by their numbers.

    Samples and folds are stratified by them, and they show what a feature tells of
    numbers that it does not rise and fall with.

    Parameters
    ----------
    numbers : np.ndarray of float64, shape (n_cases, n_outputs)
        Numbers; of several outputs, standardised ones are added up.

    Returns
    -------
    np.ndarray of int, shape (n_cases,)
        Ascending with the numbers, equal ones together; 0 to n_classes - 1.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.core.targets import quantile_classes
    >>> quantile_classes(np.array([[5.0], [1.0], [1.0], [9.0]])).tolist()
    [1, 0, 0, 1]
    """
    total = numbers.sum(axis=1)
    n_classes = min(max(len(total) // CASES_A_QUANTILE, 2), MOST_QUANTILES)
    shares = np.arange(1, n_classes) / n_classes
    edges = np.quantile(total, shares, method="inverted_cdf")
    found = np.searchsorted(edges, total, side="left")
    if found.max() == found.min():  # more than half of the numbers are the largest
        found = total > total.min()
    return np.unique(found, return_inverse=True)[1]
