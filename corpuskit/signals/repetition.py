"""Signals over repetition within a document."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
from pydantic import Field

from corpuskit.document import append_columns
from corpuskit.stage import Column, Params, Stage, share


class RepetitionParams(Params):
    """How repetition is measured."""

    ngram: int = Field(5, ge=1, le=64, description="Characters of an n-gram.")


class Repetition(Stage):
    """Measures how much of a text is the same few n-grams, and its longest run of one character."""

    name: ClassVar[str] = "signals.repetition"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = RepetitionParams
    example: ClassVar[str] = "- signals.repetition: {ngram: 5}"
    writes: ClassVar[tuple[Column, ...]] = (
        Column(
            "top_ngram_ratio",
            pa.float64(),
            "occurrences of the most frequent character n-grams / all occurrences; the most "
            "frequent are the sqrt(distinct) first of those that repeat (BigScience, 2022)",
        ),
        Column("longest_run", pa.int64(), "longest run of one character, white space aside"),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One pass over the text buffers, or none where `signals.ngrams` has just counted."""
        from corpuskit.kernels.buffers import text_buffers
        from corpuskit.kernels.repetition import COLUMNS, ngram_repetition
        from corpuskit.signals.counting import known_ngrams_of

        known, n = known_ngrams_of(batch.column("text")), self.params.ngram
        if known is not None and f"tops_{n}" in known:
            ratio = share(known[f"tops_{n}"], known[f"total_{n}"])
            run = pa.array(known["longest_run"])
            return append_columns(batch, {"top_ngram_ratio": ratio, "longest_run": run})
        data, offsets = text_buffers(batch.column("text"))
        out = np.empty((batch.num_rows, len(COLUMNS)), np.int64)
        ngram_repetition(data, offsets, self.params.ngram, out)
        ratio, run = share(out[:, 1], out[:, 0]), pa.array(np.ascontiguousarray(out[:, 2]))
        return append_columns(batch, {"top_ngram_ratio": ratio, "longest_run": run})
