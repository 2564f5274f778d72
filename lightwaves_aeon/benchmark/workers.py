"""Processes that do runs: reused, and killed and replaced when a run takes too long."""

from __future__ import annotations

__all__ = ["Failure", "run_all"]

import faulthandler
import os
import signal
import traceback
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import suppress
from functools import lru_cache
from multiprocessing import connection, get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from threadpoolctl import threadpool_limits

from lightwaves_aeon.benchmark.store import RunResult

if TYPE_CHECKING:
    from lightwaves_aeon.benchmark.runs import Task

ONE_THREAD = {
    f"{library}_NUM_THREADS": "1"
    for library in ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB_MAXIMUM", "NUMBA")
}
"""Environment in which numpy, scikit-learn and numba keep to one thread."""

BEGINS = "begins"
OVERTIME = 1
"""Exit status of a process that `faulthandler` has ended."""


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
                workers.append(_Worker(time_limit))
                workers[-1].take(waiting, workers)
            ready = connection.wait([worker.pipe for worker in workers])
            for worker in [worker for worker in workers if worker.pipe in ready]:
                task, result = worker.task, worker.receive()
                if result is None:
                    continue
                if waiting and worker.process.is_alive():
                    worker.take(waiting, workers)
                else:
                    worker.end()
                    workers.remove(worker)
                yield task, result
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process, and this end of the pipe to it."""

    def __init__(self, time_limit: float | None):
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(
            target=_serve, args=(theirs, time_limit), daemon=True
        )
        # It is deaf to Ctrl-C, which it takes from here, before any line of it is run.
        listener = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self.process.start()
        finally:
            signal.signal(signal.SIGINT, listener)
        theirs.close()  # so that the pipe ends with the process
        self.time_limit = time_limit
        self.task: Any = None
        self.has_begun = False

    def take(self, waiting: list[Task], workers: Sequence[_Worker]) -> None:
        """Take a task: of the set that is loaded, or that fewest others are at."""
        at = Counter(w.task.run.dataset for w in workers if w.task and w is not self)
        own = self.task and self.task.run.dataset
        self.task = min(
            waiting, key=lambda task: (task.run.dataset != own, at[task.run.dataset])
        )
        waiting.remove(self.task)
        self.has_begun = False
        with suppress(OSError):  # it may have ended, as will be seen when listened to
            self.pipe.send(self.task)

    def receive(self) -> RunResult | Failure | None:
        """Give what the task has come to, nothing if it only begins."""
        try:
            message = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            code = self.process.exitcode
            if self.time_limit and self.has_begun and code == OVERTIME:
                return Failure(f"it took longer than {self.time_limit:g} s")
            cause = signal.Signals(-code).name if code and code < 0 else f"code {code}"
            return Failure(f"the process that did it has ended by {cause}")
        self.has_begun = message == BEGINS
        return None if self.has_begun else message

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _serve(pipe: connection.Connection, time_limit: float | None) -> None:
    """Do the tasks that come through a pipe until it is closed."""
    Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(ONE_THREAD)  # for what is loaded from now on
    # Imported here: the process that starts this one need not wait for it.
    from lightwaves_aeon.benchmark.datasets import load
    from lightwaves_aeon.benchmark.runs import measure

    threadpool_limits(1)

    @lru_cache(maxsize=1)
    def loaded(*key: Any) -> Any:
        try:
            return load(*key)
        except Exception as error:
            return error  # the same for all runs of the set

    def begins() -> None:
        pipe.send(BEGINS)
        if time_limit is not None:  # ends compiled code, too
            faulthandler.dump_traceback_later(time_limit, exit=True, file=nowhere)

    with open(os.devnull, "w") as nowhere, suppress(EOFError):
        while True:
            task = pipe.recv()
            try:
                data = loaded(task.run.dataset, task.archive)
                if isinstance(data, Exception):
                    raise data.with_traceback(None)
                result: Any = measure(task, data, begins)
            except Exception as error:  # whatever a classifier may raise
                reason = " ".join(str(error).split()) or type(error).__name__
                result = Failure(reason, traceback.format_exc())
            faulthandler.cancel_dump_traceback_later()
            pipe.send(result)


def _end_with_parent() -> None:
    # Else a long run would go on for nobody after its parent was killed.
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
