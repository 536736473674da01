"""What the repeated spans make of each document: how much of it, whose, and what to cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.dedup import files, windows
from corpuskit.dedup.spans import PROVEN
from corpuskit.dedup.substrings import SPAN_OF
from corpuskit.exchange import CUT_BYTES, PartFiles, PhaseInput
from corpuskit.kernels import repeats
from corpuskit.kernels.buffers import text_buffers

Positions = npt.NDArray[np.int64]


def write(given: PhaseInput, schema: pa.Schema) -> Mapping[str, int]:
    """Write the outcome of the part's documents that have repeated spans."""
    part = given.parts[given.index]
    spans = _proven(given, part)
    docs = spans.column("doc").to_numpy()
    pieces = []
    for batch, local in windows.batches_with(part, np.unique(docs) - part.base):
        first = part.base + local.first
        low, high = np.searchsorted(docs, [first, first + batch.num_rows])
        pieces.append(_outcome(batch, spans.slice(low, high - low), first))
    kinds = {f.name: f.type for f in schema if not pieces or f.name in pieces[0]}
    columns = {
        name: pa.chunked_array([p[name] for p in pieces], kind).combine_chunks()
        for name, kind in kinds.items()
    }
    rows = len(columns["doc"])
    files.write_outcome(given.out, columns, rows, schema)
    return {
        "documents": rows,
        "repeated_spans": int(pc.sum(columns["repeated_spans"]).as_py() or 0),
    }


def _proven(given: PhaseInput, part: PartFiles) -> pa.Table:
    """The part's `PROVEN` spans, sorted by document and place."""
    found = []
    for path in given.earlier["verify"]:
        with files.reading(path) as reader:
            for index in range(reader.num_record_batches):
                batch = reader.get_batch(index)
                docs = batch.column("doc").to_numpy()
                low, high = np.searchsorted(docs, [part.base, part.base + part.rows])
                found.append(batch.slice(low, high - low))
    by = [(name, "ascending") for name in ("doc", "start", "stop", "of")]
    return pa.Table.from_batches(found, PROVEN).sort_by(by).combine_chunks()


def _outcome(batch: pa.RecordBatch, spans: pa.Table, first: int) -> dict[str, pa.Array]:
    """Columns of the outcome, a row for each document of the batch that has spans."""
    docs, starts, stops = (spans.column(n).to_numpy() for n in ("doc", "start", "stop"))
    heads = np.flatnonzero(np.diff(docs, prepend=-1))
    bounds = np.append(heads, len(docs))
    data, offsets = text_buffers(batch.column("text"))
    rows = docs[heads] - first
    measured = np.empty((len(heads), 4), np.int64)
    cut_starts, cut_stops = (np.empty(len(docs), np.int64) for _ in range(2))
    count = repeats.pieces(
        data, offsets, rows, bounds, starts.copy(), stops.copy(), measured, cut_starts, cut_stops
    )
    cuts = pa.StructArray.from_arrays(
        [pa.array(cut_starts[:count]), pa.array(cut_stops[:count])],
        fields=list(CUT_BYTES.type.value_type),
    )
    return {
        "doc": pa.array(docs[heads]),
        "removed": pa.array(np.zeros(len(heads), np.bool_)),
        "repeated_spans": pa.array(measured[:, 0].copy()),
        "repeated_span_share": pa.array(np.round(measured[:, 1] / measured[:, 2], 6)),
        "span_of": _evidence(spans, bounds),
        "cut_bytes": pa.ListArray.from_arrays(_int32(measured[:, 3]), cuts),
    }


def _int32(sizes: Positions) -> pa.Array:
    return pa.array(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32))


def _evidence(spans: pa.Table, bounds: Positions) -> pa.Array:
    """`SPAN_OF` of each document; spans that touch and repeat the same document become one."""
    starts, stops, of = (spans.column(n).to_numpy() for n in ("start", "stop", "of"))
    new = np.ones(len(starts), np.bool_)
    new[1:] = (of[1:] != of[:-1]) | (starts[1:] > stops[:-1])
    new[bounds[:-1]] = True
    heads = np.flatnonzero(new)
    last = np.append(heads[1:], len(starts)) - 1
    values: list[Any] = [
        pa.array(starts[heads]),
        pa.array(stops[last]),
        spans.column("id").take(pa.array(heads)).combine_chunks(),
    ]
    found = pa.StructArray.from_arrays(values, fields=list(SPAN_OF.value_type))
    owners = np.searchsorted(heads, bounds).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(owners), found)
