"""Heads of marks that `normalize` read in a text: hidden text may hold what the text may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from corpuskit.privacy.hits import Hits

_COLUMN = "embedded_marks"


def protected_marks(
    batch: pa.RecordBatch, find: Callable[[pa.StringArray], Hits]
) -> dict[str, pa.Array]:
    """The column of marks, without the heads in which something is found, if the batch has one."""
    at = batch.schema.get_field_index(_COLUMN)
    if at < 0 or batch.column(at).null_count == batch.num_rows:
        return {}
    cells = batch.column(at).to_pylist()
    marks = [mark for cell in cells for mark in cell or () if mark["head"]]
    if not marks:
        return {}
    hits = find(pa.array([_said(mark) for mark in marks], pa.string()))
    for row in np.unique(hits.row).tolist():
        marks[row]["head"] = None
    return {_COLUMN: pa.array(cells, batch.column(at).type)}


def _said(mark: dict[str, Any]) -> str:
    """The head as text: of tags it is text already, of others bytes in hex."""
    head = str(mark["head"])
    if mark["kind"] == "tags":
        return head
    return bytes.fromhex(head).decode("utf-8", "replace")
