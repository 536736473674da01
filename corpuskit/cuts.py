"""Pieces of text that an exchange found, taken out of the documents, with the place of each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.document import CUTS, append_columns
from corpuskit.kernels.buffers import string_array, text_buffers

Positions = npt.NDArray[np.int64]


def cut_texts(batch: pa.RecordBatch, pieces: pa.Array, stage: str) -> pa.RecordBatch:
    """Take pieces out of the texts and add them to the column ``cuts``.

    Args:
        batch: n documents; ``cuts`` may be there from an earlier stage.
        pieces: ``cut_bytes`` of each document (see `corpuskit.exchange.CUT_BYTES`), or null.
        stage: versioned name, written beside each place.
    """
    lists = pieces.fill_null([])
    sizes = lists.value_lengths().to_numpy(zero_copy_only=False).astype(np.int64)
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    if bounds[-1] == 0:
        return _with_cuts(batch, pa.nulls(batch.num_rows, CUTS))
    flat = lists.flatten()
    starts, stops = (np.asarray(flat.field(i).to_numpy(), np.int64).copy() for i in range(2))
    from corpuskit.kernels.cuts import characters_before, remove_pieces  # Numba: workers only

    data, offsets = text_buffers(batch.column("text"))
    out = np.empty(int(offsets[-1]) - int(offsets[0]), np.uint8)
    out_offsets = np.empty(len(offsets), np.int32)
    remove_pieces(data, offsets, bounds, starts, stops, out, out_offsets)
    for places in (starts, stops):
        characters_before(data, offsets, bounds, places)
    found = pa.StructArray.from_arrays(
        [pa.array([stage] * len(starts), pa.string()), pa.array(starts), pa.array(stops)],
        fields=list(CUTS.value_type),
    )
    cuts = pa.ListArray.from_arrays(
        pa.array(bounds.astype(np.int32)), found, mask=pa.array(sizes == 0)
    )
    text = string_array(out[: out_offsets[-1]], out_offsets)
    return _with_cuts(append_columns(batch, {"text": text}), cuts)


def _with_cuts(batch: pa.RecordBatch, cuts: pa.Array) -> pa.RecordBatch:
    """Append a stage's cuts to those of the stages before it."""
    at = batch.schema.get_field_index("cuts")
    if at < 0:
        return append_columns(batch, {"cuts": cuts})
    before = batch.column(at)
    sizes = [a.fill_null([]).value_lengths().to_numpy(zero_copy_only=False) for a in (before, cuts)]
    if not sizes[0].any() or not sizes[1].any():
        joined = cuts if sizes[1].any() else before
        return append_columns(batch, {"cuts": joined})
    owner = np.concatenate([np.repeat(np.arange(batch.num_rows), n) for n in sizes])
    flat = pa.concat_arrays([a.fill_null([]).flatten() for a in (before, cuts)])
    total = sizes[0] + sizes[1]
    bounds = np.concatenate([[0], np.cumsum(total)]).astype(np.int32)
    values = flat.take(pa.array(np.argsort(owner, kind="stable")))
    mask = pa.array(total == 0)
    joined = pa.ListArray.from_arrays(pa.array(bounds), values, mask=mask)
    return append_columns(batch, {"cuts": joined})
