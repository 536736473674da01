"""Bring the texts of each cluster together, and nothing else of the corpus.

A file holds rounds: a round has one record batch for each partition, in order, so that batch i is
of partition ``i % partitions``. What is gathered is written as soon as it is `ROUND` bytes. Files
are not compressed, so that single rows can be read through a memory map (`gathered`).
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.dedup import files, policy
from corpuskit.exchange import PartFiles, PhaseInput
from corpuskit.kernels.buffers import text_buffers
from corpuskit.kernels.shingles import view_lengths

_SPREADER = np.uint64(0x9E3779B97F4A7C15)

#: Bytes of gathered rows that are in memory at a time; one batch of the part may be more.
ROUND = 64 << 20
#: Columns of documents of earlier datasets; null in this run's own.
EARLIER = (pa.field("dataset", pa.string()), pa.field("keys", pa.list_(pa.uint64())))


def gather(
    given: PhaseInput, keep: Sequence[str], compared: Sequence[str] = ()
) -> Mapping[str, int]:
    """Write the part's documents that have a cluster, in rounds.

    Columns: ``doc``, ``cluster``, ``length`` (characters of the view), ``text``, the columns
    `compared` beside it, ``id`` and what the policy looks at; where the recipe names earlier
    datasets, `EARLIER`. All documents of a cluster go to the same partition.
    """
    part = given.parts[given.index]
    names = tuple(dict.fromkeys(("text", *compared, *policy.carried_columns(keep))))
    pieces = _rows(given, part, names, ("text", *compared))
    counts = {"documents": 0, "text_bytes": 0}

    def batches(found: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in found:
            counts["documents"] += batch.num_rows
            counts["text_bytes"] += pc.sum(pc.binary_length(batch.column("text"))).as_py()
            yield from _cut(batch, given.partitions)

    rounds = _rounds(pieces)
    first = next(rounds, None)
    if first is None:
        files.write(given.out, pa.schema([pa.field("doc", pa.int64())]), [])
    else:
        pieces = batches(itertools.chain([first], rounds))
        files.write(given.out, first.schema, pieces, packed=False)
    return counts


def write(given: PhaseInput, batch: pa.RecordBatch) -> None:
    """Write one round of rows (of any kind that has a column ``cluster``)."""
    files.write(given.out, batch.schema, _cut(batch, given.partitions), packed=False)


def layout(given: PhaseInput, keep: Sequence[str]) -> pa.Schema:
    """Columns of the files that `gather` wrote, for a later phase that adds documents."""
    for path in given.earlier["gather"]:
        with files.reading(path) as reader:
            if reader.num_record_batches:
                return reader.schema
    numbers = [pa.field(name, pa.int64()) for name in ("doc", "cluster", "length")]
    texts = [pa.field(name, pa.string()) for name in ("text", *policy.carried_columns(keep))]
    return pa.schema([*numbers, *texts, *EARLIER])


def lengths(text: pa.Array) -> pa.Array:
    """Characters of the views of texts; null for null."""
    found = np.empty(len(text), np.int64)
    view_lengths(*text_buffers(pc.fill_null(text, "")), found)
    return pa.array(found, mask=text.is_null().to_numpy(zero_copy_only=False))


def _cut(batch: pa.RecordBatch, partitions: int) -> list[pa.RecordBatch]:
    mixed = batch.column("cluster").to_numpy().view(np.uint64) * _SPREADER
    return files.cut(batch, files.partition_numbers(mixed, partitions), partitions)


def _rounds(pieces: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Join batches until they are `ROUND` bytes."""
    waiting: list[pa.RecordBatch] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += piece.nbytes
        if size >= ROUND:
            yield files.one_batch(pa.Table.from_batches(waiting))
            waiting, size = [], 0
    if waiting:
        yield files.one_batch(pa.Table.from_batches(waiting))


def _members(given: PhaseInput, part: PartFiles) -> tuple[files.Docs, files.Docs]:
    """The part's documents that have a cluster, and that: only their batches are looked at."""
    docs, clusters = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    with files.reading(given.earlier["clusters"][0]) as reader:

        def first(i: int) -> int:
            return int(reader.get_batch(i).column("doc")[0].as_py())

        every = range(reader.num_record_batches)
        at = max(bisect.bisect_right(every, part.base, key=first) - 1, 0)
        for i in every[at:]:
            batch = reader.get_batch(i)
            numbers = batch.column("doc").to_numpy()
            low, high = np.searchsorted(numbers, [part.base, part.base + part.rows])
            docs.append(numbers[low:high])
            clusters.append(batch.column("cluster").to_numpy()[low:high])
            if high < len(numbers):
                break
        return np.concatenate(docs), np.concatenate(clusters)


def _rows(
    given: PhaseInput, part: PartFiles, names: Sequence[str], present: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """The rows of documents that have a cluster, read batch by batch from the part's data.

    Columns in `present` are taken as they are here, whatever later stages make of them.
    """
    docs, clusters = _members(given, part)
    start = part.base
    with files.reading(part.data) as reader:
        for index in range(reader.num_record_batches if len(docs) else 0):
            batch = reader.get_batch(index)
            low, high = np.searchsorted(docs, [start, start + batch.num_rows])
            if high > low:
                rows = pa.array(docs[low:high] - start)
                taken = batch.take(rows)
                ahead = given.ahead(taken)
                columns = dict(zip(ahead.schema.names, ahead.columns, strict=True))
                columns |= {name: taken.column(name) for name in present}
                batch_rows = pa.RecordBatch.from_pydict({n: columns[n] for n in names})
                batch_rows = _labelled(batch_rows, docs[low:high], clusters[low:high])
                if "against" in given.earlier:
                    for field in EARLIER:
                        nothing = pa.nulls(batch_rows.num_rows, field.type)
                        batch_rows = batch_rows.append_column(field, nothing)
                yield batch_rows
            start += batch.num_rows


def _labelled(
    batch: pa.RecordBatch, docs: npt.NDArray[np.int64], clusters: npt.NDArray[np.int64]
) -> pa.RecordBatch:
    text = batch.column("text")
    columns = {"doc": pa.array(docs), "cluster": pa.array(clusters), "length": lengths(text)}
    columns |= dict(zip(batch.schema.names, batch.columns, strict=True))
    return pa.RecordBatch.from_pydict(columns)
