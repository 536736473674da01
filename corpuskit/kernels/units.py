"""Letters, sentences, lines and paragraphs as published filters see them, in one pass over UTF-8.

Sentences and letters are those of Swallow Corpus v1 (Okazaki et al. 2024, arXiv 2404.17733);
lines and paragraphs those of datatrove's Gopher and FineWeb filters and of HojiChar.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import fmix64
from corpuskit.kernels.shingles import BASE
from corpuskit.kernels.utf8 import ONE, decode, is_white, previous

Counts = npt.NDArray[np.int64]

KINDS: tuple[str, ...] = (
    "others", "hiragana", "katakana", "kanji", "full_marks", "ascii_marks", "commas", "newlines",
    "whites", "hashes", "dots", "ellipses", "middle_dots", "kana_block", "full_stops",
)  # fmt: skip
UNITS: tuple[str, ...] = (
    "characters", "head_kana", "ellipsis_marks",
    "spans", "span_chars", "longest_span", "median_span", "long_spans", "short_spans",
    "ellipsis_spans", "duplicate_spans", "duplicate_span_chars",
    "rows", "row_chars", "duplicate_rows", "duplicate_row_chars",
    "lines", "short_lines", "solid_lines", "solid_chars", "longest_line", "median_line",
    "short_solid_lines", "terminal_lines", "ellipsis_newlines", "bullet_lines", "ellipsis_lines",
    "duplicate_solid_chars", "full_lines", "duplicate_full_lines", "duplicate_full_chars",
    "paragraphs", "paragraph_chars", "longest_paragraph", "duplicate_paragraphs",
    "duplicate_paragraph_chars", "final_breaks",
)  # fmt: skip
COLUMNS: tuple[str, ...] = (*KINDS, *UNITS)
"""Columns of `unit_counts`: characters by kind, then units.

Spans are sentences: in a line, characters that are no mark, and the mark (。．！？!?) after them.
Rows are lines made of their spans, so without marks that begin a line or follow another; blank
ones count. Lines are what "\\n" parts, a last empty one included; solid lines are not blank; full
lines are not empty, and an empty one counts where the text begins or ends with "\\n". Paragraphs
are parted by two or more "\\n" in the text without white space at its ends. Medians are the lower
ones and at most `LONGEST_MEDIAN`.
"""

LONGEST_MEDIAN = 4095
LONG_SPAN, SHORT_SPAN = 200, 10
SHORT_LINE, SHORT_SOLID_LINE, HEAD = 10, 30, 50

(_OTHER, _HIRAGANA, _KATAKANA, _KANJI, _FULL_MARK, _ASCII_MARK, _COMMA, _NEWLINE, _WHITE, _HASH,
 _DOT, _ELLIPSIS, _MIDDLE_DOT, _KANA_BLOCK, _FULL_STOP) = range(len(KINDS))  # fmt: skip
(_CHARACTERS, _HEAD_KANA, _ELLIPSIS_MARKS, _SPANS, _SPAN_CHARS, _LONGEST_SPAN, _MEDIAN_SPAN,
 _LONG_SPANS, _SHORT_SPANS, _ELLIPSIS_SPANS, _DUP_SPANS, _DUP_SPAN_CHARS, _ROWS, _ROW_CHARS,
 _DUP_ROWS, _DUP_ROW_CHARS, _LINES, _SHORT_LINES, _SOLID, _SOLID_CHARS, _LONGEST_LINE,
 _MEDIAN_LINE, _SHORT_SOLID, _TERMINAL, _ELLIPSIS_NEWLINES, _BULLETS, _ELLIPSIS_LINES,
 _DUP_SOLID_CHARS, _FULL, _DUP_FULL, _DUP_FULL_CHARS, _PARAGRAPHS, _PARAGRAPH_CHARS,
 _LONGEST_PARAGRAPH, _DUP_PARAGRAPHS, _DUP_PARAGRAPH_CHARS, _FINAL_BREAKS) = range(
    len(KINDS), len(COLUMNS)
)  # fmt: skip
_EMPTY = np.uint64(0)
_ENDS = 64

# Sentence terminals as datatrove 0.10 lists them (utils/text.py, TERMINAL_PUNCTUATION), BMP only.
_TERMINALS = (
    "21 2E 3F 589 61D-61F 6D4 700-702 7F9 837 839 83D-83E 964-965 104A-104B 1362 1367-1368 "
    "166E 1735-1736 17D4-17D6 17D9-17DA 1803 1809 1944-1945 1AA8-1AAB 1B5A-1B5B 1B5E-1B5F "
    "1B7D-1B7E 1C3B-1C3C 1C7E-1C7F 203C-203D 2047-2049 2E2E 2E3C 2E53-2E54 3002 A4FF "
    "A60E-A60F A6F3 A6F7 A876-A877 A8CE-A8CF A92F A9C8-A9C9 AA5D-AA5F AAF0-AAF1 ABEB FE52 "
    "FE56-FE57 FF01 FF0E FF1F FF61"
)


def _spans(text: str) -> list[range]:
    pairs = (span.partition("-") for span in text.split())
    return [range(int(first, 16), int(last or first, 16) + 1) for first, _, last in pairs]


def _table() -> npt.NDArray[np.uint8]:
    """Kind of each code point of the BMP; 64 is added for those that end a line of FineWeb."""
    table = np.zeros(0x10000, np.uint8)
    for kind, spans in (
        (_KANA_BLOCK, "3040-309F"), (_HIRAGANA, "3041-3096"), (_KATAKANA, "30A1-30FA"),
        (_KANJI, "3005 3007 303B 3400-9FFF F900-FAFF"), (_FULL_MARK, "FF0E FF01 FF1F"),
        (_FULL_STOP, "3002"), (_ASCII_MARK, "21 3F"), (_COMMA, "3001 FF0C"), (_NEWLINE, "A"),
        (_WHITE, "9 B-D 1C-20 85 A0 1680 2000-200A 2028-2029 202F 205F 3000"), (_HASH, "23"),
        (_DOT, "2E"), (_ELLIPSIS, "2026"), (_MIDDLE_DOT, "30FB"),
    ):  # fmt: skip
        for span in _spans(spans):
            table[span.start : span.stop] = kind
    for span in _spans(_TERMINALS):
        table[span.start : span.stop] |= _ENDS
    return table


TABLE = _table()


@inline
def _kind(point: Int) -> Int:
    return np.int64(TABLE[point]) if point < 0x10000 else 0


@inline
def _bounds(data: Bytes, start: np.uint64, stop: np.uint64) -> tuple[np.uint64, np.uint64]:
    """The bounds without white space (Python's) at both ends."""
    while start < stop:
        point, after = decode(data, start)
        if not (is_white(point) or 0x1C <= point <= 0x1F):
            break
        start = after
    while stop > start:
        before = previous(data, stop)
        point = decode(data, before)[0]
        if not (is_white(point) or 0x1C <= point <= 0x1F):
            break
        stop = before
    return start, stop


@inline
def _seen(table: Words, mask: np.uint64, key: np.uint64) -> Bool:
    """Put a hash into the table; say whether it was there."""
    key = fmix64(key) | ONE
    slot = (key >> ONE) & mask
    while table[slot] != _EMPTY:
        if table[slot] == key:
            return True
        slot = (slot + ONE) & mask
    table[slot] = key
    return False


@inline
def _clear(table: Words, many: Int) -> np.uint64:
    size: Int = 8
    while size < 2 * many:
        size *= 2
    for j in range(np.uint64(size)):
        table[j] = _EMPTY
    return np.uint64(size - 1)


@inline
def _duplicates(hashes: Words, lengths: Counts, many: Int, table: Words) -> tuple[Int, Int]:
    """How many units equal an earlier one, and their characters."""
    mask = _clear(table, many)
    count: Int = 0
    chars: Int = 0
    for j in range(np.uint64(many)):
        if _seen(table, mask, hashes[j]):
            count += 1
            chars += lengths[j]
    return count, chars


@inline
def _median(histogram: Counts, many: Int, most: Int) -> Int:
    """The lower median of what was counted; the histogram is all zero afterwards."""
    left = (many + 1) // 2
    median: Int = 0
    top = min(most, LONGEST_MEDIAN)
    for value in range(np.uint64(top + 1)):
        if left > 0:
            left -= histogram[value]
            median = np.int64(value)
        histogram[value] = 0
    return median


@kernel("void(uint8[::1], int32[::1], int64[:,::1])")
def unit_counts(data: Bytes, offsets: Offsets, out: Counts) -> None:
    """Write `COLUMNS` of text i to `out[i]`. Units are told apart by 64 bits of a hash."""
    room: Int = 0
    for i in range(len(offsets) - 1):
        room = max(room, np.int64(offsets[i + 1]) - np.int64(offsets[i]))
    room += 8
    table = np.empty(4 * room + 16, np.uint64)
    spans, rows = np.empty(room, np.uint64), np.empty(room, np.uint64)
    full, paragraphs = np.empty(room, np.uint64), np.empty(room, np.uint64)
    span_sizes, row_sizes = np.empty(room, np.int64), np.empty(room, np.int64)
    full_sizes, paragraph_sizes = np.empty(room, np.int64), np.empty(room, np.int64)
    span_lengths = np.zeros(LONGEST_MEDIAN + 1, np.int64)
    line_lengths = np.zeros(LONGEST_MEDIAN + 1, np.int64)
    kinds = np.zeros(len(KINDS), np.int64)
    for i in range(len(offsets) - 1):
        row = out[i]
        for column in range(out.shape[1]):
            row[column] = 0
        for slot in range(len(KINDS)):
            kinds[slot] = 0
        start, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        if start == stop:
            continue
        inner, end = _bounds(data, start, stop)
        at = start
        characters, breaks = 0, 0
        n_spans, n_rows, n_full, n_paragraphs = 0, 0, 0, 0
        span_hash, row_hash, line_hash, paragraph_hash = _EMPTY, _EMPTY, _EMPTY, _EMPTY
        span_first: Int = 0
        span_size, row_size, line_size, paragraph_size = 0, 0, 0, 0
        solid_first: Int = 0  # first character of the line that is not white
        solid_last: Int = 0
        last_kind: Int = 0
        dots: Int = 0
        dot_run: Int = 0
        point: Int = 0
        raw: Int = 0
        kind: Int = 0
        while True:
            ended = at >= stop
            here = at
            if ended:
                point = 0x0A
                raw = _NEWLINE
            else:
                point, at = decode(data, at)
                raw = _kind(point)
            kind = raw & (_ENDS - 1)
            if kind == _NEWLINE:
                if span_size > 0:
                    spans[n_spans], span_sizes[n_spans] = span_hash, span_size
                    n_spans += 1
                    row[_ELLIPSIS_SPANS] += span_first == 0x30FB or span_first == 0x2026
                    row[_LONGEST_SPAN] = max(row[_LONGEST_SPAN], span_size)
                    row[_SHORT_SPANS] += span_size < SHORT_SPAN
                    row[_LONG_SPANS] += span_size > LONG_SPAN
                    row[_SPAN_CHARS] += span_size
                    span_lengths[min(span_size, LONGEST_MEDIAN)] += 1
                    span_hash, span_size, span_first = _EMPTY, 0, 0
                rows[n_rows], row_sizes[n_rows] = row_hash, row_size
                n_rows += 1
                row[_ROW_CHARS] += row_size
                row_hash, row_size = _EMPTY, 0
                row[_LINES] += 1
                row[_SHORT_LINES] += line_size <= SHORT_LINE
                if not ended and (last_kind == _ELLIPSIS or dot_run >= 3):
                    row[_ELLIPSIS_NEWLINES] += 1
                if line_size > 0 or breaks == 0 or ended:
                    full[n_full] = line_hash
                    full_sizes[n_full] = -line_size if solid_last != 0 else line_size
                    n_full += 1
                if solid_last != 0:
                    row[_SOLID] += 1
                    row[_SOLID_CHARS] += line_size
                    row[_LONGEST_LINE] = max(row[_LONGEST_LINE], line_size)
                    row[_SHORT_SOLID] += line_size <= SHORT_SOLID_LINE
                    line_lengths[min(line_size, LONGEST_MEDIAN)] += 1
                    row[_BULLETS] += solid_first == 0x2022 or solid_first == 0x2D
                    row[_ELLIPSIS_LINES] += solid_last == 0x2026 or dots >= 3
                    row[_TERMINAL] += (last_kind & _ENDS) != 0
                line_hash, line_size, solid_first, solid_last, dots = _EMPTY, 0, 0, 0, 0
                dot_run, last_kind = 0, 0
                breaks += 1
                if ended:
                    break
                characters += 1
                kinds[kind] += 1
                if inner < here < end:
                    following = data[at] == 10
                    before = data[here - ONE] == 10
                    if following and not before:
                        paragraphs[n_paragraphs] = paragraph_hash
                        paragraph_sizes[n_paragraphs] = paragraph_size
                        n_paragraphs += 1
                        row[_LONGEST_PARAGRAPH] = max(row[_LONGEST_PARAGRAPH], paragraph_size)
                        row[_PARAGRAPH_CHARS] += paragraph_size
                        paragraph_hash, paragraph_size = _EMPTY, 0
                    elif not before:
                        paragraph_hash = paragraph_hash * BASE + np.uint64(11)
                        paragraph_size += 1
                continue
            word = np.uint64(point) + ONE
            kinds[kind] += 1
            if characters < HEAD and (0x3041 <= point <= 0x3093 or 0x30A1 <= point <= 0x30F3):
                row[_HEAD_KANA] += 1
            characters += 1
            line_hash = line_hash * BASE + word
            line_size += 1
            if inner <= here < end:
                paragraph_hash = paragraph_hash * BASE + word
                paragraph_size += 1
            if kind == _DOT:
                dot_run += 1
                dots = dot_run
                row[_ELLIPSIS_MARKS] += dot_run % 3 == 0
            else:
                dot_run = 0
                if kind != _WHITE:
                    dots = 0
            mark = kind in (_FULL_MARK, _ASCII_MARK, _FULL_STOP)
            if mark and span_size == 0:
                pass
            else:
                span_hash = span_hash * BASE + word
                row_hash = row_hash * BASE + word
                span_size += 1
                row_size += 1
                if mark:
                    spans[n_spans], span_sizes[n_spans] = span_hash, span_size
                    n_spans += 1
                    row[_LONGEST_SPAN] = max(row[_LONGEST_SPAN], span_size)
                    row[_SHORT_SPANS] += span_size < SHORT_SPAN
                    row[_LONG_SPANS] += span_size > LONG_SPAN
                    row[_SPAN_CHARS] += span_size
                    span_lengths[min(span_size, LONGEST_MEDIAN)] += 1
                    span_hash, span_size, span_first = _EMPTY, 0, 0
                elif kind != _WHITE:
                    span_first = point
            if kind != _WHITE:
                if solid_last == 0:
                    solid_first = point
                solid_last = point
            last_kind = raw
        for slot in range(len(KINDS)):
            row[slot] = kinds[slot]
        row[_CHARACTERS] = characters
        row[_FINAL_BREAKS] = data[stop - ONE] == 10
        row[_ELLIPSIS_MARKS] += kinds[_ELLIPSIS]
        row[_SPANS], row[_ROWS] = n_spans, n_rows
        row[_MEDIAN_SPAN] = _median(span_lengths, n_spans, row[_LONGEST_SPAN])
        row[_MEDIAN_LINE] = _median(line_lengths, row[_SOLID], row[_LONGEST_LINE])
        row[_DUP_SPANS], row[_DUP_SPAN_CHARS] = _duplicates(spans, span_sizes, n_spans, table)
        row[_DUP_ROWS], row[_DUP_ROW_CHARS] = _duplicates(rows, row_sizes, n_rows, table)
        if inner < end:
            paragraphs[n_paragraphs], paragraph_sizes[n_paragraphs] = paragraph_hash, paragraph_size
            n_paragraphs += 1
            row[_LONGEST_PARAGRAPH] = max(row[_LONGEST_PARAGRAPH], paragraph_size)
            row[_PARAGRAPH_CHARS] += paragraph_size
        row[_PARAGRAPHS] = n_paragraphs
        row[_DUP_PARAGRAPHS], row[_DUP_PARAGRAPH_CHARS] = _duplicates(
            paragraphs, paragraph_sizes, n_paragraphs, table
        )
        row[_FULL] = n_full
        mask = _clear(table, n_full)
        for j in range(np.uint64(n_full)):
            size = full_sizes[j]
            if _seen(table, mask, full[j]):
                row[_DUP_FULL] += 1
                row[_DUP_FULL_CHARS] += abs(size)
                if size < 0:
                    row[_DUP_SOLID_CHARS] -= size
