"""Word documents (DOCX): read with all changes accepted; lists, notes, tables and boxes kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

from pydantic import Field

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.office.docxnumbers import Numbering, Styles, W
from corpuskit.readers.office.docxtext import Context, Walk
from corpuskit.readers.office.drawingtext import diagram_lines
from corpuskit.readers.office.officeblocks import (
    Block,
    first_heading,
    markdown,
    note_numbers,
    plain,
    sections,
)
from corpuskit.readers.office.officeparts import ZIP_MAGIC, Package
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import (
    Content,
    Found,
    Raw,
    Trouble,
    UnreadableError,
    WholeFile,
    WholeFileParams,
)
from corpuskit.readers.xmltree import Element


class DocxParams(WholeFileParams):
    """Options of the DOCX reader."""

    per: Literal["file", "section"] = Field(
        "file", description="What a document is: the file, or each part below a heading of level 1."
    )
    ruby: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of readings: dropped, or kept as 漢字（かんじ）."
    )


class Docx(WholeFile):
    """Reads ``.docx``, ``.docm``, ``.dotx`` and ``.dotm``.

    Deleted text is left out and inserted text kept; comments, headers and footers are left out.
    """

    name: ClassVar[str] = "docx"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".docx", ".docm", ".dotx", ".dotm")
    Params: ClassVar[type[ReaderParams]] = DocxParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where a zip file has parts of a Word document or is named so."""
        if not head.startswith(ZIP_MAGIC):
            return 0
        return 2 if name.endswith(cls.endings) or b"word/document.xml" in head else 0

    def contents(self, raw: Raw) -> Iterator[Found]:
        """The document, or its sections; a part that can't be read is a problem of its own."""
        package = Package(raw.data, "a Word document")
        document = _Document(package, keep_ruby=self.params.ruby == "keep")
        about = dict(package.properties)
        title = about.pop("title", None)
        blocks = document.body()
        if self.params.per == "file":
            notes = document.notes(range(1, len(document.walk.notes) + 1))
            text = markdown([*blocks, *notes])
            yield from document.troubles
            yield Content(text, title or first_heading(blocks), about)
            return
        cut = sections(blocks)
        yield from document.troubles
        for number, section in enumerate(cut, 1):
            text = markdown([*section, *document.notes(note_numbers(section))])
            yield Content(text, first_heading(section) or title, about, f"section {number}")


class _Document:
    """The parts of a document that hold text."""

    def __init__(self, package: Package, *, keep_ruby: bool) -> None:
        self.package = package
        self.main = package.main("word/document.xml")
        self.troubles: list[Trouble] = []
        self.walk = Walk(
            Context(
                styles=Styles(self._optional("styles")),
                numbering=Numbering(self._optional("numbering")),
                keep_ruby=keep_ruby,
                diagram=self._diagram,
            )
        )
        self._notes: dict[str, dict[str, Element]] = {}

    def body(self) -> list[Block]:
        """The blocks of the body."""
        root = self.package.xml(self.main)
        body = root.find(W + "body") if root is not None else None
        if body is None:
            raise UnreadableError(
                "wrong_format", "the main part is no Word document; save it again as .docx"
            )
        return self.walk.blocks(body)

    def notes(self, numbers: Iterable[int]) -> list[Block]:
        """Notes by number, as the text refers to them."""
        found = []
        for number in numbers:
            if not 0 < number <= len(self.walk.notes):
                continue
            kind, name = self.walk.notes[number - 1]
            note = self._notes_of(kind).get(name)
            if note is not None:
                text = plain(Walk(self.walk.context).blocks(note))
                found.append(Block(text, "note", 0, f"[^{number}]: "))
        return [block for block in found if block.text.strip()]

    def _notes_of(self, kind: str) -> dict[str, Element]:
        if kind not in self._notes:
            root = self._optional(f"{kind}s")
            notes = root.iterchildren(W + kind) if root is not None else ()
            self._notes[kind] = {each.get(W + "id"): each for each in notes}
        return self._notes[kind]

    def _optional(self, kind: str) -> Element | None:
        """A part that the main one refers to; one that can't be read is a problem."""
        name = self.package.first(self.main, kind)
        if name is None:
            return None
        try:
            return self.package.xml(name)
        except UnreadableError as error:
            self.troubles.append(Trouble(name, error.error, f"{kind}: {error.message}"))
            return None

    def _diagram(self, relation: str) -> list[str]:
        target = self.package.relations(self.main).get(relation)
        if target is None:
            return []
        try:
            return diagram_lines(self.package.xml(target.target))
        except UnreadableError as error:
            self.troubles.append(Trouble(target.target, error.error, f"diagram: {error.message}"))
            return []
