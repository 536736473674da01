"""What each line is written in: script rules first, then which kanji stand side by side.

A character weighs as much as it says: one of Chinese, Japanese or Korean 5, one of an alphabet 2
(about a word: two characters or five letters).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes, Int, Offsets
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.scripts import HANGUL as _HANGUL
from corpuskit.kernels.scripts import HIRAGANA as _HIRAGANA
from corpuskit.kernels.scripts import KANA_MARK as _KANA_MARK
from corpuskit.kernels.scripts import KANJI as _KANJI
from corpuskit.kernels.scripts import KATAKANA as _KATAKANA
from corpuskit.kernels.scripts import KIND
from corpuskit.kernels.scripts import LATIN as _LATIN
from corpuskit.kernels.utf8 import decode

Long = npt.NDArray[np.int64]
Weights = npt.NDArray[np.int8]
Labels = npt.NDArray[np.int8]

LABELS: tuple[str, ...] = (
    "nothing", "japanese", "chinese", "kanji", "korean", "latin", "cyrillic", "other", "code",
)  # fmt: skip
"""What a line can be, by script; `kanji` is Japanese or Chinese, too little to say which."""
NOTHING, JAPANESE, CHINESE, KANJI, KOREAN, LATIN, CYRILLIC, OTHER, CODE = range(9)
COLUMNS: tuple[str, ...] = (*LABELS, "evidence", "ideographs", "kana", "lines")
"""Columns of `line_labels`: weight of the lines of each label, evidence, characters, lines."""
_EVIDENCE, _IDEOGRAPHS, _KANA_SEEN, _LINES = range(9, 13)

FIRST_KANJI, LAST_KANJI = 0x3400, 0x9FFF
PAIR_BITS = 17
LETTER_BITS = 15
CLASSES = 8

# Sixteenths of a nat for Japanese. の, katakana and what stands in quotation marks are what Chinese
# text borrows: they say little. 々 and ヶ stand among kanji in Japanese only.
# ，is the Chinese comma.
_HIRAGANA_SAYS, _NO_SAYS, _KATAKANA_SAYS, _MARK_SAYS, _COMMA_SAYS = 32, 12, 12, 48, -24
_SURE = 64
"""Evidence from which a line is labelled without looking at the rest of the document."""

_BLANK, _KANA, _NO, _KATA, _HAN, _KOR, _LAT, _CYR, _ALIEN, _OPEN, _CLOSE, _CODE, _AMONG, _COMMA = (
    range(14)
)
_QUOTES = "「」『』《》〈〉【】“”"
_CODES = "{}[]()=<>;_\\|/$#&*+^~`@%"
_LETTERS = (
    (_ALIEN, "370-3FF 530-1FFF 2C00-2C5F 2D00-2DDF A000-A4CF A500-A63F A6A0-A6FF A800-A95F"),
    (_ALIEN, "A980-ABFF FB13-FDFF FE70-FEFE"),
    (_CYR, "400-52F 1C80-1C8F 2DE0-2DFF A640-A69F"),
)


def _kinds() -> Bytes:
    """What each code point of the BMP is to this module."""
    table = np.zeros(0x10000, np.uint8)
    for kind, ranges in _LETTERS:
        for span in ranges.split():
            first, last = span.split("-")
            table[int(first, 16) : int(last, 16) + 1] = kind
    for theirs, ours in (
        (_HIRAGANA, _KANA), (_KATAKANA, _KATA), (_KANJI, _HAN), (_HANGUL, _KOR), (_LATIN, _LAT)
    ):  # fmt: skip
        table[theirs == KIND] = ours
    for place, quote in enumerate(_QUOTES):
        table[ord(quote)] = _CLOSE if place % 2 else _OPEN
    signs = (("の", _NO), ("々ヶヵ", _AMONG), (_CODES, _CODE), ("，", _COMMA), ("〇ー", _BLANK))
    for characters, kind in signs:
        table[[ord(c) for c in characters]] = kind
    table[KIND == _KANA_MARK] = _BLANK
    return table


_TABLE = _kinds()


@inline
def _kind(point: Int) -> Int:
    if point < 0x10000:
        return np.int64(_TABLE[point])
    if 0x20000 <= point <= 0x3FFFF:
        return np.int64(_HAN)
    return np.int64(_BLANK)


@inline
def pair_slot(left: Int, right: Int) -> Int:
    """Return the place of a pair of kanji in the table of pairs."""
    low = np.uint64(0xFFFFFFFF)
    word = (np.uint64(left) * np.uint64(0x85EBCA6B) + np.uint64(right)) & low
    word = (word * np.uint64(0xC2B2AE35)) & low
    word ^= word >> np.uint64(15)
    return np.int64(((word * np.uint64(0x27D4EB2F)) & low) >> np.uint64(32 - PAIR_BITS))


@inline
def _kanji_evidence(
    data: Bytes, at: np.uint64, stop: np.uint64, single: Weights, pair: Weights
) -> Int:
    """Sum what kanji and pairs of kanji say; in quotation marks half."""
    total: Int = 0
    before: Int = 0
    depth: Int = 0
    while at < stop:
        point, at = decode(data, at)
        if FIRST_KANJI <= point <= LAST_KANJI:
            says = np.int64(single[point - FIRST_KANJI])
            if before:
                says += np.int64(pair[pair_slot(before, point)])
            total += says if depth > 0 else 2 * says
            before = point
            continue
        before = 0
        if point >= 0x2018:
            kind = _kind(point)
            depth += (kind == _OPEN) - (kind == _CLOSE and depth > 0)
    return total // 2


@inline
def _count(data: Bytes, at: np.uint64, stop: np.uint64, out: Long, quoted: Long) -> np.uint64:
    """Count kinds to the end of the line, and those in quotation marks; return where it ends."""
    depth: Int = 0
    out[:] = 0
    quoted[:] = 0
    while at < stop and data[at] != 0x0A:
        point, at = decode(data, at)
        kind = _kind(point)
        out[kind] += 1
        if depth > 0:
            quoted[kind] += 1
        if kind == _OPEN:
            depth += 1
        elif kind == _CLOSE and depth > 0:
            depth -= 1
    return at


@inline
def _kana_evidence(count: Long, quoted: Long) -> Int:
    """What kana say; a quarter in quotation marks."""
    total: Int = 0
    for kind, says in ((_KANA, _HIRAGANA_SAYS), (_NO, _NO_SAYS), (_KATA, _KATAKANA_SAYS)):
        total += says * (4 * count[kind] - 3 * quoted[kind])
    total = total // 4 + _MARK_SAYS * count[_AMONG] + _COMMA_SAYS * count[_COMMA]
    return total


@inline
def _alphabet(count: Long) -> tuple[Int, Int]:
    """The label and weight of letters that are not Chinese, Japanese or Korean."""
    latin, cyrillic, alien = 2 * count[_LAT], 2 * count[_CYR], 2 * count[_ALIEN]
    if latin >= cyrillic and latin >= alien:
        if 8 * count[_CODE] >= count[_LAT]:
            return np.int64(CODE), latin
        return np.int64(LATIN), latin
    if cyrillic >= alien:
        return np.int64(CYRILLIC), cyrillic
    return np.int64(OTHER), alien


@kernel(
    "void(uint8[::1], int32[::1], int8[::1], int8[::1], int64[:,::1], int64[::1], int8[::1],"
    " int64[:,::1])"
)
def line_labels(
    data: Bytes, offsets: Offsets, single: Weights, pair: Weights, out: Long, firsts: Long,
    labels: Labels, spans: Long,
) -> None:  # fmt: skip
    """Label the lines of each text by script, and add them up.

    Args:
        data: UTF-8.
        offsets: of the n texts, `int32[n + 1]`.
        single: what kanji say by code point from `FIRST_KANJI`, in sixteenths of a nat.
        pair: what pairs of them say, `int8[2 ** PAIR_BITS]`.
        out: `int64[n, 13]`, see `COLUMNS`; evidence in sixteenths of a nat for Japanese.
        firsts: number of the first line of each text, `int64[n]`; or empty: no lines are wanted.
        labels: of the lines, in order; as many as `count_lines` says, or empty.
        spans: first and past-last byte of the lines, `int64[lines, 2]`, or empty.
    """
    count = np.zeros(14, np.int64)
    quoted = np.zeros(14, np.int64)
    for i in range(len(out)):
        at, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        out[i] = 0
        more = at < stop
        while more:
            start = at
            at = _count(data, at, stop, count, quoted)
            label, weight = _alphabet(count)
            kana = count[_KANA] + count[_NO] + count[_KATA] + count[_AMONG]
            ideographs = count[_HAN]
            cjk = 5 * (kana + ideographs)
            korean = 5 * count[_KOR]
            if korean > cjk and 3 * korean >= weight:
                label, weight = np.int64(KOREAN), korean + cjk
            elif cjk > 0 and 5 * cjk >= 2 * weight:
                says = _kana_evidence(count, quoted)
                # As much hiragana as kanji, outside quotation marks: nothing else needs asking.
                plain = count[_KANA] - quoted[_KANA]
                if plain < 2 or plain < ideographs:
                    says += _kanji_evidence(data, start, at, single, pair)
                label = np.int64(KANJI)
                if says >= _SURE or ideographs == 0:
                    label = np.int64(JAPANESE)
                elif says <= -_SURE:
                    label = np.int64(CHINESE)
                weight = cjk
                out[i, _EVIDENCE] += says
                out[i, _IDEOGRAPHS] += ideographs
                out[i, _KANA_SEEN] += kana
            out[i, label] += weight
            if len(labels) > 0:
                line = firsts[i] + out[i, _LINES]
                labels[line] = label if weight > 0 else NOTHING
                spans[line, 0], spans[line, 1] = np.int64(start), np.int64(at)
            out[i, _LINES] += 1
            more = at < stop
            at += np.uint64(1)


@kernel("void(uint8[::1], int32[::1], int64[::1])")
def count_lines(data: Bytes, offsets: Offsets, out: Long) -> None:
    """Write the number of lines that `line_labels` finds in each text: line breaks and one.

    A line break at the very end opens a line of its own only as `str.split` sees it.
    """
    for i in range(len(out)):
        lines: Int = 1 if offsets[i + 1] > offsets[i] else 0
        for at in range(np.uint64(offsets[i]), np.uint64(offsets[i + 1])):
            lines += data[at] == 0x0A
        out[i] = lines


@inline
def _folded(point: Int) -> Int:
    """Lower case of Latin and Cyrillic letters; 0 for what is no letter of the two."""
    if point < 0x80:
        if 0x41 <= point <= 0x5A:
            return point + 32
        return point if 0x61 <= point <= 0x7A else np.int64(0)
    kind = _kind(point)
    if kind != _LAT and kind != _CYR and not 0x300 <= point <= 0x36F:
        return np.int64(0)
    if 0x530 <= point < 0x1E00 or 0x1F00 <= point < 0xFF00 or 0x250 <= point < 0x300:
        return np.int64(0)  # phonetic letters and ligatures, which the tables have not seen
    if 0xC0 <= point <= 0xDE or 0x410 <= point <= 0x42F:
        return point + 32
    if 0x400 <= point <= 0x40F:
        return point + 80
    if 0x100 <= point <= 0x17F or 0x1E00 <= point <= 0x1EFF:
        return point | 1
    if 0xFF21 <= point <= 0xFF3A:
        return point - 0xFF21 + 0x61
    if 0xFF41 <= point <= 0xFF5A:
        return point - 0xFF41 + 0x61
    return point


@inline
def _add(word: np.uint64, table: npt.NDArray[np.int8], sums: Long) -> None:
    low = np.uint64(0xFFFFFFFF)
    mixed = word ^ (word >> np.uint64(15))
    slot = ((mixed * np.uint64(0x27D4EB2F)) & low) >> np.uint64(32 - LETTER_BITS)
    for k in range(CLASSES):
        sums[k] += np.int64(table[slot, k])


@kernel("void(uint8[::1], int64[::1], int64[::1], int8[:,::1], int64, int64[:,::1])")
def letter_scores(
    data: Bytes, starts: Long, stops: Long, table: Weights, budget: Int, out: Long
) -> None:
    """Add up what groups of one to five letters, and words, say for each language.

    Letters are folded to lower case; all else is one blank between words. A group is hashed from
    its last letter backwards, and may start with a blank.

    Args:
        data: UTF-8.
        starts: first byte of each of n texts.
        stops: byte past the last.
        table: what a group says, `int8[2 ** LETTER_BITS, CLASSES]`.
        budget: letters to look at in each text; the rest is not read.
        out: `int64[n, CLASSES + 1]`; the last column is the number of groups.
    """
    low, factor = np.uint64(0xFFFFFFFF), np.uint64(0x9E3779B1)
    recent = np.zeros(5, np.uint64)
    for i in range(len(out)):
        sums = out[i]
        sums[:] = 0
        recent[:] = 0
        recent[0] = 1
        word = np.uint64(7)
        left = budget
        at, stop = np.uint64(starts[i]), np.uint64(stops[i])
        while left > 0:
            letter: Int = 0
            if at < stop:
                point, at = decode(data, at)
                letter = _folded(point)
            elif recent[0] == 1:
                break
            if letter == 0:
                if recent[0] == 1:
                    continue
                _add(word, table, sums)
                sums[CLASSES] += 1
                word = np.uint64(7)
                letter = 1
            else:
                word = (word * factor + np.uint64(letter)) & low
                left -= 1
            for k in range(4, 0, -1):
                recent[k] = recent[k - 1]
            recent[0] = np.uint64(letter)
            group = np.uint64(0)
            for k in range(5):
                if recent[k] == 0:
                    break
                group = (group * factor + recent[k] + np.uint64(k)) & low
                if k > 0 or letter > 1:
                    _add(group, table, sums)
                    sums[CLASSES] += 1
                if k > 0 and recent[k] == 1:
                    break
