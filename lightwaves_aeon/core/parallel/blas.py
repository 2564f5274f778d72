"""One thread for BLAS, whose sums otherwise depend on how many it finds.

Threads of BLAS also wait for each other at every step of a small problem, which takes
many times as long where other work keeps a core busy.
"""

from __future__ import annotations

__all__ = ["one_blas_thread"]

from contextlib import ContextDecorator
from threading import Lock

from threadpoolctl import OpenBLASController, get_cached_controller


class _OneThread(ContextDecorator):
    """Holds BLAS to one thread; may be entered from several threads, and within itself.

    The number of threads belongs to the process. So the first to enter sets it, and the
    last to leave puts it back.
    """

    def __init__(self) -> None:
        self._lock, self._n_inside = Lock(), 0

    def __enter__(self) -> None:
        with self._lock:
            if self._n_inside == 0:
                _allow_this_thread()
                blas = get_cached_controller().select(user_api="blas")
                self._limits = blas.limit(limits=1, user_api="blas")
            self._n_inside += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._n_inside -= 1
            if self._n_inside == 0:
                _allow_this_thread()
                self._limits.restore_original_limits()
                _allow_this_thread()


def _allow_this_thread() -> None:
    # Who sets the number first would be the only one who may, while its thread lives.
    OpenBLASController.clear_controlling_thread(force=True)


one_blas_thread = _OneThread()
"""Context, and decorator, in which BLAS works in one thread; after it, as before."""
