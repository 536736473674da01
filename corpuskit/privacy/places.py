"""Where in the text as read the hits stand: characters, back through cuts and normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.ja.offsets import OffsetMap
from corpuskit.kernels.buffers import text_buffers
from corpuskit.privacy.hits import Hits
from corpuskit.privacy.kinds import KINDS, RULES

SPANS = pa.list_(
    pa.struct(
        [
            ("type", pa.string()),
            ("rule", pa.string()),
            ("start", pa.int64()),
            ("stop", pa.int64()),
        ]
    )
)
"""Type of the column of places."""

Positions = npt.NDArray[np.int64]


def spans_of(batch: pa.RecordBatch, hits: Hits) -> pa.ListArray:
    """Places of hits in characters; of the text before `normalize`, where its `edits` are there.

    Args:
        batch: n rows, whose texts the hits are in.
        hits: sorted by row and start.
    """
    if not len(hits):
        return pa.nulls(batch.num_rows, SPANS)
    from corpuskit.kernels.cuts import characters_before

    data, offsets = text_buffers(batch.column("text"))
    bounds = np.searchsorted(hits.row, np.arange(batch.num_rows + 1)).astype(np.int64)
    starts, stops = hits.start.astype(np.int64), hits.stop.astype(np.int64)
    for places in (starts, stops):
        characters_before(data, offsets, bounds, places)
    _as_read(batch, hits, starts, stops)
    table = pa.StructArray.from_arrays(
        [
            pa.array([KINDS[kind].name for kind in hits.kind.tolist()], pa.string()),
            pa.array([RULES[rule].id for rule in hits.rule.tolist()], pa.string()),
            pa.array(starts),
            pa.array(stops),
        ],
        fields=list(SPANS.value_type),
    )
    none = pa.array(np.diff(bounds) == 0)
    return pa.ListArray.from_arrays(pa.array(bounds.astype(np.int32)), table, type=SPANS, mask=none)


def _as_read(batch: pa.RecordBatch, hits: Hits, starts: Positions, stops: Positions) -> None:
    """Move places back through `cuts`, then through `edits`, where the batch has them."""
    rows = np.unique(hits.row)
    for row in rows.tolist():
        cuts, edits = (_cell(batch, name, row) for name in ("cuts", "edits"))
        if cuts is None and edits is None:
            continue
        way = OffsetMap(edits)
        for i in np.flatnonzero(hits.row == row).tolist():
            start = before_cuts(cuts or (), int(starts[i]))
            stop = before_cuts(cuts or (), int(stops[i]) - 1) + 1
            starts[i], stops[i] = way.source(start, stop)


def _cell(batch: pa.RecordBatch, name: str, row: int) -> Any:
    at = batch.schema.get_field_index(name)
    return batch.column(at)[row].as_py() if at >= 0 else None


def before_cuts(cuts: Sequence[dict[str, Any]], place: int) -> int:
    """Where a character stood before pieces were taken out.

    Args:
        cuts: as the column has them: by stage in order, then by place.
        place: in characters of the text that is left.
    """
    stages = list(dict.fromkeys(cut["stage"] for cut in cuts))
    for stage in reversed(stages):
        for cut in cuts:
            if cut["stage"] == stage and cut["start"] <= place:
                place += cut["stop"] - cut["start"]
    return place
