"""`dedup.lines`: lines or paragraphs that many documents share are cut out, kept once, or measured.

Phases: ``sizes`` counts the documents of each scope, where `min_share` asks for it; ``count``
counts, digest by digest, the documents that have a unit, exactly, and writes the units that reach
the bound with the first document of each; ``cut`` finds them again in the texts of a part and says
what goes. No task holds more than a part's units or a budget of counts (`corpuskit.dedup.tally`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import pyarrow as pa
from pydantic import Field

from corpuskit.document import CUTS
from corpuskit.exchange import Exchange, Phase, PhaseInput
from corpuskit.stage import Column, Params


class LinesParams(Params):
    """Parameters of `dedup.lines`."""

    unit: Literal["line", "paragraph"] = Field(
        "line", description="What is counted; blank lines separate paragraphs."
    )
    min_documents: int = Field(
        10, ge=2, description="Documents that must have a unit for it to count as repeated."
    )
    min_share: float | None = Field(
        None, gt=0, le=1, description="Share of the documents that must have it as well."
    )
    min_length: int = Field(
        10,
        ge=1,
        description="Characters of the shortest unit looked at; a run of white space is one.",
    )
    action: Literal["remove", "keep_first", "signal"] = Field(
        "remove", description="Cut repeated units, all but the first, or only measure them."
    )
    ignore: tuple[Literal["space", "width", "punctuation"], ...] = Field(
        ("space",),
        description="Variants that don't tell units apart (space never does); digits always do.",
    )
    per: Literal["corpus", "source", "domain"] = Field(
        "corpus", description="Among which documents a unit is counted; domain: host of the url."
    )


class Lines(Exchange):
    """Cuts out lines or paragraphs that recur over documents, such as menus and licence headers."""

    name: ClassVar[str] = "dedup.lines"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = LinesParams
    reads: ClassVar[tuple[str, ...]] = ("text",)
    kernels: ClassVar[tuple[str, ...]] = ("cuts", "lines")
    example: ClassVar[str] = "- dedup.lines: {unit: paragraph, min_documents: 10, action: remove}"

    def columns_read(self) -> tuple[str, ...]:
        """Text, and what the scope hangs on."""
        scope = {"corpus": (), "source": ("source",), "domain": ("source", "url")}
        return (*self.reads, *scope[self.params.per])

    def columns_written(self) -> tuple[Column, ...]:
        """Two signals, measured before anything is cut, and the cuts."""
        count, part = self._signals()
        unit = self.params.unit
        columns = (
            Column(count, pa.int64(), f"{unit}s that recur over documents, before any was cut"),
            Column(part, pa.float64(), f"characters in such {unit}s / characters, not white space"),
        )
        if self.params.action == "signal":
            return columns
        return (*columns, Column("cuts", CUTS, "what was taken out of the text, by which stage"))

    @property
    def fill(self) -> Mapping[str, Any]:  # type: ignore[override]
        """Documents without a repeated unit have 0 of both."""
        return dict(zip(self._signals(), (0, 0.0), strict=True))

    def edits(self) -> bool:
        """Whether repeated units are cut."""
        return bool(self.params.action != "signal")

    def keys(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Digests of the document's units."""
        from corpuskit.dedup import textunits

        return textunits.keys(batch, self.params)

    def spread(self, keys: pa.Table, partitions: int) -> list[pa.RecordBatch]:
        """By the digest's top bits: one row for each document and unit."""
        from corpuskit.dedup import textunits

        return textunits.spread(keys, self.params, partitions)

    def phases(self) -> Sequence[Phase]:
        """Sizes where a share is asked for, count, cut."""
        sizes = (Phase("sizes", "partitions", self._sizes),)
        return (
            *(sizes if self.params.min_share is not None else ()),
            Phase("count", "partitions", self._count),
            Phase("cut", "parts", self._cut),
        )

    def explain(self) -> Mapping[str, Any]:
        """The bound and what becomes of units that reach it."""
        p = self.params
        share = {} if p.min_share is None else {"min_share": p.min_share}
        bound = {"min_documents": p.min_documents, **share, "per": p.per}
        return {"unit": p.unit, **bound, "action": p.action}

    def _signals(self) -> tuple[str, str]:
        if self.params.unit == "line":
            return "repeated_lines", "repeated_share"
        return "repeated_paragraphs", "repeated_paragraph_share"

    def _sizes(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import tally

        return tally.sizes(given)

    def _count(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import tally

        return tally.count(given, self.params)

    def _cut(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import linecuts

        return linecuts.cut(given, self.params, self._signals(), self.outcome())
