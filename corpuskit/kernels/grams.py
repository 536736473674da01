"""An index of n-grams of folded characters, and which documents have any of them.

The sum of an n-gram is its code points as digits of a number in base `shingles.BASE`, plus what
tells lengths apart; its hash is fmix64 of the sum. A bitmap over the sums answers for most places
of a text, the sorted hashes for the rest.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.folding import Long, Points, Short, fold_block
from corpuskit.kernels.hashing import fmix64
from corpuskit.kernels.shingles import BASE
from corpuskit.kernels.utf8 import ONE

Table = npt.NDArray[np.int32]

BLOCK = 2048
"""Folded characters that are hashed at a time."""

MIX = np.uint64(0x9E3779B97F4A7C15)
_WIDTH = np.uint64(0xC2B2AE3D27D4EB4F)
_SIXTY_FOUR, _SIX, _LOW = np.uint64(64), np.uint64(6), np.uint64(63)


@inline
def seed_of(width: Int) -> np.uint64:
    """What is added to the sums of n-grams of one length, so that those of two don't meet."""
    return np.uint64(np.uint64(width) * _WIDTH)


@kernel("void(uint32[::1], int32[::1], int64[::1], uint64[::1])")
def hash_grams(points: Points, starts: Table, widths: Long, out: Words) -> None:
    """Write the hash of `points[starts[i]:starts[i] + widths[i]]` to `out[i]`."""
    for i in range(len(starts)):
        rolled = np.uint64(0)
        for j in range(starts[i], starts[i] + widths[i]):
            rolled = rolled * BASE + np.uint64(points[j])
        out[i] = rolled + seed_of(widths[i])


@inline
def shift_of(size: Int) -> np.uint64:
    """Return how far to shift a 64-bit word for a number below `size`, a power of two above 1."""
    shift = _SIXTY_FOUR
    while size > 1:
        size >>= 1
        shift -= ONE
    return shift


@kernel("void(uint64[::1], uint64[::1])")
def fill_bitmap(sums: Words, bitmap: Words) -> None:
    """Set the bit of each hash sum that `hash_grams` gave; the bitmap's size is a power of two."""
    shift = shift_of(np.int64(len(bitmap)) * 64)
    for i in range(len(sums)):
        bit = np.uint64(sums[i] * MIX) >> shift
        bitmap[bit >> _SIX] |= ONE << (bit & _LOW)


@inline
def is_set(bitmap: Words, bit: np.uint64) -> Bool:
    """Say whether a bit of the bitmap is set."""
    word = np.uint64(bitmap[bit >> _SIX])
    return bool((word >> (bit & _LOW)) & ONE)


@inline
def gram_of(key: np.uint64, hashes: Words, buckets: Table, shift: np.uint64) -> Int:
    """Return the number of the n-gram with this hash, -1 if no item has it."""
    bucket = key >> shift
    for k in range(buckets[bucket], buckets[bucket + ONE]):
        if hashes[k] == key:
            return np.int64(k)
    return np.int64(-1)


@inline
def _any_gram(
    points: Words, known: np.uint64, have: np.uint64, width: np.uint64,
    bitmap: Words, bits: np.uint64, hashes: Words, buckets: Table, shift: np.uint64,
) -> Bool:  # fmt: skip
    """Say whether an n-gram that ends in `points[known:have]` is an item's."""
    j = max(known, width - ONE) - width + ONE  # the first n-gram
    end = j + width
    if end > have:
        return False
    rolled, weight, seed = np.uint64(0), np.uint64(1), seed_of(np.int64(width))
    while j < end:
        rolled = rolled * BASE + points[j]
        weight *= BASE
        j += ONE
    while True:
        total = rolled + seed
        bit = np.uint64(total * MIX) >> bits
        if is_set(bitmap, bit) and gram_of(fmix64(total), hashes, buckets, shift) >= 0:
            return True
        if j == have:
            return False
        rolled = rolled * BASE + (points[j] - points[j - width] * weight)
        j += ONE


@kernel(
    "void(uint8[::1], int32[::1], uint16[::1], uint16[::1], int64[::1],"
    " uint64[::1], uint64[::1], int32[::1], boolean[::1])"
)
def find_touched(
    data: Bytes, offsets: Offsets, table: Short, kana: Short, widths: Long,
    bitmap: Words, hashes: Words, buckets: Table, out: npt.NDArray[np.bool_],
) -> None:  # fmt: skip
    """Say of each text whether any n-gram of the index may be in it; misses none.

    Args:
        data: the texts' bytes.
        offsets: their positions, n + 1.
        table: see `folding.fold_texts`.
        kana: see `folding.fold_texts`.
        widths: lengths of n-grams in the index, the longest first.
        bitmap: see `fill_bitmap`.
        hashes: the n-grams' mixed hashes, sorted.
        buckets: where the hashes with each value of their top bits start, a power of two plus 1.
        out: receives the answers, n.
    """
    most = np.uint64(widths[0])
    points = np.empty(BLOCK + widths[0], np.uint64)
    bits, shift = shift_of(np.int64(len(bitmap)) * 64), shift_of(np.int64(len(buckets)) - 1)
    for text in range(len(offsets) - 1):
        first, stop = np.uint64(offsets[text]), np.uint64(offsets[text + 1])
        at, known = first, np.uint64(0)
        found: Bool = False
        while at < stop and not found:
            at, have = fold_block(data, first, at, stop, table, kana, points, known)
            for k in range(len(widths)):
                found = found or _any_gram(
                    points, known, have, np.uint64(widths[k]), bitmap, bits, hashes, buckets, shift
                )
            keep = min(most - ONE, have)
            for j in range(keep):
                points[j] = points[have - keep + j]
            known = keep
        out[text] = found
