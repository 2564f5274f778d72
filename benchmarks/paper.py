"""The paper's table, ours next to it.

``python -m benchmarks.paper --archive DIR`` fits the variants of the paper on ten sets
of the UEA archive in their default split and prints a Markdown table. Where features
are selected on a sample of the cases, figures are means over seeds 0 to 4; elsewhere
the seed has no effect. With ``--published-lspv`` the longest run is counted as the
published code does, which leaves no known difference to it but the sample and float64.
"""

import argparse
import csv
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import numpy as np
from rich.progress import track

from benchmarks.published import PublishedRuns
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import load_split

REFERENCE = Path(__file__).parent / "reference"
SEEDS = range(5)


def reference_rows() -> list[dict[str, str]]:
    """Runs of the published code, joined with the paper's figures for the same set."""
    with open(REFERENCE / "paper_tables.csv", newline="") as file:
        paper = {row["dataset"]: row for row in csv.DictReader(file)}
    with open(REFERENCE / "reference_runs.csv", newline="") as file:
        runs = list(csv.DictReader(file))
    for run in runs:
        table = paper[run["dataset"]]
        many = run["n_features"] != "500"
        key = run["variant"] + (f"_{run['n_features']}" if many else "")
        run["paper_accuracy"] = table[f"{key}_acc"]
        run["paper_channels"] = table[f"{key}_channels"]
    return runs


def fit_and_score(run: dict[str, str], archive: Path, n_jobs: int) -> np.ndarray:
    """Fit one variant on one set; one row (accuracy, channels, kernels) a seed."""
    X_train, y_train = load_split(run["dataset"], "train", archive)
    X_test, y_test = load_split(run["dataset"], "test", archive)
    rows = []
    for seed in SEEDS:
        clf = LightWaveSClassifier(
            n_features=int(run["n_features"]),
            variant=run["variant"],
            n_jobs=n_jobs,
            random_state=seed,
        ).fit(X_train, y_train)
        features = clf.features_
        channels = features["channel"].nunique()
        kernels = len(features.groupby(["channel", "dilation", "kernel"]))
        rows.append((clf.score(X_test, y_test), channels, kernels))
        if len(X_train) <= clf.max_cases:
            break
    return np.array(rows)


def describe(values: np.ndarray, digits: int) -> str:
    """Mean, and the range where there is more than one value."""
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    mean = f"{values.mean():.{digits or 1}f}"
    return f"{mean} ({values.min():.{digits}f} to {values.max():.{digits}f})"


def main() -> None:
    """Run all, then print the table and the mean difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--published-lspv", action="store_true")
    args = parser.parse_args()

    heads = ["set", "variant"]
    for figure in ("accuracy", "channels", "kernels"):
        heads += [figure, "published code"] + ["paper"] * (figure != "kernels")
    print(f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", sep="\n")
    counting = ExitStack()
    for module in ("selection.candidates", "model") if args.published_lspv else ():
        name = f"lightwaves_aeon.core.{module}.FeatureTransform"
        counting.enter_context(patch(name, PublishedRuns))
    differences, same_channels = [], 0
    runs = reference_rows()
    with counting:
        for run in track(runs, transient=True):
            accuracy, channels, kernels = fit_and_score(run, args.archive, args.jobs).T
            differences.append(abs(accuracy.mean() - float(run["test_accuracy"])))
            same_channels += round(channels.mean()) == int(run["n_channels"])
            cells = [
                run["dataset"],
                f"{run['variant']}, {run['n_features']}",
                describe(accuracy, 3),
                f"{float(run['test_accuracy']):.3f}",
                f"{float(run['paper_accuracy']):.3f}",
                describe(channels, 0),
                run["n_channels"],
                run["paper_channels"],
                describe(kernels, 0),
                run["n_kernels"],
            ]
            print(f"| {' | '.join(cells)} |", flush=True)
    print(
        f"\nMean absolute difference of accuracy to the published code: "
        f"{np.mean(differences):.4f} over {len(runs)} runs; "
        f"as many channels kept in {same_channels} of them."
    )


if __name__ == "__main__":
    main()
