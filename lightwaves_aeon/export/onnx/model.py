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
from lightwaves_aeon.core.convolution.plan import Plan
from lightwaves_aeon.core.convolution.pooling import POOLING_OPERATORS, slots_of
from lightwaves_aeon.core.fitted import FittedClassifier, as_fitted
from lightwaves_aeon.core.linear.unobserved import Unobserved
from lightwaves_aeon.export.onnx.gaps import Missing
from lightwaves_aeon.export.onnx.graph import DOUBLE, FLOAT, TIME, Graph
from lightwaves_aeon.export.onnx.inputs import DERIVE, Series, input_series, take
from lightwaves_aeon.export.onnx.pooling import POOL, Features, PooledGraph
from lightwaves_aeon.export.onnx.responses import responses_by_level
from lightwaves_aeon.export.onnx.series_pooling import SERIES_POOL, series_features
from lightwaves_aeon.export.single_precision import refuse_coarse

PRODUCER = "lightwaves-aeon"

INSTALL = "python3 -m pip install 'lightwaves-aeon[onnx]'"

ZERO, ONE, UNKNOWN = np.float32(0), np.float32(1), np.float32(np.nan)
SINGLE, LAST = np.array([[1], [-1]])


def export_onnx(
    classifier: Any,
    path: str | Path,
    *,
    missing_values: bool | None = None,
    force: bool = False,
) -> None:
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
    missing_values : bool, optional
        Whether the model takes NaN for what was not observed, as the classifier does:
        which costs time and memory. By default it does if values of the training cases
        were missing.
    force : bool, default=False
        Whether to replace any other file, too.

    Raises
    ------
    ValueError
        If its estimator is not the default one, or ONNX or single precision cannot hold
        what the model needs: a label, or a channel of very large or small values. If
        missing values are asked for, but are an error to the classifier.
    ImportError
        If onnx is not installed.
    FileExistsError
        If there is another file.

    Notes
    -----
    The labels are those that the classifier gives for the same float32 values, but for
    ties; it reads float64 as it is, and values rounded to float32 may lie on the other
    side of a threshold. A case with infinity in a channel in use, which Python would
    refuse, gets NaN for its scores and probabilities, and the first of the labels; and
    one with NaN, unless the model takes missing values. The model holds the responses
    of all cases of a batch in memory at once.

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
    model = build_model(as_fitted(classifier, "an ONNX model"), missing_values)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    if not force:
        refuse_foreign(path, lambda start: PRODUCER.encode() in start)
    with open_atomic(path) as file:
        file.write(model.SerializeToString())


def build_model(fitted: FittedClassifier, missing_values: bool | None = None) -> Any:
    """Build the ONNX model of a fitted classifier.

    Parameters
    ----------
    fitted : FittedClassifier
        The classifier; single precision goes farthest around the means of its features.
    missing_values : bool, optional
        As for `export_onnx`.

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
    unobserved = _unobserved(fitted, missing_values)
    graph = Graph()
    series = input_series(graph, model.transform, unobserved is not None)
    features = _features(graph, model.transform.plan, series, unobserved)
    classes = _labels(fitted.classes)
    _classify(graph, *features, fitted, classes, series.usable)
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
            f"{'' if unobserved is None else ', NaN for missing values'}"
        ),
    )
    names = feature_names(model.rows, model.bank.names).tolist()
    about = {"classes": classes.tolist(), "features": names}
    if fitted.channel_names is not None:
        about["channels"] = list(fitted.channel_names)
    helper.set_model_props(made, {key: json.dumps(about[key]) for key in about})
    return made


def _unobserved(
    fitted: FittedClassifier, missing_values: bool | None
) -> Unobserved | None:
    """Give what stands in for features that are missing, if any may be."""
    return fitted.head.unobserved if fitted.takes_missing(missing_values) else None


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
    values: str,
    order: np.ndarray,
    missing: Missing | None,
    fitted: FittedClassifier,
    classes: np.ndarray,
    usable: str,
) -> None:
    """Scores, probabilities and labels; the first of two classes has the score 0."""
    head, means = fitted.head, fitted.means.astype(np.float64)
    bias = head.bias + means @ head.weights
    n_zeros = len(classes) - len(bias)
    weights = np.pad(head.weights[order], ((0, 0), (n_zeros, 0)))
    bias = np.pad(bias, (n_zeros, 0))
    if missing is not None:
        values = missing.completed(values)
    # In double precision: of two classes the score may be close to zero.
    centred = graph("Sub", graph("Cast", values, to=DOUBLE), means[order])
    product = graph("Add", graph("MatMul", centred, weights), bias)
    columns = graph("Cast", product, to=FLOAT)
    known = graph("Squeeze", usable, LAST)
    if n_zeros:
        scores = graph("Gather", columns, np.array(1), axis=1)
        graph("Where", graph("Squeeze", known, LAST), scores, UNKNOWN, name="scores")
    else:
        graph("Where", known, columns, UNKNOWN, name="scores")
    logits = graph("Mul", columns, np.float32(head.inverse_temperature))
    if missing is not None:
        logits = missing.moved(logits)
    chances = graph("Softmax", logits, axis=1)
    graph("Where", known, chances, UNKNOWN, name="probabilities")
    comparable = graph("Where", known, columns, ZERO)
    best = graph("ArgMax", comparable, axis=1, keepdims=0)
    graph("Gather", classes, best, axis=0, name="label")


def _features(
    graph: Graph, plan: Plan, series: Series, unobserved: Unobserved | None
) -> tuple[str, np.ndarray, Missing | None]:
    """Give the features, which column of the table each one is, and what is missing."""
    parts = series_features(graph, plan.plain, series)
    convolutions = plan.convolutions
    for level in responses_by_level(graph, plan, series):
        observed = level.observed
        scales = convolutions.scales ** np.float32(level.number + 1)
        length = graph("Shape", level.responses, start=TIME)
        for name in POOLING_OPERATORS:
            columns = convolutions.columns[:, level.number, slots_of(name)]
            some, number = np.nonzero(columns >= 0)
            if len(some) == 0:
                continue
            if observed is None:
                divisor, is_missing = graph("Max", length, SINGLE), None
            else:
                rows = level.row_of_input[some]
                divisor = graph("Max", take(graph, observed.number(), rows), ONE)
                is_missing = take(graph, observed.has_nothing(), rows)
            pooled = PooledGraph(
                graph,
                length,
                divisor,
                is_maybe_empty=level.number == 1,
                has_gaps=observed is not None,
                responses=take(graph, level.responses, level.row_of_convolution[some]),
                thresholds=convolutions.thresholds[some, level.number, number],
                scales=scales[some],
            )
            made = POOL[name](pooled)
            parts.append(Features(made, columns[some, number], is_missing))
    values = graph("Concat", *(part.values for part in parts), axis=1)
    order = np.concatenate([part.columns for part in parts])
    if unobserved is None:
        return values, order, None
    flags = [part.unobserved for part in parts if part.unobserved is not None]
    joined = graph("Concat", *flags, axis=1)
    return values, order, Missing.of(graph, joined, unobserved, order)
