"""Where a fit works makes no difference to the model, to the last bit."""

import copy
import os
import pickle
import subprocess
import sys
from contextlib import nullcontext
from types import SimpleNamespace

import joblib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpi_programs import PROBLEMS, answers, assert_same_bits, expected
from numpy.testing import assert_array_equal
from sklearn.base import clone

from lightwaves_aeon import LightWaveS
from lightwaves_aeon.core.parallel import mpi
from lightwaves_aeon.core.parallel.threads import Joblib, Threads

TWO_LOKY_PROCESSES = {"backend": "loky", "n_jobs": 2}
TWO_THREADS = {"backend": "threading", "n_jobs": 2}


@pytest.fixture(scope="module")
def cluster():
    """Two processes of Dask, each with a thread."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as processes,
        distributed.Client(processes) as client,
    ):
        yield client


# The model


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize(
    "parameters",
    [
        {"n_jobs": 2},
        {"backend": "joblib"},
        {"backend": "joblib", "n_jobs": 2},
    ],
    ids=str,
)
def test_same_bits(problem, parameters):
    assert_same_bits(answers(problem, **parameters), expected(problem))


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("config", [TWO_LOKY_PROCESSES, TWO_THREADS], ids=str)
def test_same_bits_where_joblib_works(problem, config):
    with joblib.parallel_config(**config):
        found = answers(problem, backend="joblib")
    assert_same_bits(found, expected(problem))


@pytest.mark.parametrize("problem", PROBLEMS)
def test_same_bits_on_a_dask_cluster(cluster, problem):
    with joblib.parallel_config("dask"):
        found = answers(problem, backend="joblib")
    assert_same_bits(found, expected(problem))


# The backends


def where(name, request):
    if name == "dask":
        request.getfixturevalue("cluster")
        return Joblib(), joblib.parallel_config("dask")
    if name == "threads":
        return Threads(n_jobs=2), nullcontext()
    config = {
        "joblib alone": {"n_jobs": 1},
        "loky": TWO_LOKY_PROCESSES,
        "threading": TWO_THREADS,
    }[name]
    return Joblib(), joblib.parallel_config(**config)


PLACES = pytest.mark.parametrize(
    "place", ["threads", "joblib alone", "loky", "threading", "dask"]
)


@PLACES
def test_map_keeps_the_order(request, place):
    backend, config = where(place, request)
    here = os.getpid()
    read_here = []

    def read(task):
        read_here.append(os.getpid() == here)
        return 10 * task

    def work(data):
        return data + 1, os.getpid()

    with config:
        results = list(backend.map(read, work, backend.local_part(range(7))))
    found, processes = zip(*results, strict=True)
    assert found == (1, 11, 21, 31, 41, 51, 61)
    assert read_here == [True] * 7
    assert (here in processes) == (place not in ("loky", "dask"))


@PLACES
def test_map_raises_what_the_work_raises(request, place):
    backend, config = where(place, request)
    with config, pytest.raises(ZeroDivisionError):
        list(backend.map(lambda task: task, lambda data: 1 / (data - 3), range(7)))


@pytest.mark.parametrize("backend", [Threads(n_jobs=2), Joblib(n_jobs=2)], ids=str)
def test_one_process_keeps_and_decides_all(backend):
    assert backend.is_root
    assert list(backend.local_part(range(5))) == [0, 1, 2, 3, 4]
    assert backend.local_part([]) == []
    assert backend.gather("part") == ["part"]
    assert backend.on_root(lambda: "decision") == "decision"
    backend.check_same({"anything": object()})
    with pytest.raises(ZeroDivisionError), backend.collective():
        raise ZeroDivisionError


@given(n_tasks=st.integers(0, 1000), n_ranks=st.integers(1, 50))
def test_shares_of_all_ranks_are_all_tasks(n_tasks, n_ranks):
    shares = []
    for rank in range(n_ranks):
        with pytest.MonkeyPatch.context() as patch:
            communicator = SimpleNamespace(rank=rank, size=n_ranks)
            patch.setattr(mpi, "_communicator", lambda comm=communicator: comm)
            shares.append(mpi.Mpi().local_part(range(n_tasks)))
    assert [task for share in shares for task in share] == list(range(n_tasks))
    sizes = [len(share) for share in shares]
    assert max(sizes) - min(sizes) <= 1


# The parameter


@pytest.mark.parametrize("name", ["dask", "MPI", "", None, 2, ["mpi"]])
def test_unknown_backend(estimator, problem, name):
    estimator.set_params(backend=name)
    with pytest.raises(ValueError, match=r"backend must be one of .*'mpi'"):
        estimator.fit(*problem)
    assert not estimator.is_fitted


@pytest.mark.parametrize(
    "duplicate",
    [clone, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))],
    ids=["clone", "deepcopy", "pickle"],
)
def test_copies_need_no_mpi(estimator, problem, duplicate):
    fitted = clone(estimator).fit(*problem).set_params(backend="mpi")
    for original in (estimator.set_params(backend="mpi"), fitted):
        copied = duplicate(original)
        assert copied.get_params() == original.get_params()
        assert copied.backend == "mpi"
    assert "mpi4py" not in repr(vars(fitted))


def test_mpi_is_imported_for_mpi_alone():
    code = """
import sys
import joblib, numpy as np
from lightwaves_aeon import LightWaveS, LightWaveSClassifier
X, y = np.random.default_rng(0).normal(size=(8, 1, 20)), np.arange(8) % 2
for backend in ("threads", "joblib"):
    clf = LightWaveSClassifier(n_features=5, variant="L1", backend=backend)
    clf.fit(X, y)
LightWaveS(backend="mpi").get_params()
print([name for name in sys.modules if "mpi" in name.split(".")[0].lower()])
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done


@pytest.fixture
def no_mpi_seen(monkeypatch):
    """Forget an mpi4py that something else may have imported."""
    for name in list(sys.modules):
        if name.split(".")[0] == "mpi4py":
            monkeypatch.delitem(sys.modules, name)
    mpi._communicator.cache_clear()
    yield monkeypatch
    for name in list(sys.modules):
        if name.split(".")[0] == "mpi4py":
            del sys.modules[name]


def check_mpi_is_missed(estimator, problem, message):
    X, y = problem
    estimator.fit(X, y)
    before = vars(estimator).copy() | {"backend": "mpi"}
    with pytest.raises(ImportError, match=message):
        estimator.set_params(backend="mpi").fit(X, y)
    assert vars(estimator) == before
    with pytest.raises(ImportError, match=message):
        clone(estimator).fit(X, y)
    estimator.set_params(backend="threads").fit(X, y)


def test_mpi4py_is_missing(estimator, problem, no_mpi_seen):
    no_mpi_seen.setitem(sys.modules, "mpi4py", None)
    message = r'needs mpi4py: pip install "lightwaves-aeon\[mpi\]"'
    check_mpi_is_missed(estimator, problem, message)


def test_mpi_library_is_missing(estimator, problem, no_mpi_seen, tmp_path):
    stub = tmp_path / "mpi4py"
    stub.mkdir()
    (stub / "__init__.py").touch()
    (stub / "MPI.py").write_text("raise RuntimeError('cannot load MPI library')")
    no_mpi_seen.syspath_prepend(tmp_path)
    message = '(?s)needs an MPI library.*"pip install mpich"'
    check_mpi_is_missed(estimator, problem, message)


def test_progress_is_shown_wherever_the_work_is_done(problem, capsys):
    X, y = problem
    parameters = {"n_features": 5, "max_dilation": 1, "backend": "joblib"}
    parameters["random_state"] = 0
    quiet = LightWaveS(**parameters).fit(X, y)
    assert capsys.readouterr().out == ""
    shown = LightWaveS(**parameters, verbose=1).fit(X, y)
    assert "100%" in capsys.readouterr().out
    assert_array_equal(shown.transform(X), quiet.transform(X))


def test_types_of_x_are_the_same_to_workers(problem):
    """What is sent is cut from a memory map or a list as from an array."""
    X, y = problem
    expected = LightWaveS(variant="L1L2", n_features=20, max_dilation=4).fit_transform(
        X, y
    )
    for given_as in (np.asfortranarray(X), list(X), X[::-1][::-1]):
        with joblib.parallel_config(**TWO_THREADS):
            shared = LightWaveS(
                variant="L1L2", n_features=20, max_dilation=4, backend="joblib"
            )
            assert_array_equal(shared.fit_transform(given_as, y), expected)
