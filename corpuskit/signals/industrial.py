"""Signals of industrial documents: tables, part numbers, units, standards, captions."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpuskit.document import append_columns
from corpuskit.stage import Column, Stage, share

_I = pa.int64()
_F = pa.float64()


class Industrial(Stage):
    """Counts what data sheets, manuals and specifications are made of.

    Full-width letters and digits count as the ASCII ones. Prose lines have 20 characters or more
    and are no heading, list item, table row, caption or code.
    """

    name: ClassVar[str] = "signals.industrial"
    version: ClassVar[int] = 1
    example: ClassVar[str] = "- signals.industrial"
    kernels: ClassVar[tuple[str, ...]] = ("traits", "traitshapes", "traittables")
    writes: ClassVar[tuple[Column, ...]] = (
        Column("table_line_ratio", _F, "lines with two | or a tab within them / lines"),
        Column(
            "part_numbers",
            _I,
            "runs of 5 to 40 capitals, digits and hyphens with a capital and two digits (SUS304, "
            "FR-A820-00046)",
        ),
        Column("units", _I, "numbers with a unit of measure (2.5 kg, 100V, 25℃, 50%)"),
        Column("standards", _I, "numbers of standards (JIS B 1180, ISO 9001, IEC 60204, RFC 2616)"),
        Column("captions", _I, "lines that begin with 図1, 表 2-1, 写真 3, Fig. 4, Table 5"),
        Column("numbers", _I, "numbers; 1,000 and 2.5 are one each"),
        Column(
            "technical_rate",
            _F,
            "(part numbers + units + standards + captions) / 1,000 characters that are not white "
            "space",
        ),
        Column(
            "complete_line_ratio",
            _F,
            "prose lines that end in a sentence mark or closing bracket / prose lines",
        ),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One pass over the text buffers, shared with the other stages over traits."""
        from corpuskit.signals.counting import traits_of

        found = traits_of(batch.column("text"))
        counts = ("part_numbers", "units", "standards", "captions")
        technical = np.sum([found[name] for name in counts], axis=0)
        columns = {name: pa.array(found[name]) for name in (*counts, "numbers")}
        columns["table_line_ratio"] = share(found["table_lines"], found["lines"])
        columns["technical_rate"] = share(1000 * technical, found["visible"])
        columns["complete_line_ratio"] = share(found["complete_lines"], found["prose_lines"])
        return append_columns(batch, columns)
