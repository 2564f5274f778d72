"""One rank of a scaling run: fits to files, and tells what each step took.

``mpiexec -n N python -m benchmarks.scaling_rank X.npy y.npy`` prints one line of JSON,
a list with the costs of each rank.
"""

from __future__ import annotations

__all__ = ["STEPS"]

import os

# Each rank is one thread: more would take the cores of other ranks.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import json
import sys
from contextlib import contextmanager
from time import perf_counter

import numpy as np
from sklearn.linear_model import RidgeClassifierCV
from sklearn.preprocessing import StandardScaler

from lightwaves_aeon import LightWaveS
from lightwaves_aeon.benchmark.memory import PeakMemory
from lightwaves_aeon.core.data import scaler
from lightwaves_aeon.core.parallel.mpi import Mpi, bytes_moved
from lightwaves_aeon.core.search import Search
from lightwaves_aeon.core.targets import Targets
from lightwaves_aeon.storage.files import as_array

VARIANT = "L1L2"
"""The paper's: the cost model is one of its filter and of mRMR."""

STEPS = ("moments", "units", "features", "decide", "exchange")


class Timed(Mpi):
    """The backend, with a stopwatch for what the ranks do apart and together.

    Attributes
    ----------
    seconds : dict of str to float
        Shared by all instances, as there is one fit a process.
    """

    seconds: dict[str, float] = dict.fromkeys(STEPS, 0.0)

    def map(self, read, work, tasks):
        with _watched("units"):
            return iter(list(super().map(read, work, tasks)))

    def gather(self, part):
        with _watched("exchange"):
            return super().gather(part)

    def on_root(self, function):
        def watched():
            with _watched("decide"):
                return function()

        with _watched("exchange"):
            before = self.seconds["decide"]
            decision = super().on_root(watched)
            # What the first rank does while the others wait is no exchange.
            self.seconds["exchange"] -= self.seconds["decide"] - before
        return decision


@contextmanager
def _watched(step: str):
    start = perf_counter()
    yield
    Timed.seconds[step] += perf_counter() - start


def _measured(step: str, function):
    def call(*args, **kwargs):
        with _watched(step):
            return function(*args, **kwargs)

    return call


def main() -> None:
    """Fit once to a little of the data, which compiles; then to all of it, timed."""
    from mpi4py import MPI

    X, y = as_array(sys.argv[1]), np.load(sys.argv[2])
    warm_up = np.concatenate([np.flatnonzero(y == label)[:5] for label in np.unique(y)])
    LightWaveS(n_features=50, variant=VARIANT).fit(X[warm_up][:, :2], y[warm_up])

    scaler.channel_moments = _measured("moments", scaler.channel_moments)
    backend = Timed()
    MPI.COMM_WORLD.Barrier()
    Timed.seconds = dict.fromkeys(STEPS, 0.0)
    before, start = bytes_moved(), perf_counter()
    with PeakMemory() as peak:
        _, classes = np.unique(y, return_inverse=True)
        search = Search(variant=VARIANT)
        model = search.fit(X, Targets(classes), np.random.RandomState(0), backend).model
        with _watched("features"):
            exchanged = Timed.seconds["exchange"]
            features = model.features(X, backend)
            exchanged -= Timed.seconds["exchange"]
        Timed.seconds["features"] += exchanged
        backend.on_root(lambda: _head(features, y))
    costs = {
        "total": perf_counter() - start,
        "bytes": bytes_moved() - before,
        "memory": peak.bytes,
        **Timed.seconds,
    }
    ranks = MPI.COMM_WORLD.gather(costs)
    if backend.is_root:
        print(json.dumps(ranks))


def _head(features: np.ndarray, y: np.ndarray) -> RidgeClassifierCV:
    alphas = np.logspace(-3, 3, 10) * len(features)
    return RidgeClassifierCV(alphas).fit(StandardScaler().fit_transform(features), y)


if __name__ == "__main__":
    main()
