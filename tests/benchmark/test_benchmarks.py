"""The pure parts of the speed benchmark, and the loops it compares with."""

import json
import time
from pathlib import Path

import numpy as np
import oracle
import pytest
from numpy.testing import assert_allclose

from benchmarks.published import HINTED, PADDED, TESTED, PublishedRuns, plain_features
from benchmarks.timing import Table, markdown, race, slope, slower, spread
from lightwaves_aeon.core.convolution.features import candidate_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.pooling import PAPER_POOLING

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
BANK = kernel_bank("minirocket")
LSPV = PAPER_POOLING.index("lspv")


def published_statistics(c):
    """Those of the oracle, but a run that reaches the end does not count."""
    statistics = oracle.statistics(c)[: len(PAPER_POOLING)]
    runs = oracle.runs(c > 0)
    closed = runs[:-1] if c[-1] > 0 else runs
    statistics[LSPV] = max(closed, default=0) / len(c)
    return statistics


@pytest.fixture(scope="module", name="x")
def series():
    return np.random.default_rng(0).normal(size=(2, 41)).astype(np.float32)


@pytest.fixture(scope="module")
def expected(x):
    """Features of the dilations 1, 4 and 32, the last of which sees but padding."""
    return np.array(
        [
            [
                [
                    [published_statistics(c) for c in oracle.responses(*args, BANK)]
                    for args in ((case, k, d) for k in range(len(BANK.names)))
                ]
                for d in (1, 4, 32)
            ]
            for case in x
        ]
    )


@pytest.mark.parametrize("n_levels", [1, 2])
@pytest.mark.parametrize("way", [TESTED, PADDED, HINTED])
def test_plain_loops_agree_with_oracle(x, expected, way, n_levels):
    found = np.full((len(x), 3, len(BANK.names), n_levels, 4), np.nan, np.float32)
    plain_features(x, BANK.weights, np.array([1, 4, 32]), way, found)
    assert_allclose(found, expected[:, :, :, :n_levels], rtol=1e-4, atol=1e-5)


def test_engine_with_published_runs_agrees_with_oracle(x, expected):
    rows = np.concatenate(
        [candidate_rows(0, d, len(BANK.names), (1, 2)) for d in (1, 4, 32)]
    )
    evaluate = PublishedRuns.from_rows(rows, BANK, np.zeros(1), np.ones(1))
    found = evaluate(x[:, None]).reshape(expected.shape)
    assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_race_takes_turns_and_measures_calls(monkeypatch):
    monkeypatch.setattr("benchmarks.timing.LEAST_SECONDS", 0.002)
    calls = []

    def wait(name, seconds):
        calls.append(name)
        time.sleep(seconds)

    seconds = race(
        {"a": lambda: wait("a", 0.001), "b": lambda: wait("b", 0.003)}, rounds=3
    )
    turns = "".join(a for a, b in zip(calls, [*calls[1:], ""], strict=True) if a != b)
    assert turns == "abababab"
    assert (seconds["a"] >= 0.001).all()
    assert (seconds["b"] >= 0.003).all()
    assert len(seconds["a"]) == len(seconds["b"]) == 3


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        ([3.0, 1.0, 2.0], "2 (1 to 3)"),
        ([0.012345, 0.0111, 0.019], "0.0123 (0.0111 to 0.019)"),
        ([123456.0], "123000 (123000 to 123000)"),
    ],
)
def test_spread(figures, text):
    assert spread(np.array(figures)) == text


def test_spread_is_scaled():
    assert spread(np.array([0.002]), 1e3) == "2 (2 to 2)"


def test_table_keeps_its_ratios():
    table = Table(["what", "ratio"], note="A note.")
    cell = table.ratio("name", np.array([2.0, 6.0, 9.0]), np.array([1.0, 2.0, 2.0]))
    table.rows.append(["it", cell])
    assert table.ratios == {"name": 3.0}
    assert str(table) == (
        "| what | ratio |\n| --- | --- |\n| it | 3 (2 to 4.5) |\n\nA note."
    )


def test_markdown_without_rows():
    assert markdown(["a", "b"], []) == "| a | b |\n| --- | --- |"


def test_slope():
    sizes = [10, 20, 40, 80]
    assert slope(sizes, [5, 5, 5, 5]) == pytest.approx(0, abs=1e-12)
    assert slope(sizes, [1, 2, 4, 8]) == pytest.approx(1)
    assert slope(sizes, [1, 4, 16, 64]) == pytest.approx(2)


def test_slower_by_more_than_a_third():
    baseline = {"same": 20.0, "a bit": 20.0, "lost": 20.0, "not run": 20.0}
    ratios = {"same": 20.0, "a bit": 15.1, "lost": 14.9, "new": 1.0}
    assert slower(ratios, baseline) == ["lost: 14.9x, was 20x"]


def test_committed_baseline_is_a_flat_dict_of_ratios():
    baseline = json.loads((BENCHMARKS / "speed_baseline.json").read_text())
    assert baseline
    assert all(isinstance(ratio, float | int) for ratio in baseline.values())
    assert slower(baseline, baseline) == []
