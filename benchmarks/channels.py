"""Accuracy over the number of channels, compared with aeon's channel selectors.

``python -m benchmarks.channels --archive DIR`` writes ``docs/channels.md`` and its
figure. It takes about half an hour on two cores.
"""

from __future__ import annotations

__all__ = ["main", "order_of_sum"]

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from aeon.classification.convolution_based import MiniRocketClassifier
from aeon.transformations.collection.channel_selection import (
    ElbowClassPairwise,
    ElbowClassSum,
    TSelect,
)
from joblib import Parallel, delayed
from rich.progress import track

from benchmarks.timing import markdown
from lightwaves_aeon import LightWaveSChannelSelector, LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import load_split

PAGE = Path(__file__).parents[1] / "docs" / "channels.md"
DATASETS = ("NATOPS", "ArticularyWordRecognition", "HandMovementDirection")
SEEDS = range(5)
NUMBERS = (1, 2, 3, 4, 6, 8, 9, 10, 12, 16, 20, 24)
RIVALS = {
    "ElbowClassSum": ElbowClassSum,
    "ElbowClassPairwise": ElbowClassPairwise,
    "TSelect": TSelect,
}
OURS = "LightWaveS"
CLASSIFIERS = ("plus", "L1L2", "MiniROCKET")
CUT, BY_SUM = "LightWaveS, cut", "ElbowClassSum, cut"

Split = tuple[np.ndarray, np.ndarray]


def order_of_sum(selector: ElbowClassSum) -> list[int]:
    """List channels as a fitted ElbowClassSum ranks them, before it cuts."""
    totals = selector.distance_frame.sum(axis=1)
    return [int(c) for c in totals.sort_values(ascending=False, kind="stable").index]


def classifier_of(name: str, seed: int, max_channels: int | str | None = None):
    """Make a classifier; ours with a limit of its own, the other with our selector."""
    if name == "MiniROCKET":
        return MiniRocketClassifier(random_state=seed)
    return LightWaveSClassifier(
        variant=name, random_state=seed, max_channels=max_channels
    )


def accuracy_of_rival(
    name: str, channels: Sequence[int], seed: int, train: Split, test: Split
) -> tuple[float, int]:
    """Train on the channels that a rival selected, in their order in the data."""
    kept = sorted(channels)
    clf = classifier_of(name, seed).fit(train[0][:, kept], train[1])
    return clf.score(test[0][:, kept], test[1]), len(kept)


def accuracy_of_ours(
    name: str, number: int | str, seed: int, train: Split, test: Split
) -> tuple[float, int]:
    """Train on so many channels at most, found by the package; and count them."""
    if name == "MiniROCKET":
        selector = LightWaveSChannelSelector(max_channels=number, random_state=seed)
        channels = selector.fit(*train).channels_selected_
        return accuracy_of_rival(name, channels, seed, train, test)
    clf = classifier_of(name, seed, number).fit(*train)
    n_chosen = clf.channel_path_.query("chosen")["n_channels"].item()
    return clf.score(*test), n_chosen


def runs_of(name: str, archive: Path) -> pd.DataFrame:
    """Do all runs on one set: a row for each, with accuracy and number of channels."""
    train, test = load_split(name, "train", archive), load_split(name, "test", archive)
    n_all = train[0].shape[1]
    numbers = [k for k in NUMBERS if k <= n_all]
    selected = {rival: make().fit(*train) for rival, make in RIVALS.items()}
    order = order_of_sum(selected["ElbowClassSum"])
    chosen = {
        rival: [int(c) for c in selector.channels_selected_]
        for rival, selector in selected.items()
    }
    tasks = []
    for classifier in CLASSIFIERS:
        for rival, channels in chosen.items():
            tasks.append((rival, accuracy_of_rival, classifier, channels))
        for k in sorted({*map(len, chosen.values()), "auto"}, key=str):
            tasks.append((OURS, accuracy_of_ours, classifier, k))
        if classifier == "MiniROCKET":
            continue
        for k in numbers:
            tasks.append((CUT, accuracy_of_ours, classifier, k))
            tasks.append((BY_SUM, accuracy_of_rival, classifier, order[:k]))
    work = [(*task, seed) for task in tasks for seed in SEEDS]
    found = Parallel(2, return_as="generator")(
        delayed(run)(classifier, what, seed, train, test)
        for _, run, classifier, what, seed in work
    )
    rows = [
        {
            "set": name,
            "selector": selector,
            "classifier": classifier,
            "asked": str(what),
            "seed": seed,
            "accuracy": accuracy,
            "channels": n_channels,
            "of": n_all,
        }
        for (selector, _, classifier, what, seed), (accuracy, n_channels) in zip(
            track(work, description=name, transient=True), found, strict=True
        )
    ]
    return pd.DataFrame(rows)


def table_beside(runs: pd.DataFrame) -> str:
    """Compare with each selector at the number of channels that it selected."""
    by = ["set", "classifier", "selector", "asked", "channels"]
    means = runs.groupby(by, sort=False)["accuracy"].mean().reset_index()
    lines, differences = [], []
    rivals = means[means["selector"].isin(list(RIVALS))]
    for number in (
        rivals[["set", "selector", "channels"]].drop_duplicates().itertuples()
    ):
        cells = [number.set, number.selector, str(number.channels)]
        gains = {"selector": number.selector}
        for name in CLASSIFIERS:
            of_set = means.query("set == @number.set and classifier == @name")
            theirs = of_set.query("selector == @number.selector")["accuracy"].item()
            ours = of_set.query(
                "selector == @OURS and asked == @asked",
                local_dict={"asked": str(number.channels), "OURS": OURS},
            )["accuracy"].item()
            gains[name] = ours - theirs
            cells += [f"{theirs:.3f}", f"{ours:.3f}"]
        lines.append(cells)
        differences.append(gains)
    gained = pd.DataFrame(differences)
    by_selector = gained.groupby("selector", sort=False).mean()
    by_selector.loc["all"] = gained[list(CLASSIFIERS)].mean()
    for selector, row in by_selector.iterrows():
        cells = ["mean difference", str(selector), ""]
        for name in CLASSIFIERS:
            cells += ["", f"{row[name]:+.3f}"]
        lines.append(cells)
    heads = ["set", "selector", "channels"]
    for name in CLASSIFIERS:
        heads += [f"{name}, theirs", "ours"]
    return markdown(heads, lines)


def table_curve(runs: pd.DataFrame) -> str:
    """Average over all numbers of channels that the curves have."""
    curves = runs[runs["selector"].isin([BY_SUM, CUT])]
    means = curves.groupby(["set", "classifier", "selector"], sort=False)["accuracy"]
    wide = means.mean().unstack("selector").reset_index()
    lines = [
        [row["set"], row["classifier"], f"{row[BY_SUM]:.3f}", f"{row[CUT]:.3f}"]
        for _, row in wide.iterrows()
    ]
    lines.append(["mean", "", f"{wide[BY_SUM].mean():.3f}", f"{wide[CUT].mean():.3f}"])
    heads = ["set", "variant", "ElbowClassSum's order", "max_channels"]
    return markdown(heads, lines)


def table_auto(runs: pd.DataFrame) -> str:
    """Show what is chosen where no number is asked for, next to all channels."""
    lines = []
    for name in runs["set"].unique():
        n_all = runs.loc[runs["set"] == name, "of"].iloc[0]
        for classifier in ("plus", "L1L2"):
            of_both = runs[(runs["set"] == name) & (runs["classifier"] == classifier)]
            auto = of_both[of_both["asked"] == "auto"]
            whole = of_both[
                (of_both["selector"] == CUT) & (of_both["channels"] == n_all)
            ]
            lines.append(
                [
                    name,
                    classifier,
                    f"{auto['channels'].mean():.1f} of {n_all}",
                    f"{auto['accuracy'].mean():.3f}",
                    f"{whole['accuracy'].mean():.3f}",
                ]
            )
    heads = ["set", "variant", "channels chosen", "accuracy", "of all channels"]
    return markdown(heads, lines)


def draw(runs: pd.DataFrame, path: Path) -> None:
    """Draw accuracy over the number of channels, a panel a set."""
    from matplotlib.figure import Figure

    # Of Okabe and Ito, which the colour-blind can tell apart.
    blue, orange = "#0072B2", "#D55E00"
    markers = dict(zip(RIVALS, "s^D", strict=True))
    names = list(runs["set"].unique())
    figure = Figure(figsize=(4.0 * len(names), 3.9), layout="constrained")
    panels = figure.subplots(1, len(names), squeeze=False)[0]
    for axes, name in zip(panels, names, strict=True):
        of_set = runs[(runs["set"] == name) & (runs["classifier"] == "plus")]
        for selector, colour, label in (
            (CUT, blue, "max_channels"),
            (BY_SUM, orange, "ElbowClassSum's order, cut"),
        ):
            curve = of_set[of_set["selector"] == selector].groupby("channels")
            means = curve["accuracy"].mean()
            spread = curve["accuracy"].agg(["min", "max"])
            axes.plot(means.index, means, marker="o", ms=4, color=colour, label=label)
            axes.fill_between(
                means.index, spread["min"], spread["max"], color=colour, alpha=0.15
            )
        for rival, marker in markers.items():
            point = of_set[of_set["selector"] == rival]
            axes.plot(
                point["channels"].mean(),
                point["accuracy"].mean(),
                marker,
                color="black",
                mfc="none",
                ms=8,
                label=rival,
            )
        axes.set(title=name, xlabel="channels kept", ylabel="test accuracy")
        axes.grid(alpha=0.3)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Do all runs, and write page and figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--datasets", nargs="+", default=DATASETS)
    parser.add_argument("--page", type=Path, default=PAGE)
    args = parser.parse_args()
    runs = pd.concat([runs_of(name, args.archive) for name in args.datasets])
    draw(runs, args.page.parent / "images" / "channels.png")
    page = TEXT.format(
        beside=table_beside(runs), curve=table_curve(runs), auto=table_auto(runs)
    )
    args.page.write_text(page, encoding="utf-8")


TEXT = """# Channels

`max_channels` limits the number of channels that a model reads;
`LightWaveSChannelSelector` selects the same channels for any other classifier. The
responses of all channels go into a ridge regression, and channels are removed one at a
time, always the least useful: the one without which the leave-one-out error rises
least. So channels are judged together, and a redundant channel goes early.

A benchmark writes this page. Figures are test accuracies in the default split, means
over five seeds.

<!-- not run: takes minutes -->
```bash
python -m benchmarks.channels --archive DIR
```

## Beside other selectors

Each of aeon's selectors chooses how many channels to keep, with its default parameters.
Then the same classifier is trained on its channels ("theirs"), and on the same number
selected here ("ours"): with `max_channels` for `plus`, the default, and for `L1L2`, the
paper's; with `LightWaveSChannelSelector` for aeon's `MiniRocketClassifier`.

{beside}

## Over the number of channels

`variant="plus"`; bands go from the lowest to the highest of five seeds. ElbowClassSum
ranks all channels, so it has a curve. A single mark is where a selector stops by
itself.

![Test accuracy over the number of channels kept](images/channels.png)

Means over all numbers of channels in these curves:

{curve}

## The number chosen

With `max_channels="auto"`: the smallest number whose leave-one-out error is within one
standard error of the lowest. Test cases are not used.

{auto}
"""


if __name__ == "__main__":
    main()
