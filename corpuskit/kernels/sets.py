"""Exact shingle sets: intersections, and which near-duplicates of a cluster go."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import fmix64
from corpuskit.kernels.shingles import BLOCK, hash_points, keep_tail, read_points

Positions = npt.NDArray[np.int64]

_EMPTY = np.uint64(0)


@inline
def _table_bits(count: Int) -> Int:
    """Return the least b with 2^b >= 1.5 `count`, the size of a table of that many keys."""
    bits = 4
    while 2 * (1 << bits) < 3 * count:
        bits += 1
    return bits


@inline
def _put(table: Words, bits: Int, key: np.uint64) -> None:
    """Put the key into the table of 2^bits slots, which its top bits order."""
    slot = np.int64(key >> np.uint64(64 - bits))
    while table[slot] != _EMPTY and table[slot] != key:
        slot = (slot + 1) & ((1 << bits) - 1)
    table[slot] = key


@inline
def _sort_nearly_sorted(values: Words, start: Int, stop: Int) -> None:
    for i in range(start + 1, stop):
        value = values[i]
        j = i
        while j > start and values[j - 1] > value:
            values[j] = values[j - 1]
            j -= 1
        values[j] = value


@inline
def _distinct(hashes: Words, count: Int, table: Words, values: Words, start: Int) -> Int:
    """Write the distinct hashes, sorted, to `values` from `start`; return where they stop.

    Hashes are evenly spread, so a table ordered by their top bits is sorted but for the few that
    share a neighbourhood.
    """
    bits = _table_bits(count)
    size = 1 << bits
    for slot in range(size):
        table[slot] = _EMPTY
    to = start
    for j in range(count):
        if hashes[j] != _EMPTY:
            _put(table, bits, hashes[j])
        elif to == start:  # the hash 0 would be an empty slot; it is the smallest
            values[to] = _EMPTY
            to += 1
    for slot in range(size):
        if table[slot] != _EMPTY:
            values[to] = table[slot]
            to += 1
    _sort_nearly_sorted(values, start, to)
    return to


@inline
def _hash_text(
    data: Bytes, at: np.uint64, stop: np.uint64, n: Int, points: Words, hashes: Words
) -> Int:
    """Write the hashes of all shingles of the text to `hashes`; return how many."""
    total: Int = 0
    have: Int = 0
    while at < stop:
        at, have = read_points(data, at, stop, points, have)
        total = total + hash_points(points, have, n, hashes[total:])
        have = keep_tail(points, have, n)
    return total


@kernel("Tuple((int64, int64))(uint8[::1], int32[::1], int64)")
def _shingle_room(data: Bytes, offsets: Offsets, n: Int) -> tuple[Int, Int]:
    """Return bounds on the shingles of all texts and of one text."""
    total: Int = 0
    largest: Int = 0
    for i in range(len(offsets) - 1):
        points: Int = 0
        for at in range(offsets[i], offsets[i + 1]):
            points += data[at] & 0xC0 != 0x80
        shingles = points - n + 1 if points >= n else min(points, 1)
        total += shingles
        largest = max(largest, shingles)
    return total, largest


@kernel("void(uint8[::1], int32[::1], int64, int64, uint64[::1], int64[::1])")
def _fill_sets(
    data: Bytes, offsets: Offsets, n: Int, largest: Int, values: Words, bounds: Positions
) -> None:
    points = np.empty(BLOCK + n, np.uint64)
    hashes = np.empty(largest + 1, np.uint64)
    table = np.empty(1 << _table_bits(largest), np.uint64)
    bounds[0] = 0
    for i in range(len(offsets) - 1):
        start, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        count = _hash_text(data, start, stop, n, points, hashes)
        bounds[i + 1] = _distinct(hashes, count, table, values, bounds[i])


def shingle_sets(data: Bytes, offsets: Offsets, n: int) -> tuple[Words, Positions]:
    """Return the sorted distinct 64-bit shingle hashes of each text: `(values, bounds)`.

    The set of text i is `values[bounds[i]:bounds[i + 1]]`; `bounds` is `int64[texts + 1]`. The
    texts are views (see `shingles.dedup_view`).
    """
    total, largest = _shingle_room(data, offsets, n)
    values = np.empty(total, np.uint64)
    bounds = np.empty(len(offsets), np.int64)
    _fill_sets(data, offsets, n, largest, values, bounds)
    return values[: bounds[-1]], bounds


@inline
def intersection_at_least(
    values: Words, start1: Int, stop1: Int, start2: Int, stop2: Int, needed: Int
) -> Int:
    """Return the size of the intersection of two sorted sets, or -1 if it is below `needed`."""
    spare1 = stop1 - start1 - needed
    spare2 = stop2 - start2 - needed
    common = 0
    while spare1 >= 0 and spare2 >= 0 and start1 < stop1 and start2 < stop2:
        one, two = values[start1], values[start2]
        before, after = one < two, one > two
        common += one == two
        spare1 -= before
        spare2 -= after
        start1 += not after
        start2 += not before
    return common if common >= needed else -1


@kernel("void(uint64[::1], int64[::1], int64[::1], int64[::1], int64[::1])")
def compare_pairs(
    values: Words, bounds: Positions, left: Positions, right: Positions, out: Positions
) -> None:
    """Write the size of the intersection of sets `left[i]` and `right[i]` to `out[i]`."""
    for i in range(len(left)):
        one, two = left[i], right[i]
        out[i] = intersection_at_least(
            values, bounds[one], bounds[one + 1], bounds[two], bounds[two + 1], 0
        )


@inline
def _reaches(common: Int, sizes: Int, bound: float) -> Bool:
    """Say whether sets with `sizes` elements together and `common` shared reach the Jaccard."""
    return common > 0 and common / (sizes - common) >= bound


@inline
def needed_for(sizes: Int, bound: float) -> Int:
    """Return the least intersection that reaches the Jaccard `bound`, exactly as `_reaches`."""
    needed: Int = max(int(bound * sizes / (1.0 + bound)) - 1, 1)  # at most two too few
    while needed < sizes and not _reaches(needed, sizes, bound):
        needed += 1
    return needed


@inline
def _popcount(word: np.uint64) -> np.uint64:
    """Return how many bits are set (LLVM makes one instruction of this)."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    low = word & np.uint64(0x3333333333333333)
    word = low + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.uint64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@inline
def _sketch(values: Words, start: Int, stop: Int, sketch: Words) -> None:
    """Toggle one bit of the sketch (2^k words) for each hash.

    Two sketches differ in at most as many bits as their sets differ in hashes: equal hashes toggle
    the same bit, and two that meet in one bit only take a difference away.
    """
    for place in range(len(sketch)):
        sketch[place] = np.uint64(0)
    for j in range(start, stop):
        word = np.int64(values[j] >> np.uint64(6)) & (len(sketch) - 1)
        sketch[word] ^= np.uint64(1) << (values[j] & np.uint64(63))


@inline
def _sketch_words(total: Int, documents: Int) -> Int:
    """Return the words of a sketch: about 8 bits for each hash of a mean set."""
    words = 4
    while 8 * words * documents < total:
        words *= 2
    return words


@inline
def _difference(one: Words, two: Words) -> np.uint64:
    bits = np.uint64(0)
    for word in range(len(one)):
        bits += _popcount(one[word] ^ two[word])
    return bits


@inline
def _guard_hash(data: Words, bounds: Positions, document: Int) -> np.uint64:
    key = np.uint64(bounds[document + 1] - bounds[document])
    for j in range(bounds[document], bounds[document + 1]):
        key = fmix64(key ^ data[j])
    return key


@inline
def _same_guard(data: Words, bounds: Positions, one: Int, two: Int) -> Bool:
    start1, start2 = bounds[one], bounds[two]
    size = bounds[one + 1] - start1
    same = bool(bounds[two + 1] - start2 == size)
    j = 0
    while same and j < size:
        same = bool(data[start1 + j] == data[start2 + j])
        j += 1
    return same


@inline
def _common(values: Words, bounds: Positions, one: Int, two: Int, bound: float) -> Int:
    """Return the intersection of two sets when their Jaccard reaches the bound, else -1."""
    start1, stop1, start2, stop2 = bounds[one], bounds[one + 1], bounds[two], bounds[two + 1]
    needed = needed_for(stop1 - start1 + stop2 - start2, bound)
    return intersection_at_least(values, start1, stop1, start2, stop2, needed)


@kernel(
    "void(uint64[::1], int64[::1], int64[::1], float64, uint64[::1], int64[::1],"
    " int64[::1], int64[::1], int64[::1], int64[::1])"
)
def resolve_clusters(
    values: Words,
    bounds: Positions,
    cluster_bounds: Positions,
    bound: float,
    guard_data: Words,
    guard_bounds: Positions,
    kept: Positions,
    inter: Positions,
    template: Positions,
    template_inter: Positions,
) -> None:
    """Go through each cluster in order and remove what a document kept before it stands for.

    Documents are laid out cluster by cluster, best first: cluster c is documents
    `cluster_bounds[c]..cluster_bounds[c + 1]`; document d has the sorted set
    `values[bounds[d]:bounds[d + 1]]` and a sorted guard in `(guard_data, guard_bounds)`. The
    first kept document of its cluster with a Jaccard of at least `bound` (above 0) and the same
    guard removes it: `kept[d]` is that document and `inter[d]` the size of the intersection; -1
    and 0 when it stays. `template[d]`, `template_inter[d]` are the first kept document, before
    that one, that reaches the bound with another guard (or -1 and 0). Empty sets resemble nothing.

    The cost is quadratic in the documents that stay, a few nanoseconds for each pair: sets whose
    sketches differ in too many bits are not compared, which can't change the outcome.
    """
    slack = (1.0 - bound) / (1.0 + bound) * (1.0 + 1e-9)  # differing hashes, to those of both
    for c in range(len(cluster_bounds) - 1):
        first, last = cluster_bounds[c], cluster_bounds[c + 1]
        keepers, sizes = np.empty(last - first, np.int64), np.empty(last - first, np.int64)
        guards = np.empty(last - first, np.uint64)
        words = _sketch_words(bounds[last] - bounds[first], last - first)
        sketches = np.empty((last - first, words), np.uint64)
        count = 0
        for d in range(first, last):
            kept[d], inter[d], template[d], template_inter[d] = -1, 0, -1, 0
            keepers[count], sizes[count] = d, bounds[d + 1] - bounds[d]
            guards[count] = _guard_hash(guard_data, guard_bounds, d)
            _sketch(values, bounds[d], bounds[d + 1], sketches[count])
            for k in range(count):
                same = guards[k] == guards[count]
                if not same and template[d] >= 0:
                    continue
                spare = slack * (sizes[k] + sizes[count])
                if abs(sizes[k] - sizes[count]) > spare:
                    continue
                if _difference(sketches[k], sketches[count]) > spare:
                    continue
                common = _common(values, bounds, keepers[k], d, bound)
                if common < 0:
                    continue
                if same and _same_guard(guard_data, guard_bounds, keepers[k], d):
                    kept[d], inter[d] = keepers[k], common
                    break
                if template[d] < 0:
                    template[d], template_inter[d] = keepers[k], common
            count += kept[d] < 0
