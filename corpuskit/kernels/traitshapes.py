"""Shapes that `traits` looks for: links, addresses, months, captions, units."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels import traittables
from corpuskit.kernels.buffers import Bool, Int
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.traittables import CLASS, FLAG, UNIT_HASHES

Small = npt.NDArray[np.int32]

_OTHER, _HIRAGANA, _KANJI, _DIGIT, _LATIN, _SPACE, _LONG, _UNIT_SIGN = (
    traittables.OTHER, traittables.HIRAGANA, traittables.KANJI, traittables.DIGIT,
    traittables.LATIN, traittables.SPACE, traittables.LONG, traittables.UNIT_SIGN,
)  # fmt: skip
_CAPITAL, _URL = traittables.FLAG_CAPITAL, traittables.FLAG_URL
_PRIME = np.uint64(0x100000001B3)
_ONE = np.uint64(1)
_EMPTY = np.uint64(0)
_LONGEST_LABEL, _LONGEST_TARGET, _LONGEST_UNIT, _LONGEST_DOMAIN = 300, 2000, 8, 256


@inline
def class_of(point: Int) -> Int:
    """The class of a code point (see `traittables`)."""
    if point < 0x10000:
        return np.int64(CLASS[point])
    return _KANJI if 0x20000 <= point < 0x40000 else _OTHER


@inline
def flag_of(point: Int) -> Int:
    """The flags of a code point (see `traittables`)."""
    return np.int64(FLAG[point]) if point < 0x10000 else 0


@inline
def is_letter(kind: Int) -> Bool:
    """Whether a class is that of a Japanese letter."""
    return _HIRAGANA <= kind <= _KANJI or kind == _LONG


@inline
def narrow(point: Int) -> Int:
    """A full-width letter, digit or sign as the ASCII one."""
    return point - 0xFEE0 if 0xFF01 <= point <= 0xFF5E else point


@inline
def known(table: npt.NDArray[np.uint64], value: np.uint64) -> Bool:
    """Whether a table of `traittables` holds a hash."""
    slot = value & np.uint64(511)
    while table[slot] != _EMPTY:
        if table[slot] == value:
            return True
        slot = (slot + _ONE) & np.uint64(511)
    return False


@kernel("boolean(int32[::1], int64, int64)")
def has_unit(points: Small, at: Int, have: Int) -> Bool:
    """Whether a unit of measure stands after a number that ends at a place, one space between."""
    if at < have and points[at] == 0x20:
        at += 1
    value = _EMPTY
    first = at
    while at < have and at - first < _LONGEST_UNIT:
        point = narrow(np.int64(points[at]))
        kind = class_of(point)
        digit = kind == _DIGIT and at > first
        joint = point in (0x2F, 0x2D, 0xB7, 0xB3, 0xB2) and at > first
        if not (kind in (_LATIN, _UNIT_SIGN) or digit or joint or 0x391 <= point <= 0x3C9):
            break
        value = value * _PRIME + np.uint64(point) + _ONE
        at += 1
    return at > first and known(UNIT_HASHES, value)


@kernel("UniTuple(int64, 2)(int32[::1], int64, int64)")
def link(points: Small, at: Int, have: Int) -> tuple[Int, Int]:
    """Where the label and the whole of a Markdown link end that starts at "[", or 0, 0."""
    label = at + 1
    while label < have and label - at < _LONGEST_LABEL and points[label] != 0x5D:
        if points[label] == 0x0A or points[label] == 0x5B:
            return 0, 0
        label += 1
    if label + 1 >= have or points[label] != 0x5D or points[label + 1] != 0x28:
        return 0, 0
    end = label + 2
    while end < have and end - label < _LONGEST_TARGET and points[end] != 0x29:
        if points[end] == 0x0A:
            return 0, 0
        end += 1
    if end >= have or points[end] != 0x29:
        return 0, 0
    return label, end + 1


@kernel("int64(int32[::1], int64, int64)")
def url_end(points: Small, at: Int, have: Int) -> Int:
    """Where an address ends whose "://" starts at a place; the place where there is none."""
    if at + 2 >= have or points[at + 1] != 0x2F or points[at + 2] != 0x2F:
        return at
    end = at
    while end < have and flag_of(np.int64(points[end])) & _URL:
        end += 1
    return end


@kernel("boolean(int32[::1], int64, int64)")
def is_mail(points: Small, at: Int, have: Int) -> Bool:
    """Whether "@" has a letter or digit before it and a domain with a dot after it."""
    if at == 0 or at + 3 >= have:
        return False
    before = class_of(np.int64(points[at - 1]))
    if before not in (_LATIN, _DIGIT):
        return False
    end = at + 1
    dot: Int = 0
    while end < have and end - at < _LONGEST_DOMAIN:
        point = np.int64(points[end])
        kind = class_of(point)
        if point == 0x2E:
            if end == at + 1:
                return False
            dot = end
        elif not (kind in (_LATIN, _DIGIT) or point == 0x2D):
            break
        end += 1
    return dot > 0 and dot + 1 < end


@inline
def is_era(points: Small, at: Int, digits: Int) -> Bool:
    """Whether 令和, 平成 or 昭和 stands before the digits, or 元, before a place."""
    at -= digits
    if digits == 0:
        if at < 1 or points[at - 1] != 0x5143:
            return False
        at -= 1
    if at < 2 or digits > 2:
        return False
    first, second = points[at - 2], points[at - 1]
    return bool(
        (first == 0x4EE4 and second == 0x548C)
        or (first == 0x5E73 and second == 0x6210)
        or (first == 0x662D and second == 0x548C)
    )


@kernel("boolean(int32[::1], int64, int64, boolean)")
def is_month(points: Small, at: Int, have: Int, slash: bool) -> Bool:
    """Whether 年 or "/" at a place is that of a year and a month without a day."""
    digits: Int = 0
    while digits < 5 and at - digits > 0 and class_of(np.int64(points[at - digits - 1])) == _DIGIT:
        digits += 1
    era = digits < 4 and not slash and is_era(points, at, digits)
    if digits != 4 and not era:
        return False
    end = at + 1
    month: Int = 0
    while end < have and end - at <= 2 and class_of(np.int64(points[end])) == _DIGIT:
        month = month * 10 + narrow(np.int64(points[end])) - 0x30
        end += 1
    if not 1 <= month <= 12:
        return False
    if slash:
        return not (
            end < have and (class_of(np.int64(points[end])) == _DIGIT or points[end] == 0x2F)
        )
    if end >= have or points[end] != 0x6708:
        return False
    end += 1
    while end < have and class_of(np.int64(points[end])) == _DIGIT:
        end += 1
    return not (end < have and points[end] == 0x65E5)


@kernel("boolean(int32[::1], int64, int64)")
def is_caption(points: Small, at: Int, have: Int) -> Bool:
    """Whether a line that begins at a place begins with 図1, 表 2-1, 写真 3, Fig. 4 or Table 5."""
    first = np.int64(points[at])
    after = at
    if first in (0x56F3, 0x8868):  # 図, 表
        after = at + 1
        if after < have and points[after] == 0x8868:
            after += 1
    elif at + 1 < have and (
        (first == 0x5199 and points[at + 1] == 0x771F)  # 写真
        or (first == 0x4ED8 and points[at + 1] == 0x56F3)  # 付図
        or (first == 0x5225 and points[at + 1] == 0x8868)  # 別表
    ):
        after = at + 2
    elif at + 3 < have and first == 0x46 and points[at + 1] == 0x69 and points[at + 2] == 0x67:
        after = at + 3
        while after < have and (
            class_of(np.int64(points[after])) == _LATIN or points[after] == 0x2E
        ):
            after += 1
    elif at + 4 < have and first == 0x54 and points[at + 1] == 0x61 and points[at + 2] == 0x62:
        after = at + 3
        while after < have and class_of(np.int64(points[after])) == _LATIN:
            after += 1
    else:
        return False
    if after < have and class_of(np.int64(points[after])) == _SPACE:
        after += 1
    if after < have and flag_of(np.int64(points[after])) & _CAPITAL:
        after += 1
        if after < have and points[after] in (0x2D, 0x2E):
            after += 1
    return after < have and class_of(np.int64(points[after])) == _DIGIT
