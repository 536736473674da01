"""The lines or paragraphs of documents as digests, and where digests are among others.

A unit's digest is that of how it reads (`corpuskit.kernels.lines.find_units`), folded further where
variants are to be ignored (`corpuskit.dedup.sameness`). It is joined with the digest of its scope
where units are counted within a source or a site, so that equal units of two scopes differ.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.dedup import files
from corpuskit.dedup.lines import LinesParams
from corpuskit.dedup.sameness import folded
from corpuskit.kernels.buffers import Words, string_array, text_buffers
from corpuskit.kernels.hashing import digests
from corpuskit.kernels.lines import count_lines, find_units

Positions = npt.NDArray[np.int64]

#: Rows of a keys file: a unit, and the row in the part of a document that has it. A negative row
#: -1 - r says that document r is in the scope of that digest (only where shares are asked for).
KEYS = pa.schema([("high", pa.uint64()), ("low", pa.uint64()), ("row", pa.int32())])
#: The same with the digest of the unit's scope.
SCOPED_KEYS = pa.schema([*KEYS, ("scope_high", pa.uint64()), ("scope_low", pa.uint64())])

_HOST = r"^[A-Za-z][A-Za-z0-9+.\-]*://(?:[^/?#@]*@)?(?:www\.)?(?P<host>\[[^\]/?#]*\]|[^/?#:]+)"


@dataclass(frozen=True)
class Units:
    """Units of n texts; those of text i are ``bounds[i]:bounds[i + 1]``.

    Attributes:
        digests: ``uint64[m, 2]`` (high word first), scope not yet joined.
        starts: byte of the text at which each starts.
        stops: where it ends, its line break aside.
        solid: its characters, white space aside.
        bounds: ``int64[n + 1]``.
        totals: characters of each text, white space aside.
    """

    digests: Words
    starts: Positions
    stops: Positions
    solid: Positions
    bounds: Positions
    totals: Positions


def units_of(texts: pa.Array, params: LinesParams) -> Units:
    """The units of texts that are long enough to be counted."""
    data, offsets = text_buffers(texts)
    room = count_lines(data, offsets)
    view = np.empty(int(offsets[-1]) - int(offsets[0]), np.uint8)
    view_offsets = np.empty(room + 1, np.int32)
    starts, stops, solid = (np.empty(room, np.int64) for _ in range(3))
    bounds, totals = np.empty(len(offsets), np.int64), np.empty(len(offsets) - 1, np.int64)
    find_units(
        data, offsets, params.unit == "paragraph", params.min_length,
        view, view_offsets, starts, stops, solid, bounds, totals,
    )  # fmt: skip
    m = int(bounds[-1])
    words = np.empty((m, 2), np.uint64)
    ends = view_offsets[: m + 1]
    if set(params.ignore) <= {"space"}:
        digests(view, ends, words)
        return Units(words, starts[:m], stops[:m], solid[:m], bounds, totals)
    view, ends = folded(string_array(view[: ends[-1]], ends), ("space", *params.ignore))
    digests(view, ends, words)
    left = np.diff(ends) > 0  # marks only: nothing by which to tell them apart
    bounds = np.concatenate([[0], np.cumsum(left)])[bounds]
    starts, stops, solid = (column[:m][left] for column in (starts, stops, solid))
    return Units(words[left], starts, stops, solid, bounds, totals)


def scopes_of(batch: pa.RecordBatch, params: LinesParams) -> Words:
    """Digest of the scope each document is counted in, ``uint64[n, 2]``; 0 for the whole corpus."""
    words = np.zeros((batch.num_rows, 2), np.uint64)
    if params.per != "corpus":
        names = pc.binary_join_element_wise("source", batch.column("source"), " ")
        if params.per == "domain":
            found = pc.struct_field(pc.extract_regex(batch.column("url"), _HOST), "host")
            sites = pc.binary_join_element_wise("site", pc.utf8_lower(found), " ")
            names = pc.coalesce(sites, names)
        digests(*text_buffers(names.cast(pa.string())), words)
    return words


def keys(batch: pa.RecordBatch, params: LinesParams) -> pa.RecordBatch:
    """One row for each document: ``units``, both words of each digest; and its scope's."""
    units, scopes = units_of(batch.column("text"), params), scopes_of(batch, params)
    joined = units.digests ^ np.repeat(scopes, np.diff(units.bounds), axis=0)
    bounds = pa.array((units.bounds * 2).astype(np.int32))
    columns = {"units": pa.ListArray.from_arrays(bounds, pa.array(joined.reshape(-1)))}
    if params.min_share is not None:
        columns |= {"scope_high": pa.array(scopes[:, 0]), "scope_low": pa.array(scopes[:, 1])}
    return pa.RecordBatch.from_pydict(columns)


def spread(table: pa.Table, params: LinesParams, partitions: int) -> list[pa.RecordBatch]:
    """Rows of `KEYS` for each partition, sorted by digest, equal ones by row, each once."""
    batch = files.one_batch(table)
    lists = batch.column("units")
    own = batch.column("row").to_numpy().astype(np.int32)
    counts = lists.value_lengths().to_numpy().astype(np.int64) // 2
    words, rows = lists.flatten().to_numpy().reshape(-1, 2), np.repeat(own, counts)
    columns = [words[:, 0], words[:, 1], rows]
    if params.min_share is not None:
        scopes = [batch.column(name).to_numpy() for name in ("scope_high", "scope_low")]
        everyone = [*scopes, -1 - own]
        if params.per != "corpus":
            columns += [np.repeat(scope, counts) for scope in scopes]
            everyone += scopes
        columns = [np.concatenate(pair) for pair in zip(columns, everyone, strict=True)]
    columns = _each_once(columns)
    schema = KEYS if len(columns) == len(KEYS) else SCOPED_KEYS
    numbers = files.partition_numbers(columns[0], partitions)  # grow with the digests
    bounds = np.searchsorted(numbers, np.arange(partitions + 1))
    return [
        pa.RecordBatch.from_arrays([pa.array(c[a:b]) for c in columns], schema=schema)
        for a, b in itertools.pairwise(bounds)
    ]


def _each_once(columns: list[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
    """Sort by digest (rows keep their order) and drop rows that say the same again."""
    order = order_of(columns[0], columns[1])
    columns = [column[order] for column in columns]
    new = np.ones(len(order), np.bool_)
    new[1:] = starts_of(columns[0], columns[1])[1:] | (columns[2][1:] != columns[2][:-1])
    return columns if new.all() else [column[new] for column in columns]


def order_of(high: npt.NDArray[Any], low: npt.NDArray[Any]) -> Positions:
    """Row numbers that sort digests; equal ones keep their order."""
    order = np.argsort(high, kind="stable")
    sorted_high, sorted_low = high[order], low[order]
    torn = (sorted_high[1:] == sorted_high[:-1]) & (sorted_low[1:] != sorted_low[:-1])
    return np.lexsort((low, high)) if torn.any() else order


def starts_of(high: npt.NDArray[Any], low: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which rows of sorted digests differ from the row before."""
    starts = np.ones(len(high), np.bool_)
    starts[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    return starts


def places_of(high: Words, low: Words, known_high: Words, known_low: Words) -> Positions:
    """Row of each digest among known ones (sorted, none twice), -1 where it isn't."""
    found = np.full(len(high), -1, np.int64)
    at = np.searchsorted(known_high, high)
    left = np.flatnonzero(at < len(known_high))
    while len(left):  # once, but for digests whose high words are the same
        left = left[known_high[at[left]] == high[left]]
        hit = known_low[at[left]] == low[left]
        found[left[hit]] = at[left[hit]]
        left = left[~hit]
        at[left] += 1
        left = left[at[left] < len(known_high)]
    return found
