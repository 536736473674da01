"""The stage `provenance`: how well a document's origin is documented by its source.

It only weighs evidence; it is not legal advice and decides nothing.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpuskit.document import append_columns
from corpuskit.stage import Column, Stage

#: Points for each fact the recipe states about a source; 100 in all. The weights are ours: licence
#: and legal basis answer "may we", the others "from where and when".
POINTS = {"license": 30, "legal_basis": 30, "publisher": 20, "date": 10, "country": 10}

#: The names of the missing facts by a number whose bit i is set where fact i is missing. (Joining
#: columns in Arrow gives no rows at all where every value is null.)
_MISSING = [
    ",".join(name for bit, name in enumerate(POINTS) if number >> bit & 1)
    for number in range(1 << len(POINTS))
]


class Declared(Stage):
    """Scores from 0 to 100 how much of a document's origin is declared; nulls are never guessed."""

    name: ClassVar[str] = "provenance"
    version: ClassVar[int] = 1
    example: ClassVar[str] = "- provenance"
    reads: ClassVar[tuple[str, ...]] = tuple(POINTS)
    writes: ClassVar[tuple[Column, ...]] = (
        Column(
            "provenance_score",
            pa.int64(),
            "points of 100: licence 30, legal basis 30, publisher 20, date 10, country 10",
        ),
        Column("provenance_missing", pa.string(), "facts that nobody declared, comma separated"),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Add the points of the facts that are there."""
        score = np.zeros(batch.num_rows, np.int64)
        unknown = np.zeros(batch.num_rows, np.int64)
        for bit, (name, points) in enumerate(POINTS.items()):
            known = batch.column(name).is_valid().to_numpy(zero_copy_only=False)
            score += points * known
            unknown |= ~known.astype(bool) * np.int64(1 << bit)
        missing = pa.array(_MISSING, pa.string()).take(pa.array(unknown))
        return append_columns(
            batch, {"provenance_score": pa.array(score), "provenance_missing": missing}
        )
