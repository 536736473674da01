"""Foldings that make two texts equal for `dedup.exact`: widths, and marks of punctuation.

The rules are tables, which `corpuskit.dedup.sameness` builds and explains; here are the two loops.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.normalize import KANA, KANA_END, KANA_SIZE, _encode
from corpuskit.kernels.utf8 import ONE, THREE, decode, is_white

Short = npt.NDArray[np.uint16]

FOLDING_VERSION = 1
"""Changes when a folding gives something else for some text."""

MARK, DIGIT, KANJI, LETTER, JOINING = 1, 2, 4, 8, 16
"""What a code point is: a mark that may go, a digit, a kanji numeral, a Latin letter, a dakuten."""

CLASSES = 0x20000
"""Code points with a class; those above have none."""

_VOICED, _SEMI_VOICED = 0x3099, 0x309A
_ALONE = 0x309B - 0x3099  # from a combining mark to the mark as a character of its own


@inline
def _composed(kana: Short, letter: Int, mark: Int) -> Int:
    """Return the kana with its (semi-)voiced mark, 0 if there is no such letter."""
    if letter < KANA or letter >= KANA_END:
        return np.int64(0)
    return np.int64(kana[letter - KANA + (KANA_SIZE if mark == _SEMI_VOICED else 0)])


@kernel("void(uint8[::1], int32[::1], uint16[::1], uint16[::1], uint8[::1], int32[::1])")
def fold_width(
    data: Bytes, offsets: Offsets, table: Short, kana: Short, out: Bytes, out_offsets: Offsets
) -> None:
    """Write each text with full- and half-width forms as the usual ones, and dakuten composed.

    Args:
        data: the texts' bytes.
        offsets: their positions, n + 1.
        table: what each code point of the BMP becomes; never longer in UTF-8 than it was.
        kana: voiced, then semi-voiced letter of U+3040 to U+30FF, or 0.
        out: receives the bytes; room for all texts.
        out_offsets: receives the new positions, n + 1, from 0.
    """
    to = np.uint64(0)
    out_offsets[0] = 0
    for i in range(len(offsets) - 1):
        at, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        last: Int = 0
        while at < stop:
            point, after = decode(data, at)
            if point >= 0x10000:
                while at < after:
                    out[to] = data[at]
                    to += ONE
                    at += ONE
                last = point
                continue
            folded: Int = np.int64(table[point])
            if folded in (_VOICED, _SEMI_VOICED):
                letter = _composed(kana, last, folded)
                if letter != 0:
                    to -= THREE  # every kana has three bytes
                    folded = letter
                elif folded != point:
                    folded += _ALONE
            to = _encode(out, to, folded)
            last = folded
            at = after
        out_offsets[i + 1] = to


@inline
def _class(classes: Bytes, point: Int) -> Int:
    return np.int64(classes[point]) if point < CLASSES else np.int64(0)


@inline
def _stays(
    data: Bytes, at: np.uint64, stop: np.uint64, classes: Bytes, before: Int, beside: Int
) -> Bool:
    """Say whether the mark that ends at `at` is part of a number or a name.

    `before` is the class of the last character that is not white space, `beside` that of the last.
    """
    if at == stop:
        return before & DIGIT != 0
    point, after = decode(data, at)
    following = _class(classes, point)
    if following & JOINING != 0 or beside & following & LETTER != 0:
        return True
    while is_white(point) and after < stop:
        point, after = decode(data, after)
    following = _class(classes, point)
    return (before | following) & DIGIT != 0 or before & following & KANJI != 0


@kernel("void(uint8[::1], int32[::1], uint8[::1], uint8[::1], int32[::1])")
def drop_marks(
    data: Bytes, offsets: Offsets, classes: Bytes, out: Bytes, out_offsets: Offsets
) -> None:
    """Write each text without its marks, but those that belong to numbers and names.

    A mark stays beside a digit and between two kanji numerals, white space aside; between two
    Latin letters; and before a combining dakuten. `classes` has `CLASSES` entries; the rest is as
    in `fold_width`.
    """
    to = np.uint64(0)
    out_offsets[0] = 0
    for i in range(len(offsets) - 1):
        at, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        before: Int = 0
        beside: Int = 0
        while at < stop:
            point, after = decode(data, at)
            beside_now = _class(classes, point)
            if beside_now & MARK == 0 or _stays(data, after, stop, classes, before, beside):
                while at < after:
                    out[to] = data[at]
                    to += ONE
                    at += ONE
            if not is_white(point):
                before = beside_now
            beside = beside_now
            at = after
        out_offsets[i + 1] = to
