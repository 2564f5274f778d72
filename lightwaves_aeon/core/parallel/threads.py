"""Where the work of a fit is done: in threads, or where joblib sends it.

A backend knows nothing of the method. The pipeline asks it four things: which tasks are
this process's share, to work through them, to bring results together, and to decide
something once for all. `mpi` has the one for several machines.
"""

from __future__ import annotations

__all__ = ["Joblib", "Threads", "run"]

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

import joblib

Task = TypeVar("Task")
Data = TypeVar("Data")
Result = TypeVar("Result")


def run(
    function: Callable[[Task], Result], tasks: Iterable[Task], n_jobs: int
) -> Iterator[Result]:
    """Apply a function to each task.

    The threads are the standard library's: joblib's take tens of milliseconds to start,
    which is longer than most of what is done here.

    Parameters
    ----------
    function : callable
        Does the work of one task; called from several threads at once, it must release
        the GIL to gain from them.
    tasks : iterable
        What to apply it to.
    n_jobs : int
        Number of threads; with 1 the calling thread works alone.

    Yields
    ------
    object
        The results, in the order of the tasks, each as soon as those before it are
        there.

    Examples
    --------
    >>> from lightwaves_aeon.core.parallel.threads import run
    >>> list(run(abs, [-3, 1, -2], n_jobs=2))
    [3, 1, 2]
    """
    if n_jobs == 1:
        yield from map(function, tasks)
    else:
        with ThreadPoolExecutor(n_jobs) as threads:
            yield from threads.map(function, tasks)


@dataclass(frozen=True)
class Threads:
    """The threads of this process; the other backends differ from it where they must.

    Parameters
    ----------
    n_jobs : int, default=1
        Number of threads.

    Examples
    --------
    >>> from lightwaves_aeon.core.parallel.threads import Threads
    >>> backend = Threads(n_jobs=2)
    >>> tasks = backend.local_part(["a", "bb", "ccc"])
    >>> lengths = backend.gather(list(backend.map(str.upper, len, tasks)))
    >>> backend.on_root(lambda: sum(lengths, []))
    [1, 2, 3]
    """

    n_jobs: int = 1

    @property
    def n_processes(self) -> int:
        """Number of processes among which tasks are shared."""
        return 1

    @property
    def is_root(self) -> bool:
        """Whether this process is the one that decides."""
        return True

    def collective(self) -> AbstractContextManager[None]:
        """Let no process leave the block alone: an error in one is raised in all."""
        return nullcontext()

    def check_same(self, values: Mapping[str, Any]) -> None:
        """Refuse to work where the processes were given different things.

        Parameters
        ----------
        values : mapping of str to object
            What must be the same, by the name under which an error speaks of it.

        Raises
        ------
        ValueError
            In all processes, if a value differs between any two.
        """

    def local_part(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """Part of the tasks that this process works on, in their order.

        Parameters
        ----------
        tasks : sequence
            All tasks.

        Returns
        -------
        sequence
            The shares of all processes, one after the other, are all tasks.
        """
        return tasks

    def map(
        self,
        read: Callable[[Task], Data],
        work: Callable[[Data], Result],
        tasks: Sequence[Task],
    ) -> Iterator[Result]:
        """Work through this process's tasks.

        Parameters
        ----------
        read : callable
            Gets what a task needs; always called in this process.
        work : callable
            Does the work with it, wherever the backend sees fit.
        tasks : sequence
            The tasks of this process.

        Yields
        ------
        object
            The results, in the order of the tasks.
        """
        return run(lambda task: work(read(task)), tasks, self.n_jobs)

    def gather(self, part: Result) -> list[Result]:
        """Bring the parts of all processes together.

        Parameters
        ----------
        part : object
            What this process has found.

        Returns
        -------
        list
            All parts, in the order of the shares; empty in all processes but the first.
        """
        return [part]

    def on_root(self, function: Callable[[], Result]) -> Result:
        """Call a function in the first process.

        Parameters
        ----------
        function : callable
            What to call.

        Returns
        -------
        object
            What it returns, in every process.
        """
        return function()


@dataclass(frozen=True)
class Joblib(Threads):
    """Workers of joblib, of the kind that ``joblib.parallel_config`` names.

    Each is sent the data of its tasks, and no more.

    Parameters
    ----------
    n_jobs : int, default=1
        Number of workers; 1 leaves it to ``joblib.parallel_config``.
    """

    def map(
        self,
        read: Callable[[Task], Data],
        work: Callable[[Data], Result],
        tasks: Sequence[Task],
    ) -> Iterator[Result]:
        """Send what is read for a task to a worker; see `Threads.map`."""
        workers = joblib.Parallel(
            n_jobs=None if self.n_jobs == 1 else self.n_jobs,
            return_as="generator",
        )
        return workers(joblib.delayed(work)(read(task)) for task in tasks)
