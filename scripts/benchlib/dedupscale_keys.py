"""Band keys of documents that don't exist: planted clusters, and what must be found of them.

Cluster sizes are Zipf-distributed. A member has a Jaccard similarity to its cluster's original,
drawn evenly from a range, and carries the original's key in each band with the probability of
that similarity, J^rows; all other keys are its own. Numbers come from hashes of the document, so a
document's keys are the same in whatever part it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]

#: Documents whose components are worked out at a time.
CHECKED = 1 << 20


@dataclass(frozen=True)
class Shape:
    """What kind of documents.

    Attributes:
        documents: how many.
        bands: bands of a signature.
        rows: permutations in a band.
        exponent: of the Zipf distribution of cluster sizes, singles included.
        largest: most documents in a cluster.
        jaccard: least and greatest similarity of a member to its cluster's original.
        seed: of all that is drawn.
    """

    documents: int
    bands: int = 18
    rows: int = 6
    exponent: float = 2.7
    largest: int = 100_000
    jaccard: tuple[float, float] = (0.6, 1.0)
    seed: int = 1


def planted(shape: Shape) -> npt.NDArray[np.int32]:
    """The cluster of each document; members are spread over all documents at random."""
    rng = np.random.default_rng(shape.seed)
    weights = np.arange(1, shape.largest + 1, dtype=np.float64) ** -shape.exponent
    chances = np.cumsum(weights / weights.sum())
    sizes, total = [np.empty(0, np.int64)], 0
    while total < shape.documents:
        drawn = np.searchsorted(chances, rng.random(1 << 16)) + 1
        sizes.append(np.minimum(drawn, shape.largest))
        total += int(sizes[-1].sum())
    all_sizes = np.concatenate(sizes)
    labels = np.repeat(np.arange(len(all_sizes), dtype=np.int32), all_sizes)[: shape.documents]
    rng.shuffle(labels)
    return labels


def keys(shape: Shape, base: int, clusters: npt.NDArray[np.int32]) -> Words:
    """Band keys of documents from number `base`: a row for each, a column for each band."""
    docs = np.arange(base, base + len(clusters), dtype=np.uint64)
    found = np.empty((len(docs), shape.bands), np.uint64)
    shares = agreeing(shape, docs)
    for band in range(shape.bands):
        common = _hash(clusters.astype(np.uint64), 3 * band + 1, shape.seed)
        own = _hash(docs, 3 * band + 2, shape.seed)
        found[:, band] = np.where(shares[:, band], common, own)
    return found


def agreeing(shape: Shape, docs: Words) -> npt.NDArray[np.bool_]:
    """In which bands each document carries the key of its cluster's original."""
    low, high = shape.jaccard
    jaccard = low + (high - low) * _unit(_hash(docs, 0, shape.seed))
    chance = jaccard**shape.rows
    columns = [_unit(_hash(docs, 3 * band + 3, shape.seed)) < chance for band in range(shape.bands)]
    return np.stack(columns, axis=1)


def expected(shape: Shape, clusters: npt.NDArray[np.int32]) -> Numbers:
    """The first document of each document's component, by SciPy; -1 for documents alone.

    Two documents are joined where both carry the original's key of one band. Clusters share
    nothing, so they are taken some at a time.
    """
    order = np.argsort(clusters, kind="stable")
    first = np.full(shape.documents, -1, np.int64)
    for start, stop in _chunks(clusters[order]):
        docs = order[start:stop]
        label, size = _components(shape, docs, clusters[docs])
        heads = np.full(len(size), shape.documents, np.int64)
        np.minimum.at(heads, label, docs)
        joined = size[label] > 1
        first[docs[joined]] = heads[label[joined]]
    return first


def _chunks(sorted_clusters: npt.NDArray[np.int32]) -> Iterator[tuple[int, int]]:
    """Ranges of about `CHECKED` rows that cut no cluster apart."""
    start = 0
    while start < len(sorted_clusters):
        last = min(start + CHECKED, len(sorted_clusters)) - 1
        stop = int(np.searchsorted(sorted_clusters, sorted_clusters[last], "right"))
        yield start, stop
        start = stop


def _components(
    shape: Shape, docs: Numbers, clusters: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int32], Numbers]:
    """The component of each document, and how many documents each has."""
    from scipy import sparse  # which the peers of the other parts don't need

    rows, bands = np.nonzero(agreeing(shape, docs.astype(np.uint64)))
    buckets = len(docs) + (clusters[rows].astype(np.int64) - clusters[0]) * shape.bands + bands
    nodes = len(docs) + (int(clusters[-1]) - int(clusters[0]) + 1) * shape.bands
    edges = sparse.coo_matrix((np.ones(len(rows), np.int8), (rows, buckets)), (nodes, nodes))
    count, label = sparse.csgraph.connected_components(edges, directed=False)
    label = label[: len(docs)]
    return label, np.bincount(label, minlength=count)


def _hash(numbers: Words, salt: int, seed: int) -> Words:
    """SplitMix64 of numbers under a salt."""
    mixed = numbers * np.uint64(0x9E3779B97F4A7C15)
    mixed += np.uint64((salt * 0xD1342543DE82EF95 + seed * 0xA0761D6478BD642F) % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed ^= mixed >> np.uint64(shift)
        mixed *= np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


def _unit(words: Words) -> npt.NDArray[np.float64]:
    """Words as numbers from 0 to below 1."""
    return (words >> np.uint64(11)) * 2.0**-53
