"""Shingles of tokens: what `shingles` does with characters, for texts cut into tokens by spaces.

A token is a run of anything but U+0020 of a text's view. Its point is XXH64 (seed 0) of its UTF-8
bytes; a shingle's hash is that of `shingles` over points: P = t_1 B^(n-1) + ... + t_n mod 2^64,
hash = fmix64(P). A text with fewer than n tokens is one shingle; one with none has none.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import xxh64
from corpuskit.kernels.sets import _distinct, _table_bits
from corpuskit.kernels.shingles import (
    _LARGEST,
    _TOGETHER,
    BLOCK,
    Halves,
    _fmix32,
    _lower,
    _padded,
    hash_points,
    keep_tail,
)
from corpuskit.kernels.utf8 import ONE

Positions = npt.NDArray[np.int64]

TOKENS_VERSION = 1
"""Changes when the hash of a token or of a shingle of tokens does."""

_SPACE = 0x20


@inline
def _read_tokens(
    data: Bytes, at: np.uint64, stop: np.uint64, points: Words, have: Int
) -> tuple[np.uint64, Int]:
    """Append the hashes of tokens to the `have` in `points`: `(next position, new have)`."""
    while at < stop and have < len(points):
        end = at
        while end < stop and data[end] != _SPACE:
            end += ONE
        if end > at:
            points[have] = xxh64(data, np.int64(at), np.int64(end), np.uint64(0))
            have += 1
        at = end
        while at < stop and data[at] == _SPACE:
            at += ONE
    return at, have


@kernel("void(uint8[::1], int32[::1], int64, uint32[::1], uint32[::1], uint32[:,::1])")
def token_signatures(
    data: Bytes, offsets: Offsets, n: int, a: Halves, b: Halves, out: Halves
) -> None:
    """Write the MinHash signature of the shingles of text i to `out[i]`, as `shingles.signatures`.

    The texts are views of texts with a space between tokens.
    """
    points, hashes = np.empty(BLOCK + n, np.uint64), np.empty(BLOCK + n, np.uint64)
    mixed = np.empty(BLOCK + n + _TOGETHER, np.uint32)
    padded_a, padded_b = _padded(a), _padded(b)
    minima = np.empty(len(padded_a), np.uint32)
    for i in range(len(offsets) - 1):
        at, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        for k in range(len(minima)):
            minima[k] = _LARGEST
        have: Int = 0
        while at < stop:
            at, have = _read_tokens(data, at, stop, points, have)
            count = hash_points(points, have, n, hashes)
            for j in range(count):
                mixed[j] = _fmix32(np.uint32(hashes[j]))
            while count % _TOGETHER != 0:  # a minimum doesn't mind a value twice
                mixed[count] = mixed[0]
                count += 1
            _lower(minima, mixed, count, padded_a, padded_b)
            have = keep_tail(points, have, n)
        for k in range(len(a)):
            out[i, k] = minima[k]


@kernel("Tuple((int64, int64))(uint8[::1], int32[::1], int64)")
def _token_room(data: Bytes, offsets: Offsets, n: Int) -> tuple[Int, Int]:
    """Return bounds on the shingles of all texts and of one text."""
    total: Int = 0
    largest: Int = 0
    for i in range(len(offsets) - 1):
        tokens: Int = 0
        for at in range(offsets[i], offsets[i + 1]):
            tokens += data[at] == _SPACE
        tokens += offsets[i] < offsets[i + 1]
        shingles = tokens - n + 1 if tokens >= n else min(tokens, 1)
        total += shingles
        largest = max(largest, shingles)
    return total, largest


@kernel("void(uint8[::1], int32[::1], int64, int64, uint64[::1], int64[::1])")
def _fill_token_sets(
    data: Bytes, offsets: Offsets, n: Int, largest: Int, values: Words, bounds: Positions
) -> None:
    points = np.empty(BLOCK + n, np.uint64)
    hashes = np.empty(largest + 1, np.uint64)
    table = np.empty(1 << _table_bits(largest), np.uint64)
    bounds[0] = 0
    for i in range(len(offsets) - 1):
        at, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        total: Int = 0
        have: Int = 0
        while at < stop:
            at, have = _read_tokens(data, at, stop, points, have)
            total = total + hash_points(points, have, n, hashes[total:])
            have = keep_tail(points, have, n)
        bounds[i + 1] = _distinct(hashes, total, table, values, bounds[i])


def token_sets(data: Bytes, offsets: Offsets, n: int) -> tuple[Words, Positions]:
    """Return the sorted distinct 64-bit shingle hashes of each text, as `sets.shingle_sets`."""
    total, largest = _token_room(data, offsets, n)
    values = np.empty(total, np.uint64)
    bounds = np.empty(len(offsets), np.int64)
    _fill_token_sets(data, offsets, n, largest, values, bounds)
    return values[: bounds[-1]], bounds
