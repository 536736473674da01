r"""The text as deduplication sees it, its shingles, and their MinHash signatures.

Shingle hash: over the code points c_1..c_n of a shingle, with B = `BASE`,
P = (c_1 + 1) B^(n-1) + ... + (c_n + 1) mod 2^64 and hash = fmix64(P) (MurmurHash3's finalizer). The
32-bit hash is its low half. A text with fewer than n code points is one shingle: the whole text;
an empty text has none. Shingles are those of the text's view (see `dedup_view`), which is made on
the way: a text and its view have the same ones.
"""

from __future__ import annotations

import re
import threading

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets, Words, same_memory, text_buffers
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import fmix64, rotate
from corpuskit.kernels.utf8 import ONE, THREE, TWO, decode, is_white, previous

Halves = npt.NDArray[np.uint32]

VIEW_VERSION = 1
"""Changes when `dedup_view` changes what it gives for some text."""

BASE = np.uint64(0xD6E8FEB86659FD93)
"""Base of the shingle polynomial: odd, otherwise arbitrary; part of every stored signature."""

BLOCK = 2048
"""Code points that are hashed at a time: what a long text costs in memory stays the same."""

_TOGETHER = 8  # shingles per pass over the permutations: fewer loads and stores of the minima
_SHORT = 8  # shingles up to this length are not hashed by rolling
_LANES = 16  # permutations are padded to a multiple of this: no remainder loop (AVX-512: 16)
_LARGEST = np.uint32(0xFFFFFFFF)
_SPACE = np.uint64(0x21)  # plus one, as all points

_WHITE_SPACE = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_WHITE_RUN = re.compile(f"[{_WHITE_SPACE}]+")


@inline
def _skip_white(data: Bytes, at: np.uint64, stop: np.uint64) -> np.uint64:
    """Return where the run of white space ends."""
    while at < stop:
        point, after = decode(data, at)
        if not is_white(point):
            break
        at = after
    return at


@inline
def _copy_word(
    data: Bytes, at: np.uint64, stop: np.uint64, out: Bytes, to: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """Copy bytes up to the next white space: `(where it starts, where the copy ends)`.

    White space starts with a byte up to 0x20, C2, E1, E2 or E3; of E3, U+3000 alone is white.
    """
    while at < stop:
        first = data[at]
        if 0xE3 <= first < 0xF0:
            second, third = data[at + ONE], data[at + TWO]
            if first == 0xE3 and second == 0x80 and third == 0x80:
                break
            out[to], out[to + ONE], out[to + TWO] = first, second, third
            at, to = at + THREE, to + THREE
        elif first >= 0xF0 or (0x20 < first < 0xE1 and first != 0xC2):
            out[to] = first
            at, to = at + ONE, to + ONE
        else:
            point, after = decode(data, at)
            if is_white(point):
                break
            while at < after:
                out[to] = data[at]
                at, to = at + ONE, to + ONE
    return at, to


@kernel("void(uint8[::1], int32[::1], uint8[::1], int32[::1])")
def dedup_view(data: Bytes, offsets: Offsets, out_data: Bytes, out_offsets: Offsets) -> None:
    """Write each text with every run of white space made one space, and none at the ends.

    White space is Unicode's White_Space (U+3000 and line breaks, not U+200B); nothing else
    changes. `out_data` must have room for all texts, `out_offsets` is `int32[n + 1]` and starts
    at 0.
    """
    to = np.uint64(0)
    out_offsets[0] = 0
    for i in range(len(offsets) - 1):
        at, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        start = to
        while at < stop:
            at = _skip_white(data, at, stop)
            if at < stop and to > start:
                out_data[to] = 32
                to += ONE
            at, to = _copy_word(data, at, stop, out_data, to)
        out_offsets[i + 1] = to


class _Last(threading.local):
    """The last view made: exact and near deduplication ask for the same one, one after the other.

    The array is held, so that its memory can't be another's.
    """

    array: pa.Array | None = None
    view: tuple[Bytes, Offsets] | None = None


_last = _Last()


def view(array: pa.Array | pa.ChunkedArray) -> tuple[Bytes, Offsets]:
    """Return `(data, offsets)` of the texts as deduplication sees them (see `dedup_view`)."""
    if _last.view is None or not same_memory(_last.array, array):
        data, offsets = text_buffers(array)
        out_data = np.empty(int(offsets[-1]) - int(offsets[0]), np.uint8)
        out_offsets = np.empty(len(offsets), np.int32)
        dedup_view(data, offsets, out_data, out_offsets)
        _last.array, _last.view = array, (out_data[: out_offsets[-1]], out_offsets)
    return _last.view


def view_text(text: str) -> str:
    """Return one text as deduplication sees it."""
    return _WHITE_RUN.sub(" ", text).strip(" ")


@inline
def trimmed(data: Bytes, start: Int, stop: Int) -> tuple[np.uint64, np.uint64]:
    """Return where the text starts and stops without the white space at its ends."""
    at, end = _skip_white(data, np.uint64(start), np.uint64(stop)), np.uint64(stop)
    while at < end:
        last = previous(data, end)
        if not is_white(decode(data, last)[0]):
            break
        end = last
    return at, end


@inline
def read_points(
    data: Bytes, at: np.uint64, stop: np.uint64, points: Words, have: Int, gap: Bool
) -> tuple[np.uint64, Int, Bool]:
    """Append code points of the view, plus one, to the `have` in `points`.

    The text is `trimmed`; `gap` says whether the point before is the space that stands for white
    space. Returns `(next position, new have, new gap)`.
    """
    while at < stop and have < len(points):
        point, at = decode(data, at)
        white = is_white(point)
        points[have] = _SPACE if white else np.uint64(point) + ONE
        have += not (white and gap)
        gap = white
    return at, have, gap


@kernel("void(uint8[::1], int32[::1], boolean[::1])")
def find_blank(data: Bytes, offsets: Offsets, out: npt.NDArray[np.bool_]) -> None:
    """Say of each text whether it is white space only: its view is empty, it has no shingle."""
    for i in range(len(offsets) - 1):
        stop = np.uint64(offsets[i + 1])
        out[i] = _skip_white(data, np.uint64(offsets[i]), stop) == stop


@kernel("void(uint8[::1], int32[::1], int64[::1])")
def view_lengths(data: Bytes, offsets: Offsets, out: npt.NDArray[np.int64]) -> None:
    """Write the code points of each text's view to `out[i]`."""
    for i in range(len(offsets) - 1):
        at, stop = trimmed(data, offsets[i], offsets[i + 1])
        points: Int = 0
        gap: Bool = False
        while at < stop:
            point, at = decode(data, at)
            white = is_white(point)
            points += not (white and gap)
            gap = white
        out[i] = points


@inline
def _by_columns(points: Words, size: Int, hashes: Words, count: Int) -> None:
    """Write the polynomials of `count` shingles, one code point of all of them after the other.

    More multiplications than rolling, but none waits for the one before: several at a time.
    """
    for j in range(count):
        hashes[j] = points[j]
    for column in range(1, size):
        for j in range(count):
            hashes[j] = hashes[j] * BASE + points[j + column]


@inline
def _by_rolling(points: Words, have: Int, n: Int, hashes: Words) -> None:
    """Write the polynomials of the shingles, each from the one before."""
    rolled, weight = np.uint64(0), np.uint64(1)
    for j in range(min(n, have)):
        rolled = rolled * BASE + points[j]
        weight *= BASE
    hashes[0] = rolled
    for j in range(n, have):
        rolled = rolled * BASE + (points[j] - points[j - n] * weight)
        hashes[j - n + 1] = rolled


@inline
def hash_points(points: Words, have: Int, n: Int, hashes: Words) -> Int:
    """Write the 64-bit hashes of the shingles of `points[:have]` to `hashes`; return how many."""
    count: Int = max(have - n, 0) + 1
    if n <= _SHORT:
        _by_columns(points, min(n, have), hashes, count)
    else:
        _by_rolling(points, have, n, hashes)
    for j in range(count):
        hashes[j] = fmix64(hashes[j])
    return count


@inline
def keep_tail(points: Words, have: Int, n: Int) -> Int:
    """Move the last n - 1 code points, which the next shingle starts with, to the front."""
    for j in range(n - 1):
        points[j] = points[have - n + 1 + j]
    return n - 1


@inline
def _fmix32(word: np.uint32) -> np.uint32:
    word = np.uint32(word ^ (word >> np.uint32(16)))
    word = np.uint32(word * np.uint32(0x85EBCA6B))
    word = np.uint32(word ^ (word >> np.uint32(13)))
    word = np.uint32(word * np.uint32(0xC2B2AE35))
    return np.uint32(word ^ (word >> np.uint32(16)))


@inline
def _smaller(one: np.uint32, two: np.uint32) -> np.uint32:
    return two if two < one else one


@inline
def _lower(minima: Halves, hashes: Halves, count: Int, a: Halves, b: Halves) -> None:
    """Lower the minima by `count` hashes, a multiple of `_TOGETHER`."""
    for j in range(0, count, _TOGETHER):
        h0, h1, h2, h3 = hashes[j], hashes[j + 1], hashes[j + 2], hashes[j + 3]
        h4, h5, h6, h7 = hashes[j + 4], hashes[j + 5], hashes[j + 6], hashes[j + 7]
        for k in range(len(minima)):
            least, ak, bk = minima[k], a[k], b[k]
            least = _smaller(least, np.uint32(ak * h0 + bk))
            least = _smaller(least, np.uint32(ak * h1 + bk))
            least = _smaller(least, np.uint32(ak * h2 + bk))
            least = _smaller(least, np.uint32(ak * h3 + bk))
            least = _smaller(least, np.uint32(ak * h4 + bk))
            least = _smaller(least, np.uint32(ak * h5 + bk))
            least = _smaller(least, np.uint32(ak * h6 + bk))
            minima[k] = _smaller(least, np.uint32(ak * h7 + bk))


@inline
def _padded(values: Halves) -> Halves:
    padded = np.empty((len(values) + _LANES - 1) // _LANES * _LANES, np.uint32)
    for k in range(len(padded)):
        padded[k] = values[k] if k < len(values) else _LARGEST
    return padded


@kernel("void(uint8[::1], int32[::1], int64, uint32[::1], uint32[::1], uint32[:,::1])")
def signatures(data: Bytes, offsets: Offsets, n: int, a: Halves, b: Halves, out: Halves) -> None:
    """Write the MinHash signature of the shingles of text i to `out[i]`, `uint32[texts, len(a)]`.

    The values are datasketch's (`scheme="affine32"`) over our 32-bit shingle hash: the minimum of
    `a[k] * fmix32(hash) + b[k]` in 32 bits; all bits set for an empty text.
    """
    points, hashes = np.empty(BLOCK + n, np.uint64), np.empty(BLOCK + n, np.uint64)
    mixed = np.empty(BLOCK + n + _TOGETHER, np.uint32)
    padded_a, padded_b = _padded(a), _padded(b)
    minima = np.empty(len(padded_a), np.uint32)
    for i in range(len(offsets) - 1):
        at, stop = trimmed(data, offsets[i], offsets[i + 1])
        for k in range(len(minima)):
            minima[k] = _LARGEST
        have: Int = 0
        gap: Bool = False
        while at < stop:
            at, have, gap = read_points(data, at, stop, points, have, gap)
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


def permutations(num_perm: int, seed: int = 1) -> tuple[Halves, Halves]:
    """Return the `(a, b)` of datasketch's affine32 scheme, `uint32[num_perm]` each."""
    generator = np.random.RandomState(seed)
    half = generator.randint(0, 1 << 31, num_perm, dtype=np.uint32)
    b = generator.randint(0, 1 << 32, num_perm, dtype=np.uint32)
    return half * np.uint32(2) + np.uint32(1), b


@kernel("void(uint32[:,::1], int64, int64, uint64[:,::1])")
def band_keys(values: Halves, bands: int, rows: int, out: Words) -> None:
    """Write the key of each band of each signature to `out`, `uint64[n, bands]`.

    The key hashes the band's number and its `rows` values, so that equal values in different
    bands don't meet; it is mixed well enough for its top bits to number a partition.
    """
    for i in range(len(values)):
        for band in range(bands):
            key = fmix64(np.uint64(band) + BASE)
            for row in range(rows):
                key = rotate(key ^ np.uint64(values[i, band * rows + row]), 29) * BASE
            out[i, band] = fmix64(key)


def shingle_hashes(text: str, n: int) -> Words:
    """Return the 64-bit hashes of the shingles of one text's view, in order of appearance."""
    points = np.frombuffer(view_text(text).encode("utf-32-le"), np.uint32).astype(np.uint64)
    if len(points) == 0:
        return np.empty(0, np.uint64)
    size = min(n, len(points))
    windows = np.lib.stride_tricks.sliding_window_view(points + np.uint64(1), size)
    hashes = np.zeros(len(windows), np.uint64)
    for column in range(size):
        hashes = hashes * BASE + windows[:, column]
    for shift, factor in ((33, 0xFF51AFD7ED558CCD), (33, 0xC4CEB9FE1A85EC53)):
        hashes = (hashes ^ (hashes >> np.uint64(shift))) * np.uint64(factor)
    return hashes ^ (hashes >> np.uint64(33))


def shingle_hashes32(text: str, n: int) -> Halves:
    """Return the 32-bit hashes of the shingles of one text's view, in order of appearance.

    These are what `datasketch.MinHash(..., scheme="affine32", hashfunc=int).update_batch` takes to
    get our signature, so that an index of ours can be asked with datasketch.
    """
    return shingle_hashes(text, n).astype(np.uint32)
