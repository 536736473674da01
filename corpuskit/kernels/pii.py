"""The cheap look over text that finds where a personal number, address or date could stand.

One pass over UTF-8 with a table of code points: digits of every width and script with what joins
them, `@`, colons between hex digits, and a few words. What it finds are candidates: the rules of
`corpuskit.privacy` read the text around each of them. A number is a candidate only if its groups
have the lengths of some kind of number, so that tables of measurements cost little.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.utf8 import ONE, THREE, decode

Spans = npt.NDArray[np.int32]
Groups = npt.NDArray[np.int64]

NUMBER, KANJI_NUMBER, AT_SIGN, HEX, BIRTH, MARK_NUMBER, PLATE, PASSPORT_LINE = range(1, 9)
"""What a candidate is, by what gave it away."""

_DIGIT, _KANJI, _JOINT, _AT, _COLON, _WORD, _HIRAGANA, _B, _LESS = range(1, 10)
_DOT, _HYPHEN, _SPACE, _PLUS = 0x2E, 0x2D, 0x20, 0x2B
_WIDE_SPACE, _WIDE_PLUS, _WIDE_DOT = 0x3000, 0xFF0B, 0xFF0E
_MIDDLE_DOT, _NO = 0x30FB, ord("の")
_MOST, _KEPT = 24, 12  # groups that are looked at together, and once more with the next ones
_ADDRESS = np.uint64(18)  # bytes of a MAC address after its first joint, or more
_KANJI_DIGITS = "〇一二三四五六七八九"
_JOINTS = "-.()+ /‐‑‒–—―−－ー─﹣ｰ（）．＋　の・"
_WORDS = "生記険"


def _classes() -> Bytes:
    table = np.zeros(0x10000, np.uint8)
    for first in (0x30, 0xFF10):
        table[first : first + 10] = _DIGIT
    for letter in range(0x3041, 0x3097):
        table[letter] = _HIRAGANA
    groups = (_KANJI_DIGITS, _JOINTS, "@＠", ":：", _WORDS, "bB", "<")
    kinds = (_KANJI, _JOINT, _AT, _COLON, _WORD, _B, _LESS)
    for characters, kind in zip(groups, kinds, strict=True):
        for character in characters:
            table[ord(character)] = kind
    return table


CLASSES = _classes()
"""What each code point of the BMP is to `find_candidates`."""


@inline
def _is_hex(byte: Int) -> Bool:
    return 0x30 <= byte <= 0x39 or 0x61 <= byte | 0x20 <= 0x66


@kernel("boolean(int64[::1], int64[::1], int64[::1], int64)")
def _shape_of_interest(sizes: Groups, zero: Groups, joints: Groups, count: Int) -> Bool:
    """Say whether some of the groups that follow each other have the lengths of a known number.

    Args:
        sizes: digits of each group.
        zero: 1 where a group starts with 0, 2 after a plus.
        joints: the last joint before each group.
        count: how many groups there are.
    """
    singles: Int = 0  # digits in boxes: 1 2 3 4 5 6 7
    for i in range(count):
        singles = singles + 1 if sizes[i] == 1 else 0
        if singles == 7:
            return True
        total: Int = 0
        dots: Int = 0
        if zero[i] == 2:
            return True
        for j in range(i, min(i + 5, count)):
            total += sizes[j]
            if j > i:
                dots += joints[j] == _DOT
            if total > 16:
                break
            n = j - i + 1
            if n == 1:
                if (i == 0 or joints[i] != _DOT) and (total == 7 or total == 8 or total >= 10):
                    return True
                continue
            widest = max(sizes[i], sizes[j])
            if n == 4 and dots == 3:
                if max(widest, max(sizes[i + 1], sizes[i + 2])) <= 3:
                    return True
                continue
            phone = zero[i] == 1 and (total == 10 or total == 11) and n <= 4
            if phone and sizes[j] >= 2 and sizes[i] <= 5:
                return True
            a, b = sizes[i], sizes[i + 1]
            if n == 2:
                postal = a == 3 and b == 4 and joints[j] != _SPACE and joints[j] != _DOT
                if postal or (a == 4 and b == 6) or (a == 5 and (b == 7 or b == 8)):
                    return True
                if a == 4 and b == 4 and zero[i] == 0 and joints[j] != _SPACE:
                    return True
            elif n == 3:
                c = sizes[j]
                if a == 4 and ((b == 4 and c == 4) or (b == 6 and (c == 1 or c == 5))):
                    return True
                if a == 5 and b == 1 and c >= 2:
                    return True
            elif n == 4:
                fours = b == 4 and sizes[i + 2] == 4 and sizes[j] == 4
                if fours and (a == 1 or a == 4):
                    return True
    return False


@inline
def _is_latin(byte: np.uint8) -> Bool:
    return 0x61 <= np.int64(byte) | 0x20 <= 0x7A


@inline
def _hex_chain(data: Bytes, at: np.uint64, start: np.uint64, stop: np.uint64) -> Bool:
    """Say whether the ASCII colon or hyphen at `at` is the first of a MAC or IPv6 address."""
    mark = data[at]
    before: Int = 0
    p = at
    while p > start and before < 5 and _is_hex(np.int64(data[p - ONE])):
        p -= ONE
        before += 1
    if before > 4 or (p > start and (data[p - ONE] == mark or _is_latin(data[p - ONE]))):
        return False
    marks: Int = 0
    run: Int = 0
    digits: Int = before
    double: Bool = False
    q = at
    while q < stop and (_is_hex(np.int64(data[q])) or data[q] == mark):
        if data[q] == mark:
            double = double or (marks > 0 and run == 0)
            marks += 1
            run = 0
        else:
            run += 1
            digits += 1
        q += ONE
    if mark == _HYPHEN:
        return marks == 5 and before == 2 and digits == 12
    return marks >= 5 or (double and marks >= 2 and digits >= 3)


@inline
def _wide_mac(data: Bytes, at: np.uint64, start: np.uint64, stop: np.uint64) -> Bool:
    """The same for a full-width colon: others stand three characters away and again."""
    if at + np.uint64(20) >= stop or at < start + np.uint64(6):
        return False
    for step in (np.uint64(9), np.uint64(18)):
        p = at + step
        if not (data[p] == 0xEF and data[p + ONE] == 0xBC and data[p + np.uint64(2)] == 0x9A):
            return False
    return True


@inline
def _word(data: Bytes, at: np.uint64, start: np.uint64, stop: np.uint64) -> Int:
    """What the word around the kanji at `at` gives away: 日生, 生年月, 誕生日, 記号 or 険者番."""
    lead, second, third = data[at], data[at + ONE], data[at + np.uint64(2)]
    after = at + THREE
    room = after + THREE <= stop
    if lead == 0xE7 and second == 0x94 and third == 0x9F:  # 生
        p = at
        if p >= start + THREE and data[p - ONE] == 0xAB and data[p - THREE] == 0xE3:  # に
            p -= THREE
        elif p > start and data[p - ONE] == _SPACE:
            p -= ONE
        if p >= start + THREE and data[p - THREE] == 0xE6 and data[p - ONE] == 0xA5:  # 日
            return BIRTH
        if p > start and 0x30 <= data[p - ONE] <= 0x39:
            return BIRTH
        if p >= start + THREE and data[p - THREE] == 0xEF and data[p - ONE] >= 0x90:  # ０ to ９
            return BIRTH
        if not room:
            return 0
        year = data[after] == 0xE5 and data[after + ONE] == 0xB9
        day = data[after] == 0xE6 and data[after + ONE] == 0x97
        return BIRTH if year or day else 0
    if not room:
        return 0
    if lead == 0xE8:  # 記 before 号
        mark = data[after] == 0xE5 and data[after + ONE] == 0x8F
        return MARK_NUMBER if mark and data[after + np.uint64(2)] == 0xB7 else 0
    person = data[after] == 0xE8 and data[after + ONE] == 0x80  # 険 before 者
    return MARK_NUMBER if person else 0


@inline
def _digit_near(data: Bytes, at: np.uint64, stop: np.uint64, classes: Bytes, most: Int) -> Bool:
    """Say whether a digit stands within the next `most` characters."""
    for _ in range(most):
        if at >= stop:
            return False
        point, at = decode(data, at)
        if point < 0x10000 and (classes[point] == _DIGIT or classes[point] == _KANJI):
            return True
    return False


@inline
def _plate_after(data: Bytes, at: np.uint64, stop: np.uint64, classes: Bytes) -> Bool:
    """Say whether the hiragana that ends at `at` is followed by a digit or ・, or space first."""
    if at >= stop:
        return False
    point, after = decode(data, at)
    if point in (_SPACE, _WIDE_SPACE, _HYPHEN) and after < stop:
        point, after = decode(data, after)
    return point == _MIDDLE_DOT or (point < 0x10000 and classes[point] == _DIGIT)


@inline
def _is_letter(data: Bytes, at: np.uint64, letter: Int) -> Bool:
    """Say whether an ASCII letter stands there, in either case."""
    return bool(data[at] | 0x20 == letter)


@inline
def _is_local_part(data: Bytes, at: np.uint64, start: np.uint64) -> Bool:
    """Say whether what stands before an @ could belong to an address: no space, bracket or kana."""
    if at == start:
        return False
    byte = np.int64(data[at - ONE])
    if byte >= 0x80:  # full-width letters
        return at >= start + THREE and data[at - THREE] == 0xEF
    return byte > 0x29 and byte != 0x2C and byte != 0x3A and byte != 0x40


@inline
def _is_birth(data: Bytes, at: np.uint64, start: np.uint64, stop: np.uint64) -> Bool:
    """Say whether the b or B at `at` is that of birth, born or DOB."""
    if at + np.uint64(5) <= stop and data[at + ONE] | 0x20 == 0x69:
        return _is_letter(data, at + THREE, 0x74)
    if at + np.uint64(5) <= stop and _is_letter(data, at + ONE, 0x6F):
        return _is_letter(data, at + np.uint64(2), 0x72) and _is_letter(data, at + THREE, 0x6E)
    if at < start + np.uint64(2):
        return False
    return _is_letter(data, at - ONE, 0x6F) and _is_letter(data, at - np.uint64(2), 0x64)


@inline
def _chain_kind(
    sizes: Groups, zero: Groups, joints: Groups, groups: Int, digits: Int, kanji: Int
) -> Int:
    """The kind of candidate that a chain of digits is, 0 for none."""
    if digits < 7 and groups < 4:
        return 0
    if kanji > 0:
        return KANJI_NUMBER if digits >= 7 and kanji >= 6 else 0
    return NUMBER if _shape_of_interest(sizes, zero, joints, groups) else 0


@inline
def _put(out: Spans, total: Int, row: Int, start: np.uint64, stop: np.uint64, kind: Int) -> Int:
    """Write a candidate if there is room; return the new number of candidates."""
    if total < len(out):
        out[total, 0] = row
        out[total, 1] = start
        out[total, 2] = stop
        out[total, 3] = kind
    return total + 1


@kernel("int64(uint8[::1], int32[::1], uint8[::1], int32[:,::1])")
def find_candidates(data: Bytes, offsets: Offsets, classes: Bytes, out: Spans) -> Int:
    """Write the candidates of all texts in order of their ends; return how many there are.

    Args:
        data: UTF-8.
        offsets: of the texts, `int32[n + 1]`.
        classes: `CLASSES`.
        out: `int32[m, 4]`: text, first byte, byte after the last (both from the start of `data`),
            kind. If there are more than m, the rest is not written.
    """
    total: Int = 0
    sizes, zero = np.zeros(_MOST, np.int64), np.zeros(_MOST, np.int64)
    joints, heads = np.zeros(_MOST, np.int64), np.zeros(_MOST, np.int64)
    for row in range(len(offsets) - 1):
        start, stop = np.uint64(offsets[row]), np.uint64(offsets[row + 1])
        at = start
        seen = start  # hex chains before this byte are done
        groups: Int = 0
        digits: Int = 0
        kanji: Int = 0
        between: Int = 0  # joints since the last digit
        last: Int = 0  # the last joint
        head, tail = start, start
        while at < stop:
            point, after = decode(data, at)
            kind = np.int64(classes[point]) if point < 0x10000 else np.int64(0)
            if kind == 0 and groups == 0:
                last = 0
                at = after
                continue
            if kind in (_DIGIT, _KANJI):
                if groups == 0 or between > 0:
                    if groups == _MOST:  # a long table: look at what there is, and go on
                        if _shape_of_interest(sizes, zero, joints, groups):
                            total = _put(out, total, row, head, tail, NUMBER)
                        digits = 0
                        for g in range(_KEPT):
                            old = _MOST - _KEPT + g
                            sizes[g], zero[g], joints[g] = sizes[old], zero[old], joints[old]
                            heads[g] = heads[old]
                            digits += sizes[g]
                        groups, kanji = _KEPT, min(kanji, digits)
                        head = np.uint64(heads[0])
                    if groups == 0:
                        head = at
                    heads[groups] = at
                    sizes[groups] = 0
                    nought = point == 0x30 or point == 0xFF10 or point == 0x3007
                    plus = last in (_PLUS, _WIDE_PLUS)
                    zero[groups] = 2 if plus else (1 if nought else 0)
                    joints[groups] = last
                    groups += 1
                sizes[groups - 1] += 1
                digits += 1
                kanji += kind == _KANJI
                between = 0
                last = 0
                tail = after
                at = after
                continue
            if kind == _JOINT:
                mac = point == _HYPHEN and at >= seen and at > start and _is_hex(data[at - ONE])
                if mac and _hex_chain(data, at, start, stop):
                    total = _put(out, total, row, at, after, HEX)
                    seen = at + _ADDRESS
                between += 1
                if last == 0 or point not in (_SPACE, _WIDE_SPACE):
                    last = _DOT if point == _WIDE_DOT else point
                if groups > 0 and between <= 3:
                    plate = point == _NO and sizes[groups - 1] <= 3
                    if plate and _plate_after(data, after, stop, classes):
                        total = _put(out, total, row, at, after, PLATE)
                    at = after
                    continue
            if groups > 0:  # the chain of digits ends here
                found = _chain_kind(sizes, zero, joints, groups, digits, kanji)
                if found > 0:
                    total = _put(out, total, row, head, tail, found)
                plate = kind == _HIRAGANA and between <= 1 and sizes[groups - 1] <= 3
                groups, digits, kanji = 0, 0, 0
                if plate and _plate_after(data, after, stop, classes):
                    total = _put(out, total, row, at, after, PLATE)
            if kind != _JOINT:
                between = 0
                last = 0
            if kind == _AT and _is_local_part(data, at, start):
                total = _put(out, total, row, at, after, AT_SIGN)
            elif kind == _COLON and at >= seen:
                wide = point != 0x3A
                if wide and _wide_mac(data, at, start, stop):
                    total = _put(out, total, row, at, after, HEX)
                    seen = at + np.uint64(50)
                elif not wide and _hex_chain(data, at, start, stop):
                    total = _put(out, total, row, at, after, HEX)
                    seen = at + _ADDRESS
            elif kind == _WORD:
                found = _word(data, at, start, stop)
                if found == MARK_NUMBER and not _digit_near(data, after, stop, classes, 12):
                    found = 0
                if found > 0:
                    total = _put(out, total, row, at, after, found)
            elif kind == _B and _is_birth(data, at, start, stop):
                if _digit_near(data, after, stop, classes, 24):
                    total = _put(out, total, row, at, after, BIRTH)
            elif kind == _LESS and at > start and data[at - ONE] == 0x50:
                total = _put(out, total, row, at - ONE, after, PASSPORT_LINE)
            at = after
        if groups > 0:
            found = _chain_kind(sizes, zero, joints, groups, digits, kanji)
            if found > 0:
                total = _put(out, total, row, head, tail, found)
    return total
