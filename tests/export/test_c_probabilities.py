"""Probabilities in C: compared with those of Python, also where values are missing."""

import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest
from c_program import (
    COMPILER,
    Program,
    assert_known_case_and_no_warnings,
    compiled,
    needs_compiler,
)
from click.testing import CliRunner
from numpy.testing import assert_allclose, assert_array_equal

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor, cli
from lightwaves_aeon.core.fitted import as_fitted
from lightwaves_aeon.export.budget import costs_of
from lightwaves_aeon.export.c.source import export_c


@pytest.fixture(scope="module")
def fit(make_problem, small):
    def fit(n_classes, gaps=False, **parameters):
        X, y = make_problem(n_cases=40, n_classes=n_classes)
        if gaps:
            rng = np.random.default_rng(0)
            X[rng.random(X.shape) < 0.2] = np.nan
            X[::4, 1], X[1::4, :, 15:30] = np.nan, np.nan
        parameters = {**small, "n_features": 60, **parameters}
        return LightWaveSClassifier(**parameters, random_state=0).fit(X, y), X

    return fit


def exported(classifier, folder, **options):
    source = export_c(classifier, folder, probabilities=True, **options)
    return Program(folder, len(as_fitted(classifier, "C").classes)), source


def assert_same(program, classifier, X):
    fitted = as_fitted(classifier, "C")
    expected = fitted.head.predict_proba(fitted.features(np.float32(X)))
    found = [program.probabilities(program(x)[1]) for x in X]
    assert_allclose(found, expected, rtol=0, atol=1e-5)
    assert_allclose(np.sum(found, axis=1), 1, atol=1e-6)


@needs_compiler
@pytest.mark.parametrize("n_classes", [2, 3, 9])
@pytest.mark.parametrize("variant", ["plus", "L1L2"])
def test_they_are_those_of_python(fit, tmp_path, n_classes, variant):
    classifier, X = fit(n_classes, variant=variant)
    program, _ = exported(classifier, tmp_path)
    assert_same(program, classifier, X)


@needs_compiler
@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("exponent", [None, 0.0, 0.3, 5.0])
def test_missing_values_move_them_to_the_shares(fit, tmp_path, n_classes, exponent):
    classifier, X = fit(n_classes, gaps=True)
    fitted = as_fitted(classifier, "C")
    if exponent is not None:
        head = fitted.head
        unobserved = head.unobserved._replace(exponent=exponent)
        fitted = replace(fitted, head=head._replace(unobserved=unobserved))
    program, _ = exported(fitted, tmp_path)
    lost = X.copy()
    lost[::2, 1:], lost[1::2, :, 2:] = np.nan, np.nan
    nothing = np.full_like(X[:1], np.nan)
    assert_same(program, fitted, np.concatenate([X, lost, nothing, X[:3]]))
    shares = program.probabilities(program(nothing[0])[1])
    assert_allclose(shares, fitted.head.unobserved.priors, atol=1e-6)


@needs_compiler
def test_a_head_without_weights_knows_no_less(fit, tmp_path):
    fitted = as_fitted(fit(3, gaps=True)[0], "C")
    head, n_features = fitted.head, len(fitted.means)
    nothing = np.zeros(n_features)
    head = head._replace(
        weights=np.zeros_like(head.weights),
        unobserved=head.unobserved._replace(importances=nothing),
    )
    program, _ = exported(replace(fitted, head=head), tmp_path)
    X = np.random.default_rng(0).normal(size=(4, 3, 40))
    X[1, 0], X[2, :, 5:], X[3] = np.nan, np.nan, np.nan
    assert_same(program, replace(fitted, head=head), X)


@needs_compiler
def test_scores_far_apart(fit, tmp_path):
    program, _ = exported(fit(3)[0], tmp_path)
    for scores in ([1e30, -1e30, 0], [-1e30, 0, 1e30]):
        assert_array_equal(program.probabilities(scores), np.argmax(scores) == range(3))
    assert_allclose(program.probabilities([-1e6] * 3), np.full(3, 1 / 3), atol=1e-7)


@needs_compiler
@pytest.mark.parametrize("gaps", [False, True])
def test_no_compiler_has_an_objection(fit, tmp_path, gaps):
    source = export_c(fit(3, gaps)[0], tmp_path, probabilities=True)
    assert_known_case_and_no_warnings(tmp_path)
    plain = export_c(fit(3, gaps)[0], tmp_path / "plain")
    assert plain.table_bytes < source.table_bytes


@needs_compiler
@pytest.mark.parametrize("gaps", [False, True])
def test_unasked_there_is_nothing_of_them(fit, tmp_path, gaps):
    if shutil.which("nm") is None:
        pytest.skip("needs nm")
    classifier, _ = fit(3, gaps)
    symbols = {}
    for asked in (False, True):
        export_c(classifier, tmp_path, probabilities=asked)
        model = tmp_path / "lightwaves_model"
        compiled(f"{model}.c", "-c", out=f"{model}.o", compiler=COMPILER)
        command = ["nm", f"{model}.o"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        symbols[asked] = {line.split()[-1] for line in done.stdout.splitlines()}
    used = {"expf", "logf"} if gaps else {"expf"}
    assert symbols[True] & {"expf", "logf"} == used
    assert not symbols[False] & {"expf", "logf", "lightwaves_probabilities"}


def test_who_has_none(make_problem, small, fit, tmp_path):
    X, y = make_problem()
    regressor = LightWaveSRegressor(**small, random_state=0).fit(X, y.astype(float))
    with pytest.raises(ValueError, match="a regressor has none"):
        export_c(regressor, tmp_path / "c", probabilities=True)
    fitted = as_fitted(fit(2)[0], "C")
    unknown = replace(fitted, head=fitted.head._replace(inverse_temperature=np.nan))
    with pytest.raises(ValueError, match="not calibrated"):
        export_c(unknown, tmp_path / "c", probabilities=True)
    assert not (tmp_path / "c").exists()


def test_a_budget_counts_them(fit):
    classifier, _ = fit(3, gaps=True)
    plain, asked = costs_of(classifier), costs_of(classifier, probabilities=True)
    assert 2048 < asked.flash - plain.flash < 3072
    few = costs_of(classifier, n_features=5, probabilities=True)
    assert few.flash < asked.flash


def test_command_of_a_regressor(make_problem, small, tmp_path):
    X, y = make_problem()
    regressor = LightWaveSRegressor(**small, random_state=0).fit(X, y.astype(float))
    regressor.save(tmp_path / "some.model")
    for form in ("c", "arduino"):
        args = f"export {tmp_path / 'some.model'} --to {form} --out {tmp_path / 'c'}"
        result = CliRunner().invoke(cli.main, [*args.split(), "--proba"])
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.endswith("a regressor has none\n")
        assert not (tmp_path / "c").exists()


@needs_compiler
def test_command(fit, tmp_path):
    classifier, X = fit(3)
    classifier.save(tmp_path / "some.model")
    args = ["export", tmp_path / "some.model", "--to", "c", "--out", tmp_path / "c"]
    result = CliRunner().invoke(cli.main, [*map(str, args), "--proba"])
    assert (result.exit_code, result.stderr) == (0, "")
    program = Program(tmp_path / "c", 3, "some")
    assert_same(program, classifier, X[:5])
