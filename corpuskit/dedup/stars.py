"""Edges between documents that share a band key: a star for each bucket, in bounded memory.

Every document of a bucket is joined to its first one, so a bucket of a million documents has a
million edges. A partition with more rows than `ROWS` is taken in ranges of keys; a bucket that
alone has more is read in slices. The edges are the same, whatever the ranges.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.dedup import files, runs
from corpuskit.exchange import PhaseInput

Words = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64] | npt.NDArray[np.int32]
Pairs = tuple[files.Docs, files.Docs]

#: Edges join a document to a later one; sorted, each once in a partition.
EDGES = pa.schema([pa.field("left", pa.int64()), pa.field("right", pa.int64())])

#: Bytes of a row (key, document) in all arrays that it is in at once.
ROW_BYTES = 96
#: Rows that a task has in memory at a time: 256 MB of them.
ROWS = (256 << 20) // ROW_BYTES
#: Rows in a record batch of edges.
BATCH = 1 << 17
#: Documents of earlier datasets in one bucket that are joined to this run's.
EARLIER = 8


@dataclass(frozen=True, slots=True)
class _Piece:
    """Sorted keys of one part, or of one earlier dataset, in this partition."""

    path: Path
    index: int
    base: int
    earlier: bool

    def read(self) -> tuple[Words, Rows]:
        """Keys and documents (rows for a part), where possible through the memory map."""
        batch = files.partition_of(self.path, self.index)
        return batch.column(0).to_numpy(), batch.column(1).to_numpy()


@dataclass
class _Edges:
    """Collects edges; what doesn't fit in memory goes to sorted runs on disk."""

    folder: Path
    pairs: list[Pairs] = field(default_factory=list)
    waiting: int = 0
    keys: int = 0
    runs: list[runs.PairRun] = field(default_factory=list)

    def add(self, left: files.Docs, right: files.Docs) -> None:
        if self.waiting + len(left) > ROWS:
            self.flush()
        self.pairs.append((left, right))
        self.waiting += len(left)

    def flush(self) -> None:
        if self.pairs:
            path = self.folder / f"run{len(self.runs)}"
            self.runs.append(runs.PairRun.write(path, *self._sorted()))
            self.pairs, self.waiting = [], 0

    def all(self) -> Iterator[Pairs]:
        """All edges, sorted, each once."""
        if not self.runs:
            yield self._sorted()
            return
        self.flush()
        yield from runs.merged(self.runs, ROWS)

    def _sorted(self) -> Pairs:
        empty = np.empty(0, np.int64)
        left, right = (np.concatenate([empty, *(p[side] for p in self.pairs)]) for side in range(2))
        return runs.unique(left, right)


def find_edges(given: PhaseInput) -> Mapping[str, int]:
    """Join the documents of a bucket to its first one: `EDGES` rows, sorted, each once."""
    removed = files.Removed.read(given)
    pieces = [_Piece(p, given.index, 0, True) for p in given.earlier.get("against", ())]
    pieces += [_Piece(p.keys, given.index, p.base, False) for p in given.parts]
    edges = 0
    with tempfile.TemporaryDirectory(prefix=f"{given.out.name}.", dir=given.out.parent) as folder:
        found = _Edges(Path(folder))
        whole = [piece.read() for piece in pieces]
        spans = runs.ranges([words for words, _ in whole], ROWS)
        if sum(words.nbytes + rows.nbytes for words, rows in whole) > ROWS * ROW_BYTES:
            whole = []  # what one range has touched of the memory maps isn't kept for the next
        for starts, stops in spans:
            if (stops - starts).sum() <= ROWS:
                words, docs = _bucketed(pieces, whole, starts, stops, removed)
                found.keys += int(np.count_nonzero(docs >= 0))
                found.add(*_stars(words, docs))
            else:
                _add_giant(found, pieces, starts, stops, removed)

        def counted() -> Iterator[Sequence[files.Docs]]:
            nonlocal edges
            for left, right in found.all():
                edges += len(left)
                yield left, right

        files.write(given.out, EDGES, files.even(counted(), EDGES, BATCH))
    return {"keys": found.keys, "edges": edges}


def _bucketed(
    pieces: Sequence[_Piece],
    whole: Sequence[tuple[Words, Rows]],
    starts: files.Docs,
    stops: files.Docs,
    removed: files.Removed,
) -> tuple[Words, files.Docs]:
    """Keys and documents of a range, sorted by key, then earlier ones, then by document.

    `whole` is what the pieces have, or empty where they are to be read once more.
    """
    words, docs = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for earlier in (True, False):
        for i in np.flatnonzero(stops > starts).tolist():
            if pieces[i].earlier == earlier:
                inside = slice(int(starts[i]), int(stops[i]))
                piece_words, rows = whole[i] if whole else pieces[i].read()
                numbers = rows[inside] + np.int64(pieces[i].base)
                stay = removed.others(numbers)
                words.append(piece_words[inside][stay])
                docs.append(numbers[stay])
        if earlier and len(docs) > 1:  # the first row of the first dataset, -1, comes first
            old_words, old_docs = np.concatenate(words), np.concatenate(docs)
            order = np.lexsort((-old_docs, old_words))
            words, docs = [old_words[order]], [old_docs[order]]
    all_words, all_docs = np.concatenate(words), np.concatenate(docs)
    order = runs.ordering(all_words)  # stable: parts are in order of their documents
    return all_words[order], all_docs[order]


def _stars(words: Words, docs: files.Docs) -> Pairs:
    """Edges from the first document of each bucket; of earlier documents see `EARLIER`."""
    starts = np.ones(len(words), np.bool_)
    starts[1:] = words[1:] != words[:-1]
    first = np.flatnonzero(starts)
    head = np.repeat(docs[first], np.diff(first, append=len(words)))
    if not np.any(docs < 0):
        return head[~starts], docs[~starts]
    own = docs >= 0
    joined = own & ~starts
    bucket = np.cumsum(starts) - 1
    places = np.flatnonzero(own)[::-1]
    first_own = np.full(len(first), -1, np.int64)
    first_own[bucket[places]] = docs[places]  # the last one written is the first of the bucket
    rank = np.arange(len(words)) - first[bucket]
    more = ~own & (rank > 0) & (rank < EARLIER) & (first_own[bucket] >= 0)
    left = np.concatenate([head[joined], docs[more]])
    return left, np.concatenate([docs[joined], first_own[bucket[more]]])


def _add_giant(
    found: _Edges,
    pieces: Sequence[_Piece],
    starts: files.Docs,
    stops: files.Docs,
    removed: files.Removed,
) -> None:
    """Add the edges of one bucket that has more than `ROWS` documents, slice by slice."""
    old, head = np.empty(0, np.int64), np.empty(0, np.int64)
    for piece, start, stop in zip(pieces, starts.tolist(), stops.tolist(), strict=True):
        for low in range(start, stop, ROWS):
            rows = piece.read()[1][low : min(low + ROWS, stop)]
            docs = rows + np.int64(piece.base)
            if piece.earlier:
                old = -np.sort(-np.concatenate([old, docs]))[:EARLIER]
                continue
            docs = docs[removed.others(docs)]
            found.keys += len(docs)
            if len(head) == 0 and len(docs):
                head = old[:1] if len(old) else docs[:1]
                found.add(old[1:], np.full(len(old[1:]), docs[0]))
                docs = docs[0 if len(old) else 1 :]
            found.add(np.repeat(head, len(docs)), docs)
