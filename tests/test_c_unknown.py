"""Tables with what the program in C does not know are refused by name."""

from copy import copy

import numpy as np
import pytest
from c_program import Program, needs_compiler
from numpy.testing import assert_array_equal

from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.core import engine, features, inputs
from lightwaves_aeon.core.convolution.features import candidate_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.linear.head import LinearHead
from lightwaves_aeon.core.model import Model
from lightwaves_aeon.export.budget import costs_of, largest_within
from lightwaves_aeon.export.c import tables as c_tables
from lightwaves_aeon.export.c.source import export_c, write_c

BANK = kernel_bank("minirocket")


@pytest.fixture(scope="module")
def fitted(make_problem, small):
    X, y = make_problem()
    return LightWaveSClassifier(**small, variant="plus", random_state=0).fit(X, y)


@pytest.fixture
def new_statistic(monkeypatch):
    """A seventh, as CONTRIBUTING.md has it added."""
    monkeypatch.setattr(features, "STATISTICS", (*features.STATISTICS, "toy"))
    monkeypatch.setattr(engine, "SLOTS", (*engine.SLOTS, engine.N_SLOTS))
    monkeypatch.setattr(engine, "N_SLOTS", engine.N_SLOTS + 1)


@pytest.fixture
def new_input(monkeypatch):
    monkeypatch.setattr(features, "INPUTS", (*features.INPUTS, "product"))


def with_row(fitted, number, **entries):
    """Let the table of a classifier name something else in one row."""
    classifier, transformer = copy(fitted), copy(fitted.pipeline_[0])
    rows = transformer._model.rows.copy()
    for name, value in entries.items():
        rows[name][number] = value
    means, stds = np.zeros(3), np.ones(3)
    transformer._model = Model.from_rows(rows, transformer._model.bank, means, stds)
    classifier.pipeline_ = copy(fitted.pipeline_)
    steps = [("transformer", transformer), *fitted.pipeline_.steps[1:]]
    classifier.pipeline_.steps = steps
    return classifier


def assert_refused(classifier, folder, reason):
    with pytest.raises(ValueError, match=reason):
        export_c(classifier, folder / "c")
    with pytest.raises(ValueError, match=reason):
        costs_of(classifier)
    with pytest.raises(ValueError, match=reason):
        largest_within(classifier, None, None, max_flash=10**9)
    assert not (folder / "c").exists()


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("number", [0, 19])
def test_statistics(fitted, new_statistic, tmp_path, level, number):
    classifier = with_row(fitted, number, statistic=6, threshold=0, level=level)
    assert_refused(classifier, tmp_path, "C source does not know the statistic 'toy'")


@pytest.mark.parametrize("number", [0, 19])
def test_inputs(fitted, new_input, tmp_path, number):
    classifier = with_row(fitted, number, input=4, other=2)
    assert_refused(classifier, tmp_path, "C source does not know the input 'product'")


def test_inputs_of_one_channel(fitted, new_input, tmp_path):
    """It would be exported as the channel itself."""
    classifier = with_row(fitted, 3, input=4, other=-1)
    assert_refused(classifier, tmp_path, "C source does not know the input 'product'")


def test_levels(fitted, monkeypatch, tmp_path):
    monkeypatch.setattr(engine, "N_LEVELS", 3)
    classifier = with_row(fitted, 0, level=3, statistic=1, threshold=0)
    assert_refused(classifier, tmp_path, "C source does not know level 3")


def test_the_tables_refuse_by_themselves(new_statistic):
    rows = candidate_rows(0, 1, 84, (1,), ("ppv", "toy"))
    evaluate = Model.from_rows(rows, BANK, np.zeros(1), np.ones(1)).evaluate
    head = LinearHead(np.ones((len(rows), 1)), np.zeros(1), np.arange(2))
    with pytest.raises(ValueError, match="statistic 'toy'"):
        c_tables.Tables.from_transform(evaluate, head, np.zeros(len(rows)), 100)


@needs_compiler
def test_numbers_are_those_of_the_program(tmp_path, monkeypatch):
    """Whatever number a statistic or an input has in Python."""
    rng = np.random.default_rng(0)
    rows = candidate_rows(0, 2, 84, (1, 2), ("ppv", "max", "lspv", "min", "mpv"))[:40]
    rows["other"], rows["input"] = 1, inputs.SUM
    model = Model.from_rows(rows, BANK, rng.normal(size=3), np.ones(3))
    head = LinearHead(np.eye(40), np.zeros(40), np.arange(40))
    write_c(model, head, np.zeros(40), 3, tmp_path / "before", 30)

    statistics = ["ppv", "mpv", "toy", "min", "lspv", "max", "mipv"]
    new_slots = (*engine.SLOTS, engine.N_SLOTS)
    order = [
        0,
        1,
        2,
        *(new_slots[statistics.index(n)] for n in features.STATISTICS[1:]),
    ]
    columns = np.full((*model.transform.columns.shape[:2], len(new_slots) + 2), -1)
    columns[:, :, order] = model.transform.columns
    kinds_of_input = ["sum", "product", "change", "difference", "channel"]
    evaluate = model.transform._replace(
        columns=columns,
        inputs=model.transform.inputs._replace(sorts=np.zeros(1, np.int8)),
    )
    head_values = c_tables.Tables.from_transform(
        model.transform, head, np.zeros(40), 30
    )
    monkeypatch.setattr(features, "STATISTICS", tuple(statistics))
    monkeypatch.setattr(features, "INPUTS", tuple(kinds_of_input))
    found = c_tables.Tables.from_transform(evaluate, head, np.zeros(40), 30)
    assert found.flags == head_values.flags
    for name, array in head_values.arrays.items():
        assert_array_equal(found.arrays[name], array)
    x = np.float32(rng.normal(size=(3, 30)))
    program = Program(tmp_path / "before", 40)
    assert_array_equal(program(x)[1], model.transform(x[None])[0])
