r"""Lines and paragraphs of texts: where they are, how they read, and how they are cut out.

A line ends at "\n", "\r\n" or "\r"; other separators (U+2028, vertical tab, form feed) are white
space within it. A blank line has only white space. A paragraph is a run of lines that are not
blank, so a table or a list is one; the blank lines of a fenced block of code are part of it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.utf8 import ONE, TWO, decode, is_white

Positions = npt.NDArray[np.int64]

_LF, _CR, _SPACE, _HASH, _TICK = 10, 13, 32, 35, 96
_THREE = np.uint64(3)


@inline
def _breaks(byte: np.uint8) -> Bool:
    return bool(byte in (_LF, _CR))


@inline
def _line_end(data: Bytes, at: np.uint64, stop: np.uint64) -> np.uint64:
    """Where the line that starts at `at` ends, its break aside."""
    while at < stop and not _breaks(data[at]):
        at += ONE
    return at


@inline
def _after_break(data: Bytes, at: np.uint64, stop: np.uint64) -> np.uint64:
    """Where the next line starts, when one ends at `at`."""
    if at >= stop:
        return at
    if data[at] == _CR and at + ONE < stop and data[at + ONE] == _LF:
        return at + TWO
    return at + ONE


@inline
def _is_rule_mark(point: Int) -> Bool:
    """Whether a line of nothing but such characters is a rule or a table's separator."""
    if point < 0x80:
        digit = 48 <= point <= 57
        return point < 0x7F and not (digit or 65 <= point <= 90 or 97 <= point <= 122)
    return 0x2500 <= point <= 0x257F


@inline
def _fence(data: Bytes, at: np.uint64, end: np.uint64, within: bool) -> Bool:
    """Whether a line opens a fenced block of code or, `within` one, closes it.

    Up to three spaces, three backticks or more; then, to open, anything without a backtick, and,
    to close, only white space (CommonMark 0.31, 4.5).
    """
    limit = at + _THREE
    while at < end and at < limit and data[at] == _SPACE:
        at += ONE
    ticks = 0
    while at < end and data[at] == _TICK:
        ticks += 1
        at += ONE
    if ticks < 3:
        return False
    while at < end:
        if data[at] == _TICK or (within and data[at] != _SPACE and data[at] != 9):
            return False
        at += ONE
    return True


@inline
def _heading(data: Bytes, at: np.uint64, end: np.uint64) -> Bool:
    """Whether a line is a heading by its marks: one to six of ``#``, then a space."""
    marks = 0
    while at < end and marks < 7 and data[at] == _HASH:
        marks += 1
        at += ONE
    return 0 < marks < 7 and at < end and data[at] == _SPACE


@kernel("int64(uint8[::1], int32[::1])")
def count_lines(data: Bytes, offsets: Offsets) -> Int:
    """How many lines the texts have, at most (CRLF counts twice): room for `find_units`."""
    count = np.int64(len(offsets) - 1)
    for at in range(np.uint64(offsets[0]), np.uint64(offsets[len(offsets) - 1])):
        count += _breaks(data[at])
    return count


@kernel(
    "void(uint8[::1], int32[::1], boolean, int64, uint8[::1], int32[::1], int64[::1], int64[::1],"
    " int64[::1], int64[::1], int64[::1])"
)
def find_units(
    data: Bytes,
    offsets: Offsets,
    paragraphs: bool,
    least: int,
    view: Bytes,
    view_offsets: Offsets,
    starts: Positions,
    stops: Positions,
    solid: Positions,
    bounds: Positions,
    totals: Positions,
) -> None:
    """Find the lines (or paragraphs) of texts that may be counted, and write how they read.

    A unit reads as deduplication sees texts: white space trimmed, runs of it one space, nothing
    else changed. Left out are units of fewer than `least` characters, rules (only ASCII marks and
    box drawings), headings and, where lines are asked for, fenced code with its fences. A heading
    is a line of one to six ``#`` and a space between lines that don't start with ``#``: several of
    them may be a comment of a program, such as a licence.

    Args:
        data: bytes of the texts.
        offsets: ``int32[n + 1]``.
        paragraphs: paragraphs instead of lines.
        least: characters a unit must have as it reads.
        view: receives the units as they read; room for all texts.
        view_offsets: ``int32[room + 1]``, where each unit starts there; first is 0.
        starts: ``int64[room]``, byte of the text at which a unit starts.
        stops: where it ends, its line break aside.
        solid: its characters, white space aside.
        bounds: ``int64[n + 1]``; units of text i are ``bounds[i]:bounds[i + 1]``.
        totals: ``int64[n]``, characters of each text, white space aside.
    """
    to = np.uint64(0)
    found: Int = 0
    view_offsets[0] = 0
    bounds[0] = 0
    for i in range(len(offsets) - 1):
        begin, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        at = begin
        total: Int = 0
        within = False
        unit_to, unit_start, unit_stop = to, at, at
        marks: Int = 0
        chars: Int = 0
        plain = False
        hash_before = False
        while at < stop:
            line, end = at, _line_end(data, at, stop)
            fence = _fence(data, line, end, within)
            inside = within
            within = within != fence
            before = marks
            gap = True
            following = _after_break(data, end, stop)
            hash_after = following < stop and data[following] == _HASH
            heading = _heading(data, line, end) and not (inside or hash_before or hash_after)
            hash_before = bool(line < end and data[line] == _HASH)
            while at < end:
                point, after = decode(data, at)
                if is_white(point):
                    gap = True
                else:
                    if gap and to > unit_to:
                        view[to] = _SPACE
                        to += ONE
                        chars += 1
                    gap = False
                    while at < after:
                        view[to] = data[at]
                        to += ONE
                        at += ONE
                    marks += 1
                    chars += 1
                    plain |= not (heading or _is_rule_mark(point))
                at = after
            at = following
            blank = marks == before
            total += marks - before
            if not blank:
                if before == 0:
                    unit_start = line
                unit_stop = end
            if paragraphs and at < stop and (not blank or inside):
                continue
            usable = plain and chars >= least
            if usable and (paragraphs or not (inside or fence)):
                starts[found] = np.int64(unit_start - begin)
                stops[found] = np.int64(unit_stop - begin)
                solid[found] = marks
                found += 1
                view_offsets[found] = np.int32(to)
            else:
                to = unit_to
            unit_to = to
            marks = 0
            chars = 0
            plain = False
        totals[i] = total
        bounds[i + 1] = found


@inline
def _is_blank(data: Bytes, at: np.uint64, end: np.uint64) -> Bool:
    while at < end:
        point, at = decode(data, at)
        if not is_white(point):
            return False
    return True


@inline
def _break_before(data: Bytes, begin: np.uint64, at: np.uint64) -> np.uint64:
    """Where the line break that ends at `at` starts."""
    if at > begin and data[at - ONE] == _LF:
        at -= ONE
        return at - ONE if at > begin and data[at - ONE] == _CR else at
    return at - ONE if at > begin and data[at - ONE] == _CR else at


@kernel(
    "void(uint8[::1], int32[::1], int64[::1], int64[::1], int64[::1], int64[::1], int64[::1],"
    " int64[::1])"
)
def cut_places(
    data: Bytes,
    offsets: Offsets,
    bounds: Positions,
    starts: Positions,
    stops: Positions,
    piece_bounds: Positions,
    piece_starts: Positions,
    piece_stops: Positions,
) -> None:
    """Turn units that are to go into pieces of text, with their line breaks.

    A line goes with the break after it. Blank lines after it go too where a blank line, or nothing,
    is before it, so that no more blank lines meet than did before; at the end of the text, those
    before it go, and the break before it if the text ended without one. Neighbours are one piece.

    Args:
        data: bytes of the texts.
        offsets: ``int32[n + 1]``.
        bounds: ``int64[n + 1]``; the units of text i are ``bounds[i]:bounds[i + 1]``.
        starts: bytes of their text at which units start, ascending.
        stops: where they end.
        piece_bounds: ``int64[n + 1]``, receives the bounds of the texts' pieces.
        piece_starts: receives where pieces start; room for as many as there are units.
        piece_stops: receives where they end.
    """
    piece_bounds[0] = 0
    pieces: Int = 0
    for i in range(len(offsets) - 1):
        begin, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        at = begin
        unit: Int = bounds[i]
        first = pieces
        open_piece, blank_before = False, True
        kept_end, last_end = begin, begin  # of the last line that is kept and not blank
        while at < stop and (unit < bounds[i + 1] or open_piece):
            end = _line_end(data, at, stop)
            after = _after_break(data, end, stop)
            while unit < bounds[i + 1] and begin + np.uint64(stops[unit]) <= at:
                unit += 1
            gone = unit < bounds[i + 1] and at >= begin + np.uint64(starts[unit])
            blank = not gone and _is_blank(data, at, end)
            if gone or (blank and open_piece and blank_before):
                if not open_piece:
                    piece_starts[pieces] = np.int64(at - begin)
                    pieces += 1
                open_piece = True
                piece_stops[pieces - 1] = np.int64(after - begin)
            else:
                open_piece = False
                blank_before = bool(blank)
                if not blank:
                    kept_end = after
            at, last_end = after, end
        if open_piece and at == stop:
            while pieces > first + 1 and begin + np.uint64(piece_starts[pieces - 2]) >= kept_end:
                pieces -= 1
            start = kept_end
            if last_end == stop:
                start = _break_before(data, begin, start)
            piece_starts[pieces - 1] = np.int64(start - begin)
            piece_stops[pieces - 1] = np.int64(stop - begin)
        piece_bounds[i + 1] = pieces
