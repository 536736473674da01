"""Band keys: documents that share one may be near-duplicates (see `stars` and `clusters`)."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa

from corpuskit.dedup import files, runs, shingling
from corpuskit.dedup.minhash import MinHashParams
from corpuskit.dedup.shingling import signatures
from corpuskit.kernels import shingles

#: Rows of a keys file: a band's key, and the row in the part of a document that has it.
KEYS = pa.schema([pa.field("key", pa.uint64()), pa.field("row", pa.int32())])


def keys(batch: pa.RecordBatch, params: MinHashParams) -> pa.RecordBatch:
    """One row for each document: ``keys``, a list of its bands' keys; null without a shingle."""
    data, offsets = shingling.texts(batch, params.unit)
    words = np.empty((batch.num_rows, params.bands), np.uint64)
    shingles.band_keys(signatures(data, offsets, params), params.bands, params.rows, words)
    lists = pa.FixedSizeListArray.from_arrays(
        pa.array(words.reshape(-1)), params.bands, mask=pa.array(shingling.blank(data, offsets))
    )
    return pa.RecordBatch.from_pydict({"keys": lists})


def spread(table: pa.Table, partitions: int) -> list[pa.RecordBatch]:
    """Rows of `KEYS` for each partition, sorted by key, equal keys by row."""
    batch = files.one_batch(table.filter(table.column("keys").is_valid()))
    lists = batch.column("keys")
    words = lists.flatten().to_numpy()
    rows = np.repeat(batch.column("row").to_numpy().astype(np.int32), lists.type.list_size)
    order = runs.ordering(words)
    words, rows = words[order], rows[order]
    numbers = files.partition_numbers(words, partitions)  # grow with the words
    bounds = np.searchsorted(numbers, np.arange(partitions + 1))
    return [
        pa.RecordBatch.from_arrays([pa.array(words[a:b]), pa.array(rows[a:b])], schema=KEYS)
        for a, b in itertools.pairwise(bounds)
    ]


def signature_column(batch: pa.RecordBatch, params: MinHashParams) -> pa.Array:
    """Whole signatures, a list for each document; null without a shingle."""
    data, offsets = shingling.texts(batch, params.unit)
    words = signatures(data, offsets, params)
    mask = pa.array(shingling.blank(data, offsets))
    return pa.FixedSizeListArray.from_arrays(
        pa.array(words.reshape(-1)), params.num_perm, mask=mask
    )
