"""Repeated windows joined to spans, compared character by character, and made pieces to cut."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.utf8 import decode

Positions = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

STATE = 8
"""Size of the state of `cover`, which starts as -1 everywhere."""

_NONE = np.int64(-1)
_ROW, _START, _LAST, _OF, _OF_START, _NEXT, _NEXT_OF, _NEXT_START = range(STATE)


@kernel("void(uint64[::1], uint64[::1], int32[::1])")
def find_words(words: Words, known: Words, out: Places) -> None:
    """Write where each word stands in `known`, whose words differ, or -1."""
    bits = 4
    while 2 * (1 << bits) < 3 * len(known):
        bits += 1
    table = np.full(1 << bits, -1, np.int32)
    mask, shift = (1 << bits) - 1, np.uint64(64 - bits)
    for i in range(len(known)):
        slot = np.int64(known[i] >> shift)
        while table[slot] >= 0:
            slot = (slot + 1) & mask
        table[slot] = i
    for i in range(len(words)):
        slot = np.int64(words[i] >> shift)
        while table[slot] >= 0 and known[table[slot]] != words[i]:
            slot = (slot + 1) & mask
        out[i] = table[slot]


@inline
def _close(state: Positions, n: Int, out: Positions, to: Int) -> Int:
    """Write the open span, if there is one; the one that waits, if any, is open afterwards."""
    if state[_ROW] >= 0:
        out[to, 0], out[to, 1], out[to, 2] = state[_ROW], state[_START], state[_LAST] + n
        out[to, 3], out[to, 4] = state[_OF], state[_OF_START]
        to += 1
    if state[_NEXT] >= 0:
        state[_START], state[_LAST] = state[_NEXT], state[_NEXT]
        state[_OF], state[_OF_START] = state[_NEXT_OF], state[_NEXT_START]
        state[_NEXT] = _NONE
    else:
        state[_ROW] = _NONE
    return to


@kernel(
    "int64(int32[::1], int32[::1], int64[::1], int32[::1], int64, boolean, int64[::1],"
    " int64[:,::1])"
)
def cover(
    rows: Places, places: Places, of: Positions, of_places: Places, n: int, last: bool,
    state: Positions, out: Positions,
) -> Int:  # fmt: skip
    """Cover all repeated windows by few spans, each equal to one earlier place.

    A span goes on while the next window repeats the next place. Where it can't, the next span
    starts at the last window that leaves no gap, so that a text of one repeated character has
    spans of about its own length together, not n times it.

    Args:
        rows: the text of each repeated window, ascending.
        places: code points before it in the text, ascending in each text.
        of: document in which the window stands first.
        of_places: code points before it there.
        n: code points of a window.
        last: whether nothing comes after these.
        state: ``int64[STATE]``.
        out: ``int64[windows + 2, 5]``: row, start, stop, document and start there of each span.

    Returns:
        how many spans are in `out`.
    """
    to: Int = 0
    for i in range(len(rows)):
        while True:
            if state[_ROW] < 0:
                state[_ROW], state[_START], state[_LAST] = rows[i], places[i], places[i]
                state[_OF], state[_OF_START] = of[i], of_places[i]
                break
            apart = rows[i] != state[_ROW] or places[i] > state[_LAST] + n
            if not apart:
                next_place = state[_OF_START] + places[i] - state[_START]
                if (
                    state[_NEXT] < 0
                    and places[i] == state[_LAST] + 1
                    and of[i] == state[_OF]
                    and of_places[i] == next_place
                ):
                    state[_LAST] = places[i]
                else:
                    state[_NEXT], state[_NEXT_OF], state[_NEXT_START] = (
                        places[i], of[i], of_places[i],
                    )  # fmt: skip
                break
            to = _close(state, n, out, to)
    while last and state[_ROW] >= 0:
        to = _close(state, n, out, to)
    return to


@kernel("void(uint8[::1], int32[::1], int64[::1], int64[::1], int64[::1])")
def byte_places(
    data: Bytes, offsets: Offsets, rows: Positions, places: Positions, out: Positions
) -> None:
    """Write where in `data` the code point number `places[i]` of text `rows[i]` starts.

    One pass where rows ascend, and places in each row. A place beyond the text is its end.
    """
    row, count = _NONE, np.int64(0)
    at, stop = np.int64(0), np.int64(0)
    for i in range(len(rows)):
        if rows[i] != row or places[i] < count:
            row, count = rows[i], np.int64(0)
            at, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        while at < stop and count < places[i]:
            at += 1
            while at < stop and data[at] & 0xC0 == 0x80:
                at += 1
            count += 1
        out[i] = at


@kernel("void(uint8[::1], int64[::1], int64[::1], uint8[::1])")
def copy_ranges(data: Bytes, starts: Positions, stops: Positions, out: Bytes) -> None:
    """Copy the byte ranges to `out`, one after the other."""
    to: Int = 0
    for i in range(len(starts)):
        for at in range(starts[i], stops[i]):
            out[to] = data[at]
            to += 1


@kernel("void(uint8[::1], int64[::1], int64[::1], uint8[::1], int32[::1], boolean[::1])")
def equal_ranges(
    data: Bytes, starts: Positions, ends: Positions, other: Bytes, offsets: Offsets, out: Flags
) -> None:
    """Say of each text of `(other, offsets)` whether it is what starts at `data[starts[i]]`.

    What is compared ends at `ends[i]` at the latest.
    """
    for i in range(len(starts)):
        start = np.int64(offsets[i])
        size = np.int64(offsets[i + 1]) - start
        same = starts[i] + size <= ends[i]
        j = np.int64(0)
        while same and j < size:
            same = data[starts[i] + j] == other[start + j]
            j += 1
        out[i] = same


@inline
def _extends(point: Int) -> Bool:
    """Say whether a code point belongs to the one before it."""
    if point < 0x300:
        return False
    if point == 0x3099 or point == 0x309A or point == 0xFF9E or point == 0xFF9F:
        return True
    if point <= 0x36F or point == 0x200D or 0x20D0 <= point <= 0x20FF:
        return True
    if 0xFE00 <= point <= 0xFE0F or 0x1F3FB <= point <= 0x1F3FF:
        return True
    return 0xE0020 <= point <= 0xE007F or 0xE0100 <= point <= 0xE01EF


@inline
def _is_safe(before: Int, point: Int) -> Bool:
    """Say whether a text may be cut between two code points (`before` is -1 at its start)."""
    if before < 0:
        return True
    if _extends(point) or before == 0x200D:
        return False
    flags = 0x1F1E6 <= before <= 0x1F1FF and 0x1F1E6 <= point <= 0x1F1FF
    return not flags and not (before == 13 and point == 10)


@kernel(
    "int64(uint8[::1], int32[::1], int64[::1], int64[::1], int64[::1], int64[::1], int64[:,::1],"
    " int64[::1], int64[::1])"
)
def pieces(
    data: Bytes, offsets: Offsets, rows: Positions, bounds: Positions, starts: Positions,
    stops: Positions, out: Positions, cut_starts: Positions, cut_stops: Positions,
) -> Int:  # fmt: skip
    """Join overlapping spans of each text, measure them, and shrink them to where cuts are safe.

    Args:
        data: the texts.
        offsets: where they are.
        rows: the texts with spans.
        bounds: ``int64[rows + 1]``; the spans of `rows[i]` are ``bounds[i]:bounds[i + 1]``.
        starts: first code point of each span, ascending in a text.
        stops: end of each span in code points.
        out: ``int64[rows, 4]``: spans, code points in them, code points of the text, pieces.
        cut_starts: first byte of each piece, from the text's start; as much room as spans.
        cut_stops: end of each piece in bytes.

    Returns:
        how many pieces there are.
    """
    to: Int = 0
    for i in range(len(rows)):
        base = np.uint64(offsets[rows[i]])
        at, stop = base, np.uint64(offsets[rows[i] + 1])
        span = bounds[i]
        for column in range(4):
            out[i, column] = 0
        count, before = np.int64(0), _NONE
        end, first, safe = _NONE, _NONE, _NONE  # the open span's end; its safe bounds in bytes
        while True:
            point = _NONE
            after = at
            if at < stop:
                decoded, after = decode(data, at)
                point = np.int64(decoded)
            while span < bounds[i + 1] and starts[span] <= count:
                if end < 0:
                    out[i, 0] += 1
                    first, safe = _NONE, _NONE
                end = max(end, stops[span])
                span += 1
            if end >= 0:
                if at >= stop or _is_safe(before, point):
                    safe = np.int64(at - base)
                    if first < 0:
                        first = safe
                if count >= end or at >= stop:
                    if 0 <= first < safe:
                        cut_starts[to], cut_stops[to] = first, safe
                        out[i, 3] += 1
                        to += 1
                    end = _NONE
                else:
                    out[i, 1] += 1
            if at >= stop:
                break
            before = point
            count += 1
            at = after
        out[i, 2] = count
    return to
