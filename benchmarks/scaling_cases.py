"""How a fit scales over cases: to millions of them, against what others do with many.

Cases of four classes differ by a motif of 16 points, somewhere in 140 points of noise.
Each contestant has a process of its own, which reads the series from a file.
"""

from __future__ import annotations

__all__ = ["cases"]

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.timing import markdown

N_POINTS, N_CLASSES, MOTIF, HEIGHT = 140, 4, 16, 1.2
WRITTEN = 20_000
"""Cases written at a time."""

SIZES = (10_000, 100_000, 400_000, 1_000_000, 4_000_000)
FRESH = 20_000
"""Cases to test on, which no contestant has seen."""

MOST_OF = {
    "MiniRocketClassifier": 10_000,
    "MiniRocket, SGD": 100_000,
    "Hydra, SGD": 100_000,
}
"""Cases up to which the others take part: ten times as many would take hours."""

RANKS_FROM = 1_000_000
"""Cases from which on two ranks, and two workers of Dask, are measured, too."""

HEADS = ["fit, s", "memory, MB", "accuracy of fresh cases"]

SEARCHED, SEARCHED_OF = (250, 500, 1500, 3000), 400_000

WORKERS = (1, 4, 16, 64)
LARGEST = 59_000_000
"""Cases of the largest data set of MONSTER."""

SHARED = """
import json, sys, time
import numpy as np
from lightwaves_aeon.benchmark.memory import PeakMemory
X_path, y_path, fresh_X, fresh_y = sys.argv[1:]

def told(seconds, peak, right):
    print(json.dumps([seconds, peak.bytes / 1e6, float(np.mean(right))]))
"""

OURS = f"""{SHARED}
from lightwaves_aeon.aeon.files import fit_files, predict_files
from lightwaves_aeon.core.parallel.backends import make_backend
backend = "BACKEND"
start = time.perf_counter()
with PeakMemory() as peak:
    clf = fit_files(X_path, y_path, random_state=0, backend=backend, max_cases=1500)
seconds = time.perf_counter() - start
right = predict_files(clf, fresh_X, backend) == np.load(fresh_y)
if make_backend(backend).is_root:
    told(seconds, peak, right)
"""

DASK = f"""{SHARED}
import dask.array as da
from distributed import Client, LocalCluster
from lightwaves_aeon.aeon.dask import fit_dask
from lightwaves_aeon.aeon.files import predict_files

def blocks(path, shape, chunk=65_536):
    from dask import delayed
    from lightwaves_aeon.storage.files import open_series
    series = delayed(open_series(path))
    parts = [
        da.from_delayed(
            series.read(range(i, min(i + chunk, shape[0]))),
            (min(chunk, shape[0] - i), *shape[1:]), np.float32
        )
        for i in range(0, shape[0], chunk)
    ]
    return da.concatenate(parts)

if __name__ == "__main__":
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster, Client(cluster):
        X = blocks(X_path, np.load(X_path, mmap_mode="r").shape)
        start = time.perf_counter()
        with PeakMemory() as peak:
            clf = fit_dask(X, np.load(y_path), random_state=0)
        seconds = time.perf_counter() - start
    told(seconds, peak, predict_files(clf, fresh_X) == np.load(fresh_y))
"""

MINIROCKET = f"""{SHARED}
from aeon.classification.convolution_based import MiniRocketClassifier
start = time.perf_counter()
with PeakMemory() as peak:
    clf = MiniRocketClassifier(random_state=0).fit(np.load(X_path), np.load(y_path))
seconds = time.perf_counter() - start
told(seconds, peak, clf.predict(np.load(fresh_X)) == np.load(fresh_y))
"""

SGD = f"""{SHARED}
from sklearn.linear_model import SGDClassifier
from sklearn.preprocessing import StandardScaler
from aeon.transformations.collection import convolution_based as convolution
X, y = np.load(X_path, mmap_mode="r"), np.load(y_path)
transform, scaler = TRANSFORM(random_state=0), StandardScaler()
order = np.random.default_rng(0).permutation(len(X))
blocks = np.array_split(order, -(-len(X) // 2048))
start = time.perf_counter()
with PeakMemory() as peak:
    transform.fit(X[np.sort(order[:5000])])
    sgd = SGDClassifier(loss="log_loss", random_state=0)
    for block in blocks:  # one epoch, as of data that are never in memory
        block = np.sort(block)
        features = np.asarray(transform.transform(X[block]))
        features = scaler.partial_fit(features).transform(features)
        sgd.partial_fit(features, y[block], classes=np.unique(y))
seconds = time.perf_counter() - start
features = np.concatenate([
    np.asarray(transform.transform(part))
    for part in np.array_split(np.load(fresh_X), 10)
])
told(seconds, peak, sgd.predict(scaler.transform(features)) == np.load(fresh_y))
"""

CONTESTANTS = {
    "lightwaves": OURS.replace("BACKEND", "threads"),
    "lightwaves, 2 ranks": OURS.replace("BACKEND", "mpi"),
    "lightwaves, 2 workers of Dask": DASK,
    "MiniRocketClassifier": MINIROCKET,
    "MiniRocket, SGD": SGD.replace("TRANSFORM", "convolution.MiniRocket"),
    "Hydra, SGD": SGD.replace("TRANSFORM", "convolution.HydraTransformer"),
}


def write_cases(folder: Path, n_cases: int, seed: int) -> tuple[Path, Path]:
    """Write series and labels, block by block."""
    X_path, y_path = folder / f"X{seed}.npy", folder / f"y{seed}.npy"
    rng = np.random.default_rng(0)
    motifs = rng.normal(size=(N_CLASSES, MOTIF)).cumsum(axis=1)
    motifs -= motifs.mean(axis=1, keepdims=True)
    motifs *= HEIGHT / motifs.std(axis=1, keepdims=True)
    rng = np.random.default_rng(seed)
    y = rng.integers(0, N_CLASSES, n_cases).astype(np.int32)
    shape = n_cases, 1, N_POINTS
    X = np.lib.format.open_memmap(X_path, "w+", np.float32, shape)
    for start in range(0, n_cases, WRITTEN):
        block = X[start : start + WRITTEN, 0]
        block[:] = rng.standard_normal(block.shape, np.float32)
        places = rng.integers(0, N_POINTS - MOTIF, (len(block), 1)) + np.arange(MOTIF)
        rows = np.arange(len(block))[:, None]
        block[rows, places] += motifs[y[start : start + WRITTEN]]
    X.flush()
    np.save(y_path, y)
    return X_path, y_path


def run(code: str, paths: Sequence[Path], n_ranks: int = 1) -> list[float]:
    """Seconds, megabytes and accuracy of a contestant."""
    launcher = ["mpiexec", "-n", str(n_ranks)] if n_ranks > 1 else []
    script = paths[0].with_name("contestant.py")
    script.write_text(code)
    done = subprocess.run(
        [*launcher, sys.executable, str(script), *map(str, paths)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
    )
    return json.loads(done.stdout.splitlines()[-1])


def takes_part(name: str, n_cases: int) -> bool:
    """Tell whether a contestant is measured on so many cases."""
    if name.startswith("lightwaves,"):
        return n_cases >= RANKS_FROM
    return n_cases <= MOST_OF.get(name, n_cases)


def cases(folder: Path, sizes: Sequence[int] = SIZES) -> str:
    """Measure all contestants on all sizes; say what more cases and workers take."""
    fresh = write_cases(folder, FRESH, seed=2)
    rows, times = [], {}
    for n_cases in sizes:
        paths = write_cases(folder, n_cases, seed=1)
        for name in CONTESTANTS:
            if takes_part(name, n_cases):
                n_ranks = 2 if "ranks" in name else 1
                found = run(CONTESTANTS[name], [*paths, *fresh], n_ranks)
                times[name, n_cases] = found[0]
                rows.append([f"{n_cases:,}", name, *_cells(found)])
                print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    table = markdown(["cases", "contestant", *HEADS], rows)
    searched = by_searched_cases(folder, fresh)
    return f"{table}\n\n{model_of(times)}\n\n{searched}"


def by_searched_cases(folder: Path, fresh: Sequence[Path]) -> str:
    """Measure what it is worth to search on more cases."""
    paths, rows = write_cases(folder, SEARCHED_OF, seed=1), []
    for n_cases in SEARCHED:
        code = CONTESTANTS["lightwaves"].replace("=1500", f"={n_cases}")
        rows.append([f"{n_cases:,}", *_cells(run(code, [*paths, *fresh]))])
    table = markdown(["max_cases", *HEADS], rows)
    return f"{SEARCHED_OF:,} cases, searched on 2,000 more than `max_cases`:\n\n{table}"


def _cells(found: Sequence[float]) -> list[str]:
    seconds, megabytes, accuracy = found
    return [f"{seconds:.1f}", f"{megabytes:.0f}", f"{accuracy:.3f}"]


def model_of(times: dict[tuple[str, int], float]) -> str:
    """Fit seconds = search + cases x seconds a case / workers, and predict with it."""
    some = [n for name, n in times if name == "lightwaves" and n > 16_384]
    alone = [times["lightwaves", n] for n in some]
    each, search = np.polyfit(some, alone, 1)
    ranks = [
        (times[name, n] - each * n / 2) / search
        for name, n in times
        if name == "lightwaves, 2 ranks"
    ]
    share = float(np.median(ranks)) if ranks else 1.0
    rows = []
    for n_workers in WORKERS:
        of_search = search * (share if n_workers > 1 else 1)
        seconds = of_search + each * LARGEST / n_workers
        rows.append([str(n_workers), f"{seconds:.0f}"])
    heads = ["ranks or workers", f"fit to {LARGEST:,} cases, s"]
    return (
        f"Alone: {search:.1f} s for the search, and {each * 1e6:.1f} µs per case. "
        f"With two ranks the search takes {share:.2f} of that, and each has half of "
        "the cases."
        f"\n\n{markdown(heads, rows)}"
    )
