"""The ONNX model gives what Python gives, feature by feature and label by label."""

import json
import sys

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from onnx.reference import ReferenceEvaluator
from onnxruntime import InferenceSession, SessionOptions
from sklearn.linear_model import LogisticRegression
from tables import fitted_from

from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.core.convolution.features import candidate_rows, series_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.pooling import (
    POOLING_NAMES,
    RESPONSE_POOLING,
    SERIES_POOLING,
)
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.linear.head import LinearHead
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.export.onnx.model import build_model, export_onnx

# The sums behind them may be taken in another order; all others are equal to the bit.
SUMMED = [POOLING_NAMES.index(name) for name in ("mpv", "mipv", *SERIES_POOLING[:3])]


def session(model):
    """Make a session in one thread, of a model or a file."""
    onnx.checker.check_model(model, full_check=True)
    options = SessionOptions()
    options.intra_op_num_threads = 1
    content = model.SerializeToString() if hasattr(model, "graph") else str(model)
    return InferenceSession(content, options, providers=["CPUExecutionProvider"])


def run(model, X):
    names = ["label", "probabilities", "scores"]
    return session(model).run(names, {"X": np.asarray(X, np.float32)})


def exported(clf, folder):
    path = folder / "some.onnx"
    export_onnx(clf, path)
    return path


def assert_same(clf, path, X):
    X = np.asarray(X, np.float32)
    labels, probabilities, scores = run(path, X)
    expected = clf.decision_function(X)
    assert_array_equal(labels, clf.predict(X))
    assert_allclose(scores, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())
    assert_allclose(probabilities, clf.predict_proba(X), atol=1e-4)


def flattened(X):
    """Round, and hold the value for a while: much of each series is flat."""
    return np.repeat(np.round(X[:, :, ::4] * 2) / 2, 4, axis=2)[:, :, : X.shape[2]]


@pytest.fixture(scope="module")
def fitted(make_problem, small):
    X, y = make_problem(n_classes=3)
    clf = LightWaveSClassifier(**small, random_state=0)
    return clf.fit(X, np.array(["a", "bb", "ccc"])[y]), X


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize(
    "parameters",
    [
        {"variant": "L1"},
        {"variant": "L2"},
        {"variant": "L1L2"},
        {"variant": "plus", "n_features": 100, "random_state": 0},
        {"kernels": ["mexh", "db4", "haar"]},
        {"kernels": ["minirocket", "morl"], "variant": "plus", "random_state": 0},
    ],
)
def test_predicts_what_python_predicts(
    parameters, n_classes, make_problem, small, tmp_path
):
    X, y = make_problem(n_cases=40, n_classes=n_classes)
    train, test = X[:24], X[24:]
    y = y if n_classes == 2 else np.array(["a", "bb", "ccc", "d"])[y]
    clf = LightWaveSClassifier(**{**small, **parameters}).fit(train, y[:24])
    path = exported(clf, tmp_path)
    assert_same(clf, path, test)
    assert_same(clf, path, flattened(test))
    assert_same(clf, path, test[:1])


def test_predicts_the_same_of_one_channel_and_its_changes(make_problem, tmp_path):
    X, y = make_problem(n_channels=1)
    parameters = {"n_features": 150, "pool_size": 400, "random_state": 0}
    clf = LightWaveSClassifier(variant="plus", **parameters).fit(X, y)
    assert REPRESENTATION_NAMES.index("change") in clf.pipeline_[0]._model.rows["input"]
    assert_same(clf, exported(clf, tmp_path), flattened(X))


def test_predicts_the_same_of_unequal_lengths(make_problem, small, tmp_path):
    X, y = make_problem()
    X = [x[:, : 10 + i] for i, x in enumerate(X.astype(np.float32))]
    clf = LightWaveSClassifier(**small).fit(X, y)
    path = exported(clf, tmp_path)
    for x, scores in zip(X, clf.decision_function(X), strict=True):
        assert_allclose(run(path, x[None])[2], [scores], rtol=1e-4, atol=1e-5)


def test_predicts_the_same_of_a_loaded_model(fitted, tmp_path):
    clf, X = fitted
    clf.save(tmp_path / "some.model")
    loaded = LightWaveSClassifier.load(tmp_path / "some.model")
    assert_same(clf, exported(loaded, tmp_path), X)


def test_does_not_read_channels_out_of_use(make_problem, tmp_path):
    X, y = make_problem()
    parameters = {"n_features": 5, "max_dilation": 2, "max_channels": 1}
    clf = LightWaveSClassifier(**parameters).fit(X, y)
    path = exported(clf, tmp_path)
    other = np.full_like(X, np.nan)
    used = clf.pipeline_[0].channels_
    other[:, used] = X[:, used]
    assert_array_equal(run(path, other)[2], run(path, X)[2])


def table(dilations, n_rows=400, seed=0):
    """Rows of every operator and representation, and a model of three channels."""
    rng = np.random.default_rng(seed)
    bank = kernel_bank(["minirocket", "mexh", "db4", "haar"])
    names = (*RESPONSE_POOLING, *("ppv",) * 4)
    of_series = series_rows(0, 1000)
    parts = [rng.permutation(of_series)[: n_rows // 2]]
    for dilation in dilations:
        rows = candidate_rows(0, dilation, len(bank.names), (1, 2), names)
        own = rows["kernel"] >= 84
        kept = rng.random(len(rows)) < np.where(own, 1, n_rows / len(rows))
        parts.append(rows[kept])
    rows = np.concatenate(parts)
    rows["channel"] = rng.integers(0, 2, len(rows))
    rows["input"] = rng.integers(0, len(REPRESENTATION_NAMES), len(rows))
    of_two = rows["input"] >= REPRESENTATION_NAMES.index("sum")
    rows["other"][of_two] = 2
    shares = np.flatnonzero(rows["statistic"] == POOLING_NAMES.index("ppv"))
    rows["threshold"][shares] = rng.normal(size=len(shares)).round(1)
    rows["f_score"] = rows["selection_score"] = 0  # NaN is never equal to NaN
    rows = rng.permutation(np.unique(rows))
    means, stds = np.array([0.5, -1.0, 0.1]), np.array([1.5, 0.7, 1.0])
    return rows, Model.from_rows(rows, bank, means, stds)


def features_model(rows, model):
    """Make a model whose scores are the features."""
    n = len(rows)
    head = LinearHead(np.eye(n), np.zeros(n), np.arange(n))
    return build_model(fitted_from(model, head))


@pytest.fixture(scope="module")
def everything():
    rows, model = table(dilations=(1, 2, 8, 2**30))
    return rows, model, session(features_model(rows, model))


@pytest.mark.parametrize("n_timepoints", [*range(1, 10), 40, 101])
@pytest.mark.parametrize("is_flat", [False, True])
def test_features_are_those_of_the_engine(everything, n_timepoints, is_flat):
    rows, model, of_onnx = everything
    X = np.random.default_rng(1).normal(size=(5, 3, n_timepoints)).astype(np.float32)
    X = flattened(X) if is_flat else X
    features, expected = of_onnx.run(["scores"], {"X": X})[0], model.transform(X)
    summed = np.isin(rows["statistic"], SUMMED)
    assert_array_equal(features[:, ~summed], expected[:, ~summed])
    assert_allclose(features[:, summed], expected[:, summed], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("n_timepoints", [1, 2, 3, 30])
def test_another_runtime_gives_the_same(n_timepoints):
    rows, model = table(dilations=(1, 8), n_rows=60)
    X = np.random.default_rng(1).normal(size=(2, 3, n_timepoints)).astype(np.float32)
    X = flattened(X)
    reference = ReferenceEvaluator(features_model(rows, model))
    features = reference.run(["scores"], {"X": X})[0]
    assert_allclose(features, model.transform(X), rtol=1e-5, atol=1e-6)


def test_table_in_the_test_has_every_kind_of_row(everything):
    rows, model, _ = everything
    for name, n_values in (("input", 4), ("level", 3), ("statistic", 11)):
        assert len(np.unique(rows[name])) == n_values
    assert len(np.unique(model.transform.plan.convolutions.kernels)) > 60


@pytest.mark.parametrize("n_timepoints", [1, 5, 40, 101])
def test_table_without_convolutions(n_timepoints):
    rows, _ = table(dilations=(1,), n_rows=1300)
    rows = rows[rows["level"] == 0]
    model = Model.from_rows(rows, kernel_bank("haar"), np.zeros(3), np.ones(3))
    exported = features_model(rows, model)
    X = np.random.default_rng(1).normal(size=(5, 3, n_timepoints)).astype(np.float32)
    for series in (X, flattened(X), X + 1000):
        scores = run(exported, series)[2]
        assert_allclose(scores, model.transform(series), rtol=1e-5, atol=1e-5)
    kept = np.isfinite(run(exported, np.where(X > 0.5, np.nan, X))[2])
    assert_array_equal(kept.all(axis=1), (X <= 0.5).all(axis=(1, 2)))


@settings(max_examples=40, deadline=None)
@given(
    ends=st.lists(st.floats(0, 1, width=32), min_size=2, max_size=2, unique=True),
    n_timepoints=st.integers(1, 200),
)
def test_any_interval_has_the_time_points_that_it_has_in_python(ends, n_timepoints):
    rows = series_rows(0, 1)[-3:]
    rows["start"], rows["stop"] = sorted(ends)
    model = Model.from_rows(rows, kernel_bank("haar"), np.zeros(3), np.ones(3))
    X = np.tile(np.arange(n_timepoints, dtype=np.float32), (1, 3, 1))
    session = InferenceSession(features_model(rows, model).SerializeToString())
    scores = session.run(["scores"], {"X": X})[0]
    assert_array_equal(scores[:, 1:], model.transform(X)[:, 1:])


@pytest.mark.parametrize(
    ("statistic", "level"),
    [
        *((name, level) for name in RESPONSE_POOLING for level in (1, 2)),
        *((name, 0) for name in SERIES_POOLING),
    ],
)
def test_one_feature_alone(level, statistic):
    bank = kernel_bank("minirocket")
    if level == 0:
        rows = series_rows(1, 100)[20 + SERIES_POOLING.index(statistic) :][:1]
    else:
        rows = candidate_rows(1, 2, 84, (level,), (statistic,))[40:41]
    assert [POOLING_NAMES[i] for i in rows["statistic"]] == [statistic]
    model = Model.from_rows(rows, bank, np.zeros(3), np.ones(3))
    head = LinearHead(np.ones((1, 1)), np.zeros(1), np.array(["no", "yes"]))
    X = np.random.default_rng(0).normal(size=(4, 3, 30)).astype(np.float32)
    scores = run(build_model(fitted_from(model, head)), X)[2]
    assert_allclose(scores, model.transform(X)[:, 0], rtol=1e-6)


def test_large_means_of_features_cost_no_precision():
    rows, model = table(dilations=(1,))
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 3, 50)).astype(np.float32)
    features = model.transform(X)
    means = features.mean(axis=0) + 1000 / 3
    weights = rng.normal(size=(len(rows), 3))
    head = LinearHead(weights, -means @ weights, np.arange(3))
    scores = run(build_model(fitted_from(model, head, means)), X)[2]
    expected = head.decision_function(features)
    assert_allclose(scores, expected, atol=1e-6 * np.abs(expected).max(), rtol=1e-6)


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (np.array([3, 7], np.int8), np.int64),
        (np.array([False, True]), np.bool_),
        (np.array([0.5, 2.0]), np.float64),
        (np.array(["no", "yes"]), np.object_),
        (np.array(["no", "yes"], object), np.object_),
        (np.array([0, 1], object), np.int64),
    ],
)
def test_labels_keep_their_kind(classes, expected):
    rows, model = table(dilations=(1,), n_rows=20)
    weights = np.random.default_rng(0).normal(size=(len(rows), 1))
    X = np.random.default_rng(0).normal(size=(9, 3, 20)).astype(np.float32)
    features = model.transform(X)
    bias = 0.01 - np.median(features @ weights, keepdims=True)[0]
    head = LinearHead(weights, bias, classes)
    labels, _, scores = run(build_model(fitted_from(model, head)), X)
    assert labels.dtype == expected
    assert set(labels) == set(classes)
    assert_array_equal(labels, head.predict(features))
    assert scores.shape == (9,)


def test_model_has_standard_operators_only(fitted, tmp_path):
    model = onnx.load(exported(fitted[0], tmp_path))
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 17)]
    assert {node.domain for node in model.graph.node} == {""}
    assert {"Loop", "Scan", "If"}.isdisjoint(node.op_type for node in model.graph.node)


def test_number_of_nodes_does_not_grow_with_the_table():
    sizes = [
        len(features_model(*table((1, 4), n_rows)).graph.node) for n_rows in (50, 800)
    ]
    assert sizes[1] < 1.2 * sizes[0] < 1000


def test_model_says_what_it_takes_and_gives(fitted, tmp_path):
    clf, _ = fitted
    model = onnx.load(exported(clf, tmp_path))
    tensors = (*model.graph.input, *model.graph.output)
    shapes = {
        tensor.name: [
            d.dim_value or d.dim_param for d in tensor.type.tensor_type.shape.dim
        ]
        for tensor in tensors
    }
    assert shapes == {
        "X": ["batch", 3, "n_timepoints"],
        "label": ["batch"],
        "probabilities": ["batch", 3],
        "scores": ["batch", 3],
    }
    assert (model.producer_name, model.ir_version) == ("lightwaves-aeon", 8)
    assert model.doc_string.startswith("LightWaveS: 20 features of ")
    about = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    assert about["classes"] == ["a", "bb", "ccc"]
    assert about["features"] == list(clf.pipeline_[0].get_feature_names_out())


def test_refuses_another_estimator(make_problem, small, tmp_path):
    clf = LightWaveSClassifier(**small, estimator=LogisticRegression())
    clf.fit(*make_problem())
    with pytest.raises(ValueError, match="default estimator only, not LogisticReg"):
        export_onnx(clf, tmp_path / "some.onnx")
    assert not (tmp_path / "some.onnx").exists()


def test_says_what_to_install_without_onnx(fitted, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match=r"pip install 'lightwaves-aeon\[onnx\]'"):
        export_onnx(fitted[0], tmp_path / "some.onnx")
