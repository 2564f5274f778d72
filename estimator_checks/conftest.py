"""Switches on aeon's multithreading checks, and MPI with the option ``--ranks``."""

from contextlib import nullcontext

import pytest
from aeon.testing import testing_config

from lightwaves_aeon import (
    LightWaveS,
    LightWaveSChannelSelector,
    LightWaveSClassifier,
)


def pytest_addoption(parser):
    text = "Fit with backend='mpi' in so many processes, all of which run this."
    parser.addoption("--ranks", type=int, default=0, help=text)


def pytest_configure(config):
    testing_config.MULTITHREAD_TESTING = True
    n_ranks = config.getoption("ranks")
    if n_ranks > 0:
        from mpi4py import MPI

        if MPI.COMM_WORLD.size != n_ranks:
            pytest.exit(f"{MPI.COMM_WORLD.size} ranks, not {n_ranks}", returncode=1)
        for estimator in (LightWaveS, LightWaveSChannelSelector, LightWaveSClassifier):
            fit_with_mpi(estimator)


def fit_with_mpi(estimator_class):
    """Have the suite test the estimator with this backend and no other."""
    params = [
        {**params, "backend": "mpi"} for params in estimator_class._get_test_params()
    ]
    estimator_class._get_test_params = classmethod(lambda *args, **kwargs: params)


@pytest.fixture
def collective(request):
    """A context whose errors, on any rank, are raised on all: none is left waiting."""
    if request.config.getoption("ranks") == 0:
        return nullcontext()
    from lightwaves_aeon.core.parallel.mpi import Mpi

    return Mpi().collective()
