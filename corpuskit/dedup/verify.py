"""Measure the documents of each cluster against each other, and decide which are removed.

A cluster's documents are taken in the order of the keep policy. Each is compared with those kept
before it; the first one that it resembles by the bound, and whose numbers are the same, removes it.
One that resembles a kept document but differs in its numbers stays, as a template of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.dedup import files, policy, shingling
from corpuskit.dedup.minhash import MinHashParams
from corpuskit.dedup.numbers import guard_tokens
from corpuskit.exchange import PhaseInput
from corpuskit.kernels.buffers import Bytes, Offsets, string_array, text_buffers
from corpuskit.kernels.sets import resolve_clusters

Positions = npt.NDArray[np.int64]

#: Text that is compared at a time; one cluster may be more. Shingle sets need about four times it.
CHUNK = 32 << 20


def verify(given: PhaseInput, params: MinHashParams, schema: pa.Schema) -> Mapping[str, int]:
    """Resolve the clusters of one partition and write what became of their documents."""
    table = _documents(given)
    pieces = []
    if table is not None:
        order = policy.order(table, "cluster", params.keep)
        for start, stop in _chunks(table, order):
            chunk = table.take(pa.array(order[start:stop])).combine_chunks()
            pieces.append(_outcome(chunk, params))
    columns = {
        name: pa.chunked_array([piece[name] for piece in pieces], type=kind).combine_chunks()
        for name, kind in zip(schema.names, schema.types, strict=True)
    }
    removed = columns["removed"]
    files.write_outcome(given.out, columns, len(removed), schema)
    return {
        "compared": 0 if table is None else table.num_rows,
        "removed": int(pc.sum(removed).as_py() or 0),
        "templates": len(removed) - columns["template_of"].null_count,
    }


def _documents(given: PhaseInput) -> pa.Table | None:
    """All documents of the partition's clusters, in order of their numbers."""
    pieces = []
    for path in given.earlier["gather"]:
        with files.reading(path) as reader:
            if reader.num_record_batches:
                pieces.append(reader.get_batch(given.index))
    return pa.Table.from_batches(pieces) if pieces else None


def _chunks(table: pa.Table, order: Positions) -> Iterator[tuple[int, int]]:
    """Cut the ordered rows between clusters, about every `CHUNK` bytes of text."""
    clusters = table.column("cluster").to_numpy()[order]
    sizes = pc.binary_length(table.column("text")).to_numpy()[order]
    before = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
    starts = np.flatnonzero(np.diff(clusters, append=-1)) + 1  # where the next cluster starts
    start = 0
    for i, stop in enumerate(starts):
        last = i + 1 == len(starts)
        if last or before[starts[i + 1]] - before[start] > CHUNK:
            yield start, int(stop)
            start = int(stop)


@dataclass(frozen=True)
class _Verdicts:
    """What `resolve_clusters` found for n documents, as positions in the chunk or -1."""

    kept: Positions
    template: Positions
    jaccard: npt.NDArray[np.float64]
    containment: npt.NDArray[np.float64]
    template_jaccard: npt.NDArray[np.float64]


def _outcome(chunk: pa.Table, params: MinHashParams) -> dict[str, pa.Array]:
    """`OUTCOME` columns of the chunk's documents, those without any news left out."""
    data, offsets = shingling.view(chunk, params.unit)
    clusters = chunk.column("cluster").to_numpy()
    heads = np.flatnonzero(np.diff(clusters, prepend=-1))
    found = _resolve(chunk, data, offsets, heads, params)
    removed = found.kept >= 0
    template = np.where(removed, -1, found.template)
    size = 1 + np.bincount(found.kept[removed], minlength=len(clusters))
    # The first document of a cluster is always kept, and gives the cluster its name.
    head = np.repeat(heads, np.diff(heads, append=len(clusters)))
    news = np.zeros(len(clusters), np.bool_)
    news[head[removed | (template >= 0)]] = True
    ids, docs = chunk.column("id").combine_chunks(), chunk.column("doc").to_numpy()
    columns: dict[str, Any] = {
        "doc": pa.array(docs),
        "removed": pa.array(removed),
        "kept": pa.array(docs[found.kept], mask=~removed),
        "duplicate_of": _ids(ids, found.kept),
        "duplicate_in": pa.nulls(len(docs), pa.string()),
        "jaccard": pa.array(found.jaccard, mask=~removed),
        "containment": pa.array(found.containment, mask=~removed),
        "bands_hit": _bands_hit(data, offsets, found.kept, params),
        "cluster": _ids(ids, np.where(removed, -1, head)),
        "cluster_size": pa.array(size, mask=removed),
        "template_of": _ids(ids, template),
        "template_jaccard": pa.array(found.template_jaccard, mask=template < 0),
    }
    rows = pa.array(np.flatnonzero(news[head]))
    return {name: column.take(rows) for name, column in columns.items()}


def _resolve(
    chunk: pa.Table, data: Bytes, offsets: Offsets, heads: Positions, params: MinHashParams
) -> _Verdicts:
    values, bounds = shingling.sets(data, offsets, params)
    guard, guard_bounds = guard_tokens(chunk.column("text"), params.numbers)
    n = chunk.num_rows
    kept, inter, template, template_inter = (np.empty(n, np.int64) for _ in range(4))
    resolve_clusters(
        values, bounds, np.append(heads, n), params.bound, guard, guard_bounds,
        kept, inter, template, template_inter,
    )  # fmt: skip
    sizes = np.diff(bounds)
    smaller = np.maximum(np.minimum(sizes, sizes[kept]), 1)
    return _Verdicts(
        kept,
        template,
        _jaccard(inter, sizes, kept),
        np.round(inter / smaller, 6),
        _jaccard(template_inter, sizes, template),
    )


def _jaccard(inter: Positions, sizes: Positions, other: Positions) -> npt.NDArray[np.float64]:
    """Jaccard similarity to the document at `other`, to six digits; nothing where that is -1."""
    union = np.maximum(sizes + sizes[other] - inter, 1)
    return np.asarray(np.round(inter / union, 6))


def _ids(ids: pa.Array, positions: Positions) -> pa.Array:
    """Ids of the documents at the positions; null for -1."""
    return ids.take(pa.array(positions, mask=positions < 0))


def _bands_hit(data: Bytes, offsets: Offsets, kept: Positions, params: MinHashParams) -> pa.Array:
    """Bands in which a removed document's signature equals that of the kept one; else null."""
    gone = np.flatnonzero(kept >= 0)
    equal = np.zeros((len(kept), params.bands), np.bool_)
    if len(gone):
        involved, places = np.unique(np.concatenate([gone, kept[gone]]), return_inverse=True)
        texts = string_array(data, offsets).take(pa.array(involved))
        used = params.bands * params.rows
        found = shingling.signatures(*text_buffers(texts), params)[:, :used]
        same = found[places[: len(gone)]] == found[places[len(gone) :]]
        equal[gone] = same.reshape(len(gone), params.bands, params.rows).all(axis=2)
    bounds = np.concatenate([[0], np.cumsum(equal.sum(axis=1))]).astype(np.int32)
    numbers = pa.array(np.nonzero(equal)[1].astype(np.int16))
    return pa.ListArray.from_arrays(pa.array(bounds), numbers, mask=pa.array(kept < 0))
