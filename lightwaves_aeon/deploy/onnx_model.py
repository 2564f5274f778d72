"""A fitted classifier as an ONNX model of standard operators."""

from __future__ import annotations

__all__ = ["build_model", "export_onnx"]

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lightwaves_aeon import __version__
from lightwaves_aeon.atomic import open_atomic, refuse_foreign
from lightwaves_aeon.core.engine import Evaluator
from lightwaves_aeon.core.features import STATISTICS as NAMES
from lightwaves_aeon.core.features import feature_names, refuse_unknown
from lightwaves_aeon.core.head import LinearHead
from lightwaves_aeon.core.kinds import N_SHARES, NEUTRAL, SLOTS
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.deploy.linear_head import linear_head
from lightwaves_aeon.deploy.onnx_graph import DOUBLE, FLOAT, TIME, Graph
from lightwaves_aeon.deploy.onnx_responses import (
    INPUTS,
    responses_by_level,
    scaled_channels,
    take,
)
from lightwaves_aeon.deploy.single_precision import refuse_coarse

if TYPE_CHECKING:
    from lightwaves_aeon.classifier import LightWaveSClassifier

PRODUCER = "lightwaves-aeon"

INSTALL = "python3 -m pip install 'lightwaves-aeon[onnx]'"

ZERO, ONE, UNKNOWN = np.float32(0), np.float32(1), np.float32(np.nan)
NONE, SINGLE, LAST = np.array([[0], [1], [-1]])


def export_onnx(
    classifier: LightWaveSClassifier, path: str | Path, *, force: bool = False
) -> None:
    """Write a fitted classifier to an ONNX file.

    The model takes ``X``, float32 of shape (batch, n_channels, n_timepoints), with any
    number of cases and time points. It gives ``label``; ``probabilities``, of shape
    (batch, n_classes); and ``scores``, shaped as those of ``decision_function``. It has
    standard operators only, of opset 17.

    Parameters
    ----------
    classifier : LightWaveSClassifier
        Fitted, with the default estimator.
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
    >>> from lightwaves_aeon.deploy.onnx_model import export_onnx
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(n_features=50).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_onnx(clf, Path(folder) / "motions.onnx")
    ...     graph = onnx.load(Path(folder) / "motions.onnx").graph
    >>> [output.name for output in graph.output]
    ['label', 'probabilities', 'scores']
    """
    head = linear_head(classifier, "an ONNX model")
    transformer, scaler = classifier.pipeline_[0], classifier.pipeline_[1]
    n_channels = classifier.metadata_["n_channels"]
    channels = getattr(classifier, "feature_names_in_", None)
    model = build_model(transformer._model, head, scaler.mean_, n_channels, channels)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    if not force:
        refuse_foreign(path, lambda start: PRODUCER.encode() in start)
    with open_atomic(path) as file:
        file.write(model.SerializeToString())


def build_model(
    model: Model,
    head: LinearHead,
    means: np.ndarray,
    n_channels: int,
    channel_names: Sequence[str] | None = None,
) -> Any:
    """Build the ONNX model of a table and a linear head.

    Parameters
    ----------
    model : Model
        The table, and what it takes to evaluate it.
    head : LinearHead
        The linear classifier of its features.
    means : np.ndarray, shape (n_features,)
        Typical values of the features: single precision goes farthest around them.
    n_channels : int
        Number of channels of a case, in use or not.
    channel_names : sequence of str, optional
        Their names.

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

    refuse_unknown(model.rows, "an ONNX model", ("ppv", *STATISTICS), INPUTS)
    refuse_coarse(model.evaluate)
    graph = Graph()
    features, order = _features(graph, model.evaluate)
    classes = _labels(head.classes)
    _, usable = scaled_channels(graph, model.evaluate)
    _classify(graph, features, head, means, order, classes, usable)
    n_classes = len(classes)
    label = helper.np_dtype_to_tensor_dtype(classes.dtype)
    wide: list[str | int | None] = ["batch", n_classes]
    made = graph.model(
        [
            helper.make_tensor_value_info(
                "X", FLOAT, ["batch", n_channels, "n_timepoints"]
            )
        ],
        [
            helper.make_tensor_value_info("label", label, ["batch"]),
            helper.make_tensor_value_info("probabilities", FLOAT, wide),
            helper.make_tensor_value_info(
                "scores", FLOAT, wide[: min(n_classes, 3) - 1]
            ),
        ],
        producer_name=PRODUCER,
        producer_version=__version__,
        doc_string=(
            f"LightWaveS: {len(model.rows)} features of {len(model.evaluate.channels)} "
            f"of {n_channels} channels, {n_classes} classes"
        ),
    )
    names = feature_names(model.rows, model.bank.names).tolist()
    about = {"classes": classes.tolist(), "features": names}
    if channel_names is not None:
        about["channels"] = list(channel_names)
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
    head: LinearHead,
    means: np.ndarray,
    order: np.ndarray,
    classes: np.ndarray,
    usable: str,
) -> None:
    """Scores, probabilities and labels; the first of two classes has the score 0."""
    means = means.astype(np.float64)
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
    sharp = graph("Mul", columns, np.float32(head.sharpness))
    chances = graph("Softmax", sharp, axis=1)
    graph("Where", known, chances, UNKNOWN, name="probabilities")
    comparable = graph("Where", known, columns, ZERO)
    best = graph("ArgMax", comparable, axis=1, keepdims=0)
    graph("Gather", classes, best, axis=0, name="label")


def _features(graph: Graph, evaluate: Evaluator) -> tuple[str, np.ndarray]:
    """Give the features, and which column of the table each one is."""
    parts: list[str] = []
    order: list[np.ndarray] = []
    for level, responses, row_of_job in responses_by_level(graph, evaluate):
        columns = evaluate.columns[:, level]
        scales = evaluate.scales ** np.float32(level + 1)
        length = graph("Shape", responses, start=TIME)
        whole = _Whole(
            graph, length, graph("Max", length, SINGLE), is_maybe_empty=level == 1
        )
        jobs, number = np.nonzero(columns[:, :N_SHARES] >= 0)
        if len(jobs) > 0:
            chosen = take(graph, responses, row_of_job[jobs])
            thresholds = evaluate.thresholds[jobs, level, number]
            parts.append(whole.share(chosen, thresholds))
            order.append(columns[jobs, number])
        for name, statistic in STATISTICS.items():
            slot = SLOTS[NAMES.index(name)]
            jobs = np.flatnonzero(columns[:, slot] >= 0)
            if len(jobs) > 0:
                chosen = take(graph, responses, row_of_job[jobs])
                parts.append(statistic(whole, chosen, scales[jobs]))
                order.append(columns[jobs, slot])
    return graph("Concat", *parts, axis=1), np.concatenate(order)


class _Whole(NamedTuple):
    """Statistics of whole responses, of shape (batch, n_rows, length)."""

    graph: Graph
    length: str
    divisor: str
    is_maybe_empty: bool

    def share(self, responses: str, thresholds: np.ndarray) -> str:
        """PPV."""
        above = self.graph("Greater", responses, thresholds[:, None])
        return self.graph("Div", self._count(above), self._float(self.divisor))

    def largest(self, responses: str, scales: np.ndarray) -> str:
        """Largest absolute value."""
        return self._extreme("ReduceMax", responses, scales)

    def smallest(self, responses: str, scales: np.ndarray) -> str:
        """Smallest absolute value."""
        return self._extreme("ReduceMin", responses, scales)

    def longest_run(self, responses: str, scales: np.ndarray) -> str:
        """LSPV: where a run ends, write down how far the end before is away."""
        graph = self.graph
        # One more time point, at which all runs end.
        longer = graph("Pad", responses, np.array([0, 0, 0, 0, 0, 1]))
        flat = graph("Reshape", graph("LessOrEqual", longer, ZERO), np.array([-1]))
        ends = graph("Squeeze", graph("NonZero", flat), NONE)
        but_last = graph("Slice", ends, NONE, np.array([-1]), NONE)
        before = graph("Concat", np.array([-1]), but_last, axis=0)
        runs = graph("Sub", graph("Sub", ends, before), SINGLE)
        nowhere = graph("Expand", ZERO, graph("Shape", flat))
        at_ends = graph("ScatterElements", nowhere, ends, self._float(runs), axis=0)
        laid_out = graph("Reshape", at_ends, graph("Shape", longer))
        longest = graph("ReduceMax", laid_out, axes=[TIME], keepdims=0)
        return graph("Div", longest, self._float(self.divisor))

    def mean(self, responses: str, scales: np.ndarray) -> str:
        """MPV, the mean of the positive values."""
        total = self._sum(self.graph("Relu", responses))
        count = self.graph("Max", self._count(self._positive(responses)), ONE)
        return self.graph("Mul", self.graph("Div", total, count), scales)

    def mean_time(self, responses: str, scales: np.ndarray) -> str:
        """MIPV, the mean time of the positive values."""
        graph, positive = self.graph, self._positive(responses)
        length = graph("Squeeze", self.length)
        times = self._float(graph("Range", np.array(0), length, np.array(1)))
        late = self._sum(graph("Where", positive, times, ZERO))
        count = self._count(positive)
        some = graph("Max", count, ONE)
        share = graph("Div", late, graph("Mul", some, self._float(self.divisor)))
        return graph("Where", graph("Greater", count, ZERO), share, NEUTRAL)

    def _extreme(self, operator: str, responses: str, scales: np.ndarray) -> str:
        magnitude = self.graph("Abs", responses)
        if self.is_maybe_empty:
            missing = self.graph("Sub", self.divisor, self.length)
            pads = self.graph("Concat", np.zeros(5, np.int64), missing, axis=0)
            magnitude = self.graph("Pad", magnitude, pads)
        extreme = self.graph(operator, magnitude, axes=[TIME], keepdims=0)
        return self.graph("Mul", extreme, scales)

    def _positive(self, responses: str) -> str:
        return self.graph("Greater", responses, ZERO)

    def _count(self, flags: str) -> str:
        return self._sum(self._float(flags))

    def _sum(self, values: str) -> str:
        return self.graph("ReduceSum", values, np.array([TIME]), keepdims=0)

    def _float(self, tensor: str) -> str:
        return self.graph("Cast", tensor, to=FLOAT)


STATISTICS = {
    "max": _Whole.largest,
    "lspv": _Whole.longest_run,
    "min": _Whole.smallest,
    "mpv": _Whole.mean,
    "mipv": _Whole.mean_time,
}
"""By name; PPV has thresholds, and stands apart."""
