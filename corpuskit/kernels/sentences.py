"""Cuts texts into sentences: 。 and its kin end one, brackets hold together, line breaks part.

`corpuskit.ja.sentences` has the rules; `corpuskit.kernels.asides` finds emoji and faces.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.asides import aside, begins, is_emoji, is_particle
from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.utf8 import decode, is_white, previous

Long = npt.NDArray[np.int64]
Brackets = npt.NDArray[np.int64]
Cuts = npt.NDArray[np.int32]
Names = tuple[Bytes, Long, Long, Long]

LONGEST_BRACKET = 200
"""Characters after which an open bracket counts as a slip and holds nothing together."""
DEEPEST = 16
"""Brackets open at once; those inside are ignored."""
LONGEST_LABEL = 8
"""Characters of a label like １．or Ａ．３．, which ．does not end."""

OTHER, END, ASCII_END, STOP, OPEN, CLOSE, QUOTE, BLANK, LINE, COMMA, DIGIT, LETTER, POINT = range(
    13
)
_KIND, _KIND_BITS = 15, 4
_AT, _CHARS, _PAIR = range(3)
_FAR = np.int64(2**62)

ENDS = "。｡！？‼⁇⁈⁉"
COMMAS = "、､，,;；"
PAIRS = (("「", "」", 0), ("｢", "｣", 0), ("『", "』", 1), ("（", "）", 2), ("(", ")", 2))
"""Brackets that hold a sentence together; those of one number close each other."""
QUOTES = "】〉》〕］｝”’〟]}"
"""Closing brackets that hold nothing together, but belong to the sentence before them."""

_BLOCKS = (0x0000, 0x2000, 0x3000, 0xFF00)
_BLOCK = 0x80


def _kinds() -> npt.NDArray[np.uint8]:
    """Return the kind of each code point of the blocks; above it, a bracket has its pair."""
    table = np.zeros(len(_BLOCKS) * _BLOCK, np.uint8)

    def put(characters: str, kind: int) -> None:
        for character in characters:
            block = _BLOCKS.index(ord(character) & ~(_BLOCK - 1))
            table[block * _BLOCK + (ord(character) & (_BLOCK - 1))] = kind

    put(ENDS, END)
    put("!?", ASCII_END)
    put("．", STOP)
    put(".", POINT)
    put(COMMAS, COMMA)
    put(QUOTES, QUOTE)
    put("\n", LINE)
    put("0123456789０１２３４５６７８９", DIGIT)
    for base in (0x41, 0x61, 0xFF21, 0xFF41):
        put("".join(chr(base + n) for n in range(26)), LETTER)
    for opening, closing, pair in PAIRS:
        put(opening, OPEN | pair << _KIND_BITS)
        put(closing, CLOSE | pair << _KIND_BITS)
    for code in (*range(0x09, 0x0E), 0x20, *range(0x2000, 0x200B), 0x3000):
        if code != 0x0A:
            put(chr(code), BLANK)
    return table


_TABLE = _kinds()


@inline
def _kind(point: Int) -> Int:
    """Return the kind and, above it, the number of the pair."""
    block = point >> 7
    if block == 0x60:
        return np.int64(_TABLE[0x100 + (point & 0x7F)])
    if block == 0:
        return np.int64(_TABLE[point])
    if block == 0x1FE:
        return np.int64(_TABLE[0x180 + (point & 0x7F)])
    if block == 0x40:
        return np.int64(_TABLE[0x80 + (point & 0x7F)])
    return np.int64(OTHER)


@inline
def _in_name(data: Bytes, at: np.uint64, first: np.uint64, stop: np.uint64, names: Names) -> Bool:
    """Say whether the mark is part of a name, such as the 。 of モーニング娘。"""
    letters, ends, marks, owners = names
    for entry in range(len(marks)):
        begin = ends[owners[entry]]
        size = np.uint64(ends[owners[entry] + 1] - begin)
        before = np.uint64(marks[entry] - begin)
        if at - first < before or at - before + size > stop:
            continue
        same = True
        for i in range(np.int64(size)):
            if data[at - before + np.uint64(i)] != letters[begin + i]:
                same = False
                break
        if same:
            return True
    return False


@inline
def _ends(
    data: Bytes, kind: Int, after: np.uint64, stop: np.uint64, last: Int, label: Bool
) -> Bool:
    """Say whether the mark ends a sentence; ! ? ．. are judged by what stands around them."""
    if kind == END:
        return True
    digit = _kind(last) & _KIND == DIGIT
    if kind == POINT:
        # Of ASCII full stops only those of Japanese: である. 次は
        if after >= stop:
            return False
        point = decode(data, after)[0]
        if 0x3041 <= last < 0x309F:
            return point >= 0x80 or point <= 0x20
        return 0x30A1 <= last < 0xA000 and (point <= 0x20 or point == 0x3000)
    if after >= stop:
        return True
    following = _kind(decode(data, after)[0]) & _KIND
    if kind == STOP:
        return not label and not (digit and following == DIGIT)
    return data[after] >= 0x80 or following in (LINE, BLANK, CLOSE, QUOTE, ASCII_END)


@inline
def _move(waiting: Long, count: Int, before: Int, cuts: Cuts, n: Int) -> tuple[Int, Int]:
    """Turn the waiting cuts at positions up to `before` into cuts; return both counts."""
    moved = np.int64(0)
    while moved < count and waiting[moved] <= before:
        cuts[n] = waiting[moved]
        n += 1
        moved += 1
    for rest in range(moved, count):
        waiting[rest - moved] = waiting[rest]
    return count - moved, n


@inline
def _give_up(
    opened: Brackets, depth: Int, waiting: Long, count: Int, cuts: Cuts, n: Int
) -> tuple[Int, Int, Int]:
    """Forget the outermost open bracket; return the new depth and both counts of cuts."""
    for level in range(1, depth):
        for field in range(3):
            opened[level - 1, field] = opened[level, field]
    before = opened[0, _AT] if depth > 1 else _FAR
    count, n = _move(waiting, count, before, cuts, n)
    return depth - 1, count, n


@inline
def _close(opened: Brackets, depth: Int, pair: Int, waiting: Long, count: Int) -> tuple[Int, Int]:
    """Close the innermost bracket of this pair, and with it all inside; return depth and count."""
    level = depth - 1
    while level >= 0 and opened[level, _PAIR] != pair:
        level -= 1
    if level < 0:
        return depth, count
    while count > 0 and waiting[count - 1] > opened[level, _AT]:
        count -= 1
    return level, count


@inline
def _find_cuts(
    data: Bytes, at: np.uint64, stop: np.uint64, inside: Bool, names: Names,
    opened: Brackets, waiting: Long, cuts: Cuts,
) -> Int:  # fmt: skip
    """Write the positions where a sentence of the text ends, in order; return how many."""
    n: Int = np.int64(0)
    depth, count, chars, ended, begun, last = n, n, n, n, n, n
    label, first = True, at
    while at < stop:
        point, after = decode(data, at)
        full = _kind(point)
        kind = full & _KIND
        if depth > 0 and chars - opened[0, _CHARS] > LONGEST_BRACKET:
            depth, count, n = _give_up(opened, depth, waiting, count, cuts, n)
            ended -= ended > 0
        beyond = at
        if kind in (OTHER, OPEN, LETTER) and (kind != LETTER or last >= 0x80 or ended > 0):
            beyond = aside(data, at, stop, last)
            if beyond == at and ended > 0 and is_emoji(point):
                beyond = after
            if ended > 0 and beyond < stop and is_particle(data, beyond, stop):
                beyond = at
        if beyond > at:
            if ended == 0 and chars > begun and begins(data, beyond, stop):
                ended = depth + 1
            chars += 1
            label, last, at = False, np.int64(0), beyond
            continue
        if inside and kind in (OPEN, CLOSE):
            kind = OTHER if kind == OPEN else QUOTE
        if kind == LINE:
            while depth > 0:
                depth, count, n = _give_up(opened, depth, waiting, count, cuts, n)
            cuts[n] = at
            n += 1
            ended, begun, label = 0, chars + 1, True
        elif kind == CLOSE:
            depth, count = _close(opened, depth, full >> _KIND_BITS, waiting, count)
        elif (
            kind in (END, ASCII_END, STOP, POINT)
            and _ends(data, kind, after, stop, last, label and chars - begun < LONGEST_LABEL)
            and not _in_name(data, at, first, stop, names)
        ):
            ended = depth + 1
        elif kind != QUOTE:
            if ended > 0 and (ended == depth + 1 or kind in (OPEN, BLANK)):
                if depth == 0:
                    cuts[n] = at
                    n += 1
                    begun, label = chars, True
                else:
                    waiting[count] = at
                    count += 1
            ended = 0
            if kind == OPEN and depth < DEEPEST:
                opened[depth, _AT], opened[depth, _CHARS] = at, chars
                opened[depth, _PAIR] = full >> _KIND_BITS
                depth += 1
            label = label and kind in (DIGIT, LETTER, STOP, BLANK)
        last = point
        chars += 1
        at = after
    return _move(waiting, count, _FAR, cuts, n)[1]


@inline
def _stripped(data: Bytes, start: np.uint64, stop: np.uint64) -> tuple[np.uint64, np.uint64]:
    while start < stop:
        point, after = decode(data, start)
        if not is_white(point):
            break
        start = after
    while stop > start:
        before = previous(data, stop)
        if not is_white(decode(data, before)[0]):
            break
        stop = before
    return start, stop


@inline
def _piece_end(data: Bytes, start: np.uint64, stop: np.uint64, most: Int) -> np.uint64:
    """Return where the first piece of a stretch ends, which has at most that many characters."""
    at = safe = start
    chars = 0
    while at < stop:
        point, at = decode(data, at)
        chars += 1
        kind = _kind(point) & _KIND
        if 2 * chars > most and kind in (COMMA, BLANK):
            safe = at
        if chars == most and at < stop:
            return safe if safe > start else at
    return stop


@inline
def _longer(values: Long, used: Int, wanted: Int) -> Long:
    if wanted <= len(values):
        return values
    fresh = np.empty(2 * wanted, np.int64)
    for i in range(used):
        fresh[i] = values[i]
    return fresh


@kernel(
    "UniTuple(int64[::1], 3)(uint8[::1], int32[::1], int64, boolean,"
    "Tuple((uint8[::1], int64[::1], int64[::1], int64[::1])))"
)
def sentence_spans(
    data: Bytes, offsets: Offsets, max_chars: Int, inside: Bool, names: Names
) -> tuple[Long, Long, Long]:
    """Return where the sentences of all texts start and stop, and which text they belong to.

    Spans are byte positions in `data`, in order, not empty, and without white space at their ends;
    together they hold everything else. A longer stretch than `max_chars` characters (at least 1)
    is cut after a comma or a blank in the second half of the limit, else at the limit.

    Args:
        data: UTF-8.
        offsets: of the texts, n + 1.
        max_chars: longest span, in characters.
        inside: whether sentences within brackets are sentences of their own.
        names: bytes of names with a mark in them, where each ends (the first entry is 0), where
            each mark stands in the bytes, and which name it belongs to.
    """
    longest: Int = 0
    for text in range(len(offsets) - 1):
        size = np.int64(offsets[text + 1] - offsets[text])
        longest = size if size > longest else longest
    cuts = np.empty(longest + 1, np.int32)
    opened, waiting = np.empty((DEEPEST, 3), np.int64), np.empty(LONGEST_BRACKET + 2, np.int64)
    n, room = 0, np.int64(offsets[-1] - offsets[0]) // 64 + 16
    starts, stops = np.empty(room, np.int64), np.empty(room, np.int64)
    texts = np.empty(room, np.int64)
    for text in range(len(offsets) - 1):
        at, end = np.uint64(offsets[text]), np.uint64(offsets[text + 1])
        found = _find_cuts(data, at, end, inside, names, opened, waiting, cuts)
        cuts[found] = end
        wanted = n + found + 1 + 2 * np.int64(end - at) // max_chars + 1
        starts, stops = _longer(starts, n, wanted), _longer(stops, n, wanted)
        texts = _longer(texts, n, wanted)
        for cut in range(found + 1):
            here, stop = _stripped(data, at, np.uint64(cuts[cut]))
            while here < stop:
                piece = stop
                if np.int64(stop - here) > max_chars:
                    piece = _piece_end(data, here, stop, max_chars)
                start, last = _stripped(data, here, piece)
                if start < last:
                    starts[n], stops[n], texts[n] = start, last, text
                    n += 1
                here = piece
            at = np.uint64(cuts[cut])
    return starts[:n].copy(), stops[:n].copy(), texts[:n].copy()
