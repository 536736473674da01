"""Exact shingle sets and their intersections (see `resolve` for what is made of them)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.shingles import BLOCK, hash_points, keep_tail, read_points, trimmed

Positions = npt.NDArray[np.int64]

_EMPTY = np.uint64(0)

LARGE = 1 << 22
"""Shingles of a text above which they are sorted in place: a table would be three times them."""


@inline
def _table_bits(count: Int) -> Int:
    """Return the least b with 2^b >= 1.5 `count`, the size of a table of that many keys."""
    bits = 4
    while 2 * (1 << bits) < 3 * count:
        bits += 1
    return bits


@inline
def _put(table: Words, bits: Int, key: np.uint64) -> None:
    """Put the key into the table of 2^bits slots, which its top bits order."""
    slot = np.int64(key >> np.uint64(64 - bits))
    while table[slot] != _EMPTY and table[slot] != key:
        slot = (slot + 1) & ((1 << bits) - 1)
    table[slot] = key


@inline
def _sort_nearly_sorted(values: Words, start: Int, stop: Int) -> None:
    for i in range(start + 1, stop):
        value = values[i]
        j = i
        while j > start and values[j - 1] > value:
            values[j] = values[j - 1]
            j -= 1
        values[j] = value


@inline
def _distinct(hashes: Words, count: Int, table: Words, values: Words, start: Int) -> Int:
    """Write the distinct hashes, sorted, to `values` from `start`; return where they stop.

    Hashes are evenly spread, so a table ordered by their top bits is sorted but for the few that
    share a neighbourhood.
    """
    bits = _table_bits(count)
    size = 1 << bits
    for slot in range(size):
        table[slot] = _EMPTY
    to = start
    for j in range(count):
        if hashes[j] != _EMPTY:
            _put(table, bits, hashes[j])
        elif to == start:  # the hash 0 would be an empty slot; it is the smallest
            values[to] = _EMPTY
            to += 1
    for slot in range(size):
        if table[slot] != _EMPTY:
            values[to] = table[slot]
            to += 1
    _sort_nearly_sorted(values, start, to)
    return to


@inline
def _sorted_distinct(values: Words, start: Int, stop: Int) -> Int:
    """Sort `values[start:stop]` in place, each once; return where they stop."""
    values[start:stop].sort()
    to = start
    for j in range(start, stop):
        if j == start or values[j] != values[to - 1]:
            values[to] = values[j]
            to += 1
    return to


@inline
def _hash_text(
    data: Bytes, at: np.uint64, stop: np.uint64, n: Int, points: Words, hashes: Words
) -> Int:
    """Write the hashes of all shingles of the text, `trimmed`, to `hashes`; return how many."""
    total: Int = 0
    have: Int = 0
    gap: Bool = False
    while at < stop:
        at, have, gap = read_points(data, at, stop, points, have, gap)
        total = total + hash_points(points, have, n, hashes[total:])
        have = keep_tail(points, have, n)
    return total


@kernel("Tuple((int64, int64))(uint8[::1], int32[::1], int64)")
def _shingle_room(data: Bytes, offsets: Offsets, n: Int) -> tuple[Int, Int]:
    """Return bounds on the shingles of all texts and of one text."""
    total: Int = 0
    largest: Int = 0
    for i in range(len(offsets) - 1):
        points: Int = 0
        for at in range(offsets[i], offsets[i + 1]):
            points += data[at] & 0xC0 != 0x80
        shingles = points - n + 1 if points >= n else min(points, 1)
        total += shingles
        largest = max(largest, shingles)
    return total, largest


@kernel("void(uint8[::1], int32[::1], int64, int64, uint64[::1], int64[::1])")
def _fill_sets(
    data: Bytes, offsets: Offsets, n: Int, largest: Int, values: Words, bounds: Positions
) -> None:
    points = np.empty(BLOCK + n, np.uint64)
    small = min(largest, LARGE)
    hashes = np.empty(small + 1, np.uint64)
    table = np.empty(1 << _table_bits(small), np.uint64)
    bounds[0] = 0
    for i in range(len(offsets) - 1):
        start, stop = trimmed(data, offsets[i], offsets[i + 1])
        if offsets[i + 1] - offsets[i] <= LARGE:  # bytes are no fewer than shingles
            count = _hash_text(data, start, stop, n, points, hashes)
            bounds[i + 1] = _distinct(hashes, count, table, values, bounds[i])
        else:
            count = _hash_text(data, start, stop, n, points, values[bounds[i] :])
            bounds[i + 1] = _sorted_distinct(values, bounds[i], bounds[i] + count)


def shingle_sets(data: Bytes, offsets: Offsets, n: int) -> tuple[Words, Positions]:
    """Return the sorted distinct 64-bit shingle hashes of each text: `(values, bounds)`.

    The set of text i is `values[bounds[i]:bounds[i + 1]]`; `bounds` is `int64[texts + 1]`. The
    texts are views or have their view made on the way (see `shingles`).
    """
    total, largest = _shingle_room(data, offsets, n)
    values = np.empty(total + 1, np.uint64)
    bounds = np.empty(len(offsets), np.int64)
    _fill_sets(data, offsets, n, largest, values, bounds)
    return values[: bounds[-1]], bounds


@inline
def intersection_at_least(
    values: Words, start1: Int, stop1: Int, start2: Int, stop2: Int, needed: Int
) -> Int:
    """Return the size of the intersection of two sorted sets, or -1 if it is below `needed`."""
    spare1 = stop1 - start1 - needed
    spare2 = stop2 - start2 - needed
    common = 0
    while spare1 >= 0 and spare2 >= 0 and start1 < stop1 and start2 < stop2:
        one, two = values[start1], values[start2]
        before, after = one < two, one > two
        common += one == two
        spare1 -= before
        spare2 -= after
        start1 += not after
        start2 += not before
    return common if common >= needed else -1


@kernel("void(uint64[::1], int64[::1], int64[::1], int64[::1], int64[::1])")
def compare_pairs(
    values: Words, bounds: Positions, left: Positions, right: Positions, out: Positions
) -> None:
    """Write the size of the intersection of sets `left[i]` and `right[i]` to `out[i]`."""
    for i in range(len(left)):
        one, two = left[i], right[i]
        out[i] = intersection_at_least(
            values, bounds[one], bounds[one + 1], bounds[two], bounds[two + 1], 0
        )
