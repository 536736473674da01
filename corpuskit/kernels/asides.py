"""Finds what stands beside sentences instead of a full stop: emoji, faces of signs, （笑）, www."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int
from corpuskit.kernels.compiler import inline
from corpuskit.kernels.utf8 import decode

LONGEST_FACE = 14
"""Characters between the brackets of a face such as (´・ω・`)."""

_TABLE_SIZE = 0x10000
# What a character is in and around a face. EYE counts one, MOUTH between two alike counts two.
_EYE, _MOUTH, _PLAIN, _OPEN, _CLOSE, _HAND, _ARM, _LAUGH, _END = range(1, 10)


def _roles() -> npt.NDArray[np.uint8]:
    table = np.zeros(_TABLE_SIZE, np.uint8)
    for start, stop in ((0x3041, 0x3100), (0x3400, 0xA000), (0xF900, 0xFB00), (0xFF66, 0xFF9E)):
        table[start:stop] = _PLAIN
    for characters, role in (
        ("^＾´｀≧≦￣", _EYE),
        ("_＿ωд∀Д▽∇□ェーﾛ", _MOUTH),
        ("・ゝノ人ヮ。、", 0),
        ("(（", _OPEN),
        (")）", _CLOSE),
        ("ノﾉゞ/／彡ｂ", _HAND),
        ("mｍヽヾ＼oｏd", _ARM),
        ("笑汗泣爆涙怒照", _LAUGH),
        ("\n", _END),
    ):
        table[[ord(c) for c in characters]] = role
    return table


_ROLES = _roles()
_OH = ord("o")
_PARTICLES = tuple(ord(c) for c in "をはがにのへや")
_DE, _TO, _MO, _TE, _HA, _U, _SI, _TU = (ord(c) for c in "でともてはうしっ")


@inline
def _role(point: Int) -> Int:
    if point < _TABLE_SIZE:
        return np.int64(_ROLES[point])
    return np.int64(_PLAIN if 0x20000 <= point < 0x40000 else 0)


@inline
def is_emoji(point: Int) -> Bool:
    """Say whether the code point is an emoji, a like symbol, or a part of one."""
    if point < 0x200D:
        return False
    if point < 0x2600:
        return point == 0x200D or point == 0x20E3
    symbol = 0x2600 <= point < 0x27C0 or point == 0x2B50 or point == 0xFE0F
    return symbol or 0x1F1E6 <= point < 0x1FB00


@inline
def _is_mood(point: Int) -> Bool:
    """Say whether the emoji shows a mood, as at the end of a sentence: faces, hearts, notes."""
    if point < 0x1F000:
        return point in (0x2639, 0x263A, 0x2661, 0x2665, 0x266A, 0x266B, 0x2728, 0x2764)
    faces = 0x1F600 <= point < 0x1F650 or 0x1F910 <= point < 0x1F930
    more = 0x1F970 <= point < 0x1F980 or 0x1FAE0 <= point < 0x1FAF0
    hands = 0x1F44A <= point < 0x1F450
    hearts = 0x1F493 <= point < 0x1F4A0 or point in (0x1F4A2, 0x1F4A6, 0x1F4A7, 0x1F4A8)
    return faces or more or hands or hearts or point in (0x1F389, 0x1F38A, 0x1F3B5, 0x1F3B6)


@inline
def _face(data: Bytes, at: np.uint64, stop: np.uint64) -> np.uint64:
    """Return where the face that starts after a bracket at `at` ends, 0 if there is none."""
    begin = at
    signs: Int = 0
    count: Int = 0
    before: Int = 0
    laugh: Bool = False
    mouth: Bool = False
    while at < stop and count < LONGEST_FACE:
        point, after = decode(data, at)
        role = _role(point)
        following = decode(data, after)[0] if after < stop else np.int64(0)
        if role == _CLOSE:
            return after if signs >= 2 or (laugh and count <= 2) else np.uint64(0)
        if (role in (_PLAIN, _HAND, _LAUGH, _END) and point >= 0x80) or role == _END:
            if role == _LAUGH or (count == 0 and role == _PLAIN):  # 笑, 苦笑
                laugh = role == _LAUGH
            else:
                # A face without its second bracket: (^_^;
                return at if mouth and at > begin else np.uint64(0)
        elif role == _EYE:
            power = 0x30 <= following <= 0x39 or (
                0x41 <= following & ~0x20 <= 0x5A and following | 0x20 != _OH
            )
            signs += not power
        elif role == _MOUTH:
            pair = before == following or (before == 0x3E and following == 0x3C)
            if pair and before != 0:
                signs, mouth = signs + 2, True
        before = point
        if count == 0 and role == _MOUTH and following == 0x20:
            signs += 2  # (_ _)
        count += 1
        at = after
    return at if at == stop and mouth else np.uint64(0)


@inline
def _hands(data: Bytes, at: np.uint64, stop: np.uint64, arm: Int) -> np.uint64:
    """Return where the hands after a face end: ノ, /, or the m of m(_ _)m."""
    while at < stop:
        point, after = decode(data, at)
        if _role(point) != _HAND and point != arm:
            break
        at = after
    return at


@inline
def _run(data: Bytes, at: np.uint64, stop: np.uint64, wanted: Int) -> tuple[np.uint64, Int]:
    """Return where a run of one character ends, and its length."""
    count: Int = 0
    while at < stop:
        point, after = decode(data, at)
        if point != wanted:
            break
        count += 1
        at = after
    return at, count


@inline
def aside(data: Bytes, at: np.uint64, stop: np.uint64, last: Int) -> np.uint64:
    """Return where the face, laugh or emoji that starts at `at` ends; `at` if there is none.

    Args:
        data: UTF-8.
        at: position of a character.
        stop: where the text ends.
        last: code point before it.
    """
    point, after = decode(data, at)
    if point >= 0x2600 and _is_mood(point):
        while after < stop:
            following, beyond = decode(data, after)
            if not is_emoji(following):
                break
            after = beyond
        return after
    role = _role(point)
    if role == _OPEN:
        end = _face(data, after, stop)
        return _hands(data, end, stop, 0) if end > at else at
    if role in (_ARM, _HAND) and after < stop:
        following, beyond = decode(data, after)
        if _role(following) == _OPEN:
            end = _face(data, beyond, stop)
            return _hands(data, end, stop, point) if end > at else at
    if point == 0x77 or point == 0xFF57:  # w
        end, count = _run(data, at, stop, point)
        japanese = last >= 0x3041 and last < 0xA000
        latin = end < stop and data[end] < 0x80 and data[end] > 0x20
        return end if japanese and not latin and (count >= 2 or point == 0xFF57) else at
    if point == 0x5E and after < stop and last >= 0x3041:  # ^^ and ^_^
        second, beyond = decode(data, after)
        third = decode(data, beyond)[0] if beyond < stop else np.int64(0)
        if second == 0x5F and third == 0x5E:
            return _run(data, decode(data, beyond)[1], stop, 0x3B)[0]
        if second == 0x5E and third != 0x5E:
            return _run(data, beyond, stop, 0x3B)[0]
    return at


@inline
def is_particle(data: Bytes, at: np.uint64, stop: np.uint64) -> Bool:
    """Say whether a particle stands here, so that what is before it is a word of its sentence."""
    point, after = decode(data, at)
    following = decode(data, after)[0] if after < stop else np.int64(0)
    if point == _MO:  # not もう, もし, もっと
        return following not in (_U, _SI, _TU)
    if point == _DE:  # not でも, では
        return following not in (_MO, _HA)
    if point == _TO:  # not とても
        return following != _TE
    return point in _PARTICLES


@inline
def begins(data: Bytes, at: np.uint64, stop: np.uint64) -> Bool:
    """Say whether a new sentence may begin here, after an aside: not with a particle or a mark."""
    if at >= stop:
        return False
    if is_particle(data, at, stop):
        return False
    point = decode(data, at)[0]
    if point in (0x20, 0x3000, 0x300C, 0x300E):
        return True
    word = 0x30 <= point <= 0x39 or 0x41 <= point & ~0x20 <= 0x5A
    return word or _role(point) == _PLAIN or (0xFF10 <= point <= 0xFF5A and point != 0xFF1B)
