"""The step that all kernels over UTF-8 share. The bytes are valid UTF-8: Arrow promises it."""

from __future__ import annotations

import numpy as np

from corpuskit.kernels.buffers import Bool, Bytes, Int
from corpuskit.kernels.compiler import inline

# Positions are uint64: Numba checks signed indices for negative values at every access.
ONE, TWO, THREE, FOUR = (np.uint64(size) for size in (1, 2, 3, 4))


@inline
def decode(data: Bytes, at: np.uint64) -> tuple[Int, np.uint64]:
    """Return the code point that starts at byte `at` and the position of the next one."""
    first = np.int64(data[at])
    if first < 0x80:
        return first, at + ONE
    if first >= 0xF0:
        high = (first & 7) << 18 | (np.int64(data[at + ONE]) & 63) << 12
        low = (np.int64(data[at + TWO]) & 63) << 6 | np.int64(data[at + THREE]) & 63
        return high | low, at + FOUR
    second = np.int64(data[at + ONE]) & 63
    if first >= 0xE0:
        third = np.int64(data[at + TWO]) & 63
        return (first & 15) << 12 | second << 6 | third, at + THREE
    return (first & 31) << 6 | second, at + TWO


@inline
def previous(data: Bytes, at: np.uint64) -> np.uint64:
    """Return the position of the code point that ends before byte `at`."""
    at -= ONE
    while data[at] & 0xC0 == 0x80:
        at -= ONE
    return at


@inline
def is_white(point: Int) -> Bool:
    """Say whether the code point has Unicode's property White_Space (U+200B has not)."""
    if point <= 0x20:
        return point == 0x20 or 9 <= point <= 13
    if point < 0x1680:
        return point == 0x85 or point == 0xA0
    if point == 0x3000:
        return True
    if point > 0x205F:
        return False
    rare = point == 0x1680 or 0x2000 <= point <= 0x200A or point == 0x2028 or point == 0x2029
    return rare or point == 0x202F or point == 0x205F
