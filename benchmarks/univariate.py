"""How accurate the default is on univariate sets of the UCR archive, beside the field.

``python -m benchmarks.univariate --archive DIR`` does the runs that are not in the
results yet, on all cores, then writes ``docs/accuracy_univariate.md`` and its figures.
Accuracies of the other classifiers are the published ones; fit times of ROCKET and
MiniROCKET are measured in the same run, in processor time of one thread.
"""

from __future__ import annotations

__all__ = ["main"]

import argparse
import textwrap
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
from aeon.classification.convolution_based import (
    MiniRocketClassifier,
    RocketClassifier,
)
from aeon.visualisation import plot_critical_difference
from sklearn.metrics import accuracy_score, log_loss
from threadpoolctl import threadpool_limits

from benchmarks.accuracy_page import WIDTH, fill
from benchmarks.accuracy_store import code_of
from benchmarks.timing import markdown
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import load_split

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "univariate.csv"
PUBLISHED = HERE / "reference" / "ucr_published_accuracy.csv"
TEMPLATE = HERE / "univariate_page.md"
PAGE = HERE.parent / "docs" / "accuracy_univariate.md"

N_FEATURES = (50, 100, 200, 500, 1000, 2000)
USUAL = 500
SEEDS = range(5)
NAME = "LightWaveS"
PEERS = ("QUANT", "ROCKET", "MiniROCKET", "MR-Hydra", "RDST", "HC2")
SIZES = {
    "all": lambda frame: frame["n_cases"] > 0,
    "2 classes": lambda frame: frame["n_classes"] == 2,
    "3 to 10 classes": lambda frame: frame["n_classes"].between(3, 10),
    "more than 10 classes": lambda frame: frame["n_classes"] > 10,
    "up to 150 training cases": lambda frame: frame["n_cases"] <= 150,
    "more": lambda frame: frame["n_cases"] > 150,
}
KEY = ["dataset", "classifier", "n_features", "seed"]
LEAST_SECONDS = 0.5
LARGE = ("ElectricDevices",)  # where a rival takes minutes, it is not timed


def _tasks(datasets: Sequence[str]) -> list[tuple[str, str, int, int]]:
    ours = [(NAME, USUAL, seed) for seed in SEEDS]
    ours += [(NAME, number, 0) for number in N_FEATURES if number != USUAL]
    timed = [name for name in datasets if name not in LARGE]
    rivals = product(timed, [("MiniROCKET", 0, 0), ("ROCKET", 0, 0)])
    return [(name, *of) for name, of in [*product(datasets, ours), *rivals]]


def _made(classifier: str, n_features: int, seed: int) -> Any:
    if classifier == NAME:
        return LightWaveSClassifier(n_features=n_features or USUAL, random_state=seed)
    rivals = {"MiniROCKET": MiniRocketClassifier, "ROCKET": RocketClassifier}
    return rivals[classifier](random_state=seed)


def _measure(task: tuple[str, str, int, int], archive: Path) -> dict[str, Any]:
    name, classifier, n_features, seed = task
    X, y = load_split(name, "train", archive)
    X_test, y_test = load_split(name, "test", archive)
    with threadpool_limits(1):
        _made(classifier, n_features, seed).fit(X[:4], np.array([0, 1, 0, 1]))
        times: list[float] = []
        while sum(times) < LEAST_SECONDS and len(times) < 3:
            start = process_time()
            fitted = _made(classifier, n_features, seed).fit(X, y)
            times.append(process_time() - start)
        found = dict(zip(KEY, task, strict=True)) | {
            "code": code_of(classifier),
            "fit_s": np.median(times),
            "n_cases": len(y),
            "n_classes": len(np.unique(y)),
            "n_test": len(y_test),
        }
        if classifier != "ROCKET":  # of which but the fit is timed
            fitted.predict(X_test[:20])
            start = process_time()
            predicted = fitted.predict(X_test)
            found["predict_ms"] = 1e3 * (process_time() - start) / len(y_test)
            found["accuracy"] = accuracy_score(y_test, predicted)
        if classifier == NAME:
            found["log_loss"] = log_loss(y_test, fitted.predict_proba(X_test))
    return found


def _run(archive: Path, workers: int) -> pd.DataFrame:
    """Do what is not there yet; keep each run as soon as it is done."""
    datasets = pd.read_csv(PUBLISHED)["dataset"].tolist()
    tasks, done = _tasks(datasets), pd.DataFrame(columns=[*KEY, "code"])
    if RESULTS.exists():
        done = pd.read_csv(RESULTS)
        done = done[done["code"] == done["classifier"].map(code_of)]
    finished = set(done[KEY].itertuples(index=False, name=None))
    todo = [task for task in tasks if task not in finished]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        for found in pool.map(partial(_measure, archive=archive), todo):
            row = pd.DataFrame([found])
            done = row if done.empty else pd.concat([done, row], ignore_index=True)
            done.sort_values(KEY).to_csv(RESULTS, index=False, float_format="%.6g")
    return done


def _usual(runs: pd.DataFrame) -> pd.DataFrame:
    """Keep the runs of the default: one for each set."""
    of = zip(runs["classifier"], runs["n_features"], runs["seed"], strict=True)
    return runs[[run == (NAME, USUAL, 0) for run in of]]


def _accuracies(ours: pd.DataFrame) -> pd.DataFrame:
    """Put those of the default and the published ones side by side."""
    published = pd.read_csv(PUBLISHED, index_col="dataset")
    return ours[["accuracy"]].set_axis([NAME], axis=1).join(published[[*PEERS]])


def _blocks(runs: pd.DataFrame) -> dict[str, str]:
    usual = runs[(runs["classifier"] == NAME) & (runs["n_features"] == USUAL)]
    ours = _usual(runs).set_index("dataset")
    table = _accuracies(ours)
    of_seeds = usual.groupby("seed")["accuracy"].mean()
    rivals = {
        name: runs[runs["classifier"] == name].set_index("dataset")
        for name in ("MiniROCKET", "ROCKET")
    }
    fit = {name: _ratio(ours["fit_s"], of["fit_s"]) for name, of in rivals.items()}
    mini = rivals["MiniROCKET"]
    predict = 1 / _ratio(ours["predict_ms"], mini["predict_ms"])
    behind = (table[NAME] - mini["accuracy"])[table.index[ours["n_test"] >= 100]]
    behind = behind.sort_values()
    headline = (
        f"Mean test accuracy over {len(table)} sets with {USUAL} features: "
        f"{table[NAME].mean():.3f} (seeds 0 to 4: {_listed(of_seeds)}). Published on "
        f"the same sets: {_means(table[[*PEERS]])}. By geometric mean, a fit takes "
        f"{fit['MiniROCKET']:.1f} times that of MiniROCKET and {fit['ROCKET']:.2f} of "
        f"that of ROCKET, and MiniROCKET takes {predict:.0f} times as long to predict. "
        f"Of the sets with 100 test cases or more, {behind.index[0]} is furthest "
        f"behind MiniROCKET ({behind.iloc[0]:+.3f})."
    )
    groups = [
        [name, str(some.sum()), *_cells(table[some].mean())]
        for name, of in SIZES.items()
        for some in [of(ours)]
    ]
    curve = runs[(runs["classifier"] == NAME) & (runs["seed"] == 0)]
    curve = curve.groupby("n_features")[["accuracy", "log_loss"]].mean()
    return {
        "headline": textwrap.fill(headline, WIDTH, break_on_hyphens=False),
        "groups": markdown(["sets", "number", *table.columns], groups),
        "curve": markdown(
            ["features", *(str(number) for number in curve.index)],
            [
                ["accuracy", *_cells(curve["accuracy"])],
                ["log-loss", *_cells(curve["log_loss"])],
            ],
        ),
        "sets": markdown(
            ["set", "cases", "classes", *table.columns],
            [
                [
                    str(name),
                    str(ours.loc[name, "n_cases"]),
                    str(ours.loc[name, "n_classes"]),
                    *_cells(row),
                ]
                for name, row in table.iterrows()
            ],
        ),
    }


def _ratio(ours: pd.Series, others: pd.Series) -> float:
    return float(np.exp(np.log(ours / others).mean()))


def _cells(values: pd.Series) -> list[str]:
    return [f"{value:.3f}" for value in values]


def _listed(values: pd.Series) -> str:
    return ", ".join(_cells(values))


def _means(table: pd.DataFrame) -> str:
    return ", ".join(f"{name} {mean:.3f}" for name, mean in table.mean().items())


def _draw(runs: pd.DataFrame, path: Path) -> None:
    """Draw the critical differences (Demsar 2006), cliques by Wilcoxon and Holm."""
    table = _accuracies(_usual(runs).set_index("dataset"))
    figure, _ = plot_critical_difference(table.to_numpy(), [*table.columns])
    figure.savefig(path, dpi=110, bbox_inches="tight", facecolor="white")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    runs = _run(options.archive, options.workers)
    PAGE.write_text(fill(TEMPLATE.read_text(), _blocks(runs)))
    _draw(runs, PAGE.parent / "images" / "accuracy_univariate.png")


if __name__ == "__main__":
    main()
