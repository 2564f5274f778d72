"""Regressors as C: compiled, and compared with Python case by case."""

import re
import subprocess
from dataclasses import replace

import numpy as np
import pytest
from aeon.datasets import load_cardano_sentiment, load_covid_3month
from c_program import (
    RegressionProgram,
    assert_known_case_and_no_warnings,
    assert_sanitizers_find_nothing,
    compiled,
    contents,
    needs_compiler,
)
from click.testing import CliRunner
from numpy.testing import assert_allclose, assert_array_equal

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor, cli
from lightwaves_aeon.core.fitted import as_fitted
from lightwaves_aeon.export.budget import costs_of, largest_within
from lightwaves_aeon.export.c.source import export_c

PREDICTED, NO_DECISION, BAD_LENGTH, BAD_VALUE = 0, -1, -2, -3


def of_covid():
    X, y = load_covid_3month(split="train")
    reg = LightWaveSRegressor(n_features=60, random_state=0).fit(X, y)
    return reg, load_covid_3month(split="test")[0]


def of_cardano():
    X, y = load_cardano_sentiment(split="train")
    reg = LightWaveSRegressor(n_features=60, variant="L1L2", random_state=0)
    return reg.fit(X, y), load_cardano_sentiment(split="test")[0]


def generated(n_cases=60, n_timepoints=40, seed=0):
    """Noise, and in channel 1 a sine whose height and pace are to be told."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(n_cases, 3, n_timepoints)), rng.normal(size=(n_cases, 2))
    pace = 0.5 + 0.1 * y[:, 1:]
    X[:, 1] += (2 + y[:, :1]) * np.sin(pace * np.arange(n_timepoints))
    return np.float32(X), y


def of_gaps():
    """Of unequal length, with values missing at random and in blocks."""
    X, y = generated(90)
    missing = np.random.default_rng(3).random(X.shape) < 0.1
    missing[::3, :, 10:18] = True
    missing[::7, 2] = True
    gapped = np.where(missing, np.float32(np.nan), X)
    gapped = [x[:, : 20 + i % 21] for i, x in enumerate(gapped)]
    reg = LightWaveSRegressor(n_features=60, random_state=0).fit(gapped[:60], y[:60, 0])
    return reg, [*gapped[60:], *X[:5], np.full((3, 7), np.nan, np.float32)]


def of_two_outputs():
    from lightwaves_aeon.sktime import LightWaveSRegressor as OfSktime

    X, y = generated()
    y = y * [1e-3, 50] + [0, 1e4]
    return OfSktime(n_features=60, random_state=0).fit(X[:40], y[:40]), X


MAKERS = {
    "Covid3Month": of_covid,
    "CardanoSentiment": of_cardano,
    "gaps and unequal length": of_gaps,
    "two outputs": of_two_outputs,
}


@pytest.fixture(scope="module")
def models():
    """Each fitted once: the regressor, and cases that it has not seen."""
    made = {}

    def get(which):
        if which not in made:
            made[which] = MAKERS[which]()
        return made[which]

    return get


def n_outputs(regressor):
    return len(as_fitted(regressor, "a test").outputs)


def exported(regressor, folder, **options):
    export_c(regressor, folder, **options)
    return RegressionProgram(folder, n_outputs(regressor))


def numbers_of(regressor, cases):
    cases = [np.float32(x) for x in cases]
    return np.concatenate([regressor.predict(x[None]).reshape(1, -1) for x in cases])


def assert_close(found, expected):
    """As near as single precision has it, also beside what the numbers vary by."""
    largest = np.abs(expected).max(axis=0)
    error = np.abs(found - expected)
    assert (error <= 1e-5 * np.abs(expected) + 1e-6 * largest).all()
    steps = np.spacing(np.abs(expected).astype(np.float32))
    assert (error <= 1e-5 * expected.std(axis=0) + 0.51 * steps).all()


def assert_same(program, regressor, cases):
    codes, found = zip(*(program.of_length(x) for x in cases), strict=True)
    assert set(codes) == {PREDICTED}
    assert_close(np.array(found), numbers_of(regressor, cases))


@needs_compiler
@pytest.mark.parametrize("which", MAKERS)
def test_numbers_are_those_of_python(models, tmp_path, which):
    regressor, cases = models(which)
    longest = max(x.shape[1] for x in cases)
    program = exported(regressor, tmp_path, n_timepoints=longest)
    assert_same(program, regressor, cases)
    assert_same(program, regressor, [x[:, :n] for x in cases[:9] for n in range(5, 12)])


@needs_compiler
@pytest.mark.parametrize("variant", ["plus", "L1"])
@pytest.mark.parametrize(
    ("offset", "scale"),
    [(1e6, 1), (-1e6, 1), (1e5, 1e-1), (0, 1e-6), (0, 1e-25), (3, 1e-3), (0, 1e9)],
)
def test_offsets_and_scales(tmp_path, variant, offset, scale):
    X, y = generated()
    regressor = LightWaveSRegressor(n_features=40, variant=variant, random_state=0)
    regressor.fit(X[:40], y[:40, 0] * scale + offset)
    program = exported(regressor, tmp_path)
    assert_same(program, regressor, X)
    assert_known_case_and_no_warnings(tmp_path)


@needs_compiler
@pytest.mark.parametrize("value", [0.0, 1e6 + 0.1])
def test_numbers_that_do_not_vary(tmp_path, value):
    X, y = generated()
    regressor = LightWaveSRegressor(n_features=20, random_state=0)
    with pytest.warns(UserWarning, match="nothing to learn"):
        regressor.fit(X, np.full(len(y), value))
    program = exported(regressor, tmp_path)
    assert_array_equal([program(x)[1][0] for x in X], np.float32(value))
    assert_known_case_and_no_warnings(tmp_path)


@pytest.mark.parametrize("case", [(1e9, 1), (0, 1e-40), (0, 1e31), (1e31, 1e29)])
def test_numbers_that_single_precision_has_not(tmp_path, case):
    offset, scale = case
    X, y = generated()
    regressor = LightWaveSRegressor(n_features=20, random_state=0)
    regressor.fit(X, y[:, 0] * scale + offset)
    for refused in (
        lambda: export_c(regressor, tmp_path / "c"),
        lambda: costs_of(regressor),
    ):
        with pytest.raises(ValueError, match=r"output 0 varies by .* single precision"):
            refused()
    assert not (tmp_path / "c").exists()


@needs_compiler
@pytest.mark.parametrize("which", ["gaps and unequal length", "two outputs"])
def test_streams_are_cut_in_windows(models, tmp_path, which):
    regressor, cases = models(which)
    window, hop = 25, 4
    program = exported(regressor, tmp_path, n_timepoints=window, hop=hop)
    stream = np.concatenate(cases[:6], axis=1)
    n_predicted = 0
    for _ in range(2):
        program.reset()
        for t, sample in enumerate(stream.T):
            code, numbers = program.push(sample)
            if t + 1 < window or (t + 1 - window) % hop:
                assert code == NO_DECISION
                assert np.isnan(numbers).all()
            else:
                assert code == PREDICTED
                expected = program(stream[:, t + 1 - window : t + 1])[1]
                assert_array_equal(numbers, expected)
                n_predicted += 1
    assert n_predicted == 2 * (1 + (stream.shape[1] - window) // hop)


@needs_compiler
def test_bad_values_and_lengths(models, tmp_path):
    regressor, X = models("two outputs")
    program = exported(regressor, tmp_path, hop=1)
    bad = X[0].copy()
    bad[as_fitted(regressor, "a test").model.channels[0], 3] = np.nan
    for x in (bad, np.where(np.isnan(bad), np.inf, bad)):
        assert program(x)[0] == program.push(x[:, 3])[0] == BAD_VALUE
    for n in (-1, 0, 41):
        assert program.of_length(X[0], n)[0] == BAD_LENGTH
    assert program(X[0])[0] == PREDICTED


@needs_compiler
def test_nothing_observed_gives_the_mean(models, tmp_path):
    regressor, _ = models("gaps and unequal length")
    program = exported(regressor, tmp_path, n_timepoints=40)
    nothing = np.full((3, 40), np.nan)
    code, numbers = program(nothing)
    assert code == PREDICTED
    assert_array_equal(numbers, np.float32(regressor.predict(nothing[None])))
    assert_allclose(numbers, as_fitted(regressor, "a test").intercepts, rtol=1e-6)


# The program as people build it


@needs_compiler
@pytest.mark.parametrize("which", MAKERS)
def test_known_case_and_no_warnings(models, tmp_path, which):
    export_c(models(which)[0], tmp_path, n_timepoints=30)
    assert_known_case_and_no_warnings(tmp_path)


@needs_compiler
@pytest.mark.parametrize("which", ["gaps and unequal length", "two outputs"])
def test_sanitizers_find_nothing(models, tmp_path, which):
    export_c(models(which)[0], tmp_path, n_timepoints=30, hop=3)
    assert_sanitizers_find_nothing(tmp_path, missing=9)


@needs_compiler
@pytest.mark.parametrize("output", [0, 1])
def test_self_test_finds_a_wrong_weight(models, tmp_path, output):
    """Also where the number is large beside what the features add to it."""
    fitted = as_fitted(models("two outputs")[0], "a test")
    export_c(fitted, tmp_path)
    data = tmp_path / "lightwaves_model_data.h"
    known = re.search(r"KNOWN_\w+.*", data.read_text(), re.DOTALL)[0]
    weights = fitted.head.weights.copy()
    heaviest = np.abs(weights * fitted.stds[:, None]).argmax(axis=0)[output]
    weights[heaviest, output] *= 1.1
    export_c(replace(fitted, head=fitted.head._replace(weights=weights)), tmp_path)
    # The known case is that of the right weights.
    data.write_text(
        re.sub(
            r"#define KNOWN_\w+.*",
            f"#define {known}",
            data.read_text(),
            flags=re.DOTALL,
        )
    )
    sources = tmp_path / "example.c", tmp_path / "lightwaves_model.c"
    example = compiled(*sources, "-ffp-contract=off", out=tmp_path / "example")
    done = subprocess.run([example, "--self-test"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "self-test failed" in done.stderr


@needs_compiler
def test_example(models, tmp_path):
    regressor, X = models("two outputs")
    program = exported(regressor, tmp_path)
    sources = tmp_path / "example.c", tmp_path / "lightwaves_model.c"
    example = compiled(*sources, "-ffp-contract=off", out=tmp_path / "example")
    text = "\n".join(f"{value:.9g}" for value in X[:7].ravel())
    done = subprocess.run([example], input=text, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    found = np.float32([line.split() for line in done.stdout.splitlines()])
    assert_array_equal(found, [program(x)[1] for x in X[:7]])


@needs_compiler
def test_beside_a_classifier_in_one_program(models, tmp_path):
    regressor, X = models("two outputs")
    labels = np.arange(len(X)) % 2
    classifier = LightWaveSClassifier(n_features=20, random_state=0).fit(X, labels)
    export_c(regressor, tmp_path, name="amount")
    export_c(classifier, tmp_path, name="kind")
    (tmp_path / "main.c").write_text(
        '#include "amount_model.h"\n#include "kind_model.h"\n'
        "static float series[AMOUNT_N_CHANNELS * AMOUNT_MAX_TIMEPOINTS];\n"
        "int main(void)\n{\n"
        "    float numbers[AMOUNT_N_OUTPUTS], scores[KIND_N_CLASSES];\n"
        "    return amount_predict(series, numbers) != AMOUNT_PREDICTED\n"
        "           || kind_predict(series, scores) < 0;\n}\n"
    )
    sources = [tmp_path / f for f in ("main.c", "amount_model.c", "kind_model.c")]
    subprocess.run([compiled(*sources, out=tmp_path / "main")], check=True)


# Budgets


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("of_sktime", [False, True])
def test_a_smaller_model_gives_what_the_whole_one_does(gaps, of_sktime):
    from lightwaves_aeon.sktime import LightWaveSRegressor as OfSktime

    X, y = generated()
    if gaps:
        X[np.random.default_rng(3).random(X.shape) < 0.1] = np.nan
    kind, numbers = (OfSktime, y) if of_sktime else (LightWaveSRegressor, y[:, 0])
    asked = {"variant": "L1", "pool_size": 200, "random_state": 0}
    whole = kind(n_features=60, **asked).fit(X, numbers)
    limit = costs_of(whole).flash - 500
    small = largest_within(whole, X, numbers, max_flash=limit)
    n_kept = len(small.model.rows)
    assert 1 <= n_kept < 60
    assert limit - 20 < costs_of(small).flash <= limit
    assert_array_equal(small.head.limits, as_fitted(whole, "a test").head.limits)
    found, expected = small.predict(X), whole.predict(X)
    first = kind(n_features=n_kept, **asked).fit(X, numbers).predict(X)
    assert np.square(found - expected).sum() < np.square(first - expected).sum() / 4
    order = np.random.default_rng(0).permutation(len(X))
    again = largest_within(whole, X[order], numbers[order], max_flash=limit)
    assert_array_equal(again.predict(X), small.predict(X))
    assert largest_within(whole, X, numbers) is as_fitted(whole, "a test")


@needs_compiler
def test_the_program_of_a_smaller_model(models, tmp_path):
    whole, _ = models("two outputs")
    X, y = generated()
    numbers = y * [1e-3, 50] + [0, 1e4]
    limit = costs_of(whole).flash - 1000
    small = largest_within(whole, X[:40], numbers[:40], max_flash=limit)
    program = exported(small, tmp_path)
    assert_close(np.array([program(x)[1] for x in X]), small.predict(X))


@pytest.mark.parametrize(
    "wrong", [lambda y: y[:9], lambda y: y[:, 0], lambda y: y * np.inf]
)
def test_other_numbers_than_those_of_the_fit(models, wrong):
    whole, _ = models("two outputs")
    X, y = generated()
    with pytest.raises(ValueError, match="must be"):
        largest_within(whole, X, wrong(y), max_flash=costs_of(whole).flash - 1000)


# The command and its files


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    X, y = generated()
    folder = tmp_path_factory.mktemp("regression")
    reg = LightWaveSRegressor(n_features=60, random_state=0).fit(X, y[:, 0])
    reg.save(folder / "some.model")
    np.save(folder / "X.npy", X)
    np.save(folder / "y.npy", y[:, 0])
    return folder, reg, X


def run(*args):
    return CliRunner().invoke(cli.main, ["export", *map(str, args), "--to", "c"])


def test_command(files, tmp_path):
    folder, regressor, _ = files
    result = run(folder / "some.model", "--out", tmp_path / "a")
    assert (result.exit_code, result.stderr) == (0, "")
    export_c(regressor, tmp_path / "b", name="some")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert result.stdout.startswith("features: 60 of 60\n")


@needs_compiler
def test_command_with_a_budget(files, tmp_path):
    folder, regressor, X = files
    limit = costs_of(regressor).flash - 1000
    out = "--out", tmp_path, "--name", "lightwaves", "--max-flash", limit
    refused = run(folder / "some.model", *out)
    assert refused.exit_code == 1
    assert "there must be --data and --labels" in refused.stderr
    cases = "--data", folder / "X.npy", "--labels", folder / "y.npy"
    result = run(folder / "some.model", *out, *cases)
    assert (result.exit_code, result.stderr) == (0, "")
    n_kept = int(result.stdout.split()[1])
    assert 1 <= n_kept < 60
    found = [RegressionProgram(tmp_path, 1)(x)[1][0] for x in X[:5]]
    small = largest_within(regressor, X, np.load(folder / "y.npy"), max_flash=limit)
    assert_close(np.array(found), small.predict(X[:5]))


@needs_compiler
@pytest.mark.parametrize("which", ["CardanoSentiment", "two outputs"])
def test_numbers_are_kept_within_limits(models, tmp_path, which):
    regressor, cases = models(which)
    fitted = as_fitted(regressor, "a test")
    free = fitted.predict(np.asarray(cases)).reshape(len(cases), -1)
    limits = np.quantile(free, [0.3, 0.6], axis=0)
    narrow = replace(fitted, head=fitted.head._replace(limits=limits))
    program = exported(narrow, tmp_path)
    found = np.array([program(x)[1] for x in np.float32(cases)])
    expected = np.clip(free, *limits)
    assert (expected != free).any(axis=0).all()
    assert_allclose(found, expected, rtol=1e-5, atol=1e-6 * np.abs(free).max())
