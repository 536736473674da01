"""Winnowed fingerprints of a text's windows, and the windows whose fingerprint is a repeated one.

A window is n consecutive code points. Its fingerprint is the least hash of the w = n - k + 1 runs
of k code points in it (Schleimer, Wilkerson, Aiken: Winnowing, 2003), so that equal windows have
equal fingerprints, and neighbours mostly share theirs.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import fmix64
from corpuskit.kernels.shingles import hash_points
from corpuskit.kernels.utf8 import ONE, decode

Positions = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]

BLOCK = 8192
"""Windows that are looked at together: what a long text costs in memory stays the same."""

_LARGEST = np.uint64(0xFFFFFFFFFFFFFFFF)
_EMPTY = np.uint64(0)


@inline
def _read_block(
    data: Bytes, at: np.uint64, stop: np.uint64, points: Words
) -> tuple[Int, np.uint64]:
    """Fill `points`; return how many, and where the code point number `BLOCK` starts."""
    have: Int = 0
    after = stop
    while at < stop and have < len(points):
        if have == BLOCK:
            after = at
        point, at = decode(data, at)
        points[have] = np.uint64(point) + ONE
        have += 1
    return have, after


@inline
def _minima(hashes: Words, count: Int, w: Int, ahead: Words, out: Words) -> None:
    """Write the least of each w neighbours to `out`, in a time that w has no part in."""
    for start in range(0, count, w):
        stop = min(start + w, count)
        least = _LARGEST
        for j in range(start, stop):  # least of the block's up to here
            least = min(least, hashes[j])
            ahead[j] = least
    for start in range(0, count - w + 1, w):
        least = _LARGEST
        for j in range(start + w - 1, start - 1, -1):  # least of the block's from here on
            least = min(least, hashes[j])
            if j + w <= count:
                out[j] = min(least, ahead[j + w - 1])


@inline
def _fingerprint(least: np.uint64) -> np.uint64:
    """Spread the least hash, whose top bits are mostly 0, over all words but 0."""
    return max(fmix64(least), ONE)


@inline
def _is_tied(hashes: Words, start: Int, w: Int, least: np.uint64) -> Bool:
    seen: Int = 0
    for j in range(start, start + w):
        seen += hashes[j] == least
    return seen > 1


@kernel("int64(uint8[::1], int32[::1], int64, int64, uint64[::1], int64[::1])")
def fingerprints(
    data: Bytes, offsets: Offsets, n: int, k: int, out: Words, bounds: Positions
) -> Int:
    """Write the fingerprints of each text's windows; return how many there are.

    A fingerprint is written once for each run of neighbouring windows that have it, and once more
    if it stands at two places of them: one that is written once in a whole text can't belong to
    two equal windows of it. A text of fewer than n code points has none, and none is 0.

    Args:
        data: the texts.
        offsets: where they are.
        n: code points of a window.
        k: code points that are hashed, at most n.
        out: room; what goes beyond it is only counted.
        bounds: ``int64[texts + 1]``; those of text i are ``out[bounds[i]:bounds[i + 1]]``.
    """
    w = n - k + 1
    points = np.empty(BLOCK + n - 1, np.uint64)
    hashes, ahead = np.empty(BLOCK + n, np.uint64), np.empty(BLOCK + n, np.uint64)
    least = np.empty(BLOCK, np.uint64)
    to: Int = 0
    bounds[0] = 0
    for i in range(len(offsets) - 1):
        at, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        current = _EMPTY
        tied: Bool = False
        while at < stop:
            have, at = _read_block(data, at, stop, points)
            if have < n:
                break
            count = hash_points(points, have, k, hashes)
            _minima(hashes, count, w, ahead, least)
            for p in range(have - n + 1):
                again: Bool = False
                if least[p] != current or current == _EMPTY:
                    current = least[p]
                    tied = _is_tied(hashes, p, w, current)
                    if to < len(out):
                        out[to] = _fingerprint(current)
                    to += 1
                    again = tied
                elif not tied and hashes[p + w - 1] == current:
                    tied = again = True
                if again:
                    if to < len(out):
                        out[to] = _fingerprint(current)
                    to += 1
        bounds[i + 1] = to
    return to


@kernel("uint64[::1](uint64[::1])")
def hash_table(words: Words) -> Words:
    """Return an open-addressing table of the words, none of which is 0."""
    bits = 4
    while 2 * (1 << bits) < 3 * len(words):
        bits += 1
    table = np.zeros(1 << bits, np.uint64)
    mask = (1 << bits) - 1
    for i in range(len(words)):
        slot = np.int64(words[i] >> np.uint64(64 - bits))
        while table[slot] != _EMPTY and table[slot] != words[i]:
            slot = (slot + 1) & mask
        table[slot] = words[i]
    return table


@inline
def _is_known(table: Words, shift: np.uint64, word: np.uint64) -> Bool:
    slot = np.int64(word >> shift)
    while table[slot] != _EMPTY:
        if table[slot] == word:
            return True
        slot = (slot + 1) & (len(table) - 1)
    return False


@inline
def _shift_of(table: Words) -> np.uint64:
    bits: Int = 0
    while (1 << bits) < len(table):
        bits += 1
    return np.uint64(64 - bits)


@kernel(
    "int64(uint8[::1], int32[::1], int64[::1], int64, int64, uint64[::1], int64[::1],"
    " uint64[::1], int32[::1], int32[::1], int64)"
)
def repeated_windows(
    data: Bytes, offsets: Offsets, rows: Positions, n: int, k: int, table: Words, state: Positions,
    out: Words, out_rows: Places, out_places: Places, filled: int,
) -> Int:  # fmt: skip
    """Write the hash and place of each window whose fingerprint is in the table.

    Stops when there is no room for another `BLOCK`; the next call goes on where this one ended.

    Args:
        data: the texts.
        offsets: where they are.
        rows: the texts to look at.
        n: code points of a window.
        k: code points that are hashed for a fingerprint.
        table: see `hash_table`.
        state: ``int64[3]``, zeros at first: how many of `rows` are done, and bytes and code points
            of the next one that are.
        out: 64-bit hashes of the windows.
        out_rows: text of each.
        out_places: code points before it.
        filled: how much of the three is taken.

    Returns:
        how much of the three is taken now.
    """
    w = n - k + 1
    points = np.empty(BLOCK + n - 1, np.uint64)
    hashes, ahead = np.empty(BLOCK + n, np.uint64), np.empty(BLOCK + n, np.uint64)
    least = np.empty(BLOCK, np.uint64)
    wanted = np.empty(BLOCK, np.bool_)
    shift = _shift_of(table)
    to: Int = filled
    while state[0] < len(rows):
        row = rows[state[0]]
        at, stop = np.uint64(offsets[row] + state[1]), np.uint64(offsets[row + 1])
        while at < stop:
            if to + BLOCK > len(out):
                return to
            have, at = _read_block(data, at, stop, points)
            if have < n:
                break
            count = hash_points(points, have, k, hashes)
            _minima(hashes, count, w, ahead, least)
            windows = have - n + 1
            current = _EMPTY
            known: Bool = False
            several: Bool = False
            for p in range(windows):
                if least[p] != current or p == 0:
                    current = least[p]
                    known = _is_known(table, shift, _fingerprint(current))
                wanted[p] = known
                several = several or known
            if several:
                hash_points(points, have, n, hashes)
                for p in range(windows):
                    if wanted[p]:
                        out[to], out_rows[to], out_places[to] = hashes[p], row, state[2] + p
                        to += 1
            state[1] = np.int64(at) - offsets[row]
            state[2] += BLOCK
        state[0] += 1
        state[1], state[2] = 0, 0
    return to
