"""Find the words of numbers in folded text: units, model numbers, versions, addresses.

Words are looked up in an open-addressing table that `corpuskit.dedup.units` fills: a word's key is
`fmix64` of its FNV-1a hash over code points.
"""

from __future__ import annotations

import numpy as np

from corpuskit.kernels.buffers import Bool, Bytes, Int, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import fmix64
from corpuskit.kernels.numerals import (
    CLASS,
    CURRENCY,
    DIGIT,
    FNV_OFFSET,
    FRACTION,
    HAN,
    HASH,
    KATAKANA,
    LETTER,
    PAD,
    SPACE,
    START_AT,
    SUPER,
    TAB,
    UNIT_AT,
    Points,
    fnv,
)

STARTS_UNIT, JOINS, VAGUE = 1, 2, 4
"""Flags of code points; their high half is a digit's value or a multiplier's power of ten."""

# Kinds of words, told apart in `corpuskit.dedup.units`; from DATE to SOFT they make soft tokens.
HARD, ARABIC, OF, ATTACHED, DATE, ORDINAL, SOFT = range(1, 8)
STOP, PASS, ERA, PREFIX, DOTTED, FILE = range(8, 14)

HARD_TOKEN, SOFT_TOKEN = 1, 2
"""Classes of tokens."""

SLOTS = 1 << 13
"""Slots of the table of words."""
LONGEST_WORD = 12
LONGEST_MODEL = 31
"""Longer mixtures of letters and digits are identifiers (SHA-1, UUID), not part numbers."""

DASH, DOT, SLASH, COLON, UNDERSCORE, MIDDLE_DOT = 0x2D, 0x2E, 0x2F, 0x3A, 0x5F, 0x30FB
_AT, _A, _SMALL_M, _SMALL_W, _TWO, _THREE = 0x40, 0x41, 0x6D, 0x77, 0x32, 0x33
_URL_ENDS = (0x22, 0x27, 0x28, 0x29, 0x3C, 0x3E, 0x5D, 0x60, 0x7C)  # "'()<>]`|


@inline
def is_alnum(kind: Int) -> Bool:
    """Say whether the class is one of digits or letters."""
    return LETTER <= kind <= DIGIT


@inline
def is_hex(point: Int) -> Bool:
    """Digits and capitals, as in the %2A of an address."""
    return 0x30 <= point <= 0x39 or 0x41 <= point <= 0x46


@inline
def kind_of(keys: Words, kinds: Bytes, word: np.uint64) -> Int:
    """The kind of the word with this FNV-1a hash, or 0."""
    word = fmix64(word)
    slot = word & np.uint64(SLOTS - 1)
    while keys[slot] != np.uint64(0):
        if keys[slot] == word:
            return np.int64(kinds[slot])
        slot = (slot + np.uint64(1)) & np.uint64(SLOTS - 1)
    return 0


@kernel("int64(uint16[::1], uint8[::1], int64, uint64[::1], uint8[::1])")
def longest_word(c: Points, k: Bytes, i: Int, keys: Words, kinds: Bytes) -> Int:
    """The longest word of the table at `i`, as 16 * its end + its kind, or 0.

    A word in letters or katakana ends where the letters or the katakana end.
    """
    found: Int = 0
    word = FNV_OFFSET
    for j in range(i, i + LONGEST_WORD):
        if c[j] == 0:
            break
        word = fnv(word, np.int64(c[j]))
        if k[j + 1] == k[j] and (k[j] == LETTER or k[j] == KATAKANA):
            continue
        kind = kind_of(keys, kinds, word)
        if kind:
            found = 16 * (j + 1) + kind
    return found


@kernel("int64(uint16[::1], uint8[::1], uint8[::1], int64, uint64[::1], uint8[::1])")
def _unit(c: Points, k: Bytes, flags: Bytes, i: Int, keys: Words, kinds: Bytes) -> Int:
    """The unit at `i` with exponents and divisors (m2, km/h, 円/kWh), as 16 * end + kind, or 0."""
    if not flags[c[i]] & STARTS_UNIT:
        return 0
    found = longest_word(c, k, i, keys, kinds)
    kind, j = found & 15, found >> 4
    if kind == 0 or kind > SOFT:
        return 0
    while True:
        if k[j - 1] == LETTER:
            j += k[j] == SUPER or (c[j - 1] == _SMALL_M and (c[j] == _TWO or c[j] == _THREE))
            if is_alnum(k[j]) or ((c[j] == DASH or c[j] == UNDERSCORE) and k[j + 1] == LETTER):
                return 0
        divides = c[j] == SLASH and k[j + 1] != CURRENCY
        divides = divides or (c[j] == MIDDLE_DOT and k[j + 1] == LETTER)
        if kind != HARD or not divides or not flags[c[j + 1]] & STARTS_UNIT:
            return 16 * j + kind
        under = longest_word(c, k, j + 1, keys, kinds)
        if under & 15 != HARD and under & 15 != DATE and under & 15 != ATTACHED:
            return 16 * j + kind
        j = under >> 4


@inline
def _opens_line(k: Bytes, i: Int) -> Bool:
    while i > PAD and TAB <= k[i - 1] <= SPACE:
        i -= 1
    return i == PAD


@inline
def find_unit(
    c: Points, k: Bytes, flags: Bytes, i: Int, j: Int, kanji: Bool, keys: Words, kinds: Bytes
) -> tuple[Int, Int]:
    """The unit after the number `i:j`, with or without a space: (end, kind) or (j, 0)."""
    if k[j] == CURRENCY and DIGIT <= k[j + 1 + (k[j + 1] == SPACE)] <= FRACTION:
        return j, 0  # it belongs to the next number
    found = _unit(c, k, flags, j, keys, kinds)
    if found:
        bad = kanji and (found & 15 == ARABIC or k[j] == LETTER)
        return (j, 0) if bad else (found >> 4, found & 15)
    if k[j] != SPACE or kanji or k[j + 1] == CURRENCY:
        return j, 0
    found = _unit(c, k, flags, j + 1, keys, kinds)
    after = k[found >> 4]
    if found == 0 or found & 15 == ATTACHED or KATAKANA <= after <= HAN:
        return j, 0
    if k[j + 1] == HAN and j - i <= 2 and _opens_line(k, i):  # a paragraph's number: 2 国は
        return j, 0
    if c[j + 1] == _A and after == SPACE and k[(found >> 4) + 1] == LETTER:  # 2019 A tool
        return j, 0
    return found >> 4, found & 15


@inline
def unit_hash(c: Points, k: Bytes, start: Int, stop: Int) -> np.uint64:
    """The hash of a unit as it stands; m2 is m²."""
    word = FNV_OFFSET
    for j in range(start, stop):
        if k[j] == DIGIT:
            word = fnv(word, 0xB2 if c[j] == _TWO else 0xB3)
        else:
            word = fnv(word, np.int64(c[j]))
    return word


@inline
def take(c: Points, i: Int, j: Int, token: Int, got: Words) -> Int:
    """Make the characters `i:j` a token as they stand; return `j`."""
    word = FNV_OFFSET
    for at in range(i, j):
        word = fnv(word, np.int64(c[at]))
    got[HASH], got[CLASS] = fmix64(word), token
    got[START_AT], got[UNIT_AT] = i, j
    return j


@inline
def _is_marked(c: Points, k: Bytes, i: Int, stop: Int, keys: Words, kinds: Bytes) -> Bool:
    """Versions (v1.2, Ver.2), numbers (No.12), pages (p.12), dates (R6.4.1), 5.3.2RC1."""
    word = fnv(FNV_OFFSET, 0)  # these words are not units: v is not V
    j = i
    while k[j] == LETTER:
        word = fnv(word, np.int64(c[j]) | (0x20 if c[j] < 0x80 else 0))
        j += 1
    dots = 0
    for at in range(j, stop):
        if k[at] == LETTER and j > i:
            return False
        dots += c[at] == DOT or c[at] == SLASH
    if j == i:  # digits come first
        return dots > 1
    kind = kind_of(keys, kinds, word)
    era = kind == ERA and j == i + 1 and dots == 2
    return kind == PREFIX or (kind == DOTTED and c[j] == DOT) or era


@inline
def _is_file(c: Points, k: Bytes, dot: Int, stop: Int, keys: Words, kinds: Bytes) -> Bool:
    word = FNV_OFFSET
    for at in range(dot, stop):
        word = fnv(word, np.int64(c[at]) | (0x20 if k[at] == LETTER else 0))
    return kind_of(keys, kinds, word) == FILE


@inline
def _is_address(c: Points, k: Bytes, i: Int, j: Int) -> Bool:
    url = c[j] == COLON and c[j + 1] == SLASH and c[j + 2] == SLASH
    www = c[i] == _SMALL_W and c[i + 1] == _SMALL_W and c[i + 2] == _SMALL_W and c[i + 3] == DOT
    return url or www or (c[j] == _AT and is_alnum(k[j + 1]))


@kernel("int64(uint16[::1], uint8[::1], int64, uint64[::1], uint8[::1], uint64[::1])")
def read_word(c: Points, k: Bytes, i: Int, keys: Words, kinds: Bytes, got: Words) -> Int:
    """Read a run of letters and digits at `i`: a token if it has both. Returns its end."""
    got[CLASS] = 0
    j = i
    dot: Int = 0
    letters, digits, slashes, lower = 0, 0, 0, 0
    while True:
        if k[j] == LETTER:
            letters += 1
            lower += 97 <= c[j] <= 122
        elif k[j] == DIGIT:
            digits += 1
        elif not is_alnum(k[j + 1]) or j == i:
            break
        elif c[j] == SLASH and (letters or k[j + 1] == DIGIT):
            slashes += 1
        elif c[j] == DOT and (letters or k[j + 1] == DIGIT):
            dot = j
        elif c[j] != DASH and c[j] != UNDERSCORE:
            break
        j += 1
    if _is_address(c, k, i, j):
        while 0x21 < c[j] < 0x7F and c[j] not in _URL_ENDS:
            digits += k[j] == DIGIT
            j += 1
        return take(c, i, j, SOFT_TOKEN, got) if digits else j
    if digits == 0 or letters == 0:
        return j
    soft = j - i > LONGEST_MODEL or (slashes > 1 and lower > 0)
    soft = soft or _is_marked(c, k, i, j, keys, kinds)
    soft = soft or (dot > 0 and _is_file(c, k, dot, j, keys, kinds))
    return take(c, i, j, SOFT_TOKEN if soft else HARD_TOKEN, got)
