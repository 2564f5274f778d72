"""The largest model that fits a device."""

import shutil
import subprocess

import numpy as np
import pytest
from c_program import needs_compiler
from click.testing import CliRunner
from integer_program import TABLES, table_at_random
from numpy.testing import assert_array_equal

from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.cli import main
from lightwaves_aeon.core.fitted import as_fitted
from lightwaves_aeon.core.reduction import Reduction
from lightwaves_aeon.export.budget import costs_of, largest_within
from lightwaves_aeon.export.c.source import export_c


@pytest.fixture(scope="module")
def fitted(make_problem):
    X, y = make_problem(n_cases=60, n_classes=3)
    clf = LightWaveSClassifier(variant="plus", n_features=200, random_state=0)
    return clf.fit(X, y), X, y


def n_features(classifier):
    return len(as_fitted(classifier, "a test").model.rows)


def test_memory_is_what_the_export_has(fitted, tmp_path):
    clf, _, _ = fitted
    source, costs = export_c(clf, tmp_path), costs_of(clf)
    assert costs.ram == source.work_bytes + source.stream_bytes
    assert source.table_bytes < costs.flash < source.table_bytes + 8192


def test_costs_grow_with_features_and_length(fitted):
    clf, _, _ = fitted
    costs = np.array([costs_of(clf, n_features=n) for n in range(1, 201, 20)])
    assert (np.diff(costs, axis=0) >= 0).all()
    assert (np.diff(costs[:, [0, 2]], axis=0) > 0).all()
    longer = costs_of(clf, 80)
    assert longer.ram > costs_of(clf).ram
    assert longer.operations > costs_of(clf).operations


@pytest.mark.parametrize(
    ("place", "name"),
    [(0, "max_flash"), (1, "max_ram"), (2, "max_operations")],
)
def test_no_larger_model_fits(fitted, place, name):
    clf, X, y = fitted
    limit = (costs_of(clf, n_features=1)[place] + costs_of(clf)[place]) // 2
    small = largest_within(clf, X, y, **{name: limit})
    n_kept = n_features(small)
    assert 1 <= n_kept < n_features(clf)
    reduction = Reduction.from_cases(as_fitted(clf, "a test"), X, y, None)
    if name == "max_ram":
        reduction = reduction.within(lambda model: costs_of(model).ram, limit)
        assert n_kept == len(reduction.ranking)  # that of the others is in no one's way
        return
    more = reduction.reduced(n_kept + 1)
    assert costs_of(small)[place] <= limit < costs_of(more)[place]
    kept = reduction.kept(n_kept)
    assert_array_equal(small.model.rows, clf._state.fitted.model.rows[kept])


def test_head_is_trained_again(fitted):
    clf, X, y = fitted
    small = largest_within(clf, X, y, max_flash=7000)
    features = small.features(X)
    n_kept = n_features(small)
    kept = np.isin(clf._state.fitted.model.rows, small.model.rows)
    assert kept.sum() == n_kept
    assert_array_equal(features, clf.pipeline_[0].transform(X)[:, kept])
    assert (small.predict(X) == y).mean() > 0.9
    chances = small.head.predict_proba(features)
    assert_array_equal(chances.argmax(axis=1), small.predict(X))


@pytest.mark.parametrize("share", [0.8, 0.6])
def test_memory_is_what_is_given_up(fitted, share):
    """Channels, pairs, level 2 and dilations, rather than all features but a few."""
    clf, X, y = fitted
    limit = share * costs_of(clf).ram
    small = largest_within(clf, X, y, max_ram=limit)
    assert costs_of(small).ram <= limit
    reduction = Reduction.from_cases(as_fitted(clf, "a test"), X, y, None)
    numbers = range(1, 200)
    plain = [costs_of(reduction.untrained(n)).ram <= limit for n in numbers].index(
        False
    )
    assert n_features(small) > 2 * plain
    assert (small.predict(X) == y).mean() > 0.8


def test_what_fits_is_left_as_it_is(fitted):
    clf, X, y = fitted
    before = clf.decision_function(X)
    assert largest_within(clf, X, y, max_flash=10**6) is clf._state.fitted
    largest_within(clf, X, y, max_flash=7000)
    assert_array_equal(clf.decision_function(X), before)


@pytest.mark.parametrize("n_features", [0, 10**6])
def test_features_that_are_not_there(fitted, n_features):
    with pytest.raises(ValueError, match="n_features must be from 1 to"):
        costs_of(fitted[0], n_features=n_features)


def test_nothing_fits(fitted):
    clf, X, y = fitted
    with pytest.raises(ValueError, match=r"no model fits: one feature alone takes \d+"):
        largest_within(clf, X, y, max_ram=100)


def test_other_cases_than_those_of_the_fit(fitted):
    clf, X, y = fitted
    for wrong in ((X[:, :2], y), (X[:9], y), (X, y + 1), (X[y > 0], y[y > 0])):
        with pytest.raises(ValueError, match="must"):
            largest_within(clf, *wrong, max_flash=7000)


# Programs in integers


INTEGERS = {"arithmetic": "int16"}


@needs_compiler
@pytest.mark.parametrize("which", TABLES)
def test_integers_take_what_is_said(tmp_path, which):
    """Memory to the byte, and no more flash on a Cortex-M than is counted."""
    fitted, _ = table_at_random(*TABLES[which])
    source, costs = export_c(fitted, tmp_path, **INTEGERS), costs_of(fitted, **INTEGERS)
    assert costs.ram == source.work_bytes + source.stream_bytes
    if not all(map(shutil.which, ("arm-none-eabi-gcc", "arm-none-eabi-size", "make"))):
        pytest.skip("needs make and a compiler for Cortex-M")
    for core in ("cortex-m0plus", "cortex-m4"):
        command = ["make", "-s", "-C", tmp_path, core]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        text, data, bss = map(int, done.stdout.splitlines()[1].split()[:3])
        assert data + bss <= costs.ram
        assert text <= costs.flash < text + 3584


@pytest.mark.parametrize(
    ("place", "name"),
    [(0, "max_flash"), (1, "max_ram"), (2, "max_operations")],
)
def test_more_features_fit_in_integers(fitted, place, name):
    clf, X, y = fitted
    limit = costs_of(clf, **INTEGERS)[place] - 1
    small = largest_within(clf, X, y, **{name: limit}, **INTEGERS)
    assert costs_of(small, **INTEGERS)[place] <= limit
    if name != "max_ram":  # of which floats need twice as much at least
        floats = largest_within(clf, X, y, **{name: limit})
        assert n_features(floats) < n_features(small)
    assert n_features(small) < n_features(clf)
    counts = costs_of(clf, **INTEGERS, scale=0.01)
    assert counts.flash > costs_of(clf, **INTEGERS).flash


def test_probabilities_take_floating_point(fitted):
    clf, _, _ = fitted
    with_them = costs_of(clf, probabilities=True, **INTEGERS)
    assert with_them.flash > costs_of(clf, **INTEGERS).flash + 4096


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"arithmetic": "int8"}, "must be one of float, int16"),
        ({**INTEGERS, "missing_values": True}, "missing values have no place"),
    ],
)
def test_programs_that_are_none(fitted, options, words):
    with pytest.raises(ValueError, match=words):
        costs_of(fitted[0], **options)


# The command


@pytest.fixture(scope="module")
def files(fitted, tmp_path_factory):
    clf, X, y = fitted
    folder = tmp_path_factory.mktemp("budget")
    clf.save(folder / "some.model")
    np.save(folder / "X.npy", X)
    np.save(folder / "y.npy", y)
    return folder


def export(files, out, *options):
    whole = ["export", files / "some.model", "--to", "c", "--out", out, *options]
    return CliRunner().invoke(main, [str(part) for part in whole])


def test_command(files, tmp_path):
    cases = ["--data", files / "X.npy", "--labels", files / "y.npy"]
    result = export(files, tmp_path / "small", "--max-flash", "7k", *cases)
    assert result.exit_code == 0, result.output
    first, second, *_ = result.stdout.splitlines()
    assert first.endswith(" of 200")
    assert int(first.split()[1]) < 200
    assert int(second.split()[2]) <= 7 * 1024
    assert "features of" in (tmp_path / "small" / "some_model_data.h").read_text()
    whole = export(files, tmp_path / "whole", "--max-ram", "16k", "--max-ops", "1e6")
    assert whole.stdout.startswith("features: 200 of 200\n")


@pytest.mark.parametrize("scale", [None, 0.01])
def test_command_in_integers(files, fitted, tmp_path, scale):
    """With --scale the training cases are counts."""
    clf, X, y = fitted
    cases = ["--data", files / "X.npy", "--labels", files / "y.npy"]
    limit, asked = 6500, {**INTEGERS, "bits": 8}
    if scale is not None:
        X = np.round(X / scale) * scale
        np.save(tmp_path / "counts.npy", np.round(X / scale))
        cases[1] = tmp_path / "counts.npy"
        cases += ["--scale", scale]
        asked["scale"] = scale
    options = ["--arithmetic", "int16", "--bits", 8, "--max-flash", limit, *cases]
    result = export(files, tmp_path / "small", *options)
    assert result.exit_code == 0, result.output
    small = largest_within(clf, X, y, max_flash=limit, **asked)
    lines = result.stdout.splitlines()
    assert lines[0] == f"features: {n_features(small)} of 200"
    costs = costs_of(small, **asked)
    assert lines[1].startswith(f"flash: about {costs.flash} bytes; RAM: {costs.ram} ")
    assert "bits: 8; same label: " in result.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--max-flash", "7k"], "there must be --data and --labels"),
        (["--max-flash", "big"], "'big' is no positive number"),
        (["--max-ops", "0"], "'0' is no positive number"),
        (["--max-ram", "-1"], "'-1' is no positive number"),
        (["--max-flash", "7k", "--data", "X.npy"], "belong together"),
        (["--max-ram", "7", "--data", "X.npy", "--labels", "y.npy"], "no model fits"),
        (["--max-ram", "7", "--data", "none", "--labels", "y.npy"], "there is no file"),
    ],
)
def test_command_says_what_is_wrong(files, tmp_path, options, words):
    options = [files / o if o in ("X.npy", "y.npy") else o for o in options]
    result = export(files, tmp_path / "out", *options)
    assert result.exit_code in (1, 2)
    assert words in result.output
    assert not (tmp_path / "out").exists()
