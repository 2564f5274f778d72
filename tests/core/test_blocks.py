"""Sums over blocks: the same bits however they are split; and what blocks are of."""

from dataclasses import dataclass, field
from itertools import chain, pairwise
from math import ceil
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from lightwaves_aeon.core.data import source as sources
from lightwaves_aeon.core.data.blocks import (
    BLOCK_CASES,
    Node,
    add_node,
    block_ranges,
    join_nodes,
    sum_blocks,
    total_of,
)
from lightwaves_aeon.core.data.collection import as_collection, iter_by_length
from lightwaves_aeon.core.data.source import (
    ArraySource,
    PartOfSource,
    as_source,
    read_pieces,
)
from lightwaves_aeon.core.parallel.threads import Threads

MOST_BLOCKS = 150


class Values(NamedTuple):
    array: np.ndarray

    def plus(self, other):
        return Values(self.array + other.array)


def value_of(block):
    """Of any magnitude, so that each order of the sum rounds in its own way."""
    rng = np.random.default_rng(block)
    return Values(rng.normal(size=20) * 10.0 ** rng.integers(-8, 8, 20))


VALUES = [value_of(block) for block in range(MOST_BLOCKS)]


def nodes_of(blocks):
    nodes = []
    for block in blocks:
        add_node(nodes, Node(0, block, VALUES[block]))
    return nodes


def tree_sum(blocks):
    """The sum as it is defined: halves at the largest power of two below their number.

    Halves of halves are split alike, but for those at the end, which are not full.
    """
    if len(blocks) == 1:
        return VALUES[blocks[0]].array
    half = 1 << (len(blocks) - 1).bit_length() - 1
    return tree_sum(blocks[:half]) + tree_sum(blocks[half:])


def parts_of(n_blocks, cuts):
    ends = [0, *sorted(min(cut, n_blocks) for cut in cuts), n_blocks]
    return [range(start, stop) for start, stop in pairwise(ends)]


splits = st.tuples(
    st.integers(1, MOST_BLOCKS), st.lists(st.integers(0, MOST_BLOCKS), max_size=20)
)


# The tree


@settings(deadline=None)
@given(split=splits)
def test_any_split_gives_the_same_bits(split):
    n_blocks, cuts = split
    whole = total_of(nodes_of(range(n_blocks))).array
    assert_array_equal(whole, tree_sum(range(n_blocks)))
    parts = [nodes_of(part) for part in parts_of(n_blocks, cuts)]
    assert_array_equal(total_of(join_nodes(parts)).array, whole)


@settings(deadline=None)
@given(split=splits, at_a_time=st.integers(2, 5))
def test_parts_may_be_joined_in_steps(split, at_a_time):
    n_blocks, cuts = split
    parts = [nodes_of(part) for part in parts_of(n_blocks, cuts)]
    while len(parts) > 1:
        starts = range(0, len(parts), at_a_time)
        parts = [join_nodes(parts[start : start + at_a_time]) for start in starts]
    expected = total_of(nodes_of(range(n_blocks))).array
    assert_array_equal(total_of(parts[0]).array, expected)


def test_the_order_matters():
    """Or the tests above would not show much."""
    one_by_one = sum(value.array for value in VALUES)
    assert (one_by_one != total_of(nodes_of(range(MOST_BLOCKS))).array).any()


def test_few_nodes_at_a_time():
    nodes = []
    for block in range(MOST_BLOCKS):
        add_node(nodes, Node(0, block, VALUES[block]))
        assert len(nodes) == (block + 1).bit_count() <= (block + 1).bit_length()
        assert sum(2**node.level for node in nodes) == block + 1


@settings(deadline=None)
@given(first=st.integers(0, MOST_BLOCKS - 1), n=st.integers(1, MOST_BLOCKS))
def test_few_nodes_of_any_part(first, n):
    """Up to one a level at either end."""
    nodes = nodes_of(range(first, min(first + n, MOST_BLOCKS)))
    assert len(nodes) <= 2 * n.bit_length()
    ends = [first]
    for level, number, _ in nodes:
        assert ends[-1] == number << level
        ends.append(number + 1 << level)
    assert ends[-1] == min(first + n, MOST_BLOCKS)


def test_no_value_is_changed():
    """A task may hand out the same value twice."""
    before = [value.array.copy() for value in VALUES]
    total_of(join_nodes([nodes_of(range(7)), nodes_of(range(7, MOST_BLOCKS))]))
    for value, array in zip(VALUES, before, strict=True):
        assert_array_equal(value.array, array)


# The blocks


@given(n_cases=st.integers(0, 20 * BLOCK_CASES))
def test_blocks_cover_all_cases(n_cases):
    blocks = block_ranges(n_cases)
    assert list(chain(*blocks)) == list(range(n_cases))
    assert {block.start % BLOCK_CASES for block in blocks} <= {0}
    assert len(blocks) == ceil(n_cases / BLOCK_CASES)
    assert all(0 < len(block) <= BLOCK_CASES for block in blocks)


@dataclass(frozen=True)
class Rank(Threads):
    """One of several processes, which take turns; the last has all parts."""

    rank: int = 0
    size: int = 1
    parts: list = field(default_factory=list)

    def local_part(self, tasks):
        first = len(tasks) * self.rank // self.size
        return tasks[first : len(tasks) * (self.rank + 1) // self.size]

    def gather(self, part):
        self.parts.append(part)
        return self.parts

    def on_root(self, function):
        return function() if self.rank == self.size - 1 else None


def summed(n_blocks, backend, tracked=None):
    def track(values, total):
        if tracked is not None:
            tracked.append(total)
        return values

    def of_block(cases):
        return VALUES[cases.start // BLOCK_CASES]

    n_cases = (n_blocks - 1) * BLOCK_CASES + 1
    return sum_blocks(of_block, n_cases, backend, track)


@pytest.mark.parametrize("n_blocks", [1, 2, 3, 9, 64, 101])
def test_processes_and_threads_give_the_same_bits(n_blocks):
    expected = tree_sum(range(n_blocks))
    for n_jobs in (1, 3):
        tracked = []
        total = summed(n_blocks, Threads(n_jobs), tracked)
        assert_array_equal(total.array, expected)
        assert tracked == [n_blocks]
    for size in (2, 3, 5, 16):
        parts, tracked = [], []
        for rank in range(size):
            total = summed(n_blocks, Rank(1, rank, size, parts), tracked)
        assert_array_equal(total.array, expected)
        assert sum(tracked) == n_blocks


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_an_error_in_a_block_is_raised(n_jobs):
    def of_block(cases):
        if cases.start == 2 * BLOCK_CASES:
            raise ValueError("block 2")
        return VALUES[0]

    with pytest.raises(ValueError, match="block 2"):
        sum_blocks(of_block, 9 * BLOCK_CASES, Threads(n_jobs), lambda x, n: x)


# Sources


def made_cases(n_cases, unequal, dtype="f8"):
    rng = np.random.default_rng(n_cases)
    X = (100 * rng.normal(size=(n_cases, 2, 9))).astype(dtype)
    if not unequal:
        return X
    lengths = rng.permutation(np.arange(n_cases) % 4 + 6)  # the longest is 9
    return [x[:, :length] for x, length in zip(X, lengths, strict=True)]


def cases_in(X):
    """The cases one by one, in their order."""
    cases = [None] * X.shape[0]
    for block, _, numbers in iter_by_length(X):
        for i, x in enumerate(block):
            cases[i if numbers is None else numbers[i]] = x
    return cases


def assert_holds(X, wanted):
    read = cases_in(X)
    assert len(read) == len(wanted)
    for x, of in zip(read, wanted, strict=True):
        assert_array_equal(x, of)


some_cases = st.sets(st.integers(0, 29), min_size=1).map(sorted)


@pytest.mark.parametrize("unequal", [False, True])
@settings(deadline=None)
@given(cases=some_cases, start=st.integers(0, 29), stop=st.integers(1, 30))
def test_cases_that_are_read(unequal, cases, start, stop):
    X = made_cases(30, unequal)
    source = as_source(as_collection(X))
    assert source.shape == (30, 2, 9)
    assert_holds(source.read(np.array(cases)), [X[i] for i in cases])
    some = range(start, max(stop, start + 1))
    assert_holds(source.read(some), [X[i] for i in some])


@pytest.mark.parametrize("unequal", [False, True])
@settings(deadline=None)
@given(cases=some_cases, data=st.data())
def test_cases_of_a_part(unequal, cases, data):
    X = made_cases(30, unequal)
    part = PartOfSource(ArraySource(as_collection(X)), np.array(cases))
    assert part.shape == (len(cases), 2, 9)
    start = data.draw(st.integers(0, len(cases) - 1))
    stop = data.draw(st.integers(start + 1, len(cases)))
    assert_holds(part.read(range(start, stop)), [X[i] for i in cases[start:stop]])
    places = st.sets(st.integers(0, len(cases) - 1), min_size=1)
    places = sorted(data.draw(places))
    assert_holds(part.read(np.array(places)), [X[cases[i]] for i in places])


def test_a_range_of_an_array_is_not_copied():
    X = made_cases(30, unequal=False)
    source = as_source(X)
    assert np.shares_memory(source.read(range(4, 20)), X)
    assert not np.shares_memory(source.read(np.arange(4, 20)), X)
    assert as_source(source) is source


@pytest.mark.parametrize("dtype", ["f4", "f8", "i2"])
def test_sources_have_a_type(dtype):
    source = ArraySource(made_cases(30, unequal=False, dtype=dtype))
    assert source.dtype == dtype
    assert PartOfSource(source, np.arange(3)).dtype == dtype


@pytest.mark.parametrize("unequal", [False, True])
@settings(deadline=None)
@given(values=st.integers(1, 200), start=st.integers(0, 30), length=st.integers(0, 30))
def test_pieces_cover_a_range(unequal, values, start, length):
    X = made_cases(30, unequal)
    cases = range(start, min(start + length, 30))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "PIECE_VALUES", values)
        pieces = list(read_pieces(ArraySource(as_collection(X)), cases))
    assert list(chain(*(piece for piece, _ in pieces))) == list(cases)
    for piece, of in pieces:
        assert len(piece) == 1 or len(piece) * 2 * 9 <= values
        assert_holds(of, [X[i] for i in piece])
