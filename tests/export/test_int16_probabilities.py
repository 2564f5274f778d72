"""Probabilities of programs in integers: those of Python at the same scores."""

import shutil
import subprocess

import numpy as np
import pytest
from c_program import IN_C, WAYS, needs_compiler
from integer_program import IntegerProgram
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import softmax

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor
from lightwaves_aeon.export import export_c
from lightwaves_aeon.export.c.probabilities import logit_scale


@pytest.fixture(scope="module")
def fit(make_problem, small):
    def fit(n_classes):
        X, y = make_problem(n_cases=40, n_classes=n_classes)
        return LightWaveSClassifier(**small, random_state=0).fit(X, y), X

    return fit


def exported(classifier, folder, **options):
    asked = {"arithmetic": "int16", "probabilities": True, **options}
    return export_c(classifier, folder, **asked).integers


@needs_compiler
@pytest.mark.parametrize("n_classes", [2, 5])
def test_they_are_those_of_the_scores(fit, tmp_path, n_classes):
    classifier, X = fit(n_classes)
    model = exported(classifier, tmp_path)
    program = IntegerProgram(tmp_path, n_classes)
    found = []
    for z, scores in zip(
        model.quantise(X), model.scores(model.quantise(X)), strict=True
    ):
        assert_array_equal(program(z)[1], scores)
        found.append(program.probabilities(scores))
    logits = logit_scale(model.fitted) * model.scores(model.quantise(X))
    logits *= 2.0 ** -model.head.bits[0]
    assert_allclose(found, softmax(logits, axis=1), atol=1e-6)
    assert_allclose(found, classifier.predict_proba(X), atol=0.03)


@needs_compiler
def test_scores_far_apart(fit, tmp_path):
    exported(fit(3)[0], tmp_path)
    program, most = IntegerProgram(tmp_path, 3), 2**31 - 1
    for scores in ([most, -most, 0], [-most, 0, most]):
        assert_array_equal(program.probabilities(scores), np.argmax(scores) == range(3))
    assert_allclose(program.probabilities([-most] * 3), np.full(3, 1 / 3), atol=1e-7)


def test_compilers_have_nothing_to_say(fit, tmp_path):
    exported(fit(3)[0], tmp_path)
    sources = tmp_path / "example.c", tmp_path / "lightwaves_model.c"
    for compiler, flags in WAYS:
        if shutil.which(compiler):
            flags = [*flags, "-O1", "-D", "LIGHTWAVES_FLOAT_INPUT", *sources, "-lm"]
            command = [compiler, *flags, "-o", tmp_path / "example"]
            done = subprocess.run(command, capture_output=True, text=True)
            assert (done.returncode, done.stderr) == (0, "")
            subprocess.run([tmp_path / "example", "--self-test"], check=True)


def test_nothing_else_has_floating_point(fit, tmp_path):
    """What calls for it is in a section of its own, which a linker leaves out."""
    compiler = "arm-none-eabi-gcc"
    if shutil.which(compiler) is None:
        pytest.skip(f"needs {compiler}")
    exported(fit(3)[0], tmp_path)
    out = tmp_path / "model.s"
    flags = [*IN_C, "-O2", "-mthumb", "-mcpu=cortex-m0plus", "-ffunction-sections"]
    command = [compiler, *flags, "-S", tmp_path / "lightwaves_model.c", "-o", out]
    subprocess.run(command, check=True)
    of_sections = out.read_text().split("\t.section\t")
    with_floats = {
        text.split(",")[0]
        for text in of_sections
        if "bl\t__aeabi_f" in text or "bl\texpf" in text
    }
    assert with_floats == {".text.lightwaves_probabilities"}


def test_a_regressor_has_none(make_problem, small, tmp_path):
    X, y = make_problem(n_classes=3)
    regressor = LightWaveSRegressor(**small, random_state=0).fit(X, y)
    with pytest.raises(ValueError, match="a regressor has none"):
        exported(regressor, tmp_path / "c")
    assert not (tmp_path / "c").exists()
