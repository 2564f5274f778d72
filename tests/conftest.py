"""Problems that tests share, and code that is compiled before workers start."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

LONGEST = ("test_mpi", "test_bench", "test_c_builds", "test_backends", "test_plots")
"""Files of tests that start programs: first, so that no worker has one left at last."""


def pytest_collection_modifyitems(items):
    """Put the longest files first."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


def pytest_configure(config):
    """Have the workers of xdist find code that they would each compile.

    The package is imported by them alone: it takes seconds, for which all would wait.
    """
    if hasattr(config, "workerinput") or not getattr(config.option, "numprocesses", 0):
        return
    if config.option.dist == "load":
        # Files stay together, so that no fixture of a module is made twice.
        config.option.dist = "loadfile"
        config.option.loadscopereorder = False
    script = Path(__file__).with_name("warm_up.py")
    # One after the other: Numba mixes up what processes keep of one function at once.
    for part in ("paper", "plus", "wavelets"):
        subprocess.run([sys.executable, script, part], check=False)


def _make_problem(n_cases=24, n_channels=3, n_timepoints=40, n_classes=2, seed=0):
    """Noise, and in channel 1 (or 0, if there is one) a sine at a pace of the class."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_cases, n_channels, n_timepoints))
    y = np.arange(n_cases) % n_classes
    pace = 0.3 + 2 * y[:, None] / n_classes
    X[:, min(1, n_channels - 1)] += 2 * np.sin(pace * np.arange(n_timepoints))
    return X, y


@pytest.fixture(scope="session")
def make_problem():
    return _make_problem


def _make_pairs_problem(n_cases=24, n_timepoints=40, n_classes=2, seed=0):
    """The same in noise that cancels in sums or differences of channels alone."""
    X, y = _make_problem(n_cases, 3, n_timepoints, n_classes, seed)
    return X + 9 * X[:, :1] * np.array([[1], [-1], [1]]), y


@pytest.fixture(scope="session")
def make_pairs_problem():
    return _make_pairs_problem


def _make_step_problem(n_cases=24, n_channels=3, n_timepoints=40, n_classes=2, seed=0):
    """Noise, where the second half of the last channel is higher, by class."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_cases, n_channels, n_timepoints))
    y = np.arange(n_cases) % n_classes
    X[:, -1, n_timepoints // 2 :] += y[:, None]
    return X, y


@pytest.fixture(scope="session")
def make_step_problem():
    return _make_step_problem


@pytest.fixture
def problem():
    return _make_problem()


@pytest.fixture(scope="session")
def small():
    """Parameters that keep a fit to some milliseconds."""
    return {"n_features": 20, "max_dilation": 4, "variant": "L1L2"}


@pytest.fixture
def transformer(small):
    from lightwaves_aeon import LightWaveS

    return LightWaveS(**small)


@pytest.fixture
def classifier(small):
    from lightwaves_aeon import LightWaveSClassifier

    return LightWaveSClassifier(**small)


@pytest.fixture(params=["LightWaveS", "LightWaveSClassifier"])
def estimator(request, small):
    import lightwaves_aeon

    return getattr(lightwaves_aeon, request.param)(**small)
