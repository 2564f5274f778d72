"""The compiled loops and the Python that they were compiled from give the same bits."""

import os
import subprocess
import sys

import numpy as np
import pytest

from lightwaves_aeon.core.convolution.features import candidate_rows, series_rows
from lightwaves_aeon.core.convolution.kernels import kernel_bank
from lightwaves_aeon.core.convolution.pooling import (
    POOLING_NAMES,
    RESPONSE_POOLING,
)
from lightwaves_aeon.core.convolution.representations import REPRESENTATION_NAMES
from lightwaves_aeon.core.convolution.transform import FeatureTransform
from lightwaves_aeon.core.data.gaps import filled
from lightwaves_aeon.core.data.moments import channel_moments
from lightwaves_aeon.core.selection.anova import anova_f
from lightwaves_aeon.core.selection.mrmr import mrmr

LENGTHS = (1, 7, 20)
N_CASES = 18  # a group of sixteen, and two on their own


def results():
    """What the compiled loops compute on seeded data, by name."""
    rng = np.random.default_rng(0)
    bank = kernel_bank(["minirocket", "db2"])
    rows = np.concatenate(
        [
            candidate_rows(0, d, len(bank.names), (1, 2), ("ppv", *RESPONSE_POOLING))
            for d in (1, 4)
        ]
    )
    # Thresholds, inputs and pooling sets in many combinations.
    counts = rows["statistic"] == POOLING_NAMES.index("ppv")
    rows["threshold"][counts] = rng.normal(size=counts.sum())
    rows["channel"] = rng.integers(2, size=len(rows))
    rows["input"] = np.arange(len(rows)) // 70 % len(REPRESENTATION_NAMES)
    rows["other"] = np.where(rows["input"] < 2, -1, 1 - rows["channel"])
    rows = rows[rng.permutation(len(rows))[: len(rows) // 2]]
    evaluate = FeatureTransform.from_rows(
        rows, bank, means=np.zeros(2), stds=np.ones(2)
    )
    found = {
        f"features_{length}": evaluate(rng.normal(size=(N_CASES, 2, length)))
        for length in LENGTHS
    }
    found |= of_series(rows[:20], bank)
    found |= with_gaps(evaluate)
    rows_at_2 = candidate_rows(0, 2, len(bank.names), (1,))
    found["thresholds"] = FeatureTransform.from_rows(
        rows_at_2, bank, means=np.zeros(1), stds=np.ones(1)
    ).quantile_thresholds(rng.normal(size=(3, 1, 20)), 3)
    columns = rng.normal(size=(12, 20)).astype(np.float32)
    columns[:, 3] = 0.1
    found["scores"] = anova_f(columns, np.array([0, 5, 8, 12]))
    found["order"], found["quotients"] = mrmr(columns, found["scores"], 10)
    return found


def gapped(X, rng):
    """The same with gaps of all kinds, in all cases but one."""
    X = X.copy()
    X[1:][rng.random(X[1:].shape) < rng.choice([0.1, 0.6], (len(X) - 1, 1, 1))] = np.nan
    X[2:5, 0], X[4, 1] = np.nan, np.nan
    X[5:9, :, X.shape[2] // 3 : X.shape[2] // 2] = np.nan
    return X


def with_gaps(evaluate):
    """The same of series with gaps, and how these are filled."""
    rng = np.random.default_rng(2)
    evaluate = evaluate._replace(longest_gaps=np.array([0, 2]))
    found = {
        f"gaps_{length}": evaluate(gapped(rng.normal(size=(N_CASES, 2, length)), rng))
        for length in (*LENGTHS, 30)
    }
    X = gapped(rng.normal(size=(9, 2, 25)), rng)
    moments = [channel_moments(X, i, allow_missing=True) for i in range(2)]
    series, observed = filled(X, 3)
    return found | {"filled": series, "observed": observed, "moments": moments}


def of_series(others, bank):
    """The same of level 0, and some others."""
    rng = np.random.default_rng(1)
    rows = series_rows(0, 100)
    rows["channel"] = rng.integers(2, size=len(rows))
    rows["input"] = np.arange(len(rows)) % len(REPRESENTATION_NAMES)
    rows["other"] = np.where(rows["input"] < 2, -1, 1 - rows["channel"])
    rows["start"][::7], rows["stop"][::7] = 0.1, 0.7  # of which 10 are rounded down
    rows = rng.permutation(np.append(rows, others))
    evaluate = FeatureTransform.from_rows(rows, bank, np.zeros(2), np.ones(2))
    return {
        f"series_{length}": evaluate(rng.normal(size=(N_CASES, 2, length)))
        for length in (*LENGTHS, 10)
    } | {
        f"series_gaps_{length}": evaluate(
            gapped(rng.normal(size=(N_CASES, 2, length)), rng)
        )
        for length in (*LENGTHS, 10)
    }


@pytest.fixture(scope="module")
def without_jit(tmp_path_factory):
    path = tmp_path_factory.mktemp("without_jit") / "results.npz"
    subprocess.run(
        [sys.executable, __file__, path],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        check=True,
        timeout=300,
    )
    return np.load(path)


def test_same_bits_without_jit(without_jit):
    compiled = results()
    assert sorted(without_jit) == sorted(compiled)
    for name, expected in compiled.items():
        assert np.array_equal(without_jit[name], expected, equal_nan=True), name
    for name in ("gaps_30", "series_gaps_10"):
        assert 0 < np.isnan(compiled[name]).mean() < 0.5


if __name__ == "__main__":
    np.savez(sys.argv[1], **results())
