"""Signals over lines and paragraphs as Gopher's and FineWeb's filters see them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpuskit.document import append_columns
from corpuskit.stage import Column, Stage, share

_I = pa.int64()
_F = pa.float64()
_DATATROVE = "(datatrove's Gopher filter)"


class Blocks(Stage):
    """Lengths, ends and repetition of lines and paragraphs, compared as they are.

    Lines are parted by a line feed; paragraphs by two or more in the text without the white space
    at its ends. Solid lines are those that are not blank.
    """

    name: ClassVar[str] = "signals.blocks"
    version: ClassVar[int] = 1
    example: ClassVar[str] = "- signals.blocks"
    kernels: ClassVar[tuple[str, ...]] = ("units",)
    writes: ClassVar[tuple[Column, ...]] = (
        Column("newlines", _I, "line feeds"),
        Column("mean_line_length", _F, "mean characters of a solid line"),
        Column("median_line_length", _I, "lower median of the same, at most 4095"),
        Column("short_line_10_ratio", _F, "lines of up to 10 characters / lines (HojiChar)"),
        Column("short_line_30_ratio", _F, "solid lines of up to 30 / solid lines (FineWeb)"),
        Column(
            "terminal_line_ratio",
            _F,
            "solid lines that end in a sentence terminal / solid lines (FineWeb; datatrove's list)",
        ),
        Column(
            "ellipsis_newline_ratio", _F, '"...\\n" and "…\\n" / line feeds, at least 1 (HojiChar)'
        ),
        Column("bullet_mark_line_ratio", _F, f"lines that begin with • or - / lines {_DATATROVE}"),
        Column("ellipsis_end_line_ratio", _F, f"lines that end in … or ... / lines {_DATATROVE}"),
        Column(
            "duplicate_line_char_ratio",
            _F,
            "characters of solid lines equal to an earlier one / characters other than line feeds "
            "(FineWeb)",
        ),
        Column("gopher_duplicate_line_ratio", _F, f"lines equal to an earlier one {_DATATROVE}"),
        Column("gopher_duplicate_line_char_ratio", _F, f"their characters / all {_DATATROVE}"),
        Column("gopher_duplicate_paragraph_ratio", _F, f"the same of paragraphs {_DATATROVE}"),
        Column("gopher_duplicate_paragraph_char_ratio", _F, f"the same of paragraphs {_DATATROVE}"),
        Column("mean_paragraph_length", _F, "mean characters of a paragraph"),
        Column("longest_paragraph", _I, "characters of the longest paragraph"),
        Column("hashes", _I, "occurrences of #"),
        Column("ellipses", _I, "occurrences of … and ..."),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One pass over the text buffers, shared with `signals.letters` and `signals.sentences`."""
        from corpuskit.signals.counting import units_of

        found = units_of(batch.column("text"))
        characters, breaks = found["characters"], found["newlines"]
        lines, solid = found["lines"], found["solid_lines"]
        split = lines - found["final_breaks"]
        paragraphs = found["paragraphs"]
        columns = {
            "newlines": pa.array(breaks),
            "mean_line_length": share(found["solid_chars"], solid),
            "median_line_length": pa.array(found["median_line"]),
            "short_line_10_ratio": share(found["short_lines"], lines),
            "short_line_30_ratio": share(found["short_solid_lines"], solid),
            "terminal_line_ratio": share(found["terminal_lines"], solid),
            "ellipsis_newline_ratio": share(found["ellipsis_newlines"], np.maximum(breaks, 1)),
            "bullet_mark_line_ratio": share(found["bullet_lines"], split),
            "ellipsis_end_line_ratio": share(found["ellipsis_lines"], split),
            "duplicate_line_char_ratio": share(found["duplicate_solid_chars"], characters - breaks),
            "gopher_duplicate_line_ratio": share(
                found["duplicate_full_lines"], found["full_lines"]
            ),
            "gopher_duplicate_line_char_ratio": share(found["duplicate_full_chars"], characters),
            "gopher_duplicate_paragraph_ratio": share(found["duplicate_paragraphs"], paragraphs),
            "gopher_duplicate_paragraph_char_ratio": share(
                found["duplicate_paragraph_chars"], characters
            ),
            "mean_paragraph_length": share(found["paragraph_chars"], paragraphs),
            "longest_paragraph": pa.array(found["longest_paragraph"]),
            "hashes": pa.array(found["hashes"]),
            "ellipses": pa.array(found["ellipsis_marks"]),
        }
        return append_columns(batch, columns)
