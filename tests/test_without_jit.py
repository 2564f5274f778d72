"""The compiled loops and the Python that they were compiled from give the same bits."""

import os
import subprocess
import sys

import numpy as np
import pytest

from lightwaves_aeon.core.bank import kernel_bank
from lightwaves_aeon.core.engine import Evaluator
from lightwaves_aeon.core.features import candidate_rows
from lightwaves_aeon.core.selection import anova_f, mrmr

LENGTHS = (1, 7, 20)


def results():
    """What the compiled loops compute on seeded data, by name."""
    rng = np.random.default_rng(0)
    bank = kernel_bank(["minirocket", "db2"])
    rows = np.concatenate(
        [candidate_rows(0, d, len(bank.names), (1, 2)) for d in (1, 4)]
    )
    evaluate = Evaluator.build(rows, bank, means=np.zeros(1), stds=np.ones(1))
    found = {
        f"features_{length}": evaluate(rng.normal(size=(2, 1, length)))
        for length in LENGTHS
    }
    columns = rng.normal(size=(12, 20)).astype(np.float32)
    columns[:, 3] = 0.1
    found["scores"] = anova_f(columns, np.array([0, 5, 8, 12]))
    found["order"], found["quotients"] = mrmr(columns, found["scores"], 10)
    return found


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
        assert np.array_equal(without_jit[name], expected), name


if __name__ == "__main__":
    np.savez(sys.argv[1], **results())
