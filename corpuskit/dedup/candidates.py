"""Which documents may be near-duplicates: band keys, edges between documents, clusters."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.dedup import files, shingling
from corpuskit.dedup.minhash import MinHashParams
from corpuskit.dedup.shingling import signatures
from corpuskit.exchange import PhaseInput
from corpuskit.kernels import shingles
from corpuskit.kernels.unionfind import components

#: Rows of a keys file: a band's key, and the row in the part of a document that has it.
KEYS = pa.schema([pa.field("key", pa.uint64()), pa.field("row", pa.int32())])
EDGES = pa.schema([pa.field("left", pa.int64()), pa.field("right", pa.int64())])
CLUSTERS = pa.schema([pa.field("doc", pa.int64()), pa.field("cluster", pa.int64())])


def keys(batch: pa.RecordBatch, params: MinHashParams) -> pa.RecordBatch:
    """One row for each document: ``keys``, a list of its bands' keys; null without a shingle."""
    data, offsets = shingling.view(batch, params.unit)
    words = np.empty((batch.num_rows, params.bands), np.uint64)
    shingles.band_keys(signatures(data, offsets, params), params.bands, params.rows, words)
    lists = pa.FixedSizeListArray.from_arrays(
        pa.array(words.reshape(-1)), params.bands, mask=pa.array(np.diff(offsets) == 0)
    )
    return pa.RecordBatch.from_pydict({"keys": lists})


def spread(table: pa.Table, partitions: int) -> list[pa.RecordBatch]:
    """Rows of `KEYS` for each partition, sorted by key, equal keys by row."""
    batch = files.one_batch(table.filter(table.column("keys").is_valid()))
    lists = batch.column("keys")
    words = lists.flatten().to_numpy()
    rows = np.repeat(batch.column("row").to_numpy().astype(np.int32), lists.type.list_size)
    order = np.argsort(words, kind="stable")
    words, rows = words[order], rows[order]
    numbers = files.partition_numbers(words, partitions)  # grow with the words
    bounds = np.searchsorted(numbers, np.arange(partitions + 1))
    return [
        pa.RecordBatch.from_arrays([pa.array(words[a:b]), pa.array(rows[a:b])], schema=KEYS)
        for a, b in itertools.pairwise(bounds)
    ]


def find_edges(given: PhaseInput) -> Mapping[str, int]:
    """Join the documents of a bucket to its first one: `EDGES` rows, each once."""
    words, docs = _bucketed(given)
    starts = np.ones(len(words), np.bool_)
    starts[1:] = words[1:] != words[:-1]
    first = np.flatnonzero(starts)
    left = np.repeat(docs[first], np.diff(first, append=len(words)))
    left, right = left[~starts], docs[~starts]
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    new = np.ones(len(left), np.bool_)
    new[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    columns = [pa.array(left[new]), pa.array(right[new])]
    files.write_table(given.out, pa.Table.from_arrays(columns, schema=EDGES))
    return {"keys": len(words), "edges": int(np.count_nonzero(new))}


def _bucketed(given: PhaseInput) -> tuple[npt.NDArray[np.uint64], files.Docs]:
    """Keys and documents of the partition, sorted by key, then by document."""
    removed = files.removed_docs(given.removed)
    words, docs = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for part in given.parts:
        piece = files.partition_of(part.keys, given.index)
        numbers = piece.column("row").to_numpy() + np.int64(part.base)
        stay = ~files.is_in(numbers, removed)
        words.append(piece.column("key").to_numpy()[stay])
        docs.append(numbers[stay])
    all_words, all_docs = np.concatenate(words), np.concatenate(docs)
    order = np.argsort(all_words, kind="stable")  # parts are in order of their documents
    return all_words[order], all_docs[order]


def find_clusters(given: PhaseInput) -> Mapping[str, int]:
    """Label every document that has an edge with the smallest one it is connected to.

    Writes `CLUSTERS` rows, sorted by document.
    """
    edges = []
    for path in given.earlier["bands"]:
        with files.reading(path) as reader:
            table = reader.read_all()
        edges.append([table.column(side).to_numpy() for side in ("left", "right")])
    empty: list[Any] = [np.empty(0, np.int64)]
    left, right = (np.concatenate(empty + [edge[side] for edge in edges]) for side in range(2))
    nodes, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    labels = components(len(nodes), places[: len(left)].copy(), places[len(left) :].copy())
    columns = [pa.array(nodes), pa.array(nodes[labels])]
    files.write_table(given.out, pa.Table.from_arrays(columns, schema=CLUSTERS), packed=False)
    clusters = int(np.count_nonzero(labels == np.arange(len(nodes))))
    return {"documents": len(nodes), "clusters": clusters}
