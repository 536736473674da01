"""Counts over the morphemes of texts: repeated n-grams, different words, grades of kanji.

A morpheme is told apart by XXH64 of its bytes, an n-gram by 64 bits made of those of its morphemes;
that two different ones meet is left out of account.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import fmix64, xxh64
from corpuskit.kernels.utf8 import decode

Long = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

TOP: tuple[str, ...] = ("occurrences", "top", "top_chars")
"""Columns of `top_ngrams`: n-grams by occurrence; occurrences of the most frequent one, of several
the first; characters of one of them."""

DUPLICATES: tuple[str, ...] = (
    "occurrences", "types", "repeated_types", "repeated_occurrences", "covered_chars",
)  # fmt: skip
"""Columns of `duplicate_ngrams`: n-grams by occurrence; different ones; those of them that occur
more than once; their occurrences; characters of n-grams that were seen before, going on behind each
of them, so that none is counted twice."""

DIVERSITY: tuple[str, ...] = ("words", "types", "windows", "window_types")
"""Columns of `diversity`: words; different ones; windows of words; the sum over them of different
words in each."""

KANJI: tuple[str, ...] = ("kanji", "grades", "beyond")
"""Columns of `kanji_grades`: kanji; the sum of their grades; those of the last grade."""

_BASE = np.uint64(0x9E3779B97F4A7C15)
_ZERO = np.uint64(0)


@kernel("void(uint8[::1], int32[::1], int32[::1], uint64[::1], int32[::1])")
def hash_surfaces(data: Bytes, begins: Int32, ends: Int32, hashes: Words, sizes: Int32) -> None:
    """Write the hash of each morpheme to `hashes`, and its number of characters to `sizes`."""
    for i in range(len(begins)):
        hashes[i] = xxh64(data, begins[i], ends[i], _ZERO)
        chars: Int = 0
        for at in range(begins[i], ends[i]):
            chars += data[at] & 0xC0 != 0x80
        sizes[i] = chars


@inline
def _room(count: Int) -> Int:
    """Return a power of two that `count` keys fill to two thirds at most."""
    size: Int = 16
    while size < count + count // 2 + 1:
        size *= 2
    return size


@inline
def _slot(keys: Words, counts: Int32, size: Int, key: np.uint64) -> Int:
    """Return the slot of a key, or where it belongs; a slot is free while its count is 0."""
    mask = np.uint64(size - 1)
    slot = key & mask
    while counts[slot] != 0 and keys[slot] != key:
        slot = (slot + np.uint64(1)) & mask
    return np.int64(slot)


@inline
def _weight(n: Int) -> np.uint64:
    weight = np.uint64(1)
    for _ in range(n):
        weight *= _BASE
    return weight


@inline
def _ngrams(hashes: Words, first: Int, last: Int, n: Int, out: Words) -> Int:
    """Write the keys of the n-grams of `hashes[first:last]`, in order; return how many."""
    rolled, weight = _ZERO, _weight(n)
    count: Int = 0
    for i in range(first, last):
        rolled = rolled * _BASE + hashes[i]
        if i - first >= n:
            rolled -= hashes[i - n] * weight
        if i - first >= n - 1:
            out[count] = fmix64(rolled)
            count += 1
    return count


@inline
def _most(first: Long) -> Int:
    most: Int = 0
    for text in range(len(first) - 1):
        most = max(most, first[text + 1] - first[text])
    return most


@kernel("void(uint64[::1], int32[::1], int64[::1], int64, int64[:,::1])")
def top_ngrams(hashes: Words, sizes: Int32, first: Long, n: int, out: Long) -> None:
    """Write `TOP` of text i, whose morphemes are `first[i]` to `first[i + 1]`, to `out[i]`."""
    most = _most(first)
    grams, keys = np.empty(most, np.uint64), np.empty(_room(most), np.uint64)
    counts = np.empty(_room(most), np.int32)
    for text in range(len(first) - 1):
        count = _ngrams(hashes, first[text], first[text + 1], n, grams)
        size = _room(count)
        counts[:size] = 0
        highest: Int = 0
        for i in range(count):
            slot = _slot(keys, counts, size, grams[i])
            keys[slot] = grams[i]
            counts[slot] += 1
            highest = max(highest, np.int64(counts[slot]))
        chars: Int = 0
        for i in range(count):
            if counts[_slot(keys, counts, size, grams[i])] == highest:
                for j in range(first[text] + i, first[text] + i + n):
                    chars += sizes[j]
                break
        out[text, 0], out[text, 1], out[text, 2] = count, highest, chars


@kernel("void(uint64[::1], int32[::1], int64[::1], int64, int64[:,::1])")
def duplicate_ngrams(hashes: Words, sizes: Int32, first: Long, n: int, out: Long) -> None:
    """Write `DUPLICATES` of text i, whose morphemes are `first[i]` to `first[i + 1]`, to `out[i]`.

    The characters are those that datatrove's `find_all_duplicate` counts.
    """
    most = _most(first)
    grams, keys = np.empty(most, np.uint64), np.empty(_room(most), np.uint64)
    counts = np.empty(_room(most), np.int32)
    for text in range(len(first) - 1):
        count = _ngrams(hashes, first[text], first[text + 1], n, grams)
        size = _room(count)
        counts[:size] = 0
        types: Int = 0
        repeated: Int = 0
        often: Int = 0
        for i in range(count):
            slot = _slot(keys, counts, size, grams[i])
            keys[slot] = grams[i]
            counts[slot] += 1
            types += counts[slot] == 1
            repeated += counts[slot] == 2
            often += 2 if counts[slot] == 2 else counts[slot] > 2
        counts[:size] = 0
        covered: Int = 0
        at: Int = np.int64(0)
        while at < count and repeated > 0:
            slot = _slot(keys, counts, size, grams[at])
            if counts[slot] > 0:
                for j in range(first[text] + at, first[text] + at + n):
                    covered += sizes[j]
                at += n
            else:
                keys[slot] = grams[at]
                counts[slot] = 1
                at += 1
        out[text, 0], out[text, 1], out[text, 2] = count, types, repeated
        out[text, 3], out[text, 4] = often, covered


@kernel("void(uint64[::1], boolean[::1], int64[::1], int64, int64[:,::1])")
def diversity(hashes: Words, wanted: Flags, first: Long, window: int, out: Long) -> None:
    """Write `DIVERSITY` of text i, whose morphemes are `first[i]` to `first[i + 1]`, to `out[i]`.

    Words are the morphemes that are wanted. A text of fewer words than `window` is one window.
    """
    most = _most(first)
    keys, counts = np.empty(_room(most), np.uint64), np.empty(_room(most), np.int32)
    slots, inside = np.empty(most, np.int64), np.empty(_room(most), np.int32)
    for text in range(len(first) - 1):
        size = _room(first[text + 1] - first[text])
        counts[:size] = 0
        inside[:size] = 0
        words: Int = 0
        types: Int = 0
        present: Int = 0
        windows: Int = 0
        total: Int = 0
        for i in range(first[text], first[text + 1]):
            if not wanted[i]:
                continue
            slot = _slot(keys, counts, size, hashes[i])
            keys[slot] = hashes[i]
            types += counts[slot] == 0
            counts[slot] = 1
            present += inside[slot] == 0
            inside[slot] += 1
            slots[words] = slot
            words += 1
            if words > window:
                left = slots[words - 1 - window]
                inside[left] -= 1
                present -= inside[left] == 0
            if words >= window:
                windows += 1
                total += present
        if 0 < words < window:
            windows, total = np.int64(1), present
        out[text, 0], out[text, 1], out[text, 2], out[text, 3] = words, types, windows, total


@inline
def _is_kanji(point: Int) -> Bool:
    """Say whether the code point is an ideograph: neither radical, 々 nor 〇."""
    if point < 0x3400:
        return False
    if point <= 0x9FFF:
        return point <= 0x4DBF or point >= 0x4E00
    return 0xF900 <= point <= 0xFAFF or 0x20000 <= point <= 0x3FFFD


@kernel("void(uint8[::1], int32[::1], uint8[::1], int64, int64, int64, int64[:,::1])")
def kanji_grades(
    data: Bytes, offsets: Offsets, table: Bytes, outside: int, secondary: int, beyond: int,
    out: Long,
) -> None:  # fmt: skip
    """Write `KANJI` of text i to `out[i]`.

    Args:
        data: UTF-8.
        offsets: of the texts, `int32[n + 1]`.
        table: grade by code point from U+3400 on.
        outside: a code point that the table doesn't hold and has the grade `secondary`.
        secondary: see there.
        beyond: grade of all kanji that neither says; `table` holds it too.
        out: `int64[n, 3]`.
    """
    for i in range(len(out)):
        kanji: Int = 0
        total: Int = 0
        last: Int = 0
        at, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        while at < stop:
            point, at = decode(data, at)
            if not _is_kanji(point):
                continue
            grade: Int = np.int64(beyond)
            if point - 0x3400 < len(table):
                grade = np.int64(table[point - 0x3400])
            elif point == outside:
                grade = np.int64(secondary)
            kanji += 1
            total += grade
            last += grade == beyond
        out[i, 0], out[i, 1], out[i, 2] = kanji, total, last
