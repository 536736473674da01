"""OpenDocument presentations (ODP): slides in their order, titles, bodies, tables and notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.office.odfpackage import DRAW, STYLE, TEXT, OdfPackage
from corpuskit.readers.office.odfstyles import OdfStyles
from corpuskit.readers.office.odftext import OdfWalk
from corpuskit.readers.office.officeblocks import Block, plain
from corpuskit.readers.office.officeparts import ZIP_MAGIC, Package
from corpuskit.readers.office.pptx import SlidesParams
from corpuskit.readers.office.slides import Shape, Slide, slide_contents
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import Found, Raw, Skipped, WholeFile
from corpuskit.readers.xmltree import Element

_PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_TEXTUAL = (TEXT + "p", TEXT + "h")
_DROPPED = frozenset(("page-number", "date-time", "footer", "header", "page"))
_LENGTH = re.compile(r"(-?\d{1,9}(?:\.\d{1,9})?)(cm|mm|in|pt|pc|px)?")
_UNITS = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72, "pc": 2.54 / 6, "px": 2.54 / 96}


class Odp(WholeFile):
    """Reads ``.odp``, ``.otp`` and the flat ``.fodp``."""

    name: ClassVar[str] = "odp"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".odp", ".otp", ".fodp")
    Params: ClassVar[type[ReaderParams]] = SlidesParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the file says it is an OpenDocument presentation, or is a zip file named so."""
        if head.startswith(ZIP_MAGIC):
            named = name.endswith(cls.endings)
            return 2 if named or b"opendocument.presentation" in head[:200] else 0
        flat = b"<office:document" in head and b"opendocument.presentation" in head
        return 2 if flat else 0

    def contents(self, raw: Raw) -> Iterator[Found]:
        """The presentation, or its slides."""
        flat = b"<office:document" in raw.data[:4096]
        package = None if flat else Package(raw.data, "an OpenDocument presentation")
        document = OdfPackage(raw.data if package is None else package)
        pages = document.body("presentation").iterchildren(DRAW + "page")
        styles, unseen = OdfStyles.of(document.styles), _hidden_styles(document)
        found: list[Slide | Skipped] = []
        for number, page in enumerate(pages, 1):
            if page.get(DRAW + "style-name") in unseen and not self.params.hidden:
                found.append(Skipped("hidden_slide"))
            else:
                slide = _slide(page, styles)
                slide.number = number
                found.append(slide)
        about = dict(document.properties)
        yield from slide_contents(found, about, per=self.params.per, notes=self.params.notes)


def _hidden_styles(document: OdfPackage) -> set[str]:
    found = set()
    for root in document.styles:
        for style in root.iter(STYLE + "style"):
            properties = style.find(STYLE + "drawing-page-properties")
            shown = properties.get(_PRESENTATION + "visibility") if properties is not None else None
            if shown == "hidden":
                found.add(style.get(STYLE + "name") or "")
    return found


def _slide(page: Element, styles: OdfStyles) -> Slide:
    found = Slide()
    for element in page:
        if element.tag == _PRESENTATION + "notes":
            for note in element:
                if note.get(_PRESENTATION + "class") == "notes":
                    found.notes += _blocks(note, styles)
            continue
        kind = element.get(_PRESENTATION + "class")
        if kind in _DROPPED or element.get(_PRESENTATION + "placeholder") == "true":
            continue
        blocks = _blocks(element, styles)
        if not blocks:
            continue
        if kind == "title" and found.title is None:
            found.title = " ".join(plain(blocks).split("\n"))
        else:
            left, top, height = (_length(element.get(_SVG + n)) for n in ("x", "y", "height"))
            found.shapes.append(Shape(blocks, left, top, height or 0))
    return found


def _blocks(element: Element, styles: OdfStyles) -> list[Block]:
    if next(element.iter(*_TEXTUAL), None) is None:
        return []
    return [block for block in OdfWalk(styles).blocks(element) if block.text.strip()]


def _length(text: str | None) -> float | None:
    """A length in centimetres."""
    found = _LENGTH.fullmatch(text or "")
    return float(found[1]) * _UNITS[found[2] or "cm"] if found else None
