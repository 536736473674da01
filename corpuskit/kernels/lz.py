"""How much a text shrinks: the size of an LZ4-like block, by a fixed algorithm of our own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes, Offsets
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.utf8 import ONE

Counts = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]

LONGEST_INPUT = 1 << 20
"""Bytes of a text that are looked at, as in uzushio's CompressionRate."""

_FOUR = np.uint64(4)
_BITS = np.uint64(32 - 12)
_SLOTS = 1 << 12
_FARTHEST = np.uint64(65535)
_LAST_LITERALS = np.uint64(12)
_SPREAD = np.uint64(2654435761)
_WORD = np.uint64(0xFFFFFFFF)
_SKIP = np.uint64(6)


@inline
def _word(data: Bytes, at: np.uint64) -> np.uint64:
    word = np.uint64(data[at]) | np.uint64(data[at + ONE]) << np.uint64(8)
    word |= np.uint64(data[at + np.uint64(2)]) << np.uint64(16)
    return np.uint64(word | np.uint64(data[at + np.uint64(3)]) << np.uint64(24))


@inline
def _more(length: np.uint64) -> np.uint64:
    """Bytes that a length takes beside its four bits of the token."""
    return (length - np.uint64(15)) // np.uint64(255) + ONE if length >= 15 else np.uint64(0)


@inline
def _size(data: Bytes, start: np.uint64, stop: np.uint64, table: Small) -> np.uint64:
    """Bytes of the block: for each match a token, its literals, two bytes for where it is."""
    for j in range(_SLOTS):
        table[j] = -1
    size = np.uint64(0)
    literals = start
    at = start
    limit = stop - _LAST_LITERALS if stop > start + _LAST_LITERALS else start
    tries = np.uint64(1) << _SKIP
    while at < limit:
        word = _word(data, at)
        slot = (word * _SPREAD & _WORD) >> _BITS
        candidate = start + np.uint64(table[slot])
        table[slot] = np.int32(at - start)
        if candidate >= at or at - candidate > _FARTHEST or _word(data, candidate) != word:
            at += tries >> _SKIP
            tries += ONE
            continue
        while at > literals and candidate > start and data[at - ONE] == data[candidate - ONE]:
            at -= ONE
            candidate -= ONE
        ahead = at + _FOUR
        back = candidate + _FOUR
        end = stop - np.uint64(5)
        while ahead < end and data[ahead] == data[back]:
            ahead += ONE
            back += ONE
        size += np.uint64(3) + (at - literals) + _more(at - literals)
        size += _more(ahead - at - _FOUR)
        at = ahead
        literals = at
        tries = np.uint64(1) << _SKIP
        if at < limit:
            two = at - np.uint64(2)
            table[(_word(data, two) * _SPREAD & _WORD) >> _BITS] = np.int32(two - start)
    return size + ONE + (stop - literals) + _more(stop - literals)


@kernel("void(uint8[::1], int32[::1], int64[:,::1])")
def block_sizes(data: Bytes, offsets: Offsets, out: Counts) -> None:
    """Write to `out[i]` how many bytes of text i were looked at, and the bytes of their block.

    The block is LZ4's (token, literals, offset of 16 bits, lengths in steps of 255), found by its
    fast strategy: one candidate for each hash of four bytes, in a table of 4,096; steps grow by
    one every 64 positions without a match.
    """
    table = np.empty(_SLOTS, np.int32)
    for i in range(len(offsets) - 1):
        start, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        stop = min(stop, start + np.uint64(LONGEST_INPUT))
        out[i, 0] = np.int64(stop - start)
        out[i, 1] = np.int64(_size(data, start, stop, table)) if stop > start else 0
