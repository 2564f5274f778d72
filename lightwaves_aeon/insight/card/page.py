"""The page itself: what was found of a model, put into the template."""

from __future__ import annotations

__all__ = ["MARK", "page_of", "write_report"]

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from lightwaves_aeon.atomic import open_atomic
from lightwaves_aeon.core.data.collection import Collection
from lightwaves_aeon.core.fitted import FittedClassifier
from lightwaves_aeon.core.targets import labels_of_type
from lightwaves_aeon.insight.card.cases import MOST_CLASSES
from lightwaves_aeon.insight.card.classes import measure_classes
from lightwaves_aeon.insight.card.figures import (
    draw_calibration,
    draw_predictions,
    draw_residuals,
)
from lightwaves_aeon.insight.card.model import facts_of, origin_of
from lightwaves_aeon.insight.card.outputs import measure_output
from lightwaves_aeon.insight.card.pictures import of_classes, of_numbers
from lightwaves_aeon.insight.card.text import FILTERS

MARK = b"<!-- written by lightwaves-aeon -->"
"""What a page says of who has written it, in its second line."""

COVERAGES = (0.5, 0.8, 0.9, 0.95)
DRAWN_COVERAGE = 0.9

MOST_OUTPUTS = 4
"""Outputs of a regressor that have pictures."""


def write_report(
    estimator: Any,
    X: Any,
    y: Sequence | np.ndarray,
    path: str | Path,
    groups: Sequence | np.ndarray | None = None,
    model_file: str | Path | None = None,
    date: str | None = None,
) -> None:
    """Write a model card: one page for people who do not program.

    Parameters
    ----------
    estimator : LightWaveSClassifier or LightWaveSRegressor
        Fitted, of aeon or sktime, and linear, as the default one is.
    X : np.ndarray, shape (n_cases, n_channels, n_timepoints)
        Cases that it was not fitted to, or any other type that ``predict`` takes.
    y : array-like, shape (n_cases,) or (n_cases, n_outputs)
        Their labels, or numbers.
    path : str or Path
        The HTML file to write; one that is there already is replaced. It needs no other
        file and no network.
    groups : array-like, shape (n_cases,), optional
        The recording, person or machine that each case comes from. The page then has
        the results of each, and its confidence intervals are for new groups.
    model_file : str or Path, optional
        The file that the estimator stands in: the page gives its checksum.
    date : str, optional
        As it is to be shown; by default the day on which `model_file` was written.

    Raises
    ------
    ValueError
        If `y` or `groups` do not fit `X`, none of the labels is a class of the model,
        the estimator is not linear, or as ``predict`` does.
    OSError
        If a file cannot be read or written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.insight.card import write_report
    >>> clf = LightWaveSClassifier(n_features=50, random_state=0)
    >>> clf = clf.fit(*load_basic_motions(split="train"))
    >>> X, y = load_basic_motions(split="test")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_report(clf, X, y, Path(folder) / "motions.html")
    ...     page = (Path(folder) / "motions.html").read_text(encoding="utf-8")
    >>> "tells 4 classes apart" in page
    True
    """
    page = page_of(estimator, X, y, groups, model_file, date)
    with open_atomic(path) as file:
        file.write(page.encode("utf-8", "backslashreplace"))


def page_of(
    estimator: Any,
    X: Any,
    y: Sequence | np.ndarray,
    groups: Sequence | np.ndarray | None = None,
    model_file: str | Path | None = None,
    date: str | None = None,
) -> str:
    """Give the page that ``write_report`` writes.

    Parameters
    ----------
    estimator, X, y, groups, model_file, date
        As of ``write_report``.

    Returns
    -------
    str
        HTML.
    """
    fitted = estimator._linear()
    cases = estimator._collection_of(X)
    n_cases = cases.shape[0]
    y = _checked(y, n_cases, "y")
    groups = None if groups is None else _checked(groups, n_cases, "groups")
    if groups is not None and groups.ndim != 1:
        raise ValueError("groups must be one name a case")
    of_task = _of_classes if isinstance(fitted, FittedClassifier) else _of_numbers
    content = {
        "facts": facts_of(estimator),
        "origin": origin_of(estimator, model_file, date),
        "n_cases": n_cases,
        "n_groups": 0 if groups is None else len(np.unique(groups)),
        "mark": MARK.decode(),
        **of_task(estimator, fitted, X, cases, y, groups),
    }
    loader = PackageLoader("lightwaves_aeon.insight.card")
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return environment.get_template("page.html").render(content)


def _checked(values: Sequence | np.ndarray, n_cases: int, name: str) -> np.ndarray:
    array = np.asarray(values)
    if array.ndim == 0 or len(array) != n_cases:
        n_values = 1 if array.ndim == 0 else len(array)
        raise ValueError(f"X has {n_cases} cases, but {name} has {n_values} values")
    return array


def _of_classes(
    estimator: Any,
    fitted: FittedClassifier,
    X: Any,
    cases: Collection,
    y: np.ndarray,
    groups: np.ndarray | None,
) -> dict[str, Any]:
    """Give what the page says of a classifier."""
    classes = fitted.classes
    if y.ndim != 1:
        raise ValueError(f"y must have one label a case, got the shape {y.shape}")
    y = labels_of_type(y, classes)
    if not set(y.tolist()) & set(classes.tolist()):
        raise ValueError(
            f"none of the labels, such as {y.tolist()[0]!r}, is a class of the model, "
            f"such as {classes.tolist()[0]!r}"
        )
    predicted, probabilities = np.asarray(estimator.predict(X)), None
    if hasattr(estimator._state.head, "predict_proba"):
        probabilities = np.asarray(estimator.predict_proba(X))
    measures = measure_classes(y, predicted, classes, probabilities, groups)
    calibration = ""
    if measures.probabilities is not None:
        calibration = draw_calibration(measures.probabilities.bins)
    examples, mistakes = of_classes(
        estimator, fitted, cases, y, predicted, probabilities, groups
    )
    return {
        "task": "classes",
        "measures": measures,
        "confusions": measures.confusions(),
        "most_classes": MOST_CLASSES,
        "calibration": calibration,
        "examples": examples,
        "mistakes": mistakes,
    }


def _of_numbers(
    estimator: Any,
    fitted: Any,
    X: Any,
    cases: Collection,
    y: np.ndarray,
    groups: np.ndarray | None,
) -> dict[str, Any]:
    """Give what the page says of a regressor."""
    if y.dtype.kind not in "fiub" or not np.isfinite(y).all():
        raise ValueError("y must be finite numbers, as the model predicts numbers")
    predicted = np.asarray(estimator.predict(X), np.float64).reshape(len(y), -1)
    numbers = y.astype(np.float64).reshape(len(y), -1)
    if numbers.shape != predicted.shape:
        raise ValueError(
            f"y has {numbers.shape[1]} numbers a case, but the model predicts "
            f"{predicted.shape[1]}"
        )
    intervals = _intervals(fitted, predicted)
    outputs = []
    for output in range(predicted.shape[1]):
        ends = {stated: of[:, output] for stated, of in intervals.items()}
        of_output = numbers[:, output], predicted[:, output]
        measures, pictures = measure_output(*of_output, ends, groups), []
        if output < MOST_OUTPUTS:
            pictures = [
                draw_predictions(*of_output, ends.get(DRAWN_COVERAGE), str(output)),
                draw_residuals(*of_output, str(output)),
            ]
        outputs.append({"number": output, "measures": measures, "pictures": pictures})
    examples, mistakes = of_numbers(
        estimator, fitted, cases, numbers, predicted, groups
    )
    return {
        "task": "numbers",
        "outputs": outputs,
        "examples": examples,
        "mistakes": mistakes,
    }


def _intervals(fitted: Any, predicted: np.ndarray) -> dict[float, np.ndarray]:
    """Give the intervals of the coverages for which enough cases were held out."""
    shape = (len(predicted), -1) if len(fitted.outputs) > 1 else (len(predicted),)
    found = {}
    for coverage in COVERAGES:
        with suppress(ValueError):  # too few
            ends = fitted.interval_around(predicted.reshape(shape), coverage)
            found[coverage] = ends.reshape(*predicted.shape, 2)
    return found
