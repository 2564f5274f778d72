"""The largest model that fits a device."""

import numpy as np
import pytest
from click.testing import CliRunner
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


def test_what_fits_is_left_as_it_is(fitted):
    clf, X, y = fitted
    before = clf.decision_function(X)
    assert largest_within(clf, X, y, max_flash=10**6) is clf._state.fitted
    largest_within(clf, X, y, max_flash=7000)
    assert_array_equal(clf.decision_function(X), before)


def test_nothing_fits(fitted):
    clf, X, y = fitted
    with pytest.raises(ValueError, match=r"no model fits: one feature alone takes \d+"):
        largest_within(clf, X, y, max_ram=100)


def test_other_cases_than_those_of_the_fit(fitted):
    clf, X, y = fitted
    for wrong in ((X[:, :2], y), (X[:9], y), (X, y + 1), (X[y > 0], y[y > 0])):
        with pytest.raises(ValueError, match="must"):
            largest_within(clf, *wrong, max_flash=7000)


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
