"""OpenDocument texts (ODT): lists and headings numbered, notes, tables and text boxes kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

from pydantic import Field

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.office.odfpackage import OdfPackage
from corpuskit.readers.office.odfstyles import OdfStyles
from corpuskit.readers.office.odftext import OdfWalk
from corpuskit.readers.office.officeblocks import (
    Block,
    first_heading,
    markdown,
    note_numbers,
    sections,
)
from corpuskit.readers.office.officeparts import ZIP_MAGIC, Package
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import Content, Raw, WholeFile, WholeFileParams


class OdtParams(WholeFileParams):
    """Options of the ODT reader."""

    per: Literal["file", "section"] = Field(
        "file", description="What a document is: the file, or each part below a heading of level 1."
    )
    ruby: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of readings: dropped, or kept as 漢字（かんじ）."
    )


class Odt(WholeFile):
    """Reads ``.odt``, ``.ott`` and the flat ``.fodt``; deleted text and comments are left out."""

    name: ClassVar[str] = "odt"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".odt", ".ott", ".fodt")
    Params: ClassVar[type[ReaderParams]] = OdtParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the file says it is an OpenDocument text, or is a zip file named so."""
        if head.startswith(ZIP_MAGIC):
            named = name.endswith(cls.endings)
            return 2 if named or b"application/vnd.oasis.opendocument.text" in head[:200] else 0
        flat = b"<office:document" in head and b"opendocument.text" in head
        return 2 if flat else 0

    def contents(self, raw: Raw) -> Iterator[Content]:
        """The document, or its sections."""
        flat = b"<office:document" in raw.data[:4096]
        document = OdfPackage(raw.data if flat else Package(raw.data, "an OpenDocument text"))
        walk = OdfWalk(OdfStyles.of(document.styles), keep_ruby=self.params.ruby == "keep")
        blocks = walk.blocks(document.body("text"))
        about = dict(document.properties)
        title = about.pop("title", None)
        if self.params.per == "file":
            notes = _notes(walk, range(1, len(walk.notes) + 1))
            yield Content(markdown([*blocks, *notes]), title or first_heading(blocks), about)
            return
        for number, section in enumerate(sections(blocks), 1):
            text = markdown([*section, *_notes(walk, note_numbers(section))])
            yield Content(text, first_heading(section) or title, about, f"section {number}")


def _notes(walk: OdfWalk, numbers: Iterable[int]) -> list[Block]:
    return [
        Block(walk.notes[number - 1], "note", 0, f"[^{number}]: ")
        for number in numbers
        if 0 < number <= len(walk.notes) and walk.notes[number - 1].strip()
    ]
