"""Sums over blocks of cases, in one tree: the same bits however the work is split.

Blocks are of one size and begin at its multiples. Two neighbours that begin at an even
number of blocks are added, then two such sums, and so on, whichever thread, process or
machine has them. So a sum has as many roundings as levels, and is kept in two parts a
level at most.
"""

from __future__ import annotations

__all__ = [
    "BLOCK_CASES",
    "Node",
    "Summable",
    "add_node",
    "block_ranges",
    "join_nodes",
    "sum_blocks",
    "total_of",
]

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, Protocol, Self, TypeVar

from lightwaves_aeon.core.parallel.threads import Threads, run

BLOCK_CASES = 2048
"""Cases of a block."""


class Summable(Protocol):
    """What can be added up."""

    def plus(self, other: Self) -> Self:
        """Add another."""


Value = TypeVar("Value", bound=Summable)


class Node(NamedTuple, Generic[Value]):
    """The sum of ``2 ** level`` blocks, the `number` of its level."""

    level: int
    number: int
    value: Value


def block_ranges(n_cases: int) -> list[range]:
    """Split cases into blocks.

    Examples
    --------
    >>> from lightwaves_aeon.core.data.blocks import block_ranges
    >>> block_ranges(5000)
    [range(0, 2048), range(2048, 4096), range(4096, 5000)]
    """
    starts = range(0, n_cases, BLOCK_CASES)
    return [range(start, min(start + BLOCK_CASES, n_cases)) for start in starts]


def add_node(nodes: list[Node[Value]], node: Node[Value]) -> None:
    """Add a node behind all others, in place; what can be summed up is.

    Examples
    --------
    >>> from lightwaves_aeon.core.data.blocks import Node, add_node
    >>> class Number(int):
    ...     def plus(self, other):
    ...         return Number(self + other)
    >>> nodes = []
    >>> for index in range(1, 5):
    ...     add_node(nodes, Node(0, index, Number(index)))
    >>> [tuple(node) for node in nodes]
    [(0, 1, 1), (1, 1, 5), (0, 4, 4)]
    """
    nodes.append(node)
    while len(nodes) > 1:
        left, right = nodes[-2:]
        is_left = left.number % 2 == 0 and left.number + 1 == right.number
        if left.level != right.level or not is_left:
            return
        value = left.value.plus(right.value)
        nodes[-2:] = [Node(left.level + 1, left.number // 2, value)]


def join_nodes(parts: Iterable[Sequence[Node[Value]]]) -> list[Node[Value]]:
    """Join the nodes of parts that follow each other."""
    nodes: list[Node[Value]] = []
    for part in parts:
        for node in part:
            add_node(nodes, node)
    return nodes


def total_of(nodes: Sequence[Node[Value]]) -> Value:
    """Add up the nodes of all blocks: those at the end have no neighbour."""
    total = nodes[-1].value
    for node in nodes[-2::-1]:
        total = node.value.plus(total)
    return total


def sum_blocks(
    task: Callable[[range], Value],
    n_cases: int,
    backend: Threads,
    track: Callable[[Iterable, int], Iterable],
) -> Value:
    """Add up what is found in each block; each process works on its share of them.

    Parameters
    ----------
    task : callable
        Gives the value of a block, given its cases. Called from several threads.
    n_cases : int
        Number of all cases.
    backend : Threads
        Where the work is done.
    track : callable
        Wraps the iterable of results, given also their number, to show progress.

    Returns
    -------
    Summable
        In every process.

    Examples
    --------
    >>> from lightwaves_aeon.core.data.blocks import sum_blocks
    >>> from lightwaves_aeon.core.parallel.threads import Threads
    >>> class Number(int):
    ...     def plus(self, other):
    ...         return Number(self + other)
    >>> sum_blocks(lambda cases: Number(len(cases)), 9000, Threads(), lambda x, n: x)
    9000
    """
    blocks = block_ranges(n_cases)
    own = backend.local_part(range(len(blocks)))
    values = run(lambda block: task(blocks[block]), own, backend.n_jobs)
    nodes: list[Node[Value]] = []
    for block, value in zip(own, track(values, len(own)), strict=True):
        add_node(nodes, Node(0, block, value))
    parts = backend.gather(nodes)
    return backend.on_root(lambda: total_of(join_nodes(parts)))
