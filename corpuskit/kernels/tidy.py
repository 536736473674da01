"""The loop of the rules that change what an author typed: marks, spaces and line breaks.

`corpuskit.ja.tidying` explains the rules and builds the table of classes. Each rule looks at what
has been written before a character and at what stays of what follows it, so that a second pass
finds nothing more to do (line joins may, and are repeated).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.trace import Trace, trace_copy, trace_span
from corpuskit.kernels.utf8 import ONE, decode

Long = npt.NDArray[np.int64]

# Classes of characters. Those up to BOUND are letters of Japanese.
OTHER, HIRAGANA, KATAKANA, KANJI, OPEN, CLOSE, COMMA, STOP, BANG, DOT = range(10)
DIGIT, LATIN, BLANK, TAB, BAR, LINE = range(10, 16)
CLASS = 15
LABEL = 16
"""Mark of what labels are made of: 第 一 条 (."""

MAJORITY, JAPANESE, ALL_SPACES, SENTENCE_SPACES, JOINS = 1, 2, 4, 8, 16
"""Switches."""

WIDE_COMMA, WIDE_STOP, COMMA_JA, STOP_JA = 0xFF0C, 0xFF0E, 0x3001, 0x3002
SURE_WIDTH, FULL_WIDTH, WIDEST, SLACK = 30, 30, 140, 4
"""Widths of lines, of which ASCII has 1 and all else 2: of a line that a particle or comma at its
end joins to the next, of the shortest and widest wrapped lines, and what they may differ by."""
_DI = 0x7B2C  # 第
_LF = 0x0A
_PARTICLES = (0x3092, 0x306F, 0x304C, 0x306B, 0x3078)  # を は が に へ


@inline
def _class(table: Bytes, point: Int) -> Int:
    """Return the class of a code point, and its mark."""
    if point < 0x10000:
        return np.int64(table[point])
    return np.int64(KANJI if 0x20000 <= point < 0x40000 else OTHER)


@inline
def _is_letter(kind: Int) -> Bool:
    return kind in (HIRAGANA, KATAKANA, KANJI)


@inline
def _is_japanese(kind: Int) -> Bool:
    return HIRAGANA <= kind <= STOP


@inline
def _is_foreign(kind: Int) -> Bool:
    return kind in (DIGIT, LATIN)


@inline
def _next(data: Bytes, at: np.uint64, stop: np.uint64, table: Bytes) -> tuple[Int, np.uint64]:
    """Return the class of the next character that is no space, and where it starts."""
    while at < stop:
        point, after = decode(data, at)
        kind = _class(table, point) & CLASS
        if kind != BLANK:
            return kind, at
        at = after
    return np.int64(LINE), at


@inline
def _line(data: Bytes, at: np.uint64, stop: np.uint64, table: Bytes) -> tuple[np.uint64, Int, Int]:
    """Return where a line ends, its width, and 1 if it has a mark of sentences, 2 of tables."""
    width: Int = 0
    signs: Int = 0
    while at < stop and data[at] != _LF:
        point, after = decode(data, at)
        kind = _class(table, point) & CLASS
        width += 1 if point < 0x80 else 2
        if kind in (COMMA, STOP, BANG):
            signs |= 1
        elif kind in (TAB, BAR):
            signs |= 2
        at = after
    return at, width, signs


@inline
def _wrapped(data: Bytes, at: np.uint64, stop: np.uint64, table: Bytes) -> Int:
    """Return the width of the lines of the paragraph that starts here, 0 if it is not wrapped."""
    widest: Int = 0
    signs: Int = 0
    begin = at
    while at < stop and data[at] != _LF:
        at, width, found = _line(data, at, stop, table)
        widest, signs = max(widest, width), signs | found
        at += ONE
    if signs != 1 or not FULL_WIDTH <= widest <= WIDEST:
        return np.int64(0)
    full: Int = 0
    lines: Int = 0
    at = begin
    while at < stop and data[at] != _LF:
        at, width, _ = _line(data, at, stop, table)
        full += width >= widest - SLACK
        lines += 1
        at += ONE
    return widest if full >= 2 and 2 * full >= lines - 1 else np.int64(0)


@inline
def _goes_on(data: Bytes, at: np.uint64, stop: np.uint64, table: Bytes) -> Bool:
    """Say whether the line that starts here may go on with the one before it."""
    if at >= stop:
        return False
    point, after = decode(data, at)
    if not _is_letter(_class(table, point) & CLASS):
        return False
    following = _class(table, decode(data, after)[0]) if after < stop else np.int64(OTHER)
    if following & CLASS in (BLANK, DOT, TAB, STOP):  # a label
        return False
    if point == _DI and (following & LABEL or following & CLASS == DIGIT):
        return False
    return _line(data, at, stop, table)[2] & 2 == 0


@inline
def _settled(
    kind: Int, last: Int, run_before: Int, following: Int, before: Bool, labelled: Bool
) -> Bool:
    """Say whether a comma or full stop is one of Japanese, so that its form may change.

    Args:
        kind: `COMMA` or `STOP`.
        last: class of the character before.
        run_before: class of what is before the letters and digits that end here.
        following: class of the next character that is no space.
        before: what was said of the mark just before.
        labelled: all of the line so far is made of what labels are.
    """
    if last in (COMMA, STOP, BANG, DOT):
        return before
    if _is_letter(last) or last in (OPEN, CLOSE):
        return kind == COMMA or not labelled
    if not _is_foreign(last):
        return False
    if kind == COMMA:
        return _is_letter(following) or following == OPEN
    return run_before == HIRAGANA and not _is_foreign(following)


@inline
def _flush(
    out: Bytes, w: np.uint64, data: Bytes, start: np.uint64, stop: np.uint64, trace: Trace
) -> np.uint64:
    """Write what stays as it is; return the position after it."""
    trace_copy(trace, w, data, start, stop)
    while start < stop:
        out[w] = data[start]
        w += ONE
        start += ONE
    return w


@inline
def _has_wide_marks(data: Bytes, at: np.uint64, stop: np.uint64) -> Bool:
    """Say whether ，or ．, U+FF0C and U+FF0E, occur: without them there is nothing to vote on."""
    while at + ONE < stop:
        if data[at] == 0xBC and (data[at + ONE] == 0x8C or data[at + ONE] == 0x8E):
            return True
        at += ONE
    return False


@inline
def _put_mark(out: Bytes, w: np.uint64, point: Int) -> None:
    """Write one of 、。，．, which have three bytes each."""
    out[w] = 0xE0 | point >> 12
    out[w + ONE] = 0x80 | point >> 6 & 63
    out[w + np.uint64(2)] = 0x80 | point & 63


@kernel(
    "int64(uint8[::1], int32[::1], uint8[::1], uint8[::1], int64, int64,"
    "uint8[::1], int64[::1], int64[::1], int32[:,::1])"
)
def tidy(
    data: Bytes, offsets: Offsets, todo: Bytes, table: Bytes, switches: Int, repeats: Int,
    out: Bytes, ends: Long, changed: Long, trace: Trace,
) -> Int:  # fmt: skip
    """Write the tidied texts to `out` and return their size, which is at most that of the input.

    Args:
        data: the texts' bytes.
        offsets: their positions, n + 1.
        todo: 0 for texts that are copied as they are, n.
        table: class and mark of each code point of the BMP, 65536.
        switches: `MAJORITY`, `JAPANESE`, `ALL_SPACES`, `SENTENCE_SPACES`, `JOINS`.
        repeats: longest run of one mark that stays, 0 for any.
        out: has room for the texts as they are.
        ends: receives the new offsets, n + 1.
        changed: grows by the number of characters replaced or removed, n.
        trace: one row for each byte of `out`, or none (`corpuskit.kernels.trace`).
    """
    w = np.uint64(0)
    votes = np.zeros(4, np.int64)
    for text in range(len(offsets) - 1):
        first, stop = np.uint64(offsets[text]), np.uint64(offsets[text + 1])
        ends[text] = w
        votes[:] = 0
        if todo[text] == 0:
            w = _flush(out, w, data, first, stop, trace)
            continue
        # The first round counts the votes, the second writes.
        counting = switches & MAJORITY and _has_wide_marks(data, first, stop)
        for writing in range(0 if counting else 1, 2):
            commas: Int = 0
            stops: Int = 0
            if writing == 1 and switches & (MAJORITY | JAPANESE):
                wide = switches & MAJORITY != 0
                commas = WIDE_COMMA if wide and votes[1] > votes[0] else COMMA_JA
                stops = WIDE_STOP if wide and votes[3] > votes[2] else STOP_JA
            at, line_end, waiting = first, stop, first
            last: Int = np.int64(LINE)
            last_point: Int = np.int64(0)
            run_before: Int = np.int64(LINE)
            raw: Int = 0
            wrap: Int = 0
            settled: Bool = False
            bounded: Bool = False
            labelled: Bool = True
            signs: Int = np.int64(0)
            shown: Bool = False
            keep: Bool = True
            run, prefix, width, fresh, paragraph = 0, 0, 0, True, True
            while at < stop:
                if fresh and switches & (JOINS | ALL_SPACES | SENTENCE_SPACES):
                    line_end, raw, signs = _line(data, at, stop, table)
                    if paragraph and switches & JOINS:
                        wrap = _wrapped(data, at, stop, table)
                    fresh, paragraph = False, False
                point, after = decode(data, at)
                full = _class(table, point)
                kind = full & CLASS
                if not labelled and (kind <= KANJI or kind in (LATIN, DIGIT)):
                    # Most of a text: a short cut of what is below.
                    last, last_point, settled = kind, point, False
                    run_before = kind if kind <= KANJI else run_before
                    width += 1 if point < 0x80 else 2
                    at = after
                    continue
                keep, changes = True, 0
                if kind == LINE:
                    if (
                        switches & JOINS
                        and signs & 2 == 0
                        and (_is_letter(last) or (last == COMMA and shown))
                    ):
                        sure = last == COMMA or last_point in _PARTICLES
                        join = (sure and width >= SURE_WIDTH) or (wrap and raw >= wrap - SLACK)
                        keep = not (join and _goes_on(data, after, stop, table))
                    paragraph = at == first or data[at - ONE] == _LF
                    fresh = True
                elif kind in (COMMA, STOP) and point in (WIDE_COMMA, WIDE_STOP, COMMA_JA, STOP_JA):
                    following = _next(data, after, line_end, table)[0]
                    settled = _settled(kind, last, run_before, following, settled, labelled)
                    shown = _is_letter(last)
                    if settled and writing == 0:
                        wide_mark = point in (WIDE_COMMA, WIDE_STOP)
                        votes[(2 if kind == STOP else 0) + (1 if wide_mark else 0)] += 1
                    wanted = commas if kind == COMMA else stops
                    if settled and wanted != 0 and wanted != point:
                        point, changes = wanted, 1
                elif kind == BLANK and switches & (ALL_SPACES | SENTENCE_SPACES):
                    following, then = _next(data, after, line_end, table)
                    closes = switches & ALL_SPACES or signs & 1
                    between = _is_japanese(last) and _is_japanese(following)
                    if closes and between and signs & 2 == 0 and not labelled:
                        keep, after = False, then
                if repeats > 0 and keep and kind in (COMMA, STOP, BANG, DOT):
                    run = run + 1 if point == last_point else 1
                    if run == 1:
                        # ! and ? belong to Japanese where they follow it.
                        bounded = point >= 0x80 or _is_japanese(last)
                    keep = run <= repeats or not bounded
                if keep:
                    if kind == LINE:
                        width, prefix, labelled = 0, 0, True
                        run_before = np.int64(LINE)
                    else:
                        width += 1 if point < 0x80 else 2
                        prefix += kind != BLANK
                        kana = prefix == 1 and kind in (HIRAGANA, KATAKANA)
                        labelled = labelled and (full & LABEL != 0 or kana or kind == BLANK)
                        if not _is_foreign(kind) and kind != BLANK:
                            run_before = kind
                    last, last_point = kind, point
                    if kind not in (COMMA, STOP, BANG, DOT):
                        settled = False
                if writing == 1 and (changes or not keep):
                    changed[text] += 1
                    w = _flush(out, w, data, waiting, at, trace)
                    waiting = after
                    if changes and keep:
                        _put_mark(out, w, point)
                        trace_span(trace, w, w + (after - at), at, after)
                        w += after - at
                at = after
            if writing == 1:
                w = _flush(out, w, data, waiting, stop, trace)
    ends[-1] = w
    return np.int64(w)
