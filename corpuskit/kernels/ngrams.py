"""Repeated n-grams of characters for n = 2 to 10, each found among those of n - 1."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.utf8 import ONE, decode

Counts = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]

FIRST, LAST = 2, 10
COLUMNS: tuple[str, ...] = ("total", "types", "repeated_types", "repeated", "top", "tops", "chars")
"""Columns of `ngram_counts` for each n: occurrences; different n-grams; of these, those that occur
more than once; occurrences of those; of the most frequent one; of the floor(sqrt(types)) most
frequent ones that occur more than once; characters of n-grams met before, left to right without
overlaps."""

_TOTAL, _TYPES, _REPEATED_TYPES, _REPEATED, _TOP, _TOPS, _CHARS = range(len(COLUMNS))
_EMPTY = np.uint64(0)
_HALF = np.uint64(32)
_LOWER = np.uint64(0xFFFFFFFF)
_POINT = np.uint64(21)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@inline
def _read(data: Bytes, at: np.uint64, stop: np.uint64, points: Small) -> tuple[Int, Int]:
    """Write the code points; return how many, and the longest run of one, white space aside."""
    have: Int = 0
    longest: Int = 0
    run: Int = 0
    before: Int = -1
    while at < stop:
        point, at = decode(data, at)
        points[np.uint64(have)] = point
        have += 1
        run = run + 1 if point == before else 1
        before = point
        if run > longest and point != 0x20 and point != 0x3000 and point != 0x0A:
            longest = run
    return have, longest


@inline
def _number(
    points: Small, places: Small, classes: Small, left: Int, n: Int, table: Words, counts: Small
) -> Int:
    """Give the n-grams at `places[:left]` numbers, in `classes`, and count them; return how many.

    `classes` holds the number of the (n - 1)-gram at each place. A slot of the table holds the
    upper half of the hash and, in its lower half, the number plus one: one memory access.
    """
    size: Int = 64
    while size < left + left // 2 + 1:
        size *= 2
    mask = np.uint64(size - 1)
    for j in range(np.uint64(size)):
        table[j] = _EMPTY
    types: Int = 0
    for k in range(np.uint64(left)):
        place = np.uint64(places[k])
        last = np.uint64(points[place + np.uint64(n - 1)])
        key = (np.uint64(classes[k]) << _POINT | last) * _SPREAD
        key ^= key >> _HALF
        key *= _SPREAD
        upper = key >> _HALF
        slot = upper & mask
        tag = key << _HALF
        found = table[slot]
        while found != _EMPTY and (found ^ tag) >> _HALF != _EMPTY:
            slot = (slot + ONE) & mask
            found = table[slot]
        if found == _EMPTY:
            types += 1
            found = tag | np.uint64(types)
            table[slot] = found
            counts[np.uint64(types - 1)] = 0
        number = (found & _LOWER) - ONE
        counts[number] += 1
        classes[k] = np.int32(number)
    return types


@inline
def _keep(places: Small, classes: Small, left: Int, n: Int, counts: Small) -> tuple[Int, Int]:
    """Keep the places of n-grams that occur more than once; return how many, and `chars`.

    The count of an n-gram that was met turns negative.
    """
    kept: Int = 0
    chars: Int = 0
    free: Int = 0
    for k in range(np.uint64(left)):
        number = np.uint64(classes[k])
        count = counts[number]
        place = places[k]
        if count != 1:
            places[np.uint64(kept)] = place
            classes[np.uint64(kept)] = np.int32(number)
            kept += 1
            if place >= free:
                if count < 0:
                    chars += n
                    free = place + n
                else:
                    counts[number] = -count
    return kept, chars


@inline
def _tops(counts: Small, types: Int, all_types: Int, histogram: Small, row: Counts) -> None:
    """Write what is said of types; `histogram` is all zero, and is so again afterwards."""
    most: Int = 1
    repeated: Int = 0
    for j in range(np.uint64(types)):
        count: Int = np.int64(abs(counts[j]))
        if count > 1:
            repeated += 1
            histogram[np.uint64(count)] += 1
            most = max(most, count)
    left: Int = min(np.int64(np.sqrt(np.float64(all_types))), repeated)
    total: Int = 0
    for value in range(most, 1, -1):
        taken: Int = min(left, np.int64(histogram[value]))
        total += taken * value
        left -= taken
        histogram[value] = 0
    row[_REPEATED_TYPES], row[_TOP], row[_TOPS] = repeated, most, total


@kernel("void(uint8[::1], int32[::1], int64[:,:,::1], int64[::1])")
def ngram_counts(data: Bytes, offsets: Offsets, out: Counts, runs: Counts) -> None:
    """Write `COLUMNS` of text i for n = `FIRST` to `LAST` to `out[i]`, its longest run to `runs`.

    An n-gram can occur twice only where the (n - 1)-gram that it starts with does, so for each n
    only those places are looked at. N-grams are told apart by 32 bits of a hash of the number of
    their first n - 1 characters and the last one, and the neighbourhood of their slot.
    """
    room: Int = 0
    for i in range(len(offsets) - 1):
        room = max(room, np.int64(offsets[i + 1]) - np.int64(offsets[i]))
    room += 64
    points, places = np.empty(room, np.int32), np.empty(room, np.int32)
    classes, counts = np.empty(room, np.int32), np.empty(room, np.int32)
    histogram = np.zeros(room, np.int32)
    table = np.empty(4 * room, np.uint64)
    for i in range(len(offsets) - 1):
        have, runs[i] = _read(data, np.uint64(offsets[i]), np.uint64(offsets[i + 1]), points)
        left = have
        for k in range(np.uint64(have)):
            places[k] = np.int32(k)
            classes[k] = points[k]
        for n in range(FIRST, LAST + 1):
            row = out[i, n - FIRST]
            total = max(have - n + 1, 0)
            while left > 0 and np.int64(places[left - 1]) > have - n:
                left -= 1
            types = _number(points, places, classes, left, n, table, counts)
            row[_TOTAL] = total
            row[_TYPES] = types + total - left
            left, row[_CHARS] = _keep(places, classes, left, n, counts)
            row[_REPEATED] = left
            _tops(counts, types, row[_TYPES], histogram, row)
            row[_TOP] = min(row[_TOP], total)
