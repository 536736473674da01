"""Signals over lines, sentences and length."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpuskit.document import append_columns
from corpuskit.stage import Column, Stage, share

_I = pa.int64()
_F = pa.float64()


class Lines(Stage):
    """Counts lines, paragraphs and sentence marks; shares are of lines that are not blank."""

    name: ClassVar[str] = "signals.lines"
    version: ClassVar[int] = 1
    example: ClassVar[str] = "- signals.lines"
    writes: ClassVar[tuple[Column, ...]] = (
        Column("lines", _I, "lines that are not blank"),
        Column("paragraphs", _I, "blocks of lines between blank lines"),
        Column("sentences", _I, "sentence marks 。！？!?．, each run once"),
        Column("mean_sentence", _F, "characters / sentence marks (characters where there is none)"),
        Column("longest_sentence", _I, "characters between sentence marks or line breaks, longest"),
        Column("longest_line", _I, "characters of the longest line"),
        Column("short_line_ratio", _F, "lines of 1 to 10 characters / lines"),
        Column(
            "ended_line_ratio", _F, "lines that end in a sentence mark or closing bracket / lines"
        ),
        Column("bullet_line_ratio", _F, "lines that start with a list mark / lines"),
        Column("ellipsis_line_ratio", _F, "lines that end in an ellipsis / lines (Gopher, 2021)"),
        Column("duplicate_line_ratio", _F, "lines equal to an earlier one / lines (Gopher, 2021)"),
        Column("exclamation_ratio", _F, "！ and ! / sentence marks; high in advertising"),
        Column("urls", _I, "occurrences of http:// and https://"),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Two passes over the text buffers."""
        from corpuskit.signals.counting import counts_of, duplicate_counts_of, marks_of

        text = batch.column("text")
        counts = counts_of(text)
        lines = counts["lines"] - counts["blank_lines"]
        shouts = marks_of(text)["exclamations"]
        repeated = duplicate_counts_of(text)["duplicate_lines"]
        columns = {
            "lines": pa.array(lines),
            "paragraphs": pa.array(counts["paragraphs"]),
            "sentences": pa.array(counts["sentence_marks"]),
            "mean_sentence": share(counts["characters"], np.maximum(counts["sentence_marks"], 1)),
            "longest_sentence": pa.array(counts["longest_sentence"]),
            "longest_line": pa.array(counts["longest_line"]),
            "short_line_ratio": share(counts["short_lines"], lines),
            "ended_line_ratio": share(counts["ended_lines"], lines),
            "bullet_line_ratio": share(counts["bullet_lines"], lines),
            "ellipsis_line_ratio": share(counts["ellipsis_lines"], lines),
            "duplicate_line_ratio": share(repeated, lines),
            "exclamation_ratio": share(shouts, np.maximum(counts["sentence_marks"], 1)),
            "urls": pa.array(counts["urls"]),
        }
        return append_columns(batch, columns)
