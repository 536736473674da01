"""Presentations (PPTX): slides in their order, titles, bodies, tables and notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.office.officeparts import ZIP_MAGIC, Package
from corpuskit.readers.office.pptxslides import PptxSlides
from corpuskit.readers.office.slides import Slide, slide_contents
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import (
    Found,
    Raw,
    Skipped,
    Trouble,
    UnreadableError,
    WholeFile,
    WholeFileParams,
)


class SlidesParams(WholeFileParams):
    """Options of the readers of presentations."""

    per: Literal["file", "slide"] = Field(
        "file", description="What a document is: the presentation, or each of its slides."
    )
    notes: bool = Field(True, description="The speaker's notes, after their slide.")
    hidden: bool = Field(True, description="Hidden slides, too.")


class Pptx(WholeFile):
    """Reads ``.pptx``, ``.pptm``, ``.ppsx`` and templates, without slide numbers and footers."""

    name: ClassVar[str] = "pptx"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(
        ".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"
    )
    Params: ClassVar[type[ReaderParams]] = SlidesParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where a zip file has parts of a presentation or is named so."""
        if not head.startswith(ZIP_MAGIC):
            return 0
        return 2 if name.endswith(cls.endings) or b"ppt/presentation.xml" in head else 0

    def contents(self, raw: Raw) -> Iterator[Found]:
        """The presentation or its slides; a slide that can't be read is a problem of its own."""
        package = Package(raw.data, "a presentation")
        about = dict(package.properties)
        found = list(self._slides(PptxSlides(package)))
        yield from slide_contents(found, about, per=self.params.per, notes=self.params.notes)

    def _slides(self, slides: PptxSlides) -> Iterator[Slide | Trouble | Skipped]:
        for number, part in enumerate(slides.parts, 1):
            try:
                root = slides.root(part)
                if root is None:
                    raise UnreadableError("missing_part", "the slide's part is not in the package")
                if slides.hidden(root) and not self.params.hidden:
                    yield Skipped("hidden_slide")
                    continue
                slide = slides.slide(part, root)
                slide.number = number
                yield slide
            except UnreadableError as error:
                yield Trouble(f"slide {number}", error.error, error.message)
