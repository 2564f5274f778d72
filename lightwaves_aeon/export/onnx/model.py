"""A fitted classifier as an ONNX model of standard operators."""

from __future__ import annotations

__all__ = ["build_model", "export_onnx"]

import json
from pathlib import Path
from typing import Any

import numpy as np

from lightwaves_aeon import __version__
from lightwaves_aeon.atomic import open_atomic, refuse_foreign
from lightwaves_aeon.core.convolution.features import feature_names, refuse_missing
from lightwaves_aeon.core.convolution.pooling import POOLING_OPERATORS, slots_of
from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.fitted import FittedClassifier, as_fitted
from lightwaves_aeon.export.onnx.graph import DOUBLE, FLOAT, TIME, Graph
from lightwaves_aeon.export.onnx.pooling import POOL, PooledGraph
from lightwaves_aeon.export.onnx.responses import (
    DERIVE,
    responses_by_level,
    scaled_channels,
    take,
)
from lightwaves_aeon.export.onnx.series_pooling import SERIES_POOL, series_features
from lightwaves_aeon.export.single_precision import refuse_coarse

PRODUCER = "lightwaves-aeon"

INSTALL = "python3 -m pip install 'lightwaves-aeon[onnx]'"

ZERO, UNKNOWN = np.float32(0), np.float32(np.nan)
SINGLE, LAST = np.array([[1], [-1]])


def export_onnx(classifier: Any, path: str | Path, *, force: bool = False) -> None:
    """Write a fitted classifier to an ONNX file.

    The model takes ``X``, float32 of shape (batch, n_channels, n_timepoints), with any
    number of cases and time points. It gives ``label``; ``probabilities``, of shape
    (batch, n_classes); and ``scores``, shaped as those of ``decision_function``. It has
    standard operators only, of opset 17.

    Parameters
    ----------
    classifier : LightWaveSClassifier or FittedClassifier
        Fitted, of aeon or sktime, with the default estimator; or its one value.
    path : str or Path
        Where to; a file of an earlier export is replaced.
    force : bool, default=False
        Whether to replace any other file, too.

    Raises
    ------
    ValueError
        If its estimator is not the default one, or ONNX or single precision cannot hold
        what the model needs: a label, or a channel of very large or small values.
    ImportError
        If onnx is not installed.
    FileExistsError
        If there is another file.

    Notes
    -----
    The labels are those that the classifier gives for the same float32 values, but for
    ties; it reads float64 as it is, and values rounded to float32 may lie on the other
    side of a threshold. A case that Python would refuse, for NaN or infinity in a
    channel in use, gets NaN for its scores and probabilities, and the first of the
    labels. The model holds the responses of all cases of a batch in memory at once.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import onnx
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon.export.onnx.model import export_onnx
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_onnx(clf, Path(folder) / "motions.onnx")
    ...     graph = onnx.load(Path(folder) / "motions.onnx").graph
    >>> [output.name for output in graph.output]
    ['label', 'probabilities', 'scores']
    """
    model = build_model(as_fitted(classifier, "an ONNX model"))
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    if not force:
        refuse_foreign(path, lambda start: PRODUCER.encode() in start)
    with open_atomic(path) as file:
        file.write(model.SerializeToString())


def build_model(fitted: FittedClassifier) -> Any:
    """Build the ONNX model of a fitted classifier.

    Parameters
    ----------
    fitted : FittedClassifier
        The classifier; single precision goes farthest around the means of its features.

    Returns
    -------
    onnx.ModelProto

    Raises
    ------
    ValueError
        As for `export_onnx`, or if the table names what ONNX models do not know here.
    ImportError
        If onnx is not installed.
    """
    try:
        from onnx import helper
    except ImportError as error:
        raise ImportError(f"export to ONNX needs onnx: {INSTALL}") from error

    model, n_channels = fitted.model, fitted.n_channels
    is_plain = model.rows["level"] == 0
    refuse_missing(model.rows[is_plain], "an ONNX model", SERIES_POOL, DERIVE)
    refuse_missing(model.rows[~is_plain], "an ONNX model", POOL, DERIVE)
    refuse_coarse(model.transform)
    graph = Graph()
    features, order = _features(graph, model.transform)
    classes = _labels(fitted.classes)
    _, usable = scaled_channels(graph, model.transform)
    _classify(graph, features, fitted, order, classes, usable)
    n_classes = len(classes)
    label = helper.np_dtype_to_tensor_dtype(classes.dtype)
    wide = ["batch", n_classes]
    outputs = {
        "label": (label, wide[:1]),
        "probabilities": (FLOAT, wide),
        "scores": (FLOAT, wide[: min(n_classes, 3) - 1]),
    }
    made = graph.model(
        {"X": (FLOAT, ["batch", n_channels, "n_timepoints"])},
        outputs,
        producer_name=PRODUCER,
        producer_version=__version__,
        doc_string=(
            f"LightWaveS: {len(model.rows)} features of {len(model.channels)} "
            f"of {n_channels} channels, {n_classes} classes"
        ),
    )
    names = feature_names(model.rows, model.bank.names).tolist()
    about = {"classes": classes.tolist(), "features": names}
    if fitted.channel_names is not None:
        about["channels"] = list(fitted.channel_names)
    helper.set_model_props(made, {key: json.dumps(about[key]) for key in about})
    return made


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


def _classify(
    graph: Graph,
    features: str,
    fitted: FittedClassifier,
    order: np.ndarray,
    classes: np.ndarray,
    usable: str,
) -> None:
    """Scores, probabilities and labels; the first of two classes has the score 0."""
    head, means = fitted.head, fitted.means.astype(np.float64)
    bias = head.bias + means @ head.weights
    missing = len(classes) - len(bias)
    weights = np.pad(head.weights[order], ((0, 0), (missing, 0)))
    bias = np.pad(bias, (missing, 0))
    # In double precision: of two classes the score may be close to zero.
    centred = graph("Sub", graph("Cast", features, to=DOUBLE), means[order])
    product = graph("Add", graph("MatMul", centred, weights), bias)
    columns = graph("Cast", product, to=FLOAT)
    known = graph("Squeeze", usable, LAST)
    if missing:
        scores = graph("Gather", columns, np.array(1), axis=1)
        graph("Where", graph("Squeeze", known, LAST), scores, UNKNOWN, name="scores")
    else:
        graph("Where", known, columns, UNKNOWN, name="scores")
    sharp = graph("Mul", columns, np.float32(head.inverse_temperature))
    chances = graph("Softmax", sharp, axis=1)
    graph("Where", known, chances, UNKNOWN, name="probabilities")
    comparable = graph("Where", known, columns, ZERO)
    best = graph("ArgMax", comparable, axis=1, keepdims=0)
    graph("Gather", classes, best, axis=0, name="label")


def _features(graph: Graph, transform: FeatureTransform) -> tuple[str, np.ndarray]:
    """Give the features, and which column of the table each one is."""
    of_series = series_features(graph, transform)
    parts = [part for part, _ in of_series]
    order = [columns for _, columns in of_series]
    convolutions = transform.plan.convolutions
    for level, responses, row_of in responses_by_level(graph, transform):
        scales = convolutions.scales ** np.float32(level + 1)
        length = graph("Shape", responses, start=TIME)
        divisor = graph("Max", length, SINGLE)
        for name in POOLING_OPERATORS:
            columns = convolutions.columns[:, level, slots_of(name)]
            some, number = np.nonzero(columns >= 0)
            if len(some) > 0:
                pooled = PooledGraph(
                    graph,
                    length,
                    divisor,
                    is_maybe_empty=level == 1,
                    responses=take(graph, responses, row_of[some]),
                    thresholds=convolutions.thresholds[some, level, number],
                    scales=scales[some],
                )
                parts.append(POOL[name](pooled))
                order.append(columns[some, number])
    return graph("Concat", *parts, axis=1), np.concatenate(order)
