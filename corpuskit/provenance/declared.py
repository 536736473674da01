"""The stage `provenance`: how well a document's origin is documented, from what the source declares.

It only weighs evidence; it is not legal advice and decides nothing.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.document import append_columns
from corpuskit.stage import Column, Stage

#: Points for each fact the recipe states about a source; 100 in all. The weights are ours: licence
#: and legal basis answer "may we", the others "from where and when".
POINTS = {"license": 30, "legal_basis": 30, "publisher": 20, "date": 10, "country": 10}


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
        missing = []
        for name, points in POINTS.items():
            known = pc.is_valid(batch.column(name))
            score += points * known.to_numpy(zero_copy_only=False)
            missing.append(pc.if_else(known, pa.scalar(None, pa.string()), name))
        names = pc.binary_join_element_wise(*missing, ",", null_handling="skip")
        return append_columns(
            batch, {"provenance_score": pa.array(score), "provenance_missing": names}
        )
