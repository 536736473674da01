"""Resolve one large cluster slice by slice, in memory that does not grow with it.

The cluster's texts are read in slices, in the order of the policy, and compared with the kept
documents that are held (`corpuskit.kernels.keepers`). These have `HELD_BYTES`. What is held: the
first of the cluster (at most 64, and half of the room), and of the others the latest that fit. Up
to `EXACT` held documents, a new one is compared with all of them; beyond, with those that share a
band key with it. A document that stays though one that shares a key and its numbers was no longer
held, or was one of too many in its bucket, is counted as ``unmeasured``; so is a kept one that is
too large to be held at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.dedup import shingling
from corpuskit.dedup.gathered import Gathered
from corpuskit.dedup.minhash import MinHashParams
from corpuskit.dedup.numbers import guard_tokens
from corpuskit.dedup.verdicts import Unseen, Verdicts, hit_lists
from corpuskit.kernels import keepers
from corpuskit.kernels.buffers import Words
from corpuskit.kernels.resolve import CONTAINMENT, JACCARD, guard_hashes
from corpuskit.kernels.shingles import band_keys

Positions = npt.NDArray[np.int64]

#: Held documents up to which a new one is compared with all of them.
EXACT = 2048
#: Bytes for kept documents: their sets, sketches, keys and tables of keys.
HELD_BYTES = 512 << 20
#: Documents in a slice; its text has a bound of its own.
SLICE = 1 << 16

#: Names of the measures in the kernels.
MEASURES = {"jaccard": JACCARD, "containment": CONTAINMENT}


@dataclass
class _Held:
    """The arrays of `corpuskit.kernels.keepers.resolve_slice`, whose pages are taken when used."""

    pool: Words
    slots: Positions
    sketches: Words
    guards: Words
    keys: Words
    links: Positions
    recent: Positions
    firsts: Positions
    state: Positions = field(default_factory=lambda: np.array([0, -1, 0, 0, 0, 0, 0], np.int64))

    @classmethod
    def make(cls, documents: int, mean: int, bands: int) -> _Held:
        """Room for documents with `mean` shingles, for all of them if it suffices."""
        words = 4
        while 8 * words < min(mean, 1 << 17):
            words *= 2
        fixed = words * 8 + bands * (16 + 32) + 48
        slots = max(4, min(documents + 1, HELD_BYTES // (fixed + 8 * mean + 1)))
        pool = max(HELD_BYTES - slots * fixed, HELD_BYTES // 2) // 8
        table = 2 * slots * bands
        return cls(
            np.empty(pool, np.uint64),
            np.full((slots, 4), -1, np.int64),
            np.empty((slots, words), np.uint64),
            np.empty(slots, np.uint64),
            np.empty((slots, bands), np.uint64),
            np.empty((slots, bands), np.int64),
            np.full(table, -1, np.int64),
            np.full(table, -1, np.int64),
        )

    @property
    def unmeasured(self) -> int:
        return int(self.state[keepers.UNMEASURED] + self.state[keepers.UNHELD])


def resolve(
    found: Gathered, rows: Positions, fixed: int, chunk: int, params: MinHashParams
) -> tuple[Verdicts, int]:
    """What becomes of the documents of one cluster, and how many are unmeasured.

    Args:
        found: the partition's documents.
        rows: those of the cluster, best first.
        fixed: how many at the front are of earlier datasets.
        chunk: bytes of text in a slice; a single document may have more.
        params: of the exchange.
    """
    n = len(rows)
    length = pc.fill_null(found.table.column("length"), 0).to_numpy()[rows]
    held = _Held.make(n, int(length.mean()), params.bands)
    unseen = Unseen.of(found, rows[:fixed])
    clusters = found.table.column("cluster").to_numpy()[rows]
    out, sizes = np.empty((n, 4), np.int64), np.empty(n, np.int64)
    unverified = np.full(n, -1)
    hits = []
    for start, stop in _slices(found.sizes[rows], chunk):
        texts = found.texts(rows[start:stop])
        data, offsets = shingling.texts(texts, params.unit)
        keys = np.empty((stop - start, params.bands), np.uint64)
        band_keys(shingling.signatures(data, offsets, params), params.bands, params.rows, keys)
        values, bounds = shingling.sets(data, offsets, params)
        guards = np.empty(stop - start, np.uint64)
        guard_hashes(*guard_tokens(texts.column("text"), params.numbers), guards)
        equal = np.zeros((stop - start, params.bands), np.uint8)
        keepers.resolve_slice(
            values, bounds, guards, keys, start, fixed, params.bound, MEASURES[params.measure],
            EXACT, held.pool, held.slots, held.sketches, held.guards, held.keys, held.links,
            held.recent, held.firsts, held.state, out[start:stop], equal,
        )  # fmt: skip
        sizes[start:stop] = np.diff(bounds)
        unverified[start:stop] = unseen.first(keys, clusters[start:stop])
        hits.append(hit_lists(equal.astype(np.bool_), out[start:stop, 0] >= 0))
    unverified[:fixed] = -1
    kept, inter, template, template_inter = (np.ascontiguousarray(column) for column in out.T)
    lists = pa.chunked_array(hits, hits[0].type).combine_chunks()
    verdicts = Verdicts(kept, inter, template, template_inter, sizes, lists, unverified)
    return verdicts, held.unmeasured


def _slices(sizes: Positions, chunk: int) -> Iterator[tuple[int, int]]:
    """Cut documents every `chunk` bytes of text or `SLICE` documents."""
    before = np.concatenate([[0], np.cumsum(sizes)])
    start = 0
    while start < len(sizes):
        stop = int(np.searchsorted(before, before[start] + chunk, "right")) - 1
        stop = min(max(stop, start + 1), start + SLICE, len(sizes))
        yield start, stop
        start = stop
