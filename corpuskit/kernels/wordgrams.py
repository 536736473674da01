"""Words and what repeats among them, as Gopher's, FineWeb's and HojiChar's filters count.

Words come as texts with a space or "\\n" between them (`segmented` of the stage `morphology`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import fmix64
from corpuskit.kernels.utf8 import ONE, decode, previous

Counts = npt.NDArray[np.int64]

COLUMNS: tuple[str, ...] = (
    "words", "solid_words", "solid_chars", "alpha_words", "stop_words",
    "top_2", "top_3", "top_4",
    "duplicate_5", "duplicate_6", "duplicate_7", "duplicate_8", "duplicate_9", "duplicate_10",
    "sevens", "repeated_sevens",
)  # fmt: skip
"""Columns of `word_counts`.

Words that are only white space are none, but for the last two. Solid words have a character that
is no punctuation; alpha words have a letter; stop words are those of the list that occur. `top_n`
is the length of the most frequent n-gram (the first of those) with a space between its words, times
its occurrences; `duplicate_n` the characters of n-grams that occurred before, from left to right
without overlaps. Sevens are 7-grams, repeated ones those that occur more than once.
"""

ALPHA, PUNCTUATION, WHITE = 1, 2, 4
"""Bits of the table of characters that `word_counts` is given."""

BASE = np.uint64(0x9E3779B97F4A7C15)
_ZERO = np.uint64(0)
_STEP = np.uint64(0xC2B2AE3D27D4EB4F)
_SPACE, _LINE = 0x20, 0x0A


def word_hash(word: bytes) -> int:
    """The hash by which `word_counts` knows a stop word."""
    value = 0
    for byte in word:
        value = (value * int(BASE) + byte + 1) % 2**64
    return value


@inline
def _word(
    data: Bytes, start: np.uint64, stop: np.uint64, hashes: Words, powers: Words, at: Int
) -> None:
    value, power = _ZERO, ONE
    while start < stop:
        value = value * BASE + np.uint64(data[start]) + ONE
        power *= BASE
        start += ONE
    hashes[at], powers[at] = value, power


@inline
def _strip(
    data: Bytes, start: np.uint64, stop: np.uint64, table: Bytes
) -> tuple[np.uint64, np.uint64]:
    while start < stop:
        point, after = decode(data, start)
        if table[point] & WHITE == 0:
            break
        start = after
    while stop > start:
        before = previous(data, stop)
        if table[decode(data, before)[0]] & WHITE == 0:
            break
        stop = before
    return start, stop


@inline
def _measure(data: Bytes, start: np.uint64, stop: np.uint64, table: Bytes, row: Counts) -> Int:
    """Add one word to the counts; return its characters."""
    characters: Int = 0
    alpha, solid = False, False
    while start < stop:
        point, start = decode(data, start)
        flags = table[point]
        alpha = alpha or flags & ALPHA != 0
        solid = solid or flags & PUNCTUATION == 0
        characters += 1
    row[0] += 1
    row[3] += alpha
    if solid:
        row[1] += 1
        row[2] += characters
    return characters


@inline
def _seen(keys: Words, counts: Counts, mask: Int, key: np.uint64) -> Int:
    """The slot of the key, put there if it is new; its count tells."""
    slot = np.int64(key >> ONE) & mask
    while counts[slot] != 0 and keys[slot] != key:
        slot = (slot + 1) & mask
    keys[slot] = key
    return slot


@inline
def _chain(hashes: Words, first: Int, n: Int) -> np.uint64:
    key = _ZERO
    for i in range(first, first + n):
        key = fmix64((key ^ hashes[i]) + _STEP)
    return key


@inline
def _top(
    hashes: Words, lengths: Counts, words: Int, n: Int, keys: Words, counts: Counts, mask: Int
) -> Int:
    best: Int = 0
    for cell in range(mask + 1):
        counts[cell] = 0
    for first in range(words - n + 1):
        slot = _seen(keys, counts, mask, _chain(hashes, first, n))
        counts[slot] += 1
        best = max(best, int(counts[slot]))
    for first in range(words - n + 1):
        slot = _seen(keys, counts, mask, _chain(hashes, first, n))
        if counts[slot] == best:
            length: Int = n - 1
            for i in range(first, first + n):
                length += int(lengths[i])
            return length * best
    return 0


@inline
def _duplicates(
    hashes: Words, powers: Words, lengths: Counts, words: Int, n: Int,
    keys: Words, counts: Counts, mask: Int,
) -> Int:  # fmt: skip
    found: Int = 0
    first: Int = 0
    for cell in range(mask + 1):
        counts[cell] = 0
    while first < words - n + 1:
        key, length = _ZERO, 0
        for i in range(first, first + n):
            key = key * powers[i] + hashes[i]
            length += int(lengths[i])
        slot = _seen(keys, counts, mask, fmix64(key))
        if counts[slot]:
            found += length
            first += n
        else:
            counts[slot] = 1
            first += 1
    return found


@inline
def _repeated(hashes: Words, words: Int, n: Int, keys: Words, counts: Counts, mask: Int) -> Int:
    for cell in range(mask + 1):
        counts[cell] = 0
    for first in range(words - n + 1):
        counts[_seen(keys, counts, mask, _chain(hashes, first, n))] += 1
    found: Int = 0
    for cell in range(mask + 1):
        found += int(counts[cell]) if counts[cell] > 1 else 0
    return found


@inline
def _is_gap(byte: Int) -> Bool:
    return byte in (_SPACE, _LINE)


@kernel("void(uint8[::1], int32[::1], uint8[::1], uint64[::1], int64[:,::1])")
def word_counts(data: Bytes, offsets: Offsets, table: Bytes, stops: Words, out: Counts) -> None:
    """Write the counts of text i to `out[i]`, `int64[n, len(COLUMNS)]`.

    Args:
        data: the bytes.
        offsets: where each text starts, and where the last one ends.
        table: `ALPHA`, `PUNCTUATION` and `WHITE` of each code point, `uint8[0x110000]`.
        stops: `word_hash` of each stop word.
        out: receives the counts.
    """
    room = 1024
    hashes, powers = np.empty(room, np.uint64), np.empty(room, np.uint64)
    lengths = np.empty(room, np.int64)
    keys, counts = np.empty(2 * room, np.uint64), np.empty(2 * room, np.int64)
    met = np.zeros(len(stops), np.bool_)
    for i in range(len(offsets) - 1):
        row = out[i]
        for column in range(out.shape[1]):
            row[column] = 0
        start, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        tokens: Int = 1
        for byte in range(offsets[i], offsets[i + 1]):
            tokens += _is_gap(data[byte])
        if tokens > room:
            while room < tokens:
                room *= 2
            hashes, powers = np.empty(room, np.uint64), np.empty(room, np.uint64)
            lengths = np.empty(room, np.int64)
            keys, counts = np.empty(2 * room, np.uint64), np.empty(2 * room, np.int64)
        size = 8
        while size < 2 * tokens:
            size *= 2
        for k in range(len(met)):
            met[k] = False
        for solid in range(2):  # words as they are for the 7-grams, then without white space
            words: Int = 0
            at = start
            while at < stop:
                first = at
                while at < stop and not _is_gap(data[at]):
                    at += ONE
                last = at
                at += ONE
                if solid == 1:
                    first, last = _strip(data, first, last, table)
                if first >= last:
                    continue
                _word(data, first, last, hashes, powers, words)
                if solid == 1:
                    lengths[words] = _measure(data, first, last, table, row)
                    for k in range(len(stops)):
                        if stops[k] == hashes[words] and not met[k]:
                            met[k] = True
                            row[4] += 1
                words += 1
            if solid == 0:
                row[14] = max(words - 6, 0)
                row[15] = _repeated(hashes, words, 7, keys, counts, size - 1)
            else:
                for n in range(2, 5):
                    row[3 + n] = _top(hashes, lengths, words, n, keys, counts, size - 1)
                for n in range(5, 11):
                    row[3 + n] = _duplicates(
                        hashes, powers, lengths, words, n, keys, counts, size - 1
                    )


MARKED: tuple[str, ...] = ("characters", "marked", "longest_run")
"""Columns of `marked_counts`: characters, those with a flag, longest run of one character."""


@kernel("void(uint8[::1], int32[::1], uint8[::1], int64[:,::1])")
def marked_counts(data: Bytes, offsets: Offsets, table: Bytes, out: Counts) -> None:
    """Write the counts `MARKED` of text i to `out[i]`; `table` has 1 for characters to count."""
    for i in range(len(offsets) - 1):
        at, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        characters, marked, longest, run = 0, 0, 0, 0
        before: Int = -1
        while at < stop:
            point, at = decode(data, at)
            characters += 1
            marked += table[point]
            run = run + 1 if point == before else 1
            longest = max(longest, run)
            before = point
        out[i, 0], out[i, 1], out[i, 2] = characters, marked, longest
