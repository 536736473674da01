"""Do all words of a MeCab dictionary that share a context id share their parts of speech?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int
from corpuskit.kernels.compiler import inline, kernel

Long = npt.NDArray[np.int64]

NO_FIELD = -1
"""In place of the number of a field that the dictionary doesn't have."""

_COMMA, _QUOTE = 0x2C, 0x22


@inline
def _after_field(data: Bytes, at: Int) -> Int:
    """Return where the field that starts at `at` ends: at a comma or NUL, or the data's end."""
    quoted = False
    while at < len(data) and data[at] != 0 and (quoted or data[at] != _COMMA):
        quoted ^= data[at] == _QUOTE
        at += 1
    return at


@inline
def _same(data: Bytes, a: Int, b: Int, parts: Int, origin: Int) -> Bool:
    """Say whether two lines of features have the same first `parts` fields and the same origin."""
    field: Int = np.int64(0)
    last = max(parts - 1, origin)
    while field <= last:
        end, other = _after_field(data, a), _after_field(data, b)
        if field < parts or field == origin:
            if end - a != other - b:
                return False
            for i in range(end - a):
                if data[a + i] != data[b + i]:
                    return False
        if end >= len(data) or other >= len(data) or data[end] == 0 or data[other] == 0:
            return field == last
        a, b = end + 1, other + 1
        field += 1
    return True


@kernel("UniTuple(int64, 2)(uint8[::1], int64[::1], int64[::1], int64, int64, int64)")
def first_that_differs(
    data: Bytes, left: Long, places: Long, contexts: Int, parts: Int, origin: Int
) -> tuple[Int, Int]:
    """Return two words of one context id that differ, the first such, or -1 twice.

    Args:
        data: lines of features, each closed by NUL.
        left: context id of each word, below `contexts`.
        places: where in `data` each word's features start.
        contexts: number of context ids.
        parts: how many fields, from the first on, must be the same.
        origin: another field that must be the same, or `NO_FIELD`.
    """
    seen = np.full(contexts, -1, np.int64)
    for row in range(len(left)):
        first = seen[left[row]]
        if first < 0:
            seen[left[row]] = row
        elif places[row] != places[first] and not _same(
            data, places[first], places[row], parts, origin
        ):
            return first, np.int64(row)
    return np.int64(-1), np.int64(-1)
