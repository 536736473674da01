"""Fold text for the number scan, and read one number: the lower half of `kernels.numbers`.

What a code point is, and how it folds, is told by tables that `corpuskit.dedup.units` builds.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.utf8 import decode

Points = npt.NDArray[np.uint16]
Positions = npt.NDArray[np.int32]

# Classes of folded code points; 0 is everything else, such as punctuation. Their order serves
# comparisons of ranges: letters and digits, what starts a number, what may stand before a sign.
TAB, SPACE, HIRAGANA, LETTER, DIGIT, KANJI_DIGIT, KANJI_TEN, FRACTION = range(1, 9)
KANJI_BIG, KATAKANA, HAN, LIST_MARK, SUPER, CURRENCY, BAR = range(9, 16)
VOICED, SEMIVOICED, EXPANDED, BREAK = range(16, 20)

BLOCK = 1 << 15
"""Code points folded at a time: a line, or a piece of a very long one."""
ROOM = 2 * BLOCK
"""Size of the arrays that a block is folded into."""
PAD = 16
"""Zeros before and after a block, so that looking around needs no bounds check."""

FNV_OFFSET, FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
VALUE, TAIL, HARD_VALUE, HASH, CLASS, START_AT, UNIT_AT = range(7)
"""Cells of `got`, what the readers hand back beside a position."""

_TEN = np.uint64(10)
_COMMA, _DOT, _DASH, _PLUS, _CARET = 0x2C, 0x2E, 0x2D, 0x2B, 0x5E
_MIDDLE_DOT, _TOUTEN = 0x30FB, 0x3001


@inline
def fnv(word: np.uint64, point: Int) -> np.uint64:
    """One step of FNV-1a over code points; `corpuskit.dedup.units` fills its tables by it."""
    return np.uint64((word ^ np.uint64(point)) * FNV_PRIME)


@inline
def _voice(point: Int, steps: Int) -> Int:
    """The kana with its mark, such as ポ of ホ and 2; the same kana where there is none."""
    kana = point + 0x60 if point < 0x30A0 else point
    h_row = 0x30CF <= kana <= 0x30DB and (kana - 0x30CF) % 3 == 0
    k_to_t = kana == 0x30C4 or kana == 0x30C6 or kana == 0x30C8
    k_to_t = k_to_t or (0x30AB <= kana <= 0x30C1 and kana & 1 == 1)
    return point + steps if h_row or (k_to_t and steps == 1) else point


@kernel(
    "int64(uint8[::1], int64, int64, uint16[::1], uint8[::1], uint16[::1],"
    " uint16[::1], uint8[::1], int32[::1])"
)
def fold_block(
    data: Bytes,
    at: Int,
    stop: Int,
    fold: Points,
    classes: Bytes,
    expansions: Points,
    c: Points,
    k: Bytes,
    where: Positions,
) -> Int:
    """Fold a line, or a block of it, into `c`, `k` (classes) and `where` (their first bytes).

    The block is at `PAD:end` of the arrays, which have `ROOM` cells; `where[end]` is the byte
    after it, a line break or not. Returns `end`. A very long line is cut at a space or a hiragana.
    """
    n = PAD
    position, end = np.uint64(at), np.uint64(stop)
    while position < end:
        first = position
        point, position = decode(data, position)
        if point > 0xFFFF:
            point = 0xFFFD
        kind = classes[point]
        if kind < VOICED:
            c[n], k[n], where[n] = fold[point], kind, first
            n += 1
        elif kind == BREAK:
            position = first
            break
        elif kind != EXPANDED:
            c[n - 1] = _voice(np.int64(c[n - 1]), 1 if kind == VOICED else 2)
        else:
            entry = np.int64(fold[point])
            for i in range(entry + 1, entry + 1 + expansions[entry]):
                point = np.int64(expansions[i])
                c[n], k[n], where[n] = point, classes[point], first
                n += 1
        if n >= BLOCK and (SPACE <= kind <= HIRAGANA or n >= ROOM - 4 * PAD):
            break
    where[n] = np.int32(position)
    c[n : n + PAD] = 0
    k[n : n + PAD] = 0
    return n


@inline
def is_table(c: Points, k: Bytes, end: Int) -> Bool:
    """Say whether the line has a `|` (not `||`) or a tab behind a character."""
    filled = False
    for i in range(PAD, end):
        if k[i] == BAR and k[i - 1] != BAR and k[i + 1] != BAR:
            return True
        if k[i] == TAB and filled:
            return True
        filled = filled or (k[i] != TAB and k[i] != SPACE)
    return False


@inline
def _digits(c: Points, k: Bytes, j: Int, got: Words) -> Int:
    """Read Arabic digits with their thousands commas into `got[VALUE]`; return their end."""
    first = j
    value = np.uint64(0)
    while k[j] == DIGIT:
        value = value * _TEN + np.uint64(c[j] - 48)
        j += 1
    while c[j] == _COMMA and (j - first <= 3 or c[j - 4] == _COMMA):
        if k[j + 1] != DIGIT or k[j + 2] != DIGIT or k[j + 3] != DIGIT or k[j + 4] == DIGIT:
            break
        for at in range(j + 1, j + 4):
            value = value * _TEN + np.uint64(c[at] - 48)
        j += 4
    got[VALUE] = value
    return j


@inline
def _decimals(c: Points, k: Bytes, j: Int, got: Words) -> Int:
    """Hash decimals, and an exponent (⁵, ^5, e-5), which makes the value a hard one."""
    if c[j] == _DOT and k[j + 1] == DIGIT:
        j += 1
        while k[j] == DIGIT:
            got[TAIL] = fnv(got[TAIL], np.int64(c[j]))
            j += 1
    if k[j] == FRACTION:
        got[TAIL] = fnv(got[TAIL], np.int64(c[j]))
        return j + 1
    power = first = j
    if k[j] == SUPER:
        while k[power] == SUPER:
            power += 1
    elif c[j] == _CARET or c[j] == 0x65 or c[j] == 0x45:
        first = power = j + 1 + (c[j + 1] == _DASH or c[j + 1] == _PLUS)
        while k[power] == DIGIT:
            power += 1
        if power == first or k[power] == LETTER:
            return j
    for at in range(first, power):
        got[TAIL] = fnv(got[TAIL], np.int64(c[at]) + (c[first - 1] == _DASH) + 0x5E00)
        got[HARD_VALUE] = 1
    return power


@inline
def _kanji_decimals(c: Points, k: Bytes, flags: Bytes, j: Int, got: Words) -> Int:
    """Hash kanji decimals (〇・五); skip a comma before three kanji digits (三、〇〇〇)."""
    if k[j + 1] != KANJI_DIGIT:
        return j
    if c[j] == _TOUTEN or c[j] == _COMMA:
        three = k[j + 2] == KANJI_DIGIT and k[j + 3] == KANJI_DIGIT and k[j + 4] != KANJI_DIGIT
        return j + 1 if three else j
    if c[j] == _MIDDLE_DOT or c[j] == _DOT:
        j += 1
        while k[j] == KANJI_DIGIT:
            got[TAIL] = fnv(got[TAIL], 48 + (np.int64(flags[c[j]]) >> 4))
            j += 1
    return j


@kernel("int64(uint16[::1], uint8[::1], uint8[::1], int64, uint64[::1])")
def read_group(c: Points, k: Bytes, flags: Bytes, i: Int, got: Words) -> Int:
    """Read one number at `i` into `got`: `VALUE`, `TAIL` (hash of decimals), `HARD_VALUE`.

    Arabic digits with commas, decimals and exponents, or kanji digits, positional or not; 千, 万
    and 億 may follow both. Returns its end, or `i` if there is none.
    """
    total, section, now = np.uint64(0), np.uint64(0), np.uint64(0)
    got[TAIL], got[HARD_VALUE] = 0, 0
    fresh = True  # at the start or after a multiplier: digits of either script may follow
    j = i
    while True:
        if k[j] == DIGIT and fresh:
            j = _digits(c, k, j, got)
            now, fresh = got[VALUE], False
            j = _decimals(c, k, j, got)
        elif k[j] == FRACTION and fresh:
            j = _decimals(c, k, j, got)
            fresh = False
        elif k[j] == KANJI_DIGIT and (fresh or k[j - 1] == KANJI_DIGIT or k[j - 2] == KANJI_DIGIT):
            now = now * _TEN + np.uint64(flags[c[j]] >> 4)
            fresh = False
            j = _kanji_decimals(c, k, flags, j + 1, got)
        elif k[j] == KANJI_TEN:
            power = _TEN ** np.uint64(flags[c[j]] >> 4)
            section += power if fresh else now * power
            now, fresh = np.uint64(0), True
            j += 1
        elif k[j] == KANJI_BIG and section + now > 0:
            total += (section + now) * _TEN ** np.uint64(flags[c[j]] >> 4)
            section, now, fresh = np.uint64(0), np.uint64(0), True
            j += 1
        else:
            break
    got[VALUE] = total + section + now
    return j
