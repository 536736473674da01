"""Count the documents that have each unit: exactly, and within a budget of memory.

A partition's digests are taken range by range, so that the rows of a range fit the budget, and,
within a range, part by part: what a part has is reduced to a row for each digest before it is kept.
A unit that every document has costs no more than another.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.dedup import files, textunits
from corpuskit.dedup.lines import LinesParams
from corpuskit.exchange import PhaseInput

Column = npt.NDArray[Any]

#: Rows counted at a time; each takes about 100 bytes while it is.
BUDGET = 4 << 20

#: How many documents a scope has, sorted by its digest.
SIZES = pa.schema([("high", pa.uint64()), ("low", pa.uint64()), ("documents", pa.int64())])
#: Units that reach the bound, sorted by digest, with the first document of each.
REPEATED = pa.schema([("high", pa.uint64()), ("low", pa.uint64()), ("first", pa.int64())])


@dataclass
class Tally:
    """Digests with what is known of them: number of documents, first document, scope's digest.

    Attributes:
        budget: rows that are kept at most before equal ones are joined.
        chunks: columns (high, low, documents, first and, where known, the scope's two words).
    """

    budget: int
    chunks: list[list[Column]] = field(default_factory=list)
    rows: int = 0

    def add(self, high: Column, low: Column, docs: Column, scope: list[Column]) -> None:
        """Add rows sorted by digest, equal ones by document; documents grow from call to call."""
        first = np.flatnonzero(textunits.starts_of(high, low))
        counts = np.diff(first, append=len(high))
        columns = [high[first], low[first], counts, docs[first], *(s[first] for s in scope)]
        self.chunks.append(columns)
        self.rows += len(first)
        if self.rows > self.budget:
            self.chunks = [self.joined()]
            self.rows = len(self.chunks[0][0])

    def joined(self) -> list[Column]:
        """Columns as above, each digest once, sorted."""
        if not self.chunks:
            return [np.empty(0, t) for t in (np.uint64, np.uint64, np.int64, np.int64)]
        columns = [np.concatenate(pieces) for pieces in zip(*self.chunks, strict=True)]
        order = textunits.order_of(columns[0], columns[1])
        high, low, counts, docs, *scope = (column[order] for column in columns)
        first = np.flatnonzero(textunits.starts_of(high, low))
        counts = np.add.reduceat(counts, first) if len(first) else counts
        return [high[first], low[first], counts, docs[first], *(s[first] for s in scope)]


def sizes(given: PhaseInput) -> Mapping[str, int]:
    """Count the documents of each scope: `SIZES`."""
    total = 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal total
        for high, low, counts, *_ in _tallies(given, scopes=True):
            total += len(high)
            yield pa.record_batch([high, low, counts], schema=SIZES)

    files.write(given.out, SIZES, batches(), packed=False)
    return {"scopes": total}


def count(given: PhaseInput, params: LinesParams) -> Mapping[str, int]:
    """Count the documents of each unit and write those that reach the bound: `REPEATED`."""
    totals = {"units": 0, "repeated": 0}

    def batches() -> Iterator[pa.RecordBatch]:
        for columns in _tallies(given, scopes=False):
            totals["units"] += len(columns[0])
            enough = columns[2] >= params.min_documents
            high, low, counts, first, *scope = (column[enough] for column in columns)
            if params.min_share is not None:
                share = counts / _documents(given, scope, len(high))
                enough = share >= params.min_share
                high, low, first = high[enough], low[enough], first[enough]
            totals["repeated"] += len(high)
            yield pa.record_batch([high, low, first], schema=REPEATED)

    files.write(given.out, REPEATED, batches(), packed=False)
    return totals


def _tallies(given: PhaseInput, *, scopes: bool) -> Iterator[list[Column]]:
    """What `Tally.joined` gives for each range of the partition's digests, in order."""
    removed = files.removed_docs(given.removed)
    rows = sum(files.partition_of(part.keys, given.index).num_rows for part in given.parts)
    bounds = _ranges(given.index, given.partitions, max(1, -(-rows // BUDGET)))
    for start, stop in itertools.pairwise(bounds):
        tally = Tally(BUDGET)
        for part in given.parts:
            with files.reading(part.keys) as reader:
                columns = _slice(reader.get_batch(given.index), start, stop)
                stay = (columns[2] < 0) == scopes
                docs = np.where(scopes, -1 - columns[2], columns[2]) + np.int64(part.base)
                stay &= ~files.is_in(docs, removed)
                columns[2] = docs
                high, low, docs, *scope = (column[stay] for column in columns)
            tally.add(high, low, docs, scope)
        yield tally.joined()


def _ranges(index: int, partitions: int, count: int) -> list[int]:
    """Bounds of high words that cut a partition (`files.partition_numbers`) into even ranges."""
    low, high = (-((-i << 32) // partitions) << 32 for i in (index, index + 1))
    return [low + (high - low) * i // count for i in range(count + 1)]


def _slice(piece: pa.RecordBatch, start: int, stop: int) -> list[Column]:
    """Columns of the rows whose high word is in ``[start, stop)``; the piece is sorted by it."""
    columns = [column.to_numpy() for column in piece.columns]
    high = columns[0]
    low = np.searchsorted(high, np.uint64(start))
    end = len(high) if stop == 1 << 64 else np.searchsorted(high, np.uint64(stop))
    return [column[low:end] for column in columns]


def _documents(given: PhaseInput, scope: list[Column], n: int) -> Column:
    """Documents in the scope of each of n units; without a scope, in the corpus (digest 0)."""
    high, low = scope or [np.zeros(n, np.uint64)] * 2
    numbers = files.partition_numbers(high, given.partitions)
    found = np.zeros(n, np.int64)
    for number in np.unique(numbers):
        here = np.flatnonzero(numbers == number)
        found[here] = _size_of(given.earlier["sizes"][number], high[here], low[here])
    return found


def _size_of(path: Path, high: Column, low: Column) -> Column:
    sizes = np.zeros(len(high), np.int64)
    with files.reading(path) as reader:
        for i in range(reader.num_record_batches):
            known = [column.to_numpy() for column in reader.get_batch(i).columns]
            at = textunits.places_of(high, low, known[0], known[1])
            sizes[at >= 0] = known[2][at[at >= 0]]
    return sizes
