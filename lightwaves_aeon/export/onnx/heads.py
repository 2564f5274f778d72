"""What an ONNX graph makes of its features: classes, or numbers."""

from __future__ import annotations

__all__ = ["HEADS", "Head", "Table"]

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from lightwaves_aeon.core.fitted import FittedClassifier
from lightwaves_aeon.core.fitted_regressor import FittedRegressor
from lightwaves_aeon.core.linear.unobserved import Unobserved
from lightwaves_aeon.export.onnx.graph import DOUBLE, FLOAT, Ends, Graph
from lightwaves_aeon.export.single_precision import refuse_coarse_numbers

ZERO, FULL, UNKNOWN = np.float32(0), np.float32(1), np.float32(np.nan)
LAST = np.array([-1])


class Table(NamedTuple):
    """The features of a table, as tensors.

    Attributes
    ----------
    graph : Graph
        What they are in.
    values : str
        Of shape (batch, n_features).
    order : np.ndarray of int, shape (n_features,)
        The row of the table that each one is of.
    missing : str or None
        Flags of the same shape: of which nothing was observed, if any may be.
    usable : str
        Of shape (batch, 1, 1): which cases have features.
    """

    graph: Graph
    values: str
    order: np.ndarray
    missing: str | None
    usable: str

    def outputs(
        self,
        stand_ins: np.ndarray | None,
        means: np.ndarray,
        weights: np.ndarray,
        intercepts: np.ndarray,
    ) -> str:
        """Add the features up, of shape (batch, n_outputs).

        Parameters
        ----------
        stand_ins : np.ndarray, shape (n_features,), or None
            What stands in for features that are missing, if any may be.
        means : np.ndarray of float64, shape (n_features,)
            From which the features are measured.
        weights : np.ndarray of float64, shape (n_features, n_outputs)
            What a unit of each adds to the outputs; all in the order of the table.
        intercepts : np.ndarray of float64, shape (n_outputs,)
            Outputs where all features are at their means.

        Returns
        -------
        str
            In double precision: what is added up may cancel, or be small beside the
            rest.
        """
        graph, values = self.graph, self.values
        if self.missing is not None and stand_ins is not None:
            values = graph(
                "Where",
                self.missing,
                stand_ins[self.order].astype(np.float32),
                values,
            )
        centred = graph("Sub", graph("Cast", values, to=DOUBLE), means[self.order])
        product = graph("MatMul", centred, weights[self.order])
        return graph("Add", product, intercepts)


class Head(NamedTuple):
    """What a graph gives.

    Attributes
    ----------
    outputs : dict of str to (int, list)
        Type and shape of each output, by name.
    words : str
        What it tells of a case.
    about : dict
        What else there is to say of the outputs.
    """

    outputs: Ends
    words: str
    about: dict[str, Any]


def _classify(table: Table, fitted: FittedClassifier) -> Head:
    """Scores, probabilities and labels; the first of two classes has the score 0."""
    graph, head, classes = table.graph, fitted.head, _labels(fitted.classes)
    means = fitted.means.astype(np.float64)
    bias = head.bias + means @ head.weights
    n_zeros = len(classes) - len(bias)
    unobserved = head.unobserved
    added = table.outputs(
        None if unobserved is None else unobserved.means,
        means,
        np.pad(head.weights, ((0, 0), (n_zeros, 0))),
        np.pad(bias, (n_zeros, 0)),
    )
    columns = graph("Cast", added, to=FLOAT)
    known = graph("Squeeze", table.usable, LAST)
    if n_zeros:
        scores = graph("Gather", columns, np.array(1), axis=1)
        graph("Where", graph("Squeeze", known, LAST), scores, UNKNOWN, name="scores")
    else:
        graph("Where", known, columns, UNKNOWN, name="scores")
    logits = graph("Mul", columns, np.float32(head.inverse_temperature))
    if table.missing is not None and unobserved is not None:
        logits = _towards_priors(table, table.missing, unobserved, logits)
    chances = graph("Softmax", logits, axis=1)
    graph("Where", known, chances, UNKNOWN, name="probabilities")
    comparable = graph("Where", known, columns, ZERO)
    best = graph("ArgMax", comparable, axis=1, keepdims=0)
    graph("Gather", classes, best, axis=0, name="label")

    from onnx import helper

    wide = ["batch", len(classes)]
    outputs = {
        "label": (helper.np_dtype_to_tensor_dtype(classes.dtype), wide[:1]),
        "probabilities": (FLOAT, wide),
        "scores": (FLOAT, wide[: min(len(classes), 3) - 1]),
    }
    return Head(outputs, f"{len(classes)} classes", {"classes": classes.tolist()})


def _towards_priors(
    table: Table, missing: str, unobserved: Unobserved, logits: str
) -> str:
    """Move logits of shape (batch, n_classes) towards those of the priors."""
    graph, flags = table.graph, table.graph("Cast", missing, to=DOUBLE)
    importances = unobserved.importances[table.order].astype(np.float64)
    lost = graph("MatMul", flags, importances[:, None])
    left = graph("Max", graph("Sub", np.float64(1), lost), np.float64(0))
    left = graph("Pow", left, np.float64(unobserved.exponent))
    # Without any feature nothing is left, whatever their importances.
    all_lost = graph("ReduceMin", graph("Cast", missing, to=FLOAT), axes=[1])
    left = graph("Where", graph("Less", all_lost, FULL), left, np.float64(0))
    left = graph("Cast", left, to=FLOAT)
    log_priors = np.log(unobserved.priors).astype(np.float32)
    own = graph("Mul", left, logits)
    return graph("Add", own, graph("Mul", graph("Sub", FULL, left), log_priors))


def _labels(classes: np.ndarray) -> np.ndarray:
    """Give labels a type that ONNX has, if it can hold them."""
    labels = np.array(classes.tolist()) if classes.dtype.hasobject else classes
    kind = LABEL_TYPES.get(labels.dtype.kind)
    if kind is None:
        raise ValueError(f"ONNX has no type for labels of type {labels.dtype}")
    held = labels.astype(kind)
    if kind is str:
        try:
            [label.encode() for label in held.tolist()]
        except UnicodeEncodeError as error:
            raise ValueError(f"ONNX cannot hold the label {error.object!r}") from error
        return held.astype(object)
    same = [a == b for a, b in zip(held.tolist(), labels.tolist(), strict=True)]
    if not all(same):
        label = labels.tolist()[same.index(False)]
        raise ValueError(f"{np.dtype(kind)}, which ONNX has, cannot hold {label!r}")
    return held


LABEL_TYPES = {"b": bool, "i": np.int64, "u": np.int64, "f": np.float64, "U": str}
"""What labels become, by the kind of their type."""


def _regress(table: Table, fitted: FittedRegressor) -> Head:
    """Numbers, by the name that converters of scikit-learn give them."""
    refuse_coarse_numbers(fitted)
    graph, head, intercepts = table.graph, fitted.head, fitted.output_intercepts
    of_table = fitted.means.astype(np.float64), head.weights
    numbers = table.outputs(head.means, *of_table, intercepts.astype(np.float64))
    if head.limits is not None:
        least, largest = head.limits
        numbers = graph("Min", graph("Max", numbers, least), largest)
    known = graph("Squeeze", table.usable, LAST)
    graph("Where", known, graph("Cast", numbers, to=FLOAT), UNKNOWN, name="variable")
    n_outputs = len(intercepts)
    words = "1 output" if n_outputs == 1 else f"{n_outputs} outputs"
    return Head({"variable": (FLOAT, ["batch", n_outputs])}, words, {})


HEADS: dict[type, Callable[[Table, Any], Head]] = {
    FittedClassifier: _classify,
    FittedRegressor: _regress,
}
"""What adds the head of a fitted value to a graph."""
