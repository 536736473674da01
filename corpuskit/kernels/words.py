"""Finds the words of a list in texts: leftmost, longest, at boundaries that know katakana."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.utf8 import ONE, decode, is_white

Counts = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]

COLUMNS: tuple[str, ...] = (
    "words", "types", "word_chars", "characters", "visible", "lines", "dense_lines",
    "dense_tail_lines",
)  # fmt: skip
"""Columns of `word_counts`: words found; different ones; their characters; all characters; those
that are not white space; lines that are not blank; of these, lines of whose visible characters
more than 30 % are words; the same among the last `TAIL` lines that are not blank."""

TAIL = 10
DENSE_PERCENT = 30
"""As Swallow Corpus v1 looks for footers: the last ten lines, more than 0.30 of the characters."""

_EMPTY = np.uint64(0)
_POINT = np.uint64(21)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_PLAIN, _KATAKANA, _LATIN, _DIGIT, _MARK = range(5)
_POINTS, _PAIR = 0x110000, 0x9E37


class WordTable(NamedTuple):
    """Words as a trie whose edges lie in one open-addressing table.

    Attributes:
        keys: ``uint64[size]``, (node << 21 | code point) + 1 of each edge, 0 where there is none.
        nodes: ``int32[size]``, where the edge leads.
        ends: ``int32[nodes]``, number of the word that ends at the node, or -1.
        first: ``uint8[0x110000]``, 1 for code points that a word starts with, 2 for those that
            are one.
        pairs: ``uint8[65536]``, 1 at the hashes of what words of two and more start with.
        size: how many words.
    """

    keys: Words
    nodes: Small
    ends: Small
    first: Bytes
    pairs: Bytes
    size: int


def word_table(words: Sequence[str]) -> WordTable:
    """The table of different words, none of them empty."""
    edges: dict[tuple[int, int], int] = {}
    ends: dict[int, int] = {}
    first, pairs = np.zeros(_POINTS, np.uint8), np.zeros(0x10000, np.uint8)
    for number, word in enumerate(words):
        node = 0
        first[ord(word[0])] |= 1 if len(word) > 1 else 2
        if len(word) > 1:
            pairs[ord(word[0]) * _PAIR + ord(word[1]) & 0xFFFF] = 1
        for character in word:
            node = edges.setdefault((node, ord(character)), len(edges) + 1)
        ends[node] = number
    size = 64
    while size < 2 * len(edges):
        size *= 2
    keys, nodes = np.zeros(size, np.uint64), np.zeros(size, np.int32)
    for (node, point), target in edges.items():
        key = (node << 21 | point) + 1
        slot = (key * int(_SPREAD) & 0xFFFFFFFFFFFFFFFF) >> 32 & (size - 1)
        while keys[slot]:
            slot = (slot + 1) & (size - 1)
        keys[slot], nodes[slot] = key, target
    last = np.full(len(edges) + 1, -1, np.int32)
    for node, number in ends.items():
        last[node] = number
    return WordTable(keys, nodes, last, first, pairs, len(words))


@inline
def _follow(keys: Words, nodes: Small, node: Int, point: Int) -> Int:
    """The node that an edge leads to, or -1."""
    key = (np.uint64(node) << _POINT | np.uint64(point)) + ONE
    mask = np.uint64(len(keys) - 1)
    slot = (key * _SPREAD) >> np.uint64(32) & mask
    while keys[slot] != _EMPTY:
        if keys[slot] == key:
            return np.int64(nodes[slot])
        slot = (slot + ONE) & mask
    return -1


@inline
def _class(point: Int) -> Int:
    """What a run goes on in: katakana, Latin letters, digits; marks that change a kana go on."""
    if point < 0x80:
        if 48 <= point <= 57:
            return _DIGIT
        return _LATIN if 65 <= (point & ~32) <= 90 else _PLAIN
    if 0x3099 <= point <= 0x30FF:
        if point <= 0x309A:
            return _MARK
        return _KATAKANA if point >= 0x30A1 and point != 0x30FB else _PLAIN
    if point < 0x250:
        return _LATIN if point >= 0xC0 else _PLAIN
    if point >= 0xFF10:
        if point <= 0xFF19:
            return _DIGIT
        if 0xFF66 <= point <= 0xFF9F:
            return _KATAKANA
        return _LATIN if 0xFF21 <= point <= 0xFF3A or 0xFF41 <= point <= 0xFF5A else _PLAIN
    return _KATAKANA if 0x31F0 <= point <= 0x31FF else _PLAIN


@inline
def _bounded(points: Small, start: Int, stop: Int, have: Int) -> Bool:
    """Whether no run of katakana, Latin letters or digits goes on at an end of the match."""
    if start > 0:
        kind = _class(points[start])
        if kind != _PLAIN and _class(points[start - 1]) == kind:
            return False
    if stop < have:
        after = _class(points[stop])
        if after == _MARK:
            return False
        kind = _class(points[stop - 1])
        if kind != _PLAIN and after == kind:
            return False
    return True


@inline
def _match(
    points: Small, start: Int, have: Int, keys: Words, nodes: Small, ends: Small, bounded: bool
) -> tuple[Int, Int]:
    """The longest word that starts at a place: where it stops and its number, or -1."""
    node: Int = 0
    stop: Int = start
    number: Int = -1
    at = start
    while at < have:
        node = _follow(keys, nodes, node, points[at])
        if node < 0:
            break
        at += 1
        found = np.int64(ends[node])
        if found >= 0 and (not bounded or _bounded(points, start, at, have)):
            stop, number = at, found
    return stop, number


@kernel(
    "void(uint8[::1], int32[::1], uint64[::1], int32[::1], int32[::1], uint8[::1], uint8[::1],"
    " int64, boolean, int64[:,::1])"
)
def word_counts(
    data: Bytes,
    offsets: Offsets,
    keys: Words,
    nodes: Small,
    ends: Small,
    first: Bytes,
    pairs: Bytes,
    count: int,
    bounded: bool,
    out: Counts,
) -> None:
    """Write `COLUMNS` of text i to `out[i]`; the list is that of `word_table`.

    Args:
        data: UTF-8 of the texts.
        offsets: ``int32[n + 1]``.
        keys: edges of the trie.
        nodes: where they lead.
        ends: words that end at nodes.
        first: code points that words start with.
        pairs: hashes of the pairs that words start with.
        count: how many words there are.
        bounded: a word that starts or ends in katakana, a Latin letter or a digit doesn't match
            where a run of the same goes on; nor does one that a combining (han)dakuten follows.
        out: ``int64[n, 8]``.
    """
    room: Int = 0
    for i in range(len(offsets) - 1):
        room = max(room, np.int64(offsets[i + 1]) - np.int64(offsets[i]))
    points = np.empty(room + 1, np.int32)
    stamps = np.full(count, -1, np.int64)
    for i in range(len(offsets) - 1):
        at, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        have: Int = 0
        while at < stop:
            point, at = decode(data, at)
            points[np.uint64(have)] = point
            have += 1
        words, types, chars, visible_all, lines, dense = 0, 0, 0, 0, 0, 0
        tail: Int = 0
        visible, covered = 0, 0
        free: Int = 0
        points[np.uint64(have)] = 10
        for place in range(np.uint64(have + 1)):
            point = np.int64(points[place])
            if point == 10:
                if visible > 0:
                    is_dense = 100 * covered > DENSE_PERCENT * visible
                    lines += 1
                    dense += int(is_dense)
                    tail = int(tail << 1 | is_dense)
                    visible_all += visible
                visible, covered = 0, 0
            white = point <= 0x3000 and is_white(point)
            visible += not white
            here = np.int64(place)
            if first[point] and here >= free and here < have:
                pair = point * _PAIR + np.int64(points[place + ONE]) & 0xFFFF
                if first[point] < 2 and not pairs[pair]:
                    continue
                end, number = _match(points, here, have, keys, nodes, ends, bounded)
                if number >= 0:
                    words += 1
                    if stamps[number] != i:
                        stamps[number] = i
                        types += 1
                    free = end
                    chars += int(end - here)
                    for inside in range(here, end):
                        covered += not is_white(np.int64(points[np.uint64(inside)]))
        last: Int = 0
        for _ in range(TAIL):
            last += int(tail & 1)
            tail >>= 1
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = words, types, chars, have
        out[i, 4], out[i, 5], out[i, 6], out[i, 7] = visible_all, lines, dense, last
