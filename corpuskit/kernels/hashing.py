"""XXH64 over byte ranges: record ids, text digests, and the line bounds that records come from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel

Positions = npt.NDArray[np.int64]

# The primes of the XXH64 specification (xxHash, doc/xxhash_spec.md).
_P1 = np.uint64(0x9E3779B185EBCA87)
_P2 = np.uint64(0xC2B2AE3D27D4EB4F)
_P3 = np.uint64(0x165667B19E3779F9)
_P4 = np.uint64(0x85EBCA77C2B2AE63)
_P5 = np.uint64(0x27D4EB2F165667C5)

_FOUR, _EIGHT, _TWENTY_FOUR, _STRIPE = (np.uint64(size) for size in (4, 8, 24, 32))
_ONE, _TWO, _SIXTEEN = np.uint64(1), np.uint64(2), np.uint64(16)
_THREE, _FIVE, _SIX, _SEVEN = (np.uint64(size) for size in (3, 5, 6, 7))

SECOND_SEED = np.uint64(0x9E3779B97F4A7C15)
"""Seed of the low half of a digest; the high half has seed 0."""


@inline
def rotate(word: np.uint64, left: int) -> np.uint64:
    """Rotate 64 bits to the left."""
    return np.uint64((word << np.uint64(left)) | (word >> np.uint64(64 - left)))


@inline
def fmix64(word: np.uint64) -> np.uint64:
    """The 64-bit finalizer of MurmurHash3, a bijection that spreads every bit."""
    word ^= word >> np.uint64(33)
    word *= np.uint64(0xFF51AFD7ED558CCD)
    word ^= word >> np.uint64(33)
    word *= np.uint64(0xC4CEB9FE1A85EC53)
    return np.uint64(word ^ (word >> np.uint64(33)))


@inline
def _half(data: Bytes, at: np.uint64) -> np.uint64:
    word = np.uint64(data[at]) | np.uint64(data[at + _ONE]) << np.uint64(8)
    word |= np.uint64(data[at + _TWO]) << np.uint64(16)
    return np.uint64(word | np.uint64(data[at + _THREE]) << np.uint64(24))


@inline
def _word(data: Bytes, at: np.uint64) -> np.uint64:
    word = np.uint64(data[at]) | np.uint64(data[at + _ONE]) << np.uint64(8)
    word |= np.uint64(data[at + _TWO]) << np.uint64(16)
    word |= np.uint64(data[at + _THREE]) << np.uint64(24)
    word |= np.uint64(data[at + _FOUR]) << np.uint64(32)
    word |= np.uint64(data[at + _FIVE]) << np.uint64(40)
    word |= np.uint64(data[at + _SIX]) << np.uint64(48)
    return np.uint64(word | np.uint64(data[at + _SEVEN]) << np.uint64(56))


@inline
def _round(lane: np.uint64, word: np.uint64) -> np.uint64:
    return np.uint64(rotate(lane + word * _P2, 31) * _P1)


@inline
def _merge(word: np.uint64, lane: np.uint64) -> np.uint64:
    return np.uint64((word ^ _round(np.uint64(0), lane)) * _P1 + _P4)


@inline
def _stripes(data: Bytes, at: np.uint64, stop: np.uint64, seed: np.uint64) -> np.uint64:
    one, two, three, four = seed + _P1 + _P2, seed + _P2, seed, seed - _P1
    while at + _STRIPE <= stop:
        one = _round(one, _word(data, at))
        two = _round(two, _word(data, at + _EIGHT))
        three = _round(three, _word(data, at + _SIXTEEN))
        four = _round(four, _word(data, at + _TWENTY_FOUR))
        at += _STRIPE
    word = rotate(one, 1) + rotate(two, 7) + rotate(three, 12) + rotate(four, 18)
    return _merge(_merge(_merge(_merge(word, one), two), three), four)


@inline
def _tail(data: Bytes, at: np.uint64, stop: np.uint64, word: np.uint64) -> np.uint64:
    while at + _EIGHT <= stop:
        word = rotate(word ^ _round(np.uint64(0), _word(data, at)), 27) * _P1 + _P4
        at += _EIGHT
    if at + _FOUR <= stop:
        word = rotate(word ^ _half(data, at) * _P1, 23) * _P2 + _P3
        at += _FOUR
    while at < stop:
        word = rotate(word ^ np.uint64(data[at]) * _P5, 11) * _P1
        at += _ONE
    return word


@inline
def xxh64(data: Bytes, start: Int, stop: Int, seed: np.uint64) -> np.uint64:
    """XXH64 of `data[start:stop]`, exactly as the reference implementation gives it."""
    at, end = np.uint64(start), np.uint64(stop)
    word = seed + _P5
    if end - at >= _STRIPE:
        word = _stripes(data, at, end, seed)
    word += end - at
    word = _tail(data, end - (end - at) % _STRIPE, end, word)
    word = (word ^ (word >> np.uint64(33))) * _P2
    word = (word ^ (word >> np.uint64(29))) * _P3
    return np.uint64(word ^ (word >> np.uint64(32)))


@kernel(
    "void(uint8[::1], int64[::1], int64[::1], uint8[::1], int32[::1],"
    " uint64, uint64, uint64[:,::1])"
)
def record_ids(
    raw: Bytes,
    starts: Positions,
    stops: Positions,
    loc_data: Bytes,
    loc_offsets: Offsets,
    seed0: np.uint64,
    seed1: np.uint64,
    out: Words,
) -> None:
    """Write the 128-bit id of each record to `out`, `uint64[n, 2]`.

    Record i is `raw[starts[i]:stops[i]]` and lives at locator i of `(loc_data, loc_offsets)`;
    `out[i, k] = xxh64(record, seed=xxh64(locator, seed=seed_k))`.
    """
    for i in range(len(starts)):
        for k in range(2):
            seed = seed0 if k == 0 else seed1
            seed = xxh64(loc_data, loc_offsets[i], loc_offsets[i + 1], seed)
            out[i, k] = xxh64(raw, starts[i], stops[i], seed)


@kernel("void(uint8[::1], int32[::1], uint64[:,::1])")
def digests(data: Bytes, offsets: Offsets, out: Words) -> None:
    """Write the 128-bit digest of each text to `out`: XXH64 with seed 0, then `SECOND_SEED`."""
    for i in range(len(offsets) - 1):
        for k in range(2):
            seed = np.uint64(0) if k == 0 else SECOND_SEED
            out[i, k] = xxh64(data, offsets[i], offsets[i + 1], seed)


@kernel("int64[::1](uint8[::1])")
def line_bounds(data: Bytes) -> Positions:
    r"""Return where lines start, and the end: line i is `data[bounds[i]:bounds[i + 1]]`.

    A line includes its "\n"; a final "\n" starts no further line; no data has no line.
    """
    breaks = 0
    for at in range(len(data)):
        breaks += data[at] == 10
    size = len(data)
    open_end = size > 0 and data[size - 1] != 10
    bounds = np.zeros(breaks + 1 + open_end, np.int64)
    line = 0
    for at in range(size):
        if data[at] == 10:
            line += 1
            bounds[line] = at + 1
    bounds[breaks + open_end] = size
    return bounds
