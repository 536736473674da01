"""Step files in, one Parquet shard out: streamed, deterministic, digested.

The bytes of a shard depend on its rows, its schema and the version of the Parquet writer, and not
on how the rows were cut into batches.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet as pq
import xxhash

from corpuskit.errors import StageError
from corpuskit.ledger import HashingFile
from corpuskit.output.columns import LOW_CARDINALITY, NO_STATISTICS
from corpuskit.output.digest import RowDigest
from corpuskit.output.labelled import Labels
from corpuskit.output.shards import Piece

GROUP_ROWS = 50_000
GROUP_BYTES = 64 * 10**6


@dataclass(frozen=True, slots=True)
class ShardInfo:
    """What a shard holds.

    Attributes:
        rows: number of rows.
        bytes: size of the file.
        sha256: digest of the file.
        rows_sha256: digest of the rows; see `corpuskit.output.digest`.
        characters: Unicode characters of text.
        morphemes: sum of the column ``morphemes``, or None where there is no such column.
        text_bytes: UTF-8 bytes of text.
        confidentiality: highest label of the rows, or None.
        labels: rows by column and value; see `corpuskit.output.labelled`.
    """

    rows: int
    bytes: int
    sha256: str
    rows_sha256: str
    characters: int
    morphemes: int | None
    text_bytes: int
    confidentiality: str | None = None
    labels: dict[str, dict[str, int]] = field(default_factory=dict, hash=False)


class Tally:
    """Counts rows, characters, morphemes, bytes of text and labels, batch by batch."""

    def __init__(self, schema: pa.Schema) -> None:
        self.rows = 0
        self.characters = 0
        self.text_bytes = 0
        self.labels = Labels(schema)
        self.morphemes: int | None = 0 if "morphemes" in schema.names else None

    def update(self, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch."""
        names = batch.schema.names
        self.rows += batch.num_rows
        self.labels.update(batch)
        if "text" in names:
            text = batch.column("text")
            self.text_bytes += _sum(pc.binary_length(text))
            self.characters += _sum(_characters(batch, text))
        elif "characters" in names:
            self.characters += _sum(batch.column("characters"))
        if self.morphemes is not None:
            self.morphemes += _sum(batch.column("morphemes"))


def _characters(batch: pa.RecordBatch, text: pa.Array) -> pa.Array:
    """The column ``characters`` where a stage wrote it, else the length of the text."""
    at = batch.schema.get_field_index("characters")
    if at < 0:
        return pc.utf8_length(text)
    counted = batch.column(at)
    if not counted.null_count:
        return counted
    return pc.coalesce(counted.cast(pa.int64()), pc.utf8_length(text).cast(pa.int64()))


def _sum(values: pa.Array) -> int:
    return int(pc.sum(values).as_py() or 0)


def write_table(
    pieces: Sequence[Piece],
    schema: pa.Schema,
    out: Path | HashingFile,
    *,
    order_seed: int | None = None,
    change: Callable[[pa.RecordBatch], pa.RecordBatch] | None = None,
) -> ShardInfo:
    """Write record batches as one Parquet file.

    Streams batch by batch; a row group's worth of rows is in memory. With `order_seed` the rows
    of the shard are gathered in memory and ordered by the XXH64 of their id under that seed.

    Args:
        pieces: where the rows come from, in order.
        schema: columns of the file; columns missing in a batch become null, others are left out.
        out: the file to write (fsynced; renaming is the ledger's business), or an open sink,
            which stays open.
        order_seed: key of the shuffle; None keeps the order.
        change: what each batch passes before it is aligned; keeps rows and order.

    Raises:
        StageError: a batch lacks a column that must not be null, or has one of another type.
    """
    schema = schema.remove_metadata()
    read = _read(pieces) if change is None else map(change, _read(pieces))
    batches: Iterator[pa.RecordBatch] = (align(batch, schema) for batch in read)
    if order_seed is not None:
        batches = _ordered(batches, schema, order_seed)
    if isinstance(out, HashingFile):
        return _write(batches, schema, out)
    return write_batches(batches, schema, out)


def write_batches(batches: Iterable[pa.RecordBatch], schema: pa.Schema, out: Path) -> ShardInfo:
    """Write record batches of a schema without metadata as one Parquet file, fsynced."""
    with out.open("wb") as stream:
        info = _write(batches, schema, HashingFile(stream))
        stream.flush()
        os.fsync(stream.fileno())
    return info


def _read(pieces: Iterable[Piece]) -> Iterator[pa.RecordBatch]:
    for piece in pieces:
        with pa.memory_map(str(piece.path)) as source, pa.ipc.open_file(source) as reader:
            for index in piece.batches:
                yield reader.get_batch(index)


def align(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """A batch with the columns of `schema`, in its order; missing ones are null.

    Raises:
        StageError: a column that must not be null is missing, or values don't fit its type.
    """
    return pa.RecordBatch.from_arrays([_aligned(batch, field) for field in schema], schema=schema)


def _aligned(batch: pa.RecordBatch, field: pa.Field) -> pa.Array:
    at = batch.schema.get_field_index(field.name)
    if at < 0:
        if not field.nullable and batch.num_rows:
            raise StageError(f"column '{field.name}' is missing in a step file and can't be null")
        return pa.nulls(batch.num_rows, field.type)
    column = batch.column(at)
    if not field.nullable and column.null_count:
        raise StageError(f"column '{field.name}' has nulls in a step file and can't be null")
    if column.type == field.type:
        return column
    try:
        return column.cast(field.type)
    except pa.ArrowInvalid as error:
        found = f"is {column.type} in a step file, not {field.type}"
        raise StageError(f"column '{field.name}' {found}: {error}") from error


def _write(batches: Iterable[pa.RecordBatch], schema: pa.Schema, sink: HashingFile) -> ShardInfo:
    digest, tally = RowDigest(schema), Tally(schema)
    with _writer(sink, schema) as writer:
        for group in _groups(batches, schema):
            digest.update(group)
            tally.update(group)
            writer.write_table(pa.Table.from_batches([group]), row_group_size=group.num_rows)
    return ShardInfo(
        tally.rows,
        sink.length,
        sink.sha256.hexdigest(),
        digest.hexdigest(),
        tally.characters,
        tally.morphemes,
        tally.text_bytes,
        tally.labels.highest,
        tally.labels.counts,
    )


def _writer(sink: HashingFile, schema: pa.Schema) -> Any:
    names = schema.names
    return pq.ParquetWriter(
        sink,
        schema,
        version="2.6",
        compression="zstd",
        compression_level=3,
        use_dictionary=[n for n in names if n in LOW_CARDINALITY],
        write_statistics=[n for n in names if n not in NO_STATISTICS],
    )


def _groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Row groups: a group ends with the row that brings it to `GROUP_ROWS` or `GROUP_BYTES`.

    The cut looks at rows, not at batches, and each group is one piece of memory: pages would
    otherwise end where batches do.
    """
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        ends = np.cumsum(_weights(batch))
        first = 0
        while first < batch.num_rows:
            before = int(ends[first - 1]) if first else 0
            by_size = int(np.searchsorted(ends, before + GROUP_BYTES - size)) + 1
            last = min(first + GROUP_ROWS - rows, by_size, batch.num_rows)
            held.append(batch.slice(first, last - first))
            rows, size, first = rows + last - first, size + int(ends[last - 1]) - before, last
            if rows >= GROUP_ROWS or size >= GROUP_BYTES:
                yield _one(held, schema)
                held, rows, size = [], 0, 0
    if rows:
        yield _one(held, schema)


def _weights(batch: pa.RecordBatch) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Bytes of strings in each row."""
    total = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        if pa.types.is_string(column.type) or pa.types.is_binary(column.type):
            total += np.asarray(pc.binary_length(column).fill_null(0), dtype=np.int64)
    return total


def _one(batches: list[pa.RecordBatch], schema: pa.Schema) -> pa.RecordBatch:
    return pa.concat_batches(batches) if batches else schema.empty_table().to_batches()[0]


def _ordered(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, seed: int
) -> Iterator[pa.RecordBatch]:
    """Rows by keyed hash of their id, ties by id."""
    table = pa.Table.from_batches(list(batches), schema)
    if table.num_rows:
        ids = table.column("id")
        keyed = pa.table({"key": _hashes(ids, seed), "id": ids})
        order = pc.sort_indices(keyed, [("key", "ascending"), ("id", "ascending")])
        yield from table.take(order).to_batches()


def _hashes(ids: pa.ChunkedArray, seed: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    # One C call a row (0.1 us); only a shuffle, which is not on the hot path, comes here.
    digest = xxhash.xxh64_intdigest
    octets = ids.cast(pa.binary()).to_pylist()
    return np.fromiter((digest(octet, seed) for octet in octets), np.uint64, len(ids))
