"""The accuracy benchmark: its runs, their store, its measures and its page."""

import json

import numpy as np
import pytest

from benchmarks import accuracy, accuracy_classifiers, accuracy_runs, accuracy_store
from benchmarks.accuracy_classifiers import ABLATIONS, CONTESTANTS, Contestant, changed
from benchmarks.accuracy_page import blocks, fill
from benchmarks.accuracy_runs import (
    EQUAL,
    UNEQUAL,
    all_runs,
    calibration_error,
    load,
    measure,
)
from benchmarks.accuracy_store import Run, Store
from benchmarks.accuracy_tables import ablation_differences, by_set, means, to_frame
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.core.selection.variants import VARIANTS

RUN = Run("main", "ERing", "plus")


class ByMean:
    """A classifier of the mean of a case: quick, and nothing to compile."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        values = X.mean(axis=(1, 2))
        self.centres = np.array([values[y == label].mean() for label in self.classes_])
        return self

    def predict_proba(self, X):
        shares = np.exp(-abs(X.mean(axis=(1, 2))[:, None] - self.centres))
        return shares / shares.sum(axis=1, keepdims=True)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@pytest.fixture
def tiny(make_problem, monkeypatch):
    """Every data set is one tiny problem, of which the second half are test cases."""
    X, y = make_problem(n_cases=24)
    X += y[:, None, None]
    y = y.astype(str)
    halves = {"train": (X[:12], y[:12]), "test": (X[12:], y[12:])}
    monkeypatch.setattr(accuracy_runs, "load", lambda name, split, _: halves[split])
    return halves


def invented(run, archive=None):
    """Measures that are right in kind."""
    name = f"{run.dataset}{run.classifier}{run.seed}"
    value = float(np.random.default_rng(list(name.encode())).uniform(0.5, 1))
    return {
        "accuracy": value,
        "balanced_accuracy": value,
        "log_loss": 1 - value,
        "calibration_error": 1 - value,
        "fit_seconds": value,
        "predict_ms": value,
        "features": None if "calibrated" in run.classifier else 500,
        "channels": 3,
        "n_channels": 4,
    }


@pytest.fixture
def full(tmp_path):
    """A store with all runs."""
    store = Store(tmp_path)
    for run in all_runs([*EQUAL, *UNEQUAL]):
        store.records[run] = {**run._asdict(), "code": "", **invented(run)}
    return store


def test_store_outlives_its_process(tmp_path):
    Store(tmp_path).add(RUN, {"accuracy": 0.5})
    Store(tmp_path).add(RUN, {"accuracy": 0.75})
    again = Store(tmp_path)
    assert again.records[RUN]["accuracy"] == 0.75
    assert again.finished() == {RUN}


def test_half_written_line_is_dropped_and_redone(tmp_path):
    Store(tmp_path).add(RUN, {"accuracy": 0.5})
    file = tmp_path / "runs.jsonl"
    whole = file.read_text()
    other = RUN._replace(classifier="L1")
    for cut in (1, len(whole) // 2, len(whole) - 1):
        file.write_text(whole + whole.replace("plus", "L1L2")[:cut])
        assert Store(tmp_path).finished() == {RUN}
        assert file.read_text() == whole
    Store(tmp_path).add(other, {"accuracy": 0.25})
    lines = file.read_text().splitlines()
    assert [json.loads(line)["accuracy"] for line in lines] == [0.5, 0.25]


def test_changed_code_makes_our_runs_unfinished_but_not_aeons(tmp_path, monkeypatch):
    rival = RUN._replace(classifier="ROCKET")
    for run in (RUN, rival):
        Store(tmp_path).add(run, {"accuracy": 0.5})
    assert Store(tmp_path).finished() == {RUN, rival}
    monkeypatch.setattr(accuracy_store, "_our_code", lambda: "another")
    assert Store(tmp_path).finished() == {rival}


def test_only_code_counts_for_the_hash(tmp_path):
    def hashed(text):
        path = tmp_path / "module.py"
        path.write_text(text)
        return accuracy_store._hash([path])

    plain = hashed("def f():\n    return 1\n")
    assert (
        hashed('"""Text."""\ndef f():\n    """Too."""\n    return 1  # so\n') == plain
    )
    assert hashed("def f():\n    return 2\n") != plain


def test_runs_are_distinct_and_every_part_gets_on():
    runs = all_runs([*EQUAL, *UNEQUAL])
    assert len(set(runs)) == len(runs)
    for run in runs:
        assert run.classifier in (ABLATIONS if run.part == "ablation" else CONTESTANTS)
    assert {run.part for run in runs[: len(runs) // 10]} == {
        "main",
        "curve",
        "ablation",
    }
    assert {run.seed for run in runs if run.classifier == "plus"} == set(range(5))
    of_unequal = {run.classifier for run in runs if run.dataset in UNEQUAL}
    assert of_unequal == set(accuracy_classifiers.OURS)


def test_calibration_error_is_that_of_a_plain_loop():
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.ones(3), 200)
    classes = np.array(["a", "b", "c"])
    y = rng.choice(classes, 200)
    expected = 0
    for low in range(10):
        inside = [
            (max(row), classes[row.argmax()] == label)
            for row, label in zip(shares, y, strict=True)
            if low / 10 <= max(row) < (low + 1) / 10
        ]
        if inside:
            sure, right = np.mean(inside, axis=0)
            expected += len(inside) / 200 * abs(sure - right)
    assert calibration_error(y, shares, classes) == pytest.approx(expected)


def test_calibration_error_of_certainty_is_the_share_of_errors():
    classes = np.array(["a", "b"])
    shares = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    y = np.array(["a", "b", "b", "b"])
    assert calibration_error(y, shares, classes) == 0.25


@pytest.mark.parametrize("answers", ["both", "labels", "probabilities"])
def test_measures_agree_however_a_classifier_answers(tiny, monkeypatch, answers):
    contestant = Contestant(lambda seed, smallest: ByMean(), answers)
    monkeypatch.setitem(CONTESTANTS, "by mean", contestant)
    found = measure(Run("main", "tiny", "by mean"), None)
    X, y = tiny["test"]
    right = np.mean(ByMean().fit(*tiny["train"]).predict(X) == y)
    assert found["accuracy"] == right == found["balanced_accuracy"]
    assert (found["features"], found["channels"], found["n_channels"]) == (None, 3, 3)
    if answers == "labels":
        assert found["calibration_error"] == 1 - right
    assert found["predict_ms"] > 0


def test_measures_of_lightwaves(tiny, small, monkeypatch):
    def make(seed, smallest):
        return LightWaveSClassifier(random_state=seed, **small)

    monkeypatch.setitem(CONTESTANTS, "ours", Contestant(make))
    found = measure(Run("main", "tiny", "ours"), None)
    assert found["features"] == small["n_features"]
    assert 1 <= found["channels"] <= 3
    json.dumps(found)


@pytest.mark.parametrize("name", ABLATIONS)
def test_each_change_is_made_within_the_training_cases_and_undone(
    tiny, monkeypatch, name
):
    plus = VARIANTS["plus"]
    # Neither the test cases nor many features are looked at.
    monkeypatch.delitem(tiny, "test")
    monkeypatch.setattr(
        accuracy_classifiers,
        "_lightwaves",
        lambda **of: Contestant(
            lambda seed, smallest: LightWaveSClassifier(**{**of, "n_features": 5})
        ),
    )
    found = measure(Run("ablation", "tiny", name), None)
    assert 0 <= found["accuracy"] <= 1
    assert VARIANTS["plus"] is plus


@pytest.mark.filterwarnings("ignore:n_features=1000000, but only")
def test_inputs_are_what_a_change_makes_of_them(make_problem):
    X, y = make_problem()
    for name, inputs in (
        ("with changes", {"channel", "change", "sum", "difference"}),
        ("no sums, no differences", {"channel"}),
    ):
        with changed(ABLATIONS[name]) as contestant:
            everything = {"n_features": 10**6, "kernels": "haar", "max_dilation": 2}
            classifier = contestant.make(0, 2).set_params(**everything)
            table = classifier.fit(X, y).pipeline_[0].features_
        assert set(table["input"]) == inputs


def test_series_of_unequal_length_are_loaded_as_they_are(tmp_path):
    X, y = load("JapaneseVowels", "train", tmp_path)
    assert len({x.shape[1] for x in X}) > 1
    assert len(X) == len(y)


def test_means_are_over_sets_that_all_classifiers_were_run_on(full):
    del full.records[Run("main", "ERing", "L1")]
    for name in EQUAL:
        del full.records[Run("main", name, "plus auto")]
    table = by_set(to_frame(full.records.values()), "accuracy")
    assert table["plus auto"].isna().all()
    expected = table["plus"].drop("ERing").mean()
    assert means(table)["plus"] == pytest.approx(expected)
    assert np.isnan(means(table)["plus auto"])
    assert "| ERing | – |" in blocks(full)["accuracy"]  # noqa: RUF001


def test_ablation_counts_sets(full):
    for run, record in full.records.items():
        if run.part == "ablation":
            record["accuracy"] = 0.5 + 0.01 * (run.classifier == "with max")
    differences = ablation_differences(to_frame(full.records.values()))
    assert differences.loc["with max", "mean"] == pytest.approx(1)
    assert differences.loc["with max", "better"] == len(EQUAL)
    assert differences.loc["no level 0", ["better", "worse"]].tolist() == [0, 0]


def test_page_can_be_made_of_any_single_run(full, tmp_path):
    for run in (RUN, Run("curve", "ERing", "L1L2 50"), Run("ablation", "LSST", "plus")):
        store = Store(tmp_path)
        store.records = {run: full.records[run]}
        text = fill(accuracy.PAGE.read_text(), blocks(store))
        assert "nan" not in text


def test_page_whose_markers_do_not_fit_is_refused():
    with pytest.raises(ValueError, match="do not fit what is known: x, y"):
        fill("<!-- begin x --><!-- end x -->", {"y": ""})


def test_whole_benchmark_stops_resumes_and_writes_its_page(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    done = []

    def stopped(run, archive):
        done.append(run)
        if len(done) == 100:
            raise KeyboardInterrupt
        if run.classifier == "plus auto":
            raise ValueError("not today")
        return invented(run)

    monkeypatch.setattr(accuracy, "measure", stopped)
    page = tmp_path / "page" / "accuracy.md"
    command = ["--archive", ".", "--results", str(tmp_path), "--workers", "1"]
    command += ["--page", str(page)]
    assert accuracy.main(command) == 130
    assert not page.exists()
    assert accuracy.main(command) == 1
    wanted = all_runs([*EQUAL, *UNEQUAL])
    failing = [run for run in wanted if run.classifier == "plus auto"]
    twice = [done[99], *(run for run in failing if run in done[:99])]
    assert sorted(done) == sorted([*wanted, *twice])
    assert "(no runs yet)" not in page.read_text()
    assert {image.name for image in (page.parent / "images").iterdir()} == {
        f"accuracy_{name}.png" for name in ("features", "cost", "ablation")
    }

    monkeypatch.setattr(accuracy, "measure", invented)
    done.clear()
    assert accuracy.main(command) == 0
    assert not done
    assert Store(tmp_path).finished() == set(wanted)
