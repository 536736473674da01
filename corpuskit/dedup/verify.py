"""Measure the documents of each cluster against each other, and decide which are removed.

A cluster's documents are taken in the order of the keep policy, those of earlier datasets first.
Each is compared with those kept before it; the first one that it resembles by the bound, and whose
numbers are the same, removes it. One that resembles a kept document but differs in its numbers
stays, as a template of it. Documents of earlier datasets are never removed, nor compared with each
other; where the text of one isn't at hand, a document that shares a band key with it and stays is
unverified.

Small clusters are compared together, all pairs. One with more text than `CHUNK`, or more documents
than `giants.EXACT`, is resolved in slices (`giants`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.dedup import files, giants, policy, shingling
from corpuskit.dedup.gathered import Gathered
from corpuskit.dedup.minhash import MinHashParams
from corpuskit.dedup.numbers import Profile, guard_tokens
from corpuskit.dedup.verdicts import Positions, Unseen, Verdicts, hit_lists, outcome
from corpuskit.exchange import PhaseInput
from corpuskit.kernels.buffers import Bytes, Offsets, Words, string_array, text_buffers
from corpuskit.kernels.resolve import find_alike, resolve_clusters
from corpuskit.kernels.shingles import band_keys

#: Text that is compared at a time; one document may be more. Shingle sets need about four times it.
CHUNK = 32 << 20


def verify(given: PhaseInput, params: MinHashParams, schema: pa.Schema) -> Mapping[str, int]:
    """Resolve the clusters of one partition and write what became of their documents."""
    found = Gathered.read(given, shingling.COLUMNS[params.unit])
    pieces: list[Mapping[str, pa.Array]] = []
    counts = {"compared": 0 if found is None else found.table.num_rows, "unmeasured": 0}
    if found is not None:
        order = _order(found.table, params)
        for start, stop, heads, large in _groups(found, order):
            rows = order[start:stop]
            fixed = np.add.reduceat(found.table.column("doc").to_numpy()[rows] < 0, heads)
            if large:
                verdicts, missed = giants.resolve(found, rows, int(fixed[0]), CHUNK, params)
                counts["unmeasured"] += missed
            else:
                verdicts = _compared(found, rows, heads, fixed.astype(np.int64), params)
            pieces.append(outcome(found, rows, heads, verdicts))
    columns = {
        name: pa.chunked_array([piece[name] for piece in pieces], type=kind).combine_chunks()
        for name, kind in zip(schema.names, schema.types, strict=True)
    }
    removed = columns["removed"]
    files.write_outcome(given.out, columns, len(removed), schema)
    counts["removed"] = int(pc.sum(removed).as_py() or 0)
    counts["templates"] = len(removed) - columns["template_of"].null_count
    if "unverified_of" in columns:
        counts["unverified"] = len(removed) - columns["unverified_of"].null_count
    return counts


def _order(table: pa.Table, params: MinHashParams) -> Positions:
    """Rows cluster by cluster: documents of earlier datasets, then others, the best first."""
    if "dataset" not in table.column_names:
        return policy.order(table, "cluster", params.keep)
    own = table.column("doc").to_numpy() >= 0
    group = 2 * table.column("cluster").to_numpy() + own
    return policy.order(table.append_column("_group", pa.array(group)), "_group", params.keep)


def _groups(found: Gathered, order: Positions) -> Iterator[tuple[int, int, Positions, bool]]:
    """Cut the ordered rows between clusters, about every `CHUNK` bytes of text.

    Yields first and last row, places at which its clusters start, and whether it is a large one.
    """
    clusters = found.table.column("cluster").to_numpy()[order]
    starts = np.concatenate([[0], np.flatnonzero(clusters[1:] != clusters[:-1]) + 1])
    stops = np.append(starts[1:], len(order))
    text = np.add.reduceat(found.sizes[order], starts)
    large = (text > CHUNK) | (stops - starts > giants.EXACT)
    first, size = 0, 0
    for i in range(len(starts)):
        if i > first and (large[i] or large[i - 1] or size + text[i] > CHUNK):
            yield _group(starts, stops, first, i, bool(large[first]))
            first, size = i, 0
        size += int(text[i])
    yield _group(starts, stops, first, len(starts), bool(large[first]))


def _group(
    starts: Positions, stops: Positions, first: int, last: int, large: bool
) -> tuple[int, int, Positions, bool]:
    heads = starts[first:last] - starts[first]
    return int(starts[first]), int(stops[last - 1]), heads, large


def _compared(
    found: Gathered, rows: Positions, heads: Positions, fixed: Positions, params: MinHashParams
) -> Verdicts:
    """Compare all pairs of each of some clusters."""
    texts = found.texts(rows)
    data, offsets = shingling.texts(texts, params.unit)
    values, bounds = shingling.sets(data, offsets, params)
    n = len(rows)
    compared = (values, bounds, np.append(heads, n))
    limits = (params.bound, giants.MEASURES[params.measure])
    alike = np.empty(n, np.bool_)
    find_alike(*compared, *limits, alike)
    guard, guard_bounds = _guards(texts.column("text"), alike, params.numbers)
    kept, inter, template, template_inter = (np.empty(n, np.int64) for _ in range(4))
    resolve_clusters(
        *compared, fixed, *limits, guard, guard_bounds, kept, inter, template, template_inter
    )
    hits = hit_lists(_bands_hit(data, offsets, kept, params), kept >= 0)
    unverified = _unverified(found, rows, data, offsets, kept, params)
    return Verdicts(kept, inter, template, template_inter, np.diff(bounds), hits, unverified)


def _guards(
    texts: pa.ChunkedArray, asked: npt.NDArray[np.bool_], profile: Profile
) -> tuple[Words, Positions]:
    """Guards as `guard_tokens` gives them, empty but for the documents that are asked for."""
    places = np.flatnonzero(asked)
    guard, bounds = guard_tokens(texts.take(pa.array(places)), profile)
    sizes = np.zeros(len(asked), np.int64)
    sizes[places] = np.diff(bounds)
    return guard, np.concatenate([[0], np.cumsum(sizes)])


def _bands_hit(
    data: Bytes, offsets: Offsets, kept: Positions, params: MinHashParams
) -> npt.NDArray[np.bool_]:
    """Bands in which a removed document's key equals that of the kept one, ``bool[n, bands]``."""
    gone = np.flatnonzero(kept >= 0)
    equal = np.zeros((len(kept), params.bands), np.bool_)
    if len(gone):
        involved, places = np.unique(np.concatenate([gone, kept[gone]]), return_inverse=True)
        found = _keys(data, offsets, involved, params)
        equal[gone] = found[places[: len(gone)]] == found[places[len(gone) :]]
    return equal


def _unverified(
    found: Gathered,
    rows: Positions,
    data: Bytes,
    offsets: Offsets,
    kept: Positions,
    params: MinHashParams,
) -> Positions:
    """For documents that stay: an earlier one with a key of theirs whose text isn't at hand."""
    unverified = np.full(len(rows), -1)
    unseen = Unseen.of(found, rows)
    if len(unseen.words):
        clusters = found.table.column("cluster").to_numpy()[rows]
        own = found.table.column("doc").to_numpy()[rows] >= 0
        near = np.isin(clusters, clusters[unseen.places])
        asked = np.flatnonzero(near & own & (kept < 0))
        unverified[asked] = unseen.first(_keys(data, offsets, asked, params), clusters[asked])
    return unverified


def _keys(data: Bytes, offsets: Offsets, places: Positions, params: MinHashParams) -> Words:
    """Band keys of some of the texts."""
    texts = string_array(data, offsets).take(pa.array(places))
    found = shingling.signatures(*text_buffers(texts), params)
    keys = np.empty((len(places), params.bands), np.uint64)
    band_keys(found, params.bands, params.rows, keys)
    return keys
