"""Runs over an archive: splits, files, and what is left after a kill."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from aeon.benchmarking import results_loaders
from aeon.benchmarking.resampling import stratified_resample_data
from aeon.datasets import load_basic_motions, save_to_ts_file
from click.testing import CliRunner
from numpy.testing import assert_array_equal

from lightwaves_aeon import cli
from lightwaves_aeon.benchmark import datasets, load_results
from lightwaves_aeon.benchmark.classifiers import CLASSIFIERS, make, title_of
from lightwaves_aeon.benchmark.datasets import DataSetError, load, load_split
from lightwaves_aeon.benchmark.measures import write_tables
from lightwaves_aeon.benchmark.runs import Task, dataset_names, measure, resampled
from lightwaves_aeon.benchmark.store import ResultFileError, Run, RunResult, Store
from lightwaves_aeon.benchmark.workers import Failure, run_all

N_FIGURES_OF_COST = 5
PATIENCE = 60


@pytest.fixture(scope="module")
def archive(tmp_path_factory, make_problem):
    """Folder of tiny sets: several channels, one, unequal lengths, and a long one."""
    folder = tmp_path_factory.mktemp("archive")
    for seed, split in enumerate(["TRAIN", "TEST"]):
        X, y = make_problem(seed=seed, n_classes=3)
        one, y_one = make_problem(seed=seed, n_channels=1)
        uneven = [series[:, : 30 + case % 3] for case, series in enumerate(X)]
        long, y_long = make_problem(seed=seed, n_timepoints=4000, n_cases=30)
        # aeon writes a list of series of one length, too.
        only_test = uneven if split == "TEST" else X
        write(folder, "Waves", X, y, split)
        write(folder, "Single", one, y_one, split)
        write(folder, "Uneven", uneven, y, split)
        write(folder, "HalfUneven", only_test, y, split)
        write(folder, "Long", long, y_long, split)
        write(folder, "Libras", X, y, split)
    return folder


def write(folder, name, X, y, split):
    save_to_ts_file(
        X,
        y,
        label_type="classification",
        path=str(folder / name),
        problem_name=name,
        file_suffix=f"_{split}",
    )


def bench(archive, out, datasets, classifiers, *more):
    arguments = command(archive, out, datasets, classifiers, *more)
    return CliRunner().invoke(cli.main, arguments)


def command(archive, out, datasets, classifiers, *more):
    sets = ["--datasets", datasets, "--classifiers", classifiers, *map(str, more)]
    return ["bench", "--archive", str(archive), "--out", str(out), *sets]


def start(*arguments):
    program = [sys.executable, "-m", "lightwaves_aeon", *arguments]
    return subprocess.Popen(
        program,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # Shells have what they start in the background ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def results_in(folder):
    """All result files, by name, without times and memory."""
    found = {}
    for path in sorted(folder.glob("*/Predictions/*/*")):
        lines = path.read_text().splitlines()
        numbers = lines[2].split(",")
        lines[2] = ",".join([numbers[0], *numbers[N_FIGURES_OF_COST:]])
        found[str(path.relative_to(folder))] = lines
    return found


# Data sets and splits


@pytest.mark.parametrize("resample", [0, 1, 7])
def test_resamples_are_those_of_aeon(resample):
    train, test = load_basic_motions(split="train"), load_basic_motions(split="test")
    expected = (*train, *test)
    if resample:
        expected = stratified_resample_data(*expected, random_state=resample)
    found = resampled(load("BasicMotions"), resample)
    for mine, theirs in zip(found, expected, strict=True):
        assert_array_equal(mine, theirs)


@pytest.mark.parametrize("name", ["Uneven", "HalfUneven"])
def test_resamples_of_unequal_lengths(archive, name):
    X_train, y_train, X_test, y_test = data = load(name, archive)
    found = resampled(data, 2)
    expected = stratified_resample_data(
        list(X_train), y_train, list(X_test), y_test, random_state=2
    )
    for part in (0, 2):
        assert isinstance(found[part], list)
        for mine, theirs in zip(found[part], expected[part], strict=True):
            assert_array_equal(mine, theirs)
    assert_array_equal(found[1], expected[1])
    assert_array_equal(found[3], expected[3])


def test_class_without_test_cases_cannot_be_resampled():
    X, y = np.zeros((4, 1, 9)), np.array(["a", "b", "a", "b"])
    data = X, y, X[:1], y[:1]
    assert resampled(data, 0) is data
    with pytest.raises(DataSetError, match="no test cases"):
        resampled(data, 1)


def test_lists_take_what_the_archive_holds(archive):
    names, missing = dataset_names(["UEA", "Nowhere", "Waves", "Nowhere"], archive)
    assert names == ["Libras", "Nowhere", "Waves"]
    assert len(missing) == 29
    names, missing = dataset_names(["ucr"])
    assert len(names) == 128
    assert not missing


# Classifiers


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_every_classifier_can_be_made(name):
    if "hydra" in name and find_spec("torch") is None:
        with pytest.raises(ModuleNotFoundError, match="torch"):
            make(name)
    else:
        assert make(name, seed=3).random_state == 3


def test_number_of_features_is_part_of_the_name():
    assert title_of("l1", 500) == "LightWaveS-L1"
    assert title_of("l1", 20) == "LightWaveS-L1-20"
    assert title_of("plus-auto", 20) == "LightWaveS-plus-auto"
    assert make("l1", n_features=20).n_features == 20
    assert make("plus-auto", n_features=20).n_features == "auto"


def test_class_that_was_not_trained_on(make_problem):
    X, y = make_problem(n_classes=3)
    labels = y.astype(str)
    known = y != 1
    task = Task(Run("Dummy", "Made", 0), "dummy", 500, None)
    found = measure(task, (X[known], labels[known], X, labels), lambda: None)
    assert_array_equal(found.y_true, y)
    assert found.probabilities.shape == (24, 3)
    assert not found.probabilities[:, 1].any()


# Files


def outcome():
    rng = np.random.default_rng(0)
    shares = rng.dirichlet([1, 1, 1], size=5)
    y_true = np.array([0, 1, 2, 0, 1])
    return RunResult(y_true, shares.argmax(axis=1), shares, 1.25, 1e-5, {"features": 7})


def test_file_holds_everything_to_the_last_bit(tmp_path):
    store, run, written = Store(tmp_path), Run("A", "B", 3), outcome()
    assert not store.is_done(run)
    store.write(run, written)
    read = store.read(run)
    for name in ("y_true", "y_pred", "probabilities"):
        assert_array_equal(getattr(read, name), getattr(written, name))
    assert (read.fit_ms, read.predict_ms, read.facts) == (1.25, 1e-5, {"features": 7})
    assert list(store.runs()) == [run]
    assert [path.name for path in tmp_path.glob("**/*.*")] == ["testResample3.csv"]


def test_file_is_as_tsml_eval_reads_it(tmp_path):
    store, run = Store(tmp_path), Run("A", "B", 3)
    store.write(run, outcome())
    lines = (tmp_path / "A/Predictions/B/testResample3.csv").read_text().splitlines()
    assert lines[0] == "B,A,TEST,3,MILLISECONDS,"
    assert json.loads(lines[1])["n_cases"] == 5
    third = lines[2].split(",")
    assert len(third) == 9
    assert int(third[5]) == 3
    assert all(float(third[i]) is not None for i in (0, 1, 2, 3, 4, 7, 8))
    for line in lines[3:]:
        true, predicted, empty, *shares = line.split(",")
        assert (int(true), int(predicted), empty, len(shares)) == (
            *(int(true), int(predicted)),
            *("", 3),
        )
        assert sum(map(float, shares)) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.99])
def test_file_that_is_not_whole_does_not_count(tmp_path, part):
    store, run = Store(tmp_path), Run("A", "B", 3)
    store.write(run, outcome())
    text = store.path(run).read_text()
    store.path(run).write_text(text[: int(part * len(text))])
    if part == 0.99:  # the last line lacks digits alone: the number of lines is right
        store.path(run).write_text("\n".join(text.splitlines()[:-1]) + "\n")
    assert not store.is_done(run)
    with pytest.raises(ResultFileError, match="testResample3"):
        store.read(run)


def test_file_of_tsml_eval_is_read(tmp_path):
    store, run = Store(tmp_path), Run("HC2", "B", 0)
    store.path(run).parent.mkdir(parents=True)
    text = "B,HC2,TEST,0,NANOSECONDS,by tsml\na,b\n0.5,3e6,2e6,-1,-1,2,,-1,-1\n"
    store.path(run).write_text(text)
    assert not store.is_done(run)
    store.path(run).write_text(text + "0,0,,0.9,0.1\n1,0,,0.6,0.4\n")
    found = store.read(run)
    assert_array_equal(found.y_true, [0, 1])
    assert (found.fit_ms, found.predict_ms, found.facts) == (3, 2, {})


def test_file_of_another_run_does_not_count(tmp_path):
    store = Store(tmp_path)
    store.write(Run("A", "B", 3), outcome())
    store.path(Run("A", "B", 3)).rename(store.path(Run("A", "B", 4)))
    assert not store.is_done(Run("A", "B", 4))


def test_failure_lasts_until_there_is_a_result(tmp_path):
    store, run = Store(tmp_path), Run("A", "B", 3)
    store.fail(run, "once", "")
    store.fail(run, "twice", "")
    assert [failure["reason"] for failure in store.failures()] == ["twice"]
    store.write(run, outcome())
    assert store.failures() == []


# The command


ASKING_AEON = """
from aeon.benchmarking.results_loaders import NAME_ALIASES, get_estimator_results
{}
print(get_estimator_results(["LightWaveS-L1"], path={!r})["LightWaveS-L1"]["ERing"])
"""


@pytest.mark.parametrize(
    ("line", "is_known"),
    [
        ("import lightwaves_aeon.benchmark", False),
        (
            "from lightwaves_aeon.benchmark import load_results; load_results({!r})",
            True,
        ),
        ("NAME_ALIASES['LightWaveS-L1'] = []", True),
    ],
)
def test_names_that_aeon_knows(tmp_path, line, is_known):
    """As docs/uea_benchmark.md says it, in a process that knows nothing yet."""
    Store(tmp_path).write(Run("LightWaveS-L1", "ERing", 0), outcome())
    write_tables(tmp_path)
    program = ASKING_AEON.format(line.format(str(tmp_path)), str(tmp_path))
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True
    )
    assert (found.returncode == 0) == is_known, found.stderr
    assert is_known or "Unknown estimator name LightWaveS-L1" in found.stderr


def test_estimates_of_the_training_cases(archive, tmp_path):
    given = archive, tmp_path, "Waves,Single", "l1,dummy", "--n-features", 20
    assert bench(*given).exit_code == 0
    store, run = Store(tmp_path), Run("LightWaveS-L1-20", "Waves", 0)
    test, train = store.path(run), store.path(run).with_name("trainResample0.csv")
    assert not train.exists()
    again = bench(*given, "--train-files")
    assert again.exit_code == 0
    assert "4 runs, 0 of them done before" in again.output
    of_test, of_train = (path.read_text().splitlines() for path in (test, train))
    assert of_train[0] == of_test[0].replace("TEST", "TRAIN")
    figures, others = of_train[2].split(","), of_test[2].split(",")
    assert len(figures) == len(others) == 9
    assert figures[1] == others[1]
    assert [figures[2], figures[5:7]] == ["-1", ["3", "8-fold CV"]]
    assert float(figures[8]) == pytest.approx(float(figures[1]) + float(figures[7]))
    assert len(of_train) == 3 + len(load_split("Waves", "train", archive)[0])
    rows = [line.split(",") for line in of_train[3:]]
    accuracy = np.mean([row[0] == row[1] for row in rows])
    assert accuracy == float(figures[0]) > 0.6
    assert all(len(row) == 3 + 3 for row in rows)
    assert "4 of them done before" in bench(*given, "--train-files").output


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
def test_memory_of_a_fit(archive, tmp_path):
    assert bench(archive, tmp_path, "Waves", "l1").exit_code == 0
    store, run = Store(tmp_path), Run("LightWaveS-L1", "Waves", 0)
    assert 0 <= store.read(run).memory < 1e9
    text = store.path(run).read_text().splitlines()
    figures = text[2].split(",")
    assert float(figures[4]) == store.read(run).memory
    figures[4] = "-1"  # as files of an earlier time have it
    text[2] = ",".join(figures)
    store.path(run).write_text("\n".join(text) + "\n")
    assert store.read(run).memory == -1


def test_results_are_read_by_aeon(archive, tmp_path):
    names = "Waves,Single,BasicMotions"
    result = bench(
        archive, tmp_path, names, "l1,minirocket,multirocket,dummy", "--resamples", 2
    )
    assert result.exit_code == 0, result.output
    assert "24 runs, 0 of them done before" in result.output
    accuracies = load_results(tmp_path)
    assert list(accuracies.index) == ["BasicMotions", "Single", "Waves"]
    for theirs, mine in {
        "MiniROCKETClassifier": "MiniROCKET",
        "MultiROCKET": "MultiROCKET",
        "LightWaveS-L1": "LightWaveS-L1",
    }.items():
        for measure_name in ("accuracy", "balacc", "auroc", "logloss"):
            found = results_loaders.get_estimator_results(
                theirs, num_resamples=None, measure=measure_name, path=str(tmp_path)
            )[theirs]
            means = {dataset: scores.mean() for dataset, scores in found.items()}
            expected = load_results(tmp_path, measure_name)[mine].to_dict()
            assert means == pytest.approx(expected)
    channels = load_results(tmp_path, "channels")
    assert channels.loc["Single", "LightWaveS-L1"] == 1
    assert channels.loc["Waves", "MiniROCKET"] == 3
    assert load_results(tmp_path, "features").loc["Waves", "LightWaveS-L1"] == 500
    assert (load_results(tmp_path, "casetime") > 0).all(axis=None)
    store = Store(tmp_path)
    _, _, _, y_test = stratified_resample_data(
        *load_basic_motions(split="train"),
        *load_basic_motions(split="test"),
        random_state=1,
    )
    found = store.read(Run("LightWaveS-L1", "BasicMotions", 1))
    assert_array_equal(np.array(found.facts["classes"])[found.y_true], y_test)
    assert found.facts["parameters"]["random_state"] == "1"
    assert found.probabilities.max() < 1

    again = bench(
        archive, tmp_path, names, "l1,minirocket,multirocket,dummy", "--resamples", 2
    )
    assert again.exit_code == 0
    assert "24 of them done before" in again.output


def test_killed_and_resumed_run_equals_a_clean_one(archive, tmp_path):
    what = "Waves,Uneven", "l1,dummy", "--resamples", 6
    clean, killed = tmp_path / "clean", tmp_path / "killed"
    assert bench(archive, clean, *what).exit_code == 0
    for n_files in (2, 9):
        process = start(*command(archive, killed, *what))
        wait_for(lambda n=n_files: len(list(killed.glob("*/*/*/*.csv"))) >= n)
        process.kill()
        process.communicate(timeout=PATIENCE)  # until its workers have ended, too
    half = sorted(killed.glob("*/*/*/*.csv"))[0]
    half.write_text(half.read_text()[:400])
    (half.parent / "testResample2.csv.part").write_text("half a fi")
    last = bench(archive, killed, *what, "--jobs", 2)
    assert last.exit_code == 0, last.output
    assert " 0 of them done" not in last.output
    assert results_in(killed) == results_in(clean)
    assert len(results_in(clean)) == 24


def test_interrupt_ends_at_once_and_tells_how_to_go_on(archive, tmp_path):
    process = start(*command(archive, tmp_path, "Waves,Long", "dummy,rocket"))
    wait_for(lambda: len(list(tmp_path.glob("*/*/*/*.csv"))) >= 3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    output = process.communicate()[0].decode()
    assert time.monotonic() - began < 5
    assert process.returncode == 130
    assert "give the same command again" in output
    assert "Traceback" not in output


def test_time_limit_ends_compiled_code(archive, tmp_path):
    began = time.monotonic()
    limit = "--time-limit", 0.3
    result = bench(archive, tmp_path, "Long", "rocket,dummy", *limit)
    assert time.monotonic() - began < 30
    assert result.exit_code == 1
    assert "Long, ROCKET, resample 0: it took longer than 0.3 s" in result.output
    (failure,) = Store(tmp_path).failures()
    assert failure["reason"] == "it took longer than 0.3 s"
    assert list(load_results(tmp_path).columns) == ["Dummy"]


def test_failures_are_skipped_and_tried_again(archive, tmp_path, make_problem):
    sets, out = tmp_path / "sets", tmp_path / "out"
    for split in ("TRAIN", "TEST"):
        X, y, *_ = load("Uneven", archive)
        write(sets, "Uneven", X, y, split)
    result = bench(sets, out, "Uneven,Nowhere", "minirocket,l1")
    assert result.exit_code == 1
    assert "3 runs have failed" in result.output
    assert "Nowhere, MiniROCKET, resample 0: Nowhere: it is not in" in result.output
    failed = {(of["classifier"], of["dataset"]) for of in Store(out).failures()}
    assert failed == {
        ("MiniROCKET", "Uneven"),
        ("MiniROCKET", "Nowhere"),
        ("LightWaveS-L1", "Nowhere"),
    }
    assert load_results(out).columns == ["LightWaveS-L1"]

    X, y = make_problem()
    for split in ("TRAIN", "TEST"):
        write(sets, "Uneven", X, y, split)
    result = bench(sets, out, "Uneven", "minirocket,l1")
    assert result.exit_code == 0, result.output
    assert "2 runs, 1 of them done before" in result.output
    assert {of["dataset"] for of in Store(out).failures()} == {"Nowhere"}
    assert not list((out / "MiniROCKET/Predictions/Uneven").glob("*.json"))


def test_process_that_ends_costs_its_run_alone(archive, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    handler = signal.getsignal(signal.SIGINT)
    long = Task(Run("ROCKET", "Long", 0), "rocket", 500, archive)
    short = Task(Run("Dummy", "Long", 1), "dummy", 500, archive)
    others = multiprocessing.active_children()  # of other tests
    events = run_all([short, long, short])
    assert isinstance(next(events)[1], RunResult)
    (process,) = set(multiprocessing.active_children()) - set(others)
    os.kill(process.pid, signal.SIGKILL)
    task, failure = next(events)
    assert task == long
    assert failure == Failure("the process that did it has ended by SIGKILL")
    assert [type(result) for _, result in events] == [RunResult]
    assert set(multiprocessing.active_children()) <= set(others)
    # What the processes are started with does not stay behind.
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert "NUMBA_NUM_THREADS" not in os.environ
    assert signal.getsignal(signal.SIGINT) is handler


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--classifiers", "none"], "no classifier 'none'; choose from plus, "),
        (["--resamples", "0"], "not in the range"),
        (["--time-limit", "0"], "not in the range"),
    ],
)
def test_bad_options(archive, tmp_path, more, message):
    result = bench(archive, tmp_path / "out", "Waves", "dummy", *more)
    assert result.exit_code == 2
    assert message in result.output
    assert not (tmp_path / "out").exists()


def test_a_folder_is_written_to_by_one_at_a_time(archive, tmp_path):
    with Store(tmp_path).lock():
        result = bench(archive, tmp_path, "Waves", "dummy")
        assert result.exit_code == 1
        assert "another lightwaves bench is writing to" in result.output
    assert bench(archive, tmp_path, "Waves", "dummy").exit_code == 0


def test_sets_that_cannot_be_downloaded_are_told_of_once(tmp_path, monkeypatch):
    asked = []

    def refuse(name, **options):
        asked.append(name)
        raise ValueError("no network")

    monkeypatch.setattr(datasets, "load_classification", refuse)
    monkeypatch.setattr(datasets, "OF_AEON", datasets.OF_AEON[:1])
    call = ["bench", "--out", str(tmp_path), "--classifiers", "dummy"]
    result = CliRunner().invoke(cli.main, [*call, "--datasets", "uea"])
    assert result.exit_code == 0
    assert len(asked) == 1
    assert result.stderr.count("\n") <= 3
    assert "--archive names the folder" in result.stderr
    assert set(load_results(tmp_path).index) >= {"BasicMotions", "JapaneseVowels"}


def test_auto_is_for_plus(archive, tmp_path):
    result = bench(archive, tmp_path, "Waves", "plus,l1l2", "--n-features", "auto")
    assert result.exit_code == 1
    assert "l1l2 selects by mrmr" in result.output
    both = bench(archive, tmp_path, "Waves", "plus,plus-auto", "--n-features", "auto")
    assert "1 runs, 0 of them done before" in both.output


def test_nothing_to_run(archive, tmp_path):
    result = bench(archive, tmp_path / "out", ",", "dummy")
    assert result.exit_code == 2
    assert "there is nothing to run" in result.output
    assert not (tmp_path / "out").exists()


def test_list_that_the_archive_holds_in_part(archive, tmp_path):
    result = bench(archive, tmp_path, "uea", "dummy,l1", "--n-features", 20)
    assert result.exit_code == 0
    assert "29 data sets of the list are not in" in result.output
    features = load_results(tmp_path, "features")
    assert features["LightWaveS-L1-20"].to_dict() == {"Libras": 20}
