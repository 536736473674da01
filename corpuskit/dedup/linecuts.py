"""Find the repeated units of a part's documents again, measure them, and say what is cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.dedup import files, textunits
from corpuskit.dedup.lines import LinesParams
from corpuskit.exchange import CUT_BYTES, PartFiles, PhaseInput
from corpuskit.kernels.buffers import Words, text_buffers
from corpuskit.kernels.lines import cut_places
from corpuskit.stage import share

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Known:
    """Repeated units that a part has, sorted by digest, and the first document of each."""

    high: Words
    low: Words
    first: Positions


def cut(
    given: PhaseInput, params: LinesParams, signals: tuple[str, str], schema: pa.Schema
) -> Mapping[str, int]:
    """Write the outcome of the part's documents that have repeated units."""
    part = given.parts[given.index]
    known, affected = _repeated(given, part)
    pieces = [
        _outcome(batch, docs, known, params, signals)
        for batch, docs in _documents(part, affected, params)
    ]
    names = ("doc", *signals, *(["cut_bytes"] if params.action != "signal" else []))
    columns = {
        name: pa.chunked_array(
            [piece[name] for piece in pieces], type=schema.field(name).type
        ).combine_chunks()
        for name in names
    }
    rows = len(columns["doc"])
    columns["removed"] = pa.array(np.zeros(rows, np.bool_))
    files.write_outcome(given.out, columns, rows, schema)
    cuts = len(columns["cut_bytes"].flatten()) if "cut_bytes" in columns else 0
    return {"documents": rows, "cuts": cuts}


def _repeated(given: PhaseInput, part: PartFiles) -> tuple[_Known, npt.NDArray[np.bool_]]:
    """The part's repeated units, and which of its rows have any."""
    removed = files.removed_docs(given.removed)
    affected = np.zeros(part.rows, np.bool_)
    nothing = np.empty(0, np.uint64), np.empty(0, np.uint64), np.empty(0, np.int64)
    found: list[tuple[Words, Words, Positions]] = [nothing]
    for index, path in enumerate(given.earlier["count"]):
        piece = files.partition_of(part.keys, index)
        rows = piece.column("row").to_numpy()
        stay = (rows >= 0) & ~files.is_in(rows + np.int64(part.base), removed)
        high, low, rows = (piece.column(n).to_numpy()[stay] for n in ("high", "low", "row"))
        heads = np.flatnonzero(textunits.starts_of(high, low))
        sizes = np.diff(heads, append=len(high))
        with files.reading(path) as reader:
            for i in range(reader.num_record_batches):
                known = [column.to_numpy() for column in reader.get_batch(i).columns]
                at = textunits.places_of(high[heads], low[heads], known[0], known[1])
                hit = at >= 0
                found.append((high[heads[hit]], low[heads[hit]], known[2][at[hit]]))
                affected[rows[np.repeat(hit, sizes)]] = True
    return _Known(*(np.concatenate(column) for column in zip(*found, strict=True))), affected


def _documents(
    part: PartFiles, affected: npt.NDArray[np.bool_], params: LinesParams
) -> Iterator[tuple[pa.RecordBatch, Positions]]:
    """The affected documents, batch by batch, with their numbers."""
    names = ["text"] if params.per == "corpus" else ["text", "source", "url"]
    row = 0
    with files.reading(part.data) as reader:
        for index in range(reader.num_record_batches):
            batch = reader.get_batch(index)
            here = np.flatnonzero(affected[row : row + batch.num_rows])
            if len(here):
                yield batch.select(names).take(pa.array(here)), here + row + part.base
            row += batch.num_rows


def _outcome(
    batch: pa.RecordBatch,
    docs: Positions,
    known: _Known,
    params: LinesParams,
    signals: tuple[str, str],
) -> dict[str, pa.Array]:
    """Outcome columns of a batch of affected documents."""
    units = textunits.units_of(batch.column("text"), params)
    owner = np.repeat(np.arange(len(docs)), np.diff(units.bounds))
    words = units.digests ^ textunits.scopes_of(batch, params)[owner]
    high, low = (np.ascontiguousarray(words[:, i]) for i in range(2))
    place = textunits.places_of(high, low, known.high, known.low)
    hits = np.flatnonzero(place >= 0)
    solid = np.zeros(len(docs), np.int64)
    np.add.at(solid, owner[hits], units.solid[hits])
    columns = {
        "doc": pa.array(docs),
        signals[0]: pa.array(np.bincount(owner[hits], minlength=len(docs)).astype(np.int64)),
        signals[1]: share(solid, units.totals),
    }
    if params.action == "keep_first":
        at_home = hits[known.first[place[hits]] == docs[owner[hits]]]
        _, first = np.unique(place[at_home], return_index=True)  # a unit has one first document
        hits = np.setdiff1d(hits, at_home[first], assume_unique=True)
    if params.action != "signal":
        columns["cut_bytes"] = _pieces(batch.column("text"), units, hits, owner[hits])
    return columns


def _pieces(texts: pa.Array, units: textunits.Units, gone: Positions, owner: Positions) -> pa.Array:
    """`CUT_BYTES` lists that take the units out; null where a text loses none."""
    data, offsets = text_buffers(texts)
    bounds = np.searchsorted(owner, np.arange(len(texts) + 1))
    starts, stops = (np.empty(len(gone), np.int64) for _ in range(2))
    piece_bounds = np.empty(len(texts) + 1, np.int64)
    cut_places(
        data, offsets, bounds, units.starts[gone], units.stops[gone],
        piece_bounds, starts, stops,
    )  # fmt: skip
    total = piece_bounds[-1]
    kind = CUT_BYTES.type.value_type
    places = [pa.array(starts[:total]), pa.array(stops[:total])]
    return pa.ListArray.from_arrays(
        pa.array(piece_bounds.astype(np.int32)),
        pa.StructArray.from_arrays(places, fields=list(kind)),
        type=CUT_BYTES.type,
        mask=pa.array(np.diff(piece_bounds) == 0),
    )
