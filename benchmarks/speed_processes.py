"""Parts of the speed benchmark that need a fresh process: start-up and memory."""

from __future__ import annotations

__all__ = ["cold", "memory"]

import json
import os
import subprocess
import sys
import tempfile

import numpy as np

from benchmarks.timing import Table, spread

COLD = """
import json, time
import aeon.classification, aeon.transformations.collection
start = time.perf_counter()
import lightwaves_aeon
from lightwaves_aeon import LightWaveSClassifier
imported = time.perf_counter()
import numpy as np
X = np.random.default_rng(0).normal(size=(40, 6, 100))
y = np.arange(40) % 2
before = time.perf_counter()
clf = LightWaveSClassifier(random_state=0).fit(X, y)
fitted = time.perf_counter()
clf.predict(X)
predicted = time.perf_counter()
clf.compile()(X[0])
answered = time.perf_counter()
print(json.dumps([
    imported - start, fitted - before, predicted - fitted, answered - predicted
]))
"""
COLD_RIVAL = """
import json, time
import numpy as np
from aeon.classification.convolution_based import MiniRocketClassifier
X = np.random.default_rng(0).normal(size=(40, 6, 100))
start = time.perf_counter()
MiniRocketClassifier(random_state=0).fit(X, np.arange(40) % 2).predict(X)
print(json.dumps([time.perf_counter() - start]))
"""
COLD_ROUNDS = 3  # compiling takes its time

MEMORY = """
import json, pathlib, resource, sys
import numpy as np
from lightwaves_aeon import LightWaveS

def peak():
    # Not ru_maxrss on Linux: a child starts with what its parent once had.
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024**2 if sys.platform == "darwin" else 1024)

shape = json.loads(sys.argv[1])
imported = peak()
X = np.random.default_rng(0).standard_normal(shape, np.float32)
y = np.arange(shape[0]) % 3
made = peak()
LightWaveS(random_state=0).fit(X, y)
print(json.dumps([imported, X.nbytes / 1024**2, made, peak()]))
"""
MEMORY_SHAPE = (1500, 963, 144)


def cold(rounds: int, quick: bool) -> Table:
    """Import, and the first fit with an empty and with a filled cache of numba."""
    fresh, warm, rival = [], [], []
    for _ in range(1 if quick else min(rounds, COLD_ROUNDS)):
        with tempfile.TemporaryDirectory() as cache:
            fresh.append(_in_a_process(COLD, NUMBA_CACHE_DIR=cache))
            warm.append(_in_a_process(COLD, NUMBA_CACHE_DIR=cache))
        with tempfile.TemporaryDirectory() as cache:
            rival.append(_in_a_process(COLD_RIVAL, NUMBA_CACHE_DIR=cache))
    imports, fits, predicts, _ = np.array(warm).T
    _, first_fits, first_predicts, first_cases = np.array(fresh).T
    ours, (rivals,) = np.sum(fresh, axis=1) - np.array(fresh)[:, 0], np.array(rival).T
    return Table(
        ["in a fresh process", "target", "s"],
        [
            ["import, beyond that of aeon", "< 0.3", spread(imports)],
            ["first fit, nothing compiled yet", "", spread(first_fits)],
            ["first predict, nothing compiled yet", "", spread(first_predicts)],
            ["first single case, nothing compiled yet", "", spread(first_cases)],
            ["these three together", "", spread(ours)],
            ["first fit and predict of MiniRocketClassifier", "", spread(rivals)],
            ["MiniRocketClassifier / ours", "2", spread(rivals / ours)],
            ["first fit, compiled by an earlier process", "", spread(fits)],
            ["first predict, compiled by an earlier process", "", spread(predicts)],
        ],
        note="40 cases x 6 channels x 100 points.",
    )


def memory(rounds: int, quick: bool) -> Table:
    """Peak resident memory of a fit with many channels; takes minutes."""
    shape = MEMORY_SHAPE[0], 20 if quick else MEMORY_SHAPE[1], MEMORY_SHAPE[2]
    imported, data, made, peak = _in_a_process(MEMORY, json.dumps(shape))
    beyond = peak - imported - data
    return Table(
        ["peak resident memory", "MiB"],
        [
            ["after the imports", f"{imported:.0f}"],
            ["after making the data", f"{made:.0f}"],
            ["after the fit", f"{peak:.0f}"],
            ["of the fit beyond data and imports", f"{beyond:.0f}"],
        ],
        note=f"{' x '.join(map(str, shape))} of float32: {data:.0f} MiB. Target: "
        "at most 1024 MiB beyond data and imports.",
    )


def _in_a_process(code: str, *arguments: str, **environment: str) -> list[float]:
    output = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    return json.loads(output)
