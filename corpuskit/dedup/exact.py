"""`dedup.exact`: of documents with equal text, one stays.

Equal means: the same 128-bit digest of the text as deduplication sees it, in which runs of white
space are one space and nothing else is folded (`corpuskit.kernels.shingles.dedup_view`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.dedup import files, policy
from corpuskit.exchange import Exchange, Phase, PhaseInput
from corpuskit.stage import Params


class ExactParams(policy.KeepParams):
    """Parameters of `dedup.exact`."""


class Exact(Exchange):
    """Keeps one of several documents with equal text, white space aside."""

    name: ClassVar[str] = "dedup.exact"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = ExactParams
    example: ClassVar[str] = "- dedup.exact: {keep: [legal_basis, date, length, id]}"

    def columns_read(self) -> tuple[str, ...]:
        """Id, text, and the columns that the policy names."""
        return (*self.reads, *policy.other_columns(self.params.keep))

    def keys(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Digest, length in characters, and what the policy looks at."""
        from corpuskit.kernels.buffers import string_array
        from corpuskit.kernels.hashing import digests
        from corpuskit.kernels.shingles import view

        data, offsets = view(batch.column("text"))
        words = np.empty((batch.num_rows, 2), np.uint64)
        digests(data, offsets, words)
        columns = {
            "high": pa.array(words[:, 0]),
            "low": pa.array(words[:, 1]),
            "length": pc.utf8_length(string_array(data, offsets)).cast(pa.int64()),
        }
        columns |= {n: batch.column(n) for n in policy.carried_columns(self.params.keep)}
        return pa.RecordBatch.from_pydict(columns)

    def spread(self, keys: pa.Table, partitions: int) -> list[pa.RecordBatch]:
        """By the digest's top bits; empty texts are left out."""
        keys = keys.filter(pc.greater(keys.column("length"), 0))
        batch = files.one_batch(keys)
        numbers = files.partition_numbers(batch.column("high").to_numpy(), partitions)
        return files.cut(batch, numbers, partitions)

    def phases(self) -> Sequence[Phase]:
        """Groups of equal digests, partition by partition."""
        return (Phase("groups", "partitions", self._groups),)

    def _groups(self, given: PhaseInput) -> Mapping[str, int]:
        table = _repeated(_documents(given))
        if table is None:
            files.write_outcome(given.out, {"doc": [], "removed": []}, 0)
            return {"groups": 0, "removed": 0}
        table = table.take(pa.array(policy.order(table, "group", self.params.keep)))
        group = table.column("group").to_numpy()
        first = np.flatnonzero(np.diff(group, prepend=-1))
        best = np.repeat(first, np.diff(first, append=len(group)))
        gone = np.flatnonzero(best != np.arange(len(group)))
        docs, kept = table.column("doc").to_numpy(), best[gone]
        columns: dict[str, Any] = {
            "doc": docs[gone],
            "removed": np.ones(len(gone), np.bool_),
            "kept": docs[kept],
            "duplicate_of": table.column("id").take(pa.array(kept)).combine_chunks(),
            "jaccard": np.ones(len(gone)),
            "containment": np.ones(len(gone)),
        }
        files.write_outcome(given.out, columns, len(gone))
        return {"groups": len(first), "removed": len(gone)}


def _documents(given: PhaseInput) -> pa.Table | None:
    """All documents of the partition, with their number, that no earlier exchange removed."""
    removed = files.removed_docs(given.removed)
    pieces = []
    for part in given.parts:
        piece = files.partition_of(part.keys, given.index)
        docs = piece.column("row").to_numpy() + part.base
        piece = piece.append_column("doc", pa.array(docs))
        pieces.append(piece.filter(pa.array(~files.is_in(docs, removed))))
    return pa.Table.from_batches(pieces) if pieces else None


def _repeated(table: pa.Table | None) -> pa.Table | None:
    """The documents whose digest is not theirs alone, with the number of their group."""
    if table is None:
        return None
    high, low = table.column("high").to_numpy(), table.column("low").to_numpy()
    order = np.lexsort((low, high))
    high, low = high[order], low[order]
    starts = np.ones(len(order), np.bool_)
    starts[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    number = np.cumsum(starts) - 1
    several = np.bincount(number, minlength=1)[number] > 1 if len(number) else starts
    if not several.any():
        return None
    table = table.take(pa.array(order[several]))
    return table.append_column("group", pa.array(number[several]))
