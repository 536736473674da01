"""Folds texts for comparison: one code point for each character that counts, 0 for the others.

The rules are data: `corpuskit.dedup.folding` explains them and builds the tables.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.utf8 import ONE, TWO, decode, previous

Short = npt.NDArray[np.uint16]
Points = npt.NDArray[np.uint32]
Long = npt.NDArray[np.int64]

VOICED, SEMI_VOICED = 0x3099, 0x309A
KANA, KANA_SIZE = 0x30A0, 0x60
"""The letters that a voiced or semi-voiced mark may join, and the size of the table of results."""


@inline
def folded(
    data: Bytes, at: np.uint64, stop: np.uint64, table: Short, kana: Short
) -> tuple[Int, np.uint64]:
    """Return what the character at byte `at` folds to, 0 for nothing, and where the next starts."""
    point, after = decode(data, at)
    if point >= 0x10000:  # tags and variation selectors count for nothing
        return np.int64(0) if 0xE0000 <= point < 0xE1000 else point, after
    point = np.int64(table[point])
    if KANA <= point < KANA + KANA_SIZE and after + TWO < stop:
        voiced = np.int64(kana[point - KANA])
        if voiced != 0 and data[after] >= 0xE3:
            mark = decode(data, after)[0]
            if mark == 0x3099 or mark == 0x309B or mark == 0xFF9E:
                return voiced, after + TWO + ONE
            if mark == 0x309A or mark == 0x309C or mark == 0xFF9F:
                half = np.int64(kana[KANA_SIZE + point - KANA])
                if half != 0:
                    return half, after + TWO + ONE
    return point, after


@kernel("void(uint8[::1], int32[::1], uint16[::1], uint16[::1], uint32[::1], int64[::1])")
def fold_texts(
    data: Bytes, offsets: Offsets, table: Short, kana: Short, points: Points, ends: Long
) -> None:
    """Write the folded texts one after the other to `points`; text i ends at `ends[i + 1]`.

    Args:
        data: the texts' bytes.
        offsets: their positions, n + 1.
        table: what each code point of the BMP folds to, 0 for nothing, 65536.
        kana: voiced, then semi-voiced letter of U+30A0 to U+30FF, or 0.
        points: has room for all characters.
        ends: n + 1; the first entry is 0.
    """
    to = 0
    ends[0] = 0
    for text in range(len(offsets) - 1):
        at, stop = np.uint64(offsets[text]), np.uint64(offsets[text + 1])
        while at < stop:
            point, at = folded(data, at, stop, table, kana)
            if point != 0:
                points[to] = point
                to += 1
        ends[text + 1] = to


@inline
def _joined(
    data: Bytes, first: np.uint64, at: np.uint64, table: Short, kana: Short, last: Int, mark: Int
) -> Int:
    """Return what the letter before byte `at` becomes with the mark there, 0 if nothing."""
    if at == first or last < KANA or last >= KANA + KANA_SIZE:
        return np.int64(0)
    before = decode(data, previous(data, at))[0]
    if before >= 0x10000 or table[before] != last:  # something else stands between
        return np.int64(0)
    return np.int64(kana[(mark - VOICED) * KANA_SIZE + last - KANA])


@inline
def fold_block(
    data: Bytes, first: np.uint64, at: np.uint64, stop: np.uint64, table: Short, kana: Short,
    points: Words, have: np.uint64,
) -> tuple[np.uint64, np.uint64]:  # fmt: skip
    """Append what the characters from byte `at` fold to to `points[:have]` until that is full.

    It gives the same as `folded`, but looks at marks only where there are any. Returns where the
    next block starts, never at a mark that joins the letter before, and how many points there are.
    """
    room = np.uint64(len(points))
    while at < stop:
        point, after = decode(data, at)
        if point < 0x10000:
            point = np.int64(table[point])
            if VOICED <= point <= SEMI_VOICED and have >= ONE:
                letter = _joined(data, first, at, table, kana, np.int64(points[have - ONE]), point)
                if letter != 0:
                    points[have - ONE] = np.uint64(letter)
                    at = after
                    continue
        elif 0xE0000 <= point < 0xE1000:
            point = np.int64(0)
        if have == room:
            break
        points[have] = np.uint64(point)
        have += np.uint64(point != 0)
        at = after
    return at, have
