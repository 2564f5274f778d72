"""The program ``lightwaves`` and the measuring behind it."""

import json
import subprocess
import sys

import numpy as np
import pytest
from aeon.datasets import save_to_ts_file
from aeon.regression import BaseRegressor
from click.testing import CliRunner
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from lightwaves_aeon import LightWaveSRegressor, __version__, cli
from lightwaves_aeon.benchmark import datasets, evaluation
from lightwaves_aeon.benchmark.classifiers import make
from lightwaves_aeon.core.selection.select import SELECTORS
from lightwaves_aeon.core.selection.variants import SELECTOR_NAMES, VARIANTS

KEYS = [
    "dataset",
    "classifier",
    "accuracy",
    "balanced_accuracy",
    "fit_seconds",
    "predict_ms_per_case",
    "kept_features",
    "kept_channels",
    "all_channels",
    "model_kb",
]

RESULT = evaluation.Result(
    accuracy=0.98765,
    balanced_accuracy=0.87654,
    fit_seconds=1234.567,
    predict_ms_per_case=345.678,
    kept_features=20000,
    kept_channels=963,
    all_channels=963,
    model_kb=12345.6,
)
RESULT_OF_NUMBERS = evaluation.RegressionResult(
    rmse=12341.2,
    mae=0.0123456,
    r2=-0.1234,
    fit_seconds=1234.567,
    predict_ms_per_case=345.678,
    kept_features=20000,
    kept_channels=963,
    all_channels=963,
    model_kb=12345.6,
)
CELLS = ["0.988", "0.877", "1234.57", "345.68", "20000", "963", "of", "963", "12346"]


def run(*args):
    return CliRunner().invoke(cli.main, ["evaluate", *map(str, args)])


@pytest.fixture
def archive(tmp_path, make_problem):
    """Folder with sets of equal length, of unequal length, and of no use."""

    def write(name, X, y, split, folder=None):
        save_to_ts_file(
            X,
            y,
            label_type="classification",
            path=str(tmp_path / (folder or name)),
            problem_name=name,
            file_suffix=f"_{split}",
        )

    for seed, split in enumerate(["TRAIN", "TEST"]):
        X, y = make_problem(seed=seed)
        uneven = [series[:, : 30 + case % 3] for case, series in enumerate(X)]
        write("Waves", X, y, split)
        write("Uneven", uneven, y, split)
        write("Uneven_eq", X[:, :, :30], y, split, folder="Uneven")
        write("Short", X[:, :, :8], y, split)
        write("Flat", np.where([[[1], [0], [1]]], X, 1.0), y, split)
        write("Gaps", np.where(X > 2.5, np.nan, X), y, split)
    gaps = tmp_path / "Gaps" / "Gaps_TEST.ts"  # aeon writes NaN, the archives have ?
    gaps.write_text(gaps.read_text().replace("NaN", "?"))
    write("Half", X, y, "TRAIN")
    text = (tmp_path / "Waves" / "Waves_TRAIN.ts").read_text()
    for name, content in {
        "Broken": text[:-200],
        "Empty": text[: text.index("@data")] + "@data\n",
        "Prices": text.replace("@classLabel true 0 1", "@targetLabel true")[:-2]
        + "high\n",
        "Listed": text.replace("@equalLength true", "@equalLength false"),
    }.items():
        (tmp_path / name).mkdir()
        for split in ("TRAIN", "TEST"):
            (tmp_path / name / f"{name}_{split}.ts").write_text(content)
    return tmp_path


@pytest.fixture
def offline(monkeypatch):
    """Have every attempt to let aeon load a set fail as it does without a network."""

    def fail(name, **options):
        raise ValueError(f"Could not download files for {name}")

    monkeypatch.setattr(datasets, "load_classification", fail)


# Output


def test_json_has_the_same_keys_in_each_row_and_numbers_as_numbers():
    result = run("UnitTest", "BasicMotions", "--n-features", 6, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = json.loads(result.stdout)
    assert [list(row) for row in rows] == [KEYS, KEYS]
    unit_test, motions = rows
    assert (unit_test["dataset"], unit_test["classifier"]) == ("UnitTest", "lightwaves")
    assert 0.8 < unit_test["accuracy"] <= 1
    assert 0.8 < unit_test["balanced_accuracy"] <= 1
    assert unit_test["fit_seconds"] > 0
    assert unit_test["predict_ms_per_case"] > 0
    assert unit_test["model_kb"] > 1
    assert [unit_test[key] for key in KEYS[6:9]] == [6, 1, 1]
    assert motions["kept_channels"] < motions["all_channels"] == 6


def test_regressors(archive):
    name = "Prices"
    for file in (archive / name).iterdir():
        file.write_text(file.read_text().replace("high", "0.5"))
    given = ["--archive", archive, "--n-features", 6, "--against", "rocket,arsenal"]
    result = run(name, "UnitTest", "Covid3Month", *given, "--json")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"Error: {of}: arsenal: there is no regressor 'arsenal', only a classifier"
        for of in (name, "Covid3Month")
    ]
    rows = json.loads(result.stdout)
    assert [(row["dataset"], row.get("regressor")) for row in rows] == [
        *((name, regressor) for regressor in ("lightwaves", "rocket")),
        *3 * [("UnitTest", None)],
        *(("Covid3Month", regressor) for regressor in ("lightwaves", "rocket")),
    ]
    scores = ["rmse", "mae", "r2"]
    for row in rows[:2]:
        assert list(row) == ["dataset", "regressor", *scores, *KEYS[4:]]
    assert [list(row) for row in rows[2:5]] == 3 * [KEYS]
    X_train, y_train, X_test, y_test = datasets.load("Covid3Month")
    parameters = {"n_features": 6, "random_state": 0}
    predicted = LightWaveSRegressor(**parameters).fit(X_train, y_train).predict(X_test)
    assert [rows[-2][score] for score in scores] == [
        root_mean_squared_error(y_test, predicted),
        mean_absolute_error(y_test, predicted),
        r2_score(y_test, predicted),
    ]
    assert (rows[-2]["kept_features"], rows[-1]["kept_features"]) == (6, 20000)


def test_tables_of_both_kinds(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    of_numbers = RESULT_OF_NUMBERS
    monkeypatch.setattr(
        evaluation,
        "evaluate",
        lambda one, *data: of_numbers if isinstance(one, BaseRegressor) else RESULT,
    )
    result = run("Covid3Month", "UnitTest", "CardanoSentiment")
    first, second = result.stdout.split("\n\n")
    assert first.splitlines()[-1].split()[2:] == CELLS
    rows = [line.split() for line in second.splitlines()[-2:]]
    assert [row[0] for row in rows] == ["Covid3Month", "CardanoSentiment"]
    for row in rows:
        assert row[1:] == ["lightwaves", "1.234e+04", "0.01235", "-0.123", *CELLS[2:]]


def test_rivals_follow_in_the_order_given(monkeypatch):
    monkeypatch.setattr(evaluation, "evaluate", lambda classifier, *data: RESULT)
    rows = json.loads(
        run("UnitTest", "--against", "rocket, minirocket", "--json").stdout
    )
    assert [row["classifier"] for row in rows] == ["lightwaves", "rocket", "minirocket"]


@pytest.mark.parametrize("columns", ["", "40", "80", "200"])
def test_table_shows_every_number_whole(monkeypatch, columns):
    if columns:
        monkeypatch.setenv("COLUMNS", columns)
    else:
        monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(evaluation, "evaluate", lambda classifier, *data: RESULT)
    result = run("BasicMotions", "UnitTest", "--against", "minirocket")
    assert result.exit_code == 0
    for name in ("lightwaves", "minirocket"):
        lines = [line for line in result.stdout.splitlines() if f" {name} " in line]
        assert [line.split()[2:] for line in lines] == [CELLS, CELLS]
    width = max(map(len, result.stdout.splitlines()))
    assert width <= (80 if columns in ("40", "80") else 200)
    if not columns:
        assert "BasicMotions  lightwaves" in result.stdout


def test_long_names_are_folded_not_cut(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(evaluation, "evaluate", lambda classifier, *data: RESULT)
    monkeypatch.setattr(datasets, "load", lambda *args: (np.array(["a"]),) * 4)
    lines = run("ArticularyWordRecognition").stdout.splitlines()
    below = next(i for i, line in enumerate(lines) if line.startswith("─")) + 1
    first_column = "".join(line.split(" ")[0] for line in lines[below:])
    assert first_column == "ArticularyWordRecognition"


def test_progress_names_what_runs_on_stderr_only(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # which rich takes for a terminal
    result = run("UnitTest", "--n-features", 20, "--json")
    assert "UnitTest: loading" in result.stderr
    assert "UnitTest: lightwaves" in result.stderr
    assert len(json.loads(result.stdout)) == 1


def test_warnings_do_not_reach_the_user(archive, recwarn):
    # aeon warns of the flat channel, LightWaveS of a number of features too high.
    result = run("Flat", "--archive", archive, "--n-features", 10**6)
    assert (result.exit_code, result.stderr) == (0, "")
    assert not recwarn.list


def test_as_a_module_in_a_process_of_its_own():
    command = [
        sys.executable,
        "-m",
        "lightwaves_aeon",
        "evaluate",
        "UnitTest",
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert json.loads(done.stdout)[0]["kept_features"] == 500


# Failures


def test_a_set_that_fails_does_not_stop_the_others(archive, offline):
    result = run(
        "Empty", "Nonesuch", "Waves", "--archive", archive, "--n-features", 9, "--json"
    )
    assert result.exit_code == 1
    assert [row["dataset"] for row in json.loads(result.stdout)] == ["Waves"]
    empty, nonesuch = result.stderr.splitlines()
    assert empty.startswith("Error: Empty: ")
    assert empty.endswith("Empty_TRAIN.ts: there are no cases")
    assert nonesuch.startswith(f"Error: Nonesuch: it is not in {archive}")


def test_series_of_unequal_length(archive):
    command = ["Uneven", "--archive", archive, "--against", "rocket", "--json"]
    result = run(*command)
    assert result.exit_code == 1
    assert [row["classifier"] for row in json.loads(result.stdout)] == ["lightwaves"]
    assert result.stderr.startswith("Error: Uneven: rocket: ")
    assert "unequal length" in result.stderr


def test_unequal_lengths_are_compiled_for_before_the_clock_starts(archive, monkeypatch):
    seen = []
    monkeypatch.setattr(evaluation, "warm_up", lambda *args: seen.append(args[2]))
    result = run("Waves", "Uneven", "--archive", archive, "--n-features", 9)
    assert (result.exit_code, seen) == (0, [False, True])


def test_a_classifier_that_fails_does_not_stop_the_others(archive, monkeypatch):
    # aeon's MiniRocket refuses fewer than nine time points, before it compiles.
    monkeypatch.setattr(evaluation, "warm_up", lambda *args: None)
    command = ["Short", "--archive", archive, "--against", "minirocket", "--json"]
    result = run(*command)
    assert result.exit_code == 1
    assert [row["classifier"] for row in json.loads(result.stdout)] == ["lightwaves"]
    assert result.stderr.startswith("Error: Short: minirocket: n_timepoints must be")


def test_missing_values(archive):
    texts = [path.read_text() for path in sorted((archive / "Gaps").iterdir())]
    assert ["?" in text for text in texts] == [True, False]
    assert ["NaN" in text for text in texts] == [False, True]
    result = run("Gaps", "--archive", archive, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    (row,) = json.loads(result.stdout)
    assert row["accuracy"] > 0.8


def test_without_results_json_is_an_empty_list(offline):
    result = run("Nonesuch", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (1, [])


def test_interrupt_ends_cleanly(monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluation, "evaluate", interrupt)
    result = run("UnitTest")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.strip() == "Aborted!"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "Missing argument 'DATASET...'"),
        (["UnitTest", "--against", "rocket,foo"], "there is no rival 'foo'"),
        (["UnitTest", "--against", "lightwaves"], "there is no rival 'lightwaves'"),
        (["UnitTest", "--n-features", "0"], "0 is not in the range x>=1"),
        (["UnitTest", "--max-channels", "some"], "Or it is 'auto'."),
        (["UnitTest", "--variant", "L3"], "'L3' is not one of"),
        (["UnitTest", "--archive", "no/such/folder"], "does not exist"),
        (["UnitTest", "--archive", __file__], "is a file"),
        (["UnitTest", "--seed", "-1"], "-1 is not in the range"),
    ],
)
def test_usage_errors(args, message):
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())


def test_options_reach_the_estimator(monkeypatch):
    asked = []

    def measured(estimator, *data):
        asked.append(estimator)
        return RESULT

    monkeypatch.setattr(evaluation, "evaluate", measured)
    options = ["--variant", "l1", "--n-features", "AUTO", "--max-channels", "auto"]
    result = run(
        "UnitTest", *options, "--selector", "Detach", "--against", "plus,dummy"
    )
    assert result.exit_code == 0
    ours, plus, dummy = asked
    assert (ours.variant, ours.n_features) == ("L1", "auto")
    assert (ours.max_channels, ours.selector) == ("auto", "detach")
    assert (plus.variant, plus.max_channels) == ("plus", None)
    assert type(dummy).__name__ == "DummyClassifier"


def test_the_first_command_says_that_it_compiles(monkeypatch, tmp_path):
    monkeypatch.setattr(evaluation, "evaluate", lambda *args: RESULT)
    assert "Compiling" not in run("UnitTest").stderr
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert run("UnitTest").stderr.startswith("Compiling, this first time")


# Help


def test_version():
    result = CliRunner().invoke(cli.main, ["--version"])
    assert result.stdout == f"lightwaves, version {__version__}\n"


def test_selectors_are_those_of_the_package():
    assert set(SELECTOR_NAMES) == set(SELECTORS)


def test_one_spelling_of_options():
    for name in ("evaluate", "bench", "fit"):
        options = {option.name for option in cli.main.commands[name].params}
        assert "n_features" in options
    for name in ("evaluate", "fit"):
        options = {option.name for option in cli.main.commands[name].params}
        assert {"max_channels", "selector", "variant"} <= options


def test_choices_are_those_of_the_package():
    options = {option.name: option for option in cli.main.commands["evaluate"].params}
    assert set(options["variant"].type.choices) == set(VARIANTS)
    for name in ("rocket", "minirocket", "multirocket"):
        assert name in options["rivals"].help


def test_program_itself_needs_neither_aeon_nor_rich_for_help():
    # In place of the package stands an empty one, to see what the program adds to it.
    code = (
        "import sys, types, importlib.util;"
        "package = types.ModuleType('lightwaves_aeon'); package.__version__ = '0';"
        "spec = importlib.util.find_spec('lightwaves_aeon');"
        "package.__path__ = spec.submodule_search_locations;"
        "sys.modules['lightwaves_aeon'] = package;"
        "from lightwaves_aeon.cli import main;"
        "main(['evaluate', '--help'], standalone_mode=False);"
        "print({'aeon', 'numpy', 'rich', 'sklearn'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert output.startswith("Usage:")
    assert output.endswith("set()\n")


# Loading


@pytest.mark.parametrize("name", ["Waves", "Uneven_eq", "Listed"])
def test_archive_is_read(archive, offline, name):
    for split in ("train", "test"):
        X, y = datasets.load_split(name, split, archive)
        assert X.shape == (24, 3, 30 if name == "Uneven_eq" else 40)
        assert set(y) == {"0", "1"}


def test_series_of_unequal_length_are_a_list(archive):
    X, y = datasets.load_split("Uneven", "test", archive)
    assert [x.shape for x in X[:4]] == [(3, 30), (3, 31), (3, 32), (3, 30)]
    assert len(X) == len(y)


def test_archive_has_precedence_and_aeon_follows(archive):
    (archive / "Waves").rename(archive / "UnitTest")
    for file in (archive / "UnitTest").iterdir():
        file.rename(file.with_name(file.name.replace("Waves", "UnitTest")))
    assert datasets.load_split("UnitTest", "train", archive)[0].shape == (24, 3, 40)
    assert datasets.load_split("BasicMotions", "test", archive)[0].shape[1] == 6


@pytest.mark.parametrize(
    ("name", "split", "reason"),
    [
        ("Half", "test", "Half_TEST.ts cannot be read: .*No such file"),
        ("Broken", "train", "Broken_TRAIN.ts, line 33: "),
        ("Empty", "train", "Empty_TRAIN.ts: there are no cases"),
        ("Prices", "train", "Prices_TRAIN.ts, line .* 'high' is no finite number"),
        ("Nonesuch", "train", "it is not in .*Could not download"),
    ],
)
def test_what_cannot_be_used_is_named(archive, offline, name, split, reason):
    before = sorted(archive.rglob("*"))
    with pytest.raises(datasets.DataSetError, match=rf"^{name}: .*{reason}"):
        datasets.load_split(name, split, archive)
    assert sorted(archive.rglob("*")) == before


def test_missing_archive(tmp_path):
    with pytest.raises(datasets.DataSetError, match="UnitTest: there is no archive"):
        datasets.load_split("UnitTest", "train", tmp_path / "none")


# Measuring


def test_unknown_classifier():
    with pytest.raises(ValueError, match="no classifier 'foo'"):
        make("foo")


@pytest.mark.parametrize("name", ["l1l2", "rocket", "minirocket"])
def test_classifiers_share_seed_and_threads(name):
    classifier = make(name, n_jobs=2, seed=7)
    assert (classifier.n_jobs, classifier.random_state) == (2, 7)


def test_result_of_a_rival():
    # ROCKET, since aeon's MiniRocket takes half a minute to compile.
    train, test = (
        datasets.load_split("UnitTest", split) for split in ("train", "test")
    )
    classifier = make("rocket").set_params(n_kernels=100)
    result = evaluation.evaluate(classifier, *train, *test)
    assert result.accuracy > 0.8
    assert (result.kept_features, result.kept_channels) == (200, 1)
