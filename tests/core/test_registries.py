"""Each registered operator and representation in every target, and one that is new."""

from dataclasses import replace

import numpy as np
import oracle
import pytest
from c_program import Program, needs_compiler
from numpy.testing import assert_allclose
from tables import fitted_from

from lightwaves_aeon.core.convolution import batch_pooling, single
from lightwaves_aeon.core.convolution.features import (
    DEPTH,
    candidate_rows,
    feature_names,
    series_rows,
)
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.pooling import (
    POOLING_NAMES,
    POOLING_OPERATORS,
    SERIES_POOLING,
    PoolingOperator,
)
from lightwaves_aeon.core.convolution.representations import (
    REPRESENTATION_NAMES,
    REPRESENTATIONS,
    Representation,
)
from lightwaves_aeon.core.linear.head import LinearHead
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.core.selection.candidates import inputs_of
from lightwaves_aeon.core.selection.variants import VARIANTS
from lightwaves_aeon.export.budget import costs_of
from lightwaves_aeon.export.c.source import export_c
from lightwaves_aeon.export.onnx.model import build_model
from lightwaves_aeon.insight.plots import plot_response
from lightwaves_aeon.insight.saliency import saliency
from lightwaves_aeon.insight.words import in_words

BANK = kernel_bank(["minirocket", "db2"])
LEVELS = (1, 2)
N_TIMEPOINTS = 37


def rows_of(operator, representation):
    if operator in SERIES_POOLING:
        rows = series_rows(0, 2**DEPTH)
        rows = rows[rows["statistic"] == POOLING_NAMES.index(operator)]
    else:
        rows = candidate_rows(0, 2, len(BANK.names), LEVELS, [operator])[::9]
    rows["input"] = REPRESENTATION_NAMES.index(representation)
    rows["other"] = 1 if REPRESENTATIONS[representation].n_channels == 2 else -1
    if POOLING_OPERATORS[operator].n_thresholds:
        rows["threshold"] = np.linspace(-1, 1, len(rows)).astype(np.float32)
    rows["f_score"] = rows["selection_score"] = 0
    return rows


def fitted_to(rows):
    """A classifier whose scores are the features."""
    model = Model.from_rows(rows, BANK, np.zeros(2), np.ones(2))
    n = len(rows)
    head = LinearHead(np.eye(n), np.zeros(n), np.arange(n))
    return fitted_from(model, head, n_channels=2, n_timepoints=N_TIMEPOINTS)


@pytest.fixture(scope="module", name="X")
def cases():
    rng = np.random.default_rng(0)
    return rng.normal(size=(18, 2, N_TIMEPOINTS)).astype(np.float32)


@pytest.fixture(
    params=[
        *((operator, "channel") for operator in POOLING_NAMES),
        *(("ppv", representation) for representation in REPRESENTATION_NAMES[1:]),
        *(("slope", representation) for representation in REPRESENTATION_NAMES[1:]),
    ],
    ids="-".join,
)
def fitted(request):
    return fitted_to(rows_of(*request.param))


def expected(fitted, X):
    return oracle.features(X, fitted.model.rows, BANK, np.zeros(2), np.ones(2))


def test_sixteen_cases(fitted, X):
    assert_allclose(fitted.features(X[:16]), expected(fitted, X[:16]), atol=2e-5)


def test_one_case(fitted, X):
    found = fitted.model.transform.transform_one(X[0])
    assert_allclose(found, expected(fitted, X[:1]), atol=2e-5)


@needs_compiler
def test_c(fitted, X, tmp_path):
    export_c(fitted, tmp_path)
    scores = [Program(tmp_path, len(fitted.classes))(x)[1] for x in X[:2]]
    assert_allclose(scores, expected(fitted, X[:2]), atol=2e-5)


def test_onnx(fitted, X):
    onnxruntime = pytest.importorskip("onnxruntime")
    model = build_model(fitted).SerializeToString()
    scores = onnxruntime.InferenceSession(model).run(["scores"], {"X": X})[0]
    assert_allclose(scores, expected(fitted, X), atol=2e-5)


def test_saliency_keeps_the_score(fitted, X):
    score = fitted.features(X[:1])[0, 1]
    assert_allclose(saliency(fitted, X[0], 1).sum(), score, atol=1e-6)


def test_words_and_names(fitted):
    rows = fitted.model.rows
    operator = list(POOLING_OPERATORS.values())[rows["statistic"][0]]
    assert operator.words in in_words(rows, BANK)[0]
    assert operator.name in feature_names(rows, BANK.names)[0]


# What is new, and lacks an implementation


@pytest.fixture
def toy(monkeypatch):
    """An operator and a representation that the compiled loops alone have."""
    operator = PoolingOperator("toy", "toy strength", "amplitude", "value")
    representation = Representation("product", 2, "{0}*{1}", "{0} times {1}")
    monkeypatch.setitem(POOLING_OPERATORS, "toy", operator)
    monkeypatch.setitem(REPRESENTATIONS, "product", representation)


def compiled_loops(fitted, X):
    Model.from_rows(fitted.model.rows, BANK, np.zeros(2), np.ones(2))


class _Shell:
    def __init__(self, fitted):
        self._linear = lambda: fitted
        self._case_of = lambda x: x


TARGETS = {
    "the loop for one case": compiled_loops,
    "C source": lambda fitted, X: export_c(fitted, "nowhere"),
    "C source, its costs": lambda fitted, X: costs_of(fitted),
    "an ONNX model": lambda fitted, X: build_model(fitted),
    "saliency": lambda fitted, X: saliency(fitted, X[0], 0),
    "the picture": lambda fitted, X: plot_response(_Shell(fitted), 2, X[0]),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("field", "name"), [("statistic", "toy"), ("input", "product")]
)
def test_what_lacks_an_implementation_is_refused_by_name(toy, X, target, field, name):
    fitted = fitted_to(rows_of("max", "channel"))
    rows = fitted.model.rows.copy()
    rows["other"][2] = 1 if name == "product" else -1
    rows[field][2] = {"toy": len(POOLING_NAMES), "product": 4}[name]
    fitted = replace(fitted, model=replace(fitted.model, rows=rows))
    reason = f"{target.split(',')[0]} has no implementation of the {field} '{name}'"
    with pytest.raises(ValueError, match=reason):
        TARGETS[target](fitted, X)


OF_SERIES = {
    "the loop over intervals": compiled_loops,
    **{name: TARGETS[name] for name in ("an ONNX model", "saliency", "the picture")},
}


@pytest.mark.parametrize("target", OF_SERIES)
def test_what_is_missing_at_level_0_is_refused_by_name(monkeypatch, X, target):
    operator = PoolingOperator("toy", "toy", "amplitude", "value", of_series=True)
    monkeypatch.setitem(POOLING_OPERATORS, "toy", operator)
    fitted = fitted_to(rows_of("mean", "channel"))
    rows = fitted.model.rows.copy()
    rows["statistic"][2] = len(POOLING_NAMES)
    fitted = replace(fitted, model=replace(fitted.model, rows=rows))
    with pytest.raises(ValueError, match=f"{target} has no .* the statistic 'toy'"):
        OF_SERIES[target](fitted, X)


def test_the_other_loop_refuses_too(toy, monkeypatch):
    monkeypatch.setitem(single.POOL, "toy", None)
    rows = rows_of("max", "channel")
    rows["statistic"][0] = len(POOLING_NAMES)
    with pytest.raises(ValueError, match="the loop for sixteen cases has no impl"):
        Model.from_rows(rows, BANK, np.zeros(2), np.ones(2))
    assert "toy" not in batch_pooling.FINALIZE


def test_words_are_there_for_what_is_new(toy):
    rows = rows_of("max", "channel")[:1]
    rows["statistic"], rows["input"], rows["other"] = len(POOLING_NAMES), 4, 1
    assert in_words(rows, BANK)[0].startswith(
        "channel 0 times channel 1, short-scale pattern"
    )
    assert feature_names(rows, BANK.names)[0] == "ch0*ch1_k000_d2_l1_toy"


def test_a_new_representation_is_no_pair(toy):
    found = inputs_of(VARIANTS["plus"], 3, 1, np.random.RandomState(0))
    assert {number for number, _, _ in found} == {0, 2, 3}
