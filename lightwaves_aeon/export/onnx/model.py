"""A fitted classifier or regressor as an ONNX model of standard operators."""

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
from lightwaves_aeon.core.fitted import FittedLinear, as_fitted
from lightwaves_aeon.export.onnx.graph import FLOAT, TIME, Graph
from lightwaves_aeon.export.onnx.heads import HEADS, Table
from lightwaves_aeon.export.onnx.inputs import DERIVE, Series, input_series, take
from lightwaves_aeon.export.onnx.pooling import POOL, Features, PooledGraph
from lightwaves_aeon.export.onnx.responses import responses_by_level
from lightwaves_aeon.export.onnx.series_pooling import SERIES_POOL, series_features
from lightwaves_aeon.export.single_precision import refuse_coarse

PRODUCER = "lightwaves-aeon"

INSTALL = "python3 -m pip install 'lightwaves-aeon[onnx]'"

ONE, SINGLE = np.float32(1), np.array([1])


def export_onnx(
    estimator: Any,
    path: str | Path,
    *,
    missing_values: bool | None = None,
    force: bool = False,
) -> None:
    """Write a fitted classifier or regressor to an ONNX file.

    The model takes ``X``, float32 of shape (batch, n_channels, n_timepoints), with any
    number of cases and time points. That of a classifier gives ``label``;
    ``probabilities``, of shape (batch, n_classes); and ``scores``, shaped as those of
    ``decision_function``. That of a regressor gives ``variable``, float32 of shape
    (batch, n_outputs), where one output has a column, too. It has standard operators
    only, of opset 17.

    Parameters
    ----------
    estimator : LightWaveSClassifier, LightWaveSRegressor or FittedLinear
        Fitted, of aeon or sktime, with the default estimator; or its one value.
    path : str or Path
        Where to; a file of an earlier export is replaced.
    missing_values : bool, optional
        Whether the model takes NaN for what was not observed, as the estimator does:
        which costs time and memory. By default it does if values of the training cases
        were missing.
    force : bool, default=False
        Whether to replace any other file, too.

    Raises
    ------
    ValueError
        If its estimator is not the default one, or ONNX or single precision cannot hold
        what the model needs: a label, a channel of very large or small values, or
        numbers to predict that are such. If missing values are asked for, but are an
        error to the estimator.
    ImportError
        If onnx is not installed.
    FileExistsError
        If there is another file.

    Notes
    -----
    The labels are those that the classifier gives for the same float32 values, but for
    ties; it reads float64 as it is, and values rounded to float32 may lie on the other
    side of a threshold. A case with infinity in a channel in use, which Python would
    refuse, gets NaN for its scores and probabilities, and the first of the labels, or
    NaN for its numbers; and one with NaN, unless the model takes missing values. The
    model holds the responses of all cases of a batch in memory at once.

    Numbers are added up in double precision and rounded to single precision once, at
    the end: of those around 1,000,000 it tells apart what differs by 0.06.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import onnx
    >>> from aeon.datasets import load_basic_motions
    >>> from lightwaves_aeon import LightWaveSClassifier
    >>> from lightwaves_aeon import export_onnx
    >>> X, y = load_basic_motions(split="train")
    >>> clf = LightWaveSClassifier(n_features=50, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_onnx(clf, Path(folder) / "motions.onnx")
    ...     graph = onnx.load(Path(folder) / "motions.onnx").graph
    >>> [output.name for output in graph.output]
    ['label', 'probabilities', 'scores']
    """
    model = build_model(as_fitted(estimator, "an ONNX model"), missing_values)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    if not force:
        refuse_foreign(path, lambda start: PRODUCER.encode() in start)
    with open_atomic(path) as file:
        file.write(model.SerializeToString())


def build_model(fitted: FittedLinear, missing_values: bool | None = None) -> Any:
    """Build the ONNX model of a fitted classifier or regressor.

    Parameters
    ----------
    fitted : FittedLinear
        The table with its head; single precision goes farthest around the means of its
        features.
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
    refuse_missing(model.rows, "an ONNX model", {*POOL, *SERIES_POOL}, DERIVE)
    refuse_coarse(model.transform)
    takes_missing, graph = fitted.takes_missing(missing_values), Graph()
    series = input_series(graph, model.transform, takes_missing)
    head = HEADS[type(fitted)](_features(graph, model.transform.plan, series), fitted)
    made = graph.model(
        {"X": (FLOAT, ["batch", n_channels, "n_timepoints"])},
        head.outputs,
        producer_name=PRODUCER,
        producer_version=__version__,
        doc_string=(
            f"LightWaveS: {len(model.rows)} features of {len(model.channels)} "
            f"of {n_channels} channels, {head.words}"
            f"{', NaN for missing values' if takes_missing else ''}"
        ),
    )
    names = feature_names(model.rows, model.bank.names).tolist()
    about = {**head.about, "features": names}
    if fitted.channel_names is not None:
        about["channels"] = list(fitted.channel_names)
    if fitted.sampling_rate is not None:
        about["sampling_rate"] = fitted.sampling_rate
    helper.set_model_props(made, {key: json.dumps(about[key]) for key in about})
    return made


def _features(graph: Graph, plan: Plan, series: Series) -> Table:
    """Add the features of a table, those alike together."""
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
    flags = [part.unobserved for part in parts if part.unobserved is not None]
    missing = graph("Concat", *flags, axis=1) if flags else None
    return Table(graph, values, order, missing, series.usable)
