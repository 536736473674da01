"""The last phase of a `VectorExchange`: measure the documents of each cluster, decide, write."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from corpuskit.dedup import files, policy
from corpuskit.dedup.gathered import Gathered
from corpuskit.dedup.numbers import guard_tokens
from corpuskit.dedup.vectors import VectorExchange, Vectors, unit
from corpuskit.exchange import PhaseInput
from corpuskit.kernels.buffers import Words
from corpuskit.kernels.cosine import resolve_vectors

Positions = npt.NDArray[np.int64]

#: Documents whose texts are in memory at a time.
TOGETHER = 4096


def verify(given: PhaseInput, exchange: VectorExchange) -> Mapping[str, int]:
    """Resolve the clusters of one partition and write what became of their documents.

    A cluster is compared as a whole: the work grows with its documents times those that stay.
    """
    found = Gathered.read(given, "text")
    schema = exchange.outcome()
    if found is None:
        files.write_outcome(given.out, {"doc": [], "removed": []}, 0, schema)
        return {"compared": 0, "removed": 0, "templates": 0}
    order = policy.order(found.table, "cluster", exchange.params.keep)
    vectors, guards = _measures(found, order, exchange)
    clusters = found.table.column("cluster").to_numpy()[order]
    heads = np.flatnonzero(np.diff(clusters, prepend=-1))
    n = len(order)
    kept, template = np.empty(n, np.int64), np.empty(n, np.int64)
    like, template_like = np.empty(n), np.empty(n)
    resolve_vectors(
        vectors, np.append(heads, n), np.zeros(len(heads), np.int64), exchange.params.bound,
        guards, kept, like, template, template_like,
    )  # fmt: skip
    columns = _columns(found, order, heads, (kept, like), (template, template_like))
    files.write_outcome(given.out, columns, len(columns["doc"]), schema)
    removed = int(pc.sum(columns["removed"]).as_py() or 0)
    templates = len(columns["doc"]) - columns["template_of"].null_count
    return {"compared": n, "removed": removed, "templates": templates}


def _measures(found: Gathered, order: Positions, exchange: VectorExchange) -> tuple[Vectors, Words]:
    """Vectors of length 1 and hashes of the guards, in the policy's order."""
    vectors, guards = [], []
    for rows in _slices(order):
        small = found.table.take(pa.array(rows))
        texts = found.texts(rows)
        batch = small.append_column("text", texts.column("text")).combine_chunks()
        vectors.append(unit(exchange.vectors(batch)))
        values, bounds = guard_tokens(batch.column("text"), exchange.params.numbers)
        guards.append(_hashes(values, bounds))
    return np.concatenate(vectors), np.concatenate(guards)


def _slices(order: Positions) -> Iterator[Positions]:
    for start in range(0, len(order), TOGETHER):
        yield order[start : start + TOGETHER]


def _hashes(values: Words, bounds: Positions) -> Words:
    """One hash for each multiset of tokens (they are sorted)."""
    raw = values.tobytes()
    words = [xxhash.xxh64_intdigest(raw[8 * a : 8 * b]) for a, b in itertools.pairwise(bounds)]
    return np.array(words, np.uint64)


def _columns(
    found: Gathered,
    order: Positions,
    heads: Positions,
    removal: tuple[Positions, npt.NDArray[np.float64]],
    likeness: tuple[Positions, npt.NDArray[np.float64]],
) -> dict[str, Any]:
    """Outcome columns of the documents there is news of."""
    n = len(order)
    kept, similarity = removal
    removed = kept >= 0
    template = np.where(removed, -1, likeness[0])
    size = 1 + np.bincount(kept[removed], minlength=n)
    head = np.repeat(heads, np.diff(heads, append=n))
    news = np.zeros(n, np.bool_)
    news[head[removed | (template >= 0)]] = True
    shown = news[head]
    docs = found.table.column("doc").to_numpy()[order]
    ids = found.table.column("id").combine_chunks().take(pa.array(order))

    def named(places: Positions) -> pa.Array:
        return ids.take(pa.array(places[shown], mask=places[shown] < 0))

    def figures(values: Any, mask: npt.NDArray[np.bool_]) -> pa.Array:
        return pa.array(values[shown], mask=mask[shown])

    return {
        "doc": pa.array(docs[shown]),
        "removed": pa.array(removed[shown]),
        "kept": figures(docs[kept], ~removed),
        "duplicate_of": named(kept),
        "similarity": figures(np.round(similarity, 6), ~removed),
        "cluster": named(np.where(removed, -1, head)),
        "cluster_size": figures(size, removed),
        "template_of": named(template),
        "template_similarity": figures(np.round(likeness[1], 6), template < 0),
    }
