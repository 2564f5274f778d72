"""Tables, pictures and pages of what runs have found, and what is set next to them."""

import sys
from urllib.error import URLError

import numpy as np
import pandas as pd
import pytest
from aeon.benchmarking import results_loaders
from click.testing import CliRunner
from sklearn.metrics import balanced_accuracy_score, log_loss, roc_auc_score

from lightwaves_aeon import cli
from lightwaves_aeon.benchmark import load_results
from lightwaves_aeon.benchmark.measures import MEASURES, measures, write_tables
from lightwaves_aeon.benchmark.published import PeerError, online, published
from lightwaves_aeon.benchmark.store import Run, RunResult, Store

SETS = ("ERing", "Epilepsy", "LSST", "NATOPS")
CLASSIFIERS = ("LightWaveS-plus", "ROCKET", "MultiROCKET")
PNG = b"\x89PNG"

PUBLISHED = """\
dataset,channels,HC2,QUANT,chan_frac,speedup,source
ERing,4,0.9,0.8,0.5,7,paper
LSST,6,0.7,,0.5,8,paper
NATOPS,24,0.8,0.6,0.5,9,paper
Elsewhere,1,0.1,0.1,1.0,9,paper
"""


def made_up(seed, n_classes=3, n_cases=30):
    rng = np.random.default_rng(seed)
    y_true = np.arange(n_cases) % n_classes
    shares = rng.dirichlet(np.ones(n_classes), size=n_cases)
    shares[np.arange(n_cases), y_true] += rng.random()
    shares /= shares.sum(axis=1, keepdims=True)
    facts = {"features": 500, "channels": 3 + seed % 2}
    return RunResult(y_true, shares.argmax(axis=1), shares, 1500.0, 60.0 + seed, facts)


@pytest.fixture
def results(tmp_path):
    """Folder of runs that nobody has done."""
    store = Store(tmp_path / "results")
    for i, classifier in enumerate(CLASSIFIERS):
        for j, dataset in enumerate(SETS):
            for resample in range(2):
                found = made_up(100 * i + 10 * j + resample, n_classes=2 + j)
                store.write(Run(classifier, dataset, resample), found)
    return tmp_path / "results"


def report(folder, *more):
    return CliRunner().invoke(cli.main, ["report", str(folder), *map(str, more)])


# Measures


@pytest.mark.parametrize("n_classes", [2, 4])
def test_measures_are_those_of_scikit_learn(tmp_path, n_classes):
    found = made_up(1, n_classes)
    Store(tmp_path).write(Run("A", "B", 0), found)
    (row,) = measures(tmp_path).to_dict("records")
    true, predicted, shares = found.y_true, found.y_pred, found.probabilities
    scores = shares[:, 1] if n_classes == 2 else shares
    assert row == {
        "classifier": "A",
        "dataset": "B",
        "resample": 0,
        "accuracy": np.mean(true == predicted),
        "balacc": pytest.approx(balanced_accuracy_score(true, predicted)),
        "auroc": roc_auc_score(true, scores, average="weighted", multi_class="ovr"),
        "logloss": log_loss(true, shares),
        "fittime": 1500,
        "predicttime": 61,
        "casetime": pytest.approx(61 / 30),
        "features": 500,
        "channels": 4,
    }


def test_class_without_test_cases_has_no_auroc(tmp_path):
    found = made_up(1)
    some = found.y_true != 2
    store = Store(tmp_path)
    parts = found.y_true[some], found.y_pred[some], found.probabilities[some]
    store.write(Run("A", "B", 0), RunResult(*parts, 1.0, 1.0))
    (row,) = measures(tmp_path).to_dict("records")
    assert np.isnan(row["auroc"])
    assert row["logloss"] > 0
    assert np.isnan(row["channels"])


def test_results_that_no_measure_can_use_are_left_out(tmp_path):
    store, bad = Store(tmp_path), Run("A", "C", 0)
    store.write(Run("A", "B", 0), made_up(1))
    store.write(bad, made_up(2))
    lines = store.path(bad).read_text().splitlines()
    cells = lines[-1].split(",")
    lines[-1] = ",".join([*cells[:-1], "nan"])
    store.path(bad).write_text("\n".join(lines) + "\n")
    with pytest.warns(UserWarning, match=f"left out: {store.path(bad)}"):
        (row,) = measures(tmp_path).to_dict("records")
    assert row["dataset"] == "B"
    result = CliRunner().invoke(cli.main, ["report", str(tmp_path)])
    assert result.exit_code == 0
    assert result.stderr.count("Note: left out") == 1


# Loading


def test_load_results_takes_means_over_resamples(results):
    table = load_results(results)
    assert list(table.columns) == sorted(CLASSIFIERS)
    assert list(table.index) == sorted(SETS)
    store = Store(results)
    runs = [store.read(Run("ROCKET", "LSST", resample)) for resample in range(2)]
    expected = np.mean([np.mean(run.y_true == run.y_pred) for run in runs])
    assert table.loc["LSST", "ROCKET"] == pytest.approx(expected)


@pytest.mark.parametrize("measure", MEASURES)
def test_tables_stand_for_the_runs(results, tmp_path, measure):
    write_tables(results)
    (results / "classification").rename(tmp_path / "classification")
    expected = load_results(results, measure)
    pd.testing.assert_frame_equal(load_results(tmp_path, measure), expected)
    if measure in ("accuracy", "balacc", "auroc", "logloss"):
        found = results_loaders.get_estimator_results(
            ["MultiROCKET", "ROCKET"],
            datasets=["LSST"],
            measure=measure,
            num_resamples=None,
            path=str(tmp_path),
        )
        assert found["MultiROCKET"]["LSST"].mean() == pytest.approx(
            expected.loc["LSST", "MultiROCKET"]
        )


def test_tables_look_as_those_of_aeon(results):
    write_tables(results)
    folder = results / "classification" / "accuracy"
    names = ["LightWaveS-plus", "MR", "ROCKET"]
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{name}_accuracy.csv" for name in names
    ]
    lines = (folder / "ROCKET_accuracy.csv").read_text().splitlines()
    assert lines[0] == "Resamples:,0,1"
    assert [line.split(",")[0] for line in lines[1:]] == sorted(SETS)


def test_load_results_says_what_is_wrong(results, tmp_path):
    with pytest.raises(ValueError, match="no measure 'f1'; choose from accuracy"):
        load_results(results, "f1")
    with pytest.raises(ValueError, match="there are no results"):
        load_results(tmp_path / "nowhere")


# Others' results


def test_published_accuracies(tmp_path):
    (tmp_path / "them.csv").write_text(PUBLISHED)
    table, left_out = published(tmp_path / "them.csv")
    assert list(table.columns) == ["HC2", "QUANT"]
    assert left_out == ["channels", "chan_frac", "speedup", "source"]
    assert np.isnan(table.loc["LSST", "QUANT"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("dataset,speedup\nERing,7\n", "no column holds accuracies"),
        ("dataset,HC2\nERing,0.7\nERing,0.8\n", "more than one row"),
    ],
)
def test_published_file_of_no_use(tmp_path, text, message):
    (tmp_path / "them.csv").write_text(text)
    with pytest.raises(PeerError, match=message):
        published(tmp_path / "them.csv")


def test_online_peers(monkeypatch, tmp_path):
    path = tmp_path / "HC2_accuracy.csv"
    path.write_text("Resamples:,0,1,2\nERing,0.9,0.8,0.1\nOther,1,1,1\n")

    def read(url, **options):
        assert url.startswith("https://timeseriesclassification.com")
        return original(path, **options)

    original = pd.read_csv
    monkeypatch.setattr(pd, "read_csv", read)
    found = online(["HIVECOTEV2"], ["ERing", "LSST"], n_resamples=2)
    assert found.to_dict() == {"HIVECOTEV2": {"ERing": pytest.approx(0.85)}}


def test_online_without_a_network(monkeypatch, results):
    def fail(*args, **options):
        raise URLError("Name or service not known")

    monkeypatch.setattr(results_loaders, "_load_to_dict", fail)
    result = report(results, "--online", "HC2")
    assert result.exit_code == 1
    assert "cannot be loaded from timeseriesclassification.com" in result.output
    assert "Name or service not known" in result.output


def test_online_peer_that_nobody_knows(results):
    result = report(results, "--online", "MyOwnOne")
    assert result.exit_code == 1
    assert "Unknown estimator name MyOwnOne" in result.output


# Reports


def test_report(results, tmp_path):
    pytest.importorskip("seaborn")
    (tmp_path / "them.csv").write_text(PUBLISHED)
    result = report(results, "--published", tmp_path / "them.csv")
    assert result.exit_code == 0, result.output
    assert "left out: channels, chan_frac, speedup, source" in result.output
    accuracies = load_results(results)
    for classifier, mean in accuracies.mean().items():
        assert f"{mean:.4f}" in result.output
        assert classifier.split("-")[-1] in result.output
    out = results / "report"
    page = (out / "report.md").read_text()
    assert "Means over the 4 data sets with results of all classifiers" in page
    assert "| HC2 (published) | 3 | 0.8000 |" in page
    assert "| QUANT (published) | 2 | 0.7000 |" in page
    for title in ("balanced accuracy", "AUROC", "log-loss", "fit s", "channels"):
        assert f"## By data set: {title}" in page
    pictures = {path.name for path in out.glob("*.png")}
    assert pictures == {
        "critical_difference.png",
        "critical_difference_published.png",
        "LightWaveS-plus_MultiROCKET.png",
        "LightWaveS-plus_ROCKET.png",
        "accuracy_time.png",
    }
    for name in pictures:
        assert f"]({name})" in page
        assert (out / name).read_bytes().startswith(PNG)
    table = pd.read_csv(out / "accuracy.csv", index_col=0)
    assert table.loc["LSST", "ROCKET"] == pytest.approx(
        accuracies.loc["LSST", "ROCKET"], abs=1e-4
    )
    summary = pd.read_csv(out / "summary.csv", index_col=0)
    assert summary.index[0] == accuracies.mean().idxmax()
    assert summary.loc["ROCKET", "fit s"] == 1.5
    assert (out / "published.csv").exists()


def test_report_without_what_draws(results, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    result = report(results, "--out", tmp_path / "page")
    assert result.exit_code == 0, result.output
    assert "lightwaves-aeon[bench]" in result.output
    page = (tmp_path / "page" / "report.md").read_text()
    assert "lightwaves-aeon[bench]" in page
    assert "## By data set: accuracy" in page
    assert not list(tmp_path.glob("page/*.png"))


def test_report_on_too_little_says_what_cannot_be_drawn(tmp_path):
    pytest.importorskip("seaborn")
    store = Store(tmp_path)
    store.write(Run("LightWaveS-plus", "ERing", 0), made_up(1))
    store.write(Run("ROCKET", "ERing", 0), made_up(2))
    result = report(tmp_path)
    assert result.exit_code == 0, result.output
    page = (tmp_path / "report" / "report.md").read_text()
    assert "Critical differences of accuracy: not drawn: it needs at least 3" in page
    assert "Accuracy of LightWaveS-plus and ROCKET: not drawn" in page
    assert "](accuracy_time.png)" in page


def test_equal_classifiers_are_drawn(tmp_path):
    pytest.importorskip("seaborn")
    store = Store(tmp_path)
    for classifier in ("A", "B", "C"):
        for seed, dataset in enumerate(SETS):
            store.write(Run(classifier, dataset, 0), made_up(seed))
    assert report(tmp_path).exit_code == 0
    assert "not drawn" not in (tmp_path / "report" / "report.md").read_text()


def test_report_on_half_of_the_runs(results):
    store = Store(results)
    store.path(Run("ROCKET", "LSST", 0)).unlink()
    store.path(Run("ROCKET", "LSST", 1)).unlink()
    store.path(Run("ROCKET", "ERing", 1)).unlink()
    for resample in range(2):
        store.fail(Run("ROCKET", "LSST", resample), "no | memory", "Traceback")
    result = report(results)
    assert result.exit_code == 0, result.output
    assert "Some runs have failed" in result.output
    page = (results / "report" / "report.md").read_text()
    assert "Means over the 3 data sets with results of all classifiers" in page
    assert "## Resamples done" in page
    assert "| ROCKET | LSST | no \\| memory | 0, 1 |" in page
    counts = page.split("## Resamples done")[1].splitlines()
    (row,) = [line for line in counts if line.startswith("| LSST")]
    assert sorted(row.replace("|", " ").split()) == ["0", "2", "2", "LSST"]


def test_report_where_no_set_is_shared(tmp_path):
    store = Store(tmp_path)
    store.write(Run("A", "ERing", 0), made_up(1))
    store.write(Run("B", "LSST", 0), made_up(2))
    result = report(tmp_path)
    assert result.exit_code == 0, result.output
    assert "which differ" in result.output


def test_report_on_nothing(tmp_path):
    result = report(tmp_path)
    assert result.exit_code == 1
    assert "there are no results" in result.output


def test_report_from_tables_alone(results, tmp_path):
    write_tables(results)
    (results / "classification").rename(tmp_path / "classification")
    result = report(tmp_path)
    assert result.exit_code == 0, result.output
    assert "MultiROCKET" in result.output
