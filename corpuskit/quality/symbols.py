"""What a classifier sees of a text: n-grams of folded characters, or of morphemes, in buckets.

Characters fold as NFKC and lower case have it where that is one character (Ａ = a, ① = 1, ｱ = ア).
A kana with a combining mark is one letter. White space and control characters count for nothing.
Morphemes are MeCab's, their characters folded alike, and differ by part of speech. Nothing of this
is written anywhere.
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.kernels.buffers import text_buffers
from corpuskit.kernels.textgrams import (
    KANA,
    KANA_SIZE,
    fold_symbols,
    gram_buckets,
    hash_pieces,
    mean_weights,
)

Doubles = npt.NDArray[np.float64]
Long = npt.NDArray[np.int64]
Short = npt.NDArray[np.uint16]
Words = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Grams:
    """Which n-grams are looked at.

    Attributes:
        units: ``characters`` or ``morphemes``.
        orders: lengths of n-grams.
        bits: there are 2 ** bits buckets.
    """

    units: str = "characters"
    orders: tuple[int, ...] = (1, 2)
    bits: int = 18

    def wanted(self) -> npt.NDArray[np.bool_]:
        """Whether n-grams of length k + 1 are wanted, for kernels."""
        wanted = np.zeros(max(self.orders), bool)
        wanted[np.array(self.orders) - 1] = True
        return wanted


@functools.cache
def tables() -> tuple[Short, Short]:
    """What each code point of the BMP folds to, and what kana become with a mark."""
    table = np.array([_folded(point) for point in range(0x10000)], np.uint16)
    kana = np.zeros(2 * KANA_SIZE, np.uint16)
    for i, mark in enumerate("\u3099\u309a"):
        for letter in range(KANA_SIZE):
            joined = unicodedata.normalize("NFC", chr(KANA + letter) + mark)
            kana[i * KANA_SIZE + letter] = ord(joined) if len(joined) == 1 else 0
    return table, kana


def _folded(point: int) -> int:
    letter = chr(point)
    if point in (0xFF9E, 0xFF9F):  # half-width marks
        return 0x3099 + point - 0xFF9E
    if letter.isspace() or unicodedata.category(letter) in ("Cc", "Cf", "Cs"):
        return 0
    folded = unicodedata.normalize("NFKC", letter).lower()
    return ord(folded) if len(folded) == 1 and ord(folded) < 0x10000 else point


def symbols_of(text: pa.Array, units: str, tagger: Any = None) -> tuple[Words, Long]:
    """Symbols of the texts, and where each text's end, n + 1; morphemes need a `MecabTagger`."""
    data, offsets = text_buffers(text)
    if units == "characters":
        symbols = np.empty(int(offsets[-1] - offsets[0]), np.uint64)
        ends = np.empty(len(text) + 1, np.int64)
        fold_symbols(data, offsets, *tables(), symbols, ends)
        return symbols[: ends[-1]], ends
    found = tagger.parse(text)
    symbols = np.empty(len(found.begins), np.uint64)
    parts = {part: i for i, part in enumerate(sorted(set(found.dictionary.parts)))}
    kinds = np.array([parts[part] for part in found.dictionary.parts], np.int64)[found.contexts]
    hash_pieces(data, found.begins, found.ends, tables()[0], kinds, symbols)
    return symbols, found.first


def counted(symbols: Words, ends: Long, grams: Grams) -> Any:
    """How often each text has n-grams of each bucket: a sparse array, float64 `[n, 2 ** bits]`."""
    from scipy import sparse

    n, width = len(ends) - 1, 1 << grams.bits
    buckets = np.empty(len(symbols) * len(grams.orders), np.uint32)
    sizes = np.empty(n, np.int64)
    gram_buckets(symbols, ends, grams.wanted(), grams.bits, buckets, sizes)
    rows = np.repeat(np.arange(n, dtype=np.int64), sizes)
    cells, counts = np.unique(
        (rows << grams.bits) | buckets[: len(rows)].astype(np.int64), return_counts=True
    )
    bounds = np.searchsorted(cells, np.arange(n + 1, dtype=np.int64) << grams.bits)
    columns = cells & (width - 1)
    return sparse.csr_array((counts.astype(np.float64), columns, bounds), shape=(n, width))


def mean_of_weights(
    symbols: Words, ends: Long, grams: Grams, weights: npt.NDArray[np.float32]
) -> Doubles:
    """Mean of the weights of each text's n-grams, 0 where it has none."""
    out = np.empty(len(ends) - 1, np.float64)
    mean_weights(symbols, ends, grams.wanted(), grams.bits, weights, out)
    return out
