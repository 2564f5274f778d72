"""Where the work is done: in the calling thread, or in several."""

from __future__ import annotations

__all__ = ["run"]

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Task = TypeVar("Task")
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
    >>> from lightwaves_aeon.core.backends import run
    >>> list(run(abs, [-3, 1, -2], n_jobs=2))
    [3, 1, 2]
    """
    if n_jobs == 1:
        yield from map(function, tasks)
    else:
        with ThreadPoolExecutor(n_jobs) as threads:
            yield from threads.map(function, tasks)
