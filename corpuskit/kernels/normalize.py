"""The two loops of Japanese normalisation: find texts that need a change, and rewrite those.

The rules are data: `corpuskit.ja.normalize` explains them, `corpuskit.ja.actions` builds the
tables. The entry of a code point is an action (low five bits) and marks (high three bits: what may
stand before a joiner). Context is always read from what has been written, never from what was read,
so that a second pass finds nothing to do.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.trace import Trace, trace_copy, trace_span, traced_room
from corpuskit.kernels.utf8 import ONE, THREE, TWO, decode, previous

Long = npt.NDArray[np.int64]
Short = npt.NDArray[np.uint16]

# Actions.
COPY, REPLACE, REMOVE, EXPAND, SPACE, WIDE_SPACE, TAB, LINE, BREAK, RETURN = range(10)
VOICED, SEMI_VOICED, HALF_VOICED, HALF_SEMI_VOICED, JOINER, COMPOSE = range(10, 16)
ACTION = 31
# Marks.
EMOJI, KANJI, LETTER = 32, 64, 128

TRIM, BLANKS = 1, 2
"""Switches of the loops: trim lines and close up runs of spaces; one blank line at most."""

TABLE_SIZE = 0x20000
"""Code points with an entry of their own; planes 2 and 3, 14, private use and the rest share."""
IDEOGRAPHS, SELECTORS, REST, PRIVATE = (TABLE_SIZE + n for n in range(4))
ENTRIES = TABLE_SIZE + 4

MARKED, HIDDEN = 1, 2
"""What `rewrite` says of a text: it wants full composition; it has a run of what can't be seen."""
HIDDEN_RUN = 8
"""Invisible characters in a row that make a run: no spelling and no emoji has as many."""

KANA, KANA_END = 0x3040, 0x3100
KANA_SIZE = KANA_END - KANA

_EMPTY = np.uint64(0)
_SPACE, _TAB, _LINE, _BAR = 0x20, 0x09, 0x0A, 0x7C


@inline
def _entry(table: Bytes, point: Int) -> Int:
    if point < TABLE_SIZE:
        return np.int64(table[point])
    if point < 0x40000:
        return np.int64(table[IDEOGRAPHS])
    if 0xE0000 <= point < 0xE1000:
        return np.int64(table[SELECTORS])
    return np.int64(table[PRIVATE if point >= 0xF0000 else REST])


@inline
def _stays(data: Bytes, at: np.uint64, stop: np.uint64, action: Int, switches: Int) -> Bool:
    """Say whether the ASCII blank that ends at `at` surely stays, judged by what follows."""
    if action == LINE:
        if at + ONE < stop and data[at] == _LINE and data[at + ONE] == _LINE:
            return switches & BLANKS == 0
        return True
    if switches & TRIM == 0:
        return True
    if at == stop:
        return False
    following = data[at]
    return following not in (_SPACE, _LINE, _TAB)


@kernel("void(uint8[::1], int32[::1], uint8[::1], int64, int64[::1])")
def find_unclean(data: Bytes, offsets: Offsets, table: Bytes, switches: Int, found: Long) -> None:
    """Write where each text's first character is that may need a change, or the text's end.

    Misses none; a false alarm costs time only.
    """
    for text in range(len(offsets) - 1):
        at, stop = np.uint64(offsets[text]), np.uint64(offsets[text + 1])
        while at < stop:
            point, after = decode(data, at)
            action = _entry(table, point) & ACTION
            if action != COPY:
                blank = point <= _SPACE and action in (SPACE, LINE, TAB)
                if not blank or not _stays(data, after, stop, action, switches):
                    break
            at = after
        found[text] = at


@inline
def _end_of_run(data: Bytes, at: np.uint64, stop: np.uint64, table: Bytes) -> np.uint64:
    """Return the position of the next character that is not just copied."""
    while at < stop:
        point, after = decode(data, at)
        if _entry(table, point) & ACTION != COPY:
            break
        at = after
    return at


@inline
def _encode(out: Bytes, at: np.uint64, point: Int) -> np.uint64:
    """Write a code point of the BMP; return the position after it."""
    if point < 0x80:
        out[at] = point
        return at + ONE
    if point < 0x800:
        out[at] = 0xC0 | point >> 6
        out[at + ONE] = 0x80 | point & 63
        return at + TWO
    out[at] = 0xE0 | point >> 12
    out[at + ONE] = 0x80 | point >> 6 & 63
    out[at + TWO] = 0x80 | point & 63
    return at + THREE


@inline
def _copy(out: Bytes, at: np.uint64, data: Bytes, start: np.uint64, stop: np.uint64) -> np.uint64:
    while start < stop:
        out[at] = data[start]
        at += ONE
        start += ONE
    return at


@inline
def _last(out: Bytes, first: np.uint64, at: np.uint64) -> Int:
    """Return the code point written last in this text, 0 if there is none."""
    if at == first:
        return np.int64(0)
    return decode(out, previous(out, at))[0]


@inline
def _composed(kana: Short, point: Int, action: Int) -> Int:
    """Return the kana with its (semi-)voiced mark, 0 if there is no such letter."""
    if point < KANA or point >= KANA_END:
        return np.int64(0)
    if action in (VOICED, HALF_VOICED):
        return np.int64(kana[point - KANA])
    return np.int64(kana[KANA_SIZE + point - KANA])


@inline
def _joins(table: Bytes, last: Int, point: Int, following: Int) -> Bool:
    """Say whether the joiner, selector or tag stays after the character `last`."""
    marks = _entry(table, last)
    if point == 0x200C or point == 0x200D:
        letter = marks & LETTER != 0
        emoji = marks & EMOJI != 0 or last == 0xFE0F or last == 0x20E3
        return letter or (emoji and point == 0x200D)
    if point >= 0xE0100:
        return marks & KANJI != 0
    if point >= 0xE0000:
        return marks & EMOJI != 0 or 0xE0020 <= last < 0xE0080
    if point == 0xFE0F and following == 0x20E3 and (0x30 <= last <= 0x39 or last in (0x23, 0x2A)):
        return True
    return marks & EMOJI != 0 or (marks & KANJI != 0 and point <= 0xFE02)


@inline
def _trimmed(out: Bytes, begin: np.uint64, at: np.uint64) -> np.uint64:
    while at > begin and (out[at - ONE] == _SPACE or out[at - ONE] == _TAB):
        at -= ONE
    return at


@inline
def _closed_up(out: Bytes, begin: np.uint64, at: np.uint64, trace: Trace) -> np.uint64:
    """Make each run of spaces inside a trimmed line one space, unless it is a table's line."""
    body = begin
    while body < at and (out[body] == _SPACE or out[body] == _TAB):
        body += ONE
    here = body
    while here < at:
        if out[here] == _TAB or out[here] == _BAR:
            return at
        here += ONE
    kept = here = body
    while here < at:
        if out[here] != _SPACE or out[here - ONE] != _SPACE:
            out[kept] = out[here]
            if len(trace) > 0:
                trace[kept, 0], trace[kept, 1] = trace[here, 0], trace[here, 1]
            kept += ONE
        here += ONE
    return kept


@inline
def _start(data: Bytes, first: np.uint64, found: np.uint64) -> np.uint64:
    """Return the start of the line that holds the position `found`."""
    while found > first and data[found - ONE] != _LINE:
        found -= ONE
    return found


@inline
def _finished(out: Bytes, begin: np.uint64, at: np.uint64, double: Bool, trace: Trace) -> np.uint64:
    at = _trimmed(out, begin, at)
    return _closed_up(out, begin, at, trace) if double else at


@inline
def _third_break(out: Bytes, first: np.uint64, at: np.uint64) -> Bool:
    return at >= first + TWO and out[at - ONE] == _LINE and out[at - TWO] == _LINE


@inline
def _with_room(out: Bytes, used: np.uint64, wanted: np.uint64) -> Bytes:
    """Return an array that holds the first `used` bytes and has room for `wanted`."""
    if wanted <= np.uint64(len(out)):
        return out
    fresh = np.empty(np.int64(wanted + wanted // TWO), np.uint8)
    _copy(fresh, _EMPTY, out, _EMPTY, used)  # not by slices, which take Numba seconds to compile
    return fresh


@inline
def _write_mark(
    out: Bytes, first: np.uint64, at: np.uint64, kana: Short, point: Int, action: Int
) -> tuple[np.uint64, Int]:
    """Compose a (semi-)voiced mark with the kana before it; return the position and the changes."""
    letter = _composed(kana, _last(out, first, at), action)
    if letter != 0:
        return _encode(out, previous(out, at), letter), 1
    if action == HALF_VOICED:
        return _encode(out, at, 0x309B), 1
    if action == HALF_SEMI_VOICED:
        return _encode(out, at, 0x309C), 1
    return _encode(out, at, point), 0


@kernel(
    "Tuple((uint8[::1], int32[:,::1]))(uint8[::1], int32[::1], int64[::1], int64, uint8[::1],"
    "uint16[::1], uint16[::1], int64[::1], uint8[::1], int64[::1], int64[::1], uint8[::1], boolean)"
)
def rewrite(
    data: Bytes, offsets: Offsets, found: Long, switches: Int,
    table: Bytes, target: Short, kana: Short, expansion_ends: Long, expansions: Bytes,
    ends: Long, changed: Long, flags: Bytes, tracing: Bool,
) -> tuple[Bytes, Trace]:  # fmt: skip
    """Rewrite the texts from where `find_unclean` stopped; return their bytes and the trace.

    The trace, `int32[bytes, 2]`, says for each byte written where the characters that its character
    came from start and stop in `data`; it has no rows unless asked for.

    Args:
        data: the texts' bytes.
        offsets: their positions, n + 1.
        found: what `find_unclean` wrote, n.
        switches: `TRIM | BLANKS`.
        table: action and marks of each code point, `ENTRIES`.
        target: what `REPLACE` writes; which expansion `EXPAND` writes, 65536.
        kana: voiced, then semi-voiced letter of U+3040 to U+30FF, or 0.
        expansion_ends: where each expansion ends in `expansions`; the first entry is 0.
        expansions: their bytes.
        ends: receives the new offsets, n + 1.
        changed: receives the number of characters replaced, composed or removed, n.
        flags: receives `MARKED | HIDDEN` for each text, n.
        tracing: whether to keep the trace.
    """
    w, last = _EMPTY, np.uint64(offsets[-1])
    out = np.empty(np.int64(offsets[-1] - offsets[0]), np.uint8)
    trace = np.empty((len(out) + 1 if tracing else 0, 2), np.int32)
    for text in range(len(offsets) - 1):
        at, stop = np.uint64(offsets[text]), np.uint64(offsets[text + 1])
        ends[text] = w
        clean = np.uint64(found[text])
        clean = clean if clean == stop else _start(data, at, clean)
        trace_copy(trace, w, data, at, clean)
        first, w = w, _copy(out, w, data, at, clean)
        # The state of a line: where it begins, whether it has nothing but blanks, double spaces.
        at, begin, blank = clean, w, True
        double: Bool = False
        loose: Bool = False
        count: Int = 0
        hidden: Int = 0
        while at < stop:
            point, after = decode(data, at)
            action = _entry(table, point) & ACTION
            before = w
            unseen = action == JOINER or (action == REMOVE and point >= 0xAD)
            hidden = hidden + 1 if unseen else 0
            if hidden == HIDDEN_RUN:
                flags[text] |= HIDDEN
            if action in (COPY, COMPOSE):
                if action == COMPOSE:
                    flags[text] |= MARKED
                after = _end_of_run(data, after, stop, table)
                trace_copy(trace, w, data, at, after)
                before = w = _copy(out, w, data, at, after)
                blank = False
            elif action in (SPACE, WIDE_SPACE):
                count += point != _SPACE
                if action == SPACE or not blank:
                    double = double or (w > begin and out[w - ONE] == _SPACE)
                    w = _encode(out, w, _SPACE)
            elif action in (LINE, BREAK, RETURN):
                count += action != LINE
                if action != RETURN or after == stop or data[after] != _LINE:
                    if switches & TRIM:
                        line = _finished(out, begin, w, double, trace)
                        count += np.int64(w - line)
                        before = w = line
                    if switches & BLANKS and _third_break(out, first, w):
                        count += action == LINE
                    else:
                        w = _encode(out, w, _LINE)
                    begin, blank, double = w, True, False
            elif action == TAB:
                w = _encode(out, w, _TAB)
            elif action == REPLACE:
                # Planes 15 and 16 are private use: they all become what U+E000 does.
                w = _encode(out, w, np.int64(target[point if point < 0x10000 else 0xE000]))
                count += 1
                blank = False
            elif action == REMOVE:
                count += 1
            elif action == EXPAND:
                start = np.uint64(expansion_ends[target[point]])
                end = np.uint64(expansion_ends[target[point] + 1])
                wanted = w + (end - start) + (last - after)
                out, trace = _with_room(out, w, wanted), traced_room(trace, w, wanted)
                w = _copy(out, w, expansions, start, end)
                count += 1
                blank = False
            elif action == JOINER:
                following = decode(data, after)[0] if after < stop else np.int64(0)
                if not loose and _joins(table, _last(out, first, w), point, following):
                    w = _copy(out, w, data, at, after)
                else:
                    count += 1
            else:
                w, changes = _write_mark(out, first, w, kana, point, action)
                count += changes
                blank = False
                if w == before:
                    before = previous(out, w)
                    at = np.uint64(trace[before, 0]) if len(trace) > 0 else at
            trace_span(trace, before, w, at, after)
            # What follows a byte order mark is no part of the character before it (C2PA).
            loose = point == 0xFEFF or (loose and action == JOINER)
            at = after
        if switches & TRIM and clean < stop:
            line = _finished(out, begin, w, double, trace)
            count += np.int64(w - line)
            w = line
        changed[text] = count
    ends[-1] = w
    return out[: np.int64(w)], trace[: np.int64(w)]
