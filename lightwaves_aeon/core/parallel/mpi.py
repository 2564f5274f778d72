"""The backend for several processes, on one machine or many, that talk through MPI.

Each process (a rank) works on its share of the tasks. The first one (rank 0) gathers
what they find and decides; what it decides is broadcast. Before anything is exchanged,
the ranks tell each other whether they have failed: an error in one is raised in all,
and none is left waiting for the others.
"""

from __future__ import annotations

__all__ = ["Mpi", "bytes_moved"]

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from time import sleep
from typing import Any

from lightwaves_aeon.core.parallel.threads import Result, Task, Threads

FIRST = 0
SHORTEST_PAUSE, LONGEST_PAUSE = 1e-5, 2e-3
"""Seconds between two looks whether the other ranks have come."""

_moved = 0
_known: BaseException | None = None  # the error that all ranks raise at this moment


def bytes_moved() -> int:
    """Bytes that this process has sent and received through `Mpi` so far.

    What one process sends to all counts once.
    """
    return _moved


@dataclass(frozen=True)
class Mpi(Threads):
    """The processes of ``mpiexec``; all of them make the same calls.

    Parameters
    ----------
    n_jobs : int, default=1
        Number of threads of each process.

    Raises
    ------
    ImportError
        If mpi4py is not installed, or finds no MPI library.
    """

    def __post_init__(self):
        _communicator()

    @property
    def n_processes(self) -> int:
        """Number of processes among which tasks are shared."""
        return _communicator().size

    @property
    def is_root(self) -> bool:
        """Whether this process is the one that decides."""
        return _communicator().rank == FIRST

    @contextmanager
    def collective(self) -> Iterator[None]:
        """Let no process leave the block alone: an error in one is raised in all."""
        global _known
        _known = None
        try:
            yield
        except BaseException as error:
            if error is not _known:
                _raise_together(error)
            raise
        _raise_together()

    def check_same(self, values: Mapping[str, Any]) -> None:
        """Refuse to work where the processes were given different things."""
        _raise_together()
        everywhere = _communicator().allgather(dict(values))
        for name, first in everywhere[FIRST].items():
            for rank, others in enumerate(everywhere):
                if others[name] != first:
                    error = ValueError(
                        f"{name} differs between ranks: {first} on rank {FIRST}, "
                        f"{others[name]} on rank {rank}"
                    )
                    raise _remembered(error)

    def local_part(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """Give each process as many tasks, one after the other."""
        comm = _communicator()
        first = len(tasks) * comm.rank // comm.size
        last = len(tasks) * (comm.rank + 1) // comm.size
        return tasks[first:last]

    def gather(self, part: Result) -> list[Result]:
        """Gather the parts of all processes in the first."""
        _raise_together()
        parts = _communicator().gather(part, FIRST) or []
        _count(*(parts[1:] if self.is_root else [part]))
        return parts

    def on_root(self, function: Callable[[], Result]) -> Result:
        """Call a function in the first process, and broadcast what it returns."""
        comm = _communicator()
        decision: Any = None
        if comm.rank == FIRST:
            try:
                decision = function()
                if comm.size > 1:
                    pickle.dumps(decision)  # or the others would wait for it in vain
            except BaseException as error:
                _raise_together(error)
        _raise_together()
        decision = comm.bcast(decision, FIRST)
        if comm.size > 1:
            _count(decision)
        return decision


@cache
def _communicator():
    """All ranks of the world, on a channel of their own."""
    try:
        from mpi4py import MPI
        from mpi4py.util import pkl5
    except ImportError as error:
        raise ImportError(
            'backend="mpi" needs mpi4py: pip install "lightwaves-aeon[mpi]"'
        ) from error
    except RuntimeError as error:
        raise ImportError(
            'backend="mpi" needs an MPI library, which mpi4py does not find: '
            '"pip install mpich" brings one, or load the module of your cluster'
        ) from error
    return pkl5.Intracomm(MPI.COMM_WORLD.Dup())


def _raise_together(error: BaseException | None = None) -> None:
    """All-gather exceptions; raise that of the lowest rank everywhere."""
    comm = _communicator()
    error = _barrier(comm) or error
    packed = None if error is None else _packed(error)
    failures = {
        rank: failure
        for rank, failure in enumerate(comm.allgather(packed))
        if failure is not None
    }
    if not failures:
        return
    rank = min(failures)
    found = error if error and rank == comm.rank else pickle.loads(failures[rank])
    if len(failures) < comm.size or len(set(failures.values())) > 1:
        where = f"(on rank {rank} of {comm.size})"
        if not found.args:
            found.args = (f"{type(found).__name__} {where}",)
        elif len(found.args) == 1 and isinstance(found.args[0], str):
            found.args = (f"{found.args[0]} {where}",)
        else:  # arguments that have a meaning of their own
            found.add_note(where)
    raise _remembered(found)


def _remembered(error: BaseException) -> BaseException:
    global _known
    _known = error
    return error


def _barrier(comm) -> KeyboardInterrupt | None:
    """Wait for all ranks, and leave the core to those that still work.

    A blocking call would spin; where there are more ranks than cores, that would take
    as much time as the work itself. An interrupt is for after the meeting.
    """
    arrived, pause, interrupt = comm.Ibarrier(), SHORTEST_PAUSE, None
    while True:
        try:
            if arrived.Test():
                return interrupt
            sleep(pause)
        except KeyboardInterrupt as error:
            interrupt = error
        pause = min(2 * pause, LONGEST_PAUSE)


def _packed(error: BaseException) -> bytes:
    """Pickle an error; what cannot travel is told in words."""
    try:
        packed = pickle.dumps(error)
        pickle.loads(packed)
    except Exception:
        return pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"))
    return packed


def _count(*values: object) -> None:
    """Count what a message took: pickled, but for arrays, which travel as they are."""
    global _moved
    for value in values:
        arrays: list[pickle.PickleBuffer] = []
        packed = pickle.dumps(value, protocol=5, buffer_callback=arrays.append)
        _moved += len(packed) + sum(array.raw().nbytes for array in arrays)
