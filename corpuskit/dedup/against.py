"""Near-duplicates of documents of earlier datasets: their keys, and the texts of those that meet.

Two phases that `dedup.minhash` has where the recipe names earlier datasets. ``against`` spreads
the keys of an index file over the partitions; ``earlier`` brings the texts of those documents that
share a cluster with one of this run. A document of an earlier dataset has a negative number:
-1 minus its row, counted through all index files in order.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpuskit.dedup import files, policy
from corpuskit.dedup import gather as gathering
from corpuskit.dedup.index import IndexFile
from corpuskit.exchange import PhaseInput

#: Rows of an ``against`` file, sorted by key, equal keys by document.
KEYS = pa.schema([pa.field("key", pa.uint64()), pa.field("doc", pa.int64())])

Numbers = npt.NDArray[np.int64]


def first_row(indexes: Sequence[IndexFile], number: int) -> int:
    """Rows in all index files before this one."""
    return sum(file.rows for file in indexes[:number])


def spread(given: PhaseInput, indexes: Sequence[IndexFile]) -> Mapping[str, int]:
    """Write the keys of one index file, a record batch for each partition."""
    file = indexes[given.index]
    base = first_row(indexes, given.index)
    words, docs = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    with pq.ParquetFile(file.path) as source:
        for batch in source.iter_batches(columns=["keys"]):
            lists = batch.column("keys")
            rows = np.flatnonzero(lists.is_valid().to_numpy(zero_copy_only=False))
            words.append(lists.flatten().to_numpy())
            docs.append(np.repeat(-1 - base - rows, lists.type.list_size))
            base += batch.num_rows
    keys, numbers = np.concatenate(words), np.concatenate(docs)
    order = np.lexsort((numbers, keys))
    keys, numbers = keys[order], numbers[order]
    cuts = np.searchsorted(
        files.partition_numbers(keys, given.partitions), np.arange(given.partitions + 1)
    )
    batches = [
        pa.RecordBatch.from_arrays([pa.array(keys[a:b]), pa.array(numbers[a:b])], schema=KEYS)
        for a, b in itertools.pairwise(cuts)
    ]
    files.write(given.out, KEYS, batches, packed=False)
    return {"earlier_keys": len(keys)}


def rows_of(docs: Numbers, indexes: Sequence[IndexFile], number: int) -> Numbers:
    """Rows in one index file of those documents (negative numbers) that are in it, ascending."""
    rows = np.sort(-1 - docs) - first_row(indexes, number)
    return rows[(rows >= 0) & (rows < indexes[number].rows)]


def texts(file: IndexFile, rows: Numbers, columns: Sequence[str]) -> tuple[pa.Table, pa.Table]:
    """Index rows (id, keys) and shard rows (`columns` and text, null where not at hand).

    A shard whose ids aren't those of the index is not the one that was indexed: its texts count as
    not at hand.
    """
    wanted = pa.array(rows)
    known = pq.read_table(file.path, columns=["id", "keys"]).take(wanted)
    names = [name for name in columns if name != "id"]
    if file.at_hand and file.data is not None:
        have = set(pq.read_schema(file.data).names)
        table = _taken(file, rows, ["id", *(n for n in names if n in have)])
        if table.num_rows == len(rows) and table.column("id").equals(known.column("id")):
            return known, table
    empty: dict[str, Any] = {"id": known.column("id")}
    return known, pa.table(empty)


def _taken(file: IndexFile, rows: Numbers, names: list[str]) -> pa.Table:
    """These rows of the shard, row group by row group."""
    pieces, start = [], 0
    with pq.ParquetFile(file.data) as source:
        schema = source.schema_arrow
        for group in range(source.num_row_groups):
            stop = start + source.metadata.row_group(group).num_rows
            low, high = np.searchsorted(rows, [start, stop])
            if high > low:
                table = source.read_row_group(group, columns=names).select(names)
                pieces.append(table.take(pa.array(rows[low:high] - start)))
            start = stop
    bare = pa.schema([schema.field(n) for n in names]).empty_table()
    return pa.concat_tables(pieces) if pieces else bare


def clustered(given: PhaseInput) -> tuple[Numbers, Numbers]:
    """Earlier documents that have a cluster, and that, sorted by document."""
    docs, clusters = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for path in given.earlier["clusters"]:
        with files.reading(path) as reader:
            for i in range(reader.num_record_batches):
                batch = reader.get_batch(i)
                numbers = batch.column("doc").to_numpy()
                old = numbers < 0
                if not old.any():
                    break  # sorted: no others follow
                docs.append(numbers[old])
                clusters.append(batch.column("cluster").to_numpy()[old])
    found, labels = np.concatenate(docs), np.concatenate(clusters)
    order = np.argsort(found)
    return found[order], labels[order]


def numbers_and_clusters(
    given: PhaseInput, indexes: Sequence[IndexFile]
) -> tuple[Numbers, Numbers, Numbers]:
    """Rows in this task's index file that have a cluster, their numbers, and the clusters."""
    docs, clusters = clustered(given)
    rows = rows_of(docs, indexes, given.index)
    numbers = -1 - first_row(indexes, given.index) - rows
    return rows, numbers, clusters[np.searchsorted(docs, numbers)]


def null_columns(schema: pa.Schema, have: pa.Table, rows: int) -> dict[str, Any]:
    """`have`'s columns by the schema's names and types; null where it has none."""
    columns: dict[str, Any] = {}
    for field in schema:
        if field.name in have.column_names:
            column = have.column(field.name).combine_chunks()
            columns[field.name] = (
                column if column.type == field.type else pc.cast(column, field.type)
            )
        else:
            columns[field.name] = pa.nulls(rows, field.type)
    return columns


def gather(
    given: PhaseInput, indexes: Sequence[IndexFile], keep: Sequence[str], compared: str
) -> Mapping[str, int]:
    """Write this index file's documents that have a cluster as `corpuskit.dedup.gather` does.

    Args:
        given: input of the phase ``earlier``.
        indexes: all index files.
        keep: the policy.
        compared: the column that shingles come from; one that a shard lacks can't be measured.
    """
    rows, docs, clusters = numbers_and_clusters(given, indexes)
    file = indexes[given.index]
    names = dict.fromkeys((*policy.carried_columns(keep), "text", compared))
    known, table = texts(file, rows, tuple(names))
    layout = gathering.layout(given, keep)
    columns = null_columns(layout, table, len(rows))
    text = columns["text"]
    columns |= {
        "doc": pa.array(docs),
        "cluster": pa.array(clusters),
        "length": gathering.lengths(text),
        "dataset": pa.array([file.dataset] * len(rows), pa.string()),
        "keys": known.column("keys").combine_chunks().cast(layout.field("keys").type),
    }
    arrays = [columns[name] for name in layout.names]
    batch = pa.RecordBatch.from_arrays(arrays, schema=layout)
    gathering.write(given, batch)
    return {"earlier": len(rows), "earlier_without_text": text.null_count}
