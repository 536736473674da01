"""What a segment reads that is not the first: the part before it, and what the exchanges found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

from corpuskit.cuts import cut_texts
from corpuskit.document import DUPLICATE
from corpuskit.exchange import OUTCOME, Exchange


@dataclass(frozen=True)
class Found:
    """What an exchange found, as files.

    Attributes:
        name: versioned name of the exchange.
        paths: its outcome files.
        schema: their columns.
        carries: columns that kept documents carry on, with the value of those that no row names.
        edits: whether pieces of text are to be taken out.
    """

    name: str
    paths: tuple[Path, ...]
    schema: pa.Schema = OUTCOME
    carries: tuple[tuple[str, Any], ...] = ()
    edits: bool = False

    @classmethod
    def of(cls, exchange: Exchange, paths: tuple[Path, ...]) -> Found:
        """What this exchange wrote to these files."""
        names = [c.name for c in exchange.columns_written() if c.name != "cuts"]
        carries = tuple((name, exchange.fill.get(name)) for name in names)
        return cls(exchange.ident, paths, exchange.outcome(), carries, exchange.edits())


@dataclass(frozen=True)
class Upstream:
    """A part as the segment before left it.

    Attributes:
        data: its Arrow IPC file, or None where no document was left.
        base: number of its first document.
        rows: documents in it.
        outcomes: what each exchange found, in order.
    """

    data: Path | None
    base: int
    rows: int
    outcomes: tuple[Found, ...]


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The record batches of an Arrow IPC file, one at a time."""
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        for i in range(reader.num_record_batches):
            yield reader.get_batch(i)


class Outcomes:
    """What one exchange found, looked up by document number.

    Args:
        paths: its outcome files, each sorted by `doc`.
        schema: their columns.
    """

    def __init__(self, paths: Sequence[Path], schema: pa.Schema = OUTCOME) -> None:
        self._schema = schema
        self._tables = [_read(path) for path in paths]
        self._docs = [table.column("doc").to_numpy() for table in self._tables]

    def between(self, start: int, stop: int) -> pa.Table:
        """Rows of documents ``start <= doc < stop``, sorted by document."""
        found = []
        for table, docs in zip(self._tables, self._docs, strict=True):
            low, high = np.searchsorted(docs, [start, stop])
            if high > low:
                found.append(table.slice(low, high - low))
        joined = pa.concat_tables(found) if found else self._schema.empty_table()
        return joined.sort_by("doc").combine_chunks()

    def of(self, numbers: np.ndarray) -> pa.Table:
        """One row for each number, in order; all null where nothing is known of it."""
        found: pa.Table = self._schema.empty_table()
        for table, docs in zip(self._tables, self._docs, strict=True):
            at = np.searchsorted(docs, numbers)
            at[at == len(docs)] = 0
            hit = docs[at] == numbers if len(docs) else np.zeros(len(numbers), bool)
            found = pa.concat_tables([found, table.take(pa.array(at[hit]))])
        return _spread(found, numbers)


def _read(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all().combine_chunks()


def _spread(rows: pa.Table, numbers: np.ndarray) -> pa.Table:
    """Rows placed at the positions where their `doc` stands in `numbers`; null elsewhere."""
    docs = rows.column("doc").to_numpy()
    order = np.argsort(docs, kind="stable")
    docs = docs[order]
    at = np.searchsorted(docs, numbers)
    hit = np.zeros(len(numbers), bool)
    inside = at < len(docs)
    hit[inside] = docs[at[inside]] == numbers[inside]
    index = np.zeros(len(numbers), np.int64)
    index[hit] = order[at[hit]]
    return rows.take(pa.array(index, pa.int64(), mask=~hit))


@dataclass(frozen=True)
class Split:
    """A batch divided by what an exchange found.

    Attributes:
        kept: documents that stay, with the columns they carry on.
        removed: documents that an exchange removed.
        evidence: `DUPLICATE` rows beside `removed`.
        emptied: documents of whose text nothing was left, by the exchange that took it out.
    """

    kept: pa.RecordBatch
    removed: pa.RecordBatch
    evidence: pa.RecordBatch
    emptied: tuple[tuple[str, pa.RecordBatch], ...] = ()


class Divider:
    """Divides batches of one part into kept and removed documents.

    Args:
        upstream: the part and its outcome files.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._exchanges = [(f, Outcomes(f.paths, f.schema)) for f in upstream.outcomes]

    def divide(self, batch: pa.RecordBatch, start: int) -> Split:
        """Divide a batch whose first document has the number `start`."""
        numbers = np.arange(start, start + batch.num_rows, dtype=np.int64)
        removed = np.zeros(batch.num_rows, bool)
        evidence = [pa.nulls(batch.num_rows, f.type) for f in DUPLICATE]
        emptied: list[tuple[str, pa.Array]] = []
        for i, (exchange, outcomes) in enumerate(self._exchanges):
            rows = outcomes.of(numbers)
            here = pc.fill_null(rows.column("removed"), False).to_numpy() & ~removed
            found = self._resolved(i, rows)
            evidence = [
                pc.if_else(pa.array(here), new.combine_chunks(), old)
                for new, old in zip(_evidence(exchange.name, found), evidence, strict=True)
            ]
            removed |= here
            batch = _carry(batch, rows, exchange.carries)
            if exchange.edits:  # the last of its segment: no other looked at these texts
                before = batch
                batch = cut_texts(batch, rows.column("cut_bytes").combine_chunks(), exchange.name)
                empty = _emptied(before, batch) & ~removed
                emptied.append((exchange.name, pa.array(empty)))
        beside = pa.RecordBatch.from_arrays(evidence, schema=DUPLICATE)
        gone = pa.array(removed)
        left = tuple((name, before.filter(rows)) for name, rows in emptied)
        stay = ~removed
        for _, rows in emptied:
            stay &= ~rows.to_numpy(zero_copy_only=False)
        return Split(batch.filter(pa.array(stay)), batch.filter(gone), beside.filter(gone), left)

    def _resolved(self, i: int, rows: pa.Table) -> pa.Table:
        """Where the kept one of identical sets was removed by a later exchange, name its kept one.

        Two documents with the same shingles have the same similarity to any third one, so the
        later exchange's figures hold for both.
        """
        for _, later in self._exchanges[i + 1 :]:
            kept = rows.column("kept").combine_chunks()
            same = pc.and_(
                pc.equal(rows.column("jaccard"), 1.0), pc.equal(rows.column("containment"), 1.0)
            )
            next_rows = later.of(pc.fill_null(kept, -1).to_numpy())
            moved = pc.fill_null(pc.and_(same, next_rows.column("removed")), False)
            core = zip(next_rows.select(OUTCOME.names), rows.select(OUTCOME.names), strict=True)
            rows = pa.table([pc.if_else(moved, new, old) for new, old in core], schema=OUTCOME)
        return rows


def _evidence(name: str, rows: pa.Table) -> list[pa.ChunkedArray]:
    stage = pa.chunked_array([pa.array([name] * rows.num_rows, pa.string())])
    return [stage, *(rows.column(f.name) for f in DUPLICATE if f.name != "stage")]


def _emptied(before: pa.RecordBatch, after: pa.RecordBatch) -> np.ndarray:
    """Documents of whose text only white space is left."""
    blank = [
        pc.equal(pc.binary_length(pc.utf8_trim_whitespace(b.column("text"))), 0)
        for b in (before, after)
    ]
    return np.asarray(pc.and_(blank[1], pc.invert(blank[0])).to_numpy(zero_copy_only=False))


def _carry(
    batch: pa.RecordBatch, rows: pa.Table, carries: Sequence[tuple[str, Any]]
) -> pa.RecordBatch:
    """Columns that kept documents carry on; a later exchange's value wins where it has one."""
    for name, fill in carries:
        new = rows.column(name).combine_chunks()
        if fill is not None:
            new = new.fill_null(fill)
        at = batch.schema.get_field_index(name)
        if at >= 0:
            batch = batch.set_column(at, batch.schema.field(at), pc.coalesce(new, batch.column(at)))
        else:
            batch = batch.append_column(pa.field(name, new.type), new)
    return batch
