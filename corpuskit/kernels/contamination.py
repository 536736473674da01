"""Finds the texts of benchmark items in documents, whatever their width, kana form or punctuation.

Both sides are folded (see `corpuskit.dedup.folding`) to code points, one for each character that
counts. `grams.find_touched` says in one pass which documents have any n-gram of an item at all;
`find_hits` looks at those again and compares code points, so that a hash decides nothing. What is
indexed is laid out by `corpuskit.dedup.benchmarkindex`.
"""

from __future__ import annotations

import numpy as np

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.folding import Long, Points, Short, folded
from corpuskit.kernels.grams import MIX, Table, gram_of, is_set, seed_of, shift_of
from corpuskit.kernels.hashing import fmix64
from corpuskit.kernels.shingles import BASE
from corpuskit.kernels.utf8 import decode

NEAR = 16
"""Folded characters that may stand between an item's short parts: room for "A." and the like."""

REACH = 200
"""Most folded characters between two matched pieces of one hit."""

FEWEST = 8
"""n-grams a hit by overlap has at least, where the item has as many."""

# Columns of `grams`, `items` and `smalls`; see `corpuskit.dedup.benchmarkindex`.
AT, ITEM, LINKED, PIECE, ASKED = range(5)
TOTAL, WHOLE, LENGTH, FIRST_SMALL, LAST_SMALL, QUESTION = range(6)
START, STOP, AFTER = range(3)
# Columns of what `find_hits` gives.
DOCUMENT, HIT_ITEM, FOUND, OF, MATCH, BYTE_START, BYTE_STOP, CHARACTER_START, CHARACTER_STOP = (
    range(9)
)
# Columns of a gram's and an item's state while a document is looked at.
_LAST, _RUN, _STAMP = range(3)
_BEGIN, _END, _COUNT, _OF_QUESTION, _BEST, _BEST_AT, _BEST_GRAM = range(7)


@inline
def _same(one: Points, at: Int, two: Points, other: Int, count: Int) -> Bool:
    j = 0
    while j < count and one[at + j] == two[other + j]:
        j += 1
    return j == count


@inline
def _search(points: Points, have: Int, start: Int, text: Points, begin: Int, end: Int) -> Int:
    """Return where `text[begin:end]` starts in the `NEAR` characters from `start`, or -1."""
    size = end - begin
    for at in range(start, min(start + NEAR, have - size) + 1):
        if _same(points, at, text, begin, size):
            return np.int64(at)
    return np.int64(-1)


@inline
def _sentence_mark(point: Int) -> Bool:
    return point in (0x3002, 0xFF0E, 0xFF61, 0x2E, 0x21, 0xFF01, 0x3F, 0xFF1F) or point == 0x2026


@inline
def _end_of(
    data: Bytes, at: np.uint64, stop: np.uint64, table: Short, kana: Short, character: Int
) -> tuple[np.uint64, Int]:
    """Return where the character at `at` ends, its marks and the sentence's marks included."""
    after = folded(data, at, stop, table, kana)[1]
    while after < stop and _sentence_mark(decode(data, after)[0]):
        after = decode(data, after)[1]
    while at < after:
        at = decode(data, at)[1]
        character += 1
    return after, character


@inline
def _sized(table: Long, used: Int, rows: Int) -> Long:
    """Return an array of `rows` rows that starts with the first `used` ones."""
    fresh = np.empty((rows, table.shape[1]), np.int64)
    for i in range(used):
        for j in range(table.shape[1]):
            fresh[i, j] = table[i, j]
    return fresh


@inline
def _read(
    data: Bytes, at: np.uint64, stop: np.uint64, table: Short, kana: Short,
    points: Points, places: Offsets, characters: Offsets,
) -> Int:  # fmt: skip
    """Fold one text; write each point with its byte and its character's number; return how many."""
    have: Int = 0
    number: Int = 0
    first = at
    while at < stop:
        point, after = folded(data, at, stop, table, kana)
        if point != 0:
            points[have] = point
            places[have] = np.int32(at - first)
            characters[have] = number
            have += 1
        while at < after:
            at = decode(data, at)[1]
            number += 1
    return have


@inline
def _longest(
    points: Points, have: Int, base: Int, n: Int, best: Long, text: Points, grams: Table,
    pieces: Long,
) -> tuple[Int, Int]:  # fmt: skip
    """Return start and stop of an item's longest run, grown as far as the characters agree."""
    gram = best[_BEST_GRAM]
    piece = np.int64(grams[gram, PIECE])
    stop = best[_BEST_AT] - base + n
    here = np.int64(grams[gram, AT]) + n
    while stop < have and here < pieces[piece, STOP] and points[stop] == text[here]:
        stop += 1
        here += 1
    start = stop - (here - pieces[piece, START])  # where the piece would start
    start = max(start, 0)
    at = best[_BEST_AT] - base
    here = np.int64(grams[gram, AT])
    while at > start and points[at - 1] == text[here - 1]:
        at -= 1
        here -= 1
    return at, stop


@inline
def _note(state: Long, marks: Long, item: Int, g: Int, at: Int, grams: Table) -> None:
    """Add a gram at a place to the item's open hit."""
    linked = grams[g, LINKED] == 1 and marks[g - 1, _LAST] == at - 1
    run = marks[g - 1, _RUN] + 1 if linked else np.int64(1)
    marks[g, _LAST], marks[g, _RUN] = at, run
    if marks[g, _STAMP] != state[item, _BEGIN]:
        marks[g, _STAMP] = state[item, _BEGIN]
        state[item, _COUNT] += 1
        state[item, _OF_QUESTION] += np.int64(grams[g, ASKED])
    state[item, _END] = at
    if run > state[item, _BEST]:
        state[item, _BEST], state[item, _BEST_AT], state[item, _BEST_GRAM] = run, at, g


@inline
def _with_smalls(
    points: Points, have: Int, base: Int, n: Int, begin: Int, end: Int, item: Int,
    marks: Long, text: Points, items: Long, smalls: Long,
) -> tuple[Int, Int, Int]:  # fmt: skip
    """Return how many of the item's short parts stand in their place, and the hit's start and stop.

    Their place is after the part before, up to `NEAR` characters away; that of parts before the
    first long one is before the hit.
    """
    count: Int = 0
    cursor = end
    before: Int = -1
    for s in range(items[item, FIRST_SMALL], items[item, LAST_SMALL]):
        gram = smalls[s, AFTER]
        size = smalls[s, STOP] - smalls[s, START]
        if gram < 0:
            cursor = max(begin - NEAR - size, 0)
        elif gram != before and marks[gram, _LAST] >= base + begin:
            cursor = marks[gram, _LAST] - base + n
        before = gram
        place = _search(points, have, cursor, text, smalls[s, START], smalls[s, STOP])
        if place >= 0:
            count += 1
            cursor = place + size
            begin = min(begin, place)
            end = max(end, cursor)
    return count, begin, end


@inline
def _weighed(
    state: Long, items: Long, item: Int, smaller: Int, overlap: float
) -> tuple[Bool, Int, Int]:
    """Say whether an open hit has enough of its item; return how much, and of how much.

    Counted is the whole item, or its question alone where that gives a higher share and at least
    `FEWEST` n-grams.
    """
    count, asked = state[item, _COUNT], state[item, _OF_QUESTION]
    found, total = count + smaller, items[item, TOTAL]
    enough = count >= min(total, FEWEST)
    total += items[item, LAST_SMALL] - items[item, FIRST_SMALL]
    question = items[item, QUESTION]
    if asked >= FEWEST and asked * total > found * question:
        found, total, enough = asked, question, True
    return enough and found >= overlap * total - 1e-9, found, total


@kernel(
    "int64[:,::1](uint8[::1], int32[::1], int64[::1], uint16[::1], uint16[::1], int64[::1],"
    " uint64[::1], uint64[::1], int32[::1], int64[::1], int32[::1],"
    " uint32[::1], int32[:,::1], int64[:,::1], int64[:,::1], int64[:,::1], float64, int64)"
)
def find_hits(
    data: Bytes, offsets: Offsets, rows: Long, table: Short, kana: Short, widths: Long,
    bitmap: Words, hashes: Words, buckets: Table, posting_ends: Long, postings: Table,
    text: Points, grams: Table, items: Long, pieces: Long, smalls: Long,
    overlap: float, longest: int,
) -> Long:  # fmt: skip
    """Return the hits in the given texts, in order of the texts: see `DOCUMENT` and its neighbours.

    Matched pieces of one item with few characters between them (the item's length, at most
    `REACH`) are one hit. It counts where enough of the item's n-grams and short parts are in it,
    each once, or where one run of equal characters is long enough.

    Args:
        data: the texts' bytes.
        offsets: their positions, n + 1.
        rows: numbers of the texts to look at.
        table: see `folding.fold_texts`.
        kana: see `folding.fold_texts`.
        widths: lengths of n-grams in the index, the longest first: n, then that of short items.
        bitmap: see `fill_bitmap`.
        hashes: see `find_touched`.
        buckets: see `find_touched`.
        posting_ends: where the postings of each hash end; the first entry is 0.
        postings: numbers of grams.
        text: the items' folded characters.
        grams: where a gram is in `text`, its item, 1 if it follows the gram before, its piece, 1
            if it is the question's.
        items: how many grams, length of an item that matches as a whole or 0, its length, its
            first small piece and the last one's successor, how many grams its question has.
        pieces: start and stop in `text`.
        smalls: start and stop in `text` of parts too short for a gram; the gram they come after.
        overlap: share of an item's grams and short parts.
        longest: characters.
    """
    out, used = np.empty((64, 9), np.int64), 0
    size: Int = 0
    for row in rows:
        size = max(size, np.int64(offsets[row + 1]) - np.int64(offsets[row]))
    points = np.empty(size, np.uint32)
    places, characters = np.empty(size, np.int32), np.empty(size, np.int32)
    state = np.full((len(items), 7), -1, np.int64)
    marks = np.full((len(grams), 3), -1, np.int64)
    live = np.empty(len(items), np.int64)
    bits, shift = shift_of(np.int64(len(bitmap)) * 64), shift_of(np.int64(len(buckets)) - 1)
    base: Int = 0  # a place is counted on from text to text, so that old state tells nothing
    for row in rows:
        at, stop = np.uint64(offsets[row]), np.uint64(offsets[row + 1])
        have = _read(data, at, stop, table, kana, points, places, characters)
        alive: Int = 0
        for k in range(len(widths) + 1):
            closing = k == len(widths)  # the last turn closes the hits that are still open
            n = widths[0] if closing else widths[k]
            rolled, weight, seed = np.uint64(0), np.uint64(1), seed_of(n)
            if not closing:
                for j in range(min(n - 1, have)):
                    rolled = rolled * BASE + np.uint64(points[j])
                    weight *= BASE
            for p in range(1 if closing else max(have - n + 1, 0)):
                first, last = np.int64(0), alive
                if not closing:
                    rolled = rolled * BASE + np.uint64(points[p + n - 1])
                    bit = np.uint64((rolled + seed) * MIX) >> bits
                    key = rolled + seed
                    rolled -= np.uint64(points[p]) * weight
                    if not is_set(bitmap, bit):
                        continue
                    known = gram_of(fmix64(key), hashes, buckets, shift)
                    if known < 0:
                        continue
                    first, last = posting_ends[known], posting_ends[known + 1]
                for q in range(first, last):
                    g = np.int64(-1) if closing else np.int64(postings[q])
                    item = live[q] if closing else np.int64(grams[g, ITEM])
                    whole = items[item, WHOLE]
                    width = whole if whole > 0 else n
                    if not closing and (
                        p + width > have
                        or not _same(points, p, text, np.int64(grams[g, AT]), width)
                    ):
                        continue
                    begin: Int = p
                    end: Int = p + whole
                    match: Int = whole
                    found: Int = 1
                    total: Int = 1
                    if whole == 0:
                        end = begin  # nothing to tell yet
                        opened = state[item, _BEGIN] >= base
                        reach = n + min(items[item, LENGTH], REACH)
                        if opened and (closing or base + p - state[item, _END] > reach):
                            best = state[item]
                            begin, end = _longest(points, have, base, n, best, text, grams, pieces)
                            match = end - begin
                            begin = min(begin, state[item, _BEGIN] - base)
                            end = max(end, state[item, _END] - base + n)
                            smaller, begin, end = _with_smalls(
                                points, have, base, n, begin, end, item,
                                marks, text, items, smalls,
                            )  # fmt: skip
                            enough, found, total = _weighed(state, items, item, smaller, overlap)
                            if match < longest and not enough:
                                end = begin
                            opened = False
                        if not closing:
                            if not opened:
                                if state[item, _BEGIN] < base:
                                    live[alive] = item
                                    alive += 1
                                state[item, _BEGIN] = base + p
                                state[item, _COUNT] = 0
                                state[item, _OF_QUESTION] = 0
                                state[item, _BEST] = 0
                            _note(state, marks, item, g, base + p, grams)
                    if end > begin:
                        if used == len(out):
                            out = _sized(out, used, 2 * used)
                        after, number = _end_of(
                            data, at + np.uint64(places[end - 1]), stop, table, kana,
                            np.int64(characters[end - 1]),
                        )  # fmt: skip
                        out[used, DOCUMENT], out[used, HIT_ITEM] = row, item
                        out[used, FOUND], out[used, OF], out[used, MATCH] = found, total, match
                        out[used, BYTE_START] = places[begin]
                        out[used, BYTE_STOP] = np.int64(after - at)
                        out[used, CHARACTER_START] = characters[begin]
                        out[used, CHARACTER_STOP] = number
                        used += 1
        base += have + 1
    return _sized(out, used, used)
