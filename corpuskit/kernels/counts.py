"""Characters by class, and lines, sentences and brackets, counted in one pass over UTF-8."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels import scripts
from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import xxh64
from corpuskit.kernels.scripts import ASTRAL, CLASS_OF_KIND, FLAGS, KIND
from corpuskit.kernels.utf8 import ONE, decode, previous

Counts = npt.NDArray[np.int64]

STRUCTURE: tuple[str, ...] = (
    "lines", "blank_lines", "short_lines", "longest_line", "bullet_lines", "ellipsis_lines",
    "ended_lines", "paragraphs", "sentence_marks", "longest_sentence", "brackets_open",
    "brackets_close", "urls", "pipes",
)  # fmt: skip

COLUMNS: tuple[str, ...] = ("characters", *scripts.CLASSES, *STRUCTURE)
"""Columns of `text_counts`, in order. All are counts; the longest are in characters.

Characters are code points, and the classes (see `scripts`) add up to them. Lines end with "\\n"; a
final one adds no line. A line's length is without its line break ("\\n" or "\\r\\n"). Blank lines
have nothing but white space; short lines have 1 to 10 characters and are not blank; a paragraph is
a run of lines that are not blank. Bullet lines start with one of `scripts.BULLETS` or with a number
and one of `scripts.NUMBER_ENDERS` that no digit follows. A sentence mark is a run of
`scripts.SENTENCE_MARKS` and of ．, where ．after a digit is none; the longest sentence is the
longest stretch between marks and line breaks. Pipes are "|" and tabs.
"""

DUPLICATE_COLUMNS: tuple[str, ...] = ("duplicate_lines", "duplicate_line_chars")

(_LINES, _BLANK, _SHORT, _LONGEST, _BULLETS, _ELLIPSES, _ENDED, _PARAGRAPHS, _MARKS, _SENTENCE,
 _OPEN, _CLOSE, _URLS, _PIPES) = range(1 + len(scripts.CLASSES), len(COLUMNS))  # fmt: skip

_LONGEST_SHORT_LINE = 10
_FIRST_EVENT, _BREAK, _MARK = scripts.FIRST_EVENT, scripts.BREAK, scripts.MARK
_STOP, _COLON, _KANA_MARK = scripts.STOP, scripts.COLON, scripts.KANA_MARK
_KINDS = scripts.KINDS
_EMPTY = np.uint64(0)


@inline
def _astral(point: Int) -> Int:
    for first, last, kind in ASTRAL:
        if first <= point <= last:
            return kind
    return scripts.OTHER


@inline
def _kind(point: Int) -> Int:
    if point < 0x10000:
        return np.int64(KIND[point])
    return _astral(point)


@inline
def _is_space(kind: Int) -> Bool:
    return bool(CLASS_OF_KIND[kind] == scripts.SPACE)


@inline
def _strip(data: Bytes, start: np.uint64, stop: np.uint64) -> tuple[np.uint64, np.uint64]:
    while start < stop:
        point, after = decode(data, start)
        if not _is_space(_kind(point)):
            break
        start = after
    while stop > start:
        before = previous(data, stop)
        if not _is_space(_kind(decode(data, before)[0])):
            break
        stop = before
    return start, stop


@inline
def _flag(point: Int) -> Int:
    return np.int64(FLAGS[point]) if point < 0x10000 else 0


@inline
def _starts_item(data: Bytes, start: np.uint64, stop: np.uint64) -> Bool:
    point, at = decode(data, start)
    if _kind(point) != scripts.DIGIT:
        return _flag(point) & scripts.FLAG_BULLET != 0
    while at < stop:
        point, at = decode(data, at)
        if _kind(point) != scripts.DIGIT:
            break
    if _flag(point) & scripts.FLAG_NUMBER_ENDER == 0:
        return False
    return at >= stop or _kind(decode(data, at)[0]) != scripts.DIGIT


@inline
def _ends_in_ellipsis(data: Bytes, start: np.uint64, stop: np.uint64) -> Bool:
    before = previous(data, stop)
    point = decode(data, before)[0]
    if _flag(point) & scripts.FLAG_ELLIPSIS:
        return True
    if point != 0x2E and point != 0x30FB:  # three of "." or "・"
        return False
    for _ in range(2):
        if before <= start:
            return False
        before = previous(data, before)
        if decode(data, before)[0] != point:
            return False
    return True


@inline
def _count_line(data: Bytes, start: np.uint64, stop: np.uint64, length: Int, row: Counts) -> Bool:
    """Add the line to the counts; say whether it is blank."""
    if stop > start and data[stop - ONE] == 13:
        length -= 1
    row[_LINES] += 1
    row[_LONGEST] = max(row[_LONGEST], length)
    start, stop = _strip(data, start, stop)
    if start == stop:
        row[_BLANK] += 1
        return True
    row[_SHORT] += length <= _LONGEST_SHORT_LINE
    row[_BULLETS] += _starts_item(data, start, stop)
    row[_ELLIPSES] += _ends_in_ellipsis(data, start, stop)
    last = decode(data, previous(data, stop))[0]
    row[_ENDED] += (_flag(last) & scripts.FLAG_ENDER) != 0
    return False


@inline
def _is_url(data: Bytes, colon: np.uint64, start: np.uint64, stop: np.uint64) -> Bool:
    """Say whether the colon is the one of "http://" or "https://"."""
    if colon + np.uint64(2) >= stop or data[colon + ONE] != 47 or data[colon + np.uint64(2)] != 47:
        return False
    if colon > start and data[colon - ONE] == 115:
        colon -= ONE
    if colon < start + np.uint64(4):
        return False
    h, t = data[colon - np.uint64(4)] == 104, data[colon - np.uint64(3)] == 116
    return h and t and bool(data[colon - np.uint64(2)] == 116 and data[colon - ONE] == 112)


@inline
def _fill(row: Counts, kinds: Counts, characters: Int) -> None:
    row[0] = characters
    for kind in range(_KINDS):
        row[1 + np.int64(CLASS_OF_KIND[kind])] += kinds[kind]
    row[_OPEN], row[_CLOSE] = kinds[scripts.OPEN], kinds[scripts.CLOSE]
    row[_PIPES] = kinds[scripts.BAR] + kinds[scripts.TAB]


@kernel("void(uint8[::1], int32[::1], int64[:,::1])")
def text_counts(data: Bytes, offsets: Offsets, out: Counts) -> None:
    """Write the counts of text i to `out[i]`, `int64[n, len(COLUMNS)]`."""
    kinds = np.zeros(_KINDS, np.int64)
    for i in range(len(offsets) - 1):
        row = out[i]
        for column in range(out.shape[1]):
            row[column] = 0
        for slot in range(_KINDS):
            kinds[slot] = 0
        start, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        at, line = start, start
        characters, line_first, sentence_first = 0, 0, 0
        before: Int = scripts.OTHER
        blank: Bool = True
        while at < stop:
            here = at
            point, at = decode(data, at)
            kind: Int = _kind(point)
            if kind >= _FIRST_EVENT:
                if kind == _KANA_MARK:
                    kind = scripts.KATAKANA if before == scripts.KATAKANA else scripts.HIRAGANA
                elif kind == _COLON:
                    row[_URLS] += _is_url(data, here, start, stop)
                elif kind == _BREAK:
                    row[_SENTENCE] = max(row[_SENTENCE], characters - sentence_first)
                    was_blank = blank
                    blank = _count_line(data, line, here, characters - line_first, row)
                    row[_PARAGRAPHS] += was_blank and not blank
                    line, line_first, sentence_first = at, characters + 1, characters + 1
                elif kind == _MARK or before != scripts.DIGIT:
                    row[_SENTENCE] = max(row[_SENTENCE], characters - sentence_first)
                    row[_MARKS] += before != _MARK
                    sentence_first = characters + 1
                    kind = _MARK
            characters += 1
            kinds[kind] += 1
            before = kind
        row[_SENTENCE] = max(row[_SENTENCE], characters - sentence_first)
        if line < stop:
            was_blank = blank
            blank = _count_line(data, line, stop, characters - line_first, row)
            row[_PARAGRAPHS] += was_blank and not blank
        _fill(row, kinds, characters)


@inline
def _insert(table: npt.NDArray[np.uint64], mask: Int, key: np.uint64) -> Bool:
    """Put the key into the open-addressing table; say whether it was there before."""
    slot = np.int64(key >> ONE) & mask
    while table[slot] != _EMPTY:
        if table[slot] == key:
            return True
        slot = (slot + 1) & mask
    table[slot] = key
    return False


@inline
def _table_size(data: Bytes, start: Int, stop: Int) -> Int:
    lines = 1
    for at in range(start, stop):
        lines += data[at] == 10
    size = 4
    while size < 2 * lines:
        size *= 2
    return size


@kernel("void(uint8[::1], int32[::1], int64[:,::1])")
def duplicate_lines(data: Bytes, offsets: Offsets, out: Counts) -> None:
    """Write the counts `DUPLICATE_COLUMNS` of text i to `out[i]`, `int64[n, 2]`.

    A line is a duplicate when an earlier line of the same text is equal to it, white space at both
    ends aside; blank lines are none. Its characters are those between the stripped ends. Lines
    are compared by their XXH64.
    """
    table = np.zeros(1024, np.uint64)
    for i in range(len(offsets) - 1):
        out[i, 0], out[i, 1] = 0, 0
        size = _table_size(data, offsets[i], offsets[i + 1])
        if size > len(table):
            table = np.zeros(size, np.uint64)
        else:
            for slot in range(size):
                table[slot] = _EMPTY
        line, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        at = line
        while at < stop:
            while at < stop and data[at] != 10:
                at += ONE
            first, last = _strip(data, line, at)
            if first < last:
                key = max(xxh64(data, np.int64(first), np.int64(last), _EMPTY), ONE)
                if _insert(table, size - 1, key):
                    out[i, 0] += 1
                    for byte in range(np.int64(first), np.int64(last)):
                        out[i, 1] += data[byte] & 0xC0 != 0x80
            at += ONE
            line = at
