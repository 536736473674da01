"""The Arrow IPC files of deduplication: keys by partition, and what the phases hand on."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

from corpuskit.exchange import OUTCOME, PhaseInput

Docs = npt.NDArray[np.int64]

#: Rows in a record batch of an outcome file, so that it can be read piece by piece.
OUTCOME_ROWS = 1 << 16


@contextmanager
def reading(
    path: Path, columns: Sequence[int] | None = None
) -> Iterator[pa.ipc.RecordBatchFileReader]:
    """Open an IPC file, memory-mapped, for as long as the block lasts; all columns or these."""
    options = pa.ipc.IpcReadOptions(included_fields=None if columns is None else list(columns))
    with (
        pa.memory_map(str(path)) as source,
        pa.ipc.open_file(source, options=options) as reader,
    ):
        yield reader


def write(
    path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch], *, packed: bool = True
) -> None:
    """Write an IPC file of the batches, compressed with LZ4 unless it is to be memory-mapped."""
    options = pa.ipc.IpcWriteOptions(compression="lz4" if packed else None)
    with (
        pa.OSFile(str(path), "wb") as sink,
        pa.ipc.new_file(sink, schema, options=options) as writer,
    ):
        for batch in batches:
            writer.write_batch(batch)


def write_table(path: Path, table: pa.Table, *, packed: bool = True) -> None:
    """Write a table as one record batch (none if it has no rows)."""
    write(path, table.schema, table.combine_chunks().to_batches(), packed=packed)


def even(
    pieces: Iterable[Sequence[npt.NDArray[Any]]], schema: pa.Schema, rows: int
) -> Iterator[pa.RecordBatch]:
    """Record batches of `rows` rows (the last has fewer) of columns that come in any pieces."""
    waiting: list[list[npt.NDArray[Any]]] = []
    have = 0
    for piece in pieces:
        at, size = 0, len(piece[0])
        while at < size:
            take = min(rows - have, size - at)
            waiting.append([column[at : at + take] for column in piece])
            at, have = at + take, have + take
            if have == rows:
                yield _joined(waiting, schema)
                waiting, have = [], 0
    if have:
        yield _joined(waiting, schema)


def _joined(pieces: list[list[npt.NDArray[Any]]], schema: pa.Schema) -> pa.RecordBatch:
    arrays = [pa.array(np.concatenate(column)) for column in zip(*pieces, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def partition_of(path: Path, index: int) -> pa.RecordBatch:
    """Record batch `index` of a file that has one for each partition."""
    with reading(path) as reader:
        return reader.get_batch(index)


def removed_docs(paths: Sequence[Path]) -> Docs:
    """Sorted numbers of the documents that earlier exchanges removed."""
    found = []
    for path in paths:
        with reading(path) as reader:
            table = reader.read_all().select(["doc", "removed"])
        found.append(table.column("doc").filter(table.column("removed")).to_numpy())
    return np.sort(np.concatenate([np.empty(0, np.int64), *found]))


@dataclass(frozen=True, slots=True)
class Removed:
    """Which documents earlier exchanges removed: a bit for each document, the lowest first."""

    bits: npt.NDArray[np.uint8]

    @classmethod
    def read(cls, given: PhaseInput) -> Removed:
        """Those of this run, read batch by batch; nothing is held where nothing was removed."""
        if not given.removed or not given.parts:
            return cls(np.empty(0, np.uint8))
        documents = max(part.base + part.rows for part in given.parts)
        bits = np.zeros(documents // 8 + 1, np.uint8)
        for path in given.removed:
            with reading(path, [OUTCOME.get_field_index(n) for n in ("doc", "removed")]) as reader:
                for i in range(reader.num_record_batches):
                    batch = reader.get_batch(i)
                    docs = batch.column("doc").filter(batch.column("removed")).to_numpy()
                    np.bitwise_or.at(bits, docs >> 3, (1 << (docs & 7)).astype(np.uint8))
        return cls(bits)

    def others(self, docs: Docs) -> npt.NDArray[np.bool_]:
        """Which of `docs` were not removed; those of earlier datasets never are."""
        if len(self.bits) == 0:
            return np.ones(len(docs), np.bool_)
        own = np.maximum(docs, 0)
        return np.asarray((self.bits[own >> 3] >> (own & 7).astype(np.uint8) & 1 == 0) | (docs < 0))


def is_in(docs: Docs, known: Docs) -> npt.NDArray[np.bool_]:
    """Which of `docs` are in `known`, which is sorted."""
    if len(known) == 0:
        return np.zeros(len(docs), np.bool_)
    at = np.minimum(np.searchsorted(known, docs), len(known) - 1)
    return np.asarray(known[at] == docs)


def partition_numbers(words: npt.NDArray[np.uint64], partitions: int) -> npt.NDArray[np.int64]:
    """Partition of each hash by its top 32 bits: even shares for any number of partitions."""
    return ((words >> np.uint64(32)) * np.uint64(partitions) >> np.uint64(32)).astype(np.int64)


def cut(batch: pa.RecordBatch, numbers: npt.NDArray[np.int64], count: int) -> list[pa.RecordBatch]:
    """A batch cut into `count` batches by number; rows keep their order."""
    sorted_rows = np.argsort(numbers, kind="stable")
    bounds = np.searchsorted(numbers[sorted_rows], np.arange(count + 1))
    batch = batch.take(pa.array(sorted_rows))
    return [batch.slice(a, b - a) for a, b in itertools.pairwise(bounds)]


def one_batch(table: pa.Table) -> pa.RecordBatch:
    """The rows of a table as one record batch, also when there are none."""
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)


def write_outcome(
    path: Path, columns: Mapping[str, Any], rows: int, schema: pa.Schema = OUTCOME
) -> None:
    """Write outcome rows sorted by document; columns that are not given are null.

    Args:
        path: file to write.
        columns: arrays of `rows` values by name; at least ``doc`` and ``removed``.
        rows: how many.
        schema: the exchange's `outcome`.
    """
    arrays = [
        pa.array(columns[field.name], field.type)
        if field.name in columns
        else pa.nulls(rows, field.type)
        for field in schema
    ]
    table = pa.Table.from_arrays(arrays, schema=schema)
    table = table.take(pc.sort_indices(table.column("doc"))).combine_chunks()
    write(path, table.schema, table.to_batches(OUTCOME_ROWS))
