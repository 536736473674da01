"""Bring the texts of each cluster together, and nothing else of the corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.dedup import files, policy
from corpuskit.exchange import PartFiles, PhaseInput
from corpuskit.kernels.buffers import string_array
from corpuskit.kernels.shingles import view

_SPREADER = np.uint64(0x9E3779B97F4A7C15)


def gather(
    given: PhaseInput, keep: Sequence[str], compared: Sequence[str] = ()
) -> Mapping[str, int]:
    """Write the part's documents that have a cluster, one record batch for each partition.

    Columns: ``doc``, ``cluster``, ``length`` (characters of the view), ``text``, the columns
    `compared` beside it, ``id`` and what the policy looks at. All documents of a cluster go to the
    same partition.
    """
    part = given.parts[given.index]
    docs, clusters = _members(given, part)
    names = tuple(dict.fromkeys(("text", *compared, *policy.carried_columns(keep))))
    pieces = _rows(given, part, docs, clusters, names, ("text", *compared))
    if not pieces:
        files.write(given.out, pa.schema([pa.field("doc", pa.int64())]), [])
        return {"documents": 0, "text_bytes": 0}
    batch = files.one_batch(pa.Table.from_batches(pieces))
    mixed = batch.column("cluster").to_numpy().view(np.uint64) * _SPREADER
    cuts = files.cut(batch, files.partition_numbers(mixed, given.partitions), given.partitions)
    files.write(given.out, batch.schema, cuts)
    size = pc.sum(pc.binary_length(batch.column("text"))).as_py()
    return {"documents": batch.num_rows, "text_bytes": size}


def _members(given: PhaseInput, part: PartFiles) -> tuple[files.Docs, files.Docs]:
    """The part's documents that have a cluster, and that (read through the memory map)."""
    with files.reading(given.earlier["clusters"][0]) as reader:
        table = reader.read_all()
    docs = table.column("doc").to_numpy()
    low, high = np.searchsorted(docs, [part.base, part.base + part.rows])
    clusters = table.column("cluster").to_numpy()
    return docs[low:high].copy(), clusters[low:high].copy()


def _rows(
    given: PhaseInput,
    part: PartFiles,
    docs: files.Docs,
    clusters: files.Docs,
    names: Sequence[str],
    present: Sequence[str],
) -> list[pa.RecordBatch]:
    """The rows of the documents, read batch by batch from the part's data.

    Columns in `present` are taken as they are here, whatever later stages make of them.
    """
    pieces = []
    start = part.base
    with files.reading(part.data) as reader:
        for index in range(reader.num_record_batches):
            batch = reader.get_batch(index)
            low, high = np.searchsorted(docs, [start, start + batch.num_rows])
            if high > low:
                rows = pa.array(docs[low:high] - start)
                taken = batch.take(rows)
                ahead = given.ahead(taken)
                columns = dict(zip(ahead.schema.names, ahead.columns, strict=True))
                columns |= {name: taken.column(name) for name in present}
                batch_rows = pa.RecordBatch.from_pydict({n: columns[n] for n in names})
                pieces.append(_labelled(batch_rows, docs[low:high], clusters[low:high]))
            start += batch.num_rows
    return pieces


def _labelled(
    batch: pa.RecordBatch, docs: npt.NDArray[np.int64], clusters: npt.NDArray[np.int64]
) -> pa.RecordBatch:
    text = batch.column("text")
    length = pc.utf8_length(string_array(*view(text))).cast(pa.int64())
    columns = {"doc": pa.array(docs), "cluster": pa.array(clusters), "length": length}
    columns |= dict(zip(batch.schema.names, batch.columns, strict=True))
    return pa.RecordBatch.from_pydict(columns)
