"""How much of a text is the same few n-grams of characters; its longest run of one character."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import fmix64
from corpuskit.kernels.shingles import BASE
from corpuskit.kernels.utf8 import ONE, decode

Counts = npt.NDArray[np.int64]

COLUMNS: tuple[str, ...] = ("ngrams", "top_ngrams", "longest_run")
"""Columns of `ngram_repetition`: n-grams by occurrence; of these the most frequent ones (see
there); the longest run of one character, white space aside."""

_EMPTY = np.uint64(0)
_HALF = np.uint64(32)
_LOWER = np.uint64(0xFFFFFFFF)


@inline
def _read(data: Bytes, at: np.uint64, stop: np.uint64, points: Words) -> tuple[Int, Int]:
    """Write the code points, plus one, to `points`; return how many, and the longest run."""
    have: Int = 0
    longest: Int = 0
    run: Int = 0
    before = _EMPTY
    while at < stop:
        point, at = decode(data, at)
        word = np.uint64(point) + ONE
        points[have] = word
        have += 1
        run = run + 1 if word == before else 1
        before = word
        if run > longest and point != 0x20 and point != 0x3000 and point != 0x0A:
            longest = run
    return have, longest


@inline
def _count(points: Words, have: Int, n: Int, table: Words, size: Int) -> Int:
    """Count the n-grams of `points[:have]`; return how many differ.

    A slot holds the upper half of the hash and, in its lower half, the count: one memory access.
    """
    mask = np.uint64(size - 1)
    for j in range(size):
        table[j] = _EMPTY
    rolled, weight = _EMPTY, ONE
    distinct: Int = 0
    for j in range(have):
        rolled = rolled * BASE + points[j]
        if j < n:
            weight *= BASE
        else:
            rolled -= points[j - n] * weight
        if j < n - 1:
            continue
        key = fmix64(rolled)
        upper = key >> _HALF
        slot = key & mask
        while table[slot] != _EMPTY and table[slot] >> _HALF != upper:
            slot = (slot + ONE) & mask
        if table[slot] == _EMPTY:
            table[slot] = upper << _HALF
            distinct += 1
        table[slot] += ONE
    return distinct


@inline
def _top(table: Words, size: Int, distinct: Int, histogram: Counts) -> Int:
    """Occurrences of the sqrt(distinct) most frequent n-grams that occur more than once.

    `histogram` has room for every count, is all zero, and is so again afterwards.
    """
    most: Int = 1
    repeated: Int = 0
    for j in range(size):
        value: Int = np.int64(table[j] & _LOWER)
        if value > 1:
            repeated += 1
            histogram[value] += 1
            most = max(most, value)
    left = min(np.int64(np.sqrt(np.float64(distinct))), repeated)
    total: Int = 0
    for value in range(most, 1, -1):
        taken = min(left, histogram[value])
        total += taken * value
        left -= taken
        histogram[value] = 0
    return total


@kernel("void(uint8[::1], int32[::1], int64, int64[:,::1])")
def ngram_repetition(data: Bytes, offsets: Offsets, n: int, out: Counts) -> None:
    """Write `COLUMNS` of text i to `out[i]`.

    Top n-grams are the k most frequent ones, k = min(floor(sqrt(distinct)), those that occur more
    than once), as in the BigScience corpus (Laurençon et al. 2022) and HojiChar. N-grams are told
    apart by 32 bits of their hash and the neighbourhood of their slot in the table.
    """
    points = np.empty(1024, np.uint64)
    table = np.empty(2048, np.uint64)
    histogram = np.zeros(1024, np.int64)
    for i in range(len(offsets) - 1):
        start, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        if len(points) < stop - start:
            points = np.empty(2 * (stop - start), np.uint64)
        have, longest = _read(data, start, stop, points)
        total = max(have - n + 1, 0)
        size = 64
        while size < total + total // 2 + 1:
            size *= 2
        if len(table) < size:
            table = np.empty(size, np.uint64)
        if len(histogram) <= total:
            histogram = np.zeros(2 * total, np.int64)
        distinct = _count(points, have, n, table, size)
        out[i, 0] = total
        out[i, 1] = _top(table, size, distinct, histogram)
        out[i, 2] = longest
