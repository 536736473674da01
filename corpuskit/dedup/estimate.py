"""What `dedup.minhash` is expected to need: disk beside the texts, and memory of one task.

The constants are calibrated with ``scripts/bench dedup --scale``. What a corpus has of duplicates
isn't known before it is read; the figures stand for one in which `SHARE` of the documents are in
clusters of Zipf-distributed sizes, members having a Jaccard similarity to their cluster's original
that lies anywhere in `JACCARD`. Band keys, most of it by far, don't hang on that. Copies of texts,
which `gather` makes of the members of clusters, are not counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corpuskit.dedup import stars
from corpuskit.dedup.minhash import MinHashParams

MEMORY = "memory: one task, at most"

#: Share of the documents that are in a cluster, and their similarity to its original.
SHARE = 0.5
JACCARD = (0.6, 1.0)

#: A row of a keys file: key and row number, and its share of the record batch's frame.
KEY_BYTES = 12.3
#: Edges of a member for each band in which it has the original's key: some are alone with it,
#: the first of a bucket has none.
EDGES = 0.465
#: An edge in its file: two numbers, sorted and compressed.
EDGE_BYTES = 7.5
#: A member in the clusters' file: two numbers; some have no edge.
CLUSTER_BYTES = 13.0
#: An edge in the temporary files of clusters that go over files; there are never more of them.
SPOOLED_BYTES = 16

#: A process that has loaded everything, and what `clusters` has in memory beside the parents.
PROCESS = 125 << 20
CLUSTERS = 48 << 20
#: `corpuskit.dedup.clusters.PARENTS`, which a plan can't import without loading Numba.
PARENTS = 1 << 30
#: Texts, shingles and numbers that `gather` and `verify` have in memory at a time.
TEXTS = 320 << 20


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes on disk by what takes them; `sort` is there only while a task runs."""

    keys: int
    edges: int
    clusters: int
    sort: int


def costs(documents: int, params: MinHashParams) -> dict[str, int]:
    """What ``corpuskit plan`` shows: bytes by what takes them."""
    found = disk(documents, params)
    lines = {
        "disk: band keys": found.keys,
        "disk: edges and clusters": found.edges + found.clusters,
        "disk: sort space": found.sort,
        MEMORY: memory(documents, params),
    }
    return {name: size for name, size in lines.items() if size}


def disk(documents: int, params: MinHashParams) -> Disk:
    """Bytes that so many documents are expected to take beside their texts."""
    members = documents * SHARE
    edges = members * EDGES * params.bands * _agreeing(params.rows)
    return Disk(
        keys=round(documents * params.bands * KEY_BYTES),
        edges=round(edges * EDGE_BYTES),
        clusters=round(members * CLUSTER_BYTES),
        sort=round(edges * SPOOLED_BYTES) if _parents(documents) > PARENTS else 0,
    )


def memory(documents: int, params: MinHashParams) -> int:
    """Bytes that the process of one task of a phase holds at most.

    A partition is taken to be as large as the budget of `stars`, unless all keys are less.
    """
    rows = min(documents * params.bands, stars.ROWS)
    parents = min(_parents(documents), PARENTS)
    return PROCESS + max(rows * stars.ROW_BYTES, parents + CLUSTERS, TEXTS)


def _parents(documents: int) -> int:
    """Bytes of the parents of all documents."""
    return documents * 4


def _agreeing(rows: int) -> float:
    """Chance that a member has its cluster's original's key in a band."""
    low, high = JACCARD
    return float(np.mean(np.linspace(low, high, 1001) ** rows))
