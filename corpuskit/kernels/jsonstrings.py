"""Texts out of JSON string literals: escapes resolved, straight into Arrow's layout."""

from __future__ import annotations

import numpy as np

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets
from corpuskit.kernels.compiler import inline, kernel

_QUOTE, _BACKSLASH = 34, 92
# Unsigned places, as in `hashing`: Numba looks no further at what can't be negative.
_ONE, _TWO, _THREE, _FOUR = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
_SIX, _EIGHT = np.uint64(6), np.uint64(8)
_LOW = np.uint64(0x0101010101010101)
_HIGH = np.uint64(0x8080808080808080)
_SPACES = np.uint64(0x2020202020202020)
_QUOTES = np.uint64(0x2222222222222222)
_BACKSLASHES = np.uint64(0x5C5C5C5C5C5C5C5C)


@inline
def _word(data: Bytes, at: np.uint64) -> np.uint64:
    """Eight bytes as one little-endian word."""
    word = np.uint64(0)
    for k in range(8):
        word |= np.uint64(data[at + np.uint64(k)]) << np.uint64(8 * k)
    return word


@inline
def _ends_run(word: np.uint64) -> Bool:
    """Whether a byte of the word is a quote, a backslash or a control character."""
    quotes, escapes = word ^ _QUOTES, word ^ _BACKSLASHES
    found = (word - _SPACES) & ~word
    found |= (quotes - _LOW) & ~quotes
    found |= (escapes - _LOW) & ~escapes
    return bool((found & _HIGH) != np.uint64(0))


@inline
def _hex4(data: Bytes, at: np.uint64) -> Int:
    """The value of the four hex digits at `at`, or -1; a place past the end has none."""
    if at + _FOUR > np.uint64(len(data)):
        return -1
    value: Int = np.int64(0)
    for k in range(4):
        c = np.int64(data[at + np.uint64(k)])
        if 48 <= c <= 57:
            digit = c - 48
        elif 97 <= (c | 32) <= 102:
            digit = (c | 32) - 87
        else:
            return -1
        value = value * 16 + digit
    return value


@inline
def _code(data: Bytes, at: np.uint64) -> Int:
    r"""The code point of the escape ``\uXXXX`` at `at`, of both for a surrogate pair, or -1."""
    code = _hex4(data, at + _TWO)
    if 0xD800 <= code < 0xDC00:
        low: Int = np.int64(-1)
        next_at = at + _SIX
        if next_at + _SIX <= np.uint64(len(data)) and data[next_at] == _BACKSLASH:
            low = _hex4(data, next_at + _TWO) if data[next_at + _ONE] == 117 else np.int64(-1)
        if not 0xDC00 <= low < 0xE000:
            return -1
        return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
    return -1 if 0xDC00 <= code < 0xE000 else code


@inline
def _put(out: Bytes, to: np.uint64, code: Int) -> np.uint64:
    """Write a code point as UTF-8; return where the next one goes."""
    if code < 0x80:
        out[to] = code
        return to + _ONE
    if code < 0x800:
        out[to] = 0xC0 | (code >> 6)
        out[to + _ONE] = 0x80 | (code & 63)
        return to + _TWO
    if code < 0x10000:
        out[to] = 0xE0 | (code >> 12)
        out[to + _ONE] = 0x80 | ((code >> 6) & 63)
        out[to + _TWO] = 0x80 | (code & 63)
        return to + _THREE
    out[to] = 0xF0 | (code >> 18)
    out[to + _ONE] = 0x80 | ((code >> 12) & 63)
    out[to + _TWO] = 0x80 | ((code >> 6) & 63)
    out[to + _THREE] = 0x80 | (code & 63)
    return to + _FOUR


@inline
def _simple(c: Int) -> Int:
    """What an escape of one letter stands for, or -1."""
    if c == 110:
        return 10
    if c in (_QUOTE, _BACKSLASH, 47):
        return c
    if c == 116:
        return 9
    if c == 114:
        return 13
    if c == 98:
        return 8
    return 12 if c == 102 else -1


@kernel("int64(uint8[::1], uint8[::1], int32[::1])")
def unescape(data: Bytes, out: Bytes, offsets: Offsets) -> int:
    r"""Write the texts of JSON strings to `out`; return how many bytes they are, or -1.

    `data` holds `len(offsets) - 1` string literals with their quotes, one "\n" between two. Text i
    is then ``out[offsets[i]:offsets[i + 1]]``; `out` needs `len(data)` bytes. UTF-8 is taken as it
    stands, unchecked. -1: one of them is no string by RFC 8259, or an escape stands for half of a
    surrogate pair.
    """
    at, to, stop = np.uint64(0), np.uint64(0), np.uint64(len(data))
    offsets[0] = 0
    for i in range(len(offsets) - 1):
        if at >= stop or data[at] != _QUOTE:
            return -1
        at += _ONE
        while True:
            while at + _EIGHT <= stop:
                word = _word(data, at)
                if _ends_run(word):
                    break
                for k in range(8):  # one store: what is written never overtakes what is read
                    out[to + np.uint64(k)] = np.uint8(word >> np.uint64(8 * k))
                at += _EIGHT
                to += _EIGHT
            while at < stop and data[at] >= 32 and data[at] != _QUOTE and data[at] != _BACKSLASH:
                out[to] = data[at]
                to += _ONE
                at += _ONE
            if at + _ONE >= stop or data[at] != _BACKSLASH:
                break
            letter = np.int64(data[at + _ONE])
            code = _code(data, at) if letter == 117 else _simple(letter)
            if code < 0:
                return -1
            at += _TWO if letter != 117 else (_SIX if code < 0x10000 else _SIX + _SIX)
            to = _put(out, to, code)
        if at >= stop or data[at] != _QUOTE:
            return -1
        at += _ONE
        offsets[i + 1] = to
        if i + 2 < len(offsets):
            if at >= stop or data[at] != 10:
                return -1
            at += _ONE
    return int(to) if at == stop else -1
