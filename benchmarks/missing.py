"""What missing values cost, beside imputing them before LightWaveS and MiniROCKET.

``python -m benchmarks.missing --archive DIR DIR`` does the runs that are not in the
results yet, then writes ``docs/missing_values.md`` and its figure. The folders hold
data sets of the UEA and the UCR archives.
"""

from __future__ import annotations

__all__ = ["main"]

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from aeon.classification.convolution_based import MiniRocketClassifier
from sklearn.metrics import accuracy_score, log_loss
from threadpoolctl import threadpool_limits

from benchmarks.accuracy_page import fill
from benchmarks.accuracy_store import code_of
from benchmarks.timing import markdown
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import load_split

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "missing.csv"
TEMPLATE = HERE / "missing_page.md"
PAGE = HERE.parent / "docs" / "missing_values.md"

DATASETS = (
    "ArticularyWordRecognition",
    "Epilepsy",
    "ERing",
    "FingerMovements",
    "Handwriting",
    "NATOPS",
    "DistalPhalanxTW",
    "ECG200",
    "FacesUCR",
    "InsectWingbeatSound",
    "MiddlePhalanxOutlineAgeGroup",
    "PowerCons",
)
ORIGINAL = ("DodgerLoopDay", "MelbournePedestrian")
"""Sets with missing values of their own."""

SHARES = {"values": (0.0, 0.1, 0.3, 0.5, 0.7), "block": (0.2, 0.4)}
"""Shares of the values of a channel that are removed, in training and test cases."""

DEAD = "channel"
"""One channel after the other is missing in the test cases alone."""

AT_TEST = {"test values": 0.3, "test block": 0.2, DEAD: 1.0}
"""Shares that are removed from the test cases alone."""

OURS, MINI = "LightWaveS", "MiniROCKET"
METHODS = {
    OURS: (None, OURS),
    "interpolation, LightWaveS": ("interpolation", OURS),
    "mean, LightWaveS": ("mean", OURS),
    "interpolation, MiniROCKET": ("interpolation", MINI),
    "mean, MiniROCKET": ("mean", MINI),
}
"""How missing values are filled in, and what classifies."""

AUGMENTED = {f"augment_missing={share}": share for share in (0.3,)}
"""Models of whole cases that learn to do without some values."""

KEY = ["dataset", "kind", "share", "method"]


def _removed(
    X: np.ndarray, kind: str, share: float, rng: np.random.Generator
) -> np.ndarray:
    """Remove single values, or a block of each channel of each case."""
    X, length = X.astype(np.float64), X.shape[2]
    if kind == "values":
        return np.where(rng.random(X.shape) < share, np.nan, X)
    n_lost = round(share * length)
    starts = rng.integers(length - n_lost + 1, size=(*X.shape[:2], 1))
    time = np.arange(length) - starts
    return np.where((time >= 0) & (time < n_lost), np.nan, X)


def _filled(X: np.ndarray, how: str | None, means: np.ndarray) -> np.ndarray:
    """Fill in by lines through what was observed, or by the means of the channels."""
    if how is None:
        return X
    out = np.where(np.isnan(X), means[:, None], X)
    if how == "interpolation":
        time = np.arange(X.shape[2])
        for case, channel in np.ndindex(X.shape[:2]):
            seen = np.flatnonzero(~np.isnan(X[case, channel]))
            if len(seen) > 0:
                line = np.interp(time, seen, X[case, channel, seen])
                out[case, channel] = line
    return out


def _measure(
    task: tuple[str, str, float, str], archives: Sequence[Path]
) -> dict[str, Any]:
    name, kind, share, method = task
    archive = next(folder for folder in archives if (folder / name).is_dir())
    X, y = load_split(name, "train", archive)
    X_test, y_test = load_split(name, "test", archive)
    rng = np.random.default_rng(0)
    if kind in SHARES:
        X, X_test = _removed(X, kind, share, rng), _removed(X_test, kind, share, rng)
    tests = [X_test]
    if kind == DEAD:
        tests = [_without(X_test, channel) for channel in range(X.shape[1])]
    elif kind in AT_TEST:
        tests = [_removed(X_test, kind.removeprefix("test "), share, rng)]
    how, classifier = METHODS.get(method, (None, OURS))
    means = np.nanmean(X, axis=(0, 2))
    made = MiniRocketClassifier(random_state=0)
    if classifier == OURS:
        share = AUGMENTED.get(method, 0.0)
        made = LightWaveSClassifier(random_state=0, augment_missing=share)
    with threadpool_limits(1):
        fitted = made.fit(_filled(X, how, means), y)
        scores = []
        for test in tests:
            given = _filled(test, how, means)
            probabilities = fitted.predict_proba(given)
            scores.append(
                (
                    accuracy_score(y_test, fitted.predict(given)),
                    log_loss(y_test, probabilities, labels=fitted.classes_),
                )
            )
    accuracy, loss = np.mean(scores, axis=0)
    found = {"accuracy": accuracy, "log_loss": loss, "code": _code(method)}
    return dict(zip(KEY, task, strict=True)) | found


def _code(method: str) -> str:
    return code_of(METHODS.get(method, (None, OURS))[1])


def _without(X: np.ndarray, channel: int) -> np.ndarray:
    X = X.astype(np.float64)
    X[:, channel] = np.nan
    return X


def _tasks(archives: Sequence[Path]) -> list[tuple[str, str, float, str]]:
    tasks = []
    for name in (*DATASETS, *ORIGINAL):
        archive = next(folder for folder in archives if (folder / name).is_dir())
        n_channels = load_split(name, "train", archive)[0].shape[1]
        cases = [(kind, share) for kind, of in SHARES.items() for share in of]
        at_test = [of for of in AT_TEST.items() if of[0] != DEAD or n_channels > 2]
        if n_channels > 2:
            cases.append((DEAD, 1.0))
        if name in ORIGINAL:
            cases, at_test = [("original", 0.0)], []
        tasks += [(name, *case, method) for case in cases for method in METHODS]
        if name in DATASETS:
            at_test = [("values", 0.0), *at_test]
            tasks += [
                (name, *case, of) for case in at_test for of in [OURS, *AUGMENTED]
            ]
    return list(dict.fromkeys(tasks))


def _run(archives: Sequence[Path], workers: int) -> pd.DataFrame:
    """Do what is not there yet; keep each run as soon as it is done."""
    tasks, done = _tasks(archives), pd.DataFrame(columns=[*KEY, "code"])
    if RESULTS.exists():
        done = pd.read_csv(RESULTS)
        done = done[done["code"] == done["method"].map(_code)]
    finished = set(done[KEY].itertuples(index=False, name=None))
    todo = [task for task in tasks if task not in finished]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        for found in pool.map(partial(_measure, archives=archives), todo):
            row = pd.DataFrame([found])
            done = row if done.empty else pd.concat([done, row], ignore_index=True)
            done.sort_values(KEY).to_csv(RESULTS, index=False, float_format="%.6g")
    return done


WORDS = {
    "values": "{:.0%} of the values",
    "block": "a block of {:.0%}",
    "test values": "{:.0%} of the values of test cases",
    "test block": "a block of {:.0%} of test cases",
    DEAD: "a channel of test cases",
}


def _table(
    runs: pd.DataFrame,
    value: str,
    cases: Sequence[tuple[str, float]],
    methods: Sequence[str],
) -> str:
    """Give means over the sets, a row for what is missing and a column a method."""
    means = runs.groupby(["kind", "share", "method"])[value].mean().unstack("method")
    rows = [
        [
            WORDS[kind].format(share) if share > 0 else "nothing",
            *(f"{means.loc[(kind, share), method]:.3f}" for method in methods),
        ]
        for kind, share in cases
    ]
    return markdown(["missing", *methods], rows)


def _blocks(runs: pd.DataFrame) -> dict[str, str]:
    of_own = runs[runs["kind"] == "original"]
    own = of_own.pivot_table(index="dataset", columns="method", values="accuracy")
    cases = [(kind, share) for kind, of in SHARES.items() for share in of]
    cases.append((DEAD, AT_TEST[DEAD]))
    ours = [method for method, (_, of) in METHODS.items() if of == OURS]
    whole = [("values", 0.0), *AT_TEST.items()]
    return {
        "accuracy": _table(runs, "accuracy", cases, list(METHODS)),
        "loss": _table(runs, "log_loss", cases, ours),
        "robust": _table(runs, "accuracy", whole, [OURS, *AUGMENTED]),
        "original": markdown(
            ["set", *METHODS],
            [
                [str(name), *(f"{row[m]:.3f}" for m in METHODS)]
                for name, row in own.iterrows()
            ],
        ),
    }


def _draw(runs: pd.DataFrame, path: Path) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
    for axis, kind in zip(axes, SHARES, strict=True):
        some = runs[(runs["kind"] == kind) | ((kind == "block") & (runs["share"] == 0))]
        means = some.groupby(["share", "method"])["accuracy"].mean().unstack("method")
        for method in METHODS:
            style = "-" if METHODS[method][1] == OURS else "--"
            width = 2.5 if method == OURS else 1.2
            axis.plot(100 * means.index, means[method], style, lw=width, label=method)
        axis.set_xlabel(f"{kind} removed (% of each channel)")
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("mean test accuracy")
    axes[1].legend(frameon=False, fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110, facecolor="white")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, nargs="+", required=True)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    runs = _run(options.archive, options.workers)
    PAGE.write_text(fill(TEMPLATE.read_text(), _blocks(runs)))
    _draw(runs, PAGE.parent / "images" / "missing_values.png")


if __name__ == "__main__":
    main()
