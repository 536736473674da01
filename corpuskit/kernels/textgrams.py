"""Texts as symbols, and hashed n-grams of symbols: what classifiers look at.

A symbol is a 64-bit word: a folded code point, or the hash of a morpheme. An n-gram's hash is
fmix64 of its symbols as digits of a number in base `BASE`, plus what tells lengths apart; its
bucket are the hash's top bits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import fmix64
from corpuskit.kernels.utf8 import decode

Short = npt.NDArray[np.uint16]
Long = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Buckets = npt.NDArray[np.uint32]

KANA, KANA_SIZE = 0x3040, 0xC0
"""The letters that a combining mark may join, and how many they are."""

BASE = np.uint64(0x9E3779B97F4A7C15)
_WIDTH = np.uint64(0xC2B2AE3D27D4EB4F)


@kernel("void(uint8[::1], int32[::1], uint16[::1], uint16[::1], uint64[::1], int64[::1])")
def fold_symbols(
    data: Bytes, offsets: Offsets, table: Short, kana: Short, symbols: Words, ends: Long
) -> None:
    """Write the folded characters of the texts to `symbols`; text i ends at `ends[i + 1]`.

    Args:
        data: the texts' bytes.
        offsets: their positions, n + 1.
        table: what each code point of the BMP folds to, 0 for nothing, 65536.
        kana: what each letter from `KANA` on becomes with U+3099, then with U+309A, or 0.
        symbols: has room for all characters.
        ends: n + 1; the first entry is 0.
    """
    to = 0
    ends[0] = 0
    for text in range(len(offsets) - 1):
        at, stop = np.uint64(offsets[text]), np.uint64(offsets[text + 1])
        first = to
        while at < stop:
            point, at = decode(data, at)
            if point < 0x10000:
                point = np.int64(table[point])
            if (point == 0x3099 or point == 0x309A) and to > first:
                before = np.int64(symbols[to - 1]) - KANA
                if 0 <= before < KANA_SIZE:
                    joined = np.int64(kana[(point - 0x3099) * KANA_SIZE + before])
                    if joined != 0:
                        symbols[to - 1] = np.uint64(joined)
                        continue
            if point != 0:
                symbols[to] = np.uint64(point)
                to += 1
        ends[text + 1] = to


@kernel("void(uint8[::1], int32[::1], int32[::1], uint16[::1], int64[::1], uint64[::1])")
def hash_pieces(
    data: Bytes, begins: Int32, stops: Int32, table: Short, kinds: Long, symbols: Words
) -> None:
    """Write a hash of each piece `data[begins[i]:stops[i]]`, folded, and its kind to `symbols[i]`.

    The hash is fmix64 of the folded code points as digits of a number in base `BASE`, after the
    kind as first digit.
    """
    for i in range(len(begins)):
        at, stop = np.uint64(begins[i]), np.uint64(stops[i])
        rolled = np.uint64(kinds[i] + 1)
        while at < stop:
            point, at = decode(data, at)
            if point < 0x10000:
                point = np.int64(table[point])
            rolled = rolled * BASE + np.uint64(point)
        symbols[i] = fmix64(rolled)


@inline
def _bucket(rolled: np.uint64, width: Int, shift: np.uint64) -> np.uint64:
    return np.uint64(fmix64(rolled + np.uint64(width) * _WIDTH) >> shift)


@kernel("void(uint64[::1], int64[::1], boolean[::1], int64, uint32[::1], int64[::1])")
def gram_buckets(
    symbols: Words, ends: Long, orders: npt.NDArray[np.bool_], bits: Int, out: Buckets, counts: Long
) -> None:
    """Write the buckets of all n-grams of each text, text by text; `counts` says how many.

    Args:
        symbols: of all texts.
        ends: where each text ends, n + 1.
        orders: whether n-grams of length k + 1 are wanted.
        bits: a bucket is below 2 ** bits.
        out: has room for all n-grams.
        counts: receives the number of each text, n.
    """
    shift = np.uint64(64 - bits)
    to = 0
    for text in range(len(ends) - 1):
        first = to
        for at in range(ends[text], ends[text + 1]):
            rolled = np.uint64(0)
            for k in range(min(len(orders), ends[text + 1] - at)):
                rolled = rolled * BASE + symbols[at + k]
                if orders[k]:
                    out[to] = _bucket(rolled, k + 1, shift)
                    to += 1
        counts[text] = to - first


@kernel("void(uint64[::1], int64[::1], boolean[::1], int64, float32[::1], float64[::1])")
def mean_weights(
    symbols: Words, ends: Long, orders: npt.NDArray[np.bool_], bits: Int, weights: Floats,
    out: Doubles,
) -> None:  # fmt: skip
    """Write the mean of the weights of all n-grams of each text to `out`; 0 where it has none.

    Arguments as in `gram_buckets`; `weights` has one entry a bucket.
    """
    shift = np.uint64(64 - bits)
    for text in range(len(ends) - 1):
        total, grams = 0.0, 0
        for at in range(ends[text], ends[text + 1]):
            rolled = np.uint64(0)
            for k in range(min(len(orders), ends[text + 1] - at)):
                rolled = rolled * BASE + symbols[at + k]
                if orders[k]:
                    total += np.float64(weights[_bucket(rolled, k + 1, shift)])
                    grams += 1
        out[text] = total / grams if grams > 0 else 0.0
