"""Fits under mpiexec: the same model on all ranks, and errors that none waits after."""

import os
import pickle
import re
import signal
import subprocess
import sys
from contextlib import suppress
from itertools import chain
from json import loads
from pathlib import Path
from time import time
from typing import NamedTuple

import mpi_programs
import numpy as np
import pytest
from mpi_programs import FAULTS, PROBLEMS, assert_same_bits, expected
from numpy.testing import assert_array_equal
from processes import MPIEXEC, needs_mpi

pytestmark = needs_mpi

TIMEOUT = 120
SOON = 30
ONE_THREAD = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class Job(NamedTuple):
    """What programs have left behind."""

    folder: Path
    n_ranks: int
    returncode: int
    output: str
    end: float

    def found(self, name, rank):
        path = self.folder / f"{name}_{rank}.json"
        assert path.exists(), f"rank {rank} came to no end: {self.output}"
        return loads(path.read_text())

    def arrays(self, name):
        path = self.folder / name
        assert path.exists(), f"{name} is missing: {self.output}"
        with np.load(path) as arrays:
            return dict(arrays)


@pytest.fixture(scope="module")
def mpirun(tmp_path_factory):
    def mpirun(n_ranks, *programs):
        folder = tmp_path_factory.mktemp("ranks")
        command = [MPIEXEC, "-n", str(n_ranks), sys.executable, mpi_programs.__file__]
        # What is left over after a timeout would hold pipes open, but not a file.
        with (folder / "output").open("w+") as output:
            job = subprocess.Popen(
                [*command, str(folder), *programs],
                env=os.environ | dict.fromkeys(ONE_THREAD, "1"),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                job.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                job.terminate()  # mpiexec ends the ranks then
                with suppress(subprocess.TimeoutExpired):
                    job.wait(5)
                with suppress(ProcessLookupError):
                    os.killpg(job.pid, signal.SIGKILL)
                job.wait()
        end = time()
        text = (folder / "output").read_text()
        return Job(folder, n_ranks, job.returncode, text, end)

    return mpirun


@pytest.fixture(scope="module")
def one(mpirun):
    return mpirun(1, "identity")


@pytest.fixture(scope="module")
def two(mpirun):
    return mpirun(2, "identity", "identity_with_threads", "other_ways_to_fit")


@pytest.fixture(scope="module")
def three(mpirun):
    well = "identity", "without_seed", "protocol", "traffic", "copies"
    return mpirun(3, *well, "first_fit_fails", "faults", "uncaught")


@pytest.fixture(scope="module")
def five(mpirun):
    return mpirun(5, "identity", "killed")


@pytest.fixture(params=["one", "two", "three", "five"])
def job(request):
    return request.getfixturevalue(request.param)


# The model


@pytest.mark.parametrize("name", ["one", "two"])
def test_job_succeeds(request, name):
    job = request.getfixturevalue(name)
    assert (job.returncode, job.output) == (0, "")


@pytest.mark.parametrize("problem", PROBLEMS)
def test_same_bits_on_every_rank(job, problem):
    for rank in range(job.n_ranks):
        found = job.arrays(f"identity_{rank}/{problem}.npz")
        assert_same_bits(found, expected(problem))


@pytest.mark.parametrize("problem", mpi_programs.WITH_THREADS)
def test_same_bits_with_threads(two, problem):
    for rank in range(2):
        found = two.arrays(f"identity_with_threads_{rank}/{problem}.npz")
        assert_same_bits(found, expected(problem))


@pytest.mark.parametrize("variant", ["L1L2", "plus"])
def test_same_draws_without_a_seed(three, variant):
    names = [f"without_seed_{variant}_{rank}.npz" for rank in range(3)]
    first, *others = map(three.arrays, names)
    for other in others:
        assert_same_bits(other, first)
    assert first["arr_0"].tobytes() != first["arr_1"].tobytes()


def test_other_ways_to_fit(two):
    alone = mpi_programs.other_ways("threads", n_jobs=1)
    for n_jobs in (1, 2):
        for rank in range(2):
            found = two.arrays(f"other_ways_{n_jobs}_{rank}.npz")
            assert_same_bits(found, alone)


def test_a_copy_predicts_without_mpi(three):
    X, _ = mpi_programs.noise()
    for rank in range(3):
        packed = (three.folder / f"copy_{rank}.pickle").read_bytes()
        assert b"mpi4py" not in packed
        assert b"core.mpi" not in packed
        before = set(sys.modules)
        scores = pickle.loads(packed).decision_function(X)
        assert not any(name.startswith("mpi4py") for name in set(sys.modules) - before)
        assert_array_equal(scores, np.load(three.folder / f"copy_{rank}.npy"))


# The backend


def test_protocol(three):
    n_tasks = (0, 1, 2, 3, 7)
    found = [three.found("protocol", rank) for rank in range(3)]
    for n, parts in zip(n_tasks, zip(*found, strict=True), strict=True):
        shares, done, collected, decisions = zip(*parts, strict=True)
        assert list(chain(*shares)) == list(range(n))
        assert max(map(len, shares)) - min(map(len, shares)) <= 1
        results = [10 * (task + 1) for task in range(n)]
        assert list(chain(*done)) == results
        assert collected == (list(done), [], [])
        assert decisions == (results,) * 3
    firsts = [three.found("is_root", rank) for rank in range(3)]
    assert firsts == [True, False, False]


def test_bytes_moved_do_not_depend_on_the_length_of_the_series(three):
    for rank in range(3):
        moved = three.found("traffic", rank)
        assert 0 < moved["50"] == moved["5000"] < moved["bound"]


# Faults


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_raised_on_every_rank(three, name):
    fault = FAULTS[name]
    for rank in range(3):
        found = three.found(name, rank)
        own = fault.own_error if rank == fault.rank else None
        assert re.fullmatch(own or fault.error, found["error"]), found
        assert re.search(fault.says, found["says"]), found
        assert found["seconds"] < SOON
        assert found["unchanged"]
        assert found["fits again"]
        if fault.before_any_work:
            assert not found["worked"]


def test_first_fit_fails(three):
    for rank in range(3):
        found = three.found("first_fit_fails", rank)
        assert found["error"] == "ValueError"
        assert "case 5, channel 2 (on rank 2 of 3)" in found["says"]
        assert found["unchanged"]
        assert found["fits again"]


def test_uncaught_error(three):
    assert three.returncode != 0
    for rank in range(3):
        assert three.end - three.found("uncaught", rank) < SOON
    error = "ValueError: X holds infinity, first in case 5, channel 2"
    assert f"{error} (on rank 2 of 3)" in three.output


def test_rank_that_is_killed(five):
    assert five.returncode != 0
    for rank in range(5):
        assert five.end - five.found("killed", rank) < SOON
    assert re.search("(?i)bad termination|signal 9|killed", five.output)
