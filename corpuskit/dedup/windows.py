"""Which windows of text stand more than once in the corpus, and where each stands first.

A window is named by its 64-bit hash here; `corpuskit.dedup.spans` compares the characters.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.dedup import files
from corpuskit.dedup.runs import ordering
from corpuskit.dedup.substrings import SubstringParams
from corpuskit.exchange import PartFiles, PhaseInput
from corpuskit.kernels import winnow
from corpuskit.kernels.buffers import text_buffers

Words = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int32]
Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

#: Windows of a part that are sorted together. A part's windows are cut into such chunks.
CHUNK = 1 << 22
#: Rows that `find_firsts` sorts at a time; a partition with more is done in slices by hash.
BUDGET = 1 << 23

#: A fingerprint and the row in its part of a document that has it.
KEYS = pa.schema([pa.field("key", pa.uint64()), pa.field("row", pa.int32())])
#: A window of a chunk: hash, row of the document in its part, characters before it, and whether
#: the chunk has it again.
WINDOWS = pa.schema(
    [
        pa.field("key", pa.uint64()),
        pa.field("row", pa.int32()),
        pa.field("place", pa.int32()),
        pa.field("again", pa.bool_()),
    ]
)
#: Where a window stands first: document and characters before it.
FIRSTS = pa.schema(
    [pa.field("key", pa.uint64()), pa.field("doc", pa.int64()), pa.field("place", pa.int32())]
)


def keys(texts: pa.Array, params: SubstringParams) -> pa.RecordBatch:
    """One row for each text: ``keys``, its fingerprints; null if it has none."""
    data, offsets = text_buffers(texts)
    bounds = np.zeros(len(offsets), np.int64)
    size = int(offsets[-1] - offsets[0])
    room = 1024 + size // max(params.length - params.hashed, 1)
    words = np.empty(room, np.uint64)
    n, k = params.length, params.hashed
    count = winnow.fingerprints(data, offsets, n, k, words, bounds)
    if count > room:  # rare: a text whose fingerprints change more often than random ones do
        words = np.empty(count, np.uint64)
        winnow.fingerprints(data, offsets, n, k, words, bounds)
    lists = pa.LargeListArray.from_arrays(
        pa.array(bounds), pa.array(words[: bounds[-1]]), mask=pa.array(np.diff(bounds) == 0)
    )
    return pa.RecordBatch.from_pydict({"keys": lists})


def spread(table: pa.Table, partitions: int) -> list[pa.RecordBatch]:
    """Rows of `KEYS` for each partition, sorted by key, equal keys by row, a row at most twice."""
    batch = files.one_batch(table.filter(table.column("keys").is_valid()))
    lists = batch.column("keys")
    words = lists.flatten().to_numpy()
    sizes = lists.value_lengths().to_numpy(zero_copy_only=False)
    rows = np.repeat(batch.column("row").to_numpy().astype(np.int32), sizes)
    order = ordering(words)
    words, rows = words[order], rows[order]
    third = np.zeros(len(words), np.bool_)
    third[2:] = (words[2:] == words[:-2]) & (rows[2:] == rows[:-2])
    words, rows = words[~third], rows[~third]
    numbers = files.partition_numbers(words, partitions)  # grow with the words
    bounds = np.searchsorted(numbers, np.arange(partitions + 1))
    return [_batch(KEYS, words[a:b], rows[a:b]) for a, b in itertools.pairwise(bounds)]


def _batch(schema: pa.Schema, *columns: npt.NDArray[Any]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array(c) for c in columns], schema=schema)


def find_repeated(given: PhaseInput) -> Mapping[str, int]:
    """Write the fingerprints that stand twice, one record batch of `KEYS` for each part."""
    removed = files.removed_docs(given.removed)
    words, rows, sizes = [np.empty(0, np.uint64)], [np.empty(0, np.int32)], []
    for part in given.parts:
        piece = files.partition_of(part.keys, given.index)
        found = piece.column("row").to_numpy()
        stay = ~files.is_in(found + np.int64(part.base), removed)
        words.append(piece.column("key").to_numpy()[stay])
        rows.append(found[stay])
        sizes.append(int(np.count_nonzero(stay)))
    all_words, all_rows = np.concatenate(words), np.concatenate(rows)
    repeated = _is_repeated(all_words)
    bounds = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
    batches = []
    for start, stop in itertools.pairwise(bounds):
        here = repeated[start:stop]
        batches.append(_batch(KEYS, all_words[start:stop][here], all_rows[start:stop][here]))
    files.write(given.out, KEYS, batches)
    return {"keys": len(all_words), "repeated": int(np.count_nonzero(repeated))}


def _grouped(words: Words) -> tuple[Positions, Positions]:
    """Their `ordering`, and where in it each group of equal words starts."""
    order = ordering(words)
    ordered = words[order]
    starts = np.ones(len(words), np.bool_)
    starts[1:] = ordered[1:] != ordered[:-1]
    return order, np.flatnonzero(starts)


def _is_repeated(words: Words) -> Flags:
    """Which words are there more than once."""
    order, heads = _grouped(words)
    sizes = np.diff(heads, append=len(words))
    found = np.empty(len(words), np.bool_)
    found[order] = np.repeat(sizes > 1, sizes)
    return found


def chunks(
    given: PhaseInput, part: PartFiles, params: SubstringParams
) -> Iterator[tuple[Words, Places, Places]]:
    """Windows of the part whose fingerprint is repeated, at most about `CHUNK` at a time.

    Gives their hash, row in the part and place in the text, in the order of the text. The arrays
    hold only until the next ones are asked for.
    """
    table, wanted = _wanted(given)
    words = np.empty(max(CHUNK, winnow.BLOCK), np.uint64)
    rows, places = np.empty(len(words), np.int32), np.empty(len(words), np.int32)
    filled = 0
    for batch, local in batches_with(part, wanted):
        data, offsets = text_buffers(batch.column("text"))
        state = np.zeros(3, np.int64)
        while True:
            before = filled
            filled = int(winnow.repeated_windows(
                data, offsets, local.rows, params.length, params.hashed, table, state,
                words, rows, places, before,
            ))  # fmt: skip
            rows[before:filled] += np.int32(local.first)
            if state[0] == len(local.rows):
                break
            yield words[:filled], rows[:filled], places[:filled]
            filled = 0
    if filled:
        yield words[:filled], rows[:filled], places[:filled]


@dataclass(frozen=True)
class Local:
    """Rows of a batch that are wanted, and the number in the part of the batch's first row."""

    first: int
    rows: files.Docs


def batches_with(part: PartFiles, wanted: files.Docs) -> Iterator[tuple[pa.RecordBatch, Local]]:
    """The batches of a part's data that have any of the wanted rows, which are sorted."""
    start = 0
    with files.reading(part.data) as reader:
        for index in range(reader.num_record_batches):
            batch = reader.get_batch(index)
            low, high = np.searchsorted(wanted, [start, start + batch.num_rows])
            if high > low:
                yield batch, Local(start, wanted[low:high] - start)
            start += batch.num_rows


def _wanted(given: PhaseInput) -> tuple[Words, files.Docs]:
    """A table of the part's repeated fingerprints, and the rows that have any."""
    words, rows = [np.empty(0, np.uint64)], [np.empty(0, np.int32)]
    for path in given.earlier["fingerprints"]:
        piece = files.partition_of(path, given.index)
        words.append(np.unique(piece.column("key").to_numpy()))
        rows.append(np.unique(piece.column("row").to_numpy()))
    table = winnow.hash_table(np.concatenate(words))
    return table, np.unique(np.concatenate(rows)).astype(np.int64)


def list_windows(given: PhaseInput, params: SubstringParams) -> Mapping[str, int]:
    """Write `WINDOWS` of the part: for each chunk one record batch for each partition.

    Of windows with one hash, a chunk has only the first.
    """
    total = 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal total
        for words, rows, places in chunks(given, given.parts[given.index], params):
            total += len(words)
            yield from _sorted_windows(words, rows, places, given.partitions)

    files.write(given.out, WINDOWS, batches(), packed=False)
    return {"windows": total}


def _sorted_windows(
    words: Words, rows: Places, places: Places, partitions: int
) -> Iterator[pa.RecordBatch]:
    order, heads = _grouped(words)
    again = np.diff(heads, append=len(words)) > 1
    first = order[heads]
    ordered = words[first]
    bounds = np.searchsorted(
        files.partition_numbers(ordered, partitions), np.arange(partitions + 1)
    )
    for a, b in itertools.pairwise(bounds):
        here = first[a:b]
        yield _batch(WINDOWS, ordered[a:b], rows[here], places[here], again[a:b])


def find_firsts(given: PhaseInput) -> Mapping[str, int]:
    """Write `FIRSTS` of the windows that stand more than once.

    There is one record batch for each chunk of each part, and that again for each slice of the
    partition; the schema's metadata say how many chunks each part has.
    """
    paths = given.earlier["windows"]
    counts, total = _sizes(paths, given)
    slices = max(1, -(-total // BUDGET))
    found = 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal found
        for number in range(slices):
            for batch in _firsts_of_slice(given, counts, number, slices):
                found += batch.num_rows
                yield batch

    schema = FIRSTS.with_metadata({"chunks": json.dumps(counts)})
    files.write(given.out, schema, batches())
    return {"distinct_windows": total, "repeated_windows": found}


def _sizes(paths: Sequence[Any], given: PhaseInput) -> tuple[list[int], int]:
    """Chunks of each part, and the partition's windows."""
    counts, total = [], 0
    for path in paths:
        with files.reading(path) as reader:
            counts.append(reader.num_record_batches // given.partitions)
            for chunk in range(counts[-1]):
                total += reader.get_batch(chunk * given.partitions + given.index).num_rows
    return counts, total


def _firsts_of_slice(
    given: PhaseInput, counts: Sequence[int], number: int, slices: int
) -> Iterator[pa.RecordBatch]:
    words, docs, places, again, sizes = _slice(given, counts, number, slices)
    order, heads = _grouped(words)
    first = np.empty(len(words), np.int64)  # chunks come in the order of the corpus
    first[order] = np.repeat(order[heads], np.diff(heads, append=len(words)))
    told = again | (first != np.arange(len(words)))
    for start, stop in itertools.pairwise(np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])):
        here = np.flatnonzero(told[start:stop]) + start
        at = first[here]
        yield _batch(FIRSTS, words[here], docs[at], places[at])


def _slice(
    given: PhaseInput, counts: Sequence[int], number: int, slices: int
) -> tuple[Words, files.Docs, Places, Flags, list[int]]:
    """One slice of the partition's windows: all chunks', and how many are of each."""
    whole = given.partitions * slices
    low, high = (
        np.uint64(min(-(-j * (1 << 32) // whole) << 32, (1 << 64) - 1))
        for j in (given.index * slices + number, given.index * slices + number + 1)
    )
    last = given.index * slices + number + 1 == whole
    words, docs, places = [np.empty(0, np.uint64)], [np.empty(0, np.int64)], [np.empty(0, np.int32)]
    again, sizes = [np.empty(0, np.bool_)], []
    for part, count, path in zip(given.parts, counts, given.earlier["windows"], strict=True):
        with files.reading(path) as reader:
            for chunk in range(count):
                batch = reader.get_batch(chunk * given.partitions + given.index)
                keys = batch.column("key").to_numpy()
                a, b = np.searchsorted(keys, low), np.searchsorted(keys, high)
                batch = batch.slice(a, (len(keys) if last else b) - a)
                words.append(batch.column("key").to_numpy().copy())
                docs.append(batch.column("row").to_numpy() + np.int64(part.base))
                places.append(batch.column("place").to_numpy().copy())
                again.append(batch.column("again").to_numpy(zero_copy_only=False))
                sizes.append(batch.num_rows)
    return (
        np.concatenate(words), np.concatenate(docs), np.concatenate(places),
        np.concatenate(again), sizes,
    )  # fmt: skip


def firsts_of_chunk(given: PhaseInput, chunk: int) -> tuple[Words, files.Docs, Places]:
    """Where the repeated windows of a chunk of the part stand first: hash, document, place."""
    words, docs, places = [np.empty(0, np.uint64)], [np.empty(0, np.int64)], [np.empty(0, np.int32)]
    for path in given.earlier["firsts"]:
        with files.reading(path) as reader:
            counts = json.loads(reader.schema.metadata[b"chunks"])
            total, at = sum(counts), sum(counts[: given.index]) + chunk
            for index in range(at, reader.num_record_batches, max(total, 1)):
                batch = reader.get_batch(index)
                words.append(batch.column("key").to_numpy())
                docs.append(batch.column("doc").to_numpy())
                places.append(batch.column("place").to_numpy())
    return np.concatenate(words), np.concatenate(docs), np.concatenate(places)
