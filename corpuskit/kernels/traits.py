"""Traits of layout, of industrial text, of translation and of OCR, counted in one pass."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels import scripts, traittables
from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets
from corpuskit.kernels.compiler import kernel
from corpuskit.kernels.traitshapes import (
    class_of,
    flag_of,
    has_unit,
    is_caption,
    is_letter,
    is_mail,
    is_month,
    known,
    link,
    narrow,
    url_end,
)
from corpuskit.kernels.traittables import PAIR, PAIRS, RARE, STANDARD_HASHES
from corpuskit.kernels.utf8 import decode

Counts = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]

COLUMNS: tuple[str, ...] = (
    "characters", "visible", "japanese", "lines", "links", "link_chars", "target_chars",
    "link_lines", "list_chars", "heading_lines", "code_lines", "url_chars", "emails", "brackets",
    "unbalanced", "archive_months", "archive_lines", "table_lines", "part_numbers", "units",
    "standards", "captions", "numbers", "prose_lines", "complete_lines", "borders",
    "spaced_borders", "ascii_marks", "full_marks", "lookalikes", "spaced", "strays", "kana_pairs",
    "rare_pairs",
)  # fmt: skip
"""Columns of `trait_counts`; the stages that write them say what each is."""

(_CHARACTERS, _VISIBLE, _JAPANESE, _LINES, _LINKS, _LINK_CHARS, _TARGET_CHARS, _LINK_LINES,
 _LIST_CHARS, _HEADINGS, _CODE, _URL_CHARS, _EMAILS, _BRACKETS, _UNBALANCED, _MONTHS,
 _ARCHIVE_LINES, _TABLE_LINES, _PARTS, _UNITS, _STANDARDS, _CAPTIONS, _NUMBERS, _PROSE, _COMPLETE,
 _BORDERS, _SPACED_BORDERS, _ASCII_MARKS, _FULL_MARKS, _LOOKALIKES, _SPACED, _STRAYS, _KANA_PAIRS,
 _RARE_PAIRS) = range(len(COLUMNS))  # fmt: skip

(_OTHER, _HIRAGANA, _KATAKANA, _KANJI, _DIGIT, _LATIN, _SPACE, _BREAK, _OPEN, _CLOSE, _ASCII_MARK,
 _FULL_MARK, _BAR, _STRAY, _LONG, _UNIT_SIGN) = range(16)  # fmt: skip
_SEPARATOR, _CAPITAL, _BAD_KATAKANA, _BAD_KANJI, _BAD_KANA = (
    traittables.FLAG_SEPARATOR, traittables.FLAG_CAPITAL, traittables.FLAG_KATAKANA,
    traittables.FLAG_KANJI, traittables.FLAG_KANA,
)  # fmt: skip
_FLAGS = scripts.FLAGS
_PRIME = np.uint64(0x100000001B3)
_ONE = np.uint64(1)
_EMPTY = np.uint64(0)
_LONGEST_TOKEN = 40
PROSE_LINE = 20
"""Characters from which a line that is no heading, list item, table or code counts as prose."""


@kernel("int64(int32[::1], int64, int64, int64[::1])")
def _token(points: Small, at: Int, have: Int, row: Counts) -> Int:
    """Look at a run of letters and digits that starts at a place: a part number or a standard.

    Return where it ends.
    """
    end = at
    capitals: Int = 0
    digits: Int = 0
    others: Int = 0
    value = _EMPTY
    joints: Int = 0
    standard: Bool = False
    while end < have:
        point = narrow(np.int64(points[end]))
        kind = class_of(point)
        if kind == _DIGIT:
            if digits == 0 and capitals >= 2 and others == 0:
                standard = known(STANDARD_HASHES, value)
            digits += 1
        elif kind == _LATIN:
            capital = 0x41 <= point <= 0x5A
            capitals += capital
            others += not capital
        elif point in (0x2D, 0x2F) and end > at and end + 1 < have:
            following = class_of(narrow(np.int64(points[end + 1])))
            if following not in (_LATIN, _DIGIT):
                break
            joints += point == 0x2F
        else:
            break
        if end - at < _LONGEST_TOKEN:
            value = value * _PRIME + np.uint64(point) + _ONE
        end += 1
    size = end - at
    if standard:
        row[_STANDARDS] += 1
    elif capitals >= 2 and digits == 0 and others == 0 and known(STANDARD_HASHES, value):
        after = end
        while after < have and after - end < 4:
            kind = class_of(np.int64(points[after]))
            if kind == _DIGIT:
                row[_STANDARDS] += 1
                return end
            point = np.int64(points[after])
            if not (kind == _SPACE or flag_of(point) & _CAPITAL or point == 0x2D):
                break
            after += 1
    elif capitals >= 1 and digits >= 2 and others == 0 and 5 <= size <= _LONGEST_TOKEN:
        row[_PARTS] += joints == 0
    return end


@kernel(
    "boolean(int32[::1], int64, int64, int64, int64, int64, int64, int64, int64, boolean,"
    " int64[::1])"
)
def _end_line(
    points: Small,
    start: Int,
    stop: Int,
    bars: Int,
    tabs: Int,
    outside: Int,
    linked: Int,
    months: Int,
    plain: Int,
    fenced: Bool,
    row: Counts,
) -> Bool:
    """Count the line; return whether a fenced block of code is open after it."""
    while start < stop and class_of(np.int64(points[start])) == _SPACE:
        start += 1
    while stop > start and class_of(np.int64(points[stop - 1])) == _SPACE:
        stop -= 1
    if start == stop:
        return fenced
    row[_LINES] += 1
    first = np.int64(points[start])
    size = stop - start
    if first == 0x60 and size >= 3 and points[start + 1] == 0x60 and points[start + 2] == 0x60:
        row[_CODE] += 1
        return not fenced
    if fenced:
        row[_CODE] += 1
        return fenced
    row[_LINK_LINES] += linked > 0 and outside <= 2
    row[_ARCHIVE_LINES] += months > 0 and plain == 0
    table = bars >= 2 or tabs >= 1
    row[_TABLE_LINES] += table
    heading: Bool = False
    if first == 0x23:
        marks = start
        while marks < stop and marks - start < 7 and points[marks] == 0x23:
            marks += 1
        heading = marks < stop and marks - start <= 6 and points[marks] == 0x20
    row[_HEADINGS] += heading
    listed: Bool = first < 0x10000 and _FLAGS[first] & scripts.FLAG_BULLET != 0 and size > 1
    if class_of(first) == _DIGIT:
        at = start
        while at < stop and class_of(np.int64(points[at])) == _DIGIT:
            at += 1
        ender = (
            at < stop
            and points[at] < 0x10000
            and (_FLAGS[points[at]] & scripts.FLAG_NUMBER_ENDER != 0)
        )
        listed = ender and (at + 1 >= stop or class_of(np.int64(points[at + 1])) != _DIGIT)
    if listed:
        row[_LIST_CHARS] += size
    caption = is_caption(points, start, stop)
    row[_CAPTIONS] += caption
    if size >= PROSE_LINE and not (table or heading or listed or caption):
        row[_PROSE] += 1
        last = np.int64(points[stop - 1])
        row[_COMPLETE] += last < 0x10000 and _FLAGS[last] & scripts.FLAG_ENDER != 0
    return fenced


@kernel("void(int32[::1], int64, int64, int64, int64, int64, int64[::1])")
def _ocr(
    points: Small, at: Int, have: Int, kind: Int, before: Int, after: Int, row: Counts
) -> None:
    """Count a character that stands where scanners put it for another."""
    flag = flag_of(np.int64(points[at]))
    if flag & _BAD_KATAKANA:
        wrong = before == _KANJI and after == _KANJI
        if kind == _LONG:
            wrong = before in (_KANJI, _DIGIT) and after in (_KANJI, _DIGIT, _HIRAGANA)
        row[_LOOKALIKES] += wrong
    elif flag & _BAD_KANJI:
        row[_LOOKALIKES] += before in (_KATAKANA, _LONG) and after in (_KATAKANA, _LONG)
    elif flag & _BAD_KANA:
        row[_LOOKALIKES] += before == _HIRAGANA and after == _HIRAGANA


@kernel("void(uint8[::1], int32[::1], int64[:,::1])")
def trait_counts(data: Bytes, offsets: Offsets, out: Counts) -> None:
    """Write `COLUMNS` of text i to `out[i]`."""
    room: Int = 0
    for i in range(len(offsets) - 1):
        room = max(room, np.int64(offsets[i + 1]) - np.int64(offsets[i]))
    points, kinds = np.empty(room + 2, np.int32), np.empty(room + 2, np.uint8)
    depths = np.zeros(PAIRS, np.int64)
    for i in range(len(offsets) - 1):
        row = out[i]
        for column in range(len(COLUMNS)):
            row[column] = 0
        for pair in range(PAIRS):
            depths[pair] = 0
        cursor, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        have: Int = 0
        while cursor < stop:
            point, cursor = decode(data, cursor)
            points[np.uint64(have)] = point
            kinds[np.uint64(have)] = class_of(point)
            have += 1
        points[have], kinds[have] = 0x0A, _BREAK
        points[have + 1], kinds[have + 1] = 0x0A, _BREAK
        line: Int = 0
        bars: Int = 0
        tabs: Int = 0
        outside: Int = 0
        linked: Int = 0
        months: Int = 0
        plain: Int = 0
        fenced: Bool = False
        chain: Bool = False
        before: Int = _BREAK
        token_end: Int = 0
        link_end: Int = 0
        address_end: Int = 0
        spaces: Int = 0
        japanese: Int = 0
        pairs: Int = 0
        rare: Int = 0
        for place in range(np.uint64(have + 1)):
            at = np.int64(place)
            kind = np.int64(kinds[place])
            after = np.int64(kinds[place + _ONE])
            if kind <= _KANJI and kind != _OTHER:
                japanese += 1
                outside += at >= link_end
                if kind == _HIRAGANA and before == _HIRAGANA:
                    one = np.int64(points[place - _ONE]) - 0x3041
                    two = np.int64(points[place]) - 0x3041
                    if 0 <= one < 86 and 0 <= two < 86:
                        pairs += 1
                        rare += RARE[np.uint64(one * 86 + two)]
                elif before in (_LATIN, _DIGIT):
                    row[_BORDERS] += 1
                if kind != _HIRAGANA:
                    flag = flag_of(np.int64(points[place]))
                    if flag & (_BAD_KATAKANA | _BAD_KANA | _BAD_KANJI):
                        _ocr(points, at, have, kind, before, after, row)
                    dated = points[place] == 0x5E74 and before in (_DIGIT, _KANJI)
                    if dated and is_month(points, at, have, False):
                        row[_MONTHS] += chain
                        months += 1
                        chain = True
                    other = flag & _SEPARATOR == 0
                    chain = chain and not other
                    plain += other
                else:
                    chain = False
                    plain += 1
                before = kind
                continue
            if kind == _BREAK:
                spaces += at < have
                fenced = _end_line(
                    points, line, at, bars, tabs, outside, linked, months, plain, fenced, row
                )
                line, bars, tabs, outside, linked, months, plain = at + 1, 0, 0, 0, 0, 0, 0
                before = kind
                continue
            point = np.int64(points[place])
            if kind == _SPACE:
                spaces += 1
                tabs += point == 9 and before not in (_BREAK, _SPACE) and after != _BREAK
                if point == 0x20:
                    japanese_before, japanese_after = is_letter(before), is_letter(after)
                    row[_SPACED] += japanese_before and japanese_after
                    mixed = (japanese_before and after in (_LATIN, _DIGIT)) or (
                        japanese_after and before in (_LATIN, _DIGIT)
                    )
                    row[_BORDERS] += mixed
                    row[_SPACED_BORDERS] += mixed
                before = kind
                continue
            outside += at >= link_end
            if flag_of(point) & _SEPARATOR == 0 and kind != _DIGIT:
                chain = False
                plain += 1
            if kind in (_LATIN, _DIGIT):
                row[_BORDERS] += is_letter(before)
                if at >= token_end and at >= address_end:
                    token_end = _token(points, at, have, row)
                if kind == _DIGIT and after != _DIGIT:
                    joined = (
                        points[place + _ONE] in (0x2E, 0x2C)
                        and at + 2 < have
                        and (kinds[place + np.uint64(2)] == _DIGIT)
                    )
                    if not joined:
                        row[_NUMBERS] += 1
                        row[_UNITS] += has_unit(points, at + 1, have)
            elif kind == _ASCII_MARK:
                row[_ASCII_MARKS] += is_letter(before)
                if point == 0x3A and before == _LATIN and at >= address_end:
                    end = url_end(points, at, have)
                    if end > at:
                        scheme = at
                        while scheme > 0 and kinds[np.uint64(scheme - 1)] == _LATIN:
                            scheme -= 1
                        row[_URL_CHARS] += end - scheme
                        address_end = end
            elif kind == _FULL_MARK:
                row[_FULL_MARKS] += is_letter(before)
            elif kind == _OPEN:
                row[_BRACKETS] += 1
                depths[PAIR[point]] += 1
                if point == 0x5B and at >= link_end:
                    label, end = link(points, at, have)
                    if end > 0:
                        row[_LINKS] += 1
                        row[_LINK_CHARS] += label - at - 1
                        row[_TARGET_CHARS] += end - label + 1
                        linked += 1
                        link_end = end
                        outside -= 1
                elif point == 0x28:
                    row[_ASCII_MARKS] += is_letter(before)
                elif point == 0xFF08:
                    row[_FULL_MARKS] += is_letter(before)
            elif kind == _CLOSE:
                row[_BRACKETS] += 1
                kin = np.int64(PAIR[point])
                if depths[kin] > 0:
                    depths[kin] -= 1
                else:
                    row[_UNBALANCED] += 1
            elif kind == _BAR:
                bars += 1
            elif kind == _STRAY:
                row[_STRAYS] += (is_letter(before) and is_letter(after)) or point == 0xFFFD
            elif kind == _LONG:
                japanese += 1
                _ocr(points, at, have, kind, before, after, row)
            elif point == 0x40:
                row[_EMAILS] += is_mail(points, at, have)
            elif point == 0x2F and before == _DIGIT and is_month(points, at, have, True):
                row[_MONTHS] += chain
                months += 1
                chain = True
            before = kind
        for pair in range(PAIRS):
            row[_UNBALANCED] += depths[pair]
        row[_CHARACTERS], row[_VISIBLE], row[_JAPANESE] = have, have - spaces, japanese
        row[_KANA_PAIRS], row[_RARE_PAIRS] = pairs, rare
