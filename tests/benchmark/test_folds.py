"""Data sets of the MONSTER archive, evaluated fold by fold."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.testing import assert_array_equal
from sklearn.metrics import balanced_accuracy_score

from lightwaves_aeon import LightWaveSClassifier, cli
from lightwaves_aeon.benchmark import evaluation, folds
from lightwaves_aeon.benchmark.classifiers import make
from lightwaves_aeon.storage.errors import DataFileError
from lightwaves_aeon.storage.monster import open_monster
from lightwaves_aeon.storage.npy import NpySeries

RESULT = evaluation.Result(0.5, 0.25, 2.0, 3.0, 20, 2, 2, 100.0)
FOLDS = ("0", "1", "2")


def write(folder, X, y, tests):
    np.save(folder / "Waves_X.npy", X)
    np.save(folder / "Waves_y.npy", y)
    for fold, cases in enumerate(tests):
        np.savetxt(folder / f"test_indices_fold_{fold}.txt", cases, "%d")


@pytest.fixture(scope="module")
def data(make_problem):
    """Three classes, not easily told apart, and three folds."""
    X, y = make_problem(200, 2, 40, n_classes=3)
    X[:, 1] += 2 * np.random.default_rng(1).normal(size=(200, 40))
    order = np.random.default_rng(0).permutation(200)
    return X.astype(np.float32), y, [np.sort(order[fold::3]) for fold in range(3)]


@pytest.fixture
def folder(tmp_path, data):
    write(tmp_path, *data)
    return tmp_path


@pytest.fixture
def no_fit(monkeypatch):
    """Have each fold be a bit better than the one before."""

    def measured(classifier, dataset, fold):
        dataset.split(fold)
        return replace(RESULT, accuracy=0.5 + fold / 8, kept_features=20 + fold)

    monkeypatch.setattr(folds, "evaluate_fold", measured)


def run(*args):
    return CliRunner().invoke(
        cli.main, ["evaluate", "--n-features", "20", *map(str, args)]
    )


def by_hand(classifier, X, y, test):
    train = np.setdiff1d(np.arange(len(y)), test)
    predicted = classifier.fit(X[train], y[train]).predict(X[test])
    return {
        "accuracy": np.mean(predicted == y[test]),
        "balanced_accuracy": balanced_accuracy_score(y[test], predicted),
    }


# Results


def test_results_are_those_of_arrays(folder, data):
    found = run(folder, "--json")
    assert (found.exit_code, found.stderr) == (0, "")
    rows = json.loads(found.stdout)
    keys = ["dataset", "fold", "classifier", *asdict(RESULT)]
    assert [list(row) for row in rows] == 4 * [keys]
    assert [row["fold"] for row in rows] == [0, 1, 2, "mean"]
    assert {(row["dataset"], row["classifier"]) for row in rows} == {
        ("Waves", "lightwaves")
    }
    X, y, tests = data
    expected = [by_hand(make("plus", 20), X, y, test) for test in tests]
    assert 0.5 < min(e["accuracy"] for e in expected) < 1
    for name in ("accuracy", "balanced_accuracy"):
        values = [e[name] for e in expected]
        assert [row[name] for row in rows[:3]] == values
        assert rows[3][name] == pytest.approx(np.mean(values))
    for row in rows:
        assert (row["kept_features"], row["all_channels"]) == (20, 2)
        assert min(row["fit_seconds"], row["predict_ms_per_case"]) > 0
        assert row["model_kb"] > 1


def test_a_rival_and_one_fold(folder, data):
    # ROCKET, since aeon's MiniRocket takes half a minute to compile.
    found = run(folder, "--fold", 1, "--against", "rocket", "--json")
    assert (found.exit_code, found.stderr) == (0, "")
    X, y, tests = data
    for row, name in zip(json.loads(found.stdout), ["plus", "rocket"], strict=True):
        expected = by_hand(make(name, 20), X, y, tests[1])
        assert {key: row[key] for key in expected} == expected
        assert row["fold"] == 1


def test_labels_may_be_strings(folder, data):
    X, y, tests = data
    write(folder, X, np.array(["low", "middle", "high"])[y], tests)
    classifier = make("l1", 20)
    result = folds.evaluate_fold(classifier, open_monster(folder), 2)
    assert set(classifier.classes_) == {"low", "middle", "high"}
    assert result.accuracy == by_hand(make("l1", 20), X, y, tests[2])["accuracy"]


def test_many_cases_are_read_in_blocks(tmp_path, monkeypatch, make_problem):
    X, y = make_problem(21_500, 1, 30)
    X = (X + 3 * np.random.default_rng(1).normal(size=X.shape)).astype(np.float32)
    test = np.sort(np.random.default_rng(2).permutation(len(X))[:4_500])
    write(tmp_path, X, y, [test])
    n_read, read = [], NpySeries.read
    monkeypatch.setattr(
        NpySeries,
        "read",
        lambda self, cases: n_read.append(len(cases)) or read(self, cases),
    )
    classifier, same = (
        LightWaveSClassifier(n_features=20, max_cases=60, random_state=0)
        for _ in range(2)
    )
    result = folds.evaluate_fold(classifier, open_monster(tmp_path), 0)
    assert sum(n_read) > len(X)
    assert max(n_read) <= 8192
    assert n_read[-3:] == [2048, 2048, 404]
    expected = by_hand(same, X, y, test)
    assert {name: getattr(result, name) for name in expected} == expected
    assert_array_equal(
        classifier.decision_function(X[test]), same.decision_function(X[test])
    )


@pytest.mark.parametrize("dtype", ["f4", "f8", "i2"])
def test_what_is_warmed_up_is_of_the_type_of_the_series(
    folder, data, monkeypatch, dtype
):
    X, y, tests = data
    write(folder, (100 * X).astype(dtype), y, tests)
    seen = []
    monkeypatch.setattr(folds, "warm_up", lambda *args, **more: seen.append(more))
    folds.evaluate_fold(make("dummy"), open_monster(folder), 0)
    assert seen == [{"dtype": np.float32 if dtype == "f4" else np.float64}]


# Rows


def test_table(folder, no_fit):
    lines = run(folder, "--against", "minirocket").stdout.splitlines()
    rows = [line.split("  ")[0].strip() for line in lines if line.startswith("Waves")]
    assert [row.split(" lightwaves")[0].split(" minirocket")[0] for row in rows] == [
        *[f"Waves, fold {fold}" for fold in FOLDS for _ in range(2)],
        *2 * ["Waves, mean"],
    ]
    assert [line.split()[3] for line in lines[-2:]] == ["0.625", "0.625"]
    assert lines[-1].split()[2:] == [
        *["minirocket", "0.625", "0.250", "2.00", "3.00", "21", "2", "of", "2", "100"]
    ]


def test_folds_and_other_sets_side_by_side(folder, no_fit, monkeypatch):
    monkeypatch.setattr(evaluation, "evaluate", lambda classifier, *data: RESULT)
    rows = json.loads(run(folder, "UnitTest", "--json").stdout)
    assert [(row["dataset"], row.get("fold")) for row in rows] == [
        *[("Waves", fold) for fold in (0, 1, 2, "mean")],
        ("UnitTest", None),
    ]
    assert "fold" not in rows[-1]
    table = run(folder, "UnitTest").stdout
    assert "UnitTest" in table.splitlines()[-1]


def test_chosen_folds(folder, no_fit):
    rows = json.loads(
        run(folder, "--fold", 2, "--fold", 1, "--fold", 2, "--json").stdout
    )
    assert [row["fold"] for row in rows] == [2, 1, "mean"]
    assert rows[-1]["accuracy"] == pytest.approx(0.6875)
    assert rows[-1]["kept_features"] == 21.5
    assert "21.5" in run(folder, "--fold", 2, "--fold", 1).stdout.splitlines()[-1]


def test_progress(folder, no_fit, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # which rich takes for a terminal
    found = run(folder, "--fold", 1, "--json")
    assert "Waves, fold 1: lightwaves" in found.stderr
    assert len(json.loads(found.stdout)) == 1


# Failures


def test_fold_that_is_not_there(folder, no_fit):
    found = run(folder, "--fold", 7, "--fold", 1, "--against", "minirocket", "--json")
    assert found.exit_code == 1
    refused = f"Error: Waves, fold 7: {folder} has no fold 7, but 0, 1, 2\n"
    assert found.stderr == refused
    # Nor is there a mean of what was asked for.
    assert [row["fold"] for row in json.loads(found.stdout)] == [1, 1]


def test_damaged_fold(folder, no_fit):
    (folder / "test_indices_fold_1.txt").write_text("3\n200\n")
    found = run(folder, "--json")
    assert found.exit_code == 1
    assert found.stderr.startswith("Error: Waves, fold 1: ")
    assert "test_indices_fold_1.txt, line 2: '200' is no case" in found.stderr
    assert [row["fold"] for row in json.loads(found.stdout)] == [0, 2]


def test_damaged_data_set_does_not_stop_the_others(folder, monkeypatch):
    monkeypatch.setattr(evaluation, "evaluate", lambda classifier, *data: RESULT)
    (folder / "Waves_y.npy").unlink()
    found = run(folder, "UnitTest", "--json")
    assert found.exit_code == 1
    assert found.stderr == f"Error: {folder} has no file NAME_y.npy\n"
    assert [row["dataset"] for row in json.loads(found.stdout)] == ["UnitTest"]


@pytest.mark.parametrize("others", [0, 1])
def test_fold_of_a_set_that_has_none(folder, no_fit, others):
    found = run(*others * [folder], "BasicMotions", "--fold", 0)
    assert (found.exit_code, found.stdout) == (2, "")
    assert "BasicMotions has no folds" in found.stderr


def test_classifier_that_fails_has_no_mean(folder, monkeypatch):
    def measured(classifier, dataset, fold):
        if fold == 1 and not isinstance(classifier, LightWaveSClassifier):
            raise ValueError("out of luck")
        return RESULT

    monkeypatch.setattr(folds, "evaluate_fold", measured)
    found = run(folder, "--against", "minirocket", "--json")
    assert found.exit_code == 1
    assert found.stderr == "Error: Waves, fold 1: minirocket: out of luck\n"
    names = {"lightwaves": [0, 1, 2, "mean"], "minirocket": [0, 2]}
    for name, expected in names.items():
        rows = [row for row in json.loads(found.stdout) if row["classifier"] == name]
        assert [row["fold"] for row in rows] == expected


def test_series_that_are_changed_meanwhile(folder, monkeypatch):
    dataset = open_monster(folder)
    monkeypatch.setattr(folds, "warm_up", lambda *args, **more: None)
    folds.evaluate_fold(make("dummy"), dataset, 0)
    np.save(folder / "Waves_X.npy", dataset.series.read(range(200)) + 1)
    with pytest.raises(DataFileError, match=r"Waves_X.npy was changed"):
        folds.evaluate_fold(make("dummy"), dataset, 0)


@pytest.mark.parametrize("place", [0, -1])
@pytest.mark.parametrize("is_tested", [False, True])
def test_unusable_case_is_numbered_as_in_the_file(folder, data, place, is_tested):
    X, y, tests = data
    case = (tests[0] if is_tested else tests[1])[place]
    X = X.copy()
    X[case, 1, 3] = np.inf
    write(folder, X, y, tests)
    found = run(folder, "--fold", 0)
    assert found.exit_code == 1
    assert found.stderr == (
        f"Error: Waves, fold 0: lightwaves: {folder / 'Waves_X.npy'} holds infinity, "
        f"first in case {case}, channel 1\n"
    )
