"""Which near-duplicates of a cluster go: every document against the kept ones before it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Int, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import fmix64
from corpuskit.kernels.sets import intersection_at_least

Positions = npt.NDArray[np.int64]

JACCARD, CONTAINMENT = 0, 1
"""Measures: the intersection's share of the union, or of the smaller set."""


@inline
def _reaches(common: Int, size1: Int, size2: Int, bound: float, measure: Int) -> Bool:
    """Say whether two sets that share `common` elements reach the bound."""
    whole = min(size1, size2) if measure == CONTAINMENT else size1 + size2 - common
    return common > 0 and common / whole >= bound


@inline
def needed_for(size1: Int, size2: Int, bound: float, measure: Int) -> Int:
    """Return the least intersection that reaches the bound, exactly as `_reaches`.

    More than the smaller set has, where none does.
    """
    if measure == CONTAINMENT:
        share = bound * min(size1, size2)
    else:
        share = bound * (size1 + size2) / (1.0 + bound)
    needed: Int = max(int(share) - 1, 1)  # at most two too few
    while needed <= min(size1, size2) and not _reaches(needed, size1, size2, bound, measure):
        needed += 1
    return needed


@inline
def spare_for(size1: Int, size2: Int, bound: float, measure: Int) -> float:
    """Return how many hashes the two sets may have that the other lacks, at least."""
    if measure == CONTAINMENT:
        return size1 + size2 - 2.0 * bound * min(size1, size2) * (1.0 - 1e-9)
    return (1.0 - bound) / (1.0 + bound) * (1.0 + 1e-9) * (size1 + size2)


@inline
def common_at_least(
    one: Words, start1: Int, size1: Int, two: Words, start2: Int, size2: Int, needed: Int
) -> Int:
    """Return the size of the intersection of sets in two arrays, or -1 if it is below `needed`."""
    spare1, spare2 = size1 - needed, size2 - needed
    stop1, stop2 = start1 + size1, start2 + size2
    common = 0
    while spare1 >= 0 and spare2 >= 0 and start1 < stop1 and start2 < stop2:
        word1, word2 = one[start1], two[start2]
        before, after = word1 < word2, word1 > word2
        common += word1 == word2
        spare1 -= before
        spare2 -= after
        start1 += not after
        start2 += not before
    return common if common >= needed else -1


@inline
def _popcount(word: np.uint64) -> np.uint64:
    """Return how many bits are set (LLVM makes one instruction of this)."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    low = word & np.uint64(0x3333333333333333)
    word = low + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.uint64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@inline
def sketch_of(values: Words, start: Int, stop: Int, sketch: Words) -> None:
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
def difference(one: Words, two: Words) -> np.uint64:
    """Return in how many bits two sketches differ."""
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


@kernel("void(uint64[::1], int64[::1], uint64[::1])")
def guard_hashes(data: Words, bounds: Positions, out: Words) -> None:
    """Write a hash of each document's guard, ``data[bounds[i]:bounds[i + 1]]``, to `out[i]`."""
    for document in range(len(out)):
        out[document] = _guard_hash(data, bounds, document)


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
def _may_reach(
    bounds: Positions, sketches: Words, first: Int, one: Int, two: Int, bound: float, measure: Int
) -> Bool:
    """Say whether sizes and sketches (of documents from `first` on) allow the bound."""
    size1, size2 = bounds[one + 1] - bounds[one], bounds[two + 1] - bounds[two]
    spare = spare_for(size1, size2, bound, measure)
    far = (
        abs(size1 - size2) > spare
        or difference(sketches[one - first], sketches[two - first]) > spare
    )
    return not far


@kernel("void(uint64[::1], int64[::1], int64[::1], float64, int64, boolean[::1])")
def find_alike(
    values: Words,
    bounds: Positions,
    cluster_bounds: Positions,
    bound: float,
    measure: Int,
    out: npt.NDArray[np.bool_],
) -> None:
    """Say which documents may reach the bound with another one of their cluster.

    Arguments are those of `resolve_clusters`, which asks for the guards of no others. Sketches
    decide, so a document may be named without need. Documents that look alike are compared on only
    with those that are not named yet, so that many equal ones take no time.
    """
    for c in range(len(cluster_bounds) - 1):
        first, last = cluster_bounds[c], cluster_bounds[c + 1]
        words = _sketch_words(bounds[last] - bounds[first], last - first)
        sketches = np.empty((last - first, words), np.uint64)
        named, others = np.empty(last - first, np.int64), np.empty(last - first, np.int64)
        names: Int = 0
        rest: Int = 0
        for d in range(first, last):
            sketch_of(values, bounds[d], bounds[d + 1], sketches[d - first])
            out[d] = False
            count, rest = rest, np.int64(0)
            for k in range(count):
                other = others[k]
                if _may_reach(bounds, sketches, first, other, d, bound, measure):
                    out[other] = out[d] = True
                    named[names] = other
                    names += 1
                else:
                    others[rest] = other
                    rest += 1
            k = 0
            while k < names and not out[d]:
                out[d] = _may_reach(bounds, sketches, first, named[k], d, bound, measure)
                k += 1
            if out[d]:
                named[names] = d
                names += 1
            else:
                others[rest] = d
                rest += 1


@kernel(
    "void(uint64[::1], int64[::1], int64[::1], int64[::1], float64, int64, uint64[::1],"
    " int64[::1], int64[::1], int64[::1], int64[::1], int64[::1])"
)
def resolve_clusters(
    values: Words,
    bounds: Positions,
    cluster_bounds: Positions,
    fixed: Positions,
    bound: float,
    measure: Int,
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
    first kept document of its cluster whose `measure` reaches `bound` (above 0) and that has the
    same guard removes it: `kept[d]` is that document and `inter[d]` the size of the intersection;
    -1 and 0 when it stays. `template[d]`, `template_inter[d]` are the first kept document, before
    that one, that reaches the bound with another guard (or -1 and 0). Empty sets resemble nothing.
    The first `fixed[c]` documents of a cluster are kept unseen.

    The cost is quadratic in the documents that stay, a few nanoseconds for each pair: sets whose
    sketches differ in too many bits are not compared, which can't change the outcome. For large
    clusters see `keepers`.
    """
    for c in range(len(cluster_bounds) - 1):
        first, last = cluster_bounds[c], cluster_bounds[c + 1]
        keepers, sizes = np.empty(last - first, np.int64), np.empty(last - first, np.int64)
        guards = np.empty(last - first, np.uint64)
        words = _sketch_words(bounds[last] - bounds[first], last - first)
        sketches = np.empty((last - first, words), np.uint64)
        count = 0
        for d in range(first, last):
            kept[d], inter[d], template[d], template_inter[d] = -1, 0, -1, 0
            size = bounds[d + 1] - bounds[d]
            keepers[count], sizes[count] = d, size
            guards[count] = _guard_hash(guard_data, guard_bounds, d)
            sketch_of(values, bounds[d], bounds[d + 1], sketches[count])
            for k in range(count if d - first >= fixed[c] else 0):
                same = guards[k] == guards[count]
                if not same and template[d] >= 0:
                    continue
                spare = spare_for(sizes[k], size, bound, measure)
                if abs(sizes[k] - size) > spare:
                    continue
                if difference(sketches[k], sketches[count]) > spare:
                    continue
                needed = needed_for(sizes[k], size, bound, measure)
                other = bounds[keepers[k]]
                common = intersection_at_least(
                    values, other, other + sizes[k], bounds[d], bounds[d + 1], needed
                )
                if common < 0:
                    continue
                if same and _same_guard(guard_data, guard_bounds, keepers[k], d):
                    kept[d], inter[d] = keepers[k], common
                    break
                if template[d] < 0:
                    template[d], template_inter[d] = keepers[k], common
            count += kept[d] < 0
