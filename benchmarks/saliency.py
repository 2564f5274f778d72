"""Whether ``saliency`` finds what a score comes from; writes ``docs/saliency.md``.

``python -m benchmarks.saliency --archive DIR`` takes some minutes on one core.
"""

from __future__ import annotations

__all__ = ["deletions", "main", "shares_inside"]

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rich.progress import track

from lightwaves_aeon import LightWaveSClassifier
from lightwaves_aeon.benchmark.datasets import load_split
from lightwaves_aeon.core.data.collection import as_collection
from lightwaves_aeon.core.data.scaling import scaled_channels
from lightwaves_aeon.core.fitted import FittedClassifier
from lightwaves_aeon.insight.saliency import saliency

PAGE = Path(__file__).parents[1] / "docs" / "saliency.md"
VARIANTS = ("plus", "L1L2")
DATASETS = (
    "ArticularyWordRecognition",
    "BasicMotions",
    "ERing",
    "Epilepsy",
    "HandMovementDirection",
    "JapaneseVowels",
    "NATOPS",
)
SEEDS = range(5)
N_CASES = 100
REMOVED = 0.1
MASKS = ("salient", "largest", "shifted", "random")

# Generated cases: three channels of noise, and in one of them a sine in a window.
N_TRAIN, N_CHANNELS, LENGTH, WINDOW, CHANNEL = 120, 3, 100, 10, 1
PERIODS, AMPLITUDE = (5, 10), 3


def window_cases(n_cases: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Generate cases, their classes, and where in each the window starts."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_cases, N_CHANNELS, LENGTH))
    y = np.arange(n_cases) % len(PERIODS)
    starts = rng.integers(0, LENGTH - WINDOW + 1, n_cases)
    for x, label, start in zip(X, y, starts, strict=True):
        wave = np.sin(2 * np.pi * np.arange(WINDOW) / PERIODS[label])
        x[CHANNEL, start : start + WINDOW] += AMPLITUDE * wave
    return X, y, starts


def shares_inside(variant: str, seed: int, n_cases: int) -> tuple[float, float]:
    """Give the mean share of absolute saliency in the channel, and in the window."""
    X, y, starts = window_cases(N_TRAIN + n_cases, seed)
    clf = LightWaveSClassifier(variant=variant, random_state=seed)
    clf.fit(X[:N_TRAIN], y[:N_TRAIN])
    shares = []
    for x, start in zip(X[N_TRAIN:], starts[N_TRAIN:], strict=True):
        size = np.abs(clf.saliency(x))
        of_channel = size[CHANNEL]
        of_window = of_channel[start : start + WINDOW]
        shares.append([of_channel.sum() / size.sum(), of_window.sum() / size.sum()])
    return tuple(np.mean(shares, axis=0).tolist())


def deletions(
    name: str, variant: str, archive: Path | None, seed: int, n_cases: int = N_CASES
) -> tuple[dict[str, float], dict[str, float]]:
    """Remove a tenth of each test case, chosen in several ways.

    Returns the mean margin of the class predicted for the whole case, as a share of
    that without removal, and the accuracy; by mask, and for ``"none"``.
    """
    X, y = load_split(name, "train", archive)
    clf = LightWaveSClassifier(variant=variant, random_state=seed).fit(X, y)
    X, y = load_split(name, "test", archive)
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(X))[:n_cases]
    X, y = [np.asarray(X[i]) for i in chosen], y[chosen]

    linear = clf._linear()
    predicted = _scores(linear, X).argmax(axis=1)
    salient = [
        _top(saliency(linear, x, label)) for x, label in zip(X, predicted, strict=True)
    ]
    masks = {
        "none": [np.zeros(x.shape, bool) for x in X],
        "salient": salient,
        "largest": [_top(_sizes(linear, x)) for x in X],
        "shifted": [_shifted(mask, rng) for mask in salient],
        "random": [rng.permuted(mask.ravel()).reshape(mask.shape) for mask in salient],
    }
    margins, accuracies = {}, {}
    for key, of_cases in masks.items():
        left = [_without(x, mask) for x, mask in zip(X, of_cases, strict=True)]
        scores = _scores(linear, left)
        accuracies[key] = float((linear.classes[scores.argmax(axis=1)] == y).mean())
        own = np.take_along_axis(scores, predicted[:, None], axis=1)[:, 0]
        np.put_along_axis(scores, predicted[:, None], -np.inf, axis=1)
        margins[key] = float((own - scores.max(axis=1)).mean())
    whole = margins["none"]
    return {key: margin / whole for key, margin in margins.items()}, accuracies


def _scores(linear: FittedClassifier, X: list[np.ndarray]) -> np.ndarray:
    features = linear.model.transform(as_collection(X))
    return linear.contributions(features).sum(axis=1) + linear.intercepts


def _top(values: np.ndarray) -> np.ndarray:
    """Mark the cells with the largest values."""
    mask = np.zeros(values.size, bool)
    order = np.argsort(-values.ravel(), kind="stable")
    mask[order[: round(REMOVED * values.size)]] = True
    return mask.reshape(values.shape)


def _sizes(linear: FittedClassifier, x: np.ndarray) -> np.ndarray:
    """Absolute scaled values of the channels in use, 0 in others."""
    evaluate, out = linear.model.transform, np.zeros(x.shape)
    constants = evaluate.plan.channels, evaluate.means, evaluate.stds
    out[evaluate.plan.channels] = np.abs(scaled_channels(x[None], *constants)[0][:, 0])
    return out


def _shifted(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move a mask to other channels, and around in time."""
    return np.roll(rng.permutation(mask), rng.integers(mask.shape[1]), axis=1)


def _without(x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Draw straight lines over what is removed; the mean for a whole channel."""
    out, time = x.copy(), np.arange(x.shape[1])
    for channel, removed in zip(out, mask, strict=True):
        if removed.all():
            channel[:] = channel.mean()
        else:
            channel[removed] = np.interp(
                time[removed], time[~removed], channel[~removed]
            )
    return out


def medians(measure: Callable[[int], Sequence[float]]) -> list[float]:
    """Measure with each seed; the median of each figure."""
    return np.median([measure(seed) for seed in SEEDS], axis=0).tolist()


def window_table() -> str:
    """Measure how much of the saliency is where the classes differ."""
    lines = [["variant", "in the channel", "in the window"], ["---"] * 3]
    chance = [1 / N_CHANNELS, WINDOW / LENGTH / N_CHANNELS]
    lines.append(["by chance", *map(_figure, chance)])
    for variant in VARIANTS:

        def shares(seed: int, variant: str = variant) -> Sequence[float]:
            return shares_inside(variant, seed, N_CASES)

        lines.append([variant, *map(_figure, medians(shares))])
    return _table(lines)


def deletion_table(archive: Path) -> str:
    """Measure what it does to remove a tenth of each case; and say it in words."""
    heads = ["set", "variant", *(f"margin, {mask}" for mask in MASKS)]
    heads += [f"accuracy, {mask}" for mask in ("whole", *MASKS)]
    lines, margins_of_all = [heads, ["---"] * len(heads)], []
    cells = [(name, variant) for name in DATASETS for variant in VARIANTS]
    for name, variant in track(cells, transient=True):

        def figures(seed: int, name: str = name, variant: str = variant) -> list[float]:
            margins, accuracies = deletions(name, variant, archive, seed)
            kept = [accuracies[key] for key in ("none", *MASKS)]
            return [*(margins[mask] for mask in MASKS), *kept]

        found = medians(figures)
        margins_of_all.append(found[: len(MASKS)])
        lines.append([name, variant, *map(_figure, found)])
    salient, *others = np.transpose(margins_of_all)
    beyond = [int((salient < other).sum()) for other in others]
    words = (
        f"Of {len(cells)} rows, the salient values cost more margin than the largest\n"
        f"in {beyond[0]}, the shifted in {beyond[1]}, the random in {beyond[2]}."
    )
    return f"{words}\n\n{_table(lines)}"


def _figure(value: float) -> str:
    return f"{value:.2f}"


def _table(lines: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--page", type=Path, default=PAGE)
    args = parser.parse_args()
    page = TEXT.format(window=window_table(), deletion=deletion_table(args.archive))
    args.page.write_text(page, encoding="utf-8")


TEXT = """# Saliency benchmark

`saliency` of a classifier splits the score of a class, for one case, over the time
points of its channels, in two steps:

1. What a feature adds to the score goes to the values of its response that determine
   it. For PPV these are the values above the threshold, if there are more of them than
   in the average training case, and otherwise the values below; for a maximum or
   minimum that value; for a longest run the run, or the rest; for a mean of positive
   values these, by size.
2. The share of a value of the response goes to the time points under the kernel's taps,
   in proportion to the absolute weight of the tap times the square of the scaled value;
   for level 2 this is done twice. Sums, differences and changes pass it on to their two
   values by their squares.

All of it adds up to the score minus the intercept. In a case with gaps, missing values
get nothing, and the other values of the feature get their share, in proportion. These
rules were chosen among others on training cases.

A benchmark writes this page. It measures whether saliency finds what matters, on cases
that were not trained on. Figures are medians over five seeds.

<!-- not run: takes minutes -->
```bash
python -m benchmarks.saliency --archive DIR
```

## A window that is known

Generated cases have three channels of 100 points of standard normal noise. To channel
1, in a window of 10 points at a random place, a sine of amplitude 3 is added, of period
5 in one class and 10 in the other. The table has the share of the absolute saliency of
the predicted class that lies in that channel and in that window: means over 100 cases,
with 120 others for training.

{window}

## Removal

A tenth of the values of each case, channels times time points, is removed and replaced
by straight lines between the values that remain. Which values are removed:

- "salient": those of the highest saliency for the class predicted for the whole case;
- "largest": those furthest from the channel's training mean, in training standard
  deviations, in channels in use;
- "shifted": as many, in stretches of the same length, but in other channels and at
  random times;
- "random": single values at random.

The margin is the score of that class minus the highest other score, the mean over up to
100 random test cases, as a share of the mean without removal: 1 if nothing changes,
below 0 if another class is ahead. The last columns are the test accuracy without and
with removal.

{deletion}
"""


if __name__ == "__main__":
    main()
