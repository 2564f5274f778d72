"""The paper's table, ours beside it.

``python -m benchmarks.paper --archive DIR`` fits the variants of the paper on ten sets
of the UEA archive in their default split, seed 0, and prints a Markdown table. With
``--published-lspv`` the longest run is counted as the published code does, which leaves
no known difference to it but float64 in the ANOVA.
"""

import argparse
import csv
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import patch

import numpy as np
from rich.progress import track

from benchmarks.published import PublishedRuns
from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.evaluation import load_split

REFERENCE = Path(__file__).parent / "reference"


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


def fit_and_score(run: dict[str, str], archive: Path, n_jobs: int) -> dict[str, float]:
    """Fit one variant on one set; accuracy, kernels and channels kept."""
    X_train, y_train = load_split(run["dataset"], "train", archive)
    X_test, y_test = load_split(run["dataset"], "test", archive)
    clf = LightWaveSClassifier(
        n_features=int(run["n_features"]),
        variant=run["variant"],
        n_jobs=n_jobs,
        random_state=0,
    ).fit(X_train, y_train)
    features = clf.pipeline_[0].features_
    return {
        "accuracy": float(clf.score(X_test, y_test)),
        "kernels": len(features.groupby(["channel", "dilation", "kernel"])),
        "channels": features["channel"].nunique(),
    }


def main() -> None:
    """Run all, then print the table and the mean difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--published-lspv", action="store_true")
    args = parser.parse_args()

    print("| set | variant | accuracy | published code | paper | channels | published code | paper | kernels | published code |")  # noqa: E501
    print("|---|---|---|---|---|---|---|---|---|---|")
    counting = (
        patch("lightwaves_aeon.core.search.Evaluator", PublishedRuns)
        if args.published_lspv
        else nullcontext()
    )
    differences, same_channels = [], 0
    runs = reference_rows()
    with counting:
        for run in track(runs, transient=True):
            ours = fit_and_score(run, args.archive, args.jobs)
            differences.append(abs(ours["accuracy"] - float(run["test_accuracy"])))
            same_channels += ours["channels"] == int(run["n_channels"])
            print(
                f"| {run['dataset']} | {run['variant']}, {run['n_features']} "
                f"| {ours['accuracy']:.3f} | {float(run['test_accuracy']):.3f} "
                f"| {float(run['paper_accuracy']):.3f} "
                f"| {ours['channels']} | {run['n_channels']} | {run['paper_channels']} "
                f"| {ours['kernels']} | {run['n_kernels']} |",
                flush=True,
            )
    print(
        f"\nMean absolute difference of accuracy to the published code: "
        f"{np.mean(differences):.4f} over {len(runs)} runs; "
        f"as many channels kept in {same_channels} of them."
    )


if __name__ == "__main__":
    main()
