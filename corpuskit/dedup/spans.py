"""Repeated windows as spans, each compared character by character with its earlier place."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.dedup import files, windows
from corpuskit.dedup.substrings import SubstringParams
from corpuskit.exchange import PartFiles, PhaseInput
from corpuskit.kernels import repeats
from corpuskit.kernels.buffers import string_array, text_buffers

Positions = npt.NDArray[np.int64]

#: Spans of a partition that are compared together.
BUDGET = 1 << 22

#: A span of a document, where the same characters stand earlier, and what they are. Starts and
#: stops are in characters.
SPANS = pa.schema(
    [
        *(pa.field(name, pa.int64()) for name in ("doc", "start", "stop", "of", "of_start")),
        pa.field("text", pa.string()),
    ]
)
#: A span that was compared, and the id of the document that has it earlier.
PROVEN = pa.schema(
    [
        *(pa.field(name, pa.int64()) for name in ("doc", "start", "stop", "of")),
        pa.field("id", pa.string()),
    ]
)


def find_spans(given: PhaseInput, params: SubstringParams) -> Mapping[str, int]:
    """Write `SPANS` of the part: one record batch for each range of earlier documents."""
    part = given.parts[given.index]
    found = _spans(given, part, params)
    total = given.parts[-1].base + given.parts[-1].rows
    numbers = found[:, 3] * given.partitions // total
    order = np.lexsort((found[:, 4], found[:, 3]))
    bounds = np.searchsorted(numbers[order], np.arange(given.partitions + 1))
    texts = _texts(part, found)
    found[:, 0] += part.base
    size = 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal size
        for a, b in itertools.pairwise(bounds):
            here = order[a:b]
            text = texts.take(pa.array(here))
            size += text.nbytes
            columns = [pa.array(found[here, i]) for i in range(5)]
            yield pa.RecordBatch.from_arrays([*columns, text], schema=SPANS)

    files.write(given.out, SPANS, batches(), packed=False)
    return {"spans": len(found), "text_bytes": size}


def _spans(given: PhaseInput, part: PartFiles, params: SubstringParams) -> Positions:
    """Rows of `repeats.cover` for the part: row, start, stop, document, start there."""
    found = [np.empty((0, 5), np.int64)]
    state = np.full(repeats.STATE, -1, np.int64)
    for chunk, (words, rows, places) in enumerate(windows.chunks(given, part, params)):
        known, docs, doc_places = windows.firsts_of_chunk(given, chunk)
        at = np.empty(len(words), np.int32)
        repeats.find_words(words, known, at)
        hit = np.flatnonzero(at >= 0)
        at = at[hit]
        of, of_places = docs[at], doc_places[at]
        doc = rows[hit] + np.int64(part.base)
        earlier = of < doc
        if params.within:
            earlier |= (of == doc) & (of_places < places[hit])
        hit = hit[earlier]
        out = np.empty((len(hit) + 2, 5), np.int64)
        count = repeats.cover(
            rows[hit], places[hit], of[earlier], of_places[earlier], params.length, False,
            state, out,
        )  # fmt: skip
        found.append(out[:count].copy())
    out = np.empty((2, 5), np.int64)
    none, nothing = np.empty(0, np.int32), np.empty(0, np.int64)
    count = repeats.cover(none, none, nothing, none, params.length, True, state, out)
    return np.concatenate([*found, out[:count]])


def _texts(part: PartFiles, found: Positions) -> pa.StringArray:
    """The characters of each span, in the order of `found` (by row, then place)."""
    pieces = [pa.array([], pa.string())]
    wanted = np.unique(found[:, 0])
    for batch, local in windows.batches_with(part, wanted):
        low, high = np.searchsorted(found[:, 0], [local.first, local.first + batch.num_rows])
        rows = found[low:high, 0] - local.first
        data, offsets = text_buffers(batch.column("text"))
        starts, stops = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
        for column, out in ((1, starts), (2, stops)):
            repeats.byte_places(data, offsets, rows, found[low:high, column].copy(), out)
        ends = np.concatenate([[0], np.cumsum(stops - starts)])
        text = np.empty(int(ends[-1]), np.uint8)
        repeats.copy_ranges(data, starts, stops, text)
        pieces.append(string_array(text, ends.astype(np.int32)))
    return pa.concat_arrays(pieces)


def verify(given: PhaseInput) -> Mapping[str, int]:
    """Compare the spans whose earlier place is in the partition's range of documents.

    Writes those that are equal as `PROVEN`, sorted by document. A span that isn't equal has the
    64-bit hashes of its earlier place without being it; it is left out.
    """
    counts = {"spans": 0, "unequal": 0}

    def batches() -> Iterator[pa.RecordBatch]:
        for paths in _groups(given):
            asked = _Asked(paths, given.index)
            found = [_compare(asked, batch, first) for batch, first in _sources(given, asked.of)]
            table = pa.Table.from_batches(found, PROVEN).combine_chunks()
            by = [(name, "ascending") for name in ("doc", "start", "stop", "of")]
            table = table.sort_by(by)
            counts["spans"] += len(asked.of)
            counts["unequal"] += len(asked.of) - table.num_rows
            yield files.one_batch(table)

    files.write(given.out, PROVEN, batches(), packed=False)
    return counts


def _groups(given: PhaseInput) -> Iterator[list[Path]]:
    """The files of spans, some at a time: not more than `BUDGET` spans, unless one has more."""
    group: list[Path] = []
    size = 0
    for path in given.earlier["spans"]:
        with files.reading(path) as reader:
            rows = reader.get_batch(given.index).num_rows
        if rows == 0:
            continue
        if group and size + rows > BUDGET:
            yield group
            group, size = [], 0
        group.append(path)
        size += rows
    if group:
        yield group


class _Asked:
    """Spans of some files that are to be compared, sorted by their earlier place.

    Attributes:
        of: the document of the earlier place.
        of_start: characters before it there.
        file: which file the span is from.
        row: where it stands there.
    """

    def __init__(self, paths: Sequence[Path], index: int) -> None:
        self._paths, self._index = paths, index
        of, starts, sizes = [], [], []
        for path in paths:
            batch = self.batch(path)
            of.append(batch.column("of").to_numpy().copy())
            starts.append(batch.column("of_start").to_numpy().copy())
            sizes.append(batch.num_rows)
        joined, joined_starts = np.concatenate(of), np.concatenate(starts)
        order = np.lexsort((joined_starts, joined))
        self.of, self.of_start = joined[order], joined_starts[order]
        self.file = np.repeat(np.arange(len(sizes)), sizes)[order]
        self.row = np.concatenate([np.arange(size) for size in sizes])[order]

    def batch(self, path: Path) -> pa.RecordBatch:
        """The spans of a file in this partition; its texts are mapped, not read."""
        return files.partition_of(path, self._index)

    def rows(self, low: int, high: int) -> Iterator[tuple[Positions, pa.RecordBatch]]:
        """Spans ``low:high`` by file: their positions in it, and the spans."""
        for file in np.unique(self.file[low:high]):
            here = np.flatnonzero(self.file[low:high] == file) + low
            yield here, self.batch(self._paths[file]).take(pa.array(self.row[here]))


def _sources(given: PhaseInput, docs: Positions) -> Iterator[tuple[pa.RecordBatch, int]]:
    """The batches of all parts that have any of the documents, and the number of the first one."""
    for part in given.parts:
        low, high = np.searchsorted(docs, [part.base, part.base + part.rows])
        if high > low:
            wanted = np.unique(docs[low:high]) - part.base
            for batch, local in windows.batches_with(part, wanted):
                yield batch, part.base + local.first


def _compare(asked: _Asked, batch: pa.RecordBatch, first: int) -> pa.RecordBatch:
    """`PROVEN` rows of the spans whose earlier place is in the batch."""
    low, high = np.searchsorted(asked.of, [first, first + batch.num_rows])
    rows = asked.of[low:high] - first
    data, offsets = text_buffers(batch.column("text"))
    starts = np.empty(len(rows), np.int64)
    repeats.byte_places(data, offsets, rows, asked.of_start[low:high].copy(), starts)
    ends = offsets[rows + 1].astype(np.int64)
    found: list[pa.RecordBatch] = []
    for here, spans in asked.rows(low, high):
        other, bounds = text_buffers(spans.column("text"))
        equal = np.empty(len(here), np.bool_)
        at = here - low
        repeats.equal_ranges(data, starts[at], ends[at], other, bounds, equal)
        columns: dict[str, Any] = {n: spans.column(n) for n in ("doc", "start", "stop", "of")}
        columns["id"] = batch.column("id").take(pa.array(rows[at]))
        found.append(pa.RecordBatch.from_pydict(columns).filter(pa.array(equal)))
    return files.one_batch(pa.Table.from_batches(found, PROVEN))
