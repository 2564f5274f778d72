"""Processes that do runs: reused, and killed and replaced when a run takes too long."""

from __future__ import annotations

__all__ = ["Failure", "run_all"]

import os
import signal
import traceback
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import connection, get_context, parent_process
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from lightwaves_aeon.benchmark.store import RunResult

if TYPE_CHECKING:
    from lightwaves_aeon.benchmark.datasets import Data
    from lightwaves_aeon.benchmark.runs import Task

ONE_THREAD = {
    f"{library}_NUM_THREADS": "1"
    for library in ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB_MAXIMUM", "NUMBA")
}
"""Environment in which numpy, scikit-learn and numba keep to one thread."""

BEGINS = "begins"


class Failure(NamedTuple):
    """Why a run has no result.

    Attributes
    ----------
    reason : str
        In one line.
    trace : str
        Where in the code, as far as that is known.
    """

    reason: str
    trace: str = ""


Event = tuple["Task", "RunResult | Failure"]


def run_all(
    tasks: Sequence[Task], jobs: int = 1, time_limit: float | None = None
) -> Generator[Event, None, None]:
    """Do runs in processes of their own, and give what each comes to.

    Runs of one data set are done by the same process as far as possible, which loads it
    once. When the generator is closed, all processes are ended at once.

    Parameters
    ----------
    tasks : sequence of Task
        What to do.
    jobs : int, default=1
        Number of processes; each works in one thread.
    time_limit : float or None, default=None
        Seconds that fitting and predicting may take. Loading and compiling do not
        count. A run that takes longer is ended, wherever it is.

    Yields
    ------
    task : Task
        One of the tasks, as soon as it has come to an end.
    result : RunResult or Failure
        What it has come to.

    Examples
    --------
    >>> from lightwaves_aeon.benchmark.runs import Task
    >>> from lightwaves_aeon.benchmark.store import Run
    >>> from lightwaves_aeon.benchmark.workers import run_all
    >>> task = Task(Run("Dummy", "UnitTest", 0), "dummy", 500, None)
    >>> [result.y_true.shape for _, result in run_all([task])]
    [(22,)]
    """
    waiting = list(tasks)
    workers: list[_Worker] = []
    try:
        while waiting or workers:
            while waiting and len(workers) < jobs:
                workers.append(_Worker())
                _give(workers[-1], waiting, workers)
            for worker, result in _next_results(workers, time_limit):
                done = worker.task
                if not worker.is_alive or not waiting:
                    worker.end()
                    workers.remove(worker)
                else:
                    _give(worker, waiting, workers)
                yield done, result
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process, and this end of the pipe to it."""

    task: Task

    def __init__(self) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        with _surroundings():
            self.process.start()
        theirs.close()  # so that the pipe ends with the process
        self.is_alive = True
        self.began: float | None = None

    def receive(self) -> RunResult | Failure | None:
        try:
            message = self.pipe.recv()
        except (EOFError, OSError):
            self.is_alive = False
            self.process.join()
            code = self.process.exitcode
            cause = signal.Signals(-code).name if code and code < 0 else f"code {code}"
            return Failure(f"the process that did it has ended by {cause}")
        if message == BEGINS:
            self.began = monotonic()
            return None
        return message

    def end(self) -> None:
        self.is_alive = False
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _give(worker: _Worker, waiting: list[Task], workers: Sequence[_Worker]) -> None:
    """Give a worker a task: of the set that it has loaded, or that fewest are at."""
    at = Counter(w.task.run.dataset for w in workers if w is not worker)
    own = worker.task.run.dataset if hasattr(worker, "task") else None
    task = min(
        waiting, key=lambda task: (task.run.dataset != own, at[task.run.dataset])
    )
    waiting.remove(task)
    worker.task, worker.began = task, None
    with suppress(OSError):  # it may have ended, as will be seen when listened to
        worker.pipe.send(task)


def _next_results(
    workers: Sequence[_Worker], time_limit: float | None
) -> Iterator[tuple[_Worker, RunResult | Failure]]:
    """Wait until something happens; give the runs that have come to an end by it."""
    limit = float("inf") if time_limit is None else time_limit
    ends = [worker.began + limit for worker in workers if worker.began is not None]
    patience = min(ends, default=float("inf")) - monotonic()
    timeout = None if patience == float("inf") else max(patience, 0)
    ready = connection.wait([worker.pipe for worker in workers], timeout)
    for worker in list(workers):
        if worker.pipe in ready:
            result = worker.receive()
            if result is not None:
                yield worker, result
        elif (
            worker.began is not None
            and monotonic() >= worker.began + limit
            and not worker.pipe.poll()  # it may have come to an end since
        ):
            worker.is_alive = False
            yield worker, Failure(f"it took longer than {limit:g} s")


@contextmanager
def _surroundings() -> Iterator[None]:
    """Have processes start with one thread for each library, and deaf to Ctrl-C.

    A process takes both from the one that starts it, before any line of it is run.
    """
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    listener = signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, listener)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _serve(pipe: connection.Connection) -> None:
    """Do the tasks that come through a pipe until it is closed."""
    Thread(target=_end_with_parent, daemon=True).start()
    # Imported here: the process that starts this one need not wait for it.
    from lightwaves_aeon.benchmark.datasets import load
    from lightwaves_aeon.benchmark.runs import measure

    key: Any = None
    data: Data | Exception
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        try:
            if (task.run.dataset, task.archive) != key:
                key = task.run.dataset, task.archive
                try:
                    data = load(*key)
                except Exception as error:
                    data = error  # the same for all runs of the set
            if isinstance(data, Exception):
                raise data.with_traceback(None)
            result: Any = measure(task, data, lambda: pipe.send(BEGINS))
        except Exception as error:  # whatever a classifier may raise
            reason = " ".join(str(error).split()) or type(error).__name__
            result = Failure(reason, traceback.format_exc())
        pipe.send(result)


def _end_with_parent() -> None:
    # Else a long run would go on for nobody after its parent was killed.
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
