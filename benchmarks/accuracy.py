"""How accurate the package is, compared with aeon's ROCKETs, and at what cost.

``python -m benchmarks.accuracy --archive DIR`` does all runs that are not in the
results yet, two at a time on one core each, then writes ``docs/accuracy.md`` and its
figures. It may be stopped at any time and started again. Runs of LightWaveS whose code
has changed since are done again. With some ``--datasets`` only, the page is written
next to the results.
"""

from __future__ import annotations

__all__ = ["main", "run_all"]

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from benchmarks.accuracy_page import write
from benchmarks.accuracy_runs import EQUAL, UNEQUAL, all_runs, measure
from benchmarks.accuracy_store import Run, Store

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[1] / "docs" / "accuracy.md"
INTERRUPTED = 130
DATASETS = (*sorted(EQUAL), *UNEQUAL)


def run_all(
    runs: Sequence[Run], archive: Path, store: Store, workers: int
) -> list[tuple[Run, str]]:
    """Do those runs that are not finished, and store each as soon as it is.

    Parameters
    ----------
    runs : sequence of Run
        What to do, in this order.
    archive : Path
        Folder of the data sets.
    store : Store
        Holds the finished runs.
    workers : int
        Number of processes; 1 means this one.

    Returns
    -------
    list of (Run, str)
        Runs that failed, and why; they are tried again next time.
    """
    finished = store.finished()
    todo = [run for run in runs if run not in finished]
    failures = []
    with Progress() as progress:
        task = progress.add_task(f"{len(todo)} of {len(runs)} runs", total=len(todo))
        for run, found in _outcomes(todo, archive, workers):
            name = f"{run.part}, {run.dataset}, {run.classifier}"
            if isinstance(found, str):
                failures.append((run, found))
                progress.print(f"{name}: {found}", markup=False)
            else:
                store.add(run, found)
                name += f": {found['accuracy']:.3f}"
            progress.update(task, advance=1, description=name)
    return failures


def _outcomes(
    runs: Sequence[Run], archive: Path, workers: int
) -> Iterator[tuple[Run, dict[str, Any] | str]]:
    attempt = partial(_attempt, archive=archive)
    if workers == 1:
        yield from zip(runs, map(attempt, runs), strict=True)
        return
    pool = ProcessPoolExecutor(workers, get_context("spawn"))
    try:
        futures = {pool.submit(attempt, run): run for run in runs}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _attempt(run: Run, archive: Path) -> dict[str, Any] | str:
    # One run that cannot be done must not keep the others from being done.
    try:
        return measure(run, archive)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is to be run, then write the page.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the command line by default.

    Returns
    -------
    int
        Exit status: 1 if a run failed, 130 if it was interrupted.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--datasets", nargs="+", choices=DATASETS, default=DATASETS)
    parser.add_argument("--parts", nargs="+", choices=["main", "curve", "ablation"])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", type=Path, help="where to write the page")
    parser.add_argument("--page-only", action="store_true", help="do no runs")
    args = parser.parse_args(arguments)

    if args.archive is None and not args.page_only:
        parser.error("--archive is needed for all but --page-only")

    console, store, failures = Console(), Store(args.results), []
    if not args.page_only:
        runs = [
            run
            for run in all_runs(args.datasets)
            if args.parts is None or run.part in args.parts
        ]
        try:
            failures = run_all(runs, args.archive.resolve(), store, args.workers)
        except KeyboardInterrupt:
            console.print("Stopped; start it again for the other runs.")
            return INTERRUPTED
    whole = set(args.datasets) == set(DATASETS)
    page = args.page or (PAGE if whole else args.results / PAGE.name)
    if store.records:
        write(store, PAGE, page)
        console.print(f"{page} is written; {len(failures)} runs failed")
    return int(bool(failures))


if __name__ == "__main__":
    raise SystemExit(main())
