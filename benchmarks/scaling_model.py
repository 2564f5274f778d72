"""A cost model of the fit under MPI: time, traffic and memory over ranks."""

from __future__ import annotations

__all__ = ["CostModel", "Network", "Run", "draw", "predictions"]

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import nnls

from benchmarks.timing import markdown

KERNELS, DILATIONS, STATISTICS, LEVELS = 84, 6, 4, 2
FEATURES, POOL, SAMPLE = 500, 1500, 1500
CANDIDATES = KERNELS * LEVELS * STATISTICS
MESSAGES = 14
"""Collective calls of a fit: for each, the ranks first tell whether they are well."""

STEPS = ("moments", "units", "decide")


class Network(NamedTuple):
    """What a message costs."""

    name: str
    latency: float  # seconds
    bandwidth: float  # bytes a second


NETWORKS = (
    Network("10 Gbit Ethernet", 30e-6, 1.1e9),
    Network("InfiniBand HDR", 1.5e-6, 23e9),
)
TARGETS = {
    "963 channels x 1,500 cases x 144 points": (1500, 963, 144),
    "512 channels x 20,000 cases x 512 points": (20_000, 512, 512),
}
RANKS = tuple(2**n for n in range(1, 13))


@dataclass(frozen=True)
class Run:
    """What one fit cost.

    Attributes
    ----------
    shape : tuple of int
        Cases, channels and points.
    ranks : list of dict
        Costs of each rank, as `benchmarks.scaling_rank` prints them.
    """

    shape: tuple[int, ...]
    ranks: list[dict[str, float]]

    @property
    def n_ranks(self) -> int:
        return len(self.ranks)

    @property
    def seconds(self) -> float:
        return max(rank["total"] for rank in self.ranks)

    @property
    def megabytes(self) -> float:
        return max(rank["bytes"] for rank in self.ranks) / 1e6

    @property
    def memory(self) -> float:
        return max(rank["memory"] for rank in self.ranks) / 1e6

    def step(self, name: str) -> float:
        return max(rank[name] for rank in self.ranks)


def _terms(step: str, shape: Sequence[int], n_ranks: int) -> list[float]:
    """What the time of a step is proportional to."""
    n_cases, n_channels, n_timepoints = shape
    sample = min(n_cases, SAMPLE)
    units = -(-n_channels * DILATIONS // n_ranks)  # of the rank that has most
    if step == "moments":
        rows = -(-n_channels // n_ranks) * n_cases  # each a piece of the file
        return [rows * n_timepoints, rows]
    if step == "units":
        return [
            units * sample * n_timepoints * KERNELS * LEVELS,
            units * sample * CANDIDATES,
            units,
        ]
    smaller, larger = sorted((n_cases, FEATURES))
    return [sample * POOL * FEATURES, smaller * smaller * larger, 1]


def _bytes(shape: Sequence[int], n_ranks: int) -> tuple[float, float]:
    """What the first rank receives, and what it sends to all."""
    n_cases, n_channels, _ = shape
    sample = min(n_cases, SAMPLE)
    scores = 16 * min(POOL, -(-n_channels * DILATIONS // n_ranks) * CANDIDATES)
    columns = 4 * (sample * POOL + n_cases * FEATURES)
    others = (n_ranks - 1) / n_ranks
    sent = 30 * (POOL + FEATURES) + 8 * sample + 16 * n_channels + 40 * FEATURES
    return (n_ranks - 1) * scores + others * columns, sent


@dataclass(frozen=True)
class CostModel:
    """Seconds of each step as a sum of terms, and bytes as they are counted.

    Attributes
    ----------
    factors : dict of str to np.ndarray
        Seconds of each term, by step.
    memory_base, memory_factor : float
        Bytes of a process that does nothing, and bytes a byte of the largest arrays.
    """

    factors: dict[str, np.ndarray]
    memory_base: float
    memory_factor: float

    @classmethod
    def fit(cls, runs: Sequence[Run]) -> CostModel:
        """Fit the factors, all of them positive, to runs that did not share cores."""
        apart = [run for run in runs if run.n_ranks <= 2]
        factors = {}
        for step in STEPS:
            terms = np.array([_terms(step, run.shape, run.n_ranks) for run in apart])
            seconds = np.array([run.step(step) for run in apart])
            # In relative errors: a small run says as much as a large one.
            factors[step], _ = nnls(terms / seconds[:, None], np.ones(len(seconds)))
        arrays = [[1, _memory_terms(run.shape, run.n_ranks)] for run in runs]
        (base, factor), _ = nnls(np.array(arrays), [run.memory * 1e6 for run in runs])
        return cls(factors, base, factor)

    def seconds(
        self, shape: Sequence[int], n_ranks: int, network: Network
    ) -> dict[str, float]:
        """Predict the time of a fit, by what it is spent on."""
        steps = {
            step: float(self.factors[step] @ _terms(step, shape, n_ranks))
            for step in STEPS
        }
        received, sent = _bytes(shape, n_ranks)
        depth = np.ceil(np.log2(n_ranks)) if n_ranks > 1 else 0
        return {
            "work that is shared": steps["moments"] + steps["units"],
            "work of the first rank": steps["decide"],
            "communication": 2 * MESSAGES * depth * network.latency
            + (received + depth * sent) / network.bandwidth,
        }

    def memory(self, shape: Sequence[int], n_ranks: int) -> float:
        """Predict the bytes that the first rank takes."""
        return self.memory_base + self.memory_factor * _memory_terms(shape, n_ranks)

    def table(self, runs: Sequence[Run]) -> str:
        """How well the model agrees with the runs it was fitted to."""
        rows = []
        for step in STEPS:
            ratios = [
                self.factors[step]
                @ _terms(step, run.shape, run.n_ranks)
                / run.step(step)
                for run in runs
                if run.n_ranks <= 2
            ]
            middle, high = np.quantile(np.abs(np.log(ratios)), [0.5, 0.9])
            figures = ", ".join(f"{factor:.3g}" for factor in self.factors[step])
            rows.append(
                [step, figures, f"{np.exp(middle) - 1:.0%}", f"{np.exp(high) - 1:.0%}"]
            )
        heads = ["step", "seconds a term", "median error", "nine tenths below"]
        return markdown(heads, rows)


def _memory_terms(shape: Sequence[int], n_ranks: int) -> float:
    n_cases, _, n_timepoints = shape
    sample = min(n_cases, SAMPLE)
    unit = 4 * sample * (CANDIDATES + 2 * n_timepoints)
    others = 1 if n_ranks == 1 else 2
    pool = sample * POOL * (4 * others + 8) + 4 * n_cases * FEATURES * others
    return unit + pool


def takes_over(model: CostModel, shape: Sequence[int], network: Network) -> int | None:
    """First number of ranks where communication takes longer than the shared work."""
    for n_ranks in RANKS:
        seconds = model.seconds(shape, n_ranks, network)
        if seconds["communication"] > seconds["work that is shared"]:
            return n_ranks
    return None


def predictions(model: CostModel) -> str:
    """Tables of the predicted times."""
    texts = []
    for name, shape in TARGETS.items():
        rows = []
        for n_ranks in (1, *RANKS):
            by_network = [
                model.seconds(shape, n_ranks, network) for network in NETWORKS
            ]
            shared = by_network[0]["work that is shared"]
            rows.append(
                [
                    f"{n_ranks:,}",
                    f"{shared:.3g}",
                    f"{by_network[0]['work of the first rank']:.2g}",
                    *(f"{s['communication']:.2g}" for s in by_network),
                    *(f"{sum(s.values()):.3g}" for s in by_network),
                    f"{model.memory(shape, n_ranks) / 1e6:.0f}",
                ]
            )
        heads = ["ranks", "shared work, s", "first rank alone, s"]
        heads += [f"{network.name}, s" for network in NETWORKS]
        heads += [f"fit with {network.name}, s" for network in NETWORKS]
        heads += ["memory of the first rank, MB"]
        points = [
            f"{network.name}: "
            + (
                f"from {n:,} ranks on"
                if (n := takes_over(model, shape, network))
                else "never"
            )
            for network in NETWORKS
        ]
        texts.append(
            f"{name}\n\n{markdown(heads, rows)}\n\nCommunication takes longer than the "
            f"shared work with {'; with '.join(points)}."
        )
    return "\n\n".join(texts)


def draw(model: CostModel, runs: Sequence[Run], path: Path) -> None:
    """Draw the prediction: what a fit spends its time on, over ranks."""
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(
        1, len(TARGETS), figsize=(11, 4.8), sharey=True, layout="constrained"
    )
    colours = {"work that is shared": "C0", "work of the first rank": "C1"}
    ranks = (1, *RANKS)
    for panel, (name, shape) in zip(panels, TARGETS.items(), strict=True):
        for what, colour in colours.items():
            times = [model.seconds(shape, n, NETWORKS[0])[what] for n in ranks]
            panel.loglog(ranks, times, color=colour, label=what, base=10)
        for network, style in zip(NETWORKS, ("--", ":"), strict=True):
            times = [model.seconds(shape, n, network)["communication"] for n in RANKS]
            panel.loglog(RANKS, times, "C2", ls=style, label=f"network: {network.name}")
            total = [sum(model.seconds(shape, n, network).values()) for n in ranks]
            panel.loglog(ranks, total, "k", ls=style, label=f"fit, {network.name}")
            point = takes_over(model, shape, network)
            if point:
                at = model.seconds(shape, point, network)["communication"]
                panel.plot(point, at, "C2o")
        panel.set(xlabel="ranks", title=name)
        panel.set_xticks(ranks[::2], [f"{n:,}" for n in ranks[::2]])
        panel.minorticks_off()
        panel.grid(alpha=0.3)
    figure.suptitle("predicted by a cost model, fitted to runs on one and two ranks")
    panels[0].set_ylabel("seconds")
    figure.legend(
        *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3
    )
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=100)
