"""ONNX models and what is no number, does not fit, or is not known."""

import json
from dataclasses import replace

import numpy as np
import onnx
import pytest
from numpy.testing import assert_array_equal
from onnx.reference import ReferenceEvaluator
from tables import fitted_from
from test_onnx import exported, run

from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.core.convolution.features import candidate_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.linear.head import LinearHead
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.export.c.source import export_c
from lightwaves_aeon.export.onnx.model import build_model, export_onnx

BANK = kernel_bank("minirocket")

VARIANTS_AND_KERNELS = [
    {"variant": "L1"},
    {"variant": "L2"},
    {"variant": "L1L2"},
    {"variant": "plus", "n_features": 60},
    {"kernels": ["mexh", "haar"]},
]


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("parameters", VARIANTS_AND_KERNELS)
def test_what_is_no_number(make_problem, small, tmp_path, n_classes, parameters):
    X, y = make_problem(n_classes=n_classes)
    parameters = {**small, **parameters, "random_state": 0, "missing_values": "error"}
    clf = LightWaveSClassifier(**parameters).fit(X, y)
    path, X = exported(clf, tmp_path), np.float32(X[:8])
    expected, hurt = run(path, X), X.copy()
    channel = clf.pipeline_[0].channels_[-1]
    for case, value in ((1, np.nan), (3, np.inf), (6, -np.inf), (7, 1e38)):
        hurt[case, channel, 5 + case] = value
    bad = [1, 3, 6, 7]
    found = run(path, hurt)
    for tensor, whole in zip(found, expected, strict=True):
        assert_array_equal(np.delete(tensor, bad, 0), np.delete(whole, bad, 0))
    label, probabilities, scores = found
    assert np.isnan(probabilities[bad]).all()
    assert np.isnan(scores[bad]).all()
    assert (label[bad] == clf.classes_[0]).all()
    for some in (hurt[[1]], hurt[bad], np.full_like(X, np.nan)):
        assert np.isnan(run(path, some)[1]).all()
    for case in bad:
        with pytest.raises(ValueError, match=f"channel {channel}"):
            clf.predict(hurt[[case]])


def test_what_is_no_number_in_another_runtime(make_problem, small, tmp_path):
    X, y = make_problem(n_classes=3)
    clf = LightWaveSClassifier(**small, random_state=0).fit(X, y)
    X = np.float32(X[:3])
    X[1] = np.nan
    reference = ReferenceEvaluator(onnx.load(exported(clf, tmp_path)))
    label, probabilities, scores = reference.run(None, {"X": X})
    assert np.isnan(probabilities).all(axis=1).tolist() == [False, True, False]
    assert np.isnan(scores).all(axis=1).tolist() == [False, True, False]
    assert_array_equal(label[[0, 2]], clf.predict(X[[0, 2]]))


def test_what_is_no_number_where_nobody_looks(make_problem, small, tmp_path):
    X, y = make_problem()
    clf = LightWaveSClassifier(**{**small, "variant": "L1"}, max_channels=1).fit(X, y)
    hurt = np.float32(X)
    hurt[:, np.delete(np.arange(X.shape[1]), clf.pipeline_[0].channels_)] = np.nan
    path = exported(clf, tmp_path)
    for found, expected in zip(run(path, hurt), run(path, X), strict=True):
        assert_array_equal(found, expected)


# What does not fit


def model_of(means=0.0, stds=1.0, classes=(0, 1)):
    rows = candidate_rows(0, 1, 2, (1,))
    model = Model.from_rows(rows, BANK, np.array([float(means)]), np.array([stds]))
    classes = np.asarray(classes)
    n_scores = len(classes) if len(classes) > 2 else 1
    return model, LinearHead(
        np.ones((len(rows), n_scores)), np.zeros(n_scores), classes
    )


@pytest.mark.parametrize(
    ("means", "stds"),
    [(0, 1e150), (1e39, 1e30), (0, 1e-60), (1e9, 1e-3), (-1e20, 1.0), (0, 1e-310)],
)
def test_channels_beyond_single_precision(means, stds):
    model, head = model_of(means, stds)
    with pytest.raises(ValueError, match=r"channel 0 varies by .* single precision"):
        build_model(fitted_from(model, head, n_channels=1))


@pytest.mark.parametrize("scale", [1e150, 1e-60])
def test_exports_of_data_beyond_single_precision(make_problem, small, tmp_path, scale):
    X, y = make_problem()
    clf = LightWaveSClassifier(**small).fit(X * scale, y)
    for export in (export_onnx, export_c):
        with pytest.raises(ValueError, match="single precision"):
            export(clf, tmp_path / "out")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("means", "stds"), [(1e30, 1e30), (1e3, 1e-3), (0, 1e-30)])
def test_channels_within_single_precision(means, stds):
    model, head = model_of(means, stds)
    X = np.float32(means + stds * np.random.default_rng(0).normal(size=(4, 1, 30)))
    built = build_model(fitted_from(model, head, n_channels=1))
    assert np.isfinite(run(built, X)[2]).all()


@pytest.mark.parametrize(
    ("classes", "reason"),
    [
        (np.array([1, 2**63], np.uint64), "int64.* hold 9223372036854775808"),
        (np.array([1, 2**70], object), "type"),
        (np.array(["2026-01-01", "2026-01-02"], "datetime64[D]"), "datetime64"),
        (np.array([1, 2], "timedelta64[s]"), "timedelta64"),
        (np.array([b"a", b"b"]), "labels of type"),
        (np.array(["a", "\ud800"]), "label"),
        (1 + np.longdouble(2) ** -np.array([1, 60]), "float64"),
    ],
)
def test_labels_that_do_not_fit(classes, reason):
    model, head = model_of(classes=classes)
    with pytest.raises(ValueError, match=reason):
        build_model(fitted_from(model, head, n_channels=1))


def test_labels_at_the_limit():
    classes = np.array([0, 2**63 - 1], np.uint64)
    model, head = model_of(classes=classes)
    built = build_model(fitted_from(model, head, n_channels=1))
    X = np.random.default_rng(0).normal(size=(9, 1, 30))
    assert set(run(built, X)[0].tolist()) <= set(classes.tolist())


# The file


def test_only_files_of_ours_are_replaced(make_problem, small, tmp_path):
    clf = LightWaveSClassifier(**small).fit(*make_problem())
    file = tmp_path / "precious.onnx"
    file.write_text("mine")
    with pytest.raises(FileExistsError, match=r"precious\.onnx was not written by"):
        export_onnx(clf, file)
    assert file.read_text() == "mine"
    export_onnx(clf, file, force=True)
    export_onnx(clf, file)
    assert list(tmp_path.iterdir()) == [file]


def test_names_of_channels(make_problem, small, tmp_path):
    clf = LightWaveSClassifier(**small).fit(*make_problem())
    clf = replace(clf._state.fitted, channel_names=["x", "y", "z"])
    props = {p.key: p.value for p in onnx.load(exported(clf, tmp_path)).metadata_props}
    assert json.loads(props["channels"]) == ["x", "y", "z"]
