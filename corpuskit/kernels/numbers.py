"""Find numbers in text and hash their values: the scan behind the number guard.

What counts as a number, a unit or a model number is explained in `corpuskit.dedup.numbers`; the
words of it are tables from `corpuskit.dedup.units`. The scan folds a line (`kernels.numerals`) and
walks over it once. A token's hash depends on its value and unit alone, never on width, commas,
spaces or the script of its digits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import fmix64
from corpuskit.kernels.numerals import (
    CLASS,
    CURRENCY,
    DIGIT,
    FNV_OFFSET,
    FRACTION,
    HARD_VALUE,
    HASH,
    HIRAGANA,
    KANJI_DIGIT,
    KANJI_TEN,
    LETTER,
    LIST_MARK,
    PAD,
    ROOM,
    SPACE,
    START_AT,
    TAIL,
    UNIT_AT,
    VALUE,
    Points,
    Positions,
    fnv,
    fold_block,
    is_table,
    read_group,
)
from corpuskit.kernels.numwords import (
    COLON,
    DASH,
    DATE,
    DOT,
    ERA,
    HARD,
    HARD_TOKEN,
    JOINS,
    MIDDLE_DOT,
    OF,
    ORDINAL,
    SLASH,
    SOFT,
    SOFT_TOKEN,
    STOP,
    UNDERSCORE,
    VAGUE,
    find_unit,
    is_alnum,
    is_hex,
    kind_of,
    longest_word,
    read_word,
    take,
    unit_hash,
)

Bounds = npt.NDArray[np.int64]
Spans = npt.NDArray[np.int32]

_MIX = np.uint64(0x9E3779B97F4A7C15)
_PERCENT, _PLUS, _EQUALS, _STAR, _TILDE, _EN_DASH, _TIMES = (
    0x25,
    0x2B,
    0x3D,
    0x2A,
    0x7E,
    0x2013,
    0xD7,
)
_SMALL_X, _T, _SMALL_S, _ZERO, _ONE = 0x78, 0x54, 0x73, 0x30, 0x31
_PLUS_MINUS, _BLACK_TRIANGLE, _TRIANGLE = 0xB1, 0x25B2, 0x25B3  # ▲ and △: minus in accounts
_DAI, _NO, _GAN, _NEN = ord("第"), ord("の"), ord("元"), ord("年")
_RANGE, _PRODUCT, _TIME = 1, 2, 3  # joints; `/`, `.` and `・` are themselves
_LOOSE = (_TILDE, _EN_DASH, _TIMES)  # these may have spaces around them
_JOINTS = (SLASH, DOT, MIDDLE_DOT)
_DATE_JOINTS = (SLASH, _RANGE)
_JOINED_HARD, _JOINED_SOFT, _JOINED_MANY = 1, 2, 4


@inline
def _mix(word: np.uint64, value: np.uint64) -> np.uint64:
    word = (word ^ value) * _MIX
    return np.uint64(word ^ (word >> np.uint64(29)))


@inline
def _separator(c: Points, k: Bytes, j: Int, kanji: Bool, zero: Bool) -> tuple[Int, Int]:
    """What joins the number that ends at `j` to the next one: (start of that, code), or (0, 0)."""
    s = j + 1 if k[j] == SPACE else j
    point = np.int64(c[s])
    if point in _LOOSE:
        n = s + 2 if k[s + 1] == SPACE else s + 1
        if k[n] == DIGIT or (kanji and (k[n] == KANJI_DIGIT or k[n] == KANJI_TEN)):
            return n, _PRODUCT if point == _TIMES else _RANGE
        return 0, 0
    if s != j or k[s + 1] != DIGIT or kanji:
        return 0, 0
    if point == DASH:
        return s + 1, _RANGE
    if point == _STAR or (point | 0x20 == _SMALL_X and not zero):  # not in 0x1F
        return s + 1, _PRODUCT
    if point == COLON:
        return s + 1, _TIME
    if point in _JOINTS:
        return s + 1, point
    return 0, 0


@kernel("int64(uint16[::1], uint8[::1], uint8[::1], int64, uint64, uint64[::1])")
def _chain(c: Points, k: Bytes, flags: Bytes, i: Int, sign: np.uint64, got: Words) -> Int:
    """Read numbers joined by `-`, `/`, `:`, `.`, `〜` or `×`: 100-240, 12:30, 2024/4/1, 1.2.3.

    Leaves their hash in `got[HASH]`, the first value in `got[VALUE]`, and in `got[CLASS]` what
    the joints say: sizes are hard; dates, times and versions soft. Returns the end, or `i`.
    """
    kanji = k[i] == KANJI_DIGIT or k[i] == KANJI_TEN
    j = read_group(c, k, flags, i, got)
    first, hard, soft = got[VALUE], got[HARD_VALUE] == 1, False
    word = _mix(_mix(_mix(FNV_OFFSET, first), got[TAIL]), sign)
    groups = 1
    while True:
        n, code = _separator(c, k, j, kanji, c[i] == _ZERO and j == i + 1)
        end = read_group(c, k, flags, n, got) if n else n
        if end == n:
            break
        word = _mix(_mix(_mix(word, np.uint64(code)), got[VALUE]), got[TAIL])
        hard = hard or code == _PRODUCT
        soft = soft or code == DOT or (code == _TIME and end - n == 2)
        month = groups == 1 and code in _DATE_JOINTS and got[VALUE] <= 12
        soft = soft or (month and 1900 <= first < 2100)
        groups += 1
        j = end
    got[HASH], got[VALUE] = word, first
    many = _JOINED_MANY if groups > 2 else 0
    got[CLASS] = many | (_JOINED_HARD if hard else 0) | (_JOINED_SOFT if soft else 0)
    return j


@inline
def _sign(c: Points, k: Bytes, i: Int) -> Int:
    """The sign before a number, or 0; a dash after a word (図-1) is none."""
    point = c[i - 1]
    if point == _PLUS_MINUS:
        return 2
    if _BLACK_TRIANGLE <= point <= _TRIANGLE:
        return 1
    return 1 if point == DASH and k[i - 2] <= HIRAGANA else 0


@inline
def _era(c: Points, i: Int, keys: Words, kinds: Bytes) -> np.uint64:
    """The hash of the era's name before `i`, or 0."""
    word = fnv(fnv(FNV_OFFSET, np.int64(c[i - 2])), np.int64(c[i - 1]))
    return word if kind_of(keys, kinds, word) == ERA else np.uint64(0)


@inline
def _branches(c: Points, k: Bytes, flags: Bytes, j: Int, word: np.uint64, got: Words) -> Int:
    """Read the の二 of 第十条の二 into the hash; return the end."""
    while c[j] == _NO:
        end = read_group(c, k, flags, j + 1, got)
        if end == j + 1:
            break
        word = _mix(word, got[VALUE])
        j = end
    got[HASH] = word
    return j


@inline
def _bare(c: Points, k: Bytes, i: Int, joints: Int, table: Bool) -> Int:
    """The class of a number without a unit: hard in a table cell or after a label."""
    p = i - 2 if k[i - 1] == SPACE else i - 1
    if joints & _JOINED_HARD or c[p] == _TIMES:  # M8×20: a size after a model
        return HARD_TOKEN
    label = c[p] == _EQUALS or (c[p] == COLON and k[p - 1] != DIGIT)
    return HARD_TOKEN if (table or label) and joints == 0 else SOFT_TOKEN


@inline
def _letters_after(
    c: Points, k: Bytes, i: Int, j: Int, keys: Words, kinds: Bytes, got: Words
) -> Int:
    """Letters that are no unit make the number part of a model (6205ZZ) or a time stamp."""
    if k[j] != LETTER and not ((c[j] == DASH or c[j] == UNDERSCORE) and k[j + 1] == LETTER):
        return j
    if c[j] == _T and got[CLASS] & _JOINED_MANY and k[j + 1] == DIGIT:  # 2024-04-01T12:30:00Z
        while is_alnum(k[j]) or c[j] == COLON or c[j] == DASH or c[j] == DOT or c[j] == _PLUS:
            j += 1
        return take(c, i, j, SOFT_TOKEN, got)
    joints, word = got[CLASS], got[HASH]
    end = read_word(c, k, i, keys, kinds, got)
    if end > j:
        return end
    got[CLASS], got[HASH] = joints, word
    return j


@inline
def _with_unit(
    c: Points,
    k: Bytes,
    flags: Bytes,
    i: Int,
    j: Int,
    kind: Int,
    end: Int,
    keys: Words,
    kinds: Bytes,
    got: Words,
) -> tuple[Int, Int]:
    """Mix the unit at `j:end` into the hash; return the kind it has here, and the end."""
    word = got[HASH]
    if kind == OF:  # 三分の二
        after = read_group(c, k, flags, end, got)
        if after > end:
            got[HASH] = _mix(_mix(word, got[VALUE]), np.uint64(OF))
            return HARD, after
        kind, end = DATE, end - 1
    word = _mix(word, unit_hash(c, k, j + (k[j] == SPACE), end))
    if kind == DATE:
        word = _mix(word, _era(c, i, keys, kinds))
    got[HASH] = word
    decade = end == j + 1 and c[j] == _SMALL_S and 1000 <= got[VALUE] < 3000  # 1990s
    return SOFT if decade else kind, end


@kernel(
    "int64(uint16[::1], uint8[::1], uint8[::1], int64, boolean, uint64[::1], uint8[::1],"
    " uint64[::1])"
)
def _number(
    c: Points, k: Bytes, flags: Bytes, i: Int, table: Bool, keys: Words, kinds: Bytes, got: Words
) -> Int:
    """Read a number, or joined numbers, with sign, currency and unit. Returns the end."""
    kanji = k[i] == KANJI_DIGIT or k[i] == KANJI_TEN
    before = i - 2 if k[i - 1] == SPACE else i - 1
    ordinal, money = c[before] == _DAI, k[before] == CURRENCY
    ordinary = longest_word(c, k, i, keys, kinds) if kanji and not ordinal else 0
    if ordinary & 15 == STOP:
        got[CLASS] = 0
        return ordinary >> 4
    sign = _sign(c, k, i)
    j = _chain(c, k, flags, i, np.uint64(sign), got)
    end, kind = find_unit(c, k, flags, i, j, kanji, keys, kinds)
    inside = flags[c[i - 1]] & JOINS or (flags[c[i - 1]] & VAGUE and k[i] == KANJI_TEN)
    if kanji and ((kind == 0 and not ordinal) or inside):
        got[CLASS] = 0
        return j
    joints = np.int64(got[CLASS])
    if kind == 0 and not ordinal and not money:
        end = _letters_after(c, k, i, j, keys, kinds, got)
        if end > j:
            return end
    if kind:
        kind, end = _with_unit(c, k, flags, i, j, kind, end, keys, kinds, got)
    if ordinal or kind == ORDINAL:
        end = _branches(c, k, flags, end, got[HASH], got)
    got[HASH] = fmix64(_mix(got[HASH], np.uint64(c[before] if money or ordinal else 0)))
    got[START_AT] = before if money else i - (sign > 0)
    got[UNIT_AT] = j
    if ordinal or kind >= DATE:
        got[CLASS] = SOFT_TOKEN
    elif money or kind:
        got[CLASS] = HARD_TOKEN
    else:
        got[CLASS] = _bare(c, k, i - 1 if sign else i, joints, table)
    return end


@kernel(
    "int64(uint16[::1], uint8[::1], uint8[::1], int32[::1], int64, boolean, uint64[::1],"
    " uint8[::1], boolean, uint64[::1], uint64[::1], int32[:,::1])"
)
def _scan_block(
    c: Points,
    k: Bytes,
    flags: Bytes,
    where: Positions,
    end: Int,
    table: Bool,
    keys: Words,
    kinds: Bytes,
    soft: Bool,
    got: Words,
    hashes: Words,
    spans: Spans,
) -> Int:
    """Write the tokens of a folded block to `hashes` and `spans`; return how many."""
    found = 0
    i: Int = PAD
    while i < end:
        kind = k[i]
        if c[i] == _GAN and c[i + 1] == _NEN and _era(c, i, keys, kinds):
            c[i], kind, k[i] = _ONE, DIGIT, DIGIT  # 令和元年
        if kind == LETTER:
            j = read_word(c, k, i, keys, kinds, got)
        elif DIGIT <= kind <= FRACTION:
            j = _number(c, k, flags, i, table, keys, kinds, got)
        elif kind == LIST_MARK:
            j = take(c, i, i + 1, SOFT_TOKEN, got)
        else:
            i += 3 if c[i] == _PERCENT and is_hex(c[i + 1]) and is_hex(c[i + 2]) else 1
            continue
        if got[CLASS] == HARD_TOKEN or (soft and got[CLASS] == SOFT_TOKEN):
            hashes[found] = got[HASH]
            spans[found, 0], spans[found, 1] = where[np.int64(got[START_AT])], where[j]
            spans[found, 2], spans[found, 3] = where[np.int64(got[UNIT_AT])], got[CLASS]
            found += 1
        i = max(j, i + 1)
    return found


@inline
def _grown(hashes: Words, spans: Spans, total: Int) -> tuple[Words, Spans]:
    """The arrays at twice their size, which is room for another block."""
    more, further = np.empty(2 * len(hashes), np.uint64), np.empty((2 * len(hashes), 4), np.int32)
    for i in range(total):
        more[i] = hashes[i]
        for column in range(4):
            further[i, column] = spans[i, column]
    return more, further


@kernel(
    "Tuple((uint64[::1], int32[:,::1]))(uint8[::1], int32[::1], uint16[::1], uint8[::1],"
    " uint16[::1], uint8[::1], uint64[::1], uint8[::1], boolean, int64[::1])"
)
def scan(
    data: Bytes,
    offsets: Offsets,
    fold: Points,
    classes: Bytes,
    expansions: Points,
    flags: Bytes,
    keys: Words,
    kinds: Bytes,
    soft: Bool,
    bounds: Bounds,
) -> tuple[Words, Spans]:
    """Return the hashes and the spans of all tokens; those of text i are `bounds[i]:bounds[i+1]`.

    A span is `int32[4]`: first byte, end, first byte of the unit (the end if there is none), class.
    Soft tokens are left out unless `soft`. `bounds` is `int64[texts + 1]` and is filled in.
    """
    c, k = np.zeros(ROOM, np.uint16), np.zeros(ROOM, np.uint8)
    where, got = np.zeros(ROOM, np.int32), np.zeros(8, np.uint64)
    hashes, spans = np.empty(ROOM, np.uint64), np.empty((ROOM, 4), np.int32)
    total: Int = 0
    table: Bool = False
    bounds[0] = 0
    for i in range(len(offsets) - 1):
        at, stop = np.int64(offsets[i]), np.int64(offsets[i + 1])
        table = False
        while at < stop:
            end = fold_block(data, at, stop, fold, classes, expansions, c, k, where)
            table = table or is_table(c, k, end)
            if total + end > len(hashes):
                hashes, spans = _grown(hashes, spans, total)
            total += _scan_block(
                c, k, flags, where, end, table, keys, kinds, soft, got,
                hashes[total:], spans[total:],
            )  # fmt: skip
            at = np.int64(where[end])
            if at < stop and data[at] == 10:
                table = False
                at += 1
        bounds[i + 1] = total
    return hashes[:total], spans[:total]
